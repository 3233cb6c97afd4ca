"""The assignment capstone: who gets which points, and with which words."""

import pytest
import torch
from assignments import points_of, read_students, run
from mistaken import with_mistake

from rnn_course.checks import cases, check, honest
from rnn_course.checks.tasks import capstone

NAME = "capstone"
TASKS = "streams read cross_entropy train perplexity sample".split()
STUDENTS = {student.name: student for student in read_students(NAME)}


def test_there_are_enough_tasks():
    assert len(points_of(NAME)) == 7 and sum(points_of(NAME).values()) == 30


def test_the_solutions_get_all_points():
    for task, shown in run(NAME).items():
        assert shown.points == points_of(NAME)[task], str(shown)


def test_untouched_is_nothing_yet_and_kind():
    for shown in run(NAME, untouched=True).values():
        assert shown.points == 0 and "not done yet" in str(shown)


@pytest.mark.parametrize("name", STUDENTS)
def test_students_get_what_they_deserve(name):
    student = STUDENTS[name]
    wrong = set(student.points)
    assert bool(wrong) == name.startswith("wrong"), "right ones lose nothing, wrong ones do"
    for task, shown in run(NAME, student.answers).items():
        assert shown.points == student.points.get(task, points_of(NAME)[task]), f"{task}: {shown}"
        assert student.says.get(task, "") in str(shown), f"{task}: {shown}"


@pytest.fixture
def own_code_allowed(monkeypatch):
    """The mistakes below are this course's functions, which no student may call."""
    monkeypatch.setattr(honest, "RECURRENT", ())
    monkeypatch.setattr(honest.Watch, "_note", lambda self, what: None)


@pytest.mark.parametrize("name", TASKS)
def test_every_known_mistake_is_wrong_and_named(name, own_code_allowed):
    task = getattr(check, name)
    assert task.verdict(task.reference, hidden=True).passed
    for mistake in task.known():
        verdict = task.verdict(with_mistake(task, mistake), hidden=True)
        assert not verdict.passed and verdict.mistakes == [mistake.name], mistake.name
        assert verdict.points < 1


@pytest.mark.parametrize("seed", ["ada", "bob", "cyd"])
def test_the_bound_is_far_from_both_sides(seed, monkeypatch):
    """A right training is far below it; nothing that knows one letter only comes near it."""
    monkeypatch.setenv(cases.SEED_VARIABLE, seed)
    (case,) = check.learn.cases(hidden=True)
    ids, p = cases.in_dtype(case.args, torch.float32)
    K = (len(ids) - 1) // 16 // 20
    inputs, targets = capstone._cut(ids, 16, 20)
    assert inputs.shape == (K, 20, 16)
    trained, losses, _ = capstone._train(inputs, targets, torch.zeros(16, 48), p, 3.0, 1.0)
    unseen = capstone.small_text(900, 60)
    assert abs(losses[0] - 3.33) < 0.2  # log 28
    assert capstone._perplexity(unseen, trained) < capstone.BOUND - 1
    # the best table of pairs there can be: counted on the unseen text itself
    V = len(capstone.LETTERS)
    pairs = torch.bincount(unseen[:-1] * V + unseen[1:], minlength=V * V).view(V, V)
    table = pairs / pairs.sum(1, keepdim=True).clamp(min=1)
    least = (-table[unseen[:-1], unseen[1:]].log().mean()).exp()
    assert least > capstone.BOUND + 1.5


@pytest.mark.parametrize(
    "spoil",
    [
        lambda p: {**p, "W_hh": p["W_hh"].T},
        lambda p: {k: v for k, v in p.items() if k != "E"},
        lambda p: {**p, "b_out": p["b_out"] / 0},
        lambda p: list(p.values()),
        lambda p: {**p, "W_out": "no tensor"},
    ],
)
def test_weights_that_are_no_model(spoil):
    """Wrong shapes, missing keys, nan: wrong, with words, and no exception."""
    verdict = check.learn.verdict(lambda ids, p: spoil(p))
    assert not verdict.passed and verdict.points == 0 and "learn" in verdict.message
