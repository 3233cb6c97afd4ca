# ruff: noqa
from collections import Counter
from itertools import chain

import torch
import numpy as np


def right_1(sentences):
    numbers = {"<pad>": 0, "<unk>": 1}
    for sentence in sentences:
        for word in sentence:
            if word not in numbers:
                numbers[word] = len(numbers)
    return numbers


def right_2(sentences):
    words = dict.fromkeys(chain(["<pad>", "<unk>"], *sentences))
    return {word: k for k, word in enumerate(words)}


def right_3(sentences):
    vocab = dict(zip(["<pad>", "<unk>"], [0, 1]))
    for w in chain.from_iterable(sentences):
        vocab.setdefault(w, len(vocab))
    return vocab


def right_4(sentences):
    known = ["<pad>", "<unk>"]

    def add(word):
        if known.count(word) == 0:
            known.append(word)

    i = 0
    while i < len(sentences):
        for w in sentences[i]:
            add(w)
        i += 1
    return dict(zip(known, range(len(known))))


# MISTAKE: the first new word gets number 1, which "<unk>" already has (all words are one too low)
def wrong_1(sentences):
    numbers = {"<pad>": 0, "<unk>": 1}
    next_number = 1  # <-- here
    for sentence in sentences:
        for word in sentence:
            if word not in numbers:
                numbers[word] = next_number
                next_number += 1
    return numbers


# MISTAKE: the words are numbered in alphabetical order instead of in the order in which they first appear
def wrong_2(sentences):
    all_words = sorted({w for s in sentences for w in s} - {"<pad>", "<unk>"})  # <-- here
    return {w: i for i, w in enumerate(["<pad>", "<unk>"] + all_words)}


# MISTAKE: no test whether the word is already there, so a word that comes again gets another number
def wrong_3(sentences):
    d = {"<pad>": 0, "<unk>": 1}
    for s in sentences:
        for w in s:
            d[w] = len(d)  # <-- here
    return d


# MISTAKE: the counter goes up for every word, also for one that is already known, so that numbers are skipped
def wrong_4(sentences):
    result = {"<pad>": 0, "<unk>": 1}
    count = 2
    for words in sentences:
        for word in words:
            if word not in result.keys():
                result[word] = count
            count += 1  # <-- here
    return result


# MISTAKE: thinks that a vocabulary is ordered by frequency: the most frequent word gets number 2
def wrong_5(sentences):
    counts = Counter(chain.from_iterable(sentences))
    vocab = {"<pad>": 0, "<unk>": 1}
    for word, _ in counts.most_common():  # <-- here
        vocab.setdefault(word, len(vocab))
    return vocab


# MISTAKE: thinks that a word's number is its place in its sentence: the numbering starts at 2 again in every sentence
def wrong_6(sentences):
    numbers = dict([("<pad>", 0), ("<unk>", 1)])
    for sentence in sentences:
        for place, word in enumerate(sentence, start=2):  # <-- here
            if word in numbers:
                continue
            numbers[word] = place
    return numbers


# MISTAKE: the return is inside the outer loop, so only the first sentence's words get numbers
def wrong_7(sentences):
    table = {}
    table["<pad>"] = 0
    table["<unk>"] = 1
    for sent in sentences:
        for token in sent:
            if token not in table:
                table[token] = max(table.values()) + 1
        return table  # <-- here
    return table


# MISTAKE: "<unk>" gets 0 and "<pad>" gets 1 instead of the other way round AND the words are sorted alphabetically instead of in the order in which they first appear
def pair_1(sentences):
    vocab = {"<unk>": 0, "<pad>": 1}  # <-- here
    words = set()
    for s in sentences:
        words.update(s)
    for w in sorted(words):  # <-- here
        if w not in vocab:
            vocab[w] = len(vocab)
    return vocab


# MISTAKE: the two marks "<pad>" and "<unk>" are not put into the dictionary AND the counter goes up also for words that are already known
def pair_2(sentences):
    numbers = {}  # <-- here
    for k, word in enumerate(chain(*sentences), 2):  # <-- here
        if word not in numbers:
            numbers[word] = k
    return numbers


# MISTAKE: the dictionary goes from numbers to words instead of from words to numbers AND the last sentence is left out
def pair_3(sentences):
    order = ["<pad>", "<unk>"]
    for n in range(len(sentences) - 1):  # <-- here
        order += [w for w in dict.fromkeys(sentences[n]) if w not in order]
    return {i: w for i, w in enumerate(order)}  # <-- here
