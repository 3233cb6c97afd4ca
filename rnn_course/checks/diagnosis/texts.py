"""The texts of right answers: the solution in exercises/NAME.md, and other plain ways beside it.

A text is kept as a tree. A mistake is a list of changes of it: each is put in, the function is
compiled, and the tree is as it was before.
"""

import ast
import builtins
import copy
import math
import re
import textwrap
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F

EXERCISES = Path(__file__).resolve().parents[3] / "exercises"
CELL = re.compile(r"^```\{code-cell\}[^\n]*\n:nbgrader: (\w+)[^\n]*\n(.*?)^```", re.M | re.S)
MOST_ROUNDS = 20_000  # of all loops in one call: a changed loop may never end
START, RESULT = -1, 0  # numbers of the changes that touch no line: before the first, of the answer


@dataclass(frozen=True)
class Change:
    """One node of a tree and what stands there instead.

    place   (parent, field, index in the field, or None)
    make    from the node that stands there the one that is put there
    number  the place's number in preorder, START or RESULT: later places are changed first
    lines   of START and RESULT: the statements, as they stand around a call of the function
    """

    place: tuple
    make: Callable
    number: int
    lines: tuple = ()


class Text:
    """A right answer as a tree. scope: the names that its lines may use."""

    def __init__(self, source, scope):
        self.module = ast.parse(textwrap.dedent(source))
        self.tree = self.module.body[-1]
        if ast.get_docstring(self.tree):
            del self.tree.body[0]
        self.name, self.scope = self.tree.name, scope
        self.arguments = [argument.arg for argument in self.tree.args.args]
        self.spans, self.statements = {}, []  # id of a node -> its first and last number
        self._number(self.tree, 1)
        self.loops = _loops(self.tree)

    def _number(self, node, number):
        first = number
        for field, value in ast.iter_fields(node):
            for k, child in enumerate(value if isinstance(value, list) else [value]):
                if isinstance(child, ast.AST):
                    if isinstance(child, ast.stmt):
                        self.statements.append(((node, field, k), child))
                    number = self._number(child, number + 1)
        self.spans[id(node)] = first, number
        return number

    def change(self, place, make):
        """A Change of this text at a place in it, which counts as its parent's number."""
        old = get(place)
        number = self.spans[id(old)] if id(old) in self.spans else self.spans[id(place[0])]
        return Change(place, make, number[0])

    def find(self, line):
        """The place of the one statement that reads so; of a loop or a condition: its head."""
        wanted = head(parsed(line)[0])
        found = [place for place, node in self.statements if head(node) == wanted]
        if len(found) != 1:
            raise LookupError(f"{self.name}: {len(found) or 'no'} lines read {line!r}")
        return found[0]

    def function(self, changes=()):
        """The function with these changes in it. Its loops end after MOST_ROUNDS."""
        undo, loops, counted = [], list(self.loops), []
        try:
            for change in sorted(changes, key=lambda change: -change.number):
                undo.append((change.place, get(change.place)))
                new = _located(change.make(undo[-1][1]))
                put(change.place, new)
                loops += _loops(new) if isinstance(new, ast.stmt) else []
            for loop in loops:
                loop.body.insert(0, ROUND)
                counted.append(loop)
            with warnings.catch_warnings():  # Python warns of `0[k]`
                warnings.simplefilter("ignore")
                code = compile(self.module, self.file, "exec")
        finally:
            for loop in counted:
                del loop.body[0]
            for place, old in reversed(undo):
                put(place, old)
        names = dict(self.scope)
        exec(code, names)
        return _counted(names[self.name], names) if loops else names[self.name]

    def with_helpers(self):
        """The text with the functions of the assignment that it calls inside."""
        tree, left, seen = copy.deepcopy(self.tree), [self.tree], {self.name}
        while left:
            called = {n.id for n in ast.walk(left.pop()) if isinstance(n, ast.Name)} - seen
            for name in sorted(called):
                if source := getattr(self.scope.get(name), "source", None):
                    left.append(ast.parse(source).body[0])
                    tree.body.insert(0, left[-1])
            seen |= called
        return ast.unparse(tree)

    @property
    def file(self):
        """What stands for the file's name in the frames of its functions."""
        return f"<{self.name}>"

    def changed(self, changes, plain):
        """(the function with these changes, wrap), by the quicker way there is; wrap: see `around`.

        plain: the function of this text as it is
        """
        wrap = self.around(changes)
        return (wrap(plain) if wrap else self.function(changes)), wrap

    def around(self, changes):
        """wrap(function): a function with these changes, or None where they touch its lines.

        The same as `function`, and quicker: what stands before the first line and after the last
        is compiled alone.
        """
        if any(change.number > RESULT for change in changes):
            return None
        starts, results = (
            [line for c in changes if c.number == number for line in c.lines]
            for number in (START, RESULT)
        )
        arguments = ", ".join(self.arguments)
        tree = ast.parse(
            f"def {self.name}({arguments}):\n    X = FUNCTION({arguments})\n    return X"
        )
        body = tree.body[0].body
        tree.body[0].body = [*starts, body[0], *results, body[1]]
        read = {n.id for line in results for n in ast.walk(line) if isinstance(n, ast.Name)}
        if not read <= {"X", *self.arguments, *self.scope, *dir(builtins), *_bound(results)}:
            return None
        code = compile(tree, f"<around {self.name}>", "exec")

        def wrap(function):
            names = dict(self.scope) | {"FUNCTION": function}
            exec(code, names)
            return names[self.name]

        return wrap

    def touched(self, changes):
        """The numbers of the nodes that these changes replace or drop."""
        found = set()
        for change in changes:
            old = get(change.place)
            if change.number <= RESULT or not isinstance(old, ast.AST):
                continue  # before the first line, or around the answer
            first, last = self.spans[id(old)]
            gone, new = set(range(first, last + 1)), change.make(old)
            for node in ast.walk(new):
                a, b = self.spans.get(id(node), (0, 0))
                if isinstance(node, ast.expr | ast.stmt) and first <= a and b <= last:
                    gone -= set(range(a, b + 1))
            stays = isinstance(old, ast.stmt) and first not in gone  # something stands around it
            found |= gone if stays else gone | {first}
        return found


