"""From wrong numbers to the name of a mistake.

The student's function is called on the visible cases, and on a few probes that a task may have
(all biases zero, all gates alike, ...), in float64 where it can. What it gave back is held
against what each known mistake gives on the same inputs. When none fits, against pairs of
mistakes: first those of which one alone explains some result or some probe, then all that leave
right what is right, until the time is up.
"""

import time
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import torch

from rnn_course.checks import cases
from rnn_course.checks.compare import plain_tensor
from rnn_course.checks.recurrence import arrays

PAIR_SECONDS = 1.4
SWEEP_SECONDS = 0.1  # at most so long for one mistake after the other on one input
ONLY_HIDDEN = (
    "The visible cases are right; others, with other sizes and numbers, are not. Is a size or a "
    "number written into the code?"
)
UNSTEADY = (
    "Called twice with the same inputs it gives different numbers: does it keep something from "
    "call to call (a variable outside, a changed default), or draw random numbers?"
)
_NOT = object()  # no answer: it raised


@dataclass
class Diagnosis:
    """What was found out: the mistakes (none, one or two), and further clues in words."""

    mistakes: list = field(default_factory=list)
    clues: list = field(default_factory=list)


@dataclass
class Exhibit:
    """One call and its answer, flattened for quick comparison.

    given     the student's results, a list of arrays and plain values; None if the call raised
    right     for each result, whether it equals the expected one (None: another form)
    """

    case: cases.Case
    given: list | None
    form: object
    expected: list
    expected_form: object
    exact: bool
    probe: bool = False
    right: list = field(default_factory=list)
    cost: float = 0.0

    def __post_init__(self):
        self.right = None
        if self.given is not None and self.form == self.expected_form:
            self.right = [
                _close(e, g, self.exact) for e, g in zip(self.expected, self.given, strict=True)
            ]

    @property
    def is_right(self):
        return self.right is not None and all(self.right)


@np.errstate(all="ignore")
def diagnose(task, function, trials, visible, pair_seconds=None):
    """Name what is wrong with the student's function. Returns a Diagnosis.

    trials are those of the verdict, the visible cases first; visible: these cases.
    """
    if all(trial.right for trial in trials[: len(visible)]):
        return Diagnosis(clues=[ONLY_HIDDEN])
    if unsteady(task, function, trials[0]):
        return Diagnosis(clues=[UNSTEADY])
    known = task.known()
    if not known:
        return Diagnosis()
    exhibits = gather(task, function, visible)
    search = Search(task, known, exhibits)
    if not search.wrong:
        return Diagnosis()
    found = search.one()
    if found:
        return Diagnosis([found])
    seconds = PAIR_SECONDS if pair_seconds is None else pair_seconds
    return Diagnosis(search.two(time.perf_counter() + seconds) or [])


def unsteady(task, function, trial):
    """Does a second call with the same inputs give something else?"""
    if trial.trouble:
        return False
    again, _ = task.run(function, trial.case)
    if again.trouble:
        return True
    (form, one), (form_again, two) = (
        flat(arrays(as_plain(task.evidence(t.answer)))) for t in (trial, again)
    )
    return form != form_again or not all(map(_close, one, two, [False] * len(one)))


def gather(task, function, visible):
    """The exhibits: the visible cases, and the probes of the task."""
    shown = [(case, False) for case in visible]
    shown += [(case, True) for case in task.probe_cases()]
    exhibits = []
    for case, probe in shown:
        trial, _ = task.run(function, case, torch.float64)
        exact = True
        if trial.trouble:
            trial, _ = task.run(function, case, torch.float32)
            exact = False
        exhibits.append(exhibit(task, case, trial, exact, probe))
    return exhibits


def exhibit(task, case, trial, exact, probe):
    given = form = None
    if trial.trouble is None:
        form, given = flat(arrays(as_plain(task.evidence(trial.answer))))
        exact = exact and all(
            g.dtype != np.float32
            for g in given
            if isinstance(g, np.ndarray) and g.dtype.kind == "f"
        )
    expected_form, expected = flat(arrays(task.evidence(task.expected(case)[0])))
    return Exhibit(case, given, form, expected, expected_form, exact, probe)


def as_plain(value):
    """The answer with ordinary tensors in it."""
    return cases.change_tensors(value, lambda x: plain_tensor(x).to_dense())


def flat(value):
    """(form, entries): a nest as a list of its arrays and plain values, and what held them."""
    if isinstance(value, tuple | list):
        parts = [flat(v) for v in value]
        return tuple(f for f, _ in parts), [x for _, entries in parts for x in entries]
    if isinstance(value, dict):
        form, entries = flat([value[k] for k in sorted(value, key=str)])
        return (tuple(sorted(value, key=str)), form), entries
    if isinstance(value, np.ndarray):
        return value.shape, [value]
    return "", [value]


