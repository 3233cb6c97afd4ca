# ruff: noqa
import torch


def right_1(rows, W_ih, W_hh, b_ih, b_hh):
    H = W_hh.shape[1]
    h, c = rows.new_zeros(H), rows.new_zeros(H)
    states = []
    for x in rows:
        i, f, g, o = (W_ih @ x + b_ih + W_hh @ h + b_hh).chunk(4)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        states.append(h)
    return torch.stack(states)


def right_2(rows, W_ih, W_hh, b_ih, b_hh):
    # everything that does not need h is computed at once
    T, H = len(rows), W_hh.size(1)
    from_rows = torch.einsum("te,ge->tg", rows, W_ih) + (b_ih + b_hh)
    out = rows.new_zeros(T + 1, H)
    memory = rows.new_zeros(T + 1, H)
    for t in range(T):
        a = from_rows[t] + torch.einsum("h,gh->g", out[t], W_hh)
        i = torch.sigmoid(a[0:H])
        f = torch.sigmoid(a[H : 2 * H])
        g = torch.tanh(a[2 * H : 3 * H])
        o = torch.sigmoid(a[3 * H : 4 * H])
        memory[t + 1] = f * memory[t] + i * g
        out[t + 1] = o * torch.tanh(memory[t + 1])
    return out[1:]


def right_3(rows, W_ih, W_hh, b_ih, b_hh):
    H = W_hh.shape[0] // 4
    blocks = {}
    for number, gate in enumerate("ifgo"):
        part = slice(number * H, (number + 1) * H)
        blocks[gate] = (W_ih[part].T, W_hh[part].T, b_ih[part] + b_hh[part])
    h = c = torch.zeros(1, H, dtype=rows.dtype)
    states = []
    for t in range(rows.shape[0]):
        x = rows[t : t + 1]
        value = {gate: x @ U + h @ W + b for gate, (U, W, b) in blocks.items()}
        c = value["f"].sigmoid() * c + value["i"].sigmoid() * value["g"].tanh()
        h = value["o"].sigmoid() * c.tanh()
        states.append(h)
    return torch.cat(states, dim=0)


def right_4(rows, W_ih, W_hh, b_ih, b_hh):
    assert rows.dim() == 2 and rows.shape[1] == W_ih.shape[1]

    def step(x, h, c):
        a = torch.nn.functional.linear(x, W_ih, b_ih) + torch.nn.functional.linear(h, W_hh, b_hh)
        a = a.reshape(4, -1)
        i, f, o = torch.sigmoid(a[[0, 1, 3]])
        c = torch.addcmul(i * torch.tanh(a[2]), f, c)
        return o * c.tanh(), c

    h, c = torch.zeros_like(W_hh[0]), torch.zeros_like(W_hh[0])
    result = torch.empty(len(rows), len(h), dtype=rows.dtype)
    for t, x in enumerate(rows):
        h, c = step(x, h, c)
        result[t] = h
    return result


# MISTAKE: the last two blocks are exchanged, they are read as i, f, o, g
def wrong_1(rows, W_ih, W_hh, b_ih, b_hh):
    H = W_hh.shape[1]
    h = rows.new_zeros(H)
    c = rows.new_zeros(H)
    states = []
    for x in rows:
        a = x @ W_ih.T + b_ih + h @ W_hh.T + b_hh
        i, f, o = a[: 3 * H].sigmoid().chunk(3)  # <-- here
        g = a[3 * H :].tanh()  # <-- here
        c = f * c + i * g
        h = o * c.tanh()
        states.append(h)
    return torch.stack(states)


# MISTAKE: the memories c are collected and returned instead of the states h
def wrong_2(rows, W_ih, W_hh, b_ih, b_hh):
    H = W_hh.shape[1]
    h, c = torch.zeros(2, H, dtype=rows.dtype)
    states = []
    for row in rows:
        i, f, g, o = torch.chunk(W_ih @ row + b_ih + W_hh @ h + b_hh, 4)
        i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
        c = f * c + i * g
        h = o * torch.tanh(c)
        states.append(c)  # <-- here
    return torch.stack(states)


