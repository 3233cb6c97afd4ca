"""Checks of the assignment `bidirectional`: two directions, layers, and which state to take.

The truth is torch.nn.RNN with the student's weights. A direction's weights are a tuple (W_ih, W_hh,
b_ih, b_hh); a layer is a pair of directions, forward and backward.
"""

import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnn_course.checks.cases import case, edge
from rnn_course.checks.task import task
from rnn_course.checks.tasks.recurrent import view, weights


def drawn_layers(draw, L, I, H, directions):
    """L layers of one direction (a tuple of weights) or of two (a pair of such tuples)."""
    layers = []
    for k in range(L):
        size = I if k == 0 else directions * H
        both = [tuple(weights(draw, 1, size, H)) for _ in range(directions)]
        layers.append(tuple(both) if directions == 2 else both[0])
    return layers


def network(layers, directions):
    """torch.nn.RNN with these weights."""
    first = layers[0][0] if directions == 2 else layers[0]
    H, I = first[0].shape
    net = torch.nn.RNN(I, H, len(layers), bidirectional=directions == 2, dtype=first[0].dtype)
    flat = [w for layer in layers for w in (sum(layer, ()) if directions == 2 else layer)]
    net.load_state_dict(dict(zip(net.state_dict(), flat, strict=True)))
    return net


# ------------------------------------------------------------------------------ turning round


def by_length(xs, lengths):
    """Each row turned round within its own length; the pads stay."""
    turned = [torch.cat([xs[:n, k].flip(0), xs[n:, k]]) for k, n in enumerate(lengths)]
    return torch.stack(turned, 1)


@task(
    "reverse_by_length(xs, lengths) -> turned",
    returns="turned: T N I",
    oracle=by_length,
    section="bidirectional/padded",
)
def reverse_by_length(draw):
    """Each row of xs (T, N, I) turned round within its length; its pads stay where they are."""
    T, N, I = draw.sizes(3)
    xs, lengths = draw.normal(T, N, I), draw.lengths(N, T)
    yield case(xs, lengths)
    yield edge("a row of length 1", xs, [1, *lengths[1:-1], T])
    yield edge("all of full length", xs, [T] * N)
    yield edge("an input that is a transposed view", view(xs), lengths)


# ----------------------------------------------------------------------------- two directions


def _backwards_truth(xs, h0, w):
    zeros = [tuple(0 * x for x in w)]
    net = network([(*zeros, w)], 2)
    output, h_n = net(xs, torch.stack([0 * h0, h0]))
    return output[..., h0.shape[-1] :], h_n[1]


@task(
    "read_backwards(xs, h0, weights) -> (output, h_n)",
    returns=("output: T N H", "h_n: N H | states"),
    oracle=_backwards_truth,
    section="bidirectional/turning",
    shares={"forward": 0.65, "states": 0.35, "edges": 0.0},
)
def read_backwards(draw):
    """One layer that reads from the last word to the first; output[t] stands at word t."""
    T, N, I, H = draw.sizes(4)
    xs, h0, (w,) = draw.normal(T, N, I), draw.normal(N, H), drawn_layers(draw, 1, I, H, 1)
    yield case(xs, h0, w)
    yield edge("one time step", xs[:1], h0, w)
    yield edge("one row in the batch", xs[:, :1], h0[:1], w)
    yield edge("inputs that are transposed views", view(xs), view(h0), w)


def beside(one, other):
    return torch.cat([one, other], -1)


@task(
    "both_directions(xs, h_0, forward, backward) -> (output, h_n)",
    returns=("output: T N 2H", "h_n: 2 N H | states"),
    oracle=lambda xs, h_0, forward, backward: network([(forward, backward)], 2)(xs, h_0),
    section="bidirectional/joined",
    shares={"forward": 0.65, "states": 0.35, "edges": 0.0},
)
def both_directions(draw):
    """A bidirectional layer: xs (T, N, I), h_0 (2, N, H); output (T, N, 2H), h_n (2, N, H)."""
    T, N, I, H = draw.sizes(4)
    (layer,) = drawn_layers(draw, 1, I, H, 2)
    xs, h_0 = draw.normal(T, N, I), draw.normal(2, N, H)
    yield case(xs, h_0, *layer)
    yield edge("one time step", xs[:1], h_0, *layer)
    yield edge("one row in the batch", xs[:, :1], h_0[:, :1], *layer)
    yield edge("inputs that are transposed views", view(xs), view(h_0), *layer)


# ------------------------------------------------------------------------- layers and states


def collected(forward, backward):
    """Layer by layer, forward then backward: (2L, N, H)."""
    return torch.stack([h for pair in zip(forward, backward) for h in pair])


@task(
    "collect_states(forward_states, backward_states) -> h_n",
    returns="h_n: 2L N H",
    oracle=collected,
    section="bidirectional/layout",
)
def collect_states(draw):
    """h_n (2L, N, H) from the last states of L layers, forward ones and backward ones."""
    for L in (3, 2):
        N, H = draw.sizes(2)
        L = L + draw.hidden
        forward, backward = ([draw.normal(N, H) for _ in range(L)] for _ in range(2))
        yield case(forward, backward, note=f"{L} layers")
    yield edge("one layer", forward[:1], backward[:1])


