"""Judges one submission: the student's cells run in a sandbox, the instructor's cells run here.

The cells come as a list of `Cell`; nothing here knows of nbgrader or of files. A name that a test
cell reads and that neither the instructor's cells nor Python itself define (nor is it one of the
usual modules, see `namespace`) is the student's: it stands for something in the sandbox (see `proxies`).
"""

import contextlib
import json
import math
import re
import resource
import signal
import time
import traceback
from dataclasses import dataclass, field

from rnn_course.autograde.limits import OUT_OF_MEMORY, TIMED_OUT, WALL, Allowance, Event
from rnn_course.autograde.namespace import Namespace, file_of
from rnn_course.autograde.notebook_cell import GIVEN, TEST
from rnn_course.autograde.proxies import Names, StudentError
from rnn_course.autograde.sandbox.client import CORES, Client, NotMade, Stopped
from rnn_course.autograde.strict_compare import StrictCompare
from rnn_course.verdict import ERROR, WRONG, Verdict


@dataclass
class Result:
    """What a cell shows: outputs as a notebook has them, its number, and whether it ended well.

    events   limits.Event: what happened on the way
    verdict  of a test cell that failed or shows what a check found: `Verdict.kept`
    spent    what all cells so far have used: processor time, wall time
    """

    outputs: list
    number: int | None = None
    events: list = field(default_factory=list)
    verdict: dict | None = None
    spent: tuple = (0.0, 0.0)


def judge(cells, forkservers, limits, preload=(), skip=(), spent=(0.0, 0.0), data=""):
    """Yield a Result for every cell, in order.

    forkservers  a function: forkservers(recurrent) is the ForkServer with or without torch's recurrent layers
    preload  modules for the sandbox to import beforehand
    skip     indices of cells that are not run again: the judge itself did not survive them
    spent    processor time and wall time that the judges before this one have used
    data     a folder with the assignment's data files, which the sandbox has too, or ""
    """
    return _Judge(cells, forkservers, limits, preload, spent, data).results(skip)


