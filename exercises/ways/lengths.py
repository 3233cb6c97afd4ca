"""Plain ways of right answers, one thought a line: mistakes are edits of these lines."""

import torch


def pad(sequences):
    lengths = [len(s) for s in sequences]
    T = max(lengths)
    N = len(sequences)
    padded = sequences[0].new_zeros(T, N, sequences[0].shape[1])
    for n, s in enumerate(sequences):
        padded[: len(s), n] = s
    return padded, lengths


def make_mask(lengths, T):
    steps = torch.arange(T)
    steps = steps.unsqueeze(1)
    mask = steps < lengths
    return mask


def last_states(output, lengths):
    last = lengths - 1
    rows = torch.arange(len(lengths))
    return output[last, rows]


def masked_mean(output, lengths):
    T = output.shape[0]
    mask = torch.arange(T).unsqueeze(1) < lengths
    mask = mask.unsqueeze(2)
    words = output * mask
    sums = words.sum(0)
    counts = lengths.unsqueeze(1)
    mean = sums / counts
    return mean


def masked_loss(logits, targets, lengths):
    T = logits.shape[0]
    log_p = logits.log_softmax(2)
    losses = -log_p.gather(2, targets.unsqueeze(2)).squeeze(2)
    mask = torch.arange(T).unsqueeze(1) < lengths
    total = losses[mask].sum()
    count = lengths.sum()
    return total / count


def sort_by_length(lengths):
    order = torch.argsort(lengths, descending=True, stable=True)
    back = torch.argsort(order)
    return order, back


def pack(padded, lengths):
    batch_sizes = []
    rows = []
    for t in range(int(lengths.max())):
        size = int((lengths > t).sum())
        batch_sizes.append(size)
        rows.append(padded[t, :size])
    data = torch.cat(rows)
    return data, batch_sizes


def unpack(data, batch_sizes):
    T = len(batch_sizes)
    N = batch_sizes[0]
    padded = data.new_zeros(T, N, data.shape[1])
    lengths = [0] * N
    start = 0
    for t, size in enumerate(batch_sizes):
        padded[t, :size] = data[start : start + size]
        start = start + size
        for n in range(size):
            lengths[n] = lengths[n] + 1
    return padded, lengths


def rnn_packed(data, batch_sizes, h0, W_ih, W_hh, b_ih, b_hh):
    h = h0
    outputs = []
    start = 0
    for size in batch_sizes:
        x = data[start : start + size]
        start = start + size
        before = h[:size]
        a = x @ W_ih.T + b_ih + before @ W_hh.T + b_hh
        going = torch.tanh(a)
        outputs.append(going)
        h = torch.cat([going, h[size:]])
    output = torch.cat(outputs)
    return output, h
