"""The cases that all recurrent tasks share: one step of a cell, and one layer over time."""

import torch

from rnn_course.checks.cases import Case, case, edge
from rnn_course.checks.recurrence import GATES, STATES


def weights(draw, gates, I, H):
    """W_ih (gates*H, I), W_hh (gates*H, H), b_ih, b_hh (gates*H)."""
    G = gates * H
    return draw.weights(G, I), draw.weights(G, H), draw.weights(G), draw.weights(G)


def cell_cases(draw, gates, states):
    """x (N, I), state h (N, H) or (h, c), and the four weights."""
    N, I, H = draw.sizes(3)
    w = weights(draw, gates, I, H)
    x, state = draw.normal(N, I), [draw.normal(N, H) for _ in range(states)]
    yield case(x, one_or_tuple(state), *w)
    yield edge("one row in the batch", x[:1], one_or_tuple([s[:1] for s in state]), *w)
    views = [view(s) for s in state]
    yield edge("inputs that are transposed views", view(x), one_or_tuple(views), *w)


def layer_cases(draw, gates, states):
    """xs (T, N, I), state h0 (N, H) or (h0, c0), and the four weights."""
    T, N, I, H = draw.sizes(4)
    w = weights(draw, gates, I, H)
    xs, state = draw.normal(T, N, I), [draw.normal(N, H) for _ in range(states)]
    yield case(xs, one_or_tuple(state), *w)
    yield edge("one time step", xs[:1], one_or_tuple(state), *w)
    yield edge("one row in the batch", xs[:, :1], one_or_tuple([s[:1] for s in state]), *w)
    views = [view(s) for s in state]
    yield edge("inputs that are transposed views", view(xs), one_or_tuple(views), *w)


def cell_probes(draw, kind):
    """Inputs on which whole families of mistakes do not show."""
    N, I, H = draw.sizes(3)
    gates, states = len(GATES[kind]), STATES[kind]
    x, state = draw.normal(N, I), [draw.normal(N, H) for _ in range(states)]
    for note, w, s in special(weights(draw, gates, I, H), state, kind):
        yield Case((x, one_or_tuple(s), *w), note=note)
    H = N
    w, s = weights(draw, gates, H, H), [draw.normal(H, H) for _ in range(states)]
    yield Case((draw.normal(H, H), one_or_tuple(s), *w), note="N = I = H")


def layer_probes(draw, kind):
    """The same for a layer over time."""
    T, N, I, H = draw.sizes(4)
    gates, states = len(GATES[kind]), STATES[kind]
    xs, state = draw.normal(1, N, I), [draw.normal(N, H) for _ in range(states)]
    for note, w, s in special(weights(draw, gates, I, H), state, kind):
        yield Case((xs, one_or_tuple(s), *w), note=note)
    w, s = weights(draw, gates, H, H), [draw.normal(H, H) for _ in range(states)]
    yield Case((draw.normal(H, H, H), one_or_tuple(s), *w), note="T = N = I = H")


def special(w, state, kind):
    """Weights and states under which a family of mistakes does not show, with words for each."""
    gates = len(GATES[kind])
    W_ih, W_hh, b_ih, b_hh = w
    yield "both biases are zero", (W_ih, W_hh, 0 * b_ih, 0 * b_hh), state
    yield "b_hh is zero", (W_ih, W_hh, b_ih, 0 * b_hh), state
    yield "b_ih is zero", (W_ih, W_hh, 0 * b_ih, b_hh), state
    yield "x and b_ih do not count", (0 * W_ih, W_hh, 0 * b_ih, b_hh), state
    if gates > 1:
        alike = [torch.cat([x[: len(x) // gates]] * gates) for x in w]
        yield "all gates have the same weights", alike, state
        for k in range(gates):
            yield f"gate {GATES[kind][k]} is wide open", wide_open(w, gates, k), state
    yield "the state is zero", w, [0 * s for s in state]
    yield "W_hh is zero", (W_ih, 0 * W_hh, b_ih, b_hh), state
    if len(state) == 2:
        yield "h is zero", w, [0 * state[0], state[1]]
        yield "c is zero", w, [state[0], 0 * state[1]]


def wide_open(w, gates, k):
    """Weights with which gate k is 1, whatever comes in: its activation hardly matters."""
    W_ih, W_hh, b_ih, b_hh = (x.clone() for x in w)
    for x, value in ((W_ih, 0.0), (W_hh, 0.0), (b_ih, 20.0), (b_hh, 20.0)):
        x.chunk(gates)[k].fill_(value)
    return W_ih, W_hh, b_ih, b_hh


def one_or_tuple(states):
    """What a student's function gets as state: h for one, (h, c) for two."""
    return states[0] if len(states) == 1 else tuple(states)


def view(x):
    """The same numbers in other places of memory, so that `view` alone does not work on it."""
    return x.transpose(0, 1).contiguous().transpose(0, 1)
