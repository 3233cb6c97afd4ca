"""Plain ways of right answers, one thought a line: mistakes are edits of these lines."""

import torch


def lstm_gates(x, h, W_ih, W_hh, b_ih, b_hh):
    a = x @ W_ih.T + b_ih + h @ W_hh.T + b_hh
    i, f, g, o = a.chunk(4, -1)
    i = torch.sigmoid(i)
    f = torch.sigmoid(f)
    g = torch.tanh(g)
    o = torch.sigmoid(o)
    return i, f, g, o


def lstm_cell(x, state, W_ih, W_hh, b_ih, b_hh):
    h, c = state
    a = x @ W_ih.T + b_ih + h @ W_hh.T + b_hh
    i, f, g, o = a.chunk(4, -1)
    i = torch.sigmoid(i)
    f = torch.sigmoid(f)
    g = torch.tanh(g)
    o = torch.sigmoid(o)
    c_new = f * c + i * g
    h_new = o * torch.tanh(c_new)
    return h_new, c_new


def lstm(xs, state, W_ih, W_hh, b_ih, b_hh):
    h, c = state
    outputs = []
    for x in xs:
        a = x @ W_ih.T + b_ih + h @ W_hh.T + b_hh
        i, f, g, o = a.chunk(4, -1)
        i = torch.sigmoid(i)
        f = torch.sigmoid(f)
        g = torch.tanh(g)
        o = torch.sigmoid(o)
        c_new = f * c + i * g
        h_new = o * torch.tanh(c_new)
        outputs.append(h_new)
        h, c = h_new, c_new
    output = torch.stack(outputs)
    h_n = h
    c_n = c
    return output, (h_n, c_n)


def lstm_like_torch(xs, states, W_ih, W_hh, b_ih, b_hh):
    if states is None:
        h = xs.new_zeros(xs.shape[1], W_hh.shape[1])
        c = xs.new_zeros(xs.shape[1], W_hh.shape[1])
    else:
        h, c = states[0][0], states[1][0]
    outputs = []
    for x in xs:
        a = x @ W_ih.T + b_ih + h @ W_hh.T + b_hh
        i, f, g, o = a.chunk(4, -1)
        i = torch.sigmoid(i)
        f = torch.sigmoid(f)
        g = torch.tanh(g)
        o = torch.sigmoid(o)
        c_new = f * c + i * g
        h_new = o * torch.tanh(c_new)
        outputs.append(h_new)
        h, c = h_new, c_new
    output = torch.stack(outputs)
    h_n = h
    c_n = c
    return output, (h_n.unsqueeze(0), c_n.unsqueeze(0))


def lstm_cell_projected(x, state, W_ih, W_hh, b_ih, b_hh, W_hr):
    h, c = state
    a = x @ W_ih.T + b_ih + h @ W_hh.T + b_hh
    i, f, g, o = a.chunk(4, -1)
    i = torch.sigmoid(i)
    f = torch.sigmoid(f)
    g = torch.tanh(g)
    o = torch.sigmoid(o)
    c_new = f * c + i * g
    h_new = o * torch.tanh(c_new)
    projected = h_new @ W_hr.T
    return projected, c_new


def lstm_memory_backward(dh_new, dc_new, c, i, f, g, o):
    c_new = f * c + i * g
    squashed = torch.tanh(c_new)
    slope = 1 - squashed**2
    through_h = dh_new * o * slope
    delta = dc_new + through_h
    di = delta * g
    df = delta * c
    dg = delta * i
    do = dh_new * squashed
    dc = delta * f
    return di, df, dg, do, dc


def lstm_cell_backward(dh_new, dc_new, c, i, f, g, o, W_ih, W_hh):
    c_new = f * c + i * g
    squashed = torch.tanh(c_new)
    slope = 1 - squashed**2
    through_h = dh_new * o * slope
    delta = dc_new + through_h
    di = delta * g
    df = delta * c
    dg = delta * i
    do = dh_new * squashed
    dc = delta * f
    da_i = di * (i * (1 - i))
    da_f = df * (f * (1 - f))
    da_g = dg * (1 - g**2)
    da_o = do * (o * (1 - o))
    da = torch.cat((da_i, da_f, da_g, da_o), -1)
    dx = da @ W_ih
    dh = da @ W_hh
    return da, dx, dh, dc
