"""The book as PDF and as EPUB: a small one through both makers, and what they do to a page."""

import functools
import re
import shutil
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import make_epub
import make_pdf
import printed
import pytest
import yaml
from book_fixes import copy_mathjax
from bs4 import BeautifulSoup
from conftest import ROOT
from latex2mathml.converter import convert
from pypdf import PdfReader

from rnn_course import plots

# -- a small book, in the markup that the site's pages have --------------------------------------

SHELL = """<!doctype html><html lang="en"><head><title>x</title></head><body>
<div class="bd-sidebar">beside</div><article class="bd-article">
<section class="tex2jax_ignore" id="{id}"><h1>{number}{title}<a class="headerlink" href="#{id}">#</a>
</h1>{body}</section><p class="page-links"><a href="{id}.ipynb">This page as a notebook</a></p>
</article></body></html>
"""
FOLDED = """<div class="cell {tag} docutils container"><details class="admonition hide above-input">
<summary><p class="collapsed admonition-title">Show</p></summary>
<div class="cell_input"><div class="highlight"><pre>{code}</pre></div></div></details></div>"""
DROPDOWN = """<details class="sd-dropdown" id="answer"><summary class="sd-summary-title">
<span class="sd-summary-text">Answer</span><span class="sd-summary-state-marker"><svg></svg></span>
</summary><div class="sd-summary-content"><p>It is forty-two.</p></div></details>"""
QUESTION = """<fieldset class="rnn-question" id="question-q"><legend><span>How many?</span></legend>
<div class="choice"><input id="question-q-1" name="question-q" type="radio"/>
<label for="question-q-1"><span>Two</span></label>
<div class="why wrong" role="status"><p class="verdict">No.</p><p>One more.</p></div></div>
<div class="choice"><input id="question-q-2" name="question-q" type="radio"/>
<label for="question-q-2"><span>Three</span></label>
<div class="why right" role="status"><p class="verdict">Yes.</p><p>So it is.</p></div></div></fieldset>"""
MATH = """<p>Inline <span class="math notranslate nohighlight">\\(h_t &lt; 1\\)</span>.</p>
<div class="math notranslate nohighlight" id="equation-e"><span class="eqno">(1)</span>
\\[\\begin{split}\\begin{aligned} a &amp;= W_{ih}^\\top \\\\ b &amp;= 2 \\end{aligned}\\end{split}\\]</div>"""
CODE = '<div class="highlight"><pre>' + "x = 1234567890\n" + "y" * 400 + "</pre></div>"


@functools.cache
def figures():
    """A player of nine frames, and a figure that computes."""
    frame = plots.heat([[0.1, 0.5]], ["a"], ["x", "y"], alt="Two numbers.")
    captions = [f"Frame {k}." for k in range(9)]
    player = plots.player([frame] * 9, label="Nine frames", captions=captions)
    return player._repr_html_() + plots.live.forget_bias()._repr_html_()


def write(root, name, title, body, number=""):
    page = root / "_build" / "html" / "book" / f"{name}.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    number = f'<span class="section-number">{number} </span>' if number else ""
    page.write_text(SHELL.format(id=name, title=title, body=body, number=number), encoding="utf-8")


