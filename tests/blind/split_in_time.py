# ruff: noqa
import numpy as np
import torch


def right_1(starts, A, first, second):
    ends = starts + A  # the hour after the last one that is asked for
    train = starts[ends <= first]
    validation = starts[(starts >= first) & (ends <= second)]
    test = starts[starts >= second]
    return train, validation, test


def right_2(starts, A, first, second):
    train, validation, test = [], [], []
    for s in starts.tolist():
        last = s + A - 1
        if last < first:
            train.append(s)
        elif s >= first and last < second:
            validation.append(s)
        elif s >= second:
            test.append(s)
    return train, validation, test


def right_3(starts, A, first, second):
    # the starts are sorted, so each part is a slice
    borders = torch.tensor([first - A + 1, first, second - A + 1, second])
    a, b, c, d = torch.searchsorted(starts.contiguous(), borders.to(starts.dtype)).tolist()
    return starts[:a], starts[b : max(b, c)], starts[d:]


def right_4(starts, A, first, second):
    hours = starts.numpy()[:, None] + np.arange(A)  # (S, A), all hours that a window asks for
    in_train = (hours < first).all(axis=1)
    in_test = (hours >= second).all(axis=1)
    in_validation = ((hours >= first) & (hours < second)).all(axis=1)
    return tuple(starts[torch.from_numpy(m)] for m in (in_train, in_validation, in_test))


# MISTAKE: a window is sorted by its start alone, so the last windows of a part reach over the border
def wrong_1(starts, A, first, second):
    train = starts[starts < first]  # <-- here
    validation = starts[(starts >= first) & (starts < second)]  # <-- here
    test = starts[starts >= second]
    return train, validation, test


# MISTAKE: off by one, the last window that still fits before a border is dropped
def wrong_2(starts, A, first, second):
    train = [s for s in starts.tolist() if s + A < first]  # <-- here
    val = [s for s in starts.tolist() if first <= s and s + A < second]  # <-- here
    test = [s for s in starts.tolist() if s >= second]
    return train, val, test


# MISTAKE: the places in the tensor are taken for the hours, as if the starts were 0, 1, 2, ...
def wrong_3(starts, A, first, second):
    train = starts[: max(first - A + 1, 0)]  # <-- here
    validation = starts[first : max(second - A + 1, first)]  # <-- here
    test = starts[second:]
    return train, validation, test


# MISTAKE: the gap is also left after each border, as if the known hours had to be in the same part
def wrong_4(starts, A, first, second):
    end = starts + A - 1
    is_train = end < first
    is_val = torch.logical_and(starts - A >= first, end < second)  # <-- here
    is_test = starts - A >= second  # <-- here
    return starts[is_train], starts[is_val], starts[is_test]


# MISTAKE: windows across a border are not left out but given to the later part
def wrong_5(starts, A, first, second):
    parts = ([], [], [])
    for start in starts.tolist():
        last_hour = start + A - 1
        if last_hour < first:
            parts[0].append(start)
        elif last_hour < second:  # <-- here
            parts[1].append(start)
        else:  # <-- here
            parts[2].append(start)
    return parts


# MISTAKE: the window that starts exactly at a border is left out
def wrong_6(starts, A, first, second):
    s = starts.numpy()
    train = s[s + A - 1 < first]
    validation = s[np.logical_and(s > first, s + A - 1 < second)]  # <-- here
    test = s[s > second]  # <-- here
    return torch.tensor(train), torch.tensor(validation), torch.tensor(test)


# MISTAKE: it returns the places of the starts in the tensor and not the starts
def wrong_7(starts, A, first, second):
    def places(mask):
        return torch.nonzero(mask).flatten()  # <-- here

    future_end = starts + A
    train = places(future_end <= first)
    validation = places((starts >= first) & (future_end <= second))
    test = places(starts >= second)
    return train, validation, test


# MISTAKE: the validation has no lower border, so that all of the training is in it again
# MISTAKE: the test also wants its future to end before the last start, and loses its last windows
def pair_1(starts, A, first, second):
    over = starts + A
    train = starts[over <= first]
    validation = starts[over <= second]  # <-- here
    test = starts[(starts >= second) & (over <= starts[-1] + 1)]  # <-- here
    return train, validation, test


# MISTAKE: one hour too many is allowed, the last hour asked for may be the border itself
# MISTAKE: the test begins one hour after the border
def pair_2(starts, A, first, second):
    train, validation, test = [], [], []
    for s in starts.tolist():
        last = s + A - 1
        if last <= first:  # <-- here
            train.append(s)
        if first <= s and last <= second:  # <-- here
            validation.append(s)
        if s > second:  # <-- here
            test.append(s)
    return train, validation, test


# MISTAKE: the training takes every start before the border, also those whose future crosses it
# MISTAKE: validation and test are returned in the wrong order
def pair_3(starts, A, first, second):
    train = starts[starts < first]  # <-- here
    val = starts[(starts >= first) & (starts + A <= second)]
    test = starts[starts >= second]
    return train, test, val  # <-- here
