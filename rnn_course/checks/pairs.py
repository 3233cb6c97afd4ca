"""Two mistakes at once.

Where one of two mistakes does not show (a bias left out, where all biases are zero), the other
alone explains what came. So for every mistake it is noted, on every input and for every result,
whether it leaves the result right and whether it alone gives the student's number. Two mistakes
are the student's if one of them leaves a result right exactly where the other one alone gives the
student's number, or nearly so. The pairs are tried in the order of how well that holds.
"""

import time

import numpy as np

from rnn_course.checks.exhibits import answer, close, same_answer

TABLE_SHARE = 0.6  # of the time goes into the table, the rest into trying pairs
LEAST_COLUMNS = 3  # inputs that are tried even if not all mistakes can be
MOST_PAIRS = 100_000  # more cannot be tried anyway
MOST_RIGHT = 3  # inputs on which the student is right: so many are enough to rule mistakes out


class OutOfTime(Exception):  # noqa: N818
    """The search has used up its time."""


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
        known, leaves_right, explains, known_there = self.table()
        try:
            for a, b in self.consistent(leaves_right, explains, known_there):
                if time.thread_time() > self.deadline:
                    raise OutOfTime
                if self.together(known[a], known[b]):
                    return [known[a], known[b]]
        except OutOfTime:
            pass
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
        """(known, leaves_right, explains, known_there).

        known: the mistakes that leave right what the student has right. The others are arrays,
        mistakes x results that the student has wrong: does the mistake leave this result right;
        does it alone give the student's; has it been tried there.
        """
        end = time.thread_time() + TABLE_SHARE * (self.deadline - time.thread_time())
        right = [e for e in self.search.whole if e.is_right][:MOST_RIGHT]
        last = []
        columns = self.search.steps + sorted(right + self.search.wrong, key=lambda e: e.cost)
        rows = [(m, [], [], []) for m in self.search.known]
        for k, e in enumerate(columns):
            if k == len(self.search.steps):
                self.steps_are_explained = any(any(row[2]) for row in rows)
            rows = self.affordable(e, rows, end - time.thread_time(), k < LEAST_COLUMNS)
            if rows is None:
                break
            last = rows = self.column(e, rows)
        known = [row[0] for row in last]
        return known, *(np.array([row[k] for row in last], bool) for k in (1, 2, 3))

    def affordable(self, e, rows, seconds, needed):
        """The rows that can be tried on this exhibit in the time; None if that is not all.

        A column that is needed is made all the same, with the likelier mistakes only.
        """
        most, chosen = int(seconds / e.cost), []
        for row in rows:
            if not self.says_nothing(row[0], e, row[2]):
                most -= 1
            if most < 0:
                return chosen if needed and len(chosen) > 50 else None
            chosen.append(row)
        return chosen

    def column(self, e, rows):
        """The rows with what each mistake does on one more exhibit; those it rules out are gone."""
        kept = []
        for mistake, leaves_right, explains, known_there in rows:
            if self.says_nothing(mistake, e, explains):
                wrong = [r for r in e.right or [False] if not r]
                leaves, fits, there = ([False] * len(wrong) for _ in range(3))
            else:
                effect = self.effect(mistake, e)
                if effect is None:
                    continue
                leaves, fits = effect
                there = [True] * len(leaves)
            kept.append((mistake, leaves_right + leaves, explains + fits, known_there + there))
        return kept

    def says_nothing(self, mistake, e, explains):
        """Is there nothing to learn from this mistake on this exhibit?

        A bare step tells only of mistakes inside a step; and one of these that does not explain
        the bare step alone does not explain a network of them either.
        """
        if e.only_step:
            return not mistake.is_in_step
        return mistake.is_in_step and self.steps_are_explained and not any(explains)

    def effect(self, mistake, e):
        """(leaves right, explains) for every wrong result, or None if it spoils a right one."""
        got = answer(mistake.change, e)
        given = (e.form, e.given)
        if e.right is None:  # something of another form came: all or nothing
            fits = same_answer(got, given, e.exact)
            self.note(mistake, e, fits)
            return [False], [fits]
        wrong = [k for k, right in enumerate(e.right) if not right]
        if got is None or got[0] != e.form:
            return None if not all(not r for r in e.right) else ([False] * len(wrong),) * 2
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

    def consistent(self, leaves_right, explains, known_there):
        """Pairs (a, b) that may be it, the most consistent ones first."""
        if len(leaves_right) < 2 or leaves_right.ndim < 2:
            return
        number = lambda table: table.astype(np.float32)  # noqa: E731
        spoils, misses = known_there & ~leaves_right, known_there & ~explains
        # what a leaves right, b alone must give; and what b alone gives, a must leave right
        broken = number(leaves_right) @ number(misses).T + number(spoils) @ number(explains).T
        explained = number(explains).sum(1)
        # one mistake may hide only because of what the other spoils: so no rule, but an order
        rank = broken + broken.T - explained[:, None] - explained[None, :]
        first, second = np.triu_indices(len(rank), 1)
        rank = rank[first, second]
        if len(rank) > MOST_PAIRS:
            chosen = np.argpartition(rank, MOST_PAIRS)[:MOST_PAIRS]
            first, second, rank = first[chosen], second[chosen], rank[chosen]
        order = np.lexsort((first + second, rank))
        yield from zip(first[order].tolist(), second[order].tolist(), strict=True)
