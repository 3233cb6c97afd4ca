# ruff: noqa
"""Learners' solutions for rnn."""

import numpy as np
import torch
import torch.nn.functional as F


def right_1(xs, h0, W_ih, W_hh, b_ih, b_hh):
    """A list of states, stacked."""
    h = h0
    outputs = []
    for x in xs:
        h = torch.tanh(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
        outputs.append(h)
    return torch.stack(outputs), h


def right_2(xs, h0, W_ih, W_hh, b_ih, b_hh):
    """The words' part for all steps at once, results into a table of zeros."""
    T, N, I = xs.shape
    H = W_hh.shape[0]
    pre = F.linear(xs, W_ih, b_ih + b_hh)
    output = torch.zeros(T, N, H)
    h = h0
    for t in range(T):
        h = (pre[t] + F.linear(h, W_hh)).tanh()
        output[t] = h
    return output, h


def _schritt(wort, zustand, W, U, b):
    return torch.tanh(wort @ W.t() + zustand @ U.t() + b)


def right_3(xs, h0, W_ih, W_hh, b_ih, b_hh):
    """A helper for the step, h0 put in front of the list and cut off again."""
    zustände = [h0]
    for t in range(len(xs)):
        zustände += [_schritt(xs[t], zustände[-1], W_ih, W_hh, b_ih + b_hh)]
    return torch.stack(zustände[1:], dim=0), zustände[-1]


def right_4(xs, h0, W_ih, W_hh, b_ih, b_hh):
    """Sentence by sentence, vectors only, and stacked along axis 1."""
    columns = []
    for n in range(xs.shape[1]):
        h, column = h0[n], []
        for t in range(xs.shape[0]):
            h = torch.tanh(torch.mv(W_ih, xs[t, n]) + b_ih + torch.mv(W_hh, h) + b_hh)
            column.append(h)
        columns.append(torch.stack(column))
    output = torch.stack(columns, dim=1)
    return output, output[-1]


def right_5(xs, h0, W_ih, W_hh, b_ih, b_hh):
    """numpy, flat rows (T*N, I) for the words, with a while loop."""
    T, N, I = xs.shape
    flat = xs.reshape(T * N, I).detach().numpy() @ W_ih.detach().numpy().T
    flat = (flat + b_ih.detach().numpy()).reshape(T, N, -1)
    U, b = W_hh.detach().numpy(), b_hh.detach().numpy()
    out = np.empty_like(flat)
    h, t = h0.detach().numpy(), 0
    while t < T:
        h = np.tanh(flat[t] + h @ U.T + b)
        out[t] = h
        t += 1
    return torch.from_numpy(out), torch.from_numpy(h.copy())


def wrong_1(xs, h0, W_ih, W_hh, b_ih, b_hh):
    """Every step starts from h0."""
    outputs = []
    for x in xs:
        h = torch.tanh(x @ W_ih.T + b_ih + h0 @ W_hh.T + b_hh)
        outputs.append(h)
    return torch.stack(outputs), h


def wrong_2(xs, h0, W_ih, W_hh, b_ih, b_hh):
    """The last state is taken from the front of the output."""
    h, out = h0, []
    for t in range(xs.size(0)):
        h = torch.tanh(F.linear(xs[t], W_ih, b_ih) + F.linear(h, W_hh, b_hh))
        out.append(h.unsqueeze(0))
    out = torch.cat(out, dim=0)
    return out, out[0]


def wrong_3(xs, h0, W_ih, W_hh, b_ih, b_hh):
    """Starts from zeros, h0 is not read."""
    T, N, I = xs.shape
    h = xs.new_zeros(N, W_hh.shape[0])
    outs = torch.empty(T, N, W_hh.shape[0])
    for t, x in enumerate(xs):
        h = torch.tanh(x @ W_ih.T + h @ W_hh.T + (b_ih + b_hh))
        outs[t] = h
    return outs, h


def wrong_4(xs, h0, W_ih, W_hh, b_ih, b_hh):
    """One tensor is overwritten in place, so the list holds the last state T times."""
    état = h0.clone()
    sorties = []
    for mot in xs:
        état.copy_(torch.tanh(mot @ W_ih.T + b_ih + état @ W_hh.T + b_hh))
        sorties.append(état)
    return torch.stack(sorties), état


def wrong_5(xs, h0, W_ih, W_hh, b_ih, b_hh):
    """Takes the second axis for time (a shape error unless T equals N)."""
    h, outputs = h0, []
    for t in range(xs.shape[1]):
        h = torch.tanh(xs[:, t] @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
        outputs.append(h)
    return torch.stack(outputs, dim=1), h


def wrong_6(xs, h0, W_ih, W_hh, b_ih, b_hh):
    """Writes the state down before the step instead of after it."""
    h = h0
    outputs = []
    for x in xs.unbind(0):
        outputs.append(h)
        h = (x @ W_ih.T + b_ih + h @ W_hh.T + b_hh).tanh()
    return torch.stack(outputs), h


def wrong_7(xs, h0, W_ih, W_hh, b_ih, b_hh):
    """b_ih is left out, and the two results come in the wrong order."""
    h, outputs = h0, []
    for x in xs:
        h = torch.tanh(x @ W_ih.T + h @ W_hh.T + b_hh)
        outputs.append(h)
    return h, torch.stack(outputs)


def wrong_8(xs, h0, W_ih, W_hh, b_ih, b_hh):
    """Reads from the last word to the first, and writes tanh as 2 sigmoid(a) - 1."""
    T, N = xs.shape[:2]
    输出 = torch.zeros(T, N, len(W_hh))
    状态 = h0
    for 步 in reversed(range(T)):
        和 = F.linear(xs[步], W_ih, b_ih) + F.linear(状态, W_hh, b_hh)
        状态 = 2 * torch.sigmoid(和) - 1
        输出[步] = 状态
    return 输出, 状态


TRUTH = {
    "wrong_1": ["the state is not carried: every step starts from h0"],
    "wrong_2": ["h_n is the first output instead of the last"],
    "wrong_3": ["h0 is ignored, starts from zeros"],
    "wrong_4": ["all outputs are the last state (one tensor overwritten in place)"],
    "wrong_5": ["loops over the batch axis instead of time"],
    "wrong_6": ["output holds the state before each step, one late"],
    "wrong_7": ["b_ih is missing", "output and h_n are returned in the wrong order"],
    "wrong_8": ["reads the words backwards", "2 sigmoid(a) - 1 instead of tanh(a)"],
}
