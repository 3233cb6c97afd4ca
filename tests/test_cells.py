"""Cells: the same text on arrays and tensors, and a backward that two witnesses confirm."""

import numpy as np
import pytest
import torch

from rnn_course import cells, variants
from rnn_course.unroll import unroll

T, N, I, H, P = 6, 5, 7, 4, 3

# name -> (cell, gates, states, size of h, shapes of further weights)
CELLS = {
    "rnn": (cells.rnn_cell, 1, 1, H, {}),
    "rnn_relu": (cells.rnn_relu_cell, 1, 1, H, {}),
    "lstm": (cells.lstm_cell, 4, 2, H, {}),
    "lstm_projected": (cells.projected(cells.lstm_cell), 4, 2, P, {"weight_hr": (P, H)}),
    "gru": (cells.gru_cell, 3, 1, H, {}),
    "original_gru": (variants.original_gru_cell, 3, 1, H, {}),
    "peephole_lstm": (
        variants.peephole_lstm_cell,
        4,
        2,
        H,
        {"weight_ci": (H,), "weight_cf": (H,), "weight_co": (H,)},
    ),
    "coupled_lstm": (variants.coupled_lstm_cell, 3, 2, H, {}),
    "layer_norm_lstm": (
        variants.layer_norm_lstm_cell,
        4,
        2,
        H,
        {"gain_ih": (4 * H,), "shift_ih": (4 * H,), "gain_hh": (4 * H,), "shift_hh": (4 * H,)}
        | {"gain_c": (H,), "shift_c": (H,)},
    ),
    "minimal_gated": (variants.minimal_gated_cell, 2, 1, H, {}),
}
SIZES = [5, 5, 4, 2, 2, 1]  # packed: five sequences, the shortest has one step


def draw(name, seed=0):
    """rows, state, p of a random layer, and random directions for the chain rule."""
    rng = np.random.default_rng(seed)
    cell, gates, states, out, further = CELLS[name]
    p = {
        "weight_ih": rng.normal(size=(gates * H, I)) / 2,
        "weight_hh": rng.normal(size=(gates * H, out)) / 2,
        "bias_ih": rng.normal(size=gates * H),
        "bias_hh": rng.normal(size=gates * H),
    }
    p |= {key: rng.normal(size=shape) for key, shape in further.items()}
    rows = rng.normal(size=(sum(SIZES), I))
    state = tuple(rng.normal(size=(N, size)) for size in [out, H][:states])
    doutputs = rng.normal(size=(sum(SIZES), out))
    dstate = tuple(rng.normal(size=s.shape) for s in state)
    return cell, rows, state, p, doutputs, dstate


def loss(cell, rows, state, p, doutputs, dstate, reverse):
    outputs, last, _ = unroll(cell, rows, SIZES, state, p, reverse)
    return (outputs * doutputs).sum() + sum((s * d).sum() for s, d in zip(last, dstate))


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("name", CELLS)
def test_backward_by_hand_equals_autograd(name, reverse):
    cell, rows, state, p, doutputs, dstate = draw(name)
    outputs, last, pull = unroll(cell, rows, SIZES, state, p, reverse)
    drows, dstart, dp = pull(doutputs, dstate)

    def tensor(a):
        return torch.tensor(a, requires_grad=True)

    t_rows, t_state = tensor(rows), tuple(map(tensor, state))
    t_p = {key: tensor(a) for key, a in p.items()}
    t_d, t_dstate = torch.tensor(doutputs), tuple(map(torch.tensor, dstate))
    t_outputs, t_last, _ = unroll(cell, t_rows, SIZES, t_state, t_p, reverse)
    loss(cell, t_rows, t_state, t_p, t_d, t_dstate, reverse).backward()

    np.testing.assert_allclose(outputs, t_outputs.detach(), rtol=0, atol=1e-12)
    for ours, torchs in zip(last, t_last, strict=True):
        np.testing.assert_allclose(ours, torchs.detach(), rtol=0, atol=1e-12)
    np.testing.assert_allclose(drows, t_rows.grad, rtol=0, atol=1e-11)
    for ours, torchs in zip(dstart, t_state, strict=True):
        np.testing.assert_allclose(ours, torchs.grad, rtol=0, atol=1e-11)
    assert dp.keys() == p.keys()
    for key in p:
        np.testing.assert_allclose(dp[key], t_p[key].grad, rtol=0, atol=1e-11, err_msg=key)


