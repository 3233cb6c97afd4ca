"""The first numbers of a student's function that the calculation does not have.

It is looked for on two cases of different sizes, and said only where both lead to the same line:
never that the line is wrong, only that they appear there.
"""

import ast
from contextlib import contextmanager
from dataclasses import dataclass

import torch

from rnn_course.checks import cases
from rnn_course.checks.diagnosis import links, values
from rnn_course.checks.diagnosis.prints import quiet
from rnn_course.checks.diagnosis.trace import TooMuch, Traced

SUMS = ("sum", "mean")
NEAR = {False: 4e-7, True: 4e-6}  # float64, float32: of the number
APART = "You have `{}` and `{}`; nothing is made of both."
MOVED = "What you return {} is what should come {}."


@dataclass
class First:
    """Where they appear: line number, line, the expression if it is a part of the line.

    It is not said that all before is right: a number that the calculation has may stand in a wrong
    place, and whole numbers are not looked at.
    """

    number: int
    line: str
    part: str

    def words(self):
        part = f", at `{self.part}`" if self.part else ""
        return (
            f"In line {self.number}, `{self.line}`{part}, numbers appear that the right "
            "calculation does not have. Look at this line, and at what goes into it."
        )


def clues(function, some, visible, packed):
    """What is said of a function that gives no known mistake's numbers: a list of sentences.

    some, visible: as of prints.cases_of; packed: of the right answers, see values.of_texts
    """
    traced, runs = followed(function, some, visible, packed)
    if not runs:
        return []
    said = []
    if links.is_seen(traced.tree):
        made = [links.Made.of(events, traced.places) for events, _, _ in runs]
        apart = links.never_together(made, [packed[f"links_{k}"] for k in range(len(runs))])
        said += [APART.format(*apart)] if apart else []
    found = first_of(traced, runs, packed)
    if found:
        said.append(found.words())
    parts = [packed[f"parts_{k}"] for k in range(len(runs))]
    moved = links.other_places([run[1:] for run in runs], parts)
    return said + ([MOVED.format(*(links.ORDINALS[k] for k in moved))] if moved else [])


def followed(function, some, visible, packed):
    """(Traced, [(events, answer, dtype) of each case]), or (None, []) where it cannot be followed."""
    if not packed:
        return None, []
    try:
        traced = Traced(function)
    except (TypeError, OSError, SyntaxError, IndentationError):
        return None, []
    runs = [_run(traced, some[k]) for k in values.compared(some, visible)]
    return traced, runs if len(runs) > 1 and None not in runs else []


def first_of(traced, runs, packed):
    """A First, or None where nothing can be said."""
    found = []
    for number, (events, _, _) in enumerate(runs):
        known = values.unpack(packed[f"values_{number}"])
        found.append(_first(events, traced, known) if events and len(known) else None)
    if None in found or found[0].number != found[1].number:
        return None
    return found[0]


@contextmanager
def unfilled_memory_is_nan():
    """Within it torch.empty and its like give nan, which is not looked at, and not whatever was in
    memory: that no calculation has, and at the next call it is something else."""
    before = torch.are_deterministic_algorithms_enabled()
    warn_only = torch.is_deterministic_algorithms_warn_only_enabled()
    torch.use_deterministic_algorithms(True, warn_only=True)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before, warn_only=warn_only)


def _run(traced, case):
    for dtype in (torch.float64, torch.float32):
        try:
            with quiet(), unfilled_memory_is_nan():
                return *traced.run(cases.in_dtype(case.args, dtype)), dtype
        except TooMuch:
            return None
        except (Exception, SystemExit):  # noqa: BLE001  (whatever a student's code raises)
            continue
    return None


def _first(events, traced, known):
    status = [_status(event, known) for event in events]
    number = {id(event): k for k, event in enumerate(events)}
    leads = [False] * len(events)  # does a value of the calculation come from it
    for k in range(len(events) - 1, -1, -1):
        if status[k] == "right" or leads[k] and events[k].numbers is not None:
            for kid in events[k].kids:
                leads[number[id(kid)]] = True
    wrong = [k for k, s in enumerate(status) if s == "wrong" and not leads[k]]
    if not wrong:
        return None
    first = _whole_sum(events[wrong[0]], events, traced.places)
    place = traced.places[first.place]
    statement = place.statement
    if first.name or _is_bare(place.node, statement) or ".grad" in ast.unparse(statement):
        return None
    whole = getattr(statement, "value", None)
    if whole is not None and ast.unparse(whole) == ast.unparse(place.node):
        return First(statement.lineno, traced.source(statement), "")
    if place.line != statement.lineno:  # a line further down in it
        return First(place.line, traced.source(place.node), "")
    says_more = any(isinstance(node, ast.Name) for node in ast.walk(place.node))  # than a number
    part = traced.source(place.node) if says_more else ""
    return First(place.line, traced.source(statement), part)


def _whole_sum(event, events, places):
    """A sum over one axis may be a part of a right one over two. What is around it in the line is
    said in its place."""
    while _sums_along_an_axis(places[event.place].node):
        statement = places[event.place].statement
        around = [
            e
            for e in events
            if places[e.place].statement is statement and any(kid is event for kid in e.kids)
        ]
        if event.name or not around or around[0].name:
            break
        event = around[0]
    return event


def _sums_along_an_axis(node):
    if not isinstance(node, ast.Call) or getattr(node.func, "attr", "") not in SUMS:
        return False
    given = [*node.args, *(keyword.value for keyword in node.keywords)]
    return any(isinstance(one, ast.Constant | ast.Tuple | ast.UnaryOp) for one in given)


def _status(event, known):
    if event.numbers is None:
        return "silent"
    numbers = event.numbers[~values.is_simple(event.numbers)]
    if not len(numbers):
        return "silent"
    is_right = values.among(numbers, known, NEAR[event.single]).all()
    return "right" if is_right else "wrong"


def _is_bare(node, statement):
    """A name, or a return of names only: nothing is made there."""
    if isinstance(node, ast.Name):
        return True
    names = ast.Name | ast.Tuple | ast.List | ast.Load
    return isinstance(statement, ast.Return) and all(isinstance(n, names) for n in ast.walk(node))
