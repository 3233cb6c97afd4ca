# ruff: noqa
import torch


def right_1(states, W_0, b_0, W_2, b_2):
    return torch.relu(states @ W_0.T + b_0) @ W_2.T + b_2


def right_2(states, W_0, b_0, W_2, b_2):
    linear = torch.nn.functional.linear
    middle = linear(states, W_0, b_0).clamp(min=0)
    return linear(middle, W_2, b_2)


def right_3(states, W_0, b_0, W_2, b_2):
    # one state after the other, as in the formula
    scores = []
    for s in states:
        hidden = W_0 @ s + b_0
        hidden = torch.where(hidden > 0, hidden, torch.zeros_like(hidden))
        scores.append(W_2 @ hidden + b_2)
    return torch.stack(scores)


def right_4(states, W_0, b_0, W_2, b_2):
    T, C = len(states), len(b_2)
    assert states.shape[1] == W_0.shape[1]
    m = torch.einsum("ts,ms->tm", states, W_0) + b_0.unsqueeze(0)
    m = m * (m > 0)
    scores = b_2.expand(T, C) + torch.einsum("tm,cm->tc", m, W_2)
    return scores


# MISTAKE: there is no ReLU between the two layers
def wrong_1(states, W_0, b_0, W_2, b_2):
    hidden = states @ W_0.T + b_0  # <-- here
    return hidden @ W_2.T + b_2


# MISTAKE: the ReLU is applied a second time, to the scores, so that no score is negative
def wrong_2(states, W_0, b_0, W_2, b_2):
    x = states
    for W, b in ((W_0, b_0), (W_2, b_2)):
        x = torch.relu(torch.nn.functional.linear(x, W, b))  # <-- here
    return x


# MISTAKE: the first bias is added after the ReLU instead of inside it
def wrong_3(states, W_0, b_0, W_2, b_2):
    hidden = torch.relu(torch.matmul(states, W_0.t())) + b_0  # <-- here
    return torch.matmul(hidden, W_2.t()) + b_2


# MISTAKE: the second bias b_2 is forgotten
def wrong_4(states, W_0, b_0, W_2, b_2):
    hidden = torch.einsum("ts,ms->tm", states, W_0)
    hidden = torch.maximum(hidden + b_0, hidden.new_zeros(1))
    return torch.einsum("tm,cm->tc", hidden, W_2)  # <-- here


# MISTAKE: the ReLU is applied to the states before the first layer and not to what comes out of it
def wrong_5(states, W_0, b_0, W_2, b_2):
    positive = torch.relu(states)  # <-- here
    middle = positive @ W_0.T + b_0
    scores = middle @ W_2.T + b_2
    return scores


# MISTAKE: the first matrix is reshaped to fit instead of being transposed
def wrong_6(states, W_0, b_0, W_2, b_2):
    M, S = W_0.shape
    hidden = (states @ W_0.reshape(S, M) + b_0).clamp_min(0)  # <-- here
    return torch.addmm(b_2, hidden, W_2.T)


# MISTAKE: instead of keeping what is positive, every positive number becomes 1
def wrong_7(states, W_0, b_0, W_2, b_2):
    rows = []
    for state in states:
        z = torch.mv(W_0, state) + b_0
        active = (z > 0).to(z.dtype)  # <-- here
        rows.append(torch.mv(W_2, active) + b_2)
    return torch.stack(rows)


# MISTAKE: the first bias is left out
# MISTAKE: probabilities come back instead of scores, a softmax too many
def pair_1(states, W_0, b_0, W_2, b_2):
    hidden = torch.relu(states @ W_0.T)  # <-- here
    scores = hidden @ W_2.T + b_2
    return torch.softmax(scores, dim=-1)  # <-- here


# MISTAKE: the ReLU stands at the end, on the scores, and there is none between the layers
# MISTAKE: the second bias is missing
def pair_2(states, W_0, b_0, W_2, b_2):
    hidden = states @ W_0.T + b_0  # <-- here
    scores = hidden @ W_2.T  # <-- here
    return torch.relu(scores)  # <-- here


# MISTAKE: a sigmoid stands where the ReLU should be
# MISTAKE: the second matrix is only viewed as (M, C) and not transposed
def pair_3(states, W_0, b_0, W_2, b_2):
    hidden = torch.sigmoid(torch.nn.functional.linear(states, W_0, b_0))  # <-- here
    return hidden @ W_2.reshape(hidden.shape[1], -1) + b_2  # <-- here
