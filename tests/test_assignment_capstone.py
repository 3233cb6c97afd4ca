"""The assignment capstone: what goes beyond the tests of every assignment."""

import pytest
import torch

from rnn_course.checks import cases, check, seeds
from rnn_course.checks.tasks import capstone


@pytest.mark.parametrize("seed", ["ada", "bob", "cyd"])
def test_the_bound_is_far_from_both_sides(seed, monkeypatch):
    """A right training is far below it; nothing that knows one letter only comes near it."""
    monkeypatch.setenv(seeds.SEED_VARIABLE, seed)
    (case,) = check.learn.cases(hidden=True)
    ids, p = cases.in_dtype(case.args, torch.float32)
    K = (len(ids) - 1) // 16 // 20
    inputs, targets = check.streams.oracle(ids, 16, 20)
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
