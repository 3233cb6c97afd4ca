"""The book: it builds without a warning, and the built site is whole and stands by itself."""

import functools
import re
import shutil
import subprocess
from types import SimpleNamespace
from urllib.parse import unquote, urlparse
from xml.etree import ElementTree

import assignment_list
import build_book as builder
import citations
import discovery
import kit
import nbformat
import notebook_faults
import page_cells
import page_links
import pytest
import reading_time
import yaml
from bs4 import BeautifulSoup
from build import assignments
from conftest import ROOT, build_book
from fontTools.ttLib import TTFont
from nbclient import NotebookClient
from pybtex.database import parse_file
from sphinx.errors import ConfigError

# -- the table of contents ---------------------------------------------------------------------


def test_every_page_is_in_the_table_of_contents_once():
    text = (ROOT / "_toc.yml").read_text(encoding="utf-8")
    listed = re.findall(r"(?:file|root): (\S+)", text)
    assert len(listed) == len(set(listed))
    assert set(listed) == {f"book/{path.stem}" for path in (ROOT / "book").glob("*.md")}
    assert page_cells.pages_of(ROOT) == [ROOT / f"{name}.md" for name in listed]


# -- the machinery, on a book of two small pages -----------------------------------------------

PAGE = """\
---
file_format: mystnb
kernelspec:
  name: python3
---

# {title}

Some prose.

```{{code-cell}}
number = 6
```

```{{code-cell}}
:tags: [hide-input]

# a comment
print(number * 7)
{code}
```
"""


@pytest.fixture
def small(tmp_path):
    """A book with the real settings and machinery, and two pages that need no torch."""
    (tmp_path / "rnn_course").mkdir()
    (tmp_path / "rnn_course" / "cells.py").write_text("x = 1\n")
    (tmp_path / "requirements.lock").write_text("torch==1\n")
    (tmp_path / "book").mkdir()
    for name in ("_config.yml", "book/references.bib", "book/references.md"):
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "book" / "_tools", tmp_path / "book" / "_tools")
    chapters = [{"file": f"book/{name}"} for name in ("two", "references")]
    toc = {"format": "jb-book", "root": "book/one", "chapters": chapters}
    (tmp_path / "_toc.yml").write_text(yaml.safe_dump(toc))
    write_page(tmp_path, "one", "[the other page](two.md), {cite:t}`elman1990`")
    write_page(tmp_path, "two", "$h_t$")
    return tmp_path


def write_page(root, name, title, code=""):
    (root / "book" / f"{name}.md").write_text(PAGE.format(title=title, code=code))


def run(root):
    """Run what is to run: the names of the pages that ran, and what went wrong."""
    said = []
    problems = page_cells.run_pages(root, page_cells.cache_folder(root), say=said.append)
    finished = [re.match(r" +\d+ of \d+ +(\w+)", line) for line in said]
    return {match[1] for match in finished if match}, problems


def test_pages_run_once_and_again_only_when_something_changed(small):
    assert run(small) == ({"one", "two"}, [])
    assert run(small) == (set(), [])

    write_page(small, "two", "Only the prose is new")
    assert run(small) == (set(), [])
    write_page(small, "two", "A cell is new", "number")
    assert run(small) == ({"two"}, [])

    (small / "rnn_course" / "cells.py").write_text("x = 2\n")
    assert run(small) == ({"one", "two"}, [])
    (small / "rnn_course" / "cells.py").write_text("x = 1\n")
    assert run(small) == (set(), [])  # the former state is still kept
    (small / "requirements.lock").write_text("torch==2\n")
    assert run(small) == ({"one", "two"}, [])
    (small / "rnn_course" / "autograde").mkdir()
    (small / "rnn_course" / "autograde" / "report.py").write_text("x = 1\n")
    assert run(small) == (set(), [])  # because of this:


def test_no_cell_uses_the_grading():
    cells = re.compile(r"^```\{code-cell\}.*?^```", re.DOTALL | re.MULTILINE)
    for path in page_cells.pages_of(ROOT):
        assert not [cell for cell in cells.findall(path.read_text()) if "autograde" in cell], path


