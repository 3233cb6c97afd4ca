# ruff: noqa
import torch


def right_1(ids, dvectors, V, padding_idx):
    T, N, E = dvectors.shape
    dtable = dvectors.new_zeros(V, E)
    for t in range(T):
        for n in range(N):
            k = int(ids[t, n])
            if k != padding_idx:
                dtable[k] += dvectors[t, n]
    return dtable


def right_2(ids, dvectors, V, padding_idx):
    E = dvectors.shape[-1]
    grad = torch.zeros(V, E, dtype=dvectors.dtype)
    grad.index_add_(0, ids.reshape(-1), dvectors.reshape(-1, E))
    grad[padding_idx] = 0
    return grad


def right_3(ids, dvectors, V, padding_idx):
    assert 0 <= padding_idx < V
    one_hot = (ids.unsqueeze(-1) == torch.arange(V)).to(dvectors.dtype)  # (T, N, V)
    keep = (torch.arange(V) != padding_idx).to(dvectors.dtype)
    return torch.einsum("tnv,tne->ve", one_hot * keep, dvectors)


def right_4(ids, dvectors, V, padding_idx):
    real = ids != padding_idx
    words, grads = ids[real], dvectors[real]  # (R), (R, E)

    def row(k):
        return grads[words == k].sum(dim=0)

    return torch.stack([row(k) for k in range(V)])


# MISTAKE: the padding row is set to zero first and then filled by the sum all the same
def wrong_1(ids, dvectors, V, padding_idx):
    E = dvectors.shape[2]
    dtable = torch.zeros(V, E, dtype=dvectors.dtype)
    dtable[padding_idx] = 0  # <-- here
    dtable.index_add_(0, ids.flatten(), dvectors.flatten(0, 1))
    return dtable


# MISTAKE: += with an index tensor counts a repeated word only once
def wrong_2(ids, dvectors, V, padding_idx):
    dtable = dvectors.new_zeros(V, dvectors.size(-1))
    dtable[ids] += dvectors  # <-- here
    dtable[padding_idx] = 0
    return dtable


# MISTAKE: always clears row 0 instead of row padding_idx
def wrong_3(ids, dvectors, V, padding_idx):
    T, N, E = dvectors.shape
    flat_ids = ids.reshape(T * N)
    flat_grads = dvectors.reshape(T * N, E)
    dtable = torch.zeros(V, E, dtype=dvectors.dtype)
    for k, g in zip(flat_ids.tolist(), flat_grads):
        dtable[k] += g
    dtable[0] = 0.0  # <-- here
    return dtable


# MISTAKE: skips the position in the sentence whose time step is padding_idx, not the word whose number it is
def wrong_4(ids, dvectors, V, padding_idx):
    dtable = dvectors.new_zeros((V, dvectors.shape[-1]))
    for t in range(ids.shape[0]):
        if t == padding_idx:  # <-- here
            continue
        for n in range(ids.shape[1]):
            dtable[ids[t, n]] += dvectors[t, n]
    return dtable


# MISTAKE: the mask is the wrong way round, only the padding is added up
def wrong_5(ids, dvectors, V, padding_idx):
    is_padding = ids == padding_idx
    weights = is_padding.unsqueeze(2).to(dvectors.dtype)  # <-- here
    kept = dvectors * weights
    onehot = torch.eye(V, dtype=dvectors.dtype)[ids]
    return onehot.flatten(0, 1).T @ kept.flatten(0, 1)


# MISTAKE: takes the mean over a word's occurrences instead of the sum
def wrong_6(ids, dvectors, V, padding_idx):
    rows = []
    for k in range(V):
        here = ids == k
        if k == padding_idx or not here.any():
            rows.append(torch.zeros_like(dvectors[0, 0]))
        else:
            rows.append(dvectors[here].mean(0))  # <-- here
    return torch.stack(rows)


# MISTAKE: break instead of continue, so after the first padding in a sentence (column) all its later words are lost
def wrong_7(ids, dvectors, V, padding_idx):
    T, N = ids.shape
    dtable = dvectors.new_zeros(V, dvectors.shape[2])
    for n in range(N):
        for t in range(T):
            word = ids[t, n].item()
            if word == padding_idx:
                break  # <-- here
            dtable[word] += dvectors[t, n]
    return dtable


# MISTAKE: the gradient of a repeated word is overwritten by the last one instead of added
# MISTAKE: the padding is not treated at all, padding_idx is never used
def pair_1(ids, dvectors, V, padding_idx):
    dtable = torch.zeros(V, dvectors.shape[-1], dtype=dvectors.dtype)
    for t in range(len(ids)):
        for n in range(len(ids[t])):
            dtable[ids[t][n]] = dvectors[t][n]  # <-- here
    return dtable  # <-- here


# MISTAKE: ids is flattened along the sentences but dvectors along time, so words get each other's gradients
# MISTAKE: besides the padding row the row after it (<unk>, as the student thinks) is cleared too
def pair_2(ids, dvectors, V, padding_idx):
    E = dvectors.shape[-1]
    words = ids.T.reshape(-1)  # <-- here
    grads = dvectors.reshape(-1, E)
    dtable = dvectors.new_zeros(V, E).index_add(0, words, grads)
    dtable[padding_idx : padding_idx + 2] = 0  # <-- here
    return dtable


# MISTAKE: the whole sum is divided by the number of words that are not padding
# MISTAKE: padding_idx is off by one, the row before it is cleared (counted from 1)
def pair_3(ids, dvectors, V, padding_idx):
    E = dvectors.shape[-1]
    hot = torch.nn.functional.one_hot(ids.reshape(-1), V).to(dvectors.dtype)
    dtable = hot.T @ dvectors.reshape(-1, E)
    dtable[padding_idx - 1] = 0  # <-- here
    count = (ids != padding_idx).sum().clamp(min=1)
    return dtable / count  # <-- here
