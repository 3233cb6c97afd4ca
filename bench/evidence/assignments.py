"""Every assignment's sample class, by stock nbgrader and by the class run: time, and scores.

    python bench/evidence/assignments.py [NAME ...]

Stock nbgrader runs each notebook in a kernel, without a sandbox and without looking for names of
mistakes afterwards. `checks` is the processor time of the test cells alone, both halves, in one
process that does nothing else; `cells` that of all other cells. What the class run takes beyond
both is start-up (once), isolation, and the gradebook.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from bench.classes import sample_class, save  # noqa: E402
from rnn_course.autograde.course import Course  # noqa: E402

STOCK = """
import sys
from nbgrader.apps import NbGraderApp
from nbgrader.converters.autograde import Autograde
import nbgrader.apps.autogradeapp as app
if __name__ == "__main__":
    import rnn_course.autograde.plugin as plugin
    plugin.install = lambda config: None
    sys.argv = ["nbgrader", "autograde", {name!r}]
    NbGraderApp.launch_instance()
"""
OURS = """
from rnn_course.autograde.class_run import grade_class
from rnn_course.autograde.course import Course
if __name__ == "__main__":
    course = Course()
    grade_class(course, {name!r}, course.students({name!r}))
"""


def run(script, home):
    """(wall seconds, processor seconds)"""
    begun = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, "COURSE": str(home), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = status
    return time.monotonic() - begun, used.ru_utime + used.ru_stime


def scores(course, name):
    """student -> task -> points, None where it waits for a hand."""
    with course.gradebook() as gradebook:
        return {
            s.student.id: {
                g.name: None if g.needs_manual_grade else g.score
                for n in s.notebooks
                for g in n.grades
            }
            for s in gradebook.assignment_submissions(name)
        }


BARE = """
import contextlib, io, sys, time, warnings
import nbformat
from rnn_course.autograde.course import Course
warnings.simplefilter("ignore")
course, spent = Course(), [0.0, 0.0]
source = nbformat.read(course.notebook("source", {name!r}), as_version=4)
tests = {{c.metadata.nbgrader.grade_id: c.source for c in source.cells if "nbgrader" in c.metadata}}
for student in course.students({name!r}):
    space = {{"__name__": "__main__", "display": lambda *_: None}}
    notebook = nbformat.read(course.notebook("submitted", {name!r}, student), as_version=4)
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader", {{}})
        is_test = about.get("grade", False) and not about["solution"]
        if cell.cell_type != "code":
            continue
        code = tests[about["grade_id"]] if is_test else cell.source
        begun = time.process_time()
        with contextlib.suppress(Exception), contextlib.redirect_stdout(io.StringIO()):
            exec(code, space)
        spent[is_test] += time.process_time() - begun
print(*spent)
"""


def bare(name, home):
    """(processor seconds of the students' cells, and of the checks), nothing else."""
    told = subprocess.run(
        [sys.executable, "-c", BARE.format(name=name)],
        cwd=ROOT,
        env={**os.environ, "COURSE": str(home), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return tuple(map(float, told.stdout.split()[-2:]))


def measure(name, script, leave_out=()):
    with tempfile.TemporaryDirectory() as home:
        course = Course(ROOT, home=home)
        course.release(name)
        sample_class.write_submissions(course, name)
        for student in leave_out:
            course.notebook("submitted", name, student).unlink()
            course.notebook("submitted", name, student).parent.rmdir()
        number = len(course.students(name))
        alone = bare(name, home) if script is OURS else None
        return (*run(script.format(name=name), home), scores(course, name), number, alone)


def main():
    names = sys.argv[1:] or Course(ROOT, home=tempfile.mkdtemp()).assignments()
    print(
        f"{'':16}{'number':>7}{'nbgrader s':>12}{'CPU s':>8}{'ours s':>9}{'CPU s':>8}{'faster':>8}"
    )
    result = {}
    for name in names:
        stock = measure(name, STOCK, leave_out=["unreadable"])  # nbgrader stops at such a file
        ours = measure(name, OURS, leave_out=["unreadable"])
        same = stock[2] == ours[2]
        numbers = (*stock[:2], *ours[:2], *ours[4], stock[0] / ours[0])
        line = "".join(f"{number:11.1f}" for number in numbers)
        said = "the same scores" if same else "OTHER SCORES"
        print(f"{name:14}{ours[3]:11}{line}  {said}", flush=True)
        if not same:
            for student in sorted(stock[2] | ours[2]):
                one, other = stock[2].get(student), ours[2].get(student)
                if one != other:
                    print(f"  {student}: nbgrader {one}, ours {other}")
        keys = ("stock wall", "stock CPU", "wall", "CPU", "cells CPU", "checks CPU", "faster")
        result[name] = dict(zip(keys, numbers, strict=True)) | {"same scores": same}
    save("assignments", result)


if __name__ == "__main__":
    main()
