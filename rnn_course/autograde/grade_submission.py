"""One submitted notebook: from its bytes to a notebook with outputs, a status, and words.

What comes out has the form that nbgrader scores: a failed test has an error, a partly passed one
a number. Nothing here touches the gradebook.
"""

import json
import math
from dataclasses import dataclass, field
from typing import NamedTuple

import nbformat
from nbformat import from_dict

from rnn_course.autograde.limits import OUT_OF_MEMORY, TIMED_OUT
from rnn_course.autograde.notebook_cell import GIVEN, STUDENT, TEST, Cell
from rnn_course.autograde.restore import Tampering, restore
from rnn_course.verdict import RIGHT, WRONG, Verdict

# status -> words for the student, the gravest first
STATUS = {
    "unreadable": "the file could not be opened as a notebook",
    "wrong version": "the notebook is of a version that cannot be read",
    "missing": "no notebook was handed in",
    "wrong name": "no file has the name of the assignment's notebook",
    "out of memory": "some of the code needed more memory than there is",
    "timed out": "some of the code ran longer than it may",
    "crashed": "some of the code ended or crashed its own process",
    "tampered": "cells that are not yours to change were restored",
    "graded": "",
}


@dataclass
class Graded:
    """What became of a submission.

    notebook  with outputs, as nbgrader scores and shows it
    status    a key of STATUS
    words     what a student should know besides the points
    notes     what was restored
    verdicts  task -> Verdict, for each task with a test
    seconds   how long judging took
    """

    notebook: object
    status: str
    words: str
    notes: list = field(default_factory=list)
    verdicts: dict = field(default_factory=dict)
    seconds: float = 0.0


class Absent(NamedTuple):
    """Stands for the bytes of a submission that is not there: what is the matter, and words."""

    status: str
    why: str = ""


class Unreadable(Exception):
    """There is no notebook in it. `status` says which kind of none."""

    def __init__(self, status, why):
        self.status = status
        super().__init__(why)


def grade(data, master, judges, kernelspec=None, variables=None):
    """Grade a submission. Returns a Graded, whatever is in it.

    data        the file's bytes, or Absent
    master      a list of restore.MasterCell
    judges       a judge_pool.JudgePool
    variables   environment variables for the test cells
    """
    if isinstance(data, Absent):
        return nothing(master, *data, kernelspec)
    try:
        notebook, notes = read(data, master, judges.limits.notebook, kernelspec)
    except Unreadable as error:
        return nothing(master, error.status, str(error), kernelspec)
    by_id = {cell.grade_id: cell for cell in master if cell.grade_id}
    cells = [c for c in notebook.cells if c.cell_type == "code"]
    results, events = judges.judge([_for_judge(c, by_id) for c in cells], variables)
    verdicts = {}
    for cell, (outputs, number, verdict) in zip(cells, results, strict=True):
        cell.outputs = [from_dict(output) for output in outputs]
        cell.execution_count = number
        about = cell.metadata.get("nbgrader", {})
        if about.get("grade") and not about["solution"]:
            _bound_points(cell)
            verdicts[about["grade_id"]] = verdict or _of_points(cell)
    status = _status(events, notes)
    words = STATUS[status]
    return Graded(notebook, status, words, notes, verdicts)


def read(data, master, limit, kernelspec=None):
    """(notebook, notes): the submission with its instructor's cells restored. Raises Unreadable."""
    if len(data) > limit:
        raise Unreadable("unreadable", f"it has {len(data):,} bytes; at most {limit:,} are read")
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Unreadable("unreadable", "it is not text (UTF-8)") from None
    except json.JSONDecodeError as error:
        line = f"from line {error.lineno} on" if data.strip() else "it is empty"
        raise Unreadable("unreadable", f"it is not a notebook (no JSON): {line}") from None
    except (RecursionError, ValueError):
        raise Unreadable("unreadable", "it is not a notebook") from None
    version = content.get("nbformat") if isinstance(content, dict) else None
    if type(version) is not int:
        raise Unreadable("unreadable", "it is JSON, but not a notebook")
    if version not in (3, 4):
        raise Unreadable("wrong version", f"it has notebook format {version}; save it in format 4")
    try:
        notebook = nbformat.versions[version].to_notebook_json(_completed(content))
        notebook = nbformat.convert(notebook, 4)
        return notebook, restore(notebook, master, kernelspec)
    except Exception as error:  # whatever else can be wrong with it
        kind = type(error).__name__
        raise Unreadable("unreadable", f"its cells are not those of a notebook ({kind})") from None


def _completed(content):
    """A notebook as JSON, with what each cell must have: some programs leave it out, or write null.

    Outputs are not read.
    """
    sheets = content["worksheets"] if content["nbformat"] == 3 else [content]
    for part in [content, *sheets, *[cell for sheet in sheets for cell in sheet["cells"]]]:
        if not isinstance(part.get("metadata"), dict):
            part["metadata"] = {}
    for cell in [cell for sheet in sheets for cell in sheet["cells"]]:
        is_code = "outputs" in cell or "input" in cell or "execution_count" in cell
        if not isinstance(cell.get("cell_type"), str):
            cell["cell_type"] = "code" if is_code else "markdown"
        text = "input" if content["nbformat"] == 3 and cell["cell_type"] == "code" else "source"
        lines = cell.get(text) if isinstance(cell.get(text), list) else [cell.get(text)]
        cell[text] = "".join(line for line in lines if isinstance(line, str))
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    return content


def nothing(master, status, why, kernelspec=None):
    """The Graded of a submission that holds no notebook: the released one, every test failed."""
    notebook = nbformat.v4.new_notebook()
    restore(notebook, master, kernelspec)
    text = ": ".join(filter(None, [STATUS[status], why]))
    error = {"output_type": "error", "ename": status, "evalue": text, "traceback": [text]}
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.metadata.nbgrader.grade:
            cell.outputs = [from_dict(error)]
    return Graded(notebook, status, text)


def _for_judge(cell, by_id):
    original = by_id.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
    if original is not None and original.is_test:
        return Cell(TEST, cell.source)
    if original is not None and original.is_given:
        return Cell(GIVEN, cell.source)
    return Cell(STUDENT, cell.source)


def _bound_points(cell):
    """Points that a test shows lie between 0 and what it is worth.

    nbgrader gives full marks for a negative number or one that is none, and stops at one too large.
    """
    about = cell.metadata.nbgrader
    for output in cell.outputs:
        if output.output_type == "execute_result":
            try:
                shown = float(output.data["text/plain"])
            except ValueError:
                continue
            points = 0.0 if math.isnan(shown) else min(max(shown, 0.0), float(about["points"]))
            if points != shown:
                output.data["text/plain"] = f"{points:g}"


def _of_points(cell):
    """The verdict of a test cell in which no check is called, from the points that it shows."""
    from nbgrader.utils import determine_grade  # a second: judges come up in the meantime

    points, most = determine_grade(cell)
    passed = points == most
    return Verdict(passed, points / most if most else 1.0, status=RIGHT if passed else WRONG)


def _status(events, notes):
    if OUT_OF_MEMORY in events:
        return "out of memory"
    if TIMED_OUT in events:
        return "timed out"
    if events:
        return "crashed"
    return "tampered" if any(isinstance(note, Tampering) for note in notes) else "graded"
