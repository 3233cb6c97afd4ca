"""The class run on a dask cluster: two workers of one core each beside one, and one that is killed.

    python bench/evidence/dask_workers.py [SUBMISSIONS]      default 120

Needs dask.distributed, which the course does not install: pip install distributed.
Scheduler and workers are started on this machine, each worker bound to a core of its own.
"""

import contextlib
import importlib.util
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
from rnn_course.autograde import class_run  # noqa: E402
from tests.attacks import toy  # noqa: E402


@contextlib.contextmanager
def cluster(cores):
    """(address, [worker processes]) of a scheduler with a worker on each of these cores."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "scheduler.json")
        dask = [sys.executable, "-m", "dask"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        options = ["--port", "0", "--dashboard-address", "127.0.0.1:0", "--host", "127.0.0.1"]
        started = [
            subprocess.Popen(
                [*dask, "scheduler", *options, "--scheduler-file", file],
                preexec_fn=lambda: os.sched_setaffinity(0, cores),
                **quiet,
            )
        ]
        try:
            while not file.exists():
                time.sleep(0.1)
            for core in cores:
                options = ["--nthreads", "1", "--no-nanny", "--no-dashboard"]
                started.append(
                    subprocess.Popen(
                        [*dask, "worker", *options, "--scheduler-file", file],
                        cwd=ROOT,
                        preexec_fn=lambda core=core: os.sched_setaffinity(0, [core]),
                        **quiet,
                    )
                )
            from distributed import Client

            with Client(scheduler_file=str(file)) as client:
                client.wait_for_workers(len(cores))
                yield client.scheduler.address, started[1:]
        finally:
            for process in reversed(started):
                process.kill()
                process.wait()


def worker_tasks(address, course, number):
    """Seconds for the workers' part alone: nothing is written."""
    from rnn_course.autograde.ledger import Ledger

    with Ledger(course, toy.NAME) as ledger, class_run.judging(scheduler=address) as judges:
        about = ledger.master, ledger.kernelspec, {}
        path = course.notebook("submitted", toy.NAME, "student00000")
        tasks = [(n, (path.read_bytes(), *about)) for n in range(number)]
        for _ in class_run.judged(judges, tasks[:8]):
            pass  # every worker has a judge pool now
        begun = time.monotonic()
        for _ in class_run.judged(judges, tasks):
            pass
        return time.monotonic() - begun


def whole_run(address, course, victim=None):
    """(seconds, processor seconds of this process) of a class run; one worker is killed on the way."""

    def progress(students, words=""):
        for k, student in enumerate(students):
            if victim is not None and k == len(students) // 3:
                victim.kill()
            yield student

    begun, used = time.monotonic(), time.process_time()
    students = course.students(toy.NAME)
    with class_run.judging(scheduler=address) as judges:
        class_run.grade_class(course, toy.NAME, students, judges, progress=progress)
    return time.monotonic() - begun, time.process_time() - used


def main():
    if not importlib.util.find_spec("distributed"):
        print("NOT MEASURED: dask.distributed is not installed (pip install distributed)")
        return
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 120
    cores = sorted(os.sched_getaffinity(0))[:2]
    found = {}
    with tempfile.TemporaryDirectory() as home:
        home = Path(home)
        course = make_class(home / "a", number)
        for some in (cores[:1], cores):
            with cluster(some) as (address, _):
                found[len(some)] = worker_tasks(address, course, number)
        with cluster(cores) as (address, _):
            seconds, writing = whole_run(address, course)
        killed = make_class(home / "b", number)
        with cluster(cores) as (address, workers):
            whole_run(address, killed, victim=workers[0])
            dead = workers[0].poll() is not None
        same = toy.scores(home / "a") == toy.scores(home / "b")
        rows = len(toy.scores(home / "b"))
    ratio = found[1] / found[2]
    print(f"{number} submissions; the workers' tasks alone: one worker {found[1]:.1f} s, ", end="")
    print(f"two {found[2]:.1f} s: {ratio:.2f} times")
    print(
        f"whole run with two: {seconds:.1f} s, of which reading and writing {writing:.1f} s of CPU"
    )
    print(f"one worker killed: {dead}; {rows} rows; the same scores: {same}")
    result = {"submissions": number, "one worker s": found[1], "two workers s": found[2]}
    result |= {"whole run s": seconds, "writer CPU s": writing, "rows after a kill": rows}
    save("dask_workers", result | {"same scores after a kill": same})


if __name__ == "__main__":
    main()
