"""A class of sixty right answers in notebooks that were damaged on their way: who gets the points?

    python bench/evidence/odd_class.py [ASSIGNMENT] [BUSY]      default rnn and 0

Three students for each of the forms below, graded by the class run and by stock nbgrader. BUSY: so
many processes that compute meanwhile and never stop, to see whether a limit is met for their sake.
"""

import contextlib
import copy
import json
import multiprocessing
import re
import sys
import tempfile
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from bench.classes import role_of, sample_class, save  # noqa: E402
from bench.evidence.assignments import OURS, STOCK, run, scores  # noqa: E402
from rnn_course.autograde.course import Course  # noqa: E402

EACH = 3  # students of a form


NEW = {
    "code": nbformat.v4.new_code_cell,
    "markdown": nbformat.v4.new_markdown_cell,
    "raw": nbformat.v4.new_raw_cell,
}


def is_answer(cell):
    return role_of(cell) == "answer"


def is_test(cell):
    return role_of(cell) == "test"


def new(source, kind="code"):
    return NEW[kind](source)


def each_cell(notebook, change):
    """The notebook with every cell made into the cells that change(cell) gives."""
    return {**notebook, "cells": [c for cell in notebook["cells"] for c in change(cell)]}


def lacking(*keys):
    """Cells without these."""
    return lambda cell: [{k: v for k, v in cell.items() if k not in keys}]


def on_answers(change):
    return lambda notebook: each_cell(notebook, lambda c: change(c) if is_answer(c) else [c])


def halves(cell):
    """Cut before the last function, or the first line, if there is only one."""
    starts = [m.start() for m in re.finditer(r"^\S", cell["source"], re.M)] or [0]
    cut = starts[-1]
    return [{**cell, "source": cell["source"][:cut]}, new(cell["source"][cut:])]


def outputs_of(size):
    picture = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "A" * size}}
    return lambda cell: [{**cell, "outputs": [picture]}] if cell["cell_type"] == "code" else [cell]


def bare(cell):
    (kept,) = lacking("id")(cell)
    return [kept | {"metadata": {}}]


def merged(notebook):
    cells = notebook["cells"]
    text = "\n\n".join(cell["source"] for cell in cells if is_answer(cell))
    first = next(k for k, cell in enumerate(cells) if is_answer(cell))
    rest = [cell for cell in cells if not is_answer(cell)]
    return {**notebook, "cells": [*rest[:first], new(text), *rest[first:]]}


def without(which):
    return lambda notebook: each_cell(notebook, lambda cell: [] if which(cell) else [cell])


FORMS = {
    "as it is": lambda n: n,
    "all metadata lost": lambda n: each_cell(n, bare) | {"metadata": {}},
    "a new notebook, code cells alone": lambda n: {
        **n, "metadata": {}, "cells": [new(c["source"]) for c in n["cells"] if c["cell_type"] == "code"]
    },
    "cells without ids": lambda n: each_cell(n, lacking("id")),
    "cells without `metadata`": lambda n: each_cell(n, lacking("id", "metadata")),
    "answers split in two": on_answers(halves),
    "answers there twice": on_answers(lambda c: [c, new(c["source"])]),
    "answers copied with their metadata": on_answers(lambda c: [c, copy.deepcopy(c)]),
    "answers retyped in new cells": on_answers(lambda c: [new(c["source"])]),
    "an empty cell left, the answer below": on_answers(
        lambda c: [{**c, "source": ""}, new(c["source"])]
    ),
    "all answers in one cell": merged,
    "answers turned to Markdown": on_answers(lambda c: [new(c["source"], "markdown") | {"metadata": c["metadata"]}]),
    "answers turned to raw": on_answers(lambda c: [new(c["source"], "raw") | {"metadata": c["metadata"]}]),
    "tests deleted": without(is_test),
    "tests there twice": lambda n: each_cell(n, lambda c: [c, copy.deepcopy(c)] if is_test(c) else [c]),
    "text cells deleted": without(lambda c: c["cell_type"] == "markdown"),
    "20 MB of outputs": lambda n: each_cell(n, outputs_of(20_000_000 // len(n["cells"]))),
    "remarks and imports before each answer": on_answers(
        lambda c: [{**c, "source": "# mine\nimport math\n\n" + c["source"]}]
    ),
    "lines as a list, Windows ends": lambda n: each_cell(
        n, lambda c: [{**c, "source": c["source"].replace("\n", "\r\n").splitlines(True)}]
    ),
    "format 3": "format 3",
}  # fmt: skip


def write_class(course, name):
    """form -> its students."""
    course.release(name)
    release = nbformat.read(course.notebook("release", name), 4)
    source = nbformat.read(course.notebook("source", name), 4)
    right = sample_class.fill_in(release, sample_class.solutions(source))
    students = {}
    for number, (form, change) in enumerate(FORMS.items()):
        if change == "format 3":
            text = nbformat.writes(nbformat.convert(copy.deepcopy(right), 3), 3)
        else:
            text = json.dumps(change(copy.deepcopy(right)))
        students[form] = [f"s{number:02}{k}" for k in range(EACH)]
        for student in students[form]:
            path = course.notebook("submitted", name, student)
            path.parent.mkdir(parents=True)
            path.write_text(text, encoding="utf-8")
    return students


@contextlib.contextmanager
def busy(number):
    """So many processes that compute and never stop."""
    running = [multiprocessing.Process(target=_for_ever, daemon=True) for _ in range(number)]
    for process in running:
        process.start()
    try:
        yield
    finally:
        for process in running:
            process.kill()


def _for_ever():
    while True:
        pass


def main():
    name = sys.argv[1] if len(sys.argv) > 1 else "rnn"
    number = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    ways = {"the class run": OURS.format(name=name)}
    if not number:  # stock nbgrader's limits are wall time: it would only be slow
        ways["stock nbgrader"] = STOCK.format(name=name)
    found, seconds = {}, {}
    for way, script in ways.items():
        with tempfile.TemporaryDirectory() as home, busy(number):
            course = Course(ROOT, home=home)
            students = write_class(course, name)
            seconds[way] = run(script, home)
            got = scores(course, name)
        for form, some in students.items():
            points = [sum(p or 0 for p in got.get(s, {}).values()) for s in some]
            found.setdefault(form, {})[way] = points
    full = found["as it is"]["the class run"][0]
    for form, ways_ in found.items():
        print(f"{form:42}", *(f"{way}: {min(p):g}" for way, p in ways_.items()), sep="   ")
    for way, (wall, cpu) in seconds.items():
        count = sum(p == full for form in found.values() for p in form.get(way, []))
        print(
            f"{way}: {count} of {EACH * len(FORMS)} get all {full:g} points; {wall:.0f} s, {cpu:.0f} s of CPU"
        )
    save("odd_class", {"assignment": name, "busy": number, "points": found, "seconds": seconds})


if __name__ == "__main__":
    main()
