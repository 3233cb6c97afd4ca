"""How the site is found and shown elsewhere: a Sphinx extension.

Each page gets a description, the beginning of its own prose, and the tags of Open Graph and Twitter.
html_baseurl in _config.yml may say under which address the site will be. Then there are, too, a
picture of each page (its first figure), sitemap.xml and feed.xml (the changelog, as Atom), and Sphinx
writes canonical addresses; without an address none of these can be made. The page that a server
shows for a wrong address, 404.html, is sphinx-notfound-page's; its links begin at the site's root.
"""

import re
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from urllib.parse import urlparse
from xml.etree import ElementTree

import resvg_py
from docutils import nodes
from markdown_it import MarkdownIt

MOST = 160  # characters that are shown


def description(doctree):
    """The beginning of the first paragraph of a page's prose, one without formulas if there is one.

    The line in italics that says how long a page takes is none. Returns '' where there is nothing.
    """
    prose = [
        paragraph
        for paragraph in doctree.findall(nodes.paragraph)
        if isinstance(paragraph.parent, (nodes.section, nodes.document))
        and not (len(paragraph) and isinstance(paragraph[0], nodes.emphasis))
    ]
    prose.sort(key=lambda paragraph: any(paragraph.findall(nodes.math)))  # a stable order
    texts = (" ".join(paragraph.astext().split()) for paragraph in prose)
    text = next((text for text in texts if len(text) >= 40), "")
    if len(text) > MOST:
        text = text[:MOST].rpartition(" ")[0].rstrip(",;:.") + " …"
    return text


def tags(title, about, address=None, picture=None, said=None, feed=None):
    """The meta elements of a page's head; `said` is the picture in words."""
    found = {"og:type": "article", "og:title": title, "og:description": about, "og:url": address}
    found |= {"og:image": picture, "og:image:alt": picture and said}
    lines = [f'<meta name="description" content="{escape(about)}">'] if about else []
    lines += [f'<meta property="{k}" content="{escape(v)}">' for k, v in found.items() if v]
    kind = "summary_large_image" if picture else "summary"
    lines += [f'<meta name="twitter:card" content="{kind}">']
    if feed:
        lines += [
            f'<link rel="alternate" type="application/atom+xml" title="Changelog" href="{feed}">'
        ]
    return "\n".join([*lines, ""])


def address(app, pagename):
    """Where a page will be; None where html_baseurl does not say where the site is."""
    return placed(app, app.builder.get_target_uri(pagename))


def placed(app, path):
    """The address of one of the site's files, or None."""
    base = app.config.html_baseurl
    return base.rstrip("/") + "/" + path if base else None


# -- a picture of each page --------------------------------------------------------------------

WIDTH, HEIGHT, MARGIN = 1200, 630, 60  # pixels, as Open Graph advises
SVG = "http://www.w3.org/2000/svg"
ElementTree.register_namespace("", SVG)


def first_figure(doctree):
    """The first figure of a page that is drawn as SVG, of a player its last frame.

    Returns its text and what it shows in words; None where a page has no such figure.
    """
    for raw in doctree.findall(nodes.raw):
        frames = re.findall(r"<svg\b[^>]*\baria-label=.*?</svg>", raw.astext(), re.DOTALL)
        if frames:
            return frames[-1], ElementTree.fromstring(frames[-1]).get("aria-label")
    return None


def as_png(figure):
    """An SVG as the bytes of a PNG of WIDTH x HEIGHT pixels, dark on white, as large as it can be."""
    drawn = ElementTree.fromstring(figure)
    drawn.set("style", "fill:currentColor")
    sides = (MARGIN, MARGIN, WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN)
    for name, length in zip(("x", "y", "width", "height"), sides):
        drawn.set(name, str(length))
    page = ElementTree.Element(
        f"{{{SVG}}}svg", width=str(WIDTH), height=str(HEIGHT), color="#1a1a1a"
    )
    page.append(drawn)
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=ElementTree.tostring(page, encoding="unicode"), background="#ffffff"
        )
    )


