"""Is what came back right, and if not, what is the first thing that is wrong with it?

`compare(returns, expected, got, rounding)` walks along the declared results of a task and gives
one Finding for each. It looks at types, then shapes, then dtypes, then for nan, and only then at
numbers; it never computes with something it has not looked at. Of the expected values a Finding
keeps one: that of the first place which is wrong.
"""

import math
from dataclasses import dataclass

import numpy as np
import torch

MOST_NUMBERS = 1_000_000  # a larger answer is not looked into: no task has one
DTYPES = {"float32": torch.float32, "float64": torch.float64}  # that a task may ask for by name


@dataclass
class Leaf:
    """One declared result: its name, its axes by letters, the part of the grade it belongs to.

    needs   what else the task asks of it: "float32", a dtype by its name; "same", the dtype of
            the tensors that came in; "free", not tied to autograd
    """

    name: str
    axes: tuple = ()
    part: str = "forward"
    needs: tuple = ()

    @classmethod
    def read(cls, text):
        """'h_n: L N H [same] | states' -> Leaf('h_n', ('L', 'N', 'H'), 'states', ('same',))."""
        text, _, part = text.partition("|")
        text, _, needs = text.partition("[")
        name, _, axes = text.partition(":")
        needs = tuple(needs.strip(" ]").split())
        return cls(name.strip(), tuple(axes.split()), part.strip() or "forward", needs)


@dataclass
class Difference:
    """Where two values first differ.

    path      "[2, 0, 1]", "['he']", or "" for the whole
    got       what is there, as the end of a sentence: "is 0.31", "has 5 entries"
    expected  what should be there: "0.52"
    is_value  is `expected` a value of the right answer (and no type, and no count)
    """

    path: str
    got: str
    expected: str = ""
    is_value: bool = False

    def text(self, name, tell=True):
        """'h[2, 0, 1] is 0.31; expected 0.52'; without the right value unless `tell`."""
        told = (
            f"; expected {self.expected}" if self.expected and (tell or not self.is_value) else ""
        )
        return f"{name}{self.path} {self.got}{told}"


@dataclass
class Finding:
    """What was found out about one result of one call.

    kind     right, numbers, shape, type, dtype, tied, nan, plain (something else than a tensor)
    shape    what came (a shape, or a type's name); expected: what should have come
    largest  the largest difference
    wrong    for numbers: a bool tensor of the expected shape, True where it is wrong
    first    for numbers and plain values: the first Difference
    dtype    of a tensor that came
    """

    leaf: Leaf
    kind: str
    got: str = ""
    expected: str = ""
    largest: float = 0.0
    wrong: torch.Tensor | None = None
    first: Difference | None = None
    dtype: torch.dtype | None = None
    is_discrete: bool = False

    @property
    def right(self):
        return self.kind == "right"


class Missing(str):
    """Stands where a result could not be had; says why."""


def leaves(returns):
    """All declared results, in order."""
    if isinstance(returns, str):
        return [Leaf.read(returns)]
    values = returns.values() if isinstance(returns, dict) else returns
    return [leaf for value in values for leaf in leaves(value)]


def compare(returns, expected, got, rounding, dtype=torch.float32):
    """One Finding for each result that `returns` declares.

    returns   names and axes in the form of the return value: ("output: T N H", ("h_n: N H", ...))
    expected  the oracle's answer in float64, in that form
    rounding  how far float32 itself may be off, in the same form: see `rounding_of`
    dtype     of the floating tensors that the function was called with
    """
    if isinstance(returns, str):
        return [compare_leaf(Leaf.read(returns), expected, got, rounding, dtype)]
    if isinstance(returns, dict):
        if not isinstance(got, dict):
            return _all(returns, "type", describe(got), f"a dict with the keys {list(returns)}")
        findings = []
        for key, inner in returns.items():
            if key not in expected:
                continue  # not asked in this case
            if key not in got:
                findings += _all(inner, "type", f"no key {key!r}", f"the key {key!r}")
            else:
                findings += compare(inner, expected[key], got[key], rounding[key], dtype)
        return findings
    wanted = form(returns)
    if not isinstance(got, tuple | list):
        return _all(returns, "type", describe(got), f"{len(returns)} results, {wanted}")
    if len(got) != len(returns):
        return _all(returns, "type", describe(got), f"{len(returns)} results, {wanted}")
    parts = zip(returns, expected, got, rounding, strict=True)
    return [finding for part in parts for finding in compare(*part, dtype)]


