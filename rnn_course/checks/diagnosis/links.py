"""What was made of what: two right values that nothing is made of, and a result in another's place.

The right answers leave, for each operation in their texts, three marks: what it gave, and the two
values that it was given. A mark is the same for a value's transpose, and for its negative.
"""

import ast
from dataclasses import dataclass

import numpy as np

from rnn_course.checks.diagnosis.prints import print_of

LEAST_NUMBERS = 4  # of a value that can be told from another
MOST_LINKS = 60  # of one task
MOST_LETTERS = 40  # of an expression that is shown
NEAR = {False: 1e-6, True: 2e-5}  # float64, float32: of the sums
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")
UNSEEN = (  # inside them, or through them, it is not seen what a value is made of
    *(ast.Lambda, ast.GeneratorExp, ast.ListComp, ast.SetComp, ast.DictComp, ast.Starred),
    *(ast.FunctionDef, ast.NamedExpr, ast.Try, ast.With),
)


def mark(event):
    """(how many numbers, their sum, that of their squares), without their signs; None of a value
    that is in too many calculations."""
    numbers = event.numbers
    if numbers is None or len(numbers) < LEAST_NUMBERS or not np.isfinite(numbers).all():
        return None
    if np.ptp(numbers) == 0:
        return None
    return len(numbers), numbers.sum(), numbers @ numbers


def links(events, places):
    """place -> (what it gave, one value, the other), marks, of each operation's first time."""
    found = {}
    for event in events:
        if event.name or not isinstance(places[event.place].node, ast.BinOp):
            continue
        if event.place in found or len(event.kids) < 2:
            continue
        marks = [mark(event), *(mark(kid) for kid in event.kids[:2])]
        if None not in marks:
            found[event.place] = marks
    return found


def packed(cases):
    """The same of several cases as arrays, of the operations that are in each of them."""
    both = [key for key in cases[0] if all(key in case for case in cases)][:MOST_LINKS]
    return [np.array([case[key] for key in both], np.float32).reshape(-1, 3, 3) for case in cases]


@dataclass
class Made:
    """What a student's function makes in one case: marks, what each is called, made of what."""

    marks: np.ndarray
    names: list
    kids: list
    single: bool

    @staticmethod
    def of(events, places):
        number = {id(event): k for k, event in enumerate(events)}
        names = [event.name or ast.unparse(places[event.place].node) for event in events]
        return Made(
            np.array([mark(event) or (0, 0, 0) for event in events]).reshape(-1, 3),
            names,
            [[number[id(kid)] for kid in event.kids] for event in events],
            any(event.single for event in events),
        )

    def where(self, wanted):
        """The numbers of the values with this mark."""
        near = (NEAR[self.single] * wanted).clip(min=0.5 * (np.arange(3) == 0))
        return np.flatnonzero((abs(self.marks - wanted) <= near).all(1))

    def together(self, one, other):
        """Is any value made of one of each?"""
        made = [0] * len(self.names)
        for k in range(len(made)):
            made[k] = (k in one) + 2 * (k in other)
            for kid in self.kids[k]:
                made[k] |= made[kid]
        return 3 in made

    def called(self, numbers):
        """What a value is called: its variable, or else its expression."""
        named = [self.names[k] for k in numbers if self.names[k].isidentifier()]
        return (named or [self.names[k] for k in numbers])[0]

    def apart(self, link):
        """The names of the two values of a link, if both are there and nothing is made of both."""
        whole, *parts = (self.where(wanted) for wanted in link)
        if len(whole) or not all(map(len, parts)) or self.together(*map(set, parts)):
            return None
        one, other = map(self.called, parts)
        return (one, other) if one != other and max(len(one), len(other)) <= MOST_LETTERS else None


def is_seen(function):
    """Can it be followed, through the whole text, what each value is made of?"""
    return not any(isinstance(node, UNSEEN) for line in function.body for node in ast.walk(line))


def never_together(made, arrays):
    """The names of two values that a right answer puts together and this one does not; None where
    the cases do not say the same.

    made: a Made for each case; arrays: as of `packed`
    """
    for link in zip(*arrays, strict=True):
        found = {one.apart(marks) for one, marks in zip(made, link, strict=True)}
        if len(found) == 1 and None not in found:
            return found.pop()
    return None


# -------------------------------------------------------------------------------------- roles


def prints_of_parts(answer):
    """The print of each result, where several are returned; an empty array where one is."""
    parts = answer if isinstance(answer, tuple | list) and len(answer) <= len(ORDINALS) else ()
    return np.array([print_of(part)[0] for part in parts])


def other_places(answers, arrays):
    """(where it stands, where it belongs) of the one result that stands in another's place, in
    every case; else None. arrays: prints_of_parts of the right answers."""
    found = []
    for (answer, dtype), right in zip(answers, arrays, strict=True):
        if not isinstance(answer, tuple | list) or len(answer) != len(right):
            return None
        seen = [print_of(part, dtype) for part in answer]
        found.append(
            {
                (j, i)
                for j, (number, near) in enumerate(seen)
                for i in range(len(right))
                if i != j and _same(number, right[i], near) and not _same(number, right[j], near)
                and not _same(seen[i][0], right[i], seen[i][1])
            }
        )  # fmt: skip
    both = set.intersection(*found) if found else set()
    return both.pop() if len(both) == 1 else None


def _same(number, right, near):
    return abs(number - right) <= near + 1e-6 * (1 + abs(right))
