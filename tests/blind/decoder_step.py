# ruff: noqa
import torch


def right_1(sign, h, outputs, mask, p):
    x = p["E"][sign]
    d = gru_step(x, h, p)
    e = (outputs * (d @ p["W_a"].T)).sum(-1)
    a = e.masked_fill(~mask, float("-inf")).softmax(0)
    c = (a.unsqueeze(-1) * outputs).sum(0)
    scores = torch.cat([d, c], dim=-1) @ p["W_o"].T + p["b_o"]
    return scores, d


def right_2(sign, h, outputs, mask, p):
    new = gru_step(torch.nn.functional.embedding(sign, p["E"]), h, p)
    energy = torch.einsum("snk,kh,nh->sn", outputs, p["W_a"], new)
    energy = torch.where(mask, energy, torch.full_like(energy, -torch.inf))
    look = torch.softmax(energy, dim=0)
    seen = torch.einsum("sn,snk->nk", look, outputs)
    H = h.shape[1]
    W_d, W_c = p["W_o"][:, :H], p["W_o"][:, H:]
    return new @ W_d.T + seen @ W_c.T + p["b_o"], new


def right_3(sign, h, outputs, mask, p):
    # text by text, and only over the letters that are there
    scores, states = [], []
    for n in range(len(sign)):
        d = gru_step(p["E"][int(sign[n])], h[n], p)
        memory = outputs[mask[:, n], n]  # (letters, K)
        weights = torch.softmax(memory @ (p["W_a"] @ d), dim=0)
        context = weights @ memory
        scores.append(p["W_o"] @ torch.hstack([d, context]) + p["b_o"])
        states.append(d)
    return torch.stack(scores), torch.stack(states)


def right_4(sign, h, outputs, mask, p):
    C, E_size = p["E"].shape
    onehot = torch.nn.functional.one_hot(sign, C).to(h.dtype)
    h_new = gru_step(onehot @ p["E"], h, p)
    assert h_new.shape == h.shape

    memory = outputs.permute(1, 0, 2)  # (N, S, K)
    keep = mask.T.unsqueeze(1)  # (N, 1, S)
    query = (h_new @ p["W_a"].t()).unsqueeze(1)  # (N, 1, K)
    raw = torch.bmm(query, memory.transpose(1, 2))
    raw = raw.masked_fill(keep.logical_not(), -torch.inf)
    ctx = torch.bmm(raw.softmax(dim=2), memory).squeeze(1)
    both = torch.cat((h_new, ctx), 1)
    return torch.nn.functional.linear(both, p["W_o"], p["b_o"]), h_new


# MISTAKE: attention asks with the state before the step instead of the new one
def wrong_1(sign, h, outputs, mask, p):
    x = p["E"][sign]
    e = (outputs * (h @ p["W_a"].T)).sum(-1)  # <-- here
    a = torch.softmax(e.masked_fill(~mask, float("-inf")), dim=0)
    c = (a[:, :, None] * outputs).sum(0)
    d = gru_step(x, h, p)
    return torch.cat([d, c], -1) @ p["W_o"].T + p["b_o"], d


# MISTAKE: the context stands before the state, so both meet the wrong columns of W_o
def wrong_2(sign, h, outputs, mask, p):
    d = gru_step(p["E"][sign], h, p)
    scores = torch.einsum("snk,nk->sn", outputs, d @ p["W_a"].T)
    scores[~mask] = -torch.inf
    c = torch.einsum("sn,snk->nk", scores.softmax(0), outputs)
    dc = torch.cat((c, d), dim=1)  # <-- here
    return dc @ p["W_o"].T + p["b_o"], d


# MISTAKE: returns probabilities: a softmax too many
def wrong_3(sign, h, outputs, mask, p):
    embedded = p["E"].index_select(0, sign)
    state = gru_step(embedded, h, p)
    query = torch.nn.functional.linear(state, p["W_a"])
    att = (outputs * query).sum(dim=2)
    att = att.masked_fill(mask == False, -1e30)  # noqa: E712
    att = torch.softmax(att, dim=0)
    ctx = torch.sum(att.unsqueeze(2) * outputs, dim=0)
    logits = torch.nn.functional.linear(torch.cat([state, ctx], 1), p["W_o"], p["b_o"])
    return torch.softmax(logits, dim=-1), state  # <-- here


