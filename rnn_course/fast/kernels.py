"""RNN, LSTM and GRU in plain numpy: the whole sequence forward, and by hand backward under it.

    kernel(rows, table, state, p, keep=True) -> outputs, last_state, pull

rows, state, p and pull are those of unroll.py; table says where each step's rows lie; without
`keep` nothing is kept for a backward pass, and pull must not be called. What is computed is what
cells.py says, gate by gate. What makes it fast is named where it acts; book/speed.md has a
section on each:

    (tanh)     one tanh for all gates: sigmoid(a) = (1 + tanh(a/2)) / 2
    (blocks)   what does not depend on the future is computed for a block of steps at once; the
               loop backward in time is left with a linear recurrence
    (matmul)   one matmul for each weight gradient, over all steps; a bias is the weight of a 1
    (rows)     rows that shrink: table.py
    (tiles)    weights cut for the BLAS: product.py

Arrays are written in place, ufunc(x, y, out), for new memory costs more than most of the
arithmetic. pull writes the gradients over the gates, so it can be called once.
"""

import numpy as np

from rnn_course.fast.product import product


def lstm(rows, table, state, p, keep=True):
    """cells.lstm_cell at every step; projected (Sak 2014) if p has weight_hr."""
    W_hh, W_hr = p["weight_hh"], p.get("weight_hr")
    H, G = len(W_hh) // 4, len(W_hh)
    half = per_gate([0.5, 0.5, 1, 0.5], H, rows)
    shift = 1 - half
    inputs, W_in = with_ones(rows, p["weight_ih"], p["bias_ih"] + p["bias_hh"])
    project = product((W_in * half[:, None]).T, table.most_rows(G))
    recur = product((W_hh * half[:, None]).T, table.N)

    h = table.history(state[0])
    c = table.history(state[1]) if keep else state[1].copy()
    m = h if W_hr is None else np.empty((len(h), H), h.dtype)  # h before it is projected
    gates = np.empty((table.R if keep else table.most_rows(G), G), h.dtype)
    new, u = np.empty_like(state[1]), np.empty((table.N, G), h.dtype)
    for block, steps in table.blocks(G):
        a_block = gates[block] if keep else gates[: block.stop - block.start]
        project(inputs[block], a_block)
        for _, local, before, after, going in steps:
            a, u_t, new_t = a_block[local], u[going], new[going]
            c_before, c_t = (c[before], c[after]) if keep else (c[going], c[going])
            recur(h[before], u_t)
            a += u_t
            np.tanh(a, a)  # (tanh) all four gates: y = half * tanh(half * a) + shift
            a *= half
            a += shift
            i, f, g, o = a.reshape(-1, 4, H).swapaxes(0, 1)
            np.multiply(i, g, new_t)
            np.multiply(f, c_before, c_t)
            c_t += new_t
            np.multiply(o, np.tanh(c_t, new_t), m[after])
            if W_hr is not None:
                np.matmul(m[after], W_hr.T, h[after])
    last = (h[table.last], c[table.last] if keep else c)

    def pull(doutputs, dstate, wants_rows=True):
        dh, dc = (d.copy() for d in dstate)
        dm = dh if W_hr is None else np.empty_like(dc)
        dr = np.empty((table.R, dh.shape[1]), dh.dtype)  # only for a projection
        is_sigmoid, is_tanh = 2 * shift, 1 - 2 * shift
        recur_back = product(W_hh, table.N)
        y4 = gates.reshape(-1, 4, H)
        for block, steps in reversed(table.blocks(G)):
            # (blocks) the slopes of all gates, which do not depend on dh and dc
            y = gates[block]
            i, f, g, o = y4[block].swapaxes(0, 1)
            tanh_c = np.tanh(c[table.N :][block])
            slopes = is_sigmoid - y  # sigmoid' = y - y^2, tanh' = 1 - y^2
            slopes *= y
            slopes += is_tanh
            slopes = slopes.reshape(-1, 4, H)
            slopes[:, 0] *= g
            slopes[:, 1] *= table.before(c, block)
            slopes[:, 2] *= i
            slopes[:, 3] *= tanh_c
            dc_by_dm = 1 - tanh_c * tanh_c
            dc_by_dm *= o
            forget = f.copy()  # y is about to be written over
            for now, local, _, _, going in reversed(steps):
                dh_t, dm_t, dc_t = dh[going], dm[going], dc[going]
                dh_t += doutputs[now]
                if W_hr is not None:
                    dr[now] = dh_t
                    np.matmul(dh_t, W_hr, dm_t)
                dc_t += dm_t * dc_by_dm[local]
                np.multiply(slopes[local, :3], dc_t[:, None], y4[now, :3])
                np.multiply(slopes[local, 3], dm_t, y4[now, 3])
                dc_t *= forget[local]
                recur_back(gates[now], dh_t)
        dp = {"weight_hh": gates.T @ table.before(h)} | input_gradients(gates, inputs, p)  # (matmul)
        if W_hr is not None:
            dp["weight_hr"] = dr.T @ m[table.N :]
        if has_bias(p):
            dp["bias_hh"] = dp["bias_ih"].copy()  # both biases are added to the same sum
        return gates @ p["weight_ih"] if wants_rows else None, (dh, dc), dp

    return h[table.N :], last, pull


