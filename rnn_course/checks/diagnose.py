"""From wrong numbers to the name of a mistake."""

from dataclasses import dataclass, field


@dataclass
class Diagnosis:
    """names of mistakes, what each is in a sentence with its section, and further clues."""

    mistakes: list = field(default_factory=list)
    clues: list = field(default_factory=list)


def diagnose(task, function, trials):
    return Diagnosis()