def test_a_broken_cell_is_named_by_page_line_and_cell(small):
    write_page(small, "two", "Two", "def half(x):\n    return x / 0\nhalf(\n    number)")
    ran, [problem] = run(small)
    assert ran == {"one", "two"}  # one page's fault stops no other
    lines = (small / "book" / "two.md").read_text().splitlines()
    place, shown = problem.splitlines()[:2]
    number = lines.index("half(") + 1
    assert place == f"book/two.md:{number}: cell 2: ZeroDivisionError: division by zero"
    assert shown.strip() == "half("
    assert "return x / 0" in problem  # the traceback
    assert run(small)[0] == {"two"}  # nothing is kept of a page that failed


def test_what_writes_to_stderr_is_a_fault(small):
    write_page(small, "two", "Two", "import warnings\nwarnings.warn('look here')")
    _, [problem] = run(small)
    assert re.match(r"book/two\.md:\d+: cell 2: wrote to stderr: .*look here", problem, re.DOTALL)


def test_a_cell_that_kills_python_or_never_ends_is_a_fault(small):
    settings = small / "_config.yml"
    settings.write_text(settings.read_text().replace("timeout: 300 ", "timeout: 2 "))
    write_page(small, "one", "One", "import os\nos._exit(1)")
    write_page(small, "two", "Two", "while True:\n    pass")
    _, problems = run(small)
    dead, endless = sorted(problems)
    assert re.match(r"book/one\.md:\d+: cell 2: ended the Python process", dead)
    assert re.match(r"book/two\.md:\d+: cell 2: ran longer than 2 s", endless)


def test_a_page_that_is_listed_but_missing_is_named(small):
    (small / "book" / "two.md").unlink()
    with pytest.raises(page_cells.MissingPage, match="book/two.md"):
        run(small)


def test_a_warning_fails_the_build_and_fails_it_again(small):
    write_page(small, "two", "[nowhere](missing.md)")
    for _ in range(2):  # Sphinx by itself would not warn of the same page twice
        bad = build_book(root=small)
        assert bad.returncode == 1
        assert "two.md" in bad.stdout and "missing.md" in bad.stdout


def test_a_style_that_changed_lays_all_pages_out(small):
    copies = small / "_build" / "html" / "_static"
    assert not builder.style_changed(small)  # nothing is built yet
    copies.mkdir(parents=True)
    style = small / "book" / "_tools" / "static" / "book.css"
    shutil.copy(style, copies)
    assert not builder.style_changed(small)
    style.write_text("p { color: red; }")
    assert builder.style_changed(small)


DIAGRAM = """\
from rnn_course import plots
plots.unrolled("He ate".split())"""


