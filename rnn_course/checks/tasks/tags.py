"""Checks of the assignment `tags`: pieces and their scores, paths under a CRF, a tagger run whole.

torch.nn has neither a CRF nor the paper's GRU, so the truth is a plain reference; the tests hold the
CRF's against all paths. A path is T numbers of tags; crf (K + 2, K) has the rows start, stop, and
one for each tag that a step may come from.
"""

import numpy as np
import torch
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_sequence, unpack_sequence

from rnn_course import stack
from rnn_course.cells import gru_cell
from rnn_course.checks.cases import case, edge
from rnn_course.checks.task import task
from rnn_course.checks.tasks.lengths import either_way, lengths_of, mask_of
from rnn_course.checks.tasks.recurrent import view
from rnn_course.variants import original_gru_cell

# -------------------------------------------------------------------------------- whole pieces


def _spans(tags):
    """From each B as far as there are I's."""
    found = []
    for first, tag in enumerate(tags):
        if tag == "B":
            inside = "".join(tags[first + 1 :])
            found.append((first, first + 1 + len(inside) - len(inside.lstrip("I"))))
    return found


def drawn_tags(draw, first, last):
    """Two pieces in a row, a piece between O's, and I's that belong to no piece, in some order."""
    one, two = draw.order(3)[:2]
    parts = [f"OB{'I' * one}B{'I' * two}", f"O{'BI' if one else 'B'}O", f"O{'I' * (1 + two)}"]
    return list(first + "".join(parts[k] for k in draw.order(3)) + last)


@task(
    "spans(tags) -> pieces",
    returns="pieces",
    oracle=_spans,
    against="the course",
    section="tags/f1",
)
def spans(draw):
    """(first, end) of each piece of code, end being the place just after its last word."""
    yield case(drawn_tags(draw, "", "OBI"), note="a piece up to the last word")
    yield case(drawn_tags(draw, "I", "OO"), note="an I at the beginning")
    yield case(drawn_tags(draw, "B", "OB"), note="a piece of one word at each end")
    yield case(drawn_tags(draw, "BII", "OI"), note="a piece at the beginning")
    yield edge("one word", ["B"])
    yield edge("one piece", list("BII"))
    yield edge("no piece", list("OOIIO"))
    yield edge("no word", [])


def _scores(found, true):
    both = sum(piece in there for got, there in zip(found, true, strict=True) for piece in got)
    found, true = sum(map(len, found)), sum(map(len, true))
    share = both / found if found else 0.0, both / true if true else 0.0
    return *share, 2 * both / (found + true) if found + true else 0.0


def drawn_pieces(draw, kinds=()):
    """(found, true): pieces of six sentences. Some are missed, some were never there, and some have
    another first word, another end or another kind. In one sentence nothing is found, and in
    another nothing is there."""
    found, true = [], []
    for _ in range(6):
        start, got, there = draw.whole(0, 3), [], []
        for _ in range(draw.whole(1, 5)):
            end = start + draw.whole(1, 4)
            k = draw.whole(0, len(kinds) or 1)
            kind, other = (kinds[k : k + 1], kinds[k - 1 : k] or kinds[-1:])
            piece, what = (start, end, *kind), draw.whole(0, 10)
            there += [piece] * (what < 8)
            got += [piece] * (what < 4 or what > 8)
            got += [(start, end + 1, *kind)] * (what == 5) + [(start, end, *other)] * (what == 6)
            got += [(start + 1, end, *kind)] * (what == 7 and start + 1 < end)
            start = end + 1 + draw.whole(0, 3)
        found.append(got)
        true.append(there)
    found[draw.whole(0, 3)] = true[draw.whole(3, 6)] = []
    return found, true


