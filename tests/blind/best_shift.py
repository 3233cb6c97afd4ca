# ruff: noqa
import math

import torch
import numpy as np


def right_1(forecast, truth, most):
    T = len(truth)
    correlations = []
    for s in range(most + 1):
        pair = torch.stack([forecast[s:], truth[: T - s]])
        correlations.append(torch.corrcoef(pair)[0, 1])
    correlations = torch.stack(correlations)
    return int(correlations.argmax()), correlations


def right_2(forecast, truth, most):
    f, y = forecast.tolist(), truth.tolist()
    T = len(f)
    r = []
    for s in range(most + 1):
        n = T - s
        f_mean = sum(f[t] for t in range(s, T)) / n
        y_mean = sum(y[t - s] for t in range(s, T)) / n
        top = ff = yy = 0.0
        for t in range(s, T):
            a, b = f[t] - f_mean, y[t - s] - y_mean
            top += a * b
            ff += a * a
            yy += b * b
        r.append(top / math.sqrt(ff * yy))
    shift = r.index(max(r))
    return shift, torch.tensor(r, dtype=forecast.dtype)


def right_3(forecast, truth, most):
    fs, ys = forecast.numpy(), truth.numpy()
    r = np.array([np.corrcoef(fs[s:], ys[: len(ys) - s])[1, 0] for s in range(most + 1)])
    return np.argmax(r).item(), torch.from_numpy(r).to(forecast.dtype)


def right_4(forecast, truth, most):
    # all shifts at once: row s holds f_t and y_(t-s), and a mask says for which t there are both
    T = forecast.shape[0]
    s, t = torch.arange(most + 1)[:, None], torch.arange(T)[None, :]
    both = (t >= s).to(forecast.dtype)
    lagged = truth[(t - s).clamp(min=0)]
    count = both.sum(1, keepdim=True)
    f = (forecast - (both * forecast).sum(1, keepdim=True) / count) * both
    y = (lagged - (both * lagged).sum(1, keepdim=True) / count) * both
    r = (f * y).sum(1) / ((f**2).sum(1) * (y**2).sum(1)).sqrt()
    return r.max(0).indices.item(), r


# MISTAKE: shifts the wrong one: compares the forecast at t with the truth s hours later
def wrong_1(forecast, truth, most):
    T = forecast.numel()
    r = torch.empty(most + 1, dtype=forecast.dtype)
    for s in range(most + 1):
        f, y = forecast[: T - s], truth[s:]  # <-- here
        r[s] = torch.corrcoef(torch.stack((f, y)))[0, 1]
    return r.argmax().item(), r


# MISTAKE: the loop ends one too early, the largest shift `most` is never tried (its correlation stays 0)
def wrong_2(forecast, truth, most):
    correlations = torch.zeros(most + 1, dtype=truth.dtype)
    s = 0
    while s < most:  # <-- here
        a = forecast[s:] - forecast[s:].mean()
        b = truth[: len(truth) - s] - truth[: len(truth) - s].mean()
        correlations[s] = (a * b).sum() / torch.sqrt((a * a).sum() * (b * b).sum())
        s += 1
    return int(torch.argmax(correlations)), correlations


# MISTAKE: takes the means of the whole series, not of just the numbers that are in the sums
def wrong_3(forecast, truth, most):
    df = forecast - forecast.mean()  # <-- here
    dy = truth - truth.mean()  # <-- here

    def r(s):
        x, y = df[s:], dy[: len(dy) - s]
        return (x @ y) / ((x @ x) * (y @ y)).sqrt()

    values = torch.stack([r(s) for s in range(most + 1)])
    return values.argmax().item(), values


# MISTAKE: turns the truth round in a circle (the last hours come in at the front) instead of leaving out the hours without a partner
def wrong_4(forecast, truth, most):
    rows = [torch.roll(truth, s) for s in range(most + 1)]  # <-- here
    corrs = torch.stack([torch.corrcoef(torch.stack([forecast, row]))[0, 1] for row in rows])
    best = torch.argsort(corrs, descending=True)[0]
    return int(best), corrs


# MISTAKE: forgets the square root in the denominator
def wrong_5(forecast, truth, most):
    T = len(forecast)
    out = []
    for s in range(0, most + 1):
        f_part = forecast[s:T]
        y_part = truth[0 : T - s]
        f_dev = f_part - torch.mean(f_part)
        y_dev = y_part - torch.mean(y_part)
        numerator = torch.sum(f_dev * y_dev)
        denominator = torch.sum(f_dev**2) * torch.sum(y_dev**2)  # <-- here
        out.append((numerator / denominator).item())
    return out.index(max(out)), torch.tensor(out, dtype=forecast.dtype)


# MISTAKE: takes a number on the diagonal of the corrcoef table (a row's correlation with itself) instead of the one beside it
def wrong_6(forecast, truth, most):
    f, y = forecast.numpy(), truth.numpy()
    result = np.zeros(most + 1)
    for s in range(most + 1):
        table = np.corrcoef(f[s:], y[: y.size - s])
        result[s] = table[0, 0]  # <-- here
    return int(result.argmax()), torch.tensor(result, dtype=forecast.dtype)


# MISTAKE: returns the largest correlation itself instead of the shift at which it is
def wrong_7(forecast, truth, most):
    n = truth.shape[0]
    cs = torch.tensor(
        [
            torch.corrcoef(torch.vstack([forecast[k:], truth[: n - k]]))[0][1].item()
            for k in range(most + 1)
        ],
        dtype=forecast.dtype,
    )
    shift = cs.max().item()  # <-- here
    return shift, cs


# MISTAKE: compares with the truth s hours later instead of before AND picks the shift with the smallest correlation
def pair_1(forecast, truth, most):
    found = []
    for lag in range(most + 1):
        end = len(forecast) - lag
        found.append(torch.corrcoef(torch.stack([forecast[:end], truth[lag:]]))[0, 1])  # <-- here
    found = torch.stack(found)
    return found.argmin().item(), found  # <-- here


# MISTAKE: does not subtract the mean of the truth AND forgets the square root in the denominator
def pair_2(forecast, truth, most):
    def corr(u, v):
        u = u - u.mean()
        v = v  # <-- here
        return (u * v).sum() / ((u**2).sum() * (v**2).sum())  # <-- here

    T = len(truth)
    rs = torch.stack([corr(forecast[s:], truth[: T - s]) for s in range(most + 1)])
    return int(rs.argmax()), rs


# MISTAKE: rolls the truth in a circle instead of cutting both AND gives the best shift counted from 1
def pair_3(forecast, truth, most):
    c = torch.zeros(most + 1, dtype=forecast.dtype)
    f = forecast - forecast.mean()
    for s in range(most + 1):
        y = truth.roll(s)  # <-- here
        y = y - y.mean()
        c[s] = torch.dot(f, y) / (f.norm() * y.norm())
    shift = 1 + int(c.argmax())  # <-- here
    return shift, c
