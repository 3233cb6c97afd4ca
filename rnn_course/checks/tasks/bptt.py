"""Checks of the assignment `bptt`: gradients by hand, one step, a sequence, in chunks, clipped.

The truth is torch.autograd. Where a task hands in the states but not what they were made from,
`_through` makes a graph through exactly these states, and autograd does the rest.
"""

import torch
from torch.nn import functional as F

from rnn_course.checks.cases import Case, case, edge
from rnn_course.checks.honest import AUTOGRAD, RECURRENT
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


def _step_truth(dh_new, h_new, W_ih, W_hh):
    da = torch.ops.aten.tanh_backward(dh_new, h_new)  # torch's own derivative of tanh
    x = h_new.new_zeros(len(h_new), W_ih.shape[1], requires_grad=True)
    h = h_new.new_zeros(h_new.shape, requires_grad=True)
    return da, *torch.autograd.grad(F.linear(x, W_ih) + F.linear(h, W_hh), (x, h), da)


@task(
    "rnn_cell_backward(dh_new, h_new, W_ih, W_hh) -> (da, dx, dh)",
    returns=("da: N H", "dx: N I | dx", "dh: N H | dh"),
    oracle=_step_truth,
    section="bptt/step",
    shares={"forward": 0.4, "dx": 0.25, "dh": 0.35, "edges": 0.0},
    forbids=BY_HAND,
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


@task(
    "rnn_backward(doutput, dh_n, output, W_hh) -> (das, dh0)",
    returns=("das: T N H", "dh0: N H | dh0"),
    oracle=_through,
    section="bptt/sequence",
    shares={"forward": 0.75, "dh0": 0.25, "edges": 0.0},
    forbids=BY_HAND,
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


def _weights_truth(das, xs, h0, output, W_ih):
    H = W_ih.shape[0]
    xs, W_ih = xs.clone().requires_grad_(), W_ih.clone().requires_grad_()
    W_hh, b_ih, b_hh = (das.new_zeros(s, requires_grad=True) for s in ((H, H), (H,), (H,)))
    sums = F.linear(xs, W_ih, b_ih) + F.linear(states_before(h0, output), W_hh, b_hh)
    return torch.autograd.grad(sums, (xs, W_ih, W_hh, b_ih, b_hh), das)


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


@task(
    "truncated_backward(doutput, output, W_hh, chunk) -> das",
    returns="das: T N H",
    oracle=lambda doutput, output, W_hh, chunk: _through(
        doutput, 0 * output[0], output, W_hh, _borders(len(output), chunk)
    )[0],
    section="bptt/truncated",
    shares={"even": 0.5, "rest": 0.5, "edges": 0.0},
    forbids=BY_HAND,
)
def truncated_backward(draw):
    """All da (T, N, H) where no gradient crosses from one chunk of steps into the one before."""
    N, I, H = draw.sizes(3)
    for part, T, chunk in (("even", 12, 3), ("rest", 7, 3), ("rest", 5, 2)):
        T = T + chunk * draw.hidden
        _, _, (_, W_hh, _, _), output = drawn_layer(draw, T, N, I, H)
        args = draw.normal(T, N, H), output, W_hh, chunk
        yield Case(args, part, f"T={T}, chunk={chunk}")
    yield edge("chunk longer than the sequence", *args[:-1], T + 2)
    yield edge("chunks of one step", *args[:-1], 1)


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
