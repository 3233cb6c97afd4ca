"""The figures of the book: each has a number and a caption of one or two sentences."""

import re

import pytest
from captions import PutPicturesIn
from conftest import ROOT
from docutils import nodes
from docutils.utils import new_document

PAGES = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "book").glob("*.md")}
BLOCK = re.compile(r"^:::\{caption\} (\S+)\n(.+)\n:::$", re.MULTILINE)


def captions(text):
    """{name: words}, of a page."""
    return dict(BLOCK.findall(text))


def sentences(words):
    return re.split(r"(?<=[.!?])\s+(?=\S)", words)


def faults(page, text):
    """What is wrong with the captions of a page, one line each."""
    found = captions(text)
    wrong = [f"{page}: {text.count('{caption}')} captions, {len(found)} of them understood"]
    wrong = wrong if text.count("{caption}") != len(found) else []
    for name, words in found.items():
        if not name.startswith(f"fig-{page}-"):
            wrong.append(f"{name}: expected a name that begins with fig-{page}-")
        if len(sentences(words)) > 2 or not words.endswith("."):
            wrong.append(f"{name}: expected one or two whole sentences")
        measured = re.findall(r"\d+[.,]\d+|\d+ ?%", words)
        if measured:
            wrong.append(f"{name}: {measured} may be another number after the next build")
        before = text[: text.index(f"{{caption}} {name}\n")].rstrip(":\n")
        if not before.endswith("```"):
            wrong.append(f"{name}: expected it directly below its cell")
    return wrong


@pytest.mark.parametrize("page", PAGES)
def test_captions_are_short_and_stand_below_their_cells(page):
    assert faults(page, PAGES[page]) == []


@pytest.mark.parametrize(
    "wrong",
    [
        "```\n\n:::{caption} fig-other-a\nSeen.\n:::\n",
        "```\n\n:::{caption} fig-page-a\nSeen. And concluded. And more.\n:::\n",
        "```\n\n:::{caption} fig-page-a\nThe loss is 0.12.\n:::\n",
        "```\n\nProse.\n\n:::{caption} fig-page-a\nSeen.\n:::\n",
        "```\n\n:::{caption} fig-page-a\n:::\n",
    ],
)
def test_a_wrong_caption_is_found(wrong):
    assert faults("page", wrong)
    assert not faults("page", "```\n\n:::{caption} fig-page-a\nSeen. And concluded.\n:::\n")


# -- the pictures and their captions come together ---------------------------------------------


def cell(*outputs):
    """A cell as MyST-NB makes it, with an output for each text of HTML."""
    bundles = []
    for html in outputs:
        raw = nodes.raw("", html, format="html")
        bundles.append(nodes.container("", raw, nb_element="mime_bundle"))
    return nodes.container("", *bundles, nb_element="cell_code")


def caption(words):
    return nodes.figure("", nodes.caption("", words))


def put_together(*children):
    """The warnings and, of each figure that has its picture, (picture, caption)."""
    document = new_document("page")
    document += nodes.section("", *children)
    said = []
    transform = PutPicturesIn(document)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("captions.log.warning", lambda words, location: said.append(words))
        transform.apply()
    whole = [figure for figure in document.findall(nodes.figure) if len(figure) == 2]
    return said, [tuple(part.astext() for part in figure) for figure in whole]


A, B = ('<div class="rnn-picture">A</div>', '<figure class="rnn-live rnn-picture">B</figure>')


def test_each_caption_gets_its_picture():
    said, found = put_together(cell("table", A), caption("a"), cell(B), caption("b"))
    assert not said and found == [(A, "a"), (B, "b")]
    said, found = put_together(cell(A, B), caption("a"), caption("b"))
    assert not said and found == [(A, "a"), (B, "b")]


@pytest.mark.parametrize(
    "children",
    [
        lambda: [cell(A)],
        lambda: [cell(A, B), caption("a")],
        lambda: [cell("no picture"), caption("a")],
        lambda: [caption("a"), cell(A)],
        lambda: [cell(A), caption("a"), caption("b")],
        lambda: [cell(A), caption("a"), nodes.paragraph("", "prose"), caption("b")],
    ],
)
def test_a_picture_or_a_caption_alone_is_a_fault_of_the_page(children):
    assert put_together(*children())[0]


def test_every_figure_of_the_book_has_its_number(book):
    from test_book import soup

    seen = 0
    for page, text in PAGES.items():
        found = soup(book / "book" / f"{page}.html")
        for name in captions(text):
            figure = found.find("figure", id=name)
            number = figure.select_one("figcaption .caption-number")
            assert re.fullmatch(r"Figure \d+(\.\d+)? ", number.get_text()), (page, name)
            assert figure.select_one(".rnn-picture"), (page, name)
            seen += 1
    assert seen > 80
