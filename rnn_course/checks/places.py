"""Where a result is wrong, and what a wrong shape looks like, in words."""

from collections import Counter

from rnn_course.checks.compare import leaves

AXES = {  # letter -> (one, several)
    "T": ("time step", "time steps"),
    "H": ("hidden unit", "hidden units"),
    "I": ("input feature", "input features"),
    "P": ("projected unit", "projected units"),
    "E": ("feature", "features"),
    "V": ("word", "words"),
    "C": ("class", "classes"),
    "R": ("packed row", "packed rows"),
    "L": ("layer", "layers"),
    "S": ("letter", "letters"),
    "G": ("row of the gates", "rows of the gates"),
    "W": ("column", "columns"),
    "A": ("column", "columns"),
    "M": ("shift", "shifts"),
}
BLOCKS = {  # an axis made of blocks: what the blocks are
    "2H": ("the forward half", "the backward half"),
    "2P": ("the forward half", "the backward half"),
    "3H": ("the rows of gate r", "the rows of gate z", "the rows of n"),
    "4H": ("the rows of gate i", "the rows of gate f", "the rows of g", "the rows of gate o"),
}
# an axis "2L" is layer by layer, forward then backward


def where(leaf, wrong):
    """Where a bool tensor is True: 'right at t = 0, wrong from t = 1 on, in the backward half'.

    "" where that is neither everywhere nor in some part of an axis alone.
    """
    axes = leaf.axes if len(leaf.axes) == wrong.dim() else ("?",) * wrong.dim()
    if len(axes) == 1 and axes[0] in "WA":  # no columns of a table
        axes = ("entry",)
    phrases = []
    for k, axis in enumerate(axes):
        others = [j for j in range(wrong.dim()) if j != k]
        bad = wrong.any(others) if others else wrong
        phrase = _along(axis, [bool(b) for b in bad])
        if phrase:
            phrases.append(phrase)
    if not phrases:
        if not wrong.all():
            return ""
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
    if axis == "N":
        return f"only at n = {_list(map(str, marked))}"
    blocks = BLOCKS.get(axis)
    if blocks and len(bad) % len(blocks) == 0:
        size = len(bad) // len(blocks)
        hit = sorted({k // size for k in marked})
        if len(hit) < len(blocks):
            return "only in " + " and ".join(blocks[k] for k in hit)
        return ""
    if axis == "2L":
        named = [f"layer {k // 2 + 1} {'backward' if k % 2 else 'forward'}" for k in marked]
        return "only in " + _list(named)
    if axis == "L":  # layers are counted from 1, as in the texts
        marked = [k + 1 for k in marked]
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


def letters(shape, known, expected=()):
    """A shape in letters: (6, 5, 3) -> '(T, N, H)', with a number where not one letter fits.

    expected: the right shape; where all sizes that came are sizes of it, no others are looked for.
    """
    only = not Counter(s for s in shape if s > 1) - Counter(expected)
    return "(" + ", ".join(_letter(size, known, only) for size in shape) + ")"


def _letter(size, known, only):
    """What an axis of this size can only be: 'N', '4H', 'T*N', 'T+1'; else the number."""
    if size < 2:
        return str(size)
    fits = [letter for letter, n in known.items() if n == size]
    if not only or not fits:
        double = [(k, x) for x in known if x in "HP" for k in (2, 3, 4)]
        fits += [f"{k}{x}" for k, x in double if k * known[x] == size]
        if {"T", "N"} <= known.keys() and known["T"] * known["N"] == size:
            fits.append("T*N")
        fits += [f"T{more:+d}" for more in (1, -1) if known.get("T", -9) + more == size]
    return fits[0] if len(fits) == 1 else str(size)


def shape_hint(expected, got, axes, known):
    """What a wrong shape looks like, or ''.

    expected, got   tuples of sizes; axes: the letters of the expected one; known: letter -> size
    """
    axes = axes if len(axes) == len(expected) else ("?",) * len(expected)
    t = axes.index("T") if "T" in axes else None
    n = axes.index("N") if "N" in axes else None
    if sorted(expected) == sorted(got) and expected != got:
        if t is not None and n is not None:
            turned = list(expected)
            turned[t], turned[n] = turned[n], turned[t]
            if tuple(turned) == got and len(set(got)) == len(got):
                return "time and batch are exchanged, as with batch_first the other way"
        return "the right sizes in another order: which axis is which?"
    if tuple(s for s in got if s != 1) == tuple(s for s in expected if s != 1):
        more = len(got) > len(expected)
        return f"an axis of size 1 {'too many' if more else 'is missing'}"
    if t is not None and n is not None and {t, n} == {0, 1}:
        if got == (expected[0] * expected[1], *expected[2:]):
            return (
                "time and batch run together: torch.cat joins along an axis, torch.stack makes one"
            )
    if t is not None:
        for more, said in ((1, "one time step too many: does the first state stand in it?"),
                           (-1, "one time step is missing")):  # fmt: skip
            if got == (*expected[:t], expected[t] + more, *expected[t + 1 :]):
                return said
        if got == expected[:t] + expected[t + 1 :]:
            return "the axis of time is missing: is it only one step?"
    elif len(got) == len(expected) + 1 and "T" in known and got.count(known["T"]) == 1:
        where = got.index(known["T"])
        if got[:where] + got[where + 1 :] == expected:
            return "it has an axis of time: are these all steps, where one is wanted?"
    if len(got) == len(expected) and got[:-1] == expected[:-1]:
        if got[-1] == 2 * expected[-1]:
            return "twice as many features as expected"
        if 2 * got[-1] == expected[-1]:
            return "half as many features as expected"
    if len(got) != len(expected):
        axis = "axis is" if len(expected) == 1 else "axes are"
        return f"{len(expected)} {axis} expected, it has {len(got)}"
    return ""
