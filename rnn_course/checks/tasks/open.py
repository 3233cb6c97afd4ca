"""Checks of the assignment `open`: a trained network of other people's, run from its arrays.

The truth is torch.nn. A box is a dict of arrays under the names of g2pM's own file: an embedding,
an LSTM in both directions, two linear layers with a ReLU between them. The checks draw small boxes;
for the last task the test gives the real one as well, and the answers of the authors' program.
"""

import torch
from torch.nn import functional as F

from rnn_course.checks.cases import case, edge
from rnn_course.checks.oracles import WEIGHTS, layer_oracle
from rnn_course.checks.task import task

START, END, UNKNOWN = "시", "끝", "<UNK>"
CHARACTERS = "山水火木金土日月人口手目耳心大小上下中天地"
SOUNDS = "shan1 shui3 huo3 mu4 jin1 tu3 ri4 yue4 ren2 kou3 shou3 mu3".split()
NAMES = [f"lstm.{name}_l0{end}" for end in ("", "_reverse") for name in WEIGHTS]


def lstm_shapes(E, H):
    """The shapes of W_ih, W_hh, b_ih and b_hh."""
    return [(4 * H, E), (4 * H, H), (4 * H,), (4 * H,)]


def drawn_box(draw, V, E, H, M, C):
    """A small box; its arrays are in an order of no meaning."""
    shapes = {"embedding.weight": (V, E)}
    shapes |= zip(NAMES, 2 * lstm_shapes(E, H), strict=True)
    shapes |= {"logit_layer.0.weight": (M, 2 * H), "logit_layer.0.bias": (M,)}
    shapes |= {"logit_layer.2.weight": (C, M), "logit_layer.2.bias": (C,)}
    return {name: draw.weights(*shape) for name, shape in shapes.items()}


def drawn_numbers(draw, V):
    """V - 4 characters and the four marks, each with a number of its own."""
    order = draw.order(len(CHARACTERS))
    tokens = ["<PAD>", UNKNOWN, START, END, *(CHARACTERS[k] for k in order[: V - 4])]
    return {token: k for token, k in zip(tokens, draw.order(V), strict=True)}


def drawn_sentence(draw, numbers, T):
    """T characters, of which the second is unknown and the last repeats the first."""
    known = [token for token in numbers if len(token) == 1 and token not in (START, END)]
    unknown = [character for character in CHARACTERS if character not in numbers]
    chosen = [known[draw.whole(0, len(known))] for _ in range(T - 2)]
    return "".join([chosen[0], unknown[0], *chosen[1:], chosen[0]])


# -------------------------------------------------------------------------- what is in the box


def _sizes(box):
    V, E = box["embedding.weight"].shape
    C, M = box["logit_layer.2.weight"].shape
    return {"V": V, "E": E, "H": box["lstm.weight_hh_l0"].shape[1], "M": M, "C": C}


@task(
    "sizes_of(box) -> sizes",
    returns="sizes",
    oracle=_sizes,
    against="the course",
    section="open/arrays",
)
def sizes_of(draw):
    """The sizes V, E, H, M and C of a network, read from the shapes of its arrays."""
    for note in ("", "a second box"):
        yield case(drawn_box(draw, *draw.sizes(5)), note=note)
    V, E, H, M, C = draw.sizes(5)
    yield edge("more classes than characters", drawn_box(draw, V, E, H, M, V + C))


@task(
    "direction_of(box, backward) -> (W_ih, W_hh, b_ih, b_hh)",
    returns=("W_ih: 4H E", "W_hh: 4H H", "b_ih: 4H", "b_hh: 4H"),
    oracle=lambda box, backward: tuple(box[name] for name in NAMES[4 * backward :][:4]),
    against="the course",
    section="bidirectional/layout",
)
def direction_of(draw):
    """The four arrays of one direction: with backward, of the one that reads from the end."""
    box = drawn_box(draw, *draw.sizes(5))
    yield case(box, False, note="forward")
    yield case(box, True, note="backward")


@task(
    "numbers_of(sentence, numbers) -> ids",
    returns="ids",
    oracle=lambda sentence, numbers: [
        numbers[START],
        *(numbers.get(character, numbers[UNKNOWN]) for character in sentence),
        numbers[END],
    ],
    against="the course",
    section="open/run",
)
def numbers_of(draw):
    """The numbers of the characters, between those of the start and the end mark."""
    for T in (6, 8):
        numbers = drawn_numbers(draw, 12 + draw.whole(0, 4))
        yield case(drawn_sentence(draw, numbers, T), numbers, note=f"{T} characters")
    yield edge("one character, unknown", drawn_sentence(draw, numbers, 3)[1], numbers)
    yield edge("an empty sentence", "", numbers)


# ------------------------------------------------------------------------------ the network


def _states(rows, *weights):
    zero = rows.new_zeros(1, weights[1].shape[1])
    return layer_oracle("LSTM")(rows.unsqueeze(1), (zero, zero), *weights)[0].squeeze(1)


def drawn_weights(draw, E, H):
    return [draw.weights(*shape) for shape in lstm_shapes(E, H)]


@task(
    "lstm_states(rows, W_ih, W_hh, b_ih, b_hh) -> states",
    returns="states: T H",
    oracle=_states,
    section="lstm/loop",
)
def lstm_states(draw):
    """All states h of an LSTM that reads one sentence, from states of zeros."""
    T, E, H = draw.sizes(3)
    yield case(draw.normal(T, E), *drawn_weights(draw, E, H))
    yield edge("one row", draw.normal(1, E), *drawn_weights(draw, E, H))


