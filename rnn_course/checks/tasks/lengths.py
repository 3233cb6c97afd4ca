"""Checks of the assignment `lengths`: padding, masks, packing, and reading packed rows.

The truth is torch.nn.utils.rnn, torch.nn and plain loops over single sentences.
"""

import torch
from torch.nn.utils.rnn import (
    PackedSequence,
    pack_padded_sequence,
    pad_packed_sequence,
    pad_sequence,
)

from rnn_course.checks.cases import case, edge
from rnn_course.checks.honest import RECURRENT
from rnn_course.checks.task import task
from rnn_course.checks.tasks.recurrent import weights

BY_HAND = (*RECURRENT, "torch.nn.utils.rnn")


def lengths_of(draw, N, T):
    """N lengths as a tensor: not sorted, one of them 1, the longest T."""
    lengths = draw.lengths(N, T)
    lengths[lengths.index(min(lengths))] = 1
    return torch.tensor(lengths)


def falling(draw, N, T):
    return lengths_of(draw, N, T).sort(descending=True).values


def either_way(T, N):
    """(note, T, N) with more sentences than steps, and with fewer: what counts along the wrong
    one of the two stops with an error in one of them, whatever a student's own sizes are."""
    fewer, more = sorted((T, N))
    yield "more sentences than steps", fewer, more
    yield "more steps than sentences", more, fewer


def mask_of(lengths, T):
    return torch.arange(T).unsqueeze(1) < lengths


# ------------------------------------------------------------------------------ the table


@task(
    "pad(sequences) -> (padded, lengths)",
    returns=("padded: T N I [same]", "lengths"),
    oracle=lambda sequences: (pad_sequence(sequences), [len(s) for s in sequences]),
    section="lengths/damage",
    forbids=BY_HAND,
)
def pad(draw):
    """One table (T, N, I) of sentences of different lengths, zeros at the pads; the lengths."""
    T, N, I = draw.sizes(3)
    while True:  # neither the longest first nor nearly in order
        lengths = lengths_of(draw, N, T)
        moved = lengths != lengths.sort(descending=True).values
        if moved[0] and moved.sum() >= 3:
            break
    yield case([draw.normal(int(n), I) for n in lengths])
    yield edge("one sentence", [draw.normal(T, I)])
    yield edge("equal lengths", [draw.normal(T, I) for _ in range(N)])
    yield edge("in float64", [draw.normal(n, I) for n in (T - 1, T)], dtype=torch.float64)


@task(
    "make_mask(lengths, T) -> mask",
    returns="mask: T N",
    oracle=mask_of,
    section="lengths/mask",
    forbids=BY_HAND,
)
def make_mask(draw):
    """(T, N), True where there is a word and False at the pads."""
    T, N = draw.sizes(2)
    yield case(lengths_of(draw, N, T), T)
    yield edge("a table longer than the longest sentence", lengths_of(draw, N, T), T + 2)
    yield edge("one sentence", torch.tensor([T - 1]), T)


# ---------------------------------------------------------------------- what is read off it


def _last(output, lengths):
    return torch.stack([output[int(length) - 1, n] for n, length in enumerate(lengths)])


@task(
    "last_states(output, lengths) -> h",
    returns="h: N H",
    oracle=_last,
    section="lengths/mask",
    forbids=BY_HAND,
)
def last_states(draw):
    """The output at each sentence's own last word."""
    T, N, H = draw.sizes(3)
    yield case(draw.normal(T, N, H), lengths_of(draw, N, T))
    yield edge("equal lengths", draw.normal(T, N, H), torch.full((N,), T))
    yield edge("one sentence", draw.normal(T, 1, H), torch.tensor([T - 1]))


def _means(output, lengths):
    return torch.stack([output[: int(length), n].mean(0) for n, length in enumerate(lengths)])


@task(
    "masked_mean(output, lengths) -> mean",
    returns="mean: N H",
    oracle=_means,
    section="lengths/mask",
    forbids=BY_HAND,
)
def masked_mean(draw):
    """The mean over the words of each sentence; what stands at the pads does not count."""
    T, N, H = draw.sizes(3)
    yield case(draw.normal(T, N, H), lengths_of(draw, N, T))
    yield edge("equal lengths", draw.normal(T, N, H), torch.full((N,), T))
    yield edge("one sentence", draw.normal(T, 1, H), torch.tensor([T - 1]))


def _loss(logits, targets, lengths):
    mask = mask_of(lengths, len(logits))
    terms = -torch.log_softmax(logits, 2).gather(2, targets.unsqueeze(2)).squeeze(2)
    return (terms * mask).sum() / mask.sum()


