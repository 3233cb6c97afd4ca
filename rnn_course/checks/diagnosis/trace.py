"""Following a function through its own text: every value it makes, and what it was made of.

The text is rewritten: around each expression stands a call that notes the expression's value, and
behind each statement that stores something one that notes what was stored. The function computes
what it computed before.
"""

import ast
import builtins
import copy
import inspect
import textwrap
from dataclasses import dataclass, field

import numpy as np
import torch

MOST_EVENTS = 20_000
MOST_NUMBERS = 4_000  # of one value
NOTED = (
    *(ast.BinOp, ast.UnaryOp, ast.Call, ast.Attribute, ast.Subscript, ast.Name, ast.IfExp),
    *(ast.ListComp, ast.Tuple, ast.List, ast.Dict, ast.DictComp),
)
MODULES = {"torch", "np", "numpy", "F", "nn", "math"}


class TooMuch(Exception):  # noqa: N818
    """More values than it is worth looking at."""


@dataclass
class Event:
    """One value on the way.

    place     the number of its expression or statement in Traced.places
    kids      the events that it was made of
    numbers   its floating numbers without their signs, or None: it has none
    single    are they float32
    name      the variable that it was stored in, or ""
    """

    place: int
    kids: list
    numbers: np.ndarray | None
    single: bool = False
    name: str = ""
    value: object = None


@dataclass
class Place:
    """An expression or statement: its text, its line in the file, the statement's first line."""

    node: ast.AST
    line: int
    statement: ast.stmt


@dataclass
class Log:
    """What a traced function notes down while it runs."""

    events: list = field(default_factory=list)
    stack: list = field(default_factory=list)
    made_by: dict = field(default_factory=dict)  # id of an object -> the event it came from
    held: list = field(default_factory=list)  # so that no object gets the id of another

    def mark(self):
        return len(self.stack)

    def note(self, place, mark, value):
        """The value of an expression; what was noted since the mark is what it was made of."""
        kids = self.stack[mark:]
        del self.stack[mark:]
        event = self.add(place, kids, value)
        self.stack.append(event)
        self.made_by.setdefault(id(value), event)
        if isinstance(value, tuple | list):
            for part in value:
                self.made_by.setdefault(id(part), event)
        return value

    def stored(self, place, mark, value, name):
        """What a variable holds after a statement that stored into it, or into a part of it."""
        event = self.add(place, self.stack[mark:], value, name)
        del self.stack[mark:]
        self.made_by[id(value)] = event

    def looped(self, mark, value):
        """What a loop's variable holds comes from what the loop goes through."""
        if len(self.stack) > mark and not isinstance(value, int | str):
            self.made_by[id(value)] = self.stack[mark]
            self.held.append(value)

    def add(self, place, kids, value, name=""):
        if len(self.events) >= MOST_EVENTS:
            raise TooMuch
        before = self.made_by.get(id(value))
        if before is not None and all(before is not kid for kid in kids):
            kids = [*kids, before]
        event = Event(place, kids, *floats_of(value), name, value)
        self.events.append(event)
        return event


def floats_of(value):
    """(the floating numbers of a value without signs, or None; are they float32)."""
    found, left = [], [value]
    while left:
        x = left.pop()
        if isinstance(x, torch.Tensor):
            if x.is_floating_point() and x.numel() <= MOST_NUMBERS:
                found.append(x.detach())
        elif isinstance(x, float):
            found.append(torch.tensor(x, dtype=torch.float64))
        elif isinstance(x, tuple | list) and len(x) <= 400:
            left += x
        elif isinstance(x, dict):
            left += x.values()
        elif isinstance(x, np.ndarray | np.floating) and np.asarray(x).dtype.kind == "f":
            found.append(torch.as_tensor(np.asarray(x)))
    if not found:
        return None, False
    numbers = [x.to(torch.float64).abs().reshape(-1).numpy() for x in found]
    return np.concatenate(numbers), any(x.dtype == torch.float32 for x in found)


