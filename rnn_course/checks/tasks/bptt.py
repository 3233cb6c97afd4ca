"""Checks of the assignment `bptt`: gradients by hand, one step, a sequence, in chunks, clipped.

The truth is torch.autograd. Where a task hands in the states but not what they were made from,
`_through` makes a graph through exactly these states, and autograd does the rest.
"""

import torch
from torch.nn import functional as F

from rnn_course.checks.cases import Case, case, edge
from rnn_course.checks.honest import AUTOGRAD, RECURRENT
from rnn_course.checks.mistakes import Mistake
from rnn_course.checks.oracles import layer_oracle
from rnn_course.checks.task import task
from rnn_course.checks.tasks.recurrent import view, weights

BY_HAND = (*RECURRENT, *AUTOGRAD)  # what is graded is the student's own chain rule
SMALL = 0.5  # weights this much smaller than elsewhere: states stay well inside -1 .. 1


def drawn_layer(draw, T, N, I, H):
    """(xs, h0, weights, output) of a layer with random weights."""
    w = [SMALL * x for x in weights(draw, 1, I, H)]
    xs, h0 = draw.normal(T, N, I), draw.normal(N, H, scale=SMALL)
    return xs, h0, w, layer_oracle("RNN")(xs, h0, *w)[0].detach()


# ------------------------------------------------------------------------------- one step


def slope_of_tanh(h):
    return 1 - h**2


SLOPES = [
    Mistake(f"tanh-slope-{name}", words, slope=slope)
    for name, words, slope in (
        (
            "not-squared",
            "tanh's derivative is taken as 1 - h; it is 1 - h**2.",
            lambda h: 1 - h,
        ),
        (
            "of-sigmoid",
            "h * (1 - h) is the derivative of the sigmoid; that of tanh is 1 - h**2.",
            lambda h: h * (1 - h),
        ),
        (
            "missing",
            "The way back through tanh is missing: multiply by its derivative, 1 - h**2.",
            torch.ones_like,
        ),
        (
            "tanh-of-h",
            "tanh is applied to h once more; h is tanh(a) already, so the derivative is 1 - h**2.",
            lambda h: 1 - torch.tanh(h) ** 2,
        ),
        ("plus", "There is a minus in tanh's derivative: 1 - h**2.", lambda h: 1 + h**2),
        (
            "is-h",
            "dh is multiplied by h = tanh(a) itself; the derivative of tanh is 1 - h**2.",
            lambda h: h,
        ),
    )
]


def step_back(
    dh_new,
    h_new,
    W_ih,
    W_hh,
    slope=slope_of_tanh,
    to_x=lambda da, dh_new, W_ih: da @ W_ih,
    to_h=lambda da, dh_new, W_hh: da @ W_hh,
):
    """The reference with switches: the way through tanh, to x, and to the state before."""
    da = dh_new * slope(h_new)
    return da, to_x(da, dh_new, W_ih), to_h(da, dh_new, W_hh)


def _step_truth(dh_new, h_new, W_ih, W_hh):
    da = torch.ops.aten.tanh_backward(dh_new, h_new)  # torch's own derivative of tanh
    x = h_new.new_zeros(len(h_new), W_ih.shape[1], requires_grad=True)
    h = h_new.new_zeros(h_new.shape, requires_grad=True)
    return da, *torch.autograd.grad(F.linear(x, W_ih) + F.linear(h, W_hh), (x, h), da)


TO_H = {
    "without-tanh": (
        "The way to the state before leaves out tanh: it is da @ W_hh, not dh @ W_hh.",
        lambda da, dh_new, W_hh: dh_new @ W_hh,
    ),
    "without-weight": (
        "da itself goes to the state before; that state came in through W_hh, so da @ W_hh does.",
        lambda da, dh_new, W_hh: da,
    ),
    "transposed": (
        "W_hh is transposed on the way back; forward it is h @ W_hh.T, backward da @ W_hh.",
        lambda da, dh_new, W_hh: da @ W_hh.T,
    ),
    "neither": (
        "dh goes to the state before as it is; it has to pass tanh and W_hh: da @ W_hh.",
        lambda da, dh_new, W_hh: dh_new,
    ),
    "slope-twice": (
        "dh is added to what goes to the state before: the state before has no other way to h.",
        lambda da, dh_new, W_hh: da @ W_hh + dh_new,
    ),
}


