# ruff: noqa
"""Learners' solutions for lookup."""

import torch
import torch.nn.functional as F


def right_1(ids, table):
    """Two loops that fill zeros of the right size."""
    T, N = ids.shape
    out = torch.zeros(T, N, table.shape[1])
    for t in range(T):
        for n in range(N):
            out[t, n] = table[ids[t, n]]
    return out


def right_2(ids, table):
    """One-hot vectors in float32 times the table."""
    return F.one_hot(ids, num_classes=len(table)).float() @ table


def right_3(ids, table):
    """index_select on the flat ids, then a view."""
    T, N = ids.size()
    return table.index_select(0, ids.reshape(-1)).view(T, N, -1)


def right_4(ids, table):
    """einsum with a comparison in the place of one-hot vectors."""
    égal = (ids.unsqueeze(-1) == torch.arange(table.size(0))).type(table.dtype)
    return torch.einsum("tnv,ve->tne", égal, table)


def right_5(ids, table):
    """gather from the table, with the ids expanded to E columns."""
    E = table.shape[1]
    wo = ids.flatten()[:, None].expand(-1, E)
    return torch.gather(table, 0, wo).unflatten(0, tuple(ids.shape))


def wrong_1(ids, table):
    """Counts the words from 1, so every row is the one before."""
    return table[ids - 1]


def wrong_2(ids, table):
    """Leaves the batch flat, (T * N, E)."""
    return torch.stack([table[k] for k in ids.flatten().tolist()])


def wrong_3(ids, table):
    """Goes through the sentences first and returns (N, T, E)."""
    sätze = []
    for n in range(ids.shape[1]):
        sätze.append(table[ids[:, n]])
    return torch.stack(sätze)


def wrong_4(ids, table):
    """Gives word 0 a vector of zeros, since it is the pad."""
    return table[ids] * (ids != 0).unsqueeze(2)


def wrong_5(ids, table):
    """Looks up sentence by sentence, then reshapes to (T, N, E) instead of transposing."""
    T, N = ids.shape
    rows = []
    for n in range(N):
        for t in range(T):
            rows.append(table[ids[t, n]])
    return torch.stack(rows).reshape(T, N, -1)


def wrong_6(ids, table):
    """The zeros come from ids, so they are whole numbers and cut off what is behind the point."""
    T, N = ids.shape
    result = ids.new_zeros(T, N, table.shape[1])
    for t in range(T):
        result[t] = table[ids[t]]
    return result


def wrong_7(ids, table):
    """Batch first, (N, T, E), and word 0 becomes zeros."""
    eins = torch.eye(table.shape[0])
    eins[0, 0] = 0.0
    return torch.einsum("tnv,ve->nte", eins[ids], table)


def wrong_8(ids, table):
    """Counts the words from 1, and stops one step before the last."""
    T, N = ids.shape
    输出 = torch.zeros(T, N, table.shape[1])
    for t in range(T - 1):
        输出[t] = table[ids[t] - 1]
    return 输出


TRUTH = {
    "wrong_1": ["the row before the word's own is taken (id - 1)"],
    "wrong_2": ["the result is flat, (T * N, E)"],
    "wrong_3": ["the result is batch first, (N, T, E)"],
    "wrong_4": ["word 0 gets zeros instead of its row, as if it were the pad"],
    "wrong_5": ["sentence-by-sentence vectors are reshaped to (T, N, E) instead of transposed"],
    "wrong_6": ["the result is whole numbers, the digits behind the point are cut off"],
    "wrong_7": [
        "the result is batch first, (N, T, E)",
        "word 0 gets zeros instead of its row, as if it were the pad",
    ],
    "wrong_8": [
        "the row before the word's own is taken (id - 1)",
        "the last time step is left at zero",
    ],
}
