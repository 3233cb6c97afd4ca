# ruff: noqa
import torch


# ------------------------------------------------------------------ right


def right_1(weights, outputs):
    return (weights.unsqueeze(-1) * outputs).sum(0)


def right_2(weights, outputs):
    return torch.einsum("sn,snk->nk", weights, outputs)


def right_3(weights, outputs):
    # (N, 1, S) @ (N, S, K) -> (N, 1, K)
    return torch.bmm(weights.T.unsqueeze(1), outputs.transpose(0, 1)).squeeze(1)


def right_4(weights, outputs):
    """Letter by letter."""
    S, N, K = outputs.shape
    c = outputs.new_zeros(N, K)
    for a, h in zip(weights, outputs):  # (N), (N, K)
        c = c + a.view(N, 1) * h
    return c


# ------------------------------------------------------------------ wrong


# MISTAKE: the sum is over the texts of the batch instead of over the letters
def wrong_1(weights, outputs):
    return (weights.unsqueeze(-1) * outputs).sum(1)  # <-- here


# MISTAKE: the products are averaged over the letters instead of added up, so everything is divided by S as well
def wrong_2(weights, outputs):
    weighted = weights[:, :, None] * outputs
    return weighted.mean(dim=0)  # <-- here


# MISTAKE: a softmax is applied to weights that have already been through one
def wrong_3(weights, outputs):
    a = torch.softmax(weights, dim=0)  # <-- here
    return torch.einsum("sn,snk->nk", a, outputs)


# MISTAKE: the outputs are reshaped to (N, S, K) instead of transposed, which mixes up texts and letters
def wrong_4(weights, outputs):
    S, N, K = outputs.shape
    h = outputs.reshape(N, S, K)  # <-- here
    return torch.bmm(weights.T.unsqueeze(1), h).squeeze(1)


# MISTAKE: only the output of the letter with the largest weight is taken, instead of the weighted mean of all
def wrong_5(weights, outputs):
    best = weights.argmax(dim=0)
    return outputs[best, torch.arange(outputs.shape[1])]  # <-- here


# MISTAKE: the weights of all texts are added together before they are used, so no text has weights of its own
def wrong_6(weights, outputs):
    return torch.einsum("sm,snk->nk", weights, outputs)  # <-- here


# MISTAKE: the loop overwrites the context at each letter instead of adding to it, so only the last letter is left
def wrong_7(weights, outputs):
    S, N, K = outputs.shape
    c = outputs.new_zeros(N, K)
    for s in range(S):
        c = weights[s].unsqueeze(1) * outputs[s]  # <-- here
    return c


# ------------------------------------------------------------------ pairs


# MISTAKE: the loop begins with the second letter and leaves out the first; the sum is divided by the number of letters
def pair_1(weights, outputs):
    total = torch.zeros_like(outputs[0])
    for s in range(1, len(outputs)):  # <-- here
        total += weights[s][:, None] * outputs[s]
    return total / len(outputs)  # <-- here


# MISTAKE: the weights are normalised once more, over the texts instead of left as they are; the context goes through a tanh at the end
def pair_2(weights, outputs):
    weights = weights / weights.sum(dim=1, keepdim=True)  # <-- here
    c = torch.einsum("sn,snk->nk", weights, outputs)
    return torch.tanh(c)  # <-- here


# MISTAKE: the weights are reshaped to (N, S) instead of transposed; the result is (K, N) instead of (N, K)
def pair_3(weights, outputs):
    S, N, K = outputs.shape
    a = weights.reshape(N, S)  # <-- here
    c = torch.stack([a[n] @ outputs[:, n] for n in range(N)], dim=1)  # <-- here
    return c