# MISTAKE: only b_ih is added, the other bias b_hh is forgotten
def wrong_3(rows, W_ih, W_hh, b_ih, b_hh):
    T = rows.shape[0]
    H = W_hh.shape[1]
    h = rows.new_zeros(1, H)
    c = rows.new_zeros(1, H)
    xs = rows @ W_ih.T + b_ih
    output = []
    for t in range(T):
        gates = xs[t].unsqueeze(0) + h @ W_hh.T  # <-- here
        i, f, g, o = gates.split(H, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        output.append(h[0])
    return torch.stack(output)


# MISTAKE: the new state gets another name and is never handed on, so the gates always see a state of zeros (only c is carried)
def wrong_4(rows, W_ih, W_hh, b_ih, b_hh):
    H = W_hh.shape[1]
    h, c = rows.new_zeros(H), rows.new_zeros(H)
    all_h = rows.new_zeros(len(rows), H)
    for t, x in enumerate(rows):
        a = torch.mv(W_ih, x) + b_ih + torch.mv(W_hh, h) + b_hh
        ai, af, ag, ao = a.view(4, H)
        c = torch.sigmoid(af) * c + torch.sigmoid(ai) * torch.tanh(ag)
        h_new = torch.sigmoid(ao) * torch.tanh(c)  # <-- here
        all_h[t] = h_new
    return all_h


# MISTAKE: the memory is shown without its tanh
def wrong_5(rows, W_ih, W_hh, b_ih, b_hh):
    def sig(v):
        return 1 / (1 + torch.exp(-v))

    n = W_hh.shape[1]
    h = torch.zeros_like(b_hh[:n])
    c = torch.zeros_like(b_hh[:n])
    result = []
    for x in rows:
        z = W_ih.matmul(x) + W_hh.matmul(h) + b_ih + b_hh
        c = sig(z[n : 2 * n]) * c + sig(z[:n]) * torch.tanh(z[2 * n : 3 * n])
        h = sig(z[3 * n :]) * c  # <-- here
        result.append(h)
    return torch.stack(result, dim=0)


# MISTAKE: the sums are cut as H groups of four, as if the four gates of one unit were neighbours, instead of four blocks of H
def wrong_6(rows, W_ih, W_hh, b_ih, b_hh):
    H = W_hh.shape[1]
    h = rows.new_zeros(H)
    c = rows.new_zeros(H)
    states = []
    for x in rows:
        a = (W_ih @ x + b_ih + W_hh @ h + b_hh).reshape(H, 4)  # <-- here
        i, f, g, o = a.unbind(dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        states.append(h)
    return torch.stack(states)


# MISTAKE: the state is stored before the step, so the list begins with the zeros and the last state is missing
def wrong_7(rows, W_ih, W_hh, b_ih, b_hh):
    T, H = len(rows), W_hh.shape[-1]
    h, c = rows.new_zeros(H), rows.new_zeros(H)
    states = torch.zeros(T, H, dtype=rows.dtype)
    for t in range(T):
        states[t] = h  # <-- here
        a = rows[t] @ W_ih.T + h @ W_hh.T + b_ih + b_hh
        i, f, g, o = a.chunk(4, dim=-1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
    return states


# MISTAKE: the bias b_hh is missing
# MISTAKE: the first two blocks are taken as f, i instead of i, f
def pair_1(rows, W_ih, W_hh, b_ih, b_hh):
    H = W_hh.shape[1]
    h, c = rows.new_zeros(H), rows.new_zeros(H)
    states = []
    for x in rows:
        a = W_ih @ x + W_hh @ h + b_ih  # <-- here
        f, i, g, o = a.chunk(4)  # <-- here
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        states.append(h)
    return torch.stack(states)


# MISTAKE: the candidate is a sigmoid instead of a tanh
# MISTAKE: the memory starts from zeros again at each step
def pair_2(rows, W_ih, W_hh, b_ih, b_hh):
    H = W_hh.shape[1]
    h = rows.new_zeros(H)
    states = []
    for x in rows:
        c = rows.new_zeros(H)  # <-- here
        i, f, g, o = torch.sigmoid(W_ih @ x + b_ih + W_hh @ h + b_hh).chunk(4)  # <-- here
        c = f * c + i * g
        h = o * torch.tanh(c)
        states.append(h)
    return torch.stack(states)


# MISTAKE: input and forget gate have changed places in the memory's formula
# MISTAKE: the states are collected before the step instead of after it
def pair_3(rows, W_ih, W_hh, b_ih, b_hh):
    H = W_hh.shape[1]
    h = torch.zeros(1, H, dtype=rows.dtype)
    c = torch.zeros(1, H, dtype=rows.dtype)
    collected = []
    for x in rows.split(1):
        collected.append(h)  # <-- here
        a = x @ W_ih.T + b_ih + h @ W_hh.T + b_hh
        i, f, g, o = a.chunk(4, dim=1)
        c = torch.sigmoid(i) * c + torch.sigmoid(f) * torch.tanh(g)  # <-- here
        h = torch.sigmoid(o) * torch.tanh(c)
    return torch.cat(collected)
