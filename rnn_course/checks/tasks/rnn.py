"""Checks of the assignment `rnn`: one step, the loop, and what torch.nn.RNN makes of it."""

import torch

from rnn_course.checks.cases import Case
from rnn_course.checks.oracles import cell_oracle, layer_oracle
from rnn_course.checks.task import task
from rnn_course.checks.tasks.recurrent import cell_cases, layer_cases, weights


@task(
    "rnn_cell(x, h, W_ih, W_hh, b_ih, b_hh) -> h",
    returns="h: N H",
    oracle=cell_oracle("RNNCell"),
    section="rnn/step",
)
def rnn_cell(draw):
    """One step: h = tanh(W_ih x + b_ih + W_hh h + b_hh)."""
    yield from cell_cases(draw, gates=1, states=1)


@task(
    "rnn(xs, h0, W_ih, W_hh, b_ih, b_hh) -> (output, h_n)",
    returns=("output: T N H", "h_n: N H | states"),
    oracle=layer_oracle("RNN"),
    section="rnn/loop",
)
def rnn(draw):
    """The loop over time. xs (T, N, I), h0 (N, H); output (T, N, H), h_n (N, H)."""
    yield from layer_cases(draw, gates=1, states=1)


# ------------------------------------------------------------------------------- tanh or relu


@task(
    "rnn_cell_with(x, h, W_ih, W_hh, b_ih, b_hh, nonlinearity) -> h",
    returns="h: N H",
    oracle=lambda *args: cell_oracle("RNNCell", nonlinearity=args[-1])(*args[:-1]),
    section="rnn/arguments",
    shares={"tanh": 0.5, "relu": 0.5},
)
def rnn_cell_with(draw):
    """One step with nonlinearity "tanh" or "relu"."""
    for nonlinearity in ("tanh", "relu"):
        for step in cell_cases(draw, gates=1, states=1):
            note = f'nonlinearity="{nonlinearity}"' + (f", {step.note}" if step.note else "")
            yield Case((*step.args, nonlinearity), nonlinearity, note)


# -------------------------------------------------------------------------------- batch first


def _batch_first(xs, h0, *w):
    output, h_n = layer_oracle("RNN")(xs.transpose(0, 1), h0, *w)
    return output.transpose(0, 1), h_n


@task(
    "rnn_batch_first(xs, h0, W_ih, W_hh, b_ih, b_hh) -> (output, h_n)",
    returns=("output: N T H", "h_n: N H | states"),
    oracle=_batch_first,
    section="sequences/batch-first",
)
def rnn_batch_first(draw):
    """The loop over a batch xs (N, T, I); h0 and h_n stay (N, H), output is (N, T, H)."""
    for case in layer_cases(draw, gates=1, states=1):
        xs, *others = case.args
        yield Case((xs.transpose(0, 1), *others), case.part, case.note)


# ----------------------------------------------------------------------- the weights of a layer


def _weights_of(parameters, layer, reverse):
    """Torch's own order of weights, net.all_weights, tells which is which."""
    H, I = parameters["weight_ih_l0"].shape
    bias, both = "bias_ih_l0" in parameters, "weight_ih_l0_reverse" in parameters
    layers = sum(name.startswith("weight_ih_l") for name in parameters) // (1 + both)
    dtype = parameters["weight_ih_l0"].dtype
    net = torch.nn.RNN(I, H, layers, bias=bias, bidirectional=both, dtype=dtype)
    net.load_state_dict(parameters)
    found = tuple(net.all_weights[layer * (1 + both) + reverse])
    return found if bias else (*found, torch.zeros(H, dtype=dtype), torch.zeros(H, dtype=dtype))


@task(
    "read_weights(parameters, layer, reverse) -> (W_ih, W_hh, b_ih, b_hh)",
    returns=("W_ih: H I", "W_hh: H H", "b_ih: H", "b_hh: H"),
    oracle=_weights_of,
    section="rnn/reading",
    shares={"no bias": 0.3, "reverse": 0.3},
)
def read_weights(draw):
    """The four weights of one layer and direction, out of a net's state_dict()."""
    I, H = draw.sizes(2)
    for layers, directions, bias in ((1, 1, True), (3, 2, True), (2, 2, False)):
        net = torch.nn.RNN(I, H, layers, bias=bias, bidirectional=directions == 2, device="meta")
        parameters = {
            name: draw.weights(*weight.shape) for name, weight in net.state_dict().items()
        }
        for layer in range(layers):
            for reverse in (False, True)[:directions]:
                part = "reverse" if reverse else None
                note = f"layer={layer}, reverse={reverse}" + ("" if bias else ", no biases")
                yield Case((parameters, layer, reverse), part if bias else "no bias", note)


