"""The judge's side of the conversation with one sandbox: requests, time limits, death and revival.

Whatever comes out of a sandbox is a value that the student's code may have made up. It is only looked
at here, never run.
"""

import contextlib
import itertools
import json
import os
import socket
from dataclasses import dataclass

from rnn_course.autograde.limits import OUT_OF_MEMORY, TIMED_OUT, WALL, Allowance, Event
from rnn_course.autograde.sandbox import processor_time, wire


class Stopped(BaseException):
    """The student's process is gone, or has had its time.

    A BaseException, so that no `except Exception` of a test cell takes it for an answer.
    """

    def __init__(self, why, lines=(), words=""):
        self.why, self.lines, self.words = why, lines, words
        super().__init__(why)

    def __str__(self):
        return f"{self.why}: {self.words}" if self.words else self.why


class NotMade(BaseException):
    """A sandbox could not be made. That is this machine's trouble, and no verdict on a student."""


MOST_OUTPUTS = 10_000  # in one answer
READY_SECONDS = 120  # for a sandbox to be made, on a machine that has other things to do
MOMENT, REPORT_SECONDS = 10, 60  # for its supervisor to say what became of it, unasked and asked
CORES = os.cpu_count() or 1
ENDED, UNREADABLE = "ended its own process", "sent something unreadable to the judge"


def lines_of(message):
    """The student's own lines in an answer that is an exception: (file, number, function, code)."""
    error = message.get("error")
    lines = error.get("lines") if isinstance(error, dict) else None
    if not isinstance(lines, list):
        return []
    return [
        (str(file), number if type(number) is int else 0, str(function), str(code))
        for file, number, function, code in (x for x in lines if type(x) is list and len(x) == 4)
    ]


@dataclass
class Answer:
    """What came back: a message, and a value as tree and bytes, still to be decoded."""

    message: dict
    tree: object
    body: bytes
    inputs: list  # the tensors that were sent with the request


