# ruff: noqa
"""Learners' solutions for gru_cell_backward."""

import numpy as np
import torch
import torch.nn.functional as F


def right_1(dh_new, h, r, z, n, u_n, W_ih, W_hh):
    """Line by line."""
    dn, dz = dh_new * (1 - z), dh_new * (h - n)
    da_n = dn * (1 - n**2)
    dr = da_n * u_n
    da_r = dr * r * (1 - r)
    da_z = dz * z * (1 - z)
    da = torch.cat((da_r, da_z, da_n), dim=-1)
    du = torch.cat((da_r, da_z, da_n * r), dim=-1)
    return da, du, da @ W_ih, dh_new * z + du @ W_hh


def right_2(dh_new, h, r, z, n, u_n, W_ih, W_hh):
    """du is a copy of da whose last block is multiplied in place."""
    H = h.shape[1]
    d_tanh = (dh_new - dh_new * z) * (1 - n.square())
    da = torch.hstack([d_tanh * u_n * (r - r * r), dh_new * (h - n) * (z - z * z), d_tanh])
    du = da.clone()
    du[:, 2 * H :] *= r
    dx = torch.mm(da, W_ih)
    dh = torch.addmm(dh_new * z, du, W_hh)
    return da, du, dx, dh


def right_3(dh_new, h, r, z, n, u_n, W_ih, W_hh):
    """Blocks on an axis of their own, einsum, German names."""
    H = h.shape[-1]
    kandidat = dh_new * (1 - z) * (1 - n) * (1 + n)
    rück = kandidat * u_n * r * (1 - r)
    misch = (h * dh_new - n * dh_new) * z * (1 - z)
    da = torch.stack((rück, misch, kandidat), dim=1)
    du = torch.stack((rück, misch, kandidat * r), dim=1)
    dx = torch.einsum("bgh,ghi->bi", da, W_ih.reshape(3, H, W_ih.shape[1]))
    dh = torch.einsum("bgh,ghk->bk", du, W_hh.reshape(3, H, H)) + z * dh_new
    return da.flatten(1), du.flatten(1), dx, dh


def right_4(dh_new, h, r, z, n, u_n, W_ih, W_hh):
    """numpy and np.concatenate."""
    tensors = (dh_new, h, r, z, n, u_n, W_ih, W_hh)
    D, h, r, z, n, u, A, B = (t.detach().numpy() for t in tensors)
    an = D * (1 - z) * (1 - n**2)
    ar = an * u * r * (1 - r)
    az = D * (h - n) * z * (1 - z)
    da = np.concatenate([ar, az, an], axis=1)
    du = np.concatenate([ar, az, an * r], axis=1)
    res = da, du, da.dot(A), D * z + du.dot(B)
    return tuple(map(torch.from_numpy, res))


def right_5(dh_new, h, r, z, n, u_n, W_ih, W_hh):
    """Three small products each, slices of the weights, F.linear."""
    Wr, Wz, Wn = W_ih.chunk(3)
    Ur, Uz, Un = W_hh.chunk(3)
    dn = dh_new * (1 - z)
    dan = dn * (1 - n * n)
    dun = r * dan
    dar = (dan * u_n) * (r * (1 - r))
    daz = dh_new * h * z * (1 - z) - dh_new * n * z * (1 - z)
    dx = F.linear(dar, Wr.T) + F.linear(daz, Wz.T) + F.linear(dan, Wn.T)
    dh = F.linear(dar, Ur.T) + F.linear(daz, Uz.T) + F.linear(dun, Un.T)
    dh += dh_new * z
    return torch.cat([dar, daz, dan], 1), torch.cat([dar, daz, dun], 1), dx, dh


def wrong_1(dh_new, h, r, z, n, u_n, W_ih, W_hh):
    """The direct part of dh, through the mixture, is forgotten."""
    da_n = dh_new * (1 - z) * (1 - n**2)
    da_r = da_n * u_n * r * (1 - r)
    da_z = dh_new * (h - n) * z * (1 - z)
    da = torch.cat((da_r, da_z, da_n), -1)
    du = torch.cat((da_r, da_z, da_n * r), -1)
    return da, du, da @ W_ih, du @ W_hh


