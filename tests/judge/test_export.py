"""Grades as Canvas and Moodle import them: everybody under the right id, nothing invented."""

import csv
from types import SimpleNamespace as Thing

import pytest

from rnn_course.autograde import export

ROSTER = [
    {"id": "emmy", "first_name": "Emmy", "last_name": "Noether", "canvas_id": "77"}
    | {"sis_login_id": "en1", "section": "A", "email": "emmy@example.org"},
    {"id": "ada", "first_name": "Ada", "last_name": "Lovelace", "canvas_id": "12"}
    | {"sis_login_id": "al1", "section": "B", "email": "ada@example.org"},
]


class Gradebook:
    """Two assignments; ada was graded in one of them, emmy in both, kurt in none."""

    assignments = [Thing(name="rnn", max_score=28.0), Thing(name="gru", max_score=27.0)]
    scores = {"rnn": {"ada": 12.5, "emmy": 28.0}, "gru": {"emmy": 0.0}}
    students = [
        Thing(id=name, first_name=None, last_name=None, email=f"{name}@x.org", lms_user_id=number)
        for name, number in (("ada", "1"), ("emmy", "2"), ("kurt", None))
    ]

    def assignment_submissions(self, name):
        return [Thing(student=Thing(id=s), score=score) for s, score in self.scores[name].items()]


@pytest.fixture
def written(tmp_path):
    def write(platform, roster=()):
        export.write(platform, Gradebook(), tmp_path / "grades.csv", roster)
        with (tmp_path / "grades.csv").open(newline="") as file:
            return list(csv.reader(file))

    return write


def test_for_canvas(written):
    assert written("canvas", ROSTER) == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "rnn", "gru"],
        ["    Points Possible", "", "", "", "", "28", "27"],
        ["Lovelace, Ada", "12", "ada", "al1", "B", "12.5", ""],
        ["Noether, Emmy", "77", "emmy", "en1", "A", "28", "0"],
    ]


def test_for_moodle(written):
    assert written("moodle", ROSTER) == [
        ["First name", "Last name", "Username", "ID number", "Email address", "rnn", "gru"],
        ["Ada", "Lovelace", "", "ada", "ada@example.org", "12.5", ""],
        ["Emmy", "Noether", "", "emmy", "emmy@example.org", "28", "0"],
    ]


def test_without_a_roster_the_gradebook_says_who_is_who(written):
    assert written("canvas")[2:] == [
        ["ada", "1", "ada", "", "", "12.5", ""],
        ["emmy", "2", "emmy", "", "", "28", "0"],
        ["kurt", "", "kurt", "", "", "", ""],
    ]
    assert written("moodle")[1] == ["", "", "", "ada", "ada@x.org", "12.5", ""]
