# ruff: noqa
import torch
import numpy as np


def right_1(xs, h0, weights):
    output, h_n = read(xs.flip(0), h0, weights)
    return output.flip(0), h_n


def right_2(xs, h0, weights):
    W_ih, W_hh, b_ih, b_hh = weights
    h = h0
    states = []
    for t in range(len(xs) - 1, -1, -1):
        h = torch.tanh(xs[t] @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
        states.insert(0, h)
    return torch.stack(states), h


def right_4(xs, h0, weights):
    w_x, w_h, b_x, b_h = weights
    T, N = xs.shape[:2]
    sums = torch.nn.functional.linear(xs, w_x, b_x)

    def step(t, after):
        return (sums[t] + torch.nn.functional.linear(after, w_h, b_h)).tanh()

    result = [None] * T
    state = h0
    for k in range(T):
        t = T - 1 - k
        state = step(t, state)
        result[t] = state
    output = torch.cat([r[None] for r in result])
    return output, output[0]


# MISTAKE: the outputs are not turned back into the order of the words
def wrong_1(xs, h0, weights):
    output, h_n = read(xs.flip(0), h0, weights)
    return output, h_n  # <-- here


# MISTAKE: h_n is taken at the last word (the first state read) instead of at the first word
def wrong_2(xs, h0, weights):
    backwards = torch.flip(xs, (0,))
    all_states, _ = read(backwards, h0, weights)
    all_states = torch.flip(all_states, (0,))
    return all_states, all_states[-1]  # <-- here


# MISTAKE: the words are not turned before reading, only the outputs are turned afterwards
def wrong_3(xs, h0, weights):
    states, last = read(xs, h0, weights)  # <-- here
    idx = torch.arange(len(states) - 1, -1, -1)
    return states[idx], last


# MISTAKE: turns along axis 1 (the sentences of the batch) instead of axis 0 (the time)
def wrong_4(xs, h0, weights):
    sx = torch.flip(xs, dims=(1,))  # <-- here
    o, h = read(sx, h0, weights)
    return torch.flip(o, dims=(1,)), h  # <-- here


# MISTAKE: the state is not carried on: every word is read from h0
def wrong_5(xs, h0, weights):
    W_ih, W_hh, b_ih, b_hh = weights
    outs = []
    for x in reversed(list(xs)):
        new = torch.tanh(x @ W_ih.T + b_ih + h0 @ W_hh.T + b_hh)  # <-- here
        outs.append(new)
    outs.reverse()
    return torch.stack(outs), outs[0]


# MISTAKE: thinks that the backward reader goes on from where a forward reader stopped: it first reads forward and starts from that last state instead of from h0
def wrong_6(xs, h0, weights):
    _, end = read(xs, h0, weights)
    states, h_n = read(xs.flip(0), end, weights)  # <-- here
    return states.flip(0), h_n


# MISTAKE: the loop ends one word too early, so the first word is never read (its row stays zero)
def wrong_7(xs, h0, weights):
    Wi, Wh, bi, bh = weights
    T = xs.size(0)
    output = torch.zeros(T, *h0.shape, dtype=h0.dtype)
    h_n = h0
    for t in range(T - 1, 0, -1):  # <-- here
        h_n = torch.tanh(xs[t].matmul(Wi.t()) + bi + h_n.matmul(Wh.t()) + bh)
        output[t] = h_n
    return output, h_n


# MISTAKE: the bias b_hh is forgotten AND the outputs are not turned back into the order of the words
def pair_1(xs, h0, weights):
    W_ih, W_hh, b_ih, b_hh = weights
    h = h0
    hs = []
    for x in xs.flip(0):
        h = torch.tanh(x @ W_ih.T + b_ih + h @ W_hh.T)  # <-- here
        hs.append(h)
    return torch.stack(hs), h  # <-- here


# MISTAKE: starts from zeros instead of from h0 AND returns the state at the last word as h_n
def pair_2(xs, h0, weights):
    start = torch.zeros_like(h0)  # <-- here
    rev, _ = read(xs.flip(0), start, weights)
    output = rev.flip(0)
    h_n = output[len(xs) - 1]  # <-- here
    return output, h_n


# MISTAKE: goes through the words from the first to the last AND multiplies the state by W_hh without transposing it
def pair_3(xs, h0, weights):
    A, B, a, b = weights
    T = xs.shape[0]
    places = [None for _ in range(T)]
    s = h0
    for t in range(T):  # <-- here
        s = (xs[t] @ A.T + a + s @ B + b).tanh()  # <-- here
        places[t] = s
    return torch.stack(places, dim=0), s
