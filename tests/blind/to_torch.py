# ruff: noqa
import torch
import numpy as np


def right_1(W_ih, W_hh, b_ih, b_hh):
    H = W_hh.shape[1]
    copies = [w.clone() for w in (W_ih, W_hh, b_ih, b_hh)]
    for w in copies:
        w[H : 2 * H] *= -1
    return tuple(copies)


def right_2(W_ih, W_hh, b_ih, b_hh):
    def turn(w):
        r, z, n = w.chunk(3)
        return torch.cat([r, -z, n])

    return turn(W_ih), turn(W_hh), turn(b_ih), turn(b_hh)


def right_3(W_ih, W_hh, b_ih, b_hh):
    H = len(b_ih) // 3
    sign = torch.ones_like(b_ih)
    sign[H : H + H] = -1
    return sign[:, None] * W_ih, sign.unsqueeze(1) * W_hh, sign * b_ih, sign * b_hh


def right_4(W_ih, W_hh, b_ih, b_hh):
    hidden = W_hh.shape[0] // 3
    result = []
    for given in [W_ih, W_hh, b_ih, b_hh]:
        array = np.array(given.detach().numpy())  # np.array makes a copy
        for row in range(hidden, 2 * hidden):
            array[row] = -array[row]
        result.append(torch.from_numpy(array))
    return result[0], result[1], result[2], result[3]


# MISTAKE: changes the sign of the first block (r) instead of the second (z)
def wrong_1(W_ih, W_hh, b_ih, b_hh):
    H = W_hh.shape[1]
    new = []
    for w in (W_ih, W_hh, b_ih, b_hh):
        w = w.clone()
        w[:H] = -w[:H]  # <-- here
        new.append(w)
    return tuple(new)


# MISTAKE: changes the sign only in the two matrices; the two biases are left as they are
def wrong_2(W_ih, W_hh, b_ih, b_hh):
    h = W_hh.size(1)
    A, B = W_ih.clone(), W_hh.clone()
    A[h : 2 * h].neg_()
    B[h : 2 * h].neg_()
    return A, B, b_ih.clone(), b_hh.clone()  # <-- here


# MISTAKE: thinks that 1 - z is got by taking 1 minus the weights of the z block instead of changing their sign
def wrong_3(W_ih, W_hh, b_ih, b_hh):
    def convert(t):
        r, z, n = torch.chunk(t, 3, dim=0)
        return torch.cat((r, 1 - z, n), dim=0)  # <-- here

    return tuple(map(convert, (W_ih, W_hh, b_ih, b_hh)))


# MISTAKE: thinks that z and n have to change places: it exchanges the blocks z and n instead of changing z's sign
def wrong_4(W_ih, W_hh, b_ih, b_hh):
    H = b_ih.shape[0] // 3
    order = list(range(H)) + list(range(2 * H, 3 * H)) + list(range(H, 2 * H))  # <-- here
    return W_ih[order], W_hh[order], b_ih[order], b_hh[order]


# MISTAKE: changes the sign of everything from row H on, so also of the n block (the end 2H of the slice is missing)
def wrong_5(W_ih, W_hh, b_ih, b_hh):
    n_hidden = W_hh.shape[1]
    mask = torch.arange(len(b_ih)) >= n_hidden  # <-- here
    f = torch.where(mask, -1.0, 1.0).to(W_ih.dtype)
    return W_ih * f.view(-1, 1), W_hh * f.view(-1, 1), b_ih * f, b_hh * f


# MISTAKE: makes the z block negative (minus the absolute value) instead of changing its sign
def wrong_6(W_ih, W_hh, b_ih, b_hh):
    H = W_hh.shape[1]
    z = slice(H, 2 * H)
    out = [x.detach().clone() for x in (W_ih, W_hh, b_ih, b_hh)]
    for x in out:
        x[z] = -x[z].abs()  # <-- here
    return out[0], out[1], out[2], out[3]


# MISTAKE: W_hh is left out: its z block keeps its sign
def wrong_7(W_ih, W_hh, b_ih, b_hh):
    H = W_hh.shape[1]
    W_ih2 = torch.clone(W_ih)
    W_hh2 = torch.clone(W_hh)  # <-- here
    b_ih2 = torch.clone(b_ih)
    b_hh2 = torch.clone(b_hh)
    W_ih2[H : 2 * H] = -W_ih[H : 2 * H]
    b_ih2[H : 2 * H] = -b_ih[H : 2 * H]
    b_hh2[H : 2 * H] = -b_hh[H : 2 * H]
    return W_ih2, W_hh2, b_ih2, b_hh2


# MISTAKE: changes the sign of the last block (n) instead of z's AND does not do it in b_hh
def pair_1(W_ih, W_hh, b_ih, b_hh):
    H = W_hh.shape[1]
    Wi, Wh, bi, bh = W_ih.clone(), W_hh.clone(), b_ih.clone(), b_hh.clone()
    for w in [Wi, Wh, bi]:  # <-- here
        w[2 * H :] *= -1  # <-- here
    return Wi, Wh, bi, bh


# MISTAKE: the two biases are returned in the wrong order AND the sign in W_ih is not changed
def pair_2(W_ih, W_hh, b_ih, b_hh):
    def minus_z(w):
        parts = list(w.split(w.shape[0] // 3))
        parts[1] = -parts[1]
        return torch.cat(parts)

    x_weights = W_ih.clone()  # <-- here
    return x_weights, minus_z(W_hh), minus_z(b_hh), minus_z(b_ih)  # <-- here


# MISTAKE: the block's size is taken as a quarter of the rows, as in an LSTM, instead of a third AND in the biases the block is set to zero instead of getting the other sign
def pair_3(W_ih, W_hh, b_ih, b_hh):
    size = len(b_ih) // 4  # <-- here
    rows = torch.arange(size, 2 * size)
    W1 = W_ih.index_copy(0, rows, -W_ih[rows])
    W2 = W_hh.index_copy(0, rows, -W_hh[rows])
    b1 = b_ih.index_fill(0, rows, 0)  # <-- here
    b2 = b_hh.index_fill(0, rows, 0)  # <-- here
    return W1, W2, b1, b2
