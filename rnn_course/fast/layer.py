"""A direction of a layer, forward over all steps and backward: matmuls, and between them a cell.

    layer(cells, kind, rows, table, state, p, keep=True) -> outputs, last_state, pull

cells has a kind's step and its step back (cells.py); rows, state, p and pull are those of
unroll.py; table says where each step's rows lie; without
`keep` there is no pull, and the gates are made for a few steps at a time. pull may be called once:
it writes the derivatives over the gates.
"""

import numpy as np

from rnn_course.fast.product import multiply, product

BLOCK = 1 << 18  # numbers in the gates of a few steps


def layer(cells, kind, rows, table, state, p, keep=True):
    """kind: "rnn_tanh", "rnn_relu", "lstm" (with a projection if p has weight_hr) or "gru"."""
    forward, backward = getattr(cells, kind), getattr(cells, f"{kind}_back")
    W_ih, W_hh, W_hr = p["weight_ih"], p["weight_hh"], p.get("weight_hr")
    G, N, R = len(W_hh), table.N, table.R
    H = G // {"lstm": 4, "gru": 3}.get(kind, 1)
    bias, b_n = biases(kind, H, p, rows.dtype)

    def new(*shape):
        return np.empty(shape, rows.dtype)

    def history(state):
        made = new(N + R, state.shape[1])
        made[:N] = state
        return made

    h = history(state[0])
    m = h if W_hr is None else new(N + R, H)  # the LSTM's output before it is projected
    c = (history(state[1]) if keep else state[1].copy()) if kind == "lstm" else None
    blocks = table.blocks(R if keep else max(1, BLOCK // G))
    most = max(block.stop - block.start for block, _ in blocks)
    gates = new(most, G) if G > H else h[N:]  # an RNN's are its states
    u_n = new(R if keep else N, H) if kind == "gru" else None
    u, room, W_rec = new(N, G), new(N, H), np.ascontiguousarray(W_hh.T)
    project, recur = multiply(most, W_ih.T), multiply(N, W_rec)
    if W_hr is not None:
        W_out = np.ascontiguousarray(W_hr.T)
        narrow = multiply(N, W_out)

    for block, steps in blocks:
        a = gates[block] if len(gates) == R else gates[: block.stop - block.start]
        project(rows[block], W_ih.T, a)
        a += bias
        for now, before, after, going in steps:
            a_t, u_t = a[now.start - block.start : now.stop - block.start], u[going]
            recur(h[before], W_rec, u_t)  # what has to wait for the step before
            if kind == "lstm":
                c_t, c_new = (c[before], c[after]) if keep else (c[going], room[going])
                forward(a_t, u_t, c_t, m[after], c_new)
                if not keep:
                    c_t[:] = c_new
                if W_hr is not None:
                    narrow(m[after], W_out, h[after])
            elif kind == "gru":
                forward(a_t, u_t, b_n, h[before], h[after], u_n[now if keep else going])
            else:
                forward(a_t, u_t)  # a_t is h[after]
    last = (h[table.last],) if c is None else (h[table.last], c[table.last] if keep else c)

    def pull(doutputs, dstate, wants_rows=True):
        dh, *rest = (np.array(d) for d in dstate)
        da = gates if G > H else new(R, H)  # written over the gates
        dc, stays = rest[0] if rest else None, np.zeros((N, H), dh.dtype)
        recur_back = multiply(N, W_hh)
        if W_hr is not None:
            dm, dr, widen = new(N, H), new(R, len(W_hr)), multiply(N, W_hr)
        for now, before, after, going in reversed(table.steps):
            da_t, dout_t, dh_t = da[now], doutputs[now], dh[going]
            dm_t = dh_t
            if W_hr is not None:
                np.add(dout_t, dh_t, dr[now])
                widen(dr[now], W_hr, dm[going])
                dout_t, dm_t = dm[going], stays[going]  # all of it is in dm
            if kind == "lstm":
                backward(da_t, c[before], c[after], dout_t, dm_t, dc[going])
            elif kind == "gru":
                backward(da_t, u_n[now], h[before], dout_t, dh_t, stays[going])
            else:
                backward(da_t, h[after], dout_t, dh_t)
            recur_back(da_t, W_hh, dh_t)
        db = da.sum(0)
        dp = {"weight_hh": product(da.T, h[table.before]), "bias_hh": db, "bias_ih": db.copy()}
        if kind == "gru":  # from du to da: they differ in n alone
            dh += stays
            da[:, 2 * H :] = u_n
            dp["bias_ih"][2 * H :] = u_n.sum(0)
        dp["weight_ih"] = product(da.T, rows)
        if W_hr is not None:
            dp["weight_hr"] = product(dr.T, m[N:])
        return product(da, W_ih) if wants_rows else None, (dh, *rest), dp

    return h[N:], last, pull


def biases(kind, H, p, dtype):
    """Both biases, added where they may be; and the GRU's b_hn, which waits for the reset gate."""
    b_ih, b_hh = (np.zeros(len(p["weight_hh"]), dtype) + p[name] for name in ("bias_ih", "bias_hh"))
    b_n = b_hh[2 * H :].copy()
    if kind == "gru":
        b_hh[2 * H :] = 0
    return b_ih + b_hh, b_n
