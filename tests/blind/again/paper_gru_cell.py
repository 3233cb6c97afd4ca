# ruff: noqa
import torch


def right_1(x, h, W_ih, W_hh, b):
    """The next state h, (N, H), of a GRU with the reset before the product."""
    W_ir, W_iz, W_in = W_ih.chunk(3)
    W_hr, W_hz, W_hn = W_hh.chunk(3)
    b_r, b_z, b_n = b.chunk(3)
    r = torch.sigmoid(x @ W_ir.T + b_r + h @ W_hr.T)
    z = torch.sigmoid(x @ W_iz.T + b_z + h @ W_hz.T)
    n = torch.tanh(x @ W_in.T + b_n + (r * h) @ W_hn.T)
    return (1 - z) * n + z * h


def right_2(x, h, W_ih, W_hh, b):
    """The next state h, (N, H), of a GRU with the reset before the product."""
    H = h.shape[1]
    a = x @ W_ih.T + b  # (N, 3H)
    rz = torch.sigmoid(a[:, : 2 * H] + h @ W_hh[: 2 * H].T)
    r, z = rz[:, :H], rz[:, H:]
    n = torch.tanh(a[:, 2 * H :] + (r * h) @ W_hh[2 * H :].T)
    return n + z * (h - n)


def right_3(x, h, W_ih, W_hh, b):
    """The next state h, (N, H), of a GRU with the reset before the product."""
    H = h.size(-1)
    W, U = W_ih.reshape(3, H, -1), W_hh.reshape(3, H, H)
    a = torch.einsum("ghi,ni->gnh", W, x) + b.reshape(3, 1, H)
    gates = (a[:2] + torch.einsum("ghk,nk->gnh", U[:2], h)).sigmoid()
    r, z = gates.unbind(0)
    n = (a[2] + torch.einsum("hk,nk,nk->nh", U[2], r, h)).tanh()
    return torch.lerp(n, h, z)


def right_4(x, h, W_ih, W_hh, b):
    """The next state h, (N, H), of a GRU with the reset before the product."""
    H = h.shape[1]
    W = torch.cat([W_ih, W_hh], dim=1)  # (3H, I + H): word and state in one vector

    def one(x, h):
        first = W[: 2 * H].mv(torch.cat([x, h])) + b[: 2 * H]
        r = 1 / (1 + torch.exp(-first[:H]))
        z = 1 / (1 + torch.exp(-first[H:]))
        n = torch.tanh(W[2 * H :].mv(torch.cat([x, r * h])) + b[2 * H :])
        return (1 - z) * n + z * h

    return torch.stack([one(x[k], h[k]) for k in range(len(x))])


# MISTAKE: the reset gate acts on the product W_hn h, as in torch, and not on the state before it
def wrong_1(x, h, W_ih, W_hh, b):
    W_ir, W_iz, W_in = W_ih.chunk(3)
    W_hr, W_hz, W_hn = W_hh.chunk(3)
    b_r, b_z, b_n = b.chunk(3)
    r = torch.sigmoid(x @ W_ir.T + b_r + h @ W_hr.T)
    z = torch.sigmoid(x @ W_iz.T + b_z + h @ W_hz.T)
    n = torch.tanh(x @ W_in.T + b_n + r * (h @ W_hn.T))  # <-- here
    return (1 - z) * n + z * h


# MISTAKE: z and 1 - z are exchanged in the new state, so z is the share that is replaced
def wrong_2(x, h, W_ih, W_hh, b):
    H = h.shape[1]
    a = x @ W_ih.T + b
    rz = torch.sigmoid(a[:, : 2 * H] + h @ W_hh[: 2 * H].T)
    r, z = rz[:, :H], rz[:, H:]
    n = torch.tanh(a[:, 2 * H :] + (r * h) @ W_hh[2 * H :].T)
    return z * n + (1 - z) * h  # <-- here


# MISTAKE: the first block of rows is taken for z and the second for r
def wrong_3(x, h, W_ih, W_hh, b):
    H = h.size(-1)
    W, U = W_ih.reshape(3, H, -1), W_hh.reshape(3, H, H)
    a = torch.einsum("ghi,ni->gnh", W, x) + b.reshape(3, 1, H)
    gates = (a[:2] + torch.einsum("ghk,nk->gnh", U[:2], h)).sigmoid()
    z, r = gates  # <-- here
    n = (a[2] + torch.einsum("hk,nk->nh", U[2], r * h)).tanh()
    return (1 - z) * n + z * h


