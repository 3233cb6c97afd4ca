"""Checks of the assignment `gru`: the two resets, one step, the loop, z's two meanings, backward.

The truth is torch.nn.GRUCell and torch.nn.GRU, and for the way back torch.autograd.
"""

from itertools import permutations

import torch
from torch.nn import functional as F

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

BY_HAND = (*RECURRENT, *AUTOGRAD)  # what is graded is the student's own chain rule


# ------------------------------------------------------------------------------ the two resets


def _two_resets(h, r, W, b, after=None, before=None):
    """after(h, r, W, b) replaces torch's form, before(h, r, W, b) the paper's."""
    return (
        after(h, r, W, b) if after else r * F.linear(h, W, b),
        before(h, r, W, b) if before else F.linear(r * h, W, b),
    )


@task(
    "two_resets(h, r, W_hn, b_hn) -> (as_torch, as_paper)",
    returns=("as_torch: N H | torch", "as_paper: N H | paper"),
    oracle=_two_resets,
    section="gru/reset",
    shares={"torch": 0.4, "paper": 0.4, "edges": 0.2},
    reference=_two_resets,
    mistakes=[
        Mistake(
            "resets-exchanged",
            "The two are exchanged: first torch's, r * (W_hn h + b_hn), then the paper's, "
            "W_hn (r * h) + b_hn.",
            result=lambda both: both[::-1],
        ),
        Mistake(
            "resets-b-hn-outside",
            "In torch's form b_hn stands outside the product; r multiplies it as well: "
            "r * (W_hn h + b_hn).",
            after=lambda h, r, W, b: r * F.linear(h, W) + b,
        ),
        Mistake(
            "resets-b-hn-inside",
            "In the paper's form b_hn is multiplied by r; r acts on h alone: W_hn (r * h) + b_hn.",
            before=lambda h, r, W, b: F.linear(r * h, W) + r * b,
        ),
        Mistake(
            "resets-torch-for-both",
            "Both are torch's form; the paper's has r before the matmul, W_hn (r * h) + b_hn.",
            before=lambda h, r, W, b: r * F.linear(h, W, b),
        ),
        Mistake(
            "resets-paper-for-both",
            "Both are the paper's form; torch's has r after the matmul, r * (W_hn h + b_hn).",
            after=lambda h, r, W, b: F.linear(r * h, W, b),
        ),
        Mistake(
            "resets-no-bias-torch",
            "In torch's form b_hn is missing: r * (W_hn h + b_hn).",
            after=lambda h, r, W, b: r * F.linear(h, W),
        ),
        Mistake(
            "resets-no-bias-paper",
            "In the paper's form b_hn is missing: W_hn (r * h) + b_hn.",
            before=lambda h, r, W, b: F.linear(r * h, W),
        ),
        Mistake(
            "resets-transposed",
            "h is multiplied by W_hn as it is stored, (out, in), not by its transpose: h @ W_hn.T.",
            args=lambda h, r, W, b: (h, r, W.T, b),
        ),
        Mistake(
            "resets-reversed",
            "1 - r stands where r belongs.",
            args=lambda h, r, W, b: (h, 1 - r, W, b),
        ),
        Mistake(
            "resets-sigmoid-again",
            "r goes through the sigmoid once more; it is a gate already, between 0 and 1.",
            args=lambda h, r, W, b: (h, torch.sigmoid(r), W, b),
        ),
    ],
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
    reference=recurrence.cell_reference("gru"),
    mistakes=lambda: mistakes.cell("gru"),
    probes=lambda draw: cell_probes(draw, "gru"),
)
def gru_cell(draw):
    """One step of a GRU as torch has it, gates in torch's order r z n."""
    yield from cell_cases(draw, gates=3, states=1)


