"""Where the rows of each step lie: rows that shrink (book/speed.md, "Rows that shrink").

A batch of sequences is a table of rows, one time step after the other, as in unroll.py; sizes
says how many rows each step has, and falls as sequences end. Equal lengths are sizes = [N] * T.

The states are kept in a history, (N + R, H): first the N states that the sequences start with,
then the state after each of the R rows. A step's rows are the first rows of the step before. So
what a step reads and what it writes are both slices of the history: nothing is copied, and a
sequence that has ended takes no part.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

BLOCK = 1 << 16  # numbers in a block's largest array: at 4 bytes each, 256 KiB, it stays in cache


class Step(NamedTuple):
    """Slices of one time step of n rows."""

    now: slice  # in the table
    local: slice  # in the block's own arrays
    before: slice  # in the history: the states that the step starts from
    after: slice  # in the history: the states that it leaves
    going: slice  # the first n of the N sequences


class Table:
    """The schedule of one list of sizes; make it with `table`, which remembers."""

    def __init__(self, sizes):
        starts = np.cumsum([0, *sizes])
        self.N, self.R = sizes[0], int(starts[-1])
        self.equal = sizes[-1] == self.N
        lengths = np.sum(np.asarray(sizes)[:, None] > np.arange(self.N), 0)  # of each sequence
        step = np.repeat(np.arange(len(sizes)), sizes)  # (R,) the time of each row
        sequence = np.arange(self.R) - starts[step]  # (R,) and its sequence
        # the row that holds the same sequence's mirror image in time; its own inverse
        self.turned = starts[lengths[sequence] - 1 - step] + sequence
        self.last = self.N + starts[lengths - 1] + np.arange(self.N)  # in the history
        if not self.equal:
            self._before = np.where(step > 0, self.N + starts[step - 1], 0) + sequence
        self._bounds = list(zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True))
        self._blocks = {}

    def history(self, state):
        """A history (N + R, H) that begins with the given state (N, H)."""
        history = np.empty((self.N + self.R, state.shape[1]), state.dtype)
        history[: self.N] = state
        return history

    def before(self, history, block=slice(None)):
        """The state before each row (of a block): a view for equal lengths, else a copy."""
        return history[: self.R][block] if self.equal else history.take(self._before[block], 0)

    def most_rows(self, width):
        """The rows of the largest block of blocks(width)."""
        return max(block.stop - block.start for block, _ in self.blocks(width))

    def blocks(self, width):
        """The steps in groups of about BLOCK numbers: [(rows of the group, its steps)]."""
        if width not in self._blocks:
            self._blocks[width] = self._make_blocks(max(1, BLOCK // width))
        return self._blocks[width]

    def _make_blocks(self, most_rows):
        groups, first, before = [], None, 0
        for start, stop in self._bounds:
            if first is None or stop - first > most_rows:
                first, steps = start, []
                groups.append(steps)
            n = stop - start
            after = self.N + start
            steps.append(
                Step(
                    slice(start, stop),
                    slice(start - first, stop - first),
                    slice(before, before + n),
                    slice(after, after + n),
                    slice(0, n),
                )
            )
            before = after
        return [(slice(steps[0].now.start, steps[-1].now.stop), steps) for steps in groups]


@lru_cache(maxsize=64)
def table(sizes):
    """The Table of a tuple of sizes; a training loop asks for the same ones again and again."""
    return Table(sizes)
