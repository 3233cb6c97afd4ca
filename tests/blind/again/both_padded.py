# ruff: noqa
import torch


# given by the notebook
def read(xs, h, weights):
    """All states (T, N, H) and the last one (N, H) for xs (T, N, I), from h (N, H)."""
    W_ih, W_hh, b_ih, b_hh = weights
    states = []
    for x in xs:
        h = torch.tanh(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
        states.append(h)
    return torch.stack(states), h


# ------------------------------------------------------------------ right


def right_1(xs, lengths, h_0, forward, backward):
    T, N, _ = xs.shape
    H = h_0.shape[-1]
    output = xs.new_zeros(T, N, 2 * H)
    h_n = torch.zeros_like(h_0)
    for k, n in enumerate(lengths):
        words = xs[:n, k : k + 1]
        f, f_last = read(words, h_0[0, k : k + 1], forward)
        b, b_last = read(words.flip(0), h_0[1, k : k + 1], backward)
        output[:n, k : k + 1, :H] = f
        output[:n, k : k + 1, H:] = b.flip(0)
        h_n[0, k : k + 1] = f_last
        h_n[1, k : k + 1] = b_last
    return output, h_n


def right_2(xs, lengths, h_0, forward, backward):
    # everything at once: one index table does the reversing (in both ways)
    T, N, _ = xs.shape
    n = torch.as_tensor(lengths)
    t = torch.arange(T).unsqueeze(1)  # (T, 1)
    word = t < n  # (T, N), True at words
    place = torch.where(word, n - 1 - t, t)  # (T, N)
    col = torch.arange(N)

    f, _ = read(xs, h_0[0], forward)
    b, _ = read(xs[place, col], h_0[1], backward)
    h_n = torch.stack([f[n - 1, col], b[n - 1, col]])
    both = torch.cat([f, b[place, col]], dim=-1)
    output = torch.where(word.unsqueeze(-1), both, torch.zeros_like(both))
    return output, h_n


def right_3(xs, lengths, h_0, forward, backward):
    """Step by step; a sentence that is over (or has not begun) keeps its state."""
    T, N, _ = xs.shape
    lengths = torch.tensor(lengths)

    def run(order, h, weights):
        W_ih, W_hh, b_ih, b_hh = weights
        a = torch.einsum("tni,hi->tnh", xs, W_ih) + (b_ih + b_hh)
        rows = [None] * T
        for t in order:
            alive = (t < lengths)[:, None]
            new = torch.tanh(a[t] + torch.einsum("nk,hk->nh", h, W_hh))
            h = torch.where(alive, new, h)
            rows[t] = torch.where(alive, new, torch.zeros_like(new))
        return torch.stack(rows), h

    f, hf = run(range(T), h_0[0], forward)
    b, hb = run(range(T - 1, -1, -1), h_0[1], backward)
    return torch.cat((f, b), 2), torch.stack((hf, hb))


def right_4(xs, lengths, h_0, forward, backward):
    # sentences of the same length are read together, so no padding is ever seen
    T, N = xs.shape[:2]
    columns, finals = [None] * N, [None] * N
    for n in sorted(set(lengths)):
        who = [k for k in range(N) if lengths[k] == n]
        part = xs[:n, who]
        f, hf = read(part, h_0[0, who], forward)
        b, hb = read(torch.flip(part, dims=[0]), h_0[1, who], backward)
        both = torch.cat([f, torch.flip(b, dims=[0])], dim=2)
        both = torch.nn.functional.pad(both, (0, 0, 0, 0, 0, T - n))
        for j, k in enumerate(who):
            columns[k] = both[:, j]
            finals[k] = torch.stack([hf[j], hb[j]])
    return torch.stack(columns, dim=1), torch.stack(finals, dim=1)


# ------------------------------------------------------------------ wrong


# MISTAKE: the backward reader gets the whole column turned around, so it reads the padding before the sentence's own last word
def wrong_1(xs, lengths, h_0, forward, backward):
    T, N, _ = xs.shape
    H = h_0.shape[-1]
    output = xs.new_zeros(T, N, 2 * H)
    h_n = torch.zeros_like(h_0)
    for k, n in enumerate(lengths):
        f, f_last = read(xs[:n, k : k + 1], h_0[0, k : k + 1], forward)
        b, b_last = read(xs[:, k : k + 1].flip(0), h_0[1, k : k + 1], backward)  # <-- here
        output[:n, k : k + 1, :H] = f
        output[:n, k : k + 1, H:] = b.flip(0)[:n]
        h_n[0, k : k + 1] = f_last
        h_n[1, k : k + 1] = b_last
    return output, h_n


# MISTAKE: the backward states are not turned back into the order of the words
def wrong_2(xs, lengths, h_0, forward, backward):
    columns, last_f, last_b = [], [], []
    T = xs.shape[0]
    for k, n in enumerate(lengths):
        words = xs[:n, k : k + 1]
        f, hf = read(words, h_0[0, k : k + 1], forward)
        b, hb = read(words.flip(0), h_0[1, k : k + 1], backward)
        both = torch.cat([f, b], dim=-1)  # <-- here
        empty = both.new_zeros(T - n, 1, both.shape[-1])
        columns.append(torch.cat([both, empty]))
        last_f.append(hf)
        last_b.append(hb)
    h_n = torch.stack([torch.cat(last_f), torch.cat(last_b)])
    return torch.cat(columns, dim=1), h_n


# MISTAKE: the last forward state is the one after all T steps, padding included, and not the one after each sentence's own last word
def wrong_3(xs, lengths, h_0, forward, backward):
    T, N, _ = xs.shape
    n = torch.as_tensor(lengths)
    t = torch.arange(T).unsqueeze(1)
    word = t < n
    place = torch.where(word, n - 1 - t, t)
    col = torch.arange(N)

    f, f_last = read(xs, h_0[0], forward)
    b, _ = read(xs[place, col], h_0[1], backward)
    h_n = torch.stack([f_last, b[n - 1, col]])  # <-- here
    both = torch.cat([f, b[place, col]], dim=-1)
    output = torch.where(word.unsqueeze(-1), both, torch.zeros_like(both))
    return output, h_n


# MISTAKE: at the padding the output holds the state that was carried along instead of zeros
def wrong_4(xs, lengths, h_0, forward, backward):
    T, N, _ = xs.shape
    lengths = torch.tensor(lengths)

    def run(order, h, weights):
        W_ih, W_hh, b_ih, b_hh = weights
        rows = [None] * T
        for t in order:
            alive = (t < lengths).unsqueeze(1)
            new = torch.tanh(xs[t] @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
            h = torch.where(alive, new, h)
            rows[t] = h  # <-- here
        return torch.stack(rows), h

    f, hf = run(range(T), h_0[0], forward)
    b, hb = run(reversed(range(T)), h_0[1], backward)
    return torch.cat((f, b), 2), torch.stack((hf, hb))


# MISTAKE: the last backward state is taken at the sentence's last word, where the backward reader has only begun, instead of at its first word
def wrong_5(xs, lengths, h_0, forward, backward):
    T, N, _ = xs.shape
    H = h_0.size(2)
    output = xs.new_zeros(T, N, 2 * H)
    for k in range(N):
        n = lengths[k]
        f, _ = read(xs[:n, k : k + 1], h_0[0, k : k + 1], forward)
        b, _ = read(xs[:n, k : k + 1].flip(0), h_0[1, k : k + 1], backward)
        output[:n, k : k + 1] = torch.cat([f, b.flip(0)], dim=-1)
    ends = torch.tensor(lengths) - 1
    last = output[ends, torch.arange(N)]  # (N, 2H)
    h_n = torch.stack([last[:, :H], last[:, H:]])  # <-- here
    return output, h_n


# MISTAKE: the backward reader starts from the forward reader's first state h_0[0]
def wrong_6(xs, lengths, h_0, forward, backward):
    T, N = xs.shape[:2]
    columns, finals = [None] * N, [None] * N
    for n in sorted(set(lengths)):
        who = [k for k in range(N) if lengths[k] == n]
        part = xs[:n, who]
        start = h_0[0, who]
        f, hf = read(part, start, forward)
        b, hb = read(torch.flip(part, dims=[0]), start, backward)  # <-- here
        both = torch.cat([f, torch.flip(b, dims=[0])], dim=2)
        both = torch.nn.functional.pad(both, (0, 0, 0, 0, 0, T - n))
        for j, k in enumerate(who):
            columns[k] = both[:, j]
            finals[k] = torch.stack([hf[j], hb[j]])
    return torch.stack(columns, dim=1), torch.stack(finals, dim=1)


# MISTAKE: the sentences are sorted by length, longest first, and the results are never put back into the order of the batch
def wrong_7(xs, lengths, h_0, forward, backward):
    T, N, _ = xs.shape
    # longest sentence first, as for packing
    order = sorted(range(N), key=lambda k: -lengths[k])
    outs, ends = [], []
    for k in order:
        n = lengths[k]
        words = xs[:n, k].unsqueeze(1)
        f, hf = read(words, h_0[0, k].unsqueeze(0), forward)
        b, hb = read(words.flip(0), h_0[1, k].unsqueeze(0), backward)
        both = torch.cat([f, b.flip(0)], dim=-1)[:, 0]
        outs.append(torch.cat([both, both.new_zeros(T - n, both.size(1))]))
        ends.append(torch.cat([hf, hb]))
    return torch.stack(outs, dim=1), torch.stack(ends, dim=1)  # <-- here


# ------------------------------------------------------------------ pairs


# MISTAKE: the backward half comes before the forward half in the output; the last states are in the wrong order, backward before forward
def pair_1(xs, lengths, h_0, forward, backward):
    T, N, _ = xs.shape
    H = h_0.shape[-1]
    output = xs.new_zeros(T, N, 2 * H)
    h_n = h_0.clone()
    for k, n in enumerate(lengths):
        words = xs[:n, k : k + 1]
        f, f_last = read(words, h_0[0, k : k + 1], forward)
        b, b_last = read(words.flip(0), h_0[1, k : k + 1], backward)
        output[:n, k : k + 1] = torch.cat([b.flip(0), f], dim=-1)  # <-- here
        h_n[:, k] = torch.cat([b_last, f_last])  # <-- here
    return output, h_n


# MISTAKE: the mask is one step too long, so the first step of padding does not become zero; the forward reader starts from zeros instead of h_0[0]
def pair_2(xs, lengths, h_0, forward, backward):
    T, N, _ = xs.shape
    n = torch.as_tensor(lengths)
    t = torch.arange(T)[:, None]
    place = torch.where(t < n, n - 1 - t, t)
    col = torch.arange(N)
    f, _ = read(xs, torch.zeros_like(h_0[0]), forward)  # <-- here
    b, _ = read(xs[place, col], h_0[1], backward)
    output = torch.cat([f, b[place, col]], dim=-1)
    output = output.masked_fill((t > n).unsqueeze(-1), 0.0)  # <-- here
    return output, torch.stack([f[n - 1, col], b[n - 1, col]])


# MISTAKE: both readers use the forward weights; the last backward state is the first one that the reader made, at the sentence's last word
def pair_3(xs, lengths, h_0, forward, backward):
    T, N, _ = xs.shape
    H = h_0.shape[-1]
    output = torch.zeros(T, N, 2 * H, dtype=xs.dtype)
    h_n = torch.zeros(2, N, H, dtype=xs.dtype)
    for k, n in enumerate(lengths):
        sentence = xs[:n, k : k + 1]
        f, _ = read(sentence, h_0[0, k : k + 1], forward)
        b, _ = read(sentence.flip(0), h_0[1, k : k + 1], forward)  # <-- here
        output[:n, k, :H] = f[:, 0]
        output[:n, k, H:] = b.flip(0)[:, 0]
        h_n[0, k] = f[-1, 0]
        h_n[1, k] = b[0, 0]  # <-- here
    return output, h_n
