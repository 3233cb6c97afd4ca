# ruff: noqa
"""Learners' solutions for gru."""

import numpy as np
import torch
import torch.nn.functional as F


def right_1(xs, h0, W_ih, W_hh, b_ih, b_hh):
    """The cell's lines in a loop over the words."""
    h, output = h0, []
    for x in xs:
        a_r, a_z, a_n = (x @ W_ih.T + b_ih).chunk(3, dim=-1)
        u_r, u_z, u_n = (h @ W_hh.T + b_hh).chunk(3, dim=-1)
        r, z = torch.sigmoid(a_r + u_r), torch.sigmoid(a_z + u_z)
        n = torch.tanh(a_n + r * u_n)
        h = (1 - z) * n + z * h
        output.append(h)
    return torch.stack(output), h


def right_2(xs, h0, W_ih, W_hh, b_ih, b_hh):
    """A table of T + 1 states with h0 in the first row."""
    T, N, _ = xs.shape
    H = h0.shape[1]
    A = F.linear(xs, W_ih, b_ih).reshape(T, N, 3, H)
    hs = h0.new_zeros(T + 1, N, H)
    hs[0] = h0
    for t in range(T):
        u = F.linear(hs[t], W_hh, b_hh).reshape(N, 3, H)
        rz = (A[t, :, :2] + u[:, :2]).sigmoid()
        r, z = rz[:, 0], rz[:, 1]
        n = (A[t, :, 2] + r * u[:, 2]).tanh()
        hs[t + 1] = n - z * n + z * hs[t]
    return hs[1:], hs[T]


def _pas(mot, état, W_ih, W_hh, b_ih, b_hh):
    a = torch.split(F.linear(mot, W_ih, b_ih), état.shape[1], dim=1)
    u = torch.split(F.linear(état, W_hh, b_hh), état.shape[1], dim=1)
    remise, garde = [torch.sigmoid(p + q) for p, q in list(zip(a, u))[:2]]
    candidat = torch.tanh(a[2] + remise * u[2])
    return garde * état + (1 - garde) * candidat


def right_3(xs, h0, W_ih, W_hh, b_ih, b_hh):
    """A helper for the step, with French names, and an index that counts."""
    états = []
    for k in range(xs.size(0)):
        avant = h0 if k == 0 else états[k - 1]
        états.append(_pas(xs[k], avant, W_ih, W_hh, b_ih, b_hh))
    return torch.stack(états, 0), états[-1]


def right_4(xs, h0, W_ih, W_hh, b_ih, b_hh):
    """numpy with float64 inside, turned back at the end."""
    f64 = [v.detach().numpy().astype(np.float64) for v in (xs, h0, W_ih, W_hh, b_ih, b_hh)]
    X, h, A, B, p, q = f64
    H = h.shape[1]
    hs = []
    for x in X:
        a, u = x @ A.T + p, h @ B.T + q
        r = 1 / (1 + np.exp(-(a[:, :H] + u[:, :H])))
        z = 1 / (1 + np.exp(-(a[:, H : 2 * H] + u[:, H : 2 * H])))
        n = np.tanh(a[:, 2 * H :] + r * u[:, 2 * H :])
        h = (1 - z) * n + z * h
        hs.append(h)
    return torch.tensor(np.stack(hs), dtype=xs.dtype), torch.tensor(h, dtype=xs.dtype)


def right_5(xs, h0, W_ih, W_hh, b_ih, b_hh):
    """Loops over steps and sentences, writes rows into zeros."""
    T, N, I = xs.shape
    H = W_hh.shape[1]
    output = torch.zeros((T, N, H))
    h_n = torch.zeros((N, H))
    for n in range(N):
        h = h0[n]
        for t in range(T):
            a = torch.matmul(W_ih, xs[t][n]) + b_ih
            u = torch.matmul(W_hh, h) + b_hh
            r = torch.sigmoid(a[:H] + u[:H])
            z = torch.sigmoid(a[H : 2 * H] + u[H : 2 * H])
            cand = torch.tanh(a[2 * H :] + r * u[2 * H :])
            h = cand * (1 - z) + h * z
            output[t, n] = h
        h_n[n] = h
    return output, h_n


def wrong_1(xs, h0, W_ih, W_hh, b_ih, b_hh):
    """The mixture keeps a share of h0 at every step, not of the state before."""
    h, out = h0, []
    for x in xs:
        ar, az, an = F.linear(x, W_ih, b_ih).chunk(3, 1)
        ur, uz, un = F.linear(h, W_hh, b_hh).chunk(3, 1)
        r, z = torch.sigmoid(ar + ur), torch.sigmoid(az + uz)
        h = (1 - z) * torch.tanh(an + r * un) + z * h0
        out.append(h)
    return torch.stack(out), h


def wrong_2(xs, h0, W_ih, W_hh, b_ih, b_hh):
    """The output collects the candidates."""
    h = h0
    alle = []
    for wort in xs:
        a, u = wort @ W_ih.T + b_ih, h @ W_hh.T + b_hh
        a, u = a.chunk(3, dim=1), u.chunk(3, dim=1)
        r, z = torch.sigmoid(a[0] + u[0]), torch.sigmoid(a[1] + u[1])
        kandidat = torch.tanh(a[2] + r * u[2])
        h = (1 - z) * kandidat + z * h
        alle.append(kandidat)
    return torch.stack(alle), h


