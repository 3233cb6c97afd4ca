"""Cells that textbooks show and torch lacks. Each is only a new cell: unroll and stack stay.

Same form as in cells.py: cell(a, state, p) -> new_state, pull, with a (N, gates*H) the projected
input of this step. Extra weights go by plain names in p, given in each docstring.
"""

from rnn_course.ops import concat, linear, sigmoid, split, tanh


def original_gru_cell(a, state, p):
    """The GRU of the first paper (Cho 2014, equations 5 to 8): reset before the matmul.

    a (N, 3H), order r z n; state (h,). torch has r * (W_hn h + b_hn) in place of
    W_hn (r * h) + b_hn, so one matmul serves all three gates; here there must be two.
    """
    (h,) = state
    H = h.shape[-1]
    W_rz, W_n = p["weight_hh"][: 2 * H], p["weight_hh"][2 * H :]
    u = linear(h, W_rz, _part(p["bias_hh"], slice(None, 2 * H)))

    a_r, a_z, a_n = split(a, 3)
    u_r, u_z = split(u, 2)
    r, z = sigmoid(a_r + u_r), sigmoid(a_z + u_z)
    seen = r * h  # what the candidate sees of the past
    n = tanh(a_n + linear(seen, W_n, _part(p["bias_hh"], slice(2 * H, None))))
    h_new = n + z * (h - n)

    def pull(dstate):
        (dh,) = dstate
        dn, dz = dh * (1 - z), dh * (h - n)
        da_n = dn * (1 - n**2)
        dseen = da_n @ W_n
        dr = dseen * h
        da_rz = concat([dr * r * (1 - r), dz * z * (1 - z)], -1)
        da = concat([da_rz, da_n], -1)
        dh_before = dh * z + dseen * r + da_rz @ W_rz
        dW = concat([da_rz.T @ h, da_n.T @ seen], 0)
        return da, (dh_before,), {"weight_hh": dW, "bias_hh": da.sum(0)}

    return (h_new,), pull


def peephole_lstm_cell(a, state, p):
    """LSTM whose gates see the cell state (Gers 2002; Graves 2013, equations 7 to 11).

    a (N, 4H), order i f g o; state (h, c). weight_ci, weight_cf, weight_co (H) are diagonal: each
    unit's gates see that unit's c only. i and f see the old c, o the new one.
    """
    h, c = state
    W_hh, w_ci, w_cf, w_co = p["weight_hh"], p["weight_ci"], p["weight_cf"], p["weight_co"]
    i, f, g, o = split(a + linear(h, W_hh, p["bias_hh"]), 4)
    i, f, g = sigmoid(i + w_ci * c), sigmoid(f + w_cf * c), tanh(g)
    c_new = f * c + i * g
    o = sigmoid(o + w_co * c_new)
    squashed = tanh(c_new)
    h_new = o * squashed

    def pull(dstate):
        dh, dc = dstate
        da_o = dh * squashed * o * (1 - o)
        dc = dc + dh * o * (1 - squashed**2) + da_o * w_co
        da_i, da_f = dc * g * i * (1 - i), dc * c * f * (1 - f)
        da = concat([da_i, da_f, dc * i * (1 - g**2), da_o], -1)
        dp = {
            "weight_hh": da.T @ h,
            "bias_hh": da.sum(0),
            "weight_ci": (da_i * c).sum(0),
            "weight_cf": (da_f * c).sum(0),
            "weight_co": (da_o * c_new).sum(0),
        }
        return da, (da @ W_hh, dc * f + da_i * w_ci + da_f * w_cf), dp

    return (h_new, c_new), pull


def coupled_lstm_cell(a, state, p):
    """LSTM that takes in just as much as it forgets, i = 1 - f (Greff 2017, "CIFG").

    a (N, 3H), order f g o; state (h, c).
    """
    h, c = state
    W_hh = p["weight_hh"]
    f, g, o = split(a + linear(h, W_hh, p["bias_hh"]), 3)
    f, g, o = sigmoid(f), tanh(g), sigmoid(o)
    c_new = g + f * (c - g)  # f * c + (1 - f) * g
    squashed = tanh(c_new)
    h_new = o * squashed

    def pull(dstate):
        dh, dc = dstate
        dc = dc + dh * o * (1 - squashed**2)
        df, dg, do = dc * (c - g), dc * (1 - f), dh * squashed
        da = concat([df * f * (1 - f), dg * (1 - g**2), do * o * (1 - o)], -1)
        return da, (da @ W_hh, dc * f), {"weight_hh": da.T @ h, "bias_hh": da.sum(0)}

    return (h_new, c_new), pull


