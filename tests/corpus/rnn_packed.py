# ruff: noqa
"""Learners' solutions for rnn_packed."""

import numpy as np
import torch
import torch.nn.functional as F


def right_1(data, batch_sizes, h0, W_ih, W_hh, b_ih, b_hh):
    """A copy of h0 whose first rows are replaced at each step."""
    h = h0.clone()
    start, output = 0, []
    for size in batch_sizes:
        x = data[start : start + size]
        h[:size] = torch.tanh(x @ W_ih.T + b_ih + h[:size] @ W_hh.T + b_hh)
        output.append(h[:size].clone())
        start += size
    return torch.cat(output), h


def right_2(data, batch_sizes, h0, W_ih, W_hh, b_ih, b_hh):
    """Nothing in place: the ended rows are glued on below."""
    pre = torch.split(F.linear(data, W_ih, b_ih + b_hh), batch_sizes)
    h, outs = h0, []
    for p in pre:
        k = p.shape[0]
        neu = torch.tanh(p + F.linear(h[:k], W_hh))
        outs.append(neu)
        h = torch.cat((neu, h[k:]), dim=0)
    return torch.cat(outs, dim=0), h


def right_3(data, batch_sizes, h0, W_ih, W_hh, b_ih, b_hh):
    """Sentence by sentence: finds the rows of each one through offsets, French names."""
    débuts = [sum(batch_sizes[:t]) for t in range(len(batch_sizes))]
    R, H = data.shape[0], W_hh.shape[0]
    sorties = torch.zeros(R, H)
    finaux = []
    for n in range(batch_sizes[0]):
        état = h0[n]
        for début, taille in zip(débuts, batch_sizes):
            if n >= taille:
                break
            état = torch.tanh(W_ih @ data[début + n] + b_ih + W_hh @ état + b_hh)
            sorties[début + n] = état
        finaux.append(état)
    return sorties, torch.stack(finaux)


def right_4(data, batch_sizes, h0, W_ih, W_hh, b_ih, b_hh):
    """numpy; the finished ones are collected from the end."""
    X, h = data.detach().numpy(), h0.detach().numpy()
    A, B = W_ih.detach().numpy().T, W_hh.detach().numpy().T
    b = (b_ih + b_hh).detach().numpy()
    ends = np.cumsum(batch_sizes)
    outs, finished = [], []
    for end, k in zip(ends, batch_sizes):
        if k < len(h):
            finished.insert(0, h[k:])
        h = np.tanh(X[end - k : end] @ A + h[:k] @ B + b)
        outs.append(h)
    h_n = np.concatenate([h] + finished)
    return torch.from_numpy(np.concatenate(outs)), torch.from_numpy(h_n)


def right_5(data, batch_sizes, h0, W_ih, W_hh, b_ih, b_hh):
    """All sentences step on a padded table, torch.where keeps those that have ended."""
    N, T = batch_sizes[0], len(batch_sizes)
    sizes = torch.tensor(batch_sizes)
    mask = torch.arange(N)[None, :] < sizes[:, None]
    table = data.new_zeros(T, N, data.shape[1])
    table[mask] = data
    h, states = h0, []
    for t in range(T):
        step = torch.tanh(table[t] @ W_ih.T + h @ W_hh.T + b_ih + b_hh)
        h = torch.where(mask[t].unsqueeze(1), step, h)
        states.append(h)
    return torch.stack(states)[mask], h


def wrong_1(data, batch_sizes, h0, W_ih, W_hh, b_ih, b_hh):
    """The state shrinks with the batch, and only what is left is returned as h_n."""
    h, start, output = h0, 0, []
    for size in batch_sizes:
        h = torch.tanh(data[start : start + size] @ W_ih.T + b_ih + h[:size] @ W_hh.T + b_hh)
        output.append(h)
        start += size
    return torch.cat(output), h


