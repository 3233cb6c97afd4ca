"""The assignment bidirectional: who gets which points, and with which words."""

import pytest
import torch
from assignments import points_of, read_students, run
from mistaken import with_mistake

from rnn_course.checks import check, honest

NAME = "bidirectional"
TASKS = (
    "reverse_by_length read_backwards both_directions collect_states stacked deep_with_dropout "
    "both_padded last_layer_states sentence_vectors"
).split()
STUDENTS = {student.name: student for student in read_students(NAME)}


def test_there_are_enough_tasks():
    assert len(points_of(NAME)) == 9 and sum(points_of(NAME).values()) == 31


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
    assert task.verdict(task.reference or task.oracle, hidden=True).passed
    for mistake in task.known():
        verdict = task.verdict(with_mistake(task, mistake), hidden=True)
        assert not verdict.passed and verdict.mistakes == [mistake.name], mistake.name
        assert verdict.points < 1


@pytest.mark.parametrize("seed", ["ada", "bob", "cyd"])
def test_hidden_cases_of_other_students(seed, monkeypatch):
    monkeypatch.setenv("RNN_COURSE_SEED", seed)
    for task, shown in run(NAME, STUDENTS["right-other-style"].answers).items():
        assert shown.points == points_of(NAME)[task], str(shown)


def test_an_answer_made_for_the_visible_cases_alone_fails():
    task = check.last_layer_states
    known = [(case.args[0].float(), task.expected(case)[0]) for case in task.cases()]

    def by_heart(h_n):
        for given, answer in known:
            if given.shape == h_n.shape and torch.equal(given, h_n.float()):
                return answer
        return torch.cat([h_n[0], h_n[1]], -1)

    assert task.verdict(by_heart).passed
    assert not task.verdict(by_heart, hidden=True).passed


def test_torch_puts_dropout_where_the_task_says():
    """What comes out of torch.nn.RNN(dropout=...) is what the task's oracle gives with its masks.

    The second layer's weights are made a plain copy, so that its input, dropped, can be read off.
    """
    T, N, H = 3, 4, 5
    net = torch.nn.RNN(H, H, 2, nonlinearity="relu", dropout=0.5, dtype=torch.float64)
    with torch.no_grad():
        for weight in net.parameters():
            weight.zero_()
        net.weight_ih_l0.copy_(torch.eye(H))
        net.weight_ih_l1.copy_(torch.eye(H))
    torch.manual_seed(0)
    output, h_n = net(torch.ones(T, N, H, dtype=torch.float64))
    assert set(output.flatten().tolist()) == {0.0, 2.0}, "dropped once, scaled, then left alone"
    assert (h_n[0] == 1).all(), "the first layer's own state is not dropped"