def layer_norm(x, gain, shift, eps=1e-5):
    """(x - mean) / sqrt(variance + eps) * gain + shift over the last axis, and the pull.

    x (N, F), gain and shift (F). The variance divides by F (Ba 2016; eps as in torch).
    pull(dy) -> dx, dgain, dshift.
    """
    centred = x - x.mean(-1)[:, None]
    scale = ((centred**2).mean(-1)[:, None] + eps) ** -0.5
    unit = centred * scale

    def pull(dy):
        du = dy * gain
        dx = scale * (du - du.mean(-1)[:, None] - unit * (du * unit).mean(-1)[:, None])
        return dx, (dy * unit).sum(0), dy.sum(0)

    return unit * gain + shift, pull


def layer_norm_lstm_cell(a, state, p):
    """LSTM with layer normalisation (Ba 2016, supplementary material).

    a (N, 4H), order i f g o; state (h, c). The input's part, the state's part and c are each
    normalised: gain_ih, shift_ih, gain_hh, shift_hh (4H), gain_c, shift_c (H). bias_hh is the
    paper's b; bias_ih should be 0.0, for it would stand inside the norm.
    """
    h, c = state
    W_hh = p["weight_hh"]
    from_x, pull_x = layer_norm(a, p["gain_ih"], p["shift_ih"])
    from_h, pull_h = layer_norm(linear(h, W_hh), p["gain_hh"], p["shift_hh"])
    i, f, g, o = split(from_x + from_h + p["bias_hh"], 4)
    i, f, g, o = sigmoid(i), sigmoid(f), tanh(g), sigmoid(o)
    c_new = f * c + i * g
    normed, pull_c = layer_norm(c_new, p["gain_c"], p["shift_c"])
    squashed = tanh(normed)
    h_new = o * squashed

    def pull(dstate):
        dh, dc = dstate
        dnormed, dgain_c, dshift_c = pull_c(dh * o * (1 - squashed**2))
        dc = dc + dnormed
        di, df, dg, do = dc * g, dc * c, dc * i, dh * squashed
        dgates = concat([di * i * (1 - i), df * f * (1 - f), dg * (1 - g**2), do * o * (1 - o)], -1)
        da, dgain_ih, dshift_ih = pull_x(dgates)
        du, dgain_hh, dshift_hh = pull_h(dgates)
        dp = {
            "weight_hh": du.T @ h,
            "bias_hh": dgates.sum(0),
            "gain_ih": dgain_ih,
            "shift_ih": dshift_ih,
            "gain_hh": dgain_hh,
            "shift_hh": dshift_hh,
            "gain_c": dgain_c,
            "shift_c": dshift_c,
        }
        return da, (du @ W_hh, dc * f), dp

    return (h_new, c_new), pull


def minimal_gated_cell(a, state, p):
    """Minimal gated unit (Zhou 2016): one gate both resets and updates.

    a (N, 2H), order f n; state (h,). f is the share that is replaced.
    """
    (h,) = state
    H = h.shape[-1]
    W_f, W_n = p["weight_hh"][:H], p["weight_hh"][H:]
    a_f, a_n = split(a, 2)
    f = sigmoid(a_f + linear(h, W_f, _part(p["bias_hh"], slice(None, H))))
    seen = f * h
    n = tanh(a_n + linear(seen, W_n, _part(p["bias_hh"], slice(H, None))))
    h_new = h + f * (n - h)

    def pull(dstate):
        (dh,) = dstate
        da_n = dh * f * (1 - n**2)
        dseen = da_n @ W_n
        da_f = (dh * (n - h) + dseen * h) * f * (1 - f)
        da = concat([da_f, da_n], -1)
        dh_before = dh * (1 - f) + dseen * f + da_f @ W_f
        dW = concat([da_f.T @ h, da_n.T @ seen], 0)
        return da, (dh_before,), {"weight_hh": dW, "bias_hh": da.sum(0)}

    return (h_new,), pull


def _part(bias, rows):
    """The given rows of a bias; 0.0, the bias of a layer without one, has none to pick from."""
    return bias if isinstance(bias, float) else bias[rows]
