# ruff: noqa
import torch


# ---------------------------------------------------------------- right


def right_1(answers, start, end):
    T = max(len(answer) for answer in answers) + 1
    inputs = torch.full((T, len(answers)), end)
    targets = torch.full((T, len(answers)), -100)
    for n, answer in enumerate(answers):
        inputs[: len(answer) + 1, n] = torch.tensor([start] + answer)
        targets[: len(answer) + 1, n] = torch.tensor(answer + [end])
    return inputs, targets


def right_2(answers, start, end):
    longest = max(map(len, answers))
    reads = [[start, *a] + [end] * (longest - len(a)) for a in answers]
    says = [[*a, end] + [-100] * (longest - len(a)) for a in answers]
    return torch.tensor(reads).T, torch.tensor(says).T


def right_3(answers, start, end):
    pad = torch.nn.utils.rnn.pad_sequence
    ins = [torch.tensor([start] + list(a), dtype=torch.long) for a in answers]
    outs = [torch.tensor(list(a) + [end], dtype=torch.long) for a in answers]
    return pad(ins, padding_value=end), pad(outs, padding_value=-100)


def right_4(answers, start, end):
    # the answers in one table that is filled up with end; a mask says where the targets stop
    N = len(answers)
    lengths = torch.tensor([len(a) for a in answers])
    T = int(lengths.max()) + 1
    table = torch.full((T, N), end, dtype=torch.int64)
    for n in range(N):
        for t in range(len(answers[n])):
            table[t, n] = answers[n][t]
    first = torch.full((1, N), start, dtype=torch.int64)
    inputs = torch.cat([first, table[:-1]])
    targets = table.masked_fill(torch.arange(T).unsqueeze(1) > lengths, -100)
    assert inputs.shape == targets.shape == (T, N)
    return inputs, targets


# ---------------------------------------------------------------- wrong


# MISTAKE: the targets are not shifted, the decoder should say what it has just read
def wrong_1(answers, start, end):
    T = max(len(a) for a in answers) + 1
    inputs = torch.full((T, len(answers)), end)
    targets = torch.full((T, len(answers)), -100)
    for n, a in enumerate(answers):
        row = torch.tensor([start] + a)
        inputs[: len(row), n] = row
        targets[: len(row), n] = row  # <-- here
    return inputs, targets


# MISTAKE: the targets are padded with the end mark instead of -100
def wrong_2(answers, start, end):
    T = max(map(len, answers)) + 1
    inputs, targets = [], []
    for answer in answers:
        rest = T - len(answer) - 1
        inputs.append([start] + answer + rest * [end])
        targets.append(answer + [end] + rest * [end])  # <-- here
    return torch.tensor(inputs).T, torch.tensor(targets).T


# MISTAKE: the end mark is missing from the targets, the decoder never learns to stop
def wrong_3(answers, start, end):
    N = len(answers)
    T = max([len(a) for a in answers]) + 1
    x = torch.zeros(T, N, dtype=torch.long) + end
    y = torch.zeros(T, N, dtype=torch.long) - 100
    for n in range(N):
        x[0, n] = start
        for t, sign in enumerate(answers[n]):
            x[t + 1, n] = sign
            y[t, n] = sign  # <-- here
    return x, y


# MISTAKE: the inputs are filled up with -100 as well, instead of with the end mark
def wrong_4(answers, start, end):
    from torch.nn.utils.rnn import pad_sequence

    inputs = pad_sequence(
        [torch.tensor([start] + a) for a in answers], padding_value=-100
    )  # <-- here
    targets = pad_sequence([torch.tensor(a + [end]) for a in answers], padding_value=-100)
    return inputs, targets


# MISTAKE: the tables are filled row by row from rows (N, T) with reshape instead of a transpose, so the columns are no answers
def wrong_5(answers, start, end):
    longest = max(len(a) for a in answers)
    T, N = longest + 1, len(answers)
    ins = [[start] + a + [end] * (longest - len(a)) for a in answers]
    outs = [a + [end] + [-100] * (longest - len(a)) for a in answers]
    inputs = torch.tensor(ins).reshape(T, N)  # <-- here
    targets = torch.tensor(outs).reshape(T, N)  # <-- here
    return inputs, targets


# MISTAKE: the answers are padded at the front, right-aligned, instead of at the end
def wrong_6(answers, start, end):
    T = max(len(a) for a in answers) + 1
    inputs = torch.full((T, len(answers)), end, dtype=torch.long)
    targets = torch.full((T, len(answers)), -100, dtype=torch.long)
    for n, a in enumerate(answers):
        k = len(a) + 1
        inputs[T - k :, n] = torch.tensor([start, *a])  # <-- here
        targets[T - k :, n] = torch.tensor([*a, end])  # <-- here
    return inputs, targets


# MISTAKE: the end mark always stands in the last row of the targets instead of right after the answer
def wrong_7(answers, start, end):
    N, T = len(answers), max(len(a) for a in answers) + 1
    inputs = torch.full([T, N], end)
    targets = torch.full([T, N], -100)
    inputs[0] = start
    targets[-1] = end  # <-- here
    for n, answer in enumerate(answers):
        for t, s in enumerate(answer):
            inputs[t + 1, n] = s
            targets[t, n] = s
    return inputs, targets


# ---------------------------------------------------------------- pair


# MISTAKE: no end mark in the targets
# MISTAKE: the inputs are padded with -100
def pair_1(answers, start, end):
    T = max(len(a) for a in answers) + 1
    inputs, targets = [], []
    for a in answers:
        inputs.append([start] + a + [-100] * (T - 1 - len(a)))  # <-- here
        targets.append(a + [-100] * (T - len(a)))  # <-- here
    return torch.tensor(inputs).T, torch.tensor(targets).T


# MISTAKE: the end mark is read at the beginning, start and end mark are mixed up in the inputs
# MISTAKE: the targets are padded with 0 instead of -100
def pair_2(answers, start, end):
    N = len(answers)
    T = max(len(a) for a in answers) + 1
    inputs = torch.full((T, N), end)
    targets = torch.zeros(T, N, dtype=torch.long)  # <-- here
    for n, a in enumerate(answers):
        inputs[: len(a) + 1, n] = torch.tensor([end] + a)  # <-- here
        targets[: len(a) + 1, n] = torch.tensor(a + [end])
    return inputs, targets


# MISTAKE: the targets are not shifted, they begin with the start mark like the inputs
# MISTAKE: the targets are filled up with the end mark, so the padding counts in the loss
def pair_3(answers, start, end):
    T = max(map(len, answers)) + 1
    inputs = torch.full((T, len(answers)), end)
    targets = torch.full((T, len(answers)), end)  # <-- here
    for n, a in enumerate(answers):
        col = torch.as_tensor([start] + a)
        inputs[: len(col), n] = col
        targets[: len(col), n] = col  # <-- here
    return inputs, targets
