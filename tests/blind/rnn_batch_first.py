# ruff: noqa
import torch


def right_1(xs, h0, W_ih, W_hh, b_ih, b_hh):
    N, T, I = xs.shape
    H = W_hh.shape[0]
    output = xs.new_zeros(N, T, H)
    h = h0
    for t in range(T):
        h = torch.tanh(xs[:, t] @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
        output[:, t] = h
    return output, h


def right_2(xs, h0, W_ih, W_hh, b_ih, b_hh):
    # all the words' part at once, before the loop
    from_words = torch.einsum("nti,hi->nth", xs, W_ih) + b_ih + b_hh
    states = [h0]
    for a in from_words.unbind(dim=1):
        states.append((a + torch.einsum("nk,hk->nh", states[-1], W_hh)).tanh())
    return torch.stack(states[1:], dim=1), states[-1]


def right_3(xs, h0, W_ih, W_hh, b_ih, b_hh):
    assert xs.dim() == 3, "xs must be (N, T, I)"
    assert h0.shape == (xs.shape[0], W_hh.shape[0]), "h0 must be (N, H)"

    def step(word, state):
        return torch.tanh(
            torch.nn.functional.linear(word, W_ih, b_ih)
            + torch.nn.functional.linear(state, W_hh, b_hh)
        )

    time_first = xs.permute(1, 0, 2)
    h = h0
    collected = []
    for word in time_first:
        h = step(word, h)
        collected.append(h)
    return torch.stack(collected).permute(1, 0, 2), h


def right_4(xs, h0, W_ih, W_hh, b_ih, b_hh):
    # one sentence after the other
    all_outputs = []
    for sentence, h in zip(xs, h0):
        rows = []
        for x in sentence:
            h = torch.tanh(W_ih @ x + b_ih + W_hh @ h + b_hh)
            rows.append(h)
        all_outputs.append(torch.stack(rows))
    output = torch.stack(all_outputs)
    return output, output[:, -1]


def right_5(xs, h0, W_ih, W_hh, b_ih, b_hh):
    # both matrices as one
    W = torch.cat((W_ih, W_hh), dim=1)
    b = b_ih + b_hh
    hidden = h0.clone()
    columns = []
    t = 0
    while t < xs.size(1):
        together = torch.cat((xs[:, t, :], hidden), dim=1)
        hidden = torch.tanh(together.matmul(W.t()) + b)
        columns.append(hidden.unsqueeze(1))
        t += 1
    return torch.cat(columns, dim=1), hidden


# MISTAKE: brings the batch to time first with reshape, which does not swap the axes but mixes up words of different sentences.
def wrong_1(xs, h0, W_ih, W_hh, b_ih, b_hh):
    N, T, I = xs.shape
    xs = xs.reshape(T, N, I)  # <-- here
    h = h0
    outs = []
    for x in xs:
        h = torch.tanh(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
        outs.append(h)
    return torch.stack(outs, dim=1), h


# MISTAKE: stacks the states along a new first axis and so returns the output time first, (T, N, H).
def wrong_2(xs, h0, W_ih, W_hh, b_ih, b_hh):
    h = h0
    outputs = []
    for t in range(xs.shape[1]):
        x = xs[:, t, :]
        h = torch.tanh(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
        outputs.append(h)
    output = torch.stack(outputs)  # <-- here
    return output, h


# MISTAKE: gets the output's shape (N, T, H) by view/reshape of the time-first states, which shuffles states among the sentences.
def wrong_3(xs, h0, W_ih, W_hh, b_ih, b_hh):
    n, t, _ = xs.size()
    hidden_size = W_hh.size(0)
    h_list = []
    h_t = h0
    for step in range(t):
        i_part = torch.matmul(xs[:, step], W_ih.t()) + b_ih
        h_part = torch.matmul(h_t, W_hh.t()) + b_hh
        h_t = torch.tanh(i_part + h_part)
        h_list.append(h_t)
    return torch.cat(h_list).view(n, t, hidden_size), h_t  # <-- here


# MISTAKE: the second bias, b_hh, is forgotten.
def wrong_4(xs, h0, W_ih, W_hh, b_ih, b_hh):
    states = []
    state = h0
    for word in xs.transpose(0, 1):
        pre = word @ W_ih.T + b_ih
        pre = pre + state @ W_hh.T  # <-- here
        state = pre.tanh()
        states.append(state)
    return torch.stack(states, 1), state


# MISTAKE: W_hh is not transposed, so the state is multiplied by the wrong side of the matrix.
def wrong_5(xs, h0, W_ih, W_hh, b_ih, b_hh):
    T = xs.shape[1]
    ys = torch.zeros(xs.shape[0], T, W_hh.shape[0], dtype=xs.dtype)
    h = h0
    for t in range(T):
        h = torch.tanh(xs[:, t].mm(W_ih.T) + b_ih + h.mm(W_hh) + b_hh)  # <-- here
        ys[:, t] = h
    return ys, h


# MISTAKE: every step starts from h0 again; the new state is stored but never goes into the next step.
def wrong_6(xs, h0, W_ih, W_hh, b_ih, b_hh):
    xs_t = xs.permute(1, 0, 2)
    result = []
    for x_t in xs_t:
        h_new = torch.tanh(x_t @ W_ih.T + b_ih + h0 @ W_hh.T + b_hh)  # <-- here
        result.append(h_new)
    return torch.stack(result).permute(1, 0, 2), h_new


# MISTAKE: the state is stored before the step, so output holds h0 .. h_{T-1} and not h1 .. hT.
def wrong_7(xs, h0, W_ih, W_hh, b_ih, b_hh):
    h = h0
    out = []
    for t in range(xs.shape[1]):
        out.append(h)  # <-- here
        a = torch.einsum("ni,hi->nh", xs[:, t], W_ih) + b_ih
        a = a + torch.einsum("nj,hj->nh", h, W_hh) + b_hh
        h = torch.tanh(a)
    return torch.stack(out, dim=1), h


# MISTAKE: the output collects the sums before the tanh; only the state that is handed on goes through tanh.
def wrong_8(xs, h0, W_ih, W_hh, b_ih, b_hh):
    N, T, I = xs.shape
    output = xs.new_empty(N, T, len(b_hh))
    h = h0
    for t in range(T):
        z = xs[:, t] @ W_ih.T + b_ih + h @ W_hh.T + b_hh
        output[:, t] = z  # <-- here
        h = torch.tanh(z)
    return output, h


# MISTAKE: returns the state after the first word as h_n, because the time axis of output is taken at 0 rather than at -1.
def wrong_9(xs, h0, W_ih, W_hh, b_ih, b_hh):
    h, hs = h0, []
    for x in torch.unbind(xs, dim=1):
        h = torch.tanh(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
        hs.append(h)
    output = torch.stack(hs, dim=1)
    h_n = output[:, 0]  # <-- here
    return output, h_n


# MISTAKE: sigmoid in place of tanh.
# MISTAKE: h0 is ignored, the net begins with zeros.
def pair_1(xs, h0, W_ih, W_hh, b_ih, b_hh):
    h = torch.zeros_like(h0)  # <-- here
    outputs = []
    for x in xs.transpose(0, 1):
        h = torch.sigmoid(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh)  # <-- here
        outputs.append(h)
    return torch.stack(outputs, dim=1), h


# MISTAKE: b_ih is added twice and b_hh not at all.
# MISTAKE: reads the sentence from its end to its beginning.
def pair_2(xs, h0, W_ih, W_hh, b_ih, b_hh):
    T = xs.shape[1]
    ys = [None] * T
    h = h0
    for t in reversed(range(T)):  # <-- here
        from_x = xs[:, t] @ W_ih.T + b_ih
        from_h = h @ W_hh.T + b_ih  # <-- here
        h = torch.tanh(from_x + from_h)
        ys[t] = h
    return torch.stack(ys, dim=1), h


# MISTAKE: the tanh is put around the state's part only, the word's part is added outside.
# MISTAKE: reshape in place of a swap of the first two axes on the way in.
def pair_3(xs, h0, W_ih, W_hh, b_ih, b_hh):
    N, T, I = xs.shape
    seq = xs.reshape(T, N, I)  # <-- here
    h = h0
    saved = []
    for w in seq:
        h = w @ W_ih.T + b_ih + torch.tanh(h @ W_hh.T + b_hh)  # <-- here
        saved.append(h)
    return torch.stack(saved, dim=1), h


# MISTAKE: the loop leaves out the first word; its output stays zero.
# MISTAKE: W_hh without the transposition.
def pair_4(xs, h0, W_ih, W_hh, b_ih, b_hh):
    batch, steps, _ = xs.shape
    output = xs.new_zeros(batch, steps, h0.shape[1])
    h = h0
    for t in range(1, steps):  # <-- here
        h = torch.tanh(xs[:, t] @ W_ih.T + b_ih + h @ W_hh + b_hh)  # <-- here
        output[:, t] = h
    return output, h
