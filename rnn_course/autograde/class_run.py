"""A whole class: every submission judged on all cores, every one written in one transaction.

    rows = grade_class(course, "rnn", course.students("rnn"))

Judging is a function of its arguments (`work`), so any pool with the interface of
concurrent.futures will do: threads here (each waits for a judge of its own, see `judge_pool`), or those
of a dask cluster. Writing is done here alone.

Beside nbgrader's rows each submission has one of ours in the same transaction: judge_run(student,
assignment, notebook, key, status, words, notes, seconds). `key` is a digest of all that the result depends
on, so a run does exactly those whose key differs: after a kill, as after a changed test.

Scores come first. Where a check would have searched for two mistakes at once, the submission is
judged once more afterwards, and each distinct wrong answer is searched for once (checks/patience).
"""

import atexit
import contextlib
import dataclasses
import functools
import hashlib
import itertools
import json
import os
import threading
import time
from concurrent.futures import FIRST_COMPLETED, CancelledError, ThreadPoolExecutor, wait
from pathlib import Path

import nbformat

from rnn_course.autograde import grade_submission
from rnn_course.autograde.intake import read_notebook
from rnn_course.autograde.judge_pool import JudgePool
from rnn_course.autograde.limits import Limits
from rnn_course.autograde.seeds import hidden_seed

PUT_OFF = "?"  # behind the key of a row whose mistakes are still to be named
AROUND = ("cli", "course", "export", "feedback", "intake", "report")  # change no score
IN_FLIGHT = 200  # submissions that are with the pool at a time

# ---------------------------------------------------------------- judging: anywhere

_starting = threading.Lock()
_pools = {}


def judges_for(limits, trusted=False, preload=()):
    """This process's judge pool; it starts at once and lasts until the process ends."""
    key = (limits, trusted, tuple(preload))
    with _starting:
        if key not in _pools:
            _pools[key] = JudgePool(*key)
        return _pools[key]


@atexit.register
def close_judges():
    """End all judges of this process, at once: what they were at is not finished."""
    while _pools:
        _pools.popitem()[1].close()


def work(data, master, kernelspec, variables, limits, trusted, preload):
    """Judge one submission: (pairs, notebook as JSON text, status, words, notes, seconds).

    pairs   key -> what was found of an answer that may be two mistakes at once, see patience.py
    """
    begun = time.monotonic()
    graded = grade_submission.grade(
        data, master, judges_for(limits, trusted, preload), kernelspec, variables
    )
    text = nbformat.writes(graded.notebook, version=4)
    outputs = [output for cell in graded.notebook.cells for output in cell.get("outputs", [])]
    checks = [output.get("metadata", {}).get("check", {}) for output in outputs]
    pairs = {c["pairs"]["key"]: c["pairs"]["found"] for c in checks if c.get("pairs")}
    seconds = round(time.monotonic() - begun, 3)
    return pairs, text, graded.status, graded.words, graded.notes, seconds


@contextlib.contextmanager
def pool(jobs=None, scheduler=None):
    """An executor: `jobs` threads here (default: one for each core), or a dask cluster's."""
    if scheduler is None:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        with ThreadPoolExecutor(jobs or cores) as executor:
            try:
                yield executor
            except BaseException:  # Ctrl-C among others: do not wait for what is being judged
                close_judges()
                raise
        return
    with _client(scheduler) as client:
        try:
            yield client.get_executor(pure=False)
        except CancelledError:
            from rnn_course.autograde.course import CourseError

            raise CourseError(
                f"the dask scheduler at {scheduler} is gone; what is graded is kept, so start one "
                "again and run this again"
            ) from None


def _client(scheduler):
    from rnn_course.autograde.course import CourseError  # it imports nbgrader, which takes a second

    try:
        from distributed import Client

        return Client(scheduler)
    except ModuleNotFoundError:
        raise CourseError(
            "dask.distributed is not installed: pip install distributed, here and on the workers"
        ) from None
    except (OSError, ValueError) as error:
        raise CourseError(
            f"no dask scheduler at {scheduler}: {error}; start one with `dask scheduler`, and "
            "workers with `dask worker ADDRESS --nthreads 1`"
        ) from None


def judged(executor, tasks):
    """(label, result of `work`) as they come, of tasks: (label, arguments of `work`) each.

    A task is made when there is room for it: so memory does not grow with the class.
    """
    tasks, waiting = iter(tasks), {}
    try:
        while True:
            for label, arguments in itertools.islice(tasks, IN_FLIGHT - len(waiting)):
                waiting[executor.submit(work, *arguments)] = label
            if not waiting:
                return
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                yield waiting.pop(future), future.result()
    finally:
        for future in waiting:
            future.cancel()


