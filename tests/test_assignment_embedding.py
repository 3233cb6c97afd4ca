"""The assignment embedding: who gets which points, and with which words."""

import pytest
from assignments import points_of, read_students, run

from rnn_course.checks import check
from rnn_course.checks.diagnose import answer_of
from rnn_course.checks.honest import Watch

NAME = "embedding"
TASKS = (
    "vocabulary encode one_hot lookup table_gradient table_gradient_padded read_vectors "
    "table_for nearest"
).split()
STUDENTS = {student.name: student for student in read_students(NAME)}


def test_the_solutions_get_all_points():
    shown = run(NAME)
    assert {task: s.points for task, s in shown.items()} == points_of(NAME)
    assert len(shown) == len(TASKS)


def test_untouched_is_nothing_yet_and_kind():
    for shown in run(NAME, untouched=True).values():
        assert shown.points == 0 and "not done yet" in str(shown)


@pytest.mark.parametrize("name", STUDENTS)
def test_students_get_what_they_deserve(name):
    student = STUDENTS[name]
    for task, shown in run(NAME, student.answers).items():
        deserved = student.points.get(task, points_of(NAME)[task])
        assert shown.points == pytest.approx(deserved, abs=0.011), f"{task}: {shown}"
        assert student.says.get(task, "") in str(shown), f"{task}: {shown}"


@pytest.mark.parametrize("name", TASKS)
def test_every_known_mistake_is_wrong_and_named(name, monkeypatch):
    """Also those that call torch's embedding, which no student may."""
    monkeypatch.setattr(Watch, "_note", lambda self, what: None)
    task = getattr(check, name)
    right = task.reference or task.oracle
    assert task.verdict(right, hidden=True).passed
    for mistake in task.known():

        def wrong(*args, mistake=mistake):
            return answer_of(right, mistake.change, args)

        verdict = task.verdict(wrong, hidden=True)
        assert not verdict.passed and verdict.mistakes == [mistake.name], verdict.message
        assert verdict.points < 1


@pytest.mark.parametrize("seed", ["ada", "bob", "cyd"])
def test_hidden_cases_of_other_students_are_fair_too(seed, monkeypatch):
    monkeypatch.setenv("RNN_COURSE_SEED", seed)
    assert {task: s.points for task, s in run(NAME).items()} == points_of(NAME)
