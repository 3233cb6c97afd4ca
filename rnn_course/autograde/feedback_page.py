"""A student's feedback page: nbgrader's, with the tasks by name and formulas that need no network.

nbgrader's own page calls every test "Test cell", and leaves formulas to a script from the network,
which JupyterLab does not run in a page that it shows. Here each formula is MathML, which browsers
set by themselves; one that cannot be converted stays as the TeX that it is.
"""

import re
from pathlib import Path

from jinja2 import pass_context
from latex2mathml.converter import convert
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbgrader.converters import GenerateFeedback
from nbgrader.preprocessors import GetGrades
from traitlets import Type
from traitlets.config import Config

TEMPLATES = Path(__file__).with_name("templates")


def mathml(tex: str, display: str) -> str | None:
    """A formula as MathML, display "block" or "inline"; None where it cannot be converted."""
    try:
        return convert(tex.strip(), display=display)
    except Exception:  # it is a student's or a marker's text: whatever is wrong with it
        return None


class MathRenderer(IPythonRenderer):
    """Markdown to HTML, formulas as MathML."""

    def block_math(self, body: str) -> str:
        return mathml(body, "block") or super().block_math(body)

    def inline_math(self, body: str) -> str:
        return mathml(body, "inline") or super().inline_math(body)

    def latex_environment(self, name: str, body: str) -> str:
        whole = f"\\begin{{{name}}}{body}\\end{{{name}}}"
        return mathml(whole, "block") or super().latex_environment(name, body)


class GradesByName(GetGrades):
    """nbgrader's GetGrades; each graded cell also gets its task's heading, and whether it waits."""

    def preprocess(self, nb, resources):
        title = ""
        for cell in nb.cells:
            about = cell.metadata.get("nbgrader", {})
            if about.get("grade") or about.get("task"):
                about["title"] = title
            elif cell.cell_type == "markdown" and not about.get("solution"):
                for heading in re.findall(r"^#{1,3} +(.+?)\s*#*$", cell.source, re.MULTILINE):
                    title = re.sub(r"\s*\([\d.]+ points?\)$", "", heading)
        return super().preprocess(nb, resources)

    def _get_score(self, cell, resources):
        super()._get_score(cell, resources)
        about = cell.metadata["nbgrader"]
        grade = self.gradebook.find_grade(
            about["grade_id"], self.notebook_id, self.assignment_id, self.student_id
        )
        about["waits"] = grade.needs_manual_grade


class FeedbackPage(HTMLExporter):
    """nbgrader's page with the template course_feedback."""

    @pass_context
    def markdown2html(self, context, source):
        """HTML of a cell's Markdown, or of a comment's."""
        renderer = MathRenderer(
            escape=False,
            attachments=context.get("cell", {}).get("attachments", {}),
            anchor_link_text=self.anchor_link_text,
        )
        return MarkdownWithMath(renderer=renderer).render(source)


class Feedback(GenerateFeedback):
    """nbgrader's GenerateFeedback, writing a FeedbackPage for each submission."""

    exporter_class = Type(FeedbackPage).tag(config=True)

    def __init__(self, coursedir=None, **kwargs):
        super().__init__(coursedir=coursedir, **kwargs)
        theirs = self.config.HTMLExporter
        page = {"template_name": "course_feedback"}
        page["extra_template_basedirs"] = [str(TEMPLATES), *theirs.extra_template_basedirs]
        page["extra_template_paths"] = [
            *theirs.extra_template_paths,
            *theirs.extra_template_basedirs,  # for `extends 'feedback/...'`
        ]
        self.update_config(Config({"FeedbackPage": page}))
