"""Where a result is wrong, and what a wrong shape looks like, in words."""

import re

from rnn_course.checks.compare import leaves

AXES = {  # letter -> (one, several)
    "T": ("time step", "time steps"),
    "N": ("batch row", "batch rows"),
    "H": ("hidden unit", "hidden units"),
    "I": ("input feature", "input features"),
    "P": ("projected unit", "projected units"),
    "E": ("feature", "features"),
    "V": ("word", "words"),
    "C": ("class", "classes"),
    "R": ("packed row", "packed rows"),
    "L": ("layer", "layers"),
    "G": ("row of the gates", "rows of the gates"),
}
BLOCKS = {  # an axis made of blocks: what the blocks are
    "2H": ("the forward half", "the backward half"),
    "2P": ("the forward half", "the backward half"),
    "3H": ("the rows of gate r", "the rows of gate z", "the rows of n"),
    "4H": ("the rows of gate i", "the rows of gate f", "the rows of g", "the rows of gate o"),
}
# an axis "2L" is layer by layer, forward then backward


def where(leaf, wrong):
    """Where a bool tensor is True: 'right at t = 0, wrong from t = 1 on, in the backward half'."""
    axes = leaf.axes if len(leaf.axes) == wrong.dim() else ("?",) * wrong.dim()
    phrases = []
    for k, axis in enumerate(axes):
        others = [j for j in range(wrong.dim()) if j != k]
        bad = wrong.any(others) if others else wrong
        phrase = _along(axis, [bool(b) for b in bad])
        if phrase:
            phrases.append(phrase)
    if not phrases:
        return "wrong everywhere" if wrong.numel() > 1 else "wrong"
    phrases.sort(key=lambda phrase: not phrase.startswith(("right", "wrong")))
    return ", ".join(phrases if phrases[0].startswith(("right", "wrong")) else ["wrong", *phrases])


def _along(axis, bad):
    """Words for one axis, or '' if the whole axis is wrong."""
    if all(bad):
        return ""
    marked = [k for k, b in enumerate(bad) if b]
    if axis == "T":
        return _in_time(marked, len(bad))
    blocks = BLOCKS.get(axis)
    if blocks and len(bad) % len(blocks) == 0:
        size = len(bad) // len(blocks)
        hit = sorted({k // size for k in marked})
        if len(hit) < len(blocks):
            return "only in " + " and ".join(blocks[k] for k in hit)
        return ""
    if axis == "2L":
        named = [f"layer {k // 2} {'backward' if k % 2 else 'forward'}" for k in marked]
        return "only in " + _list(named)
    one, several = AXES.get(axis, ("entry", "entries"))
    if axis in "HIEPG?" and len(marked) > 2:
        return ""  # single features say little
    return f"only in {one if len(marked) == 1 else several} {_list(map(str, marked))}"


def _in_time(marked, T):
    first, last = marked[0], marked[-1]
    whole = last - first + 1 == len(marked)
    if whole and last == T - 1:
        before = "t = 0" if first == 1 else f"t = 0 .. {first - 1}"
        return f"right at {before}, wrong from t = {first} on"
    if whole and first == 0:
        at = "t = 0" if last == 0 else f"t = 0 .. {last}"
        return f"wrong at {at}, right from t = {last + 1} on"
    return f"wrong at t = {_list(map(str, marked))}"


def _list(words, most=6):
    words = list(words)
    if len(words) > most:
        words = [*words[:most], "..."]
    return ", ".join(words)


# ------------------------------------------------------------------------------- shapes


def sizes(returns, shapes):
    """letter -> size, from the declared axes and the expected shapes: {'T': 6, 'N': 5}."""
    known = {}
    for leaf, shape in zip(leaves(returns), shapes, strict=True):
        if shape is None or len(shape) != len(leaf.axes):
            continue
        for axis, size in zip(leaf.axes, shape, strict=True):
            if len(axis) == 1 and axis.isalpha():
                known[axis] = size
    return known


def letters(shape, known):
    """A shape in letters: (6, 5, 3) -> '(T, N, H)', with numbers where no letter fits."""
    return "(" + ", ".join(_letter(size, known) for size in shape) + ")"


def _letter(size, known):
    for letter, n in known.items():
        if n == size and size > 1:
            return letter
    for factor in (2, 3, 4):
        for letter, n in known.items():
            if n * factor == size and letter in "HP":
                return f"{factor}{letter}"
    for a in known:
        for b in known:
            if a < b and known[a] * known[b] == size and size > 1 and 1 not in (known[a], known[b]):
                return f"{b}*{a}" if b == "T" else f"{a}*{b}"
    for letter, n in known.items():
        if letter == "T" and abs(n - size) == 1:
            return f"T{'+' if size > n else '-'}1"
    return str(size)


def shape_hint(expected, got, known):
    """What a wrong shape looks like, or ''. expected, got: tuples of sizes."""
    named = letters(got, known)
    if sorted(expected) == sorted(got) and expected != got:
        if "T" in known and "N" in known:
            t, n = known["T"], known["N"]
            if (
                t in got
                and n in got
                and (got.index(n) < got.index(t)) != (expected.index(n) < expected.index(t))
            ):
                return "time and batch are exchanged, as with batch_first the other way"
        return "the right sizes in another order: which axis is which?"
    if tuple(s for s in got if s != 1) == tuple(s for s in expected if s != 1):
        more = len(got) > len(expected)
        return f"an axis of size 1 too {'many: squeeze it away' if more else 'few: unsqueeze'}"
    if re.search(r"T\*N|N\*T", named):
        return "time and batch run together: torch.cat joins along an axis, torch.stack makes one"
    if "T+1" in named:
        return "one time step too many: does the first state stand in it?"
    if "T-1" in named:
        return "one time step is missing"
    if len(got) == len(expected) - 1 and known.get("T") in expected and known["T"] not in got:
        return "the axis of time is missing: is it only one step?"
    if len(got) == len(expected) + 1 and known.get("T") in got and known["T"] not in expected:
        return "it has an axis of time: are these all steps, where one is wanted?"
    if len(got) == len(expected) and got[:-1] == expected[:-1]:
        if got[-1] == 2 * expected[-1]:
            return "twice as many features as expected"
        if 2 * got[-1] == expected[-1]:
            return "half as many features as expected"
    if len(got) != len(expected):
        return f"{len(expected)} axes are expected, it has {len(got)}"
    return ""
