"""Every single slip in a text: a table of operators on expressions, and one on statements.

An operator on expressions yields (make, words): make(node) is what stands in the node's place,
words say it to a learner. What has no words is not made: it could only be said by showing the
right line.
"""

import ast
from itertools import permutations

from rnn_course.checks.diagnosis.edits import fill, together

SWAPS = {  # functions that are taken for one another
    "tanh": ("sigmoid", "relu"),
    "sigmoid": ("tanh", "relu"),
    "relu": ("tanh", "sigmoid"),
    "sum": ("mean",),
    "mean": ("sum",),
    "max": ("min",),
    "min": ("max",),
    "amax": ("amin",),
    "exp": ("log",),
    "log": ("exp",),
    "zeros": ("ones",),
    "new_zeros": ("new_ones",),
    "zeros_like": ("ones_like",),
    "stack": ("cat",),
    "cat": ("stack",),
    "norm": ("sum", "mean"),
    "index_add_": ("index_copy_",),
    "softmax": ("log_softmax", "sigmoid"),
    "log_softmax": ("softmax",),
    "argmax": ("argmin",),
    "cumsum": ("cumprod",),
}
ARITHMETIC = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Add, ast.Div),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Mod,),
    ast.Mod: (ast.FloorDiv,),
}
SIGNS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%"}
COMPARISONS = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
}
LOOPS = {
    "list(X)[::-1]": "goes the other way round",
    "list(X)[1:]": "leaves the first one out",
    "list(X)[:-1]": "leaves the last one out",
    "list(X)[:1]": "takes the first one only",
    "list(X)[-1:]": "takes the last one only",
}
AROUND = {
    "1 - X": "`1 - {x}` stands where `{x}` belongs",
    "-X": "the sign of `{x}` is turned round",
    "X.T": "`{x}` is transposed",
    "torch.tanh(X)": "`{x}` goes through one more tanh",
    "torch.sigmoid(X)": "`{x}` goes through one more sigmoid",
}
MOST_LETTERS, TOO_LONG = 40, "\0"
SIMPLE = ast.Assign | ast.AugAssign | ast.Expr
PRODUCTS = ast.Mult | ast.Div | ast.MatMult
SUMS = ast.Add | ast.Sub


def code(node):
    """The node as it is said; what is longer than a glance gets no words, and so is not made."""
    text = ast.unparse(node)
    return f"`{text}`" if len(text) <= MOST_LETTERS else TOO_LONG


def name(text):
    return ast.Name(text, ast.Load())


# -------------------------------------------------------------------------------- expressions


def left_out(node, scope):
    """One side of an operation is missing."""
    if isinstance(node, ast.BinOp) and not isinstance(node.op, ast.MatMult):
        yield lambda n: n.left, f"{code(node.right)} is missing in {code(node)}"
        yield lambda n: n.right, f"{code(node.left)} is missing in {code(node)}"


def other_operation(node, scope):
    if not isinstance(node, ast.BinOp):
        return
    for op in ARITHMETIC.get(type(node.op), ()):
        said = f"`{SIGNS[op]}` stands where `{SIGNS[type(node.op)]}` belongs, in {code(node)}"
        yield lambda n, op=op: ast.BinOp(n.left, op(), n.right), said
    if isinstance(node.op, ast.Sub | ast.Div | ast.MatMult):
        said = f"the two sides of {code(node)} are exchanged"
        yield lambda n: ast.BinOp(n.right, n.op, n.left), said


def across_parenthesis(node, scope):
    """a + b * c becomes (a + b) * c or b * (a + c); a * (b + c) becomes a * b + c."""
    if not isinstance(node, ast.BinOp):
        return
    for side, other in (("right", "left"), ("left", "right")):
        part = getattr(node, side)
        if not isinstance(part, ast.BinOp):
            continue
        rest = code(getattr(node, other))
        if isinstance(node.op, SUMS) and isinstance(part.op, PRODUCTS):
            for factor in ("left", "right"):
                said = f"{rest} stands inside the product {code(part)}"
                yield lambda n, s=side, o=other, f=factor: _drawn_in(n, s, o, f), said
        if isinstance(node.op, PRODUCTS) and isinstance(part.op, SUMS):
            for out in ("left", "right"):
                said = f"{code(getattr(part, out))} stands outside the product with {rest}"
                yield lambda n, s=side, o=other, out=out: _put_out(n, s, o, out), said


def _drawn_in(n, side, other, factor):
    """rest + left * right with the rest added to one factor."""
    part, rest = getattr(n, side), getattr(n, other)
    term = getattr(part, factor)
    inner = ast.BinOp(rest, n.op, term) if side == "right" else ast.BinOp(term, n.op, rest)
    pair = (inner, part.right) if factor == "left" else (part.left, inner)
    return ast.BinOp(pair[0], part.op, pair[1])


