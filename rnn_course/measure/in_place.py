"""The rung below the compiled one: a step of each kind by numpy, every array written in place.

The same steps as rnn_course.fast.cells, a whole array at a time, for the same loop over time,
rnn_course.fast.layer. sigmoid(x) = (1 + tanh(x / 2)) / 2, so that no exp overflows.
"""

import numpy as np


def sigmoid(x):
    x *= 0.5
    np.tanh(x, x)
    x += 1
    x *= 0.5


def split(a, gates):
    """(n, gates*H) -> a view (n, H) of each gate."""
    return a.reshape(len(a), gates, -1).swapaxes(0, 1)


def rnn_tanh(h, u):
    h += u
    np.tanh(h, h)


def rnn_tanh_back(da, h, dout, dh):
    np.multiply(h, h, da)
    np.subtract(1, da, da)
    dh += dout
    da *= dh


def lstm(a, u, c, h_new, c_new):
    a += u
    i, f, g, o = split(a, 4)
    for gate in (i, f, o):
        sigmoid(gate)
    np.tanh(g, g)
    np.multiply(f, c, c_new)
    c_new += np.multiply(i, g, h_new)
    np.tanh(c_new, h_new)
    h_new *= o


def lstm_back(a, c, c_new, dout, dh, dc):
    i, f, g, o = split(a, 4)
    squashed, dh = np.tanh(c_new), dh + dout
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


def gru(a, u, b_n, h, h_new, u_n):
    (r, z, n), (u_r, u_z, acted) = split(a, 3), split(u, 3)
    r += u_r
    z += u_z
    sigmoid(r)
    sigmoid(z)
    np.add(acted, b_n, u_n)
    n += np.multiply(r, u_n, h_new)
    np.tanh(n, n)
    np.subtract(h, n, h_new)
    h_new *= z
    h_new += n


def gru_back(a, u_n, h, dout, dh, stays):
    r, z, n = split(a, 3)
    stays += dh
    stays += dout  # now all of dh
    dz = (h - n) * z * (1 - z) * stays
    da_n = (1 - z) * (1 - n * n) * stays
    stays *= z
    np.multiply(da_n, r, n)
    r *= (1 - r) * u_n * da_n
    z[:] = dz
    u_n[:] = da_n
