"""Plain ways of right answers, one thought a line: mistakes are edits of these lines.

`read` and `cross_entropy` in `train`, `perplexity` and `sample` are those of the assignment.
"""

import torch


def streams(ids, N, T):
    K = (len(ids) - 1) // N // T
    length = K * T
    inputs = ids[: N * length]
    targets = ids[1 : N * length + 1]
    inputs = inputs.reshape(N, K, T)
    targets = targets.reshape(N, K, T)
    return inputs.permute(1, 2, 0), targets.permute(1, 2, 0)


def read(ids, h, p):
    vectors = p["E"][ids]
    states = []
    for x in vectors:
        a = x @ p["W_ih"].T + p["b_ih"]
        b = h @ p["W_hh"].T + p["b_hh"]
        a_r, a_z, a_n = a.chunk(3, -1)
        b_r, b_z, b_n = b.chunk(3, -1)
        r = torch.sigmoid(a_r + b_r)
        z = torch.sigmoid(a_z + b_z)
        n = torch.tanh(a_n + r * b_n)
        h = (1 - z) * n + z * h
        states.append(h)
    output = torch.stack(states)
    logits = output @ p["W_out"].T + p["b_out"]
    return logits, h


def cross_entropy(logits, targets):
    log_p = logits.log_softmax(-1)
    picked = log_p.gather(-1, targets.unsqueeze(-1)).squeeze(-1)
    losses = -picked
    loss = losses.mean()
    return loss


def cross_entropy_2(logits, targets):
    total = torch.logsumexp(logits, -1)
    of_target = logits.gather(-1, targets.unsqueeze(-1)).squeeze(-1)
    differences = total - of_target
    return differences.mean()


def train(inputs, targets, h, p, lr, max_norm):
    losses = []
    for x, y in zip(inputs, targets):
        p = {name: w.detach().clone().requires_grad_() for name, w in p.items()}
        h = h.detach()
        logits, h = read(x, h, p)
        loss = cross_entropy(logits, y)
        gradients = torch.autograd.grad(loss, list(p.values()))
        norm = sum((g**2).sum() for g in gradients).sqrt()
        factor = torch.clamp(max_norm / norm, max=1.0)
        steps = [lr * factor * g for g in gradients]
        p = {name: w.detach() - step for (name, w), step in zip(p.items(), steps)}
        losses.append(loss.detach())
    losses = torch.stack(losses)
    return p, losses, h.detach()


def perplexity(ids, p):
    H = p["W_hh"].shape[1]
    h = p["W_hh"].new_zeros(1, H)
    inputs = ids[:-1].unsqueeze(1)
    targets = ids[1:].unsqueeze(1)
    logits, h = read(inputs, h, p)
    loss = cross_entropy(logits, targets)
    return loss.exp().item()


def sample(start, u, temperature, p):
    H = p["W_hh"].shape[1]
    h = p["W_hh"].new_zeros(1, H)
    logits, h = read(start.unsqueeze(1), h, p)
    drawn = []
    for number in u:
        z = logits[-1, 0] / temperature
        shares = z.softmax(0)
        sums = shares.cumsum(0)
        k = int((sums <= number).sum())
        k = min(k, len(sums) - 1)
        drawn.append(k)
        x = torch.tensor([[k]])
        logits, h = read(x, h, p)
    return torch.tensor(drawn)
