"""Finding one's way in the built book: contents, previews, what has been read, formulas in slices."""

import gzip

import pytest
from conftest import ROOT, serious
from test_pages import bad_formulas, opened

pytestmark = pytest.mark.browser


def test_the_part_to_look_things_up_is_seen_without_scrolling(chromium, address):
    with opened(chromium, address, "book/attacks.html") as (tab, faults):
        tab.locator("nav.bd-links a").first.scroll_into_view_if_needed()
        caption = tab.locator("nav.bd-links p.caption", has_text="Look up")
        last = tab.locator("nav.bd-links a", has_text="References")
        first = tab.locator("nav.bd-links a", has_text="Start here")
        top = tab.locator(".bd-sidebar-primary").bounding_box()["y"]
        assert top < first.bounding_box()["y"] < caption.bounding_box()["y"]
        assert last.bounding_box()["y"] - first.bounding_box()["y"] < 900 - 24 - 140
        entries = tab.locator("nav.bd-links li > a").all()
        assert min(entry.bounding_box()["height"] for entry in entries) >= 24  # to be hit
        assert faults == []


# -- previews ----------------------------------------------------------------------------------


def preview_of(tab, link, keyboard=False):
    """The words of the preview that a link shows."""
    link.scroll_into_view_if_needed()
    if keyboard:
        tab.keyboard.press("Shift")  # so that the focus is the keyboard's
        link.focus()
    else:
        link.hover()
    tab.wait_for_selector("#preview:not([hidden])")
    assert link.get_attribute("aria-describedby") == "preview"
    return tab.locator("#preview").inner_text()


PREVIEWS = {  # link -> what its preview says; None: one formula, set
    'article a.reference[href="#equation-eq-gru-mix"]': None,
    'article a[href="lstm.html"]': "the last chapter left us stuck",
    'article a[href="#gru-reset"]': "reset",
    'article a[href^="references.html#"]': "Learning phrase representations",
}


def test_links_show_what_they_lead_to(chromium, address):
    """To the pointer and to the keyboard; what is shown fits, stays, and is accessible."""
    with opened(chromium, address, "book/gru.html") as (tab, faults):
        for number, (link, words) in enumerate(PREVIEWS.items()):
            link = tab.locator(link).first
            shown = preview_of(tab, link, keyboard=number % 2 == 0)
            formulas = tab.locator("#preview mjx-container").count()
            assert words.lower() in shown.lower() if words else formulas == 1, shown
            assert tab.locator("#preview :is(a, button, [id], [tabindex])").count() == 0
            tab.keyboard.press("Escape")
            assert tab.locator("#preview").is_hidden()
            assert link.get_attribute("aria-describedby") is None
        assert faults == []


def test_a_preview_stays_under_the_pointer_fits_the_window_and_is_accessible(chromium, address):
    with opened(chromium, address, "book/data.html") as (tab, faults):
        preview_of(tab, tab.locator('article a[href="intro.html#running"]').first)
        box = tab.locator("#preview").bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 1280
        tab.mouse.move(box["x"] + 20, box["y"] + 20, steps=5)
        tab.wait_for_timeout(500)
        assert tab.locator("#preview").is_visible()
        assert serious(tab) == []
        tab.mouse.move(5, 5)
        tab.wait_for_selector("#preview", state="hidden")
        assert faults == []


def test_without_a_server_other_pages_have_no_preview_and_nothing_is_said(chromium):
    page = f"//{ROOT}/_build/html/book/assignments.html"
    with opened(chromium, "file:", page) as (tab, faults):
        tab.locator('article a[href="lstm.html"]').first.hover()
        tab.wait_for_timeout(600)
        assert tab.locator("#preview").is_hidden()
        assert faults == []


# -- what has been read ------------------------------------------------------------------------


def test_a_page_is_read_when_its_end_was_reached_and_that_can_be_forgotten(chromium, address):
    with opened(chromium, address, "book/data.html") as (tab, faults):
        read, line = tab.locator("nav.bd-links a.read"), tab.locator(".read-line")
        assert read.count() == 0 and tab.locator(".forget-read").is_hidden()
        tab.evaluate("window.scrollTo(0, document.body.scrollHeight / 3)")
        tab.wait_for_function("document.querySelector('.read-line').style.transform")
        assert 0.1 < float(line.get_attribute("style").split("(")[1].split(")")[0]) < 0.9
        assert read.count() == 0
        tab.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        tab.wait_for_selector("nav.bd-links a.read")
        tab.goto(address + "book/attacks.html")
        assert [text.strip() for text in read.all_text_contents()] == ["The data (read)"]
        assert serious(tab) == []
        tab.locator(".forget-read").click()
        assert read.count() == 0 and tab.locator(".forget-read").is_hidden()
        assert tab.evaluate("localStorage.getItem('rnn-course-read')") is None
        assert faults == []


