"""What a student's function gave, laid out so that mistakes can be held against it quickly.

An exhibit is one call: its inputs, what came back, what should have come back, each as a flat list
of arrays and plain values. A mistake is a change of our own reference; `answer` is what it gives
on an exhibit's inputs.
"""

import time
from dataclasses import dataclass

import numpy as np
import torch

from rnn_course.checks import cases
from rnn_course.checks.compare import MOST_NUMBERS, leaves, plain_tensor
from rnn_course.checks.places import BLOCKS
from rnn_course.checks.recurrence import arrays


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
            self.right = list(map(close, self.expected, self.given, [self.exact] * len(self.given)))

    @property
    def has_numbers(self):
        """Is there anything in it of which a mistake could be told?"""
        if not any(isinstance(x, np.ndarray) and x.size > 1 for x in self.expected):
            return True  # a task of words and single numbers
        return any(
            isinstance(x, np.ndarray)
            and x.size > 1
            and x.dtype.kind in "fiub"
            and np.isfinite(x).any()
            for x in self.given
        )

    @property
    def is_right(self):
        return self.right is not None and all(self.right)

    def is_explained_by(self, change):
        """Does the mistake give what the student gave?"""
        return same_answer(answer(change, self), (self.form, self.given), self.exact)


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
        if not readable(trial.answer):
            continue
        right = task.expected(case)[0]
        answers = as_plain(task.evidence(trial.answer)), task.evidence(right)
        exhibits.append(exhibit(case.args, reference, *answers, exact, case.note, blocks))
        step = task.inner(case.args, *answers) if task.inner else None
        if step:
            exhibits.append(exhibit(*step, exact, case.note, only_step=True))
    return exhibits, raised


def blocks_of(returns):
    """For each declared result how it is cut for comparison: (axis, number of blocks), or None.

    Two mistakes may each spoil one gate's rows, and many do not show at the first step: so the
    gates' rows are compared one by one, and the first step apart from the others (number 0).
    """
    found = []
    for leaf in leaves(returns):
        axes = [(k - len(leaf.axes), BLOCKS[a]) for k, a in enumerate(leaf.axes) if a in BLOCKS]
        if axes:
            found.append((axes[0][0], len(axes[0][1])))
        else:
            found.append((-len(leaf.axes), 0) if leaf.axes[:1] in (("T",), ("R",)) else None)
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
        if number == 0:
            cut += [entry[:1], entry[1:]] if fits else [entry, entry]
        elif fits and entry.shape[axis] % number == 0:
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
    return cases.change_tensors(value, plain_tensor)


def readable(answer):
    """Has it only ordinary tensors in it, and not too large ones?"""
    return all(
        x.layout == torch.strided and not x.is_meta and x.numel() <= MOST_NUMBERS
        for x in cases.tensors(answer)
    )


def flat(value):
    """(form, entries): a nest as a list of its arrays and plain values, and what held them."""
    if isinstance(value, tuple | list):
        parts = [flat(v) for v in value]
        return tuple(f for f, _ in parts), [x for _, entries in parts for x in entries]
    if isinstance(value, dict):
        form, entries = flat([value[k] for k in sorted(value, key=str)])
        return (tuple(sorted(value, key=str)), form), entries
    return "", [np.asarray(value) if isinstance(value, np.generic) else value]


def close(one, other, exact):
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


def same_answer(one, other, exact):
    """Are two answers, each (form, entries), the same? No, if the first is none at all."""
    if one is None or one[0] != other[0]:
        return False
    return all(close(a, b, exact) for a, b in zip(other[1], one[1], strict=True))


def answer(change, exhibit):
    """What a mistake gives on the exhibit's inputs: (form, entries), or None if it raises."""
    try:
        if list(change) == ["result"]:  # the rest is right: nothing to compute
            got = change["result"](exhibit.right_answer)
        else:
            got = answer_of(exhibit.reference, change, exhibit.args)
        return cut_blocks(flat(arrays(got)), exhibit.blocks)
    except Exception:  # noqa: BLE001  (two mistakes at once may fail in any way)
        return None


def answer_of(reference, change, args):
    """What a mistake gives: the reference with the mistake's switches set."""
    change = dict(change)
    before, after = change.pop("args", None), change.pop("result", None)
    function = change.pop("instead", None) or reference
    if "plain" in change:
        function = change.pop("plain").edited(change.pop("edits"))
        args = own_tensors(args)
    elif not getattr(reference, "on_arrays", False):
        args = own_tensors(args)
    if before:
        args = before(*args)
    got = function(*args, **change)
    return after(got) if after else got


def own_tensors(value):
    """A copy of the arguments as tensors: a changed text may write into them."""
    if isinstance(value, torch.Tensor):
        return value.clone()
    if isinstance(value, np.ndarray):
        return torch.from_numpy(value.copy())
    if isinstance(value, tuple | list):
        return type(value)(map(own_tensors, value))
    if isinstance(value, dict):
        return {key: own_tensors(inner) for key, inner in value.items()}
    return value


def usable(exhibit):
    """Is our own reference, unchanged, right here? If not, it proves nothing.

    Notes on the way how long it takes.
    """
    right = answer({}, exhibit)
    start = time.thread_time()
    answer({}, exhibit)
    exhibit.cost = time.thread_time() - start
    return same_answer(right, (exhibit.expected_form, exhibit.expected), True)
