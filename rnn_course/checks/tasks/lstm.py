"""Checks of the assignment `lstm`: the gates, one step, the loop, and one step back.

The truth is torch.nn.LSTMCell and torch.nn.LSTM, and for the way back torch.autograd.
"""

import torch

from rnn_course.checks.cases import Case, case, edge
from rnn_course.checks.honest import AUTOGRAD, RECURRENT
from rnn_course.checks.oracles import cell_oracle, layer_oracle
from rnn_course.checks.task import task
from rnn_course.checks.tasks.recurrent import cell_cases, layer_cases, view, weights

BY_HAND = (*RECURRENT, *AUTOGRAD)  # what is graded is the student's own chain rule


# ---------------------------------------------------------------------------------- the gates


def _gates_truth(x, h, W_ih, W_hh, b_ih, b_hh):
    """The gates have no names in torch.nn, so they are read off LSTMCells.

    With c = 1 a cell gives c' = f + i g, with c = 0 it gives i g, and h' = o tanh(c'). A cell
    whose candidate is 1 (weights zero, a large bias) gives i alone.
    """
    oracle, H = cell_oracle("LSTMCell"), W_hh.shape[1]
    one = torch.ones(len(x), H, dtype=x.dtype)
    w = W_ih, W_hh, b_ih, b_hh
    h_new, from_zero = oracle(x, (h, 0 * one), *w)
    _, from_one = oracle(x, (h, one), *w)
    keep = torch.ones(4 * H, dtype=x.dtype)
    keep[2 * H : 3 * H] = 0
    bias = b_ih * keep + 50.0 * (1 - keep)  # tanh(50) is 1 in float64
    _, i = oracle(x, (h, 0 * one), W_ih * keep[:, None], W_hh * keep[:, None], bias, b_hh * keep)
    return i, from_one - from_zero, from_zero / i, h_new / torch.tanh(from_zero)


@task(
    "lstm_gates(x, h, W_ih, W_hh, b_ih, b_hh) -> (i, f, g, o)",
    returns=("i: N H | i", "f: N H | f", "g: N H | g", "o: N H | o"),
    oracle=_gates_truth,
    section="lstm/gates",
)
def lstm_gates(draw):
    """The four gates of one step, each (N, H), from one matmul with each weight."""
    for step in cell_cases(draw, gates=4, states=1):
        x, h, *w = step.args
        yield Case((x, h, *w), step.part, step.note)


# ------------------------------------------------------------------------ one step and the loop


@task(
    "lstm_cell(x, (h, c), W_ih, W_hh, b_ih, b_hh) -> (h, c)",
    returns=("h: N H", "c: N H | states"),
    oracle=cell_oracle("LSTMCell"),
    section="lstm/step",
)
def lstm_cell(draw):
    """One step of an LSTM, gates in torch's order i f g o."""
    yield from cell_cases(draw, gates=4, states=2)


@task(
    "lstm(xs, (h0, c0), W_ih, W_hh, b_ih, b_hh) -> (output, (h_n, c_n))",
    returns=("output: T N H", ("h_n: N H | states", "c_n: N H | states")),
    oracle=layer_oracle("LSTM"),
    section="lstm/loop",
)
def lstm(draw):
    """The loop over time. xs (T, N, I); h0, c0 (N, H); output (T, N, H), h_n and c_n (N, H)."""
    yield from layer_cases(draw, gates=4, states=2)


# ------------------------------------------------------------------------- states as torch has


def _like_torch(xs, states, *w):
    if states is None:
        zeros = xs.new_zeros(xs.shape[1], w[1].shape[1])
        states = (zeros, zeros)
    else:
        states = tuple(s[0] for s in states)
    output, last = layer_oracle("LSTM")(xs, states, *w)
    return output, tuple(s.unsqueeze(0) for s in last)


@task(
    "lstm_like_torch(xs, states, W_ih, W_hh, b_ih, b_hh) -> (output, (h_n, c_n))",
    returns=("output: T N H", ("h_n: 1 N H", "c_n: 1 N H")),
    oracle=_like_torch,
    section="lstm/states",
    shares={"given": 0.5, "missing": 0.5, "edges": 0.0},
)
def lstm_like_torch(draw):
    """One layer as torch.nn.LSTM has it: states (1, N, H) each, or None for zeros."""
    for loop in layer_cases(draw, gates=4, states=2):
        xs, states, *w = loop.args
        given = tuple(s.unsqueeze(0) for s in states)
        yield Case((xs, given, *w), "given", ", ".join(filter(None, ("states given", loop.note))))
        yield Case((xs, None, *w), "missing", ", ".join(filter(None, ("states=None", loop.note))))


# --------------------------------------------------------------------------- forget-gate bias


def _forget_bias(b_ih, b_hh, value):
    """The definition itself: there is nothing in torch.nn that sets a bias."""
    H = len(b_ih) // 4
    new_ih, new_hh = b_ih.clone(), b_hh.clone()
    new_ih[H : 2 * H], new_hh[H : 2 * H] = value, 0.0
    return new_ih, new_hh


@task(
    "forget_bias(b_ih, b_hh, value) -> (b_ih, b_hh)",
    returns=("b_ih: 4H", "b_hh: 4H"),
    oracle=_forget_bias,
    section="lstm/forget-bias",
)
def forget_bias(draw):
    """New biases (4H) with which the forget gate's rows add up to the value."""
    (H,) = draw.sizes(1)
    for value in (1.0, 2.5):
        yield case(draw.weights(4 * H), draw.weights(4 * H), value, note=f"value={value}")
    yield edge("one hidden unit", draw.weights(4), draw.weights(4), 1.0)


