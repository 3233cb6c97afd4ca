"""Where the rows of each step lie (book/speed.md, "Rows that shrink").

A batch of sequences is a table of R rows, one time step after the other; sizes says how many rows
each step has, and falls as sequences end. Equal lengths are sizes = [N] * T.

States are kept in a history, (N + R, H): what the N sequences start with, then the state after
each row. A step's sequences are the first ones of the step before: so what it reads and what it
writes are both slices, nothing is copied, and a sequence that has ended takes no part.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

BLOCK = 1 << 19  # numbers in a block's largest array: 2 MiB in float32


class Step(NamedTuple):
    now: slice  # the step's n rows in the table
    local: slice  # the same rows in their block
    before: slice  # in the history: the states from which the step starts
    after: slice  # in the history: the states that it leaves
    going: slice  # the first n of the N sequences


class Table:
    def __init__(self, sizes):
        self.sizes, self.N, self.R = sizes, sizes[0], sum(sizes)
        starts = np.cumsum([0, *sizes])
        lengths = np.sum(np.asarray(sizes)[:, None] > np.arange(self.N), 0)
        step = np.repeat(np.arange(len(sizes)), sizes)  # (R,) each row's time,
        sequence = np.arange(self.R) - starts[step]  # (R,) and its sequence
        # rows[turned] is every sequence turned round in its own length; doing it twice is nothing
        self.turned = starts[lengths[sequence] - 1 - step] + sequence
        self.last = self.N + starts[lengths - 1] + np.arange(self.N)  # in the history
        self._before = np.where(step > 0, self.N + starts[step - 1], 0) + sequence
        self._blocks = {}

    def history(self, state):
        """(N + R, H), with the states (N, H) that the sequences start with in place."""
        history = np.empty((self.N + self.R, state.shape[1]), state.dtype)
        history[: self.N] = state
        return history

    def before(self, history, block=slice(None)):
        """The state before each row (of a block): a view for equal lengths, else a copy."""
        if self.sizes[-1] == self.N:
            return history[: self.R][block]
        return history.take(self._before[block], 0)

    def blocks(self, width):
        """The steps in groups of about BLOCK numbers: [(rows of the group, its steps)]."""
        if width not in self._blocks:
            self._blocks[width] = groups = []
            start = first = before = 0
            for n in self.sizes:
                if not groups or start + n - first > BLOCK // width:
                    first, steps = start, []
                    groups.append(steps)
                now, local = slice(start, start + n), slice(start - first, start - first + n)
                after = slice(self.N + start, self.N + start + n)
                steps.append(Step(now, local, slice(before, before + n), after, slice(0, n)))
                start, before = now.stop, after.start
            groups[:] = [(slice(s[0].now.start, s[-1].now.stop), s) for s in groups]
        return self._blocks[width]

    def most_rows(self, width):
        return max(block.stop - block.start for block, _ in self.blocks(width))


@lru_cache(maxsize=64)
def table_of(sizes):
    """The Table of a tuple of sizes; a training loop asks for the same ones again and again."""
    return Table(sizes)
