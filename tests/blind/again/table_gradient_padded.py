# ruff: noqa
import torch


def right_1(ids, dvectors, V, padding_idx):
    """dtable (V, E) as in task 5, with zeros in the row padding_idx."""
    dtable = dvectors.new_zeros(V, dvectors.shape[-1])
    T, N = ids.shape
    for t in range(T):
        for n in range(N):
            k = int(ids[t, n])
            if k != padding_idx:
                dtable[k] += dvectors[t, n]
    return dtable


def right_2(ids, dvectors, V, padding_idx):
    """dtable (V, E) as in task 5, with zeros in the row padding_idx."""
    E = dvectors.shape[-1]
    dtable = dvectors.new_zeros(V, E)
    dtable.index_add_(0, ids.reshape(-1), dvectors.reshape(-1, E))
    dtable[padding_idx] = 0
    return dtable


def right_3(ids, dvectors, V, padding_idx):
    """dtable (V, E) as in task 5, with zeros in the row padding_idx."""
    keep = ids != padding_idx
    words, grads = ids[keep], dvectors[keep]  # (R), (R, E)
    one_hot = (words[None, :] == torch.arange(V)[:, None]).to(dvectors.dtype)  # (V, R)
    return one_hot @ grads


def right_4(ids, dvectors, V, padding_idx):
    """dtable (V, E) as in task 5, with zeros in the row padding_idx."""

    def row(k):
        if k == padding_idx:
            return dvectors.new_zeros(dvectors.shape[-1])
        return dvectors[ids == k].sum(dim=0)

    return torch.stack([row(k) for k in range(V)])


# MISTAKE: the indexed += counts a word that occurs several times only once
def wrong_1(ids, dvectors, V, padding_idx):
    dtable = dvectors.new_zeros(V, dvectors.shape[-1])
    dtable[ids] += dvectors  # <-- here
    dtable[padding_idx] = 0
    return dtable


# MISTAKE: it takes the padding to be word number 0, whatever padding_idx says
def wrong_2(ids, dvectors, V, padding_idx):
    E = dvectors.shape[-1]
    dtable = dvectors.new_zeros(V, E)
    keep = ids != 0  # <-- here
    dtable.index_add_(0, ids[keep], dvectors[keep])
    return dtable


# MISTAKE: each row is the mean over the places where the word occurs, not the sum
def wrong_3(ids, dvectors, V, padding_idx):
    dtable = dvectors.new_zeros(V, dvectors.shape[-1])
    for k in range(V):
        here = ids == k
        if k == padding_idx or not here.any():
            continue
        dtable[k] = dvectors[here].mean(dim=0)  # <-- here
    return dtable


# MISTAKE: padding_idx is compared with the position in the text and not with the word's number
def wrong_4(ids, dvectors, V, padding_idx):
    E = dvectors.shape[-1]
    dtable = dvectors.new_zeros(V, E)
    pairs = zip(ids.flatten().tolist(), dvectors.reshape(-1, E))
    for position, (k, d) in enumerate(pairs):
        if position == padding_idx:  # <-- here
            continue
        dtable[k] += d
    return dtable


# MISTAKE: the ids are flattened sentence by sentence, the gradients step by step, so they do not belong together
def wrong_5(ids, dvectors, V, padding_idx):
    E = dvectors.shape[-1]
    dtable = dvectors.new_zeros(V, E)
    flat = ids.T.reshape(-1)  # <-- here
    dtable.index_add_(0, flat, dvectors.reshape(-1, E))
    dtable[padding_idx] = 0.0
    return dtable


# MISTAKE: a sentence is read only up to its first padding, so words that come after one are lost
def wrong_6(ids, dvectors, V, padding_idx):
    dtable = dvectors.new_zeros(V, dvectors.shape[2])
    for n in range(ids.shape[1]):
        for t in range(ids.shape[0]):
            if ids[t, n] == padding_idx:
                break  # <-- here
            dtable[ids[t, n]] += dvectors[t, n]
    return dtable


# MISTAKE: the mask is the wrong way round, so only the padding gets a gradient
def wrong_7(ids, dvectors, V, padding_idx):
    one_hot = torch.eye(V, dtype=dvectors.dtype)[ids]  # (T, N, V)
    mask = (ids == padding_idx).to(dvectors.dtype)  # <-- here
    return torch.einsum("tnv,tne,tn->ve", one_hot, dvectors, mask)


# MISTAKE: within a step, a word that several sentences share is counted only once; the row before padding_idx is set to zero (as if rows were counted from 1)
def pair_1(ids, dvectors, V, padding_idx):
    dtable = dvectors.new_zeros(V, dvectors.shape[-1])
    for t in range(len(ids)):
        dtable[ids[t]] += dvectors[t]  # <-- here
    dtable[padding_idx - 1] = 0  # <-- here
    return dtable


# MISTAKE: the padding row is not set to zero at all; the sum is divided by the number of words in the batch
def pair_2(ids, dvectors, V, padding_idx):
    one_hot = torch.eye(V, dtype=dvectors.dtype)[ids.reshape(-1)]
    dtable = one_hot.T @ dvectors.reshape(-1, dvectors.shape[-1])
    dtable = dtable / ids.numel()  # <-- here
    return dtable  # <-- here


# MISTAKE: only the first sentence of the batch is used; all rows up to padding_idx are set to zero, not just that one
def pair_3(ids, dvectors, V, padding_idx):
    dtable = dvectors.new_zeros(V, dvectors.shape[-1])
    dtable.index_add_(0, ids[:, 0], dvectors[:, 0])  # <-- here
    dtable[: padding_idx + 1] = 0  # <-- here
    return dtable
