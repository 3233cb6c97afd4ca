# ruff: noqa
import torch


def right_1(x, h, W_ih, W_hh, b):
    a_r, a_z, a_n = (x @ W_ih.T + b).chunk(3, dim=-1)
    W_hr, W_hz, W_hn = W_hh.chunk(3, dim=0)
    r = torch.sigmoid(a_r + h @ W_hr.T)
    z = torch.sigmoid(a_z + h @ W_hz.T)
    n = torch.tanh(a_n + (r * h) @ W_hn.T)
    return (1 - z) * n + z * h


def right_2(x, h, W_ih, W_hh, b):
    H = h.shape[-1]
    # both gates at once
    gates = torch.sigmoid(x @ W_ih[: 2 * H].T + h @ W_hh[: 2 * H].T + b[: 2 * H])
    r, z = gates[:, :H], gates[:, H:]
    candidate = torch.tanh(x @ W_ih[2 * H :].T + torch.mul(r, h) @ W_hh[2 * H :].T + b[2 * H :])
    return candidate + z * (h - candidate)


def right_3(x, h, W_ih, W_hh, b):
    N, H = h.shape
    assert W_ih.shape == (3 * H, x.shape[1]) and W_hh.shape == (3 * H, H)
    U = W_ih.reshape(3, H, -1)
    V = W_hh.reshape(3, H, H)
    c = b.reshape(3, H)

    def pre(k, state):
        return torch.einsum("ni,hi->nh", x, U[k]) + torch.einsum("nj,hj->nh", state, V[k]) + c[k]

    r = pre(0, h).sigmoid()
    z = pre(1, h).sigmoid()
    n = pre(2, r * h).tanh()
    return torch.lerp(n, h, z)


def right_4(x, h, W_ih, W_hh, b):
    # one sentence after the other, as in the formula (column vectors)
    rows = []
    size = h.size(1)
    Wir, Wiz, Win = torch.split(W_ih, size)
    Whr, Whz, Whn = torch.split(W_hh, size)
    br, bz, bn = torch.split(b, size)
    for xi, hi in zip(x, h):
        r = 1 / (1 + torch.exp(-(Wir @ xi + br + Whr @ hi)))
        z = 1 / (1 + torch.exp(-(Wiz @ xi + bz + Whz @ hi)))
        n = torch.tanh(Win @ xi + bn + Whn @ (r * hi))
        rows.append((1 - z) * n + z * hi)
    return torch.stack(rows)


# MISTAKE: uses torch's reset, so r multiplies the product W_hn h instead of h before the product
def wrong_1(x, h, W_ih, W_hh, b):
    a = x @ W_ih.T + b
    u = h @ W_hh.T
    a_r, a_z, a_n = a.chunk(3, -1)
    u_r, u_z, u_n = u.chunk(3, -1)
    r = torch.sigmoid(a_r + u_r)
    z = torch.sigmoid(a_z + u_z)
    n = torch.tanh(a_n + r * u_n)  # <-- here
    return (1 - z) * n + z * h


# MISTAKE: takes the blocks in the order z, r, n
def wrong_2(x, h, W_ih, W_hh, b):
    H = h.shape[1]
    gates = torch.sigmoid(x @ W_ih[: 2 * H].T + b[: 2 * H] + h @ W_hh[: 2 * H].T)
    z, r = gates.chunk(2, dim=1)  # <-- here
    n = torch.tanh(x @ W_ih[2 * H :].T + b[2 * H :] + (r * h) @ W_hh[2 * H :].T)
    return (1 - z) * n + z * h


# MISTAKE: mixes with z as the share that is replaced, although here z is the share that stays
def wrong_3(x, h, W_ih, W_hh, b):
    W_ir, W_iz, W_in = W_ih.chunk(3)
    W_hr, W_hz, W_hn = W_hh.chunk(3)
    b_r, b_z, b_n = b.chunk(3)
    r = torch.sigmoid(x @ W_ir.T + b_r + h @ W_hr.T)
    z = torch.sigmoid(x @ W_iz.T + b_z + h @ W_hz.T)
    n = torch.tanh(x @ W_in.T + b_n + (r * h) @ W_hn.T)
    return z * n + (1 - z) * h  # <-- here


