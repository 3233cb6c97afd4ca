"""sigmoid and tanh are one curve (book/speed.md, "One tanh for all gates").

    sigmoid(a) = (1 + tanh(a/2)) / 2        tanh(a) = 2 sigmoid(2a) - 1

So either of the two does for both. numpy's tanh is quick to call, torch's sigmoid quick to
compute: few numbers take the one, many the other. The chapter measures both.
"""

import numpy as np
import torch

MANY = 2000  # numbers in a call, from which on torch's sigmoid is worth its call


def curve(size):
    """(squash, unit) for arrays of `size` numbers. squash(a) writes over a, and with k = unit
    for a sigmoid and k = 2 * unit for a tanh, the gate is k * squash(k * a) + 1 - k."""
    return (lambda a: np.tanh(a, a), 0.5) if size < MANY else (sigmoid, 1.0)


def sigmoid(a):
    torch.from_numpy(a).sigmoid_()


def tanh(a, out):
    """np.tanh(a, out), whichever way is quicker."""
    if a.size < MANY:
        return np.tanh(a, out)
    np.add(a, a, out)
    sigmoid(out)
    out += out
    out -= 1
    return out
