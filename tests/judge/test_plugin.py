"""The judge inside nbgrader: the plain commands, on a course of their own."""

import re

import pytest

from tests.attacks import toy

HANGS = "while True: pass\n"
HALF = toy.RIGHT_LOOP.replace("outputs), h0", "outputs), 2 * h0")


@pytest.fixture(scope="module")
def course(tmp_path_factory, isolation):
    """A course with a class of six, graded by a plain `nbgrader autograde`."""
    folder = toy.make_course(tmp_path_factory.mktemp("course"), {"cell_seconds": 2.0})
    toy.submit(folder, "right", toy.submission())
    toy.submit(folder, "half", toy.submission(loop=HALF))
    toy.submit(folder, "untouched", toy.submission(step=None, loop=None, why="YOUR ANSWER HERE"))
    toy.submit(folder, "hangs", toy.submission(step=HANGS))
    toy.submit(folder, "broken", toy.submission()[:1000])
    cells = toy.cells(step="assert False", loop=toy.RIGHT_LOOP)
    cells["step"]["source"] = "2"
    toy.submit(folder, "cheats", toy.notebook(cells))
    (folder / "log").write_text(toy.nbgrader(folder, "autograde", toy.NAME).stdout)
    return folder


SCORES = {
    "right": {"step": 2.0, "loop": 3.0, "why": None},
    "half": {"step": 2.0, "loop": 2.0, "why": None},
    "untouched": {"step": 0.0, "loop": 0.0, "why": 0.0},
    "hangs": {"step": 0.0, "loop": 3.0, "why": None},
    "broken": {"step": 0.0, "loop": 0.0, "why": 0.0},
    "cheats": {"step": 0.0, "loop": 3.0, "why": None},
}


def test_plain_autograde_gives_everyone_a_row(course):
    assert toy.scores(course) == SCORES


def test_the_log_tells_what_happened(course):
    log = (course / "log").read_text()
    assert "hangs: timed out" in log and "broken: unreadable" in log
    assert "cheats: step had been changed" in log


def test_the_key_of_the_hidden_seeds_is_the_instructors_alone(course):
    key = course / "hidden-seeds.key"
    assert key.stat().st_mode & 0o777 == 0o600 and len(key.read_text()) == 64


def test_feedback_has_the_students_code_and_no_hidden_test(course):
    toy.nbgrader(course, "generate_feedback", toy.NAME)
    for student in SCORES:
        page = (course / "feedback" / student / toy.NAME / f"{toy.NAME}.html").read_text()
        text = re.sub(r"<[^>]*>", "", page)
        assert "the state is not right" in text, student  # the visible test
        assert "secret" not in text and "HIDDEN" not in text, student
    page = (course / "feedback" / "hangs" / toy.NAME / f"{toy.NAME}.html").read_text()
    assert "this cell ran longer than it may" in page


def test_a_newer_submission_replaces_the_score_and_a_mark_is_kept(course):
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course}/gradebook.db", "toy") as gradebook:
        grade = gradebook.find_grade("why", toy.NAME, toy.NAME, "half")
        grade.manual_score, grade.needs_manual_grade = 1.5, False
        gradebook.db.commit()
    toy.submit(course, "half", toy.submission(loop=toy.RIGHT_LOOP))
    toy.nbgrader(course, "autograde", toy.NAME, "--student=half", "--force")
    assert toy.scores(course)["half"] == {"step": 2.0, "loop": 3.0, "why": None}
    with Gradebook(f"sqlite:///{course}/gradebook.db", "toy") as gradebook:
        assert gradebook.find_grade("why", toy.NAME, toy.NAME, "half").manual_score == 1.5


def test_where_there_is_no_isolation_nbgrader_stops_and_says_how_to_go_on(course, monkeypatch):
    toy.submit(course, "late", toy.submission())
    monkeypatch.setenv("PATH", str(course))  # no bubblewrap in it
    done = toy.nbgrader(course, "autograde", toy.NAME, "--student=late", check=False)
    assert done.returncode == 1 and "--Judged.trust_submissions=True" in done.stdout
    assert "late" not in toy.scores(course)
    trust = "--Judged.trust_submissions=True"
    toy.nbgrader(course, "autograde", toy.NAME, "--student=late", trust)
    assert toy.scores(course)["late"]["loop"] == 3.0


def test_a_limit_that_is_none_is_told():
    from nbgrader.converters.base import NbGraderException

    from rnn_course.autograde.plugin import Judged

    for limits in ({"cell_seconds": "never"}, {"patience": 3}):
        with pytest.raises(NbGraderException):
            Judged(limits=limits)._limits()
    assert Judged(limits={"cell_seconds": "2.5"})._limits().cell_seconds == 2.5
