"""Plain ways of right answers, one thought a line: mistakes are edits of these lines.

`gru_step` and `edit_distance` are those that the assignment gives.
"""

# ruff: noqa: F821  (so they are not defined here)
import torch


def teacher_forcing(answers, start, end):
    lengths = [len(answer) for answer in answers]
    T = max(lengths) + 1
    inputs = torch.full((T, len(answers)), end)
    targets = torch.full((T, len(answers)), -100)
    for n, answer in enumerate(answers):
        read = [start, *answer]
        said = [*answer, end]
        inputs[: len(read), n] = torch.tensor(read)
        targets[: len(said), n] = torch.tensor(said)
    return inputs, targets


def attention_scores(d, outputs, W_a):
    asked = d @ W_a.T
    products = outputs * asked
    scores = products.sum(2)
    return scores


def attention_weights(scores, mask):
    masked = scores.masked_fill(~mask, -torch.inf)
    weights = masked.softmax(0)
    return weights


def attention_weights_2(scores, mask):
    masked = scores.masked_fill(~mask, -torch.inf)
    powers = torch.exp(masked - masked.max(0).values)
    return powers / powers.sum(0)


def context(weights, outputs):
    shares = weights.unsqueeze(2)
    parts = shares * outputs
    return parts.sum(0)


def decoder_step(sign, h, outputs, mask, p):
    x = p["E"][sign]
    h_new = gru_step(x, h, p)
    asked = h_new @ p["W_a"].T
    scores = (outputs * asked).sum(2)
    masked = scores.masked_fill(~mask, -torch.inf)
    weights = masked.softmax(0)
    seen = (weights.unsqueeze(2) * outputs).sum(0)
    both = torch.cat([h_new, seen], 1)
    logits = both @ p["W_o"].T + p["b_o"]
    return logits, h_new


def greedy(h, p, start, end, most):
    said = []
    sign = start
    for _ in range(most):
        x = p["E"][sign]
        h = gru_step(x, h, p)
        logits = p["W_o"] @ h + p["b_o"]
        sign = int(logits.argmax())
        if sign == end:
            break
        said.append(sign)
    return said


def beam_search(h, p, start, end, width, most):
    kept = [(0.0, [], h, False)]
    for _ in range(most):
        grown = []
        for total, said, state, finished in kept:
            if finished:
                grown.append((total, said, state, True))
                continue
            sign = said[-1] if said else start
            state = gru_step(p["E"][sign], state, p)
            logits = p["W_o"] @ state + p["b_o"]
            log_p = logits.log_softmax(0).tolist()
            for k, gain in enumerate(log_p):
                longer = said if k == end else [*said, k]
                grown.append((total + gain, longer, state, k == end))
        grown.sort(key=lambda one: one[0], reverse=True)
        kept = grown[:width]
    best = kept[0]
    return best[1], best[0]


def error_rates(said, truths, end):
    wrong = 0
    errors = 0
    signs = 0
    for row, truth in zip(said, truths):
        answer = row[: row.index(end)] if end in row else row
        distance = edit_distance(answer, truth)
        wrong += answer != truth
        errors += distance
        signs += len(truth)
    return wrong / len(said), errors / signs
