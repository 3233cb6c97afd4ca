"""A wrong answer's code with nothing left of who wrote it, so that it can be shown to a class.

    answers(notebook, master)     answer's id -> Code, of a restored notebook

Comments, docstrings and whatever an answer does besides defining something go. A name stays where
the assignment, Python or torch has it; any other becomes v1, v2, ... A text becomes "...", unless
the assignment has it or it is a formula of einsum; so does a number of more than five digits. Two
answers that differ in nothing but the names of their variables have the same `form`.
"""

import ast
import builtins
import functools
import hashlib
import keyword
import re
import string
import sys
from collections.abc import Iterable
from typing import NamedTuple

LONGEST = 5000  # letters of an answer; a longer one is not looked at
DEEPEST = 40  # brackets within brackets: below that, Python's parser takes no time
SHOWN = 1500  # letters that are kept of it
DIGITS = 5
ARGUMENTS = """alpha axis batch_first bias correction default descending device dim dims dtype end
enforce_sorted eps input keepdim key largest lengths num_classes out padding_value reduction reverse
sep size sorted start step strict total_length training""".split()
EINSUM = re.compile(r"[a-zA-Z]{1,4}(, ?[a-zA-Z]{1,4})* ?-> ?[a-zA-Z]{0,4}")


class Code(NamedTuple):
    """An answer without its author: the same `form` for the same program, and its text."""

    form: str
    text: str


def answers(notebook, master) -> dict[str, Code]:
    """answer's id -> Code, for each code answer of a restored notebook that can be read."""
    known = words_of(cell.text for cell in master) | library()
    found = {}
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and about.get("solution"):
            code = anonymous(cell.source, known)
            if code is not None:
                found[about["grade_id"]] = code
    return found


def words_of(texts: Iterable[str]) -> frozenset[str]:
    """All words in some texts."""
    return frozenset(word for text in texts for word in re.findall(r"\w+", text))


@functools.cache
def library() -> frozenset[str]:
    """The names that Python and torch have."""
    import math

    import torch

    spaces = [builtins, math, str, list, tuple, dict, set, torch, torch.Tensor, torch.linalg]
    spaces += [torch.nn, torch.nn.functional, torch.nn.utils, torch.nn.utils.rnn, torch.nn.LSTM]
    return frozenset(name for space in spaces for name in dir(space)) | {
        *keyword.kwlist,
        *sys.stdlib_module_names,
        *ARGUMENTS,  # no module says what its functions call them
        *string.ascii_letters,
    }


def anonymous(source: str, known: frozenset[str]) -> Code | None:
    """The Code of an answer; None where it is too long or nested, is no Python or defines nothing.

    known  names and texts that may stay
    """
    if len(source) > LONGEST or _depth(source) > DEEPEST:
        return None
    try:
        tree = ast.parse(source)
        tree.body = [node for node in tree.body if not isinstance(node, ast.Expr)]
        if not tree.body:
            return None
        text = ast.unparse(_Renamed(lambda name: name in known, known).visit(tree))
        bound = _bound(tree)
        form = ast.unparse(_Renamed(lambda name: name not in bound, known).visit(tree))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    digest = hashlib.blake2b(form.encode("utf-8", "replace"), digest_size=8).hexdigest()
    cut = text if len(text) <= SHOWN else text[:SHOWN] + "..."
    return Code(digest, cut.encode("utf-8", "replace").decode())


def _depth(source):
    """How many brackets are open at a time at most, those in texts and comments included."""
    depth = deepest = 0
    for sign in re.findall(r"[()\[\]{}]", source):
        depth = depth + 1 if sign in "([{" else max(0, depth - 1)
        deepest = max(deepest, depth)
    return deepest


def _bound(tree):
    """Names of variables, those of arguments not included: these are the assignment's."""
    nodes = list(ast.walk(tree))
    names = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return names - {node.arg for node in nodes if isinstance(node, ast.arg)}


class _Renamed(ast.NodeTransformer):
    """Renames what does not stay, and leaves out what is only said."""

    def __init__(self, stays, known):
        self.stays, self.known, self.names = stays, known, {}

    def _name(self, name):
        if name is None or self.stays(name):
            return name
        return ".".join(self._word(part) for part in name.split("."))  # import a.b

    def _word(self, word):
        return word if self.stays(word) else self.names.setdefault(word, f"v{len(self.names) + 1}")

    def generic_visit(self, node):
        for field in ("id", "arg", "attr", "name", "asname", "module", "rest"):
            if isinstance(getattr(node, field, None), str):
                setattr(node, field, self._name(getattr(node, field)))
        for field in ("names", "kwd_attrs"):  # global, nonlocal, patterns
            names = getattr(node, field, None)
            if names and isinstance(names[0], str):
                setattr(node, field, [self._name(name) for name in names])
        node = super().generic_visit(node)
        if isinstance(getattr(node, "body", None), list):
            said = [n for n in node.body if not (isinstance(n, ast.Expr) and _is_text(n.value))]
            node.body = said or [ast.Pass()]
        return node

    def visit_Constant(self, node):
        value = node.value
        if isinstance(value, str) and not (value in self.known or EINSUM.fullmatch(value)):
            return ast.Constant("...")
        if isinstance(value, bytes):
            return ast.Constant(b"...")
        if isinstance(value, int | float | complex) and not _is_short(value):
            return ast.Constant(...)
        return node


def _is_text(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _is_short(value):
    """Has a number at most so many digits? (An int may have too many to be written at all.)"""
    if isinstance(value, int):
        return abs(value) < 10**DIGITS
    return len(re.sub(r"e[+-]?\d+|\D", "", repr(value)).strip("0")) <= DIGITS
