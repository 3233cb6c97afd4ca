"""From the numbers of a wrong answer to the mistakes that give them: a function of arrays."""

from dataclasses import dataclass, field, replace

import numpy as np

from rnn_course.checks.diagnosis.prints import Observations, alike, fits, some_of

KINDS = ("by hand", "family", "always", "slip")  # where a row of the table comes from


@dataclass
class Row:
    """What is said where a row of the table fits.

    others   (name, sentence, where to read) of mistakes of the same numbers, for "or"
    """

    name: str
    says: str
    read: str = ""
    kind: str = "by hand"
    others: list = field(default_factory=list)


@dataclass
class Hypotheses:
    """What every known mistake of a task gives on its cases.

    singles     (mistakes, cases): a print each
    pairs       (pairs, some cases): of two mistakes at once; pair_rows (pairs, 2): which
    tried       the numbers of the cases that pairs were tried on
    right       (cases,): the prints of the right answer
    visible     how many of the cases are visible; the others are the further draw
    errors      name of a mistake -> sentence, of those that stop with an error (trouble.py)
    rows        a Row for each of the singles, the likeliest first
    values      numbers of the right answers, for trace.py
    """

    singles: np.ndarray
    pairs: np.ndarray
    pair_rows: np.ndarray
    tried: list
    right: np.ndarray
    visible: int
    errors: dict
    rows: list
    values: dict = field(default_factory=dict)


def search(seen, hypotheses):
    """The rows of the mistakes that give what was seen in every case: none, one or two.

    seen: prints.Observations. Of two mistakes at once there must be exactly one explanation, or two
    that have one mistake in common: then the other one is this or that.
    """
    found = np.flatnonzero(fits(hypotheses.singles, seen))
    found = [row for row in found if _speaks(hypotheses.singles[row], hypotheses.right, seen)]
    if found:
        return [hypotheses.rows[found[0]]]
    tried = list(hypotheses.tried)
    if not len(hypotheses.pairs) or np.isnan(seen.numbers[tried]).any():
        return []
    found = np.flatnonzero(fits(hypotheses.pairs, some_of(seen, tried)))
    pairs = [[int(row) for row in hypotheses.pair_rows[k]] for k in found]
    if len(pairs) == 1:
        return [hypotheses.rows[row] for row in pairs[0]]
    common = set(pairs[0]) & set(pairs[1]) if len(pairs) == 2 else ()
    if len(common) != 1:
        return []
    first, other = (hypotheses.rows[row] for pair in pairs for row in pair if row not in common)
    if first.others or other.others:
        return []
    both = replace(first, others=[(other.name, other.says, other.read)])
    return [hypotheses.rows[row] if row in common else both for row in pairs[0]]


def _speaks(prints, right, seen):
    """Do the prints of a mistake tell it from a right answer? One that only raises, in some cases,
    is told where those very cases raise."""
    raises = np.isnan(prints)
    at = Observations(right, np.abs(right) * 1e-6)
    return not (raises | alike(prints, at)).all() or (raises == np.isnan(seen.numbers)).all()
