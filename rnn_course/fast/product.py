"""Whose matmul: numpy's or torch's. Both do the same, to rounding; which is quicker depends on the
processor, and is measured, once for each shape.

The answer is kept in the cache folder, so that the next run multiplies by the same library and
gives the same digits.
"""

import time
from functools import cache as remembered

import numpy as np
import torch

from rnn_course.fast import cache

LIBRARIES = {
    "numpy": lambda x, W, out: x.dot(W, out),  # half the overhead of np.matmul(x, W, out)
    "torch": lambda x, W, out: torch.mm(
        torch.from_numpy(x), torch.from_numpy(W), out=torch.from_numpy(out)
    ),
}
LARGE = 256  # a side from which on a product is measured as if it were no longer


def product(x, W):
    """x @ W. x (n, K), W (K, M)."""
    out = np.empty((len(x), W.shape[1]), x.dtype)
    multiply(len(x), W)(x, W, out)
    return out


def multiply(n, W):
    """The function of (x, W, out) that writes x @ W to out, for x of about n rows."""
    sides = (min(side, LARGE) for side in (n, *W.shape))
    return LIBRARIES[quicker(*sides, W.dtype.name, torch.get_num_threads())]


@remembered
def quicker(n, K, M, dtype, threads):
    """The library's name for a product of these sizes."""
    name = f"product-{n}-{K}-{M}-{dtype}-{threads}"
    kept = cache.load(name)
    if kept is None:
        kept = measured(n, K, M, dtype).encode()
        cache.save(name, kept)
    return kept.decode()


def measured(n, K, M, dtype, rounds=9):
    x, W, out = np.ones((n, K), dtype), np.ones((K, M), dtype), np.empty((n, M), dtype)
    times = dict.fromkeys(LIBRARIES, float("inf"))
    for _ in range(rounds):  # in turn, and the shortest: what others do on the machine only adds
        for name, function in LIBRARIES.items():
            start = time.perf_counter()
            function(x, W, out)
            function(x, W, out)
            times[name] = min(times[name], time.perf_counter() - start)
    return min(times, key=times.get)