def test_with_addresses_there_are_links_pictures_a_sitemap_a_feed_and_launch_buttons(small):
    text = "Here is a page on numbers, and it says so in its first sentence, which is not short."
    write_page(small, "two", f"Numbers\n\n*5 minutes.*\n\n{text}", DIAGRAM)
    with (small / "book" / "two.md").open("a") as page:
        page.write(":::{caption} fig-two\nA sentence of two words.\n:::\n")
    shutil.copy(ROOT / "CHANGELOG.md", small)
    shutil.rmtree(small / "rnn_course")  # then cells import the real one
    settings = yaml.safe_load((small / "_config.yml").read_text(encoding="utf-8"))
    settings["sphinx"]["config"]["html_baseurl"] = "https://example.org/rnn/"
    settings["sphinx"]["config"]["launch_jupyterhub"] = "https://hub.example.org"
    settings["repository"]["url"] = "https://github.com/one/course"
    (small / "_config.yml").write_text(yaml.safe_dump(settings))
    done = build_book(root=small)
    assert done.returncode == 0, done.stdout
    site = small / "_build" / "html"
    page = soup(site / "book" / "two.html")
    address = "https://example.org/rnn/book/two.html"
    said = {m["property"]: m["content"] for m in page.select("meta[property]")}
    assert page.select_one('meta[name="description"]')["content"] == text
    assert said["og:url"] == address
    assert page.select_one('link[rel="canonical"]')["href"] == address
    assert f"<loc>{address}</loc>" in (site / "sitemap.xml").read_text()

    assert said["og:image"] == "https://example.org/rnn/_images/page-two.png"
    assert "He" in said["og:image:alt"]
    two, one = (site / "_images" / f"page-{name}.png" for name in ("two", "one"))
    for picture in (one, two):  # that without a figure shows the icon
        head = picture.read_bytes()[:24]
        assert head[:4] == b"\x89PNG" and head[16:] == bytes((0, 0, 4, 176, 0, 0, 2, 118))
    assert one.read_bytes() != two.read_bytes()
    assert page.select_one('meta[name="twitter:card"]')["content"] == "summary_large_image"

    feed = page.select_one('link[type="application/atom+xml"]')["href"]
    assert feed == "https://example.org/rnn/feed.xml"
    ElementTree.parse(site / "feed.xml")

    lost = soup(site / "404.html")
    for tag in lost.select("[href], [src]"):
        link = tag.get("href") or tag.get("src")
        assert link.startswith(("/rnn/", "#", "https:", "data:")), link

    assert page.select('a[href="https://github.com/one/course/blob/main/book/two.md"]')
    opened = "github/one/course/blob/notebooks/chapters/chapter-two.ipynb"
    launch = {a["href"] for a in page.select(".dropdown-launch-buttons a")}
    assert launch == {
        f"https://colab.research.google.com/{opened}",
        "https://mybinder.org/v2/gh/one/course/notebooks?urlpath=lab%2Ftree%2Fchapters%2Fchapter-two.ipynb",
        "https://hub.example.org/hub/user-redirect/git-pull?repo=https%3A%2F%2Fgithub.com%2Fone"
        "%2Fcourse&branch=notebooks&urlpath=lab%2Ftree%2Fcourse%2Fchapters%2Fchapter-two.ipynb",
    }
    one, two = (
        nbformat.read(small / "_build" / "html" / "book" / f"chapter-{name}.ipynb", 4)
        for name in ("one", "two")
    )
    assert "@ https://github.com/one/course/raw/notebooks/rnn_course-" in one.cells[0].source
    assert f"# [the other page]({address})" in one.cells[1].source  # links lead to the site
    assert "https://example.org/rnn/book/references.html#" in one.cells[1].source
    outputs = [out.get("text") for cell in two.cells for out in cell.get("outputs", [])]
    assert outputs == ["42\n", None]  # and the picture


def test_the_feed_has_the_releases_of_the_changelog():
    changelog = (
        "# Changelog\n\n## 0.3.0 (not released yet)\n\n- New.\n\n"
        "## 0.2.0 (2027-02-01)\n\n- Two & `more`.\n\n## 0.1.0 (2026-12-24)\n\n- One.\n"
    )
    parts = ("The course", "https://example.org/", "https://example.org/changelog.html")
    root = ElementTree.fromstring(discovery.feed(changelog, *parts, "2027-03-01"))
    atom = {"a": discovery.ATOM}
    assert [e.text for e in root.findall("a:entry/a:title", atom)] == ["0.2.0", "0.1.0"]
    assert root.find("a:updated", atom).text == "2027-02-01T00:00:00Z"
    content = root.find("a:entry/a:content", atom).text
    assert content == "<ul>\n<li>Two &amp; <code>more</code>.</li>\n</ul>\n"
    ids = [e.text for e in root.findall("a:entry/a:id", atom)]
    assert len(set(ids)) == 2 and all(i.startswith("https://example.org/") for i in ids)
    empty = ElementTree.fromstring(discovery.feed("# Changelog\n", *parts, "2027-03-01"))
    assert empty.find("a:updated", atom).text == "2027-03-01T00:00:00Z"


