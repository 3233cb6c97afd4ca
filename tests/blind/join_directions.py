# ruff: noqa
import numpy as np
import torch


def right_1(forward, backward):
    return torch.cat((forward, backward.flip(0)), dim=1)


def right_2(forward, backward):
    T = len(forward)
    rows = []
    for t in range(T):
        rows.append(torch.cat((forward[t], backward[T - 1 - t])))
    return torch.stack(rows)


def right_3(forward, backward):
    (T, H), dtype = forward.shape, forward.dtype
    assert backward.shape == (T, H)
    joined = torch.empty(T, 2 * H, dtype=dtype)
    joined[:, :H] = forward
    joined[torch.arange(T - 1, -1, -1), H:] = backward
    return joined


def right_4(forward, backward):
    pairs = zip(forward.unbind(), reversed(backward.unbind()))
    return torch.stack([torch.hstack(pair) for pair in pairs])


# MISTAKE: the backward states are left in the order in which they were read
def wrong_1(forward, backward):
    return torch.cat((forward, backward), dim=1)  # <-- here


# MISTAKE: the backward states are flipped along the features instead of along time
def wrong_2(forward, backward):
    turned = torch.flip(backward, dims=[1])  # <-- here
    return torch.cat([forward, turned], dim=-1)


# MISTAKE: turns the forward states around instead of the backward ones
def wrong_3(forward, backward):
    forward = forward.flip(0)  # <-- here
    return torch.hstack((forward, backward))


# MISTAKE: the backward half is put first
def wrong_4(forward, backward):
    order = list(range(len(backward)))[::-1]
    in_sentence_order = backward[order]
    return torch.cat((in_sentence_order, forward), 1)  # <-- here


# MISTAKE: off by one from the end: row t gets backward[-t], so the first row gets the backward state number 0
def wrong_5(forward, backward):
    result = []
    for t in range(forward.shape[0]):
        result.append(torch.cat((forward[t], backward[-t])))  # <-- here
    return torch.stack(result)


# MISTAKE: puts the two on top of each other and cuts the result into new rows, so the halves of a row do not belong to one character
def wrong_6(forward, backward):
    T, H = forward.shape
    both = torch.cat((forward, backward.flip(0)), dim=0)  # <-- here
    return both.reshape(T, 2 * H)


# MISTAKE: the numbers of the two directions alternate instead of standing in two halves
def wrong_7(forward, backward):
    T = forward.shape[0]
    b = backward.flip(0)
    return torch.stack((forward, b), dim=2).reshape(T, -1)  # <-- here


# MISTAKE: the whole result is turned around, the forward half as well
# MISTAKE: the backward half is in front
def pair_1(forward, backward):
    side_by_side = torch.cat((backward, forward), dim=1)  # <-- here
    return side_by_side.flip(0)  # <-- here


# MISTAKE: flips both axes of the backward states, the features too
# MISTAKE: flips the forward states in time
def pair_2(forward, backward):
    a = np.asarray(forward)[::-1]  # <-- here
    b = np.asarray(backward)[::-1, ::-1]  # <-- here
    return torch.from_numpy(np.concatenate((a, b), axis=1))


# MISTAKE: every character gets the backward reader's last state instead of its own
# MISTAKE: the two states' numbers alternate
def pair_3(forward, backward):
    T, H = forward.shape
    summary = backward[-1].expand(T, H)  # <-- here
    joined = forward.new_zeros(T, 2 * H)
    joined[:, 0::2] = forward  # <-- here
    joined[:, 1::2] = summary  # <-- here
    return joined
