"""Whose matmul: numpy's or torch's (book/speed.md, "Whose matmul?").

Both do the same, to rounding. numpy's is quick to call, and its OpenBLAS has kernels for small
products. torch's MKL is made by Intel: where the processor has AVX-512, large products are quicker
there; on others it may leave the best instructions unused. The chapter measures both.
"""

import numpy as np
import torch

SMALL = 100**3  # multiplications in a product: OpenBLAS's own bound for its small kernels


def has_avx512():
    """By torch's word, for numpy has no public one."""
    return torch.backends.cpu.get_cpu_capability() == "AVX512"


def by_torch(a_shape, b_shape):
    """Is a @ b torch's to compute?"""
    large = a_shape[0] * a_shape[1] * b_shape[1] > SMALL
    return large and has_avx512() and torch.backends.mkl.is_available()


def matmul(a, b):
    """a @ b."""
    if by_torch(a.shape, b.shape):
        return torch.mm(torch.from_numpy(a), torch.from_numpy(b)).numpy()
    return a @ b


def product(W, rows, add=False):
    """For the same W at every time step: a function of (x, out) that writes x @ W to out, or with
    `add` adds it. W (K, M), x (n, K) of at most about `rows` rows, out (n, M)."""
    if rows > 1:
        W = np.ascontiguousarray(W)
    if by_torch((rows, len(W)), W.shape):
        W = torch.from_numpy(W)
        if add:
            return lambda x, out: torch.from_numpy(out).addmm_(torch.from_numpy(x), W)
        return lambda x, out: torch.mm(torch.from_numpy(x), W, out=torch.from_numpy(out))
    if not add:
        return lambda x, out: x.dot(W, out)  # half the overhead of np.matmul(x, W, out)
    room = np.empty((rows, W.shape[1]), W.dtype)

    def plus(x, out):
        out += x.dot(W, room[: len(x)])

    return plus
