"""The built pages as they go into a PDF or an EPUB, where nothing can be clicked open or played.

Answers stand open, the choices of a question carry their words, a player is a strip of a few of its
frames, and a figure that computes shows its first state. The code that the site folds above a
figure is left out. Both makers, make_pdf.py and make_epub.py, start from `read_book`.
"""

import argparse
import hashlib
import json
import re
import shutil
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import yaml
from bs4 import BeautifulSoup, Tag
from bs4.element import PreformattedString
from pygments.formatters import HtmlFormatter

ROOT = Path(__file__).resolve().parents[2]
NAME = "recurrent-networks"  # of the files, without .pdf and .epub
FRAMES = 6  # of a player, at most
PAPER = Path(__file__).with_name("paper")  # the style sheets
ARTICLE = re.compile(r"<article\b.*</article>", re.DOTALL)  # of a page: what is not the theme's
SVG = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
ID = re.compile(r'(\bid="|\bhref="#|\burl\(#)')  # inside a drawing: what names a part of it


class NotMade(Exception):
    """Why a book was not made, in words for whoever asked for it."""


def asked_root(description):
    """The folder of _config.yml that a maker's command line names, by default the course's own."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--root", type=Path, default=ROOT, help="folder of _config.yml")
    return parser.parse_args().root.resolve()


class AsItIs(PreformattedString):
    """Markup that the tree of a page carries and does not look into: drawings and formulas."""

    PREFIX = SUFFIX = ""


@dataclass
class Page:
    """One page. `body` is its article, every id and link to the book's pages changed to KEY--ID."""

    key: str
    title: str
    part: str  # the caption of its part; "" where it has none
    sections: list[tuple[str, str]]  # (id, title) of those just below its title
    body: Tag
    images: list[Path]  # the files that the body shows, in its order


@dataclass
class Book:
    title: str
    author: str
    rights: str
    pages: list[Page]


def plain(node):
    """The text of a node on one line; of a formula, its letters: h_t for \\(h_{t}\\)."""

    def letters(tex):
        return re.sub(r"[{}\\]", "", re.sub(r"\\[,;! ]", " ", tex[1]))

    text = re.sub(r"\\\((.*?)\\\)", letters, node.get_text())
    return " ".join(text.split())


def table_of_contents(root):
    """[(docname, caption of its part)], in the order of _toc.yml."""
    from sphinx_external_toc.parsing import parse_toc_yaml

    site = parse_toc_yaml(root / "_toc.yml")

    def below(document, part):
        yield document.docname, part
        for tree in document.subtrees:
            for item in tree.items:
                if item in site:
                    yield from below(site[item], part or tree.caption or "")

    return list(below(site.root, ""))


def read_book(root):
    """The book that is built in root/_build/html. Raises NotMade where a page of it is missing."""
    settings = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    contents = table_of_contents(root)
    keys = {docname: docname.rpartition("/")[2] for docname, _ in contents}
    html = root / "_build" / "html"
    pages = []
    for docname, part in contents:
        path = html / f"{docname}.html"
        if not path.exists():
            raise NotMade(f"The page {docname} is not built yet. Run `make book` first.")
        pages.append(read_page(path, html, keys, part))
    rights = " ".join(settings.get("html", {}).get("extra_footer", "").split())
    return Book(settings["title"], settings["author"], rights, pages)


def read_page(path, html, keys, part=""):
    """One page of the site in the folder `html`; keys: {docname: key} of the pages of the book."""
    docname = path.relative_to(html).with_suffix("").as_posix()
    key = keys[docname]
    drawings = []

    def kept(match):
        number = len(drawings)
        drawings.append(ID.sub(rf"\g<1>{key}--{number}-", match[0]))
        return f'<i data-drawing="{number}"></i>'

    text = path.read_text(encoding="utf-8")
    article = LINKS.sub("", ARTICLE.search(text)[0])
    body = BeautifulSoup(SVG.sub(kept, article), "html.parser").article
    for place in body.select("i[data-drawing]"):
        place.replace_with(AsItIs(drawings[int(place["data-drawing"])]))

    open_up(body)
    questions(body)
    strips(body)
    for node in body.select(
        "script, style, button, .headerlink, .page-links, .toctree-wrapper, .rnn-live .live"
    ):
        node.decompose()
    for control in body.select("input, select, textarea"):  # with the words that say what it is for
        (control.find_parent("label") or control).decompose()
    for sound in body.find_all("audio"):
        sound.replace_with(new(body, "p", "The book's web page plays a sound here.", "note"))
    for node in body.find_all(attrs={"hidden": True}):
        del node["hidden"]
    name_apart(body, key)
    links(body, docname, keys)
    images = []
    for image in body.find_all("img"):
        images.append((path.parent / unquote(urlsplit(image["src"]).path)).resolve())
        image["src"] = images[-1].name
    sections = [(h.parent["id"], plain(h)) for h in body.find_all("h2") if h.parent.get("id")]
    body.name = "section"
    body.attrs = {"id": key, "class": "page"}
    return Page(key, plain(body.h1), part, sections, body, images)


def new(body, name, text="", *classes):
    node = BeautifulSoup("", "html.parser").new_tag(name)
    if text:
        node.string = text
    if classes:
        node["class"] = list(classes)
    return node


def open_up(body):
    """What is folded stands open with its title; code that is folded above a figure goes."""
    for details in body.find_all("details"):
        cell = details.find_parent(class_="cell")
        if "hide" in details.get("class", []):
            details.summary.decompose()
            if cell and "tag_hide-input" in cell["class"]:
                details.decompose()
            else:
                details.unwrap()
            continue
        title = details.summary
        for marker in title.select(".sd-summary-state-marker, .sd-summary-icon"):
            marker.decompose()
        title.name, title.attrs = "p", {"class": "title"}
        details.name, details.attrs = "div", {"class": "opened", **anchor(details)}


