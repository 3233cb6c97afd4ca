# ruff: noqa
"""Learners' solutions for pack."""

import numpy as np
import torch
import torch.nn.functional as F


def right_1(padded, lengths):
    """Counts with a comparison, cuts the front of every step."""
    T = int(lengths.max())
    batch_sizes = [int((lengths > t).sum()) for t in range(T)]
    data = torch.cat([padded[t, :size] for t, size in enumerate(batch_sizes)])
    return data, batch_sizes


def right_2(padded, lengths):
    """A mask picks all rows at once."""
    T = lengths[0].item()
    maske = torch.arange(T).unsqueeze(1) < lengths
    return padded[:T][maske], maske.sum(dim=1).tolist()


def right_3(padded, lengths):
    """Two loops with if, row by row, into a list."""
    rows, batch_sizes = [], []
    for t in range(max(lengths.tolist())):
        count = 0
        for n in range(padded.shape[1]):
            if t < lengths[n]:
                rows.append(padded[t, n])
                count += 1
        batch_sizes.append(count)
    return torch.stack(rows), batch_sizes


def right_4(padded, lengths):
    """numpy: indices from nonzero, counts from bincount."""
    L = lengths.detach().numpy()
    steps, sentences = np.nonzero(np.arange(L.max())[:, None] < L[None, :])
    tailles = np.bincount(steps)
    X = padded.detach().numpy()
    return torch.from_numpy(X[steps, sentences]), [int(k) for k in tailles]


def right_5(padded, lengths):
    """Zeros of the right size, filled with a running offset."""
    R, T = int(lengths.sum()), int(lengths[0])
    data = torch.zeros(R, padded.shape[-1])
    sizes = [0] * T
    for l in lengths.tolist():
        for t in range(l):
            sizes[t] += 1
    start = 0
    for t in range(T):
        data[start : start + sizes[t]] = padded[t][: sizes[t]]
        start += sizes[t]
    return data, sizes


def wrong_1(padded, lengths):
    """Puts sentence after sentence instead of step after step."""
    data = torch.cat([padded[:l, n] for n, l in enumerate(lengths.tolist())])
    batch_sizes = [(lengths > t).sum().item() for t in range(int(lengths[0]))]
    return data, batch_sizes


def wrong_2(padded, lengths):
    """Returns the lengths in the place of the batch sizes."""
    data = []
    for t in range(int(lengths.max())):
        data.append(padded[t, : int((lengths > t).sum())])
    batch_sizes = lengths.tolist()
    return torch.cat(data), batch_sizes


def wrong_3(padded, lengths):
    """Counts with >=, so a sentence lasts a step too long."""
    sizes = []
    data = []
    for t in range(int(lengths[0])):
        k = int((lengths >= t).sum())
        sizes.append(k)
        data.append(padded[t, :k])
    return torch.cat(data, dim=0), sizes


def wrong_4(padded, lengths):
    """Takes the last rows of a step, as if the shortest stood first."""
    größen = [sum(1 for l in lengths if l > t) for t in range(int(lengths.max()))]
    daten = torch.cat([padded[t][-k:] for t, k in enumerate(größen)])
    return daten, größen


def wrong_5(padded, lengths):
    """The batch sizes are added up on the way: where each step ends."""
    T = int(lengths[0])
    mask = torch.arange(T)[:, None] < lengths[None, :]
    sizes = mask.sum(1)
    return padded[:T][mask], torch.cumsum(sizes, 0).tolist()


def wrong_6(padded, lengths):
    """Begins at step 1, the first words are lost."""
    data, batch_sizes = [padded[0, :0]], []
    for t in range(1, int(lengths.max())):
        k = int((lengths > t).sum())
        data.append(padded[t, :k])
        batch_sizes.append(k)
    return torch.cat(data), batch_sizes


def wrong_7(padded, lengths):
    """The pads stay in the data, and the batch sizes come in rising order."""
    T, N, I = padded.shape
    data = padded.reshape(T * N, I)
    batch_sizes = sorted(int((lengths > t).sum()) for t in range(T))
    return data, batch_sizes


def wrong_8(padded, lengths):
    """Within a step the shortest sentence comes first, and the sizes are those of the next step."""
    长度 = lengths.tolist()
    行, 批 = [], []
    for t in range(长度[0]):
        还在 = [n for n, l in enumerate(长度) if l > t]
        for n in reversed(还在):
            行.append(padded[t, n])
        批.append(sum(l > t + 1 for l in 长度))
    return torch.stack(行), 批


TRUTH = {
    "wrong_1": ["the rows are ordered sentence by sentence instead of step by step"],
    "wrong_2": ["batch_sizes holds the lengths of the sentences"],
    "wrong_3": ["a sentence counts one step too long (>= instead of >)"],
    "wrong_4": ["the last rows of a step are taken instead of the first"],
    "wrong_5": ["batch_sizes is added up (cumulative)"],
    "wrong_6": ["the first step is left out"],
    "wrong_7": ["the pads are left in data", "batch_sizes is in rising order"],
    "wrong_8": ["the rows of a step are in reverse order", "batch_sizes is one step ahead"],
}