@task(
    "rnn_cell_backward(dh_new, h_new, W_ih, W_hh) -> (da, dx, dh)",
    returns=("da: N H", "dx: N I | dx", "dh: N H | dh"),
    oracle=_step_truth,
    section="bptt/step",
    shares={"forward": 0.4, "dx": 0.25, "dh": 0.35, "edges": 0.0},
    forbids=BY_HAND,
    reference=step_back,
    mistakes=[
        *SLOPES,
        *(Mistake(f"state-before-{k}", said, to_h=f) for k, (said, f) in TO_H.items()),
        Mistake(
            "step-dx-without-tanh",
            "dx is made from dh_new; x, too, went through tanh: dx = da @ W_ih.",
            to_x=lambda da, dh_new, W_ih: dh_new @ W_ih,
        ),
        Mistake(
            "step-exchanged",
            "dx and dh are exchanged: the order is da, dx, dh.",
            result=lambda r: (r[0], r[2], r[1]),
        ),
        Mistake(
            "step-da-missing",
            "Three results are asked for, da, dx, dh; da is missing.",
            result=lambda r: r[1:],
        ),
    ],
)
def rnn_cell_backward(draw):
    """One step back: from dh_new (N, H) to da (N, H), dx (N, I) and dh (N, H)."""
    T, N, I, H = draw.sizes(4)
    _, _, (W_ih, W_hh, _, _), output = drawn_layer(draw, T, N, I, H)
    dh_new, h_new = draw.normal(N, H), output[-1]
    yield case(dh_new, h_new, W_ih, W_hh)
    yield edge("one row in the batch", dh_new[:1], h_new[:1], W_ih, W_hh)
    yield edge("inputs that are transposed views", view(dh_new), view(h_new), W_ih, W_hh)


# ----------------------------------------------------------------------------- a sequence


def steps_back(
    doutput,
    dh_n,
    output,
    W_hh,
    slope=slope_of_tanh,
    to_h=lambda da, dh_new, W_hh: da @ W_hh,
    meet=lambda dh, dout: dh + dout,
    crosses=lambda t: True,
    ways=lambda steps: steps[::-1],
    at=lambda t: t,
):
    """The reference with switches: (das, dh0).

    meet     how the gradient from the step after and the one from the output become one
    crosses  whether the gradient goes from step t to the step before
    ways     the order of the steps
    at       which state the slope of step t is taken from
    """
    T, dh = len(output), dh_n
    das = [torch.zeros_like(dh_n)] * T
    for t in ways(list(range(T))):
        dh = meet(dh, doutput[t])
        das[t] = dh * slope(output[at(t)])
        dh = to_h(das[t], dh, W_hh) if crosses(t) else torch.zeros_like(dh)
    return torch.stack(das), dh


def _through(doutput, dh_n, output, W_hh, cut_before=()):
    """(das, dh0) by autograd: a graph through the given states, cut before some steps.

    The sum inside the tanh of step t has the value atanh(output[t]), and depends on the state
    before by W_hh; `nudges` are added to it, so the gradient by them is da.
    """
    nudges = torch.zeros_like(output, requires_grad=True)
    h0 = torch.zeros_like(output[0], requires_grad=True)
    h, states = h0, []
    for t in range(len(output)):
        h = h.detach() if t in cut_before else h
        u = F.linear(h, W_hh)
        h = torch.tanh(torch.atanh(output[t]) + (u - u.detach()) + nudges[t])
        states.append(h)
    loss = (torch.stack(states) * doutput).sum() + (h * dh_n).sum()
    return torch.autograd.grad(loss, (nudges, h0), materialize_grads=True)


OVER_TIME = [
    *SLOPES,
    *(
        Mistake(f"state-before-{k}", said, to_h=f)
        for k, (said, f) in TO_H.items()
        if k != "slope-twice"
    ),
    Mistake(
        "not-carried",
        "The gradient is not carried from a step to the step before: h_t reaches the loss by its "
        "own output and by all the later states.",
        to_h=lambda da, dh_new, W_hh: torch.zeros_like(dh_new),
    ),
    Mistake(
        "state-before-on-top",
        "What goes to the state before is added to dh_t; it takes its place: dh = da @ W_hh.",
        to_h=TO_H["slope-twice"][1],
    ),
    Mistake(
        "carried-from-the-end-only",
        "What comes in at each step's own output is left out: add doutput[t] to what comes from "
        "the step after.",
        meet=lambda dh, dout: dh,
    ),
    Mistake(
        "slope-of-state-before",
        "The slope of tanh is taken from the state before; step t made h_t: use output[t].",
        at=lambda t: t - 1,
    ),
]

ONLY_AS_OUTPUT = Mistake(
    "only-as-output",
    "What comes from the step after is left out (dh_n at the last step): add it to doutput[t].",
    meet=lambda dh, dout: dout,
)


