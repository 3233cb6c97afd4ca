# ruff: noqa
import torch


# ---------------------------------------------------------------- right


def right_1(weights, outputs):
    return (weights.unsqueeze(2) * outputs).sum(0)


def right_2(weights, outputs):
    return torch.einsum("sn,snk->nk", weights, outputs)


def right_3(weights, outputs):
    a = weights.T.unsqueeze(1)  # (N, 1, S)
    h = outputs.transpose(0, 1)  # (N, S, K)
    return torch.bmm(a, h).squeeze(1)


def right_4(weights, outputs):
    S, N, K = outputs.shape
    assert weights.shape == (S, N)
    c = torch.zeros(N, K, dtype=outputs.dtype)
    for n in range(N):
        for s in range(S):
            c[n] += weights[s, n] * outputs[s, n]
    return c


# ---------------------------------------------------------------- wrong


# MISTAKE: mean over the letters instead of the sum, so it is divided by S once too often
def wrong_1(weights, outputs):
    return (weights.unsqueeze(-1) * outputs).mean(dim=0)  # <-- here


# MISTAKE: the weights are ignored, it is the plain mean of the outputs
def wrong_2(weights, outputs):
    S = outputs.shape[0]
    total = torch.zeros_like(outputs[0])
    for s in range(S):
        total = total + outputs[s]  # <-- here
    return total / S  # <-- here


# MISTAKE: only the output with the largest weight is taken, instead of a mixture of all
def wrong_3(weights, outputs):
    where = weights.argmax(dim=0)  # <-- here
    return outputs[where, torch.arange(outputs.size(1))]


# MISTAKE: the weights go through another softmax, though they are weights already
def wrong_4(weights, outputs):
    a = torch.softmax(weights, dim=0)  # <-- here
    return torch.einsum("sn,snk->nk", a, outputs)


# MISTAKE: the weights of all texts are summed up (the axis n of the weights is summed out), so each text gets the others' weights too
def wrong_5(weights, outputs):
    return torch.einsum("sm,snk->nk", weights, outputs)  # <-- here


# MISTAKE: the weights (S, N) are reshaped to (N, 1, S) without a transpose, so weights of different texts are mixed up
def wrong_6(weights, outputs):
    S, N, K = outputs.shape
    a = weights.reshape(N, 1, S)  # <-- here
    h = outputs.permute(1, 0, 2)
    return (a @ h)[:, 0]


# MISTAKE: it sums over the texts of the batch instead of over the letters, so the result is (S, K)
def wrong_7(weights, outputs):
    weighted = outputs * weights[:, :, None]
    c = weighted.sum(1)  # <-- here
    return c


# ---------------------------------------------------------------- pair


# MISTAKE: another softmax over the weights
# MISTAKE: mean instead of sum over the letters
def pair_1(weights, outputs):
    a = weights.softmax(0).unsqueeze(2)  # <-- here
    return (a * outputs).mean(0)  # <-- here


# MISTAKE: the weights are divided by their sum over the texts of the batch, which takes the 1 from each column
# MISTAKE: the last letter is left out of the loop
def pair_2(weights, outputs):
    S, N, K = outputs.shape
    a = weights / weights.sum(dim=1, keepdim=True)  # <-- here
    c = torch.zeros(N, K, dtype=outputs.dtype)
    for s in range(S - 1):  # <-- here
        c += a[s].unsqueeze(1) * outputs[s]
    return c


# MISTAKE: the outputs are viewed as (N, S, K) instead of being transposed, so the texts get mixed
# MISTAKE: divided by the number of letters after the weighted sum
def pair_3(weights, outputs):
    S, N, K = outputs.shape
    h = outputs.reshape(N, S, K)  # <-- here
    a = weights.t().unsqueeze(1)
    return torch.bmm(a, h).squeeze(1) / S  # <-- here
