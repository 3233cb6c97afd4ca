# ruff: noqa
import torch


def right_1(lengths, T):
    N = len(lengths)
    mask = torch.zeros(T, N, dtype=torch.bool)
    for n in range(N):
        for t in range(T):
            if t < lengths[n]:
                mask[t, n] = True
    return mask


def right_2(lengths, T):
    mask = torch.zeros(T, len(lengths), dtype=torch.bool)
    for n, length in enumerate(lengths.tolist()):
        mask[:length, n] = True
    return mask


def right_3(lengths, T):
    assert lengths.dim() == 1
    assert lengths.max() <= T, "a sentence longer than the table"
    steps = torch.arange(T)[:, None].expand(T, lengths.shape[0])
    return torch.lt(steps, lengths[None, :])


def right_4(lengths, T):
    # batch first in a list, then swapped
    columns = [[True] * l + [False] * (T - l) for l in lengths.tolist()]
    return torch.tensor(columns, dtype=torch.bool).t()


def right_5(lengths, T):
    # count how many words are left, step by step
    left = lengths.clone()
    rows = []
    for _ in range(T):
        rows.append(left > 0)
        left = left - 1
    return torch.stack(rows, dim=0)


# MISTAKE: compares with <=, so one pad after each sentence counts as a word.
def wrong_1(lengths, T):
    return torch.arange(T).unsqueeze(1) <= lengths  # <-- here


# MISTAKE: turned round: True at the pads and False at the words.
def wrong_2(lengths, T):
    positions = torch.arange(T).view(T, 1)
    mask = positions >= lengths.view(1, -1)  # <-- here
    return mask


# MISTAKE: returns the mask sentence by sentence, (N, T) in place of (T, N).
def wrong_3(lengths, T):
    time = torch.arange(T)
    return time[None, :] < lengths[:, None]  # <-- here


# MISTAKE: makes zeros and ones of dtype float32 rather than truth values.
def wrong_4(lengths, T):
    mask = torch.zeros(T, len(lengths))  # <-- here
    for n in range(len(lengths)):
        mask[: lengths[n], n] = 1
    return mask


# MISTAKE: counts the steps from 1 to T, so the last word of each sentence is taken for a pad.
def wrong_5(lengths, T):
    step = torch.arange(1, T + 1)  # <-- here
    m = [step[t] < lengths for t in range(T)]
    return torch.stack(m)


# MISTAKE: builds (N, T) and brings it to (T, N) with reshape, which does not swap the axes but scrambles the entries.
def wrong_6(lengths, T):
    N = lengths.shape[0]
    grid = torch.arange(T).repeat(N, 1) < lengths.unsqueeze(1)
    return grid.reshape(T, N)  # <-- here


# MISTAKE: puts the words at the end of the columns, as if the pads stood in front.
def wrong_7(lengths, T):
    mask = torch.full((T, len(lengths)), False)
    for i, l in enumerate(lengths):
        mask[T - int(l) :, i] = True  # <-- here
    return mask


# MISTAKE: cuts off the pads by counting from the end; for a sentence without pads the -0 means 0 and the whole column becomes False.
def wrong_8(lengths, T):
    mask = torch.ones(T, lengths.size(0)).bool()
    for j in range(lengths.size(0)):
        pads = T - lengths[j].item()
        mask[-pads:, j] = False  # <-- here
    return mask


# MISTAKE: marks only the last word of each sentence, not all the words up to it.
def wrong_9(lengths, T):
    N = len(lengths)
    mask = torch.zeros((T, N), dtype=torch.bool)
    mask[lengths - 1, torch.arange(N)] = True  # <-- here
    return mask


# MISTAKE: True and False are exchanged.
# MISTAKE: the border lies one step too late (the first pad still belongs to the words).
def pair_1(lengths, T):
    t = torch.arange(T).reshape(-1, 1)
    words = t <= lengths  # <-- here
    return ~words  # <-- here


# MISTAKE: whole numbers 0 and 1 in place of truth values.
# MISTAKE: the first word of every sentence is left out, since the loop begins at step 1.
def pair_2(lengths, T):
    out = torch.zeros(T, len(lengths), dtype=torch.long)  # <-- here
    for n, l in enumerate(lengths.tolist()):
        for t in range(1, l):  # <-- here
            out[t, n] = 1
    return out


# MISTAKE: uses one length for all, the longest, in place of each sentence's own.
# MISTAKE: the steps are counted from 1, so the last word is missing.
def pair_3(lengths, T):
    longest = lengths.max()  # <-- here
    column = torch.arange(T) + 1 < longest  # <-- here
    return column.unsqueeze(1).repeat(1, len(lengths))


# MISTAKE: the lengths are sorted first, so the columns no longer belong to their sentences.
# MISTAKE: float numbers are returned, no bool.
def pair_4(lengths, T):
    ordered, _ = torch.sort(lengths, descending=True)  # <-- here
    m = torch.arange(T)[:, None] < ordered[None, :]
    return m.float()  # <-- here