class TooLong(Exception):  # noqa: N818
    """A changed loop goes on and on."""


ROUND = ast.parse("_round()").body[0]


def _loops(tree):
    return [node for node in ast.walk(tree) if isinstance(node, ast.For | ast.While)]


def _counted(function, names):
    """The function with a count of the rounds of its loops, anew in each call."""
    left = 0

    def count():
        nonlocal left
        left -= 1
        if left < 0:
            raise TooLong

    def call(*args):
        nonlocal left
        left = MOST_ROUNDS
        return function(*args)

    names["_round"] = count
    return call


def _bound(lines):
    """The names that lambdas and comprehensions in some lines bind."""
    for line in lines:
        for node in ast.walk(line):
            if isinstance(node, ast.arg):
                yield node.arg
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id


def _located(node):
    """The node with a line number on each new node in it: Python compiles nothing without."""
    if not isinstance(node, ast.expr | ast.stmt) or not hasattr(node, "lineno"):
        node.lineno = node.end_lineno = node.col_offset = node.end_col_offset = 1
        for child in ast.iter_child_nodes(node):
            _located(child)
    return node


def parsed(lines):
    """The statements of some lines; a head without a body gets `pass`."""
    lines = textwrap.dedent(lines)
    return ast.parse(lines + "\n    pass" * lines.rstrip().endswith(":")).body


def head(node):
    text = ast.unparse(node)
    return text.split("\n")[0] if hasattr(node, "body") else text


def get(place):
    parent, field, k = place
    value = getattr(parent, field)
    return value if k is None else value[k]


def put(place, node):
    parent, field, k = place
    if k is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[k] = node


# --------------------------------------------------------------------- what the data may use


def blocks(w, gates, order):
    """w (gates*H, ...) as it is read where its blocks are taken to stand in this order."""
    parts = w.chunk(len(gates))
    return torch.cat([parts[order.index(gate)] for gate in gates])


def edited(w, gates, which, change):
    """w (gates*H, ...) with the rows of some gates changed: change(rows of a gate)."""
    parts = w.chunk(len(gates))
    return torch.cat([change(p) if g in which else p for g, p in zip(gates, parts, strict=True)])