class Client:
    """One submission's sandbox. If it dies, the next cell finds a new one with the good cells replayed.

    notebook  the Allowance of the whole notebook
    data      a folder with the assignment's data files, or ""
    events    what became of the sandbox on the way, for the submission's status
    """

    def __init__(self, forkserver, limits, preload, notebook, data=""):
        self.forkserver, self.limits, self.preload = forkserver, limits, preload
        self.notebook, self.data = notebook, data
        self.numbers = itertools.count(1)
        self.good = []  # sources of the cells that the sandbox has survived
        self.seconds = 0.0  # what they took
        self.process, self.before = None, 0.0  # processor time of the sandboxes that are gone
        self.restarts = 0
        self.events = []
        self.dead = None  # the Stopped that tells why, if it is
        self.outputs = []  # what answers brought since `begin`
        self.talk = None
        self._start()

    def _start(self):
        self.talk, self.life = self.forkserver.spawn(self.limits, self.preload, self.data)
        self.process, self.at_start, self.latest = None, 0.0, 0.0
        try:
            self.process = processor_time.sender(self.talk, READY_SECONDS)
            said = wire.receive(self.talk)[0]
        except (OSError, wire.Lost, wire.Unreadable) as error:
            said = {"failed": type(error).__name__}
        if "ready" not in said:  # nothing of the student's has run yet
            self.close()
            raise NotMade(str(said.get("failed")))
        self.process = self.process or said["ready"]
        self.at_start = self.latest = processor_time.of(self.process)
        self.dead = None
        self.dropped = []  # calls that no gradient can be asked of any more
        self.random_state = None  # the last one that was sent
        self.begin()

    def cpu(self):
        """Processor time that the student's code has used so far, that of dead sandboxes too."""
        if self.process is None:
            return self.before
        with contextlib.suppress(OSError):  # it has just ended: what it had used is reported soon
            self.latest = processor_time.of(self.process, self.limits.processes > 0)
        return self.before + self.latest - self.at_start

    def begin(self, seconds=None):
        """A cell begins: its time starts to run."""
        self.cell = Allowance(seconds or self.limits.cell_seconds, self.cpu, CORES)
        self.outputs = []
        self.printed = 0

    def _met(self):
        """The allowance that is used up, if one is."""
        return next((a for a in (self.cell, self.notebook) if a.left() <= 0), None)

    def _left(self):
        return min(self.cell.left(), self.notebook.left())

    def ask(self, do, value=None, **more):
        """Send a request and wait for its answer. Raises Stopped."""
        if self.dead:
            raise Stopped(self.dead.why)
        number = next(self.numbers)
        tree, tensors = wire.encode(value)
        message = {"do": do, "id": number, "drop": self.dropped, **more}
        self.dropped = []
        late = None
        try:
            self.talk.settimeout(max(0.01, WALL * self.limits.cell_seconds))
            wire.send(self.talk, message, tree, tensors)
            late = self._late()
            left = self._left
            if late:  # it has been interrupted: a moment to say so
                left = Allowance(self.limits.grace, self.cpu, CORES).left
            answer = Answer(*wire.receive(self.talk, left), tensors)
        except TimeoutError:
            self._die(TIMED_OUT, late or self._words())
        except (OSError, wire.Lost):
            self._die()
        except wire.Unreadable:
            self._die(UNREADABLE)
        except BaseException as error:
            if not isinstance(error, Exception):  # the test's own time is over: nobody waits for
                with contextlib.suppress(Stopped):  # this answer any more
                    self._die("was stopped")
            raise
        outputs = answer.message.get("outputs")
        if answer.message.get("id") != number or not isinstance(outputs, list):
            self._die(UNREADABLE)
        self._keep(outputs)
        if late:
            raise Stopped(TIMED_OUT, lines_of(answer.message), late)
        return answer

    def _late(self):
        """Wait for an answer to begin; where a limit is met first, ask the student's code to stop
        and return what is to be said of it."""
        while (left := self._left()) > 0:
            self.talk.settimeout(max(left, 0.001))
            with contextlib.suppress(TimeoutError):
                self.talk.recv(1, socket.MSG_PEEK)
                return None
        words = self._words()
        self._event(TIMED_OUT, words)
        self.life.send(b"i")
        return words

    def _words(self):
        met = self._met()
        return met.words() if met else ""

    def _keep(self, outputs):
        """Keep what was printed, as much as a cell may."""
        for output in outputs[:MOST_OUTPUTS]:
            try:
                size = len(json.dumps(output))
            except RecursionError:
                self._die(UNREADABLE)
            if self.printed + size > 2 * self.limits.output:
                return  # the sandbox cuts by itself; this is for one that does not
            self.printed += size
            self.outputs.append(output)

    def _die(self, why=None, words=""):
        """The sandbox is done for. Find out why, and raise Stopped."""
        report = self.close(kill=why is not None)
        if why is None:
            why = _cause_of_death(report)
        self.dead = Stopped(why, words=words)
        self._event(why, words)
        raise self.dead

    def unreadable(self):
        """The value of an answer makes no sense."""
        self._die(UNREADABLE)

    def _event(self, kind, words=""):
        if kind not in [event.kind for event in self.events]:
            self.events.append(Event(kind, words))

    # ------------------------------------------------------------ cells

    def run_cell(self, source):
        """Run one of the student's cells. Raises Stopped.

        Returns whether it called a recurrent layer that is switched off here; what it printed and
        showed is in `outputs`.
        """
        self.revive()
        self.begin()
        answer = self.ask("cell", source=source)
        self.good.append(source)
        self.seconds += self.cell.cpu
        return answer.message.get("refused") is True

    def revive(self):
        """Where the sandbox is dead, start another and replay the good cells. May raise Stopped."""
        if not self.dead:
            return
        if self.restarts >= self.limits.restarts:
            raise Stopped(f"was stopped before, {self.restarts + 1} times; it is not run again")
        self.restarts += 1
        self._start()
        self.replay(self.good, self.seconds)

    def replay(self, sources, seconds):
        """Run cells that a sandbox has survived before, in so much time. Raises Stopped."""
        self.good, self.seconds = list(sources), seconds
        self.begin(self.limits.cell_seconds + 2 * seconds)
        for source in self.good:
            self.ask("cell", source=source)
        self.outputs = []

    def close(self, kill=True):
        """Make an end of the sandbox, and wait until it is gone; returns its supervisor's report.

        kill  do not wait for it to end by itself
        """
        self.talk.close()
        report = {}
        for order, seconds in ((b"", MOMENT), (b"k", REPORT_SECONDS))[kill:]:
            with contextlib.suppress(OSError):
                self.life.send(order)
            with contextlib.suppress(OSError, ValueError):
                self.life.settimeout(seconds)
                report = json.loads(self.life.recv(1000))
                break
        self.life.close()
        if self.process is not None:
            self.latest = max(self.latest, report.get("cpu", 0.0))
            self.before += self.latest - self.at_start
            self.process = None
        return report


def _cause_of_death(report):
    if not report or report["why"] == "killed":
        return "was stopped"
    if report["why"] == "memory":
        return OUT_OF_MEMORY
    number = report["status"] & 0x7F
    return f"crashed (signal {number})" if number else ENDED