def _close(one, other, exact):
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        if one.shape != other.shape:
            return False
        if not one.size:
            return True
        if one.dtype.kind not in "fiub" or other.dtype.kind not in "fiub":
            return False
        largest = max(1e-3, float(np.abs(one).max()))
        # nan is never close
        return bool(np.abs(one - other).max() <= largest * (1e-8 if exact else 3e-5))
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= 1e-6 * max(1.0, abs(one))
    return type(one) is type(other) and one == other


class Search:
    """The known mistakes held against the exhibits."""

    def __init__(self, task, known, exhibits):
        self.task, self.known = task, known
        # what our recurrence cannot do, or does otherwise than the oracle, proves nothing
        usable = [e for e in exhibits if e.given is not None and self._can(e)]
        self.usable = sorted(usable, key=lambda e: e.cost)
        self.wrong = [e for e in self.usable if not e.is_right]

    def _can(self, exhibit):
        """Is our recurrence, unchanged, right here? Notes on the way how long it takes."""
        start = time.perf_counter()
        got = self.answer({}, exhibit)
        exhibit.cost = time.perf_counter() - start
        return (
            got is not _NOT
            and got[0] == exhibit.expected_form
            and all(_close(a, b, True) for a, b in zip(got[1], exhibit.expected, strict=True))
        )

    def answer(self, change, exhibit):
        """What the mistake gives on the exhibit's inputs: (form, entries), or _NOT if it raises."""
        try:
            return flat(arrays(answer_of(self.task, change, exhibit.case.args)))
        except Exception:  # noqa: BLE001  (two mistakes at once may fail in any way)
            return _NOT

    def fits(self, change, exhibit):
        """Does the mistake give what the student gave?"""
        got = self.answer(change, exhibit)
        if got is _NOT or got[0] != exhibit.form:
            return False
        return all(_close(a, b, exhibit.exact) for a, b in zip(got[1], exhibit.given, strict=True))

    def explains(self, change):
        return all(self.fits(change, e) for e in self.usable)

    def one(self):
        """The first known mistake that explains everything, or None."""
        return next((m for m in self.known if self.explains(m.change)), None)

    def two(self, deadline):
        """Two known mistakes that together explain everything, or None.

        On inputs on which one of two mistakes does not show, the other alone explains what came.
        So first those are paired that explain some case or probe alone; then those that explain
        some of the results; then any two that leave right what is right.
        """
        wrong = sorted(self.wrong, key=lambda e: (not e.probe, e.cost))
        tried = set()
        for alone in (self.fits, self.explains_a_result):
            for e in wrong:
                for first in self.likely(e):
                    if first.name not in tried and alone(first.change, e):
                        tried.add(first.name)
                        second = self.partner(first, deadline)
                        if second:
                            return [first, second]
                    if time.perf_counter() > deadline:
                        return None
        possible = []
        for mistake in self.likely(self.usable[0]):
            if self.keeps_what_is_right(mistake.change):
                possible.append(mistake)
            if time.perf_counter() > deadline:
                return None
        for first, second in combinations(possible, 2):
            change = first.with_(second)
            if change and self.explains(change):
                return [first, second]
            if time.perf_counter() > deadline:
                return None
        return None

    def likely(self, exhibit):
        """As many of the known mistakes, the likeliest first, as can be tried in a short time."""
        return self.known[: max(100, int(SWEEP_SECONDS / exhibit.cost))]

    def partner(self, first, deadline):
        """A mistake that together with the first explains everything, or None."""
        for second in self.likely(self.usable[0]):
            if second is not first:
                for a, b in ((first, second), (second, first)):
                    change = a.with_(b)
                    if change and self.explains(change):
                        return second
            if time.perf_counter() > deadline:
                return None
        return None

    def explains_a_result(self, change, e):
        """Does the mistake alone give one of the wrong results, and leave the right ones right?"""
        got = self.answer(change, e)
        if got is _NOT or got[0] != e.form or e.right is None or len(e.right) == 1:
            return False
        explained = [_close(given, x, e.exact) for given, x in zip(e.given, got[1], strict=True)]
        return any(fits and not right for fits, right in zip(explained, e.right, strict=True))

    def keeps_what_is_right(self, change):
        """Does the mistake leave every result right that the student has right?"""
        for e in self.usable:
            if e.right is None or not any(e.right):
                continue
            got = self.answer(change, e)
            if got is _NOT or got[0] != e.form:
                return False
            for expected, x, right in zip(e.expected, got[1], e.right, strict=True):
                if right and not _close(expected, x, e.exact):
                    return False
        return True


def answer_of(task, change, args):
    """What a mistake gives: the task's reference with the mistake's switches set."""
    change = dict(change)
    before, after = change.pop("args", None), change.pop("result", None)
    function = change.pop("instead", None) or task.reference or task.oracle
    if before:
        args = before(*args)
    got = function(*args, **change)
    return after(got) if after else got