def clear_pieces(draw, kinds=()):
    """Pieces of which the usual mistakes give other numbers, each by more than 0.01: the mean over
    sentences, sentences or kinds forgotten, firsts or ends alone compared, recall for precision,
    sentences left out where nothing is found or there."""
    while True:
        found, true = drawn_pieces(draw, kinds)
        right = _scores(found, true)
        each = [_scores([a], [b]) for a, b in zip(found, true, strict=True)]
        others = [[sum(column) / len(each) for column in zip(*each, strict=True)]]
        others += [_scores(*([sorted({p for s in side for p in s})] for side in (found, true)))]
        merged = [{p for s in side for p in s} for side in (found, true)]
        others.append([len(merged[0] & merged[1]) / sum(map(len, side)) for side in (found, true)])
        for places in (slice(0, 1), slice(1, 2), *[slice(0, 2)] * len(kinds[:1])):
            cut = ([[p[places] for p in s] for s in side] for side in (found, true))
            others.append(_scores(*cut))
        near = [abs(a - b) for other in others for a, b in zip(right, other, strict=False)]
        near += [abs(right[j] - right[k]) for j, k in ((0, 1), (0, 2), (1, 2))]
        for k in (0, 1):
            kept = [sides for sides in zip(found, true, strict=True) if sides[1 - k]]
            near.append(abs(_scores(*zip(*kept, strict=True))[k] - right[k]))
        if min(near) > 0.01 and abs(sum(right[:2]) / 2 - right[2]) > 0.003 and min(right) > 0.1:
            return found, true


@task(
    "piece_scores(found, true) -> (precision, recall, f1)",
    returns=("precision", "recall", "f1"),
    oracle=_scores,
    against="the course",
    section="tags/f1",
)
def piece_scores(draw):
    """Precision, recall and F1 of whole pieces, over all sentences together."""
    for note in ("", "other sentences"):
        yield case(*clear_pieces(draw), note=note)
    yield case(*clear_pieces(draw, ("PER", "LOC", "ORG")), note="pieces with a kind")
    found, true = drawn_pieces(draw)
    nothing = [[] for _ in true]
    yield edge("nothing found", nothing, true)
    yield edge("nothing there", found, nothing)
    yield edge("neither", nothing, nothing)


def _share(tags, right, lengths):
    mask = mask_of(lengths, len(tags))
    return ((tags == right) & mask).sum().item() / mask.sum().item()


@task(
    "share_right(tags, right, lengths) -> share",
    returns="share",
    oracle=_share,
    against="the course",
    section="lengths/mask",
)
def share_right(draw):
    """The share of the words with the right tag; the pads are no words."""
    T, N = draw.sizes(2)
    for note, steps, batch in either_way(T, N):
        yield case(*clear_tags(draw, steps, batch), note=note)
    tags, right, _ = clear_tags(draw, T, N)
    yield edge("equal lengths", tags, right, torch.full((N,), T))
    yield edge("one sentence", tags[:, :1], right[:, :1], torch.tensor([T - 1]))


def clear_tags(draw, T, N):
    """Tags of which the usual mistakes give other shares. At the pads there is 0, which is also
    the tag O; only the shortest sentence has another one there, in what the tagger says."""
    while True:
        right = torch.tensor([[draw.whole(0, 3) for _ in range(N)] for _ in range(T)])
        changed = torch.tensor([[draw.whole(0, 3) for _ in range(N)] for _ in range(T)]) == 0
        lengths, tags = lengths_of(draw, N, T), (right + changed) % 3
        mask = mask_of(lengths, T)
        tags, right = tags * mask, right * mask
        short = int(lengths.argmin())
        tags[-1, short] = 2
        hit, words = (tags == right).double(), lengths.sum()
        share = (hit * mask).sum() / words
        others = [
            hit.mean(),
            (hit * mask).sum() / hit.numel(),
            ((hit * mask).sum(0) / lengths).mean(),
            *((hit * m).sum() / m.sum() for m in (mask_of(lengths + s, T) for s in (-1, 1))),
            (hit * mask * (right > 0)).sum() / (mask * (right > 0)).sum().clamp(min=1),
            hit.sum() / words,
            sum(hit[n, :length].sum() for n, length in zip(range(T), lengths)) / words,
        ]
        if 0.2 < share < 0.9 and min(abs(share - other) for other in others) > 0.02:
            return tags, right, lengths