@pytest.fixture
def small(tmp_path):
    """The folder of a built book of three pages, one of them in a part."""
    write(
        tmp_path,
        "one",
        "Start",
        f'<p>To <a href="two.html#far">far</a>, <a href="three.html">three</a>, '
        f'<a href="../_sources/one.md">its source</a>, <a href="https://example.org/">out</a>, '
        f'<a href="#here">here</a>.</p><section id="here"><h2>Here</h2>{MATH}{DROPDOWN}</section>',
    )
    write(
        tmp_path,
        "two",
        "Gates &amp; <em>roads</em>",
        f"{FOLDED.format(tag='tag_hide-input', code='draw()')}"
        f"{FOLDED.format(tag='tag_hide-cell', code='compute()')}{figures()}"
        f'{QUESTION}<section id="far"><h2>1.1. Far</h2>{CODE}</section>',
        "1.",
    )
    write(
        tmp_path,
        "three",
        "Tables",
        "<label>Only mistakes with <input type='text'></label><section id='here'><h2>Here, too</h2>"
        f"<table><tr><td>{'wide ' * 60}</td><td><code>{'z' * 200}</code></td></tr></table>"
        "<audio controls><source src='data:audio/wav;base64,AA'></audio></section>",
        "2.",
    )
    toc = {"format": "jb-book", "root": "book/one", "parts": [
        {"caption": "The core", "chapters": [{"file": "book/two"}, {"file": "book/three"}]}
    ]}  # fmt: skip
    (tmp_path / "_toc.yml").write_text(yaml.safe_dump(toc))
    config = {"title": "A < B", "author": "We", "html": {"extra_footer": "CC BY"}}
    (tmp_path / "_config.yml").write_text(yaml.safe_dump(config))
    return tmp_path


def pages(root):
    return {page.key: page for page in printed.read_book(root).pages}


def test_the_book_has_its_parts_titles_and_sections(small):
    book = printed.read_book(small)
    assert (book.title, book.author, book.rights) == ("A < B", "We", "CC BY")
    assert [(page.key, page.part, page.title) for page in book.pages] == [
        ("one", "", "Start"),
        ("two", "The core", "1. Gates & roads"),
        ("three", "The core", "2. Tables"),
    ]
    assert book.pages[1].sections == [("two--far", "1.1. Far")]
    text = book.pages[0].body.get_text()
    assert "beside" not in text and "as a notebook" not in text


def test_answers_stand_open_and_code_that_is_folded_above_a_figure_goes(small):
    one, two = (pages(small)[key].body for key in ("one", "two"))
    for body in (one, two):
        assert not body.select("details, summary, script, style, button, input, fieldset, audio")
        assert not body.select("[hidden], .headerlink, .live")
    answer = one.find(id="one--answer")
    assert answer.find(class_="title").get_text(strip=True) == "Answer"
    assert "forty-two" in answer.get_text()
    text = two.get_text()
    assert "compute()" in text and "draw()" not in text
    choices = two.select(".question li")
    assert [printed.plain(choice) for choice in choices] == [
        "TwoNo.One more.",
        "ThreeYes.So it is.",
    ]
    assert "first state of a figure that computes" in text


def test_a_player_is_a_strip_from_its_first_frame_to_its_last(small):
    strip = pages(small)["two"].body.find(class_="strip")
    words = [caption.get_text() for caption in strip.find_all("figcaption")]
    assert len(words) == printed.FRAMES
    assert words[0] == "Step 1 of 9. Frame 0."
    assert words[-1] == "Step 9 of 9. Frame 8."


def test_every_link_leads_to_an_id_that_is_there_once(small):
    book = pages(small)
    ids = [node["id"] for page in book.values() for node in page.body.find_all(id=True)]
    ids += [page.body["id"] for page in book.values()]
    assert len(ids) == len(set(ids))  # two pages have a section "here"
    links = {link.get_text(): link["href"] for link in book["one"].body.find_all("a")}
    assert links == {
        "far": "#two--far",
        "three": "#three",
        "out": "https://example.org/",
        "here": "#one--here",
    }
    assert {href[1:] for href in links.values() if href.startswith("#")} <= set(ids)
    assert "its source" in book["one"].body.get_text()


def test_a_page_that_is_not_built_is_named(small):
    (small / "_build" / "html" / "book" / "three.html").unlink()
    with pytest.raises(printed.NotMade, match="book/three is not built yet. Run `make book`"):
        printed.read_book(small)


# -- EPUB ----------------------------------------------------------------------------------------


def run(module, root, monkeypatch):
    """What a maker returns, in a thread: Playwright's loop runs in this one for other tests."""
    monkeypatch.setattr(sys, "argv", [module.__name__, "--root", str(root)])
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(module.main).result()


