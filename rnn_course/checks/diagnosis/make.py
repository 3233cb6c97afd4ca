"""Works out what every known mistake gives on the cases of its task: the tables of prints.

python -m rnn_course.checks.diagnosis.make [TASK ...]     those that are missing or outdated
python -m rnn_course.checks.diagnosis.make --report TASK  anew, with what became of each entry
"""

import argparse
import multiprocessing
import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import torch

from rnn_course.checks import cases
from rnn_course.checks.diagnosis import mistakes, operators, store, values
from rnn_course.checks.diagnosis.prints import (
    Observations,
    alike,
    cases_of,
    is_strict,
    print_of,
    quiet,
    right_print,
    some_of,
)
from rnn_course.checks.diagnosis.tables import Hypotheses, Row
from rnn_course.checks.diagnosis.texts import Text, texts_of

LIKELY = 200  # mistakes that pairs are made of
MOST_PAIRS = 5000
PAIR_SECONDS, SLIP_SECONDS = 12.0, 4.0  # of processor time for one task
MOST_LINES = 20_000  # that a text with a `while` may run through


@dataclass
class Candidate:
    """A mistake put into a text: its changes there, and what that gives on the cases."""

    mistake: mistakes.Mistake
    text: Text
    changes: list
    function: Callable
    wrap: Callable | None
    numbers: np.ndarray

    @property
    def kind(self):
        return self.mistake.kind


@dataclass
class Report:
    """What became of the entries of a file. refused: name -> why; alike: groups of equal numbers."""

    refused: dict = field(default_factory=dict)
    alike: list = field(default_factory=list)
    counts: dict = field(default_factory=dict)


def make(task, pair_seconds=PAIR_SECONDS):
    """(Hypotheses, Report) of a task. Raises mistakes.DataError where its file breaks a rule."""
    with quiet():
        maker = Maker(task, pair_seconds)
        maker.take_data()
        if maker.is_float:
            maker.take_slips()
        return maker.hypotheses(), maker.report


