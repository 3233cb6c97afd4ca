"""The class report: what a class earned and misunderstood, on a page that needs no network."""

import re

import nbformat
import pytest

from rnn_course.autograde import report
from rnn_course.autograde.course import CourseError
from rnn_course.autograde.report import Work

WORTH = {"cell": 3.0, "why": 4.0}
BIAS = {
    "status": "wrong",
    "mistakes": ["bias-hh-missing"],
    "told": ["b_hh < is missing"],
    "sections": ["lstm/biases"],
}
GATES = {
    "status": "wrong",
    "mistakes": ["bias-hh-missing", "gates"],
    "told": ["b_hh < is missing", "gates"],
    "sections": ["lstm/biases", "lstm/gates"],
}
UNKNOWN = {"status": "wrong", "mistakes": [], "told": [], "sections": ["lstm/step"]}
UNDONE = {"status": "undone", "mistakes": [], "told": [], "sections": ["lstm/step"]}
RIGHT = {"status": "right", "mistakes": [], "told": [], "sections": []}
CLASS = [
    Work("ann", "graded", "", 3.0, {"cell": 3.0, "why": None}, {"cell": RIGHT}, 0.25),
    Work("bob <b>", "graded", "", 1.0, {"cell": 1.0, "why": 0.0}, {"cell": BIAS}, 2.0),
    Work("cyd", "tampered", "cell had been changed", 0.0, {"cell": 0.0, "why": None}, {"cell": GATES}),
    Work("dan", "graded", "", 0.0, {"cell": 0.0, "why": 0.0}, {"cell": UNDONE}),
    Work("eve", "graded", "", 0.0, {"cell": 0.0, "why": 0.0}, {"cell": UNKNOWN}),
]  # fmt: skip


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


def test_what_a_check_found_comes_through_the_judge_and_is_read_again(judged):
    done = judged(
        ("student", "def rnn_cell(x, h, W_ih, W_hh, b_ih, b_hh):\n"
         "    return (x @ W_ih.T + b_ih + h @ W_hh.T).tanh()"),
        ("test", "from rnn_course.checks import check\ncheck.rnn_cell(rnn_cell, points=3)"),
    )  # fmt: skip
    cell = nbformat.v4.new_code_cell(metadata={"nbgrader": {"grade_id": "rnn-cell"}})
    cell.outputs = [nbformat.from_dict(output) for output in done.tests[0]]
    found = report.found_in(nbformat.v4.new_notebook(cells=[cell]))["rnn-cell"]
    assert found["status"] == "wrong" and found["mistakes"] == ["bias-hh-missing"]
    assert "b_hh" in found["told"][0] and found["sections"] == ["rnn/biases"]


def test_an_assignment_that_is_not_graded_has_no_report():
    import contextlib
    from types import SimpleNamespace

    def execute(*arguments):
        raise LookupError("no such table: judge_run")

    @contextlib.contextmanager
    def gradebook():
        yield SimpleNamespace(db=SimpleNamespace(execute=execute))

    with pytest.raises(CourseError, match="nothing of 'toy' is graded; run `rnn-course grade toy`"):
        report.read_class(SimpleNamespace(gradebook=gradebook), "toy")