@task(
    "stacked(xs, h_0, layers) -> (output, h_n)",
    returns=("output: T N 2H", "h_n: 2L N H | states"),
    oracle=lambda xs, h_0, layers: network(layers, 2)(xs, h_0),
    section="bidirectional/stacked",
    shares={"forward": 0.6, "states": 0.4, "edges": 0.0},
)
def stacked(draw):
    """A bidirectional net of L layers: output (T, N, 2H), h_n (2L, N, H) layer by layer."""
    for L in (2, 3):
        T, N, I, H = draw.sizes(4)
        layers = drawn_layers(draw, L, I, H, 2)
        xs, h_0 = draw.normal(T, N, I), draw.normal(2 * L, N, H)
        yield case(xs, h_0, layers, note=f"{L} layers")
    yield edge("one layer", xs, h_0[:2], layers[:1])
    yield edge("one time step", xs[:1], h_0, layers)


# ----------------------------------------------------------------------- dropout between layers


def _deep_truth(xs, h_0, layers, masks):
    states = []
    for k, w in enumerate(layers):
        xs, h = network([w], 1)(xs if k == 0 else xs * masks[k - 1], h_0[k : k + 1])
        states.append(h)
    return xs, torch.cat(states)


@task(
    "deep_with_dropout(xs, h_0, layers, masks) -> (output, h_n)",
    returns=("output: T N H", "h_n: L N H | states"),
    oracle=_deep_truth,
    section="deep/dropout",
    shares={"forward": 0.7, "states": 0.3, "edges": 0.0},
)
def deep_with_dropout(draw):
    """A net of L layers (one direction) with given dropout masks between its layers."""
    for L, p in ((3, 0.5), (2, 0.25)):
        T, N, I, H = draw.sizes(4)
        layers = drawn_layers(draw, L, I, H, 1)
        xs, h_0 = draw.normal(T, N, I), draw.normal(L, N, H)
        kept = [draw.normal(T, N, H) > -0.6 + p for _ in range(L)]
        for mask in kept:
            mask[-1, 0, 0] = False  # in the last step, too, something is dropped
        masks = [mask.to(xs.dtype) / (1 - p) for mask in kept]
        yield case(xs, h_0, layers, masks, note=f"{L} layers, p={p}")
    yield edge("one layer", xs, h_0[:1], layers[:1], masks[:1])


# ------------------------------------------------------------------------------------- padded


def shorter(xs, lengths):
    """xs with zeros at the pads."""
    pads = torch.arange(len(xs))[:, None] >= torch.tensor(lengths)
    return xs.masked_fill(pads[..., None], 0.0)


def at_ends(states, lengths):
    """The state of each row after its own last step."""
    return torch.stack([states[n - 1, k] for k, n in enumerate(lengths)])


def _padded_truth(xs, lengths, h_0, forward, backward):
    packed = pack_padded_sequence(xs, torch.tensor(lengths), enforce_sorted=False)
    output, h_n = network([(forward, backward)], 2)(packed, h_0)
    return pad_packed_sequence(output, total_length=len(xs))[0], h_n


@task(
    "both_padded(xs, lengths, h_0, forward, backward) -> (output, h_n)",
    returns=("output: T N 2H", "h_n: 2 N H | states"),
    oracle=_padded_truth,
    section="bidirectional/padded",
    shares={"forward": 0.6, "states": 0.4, "edges": 0.0},
)
def both_padded(draw):
    """A bidirectional layer on a padded batch, as torch does it on the packed one."""
    T, N, I, H = draw.sizes(4)
    (layer,) = drawn_layers(draw, 1, I, H, 2)
    xs, h_0, lengths = draw.normal(T, N, I), draw.normal(2, N, H), draw.lengths(N, T)
    yield case(xs, lengths, h_0, *layer)
    longer = torch.cat([xs, draw.normal(2, N, I)])
    yield edge("a row of length 1", xs, [1, *lengths[1:-1], T], h_0, *layer)
    yield edge("all of full length", xs, [T] * N, h_0, *layer)
    yield case(longer, lengths, h_0, *layer, note="a table longer than the longest sentence")


# ------------------------------------------------------------------------- which state to take


@task(
    "last_layer_states(h_n) -> vectors",
    returns="vectors: N 2H",
    oracle=lambda h_n: beside(h_n[-2], h_n[-1]),
    section="bidirectional/classify",
)
def last_layer_states(draw):
    """What to classify from, (N, 2H): the last layer's forward and backward last states."""
    N, H = draw.sizes(2)
    for L in (3, 2):
        yield case(draw.normal(2 * (L + draw.hidden), N, H), note=f"{L + draw.hidden} layers")
    yield edge("one layer", draw.normal(2, N, H))


def _vectors(output, lengths):
    H = output.shape[-1] // 2
    return beside(at_ends(output[..., :H], lengths), output[0, :, H:])


@task(
    "sentence_vectors(output, lengths) -> vectors",
    returns="vectors: N 2H",
    oracle=_vectors,
    section="bidirectional/classify",
)
def sentence_vectors(draw):
    """What to classify from, (N, 2H), out of a padded batch's output (T, N, 2H)."""
    T, N, H = draw.sizes(3)
    output, lengths = draw.normal(T, N, 2 * H), draw.lengths(N, T)
    yield case(output, lengths)
    yield case(shorter(output, lengths), lengths, note="zeros at the pads")
    yield edge("all of full length", output, [T] * N)
