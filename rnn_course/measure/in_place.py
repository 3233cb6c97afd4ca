"""The rung below the compiled one: a step of each kind by numpy, every array written in place.

The same steps as rnn_course.fast.cells, a whole array at a time, for the same loop over time.
sigmoid(x) = (1 + tanh(x / 2)) / 2, so that no exp overflows.
"""

import numpy as np


def sigmoid(x):
    x *= 0.5
    np.tanh(x, x)
    x += 1
    x *= 0.5


def forward_step(cell):
    """A cell for the n sequences of a step, at once."""

    def step(n, now, before, a, u, b, h, m, c):
        now, after = slice(now, now + n), slice(len(c) - len(a) + now, len(c) - len(a) + now + n)
        before = slice(before, before + n)
        cell(a[now], u[:n], b, h[before], m[now], c[before], c[after])

    return step


def backward_step(cell):
    def step(n, now, before, a, h, m, c, dout, dh, dc):
        now, after = slice(now, now + n), slice(len(c) - len(a) + now, len(c) - len(a) + now + n)
        before = slice(before, before + n)
        cell(a[now], h[before], m[now], c[before], c[after], dout[now], dh[:n], dc[:n])

    return step


def rnn_tanh(a, u, b, h, h_new, c, c_new):
    a += u
    a += b
    np.tanh(a, a)


def rnn_tanh_back(a, h, h_new, c, c_new, dout, dh, dc):
    da = a[:, 0]
    np.multiply(h_new, h_new, da)
    np.subtract(1, da, da)
    da *= dout + dh


def lstm(a, u, b, h, h_new, c, c_new):
    a += u
    a += b
    i, f, g, o = a.swapaxes(0, 1)
    for gate in (i, f, o):
        sigmoid(gate)
    np.tanh(g, g)
    np.multiply(f, c, c_new)
    c_new += np.multiply(i, g, h_new)
    np.tanh(c_new, h_new)
    h_new *= o


def lstm_back(a, h, h_new, c, c_new, dout, dh, dc):
    i, f, g, o = a.swapaxes(0, 1)
    squashed, dh = np.tanh(c_new), dout + dh
    dc += dh * o * (1 - squashed * squashed)
    di, df, dg = dc * g, dc * c, dc * i
    dc *= f
    for gate, d in ((i, di), (f, df), (o, dh * squashed)):
        d *= gate
        np.subtract(1, gate, gate)
        gate *= d
    np.multiply(g, g, g)
    np.subtract(1, g, g)
    g *= dg


def gru(a, u, b, h, h_new, c, c_new):
    np.add(u[:, 2], b[3], c_new)  # what the reset gate acts on
    a[:, :2] += u[:, :2]
    a += b[:3]
    r, z, n = a.swapaxes(0, 1)
    sigmoid(r)
    sigmoid(z)
    n += np.multiply(r, c_new, h_new)
    np.tanh(n, n)
    np.subtract(h, n, h_new)
    h_new *= z
    h_new += n


def gru_back(a, h, h_new, c, c_new, dout, dh, dc):
    r, z, n = a.swapaxes(0, 1)
    dc += dout
    dc += dh  # now all of dh
    dz = (h - n) * z * (1 - z) * dc
    da_n = (1 - z) * (1 - n * n) * dc
    dc *= z
    np.multiply(da_n, r, n)
    r *= (1 - r) * c_new * da_n
    z[:] = dz
    c_new[:] = da_n
