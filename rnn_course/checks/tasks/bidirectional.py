"""Checks of the assignment `bidirectional`: two directions, layers, and which state to take.

The truth is torch.nn.RNN with the student's weights. A direction's weights are a tuple (W_ih, W_hh,
b_ih, b_hh); a layer is a pair of directions, forward and backward.
"""

import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnn_course.checks.cases import case, edge
from rnn_course.checks.mistakes import Mistake
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


def read(xs, h, w):
    """One layer in one direction, from first to last: (states (T, N, H), last state (N, H))."""
    W_ih, W_hh, b_ih, b_hh = w
    states = []
    for x in xs:
        h = torch.tanh(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
        states.append(h)
    return torch.stack(states), h


# ------------------------------------------------------------------------------ turning round


def flip(xs, lengths=None):
    return xs.flip(0)


def by_length(xs, lengths):
    """Each row turned round within its own length; the pads stay."""
    turned = [torch.cat([xs[:n, k].flip(0), xs[n:, k]]) for k, n in enumerate(lengths)]
    return torch.stack(turned, 1)


def _rows(change):
    """A wrong turning: change(row (T, ...), length) for each row of the batch."""
    return lambda xs, lengths: torch.stack([change(xs[:, k], n) for k, n in enumerate(lengths)], 1)


@task(
    "reverse_by_length(xs, lengths) -> turned",
    returns="turned: T N I",
    oracle=by_length,
    section="bidirectional/padded",
    mistakes=[
        Mistake(
            "flip-puts-pads-first",
            "All T steps are flipped, so the pads come first; only the first lengths[n] steps of "
            "row n are turned round, and its pads stay at the end.",
            instead=flip,
        ),
        Mistake(
            "turned-then-zeros",
            "The pads are replaced by zeros; they stay as they are.",
            instead=_rows(lambda x, n: torch.cat([x[:n].flip(0), 0 * x[n:]])),
        ),
        Mistake("not-turned", "Nothing is turned round.", instead=lambda xs, lengths: xs),
        Mistake(
            "turned-by-the-first-length",
            "Every row is turned by the first row's length; each has its own, lengths[n].",
            instead=lambda xs, lengths: by_length(xs, [lengths[0]] * len(lengths)),
        ),
        Mistake(
            "pads-turned-too",
            "The pads are turned round as well; they stay as they are.",
            instead=_rows(lambda x, n: torch.cat([x[:n].flip(0), x[n:].flip(0)])),
        ),
        Mistake(
            "rolled-by-one",
            "It is off by one: step t of a row of length n gets step n - 1 - t.",
            instead=_rows(lambda x, n: torch.cat([x[: n + 1].flip(0), x[n + 1 :]])[: len(x)]),
        ),
        Mistake(
            "batch-turned",
            "The rows of the batch are turned round; turn the time steps.",
            instead=lambda xs, lengths: xs.flip(1),
        ),
        Mistake(
            "each-rows-features-turned",
            "The features are turned round, axis 1 of xs[:n, k]; turn its time steps, axis 0.",
            instead=_rows(lambda x, n: torch.cat([x[:n].flip(-1), x[n:]])),
        ),
        Mistake(
            "features-turned",
            "The features are turned round; turn the time steps.",
            instead=lambda xs, lengths: xs.flip(2),
        ),
    ],
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


def backwards(
    xs,
    h0,
    w,
    turn=flip,
    turn_back=flip,
    last=lambda output, h: h,
    begin=lambda h0: h0,
):
    """The reference with switches: read from last to first, and turn the outputs back."""
    output, h = read(turn(xs), begin(h0), w)
    output = turn_back(output)
    return output, last(output, h)


def _backwards_truth(xs, h0, w):
    zeros = [tuple(0 * x for x in w)]
    net = network([(*zeros, w)], 2)
    output, h_n = net(xs, torch.stack([0 * h0, h0]))
    return output[..., h0.shape[-1] :], h_n[1]


def same(xs):
    return xs


BACKWARD = {
    "not-turned-back": (
        "The backward outputs are not turned back: output[t] has to stand at the word that was "
        "read in it.",
        dict(turn_back=same),
    ),
    "read-forwards": (
        "The backward direction reads from first to last; it starts at the last word.",
        dict(turn=same, turn_back=same),
    ),
    "forwards-turned": (
        "The words are read from first to last, and then the outputs are turned; turn the words "
        "first, and the outputs back.",
        dict(turn=same),
    ),
    "last-of-output": (
        "The backward direction's last state is taken from output[-1], where it has read one word; "
        "it ends at the first word, output[0].",
        dict(last=lambda output, h: output[-1]),
    ),
    "batch-turned": (
        "The rows of the batch are turned round; turn the time steps, axis 0.",
        dict(turn=lambda xs: xs.flip(1), turn_back=lambda xs: xs.flip(1)),
    ),
    "given-state-ignored": (
        "The backward direction starts from zeros; it starts from its own h_0.",
        dict(begin=lambda h0: 0 * h0),
    ),
}


@task(
    "read_backwards(xs, h0, weights) -> (output, h_n)",
    returns=("output: T N H", "h_n: N H | states"),
    oracle=_backwards_truth,
    section="bidirectional/turning",
    shares={"forward": 0.65, "states": 0.35, "edges": 0.0},
    reference=backwards,
    mistakes=[
        *(Mistake(name, said, **change) for name, (said, change) in BACKWARD.items()),
        Mistake(
            "state-exchanged-with-output",
            "The last state comes first; the order is output, h_n.",
            result=lambda r: (r[1], r[0]),
        ),
    ],
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


def both(
    xs,
    h_0,
    forward,
    backward,
    share=lambda forward, backward: (forward, backward),
    arrange=lambda h_0: h_0,
    join=beside,
    ends=lambda output, states: torch.stack(states),
    chain=False,
    back=backwards,
    **change,
):
    """The reference with switches.

    share    the weights of the two directions      arrange  h_0
    join     how the two outputs become one         ends     h_n from the output and the states
    chain    does the backward direction start from the forward one's last state?
    """
    forward, backward = share(forward, backward)
    h_0 = arrange(h_0)
    there, h_there = read(xs, h_0[0], forward)
    back_again, h_back = back(xs, h_there if chain else h_0[1], backward, **change)
    output = join(there, back_again)
    return output, ends(output, [h_there, h_back])


JOINED = {
    "added": (
        "The two directions are added; torch puts them side by side, (T, N, 2H).",
        dict(join=lambda one, other: one + other),
    ),
    "averaged": (
        "The two directions are averaged; torch puts them side by side, (T, N, 2H).",
        dict(join=lambda one, other: (one + other) / 2),
    ),
    "backward-half-first": (
        "The backward half comes first; the forward half does.",
        dict(join=lambda one, other: beside(other, one)),
    ),
    "joined-in-time": (
        "The directions are joined along time; join them along the last axis, (T, N, 2H).",
        dict(join=lambda one, other: torch.cat([one, other])),
    ),
    "stacked-directions": (
        "The directions are stacked along a new axis; join them along the last, (T, N, 2H).",
        dict(join=lambda one, other: torch.stack([one, other])),
    ),
    "units-interleaved": (
        "The units of the two directions alternate; first come all the forward ones.",
        dict(join=lambda one, other: torch.stack([one, other], -1).flatten(-2)),
    ),
    "h-n-exchanged": (
        "The two last states are exchanged: forward first, then backward.",
        dict(ends=lambda output, states: torch.stack(states[::-1])),
    ),
    "h-n-side-by-side": (
        "The two last states stand side by side, (N, 2H); h_n is (2, N, H).",
        dict(ends=lambda output, states: beside(*states)),
    ),
    "h-n-not-stacked": (
        "The two last states are returned apart; stack them to one tensor, (2, N, H).",
        dict(ends=lambda output, states: tuple(states)),
    ),
    "h-n-joined-along-the-batch": (
        "The two last states are joined along the batch; stack them on a new axis, (2, N, H).",
        dict(ends=lambda output, states: torch.cat(states)),
    ),
    "h-0-exchanged": (
        "The two parts of h_0 are exchanged: h_0[0] is the forward direction's.",
        dict(arrange=lambda h_0: h_0.flip(0)),
    ),
    "one-h-0-for-both": (
        "Both directions start from h_0[0]; the backward one has its own, h_0[1].",
        dict(arrange=lambda h_0: torch.stack([h_0[0], h_0[0]])),
    ),
    "h-0-ignored": (
        "Both directions start from zeros; they start from h_0.",
        dict(arrange=lambda h_0: 0 * h_0),
    ),
    "directions-chained": (
        "The backward direction starts from the forward one's last state; the directions know "
        "nothing of each other.",
        dict(chain=True),
    ),
    "forward-weights-twice": (
        "Both directions use the forward weights; the backward one has its own.",
        dict(share=lambda forward, backward: (forward, forward)),
    ),
    "backward-weights-twice": (
        "Both directions use the backward weights; the forward one has its own.",
        dict(share=lambda forward, backward: (backward, backward)),
    ),
    "weights-exchanged": (
        "The weights of the two directions are exchanged.",
        dict(share=lambda forward, backward: (backward, forward)),
    ),
}


@task(
    "both_directions(xs, h_0, forward, backward) -> (output, h_n)",
    returns=("output: T N 2H", "h_n: 2 N H | states"),
    oracle=lambda xs, h_0, forward, backward: network([(forward, backward)], 2)(xs, h_0),
    section="bidirectional/joined",
    shares={"forward": 0.65, "states": 0.35, "edges": 0.0},
    reference=both,
    mistakes=[
        *(
            Mistake(name, said, "bidirectional/turning", **change)
            for name, (said, change) in BACKWARD.items()
        ),
        *(Mistake(name, said, **change) for name, (said, change) in JOINED.items()),
    ],
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
    returns="h_n: LD N H",
    oracle=collected,
    section="bidirectional/layout",
    mistakes=[
        Mistake(
            "all-forward-then-all-backward",
            "All forward states come first, then all backward ones; torch goes layer by layer.",
            instead=lambda forward, backward: torch.stack([*forward, *backward]),
        ),
        Mistake(
            "backward-first",
            "In each layer the backward state comes first; the forward one does.",
            instead=lambda forward, backward: collected(backward, forward),
        ),
        Mistake(
            "last-layer-first",
            "The last layer comes first; layer 0 does.",
            instead=lambda forward, backward: collected(forward[::-1], backward[::-1]),
        ),
        Mistake(
            "states-side-by-side",
            "Forward and backward stand side by side, (L, N, 2H); each has an entry of its own on "
            "the first axis.",
            instead=lambda f, b: torch.stack([beside(*pair) for pair in zip(f, b)]),
        ),
        Mistake(
            "states-in-a-list",
            "A list of states is returned; stack them to one tensor, (2L, N, H).",
            instead=lambda f, b: [h for pair in zip(f, b) for h in pair],
        ),
        Mistake(
            "axis-for-directions",
            "Layers and directions have an axis each, (L, 2, N, H); torch has one for both.",
            instead=lambda f, b: torch.stack([torch.stack(pair) for pair in zip(f, b)]),
        ),
        Mistake(
            "joined-along-the-batch",
            "The states are joined along the batch; stack them along a new first axis.",
            instead=lambda forward, backward: torch.cat(
                [h for pair in zip(forward, backward) for h in pair]
            ),
        ),
    ],
)
def collect_states(draw):
    """h_n (2L, N, H) from the last states of L layers, forward ones and backward ones."""
    for L in (3, 2):
        N, H = draw.sizes(2)
        L = L + draw.hidden
        forward, backward = ([draw.normal(N, H) for _ in range(L)] for _ in range(2))
        yield case(forward, backward, note=f"{L} layers")
    yield edge("one layer", forward[:1], backward[:1])


def _order(L):
    """Where all-forward-then-all-backward has what torch has layer by layer."""
    return [k + d * L for k in range(L) for d in range(2)]


def stack(
    xs,
    h_0,
    layers,
    starts=lambda h_0, L: h_0,
    collect=lambda states, L: states,
    feed=lambda below, xs: below,
    shown=lambda outputs: outputs[-1],
    **change,
):
    """The reference with switches: starts and collect rearrange h_0 and h_n."""
    h_0, states, outputs, below = starts(h_0, len(layers)), [], [], xs
    for k, layer in enumerate(layers):
        inputs = feed(below, xs) if k else xs
        below, h_n = both(inputs, h_0[2 * k : 2 * k + 2], *layer, **change)
        outputs.append(below)
        states.extend(h_n)
    return shown(outputs), collect(torch.stack(states), len(layers))


def _half_twice(half):
    """The layer above gets one half of the layer below, in both places."""

    def feed(below, xs):
        H = below.shape[-1] // 2
        part = below[..., :H] if half == "forward" else below[..., H:]
        return beside(part, part)

    return feed


LATER = (
    "added",
    "averaged",
    "joined-in-time",
    "stacked-directions",
    "h-n-side-by-side",
    "h-n-not-stacked",
    "h-n-joined-along-the-batch",
)


@task(
    "stacked(xs, h_0, layers) -> (output, h_n)",
    returns=("output: T N 2H", "h_n: LD N H | states"),
    oracle=lambda xs, h_0, layers: network(layers, 2)(xs, h_0),
    section="bidirectional/stacked",
    shares={"forward": 0.6, "states": 0.4, "edges": 0.0},
    reference=stack,
    mistakes=[
        Mistake(
            "h-n-all-forward-first",
            "h_n has all forward states first, then all backward ones; torch goes layer by layer, "
            "forward then backward.",
            "bidirectional/layout",
            collect=lambda states, L: torch.cat([states[0::2], states[1::2]]),
        ),
        Mistake(
            "h-0-all-forward-first",
            "h_0 is read as all forward states, then all backward ones; torch goes layer by layer, "
            "forward then backward.",
            "bidirectional/layout",
            starts=lambda h_0, L: h_0[_order(L)],
        ),
        Mistake(
            "both-all-forward-first",
            "h_0 and h_n are taken as all forward states, then all backward ones; torch goes layer "
            "by layer, forward then backward.",
            "bidirectional/layout",
            starts=lambda h_0, L: h_0[_order(L)],
            collect=lambda states, L: torch.cat([states[0::2], states[1::2]]),
        ),
        Mistake(
            "first-states-for-all",
            "Every layer starts from h_0[0] and h_0[1]; layer k has h_0[2k] and h_0[2k + 1].",
            starts=lambda h_0, L: torch.cat([h_0[:2]] * L),
        ),
        Mistake(
            "only-the-last-layers-state",
            "h_n has only the last layer's states; it has those of all layers.",
            collect=lambda states, L: states[-2:],
        ),
        Mistake(
            "layers-collected-backwards",
            "h_n begins with the last layer; it begins with layer 0.",
            collect=lambda states, L: states.view(L, 2, *states.shape[1:]).flip(0).flatten(0, 1),
        ),
        Mistake(
            "first-layers-output",
            "The output is the first layer's; the last layer's is asked for.",
            shown=lambda outputs: outputs[0],
        ),
        Mistake(
            "forward-half-fed-twice",
            "The layer above gets the forward half in both places; it reads both halves.",
            feed=_half_twice("forward"),
        ),
        Mistake(
            "backward-half-fed-twice",
            "The layer above gets the backward half in both places; it reads both halves.",
            feed=_half_twice("backward"),
        ),
        *(
            Mistake(name, said, "bidirectional/turning", **change)
            for name, (said, change) in BACKWARD.items()
        ),
        *(
            Mistake(name, said, "bidirectional/joined", **change)
            for name, (said, change) in JOINED.items()
            if name not in LATER
        ),
    ],
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


def deep(
    xs,
    h_0,
    layers,
    masks,
    after=lambda output, k, L, masks: output if k == L - 1 else output * masks[k],
    final=lambda h, k, L, masks: h,
    begin=lambda h_0: h_0,
):
    """The reference with switches: what is done to a layer's output, and to its last state."""
    L, below, states = len(layers), xs, []
    for k, w in enumerate(layers):
        output, h = read(below, begin(h_0)[k], w)
        states.append(final(h, k, L, masks))
        below = after(output, k, L, masks)
    return below, torch.stack(states)


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
    reference=deep,
    mistakes=[
        Mistake(
            "dropout-after-the-last",
            "The last layer's output is dropped too; dropout comes after every layer but the last.",
            after=lambda output, k, L, masks: output * masks[k],
        ),
        Mistake(
            "dropout-only-after-the-last",
            "Only the last layer's output is dropped; dropout comes after every layer but that.",
            after=lambda output, k, L, masks: output * masks[k] if k == L - 1 else output,
        ),
        Mistake(
            "no-dropout",
            "No mask is used; multiply every layer's output but the last one's.",
            after=lambda output, k, L, masks: output,
        ),
        Mistake(
            "dropout-spares-the-first",
            "The first layer's output is spared, not the last one's: dropout comes after every "
            "layer but the last.",
            after=lambda output, k, L, masks: output if k == 0 else output * masks[k],
        ),
        Mistake(
            "dropout-after-the-first-only",
            "Only the first layer's output is dropped; every layer's is, but the last one's.",
            after=lambda output, k, L, masks: output * masks[0] if k == 0 and L > 1 else output,
        ),
        Mistake(
            "mask-one-late",
            "Layer k's output is multiplied by masks[k + 1]; masks[k] belongs to it.",
            after=lambda output, k, L, masks: output if k == L - 1 else output * masks[k + 1],
        ),
        Mistake(
            "one-mask-for-all",
            "The same mask is used after every layer; each has its own, masks[k].",
            after=lambda output, k, L, masks: output if k == L - 1 else output * masks[0],
        ),
        Mistake(
            "dropped-states",
            "The last states come from the dropped outputs; dropout touches only what goes up to "
            "the next layer, not h_n.",
            final=lambda h, k, L, masks: h if k == L - 1 else h * masks[k][-1],
        ),
        Mistake(
            "dropped-states-too",
            "All last states are dropped; dropout touches only what goes up to the next layer.",
            final=lambda h, k, L, masks: h * masks[k][-1],
        ),
        Mistake(
            "mask-without-scale",
            "What is kept is not made larger: multiply by the mask itself, 0 or 1/(1-p).",
            after=lambda output, k, L, masks: (
                output if k == L - 1 else output * (masks[k] != 0).to(output.dtype)
            ),
        ),
        Mistake(
            "given-state-ignored",
            "The layers start from zeros; layer k starts from h_0[k].",
            begin=lambda h_0: 0 * h_0,
        ),
        Mistake(
            "first-state-for-all",
            "Every layer starts from h_0[0]; layer k starts from h_0[k].",
            begin=lambda h_0: h_0[:1].expand_as(h_0),
        ),
    ],
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


def shorter(xs, lengths, fill=0.0):
    """xs with `fill` at the pads."""
    steps = torch.arange(len(xs))[:, None]
    pads = steps >= torch.tensor(lengths)
    return xs.masked_fill(pads[..., None], fill)


def at_ends(states, lengths):
    """The state of each row after its own last step."""
    return torch.stack([states[n - 1, k] for k, n in enumerate(lengths)])


def padded(
    xs,
    lengths,
    h_0,
    forward,
    backward,
    turn=by_length,
    turn_back=None,
    last_there=at_ends,
    last_back=at_ends,
    clean=shorter,
):
    """The reference with switches."""
    there, _ = read(xs, h_0[0], forward)
    turned, _ = read(turn(xs, lengths), h_0[1], backward)
    back = (turn_back or turn)(turned, lengths)
    output = clean(beside(there, back), lengths)
    return output, torch.stack([last_there(there, lengths), last_back(turned, lengths)])


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
    reference=padded,
    mistakes=[
        Mistake(
            "flip-puts-pads-first",
            "The batch is flipped as a whole, so the backward direction reads the pads first, and "
            "they spoil its state; turn each row round within its own length.",
            turn=flip,
            last_back=lambda states, lengths: states[-1],
        ),
        Mistake(
            "flip-puts-pads-first-everywhere",
            "The batch is flipped as a whole, so the backward direction reads the pads first; and "
            "the forward state is read after the pads.",
            turn=flip,
            last_there=lambda states, lengths: states[-1],
            last_back=lambda states, lengths: states[-1],
        ),
        Mistake(
            "state-after-the-pads",
            "The forward direction's last state is read after the pads; take it at each row's own "
            "last word, lengths[n] - 1.",
            last_there=lambda states, lengths: states[-1],
        ),
        Mistake(
            "both-states-after-the-pads",
            "The last states are read after the pads; in each direction they stand where the row "
            "has been read to its end, at lengths[n] - 1 of the order of reading.",
            last_there=lambda states, lengths: states[-1],
            last_back=lambda states, lengths: states[-1],
        ),
        Mistake(
            "lengths-not-looked-at",
            "The lengths are not looked at: both readers read the pads as if they were words.",
            turn=flip,
            last_there=lambda states, lengths: states[-1],
            last_back=lambda states, lengths: states[-1],
            clean=lambda output, lengths: output,
        ),
        Mistake(
            "read-on-over-the-pads",
            "The words are turned by length, but both readers go on over the pads: the outputs "
            "there are zero, and each last state stands at lengths[n] - 1 of the order of reading.",
            last_there=lambda states, lengths: states[-1],
            last_back=lambda states, lengths: states[-1],
            clean=lambda output, lengths: output,
        ),
        Mistake(
            "backward-state-after-the-pads",
            "The backward direction's last state is read after the pads; it stands at word 0.",
            last_back=lambda states, lengths: states[-1],
        ),
        Mistake(
            "pads-not-zero",
            "The outputs at the pads are not zero.",
            clean=lambda output, lengths: output,
        ),
        Mistake(
            "not-turned-back",
            "The backward outputs are not turned back: they have to stand at their words.",
            "bidirectional/turning",
            turn_back=lambda states, lengths: states,
        ),
        Mistake(
            "turned-back-by-flip",
            "The words are turned round by length, but the outputs by flip; turn both by length.",
            turn_back=flip,
        ),
        Mistake(
            "backward-state-of-one-word",
            "The backward last state is the one after a single word; it stands at word 0.",
            last_back=lambda states, lengths: states[0],
        ),
        Mistake(
            "read-forwards",
            "The backward direction reads from first to last.",
            "bidirectional/turning",
            turn=lambda xs, lengths: xs,
        ),
        Mistake(
            "states-exchanged",
            "The two last states are exchanged: forward first, then backward.",
            result=lambda r: (r[0], r[1].flip(0)),
        ),
        Mistake(
            "backward-half-first",
            "The backward half comes first; the forward half does.",
            result=lambda r: (r[0].roll(r[1].shape[-1], -1), r[1]),
        ),
    ],
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
    mistakes=[
        Mistake(
            "first-layers-states",
            "The first layer's states are taken; the last layer's are h_n[-2] and h_n[-1].",
            instead=lambda h_n: beside(h_n[0], h_n[1]),
        ),
        Mistake(
            "last-states-exchanged",
            "The halves are exchanged: h_n[-2] is forward, h_n[-1] backward.",
            instead=lambda h_n: beside(h_n[-1], h_n[-2]),
        ),
        Mistake(
            "backward-state-twice",
            "h_n[-1] stands in both halves; h_n[-2] is the forward direction's.",
            instead=lambda h_n: beside(h_n[-1], h_n[-1]),
        ),
        Mistake(
            "only-the-backward-state",
            "h_n[-1] is only the backward direction's state; put h_n[-2] before it.",
            instead=lambda h_n: h_n[-1],
        ),
        Mistake(
            "states-added",
            "The two states are added; put them side by side, (N, 2H).",
            instead=lambda h_n: h_n[-2] + h_n[-1],
        ),
        Mistake(
            "first-half-of-layout",
            "h_n is taken as all forward states, then all backward ones; it goes layer by layer.",
            "bidirectional/layout",
            instead=lambda h_n: beside(h_n[len(h_n) // 2 - 1], h_n[-1]),
        ),
        Mistake(
            "viewed-side-by-side",
            "A view or reshape mixes rows and directions; use torch.cat on the last axis.",
            instead=lambda h_n: h_n[-2:].reshape(h_n.shape[1], -1),
        ),
    ],
)
def last_layer_states(draw):
    """What to classify from, (N, 2H): the last layer's forward and backward last states."""
    N, H = draw.sizes(2)
    for L in (3, 2):
        yield case(draw.normal(2 * (L + draw.hidden), N, H), note=f"{L + draw.hidden} layers")
    yield edge("one layer", draw.normal(2, N, H))


def halves(output):
    H = output.shape[-1] // 2
    return output[..., :H], output[..., H:]


def _vectors(output, lengths, forward=at_ends, backward=lambda back, lengths: back[0]):
    there, back = halves(output)
    return beside(forward(there, lengths), backward(back, lengths))


@task(
    "sentence_vectors(output, lengths) -> vectors",
    returns="vectors: N 2H",
    oracle=_vectors,
    section="bidirectional/classify",
    reference=_vectors,
    mistakes=[
        Mistake(
            "last-output",
            "output[-1] is taken: it stands after the pads, and its backward half has not read the "
            "sentence. Forward: at lengths[n] - 1; backward: at word 0.",
            forward=lambda there, lengths: there[-1],
            backward=lambda back, lengths: back[-1],
        ),
        Mistake(
            "both-at-the-last-word",
            "Both halves are taken at the last word; there the backward half has read only that "
            "word. It ends at word 0.",
            backward=at_ends,
        ),
        Mistake(
            "forward-after-the-pads",
            "The forward half is taken from the last step, after the pads; take it at each row's "
            "own last word, lengths[n] - 1.",
            forward=lambda there, lengths: there[-1],
        ),
        Mistake(
            "first-output",
            "Both halves are taken at the first word; the forward half has read one word there.",
            forward=lambda there, lengths: there[0],
        ),
        Mistake(
            "forward-one-late",
            "The forward half is taken at lengths[n]; counted from 0, the last word is "
            "lengths[n] - 1.",
            forward=lambda there, lengths: at_ends(
                there, [min(n + 1, len(there)) for n in lengths]
            ),
        ),
        Mistake(
            "halves-at-each-others-place",
            "The forward half is taken at the first word and the backward one at the last; it is "
            "the other way round.",
            forward=lambda there, lengths: there[0],
            backward=at_ends,
        ),
        Mistake(
            "vector-halves-exchanged",
            "The backward half comes first; the forward half does.",
            result=lambda v: v.roll(v.shape[-1] // 2, -1),
        ),
    ],
)
def sentence_vectors(draw):
    """What to classify from, (N, 2H), out of a padded batch's output (T, N, 2H)."""
    T, N, H = draw.sizes(3)
    output, lengths = draw.normal(T, N, 2 * H), draw.lengths(N, T)
    yield case(output, lengths)
    yield case(shorter(output, lengths), lengths, note="zeros at the pads")
    yield edge("all of full length", output, [T] * N)
