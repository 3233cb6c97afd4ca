"""From wrong numbers to the name of a mistake.

The student's function is called on the visible cases, and on a few probes that a task may have
(all biases zero, all gates alike, ...), in float64 where it can. What it gave back is held
against what each known mistake gives on the same inputs. When none fits, against pairs of
mistakes: first those of which one alone explains some result or some probe, then all that leave
right what is right, until the time is up.
"""

import time
from dataclasses import dataclass, field

import numpy as np
import torch

from rnn_course.checks import cases
from rnn_course.checks.compare import leaves, plain_tensor
from rnn_course.checks.places import BLOCKS
from rnn_course.checks.recurrence import arrays

PAIR_SECONDS = 1.4  # of processor time, so that a busy machine costs no names
SWEEP_SECONDS = 0.1  # at most so long for one mistake after the other on one input
ONLY_HIDDEN = (
    "The visible cases are right; others, with other sizes and numbers, are not. Is a size or a "
    "number written into the code?"
)
UNSTEADY = (
    "Called twice with the same inputs it gives different numbers: does it keep something from "
    "call to call (a variable outside, a changed default), or draw random numbers?"
)
_NOT = None  # no answer: it raised


@dataclass
class Diagnosis:
    """What was found out: the mistakes (none, one or two), and further clues in words."""

    mistakes: list = field(default_factory=list)
    clues: list = field(default_factory=list)


@dataclass
class Exhibit:
    """One call and its answer, flattened for quick comparison.

    args, reference   what our recurrence is called with, and which of its functions
    given, form       the student's results, a list of arrays and plain values, and what held them
    expected          the right ones, in expected_form; right_answer: before they were flattened
    exact             is it float64
    note              what is special about the inputs
    blocks            see blocks_of
    only_step         is it the result of one bare step, of which only mistakes in it can be told
    right             for each result, whether it is right; None if the form is another
    cost              seconds that our recurrence takes for it
    """

    args: tuple
    reference: object
    given: list
    form: object
    expected: list
    expected_form: object
    right_answer: object
    exact: bool
    note: str = ""
    blocks: tuple = ()
    only_step: bool = False
    right: list | None = None
    cost: float = 0.0

    def __post_init__(self):
        if self.form == self.expected_form:
            self.right = list(
                map(_close, self.expected, self.given, [self.exact] * len(self.given))
            )

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
    known = [*task.known(), *task.generic(), *task.mutants()]
    exhibits, raised = gather(task, function, visible)
    search = Search(known, exhibits, raised)
    if not search.wrong:
        return Diagnosis(named_by_error(known, trials[0].trouble))
    found = search.one()
    if found:
        return Diagnosis([found])
    if trials[0].trouble:
        return Diagnosis(named_by_error(known, trials[0].trouble))
    seconds = PAIR_SECONDS if pair_seconds is None else pair_seconds
    return Diagnosis(search.two(time.thread_time() + seconds) or [], search.clues())


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


def named_by_error(known, trouble):
    """The mistake that an error message tells, as a list; empty if it tells none."""
    if not trouble or not trouble.mistake:
        return []
    names = {trouble.mistake, trouble.mistake.replace("_", "-")}
    return [m for m in known if m.name in names][:1]


def gather(task, function, visible):
    """(exhibits, raised): the visible cases, the probes of the task, and bare steps inside them;
    and (args, reference) of those where the student's code raises."""
    exhibits, raised, blocks = [], [], blocks_of(task.evidence(task.returns))
    reference = task.reference or task.oracle
    for case in visible + task.probe_cases():
        trial, _ = task.run(function, case, torch.float64)
        exact = trial.trouble is None
        if trial.trouble:
            trial, _ = task.run(function, case, torch.float32)
        if trial.trouble:
            raised.append((case.args, reference))
            continue
        right = task.expected(case)[0]
        answers = as_plain(task.evidence(trial.answer)), task.evidence(right)
        exhibits.append(exhibit(case.args, reference, *answers, exact, case.note, blocks))
        step = task.inner(case.args, *answers) if task.inner else None
        if step:
            exhibits.append(exhibit(*step, exact, case.note, only_step=True))
    return exhibits, raised


def blocks_of(returns):
    """For each declared result: how many blocks its last axes of blocks hold, as (axis, number).

    Two mistakes may each spoil one gate's rows: so blocks are compared one by one.
    """
    found = []
    for leaf in leaves(returns):
        axes = [(k - len(leaf.axes), BLOCKS[a]) for k, a in enumerate(leaf.axes) if a in BLOCKS]
        found.append((axes[0][0], len(axes[0][1])) if axes else None)
    return found


