"""What a student's function gave on each scene, laid out so that mistakes can be held against it.

An exhibit is a scene (scenes.py) with the student's answer beside the right one, each as a flat
list of arrays and plain values.
"""

from dataclasses import dataclass, field

import numpy as np
import torch

from rnn_course.checks import cases
from rnn_course.checks.compare import MOST_NUMBERS, is_very_large, plain_tensor
from rnn_course.checks.recurrence import arrays
from rnn_course.checks.scenes import (
    Scene,
    answer,
    close,
    cut_blocks,
    flat,
    print_of,
    same_answer,
)


@dataclass
class Exhibit:
    """One call and its answer.

    scene         the input, the right answer, and what mistakes give
    form, given   the student's results, a list of arrays and plain values, and what held them
    exact         is it float64
    right         for each result, whether it is right; None if the form is another
    """

    scene: Scene
    form: object
    given: list
    exact: bool
    right: list | None = field(init=False, default=None)

    def __post_init__(self):
        scene = self.scene
        if self.form == scene.form:
            pairs = zip(scene.expected, self.given, strict=True)
            self.right = [close(e, g, self.exact) for e, g in pairs]
        self.print = print_of((self.form, self.given), scene)
        near = 1e-8 if self.exact else 1e-4
        sizes = [1e-3, *(_largest(x) for x in self.given)]
        each = sizes[1:] if self.right is not None else [1.0] * len(scene.expected)
        self.near = near * np.maximum(1e-3, [20 * sum(sizes), *each])

    @property
    def note(self):
        return self.scene.note

    @property
    def has_numbers(self):
        """Is there anything in it of which a mistake could be told?"""
        expected = self.scene.expected
        if not any(isinstance(x, np.ndarray) and x.size > 1 for x in expected):
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

    @property
    def rightness(self):
        """The share of its results that are right."""
        return np.mean(self.right) if self.right else 0.0

    def is_explained_by(self, change):
        """Does the mistake give what the student gave?"""
        return same_answer(answer(change, self.scene), (self.form, self.given), self.exact)

    def like(self, prints):
        """Which of these prints are as the student's: one column for each result.

        If something of another form came, there is one column, for the whole.
        """
        columns = slice(1, None) if self.right is not None else slice(0, 1)
        return np.abs(prints[:, columns] - self.print[columns]) <= self.near[columns]

    def like_right(self, prints):
        """Which of these prints are as the right answer's, in the same columns."""
        columns = slice(1, None) if self.right is not None else slice(0, 1)
        near = 1e-8 * np.maximum(1e-3, np.abs(self.scene.right_print[columns]))
        return np.abs(prints[:, columns] - self.scene.right_print[columns]) <= near


def _largest(x):
    if isinstance(x, np.ndarray):
        finite = x[np.isfinite(x)] if x.dtype.kind == "f" else x
        return float(np.abs(finite).max()) if x.dtype.kind in "fiu" and finite.size else 1.0
    return abs(x) if isinstance(x, float) and x - x == 0 else 1.0


def gather(task, function, scenes):
    """(exhibits, raised): the student's answers; and the scenes where the student's code raises."""
    exhibits, raised = [], []
    for scene in scenes:
        trial, _ = task.run(function, scene.case, torch.float64)
        exact = trial.trouble is None
        if trial.trouble:
            trial, _ = task.run(function, scene.case, torch.float32)
        if trial.trouble:
            raised += [] if scene.is_probe else [scene]
            continue
        if not readable(trial.answer):
            continue
        got = as_plain(task.evidence(trial.answer))
        exhibits.append(exhibit(scene, got, exact))
        if scene.step:
            step = task.inner(scene.case.args, got, got)
            exhibits += [exhibit(scene.step, step[2], exact)] if step else []
    return exhibits, raised


def exhibit(scene, got, exact):
    form, given = cut_blocks(flat(arrays(_whole_numbers(got, scene))), scene.blocks)
    if form == scene.form:  # a number does for a tensor without axes, as it does for the verdict
        given = [_as_array(g, e) for g, e in zip(given, scene.expected, strict=True)]
    floats = [g.dtype for g in given if isinstance(g, np.ndarray) and g.dtype.kind == "f"]
    return Exhibit(scene, form, given, exact and all(dtype == np.float64 for dtype in floats))


def _whole_numbers(got, scene):
    """A list of whole numbers as an array, where one is wanted: the verdict takes it as well."""
    wanted = scene.form == "" and scene.expected[0]
    row = isinstance(wanted, np.ndarray) and wanted.ndim == 1 and wanted.dtype.kind in "iu"
    numbers = isinstance(got, list | tuple) and all(type(v) is int for v in got)
    return np.asarray(got) if row and numbers and got else got


def _as_array(given, expected):
    is_number = isinstance(given, int | float) and not isinstance(given, bool)
    is_wanted = isinstance(expected, np.ndarray) and expected.ndim == 0
    return np.asarray(given, float) if is_number and is_wanted else given


def as_plain(value):
    """The answer with ordinary tensors in it."""
    return cases.change_tensors(value, plain_tensor)


def readable(answer):
    """Has it only ordinary tensors in it, not too large ones, and no number too large for text?"""
    if isinstance(answer, dict):
        answer = list(answer.values())
    if isinstance(answer, tuple | list):
        return all(map(readable, answer))
    if isinstance(answer, torch.Tensor):
        return (
            answer.layout == torch.strided and not answer.is_meta and answer.numel() <= MOST_NUMBERS
        )
    return not is_very_large(answer)