def compare_leaf(leaf, expected, got, rounding, dtype=torch.float32):
    if not isinstance(expected, torch.Tensor):
        return compare_plain(leaf, expected, got)
    tied = is_tied(got)
    got = as_tensor(got, expected)
    if not isinstance(got, torch.Tensor):
        wanted = f"a tensor {shape_text(expected.shape)}" if expected.dim() else "a number"
        return Finding(leaf, "type", describe(got), wanted)
    if got.shape != expected.shape:
        return Finding(leaf, "shape", shape_text(got.shape), shape_text(expected.shape))
    if got.is_complex() or got.layout != torch.strided or got.is_meta:
        said = f"a tensor of {dtype_text(got.dtype)}, {got.layout}"
        return Finding(leaf, "type", said, "an ordinary tensor of floats")
    asked = wrong_dtype(leaf, expected, got.dtype, dtype)
    if asked:
        return Finding(leaf, "dtype", dtype_text(got.dtype), asked, dtype=got.dtype)
    if tied and "free" in leaf.needs:
        return Finding(leaf, "tied", shape_text(got.shape), dtype=got.dtype)
    finding = Finding(leaf, "right", shape_text(got.shape), dtype=got.dtype)
    finding.is_discrete = not expected.is_floating_point()
    given, got = got, got.to(torch.float64)
    exact, expected = expected, expected.to(torch.float64)
    difference = (got - expected).abs()
    difference[got == expected] = 0.0  # infinity equals infinity
    wrong = ~(difference <= rounding)  # nan is never within
    if wrong.any():
        nan = bool((got.isnan() & ~expected.isnan()).any())
        finding.kind = "nan" if nan else "numbers"
        finding.wrong = wrong
        finding.first = first_wrong(wrong, given, exact)
    finding.largest = difference.nan_to_num(math.inf, math.inf).max().item() if got.numel() else 0.0
    return finding


def wrong_dtype(leaf, expected, came, inputs):
    """The dtype that was asked for, in words, if `came` is another; or ''.

    Where whole numbers, truth values or floats are expected, these must come. Which floats is
    asked only where the task's text names a dtype (Leaf.needs).
    """
    if expected.dtype == torch.bool:
        return "" if came == torch.bool else "bool"
    if not expected.is_floating_point():
        whole = not came.is_floating_point and came != torch.bool
        return "" if whole else "whole numbers (torch.int64)"
    named = [DTYPES[need] for need in leaf.needs if need in DTYPES]
    if named or "same" in leaf.needs:
        wanted = named[0] if named else inputs
        return "" if came == wanted else dtype_text(wanted)
    return "" if came.is_floating_point else "floats"


def first_wrong(wrong, got, expected):
    """The Difference at the first place where `wrong` is True."""
    place = tuple(int(k) for k in wrong.nonzero()[0])
    path = f"[{', '.join(map(str, place))}]" if place else ""
    came, wanted = two_numbers(got[place].item(), expected[place].item())
    return Difference(path, f"is {came}", wanted, is_value=True)


def two_numbers(one, other):
    """Two numbers as text, short, but with digits enough to tell them apart."""
    for digits in range(3, 18):
        texts = [f"{x:.{digits}g}" if isinstance(x, float) else str(x) for x in (one, other)]
        if texts[0] != texts[1]:
            break
    return texts


def compare_plain(leaf, expected, got):
    """Numbers, words, lists and dicts that are not tensors."""
    found = first_difference(expected, got)
    if found is None:
        return Finding(leaf, "right", describe(got))
    return Finding(leaf, "plain", describe(got), describe(expected), first=found)


