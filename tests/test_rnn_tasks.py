"""The checks of the assignment rnn: each mistake in their lists is named, and costs points."""

import numpy as np
import pytest
import torch

from rnn_course.checks import check, mistakes
from rnn_course.checks.diagnose import answer_of

OWN = ("rnn_cell_with", "rnn_batch_first", "read_weights", "first_state", "rnn_unbatched")
OWN += ("rnn_like_torch",)
SHARED = {mistake.name for mistake in (*mistakes.cell("rnn"), *mistakes.layer("rnn"))}


def tensors(value):
    if isinstance(value, np.ndarray):
        return torch.from_numpy(np.ascontiguousarray(value))
    return tuple(map(tensors, value)) if isinstance(value, tuple) else value


def known(name):
    listed = getattr(check, name).mistakes
    return listed() if callable(listed) else listed


def cases():
    for name in OWN:
        for mistake in known(name):
            if mistake.name not in SHARED or mistake.name == "given-state-ignored":
                yield pytest.param(name, mistake, id=f"{name}-{mistake.name}")


@pytest.mark.parametrize("name", OWN)
def test_our_recurrence_without_a_mistake_is_right(name):
    task = getattr(check, name)
    if task.reference:
        verdict = task.verdict(lambda *args: tensors(task.reference(*args)), hidden=True)
        assert verdict.passed, verdict.message


@pytest.mark.parametrize("name, mistake", list(cases()))
def test_a_mistake_is_named_and_costs_points(name, mistake):
    task = getattr(check, name)
    right = task.reference or task.oracle
    verdict = task.verdict(lambda *args: tensors(answer_of(right, mistake.change, args)))
    assert not verdict.passed and verdict.points < 1
    assert verdict.mistakes == [mistake.name]
    assert mistake.words[:30] in verdict.message.replace("\n", " ")
