# ruff: noqa
import torch


def right_1(scores, mask):
    return scores.masked_fill(~mask, float("-inf")).softmax(dim=0)


def right_2(scores, mask):
    minus_infinity = torch.full_like(scores, -torch.inf)
    kept = torch.where(mask, scores, minus_infinity)
    top = kept.max(dim=0, keepdim=True).values
    e = torch.exp(kept - top)
    return e / e.sum(0, keepdim=True)


def right_3(scores, mask):
    weights = torch.zeros_like(scores)
    for n in range(scores.shape[1]):
        letters = mask[:, n]
        assert letters.any()
        weights[letters, n] = torch.softmax(scores[letters, n], dim=0)
    return weights


def right_4(scores, mask):
    columns = scores.T.clone()  # (N, S)
    columns[~mask.T] = float("-inf")
    log_weights = columns - torch.logsumexp(columns, dim=1, keepdim=True)
    return log_weights.exp().T


# MISTAKE: the mask is the wrong way round: the letters are shut out instead of the padding
def wrong_1(scores, mask):
    s = scores.masked_fill(mask, float("-inf"))  # <-- here
    return torch.softmax(s, dim=0)


# MISTAKE: the softmax goes over the texts instead of the letters
def wrong_2(scores, mask):
    scores = torch.where(mask, scores, torch.tensor(-1e9, dtype=scores.dtype))
    return scores.softmax(-1)  # <-- here


# MISTAKE: padding gets the score 0, which still leaves it a weight
def wrong_3(scores, mask):
    masked = scores * mask  # <-- here
    e = torch.exp(masked - masked.max(dim=0).values)
    return e / e.sum(dim=0)


# MISTAKE: padding is set to 0 after the softmax, so the rest does not add up to 1
def wrong_4(scores, mask):
    a = torch.nn.functional.softmax(scores, dim=0)
    a = a.masked_fill(~mask, 0.0)  # <-- here
    return a


# MISTAKE: padding gets the lowest score of the table instead of minus infinity
def wrong_5(scores, mask):
    low = scores.min()
    filled = scores.clone()
    filled[~mask] = low  # <-- here
    return torch.softmax(filled, dim=0)


# MISTAKE: divides by the sum over the whole table instead of each column's sum
def wrong_6(scores, mask):
    shifted = scores.masked_fill(~mask, -float("inf"))
    e = (shifted - shifted.max()).exp()
    return e / e.sum()  # <-- here


# MISTAKE: off by one in the lengths: the first pad of each column counts as a letter
def wrong_7(scores, mask):
    S, N = scores.shape
    lengths = mask.sum(dim=0)
    weights = scores.new_zeros(S, N)
    for n in range(N):
        L = int(lengths[n]) + 1  # <-- here
        weights[:L, n] = torch.softmax(scores[:L, n], dim=0)
    return weights


# MISTAKE: the softmax goes along the wrong axis
# MISTAKE: the mask is applied only after the softmax
def pair_1(scores, mask):
    weights = torch.softmax(scores, dim=1)  # <-- here
    return weights * mask.float()  # <-- here


# MISTAKE: True is taken for padding
# MISTAKE: a masked score becomes 0 instead of minus infinity
def pair_2(scores, mask):
    inside = ~mask  # <-- here
    return (scores * inside).softmax(0)  # <-- here


# MISTAKE: divides the scores by their sum, without the exponential
# MISTAKE: padding is not masked at all
def pair_3(scores, mask):
    total = scores.sum(dim=0, keepdim=True)  # <-- here
    return scores / total  # <-- here