def test_the_page_of_the_assignments_has_each_of_them_with_its_tasks():
    text = (ROOT / "book" / "assignments.md").read_text(encoding="utf-8")
    named = re.findall(r"^\(assignment-(\w+)\)=\n## Assignment (\w+)$", text, re.MULTILINE)
    assert named == [(name, name) for name in kit.ORDER]
    assert re.findall(r"```\{assignment\} (\w+)", text) == kit.ORDER
    for name in kit.ORDER:
        source = (ROOT / "exercises" / f"{name}.md").read_text(encoding="utf-8")
        lines = assignment_list.summary(source).splitlines()
        tasks = re.findall(
            r"^:nbgrader: (?:test|essay|points)|^\+\+\+.*essay", source, re.MULTILINE
        )
        assert len(lines[2:]) >= 8 and lines[2].startswith("1. ") and len(tasks) >= 8


@pytest.mark.parametrize("address", ["git@github.com:one/course.git", "https://github.com/one"])
def test_an_address_that_no_button_can_use_stops_the_build(address):
    config = SimpleNamespace(html_theme_options={"repository_url": address})
    with pytest.raises(ConfigError, match=r"expected https://github.com/OWNER/NAME, or nothing"):
        page_links.check_address(SimpleNamespace(config=config), config)


def test_jupyter_book_2_stops_the_build_and_says_so(monkeypatch, capsys):
    monkeypatch.setattr(builder.importlib.metadata, "version", lambda name: "2.1.0")
    monkeypatch.setattr("sys.argv", ["build_book.py"])
    assert builder.main() == 1
    said = capsys.readouterr().err
    assert "jupyter-book 2.1.0 is installed" in said and ">=1.0.4,<2" in said
    assert "make setup" in said


# -- the built site ----------------------------------------------------------------------------


def pages(site):
    return [path for path in sorted(site.rglob("*.html")) if "_static" not in path.parts]


@functools.cache
def soup(path):
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def foreign(address):
    return urlparse(address).netloc != ""


def assets_from_elsewhere(site):
    """Every script, style, picture, font or frame that a page or a style sheet takes from a net."""
    found = []
    for path in pages(site):
        page = soup(path)
        for tag in page.find_all(["script", "img", "iframe", "source", "video", "audio", "object"]):
            found += [(path.name, tag.get(at)) for at in ("src", "data", "srcset") if tag.get(at)]
        for tag in page.find_all("link"):
            if "canonical" not in tag.get("rel", []):
                found.append((path.name, tag.get("href", "")))
        for tag in page.find_all("style"):
            found += [(path.name, address) for address in addresses(tag.get_text())]
    for path in site.rglob("*.css"):
        css = path.read_text(encoding="utf-8")
        found += [(path.name, address) for address in addresses(css)]
    return [(name, address) for name, address in found if foreign(address)]


def addresses(css):
    return re.findall(r"""(?:url\(|@import)\s*["']?([^"')\s;]+)""", css)


def dead_links(site):
    """Every local link, script or picture of a page that leads to no file or to no place in it."""
    found, places = [], {}
    for path in pages(site):
        for tag in soup(path).find_all(["a", "link", "script", "img"]):
            address = tag.get("href") or tag.get("src")
            if not address or foreign(address) or urlparse(address).scheme:
                continue
            link = urlparse(address)
            start = site if link.path.startswith("/") else path.parent  # of 404.html
            target = (start / unquote(link.path).lstrip("/")).resolve() if link.path else path
            if not target.exists():
                found.append((path.name, address))
            elif link.fragment and target.suffix == ".html":
                if target not in places:
                    named = soup(target).find_all(attrs={"id": True})
                    places[target] = {tag["id"] for tag in named}
                if unquote(link.fragment) not in places[target]:
                    found.append((path.name, address))
    return found


def pictures_without_words(site):
    """Every picture that says nothing to those who do not see it."""
    found = []
    for path in pages(site):
        page = soup(path)
        for tag in page.find_all("img"):
            if not (tag.get("alt") or "").strip():
                found.append((path.name, str(tag)[:80]))
        for tag in page.select("article svg"):
            if tag.find_parent("svg") or tag.find_parent(attrs={"aria-hidden": "true"}):
                continue
            if tag.get("aria-hidden") != "true" and not (tag.get("aria-label") or "").strip():
                found.append((path.name, str(tag)[:80]))
    return found


