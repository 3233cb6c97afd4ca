# ruff: noqa
import torch


def right_1(xs, lengths):
    """xs (T, N, I) with each sentence reversed within its length; the padding stays."""
    turned = xs.clone()
    for k, n in enumerate(lengths):
        turned[:n, k] = xs[:n, k].flip(0)
    return turned


def right_2(xs, lengths):
    """xs (T, N, I) with each sentence reversed within its length; the padding stays."""
    T, N = xs.shape[:2]
    steps = torch.arange(T, device=xs.device).unsqueeze(1)  # (T, 1)
    n = torch.tensor(lengths, device=xs.device)  # (N)
    mirror = torch.where(steps < n, n - 1 - steps, steps)  # (T, N)
    return xs[mirror, torch.arange(N, device=xs.device)]


def right_3(xs, lengths):
    """xs (T, N, I) with each sentence reversed within its length; the padding stays."""
    columns = []
    for column, n in zip(xs.unbind(dim=1), lengths):
        words = [column[t] for t in reversed(range(n))]
        rest = [column[t] for t in range(n, len(column))]
        columns.append(torch.stack(words + rest))
    return torch.stack(columns, dim=1)


def right_4(xs, lengths):
    """xs (T, N, I) with each sentence reversed within its length; the padding stays."""
    t = torch.arange(xs.shape[0]).reshape(-1, 1)
    out = []
    for k, n in enumerate(lengths):
        # after flip the sentence stands at the bottom; roll brings it back to the top
        rolled = xs[:, k].flip(0).roll(n, 0)
        out.append(torch.where(t < n, rolled, xs[:, k]))
    return torch.stack(out, 1)


# MISTAKE: each column is reversed as a whole, padding included, instead of only its first n steps
def wrong_1(xs, lengths):
    turned = torch.empty_like(xs)
    for k in range(len(lengths)):
        turned[:, k] = xs[:, k].flip(0)  # <-- here
    return turned


# MISTAKE: the first step of the padding (step n) counts as a word, so it gets index -1, the last row of the table
def wrong_2(xs, lengths):
    T, N = xs.shape[:2]
    steps = torch.arange(T).unsqueeze(1)
    n = torch.tensor(lengths)
    is_word = steps <= n  # <-- here
    mirror = torch.where(is_word, n - 1 - steps, steps)
    return xs[mirror, torch.arange(N)]


# MISTAKE: turned is xs itself and not a copy, so words are written over before they have been read
def wrong_3(xs, lengths):
    turned = xs  # <-- here
    for k, n in enumerate(lengths):
        for t in range(n):
            turned[t, k] = xs[n - 1 - t, k]
    return turned


# MISTAKE: the padding is replaced by zeros instead of staying as it is
def wrong_4(xs, lengths):
    turned = torch.zeros_like(xs)  # <-- here
    for k, n in enumerate(lengths):
        turned[:n, k] = xs[:n, k].flip(0)
    return turned


# MISTAKE: the lengths are sorted first (longest first), so they belong to other sentences than their own
def wrong_5(xs, lengths):
    columns = []
    for column, n in zip(xs.unbind(dim=1), sorted(lengths, reverse=True)):  # <-- here
        words = list(column[:n])[::-1]
        rest = list(column[n:])
        columns.append(torch.stack(words + rest))
    return torch.stack(columns, dim=1)


# MISTAKE: it reverses the features of each word (the last axis) and not the time steps
def wrong_6(xs, lengths):
    turned = xs.clone()
    for k in range(xs.shape[1]):
        sentence = xs[: lengths[k], k]
        turned[: lengths[k], k] = torch.flip(sentence, dims=(1,))  # <-- here
    return turned


# MISTAKE: the padding after the sentence is reversed as well, although it should stay in its order
def wrong_7(xs, lengths):
    turned = []
    for k, n in enumerate(lengths):
        front, back = xs[:n, k], xs[n:, k]
        turned.append(torch.cat((front.flip(0), back.flip(0))))  # <-- here
    return torch.stack(turned, dim=1)


# MISTAKE: the last word of each sentence is left out of the reversal (n - 1 instead of n); the columns are stacked along axis 0, which gives (N, T, I)
def pair_1(xs, lengths):
    columns = []
    for k, n in enumerate(lengths):
        end = n - 1  # <-- here
        columns.append(torch.cat([xs[:end, k].flip(0), xs[end:, k]]))
    return torch.stack(columns)  # <-- here


# MISTAKE: the padding becomes zeros; the lengths are sorted, so they belong to the wrong sentences
def pair_2(xs, lengths):
    lengths = sorted(lengths)  # <-- here
    turned = torch.zeros_like(xs)  # <-- here
    for k, n in enumerate(lengths):
        for t in range(n):
            turned[t, k] = xs[n - 1 - t, k]
    return turned


# MISTAKE: the flipped column is rolled in the wrong direction; the mask takes one step too many (t <= n)
def pair_3(xs, lengths):
    t = torch.arange(len(xs))[:, None]
    out = []
    for k, n in enumerate(lengths):
        rolled = xs[:, k].flip(0).roll(-n, 0)  # <-- here
        out.append(torch.where(t <= n, rolled, xs[:, k]))  # <-- here
    return torch.stack(out, 1)