@task(
    "rnn_backward(doutput, dh_n, output, W_hh) -> (das, dh0)",
    returns=("das: T N H", "dh0: N H | dh0"),
    oracle=_through,
    section="bptt/sequence",
    shares={"forward": 0.75, "dh0": 0.25, "edges": 0.0},
    forbids=BY_HAND,
    reference=steps_back,
    mistakes=[
        *OVER_TIME,
        ONLY_AS_OUTPUT,
        Mistake(
            "forward-in-time",
            "The loop runs from the first step to the last; gradients go the other way.",
            ways=lambda steps: steps,
        ),
        Mistake(
            "das-not-turned-back",
            "das stands in the order in which the loop made it; das[0] belongs to the first step.",
            result=lambda r: (r[0].flip(0), r[1]),
        ),
        Mistake(
            "last-state-ignored",
            "dh_n is left out: the loop starts from it, as h_n can be used by the loss as well.",
            args=lambda dout, dh_n, *rest: (dout, 0 * dh_n, *rest),
        ),
        Mistake(
            "dh0-not-through-weight",
            "dh0 is the da of the first step; it still has to go through W_hh.",
            result=lambda r: (r[0], r[0][0]),
        ),
        Mistake(
            "das-without-time",
            "das is one tensor (N, H); all steps are asked for, (T, N, H).",
            result=lambda r: (r[0][0], r[1]),
        ),
    ],
)
def rnn_backward(draw):
    """All da, (T, N, H), and dh0 (N, H), from doutput (T, N, H) and dh_n (N, H)."""
    T, N, I, H = draw.sizes(4)
    _, _, (_, W_hh, _, _), output = drawn_layer(draw, T, N, I, H)
    doutput, dh_n = draw.normal(T, N, H), draw.normal(N, H)
    yield case(doutput, dh_n, output, W_hh)
    yield edge("one time step", doutput[:1], dh_n, output[:1], W_hh)
    yield edge("one row in the batch", doutput[:, :1], dh_n[:1], output[:, :1], W_hh)
    yield edge("inputs that are transposed views", view(doutput), view(dh_n), view(output), W_hh)


# ------------------------------------------------------------------------ all the weights


def states_before(h0, output):
    return torch.cat([h0[None], output[:-1]])


def rows(x):
    """(T, N, K) as a table of T*N rows."""
    return x.reshape(-1, x.shape[-1])


def weight_gradients(
    das,
    xs,
    h0,
    output,
    W_ih,
    before=states_before,
    steps_ih=lambda x: x,
    steps_hh=lambda x: x,
    bias=lambda da: da.sum((0, 1)),
    share=lambda T, N: 1.0,
    slope=lambda output: 1.0,
):
    """The reference with switches.

    slope               what das is multiplied by before anything else
    before              the state that each step started from
    steps_ih, steps_hh  the steps that are summed for dW_ih, dW_hh
    bias                the sum of da over time and batch
    share               a factor
    """
    das = das * slope(output)
    s = share(*das.shape[:2])
    dW_ih = s * rows(steps_ih(das)).T @ rows(steps_ih(xs))
    dW_hh = s * rows(steps_hh(das)).T @ rows(steps_hh(before(h0, output)))
    return das @ W_ih, dW_ih, dW_hh, s * bias(das), s * bias(das)


SWITCHES_OF_SUMS = ("before", "steps_ih", "steps_hh", "bias", "share")


def _weights_truth(das, xs, h0, output, W_ih):
    H = W_ih.shape[0]
    xs, W_ih = xs.clone().requires_grad_(), W_ih.clone().requires_grad_()
    W_hh, b_ih, b_hh = (das.new_zeros(s, requires_grad=True) for s in ((H, H), (H,), (H,)))
    sums = F.linear(xs, W_ih, b_ih) + F.linear(states_before(h0, output), W_hh, b_hh)
    return torch.autograd.grad(sums, (xs, W_ih, W_hh, b_ih, b_hh), das)


def _pick(**changes):
    """A result switch: each named gradient of rnn_gradients' five changed."""
    names = ("dxs", "dW_ih", "dW_hh", "db_ih", "db_hh")
    return lambda r: tuple(changes.get(k, lambda x: x)(x) for k, x in zip(names, r))


def _one_step_only():
    """Only one step's share of the gradients: of all of them, of the matrices, of one."""
    for which, at in (("last", slice(-1, None)), ("first", slice(0, 1))):

        def pick(x, at=at):
            return x[at]

        def bias(da, at=at):
            return da[at].sum((0, 1))

        for suffix, what, change in (
            ("", "the weight gradients", dict(steps_ih=pick, steps_hh=pick, bias=bias)),
            ("-of-matrices", "dW_ih and dW_hh", dict(steps_ih=pick, steps_hh=pick)),
            ("-of-dW-hh", "dW_hh", dict(steps_hh=pick)),
            ("-of-dW-ih", "dW_ih", dict(steps_ih=pick)),
            ("-of-biases", "the bias gradients", dict(bias=bias)),
        ):
            yield Mistake(
                f"{which}-step-only{suffix}",
                f"Only the {which} step's share of {what} is there; the same weights act at every "
                "step, so the shares of all steps add up. Does a loop overwrite them?",
                **change,
            )