def test_the_book_builds_without_a_warning(book):
    for path in page_cells.pages_of(ROOT):
        assert (book / "book" / f"{path.stem}.html").exists()


def test_building_again_runs_no_cell(book):
    done = build_book()
    assert done.returncode == 0
    assert "running the cells" not in done.stdout


def test_every_cell_was_run(book):
    """Each page shows as many outputs as the kept results have."""
    settings = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    from jupyter_cache import get_cache

    cache = get_cache(str(page_cells.cache_folder(ROOT)))
    for path in page_cells.pages_of(ROOT):
        notebook = page_cells.read_page(path, settings)
        if notebook is None:
            continue
        _, run_notebook = cache.merge_match_into_notebook(notebook)
        code = [cell for cell in run_notebook.cells if cell.cell_type == "code"]
        assert all(cell.execution_count for cell in code if cell.source.strip()), path.name
        shown = soup(ROOT / "_build" / "html" / "book" / f"{path.stem}.html")
        hidden = sum("remove-cell" in cell.metadata.get("tags", []) for cell in code)
        assert len(shown.select("div.cell")) == len(code) - hidden, path.name


def test_every_page_says_what_it_is_about(book):
    """In its head, for search engines and shared links; no two chapters say the same."""
    said = {}
    for path in page_cells.pages_of(ROOT):
        head = soup(book / "book" / f"{path.stem}.html").head
        found = {
            (m.get("name") or m.get("property")): m["content"]
            for m in head.select("meta[name], meta[property]")
        }
        assert found["og:title"] and found["twitter:card"] == "summary", path.name
        said[path.stem] = found.get("description", "")
        assert "og:url" not in found and len(said[path.stem]) <= 162, path.name
    chapters = [about for name, about in said.items() if name != "references"]
    assert min(map(len, chapters)) >= 40 and len(set(chapters)) == len(chapters)
    assert not (book / "sitemap.xml").exists()  # the address of the site is not known


def notebooks(book):
    """Of the site, and of the student kit."""
    return [*book.glob("book/*.ipynb"), *book.parent.glob("chapters/*.ipynb")]


def test_every_chapter_is_a_notebook_that_any_front_end_can_show(book):
    about_the_course = {"api", "architecture", "attacks", "mistakes", "proof"}
    pages_with_cells = [p for p in page_cells.pages_of(ROOT) if "{code-cell}" in p.read_text()]
    names = {path.stem for path in pages_with_cells} - about_the_course
    assert {path.stem for path in notebooks(book)} == {f"chapter-{name}" for name in names}
    assert len(notebooks(book)) == 2 * len(names)
    for path in notebooks(book):
        notebook = nbformat.read(path, 4)
        nbformat.validate(notebook)
        assert notebook_faults.markup(notebook) == [], path
        assert notebook_faults.dead_links(notebook, path.parent) == [], path


def test_a_notebook_has_the_cells_of_its_page_with_their_outputs(book):
    for path in book.glob("book/*.ipynb"):
        cells = [c for c in nbformat.read(path, 4).cells if c.cell_type == "code"]
        name = path.stem.removeprefix("chapter-")
        read = nbformat.read(book.parent / "jupyter_execute" / "book" / f"{name}.ipynb", 4)
        written = [cell.source for cell in read.cells if cell.cell_type == "code"]
        assert [cell.source for cell in cells[1:]] == written, path
        page = soup(path.with_name(f"{name}.html"))
        shown = page.select("div.cell_output")
        visible = [c for c in cells if c.outputs and "source_hidden" not in c.metadata]
        assert len(visible) <= len(shown) <= sum(bool(c.outputs) for c in cells), path
        text = "\n".join(notebook_faults.texts(nbformat.read(path, 4)))
        captions = [caption.get_text().split() for caption in page.select("figcaption p")]
        named = re.findall(r"^\*\*Figure ([\d.]+)\.\*\*", text, re.MULTILINE)
        assert named == [words[1] for words in captions], path


