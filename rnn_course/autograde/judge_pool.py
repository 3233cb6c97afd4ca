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
import os
import resource
import signal
import socket
import subprocess
import sys

from rnn_course.autograde import sandbox
from rnn_course.autograde.limits import Limits
from rnn_course.verdict import Verdict

SLACK = 60  # seconds that a judge may take beyond all limits before it is given up


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

    def judge(self, cells, variables=None):
        """(results, events) of one submission's code cells, a list of notebook_cell.Cell.

        results    a list of (outputs, number, Verdict or None), one for each cell
        events     what happened on the way: words of `sandbox.client`
        variables  environment variables for the test cells
        """
        job = {
            "cells": [(cell.kind, cell.source) for cell in cells],
            "variables": variables or {},
            "skip": [],
        }
        while True:
            results = self._try(job)
            if len(results) == len(cells):
                events = [e for result in results for e in result["events"]]
                return list(map(_outcome, results)), list(dict.fromkeys(events))
            # the judge itself did not survive this cell: once more, without it
            if len(results) in job["skip"]:
                raise RuntimeError(f"the judge ended at cell {len(results)}, which it was to skip")
            job["skip"].append(len(results))

    def _try(self, job):
        """The results of as many cells as one judge gets through."""
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                try:
                    socket.send_fds(self.control, [b"a judge"], [theirs.fileno()])
                except OSError:
                    raise RuntimeError("the judge pool's process has ended") from None
            ours.settimeout(10 * self.limits.cell_seconds + SLACK + sandbox.START_SECONDS)
            pid, results = None, []
            with ours.makefile("rw", encoding="utf-8") as lines:
                try:
                    lines.write(json.dumps(job) + "\n")
                    lines.flush()
                    pid = json.loads(lines.readline() or "null")
                    if pid is None:
                        raise RuntimeError("no judge could be started")
                    results = []
                    for line in lines:
                        result = json.loads(line)
                        if "failed" in result:
                            raise sandbox.NoSandbox(result["failed"])
                        results.append(result)
                except TimeoutError:
                    if pid:
                        with contextlib.suppress(ProcessLookupError):
                            os.kill(pid, signal.SIGKILL)
                except (ConnectionError, BrokenPipeError):
                    pass  # it died: what it said so far counts
            return results


def _outcome(result):
    verdict = result["verdict"]
    return result["outputs"], result["number"], verdict and Verdict(**verdict)


# ---------------------------------------------------------------- the judge pool's own process


def serve(settings):
    """Fork a judge for every request, until the control socket is closed."""
    control = socket.socket(fileno=settings["control"])
    forkservers = [sandbox.ForkServer(descriptor) for descriptor in settings["forkservers"]]
    for name in ("rnn_course.autograde.judge", *settings["preload"]):
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    import torch

    torch.set_num_threads(1)
    torch.ones(2, 2) @ torch.ones(2, 2)
    for forkserver in forkservers:
        forkserver.wait()  # here, not in a judge: it says "ready" only once
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever called
    gc.collect()
    gc.freeze()
    while True:
        request, descriptors, _, _ = socket.recv_fds(control, 1 << 16, 1)
        if not request:
            os._exit(0)  # at once: to take torch down in order takes a while
        _bury_the_dead()
        parent = os.getpid()
        if os.fork() == 0:
            try:
                control.close()
                _die_with(parent)
                _judge_one(socket.socket(fileno=descriptors[0]), forkservers, settings)
            finally:
                os._exit(0)
        os.close(descriptors[0])


def _bury_the_dead():
    """Wait for the judges that have ended. (To ignore SIGCHLD would do, if only the forkservers did not
    inherit it: bubblewrap cannot work so.)"""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _judge_one(caller, forkservers, settings):
    """One judge's life: read the job, write a line for every cell."""
    from rnn_course.autograde.judge import judge
    from rnn_course.autograde.notebook_cell import Cell
    from rnn_course.autograde.sandbox.client import NotMade

    limits = Limits(**settings["limits"])
    with caller.makefile("rw", encoding="utf-8") as lines:
        job = json.loads(lines.readline())
        os.environ.update(job["variables"])
        print(os.getpid(), file=lines, flush=True)
        _limit_memory(limits.memory)
        cells = [Cell(*cell) for cell in job["cells"]]
        preload = [name for name in settings["preload"] if not name.startswith("rnn_course")]
        try:
            for result in judge(cells, forkservers.__getitem__, limits, preload, set(job["skip"])):
                print(json.dumps(dataclasses.asdict(result)), file=lines, flush=True)
        except NotMade as error:
            print(json.dumps({"failed": str(error)}), file=lines, flush=True)


def _die_with(parent):
    """If the judge pool is killed, no judge of it goes on."""
    if sys.platform == "linux":
        from rnn_course.autograde.sandbox import confine

        confine.prctl(confine.DIE_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def _limit_memory(memory):
    """What the student's values make the judge compute has a bound as well."""
    if sys.platform == "linux":
        with open("/proc/self/statm") as file:
            taken = int(file.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (taken + memory, taken + memory))


if __name__ == "__main__":
    serve(json.loads(sys.argv[1]))