SUMS = [
    *_one_step_only(),
    Mistake(
        "state-after-for-before",
        "dW_hh uses the states after each step; W_hh was multiplied by the state before it, "
        "h0 for the first step.",
        before=lambda h0, output: output,
    ),
    Mistake(
        "first-state-as-zero",
        "h0 is taken as zero in dW_hh: the first step started from h0.",
        before=lambda h0, output: states_before(0 * h0, output),
    ),
    Mistake(
        "first-state-everywhere",
        "dW_hh uses h0 for every step; only the first step started from it.",
        before=lambda h0, output: h0.expand_as(output),
    ),
    Mistake(
        "states-rolled",
        "The states are rolled, so that the first step gets the last state; it started from h0.",
        before=lambda h0, output: output.roll(1, 0),
    ),
    Mistake(
        "mean-over-time",
        "The shares of the steps are averaged; they add up.",
        share=lambda T, N: 1 / T,
    ),
    Mistake(
        "mean-over-batch",
        "The rows of the batch are averaged; they add up. The loss has done any averaging.",
        share=lambda T, N: 1 / N,
    ),
    Mistake(
        "mean-over-both",
        "Steps and rows are averaged; they add up.",
        share=lambda T, N: 1 / (T * N),
    ),
    Mistake(
        "bias-mean",
        "The bias gradients are means of da; they are sums over time and batch.",
        bias=lambda da: da.mean((0, 1)),
    ),
    Mistake(
        "bias-not-over-batch",
        "The bias gradients are summed over time only; the batch, too, shares the bias: (H).",
        bias=lambda da: da.sum(0),
    ),
    Mistake(
        "bias-not-over-time",
        "The bias gradients are summed over the batch only; all steps share the bias: (H).",
        bias=lambda da: da.sum(1),
    ),
]


@task(
    "rnn_gradients(das, xs, h0, output, W_ih) -> (dxs, dW_ih, dW_hh, db_ih, db_hh)",
    returns=(
        "dxs: T N I | dxs",
        "dW_ih: H I | dW_ih",
        "dW_hh: H H | dW_hh",
        "db_ih: H | biases",
        "db_hh: H | biases",
    ),
    oracle=_weights_truth,
    section="bptt/weights",
    shares={"dxs": 0.25, "dW_ih": 0.25, "dW_hh": 0.25, "biases": 0.25, "edges": 0.0},
    forbids=BY_HAND,
    reference=weight_gradients,
    mistakes=[
        *SUMS,
        Mistake(
            "gradients-transposed",
            "The weight gradients are transposed: each has the shape of its weight, (out, in).",
            result=_pick(dW_ih=lambda d: d.T, dW_hh=lambda d: d.T),
        ),
        Mistake(
            "dW-hh-transposed",
            "dW_hh is transposed: rows belong to da (out), columns to the state before (in).",
            result=_pick(dW_hh=lambda d: d.T),
        ),
        Mistake(
            "slope-once-more",
            "das is multiplied by the slope of tanh, 1 - output**2; it is in das already.",
            slope=lambda output: 1 - output**2,
        ),
        Mistake(
            "second-bias-zero",
            "db_hh is zero; both biases are added in the same place and get the same gradient.",
            result=_pick(db_hh=torch.zeros_like),
        ),
        Mistake(
            "bias-halved",
            "Each bias gets half of the gradient; each one gets all of it.",
            result=_pick(db_ih=lambda d: d / 2, db_hh=lambda d: d / 2),
        ),
    ],
)
def rnn_gradients(draw):
    """All other gradients from das (T, N, H): dxs, dW_ih, dW_hh, db_ih, db_hh."""
    T, N, I, H = draw.sizes(4)
    xs, h0, (W_ih, *_), output = drawn_layer(draw, T, N, I, H)
    das = draw.normal(T, N, H)
    yield case(das, xs, h0, output, W_ih)
    yield edge("one time step", das[:1], xs[:1], h0, output[:1], W_ih)
    yield edge("one row in the batch", das[:, :1], xs[:, :1], h0[:1], output[:, :1], W_ih)
    yield edge(
        "inputs that are transposed views", view(das), view(xs), view(h0), view(output), W_ih
    )


# ---------------------------------------------------------------------------------- whole


def whole(
    xs,
    h0,
    targets,
    W_ih,
    W_hh,
    b_ih,
    b_hh,
    loss=lambda error: 0.5 * (error**2).sum(),
    dloss=lambda error: error,
    **change,
):
    """The reference with switches: forward, and the two halves of the way back."""
    h, outputs = h0, []
    for x in xs:
        h = torch.tanh(F.linear(x, W_ih, b_ih) + F.linear(h, W_hh, b_hh))
        outputs.append(h)
    output = torch.stack(outputs)
    error = output - targets
    sums = {k: change.pop(k) for k in SWITCHES_OF_SUMS if k in change}
    das, dh0 = steps_back(dloss(error), torch.zeros_like(h0), output, W_hh, **change)
    _, *gradients = weight_gradients(das, xs, h0, output, W_ih, **sums)
    return loss(error), dict(zip(("W_ih", "W_hh", "b_ih", "b_hh"), gradients)) | {"h0": dh0}


