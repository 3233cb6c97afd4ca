"""Works out what every known mistake of a task gives on its cases: its table of prints.

How much is tried is counted in entries and in lines that run, never in seconds: so the table is
the same on every machine.
"""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import combinations, zip_longest

import numpy as np

from rnn_course.checks.diagnosis import mistakes, operators, values
from rnn_course.checks.diagnosis.prints import (
    Observations,
    alike,
    as_floats,
    cases_of,
    is_strict,
    print_of,
    quiet,
    right_print,
)
from rnn_course.checks.diagnosis.runs import Fresh, bounded_memory, kinds_of, lines_run
from rnn_course.checks.diagnosis.tables import Hypotheses, Row
from rnn_course.checks.diagnosis.texts import RESULT, Text, texts_of, without_answer

LIKELY = 200  # mistakes that pairs are made of
MOST_PAIRS = 6000
MOST_SLIPS = 3000  # of all texts of a task
PAIR_LINES = 1_000_000  # that the pairs of a task may run through
MOST_LINES = 300_000  # that its slips may run through, and as many what is changed in its arguments


@dataclass
class Candidate:
    """A mistake put into a text: its changes there, and what that gives on the cases.

    wrap     see Text.around; None where lines of the text are changed
    touched  the nodes of the text that are changed
    answers  number of a case -> a Fresh of what it gives there, where pairs are tried on it
    """

    mistake: mistakes.Mistake
    text: Text
    changes: list
    function: Callable
    wrap: Callable | None
    numbers: np.ndarray | None = None
    touched: set = field(default_factory=set)
    answers: dict = field(default_factory=dict)

    @property
    def kind(self):
        return self.mistake.kind

    @property
    def of_the_answer(self):
        """Is it worked out from the right answer alone?"""
        return self.wrap is not None and all(change.number == RESULT for change in self.changes)


@dataclass
class Report:
    """What became of the entries of a file. refused: name -> why; alike: groups of equal numbers."""

    refused: dict = field(default_factory=dict)
    alike: list = field(default_factory=list)
    counts: dict = field(default_factory=dict)


def make(task, most_pairs=MOST_PAIRS):
    """(Hypotheses, Report) of a task. Raises mistakes.DataError where its file breaks a rule."""
    with quiet(), bounded_memory():
        maker = Maker(task, most_pairs)
        maker.take_data()
        if maker.is_float:
            maker.take_slips()
        return maker.hypotheses(), maker.report


