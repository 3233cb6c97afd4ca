# ruff: noqa
import torch
import numpy as np


def right_1(forward, backward, lengths):
    T, N, H = forward.shape
    joined = forward.new_zeros(T, N, 2 * H)
    for n in range(N):
        length = int(lengths[n])
        for t in range(length):
            joined[t, n, :H] = forward[t, n]
            joined[t, n, H:] = backward[length - 1 - t, n]
    return joined


def right_2(forward, backward, lengths):
    T, N, H = forward.shape
    steps = torch.arange(T).unsqueeze(1)  # (T, 1)
    row = (lengths - 1 - steps).clamp(min=0)  # (T, N)
    turned = backward.gather(0, row.unsqueeze(-1).expand(T, N, H))
    both = torch.cat([forward, turned], dim=2)
    return both.masked_fill((steps >= lengths).unsqueeze(-1), 0.0)


def right_3(forward, backward, lengths):
    def one_sentence(f, b, length):
        words = torch.hstack([f[:length], torch.flip(b[:length], [0])])
        return torch.nn.functional.pad(words, (0, 0, 0, len(f) - length))

    columns = [
        one_sentence(forward[:, n], backward[:, n], length)
        for n, length in enumerate(lengths.tolist())
    ]
    return torch.stack(columns, dim=1)


def right_4(forward, backward, lengths):
    f, b, L = forward.detach().numpy(), backward.detach().numpy(), lengths.numpy()
    T, N, H = f.shape
    t, n = np.nonzero(np.arange(T)[:, None] < L[None, :])  # all real words
    out = np.zeros((T, N, 2 * H), dtype=f.dtype)
    out[t, n] = np.concatenate([f[t, n], b[L[n] - 1 - t, n]], axis=1)
    return torch.from_numpy(out)


# MISTAKE: turns the backward states round over all T rows, instead of each sentence over its own length
def wrong_1(forward, backward, lengths):
    turned = backward.flip(0)  # <-- here
    both = torch.cat((forward, turned), dim=-1)
    real = torch.arange(len(forward))[:, None] < lengths
    return torch.where(real[:, :, None], both, torch.zeros_like(both))


# MISTAKE: does not turn the backward states at all, they stay in the order in which they were read
def wrong_2(forward, backward, lengths):
    T, N, H = forward.shape
    result = torch.zeros(T, N, 2 * H, dtype=forward.dtype)
    for i, length in enumerate(lengths):
        result[:length, i, 0:H] = forward[:length, i]
        result[:length, i, H:] = backward[:length, i]  # <-- here
    return result


# MISTAKE: puts zeros at the pads of the backward half only and leaves the forward reader's states there
def wrong_3(forward, backward, lengths):
    back = torch.zeros_like(backward)
    for n in range(lengths.shape[0]):
        L = lengths[n].item()
        back[:L, n] = backward[:L, n].flip(dims=(0,))
    return torch.cat([forward, back], 2)  # <-- here


# MISTAKE: puts the backward states first and the forward ones after them
def wrong_4(forward, backward, lengths):
    T, N, H = forward.shape
    t = torch.arange(T)[:, None]
    mask = t < lengths[None, :]
    index = torch.where(mask, lengths[None, :] - 1 - t, 0)
    turned = backward[index, torch.arange(N)[None, :]]
    out = torch.cat([turned, forward], dim=2)  # <-- here
    out[~mask] = 0
    return out


# MISTAKE: off by one: word t gets the backward row lengths - t instead of lengths - 1 - t
def wrong_5(forward, backward, lengths):
    T, N, H = forward.shape
    out = forward.new_zeros((T, N, H + H))
    for t in range(T):
        for n in range(N):
            if t < lengths[n]:
                row = min(int(lengths[n]) - t, T - 1)  # <-- here
                out[t, n] = torch.cat([forward[t, n], backward[row, n]])
    return out


# MISTAKE: mixes the numbers of the two states (f0, b0, f1, b1, ...) instead of putting the whole forward state before the whole backward one
def wrong_6(forward, backward, lengths):
    turned = torch.zeros_like(forward)
    kept = torch.zeros_like(forward)
    for n, L in enumerate(lengths.tolist()):
        kept[:L, n] = forward[:L, n]
        turned[:L, n] = torch.flip(backward[:L, n], dims=[0])
    return torch.stack([kept, turned], dim=-1).flatten(2)  # <-- here


# MISTAKE: turns the forward states round as well as the backward ones
def wrong_7(forward, backward, lengths):
    both = torch.cat([forward, backward], dim=-1)
    position = torch.arange(both.shape[0])[:, None]
    source = (lengths - position - 1).clamp_min(0)
    both = torch.take_along_dim(both, source[:, :, None], dim=0)  # <-- here
    return both.masked_fill((position >= lengths)[..., None], 0)


# MISTAKE: puts the backward states first AND leaves at the pads whatever is there
def pair_1(forward, backward, lengths):
    turned = backward.clone()
    for n in range(len(lengths)):
        L = int(lengths[n])
        turned[:L, n] = backward[:L, n].flip(0)
    joined = torch.cat([turned, forward], dim=2)  # <-- here
    return joined  # <-- here


# MISTAKE: turns every sentence round over the length of the longest one AND writes zeros over the last word of each sentence too
def pair_2(forward, backward, lengths):
    longest = lengths.max().item()
    T, N, H = forward.shape
    out = torch.zeros(T, N, 2 * H)
    out[:longest, :, :H] = forward[:longest]
    out[:longest, :, H:] = backward[:longest].flip(0)  # <-- here
    for n in range(N):
        out[lengths[n] - 1 :, n] = 0  # <-- here
    return out


# MISTAKE: leaves the backward states in the order of reading AND mixes the numbers of the two states one by one
def pair_3(forward, backward, lengths):
    T, N, H = forward.shape
    out = torch.zeros(T, N, 2 * H)
    out[:, :, 0::2] = forward  # <-- here
    out[:, :, 1::2] = backward  # <-- here
    keep = (torch.arange(T).view(T, 1) < lengths.view(1, N)).unsqueeze(2)
    return torch.where(keep, out, 0.0)
