"""Restoring: whatever was done to a notebook, the instructor's cells are the instructor's."""

import json
import re
import time

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

from rnn_course.autograde.grade_submission import Unreadable, read
from rnn_course.autograde.limits import Limits
from rnn_course.autograde.restore import MasterCell, Tampering, defined
from tests.attacks import toy

MASTER = toy.master()
IDS = [cell.grade_id for cell in MASTER]


def restored(cells):
    text = cells if isinstance(cells, str) else toy.notebook(cells)
    notebook, notes = read(text.encode(), MASTER, limits=Limits())
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
    assert "first" in sources(notebook) and sources(notebook)[1] == "second"


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
        (b" " * (10**7 + 1), "too large", "at most 9.5 MB"),
    ],
)
def test_what_is_no_notebook_is_told_in_words(data, status, said):
    with pytest.raises(Unreadable, match=said) as error:
        read(data, MASTER, limits=Limits(notebook=10**7))
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


# -- damaged notebooks -----------------------------------------------------------------------------

PLAIN = [  # the release's own cells that nbgrader does not know
    MasterCell(None, text, kind, *[False] * 4, points=None, checksum="")
    for text, kind in [("# A heading of the release", "markdown"), ("# try it: rnn()", "code")]
]
WHY = "Else all of it were one matrix."
ANSWERS = {"step-answer": toy.RIGHT_STEP, "loop-answer": toy.RIGHT_LOOP, "why": WHY}


def honest():
    """A right notebook, as a list: the heading stands below the essay, the code before the loop."""
    made = list(toy.cells(toy.RIGHT_STEP, toy.RIGHT_LOOP, WHY).values())
    return [
        *made[:3],
        new_code_cell(PLAIN[1].source),
        *made[3:],
        new_markdown_cell(PLAIN[0].source),
    ]


def at(cells, name):
    return next(
        k for k, c in enumerate(cells) if c.metadata.get("nbgrader", {}).get("grade_id") == name
    )


def answers(cells):
    """(what stands in the answers' places, notes) of a notebook made of these cells."""
    text = toy.notebook(cells)
    notebook, notes = read(text.encode(), [*MASTER, *PLAIN], limits=Limits())
    nbformat.validate(notebook)
    about = [c.metadata.get("nbgrader", {}) for c in notebook.cells]
    assert [a["grade_id"] for a in about if a] == IDS
    places = {a["grade_id"]: c.source for a, c in zip(about, notebook.cells, strict=True) if a}
    return {name: places[name] for name in ANSWERS}, notes


def bare(cells, *names):
    """Without the metadata of these cells; of all if none is named."""
    for cell in cells:
        if not names or cell.metadata.get("nbgrader", {}).get("grade_id") in names:
            cell.metadata = {}
    return cells


def retyped(cells):
    k = at(cells, "step-answer")
    cells[k] = new_code_cell("import math\n# mine\n" + toy.RIGHT_STEP)


def retyped_at_the_end(cells):
    cells.append(new_code_cell(cells.pop(at(cells, "step-answer")).source))


def retyped_below_the_stub(cells):
    k = at(cells, "step-answer")
    cells[k]["source"] = toy.STEP_STUB + toy.UNDONE
    cells.append(new_code_cell(toy.RIGHT_STEP))


def copied(cells):
    k = at(cells, "step-answer")
    cells.insert(k, json.loads(json.dumps(cells[k])))
    cells[k]["source"] = toy.RIGHT_STEP.replace("tanh", "sin")
    cells[:] = [nbformat.from_dict(cell) for cell in cells]


def copied_with_a_stub_behind(cells):
    k = at(cells, "step-answer")
    stub = nbformat.from_dict(dict(cells[k]) | {"source": toy.STEP_STUB + toy.UNDONE})
    cells.insert(k + 1, stub)


def split(cells):
    k = at(cells, "step-answer")
    cells.insert(k, nbformat.from_dict(dict(cells[k]) | {"source": "import math"}))


def merged_with_its_test(cells):
    k = at(cells, "step-answer")
    cells[k]["source"] += "\n" + cells.pop(k + 1).source


def merged_into_the_test_before(cells):
    k = at(cells, "loop-answer")
    answer = cells.pop(k).source
    cells[at(cells, "step")]["source"] += "\n" + answer


def merged_both(cells):
    k = at(cells, "loop-answer")
    cells[at(cells, "step-answer")]["source"] += "\n" + cells.pop(k).source


def as_markdown(cells):
    cells[at(cells, "step-answer")]["cell_type"] = "markdown"


def as_raw(cells):
    for name in ("loop-answer", "why"):
        cells[at(cells, name)]["cell_type"] = "raw"


def essay_below(cells):
    k = at(cells, "why")
    cells[k]["source"] = toy.QUESTION  # as it was released
    cells.insert(k + 1, new_markdown_cell(WHY))


def essay_in_code_below(cells):
    essay_below(cells)
    k = at(cells, "why")
    cells[k + 1] = new_code_cell(WHY)


