"""A whole class: every submission judged on all cores, every one written in one transaction.

    rows = grade_class(course, "rnn", course.students("rnn"))

Judging is a function of its arguments (`work`), so any pool with the interface of
concurrent.futures will do: threads here (each waits for a judge of its own, see `court`), or those
of a dask cluster. Writing is done here alone.

Beside nbgrader's rows each submission has one of ours in the same transaction: judge_run(student,
assignment, notebook, key, status, words, notes). `key` is a digest of all that the result depends
on, so a run does exactly those whose key differs: after a kill, as after a changed test.
"""

import atexit
import dataclasses
import functools
import hashlib
import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import nbformat

from rnn_course.autograde import grading
from rnn_course.autograde.court import Court
from rnn_course.autograde.limits import Limits
from rnn_course.autograde.seeds import hidden_seed

# ---------------------------------------------------------------- judging: anywhere

_starting = threading.Lock()


@functools.cache
def _court(limits, trusted, preload):
    court = Court(limits, trusted, preload)
    atexit.register(court.close)
    return court


def court_for(limits, trusted=False, preload=()):
    """This process's court; it starts at once and lasts until the process ends."""
    with _starting:
        return _court(limits, trusted, tuple(preload))


def work(data, master, kernelspec, variables, limits, trusted, preload):
    """Judge one submission. Returns (notebook as JSON text, status, words, notes)."""
    graded = grading.grade(data, master, court_for(limits, trusted, preload), kernelspec, variables)
    text = nbformat.writes(graded.notebook, version=4)
    return text, graded.status, graded.words, graded.notes


def pool(jobs=None, scheduler=None):
    """An executor: `jobs` threads here (default: one for each core), or a dask cluster's."""
    if scheduler is None:
        return ThreadPoolExecutor(jobs or len(os.sched_getaffinity(0)))
    try:
        from distributed import Client
    except ModuleNotFoundError:
        from rnn_course.autograde.course import CourseError

        raise CourseError(
            "dask.distributed is not installed: pip install distributed, here and on the workers"
        ) from None
    return Client(scheduler).get_executor(pure=False)


# ---------------------------------------------------------------- what is to be done


def grade_class(
    course,
    name,
    students,
    regrade=False,
    progress=lambda students: students,
    limits=None,
    trusted=False,
    jobs=None,
    scheduler=None,
):
    """Grade everyone's submission for an assignment; returns a Row each, in the order of students.

    course     a course.Course
    regrade    also those whose row is as it should be
    progress   wraps the list of those that are judged, to show how far it is
    limits     limits.Limits
    trusted    no isolation: the submissions' code runs as whoever runs this
    jobs       how many at a time; default: as many as there are cores
    scheduler  the address of a dask scheduler, tcp://..., in place of this machine

    Raises box.NoIsolation where submissions cannot be isolated and are not trusted.
    """
    limits = limits or Limits()
    preload = ("rnn_course.checks",)
    if scheduler is None:
        court_for(limits, trusted, preload)  # comes up while the rest is imported
    from rnn_course.autograde.ledger import Ledger

    course.release(name)
    with Ledger(course, name) as ledger:
        common = digest(grader(), dataclasses.asdict(limits), ledger.master, ledger.kernelspec)
        todo = {}
        for student in students:
            data = read_submission(course, name, student)  # kept until it is judged
            seed = hidden_seed(course.home, student, name)
            timestamp = ledger.timestamp(student)
            submitted = digest(data, str(timestamp))
            key = f"{submitted[:32]}-{digest(common, seed)[:32]}"
            if regrade or not ledger.is_done(student, key):
                todo[student] = key, timestamp, data, seed
        executor = pool(jobs, scheduler)
        try:
            futures = {
                executor.submit(
                    work, data, ledger.master, ledger.kernelspec, seed, limits, trusted, preload
                ): student
                for student, (_, _, data, seed) in todo.items()
            }
            shown = iter(progress(list(todo)))
            for future in as_completed(futures):
                student = futures.pop(future)  # what is written need not be kept
                key, timestamp, _, _ = todo[student]
                ledger.write(student, key, timestamp, *future.result())
                next(shown, None)
            next(shown, None)
        finally:
            executor.shutdown(wait=False, cancel_futures=True)
        return ledger.rows(students)


def read_submission(course, name, student):
    """The bytes of a submission, or grading.Absent if there is no file of the right name."""
    path = course.notebook("submitted", name, student)
    try:
        return path.read_bytes()
    except OSError as error:
        there = sorted(p.name for p in path.parent.iterdir()) if path.parent.is_dir() else []
        if path.name in there:
            return grading.Absent("unreadable", error.strerror)
        if any(other.endswith(".ipynb") for other in there):
            return grading.Absent("wrong name", f"no {path.name}; there is {', '.join(there)}")
        return grading.Absent("missing", f"there is {', '.join(there)}" if there else "")


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
    """A digest of the code that grades: the checks and the judge."""
    root = Path(__file__).resolve().parent
    files = sorted([*root.rglob("*.py"), *root.with_name("checks").rglob("*.py")])
    return digest(*[file.read_bytes() for file in files])
