# ruff: noqa
import torch
import torch.nn.functional as F


# ------------------------------------------------------------------ right


def right_1(x, h, W_ih, W_hh, b_ih, b_hh):
    a = x @ W_ih.T + b_ih
    u = h @ W_hh.T + b_hh
    a_r, a_z, a_n = a.chunk(3, dim=-1)
    u_r, u_z, u_n = u.chunk(3, dim=-1)
    r, z = torch.sigmoid(a_r + u_r), torch.sigmoid(a_z + u_z)
    n = torch.tanh(a_n + r * u_n)
    return (1 - z) * n + z * h


def right_2(x, h, W_ih, W_hh, b_ih, b_hh):
    H = h.shape[1]
    a, u = F.linear(x, W_ih, b_ih), F.linear(h, W_hh, b_hh)
    gates = torch.sigmoid(a[:, : 2 * H] + u[:, : 2 * H])  # r and z in one go
    n = torch.tanh(a[:, 2 * H :] + gates[:, :H] * u[:, 2 * H :])
    return torch.lerp(n, h, gates[:, H:])


def right_3(x, h, W_ih, W_hh, b_ih, b_hh):
    """One axis of size 3 for the gates, then einsum."""
    H = h.size(-1)
    a = torch.einsum("ghi,ni->gnh", W_ih.reshape(3, H, -1), x) + b_ih.reshape(3, 1, H)
    u = torch.einsum("ghk,nk->gnh", W_hh.reshape(3, H, H), h) + b_hh.reshape(3, 1, H)
    r, z = (a[:2] + u[:2]).sigmoid().unbind(0)
    n = (a[2] + r * u[2]).tanh()
    return n + z * (h - n)


def right_4(x, h, W_ih, W_hh, b_ih, b_hh):
    # one sentence after the other, column vectors as in the formulas
    W_ir, W_iz, W_in = W_ih.chunk(3)
    W_hr, W_hz, W_hn = W_hh.chunk(3)
    b_ir, b_iz, b_in = b_ih.chunk(3)
    b_hr, b_hz, b_hn = b_hh.chunk(3)

    def sigma(s):
        return 0.5 * (1 + torch.tanh(0.5 * s))

    rows = []
    for x_k, h_k in zip(x, h):
        r = sigma(W_ir @ x_k + b_ir + W_hr @ h_k + b_hr)
        z = sigma(W_iz @ x_k + b_iz + W_hz @ h_k + b_hz)
        n = torch.tanh(W_in @ x_k + b_in + r * (W_hn @ h_k + b_hn))
        rows.append((1 - z) * n + z * h_k)
    return torch.stack(rows)


# ------------------------------------------------------------------ wrong


# MISTAKE: the reset gate multiplies the whole sum inside the tanh, the word's part a_n included
def wrong_1(x, h, W_ih, W_hh, b_ih, b_hh):
    a = x @ W_ih.T + b_ih
    u = h @ W_hh.T + b_hh
    a_r, a_z, a_n = a.chunk(3, dim=-1)
    u_r, u_z, u_n = u.chunk(3, dim=-1)
    r, z = torch.sigmoid(a_r + u_r), torch.sigmoid(a_z + u_z)
    n = torch.tanh(r * (a_n + u_n))  # <-- here
    return (1 - z) * n + z * h


# MISTAKE: the reset gate is applied to the state before the product with W_hn, as in the paper, and not to the product as in torch
def wrong_2(x, h, W_ih, W_hh, b_ih, b_hh):
    W_ir, W_iz, W_in = W_ih.chunk(3)
    W_hr, W_hz, W_hn = W_hh.chunk(3)
    b_ir, b_iz, b_in = b_ih.chunk(3)
    b_hr, b_hz, b_hn = b_hh.chunk(3)
    r = torch.sigmoid(x @ W_ir.T + b_ir + h @ W_hr.T + b_hr)
    z = torch.sigmoid(x @ W_iz.T + b_iz + h @ W_hz.T + b_hz)
    n = torch.tanh(x @ W_in.T + b_in + (r * h) @ W_hn.T + b_hn)  # <-- here
    return (1 - z) * n + z * h


# MISTAKE: z and 1 - z are exchanged: z is taken as the share that is replaced
def wrong_3(x, h, W_ih, W_hh, b_ih, b_hh):
    H = h.shape[1]
    a, u = F.linear(x, W_ih, b_ih), F.linear(h, W_hh, b_hh)
    gates = torch.sigmoid(a[:, : 2 * H] + u[:, : 2 * H])
    n = torch.tanh(a[:, 2 * H :] + gates[:, :H] * u[:, 2 * H :])
    return torch.lerp(h, n, gates[:, H:])  # <-- here


