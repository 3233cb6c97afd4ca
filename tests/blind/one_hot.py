# ruff: noqa
import torch


def right_1(ids, V):
    T, N = ids.shape
    result = torch.zeros(T, N, V)
    for t in range(T):
        for n in range(N):
            result[t, n, ids[t, n]] = 1.0
    return result


def right_2(ids, V):
    places = torch.arange(V).view(1, 1, V)
    return (ids.unsqueeze(-1) == places).float()


def right_3(ids, V):
    assert ids.dim() == 2, "ids must be (T, N)"
    assert ids.min() >= 0 and ids.max() < V, "word number outside the vocabulary"
    out = torch.zeros(*ids.shape, V, dtype=torch.float32)
    out.scatter_(2, ids[:, :, None], 1.0)
    return out


def right_4(ids, V):
    # plain Python lists first, a tensor only at the end
    def vector(k):
        return [1.0 if j == k else 0.0 for j in range(V)]

    return torch.tensor([[vector(k) for k in row] for row in ids.tolist()], dtype=torch.float32)


def right_5(ids, V):
    steps, batch = ids.shape
    flat = ids.reshape(-1)
    onehots = torch.zeros(steps * batch, V)
    onehots[torch.arange(steps * batch), flat] = 1
    return onehots.reshape(steps, batch, V)


# MISTAKE: counts the places from 1, so word k gets its one at place k - 1 (and word 0 at the very end).
def wrong_1(ids, V):
    identity = torch.eye(V)
    return identity[ids - 1]  # <-- here


# MISTAKE: the zeros are made from ids, so the result consists of whole numbers (int64) and not of float32.
def wrong_2(ids, V):
    T, N = ids.shape
    hot = ids.new_zeros(T, N, V)  # <-- here
    for t in range(T):
        for n in range(N):
            hot[t, n, ids[t, n]] = 1
    return hot


# MISTAKE: hands back the comparison itself, True and False, without turning it into float32.
def wrong_3(ids, V):
    return ids[..., None] == torch.arange(V)  # <-- here


# MISTAKE: puts the ones of all sentences' words of a step into every sentence's vector, because ":" and the index list are combined crosswise.
def wrong_4(ids, V):
    T, N = ids.shape
    o = torch.zeros((T, N, V))
    for t in range(T):
        o[t, :, ids[t]] = 1.0  # <-- here
    return o


# MISTAKE: one single vector is used for all words and never cleared, so the ones of the earlier words stay in it.
def wrong_5(ids, V):
    T, N = ids.shape
    vec = torch.zeros(V)  # <-- here
    vectors = []
    for word in ids.reshape(-1).tolist():
        vec[word] = 1.0
        vectors.append(vec.clone())
    return torch.stack(vectors).reshape(T, N, V)


# MISTAKE: gives the pad (word number 0) a vector of zeros in place of a one at place 0.
def wrong_6(ids, V):
    E = torch.eye(V)
    E[0, 0] = 0.0  # pad is nothing  # <-- here
    return E[ids]


# MISTAKE: flattens the words sentence by sentence but cuts them up again step by step, so the vectors stand at the wrong (t, n).
def wrong_7(ids, V):
    T, N = ids.shape
    words = ids.T.reshape(T * N)  # <-- here
    M = torch.zeros(T * N, V)
    M.scatter_(1, words.unsqueeze(1), 1.0)
    return M.reshape(T, N, V)


# MISTAKE: writes the word's number itself at its place rather than a 1.
def wrong_8(ids, V):
    time_steps, n_sentences = ids.size()
    ret = torch.zeros(time_steps, n_sentences, V)
    for i in range(time_steps):
        for j in range(n_sentences):
            k = int(ids[i, j])
            ret[i, j, k] = k  # <-- here
    return ret


# MISTAKE: takes the size of the vocabulary from the largest number in the batch and ignores V, so the vectors are too short when the last words do not occur.
def wrong_9(ids, V):
    n_words = int(ids.max()) + 1  # <-- here
    eye = torch.eye(n_words)
    return eye[ids]


# MISTAKE: the one sits one place too far to the right (and for the last word at place 0).
# MISTAKE: the result is of dtype int64, not float32.
def pair_1(ids, V):
    places = (ids + 1) % V  # <-- here
    m = torch.arange(V) == places.unsqueeze(2)
    return m.long()  # <-- here


# MISTAKE: turned round: a zero at the word's own place and ones at all the others.
# MISTAKE: the loop over time stops one step early, so the last words are never written.
def pair_2(ids, V):
    T, N = ids.shape
    result = torch.ones(T, N, V)  # <-- here
    for t in range(T - 1):  # <-- here
        for n in range(N):
            result[t, n, ids[t, n]] = 0.0  # <-- here
    return result


# MISTAKE: the pad, word 0, is left without a one.
# MISTAKE: the words are listed sentence by sentence and laid out step by step, so T and N get mixed up.
def pair_3(ids, V):
    T, N = ids.shape
    out = []
    for n in range(N):  # <-- here
        for t in range(T):
            v = torch.zeros(V)
            if ids[t, n] > 0:  # <-- here
                v[ids[t, n]] = 1.0
            out.append(v)
    return torch.stack(out).reshape(T, N, V)  # <-- here


# MISTAKE: the entry is the word's number in place of a 1.
# MISTAKE: the zeros are made as float64.
def pair_4(ids, V):
    z = torch.zeros(*ids.shape, V, dtype=torch.float64)  # <-- here
    return z.scatter(-1, ids.unsqueeze(-1), ids.unsqueeze(-1).double())  # <-- here
