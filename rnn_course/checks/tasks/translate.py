"""Checks of the assignment `translate`: teacher forcing, attention, greedy and beam search.

The truth is torch's softmax, matmul and GRU cell; that of the searches and of the error rates is a
plain reference below. A decoder is a dict of arrays: the embedding E, a GRU's four arrays, the
output layer W_o and b_o, and W_a where it has attention. The checks draw small ones; for the last
three tasks the test gives a real one as well, that of g2p_en, and its words.
"""

import math
from functools import lru_cache, partial

import numpy as np
import torch

from rnn_course.checks.cases import Draw, case, edge
from rnn_course.checks.task import task
from rnn_course.checks.tasks.lengths import mask_of

# ------------------------------------------------------------------------------ teacher forcing


def _forcing(answers, start, end):
    inputs = [torch.tensor([start, *answer]) for answer in answers]
    targets = [torch.tensor([*answer, end]) for answer in answers]
    pad = torch.nn.utils.rnn.pad_sequence
    return pad(inputs, padding_value=end), pad(targets, padding_value=-100)


def drawn_answers(draw, C, lengths):
    """Answers of these lengths and the two marks: all numbers below C, neighbours all different."""
    start, end, *signs = draw.order(C)
    answers = []
    for length in lengths:
        order = [signs[k] for k in draw.order(len(signs))]
        answers.append([order[k % len(order)] for k in range(length)])
    return answers, start, end


@task(
    "teacher_forcing(answers, start, end) -> (inputs, targets)",
    returns=("inputs: T N", "targets: T N"),
    oracle=_forcing,
    against="the course",
    shares={"forward": 0.8},
    section="translate/forcing",
)
def teacher_forcing(draw):
    """What the decoder reads, and what it should say then: each answer behind the start mark, and
    each answer with the end mark behind it."""
    for lengths in ([3, 6, 2, 4, 5, 1], [4, 2, 6]):
        lengths = [length + draw.hidden for length in lengths]
        note = f"answers of {', '.join(map(str, lengths))} signs"
        yield case(*drawn_answers(draw, 9 + draw.whole(0, 4), lengths), note=note)
    yield edge("one answer", *drawn_answers(draw, 8, [4]))
    yield edge("an empty answer among others", *drawn_answers(draw, 8, [2, 0, 3]))


# ------------------------------------------------------------------------------------ attention


def _scores(d, outputs, W_a):
    return torch.einsum("snk,kh,nh->sn", outputs, W_a, d)


@task(
    "attention_scores(d, outputs, W_a) -> scores",
    returns="scores: S N",
    oracle=_scores,
    against="the course",
    shares={"forward": 0.8},
    section="translate/attention",
)
def attention_scores(draw):
    """How well each letter answers what the decoder asks: the dot products of W_a d and outputs."""
    S, N, H, K = draw.sizes(4)
    yield case(draw.normal(N, H), draw.normal(S, N, K), draw.weights(K, H))
    yield edge("one text, one letter", draw.normal(1, H), draw.normal(1, 1, K), draw.weights(K, H))


def drawn_mask(draw, S, N):
    """(S, N), True where there is a letter: lengths of 2 or more, the longest S, not sorted."""
    lengths = torch.tensor([length + 1 for length in draw.lengths(N, S - 1)])
    return mask_of(lengths, S)


def _weights(scores, mask):
    return scores.masked_fill(~mask, -torch.inf).softmax(0)


@task(
    "attention_weights(scores, mask) -> weights",
    returns="weights: S N",
    oracle=_weights,
    against="the course",
    shares={"forward": 0.7, "edges": 0.3},
    section="translate/attention",
)
def attention_weights(draw):
    """A softmax over the letters of each text, in which padding has no share."""
    for _ in range(2):
        S, N = draw.sizes(2)
        yield case(2 * draw.normal(S, N), drawn_mask(draw, S, N))
    S, N = draw.sizes(2)
    mask = drawn_mask(draw, S, N)
    far = torch.where(mask, -300.0, 900.0) + draw.normal(S, N)
    yield edge("padding whose scores are far above those of the letters", far, mask)
    yield edge("no padding", draw.normal(S, N), torch.ones(S, N, dtype=torch.bool))


def drawn_weights(draw, S, N):
    """(S, N): each text's weights add up to 1, none is near another, the padding's are 0."""
    return _weights(1.5 * draw.normal(S, N), drawn_mask(draw, S, N))