@task(
    "join_directions(forward, backward) -> states",
    returns="states: T 2H",
    oracle=lambda forward, backward: torch.cat([forward, backward.flip(0)], 1),
    section="bidirectional/joined",
)
def join_directions(draw):
    """Both directions' states of each character side by side, in the order of the sentence."""
    T, H = draw.sizes(2)
    yield case(draw.normal(T, H), draw.normal(T, H))
    yield edge("one character", draw.normal(1, H), draw.normal(1, H))


def _scores(states, W_0, b_0, W_2, b_2):
    return F.linear(F.relu(F.linear(states, W_0, b_0)), W_2, b_2)


@task(
    "scores_of(states, W_0, b_0, W_2, b_2) -> scores",
    returns="scores: T C",
    oracle=_scores,
    section="open/arrays",
)
def scores_of(draw):
    """A linear layer, a ReLU, and another linear layer."""
    T, D, M, C = draw.sizes(4)
    yield case(
        draw.normal(T, D), draw.weights(M, D), draw.weights(M), draw.weights(C, M), draw.weights(C)
    )
    yield edge(
        "one row",
        *(draw.normal(1, D), draw.weights(M, D), draw.weights(M)),
        *(draw.weights(C, M), draw.weights(C)),
    )


# ------------------------------------------------------------------------------ the answers


def _readings(scores, places, sounds):
    likely, best = F.softmax(scores[1:-1][places], -1).max(-1)
    return [sounds[k] for k in best.tolist()], likely


def clear_scores(draw, T, C):
    """Scores (T + 2, C), of which the best of each row leads by 0.5 or more. The best classes of
    neighbouring rows differ, and the marks' rows have the highest scores of all."""
    scores, k = draw.normal(T + 2, C), draw.whole(0, C)
    for t in range(T + 2):
        k = (k + draw.whole(1, C)) % C
        scores[t, k] = scores[t].max() + 0.5 + 0.3 * draw.whole(0, 5)
    scores[0] += 3
    scores[-1] += 3
    return scores


@task(
    "readings_at(scores, places, sounds) -> (readings, likely)",
    returns=("readings | readings", "likely: T | probabilities"),
    oracle=_readings,
    shares={"readings": 0.5, "probabilities": 0.3, "edges": 0.2},
    section="open/run",
)
def readings_at(draw):
    """The likeliest reading at each place, and its probability."""
    for T, places in ((6, [1, 2, 5]), (8, [0, 3, 4, 7])):
        C = 7 + draw.whole(0, 4)
        yield case(clear_scores(draw, T, C), places, SOUNDS[:C], note=f"places {places}")
    yield edge("one place", clear_scores(draw, 3, 6), [1], SOUNDS[:6])
    yield edge("places in another order", clear_scores(draw, 6, 9), [4, 0, 2], SOUNDS[:9])


def _scores_in(sentence, box, numbers):
    """The scores (T, C) of a sentence's characters."""
    ids = [numbers.get(c, numbers[UNKNOWN]) for c in sentence]
    rows = box["embedding.weight"][[numbers[START], *ids, numbers[END]]]
    forward = _states(rows, *(box[name] for name in NAMES[:4]))
    backward = _states(rows.flip(0), *(box[name] for name in NAMES[4:])).flip(0)
    layers = [box[f"logit_layer.{k}.{what}"] for k in (0, 2) for what in ("weight", "bias")]
    return _scores(torch.cat([forward, backward], 1), *layers)[1:-1]


def _aloud(sentences, places, box, numbers, sounds):
    best = [
        _scores_in(sentence, box, numbers)[at].argmax(-1).tolist()
        for sentence, at in zip(sentences, places, strict=True)
    ]
    return [[sounds[k] for k in ks] for ks in best]


@task(
    "read_aloud(sentences, places, box, numbers, sounds) -> readings",
    returns="readings",
    oracle=_aloud,
    against="the course",
    shares={"forward": 0.5, "real": 0.5},
    section="open/same",
)
def read_aloud(draw, box=None, numbers=None, sounds=None, table=()):
    """The readings that a network gives at these places of each sentence.

    box, numbers, sounds  of the real network; table: a (sentence, places, readings) for each line
    """
    for note in ("a small network", "another small network"):
        yield clear_case(draw, note)
    if box is not None:
        half = table[draw.hidden :: 2]
        real = case([row[0] for row in half], [row[1] for row in half], box, numbers, sounds)
        real.part, real.note = "real", f"the network of g2pM, {len(half)} sentences"
        yield real


def clear_case(draw, note):
    """A small network and three sentences; no two readings are nearly as likely as each other."""
    V, C = 13 + draw.whole(0, 4), 8 + draw.whole(0, 4)
    E, H, M = (4 + k for k in draw.order(3))
    numbers, sounds = drawn_numbers(draw, V), SOUNDS[:C]
    sentences = [drawn_sentence(draw, numbers, T) for T in (6, 5, 7)]
    places = [[0, 2, 3, 5], [0, 1, 4], [0, 1, 3, 5, 6]]
    while True:
        box = {name: 2 * array for name, array in drawn_box(draw, V, E, H, M, C).items()}
        scores = torch.cat([_scores_in(sentence, box, numbers) for sentence in sentences])
        first, second = scores.topk(2).values.unbind(1)
        if (first - second).min() > 0.1 and len(set(scores.argmax(1).tolist())) >= 4:
            return case(sentences, places, box, numbers, sounds, note=note)