def essay_in_two_cells(cells):
    k = at(cells, "why")
    cells[k : k + 1] = [new_markdown_cell(part) for part in WHY.split(" of ")]


@pytest.mark.parametrize(
    "damage, note",
    [
        (bare, "6 cells had lost their ids and were found by text and place"),
        (lambda cells: bare(cells, "step-answer", "step"), "step had lost its id"),
        (lambda cells: bare(cells, "why"), "why had lost its id"),
        (retyped, "step-answer had lost its id and was found by text and place"),
        (retyped_at_the_end, "step-answer had lost its id"),
        (retyped_below_the_stub, "step-answer stood in another cell"),
        (copied, "step-answer was there 2 times; the last counts"),
        (copied_with_a_stub_behind, "step-answer was there 2 times; the last that was worked on"),
        (split, "step-answer was there 2 times; the last counts"),
        (merged_with_its_test, "step had been merged with another cell"),
        (merged_into_the_test_before, "step had been merged with another cell"),
        (merged_both, "loop-answer stood in the cell of step-answer"),
        (as_markdown, "step-answer had become a markdown cell"),
        (as_raw, "loop-answer had become a raw cell"),
        (essay_below, "why was written in another cell, below its place"),
        (essay_in_code_below, "why was written in another cell, below its place"),
        (essay_in_two_cells, "why had lost its id"),
    ],
)  # fmt: skip
def test_right_work_in_a_damaged_notebook_is_found_and_nobody_is_accused(damage, note):
    cells = honest()
    damage(cells)
    places, notes = answers(cells)
    for name, right in ANSWERS.items():
        found = " of ".join(places[name].split("\n\n")) if name == "why" else places[name]
        assert right.strip() in found, name
    assert any(said.startswith(note) for said in notes), notes
    assert not any(isinstance(said, Tampering) for said in notes)


@pytest.mark.parametrize(
    "damage",
    [
        lambda cells: cells.pop(at(cells, "step")),
        lambda cells: cells[at(cells, "step")].update(source="2"),
        lambda cells: cells[at(cells, "step")].update(source=toy.STEP_TEST + "\nprint(1)"),
        lambda cells: cells[at(cells, "given")].update(cell_type="raw"),
        lambda cells: cells.append(cells[at(cells, "loop")]),
        lambda cells: cells.append(cells.pop(at(cells, "given"))),
        lambda cells: bare(cells, "step")[at(cells, "loop") - 3].update(source="2"),
    ],
    ids=["deleted", "changed", "longer", "no code", "copied", "moved", "lost and changed"],
)
def test_what_is_done_to_tests_and_locked_cells_is_tampering(damage):
    cells = honest()
    damage(cells)
    assert any(isinstance(said, Tampering) for said in answers(cells)[1])


def test_an_earlier_copy_does_not_stand_between_the_answer_and_its_test():
    cells = honest()
    wrong = toy.RIGHT_STEP.replace("tanh", "sin")
    cells[at(cells, "step-answer")]["source"] = wrong
    about = cells[at(cells, "step-answer")].metadata
    cells.append(new_code_cell(toy.RIGHT_STEP, metadata=about))
    text = toy.notebook(cells)
    notebook, _ = read(text.encode(), [*MASTER, *PLAIN], limits=Limits())
    there = [s.strip() for s in sources(notebook)]
    assert there.index(wrong.strip()) < there.index(toy.RIGHT_STEP.strip())
    assert there[there.index(toy.RIGHT_STEP.strip()) + 1].startswith("torch.manual_seed")


def test_of_several_that_define_the_name_the_last_counts_and_it_is_said():
    cells = honest()
    cells.pop(at(cells, "step-answer"))
    wrong = toy.RIGHT_STEP.replace("tanh", "sin")
    cells[0:0] = [new_code_cell(wrong), new_code_cell("def helper():\n    rnn_cell = 1")]
    cells.append(new_code_cell(toy.RIGHT_STEP))
    places, notes = answers(cells)
    assert "torch.tanh" in places["step-answer"] and "helper" not in places["step-answer"]
    assert "step-answer stood in another cell, the last of 2" in notes


def test_an_untouched_notebook_is_offered_to_nobody():
    cells = list(toy.cells().values()) + [new_markdown_cell(PLAIN[0].source)]
    places, notes = answers(cells)
    assert notes == [] and places["why"] == toy.QUESTION
    places, _ = answers(bare(list(toy.cells().values())) + [new_markdown_cell(PLAIN[0].source)])
    assert places["why"] == toy.QUESTION