def _put_out(n, side, other, out):
    """factor * (left + right) with one term outside."""
    part, factor = getattr(n, side), getattr(n, other)
    term, inside = getattr(part, out), getattr(part, "right" if out == "left" else "left")
    pair = (factor, inside) if side == "right" else (inside, factor)
    product = ast.BinOp(pair[0], n.op, pair[1])
    ends = (term, product) if out == "left" else (product, term)
    return ast.BinOp(ends[0], part.op, ends[1])


def calls(node, scope):
    """A call is missing, or is one of another function, or has one setting less."""
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield lambda n: n.value, f"{code(node.value)} is not transposed"
    if not isinstance(node, ast.Call):
        return
    called = getattr(node.func, "attr", getattr(node.func, "id", ""))
    of_module = isinstance(getattr(node.func, "value", None), ast.Name) and node.func.value.id in (
        *("torch", "F", "math"),
    )
    if isinstance(node.func, ast.Attribute) and not of_module:
        if called not in ("append", "backward", "extend"):
            yield lambda n: n.func.value, f"`.{called}` is missing after {code(node.func.value)}"
    elif node.args and called not in ("range", "len", "zip", "enumerate", "isinstance"):
        yield lambda n: n.args[0], f"`{called}` is missing around {code(node.args[0])}"
    for other in SWAPS.get(called, ()):
        said = f"`{other}` stands where `{called}` belongs"
        yield lambda n, other=other: _renamed(n, other), said
    for k, keyword in enumerate(node.keywords):
        said = f"`{ast.unparse(keyword)}` is missing in the call of `{called}`"
        yield lambda n, k=k: ast.Call(n.func, n.args, n.keywords[:k] + n.keywords[k + 1 :]), said


def _renamed(n, other):
    if isinstance(n.func, ast.Attribute):
        return ast.Call(ast.Attribute(n.func.value, other, ast.Load()), n.args, n.keywords)
    return ast.Call(name(other), n.args, n.keywords)


def other_name(node, scope):
    """One name for another, something around a name, a number for a name."""
    if not (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in scope):
        return
    for other, kind in scope.items():
        if other != node.id and kind == scope[node.id]:
            said = f"`{other}` stands where `{node.id}` belongs"
            yield lambda n, other=other: name(other), said
    if scope[node.id][0] == "Tensor":
        for pattern, said in AROUND.items():
            yield lambda n, pattern=pattern: fill(pattern, n), said.format(x=node.id)
    for number in (0, 1):
        said = f"{number} stands where `{node.id}` belongs"
        yield lambda n, number=number: ast.Constant(number), said


def name_for_part(node, scope):
    """A name for a whole expression: a line is skipped, or an old value is used."""
    whole = ast.BinOp | ast.Call | ast.Attribute | ast.Subscript
    if not isinstance(node, whole) or not isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        return
    inside = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    for other, kind in scope.items():
        if kind[0] == "Tensor" and not (isinstance(node, ast.Attribute) and other in inside):
            said = f"`{other}` stands where {code(node)} belongs"
            yield lambda n, other=other: name(other), said


def constants(node, scope):
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        sign, node = -1, node.operand  # before the number alone is looked at
    else:
        sign = 1
    if not isinstance(node, ast.Constant):
        return
    if isinstance(node.value, bool):
        yield lambda n: ast.Constant(not n.value), f"{not node.value} stands for {node.value}"
    elif isinstance(node.value, int | float):
        v = sign * node.value
        for other in dict.fromkeys((v + 1, v - 1, -v, 0, 1, 2)):
            if other != v:
                said = f"{other} stands where {v} belongs"
                yield lambda n, other=other: ast.Constant(other), said


def conditions(node, scope):
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        for op in COMPARISONS.get(type(node.ops[0]), ()):
            said = f"the comparison {code(node)} is another one"
            yield lambda n, op=op: ast.Compare(n.left, [op()], n.comparators), said
    if isinstance(node, ast.IfExp):
        yield lambda n: n.body, f"the condition {code(node.test)} is not asked"


def orders(node, scope):
    """A few values, or targets, in another order."""
    if isinstance(node, ast.Tuple | ast.List) and 2 <= len(node.elts) <= 4:
        for order in list(permutations(range(len(node.elts))))[1:]:
            elements = ", ".join(ast.unparse(node.elts[k]) for k in order)
            said = f"the order is `{elements}`"
            yield lambda n, o=order: type(n)([n.elts[k] for k in o], n.ctx), said


