"""Inputs on which mistakes are tried, with what each of them gives there, worked out once.

A scene is one input of a task: a visible case, or a probe. The inputs are the same for every
student, so what a mistake gives is noted once and serves for all answers that are held against it
afterwards. It is noted as a few numbers, its print: one for each result, and one for the whole.
"""

import time
from itertools import combinations

import numpy as np
import torch

from rnn_course.checks import cases
from rnn_course.checks.compare import leaves
from rnn_course.checks.families import get, put
from rnn_course.checks.mutants import own_tensors
from rnn_course.checks.places import BLOCKS
from rnn_course.checks.recurrence import arrays
from rnn_course.checks.signature import names_and_paths

UNCUT = "not cut"  # stands for the blocks that a result has not
MOST_PROBES = 24  # that are made of a task's own case
WEIGHTS = np.random.default_rng(1).normal(size=4096)  # of the sum that is an array's print


class Scene:
    """One input, its right answer, and the prints of what mistakes give.

    args, reference   what our recurrence is called with, and which of its functions
    right_answer      as a nest; form, expected: the same as a flat list, cut into blocks
    note              what is special about the input
    is_probe          it is no case of the verdict: of a student's error there nothing is said
    only_step         one bare step of a network, of which only mistakes in a step can be told
    prints, tried     a row for each known mistake: its print; and has it been worked out
    cost              seconds that our recurrence takes for it
    """

    def __init__(self, case, reference, right, blocks=(), is_probe=False, only_step=False):
        self.case, self.note, self.reference = case, case.note, reference
        self.args, self.right_answer = case.args, right
        if getattr(reference, "on_arrays", False):
            self.args, self.right_answer = arrays(case.args), arrays(right)
        self.blocks, self.is_probe, self.only_step = blocks, is_probe, only_step
        self.form, self.expected = cut_blocks(flat(arrays(right)), blocks)
        self.memory, self.prints, self.tried = {}, None, None
        self.step = None  # the scene of the bare step inside it
        answer({}, self)  # the first time takes longer
        start = time.thread_time()
        unchanged = answer({}, self)
        self.cost = time.thread_time() - start
        # if our own reference, unchanged, is not right here, it proves nothing
        self.is_usable = same_answer(unchanged, (self.form, self.expected), True)
        self.right_print = print_of((self.form, self.expected), self)

    def fill(self, mistakes, rows):
        """Work out the prints of the mistakes with these numbers, where they are not yet known."""
        if self.prints is None:
            self.prints = np.full((len(mistakes), 1 + len(self.expected)), np.nan)
            self.tried = np.zeros(len(mistakes), bool)
        for k in rows[~self.tried[rows]]:
            self.prints[k] = print_of(answer(mistakes[k].change, self), self)
            self.tried[k] = True
        return self.prints[rows]


def print_of(got, scene):
    """(whole, one number for each result), nan where there is none: of (form, entries) or None."""
    numbers = np.full(1 + len(scene.expected), np.nan)
    if got is None:
        return numbers
    form, entries = got
    each = [number_of(x) for x in entries]
    numbers[0] = sum(number * (3 + k) for k, number in enumerate(each)) + hash(form) % 10007
    if form == scene.form:
        numbers[1:] = each
    return numbers


def number_of(x):
    """One number that two equal results share, and two different ones hardly ever."""
    if isinstance(x, np.ndarray):
        if x.dtype.kind not in "fiub":
            return float(x.size)
        x = x if x.dtype == np.float64 else x.astype(np.float64)
        weights = WEIGHTS[: x.size] if x.size <= WEIGHTS.size else np.resize(WEIGHTS, x.size)
        number = float(weights @ x.reshape(-1))
        if number - number != 0:  # infinite, or nan
            number = float(
                weights @ np.nan_to_num(x.reshape(-1), nan=17.0, posinf=1e3, neginf=-1e3)
            )
        for size in x.shape:
            number = number * 1.5 + size
        return number
    if isinstance(x, float):
        return x if x - x == 0 else 1e9
    return float(hash((type(x).__name__, repr(x))) % 1000003)


