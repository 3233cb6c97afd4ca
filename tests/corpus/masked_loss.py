# ruff: noqa
"""Learners' solutions for masked_loss."""

import math

import numpy as np
import torch
import torch.nn.functional as F


def right_1(logits, targets, lengths):
    """A mask picks the words, cross_entropy does the rest."""
    mask = torch.arange(len(logits))[:, None] < lengths
    return F.cross_entropy(logits[mask], targets[mask])


def right_2(logits, targets, lengths):
    """All losses with reduction none, then weighted by the mask."""
    T, N, C = logits.shape
    losses = F.cross_entropy(logits.reshape(-1, C), targets.reshape(-1), reduction="none")
    weight = (torch.arange(T).unsqueeze(1) < lengths.unsqueeze(0)).to(losses.dtype)
    return (losses.reshape(T, N) * weight).sum() / weight.sum()


def right_3(logits, targets, lengths):
    """Loops over sentences and words, with logsumexp, German names."""
    summe, wörter = 0.0, 0
    for n in range(targets.shape[1]):
        for t in range(int(lengths[n])):
            zeile = logits[t, n]
            summe = summe + torch.logsumexp(zeile, 0) - zeile[targets[t, n]]
            wörter += 1
    return summe / wörter


def right_4(logits, targets, lengths):
    """Writes -100 into a copy of the targets, which cross_entropy ignores."""
    cible = targets.clone()
    for n, fin in enumerate(lengths.tolist()):
        cible[fin:, n] = -100
    return F.cross_entropy(logits.permute(0, 2, 1), cible)


def right_5(logits, targets, lengths):
    """numpy, softmax by hand after taking off the maximum."""
    L, y, l = logits.detach().numpy(), targets.numpy(), lengths.numpy()
    shifted = L - L.max(axis=-1, keepdims=True)
    logp = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    picked = np.take_along_axis(logp, y[..., None], axis=-1)[..., 0]
    total = sum(picked[: l[n], n].sum() for n in range(len(l)))
    return torch.tensor(-total / l.sum(), dtype=logits.dtype)


def wrong_1(logits, targets, lengths):
    """The pads add nothing to the sum, but are counted in the mean."""
    T, N, C = logits.shape
    mask = torch.arange(T)[:, None] < lengths
    losses = F.cross_entropy(logits.reshape(T * N, C), targets.reshape(-1), reduction="none")
    return (losses * mask.reshape(-1)).mean()


def wrong_2(logits, targets, lengths):
    """The mean over each sentence, then the mean of the means."""
    means = []
    for n, l in enumerate(lengths.tolist()):
        means.append(F.cross_entropy(logits[:l, n], targets[:l, n]))
    return torch.stack(means).mean()


def wrong_3(logits, targets, lengths):
    """The lengths are not used."""
    zeilen = logits.flatten(0, 1)
    ziele = targets.flatten()
    return F.cross_entropy(zeilen, ziele)


def wrong_4(logits, targets, lengths):
    """softmax before cross_entropy, which does it again."""
    probs = torch.softmax(logits, dim=-1)
    mask = torch.arange(logits.size(0)).view(-1, 1) < lengths.view(1, -1)
    return F.cross_entropy(probs[mask], targets[mask])


def wrong_5(logits, targets, lengths):
    """The mask is made as (N, T) and brought to (T, N) by reshape."""
    T, N = targets.shape
    mask = torch.arange(T)[None, :] < lengths[:, None]
    mask = mask.reshape(T, N)
    return F.cross_entropy(logits[mask], targets[mask])


def wrong_6(logits, targets, lengths):
    """The minus is lost."""
    log_p = torch.log_softmax(logits, dim=2)
    picked = log_p.gather(2, targets.unsqueeze(2)).squeeze(2)
    masque = torch.arange(len(picked)).unsqueeze(-1) < lengths
    return picked[masque].sum() / lengths.sum()


def wrong_7(logits, targets, lengths):
    """The first word of each sentence is left out, and the losses are summed, not averaged."""
    total = torch.zeros(())
    for n in range(len(lengths)):
        for t in range(1, int(lengths[n])):
            total += F.cross_entropy(logits[t, n][None], targets[t, n][None])
    return total


def wrong_8(logits, targets, lengths):
    """softmax over the batch axis, and the sum divided by the number of sentences."""
    对数 = F.log_softmax(logits, dim=1)
    T, N, _ = logits.shape
    总和 = 0
    for 列 in range(N):
        for 行 in range(lengths[列]):
            总和 = 总和 - 对数[行, 列, targets[行, 列]]
    return 总和 / N


TRUTH = {
    "wrong_1": ["the pads are counted in the mean's divisor"],
    "wrong_2": ["mean of the sentences' means instead of the mean over all words"],
    "wrong_3": ["no mask: the pads count like words"],
    "wrong_4": ["softmax is applied twice"],
    "wrong_5": ["the mask is reshaped instead of transposed"],
    "wrong_6": ["the sign is wrong"],
    "wrong_7": ["the first word of each sentence is left out", "the sum instead of the mean"],
    "wrong_8": ["softmax over the wrong axis", "divided by the number of sentences"],
}
