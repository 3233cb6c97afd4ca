"""One submitted notebook: from its bytes to a notebook with outputs, a status, and words.

What comes out has the form that nbgrader scores: a failed test has an error, a partly passed one
a number. Nothing here touches the gradebook.
"""

import hashlib
import json
import math
import subprocess
import sys
from dataclasses import dataclass, field
from typing import NamedTuple

import nbformat
from nbformat import from_dict

from rnn_course.autograde import notebook_json
from rnn_course.autograde.intake import open_regular
from rnn_course.autograde.limits import MB, OUT_OF_MEMORY, TIMED_OUT
from rnn_course.autograde.notebook_cell import GIVEN, STUDENT, TEST, Cell
from rnn_course.autograde.notebook_json import Unreadable
from rnn_course.autograde.restore import Tampering, restore
from rnn_course.verdict import ERROR, RIGHT, WRONG, Verdict

# status -> words for the student, the gravest first
STATUS = {
    "unreadable": "the file could not be opened as a notebook",
    "too large": "the notebook is larger than one may be",
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
    times     task -> processor time of its test
    answers   task -> anonymous_code.Code, of each wrong answer that could be read
    """

    notebook: object
    status: str
    words: str
    notes: list = field(default_factory=list)
    verdicts: dict = field(default_factory=dict)
    seconds: float = 0.0
    times: dict = field(default_factory=dict)
    answers: dict = field(default_factory=dict)


class Absent(NamedTuple):
    """Stands for the bytes of a submission that is not there: what is the matter, and words."""

    status: str
    why: str = ""


class File(NamedTuple):
    """Stands for the bytes of a submission that lies in a file: its path, a digest of what is in it.

    No process but the judge's ever holds the whole of it.
    """

    path: str
    digest: str

    @classmethod
    def at(cls, path):
        """Raises OSError where there is no regular file."""
        with open_regular(path) as file:
            return cls(str(path), digest_of(file))

    def without_outputs(self, limits):
        """Bytes of the notebook with all that is graded, or an Absent: to be sent elsewhere.

        Read in a process of its own, so that it costs this one nothing.
        """
        command = [sys.executable, "-m", notebook_json.__name__, json.dumps(limits.as_dict())]
        with open_regular(self.path) as file:
            done = subprocess.run(command, stdin=file, capture_output=True, check=False)
        said = done.stdout or json.dumps(["too large", "it cannot be read"]).encode()
        return Absent(*json.loads(said)) if said.startswith(b"[") else said


def digest_of(file):
    """What stands for the bytes of a submission, an open file, wherever they are compared."""
    whole = hashlib.blake2b()
    while part := file.read(MB):
        whole.update(part)
    return whole.hexdigest()


def grade(data, master, judges, kernelspec=None, variables=None, files=None):
    """Grade a submission. Returns a Graded, whatever is in it.

    data        the file's bytes, or a File, or Absent
    master      a list of restore.MasterCell
    judges      a judge_pool.JudgePool
    variables   environment variables for the test cells
    files       relative name -> bytes: the assignment's data files
    """
    if isinstance(data, Absent):
        return nothing(master, *data, kernelspec)
    try:
        if isinstance(data, File):
            with open_regular(data.path) as file:
                judged = judges.grade(file, master, kernelspec, variables, files)
        else:
            judged = judges.grade(data, master, kernelspec, variables, files)
    except OSError as error:
        return nothing(master, "unreadable", error.strerror, kernelspec)
    except Unreadable as error:
        return nothing(master, error.status, error.why, kernelspec)
    (notebook, notes, answers), results, events = judged
    notebook, verdicts, times = from_dict(notebook), {}, {}
    cells = [c for c in notebook.cells if c.cell_type == "code"]
    for cell, result in zip(cells, results, strict=True):
        cell.outputs = [from_dict(output) for output in result.outputs]
        cell.execution_count = result.number
        about = cell.metadata.get("nbgrader", {})
        if about.get("grade") and not about["solution"]:
            _bound_points(cell)
            verdicts[about["grade_id"]] = result.verdict or _of_points(cell)
            times[about["grade_id"]] = result.seconds
    status = _status(events, notes)
    wrong = {
        task: answers[f"{task}-answer"]
        for task, verdict in verdicts.items()
        if verdict.status in (WRONG, ERROR) and f"{task}-answer" in answers
    }
    said = _words(status, events, cells)
    return Graded(notebook, status, said, notes, verdicts, times=times, answers=wrong)


def read(data, master, limits, kernelspec=None):
    """(notebook, notes): the submission with its instructor's cells restored. Raises Unreadable.

    It is what a judge does first: its time and memory are bounded there.
    """
    cells = notebook_json.read(data, limits)
    notebook = from_dict({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    return notebook, restore(notebook, master, kernelspec)


def for_judge(notebook, master):
    """A restored notebook's code cells, as the judge sees them."""
    by_id = {cell.grade_id: cell for cell in master if cell.grade_id}
    return [_for_judge(cell, by_id) for cell in notebook.cells if cell.cell_type == "code"]


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


_STATUS_OF = {OUT_OF_MEMORY: "out of memory", TIMED_OUT: "timed out"}  # and all else is a crash


def _status(events, notes):
    found = {_STATUS_OF.get(event.kind, "crashed") for event in events}
    tampered = any(isinstance(note, Tampering) for note in notes)
    found.add("tampered" if tampered else "graded")
    return next(status for status in STATUS if status in found)


def _words(status, events, cells):
    """The words of a status, with what happened first, and in which cell."""
    for event in events:
        if _STATUS_OF.get(event.kind, "crashed") == status:
            about = cells[event.cell].metadata.get("nbgrader", {})
            where = about.get("grade_id", f"code cell {event.cell + 1}")
            return f"{STATUS[status]}: {where}: {event.words or event.kind}"
    return STATUS[status]
