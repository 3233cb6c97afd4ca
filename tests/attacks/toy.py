"""A course of one assignment with two tasks and a question, for trying the judge on.

Task `step` (2 points) is tested by plain asserts, task `loop` (3 points) by an object whose plain
text is the number of points; both have hidden tests. `why` (2 points) is marked by hand.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from nbformat.v4 import new_code_cell, new_markdown_cell

NAME = "toy"

GIVEN = """\
import torch

class Points:
    def __init__(self, number):
        self.number = number
    def __repr__(self):
        return f"{self.number:g}"
    def _repr_html_(self):
        return f"<b>{self.number:g}</b> points"

def weights(I, H):
    layer = torch.nn.RNN(I, H)
    return layer, [p.detach() for p in layer.parameters()]
"""

STEP_STUB = '''\
def rnn_cell(x, h, W_ih, W_hh, b_ih, b_hh):
    """The next state (N, H) from a word x (N, I) and the state h (N, H)."""
'''
LOOP_STUB = '''\
def rnn(xs, h0, W_ih, W_hh, b_ih, b_hh):
    """output (T, N, H) and the last state (N, H) from xs (T, N, I) and h0 (N, H)."""
'''
RIGHT_STEP = STEP_STUB + "    return torch.tanh(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh)\n"
RIGHT_LOOP = (
    LOOP_STUB
    + """\
    outputs = []
    for x in xs:
        h0 = torch.tanh(x @ W_ih.T + b_ih + h0 @ W_hh.T + b_hh)
        outputs.append(h0)
    return torch.stack(outputs), h0
"""
)
UNDONE = "    ### YOUR CODE HERE\n    raise NotImplementedError()\n"

STEP_TEST = """\
torch.manual_seed(1)
layer, W = weights(4, 5)
x, h = torch.randn(1, 4), torch.randn(1, 5)
expected = layer(x[None], h[None])[1][0]
answer = rnn_cell(x, h, *W)
assert torch.allclose(answer, expected, atol=1e-6), "the state is not right"
### BEGIN HIDDEN TESTS
for secret in (11, 12):
    layer, W = weights(2, 3)
    x, h = torch.randn(secret, 2), torch.randn(secret, 3)
    expected = layer(x[None], h[None])[1][0]
    assert torch.allclose(rnn_cell(x, h, *W), expected, atol=1e-6), f"hidden {secret}"
### END HIDDEN TESTS
"""
LOOP_TEST = """\
def points(T, N, I, H):
    layer, W = weights(I, H)
    xs, h0 = torch.randn(T, N, I), torch.randn(N, H)
    output, last = rnn(xs, h0, *W)
    right, state = layer(xs, h0[None])
    got = 2 * (output.shape == right.shape and torch.allclose(output, right, atol=1e-6))
    return got + (last.shape == state[0].shape and torch.allclose(last, state[0], atol=1e-6))

Points(points(3, 2, 4, 5))
### BEGIN HIDDEN TESTS
Points(min(points(3, 2, 4, 5), points(6, 1, 3, 2)))
### END HIDDEN TESTS
"""
QUESTION = "In one sentence: why does the state need a nonlinearity?"

POINTS = {"step": 2.0, "loop": 3.0, "why": 2.0}


def _about(grade_id, kind, points=None, *, grade=False, solution=False):
    about = {"grade_id": grade_id, "schema_version": 3, "cell_type": kind, "task": False}
    about |= {"grade": grade, "solution": solution, "locked": not solution}
    return {"nbgrader": about | ({"points": points} if grade else {})}


def cells(step=None, loop=None, why=QUESTION, *, source=False):
    """The notebook's cells, as a dict grade_id -> cell.

    step, loop, why  the student's answers; None leaves the stub
    source           the instructor's version, with solutions and hidden tests
    """
    solved = "### BEGIN SOLUTION\n{}### END SOLUTION\n"
    if source:
        step, loop = solved.format(RIGHT_STEP), solved.format(RIGHT_LOOP)
    else:
        step = STEP_STUB + UNDONE if step is None else step
        loop = LOOP_STUB + UNDONE if loop is None else loop

    def test(text):
        return text if source else text[: text.index("### BEGIN HIDDEN")]

    made = {
        "given": new_code_cell(GIVEN, metadata=_about("given", "code")),
        "step-answer": new_code_cell(step, metadata=_about("step-answer", "code", solution=True)),
        "step": new_code_cell(test(STEP_TEST), metadata=_about("step", "code", 2, grade=True)),
        "loop-answer": new_code_cell(loop, metadata=_about("loop-answer", "code", solution=True)),
        "loop": new_code_cell(test(LOOP_TEST), metadata=_about("loop", "code", 3, grade=True)),
        "why": new_markdown_cell(
            why, metadata=_about("why", "markdown", 2, grade=True, solution=True)
        ),
    }
    for name, cell in made.items():
        cell["id"] = name
    return made


def notebook(made):
    """Notebook text from cells (a dict or a list)."""
    made = list(made.values()) if isinstance(made, dict) else made
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    about = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}}
    return json.dumps(about | {"cells": made})  # as it is: it may be none that nbformat would make


def submission(step=RIGHT_STEP, loop=RIGHT_LOOP, why="Else all of it were one matrix."):
    """A student's notebook, right unless told otherwise."""
    return notebook(cells(step, loop, why))


