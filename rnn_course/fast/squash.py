"""sigmoid and tanh are one curve (book/speed.md, "One tanh for all gates").

    sigmoid(a) = (1 + tanh(a/2)) / 2        tanh(a) = 2 sigmoid(2a) - 1

So either of the two does for both. numpy's tanh is quick to call, and where the processor has
AVX-512 quick to compute; elsewhere torch's sigmoid is quicker for many numbers. The chapter
measures both.
"""

import numpy as np
import torch

from rnn_course.fast.product import has_avx512

MANY = 2000  # numbers in a call, from which on torch's sigmoid is worth its call


def suits_sigmoid(size):
    return size >= MANY and not has_avx512()


def curve(size):
    """(squash, unit) for arrays of `size` numbers. squash(a) writes over a, and with k = unit
    for a sigmoid and k = 2 * unit for a tanh, the gate is k * squash(k * a) + 1 - k."""
    return (sigmoid, 1.0) if suits_sigmoid(size) else (lambda a: np.tanh(a, a), 0.5)


def sigmoid(a):
    torch.from_numpy(a).sigmoid_()


def tanh(a, out):
    """np.tanh(a, out), whichever way is quicker."""
    if not suits_sigmoid(a.size):
        return np.tanh(a, out)
    np.add(a, a, out)
    sigmoid(out)
    out += out
    out -= 1
    return out
