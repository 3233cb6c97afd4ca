# ruff: noqa
import torch


def right_1(data, batch_sizes):
    T, N = len(batch_sizes), batch_sizes[0]
    table = data.new_zeros(T, N, data.shape[1])
    lengths = [0] * N
    start = 0
    for t, b in enumerate(batch_sizes):
        table[t, :b] = data[start : start + b]
        start += b
        for n in range(b):
            lengths[n] += 1
    return table, lengths


def right_2(data, batch_sizes):
    N, I = batch_sizes[0], data.size(1)
    steps = []
    for rows in torch.split(data, batch_sizes):
        fill = data.new_zeros(N - rows.size(0), I)
        steps.append(torch.cat([rows, fill]))
    lengths = [sum(1 for b in batch_sizes if b > n) for n in range(N)]
    return torch.stack(steps), lengths


def right_3(data, batch_sizes):
    # a boolean mask, filled in row-major order, which is the order of the packed rows
    assert sum(batch_sizes) == len(data)
    sizes = torch.tensor(batch_sizes)
    mask = torch.arange(batch_sizes[0]) < sizes[:, None]  # (T, N)
    table = torch.zeros(*mask.shape, data.shape[-1], dtype=data.dtype)
    table[mask] = data
    return table, mask.sum(dim=0).tolist()


def right_4(data, batch_sizes):
    def starts():
        total, result = 0, []
        for b in batch_sizes:
            result.append(total)
            total = total + b
        return result

    first = starts()
    N, T = max(batch_sizes), len(batch_sizes)
    columns, lengths = [], []
    for n in range(N):
        mine = [data[first[t] + n] for t in range(T) if n < batch_sizes[t]]
        lengths.append(len(mine))
        mine += [torch.zeros_like(data[0])] * (T - len(mine))
        columns.append(torch.stack(mine))
    return torch.stack(columns, dim=1), lengths


# MISTAKE: returns the batch sizes as the lengths
def wrong_1(data, batch_sizes):
    T = len(batch_sizes)
    N = batch_sizes[0]
    table = data.new_zeros(T, N, data.shape[1])
    i = 0
    for t in range(T):
        b = batch_sizes[t]
        table[t, :b] = data[i : i + b]
        i += b
    lengths = list(batch_sizes)  # <-- here
    return table, lengths


# MISTAKE: the position in data moves on by only one row per step, not by the rows that were read
def wrong_2(data, batch_sizes):
    N = batch_sizes[0]
    table = torch.zeros(len(batch_sizes), N, data.size(-1), dtype=data.dtype)
    pos = 0
    for t, b in enumerate(batch_sizes):
        table[t, 0:b] = data[pos : pos + b]
        pos += 1  # <-- here
    lengths = [sum(b > n for b in batch_sizes) for n in range(N)]
    return table, lengths


# MISTAKE: reads data as if it held one sentence after the other, not one time step after the other
def wrong_3(data, batch_sizes):
    T, N = len(batch_sizes), batch_sizes[0]
    lengths = [len([b for b in batch_sizes if b > n]) for n in range(N)]
    padded = data.new_zeros(T, N, data.shape[1])
    for n, sentence in enumerate(data.split(lengths)):  # <-- here
        padded[: lengths[n], n] = sentence
    return padded, lengths


# MISTAKE: the rows of a step are written to the last columns instead of the first ones
def wrong_4(data, batch_sizes):
    N = batch_sizes[0]
    I = data.shape[1]
    steps = []
    begin = 0
    for b in batch_sizes:
        rows = data[begin : begin + b]
        begin = begin + b
        steps.append(torch.cat([data.new_zeros(N - b, I), rows]))  # <-- here
    lengths = [sum(1 for b in batch_sizes if b > n) for n in range(N)]
    return torch.stack(steps), lengths


# MISTAKE: off by one in the lengths, the index of the last step instead of the number of steps
def wrong_5(data, batch_sizes):
    table = data.new_zeros(len(batch_sizes), batch_sizes[0], data.shape[1])
    lengths = [0] * batch_sizes[0]
    row = 0
    for t in range(len(batch_sizes)):
        for n in range(batch_sizes[t]):
            table[t, n] = data[row]
            lengths[n] = t  # <-- here
            row += 1
    return table, lengths


# MISTAKE: the table always has torch's default dtype, not that of data
def wrong_6(data, batch_sizes):
    sizes = torch.as_tensor(batch_sizes)
    N = int(sizes[0])
    mask = torch.arange(N).unsqueeze(0) < sizes.unsqueeze(1)
    table = torch.zeros(len(sizes), N, data.shape[1])  # <-- here
    table[mask] = data.float()
    lengths = mask.sum(0).tolist()
    return table, lengths


# MISTAKE: where a sentence has ended its last word is kept instead of zeros
def wrong_7(data, batch_sizes):
    N = batch_sizes[0]
    current = data[:N].clone()
    steps, lengths = [], [0 for _ in range(N)]
    offset = 0
    for b in batch_sizes:
        current = current.clone()  # <-- here
        current[:b] = data[offset : offset + b]
        steps.append(current)
        lengths = [l + 1 if n < b else l for n, l in enumerate(lengths)]
        offset += b
    return torch.stack(steps), lengths


# MISTAKE: counts a step for sentence n when the batch size is at least n, so every sentence but the first may get one step too many
# MISTAKE: always reads the first rows of data, the position does not move on at all
def pair_1(data, batch_sizes):
    T, N = len(batch_sizes), batch_sizes[0]
    table = data.new_zeros(T, N, data.shape[1])
    for t, b in enumerate(batch_sizes):
        table[t, :b] = data[:b]  # <-- here
    lengths = []
    for n in range(N):
        lengths.append(sum(1 for b in batch_sizes if b >= n))  # <-- here
    return table, lengths


# MISTAKE: the lengths come with the shortest first, while the first column is the longest sentence
# MISTAKE: each sentence is aligned to the end of the table, its padding stands in front
def pair_2(data, batch_sizes):
    T = len(batch_sizes)
    N = batch_sizes[0]
    lengths = [sum(1 for b in batch_sizes if n < b) for n in range(N)]
    table = data.new_zeros(T, N, data.size(1))
    i = 0
    for t in range(T):
        for n in range(batch_sizes[t]):
            table[T - lengths[n] + t, n] = data[i]  # <-- here
            i += 1
    return table, sorted(lengths)  # <-- here


# MISTAKE: the padding is minus one instead of zero
# MISTAKE: all sentences are said to have the length T
def pair_3(data, batch_sizes):
    T, N = len(batch_sizes), batch_sizes[0]
    out = torch.full((T, N, data.shape[1]), -1, dtype=data.dtype)  # <-- here
    for t, part in enumerate(torch.split(data, batch_sizes)):
        out[t, : len(part)] = part
    lengths = [len(out[:, n]) for n in range(N)]  # <-- here
    return out, lengths
