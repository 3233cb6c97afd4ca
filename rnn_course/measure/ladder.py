"""The rungs below the compiled engine: loops with one change each over the one before.

    rung(step, xs, state, p) -> outputs (T, N, H)

xs (T, N, I), state (h,) or (h, c), p a layer's weights by torch's names without suffix. `step` is
what is left of a cell after its matmuls: step(a, u, state) -> new state, where a are the gates'
parts that come from the input and u those that come from the state, each (N, H).
"""

import numpy as np
import torch
from torch.nn.functional import linear

from rnn_course import fast, weights
from rnn_course.measure import in_place as numpys_cells

NAMES = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


def rnn_step(a, u, state):
    return ((a[0] + u[0]).tanh(),)


def lstm_step(a, u, state):
    i, f, g, o = (one + other for one, other in zip(a, u, strict=True))
    c = f.sigmoid() * state[1] + i.sigmoid() * g.tanh()
    return o.sigmoid() * c.tanh(), c


def gru_step(a, u, state):
    r, z = (a[0] + u[0]).sigmoid(), (a[1] + u[1]).sigmoid()
    n = (a[2] + r * u[2]).tanh()
    return (n + z * (state[0] - n),)


STEPS = {"RNN": rnn_step, "LSTM": lstm_step, "GRU": gru_step}


def naive(step, xs, state, p):
    """Just as the equations are printed: two matmuls for every gate, at every step."""
    gates = len(p["weight_hh"]) // p["weight_hh"].shape[1]
    W_i, W_h, b_i, b_h = (p[name].chunk(gates) for name in NAMES)
    outputs = []
    for x in xs:
        a = [linear(x, W, b) for W, b in zip(W_i, b_i, strict=True)]
        u = [linear(state[0], W, b) for W, b in zip(W_h, b_h, strict=True)]
        state = step(a, u, state)
        outputs.append(state[0])
    return torch.stack(outputs)


def fused(step, xs, state, p):
    """One matmul for all gates of the input, one for all gates of the state."""
    gates = len(p["weight_hh"]) // p["weight_hh"].shape[1]
    outputs = []
    for x in xs:
        a = linear(x, p["weight_ih"], p["bias_ih"]).chunk(gates, -1)
        u = linear(state[0], p["weight_hh"], p["bias_hh"]).chunk(gates, -1)
        state = step(a, u, state)
        outputs.append(state[0])
    return torch.stack(outputs)


def hoisted(step, xs, state, p):
    """The input's matmul out of the loop: one for all steps, as it needs no state."""
    gates = len(p["weight_hh"]) // p["weight_hh"].shape[1]
    outputs = []
    for a in linear(xs, p["weight_ih"], p["bias_ih"]).unbind(0):
        u = linear(state[0], p["weight_hh"], p["bias_hh"]).chunk(gates, -1)
        state = step(a.chunk(gates, -1), u, state)
        outputs.append(state[0])
    return torch.stack(outputs)


def indexed(step, xs, state, p):
    """The trap beside it: the same, but a step is taken out as projected[t]."""
    gates = len(p["weight_hh"]) // p["weight_hh"].shape[1]
    projected = linear(xs, p["weight_ih"], p["bias_ih"])
    outputs = []
    for t in range(len(xs)):
        u = linear(state[0], p["weight_hh"], p["bias_hh"]).chunk(gates, -1)
        state = step(projected[t].chunk(gates, -1), u, state)
        outputs.append(state[0])
    return torch.stack(outputs)


RUNGS = {"naive loop": naive, "fused gates": fused, "hoisted projection": hoisted}


class _InPlaceEngine:
    """Mixed into a drop-in of rnn_course: the engine's loop over time, with numpy's cells."""

    @staticmethod
    def unroll(kind, rows, sizes, state, p, reverse=False):
        return fast.unroll(kind, rows, sizes, state, p, reverse, cells=numpys_cells)


def in_place(kind, input_size, hidden_size, dtype=None):
    """The fourth rung as a layer: backward by hand, everything written in place, by numpy."""
    of = getattr(fast, kind)
    layer = type(kind, (_InPlaceEngine, of), {})
    return layer(input_size, hidden_size, dtype=dtype)


class Rung(torch.nn.Module):
    """A rung as a layer, with its own weights: Rung(naive, "LSTM", I, H)(xs) -> (outputs, None).

    Called as torch.nn.LSTM is, so far as a measurement needs it: one layer, one direction, no
    given states, no last states.
    """

    def __init__(self, rung, kind, input_size, hidden_size, dtype=None):
        super().__init__()
        self.rung, self.kind = rung, kind
        torchs = getattr(torch.nn, kind)(input_size, hidden_size, dtype=dtype)
        for name in NAMES:
            setattr(self, f"{name}_l0", getattr(torchs, f"{name}_l0"))

    def forward(self, xs):
        step = STEPS[self.kind]
        p = {name: getattr(self, f"{name}_l0") for name in NAMES}
        zeros = xs.new_zeros(xs.shape[1], p["weight_hh"].shape[1])
        return self.rung(step, xs, (zeros, zeros), p), None


def bare_matmuls(kind, T, N, I, H, library, dtype="float32"):
    """The floor: a training step's matmuls and nothing else, as functions without arguments.

    library "numpy" or "torch": whose matmuls; all arrays are there before. Returns {"forward": f,
    "backward": f}: the projection of all steps, a matmul a step there and one a step back, and the
    gradients of both weights and of the input, one matmul each. No engine that has to compute
    these by that library can be faster.
    """
    gates = len(weights.KINDS[kind].gates)
    G = gates * H
    random = np.random.default_rng(0)

    def arrays(*shape):
        made = random.standard_normal(shape).astype(dtype)
        return made if library == "numpy" else torch.from_numpy(made)

    xs, hs, das = arrays(T * N, I), arrays(T * N, H), arrays(T * N, G)
    h, u, da, dh = arrays(N, H), arrays(N, G), arrays(N, G), arrays(N, H)
    W_ih, W_hh, W_in, W_rec = arrays(G, I), arrays(G, H), arrays(I, G), arrays(H, G)
    dW_hh, dW_ih, dxs, a = arrays(G, H), arrays(G, I), arrays(T * N, I), arrays(T * N, G)
    multiply = np.dot if library == "numpy" else torch.mm

    def forward():
        multiply(xs, W_in, out=a)
        for _ in range(T):
            multiply(h, W_rec, out=u)

    def backward():
        for _ in range(T):
            multiply(da, W_hh, out=dh)
        multiply(das.T, hs, out=dW_hh)
        multiply(das.T, xs, out=dW_ih)
        multiply(das, W_ih, out=dxs)

    return {"forward": forward, "backward": backward}
