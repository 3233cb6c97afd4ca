"""One step of RNN, LSTM and GRU as a compiled loop, forward and backward under each other.

The same as rnn_course/cells.py, number by number, for one sequence; j is a hidden unit. All arrays
are written in place:

    a       (gates, H)  W_ih x_t coming in; forward leaves the gates there, backward their da
    u       (gates, H)  W_hh h_(t-1)
    b       (gates, H)  the biases; the GRU has a fourth row, n's second one
    h, h_new, c, c_new  (H), the states before and after the step
    dout    (H)         the derivative with respect to this step's output
    dh, dc  (H)         what the next step passes back; dc becomes what this one does, and for h
                        that is left to the matmul: dh_(t-1) = da W_hh

numba compiles a function when it is first called with float32 and with float64. It works on several
units at once only where it sees that no array overlaps another: hence `:H` with another array's H.
"""

import math

import numba
import numpy as np
from numba.extending import overload

from rnn_course.fast.compiler import compiled

ONE = np.float32(1)  # float32 * int would be float64; float64 * ONE is float64
ZERO = ONE - ONE


@compiled
def rnn_tanh(a, u, b, h, h_new, c, c_new):
    """a and h_new are the same numbers, for an RNN's only gate is its state."""
    tanhs(a[0], u[0], b[0])


@compiled
def rnn_tanh_back(a, h, h_new, c, c_new, dout, dh, dc):
    for j in range(len(h_new)):
        a[0, j] = (dout[j] + dh[j]) * (ONE - h_new[j] * h_new[j])


@compiled
def rnn_relu(a, u, b, h, h_new, c, c_new):
    for j in range(len(h_new)):
        x = a[0, j] + u[0, j] + b[0, j]
        a[0, j] = ZERO if x < 0 else x  # nan stays nan


@compiled
def rnn_relu_back(a, h, h_new, c, c_new, dout, dh, dc):
    for j in range(len(h_new)):
        a[0, j] = dout[j] + dh[j] if h_new[j] > 0 else ZERO


@compiled
def lstm(a, u, b, h, h_new, c, c_new):
    i, f, g, o = a[0], a[1], a[2], a[3]
    sigmoids(i, u[0], b[0])
    sigmoids(f, u[1], b[1])
    tanhs(g, u[2], b[2])
    sigmoids(o, u[3], b[3])
    for j in range(len(h_new)):
        c_new[j] = f[j] * c[j] + i[j] * g[j]
        h_new[j] = o[j] * tanh(c_new[j])


@compiled
def lstm_back(a, h, h_new, c, c_new, dout, dh, dc):
    H = len(h_new)
    di, df, dg, do = a[0, :H], a[1, :H], a[2, :H], a[3, :H]
    for j in range(H):
        i, f, g, o = di[j], df[j], dg[j], do[j]
        squashed, dh_j = tanh(c_new[j]), dout[j] + dh[j]
        dc_j = dc[j] + dh_j * o * (ONE - squashed * squashed)
        di[j] = dc_j * g * i * (ONE - i)
        df[j] = dc_j * c[j] * f * (ONE - f)
        dg[j] = dc_j * i * (ONE - g * g)
        do[j] = dh_j * squashed * o * (ONE - o)
        dc[j] = dc_j * f


@compiled
def gru(a, u, b, h, h_new, c, c_new):
    """c_new keeps what the reset gate acts on; c is not used."""
    H = len(h_new)
    r, z, n, u_n = a[0, :H], a[1, :H], a[2, :H], u[2, :H]
    sigmoids(r, u[0], b[0])
    sigmoids(z, u[1], b[1])
    for j in range(H):
        c_new[j] = acted = u_n[j] + b[3, j]
        n[j] = candidate = tanh(n[j] + b[2, j] + r[j] * acted)
        h_new[j] = candidate + z[j] * (h[j] - candidate)


