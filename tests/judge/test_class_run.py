"""The class run: every submission one final row, nothing lost, nothing stale, nothing done twice."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from rnn_course.autograde import class_run, sandbox
from rnn_course.autograde.ledger import Ledger
from rnn_course.autograde.limits import MB, Limits
from tests.attacks import toy

ROOT = Path(__file__).resolve().parents[2]
LIMITS = Limits(cell_seconds=3.0, grace=0.5, memory=512 * MB)
TRUSTED = not sandbox.probe()[0]  # what is run here is harmless


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """A course with no submissions; making one takes nbgrader seconds."""
    return toy.make_course(tmp_path_factory.mktemp("course"))


@pytest.fixture
def course(empty, tmp_path):
    """A copy of it, with a class of four."""
    folder = tmp_path / "course"
    subprocess.run(["cp", "-r", empty, folder], check=True)
    config = folder / "nbgrader_config.py"
    config.write_text(config.read_text().replace(str(empty), str(folder)))
    for student, data in CLASS.items():
        toy.submit(folder, student, data)
    return toy.Class(folder)


CLASS = {
    "ann": toy.submission(),
    "bob": toy.submission(step=toy.RIGHT_STEP.replace("+ b_hh", "")),
    "cyd": "{",
    "dan": toy.submission(step="import os\nos._exit(1)"),
}


@pytest.fixture(scope="module", autouse=True)
def judges():
    """One pool of judges for all these tests; `run` below uses it where nothing else is said."""
    with class_run.judging(LIMITS, TRUSTED) as run.judges:
        yield


def run(course, students=None, judges=None, **options):
    done = []

    def progress(todo):
        done.extend(todo)
        return todo

    students = students or course.students(toy.NAME)
    options = {"judges": judges or run.judges, "progress": progress} | options
    rows = class_run.grade_class(course, toy.NAME, students, **options)
    return {row.student: row for row in rows}, sorted(done)


def test_every_submission_ends_in_one_row(course):
    (course.root / "submitted" / "eve" / toy.NAME).mkdir(parents=True)
    (course.root / "submitted" / "fay" / toy.NAME).mkdir(parents=True)
    (course.root / "submitted" / "fay" / toy.NAME / "Untitled.ipynb").write_text("{}")
    rows, done = run(course)
    found = {student: (row.status, row.points, row.to_mark) for student, row in rows.items()}
    assert found == {
        "ann": ("graded", 5.0, 2.0),
        "bob": ("graded", 3.0, 2.0),
        "cyd": ("unreadable", 0.0, 0.0),
        "dan": ("crashed", 3.0, 2.0),
        "eve": ("missing", 0.0, 0.0),
        "fay": ("wrong name", 0.0, 0.0),
    }
    assert done == sorted(rows) == sorted(toy.scores(course.root))
    assert "no toy.ipynb; there is Untitled.ipynb" in rows["fay"].words
    for student in rows:
        nbformat.validate(nbformat.read(course.notebook("autograded", toy.NAME, student), 4))
    # of each test its processor time is kept, and of each wrong answer the code without its author
    assert {s: sorted(row.times) for s, row in rows.items()} == {
        **dict.fromkeys(("ann", "bob", "dan"), ["loop", "step"]),
        **dict.fromkeys(("cyd", "eve", "fay"), []),
    }
    assert all(0 <= seconds < 3 for row in rows.values() for seconds in row.times.values())
    wrong = {s: {t: code.text for t, code in row.answers.items()} for s, row in rows.items()}
    assert wrong.pop("bob") == {
        "step": "def rnn_cell(x, h, v1, v2, v3, v4):\n"  # the toy's text names no weights
        "    return torch.tanh(x @ v1.T + v3 + h @ v2.T)"
    }
    assert wrong.pop("dan") == {"step": "import os"} and not any(wrong.values())


def test_a_second_run_does_only_what_has_changed(course):
    before, done = run(course)
    assert done == list("ann bob cyd dan".split())
    again, done = run(course)
    assert done == [] and again == before
    toy.submit(course.root, "bob", toy.submission())
    course.notebook("autograded", toy.NAME, "dan").unlink()
    rows, done = run(course)
    assert done == ["bob", "dan"] and rows["bob"].points == 5.0
    assert run(course, regrade=True)[1] == list("ann bob cyd dan".split())


def test_a_newer_submission_that_is_broken_takes_the_old_score_away(course):
    assert run(course)[0]["ann"].points == 5.0
    toy.submit(course.root, "ann", "no notebook any more")
    row = run(course)[0]["ann"]
    assert (row.status, row.points) == ("unreadable", 0.0)


def test_after_a_change_of_a_test_or_of_a_limit_everyone_is_done_again(course):
    run(course)
    with course.gradebook() as gradebook:
        cell = gradebook.find_source_cell("step", toy.NAME, toy.NAME)
        cell.source = cell.source.replace("1e-6", "1e-5")
        gradebook.db.commit()
    assert len(run(course)[1]) == 4
    assert run(course)[1] == []
    more = Limits(cell_seconds=4.0, grace=0.5, memory=512 * MB)
    with class_run.judging(more, TRUSTED) as judges:
        assert len(run(course, judges=judges)[1]) == 4


LOADED = """
import sys
from rnn_course.checks import check
import rnn_course.autograde.judge, rnn_course.autograde.judge_pool, rnn_course.autograde.ledger
import rnn_course.autograde.grade_submission, rnn_course.autograde.sandbox.__main__
print(check.rnn_cell(lambda x, h, W_ih, W_hh, b_ih, b_hh: (x @ W_ih.T + h @ W_hh.T).tanh()).points)
print(*[m.__file__ for n, m in sys.modules.items() if n.startswith("rnn_course")], sep="\\n")
"""


def test_the_key_covers_all_that_the_judge_and_the_checks_load():
    said = subprocess.run(
        [sys.executable, "-c", LOADED], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
    )
    points, *loaded = said.stdout.splitlines()
    covered = set(map(str, class_run.grader_files().values()))
    assert points == "0" and len(loaded) > 30
    assert [
        path
        for path in loaded
        if path not in covered and Path(path).stem not in ("intake", "marks")
    ] == []
    assert set(map(str, sandbox.FILES)) <= covered


@pytest.mark.parametrize(
    "name",
    ["ops.py", "cells.py", "verdict.py", "checks/compare.py", "checks/tasks/rnn.py"]
    + ["checks/diagnosis/families/gates.toml", "autograde/judge.py"]
    + ["autograde/sandbox/worker.py", "../_build/prints/rnn_cell.npz"],
)
def test_a_change_of_any_file_that_grades_changes_the_key(name, tmp_path):
    package = tmp_path / "rnn_course"
    for file, path in class_run.grader_files().items():
        file = f"../_build/{file}" if file.startswith("prints/") else file
        (package / file).parent.mkdir(parents=True, exist_ok=True)
        (package / file).write_bytes(path.read_bytes())
    before = class_run.grader(package)
    assert before == class_run.grader()  # where it lies is of no account
    (package / name).parent.mkdir(parents=True, exist_ok=True)
    with (package / name).open("a") as file:
        file.write("\n")
    class_run.grader.cache_clear()
    assert class_run.grader(package) != before


@pytest.mark.parametrize("library", class_run.LIBRARIES)
def test_another_version_of_a_library_changes_the_key(library, monkeypatch):
    before, version = class_run.grader(), class_run.importlib.metadata.version
    changed = {library: "99.0"}
    monkeypatch.setattr(
        class_run.importlib.metadata, "version", lambda name: changed.get(name) or version(name)
    )
    class_run.grader.cache_clear()
    assert class_run.grader() != before
    class_run.grader.cache_clear()


def test_a_mark_given_by_hand_is_kept_and_looked_at_again_only_if_the_answer_changed(course):
    run(course)
    with course.gradebook() as gradebook:
        grade = gradebook.find_grade("why", toy.NAME, toy.NAME, "ann")
        grade.manual_score, grade.needs_manual_grade = 1.5, False
        gradebook.db.commit()
    row = run(course, regrade=True)[0]["ann"]
    assert (row.points, row.to_mark) == (6.5, 0.0)
    toy.submit(course.root, "ann", toy.submission(why="Another reason."))
    row = run(course)[0]["ann"]
    assert (row.points, row.to_mark) == (6.5, 2.0)  # the mark is still there, to be confirmed


def test_hidden_seeds_differ_from_student_to_student_and_change_the_key(course):
    from rnn_course.checks.seeds import KEY_FILE, hidden_seed

    ann, bob = (hidden_seed(course.home, s, toy.NAME) for s in ("ann", "bob"))
    assert ann != bob and ann == hidden_seed(course.home, "ann", toy.NAME)
    again = [hidden_seed(course.home, "ann", toy.NAME, data) for data in (b"one", b"two", b"one")]
    assert again[0] == again[2] != again[1]  # what one submission has seen is of no use to the next
    run(course)
    (course.home / KEY_FILE).write_text("another key")
    assert len(run(course)[1]) == 4


FIRST_RUN = """
import sys
from rnn_course.checks.seeds import hidden_seed
sys.stdin.readline()
for number in range(60):
    print(hidden_seed(f"{sys.argv[1]}/{number}", "ann", "toy"), flush=True)
