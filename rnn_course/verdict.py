"""A verdict: what one check found. The same value goes from the check to the gradebook's row."""

import re
from dataclasses import asdict, dataclass, field, fields
from html import escape
from typing import Any

RIGHT, WRONG, ERROR, UNDONE, READY_MADE = "right", "wrong", "error", "undone", "ready-made"
ONLY_SHOWN = ("message", "html", "parts")  # to the student, at once; no row keeps them


@dataclass
class Verdict:
    """What a check found: plain values only, so that it can be sent, stored and compared.

    passed    is everything right
    points    the share of the task's points that was earned, 0 .. 1
    mistakes  names of the known mistakes that give exactly these wrong numbers, most likely first
    message   the words for the student, plain text
    html      the same for a notebook
    parts     part -> (earned, share)
    status    right, wrong, error (the code stops), undone, ready-made (torch or the course did it)
    sections  where the book explains it: keys of checks.sections.SECTIONS
    told      the mistakes once more, each as a sentence
    """

    passed: bool
    points: float
    mistakes: list[str] = field(default_factory=list)
    message: str = ""
    html: str = ""
    parts: dict[str, tuple[bool, float]] = field(default_factory=dict)
    status: str = WRONG
    sections: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def kept(self) -> dict[str, Any]:
        """What a graded submission keeps of it; `Verdict.restored(verdict.kept())` is that again."""
        return {name: value for name, value in asdict(self).items() if name not in ONLY_SHOWN}

    @classmethod
    def restored(cls, kept: dict[str, Any]) -> "Verdict":
        """A Verdict of what was kept of it, also by an older release with more fields."""
        return cls(**{f.name: kept[f.name] for f in fields(cls) if f.name in kept})


def inline(text: str) -> str:
    """The words of a verdict, with `code` in backticks, as HTML."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))