@compiled
def gru_back(a, h, h_new, c, c_new, dout, dh, dc):
    """Leaves du in a, and da_n, in which alone da differs from du, in c_new. dc is the part of dh
    that goes past the matmul: dh_(t-1) = dc + du W_hh."""
    H = len(h_new)
    du_r, du_z, du_n = a[0, :H], a[1, :H], a[2, :H]
    for j in range(H):
        r, z, n, acted = du_r[j], du_z[j], du_n[j], c_new[j]
        dh_j = dout[j] + dh[j] + dc[j]
        da_n = dh_j * (ONE - z) * (ONE - n * n)
        du_r[j] = da_n * acted * r * (ONE - r)
        du_z[j] = dh_j * (h[j] - n) * z * (ONE - z)
        du_n[j] = da_n * r
        c_new[j] = da_n
        dc[j] = dh_j * z


def forward_step(cell):
    """A cell for the n sequences of a step; `now` is its first row, `before` the first row of the
    states before it (engine.py)."""

    def step(n, now, before, a, u, b, h, m, c):
        after = len(c) - len(a) + now
        for k in range(n):
            cell(a[now + k], u[k], b, h[before + k], m[now + k], c[before + k], c[after + k])

    return compiled(step, f"{cell.__name__}_step")


def backward_step(cell):
    def step(n, now, before, a, h, m, c, dout, dh, dc):
        after = len(c) - len(a) + now
        for k in range(n):
            before_k, now_k, after_k = before + k, now + k, after + k
            states = h[before_k], m[now_k], c[before_k], c[after_k]
            cell(a[now_k], *states, dout[now_k], dh[k], dc[k])

    return compiled(step, f"{cell.__name__}_step")


@compiled
def sigmoids(a, u, b):
    """A gate, all units."""
    for j in range(len(a)):
        a[j] = sigmoid(a[j] + u[j] + b[j])


@compiled
def tanhs(a, u, b):
    for j in range(len(a)):
        a[j] = tanh(a[j] + u[j] + b[j])


def exp_parts(x):
    """q and s of e^x = s s (1 + q), for x from the sigmoid's far tail to where tanh is 1.

    s = 2^k, k = round(x / (2 ln 2)): so x = 2k ln 2 + r with |r| < 0.7, and some terms of Taylor's
    series for q = e^r - 1 are exact to rounding. There is no branch and no table, so that the
    compiler can work on as many numbers at once as the processor takes.
    """


@overload(exp_parts)
def _(x):
    if x == numba.float32:
        real, whole, digits, bias, terms, low, high = np.float32, np.int32, 23, 127, 10, -104, 40
    else:
        real, whole, digits, bias, terms, low, high = np.float64, np.int64, 52, 1023, 17, -746, 80
    low, high, per_step = real(low), real(high), real(0.5 / math.log(2))
    ln4, rest = real(2 * 0.693145751953125), real(2 * 1.42860682030941723e-6)  # k * ln4 is exact
    rounder = real(1.5 * 2.0**digits)  # x + rounder has no digits after the point
    taylor = tuple(real(1 / math.factorial(n)) for n in range(terms, 1, -1))

    def parts(x):
        x = low if x < low else high if x > high else x  # nan stays nan
        rounded = x * per_step + rounder
        k = rounded - rounder
        r = x - k * ln4 - k * rest
        p = taylor[0]
        for term in numba.literal_unroll(taylor[1:]):
            p = p * r + term
        s = whole((real(rounded).view(whole) + bias) << digits).view(real)  # k as its exponent
        return r + r * r * p, s  # r first: all digits of a small q are those of r

    return parts


@compiled
def sigmoid(x):
    """1 / (1 + e^-x); for x < 0 as e^x / (1 + e^x), or its far tail would lose its digits."""
    q, s = exp_parts(-abs(x))
    e = (ONE + q) * s * s
    return (e if x < 0 else ONE) / (ONE + e)


@compiled
def tanh(x):
    """(e^2x - 1) / (e^2x + 1), where e^2x - 1 is computed without losing digits near 0."""
    q, s = exp_parts(x + x)
    e = s * s * q + (s * s - ONE)
    return e / (e + ONE + ONE) if x != 0 else x  # -0 stays -0
