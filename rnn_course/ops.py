"""The few operations that numpy and torch spell differently.

With these and the plain operators (`+ * - @ .T`) every cell is written once and runs on numpy
arrays and on torch tensors alike. Each function looks at its first argument and calls the
library that the argument comes from.
"""

import numpy as np
import torch
import torch.nn.functional as F


def is_torch(x):
    return isinstance(x, torch.Tensor)


def tanh(x):
    return torch.tanh(x) if is_torch(x) else np.tanh(x)


def sigmoid(x):
    """1 / (1 + exp(-x)); by numpy as (1 + tanh(x/2)) / 2, the same number without overflow."""
    return torch.sigmoid(x) if is_torch(x) else 0.5 * (1 + np.tanh(0.5 * x))


def relu(x):
    return torch.relu(x) if is_torch(x) else np.maximum(x, 0)


def linear(x, W, b=0.0):
    """x W^T + b. x (rows, in), W (out, in) as torch stores it, b (out) or 0.0 for no bias."""
    if is_torch(x):
        return F.linear(x, W, b) if is_torch(b) else F.linear(x, W)
    return x @ W.T + b


def split(x, parts):
    """Cut the last axis into equal parts: split(a, 4) gives the four gates of an LSTM."""
    return x.chunk(parts, -1) if is_torch(x) else np.split(x, parts, -1)


def each(state, change):
    """The same change made to h, or to h and c; what is not given (None) stays so."""
    if isinstance(state, tuple | list):
        return tuple(map(change, state))
    return None if state is None else change(state)


def cut(rows, sizes):
    """Cut the first axis into pieces of the given sizes, one piece a time step."""
    return rows.split(sizes) if is_torch(rows) else np.split(rows, np.cumsum(sizes)[:-1])


def concat(parts, axis):
    """Join along an axis that is there already: gates along -1, rows along 0."""
    return torch.cat(tuple(parts), axis) if is_torch(parts[0]) else np.concatenate(parts, axis)


def stack(parts):
    """Join along a new first axis: L*D states (N, H) become (L*D, N, H)."""
    return torch.stack(tuple(parts)) if is_torch(parts[0]) else np.stack(parts)
