# ruff: noqa
"""Learners' solutions for both_directions."""

import torch


def right_1(xs, h_0, forward, backward):
    """Two loops of the beginner's own, without read."""
    W_ih, W_hh, b_ih, b_hh = forward
    V_ih, V_hh, c_ih, c_hh = backward
    T = xs.shape[0]
    forward_states = []
    h = h_0[0]
    for t in range(T):
        h = torch.tanh(torch.matmul(xs[t], W_ih.t()) + b_ih + torch.matmul(h, W_hh.t()) + b_hh)
        forward_states.append(h)
    backward_states = []
    g = h_0[1]
    for t in range(T - 1, -1, -1):
        g = torch.tanh(torch.matmul(xs[t], V_ih.t()) + c_ih + torch.matmul(g, V_hh.t()) + c_hh)
        backward_states.insert(0, g)
    rows = []
    for t in range(T):
        rows.append(torch.cat((forward_states[t], backward_states[t]), dim=1))
    return torch.stack(rows), torch.stack((h, g))


def right_2(xs, h_0, forward, backward):
    """einsum for the words of both readers at once, halves of one new tensor."""
    T, N, _ = xs.shape
    H = h_0.size(2)
    output = xs.new_empty(T, N, 2 * H)
    h_n = h_0.clone()
    for d, (W, U, b, c) in enumerate((forward, backward)):
        pre = torch.einsum("tni,hi->tnh", xs, W) + (b + c)
        for t in range(T) if d == 0 else range(T)[::-1]:
            h_n[d] = (pre[t] + torch.einsum("nk,hk->nh", h_n[d], U)).tanh()
            output[t, :, d * H : (d + 1) * H] = h_n[d]
    return output, h_n


def right_3(xs, h_0, forward, backward):
    """read twice, and an index that runs backwards."""
    umgekehrt = torch.arange(len(xs) - 1, -1, -1)
    a, ha = read(xs, h_0[0], forward)
    b, hb = read(xs[umgekehrt], h_0[1], backward)
    return torch.cat((a, b[umgekehrt]), 2), torch.cat((ha[None], hb[None]))


def right_4(xs, h_0, forward, backward):
    """Fills zeros of float32 step by step, last states from the output."""
    T, N, H = xs.shape[0], xs.shape[1], h_0.shape[2]
    there, _ = read(xs, h_0[0], forward)
    back, _ = read(torch.flip(xs, [0]), h_0[1], backward)
    out = torch.zeros(T, N, 2 * H)
    for t in range(T):
        out[t, :, :H] = there[t]
        out[t, :, H:] = back[T - 1 - t]
    h_n = torch.zeros(2, N, H)
    h_n[0] = out[-1, :, :H]
    h_n[1] = out[0, :, H:]
    return out, h_n


def right_5(xs, h_0, forward, backward):
    """Both readers side by side in a batch of two, with bmm."""
    W, U, b, c = (torch.stack(p) for p in zip(forward, backward))
    h, seen = h_0, []
    for x in zip(xs, xs.flip(0)):
        x = torch.stack(x)
        h = (x.bmm(W.mT) + h.bmm(U.mT) + (b + c).unsqueeze(1)).tanh()
        seen.append(h)
    s = torch.stack(seen)
    return torch.cat([s[:, 0], s[:, 1].flip(0)], -1), h


def wrong_1(xs, h_0, forward, backward):
    """The backward reader's states stay in the order in which it read."""
    there, h_f = read(xs, h_0[0], forward)
    back, h_b = read(xs.flip(0), h_0[1], backward)
    return torch.cat([there, back], dim=2), torch.stack([h_f, h_b])


def wrong_2(xs, h_0, forward, backward):
    """Takes both last states from the last word of output."""
    H = h_0.shape[-1]
    there, _ = read(xs, h_0[0], forward)
    back, _ = read(xs.flip(0), h_0[1], backward)
    output = torch.cat([there, back.flip(0)], dim=-1)
    letzte = output[-1]
    return output, torch.stack([letzte[:, :H], letzte[:, H:]])


def wrong_3(xs, h_0, forward, backward):
    """The backward reader goes on from where the forward reader has ended."""
    there, h = read(xs, h_0[0], forward)
    back, g = read(xs.flip(0), h, backward)
    return torch.cat([there, back.flip(0)], dim=-1), torch.stack([h, g])


def wrong_4(xs, h_0, forward, backward):
    """Believes that the backward weights make the reader backward; nothing is turned."""
    out_f, h_f = read(xs, h_0[0], forward)
    out_b, h_b = read(xs, h_0[1], backward)
    return torch.cat((out_f, out_b), -1), torch.stack((h_f, h_b))


def wrong_5(xs, h_0, forward, backward):
    """range(T - 1, 0, -1) leaves out step 0 of the backward reader."""
    T, N, _ = xs.shape
    H = h_0.shape[2]
    output = xs.new_zeros(T, N, 2 * H)
    h = h_0[0]
    for t in range(T):
        _, h = read(xs[t : t + 1], h, forward)
        output[t, :, :H] = h
    g = h_0[1]
    for t in range(T - 1, 0, -1):
        _, g = read(xs[t : t + 1], g, backward)
        output[t, :, H:] = g
    return output, torch.stack([h, g])


def wrong_6(xs, h_0, forward, backward):
    """Stacks along a new last axis and reshapes, so the units of the two readers alternate."""
    T, N = xs.shape[:2]
    there, h1 = read(xs, h_0[0], forward)
    back, h2 = read(xs.flip(0), h_0[1], backward)
    pairs = torch.stack([there, back.flip(0)], dim=-1)
    return pairs.reshape(T, N, -1), torch.stack([h1, h2])


def wrong_7(xs, h_0, forward, backward):
    """Both start from the first entry of h_0, and the backward half comes first in output."""
    start = h_0[0]
    back, hb = read(xs.flip(0), start, backward)
    there, hf = read(xs, start, forward)
    return torch.cat([back.flip(0), there], dim=-1), torch.stack([hf, hb])


def wrong_8(xs, h_0, forward, backward):
    """A copied line still says forward, and h_n is made side by side, (N, 2H)."""
    avant, h_avant = read(xs, h_0[0], forward)
    arrière, h_arrière = read(xs.flip(0), h_0[1], forward)
    output = torch.cat([avant, arrière.flip(0)], dim=-1)
    h_n = torch.cat([h_avant, h_arrière], dim=-1)
    return output, h_n


TRUTH = {
    "wrong_1": ["the backward reader's states are not turned back to their words"],
    "wrong_2": ["h_n takes the backward half at the last word instead of the first"],
    "wrong_3": ["the backward reader starts from the forward reader's last state"],
    "wrong_4": ["the second reader reads from the first word to the last as well"],
    "wrong_5": ["the backward reader stops before the first word"],
    "wrong_6": ["the units of the two readers alternate in output instead of standing in halves"],
    "wrong_7": [
        "the backward reader starts from h_0[0], the forward reader's start",
        "the backward half comes first in output",
    ],
    "wrong_8": [
        "the backward reader uses the forward weights",
        "h_n has the two states side by side, (N, 2H), instead of stacked",
    ],
}
