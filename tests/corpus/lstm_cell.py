# ruff: noqa
"""Learners' solutions for lstm_cell."""

import numpy as np
import torch
import torch.nn.functional as F


def right_1(x, state, W_ih, W_hh, b_ih, b_hh):
    """Two products, chunk into four."""
    h, c = state
    gates = x @ W_ih.T + b_ih + h @ W_hh.T + b_hh
    i, f, g, o = gates.chunk(4, dim=-1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    h = torch.sigmoid(o) * torch.tanh(c)
    return h, c


def _gate(x, h, W_ih, W_hh, b_ih, b_hh, k, activation):
    H = h.size(1)
    rows = slice(k * H, (k + 1) * H)
    a = F.linear(x, W_ih[rows], b_ih[rows]) + F.linear(h, W_hh[rows], b_hh[rows])
    return activation(a)


def right_2(x, state, W_ih, W_hh, b_ih, b_hh):
    """A helper for one gate, called four times."""
    h, c = state
    w = (W_ih, W_hh, b_ih, b_hh)
    i = _gate(x, h, *w, 0, torch.sigmoid)
    f = _gate(x, h, *w, 1, torch.sigmoid)
    g = _gate(x, h, *w, 2, torch.tanh)
    o = _gate(x, h, *w, 3, torch.sigmoid)
    c_new = torch.addcmul(f * c, i, g)
    return o * c_new.tanh(), c_new


def right_3(x, state, W_ih, W_hh, b_ih, b_hh):
    """Weights viewed as (4, H, ...) and einsum over the gates, French names."""
    caché, cellule = state
    H = caché.shape[-1]
    U = W_ih.reshape(4, H, -1)
    V = W_hh.reshape(4, H, H)
    b = (b_ih + b_hh).reshape(4, 1, H)
    a = torch.einsum("khi,ni->knh", U, x) + torch.einsum("khj,nj->knh", V, caché) + b
    entrée, oubli, sortie = a[[0, 1, 3]].sigmoid()
    candidat = a[2].tanh()
    nouvelle = oubli * cellule + entrée * candidat
    return sortie * nouvelle.tanh(), nouvelle


def right_4(x, state, W_ih, W_hh, b_ih, b_hh):
    """numpy, the weights transposed first, and a tuple made at the end."""
    h, c = (s.detach().numpy() for s in state)
    W = np.concatenate([W_ih.detach().numpy(), W_hh.detach().numpy()], axis=1).T
    bias = (b_ih + b_hh).detach().numpy()
    a = np.hstack([x.detach().numpy(), h]) @ W + bias
    sig = lambda v: 1.0 / (1.0 + np.exp(-v))
    i, f, g, o = np.split(a, 4, axis=1)
    c2 = sig(f) * c + sig(i) * np.tanh(g)
    h2 = sig(o) * np.tanh(c2)
    return tuple(torch.tensor(v) for v in (h2, c2))


def right_5(x, state, W_ih, W_hh, b_ih, b_hh):
    """In place on a tensor of its own: the slices are activated where they stand."""
    H = state[0].shape[1]
    a = torch.addmm(b_ih + b_hh, x, W_ih.t())
    a += state[0].mm(W_hh.t())
    a[:, : 2 * H].sigmoid_()
    a[:, 2 * H : 3 * H].tanh_()
    a[:, 3 * H :].sigmoid_()
    c = state[1].clone()
    c *= a[:, H : 2 * H]
    c += a[:, :H] * a[:, 2 * H : 3 * H]
    print("cell state", tuple(c.shape))
    return a[:, 3 * H :] * torch.tanh(c), c


def wrong_1(x, state, W_ih, W_hh, b_ih, b_hh):
    """The last two blocks are taken for each other: i f o g."""
    h, c = state
    i, f, o, g = torch.chunk(F.linear(x, W_ih, b_ih) + F.linear(h, W_hh, b_hh), 4, dim=1)
    c1 = f.sigmoid() * c + i.sigmoid() * g.tanh()
    h1 = o.sigmoid() * c1.tanh()
    return h1, c1


def wrong_2(x, state, W_ih, W_hh, b_ih, b_hh):
    """h without the tanh of the memory."""
    (h, c), H = state, W_hh.shape[1]
    z = x @ W_ih.T + h @ W_hh.T + b_ih + b_hh
    i, f = torch.sigmoid(z[:, :H]), torch.sigmoid(z[:, H : 2 * H])
    g, o = torch.tanh(z[:, 2 * H : 3 * H]), torch.sigmoid(z[:, 3 * H :])
    c = f * c + i * g
    return o * c, c


def wrong_3(x, state, W_ih, W_hh, b_ih, b_hh):
    """h is made from the old memory, not the new one."""
    h_alt, c_alt = state
    tore = x @ W_ih.T + b_ih + h_alt @ W_hh.T + b_hh
    ein, vergiss, kandidat, aus = tore.split(h_alt.shape[1], dim=1)
    c_neu = vergiss.sigmoid() * c_alt + ein.sigmoid() * kandidat.tanh()
    h_neu = aus.sigmoid() * c_alt.tanh()
    return h_neu, c_neu


def wrong_4(x, state, W_ih, W_hh, b_ih, b_hh):
    """1 - f in the place of the input gate."""
    h, c = state
    _, f, g, o = (F.linear(x, W_ih, b_ih) + F.linear(h, W_hh, b_hh)).chunk(4, -1)
    f, g, o = torch.sigmoid(f), torch.tanh(g), torch.sigmoid(o)
    c = f * c + (1 - f) * g
    return o * torch.tanh(c), c


def wrong_5(x, state, W_ih, W_hh, b_ih, b_hh):
    """All four blocks through sigmoid, the candidate too."""
    h, c = state
    i, f, g, o = [torch.sigmoid(q) for q in (x @ W_ih.T + b_ih + h @ W_hh.T + b_hh).chunk(4, 1)]
    c = f * c + i * g
    return o * torch.tanh(c), c


def wrong_6(x, state, W_ih, W_hh, b_ih, b_hh):
    """Returns (c, h) instead of (h, c)."""
    h, c = state
    N, H = h.shape
    a = (F.linear(x, W_ih, b_ih) + F.linear(h, W_hh, b_hh)).view(N, 4, H)
    i, f, o = a[:, 0].sigmoid(), a[:, 1].sigmoid(), a[:, 3].sigmoid()
    c = f * c + i * a[:, 2].tanh()
    h = o * c.tanh()
    return c, h


def wrong_7(x, state, W_ih, W_hh, b_ih, b_hh):
    """One is added to the forget gate's sum, and the output gate is a tanh."""
    h, c = state
    i, f, g, o = (x @ W_ih.T + b_ih + h @ W_hh.T + b_hh).chunk(4, dim=-1)
    forget_bias = 1.0
    c = torch.sigmoid(f + forget_bias) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.tanh(o) * torch.tanh(c), c


def wrong_8(x, state, W_ih, W_hh, b_ih, b_hh):
    """The pair is opened as (c, h), and input and forget gate change places in the sum."""
    记忆, 状态 = state
    a = F.linear(x, W_ih, b_ih) + F.linear(状态, W_hh, b_hh)
    输入门, 遗忘门, 候选, 输出门 = a.chunk(4, dim=1)
    记忆 = 输入门.sigmoid() * 记忆 + 遗忘门.sigmoid() * 候选.tanh()
    return 输出门.sigmoid() * 记忆.tanh(), 记忆


TRUTH = {
    "wrong_1": ["gate order i f o g: g and o are swapped"],
    "wrong_2": ["tanh of c is missing in h"],
    "wrong_3": ["h is made from the old c"],
    "wrong_4": ["1 - f instead of the input gate"],
    "wrong_5": ["sigmoid instead of tanh for the candidate g"],
    "wrong_6": ["h and c are returned in the wrong order"],
    "wrong_7": ["1 is added to the forget gate", "output gate by tanh instead of sigmoid"],
    "wrong_8": ["h and c of the state are taken for each other", "i and f are swapped"],
}
