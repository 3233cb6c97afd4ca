"""Make nbgrader's notebooks from the assignments' sources.

    python exercises/build.py [NAME ...]        exercises/NAME.md -> _build/.../NAME/NAME.ipynb
    python exercises/build.py --back NAME       the other way round, after an edit in JupyterLab

Beside the notebook come its data files, if it has any (make_data.py).

A source is a MyST Markdown notebook. What nbgrader must know of a cell stands in one short line,
and this file writes it out as nbgrader's own metadata, both ways:

    answer rnn-cell             code the student writes; solution between BEGIN and END SOLUTION
    test rnn-cell, 3 points     the check of that answer; a visible part and a hidden part
    question rnn-why            text of a written question, with a marking guide for the marker
    essay rnn-why, 4 points     where the student writes; in the source it holds a model answer
    fixed set-up                any other cell that students must not change

In front of a code cell the line is `:nbgrader: answer rnn-cell`, in front of a text cell it is
`+++ {"nbgrader": "essay rnn-why, 4 points"}`. exercises/README.md shows a whole task.
"""

import argparse
import ast
import os
import re
import sys
from pathlib import Path

import jupytext
import make_data
import nbformat

from rnn_course import packages
from rnn_course.autograde import data_files

EXERCISES = Path(__file__).resolve().parent
BUILT = EXERCISES.parent / "_build" / "exercises" / "source"

# role: (what is added to the task's name to make nbgrader's grade_id, nbgrader's three flags)
ROLES = {
    "answer": ("-answer", dict(grade=False, solution=True, locked=False)),
    "test": ("", dict(grade=True, solution=False, locked=True)),
    "question": ("-question", dict(grade=False, solution=False, locked=True)),
    "essay": ("", dict(grade=True, solution=True, locked=False)),
    "fixed": ("", dict(grade=False, solution=False, locked=True)),
}
SHORT = re.compile(r"(?P<role>[a-z]+) (?P<task>\S+?)(, (?P<points>\d+(\.\d+)?) points?)?")
CELL_KEYS = {"nbgrader", "tags"}

# the marks that nbgrader looks for: name of the region, roles whose cells may hold one
REGIONS = {
    "SOLUTION": {"answer"},
    "HIDDEN TESTS": {"test"},
    "MARK SCHEME": {"question"},
}


class SourceError(Exception):
    """The source of an assignment breaks a rule: one line for each place, with file and cell."""


# -- the short form and nbgrader's own ---------------------------------------------------------


def expand(short):
    """nbgrader's metadata of one cell from its short form, "test rnn-cell, 3 points".

    Raises ValueError, in words, where the short form is not one.
    """
    match = SHORT.fullmatch(short)
    if not match or match["role"] not in ROLES:
        raise ValueError(
            f"'{short}' should read ROLE NAME or ROLE NAME, 3 points, with one of the roles "
            + ", ".join(ROLES)
        )
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", match["task"]):
        raise ValueError(f"the name '{match['task']}' should have only a-z, 0-9 and single -")
    suffix, flags = ROLES[match["role"]]
    full = {"grade_id": match["task"] + suffix, "schema_version": 3, "task": False, **flags}
    if flags["grade"] != bool(match["points"]):
        wants = "needs its points" if flags["grade"] else "takes no points"
        raise ValueError(f"'{short}': a cell of role {match['role']} {wants}")
    if flags["grade"]:
        points = float(match["points"])
        if points == 0:
            raise ValueError(f"'{short}': a graded cell needs more than 0 points")
        full["points"] = int(points) if points.is_integer() else points
    return full


def shorten(full):
    """The short form of nbgrader's metadata: expand's inverse."""
    flags = {name: full[name] for name in ("grade", "solution", "locked")}
    for role, (suffix, role_flags) in ROLES.items():
        if flags == role_flags and full["grade_id"].endswith(suffix):
            task = full["grade_id"].removesuffix(suffix)
            plural = "" if full.get("points") == 1 else "s"
            return f"{role} {task}" + (
                f", {full['points']} point{plural}" if flags["grade"] else ""
            )
    raise ValueError(f"cell {full['grade_id']} has no short form: {flags}")


def role_of(cell):
    """The role of a cell with nbgrader's metadata, or None."""
    full = cell.metadata.get("nbgrader")
    return shorten(full).split()[0] if full else None