def first_difference(expected, got, path=""):
    """None, or the Difference where two plain values first differ.

    Arrays, tensors and numpy's numbers are taken for the lists and numbers that they hold, and a
    tuple for a list.
    """
    said, got = describe(got), plain_value(got)
    if got is TOO_MUCH:
        return Difference(path, f"is {said}", describe(expected))
    if isinstance(expected, torch.Tensor):
        found = compare_leaf(Leaf("value"), expected, got, 1e-5 * (1 + expected.abs().max()))
        return None if found.right else Difference(path, "is a tensor that differs")
    if isinstance(expected, bool) or expected is None:
        same = isinstance(got, type(expected)) and got == expected
        return None if same else Difference(path, f"is {said}", repr(expected), is_value=True)
    if isinstance(expected, int | float):
        whole = isinstance(expected, int)
        if isinstance(got, bool) or not isinstance(got, int if whole else int | float):
            wanted = "a whole number" if whole else "a number"
            return Difference(path, f"is {said}", wanted)
        if is_very_large(got):
            return Difference(path, "is a very large number")
        close = got == expected or abs(got - expected) <= 1e-5 * max(1.0, abs(expected))
        if close and not (whole and got != expected):
            return None
        came, wanted = two_numbers(got, expected)
        return Difference(path, f"is {came}", wanted, is_value=True)
    if isinstance(expected, str):
        if isinstance(got, str) and got == expected:
            return None
        return Difference(path, f"is {said}", describe(expected), is_value=True)
    if isinstance(expected, list | tuple):
        if not isinstance(got, list | tuple):
            return Difference(path, f"is {said}", "a list")
        for k, (e, g) in enumerate(zip(expected, got, strict=False)):
            found = first_difference(e, g, f"{path}[{k}]")
            if found:
                return found
        if len(expected) != len(got):
            entries = "entry" if len(got) == 1 else "entries"
            return Difference(path, f"has {len(got)} {entries}", str(len(expected)))
        return None
    if isinstance(expected, dict):
        if not isinstance(got, dict):
            return Difference(path, f"is {said}", "a dict")
        for key, e in expected.items():
            if key not in got:
                return Difference(path, f"has no key {key!r}")
            found = first_difference(e, got[key], f"{path}[{key!r}]")
            if found:
                return found
        extra = [key for key in got if key not in expected]
        if extra:
            return Difference(
                path, f"has the key {describe(extra[0])}, which does not belong there"
            )
        return None
    raise TypeError(f"an oracle must give tensors, numbers, words, lists or dicts: {expected!r}")


TOO_MUCH = object()  # stands for a tensor or an array that is too large, or no ordinary one


def plain_value(got):
    """Arrays and tensors as lists, numpy's numbers as Python's; all else as it is."""
    if isinstance(got, torch.Tensor):
        got = plain_tensor(got)
        if got.numel() > MOST_NUMBERS or got.layout != torch.strided or got.is_meta:
            return TOO_MUCH
        return got.tolist()
    if isinstance(got, np.ndarray):
        return got.tolist() if got.size <= MOST_NUMBERS else TOO_MUCH
    return got.item() if isinstance(got, np.generic) else got


def rounding_of(exact, rounded):
    """How far a right answer in float32 may be from the exact one, for each tensor of a nest.

    exact is the oracle's answer in float64, rounded its answer in float32. Other orders of
    summation round otherwise: eight times the oracle's own error, and 64 units in the last place
    of the largest entry.
    """
    if isinstance(exact, torch.Tensor):
        if not exact.numel() or not exact.is_floating_point():
            return 0.0
        own = (exact - rounded).abs().nan_to_num(0.0).max().item()
        largest = exact.abs().nan_to_num(0.0, 0.0, 0.0).max().item()
        return 8 * own + 64 * torch.finfo(torch.float32).eps * largest + 1e-9
    if isinstance(exact, dict):
        return {key: rounding_of(value, rounded[key]) for key, value in exact.items()}
    if isinstance(exact, tuple | list):
        return type(exact)(map(rounding_of, exact, rounded))
    return 0.0