def test_every_page_links_to_its_notebook_its_source_its_assignment_the_kit_and_the_package(book):
    for path in page_cells.pages_of(ROOT):
        page = soup(book / "book" / f"{path.stem}.html")
        found = [link.get_text() for link in page.select("p.page-links a")]
        has_notebook = (book / "book" / f"chapter-{path.stem}.ipynb").exists()
        assert ("This page as a notebook" in found) == has_notebook, path
        assert {"Its source", "The student kit", "The package"} <= set(found), path
        assert not page.select(".dropdown-launch-buttons")  # no address is known
    for name in assignments():
        chapters = [
            p.stem for p in page_cells.pages_of(ROOT) if f"Assignment {name}" in p.read_text()
        ]
        assert chapters, name
    practised = soup(book / "book" / "lstm.html").select_one("p.page-links")
    assert "Assignment lstm" in practised.get_text()


SMALL_PAGES = ["notation", "sequences", "intro"]  # 6 to 11 s of processor time


def test_a_chapter_runs_from_top_to_bottom(book, tmp_path):
    """One of the quick ones, in turn: the commit decides. All of them: bench/evidence/notebooks.py,
    in the environment of the student kit."""
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    name = SMALL_PAGES[int(commit.stdout.strip() or "0", 16) % len(SMALL_PAGES)]
    notebook = nbformat.read(book.parent / "chapters" / f"chapter-{name}.ipynb", 4)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": tmp_path}}).execute()


def test_nothing_comes_from_elsewhere_at_reading_time(book):
    assert assets_from_elsewhere(book) == []


def test_all_local_links_lead_somewhere(book):
    assert dead_links(book) == []


def test_every_picture_has_words(book):
    assert pictures_without_words(book) == []


def test_references_have_names_as_labels():
    entries = parse_file(ROOT / "book" / "references.bib").entries
    style = citations.Names()
    labels = list(style.format_labels(style.sort(entries.values())))
    assert len(labels) == len(set(labels)) == len(entries)
    assert {"Elman 1990", "Hochreiter and Schmidhuber 1997", "Gers et al. 2000"} <= set(labels)
    assert not [label for label in labels if not re.fullmatch(r"[^{}]+ \d{4}[a-z]?", label)]


def test_formulas_need_only_files_of_the_site(book):
    mathjax = book / "_static" / "mathjax"
    size = sum(path.stat().st_size for path in mathjax.rglob("*") if path.is_file())
    assert (mathjax / "startup.js").exists()
    assert len(list(mathjax.rglob("*.woff"))) > 10
    assert size < 2e6


def test_no_page_waits_for_a_script(book):
    for path in [*(book / "book").glob("*.html"), book / "search.html", book / "404.html"]:
        head = soup(path).head
        waited_for = [script["src"] for script in head.select("script[src]:not([defer])")]
        assert all("documentation_options.js" in src for src in waited_for), path
        assert "searchindex.js" not in str(head), path


def test_the_font_of_icons_has_those_that_are_shown(book):
    path = book / "_static" / "vendor" / "fontawesome" / "webfonts" / "fa-solid-900.woff"
    style = (book / "_static" / "styles" / "pydata-sphinx-theme.css").read_text(encoding="utf-8")
    assert path.stat().st_size < 6000 and path.name in style and "fa-solid-900.woff2" not in style
    there = TTFont(path).getBestCmap()
    pages = "".join(path.read_text(encoding="utf-8") for path in book.rglob("*.html"))
    for name in set(re.findall(r'class="fa(?:s|-solid) (fa-[a-z-]+)', pages)):
        code, *_ = re.findall(rf'\.{name}:before[^{{]*{{content:"\\(\w+)"', style)
        assert int(code, 16) in there, name
    others = {ord(icon) for icon in re.findall(r"[\uf000-\uf8ff]", style)}
    assert others & set(TTFont(path.with_suffix(".ttf")).getBestCmap()) <= set(there)


def test_sources_of_pages_hold_no_outputs():
    for path in (ROOT / "book").glob("*.md"):
        assert "application/vnd.jupyter" not in path.read_text(encoding="utf-8")


def asserting_cells(text):
    """The code cells that a reader sees and that assert something."""
    return [cell for cell in reading_time.shown_cells(text) if "assert " in cell]


