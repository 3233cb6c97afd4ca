"""How names, words and numbers are shown, in a terminal, in a note, in a spreadsheet.

What students call their files, and what they write, is theirs to choose: it may hold signs that a
terminal obeys or a formula that a spreadsheet computes.
"""

import re
import unicodedata

# A spreadsheet computes a cell that begins like this (the wide forms where the system is Chinese or
# Japanese), or asks a server for it.
FORMULA = re.compile(r"\s*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")

WITHIN = re.compile(r"(;\s*)([=+\-@])")  # where ; stands between cells, a cell begins behind it


def visible(text):
    """Text in which every sign can be seen: a control character stands as \\x1b."""
    seen = (c if _is_seen(c) else c.encode("unicode_escape").decode() for c in str(text))
    return "".join(seen)


def _is_seen(c):
    return c.isprintable() or unicodedata.category(c) == "Zs"  # a space of another width


def short(text, most=60):
    """A student's word for a note: all signs visible, and not longer than `most` of them."""
    text = visible(str(text)[: most + 1])
    return text if len(text) <= most else text[: most - 3] + "..."


def listed(names, most=5):
    """Names in a note: at most so many, then how many more there are."""
    more = len(names) - most
    return ", ".join(short(name, 100) for name in names[:most]) + (
        f" and {more} more" if more > 0 else ""
    )


def few(notes, most=5):
    """At most so many notes, then how many more there are."""
    return notes if len(notes) <= most else [*notes[:most], f"and {len(notes) - most} more notes"]


def is_formula(cell):
    """Would a spreadsheet compute this cell? Numbers never are formulas, only text is."""
    return isinstance(cell, str) and FORMULA.match(cell) is not None


def harmless(cell):
    """A cell of a CSV for people: text that is not computed; a number stays a number."""
    if not isinstance(cell, str):
        return number(cell)
    return ("'" if is_formula(cell) else "") + WITHIN.sub(r"\1'\2", visible(cell))


def number(score):
    """Points as people write them: 10.2, not 10.200000000000001; '' for None."""
    return "" if score is None else f"{round(score, 4):.12g}"
