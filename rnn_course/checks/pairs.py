"""Two mistakes at once.

Where one of two mistakes does not show (a bias left out, where all biases are zero), the other
alone explains what came. So for every mistake it is noted, on every input and for every result,
whether it leaves the result right and whether it alone gives the student's number. Two mistakes
are the student's if one of them leaves a result right exactly where the other one alone gives the
student's number, or nearly so. The pairs are tried in the order of how well that holds.
"""

import itertools
import time

import numpy as np

from rnn_course.checks.scenes import answer, close

LIKELY = 700  # mistakes at the head of the list
LIKELY_SHARE = 0.25  # of the time goes to them
TABLE_SHARE = 0.8  # of the time goes into the table, the rest into trying pairs
LEAST_COLUMNS = 3  # inputs that are tried even if not all mistakes can be
LEAST_ROWS = 50
TRY_AFTER = 3  # columns, the best pairs are tried
FEW_PAIRS = 100  # the best ones of a table that still grows
SOME_PAIRS = 200  # of the likelier mistakes
MOST_PAIRS = 20_000  # more cannot be tried anyway
MOST_RIGHT = 3  # inputs on which the student is right: so many are enough to rule mistakes out


class Table:
    """What each mistake alone does, for every result that the student has wrong.

    rows          numbers of the mistakes that are left
    leaves_right  (row, result): does it leave this result right
    explains      (row, result): does it give the student's number
    tried         (row, result): has it been tried there
    prints        (row, ...): its answers in short: where they are equal two mistakes are the same
    """

    def __init__(self, size):
        self.rows = np.arange(size)
        self.leaves_right = self.explains = self.tried = np.zeros((size, 0), bool)
        self.prints = np.zeros((size, 0))

    def keep(self, chosen):
        """Only the rows with these positions, or where this is True."""
        for name, value in list(vars(self).items()):
            setattr(self, name, value[chosen])

    def only(self, chosen):
        """Another table of these rows."""
        other = Table(0)
        vars(other).update(vars(self))
        other.keep(chosen)
        return other

    def add(self, leaves_right, explains, tried, prints):
        self.leaves_right = np.hstack([self.leaves_right, leaves_right])
        self.explains = np.hstack([self.explains, explains])
        self.tried = np.hstack([self.tried, tried])
        self.prints = np.hstack([self.prints, prints])


