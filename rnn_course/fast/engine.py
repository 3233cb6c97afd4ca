"""A direction of a layer: the loop over time, forward and backward, and the matmuls around it.

A batch of sequences is a table of R rows, one time step after the other, and sizes says how many
rows each step has: [N] * T, or falling as sequences end (unroll.py). A history (N + R, H) holds the
N states at the start, then the state after each row. Since a step's sequences are the first ones of
the step before, what a step reads and what it writes are both slices: nothing is copied or masked.
"""

import timeit
from functools import cache, lru_cache, partial

import numpy as np
import torch

from rnn_course.fast import cells as compiled_cells
from rnn_course.fast.compiler import compiled, load, save
from rnn_course.packing import reverse_rows

GATES = {"lstm": 4, "gru": 3, "rnn_tanh": 1, "rnn_relu": 1}
BLOCK = 1 << 18  # gates, in numbers, that are made at a time where none are kept
SMALL = 1 << 18  # weights up to which a product with one row is quicker than a call from Python


def layer(kind, p, cells=compiled_cells):
    """What runs one direction of a layer with the weights p (unroll.py), as two functions:

    forward(rows, sizes, state) -> outputs, last_state, pull
    pull(doutputs, dstate, wants_rows) -> drows, dstate_at_start, dp

    pull may be called once: it writes over what forward has kept. kind is a key of GATES; where p
    has weight_hr there is a projection.
    """
    W_ih, W_hh, W_hr = p["weight_ih"], p["weight_hh"], p.get("weight_hr")
    W_rec, W_out = (None if W is None else np.ascontiguousarray(W.T) for W in (W_hh, W_hr))
    gates, G, dtype = GATES[kind], len(W_hh), W_hh.dtype
    H = G // gates
    b, b_hh = ((np.zeros(G, dtype) + p[name]).reshape(-1, H) for name in ("bias_ih", "bias_hh"))
    b = np.concatenate([b[:2] + b_hh[:2], b[2:], b_hh[2:]]) if kind == "gru" else b + b_hh

    def new(*shape):
        return np.empty(shape, dtype)

    def history(state, R):
        made = new(len(state) + R, state.shape[1])
        made[: len(state)] = state
        return made

    def forward(rows, sizes, state):
        N, R = sizes[0], len(rows)
        h, c = history(state[0], R), history(state[1] if kind == "lstm" else new(N, H), R)
        m = h[N:] if W_hr is None else new(R, H)  # the outputs before they are projected
        a, u = m if gates == 1 else new(R, G), new(N, G)  # an RNN's only gate is its state
        matmul(rows, W_ih.T, a)
        steps = loop(forward_loop, cells.forward_step, getattr(cells, kind), W_rec, N)
        where = a.reshape(R, gates, H), u.reshape(N, gates, H), b, h, m, c
        steps(sizes, *where, u, W_rec, W_out)
        before, last = places(sizes)

        def pull(doutputs, dstate, wants_rows=True):
            dh = dstate[0].copy()
            dc = dstate[1].copy() if kind == "lstm" else np.zeros((N, H), dtype)
            da = new(R, G) if gates == 1 else a
            dm, dh_m, dr = doutputs, dh, None
            if W_hr is not None:  # all of the derivative with respect to m comes through W_hr
                dm, dh_m, dr = new(R, H), np.zeros((N, H), dtype), doutputs.copy()
            back = getattr(cells, f"{kind}_back")
            steps = loop(backward_loop, cells.backward_step, back, W_hh, N)
            steps(sizes, da.reshape(R, gates, H), h, m, c, dm, dh_m, dc, da, W_hh, W_hr, dr, dh)
            dp = {"weight_hh": matmul(da.T, h[before]), "bias_hh": da.sum(0)}
            if kind == "gru":  # from du to da: they differ in n alone
                dh += dc
                da[:, 2 * H :] = c[N:]
            dp |= {"weight_ih": matmul(da.T, rows), "bias_ih": da.sum(0)}
            if W_hr is not None:
                dp["weight_hr"] = matmul(dr.T, m)
            dstate = (dh, dc) if kind == "lstm" else (dh,)
            return matmul(da, W_ih) if wants_rows else None, dstate, dp

        return h[N:], (h[last], c[last]) if kind == "lstm" else (h[last],), pull

    return forward


