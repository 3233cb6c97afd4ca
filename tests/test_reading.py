"""Finding one's way in the built book: contents, previews, what has been read, formulas in slices."""

import gzip

import pytest
from conftest import ROOT, serious
from test_pages import bad_formulas, opened

pytestmark = pytest.mark.browser


def test_the_part_to_look_things_up_is_seen_without_scrolling(chromium, address):
    with opened(chromium, address, "book/gru.html") as (tab, faults):
        caption = tab.locator("nav.bd-links p.caption", has_text="Look up")
        last = tab.locator("nav.bd-links a", has_text="References")
        assert caption.bounding_box()["y"] < last.bounding_box()["y"] < 900 - 24
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


PREVIEWS = {  # link -> what its preview shows
    'article a.reference[href="#equation-eq-gru-mix"]': "ℎ",
    'article a[href="lstm.html"] >> nth=0': "the last chapter left us stuck",
    'article a[href="#gru-reset"]': "reset",
    'article a[href^="references.html#"] >> nth=0': "Learning phrase representations",
}


@pytest.mark.parametrize("keyboard", [False, True])
def test_links_show_what_they_lead_to(chromium, address, keyboard):
    with opened(chromium, address, "book/gru.html", "dark") as (tab, faults):
        for link, words in PREVIEWS.items():
            link = tab.locator(link).first
            shown = preview_of(tab, link, keyboard)
            formulas = tab.locator("#preview mjx-container").count()
            assert words.lower() in shown.lower() or (words == "ℎ" and formulas == 1), shown
            assert tab.locator("#preview :is(a, button, [id], [tabindex])").count() == 0
            tab.keyboard.press("Escape")
            assert tab.locator("#preview").is_hidden()
            assert link.get_attribute("aria-describedby") is None
        assert faults == []


def test_a_preview_stays_under_the_pointer_fits_the_window_and_is_accessible(chromium, address):
    with opened(chromium, address, "book/gru.html") as (tab, faults):
        link = tab.locator('article a[href="lstm.html"]').first
        preview_of(tab, link)
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
    with opened(chromium, "file:", f"//{ROOT}/_build/html/book/gru.html") as (tab, faults):
        assert preview_of(tab, tab.locator('article a[href="#gru-reset"]').first)
        tab.keyboard.press("Escape")
        tab.locator('article a[href="lstm.html"]').first.hover()
        tab.wait_for_timeout(600)
        assert tab.locator("#preview").is_hidden()
        assert faults == []


# -- what has been read ------------------------------------------------------------------------


def test_a_page_is_read_when_its_end_was_reached_and_that_can_be_forgotten(chromium, address):
    with opened(chromium, address, "book/data.html") as (tab, faults):
        read = tab.locator("nav.bd-links a.read")
        assert read.count() == 0 and tab.locator(".forget-read").is_hidden()
        tab.evaluate("window.scrollTo(0, document.body.scrollHeight / 3)")
        tab.wait_for_function(
            "!document.querySelector('.read-line').style.transform.includes('(0)')"
        )
        assert read.count() == 0
        tab.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        tab.wait_for_selector("nav.bd-links a.read")
        tab.goto(address + "book/glossary.html")
        assert read.all_inner_texts() == ["The data (read)"]
        assert serious(tab) == []
        tab.locator(".forget-read").click()
        assert read.count() == 0 and tab.locator(".forget-read").is_hidden()
        assert tab.evaluate("localStorage.length") == 0
        assert faults == []


# -- fast --------------------------------------------------------------------------------------

COUNT_SLICES = """
window.slices = [];
addEventListener("DOMContentLoaded", () => {
  const typeset = MathJax.typeset;
  MathJax.typeset = (formulas) => { slices.push(formulas); return typeset(formulas); };
});
"""


def test_formulas_are_set_in_slices_those_in_view_first(chromium, address):
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    tab = context.new_page()
    tab.add_init_script(COUNT_SLICES)
    tab.goto(address + "book/gru.html#gru-limits")
    tab.evaluate("MathJax.startup.promise")
    assert bad_formulas(tab) == []
    slices = tab.evaluate("slices.map(formulas => formulas.length)")
    formulas = tab.locator(".math").count()
    assert sum(slices) == formulas > 100 and max(slices) <= 4
    first = tab.evaluate("[...document.querySelectorAll('.math')].indexOf(slices[0][0])")
    assert first > 20  # of the section in view, far down the page
    assert tab.locator(".math.waiting").count() == 0
    context.close()


def test_before_printing_all_formulas_are_set(chromium, address):
    context = chromium.new_context()
    tab = context.new_page()
    tab.add_init_script(
        """addEventListener("DOMContentLoaded", () => {
          MathJax.startup.promise.then(() => { window.late = true; });
          const wait = setInterval(() => {
            if (!document.querySelector(".math mjx-container")) return;
            clearInterval(wait);
            dispatchEvent(new Event("beforeprint"));
            window.left = document.querySelectorAll(".math:not(:has(mjx-container))").length;
          });
        });"""
    )
    tab.goto(address + "book/gru.html")
    tab.wait_for_function("window.left !== undefined")
    assert tab.evaluate("window.left") == 0
    context.close()


@pytest.mark.parametrize("page", ["intro", "lstm", "gru", "glossary", "mistakes"])
def test_a_page_weighs_less_than_one_and_a_half_megabytes(chromium, address, page):
    with opened(chromium, address, "search.html") as (tab, _):
        answers = []
        tab.on("response", lambda answer: answers.append(answer))
        tab.goto(address + f"book/{page}.html")
        tab.evaluate("window.MathJax?.startup?.promise")
        bodies = {a.url: a.body() for a in answers}
        weight = sum(len(gzip.compress(body)) for body in bodies.values())
        assert any("theme.css" in url for url in bodies) and weight < 1.5e6, weight


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
