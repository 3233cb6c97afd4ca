"""The forms in which a mistake is written down, as changes of a text.

    start    a line before the first: weights reordered, a state zeroed
    result   an expression of the answer X
    lines    pairs (right line, wrong lines); X in both stands for any expression, and "..." among
             the wrong lines for the right one: something is done before or after it

Only what differs between two lines is replaced, and what they share stays: so two mistakes in one
line can meet.
"""

import ast
import copy

from rnn_course.checks.diagnosis.texts import RESULT, START, Change, head, parsed


def start(lines):
    """Some lines before the first one."""
    body = parsed(lines)

    def changes(text):
        return [Change((text.tree, "body", 0), lambda node: together(*body, node), START)]

    return changes


def result(pattern):
    """The answer X becomes this expression of it."""
    whole = ast.parse(f"(lambda X: {pattern})(Y)", mode="eval").body

    def wrapped(value):
        return ast.Call(whole.func, [value], [])

    def changes(text):
        return [Change((node, "value", None), wrapped, RESULT) for node in returns(text.tree)]

    return changes


def lines(pairs):
    """Each right line becomes the wrong one beside it; an empty one is left out."""

    def changes(text):
        found, others = [], []
        for right, wrong in pairs:
            if right in FORMS:
                others += FORMS[right](wrong)(text)
                continue
            place, found_x = located(text, right)
            old = getattr(place[0], place[1])[place[2]]
            new = [filled(node, found_x) for node in parsed(wrong or "pass")]
            if len(new) == 1 and type(new[0]) is type(old):
                found += differing(place, old, new[0])
            else:
                found.append((place, lambda node, new=new: around(node, new)))
        return [*(text.change(place, make) for place, make in found), *others]

    return changes


FORMS = {"start": start, "result": result}


def around(node, new):
    """Some statements in the place of one, which stands among them where they have `...`."""
    return together(*(node if ast.unparse(line) == "..." else line for line in new))


def located(text, right):
    """(place, what X stands for) of the line that reads so."""
    if "X" not in {node.id for node in ast.walk(parsed(right)[0]) if isinstance(node, ast.Name)}:
        return text.find(right), None
    pattern, found = parsed(right)[0], []
    for place, node in text.statements:
        x = []
        if matches(pattern, node, x):
            found.append((place, x[0]))
    if len(found) != 1:
        raise LookupError(f"{text.name}: {len(found) or 'no'} lines are like {right!r}")
    return found[0]


def matches(pattern, node, x):
    """Is the node like the pattern, in which X is any expression? What X is goes into the list."""
    if isinstance(pattern, ast.Name) and pattern.id == "X" and isinstance(node, ast.expr):
        x.append(node)
        return ast.dump(x[0]) == ast.dump(node)
    if type(pattern) is not type(node):
        return False
    for (field, a), (_, b) in zip(ast.iter_fields(pattern), ast.iter_fields(node), strict=True):
        if field in ("body", "orelse") and isinstance(node, ast.stmt):
            continue
        one, two = (a, b) if isinstance(a, list) else ([a], [b])
        if len(one) != len(two):
            return False
        for m, n in zip(one, two, strict=True):
            if not (matches(m, n, x) if isinstance(m, ast.AST) else m == n):
                return False
    return True


def filled(node, x):
    """The node with this expression wherever X stands."""

    class Fill(ast.NodeTransformer):
        def visit_Name(self, name):
            return x if name.id == "X" else name

    return node if x is None else Fill().visit(node)


def fill(pattern, node):
    """An expression of X, with the node in X's place."""
    return filled(ast.parse(pattern, mode="eval").body, node)


def together(*statements):
    """Several statements in the place of one."""
    return ast.If(ast.Constant(True), list(statements) or [ast.Pass()], [])


def returns(tree):
    """The returns of a function itself, not of those defined in it."""
    found, left = [], list(tree.body)
    while left:
        node = left.pop()
        if isinstance(node, ast.Return) and node.value is not None:
            found.append(node)
        if not isinstance(node, ast.FunctionDef | ast.Lambda):
            left += ast.iter_child_nodes(node)
    return found


def differing(place, old, new):
    """[(place, make)] of the smallest parts in which the new node differs from the old one."""
    if ast.dump(old) == ast.dump(new):
        return []
    parts = _parts_that_differ(old, new)
    return [(place, kept(old, new))] if parts is None else parts


def _parts_that_differ(old, new):
    """The same for what is in the nodes; None if they differ as a whole."""
    if type(old) is not type(new) or isinstance(old, ast.Name | ast.Constant):
        return None
    found = []
    for (field, a), (_, b) in zip(ast.iter_fields(old), ast.iter_fields(new), strict=True):
        if field in ("body", "orelse") and isinstance(old, ast.For | ast.If | ast.While):
            continue  # a head stands for what is under it too
        many = isinstance(a, list)
        one, two = (a, b) if many else ([a], [b])
        if len(one) != len(two):
            return None
        for k, (x, y) in enumerate(zip(one, two, strict=True)):
            if isinstance(x, ast.expr) and isinstance(y, ast.expr):
                found += differing((old, field, k if many else None), x, y)
            elif isinstance(x, ast.AST) and isinstance(y, ast.AST) and type(x) is type(y):
                found += differing((old, field, k if many else None), x, y)
            elif x != y:
                return None
    return found


def kept(old, new):
    """make(old): the new node, in which what it shares with the old one are its very nodes."""
    plain = ast.Name | ast.Constant
    shared = {
        ast.dump(node): node
        for node in ast.walk(old)
        if isinstance(node, ast.expr) and not isinstance(node, plain)
    }

    class Share(ast.NodeTransformer):
        def visit(self, node):
            same = isinstance(node, ast.expr) and shared.get(ast.dump(node))
            return same or super().visit(node)

    made = Share().visit(copy.deepcopy(new))
    if isinstance(old, ast.For | ast.If | ast.While) and type(new) is type(old):
        made.body, made.orelse = old.body, old.orelse
    return lambda node: made


def line_of(change):
    """The line that a change is made in, as text; '' before the first line or of the answer."""
    return head(change.place[0]) if change.number > RESULT else ""
