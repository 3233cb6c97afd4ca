# ruff: noqa
from itertools import takewhile

import torch


def right_1(said, truths, end):
    wrong, errors, signs = 0, 0, 0
    for row, truth in zip(said, truths):
        if end in row:
            row = row[: row.index(end)]
        wrong += row != truth
        errors += edit_distance(row, truth)
        signs += len(truth)
    return wrong / len(truths), errors / signs


def right_2(said, truths, end):
    answers = [list(takewhile(lambda sign: sign != end, row)) for row in said]
    distances = [edit_distance(a, t) for a, t in zip(answers, truths)]
    wrong = sum(d > 0 for d in distances) / len(distances)
    return wrong, sum(distances) / sum(map(len, truths))


def right_3(said, truths, end):
    assert len(said) == len(truths) > 0

    def before_end(row):
        answer = []
        for sign in row:
            if sign == end:
                break
            answer.append(sign)
        return answer

    d = torch.tensor([edit_distance(t, before_end(s)) for s, t in zip(said, truths)]).double()
    lengths = torch.tensor([len(t) for t in truths]).double()
    return (d != 0).double().mean().item(), (d.sum() / lengths.sum()).item()


def right_4(said, truths, end):
    right = 0
    total_distance = 0
    for n in range(len(truths)):
        try:
            stop = list(said[n]).index(end)
        except ValueError:
            stop = len(said[n])
        answer = list(said[n])[:stop]
        if answer == list(truths[n]):
            right += 1
            continue  # nothing to correct
        total_distance += edit_distance(answer, truths[n])
    return 1 - right / len(truths), total_distance / len([s for t in truths for s in t])


# MISTAKE: the answers are not cut at the end mark at all
def wrong_1(said, truths, end):
    wrong = errors = total = 0
    for answer, truth in zip(said, truths):  # <-- here
        d = edit_distance(answer, truth)
        if d != 0:
            wrong += 1
        errors += d
        total += len(truth)
    return wrong / len(said), errors / total


# MISTAKE: only the end marks themselves are removed, and what stands behind the first one stays
def wrong_2(said, truths, end):
    cut = [[sign for sign in row if sign != end] for row in said]  # <-- here
    wrong = sum(row != truth for row, truth in zip(cut, truths)) / len(truths)
    errors = sum(edit_distance(row, truth) for row, truth in zip(cut, truths))
    return wrong, errors / sum(len(truth) for truth in truths)


# MISTAKE: each answer's errors are divided by its own length and then averaged, instead of one division at the end
def wrong_3(said, truths, end):
    wrong = 0
    rates = []
    for s, t in zip(said, truths):
        s = s[: s.index(end)] if end in s else s
        wrong += int(s != t)
        rates.append(edit_distance(s, t) / len(t))  # <-- here
    return wrong / len(truths), sum(rates) / len(rates)  # <-- here


# MISTAKE: the first number is the share of right answers
def wrong_4(said, truths, end):
    good = 0
    distance = 0
    for row, truth in zip(said, truths):
        answer = list(takewhile(lambda k: k != end, row))
        if answer == truth:
            good += 1
        distance += edit_distance(answer, truth)
    return good / len(truths), distance / sum(len(t) for t in truths)  # <-- here


# MISTAKE: the errors are divided by the number of signs that were said, not by that of the right answers
def wrong_5(said, truths, end):
    def clean(row):
        return row[: row.index(end)] if end in row else row

    answers = [clean(row) for row in said]
    d = torch.tensor([edit_distance(a, t) for a, t in zip(answers, truths)])
    signs = sum(len(a) for a in answers)  # <-- here
    return (d > 0).float().mean().item(), d.sum().item() / max(signs, 1)


# MISTAKE: the signs are compared place by place instead of by the edit distance
def wrong_6(said, truths, end):
    wrong, errors, n = 0, 0, 0
    for answer, truth in zip(said, truths):
        if end in answer:
            answer = answer[: answer.index(end)]
        if answer != truth:
            wrong += 1
        same = sum(a == b for a, b in zip(answer, truth))  # <-- here
        errors += max(len(answer), len(truth)) - same
        n += len(truth)
    return wrong / len(truths), errors / n


# MISTAKE: the last sign is always taken off, also from an answer that has no end mark
def wrong_7(said, truths, end):
    errors, not_right = [], []
    for i in range(len(said)):
        row = said[i]
        position = row.index(end) if end in row else len(row) - 1  # <-- here
        answer = row[:position]
        errors.append(edit_distance(answer, truths[i]))
        not_right.append(answer != truths[i])
    return sum(not_right) / len(not_right), sum(errors) / sum(len(t) for t in truths)


# MISTAKE: the end mark is left in the answer, the cut is one too late
# MISTAKE: the errors are divided by the number of answers
def pair_1(said, truths, end):
    wrong = 0
    errors = 0
    for row, truth in zip(said, truths):
        if end in row:
            row = row[: row.index(end) + 1]  # <-- here
        if row != truth:
            wrong += 1
        errors += edit_distance(row, truth)
    return wrong / len(truths), errors / len(truths)  # <-- here


# MISTAKE: an answer is cut at its last end mark, not at the first
# MISTAKE: an answer counts as right as soon as it has the right length
def pair_2(said, truths, end):
    answers = []
    for row in said:
        if end in row:
            last = len(row) - 1 - row[::-1].index(end)  # <-- here
            row = row[:last]
        answers.append(row)
    wrong = sum(len(a) != len(t) for a, t in zip(answers, truths)) / len(truths)  # <-- here
    errors = sum(edit_distance(a, t) for a, t in zip(answers, truths))
    return wrong, errors / sum(len(t) for t in truths)


# MISTAKE: an answer without an end mark counts as empty
# MISTAKE: the first number is a count and not a share
def pair_3(said, truths, end):
    wrong, distance, signs = 0, 0, 0
    for row, truth in zip(said, truths):
        answer = row[: row.index(end)] if end in row else []  # <-- here
        d = edit_distance(answer, truth)
        wrong += d > 0
        distance += d
        signs += len(truth)
    return wrong, distance / signs  # <-- here
