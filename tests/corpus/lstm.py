# ruff: noqa
"""Learners' solutions for lstm."""

import numpy as np
import torch
import torch.nn.functional as F


def right_1(xs, state, W_ih, W_hh, b_ih, b_hh):
    """The cell's lines inside a loop."""
    h, c = state
    output = []
    for x in xs:
        i, f, g, o = (x @ W_ih.T + b_ih + h @ W_hh.T + b_hh).chunk(4, dim=-1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        output.append(h)
    return torch.stack(output), (h, c)


def right_2(xs, state, W_ih, W_hh, b_ih, b_hh):
    """Words multiplied beforehand, results written into zeros, prints now and then."""
    T, N, _ = xs.size()
    H = W_hh.size(1)
    words = xs @ W_ih.T + b_ih + b_hh
    output = torch.zeros(T, N, H)
    h, c = state[0], state[1]
    for t in range(T):
        a = words[t] + h.matmul(W_hh.T)
        i = a[:, 0 * H : 1 * H].sigmoid()
        f = a[:, 1 * H : 2 * H].sigmoid()
        g = a[:, 2 * H : 3 * H].tanh()
        o = a[:, 3 * H : 4 * H].sigmoid()
        c = f * c + i * g
        h = o * c.tanh()
        output[t, :, :] = h
        if t == 0:
            print("first step done", h.shape, c.shape)
    return output, (h, c)


def _zelle(wort, paar, gewichte):
    h, c = paar
    ein, vergiss, neu, aus = [
        F.linear(wort, Wi, bi) + F.linear(h, Wh, bh)
        for Wi, Wh, bi, bh in zip(*(w.chunk(4) for w in gewichte))
    ]
    c = vergiss.sigmoid() * c + ein.sigmoid() * neu.tanh()
    return aus.sigmoid() * c.tanh(), c


def right_3(xs, state, W_ih, W_hh, b_ih, b_hh):
    """A helper for the cell with four small products for each gate, German names."""
    paare = []
    for wort in xs:
        state = _zelle(wort, state, (W_ih, W_hh, b_ih, b_hh))
        paare.append(state)
    return torch.stack([h for h, _ in paare]), paare[-1]


def right_4(xs, state, W_ih, W_hh, b_ih, b_hh):
    """einsum with a gate axis, and the outputs concatenated."""
    h, c = state
    N, H = h.shape
    A = W_ih.reshape(4, H, xs.shape[2])
    B = W_hh.reshape(4, H, H)
    bias = b_ih.reshape(4, H) + b_hh.reshape(4, H)
    out = torch.empty(0, N, H)
    for t in range(xs.shape[0]):
        s = torch.einsum("ni,ghi->gnh", xs[t], A) + torch.einsum("nk,ghk->gnh", h, B)
        s = s + bias[:, None]
        c = torch.sigmoid(s[1]) * c + torch.sigmoid(s[0]) * torch.tanh(s[2])
        h = torch.sigmoid(s[3]) * torch.tanh(c)
        out = torch.cat((out, h[None]))
    return out, (h, c)


def right_5(xs, state, W_ih, W_hh, b_ih, b_hh):
    """numpy throughout, word and state in one row, a 1 in it for the bias."""
    X = xs.detach().numpy()
    h, c = state[0].detach().numpy(), state[1].detach().numpy()
    N = h.shape[0]
    b = (b_ih + b_hh).detach().numpy()[:, None]
    W = np.concatenate((W_ih.detach().numpy(), W_hh.detach().numpy(), b), axis=1)
    one = np.ones((N, 1), dtype=X.dtype)
    hs = []
    for x in X:
        a = np.concatenate((x, h, one), axis=1) @ W.T
        i, f, g, o = np.array_split(a, 4, axis=1)
        i, f, o = (1 / (1 + np.exp(-v)) for v in (i, f, o))
        c = f * c + i * np.tanh(g)
        h = o * np.tanh(c)
        hs.append(h)
    return torch.tensor(np.array(hs)), (torch.tensor(h), torch.tensor(c))


def wrong_1(xs, state, W_ih, W_hh, b_ih, b_hh):
    """The memory is not handed on: each step starts with the first c."""
    h, c0 = state
    out = []
    for x in xs:
        i, f, g, o = (F.linear(x, W_ih, b_ih) + F.linear(h, W_hh, b_hh)).chunk(4, 1)
        c = f.sigmoid() * c0 + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
        out.append(h)
    return torch.stack(out), (h, c)


def wrong_2(xs, state, W_ih, W_hh, b_ih, b_hh):
    """Collects c instead of h."""
    h, c = state
    T, N, H = len(xs), len(h), h.shape[1]
    ys = torch.zeros(T, N, H)
    for t in range(T):
        gates = xs[t] @ W_ih.T + h @ W_hh.T + b_ih + b_hh
        i, f, g, o = gates.split([H, H, H, H], dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        ys[t] = c
    return ys, (h, c)


def wrong_3(xs, state, W_ih, W_hh, b_ih, b_hh):
    """c_n is the memory of all steps, (T, N, H), not of the last one."""
    h, c = state
    hs, cs = [], []
    for x in xs:
        i, f, g, o = (x @ W_ih.T + b_ih + h @ W_hh.T + b_hh).chunk(4, dim=-1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
        hs.append(h)
        cs.append(c)
    hs, cs = torch.stack(hs), torch.stack(cs)
    return hs, (hs[-1], cs)


def wrong_4(xs, state, W_ih, W_hh, b_ih, b_hh):
    """The state's product is taken once before the loop, with the first h."""
    h, c = state
    precomputed = F.linear(xs, W_ih, b_ih) + F.linear(h, W_hh, b_hh)
    outputs = []
    for i, f, g, o in [step.chunk(4, dim=1) for step in precomputed]:
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
        outputs.append(h)
    return torch.stack(outputs), (h, c)


def wrong_5(xs, state, W_ih, W_hh, b_ih, b_hh):
    """Views the sums as (N, H, 4), so the gates are interleaved."""
    h, c = state
    N, H = h.shape
    output = []
    for x in xs:
        a = x @ W_ih.T + b_ih + h @ W_hh.T + b_hh
        i, f, g, o = a.view(N, H, 4).unbind(-1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        output.append(h)
    return torch.stack(output), (h, c)


def wrong_6(xs, state, W_ih, W_hh, b_ih, b_hh):
    """Stops one step early, the last row of the output stays zero."""
    caché, mémoire = state
    T, N, _ = xs.shape
    sortie = torch.zeros(T, N, caché.shape[1])
    for t in range(0, T - 1):
        a = xs[t] @ W_ih.T + b_ih + caché @ W_hh.T + b_hh
        i, f, g, o = a.chunk(4, dim=1)
        mémoire = f.sigmoid() * mémoire + i.sigmoid() * g.tanh()
        caché = o.sigmoid() * mémoire.tanh()
        sortie[t] = caché
    return sortie, (caché, mémoire)


def wrong_7(xs, state, W_ih, W_hh, b_ih, b_hh):
    """Blocks read as f i g o, and the output stacked batch first."""
    h, c = state
    hs = []
    for x in xs:
        f, i, g, o = (F.linear(x, W_ih, b_ih) + F.linear(h, W_hh, b_hh)).chunk(4, -1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
        hs.append(h)
    return torch.stack(hs, dim=1), (h, c)


def wrong_8(xs, state, W_ih, W_hh, b_ih, b_hh):
    """b_hh is subtracted, and the memory is squashed by tanh before it is carried on."""
    h, c = state
    out = []
    for x in xs:
        i, f, g, o = (x @ W_ih.T + b_ih + (h @ W_hh.T - b_hh)).chunk(4, dim=1)
        c = torch.tanh(f.sigmoid() * c + i.sigmoid() * g.tanh())
        h = o.sigmoid() * c
        out.append(h)
    return torch.stack(out), (h, c)


TRUTH = {
    "wrong_1": ["c is not carried: every step starts from the first c"],
    "wrong_2": ["output collects c instead of h"],
    "wrong_3": ["c_n holds all steps instead of the last"],
    "wrong_4": ["h is not carried into the gates: the first h is used at every step"],
    "wrong_5": ["the gates are taken interleaved instead of in blocks"],
    "wrong_6": ["the last step is not computed"],
    "wrong_7": ["gate order f i g o: i and f are swapped", "output is (N, T, H)"],
    "wrong_8": ["b_hh is subtracted", "the carried memory is squashed by tanh"],
}
