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

from rnn_course import packing
from rnn_course.checks.cases import case, edge
from rnn_course.checks.honest import RECURRENT
from rnn_course.checks.mistakes import Mistake
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
    mistakes=[
        Mistake(
            "pads-in-front",
            "The pads stand in front of the words; they belong behind the last word.",
            instead=lambda sequences: (
                torch.stack(
                    [
                        torch.cat([s.new_zeros(max(map(len, sequences)) - len(s), s.shape[1]), s])
                        for s in sequences
                    ],
                    1,
                ),
                [len(s) for s in sequences],
            ),
        ),
        Mistake(
            "pad-batch-first",
            "The table is (N, T, I); time comes first here, (T, N, I).",
            result=lambda r: (r[0].swapaxes(0, 1), r[1]),
        ),
        Mistake(
            "pad-repeats-the-last-word",
            "The last word is repeated where zeros should stand.",
            instead=lambda sequences: (
                torch.stack(
                    [
                        torch.cat([s, s[-1:].expand(max(map(len, sequences)) - len(s), -1)])
                        for s in sequences
                    ],
                    1,
                ),
                [len(s) for s in sequences],
            ),
        ),
        Mistake(
            "pad-lengths-all-T",
            "The lengths are those of the padded columns; wanted are the numbers of words.",
            result=lambda r: (r[0], [len(r[0])] * r[0].shape[1]),
        ),
    ],
)
def pad(draw):
    """One table (T, N, I) of sentences of different lengths, zeros at the pads; the lengths."""
    T, N, I = draw.sizes(3)
    yield case([draw.normal(int(n), I) for n in lengths_of(draw, N, T)])
    yield edge("one sentence", [draw.normal(T, I)])
    yield edge("equal lengths", [draw.normal(T, I) for _ in range(N)])


