"""What the tests share: their order, the built book, and a browser."""

import fcntl
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from make_pdf import find_chromium
from playwright.sync_api import sync_playwright
from serve import server

from rnn_course.checks.diagnosis.make import make_all

ROOT = Path(__file__).resolve().parents[1]
os.environ["RNN_COURSE_STRICT"] = "1"  # a fault of the checks themselves raises

# Files that take more than a few seconds, cheapest first; all others run before them. So that
# what can fail quickly fails first. The longest begins at once, beside them: it builds the book.
LONGEST = "test_captions"
SLOW = """test_printed test_training test_learning test_packages test_proof test_planted_faults test_small_world
test_exercises test_grade test_kit test_same_verdicts test_class_run test_corpus test_checks_names
test_checks_corpus test_blind test_book test_pages""".split()
# Files whose tests hear a mistake's name, and so need the tables of `make prints`.
NAMES = """test_assignment_bidirectional test_assignment_bptt test_assignment_capstone
test_assignments test_blind test_checks test_checks_corpus test_checks_names
test_checks_right test_checks_verdicts test_class_run test_diagnosis test_exercises
test_grade test_kit test_naming test_networks test_repo test_same_verdicts""".split()


def pytest_collection_modifyitems(items):
    cost = {name: number for number, name in enumerate(SLOW, start=1)}

    def key(item):  # sorting is stable: what is equal stays in its order
        stem, in_browser = item.path.stem, item.get_closest_marker("browser") is not None
        return in_browser, stem != LONGEST, cost.get(stem, 0)

    items.sort(key=key)
    for item in items:
        if item.path.stem in NAMES:
            item.fixturenames.insert(0, "prints")
        if "book" in item.fixturenames:  # the first of them runs every cell: minutes
            item.add_marker(pytest.mark.timeout(1800))


@pytest.fixture(scope="session")
def prints():
    """What the known mistakes give, made where it is missing or outdated: checks name by it."""
    errors = [report for *_, report in make_all() if isinstance(report, Exception)]
    assert not errors, "\n".join(map(str, errors))


def build_book(*arguments, root=ROOT):
    """Run the book's build; returns the finished process, its output as text."""
    command = [
        sys.executable,
        ROOT / "book" / "_tools" / "build_book.py",
        "--root",
        root,
        *arguments,
    ]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


@pytest.fixture(scope="session")
def book(prints):
    """The folder of the built book, every page laid out anew, with no warning.

    Of tests that run beside each other the first builds it, and others wait: `laid_out` holds
    which run of the tests it was built for.
    """
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")  # None: no others
    with (ROOT / "_build" / "laid_out").open("a+") as laid_out:
        fcntl.flock(laid_out, fcntl.LOCK_EX)
        laid_out.seek(0)
        if laid_out.read() != run:
            done = build_book("--all")
            assert done.returncode == 0, done.stdout
            laid_out.truncate(0)
            laid_out.write(run or "")
    return ROOT / "_build" / "html"


@pytest.fixture(scope="session")
def chromium():
    """The system's browser, for the tests marked `browser`."""
    path = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def address():
    """The address at which the built book is served while these tests run."""
    assert (ROOT / "_build" / "html" / "index.html").exists(), "there is no book yet: `make book`"
    serving = server(ROOT / "_build" / "html")
    thread = threading.Thread(target=serving.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{serving.server_port}/"
    serving.shutdown()
    thread.join()
    serving.server_close()


def too_wide(tab):
    """By how many pixels a page is wider than its window."""
    return tab.evaluate("document.documentElement.scrollWidth - window.innerWidth")


ONE_OF_EACH = """() => {
  const seen = new Set(), more = [];  // first all is read, then changed: else all is styled anew
  for (const token of document.querySelectorAll(".highlight span[class]:not(:has(*))")) {
    const around = [token, token.closest("pre"), token.closest(".highlight")];
    const look = token.checkVisibility() && around.map(node => {
      const { color, backgroundColor, fontWeight, fontSize } = getComputedStyle(node);
      return [node.className, color, backgroundColor, fontWeight, fontSize];
    }).join();
    if (!look || seen.has(look)) more.push(token);
    seen.add(look);
  }
  const shapes = "svg :not(title, desc, text, tspan, a, :has(title, desc, text))";
  const formulas = [...document.querySelectorAll("mjx-container")].slice(3);
  for (const token of more) token.replaceWith(token.textContent);
  for (const node of [...document.querySelectorAll(shapes), ...formulas]) node.remove();
}"""


def serious(tab):
    """axe-core's findings of the two upper grades, one line each.

    Of the coloured tokens of code one of each look stays, the others become plain text: axe would
    measure the contrast of five thousand. Gone are also the lines of the drawings, which it says
    nothing about, and all formulas but three.
    """
    tab.evaluate(ONE_OF_EACH)
    options = {"resultTypes": ["violations"], "preload": False}  # what is shown, as it is shown
    found = Axe().run(tab, options=options).response["violations"]
    return [
        f"{fault['id']}: {node['html'][:150]}"
        for fault in found
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
    ]
