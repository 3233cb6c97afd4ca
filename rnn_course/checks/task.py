"""A task: what a student's function is tried on, and how the verdict is reached.

How to write the check of a new task stands in the docstring of rnn_course.checks.
"""

import inspect
import os
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

import torch

from rnn_course.checks import cases, diagnosis, seeds, words
from rnn_course.checks.compare import compare, leaves, nested_at_most, rounding_of
from rnn_course.checks.honest import RECURRENT, Watch, own_name
from rnn_course.checks.signature import argument_names, shapes_of
from rnn_course.checks.trouble import Trouble

MOST_DEPTH = 8  # of tuples, lists and dicts in an answer
SHARES = {"forward": 0.6, "states": 0.2, "gradients": 0.2, "edges": 0.2}
STRICT = "RNN_COURSE_STRICT"  # where this is set, a fault of our own raises: in the tests


class Shown:
    """What a check call returns: its repr is the points, which nbgrader reads; a notebook shows
    its HTML.

    At a prompt without HTML its repr is the whole message, and print(...) gives that everywhere.
    """

    def __init__(self, verdict, points):
        self.verdict = verdict
        self.points = points if verdict.passed else round(points * verdict.points, 2)
        self.out_of = points

    def __repr__(self):
        return str(self) if at_a_prompt() else f"{self.points:g}"

    def __str__(self):
        return f"{self.verdict.message}\n{self._score()}"

    def _repr_html_(self):
        return self.verdict.html.replace(
            "</section>", f"<p style='margin:0.2em 0'>{self._score()}</p></section>"
        )

    def _score(self):
        return f"{self.points:g} of {self.out_of:g} point{'' if self.out_of == 1 else 's'}."


def shown(verdict, points):
    """A Shown. Under `nbgrader validate`, which shows only what stands on stderr, the words of a
    wrong answer go there; it reads no points from such a cell."""
    made = Shown(verdict, points)
    if os.environ.get("NBGRADER_EXECUTION") == "validate" and not verdict.passed:
        print(made, file=sys.stderr)
    return made


def at_a_prompt():
    """Is this Python's own prompt, or IPython's in a terminal, and no notebook and no program?"""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython and hasattr(ipython, "get_ipython") else None
    return hasattr(sys, "ps1") if shell is None else not hasattr(shell, "kernel")


class Inputs(tuple):
    """The arguments of one call, in order: `rnn_cell(*check.rnn_cell.inputs())`."""

    def __new__(cls, names, args):
        made = super().__new__(cls, args)
        made.names = names
        return made

    def __repr__(self):
        return "\n".join(f"{name} = {value}" for name, value in zip(self.names, self, strict=True))


@dataclass
class Trial:
    """One call of the student's function and what came of it.

    dtype    of the floating tensors that it was called with
    hidden   nothing of the right answer may be told
    """

    case: cases.Case
    dtype: torch.dtype = torch.float32
    hidden: bool = False
    answer: object = None
    findings: list = field(default_factory=list)
    trouble: Trouble | None = None
    notes: list = field(default_factory=list)

    @property
    def right(self):
        return self.trouble is None and all(f.right for f in self.findings)


