"""What an answer gives on a case, as one number: its print.

Two answers that are alike share it, and two that differ hardly ever do. So what every known
mistake gives on the cases of a task is a table of numbers, worked out beforehand (make.py), and a
student's answers are looked up in it.
"""

import io
import warnings
import zlib
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch

from rnn_course.checks import cases
from rnn_course.checks.compare import MOST_NUMBERS, leaves, plain_tensor
from rnn_course.checks.honest import Watch

WEIGHTS = np.random.default_rng(1).normal(size=4096)
CEILING = 1e12  # numbers beyond it are infinite
NEAR = {torch.float32: 4e-6, torch.float64: 1e-9}  # of the sum of |weight * number|
STORED = 2e-7  # of the number: what float32 and another order of the sums take from it
EMPTY = "(0,)"  # the form of a list or tensor of no numbers, of whatever kind
MOST_DEPTH = 8  # of tuples, lists and dicts in an answer


@dataclass
class Observations:
    """The prints of a student's answers, one for each case, and how far each may be off.

    A case on which the student's code raises, or gives something that has no print, is nan.
    """

    numbers: np.ndarray
    near: np.ndarray


def cases_of(task):
    """(cases, how many of them are visible): the visible ones, then a further draw.

    Those that differ from others in the order of memory only tell nothing more.
    """
    visible, further = (
        [case for case in some if not case.optional and "transposed view" not in case.note]
        for some in (task.cases(), task.second_draw())
    )
    return [*visible, *further], len(visible)


def is_strict(task):
    """Does the task ask for a dtype by its name, so that float64 is another answer than float32?"""
    return any("float32" in leaf.needs for leaf in leaves(task.returns))


def right_print(task, case):
    """The print of the right answer, and how far it may be off; (nan, nan) if there is none."""
    if not task.has_answer:
        return np.nan, np.nan
    answer, strict = task.exact(case), is_strict(task)
    if strict:  # the oracle's answer is in float64, whatever is asked for
        answer = cases.change_tensors(answer, lambda x: x.float() if x.is_floating_point() else x)
    return print_of(answer, strict=strict)


def observe(task, function, some, dtypes=(torch.float64, torch.float32)):
    """Call the function on each case, in the first dtype in which it runs. Returns Observations."""
    found = [_seen(task, function, case, dtypes) for case in some]
    return Observations(*(np.array(column) for column in zip(*found, strict=True)))


def _seen(task, function, case, dtypes):
    for dtype in dtypes:
        try:
            with quiet(), Watch(task.forbids):  # as when it was checked: the judge asks for it
                answer = function(*cases.in_dtype(case.args, dtype))
        except (Exception, SystemExit):  # noqa: BLE001  (whatever a student's code raises)
            continue
        return print_of(answer, dtype, is_strict(task))
    return np.nan, np.nan


@contextmanager
def quiet():
    """Within it what the student's code prints, and what torch warns of, is not shown again."""
    with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        yield


def print_of(answer, dtype=torch.float64, strict=False):
    """(number, how far it may be off), or (nan, nan) of what cannot be read.

    dtype: what it was worked out in; strict: does float64 count as another answer than float32
    """
    parts = []
    try:
        form = _flatten(answer, parts, strict, MOST_DEPTH)
    except (TypeError, ValueError, OverflowError):
        return np.nan, np.nan
    number = zlib.crc32(form.encode()) % 8191 / 1024
    if not parts:
        return number, NEAR[dtype]
    x = np.concatenate([part for part, _ in parts])
    if not (np.abs(x) < CEILING).all():
        x = np.nan_to_num(x, nan=17.0).clip(-CEILING, CEILING)
    weights = _weights(tuple(part.size for part, _ in parts))
    near = max(NEAR[dtype], NEAR[torch.float32] if any(single for _, single in parts) else 0.0)
    return number + weights @ x, near * (1 + np.abs(weights) @ np.abs(x))


@lru_cache(maxsize=256)
def _weights(sizes):
    """What the numbers of an answer are weighted with: each of its tensors from another start."""
    starts = [61 * k % 2048 for k in range(len(sizes))]
    return np.concatenate(
        [
            WEIGHTS[start : start + size]
            if start + size <= len(WEIGHTS)
            else np.resize(WEIGHTS, size)
            for start, size in zip(starts, sizes, strict=True)
        ]
    )


def _flatten(value, parts, strict, depth):
    """The form of an answer as text; its numbers go into parts: (array, is it float32)."""
    if depth < 0:
        raise ValueError("it is nested without end")
    if isinstance(value, torch.Tensor):
        return _of_tensor(value if type(value) is torch.Tensor else plain_tensor(value),
                          parts, strict)  # fmt: skip
    if isinstance(value, np.ndarray | np.generic) and not isinstance(value, str):
        return _of_tensor(torch.as_tensor(np.array(value)), parts, strict)
    if isinstance(value, bool):
        return f"{value}"
    if isinstance(value, int | float):
        parts.append((np.array([float(value)]), False))
        return f"{'f' if isinstance(value, float) else 'i'}()"
    if isinstance(value, tuple | list):
        kinds = {type(v) for v in value}
        if kinds in (set(), {int}, {float}):  # a list of numbers is as good as a tensor
            parts.append((np.array(value, float), False))
            return f"{'i' if kinds == {int} else 'f'}({len(value)},)" if kinds else EMPTY
        return "(" + "".join(f"{_flatten(v, parts, strict, depth - 1)}," for v in value) + ")"
    if isinstance(value, dict):
        keys = sorted(value, key=repr)
        inner = (f"{k!r}:{_flatten(value[k], parts, strict, depth - 1)}," for k in keys)
        return "{" + "".join(inner) + "}"
    if isinstance(value, str) or value is None:
        return repr(value)
    raise TypeError(f"nothing can be told of a {type(value).__name__}")


def as_floats(value):
    """An answer with its whole numbers as floats."""
    if isinstance(value, torch.Tensor) and value.dtype != torch.bool:
        return value.double()
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, tuple | list):
        return type(value)(map(as_floats, value))
    if isinstance(value, dict):
        return {key: as_floats(v) for key, v in value.items()}
    return value


def _of_tensor(value, parts, strict):
    odd = value.layout != torch.strided or value.is_meta or value.is_complex()
    if odd or value.numel() > MOST_NUMBERS:
        raise ValueError("it is no ordinary tensor")
    is_float, is_double = value.is_floating_point(), value.dtype == torch.float64
    kind = "f" if is_float else "b" if value.dtype == torch.bool else "i"
    x = value.detach()
    x = x if is_double else x.to(torch.float64)
    parts.append((x.numpy().reshape(-1), is_float and not is_double))
    form = f"{'d' if strict and is_double else kind}{tuple(value.shape)}"
    return EMPTY if value.shape == (0,) else form


def fits(prints, seen):
    """Which rows of prints (mistakes, cases) are the observed ones in every case.

    A case on which a mistake raises (one time step, the only one left out) does not speak
    against it: other code with the same mistake may give something there.
    """
    return (alike(prints, seen) | np.isnan(prints)).all(1)


def alike(prints, seen):
    """Where prints are the observed ones."""
    with np.errstate(invalid="ignore", over="ignore"):
        far = seen.near + STORED * (1 + np.abs(seen.numbers))
        return (np.abs(prints - seen.numbers) <= far) | (np.isnan(prints) & np.isnan(seen.numbers))


def some_of(seen, columns):
    """The observations of some cases only."""
    return Observations(seen.numbers[columns], seen.near[columns])