def test_notes_and_scribbles_below_an_essay_are_not_the_essay():
    cells = honest()
    cells.insert(at(cells, "why") + 1, new_markdown_cell("and more"))
    assert answers(cells)[0]["why"] == WHY
    cells = honest()
    k = at(cells, "why")
    cells[k]["source"] = toy.QUESTION
    cells.insert(k + 1, new_code_cell("x = rnn(1, 2)\nprint(x)"))
    assert answers(cells)[0]["why"] == toy.QUESTION


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whatever_ids_are_lost_and_whatever_is_put_between_all_answers_are_found(data):
    cells = honest()
    for name in data.draw(st.lists(st.sampled_from(IDS), unique=True)):
        bare(cells, name)
    own = [new_code_cell("x = 1"), new_code_cell("# rnn_cell = 3"), new_raw_cell("def of")]
    for cell in data.draw(st.lists(st.sampled_from(own), max_size=4)):
        where = data.draw(st.integers(0, len(cells) - 3))  # not between the essay and its end
        cells.insert(where, nbformat.from_dict(dict(cell)))
    for name in data.draw(st.lists(st.sampled_from(list(ANSWERS)), unique=True, max_size=2)):
        for cell in cells:
            if cell.metadata.get("nbgrader", {}).get("grade_id") == name:
                cell["cell_type"] = data.draw(st.sampled_from(["markdown", "raw"]))
    places, notes = answers(cells)
    assert not any(isinstance(said, Tampering) for said in notes), notes
    for name, right in ANSWERS.items():
        assert right.strip() in places[name], (name, notes)


@pytest.mark.parametrize(
    "change",
    [
        lambda cell: cell.pop("metadata"),
        lambda cell: cell.update(metadata=None),
        lambda cell: cell.update(metadata=[]),
        lambda cell: cell.pop("outputs", 0),
        lambda cell: cell.update(outputs=None),
        lambda cell: cell.update(source=cell["source"].splitlines(keepends=True)),
        lambda cell: cell.pop("id"),
    ],
)
def test_what_programs_leave_out_of_cells_and_notebooks_is_no_harm(change):
    content = json.loads(toy.notebook(honest()))
    for cell in content["cells"]:
        change(cell)
    content["metadata"] = None
    notebook, notes = read(json.dumps(content).encode(), [*MASTER, *PLAIN], limits=Limits())
    found = {
        c.metadata.nbgrader.grade_id: c.source for c in notebook.cells if "nbgrader" in c.metadata
    }
    assert {name: found[name].strip() for name in ANSWERS} == {
        name: text.strip() for name, text in ANSWERS.items()
    }
    assert not any(isinstance(said, Tampering) for said in notes)


def test_names_are_those_of_the_top_level():
    source = "import a\n@x\ndef f():\n    g = 1\nclass C: pass\nh: int = 2\nk == 3\n"
    assert defined(source) == {"f", "C", "h"}
    assert defined("s = '''\ndef f(): pass\n'''\n# def g():\n%time\nasync def h(): (") == {"s", "h"}
    assert defined("def f" + "x" * 10**6) == frozenset()


@pytest.mark.parametrize(
    "text",
    [
        "![seen](https://x.org/p.png)",
        "![seen][1]\n\n[1]: https://x.org/p.png",
        "![1]\n\n[1]: //x.org/p.png",
        "![a ![b](data:image/png;base64,AA==)](https://x.org/p.png)",
        "![a](data:image/svg+xml;base64,AA==)",
        "<img src=https://x.org/p.png>",
        "[![x](https://x.org/p.png)](https://x.org)",
        "!\\[x](https://x.org/p.png) ![x](  <https://x.org/p.png> 'title')",
        "$\\style{background: url(https://x.org/p.png)}{x}$",
    ],
)
def test_no_picture_of_a_students_is_fetched(text):
    from rnn_course.autograde.restore import _harmless

    page = HTMLExporter().from_notebook_node(
        new_notebook(cells=[new_markdown_cell(_harmless(text, "markdown"))])
    )[0]
    body = page[page.index("<body") :]
    assert not re.search(r"<img[^>]*(x\.org|svg)", body) and "url(" not in body
    assert re.search(r"<img[^>]*x\.org", HTMLExporter().from_notebook_node(
        new_notebook(cells=[new_markdown_cell("![seen](https://x.org/p.png)")]))[0])  # fmt: skip


def test_a_picture_that_stands_in_the_text_itself_stays():
    from rnn_course.autograde.restore import _harmless

    text = "![plot](data:image/png;base64,iVBORw0KGgo=)"
    assert _harmless(text, "markdown") == text


@pytest.mark.parametrize("kind", ["unknown ids", "definitions", "open strings", "prose", "lines"])
def test_restoring_takes_time_in_proportion(kind):
    def notebook(n):
        made = honest()
        bare(made)
        more = {
            "unknown ids": lambda k: new_raw_cell("x", metadata=toy._about(f"u{k}", "raw")),
            "definitions": lambda k: new_code_cell(f"def f{k}(): pass\n" * 20),
            "open strings": lambda k: new_code_cell('"""' + "'" * 500 + '\n"' * 100),
            "prose": lambda k: new_code_cell("word " * 4 + "x" * 1000),
            "lines": lambda k: new_markdown_cell("a \n" * 300),
        }[kind]
        return toy.notebook([*made, *map(more, range(n))]).encode()

    def seconds(n):
        data, began = notebook(n), time.process_time()
        read(data, [*MASTER, *PLAIN], limits=Limits())
        return time.process_time() - began

    seconds(100)
    few, many = seconds(500), seconds(2000)
    assert many < 8 * few + 0.5, (few, many)