class Pairs:
    """The search for two mistakes that explain everything together."""

    def __init__(self, search, deadline):
        self.search, self.deadline = search, deadline
        self.known = search.known
        self.in_step = np.array([mistake.is_in_step for mistake in self.known], bool)
        self.tried = set()
        self.steps_are_explained = False

    def find(self):
        """Two known mistakes that together explain everything, or None.

        The right pair is mostly among the first that the table puts forward, often before the
        table is whole: so the best are tried each time that it has grown by a few columns.
        """
        if not self.search.wrong:
            return None
        for table, most in self.tables():
            for a, b in itertools.islice(consistent(table), most):
                if time.thread_time() > self.deadline:
                    return None
                pair = table.rows[a], table.rows[b]
                if pair not in self.tried and self.together(*(self.known[k] for k in pair)):
                    return [self.known[k] for k in pair]
                self.tried.add(pair)
        return None

    def together(self, first, second):
        """Do the two explain everything, in one order or the other?"""
        change = first.with_(second)
        if change is None or self.is_arithmetic(first, second):
            return False
        if self.search.explains(change):
            return True
        shared = first.change.keys() & second.change.keys() - {"plain", "edits"}
        return bool(shared) and self.search.explains(second.with_(first))

    def is_arithmetic(self, first, second):
        """Do both only rework the right answer, and the same result of it? One can be had from
        the other in too many ways: such a pair tells nothing of what the code does."""
        if any(list(mistake.change) != ["result"] for mistake in (first, second)):
            return False
        scene = self.search.wrong[0].scene
        spoiled = []
        for mistake in (first, second):
            got = answer(mistake.change, scene)
            if got is None or got[0] != scene.form:
                return True
            pairs = zip(scene.expected, got[1], strict=True)
            spoiled.append({k for k, (e, g) in enumerate(pairs) if not close(e, g, True)})
        return bool(spoiled[0] & spoiled[1])

    def tables(self):
        """(table, how many of its pairs to try), while it grows and when it is whole.

        It holds the mistakes that leave right what the student has right. Of mistakes that give
        the same numbers everywhere, and go together with the same others, only the first has a
        row in it.
        """
        seconds, size = self.deadline - time.thread_time(), len(self.known)
        now = time.thread_time()
        if size > LIKELY:  # the likelier ones among themselves first
            yield from self.growing(Table(LIKELY), now + LIKELY_SHARE * seconds, SOME_PAIRS)
        yield from self.growing(Table(size), now + TABLE_SHARE * seconds, MOST_PAIRS)

    def growing(self, table, end, most):
        right = [e for e in self.search.all if e.is_right][:MOST_RIGHT]
        wrong = [e for e in self.search.all if not e.is_right]
        whole = sorted(right + wrong, key=lambda e: (-e.rightness, e.scene.cost))
        for k, e in enumerate(self.search.steps + whole):
            if k == len(self.search.steps):
                self.steps_are_explained = table.explains.any()
            if not self.make_room(e, table, end - time.thread_time(), k < LEAST_COLUMNS):
                break
            self.column(e, table)
            if k % TRY_AFTER == TRY_AFTER - 1 and table.explains.any():
                yield self.without_doubles(table), FEW_PAIRS
        yield self.without_doubles(table), most

    def make_room(self, e, table, seconds, needed):
        """Is there time to try all mistakes of the table on this exhibit?

        If not, and the column is needed, the less likely ones are dropped from the table.
        """
        ask = self.worth_asking(e, table)
        if e.scene.tried is not None:
            ask &= ~e.scene.tried[table.rows]
        most = int(seconds / e.scene.cost)
        if ask.sum() <= most:
            return True
        room = int(np.searchsorted(np.cumsum(ask), max(most, 0), side="right"))
        if needed and room > LEAST_ROWS:
            table.keep(np.arange(len(table.rows)) < room)
        return needed and room > LEAST_ROWS

    def column(self, e, table):
        """Try the mistakes on one more exhibit; those that spoil a right result leave the table.

        Probes count here as well: this only decides which pairs are tried first, and within the
        time. What is said must explain the cases (Search.explains).
        """
        ask = self.worth_asking(e, table)
        known = e.scene.fill(self.known, table.rows[ask])
        like, right = e.like(known), e.like_right(known)
        keep = np.ones(len(ask), bool)
        if e.right is not None:
            was = np.array(e.right, bool)
            keep[ask] = ~(was & ~right).any(1)
            like, right = like[:, ~was], right[:, ~was]
        shape = len(ask), like.shape[1]
        leaves, fits, tried = (np.zeros(shape, bool) for _ in range(3))
        leaves[ask], fits[ask], tried[ask] = right, like, True
        # what has not been tried is like no other
        prints = np.repeat(table.rows[:, None].astype(float), known.shape[1], 1)
        prints[ask] = known
        table.add(leaves, fits, tried, prints)
        table.keep(keep)

    def worth_asking(self, e, table):
        """Of which rows there is something to learn on this exhibit.

        A bare step tells only of mistakes inside a step; and one of these that does not explain
        the bare step alone does not explain a network of them either.
        """
        in_step = self.in_step[table.rows]
        if e.scene.only_step:
            return in_step.copy()
        if self.steps_are_explained:
            return ~in_step | table.explains.any(1)
        return np.ones(len(in_step), bool)

    def without_doubles(self, table):
        first = {}
        prints = np.nan_to_num(table.prints.round(7), nan=-17.0)
        for position, row in enumerate(table.rows):
            key = self.known[row].goes_with, prints[position].tobytes()
            first.setdefault(key, position)
        return table.only(np.array(list(first.values()), int))


def consistent(table):
    """Pairs of rows (a, b) that may be the student's two mistakes, the best ones first."""
    size = len(table.rows)
    if size < 2 or not table.explains.shape[1]:
        return
    leaves_right, explains = table.leaves_right, table.explains
    spoils, misses = table.tried & ~leaves_right, table.tried & ~explains
    explained = explains.sum(1)
    # what a leaves right, b alone must give; and what b alone gives, a must leave right
    broken = number(leaves_right) @ number(misses).T + number(spoils) @ number(explains).T
    # one mistake may hide only because of what the other spoils: so no rule, but an order
    rank = broken + broken.T - explained[:, None] - explained[None, :]
    likely = np.arange(size) / (4 * size)  # among equals the likelier ones first
    rank += likely[:, None] + likely[None, :]
    rank[np.tri(size, dtype=bool)] = np.inf  # each pair once
    rank = rank.reshape(-1)
    most = min(MOST_PAIRS, size * (size - 1) // 2)
    chosen = np.argpartition(rank, most - 1)[:most]
    first, second = np.divmod(chosen[np.argsort(rank[chosen])], size)
    yield from zip(first.tolist(), second.tolist(), strict=True)


def number(table):
    return table.astype(np.float32)