class Maker:
    def __init__(self, task, pair_seconds=PAIR_SECONDS):
        self.task, self.report, self.pair_seconds = task, Report(), pair_seconds
        self.texts = texts_of(task.name)
        self.cases, self.visible = cases_of(task)
        self.args, self.all = [values.exact(c.args) for c in self.cases], range(len(self.cases))
        self.strict = is_strict(task)
        expected = [right_print(task, case) for case in self.cases]
        self.right = Observations(*(np.array(column) for column in zip(*expected, strict=True)))
        self.is_float = any(
            x.is_floating_point() for x in values.tensors(task.exact(self.cases[0]))
        )
        self.candidates, self.plain = [], {}  # plain: text -> its function
        for k, text in enumerate(self.texts):
            self.plain[text], _ = self.function(text)
            if not self.is_right(self.run(self.plain[text], self.all)):
                raise mistakes.DataError(
                    f"{task.name}: way {k + 1} of {len(self.texts)} is not a right answer"
                )

    def function(self, text, changes=()):
        """(a text with these changes, to be called; wrap, see Text.around)."""
        wrap = text.around(changes) if changes else None
        if wrap:
            return wrap(self.plain[text]), wrap
        function = text.function(changes)
        return (_limited(function) if text.may_hang else function), None

    def run(self, function, some):
        """The prints of a function on the cases with these numbers; nan where it raises."""
        return np.array([self.number(function, k) for k in some])

    def number(self, function, k):
        try:
            answer = function(*cases.change_tensors(self.args[k], torch.clone))
        except Exception:  # noqa: BLE001  (a mistake may fail in any way)
            return np.nan
        return print_of(self.task.evidence(answer), strict=self.strict)[0]

    def is_right(self, numbers):
        return bool(alike(numbers, self.right).all())

    # -------------------------------------------------------------------------------- singles

    def take_data(self):
        for mistake in mistakes.known(self.task, self.texts[0]):
            why = "no text has such a line"
            for text in self.texts:
                try:
                    changes = mistake.changes(text)
                except LookupError as error:
                    why = str(error)
                    continue
                why = self.take(mistake, text, changes)
                break
            if why and mistake.kind == "by hand":
                self.report.refused[mistake.name] = why

    def take_slips(self):
        for text in self.texts:
            kinds = kinds_of(text, self.cases[0].args)
            end = time.thread_time() + SLIP_SECONDS / len(self.texts)
            for changes, words in operators.slips(text, kinds):
                if time.thread_time() > end:
                    break
                said = f"{words[0].upper()}{words[1:]}."
                slip = mistakes.Mistake(_short(words), said, None, rare=True, kind="slip")
                self.take(slip, text, changes)

    def take(self, mistake, text, changes):
        """Add a mistake to the candidates; returns '' or why it is refused."""
        try:
            function, wrap = self.function(text, changes)
            numbers = self.run(function, self.all[:1])
            if np.isnan(numbers).any():
                return f"it raises: {self.error(function)}"
            if mistake.kind == "slip" and not self.is_news(numbers[0]):
                return "others give the same"
            numbers = np.concatenate([numbers, self.run(function, self.all[1:])])
        except (SyntaxError, ValueError, TypeError, AttributeError) as error:
            return f"it does not compile: {error}"
        if self.is_right(numbers):
            return "it changes nothing"
        self.candidates.append(Candidate(mistake, text, changes, function, wrap, numbers))
        return ""

    def is_news(self, number):
        """Has no other candidate this print on the first case?"""
        known = [candidate.numbers[0] for candidate in self.candidates]
        return not (np.abs(np.array([self.right.numbers[0], *known]) - number) <= 1e-6).any()

    def error(self, function):
        try:
            function(*values.exact(self.cases[0].args))
        except Exception as error:  # noqa: BLE001
            return f"{type(error).__name__}: {error}"[:200]
        return "what it gives has no print"

    # ---------------------------------------------------------------------------------- table

    def groups(self):
        """The candidates of equal prints together, in the order of the likeliest of each."""
        found, columns = [], defaultdict(list)  # rounded first print -> groups
        for candidate in self.candidates:
            near = _slack(candidate.numbers)
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
        pairs, pair_rows, tried = self.pairs([group[0] for group in groups], singles)
        self.report.counts = {
            "by hand": sum(c.kind == "by hand" for c in self.candidates),
            "rows": len(rows),
            "slips": sum(row.kind == "slip" for row in rows),
            "pairs": len(pairs),
        }
        found = values.of_texts(self.texts, self.cases, self.visible) if self.is_float else {}
        return Hypotheses(
            singles.reshape(len(rows), len(self.cases)),
            *(pairs, pair_rows, tried, self.right.numbers, self.visible),
            *(mistakes.errors(self.task.name), rows, found),
        )

    # ---------------------------------------------------------------------------------- pairs

    def pairs(self, firsts, singles):
        """(prints, rows, tried cases) of two mistakes at once, each pair with a print of its own."""
        plain = [k for k, case in enumerate(self.cases) if case.part != "edges"] or [0]
        tried = [k for k in plain if k < self.visible][: 1 if self.is_float else 3]
        tried += [k for k in plain if k >= self.visible][: 1 if self.is_float else 2]
        likely = [k for k, c in enumerate(firsts) if not c.mistake.rare]
        likely.sort(key=lambda k: (firsts[k].kind == "always", firsts[k].mistake.place))
        order = sorted(combinations(range(min(LIKELY, len(likely))), 2), key=sum)
        prints, rows, end = [], [], time.thread_time() + self.pair_seconds
        for a, b in order:
            if len(prints) >= MOST_PAIRS or time.thread_time() > end:
                break
            numbers = self.both(firsts[likely[a]], firsts[likely[b]], tried)
            if numbers is not None:
                prints.append(numbers)
                rows.append((likely[a], likely[b]))
        prints = np.array(prints, np.float32).reshape(-1, len(tried))
        keep = _distinct(np.concatenate([singles[:, tried], prints]))[len(singles) :]
        rows = np.array(rows, np.uint16).reshape(-1, 2)
        return prints[keep], rows[keep], tried

    def joined(self, one, two):
        """The function with two mistakes, or None where both change the same."""
        for a, b in ((one, two), (two, one)):
            if a.wrap:  # what belongs to no line goes with every text
                return a.wrap(b.function)
        if one.text is not two.text or one.text.touched(one.changes) & one.text.touched(
            two.changes
        ):
            return None
        return self.function(one.text, [*one.changes, *two.changes])[0]

    def both(self, one, two, tried):
        """The prints of two mistakes at once, or None where they cannot be together."""
        try:
            function = self.joined(one, two)
            if function is None:
                return None
            numbers = self.run(function, tried)
        except (LookupError, SyntaxError, ValueError, TypeError, AttributeError):
            return None
        is_right = alike(numbers, some_of(self.right, tried)).all()
        return None if np.isnan(numbers).any() or is_right else numbers