def _whole_truth(xs, h0, targets, *weights):
    leaves = [x.clone().requires_grad_() for x in (*weights, h0)]
    *weights, h0 = leaves
    output, _ = layer_oracle("RNN")(xs, h0, *weights)
    loss = 0.5 * ((output - targets) ** 2).sum()
    gradients = torch.autograd.grad(loss, leaves)
    return loss, dict(zip(("W_ih", "W_hh", "b_ih", "b_hh", "h0"), gradients))


@task(
    "bptt(xs, h0, targets, W_ih, W_hh, b_ih, b_hh) -> (loss, gradients)",
    returns=(
        "loss:",
        {
            "W_ih": "W_ih: H I | gradients",
            "W_hh": "W_hh: H H | gradients",
            "b_ih": "b_ih: H | gradients",
            "b_hh": "b_hh: H | gradients",
            "h0": "h0: N H | gradients",
        },
    ),
    oracle=_whole_truth,
    section="bptt/whole",
    shares={"forward": 0.2, "gradients": 0.8, "edges": 0.0},
    forbids=BY_HAND,
    reference=whole,
    mistakes=[
        *OVER_TIME,
        ONLY_AS_OUTPUT,
        *SUMS,
        Mistake(
            "loss-slope-sign",
            "The sign of the loss's derivative is wrong: it is h - y, not y - h.",
            dloss=lambda error: -error,
        ),
        Mistake(
            "loss-slope-doubled",
            "The loss has a half in front of the square; its derivative is h - y, without a 2.",
            dloss=lambda error: 2 * error,
        ),
        Mistake(
            "loss-at-the-end-only",
            "Only the last step's error goes back; each step has a target.",
            dloss=lambda error: torch.cat([0 * error[:-1], error[-1:]]),
        ),
        Mistake(
            "loss-without-half",
            "The loss is twice as large as it should be: half the sum of the squares is asked for.",
            loss=lambda error: (error**2).sum(),
        ),
        Mistake(
            "loss-is-a-mean",
            "The loss is a mean; half the sum over steps, rows and units is asked for.",
            loss=lambda error: 0.5 * (error**2).mean(),
        ),
    ],
)
def bptt(draw):
    """Half the sum of the squared errors, and its gradients by all weights and h0."""
    T, N, I, H = draw.sizes(4)
    xs, h0, w, _ = drawn_layer(draw, T, N, I, H)
    targets = draw.normal(T, N, H)
    yield case(xs, h0, targets, *w)
    yield edge("one time step", xs[:1], h0, targets[:1], *w)
    yield edge("one row in the batch", xs[:, :1], h0[:1], targets[:, :1], *w)


# ------------------------------------------------------------------------------- in chunks


def _borders(T, chunk):
    """The first step of each chunk."""
    return range(0, T, chunk)


def _truncated(doutput, output, W_hh, chunk, crosses=None, **change):
    """The reference with switches; crosses(t, T, chunk): does step t hand on its gradient?"""
    T = len(output)
    crosses = crosses or (lambda t, T, chunk: t not in _borders(T, chunk))
    change["crosses"] = lambda t: crosses(t, T, chunk)
    return steps_back(doutput, torch.zeros_like(output[0]), output, W_hh, **change)[0]


@task(
    "truncated_backward(doutput, output, W_hh, chunk) -> das",
    returns="das: T N H",
    oracle=lambda doutput, output, W_hh, chunk: _through(
        doutput, 0 * output[0], output, W_hh, _borders(len(output), chunk)
    )[0],
    section="bptt/truncated",
    shares={"even": 0.5, "rest": 0.5, "edges": 0.0},
    forbids=BY_HAND,
    reference=_truncated,
    mistakes=[
        Mistake(
            "never-truncated",
            "The gradient is carried through the whole sequence; it has to stop at the first "
            "step of each chunk.",
            crosses=lambda t, T, chunk: True,
        ),
        Mistake(
            "truncated-one-step-late",
            "The gradient stops one step before the chunk begins; the first step of a chunk is "
            "the one with t % chunk == 0, and it hands nothing on.",
            crosses=lambda t, T, chunk: (t + 1) % chunk != 0,
        ),
        Mistake(
            "truncated-one-step-early",
            "The gradient stops at the second step of each chunk; it goes on to the first.",
            crosses=lambda t, T, chunk: t % chunk != 1 % chunk,
        ),
        Mistake(
            "chunks-from-the-end",
            "The chunks are counted from the end; they start at step 0, and the last is shorter.",
            crosses=lambda t, T, chunk: (T - t) % chunk != 0,
        ),
        Mistake(
            "das-not-turned-back",
            "das stands in the order in which the loop made it; das[0] belongs to the first step.",
            result=lambda das: das.flip(0),
        ),
        *OVER_TIME,
    ],
)
def truncated_backward(draw):
    """All da (T, N, H) where no gradient crosses from one chunk of steps into the one before."""
    N, I, H = draw.sizes(3)
    for part, T, chunk in (("even", 6, 3), ("rest", 7, 3), ("rest", 5, 2)):
        T = T + chunk * draw.hidden
        _, _, (_, W_hh, _, _), output = drawn_layer(draw, T, N, I, H)
        args = draw.normal(T, N, H), output, W_hh, chunk
        yield Case(args, part, f"T={T}, chunk={chunk}")
    yield edge("chunk longer than the sequence", *args[:-1], T + 2)
    yield edge("chunks of one step", *args[:-1], 1)


