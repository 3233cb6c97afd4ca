"""The proof suite: every case against torch.nn, and what it must not let through."""

import numpy as np
import pytest
import torch

from rnn_course import cells, prove


@pytest.fixture(scope="module")
def results():
    return list(prove.prove())


def test_every_case_equals_torch_in_float64(results):
    wrong = [r for r in results if not r.difference <= prove.TOLERANCE]
    assert not wrong, wrong[:5]


def test_the_table_is_as_large_as_we_say(results):
    assert len(results) == 2 * len(prove.CASES) >= 1000
    assert len(set(prove.CASES)) == len(prove.CASES)
    for name in prove.Case._fields[2:5]:
        assert len({getattr(case, name) for case in prove.CASES}) >= 2
    header, rows = prove.matrix(results)
    assert sum(int(row[-1]) for row in rows) == len(results)
    assert {len(row) for row in rows} == {len(header)}


def test_no_two_sizes_agree_so_that_no_mistake_can_hide():
    sizes = [prove.T, prove.N, prove.I, prove.H, prove.P]
    assert len(set(sizes)) == 5
    assert prove.N not in {case.layers * (1 + case.bidirectional) for case in prove.CASES}
    module, xs, hx = prove.oracle(prove.CASES[0])
    assert all((t != 0).all() for t in (xs, *hx, *module.parameters()))


def test_another_seed_gives_other_numbers_and_the_same_verdict():
    cases = prove.CASES[::17]
    assert all(r.difference <= prove.TOLERANCE for r in prove.prove(cases, seed=5))
    a, b = prove.oracle(cases[0], seed=0)[1], prove.oracle(cases[0], seed=5)[1]
    assert not torch.equal(a, b)


@pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")
def test_float32_agrees_to_float32s_own_rounding():
    """1e-4 of the largest entry: gradients are sums of T * N rounded terms."""
    cases = prove.CASES[::5]
    assert all(r.difference <= 1e-4 for r in prove.prove(cases, dtype=torch.float32))


WRONG_CELLS = {
    "GRU": lambda right: lambda a, state, p: right(a, state, p | {"bias_hh": 0 * p["bias_hh"]}),
    "LSTM": lambda right: (
        lambda a, state, p: right(a[:, torch.arange(a.shape[1] - 1, -1, -1)], state, p)
    ),
    "RNN tanh": lambda right: lambda a, state, p: cells.rnn_relu_cell(a, state, p),
}


@pytest.mark.parametrize("kind", WRONG_CELLS)
def test_a_wrong_forward_fails_the_proof(kind, monkeypatch):
    name, arguments, right = prove.KINDS[kind]
    wrong = WRONG_CELLS[kind](right)
    monkeypatch.setitem(prove.KINDS, kind, (name, arguments, wrong))
    monkeypatch.setattr(cells, right.__name__, wrong)
    cases = [c for c in prove.CASES if c.kind == kind and c.bias][:4]
    assert all(r.difference > 1e-3 for r in prove.prove(cases))


@pytest.mark.parametrize("kind", prove.KINDS)
def test_a_wrong_backward_fails_the_proof(kind, monkeypatch):
    """Truncation after one step: the gradient is not carried to the step before."""
    name, arguments, right = prove.KINDS[kind]

    def wrong(a, state, p):
        new, pull = right(a, state, p)

        def forgets(dstate):
            da, before, dp = pull(dstate)
            return da, tuple(np.zeros_like(s) for s in before), dp

        return new, forgets

    monkeypatch.setitem(prove.KINDS, kind, (name, arguments, wrong))
    cases = [c for c in prove.CASES if c.kind == kind and c.form == "time first"][:4]
    by_hand = [r for r in prove.prove(cases) if r.way == "by hand"]
    assert len(by_hand) == 4 and all(r.difference > 1e-3 for r in by_hand)


def test_missing_misshapen_and_nan_values_count_as_infinite():
    right = {"output": np.ones((2, 3))}
    for ours in ({}, {"output": np.ones((3, 2))}, {"output": np.full((2, 3), np.nan)}):
        assert prove.largest_difference(ours, right) == (np.inf, "output")