# ---------------------------------------------------------------- what is to be done


def grade_class(
    course,
    name,
    students,
    regrade=False,
    progress=lambda students, words="": students,
    limits=None,
    trusted=False,
    jobs=None,
    scheduler=None,
):
    """Grade everyone's submission for an assignment; returns a Row each, in the order of students.

    course     a course.Course
    regrade    also those whose row is as it should be
    progress   wraps the list of those that are judged, to show how far it is; with a second
               argument, words, where some are judged once more
    limits     limits.Limits
    trusted    no isolation: the submissions' code runs as whoever runs this
    jobs       how many at a time; default: as many as there are cores
    scheduler  the address of a dask scheduler, tcp://..., in place of this machine

    Raises sandbox.NoIsolation where submissions cannot be isolated and are not trusted.
    """
    limits = limits or Limits()
    preload = ("rnn_course.checks.tasks",)
    if scheduler is None:
        judges_for(limits, trusted, preload)  # comes up while the rest is imported
    from rnn_course.autograde.ledger import Ledger
    from rnn_course.checks import patience

    course.release(name)
    with Ledger(course, name) as ledger:
        common = digest(grader(), dataclasses.asdict(limits), ledger.master, ledger.kernelspec)

        def read(student):
            """What is judged of a student, and under which key it is written."""
            data = read_submission(course, name, student, limits.notebook)
            seed = hidden_seed(course.home, student, name, data)
            timestamp = ledger.timestamp(student)
            submitted = digest(data, str(timestamp))
            return f"{submitted[:32]}-{digest(common, seed)[:32]}", timestamp, data, seed

        def task(student, pairs):
            key, timestamp, data, seed = read(student)
            about = ledger.master, ledger.kernelspec, seed | pairs, limits, trusted, preload
            return (student, key, timestamp), (data, *about)

        todo = [s for s in students if regrade or not ledger.is_done(s, read(s)[0])]
        shown = iter(progress(todo))
        put_off = {}  # student -> keys of the answers that are still to be looked at
        with pool(jobs, scheduler) as executor:
            at_once = patience.variable(seconds=0)
            tasks = (task(student, at_once) for student in todo)
            for (student, key, timestamp), (pairs, *result) in judged(executor, tasks):
                still = {k for k, found in pairs.items() if found is None}
                if still:
                    put_off[student] = still
                    key += PUT_OFF
                ledger.write(student, key, timestamp, *result)
                next(shown, None)
            next(shown, None)
            known = {}
            for turn in in_turns(put_off):
                shown = iter(progress(turn, "naming mistakes")) if turn else iter(())
                tasks = (task(s, patience.variable(known=part(known, put_off[s]))) for s in turn)
                for (student, key, timestamp), (pairs, *result) in judged(executor, tasks):
                    ledger.write(student, key, timestamp, *result)
                    known |= {k: found for k, found in pairs.items() if found is not None}
                    next(shown, None)
                next(shown, None)
        return ledger.rows(students)


def in_turns(put_off):
    """First students who together have all distinct answers, then the others."""
    first, others, seen = [], [], set()
    for student, keys in put_off.items():
        (others if keys <= seen else first).append(student)
        seen |= keys
    return first, others


def part(known, keys):
    return {key: known[key] for key in keys if key in known}


def read_submission(course, name, student, limit):
    """The bytes of a submission, or grade_submission.Absent if there is no file of the right name."""
    path = course.notebook("submitted", name, student)
    try:
        return read_notebook(path, limit)
    except OSError as error:
        there = sorted(p.name for p in path.parent.iterdir()) if path.parent.is_dir() else []
        if path.name in there:
            return grade_submission.Absent("unreadable", error.strerror)
        if any(other.endswith(".ipynb") for other in there):
            return grade_submission.Absent(
                "wrong name", f"no {path.name}; there is {', '.join(there)}"
            )
        return grade_submission.Absent("missing", f"there is {', '.join(there)}" if there else "")


def digest(*things):
    """A short name for plain things, the same for the same things."""
    whole = hashlib.blake2b(digest_size=32)
    for thing in things:
        if not isinstance(thing, bytes):
            thing = json.dumps(thing, sort_keys=True, default=dataclasses.asdict).encode()
        whole.update(b"%d:" % len(thing) + thing)
    return whole.hexdigest()


@functools.cache
def grader():
    """A digest of the code that grades: the checks and the judge, but not what stands around."""
    root = Path(__file__).resolve().parent
    files = sorted([*root.rglob("*.py"), *root.with_name("checks").rglob("*.py")])
    return digest(*[file.read_bytes() for file in files if file.stem not in AROUND])
