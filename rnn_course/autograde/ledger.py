"""The gradebook during a class run: what is known of each submission, and its writing.

All of a submission's rows, nbgrader's and ours, are written in one transaction; its notebook is
written beside its place first and moved there just before the commit. Whatever happens in between,
the next run finds either all of it or a key that differs.
"""

import contextlib
import json
import os
import re
import secrets
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import nbformat
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import compute_checksum, determine_grade, parse_utc
from sqlalchemy import inspect, text

from rnn_course.autograde import marks
from rnn_course.autograde.anonymous_code import Code
from rnn_course.autograde.intake import text_in, timestamp_in
from rnn_course.autograde.restore import master_cells
from rnn_course.verdict import Verdict

# nbgrader's gradebook holds points; of how a submission ended it gets a row of ours, and of each
# of its tests what the check found (`Verdict.kept`, as JSON), its processor time, and if the answer
# is wrong its code without its author (anonymous_code.Code, as JSON)
TABLES = {
    "judge_run": "student, assignment, notebook, key, status, words, notes, seconds, late",
    "judge_verdict": "student, assignment, notebook, task, verdict, seconds, answer",
    marks.TABLE: marks.COLUMNS,
}
TYPES = {"seconds": "float", "late": "boolean", "was": "float", "mark": "float"} | dict.fromkeys(
    ("words", "notes", "verdict", "answer"), "text"
)


@dataclass
class Row:
    """How one submission ended: every submission has a row.

    status     a key of grade_submission.STATUS: graded, timed out, crashed, unreadable, missing, ...
    points     earned so far, marks given by hand included
    out_of     the points of the whole assignment
    to_mark    points that wait for a marker
    tasks      task -> points, None where a marker has still to say; in the notebook's order
    worth      task -> points that it is worth
    verdicts   task -> Verdict, for each task with a test
    words      what else is to be known, for student and instructor
    seconds    how long judging took
    late       whether it came late: as the platform says, else by the assignment's due date
    times      task -> processor time of its test
    answers    task -> anonymous_code.Code, of each wrong answer that could be read
    marks      task -> marks.Mark each that was given by hand, in order
    key        what the result depends on, see class_run: the submission, "-", all else
    """

    student: str
    assignment: str
    status: str
    points: float
    out_of: float
    to_mark: float = 0.0
    tasks: dict = field(default_factory=dict)
    worth: dict = field(default_factory=dict)
    verdicts: dict = field(default_factory=dict)
    words: str = ""
    seconds: float = 0.0
    late: bool = False
    times: dict = field(default_factory=dict)
    answers: dict = field(default_factory=dict)
    marks: dict = field(default_factory=dict)
    key: str = ""


def make_tables(db):
    """Where a table is an earlier version's, all is graded again: a row is known by its key."""
    for name, columns in TABLES.items():
        there = inspect(db.connection())
        if there.has_table(name):
            if ", ".join(c["name"] for c in there.get_columns(name)) == columns:
                continue
            db.execute(text("drop table judge_run"))
            if name != "judge_run":
                db.execute(text(f"drop table {name}"))
        typed = ", ".join(f"{c} {TYPES.get(c, 'varchar(128)')}" for c in columns.split(", "))
        db.execute(text(f"create table {name} ({typed})"))
    db.commit()


def endings(gradebook):
    """(assignment, student) -> (status, late) of every submission that `rnn-course grade` wrote."""
    if not inspect(gradebook.db.connection()).has_table("judge_run"):
        return {}
    found = {}
    for row in gradebook.db.execute(text(f"select {TABLES['judge_run']} from judge_run")):
        late = row.late
        if late is None:
            submission = gradebook.find_submission(row.assignment, row.student)
            late = submission.total_seconds_late > 0
        found[row.assignment, row.student] = row.status, bool(late)
    return found


