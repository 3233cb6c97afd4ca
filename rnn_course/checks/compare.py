"""Is what came back right, and if not, what is the first thing that is wrong with it?

`compare(returns, expected, got, rounding)` walks along the declared results of a task and gives
one Finding for each. It looks at types, then shapes, then for nan, and only then at numbers; it
never computes with something it has not looked at, and it keeps no expected value in a Finding.
"""

from dataclasses import dataclass, field

import torch

MOST_NUMBERS = 1_000_000  # a larger answer is not looked into: no task has one


@dataclass
class Leaf:
    """One declared result: its name, its axes by letters, the part of the grade it belongs to."""

    name: str
    axes: tuple = ()
    part: str = "forward"

    @classmethod
    def read(cls, text):
        """'h_n: L N H | states' -> Leaf('h_n', ('L', 'N', 'H'), 'states')."""
        text, _, part = text.partition("|")
        name, _, axes = text.partition(":")
        return cls(name.strip(), tuple(axes.split()), part.strip() or "forward")


@dataclass
class Finding:
    """What was found out about one result of one call.

    kind     right, numbers, shape, type, nan, plain (something else than a tensor)
    shape    what came (a shape, or a type's name); expected: what should have come
    largest  the largest difference, and `scale`, the largest expected entry
    wrong    for numbers: a bool tensor of the expected shape, True where it is wrong
    place    for plain values: where they first differ, in words
    """

    leaf: Leaf
    kind: str
    got: str = ""
    expected: str = ""
    largest: float = 0.0
    scale: float = 0.0
    wrong: torch.Tensor | None = None
    place: str = ""
    notes: list = field(default_factory=list)

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


def compare(returns, expected, got, rounding):
    """One Finding for each result that `returns` declares.

    returns   names and axes in the form of the return value: ("output: T N H", ("h_n: N H", ...))
    expected  the oracle's answer in float64, in that form
    rounding  how far float32 itself may be off, in the same form: see `rounding_of`
    """
    if isinstance(returns, str):
        return [compare_leaf(Leaf.read(returns), expected, got, rounding)]
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
                findings += compare(inner, expected[key], got[key], rounding[key])
        return findings
    wanted = form(returns)
    if not isinstance(got, tuple | list):
        return _all(returns, "type", describe(got), f"{len(returns)} results, {wanted}")
    if len(got) != len(returns):
        return _all(returns, "type", describe(got), f"{len(returns)} results, {wanted}")
    parts = zip(returns, expected, got, rounding, strict=True)
    return [finding for part in parts for finding in compare(*part)]


def compare_leaf(leaf, expected, got, rounding):
    if not isinstance(expected, torch.Tensor):
        return compare_plain(leaf, expected, got)
    got = as_tensor(got, expected)
    if not isinstance(got, torch.Tensor):
        return Finding(leaf, "type", describe(got), f"a tensor {shape_text(expected.shape)}")
    if got.shape != expected.shape:
        return Finding(leaf, "shape", shape_text(got.shape), shape_text(expected.shape))
    if got.is_complex() or got.layout != torch.strided or got.is_meta:
        said = f"a tensor of {str(got.dtype).removeprefix('torch.')}, {got.layout}"
        return Finding(leaf, "type", said, "an ordinary tensor of floats")
    got = got.to(torch.float64)
    expected = expected.to(torch.float64)
    scale = expected.abs().max().item() if expected.numel() else 0.0
    finding = Finding(leaf, "right", shape_text(got.shape), scale=scale)
    difference = (got - expected).abs()
    difference[got == expected] = 0.0  # infinity equals infinity
    wrong = ~(difference <= rounding)  # nan is never within
    if wrong.any():
        nan = bool((got.isnan() & ~expected.isnan()).any())
        finding.kind = "nan" if nan else "numbers"
        finding.wrong = wrong
    finding.largest = difference.nan_to_num(float("inf")).max().item() if got.numel() else 0.0
    return finding


def compare_plain(leaf, expected, got):
    """Numbers, words, lists and dicts that are not tensors."""
    place = first_difference(expected, got)
    if place is None:
        return Finding(leaf, "right", describe(got))
    return Finding(leaf, "plain", describe(got), describe(expected), place=place)


