# ruff: noqa
"""Learners' solutions for masked_mean."""

import torch


def right_1(output, lengths):
    """Adds up step by step, sentence by sentence, and divides by how many there were."""
    T, N, H = output.shape
    means = []
    for n in range(N):
        total = torch.zeros_like(output[0, 0])
        count = 0
        for t in range(T):
            if t < lengths[n]:
                total = total + output[t, n]
                count = count + 1
        means.append(total / count)
    return torch.stack(means)


def right_2(output, lengths):
    """einsum with weights in float32, 1 / length at a word and 0 at a pad."""
    steps = torch.arange(output.size(0))
    weights = (steps[:, None] < lengths[None, :]).float() / lengths.float()
    return torch.einsum("tn,tnh->nh", weights, output)


def right_3(output, lengths):
    """Running sums, read where each sentence ends."""
    summen = output.cumsum(0)
    ende = (lengths - 1).view(1, -1, 1).expand(1, -1, output.shape[2])
    return summen.gather(0, ende).squeeze(0) / lengths.unsqueeze(-1)


def right_4(output, lengths):
    """Wipes the pads out of a copy, in place."""
    clean = output.clone()
    for k, n in enumerate(lengths.tolist()):
        clean[n:, k].zero_()
    result = clean.sum(dim=0)
    result /= lengths[:, None]
    return result


def right_5(output, lengths):
    """NaN at the pads and a mean that looks away from NaN."""
    pad = torch.arange(len(output))[:, None] >= lengths
    return output.masked_fill(pad[..., None], float("nan")).nanmean(0)


def wrong_1(output, lengths):
    """mean(0) after masking divides by T."""
    mask = torch.arange(output.shape[0]).unsqueeze(1) < lengths
    return (output * mask.unsqueeze(2)).mean(0)


def wrong_2(output, lengths):
    """Adds up the pads as well, since they are zeros anyway."""
    return output.sum(dim=0) / lengths.unsqueeze(1)


def wrong_3(output, lengths):
    """<= for <, so one pad is added to the sum."""
    T = output.size(0)
    t = torch.arange(T).reshape(T, 1)
    mask = (t <= lengths).to(output.dtype)
    return torch.einsum("tnh,tn->nh", output, mask) / lengths[:, None]


def wrong_4(output, lengths):
    """Counts the steps from 1, so the last word is left out of the sum."""
    T = output.shape[0]
    steps = torch.arange(1, T + 1)
    words = (steps[:, None] < lengths)[:, :, None]
    return torch.where(words, output, 0.0).sum(0) / lengths[:, None]


def wrong_5(output, lengths):
    """Divides by the number of all words of the batch."""
    mask = torch.arange(output.shape[0])[:, None] < lengths
    total = (output * mask[:, :, None]).sum(0)
    return total / mask.sum()


def wrong_6(output, lengths):
    """Reads output as batch first."""
    moyennes = []
    for k, n in enumerate(lengths):
        moyennes.append(output[k, :n].mean(dim=0))
    return torch.stack(moyennes)


def wrong_7(output, lengths):
    """One pad too many in the sum, and divides by T."""
    T, N, H = output.shape
    result = output.new_zeros(N, H)
    for n in range(N):
        result[n] = output[: lengths[n] + 1, n].sum(0) / T
    return result


def wrong_8(output, lengths):
    """Leaves the last word out, and divides by the number of all words."""
    result = []
    for n, l in enumerate(lengths.tolist()):
        summe = output[0, n] * 0
        for t in range(l - 1):
            summe = summe + output[t, n]
        result.append(summe / sum(lengths.tolist()))
    return torch.stack(result)


TRUTH = {
    "wrong_1": ["divides by T instead of by the length"],
    "wrong_2": ["the pads are added up as well"],
    "wrong_3": ["one pad too many is in the sum"],
    "wrong_4": ["the last word is not in the sum"],
    "wrong_5": ["divides by the number of all words of the batch"],
    "wrong_6": ["output is read as batch first, (N, T, H)"],
    "wrong_7": ["one pad too many is in the sum", "divides by T instead of by the length"],
    "wrong_8": [
        "the last word is not in the sum",
        "divides by the number of all words of the batch",
    ],
}
