"""What judging costs beside stock nbgrader: the same submissions, in one run, start-up included.

    python bench/evidence/judge_cost.py [NUMBER]      NUMBER of submissions (default 40)

The submissions are of the toy course: two tasks, plain asserts and partial credit. `margin` is the
processor time of a further submission: the difference between two class sizes.
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

WAYS = {
    "stock nbgrader autograde": (False, ["-m", "nbgrader", "autograde", toy.NAME]),
    "nbgrader autograde, judged": (True, ["-m", "nbgrader", "autograde", toy.NAME]),
    "the class run": (True, None),
}


def measure(judged, arguments, number):
    """(wall seconds, processor seconds, scores) of grading `number` submissions."""
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        make_class(folder, number, judged=judged)
        arguments = arguments or ["-m", "bench.grade_toy", folder]
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        start = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=folder,
            env={**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _, status, used = os.wait4(process.pid, 0)  # with all that it started
        process.returncode = status
        wall = time.perf_counter() - start
        if status:
            raise RuntimeError(f"{arguments} ended with status {status}")
        return wall, used.ru_utime + used.ru_stime, toy.scores(folder)


def main():
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    few = max(2, number // 4)
    table, scores = [], []
    for name, (judged, arguments) in WAYS.items():
        _, less, _ = measure(judged, arguments, few)
        wall, more, found = measure(judged, arguments, number)
        table.append((name, wall, more, (more - less) / (number - few)))
        scores.append(found)
    print(
        f"{number} submissions, {len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f}"
    )
    print(f"{'':30}{'wall s':>9}{'CPU s':>9}{'margin, CPU s':>15}{'times as fast':>15}")
    for name, wall, cpu, margin in table:
        print(f"{name:30}{wall:9.1f}{cpu:9.1f}{margin:15.3f}{table[0][1] / wall:15.1f}")
    same = all(s == scores[0] for s in scores)
    print(f"the same scores: {same}")
    ways = {n: {"wall": w, "CPU": c, "margin CPU": m} for n, w, c, m in table}
    save("judge_cost", {"submissions": number, "same scores": same, "ways": ways})


if __name__ == "__main__":
    main()
