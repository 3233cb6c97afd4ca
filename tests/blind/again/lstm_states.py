# ruff: noqa
from itertools import accumulate

import torch
import torch.nn.functional as F


# ------------------------------------------------------------------ right


def right_1(rows, W_ih, W_hh, b_ih, b_hh):
    H = W_hh.shape[1]
    h = rows.new_zeros(H)
    c = rows.new_zeros(H)
    states = []
    for x in rows:
        a = W_ih @ x + b_ih + W_hh @ h + b_hh
        i, f, g, o = a.chunk(4)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        states.append(h)
    return torch.stack(states)


def right_2(rows, W_ih, W_hh, b_ih, b_hh):
    # the rows' part for all steps at once, then only h @ W_hh.T is left for the loop
    T, H = rows.shape[0], W_hh.shape[1]
    words = rows @ W_ih.T + (b_ih + b_hh)
    out = rows.new_empty(T, H)
    h, c = rows.new_zeros(1, H), rows.new_zeros(1, H)
    for t in range(T):
        a = words[t : t + 1] + h @ W_hh.T
        s = torch.sigmoid(a)
        i, f, o = s[:, :H], s[:, H : 2 * H], s[:, 3 * H :]
        c = f * c + i * torch.tanh(a[:, 2 * H : 3 * H])
        h = o * torch.tanh(c)
        out[t] = h[0]
    return out


def right_3(rows, W_ih, W_hh, b_ih, b_hh):
    def step(state, x):
        h, c = state
        i, f, g, o = (F.linear(x, W_ih, b_ih) + F.linear(h, W_hh, b_hh)).split(W_hh.shape[1])
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return o.sigmoid() * c.tanh(), c

    zero = rows.new_zeros(W_hh.shape[1])
    all_states = list(accumulate(rows, step, initial=(zero, zero)))
    return torch.stack([h for h, _ in all_states[1:]])


def right_4(rows, W_ih, W_hh, b_ih, b_hh):
    """Recursion: the states of all rows but the last, then one more step."""
    H = W_hh.size(1)
    W_x, W_h = W_ih.reshape(4, H, -1), W_hh.reshape(4, H, H)
    bias = (b_ih + b_hh).reshape(4, H)

    def up_to(t):
        """The list of h for the first t rows, and c after them."""
        if t == 0:
            return [], rows.new_zeros(H)
        hs, c = up_to(t - 1)
        h = hs[-1] if hs else rows.new_zeros(H)
        a = torch.einsum("gke,e->gk", W_x, rows[t - 1]) + torch.einsum("gkj,j->gk", W_h, h) + bias
        i, f, o = torch.sigmoid(a[[0, 1, 3]])
        c = f * c + i * torch.tanh(a[2])
        hs.append(o * torch.tanh(c))
        return hs, c

    return torch.stack(up_to(len(rows))[0])


# ------------------------------------------------------------------ wrong


# MISTAKE: the blocks are taken in the order i, f, o, g instead of i, f, g, o
def wrong_1(rows, W_ih, W_hh, b_ih, b_hh):
    H = W_hh.shape[1]
    h = rows.new_zeros(H)
    c = rows.new_zeros(H)
    states = []
    for x in rows:
        a = W_ih @ x + b_ih + W_hh @ h + b_hh
        i, f, o, g = a.chunk(4)  # <-- here
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        states.append(h)
    return torch.stack(states)


# MISTAKE: the memory c of each step is returned instead of the state h
def wrong_2(rows, W_ih, W_hh, b_ih, b_hh):
    T, H = rows.shape[0], W_hh.shape[1]
    words = rows @ W_ih.T + (b_ih + b_hh)
    out = rows.new_empty(T, H)
    h, c = rows.new_zeros(1, H), rows.new_zeros(1, H)
    for t in range(T):
        a = words[t : t + 1] + h @ W_hh.T
        s = torch.sigmoid(a)
        i, f, o = s[:, :H], s[:, H : 2 * H], s[:, 3 * H :]
        c = f * c + i * torch.tanh(a[:, 2 * H : 3 * H])
        h = o * torch.tanh(c)
        out[t] = c[0]  # <-- here
    return out


# MISTAKE: the tanh around the memory is missing in h' = o tanh(c')
def wrong_3(rows, W_ih, W_hh, b_ih, b_hh):
    def step(state, x):
        h, c = state
        i, f, g, o = (F.linear(x, W_ih, b_ih) + F.linear(h, W_hh, b_hh)).split(W_hh.shape[1])
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return o.sigmoid() * c, c  # <-- here

    zero = rows.new_zeros(W_hh.shape[1])
    all_states = list(accumulate(rows, step, initial=(zero, zero)))
    return torch.stack([h for h, _ in all_states[1:]])


