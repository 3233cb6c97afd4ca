"""One time step of RNN, LSTM and GRU, forward and by hand backward.

The job of a cell is to take the input at time t and the state at t-1 and to return the state at t:

    cell(a, state, p) -> new_state, pull

a       (N, gates*H)  what this step's input adds: a = W_ih x_t + b_ih, made outside the loop
state   (h,) or (h, c), each (N, H); the first entry is also the output
p       the layer's own weights by torch's names: weight_hh (gates*H, H), bias_hh (gates*H)
pull    the chain rule of this step: pull(dstate) -> da, dstate_before, dp, where dX stands for
        the derivative of the loss with respect to X and has X's shape; dp has p's names

N rows in the batch, H hidden units. Every equation is torch's (documentation of torch.nn.RNN,
LSTM, GRU); where a paper has it otherwise, the docstring says so.
"""

from rnn_course.ops import concat, linear, relu, sigmoid, split, tanh


def rnn_cell(a, state, p):
    """One step of Elman's network, with tanh (Elman 1990).

    a (N, H), state (h,) with h (N, H). torch.nn.RNN adds two bias vectors where one would do.
    """
    (h,) = state
    W_hh, b_hh = p["weight_hh"], p["bias_hh"]

    # h_t = tanh(W_ih x_t + b_ih + W_hh h_(t-1) + b_hh)
    h_new = tanh(a + linear(h, W_hh, b_hh))  # (N, H)

    def pull(dstate):
        (dh,) = dstate
        da = dh * (1 - h_new**2)  # tanh' = 1 - tanh^2
        return da, (da @ W_hh,), {"weight_hh": da.T @ h, "bias_hh": da.sum(0)}

    return (h_new,), pull


def rnn_relu_cell(a, state, p):
    """The same step with relu in place of tanh (torch's nonlinearity="relu").

    a (N, H), state (h,) with h (N, H).
    """
    (h,) = state
    W_hh, b_hh = p["weight_hh"], p["bias_hh"]

    # h_t = max(0, W_ih x_t + b_ih + W_hh h_(t-1) + b_hh)
    h_new = relu(a + linear(h, W_hh, b_hh))  # (N, H)

    def pull(dstate):
        (dh,) = dstate
        da = dh * (h_new > 0)  # relu' = 1 above zero, 0 elsewhere
        return da, (da @ W_hh,), {"weight_hh": da.T @ h, "bias_hh": da.sum(0)}

    return (h_new,), pull


def lstm_cell(a, state, p):
    """Long short-term memory (Hochreiter and Schmidhuber 1997) with forget gate (Gers 2000).

    a (N, 4H) in torch's gate order i f g o; state (h, c), each (N, H). No peepholes: those are
    in variants.py.
    """
    h, c = state
    W_hh, b_hh = p["weight_hh"], p["bias_hh"]

    i, f, g, o = split(a + linear(h, W_hh, b_hh), 4)  # (N, H) each
    i = sigmoid(i)  # input gate: how much of the candidate comes in
    f = sigmoid(f)  # forget gate: how much of the old cell state stays
    g = tanh(g)  # candidate
    o = sigmoid(o)  # output gate: how much of the cell state is shown

    c_new = f * c + i * g  # the forget gate acts here
    squashed = tanh(c_new)
    h_new = o * squashed

    def pull(dstate):
        dh, dc = dstate
        dc = dc + dh * o * (1 - squashed**2)  # c_new is used twice: in h_new and by the next step
        di, df, dg, do = dc * g, dc * c, dc * i, dh * squashed
        da = concat(  # back through the four activations: sigmoid' = s (1 - s)
            [di * i * (1 - i), df * f * (1 - f), dg * (1 - g**2), do * o * (1 - o)], -1
        )
        return da, (da @ W_hh, dc * f), {"weight_hh": da.T @ h, "bias_hh": da.sum(0)}

    return (h_new, c_new), pull


def gru_cell(a, state, p):
    """Gated recurrent unit (Cho 2014) in the form of torch and cuDNN.

    a (N, 3H) in torch's gate order r z n; state (h,) with h (N, H). Where torch differs from the
    first paper: the reset gate acts after the matmul, r * (W_hn h + b_hn), not W_hn (r * h); the
    paper's own form is variants.original_gru_cell. z is the share that stays, as in that paper
    (equation 7); in Chung 2014 it is the share that is replaced.
    """
    (h,) = state
    W_hh, b_hh = p["weight_hh"], p["bias_hh"]

    a_r, a_z, a_n = split(a, 3)  # (N, H) each
    u_r, u_z, u_n = split(linear(h, W_hh, b_hh), 3)
    r = sigmoid(a_r + u_r)  # reset gate: how much of the past the candidate sees
    z = sigmoid(a_z + u_z)  # update gate: how much of the past stays
    n = tanh(a_n + r * u_n)  # candidate

    h_new = n + z * (h - n)  # the same as (1 - z) * n + z * h

    def pull(dstate):
        (dh,) = dstate
        dn, dz = dh * (1 - z), dh * (h - n)
        da_n = dn * (1 - n**2)
        du_n, dr = da_n * r, da_n * u_n
        da_r, da_z = dr * r * (1 - r), dz * z * (1 - z)
        da = concat([da_r, da_z, da_n], -1)
        du = concat([da_r, da_z, du_n], -1)  # only n's two halves differ, by the factor r
        return da, (dh * z + du @ W_hh,), {"weight_hh": du.T @ h, "bias_hh": du.sum(0)}

    return (h_new,), pull


def projected(cell):
    """The same cell with its output h made smaller by a matrix (Sak 2014; torch's proj_size).

    p has weight_hr (P, H) besides; h is (N, P), c stays (N, H), weight_hh is (gates*H, P).
    torch offers it for LSTM alone.
    """

    def projected_cell(a, state, p):
        (h, *rest), pull = cell(a, state, p)
        W_hr = p["weight_hr"]

        def pull_projected(dstate):
            dr, *drest = dstate
            da, dstate_before, dp = pull((dr @ W_hr, *drest))
            return da, dstate_before, dp | {"weight_hr": dr.T @ h}

        return (linear(h, W_hr), *rest), pull_projected

    return projected_cell
