# ruff: noqa
import torch


def right_1(ids, p):
    h = p["W_hh"].new_zeros(1, p["W_hh"].shape[1])
    logits, _ = spare_read(ids[:-1].unsqueeze(1), h, p)
    return torch.exp(spare_cross_entropy(logits, ids[1:].unsqueeze(1)))


def right_2(ids, p):
    # my own GRU, one letter after the other
    H = p["W_hh"].shape[1]
    h = torch.zeros(H, dtype=p["E"].dtype)
    surprise = 0.0
    for now, after in zip(ids[:-1], ids[1:]):
        x = p["E"][now]
        ar, az, an = (p["W_ih"] @ x + p["b_ih"]).chunk(3)
        br, bz, bn = (p["W_hh"] @ h + p["b_hh"]).chunk(3)
        r, z = torch.sigmoid(ar + br), torch.sigmoid(az + bz)
        n = torch.tanh(an + r * bn)
        h = (1 - z) * n + z * h
        logits = p["W_out"] @ h + p["b_out"]
        surprise = surprise + torch.logsumexp(logits, 0) - logits[after]
    return torch.exp(surprise / (len(ids) - 1))


def right_3(ids, p):
    R = ids.shape[0]
    column = ids.reshape(R, 1)
    state = torch.zeros_like(p["W_hh"][:1])
    with torch.no_grad():
        logits, state = spare_read(column[: R - 1], state, p)
        log_p = torch.log_softmax(logits, dim=-1).squeeze(1)
        chosen = log_p.gather(1, column[1:])
        return chosen.mean().neg().exp().item()


def right_4(ids, p):
    # the geometric mean of 1 / probability
    h = p["b_hh"].new_zeros((1, p["b_hh"].numel() // 3))
    logs = []
    for t in range(len(ids) - 1):
        logits, h = spare_read(ids[t].view(1, 1), h, p)
        assert logits.shape[:2] == (1, 1)
        prob = torch.softmax(logits[0, 0], dim=0)[ids[t + 1]]
        logs.append(prob.log())
    return float(torch.exp(-sum(logs) / len(logs)))


# MISTAKE: the mean loss itself is returned, without the exponential
def wrong_1(ids, p):
    h = p["E"].new_zeros(1, p["W_hh"].shape[1])
    logits, h = spare_read(ids[:-1][:, None], h, p)
    loss = spare_cross_entropy(logits, ids[1:][:, None])
    return loss.item()  # <-- here


# MISTAKE: each letter is its own target, the targets are not shifted by one
def wrong_2(ids, p):
    h0 = p["W_hh"].new_zeros(1, p["W_hh"].shape[1])
    inputs = ids[:-1].reshape(-1, 1)
    targets = ids[:-1].reshape(-1, 1)  # <-- here
    logits, _ = spare_read(inputs, h0, p)
    return torch.exp(spare_cross_entropy(logits, targets))


# MISTAKE: the loss is in nats, but 2 is raised to it as if it were in bits
def wrong_3(ids, p):
    H = p["W_out"].shape[1]
    logits, _ = spare_read(ids[:-1].view(-1, 1), p["E"].new_zeros(1, H), p)
    log_probs = logits.log_softmax(-1)
    picked = torch.gather(log_probs, 2, ids[1:].view(-1, 1, 1))
    return 2 ** (-picked.mean())  # <-- here


# MISTAKE: the exponential is taken of each letter's loss and then averaged, instead of the exponential of the average
def wrong_4(ids, p):
    h = torch.zeros_like(p["W_hh"][0]).unsqueeze(0)
    logits, h = spare_read(ids[:-1].unsqueeze(-1), h, p)
    logits = logits[:, 0]
    targets = ids[1:]
    losses = torch.logsumexp(logits, dim=1) - logits[torch.arange(len(targets)), targets]
    return losses.exp().mean()  # <-- here


# MISTAKE: the letters are laid out as R - 1 streams of one step, so each one is read from a state of zeros without any memory
def wrong_5(ids, p):
    inputs, targets = ids[:-1].unsqueeze(0), ids[1:].unsqueeze(0)  # <-- here
    h = p["W_hh"].new_zeros(inputs.shape[1], p["W_hh"].shape[1])
    with torch.no_grad():
        logits, _ = spare_read(inputs, h, p)
    return spare_cross_entropy(logits, targets).exp()


# MISTAKE: the sum of the losses is divided by the number of letters R, although only R - 1 of them are predicted
def wrong_6(ids, p):
    state = p["E"].new_zeros(1, p["W_hh"].size(1))
    total = 0.0
    for k in range(len(ids) - 1):
        logits, state = spare_read(ids[k : k + 1, None], state, p)
        total += spare_cross_entropy(logits, ids[k + 1 : k + 2, None]).item()
    mean = total / len(ids)  # <-- here
    return torch.exp(torch.tensor(mean))


# MISTAKE: the first prediction is left out of the mean, as if the letter after the first had nothing before it
def wrong_7(ids, p):
    h = p["b_hh"].new_zeros(1, p["b_hh"].shape[0] // 3)
    logits, h = spare_read(ids[:-1].unsqueeze(1), h, p)
    y = ids[1:].unsqueeze(1)
    loss = spare_cross_entropy(logits[1:], y[1:])  # <-- here
    return torch.exp(loss)


# MISTAKE: inputs and targets are exchanged, the model has to name the letter before
# MISTAKE: 2 to the power of a loss in nats, instead of e
def pair_1(ids, p):
    h = p["W_hh"].new_zeros(1, p["W_hh"].shape[1])
    inputs, targets = ids[1:, None], ids[:-1, None]  # <-- here
    logits, _ = spare_read(inputs, h, p)
    return torch.pow(2.0, spare_cross_entropy(logits, targets))  # <-- here


# MISTAKE: reading begins from a state of ones instead of zeros
# MISTAKE: the inverse probabilities are averaged, instead of the logarithms before the exponential
def pair_2(ids, p):
    h = torch.ones_like(p["W_hh"][:1])  # <-- here
    logits, h = spare_read(ids[:-1].reshape(-1, 1), h, p)
    probs = torch.softmax(logits, dim=-1)[:, 0]
    right_ones = probs[range(len(ids) - 1), ids[1:]]
    return (1 / right_ones).mean().item()  # <-- here


# MISTAKE: the state is not passed on, every letter is read from zeros again
# MISTAKE: the sum is divided by R instead of R - 1
def pair_3(ids, p):
    R = len(ids)
    zero = p["W_hh"].new_zeros(1, p["W_hh"].shape[1])
    loss = 0
    for t in range(R - 1):
        logits, _ = spare_read(ids[t].reshape(1, 1), zero, p)  # <-- here
        loss = loss + spare_cross_entropy(logits, ids[t + 1].reshape(1, 1))
    return torch.exp(loss / R)  # <-- here