@task(
    "context(weights, outputs) -> contexts",
    returns="contexts: N K",
    oracle=lambda weights, outputs: torch.einsum("sn,snk->nk", weights, outputs),
    against="the course",
    shares={"forward": 0.8},
    section="translate/attention",
)
def context(draw):
    """The mean of each text's outputs, weighted with its attention weights."""
    S, N, K = draw.sizes(3)
    yield case(drawn_weights(draw, S, N), draw.normal(S, N, K))
    yield edge("one letter", torch.ones(1, N), draw.normal(1, N, K))


# -------------------------------------------------------------------------------- the decoder


def drawn_decoder(draw, C, E, H, K=0):
    """A small decoder over C signs; with K, one with attention to outputs of K numbers."""
    shapes = {"E": (C, E), "W_ih": (3 * H, E), "W_hh": (3 * H, H), "b_ih": (3 * H,)}
    shapes |= {"b_hh": (3 * H,)} | ({"W_a": (K, H)} if K else {})
    shapes |= {"W_o": (C, H + K), "b_o": (C,)}
    return {name: draw.weights(*shape) for name, shape in shapes.items()}


def _gru(x, h, p):
    return torch.gru_cell(x, h, p["W_ih"], p["W_hh"], p["b_ih"], p["b_hh"])


def _step(sign, h, outputs, mask, p):
    h = _gru(p["E"][sign], h, p)
    weights = _weights(_scores(h, outputs, p["W_a"]), mask)
    seen = torch.einsum("sn,snk->nk", weights, outputs)
    return torch.cat([h, seen], 1) @ p["W_o"].T + p["b_o"], h


@task(
    "decoder_step(sign, h, outputs, mask, p) -> (logits, h)",
    returns=("logits: N C", "h: N H | states"),
    oracle=_step,
    against="the course",
    shares={"forward": 0.6, "states": 0.2, "edges": 0.2},
    section="translate/attention",
)
def decoder_step(draw):
    """One step of a decoder with attention: scores of the next signs, and the next state."""
    S, N, C, E, H, K = draw.sizes(6)
    order = draw.order(C)
    sign = torch.tensor([order[n % C] for n in range(N)])
    p = drawn_decoder(draw, C, E, H, K)
    yield case(sign, draw.normal(N, H), draw.normal(S, N, K), drawn_mask(draw, S, N), p)
    one = torch.ones(1, 1, dtype=torch.bool)
    yield edge("one text, one letter", sign[:1], draw.normal(1, H), draw.normal(1, 1, K), one, p)


# ------------------------------------------------------------------------------- the searches


def stepper(p):
    """step(sign, h) -> (logits, h) of a decoder without attention, in numpy, which takes a third of
    torch's time for steps as small as these."""
    p = {name: array.numpy() for name, array in p.items()}
    inputs, H = p["E"] @ p["W_ih"].T + p["b_ih"], p["W_hh"].shape[1]  # of each sign

    def step(sign, h):
        a, b = inputs[sign], p["W_hh"] @ h + p["b_hh"]
        gates = 1 / (1 + np.exp(-a[: 2 * H] - b[: 2 * H]))
        r, z = gates[:H], gates[H:]
        h = (1 - z) * np.tanh(a[2 * H :] + r * b[2 * H :]) + z * h
        return p["W_o"] @ h + p["b_o"], h

    return step


def search(h, p, start, end, width, most, slip=""):
    """(signs, total, gap): a beam search, and the smallest lead of a beginning over the next one.

    slip  a mistake that a drawn case must be able to tell from the right answer
    """
    return _search(h.numpy(), stepper(p), start, end, width, most, slip)


def _search(h, step, start, end, width, most, slip=""):
    kept, gap = [(0.0, [], h)], math.inf
    for _ in range(most):
        grown = []
        for total, said, state in kept:
            if said[-1:] == [end]:
                grown += [] if slip == "dropped" else [(total, said, state)]
                continue
            state = {"shared": kept[0][2], "forgets": h}.get(slip, state)
            logits, state = step(said[-1] if said and slip != "start" else start, state)
            if slip != "logits":
                logits = logits - logits.max()
                logits = logits - np.log(np.exp(logits).sum())
            before = 0.0 if slip == "last" else total
            gains = list(enumerate(logits.tolist()))
            if slip == "local" and said:
                gains = [max(gains, key=lambda one: one[1])]
            grown += [(before + gain, [*said, k], state) for k, gain in gains]
        grown.sort(key=lambda one: -one[0])
        first = grown[: width + 1]
        gap = min([gap, *(a[0] - b[0] for a, b in zip(first, first[1:], strict=False))])
        kept = grown[:width] or kept
    if slip == "preferred":
        kept.sort(key=lambda one: one[1][-1] != end)
    total, said, _ = kept[0]
    return said[:-1] if said[-1:] == [end] else said, total, gap