def cut_blocks(flattened, blocks):
    """The entries with those that have blocks cut into them."""
    form, entries = flattened
    if len(entries) != len(blocks) or not any(blocks):
        return flattened
    cut = []
    for entry, block in zip(entries, blocks, strict=True):
        if block is None:
            cut.append(entry)
            continue
        axis, number = block
        fits = isinstance(entry, np.ndarray) and entry.ndim >= -axis
        if fits and entry.shape[axis] % number == 0:
            cut += np.split(entry, number, axis)
        else:
            cut += [entry] * number
    return form, cut


def exhibit(args, reference, answer, right, exact, note, blocks=(), only_step=False):
    if getattr(reference, "on_arrays", False):
        args, right = arrays(args), arrays(right)
    form, given = cut_blocks(flat(arrays(answer)), blocks)
    expected_form, expected = cut_blocks(flat(arrays(right)), blocks)
    floats = [g.dtype for g in given if isinstance(g, np.ndarray) and g.dtype.kind == "f"]
    exact = exact and all(dtype == np.float64 for dtype in floats)
    return Exhibit(
        *(args, reference, given, form, expected, expected_form, right),
        exact=exact,
        note=note,
        blocks=blocks,
        only_step=only_step,
    )


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
    return "", [np.asarray(value) if isinstance(value, np.generic) else value]


def _close(one, other, exact):
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        if one.shape != other.shape:
            return False
        if not one.size:
            return True
        if one.dtype.kind not in "fiu" or other.dtype.kind not in "fiu":
            return bool((one == other).all())
        near = 1e-8 if exact else 3e-5
        a, b = one.item(0), other.item(0)
        if abs(a - b) > near * 1e3 * (1 + abs(a)):
            return False  # the first number tells most that differ apart
        apart = np.abs(one - other).max()
        if np.isnan(apart):  # infinity and nan are alike where they stand in the same places
            return np.allclose(one, other, near, 0.0, equal_nan=True)
        return bool(apart <= near * max(1e-3, np.abs(one).max()))
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= 1e-6 * max(1.0, abs(one))
    return type(one) is type(other) and one == other