class Ledger:
    """One assignment's notebook in a class's gradebook, for a `with` statement."""

    def __init__(self, course, name):
        self.course, self.name = course, name
        self.where = {"assignment": name, "notebook": name}

    def __enter__(self):
        self.gradebook = self.course.gradebook().__enter__()
        self.db = self.gradebook.db
        make_tables(self.db)
        notebook = self.gradebook.find_notebook(self.name, self.name)
        self.master = master_cells(notebook, self.course.notebook("release", self.name))
        self.kernelspec = json.loads(notebook.kernelspec or "null")
        self.known = {row.student: row for row in self._select("judge_run")}
        self.penalties = AssignLatePenalties(config=self.course.config)
        self.penalties.init_plugin()
        return self

    def __exit__(self, *exception):
        self.gradebook.__exit__(*exception)

    def _select(self, table):
        query = f"select {TABLES[table]} from {table} where assignment = :a and notebook = :a"
        return self.db.execute(text(query), {"a": self.name})

    def _replace(self, table, student, rows):
        """Put these rows (dicts) in the place of what a table has of this student's."""
        query = "where student = :student and assignment = :assignment and notebook = :notebook"
        about = {**self.where, "student": student}
        self.db.execute(text(f"delete from {table} {query}"), about)
        values = ", ".join(f":{name}" for name in TABLES[table].split(", "))
        for row in rows:
            self.db.execute(text(f"insert into {table} values ({values})"), about | row)

    # ------------------------------------------------------------ what is known

    def timestamp(self, student):
        """When it was handed in, if that is known."""
        text = timestamp_in(self.course.notebook("submitted", self.name, student).parent)
        try:
            return parse_utc(text) if re.match(r"\d{4}-\d\d-\d\d", text) else None
        except (ValueError, OverflowError):
            return None

    def is_done(self, student, key):
        """Was exactly this submission graded, by exactly this grader, and is the notebook there?"""
        row = self.known.get(student)
        return row is not None and row.key == key and self._path(student).exists()

    def _path(self, student):
        return Path(self.course.notebook("autograded", self.name, student))

    def rows(self, students=None):
        """A Row for each student; by default for all who have one."""
        students = sorted(self.known) if students is None else students
        found = defaultdict(list)
        for of_test in self._select("judge_verdict"):
            found[of_test.student].append(of_test)
        given = marks.marks_of(self.db, self.name)
        return [self._row(student, found[student], given[student]) for student in students]

    def _row(self, student, found, given):
        known = self.known[student]
        submission = self.gradebook.find_submission(self.name, student)
        words = "; ".join(filter(None, [known.words, *json.loads(known.notes)]))
        row = Row(student, self.name, known.status, submission.score, submission.max_score)
        row.words, row.seconds, row.key, row.marks = words, known.seconds, known.key, dict(given)
        for of_test in found:
            row.verdicts[of_test.task] = Verdict.restored(json.loads(of_test.verdict))
            row.times[of_test.task] = of_test.seconds
            if (code := json.loads(of_test.answer)) is not None:
                row.answers[of_test.task] = Code(*code)
        row.late = bool(submission.total_seconds_late > 0 if known.late is None else known.late)
        grades = {g.name: g for notebook in submission.notebooks for g in notebook.grades}
        for task in [cell.grade_id for cell in self.master if cell.grade_id in grades]:
            waits, row.worth[task] = grades[task].needs_manual_grade, grades[task].max_score
            row.tasks[task] = None if waits else grades[task].score
            row.to_mark += row.worth[task] if waits else 0
        return row

    # ------------------------------------------------------------ writing

    def write(self, student, key, timestamp, graded, late=None):
        """A submission's Graded: its notebook, points and status, in one transaction.

        late  whether it came late, where a platform says so
        """
        path = self._path(student)
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.new")
        beside.write_text(nbformat.writes(graded.notebook, version=4), encoding="utf-8")
        row = {"student": student, "key": key, "status": graded.status, "words": graded.words}
        row |= {"notes": json.dumps(graded.notes), "seconds": graded.seconds, "late": late}
        found = [
            {"task": task, "verdict": json.dumps(verdict.kept()), "seconds": graded.times.get(task)}
            | {"answer": json.dumps(graded.answers.get(task))}
            for task, verdict in graded.verdicts.items()
        ]
        with self._transaction():
            self.gradebook.update_or_create_student(student)
            with self.db.no_autoflush:  # nbgrader makes rows before they have a place
                submission = self.gradebook.update_or_create_submission(
                    self.name, student, timestamp=timestamp
                )
            before = self.known.get(student)
            same = before is not None and before.key.partition("-")[0] == key.partition("-")[0]
            self._score(submission, graded.notebook, same)
            self._charge_lateness(submission, late)
            self._replace("judge_run", student, [row])
            self._replace("judge_verdict", student, found)
            self._keep_beside(student, path.parent)
            os.replace(beside, path)
        self.known[student] = SimpleNamespace(**row)

    def _keep_beside(self, student, folder):
        """What nbgrader's own Autograde leaves beside the notebook: the time of the submission, and
        the secret by which `nbgrader release_feedback` names the page for its student alone.

        What did not come through nbgrader's exchange has no secret. It gets one that nobody knows,
        for release_feedback stops at the first page without one.
        """
        submitted = self.course.notebook("submitted", self.name, student).parent
        time = timestamp_in(submitted) if self.timestamp(student) else ""
        (folder / "timestamp.txt").write_text(time, encoding="utf-8")
        secret = text_in(submitted / "submission_secret.txt") or secrets.token_hex(64)
        (folder / "submission_secret.txt").write_text(secret, encoding="utf-8")

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

    def _charge_lateness(self, submission, said):
        """By the due date, unless the platform has said that it was in time."""
        written = next(n for n in submission.notebooks if n.name == self.name)
        written.late_submission_penalty = None
        late = submission.total_seconds_late
        if late > 0 and said is not False:
            plugin = self.penalties.plugin_inst
            student = submission.student.id
            penalty = plugin.late_submission_penalty(student, written.score, late)
            if penalty is not None:
                penalty = self.penalties._check_late_penalty(written, penalty)
                written.late_submission_penalty = penalty