def read_source(text, name):
    """The notebook of a source's text, nbgrader's metadata written out; all rules checked.

    name is the assignment's, for the messages. Raises SourceError.
    """
    notebook = jupytext.reads(text, fmt="md:myst")
    problems = []
    for number, cell in enumerate(notebook.cells, start=1):
        cell.id = f"cell-{number}"
        short = cell.metadata.get("nbgrader")
        if short is not None:
            try:
                cell.metadata["nbgrader"] = expand(short)
                cell.id = cell.metadata["nbgrader"]["grade_id"]
            except ValueError as error:
                problems.append((cell, str(error)))
                del cell.metadata["nbgrader"]
    problems = problems or list(broken_rules(notebook))
    if problems:
        lines = first_lines(notebook, text)
        raise SourceError(
            "\n".join(
                f"exercises/{name}.md{lines[cell.id]}"
                + (f" (cell {cell.id})" if "nbgrader" in cell.metadata else "")
                + f": {what}"
                for cell, what in problems
            )
        )
    notebook.metadata.pop("jupytext", None)
    notebook.metadata["kernelspec"] = dict(
        display_name="Python 3", language="python", name="python3"
    )
    return notebook


def first_lines(notebook, text):
    """cell id -> ":12", the line of the source where the cell's text begins, or "" if not found."""
    lines, found, start = text.splitlines(), {}, 0
    for cell in notebook.cells:
        first = next((line for line in cell.source.splitlines() if line.strip()), None)
        if first in lines[start:]:
            start = lines.index(first, start) + 1
            found.setdefault(cell.id, f":{start}")
    return {cell.id: found.get(cell.id, "") for cell in notebook.cells}


def write_source(notebook):
    """The text of a source: the inverse of read_source."""
    notebook = nbformat.from_dict(notebook)
    notebook.metadata.pop(data_files.KEY, None)
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata["nbgrader"] = shorten(cell.metadata["nbgrader"])
    text = jupytext.writes(notebook, fmt="md:myst")
    return re.sub(r"^    (format_version|jupytext_version):.*\n", "", text, flags=re.MULTILINE)


# -- the rules ---------------------------------------------------------------------------------


def broken_rules(notebook):
    """Each rule that a notebook breaks, as (cell, words)."""
    seen = {}
    for cell in notebook.cells:
        unknown = set(cell.metadata) - CELL_KEYS
        if unknown:
            yield cell, f"metadata {sorted(unknown)}: only {sorted(CELL_KEYS)} are known"
        role = role_of(cell)
        yield from broken_regions(cell, role)
        if role is None:
            continue
        name = cell.metadata["nbgrader"]["grade_id"]
        if name in seen:
            yield cell, f"the name {name} is taken by another cell"
        seen[name] = cell
        if cell.cell_type != ("markdown" if role in ("question", "essay") else "code"):
            if role != "fixed":
                yield cell, f"a cell of role {role} cannot be a {cell.cell_type} cell"
                continue
        if role == "answer":
            yield from broken_answer(cell)
        elif role == "test":
            yield from broken_test(cell)
            if name + "-answer" not in seen:
                yield cell, f"no cell 'answer {name}' stands above this test"
        elif role == "essay" and name + "-question" not in seen:
            yield cell, f"no cell 'question {name}' stands above this essay"
    for name, cell in seen.items():
        task = name.removesuffix("-answer")
        if role_of(cell) == "answer" and task not in seen:
            yield cell, f"no cell 'test {task}, N points' follows this answer"


def region(source, name):
    """The lines inside and the lines outside of a source's region, each as text.

    Inside is None where there is no region. Raises ValueError where the marks do not pair.
    """
    inside, outside, open_ = None, [], False
    for line in source.splitlines():
        if f"BEGIN {name}" in line or f"END {name}" in line:
            if open_ == (f"BEGIN {name}" in line):
                raise ValueError(f"BEGIN {name} and END {name} do not pair")
            open_ = not open_
            inside = [] if inside is None else inside
        else:
            (inside if open_ else outside).append(line)
    if open_:
        raise ValueError(f"END {name} is missing")
    return None if inside is None else "\n".join(inside), "\n".join(outside)


def broken_regions(cell, role):
    for name, roles in REGIONS.items():
        try:
            inside, outside = region(cell.source, name)
        except ValueError as error:
            yield cell, str(error)
            continue
        if inside is None and role in roles:
            yield cell, f"a cell of role {role} needs BEGIN {name} and END {name}"
        if inside is not None and role not in roles:
            yield cell, f"{name} may stand only in a cell of role {', '.join(roles)}"
        if inside is not None and not inside.strip():
            yield cell, f"nothing stands between BEGIN {name} and END {name}"
        if name == "HIDDEN TESTS" and role == "test" and not outside.strip():
            yield cell, "a test needs a visible line as well as a hidden one"


def parse(source):
    """The syntax tree of a cell, or the words on why there is none."""
    try:
        return ast.parse(source), None
    except SyntaxError as error:
        return None, f"not Python, line {error.lineno} of the cell: {error.msg}"


def broken_answer(cell):
    tree, error = parse(cell.source)
    if error:
        yield cell, error
        return
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    for number, line in enumerate(cell.source.splitlines(), start=1):
        if "BEGIN SOLUTION" in line:
            if not any(f.lineno < number <= f.end_lineno for f in functions):
                yield (
                    cell,
                    "the solution must lie inside a function: what stands in its "
                    "place in the release raises an error as soon as it runs",
                )


