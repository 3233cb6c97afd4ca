# ruff: noqa
import torch


def right_1(data, batch_sizes):
    """The table (T, N, I) with zeros at the padding, and the list of lengths."""
    T, N = len(batch_sizes), batch_sizes[0]
    table = data.new_zeros(T, N, data.shape[1])
    lengths = [0] * N
    start = 0
    for t, size in enumerate(batch_sizes):
        table[t, :size] = data[start : start + size]
        start += size
        for n in range(size):
            lengths[n] += 1
    return table, lengths


def right_2(data, batch_sizes):
    """The table (T, N, I) with zeros at the padding, and the list of lengths."""
    sizes = torch.tensor(batch_sizes)
    mask = torch.arange(batch_sizes[0]) < sizes.unsqueeze(1)  # (T, N)
    table = data.new_zeros(*mask.shape, data.shape[-1])
    table[mask] = data  # row by row, which is the order of data
    return table, mask.sum(dim=0).tolist()


def right_3(data, batch_sizes):
    """The table (T, N, I) with zeros at the padding, and the list of lengths."""
    N, I = batch_sizes[0], data.shape[1]
    steps = [
        torch.cat([rows, data.new_zeros(N - len(rows), I)]) for rows in data.split(batch_sizes)
    ]
    lengths = []
    # from the last step to the first: whoever is new there ends there
    for t in reversed(range(len(batch_sizes))):
        lengths += [t + 1] * (batch_sizes[t] - len(lengths))
    return torch.stack(steps), lengths


def _starts(batch_sizes):
    if not batch_sizes:
        return []
    return [0] + [s + batch_sizes[0] for s in _starts(batch_sizes[1:])]


def right_4(data, batch_sizes):
    """The table (T, N, I) with zeros at the padding, and the list of lengths."""
    starts = _starts(list(batch_sizes))
    lengths = [sum(b > n for b in batch_sizes) for n in range(batch_sizes[0])]
    table = data.new_zeros(len(batch_sizes), len(lengths), data.shape[1])
    for n, length in enumerate(lengths):
        table[:length, n] = data[[s + n for s in starts[:length]]]
    return table, lengths


# MISTAKE: the rows of step t are taken from row t on, not from the sum of the sizes before it
def wrong_1(data, batch_sizes):
    T, N = len(batch_sizes), batch_sizes[0]
    table = data.new_zeros(T, N, data.shape[1])
    for t, size in enumerate(batch_sizes):
        table[t, :size] = data[t : t + size]  # <-- here
    lengths = [sum(1 for b in batch_sizes if b > n) for n in range(N)]
    return table, lengths


# MISTAKE: the mask is summed over the sentences, so the lengths are the batch sizes again
def wrong_2(data, batch_sizes):
    sizes = torch.tensor(batch_sizes)
    mask = torch.arange(batch_sizes[0]) < sizes[:, None]
    table = data.new_zeros(len(sizes), batch_sizes[0], data.shape[1])
    table[mask] = data
    lengths = mask.sum(dim=1).tolist()  # <-- here
    return table, lengths


# MISTAKE: a sentence counts as going on if the batch size is at least its number (>= instead of >), so all lengths but the first can be too large
def wrong_3(data, batch_sizes):
    N = batch_sizes[0]
    table = data.new_zeros(len(batch_sizes), N, data.shape[1])
    for t, rows in enumerate(data.split(batch_sizes)):
        table[t, : len(rows)] = rows
    lengths = [sum(b >= n for b in batch_sizes) for n in range(N)]  # <-- here
    return table, lengths


# MISTAKE: the zeros stand before the rows of a step and not after them, so rows land in the wrong columns
def wrong_4(data, batch_sizes):
    N, I = batch_sizes[0], data.shape[1]
    steps = []
    for rows in data.split(batch_sizes):
        zeros = data.new_zeros(N - len(rows), I)
        steps.append(torch.cat([zeros, rows]))  # <-- here
    lengths = [sum(n < b for b in batch_sizes) for n in range(N)]
    return torch.stack(steps), lengths


# MISTAKE: data is read as one sentence after the other, but it is one time step after the other
def wrong_5(data, batch_sizes):
    mask = torch.arange(batch_sizes[0])[:, None] < torch.tensor(batch_sizes)  # (N, T)
    table = data.new_zeros(*mask.shape, data.shape[1])
    table[mask] = data  # <-- here
    return table.transpose(0, 1), mask.sum(1).tolist()


# MISTAKE: the lengths are noted when the sentences end, so the shortest comes first and the order is the wrong way round
def wrong_6(data, batch_sizes):
    T, N = len(batch_sizes), batch_sizes[0]
    table = data.new_zeros(T, N, data.shape[1])
    lengths = []
    start = 0
    for t in range(T):
        size = batch_sizes[t]
        table[t, :size] = data[start : start + size]
        start = start + size
        following = batch_sizes[t + 1] if t + 1 < T else 0
        for _ in range(size - following):
            lengths.append(t + 1)  # <-- here
    return table, lengths


# MISTAKE: a sentence that has ended keeps its last word in the padding, where there should be zeros
def wrong_7(data, batch_sizes):
    step = data[: batch_sizes[0]].clone()
    rest = data
    steps = []
    for size in batch_sizes:
        step = step.clone()  # <-- here
        step[:size], rest = rest[:size], rest[size:]
        steps.append(step)
    lengths = [sum(size > n for size in batch_sizes) for n in range(batch_sizes[0])]
    return torch.stack(steps), lengths


# MISTAKE: the last time step is never filled in; the table is returned with the sentences first, (N, T, I)
def pair_1(data, batch_sizes):
    T, N = len(batch_sizes), batch_sizes[0]
    table = data.new_zeros(T, N, data.shape[1])
    start = 0
    for t in range(T - 1):  # <-- here
        table[t, : batch_sizes[t]] = data[start : start + batch_sizes[t]]
        start += batch_sizes[t]
    lengths = [sum(b > n for b in batch_sizes) for n in range(N)]
    return table.transpose(0, 1), lengths  # <-- here


# MISTAKE: the padding is filled with ones; the lengths are one too small, because the last step is given and not the number of steps
def pair_2(data, batch_sizes):
    N = batch_sizes[0]
    mask = torch.arange(N) < torch.tensor(batch_sizes).unsqueeze(1)
    table = data.new_ones(*mask.shape, data.shape[-1])  # <-- here
    table[mask] = data
    lengths = [max(t for t, b in enumerate(batch_sizes) if b > n) for n in range(N)]  # <-- here
    return table, lengths


# MISTAKE: the rows of each step are put in from the last sentence to the first; batch_sizes is returned as the lengths
def pair_3(data, batch_sizes):
    rows = list(data)
    table = data.new_zeros(len(batch_sizes), batch_sizes[0], data.shape[1])
    for t, size in enumerate(batch_sizes):
        for n in reversed(range(size)):  # <-- here
            table[t, n] = rows.pop(0)
    return table, list(batch_sizes)  # <-- here