def _in_chunks(
    xs,
    targets,
    h0,
    W_ih,
    W_hh,
    b_ih,
    b_hh,
    chunk,
    across=lambda h, h0: h.detach(),
    weigh=lambda loss, n: loss,
    total=lambda dWs: sum(dWs),
):
    """The reference with switches.

    across  the state that a chunk starts from, from the last state of the chunk before and h0
    weigh   the loss of a chunk of n steps         total   the chunks' gradients become one
    """
    W_hh = W_hh.clone().requires_grad_()
    h, losses, parts = h0, [], []
    for k in _borders(len(xs), chunk):
        h = across(h, h0) if k else h
        chunk_xs, chunk_targets = xs[k : k + chunk], targets[k : k + chunk]
        loss = 0.0
        for x, y in zip(chunk_xs, chunk_targets):
            h = torch.tanh(F.linear(x, W_ih, b_ih) + F.linear(h, W_hh, b_hh))
            loss = loss + 0.5 * ((h - y) ** 2).sum()
        losses.append(weigh(loss, len(chunk_xs)))
        (part,) = torch.autograd.grad(losses[-1], W_hh, retain_graph=True)
        parts.append(part)
    return torch.stack(losses).detach(), total(parts)


def _chunks_truth(xs, targets, h0, W_ih, W_hh, b_ih, b_hh, chunk):
    """torch.nn.RNN, a call for each chunk."""
    W_hh, h, losses = W_hh.clone().requires_grad_(), h0, []
    for some, wanted in zip(xs.split(chunk), targets.split(chunk)):
        output, h = layer_oracle("RNN")(some, h.detach(), W_ih, W_hh, b_ih, b_hh)
        losses.append(0.5 * ((output - wanted) ** 2).sum())
    losses = torch.stack(losses)
    return losses.detach(), torch.autograd.grad(losses.sum(), W_hh)[0]


@task(
    "chunk_gradient(xs, targets, h0, W_ih, W_hh, b_ih, b_hh, chunk) -> (losses, dW_hh)",
    returns=("losses: chunks [free]", "dW_hh: H H | gradients"),
    oracle=_chunks_truth,
    section="bptt/detach",
    shares={"forward": 0.4, "gradients": 0.6, "edges": 0.0},
    reference=_in_chunks,
    mistakes=[
        Mistake(
            "never-detached",
            "The gradient goes back into earlier chunks: detach the state where a chunk begins.",
            across=lambda h, h0: h,
        ),
        Mistake(
            "state-thrown-away",
            "Each chunk starts from zeros; it has to start from the state that the chunk before "
            "left. Only the gradient is cut.",
            across=lambda h, h0: 0 * h0,
        ),
        Mistake(
            "state-begins-anew",
            "Each chunk starts from h0; only the first does. The others start from the state "
            "that the chunk before left.",
            across=lambda h, h0: h0,
        ),
        Mistake(
            "last-chunk-only",
            "dW_hh has only the last chunk's share; the chunks' shares add up.",
            total=lambda dWs: dWs[-1],
        ),
        Mistake(
            "first-chunk-only",
            "dW_hh has only the first chunk's share; the chunks' shares add up.",
            total=lambda dWs: dWs[0],
        ),
        Mistake(
            "chunk-gradients-averaged",
            "The chunks' gradients are averaged; they add up.",
            total=lambda dWs: sum(dWs) / len(dWs),
        ),
        Mistake(
            "loss-without-half",
            "The loss is twice as large as it should be: half the sum of the squares is asked for.",
            weigh=lambda loss, n: 2 * loss,
        ),
        Mistake(
            "loss-mean-over-steps",
            "A chunk's loss is a mean over its steps; the sum is asked for.",
            weigh=lambda loss, n: loss / n,
        ),
    ],
)
def chunk_gradient(draw):
    """The loss of each chunk, (C), and the sum of their gradients by W_hh."""
    N, I, H = draw.sizes(3)
    for T, chunk in ((6, 2), (7, 3)):
        T = T + chunk * draw.hidden
        xs, h0, w, _ = drawn_layer(draw, T, N, I, H)
        args = xs, draw.normal(T, N, H), h0, *w
        yield case(*args, chunk, note=f"T={T}, chunk={chunk}")
    yield edge("chunk longer than the sequence", *args, T + 2)


# -------------------------------------------------------------------------------- clipping


