"""Run an assignment's source as a student's kernel would, without nbgrader: for the tests.

run("lstm", {"lstm-cell": "def lstm_cell(...): ..."}) executes every code cell of
exercises/lstm.md in order, with other text in some answer cells, and gives what each check found.
"""

import contextlib
import re
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "exercises"))

from build import build, built_path, read_source  # noqa: E402
from sample_class import read_students  # noqa: E402, F401  (the tests take it from here)

from rnn_course.autograde import data_files  # noqa: E402
from rnn_course.checks import check  # noqa: E402, F401  (cells use it)
from rnn_course.checks.diagnosis import mistakes  # noqa: E402
from rnn_course.checks.diagnosis.maker import Maker  # noqa: E402
from rnn_course.checks.diagnosis.prints import quiet  # noqa: E402
from rnn_course.checks.diagnosis.texts import assignments as tasks_of  # noqa: E402
from rnn_course.checks.diagnosis.texts import texts_of  # noqa: E402
from rnn_course.checks.task import TASKS  # noqa: E402

SOLUTION = re.compile(r"( *)### BEGIN SOLUTION\n.*?### END SOLUTION\n?", re.DOTALL)


def source(name):
    return read_source((ROOT / "exercises" / f"{name}.md").read_text(encoding="utf-8"), name)


def defined(name, *cells):
    """What these fixed cells of an assignment's notebook define, run beside its data files."""
    build(name)
    space = {"__name__": "notebook"}
    with contextlib.chdir(built_path(name).parent):
        for cell in source(name).cells:
            if cell.id in cells:
                exec(cell.source, space)
    return space


def data_of(name):
    """name -> bytes of an assignment's data files, as they are released."""
    build(name)
    return data_files.beside(built_path(name))


def names():
    """The names of all tasks that have a solution."""
    return list(tasks_of())


def assignments():
    """The names of all assignments."""
    return sorted(path.stem for path in (ROOT / "exercises").glob("*.md") if path.stem != "README")


def points_of(name):
    """task -> points, for the checked tasks, in their order."""
    cells = (cell.metadata.get("nbgrader", {}) for cell in source(name).cells)
    return {c["grade_id"]: c["points"] for c in cells if c.get("grade") and not c["solution"]}


def run(name, answers=None, untouched=False):
    """task -> what its check shows (hidden cases included).

    answers    task -> the text of its answer cell; where a task is missing, the solution
    untouched  every answer cell as in the release
    """
    build(name)
    with contextlib.chdir(built_path(name).parent):  # where its data files are
        return _run(name, dict(answers or {}), untouched)


def _run(name, answers, untouched):
    shown, space = {}, {"__name__": "notebook"}
    for cell in source(name).cells:
        if cell.cell_type != "code":
            continue
        full = cell.metadata.get("nbgrader", {})
        task = full.get("grade_id", "").removesuffix("-answer")
        if full.get("solution"):
            text = SOLUTION.sub(r"\1raise NotImplementedError()\n", cell.source)
            exec(answers.pop(task, text if untouched else cell.source), space)
        elif full.get("grade"):
            lines = [x for x in cell.source.splitlines() if x and not x.startswith("#")]
            assert len(lines) == 2 and "hidden=True" in lines[1], f"{task}: {lines}"
            for line in lines:
                shown[task] = eval(line, space)
            assert shown[task].out_of == full["points"]
        else:
            exec(cell.source, space)
    assert not answers, f"answers to tasks that are not there: {list(answers)}"
    return shown


# ------------------------------------------------------------------ right answers, and wrong ones


class Solutions:
    """The right answer of every task: plain.rnn_cell is the solution in exercises/rnn.md."""

    def __getattr__(self, name):
        if name not in names():
            raise AttributeError(f"there is no solution of {name!r}")
        return ways(name)[-1]


@cache
def ways(name):
    """All right answers of a task that there are as text: exercises/ways, then the solution."""
    return [text.function() for text in texts_of(name)]


plain = Solutions()


@cache
def planted(name):
    """(mistake, function that makes it) for all known mistakes of a task that belong to it."""
    with quiet():
        maker = Maker(TASKS[name])
        known = mistakes.known(TASKS[name], maker.texts[0])
        made = [(m, _function(maker, m)) for m in known if m.kind != "always"]
    return [(mistake, function) for mistake, function in made if function]


def _function(maker, mistake):
    for text in maker.texts:
        try:
            return text.changed(mistake.changes(text), maker.plain[text])[0]
        except (LookupError, SyntaxError):
            continue
    return None