@pytest.mark.parametrize("name", CELLS)
def test_backward_by_hand_equals_finite_differences(name):
    """The third witness knows neither our derivation nor torch's: only the loss."""
    cell, rows, state, p, doutputs, dstate = draw(name)
    _, _, pull = unroll(cell, rows, SIZES, state, p)
    drows, dstart, dp = pull(doutputs, dstate)
    rng, step = np.random.default_rng(1), 1e-6
    for k, (value, gradient) in enumerate(
        [(rows, drows), *zip(state, dstart), *((p[key], dp[key]) for key in p)]
    ):
        direction = rng.normal(size=value.shape)
        start = value.copy()
        value[...] = start + step * direction
        above = loss(cell, rows, state, p, doutputs, dstate, False)
        value[...] = start - step * direction
        below = loss(cell, rows, state, p, doutputs, dstate, False)
        value[...] = start
        measured, derived = (above - below) / (2 * step), (gradient * direction).sum()
        assert measured == pytest.approx(derived, rel=1e-6, abs=1e-7), k


def test_variants_equal_their_formulas():
    """One step of each variant, computed again from the paper's formula row by row."""

    def sigma(x):
        return 1 / (1 + np.exp(-x))

    def standard(v):
        return (v - v.mean()) / np.sqrt(v.var() + 1e-5)

    for name in CELLS:
        cell, rows, state, p, *_ = draw(name, seed=2)
        a = rows[:N] @ p["weight_ih"].T + p["bias_ih"]
        new, _ = cell(a, state, p)
        W, b, h = p["weight_hh"], p["bias_hh"], state[0]
        for n in range(N):
            gates = np.split(a[n], len(a[n]) // H)
            U, c = np.split(W, len(a[n]) // H), state[-1][n]
            B, x = np.split(b, len(a[n]) // H), h[n]
            if name == "original_gru":
                r, z = (sigma(gates[k] + U[k] @ x + B[k]) for k in (0, 1))
                candidate = np.tanh(gates[2] + U[2] @ (r * x) + B[2])
                expected = [z * x + (1 - z) * candidate]
            elif name == "peephole_lstm":
                pre = [gates[k] + U[k] @ x + B[k] for k in range(4)]
                i, f = sigma(pre[0] + p["weight_ci"] * c), sigma(pre[1] + p["weight_cf"] * c)
                c_new = f * c + i * np.tanh(pre[2])
                expected = [sigma(pre[3] + p["weight_co"] * c_new) * np.tanh(c_new), c_new]
            elif name == "coupled_lstm":
                pre = [gates[k] + U[k] @ x + B[k] for k in range(3)]
                c_new = sigma(pre[0]) * c + (1 - sigma(pre[0])) * np.tanh(pre[1])
                expected = [sigma(pre[2]) * np.tanh(c_new), c_new]
            elif name == "minimal_gated":
                f = sigma(gates[0] + U[0] @ x + B[0])
                expected = [(1 - f) * x + f * np.tanh(gates[1] + U[1] @ (f * x) + B[1])]
            elif name == "layer_norm_lstm":
                from_x = standard(a[n]) * p["gain_ih"] + p["shift_ih"]
                from_h = standard(W @ x) * p["gain_hh"] + p["shift_hh"]
                i, f, g, o = np.split(from_x + from_h + b, 4)
                c_new = sigma(f) * c + sigma(i) * np.tanh(g)
                shown = np.tanh(standard(c_new) * p["gain_c"] + p["shift_c"])
                expected = [sigma(o) * shown, c_new]
            else:
                continue  # torch has it: test_proof.py
            for ours, by_formula in zip(new, expected, strict=True):
                np.testing.assert_allclose(ours[n], by_formula, rtol=0, atol=1e-12, err_msg=name)


def test_original_gru_is_not_torchs():
    """With the same weights the two resets give different numbers, unless r is 1."""
    _, rows, state, p, *_ = draw("gru")
    a = rows[:N] @ p["weight_ih"].T + p["bias_ih"]
    (torchs,), _ = cells.gru_cell(a, state, p)
    (papers,), _ = variants.original_gru_cell(a, state, p)
    assert np.abs(torchs - papers).max() > 0.01
    a[:, :H] = 1e3  # r = 1: now they must agree
    (torchs,), _ = cells.gru_cell(a, state, p)
    (papers,), _ = variants.original_gru_cell(a, state, p)
    np.testing.assert_allclose(torchs, papers, rtol=0, atol=1e-12)