def wrong_2(data, batch_sizes, h0, W_ih, W_hh, b_ih, b_hh):
    """Sentences that have ended get a state of zeros."""
    h = h0.clone()
    outs = []
    for x in data.split(batch_sizes):
        k = len(x)
        new = torch.zeros_like(h)
        new[:k] = torch.tanh(F.linear(x, W_ih, b_ih) + F.linear(h[:k], W_hh, b_hh))
        outs.append(new[:k])
        h = new
    return torch.cat(outs), h


def wrong_3(data, batch_sizes, h0, W_ih, W_hh, b_ih, b_hh):
    """The start is never moved on: every step reads the first rows of data."""
    h = h0.clone()
    start = 0
    output = []
    for k in batch_sizes:
        x = data[start : start + k]
        h[:k] = torch.tanh(x @ W_ih.T + h[:k] @ W_hh.T + b_ih + b_hh)
        output.append(h[:k].clone())
    return torch.cat(output), h


def wrong_4(data, batch_sizes, h0, W_ih, W_hh, b_ih, b_hh):
    """The last rows of the state take the step, not the first."""
    h = h0.clone()
    ausgabe = []
    for x in torch.split(data, batch_sizes):
        von = h.shape[0] - x.shape[0]
        h[von:] = torch.tanh(x @ W_ih.T + b_ih + h[von:] @ W_hh.T + b_hh)
        ausgabe.append(h[von:].clone())
    return torch.cat(ausgabe), h


def wrong_5(data, batch_sizes, h0, W_ih, W_hh, b_ih, b_hh):
    """h_n is cut off the end of the output: its last N rows."""
    N = batch_sizes[0]
    h = h0
    outs = []
    pos = 0
    for k in batch_sizes:
        h = torch.tanh(data[pos : pos + k] @ W_ih.T + b_ih + h[:k] @ W_hh.T + b_hh)
        outs.append(h)
        pos += k
    output = torch.cat(outs)
    return output, output[-N:]


def wrong_6(data, batch_sizes, h0, W_ih, W_hh, b_ih, b_hh):
    """The start of the rows is set to the last batch size, = in the place of +=."""
    h = h0.clone()
    début = 0
    output = []
    for k in batch_sizes:
        mots = data[début : début + k]
        h[:k] = torch.tanh(mots @ W_ih.T + b_ih + h[:k] @ W_hh.T + b_hh)
        output.append(h[:k].clone())
        début = k
    return torch.cat(output), h


def wrong_7(data, batch_sizes, h0, W_ih, W_hh, b_ih, b_hh):
    """Every step starts from h0 again, and b_hh is forgotten."""
    h = h0.clone()
    outs, p = [], 0
    for k in batch_sizes:
        h[:k] = (F.linear(data[p : p + k], W_ih, b_ih) + F.linear(h0[:k], W_hh)).tanh()
        outs.append(h[:k].clone())
        p += k
    return torch.cat(outs), h


def wrong_8(data, batch_sizes, h0, W_ih, W_hh, b_ih, b_hh):
    """The ended sentences go on stepping without a word, and h_n is turned upside down."""
    状态, 位置, 输出 = h0, 0, []
    for 数 in batch_sizes:
        和 = 状态 @ W_hh.T + b_hh + b_ih
        和[:数] += data[位置 : 位置 + 数] @ W_ih.T
        状态 = torch.tanh(和)
        输出.append(状态[:数])
        位置 += 数
    return torch.cat(输出), 状态.flip(0)


TRUTH = {
    "wrong_1": ["h_n holds only the sentences of the last step"],
    "wrong_2": ["the states of ended sentences are set to zero"],
    "wrong_3": ["every step reads the first rows of data"],
    "wrong_4": ["the last rows of the state are updated instead of the first"],
    "wrong_5": ["h_n is the last N rows of output"],
    "wrong_6": ["the offset is the last batch size instead of the sum of all before"],
    "wrong_7": ["the state is not carried: every step starts from h0", "b_hh is missing"],
    "wrong_8": ["ended sentences go on stepping", "h_n is in reverse order"],
}
