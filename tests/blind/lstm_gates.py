# ruff: noqa
import torch


def right_1(x, h, W_ih, W_hh, b_ih, b_hh):
    H = h.shape[1]
    a = x @ W_ih.T + h @ W_hh.T + b_ih + b_hh
    i = torch.sigmoid(a[:, :H])
    f = torch.sigmoid(a[:, H : 2 * H])
    g = torch.tanh(a[:, 2 * H : 3 * H])
    o = torch.sigmoid(a[:, 3 * H :])
    return i, f, g, o


def right_2(x, h, W_ih, W_hh, b_ih, b_hh):
    # cut the weights, not the sums
    result = []
    pieces = zip(W_ih.chunk(4), W_hh.chunk(4), b_ih.chunk(4), b_hh.chunk(4))
    for number, (Wx, Wh, bx, bh) in enumerate(pieces):
        s = torch.einsum("ni,hi->nh", x, Wx) + bx + torch.einsum("nj,hj->nh", h, Wh) + bh
        result.append(s.tanh() if number == 2 else s.sigmoid())
    return tuple(result)


def right_3(x, h, W_ih, W_hh, b_ih, b_hh):
    N, H = h.shape
    assert W_ih.shape == (4 * H, x.shape[1])
    assert W_hh.shape == (4 * H, H)
    z = torch.cat((x, h), dim=1) @ torch.cat((W_ih, W_hh), dim=1).T + (b_ih + b_hh)
    blocks = z.reshape(N, 4, H)
    return (
        blocks[:, 0].sigmoid(),
        blocks[:, 1].sigmoid(),
        blocks[:, 2].tanh(),
        blocks[:, 3].sigmoid(),
    )


