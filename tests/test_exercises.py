"""Assignments: their sources keep the rules, their releases tell nothing, and builds are fresh."""

import os
import subprocess
import sys
from pathlib import Path

import build
import make_data
import nbformat
import pytest

from rnn_course.autograde.course import Course

NAMES = build.assignments()

GOOD = """\
# A tiny assignment

```{code-cell}
:nbgrader: fixed set-up

from rnn_course.checks import check
```

```{code-cell}
:nbgrader: answer add

def add(a, b):
    ### BEGIN SOLUTION
    return a + b
    ### END SOLUTION
```

```{code-cell}
:nbgrader: test add, 2 points

check.add(add, points=2)
### BEGIN HIDDEN TESTS
check.add(add, points=2, hidden=True)
### END HIDDEN TESTS
```

+++ {"nbgrader": "question why"}

Why?

=== BEGIN MARK SCHEME ===
1 point: because.
=== END MARK SCHEME ===

+++ {"nbgrader": "essay why, 1 point"}

Because.
"""


def cells(notebook, role):
    return [cell for cell in notebook.cells if build.role_of(cell) == role]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A class of its own: nothing of class/ is touched."""
    return Course(build.EXERCISES.parent, home=tmp_path_factory.mktemp("class"))


@pytest.fixture(scope="module", params=NAMES)
def released(request, course):
    """(source, release) of an assignment, made by nbgrader's generate_assignment."""
    name = request.param
    build.build(name)
    course.release(name)
    return [nbformat.read(course.notebook(step, name), 4) for step in ("source", "release")]


# -- from the source to the notebook and back ----------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_source_and_notebook_say_the_same(name):
    text = build.source_path(name).read_text(encoding="utf-8")
    notebook = build.read_source(text, name)
    assert build.write_source(notebook) == text
    assert build.read_source(build.write_source(notebook), name) == notebook


def test_the_short_form_is_nbgraders_own():
    assert build.expand("test rnn-cell, 2.5 points") == {
        "grade": True,
        "grade_id": "rnn-cell",
        "locked": True,
        "points": 2.5,
        "schema_version": 3,
        "solution": False,
        "task": False,
    }
    for short in ("answer a", "test a, 1 point", "question a", "essay a, 4 points", "fixed a-b-1"):
        assert build.shorten(build.expand(short)) == short


def test_a_good_source_has_nothing_wrong():
    notebook = build.read_source(GOOD, "tiny")
    assert [cell.id for cell in notebook.cells] == (
        ["cell-1", "set-up", "add-answer", "add", "why-question", "why"]
    )


BROKEN = [
    # what is changed, into what, the words of the message
    (":nbgrader: answer add", ":nbgrader: anwser add", "tiny.md:12: 'anwser add' should read ROLE"),
    (":nbgrader: answer add", ":nbgarder: answer add", "['nbgarder']: only"),
    (":nbgrader: answer add", ":nbgrader: answer Add_1", "'Add_1' should have only a-z"),
    (":nbgrader: answer add", ":nbgrader: answer add, 2 points", "takes no points"),
    ("test add, 2 points", "test add", "needs its points"),
    ("test add, 2 points", "test add, 0 points", "more than 0 points"),
    ("test add, 2 points", "test add, 3 points", "(cell add): check.add needs points=3"),
    ("points=2, hidden", "points=1, hidden", "check.add needs points=2"),
    ("points=2, hidden=True", "points=2", "needs hidden=True"),
    ("add, points=2)\n###", "add, points=2, hidden=True)\n###", "without hidden=True"),
    ("check.add(add, points=2)\n###", "###", "a visible line as well"),
    ("check.add(add, points=2, hidden=True)\n", "\n", "nothing stands between BEGIN HIDDEN TESTS"),
    ("### END HIDDEN TESTS\n", "", "END HIDDEN TESTS is missing"),
    ("### BEGIN SOLUTION\n", "\n", "BEGIN SOLUTION and END SOLUTION do not pair"),
    ("    return a + b\n", "", "nothing stands between BEGIN SOLUTION"),
    ("    return a + b\n", "    return a +\n", "not Python, line 3"),
    ("def add(a, b):\n", "if True:\n", "must lie inside a function"),
    ("check.add(add, points=2)\n###", "check.add(add, points=2)\nadd\n###", "one check a part"),
    (":nbgrader: answer add", ":nbgrader: answer sub", "no cell 'answer add' stands above"),
    (":nbgrader: answer add", ":nbgrader: answer sub", "no cell 'test sub, N points' follows"),
    (":nbgrader: fixed set-up", ":nbgrader: fixed add", "the name add is taken"),
    ("question why", "question how", "no cell 'question why' stands above this essay"),
    ("=== BEGIN MARK SCHEME ===\n", "", "BEGIN MARK SCHEME and END MARK SCHEME do not pair"),
    (":nbgrader: answer add\n\n", "\n", "SOLUTION may stand only in a cell of role answer"),
]


@pytest.mark.parametrize("old, new, words", BROKEN, ids=[words for *_, words in BROKEN])
def test_a_broken_rule_is_named_with_its_place(old, new, words):
    assert old in GOOD
    with pytest.raises(build.SourceError) as error:
        build.read_source(GOOD.replace(old, new), "tiny")
    assert words in str(error.value)
    assert str(error.value).startswith("exercises/tiny.md:")


