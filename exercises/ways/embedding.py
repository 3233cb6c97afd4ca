"""Plain ways of right answers, one thought a line: mistakes are edits of these lines."""

import math

import torch


def vocabulary(sentences):
    numbers = {"<pad>": 0, "<unk>": 1}
    for words in sentences:
        for word in words:
            if word not in numbers:
                numbers[word] = len(numbers)
    return numbers


def vocabulary_2(sentences):
    text = [word for words in sentences for word in words]
    text = ["<pad>", "<unk>", *text]
    words = list(dict.fromkeys(text))
    return {word: k for k, word in enumerate(words)}


def encode(words, numbers):
    ids = []
    for word in words:
        k = numbers.get(word, 1)
        ids.append(k)
    return ids


def one_hot(ids, V):
    T, N = ids.shape
    vectors = torch.zeros(T, N, V)
    for t in range(T):
        for n in range(N):
            k = ids[t, n]
            vectors[t, n, k] = 1
    return vectors


def lookup(ids, table):
    T, N = ids.shape
    E = table.shape[1]
    vectors = table.new_zeros(T, N, E)
    for t in range(T):
        for n in range(N):
            k = ids[t, n]
            vectors[t, n] = table[k]
    return vectors


def table_gradient(ids, dvectors, V):
    E = dvectors.shape[2]
    words = ids.reshape(-1)
    gradients = dvectors.reshape(-1, E)
    dtable = dvectors.new_zeros(V, E)
    for k, d in zip(words, gradients):
        dtable[k] = dtable[k] + d
    return dtable


def table_gradient_padded(ids, dvectors, V, padding_idx):
    E = dvectors.shape[2]
    words = ids.reshape(-1)
    gradients = dvectors.reshape(-1, E)
    dtable = dvectors.new_zeros(V, E)
    for k, d in zip(words, gradients):
        dtable[k] = dtable[k] + d
    dtable[padding_idx] = 0
    return dtable


def read_vectors(lines):
    words = []
    rows = []
    for number, line in enumerate(lines):
        fields = line.split()
        if number == 0 and len(fields) == 2:
            continue
        if fields == []:
            continue
        word = fields[0]
        row = [float(x) for x in fields[1:]]
        words.append(word)
        rows.append(row)
    return words, torch.tensor(rows)


def table_for(numbers, words, vectors):
    V = len(numbers)
    E = vectors.shape[1]
    table = vectors.new_zeros(V, E)
    for word, k in numbers.items():
        if word in words:
            row = words.index(word)
            table[k] = vectors[row]
    return table


def nearest(query, table, k):
    lengths = table.norm(dim=1)
    zero = lengths == 0
    lengths = lengths + zero * 1.0
    scores = (table @ query) / (lengths * query.norm())
    scores[zero] = -math.inf
    order = scores.argsort(descending=True)
    best = order[:k]
    return best.tolist()