def test_formulas_become_mathml(small):
    page = pages(small)["one"]
    make_epub.formulas(page)
    block = page.body.find(class_="math", id=True)
    assert block.find(class_="eqno").get_text() == "(1)"
    rows = ElementTree.fromstring(block.contents[-1]).iter(
        "{http://www.w3.org/1998/Math/MathML}mtr"
    )
    assert len(list(rows)) == 2


@pytest.mark.parametrize("tex", [r"\nosuchcommand x", r"\begin{aligned} a &= b \end{aligned}"])
def test_a_formula_that_would_be_wrong_is_refused(tex):
    convert(tex)  # latex2mathml says nothing
    with pytest.raises((ValueError, ElementTree.ParseError)):
        make_epub.as_mathml(tex, "block")


def test_the_base_of_a_power_may_be_a_matrix():
    mathml = make_epub.as_mathml(r"\begin{pmatrix} a \\ b \end{pmatrix}^\top", "block")
    assert "<msup><mrow>" in mathml


@pytest.mark.skipif(not shutil.which("java"), reason="epubcheck needs Java")
def test_epubcheck_finds_the_planted_fault_and_no_other(small, monkeypatch, capsys):
    write(small, "three", "Three", '<p>To <a href="two.html#nowhere">nowhere</a>.</p>')
    assert run(make_epub, small, monkeypatch) == 1
    head, *faults = capsys.readouterr().err.splitlines()
    assert len(faults) == 1 and "RSC-012" in faults[0] and "three.xhtml" in faults[0]
    assert "book-files" not in (small / "_build" / "html" / "book" / "one.html").read_text()


def test_an_epub_is_linked_from_the_site_until_it_is_outdated(small, monkeypatch):
    first = small / "_build" / "html" / "book" / "one.html"
    before = first.read_text()
    monkeypatch.setattr(make_epub, "check", lambda path: [])
    assert run(make_epub, small, monkeypatch) == 0
    copy = small / "_build" / "html" / "recurrent-networks.epub"
    with zipfile.ZipFile(copy) as epub:
        assert epub.infolist()[0].filename == "mimetype"
        texts = {name: epub.read(name).decode() for name in epub.namelist()}
    assert not [name for name, text in texts.items() if "<script" in text or "<button" in text]
    assert "<math" in texts["book/one.xhtml"] and "<svg" in texts["book/two.xhtml"]
    assert 'href="two.xhtml#two--far"' in texts["book/one.xhtml"]
    links = BeautifulSoup(first.read_text(), "html.parser").select(".book-files a")
    assert [link["href"] for link in links] == ["../recurrent-networks.epub"]

    monkeypatch.setattr(make_epub, "write_epub", None)  # it is not made a second time
    assert run(make_epub, small, monkeypatch) == 0

    write(small, "three", "Another title", "<p>New.</p>")
    printed.offer(small)
    assert first.read_text() == before
    assert not copy.exists()


def test_without_java_the_epub_is_made_and_one_line_says_what_is_missing(
    small, monkeypatch, capsys
):
    monkeypatch.setenv("PATH", "")
    assert run(make_epub, small, monkeypatch) == 0
    [line] = capsys.readouterr().err.splitlines()
    assert "not checked: that needs Java" in line
    assert (small / "_build" / "html" / "recurrent-networks.epub").exists()


# -- PDF -----------------------------------------------------------------------------------------


def test_without_a_browser_one_line_says_what_is_missing(small, monkeypatch, capsys):
    monkeypatch.setenv("PATH", "")
    assert run(make_pdf, small, monkeypatch) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert "printed by Chromium" in line and "`make epub`" in line


def outline(entries):
    return [outline(entry) if isinstance(entry, list) else entry.title for entry in entries]