# MISTAKE: the softmax includes the padding, whose weights are only set to 0 afterwards, so the weights do not add up to 1
def wrong_4(sign, h, outputs, mask, p):
    N = sign.shape[0]
    d = gru_step(p["E"][sign], h, p)
    q = d @ p["W_a"].T
    contexts = []
    for n in range(N):
        a = torch.softmax(outputs[:, n] @ q[n], dim=0)
        a = a * mask[:, n]  # <-- here
        contexts.append(a @ outputs[:, n])
    c = torch.stack(contexts)
    return torch.cat([d, c], dim=1) @ p["W_o"].T + p["b_o"], d


# MISTAKE: the softmax of attention goes over the texts of the batch and not over the letters
def wrong_5(sign, h, outputs, mask, p):
    d = gru_step(p["E"][sign], h, p)
    e = torch.einsum("snk,kh,nh->sn", outputs, p["W_a"], d)
    e = torch.where(mask, e, torch.tensor(-1e9).to(e))
    w = torch.softmax(e, dim=1)  # <-- here
    c = torch.einsum("sn,snk->nk", w, outputs)
    both = torch.cat([d, c], dim=-1)
    return torch.einsum("cj,nj->nc", p["W_o"], both) + p["b_o"], d


# MISTAKE: gives back the state it was given instead of the new one
def wrong_6(sign, h, outputs, mask, p):
    def attend(d):
        s = (outputs @ p["W_a"] * d).sum(-1).masked_fill(~mask, -torch.inf)
        return (torch.softmax(s, 0).unsqueeze(-1) * outputs).sum(0)

    h_t = gru_step(p["E"][sign], h, p)
    c_t = attend(h_t)
    out = torch.cat([h_t, c_t], 1) @ p["W_o"].T + p["b_o"]
    return out, h  # <-- here


# MISTAKE: the output layer gets the old state instead of the new one
def wrong_7(sign, h, outputs, mask, p):
    d = gru_step(p["E"][sign], h, p)
    memory = outputs.transpose(0, 1)
    s = torch.matmul(memory, (d @ p["W_a"].T)[:, :, None]).squeeze(-1)  # (N, S)
    s = s.masked_fill(~mask.T, float("-inf"))
    a = s.softmax(dim=-1)
    c = torch.matmul(a[:, None, :], memory).squeeze(1)
    o = torch.hstack([h, c])  # <-- here
    return o @ p["W_o"].T + p["b_o"], d


# MISTAKE: the mask is inverted: attention sees only the padding
# MISTAKE: the bias of the output layer is forgotten
def pair_1(sign, h, outputs, mask, p):
    d = gru_step(p["E"][sign], h, p)
    e = (outputs * (d @ p["W_a"].T)).sum(-1)
    e = e.masked_fill(mask, -1e9)  # <-- here
    c = (e.softmax(0)[..., None] * outputs).sum(0)
    return torch.cat([d, c], -1) @ p["W_o"].T, d  # <-- here


# MISTAKE: the padding is not masked
# MISTAKE: the scores of attention are divided by the square root of their size
def pair_2(sign, h, outputs, mask, p):
    x = torch.stack([p["E"][k] for k in sign])
    d = gru_step(x, h, p)
    e = torch.einsum("snk,nk->sn", outputs, d @ p["W_a"].T)
    e = e / outputs.shape[-1] ** 0.5  # <-- here
    a = torch.softmax(e, dim=0)  # <-- here
    c = torch.einsum("sn,snk->nk", a, outputs)
    return torch.nn.functional.linear(torch.cat([d, c], 1), p["W_o"], p["b_o"]), d


# MISTAKE: the context is a mean of the weighted outputs over all S places instead of their sum
# MISTAKE: log-probabilities are returned instead of the scores
def pair_3(sign, h, outputs, mask, p):
    d = gru_step(p["E"][sign], h, p)
    q = d @ p["W_a"].T
    e = (outputs * q.unsqueeze(0)).sum(2).masked_fill(~mask, -torch.inf)
    a = torch.softmax(e, dim=0)
    c = (a.unsqueeze(2) * outputs).mean(dim=0)  # <-- here
    out = torch.cat([d, c], dim=1) @ p["W_o"].T + p["b_o"]
    return torch.log_softmax(out, dim=1), d  # <-- here