class _Judge:
    def __init__(self, cells, forkservers, limits, preload, spent, data):
        self.cells, self.forkservers, self.limits = cells, forkservers, limits
        self.preload, self.data = preload, data
        self.number = 0  # of the student's cell that is running
        self.output = limits.notebook_output  # what is left of it
        self.everywhere = any(c.recurrent for c in cells if c.kind == GIVEN)
        self.clients = {}  # recurrent -> Client
        self.namespace = Namespace(cells)
        self.notebook = Allowance(limits.notebook_seconds, self._used, CORES, spent)

    def _used(self):
        """Processor time of this judge and of its sandboxes."""
        return time.process_time() + sum(client.cpu() for client in self.clients.values())

    def results(self, skip):
        try:
            self.counts = self._client(self.everywhere)
            for index, cell in enumerate(self.cells):
                result = self._judged(index, cell, skip)
                result.spent = (self.notebook.cpu, self.notebook.wall)
                yield result
        finally:
            for client in self.clients.values():
                client.close()

    def _judged(self, index, cell, skip):
        if self.notebook.left() <= 0:
            words = self.notebook.words()
            said = _error("Stopped", f"the whole notebook ran longer than it may: {words}")
            return Result([said], events=[Event(TIMED_OUT, f"of the whole notebook: {words}")])
        if index in skip:
            return self._not_again()
        if cell.kind == TEST:
            return self._test(index, cell)
        if cell.kind == GIVEN and self.namespace.wants(cell):
            self._given(index, cell)
        return self._student(cell)

    def _client(self, recurrent, sources=()):
        """The sandbox with, or the one without, torch's recurrent layers; made when it is needed.

        sources  the cells that it is to run first
        """
        recurrent = recurrent or self.everywhere
        if recurrent not in self.clients:
            server = self.forkservers(recurrent)
            client = Client(server, self.limits, self.preload, self.notebook, self.data)
            self.clients[recurrent] = client
            client.replay(sources, self.counts.seconds if sources else 0.0)
        return self.clients[recurrent]

    # ------------------------------------------------------------ the student's cells

    def _student(self, cell):
        """Run a student's cell. In the sandbox where recurrent layers are switched off it counts; if it
        calls one, to compare perhaps, it is run once more where they are on, and is shown so."""
        counts, self.number = self.counts, self.number + 1
        try:
            if counts.run_cell(cell.source):
                with contextlib.suppress(
                    KeyError
                ):  # no such sandbox is to be had: show the refusal
                    self._client(True, counts.good[:-1])
            shows = self.clients.get(True, counts)
            if shows is not counts:
                shows.run_cell(cell.source)
            return self._result(self._within_limit(checked(shows.outputs)), self.number)
        except Stopped as stopped:
            said = _error("Stopped", f"this cell {stopped}")
            return self._result([*self._within_limit(checked(counts.outputs)), said])

    def _result(self, outputs, number=None):
        events = [e for s in self.clients.values() for e in s.events]
        for client in self.clients.values():
            client.events = []
        if any(_is_about_memory(o) for o in outputs):
            events.append(Event(OUT_OF_MEMORY))
        return Result(writable(outputs), number, events)

    def _within_limit(self, outputs):
        """Those of the sandbox's outputs that still fit into what a notebook may have."""
        kept = []
        for output in outputs:
            self.output -= len(json.dumps(output))
            if self.output > 0:
                kept.append(output)
        if len(kept) < len(outputs):
            text = "[not kept: all cells together printed and showed more than a notebook may]\n"
            kept.insert(0, {"output_type": "stream", "name": "stdout", "text": text})
        return kept

    # ------------------------------------------------------------ the instructor's cells

    def _given(self, index, cell):
        """Run a given cell here too, for the names that the tests use. What fails, fails there."""
        self.counts.begin()
        with contextlib.suppress(Exception, Stopped), self._time_limit():
            self.namespace.run(index, cell, Names(self.counts))
        self.namespace.leave_to_student(cell.students)

    def _not_again(self):
        why = "the judge did not survive what your code sent"
        return Result([_error("Stopped", why)], events=[Event(OUT_OF_MEMORY)])

    def _test(self, index, cell):
        """Run a test cell against the student's names."""
        client, strict, failed = self.counts, StrictCompare(), WRONG
        try:
            client.revive()
            client = self._client(cell.recurrent, client.good)
            client.revive()
            for each in self.clients.values():
                each.begin()
            names = Names(client, self.namespace.in_hidden_line, strict.answers, self._permits)
            self.namespace.leave_to_student(cell.students)
            with self._time_limit(), strict:
                shown = self.namespace.run(index, cell, names)
            failed = ""
        except Stopped as stopped:
            failed = ERROR
            shown = [_error("Stopped", f"your code {stopped} while this check ran", stopped.lines)]
        except _TestTooSlow:
            words = f"a check computed for more than {self.limits.cell_seconds:g} s on what came"
            client.events.append(Event(TIMED_OUT, words))
            shown = [_error("Stopped", "the check could not finish on what your code returned")]
        except NotMade:
            raise
        except BaseException as error:  # whatever a test raises is its verdict
            failed = ERROR if isinstance(error, StudentError) else WRONG
            shown = [self._told(error, index, cell)]
        printed = [output for s in self.clients.values() for output in s.outputs]
        printed = self._within_limit(checked(printed, only_text=True))
        result = self._result(printed + writable(shown, SHOWN))
        verdict = Verdict(False, 0.0, status=failed) if failed else self.namespace.verdict
        result.verdict = verdict and writable(verdict.kept(), SHOWN)
        return result

    def _time_limit(self):
        left = max(0.0, self.limits.notebook_seconds - self.notebook.cpu)
        return _time_limit(min(self.limits.cell_seconds, left), self.limits.grace)

    def _permits(self):
        """The sandbox where torch's recurrent layers are on, for a call during a test."""
        try:
            client = self._client(True, self.counts.good)
        except KeyError:
            return None  # there is none in this run
        client.revive()
        return client

    def _told(self, error, index, cell):
        """An exception in a test cell, told without what is hidden."""
        frames = traceback.extract_tb(error.__traceback__)
        hidden = any(self.namespace.is_hidden(f.filename, f.lineno) for f in frames)
        line = next((f.lineno for f in reversed(frames) if f.filename == file_of(index)), 0)
        code = (cell.source.splitlines()[line - 1 : line] or [""])[0].strip()
        where = "in a hidden check" if hidden else f"in the check: {code}"
        if isinstance(error, StudentError):
            text = "" if hidden else error.text
            said = f"your code raised {error.ename}, {where}"
            return _error(error.ename, text, error.frames, said)
        if hidden:
            return _error(type(error).__name__, "a hidden check failed")
        return _error(type(error).__name__, str(error), said=where)