class Noting(ast.NodeTransformer):
    """Rewrites a function so that it notes what it does. places: number -> Place."""

    def __init__(self):
        self.places, self.statement = {}, None

    def place(self, node):
        number = len(self.places)
        line = getattr(node, "lineno", self.statement.lineno)
        self.places[number] = Place(node, line, self.statement)
        return ast.Constant(number)

    def function(self, node):
        node.decorator_list = []
        node.body = self.block(node.body)
        return node

    visit_FunctionDef = function

    def block(self, statements):
        found = []
        for statement in statements:
            found += self.statements(statement)
        return found

    def statements(self, node):
        """The statement rewritten, with what notes its effects before and behind it."""
        outer, self.statement = self.statement, copy.deepcopy(node)
        before, after = [], []
        if isinstance(node, ast.FunctionDef):
            found = [self.function(node)]
        else:
            names, loops = changed_names(node), looped_names(node)
            mark = f"_mark{len(self.places)}"
            if names or loops:
                before = [_assign(mark, _call("_mark"))]
                after = [self.stored(name, mark) for name in names]
            if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
                before.append(ast.Expr(self.visit(_load(node.target.id))))
            for name, value in ast.iter_fields(node):
                if isinstance(value, ast.expr):
                    if name not in ("target", "optional_vars"):
                        setattr(node, name, self.visit(value))
                elif isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                    setattr(node, name, self.block(value))
            if loops:
                known = [ast.Expr(_call("_looped", _load(mark), _load(n))) for n in loops]
                node.body = [*known, *node.body]
            found = [*before, node, *after]
        self.statement = outer
        return found

    def stored(self, name, mark):
        arguments = (self.place(self.statement), _load(mark), _load(name), ast.Constant(name))
        return ast.Expr(_call("_stored", *arguments))

    def visit(self, node):
        if isinstance(node, ast.expr):
            loads = isinstance(getattr(node, "ctx", ast.Load()), ast.Load)
            if isinstance(node, ast.Lambda | ast.JoinedStr | ast.GeneratorExp | ast.Starred):
                return node
            if isinstance(node, NOTED) and loads and not _is_module(node):
                place = self.place(copy.deepcopy(node))
                return _call("_note", place, _call("_mark"), self.inside(node))
        return self.inside(node)

    def inside(self, node):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute) and not _is_module(node.func.value):
                node.func.value = self.visit(node.func.value)
            node.args = [self.visit(argument) for argument in node.args]
            for keyword in node.keywords:
                keyword.value = self.visit(keyword.value)
            return node
        if isinstance(node, ast.comprehension):
            node.iter = self.visit(node.iter)
            return node
        return self.generic_visit(node)


def changed_names(node):
    """The variables that a statement stores into, or changes a part of."""
    targets = getattr(node, "targets", [])
    if isinstance(node, ast.AugAssign | ast.AnnAssign):
        targets = [node.target]
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        if isinstance(node.value.func, ast.Attribute):
            targets = [node.value.func.value]  # outputs.append(h), table.index_add_(...)
    found = []
    for target in targets:
        parts = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
        for part in parts:
            while isinstance(part, ast.Subscript | ast.Attribute | ast.Starred):
                part = part.value
            if isinstance(part, ast.Name) and part.id not in MODULES:
                found.append(part.id)
    return list(dict.fromkeys(found))


def looped_names(node):
    """The variables that a loop sets in each round."""
    if not isinstance(node, ast.For):
        return []
    return [n.id for n in ast.walk(node.target) if isinstance(n, ast.Name)]


def _is_module(node):
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and (node.id in MODULES or hasattr(builtins, node.id))


def _load(name):
    return ast.Name(name, ast.Load())


def _call(name, *arguments):
    return ast.Call(_load(name), list(arguments), [])


def _assign(name, value):
    return ast.Assign([ast.Name(name, ast.Store())], value)


class Traced:
    """A function that notes what it does. Raises TypeError or OSError where there is no text.

    text: the function's own, by default what inspect finds; scope: the names that it uses
    """

    def __init__(self, function, text=None, scope=None, first_line=1):
        if text is None:
            if not inspect.isfunction(function) or function.__closure__:
                raise TypeError("only a function whose text stands alone can be followed")
            lines, first_line = inspect.getsourcelines(function)
            text, scope = textwrap.dedent("".join(lines)), function.__globals__
        tree = ast.parse(text)
        node = tree.body[0]
        if len(tree.body) != 1 or not isinstance(node, ast.FunctionDef):
            raise TypeError("only a function made by `def` can be followed")
        if any(isinstance(n, ast.Yield | ast.Await | ast.Global) for n in ast.walk(node)):
            raise TypeError("generators are not followed")
        ast.increment_lineno(tree, first_line - 1)
        self.lines, self.first_line = text.splitlines(), first_line
        self.tree = copy.deepcopy(node)
        noting = Noting()
        noting.function(node)
        ast.fix_missing_locations(tree)
        self.places, self.name, self.scope = noting.places, node.name, scope
        self.code = compile(tree, "<traced>", "exec")

    def run(self, args):
        """(events, answer) of one call. Raises what the function raises."""
        log = Log()
        names = dict(self.scope) | {"_note": log.note, "_mark": log.mark, "_stored": log.stored}
        names["_looped"] = log.looped
        exec(self.code, names)
        answer = names[self.name](*args)
        return log.events, answer

    def source(self, node):
        """What the function's text has for a node: all of it, or of several lines the first."""
        line = self.lines[node.lineno - self.first_line].encode()
        end = node.end_col_offset if node.end_lineno == node.lineno else None
        return line[node.col_offset : end].decode().strip()
