"""Mistakes as data: exercises/mistakes/TASK.toml, and families of them, families/NAME.toml.

exercises/README.md tells how a file is written.
"""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import combinations, permutations, product
from pathlib import Path

import torch

from rnn_course.checks.compare import leaves
from rnn_course.checks.diagnosis import edits
from rnn_course.checks.diagnosis.texts import EXERCISES
from rnn_course.checks.places import AXES
from rnn_course.checks.signature import names_and_paths

FAMILIES = Path(__file__).resolve().parent / "families"
ALWAYS = ("results", "arguments")  # families that every task has


class DataError(Exception):
    """A file of mistakes breaks a rule: which file, which entry, which rule."""


@dataclass(frozen=True)
class Mistake:
    """One known mistake.

    changes   changes(text): a list of Changes; LookupError where the text has no such line
    read      where the book explains it, a key of sections.SECTIONS; "": as the task
    rare      is it never one of two mistakes
    place     its number under its line or in its family, times the family's `step` (default 1):
              the first ones are the likeliest
    kind      "by hand": it stands in the task's own file; "family": of a family that the file
              asks for; "always": of a family that every task has
    """

    name: str
    says: str
    changes: Callable
    read: str = ""
    rare: bool = False
    place: float = 0
    kind: str = "by hand"


def known(task, text):
    """The mistakes of a task, the likeliest first. text: one of its right answers."""
    data, places = own(task.name), Places(task, text)
    found = list(by_hand(data, task.name))
    found += family(data, {}, places, "family")
    for name, settings in data.get("families", {}).items():
        found += family(templates(name), settings, places, "family")
    for name in ALWAYS:
        found += family(templates(name), {}, places, "always")
    first = {}
    for mistake in found:
        first.setdefault(mistake.name, mistake)
    return sorted(first.values(), key=lambda mistake: mistake.rare)


@cache
def own(name):
    """What the file of a task holds; {} where there is none."""
    path = EXERCISES / "mistakes" / f"{name}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def by_hand(data, task, rare=False):
    read = data.get("read", "")
    for line, group in data.get("line", {}).items():
        yield from entries(group, task, read, rare, lambda wrong, line=line: [(line, wrong)])
    for form in edits.FORMS:
        yield from entries(data.get(form, {}), task, read, rare, form)
    yield from entries(data.get("several", {}), task, read, rare, lambda *pairs: pairs)
    if "rare" in data:
        yield from by_hand({"read": read} | data["rare"], task, rare=True)


def entries(group, task, read, rare, form):
    """The mistakes under one heading: name = [what is wrong, ..., sentence, perhaps where to read]."""
    for place, (name, entry) in enumerate(group.items()):
        wrong = [x for x in entry if isinstance(x, list)] or entry[:1]
        says = entry[len(wrong) :]
        if not 1 <= len(says) <= 2 or not says[0].rstrip().endswith((".", "?")):
            raise DataError(f"{task}, {name}: expected [what is wrong, a sentence], got {entry!r}")
        changes = edits.FORMS[form](*wrong) if isinstance(form, str) else edits.lines(form(*wrong))
        where = says[1] if len(says) == 2 else read
        yield Mistake(name, says[0], changes, where, rare, place)


def errors(name):
    """name of a mistake -> sentence, for those that stop with an error of torch (trouble.py)."""
    return {key.replace("_", "-"): says for key, says in own(name).get("raises", {}).items()}


# ----------------------------------------------------------------------------------- families


@cache
def templates(name):
    path = FAMILIES / f"{name}.toml"
    if not path.exists():
        raise DataError(f"there is no family {name!r}; there are {sorted(FAMILIES.glob('*.toml'))}")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def family(data, settings, places, kind):
    """The mistakes of these templates with these settings: one for each turn of their loops."""
    for template in data.get("family", ()):
        loops = template.get("loop", {})
        turns = product(*(values(filled(spec, settings), places) for spec in loops.values()))
        for number, turn in enumerate(turns):
            names = (
                settings | dict(zip(loops, turn, strict=True)) | {"words": data.get("words", {})}
            )
            if len({str(value) for value in turn}) < len(turn) and not template.get("alike"):
                continue
            yield one_of(template, names, number, kind)


def one_of(template, names, number, kind):
    texts = {k: filled(v, names) for k, v in template.items() if isinstance(v, str)}
    pairs = [[filled(x, names) for x in pair] for pair in template.get("lines", ())]
    pairs += [(form, texts[form]) for form in edits.FORMS if form in texts]
    pairs += [(texts["line"], texts["wrong"])] if "line" in texts else []
    changes = edits.lines(pairs)
    says = capital(texts["says"])
    rare, place = template.get("rare", False), number * template.get("step", 1)
    return Mistake(texts["name"], says, changes, texts.get("read", ""), rare, place, kind)


def capital(text):
    """A sentence with its first letter large, but where it begins with a name of the code."""
    first = re.match(r"\w*", text)[0]
    rest = text[len(first) :]
    is_name = (len(first) == 1 and first != "a") or "_" in first or first == "xs" or rest[:1] == "'"
    return text if is_name else text[:1].upper() + text[1:]


