"""Run an assignment's source as a student's kernel would, without nbgrader: for the tests.

run("lstm", {"lstm-cell": "def lstm_cell(...): ..."}) executes every code cell of
exercises/lstm.md in order, with other text in some answer cells, and gives what each check found.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "exercises"))

from build import read_source  # noqa: E402
from sample_class import read_students  # noqa: E402, F401  (the tests take it from here)

from rnn_course.checks import check  # noqa: E402

SOLUTION = re.compile(r"( *)### BEGIN SOLUTION\n.*?### END SOLUTION\n?", re.DOTALL)


def source(name):
    return read_source((ROOT / "exercises" / f"{name}.md").read_text(encoding="utf-8"), name)


def assignments():
    """The names of all assignments."""
    return sorted(path.stem for path in (ROOT / "exercises").glob("*.md") if path.stem != "README")


def own_tasks(name):
    """The names of the checks of an assignment that have a list of known mistakes."""
    text = "".join(cell.source for cell in source(name).cells)
    called = dict.fromkeys(re.findall(r"^check\.(\w+)\(", text, re.MULTILINE))
    return [task for task in called if getattr(check, task).known()]


def points_of(name):
    """task -> points, for the checked tasks, in their order."""
    cells = (cell.metadata.get("nbgrader", {}) for cell in source(name).cells)
    return {c["grade_id"]: c["points"] for c in cells if c.get("grade") and not c["solution"]}


def run(name, answers=None, untouched=False):
    """task -> what its check shows (hidden cases included).

    answers    task -> the text of its answer cell; where a task is missing, the solution
    untouched  every answer cell as in the release
    """
    answers, shown, space = dict(answers or {}), {}, {"__name__": "notebook"}
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
