"""Judges by the dozen: each submission gets a judge and a sandbox, both forked, both gone afterwards.

    with JudgePool(limits) as judges:
        results, events = judges.judge(cells)

A judge pool is one process with torch and the checks loaded, which forks a judge for each submission,
and beside it those that the sandboxes are forked from (`sandbox.ForkServers`). So a judge may change
torch's defaults, run out of memory or be killed: the next one knows nothing of it. `judge` may be
called from several threads at once; each call waits for its own submission.

    python -m rnn_course.autograde.judge_pool FD     is that process; FD is its control socket
"""

import contextlib
import dataclasses
import gc
import importlib
import json
import math
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from typing import NamedTuple

from rnn_course.autograde import anonymous_code, data_files, sandbox
from rnn_course.autograde.anonymous_code import Code
from rnn_course.autograde.limits import AFTER, MB, WALL, Event, Limits
from rnn_course.autograde.notebook_json import Unreadable
from rnn_course.autograde.restore import MasterCell, Tampering
from rnn_course.verdict import Verdict

READ_MEMORY = 600 * MB  # beside torch, for a file of 256 MB


class Outcome(NamedTuple):
    """What came of one cell: what it shows, its number, a test's Verdict, its processor time."""

    outputs: list
    number: int | None
    verdict: Verdict | None
    seconds: float


