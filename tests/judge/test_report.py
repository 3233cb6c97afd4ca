"""The class report: what a class earned and misunderstood, on a page that needs no network."""

import re

import pytest

from rnn_course.autograde import report
from rnn_course.autograde.course import CourseError
from rnn_course.autograde.ledger import Row
from rnn_course.verdict import Verdict
from tests.attacks import toy

WORTH = {"cell": 3.0, "why": 4.0}
BIAS = Verdict(
    False, 0.5, ["bias-hh-missing"], told=["b_hh < is missing"], sections=["lstm/biases"]
)
GATES = Verdict(
    False,
    0.0,
    ["bias-hh-missing", "gates"],
    told=["b_hh < is missing", "gates"],
    sections=["lstm/biases", "lstm/gates"],
)
UNKNOWN = Verdict(False, 0.0, sections=["lstm/step"])
UNDONE = Verdict(False, 0.0, status="undone", sections=["lstm/step"])
RIGHT = Verdict(True, 1.0, status="right")


def row(student, status, points, cell, why, verdict, words="", seconds=0.0):
    tasks = {"cell": cell, "why": why}
    to_mark = WORTH["why"] if why is None else 0.0
    verdicts = {"cell": verdict}
    return Row(student, "rnn", status, points, 7.0, to_mark, tasks, WORTH, verdicts, words, seconds)


CLASS = [
    row("ann", "graded", 3.0, 3.0, None, RIGHT, seconds=0.25),
    row("bob <b>", "graded", 1.0, 1.0, 0.0, BIAS, seconds=2.0),
    row("cyd", "tampered", 0.0, 0.0, None, GATES, words="cell had been changed"),
    row("dan", "graded", 0.0, 0.0, 0.0, UNDONE),
    row("eve", "graded", 0.0, 0.0, 0.0, UNKNOWN),
]


@pytest.fixture
def page(monkeypatch, tmp_path):
    class Course:
        root = tmp_path
        home = tmp_path / "class"

    Course.home.mkdir()
    monkeypatch.setattr(report, "read_class", lambda course, name: (CLASS, WORTH))
    return report.write_report(Course, "rnn").read_text()


def rows(page, heading):
    """The cells of the table under a heading, tags left out."""
    part = page[page.index(f"<h2>{heading}") :]
    part = part[part.index("<tbody>") : part.index("</tbody>")]
    found = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in re.findall("<tr>.*?</tr>", part)]
    return [[re.sub("<[^>]*>", " ", cell).strip() for cell in row] for row in found]


def test_mistakes_are_told_in_words_counted_by_student_and_lead_to_the_book(page):
    gates = "cell; chapter LSTM, &quot;One matmul for four gates&quot;"
    found = [[" ".join(cell.split()) for cell in row] for row in rows(page, "What to teach again")]
    assert found == [
        ["2 bob &lt;b&gt;, cyd", f"b_hh &lt; is missing {gates}"],
        ["1 cyd", f"gates {gates}"],
        [
            "1 eve",
            "wrong, but like no mistake that is known cell; chapter LSTM, &quot;One step&quot;",
        ],
    ]


def test_where_the_book_is_built_a_mistake_has_a_link_to_it():
    link = report.section_link("lstm/gates", "../_build/html")
    assert '"../_build/html/book/lstm.html#lstm-gates"' in link
    assert "<a" not in report.section_link("lstm/gates", "")


def test_tasks_and_students_and_what_is_to_do(page):
    assert rows(page, "Tasks") == [
        ["cell", "0.8 of 3", "1", "3", "1", "0"],
        ["why", "0.0 of 4", "0", "3", "0", "2"],
    ]
    assert [row[0] for row in rows(page, "Students")] == [
        "ann",
        "bob &lt;b&gt;",
        "cyd",
        "dan",
        "eve",
    ]
    assert "2 answers of 2 students</summary>ann, cyd<" in page
    assert "To look at, tampered:<ul><li>cyd: cell had been changed</li></ul>" in page
    assert "5 students: 4 graded, 1 tampered. On average 0.8 of 7 points so far." in page
    assert "The slowest notebook took 2.0 s (bob &lt;b&gt;)." in page


def test_the_page_needs_no_network(page):
    outside = re.findall(r"""(?:src|href)=["'](?!#)[^"']*""", page)
    assert outside == [] and "<script" not in page and "@import" not in page
    assert page.count("<svg") == 2 == page.count('role="img"')


def test_an_assignment_that_is_not_graded_has_no_report(tmp_path):
    course = toy.Class(toy.make_course(tmp_path))
    with pytest.raises(CourseError, match="nothing of 'toy' is graded; run `rnn-course grade toy`"):
        report.read_class(course, toy.NAME)
    with pytest.raises(CourseError, match="nothing of 'none' is graded"):
        report.read_class(course, "none")
