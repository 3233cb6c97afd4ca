"""Our recurrence with switches: the same equations as in rnn_course.cells, each part replaceable.

A mistake of the catalogue (mistakes.py) is a setting of these switches: `act_g=sigmoid` puts a
sigmoid on the LSTM's candidate, `weights=swap` reads the weights otherwise, `sees=...` changes
which state a step starts from. With no switch set, every function here equals torch.nn (a test
says so). Arrays are numpy's, because thousands of these are tried for one wrong answer.

Letters: T steps, N rows in the batch, I inputs, H hidden units, G = gates * H, L layers,
D directions.
"""

import numpy as np
import torch

from rnn_course.ops import concat, linear, sigmoid, stack, tanh
from rnn_course.weights import KINDS

NAMES = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


def same(x):
    """No activation at all."""
    return x


# ------------------------------------------------------------------------------- one step


def rnn_step(a, state, p, act=tanh, total=None, inner=None):
    """h' = tanh(a + u), a = W_ih x + b_ih and u = W_hh h + b_hh.

    total(a, u, h, act) replaces the whole right side. inner: a dict that gets what is made on the
    way, by name (in every step function).
    """
    (h,) = state
    u = linear(h, p["weight_hh"], p["bias_hh"])
    if inner is not None:
        inner["sum"] = a + u
    return (total(a, u, h, act) if total else act(a + u),)


def lstm_step(
    a,
    state,
    p,
    act_i=sigmoid,
    act_f=sigmoid,
    act_g=tanh,
    act_o=sigmoid,
    squash=tanh,
    recur=None,
    gates=None,
    remember=None,
    show=None,
    inner=None,
):
    """c' = f c + i g, h' = o tanh(c'), gates i f g o.

    recur(h, c)                 what W_hh is multiplied with, for h
    gates(a, u)                 how the (N, 4H) numbers become the four gates, for the sum cut in 4
    remember(i, f, g, o, c, h)  what becomes c'
    show(o, c', squash, c, g)   what becomes h'
    """
    h, c = state
    u = linear(recur(h, c) if recur else h, p["weight_hh"], p["bias_hh"])
    i, f, g, o = gates(a, u) if gates else cut(a + u, 4)
    i, f, g, o = act_i(i), act_f(f), act_g(g), act_o(o)
    new = remember(i, f, g, o, c, h) if remember else f * c + i * g
    if inner is not None:
        inner |= {"i": i, "f": f, "g": g, "o": o, "tanh(c)": squash(new)}
    return (show(o, new, squash, c, g) if show else o * squash(new)), new


def gru_step(
    a,
    state,
    p,
    act_r=sigmoid,
    act_z=sigmoid,
    act_n=tanh,
    gates=None,
    candidate=None,
    mix=None,
    h_gates=None,
    h_n=None,
    h_mix=None,
    inner=None,
):
    """r and z from the sums, n = tanh(a_n + r u_n), h' = (1 - z) n + z h.

    gates(a, u)                       how a and u (N, 3H) become a_r a_z a_n u_r u_z u_n
    candidate(a_n, u_n, r, z, h, p)   what goes into the tanh of n
    mix(z, n, h, r)                   what becomes h'
    h_gates, h_n, h_mix               other states for r and z, for n, for the last line
    """
    (h,) = state
    u = linear(h, p["weight_hh"], p["bias_hh"])
    if h_gates is not None or h_n is not None:
        u = gru_sums(h, p, h_gates, h_n)
    a_r, a_z, a_n, u_r, u_z, u_n = gates(a, u) if gates else (*cut(a, 3), *cut(u, 3))
    r, z = act_r(a_r + u_r), act_z(a_z + u_z)
    n = act_n(candidate(a_n, u_n, r, z, h, p) if candidate else a_n + r * u_n)
    if inner is not None:
        inner |= {"r": r, "z": z, "n": n}
    h = h if h_mix is None else h_mix
    return (mix(z, n, h, r) if mix else (1 - z) * n + z * h,)


def gru_sums(h, p, h_gates, h_n):
    """W_hh h + b_hh where the gates, or the candidate, see another state than h."""
    r, z, n = cut(linear(h, p["weight_hh"], p["bias_hh"]), 3)
    if h_gates is not None:
        r, z, _ = cut(linear(h_gates, p["weight_hh"], p["bias_hh"]), 3)
    if h_n is not None:
        _, _, n = cut(linear(h_n, p["weight_hh"], p["bias_hh"]), 3)
    return concat([r, z, n], -1)


STEPS = {"rnn": rnn_step, "lstm": lstm_step, "gru": gru_step}
GATES = {name.lower(): kind.gates for name, kind in KINDS.items()}
STATES = {name.lower(): len(kind.states) for name, kind in KINDS.items()}


def cut(x, parts):
    """The last axis in equal parts, as views."""
    size = x.shape[-1] // parts
    return [x[..., k * size : (k + 1) * size] for k in range(parts)]


# ---------------------------------------------------------------------- one layer over time