# ------------------------------------------------------------------------------ paths, and a CRF


def _path_score(e, path, crf):
    start, stop, A = crf[0], crf[1], crf[2:]
    own = e.gather(1, path[:, None]).sum()
    return start[path[0]] + own + A[path[:-1], path[1:]].sum() + stop[path[-1]]


def drawn_field(draw, T, K, scale=1.5):
    """Scores e (T, K) of the tags, and crf (K + 2, K)."""
    return draw.normal(T, K, scale=scale), draw.normal(K + 2, K, scale=scale)


def words_and_tags(draw):
    """(note, T, K) with more tags than words, and with fewer."""
    fewer, more = sorted(draw.sizes(2))
    yield "more tags than words", fewer, more
    yield "more words than tags", more, fewer


def drawn_path(draw, T, K):
    """T tags, neighbours mostly different, the first another one than the last."""
    while True:
        path = [draw.whole(0, K)]
        while len(path) < T:
            path.append((path[-1] + draw.whole(len(path) % 2, K)) % K)
        if path[0] != path[-1] or T == 1:
            return torch.tensor(path)


@task(
    "path_score(e, path, crf) -> score",
    returns="score:",
    oracle=_path_score,
    against="the course",
    section="tags/path",
)
def path_score(draw):
    """The score of one path: of its tags, of the steps between them, of its two ends."""
    for note, T, K in words_and_tags(draw):
        e, crf = drawn_field(draw, T, K)
        yield case(e, drawn_path(draw, T, K), crf, note=note)
    yield edge("one word", e[:1], torch.tensor([draw.whole(0, K)]), crf)
    yield edge("one tag throughout", e, torch.full((len(e),), draw.whole(0, K)), crf)


def all_scores(e, crf):
    """The scores of all K ** T paths, an axis of K for each word. For a few words only."""
    scores = crf[0] + e[0]
    for row in e[1:]:
        scores = scores.unsqueeze(-1) + crf[2:] + row
    return scores + crf[1]


def best_of(scores):
    """The path with the highest of all scores."""
    return [int(k) for k in np.unravel_index(int(scores.argmax()), scores.shape)]


def lead(e, crf):
    """By how much the best path scores more than any other."""
    first, second = all_scores(e, crf).flatten().topk(2).values
    return first - second


def _viterbi(e, crf):
    score, before = crf[0] + e[0], []
    for row in e[1:]:
        score, came_from = (score.unsqueeze(1) + crf[2:]).max(0)
        score = score + row
        before.append(came_from.tolist())
    path = [int((score + crf[1]).argmax())]
    for came_from in reversed(before):
        path.append(came_from[path[-1]])
    return path[::-1]


def greedy(e, crf):
    """Word by word the tag that is best so far."""
    path = [int((crf[0] + e[0]).argmax())]
    for row in e[1:]:
        path.append(int((crf[2 + path[-1]] + row).argmax()))
    return path


def changed_fields(crf):
    """What is taken for crf where a part of it is forgotten or turned: (of its steps, of its ends)."""
    start, stop, A = crf[:1], crf[1:2], crf[2:]
    steps = [torch.cat([crf[:2], A.T]), torch.cat([crf[:2], 0 * A])]
    ends = [torch.cat([0 * start, crf[1:]]), torch.cat([start, 0 * stop, A])]
    return steps, [*ends, torch.cat([stop, start, A])]


