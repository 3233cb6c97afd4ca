"""What an assignment is about, out of its source: a Sphinx directive for the book's pages.

    ```{assignment} gru
    ```

gives the first paragraph of exercises/gru.md and its tasks, so that the page cannot say anything
else than the notebook.
"""

import re
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

INTRODUCTION = re.compile(r"^# (.+)\n\n(.+)\n", re.MULTILINE)
TASK = re.compile(r"^## (\d+\. .+ points?\))$", re.MULTILINE)


def summary(text):
    """The Markdown to show, from an assignment's source: title, introduction, list of tasks."""
    title, introduction = INTRODUCTION.search(text).groups()
    return "\n".join([f"*{title}.* {introduction}", "", *TASK.findall(text)])


class Assignment(SphinxDirective):
    required_arguments = 1

    def run(self):
        path = Path(self.env.srcdir, "exercises", f"{self.arguments[0]}.md")
        if not path.exists():
            raise self.error(f"expected the name of an assignment; there is no {path.name}")
        self.env.note_dependency(str(path))
        lines = summary(path.read_text(encoding="utf-8")).splitlines()
        body = nodes.Element()
        self.state.nested_parse(StringList(lines, path.name), self.content_offset, body)
        return body.children


def setup(app):
    app.add_directive("assignment", Assignment)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