# --------------------------------------------------------------------- where the state begins


def _first_state(h_0, xs, W_hh):
    """The definition itself: torch.nn does not show the state before the first word."""
    return xs.new_zeros(xs.shape[1], W_hh.shape[0]) if h_0 is None else h_0[0]


@task(
    "first_state(h_0, xs, W_hh) -> h",
    returns="h: N H [same]",
    oracle=_first_state,
    section="rnn/states",
    shares={"given": 0.5, "missing": 0.5},
)
def first_state(draw):
    """The state (N, H) before the first word: h_0 (1, N, H), or zeros if it is None."""
    T, N, I, H = draw.sizes(4)
    for rows in (N, 1):
        xs, W_hh = draw.normal(T, rows, I), draw.weights(H, H)
        note = "" if rows > 1 else ", one row in the batch"
        yield Case((draw.normal(1, rows, H), xs, W_hh), "given", "h_0 given" + note)
        yield Case((None, xs, W_hh), "missing", "h_0 missing" + note)
    yield Case((None, xs, W_hh), "missing", "h_0 missing, in float64", dtype=torch.float64)


# -------------------------------------------------------------- one sentence, and all of it


def _like_torch(xs, h_0, W_ih, W_hh, b_ih, b_hh, nonlinearity="tanh", batch_first=False):
    layer = torch.nn.RNN(
        *(W_ih.shape[1], W_hh.shape[1]),
        nonlinearity=nonlinearity,
        batch_first=batch_first,
        dtype=W_ih.dtype,
    )
    names = list(layer.state_dict())
    layer.load_state_dict(dict(zip(names, (W_ih, W_hh, b_ih, b_hh), strict=True)))
    return layer(xs, h_0)


@task(
    "rnn_unbatched(xs, h_0, W_ih, W_hh, b_ih, b_hh) -> (output, h_n)",
    returns=("output: T H", "h_n: 1 H | states"),
    oracle=_like_torch,
    section="rnn/arguments",
)
def rnn_unbatched(draw):
    """One sentence xs (T, I) without a batch axis; h_0 and h_n are (1, H), output is (T, H)."""
    for case in layer_cases(draw, gates=1, states=1):
        if case.note != "one row in the batch":
            xs, h0, *w = case.args
            yield Case((xs[:, 0], h0[:1], *w), case.part, case.note)


@task(
    "rnn_like_torch(xs, h_0, W_ih, W_hh, b_ih, b_hh, nonlinearity, batch_first) -> (output, h_n)",
    returns=("output: T N H", "h_n: 1 N H"),
    oracle=_like_torch,
    section="rnn/arguments",
    shares=dict.fromkeys(("time first", "batch first", "no h_0", "one sentence"), 0.2)
    | {"relu": 0.1, "edges": 0.1},
)
def rnn_like_torch(draw):
    """All that torch.nn.RNN with one layer takes: see the list in the task."""
    T, N, I, H = draw.sizes(4)
    w = weights(draw, 1, I, H)
    xs, sentence, h_0 = draw.normal(T, N, I), draw.normal(T, I), draw.normal(1, N, H)
    turned, single = ("output: N T H", "h_n: 1 N H"), ("output: T H", "h_n: 1 H")
    yield Case((xs, h_0, *w, "tanh", False), "time first")
    yield Case((xs[:1], h_0, *w, "tanh", False), "time first", "one time step")
    args = xs.transpose(0, 1), h_0, *w, "tanh", True
    yield Case(args, "batch first", "batch_first=True", returns=turned)
    yield Case((xs, None, *w, "tanh", False), "no h_0", "h_0=None")
    yield Case((xs, h_0, *w, "relu", False), "relu", 'nonlinearity="relu"')
    for first in (False, True):
        note = f"one sentence, batch_first={first}"
        for given, more in ((h_0[:, 0], ""), (None, ", h_0=None")):
            args = sentence, given, *w, "tanh", first
            yield Case(args, "one sentence", note + more, returns=single)
    note = 'batch_first=True, nonlinearity="relu", h_0=None'
    args = xs.transpose(0, 1), None, *w, "relu", True
    yield Case(args, "edges", note, returns=turned)