@task(
    "gru(xs, h0, W_ih, W_hh, b_ih, b_hh) -> (output, h_n)",
    returns=("output: T N H", "h_n: N H | states"),
    oracle=layer_oracle("GRU"),
    section="gru/loop",
    reference=recurrence.layer_reference("gru"),
    mistakes=lambda: mistakes.layer("gru"),
    probes=lambda draw: layer_probes(draw, "gru"),
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
    section="gru/update",
    shares={"keeps": 0.5, "replaces": 0.5},
    mistakes=[
        Mistake(
            "conventions-exchanged",
            "The two meanings are exchanged: with z_keeps=True z is the share of the old state h.",
            args=lambda h, n, z, keeps: (h, n, z, not keeps),
        ),
        Mistake(
            "convention-always-keeps",
            "z_keeps is not looked at: z is always taken as the share that stays.",
            args=lambda h, n, z, keeps: (h, n, z, True),
        ),
        Mistake(
            "convention-always-replaces",
            "z_keeps is not looked at: z is always taken as the share that is replaced.",
            args=lambda h, n, z, keeps: (h, n, z, False),
        ),
        Mistake(
            "mix-sum",
            "h and n are both taken whole; the shares must add up to 1.",
            instead=lambda h, n, z, keeps: h + n,
        ),
        Mistake(
            "mix-one-share-missing",
            "The other share is missing: what z leaves over, 1 - z, belongs to the other one.",
            instead=lambda h, n, z, keeps: z * h + n if keeps else h + z * n,
        ),
    ],
)
def mix(draw):
    """The new state (N, H) out of the old one and the candidate, under either meaning of z."""
    N, H = draw.sizes(2)
    h, n, z = draw.normal(N, H), torch.tanh(draw.normal(N, H)), torch.sigmoid(draw.normal(N, H))
    for keeps, part in ((True, "keeps"), (False, "replaces")):
        yield Case((h, n, z, keeps), part, f"z_keeps={keeps}")
        yield Case((h[:1], n[:1], z[:1], keeps), part, f"z_keeps={keeps}, one row in the batch")


NAMES = ("W_ih", "W_hh", "b_ih", "b_hh")


def _to_torch(*w, blocks=(1,), which=(0, 1, 2, 3), change=lambda w: -w):
    """The given blocks (0 r, 1 z, 2 n) of the given weights changed, all in copies."""
    new = [x.clone() for x in w]
    for k in which:
        H = len(w[k]) // 3
        for block in blocks:
            rows = slice(block * H, (block + 1) * H)
            new[k][rows] = change(w[k][rows])
    return tuple(new)


def _conversion_mistakes():
    for name, blocks, said in (
        ("r", (0,), "The rows of r are changed"),
        ("n", (2,), "The rows of n are changed"),
        ("all", (0, 1, 2), "All rows are changed"),
        ("r-and-z", (0, 1), "The rows of r are changed as well"),
        ("z-and-n", (1, 2), "The rows of n are changed as well"),
        ("nothing", (), "Nothing is changed"),
    ):
        yield Mistake(
            f"convert-{name}",
            f"{said}; what is to change are the rows of z, the second block, H to 2H.",
            blocks=blocks,
        )
    for left, which in (
        ("the biases", (0, 1)),
        ("b_ih", (0, 1, 3)),
        ("b_hh", (0, 1, 2)),
        ("W_ih", (1, 2, 3)),
        ("W_hh", (0, 2, 3)),
        ("the weights W_ih and W_hh", (2, 3)),
        ("W_hh and b_hh", (0, 2)),
        ("W_ih and b_ih", (1, 3)),
    ):
        yield Mistake(
            f"convert-without-{left.split()[-1].replace('_', '-')}-{len(which)}",
            f"{left[0].upper() + left[1:]} stay as they are; the whole sum must change its sign: "
            "1 - sigmoid(a) = sigmoid(-a).",
            which=which,
        )
    yield Mistake(
        "convert-one-minus",
        "The weights are taken off 1; it is z that becomes 1 - z, and that is "
        "sigmoid(-a): change the sign of what makes a.",
        change=lambda w: 1 - w,
    )
    for order in permutations(range(3)):
        names = "".join("rzn"[k] for k in order)
        if names != "rzn":
            yield Mistake(
                f"convert-blocks-{names}",
                f"The blocks are put into the order {', '.join(names)}; the order stays r, z, n.",
                instead=lambda *w, order=order: tuple(
                    torch.cat([x.chunk(3)[k] for k in order]) for x in w
                ),
            )


