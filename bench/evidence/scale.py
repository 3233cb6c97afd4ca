"""A large class: does the memory grow with it, and does the time grow faster than it does?

    python bench/evidence/scale.py [SUBMISSIONS]      default 1000, beside a quarter of them

The submissions are of the toy course (two tasks and a question). Memory is the most that the
process took which reads, writes and waits; the judges' own does not depend on the class.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from bench.classes import save  # noqa: E402
from bench.grade_toy import make_class  # noqa: E402
from tests.attacks import toy  # noqa: E402


def measure(number):
    """(wall seconds, processor seconds, MB of the writing process) for a class of `number`."""
    with tempfile.TemporaryDirectory() as home:
        make_class(Path(home), number)
        begun = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-m", "bench.grade_toy", home],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        kilobytes = int(process.stdout.read())
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = status
        wall = time.monotonic() - begun
        rows = len(toy.scores(Path(home)))
        if status or rows != number:
            raise RuntimeError(f"status {status}, {rows} rows of {number}")
        return wall, used.ru_utime + used.ru_stime, kilobytes / 1024


def main():
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    sizes = (number // 4, number)
    found = {size: measure(size) for size in sizes}
    print(f"{'submissions':>12}{'wall s':>9}{'CPU s':>9}{'CPU ms each':>13}{'MB':>8}")
    for size, (wall, cpu, memory) in found.items():
        print(f"{size:12}{wall:9.1f}{cpu:9.1f}{1000 * cpu / size:13.1f}{memory:8.0f}")
    few, many = (found[size] for size in sizes)
    margin = (many[1] - few[1]) / (sizes[1] - sizes[0])
    print(f"a further submission: {1000 * margin:.0f} ms of CPU, ", end="")
    print(f"{1024 * (many[2] - few[2]) / (sizes[1] - sizes[0]):.1f} KB of memory")
    save("scale", {"wall, CPU s, MB by submissions": found, "margin CPU s": margin})


if __name__ == "__main__":
    main()