def test_only_what_is_newer_is_built(tmp_path):
    exercises, built = tmp_path / "exercises", tmp_path / "built"
    exercises.mkdir()
    source = exercises / "tiny.md"
    source.write_text(GOOD)
    assert build.build("tiny", exercises, built) is True
    assert build.build("tiny", exercises, built) is False
    stamp = build.built_path("tiny", built).stat().st_mtime_ns + 1
    source.write_text(GOOD.replace("tiny", "small"))
    os.utime(source, ns=(stamp, stamp))
    assert build.build_stale(exercises, built) == []
    assert "# A small assignment" in build.built_path("tiny", built).read_text()


def test_a_broken_source_leaves_no_stale_notebook(tmp_path):
    (tmp_path / "tiny.md").write_text(GOOD)
    built = tmp_path / "built"
    build.build("tiny", tmp_path, built)
    (tmp_path / "tiny.md").write_text(GOOD.replace("points=2)", "points=5)"))
    os.utime(build.built_path("tiny", built), ns=(0, 0))
    problems = build.build_stale(tmp_path, built)
    assert len(problems) == 1 and "check.add needs points=2" in problems[0]
    assert not build.built_path("tiny", built).exists()


def test_an_unknown_assignment_is_said_in_one_line(capsys):
    assert build.main(["nope"]) == 1
    error = capsys.readouterr().err
    assert "no assignment 'nope': looked for" in error and error.count("\n") == 1


# -- what every assignment has ---------------------------------------------------------------------


def test_each_assignment_has_tasks_and_a_written_question(released):
    source, _ = released
    assert len(cells(source, "test")) >= 5
    for test in cells(source, "test"):
        assert "check." in test.source
    assert len(cells(source, "essay")) == len(cells(source, "question")) >= 1
    for question in cells(source, "question"):
        guide, _ = build.region(question.source, "MARK SCHEME")
        assert "point" in guide


def test_the_release_has_no_solution(released):
    source, release = released
    visible = "\n".join(cell.source for cell in release.cells)
    # a line counts as told where the rest of the source has it as well
    rest = "\n".join(
        cell.source for cell in source.cells if build.role_of(cell) not in ("answer", "essay")
    )
    answers = cells(source, "answer")
    rest += "".join(build.region(cell.source, "SOLUTION")[1] for cell in answers)
    for cell in answers:
        secret = [line.strip() for line in build.region(cell.source, "SOLUTION")[0].splitlines()]
        secret = [line for line in secret if len(line) > 12 and line not in rest]
        assert secret, f"{cell.id}: no line of the solution could be told from the rest"
        assert [line for line in secret if line in visible] == []
    for cell in cells(source, "essay"):
        assert cell.source.splitlines()[0] not in visible
    assert "SOLUTION" not in visible


def test_the_release_has_no_hidden_test_and_no_marking_guide(released):
    source, release = released
    visible = "\n".join(cell.source for cell in release.cells)
    assert "hidden=True" not in visible and "HIDDEN" not in visible and "SCHEME" not in visible
    for question in cells(source, "question"):
        for line in build.region(question.source, "MARK SCHEME")[0].splitlines():
            assert not line.strip() or line not in visible


def test_the_release_has_every_task(released):
    source, release = released
    for role in build.ROLES:
        assert [cell.id for cell in cells(release, role)] == [c.id for c in cells(source, role)]
    for cell in cells(release, "answer"):
        assert "raise NotImplementedError()" in cell.source
    for cell in cells(release, "essay"):
        assert cell.source == "YOUR ANSWER HERE"
    for cell in cells(release, "test") + cells(release, "fixed"):
        assert cell.metadata["editable"] is False


@pytest.mark.parametrize("name", NAMES)
def test_nothing_but_its_data_files_lies_beside_a_release(course, name):
    course.release(name)
    folder = course.notebook("release", name).parent
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert there == {f"{name}.ipynb", *make_data.file_names(name)}


def test_a_release_is_made_once(course):
    name = NAMES[0]
    course.release(name)
    before = course.notebook("release", name).stat().st_mtime_ns
    assert course.release(name) is False
    assert course.notebook("release", name).stat().st_mtime_ns == before


def test_a_second_class_learns_the_assignment_without_a_new_release(course, tmp_path):
    name = NAMES[0]
    course.release(name)
    before = course.notebook("release", name).stat().st_mtime_ns
    other = Course(course.root, home=tmp_path)
    source = nbformat.read(other.notebook("source", name), 4)
    assert not other.knows(source, name)
    assert other.release(name) is True
    assert other.knows(source, name)
    assert other.notebook("release", name).stat().st_mtime_ns == before
    cells(source, "test")[0].metadata["nbgrader"]["points"] += 1
    assert not other.knows(source, name)


def test_nbgrader_validate_shows_the_words(course, tmp_path):
    course.release("rnn")
    notebook = nbformat.read(course.notebook("release", "rnn"), 4)
    answer = cells(notebook, "answer")[0]
    answer.source = """\
def rnn_cell(x, h, W_ih, W_hh, b_ih, b_hh):
    return torch.tanh(x @ W_ih.T + h @ W_hh.T + b_ih)
"""
    for cell in list(notebook.cells):  # one task is enough
        if build.role_of(cell) == "test" and "check.rnn_cell(" not in cell.source:
            notebook.cells.remove(cell)
    nbformat.write(notebook, tmp_path / "rnn.ipynb")
    command = [Path(sys.executable).with_name("nbgrader"), "validate", "rnn.ipynb"]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert "rnn_cell: not right yet." in said and "b_hh" in said and "0 of 3 points" in said