# MISTAKE: the first two blocks are taken in the order z, r instead of r, z
def wrong_4(x, h, W_ih, W_hh, b_ih, b_hh):
    H = h.size(-1)
    a = torch.einsum("ghi,ni->gnh", W_ih.reshape(3, H, -1), x) + b_ih.reshape(3, 1, H)
    u = torch.einsum("ghk,nk->gnh", W_hh.reshape(3, H, H), h) + b_hh.reshape(3, 1, H)
    z, r = (a[:2] + u[:2]).sigmoid().unbind(0)  # <-- here
    n = (a[2] + r * u[2]).tanh()
    return n + z * (h - n)


# MISTAKE: the candidate goes through a sigmoid instead of tanh
def wrong_5(x, h, W_ih, W_hh, b_ih, b_hh):
    a = x @ W_ih.T + b_ih
    u = h @ W_hh.T + b_hh
    a_r, a_z, a_n = a.chunk(3, dim=1)
    u_r, u_z, u_n = u.chunk(3, dim=1)
    r = torch.sigmoid(a_r + u_r)
    z = torch.sigmoid(a_z + u_z)
    n = torch.sigmoid(a_n + r * u_n)  # <-- here
    h_new = (1 - z) * n + z * h
    return h_new


# MISTAKE: the bias b_hn stands outside the product with r, so the reset gate does not act on it
def wrong_6(x, h, W_ih, W_hh, b_ih, b_hh):
    H = h.shape[1]
    a = x @ W_ih.T + b_ih + b_hh  # <-- here
    u = h @ W_hh.T
    r = torch.sigmoid(a[:, 0:H] + u[:, 0:H])
    z = torch.sigmoid(a[:, H : 2 * H] + u[:, H : 2 * H])
    n = torch.tanh(a[:, 2 * H : 3 * H] + r * u[:, 2 * H : 3 * H])
    return (1 - z) * n + z * h


# MISTAKE: the 3H numbers are cut as if r, z and n took turns (H groups of three) instead of three blocks of H
def wrong_7(x, h, W_ih, W_hh, b_ih, b_hh):
    N, H = h.shape
    a = (x @ W_ih.T + b_ih).reshape(N, H, 3)  # <-- here
    u = (h @ W_hh.T + b_hh).reshape(N, H, 3)  # <-- here
    r = torch.sigmoid(a[:, :, 0] + u[:, :, 0])
    z = torch.sigmoid(a[:, :, 1] + u[:, :, 1])
    n = torch.tanh(a[:, :, 2] + r * u[:, :, 2])
    return (1 - z) * n + z * h


# ------------------------------------------------------------------ pairs


# MISTAKE: the bias b_ih is left out; the mixture uses r where it should use z
def pair_1(x, h, W_ih, W_hh, b_ih, b_hh):
    a = x @ W_ih.T  # <-- here
    u = h @ W_hh.T + b_hh
    a_r, a_z, a_n = a.chunk(3, dim=-1)
    u_r, u_z, u_n = u.chunk(3, dim=-1)
    r, z = torch.sigmoid(a_r + u_r), torch.sigmoid(a_z + u_z)
    n = torch.tanh(a_n + r * u_n)
    return (1 - r) * n + r * h  # <-- here


# MISTAKE: the reset gate is not used in the candidate at all; the old state is added whole, without the factor z
def pair_2(x, h, W_ih, W_hh, b_ih, b_hh):
    s = F.linear(x, W_ih, b_ih) + F.linear(h, W_hh, b_hh)
    s_r, s_z, s_n = s.chunk(3, dim=-1)
    r = torch.sigmoid(s_r)
    z = torch.sigmoid(s_z)
    n = torch.tanh(s_n)  # <-- here
    return (1 - z) * n + h  # <-- here


# MISTAKE: the gate z goes through tanh instead of the sigmoid; the blocks of the state's part are taken in the order n, r, z
def pair_3(x, h, W_ih, W_hh, b_ih, b_hh):
    W_ir, W_iz, W_in = W_ih.chunk(3)
    b_ir, b_iz, b_in = b_ih.chunk(3)
    u_n, u_r, u_z = (h @ W_hh.T + b_hh).chunk(3, dim=-1)  # <-- here
    r = torch.sigmoid(x @ W_ir.T + b_ir + u_r)
    z = torch.tanh(x @ W_iz.T + b_iz + u_z)  # <-- here
    n = torch.tanh(x @ W_in.T + b_in + r * u_n)
    return (1 - z) * n + z * h