def draw_picture(app, pagename, doctree):
    """Put a page's picture into the site: (its address, what it shows); the icon where it has none."""
    icon = Path(app.srcdir, app.config.html_favicon)
    figure, said = first_figure(doctree) or (
        icon.read_text(encoding="utf-8"),
        "A cell and its loop",
    )
    path = f"_images/page-{Path(pagename).name}.png"
    (Path(app.outdir) / "_images").mkdir(parents=True, exist_ok=True)
    Path(app.outdir, path).write_bytes(as_png(figure))
    return placed(app, path), said


# -- the changelog as a feed -------------------------------------------------------------------

ATOM = "http://www.w3.org/2005/Atom"
RELEASE = re.compile(r"^## (\S+) \((\d{4}-\d\d-\d\d)\)\n(.*?)(?=^## |\Z)", re.DOTALL | re.MULTILINE)


def releases(changelog):
    """(version, date, Markdown) of each release in the changelog that has a date, as it stands there."""
    return RELEASE.findall(changelog)


def feed(changelog, title, site, page, today):
    """The releases as an Atom feed (RFC 4287): its XML. `today` is given where there is none yet."""
    root = ElementTree.Element("feed", xmlns=ATOM)

    def add(parent, tag, text=None, **attributes):
        element = ElementTree.SubElement(parent, tag, attributes)
        element.text = text
        return element

    found = releases(changelog)
    add(root, "id", site)
    add(root, "title", title)
    add(root, "updated", f"{found[0][1] if found else today}T00:00:00Z")
    add(add(root, "author"), "name", title)
    add(root, "link", href=site)
    add(root, "link", rel="self", href=site + "feed.xml")
    for version, date, text in found:
        entry = add(root, "entry")
        add(entry, "id", f"{page}#{version}")
        add(entry, "title", version)
        add(entry, "updated", f"{date}T00:00:00Z")
        add(entry, "link", href=page)
        add(entry, "content", MarkdownIt().render(text), type="html")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(
        root, encoding="unicode"
    )


def write_feed(app):
    changelog = Path(app.srcdir, "CHANGELOG.md")
    if changelog.exists():
        text = feed(
            changelog.read_text(encoding="utf-8"),
            f"{app.config.project}: changelog",
            placed(app, ""),
            address(app, "book/changelog"),
            datetime.now(UTC).date().isoformat(),
        )
        Path(app.outdir, "feed.xml").write_text(text, encoding="utf-8")


# -- the hooks ---------------------------------------------------------------------------------

NOT_FOUND = """\
<h1>There is no such page</h1>
<p>The address may contain a slip, or the page may have been renamed. Try the search field or the
contents, or <a href="{root}">start at the beginning</a>.</p>
"""


def begin_at_the_root(app, config):
    """404.html is shown under addresses of any depth, so its links begin where the site does."""
    root = urlparse(config.html_baseurl or "").path.rstrip("/") + "/"
    config.notfound_urls_prefix = root
    config.notfound_context = {
        "title": "There is no such page",
        "body": NOT_FOUND.format(root=root),
    }


def add_tags(app, pagename, templatename, context, doctree):
    if doctree is None:
        return
    title, about = app.env.titles[pagename].astext(), description(doctree)
    picture = draw_picture(app, pagename, doctree) if app.config.html_baseurl else ()
    found = tags(title, about, address(app, pagename), *picture, feed=placed(app, "feed.xml"))
    context["metatags"] = context.get("metatags", "") + found


def write_files(app, error):
    """What needs the site's address, and belongs to no page."""
    if not error and app.builder.format == "html" and app.config.html_baseurl:
        write_sitemap(app)
        write_feed(app)


def write_sitemap(app):
    pages = [address(app, name) for name in sorted(app.env.found_docs)]
    urls = "".join(f"<url><loc>{escape(page)}</loc></url>\n" for page in pages)
    Path(app.outdir, "sitemap.xml").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{urls}</urlset>\n'
    )


def setup(app):
    app.setup_extension("notfound.extension")
    app.connect("config-inited", begin_at_the_root, priority=100)
    app.connect("html-page-context", add_tags)
    app.connect("build-finished", write_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