# -- fast --------------------------------------------------------------------------------------

COUNT = """
window.order = []; window.slices = [];
document.addEventListener("DOMContentLoaded", () => {
  const { startup } = MathJax.config, ready = startup.pageReady;
  startup.pageReady = () => {
    const typeset = MathJax.typeset, all = [...document.querySelectorAll(".math")];
    MathJax.typeset = (formulas) => {
      slices.push(formulas.length);
      order.push(...formulas.map((formula) => all.indexOf(formula)));
      typeset(formulas);
    };
    return ready();
  };
});
"""


def test_formulas_are_set_in_slices_those_in_view_before_others(chromium, address):
    with opened(chromium, address, "search.html") as (tab, faults):
        requests = []
        tab.on("requestfinished", lambda request: requests.append(request))
        tab.add_init_script(COUNT)
        tab.goto(address + "book/gru.html#gru-limits")
        tab.evaluate("MathJax.startup.promise")
        assert bad_formulas(tab) == []
        order, slices = tab.evaluate("order"), tab.evaluate("slices")
        assert sorted(order) == list(range(len(order))) and len(order) > 100
        assert max(slices) <= 4
        here = tab.evaluate(
            """[...document.querySelectorAll(".math")].indexOf(
                 document.querySelector("#gru-limits").closest("section").querySelector(".math"))"""
        )
        assert order.index(here) < here  # the reader is there
        assert tab.locator(".math.waiting").count() == 0

        addresses = {request.url for request in requests if request.url.startswith(address)}
        bodies = {url: tab.request.get(url).body() for url in addresses}  # the page is not heavy
        weight = sum(len(gzip.compress(body)) for body in bodies.values())
        assert any("theme.css" in url for url in bodies) and weight < 1.2e6, weight
        assert faults == []


def test_a_long_page_is_laid_out_in_parts_and_an_address_in_it_is_kept(chromium, address):
    with opened(chromium, address, "book/gru.html#gru-questions", width=390) as (tab, faults):
        tab.wait_for_function("!document.querySelector('section > section:not(.laid-out)')")
        tab.wait_for_timeout(500)
        top = "document.getElementById('gru-questions').getBoundingClientRect().top"
        assert 0 <= tab.evaluate(top) < 150
        hidden = """[...document.querySelectorAll("pre, .cell_output > .output")].filter(
            (place) => place.scrollWidth > place.clientWidth && place.tabIndex !== 0).length"""
        assert tab.evaluate(hidden) == 0  # what is cut off can be reached by keyboard
        theme = tab.request.get(f"{address}_static/scripts/pydata-sphinx-theme.js").text()
        assert "subtree:!0" not in theme  # it does not look at the page once more
        assert faults == []


PRINT_EARLY = """
document.addEventListener("DOMContentLoaded", () => {
  const wait = setInterval(() => {
    if (!document.querySelector(".math mjx-container")) return;
    clearInterval(wait);
    dispatchEvent(new Event("beforeprint"));
    window.left = document.querySelectorAll(".math:not(:has(mjx-container))").length;
  });
});
"""


def test_before_printing_all_formulas_are_set(chromium, address):
    with opened(chromium, address, "search.html") as (tab, faults):
        tab.add_init_script(PRINT_EARLY)
        tab.goto(address + "book/notation.html")
        tab.wait_for_function("window.left !== undefined")
        assert tab.evaluate("window.left") == 0
        assert faults == []


# -- a wrong address ---------------------------------------------------------------------------


def test_the_page_for_a_wrong_address_works_at_any_depth(chromium, address):
    lost = (ROOT / "_build" / "html" / "404.html").read_text(encoding="utf-8")
    with opened(chromium, address, "search.html") as (tab, faults):
        tab.route("**/no/such/page.html", lambda route: route.fulfill(body=lost))
        tab.goto(address + "no/such/page.html")
        assert tab.locator("article h1").inner_text() == "There is no such page"
        assert serious(tab) == []
        tab.locator("article a", has_text="start at the beginning").click()
        tab.wait_for_url(address + "book/intro.html")
        assert faults == []