# MISTAKE: forgets the bias b_n of the candidate
def wrong_4(x, h, W_ih, W_hh, b):
    W_ir, W_iz, W_in = W_ih.chunk(3)
    W_hr, W_hz, W_hn = W_hh.chunk(3)
    b_r, b_z, _ = b.chunk(3)
    sig = torch.sigmoid
    r = sig(torch.nn.functional.linear(x, W_ir, b_r) + torch.nn.functional.linear(h, W_hr))
    z = sig(torch.nn.functional.linear(x, W_iz, b_z) + torch.nn.functional.linear(h, W_hz))
    reset = r * h
    n = torch.tanh(
        torch.nn.functional.linear(x, W_in) + torch.nn.functional.linear(reset, W_hn)
    )  # <-- here
    return (1 - z) * n + z * h


# MISTAKE: adds the one bias vector twice, once with the word and once with the state, as if it were b_ih and b_hh
def wrong_5(x, h, W_ih, W_hh, b):
    H = h.shape[-1]

    def part(v, W, k):
        block = slice(k * H, (k + 1) * H)
        return v @ W[block].T + b[block]  # <-- here

    r = torch.sigmoid(part(x, W_ih, 0) + part(h, W_hh, 0))
    z = torch.sigmoid(part(x, W_ih, 1) + part(h, W_hh, 1))
    n = torch.tanh(part(x, W_ih, 2) + part(r * h, W_hh, 2))
    return (1 - z) * n + z * h


# MISTAKE: overwrites h with the reset state, so that the mixture keeps a share of r * h instead of h
def wrong_6(x, h, W_ih, W_hh, b):
    wx = x @ W_ih.T + b
    H = h.shape[1]
    r = torch.sigmoid(wx[:, 0:H] + h @ W_hh[0:H].T)
    z = torch.sigmoid(wx[:, H : 2 * H] + h @ W_hh[H : 2 * H].T)
    h = r * h  # <-- here
    n = torch.tanh(wx[:, 2 * H :] + h @ W_hh[2 * H :].T)
    h_new = (1 - z) * n + z * h
    return h_new


# MISTAKE: the candidate's weight for the state is not transposed
def wrong_7(x, h, W_ih, W_hh, b):
    x_r, x_z, x_n = torch.chunk(torch.einsum("ni,gi->ng", x, W_ih) + b, 3, dim=1)
    Wr, Wz, Wn = torch.chunk(W_hh, 3, dim=0)
    r = torch.sigmoid(x_r + h.matmul(Wr.t()))
    z = torch.sigmoid(x_z + h.matmul(Wz.t()))
    n = torch.tanh(x_n + (r * h).matmul(Wn))  # <-- here
    return n - z * n + z * h


# MISTAKE: the reset acts on the product, as in torch, and not on h
# MISTAKE: z is taken as the share that is replaced
def pair_1(x, h, W_ih, W_hh, b):
    a_r, a_z, a_n = (x @ W_ih.T + b).chunk(3, -1)
    u_r, u_z, u_n = (h @ W_hh.T).chunk(3, -1)
    r, z = torch.sigmoid(a_r + u_r), torch.sigmoid(a_z + u_z)
    n = torch.tanh(a_n + r * u_n)  # <-- here
    return (1 - z) * h + z * n  # <-- here


# MISTAKE: reads the blocks in the order z, r, n
# MISTAKE: the candidate goes through a sigmoid instead of a tanh
def pair_2(x, h, W_ih, W_hh, b):
    H = h.size(-1)
    update = torch.sigmoid(x @ W_ih[:H].T + b[:H] + h @ W_hh[:H].T)  # <-- here
    reset = torch.sigmoid(x @ W_ih[H : 2 * H].T + b[H : 2 * H] + h @ W_hh[H : 2 * H].T)  # <-- here
    cand = torch.sigmoid(x @ W_ih[-H:].T + b[-H:] + (reset * h) @ W_hh[-H:].T)  # <-- here
    return (1 - update) * cand + update * h


# MISTAKE: leaves the bias out of everything
# MISTAKE: the reset gate is applied to the old state in the mixture as well
def pair_3(x, h, W_ih, W_hh, b):
    H = h.shape[1]
    gx = x @ W_ih.T  # <-- here
    r = torch.sigmoid(gx[:, :H] + h @ W_hh[:H].T)
    z = torch.sigmoid(gx[:, H:-H] + h @ W_hh[H:-H].T)
    rh = r * h
    n = torch.tanh(gx[:, -H:] + rh @ W_hh[-H:].T)
    return (1 - z) * n + z * rh  # <-- here
