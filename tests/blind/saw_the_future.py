# ruff: noqa
import math

import torch
import numpy as np


def right_1(features, changed, past):
    return [
        name
        for name in features
        if ((features[name][:past] - changed[name][:past]).abs() > 0.001).any()
    ]


def right_2(features, changed, past):
    guilty = []
    for name, values in features.items():
        before, after = values.tolist(), changed[name].tolist()
        for t in range(past):
            if math.isnan(before[t]) and math.isnan(after[t]):
                continue
            if abs(before[t] - after[t]) > 0.001:
                guilty.append(name)
                break
    return guilty


def right_3(features, changed, past):
    def honest(a, b):
        return torch.isclose(a[:past], b[:past], rtol=0, atol=0.001, equal_nan=True).all().item()

    return [n for n, f in features.items() if not honest(f, changed[n])]


def right_4(features, changed, past):
    def largest_gap(name):
        a, b = (d[name].numpy()[:past] for d in (features, changed))
        gaps = np.nan_to_num(np.abs(a - b), nan=0.0)
        return gaps.max(initial=0.0)

    names = np.array(list(features), dtype=object)
    saw = np.array([largest_gap(n) > 0.001 for n in names], dtype=bool)
    return names[saw].tolist()


# MISTAKE: compares the hours from `past` on instead of the hours before it
def wrong_1(features, changed, past):
    result = []
    for name in features:
        gap = torch.abs(features[name][past:] - changed[name][past:])  # <-- here
        if (gap > 0.001).any():
            result.append(name)
    return result


# MISTAKE: also compares the hour `past` itself, in which the series was already changed
def wrong_2(features, changed, past):
    hours = slice(0, past + 1)  # <-- here
    differs = lambda x, y: bool(torch.any(torch.abs(x[hours] - y[hours]) > 1e-3))
    return list(filter(lambda name: differs(features[name], changed[name]), features))


# MISTAKE: nan counts as a difference from nan, so honest features with nan in their first hours are listed
def wrong_3(features, changed, past):
    return [
        key
        for key, old in features.items()
        if not torch.allclose(old[:past], changed[key][:past], rtol=0.0, atol=1e-3)  # <-- here
    ]


# MISTAKE: a feature is listed only if it changed at every hour before `past`, not if it did so at a single one
def wrong_4(features, changed, past):
    leaks = []
    for (name, a), b in zip(features.items(), changed.values()):
        a, b = a[:past].numpy(), b[:past].numpy()
        moved = np.abs(a - b) > 0.001
        if moved.all():  # <-- here
            leaks.append(name)
    return leaks


# MISTAKE: returns the names of the honest features instead of those that saw the future
def wrong_5(features, changed, past):
    out = []
    for name in features:
        d = (features[name] - changed[name])[:past].nan_to_num(0.0)
        if (d.abs() <= 0.001).all():  # <-- here
            out.append(name)
    return out


# MISTAKE: appends the name once for every hour that changed (no break), so names come several times
def wrong_6(features, changed, past):
    names = []
    for name in features:
        for hour in range(past):
            x = float(features[name][hour])
            y = float(changed[name][hour])
            if abs(x - y) > 0.001:
                names.append(name)  # <-- here
    return names


# MISTAKE: counts every difference, however small, so a feature with nothing but rounding (up to 0.001) is listed too
def wrong_7(features, changed, past):
    cheaters = {}
    for name in features:
        u = torch.nan_to_num(features[name][:past])
        v = torch.nan_to_num(changed[name][:past])
        cheaters[name] = (u != v).sum().item()  # <-- here
    return [name for name, hours in cheaters.items() if hours > 0]


# MISTAKE: also compares the hour `past` itself AND counts nan against nan as a difference
def pair_1(features, changed, past):
    suspects = []
    for name, series in features.items():
        first, second = series[: past + 1], changed[name][: past + 1]  # <-- here
        same = (first - second).abs() <= 0.001  # <-- here
        if not same.all():
            suspects.append(name)
    return suspects


# MISTAKE: compares the hours from `past` on AND returns the names that did not change instead of those that did
def pair_2(features, changed, past):
    def is_close(name):
        u, v = features[name].numpy(), changed[name].numpy()
        return np.allclose(u[past:], v[past:], rtol=0, atol=0.001, equal_nan=True)  # <-- here

    return [name for name in features if is_close(name)]  # <-- here


# MISTAKE: leaves out the last hour before `past` AND lists a name once for every hour that changed
def pair_3(features, changed, past):
    found = []
    for n, v in features.items():
        for p, q in zip(v[: past - 1].tolist(), changed[n][: past - 1].tolist()):  # <-- here
            if abs(p - q) > 0.001:
                found += [n]  # <-- here
    return found
