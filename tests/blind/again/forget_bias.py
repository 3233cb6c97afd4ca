# ruff: noqa
import torch


# ------------------------------------------------------------------ right


def right_1(b_ih, b_hh, value):
    H = len(b_ih) // 4
    b_ih, b_hh = b_ih.clone(), b_hh.clone()
    b_ih[H : 2 * H] = value
    b_hh[H : 2 * H] = 0
    return b_ih, b_hh


def right_2(b_ih, b_hh, value):
    # a row for each gate: i, f, g, o
    new_ih = b_ih.clone().reshape(4, -1)
    new_hh = b_hh.clone().reshape(4, -1)
    new_ih[1].fill_(value)
    new_hh[1].zero_()
    return new_ih.flatten(), new_hh.flatten()


def right_3(b_ih, b_hh, value):
    i, f, g, o = b_ih.chunk(4)
    first = torch.cat([i, torch.full_like(f, value), g, o])
    i, f, g, o = b_hh.chunk(4)
    second = torch.cat([i, torch.zeros_like(f), g, o])
    return first, second


def right_4(b_ih, b_hh, value):
    H = b_ih.shape[0] // 4
    forget = torch.arange(4 * H) // H == 1
    return torch.where(forget, value, b_ih), b_hh.masked_fill(forget, 0)


# ------------------------------------------------------------------ wrong


# MISTAKE: the value goes into the first block, which is the input gate's
def wrong_1(b_ih, b_hh, value):
    H = len(b_ih) // 4
    b_ih, b_hh = b_ih.clone(), b_hh.clone()
    b_ih[:H] = value  # <-- here
    b_hh[:H] = 0  # <-- here
    return b_ih, b_hh


# MISTAKE: the value is put into both biases, so that the rows add up to twice the value
def wrong_2(b_ih, b_hh, value):
    new = []
    for b in (b_ih, b_hh):
        b = b.clone()
        H = b.numel() // 4
        b[H : 2 * H] = value  # <-- here
        new.append(b)
    return tuple(new)


# MISTAKE: b_hh is returned as it was, its forget rows are not set to zero
def wrong_3(b_ih, b_hh, value):
    i, f, g, o = b_ih.chunk(4)
    first = torch.cat([i, torch.full_like(f, value), g, o])
    return first, b_hh.clone()  # <-- here


# MISTAKE: the value is added to the old bias of the forget gate instead of taking its place
def wrong_4(b_ih, b_hh, value):
    H = b_ih.shape[0] // 4
    new_ih = b_ih.clone()
    new_hh = b_hh.clone()
    new_ih[H : 2 * H] += value  # <-- here
    new_hh[H : 2 * H] = 0
    return new_ih, new_hh


# MISTAKE: each of the two biases gets half of the value, instead of the value in b_ih and zero in b_hh
def wrong_5(b_ih, b_hh, value):
    H = b_ih.shape[0] // 4
    forget = torch.arange(4 * H) // H == 1
    return b_ih.masked_fill(forget, value / 2), b_hh.masked_fill(forget, value / 2)  # <-- here


# MISTAKE: the forget gate's numbers are taken to be every fourth one, not the second block of H
def wrong_6(b_ih, b_hh, value):
    new_ih = b_ih.clone().reshape(-1, 4)  # <-- here
    new_hh = b_hh.clone().reshape(-1, 4)  # <-- here
    new_ih[:, 1] = value
    new_hh[:, 1] = 0
    return new_ih.flatten(), new_hh.flatten()


# MISTAKE: all of b_hh is set to zero, not only the forget gate's rows
def wrong_7(b_ih, b_hh, value):
    quarter = b_ih.size(0) // 4
    out = b_ih.clone()
    for k in range(quarter, 2 * quarter):
        out[k] = value
    return out, torch.zeros_like(b_hh)  # <-- here


# ------------------------------------------------------------------ pairs


# MISTAKE: the slice has no end, so the value also overwrites the rows of g and o; the two biases are returned in the wrong order
def pair_1(b_ih, b_hh, value):
    H = len(b_ih) // 4
    b_ih = b_ih.clone()
    b_hh = b_hh.clone()
    b_ih[H:] = value  # <-- here
    b_hh[H : 2 * H] = 0
    return b_hh, b_ih  # <-- here


# MISTAKE: in b_ih the third block is changed, as if the order were i, g, f, o; in b_hh the forget rows get the value as well instead of zero
def pair_2(b_ih, b_hh, value):
    i, f, g, o = b_ih.chunk(4)
    new_ih = torch.cat([i, f, torch.full_like(g, value), o])  # <-- here
    i, f, g, o = b_hh.chunk(4)
    new_hh = torch.cat([i, torch.full_like(f, value), g, o])  # <-- here
    return new_ih, new_hh


# MISTAKE: the forget rows of b_ih get 1 whatever the value is; in b_hh the input gate's rows are set to zero
def pair_3(b_ih, b_hh, value):
    new_ih, new_hh = b_ih.clone().view(4, -1), b_hh.clone().view(4, -1)
    new_ih[1] = 1.0  # <-- here
    new_hh[0] = 0.0  # <-- here
    return new_ih.view(-1), new_hh.view(-1)