def clear_field(draw, of_the_ends):
    """e and crf whose best path leads by 0.1 or more, and which the usual mistakes change."""
    while True:
        T, K = 5 + draw.whole(0, 2), 3 + draw.whole(0, 2)
        e, crf = drawn_field(draw, T, K)
        if of_the_ends:
            crf[:2] *= 1.5
        else:
            e = e * 0.7
        path = best_of(all_scores(e, crf))
        if len(set(path)) < 3 or path == path[::-1] or lead(e, crf) < 0.1:
            continue
        if not of_the_ends and path[-1] == crf[1].argmax():
            continue
        others = changed_fields(crf)[of_the_ends]
        paths = [best_of(all_scores(e, other)) for other in others]
        if not of_the_ends:
            headless = torch.cat([0 * e[:1], e[1:]])
            paths += [greedy(e, crf), best_of(all_scores(headless, crf))]
        if all(path != other for other in paths):
            return e, crf


@task(
    "viterbi(e, crf) -> path",
    returns="path",
    oracle=_viterbi,
    against="the course",
    section="tags/path",
)
def viterbi(draw):
    """The path with the highest score; no two paths have the same."""
    for _ in range(3):
        yield case(*clear_field(draw, False), note="much depends on the transitions")
        yield case(*clear_field(draw, True), note="much depends on the two ends")
    for note, T in (("one word", 1), ("two words", 2)):
        e, crf = drawn_field(draw, T, 3 + draw.whole(0, 3))
        while lead(e, crf) < 0.1 or any(
            _viterbi(e, forgotten) == _viterbi(e, crf) for forgotten in changed_fields(crf)[1][:2]
        ):
            e, crf = drawn_field(draw, *e.shape)
        yield edge(note, e, crf)


def _path_loss(e, path, crf):
    score = crf[0] + e[0]
    for row in e[1:]:
        score = (score.unsqueeze(1) + crf[2:]).logsumexp(0) + row
    total = (score + crf[1]).logsumexp(0)
    return total, total - _path_score(e, path, crf)


@task(
    "path_loss(e, path, crf) -> (log_total, loss)",
    returns=("log_total:", "loss: | loss"),
    oracle=_path_loss,
    against="the course",
    shares={"forward": 0.6, "loss": 0.2, "edges": 0.2},
    section="tags/path",
)
def path_loss(draw):
    """The logarithm of the sum over all paths, and minus the log probability of one of them."""
    for note, T, K in words_and_tags(draw):
        e, crf = drawn_field(draw, T, K, scale=1.0)
        yield case(e, drawn_path(draw, T, K), crf, note=note)
    yield edge("one word", e[:1], torch.tensor([draw.whole(0, K)]), crf)
    yield edge("large scores", 400 + 100 * e, drawn_path(draw, T, K), 100 * crf)


# ------------------------------------------------------------------------- the paper's GRU, twice


def cell_weights(W_ih, W_hh, b):
    """Under the course's names; the second bias is zero."""
    return {"weight_ih": W_ih, "weight_hh": W_hh, "bias_ih": b, "bias_hh": 0 * b}


def _paper_cell(x, h, *w):
    p = cell_weights(*w)
    return original_gru_cell(F.linear(x, p["weight_ih"], p["bias_ih"]), (h,), p)[0][0]


@task(
    "paper_gru_cell(x, h, W_ih, W_hh, b) -> h",
    returns="h: N H",
    oracle=_paper_cell,
    against="the course",
    section="gru/reset",
)
def paper_gru_cell(draw):
    """One step of the paper's GRU, with the reset before the product; order r z n, one bias."""
    N, I, H = draw.sizes(3)
    x, h, w = draw.normal(N, I), draw.normal(N, H), drawn_weights(draw, I, H)
    yield case(x, h, *w)
    yield edge("one row in the batch", x[:1], h[:1], *w)
    yield edge("inputs that are transposed views", view(x), view(h), *w)


def drawn_weights(draw, I, H, scale=1):
    """W_ih (3H, I), W_hh (3H, H) and b (3H)."""
    return tuple(scale * draw.weights(*shape) for shape in ((3 * H, I), (3 * H, H), (3 * H,)))


