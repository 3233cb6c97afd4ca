# ruff: noqa
"""Learners' solutions for rnn_gradients."""

import torch


def right_1(das, xs, h0, output, W_ih):
    """One loop, everything collected step by step."""
    T = das.shape[0]
    H = das.shape[2]
    dxs = torch.zeros_like(xs)
    dW_ih = torch.zeros_like(W_ih)
    dW_hh = h0.new_zeros(H, H)
    db_ih = h0.new_zeros(H)
    db_hh = h0.new_zeros(H)
    for t in range(T):
        da = das[t]
        if t == 0:
            h_before = h0
        else:
            h_before = output[t - 1]
        dxs[t] = da @ W_ih
        dW_ih += da.T @ xs[t]
        dW_hh += da.T @ h_before
        db_ih += da.sum(dim=0)
        db_hh += da.sum(dim=0)
    return dxs, dW_ih, dW_hh, db_ih, db_hh


def right_2(das, xs, h0, output, W_ih):
    """einsum for all."""
    before = torch.cat([h0.unsqueeze(0), output[:-1]])
    dxs = torch.einsum("tnh,hi->tni", das, W_ih)
    dW_ih = torch.einsum("tnh,tni->hi", das, xs)
    dW_hh = torch.einsum("tnh,tnk->hk", das, before)
    db = torch.einsum("tnh->h", das)
    return dxs, dW_ih, dW_hh, db, db.clone()


def right_3(das, xs, h0, output, W_ih):
    """All rows under each other, one product each."""
    T, N, H = das.shape
    A = das.reshape(T * N, H)
    X = xs.reshape(T * N, -1)
    S = torch.vstack([h0, output.reshape(T * N, H)])[: T * N]
    b = A.sum(0)
    return (A @ W_ih).view(T, N, -1), A.t().mm(X), A.t().mm(S), b, b


def right_4(das, xs, h0, output, W_ih):
    """Outer products of single sentences, added into zeros of float32."""
    T, N, I = xs.shape
    H = h0.shape[1]
    dxs = torch.zeros(T, N, I)
    dW_ih, dW_hh, db = torch.zeros(H, I), torch.zeros(H, H), torch.zeros(H)
    estados = [h0, *output]
    for t in range(T):
        for n in range(N):
            a = das[t, n]
            dxs[t, n] = W_ih.T @ a
            dW_ih += torch.outer(a, xs[t, n])
            dW_hh += torch.outer(a, estados[t][n])
            db += a
    return dxs, dW_ih, dW_hh, db, db


def right_5(das, xs, h0, output, W_ih):
    """tensordot over time and batch, the first step of dW_hh apart."""
    both = ([0, 1], [0, 1])
    dW_hh = das[0].T @ h0 + torch.tensordot(das[1:], output[:-1], both)
    db = das.flatten(0, 1).sum(0)
    return torch.nn.functional.linear(das, W_ih.T), torch.tensordot(das, xs, both), dW_hh, db, db


def wrong_1(das, xs, h0, output, W_ih):
    """Uses the state that the step made, not the one before it."""
    dW_ih = torch.zeros_like(W_ih)
    dW_hh = 0
    for da, x, h in zip(das, xs, output):
        dW_ih = dW_ih + da.T @ x
        dW_hh = dW_hh + da.T @ h
    db = das.sum(dim=(0, 1))
    return das @ W_ih, dW_ih, dW_hh, db, db


def wrong_2(das, xs, h0, output, W_ih):
    """Starts dW_hh at the second step, h0 is never used."""
    T, N, H = das.shape
    dW_hh = torch.zeros(H, H, dtype=das.dtype)
    for t in range(1, T):
        dW_hh += das[t].T @ output[t - 1]
    dW_ih = sum(das[t].T @ xs[t] for t in range(T))
    db = das.sum(0).sum(0)
    return das @ W_ih, dW_ih, dW_hh, db, db


def wrong_3(das, xs, h0, output, W_ih):
    """The products the other way round: the gradients of both weights are transposed."""
    dW_ih, dW_hh = 0.0, 0.0
    h = h0
    for t in range(len(xs)):
        dW_ih = dW_ih + xs[t].T @ das[t]
        dW_hh = dW_hh + h.T @ das[t]
        h = output[t]
    db = das.sum((0, 1))
    return das @ W_ih, dW_ih, dW_hh, db, db


def wrong_4(das, xs, h0, output, W_ih):
    """Takes the mean over the sentences of the batch, where they should be added."""
    N = xs.size(1)
    prev = torch.cat([h0[None], output[:-1]], 0)
    gW = torch.einsum("tnh,tni->hi", das, xs) / N
    gU = torch.einsum("tnh,tnj->hj", das, prev) / N
    gb = das.mean(1).sum(0)
    return das @ W_ih, gW, gU, gb, gb


def wrong_5(das, xs, h0, output, W_ih):
    """Sums the biases over time only, (N, H)."""
    h_prev = torch.cat([h0.unsqueeze(0), output[:-1]])
    dW_ih = (das.transpose(1, 2) @ xs).sum(0)
    dW_hh = (das.transpose(1, 2) @ h_prev).sum(0)
    db = das.sum(0)
    return das @ W_ih, dW_ih, dW_hh, db, db


def wrong_6(das, xs, h0, output, W_ih):
    """Forgets to add up: each step overwrites the weights' gradients of the step before."""
    h = h0
    dxs = []
    for t in range(das.shape[0]):
        da = das[t]
        dxs.append(da @ W_ih)
        dW_ih = da.T @ xs[t]
        dW_hh = da.T @ h
        db = da.sum(0)
        h = output[t]
    return torch.stack(dxs), dW_ih, dW_hh, db, db


def wrong_7(das, xs, h0, output, W_ih):
    """The states after the step in dW_hh, and means for the biases."""
    T, N, H = das.shape
    flach = das.reshape(-1, H)
    dW_ih = flach.T @ xs.reshape(T * N, -1)
    dW_hh = flach.T @ output.reshape(-1, H)
    db = flach.mean(0)
    return das @ W_ih, dW_ih, dW_hh, db, db


def wrong_8(das, xs, h0, output, W_ih):
    """Takes das for dh and multiplies by tanh's slope once more; zeros for the state before."""
    das = das * (1 - output**2)
    h_prev = torch.zeros_like(output)
    h_prev[1:] = output[:-1]
    dW_ih = torch.zeros_like(W_ih)
    dW_hh = torch.zeros_like(h0.T @ h0)
    for t in range(len(das)):
        dW_ih += das[t].T @ xs[t]
        dW_hh += das[t].T @ h_prev[t]
    db = das.sum((0, 1))
    return das @ W_ih, dW_ih, dW_hh, db, db


TRUTH = {
    "wrong_1": ["dW_hh uses the state after the step instead of the state before it"],
    "wrong_2": ["dW_hh lacks the share of the first step, with h0"],
    "wrong_3": ["the gradients of both weights are transposed"],
    "wrong_4": ["mean over the sentences of the batch instead of the sum, in weights and biases"],
    "wrong_5": ["the biases' gradients are summed over time only, (N, H)"],
    "wrong_6": ["the steps are not added up, only the last step's share is left"],
    "wrong_7": [
        "dW_hh uses the state after the step instead of the state before it",
        "the biases' gradients are means over time and batch instead of sums",
    ],
    "wrong_8": [
        "das is multiplied by the slope of tanh once more",
        "dW_hh lacks the share of the first step, with h0",
    ],
}
