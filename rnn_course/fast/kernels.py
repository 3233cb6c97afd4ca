"""RNN, LSTM and GRU in numpy: the whole sequence forward, and by hand backward right under it.

    kernel(rows, table, state, p, keep=True) -> outputs, last_state, pull

rows, state, p and pull are those of unroll.py; table says where each step's rows lie; without
`keep` there is no pull. What is computed is what cells.py says. What makes it fast is named where
it acts; book/speed.md has a section on each:

    (tanh)     one tanh for all gates, for a sigmoid is a tanh at another scale: squash.py
    (blocks)   what does not depend on the future is computed for a block of steps at once; the
               loop back in time is left with a linear recurrence
    (matmul)   one matmul for each weight gradient, over all steps; a bias is the weight of a 1
    (rows)     rows that shrink: table.py
    (whose)    each matmul by the library that is quicker at it: product.py
    (memory)   arrays are written in place, ufunc(x, y, out), for new memory costs more than
               arithmetic. pull writes da over the gates, and so can be called once
"""

from functools import lru_cache

import numpy as np

from rnn_course.fast.product import matmul, product
from rnn_course.fast.squash import curve, tanh


def lstm(rows, table, state, p, keep=True):
    """cells.lstm_cell at every step; projected (Sak 2014) if p has weight_hr."""
    W_hh, W_hr = p["weight_hh"], p.get("weight_hr")
    G, H = len(W_hh), len(W_hh) // 4
    squash, unit = curve(table.N * G)
    scales = per_gate((unit, unit, 2 * unit, unit), H, table.N, rows.dtype)
    shifts = per_gate((1 - unit, 1 - unit, 1 - 2 * unit, 1 - unit), H, table.N, rows.dtype)
    bias = p["bias_ih"] + p["bias_hh"]
    inputs, project, recur = prepare(rows, table, p, bias, scales, add=True)

    h = table.history(state[0])
    c = table.history(state[1]) if keep else state[1].copy()
    m = h
    if W_hr is not None:  # m is h before it is projected
        m, narrow = np.empty((len(h), H), h.dtype), product(W_hr.T, table.N)
    gates = np.empty((table.R if keep else table.most_rows(G), G), h.dtype)
    new = np.empty_like(state[1])
    for block, steps in table.blocks(G):
        a_block = gates[block] if keep else gates[: block.stop - block.start]
        project(inputs[block], a_block)
        i, f, g, o = split(a_block, 4)
        for _, local, before, after, going in steps:  # (rows) `going` shrinks
            a, new_t = a_block[local], new[going]
            c_before, c_t = (c[before], c[after]) if keep else (c[going], c[going])
            recur(h[before], a)
            squash(a)  # (tanh) y = scale * squash(scale * a) + shift; the inner scale is in W
            a *= scales[going]
            a += shifts[going]
            np.multiply(i[local], g[local], new_t)
            np.multiply(f[local], c_before, c_t)
            c_t += new_t
            np.multiply(o[local], tanh(c_t, new_t), m[after])
            if W_hr is not None:
                narrow(m[after], h[after])
    last = (h[table.last], c[table.last] if keep else c)

    def pull(doutputs, dstate, wants_rows=True):
        dh, dc = (d.copy() for d in dstate)
        dm, recur_back = dh, product(W_hh, table.N)
        if W_hr is not None:
            dm, narrow_back = np.empty_like(dc), product(W_hr, table.N)
            dr = np.empty((table.R, len(W_hr)), h.dtype)
        da4 = gates.reshape(len(gates), 4, H)  # (memory) da is written over the gates
        da_ifg, da_o = da4[:, :3], da4[:, 3]
        is_tanh = per_gate((0, 0, 1, 0), H, 1, h.dtype)
        for block, steps in reversed(table.blocks(G)):
            y, c_block = gates[block], c[table.N :][block]
            tanh_c = tanh(c_block, np.empty_like(c_block))
            i, f, g, o = split(y, 4)
            slopes = (1 - is_tanh) - y  # (blocks) sigmoid' = y - y^2 and tanh' = 1 - y^2
            slopes *= y
            slopes += is_tanh
            slopes = slopes.reshape(len(y), 4, H)
            for k, factor in enumerate([g, table.before(c, block), i, tanh_c]):
                slopes[:, k] *= factor
            slopes_ifg, slopes_o = slopes[:, :3], slopes[:, 3]
            dc_by_dm = 1 - tanh_c * tanh_c
            dc_by_dm *= o
            forget = f.copy()
            for now, local, _, _, going in reversed(steps):
                dh_t, dm_t, dc_t = dh[going], dm[going], dc[going]
                dh_t += doutputs[now]
                if W_hr is not None:
                    dr[now] = dh_t
                    narrow_back(dh_t, dm_t)
                dc_by_dm_t = dc_by_dm[local]
                dc_by_dm_t *= dm_t
                dc_t += dc_by_dm_t
                np.multiply(slopes_ifg[local], dc_t[:, None], da_ifg[now])
                np.multiply(slopes_o[local], dm_t, da_o[now])
                dc_t *= forget[local]
                recur_back(gates[now], dh_t)
        dp = {"weight_hh": matmul(gates.T, table.before(h))} | input_gradients(gates, inputs, p)
        if W_hr is not None:
            dp["weight_hr"] = matmul(dr.T, m[table.N :])
        return matmul(gates, p["weight_ih"]) if wants_rows else None, (dh, dc), dp

    return h[table.N :], last, pull


