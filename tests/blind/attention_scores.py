# ruff: noqa
import torch


def right_1(d, outputs, W_a):
    return (outputs * (d @ W_a.T)).sum(-1)


def right_2(d, outputs, W_a):
    return torch.einsum("snk,kh,nh->sn", outputs, W_a, d)


def right_3(d, outputs, W_a):
    S, N, K = outputs.shape
    e = outputs.new_zeros(S, N)
    for n in range(N):
        question = W_a @ d[n]  # (K)
        for s in range(S):
            e[s, n] = torch.dot(outputs[s, n], question)
    return e


def right_4(d, outputs, W_a):
    assert outputs.shape[1] == d.shape[0]
    keys = outputs.transpose(0, 1) @ W_a  # (N, S, H)
    e = torch.bmm(keys, d.unsqueeze(2))  # (N, S, 1)
    return e.squeeze(2).transpose(0, 1)


# MISTAKE: W_a is not transposed, although the states are rows
def wrong_1(d, outputs, W_a):
    q = d @ W_a  # <-- here
    return (outputs * q).sum(dim=-1)


# MISTAKE: divides by the square root of K, as a transformer does
def wrong_2(d, outputs, W_a):
    K = outputs.shape[-1]
    query = torch.einsum("kh,nh->nk", W_a, d)
    return torch.einsum("snk,nk->sn", outputs, query) / K**0.5  # <-- here


# MISTAKE: returns attention weights, because a softmax is taken here already
def wrong_3(d, outputs, W_a):
    query = torch.nn.functional.linear(d, W_a)
    scores = (outputs * query.unsqueeze(0)).sum(2)
    return torch.softmax(scores, dim=0)  # <-- here


# MISTAKE: brings (N, S) into the form (S, N) with reshape, which does not exchange the axes
def wrong_4(d, outputs, W_a):
    S, N, K = outputs.shape
    q = (d @ W_a.T).unsqueeze(-1)  # (N, K, 1)
    scores = torch.bmm(outputs.permute(1, 0, 2), q)  # (N, S, 1)
    return scores.reshape(S, N)  # <-- here


# MISTAKE: every output meets the states of all texts, whose scores are added up, instead of its own text's only
def wrong_5(d, outputs, W_a):
    wd = W_a @ d.T  # (K, N)
    scores = outputs @ wd  # (S, N, N)
    return scores.sum(dim=-1)  # <-- here


# MISTAKE: the mean over the K products instead of their sum
def wrong_6(d, outputs, W_a):
    asked = torch.matmul(d, W_a.t())
    rows = [(h_s * asked).mean(dim=1) for h_s in outputs]  # <-- here
    return torch.stack(rows)


# MISTAKE: puts a tanh on the question W_a d
def wrong_7(d, outputs, W_a):
    S, N = outputs.shape[:2]
    q = torch.tanh(d @ W_a.T)  # <-- here
    scores = torch.zeros(S, N, dtype=outputs.dtype)
    for s in range(S):
        scores[s] = (outputs[s] * q).sum(-1)
    return scores


# MISTAKE: divides by the square root of K
# MISTAKE: swaps texts and letters of the outputs with a view
def pair_1(d, outputs, W_a):
    S, N, K = outputs.shape
    o = outputs.reshape(N, S, K)  # <-- here
    scores = torch.einsum("nsk,nk->sn", o, d @ W_a.T)
    return scores / torch.sqrt(torch.tensor(float(K)))  # <-- here


# MISTAKE: all texts ask with the state of the first text
# MISTAKE: the products are averaged, not added up
def pair_2(d, outputs, W_a):
    question = W_a @ d[0]  # <-- here
    return (outputs * question).mean(-1)  # <-- here


# MISTAKE: the outputs are scaled to length 1, so this is a cosine and no dot product
# MISTAKE: a softmax is taken, and over the texts at that
def pair_3(d, outputs, W_a):
    unit = outputs / outputs.norm(dim=-1, keepdim=True)  # <-- here
    q = d @ W_a.T
    e = torch.einsum("snk,nk->sn", unit, q)
    return e.softmax(dim=1)  # <-- here
