"""Checks of the assignment `rnn`: one step, the loop, and what torch.nn.RNN makes of it."""

from functools import partial

import numpy as np
import torch

from rnn_course.checks import mistakes, recurrence
from rnn_course.checks.cases import Case
from rnn_course.checks.mistakes import Mistake
from rnn_course.checks.oracles import cell_oracle, layer_oracle
from rnn_course.checks.task import task
from rnn_course.checks.tasks.recurrent import (
    cell_cases,
    cell_probes,
    layer_cases,
    layer_probes,
    weights,
)
from rnn_course.ops import relu, tanh

cell_step, loop = recurrence.cell_reference("rnn"), recurrence.layer_reference("rnn")
same = recurrence.same


@task(
    "rnn_cell(x, h, W_ih, W_hh, b_ih, b_hh) -> h",
    returns="h: N H",
    oracle=cell_oracle("RNNCell"),
    section="rnn/step",
    reference=cell_step,
    mistakes=lambda: mistakes.cell("rnn"),
    probes=lambda draw: cell_probes(draw, "rnn"),
)
def rnn_cell(draw):
    """One step: h = tanh(W_ih x + b_ih + W_hh h + b_hh)."""
    yield from cell_cases(draw, gates=1, states=1)


@task(
    "rnn(xs, h0, W_ih, W_hh, b_ih, b_hh) -> (output, h_n)",
    returns=("output: T N H", "h_n: N H | states"),
    oracle=layer_oracle("RNN"),
    section="rnn/loop",
    reference=loop,
    mistakes=lambda: mistakes.layer("rnn"),
    probes=lambda draw: layer_probes(draw, "rnn"),
)
def rnn(draw):
    """The loop over time. xs (T, N, I), h0 (N, H); output (T, N, H), h_n (N, H)."""
    yield from layer_cases(draw, gates=1, states=1)


# ------------------------------------------------------------------------------- tanh or relu

ACTIVATIONS = {"tanh": tanh, "relu": relu}


def _with(x, h, *w_and_name, choose=ACTIVATIONS.get, **switches):
    """choose(nonlinearity): the activation that is taken for it."""
    *w, nonlinearity = w_and_name
    return cell_step(x, h, *w, **{"act": choose(nonlinearity)} | switches)


def _choices():
    """Mistakes about `nonlinearity`: for a task whose reference has the switch `choose`."""
    other = {"tanh": relu, "relu": tanh}
    where = "rnn/arguments"
    for name, said, choose in (
        ("always-tanh", "tanh is taken whatever nonlinearity says", lambda _: tanh),
        ("always-relu", "relu is taken whatever nonlinearity says", lambda _: relu),
        ("tanh-and-relu-exchanged", "tanh is taken for relu, and relu for tanh", other.get),
        (
            "no-activation-for-relu",
            "With relu the sum is returned as it is; relu makes what is negative 0",
            {"tanh": tanh, "relu": same}.get,
        ),
        (
            "relu-after-tanh",
            "With relu the sum goes through tanh and then through relu; it is relu instead",
            {"tanh": tanh, "relu": lambda a: relu(tanh(a))}.get,
        ),
        (
            "absolute-for-relu",
            "With relu what is negative is turned positive, |a|; relu makes it 0",
            {"tanh": tanh, "relu": np.abs}.get,
        ),
    ):
        yield Mistake(name, f"{said}.", where, choose=choose)


def _largest_for_relu():
    def largest(x, h, W_ih, W_hh, b_ih, b_hh, nonlinearity):
        a = x @ W_ih.T + b_ih + h @ W_hh.T + b_hh
        return torch.tanh(a) if nonlinearity == "tanh" else tuple(torch.max(a, 0))

    said = (
        "torch.max(a, 0) is the largest number along axis 0, and where it stands; "
        "max(a, 0), number by number, is torch.relu(a)."
    )
    return Mistake("torch-max-for-relu", said, instead=largest)


