"""x @ W with the same W at every time step (book/speed.md, "Tiles").

A BLAS first copies both factors into an order that its kernels like, and for few rows that takes
as long as the multiplying. For products of up to a million multiplications OpenBLAS's kernels
for AVX-512 read the factors where they lie. So W is cut once, before the loop, into tiles of whole
columns that are small enough. Other kernels lack that way: there W stays whole.
"""

from functools import cache
from math import ceil

import numpy as np
import threadpoolctl

SMALL = 100**3  # multiplications: OpenBLAS's own bound
WIDTHS = range(32, 65, 8)  # columns of a tile
WITH_SMALL_KERNELS = {"SkylakeX", "Cooperlake", "SapphireRapids"}  # OpenBLAS's names for AVX-512


@cache
def libraries():
    return threadpoolctl.ThreadpoolController().lib_controllers


def has_small_kernels():
    """Has numpy's BLAS that way, and is it on one thread? On several, W is shared out instead."""
    return any(
        library.internal_api == "openblas"
        and library.architecture in WITH_SMALL_KERNELS
        and library.num_threads == 1
        for library in libraries()
    )


def product(W, rows):
    """times(x, out), which writes x @ W to out: W (K, M), x (n, K) of at most about `rows` rows,
    out (n, M) contiguous."""
    K, M = W.shape
    if rows >= 8 and rows * K * M > SMALL and has_small_kernels():
        for width in WIDTHS:
            height = SMALL // (K * width)  # rows for which a tile is small enough
            if M % width == 0 and height >= 8:
                return tiled(W, width, ceil(rows / ceil(rows / height)))  # in equal shares
    if rows > 1:
        W = np.ascontiguousarray(W)
    return lambda x, out: x.dot(W, out)  # half the overhead of np.matmul(x, W, out)


def tiled(W, width, height):
    """`product`, `width` columns and `height` rows at a time."""
    tiles = np.ascontiguousarray(W.reshape(len(W), -1, width).swapaxes(0, 1))

    def times(x, out):
        out = out.reshape(len(x), -1, width).swapaxes(0, 1)  # the same memory, seen as tiles
        for first in range(0, len(x), height):
            some = slice(first, first + height)
            np.matmul(x[some], tiles, out[:, some])

    return times