def slices(node, scope):
    if not isinstance(node, ast.Slice):
        return
    if node.lower is not None:
        yield lambda n: ast.Slice(None, n.upper, n.step), "a slice begins at the start"
    if node.upper is not None:
        yield lambda n: ast.Slice(n.lower, None, n.step), "a slice goes on to the end"
    if node.upper is not None and node.lower is None:
        one = ast.Constant(1)
        said = "a slice stands one further on than it should"
        yield lambda n: ast.Slice(one, ast.BinOp(n.upper, ast.Add(), one), n.step), said
        said = "the last ones are taken for the first ones"
        yield lambda n: ast.Slice(ast.UnaryOp(ast.USub(), n.upper), None, n.step), said


def comprehensions(node, scope):
    if isinstance(node, ast.comprehension):
        for pattern, words in LOOPS.items():
            said = f"the loop over {code(node.iter)} {words}"
            yield (
                lambda n, p=pattern: ast.comprehension(n.target, fill(p, n.iter), n.ifs, 0),
                said,
            )
        if node.ifs:
            said = f"{code(node.ifs[0])} is not asked"
            yield lambda n: ast.comprehension(n.target, n.iter, [], 0), said


EXPRESSIONS = (
    *(left_out, other_operation, across_parenthesis, calls, other_name),
    *(constants, conditions, orders, slices, comprehensions),
)


# --------------------------------------------------------------------------------- statements


def of_statements(body, parent, field):
    """Slips in a list of statements: ([(place, make)], words)."""
    for k, node in enumerate(body):
        at, after = (parent, field, k), body[k + 1] if k + 1 < len(body) else None
        if isinstance(node, SIMPLE):
            yield [(at, lambda n: ast.Pass())], f"the line {code(node)} is missing"
        if isinstance(node, ast.AugAssign):
            said = f"{code(node.target)} is overwritten, not added to"
            yield [(at, lambda n: ast.Assign([n.target], n.value))], said
        if isinstance(node, SIMPLE) and isinstance(after, SIMPLE):
            swap = [(at, lambda n, o=after: o), ((parent, field, k + 1), lambda n, o=node: o)]
            yield swap, f"{code(node)} comes after {code(after)}"
        if isinstance(node, ast.If) and not node.orelse:
            yield [(at, lambda n: together(*n.body))], f"{code(node.test)} is not asked"
        if isinstance(node, ast.For):
            yield from of_loop(node, at, body[k - 1] if k else None)


def of_loop(node, at, before):
    for pattern, words in LOOPS.items():
        said = f"the loop over {code(node.iter)} {words}"
        yield [((node, "iter", None), lambda n, p=pattern: fill(p, n))], said
    for j, where in ((0, "before"), (len(node.body) - 1, "after")):
        inner = node.body[j]
        if isinstance(inner, SIMPLE):
            gone = ((node, "body", j), lambda n: ast.Pass())
            pair = (lambda n, i=inner: (i, n)) if where == "before" else (lambda n, i=inner: (n, i))
            out = (at, lambda n, pair=pair: together(*pair(n)))
            yield [out, gone], f"{code(inner)} stands {where} the loop, not in it"
    if isinstance(before, ast.Assign):
        said = f"{code(before)} is done again in each round"
        yield [((node, "body", 0), lambda n, i=before: together(i, n))], said


# -------------------------------------------------------------------------------- the walk


def slips(text, kinds):
    """Every slip in a text, the likelier ones first: (changes, words).

    kinds: name -> what sort of value it holds
    """
    scope = {name: kinds[name] for name in text.arguments if name in kinds}
    for node in ast.walk(text.tree):  # names of loops hold inside them only, but there they do
        for n in ast.walk(getattr(node, "target", ast.Pass())):
            if isinstance(n, ast.Name) and n.id in kinds:
                scope.setdefault(n.id, kinds[n.id])
    for operators in (EXPRESSIONS, (name_for_part,)):
        for changes, words in _walk(text, text.tree, dict(scope), kinds, operators):
            if TOO_LONG not in words:
                yield changes, words


def _walk(text, node, scope, kinds, operators):
    for field, value in ast.iter_fields(node):
        if field == "args" and isinstance(node, ast.FunctionDef):
            continue
        children = value if isinstance(value, list) else [value]
        if children and isinstance(children[0], ast.stmt) and operators is EXPRESSIONS:
            for changes, words in of_statements(value, node, field):
                yield [text.change(place, make) for place, make in changes], words
        for k, child in enumerate(children):
            if not isinstance(child, ast.AST):
                continue
            place = (node, field, k if isinstance(value, list) else None)
            for operator in operators:
                for make, words in operator(child, dict(scope)):
                    yield [text.change(place, make)], words
            yield from _walk(text, child, scope, kinds, operators)
            if isinstance(child, ast.stmt):
                names = [n for n in ast.walk(child) if isinstance(n, ast.Name)]
                stored = [n.id for n in names if isinstance(n.ctx, ast.Store)]  # in their order
                scope.update((name, kinds[name]) for name in stored if name in kinds)