def _joined(forward, backward, lengths):
    states = forward.new_zeros(*forward.shape[:2], 2 * forward.shape[2])
    for k, length in enumerate(lengths.tolist()):
        states[:length, k] = torch.cat([forward[:length, k], backward[:length, k].flip(0)], 1)
    return states


@task(
    "join_padded(forward, backward, lengths) -> states",
    returns="states: T N 2H",
    oracle=_joined,
    against="the course",
    section="bidirectional/padded",
)
def join_padded(draw):
    """Both states of each word side by side, in the order of the sentence; zeros at the pads."""
    T, N, H = draw.sizes(3)
    forward, backward = draw.normal(T, N, H), draw.normal(T, N, H)
    yield case(forward, backward, lengths_of(draw, N, T - 1))  # the table is longer than all
    yield edge("equal lengths", forward, backward, torch.full((N,), T))
    yield edge("one sentence", forward[:, :1], backward[:, :1], torch.tensor([T - 1]))
    yield edge("a table as long as the longest sentence", forward, backward,
               lengths_of(draw, N, T))  # fmt: skip


def tag_scores(sentences, layers, W, b, cell=original_gru_cell):
    """The scores (T, K) of each sentence's tags, by the course's layers on a packed batch."""
    packed = pack_sequence(sentences, enforce_sorted=False)
    network = [[(cell, cell_weights(*w)) for w in pair] for pair in layers]
    start = [(W.new_zeros(len(sentences), W.shape[1] // 2),)] * (2 * len(layers))
    states, _, _ = stack.run(network, packed.data, packed.batch_sizes.tolist(), start)
    return unpack_sequence(packed._replace(data=F.linear(states, W, b)))


def _tagged(sentences, layers, W, b, crf):
    return [_viterbi(e, crf) for e in tag_scores(sentences, layers, W, b)]


@task(
    "tag_sentences(sentences, layers, W, b, crf) -> paths",
    returns="paths",
    oracle=_tagged,
    against="the course",
    shares={"forward": 0.5, "real": 0.5},
    section="tags/wild",
)
def tag_sentences(draw, network=None, rows=()):
    """The best path of each sentence, by a GRU of several layers in both directions and a CRF.

    network  the real one's layers, W, b, crf; rows: the real sentences, each (T, E)
    """
    for L, note in ((2, "a small network"), (3, "a small network of three layers")):
        yield clear_network(draw, L, note)
    if network is not None:
        some = list(rows)[draw.hidden :: 6]
        names = ("layers", "W", "b", "crf")
        real = case(some, *(network[name] for name in names))
        real.part, real.note = "real", f"jieba's network, {len(some)} sentences"
        yield real


def clear_network(draw, L, note):
    """A small network and four sentences, whose best paths lead clearly; the usual mistakes
    change several of them."""
    E, H, K = (3 + k for k in draw.order(3))
    T = [4 + k for k in draw.order(3)]
    sizes = [E] + [2 * H] * (L - 1)
    while True:
        layers = [tuple(drawn_weights(draw, size, H, 3) for _ in range(2)) for size in sizes]
        W, b, crf = 3 * draw.weights(K, 2 * H), draw.weights(K), 3 * draw.weights(K + 2, K)
        sentences = [draw.normal(length, E, scale=2.0) for length in (T[0], 1, *T[1:])]
        es = tag_scores(sentences, layers, W, b)
        if min(lead(e, crf) for e in es) < 0.05:
            continue
        paths = [_viterbi(e, crf) for e in es]
        torchs = [_viterbi(e, crf) for e in tag_scores(sentences, layers, W, b, gru_cell)]
        steps, ends = changed_fields(crf)
        others = [torchs, *([_viterbi(e, other) for e in es] for other in steps + ends)]
        if len({k for path in paths for k in path}) > 2 and all(o != paths for o in others):
            return case(sentences, layers, W, b, crf, note=note)