@task(
    "to_torch(W_ih, W_hh, b_ih, b_hh) -> (W_ih, W_hh, b_ih, b_hh)",
    returns=("W_ih: 3H I", "W_hh: 3H H", "b_ih: 3H", "b_hh: 3H"),
    oracle=_to_torch,
    section="gru/update",
    reference=_to_torch,
    mistakes=_conversion_mistakes,
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


def _mix_back(dh_new, h, n, z, to_n=None, to_z=None, to_h=None):
    return (
        to_n(dh_new, h, n, z) if to_n else dh_new * (1 - z),
        to_z(dh_new, h, n, z) if to_z else dh_new * (h - n),
        to_h(dh_new, h, n, z) if to_h else dh_new * z,
    )


def _mix_mistakes():
    where = "gru/backward"
    table = {
        "dn-and-dh-exchanged": (
            "dn gets z and dh gets 1 - z; h' = (1 - z) n + z h, so it is the other way round",
            dict(to_n=lambda d, h, n, z: d * z, to_h=lambda d, h, n, z: d * (1 - z)),
        ),
        "dz-sign": (
            "dz has the wrong sign: by z, (1 - z) n + z h gives h - n",
            dict(to_z=lambda d, h, n, z: d * (n - h)),
        ),
        "dz-only-h": (
            "dz is dh_new h; z occurs twice, also in (1 - z) n, so it is dh_new (h - n)",
            dict(to_z=lambda d, h, n, z: d * h),
        ),
        "dz-only-n": (
            "dz is -dh_new n; z occurs twice, also in z h, so it is dh_new (h - n)",
            dict(to_z=lambda d, h, n, z: -d * n),
        ),
        "dz-slope-already": (
            "dz has been taken through the sigmoid, z (1 - z), already; that comes afterwards",
            dict(to_z=lambda d, h, n, z: d * (h - n) * z * (1 - z)),
        ),
        "dn-slope-already": (
            "dn has been taken through tanh, 1 - n**2, already; that comes afterwards",
            dict(to_n=lambda d, h, n, z: d * (1 - z) * (1 - n**2)),
        ),
        "dn-whole": ("dn is dh_new; only the share 1 - z is n's", dict(to_n=lambda d, h, n, z: d)),
        "dh-whole": ("dh is dh_new; only the share z stays", dict(to_h=lambda d, h, n, z: d)),
        "dh-missing": (
            "dh is zero; the share z of h goes straight into h'",
            dict(to_h=lambda d, h, n, z: 0 * d),
        ),
    }
    for name, (said, change) in table.items():
        yield Mistake(name, f"{said}.", where, **change)


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
    reference=_mix_back,
    mistakes=lambda: [
        *_mix_mistakes(),
        Mistake(
            "mix-back-order",
            "dh comes first; asked for is dn, dz, dh.",
            result=lambda r: (r[2], r[0], r[1]),
        ),
    ],
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


def _back(dh_new, h, r, z, n, u_n, W_ih, W_hh, slope_gate=lambda s: s * (1 - s),
          slope_n=lambda n: 1 - n**2, slope_r=None, slope_z=None, to_r=None, to_u=None,
          order=(0, 1, 2), ways=None,
          **switches):  # fmt: skip
    """to_r(da_n, u_n, h, r): dr; to_u(da_n, r): n's block of du; ways(direct, du, da, W_hh): dh."""
    dn, dz, direct = _mix_back(dh_new, h, n, z, **switches)
    da_n = dn * slope_n(n)
    dr = to_r(da_n, u_n, h, r) if to_r else da_n * u_n
    da_r, da_z = dr * (slope_r or slope_gate)(r), dz * (slope_z or slope_gate)(z)
    du_n = to_u(da_n, r) if to_u else da_n * r
    blocks_a, blocks_u = (da_r, da_z, da_n), (da_r, da_z, du_n)
    da = torch.cat([blocks_a[k] for k in order], -1)
    du = torch.cat([blocks_u[k] for k in order], -1)
    return da, du, da @ W_ih, ways(direct, du, da, W_hh) if ways else direct + du @ W_hh


def _back_mistakes():
    where = "gru/backward"
    table = {
        "du-is-da": (
            "In n's block du is da; on the state's side stands r as a factor: du_n = da_n r",
            dict(to_u=lambda da_n, r: da_n),
        ),
        "dr-from-h": (
            "dr is made with h; r multiplies u_n = W_hn h + b_hn",
            dict(to_r=lambda da_n, u_n, h, r: da_n * h),
        ),
        "dr-with-r": (
            "dr is made from du_n, with one r too many: dr = da_n u_n",
            dict(to_r=lambda da_n, u_n, h, r: da_n * r * u_n),
        ),
        "dr-missing": (
            "The reset gate gets no gradient; r multiplies u_n, so dr = da_n u_n",
            dict(to_r=lambda da_n, u_n, h, r: 0 * da_n),
        ),
        "dh-from-da": (
            "dh is made from da; the state enters by u, so dh = dh_new z + du @ W_hh",
            dict(ways=lambda direct, du, da, W: direct + da @ W),
        ),
        "dh-direct-missing": (
            "The direct way is missing, dh_new z; h enters h' itself, not only through W_hh",
            dict(ways=lambda direct, du, da, W: du @ W),
        ),
        "dh-gates-missing": (
            "The way through the gates is missing, du @ W_hh",
            dict(ways=lambda direct, du, da, W: direct),
        ),
        "slopes-missing": (
            "The way back through the activations is missing: s (1 - s) for r and z, 1 - n**2",
            dict(slope_gate=torch.ones_like, slope_n=torch.ones_like),
        ),
        "sigmoid-slope-missing": (
            "The way back through the sigmoid is missing, s (1 - s)",
            dict(slope_gate=torch.ones_like),
        ),
        "sigmoid-slope-of-z-missing": (
            "The way back through z's sigmoid is missing: da_z = dz z (1 - z)",
            dict(slope_z=torch.ones_like),
        ),
        "sigmoid-slope-of-r-missing": (
            "The way back through r's sigmoid is missing: da_r = dr r (1 - r)",
            dict(slope_r=torch.ones_like),
        ),
        "sigmoid-slope-without-s": (
            "The sigmoid's derivative is taken as 1 - s; it is s (1 - s)",
            dict(slope_gate=lambda s: 1 - s),
        ),
        "sigmoid-slope-of-tanh": (
            "The gates are taken back by 1 - s**2, tanh's derivative; the sigmoid's is s (1 - s)",
            dict(slope_gate=lambda s: 1 - s**2),
        ),
        "n-slope-missing": (
            "The way back through the candidate's tanh is missing, 1 - n**2",
            dict(slope_n=torch.ones_like),
        ),
        "n-slope-of-sigmoid": (
            "n is taken back by the sigmoid's derivative, n (1 - n); tanh's is 1 - n**2",
            dict(slope_n=lambda n: n * (1 - n)),
        ),
        "n-slope-not-squared": (
            "tanh's derivative is taken as 1 - n; it is 1 - n**2",
            dict(slope_n=lambda n: 1 - n),
        ),
    }
    for name, (said, change) in table.items():
        yield Mistake(name, f"{said}.", where, **change)
    yield from (m for m in _mix_mistakes() if "already" not in m.name)
    for order in permutations(range(3)):
        names = "".join("rzn"[k] for k in order)
        if names != "rzn":
            yield Mistake(
                f"da-order-{names}",
                f"The blocks stand in the order {', '.join(names)}; torch's weights have r, z, n.",
                where,
                order=order,
            )
    results = {
        "da-and-du-exchanged": ("da and du are exchanged", lambda r: (r[1], r[0], *r[2:])),
        "dx-and-dh-exchanged": ("dx and dh are exchanged", lambda r: (*r[:2], r[3], r[2])),
    }
    for name, (said, result) in results.items():
        yield Mistake(name, f"{said}; asked for is da, du, dx, dh.", where, result=result)


@task(
    "gru_cell_backward(dh_new, h, r, z, n, u_n, W_ih, W_hh) -> (da, du, dx, dh)",
    returns=("da: N 3H", "du: N 3H | du", "dx: N I | dx", "dh: N H | dh"),
    oracle=_back_truth,
    section="gru/backward",
    shares={"forward": 0.3, "du": 0.2, "dx": 0.2, "dh": 0.2, "edges": 0.1},
    forbids=BY_HAND,
    reference=_back,
    mistakes=_back_mistakes,
)
def gru_cell_backward(draw):
    """One step back: da and du (N, 3H), dx (N, I), dh (N, H)."""
    *args, W_ih, W_hh = _drawn_step(draw)
    yield case(*args, W_ih, W_hh)
    yield edge("one row in the batch", *(x[:1] for x in args), W_ih, W_hh)
    yield edge("inputs that are transposed views", *map(view, args), W_ih, W_hh)
