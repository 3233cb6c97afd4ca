"""When the student's code raises: which line of theirs it was, and what it means in words."""

import re
import traceback
from dataclasses import dataclass, field
from pathlib import Path

import torch

from rnn_course.checks.cases import tensors

_OURS = (str(Path(__file__).resolve().parent), str(Path(torch.__file__).resolve().parent))
_DTYPE = re.compile(
    r"same dtype|scalar type|dtype|Float and Double|Double and Float", re.IGNORECASE
)
_MATMUL = re.compile(r"mat1 and mat2 shapes cannot be multiplied \((\d+)x(\d+) and (\d+)x(\d+)\)")
_ELEMENTWISE = re.compile(
    r"size of tensor a \((\d+)\) must match the size of tensor b \((\d+)\) at .*dimension (\d+)"
)


@dataclass
class Trouble:
    """An exception of the student's code.

    name      its type: 'RuntimeError'
    text      what it says
    frames    the student's own lines, outermost first: (file, line number, function, code)
    hint      what it means, if that can be told
    """

    name: str
    text: str
    frames: list = field(default_factory=list)
    hint: str = ""

    @classmethod
    def of(cls, error, args=()):
        """From an exception, or from one that was raised in another process (ename, frames)."""
        name = str(getattr(error, "ename", None) or type(error).__name__)
        frames = getattr(error, "frames", None)
        if frames is None:
            frames = [
                (f.filename, f.lineno, f.name, f.line or "")
                for f in traceback.extract_tb(error.__traceback__)
                if not f.filename.startswith(_OURS)
            ]
        trouble = cls(name, str(error)[:500], [tuple(f) for f in frames])
        trouble.hint = hint(trouble, args)
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


def hint(trouble, args):
    """What an error message of torch means for the task at hand, or ''."""
    shapes = [tuple(x.shape) for x in tensors(args)]
    found = _MATMUL.search(trouble.text)
    if found:
        a, b, c, d = map(int, found.groups())
        if b == d and (c, d) in shapes:
            return (
                f"A weight ({c}, {d}) is stored (out, in): multiply by its transpose, `W.T`, "
                f"({a}, {b}) @ ({d}, {c})."
            )
        return f"In ({a}, {b}) @ ({c}, {d}) the inner numbers, {b} and {c}, must be the same."
    found = _ELEMENTWISE.search(trouble.text)
    if found:
        return (
            f"Two tensors that are added or multiplied have sizes {found[1]} and {found[2]} along "
            "an axis where they must agree."
        )
    if "backward through the graph a second time" in trouble.text:
        return "the state still hangs on the chunk before it: start each chunk from h.detach()"
    if trouble.name == "NotImplementedError":
        return "Something that it calls is not done yet."
    return ""