# MISTAKE: W_hn is not transposed in the candidate
def wrong_4(x, h, W_ih, W_hh, b):
    W_hr, W_hz, W_hn = W_hh.chunk(3)
    x_r, x_z, x_n = (x @ W_ih.T + b).chunk(3, dim=1)
    r = torch.sigmoid(x_r + h @ W_hr.T)
    z = torch.sigmoid(x_z + h @ W_hz.T)
    n = torch.tanh(x_n + torch.matmul(r * h, W_hn))  # <-- here
    return (1 - z) * n + z * h


# MISTAKE: the bias of the candidate, b_n, is forgotten
def wrong_5(x, h, W_ih, W_hh, b):
    H = h.shape[1]

    def part(k, state):
        rows = slice(k * H, (k + 1) * H)
        return x @ W_ih[rows].T + state @ W_hh[rows].T

    r = torch.sigmoid(part(0, h) + b[:H])
    z = torch.sigmoid(part(1, h) + b[H : 2 * H])
    n = torch.tanh(part(2, r * h))  # <-- here
    return (1 - z) * n + z * h


# MISTAKE: h is overwritten with r * h, so the reset state and not the old one is carried over with z
def wrong_6(x, h, W_ih, W_hh, b):
    W_ir, W_iz, W_in = W_ih.chunk(3)
    W_hr, W_hz, W_hn = W_hh.chunk(3)
    b_r, b_z, b_n = b.chunk(3)
    r = torch.sigmoid(x @ W_ir.T + b_r + h @ W_hr.T)
    z = torch.sigmoid(x @ W_iz.T + b_z + h @ W_hz.T)
    h = r * h  # <-- here
    n = torch.tanh(x @ W_in.T + b_n + h @ W_hn.T)
    return (1 - z) * n + z * h


# MISTAKE: the update gate z is computed from the reset state r * h, but only the candidate should be
def wrong_7(x, h, W_ih, W_hh, b):
    W = torch.cat([W_ih, W_hh], dim=1)
    W_r, W_z, W_n = W.chunk(3)
    b_r, b_z, b_n = b.chunk(3)
    xh = torch.cat([x, h], dim=1)
    r = torch.sigmoid(xh @ W_r.T + b_r)
    xh = torch.cat([x, r * h], dim=1)
    z = torch.sigmoid(xh @ W_z.T + b_z)  # <-- here
    n = torch.tanh(xh @ W_n.T + b_n)
    return (1 - z) * n + z * h


# MISTAKE: the blocks are read in the order z, r, n; the bias is added twice
def pair_1(x, h, W_ih, W_hh, b):
    W_hz, W_hr, W_hn = W_hh.chunk(3)
    a = x @ W_ih.T + b
    a_z, a_r, a_n = a.chunk(3, dim=1)  # <-- here
    b_z, b_r, b_n = b.chunk(3)
    z = torch.sigmoid(a_z + h @ W_hz.T + b_z)  # <-- here
    r = torch.sigmoid(a_r + h @ W_hr.T + b_r)
    n = torch.tanh(a_n + (r * h) @ W_hn.T + b_n)
    return (1 - z) * n + z * h


# MISTAKE: the candidate gets a sigmoid instead of a tanh; z is the share that is replaced
def pair_2(x, h, W_ih, W_hh, b):
    H = h.shape[1]
    a = x @ W_ih.T + b
    r = torch.sigmoid(a[:, :H] + h @ W_hh[:H].T)
    z = torch.sigmoid(a[:, H : 2 * H] + h @ W_hh[H : 2 * H].T)
    n = torch.sigmoid(a[:, 2 * H :] + (r * h) @ W_hh[2 * H :].T)  # <-- here
    return h + z * (n - h)  # <-- here


# MISTAKE: the reset gate acts on the word's part of the candidate and not on the state; the state's part of z is missing
def pair_3(x, h, W_ih, W_hh, b):
    W_ir, W_iz, W_in = W_ih.chunk(3)
    W_hr, W_hz, W_hn = W_hh.chunk(3)
    b_r, b_z, b_n = b.chunk(3)
    r = torch.sigmoid(x @ W_ir.T + b_r + h @ W_hr.T)
    z = torch.sigmoid(x @ W_iz.T + b_z)  # <-- here
    n = torch.tanh(r * (x @ W_in.T + b_n) + h @ W_hn.T)  # <-- here
    return (1 - z) * n + z * h
