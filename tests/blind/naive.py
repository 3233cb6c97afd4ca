# ruff: noqa
import numpy as np
import torch


def right_1(series, starts, A, period):
    ahead = torch.arange(A) % period
    return series[starts.unsqueeze(1) - period + ahead]


def right_2(series, starts, A, period):
    result = series.new_zeros(len(starts), A)
    for n, s in enumerate(starts.tolist()):
        for a in range(A):
            result[n, a] = series[s - period + a % period]
    return result


def right_3(series, starts, A, period):
    rows = []
    for s in starts:
        known = series[s - period : s]
        times = -(-A // period)  # rounded up
        rows.append(known.repeat(times)[:A])
    return torch.stack(rows)


def right_4(series, starts, A, period):
    # write the forecast behind what is known, and look `period` hours back each time
    values = series.numpy()
    out = []
    for s in starts.numpy():
        assert period <= s <= len(values)
        history = list(values[s - period : s])
        for _ in range(A):
            history.append(history[-period])
        out.append(history[period:])
    return torch.from_numpy(np.array(out, dtype=values.dtype))


# MISTAKE: nothing is repeated, beyond one period it reads hours from the start on, which are not known
def wrong_1(series, starts, A, period):
    index = starts[:, None] - period + torch.arange(A)[None, :]  # <-- here
    return series[index]


# MISTAKE: it begins with hour s - period + 1 and comes to hour s - period last, one hour late
def wrong_2(series, starts, A, period):
    rows = []
    for s in starts.tolist():
        rows.append([series[s - period + a % period].item() for a in range(1, A + 1)])  # <-- here
    return torch.tensor(rows, dtype=series.dtype)


# MISTAKE: after one period the last known value goes on, instead of the period beginning again
def wrong_3(series, starts, A, period):
    steps = torch.arange(A).clamp(max=period - 1)  # <-- here
    return torch.stack([series[s - period + steps] for s in starts.tolist()])


# MISTAKE: the known hours are read backward, the newest first
def wrong_4(series, starts, A, period):
    forecast = torch.empty(len(starts), A, dtype=series.dtype)
    for a in range(A):
        back = a % period + 1
        forecast[:, a] = series[starts - back]  # <-- here
    return forecast


# MISTAKE: each value is repeated several times in a row, not the period as a whole
def wrong_5(series, starts, A, period):
    x = series.numpy()
    times = (A + period - 1) // period
    rows = [np.repeat(x[s - period : s], times)[:A] for s in starts.tolist()]  # <-- here
    return torch.from_numpy(np.stack(rows))


# MISTAKE: all windows get the last hours of the whole series, whatever their start
def wrong_6(series, starts, A, period):
    last = series[-period:]  # <-- here
    row = last.repeat(A // period + 1)[:A]
    return row.expand(len(starts), A).clone()


# MISTAKE: the place in the period goes by the hour's number and not by the distance from the start
def wrong_7(series, starts, A, period):
    hours = starts.view(-1, 1) + torch.arange(A)
    phase = hours % period  # <-- here
    return series[starts.view(-1, 1) - period + phase]


# MISTAKE: the known part is cut one hour too early, the last known hour is missing and an older one is in it
# MISTAKE: the forecast is filled up with the mean of the period once it is used up
def pair_1(series, starts, A, period):
    rows = []
    for s in starts.tolist():
        first = max(s - period - 1, 0)
        known = series[first : first + period]  # <-- here
        row = known[:A]
        rest = A - len(row)
        if rest > 0:
            row = torch.cat([row, known.mean().expand(rest)])  # <-- here
        rows.append(row)
    return torch.stack(rows)


# MISTAKE: backward in time within the period
# MISTAKE: the first start serves for all windows
def pair_2(series, starts, A, period):
    s = int(starts[0])  # <-- here
    known = series[s - period : s].flip(0)  # <-- here
    row = torch.cat([known] * (A // period + 1))[:A]
    return torch.stack([row for _ in starts])


# MISTAKE: from the second repetition on only the last known value is given
# MISTAKE: it begins with the second hour of the period instead of the first, one hour late
def pair_3(series, starts, A, period):
    out = torch.zeros(len(starts), A, dtype=series.dtype)
    for n in range(len(starts)):
        s = int(starts[n])
        for a in range(A):
            if a < period:
                out[n, a] = series[s - period + (a + 1) % period]  # <-- here
            else:
                out[n, a] = series[s - 1]  # <-- here
    return out
