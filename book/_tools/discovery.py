"""What a search engine or a shared link shows of a page: a Sphinx extension.

Each page gets a description, the beginning of its own prose, and the tags of Open Graph and Twitter.
Where html_baseurl in _config.yml says under which address the site will be, there is a sitemap.xml,
too (and Sphinx writes canonical addresses); without an address neither can be made.
"""

from html import escape
from pathlib import Path

from docutils import nodes

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


def tags(title, about, address=None):
    """The meta elements of a page's head."""
    found = {"og:type": "article", "og:title": title, "og:description": about, "og:url": address}
    lines = [f'<meta name="description" content="{escape(about)}">'] if about else []
    lines += [f'<meta property="{k}" content="{escape(v)}">' for k, v in found.items() if v]
    return "\n".join([*lines, '<meta name="twitter:card" content="summary">', ""])


def address(app, pagename):
    """Where a page will be; None where html_baseurl does not say where the site is."""
    base = app.config.html_baseurl
    return base.rstrip("/") + "/" + app.builder.get_target_uri(pagename) if base else None


def add_tags(app, pagename, templatename, context, doctree):
    if doctree is None:
        return
    title, about = app.env.titles[pagename].astext(), description(doctree)
    context["metatags"] = context.get("metatags", "") + tags(title, about, address(app, pagename))


def write_sitemap(app, error):
    if error or app.builder.format != "html" or not app.config.html_baseurl:
        return
    pages = [address(app, name) for name in sorted(app.env.found_docs)]
    urls = "".join(f"<url><loc>{escape(page)}</loc></url>\n" for page in pages)
    Path(app.outdir, "sitemap.xml").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{urls}</urlset>\n'
    )


def setup(app):
    app.connect("html-page-context", add_tags)
    app.connect("build-finished", write_sitemap)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