class JudgePool:
    """Starts at once and gets ready by itself; the first `judge` waits for that.

    limits   of each submission
    trusted  no isolation at all: the submissions' code runs as whoever runs this
    preload  modules that judges and sandboxes will need: those that the instructor's cells import

    Raises sandbox.NoIsolation where submissions cannot be isolated and are not said to be trusted.
    """

    def __init__(self, limits=None, trusted=False, preload=()):
        self.limits, self.trusted = limits or Limits(), trusted
        self.preload = tuple(preload)
        self.lock, self.folders = threading.Lock(), {}  # data files -> the folder they are in
        self.forkservers = sandbox.ForkServers(trusted)
        self.control, theirs = socket.socketpair(socket.AF_UNIX, sandbox.KIND)
        inherited = [each.fileno() for each in (theirs, *self.forkservers.controls)]
        settings = {
            "limits": self.limits.as_dict(),
            "preload": self.preload,
            "control": inherited[0],
            "forkservers": inherited[1:],
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", __name__, json.dumps(settings)],
            stdin=subprocess.DEVNULL,
            pass_fds=inherited,
            start_new_session=True,  # Ctrl-C is for whoever called, who closes this
            env={**os.environ, "OMP_NUM_THREADS": "1", "MPLBACKEND": "agg"},
        )
        theirs.close()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def close(self):
        self.control.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        self.process.kill()
        self.process.wait()
        self.forkservers.close()
        for folder in self.folders.values():
            folder.cleanup()

    def judge(self, cells, variables=None, files=None):
        """(results, events) of one submission's code cells, a list of notebook_cell.Cell.

        results    an Outcome for each cell
        events     limits.Event: what happened on the way
        variables  environment variables for the test cells
        files      relative name -> bytes: data files, which the cells find under these names
        """
        job = {"cells": [(cell.kind, cell.source) for cell in cells]}
        return self._judge(job | self._data(files), variables)[1:]

    def grade(self, submission, master, kernelspec=None, variables=None, files=None):
        """(read, results, events) of a submission, which a judge reads as well.

        submission  its bytes, or an open binary file
        master      a list of restore.MasterCell
        read        what grade_submission.read makes of it, (notebook as a dict, notes), and
                    of each code answer an anonymous_code.Code

        Raises notebook_json.Unreadable.
        """
        job = {"master": [dataclasses.asdict(cell) for cell in master], "kernelspec": kernelspec}
        job |= self._data(files)
        if not isinstance(submission, bytes):
            return self._judge(job, variables, submission)
        with tempfile.TemporaryFile() as file:
            file.write(submission)
            file.flush()
            return self._judge(job, variables, file)

    def _data(self, files):
        """The folder of these data files, as a part of a job; they are written once."""
        if not files:
            return {"data": ""}
        key = tuple(sorted(files.items()))
        with self.lock:
            if key not in self.folders:
                folder = tempfile.TemporaryDirectory(prefix="data-")
                data_files.write(files, folder.name)
                self.folders[key] = folder
            return {"data": self.folders[key].name}

    def _judge(self, job, variables, file=None):
        job |= {"variables": variables or {}, "skip": [], "spent": (0.0, 0.0)}
        while True:
            read, results, seconds = self._try(job, file)
            if read is None and file is None:
                raise RuntimeError("the judge ended before the first cell")
            if read is None:
                raise Unreadable("too large", "what is in it takes more than it may to be read")
            if "unreadable" in read:
                raise Unreadable(*read["unreadable"])
            if len(results) == read["cells"]:
                events = [
                    Event(kind, words, n)
                    for n, result in enumerate(results)
                    for kind, words, _ in result["events"]
                ]
                return _as_read(read["read"]), _outcomes(results), events
            # the judge itself did not survive this cell: once more, without it
            if len(results) in job["skip"]:
                raise RuntimeError(f"the judge ended at cell {len(results)}, which it was to skip")
            cpu, wall = results[-1]["spent"] if results else job["spent"]
            job["spent"] = cpu + seconds, wall + seconds
            job["skip"].append(len(results))

    def _try(self, job, file=None):
        """(what was read, results of as many cells as one judge gets through, wall time since the
        last of them)."""
        longest = max(0.0, WALL * self.limits.notebook_seconds - job["spent"][1]) + AFTER
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                inherited = [theirs.fileno()] + ([file.fileno()] if file else [])
                try:
                    socket.send_fds(self.control, [b"a judge"], inherited)
                except OSError:
                    raise RuntimeError("the judge pool's process has ended") from None
            ours.settimeout(sandbox.START_SECONDS)
            pid, read, results, end, latest = None, None, [], math.inf, time.monotonic()
            with ours.makefile("rw", encoding="utf-8") as lines:
                try:
                    lines.write(json.dumps(job) + "\n")
                    lines.flush()
                    pid = json.loads(lines.readline() or "null")
                    if pid is None:
                        raise RuntimeError("no judge could be started")
                    latest = time.monotonic()
                    end = latest + longest
                    ours.settimeout(longest)
                    for line in lines:
                        said = json.loads(line)
                        if "failed" in said:
                            raise sandbox.NoSandbox(said["failed"])
                        if read is None:
                            read = said
                        else:
                            results.append(said)
                        latest = time.monotonic()
                        ours.settimeout(max(0.01, end - latest))
                except TimeoutError:
                    if pid:
                        with contextlib.suppress(ProcessLookupError):
                            os.kill(pid, signal.SIGKILL)
                except (ConnectionError, BrokenPipeError):
                    pass  # it died: what it said so far counts
            return read, results, time.monotonic() - latest


def _as_sent(read):
    """(notebook, notes, answers) as JSON: which notes are of tampering is said beside each."""
    notebook, notes, answers = read
    return notebook, [(note, isinstance(note, Tampering)) for note in notes], answers


def _as_read(sent):
    if sent is None:
        return None
    notebook, notes, answers = sent
    notes = [Tampering(note) if tampering else note for note, tampering in notes]
    return notebook, notes, {name: Code(*code) for name, code in answers.items()}


def _outcomes(results):
    """An Outcome of each result, in which the time of all cells so far is told."""
    outcomes, before = [], 0.0
    for result in results:
        verdict, spent = result["verdict"], result["spent"][0]
        seconds = round(max(0.0, spent - before), 3)
        verdict = verdict and Verdict(**verdict)
        outcomes.append(Outcome(result["outputs"], result["number"], verdict, seconds))
        before = spent
    return outcomes


# ---------------------------------------------------------------- the judge pool's own process