def anchor(node):
    return {"id": node["id"]} if node.get("id") else {}


def questions(body):
    """A question as a list of its choices, with the words on each."""
    for asked in body.select("fieldset.rnn-question"):
        choices = new(body, "ol")
        for choice in asked.select(".choice"):
            item = new(body, "li")
            label, why = choice.find("label"), choice.find(class_="why")
            label.name, label.attrs = "p", {}
            why.attrs = {"class": why["class"]}
            item.extend([label.extract(), why.extract()])
            choice.decompose()
            choices.append(item)
        asked.legend.name = "p"
        asked.p["class"] = "title"
        asked.append(choices)
        asked.name, asked.attrs = "div", {"class": "question", **anchor(asked)}


def strips(body):
    """A player as at most FRAMES of its frames, from the first to the last, each with its words."""
    for player in body.select(".rnn-player"):
        frames = player.select(".frame")
        last = len(frames) - 1
        shown = sorted({round(k * last / (FRAMES - 1)) for k in range(FRAMES)})
        for node in player.select(".said, .bar"):
            node.decompose()
        for number, frame in enumerate(frames):
            if number not in shown:
                frame.decompose()
                continue
            words = frame["data-caption"]
            if len(shown) <= last:
                words = f"Step {number + 1} of {last + 1}. {words}"
            frame.name, frame.attrs = "figure", {"class": "frame"}
            frame.append(new(body, "figcaption", words))
        label = player.get("aria-label", "")
        player.attrs = {"class": "strip", "role": "group", "aria-label": label}


def name_apart(body, key):
    """Every id is KEY--ID, so that the pages can stand in one file; a second of a name goes."""
    seen = set()
    for node in body.find_all(id=True):
        node["id"] = f"{key}--{node['id']}"
        if node["id"] in seen:
            del node["id"]
        else:
            seen.add(node["id"])
    for attribute in ("for", "aria-labelledby", "aria-describedby"):
        for node in body.find_all(attrs={attribute: True}):
            names = (
                node[attribute] if isinstance(node[attribute], list) else node[attribute].split()
            )
            node[attribute] = " ".join(f"{key}--{name}" for name in names)


def links(body, docname, keys):
    """Links to pages of the book become #KEY or #KEY--ID; those to other files of the site go."""
    for link in body.find_all("a", href=True):
        if urlsplit(link["href"]).scheme:
            continue
        target = urlsplit(urljoin(f"{docname}.html", link["href"]))
        page = unquote(target.path).removesuffix(".html")
        if page in keys:
            link["href"] = f"#{keys[page]}" + (f"--{target.fragment}" if target.fragment else "")
        else:
            link.unwrap()


def style_sheet(name):
    """What both books look like, what this one adds, and the colours of code."""
    code = HtmlFormatter(style="a11y-high-contrast-light").get_style_defs(".highlight")
    both = (PAPER / "paper.css", PAPER / f"{name}.css")
    return "\n".join([code, *(path.read_text(encoding="utf-8") for path in both)])


# -- the site's links to what was made ---------------------------------------------------------

LINKS = re.compile(r'<p class="book-files">.*?</p>\n', re.DOTALL)
WORDS = {"pdf": "PDF", "epub": "EPUB"}
MAKERS = ("printed.py", "make_pdf.py", "make_epub.py", "paper/paper.css", "paper/pdf.css")
MAKERS += ("paper/epub.css",)


def state(root):
    """A digest of the pages and of the makers: what was made of another state is outdated."""
    html = root / "_build" / "html"
    pages = [html / f"{docname}.html" for docname, _ in table_of_contents(root)]
    texts = [ARTICLE.search(path.read_text(encoding="utf-8"))[0] for path in pages]
    files = [root / "_config.yml", root / "_toc.yml"]
    files += [Path(__file__).parent / name for name in MAKERS]
    texts = [LINKS.sub("", text) for text in texts] + [path.read_text("utf-8") for path in files]
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def made_file(root, kind):
    """(where the file of a kind is or will be, what is known of it: {} if it is outdated)."""
    path = root / "_build" / "print" / f"{NAME}.{kind}"
    about = path.with_suffix(f".{kind}.json")
    known = json.loads(about.read_text()) if path.exists() and about.exists() else {}
    return path, known if known and known["state"] == state(root) else {}


def keep(root, kind, size):
    """Remember of which state a file is, and how long in words; then link it from the site."""
    path, _ = made_file(root, kind)
    about = {"state": state(root), "size": size}
    path.with_suffix(f".{kind}.json").write_text(json.dumps(about))
    offer(root)


def offer(root):
    """Copy what was made of these pages into the site and link it from its first page.

    Where there is nothing, or it is outdated, there is no link.
    """
    html = root / "_build" / "html"
    first = html / f"{table_of_contents(root)[0][0]}.html"
    found = []
    for kind, word in WORDS.items():
        path, known = made_file(root, kind)
        copy = html / path.name
        copy.unlink(missing_ok=True)
        if known:
            shutil.copy(path, copy)
            up = "../" * (len(first.relative_to(html).parts) - 1)
            found.append(f'<a href="{up}{copy.name}" download>{word}</a> ({escape(known["size"])})')
    text = first.read_text(encoding="utf-8")
    line = f'<p class="book-files">The whole book as one file: {", ".join(found)}.</p>\n'
    changed = LINKS.sub("", text)
    if found:
        changed = changed.replace("</article>", line + "</article>", 1)
    if changed != text:
        first.write_text(changed, encoding="utf-8")
