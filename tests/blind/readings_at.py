# ruff: noqa
import torch


def right_1(scores, places, sounds):
    rows = scores[[k + 1 for k in places]]
    probabilities, best = torch.softmax(rows, dim=1).max(dim=1)
    return [sounds[k] for k in best.tolist()], probabilities


def right_2(scores, places, sounds):
    readings = []
    chances = scores.new_zeros(len(places))
    for j, place in enumerate(places):
        row = scores[place + 1]
        k = int(row.argmax())
        readings.append(sounds[k])
        chances[j] = torch.exp(row[k] - torch.logsumexp(row, 0))
    return readings, chances


def right_3(scores, places, sounds):
    inner = scores[1:-1]  # without the marks
    p = inner.log_softmax(-1).exp()
    best = inner.argmax(dim=-1)
    names = [sounds[int(best[k])] for k in places]
    return names, torch.tensor([p[k, best[k]].item() for k in places], dtype=scores.dtype)


def right_4(scores, places, sounds):
    assert scores.shape[1] == len(sounds)
    index = torch.tensor(places, dtype=torch.long) + 1
    picked = scores.index_select(0, index)
    value, number = picked.topk(1, dim=1)
    # softmax of the largest: 1 / sum of exp(score - largest)
    probability = 1 / torch.exp(picked - value).sum(dim=1)
    return list(map(sounds.__getitem__, number.flatten().tolist())), probability


# MISTAKE: the start mark is not counted, so each answer comes from the row of the character before
def wrong_1(scores, places, sounds):
    rows = scores[places]  # <-- here
    p = torch.softmax(rows, dim=-1)
    best = p.argmax(dim=-1)
    return [sounds[b] for b in best], p.max(dim=-1).values


# MISTAKE: the softmax runs down the rows, over the characters, instead of over the readings of one row
def wrong_2(scores, places, sounds):
    probs = torch.softmax(scores, dim=0)  # <-- here
    readings, chances = [], []
    for place in places:
        k = scores[place + 1].argmax().item()
        readings.append(sounds[k])
        chances.append(probs[place + 1, k].item())
    return readings, torch.tensor(chances, dtype=scores.dtype)


# MISTAKE: the highest score itself is given as the probability, without a softmax
def wrong_3(scores, places, sounds):
    at = torch.tensor(places) + 1
    top = torch.max(scores[at], dim=1)
    return [sounds[int(k)] for k in top.indices], top.values  # <-- here


# MISTAKE: each score goes through a sigmoid on its own instead of a softmax over the row
def wrong_4(scores, places, sounds):
    without_marks = scores[1 : scores.shape[0] - 1]
    names = []
    p = torch.zeros(len(places), dtype=scores.dtype)
    for n, k in enumerate(places):
        value, best = without_marks[k].max(dim=0)
        names.append(sounds[best.item()])
        p[n] = torch.sigmoid(value)  # <-- here
    return names, p


# MISTAKE: the logarithm of the probability is returned, not the probability
def wrong_5(scores, places, sounds):
    logp = torch.log_softmax(scores, dim=1)
    shifted = [k + 1 for k in places]
    best = logp[shifted].argmax(1)
    values = logp[shifted, best]  # <-- here
    return [sounds[b] for b in best.tolist()], values


# MISTAKE: the places are marked in a mask, so the answers come in the order of the sentence and not in the order of places
def wrong_6(scores, places, sounds):
    wanted = torch.zeros(scores.shape[0], dtype=torch.bool)
    for k in places:
        wanted[k + 1] = True
    picked = torch.softmax(scores[wanted], dim=-1)  # <-- here
    p, best = picked.max(-1)
    return [sounds[b] for b in best], p


# MISTAKE: the reading is looked up at the right row, but its probability in the row before, without the start mark's shift
def wrong_7(scores, places, sounds):
    probabilities = scores.softmax(dim=-1)
    readings = []
    sure = []
    for place in places:
        best = scores[place + 1].argmax()
        readings.append(sounds[best])
        sure.append(probabilities[place].max())  # <-- here
    return readings, torch.stack(sure)


# MISTAKE: the places are used as rows without the shift by the start mark
# MISTAKE: the softmax is taken over the rows instead of the scores
def pair_1(scores, places, sounds):
    rows = scores[torch.tensor(places)]  # <-- here
    best = rows.argmax(dim=1)
    probs = torch.softmax(rows, dim=0)  # <-- here
    return [sounds[b] for b in best.tolist()], probs.gather(1, best[:, None]).squeeze(1)


# MISTAKE: the places are shifted by two, as if both marks came before the sentence
# MISTAKE: sigmoid instead of softmax
def pair_2(scores, places, sounds):
    body = scores[2:]  # <-- here
    chosen = body[places]
    p, k = torch.sigmoid(chosen).max(dim=1)  # <-- here
    return [sounds[int(j)] for j in k], p


# MISTAKE: the readings are counted from one, so each name is the one before the right one
# MISTAKE: the scores are divided by their sum without an exponential
def pair_3(scores, places, sounds):
    names, probs = [], []
    for k in places:
        row = scores[k + 1]
        best = int(torch.argmax(row))
        names.append(sounds[best - 1])  # <-- here
        probs.append(row[best] / row.sum())  # <-- here
    return names, torch.stack(probs)