@task(
    "rnn_cell_with(x, h, W_ih, W_hh, b_ih, b_hh, nonlinearity) -> h",
    returns="h: N H",
    oracle=lambda *args: cell_oracle("RNNCell", nonlinearity=args[-1])(*args[:-1]),
    section="rnn/arguments",
    shares={"tanh": 0.5, "relu": 0.5},
    reference=_with,
    mistakes=lambda: [*_choices(), _largest_for_relu(), *mistakes.cell("rnn")],
)
def rnn_cell_with(draw):
    """One step with nonlinearity "tanh" or "relu"."""
    for nonlinearity in ACTIVATIONS:
        for step in cell_cases(draw, gates=1, states=1):
            note = f'nonlinearity="{nonlinearity}"' + (f", {step.note}" if step.note else "")
            yield Case((*step.args, nonlinearity), nonlinearity, note)


# -------------------------------------------------------------------------------- batch first


def _batch_first(xs, h0, *w):
    output, h_n = layer_oracle("RNN")(xs.transpose(0, 1), h0, *w)
    return output.transpose(0, 1), h_n


def _batch_first_with(xs, h0, *w, turn=None, turn_back=None, **switches):
    """turn(xs): (N, T, I) -> (T, N, I);  turn_back(output): (T, N, H) -> (N, T, H)."""
    xs, h0, w = recurrence.arrays((xs, h0, w))
    xs = turn(xs) if turn else xs.swapaxes(0, 1)
    output, h_n = loop(xs, h0, *w, **switches)
    return turn_back(output) if turn_back else output.swapaxes(0, 1), h_n


def seen_as(x):
    """The numbers of x in their order, counted off anew with the first two axes exchanged."""
    return np.ascontiguousarray(x).reshape(x.shape[1], x.shape[0], -1)


def _batch_first_mistakes():
    turned = "reshape and view count the same numbers off anew; transpose(0, 1) swaps the axes."
    for name, said, change in (
        ("input-viewed", f"xs is turned by reshape or view. {turned}", dict(turn=seen_as)),
        (
            "output-viewed",
            f"The output is turned by reshape or view. {turned}",
            dict(turn_back=seen_as),
        ),
        (
            "input-and-output-viewed",
            f"xs and the output are turned by reshape or view. {turned}",
            dict(turn=seen_as, turn_back=seen_as),
        ),
        (
            "output-time-first",
            "The output is (T, N, H); with batch_first it is (N, T, H): stack along axis 1.",
            dict(turn_back=same),
        ),
        (
            "loop-over-batch",
            "The loop runs over axis 0, which is the batch here; the time steps are axis 1.",
            dict(turn=same, turn_back=same),
        ),
        (
            "loop-over-batch-stacked-over-time",
            "The loop runs over axis 0, which is the batch here; the time steps are axis 1.",
            dict(turn=same),
        ),
        (
            "h-n-of-the-last-row",
            "h_n is the last row of the batch, output[-1]; the last step is output[:, -1].",
            dict(result=lambda r: (r[0], r[0][-1])),
        ),
    ):
        yield Mistake(name, said, **change)


