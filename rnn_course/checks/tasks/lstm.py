"""Checks of the assignment `lstm`: the gates, one step, the loop, and one step back.

The truth is torch.nn.LSTMCell and torch.nn.LSTM, and for the way back torch.autograd.
"""

from itertools import permutations

import numpy as np
import torch

from rnn_course.checks import mistakes, recurrence
from rnn_course.checks.cases import Case, case, edge
from rnn_course.checks.honest import AUTOGRAD, RECURRENT
from rnn_course.checks.mistakes import Mistake
from rnn_course.checks.oracles import cell_oracle, layer_oracle
from rnn_course.checks.task import task
from rnn_course.checks.tasks.recurrent import (
    cell_cases,
    cell_probes,
    layer_cases,
    layer_probes,
    view,
    weights,
)
from rnn_course.ops import linear, sigmoid, tanh

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


def _gates(x, h, *w, weights=None, gates=None, act_i=sigmoid, act_f=sigmoid, act_g=tanh,
           act_o=sigmoid):  # fmt: skip
    x, h, w = recurrence.arrays((x, h, w))
    p = dict(zip(recurrence.NAMES, w, strict=True))
    p = weights(p) if weights else p
    a = linear(x, p["weight_ih"], p["bias_ih"])
    u = linear(h, p["weight_hh"], p["bias_hh"])
    i, f, g, o = gates(a, u) if gates else recurrence.cut(a + u, 4)
    return act_i(i), act_f(f), act_g(g), act_o(o)


def _gate_mistakes():
    by_view = [m for m in mistakes.only_lstm() if m.name in ("gates-by-view", "gates-before-sum")]
    known = [*mistakes.gate_orders("lstm"), *mistakes.activations("lstm")]
    for order in permutations(range(4)):
        names = "".join("ifgo"[k] for k in order)
        if names != "ifgo":
            known.append(
                Mistake(
                    f"gates-returned-{names}",
                    f"The gates are right but returned in the order {', '.join(names)}; asked "
                    "for is i, f, g, o.",
                    "lstm/gates",
                    result=lambda gates, order=order: tuple(gates[k] for k in order),
                )
            )
    known.append(
        Mistake(
            "gates-in-one-tensor",
            "The gates are returned as one tensor (N, 4H); asked for are four of (N, H): "
            "a.chunk(4, dim=-1).",
            "lstm/gates",
            result=lambda gates: np.concatenate(gates, -1),
        )
    )
    known.append(
        Mistake(
            "chunks-of-sentences",
            "The sentences, axis 0, are cut into four; the gates stand side by side on the last "
            "axis: a.chunk(4, dim=-1).",
            "lstm/gates",
            gates=lambda a, u: [rows.numpy() for rows in torch.from_numpy(a + u).chunk(4)],
        )
    )
    others = (mistakes.biases, mistakes.matrices, mistakes.copied_gates, mistakes.cut_wrongly)
    return [*known, *by_view, *(m for family in others for m in family("lstm"))]


@task(
    "lstm_gates(x, h, W_ih, W_hh, b_ih, b_hh) -> (i, f, g, o)",
    returns=("i: N H | i", "f: N H | f", "g: N H | g", "o: N H | o"),
    oracle=_gates_truth,
    section="lstm/gates",
    reference=_gates,
    mistakes=_gate_mistakes,
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
    reference=recurrence.cell_reference("lstm"),
    mistakes=lambda: mistakes.cell("lstm"),
    probes=lambda draw: cell_probes(draw, "lstm"),
)
def lstm_cell(draw):
    """One step of an LSTM, gates in torch's order i f g o."""
    yield from cell_cases(draw, gates=4, states=2)