class Search:
    """The known mistakes held against the exhibits."""

    def __init__(self, known, exhibits, raised):
        self.known = known
        self.raised = raised
        self.alone = None  # (mistake, exhibit): what one mistake explains, though not everything
        self.found = False
        # what our recurrence cannot do, or does otherwise than the oracle, proves nothing
        exhibits = sorted(filter(self._can, exhibits), key=lambda e: e.cost)
        self.whole = [e for e in exhibits if not e.only_step]
        self.steps = [e for e in exhibits if e.only_step]
        self.wrong = [e for e in self.whole if not e.is_right]

    def _can(self, exhibit):
        """Is our recurrence, unchanged, right here? Notes on the way how long it takes."""
        right = self.answer({}, exhibit)
        start = time.thread_time()
        self.answer({}, exhibit)
        exhibit.cost = time.thread_time() - start
        return same_answer(right, (exhibit.expected_form, exhibit.expected), True)

    def answer(self, change, exhibit):
        """What the mistake gives on the exhibit's inputs: (form, entries), or _NOT if it raises."""
        try:
            if list(change) == ["result"]:  # the rest is right: nothing to compute
                answer = change["result"](exhibit.right_answer)
            else:
                answer = answer_of(exhibit.reference, change, exhibit.args)
            return cut_blocks(flat(arrays(answer)), exhibit.blocks)
        except Exception:  # noqa: BLE001  (two mistakes at once may fail in any way)
            return _NOT

    def fits(self, change, exhibit):
        """Does the mistake give what the student gave?"""
        got = self.answer(change, exhibit)
        return same_answer(got, (exhibit.form, exhibit.given), exhibit.exact)

    def explains(self, change):
        return all(self.fits(change, e) for e in self.whole)

    def one(self):
        """The first known mistake that explains everything, or None.

        If the student's code raises somewhere, one that raises there too goes before others.
        """
        found = [m for m in self.known if self.explains(m.change)] if self.raised else []
        found = [m for m in found if self.raises_too(m.change)] + found
        if self.raised:
            return found[0] if found else None
        return next((m for m in self.known if self.explains(m.change)), None)

    def raises_too(self, change):
        """Does the mistake raise wherever the student's code does?"""
        for args, reference in self.raised:
            try:
                answer_of(reference, change, args)
            except Exception:  # noqa: BLE001
                continue
            return False
        return True

    def two(self, deadline):
        """Two known mistakes that together explain everything, or None.

        Where one of two mistakes does not show, the other alone explains what came. So first
        those are paired that explain some case, probe or bare step alone; then those that explain
        one of several results; then any two that leave right what is right.
        """
        try:
            self.deadline = deadline
            self.possible = self._possible()
            pair = self._by_what_one_explains() or self._any_two()
            self.found = pair is not None
            return pair
        except OutOfTime:
            return None

    def _by_what_one_explains(self):
        tried, partly = set(), []
        for e in [e for e in self.steps if not e.is_right] + self.wrong:
            for first in self.likely(e):
                self._in_time()
                if first in tried:
                    continue
                got = self.answer(first.change, e)
                if same_answer(got, (e.form, e.given), e.exact):
                    tried.add(first)
                    self.alone = self.alone or (first, e)
                    second = self.partner(first)
                    if second:
                        return [first, second]
                elif explains_a_result(got, e):
                    partly.append(first)
        for first in dict.fromkeys(partly):
            second = self.partner(first) if first not in tried else None
            if second:
                return [first, second]
        return None

    def clues(self):
        """When no name was found: what can be said all the same."""
        if self.found:
            return []
        said = []
        right = [e.note for e in self.whole if e.is_right and e.note]
        if right:
            said.append(f"It is right when {'; when '.join(dict.fromkeys(right))}.")
        if self.alone:
            mistake, e = self.alone
            where = f"With {e.note} your" if e.note else "In part your"
            said.append(f"{where} numbers are what this gives, and there is more: {mistake.words}")
        return said

    def _any_two(self):
        wrong_steps = [e for e in self.steps if not e.is_right]
        cheap = wrong_steps[0] if wrong_steps else self.wrong[0]
        for first, second in likeliest_pairs(self.likely(cheap)):
            self._in_time()
            change = first.with_(second)
            if change and self.fits(change, cheap) and self.explains(change):
                return [first, second]
        return None

    def _in_time(self):
        if time.thread_time() > self.deadline:
            raise OutOfTime

    def _possible(self):
        """The known mistakes that leave right what the student has right."""
        right = [e for e in self.whole if e.right is not None and any(e.right)]
        if not right:
            return self.known
        known = self.known[: max(100, int(2 * SWEEP_SECONDS / right[0].cost))]
        return [m for m in known if self.keeps_what_is_right(m.change, right)]

    def likely(self, e):
        """As many of the possible mistakes, the likeliest first, as can be tried in a short time."""
        possible = [m for m in self.possible if m.is_in_step] if e.only_step else self.possible
        return possible[: max(100, int(SWEEP_SECONDS / e.cost))]

    def partner(self, first):
        """A mistake that together with the first explains everything, or None."""
        for second in self.likely(self.whole[0]):
            self._in_time()
            if second is not first:
                for a, b in ((first, second), (second, first)):
                    change = a.with_(b)
                    if change and self.explains(change):
                        return second
        return None

    def keeps_what_is_right(self, change, exhibits):
        """Does the mistake leave every result right that the student has right?"""
        for e in exhibits:
            got = self.answer(change, e)
            if got is _NOT or got[0] != e.form:
                return False
            for expected, x, right in zip(e.expected, got[1], e.right, strict=True):
                if right and not _close(expected, x, e.exact):
                    return False
        return True


class OutOfTime(Exception):  # noqa: N818
    """The search for two mistakes has used up its time."""


def same_answer(one, other, exact):
    """Are two answers, each (form, entries), the same? No, if the first is none at all."""
    if one is _NOT or one[0] != other[0]:
        return False
    return all(_close(a, b, exact) for a, b in zip(other[1], one[1], strict=True))


def explains_a_result(got, e):
    """Is one of several wrong results what a mistake alone gives?"""
    if got is _NOT or got[0] != e.form or e.right is None or len(e.right) == 1:
        return False
    pairs = zip(e.given, got[1], e.right, strict=True)
    return any(not right and _close(given, x, e.exact) for given, x, right in pairs)


def likeliest_pairs(some):
    """All pairs, those of likely mistakes (far up in the list) first."""
    for total in range(1, 2 * len(some) - 2):
        for k in range(max(0, total - len(some) + 1), (total + 1) // 2):
            yield some[k], some[total - k]


def answer_of(reference, change, args):
    """What a mistake gives: the reference with the mistake's switches set."""
    change = dict(change)
    before, after = change.pop("args", None), change.pop("result", None)
    function = change.pop("instead", None) or reference
    if "plain" in change:
        function = change.pop("plain").edited(change.pop("edits"))
    if before:
        args = before(*args)
    got = function(*args, **change)
    return after(got) if after else got
