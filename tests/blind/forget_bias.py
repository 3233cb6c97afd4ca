# ruff: noqa
import torch
import numpy as np


def right_1(b_ih, b_hh, value):
    H = len(b_ih) // 4
    b_ih, b_hh = b_ih.clone(), b_hh.clone()
    b_ih[H : 2 * H] = value
    b_hh[H : 2 * H] = 0
    return b_ih, b_hh


def right_2(b_ih, b_hh, value):
    def with_forget(b, v):
        i, f, g, o = b.chunk(4)
        return torch.cat([i, torch.full_like(f, v), g, o])

    return with_forget(b_ih, value), with_forget(b_hh, 0.0)


def right_3(b_ih, b_hh, value):
    rows = torch.arange(b_ih.shape[0])
    H = b_ih.shape[0] // 4
    forget = (rows >= H) & (rows < 2 * H)
    return b_ih.masked_fill(forget, value), b_hh.masked_fill(forget, 0)


def right_4(b_ih, b_hh, value):
    n = b_ih.numel() // 4
    first, second = b_ih.detach().numpy().copy(), b_hh.detach().numpy().copy()
    for k in range(n):
        first[n + k] = value
        second[n + k] = 0.0
    return torch.from_numpy(first), torch.from_numpy(second)


# MISTAKE: puts the value into both biases, so that they add up to twice the value
def wrong_1(b_ih, b_hh, value):
    H = b_ih.shape[0] // 4
    new_ih = b_ih.clone()
    new_hh = b_hh.clone()
    new_ih[H : 2 * H] = value
    new_hh[H : 2 * H] = value  # <-- here
    return new_ih, new_hh


# MISTAKE: takes the third block (rows 2H to 3H, the new content g) for the forget gate's
def wrong_2(b_ih, b_hh, value):
    a, b = torch.clone(b_ih), torch.clone(b_hh)
    a.chunk(4)[2].fill_(value)  # <-- here
    b.chunk(4)[2].zero_()  # <-- here
    return a, b


# MISTAKE: adds the value to what stands in b_ih instead of putting it there
def wrong_3(b_ih, b_hh, value):
    H = int(b_ih.numel() / 4)
    f = slice(H, 2 * H)
    b1 = b_ih.clone()
    b1[f] += value  # <-- here
    b2 = b_hh.clone()
    b2[f] = 0
    return b1, b2


# MISTAKE: the forget gate's rows of b_hh are not set to zero
def wrong_4(b_ih, b_hh, value):
    i, _, g, o = torch.chunk(b_ih, 4)
    new = torch.cat((i, torch.ones_like(i) * value, g, o))
    return new, b_hh.clone()  # <-- here


# MISTAKE: thinks that the gates take turns row by row (i, f, g, o, i, f, g, o, ...) instead of standing in blocks of H rows
def wrong_5(b_ih, b_hh, value):
    first = b_ih.clone()
    second = b_hh.clone()
    first[1::4] = value  # <-- here
    second[1::4] = 0  # <-- here
    return first, second


# MISTAKE: thinks that the value has to go through the gate's sigmoid first: it stores sigmoid(value) instead of value
def wrong_6(b_ih, b_hh, value):
    hidden = len(b_hh) // 4
    mask = torch.zeros(len(b_ih), dtype=torch.bool)
    mask[hidden : 2 * hidden] = True
    level = torch.sigmoid(torch.tensor(float(value))).item()  # <-- here
    return b_ih.masked_fill(mask, level), b_hh.masked_fill(mask, 0.0)


# MISTAKE: all of b_hh becomes zero, not only the forget gate's rows
def wrong_7(b_ih, b_hh, value):
    H = b_ih.size(0) // 4
    ih = b_ih.clone()
    for row in range(H, 2 * H):
        ih[row] = value
    hh = torch.zeros_like(b_hh)  # <-- here
    return ih, hh


# MISTAKE: changes the first block (the input gate) instead of the second AND subtracts the value from b_hh's rows instead of setting them to zero
def pair_1(b_ih, b_hh, value):
    H = len(b_ih) // 4
    x, y = b_ih.clone(), b_hh.clone()
    block = slice(0, H)  # <-- here
    x[block] = value
    y[block] -= value  # <-- here
    return x, y


# MISTAKE: the two results are returned in the wrong order AND the forget gate's block is made one row too long
def pair_2(b_ih, b_hh, value):
    H = b_ih.shape[0] // 4
    idx = torch.arange(H, 2 * H + 1)  # <-- here
    with_value = b_ih.index_fill(0, idx, value)
    with_zero = b_hh.index_fill(0, idx, 0)
    return with_zero, with_value  # <-- here


# MISTAKE: puts half of the value into b_ih instead of all of it AND the forget gate's rows of b_hh stay as they are
def pair_3(b_ih, b_hh, value):
    parts_i = [p.clone() for p in b_ih.chunk(4)]
    parts_h = [p.clone() for p in b_hh.chunk(4)]
    parts_i[1][:] = value / 2  # <-- here
    return torch.cat(parts_i), torch.cat(parts_h)  # <-- here
