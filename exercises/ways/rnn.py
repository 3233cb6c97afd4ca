"""Plain ways of right answers, one thought a line: mistakes are edits of these lines."""

import torch


def rnn_cell(x, h, W_ih, W_hh, b_ih, b_hh):
    a = x @ W_ih.T + b_ih
    u = h @ W_hh.T + b_hh
    h_new = torch.tanh(a + u)
    return h_new


def rnn_cell_with(x, h, W_ih, W_hh, b_ih, b_hh, nonlinearity):
    a = x @ W_ih.T + b_ih
    u = h @ W_hh.T + b_hh
    if nonlinearity == "relu":
        h_new = torch.relu(a + u)
    else:
        h_new = torch.tanh(a + u)
    return h_new


def rnn(xs, h0, W_ih, W_hh, b_ih, b_hh):
    h = h0
    outputs = []
    for x in xs:
        a = x @ W_ih.T + b_ih
        u = h @ W_hh.T + b_hh
        h_new = torch.tanh(a + u)
        outputs.append(h_new)
        h = h_new
    output = torch.stack(outputs)
    h_n = h
    return output, h_n


def rnn_batch_first(xs, h0, W_ih, W_hh, b_ih, b_hh):
    xs = xs.transpose(0, 1)
    h = h0
    outputs = []
    for x in xs:
        a = x @ W_ih.T + b_ih
        u = h @ W_hh.T + b_hh
        h_new = torch.tanh(a + u)
        outputs.append(h_new)
        h = h_new
    output = torch.stack(outputs)
    output = output.transpose(0, 1)
    h_n = h
    return output, h_n


def rnn_unbatched(xs, h_0, W_ih, W_hh, b_ih, b_hh):
    h = h_0[0]
    outputs = []
    for x in xs:
        a = x @ W_ih.T + b_ih
        u = h @ W_hh.T + b_hh
        h_new = torch.tanh(a + u)
        outputs.append(h_new)
        h = h_new
    output = torch.stack(outputs)
    h_n = h
    return output, h_n.unsqueeze(0)


def rnn_like_torch(xs, h_0, W_ih, W_hh, b_ih, b_hh, nonlinearity, batch_first):
    single = xs.dim() == 2
    turned = batch_first and not single
    if single:
        xs = xs.unsqueeze(1)
        h_0 = None if h_0 is None else h_0.unsqueeze(1)
    if turned:
        xs = xs.transpose(0, 1)
    if h_0 is None:
        h = xs.new_zeros(xs.shape[1], W_hh.shape[0])
    else:
        h = h_0[0]
    outputs = []
    for x in xs:
        a = x @ W_ih.T + b_ih
        u = h @ W_hh.T + b_hh
        if nonlinearity == "relu":
            h_new = torch.relu(a + u)
        else:
            h_new = torch.tanh(a + u)
        outputs.append(h_new)
        h = h_new
    output = torch.stack(outputs)
    h_n = h
    h_n = h_n.unsqueeze(0)
    if single:
        return output[:, 0], h_n[:, 0]
    if turned:
        output = output.transpose(0, 1)
    return output, h_n
