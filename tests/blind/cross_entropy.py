# ruff: noqa
import torch


def right_1(logits, targets):
    chosen = logits.gather(2, targets[:, :, None])[:, :, 0]
    return (logits.logsumexp(dim=2) - chosen).mean()


def right_2(logits, targets):
    V = logits.shape[-1]
    rows, wanted = logits.reshape(-1, V), targets.reshape(-1)
    log_p = torch.log_softmax(rows, dim=1)
    return -log_p[torch.arange(len(wanted)), wanted].mean()


def right_3(logits, targets):
    T, N = targets.shape
    total = 0.0
    for t in range(T):
        for n in range(N):
            z = logits[t, n]
            total = total + torch.logsumexp(z, 0) - z[targets[t, n]]
    return total / (T * N)


def right_4(logits, targets):
    assert logits.shape[:-1] == targets.shape
    onehot = torch.nn.functional.one_hot(targets, logits.size(-1)).to(logits.dtype)
    log_probs = torch.nn.functional.log_softmax(logits, dim=-1)
    return -torch.einsum("tnv,tnv->", onehot, log_probs) / targets.numel()


def right_5(logits, targets):
    # subtract the largest logit, so that exp never overflows
    shifted = logits - logits.max(dim=-1, keepdim=True).values
    log_norm = shifted.exp().sum(-1, keepdim=True).log()
    is_target = targets.unsqueeze(-1) == torch.arange(logits.shape[-1])
    losses = (log_norm - shifted)[is_target]
    return losses.sum() / len(losses)


# MISTAKE: adds up the losses of all places and does not divide by their number
def wrong_1(logits, targets):
    log_p = logits.log_softmax(-1)
    picked = log_p.gather(-1, targets.unsqueeze(-1))
    return -picked.sum()  # <-- here


# MISTAKE: the minus sign is missing, so the loss is negative
def wrong_2(logits, targets):
    T, N, V = logits.shape
    lp = torch.log_softmax(logits.view(T * N, V), dim=-1)
    right_letter = lp[range(T * N), targets.reshape(T * N)]
    return right_letter.mean()  # <-- here


# MISTAKE: normalises over the time steps instead of over the characters
def wrong_3(logits, targets):
    log_probs = torch.nn.functional.log_softmax(logits, dim=0)  # <-- here
    return -log_probs.gather(-1, targets[..., None]).squeeze(-1).mean()


# MISTAKE: averages the probability of the target itself, the logarithm is missing
def wrong_4(logits, targets):
    probs = torch.softmax(logits, dim=-1)
    p_target = torch.gather(probs, 2, targets.unsqueeze(2))
    return -p_target.mean()  # <-- here


# MISTAKE: makes probabilities first and then runs them through log_softmax as if they were logits
def wrong_5(logits, targets):
    probs = logits.softmax(dim=-1)  # <-- here
    log_p = probs.log_softmax(dim=-1)
    loss = 0.0
    for t, row in enumerate(targets):
        for n, k in enumerate(row):
            loss -= log_p[t, n, k]
    return loss / targets.numel()


# MISTAKE: takes the mean over the characters too, so the loss is V times too small
def wrong_6(logits, targets):
    y = torch.nn.functional.one_hot(targets, num_classes=logits.shape[-1])
    log_p = logits - torch.logsumexp(logits, dim=-1, keepdim=True)
    return -(y * log_p).mean()  # <-- here


# MISTAKE: shifts the targets by one step although they are the next letters already
def wrong_7(logits, targets):
    pred, gold = logits[:-1], targets[1:]  # <-- here
    logp = pred.log_softmax(-1)
    return -logp.gather(-1, gold.unsqueeze(-1)).mean()


# MISTAKE: flattens the logits stream by stream but the targets step by step, so they do not belong together
def wrong_8(logits, targets):
    V = logits.shape[2]
    flat_logits = logits.transpose(0, 1).reshape(-1, V)  # <-- here
    flat_targets = targets.flatten()
    nll = torch.logsumexp(flat_logits, 1) - flat_logits.gather(1, flat_targets[:, None]).squeeze(1)
    return nll.mean()


# MISTAKE: takes exp of the raw logits, which overflows to infinity (and the loss to nan) when logits are large
def wrong_9(logits, targets):
    e = torch.exp(logits)  # <-- here
    p = e / e.sum(dim=-1, keepdim=True)
    p_right = p.gather(-1, targets.unsqueeze(-1))
    return -torch.log(p_right).mean()


# MISTAKE: uses the logarithm to base 2, so the result is in bits and not in nats
# MISTAKE: divides by the number of steps only, not by steps times streams
def pair_1(logits, targets):
    p = torch.softmax(logits, -1).gather(-1, targets.unsqueeze(-1))
    losses = -torch.log2(p)  # <-- here
    return losses.sum() / len(targets)  # <-- here


# MISTAKE: the softmax goes over the streams of the batch instead of over the letters
# MISTAKE: forgets the minus
def pair_2(logits, targets):
    log_p = torch.log_softmax(logits, dim=1)  # <-- here
    vals = log_p.gather(2, targets.unsqueeze(2))
    return torch.mean(vals)  # <-- here


# MISTAKE: subtracts the largest logit in the sum of exps but does not put it back
# MISTAKE: sums over all places instead of averaging
def pair_3(logits, targets):
    biggest = logits.max(dim=-1, keepdim=True)[0]
    log_sum = torch.log(torch.exp(logits - biggest).sum(-1))  # <-- here
    z_target = logits.gather(-1, targets.unsqueeze(-1)).squeeze(-1)
    return (log_sum - z_target).sum()  # <-- here


# MISTAKE: takes letter 0 for padding and leaves these places out
# MISTAKE: returns the perplexity, the exp of the loss
def pair_4(logits, targets):
    log_p = torch.log_softmax(logits, dim=-1)
    nll = -log_p.gather(-1, targets.unsqueeze(-1)).squeeze(-1)
    real = targets != 0  # <-- here
    return (nll[real].sum() / real.sum()).exp()  # <-- here
