"""x @ W for the same small W at every time step, in tiles (book/speed.md, "Tiles").

A BLAS first copies both factors into an order that its kernels like, and for a few rows that
copying takes as long as the multiplying. OpenBLAS's kernels for AVX-512 have a second way, for
products of up to a million multiplications, that reads the factors where they lie. So W is cut
once, before the loop, into tiles of whole columns, narrow enough for that way. Other kernels
lack it, and tiles would only cost: there W stays whole.
"""

from functools import cache
from math import ceil

import numpy as np
import threadpoolctl

SMALL = 10**6  # multiplications: OpenBLAS's bound for its way without copying (100 * 100 * 100)
WIDTHS = range(32, 65, 8)  # columns of a tile
WITH_SMALL_KERNELS = {"SkylakeX", "Cooperlake", "SapphireRapids"}  # OpenBLAS's names


@cache
def has_small_kernels():
    """Does numpy multiply by an OpenBLAS with kernels for small products? Decided at first use."""
    return any(
        library["internal_api"] == "openblas" and library["architecture"] in WITH_SMALL_KERNELS
        for library in threadpoolctl.threadpool_info()
    )


def product(W, rows):
    """A function times(x, out) that writes x @ W to out.

    W (K, M); x (n, K) with n of about `rows` or less; out (n, M), contiguous.
    """
    K, M = W.shape
    width = next((w for w in WIDTHS if M % w == 0), None)
    height = SMALL // (K * width) if width else 0  # rows that a tile can take at once
    if not has_small_kernels() or height < 8 or rows < 8 or rows * K * M <= SMALL:
        W = np.ascontiguousarray(W)
        return lambda x, out: np.matmul(x, W, out)

    tiles = np.ascontiguousarray(W.reshape(K, -1, width).swapaxes(0, 1))  # (M/width, K, width)
    height = ceil(rows / ceil(rows / height))  # equal shares

    def times(x, out):
        out = out.reshape(len(x), -1, width).swapaxes(0, 1)  # the same memory, seen as tiles
        for first in range(0, len(x), height):
            some = slice(first, first + height)
            np.matmul(x[some], tiles, out[:, some])

    return times