def joint_norm(gradients):
    return sum((d**2).sum() for d in gradients.values()) ** 0.5


def _clip(
    gradients,
    max_norm,
    norm=joint_norm,
    scale=lambda d, norm, max_norm: d * min(1.0, float(max_norm / norm)),
    told=lambda before, after: before,
):
    """The reference with switches: the norm, how one gradient is scaled, the norm that is told."""
    before = norm(gradients)
    clipped = {name: scale(d, before, max_norm) for name, d in gradients.items()}
    return clipped, told(before, norm(clipped))


def _clip_truth(gradients, max_norm):
    """As torch.nn.utils.clip_grad_norm_, without the 1e-6 that it adds to the norm."""
    norm = torch.nn.utils.get_total_norm(list(gradients.values()))
    return {name: d * torch.clamp(max_norm / norm, max=1.0) for name, d in gradients.items()}, norm


@task(
    "clip_by_global_norm(gradients, max_norm) -> (clipped, norm)",
    returns=(
        {"W_ih": "W_ih: H I", "W_hh": "W_hh: H H", "b_ih": "b_ih: H", "b_hh": "b_hh: H"},
        "norm: | norm",
    ),
    oracle=_clip_truth,
    section="bptt/clipping",
    shares={"forward": 0.55, "norm": 0.15, "edges": 0.3},
    reference=_clip,
    mistakes=[
        Mistake(
            "clipped-one-by-one",
            "Each gradient is scaled by its own norm, which turns the direction of the step; "
            "all are scaled by one factor, from the norm of all of them together.",
            scale=lambda d, norm, max_norm: d * min(1.0, float(max_norm / d.norm())),
        ),
        Mistake(
            "always-scaled",
            "Gradients below the bound are made larger; only those above it are scaled.",
            scale=lambda d, norm, max_norm: d * max_norm / norm,
        ),
        Mistake(
            "clamped-entry-by-entry",
            "Each entry is cut to +-max_norm, which turns the direction; scale all by one factor.",
            scale=lambda d, norm, max_norm: d.clamp(-max_norm, max_norm),
        ),
        Mistake(
            "scaled-to-one",
            "The clipped gradients have norm 1; they should have norm max_norm.",
            scale=lambda d, norm, max_norm: d / norm if norm > max_norm else d,
        ),
        Mistake(
            "sum-of-norms",
            "The norms are added up; the joint norm is the root of the sum of all squares.",
            norm=lambda gradients: sum(d.norm() for d in gradients.values()),
        ),
        Mistake(
            "norm-not-rooted",
            "The root is missing: the norm is the root of the sum of all squares.",
            norm=lambda gradients: joint_norm(gradients) ** 2,
        ),
        Mistake(
            "norm-of-absolute-values",
            "The absolute values are added up; the norm is the root of the sum of all squares.",
            norm=lambda gradients: sum(d.abs().sum() for d in gradients.values()),
        ),
        Mistake(
            "norm-of-means",
            "The squares are averaged; the norm is the root of their sum.",
            norm=lambda gradients: sum((d**2).mean() for d in gradients.values()) ** 0.5,
        ),
        Mistake(
            "largest-norm",
            "The norm told is the largest of the gradients' own norms; take the root of the sum "
            "of all squares.",
            norm=lambda gradients: max(d.norm() for d in gradients.values()),
        ),
        Mistake(
            "norm-after-clipping",
            "The norm after clipping is returned; the one before it is asked for, as torch gives.",
            told=lambda before, after: after,
        ),
        Mistake(
            "factor-upside-down",
            "The factor is norm / max_norm; it is max_norm / norm.",
            scale=lambda d, norm, max_norm: d * norm / max_norm if norm > max_norm else d,
        ),
        Mistake(
            "clip-results-exchanged",
            "The norm comes first; the order is clipped, norm.",
            result=lambda r: (r[1], r[0]),
        ),
    ],
)
def clip_by_global_norm(draw):
    """All gradients scaled by one factor, so that their joint norm is at most max_norm."""
    I, H = draw.sizes(2)
    shapes = {"W_ih": (H, I), "W_hh": (H, H), "b_ih": (H,), "b_hh": (H,)}
    gradients = {
        name: draw.normal(*shape, scale=scale)
        for (name, shape), scale in zip(shapes.items(), (2.0, 0.5, 1.0, 3.0))
    }
    norm = float(joint_norm(gradients))
    yield case(gradients, 0.25 * norm, note="the norm is above the bound")
    yield edge("the norm is below the bound", gradients, 1.5 * norm)


# ------------------------------------------------------------------------------- measuring


