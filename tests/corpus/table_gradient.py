# ruff: noqa
"""Learners' solutions for table_gradient."""

import torch
import torch.nn.functional as F


def right_1(ids, dvectors, V):
    """Two plain loops over steps and sentences."""
    T, N, E = dvectors.shape
    dtable = torch.zeros(V, E)
    for t in range(T):
        for n in range(N):
            dtable[ids[t, n]] += dvectors[t, n]
    return dtable


def right_2(ids, dvectors, V):
    """One-hot vectors in float32, flattened, transposed, one matmul."""
    hot = F.one_hot(ids.flatten(), V).float()
    return hot.T @ dvectors.flatten(0, 1)


def right_3(ids, dvectors, V):
    """einsum with a comparison in the place of one-hot vectors."""
    gleich = ids[:, :, None] == torch.arange(V)
    return torch.einsum("tnv,tne->ve", gleich.to(dvectors.dtype), dvectors)


def right_4(ids, dvectors, V):
    """scatter_add_ with the ids expanded to E columns."""
    E = dvectors.size(-1)
    where = ids.contiguous().view(-1, 1).expand(-1, E)
    return torch.zeros((V, E), dtype=dvectors.dtype).scatter_add_(0, where, dvectors.reshape(-1, E))


def right_5(ids, dvectors, V):
    """One row of the table after the other, each the sum under a mask."""
    lignes = []
    for k in range(V):
        lignes.append(dvectors[ids == k].sum(dim=0))
    return torch.stack(lignes)


def wrong_1(ids, dvectors, V):
    """Adds with an index, so a repeated word counts once."""
    dtable = torch.zeros(V, dvectors.shape[-1])
    dtable[ids] += dvectors
    return dtable


def wrong_2(ids, dvectors, V):
    """Takes the mean over a word's places instead of the sum."""
    dtable = torch.zeros(V, dvectors.shape[2])
    for k in range(V):
        places = ids == k
        if places.any():
            dtable[k] = dvectors[places].mean(0)
    return dtable


def wrong_3(ids, dvectors, V):
    """Leaves out word 0, thinking that it is the pad and must not learn."""
    E = dvectors.shape[2]
    dtable = torch.zeros(V, E)
    for k, d in zip(ids.flatten().tolist(), dvectors.reshape(-1, E)):
        if k:
            dtable[k] = dtable[k] + d
    return dtable


def wrong_4(ids, dvectors, V):
    """Makes the table only as long as the largest id asks for, V is never used."""
    hot = F.one_hot(ids.reshape(-1)).float()
    return hot.t() @ dvectors.reshape(-1, dvectors.shape[-1])


def wrong_5(ids, dvectors, V):
    """Walks over the steps of the first sentence only."""
    T, N, E = dvectors.shape
    dtable = torch.zeros(V, E)
    n = 0
    for t in range(T):
        dtable[ids[t, n]] += dvectors[t, n]
    return dtable


def wrong_6(ids, dvectors, V):
    """Flattens the ids sentence by sentence, but the vectors step by step."""
    E = dvectors.shape[2]
    wörter = ids.T.reshape(-1)
    return torch.zeros(V, E).index_add_(0, wörter, dvectors.reshape(-1, E))


def wrong_7(ids, dvectors, V):
    """Divides by the number of sentences, and the last step is left out."""
    T, N, E = dvectors.shape
    dtable = torch.zeros(V, E)
    for t in range(T - 1):
        dtable.index_add_(0, ids[t], dvectors[t])
    return dtable / N


def wrong_8(ids, dvectors, V):
    """One-hot matmul with the result the wrong way round, (E, V), and word 0 wiped as the pad."""
    E = dvectors.shape[-1]
    одна = torch.eye(V)[ids].view(-1, V)
    одна[:, 0] = 0
    return dvectors.reshape(-1, E).T @ одна


TRUTH = {
    "wrong_1": ["a word that occurs more than once is counted once"],
    "wrong_2": ["the mean over a word's places instead of the sum"],
    "wrong_3": ["row 0 stays zero, as if it were the pad"],
    "wrong_4": ["the table has as many rows as the largest id plus one, instead of V"],
    "wrong_5": ["only the first sentence of the batch is counted"],
    "wrong_6": ["the ids are flattened in another order than the vectors (transposed)"],
    "wrong_7": [
        "the gradient is divided by the number of sentences N",
        "the last time step is left out",
    ],
    "wrong_8": ["the result is transposed, (E, V)", "row 0 stays zero, as if it were the pad"],
}