@dataclass(repr=False)
class Task:
    """A task of an assignment. Made by the decorator `task`; see there for the fields."""

    name: str
    call: str
    returns: object
    draw_cases: Callable
    oracle: Callable
    section: str
    asks: str
    shares: dict
    forbids: tuple
    against: str = "torch"  # whose answer the right one is, in the words of the message
    failed_on: tuple | None = None  # (case, dtype) on which the last function went wrong first
    has_answer: ClassVar[bool] = True  # one right answer; a training has none

    def __call__(self, function, points=1, hidden=False, **options):
        """Check a function and show what was found. Returns a Shown; never raises for an answer."""
        return shown(self.verdict(function, hidden, **options), points)

    def __repr__(self):
        inputs = f"`{self.at}.inputs()` gives what it is tried on"
        return f"{self.at}({self.name}) checks your function `{self.call}`; {inputs}."

    @property
    def at(self):
        """How a student finds it: 'check.rnn_cell'."""
        return f"check.{self.name.partition(' ')[0]}"

    def inputs(self):
        """The very inputs of the visible case on which the function that was checked last went
        wrong first; where none did, or nothing was checked yet, those of the first case.

        A tuple of fresh copies, in the order of the arguments.
        """
        case, dtype = self.failed_on or (self.cases()[0], torch.float32)
        return Inputs(argument_names(self.call, case.args), cases.in_dtype(case.args, dtype))

    def verdict(self, function, hidden=False, **options):
        """Check a function without showing anything. Returns a Verdict."""
        if isinstance(function, type) or not callable(function):
            return words.not_a_function(self, function)
        own = own_name(function)
        if own:
            return words.ready_made(self, [f"rnn_course's {own}"])
        trials = []
        visible = self.cases(**options)
        self.failed_on = (visible[0], visible[0].dtype)
        others = self.cases(True, **options) if hidden else []
        for case, is_hidden in [(c, False) for c in visible] + [(c, True) for c in others]:
            trial, watch = self.run(function, case)
            trial.hidden = is_hidden
            if watch.called:
                return words.ready_made(self, watch.called)
            if not trials and words.is_undone(trial):
                return words.undone(self, trial)
            if case.optional and not trial.right:
                trials[0].notes.append(f"{case.note} input is not taken as torch's layer takes it")
            else:
                trials.append(trial)
        visible = [case for case in visible if not case.optional]
        parts = self.parts(trials)
        share = sum(s for earned, s in parts.values() if earned)
        if all(trial.right for trial in trials):
            return words.passed(self, trials, parts)
        wrong = [trial for trial in trials if not trial.right and not trial.hidden]
        if wrong:
            self.failed_on = (wrong[0].case, wrong[0].dtype)
        # a fault of ours in finding a name, or words for it, costs the words and no point
        found = attempt(
            lambda: self.diagnose(function, trials, len(visible)), diagnosis.Diagnosis()
        )
        bare = words.without_words(self, parts, share)
        return attempt(lambda: words.failed(self, trials, parts, share, found), bare)

    def diagnose(self, function, trials, shown):
        """What may be wrong with a function; shown: how many of the trials are visible."""
        return diagnosis.diagnose(self, function, trials, shown)

    def cases(self, hidden=False, **options):
        """The visible cases, or this student's hidden ones."""
        draw = cases.Draw(seeds.seed_for(self.name, hidden), hidden)
        return list(self.draw_cases(draw, **options))

    def second_draw(self):
        """Cases with other sizes and numbers, the same for everybody: a mistake's name must hold
        on them too. They count for nothing."""
        return list(self.draw_cases(cases.Draw(seeds.seed_for(f"{self.name}/second"), True)))

    def run(self, function, case, dtype=None):
        """Call the function on a case, in the case's dtype, and compare; what fails in float32 by
        its dtype is tried in float64 as well. Returns (Trial, Watch)."""
        dtype = dtype or case.dtype
        trial = Trial(case, dtype)
        args = cases.in_dtype(case.args, dtype)
        trial.answer, trial.trouble, watch = call_student(
            function, args, self.forbids, shapes_of(self.call, args)
        )
        if trial.trouble and trial.trouble.is_about_dtype and dtype == torch.float32:
            second, watch_again = self.run(function, case, torch.float64)
            if second.trouble is None:
                second.notes.append("it runs on float64 only; torch's default is float32")
                return second, watch_again
        if trial.trouble is None and not nested_at_most(trial.answer, MOST_DEPTH):
            trial.answer = "lists within lists within lists, without end"
        if trial.trouble is None:
            if not words.nothing_came(trial.answer):
                expected, rounding = self.expected(case)
                returns = case.returns or self.returns
                trial.findings = compare(returns, expected, trial.answer, rounding, dtype)
                trial.notes += [
                    f"`{f.leaf.name}` is float64, though what came in is float32"
                    for f in trial.findings
                    if f.right and f.dtype == torch.float64 and dtype == torch.float32
                ]
            else:
                trial.trouble = Trouble.nothing()
            changed = not _same(args, cases.in_dtype(case.args, dtype))
            if changed:
                trial.notes.append("it changes one of its inputs in place; a copy would be safer")
        return trial, watch

    def expected(self, case):
        """The oracle's exact answer, and how far float32 may be off."""
        exact = self._oracle(case, torch.float64)
        return exact, rounding_of(exact, self._oracle(case, torch.float32))

    def exact(self, case):
        """The oracle's answer in float64."""
        return self._oracle(case, torch.float64)

    def _oracle(self, case, dtype):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            args = cases.in_dtype(case.args, dtype)
            return cases.change_tensors(self.oracle(*args), torch.Tensor.detach)

    def parts(self, trials):
        """part -> (earned, share): a part is earned when all that belongs to it is right.

        Edges are earned only together with the forward part: that a wrong function is right for
        one time step is no merit.
        """
        right = {}
        for trial in trials:
            for leaf in leaves(self.returns):
                part = trial.case.part or leaf.part
                ok = trial.trouble is None and all(
                    f.right for f in trial.findings if f.leaf.name == leaf.name
                )
                right[part] = right.get(part, True) and ok
        if "edges" in right:
            right["edges"] &= all(ok for part, ok in right.items() if part != "edges")
        total = sum(self.shares.get(part, 0.2) for part in right)
        return {part: (ok, self.shares.get(part, 0.2) / total) for part, ok in right.items()}


