"""Every page of the built book in a real browser, with no network: `make browser-test`.

Each page is opened at the width of a phone and then widened, light and dark. Nothing may come from
elsewhere, no script or formula may fail, no page may be wider than its window, and axe-core must
find no serious fault of accessibility.
"""

from contextlib import contextmanager

import page_cells
import pytest
from conftest import ROOT, serious, too_wide

pytestmark = pytest.mark.browser

PAGES = [f"book/{path.stem}.html" for path in page_cells.pages_of(ROOT)] + ["search.html"]
VIEWS = (390, "light"), (390, "dark"), (1280, "dark"), (1280, "light")
AXE = (1280, "light"), (390, "dark")  # it takes seconds


@contextmanager
def opened(chromium, address, page, scheme="light", width=1280):
    """A page with all its formulas set, and the list of what went wrong in it."""
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    tab, faults = context.new_page(), []

    def only_local(route):
        url = route.request.url
        if url.startswith((address, "data:", "blob:")):
            route.continue_()
        else:
            faults.append(f"asks for {url}")
            route.abort()

    tab.route("**/*", only_local)
    tab.on("pageerror", lambda error: faults.append(f"script fails: {error}"))
    tab.on("console", lambda m: faults.append(m.text) if m.type in ("error", "warning") else None)
    tab.on("response", lambda r: faults.append(f"{r.status} {r.url}") if r.status >= 400 else None)
    tab.goto(address + page)
    tab.evaluate("window.MathJax?.startup?.promise")
    yield tab, faults
    context.close()


def bad_formulas(tab):
    """The formulas that MathJax could not set, and those that it has not touched."""
    return tab.evaluate(
        """[...document.querySelectorAll("mjx-merror, [data-mml-node=merror]"),
            ...[...document.querySelectorAll(".math")]
                .filter(math => !math.querySelector("mjx-container"))]
           .map(node => node.textContent.slice(0, 80))"""
    )


@pytest.mark.parametrize("page", PAGES)
def test_page(chromium, address, page):
    """Loaded once, since formulas take seconds to set, and turned to each view."""
    with opened(chromium, address, page, "light", width=390) as (tab, faults):
        for view in VIEWS:
            turn(tab, *view)
            assert bad_formulas(tab) == [], view
            assert too_wide(tab) <= 0, view
            assert faults == [], view
            assert tab.locator(".rnn-live:not([data-ready])").count() == 0, view
        for view in AXE:
            turn(tab, *view)
            tab.wait_for_timeout(600)  # so late after it the theme looks what can be scrolled
            assert serious(tab) == [], view


def turn(tab, width, scheme):
    tab.set_viewport_size({"width": width, "height": 900})
    tab.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    tab.wait_for_function(f"document.documentElement.dataset.theme == '{scheme}'")


def test_the_first_page_leads_to_the_intro(chromium, address):
    with opened(chromium, address, "search.html") as (tab, faults):
        tab.goto(address)
        tab.wait_for_url(address + "book/intro.html")
        assert faults == []


def test_search_finds_a_word(chromium, address):
    with opened(chromium, address, "search.html?q=forget+gate") as (tab, faults):
        tab.wait_for_selector("#search-results li a")
        assert faults == []


def test_the_checks_find_what_they_look_for(chromium, address):
    with opened(chromium, address, "book/intro.html", width=390) as (tab, faults):
        tab.evaluate(
            """() => {
              document.querySelector("article").insertAdjacentHTML("beforeend", `
                <div style="width: 500px; height: 3px"></div>
                <p style="color: #ccc; background: #fff">hardly to be read</p>
                <div class="highlight" style="background: #fff"><pre style="background: #fff">
                  <span class="k" style="color: #000">for</span><span class="k"
                  style="color: #000">in</span><span class="k" style="color: #bbb">if</span>
                </pre></div>
                <span class="math">untouched</span><mjx-merror>wrong</mjx-merror>
                <img src="https://example.org/a.png">`);
              console.error("planted");
            }"""
        )
        assert too_wide(tab) > 0
        assert sorted(bad_formulas(tab)) == ["untouched", "wrong"]
        found = " ".join(serious(tab))
        assert "color-contrast" in found and "image-alt" in found
        assert ">if</span>" in found and ">in</span>" not in found
        assert "planted" in faults
        assert "asks for https://example.org/a.png" in faults
