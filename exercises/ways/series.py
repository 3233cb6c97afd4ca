"""Plain ways of right answers, one thought a line: mistakes are edits of these lines."""

import torch


def windows(series, W, A):
    N = len(series) - W - A + 1
    step = 1
    inputs = []
    targets = []
    for n in range(0, N, step):
        middle = n + W
        x = series[n:middle]
        begin = middle
        y = series[begin : begin + A]
        inputs.append(x)
        targets.append(y)
    return torch.stack(inputs), torch.stack(targets)


def scale(series, past):
    known = series[:past]
    mean = known.mean(0)
    far = known - mean
    variance = (far**2).mean(0)
    std = variance**0.5
    scaled = (series - mean) / std
    return scaled, mean, std


def unscale(values, mean, std, k):
    m = mean[k]
    s = std[k]
    forecast = values * s + m
    return forecast


def split_in_time(starts, A, first, second):
    train, validation, test = [], [], []
    for s in starts.tolist():
        end = s + A
        if end <= first:
            train.append(s)
        if s >= first and end <= second:
            validation.append(s)
        if s >= second:
            test.append(s)
    return train, validation, test


def naive(series, starts, A, period):
    forecasts = []
    for s in starts.tolist():
        row = []
        for k in range(A):
            again = k % period
            t = s - period + again
            row.append(series[t])
        forecasts.append(torch.stack(row))
    forecast = torch.stack(forecasts)
    return forecast


def error_by_hour(forecast, truth, std):
    wrong = forecast - truth
    sizes = wrong.abs()
    scaled = sizes.mean(0)
    errors = scaled * std
    return errors


def feed_back(xs, later, weights, bias):
    answers = []
    window = xs
    for k in range(later.shape[1]):
        y = (window * weights).sum((1, 2)) + bias
        answers.append(y)
        x = later[:, k].clone()
        x[:, 0] = y
        rest = window[:, 1:]
        window = torch.cat([rest, x.unsqueeze(1)], 1)
    forecast = torch.stack(answers, 1)
    return forecast


def best_shift(forecast, truth, most):
    T = len(truth)
    found = []
    for s in range(most + 1):
        f = forecast[s:]
        y = truth[: T - s]
        f = f - f.mean()
        y = y - y.mean()
        together = (f * y).sum()
        r = together / ((f**2).sum() * (y**2).sum()) ** 0.5
        found.append(r)
    correlations = torch.stack(found)
    shift = int(correlations.argmax())
    return shift, correlations


def saw_the_future(features, changed, past):
    names = []
    for name in features:
        x = features[name]
        y = changed[name]
        difference = x - y
        before = difference[:past].abs()
        if (before > 0.001).any():
            names.append(name)
    return names
