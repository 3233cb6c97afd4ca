"""The numbers that the right answers of a task have on their way: what a student's are held against.

They are kept without their signs, sorted, for two cases of different sizes. Besides what the texts
compute as they stand, other orders of the same sums and products count: each part of a sum, each
part of a product, each term of a sum times what multiplies it.
"""

import ast
import contextlib
from itertools import combinations

import numpy as np
import torch

from rnn_course.checks import cases
from rnn_course.checks.diagnosis import links
from rnn_course.checks.diagnosis.trace import TooMuch, Traced, floats_of

tensors = cases.tensors
MOST_TERMS = 6  # of one sum or product
MOST = 40_000  # numbers of one case
SATURATED = 1e-5  # a tanh so near to 1 is 1
SMALL = 20  # whole numbers up to it say nothing


def exact(args):
    """A fresh copy of some arguments, in float64."""
    return cases.in_dtype(args, torch.float64)


def compared(some, visible):
    """The numbers of the two cases whose values are compared: a visible one, a further one."""
    plain = [k for k, case in enumerate(some) if case.part != "edges"]
    shown, further = ([k for k in plain if (k < visible) == is_shown] for is_shown in (True, False))
    return [*shown[:1], *further[:1]]


def of_texts(texts, some, visible):
    """field -> packed numbers, one for each compared case; {} where there are too many of them.

    values_0, values_1: the numbers; links_0, links_1: what was made of what (links.packed);
    parts_0, parts_1: the prints of the results (links.prints_of_parts)
    """
    found, made = {}, []
    for number, k in enumerate(compared(some, visible)):
        numbers = [floats_of(exact(some[k].args))[0]]
        made.append({})
        try:
            for place, text in enumerate(texts):
                traced, events, answer = _traced(text, some[k])
                numbers += [event.numbers for event in events]
                numbers += other_orders(events, traced.places)
                of_text = links.links(events, traced.places)
                made[-1] |= {(place, key): marks for key, marks in of_text.items()}
        except TooMuch:
            return {}
        found[f"parts_{number}"] = links.prints_of_parts(answer)
        numbers = np.unique(np.concatenate([x for x in numbers if x is not None] or [np.empty(0)]))
        numbers = numbers[np.isfinite(numbers) & (numbers > 0)]
        if len(numbers) > MOST:
            return {}
        found[f"values_{number}"] = pack(numbers)
    if made:
        found |= {f"links_{k}": array for k, array in enumerate(links.packed(made))}
    return found


def _traced(text, case):
    """(Traced, events, answer), with the assignment's functions inside if that is not too much."""
    for source in (text.with_helpers(), ast.unparse(text.tree)):
        traced = Traced(None, source, text.scope)
        with contextlib.suppress(TooMuch):
            return traced, *traced.run(exact(case.args))
    raise TooMuch


def other_orders(events, places):
    """Parts of sums and products, and products of a factor with each term."""
    found = []
    for event in events:
        node = places[event.place].node
        if event.name or not isinstance(node, ast.BinOp) or len(event.kids) < 2:
            continue
        if isinstance(node.op, ast.Add | ast.Sub):
            found += _parts(terms(event, places, (ast.Add, ast.Sub)), torch.add)
        elif isinstance(node.op, ast.Mult):
            found += _parts(terms(event, places, (ast.Mult,)), torch.mul)
            for one, other in (event.kids[:2], event.kids[1::-1]):
                for term in terms(other, places, (ast.Add, ast.Sub)):
                    found.append(_numbers(torch.mul, [_of(one), term]))
    return found


def terms(event, places, operators, depth=0):
    """The terms of a sum, or factors of a product, also through variables."""
    node = places[event.place].node
    if isinstance(node, ast.Name) and event.kids and depth < MOST_TERMS:
        made = event.kids[-1]
        if made.name and made.kids and isinstance(places[made.place].node, ast.Assign):
            return terms(made.kids[0], places, operators, depth + 1)
    if not event.name and isinstance(node, ast.BinOp) and isinstance(node.op, operators):
        if len(event.kids) >= 2:
            left = terms(event.kids[0], places, operators, depth + 1)
            right = terms(event.kids[1], places, operators, depth + 1)
            if isinstance(node.op, ast.Sub):
                right = [-x for x in right if isinstance(x, torch.Tensor)]
            return left + right
    return [_of(event)]


def _of(event):
    """What an event's value is; a copy, in case it is changed later on."""
    return event.value


def _parts(values, combine):
    return [
        _numbers(combine, some)
        for n in range(2, min(len(values), MOST_TERMS))
        for some in combinations(values[:MOST_TERMS], n)
    ]


def _numbers(combine, values):
    try:
        total = torch.as_tensor(values[0])
        for value in values[1:]:
            total = combine(total, torch.as_tensor(value))
    except (TypeError, ValueError, RuntimeError):
        return None
    return floats_of(total)[0]


# ------------------------------------------------------------------------------------- packed


def pack(numbers):
    """Positive numbers as few bytes: differences of their bits in float32, byte by byte."""
    bits = np.unique(numbers.astype(np.float32).view(np.uint32))
    return np.diff(bits, prepend=np.uint32(0)).view(np.uint8).reshape(-1, 4).T.copy()


def unpack(packed):
    bits = np.cumsum(packed.T.copy().view(np.uint32).reshape(-1), dtype=np.uint32)
    return bits.view(np.float32).astype(np.float64)


def among(numbers, known, near):
    """For each number: is it one of the known ones (sorted), or so simple that it says nothing."""
    at = np.searchsorted(known, numbers).clip(1, max(len(known) - 1, 1))
    far = np.minimum(
        abs(known[at - 1] - numbers), abs(known[at.clip(max=len(known) - 1)] - numbers)
    )
    return far <= near * numbers + 1e-9


def is_simple(numbers):
    """Halves, small whole numbers, and what is all but one: they stand in every calculation."""
    with np.errstate(invalid="ignore"):  # infinity less infinity
        near = np.abs(2 * numbers - np.round(2 * numbers)) < SATURATED
    return near & (numbers <= SMALL) | ~np.isfinite(numbers)