@task(
    "lstm(xs, (h0, c0), W_ih, W_hh, b_ih, b_hh) -> (output, (h_n, c_n))",
    returns=("output: T N H", ("h_n: N H | states", "c_n: N H | states")),
    oracle=layer_oracle("LSTM"),
    section="lstm/loop",
    reference=recurrence.layer_reference("lstm"),
    mistakes=lambda: mistakes.layer("lstm"),
    probes=lambda draw: layer_probes(draw, "lstm"),
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


def _like_torch_with(xs, states, *w, empty=np.zeros, **switches):
    xs, states, w = recurrence.arrays((xs, states, w))
    H = w[1].shape[1]
    start = tuple(empty((xs.shape[1], H)) for _ in "hc") if states is None else states
    start = tuple(s.reshape(-1, H) for s in start)
    output, last = recurrence.layer_reference("lstm")(xs, start, *w, **switches)
    return output, tuple(s[None] if isinstance(s, np.ndarray) else s for s in last)


@task(
    "lstm_like_torch(xs, states, W_ih, W_hh, b_ih, b_hh) -> (output, (h_n, c_n))",
    returns=("output: T N H", ("h_n: 1 N H", "c_n: 1 N H")),
    oracle=_like_torch,
    section="lstm/states",
    shares={"given": 0.5, "missing": 0.5, "edges": 0.0},
    reference=_like_torch_with,
    mistakes=lambda: [
        Mistake(
            "layer-axis-missing",
            "h_n and c_n are (N, H); torch gives them an axis for the layers, (1, N, H): "
            "h.unsqueeze(0).",
            result=lambda r: (r[0], tuple(s[0] for s in r[1])),
        ),
        Mistake(
            "layer-axis-kept",
            "The layer axis of h_0 and c_0 is carried through the loop, so output is "
            "(T, 1, N, H); take it off first: h_0[0].",
            result=lambda r: (r[0][:, None], r[1]),
        ),
        Mistake(
            "first-states-ones",
            "Without states the layer begins with ones; it begins with zeros.",
            empty=np.ones,
        ),
        *mistakes.layer("lstm"),
    ],
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


def _set(where, ih, hh):
    """A wrong forget_bias: rows `where(H)` of b_ih set to ih(value), those of b_hh to hh."""

    def instead(b_ih, b_hh, value):
        b_ih, b_hh = b_ih.clone(), b_hh.clone()
        rows = where(len(b_ih) // 4)
        b_ih[rows] = ih(value, b_ih[rows])
        b_hh[rows] = hh(value, b_hh[rows])
        return b_ih, b_hh

    return instead


FORGET = lambda H: slice(H, 2 * H)  # noqa: E731
_only, _zero, _old = (lambda v, b: v), (lambda v, b: 0.0), (lambda v, b: b)


@task(
    "forget_bias(b_ih, b_hh, value) -> (b_ih, b_hh)",
    returns=("b_ih: 4H", "b_hh: 4H"),
    oracle=_forget_bias,
    section="lstm/forget-bias",
    mistakes=[
        Mistake(
            "forget-bias-twice",
            "The value is set in both vectors; torch adds them, so the gate gets twice the value.",
            instead=_set(FORGET, _only, _only),
        ),
        Mistake(
            "forget-bias-other-left",
            "b_hh keeps its old rows; torch adds them to those of b_ih, so the sum is not the "
            "value.",
            instead=_set(FORGET, _only, _old),
        ),
        Mistake(
            "forget-bias-in-b-hh",
            "The value stands in b_hh and zero in b_ih; the task asks for the other way round.",
            instead=_set(FORGET, _zero, _only),
        ),
        Mistake(
            "forget-bias-halved",
            "Half of the value stands in each vector. The gate is the same, but the task asks for "
            "all of it in b_ih.",
            instead=_set(FORGET, lambda v, b: v / 2, lambda v, b: v / 2),
        ),
        Mistake(
            "forget-bias-added",
            "The value is added to the rows of b_ih; it takes their place.",
            instead=_set(FORGET, lambda v, b: v + b, _old),
        ),
        Mistake(
            "forget-bias-everywhere",
            "All four gates get the value; only the forget gate's rows are to change.",
            instead=_set(lambda H: slice(None), _only, _zero),
        ),
        *[
            Mistake(
                f"forget-bias-in-{gate}",
                f"These are the rows of {gate}; the forget gate's are the second block, "
                "H to 2H (order i, f, g, o).",
                instead=_set(lambda H, k=k: slice(k * H, k * H + H), _only, _zero),
            )
            for gate, k in (("i", 0), ("g", 2), ("o", 3))
        ],
        Mistake(
            "forget-bias-one-row",
            "Only one row is set; the forget gate has H of them, one for each unit.",
            instead=_set(lambda H: slice(H, H + 1), _only, _zero),
        ),
        Mistake(
            "forget-bias-row-1",
            "Row 1 is set; the forget gate is the second *block*, the H rows H to 2H.",
            instead=_set(lambda H: slice(1, 2), _only, _zero),
        ),
        Mistake(
            "forget-bias-every-fourth",
            "Every fourth row is set; the forget gate is a block of H neighbours, H to 2H.",
            instead=_set(lambda H: slice(1, None, 4), _only, _zero),
        ),
    ],
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


def _projected(x, state, *w, project=None, **switches):
    """project(h, c, W_hr): what is returned, from the cell's h and c (N, H)."""
    *w, W_hr = recurrence.arrays(w)
    h, c = recurrence.cell_reference("lstm")(x, state, *w, **switches)
    return project(h, c, W_hr) if project else (h @ W_hr.T, c)


@task(
    "lstm_cell_projected(x, (h, c), W_ih, W_hh, b_ih, b_hh, W_hr) -> (h, c)",
    returns=("h: N P", "c: N H | states"),
    oracle=_projected_truth,
    section="lstm/projection",
    reference=_projected,
    mistakes=lambda: [
        Mistake(
            "projection-missing",
            "h is not projected: it is (N, H); after W_hr it is (N, P).",
            project=lambda h, c, W: (h, c),
        ),
        Mistake(
            "c-projected-too",
            "c is projected as well; only h is, c keeps its H units.",
            project=lambda h, c, W: (h @ W.T, c @ W.T),
        ),
        Mistake(
            "c-projected-for-h",
            "c is projected and h is not; it is the other way round.",
            project=lambda h, c, W: (h, c @ W.T),
        ),
        Mistake(
            "projection-of-c",
            "h is made from c, W_hr c; it is W_hr (o tanh(c)).",
            project=lambda h, c, W: (c @ W.T, c),
        ),
        Mistake(
            "projection-through-tanh",
            "The projected h goes through tanh once more; it is W_hr (o tanh(c)), nothing after.",
            project=lambda h, c, W: (np.tanh(h @ W.T), c),
        ),
        Mistake(
            "projection-cut-off",
            "The first P units of h are taken; W_hr mixes all H of them.",
            project=lambda h, c, W: (h[:, : len(W)], c),
        ),
        *mistakes.cell("lstm"),
    ],
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


def _memory(dh, dc, c, i, f, g, o, meet=None, gates=None, before=None):
    """di, df, dg, do, dc.

    meet(dh, dc, o, s, c_new, c)         what reaches c_new; s = tanh(c_new)
    gates(dc, dh, c, i, f, g, o, s, c_new)  di, df, dg, do
    before(dc, f, dc_given)              dc for the step before
    """
    c_new = f * c + i * g
    s, given = torch.tanh(c_new), dc
    dc = meet(dh, dc, o, s, c_new, c) if meet else dc + dh * o * (1 - s**2)
    four = gates(dc, dh, c, i, f, g, o, s, c_new) if gates else (dc * g, dc * c, dc * i, dh * s)
    return *four, before(dc, f, given) if before else dc * f


def _memory_mistakes():
    where = "lstm/backward"
    meets = {
        "dc-without-h": (
            "What comes through h is missing: c_new also reaches the loss by h = o tanh(c_new), "
            "so dc = dc_new + dh_new o (1 - tanh(c_new)**2)",
            lambda dh, dc, o, s, c_new, c: dc,
        ),
        "dc-new-missing": (
            "dc_new is missing: c_new goes to h and to the next step, both gradients add up",
            lambda dh, dc, o, s, c_new, c: dh * o * (1 - s**2),
        ),
        "dc-without-output-gate": (
            "From h to c_new the output gate o is missing: dh_new o (1 - tanh(c_new)**2)",
            lambda dh, dc, o, s, c_new, c: dc + dh * (1 - s**2),
        ),
        "dc-without-slope": (
            "On the way from h to c_new tanh's derivative is missing, 1 - tanh(c_new)**2",
            lambda dh, dc, o, s, c_new, c: dc + dh * o,
        ),
        "dc-slope-of-c": (
            "tanh's derivative is taken as 1 - c_new**2; c_new has not been through tanh yet: "
            "1 - tanh(c_new)**2",
            lambda dh, dc, o, s, c_new, c: dc + dh * o * (1 - c_new**2),
        ),
        "dc-slope-not-squared": (
            "tanh's derivative is taken as 1 - tanh(c_new); it is 1 - tanh(c_new)**2",
            lambda dh, dc, o, s, c_new, c: dc + dh * o * (1 - s),
        ),
        "dc-slope-of-old-c": (
            "tanh's derivative is taken at the old c; h is made from the new one",
            lambda dh, dc, o, s, c_new, c: dc + dh * o * (1 - torch.tanh(c) ** 2),
        ),
        "dc-tanh-for-slope": (
            "tanh(c_new) stands where its derivative belongs, 1 - tanh(c_new)**2",
            lambda dh, dc, o, s, c_new, c: dc + dh * o * s,
        ),
    }
    for name, (said, meet) in meets.items():
        yield Mistake(name, f"{said}.", where, meet=meet)
    yield Mistake(
        "tanh-of-old-c",
        "tanh is taken of the old c; h is made from the new one: make c_new = f c + i g first.",
        where,
        meet=meets["dc-slope-of-old-c"][1],
        gates=lambda dc, dh, c, i, f, g, o, s, c_new: (dc * g, dc * c, dc * i, dh * torch.tanh(c)),
    )
    four = {
        "do-without-tanh": (
            "do is dh_new c_new; h = o tanh(c_new), so do = dh_new tanh(c_new)",
            lambda dc, dh, c, i, f, g, o, s, c_new: (dc * g, dc * c, dc * i, dh * c_new),
        ),
        "do-from-old-c": (
            "do is made with the old c; h = o tanh(c_new)",
            lambda dc, dh, c, i, f, g, o, s, c_new: (dc * g, dc * c, dc * i, dh * torch.tanh(c)),
        ),
        "do-from-dc": (
            "do is made from dc; o occurs in h alone, so do = dh_new tanh(c_new)",
            lambda dc, dh, c, i, f, g, o, s, c_new: (dc * g, dc * c, dc * i, dc * s),
        ),
        "df-from-new-c": (
            "df is dc c_new; the forget gate multiplies the old c",
            lambda dc, dh, c, i, f, g, o, s, c_new: (dc * g, dc * c_new, dc * i, dh * s),
        ),
        "df-from-f": (
            "df is dc f; in f c the derivative by f is c",
            lambda dc, dh, c, i, f, g, o, s, c_new: (dc * g, dc * f, dc * i, dh * s),
        ),
        "di-and-dg-exchanged": (
            "di is dc i and dg is dc g; in i g the derivative by one is the other",
            lambda dc, dh, c, i, f, g, o, s, c_new: (dc * i, dc * c, dc * g, dh * s),
        ),
        "gates-from-dh": (
            "di, df and dg are made from dh_new; they act through c, so from dc",
            lambda dc, dh, c, i, f, g, o, s, c_new: (dh * g, dh * c, dh * i, dh * s),
        ),
    }
    for name, (said, gates) in four.items():
        yield Mistake(name, f"{said}.", where, gates=gates)
    befores = {
        "dc-without-forget-gate": (
            "dc is not multiplied by f: c_new = f c + i g",
            lambda dc, f, given: dc,
        ),
        "dc-from-given": (
            "dc is dc_new f; what comes through h has to be added first",
            lambda dc, f, given: given * f,
        ),
        "dc-zero": ("dc is zero: the road along c is cut", lambda dc, f, given: 0 * dc),
        "dc-input-gate-for-forget": (
            "dc is multiplied by 1 - f; it is f",
            lambda dc, f, given: dc * (1 - f),
        ),
    }
    for name, (said, before) in befores.items():
        yield Mistake(name, f"{said}.", where, before=before)


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
    reference=_memory,
    mistakes=lambda: [
        *_memory_mistakes(),
        Mistake(
            "dc-comes-first",
            "dc is returned first; asked for is di, df, dg, do, dc.",
            result=lambda r: (r[4], *r[:4]),
        ),
    ],
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


def _slope_sigmoid(s):
    return s * (1 - s)


def _slope_tanh(g):
    return 1 - g**2


def _back(dh, dc, c, i, f, g, o, W_ih, W_hh, slope_gate=_slope_sigmoid, slope_g=_slope_tanh,
          order=(0, 1, 2, 3), to_h=None, **switches):  # fmt: skip
    *four, dc_before = _memory(dh, dc, c, i, f, g, o, **switches)
    slopes = slope_gate(i), slope_gate(f), slope_g(g), slope_gate(o)
    parts = [d * slope for d, slope in zip(four, slopes, strict=True)]
    da = torch.cat([parts[k] for k in order], -1)
    return da, da @ W_ih, to_h(da, dh, W_hh) if to_h else da @ W_hh, dc_before


def _back_mistakes():
    where = "lstm/backward"
    gates = {
        "slopes-missing": (
            "The way back through the four activations is missing: each gate's gradient is "
            "multiplied by s (1 - s), the candidate's by 1 - g**2",
            dict(slope_gate=torch.ones_like, slope_g=torch.ones_like),
        ),
        "sigmoid-slope-missing": (
            "The way back through the sigmoid is missing, s (1 - s)",
            dict(slope_gate=torch.ones_like),
        ),
        "sigmoid-slope-without-s": (
            "The sigmoid's derivative is taken as 1 - s; it is s (1 - s)",
            dict(slope_gate=lambda s: 1 - s),
        ),
        "sigmoid-slope-of-tanh": (
            "The gates are taken back by tanh's derivative, 1 - s**2; the sigmoid's is s (1 - s)",
            dict(slope_gate=lambda s: 1 - s**2),
        ),
        "sigmoid-slope-again": (
            "The sigmoid is applied to the gates once more; they have been through it: s (1 - s)",
            dict(slope_gate=lambda s: _slope_sigmoid(torch.sigmoid(s))),
        ),
        "g-slope-missing": (
            "The way back through the candidate's tanh is missing, 1 - g**2",
            dict(slope_g=torch.ones_like),
        ),
        "g-slope-of-sigmoid": (
            "The candidate is taken back by the sigmoid's derivative, g (1 - g); it went through "
            "tanh, 1 - g**2",
            dict(slope_g=_slope_sigmoid),
        ),
        "g-slope-not-squared": (
            "tanh's derivative is taken as 1 - g; it is 1 - g**2",
            dict(slope_g=lambda g: 1 - g),
        ),
        "g-slope-again": (
            "tanh is applied to g once more; g has been through it: 1 - g**2",
            dict(slope_g=lambda g: 1 - torch.tanh(g) ** 2),
        ),
        "dh-without-gates": (
            "dh is dh_new; h reaches the loss only through the gates, dh = da @ W_hh",
            dict(to_h=lambda da, dh, W_hh: dh),
        ),
        "dh-adds-dh-new": (
            "dh_new is added to dh; h reaches the loss only through the gates, dh = da @ W_hh",
            dict(to_h=lambda da, dh, W_hh: dh + da @ W_hh),
        ),
    }
    for name, (said, change) in gates.items():
        yield Mistake(name, f"{said}.", where, **change)
    yield from _memory_mistakes()
    for order in permutations(range(4)):
        names = "".join("ifgo"[k] for k in order)
        if names != "ifgo":
            yield Mistake(
                f"da-order-{names}",
                f"The blocks of da stand in the order {', '.join(names)}; torch's weights have "
                "i, f, g, o.",
                where,
                order=order,
            )
    results = {
        "dx-and-dh-exchanged": ("dx and dh are exchanged", lambda r: (r[0], r[2], r[1], r[3])),
        "dh-and-dc-exchanged": ("dh and dc are exchanged", lambda r: (r[0], r[1], r[3], r[2])),
    }
    for name, (said, result) in results.items():
        yield Mistake(name, f"{said}; asked for is da, dx, dh, dc.", where, result=result)


@task(
    "lstm_cell_backward(dh_new, dc_new, c, i, f, g, o, W_ih, W_hh) -> (da, dx, dh, dc)",
    returns=("da: N 4H", "dx: N I | dx", "dh: N H | dh", "dc: N H | dc"),
    oracle=_back_truth,
    section="lstm/backward",
    shares={"forward": 0.4, "dx": 0.15, "dh": 0.15, "dc": 0.2, "edges": 0.1},
    forbids=BY_HAND,
    reference=_back,
    mistakes=_back_mistakes,
)
def lstm_cell_backward(draw):
    """One step back: da (N, 4H), dx (N, I), dh (N, H) and dc (N, H)."""
    *args, W_ih, W_hh = _drawn_step(draw)
    yield case(*args, W_ih, W_hh)
    yield edge("one row in the batch", *(x[:1] for x in args), W_ih, W_hh)
    yield edge("inputs that are transposed views", *map(view, args), W_ih, W_hh)
