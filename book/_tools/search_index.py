"""The book's search, which leads to sections: a Sphinx extension, and pagefind's index.

Each section, each line of the glossary and each name that is documented is a record of its own.
Words that readers use for a section, and it does not, stand in book/search_words.toml.
The search page asks the index by static/search.js; where it cannot (a file opened without a server)
it is Sphinx's own search, which leads to pages.
"""

import asyncio
import shutil
import tomllib
from html import escape
from pathlib import Path

from docutils import nodes
from pagefind.index import IndexConfig, PagefindIndex
from sphinx import addnodes
from sphinx.errors import ExtensionError

# Sections that repeat in a few words what others explain.
MINOR = {"Questions", "To remember", "Sources", "Common mistakes"}
TITLES = (nodes.title, addnodes.desc_signature)
ASKED = "book/search_words.toml"


def is_record(node):
    """Does this node of a page stand for itself in the search?"""
    if isinstance(node, nodes.row):  # a line of the glossary
        section = node.parent.parent.parent.parent
        return isinstance(node.parent, nodes.tbody) and "glossary" in section.get("ids", [])
    return isinstance(node, (nodes.section, addnodes.desc))


def is_left_out(node):
    """Outputs, figures and formulas: nobody looks for their text."""
    output = isinstance(node, nodes.container) and "cell_output" in node["classes"]
    return output or isinstance(node, (nodes.raw, nodes.math, nodes.math_block, nodes.comment))


def words_of(node):
    """The text of a node, without that of the records inside it and of what is left out."""
    if isinstance(node, nodes.Text):
        return node.astext()
    if is_left_out(node):
        return " "
    parts = [words_of(n) for n in node.children if not is_record(n) and not isinstance(n, TITLES)]
    return ("" if isinstance(node, nodes.TextElement) else "\n").join(parts)


def records(doctree):
    """(anchors, title, text) of each record of a page."""
    for node in doctree.findall(is_record):
        if isinstance(node, nodes.section):
            head, anchors = node.next_node(nodes.title), node["ids"]
        elif isinstance(node, nodes.row):
            head, anchors = node[0], ["glossary"]
        else:
            head = node.next_node(addnodes.desc_signature)
            anchors, head = head["ids"], head.next_node(addnodes.desc_name)
        if anchors and head is not None:
            title = " ".join(head.astext().replace("\\,", " ").split())
            yield anchors, title, words_of(node)


def as_html(chapter, title, text, asked):
    """A record as the page that pagefind reads: words of the title count most."""
    weight = 0.3 if title in MINOR else 1
    return (
        f'<html lang="en"><body><h1 data-pagefind-weight="8">{escape(title)}</h1>'
        f'<p data-pagefind-meta="chapter" data-pagefind-weight="{2 * weight}">{escape(chapter)}</p>'
        f'<p data-pagefind-weight="4">{escape(asked and f"Asked for as: {asked}.")}</p>'
        f'<p data-pagefind-weight="{weight}">{escape(text)}</p></body></html>'
    )


async def write_index(pages, folder, asked):
    """pages: address -> (chapter's title, doctree); asked: label of a section -> words."""
    unknown = set(asked)
    async with PagefindIndex(config=IndexConfig(output_path=str(folder))) as index:
        for address, (chapter, doctree) in pages.items():
            for anchors, title, text in records(doctree):
                words = " ".join(asked[label] for label in anchors if label in asked)
                page = as_html("" if title == chapter else chapter, title, text, words)
                await index.add_html_file(content=page, url=f"{address}#{anchors[0]}")
                unknown -= set(anchors)
    if unknown:
        raise ExtensionError(f"{ASKED}: no section has the label {', '.join(sorted(unknown))}")


def index_book(app, error):
    if error or app.builder.format != "html":
        return
    folder = Path(app.outdir, "pagefind")
    if folder.exists() and not app.env.temp_data.pop("pages_written", False):
        return
    pages = {
        app.builder.get_target_uri(name): (app.env.titles[name].astext(), app.env.get_doctree(name))
        for name in sorted(app.env.found_docs)
    }
    shutil.rmtree(folder, ignore_errors=True)
    path = Path(app.srcdir, ASKED)
    asked = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    asyncio.run(write_index(pages, folder, asked))


def note_written(app, pagename, templatename, context, doctree):
    if doctree is not None:
        app.env.temp_data["pages_written"] = True


def setup(app):
    app.connect("html-page-context", note_written)
    app.connect("build-finished", index_book)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
