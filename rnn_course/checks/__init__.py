r'''Checks that say what is wrong with a function: `from rnn_course.checks import check`.

    check.lstm_cell(lstm_cell, points=3)                a test cell, visible
    check.lstm_cell(lstm_cell, points=3, hidden=True)   the same with hidden cases besides
    check.lstm_cell.verdict(lstm_cell).passed           for programs
    check.lstm_cell.inputs()                            the inputs on which it went wrong first

A check never raises for what a student wrote. What it returns shows the words in a notebook
(text/html) and at a prompt; in a notebook its plain text is the points earned, which is what
nbgrader reads. Under `nbgrader validate` the words of a wrong answer stand on stderr as well.

How to write the check of a new task
------------------------------------
A check is a function that draws cases, with the truth beside it, in `checks/tasks/ASSIGNMENT.py`.
The function's name becomes the check's: this one is `check.lookup`.

    @task(
        "lookup(ids, table) -> vectors",        # the signature, as the student sees it
        returns="vectors: T N E",               # name and axes of what comes back
        oracle=F.embedding,                     # the truth, with the student's arguments
        section="embedding/lookup",             # a key of sections.SECTIONS
        forbids=("embedding",),                 # torch functions that may not be called
    )
    def lookup(draw):
        """The row of the table for every word."""           # what is asked, in one sentence
        T, N, V, E = draw.sizes(4)                           # four different sizes, each >= 3
        yield case(draw.tokens(V, T, N), draw.normal(V, E))  # one call: case(*arguments)
        yield edge("one word", draw.tokens(V, 1, 1), draw.normal(V, E))

cases     `draw` (cases.Draw) gives the same numbers for the same seed. Hidden cases have other
          seeds and sizes: so never write a size into the function. Words and whole numbers are
          drawn so that each known mistake changes several of them, for every student. Keyword
          options of the function become options of the check.
oracle    gets float64 (and once float32, from which the tolerance comes). Gradients: an oracle
          with torch.autograd.grad (oracles.py has those of cells and layers).
returns   "h: N H", a tuple ("output: T N H", "h_n: N H | states"), a dict {"W": "H I"}, or just
          "words" for what is no tensor. Letters: places.AXES. In brackets behind the axes, what
          the task's text asks for besides (compare.Leaf): "[float32]", "[same]", "[free]".
parts     what stands behind the bar is the part of the grade (default: forward); `edge` counts
          for edges. `shares={...}` sets how much each counts; they are scaled to 1. Edges are
          earned only together with all the others.
forbids   the default is the recurrent layers. The rules at the top of the notebook say the same.
mistakes  are data: exercises/mistakes/TASK.toml, told in exercises/README.md; `make prints`.
'''

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # for editors and type checkers
    from rnn_course.checks.matches import Matches
    from rnn_course.checks.task import Task

    check: "Check"

__all__ = ["check"]


class Check:
    """One attribute for each task: `check.NAME`, and `check.matches` for a module of one's own.

    dir(check) lists them.
    """

    matches: "Matches"

    def __init__(self) -> None:
        from rnn_course.checks import tasks  # noqa: F401  (registers every task)
        from rnn_course.checks.matches import Matches
        from rnn_course.checks.task import TASKS

        self.matches, self._tasks = Matches(), TASKS

    def __getattr__(self, name: str) -> "Task":
        tasks = self.__dict__.get("_tasks", {})
        if name in tasks:
            return tasks[name]
        raise AttributeError(f"there is no check named {name!r}; there are {', '.join(tasks)}")

    def __dir__(self) -> list[str]:
        return ["matches", *self._tasks]


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> Any:
    """`check` is made when it is first asked for: so a class run need not load torch for a name."""
    if name != "check":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()["check"] = made = Check()
    return made