@task(
    "masked_loss(logits, targets, lengths) -> loss",
    returns="loss:",
    oracle=_loss,
    section="lengths/loss",
    forbids=BY_HAND,
)
def masked_loss(draw):
    """The mean cross-entropy over all words of the batch, pads left out."""
    T, N, C = draw.sizes(3)
    targets = torch.tensor([[draw.whole(0, C) for _ in range(N)] for _ in range(T)])
    yield case(draw.normal(T, N, C, scale=2.0), targets, lengths_of(draw, N, T))
    yield edge("equal lengths", draw.normal(T, N, C), targets, torch.full((N,), T))
    large = draw.normal(T, N, C, scale=300.0)
    yield edge("large logits", large, targets, lengths_of(draw, N, T))


# -------------------------------------------------------------------------------- packing


def _order(lengths):
    order = torch.argsort(-lengths, stable=True)
    return order, torch.argsort(order)


@task(
    "sort_by_length(lengths) -> (order, back)",
    returns=("order: N", "back: N | back"),
    oracle=_order,
    section="lengths/order",
    forbids=BY_HAND,
    shares={"forward": 0.5, "back": 0.5},
)
def sort_by_length(draw):
    """The order with the longest first, ties as they came, and the way back."""
    N, T = 5 + draw.whole(0, 3), 9
    while True:  # an order that is neither its own inverse nor its square's, two of equal length
        shuffled = [draw.whole(1, T) for _ in range(N)]
        order, back = _order(torch.tensor(shuffled))
        others = torch.equal(order, back), torch.equal(order[order], back)
        if not any(others) and len(set(shuffled)) < N:
            break
    yield case(torch.tensor(shuffled), note="two of equal length")
    yield edge("all lengths equal", torch.full((N,), 4))
    yield edge("one sentence", torch.tensor([3]))


def _packed(padded, lengths):
    packed = pack_padded_sequence(padded, lengths)
    return packed.data, packed.batch_sizes.tolist()


@task(
    "pack(padded, lengths) -> (data, batch_sizes)",
    returns=("data: R I", "batch_sizes | sizes"),
    oracle=_packed,
    section="lengths/packing",
    forbids=BY_HAND,
    shares={"forward": 0.5, "sizes": 0.3},
)
def pack(draw):
    """The rows of all words, one time step after the other, and the rows of each step."""
    T, N, I = draw.sizes(3)
    for note, steps, batch in either_way(T, N):
        yield case(draw.normal(steps, batch, I), falling(draw, batch, steps), note=note)
    yield edge("equal lengths", draw.normal(T, N, I), torch.full((N,), T))
    yield edge("one sentence", draw.normal(T, 1, I), torch.tensor([T]))
    longer = draw.normal(T + 3, N, I)
    yield edge("a table longer than the longest sentence", longer, falling(draw, N, T))


def _unpacked(data, batch_sizes):
    padded, lengths = pad_packed_sequence(PackedSequence(data, torch.tensor(batch_sizes)))
    return padded, lengths.tolist()


@task(
    "unpack(data, batch_sizes) -> (padded, lengths)",
    returns=("padded: T N I [same]", "lengths | lengths"),
    oracle=_unpacked,
    section="lengths/unpack",
    forbids=BY_HAND,
    shares={"forward": 0.5, "lengths": 0.3},
)
def unpack(draw):
    """The table with zeros at the pads, and the lengths, from packed rows."""
    T, N, I = draw.sizes(3)

    def packed(lengths):
        sizes = _packed(torch.zeros(int(lengths[0]), len(lengths), 1), lengths)[1]
        return draw.normal(sum(sizes), I), sizes

    for note, steps, batch in either_way(T, N):
        yield case(*packed(falling(draw, batch, steps)), note=note)
    yield edge("equal lengths", *packed(torch.full((N,), T)))
    yield edge("one sentence", *packed(torch.tensor([T])))
    yield edge("in float64", *packed(torch.tensor([T, T - 1])), dtype=torch.float64)


# ------------------------------------------------------------------- reading packed rows


def _rnn_packed(data, batch_sizes, h0, *w):
    net = torch.nn.RNN(data.shape[1], h0.shape[1], dtype=data.dtype)
    net.load_state_dict(dict(zip(net.state_dict(), w, strict=True)))
    output, h_n = net(PackedSequence(data, torch.tensor(batch_sizes)), h0.unsqueeze(0))
    return output.data, h_n[0]


@task(
    "rnn_packed(data, batch_sizes, h0, W_ih, W_hh, b_ih, b_hh) -> (output, h_n)",
    returns=("output: R H", "h_n: N H | states"),
    oracle=_rnn_packed,
    section="lengths/run",
    forbids=BY_HAND,
)
def rnn_packed(draw):
    """An RNN over packed rows: who has ended keeps the state that it has."""
    T, N, I, H = draw.sizes(4)
    w = weights(draw, 1, I, H)
    for note, lengths in (
        ("", falling(draw, N, T)),
        ("equal lengths", torch.full((N,), T)),
        ("one sentence", torch.tensor([T])),
    ):
        sizes = _packed(torch.zeros(T, len(lengths), 1), lengths)[1]
        args = (draw.normal(sum(sizes), I), sizes, draw.normal(len(lengths), H), *w)
        yield edge(note, *args) if note else case(*args)
