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


def diagnose(task, function, trials, pair_seconds=None):
    """Name what is wrong with the student's function. Returns a Diagnosis.

    trials are those of the verdict, visible cases first.
    """
    visible = len(task.cases())
    if all(trial.right for trial in trials[:visible]):
        return Diagnosis(clues=[ONLY_HIDDEN])
    if unsteady(task, function, trials[0]):
        return Diagnosis(clues=[UNSTEADY])
    known = task.known()
    if not known:
        return Diagnosis()
    exhibits = gather(task, function, trials)
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
    (form, one), (form_again, two) = (flat(arrays(as_plain(t.answer))) for t in (trial, again))
    return form != form_again or not all(map(_close, one, two, [False] * len(one)))


def gather(task, function, trials):
    """The exhibits: the visible cases, and the probes of the task."""
    shown = [(case, False) for case in task.cases()]
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
        form, given = flat(arrays(as_plain(trial.answer)))
        exact = exact and all(
            g.dtype != np.float32
            for g in given
            if isinstance(g, np.ndarray) and g.dtype.kind == "f"
        )
    expected_form, expected = flat(arrays(task.expected(case)[0]))
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
        self.exhibits = sorted(exhibits, key=self._time)
        self.wrong = [e for e in self.exhibits if e.given is not None and not e.is_right]
        self.usable = [e for e in self.exhibits if e.given is not None]

    def _time(self, exhibit):
        start = time.perf_counter()
        self.answer({}, exhibit)
        exhibit.cost = time.perf_counter() - start
        return exhibit.cost

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
        with np.errstate(all="ignore"):
            return next((m for m in self.known if self.explains(m.change)), None)

    def two(self, deadline):
        """Two known mistakes that together explain everything, or None."""
        with np.errstate(all="ignore"):
            return self._two(deadline)

    def _two(self, deadline):
        possible, partial = [], []
        for mistake in self.known:
            keeps, explained = self.partly(mistake.change)
            if keeps:
                possible.append(mistake)
            if explained:
                partial.append((explained, mistake))
            if time.perf_counter() > deadline:
                return None
        partial.sort(key=lambda entry: -entry[0])
        for _, first in partial:
            for second in possible:
                for a, b in ((first, second), (second, first)):
                    change = a.with_(b)
                    if change and second is not first and self.explains(change):
                        return [first, second]
                if time.perf_counter() > deadline:
                    return None
        for first, second in combinations(possible, 2):
            change = first.with_(second)
            if change and self.explains(change):
                return [first, second]
            if time.perf_counter() > deadline:
                return None
        return None

    def partly(self, change):
        """(keeps, explained): does the mistake leave right what is right, and on how many wrong
        results does it alone give what the student gave?"""
        keeps, explained = True, 0
        for e in self.usable:
            got = self.answer(change, e)
            if got is _NOT:
                continue
            form, entries = got
            if e.right is not None and form == e.form:
                for given, expected, entry, right in zip(
                    e.given, e.expected, entries, e.right, strict=True
                ):
                    if right:
                        keeps = keeps and _close(expected, entry, e.exact)
                    else:
                        explained += _close(given, entry, e.exact)
            elif form == e.form:
                explained += all(map(lambda a, b, x=e.exact: _close(a, b, x), entries, e.given))
            elif e.right is not None and any(e.right):
                keeps = False
        return keeps, explained


def answer_of(task, change, args):
    """What a mistake gives: the task's reference with the mistake's switches set."""
    change = dict(change)
    before, after = change.pop("args", None), change.pop("result", None)
    function = change.pop("instead", None) or task.reference or task.oracle
    if before:
        args = before(*args)
    got = function(*args, **change)
    return after(got) if after else got
