"""An instructor's round in a real browser: an essay marked by hand in nbgrader's formgrader."""

import marking
import pytest
from conftest import ROOT
from marking import NAME

from rnn_course.autograde.course import Course

pytestmark = pytest.mark.browser


@pytest.fixture
def course(tmp_path):
    """A class of one, graded, whose essay waits for a mark."""
    course = Course(ROOT, home=tmp_path / "class")
    marking.make_class(course, ["ada"])
    return course


def grade(course, **options):
    return marking.grade(course, ["ada"], **options)["ada"]


@pytest.fixture
def address(course):
    """Where `rnn-course formgrader` serves."""
    with marking.formgrader(course) as address:
        yield address


def test_an_essay_is_marked_by_hand_and_the_mark_is_kept(chromium, course, address):
    assert grade(course).to_mark == 4
    context = chromium.new_context()
    tab = context.new_page()
    tab.route(
        "**/*", lambda r: r.continue_() if r.request.url.startswith("http://127") else r.abort()
    )
    tab.goto(f"{address}/gradebook/{NAME}/{NAME}")
    tab.locator("a[href*='/submissions/']").first.click()
    tab.wait_for_load_state("networkidle")  # the marks have come
    mark = tab.locator("input.score#rnn-why")
    mark.fill("2.5")
    with tab.expect_response(
        lambda r: "/api/grade/" in r.url and r.request.method == "PUT"
    ) as said:
        mark.press("Tab")
    assert said.value.ok
    context.close()

    row = grade(course, regrade=True)
    assert row.to_mark == 0 and row.tasks["rnn-why"] == 2.5, row
