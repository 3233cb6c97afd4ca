# ruff: noqa
import torch


# ---------------------------------------------------------------- right


def right_1(series, W, A):
    N = len(series) - W - A + 1
    inputs = torch.stack([series[n : n + W] for n in range(N)])
    targets = torch.stack([series[n + W : n + W + A] for n in range(N)])
    return inputs, targets


def right_2(series, W, A):
    both = series.unfold(0, W + A, 1)
    return both[:, :W], both[:, W:]


def right_3(series, W, A):
    T = series.shape[0]
    assert T >= W + A, "series too short"
    first = torch.arange(T - W - A + 1)[:, None]
    inputs = series[first + torch.arange(W)]
    targets = series[first + torch.arange(W, W + A)]
    return inputs, targets


def right_4(series, W, A):
    T = series.numel()
    N = T - W - A + 1
    X = torch.empty(N, W, dtype=series.dtype)
    Y = torch.empty(N, A, dtype=series.dtype)
    # column by column instead of window by window
    for j in range(W):
        X[:, j] = series[j : j + N]
    for j in range(A):
        Y[:, j] = series[W + j : W + j + N]
    return X, Y


# ---------------------------------------------------------------- wrong


# MISTAKE: the last window is missing, because the + 1 in the number of windows was forgotten
def wrong_1(series, W, A):
    N = len(series) - W - A  # <-- here
    inputs = torch.stack([series[n : n + W] for n in range(N)])
    targets = torch.stack([series[n + W : n + W + A] for n in range(N)])
    return inputs, targets


# MISTAKE: the targets begin one hour too early, with the last hour that the window already knows
def wrong_2(series, W, A):
    T = len(series)
    xs, ys = [], []
    for start in range(W, T - A + 1):
        xs.append(series[start - W : start])
        ys.append(series[start - 1 : start - 1 + A])  # <-- here
    return torch.stack(xs), torch.stack(ys)


# MISTAKE: the table of shifted series is (W, N) and is reshaped to (N, W) instead of transposed, so the rows are no windows
def wrong_3(series, W, A):
    T = len(series)
    N = T - W - A + 1
    columns = [series[k : k + N] for k in range(W + A)]
    inputs = torch.stack(columns[:W]).reshape(N, W)  # <-- here
    targets = torch.stack(columns[W:]).reshape(N, A)  # <-- here
    return inputs, targets


# MISTAKE: the targets are shifted one hour too far, so the hour right after the window is left out (and the last target wraps round)
def wrong_4(series, W, A):
    N = series.shape[0] - W - A + 1
    next_hour = torch.roll(series, -1)  # <-- here
    inputs = []
    targets = []
    for n in range(N):
        inputs.append(series[n : n + W])
        targets.append(next_hour[n + W : n + W + A])  # <-- here
    return torch.stack(inputs), torch.stack(targets)


# MISTAKE: the inputs come with the newest hour first
def wrong_5(series, W, A):
    N = series.size(0) - (W + A) + 1
    inputs = torch.zeros(N, W, dtype=series.dtype)
    targets = torch.zeros(N, A, dtype=series.dtype)
    for n in range(N):
        start = n + W
        for k in range(W):
            inputs[n, k] = series[start - 1 - k]  # <-- here
        for a in range(A):
            targets[n, a] = series[start + a]
    return inputs, targets


# MISTAKE: W and A are mixed up in the offset, the targets start at hour n + A instead of n + W
def wrong_6(series, W, A):
    count = len(series) - W - A + 1
    inputs = series.unfold(0, W, 1)[:count]
    targets = series.unfold(0, A, 1)[A : A + count]  # <-- here
    return inputs, targets


# MISTAKE: the future is on the wrong side, the first A hours become the targets and the W hours after them the inputs
def wrong_7(series, W, A):
    idx = torch.arange(W + A)[None, :] + torch.arange(len(series) - W - A + 1)[:, None]
    table = series[idx]
    targets, inputs = table.split([A, W], dim=1)  # <-- here
    return inputs, targets


# ---------------------------------------------------------------- pair


# MISTAKE: the last window is missing (no + 1 in the count)
# MISTAKE: the targets begin with the window's last known hour
def pair_1(series, W, A):
    inputs, targets = [], []
    for n in range(len(series) - W - A):  # <-- here
        inputs.append(series[n : n + W])
        targets.append(series[n + W - 1 : n + W + A - 1])  # <-- here
    return torch.stack(inputs), torch.stack(targets)


# MISTAKE: the windows go on by A hours each time instead of by one
# MISTAKE: the inputs are turned round, newest hour first
def pair_2(series, W, A):
    all_ = series.unfold(0, W + A, A)  # <-- here
    inputs = all_[:, :W].flip(1)  # <-- here
    targets = all_[:, W:]
    return inputs, targets


# MISTAKE: the targets start one hour too late, so that one hour is lost in between
# MISTAKE: the first window is left out, the counting begins at 1
def pair_3(series, W, A):
    T = len(series)
    n = torch.arange(1, T - W - A + 1)  # <-- here
    rows_x = n[:, None] + torch.arange(W)[None, :]
    rows_y = n[:, None] + W + 1 + torch.arange(A)[None, :]  # <-- here
    return series[rows_x], series[rows_y.clamp(max=T - 1)]
