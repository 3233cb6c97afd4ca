"""Two mistakes at once.

Where one of two mistakes does not show (a bias left out, where all biases are zero), the other
alone explains what came. So for every mistake it is noted, on every input and for every result,
whether it leaves the result right and whether it alone gives the student's number. Two mistakes
are the student's if one of them leaves a result right exactly where the other one alone gives the
student's number, or nearly so. The pairs are tried in the order of how well that holds.
"""

import time
from dataclasses import dataclass, field

import numpy as np

from rnn_course.checks.exhibits import answer, close, same_answer

TABLE_SHARE = 0.6  # of the time goes into the table, the rest into trying pairs
LEAST_COLUMNS = 3  # inputs that are tried even if not all mistakes can be
MOST_PAIRS = 100_000  # more cannot be tried anyway
MOST_RIGHT = 3  # inputs on which the student is right: so many are enough to rule mistakes out


@dataclass
class Row:
    """What a mistake alone does, for every result that the student has wrong.

    leaves_right   does it leave this result right
    explains       does it give the student's number
    tried          has it been tried there
    marks          its answers in short: two mistakes with the same marks are the same
    """

    mistake: object
    leaves_right: list = field(default_factory=list)
    explains: list = field(default_factory=list)
    tried: list = field(default_factory=list)
    marks: list = field(default_factory=list)

    def known(self, leaves_right, explains, mark):
        self.leaves_right += leaves_right
        self.explains += explains
        self.tried += [True] * len(explains)
        self.marks.append(mark)
        return self

    def unknown(self, results):
        self.leaves_right += [False] * results
        self.explains += [False] * results
        self.tried += [False] * results
        self.marks.append(id(self.mistake))
        return self


class Pairs:
    """The search. `alone`: afterwards, a (mistake, exhibit) where one mistake explains all."""

    def __init__(self, search, deadline):
        self.search, self.deadline = search, deadline
        self.alone = None
        self.steps_are_explained = False

    def find(self):
        """Two known mistakes that together explain everything, or None."""
        if not self.search.wrong:
            return None
        rows = self.table()
        for a, b in consistent(rows):
            if time.thread_time() > self.deadline:
                return None
            first, second = rows[a].mistake, rows[b].mistake
            if self.together(first, second):
                return [first, second]
        return None

    def together(self, first, second):
        """Do the two explain everything, in one order or the other?"""
        change = first.with_(second)
        if change is None:
            return False
        if self.search.explains(change):
            return True
        shared = first.change.keys() & second.change.keys() - {"plain", "edits"}
        return bool(shared) and self.search.explains(second.with_(first))

    def table(self):
        """The rows of the mistakes that leave right what the student has right.

        Of mistakes that give the same numbers everywhere, and go together with the same others,
        only the first has a row.
        """
        end = time.thread_time() + TABLE_SHARE * (self.deadline - time.thread_time())
        right = [e for e in self.search.whole if e.is_right][:MOST_RIGHT]
        columns = self.search.steps + sorted(right + self.search.wrong, key=lambda e: e.cost)
        rows = last = [Row(mistake) for mistake in self.search.known]
        for k, e in enumerate(columns):
            if k == len(self.search.steps):
                self.steps_are_explained = any(any(row.explains) for row in rows)
            rows = self.affordable(e, rows, end - time.thread_time(), k < LEAST_COLUMNS)
            if rows is None:
                break
            last = rows = self.column(e, rows)
        first = {}
        for row in last:
            first.setdefault((row.mistake.goes_with, *row.marks), row)
        return list(first.values())

    def affordable(self, e, rows, seconds, needed):
        """The rows that can be tried on this exhibit in the time; None if that is not all.

        A column that is needed is made all the same, with the likelier mistakes only.
        """
        most, chosen = int(seconds / e.cost), []
        for row in rows:
            if not self.says_nothing(row, e):
                most -= 1
            if most < 0:
                return chosen if needed and len(chosen) > 50 else None
            chosen.append(row)
        return chosen

    def column(self, e, rows):
        """The rows with what each mistake does on one more exhibit; those it rules out are gone."""
        kept = []
        for row in rows:
            if self.says_nothing(row, e):
                kept.append(row.unknown(sum(not right for right in e.right or [False])))
                continue
            got = answer(row.mistake.change, e)
            effect = self.effect(row.mistake, got, e)
            if effect is not None:
                kept.append(row.known(*effect, mark_of(got)))
        return kept

    def says_nothing(self, row, e):
        """Is there nothing to learn from this mistake on this exhibit?

        A bare step tells only of mistakes inside a step; and one of these that does not explain
        the bare step alone does not explain a network of them either.
        """
        if e.only_step:
            return not row.mistake.is_in_step
        return row.mistake.is_in_step and self.steps_are_explained and not any(row.explains)

    def effect(self, mistake, got, e):
        """(leaves right, explains) for every wrong result, or None if it spoils a right one."""
        if e.right is None:  # something of another form came: all or nothing
            fits = same_answer(got, (e.form, e.given), e.exact)
            self.note(mistake, e, fits)
            return [False], [fits]
        wrong = [k for k, right in enumerate(e.right) if not right]
        if got is None or got[0] != e.form:
            return ([False] * len(wrong),) * 2 if len(wrong) == len(e.right) else None
        for k, right in enumerate(e.right):
            if right and not close(e.expected[k], got[1][k], e.exact):
                return None
        fits = [close(e.given[k], got[1][k], e.exact) for k in wrong]
        leaves = [close(e.expected[k], got[1][k], e.exact) for k in wrong]
        if wrong:
            self.note(mistake, e, all(fits))
        return leaves, fits

    def note(self, mistake, e, fits):
        if fits and self.alone is None and not e.only_step:
            self.alone = (mistake, e)


def consistent(rows):
    """Pairs of rows (a, b) that may be the student's two mistakes, the best ones first."""
    explains = np.array([row.explains for row in rows], bool)
    if len(rows) < 2 or explains.ndim < 2:
        return
    leaves_right = np.array([row.leaves_right for row in rows], bool)
    tried = np.array([row.tried for row in rows], bool)
    spoils, misses = tried & ~leaves_right, tried & ~explains
    explained = explains.sum(1)
    # what a leaves right, b alone must give; and what b alone gives, a must leave right
    broken = number(leaves_right) @ number(misses).T + number(spoils) @ number(explains).T
    # one mistake may hide only because of what the other spoils: so no rule, but an order
    rank = broken + broken.T - explained[:, None] - explained[None, :]
    first, second = np.triu_indices(len(rank), 1)
    rank = rank[first, second]
    if len(rank) > MOST_PAIRS:
        chosen = np.argpartition(rank, MOST_PAIRS)[:MOST_PAIRS]
        first, second, rank = first[chosen], second[chosen], rank[chosen]
    order = np.lexsort((first + second, rank))
    yield from zip(first[order].tolist(), second[order].tolist(), strict=True)


def number(table):
    return table.astype(np.float32)


def mark_of(got):
    """An answer in short: equal for answers that are equal up to rounding."""
    if got is None:
        return None
    form, entries = got
    short = [
        (x.round(7) + 0.0).tobytes() if isinstance(x, np.ndarray) else repr(x) for x in entries
    ]
    return hash((repr(form), *short))
