"""Checks of the assignment `gru`: the two resets, one step, the loop, z's two meanings, backward.

The truth is torch.nn.GRUCell and torch.nn.GRU, and for the way back torch.autograd.
"""

import torch
from torch.nn import functional as F

from rnn_course.checks.cases import Case, case, edge
from rnn_course.checks.honest import AUTOGRAD, RECURRENT
from rnn_course.checks.oracles import cell_oracle, layer_oracle
from rnn_course.checks.task import task
from rnn_course.checks.tasks.recurrent import cell_cases, layer_cases, view, weights

BY_HAND = (*RECURRENT, *AUTOGRAD)  # what is graded is the student's own chain rule


# ------------------------------------------------------------------------------ the two resets


@task(
    "two_resets(h, r, W_hn, b_hn) -> (as_torch, as_paper)",
    returns=("as_torch: N H | torch", "as_paper: N H | paper"),
    oracle=lambda h, r, W, b: (r * F.linear(h, W, b), F.linear(r * h, W, b)),
    section="gru/reset",
    shares={"torch": 0.4, "paper": 0.4, "edges": 0.2},
)
def two_resets(draw):
    """What the candidate sees of the past, (N, H): r after the matmul, and r before it."""
    N, H = draw.sizes(2)
    h, r = draw.normal(N, H), torch.sigmoid(draw.normal(N, H))
    W, b = draw.weights(H, H), draw.weights(H)
    yield case(h, r, W, b)
    yield edge("one row in the batch", h[:1], r[:1], W, b)
    yield edge("one hidden unit", h[:, :1], r[:, :1], W[:1, :1], b[:1])
    yield edge("inputs that are transposed views", view(h), view(r), W, b)


# ------------------------------------------------------------------------ one step and the loop


@task(
    "gru_cell(x, h, W_ih, W_hh, b_ih, b_hh) -> h",
    returns="h: N H",
    oracle=cell_oracle("GRUCell"),
    section="gru/step",
)
def gru_cell(draw):
    """One step of a GRU as torch has it, gates in torch's order r z n."""
    yield from cell_cases(draw, gates=3, states=1)


@task(
    "gru(xs, h0, W_ih, W_hh, b_ih, b_hh) -> (output, h_n)",
    returns=("output: T N H", "h_n: N H | states"),
    oracle=layer_oracle("GRU"),
    section="gru/loop",
)
def gru(draw):
    """The loop over time. xs (T, N, I), h0 (N, H); output (T, N, H), h_n (N, H)."""
    yield from layer_cases(draw, gates=3, states=1)


# ------------------------------------------------------------------------ which share is z?


def _mix(h, n, z, z_keeps):
    """torch.lerp(a, b, w) is a + w (b - a)."""
    return torch.lerp(n, h, z) if z_keeps else torch.lerp(h, n, z)


@task(
    "mix(h, n, z, z_keeps) -> h",
    returns="h: N H",
    oracle=_mix,
    against="the course",
    section="gru/update",
    shares={"keeps": 0.5, "replaces": 0.5},
)
def mix(draw):
    """The new state (N, H) out of the old one and the candidate, under either meaning of z."""
    N, H = draw.sizes(2)
    h, n, z = draw.normal(N, H), torch.tanh(draw.normal(N, H)), torch.sigmoid(draw.normal(N, H))
    for keeps, part in ((True, "keeps"), (False, "replaces")):
        yield Case((h, n, z, keeps), part, f"z_keeps={keeps}")
        yield Case((h[:1], n[:1], z[:1], keeps), part, f"z_keeps={keeps}, one row in the batch")


def _to_torch(*w):
    """Torch's z is 1 - z of the other form, so z's rows change their sign."""
    return tuple(torch.cat([r, -z, n]) for r, z, n in (x.chunk(3) for x in w))


@task(
    "to_torch(W_ih, W_hh, b_ih, b_hh) -> (W_ih, W_hh, b_ih, b_hh)",
    returns=("W_ih: 3H I", "W_hh: 3H H", "b_ih: 3H", "b_hh: 3H"),
    oracle=_to_torch,
    section="gru/update",
)
def to_torch(draw):
    """Weights for torch's GRU from those of a net that has h' = z n + (1 - z) h."""
    I, H = draw.sizes(2)
    yield case(*weights(draw, 3, I, H))
    yield edge("one hidden unit", *weights(draw, 3, I, 1))


