"""Where the instructor's cells run, in the judge: one set of names for all of them.

A name is looked up among what the instructor's cells have bound so far, then among Python's
builtins and the USUAL modules, and last among the student's. So no student's cell can put
something of its own in the place of a test's helper, and a test's own names last from one test
cell to the next, as in a kernel.
"""

import ast
import builtins
import contextlib
import importlib
import io
import re
import sys

from rnn_course.autograde.notebook_cell import STUDENT, TEST
from rnn_course.verdict import Verdict

# what these names stand for in a test, wherever the notebook imports them: a student's cell may
# hold the import, but what it makes of the name is not asked
USUAL = {
    "torch": "torch",
    "nn": "torch.nn",
    "F": "torch.nn.functional",
    "np": "numpy",
    "numpy": "numpy",
    "math": "math",
    "check": "rnn_course.checks",
}
_MAGIC = re.compile(r"^([ \t]*)[%!].*$", re.MULTILINE)


class Namespace:
    """The names of the instructor's cells, and how their cells are run with the student's."""

    def __init__(self, cells):
        self.globals = {"__name__": "__main__"}
        self.verdict = None
        self.hidden = {file_of(i): _hidden_lines(c.source) for i, c in enumerate(cells)}
        trees = {id(c): _tree_or_none(c.source) for c in cells if c.kind != STUDENT}
        self.binds = {key: _bound(tree) for key, tree in trees.items()}
        self.reads = {key: _read(tree) for key, tree in trees.items()}
        self.tests_read = set().union(*[self.reads[id(c)] for c in cells if c.kind == TEST], set())
        self.ours = set().union(*self.binds.values(), dir(builtins), USUAL)

    def wants(self, cell):
        """Is a given cell to be run here? Not if it only shows what the student's code does."""
        students = self.reads[id(cell)] - self.ours
        return not students or bool(self.binds[id(cell)] & self.tests_read)

    def leave_to_student(self, names):
        for name in names:
            self.globals.pop(name, None)

    def run(self, index, cell, names):
        """Run an instructor's cell; returns its outputs. Raises whatever it raises.

        What a check that it shows has found is `self.verdict` afterwards; of several the last,
        which is the hidden one and covers the visible cases too.
        """
        self.verdict = None
        tree = _tree(cell.source, file_of(index))
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        printed, shown = io.StringIO(), []
        own = {"display": lambda *xs: shown.extend(self._show("display_data", x) for x in xs)}
        own |= {"get_ipython": lambda: None}
        self.globals["__builtins__"] = _Names(names, own)
        try:
            with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
                exec(compile(tree, file_of(index), "exec"), self.globals)
                if last is not None:
                    code = compile(ast.Expression(last.value), file_of(index), "eval")
                    value = eval(code, self.globals)
                    if value is not None:
                        shown.append(self._show("execute_result", value))
        finally:
            text = printed.getvalue()[:100_000]
        stream = [{"output_type": "stream", "name": "stdout", "text": text}] if text else []
        return stream + shown

    def _show(self, kind, value):
        """A value as a notebook shows it."""
        found = getattr(value, "verdict", None)
        self.verdict = found if isinstance(found, Verdict) else self.verdict
        data = {"text/plain": repr(value)}
        if callable(getattr(value, "_repr_html_", None)):
            data["text/html"] = value._repr_html_()
        number = {"execution_count": None} if kind == "execute_result" else {}
        return {"output_type": kind, "data": data, "metadata": {}, **number}

    def is_hidden(self, file, line):
        return line in self.hidden.get(file, ())

    def in_hidden_line(self):
        """Is a hidden line of a test running now?"""
        frame = sys._getframe(1)
        while frame is not None:
            if self.is_hidden(frame.f_code.co_filename, frame.f_lineno):
                return True
            frame = frame.f_back
        return False


class _Names(dict):
    """Where Python looks for a name that no cell of the instructor's binds: its own, the usual
    modules, then the student's."""

    def __init__(self, names, own):
        super().__init__(vars(builtins), **own)
        self.names = names

    def __missing__(self, name):
        if name in USUAL:
            module = importlib.import_module(USUAL[name])
            return getattr(module, name) if name == "check" else module
        return self.names[name]


def file_of(index):
    return f"<cell {index}>"


def _tree(source, file):
    """A cell's syntax tree; lines that are IPython's, not Python's, are left out."""
    if source.lstrip().startswith("%%"):
        return ast.Module([], [])
    return ast.parse(_MAGIC.sub(r"\1pass", source), file)


def _tree_or_none(source):
    """The tree of a cell, an empty one if it is no Python: that shows when it is run."""
    try:
        return _tree(source, "")
    except SyntaxError:
        return ast.Module([], [])


def _bound(tree):
    """The names that a cell's tree binds, wherever in it."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.alias):
            found.add((node.asname or node.name).partition(".")[0])
    return found


def _read(tree):
    return {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}


def _hidden_lines(source):
    lines, inside = set(), False
    for number, line in enumerate(source.splitlines(), 1):
        inside |= "BEGIN HIDDEN TESTS" in line
        if inside:
            lines.add(number)
        inside &= "END HIDDEN TESTS" not in line
    return lines
