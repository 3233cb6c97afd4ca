# ruff: noqa
import torch
import numpy as np


def right_1(numbers, words, vectors):
    table = torch.zeros(len(numbers), vectors.shape[1], dtype=vectors.dtype)
    for word, vector in zip(words, vectors):
        if word in numbers:
            table[numbers[word]] = vector
    return table


def right_2(numbers, words, vectors):
    row_of = {w: i for i, w in enumerate(words)}
    nothing = torch.zeros_like(vectors[0])
    rows = [nothing] * len(numbers)
    for word, k in numbers.items():
        if word in row_of:
            rows[k] = vectors[row_of[word]]
    return torch.stack(rows)


def right_3(numbers, words, vectors):
    # vectorised: the places in the file and the places in the table
    pairs = [(i, numbers[w]) for i, w in enumerate(words) if w in numbers]
    source = torch.tensor([i for i, _ in pairs], dtype=torch.long)
    target = torch.tensor([k for _, k in pairs], dtype=torch.long)
    result = vectors.new_zeros((len(numbers), vectors.shape[1]))
    return result.index_copy(0, target, vectors[source])


def right_4(numbers, words, vectors):
    array = vectors.detach().numpy()
    padded = np.concatenate([array, np.zeros_like(array[:1])])  # last row: no vector
    where = np.full(len(numbers), len(words))
    for i in range(len(words)):
        number = numbers.get(words[i])
        if number is not None:
            where[number] = i
    return torch.from_numpy(padded[where])


# MISTAKE: the known words' vectors are put one after the other in the file's order, not into row numbers[word]
def wrong_1(numbers, words, vectors):
    table = torch.zeros(len(numbers), vectors.shape[1], dtype=vectors.dtype)
    row = 0
    for i, word in enumerate(words):
        if word in numbers:
            table[row] = vectors[i]  # <-- here
            row += 1
    return table


# MISTAKE: the row in the file is counted only over known words, so that after an unknown word the words get the wrong vectors
def wrong_2(numbers, words, vectors):
    V, E = len(numbers), vectors.size(1)
    result = torch.zeros((V, E), dtype=vectors.dtype)
    known = [w for w in words if w in numbers]  # <-- here
    for i, w in enumerate(known):
        result[numbers[w]] = vectors[i]
    return result


# MISTAKE: thinks that a word without a vector needs a usual one: these rows get the mean of all vectors instead of zeros
def wrong_3(numbers, words, vectors):
    mean = vectors.to(torch.float64).mean(0).to(vectors.dtype)
    table = mean.repeat(len(numbers), 1)  # <-- here
    for w, v in zip(words, vectors):
        if w in numbers:
            table[numbers[w]] = v
    return table


# MISTAKE: words of the file that the model does not know are not ignored but written into row 1, as the row of "<unk>"
def wrong_4(numbers, words, vectors):
    out = vectors.new_zeros(len(numbers), vectors.shape[-1])
    for j in range(len(words)):
        out[numbers.get(words[j], 1)] = vectors[j]  # <-- here
    return out


# MISTAKE: words that are not in the file get index -1, which takes the file's last vector, instead of zeros
def wrong_5(numbers, words, vectors):
    place = [-1] * len(numbers)  # <-- here
    for word, k in numbers.items():
        if word in words:
            place[k] = words.index(word)
    return vectors[torch.tensor(place)]


# MISTAKE: stops at the first word that the model does not know (break instead of continue)
def wrong_6(numbers, words, vectors):
    E = vectors.shape[1]
    tab = torch.zeros([len(numbers), E]).to(vectors.dtype)
    for i, word in enumerate(words):
        if word not in numbers:
            break  # <-- here
        tab[numbers[word], :] = vectors[i, :]
    return tab


# MISTAKE: the row is one too low: numbers[word] - 1 instead of numbers[word], as if the numbers began at 1
def wrong_7(numbers, words, vectors):
    lookup_row = dict(zip(words, vectors))
    table = torch.zeros(len(numbers), vectors.shape[1], dtype=vectors.dtype)
    for word in numbers:
        if word in lookup_row:
            n = numbers[word] - 1  # <-- here
            table[n] = lookup_row[word]
    return table


# MISTAKE: rows without a vector are ones instead of zeros AND the file's first word is skipped, as if it were a heading
def pair_1(numbers, words, vectors):
    table = torch.ones(len(numbers), vectors.shape[1], dtype=vectors.dtype)  # <-- here
    for i in range(1, len(words)):  # <-- here
        if words[i] in numbers:
            table[numbers[words[i]]] = vectors[i]
    return table


# MISTAKE: words that the model does not know are written into row 0 instead of being ignored AND each vector is scaled to length 1
def pair_2(numbers, words, vectors):
    unit = vectors / vectors.norm(dim=1, keepdim=True)  # <-- here
    table = torch.zeros(len(numbers), unit.shape[1], dtype=vectors.dtype)
    for word, vec in zip(words, unit):
        k = numbers[word] if word in numbers else 0  # <-- here
        table[k] = vec
    return table


# MISTAKE: the table has one row too many, as if 0 were not among the numbers (V + 1 rows) AND a word gets the vector after its own in the file (the last word the first one)
def pair_3(numbers, words, vectors):
    rows = {w: vectors[(i + 1) % len(words)] for i, w in enumerate(words)}  # <-- here
    size = len(numbers) + 1  # <-- here
    result = torch.zeros(size, vectors.shape[1], dtype=vectors.dtype)
    for w, k in numbers.items():
        if w in rows:
            result[k] = rows[w]
    return result
