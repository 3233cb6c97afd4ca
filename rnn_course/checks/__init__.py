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
A check is a function that draws cases, with the oracle and the known mistakes beside it. It goes
into `checks/tasks/ASSIGNMENT.py`; every file there is read when `check` is imported, and the
function's name becomes the check's: this one is `check.lookup`.

    from torch.nn import functional as F
    from rnn_course.checks.cases import case, edge
    from rnn_course.checks.mistakes import Mistake
    from rnn_course.checks.task import task

    @task(
        "lookup(tokens, table) -> vectors",     # the signature, as the student sees it
        returns="vectors: T N E",               # name and axes of what comes back
        oracle=F.embedding,                     # the truth, with the student's arguments
        section="embedding/lookup",             # a key of sections.SECTIONS
        mistakes=[
            Mistake("columns-for-rows", "A word is a row of the table, not a column.",
                    instead=lambda tokens, table: table.T[tokens % table.shape[1]]),
            Mistake("batch-first", "Time comes first here: (T, N, E).",
                    result=lambda vectors: vectors.transpose(0, 1)),
        ],
    )
    def lookup(draw):
        """The row of the table for every token."""          # what is asked, in one sentence
        T, N, V, E = draw.sizes(4)                           # four different sizes, each >= 3
        table = draw.normal(V, E)
        yield case(draw.tokens(V, T, N), table)              # one call: case(*arguments)
        yield edge("one token", draw.tokens(V, 1, 1), table) # counts for the part "edges"

cases     `draw` gives numbers, the same for the same seed (cases.Draw). The function is called
          once for the visible cases and once more, with another seed and other sizes, for the
          hidden ones: so never write a size into it. Keyword options of the function become
          options of the check: `def rnn(draw, relu=False)`, `check.rnn(f, relu=True)`.
oracle    gets float64 (and once float32, from which the tolerance comes). Gradients: write an
          oracle with torch.autograd.grad (oracles.py has those of the cells and layers).
returns   mirrors the return value: "h: N H", a tuple ("output: T N H", "h_n: N H | states"), a
          dict {"W": "H I"}, or just "words" for what is not a tensor (numbers, words, lists,
          dicts: compared entry by entry). The axis letters are those of places.AXES.
          Behind the axes in brackets: what else the task's text asks for (compare.Leaf): a dtype,
          "[float32]"; that of the tensors that came in, "[same]"; no tie to autograd, "[free]".
          Whole numbers, truth values and floats are asked for as the oracle gives them
parts     what stands behind the bar is the part of the grade that a result counts for; without
          one it is "forward". Usual parts: forward, states, gradients, edges. `shares={...}`
          sets how much each counts; those that occur are scaled to 1. Edges are earned only
          together with all the others.
mistakes  each has a name, one plain sentence, and what it does: `instead` (another function of
          the arguments), `args` (changes the arguments), `result` (changes the result), or, if
          the task has a `reference=` with keyword switches, those switches. Two at once are
          found by themselves. Recurrent tasks take theirs from the catalogue, mistakes.py.
forbids   torch functions that may not be called, or "a.module" whose functions may not; by
          default the recurrent layers. The rules at the top of the notebook must say the same.
discrete  words and whole numbers must be drawn so that each known mistake changes several of
          them, for every student: tests/test_checks_verdicts.py holds the cases against the list
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