def gru(rows, table, state, p, keep=True):
    """cells.gru_cell at every step."""
    W_hh, b_ih, b_hh = p["weight_hh"], p["bias_ih"], p["bias_hh"]
    G, H = len(W_hh), len(W_hh) // 3
    b_hn = 0.0
    if has_bias(p):  # n's second bias has to wait for the reset gate
        b_ih, b_hn = b_ih.copy(), b_hh[2 * H :]
        b_ih[: 2 * H] += b_hh[: 2 * H]
    squash, unit = curve(2 * table.N * H)
    scales = per_gate((unit, unit, 1), H, 1, rows.dtype)
    inputs, project, recur = prepare(rows, table, p, b_ih, scales, add=False)

    h = table.history(state[0])
    room = table.R if keep else table.most_rows(G)
    gates, resets = np.empty((room, G), h.dtype), np.empty((room, H), h.dtype)
    u, new = np.empty((table.N, G), h.dtype), np.empty_like(state[0])
    for block, steps in table.blocks(G):
        place = block if keep else slice(0, block.stop - block.start)
        project(inputs[block], gates[place])
        rz, (r, z, n), u_n = gates[place, : 2 * H], split(gates[place], 3), resets[place]
        for _, local, before, after, going in steps:
            h_t, rz_t, n_t, u_n_t, u_t = h[after], rz[local], n[local], u_n[local], u[going]
            recur(h[before], u_t)
            rz_t += u_t[:, : 2 * H]
            squash(rz_t)  # (tanh)
            if unit < 1:  # it was a tanh
                rz_t *= 0.5
                rz_t += 0.5
            np.add(u_t[:, 2 * H :], b_hn, u_n_t)  # what the reset gate acts on
            n_t += np.multiply(r[local], u_n_t, new[going])
            tanh(n_t, n_t)
            np.subtract(h[before], n_t, h_t)  # h = n + z (h_before - n)
            h_t *= z[local]
            h_t += n_t

    def pull(doutputs, dstate, wants_rows=True):
        dh, through = dstate[0].copy(), np.empty_like(dstate[0])
        recur_back = product(W_hh, table.N)
        du3, da_ns, db_hn = gates.reshape(len(gates), 3, H), resets, 0.0  # (memory)
        for block, steps in reversed(table.blocks(G)):
            (r, z, n), u_n = split(gates[block], 3), resets[block]
            da_n = 1 - n * n  # (blocks) all as multiples of dh, which is not known yet
            da_n *= 1 - z
            du_n = da_n * r
            dr = 1 - r
            dr *= du_n
            dr *= u_n
            dz = 1 - z
            dz *= z
            dz *= table.before(h, block) - n
            stay = z.copy()
            r[:], z[:], n[:], u_n[:] = dr, dz, du_n, da_n
            for now, local, _, _, going in reversed(steps):
                dh_t, through_t, du_t, da_n_t = dh[going], through[going], du3[now], da_ns[now]
                dh_t += doutputs[now]
                du_t *= dh_t[:, None]
                da_n_t *= dh_t
                dh_t *= stay[local]
                recur_back(gates[now], through_t)
                dh_t += through_t
            db_hn = db_hn + n.sum(0)
        dp = {"weight_hh": matmul(gates.T, table.before(h))}
        du3[:, 2] = da_ns  # from du to da: they differ in n alone, by the factor r
        dp |= input_gradients(gates, inputs, p)
        if has_bias(p):
            dp["bias_hh"][2 * H :] = db_hn
        return matmul(gates, p["weight_ih"]) if wants_rows else None, (dh,), dp

    return h[table.N :], (h[table.last],), pull


