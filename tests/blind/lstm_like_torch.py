# ruff: noqa
import torch


def right_1(xs, states, W_ih, W_hh, b_ih, b_hh):
    T, N, I = xs.shape
    H = W_hh.shape[1]
    if states is None:
        h = xs.new_zeros(N, H)
        c = xs.new_zeros(N, H)
    else:
        h_0, c_0 = states
        h, c = h_0.squeeze(0), c_0.squeeze(0)
    output = xs.new_zeros(T, N, H)
    for t in range(T):
        a = xs[t] @ W_ih.T + b_ih + h @ W_hh.T + b_hh
        i = torch.sigmoid(a[:, 0:H])
        f = torch.sigmoid(a[:, H : 2 * H])
        g = torch.tanh(a[:, 2 * H : 3 * H])
        o = torch.sigmoid(a[:, 3 * H : 4 * H])
        c = f * c + i * g
        h = o * torch.tanh(c)
        output[t] = h
    return output, (h[None], c[None])


def right_2(xs, states, W_ih, W_hh, b_ih, b_hh):
    # keeps the layer axis in the states all the time: (1, N, H)
    if states is None:
        zeros = xs.new_zeros(1, xs.size(1), W_hh.size(1))
        states = (zeros, zeros)
    h_n, c_n = states
    from_words = torch.einsum("tni,ki->tnk", xs, W_ih) + b_ih + b_hh
    rows = []
    for a in from_words.split(1):
        i, f, g, o = (a + torch.einsum("lnh,kh->lnk", h_n, W_hh)).chunk(4, dim=2)
        c_n = f.sigmoid() * c_n + i.sigmoid() * g.tanh()
        h_n = o.sigmoid() * c_n.tanh()
        rows.append(h_n)
    return torch.cat(rows, dim=0), (h_n, c_n)


def right_3(xs, states, W_ih, W_hh, b_ih, b_hh):
    assert xs.dim() == 3
    H = len(b_ih) // 4
    assert W_hh.shape == (4 * H, H)

    def start(which):
        if states is None:
            return torch.zeros(xs.shape[1], H, dtype=xs.dtype)
        assert states[which].shape == (1, xs.shape[1], H)
        return states[which][0]

    def cell(x, hc):
        h, c = hc
        both = torch.cat([x, h], dim=-1)
        a = both @ torch.cat([W_ih, W_hh], dim=-1).T + (b_ih + b_hh)
        i, f, g, o = torch.split(a, H, dim=-1)
        new_c = torch.sigmoid(f).mul(c).add(torch.sigmoid(i).mul(torch.tanh(g)))
        return torch.sigmoid(o) * torch.tanh(new_c), new_c

    hc = start(0), start(1)
    seen = []
    for x in xs:
        hc = cell(x, hc)
        seen.append(hc[0])
    return torch.stack(seen, dim=0), (hc[0].unsqueeze(0), hc[1].unsqueeze(0))


def right_4(xs, states, W_ih, W_hh, b_ih, b_hh):
    # gate by gate, with lists of all the states
    Wxi, Wxf, Wxg, Wxo = W_ih.chunk(4)
    Whi, Whf, Whg, Who = W_hh.chunk(4)
    bi, bf, bg, bo = (b_ih + b_hh).chunk(4)
    if states is not None:
        hs, cs = [states[0][0]], [states[1][0]]
    else:
        nothing = xs.new_zeros((xs.shape[1], Whi.shape[0]))
        hs, cs = [nothing], [nothing.clone()]
    for t, x in enumerate(xs):
        remember = torch.sigmoid(x @ Wxf.T + hs[t] @ Whf.T + bf)
        write = torch.sigmoid(x @ Wxi.T + hs[t] @ Whi.T + bi)
        candidate = torch.tanh(x @ Wxg.T + hs[t] @ Whg.T + bg)
        show = torch.sigmoid(x @ Wxo.T + hs[t] @ Who.T + bo)
        cs.append(cs[t] * remember + candidate * write)
        hs.append(torch.tanh(cs[t + 1]) * show)
    return torch.stack(hs[1:]), (torch.stack(hs[-1:]), torch.stack(cs[-1:]))