class Maker:
    def __init__(self, task, most_pairs=MOST_PAIRS):
        self.task, self.report, self.most_pairs = task, Report(), most_pairs
        self.texts = texts_of(task.name) if task.has_answer else [without_answer(task.name)]
        self.cases, self.visible = cases_of(task)
        self.all = range(len(self.cases))
        self.inputs = [Fresh(values.exact(case.args)) for case in self.cases]
        self.strict = is_strict(task)
        expected = [right_print(task, case) for case in self.cases]
        self.right = Observations(*(np.array(column) for column in zip(*expected, strict=True)))
        right = task.exact(self.cases[0]) if task.has_answer else ()
        self.is_float = any(x.is_floating_point() for x in values.tensors(right))
        self.tried = self.cases_of_pairs()
        self.floats = {k: self.right_as_floats(k) for k in self.tried}
        self.candidates, self.firsts = [], [float(self.right.numbers[0])]
        self.plain, self.answers = {}, {}  # text -> its function, its right answers
        for k, text in enumerate(self.texts):
            self.plain[text] = text.function()
            self.answers[text] = [self.answer(self.plain[text], k) for k in self.all]
            numbers = [print_of(a and a.kept, strict=self.strict)[0] for a in self.answers[text]]
            if task.has_answer and not self.is_right(np.array(numbers)):
                raise mistakes.DataError(
                    f"{task.name}: way {k + 1} of {len(self.texts)} is not a right answer"
                )
        plain = self.plain[self.texts[0]]
        self.lines = [1 + lines_run(plain, inputs()) for inputs in self.inputs]

    def right_as_floats(self, k):
        """The print of a case's right answer with whole numbers as floats; nan if there is none."""
        if not self.task.has_answer:
            return np.nan
        return print_of(as_floats(self.task.exact(self.cases[k])), strict=self.strict)[0]

    def cases_of_pairs(self):
        """The numbers of the ordinary cases that pairs are tried on; of float answers the first
        of each part, which tell enough."""
        plain = [k for k, case in enumerate(self.cases) if case.part != "edges"] or [0]
        shown, further = ([k for k in plain if (k < self.visible) == s] for s in (True, False))
        if not self.is_float:
            return shown[:3] + further[:2]
        firsts = ({self.cases[k].part: k for k in some[::-1]} for some in (shown, further))
        return [k for first in firsts for k in sorted(first.values())]

    # --------------------------------------------------------------------------------- running

    def answer(self, function, k):
        """What a function gives on a case, as a Fresh; None where it raises."""
        try:
            return Fresh(function(*self.inputs[k]()))
        except Exception:  # noqa: BLE001  (a mistake may fail in any way)
            return None

    def number(self, function, k):
        """The print of what a function gives on a case; nan where it raises."""
        try:
            answer = function(*self.inputs[k]())
        except Exception:  # noqa: BLE001
            return np.nan
        return print_of(answer, strict=self.strict)[0]

    def of(self, candidate, k):
        """The print of a candidate on a case. What pairs may be made of is kept."""
        function = candidate.function
        if candidate.of_the_answer:
            function = candidate.wrap(_giving(self.answers[candidate.text][k]))
        if k not in self.tried or candidate.mistake.rare:
            return self.number(function, k)
        kept = self.answer(function, k)
        if kept is None:
            return np.nan
        candidate.answers[k] = kept
        return print_of(kept.kept, strict=self.strict)[0]

    def is_right(self, numbers):
        return bool(alike(numbers, self.right).all())

    # -------------------------------------------------------------------------------- singles

    def take_data(self):
        left = MOST_LINES
        for mistake in mistakes.known(self.task, self.texts[0]):
            if mistake.kind == "always" and not self.task.has_answer:
                continue
            why = "no text has such a line"
            for text in self.texts:
                try:
                    changes = mistake.changes(text)
                except LookupError as error:
                    why = str(error)
                    continue
                if mistake.kind == "always" and any(c.number != RESULT for c in changes):
                    left -= sum(self.lines)
                if left > 0 or mistake.kind != "always":
                    why = self.take(mistake, text, changes)
                break
            if why and mistake.kind == "by hand":
                self.report.refused[mistake.name] = why

    def take_slips(self):
        most = min(MOST_SLIPS, MOST_LINES // self.lines[0]) // len(self.texts)
        for text in self.texts:
            kinds = kinds_of(text, self.inputs[0]())
            for _, (changes, words) in zip(range(most), operators.slips(text, kinds)):
                said = f"In the course's solution and its names, it would be this: {words}."
                slip = mistakes.Mistake(_short(words), said, None, rare=True, kind="slip")
                self.take(slip, text, changes)

    def take(self, mistake, text, changes):
        """Add a mistake to the candidates; returns '' or why it is refused."""
        try:
            function, wrap = text.changed(changes, self.plain[text])
        except (SyntaxError, ValueError, TypeError, AttributeError) as error:
            return f"it does not compile: {error}"
        candidate = Candidate(mistake, text, changes, function, wrap)
        first = self.of(candidate, 0)
        if np.isnan(first):
            return f"it raises: {self.error(function)}"
        if mistake.kind == "slip" and not self.is_news(first):
            return "others give the same"
        candidate.numbers = np.array([first, *(self.of(candidate, k) for k in self.all[1:])])
        if self.is_right(candidate.numbers):
            return "it changes nothing"
        insort(self.firsts, float(first))
        candidate.touched = text.touched(changes)
        self.candidates.append(candidate)
        return ""

    def is_news(self, number):
        """Has no other candidate this print on the first case?"""
        return bisect_left(self.firsts, number - 1e-6) == bisect_left(self.firsts, number + 1e-6)

    def error(self, function):
        try:
            function(*self.inputs[0]())
        except Exception as error:  # noqa: BLE001
            return f"{type(error).__name__}: {error}"[:200]
        return "what it gives has no print"

    # ---------------------------------------------------------------------------------- table

    def groups(self):
        """The candidates of equal prints together, in the order of the likeliest of each."""
        found, columns = [], defaultdict(list)  # rounded first print -> groups
        for candidate in self.candidates:
            near = 1e-7 * (1 + np.abs(candidate.numbers))
            for key in {round(float(candidate.numbers[0]) + d, 3) for d in (-5e-4, 0, 5e-4)}:
                for group in columns[key]:
                    if alike(group[0].numbers, Observations(candidate.numbers, near)).all():
                        group.append(candidate)
                        break
                else:
                    continue
                break
            else:
                group = [candidate]
                found.append(group)
                columns[round(float(candidate.numbers[0]), 3)].append(group)
        return found

    def hypotheses(self):
        groups = self.groups()
        rows = []
        for group in groups:
            first, *others = [candidate.mistake for candidate in group]
            others = [m for m in others if first.kind == m.kind == "by hand"]
            if others:
                self.report.alike.append([m.name for m in (first, *others)])
            others = [(m.name, m.says, m.read) for m in others if m.says != first.says]
            rows.append(Row(first.name, first.says, first.read, first.kind, others[:1]))
        singles = np.array([group[0].numbers for group in groups], np.float32)
        pairs, pair_rows = self.pairs([group[0] for group in groups], singles)
        self.report.counts = {
            "by hand": sum(c.kind == "by hand" for c in self.candidates),
            "rows": len(rows),
            "slips": sum(row.kind == "slip" for row in rows),
            "pairs": len(pairs),
        }
        found = values.of_texts(self.texts, self.cases, self.visible) if self.is_float else {}
        return Hypotheses(
            singles.reshape(len(rows), len(self.cases)),
            *(pairs, pair_rows, self.tried, self.right.numbers, self.visible),
            *(mistakes.errors(self.task.name), rows, found),
        )

    # ---------------------------------------------------------------------------------- pairs

    def pairs(self, firsts, singles):
        """(prints, rows) of two mistakes at once, each pair with a print of its own; or two pairs
        with the same one, if they have one mistake in common. A pair of a task's own mistakes goes
        before one with a mistake that any task can have."""
        likely = [k for k, c in enumerate(firsts) if not c.mistake.rare]
        likely.sort(key=lambda k: (firsts[k].kind == "always", firsts[k].mistake.place))
        order = sorted(combinations(range(min(LIKELY, len(likely))), 2), key=sum)
        prints, rows, left = [], [], PAIR_LINES
        cost = sum(self.lines[k] for k in self.tried)
        for a, b in order:
            if len(prints) >= self.most_pairs:
                break
            one, two = firsts[likely[a]], firsts[likely[b]]
            lines = 0 if one.of_the_answer or two.of_the_answer else cost
            if lines > left:
                continue
            left -= lines
            numbers = self.both(one, two)
            if numbers:
                prints.append(numbers)
                rows.append((likely[a], likely[b]))
        prints = np.array(prints, np.float32).reshape(-1, len(self.tried))
        rows = np.array(rows, np.uint16).reshape(-1, 2)
        likes, like = _alike(np.concatenate([singles[:, self.tried], prints]))
        likes, like = likes[len(singles) :], like[len(singles) :] - len(singles)
        keep = likes == 0
        for k in np.flatnonzero((likes == 1) & (like >= 0)):
            both = set(rows[k].tolist()), set(rows[like[k]].tolist())
            own, other = ([firsts[row].kind for row in one - both[0] & both[1]] for one in both)
            first = own.count("always") < other.count("always")
            alone = len(own) == 1 and "always" not in own + other
            keep[k] = likes[like[k]] == 1 and (first or alone)
        return prints[keep], rows[keep]

    def both(self, one, two):
        """The prints of two mistakes at once; [] where they cannot be together, or give nothing,
        or what is right on the first case, be it as floats."""
        runs, numbers = self.joined(one, two), []
        for k in self.tried if runs else ():
            number, right = self.number(runs(k), k), (self.right.numbers[k], self.floats[k])
            if np.isnan(number) or not numbers and any(_near(number, r) for r in right):
                return []
            numbers.append(number)
        return numbers

    def reshaped(self, candidate):
        """The numbers of the results whose shape it changes, in the first case of the pairs."""
        k = self.tried[0]
        nests = (found[k] for found in (candidate.answers, self.answers[candidate.text]))
        one, other = ([x.shape for x in values.tensors(nest.kept)] for nest in nests)
        return {n for n, shapes in enumerate(zip_longest(one, other)) if len(set(shapes)) > 1}

    def joined(self, one, two):
        """runs(k): the function with two mistakes for a case; None where one raises, or both change
        the same, be it the shape of one result: what one says of its axes would not be true of the
        other's."""
        if min(len(one.answers), len(two.answers)) < len(self.tried):
            return None
        reshaped = self.reshaped(one), self.reshaped(two)
        if reshaped[0] & reshaped[1]:
            return None
        last_first = [(two, one), (one, two)]  # the likelier one is made first; but what changes
        if reshaped[0] and not reshaped[1]:  # a shape is made last
            last_first.reverse()
        for a, b in last_first:
            if a.of_the_answer:
                return lambda k: a.wrap(_giving(b.answers[k]))
        for a, b in ((one, two), (two, one)):
            if a.wrap:  # what belongs to no line goes with every text
                function = a.wrap(b.function)
                return lambda k: function
        if one.text is not two.text or one.touched & two.touched:
            return None
        try:
            function = one.text.function([*one.changes, *two.changes])
        except (LookupError, SyntaxError, ValueError, TypeError, AttributeError):
            return None
        return lambda k: function


def _near(a, b):
    return np.abs(a - b) <= 4e-7 * (1 + np.abs(a))


def _giving(answer):
    """A function that gives this answer, whatever it is called with."""
    return lambda *args: answer()


def _alike(prints):
    """For each row: how many others are like it, and one of them."""
    with np.errstate(invalid="ignore"):
        rounded = np.nan_to_num(prints, nan=-17.0)
    order = np.lexsort(rounded.T[::-1])
    count, one = np.zeros(len(prints), int), np.full(len(prints), -1)
    for step in (1, 2, 3):
        if len(order) > step:
            a, b = order[:-step], order[step:]
            near = _near(rounded[a], rounded[b]).all(1)
            a, b = a[near], b[near]
            count[a] += 1
            count[b] += 1
            one[a], one[b] = b, a
    return count, one


def _short(words):
    """A name for a slip: its words without spaces."""
    return "".join(words.split())[:80]
