# ruff: noqa
import torch


def right_1(xs, lengths, h_0, forward, backward):
    T, N, _ = xs.shape
    H = h_0.shape[-1]
    output = xs.new_zeros(T, N, 2 * H)
    h_n = torch.zeros_like(h_0)
    for k, n in enumerate(lengths):
        words = xs[:n, k : k + 1]
        there, h_n[0, k : k + 1] = read(words, h_0[0, k : k + 1], forward)
        back, h_n[1, k : k + 1] = read(words.flip(0), h_0[1, k : k + 1], backward)
        output[:n, k : k + 1] = torch.cat((there, back.flip(0)), dim=-1)
    return output, h_n


def right_2(xs, lengths, h_0, forward, backward):
    def turn(a):
        b = a.clone()
        for k, n in enumerate(lengths):
            b[:n, k] = a[:n, k].flip(0)
        return b

    f, _ = read(xs, h_0[0], forward)
    b, _ = read(turn(xs), h_0[1], backward)
    last_f = torch.stack([f[n - 1, k] for k, n in enumerate(lengths)])
    last_b = torch.stack([b[n - 1, k] for k, n in enumerate(lengths)])
    output = torch.cat([f, turn(b)], dim=2)
    for k, n in enumerate(lengths):
        output[n:, k] = 0
    return output, torch.stack([last_f, last_b])