def in_blocks(forward, most):
    """The same forward where nothing is to be kept: about `most` rows at a time."""

    def run(rows, sizes, state):
        last, outputs, now = [s.copy() for s in state], [], 0
        steps = max(1, most // max(1, sizes[0]))
        for some in (sizes[t : t + steps] for t in range(0, len(sizes), steps)):
            N, R = some[0], sum(some)
            part, states, _ = forward(rows[now : now + R], some, [s[:N] for s in last])
            outputs.append(part)
            for s, new in zip(last, states, strict=True):
                s[:N] = new
            now += R
        return np.concatenate(outputs), last, None

    return run


def forward_loop(step, product):
    def run(sizes, a, u, b, h, m, c, u_flat, W_rec, W_out):
        before = now = 0
        for n in sizes:
            product(h[before : before + n], W_rec, u_flat[:n])  # what waits for the step before
            step(n, now, before, a, u, b, h, m, c)
            before = sizes[0] + now
            if W_out is not None:
                product(m[now : now + n], W_out, h[before : before + n])
            now += n

    return run


def backward_loop(step, product):
    def run(sizes, a, h, m, c, dm, dh_m, dc, a_flat, W_hh, W_hr, dr, dh):
        now = len(a)
        for t in range(len(sizes) - 1, -1, -1):
            n = sizes[t]
            now -= n
            before = sizes[0] + now - sizes[t - 1] if t > 0 else 0
            if W_hr is not None:
                dr[now : now + n] += dh[:n]  # h is used twice: as the output and by the next step
                product(dr[now : now + n], W_hr, dm[now : now + n])
            step(n, now, before, a, h, m, c, dm, dh_m, dc)
            product(a_flat[now : now + n], W_hh, dh[:n])

    return run


def loop(over_time, step_of, cell, W, N):
    """The loop over time with a cell. For one sequence and few weights all of it is compiled."""
    if N == 1 and W.size <= SMALL and step_of.__module__ == compiled_cells.__name__:
        run = compiled_loop(over_time, step_of, cell)
        return lambda sizes, *arrays: run(np.array(sizes), *arrays)
    return over_time(step(step_of, cell), product(N, W))


@cache
def step(step_of, cell):
    return step_of(cell)


@cache
def compiled_loop(over_time, step_of, cell):
    return compiled(over_time(step(step_of, cell), row_product), f"{cell.__name__}_loop")


@lru_cache(maxsize=64)
def places(sizes):
    """In a history: the state before each row, and each sequence's last one."""
    N, R, T = sizes[0], sum(sizes), len(sizes)
    if N == sizes[-1]:  # then these are slices, and nothing is copied
        return slice(R), slice(R, None)
    starts, sequence = np.cumsum([0, N, *sizes]), np.arange(N)  # of the states after step t - 1
    before = np.concatenate([starts[t] + sequence[: sizes[t]] for t in range(T)])
    lengths = (np.array(sizes)[:, None] > sequence).sum(0)
    return before, starts[lengths] + sequence


@lru_cache(maxsize=64)
def turned(sizes):
    """Row numbers of the batch with each sequence turned round; to do it twice changes nothing."""
    return np.array(reverse_rows(list(sizes)), dtype=int)


LIBRARIES = {
    "numpy": lambda x, W, out: x.dot(W, out),  # half the overhead of np.matmul(x, W, out)
    "torch": lambda x, W, out: torch.mm(*map(torch.from_numpy, (x, W)), out=torch.from_numpy(out)),
}


@compiled
def row_product(x, W, out):
    """x W for a single row. Four rows of W at a time: out is read and written a quarter as often."""
    x, out = x[0], out[0]
    out[:] = 0
    fours = len(W) // 4 * 4
    for k in range(0, fours, 4):
        x_0, x_1, x_2, x_3 = x[k], x[k + 1], x[k + 2], x[k + 3]
        W_0, W_1, W_2, W_3 = W[k], W[k + 1], W[k + 2], W[k + 3]
        for j in range(len(out)):
            out[j] += x_0 * W_0[j] + x_1 * W_1[j] + x_2 * W_2[j] + x_3 * W_3[j]
    for k in range(fours, len(W)):
        x_0, W_0 = x[k], W[k]
        for j in range(len(out)):
            out[j] += x_0 * W_0[j]


def matmul(x, W, out=None):
    """x W by the library that is quicker at it on this processor."""
    out = np.empty((len(x), W.shape[1]), x.dtype) if out is None else out
    product(len(x), W)(x, W, out)
    return out


def product(n, W):
    """The function of (x, W, out) that writes x W to out, for x of n rows. Sides above 256 are
    measured as 256."""
    sides = (min(side, 256) for side in (n, *W.shape))
    return LIBRARIES[quicker(*sides, W.dtype.char, torch.get_num_threads())]


@cache
def quicker(n, K, M, dtype, threads):
    """Measured once for these sizes, and kept: the next process is to give the same digits."""
    name = f"product-{n}-{K}-{M}-{dtype}-{threads}"
    kept = load(name)
    if kept is None:
        arrays = [np.ones(shape, dtype) for shape in ((n, K), (K, M), (n, M))]
        times = {
            library: min(timeit.repeat(partial(run, *arrays), number=2, repeat=9))
            for library, run in LIBRARIES.items()
        }
        kept = min(times, key=times.get).encode()
        save(name, kept)
    return kept.decode()