@task(
    "make_mask(lengths, T) -> mask",
    returns="mask: T N",
    oracle=mask_of,
    section="lengths/mask",
    forbids=BY_HAND,
    mistakes=[
        Mistake(
            "mask-one-too-long",
            "The mask is True for one step too many: compare with <, since steps count from 0.",
            instead=lambda lengths, T: torch.arange(T).unsqueeze(1) <= lengths,
        ),
        Mistake(
            "mask-one-too-short",
            "The mask is True for one step too few: the last word counts as well.",
            instead=lambda lengths, T: torch.arange(T).unsqueeze(1) < lengths - 1,
        ),
        Mistake(
            "mask-inverted",
            "The mask is True at the pads; it should be True at the words.",
            instead=lambda lengths, T: torch.arange(T).unsqueeze(1) >= lengths,
        ),
        Mistake(
            "mask-batch-first",
            "The mask is (N, T); time comes first here, (T, N).",
            result=lambda mask: mask.swapaxes(0, 1),
        ),
        Mistake(
            "mask-without-an-axis",
            "The steps (T) and the lengths (N) are compared one to one; give the steps an axis of "
            "their own, (T, 1).",
            instead=lambda lengths, T: torch.arange(T) < lengths,
        ),
        Mistake(
            "mask-only-the-last-word",
            "The mask is True at the last word only; all words of the sentence count.",
            instead=lambda lengths, T: torch.arange(T).unsqueeze(1) == lengths - 1,
        ),
    ],
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
    mistakes=[
        Mistake(
            "last-row-of-the-table",
            "The last row of the table is taken; short sentences ended before it.",
            instead=lambda output, lengths: output[-1],
        ),
        Mistake(
            "index-one-too-late",
            "output[length] is the first pad; the last word is output[length - 1].",
            instead=lambda output, lengths: output[
                lengths % len(output), torch.arange(len(lengths))
            ],
        ),
        Mistake(
            "index-one-too-early",
            "The word before the last is taken; the last word is output[length - 1].",
            instead=lambda output, lengths: output[lengths - 2, torch.arange(len(lengths))],
        ),
        Mistake(
            "index-without-batch",
            "output[lengths - 1] gives all sentences at each of the steps, (N, N, H): "
            "give an index for the batch as well.",
            instead=lambda output, lengths: output[lengths - 1],
        ),
    ],
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
    mistakes=[
        Mistake(
            "mean-over-pads",
            "The pads are in the sum and in the count: mask them.",
            instead=lambda output, lengths: output.mean(0),
        ),
        Mistake(
            "mean-divided-by-T",
            "The sum leaves the pads out, but it is divided by T: divide by the length.",
            instead=lambda output, lengths: (
                _means(output, lengths) * lengths.unsqueeze(1) / len(output)
            ),
        ),
        Mistake(
            "mean-pads-in-the-sum",
            "It is divided by the length, but the pads are still in the sum: mask it.",
            instead=lambda output, lengths: output.sum(0) / lengths.unsqueeze(1),
        ),
        Mistake(
            "mean-not-divided",
            "This is the sum; divide it by the length.",
            instead=lambda output, lengths: _means(output, lengths) * lengths.unsqueeze(1),
        ),
        Mistake(
            "mean-divided-by-all-words",
            "It is divided by the words of the whole batch; each sentence has its own length.",
            instead=lambda output, lengths: (
                _means(output, lengths) * lengths.unsqueeze(1) / lengths.sum()
            ),
        ),
        Mistake(
            "mean-mask-without-an-axis",
            "The mask is (T, N) and meets (T, N, H); give it an axis for the features, (T, N, 1).",
            instead=lambda output, lengths: (
                (output * mask_of(lengths, len(output))).sum(0) / lengths.unsqueeze(1)
            ),
        ),
        Mistake(
            "mean-sum-over-the-batch",
            "The sum runs over the sentences, axis 1; it should run over time, axis 0.",
            instead=lambda output, lengths: (
                (output * mask_of(lengths, len(output)).unsqueeze(2)).sum(1) / lengths.unsqueeze(1)
            ),
        ),
        Mistake(
            "mean-over-the-batch",
            "The mean runs over the sentences; it should run over time.",
            instead=lambda output, lengths: output.mean(1),
        ),
    ],
)
def masked_mean(draw):
    """The mean over the words of each sentence; what stands at the pads does not count."""
    T, N, H = draw.sizes(3)
    yield case(draw.normal(T, N, H), lengths_of(draw, N, T))
    yield edge("equal lengths", draw.normal(T, N, H), torch.full((N,), T))
    yield edge("one sentence", draw.normal(T, 1, H), torch.tensor([T - 1]))


def _loss(logits, targets, lengths, mean_over=None):
    mask = mask_of(lengths, len(logits))
    terms = -torch.log_softmax(logits, 2).gather(2, targets.unsqueeze(2)).squeeze(2)
    return (terms * mask).sum() / (mask.sum() if mean_over is None else mean_over)


