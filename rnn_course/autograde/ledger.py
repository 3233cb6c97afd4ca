"""The gradebook during a class run: what is known of each submission, and its writing.

All of a submission's rows, nbgrader's and ours, are written in one transaction; its notebook is
written beside its place first and moved there just before the commit. Whatever happens in between,
the next run finds either all of it or a key that differs.
"""

import contextlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import compute_checksum, determine_grade
from sqlalchemy import inspect, text

from rnn_course.autograde.restore import master_cells

TABLE = """
create table if not exists judge_run (
    student varchar(128), assignment varchar(128), notebook varchar(128),
    key varchar(80), status varchar(32), words text, notes text, seconds float,
    primary key (student, assignment, notebook))
"""
COLUMNS = "student, assignment, notebook, key, status, words, notes, seconds"


@dataclass
class Row:
    """How one submission ended: every submission has a row.

    status     a key of grade_submission.STATUS: graded, timed out, crashed, unreadable, missing, ...
    points     earned so far, marks given by hand included
    out_of     the points of the whole assignment
    to_mark    points that wait for a marker
    tasks      task -> points, None where a marker has still to say
    words      what else is to be known, for student and instructor
    """

    student: str
    assignment: str
    status: str
    points: float
    out_of: float
    to_mark: float = 0.0
    tasks: dict = field(default_factory=dict)
    words: str = ""


class Ledger:
    """One assignment's notebook in a class's gradebook, for a `with` statement."""

    def __init__(self, course, name):
        self.course, self.name = course, name
        self.where = {"assignment": name, "notebook": name}

    def __enter__(self):
        self.gradebook = self.course.gradebook().__enter__()
        self.db = self.gradebook.db
        self._drop_if_older()
        self.db.execute(text(TABLE))
        self.db.commit()
        notebook = self.gradebook.find_notebook(self.name, self.name)
        self.master = master_cells(notebook)
        self.kernelspec = json.loads(notebook.kernelspec or "null")
        query = "where assignment = :assignment and notebook = :notebook"
        found = self.db.execute(text(f"select {COLUMNS} from judge_run {query}"), self.where)
        self.known = {row.student: row for row in found}
        self.penalties = AssignLatePenalties(config=self.course.config)
        self.penalties.init_plugin()
        return self

    def __exit__(self, *exception):
        self.gradebook.__exit__(*exception)

    def _drop_if_older(self):
        """A table of an earlier version of this file: it only means that all is graded again."""
        there = inspect(self.db.connection())
        if there.has_table("judge_run"):
            names = ", ".join(column["name"] for column in there.get_columns("judge_run"))
            if names != COLUMNS:
                self.db.execute(text("drop table judge_run"))

    # ------------------------------------------------------------ what is known

    def timestamp(self, student):
        """When it was handed in, if that is known."""
        folder = self.course.notebook("submitted", self.name, student).parent
        return self.course.coursedir.get_existing_timestamp(str(folder))

    def is_done(self, student, key):
        """Was exactly this submission graded, by exactly this grader, and is the notebook there?"""
        row = self.known.get(student)
        return row is not None and row.key == key and self._path(student).exists()

    def _path(self, student):
        return Path(self.course.notebook("autograded", self.name, student))

    def rows(self, students):
        """A Row for each student."""
        return [self._row(student) for student in students]

    def _row(self, student):
        known = self.known[student]
        submission = self.gradebook.find_submission(self.name, student)
        words = "; ".join(filter(None, [known.words, *json.loads(known.notes)]))
        row = Row(student, self.name, known.status, submission.score, submission.max_score)
        row.words = words
        for notebook in submission.notebooks:
            for grade in notebook.grades:
                waits = grade.needs_manual_grade
                row.tasks[grade.name] = None if waits else grade.score
                row.to_mark += grade.max_score if waits else 0
        return row

    # ------------------------------------------------------------ writing

    def write(self, student, key, timestamp, notebook, status, words, notes, seconds):
        """A submission's result: its notebook (JSON text), points, status, in one transaction."""
        path = self._path(student)
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.new")
        beside.write_text(notebook, encoding="utf-8")
        row = {**self.where, "student": student, "key": key, "status": status, "words": words}
        row |= {"notes": json.dumps(notes), "seconds": seconds}
        with self._transaction():
            self.gradebook.update_or_create_student(student)
            with self.db.no_autoflush:  # nbgrader makes rows before they have a place
                submission = self.gradebook.update_or_create_submission(
                    self.name, student, timestamp=timestamp
                )
            before = self.known.get(student)
            same = before is not None and before.key.partition("-")[0] == key.partition("-")[0]
            self._score(submission, nbformat.reads(notebook, as_version=4), same)
            query = "where student = :student and assignment = :assignment and notebook = :notebook"
            self.db.execute(text(f"delete from judge_run {query}"), row)
            values = ", ".join(f":{name}" for name in COLUMNS.split(", "))
            self.db.execute(text(f"insert into judge_run ({COLUMNS}) values ({values})"), row)
            os.replace(beside, path)
        self.known[student] = _Known(**row)

    @contextlib.contextmanager
    def _transaction(self):
        """nbgrader commits at every step; in here it only passes the steps on."""
        commit = self.db.commit
        self.db.commit = self.db.flush
        try:
            yield
            commit()
        except BaseException:
            self.db.rollback()
            raise
        finally:
            del self.db.commit

    def _score(self, submission, notebook, same):
        """Points and comments of each cell. A mark given by hand stays; where the answer was
        handed in anew (not `same`), it is to be looked at again."""
        written = next(n for n in submission.notebooks if n.name == self.name)
        grades = {grade.name: grade for grade in written.grades}
        comments = {comment.name: comment for comment in written.comments}
        for cell in notebook.cells:
            about = cell.metadata.get("nbgrader")
            if about and about["grade"]:
                grade = grades[about["grade_id"]]
                grade.auto_score = determine_grade(cell)[0]
                if grade.manual_score is None:
                    grade.needs_manual_grade = grade.auto_score is None
                elif not same:
                    grade.needs_manual_grade = True
            if about and (about["solution"] or about["task"]):
                untouched = about["checksum"] == compute_checksum(cell) and not about["task"]
                comments[about["grade_id"]].auto_comment = "No response." if untouched else None
        self._charge_lateness(submission, written)

    def _charge_lateness(self, submission, written):
        written.late_submission_penalty = None
        late = submission.total_seconds_late
        if late > 0:
            plugin = self.penalties.plugin_inst
            student = submission.student.id
            penalty = plugin.late_submission_penalty(student, written.score, late)
            if penalty is not None:
                penalty = self.penalties._check_late_penalty(written, penalty)
                written.late_submission_penalty = penalty


class _Known:
    """A row of judge_run."""

    def __init__(self, **columns):
        self.__dict__.update(columns)