def plain_tensor(value):
    """An ordinary tensor with the numbers of this one, whatever its subclass says of itself."""
    with torch._C.DisableTorchFunctionSubclass():
        if value.layout != torch.strided or value.is_meta:
            return value  # sparse and the like: `compare` says that it wants an ordinary one
        return torch.Tensor.detach(value).as_subclass(torch.Tensor)


def is_tied(value):
    """Does a tensor hang on autograd's graph, whatever its subclass says of itself?"""
    if not isinstance(value, torch.Tensor):
        return False
    with torch._C.DisableTorchFunctionSubclass():
        return bool(value.requires_grad)


def as_tensor(value, like):
    """A tensor from what came back: a tensor, a number, or a row of whole numbers for a tensor
    of such."""
    if isinstance(value, torch.Tensor):
        return plain_tensor(value)
    if like.dim() == 0:
        value = plain_value(value)
        if isinstance(value, bool) or not isinstance(value, int | float) or is_very_large(value):
            return value
        return torch.tensor(float(value), dtype=torch.float64)
    if like.is_floating_point() or like.dim() != 1:
        return value
    row = plain_value(value)
    if not isinstance(row, list | tuple) or len(row) > 10_000:
        return value
    row = [plain_value(v) for v in row]
    small = all(type(v) is int and not is_very_large(v) for v in row)
    return torch.tensor(row, dtype=torch.int64) if small else value


def is_very_large(number):
    """Too large to be turned into a tensor, or into text."""
    return isinstance(number, int) and abs(number) >= 2**63


def nested_at_most(value, depth):
    """Is a nest of tuples, lists and dicts no deeper than that? (A list may hold itself.)"""
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, tuple | list):
        return True
    return depth > 0 and all(nested_at_most(v, depth - 1) for v in value)


def form(returns):
    """The declared form in words: ('output: T N H', ('h: N H',)) -> '(output, (h,))'."""
    if isinstance(returns, str):
        return Leaf.read(returns).name
    if isinstance(returns, dict):
        return "{" + ", ".join(f"{k!r}: {form(v)}" for k, v in returns.items()) + "}"
    inner = ", ".join(form(r) for r in returns)
    return f"({inner},)" if len(returns) == 1 else f"({inner})"


def shape_text(shape):
    """(3, 5) as '(3, 5)', and (5,) as '(5)'."""
    return "(" + ", ".join(str(int(n)) for n in shape) + ")"


def dtype_text(dtype):
    """torch.float32 as 'float32'."""
    return str(dtype).removeprefix("torch.")


def describe(value, depth=0):
    """What something is, in a few words: 'a tensor (3, 5)', 'a tuple of 2'."""
    if isinstance(value, torch.Tensor):
        return f"a tensor {shape_text(value.shape)}"
    if isinstance(value, np.ndarray):
        return f"a numpy array {shape_text(value.shape)}"
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, tuple | list):
        name = "tuple" if isinstance(value, tuple) else "list"
        if depth or not value:
            return f"a {name} of {len(value)}"
        inner = [describe(v, 1) for v in value[:3]]
        if 1 < len(value) < 1000 and all(describe(v, 1) == inner[0] for v in value):
            return f"a {name} of {len(value)}, each {inner[0]}"
        return f"a {name} of {len(value)}: {', '.join(inner)}{', ...' * (len(value) > 3)}"
    if isinstance(value, dict):
        return f"a dict of {len(value)}"
    if is_very_large(value):
        return "a very large number"
    if isinstance(value, float):
        return repr(value) if len(repr(value)) < 9 or not value % 1 else f"{value:.3g}"
    if isinstance(value, bool | int) or value is None:
        return repr(value)
    if isinstance(value, Missing):
        return str(value)
    if isinstance(value, str):
        return repr(value[:40])
    name = type(value).__name__
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"


def _all(returns, kind, got, expected):
    return [Finding(leaf, kind, got, expected) for leaf in leaves(returns)]
