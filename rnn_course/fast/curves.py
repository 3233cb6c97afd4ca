"""tanh and sigmoid for compiled loops, float32 and float64, within 3 units in the last place.

Both come from e^x = 2^k (1 + q) with k = round(x / ln 2): then x = k ln 2 + r with |r| < 0.35,
and a few terms of Taylor's series for q = e^r - 1 are exact to rounding. There is no branch and
no table, so that the compiler can work on as many numbers at once as the processor takes.
"""

import math

import numba
import numpy as np
from numba.extending import overload

from rnn_course.fast.compiler import compiled

ONE = np.float32(1)  # float32 * int would be float64; float64 * ONE is float64


def exp_parts(x):
    """q and k of e^x = 2^k (1 + q)."""


def power_of_two(k):
    """2^k for a whole number k, itself a float: by putting k where a float has its exponent."""


def limits(x):
    """How far the curves are computed: the sigmoid's tail (beyond it 0), the end of tanh (1)."""


def numbers_of(kind):
    """A float type's name, whole numbers of its size, digits, and the bias of its exponent."""
    if kind == numba.float32:
        return np.float32, np.int32, 23, 127
    return np.float64, np.int64, 52, 1023


@overload(exp_parts)
def _(x):
    real, _, digits, _ = numbers_of(x)
    log2e, high = real(1 / math.log(2)), real(0.693145751953125)  # k * high is exact
    low = real(1.42860682030941723212e-6)  # ln 2 = high + low
    rounder = real(1.5 * 2.0**digits)  # x + rounder has no digits after the point
    terms = range(7 if real is np.float32 else 13, 1, -1)
    taylor = tuple(real(1 / math.factorial(n)) for n in terms)

    def parts(x):
        k = (x * log2e + rounder) - rounder
        r = x - k * high - k * low
        p = taylor[0]
        for term in numba.literal_unroll(taylor[1:]):
            p = p * r + term
        return r + r * r * p, k  # r first: all digits of a small q are those of r

    return parts


@overload(power_of_two)
def _(k):
    real, whole, digits, bias = numbers_of(k)
    rounder = real(1.5 * 2.0**digits)

    def power(k):
        return whole((real(k + rounder).view(whole) + bias) << digits).view(real)

    return power


@overload(limits)
def _(x):
    real = numbers_of(x)[0]
    tail, end = (real(-104), real(11)) if real is np.float32 else (real(-746), real(22))
    return lambda x: (tail, end)


@compiled
def sigmoid(x):
    """1 / (1 + e^-x); for x < 0 as e^x / (1 + e^x), or its far tail would lose its digits."""
    tail, _ = limits(x)
    below = -abs(x)
    below = tail if below < tail else below  # a nan stays one
    q, k = exp_parts(below)
    half = np.floor(k * (ONE / (ONE + ONE)))  # 2^k itself may be too small for an exponent
    e = (ONE + q) * power_of_two(half) * power_of_two(k - half)
    return (e if x < 0 else ONE) / (ONE + e)


@compiled
def tanh(x):
    """(e^2x - 1) / (e^2x + 1), where e^2x - 1 is computed without losing digits near 0."""
    _, end = limits(x)
    y = -end if x < -end else end if x > end else x
    q, k = exp_parts(y + y)
    scale = power_of_two(k)
    e = scale * q + (scale - ONE)
    return e / (e + ONE + ONE) if x != 0 else x  # -0 stays -0