def broken_test(cell):
    points = cell.metadata["nbgrader"]["points"]
    try:
        hidden, visible = region(cell.source, "HIDDEN TESTS")
    except ValueError:
        return  # said by broken_regions
    for part, is_hidden in ((visible, False), (hidden or "", True)):
        tree, error = parse(part)
        if error:
            yield cell, error
            continue
        checks = [node for node in ast.walk(tree) if is_check(node)]
        for call in checks:
            values = {k.arg: getattr(k.value, "value", None) for k in call.keywords}
            name = f"check.{call.func.attr}"
            if values.get("points") != points:
                yield cell, f"{name} needs points={points}, as the cell's own line says"
            if bool(values.get("hidden")) != is_hidden:
                rule = "needs hidden=True" if is_hidden else "is visible: without hidden=True"
                yield cell, f"{name} {rule}"
        last = tree.body[-1] if tree.body else None
        if checks and (
            len(checks) > 1 or not isinstance(last, ast.Expr) or last.value != checks[0]
        ):
            yield cell, "one check a part, as its last line: only the last line gives points"


def is_check(node):
    """Is this a call of check.something?"""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and getattr(node.func.value, "id", None) == "check"
    )


# -- files -------------------------------------------------------------------------------------


def assignments(exercises=EXERCISES):
    """The names of all assignments that have a source, sorted."""
    return sorted(path.stem for path in exercises.glob("*.md") if path.stem != "README")


def source_path(name, exercises=EXERCISES):
    return exercises / f"{name}.md"


def built_path(name, built=BUILT):
    return built / name / f"{name}.ipynb"


def is_stale(name, exercises=EXERCISES, built=BUILT):
    """Is the notebook missing, or older than its source or than this file? Or is a data file?"""
    notebook, files = built_path(name, built), make_data.file_names(name, exercises)
    made = [notebook, *(notebook.parent / file for file in files)]
    parents = [source_path(name, exercises), Path(__file__)]
    if files:
        parents += make_data.sources(name, exercises)
    newest = max(path.stat().st_mtime_ns for path in parents if path.exists())
    if not all(path.exists() and path.stat().st_mtime_ns > newest for path in made):
        return True
    return data_files.names(notebook) != files


def build(name, exercises=EXERCISES, built=BUILT):
    """Make one notebook and its data files where they are stale; says whether they were.

    A notebook whose source is broken, or whose data cannot be made, is removed, so that nobody
    works on with a stale one. Raises SourceError.
    """
    source = source_path(name, exercises)
    if not source.exists():
        raise SourceError(
            f"no assignment '{name}': looked for {source}; "
            f"there are: {', '.join(assignments(exercises)) or 'none yet'}"
        )
    path = built_path(name, built)
    try:
        if not is_stale(name, exercises, built):
            return False
        notebook = read_source(source.read_text(encoding="utf-8"), name)
        files = make_data.make(name, exercises)
    except (make_data.DataError, packages.MissingData) as error:
        path.unlink(missing_ok=True)
        raise SourceError(f"exercises/data/{name}.py: {error}") from None
    except SourceError:
        path.unlink(missing_ok=True)
        raise
    for old in [old for old in path.parent.glob(f"{name}-data/*") if old.is_file()]:
        if f"{name}-data/{old.name}" not in files:
            old.unlink()
    if files:
        notebook.metadata[data_files.KEY] = list(files)
    for file, data in files.items():
        replace_file(path.parent / file, data)
    replace_file(path, (nbformat.writes(notebook) + "\n").encode())
    return True


def build_stale(exercises=EXERCISES, built=BUILT):
    """Make every stale notebook; returns what is wrong with the sources, one text each."""
    problems = []
    for name in assignments(exercises):
        try:
            build(name, exercises, built)
        except SourceError as error:
            problems.append(str(error))
    return problems


def replace_file(path, data):
    """Write a file (text or bytes) whole or not at all, also when several runs write it at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_bytes(data.encode() if isinstance(data, str) else data)
    temporary.replace(path)


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Make nbgrader's notebooks from the sources.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="assignments; without: all")
    parser.add_argument("--back", action="store_true", help="write the notebook into its source")
    options = parser.parse_args(arguments)
    failed = False
    for name in options.names or assignments():
        try:
            if options.back:
                notebook = nbformat.read(built_path(name), as_version=4)
                replace_file(source_path(name), write_source(notebook))
                print(f"exercises/{name}.md: written from {built_path(name)}")
            else:
                print(f"{name}: {'built' if build(name) else 'up to date'}")
        except (SourceError, FileNotFoundError) as error:
            print(error, file=sys.stderr)
            failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