def wrong_2(dh_new, h, r, z, n, u_n, W_ih, W_hh):
    """du is taken to be the same as da."""
    dn = dh_new * (1 - z)
    dz = dh_new * (h - n)
    an = dn * (1 - n * n)
    ar = an * u_n * r * (1 - r)
    az = dz * z * (1 - z)
    da = torch.cat([ar, az, an], dim=1)
    du = da.clone()
    dx = da @ W_ih
    dh = du @ W_hh + dh_new * z
    return da, du, dx, dh


def wrong_3(dh_new, h, r, z, n, u_n, W_ih, W_hh):
    """dz has the difference the wrong way round."""
    dcand = dh_new * (1 - z) * (1 - n**2)
    dreset = dcand * u_n * r * (1 - r)
    dupdate = dh_new * (n - h) * z * (1 - z)
    da = torch.hstack((dreset, dupdate, dcand))
    du = torch.hstack((dreset, dupdate, dcand * r))
    return da, du, da.matmul(W_ih), du.matmul(W_hh) + dh_new * z


def wrong_4(dh_new, h, r, z, n, u_n, W_ih, W_hh):
    """In dr the partner of r is taken to be the state."""
    gn = dh_new * (1 - z) * (1 - n.pow(2))
    gr = gn * h * r * (1 - r)
    gz = dh_new * (h - n) * z * (1 - z)
    da, du = torch.cat((gr, gz, gn), 1), torch.cat((gr, gz, r * gn), 1)
    return (
        da,
        du,
        torch.einsum("ng,gi->ni", da, W_ih),
        dh_new * z + torch.einsum("ng,gk->nk", du, W_hh),
    )


def wrong_5(dh_new, h, r, z, n, u_n, W_ih, W_hh):
    """dn gets the factor z."""
    dn, dz, direct = dh_new * z, dh_new * (h - n), dh_new * z
    da_n = dn * (1 - n**2)
    da_r, da_z = da_n * u_n * r * (1 - r), dz * z * (1 - z)
    da = torch.cat((da_r, da_z, da_n), dim=1)
    du = torch.cat((da_r, da_z, da_n * r), dim=1)
    return da, du, da @ W_ih, direct + du @ W_hh


def wrong_6(dh_new, h, r, z, n, u_n, W_ih, W_hh):
    """dh goes through W_hh with da, although du is there."""
    H = h.shape[1]
    da = h.new_zeros(len(h), 3 * H)
    da[:, 2 * H :] = dh_new * (1 - z) * (1 - n**2)
    da[:, :H] = da[:, 2 * H :] * u_n * r * (1 - r)
    da[:, H : 2 * H] = dh_new * (h - n) * z * (1 - z)
    du = torch.cat((da[:, : 2 * H], da[:, 2 * H :] * r), dim=1)
    return da, du, da @ W_ih, dh_new * z + da @ W_hh


def wrong_7(dh_new, h, r, z, n, u_n, W_ih, W_hh):
    """No slope for the reset gate, and the slope of tanh for the update gate."""
    dn = dh_new * (1 - z)
    an = dn * (1 - n**2)
    ar = an * u_n
    az = dh_new * (h - n) * (1 - z**2)
    da = torch.cat((ar, az, an), dim=-1)
    du = torch.cat((ar, az, an * r), dim=-1)
    return da, du, da @ W_ih, dh_new * z + du @ W_hh


def wrong_8(dh_new, h, r, z, n, u_n, W_ih, W_hh):
    """The blocks stand as z r n, and dx is made from du."""
    候选 = dh_new * (1 - z) * (1 - n**2)
    重置 = 候选 * u_n * r * (1 - r)
    更新 = dh_new * (h - n) * z * (1 - z)
    da = torch.cat((更新, 重置, 候选), dim=1)
    du = torch.cat((更新, 重置, 候选 * r), dim=1)
    return da, du, du @ W_ih, dh_new * z + du @ W_hh


TRUTH = {
    "wrong_1": ["the direct part dh_new * z is missing in dh"],
    "wrong_2": ["du lacks the factor r in the block of n"],
    "wrong_3": ["the sign of dz is wrong"],
    "wrong_4": ["dr is multiplied by h instead of u_n"],
    "wrong_5": ["dn has the factor z instead of 1 - z"],
    "wrong_6": ["dh is made from da instead of du"],
    "wrong_7": ["the slope r(1 - r) is missing", "the slope of tanh for z"],
    "wrong_8": ["the blocks are in the order z r n", "dx is made from du instead of da"],
}
