"""Every limit of a judged run, in one place. Times in seconds, sizes in bytes."""

from dataclasses import asdict, dataclass, fields

MB = 1 << 20
TIMED_OUT, OUT_OF_MEMORY = "ran longer than it may", "ran out of memory"  # what is noted then


@dataclass(frozen=True)
class Limits:
    """What one submission may use. `Limits(cell_seconds=60)` changes one of them.

    cell_seconds  wall time of one cell: the student's, or a test with all the calls it makes
    notebook_seconds  wall time of all cells of a notebook together
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
    notebook      size of a submitted notebook
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
    notebook: int = 64 * MB
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
