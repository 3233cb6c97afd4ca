"""From wrong numbers to the name of a mistake.

The student's function is called on the visible cases, and on a few probes that a task may have
(all biases zero, all gates alike, ...), in float64 where it can. What it gave back is held
against what each known mistake gives on the same inputs; if none fits, against two at once
(pairs.py), until the time is up.
"""

import functools
import time
import warnings
from dataclasses import dataclass, field

import numpy as np

from rnn_course.checks.exhibits import as_plain, gather, readable
from rnn_course.checks.pairs import Pairs
from rnn_course.checks.patience import key_of, patience
from rnn_course.checks.recurrence import arrays
from rnn_course.checks.scenes import answer_of, close, flat

AT_ONCE = 256  # mistakes that are tried together
PAIR_SECONDS = 1.4  # of processor time, so that a busy machine costs no names
ONLY_HIDDEN = (
    "The visible cases are right; others, with other sizes and numbers, are not. Is a size or a "
    "number written into the code?"
)
UNSTEADY = (
    "Called twice with the same inputs it gives different numbers: does it keep something from "
    "call to call (a variable outside, a changed default), or draw random numbers?"
)


@dataclass
class Diagnosis:
    """What was found out: the mistakes (none, one or two), and further clues in words.

    pairs   where two mistakes at once were searched for in a judged class: {"key", "found"}, see
            patience.py; found is None where the search was put off
    """

    mistakes: list = field(default_factory=list)
    clues: list = field(default_factory=list)
    pairs: dict = field(default_factory=dict)


@np.errstate(all="ignore")
def diagnose(task, function, trials, visible, pair_seconds=None):
    """Name what is wrong with the student's function. Returns a Diagnosis.

    trials are those of the verdict, the visible cases first; visible: these cases.
    """
    shown = {id(case) for case in visible}
    if all(trial.right for trial in trials if id(trial.case) in shown):
        return Diagnosis(clues=[ONLY_HIDDEN])
    if unsteady(task, function, trials[0]):
        return Diagnosis(clues=[UNSTEADY])
    known = task.all_mistakes()
    with warnings.catch_warnings():  # our own trials must not speak on the student's page
        warnings.simplefilter("ignore")
        exhibits, raised = gather(task, function, task.scenes(visible))
        exhibits = [e for e in exhibits if e.has_numbers]
        return name(known, exhibits, raised, trials[0].trouble, pair_seconds)


def name(known, exhibits, raised, trouble, pair_seconds):
    search = Search(known, exhibits, raised)
    if not search.wrong:
        return Diagnosis(named_by_error(known, trouble))
    found = search.one()
    if found:
        return Diagnosis([found])
    if trouble:
        return Diagnosis(named_by_error(known, trouble))
    seconds = PAIR_SECONDS if pair_seconds is None else pair_seconds
    waits = patience()
    if waits is None:
        names, clues = two(search, seconds)
        return Diagnosis(search.named(names), clues)
    key = key_of(search.whole)
    found = waits.look(key, functools.partial(two, search), seconds)
    names, clues = found or ([], [])
    return Diagnosis(search.named(names), clues, {"key": key, "found": found})


def two(search, seconds):
    """[names of two mistakes that explain everything together, clues if there are none]."""
    pairs = Pairs(search, time.thread_time() + seconds)
    found = pairs.find() or []
    return [[m.name for m in found], [] if found else search.clues(pairs.alone)]


def unsteady(task, function, trial):
    """Does a second call with the same inputs give something else?"""
    if trial.trouble or not readable(trial.answer):
        return False
    again, _ = task.run(function, trial.case)
    if again.trouble or not readable(again.answer):
        return True
    (form, one), (form_again, two) = (
        flat(arrays(as_plain(task.evidence(t.answer)))) for t in (trial, again)
    )
    return form != form_again or not all(map(close, one, two, [False] * len(one)))


def named_by_error(known, trouble):
    """The mistake that an error message tells, as a list; empty if it tells none."""
    if not trouble or not trouble.mistake:
        return []
    names = {trouble.mistake, trouble.mistake.replace("_", "-")}
    return [m for m in known if m.name in names][:1]


class Search:
    """The known mistakes held against the exhibits."""

    def __init__(self, known, exhibits, raised):
        self.known = known
        self.raised = raised
        exhibits = sorted(exhibits, key=lambda e: (e.is_right, e.scene.cost))
        self.whole = [e for e in exhibits if not e.scene.only_step]
        self.steps = [e for e in exhibits if e.scene.only_step]
        self.wrong = [e for e in self.whole if not e.is_right]

    def named(self, names):
        return [next(m for m in self.known if m.name == name) for name in names]

    def explains(self, change):
        return all(e.is_explained_by(change) for e in self.whole)

    def one(self):
        """The first known mistake that explains everything, or None.

        If the student's code raises somewhere, one that raises there too goes before others.
        """
        found = []
        for start in range(0, len(self.known), AT_ONCE):
            found += self.explaining(np.arange(start, min(start + AT_ONCE, len(self.known))))
            if found and not self.raised:
                return found[0]
        found = [m for m in found if self.raises_too(m.change)] + found
        return found[0] if found else None

    def explaining(self, rows):
        """Those of the mistakes with these numbers that explain everything."""
        for e in self.whole:
            if len(rows):
                rows = rows[e.like(e.scene.fill(self.known, rows)).all(1)]
        return [self.known[k] for k in rows if self.explains(self.known[k].change)]

    def raises_too(self, change):
        """Does the mistake raise wherever the student's code does?"""
        for scene in self.raised:
            try:
                answer_of(scene.reference, change, scene.args)
            except Exception:  # noqa: BLE001
                continue
            return False
        return True

    def clues(self, alone):
        """When no name was found: what can be said all the same.

        alone: None, or (mistake, exhibit), what one mistake explains though not everything.
        """
        said = []
        right = [e.note for e in self.whole if e.is_right and e.note and e.scene.is_probe]
        if right:
            said.append(f"It is right when {'; when '.join(dict.fromkeys(right))}.")
        if alone:
            mistake, e = alone
            where = f"In one case ({e.note})" if e.note else "In part"
            said.append(
                f"{where} your numbers are what this gives, and there is more: {mistake.words}"
            )
        return said