LEAST_GAP = 1e-2  # so that rounding in another order changes no answer
GREEDY_SLIPS = ("start", "forgets")
BEAM_SLIPS = ("shared", "start", "forgets", "dropped", "last", "logits", "local")


def speaking(draw, lengths, fits):
    """(h, p, start, end) of a drawn decoder for which `fits(search)` holds, where
    search(width, most, slip) searches with it; its greedy answer has one of these lengths, or, if
    there are none, no end within 12."""
    C = 6 + draw.whole(0, 3)
    E, H = (4 + k for k in draw.order(3)[:2])
    while True:
        p = {name: 2.5 * array for name, array in drawn_decoder(draw, C, E, H).items()}
        h, start = draw.normal(H), draw.whole(0, C)
        searched = partial(_search, h.numpy(), stepper(p), start)
        endless = [start, *searched(None, 1, max(lengths, default=11) + 1)[0]]
        ends = {endless[k + 1] for k in lengths if endless[k + 1] not in endless[: k + 1]}
        for end in sorted(ends) if lengths else set(range(C)).difference(endless):
            if fits(partial(searched, end)):
                return h, p, start, end


def greedy_case(draw, lengths, most):
    """A decoder whose answer is another, and not at its end alone, for each of GREEDY_SLIPS; most."""

    def fits(search):
        said, _, gap = search(1, most)
        if gap < LEAST_GAP or len(said) < 2:
            return gap > LEAST_GAP
        others = [search(1, most, slip)[0] for slip in GREEDY_SLIPS]
        last = len(said) - 1
        return len(set(said)) > 2 and all(other[:last] != said[:last] for other in others)

    return (*speaking(draw, lengths, fits), most)


@lru_cache(maxsize=8)
def greedy_cases(seed, hidden):
    draw = Draw(seed, hidden)
    return [
        case(*greedy_case(draw, (5, 6), 12), note="a decoder that ends by itself"),
        case(*greedy_case(draw, (4, 5), 10), note="another decoder"),
        edge("no end mark comes", *greedy_case(draw, (), 5)),
        edge("the end mark comes first", *greedy_case(draw, (0,), 8)),
    ]


def real_cases(network, words, chosen, start, end, *more):
    """A case for each word: the decoder of g2p_en, from the state that its encoder left."""
    for word in chosen if network else ():
        made = case(words[word][0], network, start, end, *more)
        made.part, made.note = "real", f'the network of g2p_en, the word "{word}"'
        yield made


GREEDY_WORDS = (("conflict", "transports", "entrance"), ("subject", "survey", "desert"))
BEAM_WORDS = (("conglomerate", "implant"), ("protests", "animate"))


@task(
    "greedy(h, p, start, end, most) -> said",
    returns="said",
    oracle=lambda h, p, start, end, most: search(h, p, start, end, 1, most)[0],
    against="the course",
    shares={"forward": 0.5, "real": 0.3, "edges": 0.2},
    section="translate/forcing",
)
def greedy(draw, network=None, words=None, start=None, end=None):
    """The likeliest sign at each step, fed back, until the end mark comes or `most` steps are made.

    network, words, start, end  of g2p_en: word -> (the encoder's state, ...)
    """
    yield from greedy_cases(draw.generator.initial_seed(), draw.hidden)
    yield from real_cases(network, words, GREEDY_WORDS[draw.hidden], start, end, 20)


def beam_case(draw, lengths, width, most, slips=BEAM_SLIPS):
    """A decoder whose best answer is not the greedy one, with no near miss on the way, and another
    answer or another total for each of the slips; width, most."""

    def fits(search):
        said, total, gap = search(width, most)
        others = (search(width, most, slip)[:2] for slip in slips)
        return (
            gap > LEAST_GAP
            and len(said) > 1
            and all(one != said or abs(other - total) > 0.05 for one, other in others)
            and search(1, most)[0] != said
        )

    return (*speaking(draw, lengths, fits), width, most)