def right_5(xs, states, W_ih, W_hh, b_ih, b_hh):
    # one sentence at a time, with column vectors
    T, N, _ = xs.shape
    H = W_hh.shape[1]
    out, last_h, last_c = xs.new_zeros(T, N, H), xs.new_zeros(1, N, H), xs.new_zeros(1, N, H)
    for n in range(N):
        h = xs.new_zeros(H) if states is None else states[0][0, n]
        c = xs.new_zeros(H) if states is None else states[1][0, n]
        for t in range(T):
            a = (W_ih @ xs[t, n] + b_ih + W_hh @ h + b_hh).reshape(4, H)
            s = torch.sigmoid(a)
            c = s[1] * c + s[0] * torch.tanh(a[2])
            h = s[3] * torch.tanh(c)
            out[t, n] = h
        last_h[0, n], last_c[0, n] = h, c
    return out, (last_h, last_c)


# MISTAKE: h_n and c_n are returned as (N, H), without the layer axis in front.
def wrong_1(xs, states, W_ih, W_hh, b_ih, b_hh):
    if states is None:
        h = xs.new_zeros(xs.shape[1], W_hh.shape[1])
        c = xs.new_zeros(xs.shape[1], W_hh.shape[1])
    else:
        h, c = states[0][0], states[1][0]
    outputs = []
    for x in xs:
        a = x @ W_ih.T + b_ih + h @ W_hh.T + b_hh
        i, f, g, o = a.chunk(4, dim=-1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        outputs.append(h)
    return torch.stack(outputs), (h, c)  # <-- here


# MISTAKE: unpacks the given pair the wrong way round: c_0 is used as the first h, h_0 as the first c.
def wrong_2(xs, states, W_ih, W_hh, b_ih, b_hh):
    T, N, _ = xs.size()
    H = W_hh.size(1)
    if states is None:
        c, h = xs.new_zeros(N, H), xs.new_zeros(N, H)
    else:
        c, h = states[0][0], states[1][0]  # <-- here
    hs = []
    for t in range(T):
        gates = xs[t].matmul(W_ih.t()) + b_ih + h.matmul(W_hh.t()) + b_hh
        i = gates[:, :H].sigmoid()
        f = gates[:, H : 2 * H].sigmoid()
        g = gates[:, 2 * H : 3 * H].tanh()
        o = gates[:, 3 * H :].sigmoid()
        c = f * c + i * g
        h = o * c.tanh()
        hs.append(h)
    return torch.stack(hs), (h.unsqueeze(0), c.unsqueeze(0))


# MISTAKE: the output collects the cell states c in place of the h.
def wrong_3(xs, states, W_ih, W_hh, b_ih, b_hh):
    if states is None:
        null = xs.new_zeros(1, xs.shape[1], W_hh.shape[1])
        states = (null, null)
    h, c = states[0].squeeze(0), states[1].squeeze(0)
    out = []
    for x in xs:
        i, f, g, o = torch.chunk(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh, 4, dim=1)
        i, f, g, o = torch.sigmoid(i), torch.sigmoid(f), torch.tanh(g), torch.sigmoid(o)
        c = f * c + i * g
        h = o * torch.tanh(c)
        out.append(c)  # <-- here
    return torch.stack(out), (h.unsqueeze(0), c.unsqueeze(0))


# MISTAKE: shows the memory without squashing it, h = o * c; the tanh is missing.
def wrong_4(xs, states, W_ih, W_hh, b_ih, b_hh):
    T, N, I = xs.shape
    H = W_hh.shape[1]
    h = states[0][0] if states is not None else xs.new_zeros(N, H)
    c = states[1][0] if states is not None else xs.new_zeros(N, H)
    output = xs.new_empty(T, N, H)
    for t in range(T):
        a = torch.einsum("ni,ki->nk", xs[t], W_ih) + torch.einsum("nh,kh->nk", h, W_hh)
        a = a + b_ih + b_hh
        i, f, g, o = a.split(H, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * c  # <-- here
        output[t] = h
    return output, (h.unsqueeze(0), c.unsqueeze(0))


# MISTAKE: the given states are never used, the function begins with zeros whether it gets states or not.
def wrong_5(xs, states, W_ih, W_hh, b_ih, b_hh):
    hidden = W_hh.shape[1]
    h = xs.new_zeros(xs.shape[1], hidden)  # <-- here
    c = xs.new_zeros(xs.shape[1], hidden)  # <-- here
    outputs = []
    for word in xs:
        summed = word @ W_ih.T + h @ W_hh.T + b_ih + b_hh
        ai, af, ag, ao = summed.chunk(4, dim=-1)
        c = torch.sigmoid(af) * c + torch.sigmoid(ai) * torch.tanh(ag)
        h = torch.sigmoid(ao) * torch.tanh(c)
        outputs.append(h)
    h_n = h.unsqueeze(0)
    c_n = c.unsqueeze(0)
    return torch.stack(outputs), (h_n, c_n)


# MISTAKE: computes h from the memory before the step, since the line for h comes before the line for c.
def wrong_6(xs, states, W_ih, W_hh, b_ih, b_hh):
    if states is None:
        h = c = torch.zeros(xs.shape[1], W_hh.shape[1], dtype=xs.dtype)
    else:
        h, c = states[0][0], states[1][0]
    y = []
    for x in xs:
        a = x @ W_ih.T + b_ih + h @ W_hh.T + b_hh
        i, f, g, o = a.chunk(4, dim=-1)
        h = torch.sigmoid(o) * torch.tanh(c)  # <-- here
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        y.append(h)
    return torch.stack(y), (h[None, :, :], c[None, :, :])


# MISTAKE: the memory is not handed on: every step takes the first c again.
def wrong_7(xs, states, W_ih, W_hh, b_ih, b_hh):
    H = W_hh.shape[1]
    if states is None:
        h_prev = xs.new_zeros(xs.shape[1], H)
        c_prev = xs.new_zeros(xs.shape[1], H)
    else:
        h_prev, c_prev = states[0][0], states[1][0]
    all_h = []
    for t in range(len(xs)):
        a = xs[t] @ W_ih.T + b_ih + h_prev @ W_hh.T + b_hh
        i_t = torch.sigmoid(a[:, :H])
        f_t = torch.sigmoid(a[:, H : 2 * H])
        g_t = torch.tanh(a[:, 2 * H : 3 * H])
        o_t = torch.sigmoid(a[:, 3 * H :])
        c_t = f_t * c_prev + i_t * g_t
        h_t = o_t * torch.tanh(c_t)
        h_prev = h_t  # <-- here
        all_h.append(h_t)
    return torch.stack(all_h), (h_t.unsqueeze(0), c_t.unsqueeze(0))


# MISTAKE: input and forget gate change places in the update: the forget gate weighs the candidate and the input gate the old memory.
def wrong_8(xs, states, W_ih, W_hh, b_ih, b_hh):
    def begin():
        if states is None:
            z = xs.new_zeros(xs.shape[1], len(b_hh) // 4)
            return z, z
        return states[0][0], states[1][0]

    h, c = begin()
    outputs = []
    for x in xs:
        i, f, g, o = (x @ W_ih.T + b_ih + h @ W_hh.T + b_hh).chunk(4, dim=-1)
        i, f, o = i.sigmoid(), f.sigmoid(), o.sigmoid()
        c = i * c + f * g.tanh()  # <-- here
        h = o * c.tanh()
        outputs.append(h)
    return torch.stack(outputs, 0), (h.unsqueeze(0), c.unsqueeze(0))


# MISTAKE: the pair of last states is returned in the order (c_n, h_n).
def wrong_9(xs, states, W_ih, W_hh, b_ih, b_hh):
    N, H = xs.shape[1], W_hh.shape[1]
    if states is None:
        states = (xs.new_zeros(1, N, H), xs.new_zeros(1, N, H))
    h, c = states
    steps = []
    for x in xs:
        a = x.unsqueeze(0) @ W_ih.T + b_ih + h @ W_hh.T + b_hh
        i, f, g, o = a.chunk(4, dim=-1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        steps.append(h)
    return torch.cat(steps), (c, h)  # <-- here


# MISTAKE: the bias b_hh is forgotten.
# MISTAKE: the given c_0 is ignored, the memory always begins with zeros.
def pair_1(xs, states, W_ih, W_hh, b_ih, b_hh):
    h = xs.new_zeros(xs.shape[1], W_hh.shape[1])
    c = xs.new_zeros(xs.shape[1], W_hh.shape[1])
    if states is not None:
        h = states[0][0]  # <-- here
    outputs = []
    for x in xs:
        a = x @ W_ih.T + b_ih + h @ W_hh.T  # <-- here
        i, f, g, o = a.chunk(4, dim=-1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        outputs.append(h)
    return torch.stack(outputs), (h.unsqueeze(0), c.unsqueeze(0))


# MISTAKE: the blocks are read as i, f, o, g.
# MISTAKE: h_n is the h after the first word.
def pair_2(xs, states, W_ih, W_hh, b_ih, b_hh):
    H = W_hh.shape[1]
    if states is None:
        h, c = xs.new_zeros(xs.shape[1], H), xs.new_zeros(xs.shape[1], H)
    else:
        h, c = states[0].squeeze(0), states[1].squeeze(0)
    result = xs.new_zeros(xs.shape[0], xs.shape[1], H)
    for t in range(xs.shape[0]):
        a = torch.matmul(xs[t], W_ih.T) + b_ih + torch.matmul(h, W_hh.T) + b_hh
        i = torch.sigmoid(a[:, :H])
        f = torch.sigmoid(a[:, H : 2 * H])
        o = torch.sigmoid(a[:, 2 * H : 3 * H])  # <-- here
        g = torch.tanh(a[:, 3 * H :])  # <-- here
        c = f * c + i * g
        h = o * torch.tanh(c)
        result[t] = h
    return result, (result[0].unsqueeze(0), c.unsqueeze(0))  # <-- here


# MISTAKE: the candidate goes through sigmoid.
# MISTAKE: the gates look at the memory c in place of h.
def pair_3(xs, states, W_ih, W_hh, b_ih, b_hh):
    if states is None:
        h = c = xs.new_zeros(xs.size(1), W_hh.size(1))
    else:
        h, c = states[0][0], states[1][0]
    seq = []
    for x in xs:
        a = x @ W_ih.T + b_ih + c @ W_hh.T + b_hh  # <-- here
        i, f, g, o = torch.sigmoid(a).chunk(4, dim=-1)  # <-- here
        c = f * c + i * g
        h = o * torch.tanh(c)
        seq.append(h)
    return torch.stack(seq), (h.unsqueeze(0), c.unsqueeze(0))


# MISTAKE: without given states it begins with ones in place of zeros.
# MISTAKE: the forget gate also multiplies what newly comes in, f * (c + i * g).
def pair_4(xs, states, W_ih, W_hh, b_ih, b_hh):
    if states is not None:
        h, c = (s[0] for s in states)
    else:
        h = xs.new_ones(xs.shape[1], W_hh.shape[1])  # <-- here
        c = h.clone()
    out_list = []
    for x in xs:
        pre = torch.nn.functional.linear(x, W_ih, b_ih) + torch.nn.functional.linear(h, W_hh, b_hh)
        i, f, g, o = pre.chunk(4, dim=-1)
        c = torch.sigmoid(f) * (c + torch.sigmoid(i) * torch.tanh(g))  # <-- here
        h = torch.sigmoid(o) * torch.tanh(c)
        out_list.append(h)
    return torch.stack(out_list), (h.unsqueeze(0), c.unsqueeze(0))
