# ruff: noqa
import torch


def right_1(x, state, W_ih, W_hh, b_ih, b_hh, W_hr):
    h, c = state
    a = x @ W_ih.T + b_ih + h @ W_hh.T + b_hh
    i, f, g, o = a.chunk(4, dim=-1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    h = (torch.sigmoid(o) * torch.tanh(c)) @ W_hr.T
    return h, c


def right_2(x, state, W_ih, W_hh, b_ih, b_hh, W_hr):
    h_old, c_old = state
    H = c_old.shape[1]

    def block(k):
        rows = slice(k * H, (k + 1) * H)
        from_word = torch.nn.functional.linear(x, W_ih[rows], b_ih[rows])
        from_state = torch.nn.functional.linear(h_old, W_hh[rows], b_hh[rows])
        return from_word + from_state

    i, f, o = (block(k).sigmoid() for k in (0, 1, 3))
    g = block(2).tanh()
    c_new = i * g + f * c_old
    shown = o * c_new.tanh()
    return torch.nn.functional.linear(shown, W_hr), c_new


def right_3(x, state, W_ih, W_hh, b_ih, b_hh, W_hr):
    h, c = state
    N, H = c.shape
    assert W_hh.shape == (4 * H, h.shape[1])
    both = torch.cat((x, h), dim=1)
    W = torch.cat((W_ih, W_hh), dim=1)
    a = (torch.einsum("nj,gj->ng", both, W) + (b_ih + b_hh)).view(N, 4, H)
    i = torch.sigmoid(a[:, 0])
    f = torch.sigmoid(a[:, 1])
    g = torch.tanh(a[:, 2])
    o = torch.sigmoid(a[:, 3])
    c = torch.addcmul(f * c, i, g)
    return torch.einsum("nh,ph->np", o * torch.tanh(c), W_hr), c


def right_4(x, state, W_ih, W_hh, b_ih, b_hh, W_hr):
    # one sentence after the other, as column vectors
    hs, cs = [], []
    for word, h, c in zip(x, *state):
        a = torch.mv(W_ih, word) + torch.mv(W_hh, h) + b_ih + b_hh
        ai, af, ag, ao = torch.split(a, len(c))
        memory = c * torch.sigmoid(af) + torch.sigmoid(ai) * torch.tanh(ag)
        cs.append(memory)
        hs.append(torch.mv(W_hr, torch.sigmoid(ao) * torch.tanh(memory)))
    return torch.stack(hs), torch.stack(cs)


# MISTAKE: the blocks are unpacked in the order i, f, o, g, so candidate and output gate are exchanged
def wrong_1(x, state, W_ih, W_hh, b_ih, b_hh, W_hr):
    h, c = state
    a = x @ W_ih.T + b_ih + h @ W_hh.T + b_hh
    i, f, o, g = a.chunk(4, dim=-1)  # <-- here
    c_new = f.sigmoid() * c + i.sigmoid() * g.tanh()
    h_new = (o.sigmoid() * c_new.tanh()) @ W_hr.T
    return h_new, c_new


# MISTAKE: the second bias, b_hh, is never added
def wrong_2(x, state, W_ih, W_hh, b_ih, b_hh, W_hr):
    h, c = state
    gates = x.matmul(W_ih.t()) + h.matmul(W_hh.t()) + b_ih  # <-- here
    H = c.size(1)
    i = torch.sigmoid(gates[:, :H])
    f = torch.sigmoid(gates[:, H : 2 * H])
    g = torch.tanh(gates[:, 2 * H : 3 * H])
    o = torch.sigmoid(gates[:, 3 * H :])
    c = f * c + i * g
    h = (o * torch.tanh(c)).matmul(W_hr.t())
    return (h, c)


# MISTAKE: the projection matrix is reshaped to (H, P) instead of being transposed, which mixes up its entries
def wrong_3(x, state, W_ih, W_hh, b_ih, b_hh, W_hr):
    h, c = state
    i, f, g, o = (x @ W_ih.T + b_ih + h @ W_hh.T + b_hh).chunk(4, -1)
    i, f, g, o = torch.sigmoid(i), torch.sigmoid(f), torch.tanh(g), torch.sigmoid(o)
    c = f * c + i * g
    P, H = W_hr.shape
    h = (o * torch.tanh(c)) @ W_hr.reshape(H, P)  # <-- here
    return h, c


# MISTAKE: all four blocks go through the sigmoid, so the candidate g has no tanh
def wrong_4(x, state, W_ih, W_hh, b_ih, b_hh, W_hr):
    prev_h, prev_c = state
    z = torch.addmm(b_ih, x, W_ih.T) + torch.addmm(b_hh, prev_h, W_hh.T)
    i, f, g, o = torch.sigmoid(z).chunk(4, dim=1)  # <-- here
    c = f * prev_c + i * g
    h = torch.mm(o * torch.tanh(c), W_hr.T)
    return h, c


# MISTAKE: the new h shows the old memory, because it is computed from c before the step
def wrong_5(x, state, W_ih, W_hh, b_ih, b_hh, W_hr):
    h, c = state
    a = torch.einsum("ni,ai->na", x, W_ih) + torch.einsum("np,ap->na", h, W_hh) + b_ih + b_hh
    a_i, a_f, a_g, a_o = a.tensor_split(4, dim=1)
    c_next = torch.sigmoid(a_f) * c + torch.sigmoid(a_i) * torch.tanh(a_g)
    h_next = torch.einsum("nh,ph->np", torch.sigmoid(a_o) * torch.tanh(c), W_hr)  # <-- here
    return h_next, c_next


# MISTAKE: h is returned unprojected, as (N, H); the matrix W_hr is not used at all
def wrong_6(x, state, W_ih, W_hh, b_ih, b_hh, W_hr):
    h, c = state
    a = x @ W_ih.T + b_ih + h @ W_hh.T + b_hh
    i, f, g, o = a.chunk(4, dim=-1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    h = torch.sigmoid(o) * torch.tanh(c)  # <-- here
    return h, c


# MISTAKE: the tanh is taken after the projection, of W_hr (o * c), instead of c before it
def wrong_7(x, state, W_ih, W_hh, b_ih, b_hh, W_hr):
    h, c = state
    H = c.shape[-1]
    pre = x @ W_ih.T + h @ W_hh.T + (b_ih + b_hh)
    inp, forget, cand, out = pre.split(H, dim=-1)
    c = torch.sigmoid(forget) * c + torch.sigmoid(inp) * torch.tanh(cand)
    small = (torch.sigmoid(out) * c) @ W_hr.T  # <-- here
    return torch.tanh(small), c  # <-- here


# MISTAKE: the roles of input gate and forget gate are exchanged in the memory
# MISTAKE: the old c is shown instead of the new one
def pair_1(x, state, W_ih, W_hh, b_ih, b_hh, W_hr):
    h, c = state
    a = x @ W_ih.T + b_ih + h @ W_hh.T + b_hh
    i, f, g, o = a.chunk(4, dim=-1)
    new_c = i.sigmoid() * c + f.sigmoid() * g.tanh()  # <-- here
    new_h = (o.sigmoid() * c.tanh()) @ W_hr.T  # <-- here
    return new_h, new_c


# MISTAKE: the bias b_hh is left out
# MISTAKE: W_hr is viewed as (H, P) instead of transposed
def pair_2(x, state, W_ih, W_hh, b_ih, b_hh, W_hr):
    h, c = state
    H = c.shape[1]
    a = torch.nn.functional.linear(x, W_ih, b_ih) + torch.nn.functional.linear(h, W_hh)  # <-- here
    i, f, o = (torch.sigmoid(a[:, k * H : (k + 1) * H]) for k in (0, 1, 3))
    g = torch.tanh(a[:, 2 * H : 3 * H])
    c = f * c + i * g
    return torch.matmul(o * torch.tanh(c), W_hr.reshape(H, -1)), c  # <-- here


# MISTAKE: the candidate goes through a sigmoid instead of tanh
# MISTAKE: the memory is shown without its tanh
def pair_3(x, state, W_ih, W_hh, b_ih, b_hh, W_hr):
    h, c = state
    sums = x @ W_ih.T + h @ W_hh.T + b_ih + b_hh
    i, f, g, o = [torch.sigmoid(s) for s in sums.chunk(4, dim=1)]  # <-- here
    c = f * c + i * g
    h = (W_hr @ (o * c).T).T  # <-- here
    return h, c