@task(
    "masked_loss(logits, targets, lengths) -> loss",
    returns="loss:",
    oracle=_loss,
    section="lengths/loss",
    forbids=BY_HAND,
    mistakes=[
        Mistake(
            "loss-over-pads",
            "The pads count as words: leave them out of the sum and of the mean.",
            instead=lambda logits, targets, lengths: _loss(
                logits, targets, torch.full_like(lengths, len(logits))
            ),
        ),
        Mistake(
            "loss-divided-by-all",
            "The pads are out of the sum, but it is divided by T * N: divide by the number of "
            "words.",
            instead=lambda logits, targets, lengths: _loss(
                logits, targets, lengths, mean_over=targets.numel()
            ),
        ),
        Mistake(
            "loss-pads-are-tag-0",
            "The pads count as words with tag 0: leave them out of the sum and of the mean.",
            instead=lambda logits, targets, lengths: _loss(
                logits,
                targets * mask_of(lengths, len(logits)),
                torch.full_like(lengths, len(logits)),
            ),
        ),
        Mistake(
            "loss-mean-of-means",
            "This is the mean of the sentences' means; each word of the batch counts alike.",
            instead=lambda logits, targets, lengths: torch.stack(
                [
                    _loss(logits[:, n : n + 1], targets[:, n : n + 1], lengths[n : n + 1])
                    for n in range(len(lengths))
                ]
            ).mean(),
        ),
        Mistake(
            "loss-softmax-twice",
            "A softmax is taken before cross_entropy, which takes one itself: hand it logits.",
            instead=lambda logits, targets, lengths: _loss(
                torch.softmax(logits, 2), targets, lengths
            ),
        ),
        Mistake(
            "loss-is-a-sum",
            "This is the sum over the words; divide it by their number.",
            instead=lambda logits, targets, lengths: _loss(logits, targets, lengths, mean_over=1),
        ),
    ],
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
    mistakes=[
        Mistake(
            "sorted-shortest-first",
            "The shortest sentence comes first; it should be the longest.",
            instead=lambda lengths: (
                order := torch.argsort(lengths, stable=True),
                torch.argsort(order),
            ),
        ),
        Mistake(
            "back-is-order",
            "back is order itself; it should undo it: back[order[k]] = k.",
            result=lambda r: (r[0], r[0]),
        ),
        Mistake(
            "back-is-flipped",
            "back is order read from its end; it should undo order: back[order[k]] = k.",
            result=lambda r: (r[0], torch.as_tensor(r[0]).flip(0)),
        ),
        Mistake(
            "back-sorts-the-lengths",
            "back is the order with the shortest first; it should undo order: back[order[k]] = k.",
            instead=lambda lengths: (_order(lengths)[0], torch.argsort(lengths, stable=True)),
        ),
        Mistake(
            "order-and-back-exchanged",
            "order and back are exchanged: order[0] is the number of the longest sentence.",
            result=lambda r: (r[1], r[0]),
        ),
        Mistake(
            "sorted-lengths-returned",
            "These are the sorted lengths; wanted are the numbers of the sentences.",
            instead=lambda lengths: (lengths.sort(descending=True).values, _order(lengths)[1]),
        ),
        Mistake(
            "ties-turned-round",
            "Sentences of equal length are turned round: the smaller number comes first.",
            instead=lambda lengths: (
                order := torch.argsort(lengths, stable=True).flip(0),
                torch.argsort(order),
            ),
        ),
    ],
)
def sort_by_length(draw):
    """The order with the longest first, ties as they came, and the way back."""
    N, T = 5 + draw.whole(0, 3), 9
    while True:  # an order that is not its own inverse, and two of equal length
        shuffled = [draw.whole(1, T) for _ in range(N)]
        order, back = _order(torch.tensor(shuffled))
        if not torch.equal(order, back) and len(set(shuffled)) < N:
            break
    yield case(torch.tensor(shuffled), note="two of equal length")
    yield edge("all lengths equal", torch.full((N,), 4))
    yield edge("one sentence", torch.tensor([3]))


def _packed(padded, lengths):
    packed = pack_padded_sequence(padded, lengths)
    return packed.data, packed.batch_sizes.tolist()


def _packed_too_long(padded, lengths):
    sizes = [int((lengths >= t).sum()) for t in range(int(lengths[0]))]
    return torch.cat([padded[t, :size] for t, size in enumerate(sizes)]), sizes


def by_hand(padded, lengths):
    """The same from the course's own packing: mistakes start from it."""
    return packing.pack(padded, lengths)[:2]


