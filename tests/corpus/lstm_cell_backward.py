# ruff: noqa
"""Learners' solutions for lstm_cell_backward."""

import numpy as np
import torch
import torch.nn.functional as F


def right_1(dh_new, dc_new, c, i, f, g, o, W_ih, W_hh):
    """Line by line, as the equations stand."""
    tanh_c = torch.tanh(f * c + i * g)
    delta = dc_new + dh_new * o * (1 - tanh_c**2)
    di, df, dg, do = delta * g, delta * c, delta * i, dh_new * tanh_c
    da = torch.cat((di * i * (1 - i), df * f * (1 - f), dg * (1 - g**2), do * o * (1 - o)), dim=-1)
    return da, da @ W_ih, da @ W_hh, delta * f


def right_2(dh_new, dc_new, c, i, f, g, o, W_ih, W_hh):
    """da as zeros with four slices, products by F.linear."""
    N, H = c.shape
    th = torch.tanh(torch.addcmul(f * c, i, g))
    d = torch.addcmul(dc_new, dh_new * o, 1 - th * th)
    da = torch.zeros(N, 4 * H, dtype=c.dtype)
    da[:, :H] = d * g * (i - i * i)
    da[:, H : 2 * H] = d * c * (f - f * f)
    da[:, 2 * H : 3 * H] = d * i * (1 - g * g)
    da[:, 3 * H :] = dh_new * th * (o - o * o)
    return da, F.linear(da, W_ih.T), F.linear(da, W_hh.T), d * f


def _sigmoid_slope(s):
    return s * (1 - s)


def right_3(dh_new, dc_new, c, i, f, g, o, W_ih, W_hh):
    """Blocks stacked on an axis of their own, einsum over gate and unit."""
    mémoire = (f * c + i * g).tanh()
    delta = dc_new + dh_new * o - dh_new * o * mémoire.pow(2)
    amont = torch.stack([delta * g, delta * c, delta * i, dh_new * mémoire], dim=1)
    pentes = torch.stack([_sigmoid_slope(i), _sigmoid_slope(f), 1 - g * g, _sigmoid_slope(o)], 1)
    da = amont * pentes
    H = c.shape[1]
    dx = torch.einsum("ngh,ghi->ni", da, W_ih.reshape(4, H, -1))
    dh = torch.einsum("ngh,ghk->nk", da, W_hh.reshape(4, H, H))
    return da.reshape(len(c), -1), dx, dh, delta * f


def right_4(dh_new, dc_new, c, i, f, g, o, W_ih, W_hh):
    """numpy, with cosh for the slope of tanh."""
    tensors = (dh_new, dc_new, c, i, f, g, o, W_ih, W_hh)
    dh, dc, c, i, f, g, o, U, V = [t.detach().numpy() for t in tensors]
    neu = f * c + i * g
    delta = dc + dh * o / np.cosh(neu) ** 2
    da = np.hstack(
        [
            delta * g * i * (1 - i),
            delta * c * f * (1 - f),
            delta * i * (1 - g**2),
            dh * np.tanh(neu) * o * (1 - o),
        ]
    )
    return tuple(torch.from_numpy(v) for v in (da, da @ U, da @ V, delta * f))


def right_5(dh_new, dc_new, c, i, f, g, o, W_ih, W_hh):
    """Gate by gate, the shares of dx and dh added up in a loop."""
    H = c.size(1)
    t = torch.tanh(i * g + f * c)
    dct = dc_new + (1 - t * t) * o * dh_new
    blocks = [
        dct * g * i * (1 - i),
        dct * c * f * (1 - f),
        dct * i * (1 - g) * (1 + g),
        dh_new * t * o * (1 - o),
    ]
    dx, dh = 0, 0
    for k, block in enumerate(blocks):
        dx = dx + block @ W_ih[k * H : (k + 1) * H]
        dh = dh + block @ W_hh[k * H : (k + 1) * H]
    return torch.cat(blocks, 1), dx, dh, dct * f


def wrong_1(dh_new, dc_new, c, i, f, g, o, W_ih, W_hh):
    """tanh of the old memory where the new one belongs."""
    tc = torch.tanh(c)
    delta = dc_new + dh_new * o * (1 - tc**2)
    da = torch.cat(
        [
            delta * g * i * (1 - i),
            delta * c * f * (1 - f),
            delta * i * (1 - g**2),
            dh_new * tc * o * (1 - o),
        ],
        dim=1,
    )
    return da, da @ W_ih, da @ W_hh, delta * f