def elman(activate, slope):
    """The kernel for an activation, in place, and its derivative, from its value h into out."""

    def rnn(rows, table, state, p, keep=True):
        """cells.rnn_cell at every step. The history is all that is kept."""
        W_hh = p["weight_hh"]
        H = len(W_hh)
        ones = per_gate((1,), H, 1, rows.dtype)
        bias = p["bias_ih"] + p["bias_hh"]
        inputs, project, recur = prepare(rows, table, p, bias, ones, add=True)
        h = table.history(state[0])
        outputs = h[table.N :]
        for block, steps in table.blocks(H):
            project(inputs[block], outputs[block])
            for _, _, before, after, _ in steps:
                h_t = h[after]
                recur(h[before], h_t)
                activate(h_t, h_t)

        def pull(doutputs, dstate, wants_rows=True):
            dh, da = dstate[0].copy(), np.empty_like(outputs)
            recur_back = product(W_hh, table.N)
            for block, steps in reversed(table.blocks(H)):
                slope(outputs[block], da[block])  # (blocks)
                for now, _, _, _, going in reversed(steps):
                    dh_t, da_t = dh[going], da[now]
                    dh_t += doutputs[now]
                    da_t *= dh_t
                    recur_back(da_t, dh_t)
            dp = {"weight_hh": matmul(da.T, table.before(h))} | input_gradients(da, inputs, p)
            return matmul(da, p["weight_ih"]) if wants_rows else None, (dh,), dp

        return outputs, (h[table.last],), pull

    return rnn


rnn_tanh = elman(tanh, lambda h, out: np.subtract(1, np.multiply(h, h, out), out))
rnn_relu = elman(lambda a, out: np.maximum(a, 0, out=out), lambda h, out: np.greater(h, 0, out))


def prepare(rows, table, p, bias, scales, add):
    """(inputs, project, recur): what makes a from the rows, and u from h, times a scale a column.
    With `add` recur(h, out) adds u to out, else it writes.

    (matmul) With biases the inputs have a last column of ones, and W_ih the bias as its weight.
    """
    W_ih = p["weight_ih"]
    if has_bias(p):
        rows = np.concatenate([rows, np.ones((len(rows), 1), rows.dtype)], 1)
        W_ih = np.concatenate([W_ih, bias[:, None]], 1)
    scale = scales[0, :, None]
    project = product((W_ih * scale).T, table.most_rows(len(scale)))  # (whose)
    return rows, project, product((p["weight_hh"] * scale).T, table.N, add)


def input_gradients(da, inputs, p):
    """(matmul) From da (R, G) and `prepare`'s inputs: d weight_ih, d bias_ih, and d bias_hh."""
    dW = matmul(da.T, inputs)
    if not has_bias(p):
        return {"weight_ih": dW}
    db = dW[:, -1]  # both biases are added to the same sum
    return {"weight_ih": dW[:, :-1].copy(), "bias_ih": db.copy(), "bias_hh": db.copy()}


@lru_cache(maxsize=64)
def per_gate(values, H, N, dtype):
    """A number for each gate -> (N, gates*H). As large as what it meets, for numpy is slow at
    stretching small arrays. One row at least."""
    return np.tile(np.repeat(np.array(values, dtype), H), (max(N, 1), 1))


def split(a, gates):
    """(n, gates*H) -> a view (n, H) of each gate."""
    return a.reshape(len(a), gates, a.shape[1] // gates).swapaxes(0, 1)


def has_bias(p):
    return not isinstance(p["bias_ih"], float)