# -------------------------------------------------------------------------------- one step back


def _mix_truth(dh_new, h, n, z):
    h, n, z = leaves = [x.detach().requires_grad_() for x in (h, n, z)]
    dh, dn, dz = torch.autograd.grad(torch.lerp(n, h, z), leaves, dh_new)
    return dn, dz, dh


def _drawn_step(draw):
    """A real step: dh_new, h, r, z, n, u_n and the weights W_ih, W_hh."""
    N, I, H = draw.sizes(3)
    w = [0.5 * x for x in weights(draw, 3, I, H)]
    x, h = draw.normal(N, I), draw.normal(N, H, scale=0.5)
    a_r, a_z, a_n = F.linear(x, w[0], w[2]).chunk(3, -1)
    u_r, u_z, u_n = F.linear(h, w[1], w[3]).chunk(3, -1)
    r, z = torch.sigmoid(a_r + u_r), torch.sigmoid(a_z + u_z)
    n = torch.tanh(a_n + r * u_n)
    return draw.normal(N, H), h, r, z, n, u_n.contiguous(), w[0], w[1]


@task(
    "gru_mix_backward(dh_new, h, n, z) -> (dn, dz, dh)",
    returns=("dn: N H | dn", "dz: N H | dz", "dh: N H | dh"),
    oracle=_mix_truth,
    section="gru/backward",
    shares={"dn": 0.3, "dz": 0.3, "dh": 0.3, "edges": 0.1},
    forbids=BY_HAND,
)
def gru_mix_backward(draw):
    """Back through h' = (1 - z) n + z h: dn, dz, and what reaches h directly."""
    dh_new, h, _, z, n, _, _, _ = _drawn_step(draw)
    args = dh_new, h, n, z
    yield case(*args)
    yield edge("one row in the batch", *(x[:1] for x in args))
    yield edge("inputs that are transposed views", *map(view, args))


def _back_truth(dh_new, h, r, z, n, u_n, W_ih, W_hh):
    """a and u are chosen so that the step has exactly these gates; autograd does the rest."""
    h = h.detach().requires_grad_()
    x = h.new_zeros(len(h), W_ih.shape[1], requires_grad=True)
    product = F.linear(h.detach(), W_hh)
    u = torch.cat((torch.zeros_like(r), torch.zeros_like(z), u_n), -1)
    a = torch.cat((torch.logit(r), torch.logit(z), torch.atanh(n) - r * u_n), -1)
    a, u = a.requires_grad_(), (u - product).requires_grad_()
    a_r, a_z, a_n = (a + F.linear(x, W_ih)).chunk(3, -1)
    u_r, u_z, u_n = (u + F.linear(h, W_hh)).chunk(3, -1)
    r, z = torch.sigmoid(a_r + u_r), torch.sigmoid(a_z + u_z)
    h_new = torch.lerp(torch.tanh(a_n + r * u_n), h, z)
    return torch.autograd.grad(h_new, (a, u, x, h), dh_new)


@task(
    "gru_cell_backward(dh_new, h, r, z, n, u_n, W_ih, W_hh) -> (da, du, dx, dh)",
    returns=("da: N 3H", "du: N 3H | du", "dx: N I | dx", "dh: N H | dh"),
    oracle=_back_truth,
    section="gru/backward",
    shares={"forward": 0.3, "du": 0.2, "dx": 0.2, "dh": 0.2, "edges": 0.1},
    forbids=BY_HAND,
)
def gru_cell_backward(draw):
    """One step back: da and du (N, 3H), dx (N, I), dh (N, H)."""
    *args, W_ih, W_hh = _drawn_step(draw)
    yield case(*args, W_ih, W_hh)
    yield edge("one row in the batch", *(x[:1] for x in args), W_ih, W_hh)
    yield edge("inputs that are transposed views", *map(view, args), W_ih, W_hh)