"""


def test_two_first_runs_at_once_agree_on_the_key(tmp_path):
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", FIRST_RUN, tmp_path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for _ in range(4)
    ]
    for process in runs:
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=300) for process in runs]
    assert [errors for _, errors in said] == [""] * 4
    seeds = [out.splitlines() for out, _ in said]
    assert len(seeds[0]) == 60 and seeds.count(seeds[0]) == 4 and len(set(seeds[0])) == 60
    assert {os.listdir(tmp_path / str(n))[0] for n in range(60)} == {"hidden-seeds.key"}
    assert (tmp_path / "0" / "hidden-seeds.key").stat().st_mode & 0o777 == 0o600


def test_late_and_notes_of_the_intake_are_in_the_row(course):
    from rnn_course.autograde.intake import write_records

    submitted = course.root / "submitted"
    (submitted / "ann" / toy.NAME / f"{toy.NAME}.ipynb").rename(
        submitted / "ann" / toy.NAME / f"Copy of {toy.NAME}.ipynb"
    )
    rows, _ = run(course, ["ann", "bob"])
    assert rows["ann"].points == 5.0 and rows["ann"].status == "graded"
    assert rows["ann"].words == "the notebook was called 'Copy of toy.ipynb'"
    write_records(submitted, toy.NAME, {"bob": {"late": True, "time": "", "note": "a note"}})
    rows, done = run(course, ["ann", "bob"])
    assert done == ["bob"] and rows["bob"].late and not rows["ann"].late
    assert rows["bob"].words == "a note"


def test_a_platform_that_says_in_time_is_believed_before_any_due_date(course):
    from datetime import datetime

    from rnn_course.autograde.intake import write_records

    with course.gradebook() as gradebook:
        gradebook.find_assignment(toy.NAME).duedate = datetime(2026, 1, 1)
        gradebook.db.commit()
    for student in ("ann", "bob"):
        stamp = course.root / "submitted" / student / toy.NAME / "timestamp.txt"
        stamp.write_text("2026-02-01 00:00:00 UTC")
    said = {"bob": {"late": False, "time": "2026-02-01 00:00:00 UTC"}}
    write_records(course.root / "submitted", toy.NAME, said)
    rows, _ = run(course, ["ann", "bob"])
    assert rows["ann"].late and not rows["bob"].late


@pytest.mark.parametrize(
    "stamp", ["", "no time", "9999-99-99", "\xff", "2026-01-01 00:00:00 +99:99"]
)
def test_a_timestamp_that_cannot_be_read_costs_nobody_anything(course, stamp):
    path = course.root / "submitted" / "ann" / toy.NAME / "timestamp.txt"
    path.write_text(stamp, encoding="latin-1")
    assert run(course, ["ann"])[0]["ann"].points == 5.0


def test_a_row_has_at_most_five_notes_and_then_their_number(course):
    cells = list(toy.cells(toy.RIGHT_STEP, toy.RIGHT_LOOP).values())
    more = [
        nbformat.v4.new_raw_cell("x", metadata=toy._about("=x" * 40 + str(n), "raw"))
        for n in range(1000)
    ]
    toy.submit(course.root, "ann", toy.notebook(cells + more))
    row = run(course, ["ann"])[0]["ann"]
    assert row.words.count("unknown cell") == 5 and row.words.endswith("; and 995 more notes")
    assert len(row.words) < 1000 and row.status == "graded"


@pytest.mark.parametrize("step", ["commit", "replace", "flush"])
def test_whatever_fails_while_writing_all_or_nothing_is_written(course, monkeypatch, step):
    run(course, ["bob"])
    before = everything(course)

    class Killed(BaseException):
        pass

    def fail(*arguments, **options):
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        if step == "replace":
            patch.setattr(os, "replace", fail)
        elif step == "flush":
            patch.setattr(Ledger, "_charge_lateness", fail)
        else:
            patch.setattr(Ledger, "_transaction", failing_at_the_end(Killed))
        run(course, ["ann"])
    assert everything(course) == before
    rows, done = run(course)
    assert done == ["ann", "cyd", "dan"] and rows["ann"].points == 5.0


def failing_at_the_end(error):
    import contextlib

    @contextlib.contextmanager
    def transaction(self):
        self.db.commit = self.db.flush
        try:
            yield
            self.db.rollback()
            raise error
        finally:
            del self.db.commit

    return transaction


def everything(course):
    """All rows about submissions, in an order of their own."""
    from sqlalchemy import text

    with course.gradebook() as gradebook:
        rows = gradebook.db.execute(text("select student, key, status from judge_run")).fetchall()
        return sorted(map(tuple, rows)), toy.scores(course.root)


RUN = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's & has it ignored
sys.path.insert(0, {root!r})
from tests.judge.test_class_run import LIMITS, TRUSTED
from tests.attacks.toy import NAME, Class
from rnn_course.autograde.class_run import grade_class, judging
if __name__ == "__main__":
    course = Class({folder!r})
    def progress(todo):
        for student in todo:
            print(student, flush=True)
            yield student
    with judging(LIMITS, TRUSTED) as judges:
        grade_class(course, NAME, course.students(NAME), judges, progress=progress)
"""


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_is_stopped_is_taken_up_where_it_was(course, sent, tmp_path):
    for number in range(8):
        toy.submit(course.root, f"more{number}", CLASS["ann"])
    script = RUN.format(root=str(ROOT), folder=str(course.root))
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        for _ in range(3):  # the third line: two are written
            process.stdout.readline()
        process.send_signal(sent)
        process.wait(60)
    assert process.returncode != 0
    written = toy.scores(course.root)
    assert 2 <= len(written) < 12
    rows, done = run(course)
    assert len(rows) == 12 and not set(done) & set(written)
    assert {s: r.points for s, r in rows.items() if s.startswith("more")} == {
        f"more{n}": 5.0 for n in range(8)
    }


def test_without_isolation_nothing_is_graded(course, monkeypatch):
    monkeypatch.setattr(sandbox, "probe", lambda: (False, "no isolation: none here"))
    with pytest.raises(sandbox.NoIsolation, match="--trust-submissions"):
        class_run.judging(LIMITS, trusted=False)
    assert toy.scores(course.root) == {}


def test_a_scheduler_needs_dask(course, monkeypatch):
    from rnn_course.autograde.course import CourseError

    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(CourseError, match="pip install distributed"):
        class_run.judging(scheduler="tcp://127.0.0.1:1")
