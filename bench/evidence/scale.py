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
from tests.attacks import toy  # noqa: E402

RUN = """
import resource, sys
sys.path.insert(0, {root!r})
from tests.attacks.toy import NAME, Class
from rnn_course.autograde.class_run import grade_class
if __name__ == "__main__":
    course = Class({folder!r})
    grade_class(course, NAME, course.students(NAME))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def measure(number):
    """(wall seconds, processor seconds, MB of the writing process) for a class of `number`."""
    with tempfile.TemporaryDirectory() as home:
        folder = toy.make_course(Path(home))
        for n in range(number):
            step = toy.RIGHT_STEP if n % 3 else toy.RIGHT_STEP.replace("+ b_hh", "")
            toy.submit(folder, f"student{n:05}", toy.submission(step=step))
        begun = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-c", RUN.format(root=str(ROOT), folder=str(folder))],
            stdout=subprocess.PIPE,
            text=True,
        )
        kilobytes = int(process.stdout.read())
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = status
        wall = time.monotonic() - begun
        if status or len(toy.scores(folder)) != number:
            raise RuntimeError(f"status {status}, {len(toy.scores(folder))} rows of {number}")
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
