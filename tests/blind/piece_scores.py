# ruff: noqa
import math
from collections import Counter

import torch
import numpy as np


def right_1(found, true):
    right = n_found = n_true = 0
    for f, t in zip(found, true):
        right += len(set(f) & set(t))
        n_found += len(f)
        n_true += len(t)
    precision = right / n_found if n_found else 0
    recall = right / n_true if n_true else 0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0
    return precision, recall, f1


def right_2(found, true):
    hits = 0
    for k in range(len(found)):
        for piece in found[k]:
            for other in true[k]:
                if tuple(piece) == tuple(other):
                    hits = hits + 1
    total_found = sum(map(len, found))
    total_true = sum(map(len, true))

    def share(a, b):
        if b == 0:
            return 0.0
        return a / b

    p = share(hits, total_found)
    r = share(hits, total_true)
    return p, r, share(2 * p * r, p + r)


def right_3(found, true):
    said = {(k, *piece) for k, pieces in enumerate(found) for piece in pieces}
    there = {(k, *piece) for k, pieces in enumerate(true) for piece in pieces}
    both = said & there
    if not both:
        return 0.0, 0.0, 0.0
    # F1 = 2 right / (found + true), the same number
    return len(both) / len(said), len(both) / len(there), 2 * len(both) / (len(said) + len(there))


def right_4(found, true):
    counts = np.array(
        [[sum(p in t for p in f), len(f), len(t)] for f, t in zip(found, true)]
    ).reshape(-1, 3)
    tp, nf, nt = counts.sum(axis=0).tolist()
    P = tp / max(nf, 1)
    R = tp / max(nt, 1)
    F = 0.0 if P == R == 0 else 2 * P * R / (P + R)
    return [P, R, F]


# MISTAKE: works out precision and recall for each sentence and takes the mean over the sentences, instead of counting over all sentences and dividing once
def wrong_1(found, true):
    ps, rs = [], []
    for f, t in zip(found, true):
        ok = len(set(f).intersection(t))
        ps.append(ok / len(f) if f else 0.0)
        rs.append(ok / len(t) if t else 0.0)
    p = sum(ps) / max(len(ps), 1)  # <-- here
    r = sum(rs) / max(len(rs), 1)  # <-- here
    return p, r, (2 * p * r / (p + r) if p + r > 0 else 0.0)


# MISTAKE: throws all sentences together, so a piece counts as right if it is there in any other sentence
def wrong_2(found, true):
    all_found = [piece for sentence in found for piece in sentence]
    all_true = [piece for sentence in true for piece in sentence]  # <-- here
    right = sum(1 for piece in all_found if piece in all_true)
    P = right / len(all_found) if all_found else 0.0
    R = right / len(all_true) if all_true else 0.0
    F1 = 2 * P * R / (P + R) if P + R else 0.0
    return P, R, F1


# MISTAKE: precision and recall are swapped (the right ones are divided by the pieces there for precision, by the found ones for recall)
def wrong_3(found, true):
    good = sum(len(set(a) & set(b)) for a, b in zip(found, true))
    number_found = sum(len(a) for a in found)
    number_true = sum(len(b) for b in true)
    precision = good / number_true if number_true > 0 else 0  # <-- here
    recall = good / number_found if number_found > 0 else 0  # <-- here
    if precision == 0 and recall == 0:
        return 0, 0, 0
    return precision, recall, 2 * precision * recall / (precision + recall)


# MISTAKE: F1 is the ordinary mean of precision and recall
def wrong_4(found, true):
    tp = fp = fn = 0
    for mine, theirs in zip(found, true):
        for piece in mine:
            if piece in theirs:
                tp += 1
            else:
                fp += 1
        fn += sum(piece not in mine for piece in theirs)
    P = tp / (tp + fp) if tp + fp else 0.0
    R = tp / (tp + fn) if tp + fn else 0.0
    return P, R, (P + R) / 2  # <-- here


# MISTAKE: compares only first and end of a piece and ignores its kind
def wrong_5(found, true):
    hit = 0
    for k, pieces in enumerate(found):
        spans = [piece[:2] for piece in true[k]]  # <-- here
        hit += sum([piece[:2] in spans for piece in pieces])  # <-- here
    a, b = sum(len(x) for x in found), sum(len(x) for x in true)
    p = hit / a if a else 0
    r = hit / b if b else 0
    f = 2 * p * r / (p + r) if p or r else 0
    return (p, r, f)


# MISTAKE: a found piece counts as right as soon as it overlaps with a piece that is there (half right is taken as right)
def wrong_6(found, true):
    def is_right(piece, pieces):
        return any(
            piece[0] < q[1] and q[0] < piece[1] and piece[2:] == q[2:]
            for q in pieces  # <-- here
        )

    correct = sum(is_right(p, t) for f, t in zip(found, true) for p in f)
    n1 = sum(len(f) for f in found)
    n2 = sum(len(t) for t in true)
    prec, rec = (correct / n1 if n1 else 0.0), (correct / n2 if n2 else 0.0)
    f1 = 0.0 if prec + rec == 0 else 2 * prec * rec / (prec + rec)
    return prec, rec, f1


# MISTAKE: compares the lists position by position: the first found piece only with the first one there, and so on
def wrong_7(found, true):
    matches = 0
    for guess, gold in zip(found, true):
        for g, h in zip(guess, gold):  # <-- here
            if g == h:
                matches += 1
    guesses = len(sum(found, []))
    golds = len(sum(true, []))
    precision = matches / guesses if guesses else 0.0
    recall = matches / golds if golds else 0.0
    total = precision + recall
    return precision, recall, 2 * precision * recall / total if total else 0.0


# MISTAKE: precision and recall are swapped AND F1 is their ordinary mean
def pair_1(found, true):
    F = [(i,) + tuple(p) for i, ps in enumerate(found) for p in ps]
    G = [(i,) + tuple(p) for i, ps in enumerate(true) for p in ps]
    n = len(set(F) & set(G))
    p = n / len(F) if F else 0.0
    r = n / len(G) if G else 0.0
    f1 = 0.5 * (p + r)  # <-- here
    return r, p, f1  # <-- here


# MISTAKE: compares only first and end, not the kind AND forgets the 2 in F1
def pair_2(found, true):
    right = 0
    for f, t in zip(found, true):
        known = {(x[0], x[1]) for x in t}
        for piece in f:
            if (piece[0], piece[1]) in known:  # <-- here
                right += 1
    nf = sum(len(f) for f in found)
    nt = sum(len(t) for t in true)
    P, R = right / max(1, nf), right / max(1, nt)
    return P, R, P * R / (P + R) if P + R else 0.0  # <-- here


# MISTAKE: forgets to which sentence a piece belongs (all sentences thrown together) AND takes the geometric mean as F1
def pair_3(found, true):
    guessed = Counter(p for sentence in found for p in sentence)  # <-- here
    real = Counter(p for sentence in true for p in sentence)  # <-- here
    common = sum((guessed & real).values())
    P = common / sum(guessed.values()) if guessed else 0.0
    R = common / sum(real.values()) if real else 0.0
    return P, R, math.sqrt(P * R)  # <-- here
