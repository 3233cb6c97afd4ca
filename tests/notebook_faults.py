"""What may not be in a notebook that was made of a page: markup that only the book's build knows,
and links to nowhere."""

import re
from urllib.parse import unquote, urlparse

from markdown_it import MarkdownIt

MARKUP = re.compile(
    r"\{[a-z][\w:+-]*\}`"  # a role
    r"|^\s*(?::{3,}|`{3,}|~{3,})\{"  # a directive
    r"|^\([\w-]+\)=\s*$"  # a target
    r"|^\+\+\+|^%\s"  # a break between cells, a comment
    r"|\]\([^)]*\.md[)#]"  # a link to a source
    r"|^\s*:\w[\w-]*:\s",  # an option of a directive
    re.MULTILINE,
)
CODE = re.compile(
    r"^(`{3,})\w*\n.*?^\1$|(?<!`)(`{1,2})(?!`).+?(?<!`)\2(?!`)", re.DOTALL | re.MULTILINE
)
MATH = re.compile(r"\$\$.*?\$\$|(?<!\\)\$[^$]+(?<!\\)\$", re.DOTALL)


def texts(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]


def markup(notebook):
    """Roles, directives, targets and the like, as they stand in the text cells."""
    found = []
    for text in texts(notebook):
        plain = MATH.sub("", CODE.sub(lambda code: "`code`" if code[2] else "", text))
        found += [match.group().strip() for match in MARKUP.finditer(plain)]
    return found


def tokens(text):
    """The tokens of a Markdown text, inner ones as well; formulas are taken out before."""
    for token in MarkdownIt("commonmark").enable("table").parse(MATH.sub("x", text)):
        yield token
        yield from token.children or []


def headings(notebook):
    """The places that a link within the notebook can lead to, as JupyterLab names them."""
    found = set()
    for text in texts(notebook):
        every = list(tokens(text))
        for token, inner in zip(every, every[1:]):
            if token.type == "heading_open":
                words = "".join(t.content for t in inner.children)
                found.add(words.replace(" ", "-"))
    return found


def dead_links(notebook, folder):
    """Links that lead to no file in this folder, to no heading, or to no address at all."""
    places, found = headings(notebook), []
    for text in texts(notebook):
        for token in tokens(text):
            if token.type not in ("link_open", "image"):
                continue
            address = token.attrs.get("href") or token.attrs.get("src") or ""
            link = urlparse(address)
            if link.scheme in ("http", "https") and link.netloc:
                continue
            if link.path:
                alive = not link.scheme and (folder / unquote(link.path)).is_file()
            else:
                alive = unquote(link.fragment) in places
            if not alive:
                found.append(address)
    return found
