"""Every limit of a judged run, in one place. Times in seconds, sizes in bytes.

Time is processor time, that of threads and child processes included: so a busy machine costs
nobody a point. Code that only waits uses none, so everything has a second bound on the clock on the
wall, `WALL` times as long.
"""

import math
import time
from dataclasses import asdict, dataclass, fields
from typing import NamedTuple

MB = 1 << 20
WALL = 10
AFTER = 10.0  # wall time that a notebook may take beyond its limit, to be read and cleared away
TIMED_OUT, OUT_OF_MEMORY = "ran longer than it may", "ran out of memory"  # what is noted then


class Event(NamedTuple):
    """What happened on the way.

    kind   TIMED_OUT, OUT_OF_MEMORY, or how the code ended
    words  what there is to say of it besides
    cell   the number of the code cell in which it happened, from 0
    """

    kind: str
    words: str = ""
    cell: int = 0


@dataclass(frozen=True)
class Limits:
    """What one submission may use. `Limits(cell_seconds=60)` changes one of them.

    cell_seconds  processor time of one cell: the student's, or a test with all the calls it makes
    notebook_seconds  processor time of all cells of a notebook together, restarts included
    grace         after that a KeyboardInterrupt is raised in the student's code, and this much
                  later the process is killed
    memory        what a process may take on top of Python and torch, and a tree of processes
                  altogether; the same bound holds for the judge, which works on their values
    output        characters of output kept of one cell, pictures included
    notebook_output   the same of all its cells together
    files         open files
    file_size     size of one file; the working folder, /tmp and /dev/shm hold 4 such files each
    processes     further processes that the code may start (0: none, not even another program)
    threads       threads of the code
    notebook      size of a submitted notebook, outputs included
    text          size of all its cells without their outputs
    cells         how many cells it may have
    restarts      how often a sandbox that died is started again, the good cells replayed
    """

    cell_seconds: float = 30.0
    notebook_seconds: float = 600.0
    grace: float = 1.0
    memory: int = 3 << 30
    output: int = 1_000_000
    notebook_output: int = 10_000_000
    files: int = 64
    file_size: int = 16 * MB
    processes: int = 0
    threads: int = 32
    notebook: int = 256 * MB
    text: int = 4 * MB
    cells: int = 30_000
    restarts: int = 10

    def __post_init__(self):
        for field in fields(self):
            value = getattr(self, field.name)
            kinds = (int, float) if field.type is float else (int,)
            if type(value) not in kinds:
                raise TypeError(
                    f"limit {field.name}: expected {field.type.__name__}, got {value!r}"
                )
            if value < 0:
                raise ValueError(f"limit {field.name} must not be negative, got {value!r}")

    def as_dict(self):
        return asdict(self)

    def longest(self, submissions, jobs):
        """The wall time within which a class is judged, `jobs` at a time, whatever it does."""
        return math.ceil(submissions / jobs) * (WALL * self.notebook_seconds + AFTER)


class Allowance:
    """Processor time that something may use from now on, and WALL times as much wall time.

    seconds  the limit
    used     a function: the processor time that was used so far, counted from anywhere
    cores    how many processors the code can use at once
    before   (processor time, wall time) that count as used already
    """

    def __init__(self, seconds, used, cores=1, before=(0.0, 0.0)):
        self.seconds, self.used, self.cores = seconds, used, cores
        self.start, self.wall_start = used() - before[0], time.monotonic() - before[1]

    @property
    def cpu(self):
        return self.used() - self.start

    @property
    def wall(self):
        return time.monotonic() - self.wall_start

    def left(self):
        """How long one can wait before the limit may be met; 0 or less when it is."""
        return min((self.seconds - self.cpu) / self.cores, WALL * self.seconds - self.wall)

    def words(self):
        """Which limit was met, and how much was used."""
        if self.cpu >= self.seconds:
            return f"{self.cpu:.1f} s of processor time were used; the limit is {self.seconds:g} s"
        return (
            f"{self.wall:.0f} s went by, {self.cpu:.1f} s of them at work; "
            f"the limit is {WALL * self.seconds:g} s"
        )