def first_difference(expected, got, where=""):
    """None, or words on where two plain values first differ. Never the expected value itself."""
    if isinstance(got, torch.Tensor) and not isinstance(expected, torch.Tensor):
        got = plain_tensor(got)
        if got.numel() > MOST_NUMBERS or got.layout != torch.strided or got.is_meta:
            return f"{where}got {describe(got)}"
        got = got.tolist()
    if isinstance(expected, torch.Tensor):
        found = compare_leaf(Leaf("value"), expected, got, 1e-5 * (1 + expected.abs().max()))
        return None if found.right else f"{where}a tensor that differs"
    if isinstance(expected, bool) or expected is None:
        same = isinstance(got, type(expected)) and got == expected
        return None if same else f"{where}{describe(got)}"
    if isinstance(expected, int | float):
        if isinstance(got, bool) or not isinstance(got, int | float):
            return f"{where}a number was expected, got {describe(got)}"
        if is_very_large(got):
            return f"{where}got a very large number"
        close = got == expected or abs(got - expected) <= 1e-5 * max(1.0, abs(expected))
        return None if close else f"{where}got {got!r}"
    if isinstance(expected, str):
        if isinstance(got, str) and got == expected:
            return None
        return f"{where}got {describe(got)}"
    if isinstance(expected, list | tuple):
        if not isinstance(got, list | tuple):
            return f"{where}a list was expected, got {describe(got)}"
        for k, (e, g) in enumerate(zip(expected, got, strict=False)):
            place = first_difference(e, g, f"{where}at position {k}: ")
            if place:
                return place
        if len(expected) != len(got):
            return f"{where}{len(expected)} entries were expected, got {len(got)}"
        return None
    if isinstance(expected, dict):
        if not isinstance(got, dict):
            return f"{where}a dict was expected, got {describe(got)}"
        for key, e in expected.items():
            if key not in got:
                return f"{where}the key {key!r} is missing"
            place = first_difference(e, got[key], f"{where}at {key!r}: ")
            if place:
                return place
        extra = [key for key in got if key not in expected]
        return f"{where}{extra[0]!r} does not belong there" if extra else None
    raise TypeError(f"an oracle must give tensors, numbers, words, lists or dicts: {expected!r}")


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


def as_tensor(value, like):
    """A tensor from what came back: a tensor, or numbers where a few whole numbers will do."""
    if isinstance(value, torch.Tensor):
        return plain_tensor(value)
    if like.dim() == 0 and isinstance(value, int | float) and not is_very_large(value):
        return torch.tensor(float(value), dtype=torch.float64)
    whole = not like.is_floating_point() and like.dim() == 1
    if whole and isinstance(value, list | tuple) and len(value) <= 10_000:
        small = all(isinstance(v, int) and not is_very_large(v) for v in value)
        return torch.tensor(value) if small else value
    return value


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


def describe(value, depth=0):
    """What something is, in a few words: 'a tensor (3, 5)', 'a tuple of 2'."""
    if isinstance(value, torch.Tensor):
        return f"a tensor {shape_text(value.shape)}"
    if isinstance(value, tuple | list):
        name = "tuple" if isinstance(value, tuple) else "list"
        if depth or not value:
            return f"a {name} of {len(value)}"
        inner = [describe(v, 1) for v in value[:3]]
        if len(set(inner)) == 1:
            return f"a {name} of {len(value)}, each {inner[0]}"
        return f"a {name} of {len(value)}: {', '.join(inner)}{', ...' * (len(value) > 3)}"
    if isinstance(value, dict):
        return f"a dict of {len(value)}"
    if is_very_large(value):
        return "a very large number"
    if isinstance(value, bool | int | float) or value is None:
        return repr(value)
    if isinstance(value, Missing):
        return str(value)
    if isinstance(value, str):
        return repr(value[:40])
    return f"a {type(value).__name__}"


def _all(returns, kind, got, expected):
    return [Finding(leaf, kind, got, expected) for leaf in leaves(returns)]
