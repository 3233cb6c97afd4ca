"""A whole class: every submission judged on all cores, every one written in one transaction.

    with judging(limits) as judges:
        rows = grade_class(course, "rnn", course.students("rnn"), judges)

`judges.submit` gives a submission to whoever judges it, threads of this process (each waits for a
judge of its own, see `judge_pool`) or the workers of a dask cluster, and returns a Future of its
Graded. Writing is done here alone.

Beside nbgrader's rows each submission has some of ours in the same transaction, see `ledger`. Its
`key` is a digest of all that the result depends on, so a run does exactly those whose key differs:
after a kill, as after a changed test.
"""

import dataclasses
import functools
import hashlib
import importlib.metadata
import itertools
import json
import os
import time
from concurrent.futures import FIRST_COMPLETED, CancelledError, ThreadPoolExecutor, wait
from pathlib import Path

from rnn_course.autograde import data_files, grade_submission
from rnn_course.autograde.intake import find_notebook, read_records, record_of
from rnn_course.autograde.judge_pool import JudgePool
from rnn_course.autograde.limits import Limits
from rnn_course.autograde.shown import few, listed
from rnn_course.checks.seeds import hidden_seed

PRELOAD = ("rnn_course.checks.tasks",)  # what this course's tests import
IN_FLIGHT = 200  # submissions that are with the judges at a time

# ---------------------------------------------------------------- judging: here, or on a cluster


def judging(limits=None, trusted=False, jobs=None, scheduler=None):
    """Something to judge submissions with, for a `with` statement: Here or Cluster.

    limits     limits.Limits of each submission
    trusted    no isolation: the submissions' code runs as whoever runs this
    jobs       how many at a time; default: as many as there are cores
    scheduler  the address of a dask scheduler, tcp://..., in place of this machine

    Raises sandbox.NoIsolation where submissions cannot be isolated and are not trusted.
    """
    limits = limits or Limits()
    return Cluster(limits, trusted, scheduler) if scheduler else Here(limits, trusted, jobs)


class Here:
    """Judges on this machine's cores. They come up while the caller goes on."""

    def __init__(self, limits, trusted, jobs=None):
        self.limits = limits
        self.judges = JudgePool(limits, trusted, PRELOAD)
        self.jobs = jobs or _cores()
        self.threads = ThreadPoolExecutor(self.jobs)

    def submit(self, *submission):
        """A Future of `judge_one(judges, *submission)`."""
        return self.threads.submit(judge_one, self.judges, *submission)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.judges.close()  # first: after Ctrl-C nobody waits for what is being judged
        self.threads.shutdown(cancel_futures=True)


class Cluster:
    """Judges on the workers of a dask cluster: each process of it has a judge pool of its own."""

    def __init__(self, limits, trusted, scheduler):
        self.limits, self.scheduler = limits, scheduler
        self.client = _dask_client(scheduler)
        self.client.register_plugin(_judges_of_a_worker(limits, trusted))
        self.executor = self.client.get_executor(pure=False)
        self.sent = {}  # data files -> a Future of them, which the workers have
        self.jobs = sum(self.client.nthreads().values()) or 1  # that are there by now

    def submit(self, data, master, kernelspec, variables, files):
        if isinstance(data, grade_submission.File):  # a worker may be on another machine
            data = data.without_outputs(self.limits)
        key = tuple(sorted(files.items()))
        if files and key not in self.sent:  # once, not with each submission
            self.sent[key] = self.client.scatter([files], broadcast=True)[0]
        about = master, kernelspec, variables, self.sent.get(key)
        return self.executor.submit(judge_on_worker, data, *about)

    def __enter__(self):
        return self

    def __exit__(self, kind, *exception):
        self.client.close()
        if kind is not None and issubclass(kind, CancelledError):
            from rnn_course.autograde.course import CourseError

            raise CourseError(
                f"the dask scheduler at {self.scheduler} is gone; what is graded is kept, so "
                "start one again and run this again"
            ) from None


def judge_one(judges, data, *about):
    """A submission's Graded, with the seconds that it took.

    about  as of grade_submission.grade: master, kernelspec, variables, files
    """
    begun = time.monotonic()
    master, *others = about
    graded = grade_submission.grade(data, master, judges, *others)
    return dataclasses.replace(graded, seconds=round(time.monotonic() - begun, 3))


def judge_on_worker(*submission):
    """The same in a process of a dask cluster."""
    from distributed import get_worker

    return judge_one(get_worker().judges, *submission)


def _judges_of_a_worker(limits, trusted):
    from distributed import WorkerPlugin

    class Judges(WorkerPlugin):
        name = "judges"

        def setup(self, worker):
            worker.judges = JudgePool(limits, trusted, PRELOAD)

        def teardown(self, worker):
            worker.judges.close()

    return Judges()


def _cores():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def _dask_client(scheduler):
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


def judged(judges, tasks):
    """(label, Graded) as they come, of tasks: (label, arguments of `judges.submit`) each.

    A task is made when there is room for it: so memory does not grow with the class.
    """
    tasks, waiting = iter(tasks), {}
    try:
        while True:
            for label, arguments in itertools.islice(tasks, IN_FLIGHT - len(waiting)):
                waiting[judges.submit(*arguments)] = label
            if not waiting:
                return
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                yield waiting.pop(future), future.result()
    finally:
        for future in waiting:
            future.cancel()


# ---------------------------------------------------------------- what is to be done


