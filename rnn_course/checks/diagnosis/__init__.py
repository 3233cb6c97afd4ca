"""What may be wrong with a wrong answer: a name where its numbers are exactly a known mistake's.

texts      right answers as trees, and what it means to change one
edits      the forms of a mistake: a line, the start, the result
mistakes   reads them, exercises/mistakes/TASK.toml and families/NAME.toml
operators  every single slip in a text
prints     one number for what an answer gives on a case
runs       calls a text again and again, bounded
maker      works out the prints of all mistakes of a task beforehand
make       does so for all tasks; store keeps them
tables     what they are, and the search in them: a look-up of a student's
values     the numbers that right answers have on their way, and
trace      a student's own values; first: the first one that is none of them, and
links      two of them that nothing is made of
"""

from dataclasses import dataclass, field

import numpy as np

from rnn_course.checks.diagnosis import store
from rnn_course.checks.diagnosis.first import clues
from rnn_course.checks.diagnosis.prints import (
    Observations,
    alike,
    cases_of,
    fits,
    is_strict,
    observe,
    print_of,
    right_print,
    some_of,
)
from rnn_course.checks.diagnosis.tables import search

ONLY_HIDDEN = (
    "All visible cases are right. Of the others, which have other sizes and numbers, at least one "
    "is not."
)
UNSTEADY = (
    "Called twice with the same inputs it gives different numbers. It keeps something from call "
    "to call (a variable outside, a changed default), draws random numbers, or reads memory that "
    "was never filled (`torch.empty`)."
)
NO_PRINTS = "What it may be cannot be said: {}."


@dataclass
class Named:
    """One mistake as it is told. section: where to read."""

    name: str
    words: str
    section: str = ""


@dataclass
class Diagnosis:
    """What was found out: the mistakes (none, one or two), and further clues in words."""

    mistakes: list = field(default_factory=list)
    clues: list = field(default_factory=list)


def diagnose(task, function, trials, shown):
    """What may be wrong with a function, from what it gives.

    trials: those of the verdict, the visible ones first; shown: how many of them are visible
    """
    if all(trial.right for trial in trials[:shown]):
        return Diagnosis(clues=[ONLY_HIDDEN])
    hypotheses = store.load(task.name)
    if hypotheses is None:
        why = "run `make prints`" if store.is_clone() else "the package came without its prints"
        return Diagnosis(clues=[NO_PRINTS.format(why)])
    some, visible = cases_of(task)
    if not is_current(task, some, hypotheses):
        return Diagnosis(clues=[NO_PRINTS.format("its prints are of other versions")])
    trouble = trials[0].trouble
    if trouble:
        name = trouble.mistake.replace("_", "-")
        if name in hypotheses.errors:
            return Diagnosis([Named(name, hypotheses.errors[name])])
    seen = observe(task, function, some)
    if not trouble and not is_steady(task, function, some, seen):
        return Diagnosis(clues=[UNSTEADY])
    rows = search(seen, hypotheses)
    is_named = rows and rows[0].kind != "slip"  # a slip is one of our text, so their line is shown
    said = [] if is_named else clues(function, some, visible, hypotheses.values)
    return Diagnosis([told(row) for row in rows], said)


def named(task, trials):
    """The mistake that gave what came back in these visible cases: a list of one Named or none.

    Nothing is called again: for a task whose answers cannot be right or wrong by themselves.
    """
    hypotheses = store.load(task.name)
    if hypotheses is None:
        return []
    found = [print_of(trial.answer, trial.dtype, is_strict(task)) for trial in trials]
    seen = Observations(*(np.array(column) for column in zip(*found, strict=True)))
    rows = np.flatnonzero(fits(hypotheses.singles[:, : len(found)], seen))
    return [told(hypotheses.rows[row]) for row in rows[:1]]


def told(row):
    said = row.says
    for _, other, _ in row.others:
        said += f" Or: {other[0].lower() if other[1:2].islower() else other[0]}{other[1:]}"
    return Named(row.name, said, row.read)


def is_current(task, some, hypotheses):
    """Are the prints those of the cases that are drawn here?"""
    right, _ = right_print(task, some[0])
    return bool(np.isclose(right, hypotheses.right[0], 1e-6, 1e-6, equal_nan=True))


def is_steady(task, function, some, seen):
    """Does a second call with the same inputs give the same?"""
    again = observe(task, function, some[:1])
    return np.isnan(seen.numbers[0]) or bool(alike(again.numbers, some_of(seen, [0])).all())