# ---------------------------------------------------------------- time


class _TestTooSlow(BaseException):
    """A test computes for too long, without asking the sandbox for anything."""


@contextlib.contextmanager
def _time_limit(seconds, grace):
    """Stop a test that goes on by itself: by an exception, and if it hears none, by the end of
    this process. Its own processor time counts, not the time in which it waits for the sandbox."""

    def stop(number, frame):
        raise _TestTooSlow

    seconds += grace
    timers = {signal.SIGPROF: signal.ITIMER_PROF, signal.SIGALRM: signal.ITIMER_REAL}
    before = {number: signal.signal(number, stop) for number in timers}
    most = resource.getrlimit(resource.RLIMIT_CPU)[1]
    end = math.ceil(time.process_time() + seconds + grace + 1)
    resource.setrlimit(resource.RLIMIT_CPU, (end, most))
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, WALL * (seconds + grace))
    try:
        yield
    finally:
        for number, timer in timers.items():
            signal.setitimer(timer, 0)
            signal.signal(number, before[number])
        resource.setrlimit(resource.RLIMIT_CPU, (most, most))


# ---------------------------------------------------------------- outputs


def _error(name, text, frames=(), said=""):
    lines = [said] if said else []
    lines += [f"  line {number}, in {function}: {code}" for _, number, function, code in frames]
    lines = [*lines, f"{name}: {text}" if text else name]
    return {"output_type": "error", "ename": name, "evalue": text, "traceback": lines}


_NO_BASE64 = re.compile(r"[^A-Za-z0-9+/=\s]", re.ASCII)  # what is in no picture in a notebook


SHOWN = 100_000  # characters of one text that a test shows


def writable(value, most=None):
    """The same plain value, with texts that any file can hold, cut off where they are too long."""
    if isinstance(value, str):
        return value[:most].encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {writable(k, most): writable(x, most) for k, x in value.items()}
    if isinstance(value, list | tuple):
        return [writable(x, most) for x in value]
    return value


def checked(outputs, only_text=False):
    """A sandbox's outputs, built anew from the parts that are understood; text is all stdout.

    only_text  nothing but what was printed: the outputs of a test are the judge's alone
    """
    result = []
    for output in outputs:
        kind = output.get("output_type") if isinstance(output, dict) else None
        if kind == "stream":
            if not (result and result[-1]["output_type"] == "stream"):
                result.append({"output_type": "stream", "name": "stdout", "text": []})
            result[-1]["text"].append(_text(output.get("text")))
        elif kind in ("execute_result", "display_data") and not only_text:
            data = output.get("data")
            data = data if isinstance(data, dict) else {}
            kept = ("text/plain", "image/png", "image/jpeg")
            data = {mime: _text(data[mime]) for mime in kept if mime in data}
            data = {m: x for m, x in data.items() if m == "text/plain" or not _NO_BASE64.search(x)}
            number = {"execution_count": None} if kind == "execute_result" else {}
            if data:
                result.append({"output_type": kind, "data": data, "metadata": {}, **number})
        elif kind == "error" and not only_text:
            lines = output.get("traceback")
            lines = [_text(x) for x in lines] if isinstance(lines, list) else []
            name, text = _text(output.get("ename")), _text(output.get("evalue"))
            result.append(
                {"output_type": "error", "ename": name, "evalue": text, "traceback": lines}
            )
    for output in result:
        if output["output_type"] == "stream":
            output["text"] = "".join(output["text"])
    return result


def _text(value):
    return value if isinstance(value, str) else ""


def _is_about_memory(output):
    text = output.get("ename", "") + " " + output.get("evalue", "")
    return "MemoryError" in text or "can't allocate memory" in text