@task(
    "rnn_batch_first(xs, h0, W_ih, W_hh, b_ih, b_hh) -> (output, h_n)",
    returns=("output: N T H", "h_n: N H | states"),
    oracle=_batch_first,
    section="sequences/batch-first",
    reference=_batch_first_with,
    mistakes=lambda: [*_batch_first_mistakes(), *mistakes.layer("rnn")],
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


def _exchanged(*order):
    return lambda found: tuple(found[k] for k in order)


def _zeros_of_I(parameters, layer, reverse):  # noqa: N802
    W_ih, W_hh, *biases = _weights_of(parameters, layer, reverse)
    if "bias_ih_l0" not in parameters:
        biases = [W_ih.new_zeros(W_ih.shape[1])] * 2
    return W_ih, W_hh, *biases


READ_MISTAKES = [
    Mistake(
        "reverse-ignored",
        "reverse is not looked at: these are the weights of the forward direction.",
        args=lambda parameters, layer, reverse: (parameters, layer, False),
    ),
    Mistake(
        "layer-ignored",
        "layer is not looked at: these are the weights of layer 0.",
        args=lambda parameters, layer, reverse: (parameters, 0, reverse),
    ),
    Mistake(
        "layer-counted-from-1",
        "Layers are counted from 1 here; torch counts them from 0.",
        args=lambda parameters, layer, reverse: (parameters, layer - 1, reverse),
    ),
    Mistake(
        "matrices-exchanged",
        "W_ih and W_hh are exchanged; asked for is W_ih, W_hh, b_ih, b_hh.",
        result=_exchanged(1, 0, 2, 3),
    ),
    Mistake(
        "biases-exchanged",
        "b_ih and b_hh are exchanged; asked for is W_ih, W_hh, b_ih, b_hh.",
        result=_exchanged(0, 1, 3, 2),
    ),
    Mistake(
        "input-before-hidden",
        "Returned is W_ih, b_ih, W_hh, b_hh; asked for is W_ih, W_hh, b_ih, b_hh.",
        result=_exchanged(0, 2, 1, 3),
    ),
    Mistake(
        "one-bias-twice",
        "b_ih is returned for b_hh as well.",
        result=_exchanged(0, 1, 2, 2),
    ),
    Mistake(
        "weights-transposed",
        "The weights are returned transposed; asked for is torch's layout, (out, in).",
        result=lambda found: (found[0].T, found[1].T, *found[2:]),
    ),
    Mistake(
        "bias-zeros-of-I",
        "Without biases the zeros have I numbers, one a feature; a bias has H, one a unit.",
        instead=_zeros_of_I,
    ),
    Mistake(
        "bias-none",
        "Without biases None is returned for them; asked for is zeros of shape (H).",
        result=lambda found: (*found[:2], *(b if b.any() else None for b in found[2:])),
    ),
]


@task(
    "read_weights(parameters, layer, reverse) -> (W_ih, W_hh, b_ih, b_hh)",
    returns=("W_ih: H I", "W_hh: H H", "b_ih: H", "b_hh: H"),
    oracle=_weights_of,
    section="rnn/reading",
    shares={"no bias": 0.3, "reverse": 0.3},
    mistakes=READ_MISTAKES,
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


def _instead(given=lambda h_0, xs, W_hh: h_0[0], missing=_first_state):
    return lambda h_0, xs, W_hh: (missing if h_0 is None else given)(h_0, xs, W_hh)


FIRST_MISTAKES = [
    Mistake(
        "layer-axis-kept",
        "The layer axis is still there, (1, N, H); asked for is (N, H): h_0[0].",
        instead=_instead(given=lambda h_0, xs, W_hh: h_0),
    ),
    Mistake(
        "layer-axis-kept-everywhere",
        "The state has a layer axis, (1, N, H); asked for is (N, H).",
        result=lambda h: h[None],
    ),
    Mistake(
        "row-for-layer",
        "The batch axis is taken off for the layer axis, h_0[:, 0]; the layer axis is the first.",
        instead=_instead(given=lambda h_0, xs, W_hh: h_0[:, 0]),
    ),
    Mistake(
        "given-state-ignored",
        "A given h_0 is not used: the state is zero in any case.",
        instead=_instead(given=lambda h_0, xs, W_hh: 0 * h_0[0]),
    ),
    Mistake(
        "zeros-with-T-rows",
        "The zeros have a row for each time step, (T, H); xs is (T, N, I), so N is xs.shape[1].",
        instead=_instead(missing=lambda h_0, xs, W_hh: xs.new_zeros(len(xs), len(W_hh))),
    ),
    Mistake(
        "zeros-with-I-columns",
        "The zeros have a column for each feature, (N, I); a state has H columns.",
        instead=_instead(missing=lambda h_0, xs, W_hh: xs.new_zeros(xs.shape[1:])),
    ),
    Mistake(
        "zeros-without-rows",
        "The zeros are (H); asked for is one row a sentence, (N, H).",
        instead=_instead(missing=lambda h_0, xs, W_hh: xs.new_zeros(len(W_hh))),
    ),
    Mistake(
        "one-row-of-zeros",
        "The zeros are one row, (1, H); asked for is one row a sentence, (N, H).",
        instead=_instead(missing=lambda h_0, xs, W_hh: xs.new_zeros(1, len(W_hh))),
    ),
    Mistake(
        "ones-for-zeros",
        "Without h_0 the state begins with ones; torch begins with zeros.",
        instead=_instead(missing=lambda h_0, xs, W_hh: xs.new_ones(xs.shape[1], len(W_hh))),
    ),
]


@task(
    "first_state(h_0, xs, W_hh) -> h",
    returns="h: N H [same]",
    oracle=_first_state,
    section="rnn/states",
    shares={"given": 0.5, "missing": 0.5},
    mistakes=FIRST_MISTAKES,
)
def first_state(draw):
    """The state (N, H) before the first word: h_0 (1, N, H), or zeros if it is None."""
    T, N, I, H = draw.sizes(4)
    for rows in (N, 1):
        xs, W_hh = draw.normal(T, rows, I), draw.weights(H, H)
        note = "" if rows > 1 else ", one row in the batch"
        yield Case((draw.normal(1, rows, H), xs, W_hh), "given", "h_0 given" + note)
        yield Case((None, xs, W_hh), "missing", "h_0 missing" + note)


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


def _like_torch_with(
    xs,
    h_0,
    *w,
    nonlinearity="tanh",
    batch_first=False,
    choose=ACTIVATIONS.get,
    batch=None,
    back=None,
    start=None,
    layer_axis=True,
    **switches,
):
    """The same from our loop.

    batch(xs, batch_first)    xs as (T, N, I)
    back(output, batch_first) output (T, N, H) as it is returned
    start(h_0, zeros)         the state to begin with, (N, H), from h_0 (1, N, H) or None
    layer_axis                does h_n have one?
    """
    xs, h_0, w = recurrence.arrays((xs, h_0, w))
    single = xs.ndim == 2
    if single:
        xs, h_0 = xs[:, None], None if h_0 is None else h_0[:, None]
    elif batch:
        xs = batch(xs, batch_first)
    elif batch_first:
        xs = xs.swapaxes(0, 1)
    zeros = np.zeros((xs.shape[1], len(w[1])), xs.dtype)
    h = start(h_0, zeros) if start else zeros if h_0 is None else h_0[0]
    output, h_n = loop(xs, h, *w, **{"act": choose(nonlinearity)} | switches)
    h_n = h_n[None] if layer_axis else h_n
    if single:
        return output[:, 0], h_n[..., 0, :]
    if back:
        return back(output, batch_first), h_n
    return output.swapaxes(0, 1) if batch_first else output, h_n


def _all_arguments(xs, h_0, W_ih, W_hh, b_ih, b_hh, nonlinearity, batch_first, **switches):
    named = dict(nonlinearity=nonlinearity, batch_first=batch_first)
    return _like_torch_with(xs, h_0, W_ih, W_hh, b_ih, b_hh, **named, **switches)


def _state_mistakes():
    yield Mistake(
        "layer-axis-missing",
        "h_n has no axis for the layers: h.unsqueeze(0) gives it one.",
        layer_axis=False,
    )
    yield Mistake(
        "given-state-ignored",
        "A given h_0 is not used: the layer begins with zeros in any case.",
        start=lambda h_0, zeros: zeros,
    )


def _argument_mistakes():
    yield Mistake(
        "ones-for-zeros",
        "Without h_0 the layer begins with ones; torch begins with zeros.",
        start=lambda h_0, zeros: zeros + 1 if h_0 is None else h_0[0],
    )
    yield Mistake(
        "batch-first-ignored",
        "batch_first is not looked at: the loop runs over the batch and not over time.",
        batch=lambda xs, first: xs,
        back=lambda output, first: output,
        section="sequences/batch-first",
    )
    yield Mistake(
        "output-time-first",
        "With batch_first the output stays (T, N, H); it should be (N, T, H).",
        back=lambda output, first: output,
        section="sequences/batch-first",
    )
    yield Mistake(
        "input-viewed",
        "With batch_first xs is turned by reshape or view, which only counts the same numbers off "
        "anew; transpose(0, 1) swaps the axes.",
        batch=lambda xs, first: seen_as(xs) if first else xs,
        section="sequences/batch-first",
    )
    yield Mistake(
        "output-viewed",
        "With batch_first the output is turned by reshape or view, which only counts the same "
        "numbers off anew; transpose(0, 1) swaps the axes.",
        back=lambda output, first: seen_as(output) if first else output,
        section="sequences/batch-first",
    )
    yield Mistake(
        "always-batch-first",
        "xs is taken for (N, T, I) whatever batch_first says.",
        batch=lambda xs, first: xs.swapaxes(0, 1),
        back=lambda output, first: output.swapaxes(0, 1),
        section="sequences/batch-first",
    )


def _single_mistakes():
    """Mistakes with a single sentence: no axis made for it, or batch_first asked of it as well."""

    def loop_over(xs, h, W_ih, W_hh, b_ih, b_hh, nonlinearity):
        act, outputs = {"tanh": torch.tanh, "relu": torch.relu}[nonlinearity], []
        for x in xs:
            h = act(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
            outputs.append(h)
        return torch.stack(outputs), h

    def no_axis(xs, h_0, *w, batch_first):
        xs = xs.transpose(0, 1) if batch_first else xs
        h = xs.new_zeros(xs.shape[1], len(w[1])) if h_0 is None else h_0[0]
        output, h = loop_over(xs, h, *w)
        return output.transpose(0, 1) if batch_first else output, h[None]

    def turned(xs, h_0, *w, batch_first, h_n=lambda h: h):
        if xs.dim() == 3:
            return no_axis(xs, h_0, *w, batch_first=batch_first)
        h_0 = None if h_0 is None else h_0[:, None]
        output, h = no_axis(xs[:, None], h_0, *w, batch_first=batch_first)
        return output[:, 0], h_n(h[0])

    as_well = "A single sentence is turned round as well; (T, I) has no batch axis to turn."
    for name, said, function in (
        (
            "single-sentence-as-a-batch",
            "A single sentence, (T, I), is taken for a batch, and so I for N: give it an axis "
            "N = 1, and take it off again at the end.",
            no_axis,
        ),
        ("single-sentence-turned", as_well, turned),
        ("single-sentence-turned-first-state", as_well, partial(turned, h_n=lambda h: h[:1])),
    ):
        yield Mistake(
            name, said, instead=lambda *a, function=function: function(*a[:-1], batch_first=a[-1])
        )


@task(
    "rnn_unbatched(xs, h_0, W_ih, W_hh, b_ih, b_hh) -> (output, h_n)",
    returns=("output: T H", "h_n: 1 H | states"),
    oracle=_like_torch,
    section="rnn/arguments",
    reference=_like_torch_with,
    mistakes=lambda: [
        *_state_mistakes(),
        Mistake(
            "batch-axis-kept",
            "The output has a batch axis, (T, 1, H); what comes in without one goes out without.",
            result=lambda r: (r[0][:, None], r[1]),
        ),
        Mistake(
            "batch-axis-kept-everywhere",
            "Output and h_n have a batch axis; what comes in without one goes out without.",
            result=lambda r: (r[0][:, None], r[1][:, None]),
        ),
        *mistakes.layer("rnn"),
    ],
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
    reference=_all_arguments,
    mistakes=lambda: [
        *_choices(),
        *_argument_mistakes(),
        *_single_mistakes(),
        *_state_mistakes(),
        *mistakes.layer("rnn"),
    ],
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