def scenes_of(task, visible, with_probes=True):
    """Every scene of a task: these cases, its own probes, and probes made of the first case."""
    reference, blocks = task.reference or task.oracle, blocks_of(task.evidence(task.returns))
    probes = [*task.probe_cases(), *probes_of(task.call, visible[0])] if with_probes else []
    found = []
    for k, case in enumerate([*visible, *probes]):
        try:
            right = task.evidence(task.expected(case)[0])
        except Exception:  # noqa: BLE001  (a probe need not be a possible input)
            continue
        if not all(x.isfinite().all() for x in cases.tensors(right) if x.is_floating_point()):
            continue
        scene = Scene(case, reference, right, blocks, is_probe=k >= len(visible))
        if scene.is_usable:
            found.append(scene)
            if task.inner:
                scene.step = inner_scene(task, scene, right)
    return found


def inner_scene(task, scene, right):
    """The scene of the bare step inside, or None."""
    step = task.inner(scene.case.args, right, right)
    if not step:
        return None
    args, reference, _, right = step
    inner = Scene(cases.Case(args, note=scene.note), reference, right, only_step=True)
    return inner if inner.is_usable else None


def probes_of(call, case):
    """A case with one argument changed so that what concerns it does not show."""
    names = [(name, path) for name, path in names_and_paths(call) if _has(case.args, path)]
    found = []
    for name, path in names:
        value = get(case.args, path)
        if any(x.is_floating_point() for x in cases.tensors(value)):
            zero = cases.change_tensors(value, lambda x: 0 * x if x.is_floating_point() else x)
            found.append(cases.Case(put(case.args, path, zero), note=f"{name} is zero"))
        elif isinstance(value, torch.Tensor) and value.numel() > 1:
            alike = torch.full_like(value, value.max())
            found.append(cases.Case(put(case.args, path, alike), note=f"{name} is all alike"))
        elif isinstance(value, list) and value and all(isinstance(n, int) for n in value):
            alike = [max(value)] * len(value)
            found.append(cases.Case(put(case.args, path, alike), note=f"{name} is all alike"))
    for (one, p), (two, q) in combinations(names, 2):
        a, b = get(case.args, p), get(case.args, q)
        if isinstance(a, torch.Tensor) and isinstance(b, torch.Tensor) and a.shape == b.shape:
            same = put(case.args, q, a.clone())
            found.append(cases.Case(same, note=f"{one} and {two} are equal"))
    return found[:MOST_PROBES]


def _has(args, path):
    try:
        get(args, path)
    except (TypeError, LookupError):
        return False
    return True


# ------------------------------------------------------------------------ results, laid out flat


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
    """The entries with those that have blocks cut into them.

    What cannot be cut stands whole, and says so: (N, H) is not (N, 2H) with two equal halves.
    """
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
        if fits and number == 0:
            cut += [entry[:1], entry[1:]]
        elif fits and number and entry.shape[axis] % number == 0:
            size, rest = entry.shape[axis] // number, (slice(None),) * (-axis - 1)
            cut += [entry[(..., slice(k * size, (k + 1) * size), *rest)] for k in range(number)]
        else:
            cut += [entry] + [UNCUT] * (max(number, 2) - 1)
    return form, cut


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
    if one is None or one[0] != other[0] or len(one[1]) != len(other[1]):
        return False
    return all(close(a, b, exact) for a, b in zip(other[1], one[1], strict=True))


# ------------------------------------------------------------------------- what a mistake gives


def answer(change, scene):
    """What a mistake gives on a scene's inputs: (form, entries), or None if it raises."""
    try:
        if list(change) == ["result"]:  # the rest is right: nothing to compute
            got = change["result"](scene.right_answer)
        else:
            got = answer_of(scene.reference, change, scene.args, scene.memory)
        return cut_blocks(flat(arrays(got)), scene.blocks)
    except Exception:  # noqa: BLE001  (two mistakes at once may fail in any way)
        return None


def answer_of(reference, change, args, memory=None):
    """What a mistake gives: the reference with the mistake's switches set.

    memory: a dict in which a changed text may leave what it shares with other changed texts.
    """
    change = dict(change)
    before, after = change.pop("args", None), change.pop("result", None)
    function = change.pop("instead", None) or reference
    if "plain" in change:
        text, chosen = change.pop("plain"), change.pop("edits")
        if before:
            got = text.answer(chosen, before(*own_tensors(args)))
        else:
            got = text.answer(chosen, args, memory)
        return after(got) if after else got
    if not getattr(reference, "on_arrays", False):
        args = own_tensors(args)
    if before:
        args = before(*args)
    got = function(*args, **change)
    return after(got) if after else got
