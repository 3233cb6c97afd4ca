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
    "All visible cases are right. Of the others, which have other sizes and numbers, at least one "
    "is not."
)
UNSTEADY = (
    "Called twice with the same inputs it gives different numbers. It keeps something from call "
    "to call (a variable outside, a changed default), draws random numbers, or reads memory that "
    "was never filled (`torch.empty`)."
)


PLAIN = (np.ndarray, bool, int, float, str, type(None))


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
    with warnings.catch_warnings():  # our own trials must not speak on the student's page
        warnings.simplefilter("ignore")
        search = Search(task, function, visible)
        return name(search, trials[0].trouble, pair_seconds)


def name(search, trouble, pair_seconds):
    if not search.wrong:
        return Diagnosis(named_by_error(search.known, trouble))
    found = search.one()
    if found:
        return Diagnosis([found])
    if trouble:
        return Diagnosis(named_by_error(search.known, trouble))
    seconds = PAIR_SECONDS if pair_seconds is None else pair_seconds
    waits = patience()
    if waits is None:
        names, clues = two(search, seconds)
        return Diagnosis(search.named(names), clues)
    key = key_of(search.all)
    found = waits.look(key, functools.partial(two, search), seconds)
    names, clues = found or ([], [])
    return Diagnosis(search.named(names), clues, {"key": key, "found": found})


def two(search, seconds):
    """[names of two mistakes that explain everything together, no clues]."""
    found = Pairs(search, time.thread_time() + seconds).find() or []
    return [[m.name for m in found], []]


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
    if not all(isinstance(x, PLAIN) for x in (*one, *two)):
        return False  # a generator and the like: no two of them are equal
    return form != form_again or not all(map(close, one, two, [False] * len(one)))


def named_by_error(known, trouble):
    """The mistake that an error message tells, as a list; empty if it tells none."""
    if not trouble or not trouble.mistake:
        return []
    names = {trouble.mistake, trouble.mistake.replace("_", "-")}
    return [m for m in known if m.name in names][:1]


class Search:
    """The known mistakes held against what the student's function gave.

    cases    exhibits of the visible cases: what a mistake must explain, wholly
    probes   exhibits of further inputs, some of which no task would give: they only decide
             between mistakes that explain the cases equally well
    steps    exhibits of a bare step inside a network
    """

    def __init__(self, task, function, visible):
        self.task, self.function = task, function
        self.known = task.all_mistakes()
        exhibits, self.raised = gather(task, function, task.scenes(visible))
        exhibits = [e for e in exhibits if e.has_numbers]
        exhibits.sort(key=lambda e: (e.is_right, e.scene.cost))
        self.all = [e for e in exhibits if not e.scene.only_step]
        self.cases = [e for e in self.all if not e.scene.is_probe]
        self.probes = [e for e in self.all if e.scene.is_probe]
        self.steps = [e for e in exhibits if e.scene.only_step]
        self.wrong = [e for e in self.cases if not e.is_right]

    @functools.cached_property
    def once_more(self):
        """(exhibits, raised) of a second draw, with other sizes: a name must hold there as well."""
        drawn = [case for case in self.task.second_draw() if not case.optional]
        return gather(self.task, self.function, self.task.scenes(drawn, probes=False))

    def named(self, names):
        return [next(m for m in self.known if m.name == name) for name in names]

    def explains(self, change):
        """Does it give what the student gave, on all cases and once more with other sizes?"""
        if not all(e.is_explained_by(change) for e in self.cases):
            return False
        exhibits, raised = self.once_more
        if raised and not self.raised:
            return False
        return all(e.is_explained_by(change) for e in exhibits if not e.scene.only_step)

    def one(self):
        """The first known mistake that explains everything, or None.

        Of several among the first AT_ONCE, the one that agrees with most probes. If the student's
        code raises somewhere, one that raises there too goes before others.
        """
        found = []
        for start in range(0, len(self.known), AT_ONCE):
            found += self.explaining(np.arange(start, min(start + AT_ONCE, len(self.known))))
            if found and not self.raised:
                break
        found = [m for m in found if self.raises_too(m.change)] or found
        return max(found, key=self.agreement) if len(found) > 1 else next(iter(found), None)

    def agreement(self, mistake):
        """On how many probes it gives what the student gave."""
        return sum(e.is_explained_by(mistake.change) for e in self.probes)

    def explaining(self, rows):
        """Those of the mistakes with these numbers that explain everything."""
        for e in self.cases:
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
