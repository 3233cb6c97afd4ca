# ruff: noqa
import numpy as np
import torch


def right_1(series, past):
    known = series[:past]
    mean = known.mean(dim=0)
    std = known.std(dim=0, correction=0)
    return (series - mean) / std, mean, std


def right_2(series, past):
    array = series.detach().numpy()
    m = np.mean(array[:past], axis=0)
    s = np.std(array[:past], axis=0)
    scaled = (array - m[None, :]) / s[None, :]
    return torch.from_numpy(scaled), torch.from_numpy(m), torch.from_numpy(s)


def right_3(series, past):
    T, I = series.shape
    assert 2 <= past <= T
    scaled = torch.empty_like(series)
    mean, std = series.new_zeros(I), series.new_zeros(I)
    for i in range(I):
        column = series[:past, i]
        mean[i] = column.sum() / past
        std[i] = (((column - mean[i]) ** 2).sum() / past) ** 0.5
        scaled[:, i] = (series[:, i] - mean[i]) / std[i]
    return scaled, mean, std


def right_4(series, past):
    weights = series.new_full((past,), 1 / past)
    mean = weights @ series[:past]
    centred = series - mean
    std = torch.einsum("t,ti,ti->i", weights, centred[:past], centred[:past]).sqrt()
    return centred / std, mean, std


# MISTAKE: torch's std divides by past - 1 by default
def wrong_1(series, past):
    mean = series[:past].mean(0)
    std = series[:past].std(0)  # <-- here
    scaled = (series - mean) / std
    return scaled, mean, std


# MISTAKE: mean and std are those of the whole series, the future included
def wrong_2(series, past):
    mean = series.mean(dim=0)  # <-- here
    std = series.std(dim=0, correction=0)  # <-- here
    return (series - mean) / std, mean, std


# MISTAKE: one mean and one std for all features together
def wrong_3(series, past):
    I = series.shape[1]
    train = series[:past].flatten()  # <-- here
    mean = train.mean().expand(I)
    std = ((train - mean[0]) ** 2).mean().sqrt().expand(I)
    return (series - mean) / std, mean, std


# MISTAKE: the past is taken one hour too long, hour `past` itself is in it
def wrong_4(series, past):
    x = series.numpy()
    seen = x[0 : past + 1]  # <-- here
    mu, sigma = seen.mean(axis=0), seen.std(axis=0)
    return torch.tensor((x - mu) / sigma), torch.tensor(mu), torch.tensor(sigma)


# MISTAKE: the root is missing, it divides by the variance
def wrong_5(series, past):
    mean = series[:past].sum(0) / past
    difference = series - mean
    std = (difference[:past] ** 2).sum(0) / past  # <-- here
    return difference / std, mean, std


# MISTAKE: only the past is scaled, the hours after it stay in their old units
def wrong_6(series, past):
    mean = torch.mean(series[:past], 0)
    std = torch.std(series[:past], 0, correction=0)
    scaled = series.clone()
    scaled[:past] = (series[:past] - mean) / std  # <-- here
    return scaled, mean, std


# MISTAKE: the hours after the past are scaled by their own mean and std
def wrong_7(series, past):
    def scaled_by(part, mean, std):
        return (part - mean) / std

    train, test = series[:past], series[past:]
    mean, std = train.mean(0), train.std(0, correction=0)
    first = scaled_by(train, mean, std)
    second = scaled_by(test, test.mean(0), test.std(0, correction=0))  # <-- here
    return torch.cat([first, second]), mean, std


# MISTAKE: the std comes from the whole series
# MISTAKE: it divides by the number of hours minus 1
def pair_1(series, past):
    mean = series[:past].mean(0)
    T = len(series)
    total = ((series - series.mean(0)) ** 2).sum(0)  # <-- here
    std = (total / (T - 1)).sqrt()  # <-- here
    return (series - mean) / std, mean, std


# MISTAKE: mean and std are those of the last `past` hours, not of the first
# MISTAKE: the brackets are missing, so that only the mean is divided by the std
def pair_2(series, past):
    history = series[-past:]  # <-- here
    mean = history.mean(dim=0)
    std = history.var(dim=0, correction=0).sqrt()
    scaled = series - mean / std  # <-- here
    return scaled, mean, std


# MISTAKE: the spread is the mean absolute deviation and not the root of the mean square
# MISTAKE: the last hour of the past is left out, it ends one hour too early
def pair_3(series, past):
    seen = series[: past - 1]  # <-- here
    mean = seen.mean(0)
    std = (seen - mean).abs().mean(0)  # <-- here
    return (series - mean) / std, mean, std
