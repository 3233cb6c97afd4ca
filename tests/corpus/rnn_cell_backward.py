# ruff: noqa
"""Learners' solutions for rnn_cell_backward."""

import numpy as np
import torch
import torch.nn.functional as F


def right_1(dh_new, h_new, W_ih, W_hh):
    """The three equations."""
    da = dh_new * (1 - h_new**2)
    return da, da @ W_ih, da @ W_hh


def right_2(dh_new, h_new, W_ih, W_hh):
    """einsum for the products, the square multiplied out."""
    slope = (1 - h_new) * (1 + h_new)
    da = torch.einsum("nh,nh->nh", dh_new, slope)
    dx = torch.einsum("nh,hi->ni", da, W_ih)
    dh = torch.einsum("nk,kh->nh", da, W_hh)
    return da, dx, dh


def right_3(dh_new, h_new, W_ih, W_hh):
    """F.linear with transposed weights, both products fused and split, German names."""
    steigung = 1 - h_new.square()
    da = steigung * dh_new
    beide = F.linear(da, torch.cat((W_ih, W_hh), dim=1).t())
    dx, dh = beide.split([W_ih.shape[1], W_hh.shape[1]], dim=1)
    return da, dx, dh


def right_4(dh_new, h_new, W_ih, W_hh):
    """Column vectors, sentence by sentence, with the full matrix of derivatives."""
    das, dxs, dhs = [], [], []
    for d, h in zip(dh_new, h_new):
        J = torch.diag(1 - h * h)
        col = J @ d.unsqueeze(1)
        das.append(col.squeeze(1))
        dxs.append((W_ih.T @ col).squeeze(1))
        dhs.append((W_hh.T @ col).squeeze(1))
    return torch.stack(das), torch.stack(dxs), torch.stack(dhs)


def right_5(dh_new, h_new, W_ih, W_hh):
    """numpy, filling zeros in place."""
    d, h = dh_new.detach().numpy(), h_new.detach().numpy()
    da = np.zeros(d.shape, dtype=d.dtype)
    da += d
    da -= d * h**2
    dx = np.dot(da, W_ih.detach().numpy())
    dh = np.dot(da, W_hh.detach().numpy())
    return torch.from_numpy(da), torch.from_numpy(dx), torch.from_numpy(dh)


def wrong_1(dh_new, h_new, W_ih, W_hh):
    """The slope is 1 - h, the square is forgotten."""
    da = dh_new * (1 - h_new)
    return da, da @ W_ih, da @ W_hh


def wrong_2(dh_new, h_new, W_ih, W_hh):
    """Uses the slope of sigmoid."""
    pente = h_new * (1 - h_new)
    da = dh_new * pente
    dx = da.matmul(W_ih)
    dh = da.matmul(W_hh)
    return da, dx, dh


def wrong_3(dh_new, h_new, W_ih, W_hh):
    """dh is taken from the incoming gradient, past the tanh."""
    da = torch.mul(dh_new, 1 - torch.pow(h_new, 2))
    dx = torch.mm(da, W_ih)
    dh = torch.mm(dh_new, W_hh)
    return da, dx, dh


def wrong_4(dh_new, h_new, W_ih, W_hh):
    """One transpose too many, on the square matrix."""
    da = dh_new - dh_new * h_new * h_new
    dx = (W_ih.T @ da.T).T
    dh = da @ W_hh.T
    return da, dx, dh


def wrong_5(dh_new, h_new, W_ih, W_hh):
    """dh and dx come back in the wrong order."""
    da = dh_new * (1 - h_new * h_new)
    dh = da @ W_hh
    dx = da @ W_ih
    return da, dh, dx


def wrong_6(dh_new, h_new, W_ih, W_hh):
    """tanh is applied to h_new, which is a tanh already."""
    da = dh_new * (1 - torch.tanh(h_new) ** 2)
    return da, torch.einsum("nh,hi->ni", da, W_ih), torch.einsum("nh,hk->nk", da, W_hh)


def wrong_7(dh_new, h_new, W_ih, W_hh):
    """The sign of the slope is turned, and dh_new is added to dh."""
    da = dh_new * (h_new**2 - 1)
    dx = da @ W_ih
    dh = dh_new + da @ W_hh
    return da, dx, dh


def wrong_8(dh_new, h_new, W_ih, W_hh):
    """da is divided by the number of sentences, and dx stays as columns (I, N)."""
    批量 = len(dh_new)
    梯度 = dh_new * (1 - h_new**2) / 批量
    return 梯度, W_ih.T @ 梯度.T, 梯度 @ W_hh


TRUTH = {
    "wrong_1": ["slope 1 - h instead of 1 - h squared"],
    "wrong_2": ["the slope of sigmoid instead of that of tanh"],
    "wrong_3": ["dh is made from dh_new instead of da"],
    "wrong_4": ["W_hh is transposed in dh"],
    "wrong_5": ["dx and dh are returned in the wrong order"],
    "wrong_6": ["tanh is applied once more to h_new"],
    "wrong_7": ["the sign of the slope is wrong", "dh_new is added to dh"],
    "wrong_8": ["da is divided by the batch size", "dx is (I, N) instead of (N, I)"],
}