def rows(w, gates, gate):
    """The rows of one gate."""
    return w.chunk(len(gates))[gates.index(gate)]


def each(value, change):
    """The change made to a tensor, or to each of a nest of them."""
    if isinstance(value, dict):
        return {key: each(v, change) for key, v in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(each(v, change) for v in value)
    return change(value)


def part(value, path):
    """The entry of a nest at a path: part(x, (1, 0)) is x[1][0]."""
    for key in path:
        value = value[key]
    return value


def with_part(value, path, new):
    """The nest with another entry at a path."""
    if not path:
        return new
    inner = with_part(value[path[0]], path[1:], new)
    if isinstance(value, dict):
        return value | {path[0]: inner}
    return type(value)(inner if k == path[0] else v for k, v in enumerate(value))


def exchanged(one, p, two, q):
    """Two nests, the entries at p in the first and q in the second exchanged."""
    a, b = part(one, p), part(two, q)
    if one is two:
        return (with_part(with_part(one, p, b), q, a),) * 2
    return with_part(one, p, b), with_part(two, q, a)


def only(x, axis, k):
    """Zeros but for entry k along an axis."""
    y = torch.zeros_like(x)
    y.select(axis, k).copy_(x.select(axis, k))
    return y


def moved(x, axis, by):
    """The entries one later (by = 1) or earlier (-1) along an axis, zeros where none comes from."""
    y = x.roll(by, axis)
    return y - only(y, axis, 0 if by > 0 else -1)


def plus(x, n):
    """A number, or each of a list or tensor of numbers, plus n."""
    return [v + n for v in x] if isinstance(x, list) else x + n


def times(x, n):
    """A number, or each of a list of numbers, times n."""
    return [v * n for v in x] if isinstance(x, list) else x * n


def matrix(x):
    """The tensor, if it has rows; else a TypeError."""
    if x.dim() < 2:
        raise TypeError("it has no rows")
    return x


def square(x):
    """The matrix, if it is square; else a TypeError."""
    if x.dim() != 2 or x.shape[0] != x.shape[1]:
        raise TypeError("it is not square")
    return x


HELPERS = (blocks, edited, rows, each, part, with_part, exchanged, only, moved, plus, times)
SCOPE: dict[str, Any] = {helper.__name__: helper for helper in (*HELPERS, matrix, square)}
SCOPE |= {"torch": torch, "F": F, "np": np, "math": math}


# ---------------------------------------------------------------------- where the texts stand


@cache
def solutions(assignment):
    """(scope, name -> source) of an assignment: its fixed functions, and the solutions.

    Each function of the assignment's in the scope has its text as `source`.
    """
    scope, found = dict(SCOPE), {}
    text = (EXERCISES / f"{assignment}.md").read_text(encoding="utf-8")
    for role, code in CELL.findall(text):
        if role not in ("answer", "fixed"):
            continue
        for node in ast.parse(code).body:
            if isinstance(node, ast.FunctionDef):
                source = ast.unparse(node)
                exec(source, scope)
                scope[node.name].source = source
                found |= {node.name: source} if role == "answer" else {}
    return scope, found


@cache
def assignments():
    """task -> assignment, of every solution in the exercises; nothing is run for it."""
    return {
        task: path.stem
        for path in sorted(EXERCISES.glob("*.md"))
        for role, code in CELL.findall(path.read_text(encoding="utf-8"))
        if role == "answer"
        for task in re.findall(r"^def (\w+)", code, re.M)
    }


def texts_of(task):
    """The texts of one task: the plain ways TASK, TASK_2, ... of exercises/ways, the solution."""
    assignment = assignments()[task]
    scope, found = solutions(assignment)
    path = EXERCISES / "ways" / f"{assignment}.py"
    tree = ast.parse(path.read_text(encoding="utf-8")) if path.exists() else ast.Module([], [])
    ways = [
        ast.unparse(node)
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and re.fullmatch(rf"{task}(_\d)?", node.name)
    ]
    return [Text(source, scope) for source in (*ways, found[task])]


def without_answer(task):
    """A text that gives nothing: of a task whose right answers are all different."""
    arguments = ", ".join(texts_of(task)[-1].arguments)
    return Text(f"def {task}({arguments}):\n    return None", SCOPE)
