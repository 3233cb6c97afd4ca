"""Grading with nbgrader as it is: each notebook runs in a kernel of its own, without a sandbox.

This is what runs beneath `rnn-course grade`. `grade_class` is the whole of what it asks for.
"""

import glob
from dataclasses import dataclass, field

import nbformat
from nbgrader.api import MissingEntry
from nbgrader.converters import Autograde, GenerateFeedback

from rnn_course.autograde.course import CourseError


@dataclass
class Row:
    """How one submission ended: every submission has a row.

    status     graded, unreadable (no notebook that can be opened), failed (nbgrader gave up)
    points     earned so far, marks given by hand included; None where nothing could be graded
    out_of     the points of the whole assignment
    to_mark    points that wait for a marker
    tasks      task -> points, None where a marker has still to say
    words      what else is to be known, for student and instructor
    """

    student: str
    assignment: str
    status: str
    points: float | None = None
    out_of: float = 0.0
    to_mark: float = 0.0
    tasks: dict = field(default_factory=dict)
    words: str = ""


def grade_class(course, name, students, regrade=False, progress=lambda students: students):
    """Grade everyone's submission for an assignment; returns a Row each, in the order of students.

    What was graded before and has not changed since is only read from the gradebook, except with
    regrade=True. Marks given by hand are kept. progress wraps the list, to show how far it is.
    """
    course.release(name)
    return [grade_one(course, name, student, regrade) for student in progress(students)]


def grade_one(course, name, student, regrade=False):
    """Grade one submission, whatever it is."""
    path = course.notebook("submitted", name, student)
    problem = unreadable(path)
    if problem:
        with course.gradebook() as gradebook:
            gradebook.update_or_create_student(student)  # to have a line in the export
            out_of = gradebook.find_assignment(name).max_score
        return Row(student, name, "unreadable", out_of=out_of, words=problem)
    try:
        if regrade or not is_graded(course, name, student):
            course.convert(Autograde, name, glob.escape(student), force=True)
    except CourseError as error:
        return Row(student, name, "failed", words=str(error))
    return read_row(course, name, student)


def unreadable(path):
    """Why a submission cannot be opened as a notebook, in words, or ''."""
    if not path.exists():
        others = sorted(p.name for p in path.parent.iterdir())
        return f"no file {path.name}; there is: {', '.join(others) or 'nothing'}"
    try:
        text = path.read_text(encoding="utf-8")
        nbformat.validate(nbformat.reads(text, as_version=4))
        return ""
    except UnicodeDecodeError:
        what = "not text"
    except nbformat.reader.NotJSONError as error:
        end = error.__context__  # json's own error knows the line
        what = f"not JSON from line {end.lineno} of {len(text.splitlines())} on"
    except Exception as error:  # noqa: BLE001  (whatever is in the file)
        what = (str(error).splitlines() or [type(error).__name__])[0][:80]
    return f"{path.name} cannot be opened as a notebook: {what}"


def is_graded(course, name, student):
    """Was this submission graded, and has neither it nor the assignment changed since?"""
    graded = course.notebook("autograded", name, student)
    if not graded.exists():
        return False
    newest = max(
        course.notebook(step, name, student if step == "submitted" else ".").stat().st_mtime_ns
        for step in ("submitted", "release")
    )
    with course.gradebook() as gradebook:
        try:
            gradebook.find_submission(name, student)
        except MissingEntry:
            return False
    return graded.stat().st_mtime_ns > newest


def read_row(course, name, student):
    """A submission's row from the gradebook."""
    with course.gradebook() as gradebook:
        submission = gradebook.find_submission(name, student)
        row = Row(student, name, "graded", submission.score, submission.max_score)
        for notebook in submission.notebooks:
            for grade in notebook.grades:
                waits = grade.needs_manual_grade
                row.tasks[grade.name] = None if waits else grade.score
                row.to_mark += grade.max_score if waits else 0
    return row


def feedback(course, name, progress=lambda students: students):
    """Make the feedback page of each graded submission where it is missing or old; their paths."""
    graded = course.root / course.coursedir.autograded_directory
    students = sorted(path.parent.parent.name for path in graded.glob(f"*/{name}/{name}.ipynb"))
    gradebook = course.home / "gradebook.db"
    pages = []
    for student in progress(students):
        page = course.notebook("feedback", name, student)
        notebook = course.notebook("autograded", name, student)
        newest = max(path.stat().st_mtime_ns for path in (notebook, gradebook))
        if not page.exists() or page.stat().st_mtime_ns <= newest:
            course.convert(GenerateFeedback, name, glob.escape(student), force=True)
        pages.append(page)
    return pages