def grade_class(
    course, name, students, judges=None, regrade=False, progress=lambda students: students
):
    """Grade everyone's submission for an assignment; returns a Row each, in the order of students.

    course    a course.Course
    judges    what `judging` gives; default: this machine's, for this run
    regrade   also those whose row is as it should be
    progress  wraps the list of those that are judged, to show how far it is
    """
    if judges is None:
        with judging() as judges:
            return grade_class(course, name, students, judges, regrade, progress)
    from rnn_course.autograde.ledger import Ledger  # it imports nbgrader: judges come up meanwhile

    course.release(name)
    with Ledger(course, name) as ledger:
        class_ = _Class(course, ledger, judges, progress)
        class_.grade([s for s in students if regrade or not ledger.is_done(s, class_.read(s).key)])
        return ledger.rows(students)


@dataclasses.dataclass(frozen=True)
class Submission:
    """What is judged of a student, and how it is written.

    key    of the row, see above
    data   the file's bytes, or grade_submission.Absent
    seed   environment variables: the seed of the hidden cases
    late   whether it came late, where a platform says so, else None
    notes  on the file: another name, say
    """

    key: str
    timestamp: object
    data: object
    seed: dict
    late: bool | None
    notes: list


class _Class:
    """One run over a class: what is read, judged and written."""

    def __init__(self, course, ledger, judges, progress):
        self.course, self.ledger, self.judges, self.progress = course, ledger, judges, progress
        limits = dataclasses.asdict(judges.limits)
        submitted = course.notebook("submitted", ledger.name, "STUDENT").parents[2]
        self.records = read_records(submitted, ledger.name)
        self.files = data_files.beside(course.notebook("release", ledger.name))
        data = [part for file in sorted(self.files.items()) for part in file]
        self.common = digest(grader(), limits, ledger.master, ledger.kernelspec, *data)

    def read(self, student):
        """A student's Submission."""
        name = self.ledger.name
        folder = self.course.notebook("submitted", name, student).parent
        data, note = submitted_file(folder, name)
        late, said = record_of(self.records, student, folder)
        notes = [text for text in (said, note) if text]
        seed = hidden_seed(self.course.home, student, name, data)
        timestamp = self.ledger.timestamp(student)
        about = data.digest if isinstance(data, grade_submission.File) else data
        submitted = digest(about, str(timestamp))
        key = f"{submitted[:32]}-{digest(self.common, seed, late, notes)[:32]}"
        return Submission(key, timestamp, data, seed, late, notes)

    def grade(self, students):
        """Judge these and write them, in whatever order they come back."""

        def task(student):
            it = self.read(student)
            about = self.ledger.master, self.ledger.kernelspec, it.seed, self.files
            return (student, dataclasses.replace(it, data=None)), (it.data, *about)

        shown = iter(self.progress(students))
        for (student, it), graded in judged(self.judges, map(task, students)):
            graded = dataclasses.replace(graded, notes=few([*it.notes, *graded.notes]))
            self.ledger.write(student, it.key, it.timestamp, graded, it.late)
            next(shown, None)
        next(shown, None)


def submitted_file(folder, name):
    """(grade_submission.File, note) of the submission in a folder, or (Absent, "")."""
    try:
        return grade_submission.File.at(folder / f"{name}.ipynb"), ""
    except (FileNotFoundError, NotADirectoryError):
        path, note, there = find_notebook(folder, name)
    except OSError as error:
        return grade_submission.Absent("unreadable", error.strerror), ""
    if path is None and any(other.lower().endswith(".ipynb") for other in there):
        return grade_submission.Absent(
            "wrong name", f"no {name}.ipynb; there is {listed(there)}"
        ), ""
    if path is None:
        return grade_submission.Absent("missing", f"there is {listed(there)}" if there else ""), ""
    try:
        return grade_submission.File.at(path), note
    except OSError as error:
        return grade_submission.Absent("unreadable", error.strerror), note


def digest(*things):
    """A short name for plain things, the same for the same things."""
    whole = hashlib.blake2b(digest_size=32)
    for thing in things:
        if not isinstance(thing, bytes):
            thing = json.dumps(thing, sort_keys=True, default=dataclasses.asdict).encode()
        whole.update(b"%d:" % len(thing) + thing)
    return whole.hexdigest()


PACKAGE = Path(__file__).resolve().parents[1]
# what lies in the package and changes no score: commands, pictures, pages, measurements
AROUND = {
    *(f"autograde/{name}.py" for name in ("changes", "cli", "course", "export", "intake")),
    *(f"autograde/{name}.py" for name in ("feedback_page", "feedback_zip", "marks", "plugin")),
    "autograde/report.py",
    *("plots", "measure", "show.py", "arguments.py"),
}
LIBRARIES = ("torch", "numpy", "nbgrader")


def grader_files(package=PACKAGE):
    """name -> path of every file that a check, the judge or a sandbox imports or reads as data.

    What the known mistakes give (`make prints`) lies in an installed package, or in _build.
    """
    inside = {p.relative_to(package).as_posix(): p for p in package.rglob("*") if p.is_file()}
    prints = (package.parent / "_build" / "prints").glob("*.npz")
    inside |= {f"prints/{path.name}": path for path in prints}
    return {
        name: path
        for name, path in sorted(inside.items())
        if not {name, name.partition("/")[0]} & AROUND and "__pycache__" not in path.parts
    }


@functools.cache
def grader(package=PACKAGE):
    """A digest of what grades: the checks and the judge, and the libraries that they compute by."""
    versions = list(map(importlib.metadata.version, LIBRARIES))
    files = grader_files(package).items()
    return digest(versions, *[part for name, path in files for part in (name, path.read_bytes())])