# ------------------------------------------------------------------------------- projection


def _projected_truth(x, state, W_ih, W_hh, b_ih, b_hh, W_hr):
    """torch has no LSTMCell with projection: nn.LSTM over one step."""
    (P, H), I = W_hr.shape, W_ih.shape[1]
    layer = torch.nn.LSTM(I, H, proj_size=P, dtype=x.dtype)
    own = dict(zip(layer.state_dict(), (W_ih, W_hh, b_ih, b_hh, W_hr), strict=True))
    layer.load_state_dict(own)
    _, last = layer(x.unsqueeze(0), tuple(s.unsqueeze(0).contiguous() for s in state))
    return tuple(s.squeeze(0) for s in last)


@task(
    "lstm_cell_projected(x, (h, c), W_ih, W_hh, b_ih, b_hh, W_hr) -> (h, c)",
    returns=("h: N P", "c: N H | states"),
    oracle=_projected_truth,
    section="lstm/projection",
)
def lstm_cell_projected(draw):
    """One step with a projection: h (N, P), c (N, H), W_hh (4H, P), W_hr (P, H)."""
    N, I, H, P = draw.sizes(4)
    H, P = max(H, P), min(H, P)
    w = [*weights(draw, 4, I, H), draw.weights(P, H)]
    w[1] = draw.weights(4 * H, P)
    x, h, c = draw.normal(N, I), draw.normal(N, P), draw.normal(N, H)
    yield case(x, (h, c), *w)
    yield edge("one row in the batch", x[:1], (h[:1], c[:1]), *w)
    yield edge("inputs that are transposed views", view(x), (view(h), view(c)), *w)


# -------------------------------------------------------------------------------- one step back


def _memory_truth(dh_new, dc_new, c, i, f, g, o):
    i, f, g, o, c = leaves = [x.detach().requires_grad_() for x in (i, f, g, o, c)]
    c_new = f * c + i * g
    return torch.autograd.grad((o * torch.tanh(c_new), c_new), leaves, (dh_new, dc_new))


def _drawn_step(draw):
    """A real step: (dh_new, dc_new, c, i, f, g, o, W_ih, W_hh), no gate near its ends."""
    N, I, H = draw.sizes(3)
    w = [0.5 * x for x in weights(draw, 4, I, H)]
    h, c = draw.normal(N, H, scale=0.5), draw.normal(N, H)
    gates = [g.detach() for g in _gates_truth(draw.normal(N, I), h, *w)]
    return draw.normal(N, H), draw.normal(N, H), c, *gates, w[0], w[1]


@task(
    "lstm_memory_backward(dh_new, dc_new, c, i, f, g, o) -> (di, df, dg, do, dc)",
    returns=("di: N H | gates", "df: N H | gates", "dg: N H | gates", "do: N H | do",
             "dc: N H | dc"),
    oracle=_memory_truth,
    section="lstm/backward",
    shares={"gates": 0.4, "do": 0.2, "dc": 0.3, "edges": 0.1},
    forbids=BY_HAND,
)  # fmt: skip
def lstm_memory_backward(draw):
    """Back through h_new = o tanh(c_new) and c_new = f c + i g."""
    *args, _, _ = _drawn_step(draw)
    yield case(*args)
    yield edge("one row in the batch", *(x[:1] for x in args))
    yield edge("inputs that are transposed views", *map(view, args))
    yield edge("dh_new is zero", 0 * args[0], *args[1:])
    yield edge("dc_new is zero", args[0], 0 * args[1], *args[2:])


def _back_truth(dh_new, dc_new, c, i, f, g, o, W_ih, W_hh):
    a = torch.cat((torch.logit(i), torch.logit(f), torch.atanh(g), torch.logit(o)), -1)
    a, c = a.requires_grad_(), c.detach().requires_grad_()
    x = i.new_zeros(len(i), W_ih.shape[1], requires_grad=True)
    h = i.new_zeros(i.shape, requires_grad=True)
    i, f, g, o = (a + x @ W_ih.T + h @ W_hh.T).chunk(4, -1)
    c_new = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    h_new = torch.sigmoid(o) * torch.tanh(c_new)
    return torch.autograd.grad((h_new, c_new), (a, x, h, c), (dh_new, dc_new))


@task(
    "lstm_cell_backward(dh_new, dc_new, c, i, f, g, o, W_ih, W_hh) -> (da, dx, dh, dc)",
    returns=("da: N 4H", "dx: N I | dx", "dh: N H | dh", "dc: N H | dc"),
    oracle=_back_truth,
    section="lstm/backward",
    shares={"forward": 0.4, "dx": 0.15, "dh": 0.15, "dc": 0.2, "edges": 0.1},
    forbids=BY_HAND,
)
def lstm_cell_backward(draw):
    """One step back: da (N, 4H), dx (N, I), dh (N, H) and dc (N, H)."""
    *args, W_ih, W_hh = _drawn_step(draw)
    yield case(*args, W_ih, W_hh)
    yield edge("one row in the batch", *(x[:1] for x in args), W_ih, W_hh)
    yield edge("inputs that are transposed views", *map(view, args), W_ih, W_hh)
