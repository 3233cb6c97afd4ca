"""Classes to measure on, made from the wrong answers at hand, and where results are kept."""

import json
import os
import random
import re
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "exercises")]

import sample_class  # noqa: E402
from build import role_of  # noqa: E402

CORPUS = ROOT / "tests" / "corpus"
RESULTS = ROOT / "_build" / "evidence"


def save(name, result):
    """Keep a result, a dict of plain things, as _build/evidence/NAME.json."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    about = {"cores": len(os.sched_getaffinity(0)), "load": round(os.getloadavg()[0], 1)}
    text = json.dumps({"machine": about, **result}, indent=1)
    (RESULTS / f"{name}.json").write_text(text + "\n")


def answers_at_hand(course, name):
    """task -> (right answers, wrong answers): source text, from the samples and the corpus."""
    source = nbformat.read(course.notebook("source", name), as_version=4)
    found = {task: ([text], []) for task, text in sample_class.solutions(source).items()}
    for student in sample_class.read_students(name):
        for task, text in student.answers.items():
            found[task][task in student.points].append(text)
    for cell in source.cells:
        called = re.search(r"^check\.(\w+)\((\w+)", cell.source, re.M)
        if role_of(cell) != "test" or not called or not (CORPUS / f"{called[1]}.py").exists():
            continue
        text = (CORPUS / f"{called[1]}.py").read_text(encoding="utf-8")
        task = cell.metadata["nbgrader"]["grade_id"]
        for function, kind in re.findall(r"^def ((right|wrong)_\d+)\(", text, re.M):
            answer = f"{text}\n\n{called[2]} = {function}\n"
            found[task][kind == "wrong"].append(answer)
    return found


def write_class(course, name, number, wrong=0.35, seed=0):
    """`number` students' submissions: each task answered right or, with a chance, wrong.

    Every twentieth hands in something that is no notebook, every other twentieth code that ends its
    own process, and every third twentieth a changed test cell.
    """
    course.release(name)
    release = nbformat.read(course.notebook("release", name), as_version=4)
    answers = answers_at_hand(course, name)
    chance = random.Random(seed)
    for n in range(number):
        chosen = {}
        for task, (right, others) in answers.items():
            some = others if others and chance.random() < wrong else right
            chosen[task] = chance.choice(some)
        notebook = sample_class.fill_in(nbformat.from_dict(release), chosen)
        if n % 20 == 7:
            last = next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("solution"))
            last.source = "import os\nos._exit(1)"
        if n % 20 == 13:
            test = next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade"))
            test.source = "3"
        text = nbformat.writes(notebook)
        path = course.notebook("submitted", name, f"student{n:04}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text[: len(text) // 2] if n % 20 == 19 else text, encoding="utf-8")