@task(
    "pack(padded, lengths) -> (data, batch_sizes)",
    returns=("data: R I", "batch_sizes | sizes"),
    oracle=_packed,
    section="lengths/packing",
    forbids=BY_HAND,
    shares={"forward": 0.5, "sizes": 0.3},
    mistakes=[
        Mistake(
            "packed-sentence-by-sentence",
            "The rows are one sentence after the other; packed rows are one time step after the "
            "other.",
            instead=lambda padded, lengths: (
                torch.cat([padded[: int(n), k] for k, n in enumerate(lengths)]),
                by_hand(padded, lengths)[1],
            ),
        ),
        Mistake(
            "packed-with-pads",
            "The pads are still among the rows: step t has only the sentences longer than t.",
            instead=lambda padded, lengths: (
                padded.reshape(-1, padded.shape[2]),
                [len(lengths)] * len(padded),
            ),
        ),
        Mistake(
            "pads-in-data",
            "The pads are still in data; step t has rows of the sentences longer than t only.",
            instead=lambda padded, lengths: (
                padded.reshape(-1, padded.shape[2]),
                by_hand(padded, lengths)[1],
            ),
        ),
        Mistake(
            "batch-sizes-are-lengths",
            "These are the lengths; batch_sizes says how many rows each time step has.",
            instead=lambda padded, lengths: (by_hand(padded, lengths)[0], lengths.tolist()),
        ),
        Mistake(
            "packed-one-too-many",
            "Each sentence has one row too many, its first pad: at step t are the sentences with "
            "a length greater than t, not equal to it.",
            instead=lambda padded, lengths: _packed_too_long(padded, lengths),
        ),
        Mistake(
            "batch-sizes-go-on",
            "batch_sizes goes on with zeros; it ends with the longest sentence.",
            instead=lambda padded, lengths: (
                by_hand(padded, lengths)[0],
                [int((lengths > t).sum()) for t in range(len(padded))],
            ),
        ),
        Mistake(
            "batch-sizes-one-too-many",
            "A sentence of length n has rows at the steps 0 to n - 1: compare with >, not >=.",
            instead=lambda padded, lengths: (
                by_hand(padded, lengths)[0],
                [int((lengths >= t).sum()) for t in range(int(lengths[0]))],
            ),
        ),
    ],
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
    mistakes=[
        Mistake(
            "unpacked-batch-first",
            "The table is (N, T, I); time comes first here, (T, N, I).",
            result=lambda r: (r[0].swapaxes(0, 1), r[1]),
        ),
        Mistake(
            "lengths-are-batch-sizes",
            "These are the batch_sizes; a sentence's length is the number of steps in which it "
            "has a row.",
            result=lambda r: (r[0], packing.step_sizes(r[1])),
        ),
        Mistake(
            "unpacked-from-the-top",
            "Every step takes its rows from the top of data again; go on where the step before "
            "ended.",
            instead=lambda data, batch_sizes: from_the_top(data, batch_sizes),
        ),
        Mistake(
            "unpacked-at-the-end",
            "The rows of a step are put into the last columns; they belong to the first ones, "
            "since the longest sentences come first.",
            instead=lambda data, batch_sizes: at_the_end(data, batch_sizes),
        ),
    ],
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


def from_the_top(data, batch_sizes):
    again = torch.cat([data[:size] for size in batch_sizes])
    return _unpacked(again, batch_sizes)


def at_the_end(data, batch_sizes):
    T, N = len(batch_sizes), batch_sizes[0]
    padded = data.new_zeros(T, N, data.shape[1])
    for t, rows in enumerate(data.split(batch_sizes)):
        padded[t, N - len(rows) :] = rows
    return padded, [sum(1 for size in batch_sizes if size > n) for n in range(N)]


# ------------------------------------------------------------------- reading packed rows


def _rnn_packed(data, batch_sizes, h0, *w):
    net = torch.nn.RNN(data.shape[1], h0.shape[1], dtype=data.dtype)
    net.load_state_dict(dict(zip(net.state_dict(), w, strict=True)))
    output, h_n = net(PackedSequence(data, torch.tensor(batch_sizes)), h0.unsqueeze(0))
    return output.data, h_n[0]


def read_rows(
    data,
    batch_sizes,
    h0,
    W_ih,
    W_hh,
    b_ih,
    b_hh,
    take=lambda h, n: h[:n],
    keep=lambda going, h: torch.cat([going, h[len(going) :]]),
    finish=lambda h, outputs, h0: h,
    biases=lambda b_ih, b_hh: (b_ih, b_hh),
):
    """The reference with switches: who takes part, who keeps what, what is given as h_n."""
    h, outputs = h0, []
    b_ih, b_hh = biases(b_ih, b_hh)
    for x in data.split(batch_sizes):
        going = torch.tanh(x @ W_ih.T + b_ih + take(h, len(x)) @ W_hh.T + b_hh)
        outputs.append(going)
        h = keep(going, h)
    return torch.cat(outputs), finish(h, outputs, h0)


@task(
    "rnn_packed(data, batch_sizes, h0, W_ih, W_hh, b_ih, b_hh) -> (output, h_n)",
    returns=("output: R H", "h_n: N H | states"),
    oracle=_rnn_packed,
    section="lengths/run",
    forbids=BY_HAND,
    reference=read_rows,
    mistakes=[
        Mistake(
            "h-n-only-of-the-longest",
            "h_n has only those rows that took part in the last step; sentences that ended "
            "before keep their last state.",
            finish=lambda h, outputs, h0: outputs[-1],
        ),
        Mistake(
            "rows-read-as-one-sentence",
            "The rows are read one after the other, as one sentence; the rows of one step belong "
            "to different sentences.",
            instead=lambda data, batch_sizes, h0, *w: (
                read_rows(data, [1] * len(data), h0[:1], *w)[0],
                h0,
            ),
        ),
        Mistake(
            "ended-states-zero",
            "The states of sentences that have ended become zeros; they keep their last state.",
            keep=lambda going, h: torch.cat([going, 0 * h[len(going) :]]),
        ),
        Mistake(
            "ended-states-first",
            "Sentences that have ended get the first state back; they keep their last one.",
            instead=lambda *args: _with_first_states(*args),
        ),
        Mistake(
            "ended-states-go-on",
            "Sentences that have ended go on stepping, with no word; they keep their last state.",
            instead=lambda *args: _all_go_on(*args),
        ),
        Mistake(
            "last-rows-go-on",
            "The last rows of the state take part in the step; the first ones do, since the "
            "longest sentences come first.",
            take=lambda h, n: h[len(h) - n :],
        ),
        Mistake(
            "last-rows-updated",
            "The last rows of the state take the step, and hold its result; the first ones do, "
            "since the longest sentences come first.",
            take=lambda h, n: h[len(h) - n :],
            keep=lambda going, h: torch.cat([h[: len(h) - len(going)], going]),
        ),
        Mistake(
            "state-not-carried",
            "Every step starts from zeros; it should start from the state before.",
            take=lambda h, n: 0 * h[:n],
        ),
        Mistake(
            "h0-ignored",
            "The given h0 is ignored.",
            args=lambda data, sizes, h0, *w: (data, sizes, 0 * h0, *w),
        ),
        Mistake(
            "bias-hh-missing",
            "b_hh is not added; torch adds both biases.",
            biases=lambda b_ih, b_hh: (b_ih, 0 * b_hh),
        ),
        Mistake(
            "bias-ih-missing",
            "b_ih is not added; torch adds both biases.",
            biases=lambda b_ih, b_hh: (0 * b_ih, b_hh),
        ),
        Mistake(
            "W-hh-transposed",
            "h is multiplied by W_hh as it is stored, (out, in), not by its transpose: h @ W_hh.T.",
            args=lambda data, sizes, h0, W_ih, W_hh, *b: (data, sizes, h0, W_ih, W_hh.T, *b),
        ),
    ],
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


def _all_go_on(data, batch_sizes, h0, W_ih, W_hh, b_ih, b_hh):
    h, outputs = h0, []
    for x in data.split(batch_sizes):
        total = h @ W_hh.T + b_ih + b_hh
        total[: len(x)] += x @ W_ih.T
        h = torch.tanh(total)
        outputs.append(h[: len(x)])
    return torch.cat(outputs), h


def _with_first_states(data, batch_sizes, h0, *w):
    output, h_n = read_rows(data, batch_sizes, h0, *w)
    return output, torch.cat([h_n[: batch_sizes[-1]], h0[batch_sizes[-1] :]])