def values(spec, places):
    """What a loop goes through: a list, "orders of rzn", or places in the task."""
    if not isinstance(spec, str):
        return spec
    kind, _, letters = spec.partition(" of ")
    if kind == "orders":
        orders = ["".join(p) for p in permutations(letters)][1:]
        return sorted(orders, key=lambda order: sum(a != b for a, b in zip(order, letters)))
    if kind == "groups":
        return ["".join(c) for n in range(1, len(letters)) for c in combinations(letters, n)]
    if kind in ("each", "each and all"):
        return [*letters, letters] if "all" in kind else list(letters)
    return getattr(places, spec.replace(" ", "_"))()


def filled(template, names):
    """{x}, {x.0} or {x.key} (a part of it), {x:,} (letters with commas), {x:table} (of [words])."""
    if not isinstance(template, str):
        return template

    def one(match):
        path, _, how = match[1].partition(":")
        name, *parts = path.split(".")
        if name not in names:  # a key that all values of the loops share a name for
            found = [v[name] for v in names.values() if isinstance(v, dict) and name in v]
            if not found:
                return match[0]
            value = found[0]
        else:
            value = names[name]
        for part in parts:
            value = value[int(part)] if isinstance(value, list) else value[part]
        if how == ",":
            return ", ".join(value)
        if how == "-":
            return value.replace(", ", "-").replace("_", "-")
        return names["words"][how][value] if how else filled(str(value), names)

    return re.sub(r"\{([a-zA-Z_][\w.]*(?::[\w,-]+)?)\}", one, template)


class Places:
    """Where a family can be put in a task: its results, their axes, its arguments."""

    def __init__(self, task, text):
        self.returns, self.text = task.returns, text
        self.leaves = list(leaf_paths(task.returns))
        args = task.cases()[0].args
        self.arguments = [
            (name, path, get(args, path))
            for name, path in names_and_paths(task.call)
            if path[0] < len(args)
        ]

    # ------------------------------------------------------------------------------- results

    def tensors(self):
        return [_leaf(leaf, path) for path, leaf in self.leaves if leaf.axes]

    def plain_results(self):
        return [_leaf(leaf, path) for path, leaf in self.leaves if not leaf.axes]

    def axes(self):
        return [
            _leaf(leaf, path) | {"k": k, "short": letter.replace("?", "x"), **_words(letter)}
            for path, leaf in self.leaves
            for k, letter in enumerate(leaf.axes)
        ]

    def pairs_of_axes(self):
        return [
            _leaf(leaf, path) | {"j": j, "k": k, "a": a, "b": b, "all": ", ".join(leaf.axes)}
            for path, leaf in self.leaves
            for (j, a), (k, b) in combinations(enumerate(leaf.axes), 2)
        ]

    def pairs_of_results(self, choose=combinations):
        return [
            _leaf(one, p) | {"other": two.name, "others": q}
            for (p, one), (q, two) in choose(self.leaves, 2)
        ]

    def ordered_pairs_of_results(self):
        return self.pairs_of_results(permutations)

    def parts(self):
        if not isinstance(self.returns, tuple):
            return []
        names = [leaves(p)[0].name if isinstance(p, str) else f"part {k + 1}"
                 for k, p in enumerate(self.returns)]  # fmt: skip
        return [{"name": n, "k": k, "count": len(names)} for k, n in enumerate(names)]

    def first_part(self):
        return self.parts()[:1]

    # ----------------------------------------------------------------------------- arguments

    def those(self, fits):
        return [self._argument(name, path) for name, path, x in self.arguments if fits(x)]

    def _argument(self, name, path):
        root = self.text.arguments[path[0]]
        x = root + "".join(f"[{key!r}]" for key in path[1:])
        return {"name": name, "root": root, "path": path[1:], "x": x}

    def tensor_arguments(self):
        return self.those(lambda x: isinstance(x, torch.Tensor) and x.is_floating_point())

    def whole_arguments(self):
        return self.those(_is_whole)

    def number_arguments(self):
        return self.those(lambda x: isinstance(x, int | float) and not isinstance(x, bool))

    def bool_arguments(self):
        return self.those(lambda x: isinstance(x, bool))

    def pairs_of_arguments(self, choose=combinations):
        found = []
        for (one, p, x), (two, q, y) in choose(self.arguments, 2):
            if getattr(x, "shape", type(x)) == getattr(y, "shape", type(y)):
                other = self._argument(two, q)
                more = {"other": two, "roots": other["root"], "others": other["path"]}
                found.append(self._argument(one, p) | more)
        return found

    def ordered_pairs_of_arguments(self):
        return self.pairs_of_arguments(permutations)


def _leaf(leaf, path):
    x = "X" + "".join(f"[{key!r}]" for key in path)
    return {"name": leaf.name, "path": path, "x": x}


def _words(letter):
    one, several = AXES.get(letter, (f"entry along {letter}", f"entries along {letter}"))
    return {"one": one, "several": several}


def _is_whole(x):
    if isinstance(x, torch.Tensor):
        return x.dtype == torch.int64 and x.dim() > 0
    return isinstance(x, list) and x != [] and all(type(n) is int for n in x)


def leaf_paths(returns, path=()):
    """(path, Leaf) of every declared result; a path is a tuple of positions and keys."""
    if isinstance(returns, str):
        return [(path, leaves(returns)[0])]
    items = returns.items() if isinstance(returns, dict) else enumerate(returns)
    return [found for key, inner in items for found in leaf_paths(inner, (*path, key))]


def get(nest, path):
    for key in path:
        nest = nest[key]
    return nest