@lru_cache(maxsize=8)
def beam_cases(seed, hidden):
    draw = Draw(seed, hidden)
    return [
        case(*beam_case(draw, (2, 3, 4, 5), 3, 7), note="a beam of 3"),
        case(*beam_case(draw, (2, 3, 4), 4, 6), note="a beam of 4"),
        case(*beam_case(draw, (), 3, 4, slips=("preferred",)), note="the best one has no end"),
        edge("a beam of 1", *narrow_case(draw)),
    ]


def narrow_case(draw):
    h, p, start, end, most = greedy_case(draw, (3, 4), 8)
    return h, p, start, end, 1, most


@task(
    "beam_search(h, p, start, end, width, most) -> (said, total)",
    returns=("said", "total"),
    oracle=lambda *given: search(*given)[:2],
    against="the course",
    shares={"forward": 0.5, "real": 0.3, "edges": 0.2},
    section="translate/beam",
)
def beam_search(draw, network=None, words=None, start=None, end=None):
    """The likeliest answer that a beam finds, and the logarithm of its probability.

    network, words, start, end  as in `greedy`
    """
    yield from beam_cases(draw.generator.initial_seed(), draw.hidden)
    yield from real_cases(network, words, BEAM_WORDS[draw.hidden], start, end, 5, 20)


# ------------------------------------------------------------------------------ how many are wrong


def edit_distance(one, other):
    """How many signs have to be put in, left out or exchanged to make one row out of another."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        last, row = row, [i]
        for j, b in enumerate(other, 1):
            row.append(min(row[-1] + 1, last[j] + 1, last[j - 1] + (a != b)))
    return row[-1]


def _rates(said, truths, end):
    cut = [row[: row.index(end)] if end in row else row for row in said]
    distances = [edit_distance(a, b) for a, b in zip(cut, truths, strict=True)]
    wrong = sum(d > 0 for d in distances) / len(distances)
    return wrong, sum(distances) / sum(map(len, truths))


def drawn_answers_and_truths(draw, C, lengths):
    """Answers with one mistake each, or none, and the right ones: one answer is cut off without an
    end mark, one goes on after it, one lacks its first sign, one ends with another, and two
    have a sign too many."""
    truths, other, end = drawn_answers(draw, C, lengths)
    changes = [
        lambda row: [*row, end],
        lambda row: [*row, end, row[0], row[0], end],
        lambda row: [*row[1:], end],
        lambda row: [other, *row, end, other],
        lambda row: [*row[:-1], other, end, end],
        lambda row: [*row, other, end],
        lambda row: list(row),
    ]
    order = draw.order(len(changes))
    return [changes[k](row) for k, row in zip(order, truths, strict=True)], truths, end


@task(
    "error_rates(said, truths, end) -> (wrong, errors)",
    returns=("wrong | wrong", "errors | errors"),
    oracle=_rates,
    against="the course",
    shares={"wrong": 0.3, "errors": 0.4, "real": 0.2, "edges": 0.1},
    section="translate/data",
)
def error_rates(draw, words=None, end=None):
    """The share of answers that are wrong, and how many errors they have for each right sign.

    words  of g2p_en: word -> (..., what the network says, what a dictionary says, twice); end
    """
    for lengths in ([4, 7, 3, 6, 8, 5, 6], [6, 3, 9, 5, 4, 7, 8]):
        lengths = [length + draw.hidden for length in lengths]
        yield case(*drawn_answers_and_truths(draw, 10 + draw.whole(0, 3), lengths))
    truths, other, end_ = drawn_answers(draw, 9, [3])
    yield edge("all right", [[*truths[0], end_]], truths, end_)
    yield edge("nothing said", [[end_, other]], truths, end_)
    yield edge("more errors than right signs", [[other] * 7], truths, end_)
    if words:
        rows = [row[1:] for row in list(words.values())[draw.hidden :: 4]]
        said = [[*spoken, end] for spoken, _ in rows]
        nearest = [min(both, key=lambda one: edit_distance(s, one)) for s, both in rows]
        real = case(said, nearest, end)
        real.part, real.note = "real", f"{len(said)} words, as the network of g2p_en says them"
        yield real
