# ruff: noqa
import torch


def right_1(h, r, W_hn, b_hn):
    linear = torch.nn.functional.linear
    return r * linear(h, W_hn, b_hn), linear(r * h, W_hn, b_hn)


def right_2(h, r, W_hn, b_hn):
    torch_form = torch.einsum("nk,jk->nj", h, W_hn).add(b_hn).mul(r)
    paper_form = torch.einsum("nk,nk,jk->nj", r, h, W_hn).add(b_hn)
    return torch_form, paper_form


def right_3(h, r, W_hn, b_hn):
    N, H = h.shape
    first, second = torch.zeros_like(h), torch.zeros_like(h)
    for n in range(N):
        for i in range(H):
            first[n, i] = r[n, i] * ((W_hn[i] * h[n]).sum() + b_hn[i])
            second[n, i] = (W_hn[i] * r[n] * h[n]).sum() + b_hn[i]
    return first, second


def right_4(h, r, W_hn, b_hn):
    assert h.shape == r.shape
    # as in the formulas: sentences as columns
    h_col, r_col, b_col = h.T, r.T, b_hn.unsqueeze(1)
    u = W_hn @ h_col + b_col
    v = W_hn @ (r_col * h_col) + b_col
    return (r_col * u).T, v.T


def right_5(h, r, W_hn, b_hn):
    def past(state, weight):
        return torch.bmm(weight.expand(len(state), -1, -1), state.unsqueeze(2)).squeeze(2) + b_hn

    # for the paper, let r scale the columns of the weight, sentence by sentence
    per_sentence = W_hn.unsqueeze(0) * r.unsqueeze(1)
    return past(h, W_hn.unsqueeze(0)) * r, past(h, per_sentence)


# MISTAKE: leaves the weight untransposed although the sentences are rows
def wrong_1(h, r, W_hn, b_hn):
    as_torch = r * (h @ W_hn + b_hn)  # <-- here
    as_paper = (r * h) @ W_hn + b_hn  # <-- here
    return as_torch, as_paper


# MISTAKE: gives the paper's form first and torch's second
def wrong_2(h, r, W_hn, b_hn):
    paper = torch.matmul(r * h, W_hn.T) + b_hn
    pytorch = (torch.matmul(h, W_hn.T) + b_hn) * r
    return paper, pytorch  # <-- here


# MISTAKE: in torch's form the bias is added after the reset, so r does not act on it
def wrong_3(h, r, W_hn, b_hn):
    as_torch = r * (h @ W_hn.t()) + b_hn  # <-- here
    as_paper = (r * h) @ W_hn.t() + b_hn
    return (as_torch, as_paper)


# MISTAKE: in the paper's form the reset gate is applied to the bias too
def wrong_4(h, r, W_hn, b_hn):
    u = torch.einsum("ij,nj->ni", W_hn, h) + b_hn
    rh = r * h
    return r * u, torch.einsum("ij,nj->ni", W_hn, rh) + r * b_hn  # <-- here


# MISTAKE: the paper's form has no bias
def wrong_5(h, r, W_hn, b_hn):
    hidden_part = torch.addmm(b_hn, h, W_hn.T)
    torchs = r.mul(hidden_part)
    papers = torch.mm(r.mul(h), W_hn.T)  # <-- here
    return torchs, papers


# MISTAKE: lets through what the gate should reset, 1 - r in the place of r
def wrong_6(h, r, W_hn, b_hn):
    gate = 1 - r  # <-- here
    t = gate * (h @ W_hn.T + b_hn)
    p = (gate * h) @ W_hn.T + b_hn
    return t, p


# MISTAKE: squashes r by a sigmoid once more although it is a gate already
def wrong_7(h, r, W_hn, b_hn):
    reset = torch.sigmoid(r)  # <-- here
    W = W_hn.transpose(0, 1)
    return reset * (h @ W + b_hn), (reset * h) @ W + b_hn


# MISTAKE: in the paper's form, too, the gate is applied after the product with the weight, only the bias is left out of it
def wrong_8(h, r, W_hn, b_hn):
    Wh = h @ W_hn.T
    torch_version = r * (Wh + b_hn)
    paper_version = r * Wh + b_hn  # <-- here
    return torch_version, paper_version


# MISTAKE: applies the candidate's tanh already, which the task does not ask for
def wrong_9(h, r, W_hn, b_hn):
    a = r * (h @ W_hn.T + b_hn)
    b = (r * h) @ W_hn.T + b_hn
    return torch.tanh(a), torch.tanh(b)  # <-- here


# MISTAKE: multiplies by the weight without transposing it
# MISTAKE: torch's bias stands outside of the reset
def pair_1(h, r, W_hn, b_hn):
    W = W_hn  # <-- here
    as_torch = r * (h @ W) + b_hn  # <-- here
    as_paper = (r * h) @ W + b_hn
    return as_torch, as_paper


# MISTAKE: the bias is forgotten in the paper's form
# MISTAKE: the two forms are returned the wrong way round
def pair_2(h, r, W_hn, b_hn):
    first = r * (torch.matmul(h, W_hn.T) + b_hn)
    second = torch.matmul(r * h, W_hn.T)  # <-- here
    return second, first  # <-- here


# MISTAKE: in torch's form r acts twice, on the state and on the result
# MISTAKE: in the paper's form the bias is added before the product, so the weight multiplies it
def pair_3(h, r, W_hn, b_hn):
    gated = r * h
    one = r * (gated @ W_hn.T + b_hn)  # <-- here
    two = (gated + b_hn) @ W_hn.T  # <-- here
    return one, two


# MISTAKE: the gate is inverted
# MISTAKE: the paper's bias is inside of the gate
def pair_4(h, r, W_hn, b_hn):
    forget = 1.0 - r  # <-- here
    lin = torch.nn.functional.linear
    as_torch = forget * lin(h, W_hn, b_hn)
    as_paper = lin(forget * h, W_hn) + forget * b_hn  # <-- here
    return as_torch, as_paper
