"""The judge's side of the conversation with one sandbox: requests, time limits, death and revival.

Whatever comes out of a sandbox is a value that the student's code may have made up. It is only looked
at here, never run.
"""

import contextlib
import itertools
import json
import math
import socket
import time
from dataclasses import dataclass

from rnn_course.autograde.limits import OUT_OF_MEMORY, TIMED_OUT
from rnn_course.autograde.sandbox import wire


class Stopped(BaseException):
    """The student's process is gone, or has had its time.

    A BaseException, so that no `except Exception` of a test cell takes it for an answer.
    """

    def __init__(self, why, lines=()):
        self.why, self.lines = why, lines
        super().__init__(why)


class NotMade(BaseException):
    """A sandbox could not be made. That is this machine's trouble, and no verdict on a student."""


MOST_OUTPUTS = 10_000  # in one answer
READY_SECONDS = 60  # for a sandbox to be made, on a machine that has other things to do
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

    end     when the whole notebook's time is over, on time.monotonic()'s clock
    events  what became of the sandbox on the way: the words above, for the submission's status
    """

    def __init__(self, forkserver, limits, preload=(), end=math.inf):
        self.forkserver, self.limits, self.preload, self.end = forkserver, limits, preload, end
        self.numbers = itertools.count(1)
        self.good = []  # sources of the cells that the sandbox has survived
        self.seconds = 0.0  # what they took
        self.restarts = 0
        self.events = []
        self.dead = None  # why, if it is
        self.deadline = 0.0
        self.outputs = []  # what answers brought since `begin`
        self.talk = None
        self._start()

    def _start(self):
        self.talk, self.life = self.forkserver.spawn(self.limits, self.preload)
        try:
            said = wire.receive(self.talk, time.monotonic() + READY_SECONDS)[0]
        except (OSError, wire.Lost, wire.Unreadable) as error:
            said = {"failed": type(error).__name__}
        if "ready" not in said:  # nothing of the student's has run yet
            self.close()
            raise NotMade(str(said.get("failed")))
        self.dead = None
        self.dropped = []  # calls that no gradient can be asked of any more
        self.random_state = None  # the last one that was sent

    def begin(self, seconds=None):
        """A cell begins: its time starts to run."""
        now = time.monotonic()
        self.deadline = min(now + (seconds or self.limits.cell_seconds), self.end)
        self.outputs = []
        self.printed = 0

    def ask(self, do, value=None, **more):
        """Send a request and wait for its answer. Raises Stopped."""
        if self.dead:
            raise Stopped(self.dead)
        number = next(self.numbers)
        tree, tensors = wire.encode(value)
        message = {"do": do, "id": number, "drop": self.dropped, **more}
        self.dropped = []
        late = False
        try:
            self.talk.settimeout(max(0.01, self.deadline - time.monotonic()))
            wire.send(self.talk, message, tree, tensors)
            late = not self._answers_in_time()
            answer = Answer(*wire.receive(self.talk, self._last_moment(late)), tensors)
        except TimeoutError:
            self._die(TIMED_OUT)
        except (OSError, wire.Lost):
            self._die(None)
        except wire.Unreadable:
            self._die(UNREADABLE)
        outputs = answer.message.get("outputs")
        if answer.message.get("id") != number or not isinstance(outputs, list):
            self._die(UNREADABLE)
        self._keep(outputs)
        if late:
            raise Stopped(TIMED_OUT, lines_of(answer.message))
        return answer

    def _answers_in_time(self):
        """Wait for an answer to begin; when the time is over, ask the student's code to stop."""
        self.talk.settimeout(max(0.001, self.deadline - time.monotonic()))
        try:
            self.talk.recv(1, socket.MSG_PEEK)
        except TimeoutError:
            self._event(TIMED_OUT)
            self.life.send(b"i")
            return False
        return True

    def _last_moment(self, late):
        return (time.monotonic() if late else self.deadline) + self.limits.grace

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

    def _die(self, why):
        """The sandbox is done for. Find out why, and raise Stopped."""
        self.dead = why or self._cause_of_death()
        self.close()
        self._event(self.dead)
        raise Stopped(self.dead)

    def unreadable(self):
        """The value of an answer makes no sense."""
        self._die(UNREADABLE)

    def _cause_of_death(self):
        self.talk.close()
        try:
            self.life.settimeout(5)
            report = json.loads(self.life.recv(1000))
        except (OSError, ValueError):
            return "was stopped"
        if report["why"] == "memory":
            return OUT_OF_MEMORY
        number = report["status"] & 0x7F
        return f"crashed (signal {number})" if number else ENDED

    def _event(self, what):
        if what not in self.events:
            self.events.append(what)

    # ------------------------------------------------------------ cells

    def run_cell(self, source):
        """Run one of the student's cells. Raises Stopped.

        Returns its number, and whether it called a recurrent layer that is switched off here; what
        it printed and showed is in `outputs`.
        """
        self.revive()
        self.begin()
        started = time.monotonic()
        answer = self.ask("cell", source=source)
        self.good.append(source)
        self.seconds += time.monotonic() - started
        number = answer.message.get("number")
        return number if type(number) is int else None, answer.message.get("refused") is True

    def revive(self):
        """Where the sandbox is dead, start another and replay the good cells. May raise Stopped."""
        if not self.dead:
            return
        if self.restarts >= self.limits.restarts:
            raise Stopped(f"was stopped before, {self.restarts + 1} times; it is not run again")
        self.restarts += 1
        self._start()
        self.replay(self.good)

    def replay(self, sources):
        """Run cells that a sandbox has survived before. Raises Stopped."""
        self.good = list(sources)
        self.begin(self.limits.cell_seconds + 2 * self.seconds)
        for source in self.good:
            self.ask("cell", source=source)
        self.outputs = []

    def close(self):
        """Kill the sandbox and wait until it is gone."""
        with contextlib.suppress(OSError):
            self.life.send(b"k")
            self.life.settimeout(5)
            self.life.recv(1000)
        self.talk.close()
        self.life.close()
