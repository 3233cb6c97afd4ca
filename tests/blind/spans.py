# ruff: noqa
import torch


# ---------------------------------------------------------------- right


def right_1(tags):
    pieces = []
    first = None
    for k, tag in enumerate(tags):
        if tag != "I" and first is not None:
            pieces.append((first, k))
            first = None
        if tag == "B":
            first = k
    if first is not None:
        pieces.append((first, len(tags)))
    return pieces


def right_2(tags):
    found = []
    for first in [k for k in range(len(tags)) if tags[k] == "B"]:
        end = first + 1
        while end < len(tags) and tags[end] == "I":
            end += 1
        found.append((first, end))
    return found


def right_3(tags):
    import re

    text = "".join(tags)
    assert len(text) == len(tags)
    return [m.span() for m in re.finditer("BI*", text)]


def right_4(tags):
    spans = []
    inside = False
    for place, tag in enumerate(tags):
        if tag == "B":
            spans.append([place, place + 1])
            inside = True
        elif tag == "I" and inside:
            spans[-1][1] = place + 1
        else:
            inside = False
    return [tuple(s) for s in spans]


# ---------------------------------------------------------------- wrong


# MISTAKE: the piece that reaches to the end of the sentence is lost
def wrong_1(tags):
    pieces = []
    start = None
    for i, tag in enumerate(tags):
        if tag == "B":
            if start is not None:
                pieces.append((start, i))
            start = i
        elif tag == "O":
            if start is not None:
                pieces.append((start, i))
            start = None
    return pieces  # <-- here


# MISTAKE: the end is the place of the last word of the piece, not the one just after it
def wrong_2(tags):
    result = []
    n = len(tags)
    k = 0
    while k < n:
        if tags[k] == "B":
            last = k
            while last + 1 < n and tags[last + 1] == "I":
                last += 1
            result.append((k, last))  # <-- here
            k = last + 1
        else:
            k += 1
    return result


# MISTAKE: an I with no piece before it begins a new piece
def wrong_3(tags):
    out, first = [], None
    for k, t in enumerate(list(tags) + ["O"]):
        if first is not None and t in ("B", "O"):
            out.append((first, k))
            first = None
        if t == "B" or (t == "I" and first is None):  # <-- here
            first = k
    return out


# MISTAKE: an I after an O still lengthens the last piece, because an O does not close it
def wrong_4(tags):
    pieces = []
    for k, tag in enumerate(tags):
        if tag == "B":
            pieces.append((k, k + 1))
        elif tag == "I" and pieces:  # <-- here
            pieces[-1] = (pieces[-1][0], k + 1)
    return pieces


# MISTAKE: a B right after a piece does not begin a new piece, the two are run together
def wrong_5(tags):
    pieces = []
    open_at = -1
    for i in range(len(tags)):
        if tags[i] == "B" and open_at < 0:  # <-- here
            open_at = i
        if tags[i] == "O":
            if open_at >= 0:
                pieces.append((open_at, i))
            open_at = -1
    if open_at >= 0:
        pieces.append((open_at, len(tags)))
    return pieces


# MISTAKE: a piece without any I (a single word) is not counted
def wrong_6(tags):
    import re

    return [(m.start(), m.end()) for m in re.finditer(r"BI+", "".join(tags))]  # <-- here


# MISTAKE: places are counted from 1
def wrong_7(tags):
    found = []
    current = None
    for place, tag in enumerate(tags, start=1):  # <-- here
        if tag == "B":
            current = [place, place + 1]
            found.append(current)
        elif tag == "I":
            if current is not None:
                current[1] = place + 1
        else:
            current = None
    return [(a, b) for a, b in found]


# ---------------------------------------------------------------- pair


# MISTAKE: the last piece is lost when it reaches to the end of the sentence
# MISTAKE: an I that has no piece before it opens one
def pair_1(tags):
    pieces, first = [], None
    for i, tag in enumerate(tags):
        if tag in "BO" and first is not None:
            pieces.append((first, i))
            first = None
        if tag in "BI" and first is None:  # <-- here
            first = i
    return pieces  # <-- here


# MISTAKE: the end is the last word itself
# MISTAKE: a B does not end the piece before it
def pair_2(tags):
    spans_ = []
    inside = False
    for i, tag in enumerate(tags):
        if tag == "O":
            inside = False
        elif inside:  # <-- here
            spans_[-1][1] = i
        elif tag == "B":
            spans_.append([i, i])  # <-- here
            inside = True
    return [tuple(pair) for pair in spans_]


# MISTAKE: gives the length of the piece instead of its end
# MISTAKE: an I after an O is still added to the piece before
def pair_3(tags):
    result = []
    for i, tag in enumerate(tags):
        if tag == "B":
            result.append((i, 1))  # <-- here
        if tag == "I" and len(result) > 0:  # <-- here
            first, length = result[-1]
            result[-1] = (first, length + 1)
    return result