def gru(rows, table, state, p, keep=True):
    """cells.gru_cell at every step."""
    W_hh = p["weight_hh"]
    H, G = len(W_hh) // 3, len(W_hh)
    half = per_gate([0.5, 0.5, 1], H, rows)
    bias, b_hn = p["bias_ih"], 0.0
    if has_bias(p):
        rz, b_hn = slice(0, 2 * H), p["bias_hh"][2 * H :]
        bias = np.concatenate([bias[rz] + p["bias_hh"][rz], bias[2 * H :]])  # b_hn waits for r
    inputs, W_in = with_ones(rows, p["weight_ih"], bias)
    project = product((W_in * half[:, None]).T, table.most_rows(G))
    recur = product((W_hh * half[:, None]).T, table.N)

    h = table.history(state[0])
    room = table.R if keep else table.most_rows(G)
    gates, u_ns = np.empty((room, G), h.dtype), np.empty((room, H), h.dtype)
    u, new = np.empty((table.N, G), h.dtype), np.empty_like(state[0])
    for block, steps in table.blocks(G):
        place = block if keep else slice(0, block.stop - block.start)
        a_block, u_n_block = gates[place], u_ns[place]
        project(inputs[block], a_block)
        for _, local, before, after, going in steps:
            a, u_t, u_n, new_t, h_t = a_block[local], u[going], u_n_block[local], new[going], h[after]
            recur(h[before], u_t)
            rz = a[:, : 2 * H]
            rz += u_t[:, : 2 * H]
            np.tanh(rz, rz)  # (tanh) both gates: y = tanh(a/2)/2 + 1/2
            rz *= 0.5
            rz += 0.5
            r, z, n = a.reshape(-1, 3, H).swapaxes(0, 1)
            np.add(u_t[:, 2 * H :], b_hn, u_n)
            n += np.multiply(r, u_n, new_t)
            np.tanh(n, n)
            np.subtract(h[before], n, h_t)  # h = n + z (h_before - n)
            h_t *= z
            h_t += n

    def pull(doutputs, dstate, wants_rows=True):
        dh, through = dstate[0].copy(), np.empty_like(dstate[0])
        recur_back = product(W_hh, table.N)
        y3, db_hn = gates.reshape(-1, 3, H), 0.0
        for block, steps in reversed(table.blocks(G)):
            # (blocks) da and du divided by dh: what does not depend on the future
            r, z, n = y3[block].swapaxes(0, 1)
            da_n = 1 - n * n
            da_n *= 1 - z
            du_n = da_n * r
            dr = 1 - r
            dr *= du_n
            dr *= u_ns[block]
            dz = 1 - z
            dz *= z
            dz *= table.before(h, block) - n
            stay = z.copy()
            r[:], z[:], n[:], u_ns[block] = dr, dz, du_n, da_n
            for now, local, _, _, going in reversed(steps):
                dh_t, through_t, y_t = dh[going], through[going], y3[now]
                dh_t += doutputs[now]
                y_t *= dh_t[:, None]
                u_ns[now] *= dh_t
                dh_t *= stay[local]
                recur_back(gates[now], through_t)
                dh_t += through_t
            db_hn = db_hn + n.sum(0)
        dp = {"weight_hh": gates.T @ table.before(h)}  # (matmul) gates is du now,
        y3[:, 2] = u_ns  # and here da: they differ in n alone, by the factor r
        dp |= input_gradients(gates, inputs, p)
        if has_bias(p):
            dp["bias_hh"] = np.concatenate([dp["bias_ih"][: 2 * H], db_hn])
        return gates @ p["weight_ih"] if wants_rows else None, (dh,), dp

    return h[table.N :], (h[table.last],), pull


