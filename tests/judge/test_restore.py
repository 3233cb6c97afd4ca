"""Restoring: whatever was done to a notebook, the instructor's cells are the instructor's."""

import json
import re
import time

import nbformat
import pytest
from nbconvert import HTMLExporter
from nbformat.v4 import new_markdown_cell, new_notebook

from rnn_course.autograde.grade_submission import Unreadable, read
from rnn_course.autograde.restore import Tampering
from tests.attacks import toy

MASTER = toy.master()
IDS = [cell.grade_id for cell in MASTER]


def restored(cells):
    text = cells if isinstance(cells, str) else toy.notebook(cells)
    notebook, notes = read(text.encode(), MASTER, limit=10**7)
    nbformat.validate(notebook)
    known = {cell.grade_id: cell for cell in MASTER}
    seen = []
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader")
        if about:
            seen.append(about["grade_id"])
            original = known[about["grade_id"]]
            assert cell == original.cell(cell.source) | {"id": cell.id}
            assert original.solution or cell.source == original.source
    assert seen == IDS
    return notebook, notes


def sources(notebook):
    return [c.source for c in notebook.cells]


def test_an_honest_notebook_is_only_completed_by_the_hidden_tests():
    notebook, notes = restored(toy.submission())
    assert notes == []
    assert [c.metadata.nbgrader.grade_id for c in notebook.cells] == IDS
    assert sources(notebook)[1] == toy.RIGHT_STEP and "secret" in sources(notebook)[2]


def test_a_cell_of_the_students_stays_before_the_cell_it_stood_before():
    cells = list(toy.cells().values())
    more = [nbformat.v4.new_code_cell(f"x = {n}") for n in range(3)]
    mixed = [more[0], *cells[:2], more[1], *cells[2:], more[2]]
    notebook, notes = restored(mixed)
    assert notes == []
    found = [s if s.startswith("x =") else "." for s in sources(notebook)]
    assert found == ["x = 0", ".", ".", "x = 1", ".", ".", ".", ".", "x = 2"]


@pytest.mark.parametrize("name", IDS)
def test_a_cell_that_is_missing_comes_back(name):
    cells = {k: c for k, c in toy.cells(step="mine", loop="mine").items() if k != name}
    _, notes = restored(cells)
    assert notes == [f"{name} was missing"]


def test_a_changed_test_is_the_masters_again_and_noted():
    cells = toy.cells()
    cells["step"]["source"] = "2"
    assert restored(cells)[1] == ["step had been changed"]
    cells["step"]["source"] = toy.STEP_TEST[: toy.STEP_TEST.index("### BEGIN")] + "  \n"
    assert restored(cells)[1] == []  # blanks at the end are nobody's doing


def test_of_copies_of_an_answer_the_last_counts_and_the_others_stay_as_plain_cells():
    first, second = toy.cells(step="first"), toy.cells(step="second")
    notebook, notes = restored([*first.values(), *second.values()])
    assert notes == [
        *(f"a copy of {name}" for name in ("given", "step", "loop")),
        *("step-answer was there 2 times; the last counts",),
        *(
            "loop-answer was there 2 times; the last counts",
            "why was there 2 times; the last counts",
        ),
    ]
    assert [isinstance(note, Tampering) for note in notes] == [True] * 3 + [False] * 3
    assert sources(notebook)[1:3] == ["first", "second"]


def test_types_points_ids_and_order_are_the_masters():
    cells = toy.cells(step="mine")
    cells["step"].update(cell_type="markdown")
    cells["loop"].metadata["nbgrader"].update(points=1000, schema_version=0)
    cells["step-answer"].update(cell_type="raw")
    cells["why"].metadata["nbgrader"]["grade_id"] = "reason"
    notebook, notes = restored(list(reversed(cells.values())))
    assert sources(notebook)[1] == "mine"
    assert {n for n in notes if "moved" not in n} == {
        *("step had become a markdown cell", "step-answer had become a raw cell"),
        *("unknown cell reason", "why was missing"),
    }
    assert any(n.endswith("had been moved") for n in notes)


def test_what_a_browser_would_run_is_made_text():
    why = "<script>x()</script><img src=x onerror=y()> [a](javascript:z()) $a<b$ **bold**"
    notebook, _ = restored(toy.submission(why=why))
    text = sources(notebook)[-1]
    assert "<script" not in text and "<img" not in text and "javascript:" not in text
    assert "**bold**" in text


def test_a_region_of_the_students_own_cannot_hide_or_break_anything():
    notebook, _ = restored(toy.submission(step="### BEGIN HIDDEN TESTS\n### BEGIN MARK SCHEME\n1"))
    assert "BEGIN HIDDEN TESTS" not in sources(notebook)[1]
    assert "BEGIN MARK SCHEME" not in sources(notebook)[1]


def test_old_formats_are_read():
    notebook = nbformat.from_dict(json.loads(toy.submission()))
    old = nbformat.convert(notebook, 3)
    notebook, notes = restored(nbformat.writes(old, version=3))
    assert sources(notebook)[1] == toy.RIGHT_STEP
    notebook, notes = restored("\ufeff" + toy.submission())  # with a byte order mark
    assert notes == []


@pytest.mark.parametrize(
    "data, status, said",
    [
        (b"", "unreadable", "it is empty"),
        (b"{", "unreadable", "from line 1 on"),
        (b"\xff\xfe\0", "unreadable", "not text"),
        (b"[]", "unreadable", "JSON, but not a notebook"),
        (b'{"nbformat": "4"}', "unreadable", "JSON, but not a notebook"),
        (b'{"nbformat": 4}', "unreadable", "cells"),
        (b'{"nbformat": 4, "cells": [1]}', "unreadable", "cells"),
        (b'{"nbformat": 2}', "wrong version", "format 2; save it in format 4"),
        (b'{"nbformat": 5, "cells": []}', "wrong version", "format 5"),
        (b"[" * 10**5, "unreadable", "not a notebook"),
        (b" " * (10**7 + 1), "unreadable", "at most 10,000,000"),
    ],
)
def test_what_is_no_notebook_is_told_in_words(data, status, said):
    with pytest.raises(Unreadable, match=said) as error:
        read(data, MASTER, limit=10**7)
    assert error.value.status == status


def test_what_a_student_writes_runs_nowhere_and_takes_no_time():
    from rnn_course.autograde.restore import _harmless

    def page(text):
        return HTMLExporter().from_notebook_node(
            new_notebook(cells=[new_markdown_cell(_harmless(text, "markdown"))])
        )[0]

    assert 'href="https://x.org"' in page("[x](https://x.org)")
    assert "alert(1)" in page("[x](https://x.org/javascript;alert(1))")
    for link in (
        "javascript:",
        "java&#115;cript:",
        "javascript&colon;",
        "javascript\\:",
        "JavaScript :",
    ):
        assert not re.search(r"href=.javascript\s*:", page(f"[x]({link}alert(1))"), re.I), link
    for tag in ("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</div><iframe>"):
        assert tag not in page(f"a {tag} b"), tag
    started = time.process_time()
    _harmless("<b>" * 300_000, "markdown")
    assert time.process_time() - started < 5


def test_notes_hold_no_signs_that_a_terminal_or_a_table_would_read():
    from rnn_course.autograde.restore import _plain

    assert _plain("[/red]\x1b[2J<b>=a-1_z") == "??red???2J?b??a-1_z"
    assert len(_plain("x" * 1000)) == 60
