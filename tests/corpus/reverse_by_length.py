# ruff: noqa
"""Learners' solutions for reverse_by_length."""

import torch


def right_1(xs, lengths):
    """Two fingers that walk towards each other and swap, on a copy."""
    turned = xs.clone()
    number_of_sentences = xs.shape[1]
    for sentence in range(number_of_sentences):
        left = 0
        right = lengths[sentence] - 1
        while left < right:
            keep = turned[left, sentence].clone()
            turned[left, sentence] = turned[right, sentence]
            turned[right, sentence] = keep
            left += 1
            right -= 1
    return turned


def right_2(xs, lengths):
    """gather along time, with the steps worked out for the whole table."""
    T, N, I = xs.shape
    n = torch.tensor(lengths)
    t = torch.arange(T)[:, None]
    steps = torch.where(t < n, n - 1 - t, t)
    return xs.gather(0, steps[:, :, None].expand(T, N, I))


def right_3(xs, lengths):
    """Plain lists of step numbers, then one index."""
    T = len(xs)
    colonnes = [list(range(n))[::-1] + list(range(n, T)) for n in lengths]
    return xs[torch.tensor(colonnes).T, torch.arange(xs.size(1))]


def right_4(xs, lengths):
    """Takes the batch apart, glues the words and the pads of each sentence, stacks along axis 1."""
    out = []
    for s, n in zip(xs.unbind(1), lengths):
        out.append(torch.cat((torch.flip(s[:n], dims=[0]), s[n:])))
    return torch.stack(out, dim=1)


def right_5(xs, lengths):
    """A permutation matrix for each sentence, in float32, and an einsum."""
    T, N, _ = xs.shape
    P = torch.zeros(N, T, T)
    for n in range(N):
        for t in range(T):
            P[n, t, lengths[n] - 1 - t if t < lengths[n] else t] = 1.0
    return torch.einsum("nts,sni->tni", P, xs)


def wrong_1(xs, lengths):
    """Turns every sentence within the longest length."""
    longest = max(lengths)
    turned = xs.clone()
    turned[:longest] = xs[:longest].flip(0)
    return turned


def wrong_2(xs, lengths):
    """Starts from zeros, so what stood at the pads is gone."""
    turned = torch.zeros_like(xs)
    for k in range(len(lengths)):
        turned[: lengths[k], k] = xs[: lengths[k], k].flip(0)
    return turned


def wrong_3(xs, lengths):
    """Takes xs for batch first: k goes over the first axis."""
    turned = xs.clone()
    for k, n in enumerate(lengths):
        turned[k, :n] = xs[k, :n].flip(0)
    return turned


def wrong_4(xs, lengths):
    """The loop ends one step early, and the last place keeps the last word."""
    turned = xs.clone()
    for k, n in enumerate(lengths):
        for t in range(n - 1):
            turned[t, k] = xs[n - 1 - t, k]
    return turned


def wrong_5(xs, lengths):
    """turned is xs itself, so the second half is read after it was overwritten."""
    turned = xs
    for k, n in enumerate(lengths):
        for i in range(n):
            turned[i, k] = xs[n - 1 - i, k]
    return turned


def wrong_6(xs, lengths):
    """Believes that the lengths must be sorted, the longest first, and does not sort the batch."""
    absteigend = sorted(lengths, reverse=True)
    neu = [torch.cat([xs[:n, k].flip(0), xs[n:, k]]) for k, n in enumerate(absteigend)]
    return torch.stack(neu, 1)


def wrong_7(xs, lengths):
    """Stacks to (N, T, I), and fills the places of the pads with zeros."""
    T, N, I = xs.shape
    sentences = []
    for n, L in enumerate(lengths):
        words = xs[:L, n].flip(0)
        sentences.append(torch.cat([words, xs.new_zeros(T - L, I)]))
    return torch.stack(sentences)


def wrong_8(xs, lengths):
    """Takes length - 1 words, and flips the features as well."""
    y = xs.clone()
    for k, n in enumerate(lengths):
        last = n - 1
        y[:last, k] = xs[:last, k].flip((0, 1))
    return y


TRUTH = {
    "wrong_1": ["every sentence is turned within the longest length instead of its own"],
    "wrong_2": ["zeros stand at the pads instead of what was there"],
    "wrong_3": ["xs is read as batch first: the sentences are taken along axis 0"],
    "wrong_4": ["the loop ends one step early: the last place keeps the last word"],
    "wrong_5": ["xs is turned in place: the second half is read after it was overwritten"],
    "wrong_6": ["the lengths are sorted, so each sentence gets the length of another one"],
    "wrong_7": [
        "the result is batch first, (N, T, I)",
        "zeros stand at the pads instead of what was there",
    ],
    "wrong_8": [
        "only the first length - 1 words are turned, the last one stays",
        "the features of a word are turned round as well",
    ],
}
