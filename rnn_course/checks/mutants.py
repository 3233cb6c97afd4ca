"""Mistakes made by changing the text of a right answer: one factor left out, one name for another.

Every task has its right answer in plain code (plain.py). Here that text is changed in one place in
every way that a slip of the hand or of thought can change it, as mutation testing does, and each
changed text is one mistake: it needs no author. Two at once are two places. What is said of such a
mistake is the changed line, never the right one.
"""

import ast
import inspect
import re
import textwrap
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
import torch

from rnn_course.checks.mistakes import Mistake

SWAPS = {  # functions that are taken for one another
    "tanh": ("sigmoid", "relu"),
    "sigmoid": ("tanh", "relu"),
    "relu": ("tanh", "sigmoid"),
    "sum": ("mean",),
    "mean": ("sum",),
    "max": ("min", "sum"),
    "min": ("max",),
    "amax": ("amin",),
    "exp": ("log",),
    "log": ("exp",),
    "log_softmax": ("softmax",),
    "softmax": ("log_softmax", "sigmoid"),
    "zeros": ("ones",),
    "new_zeros": ("new_ones",),
    "zeros_like": ("ones_like",),
    "ones_like": ("zeros_like",),
    "stack": ("cat",),
    "cat": ("stack",),
    "sqrt": ("abs",),
    "norm": ("sum", "mean"),
    "cumsum": ("flip",),
}
OPERATORS = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add, ast.Mult),
    ast.Mult: (ast.Add, ast.Div),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Mod,),
    ast.Mod: (ast.FloorDiv,),
}
COMPARISONS = {
    ast.Lt: (ast.LtE, ast.Gt, ast.GtE),
    ast.LtE: (ast.Lt, ast.GtE, ast.Gt),
    ast.Gt: (ast.GtE, ast.Lt, ast.LtE),
    ast.GtE: (ast.Gt, ast.LtE, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}


class Edit:
    """One change of the text: at a place in the tree, another node is put.

    place      (parent, field, index or None)
    make       makes the new node from the one that stands there
    statement  the line that it is in: (list of statements, position)
    line       the number of the outermost statement that it is in
    depth      how deep in the tree; of two edits the deeper is made first
    """

    def __init__(self, place, make, statement, depth):
        self.place, self.make, self.statement, self.depth = place, make, statement, depth

    def get(self):
        parent, field, k = self.place
        value = getattr(parent, field)
        return value if k is None else value[k]

    def put(self, node):
        parent, field, k = self.place
        if k is None:
            setattr(parent, field, node)
        else:
            getattr(parent, field)[k] = node


MOST_ROUNDS = 2000  # of loops in one call; the right answers make a few dozen


class TooLong(Exception):  # noqa: N818
    """A changed loop goes on and on."""


class Rounds:
    """Counts the rounds of all loops in a call: a changed text may loop for ever."""

    def __init__(self):
        self.left = MOST_ROUNDS

    def __call__(self):
        self.left -= 1
        if self.left < 0:
            raise TooLong


def short_range(*bounds):
    """range, but for few numbers only."""
    numbers = range(*map(int, bounds))
    if len(numbers) > MOST_ROUNDS:
        raise TooLong
    return numbers


class CountRounds(ast.NodeTransformer):
    """Puts a call of `_round` at the start of every loop."""

    def visit_For(self, node):
        self.generic_visit(node)
        node.body.insert(0, ast.parse("_round()").body[0])
        return node


def is_round(statement):
    return isinstance(statement, ast.Expr) and ast.unparse(statement) == "_round()"


ANSWER = "_answer"
WRITING = {"append", "extend", "insert", "pop", "sort", "reverse", "update", "setdefault"}


@dataclass
class Line:
    """One statement of a text, compiled: which names it reads, stores, and writes into."""

    code: object
    reads: set
    stores: set
    writes_into: bool

    @classmethod
    def of(cls, node):
        inside = list(ast.walk(node))
        names = [n for n in inside if isinstance(n, ast.Name)]
        stores = {n.id for n in names if isinstance(n.ctx, ast.Store)}
        if isinstance(node, ast.FunctionDef):
            stores.add(node.name)
        return cls(compiled(node), {n.id for n in names}, stores, any(map(writes_into, inside)))


def compiled(node):
    """A statement as code that runs by itself; what it returns is stored as ANSWER."""
    if isinstance(node, ast.Return):
        answer = ast.Assign([ast.Name(ANSWER, ast.Store())], node.value)
        node = ast.fix_missing_locations(ast.copy_location(answer, node))
    return compile(ast.Module([node], []), "<edited>", "exec")


def writes_into(node):
    """Does this part of a text change something that is there already?"""
    if isinstance(node, ast.AugAssign):
        return True
    if isinstance(node, ast.Subscript):
        return isinstance(node.ctx, ast.Store)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr in WRITING or node.func.attr.endswith("_")
    return False


class Plain:
    """The right answer to a task in plain code, and its text as a tree that can be edited.

    Thousands of changed texts are tried for one wrong answer. So the text is run line by line:
    of a changed text only the changed lines are compiled, and where no line writes into what is
    there already, only the lines that depend on a changed one are run again.
    """

    def __init__(self, function):
        self.function = function
        source = textwrap.dedent(inspect.getsource(function))
        self.module = ast.parse(source)
        self.tree = self.module.body[0]
        self.tree.decorator_list = []
        first = self.tree.body[0]
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
            del self.tree.body[0]  # the docstring
        CountRounds().visit(self.tree)
        ast.fix_missing_locations(self.module)
        self.arguments = [a.arg for a in self.tree.args.args]
        returns = [n for n in ast.walk(self.tree) if isinstance(n, ast.Return)]
        inner = [n for d in self.tree.body if isinstance(d, ast.FunctionDef) for n in ast.walk(d)]
        self.is_straight = [r for r in returns if r not in inner] == self.tree.body[-1:]
        self.lines = [Line.of(node) for node in self.tree.body] if self.is_straight else []
        self.is_pure = not any(line.writes_into for line in self.lines)
        self.compiled = {}

    @cached_property
    def mistakes(self):
        """(likely ones, others): one for each single edit."""
        likely, others = [], []
        for k in range(len(self.tree.body)):
            for edit, is_likely in of_statement(self.tree.body, k, names_in(self.tree), 0):
                edit.line = k
                (likely if is_likely else others).append(Mutant(self, edit))
        return likely, others

    def answer(self, chosen, args, memory=None):
        """What the text with these edits gives for the arguments.

        memory: a dict of what is the same for all edits, for these very arguments.
        """
        if not self.is_straight:
            return self.whole(chosen)(*own_tensors(args))
        changed = {}
        for edit in chosen:
            changed[edit.line] = (*changed.get(edit.line, ()), edit)
        new = {k: self.changed_line(k, edits) for k, edits in changed.items()}
        if not self.is_pure or memory is None:
            names = self.start(own_tensors(args))
            for k, line in enumerate(self.lines):
                exec(new.get(k, line.code), names)
            return names[ANSWER]
        if self not in memory:
            memory[self] = self.snapshots(own_tensors(args))
        before = memory[self]
        first = min(new)
        names, other = dict(before[first]), set()
        names["_round"] = Rounds()
        for k in range(first, len(self.lines)):
            line = self.lines[k]
            if k in new or line.reads & other:
                exec(new.get(k, line.code), names)
                other |= line.stores
            else:
                names.update((name, before[k + 1][name]) for name in line.stores)
        return names[ANSWER]

    def start(self, args):
        """The names as they are before the first line."""
        names = dict(self.function.__globals__)
        names |= {"range": short_range, "_round": Rounds()}
        return names | dict(zip(self.arguments, args, strict=True))

    def snapshots(self, args):
        """The names before each line, and after the last one."""
        names = self.start(args)
        found = [dict(names)]
        for line in self.lines:
            exec(line.code, names)
            found.append(dict(names))
        return found

    def changed_line(self, k, chosen):
        """The compiled line with these edits in it."""
        if chosen in self.compiled:
            return self.compiled[chosen]
        code = self.with_edits(chosen, lambda: compiled(self.tree.body[k]))
        if len(chosen) == 1:  # two in one line are seldom tried twice
            self.compiled[chosen] = code
        return code

    def whole(self, chosen):
        """The function with these edits made in its text, compiled as a whole."""

        def build():
            names = dict(self.function.__globals__) | {"range": short_range}
            exec(compile(self.module, "<edited>", "exec"), names)

            def counted(*args):
                names["_round"] = Rounds()
                return names[self.tree.name](*args)

            return counted

        if chosen not in self.compiled:
            self.compiled[chosen] = self.with_edits(chosen, build)
        return self.compiled[chosen]

    def with_edits(self, chosen, use):
        """What `use()` gives while the edits are made in the tree; then they are undone."""
        undo = []
        try:
            for edit in sorted(chosen, key=lambda e: -e.depth):
                old = edit.get()
                undo.append((edit, old))
                edit.put(ast.fix_missing_locations(edit.make(old)))
            return use()
        finally:
            for edit, old in reversed(undo):
                edit.put(old)

    def line(self, edit):
        """The changed line."""

        def text():
            body, k = edit.statement
            changed = body[k]
            return "" if isinstance(changed, ast.Pass) else ast.unparse(changed).splitlines()[0]

        return self.with_edits((edit,), text)

    def right_line(self, edit):
        body, k = edit.statement
        return ast.unparse(body[k]).splitlines()[0]


def own_tensors(value):
    """A copy of the arguments as tensors: a changed text may write into them."""
    if isinstance(value, torch.Tensor):
        return value.clone()
    if isinstance(value, np.ndarray):
        return torch.from_numpy(value.copy())
    if isinstance(value, tuple | list):
        return type(value)(map(own_tensors, value))
    if isinstance(value, dict):
        return {key: own_tensors(inner) for key, inner in value.items()}
    return value


class Mutant(Mistake):
    """The mistake of one edit. Its name is the changed line, without spaces."""

    def __init__(self, plain, edit):
        self.plain, self.edit, self.section = plain, edit, ""
        self.change = {"plain": plain, "edits": (edit,)}

    @property
    def goes_with(self):
        return id(self.plain), self.edit.line

    @cached_property
    def line(self):
        return self.plain.line(self.edit)

    @cached_property
    def name(self):
        line = self.line or "without:" + self.plain.right_line(self.edit)
        return line.replace(" ", "")

    @cached_property
    def words(self):
        if not self.line:
            return f"A line is missing, the one that begins `{self._target()}`."
        return f"What comes out is what this would give: `{self.line}`. Look at that step of yours."

    def _target(self):
        return self.plain.right_line(self.edit).split("=")[0].strip()


# ----------------------------------------------------------------------- every single edit


def names_in(function):
    """The function's own variables: its arguments and what it assigns."""
    found = [a.arg for a in function.args.args]
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.append(node.id)
    return list(dict.fromkeys(found))


def of_statement(body, k, names, depth):
    node, statement = body[k], (body, k)
    if is_round(node):
        return
    holder = _Holder(body)
    place = (holder, "body", k)
    if isinstance(node, ast.Assign) and depth + k > 0:
        yield Edit(place, lambda n: ast.Pass(), statement, depth), False
    if isinstance(node, ast.AugAssign):
        yield (
            Edit(place, lambda n: ast.Assign([n.target], n.value), statement, depth),
            True,
        )
        yield Edit(place, lambda n: ast.Pass(), statement, depth), True
        for op in OPERATORS.get(type(node.op), ()):
            yield (
                Edit(
                    place, lambda n, op=op: ast.AugAssign(n.target, op(), n.value), statement, depth
                ),
                True,
            )
    for field in ("value", "iter", "test"):
        value = getattr(node, field, None)
        if isinstance(value, ast.expr):
            yield from of_expression((node, field, None), value, statement, names, depth + 1)
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        yield from of_assigned((node, "value", None), node, statement, names, depth + 1)
    if isinstance(node, ast.For):
        backwards = "reversed(list(x))"
        yield (
            Edit((node, "iter", None), lambda n: _fill(backwards, n), statement, depth + 1),
            True,
        )
        yield (
            Edit((node, "iter", None), lambda n: _fill("list(x)[1:]", n), statement, depth + 1),
            True,
        )
        yield (
            Edit((node, "iter", None), lambda n: _fill("list(x)[:-1]", n), statement, depth + 1),
            True,
        )
    for target in getattr(node, "targets", []):
        for parent, field, j, child in children(target):
            if isinstance(child, ast.expr) and not isinstance(child, ast.Name):
                yield from of_expression((parent, field, j), child, statement, names, depth + 1)
    for inner in ("body", "orelse"):
        inner_body = getattr(node, inner, None)
        if isinstance(inner_body, list):
            for j in range(len(inner_body)):
                yield from of_statement(inner_body, j, names, depth + 2)


def of_assigned(place, node, statement, names, depth):
    """Slips that concern a whole line: one more term or factor, another scale, another sign."""
    if isinstance(node.value, ast.Constant | ast.List | ast.Tuple | ast.Dict):
        return
    for pattern in ("-x", "x / len(x)", "x / x.shape[-1]", "x * len(x)", "2 * x", "x / 2", "x.T"):
        yield Edit(place, lambda n, pattern=pattern: _fill(pattern, n), statement, depth), True
    own = ast.unparse(node.targets[0])
    for other in names:
        if other != own and len(names) <= 20:
            for op in (ast.Add, ast.Mult):
                yield (
                    Edit(
                        place,
                        lambda n, other=other, op=op: ast.BinOp(
                            n, op(), ast.Name(other, ast.Load())
                        ),
                        statement,
                        depth,
                    ),
                    False,
                )


SLOPES = (re.compile(r"(\w+) \* \(1 - (\1)\)"), re.compile(r"1 - (\w+) \*\* 2"))
OTHER_SLOPES = (
    *("1", "x * (1 - x)", "1 - x ** 2", "1 - x", "x", "1 + x ** 2", "x ** 2", "1 / (1 + x ** 2)"),
    *("1 - torch.tanh(x) ** 2", "torch.sigmoid(x) * (1 - torch.sigmoid(x))", "x > 0"),
)


NAME_PATTERNS = (  # what a variable is taken for
    *("1 - x", "-x", "x.T", "2 * x", "x + 1", "x - 1", "x.flip(0)", "torch.tanh(x)"),
    # torch.square, not **: a whole number squared in every round would grow without end
    *("torch.sigmoid(x)", "torch.square(x)", "1 - torch.square(x)"),
)


class _Holder:
    """Stands in for the parent of a list of statements."""

    def __init__(self, body):
        self.body = body


def of_expression(place, node, statement, names, depth):
    def edit(make, likely=True):
        return Edit(place, make, statement, depth), likely

    if isinstance(node, ast.BinOp):
        text = ast.unparse(node)
        for slope in SLOPES:  # the derivative of tanh or of a sigmoid, and what is taken for it
            found = slope.fullmatch(text)
            for other in OTHER_SLOPES if found else ():
                if other.replace("x", found[1]) != text:
                    yield edit(
                        lambda n, other=other, x=found[1]: _fill(other, ast.Name(x, ast.Load()))
                    )
        if not isinstance(node.op, ast.MatMult):
            yield edit(lambda n: n.left)
            yield edit(lambda n: n.right)
        for op in OPERATORS.get(type(node.op), ()):
            yield edit(lambda n, op=op: ast.BinOp(n.left, op(), n.right))
        if isinstance(node.op, ast.Sub | ast.Div | ast.MatMult | ast.Pow):
            yield edit(lambda n: ast.BinOp(n.right, n.op, n.left))
    elif isinstance(node, ast.UnaryOp):
        yield edit(lambda n: n.operand)
        if isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
            yield from of_constant(ast.Constant(-node.operand.value), edit)
            return
    elif isinstance(node, ast.Call):
        yield from of_call(node, edit)
    elif isinstance(node, ast.Attribute) and node.attr == "T":
        yield edit(lambda n: n.value)
    elif isinstance(node, ast.Name) and node.id in names:
        for other in names:
            if other != node.id:
                yield edit(lambda n, other=other: ast.Name(other, ast.Load()), False)
        for pattern in NAME_PATTERNS:
            yield edit(lambda n, pattern=pattern: _fill(pattern, n), False)
    elif isinstance(node, ast.Constant):
        yield from of_constant(node, edit)
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        for op in COMPARISONS.get(type(node.ops[0]), ()):
            yield edit(lambda n, op=op: ast.Compare(n.left, [op()], n.comparators))
    elif isinstance(node, ast.IfExp):
        yield edit(lambda n: n.body)
        yield edit(lambda n: n.orelse)
        yield edit(lambda n: ast.IfExp(n.test, n.orelse, n.body))
    elif isinstance(node, ast.List | ast.Tuple):
        yield from of_list(node, edit)
    elif isinstance(node, ast.Slice):
        yield edit(lambda n: ast.Slice(None, n.upper, n.step))
        yield edit(lambda n: ast.Slice(n.lower, None, n.step))
        yield edit(lambda n: ast.Slice(n.upper, n.lower, n.step))
        if node.upper is not None and node.lower is None:  # the last ones for the first ones
            yield edit(lambda n: ast.Slice(ast.UnaryOp(ast.USub(), n.upper), None, n.step))
    elif isinstance(node, ast.ListComp | ast.GeneratorExp | ast.DictComp):
        for k, loop in enumerate(node.generators):
            if loop.ifs:
                yield (
                    Edit((loop, "ifs", None), lambda n: [], statement, depth + 1),
                    True,
                )
            for pattern in ("reversed(list(x))", "list(x)[1:]", "list(x)[:-1]"):
                yield (
                    Edit(
                        (node.generators[k], "iter", None),
                        lambda n, pattern=pattern: _fill(pattern, n),
                        statement,
                        depth + 1,
                    ),
                    True,
                )
    for parent, field, k, child in children(node):
        if isinstance(child, ast.expr | ast.Slice):
            yield from of_expression((parent, field, k), child, statement, names, depth + 1)


def of_call(node, edit):
    called = (
        node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    )
    is_method = isinstance(node.func, ast.Attribute) and not (
        isinstance(node.func.value, ast.Name) and node.func.value.id in ("torch", "F")
    )
    if is_method:
        yield edit(lambda n: n.func.value)
    elif node.args and called not in ("range", "len", "enumerate", "zip"):
        yield edit(lambda n: n.args[0])
    for other in SWAPS.get(called, ()):
        yield edit(lambda n, other=other: ast.Call(_named(n.func, other), n.args, n.keywords))
    for a, b in combinations(range(len(node.args)), 2):
        yield edit(lambda n, a=a, b=b: ast.Call(n.func, _swapped(n.args, a, b), n.keywords))
    for k in range(len(node.keywords)):
        yield edit(lambda n, k=k: ast.Call(n.func, n.args, n.keywords[:k] + n.keywords[k + 1 :]))
    if called == "range":
        if len(node.args) == 1:
            yield edit(lambda n: _fill("range(1, x)", n.args[0]))
            yield edit(lambda n: _fill("range(x - 1)", n.args[0]))
        yield edit(lambda n: _fill("reversed(x)", n))
    if is_method and len(node.args) == 1 and called in ("sum", "mean", "flip", "cumsum"):
        yield edit(lambda n: ast.Call(n.func, [], []))
        if isinstance(node.args[0], ast.Constant):
            yield edit(lambda n: ast.Call(n.func, [ast.parse("(0, 1)", mode="eval").body], []))


def of_constant(node, edit):
    value = node.value
    if isinstance(value, bool):
        yield edit(lambda n: ast.Constant(not n.value))
    elif isinstance(value, int | float):
        for other in dict.fromkeys((value + 1, value - 1, -value, 0, 1, 2)):
            if other != value:
                yield edit(lambda n, other=other: ast.Constant(other))


def of_list(node, edit):
    size = len(node.elts)
    kind = type(node)
    if not 2 <= size <= 6:
        return
    for a, b in combinations(range(size), 2):
        yield edit(lambda n, a=a, b=b: kind(_swapped(n.elts, a, b), ast.Load()))
    if size > 2:
        yield edit(lambda n: kind(n.elts[::-1], ast.Load()))
        yield edit(lambda n: kind(n.elts[1:] + n.elts[:1], ast.Load()))
        yield edit(lambda n: kind(n.elts[-1:] + n.elts[:-1], ast.Load()))
    for k in range(size):
        yield edit(lambda n, k=k: kind(n.elts[:k] + n.elts[k + 1 :], ast.Load()))


def children(node):
    """(parent, field, index, child) for every child of a node."""
    for field, value in ast.iter_fields(node):
        if isinstance(value, list):
            for k, child in enumerate(value):
                if isinstance(child, ast.AST):
                    yield node, field, k, child
        elif isinstance(value, ast.AST):
            yield node, field, None, value


def _fill(pattern, node):
    """The expression of a pattern with the node in x's place."""

    class Fill(ast.NodeTransformer):
        def visit_Name(self, name):
            return node if name.id == "x" else name

    return Fill().visit(ast.parse(pattern, mode="eval").body)


def _named(function, name):
    if isinstance(function, ast.Attribute):
        return ast.Attribute(function.value, name, ast.Load())
    return ast.Name(name, ast.Load())


def _swapped(values, a, b):
    values = list(values)
    values[a], values[b] = values[b], values[a]
    return values