# MISTAKE: input gate and forget gate are exchanged in the new memory
def wrong_4(rows, W_ih, W_hh, b_ih, b_hh):
    H = W_hh.size(1)
    W_x, W_h = W_ih.reshape(4, H, -1), W_hh.reshape(4, H, H)
    bias = (b_ih + b_hh).reshape(4, H)
    hs = [rows.new_zeros(H)]
    c = rows.new_zeros(H)
    for x in rows:
        a = torch.einsum("gke,e->gk", W_x, x) + torch.einsum("gkj,j->gk", W_h, hs[-1]) + bias
        i, f, o = torch.sigmoid(a[[0, 1, 3]])
        c = i * c + f * torch.tanh(a[2])  # <-- here
        hs.append(o * torch.tanh(c))
    return torch.stack(hs[1:])


# MISTAKE: the new state is stored under another name and never handed on, so each step starts from h = 0
def wrong_5(rows, W_ih, W_hh, b_ih, b_hh):
    H = b_ih.shape[0] // 4
    h, c = torch.zeros(H, dtype=rows.dtype), torch.zeros(H, dtype=rows.dtype)
    result = []
    for t in range(rows.shape[0]):
        gates = rows[t] @ W_ih.T + b_ih + h @ W_hh.T + b_hh
        i = torch.sigmoid(gates[:H])
        f = torch.sigmoid(gates[H : 2 * H])
        g = torch.tanh(gates[2 * H : 3 * H])
        o = torch.sigmoid(gates[3 * H :])
        c = f * c + i * g
        h_new = o * torch.tanh(c)  # <-- here
        result.append(h_new)
    return torch.stack(result)


# MISTAKE: the sigmoid is applied to all four blocks, also to the candidate g, which should have tanh
def wrong_6(rows, W_ih, W_hh, b_ih, b_hh):
    hidden = W_hh.shape[1]
    h = rows.new_zeros(hidden)
    c = rows.new_zeros(hidden)
    states = []
    for row in rows:
        i, f, g, o = torch.sigmoid(W_ih @ row + b_ih + W_hh @ h + b_hh).chunk(4)  # <-- here
        c = f * c + i * g
        h = o * c.tanh()
        states.append(h)
    return torch.stack(states)


# MISTAKE: W_hh is reshaped to (H, 4H) instead of transposed, which mixes up its numbers
def wrong_7(rows, W_ih, W_hh, b_ih, b_hh):
    T, H = rows.shape[0], W_hh.shape[1]
    h = rows.new_zeros(1, H)
    c = rows.new_zeros(1, H)
    out = []
    for t in range(T):
        a = rows[t : t + 1] @ W_ih.T + b_ih + h @ W_hh.reshape(H, 4 * H) + b_hh  # <-- here
        i, f, g, o = a.chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        out.append(h)
    return torch.cat(out)


# ------------------------------------------------------------------ pairs


# MISTAKE: b_hh is left out; h' is computed from the old memory, before it is updated
def pair_1(rows, W_ih, W_hh, b_ih, b_hh):
    H = W_hh.shape[1]
    h = rows.new_zeros(H)
    c = rows.new_zeros(H)
    states = []
    for x in rows:
        a = W_ih @ x + W_hh @ h + b_ih  # <-- here
        i, f, g, o = a.chunk(4)
        c_new = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)  # <-- here
        c = c_new
        states.append(h)
    return torch.stack(states)


# MISTAKE: the states are appended before each step, so the list begins with the zeros and lacks the last state; the input gate is left out of the new memory
def pair_2(rows, W_ih, W_hh, b_ih, b_hh):
    T, H = rows.shape[0], W_hh.shape[1]
    words = F.linear(rows, W_ih, b_ih + b_hh)
    out = rows.new_zeros(T, H)
    h, c = rows.new_zeros(H), rows.new_zeros(H)
    for t in range(T):
        out[t] = h  # <-- here
        a = words[t] + W_hh @ h
        s = torch.sigmoid(a)
        c = s[H : 2 * H] * c + torch.tanh(a[2 * H : 3 * H])  # <-- here
        h = s[3 * H :] * torch.tanh(c)
    return out


# MISTAKE: the gates are cut out of the sum as if they took turns, H groups of four; the memory starts with ones instead of zeros
def pair_3(rows, W_ih, W_hh, b_ih, b_hh):
    H = W_hh.shape[1]

    def step(state, x):
        h, c = state
        a = W_ih @ x + b_ih + W_hh @ h + b_hh
        i, f, g, o = a.view(H, 4).unbind(1)  # <-- here
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return o.sigmoid() * c.tanh(), c

    start = (rows.new_zeros(H), rows.new_ones(H))  # <-- here
    return torch.stack([h for h, _ in accumulate(rows, step, initial=start)][1:])
