# ruff: noqa
import re


# ------------------------------------------------------------------ right


def right_1(tags):
    pieces = []
    first = None  # where the open piece began
    for k, tag in enumerate(tags):
        if tag == "I":
            continue
        if first is not None:
            pieces.append((first, k))
        first = k if tag == "B" else None
    if first is not None:
        pieces.append((first, len(tags)))
    return pieces


def right_2(tags):
    return [m.span() for m in re.finditer("BI*", "".join(tags))]


def right_3(tags):
    """For each B look how far its I's go."""
    result = []
    for first in range(len(tags)):
        if tags[first] == "B":
            end = first + 1
            while end < len(tags) and tags[end] == "I":
                end += 1
            result.append((first, end))
    return result


def right_4(tags):
    # from behind: `end` is always the end that a piece would have if it began here
    out, end = [], len(tags)
    for k in reversed(range(len(tags))):
        if tags[k] == "B":
            out.insert(0, (k, end))
        if tags[k] != "I":
            end = k
    return out


# ------------------------------------------------------------------ wrong


# MISTAKE: an I with no piece before it, at the beginning or after an O, begins a piece
def wrong_1(tags):
    return [m.span() for m in re.finditer("BI*|I+", "".join(tags))]  # <-- here


# MISTAKE: a piece that goes on to the end of the sentence is never closed and gets lost
def wrong_2(tags):
    pieces = []
    first = None
    for k, tag in enumerate(tags):
        if tag == "I":
            continue
        if first is not None:
            pieces.append((first, k))
        first = k if tag == "B" else None
    return pieces  # <-- here


# MISTAKE: the end is the place of the last word instead of the place just after it
def wrong_3(tags):
    result = []
    for first in range(len(tags)):
        if tags[first] == "B":
            end = first
            while end + 1 < len(tags) and tags[end + 1] == "I":
                end += 1
            result.append((first, end))  # <-- here
    return result


# MISTAKE: a B right after a piece does not begin a new one, the two are joined into one piece
def wrong_4(tags):
    pieces, start = [], None
    for k, tag in enumerate(list(tags) + ["O"]):
        if tag == "B" and start is None:  # <-- here
            start = k
        elif tag == "O" and start is not None:
            pieces.append((start, k))
            start = None
    return pieces


# MISTAKE: an I after an O still belongs to the piece before, which then reaches across the O
def wrong_5(tags):
    pieces = []
    for k, tag in enumerate(tags):
        if tag == "B":
            pieces.append((k, k + 1))
        elif tag == "I" and pieces:  # <-- here
            pieces[-1] = (pieces[-1][0], k + 1)
    return pieces


# MISTAKE: the second number of each pair is the length of the piece and not its end
def wrong_6(tags):
    text = "".join(tags)
    pairs = []
    for m in re.finditer("BI*", text):
        pairs.append((m.start(), len(m.group())))  # <-- here
    return pairs


# MISTAKE: the pieces are collected from behind and returned in that order, the last one first
def wrong_7(tags):
    out, end = [], len(tags)
    for k in range(len(tags) - 1, -1, -1):
        if tags[k] == "B":
            out.append((k, end))  # <-- here
        if tags[k] != "I":
            end = k
    return out


# ------------------------------------------------------------------ pairs


# MISTAKE: a piece of one word, a B without an I, is left out; the places are counted from 1
def pair_1(tags):
    found = re.finditer("BI+", "".join(tags))  # <-- here
    return [(m.start() + 1, m.end() + 1) for m in found]  # <-- here


# MISTAKE: a B that follows directly on a piece does not close it, so the piece before gets lost; the open piece at the end of the sentence ends one place too early
def pair_2(tags):
    pieces = []
    first = None
    for k, tag in enumerate(tags):
        if tag == "B":
            first = k  # <-- here
        elif tag == "O":
            if first is not None:
                pieces.append((first, k))
            first = None
    if first is not None:
        pieces.append((first, len(tags) - 1))  # <-- here
    return pieces


# MISTAKE: an I that no piece stands before begins a piece of its own; a piece runs on over a following B up to the next O, so that pieces overlap
def pair_3(tags):
    result = []
    for first in range(len(tags)):
        before = tags[first - 1] if first > 0 else "O"
        if tags[first] == "B" or (tags[first] == "I" and before == "O"):  # <-- here
            end = first + 1
            while end < len(tags) and tags[end] != "O":  # <-- here
                end += 1
            result.append((first, end))
    return result
