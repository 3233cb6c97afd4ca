"""A class as nbgrader sees it: its folders, its gradebook, its assignments.

What is where is said once, in nbgrader_config.py at the root of the course, and read from there.
"""

import logging
import os
import subprocess
import sys
import tempfile
import warnings
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import capture_log, temp_attrs
from sqlalchemy.exc import SAWarning
from traitlets.config import PyFileConfigLoader
from traitlets.log import get_logger

from rnn_course.autograde import data_files
from rnn_course.autograde.intake import why_no_student

CONFIG = "nbgrader_config.py"
SAMPLE_CLASS = Path("_build", "sample-class")


class CourseError(Exception):
    """One line for an instructor: what was looked for, where, and what to do."""


def find_root(start: str | Path | None = None) -> Path:
    """The folder of the course: the working folder or the nearest above it that has the config."""
    start = Path(start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if (folder / CONFIG).exists() and (folder / "exercises").is_dir():
            return folder
    raise CourseError(
        f"no course here: looked for {CONFIG} and exercises/ in {start} and the folders above; "
        "run this from the course's folder"
    )


_home: ContextVar[str | Path | None] = ContextVar("home", default=None)  # while a Course is made


def class_folder(root: str | Path) -> Path:
    """Where a class's work lies: a Course's `home`, else the environment variable COURSE, else class/."""
    return Path(root, _home.get() or os.environ.get("COURSE") or "class").resolve()


def keep_work_in(home: str | Path, config: Any) -> None:
    """Let nbgrader keep a class's work in the folder `home`; `config` is a traitlets Config."""
    home = Path(home)
    home.mkdir(parents=True, exist_ok=True)  # SQLite makes the gradebook's file, not its folder
    for step in ("submitted", "autograded", "feedback"):
        config.CourseDirectory[f"{step}_directory"] = str(home / step)
    config.CourseDirectory.db_url = f"sqlite:///{home / 'gradebook.db'}"


class Course:
    """One class and its gradebook.

    root         the folder of the course, where nbgrader_config.py lies
    home         where this class's work lies (submitted, autograded, ..., gradebook.db):
                 default the environment variable COURSE, else class/
    submissions  read the submissions from this folder instead of home/submitted
    """

    def __init__(
        self,
        root: str | Path | None = None,
        home: str | Path | None = None,
        submissions: str | Path | None = None,
    ) -> None:
        self.root = Path(root).resolve() if root else find_root()
        get_logger().setLevel(logging.INFO)
        token = _home.set(home)
        try:
            self.home = class_folder(self.root)
            self.config = PyFileConfigLoader(CONFIG, str(self.root)).load_config()
        finally:
            _home.reset(token)
        if submissions:
            self.config.CourseDirectory.submitted_directory = str(Path(submissions).resolve())
        self.coursedir = CourseDirectory(config=self.config)

    @classmethod
    def sample(cls, root: str | Path | None = None) -> "Course":
        """The course's own sample class, which exercises/sample_class.py makes."""
        root = Path(root) if root else find_root()
        return cls(root, home=root / SAMPLE_CLASS)

    @property
    def is_sample(self) -> bool:
        return self.home == (self.root / SAMPLE_CLASS).resolve()

    @property
    def submitted(self) -> Path:
        """The folder with a folder for each student."""
        return self.root / self.coursedir.submitted_directory

    def gradebook(self) -> Gradebook:
        """nbgrader's gradebook, for a `with` statement."""
        return Gradebook(self.coursedir.db_url, self.coursedir.course_id)

    # -- assignments ---------------------------------------------------------------------------

    def assignments(self) -> list[str]:
        """The names of all assignments."""
        return sorted(p.stem for p in self.root.glob("exercises/*.md") if p.stem != "README")

    def require(self, name: str) -> None:
        """Raises CourseError if there is no such assignment."""
        if name not in self.assignments():
            raise CourseError(
                f"no assignment '{name}': looked for {self.root / 'exercises' / name}.md; "
                f"there are: {', '.join(self.assignments()) or 'none'}"
            )

    def notebook(self, step: str, name: str, student: str = ".") -> Path:
        """The path of a notebook: step is source, release, submitted, autograded or feedback."""
        folder = getattr(self.coursedir, f"{step}_directory")
        folder = self.coursedir.format_path(folder, student, name)
        return Path(folder, name + (".html" if step == "feedback" else ".ipynb"))

    def release(self, name: str) -> bool:
        """Make the student's notebook with nbgrader where it or a data file is missing or stale;
        says whether.

        Afterwards this class's gradebook knows the assignment as it stands in the source.
        """
        self.require(name)
        source, release = self.notebook("source", name), self.notebook("release", name)
        if not source.exists():
            raise CourseError(
                f"exercises/{name}.md has no notebook: python exercises/build.py {name} says why"
            )
        current = release.exists() and release.stat().st_mtime_ns > source.stat().st_mtime_ns
        current = current and data_files.same(source, release)
        if current and self.knows(nbformat.read(source, as_version=4), name):
            return False
        if current:  # the file may stay: only this gradebook has still to learn the assignment
            with tempfile.TemporaryDirectory() as aside, self.setting(release_directory=aside):
                self.convert(GenerateAssignment, name)
        else:
            self.convert(GenerateAssignment, name)
        return True

    def knows(self, source, name):
        """Does the gradebook hold the tests, questions and points of this source notebook?"""
        with self.gradebook() as gradebook:
            try:
                notebook = gradebook.find_notebook(name, name)
            except MissingEntry:
                return False
            known = {cell.name: cell.source for cell in notebook.source_cells}
            points = {cell.name: cell.max_score for cell in notebook.grade_cells}
        cells = [cell for cell in source.cells if "nbgrader" in cell.metadata]
        about = [cell.metadata["nbgrader"] for cell in cells]
        return (
            {full["grade_id"] for full in about} == set(known)
            and {f["grade_id"]: f["points"] for f in about if f["grade"]} == points
            and all(
                known[full["grade_id"]] == cell.source
                for full, cell in zip(about, cells, strict=True)
                if not full["solution"]
            )
        )

    def setting(self, **settings):
        """nbgrader's folders and names set otherwise, within a `with` block."""
        return temp_attrs(self.coursedir, **settings)

    def convert(self, converter, name, student="*", **settings):
        """Run one of nbgrader's converters on an assignment, for the students of a glob pattern.

        Raises CourseError with the reason where it fails.
        """
        with self.setting(assignment_id=name, student_id=student):
            app = converter(coursedir=self.coursedir, config=self.config, **settings)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SAWarning)  # nbgrader's own, of no consequence
                result = capture_log(app)
        if "KeyboardInterrupt" in result.get("error", "").splitlines()[-1:]:
            raise KeyboardInterrupt  # nbgrader catches everything
        if not result["success"]:
            raise CourseError(reason(result))

    # -- submissions ---------------------------------------------------------------------------

    def students(self, name: str) -> list[str]:
        """Who handed in something for an assignment, sorted. Raises CourseError if nobody did."""
        if not self.submitted.is_dir():
            what = "a file" if self.submitted.exists() else "no such folder"
            raise CourseError(
                f"{self.submitted}: {what}; --submissions wants a folder that holds "
                f"STUDENT/{name}/{name}.ipynb for each student"
            )
        found = sorted(folder.parent.name for folder in self.submitted.glob(f"*/{name}/"))
        found = [student for student in found if not why_no_student(student)]
        if not found:
            raise CourseError(
                f"no submissions: looked for STUDENT/{name}/{name}.ipynb in {self.submitted}; "
                "put them there, or name their folder with --submissions DIR"
            )
        return found

    def has_submissions(self) -> bool:
        return self.submitted.is_dir() and any(self.submitted.glob("*/*/*.ipynb"))

    def has_grades(self) -> bool:
        """Has anything been graded in this class?"""
        database = self.coursedir.db_url.partition("sqlite:///")[2]
        if database and not Path(database).exists():
            return False
        with self.gradebook() as gradebook:
            return bool(gradebook.students)


def reason(result):
    """Why a converter failed, in one line, from its log or else from the exception."""
    for record in result.get("log", "").split("\n["):
        level, _, words = record.lstrip("[").partition("] ")
        lines = words.strip().splitlines()
        if level == "ERROR" and lines and not lines[0].startswith("There was an error processing"):
            return lines[-1] if lines[0].startswith("Traceback") else lines[0]
    return (result["error"].strip().splitlines() or ["nbgrader failed and did not say why"])[-1]


def start_jupyter(folder, *arguments, home=None):
    """Start JupyterLab in a folder and wait for its end; returns its exit status.

    home  of the class that formgrader is to show
    """
    command = [sys.executable, "-m", "jupyterlab", *arguments]
    if getattr(os, "geteuid", int)() == 0:
        command.append("--allow-root")  # in a container one often is
    try:
        chosen = {"COURSE": str(home)} if home else {}
        return subprocess.run(command, cwd=folder, env=os.environ | chosen).returncode
    except KeyboardInterrupt:
        return 0
