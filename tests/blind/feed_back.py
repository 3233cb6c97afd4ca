# ruff: noqa
import torch


# ---------------------------------------------------------------- right


def right_1(xs, later, weights, bias):
    window = xs.clone()
    answers = []
    for a in range(later.shape[1]):
        y = (window * weights).sum((1, 2)) + bias
        answers.append(y)
        new = later[:, a].clone()
        new[:, 0] = y
        window = torch.cat([window[:, 1:], new.unsqueeze(1)], dim=1)
    return torch.stack(answers, 1)


def right_2(xs, later, weights, bias):
    N, W, I = xs.shape
    A = later.size(1)
    # one long table: what is known, then what comes; feature 0 of what comes is unknown
    table = torch.cat([xs, later], dim=1)
    table[:, W:, 0] = float("nan")
    for t in range(W, W + A):
        table[:, t, 0] = torch.einsum("nwi,wi->n", table[:, t - W : t], weights) + bias
    assert not table[:, W:, 0].isnan().any()
    return table[:, W:, 0].clone()


def right_3(xs, later, weights, bias):
    N, A, I = later.shape
    flat_weights = weights.reshape(-1)
    result = xs.new_empty(N, A)
    for n in range(N):
        hours = [row for row in xs[n]]
        for a in range(A):
            y = torch.cat(hours) @ flat_weights + bias
            result[n, a] = y
            hours = hours[1:] + [torch.cat([y.reshape(1), later[n, a, 1:]])]
    return result


def right_4(xs, later, weights, bias):
    def ask(w):
        return w.flatten(1) @ weights.flatten() + bias

    def move_on(w, y, hour):
        w = w.roll(-1, dims=1)
        w[:, -1, 0] = y
        w[:, -1, 1:] = hour[:, 1:]
        return w

    w, ys = xs, []
    for hour in later.unbind(1):
        ys.append(ask(w))
        w = move_on(w, ys[-1], hour)
    return torch.stack(ys, dim=-1)


# ---------------------------------------------------------------- wrong


# MISTAKE: the measured feature 0 of later is fed in instead of the model's own answer (a leak)
def wrong_1(xs, later, weights, bias):
    x = xs.clone()
    out = []
    for a in range(later.shape[1]):
        y = (x * weights).sum(dim=(1, 2)) + bias
        out.append(y)
        x = torch.cat([x[:, 1:], later[:, a : a + 1]], dim=1)  # <-- here
    return torch.stack(out, dim=1)


# MISTAKE: the bias is forgotten
def wrong_2(xs, later, weights, bias):
    N, A, I = later.shape
    W = xs.shape[1]
    seq = torch.cat((xs, later.clone()), 1)
    answers = torch.zeros(N, A, dtype=xs.dtype)
    for a in range(A):
        y = torch.einsum("nwi,wi->n", seq[:, a : a + W], weights)  # <-- here
        answers[:, a] = y
        seq[:, a + W, 0] = y
    return answers


# MISTAKE: the window never moves on, the newest hour is overwritten instead of the oldest being dropped
def wrong_3(xs, later, weights, bias):
    window = xs.clone()
    forecasts = []
    for a in range(later.size(1)):
        prediction = (window * weights.unsqueeze(0)).flatten(1).sum(1) + bias
        forecasts.append(prediction)
        window[:, -1, 1:] = later[:, a, 1:]
        window[:, -1, 0] = prediction  # <-- here
    return torch.stack(forecasts, dim=1)


# MISTAKE: the new hour is put in at the front of the window, and the newest one falls out at the end
def wrong_4(xs, later, weights, bias):
    N, A, I = later.shape
    current = xs
    result = torch.empty(N, A, dtype=xs.dtype)
    for a in range(A):
        y = current.reshape(N, -1) @ weights.reshape(-1) + bias
        result[:, a] = y
        hour = torch.cat([y[:, None], later[:, a, 1:]], dim=1)
        current = torch.cat([hour[:, None, :], current[:, :-1]], dim=1)  # <-- here
    return result


# MISTAKE: the other features come from the hour after the right one (a + 1 instead of a)
def wrong_5(xs, later, weights, bias):
    N, A, I = later.shape
    x = xs.clone()
    ys = []
    for a in range(A):
        y = torch.tensordot(x, weights, dims=2) + bias
        ys.append(y)
        if a + 1 < A:
            new = later[:, a + 1].clone()  # <-- here
            new[:, 0] = y
            x = torch.cat([x[:, 1:], new[:, None]], dim=1)
    return torch.stack(ys, 1)


# MISTAKE: the other features are not taken from later, the last known hour is repeated with only feature 0 replaced
def wrong_6(xs, later, weights, bias):
    def model(window):
        return (window * weights).sum(-1).sum(-1) + bias

    window = xs.clone()
    answers = []
    for _ in range(later.shape[1]):
        y = model(window)
        answers.append(y)
        new_hour = window[:, -1].clone()  # <-- here
        new_hour[:, 0] = y
        window = torch.cat([window[:, 1:, :], new_hour.unsqueeze(1)], 1)
    return torch.stack(answers, 1)


# MISTAKE: nothing is fed back, every window is cut from the measured hours, with the future's feature 0 set to zero
def wrong_7(xs, later, weights, bias):
    W = xs.shape[1]
    A = later.shape[1]
    coming = later.clone()
    coming[:, :, 0] = 0  # <-- here
    table = torch.cat([xs, coming], dim=1)
    columns = [(table[:, a : a + W] * weights).sum((1, 2)) + bias for a in range(A)]  # <-- here
    return torch.stack(columns, dim=1)


# ---------------------------------------------------------------- pair


# MISTAKE: the bias is left out
# MISTAKE: the new hour goes to the front of the window
def pair_1(xs, later, weights, bias):
    x = xs.clone()
    out = []
    for a in range(later.shape[1]):
        y = (x * weights).sum((1, 2))  # <-- here
        out.append(y)
        new = later[:, a].clone()
        new[:, 0] = y
        x = torch.cat([new.unsqueeze(1), x[:, :-1]], dim=1)  # <-- here
    return torch.stack(out, 1)


# MISTAKE: the own answer is written into the last feature instead of feature 0
# MISTAKE: the other features are those of the hour after
def pair_2(xs, later, weights, bias):
    N, A, I = later.shape
    window, answers = xs.clone(), []
    for a in range(A):
        answers.append(torch.einsum("nwi,wi->n", window, weights) + bias)
        new = later[:, min(a + 1, A - 1)].clone()  # <-- here
        new[:, -1] = answers[-1]  # <-- here
        window = torch.cat([window[:, 1:], new[:, None]], 1)
    return torch.stack(answers, dim=1)


# MISTAKE: the measured feature 0 of later stays in the window, the answer is not fed back
# MISTAKE: the product is averaged over the window's hours instead of summed
def pair_3(xs, later, weights, bias):
    W = xs.shape[1]
    everything = torch.cat([xs, later], dim=1)  # <-- here
    result = []
    for a in range(later.shape[1]):
        y = (everything[:, a : a + W] * weights).mean(1).sum(1) + bias  # <-- here
        result.append(y)
    return torch.stack(result, dim=1)
