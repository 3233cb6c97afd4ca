# ruff: noqa
from collections import deque

import numpy as np
import torch


# ------------------------------------------------------------------ right


def right_1(xs, later, weights, bias):
    window = xs
    answers = []
    for a in range(later.shape[1]):
        y = (window * weights).sum(dim=(1, 2)) + bias
        answers.append(y)
        hour = later[:, a].clone()
        hour[:, 0] = y
        window = torch.cat([window[:, 1:], hour.unsqueeze(1)], dim=1)
    return torch.stack(answers, dim=1)


def right_2(xs, later, weights, bias):
    # one long table; the hours that come are filled in as we go
    W, A = xs.shape[1], later.shape[1]
    table = torch.cat([xs, later], dim=1)  # cat makes a copy
    for a in range(A):
        table[:, W + a, 0] = torch.einsum("nwi,wi->n", table[:, a : a + W], weights) + bias
    return table[:, W:, 0].clone()


def right_3(xs, later, weights, bias):
    """numpy, with a queue of hours."""
    W = xs.shape[1]
    w = weights.detach().numpy()
    hours = deque((xs[:, k].detach().numpy() for k in range(W)), maxlen=W)
    out = np.empty(tuple(later.shape[:2]), dtype=w.dtype)
    for a in range(later.shape[1]):
        y = sum(hour @ w_row for hour, w_row in zip(hours, w)) + float(bias)
        out[:, a] = y
        new = later[:, a].detach().numpy().copy()
        new[:, 0] = y
        hours.append(new)  # the oldest falls out at the left
    return torch.from_numpy(out)


def right_4(xs, later, weights, bias):
    """No loop over windows: y = base + L y, where base is all that is known in advance."""
    (N, W, I), A = xs.shape, later.shape[1]
    known = torch.cat([xs, later], dim=1)
    known[:, W:, 0] = 0
    base = torch.einsum("naiw,wi->na", known.unfold(1, W, 1)[:, :A], weights) + bias
    # the answer for hour a is read again at hour b, a < b <= a + W, with the weight of place W - (b - a)
    L = torch.zeros(A, A, dtype=weights.dtype)
    for b in range(A):
        for a in range(max(0, b - W), b):
            L[b, a] = weights[W - (b - a), 0]
    M = torch.eye(A, dtype=weights.dtype) - L
    return torch.linalg.solve_triangular(M, base.T, upper=False).T.contiguous()


# ------------------------------------------------------------------ wrong


# MISTAKE: the new hour comes in as it is in later, with the measured feature 0 instead of the model's own answer
def wrong_1(xs, later, weights, bias):
    window = xs
    answers = []
    for a in range(later.shape[1]):
        y = (window * weights).sum(dim=(1, 2)) + bias
        answers.append(y)
        window = torch.cat([window[:, 1:], later[:, a : a + 1]], dim=1)  # <-- here
    return torch.stack(answers, dim=1)


# MISTAKE: the new hour is put in at the front and the newest one is dropped, instead of the other way round
def wrong_2(xs, later, weights, bias):
    window = xs.clone()
    out = []
    for k in range(later.size(1)):
        y = torch.einsum("nwi,wi->n", window, weights) + bias
        out.append(y)
        hour = torch.cat([y[:, None], later[:, k, 1:]], dim=-1)
        window = torch.cat([hour[:, None], window[:, :-1]], dim=1)  # <-- here
    return torch.stack(out, 1)


# MISTAKE: the window is taken one hour too late, so that it already contains the hour that is asked for
def wrong_3(xs, later, weights, bias):
    W, A = xs.shape[1], later.shape[1]
    table = torch.cat([xs, later], dim=1)
    for a in range(A):
        table[:, W + a, 0] = (
            torch.einsum("nwi,wi->n", table[:, a + 1 : a + 1 + W], weights) + bias
        )  # <-- here
    return table[:, W:, 0]


# MISTAKE: the answers are fed back without the bias, which is added only to what is returned
def wrong_4(xs, later, weights, bias):
    window = xs.clone()
    later = later.clone()
    answers = []
    for a in range(later.shape[1]):
        y = (window * weights).sum((1, 2))
        later[:, a, 0] = y  # <-- here
        window = torch.cat([window, later[:, a : a + 1]], 1)[:, 1:]
        answers.append(y)
    return torch.stack(answers, 1) + bias


# MISTAKE: the other features of the new hour are copied from the last hour of the window instead of taken from later
def wrong_5(xs, later, weights, bias):
    N, A = later.shape[0], later.shape[1]
    w = weights.reshape(-1)
    window = xs.clone()
    result = xs.new_zeros(N, A)
    for a in range(A):
        y = window.reshape(N, -1) @ w + bias
        result[:, a] = y
        new = window[:, -1].clone()  # <-- here
        new[:, 0] = y
        window = torch.cat((window[:, 1:], new[:, None]), dim=1)
    return result


# MISTAKE: the weights are read the wrong way round in time, the first row for the newest hour
def wrong_6(xs, later, weights, bias):
    W = xs.shape[1]
    w = weights.numpy()
    hours = deque((xs[:, k].numpy() for k in range(W)), maxlen=W)
    out = np.empty(tuple(later.shape[:2]), dtype=w.dtype)
    for a in range(later.shape[1]):
        y = sum(hour @ w_row for hour, w_row in zip(reversed(hours), w)) + float(bias)  # <-- here
        out[:, a] = y
        new = later[:, a].numpy().copy()
        new[:, 0] = y
        hours.append(new)
    return torch.from_numpy(out)


# MISTAKE: the other features of every new hour are those of the first hour of later
def wrong_7(xs, later, weights, bias):
    window = xs
    answers = []
    new = later[:, 0].clone()  # <-- here
    for _ in range(later.shape[1]):
        y = torch.tensordot(window, weights, dims=2) + bias
        answers.append(y)
        new = new.clone()
        new[:, 0] = y
        window = torch.cat([window[:, 1:], new.unsqueeze(1)], dim=1)
    return torch.stack(answers, dim=1)


# ------------------------------------------------------------------ pairs


# MISTAKE: the bias is left out; the answer is written into the last feature of the new hour instead of feature 0
def pair_1(xs, later, weights, bias):
    window = xs
    answers = []
    for a in range(later.shape[1]):
        y = (window * weights).sum(dim=(1, 2))  # <-- here
        answers.append(y)
        hour = later[:, a].clone()
        hour[:, -1] = y  # <-- here
        window = torch.cat([window[:, 1:], hour.unsqueeze(1)], dim=1)
    return torch.stack(answers, dim=1)


# MISTAKE: the other features of the new hour are left at zero; the weighted hours are averaged over the window instead of added up
def pair_2(xs, later, weights, bias):
    N, A, I = later.shape
    window = xs.clone()
    out = xs.new_empty(N, A)
    for a in range(A):
        out[:, a] = (window * weights).sum(2).mean(1) + bias  # <-- here
        hour = xs.new_zeros(N, 1, I)  # <-- here
        hour[:, 0, 0] = out[:, a]
        window = torch.cat([window[:, 1:], hour], dim=1)
    return out


# MISTAKE: the answer replaces the newest hour of the window instead of moving the window on; the other features are those of the hour after, one too far in later
def pair_3(xs, later, weights, bias):
    A = later.shape[1]
    window = xs.clone()
    answers = []
    for a in range(A):
        y = torch.einsum("nwi,wi->n", window, weights) + bias
        answers.append(y)
        hour = later[:, min(a + 1, A - 1)].clone()  # <-- here
        hour[:, 0] = y
        window[:, -1] = hour  # <-- here
    return torch.stack(answers, dim=1)