def elman(activate, slope):
    """The kernel of rnn_cell for an activation and, from its value h, its derivative."""

    def rnn(rows, table, state, p, keep=True):
        """One gate, which is the output itself: the history is all that is kept."""
        W_hh = p["weight_hh"]
        H = len(W_hh)
        inputs, W_in = with_ones(rows, p["weight_ih"], p["bias_ih"] + p["bias_hh"])
        project = product(W_in.T, table.most_rows(H))
        recur = product(W_hh.T, table.N)

        h = table.history(state[0])
        outputs, u = h[table.N :], np.empty_like(state[0])
        for block, steps in table.blocks(H):
            project(inputs[block], outputs[block])
            for _, _, before, after, going in steps:
                h_t, u_t = h[after], u[going]
                recur(h[before], u_t)
                h_t += u_t
                activate(h_t, h_t)

        def pull(doutputs, dstate, wants_rows=True):
            (dh,) = (d.copy() for d in dstate)
            recur_back = product(W_hh, table.N)
            da = np.empty_like(outputs)
            for block, steps in reversed(table.blocks(H)):
                slope(outputs[block], da[block])  # (blocks)
                for now, _, _, _, going in reversed(steps):
                    dh_t, da_t = dh[going], da[now]
                    dh_t += doutputs[now]
                    da_t *= dh_t
                    recur_back(da_t, dh_t)
            dp = {"weight_hh": da.T @ table.before(h)} | input_gradients(da, inputs, p)  # (matmul)
            if has_bias(p):
                dp["bias_hh"] = dp["bias_ih"].copy()
            return da @ p["weight_ih"] if wants_rows else None, (dh,), dp

        return outputs, (h[table.last],), pull

    return rnn


def tanh_slope(h, out):
    np.multiply(h, h, out)
    np.subtract(1, out, out)


rnn_tanh = elman(np.tanh, tanh_slope)
rnn_relu = elman(lambda a, out: np.maximum(a, 0, out), lambda h, out: np.greater(h, 0, out))


def per_gate(values, H, like):
    """One number for each gate -> one for each of its H columns, (gates*H)."""
    return np.repeat(np.array(values, like.dtype), H)


def has_bias(p):
    return not isinstance(p["bias_ih"], float)


def with_ones(rows, W_ih, bias):
    """(matmul) Rows (R, I) with a last input that is 1, and W_ih with the bias as its column.

    For a layer without biases, bias = 0.0, both as they are.
    """
    if isinstance(bias, float):
        return rows, W_ih
    ones = np.ones((len(rows), 1), rows.dtype)
    return np.concatenate([rows, ones], 1), np.concatenate([W_ih, bias[:, None]], 1)


def input_gradients(da, inputs, p):
    """(matmul) da (R, G) and what `with_ones` made of the rows -> d weight_ih and d bias_ih."""
    dW = da.T @ inputs
    if not has_bias(p):
        return {"weight_ih": dW}
    return {"weight_ih": dW[:, :-1].copy(), "bias_ih": dW[:, -1].copy()}
