# ruff: noqa
import torch


def right_1(xs, h_0, W_ih, W_hh, b_ih, b_hh, nonlinearity, batch_first):
    single = xs.dim() == 2
    if single:
        xs = xs.unsqueeze(1)
        if h_0 is not None:
            h_0 = h_0.unsqueeze(1)
    elif batch_first:
        xs = xs.transpose(0, 1)
    h = xs.new_zeros(xs.shape[1], W_hh.shape[0]) if h_0 is None else h_0[0]
    f = torch.tanh if nonlinearity == "tanh" else torch.relu
    states = []
    for x in xs:
        h = f(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
        states.append(h)
    output, h_n = torch.stack(states), h.unsqueeze(0)
    if single:
        return output[:, 0], h_n[:, 0]
    if batch_first:
        output = output.transpose(0, 1)
    return output, h_n


def right_2(xs, h_0, W_ih, W_hh, b_ih, b_hh, nonlinearity, batch_first):
    # no reshaping of the input: always work on the time axis as it is
    H = W_hh.shape[0]
    time_axis = 1 if (xs.ndim == 3 and batch_first) else 0
    if h_0 is None:
        rest = list(xs.shape[:-1])
        rest.pop(time_axis)
        h = xs.new_zeros(*rest, H)
    else:
        h = h_0.squeeze(0)
    outs = []
    for t in range(xs.shape[time_axis]):
        x = xs.select(time_axis, t)
        a = torch.matmul(x, W_ih.t()) + torch.matmul(h, W_hh.t()) + (b_ih + b_hh)
        h = a.clamp(min=0) if nonlinearity == "relu" else a.tanh()
        outs.append(h)
    return torch.stack(outs, dim=time_axis), h[None]


def right_3(xs, h_0, W_ih, W_hh, b_ih, b_hh, nonlinearity, batch_first):
    assert nonlinearity in ("tanh", "relu"), nonlinearity

    def step(x, h):
        a = torch.einsum("ni,hi->nh", x, W_ih) + b_ih
        b = torch.einsum("nk,hk->nh", h, W_hh) + b_hh
        if nonlinearity == "tanh":
            return torch.tanh(a + b)
        return torch.maximum(a + b, torch.zeros_like(a))

    def loop(words, h):
        out = torch.zeros(len(words), *h.shape, dtype=words.dtype)
        for t, x in enumerate(words):
            h = step(x, h)
            out[t] = h
        return out, h

    if len(xs.shape) == 2:
        start = xs.new_zeros(1, len(W_hh)) if h_0 is None else h_0
        out, h = loop(xs[:, None, :], start)
        return out.squeeze(1), h

    words = xs.permute(1, 0, 2) if batch_first else xs
    start = xs.new_zeros(words.shape[1], len(W_hh)) if h_0 is None else h_0[0]
    out, h = loop(words, start)
    return (out.permute(1, 0, 2) if batch_first else out), h.unsqueeze(0)


def right_4(xs, h_0, W_ih, W_hh, b_ih, b_hh, nonlinearity, batch_first):
    # sentence by sentence
    H = W_hh.shape[0]
    if xs.dim() == 2:
        sentences = [xs]
    elif batch_first:
        sentences = [xs[k] for k in range(xs.shape[0])]
    else:
        sentences = [xs[:, k] for k in range(xs.shape[1])]
    if h_0 is None:
        starts = [xs.new_zeros(H) for _ in sentences]
    else:
        starts = h_0.reshape(-1, H)
    outputs, lasts = [], []
    for words, h in zip(sentences, starts):
        seen = []
        for a in words @ W_ih.T + b_ih + b_hh:
            h = a + W_hh @ h
            h = (
                torch.tanh(h)
                if nonlinearity == "tanh"
                else torch.where(h > 0, h, torch.zeros_like(h))
            )
            seen.append(h)
        outputs.append(torch.stack(seen))
        lasts.append(h)
    h_n = torch.stack(lasts)
    if xs.dim() == 2:
        return outputs[0], h_n
    return torch.stack(outputs, dim=0 if batch_first else 1), h_n.unsqueeze(0)


# MISTAKE: for batch_first the axes are not swapped but the numbers only reshaped
def wrong_1(xs, h_0, W_ih, W_hh, b_ih, b_hh, nonlinearity, batch_first):
    unbatched = xs.dim() == 2
    if unbatched:
        xs = xs.unsqueeze(1)
    elif batch_first:
        N, T, I = xs.shape
        xs = xs.reshape(T, N, I)  # <-- here
    H = W_hh.shape[0]
    if h_0 is None:
        h = xs.new_zeros(xs.shape[1], H)
    else:
        h = h_0.reshape(xs.shape[1], H)
    output = []
    for x in xs:
        h = x @ W_ih.T + b_ih + h @ W_hh.T + b_hh
        h = torch.tanh(h) if nonlinearity == "tanh" else torch.relu(h)
        output.append(h)
    output = torch.stack(output)
    if unbatched:
        return output.squeeze(1), h
    if batch_first:
        output = output.reshape(N, T, H)  # <-- here
    return output, h.unsqueeze(0)


# MISTAKE: with batch_first the output is not transposed back to (N, T, H)
def wrong_2(xs, h_0, W_ih, W_hh, b_ih, b_hh, nonlinearity, batch_first):
    single = xs.ndim == 2
    if single:
        xs = xs[:, None]
        h_0 = None if h_0 is None else h_0[:, None]
    elif batch_first:
        xs = xs.transpose(0, 1)
    act = {"tanh": torch.tanh, "relu": torch.relu}[nonlinearity]
    h = h_0[0] if h_0 is not None else xs.new_zeros(xs.shape[1], W_hh.shape[1])
    hs = []
    for t in range(xs.shape[0]):
        h = act(xs[t] @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
        hs.append(h)
    output = torch.stack(hs)  # <-- here
    h_n = h[None]
    if single:
        output, h_n = output[:, 0], h_n[:, 0]
    return output, h_n


# MISTAKE: obeys batch_first for a single sentence as well: the axes are swapped after the batch axis was added, so each word is read as a sentence of its own
def wrong_3(xs, h_0, W_ih, W_hh, b_ih, b_hh, nonlinearity, batch_first):
    single = xs.dim() == 2
    if single:
        xs = xs.unsqueeze(1)
        if h_0 is not None:
            h_0 = h_0.unsqueeze(1)
    if batch_first:  # <-- here
        xs = xs.transpose(0, 1)
    if h_0 is None:
        h_0 = xs.new_zeros(1, xs.shape[1], W_hh.shape[0])
    h = h_0[0]
    states = []
    for x in xs:
        a = x @ W_ih.T + b_ih + h @ W_hh.T + b_hh
        if nonlinearity == "tanh":
            h = torch.tanh(a)
        else:
            h = torch.relu(a)
        states.append(h)
    output = torch.stack(states)
    if batch_first:
        output = output.transpose(0, 1)
    if single:
        return output[:, 0], output[-1]
    return output, h.unsqueeze(0)


# MISTAKE: relu is put on top of tanh instead of taking its place
def wrong_4(xs, h_0, W_ih, W_hh, b_ih, b_hh, nonlinearity, batch_first):
    flat = len(xs.shape) < 3
    words = xs.unsqueeze(1) if flat else (xs.transpose(0, 1) if batch_first else xs)
    if h_0 is None:
        h = words.new_zeros(words.shape[1], W_hh.shape[0])
    elif flat:
        h = h_0
    else:
        h = h_0.squeeze(0)
    out = []
    for w in words:
        h = torch.tanh(w @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
        if nonlinearity == "relu":
            h = torch.relu(h)  # <-- here
        out.append(h)
    out = torch.stack(out)
    if flat:
        return out.squeeze(1), h
    return out.transpose(0, 1) if batch_first else out, h.unsqueeze(0)


# MISTAKE: always starts from zeros, even when a first state is given
def wrong_5(xs, h_0, W_ih, W_hh, b_ih, b_hh, nonlinearity, batch_first):
    H = W_hh.shape[0]
    if xs.dim() == 2:
        h = xs.new_zeros(1, H)  # <-- here
        rows = []
        for x in xs:
            s = W_ih @ x + b_ih + W_hh @ h[0] + b_hh
            h = (torch.tanh(s) if nonlinearity == "tanh" else torch.relu(s)).unsqueeze(0)
            rows.append(h[0])
        return torch.stack(rows), h
    if batch_first:
        xs = xs.permute(1, 0, 2)
    h = xs.new_zeros(xs.shape[1], H)  # <-- here
    output = []
    for x in xs:
        s = x @ W_ih.T + b_ih + h @ W_hh.T + b_hh
        h = torch.tanh(s) if nonlinearity == "tanh" else torch.relu(s)
        output.append(h)
    return torch.stack(output, dim=1 if batch_first else 0), h.unsqueeze(0)


# MISTAKE: the state is not passed on, every step starts from the first state again
def wrong_6(xs, h_0, W_ih, W_hh, b_ih, b_hh, nonlinearity, batch_first):
    f = getattr(torch, nonlinearity)
    two_axes = xs.dim() == 2
    if two_axes:
        xs = xs.unsqueeze(1)
    elif batch_first:
        xs = xs.transpose(0, 1)
    T, N, _ = xs.shape
    H = W_hh.shape[0]
    h0 = xs.new_zeros(N, H) if h_0 is None else h_0.reshape(N, H)
    output = xs.new_zeros(T, N, H)
    for t in range(T):
        output[t] = f(xs[t] @ W_ih.T + b_ih + h0 @ W_hh.T + b_hh)  # <-- here
    h_n = output[-1:]
    if two_axes:
        return output[:, 0], h_n[:, 0]
    if batch_first:
        output = output.transpose(0, 1)
    return output, h_n


# MISTAKE: with batch_first the given first state is transposed too, so that sentence 0's state is used for the whole batch
def wrong_7(xs, h_0, W_ih, W_hh, b_ih, b_hh, nonlinearity, batch_first):
    unbatched = xs.dim() == 2
    if unbatched:
        xs = xs.unsqueeze(1)
        if h_0 is not None:
            h_0 = h_0.unsqueeze(1)
    elif batch_first:
        xs = xs.transpose(0, 1)
        if h_0 is not None:
            h_0 = h_0.transpose(0, 1)  # <-- here
    if h_0 is None:
        h_0 = xs.new_zeros(1, xs.shape[1], W_hh.shape[0])
    h = h_0[0]
    outs = []
    for x in xs:
        h = x @ W_ih.T + b_ih + h @ W_hh.T + b_hh
        h = h.tanh() if nonlinearity == "tanh" else h.relu()
        outs.append(h)
    outs = torch.stack(outs)
    h = h.unsqueeze(0)
    if unbatched:
        return outs.squeeze(1), h.squeeze(1)
    if batch_first:
        outs = outs.transpose(0, 1)
    return outs, h


# MISTAKE: b_ih is added twice and b_hh never
# MISTAKE: the state is stored before the step, so the output begins with h_0 and lacks the last state
def pair_1(xs, h_0, W_ih, W_hh, b_ih, b_hh, nonlinearity, batch_first):
    single = xs.dim() == 2
    if single:
        xs = xs.unsqueeze(1)
        h_0 = h_0.unsqueeze(1) if h_0 is not None else None
    elif batch_first:
        xs = xs.transpose(0, 1)
    h = h_0[0] if h_0 is not None else xs.new_zeros(xs.shape[1], W_hh.shape[0])
    states = []
    for x in xs:
        states.append(h)  # <-- here
        a = x @ W_ih.T + b_ih + h @ W_hh.T + b_ih  # <-- here
        h = torch.tanh(a) if nonlinearity == "tanh" else torch.relu(a)
    output = torch.stack(states)
    h_n = h.unsqueeze(0)
    if single:
        return output.squeeze(1), h_n.squeeze(1)
    if batch_first:
        return output.transpose(0, 1), h_n
    return output, h_n


# MISTAKE: nonlinearity is ignored, it is always tanh
# MISTAKE: W_hh is not transposed
def pair_2(xs, h_0, W_ih, W_hh, b_ih, b_hh, nonlinearity, batch_first):
    is_2d = xs.dim() == 2
    if is_2d:
        xs = xs[:, None, :]
    if batch_first and not is_2d:
        xs = xs.transpose(0, 1)
    if h_0 is None:
        h = torch.zeros(xs.shape[1], W_hh.shape[0], dtype=xs.dtype)
    else:
        h = h_0 if is_2d else h_0[0]
    output = []
    for x in xs:
        h = torch.tanh(  # <-- here
            x @ W_ih.T + b_ih + h @ W_hh + b_hh
        )  # <-- here
        output.append(h)
    output = torch.stack(output)
    if is_2d:
        return output[:, 0, :], h
    if batch_first:
        output = output.transpose(0, 1)
    return output, h.unsqueeze(0)


# MISTAKE: with relu the raw sum goes on to the next step, and relu is applied to the output alone
# MISTAKE: a missing first state begins with ones
def pair_3(xs, h_0, W_ih, W_hh, b_ih, b_hh, nonlinearity, batch_first):
    lonely = xs.dim() == 2
    if lonely:
        xs = xs.unsqueeze(0)
    if lonely or batch_first:
        xs = xs.transpose(0, 1)
    if h_0 is None:
        h = xs.new_ones(xs.shape[1], W_hh.shape[0])  # <-- here
    else:
        h = h_0 if lonely else h_0[0]
    outs = []
    for x in xs:
        h = x @ W_ih.T + b_ih + h @ W_hh.T + b_hh
        if nonlinearity == "tanh":
            h = torch.tanh(h)
            outs.append(h)
        else:
            outs.append(torch.relu(h))  # <-- here
    output = torch.stack(outs)
    h_n = output[-1].unsqueeze(0)
    if lonely:
        return output.squeeze(1), h_n.squeeze(1)
    if batch_first:
        output = output.transpose(0, 1)
    return output, h_n
