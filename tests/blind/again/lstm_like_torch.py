# ruff: noqa
import torch


def right_1(xs, states, W_ih, W_hh, b_ih, b_hh):
    """output (T, N, H) and (h_n, c_n), (1, N, H) each, as torch.nn.LSTM returns them."""
    if states is None:
        h = xs.new_zeros(xs.shape[1], W_hh.shape[1])
        c = xs.new_zeros(xs.shape[1], W_hh.shape[1])
    else:
        h, c = states[0][0], states[1][0]
    output = []
    for x in xs:
        a = x @ W_ih.T + b_ih + h @ W_hh.T + b_hh
        i, f, g, o = a.chunk(4, dim=-1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        output.append(h)
    return torch.stack(output), (h.unsqueeze(0), c.unsqueeze(0))


def right_2(xs, states, W_ih, W_hh, b_ih, b_hh):
    """output (T, N, H) and (h_n, c_n), (1, N, H) each, as torch.nn.LSTM returns them."""
    T, N, _ = xs.shape
    H = W_hh.shape[1]
    if states is None:
        states = (xs.new_zeros(1, N, H), xs.new_zeros(1, N, H))
    h, c = states  # the axis of size 1 stays where it is
    from_words = xs @ W_ih.T + (b_ih + b_hh)  # all words at once, (T, N, 4H)
    hs = []
    for t in range(T):
        a = from_words[t : t + 1] + h @ W_hh.T
        ifo = a.sigmoid()
        i, f, o = ifo[..., :H], ifo[..., H : 2 * H], ifo[..., 3 * H :]
        g = a[..., 2 * H : 3 * H].tanh()
        c = f * c + i * g
        h = o * c.tanh()
        hs.append(h)
    return torch.cat(hs), (h, c)


def right_3(xs, states, W_ih, W_hh, b_ih, b_hh):
    """output (T, N, H) and (h_n, c_n), (1, N, H) each, as torch.nn.LSTM returns them."""
    T, N, I = xs.shape
    H = W_hh.shape[-1]
    W, U = W_ih.reshape(4, H, I), W_hh.reshape(4, H, H)
    b = (b_ih + b_hh).reshape(4, 1, H)
    h, c = (s.squeeze(0) for s in states) if states is not None else xs.new_zeros(2, N, H)
    output = xs.new_zeros(T, N, H)
    for t in range(T):
        a = torch.einsum("ghi,ni->gnh", W, xs[t]) + torch.einsum("ghk,nk->gnh", U, h) + b
        i, f, o = torch.sigmoid(a[[0, 1, 3]])
        c = f * c + i * torch.tanh(a[2])
        h = o * torch.tanh(c)
        output[t] = h
    return output, (h[None], c[None])


def right_4(xs, states, W_ih, W_hh, b_ih, b_hh):
    """output (T, N, H) and (h_n, c_n), (1, N, H) each, as torch.nn.LSTM returns them."""
    # one big matrix for word and state together
    W_i, W_f, W_g, W_o = torch.cat([W_ih, W_hh], dim=1).chunk(4)
    b_i, b_f, b_g, b_o = (b_ih + b_hh).chunk(4)

    def read_from(t, h, c):
        if t == len(xs):
            return [], h, c
        both = torch.cat([xs[t], h], dim=1)
        forget = torch.sigmoid(both @ W_f.T + b_f)
        write = torch.sigmoid(both @ W_i.T + b_i)
        show = torch.sigmoid(both @ W_o.T + b_o)
        c = forget * c + write * torch.tanh(both @ W_g.T + b_g)
        h = show * torch.tanh(c)
        later, h_n, c_n = read_from(t + 1, h, c)
        return [h] + later, h_n, c_n

    zeros = xs.new_zeros(1, xs.size(1), W_hh.size(1))
    h0, c0 = (zeros, zeros) if states is None else states
    output, h_n, c_n = read_from(0, h0[0], c0[0])
    return torch.stack(output), (h_n[None], c_n[None])


# MISTAKE: the blocks are taken in the order i, f, o, g, but torch's order is i, f, g, o
def wrong_1(xs, states, W_ih, W_hh, b_ih, b_hh):
    if states is None:
        h = c = xs.new_zeros(xs.shape[1], W_hh.shape[1])
    else:
        h, c = states[0][0], states[1][0]
    output = []
    for x in xs:
        a = x @ W_ih.T + b_ih + h @ W_hh.T + b_hh
        i, f, o, g = a.chunk(4, dim=-1)  # <-- here
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        output.append(h)
    return torch.stack(output), (h.unsqueeze(0), c.unsqueeze(0))


# MISTAKE: the memory always starts from zeros, even when a c_0 is given
def wrong_2(xs, states, W_ih, W_hh, b_ih, b_hh):
    T, N, _ = xs.shape
    H = W_hh.shape[1]
    h, c = xs.new_zeros(N, H), xs.new_zeros(N, H)
    if states is not None:
        h = states[0][0]  # <-- here
    fromwords = xs @ W_ih.T + b_ih + b_hh
    hs = []
    for t in range(T):
        i, f, g, o = (fromwords[t] + h @ W_hh.T).chunk(4, -1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
        hs.append(h)
    return torch.stack(hs), (h.unsqueeze(0), c.unsqueeze(0))


# MISTAKE: h_n and c_n are returned as (N, H), without the axis of size 1 in front
def wrong_3(xs, states, W_ih, W_hh, b_ih, b_hh):
    N, H = xs.shape[1], W_hh.shape[1]
    if states is None:
        h, c = xs.new_zeros(N, H), xs.new_zeros(N, H)
    else:
        h, c = states[0].squeeze(0), states[1].squeeze(0)
    output = []
    for x in xs:
        a = x @ W_ih.T + h @ W_hh.T + b_ih + b_hh
        i, f, o = (
            torch.sigmoid(a[:, :H]),
            torch.sigmoid(a[:, H : 2 * H]),
            torch.sigmoid(a[:, 3 * H :]),
        )
        g = torch.tanh(a[:, 2 * H : 3 * H])
        c = f * c + i * g
        h = o * torch.tanh(c)
        output.append(h)
    return torch.stack(output), (h, c)  # <-- here


# MISTAKE: h is the output gate times c itself, without the tanh of the memory
def wrong_4(xs, states, W_ih, W_hh, b_ih, b_hh):
    T, N, I = xs.shape
    H = W_hh.shape[-1]
    W, U = W_ih.reshape(4, H, I), W_hh.reshape(4, H, H)
    b = (b_ih + b_hh).reshape(4, 1, H)
    h, c = (s.squeeze(0) for s in states) if states is not None else xs.new_zeros(2, N, H)
    output = xs.new_zeros(T, N, H)
    for t in range(T):
        a = torch.einsum("ghi,ni->gnh", W, xs[t]) + torch.einsum("ghk,nk->gnh", U, h) + b
        i, f, o = torch.sigmoid(a[[0, 1, 3]])
        c = f * c + i * torch.tanh(a[2])
        h = o * c  # <-- here
        output[t] = h
    return output, (h[None], c[None])


# MISTAKE: the output collects the memories c instead of the states h
def wrong_5(xs, states, W_ih, W_hh, b_ih, b_hh):
    zeros = xs.new_zeros(1, xs.shape[1], W_hh.shape[1])
    h, c = (zeros, zeros) if states is None else states
    output = []
    for t in range(xs.shape[0]):
        a = xs[t : t + 1] @ W_ih.T + b_ih + h @ W_hh.T + b_hh
        i, f, g, o = a.chunk(4, dim=-1)
        i, f, g, o = torch.sigmoid(i), torch.sigmoid(f), torch.tanh(g), torch.sigmoid(o)
        c = f * c + i * g
        h = o * torch.tanh(c)
        output.append(c)  # <-- here
    return torch.cat(output), (h, c)


# MISTAKE: the second bias, b_hh, is forgotten
def wrong_6(xs, states, W_ih, W_hh, b_ih, b_hh):
    W_i, W_f, W_g, W_o = torch.cat([W_ih, W_hh], dim=1).chunk(4)
    b_i, b_f, b_g, b_o = b_ih.chunk(4)  # <-- here

    def read_from(t, h, c):
        if t == len(xs):
            return [], h, c
        both = torch.cat([xs[t], h], dim=1)
        forget = torch.sigmoid(both @ W_f.T + b_f)
        write = torch.sigmoid(both @ W_i.T + b_i)
        show = torch.sigmoid(both @ W_o.T + b_o)
        c = forget * c + write * torch.tanh(both @ W_g.T + b_g)
        h = show * torch.tanh(c)
        later, h_n, c_n = read_from(t + 1, h, c)
        return [h] + later, h_n, c_n

    zeros = xs.new_zeros(1, xs.size(1), W_hh.size(1))
    h0, c0 = (zeros, zeros) if states is None else states
    output, h_n, c_n = read_from(0, h0[0], c0[0])
    return torch.stack(output), (h_n[None], c_n[None])


# MISTAKE: every step computes its gates from the first state h_0 instead of the state before it
def wrong_7(xs, states, W_ih, W_hh, b_ih, b_hh):
    N, H = xs.size(1), W_hh.size(1)
    h_0 = xs.new_zeros(N, H) if states is None else states[0][0]
    c = xs.new_zeros(N, H) if states is None else states[1][0]
    output = []
    for x in xs:
        a = x @ W_ih.T + b_ih + h_0 @ W_hh.T + b_hh  # <-- here
        i, f, g, o = a.split(H, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        output.append(h)
    return torch.stack(output), (h[None], c[None])


# MISTAKE: h is computed from the old memory, before c is updated; c_n and h_n are returned in the wrong order
def pair_1(xs, states, W_ih, W_hh, b_ih, b_hh):
    if states is None:
        h = c = xs.new_zeros(xs.shape[1], W_hh.shape[1])
    else:
        h, c = states[0][0], states[1][0]
    output = []
    for x in xs:
        i, f, g, o = (x @ W_ih.T + b_ih + h @ W_hh.T + b_hh).chunk(4, dim=-1)
        h = torch.sigmoid(o) * torch.tanh(c)  # <-- here
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        output.append(h)
    return torch.stack(output), (c.unsqueeze(0), h.unsqueeze(0))  # <-- here


# MISTAKE: the candidate g gets a sigmoid instead of a tanh; input and forget gate are exchanged in the memory
def pair_2(xs, states, W_ih, W_hh, b_ih, b_hh):
    N, H = xs.shape[1], W_hh.shape[1]
    states = states or (xs.new_zeros(1, N, H), xs.new_zeros(1, N, H))
    h, c = states[0][0], states[1][0]
    output = xs.new_zeros(len(xs), N, H)
    for t, x in enumerate(xs):
        a = x @ W_ih.T + b_ih + h @ W_hh.T + b_hh
        i, f, g, o = torch.sigmoid(a).chunk(4, dim=-1)  # <-- here
        c = i * c + f * g  # <-- here
        h = o * torch.tanh(c)
        output[t] = h
    return output, (h[None], c[None])


# MISTAKE: the pair of states is unpacked as (c, h); the output is stacked along axis 1, which gives (N, T, H)
def pair_3(xs, states, W_ih, W_hh, b_ih, b_hh):
    T, N, _ = xs.shape
    H = W_hh.shape[1]
    if states is None:
        states = xs.new_zeros(2, 1, N, H)
    c, h = states[0][0], states[1][0]  # <-- here
    part = xs @ W_ih.T + (b_ih + b_hh)
    hs = []
    for t in range(T):
        i, f, g, o = (part[t] + h @ W_hh.T).chunk(4, -1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
        hs.append(h)
    return torch.stack(hs, 1), (h[None], c[None])  # <-- here
