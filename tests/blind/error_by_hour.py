# ruff: noqa
import torch


# ---------------------------------------------------------------- right


def right_1(forecast, truth, std):
    return (forecast - truth).abs().mean(0) * std


def right_2(forecast, truth, std):
    N, A = forecast.shape
    errors = []
    for a in range(A):
        total = 0.0
        for n in range(N):
            total = total + abs(forecast[n, a] - truth[n, a])
        errors.append(total / N * std)
    return torch.stack(errors)


def right_3(forecast, truth, std):
    assert forecast.shape == truth.shape
    # back to MW first; the mean is the same in both, so it cancels
    in_units = forecast * std
    was = truth * std
    ones = torch.ones(len(forecast), dtype=forecast.dtype)
    return ones @ torch.abs(in_units - was) / len(forecast)


def right_4(forecast, truth, std):
    return (
        torch.stack([torch.nn.functional.l1_loss(f, y) for f, y in zip(forecast.T, truth.T)]) * std
    )


# ---------------------------------------------------------------- wrong


# MISTAKE: the errors stay scaled, the std is forgotten
def wrong_1(forecast, truth, std):
    return torch.abs(forecast - truth).mean(dim=0)  # <-- here


# MISTAKE: the mean is taken over the hours of each window, not over the windows
def wrong_2(forecast, truth, std):
    errors = (forecast - truth).abs() * std
    return errors.mean(dim=1)  # <-- here


# MISTAKE: no absolute value, so errors upwards and downwards cancel
def wrong_3(forecast, truth, std):
    diff = forecast * std - truth * std
    return diff.mean(0)  # <-- here


# MISTAKE: root of the mean squared error instead of the mean absolute error
def wrong_4(forecast, truth, std):
    squared = (forecast - truth) ** 2  # <-- here
    per_hour = squared.sum(0) / squared.shape[0]
    return std * per_hour.sqrt()  # <-- here


# MISTAKE: divides by the std instead of multiplying by it
def wrong_5(forecast, truth, std):
    N, A = forecast.shape
    result = torch.zeros(A, dtype=forecast.dtype)
    for a in range(A):
        for n in range(N):
            result[a] += (forecast[n, a] - truth[n, a]).abs() / std  # <-- here
    return result / N


# MISTAKE: the absolute value comes after the mean, so it is the absolute mean error (bias)
def wrong_6(forecast, truth, std):
    error = forecast.sub(truth).mul(std)
    return error.mean(0).abs()  # <-- here


# MISTAKE: the sum is divided by the number of hours A, not by the number of windows N
def wrong_7(forecast, truth, std):
    gap = torch.abs(std * (truth - forecast))
    N, A = gap.shape
    return torch.einsum("na->a", gap) / A  # <-- here


# ---------------------------------------------------------------- pair


# MISTAKE: no absolute value
# MISTAKE: the std is forgotten, the errors stay scaled
def pair_1(forecast, truth, std):
    d = forecast - truth  # <-- here
    return d.mean(dim=0)  # <-- here


# MISTAKE: mean squared error instead of the mean absolute error (and not even the root of it)
# MISTAKE: mean over the hours ahead instead of over the windows
def pair_2(forecast, truth, std):
    err = ((forecast - truth) * std).pow(2)  # <-- here
    return err.mean(1)  # <-- here


# MISTAKE: divided by the std, as if the data were to be scaled once more
# MISTAKE: the sum over the windows is never divided by their number
def pair_3(forecast, truth, std):
    total = torch.zeros(forecast.shape[1], dtype=forecast.dtype)
    for f, y in zip(forecast, truth):
        miss = (f - y).abs() / std  # <-- here
        total = total + miss
    return total  # <-- here