def wrong_3(xs, h0, W_ih, W_hh, b_ih, b_hh):
    """h_n is cut from the second axis of the output: the last sentence, not the last step."""
    h, out = h0, []
    for x in xs:
        ar, az, an = (x @ W_ih.T + b_ih).chunk(3, dim=-1)
        ur, uz, un = (h @ W_hh.T + b_hh).chunk(3, dim=-1)
        r, z = (ar + ur).sigmoid(), (az + uz).sigmoid()
        n = (an + r * un).tanh()
        h = (1 - z) * n + z * h
        out.append(h)
    output = torch.stack(out)
    return output, output[:, -1]


def wrong_4(xs, h0, W_ih, W_hh, b_ih, b_hh):
    """1 - z multiplies the candidate and the state alike."""
    T = len(xs)
    h = h0
    output = torch.zeros(T, *h0.shape)
    for t in range(T):
        a = F.linear(xs[t], W_ih, b_ih).view(len(h0), 3, -1)
        u = F.linear(h, W_hh, b_hh).view(len(h0), 3, -1)
        r = torch.sigmoid(a[:, 0] + u[:, 0])
        z = torch.sigmoid(a[:, 1] + u[:, 1])
        n = torch.tanh(a[:, 2] + r * u[:, 2])
        h = (1 - z) * (n + h)
        output[t] = h
    return output, h


def wrong_5(xs, h0, W_ih, W_hh, b_ih, b_hh):
    """A line copied and half changed: the candidate uses the middle rows of W_hh."""
    H = h0.shape[1]
    h, out = h0, []
    for x in xs:
        r = x @ W_ih[:H].T + b_ih[:H] + h @ W_hh[:H].T + b_hh[:H]
        z = x @ W_ih[H : 2 * H].T + b_ih[H : 2 * H] + h @ W_hh[H : 2 * H].T + b_hh[H : 2 * H]
        r, z = r.sigmoid(), z.sigmoid()
        u_n = h @ W_hh[H : 2 * H].T + b_hh[2 * H :]
        n = torch.tanh(x @ W_ih[2 * H :].T + b_ih[2 * H :] + r * u_n)
        h = (1 - z) * n + z * h
        out.append(h)
    return torch.stack(out), h


def wrong_6(xs, h0, W_ih, W_hh, b_ih, b_hh):
    """At step t it reads the word t - 1, at the first step the last word."""
    h = h0
    ys = []
    for t in range(xs.shape[0]):
        a = torch.einsum("ni,gi->ng", xs[t - 1], W_ih) + b_ih
        u = torch.einsum("nk,gk->ng", h, W_hh) + b_hh
        (ar, az, an), (ur, uz, un) = a.chunk(3, -1), u.chunk(3, -1)
        r, z = torch.sigmoid(ar + ur), torch.sigmoid(az + uz)
        h = torch.lerp(torch.tanh(an + r * un), h, z)
        ys.append(h)
    return torch.stack(ys), h


def wrong_7(xs, h0, W_ih, W_hh, b_ih, b_hh):
    """The reset gate is a tanh, and the state is set to zero before every step but the first."""
    out = []
    for x in xs:
        h = h0 if not out else torch.zeros_like(h0)
        ar, az, an = F.linear(x, W_ih, b_ih).chunk(3, dim=1)
        ur, uz, un = F.linear(h, W_hh, b_hh).chunk(3, dim=1)
        r, z = torch.tanh(ar + ur), torch.sigmoid(az + uz)
        n = torch.tanh(an + r * un)
        h = (1 - z) * n + z * h
        out.append(h)
    return torch.stack(out), h


def wrong_8(xs, h0, W_ih, W_hh, b_ih, b_hh):
    """b_hh is left out of the two gates, and the outputs are glued into (T*N, H)."""
    隐藏 = h0
    列表 = []
    H = h0.shape[1]
    for 词 in xs:
        a = 词 @ W_ih.T + b_ih
        u = 隐藏 @ W_hh.T
        r = torch.sigmoid(a[:, :H] + u[:, :H])
        z = torch.sigmoid(a[:, H : 2 * H] + u[:, H : 2 * H])
        n = torch.tanh(a[:, 2 * H :] + r * (u[:, 2 * H :] + b_hh[2 * H :]))
        隐藏 = (1 - z) * n + z * 隐藏
        列表.append(隐藏)
    return torch.cat(列表), 隐藏


TRUTH = {
    "wrong_1": ["the mixture uses h0 instead of the state before"],
    "wrong_2": ["output collects the candidate n instead of h"],
    "wrong_3": ["h_n is output[:, -1] instead of output[-1]"],
    "wrong_4": ["the old state gets the factor 1 - z instead of z"],
    "wrong_5": ["the candidate uses the rows of z in W_hh"],
    "wrong_6": ["the words are read one step late"],
    "wrong_7": [
        "reset gate by tanh instead of sigmoid",
        "the state is not carried: zeros after the first step",
    ],
    "wrong_8": ["b_hh is missing in r and z", "output is (T*N, H) instead of (T, N, H)"],
}
