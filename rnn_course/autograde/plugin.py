"""The judge inside nbgrader: `nbgrader autograde` and formgrader's button grade through it.

In the course's nbgrader_config.py:

    from rnn_course.autograde import plugin
    plugin.install(c)

All commands, folders, the gradebook, late penalties and hand-given marks stay nbgrader's; only
what happens to one notebook is ours (`grade_submission`). Where submissions cannot be isolated nothing is
run, unless `--Judged.trust_submissions=True` is said. `nbgrader generate_feedback` writes the pages
of `feedback_page`.
"""

import json
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook
from nbgrader.converters.autograde import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import AssignLatePenalties, SaveAutoGrades
from traitlets import Bool, Dict, List

from rnn_course.autograde import data_files, grade_submission, sandbox
from rnn_course.autograde.feedback_page import Feedback
from rnn_course.autograde.judge_pool import JudgePool
from rnn_course.autograde.limits import Limits
from rnn_course.autograde.marks import keep_marks
from rnn_course.autograde.restore import master_cells
from rnn_course.autograde.shown import few
from rnn_course.checks.seeds import hidden_seed


class Judged(Autograde):
    """nbgrader's Autograde, with a judge in place of a kernel."""

    trust_submissions = Bool(
        False, help="Run the submissions' code as yourself, with no isolation at all."
    ).tag(config=True)
    limits = Dict({}, help="Limits of a submission, by the names of limits.Limits.").tag(
        config=True
    )

    sanitize_preprocessors: Any = List([]).tag(config=True)
    autograde_preprocessors = List([SaveAutoGrades, AssignLatePenalties]).tag(config=True)

    def convert_notebooks(self):
        try:
            self.judges = JudgePool(self._limits(), self.trust_submissions)
        except sandbox.NoIsolation as error:
            self.log.error("%s (with nbgrader: --Judged.trust_submissions=True)", error)
            raise NbGraderException(str(error)) from None
        self.masters = {}
        with self.judges:
            super().convert_notebooks()

    def _limits(self):
        try:
            given = {k: json.loads(v) if type(v) is str else v for k, v in self.limits.items()}
            return Limits(**given)
        except (TypeError, ValueError) as error:
            self.log.error("Judged.limits: %s", error)
            raise NbGraderException(str(error)) from None

    def convert_single_notebook(self, notebook_filename):
        self.log.info("Judging %s", notebook_filename)
        resources = self.init_single_notebook_resources(notebook_filename)
        about = resources["nbgrader"]
        master, kernelspec, files = self._master(about["assignment"], about["notebook"])
        home = Path(self.coursedir.root, self.coursedir.submitted_directory).parent
        try:
            data = grade_submission.File.at(notebook_filename)
        except OSError as error:
            data = grade_submission.Absent("unreadable", error.strerror)
        seed = hidden_seed(home, about["student"], about["assignment"], data)
        graded = grade_submission.grade(data, master, self.judges, kernelspec, seed, files)
        for note in few(graded.notes):
            self.log.warning("%s: %s", about["student"], note)
        if graded.status != "graded":
            self.log.warning("%s: %s (%s)", about["student"], graded.status, graded.words)
        resources["output_extension"] = ".ipynb"
        notebook = graded.notebook
        for preprocessor in self.autograde_preprocessors:
            notebook, resources = preprocessor(parent=self).preprocess(notebook, resources)
        self.write_single_notebook(nbformat.writes(notebook, version=4), resources)

    def _master(self, assignment, name):
        """(cells, kernelspec, data files) of a notebook, as they were released."""
        if (assignment, name) not in self.masters:
            source, release = (
                Path(self.coursedir.format_path(folder, ".", assignment), f"{name}.ipynb")
                for folder in (self.coursedir.source_directory, self.coursedir.release_directory)
            )
            try:
                files = data_files.beside(release if release.exists() else source)
            except OSError as error:
                words = f"{error.filename}: {error.strerror}"
                self.log.error(words)
                raise NbGraderException(words) from None
            with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
                notebook = gradebook.find_notebook(name, assignment)
                kernelspec = json.loads(notebook.kernelspec or "null")
                master = master_cells(notebook, release)
            self.masters[assignment, name] = master, kernelspec, files
        return self.masters[assignment, name]


def install(config):
    """Let nbgrader grade through the judge, and keep each mark that is given by hand; `config` is
    the `c` of nbgrader_config.py."""
    keep_marks()
    for app in ("autogradeapp", "generatefeedbackapp", "api"):
        module = sys.modules.get(f"nbgrader.apps.{app}")  # there only where nbgrader's commands run
        for ours in (Judged, Feedback) if module else ():
            theirs = ours.__base__.__name__
            if hasattr(module, theirs):
                setattr(module, theirs, ours)
    config.GenerateFeedback.preprocessors = [
        "rnn_course.autograde.feedback_page.GradesByName",
        "nbgrader.preprocessors.ClearHiddenTests",
        "nbgrader.preprocessors.ClearMarkScheme",
        "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
    ]
