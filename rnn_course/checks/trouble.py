"""When the student's code raises: which line of theirs it was, and what it means in words."""

import re
import traceback
from dataclasses import dataclass, field
from pathlib import Path

import torch

_OURS = (str(Path(__file__).resolve().parent), str(Path(torch.__file__).resolve().parent))
_DTYPE = re.compile(
    r"same dtype|scalar type|dtype|Float and Double|Double and Float", re.IGNORECASE
)
_SECOND_TIME = "backward through the graph a second time"
_NO_GRADIENT = "does not require grad and does not have a grad_fn"
_MATMUL = re.compile(r"mat1 and mat2 shapes cannot be multiplied \((\d+)x(\d+) and (\d+)x(\d+)\)")
_ELEMENTWISE = re.compile(
    r"size of tensor a \((\d+)\) must match the size of tensor b \((\d+)\) at non-singleton dimension (\d+)"
)


@dataclass
class Trouble:
    """An exception of the student's code.

    name      its type: 'RuntimeError'
    text      what it says
    frames    the student's own lines, outermost first: (file, line number, function, code)
    hint      what it means, if that can be told
    mistake   the name of the mistake, if it has one
    """

    name: str
    text: str
    frames: list = field(default_factory=list)
    hint: str = ""
    mistake: str = ""

    @classmethod
    def of(cls, error, shapes):
        """From an exception, or from one that was raised in another process (ename, frames).

        shapes: name -> shape of the tensors that the function was called with.
        """
        name = str(getattr(error, "ename", None) or type(error).__name__)
        frames = getattr(error, "frames", None)
        if frames is None:
            frames = [
                (f.filename, f.lineno, f.name, f.line or "")
                for f in traceback.extract_tb(error.__traceback__)
                if not f.filename.startswith(_OURS)
            ]
        trouble = cls(name, str(error)[:500], [tuple(f) for f in frames])
        trouble.hint, trouble.mistake = meaning(trouble, shapes)
        return trouble

    @classmethod
    def nothing(cls):
        return cls("None", "the function returns nothing", hint="is the `return` missing?")

    @property
    def is_about_dtype(self):
        return bool(_DTYPE.search(self.text))

    @property
    def line(self):
        """The student's line that failed, in words, or ''."""
        if not self.frames:
            return ""
        _, number, function, code = self.frames[-1]
        return f"line {number}, in {function}: {code.strip()}"


def meaning(trouble, shapes):
    """(words, name of the mistake) for what an error message of torch says, each '' if unknown."""
    found = _MATMUL.search(trouble.text)
    if found:
        a, b, c, d = map(int, found.groups())
        left = [name for name, shape in shapes.items() if shape[-1:] == (b,) and shape[:-1]]
        for name, shape in shapes.items():
            if shape == (c, d) and b == d and not name.startswith("W"):
                said = (
                    f"`{name}` ({c}, {d}) has a row for each of the batch, so the weight stands to "
                    "the right of it, transposed as it must be to fit."
                )
                return said, "weight-from-the-left"
            if shape == (c, d) and b == d:
                said = (
                    f"`{name}` ({c}, {d}) is stored (out, in): multiply by its transpose, "
                    f"`{name}.T`, ({a}, {b}) @ ({d}, {c})."
                )
                return said, f"{name}-transposed"
        for name, shape in shapes.items():
            if shape == (d, c) and name.startswith("W"):
                fits = [n for n, s in shapes.items() if s[-1:] == (c,) and n[:1] not in "Wb"]
                said = f"`{name}` belongs to what has {c} features"
                said += f", {_or(fits)}" if fits else ""
                said += f"; what comes from the left has {b}"
                left = [n for n in left if n[:1] not in "Wb"]
                said += f", as {_or(left)} does." if left else "."
                return said, "weights-exchanged"
        return f"In ({a}, {b}) @ ({c}, {d}) the inner numbers, {b} and {c}, must be the same.", ""
    found = _ELEMENTWISE.search(trouble.text)
    if found:
        same = [_or(_with_size(int(size), shapes)) for size in found.groups()[:2]]
        said = (
            f"Two tensors that are added or multiplied have sizes {found[1]} and {found[2]} along "
            "an axis where they must agree."
        )
        if all(same):
            said += f" {found[1]} is a size of {same[0]}; {found[2]} of {same[1]}."
        return said, ""
    if _SECOND_TIME in trouble.text:
        said = "The state still hangs on the chunk before it: start each chunk from `h.detach()`."
        return said, "never-detached"
    if _NO_GRADIENT in trouble.text:
        said = (
            "What `backward` starts from hangs on nothing that requires a gradient: was it cut off "
            "by `detach`, `no_grad`, `.item()`, or by making a new tensor of its numbers?"
        )
        return said, ""
    if trouble.name == "NotImplementedError":
        return "Something that it calls is not done yet.", ""
    return "", ""


def known_part(text):
    """What `meaning` looks for in an error message of torch, and nothing else of it; or ''."""
    found = _MATMUL.search(text) or _ELEMENTWISE.search(text) or _DTYPE.search(text)
    if found:
        return found[0]
    return next((part for part in (_SECOND_TIME, _NO_GRADIENT) if part in text), "")


def _with_size(size, shapes):
    return [name for name, shape in shapes.items() if size in shape][:3]


def _or(names):
    return " or ".join(f"`{name}`" for name in names)