def right_3(xs, lengths, h_0, forward, backward):
    # hold each state still while its sentence is at its padding
    T, N = xs.shape[0], xs.shape[1]
    lens = torch.tensor(lengths)
    halves, finals = [], []
    for weights, h, order in zip((forward, backward), h_0, (range(T), reversed(range(T)))):
        W_ih, W_hh, b_ih, b_hh = weights
        outs = [None] * T
        for t in order:
            alive = (t < lens).unsqueeze(1)  # (N, 1)
            new = torch.tanh(xs[t] @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
            h = torch.where(alive, new, h)
            outs[t] = torch.where(alive, new, torch.zeros_like(new))
        halves.append(torch.stack(outs))
        finals.append(h)
    return torch.cat(halves, dim=-1), torch.stack(finals)


def right_4(xs, lengths, h_0, forward, backward):
    T, N, _ = xs.shape
    assert h_0.shape[:2] == (2, N) and len(lengths) == N
    n = torch.as_tensor(lengths).reshape(1, N)
    t = torch.arange(T).reshape(T, 1)
    inside = t < n
    mirror = torch.where(inside, n - 1 - t, t)  # (T, N)
    batch = torch.arange(N)

    left, _ = read(xs, h_0[0], forward)
    right, _ = read(xs[mirror, batch], h_0[1], backward)
    right = right[mirror, batch]
    output = torch.cat((left, right), -1).masked_fill(~inside.unsqueeze(-1), 0.0)
    h_n = torch.stack((left[n[0] - 1, batch], right[0]))
    return output, h_n


# MISTAKE: the whole batch is flipped in time, so for a short sentence the backward reader starts in the padding
def wrong_1(xs, lengths, h_0, forward, backward):
    f, _ = read(xs, h_0[0], forward)
    b, last_b = read(xs.flip(0), h_0[1], backward)  # <-- here
    b = b.flip(0)
    output = torch.cat((f, b), dim=-1)
    last_f = h_0[0].clone()
    for k, n in enumerate(lengths):
        output[n:, k] = 0
        last_f[k] = f[n - 1, k]
    return output, torch.stack((last_f, last_b))


# MISTAKE: the output at the padding is not set to zero
def wrong_2(xs, lengths, h_0, forward, backward):
    def reverse(a):
        r = a.clone()
        for k, n in enumerate(lengths):
            r[:n, k] = a[:n, k].flip(0)
        return r

    fwd, _ = read(xs, h_0[0], forward)
    bwd, _ = read(reverse(xs), h_0[1], backward)
    idx = torch.tensor(lengths) - 1
    cols = torch.arange(len(lengths))
    h_n = torch.stack((fwd[idx, cols], bwd[idx, cols]))
    output = torch.cat((fwd, reverse(bwd)), dim=-1)  # <-- here
    return output, h_n


# MISTAKE: the forward reader's last state is the one at the end of the tensor, after it has read the padding
def wrong_3(xs, lengths, h_0, forward, backward):
    T, N, I = xs.shape
    turned = xs.clone()
    for j in range(N):
        turned[: lengths[j], j] = xs[: lengths[j], j].flip(0)
    out_f, h_f = read(xs, h_0[0], forward)
    out_b, _ = read(turned, h_0[1], backward)
    H = out_f.shape[2]
    output = torch.zeros(T, N, 2 * H, dtype=xs.dtype)
    h_b = torch.zeros(N, H, dtype=xs.dtype)
    for j in range(N):
        n = lengths[j]
        output[:n, j, :H] = out_f[:n, j]
        output[:n, j, H:] = out_b[:n, j].flip(0)
        h_b[j] = out_b[n - 1, j]
    return output, torch.stack([h_f, h_b])  # <-- here


# MISTAKE: the backward states stay in the order in which they were read and are not turned back to their words
def wrong_4(xs, lengths, h_0, forward, backward):
    T, N, _ = xs.shape
    H = h_0.shape[2]
    output = xs.new_zeros(T, N, 2 * H)
    h_n = h_0.clone()
    for k in range(N):
        n = lengths[k]
        s = xs[:n, k : k + 1]
        f, hf = read(s, h_0[0, k : k + 1], forward)
        b, hb = read(torch.flip(s, [0]), h_0[1, k : k + 1], backward)
        output[:n, k : k + 1] = torch.cat([f, b], dim=2)  # <-- here
        h_n[0, k], h_n[1, k] = hf[0], hb[0]
    return output, h_n


# MISTAKE: both readers start from the forward reader's first state
def wrong_5(xs, lengths, h_0, forward, backward):
    outs, hf_all, hb_all = [], [], []
    T = xs.shape[0]
    for k, n in enumerate(lengths):
        sentence = xs[:n, k].unsqueeze(1)
        start = h_0[0, k].unsqueeze(0)
        f, hf = read(sentence, start, forward)
        b, hb = read(sentence.flip(0), start, backward)  # <-- here
        both = torch.cat((f, b.flip(0)), dim=-1)
        pad = both.new_zeros(T - n, 1, both.shape[-1])
        outs.append(torch.cat((both, pad), dim=0))
        hf_all.append(hf)
        hb_all.append(hb)
    return torch.cat(outs, dim=1), torch.stack((torch.cat(hf_all), torch.cat(hb_all)))


# MISTAKE: the mask reaches one step too far, so the first step of padding is not set to zero
def wrong_6(xs, lengths, h_0, forward, backward):
    T, N = xs.shape[:2]
    L = torch.tensor(lengths)
    steps = torch.arange(T).unsqueeze(1)
    source = torch.where(steps < L, L - 1 - steps, steps).unsqueeze(-1)
    hs_f, _ = read(xs, h_0[0], forward)
    hs_b, _ = read(xs.gather(0, source.expand_as(xs)), h_0[1], backward)
    hs_b = hs_b.gather(0, source.expand_as(hs_b))
    mask = (steps <= L).unsqueeze(-1)  # <-- here
    output = torch.where(mask, torch.cat((hs_f, hs_b), -1), 0.0)
    h_n = torch.stack((hs_f[L - 1, torch.arange(N)], hs_b[0]))
    return output, h_n


# MISTAKE: the backward half of h_n is taken at the sentence's last word, where the backward reader has only just begun
def wrong_7(xs, lengths, h_0, forward, backward):
    T, N, _ = xs.shape
    H = h_0.shape[-1]
    output = xs.new_zeros(T, N, 2 * H)
    for k, n in enumerate(lengths):
        f = read(xs[:n, k : k + 1], h_0[0][k : k + 1], forward)[0]
        b = read(xs[:n, k : k + 1].flip(0), h_0[1][k : k + 1], backward)[0].flip(0)
        output[:n, k, :H] = f[:, 0]
        output[:n, k, H:] = b[:, 0]
    ends = torch.stack([output[n - 1, k] for k, n in enumerate(lengths)])  # (N, 2H)
    return output, torch.stack((ends[:, :H], ends[:, H:]))  # <-- here


# MISTAKE: the halves of the output are the wrong way round, backward first
# MISTAKE: the backward reader starts from h_0[0] instead of h_0[1]
def pair_1(xs, lengths, h_0, forward, backward):
    T, N, _ = xs.shape
    H = h_0.shape[-1]
    output = xs.new_zeros(T, N, 2 * H)
    h_n = torch.empty_like(h_0)
    for k, n in enumerate(lengths):
        words = xs[:n, k : k + 1]
        f, h_n[0, k : k + 1] = read(words, h_0[0, k : k + 1], forward)
        b, h_n[1, k : k + 1] = read(words.flip(0), h_0[0, k : k + 1], backward)  # <-- here
        output[:n, k : k + 1] = torch.cat((b.flip(0), f), dim=-1)  # <-- here
    return output, h_n


# MISTAKE: the backward reader gets the flipped tensor, padding first
# MISTAKE: the padding of the output is not zeroed
def pair_2(xs, lengths, h_0, forward, backward):
    f, _ = read(xs, h_0[0], forward)
    b, h_b = read(xs.flip(0), h_0[1], backward)  # <-- here
    h_f = torch.stack([f[n - 1, k] for k, n in enumerate(lengths)])
    output = torch.cat((f, b.flip(0)), dim=-1)  # <-- here
    return output, torch.stack((h_f, h_b))


# MISTAKE: the backward outputs are not turned back into the order of the words
# MISTAKE: the forward state is the last of the tensor, not the one after the sentence's own last word
def pair_3(xs, lengths, h_0, forward, backward):
    turned = xs.clone()
    for k, n in enumerate(lengths):
        turned[:n, k] = xs[:n, k].flip(0)
    f, _ = read(xs, h_0[0], forward)
    b, _ = read(turned, h_0[1], backward)
    output = torch.cat((f, b), dim=-1)  # <-- here
    h_b = torch.stack([b[n - 1, k] for k, n in enumerate(lengths)])
    for k, n in enumerate(lengths):
        output[n:, k] = 0
    return output, torch.stack((f[-1], h_b))  # <-- here