@pytest.mark.browser
def test_the_pdf_is_whole(small, monkeypatch, capsys):
    site = small / "_build" / "html"
    copy_mathjax(SimpleNamespace(builder=SimpleNamespace(format="html"), outdir=site), None)
    assert run(make_pdf, small, monkeypatch) == 0, capsys.readouterr().err
    reader = PdfReader(site / "recurrent-networks.pdf")
    texts = [page.extract_text() for page in reader.pages]
    assert reader.metadata.title == "A < B"
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert outline(reader.outline) == [
        "Contents", "Start", ["Here"],
        "The core", ["1. Gates & roads", ["1.1. Far"], "2. Tables", ["Here, too"]],
    ]  # fmt: skip
    # the numbers in the contents are those of the pages on which the sections begin
    numbers = dict(re.findall(r"^(?:\d+\. |1\.1\. )?(\w+).*?(\d+)$", texts[1], re.MULTILINE))
    places = make_pdf.page_numbers(site / "recurrent-networks.pdf")
    assert numbers["Far"] == str(places["two--far"]) and numbers["Start"] == "3"
    [far] = [text for text in texts if "y" * 40 in text]
    assert far.count("y") >= 400 and "z" * 200 in "".join(texts).replace("\n", "")  # nothing is cut
    assert "1. Gates & roads" in far  # the running head
    everything = " ".join(texts)
    assert "forty-two" in everything and "\\(" not in everything and "Step 9 of 9" in everything


@pytest.mark.browser
def test_what_is_too_wide_or_not_a_formula_stops_the_pdf(small, monkeypatch, capsys):
    site = small / "_build" / "html"
    copy_mathjax(SimpleNamespace(builder=SimpleNamespace(format="html"), outdir=site), None)
    wrong = '<span class="math">\\(\\frac{1\\)</span>'
    write(small, "three", "Three", f'<p style="width: 3000px">Too wide.</p><p>{wrong}</p>')
    assert run(make_pdf, small, monkeypatch) == 1
    said = capsys.readouterr().err
    assert "Wider than the paper" in said and "three: P" in said
    assert "not set" in said and "frac" in said
    assert not (site / "recurrent-networks.pdf").exists()


PAGE_AS_PRINTED = """() => ({
  answers: [...document.querySelectorAll("details.sd-dropdown .sd-card-text")]
    .filter(node => !node.checkVisibility() || !node.getBoundingClientRect().height).length,
  beside: [...document.querySelectorAll(".bd-sidebar-primary, .bd-sidebar-secondary, .bd-header")]
    .filter(node => node.checkVisibility()).length,
  buttons: [...document.querySelectorAll("button")].filter(node => node.checkVisibility()).length,
  folded: [...document.querySelectorAll(".tag_hide-input details")]
    .filter(node => node.checkVisibility()).length,
  wide: [...document.querySelectorAll(".bd-article :is(p, pre, table, figure, .rnn-picture)")]
    .filter(node => node.getBoundingClientRect().right > innerWidth + 1).map(node => node.outerHTML
    .slice(0, 80)),
})"""


@pytest.mark.browser
@pytest.mark.parametrize("name", ["lstm", "intro"])
def test_a_page_of_the_site_prints_whole(chromium, address, name):
    tab = chromium.new_page(viewport={"width": make_pdf.WIDTH, "height": 900})
    tab.goto(f"{address}book/{name}.html")
    tab.emulate_media(media="print")
    found = tab.evaluate(PAGE_AS_PRINTED)
    tab.close()
    assert found == {"answers": 0, "beside": 0, "buttons": 0, "folded": 0, "wide": []}


@pytest.mark.browser
def test_real_pages_are_read_whole(address):
    """The small book's markup is ours; that of the built pages is whatever the tools write."""
    root = ROOT
    keys = {name: name.rpartition("/")[2] for name, _ in printed.table_of_contents(root)}
    html = Path(root, "_build", "html")
    page = printed.read_page(html / "book" / "lstm.html", html, keys)
    source = (root / "book" / "lstm.md").read_text(encoding="utf-8")
    assert len(page.body.select(".opened")) == source.count(":::{dropdown}") > 0
    assert len(page.body.select(".question")) == source.count("::::{question}") > 0
    assert page.body.select(".strip") and not page.body.select("details, button, input, script")
    assert len(page.sections) == len(re.findall(r"^## ", source, re.MULTILINE))
    make_epub.formulas(page)
    ElementTree.fromstring(page.body.decode(formatter="minimal"))
