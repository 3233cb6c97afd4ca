# ruff: noqa
import torch
import numpy as np


def right_1(sentence, numbers):
    unknown = numbers["<UNK>"]
    return [numbers["시"]] + [numbers.get(c, unknown) for c in sentence] + [numbers["끝"]]


def right_2(sentence, numbers):
    result = []
    result.append(numbers["시"])
    for character in sentence:
        if character in numbers:
            result.append(numbers[character])
        else:
            result.append(numbers["<UNK>"])
    result.append(numbers["끝"])
    return result


def right_3(sentence, numbers):
    tokens = ["시", *sentence, "끝"]
    return [numbers[t if t in numbers else "<UNK>"] for t in tokens]


def right_4(sentence, numbers):
    def number(ch):
        try:
            return numbers[ch]
        except KeyError:
            return numbers["<UNK>"]

    return list(map(number, "시" + sentence + "끝"))


# MISTAKE: the end mark is forgotten
def wrong_1(sentence, numbers):
    ids = [numbers["시"]]
    for c in sentence:
        ids.append(numbers.get(c, numbers["<UNK>"]))
    return ids  # <-- here


# MISTAKE: the two marks are exchanged: the end mark stands before the sentence and the start mark after it
def wrong_2(sentence, numbers):
    unk = numbers["<UNK>"]
    marked = "끝" + sentence + "시"  # <-- here
    return [numbers.get(ch, unk) for ch in marked]


# MISTAKE: characters that the network does not know are left out instead of becoming "<UNK>"
def wrong_3(sentence, numbers):
    middle = [numbers[c] for c in sentence if c in numbers]  # <-- here
    return [numbers["시"], *middle, numbers["끝"]]


# MISTAKE: the marks' numbers are written as 2 and 3 (those of the example) instead of being looked up
def wrong_4(sentence, numbers):
    out = [2]  # <-- here
    for i in range(len(sentence)):
        if sentence[i] in numbers.keys():
            out += [numbers[sentence[i]]]
        else:
            out += [numbers["<UNK>"]]
    out += [3]  # <-- here
    return out


# MISTAKE: thinks that the sentence is looked up word by word: it is split at spaces, not into characters
def wrong_5(sentence, numbers):
    parts = ["시"] + sentence.split() + ["끝"]  # <-- here
    return [numbers.get(p, numbers["<UNK>"]) for p in parts]


# MISTAKE: thinks that every character is marked: start and end marks stand around each character instead of around the whole sentence
def wrong_6(sentence, numbers):
    start, end, unk = (numbers[m] for m in ("시", "끝", "<UNK>"))
    result = []
    for c in sentence:
        k = numbers.get(c, unk)
        result.extend([start, k, end])  # <-- here
    return result


# MISTAKE: unknown characters become "<PAD>" instead of "<UNK>"
def wrong_7(sentence, numbers):
    def look_up(c):
        return numbers.get(c, numbers["<PAD>"])  # <-- here

    return [look_up("시")] + list(map(look_up, sentence)) + [look_up("끝")]


# MISTAKE: the start mark is forgotten AND unknown characters are left out instead of becoming "<UNK>"
def pair_1(sentence, numbers):
    res = []  # <-- here
    for ch in sentence:
        if ch in numbers:  # <-- here
            res.append(numbers[ch])
    res.append(numbers["끝"])
    return res


# MISTAKE: the sentence is read from its end AND the start mark stands at both ends, no end mark
def pair_2(sentence, numbers):
    body = [numbers[c] if c in numbers else numbers["<UNK>"] for c in sentence[::-1]]  # <-- here
    mark = numbers["시"]
    return [mark] + body + [mark]  # <-- here


# MISTAKE: the last character of the sentence is left out AND unknown characters get the number len(numbers) instead of that of "<UNK>"
def pair_3(sentence, numbers):
    ids = [numbers["시"]]
    k = 0
    while k < len(sentence) - 1:  # <-- here
        ids.append(numbers.get(sentence[k], len(numbers)))  # <-- here
        k += 1
    return ids + [numbers["끝"]]
