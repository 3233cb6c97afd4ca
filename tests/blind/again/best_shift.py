# ruff: noqa
import math

import numpy as np
import torch


def right_1(forecast, truth, most):
    """The shift with the largest correlation, and the correlations (most + 1) of all shifts."""
    T = len(truth)
    correlations = []
    for s in range(most + 1):
        both = torch.stack([forecast[s:], truth[: T - s]])
        correlations.append(torch.corrcoef(both)[0, 1])
    correlations = torch.stack(correlations)
    return int(correlations.argmax()), correlations


def right_2(forecast, truth, most):
    """The shift with the largest correlation, and the correlations (most + 1) of all shifts."""

    def r(f, y):
        f, y = f - f.mean(), y - y.mean()
        return (f * y).sum() / ((f**2).sum() * (y**2).sum()).sqrt()

    rs = torch.stack([r(forecast[s:], truth[: len(truth) - s]) for s in range(most + 1)])
    return rs.argmax().item(), rs


def right_3(forecast, truth, most):
    """The shift with the largest correlation, and the correlations (most + 1) of all shifts."""
    f, y = forecast.numpy().astype(float), truth.numpy().astype(float)
    rs = np.empty(most + 1)
    for s in range(most + 1):
        a, b = f[s:], y[: y.size - s]
        a, b = a - a.mean(), b - b.mean()
        rs[s] = (a / np.linalg.norm(a)) @ (b / np.linalg.norm(b))
    return int(np.argmax(rs)), torch.from_numpy(rs).to(forecast.dtype)


def right_4(forecast, truth, most):
    """The shift with the largest correlation, and the correlations (most + 1) of all shifts."""
    # all shifts at once: row s holds the pairs (t, t - s), a mask says which of them exist
    T = forecast.shape[0]
    t = torch.arange(T)
    before = t - torch.arange(most + 1)[:, None]  # (M, T)
    mask = (before >= 0).double()
    n = mask.sum(dim=1, keepdim=True)
    f = forecast.double().expand(most + 1, T) * mask
    y = truth.double()[before.clamp(min=0)] * mask
    f = (f - f.sum(1, keepdim=True) / n) * mask
    y = (y - y.sum(1, keepdim=True) / n) * mask
    top = torch.einsum("mt,mt->m", f, y)
    below = torch.einsum("mt,mt->m", f, f) * torch.einsum("mt,mt->m", y, y)
    rs = (top / below.sqrt()).to(forecast.dtype)
    return int(rs.argmax()), rs


# MISTAKE: it shifts in the wrong direction: the forecast is compared with the truth s hours later
def wrong_1(forecast, truth, most):
    T = len(truth)
    correlations = []
    for s in range(most + 1):
        both = torch.stack([forecast[: T - s], truth[s:]])  # <-- here
        correlations.append(torch.corrcoef(both)[0, 1])
    correlations = torch.stack(correlations)
    return int(correlations.argmax()), correlations


# MISTAKE: roll brings the end of the truth round to the beginning, so hours without a partner are compared as well
def wrong_2(forecast, truth, most):
    rs = torch.zeros(most + 1, dtype=forecast.dtype)
    for s in range(most + 1):
        shifted = torch.roll(truth, s)  # <-- here
        rs[s] = torch.corrcoef(torch.stack((forecast, shifted)))[0, 1]
    return int(torch.argmax(rs)), rs


# MISTAKE: the means are those of the whole series and not of just the numbers that are in the sums
def wrong_3(forecast, truth, most):
    f_all = forecast - forecast.mean()  # <-- here
    y_all = truth - truth.mean()  # <-- here
    rs = []
    for s in range(most + 1):
        f, y = f_all[s:], y_all[: len(y_all) - s]
        rs.append((f * y).sum() / torch.sqrt((f**2).sum() * (y**2).sum()))
    rs = torch.stack(rs)
    return rs.argmax().item(), rs


# MISTAKE: the covariance is divided by n but torch's std by n - 1, so every correlation is too small
def wrong_4(forecast, truth, most):
    correlations = []
    for s in range(most + 1):
        f = forecast[s:]
        y = truth[: len(truth) - s]
        cov = ((f - f.mean()) * (y - y.mean())).mean()
        r = cov / (f.std() * y.std())  # <-- here
        correlations.append(r.item())
    shift = correlations.index(max(correlations))
    return shift, torch.tensor(correlations, dtype=forecast.dtype)


# MISTAKE: it returns the largest correlation itself and not the shift at which it stands
def wrong_5(forecast, truth, most):
    f, y = forecast.numpy().astype(float), truth.numpy().astype(float)
    rs = np.array([np.corrcoef(f[s:], y[: len(y) - s])[0, 1] for s in range(most + 1)])
    return rs.max(), torch.from_numpy(rs).to(forecast.dtype)  # <-- here


# MISTAKE: it takes the absolute values of the correlations, so a negative one can win
def wrong_6(forecast, truth, most):
    f, y = forecast.tolist(), truth.tolist()
    rs = []
    for s in range(most + 1):
        pairs = list(zip(f[s:], y))
        mf = sum(a for a, _ in pairs) / len(pairs)
        my = sum(b for _, b in pairs) / len(pairs)
        top = sum((a - mf) * (b - my) for a, b in pairs)
        below = sum((a - mf) ** 2 for a, _ in pairs) * sum((b - my) ** 2 for _, b in pairs)
        rs.append(abs(top) / math.sqrt(below))  # <-- here
    return max(range(most + 1), key=lambda s: rs[s]), torch.tensor(rs, dtype=forecast.dtype)


# MISTAKE: the sums under the root go over the whole series and not only over the hours for which there are both
def wrong_7(forecast, truth, most):
    T = forecast.shape[0]
    root = torch.sqrt(
        ((forecast - forecast.mean()) ** 2).sum() * ((truth - truth.mean()) ** 2).sum()
    )  # <-- here
    rs = forecast.new_zeros(most + 1)
    for s in range(most + 1):
        f, y = forecast[s:], truth[: T - s]
        rs[s] = torch.dot(f - f.mean(), y - y.mean()) / root
    return int(rs.argmax()), rs


# MISTAKE: the last shift is never tried (range(most)); the root in the denominator is missing
def pair_1(forecast, truth, most):
    rs = []
    for s in range(most):  # <-- here
        f = forecast[s:]
        y = truth[: len(truth) - s]
        df, dy = f - f.mean(), y - y.mean()
        rs.append((df * dy).sum() / ((df**2).sum() * (dy**2).sum()))  # <-- here
    rs = torch.stack(rs)
    return int(rs.argmax()), rs


# MISTAKE: truth and forecast are shifted the wrong way round; the shift is counted from 1
def pair_2(forecast, truth, most):
    f, y = forecast.numpy().astype(float), truth.numpy().astype(float)
    rs = []
    for s in range(most + 1):
        rs.append(np.corrcoef(y[s:], f[: len(f) - s])[0, 1])  # <-- here
    best = int(np.argmax(rs)) + 1  # <-- here
    return best, torch.tensor(rs, dtype=forecast.dtype)


# MISTAKE: both series lose their last s hours, so nothing is shifted; it divides by the forecast's sum of squares alone, which is a slope and no correlation
def pair_3(forecast, truth, most):
    def r(f, y):
        f, y = f - f.mean(), y - y.mean()
        return (f * y).sum() / (f**2).sum()  # <-- here

    T = len(truth)
    rs = torch.stack([r(forecast[: T - s], truth[: T - s]) for s in range(most + 1)])  # <-- here
    return rs.argmax().item(), rs
