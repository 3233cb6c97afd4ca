"""Where the rows of each step lie.

A batch of sequences is a table of R rows, one time step after the other; sizes says how many rows
each step has, and falls as sequences end. Equal lengths are sizes = [N] * T.

States are kept in a history, (N + R, H): what the N sequences start with, then the state after
each row. A step's sequences are the first ones of the step before: so what it reads and what it
writes are both slices, nothing is copied, and a sequence that has ended takes no part.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np


class Step(NamedTuple):
    now: slice  # the step's n rows in the table
    before: slice  # in the history: the states from which the step starts
    after: slice  # in the history: the states that it leaves
    going: slice  # the first n of the N sequences


class Table:
    def __init__(self, sizes):
        self.N, self.R = sizes[0], sum(sizes)
        starts = np.cumsum([0, *sizes])
        lengths = np.sum(np.asarray(sizes)[:, None] > np.arange(self.N), 0)
        step = np.repeat(np.arange(len(sizes)), sizes)  # (R,) each row's time,
        sequence = np.arange(self.R) - starts[step]  # (R,) and its sequence
        # rows[turned] is every sequence turned round in its own length; doing it twice is nothing
        self.turned = starts[lengths[sequence] - 1 - step] + sequence
        equal = sizes[-1] == self.N  # then these are slices, and nothing is copied
        last = self.N + starts[lengths - 1] + np.arange(self.N)
        before = np.where(step > 0, self.N + starts[step - 1], 0) + sequence
        # in the history: the state before each row, and each sequence's last one
        self.before, self.last = (slice(self.R), slice(self.R, None)) if equal else (before, last)
        self.steps, before = [], 0
        for start, n in zip(starts.tolist(), sizes):
            now, after = slice(start, start + n), slice(self.N + start, self.N + start + n)
            self.steps.append(Step(now, slice(before, before + n), after, slice(n)))
            before = after.start

    def blocks(self, rows):
        """The steps in groups of about `rows` rows: [(the group's rows, its steps)]."""
        groups, first = [], 0
        for k, step in enumerate(self.steps):
            if k + 1 == len(self.steps) or step.now.stop - self.steps[first].now.start >= rows:
                groups.append(
                    (slice(self.steps[first].now.start, step.now.stop), slice(first, k + 1))
                )
                first = k + 1
        return [(block, self.steps[which]) for block, which in groups]


@lru_cache(maxsize=64)
def table_of(sizes):
    """The Table of a tuple of sizes; a training loop asks for the same ones again and again."""
    return Table(sizes)