def run_layer(
    step,
    xs,
    start,
    p,
    reverse=False,
    weights=None,
    inputs=None,
    begin=None,
    sees=None,
    outputs=None,
    last=None,
    carry=None,
    joins=None,
    shows=None,
    h_gates=None,
    h_n=None,
    h_mix=None,
    **switches,
):
    """One layer in one direction: (output (T, N, H), last state).

    weights(p)                       the layer's weights
    inputs(xs)                       the steps that are read
    begin(start)                     the state it starts with
    sees(state, start)               the state that a step starts from
    outputs(output, start, states)   what is given out; states: the state of each step
    last(state, start, states)       what is given as last state
    carry(state)                     what is handed on, after the output was taken
    joins(new, old)                  the same, from the new and the old state
    shows                            the name of what is given out in h's place: "n", "tanh(c)"
    h_gates, h_n, h_mix              (state, start) -> which state these parts of a GRU see
    """
    p = weights(p) if weights else p
    xs = inputs(xs) if inputs else xs
    start = begin(start) if begin else start
    T = len(xs)
    states, shown, state = [None] * T, [None] * T, start
    a = linear(xs, p["weight_ih"], p["bias_ih"])
    other = {"h_gates": h_gates, "h_n": h_n, "h_mix": h_mix}
    other = {place: pick for place, pick in other.items() if pick}
    for t in range(T - 1, -1, -1) if reverse else range(T):
        if other:
            switches |= {place: pick(state, start) for place, pick in other.items()}
        if shows:
            switches["inner"] = shown[t] = {}
        new = step(a[t], sees(state, start) if sees else state, p, **switches)
        states[t] = new
        state = joins(new, state) if joins else carry(new) if carry else new
    given = [inner[shows] for inner in shown] if shows else [s[0] for s in states]
    output = stack(given) if T else start[0][None][:0]
    if last:
        state = last(state, start, states)
    return (outputs(output, start, states) if outputs else output), state


# ------------------------------------------------------------------ layers and directions


def run_network(
    step,
    xs,
    starts,
    layers,
    arrange=None,
    share=None,
    feed=None,
    join=None,
    turn=None,
    way=(False, True),
    takes=None,
    ends=None,
    collect=None,
    placed=(),
    **switches,
):
    """A stack of layers: (output (T, N, D*H), states, each (L*D, N, H)).

    xs (T, N, I); starts: the parts h_0 (and c_0), each (L*D, N, H); layers: a list of layers,
    each a list of one or two dicts of weights.

    arrange(part, L, D)         what stands in h_0 and c_0, in torch's order
    share(layers)               the weights of all layers
    feed(below, outs)           what a layer above the first reads; below: the output of the layer
                                below, outs: its directions one by one
    join(outs)                  the outputs of the directions become one
    turn(output)                what is done to the output of the backward direction
    way                         which direction is run against time
    takes(start, k, d, finals)  the state that layer k, direction d starts with; finals: the last
                                states so far
    ends(states, output, outs)  the layer's last states, one for each direction
    collect(part, L, D)         how h_n and c_n are put together
    placed                      (only, switches) pairs: switches of layer and step that hold where
                                only(k, d) says so, layer k, direction d; all others hold everywhere
    """
    L, D = len(layers), len(layers[0])
    layers = share(layers) if share else layers
    if arrange:
        starts = [arrange(part, L, D) for part in starts]
    below, outs, finals = xs, None, []
    for k, directions in enumerate(layers):
        if feed and k:
            below = feed(below, outs)
        outs, states = [], []
        for d, p in enumerate(directions):
            start = tuple(part[k * D + d] for part in starts)
            start = takes(start, k, d, finals + states) if takes else start
            here = dict(switches)
            for only, there in placed:
                if only(k, d):
                    here |= there
            out, state = run_layer(step, below, start, p, way[d], **here)
            outs.append(turn(out) if turn and d else out)
            states.append(state)
        below = join(outs) if join else outs[0] if D == 1 else concat(outs, -1)
        finals += ends(states, below, outs) if ends else states
    parts = [stack(part) for part in zip(*finals, strict=True)]
    return below, [collect(part, L, D) for part in parts] if collect else parts


def projected(step):
    """The step with its h made smaller by W_hr (torch's proj_size)."""

    def step_projected(a, state, p, project=linear, **switches):
        h, *rest = step(a, state, p, **switches)
        return project(h, p["weight_hr"]), *rest

    return step_projected


# ------------------------------------------------------- the same, as students' functions see it


def arrays(value):
    """Tensors as numpy arrays, in any nest of tuples, lists and dicts."""
    if isinstance(value, np.ndarray):
        return value
    if isinstance(value, torch.Tensor):
        return value.detach().numpy()
    if isinstance(value, tuple | list):
        return tuple(map(arrays, value))
    if isinstance(value, dict):
        return {k: arrays(v) for k, v in value.items()}
    return value


def cell_reference(kind, step=None):
    """rnn_cell(x, h, W_ih, W_hh, b_ih, b_hh, **switches) and its like.

    In place of the four weights there may be one dict of them.
    """
    step, two = step or STEPS[kind], STATES[kind] == 2

    def reference(x, state, *w, weights=None, after=None, **switches):
        """after(new, state): what is returned, from the new and the given state."""
        x, state, w = arrays((x, state, w))
        p = w[0] if isinstance(w[0], dict) else dict(zip(NAMES, w, strict=True))
        p = weights(p) if weights else p
        a = linear(x, p["weight_ih"], p["bias_ih"])
        new = step(a, state if two else (state,), p, **switches)
        new = new if two else new[0]
        return after(new, state) if after else new

    reference.on_arrays = True
    return reference


def layer_reference(kind):
    """rnn(xs, h0, W_ih, W_hh, b_ih, b_hh, **switches) and its like: one layer, states (N, H)."""
    step, two = STEPS[kind], STATES[kind] == 2

    def reference(xs, state, *w, **switches):
        xs, state, w = arrays((xs, state, w))
        p = dict(zip(NAMES, w, strict=True))
        output, last = run_layer(step, xs, state if two else (state,), p, **switches)
        return output, last if two else last[0]

    reference.on_arrays = True
    return reference