def master(hidden=True):
    """The released notebook as the judge knows it: a list of restore.MasterCell.

    hidden  with the hidden tests
    """
    from rnn_course.autograde.restore import MasterCell

    known = []
    stubs = cells()
    for name, cell in cells(source=True).items():
        about = cell.metadata["nbgrader"]
        known.append(
            MasterCell(
                grade_id=name,
                source=cell.source if hidden and not about["solution"] else stubs[name].source,
                cell_type=cell.cell_type,
                locked=about["locked"],
                grade=about["grade"],
                solution=about["solution"],
                task=False,
                points=about.get("points"),
                checksum="",
            )
        )
    return known


def points(graded):
    """{task: points} of a grade_submission.Graded, as nbgrader scores it (without what waits for a hand)."""
    from nbgrader.utils import determine_grade

    found = {}
    for cell in graded.notebook.cells:
        about = cell.metadata.get("nbgrader")
        if about and about["grade"] and not about["solution"]:
            found[about["grade_id"]] = determine_grade(cell)[0]
    return found


# ---------------------------------------------------------------- as a course of nbgrader's

CONFIG = """\
c = get_config()
c.CourseDirectory.course_id = "toy"
c.CourseDirectory.root = {root!r}
c.IgnorePattern.enabled = True
c.IgnorePattern.pattern = "(?s).*"
"""
JUDGED = """\
from rnn_course.autograde import plugin
plugin.install(c)
c.Judged.limits = {limits!r}
"""


def make_course(folder, limits=None, judged=True):
    """A course in a folder, its assignment released; submissions go into folder/submitted."""
    text = CONFIG.format(root=str(folder))
    text += JUDGED.format(limits=limits or {}) if judged else ""
    (folder / "nbgrader_config.py").write_text(text)
    source = folder / "source" / NAME
    source.mkdir(parents=True)
    (source / f"{NAME}.ipynb").write_text(notebook(cells(source=True)))
    nbgrader(folder, "generate_assignment", NAME)
    return folder


def submit(folder, student, data):
    path = folder / "submitted" / student / NAME / f"{NAME}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def nbgrader(folder, *arguments, check=True, timeout=600):
    """Run an nbgrader command in a course; returns the finished process, its output as text."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=folder,
        env={**os.environ, "PATH": path},
        check=check,
        timeout=timeout,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def scores(folder):
    """{student: {task: points}} from the gradebook; None for what waits for a hand."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{folder}/gradebook.db", "toy") as gradebook:
        return {
            submission.student.id: {
                grade.name: None if grade.needs_manual_grade else grade.score
                for notebook in submission.notebooks
                for grade in notebook.grades
            }
            for submission in gradebook.assignment_submissions(NAME)
        }


class Class:
    """The toy course as `class_run.grade_class` knows a course (see rnn_course.autograde.course)."""

    def __init__(self, folder):
        from nbgrader.coursedir import CourseDirectory
        from traitlets.config import PyFileConfigLoader

        self.root = self.home = Path(folder)
        self.config = PyFileConfigLoader("nbgrader_config.py", str(folder)).load_config()
        self.coursedir = CourseDirectory(config=self.config)

    def release(self, name):
        pass  # `make_course` has done it

    def gradebook(self):
        from nbgrader.api import Gradebook

        return Gradebook(self.coursedir.db_url, self.coursedir.course_id)

    def notebook(self, step, name, student="."):
        return (
            self.root
            / getattr(self.coursedir, f"{step}_directory")
            / student
            / name
            / f"{name}.ipynb"
        )

    def students(self, name):
        return sorted(path.parent.name for path in (self.root / "submitted").glob(f"*/{name}/"))
