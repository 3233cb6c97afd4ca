"""The catalogue as a table: every known mistake with its measured effect, and when it hides.

    for row in rows(check.lstm_cell): print(row.name, row.effect, row.hides)

Nothing here is told from memory: a mistake is made, its numbers are held against torch's on the
task's own cases and probes, and what is said of it is what came out.
"""

from dataclasses import dataclass

import numpy as np
import torch

from rnn_course.checks import matches
from rnn_course.checks.recurrence import arrays
from rnn_course.checks.scenes import answer_of, flat, same_answer

ONE_STEP = "one time step"


@dataclass
class Row:
    """One mistake.

    name, words, section   as in the catalogue
    effect                 largest difference from the right numbers in the ordinary case, a
                           number; or "shape" (something of another shape or form comes out), or
                           "stops" (an error)
    hides                  where it does not show at all: notes of cases and probes
    same_as                an earlier mistake that gives the same numbers everywhere, or ""
    """

    name: str
    words: str
    section: str
    effect: object
    hides: list
    same_as: str = ""


@np.errstate(all="ignore")
def rows(task):
    """A Row for every mistake that was thought of for this task, as a list."""
    reference = task.reference or task.oracle
    tries = []
    for case in task.cases() + task.probe_cases():
        args, right = case.args, task.evidence(task.expected(case)[0])
        if getattr(reference, "on_arrays", False):
            args = arrays(args)
        tries.append((case.note, args, flat(arrays(right))))
    table, seen, probes = [], {}, {case.note for case in task.probe_cases()}
    for mistake in task.known():
        answers = [_answer(reference, mistake.change, args) for _, args, _ in tries]
        row = Row(mistake.name, mistake.words, mistake.section or task.section, 0.0, [])
        row.effect = effect(answers[0], tries[0][2])
        row.hides = [
            note
            for (note, _, right), answer in zip(tries, answers, strict=True)
            if note and same_answer(answer, right, True)
        ]
        if ONE_STEP in row.hides:  # the probes have one step as well, so they say nothing of it
            row.hides = [note for note in row.hides if note not in probes]
        alike = seen.setdefault(_key(answers), [])
        row.same_as = next((name for name, known in alike if _alike(known, answers)), "")
        alike.append((mistake.name, answers))
        table.append(row)
    return table


@np.errstate(all="ignore")
def network_rows(kind, layers=2):
    """The rows of a whole network, as a list: kind "RNN", "LSTM" or "GRU", both directions.

    That a mistake hides with one layer or in one direction is tried on such networks.
    """
    reference = getattr(torch.nn, kind)(4, 5, layers, bidirectional=True)
    smaller = {
        "one layer": getattr(torch.nn, kind)(4, 5, 1, bidirectional=True),
        "one direction": getattr(torch.nn, kind)(4, 5, layers),
    }
    task = matches.task_for(reference)
    known = {mistake.name: mistake for mistake in task.known()}
    tries = {note: matches.task_for(module) for note, module in smaller.items()}
    table = rows(task)
    for row in table:
        for note, small in tries.items():
            case = small.cases()[0]
            right = flat(arrays(small.evidence(small.expected(case)[0])))
            answer = _answer(small.reference, known[row.name].change, arrays(case.args))
            if same_answer(answer, right, True):
                row.hides.append(note)
    return table


def effect(answer, right):
    """The largest difference between two answers, or 'shape', or 'stops'."""
    if not isinstance(answer, tuple):
        return "stops"
    form, entries = answer
    if form != right[0]:
        return "shape"
    largest = 0.0
    for one, other in zip(entries, right[1], strict=True):
        if np.shape(one) != np.shape(other):
            return "shape"
        if not isinstance(other, np.ndarray) or not other.size:
            largest = max(largest, float(not same_answer(("", [one]), ("", [other]), True)))
        else:
            far = np.abs(np.asarray(one, float) - other).max()
            largest = max(largest, float(np.nan_to_num(far, nan=np.inf)))
    return largest


def _answer(reference, change, args):
    """(form, entries), or None where the mistake stops with an error."""
    try:
        return flat(arrays(answer_of(reference, change, args)))
    except Exception:  # noqa: BLE001  (a mistake may fail in any way)
        return None


def _key(answers):
    """Something that answers which are alike have in common, to find them quickly."""
    numbers = [x for a in answers if a for x in a[1] if isinstance(x, np.ndarray) and x.size]
    return round(float(numbers[0].flat[0]), 6) if numbers else None


def _alike(one, other):
    """The same numbers wherever there are some; and there are some."""
    return any(one) and all(
        a is b is None or (a and b and same_answer(a, b, True))
        for a, b in zip(one, other, strict=True)
    )
