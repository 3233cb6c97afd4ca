# ruff: noqa
from collections import Counter

import torch


def right_1(found, true):
    """(precision, recall, F1) of whole pieces, over all sentences together."""
    right = n_found = n_true = 0
    for f, t in zip(found, true):
        n_found += len(f)
        n_true += len(t)
        for piece in f:
            if piece in t:
                right += 1
    precision = right / n_found if n_found else 0.0
    recall = right / n_true if n_true else 0.0
    if precision + recall == 0:
        return precision, recall, 0.0
    return precision, recall, 2 * precision * recall / (precision + recall)


def right_2(found, true):
    """(precision, recall, F1) of whole pieces, over all sentences together."""
    # put the number of the sentence in front of each piece, then everything is two big sets
    f = {(k, *piece) for k, pieces in enumerate(found) for piece in pieces}
    t = {(k, *piece) for k, pieces in enumerate(true) for piece in pieces}
    hits = len(f & t)
    P = hits / max(len(f), 1)
    R = hits / max(len(t), 1)
    F = 2 * P * R / (P + R) if hits else 0.0
    return P, R, F


def right_3(found, true):
    """(precision, recall, F1) of whole pieces, over all sentences together."""

    def share(a, b):
        return a / b if b > 0 else 0.0

    hits = sum(len(set(f).intersection(t)) for f, t in zip(found, true))
    n_found, n_true = sum(map(len, found)), sum(map(len, true))
    # 2PR / (P + R) is the same as 2 hits / (found + true)
    return share(hits, n_found), share(hits, n_true), share(2 * hits, n_found + n_true)


def right_4(found, true):
    """(precision, recall, F1) of whole pieces, over all sentences together."""
    counts = Counter()
    for f, t in zip(found, true):
        missed = list(t)
        for piece in f:
            if piece in missed:
                missed.remove(piece)
                counts["tp"] += 1
            else:
                counts["fp"] += 1
        counts["fn"] += len(missed)
    tp, fp, fn = counts["tp"], counts["fp"], counts["fn"]
    if tp == 0:
        return [0.0, 0.0, 0.0]
    p, r = tp / (tp + fp), tp / (tp + fn)
    return [p, r, 2 / (1 / p + 1 / r)]


# MISTAKE: precision and recall are exchanged: precision is divided by the true pieces, recall by the found ones
def wrong_1(found, true):
    right = n_found = n_true = 0
    for f, t in zip(found, true):
        n_found += len(f)
        n_true += len(t)
        for piece in f:
            if piece in t:
                right += 1
    precision = right / n_true if n_true else 0.0  # <-- here
    recall = right / n_found if n_found else 0.0  # <-- here
    if precision + recall == 0:
        return 0.0, 0.0, 0.0
    return precision, recall, 2 * precision * recall / (precision + recall)


# MISTAKE: precision and recall are computed for each sentence and then averaged, instead of counting all sentences together
def wrong_2(found, true):
    ps, rs = [], []
    for f, t in zip(found, true):
        hits = len(set(f) & set(t))
        ps.append(hits / len(f) if f else 0.0)  # <-- here
        rs.append(hits / len(t) if t else 0.0)  # <-- here
    P = sum(ps) / len(ps) if ps else 0.0
    R = sum(rs) / len(rs) if rs else 0.0
    F = 2 * P * R / (P + R) if P + R > 0 else 0.0
    return P, R, F


# MISTAKE: only first and end are compared, so a piece with the wrong kind counts as right
def wrong_3(found, true):
    def share(a, b):
        return a / b if b > 0 else 0.0

    hits = 0
    for f, t in zip(found, true):
        places = [piece[:2] for piece in t]
        hits += sum(piece[:2] in places for piece in f)  # <-- here
    n_found, n_true = sum(map(len, found)), sum(map(len, true))
    return share(hits, n_found), share(hits, n_true), share(2 * hits, n_found + n_true)


# MISTAKE: a found piece counts as right as soon as it overlaps with a true one
def wrong_4(found, true):
    right = 0
    for f, t in zip(found, true):
        for piece in f:
            if any(
                piece[0] < other[1] and other[0] < piece[1] and piece[2:] == other[2:]
                for other in t
            ):  # <-- here
                right += 1
    n_found = sum(len(f) for f in found)
    n_true = sum(len(t) for t in true)
    p = right / n_found if n_found else 0.0
    r = right / n_true if n_true else 0.0
    return p, r, (2 * p * r / (p + r) if p + r else 0.0)


# MISTAKE: the pieces of all sentences are thrown together without the number of their sentence
def wrong_5(found, true):
    f = {piece for pieces in found for piece in pieces}  # <-- here
    t = {piece for pieces in true for piece in pieces}  # <-- here
    hits = len(f & t)
    P = hits / max(len(f), 1)
    R = hits / max(len(t), 1)
    F = 2 * P * R / (P + R) if hits else 0.0
    return P, R, F


# MISTAKE: sentences in which nothing was found are skipped, so the pieces missed there do not lower the recall
def wrong_6(found, true):
    tp = fp = fn = 0
    for f, t in zip(found, true):
        if not f:
            continue  # <-- here
        for piece in f:
            if piece in t:
                tp += 1
            else:
                fp += 1
        fn += len([piece for piece in t if piece not in f])
    if tp == 0:
        return 0.0, 0.0, 0.0
    p, r = tp / (tp + fp), tp / (tp + fn)
    return p, r, 2 * p * r / (p + r)


# MISTAKE: F1 is the ordinary mean of precision and recall and not 2PR / (P + R)
def wrong_7(found, true):
    hits = sum(len(set(f) & set(t)) for f, t in zip(found, true))
    counts = torch.tensor([sum(map(len, found)), sum(map(len, true))], dtype=torch.float64)
    P, R = (hits / counts.clamp(min=1)).tolist()
    return P, R, (P + R) / 2  # <-- here


# MISTAKE: a piece is compared only with the one at the same place in the other list; F1 lacks the factor 2
def pair_1(found, true):
    right = 0
    for f, t in zip(found, true):
        right += sum(a == b for a, b in zip(f, t))  # <-- here
    n_found = sum(len(f) for f in found)
    n_true = sum(len(t) for t in true)
    precision = right / n_found if n_found else 0.0
    recall = right / n_true if n_true else 0.0
    if right == 0:
        return precision, recall, 0.0
    return precision, recall, precision * recall / (precision + recall)  # <-- here


# MISTAKE: only the first word of a piece is compared; sentences without true pieces are skipped, so false alarms there do not count
def pair_2(found, true):
    tp = n_found = n_true = 0
    for f, t in zip(found, true):
        if len(t) == 0:
            continue  # <-- here
        begins = {piece[0] for piece in t}
        tp += sum(piece[0] in begins for piece in f)  # <-- here
        n_found += len(f)
        n_true += len(t)
    P = tp / n_found if n_found else 0.0
    R = tp / n_true if n_true else 0.0
    return P, R, (2 * P * R / (P + R) if P + R else 0.0)


# MISTAKE: a found piece counts as right if it is there in any sentence at all; F1 is the geometric mean of P and R
def pair_3(found, true):
    everything = [piece for pieces in true for piece in pieces]
    right = sum(piece in everything for pieces in found for piece in pieces)  # <-- here
    n = sum(len(pieces) for pieces in found)
    P = right / n if n else 0.0
    R = right / len(everything) if everything else 0.0
    return P, R, (P * R) ** 0.5  # <-- here
