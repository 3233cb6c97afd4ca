# ruff: noqa
import torch
import numpy as np


def right_1(values, mean, std, k):
    return values * std[k] + mean[k]


def right_2(values, mean, std, k):
    N, A = values.shape
    out = torch.zeros_like(values)
    for n in range(N):
        for a in range(A):
            out[n, a] = mean[k] + std[k] * values[n, a]
    return out


def right_3(values, mean, std, k):
    spread, middle = std[k].to(values.dtype), mean[k].to(values.dtype)
    return torch.addcmul(middle.expand_as(values), values, spread.expand_as(values))


def right_4(values, mean, std, k):
    m, s = mean.tolist()[k], std.tolist()[k]

    def back(row):
        return [s * number + m for number in row]

    return torch.tensor(np.array([back(row) for row in values.tolist()]), dtype=values.dtype)


# MISTAKE: adds the mean first and multiplies by the std afterwards (wrong order of the two steps)
def wrong_1(values, mean, std, k):
    return (values + mean[k]) * std[k]  # <-- here


# MISTAKE: mean and std are mixed up: multiplies by the mean and adds the std
def wrong_2(values, mean, std, k):
    m = std[k]  # <-- here
    s = mean[k]  # <-- here
    result = values * s
    result = result + m
    return result


# MISTAKE: the mean is not added back, only the std is undone
def wrong_3(values, mean, std, k):
    in_units = torch.mul(values, std[k])
    return in_units  # <-- here


# MISTAKE: scales the forecasts a second time instead of undoing the scaling
def wrong_4(values, mean, std, k):
    centred = values - mean[k].item()  # <-- here
    return centred / std[k].item()  # <-- here


# MISTAKE: counts the features from 1, so it takes the mean and std of feature k - 1
def wrong_5(values, mean, std, k):
    feature = k - 1  # <-- here
    mu, sigma = mean[feature], std[feature]
    return mu + sigma * values


# MISTAKE: always takes the mean and std of the first feature instead of feature k
def wrong_6(values, mean, std, k):
    first_mean, *_ = mean.tolist()  # <-- here
    first_std, *_ = std.tolist()  # <-- here
    return values.mul(first_std).add(first_mean)


# MISTAKE: takes the std for a variance and multiplies by its square root
def wrong_7(values, mean, std, k):
    rows = []
    for row in values:
        rows.append(row * torch.sqrt(std[k]) + mean[k])  # <-- here
    return torch.stack(rows)


# MISTAKE: adds the mean before multiplying by the std AND takes feature k - 1
def pair_1(values, mean, std, k):
    j = k - 1  # <-- here
    shifted = values + mean[j]
    return shifted * std[j]  # <-- here


# MISTAKE: divides by the std instead of multiplying AND subtracts the mean instead of adding it
def pair_2(values, mean, std, k):
    out = values.clone()
    out /= std[k]  # <-- here
    out -= mean[k]  # <-- here
    return out


# MISTAKE: takes the mean of the first feature instead of feature k AND multiplies by the square of the std
def pair_3(values, mean, std, k):
    variance = std[k] ** 2  # <-- here
    return torch.add(values * variance, mean[0])  # <-- here
