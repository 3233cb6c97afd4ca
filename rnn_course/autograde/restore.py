"""A submitted notebook, made into one that can be graded: only the answers are the student's.

Every cell that the instructor wrote is rebuilt from the master, in the master's order; of the
student's are the sources of the answer cells and whatever cells they added. So it does not matter
what became of the test cells, of ids, types, points or metadata.
"""

import re
from dataclasses import dataclass

from nbformat import from_dict

REGIONS = re.compile(r"(BEGIN|END) (HIDDEN TESTS|MARK SCHEME)")
REGION = re.compile(r"^.*BEGIN (HIDDEN TESTS|MARK SCHEME)(.|\n)*?END \1.*(\n|\Z)", re.MULTILINE)
TAG = re.compile(r"<(?=[a-z/!?])", re.IGNORECASE)
ENTITY = re.compile(r"&(?=#?\w+;)")  # in a link's address it would stand for a letter
SCRIPT_LINK = re.compile(r"(javascript|vbscript|data)\s*\\?:\s*(?!image/)", re.IGNORECASE)


@dataclass(frozen=True)
class MasterCell:
    """One of the cells that nbgrader knows, as it was released."""

    grade_id: str
    source: str
    cell_type: str  # code, markdown, raw
    locked: bool  # the student cannot change it
    grade: bool  # it has points
    solution: bool  # the student's answer
    task: bool
    points: float | None
    checksum: str

    @property
    def is_test(self):
        return self.cell_type == "code" and self.grade and not self.solution

    @property
    def is_given(self):
        return self.cell_type == "code" and self.locked and not self.grade

    def cell(self, source):
        """A notebook cell with this one's metadata."""
        about = {
            name: getattr(self, name)
            for name in ("grade_id", "cell_type", "locked", "grade", "solution", "task", "checksum")
        }
        if self.points is not None:
            about["points"] = self.points
        about["schema_version"] = 3
        return _cell(self.cell_type, source, {"nbgrader": about})


def master_cells(notebook):
    """The master of a notebook, from nbgrader's gradebook (an api.Notebook)."""
    points = {cell.name: cell.max_score for cell in [*notebook.grade_cells, *notebook.task_cells]}
    graded = {cell.name for cell in notebook.grade_cells}
    solutions = {cell.name for cell in notebook.solution_cells}
    tasks = {cell.name for cell in notebook.task_cells}
    return [
        MasterCell(
            grade_id=cell.name,
            source=cell.source,
            cell_type=cell.cell_type,
            locked=bool(cell.locked),
            grade=cell.name in graded,
            solution=cell.name in solutions,
            task=cell.name in tasks,
            points=points.get(cell.name),
            checksum=cell.checksum,
        )
        for cell in notebook.source_cells
    ]


def restore(notebook, master, kernelspec=None):
    """Make a submitted notebook gradable, in place. Returns notes on what was not as it should be.

    notebook  as nbformat reads it (version 4)
    master    a list of MasterCell, in their order
    """
    known = {cell.grade_id: cell for cell in master}
    answers, extras, order, notes = {}, {}, [], []
    waiting = []  # the student's own cells, until it is known before which cell they stand
    for cell in notebook.cells:
        name = _grade_id(cell)
        original = known.get(name)
        if original is None or name in answers:
            if name is not None:
                notes.append(f"{'a copy of' if original else 'unknown cell'} {_plain(name)}")
            if original is None or original.solution:
                waiting.append(_cell(cell.cell_type, _harmless(cell), {}))
            continue
        answers[name] = cell
        extras[name], waiting = waiting, []
        order.append(name)
        if cell.cell_type != original.cell_type:
            notes.append(f"{name} had become a {_plain(str(cell.cell_type))} cell")
        if not original.solution and not _same(_source(cell), original):
            notes.append(f"{name} had been changed")
    kept = [cell.grade_id for cell in master if cell.grade_id in answers]
    notes += [f"{name} had been moved" for name, at in zip(order, kept, strict=True) if name != at]
    notebook.cells = []
    for original in master:
        name = original.grade_id
        if name not in answers:
            notes.append(f"{name} was missing")
        notebook.cells += extras.get(name, [])
        source = original.source
        if original.solution and name in answers:
            source = _source(answers[name])
            if source != original.source:
                source = _harmless(answers[name], original.cell_type)
        notebook.cells.append(original.cell(source))
    notebook.cells += waiting
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
    language = {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"}
    notebook.metadata = from_dict({"language_info": language})
    if kernelspec:
        notebook.metadata["kernelspec"] = from_dict(kernelspec)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return notes


def _same(source, original):
    """Is this the released text of a cell? The release has no hidden tests and no mark scheme."""
    released = REGION.sub("", original.source)
    texts = ("\n".join(x.rstrip() for x in s.strip().splitlines()) for s in (source, released))
    return len(set(texts)) == 1 or source.strip() == original.source.strip()


def _grade_id(cell):
    about = cell.metadata.get("nbgrader") if isinstance(cell.metadata, dict) else None
    name = about.get("grade_id") if isinstance(about, dict) else None
    return name if isinstance(name, str) else None


def _plain(text):
    """A student's word in a note: it will stand in terminals and tables, so no signs but these."""
    return re.sub(r"[^\w. -]", "?", text, flags=re.ASCII)[:60]


def _source(cell):
    return cell.source if isinstance(cell.source, str) else ""


def _harmless(cell, kind=None):
    """A student's text, without what would run in a marker's browser or confuse nbgrader."""
    source = REGIONS.sub(r"\1  \2", _source(cell)).encode("utf-8", "replace").decode()
    if (kind or cell.cell_type) != "code":  # it is text that the page shows, not HTML of its own
        source = TAG.sub("< ", source)
        source = ENTITY.sub("& ", source)
        source = SCRIPT_LINK.sub(r"\1 ", source)
    return source


def _cell(kind, source, metadata):
    kind = kind if kind in ("code", "markdown", "raw") else "raw"
    cell = {"cell_type": kind, "source": source, "metadata": metadata}
    if kind == "code":
        cell |= {"outputs": [], "execution_count": None}
    return from_dict(cell)