def _norms(
    xs,
    h0,
    W_ih,
    W_hh,
    b_ih,
    b_hh,
    factor=lambda h, before, W_hh: torch.diag(1 - h**2) @ W_hh,
    grow=lambda J, step: J @ step,
    norm=lambda J: torch.linalg.matrix_norm(J, 2),
):
    """The reference with switches: dh_t/dh_(t-1), how products grow, and their norm."""
    states = [h0]
    for x in xs:
        states.append(torch.tanh(W_ih @ x + b_ih + W_hh @ states[-1] + b_hh))
    J, norms = torch.eye(len(h0), dtype=h0.dtype), []
    for t in reversed(range(len(xs))):
        J = grow(J, factor(states[t + 1], states[t], W_hh))
        norms.insert(0, norm(J))
    return torch.stack(norms)


def _norms_truth(xs, h0, *weights):
    """torch.nn.RNN, differentiated by autograd from each state on."""
    layer = layer_oracle("RNN")
    norms, h = [], h0[None]
    for t in range(len(xs)):

        def rest(state, t=t):
            return layer(xs[t:, None], state[None], *weights)[1][0]

        J = torch.autograd.functional.jacobian(rest, h[0])
        norms.append(torch.linalg.matrix_norm(J, 2))
        h = layer(xs[t : t + 1, None], h, *weights)[1]
    return torch.stack(norms)


@task(
    "gradient_norms(xs, h0, W_ih, W_hh, b_ih, b_hh) -> norms",
    returns="norms: T",
    oracle=_norms_truth,
    section="bptt/norms",
    shares={"shrinking": 0.5, "growing": 0.5, "edges": 0.0},
    forbids=BY_HAND,
    reference=_norms,
    mistakes=[
        Mistake(
            "norms-without-tanh",
            "The slopes of tanh are left out: dh_t/dh_(t-1) = diag(1 - h_t**2) @ W_hh.",
            factor=lambda h, before, W_hh: W_hh,
        ),
        Mistake(
            "norms-slope-of-state-before",
            "The slope is taken from the state before; step t made h_t: 1 - h_t**2.",
            factor=lambda h, before, W_hh: torch.diag(1 - before**2) @ W_hh,
        ),
        Mistake(
            "norms-slope-on-columns",
            "The slopes multiply the columns of W_hh; they belong to its rows, the new units: "
            "(1 - h_t**2)[:, None] * W_hh.",
            factor=lambda h, before, W_hh: (1 - h**2) * W_hh,
        ),
        Mistake(
            "norms-weight-transposed",
            "W_hh is transposed: dh_t/dh_(t-1) has a row for each new unit, like W_hh.",
            factor=lambda h, before, W_hh: torch.diag(1 - h**2) @ W_hh.T,
        ),
        Mistake(
            "norms-slope-not-squared",
            "tanh's derivative is taken as 1 - h; it is 1 - h**2.",
            factor=lambda h, before, W_hh: torch.diag(1 - h) @ W_hh,
        ),
        Mistake(
            "norms-order",
            "The steps are multiplied in the wrong order: later steps stand on the left.",
            grow=lambda J, step: step @ J,
        ),
        Mistake(
            "norms-of-one-step",
            "Each norm is that of a single step; dh_T/dh_t is the product of all steps after t.",
            grow=lambda J, step: step,
        ),
        Mistake(
            "norms-frobenius",
            "The norm is the root of the sum of squares; the largest stretch is asked for, "
            "torch.linalg.matrix_norm(J, 2).",
            norm=torch.linalg.matrix_norm,
        ),
        Mistake(
            "norms-largest-entry",
            "The largest entry is taken; the largest stretch is torch.linalg.matrix_norm(J, 2).",
            norm=lambda J: J.abs().max(),
        ),
        Mistake(
            "norms-turned-round",
            "The norms stand in the order in which the loop made them; norms[0] belongs to h_0, "
            "the longest way.",
            result=lambda norms: norms.flip(0),
        ),
        Mistake(
            "norms-one-late",
            "The norms are one place off: norms[T-1] belongs to dh_T/dh_(T-1), which is not 1.",
            result=lambda norms: torch.cat([norms[1:], torch.ones_like(norms[:1])]),
        ),
        Mistake(
            "norms-with-the-last",
            "There is one norm too many: dh_T/dh_T, always 1, is not asked for.",
            result=lambda norms: torch.cat([norms, torch.ones_like(norms[:1])]),
        ),
    ],
)
def gradient_norms(draw):
    """The norm of dh_T/dh_t for t = 0 .. T-1, (T), for one sentence xs (T, I)."""
    T, _, I, H = draw.sizes(4)
    W_ih, W_hh, b_ih, b_hh = [SMALL * x for x in weights(draw, 1, I, H)]
    radius = torch.linalg.eigvals(W_hh).abs().max()
    xs, h0 = draw.normal(T, I, scale=0.5), draw.normal(H, scale=0.5)
    for part, wanted in (("shrinking", 0.5), ("growing", 1.6)):
        args = xs, h0, W_ih, wanted / radius * W_hh, b_ih, b_hh
        yield Case(args, part, f"W_hh of spectral radius {wanted}")
    yield edge("one time step", xs[:1], *args[1:])