TASKS: dict[str, Task] = {}


def task(
    call,
    *,
    returns,
    oracle,
    section="",
    shares=None,
    forbids=RECURRENT,
    name=None,
    against="torch",
):
    """Make a check from a function that draws its cases; it becomes `check.NAME`.

    call       the signature as the student sees it: "rnn_cell(x, h, W_ih, ...) -> h"
    returns    names and axes of what comes back, in the form in which it comes back:
               "h: N H", or ("output: T N H", "h_n: N H | states") for a tuple, or a dict.
               After the bar: the part of the grade it counts for (default: forward).
               A result without axes ("words") is compared as plain numbers, words, lists, dicts
    oracle     the truth, with the student's arguments: torch.nn, or torch.autograd
    section    where the book explains it, a key of sections.SECTIONS
    shares     part -> share of the points (they are scaled to 1); default: SHARES
    forbids    names of torch functions that may not be called
    against    whose answer the right one is, as the message calls it: torch, where torch has it
    """

    def make(draw_cases):
        key = name or draw_cases.__name__
        if key in TASKS:
            raise ValueError(f"there is a check named {key!r} already: choose another name")
        TASKS[key] = Task(
            key,
            call,
            returns,
            draw_cases,
            oracle,
            section,
            inspect.getdoc(draw_cases) or "",
            dict(SHARES) | (shares or {}),
            tuple(forbids),
            against,
        )
        return TASKS[key]

    return make


def attempt(make, otherwise):
    """make(), or `otherwise` if that fails by a fault of our own; in the tests the fault raises."""
    try:
        return make()
    except Exception:  # noqa: BLE001
        if os.environ.get(STRICT):
            raise
        return otherwise


def call_student(function, args, forbids, shapes):
    """(answer, trouble, watch). Whatever the student's code raises becomes a Trouble."""
    watch = Watch(forbids)
    try:
        with watch:
            answer = function(*args)
    except (Exception, SystemExit) as error:  # noqa: BLE001  (whatever a student's code raises)
        return None, Trouble.of(error, shapes), watch
    return answer, None, watch


def _same(one, other):
    if isinstance(one, torch.Tensor):
        return one.shape == other.shape and torch.isclose(one, other, 0, 0, equal_nan=True).all()
    if isinstance(one, tuple | list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_same(one[k], other[k]) for k in one)
    return one == other