def _slack(numbers):
    return 1e-7 * (1 + np.abs(numbers))


def _distinct(prints):
    """Which rows are like no other row."""
    with np.errstate(invalid="ignore"):
        rounded = np.nan_to_num(prints, nan=-17.0)
    order = np.lexsort(rounded.T[::-1])
    same = np.zeros(len(prints), bool)
    for step in (1, 2, 3):
        if len(order) > step:
            a, b = rounded[order[:-step]], rounded[order[step:]]
            near = (np.abs(a - b) <= 4e-7 * (1 + np.abs(a))).all(1)
            same[order[:-step]] |= near
            same[order[step:]] |= near
    return ~same


def _short(words):
    """A name for a slip: its words without spaces."""
    return "".join(words.split())[:80]


def kinds_of(text, args):
    """name -> (type, number of axes) of every variable, from one run: what goes for what."""
    names, function = {}, text.function()

    def look(frame, event, argument):
        if frame.f_code is function.__code__ or frame.f_back.f_code is function.__code__:
            names.update(frame.f_locals)
            return look
        return None

    sys.settrace(look)
    try:
        function(*values.exact(args))
    finally:
        sys.settrace(None)
    return {
        name: (type(v).__name__, v.dim() if isinstance(v, torch.Tensor) else 0)
        for name, v in names.items()
    }


class TooLong(Exception):  # noqa: N818
    """A changed loop goes on and on."""


def _limited(function):
    """The function, stopped after so many lines: a changed `while` may never end."""

    def call(*args):
        left = MOST_LINES

        def look(frame, event, argument):
            nonlocal left
            left -= 1
            if left < 0:
                raise TooLong
            return look

        sys.settrace(look)
        try:
            return function(*args)
        finally:
            sys.settrace(None)

    return call


# ---------------------------------------------------------------------------------- the command


def made(name):
    """Make the prints of one task and store them; returns (name, seconds, Report or an error).

    Where an entry of its file is refused nothing is stored.
    """
    torch.set_num_threads(1)
    from rnn_course.checks import check

    start = time.thread_time()
    try:
        hypotheses, report = make(getattr(check, name))
        if report.refused:
            said = "; ".join(f"{entry}: {why}" for entry, why in report.refused.items())
            raise mistakes.DataError(f"exercises/mistakes/{name}.toml: {said}")
        store.save(name, hypotheses)
    except mistakes.DataError as error:
        report = error
    return name, time.thread_time() - start, report


def make_all(names=(), anew=False, workers=None):
    """Make the prints of these tasks (or all) that are missing or outdated: a list as of `made`."""
    wanted = [name for name in names or store.names() if anew or not store.is_new(name)]
    # those with most entries take longest: begun first, so that no worker ends alone
    wanted.sort(key=lambda name: -(store.MISTAKES / f"{name}.toml").stat().st_size)
    workers = min(workers or os.cpu_count() or 1, len(wanted))
    if workers <= 1:
        return [made(name) for name in wanted]
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(made, wanted))


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tasks", nargs="*", metavar="TASK", help="without: all that have data")
    parser.add_argument("--report", action="store_true", help="anew; what became of each entry")
    options = parser.parse_args(arguments)
    failed = False
    for name, seconds, report in make_all(options.tasks, options.report):
        if isinstance(report, Exception):
            print(f"{name}: {report}", file=sys.stderr)
            failed = True
            continue
        print(f"{name}: {report.counts}, {seconds:.1f} s")
        for group in report.alike if options.report else ():
            print(f"    the same numbers: {', '.join(group)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