def wrong_2(dh_new, dc_new, c, i, f, g, o, W_ih, W_hh):
    """The memory's own gradient, dc_new, is not added."""
    tc = torch.tanh(f * c + i * g)
    d = dh_new * o * (1 - tc * tc)
    di, df, dg, do = d * g, d * c, d * i, dh_new * tc
    parts = (di * i * (1 - i), df * f * (1 - f), dg * (1 - g * g), do * o * (1 - o))
    da = torch.hstack(parts)
    return da, da.mm(W_ih), da.mm(W_hh), d * f


def wrong_3(dh_new, dc_new, c, i, f, g, o, W_ih, W_hh):
    """The gradient of the new memory is handed back, without the forget gate."""
    th = (f * c + i * g).tanh()
    dc = dc_new + dh_new * o * (1 - th**2)
    da = torch.cat(
        (
            dc * g * i * (1 - i),
            dc * c * f * (1 - f),
            dc * i * (1 - g**2),
            dh_new * th * o * (1 - o),
        ),
        -1,
    )
    return da, da @ W_ih, da @ W_hh, dc


def wrong_4(dh_new, dc_new, c, i, f, g, o, W_ih, W_hh):
    """One slope for all four gates: the candidate gets that of sigmoid."""
    th = torch.tanh(f * c + i * g)
    delta = dc_new + dh_new * o * (1 - th**2)
    grads = [delta * g, delta * c, delta * i, dh_new * th]
    da = torch.cat([d * s * (1 - s) for d, s in zip(grads, (i, f, g, o))], dim=-1)
    return da, da @ W_ih, da @ W_hh, delta * f


def wrong_5(dh_new, dc_new, c, i, f, g, o, W_ih, W_hh):
    """do is made from the memory's gradient instead of dh_new."""
    t = torch.tanh(f * c + i * g)
    δ = dc_new + dh_new * o * (1 - t**2)
    da_i = δ * g * i * (1 - i)
    da_f = δ * c * f * (1 - f)
    da_g = δ * i * (1 - g**2)
    da_o = δ * t * o * (1 - o)
    da = torch.cat((da_i, da_f, da_g, da_o), dim=1)
    return da, da @ W_ih, da @ W_hh, δ * f


def wrong_6(dh_new, dc_new, c, i, f, g, o, W_ih, W_hh):
    """The blocks of da stand in the order i f o g."""
    t = torch.tanh(f * c + i * g)
    delta = dc_new + dh_new * o * (1 - t**2)
    ein = delta * g * i * (1 - i)
    vergiss = delta * c * f * (1 - f)
    aus = dh_new * t * o * (1 - o)
    kandidat = delta * i * (1 - g**2)
    da = torch.cat((ein, vergiss, aus, kandidat), dim=1)
    return da, F.linear(da, W_ih.t()), F.linear(da, W_hh.t()), delta * f


def wrong_7(dh_new, dc_new, c, i, f, g, o, W_ih, W_hh):
    """di has i itself as its factor, and df has the new memory."""
    c_new = f * c + i * g
    delta = dc_new + dh_new * o * (1 - torch.tanh(c_new) ** 2)
    di, df, dg = delta * i, delta * c_new, delta * i
    do = dh_new * torch.tanh(c_new)
    da = torch.cat((di * i * (1 - i), df * f * (1 - f), dg * (1 - g**2), do * o * (1 - o)), dim=-1)
    return da, da @ W_ih, da @ W_hh, delta * f


def wrong_8(dh_new, dc_new, c, i, f, g, o, W_ih, W_hh):
    """delta lacks the output gate, and do lacks the slope of its sigmoid."""
    新 = torch.tanh(f * c + i * g)
    误差 = dc_new + dh_new * (1 - 新**2)
    N, H = c.shape
    da = c.new_zeros(N, 4 * H)
    da[:, :H] = 误差 * g * i * (1 - i)
    da[:, H : 2 * H] = 误差 * c * f * (1 - f)
    da[:, 2 * H : 3 * H] = 误差 * i * (1 - g**2)
    da[:, 3 * H :] = dh_new * 新
    return da, da @ W_ih, da @ W_hh, 误差 * f


TRUTH = {
    "wrong_1": ["tanh of the old c instead of the new c"],
    "wrong_2": ["dc_new is not added"],
    "wrong_3": ["the returned dc lacks the factor f"],
    "wrong_4": ["the slope of sigmoid for g instead of that of tanh"],
    "wrong_5": ["do is made from delta instead of dh_new"],
    "wrong_6": ["the blocks of da are in the order i f o g"],
    "wrong_7": ["di is multiplied by i instead of g", "df is multiplied by the new c"],
    "wrong_8": ["delta lacks the factor o", "the slope o(1 - o) is missing"],
}