def serve(settings):
    """Fork a judge for every request, until the control socket is closed."""
    gc.disable()  # what torch makes when it is loaded stays: to look through it takes a tenth
    control = socket.socket(fileno=settings["control"])
    forkservers = [sandbox.ForkServer(descriptor) for descriptor in settings["forkservers"]]
    ours = ("rnn_course.autograde.judge", "rnn_course.autograde.grade_submission")
    for name in (*ours, *settings["preload"]):
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    import torch

    anonymous_code.library()
    torch.set_num_threads(1)
    torch.ones(2, 2) @ torch.ones(2, 2)
    for forkserver in forkservers:
        forkserver.wait()  # here, not in a judge: it says "ready" only once
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever called
    gc.collect()
    gc.freeze()
    gc.enable()
    while True:
        request, descriptors, _, _ = socket.recv_fds(control, 1 << 16, 2)
        if not request:
            os._exit(0)  # at once: to take torch down in order takes a while
        _bury_the_dead()
        parent = os.getpid()
        if os.fork() == 0:
            try:
                control.close()
                _die_with(parent)
                caller, *submission = descriptors
                _judge_one(socket.socket(fileno=caller), submission, forkservers, settings)
            finally:
                os._exit(0)
        for descriptor in descriptors:
            os.close(descriptor)


def _bury_the_dead():
    """Wait for the judges that have ended. (To ignore SIGCHLD would do, if only the forkservers did not
    inherit it: bubblewrap cannot work so.)"""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _judge_one(caller, submission, forkservers, settings):
    """One judge's life: read the job and the submission, write a line for each and every cell.

    submission  the descriptor of the submitted file, if the cells are not in the job itself
    """
    from rnn_course.autograde import grade_submission
    from rnn_course.autograde.judge import judge
    from rnn_course.autograde.notebook_cell import Cell
    from rnn_course.autograde.sandbox.client import NotMade

    limits = Limits(**settings["limits"])
    with caller.makefile("rw", encoding="utf-8") as lines:

        def say(what):
            print(json.dumps(what), file=lines, flush=True)

        job = json.loads(lines.readline())
        os.environ.update(job["variables"])
        say(os.getpid())
        if submission:
            master = [MasterCell(**cell) for cell in job["master"]]
            try:
                with (
                    open(submission[0], "rb", buffering=0) as file,
                    _reading(os.fstat(file.fileno()).st_size),
                ):
                    file.seek(0)
                    data = file.read(limits.notebook + 1)
                    read = grade_submission.read(data, master, limits, job["kernelspec"])
                    del data
                    read = *read, anonymous_code.answers(read[0], master)
            except Unreadable as error:
                say({"unreadable": (error.status, error.why)})
                return
            cells = grade_submission.for_judge(read[0], master)
        else:
            read, cells = None, [Cell(*cell) for cell in job["cells"]]
        say({"read": read and _as_sent(read), "cells": len(cells)})
        preload = [name for name in settings["preload"] if not name.startswith("rnn_course")]
        skip, spent, data = set(job["skip"]), job["spent"], job["data"]
        if data:
            os.chdir(data)  # the tests and the given cells open them by the same names
        about = limits, preload, skip, spent, data
        try:
            with _memory(limits.memory):
                for result in judge(cells, forkservers.__getitem__, *about):
                    say(dataclasses.asdict(result))
        except NotMade as error:
            say({"failed": str(error)})


class _TooMuch(BaseException):
    """Reading a submission takes too long."""


@contextlib.contextmanager
def _reading(size):
    """Bounds for reading a submission of so many bytes. Raises Unreadable."""

    def stop(number, frame):
        raise _TooMuch

    signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, 1 + size / MB / 2)
    try:
        with _memory(READ_MEMORY):
            yield
    except (MemoryError, _TooMuch) as error:
        much = "memory" if isinstance(error, MemoryError) else "time"
        raise Unreadable("too large", f"it takes more {much} to read than it may") from None
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _die_with(parent):
    """If the judge pool is killed, no judge of it goes on."""
    if sys.platform == "linux":
        from rnn_course.autograde.sandbox import confine

        confine.prctl(confine.DIE_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


@contextlib.contextmanager
def _memory(most):
    """What the student's values and files make the judge compute has a bound as well."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    if sys.platform == "linux":
        with open("/proc/self/statm") as file:
            taken = int(file.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (taken + most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


if __name__ == "__main__":
    serve(json.loads(sys.argv[1]))
