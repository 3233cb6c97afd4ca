"""One time step of RNN, LSTM and GRU as a compiled loop, forward and backward under each other.

What cells.py says, number by number: k is a sequence of the batch, j a hidden unit. (N, G) are a
step's sequences and gates*H; all arrays are written in place.

    a       (N, G)  W_ih x_t + b going in; forward leaves the gates there, backward their da
    u       (N, G)  W_hh h_(t-1)
    dout    (N, H)  the derivative by the output of this step
    dh      (N, H)  what the step after it passes back through W_hh

numba compiles each at its first call for float32 or float64: all numbers of a call are of one type.
"""

from rnn_course.fast.compiler import compiled
from rnn_course.fast.curves import ONE, sigmoid, tanh

ZERO = ONE - ONE


@compiled
def rnn_tanh(h, u):
    """h is a, and becomes the state: one array, for the compiler doubts that two are apart."""
    for k in range(len(h)):
        for j in range(h.shape[1]):
            h[k, j] = tanh(h[k, j] + u[k, j])


@compiled
def rnn_tanh_back(da, h, dout, dh):
    for k in range(len(h)):
        for j in range(h.shape[1]):
            da[k, j] = (dout[k, j] + dh[k, j]) * (ONE - h[k, j] * h[k, j])


@compiled
def rnn_relu(h, u):
    for k in range(len(h)):
        for j in range(h.shape[1]):
            x = h[k, j] + u[k, j]
            h[k, j] = ZERO if x < 0 else x  # a nan stays one


@compiled
def rnn_relu_back(da, h, dout, dh):
    for k in range(len(h)):
        for j in range(h.shape[1]):
            da[k, j] = dout[k, j] + dh[k, j] if h[k, j] > 0 else ZERO


@compiled
def lstm(a, u, c, h_new, c_new):
    H = c.shape[1]
    for k in range(len(c)):
        a_i, a_f, a_g, a_o = a[k, :H], a[k, H : 2 * H], a[k, 2 * H : 3 * H], a[k, 3 * H :]
        u_i, u_f, u_g, u_o = u[k, :H], u[k, H : 2 * H], u[k, 2 * H : 3 * H], u[k, 3 * H :]
        for j in range(H):
            i = sigmoid(a_i[j] + u_i[j])
            f = sigmoid(a_f[j] + u_f[j])
            g = tanh(a_g[j] + u_g[j])
            o = sigmoid(a_o[j] + u_o[j])
            new = f * c[k, j] + i * g
            h_new[k, j] = o * tanh(new)
            c_new[k, j] = new
            a_i[j], a_f[j], a_g[j], a_o[j] = i, f, g, o


@compiled
def lstm_back(a, c, c_new, dout, dh, dc):
    H = c.shape[1]
    for k in range(len(c)):
        a_i, a_f, a_g, a_o = a[k, :H], a[k, H : 2 * H], a[k, 2 * H : 3 * H], a[k, 3 * H :]
        for j in range(H):
            i, f, g, o = a_i[j], a_f[j], a_g[j], a_o[j]
            squashed, dh_j = tanh(c_new[k, j]), dout[k, j] + dh[k, j]
            dc_j = dc[k, j] + dh_j * o * (ONE - squashed * squashed)
            a_i[j] = dc_j * g * i * (ONE - i)
            a_f[j] = dc_j * c[k, j] * f * (ONE - f)
            a_g[j] = dc_j * i * (ONE - g * g)
            a_o[j] = dh_j * squashed * o * (ONE - o)
            dc[k, j] = dc_j * f


@compiled
def gru(a, u, b_n, h, h_new, u_n):
    """b_n is n's second bias, which the reset gate acts on; u_n (N, H) keeps what it acted on."""
    H = h.shape[1]
    for k in range(len(h)):
        a_r, a_z, a_n = a[k, :H], a[k, H : 2 * H], a[k, 2 * H :]
        u_r, u_z, u_nk = u[k, :H], u[k, H : 2 * H], u[k, 2 * H :]
        for j in range(H):
            r = sigmoid(a_r[j] + u_r[j])
            z = sigmoid(a_z[j] + u_z[j])
            acted = u_nk[j] + b_n[j]
            n = tanh(a_n[j] + r * acted)
            h_new[k, j] = n + z * (h[k, j] - n)
            u_n[k, j] = acted
            a_r[j], a_z[j], a_n[j] = r, z, n


@compiled
def gru_back(a, u_n, h, dout, dh, stays):
    """Leaves du in a, and da_n, in which alone da differs from du, in u_n. stays (N, H) is the
    part of dh that goes past the matmul: dh_(t-1) = stays + du W_hh."""
    H = h.shape[1]
    for k in range(len(h)):
        a_r, a_z, a_n = a[k, :H], a[k, H : 2 * H], a[k, 2 * H :]
        for j in range(H):
            r, z, n = a_r[j], a_z[j], a_n[j]
            dh_j = dout[k, j] + dh[k, j] + stays[k, j]
            da_n = dh_j * (ONE - z) * (ONE - n * n)
            a_r[j] = da_n * u_n[k, j] * r * (ONE - r)
            a_z[j] = dh_j * (h[k, j] - n) * z * (ONE - z)
            a_n[j] = da_n * r
            u_n[k, j] = da_n
            stays[k, j] = dh_j * z