def test_the_reader_sees_no_asserts():
    """What guards the prose stands in a cell that is not shown."""
    for path in (ROOT / "book").glob("*.md"):
        assert not asserting_cells(path.read_text(encoding="utf-8")), path.name
    shown = "```{code-cell}\nprint(1)\nassert True\n```\n"
    assert len(asserting_cells(shown + shown.replace("\n", "\n:tags: [remove-cell]\n", 1))) == 1


def test_reading_times_are_measured():
    """Within five minutes; `python book/_tools/reading_time.py --write` puts them right."""
    pages = {p.stem: p.read_text(encoding="utf-8") for p in (ROOT / "book").glob("*.md")}
    said = {name: (reading_time.stated(text), reading_time.minutes(text))
            for name, text in pages.items() if reading_time.stated(text)}  # fmt: skip
    assert len(said) > 15
    assert {name: both for name, both in said.items() if abs(both[0] - both[1]) > 5} == {}
    prose = "---\nx: 1\n---\n\n" + "word " * 2000 + "\n"
    code = "```{code-cell}\n" + "x = 1\n" * 80 + "```\n"
    hidden = code.replace("\n", "\n:tags: [remove-cell]\n", 1)
    assert [reading_time.minutes(prose + more) for more in ("", code, hidden)] == [10, 20, 10]


# -- the checks of the site find what they look for --------------------------------------------


@pytest.mark.parametrize(
    "html",
    [
        '<script src="https://cdn.example/a.js"></script>',
        '<link rel="stylesheet" href="//cdn.example/a.css">',
        '<img src="http://example/a.png" alt="x">',
        "<style>@import 'https://fonts.example/css';</style>",
        "<style>a { background: url(https://example/a.png) }</style>",
    ],
)
def test_an_asset_from_elsewhere_is_found(tmp_path, html):
    (tmp_path / "a.html").write_text(f'<a href="https://example.org/">a link may</a>{html}')
    assert len(assets_from_elsewhere(tmp_path)) == 1


@pytest.mark.parametrize("href", ["b.html", "a.html#nowhere", "#nowhere", "img/none.png"])
def test_a_dead_link_is_found(tmp_path, href):
    (tmp_path / "a.html").write_text(
        f'<h1 id="top">x</h1><a href="#top"></a><a href="a.html#top"></a><a href="{href}"></a>'
    )
    assert dead_links(tmp_path) == [("a.html", href)]


@pytest.mark.parametrize(
    "text",
    [
        "see {cite:t}`elman1990`",
        ":::{note}\nx\n:::",
        "```{figure} a.png\n```",
        "(rnn)=\n# RNN",
        "[there](rnn.md)",
        "[there](rnn.md#x)",
        ":name: x",
        "+++",
    ],
)
def test_markup_that_only_the_book_knows_is_found(text):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text)])
    assert len(notebook_faults.markup(notebook)) == 1
    fine = "$W_{hh}$ and `{cite}` and\n\n```python\n{a}\n:::\n```\n\n(see *this*)"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(fine)])
    assert notebook_faults.markup(notebook) == []


@pytest.mark.parametrize("address", ["none.ipynb", "#nowhere", "ftp://x", "http:", ""])
def test_a_dead_link_in_a_notebook_is_found(tmp_path, address):
    (tmp_path / "a.ipynb").write_text("")
    text = f"# One (*two*)\n[x](a.ipynb) [x](#One-%28two%29) [x](https://x.org) [x]({address})"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text)])
    assert notebook_faults.dead_links(notebook, tmp_path) == [address]


@pytest.mark.parametrize(
    "html", ['<img src="a.png">', '<img src="a.png" alt=" ">', "<svg><path/></svg>"]
)
def test_a_picture_without_words_is_found(tmp_path, html):
    good = '<svg aria-label="x"><svg></svg></svg><svg aria-hidden="true"></svg><img alt="x">'
    (tmp_path / "a.html").write_text(f"<article>{good}{html}</article>")
    assert len(pictures_without_words(tmp_path)) == 1