def right_4(x, h, W_ih, W_hh, b_ih, b_hh):
    def sigma(v):
        return 1 / (1 + torch.exp(-v))

    # column vectors, as in the book's equation
    a = (W_ih @ x.T + b_ih[:, None] + W_hh @ h.T + b_hh[:, None]).T
    a_i, a_f, a_g, a_o = torch.split(a, a.shape[1] // 4, dim=1)
    return sigma(a_i), sigma(a_f), 2 * sigma(2 * a_g) - 1, sigma(a_o)


def right_5(x, h, W_ih, W_hh, b_ih, b_hh):
    # sentence by sentence
    size = len(b_ih) // 4
    I_, F_, G_, O_ = [], [], [], []
    for word, state in zip(x, h):
        sums = W_ih.matmul(word).add(b_ih).add(W_hh.matmul(state)).add(b_hh)
        I_.append(torch.sigmoid(sums[0:size]))
        F_.append(torch.sigmoid(sums[size : size + size]))
        G_.append(torch.tanh(sums[-2 * size : -size]))
        O_.append(torch.sigmoid(sums[-size:]))
    return torch.stack(I_), torch.stack(F_), torch.stack(G_), torch.stack(O_)


# MISTAKE: takes the first block for the forget gate and the second for the input gate (the order f, i, g, o).
def wrong_1(x, h, W_ih, W_hh, b_ih, b_hh):
    a = x @ W_ih.T + b_ih + h @ W_hh.T + b_hh
    f, i, g, o = a.chunk(4, dim=1)  # <-- here
    return torch.sigmoid(i), torch.sigmoid(f), torch.tanh(g), torch.sigmoid(o)


# MISTAKE: takes the third block for the output gate and the fourth for the candidate (the order i, f, o, g).
def wrong_2(x, h, W_ih, W_hh, b_ih, b_hh):
    H = h.size(1)
    gates = x.matmul(W_ih.t()) + b_ih + h.matmul(W_hh.t()) + b_hh
    i = torch.sigmoid(gates[:, 0:H])
    f = torch.sigmoid(gates[:, H : 2 * H])
    o = torch.sigmoid(gates[:, 2 * H : 3 * H])  # <-- here
    g = torch.tanh(gates[:, 3 * H : 4 * H])  # <-- here
    return i, f, g, o


# MISTAKE: the candidate g goes through a sigmoid like the gates, not through tanh.
def wrong_3(x, h, W_ih, W_hh, b_ih, b_hh):
    summed = x @ W_ih.T + b_ih + h @ W_hh.T + b_hh
    return tuple(torch.sigmoid(block) for block in summed.chunk(4, dim=-1))  # <-- here


# MISTAKE: the bias b_hh is left out.
def wrong_4(x, h, W_ih, W_hh, b_ih, b_hh):
    a = torch.einsum("ni,ki->nk", x, W_ih) + torch.einsum("nh,kh->nk", h, W_hh) + b_ih  # <-- here
    ai, af, ag, ao = torch.split(a, h.shape[-1], dim=-1)
    return ai.sigmoid(), af.sigmoid(), ag.tanh(), ao.sigmoid()


# MISTAKE: cuts the sums as if the four gates of one unit stood next to each other, rather than in four blocks of H.
def wrong_5(x, h, W_ih, W_hh, b_ih, b_hh):
    N, H = h.shape
    a = (x @ W_ih.T + b_ih + h @ W_hh.T + b_hh).reshape(N, H, 4)  # <-- here
    i, f, g, o = a.unbind(dim=2)
    i, f, o = torch.sigmoid(i), torch.sigmoid(f), torch.sigmoid(o)
    g = torch.tanh(g)
    return i, f, g, o


# MISTAKE: adds a 1 to the forget gate's sum in every call, as some libraries do, on top of its biases.
def wrong_6(x, h, W_ih, W_hh, b_ih, b_hh):
    from_x = x @ W_ih.T + b_ih
    from_h = h @ W_hh.T + b_hh
    xi, xf, xg, xo = from_x.chunk(4, dim=-1)
    hi, hf, hg, ho = from_h.chunk(4, dim=-1)
    i = torch.sigmoid(xi + hi)
    f = torch.sigmoid(xf + hf + 1.0)  # <-- here
    g = torch.tanh(xg + hg)
    o = torch.sigmoid(xo + ho)
    return i, f, g, o


# MISTAKE: the activations are forgotten, the four sums themselves are returned.
def wrong_7(x, h, W_ih, W_hh, b_ih, b_hh):
    all_gates = x @ W_ih.T + b_ih + h @ W_hh.T + b_hh
    i, f, g, o = torch.chunk(all_gates, 4, dim=1)
    return i, f, g, o  # <-- here


# MISTAKE: the forget gate is taken as 1 - i and has no weights of its own.
def wrong_8(x, h, W_ih, W_hh, b_ih, b_hh):
    H = W_hh.shape[1]
    Wi, bi = torch.cat((W_ih, W_hh), 1), b_ih + b_hh
    a = torch.cat((x, h), 1) @ Wi.T + bi
    i = torch.sigmoid(a[:, :H])
    f = 1 - i  # <-- here
    g = torch.tanh(a[:, 2 * H : 3 * H])
    o = torch.sigmoid(a[:, 3 * H :])
    return i, f, g, o


# MISTAKE: the state takes no part: h @ W_hh.T is missing from the sums.
def wrong_9(x, h, W_ih, W_hh, b_ih, b_hh):
    acts = [torch.sigmoid, torch.sigmoid, torch.tanh, torch.sigmoid]
    bias = b_ih + b_hh
    a = x @ W_ih.T + bias  # <-- here
    out = []
    for act, part in zip(acts, a.chunk(4, dim=-1)):
        out.append(act(part))
    return out[0], out[1], out[2], out[3]


# MISTAKE: the blocks are read in the order i, f, o, g.
# MISTAKE: b_ih is added twice in place of b_ih and b_hh.
def pair_1(x, h, W_ih, W_hh, b_ih, b_hh):
    a = x @ W_ih.T + b_ih + h @ W_hh.T + b_ih  # <-- here
    i, f, o, g = a.chunk(4, dim=-1)  # <-- here
    return torch.sigmoid(i), torch.sigmoid(f), torch.tanh(g), torch.sigmoid(o)


# MISTAKE: the output gate has a tanh for its activation.
# MISTAKE: both biases are left out.
def pair_2(x, h, W_ih, W_hh, b_ih, b_hh):
    H = h.shape[1]
    s = torch.matmul(x, W_ih.T) + torch.matmul(h, W_hh.T)  # <-- here
    i = torch.sigmoid(s[:, :H])
    f = torch.sigmoid(s[:, H : 2 * H])
    g = torch.tanh(s[:, 2 * H : 3 * H])
    o = torch.tanh(s[:, 3 * H :])  # <-- here
    return i, f, g, o


# MISTAKE: the word's part and the state's part go through the activation each on its own and are added only afterwards.
# MISTAKE: forget and input gate are handed back in swapped order.
def pair_3(x, h, W_ih, W_hh, b_ih, b_hh):
    ax = (x @ W_ih.T + b_ih).chunk(4, dim=-1)
    ah = (h @ W_hh.T + b_hh).chunk(4, dim=-1)

    def gate(k, activation):
        return activation(ax[k]) + activation(ah[k])  # <-- here

    i, f = gate(0, torch.sigmoid), gate(1, torch.sigmoid)
    g, o = gate(2, torch.tanh), gate(3, torch.sigmoid)
    return f, i, g, o  # <-- here


# MISTAKE: relu for the candidate in place of tanh.
# MISTAKE: the forget block is cut one column too early.
def pair_4(x, h, W_ih, W_hh, b_ih, b_hh):
    n = h.shape[-1]
    a = x @ W_ih.T + b_ih + h @ W_hh.T + b_hh
    return (
        a[:, 0:n].sigmoid(),
        a[:, n - 1 : 2 * n - 1].sigmoid(),  # <-- here
        a[:, 2 * n : 3 * n].relu(),  # <-- here
        a[:, 3 * n : 4 * n].sigmoid(),
    )
