"""Grading a class with nbgrader: every submission has a row, and the points that it deserves."""

import contextlib
import csv
import errno
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path

import build
import nbformat
import pytest
import sample_class
from bs4 import BeautifulSoup

from rnn_course.autograde import cli
from rnn_course.autograde.class_run import grade_class as judge_class
from rnn_course.autograde.class_run import judging
from rnn_course.autograde.cli import feedback_pages as feedback
from rnn_course.autograde.course import Course, CourseError
from rnn_course.autograde.intake import is_nbgraders
from rnn_course.autograde.sandbox import probe

ROOT = build.EXERCISES.parent
NAMES = build.assignments()
TRUSTED = not probe()[0]  # these are the course's own notebooks
FIRST = "rnn"  # the assignment of the tests that need only one
SAMPLES = [FIRST, "open"]  # whose sample classes each change is tried with: without and with data
SAMPLES += [pytest.param(n, marks=pytest.mark.evidence) for n in NAMES if n not in SAMPLES]


@pytest.fixture(scope="module", autouse=True)
def judges():
    """One pool of judges for all these tests; `grade_class` below uses it."""
    with judging(trusted=TRUSTED) as grade_class.judges:
        yield


def grade_class(*arguments, **options):
    return judge_class(*arguments, grade_class.judges, **options)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return Course(ROOT, home=tmp_path_factory.mktemp("class"))


@pytest.fixture(scope="module", params=SAMPLES)
def graded(request, course):
    """(assignment, student -> Row) of the whole sample class."""
    name = request.param
    sample_class.write_submissions(course, name)
    rows = grade_class(course, name, course.students(name))
    return name, {row.student: row for row in rows}


@pytest.fixture(scope="module")
def gradebook(tmp_path_factory):
    """A gradebook that knows the assignment, to be copied: making one takes nbgrader seconds."""
    course = Course(ROOT, home=tmp_path_factory.mktemp("gradebook"))
    course.release(FIRST)
    return course.home / "gradebook.db"


@pytest.fixture
def small(tmp_path, gradebook, monkeypatch):
    """A class of its own with one untouched submission, not graded yet; judged by the one pool."""
    pool = contextlib.nullcontext(grade_class.judges)
    monkeypatch.setattr("rnn_course.autograde.class_run.judging", lambda *options: pool)
    course = Course(ROOT, home=tmp_path / "class")
    shutil.copy(gradebook, course.home)
    hand_in(course, "ada", course.notebook("release", FIRST).read_text())
    return course


def hand_in(course, student, text):
    path = course.notebook("submitted", FIRST, student)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def full_points(course, name):
    """task -> points, and the tasks that are marked by hand."""
    source = nbformat.read(course.notebook("source", name), 4)
    about = [cell.metadata["nbgrader"] for cell in source.cells if "nbgrader" in cell.metadata]
    points = {full["grade_id"]: full["points"] for full in about if full["grade"]}
    return points, {full["grade_id"] for full in about if full["grade"] and full["solution"]}


def messages(course, name, student):
    """task -> what its check said, tags and all, but code in backticks as in plain text."""
    notebook = nbformat.read(course.notebook("autograded", name, student), 4)
    return {
        cell.metadata["nbgrader"]["grade_id"]: "".join(
            re.sub("</?code>", "`", output.get("data", {}).get("text/html", ""))
            + output.get("evalue", "")
            for output in cell.outputs
        )
        for cell in notebook.cells
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("grade")
    }


# -- the sample class ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spoil, words",
    [
        (lambda path: path.write_bytes(b"no database" * 1000), "file is not a database; move it"),
        (lambda path: hold_locked(path), "database is locked; another program is writing to it"),
    ],
)
def test_a_gradebook_that_cannot_be_used_ends_in_one_line(small, monkeypatch, capsys, spoil, words):
    monkeypatch.setenv("COURSE", str(small.home))
    held = spoil(small.home / "gradebook.db")
    assert cli.main(["grade", FIRST]) == 1
    (said,) = [line for line in capsys.readouterr().err.splitlines() if words in line]
    assert "gradebook.db" in said and said.endswith("run it again afterwards.")
    del held


def hold_locked(path):
    connection = sqlite3.connect(path)
    connection.execute("begin exclusive")
    return connection


@pytest.mark.parametrize(
    "number, words", [(errno.EROFS, "for reading only"), (errno.ENOSPC, "make room on the disk")]
)
def test_a_folder_that_cannot_be_written_ends_in_one_line(
    small, monkeypatch, capsys, number, words
):
    def fail(source, target):
        raise OSError(number, os.strerror(number), str(target))

    monkeypatch.setenv("COURSE", str(small.home))
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", fail)
        assert cli.main(["grade", FIRST]) == 1
    (said,) = [line for line in capsys.readouterr().err.splitlines() if words in line]
    assert f"{FIRST}.ipynb" in said and "kept" in said
    with small.gradebook() as gradebook:  # nothing half-written
        assert gradebook.find_assignment(FIRST).num_submissions == 0


def test_every_submission_has_a_row(course, graded):
    name, rows = graded
    folders = {path.parent.name for path in course.submitted.glob(f"*/{name}")}
    assert set(rows) == folders
    assert {row.status for student, row in rows.items() if student != "unreadable"} == {"graded"}
    assert rows["unreadable"].status == "unreadable" and rows["unreadable"].points == 0
    assert "no JSON" in rows["unreadable"].words


def test_the_solution_gets_full_marks(course, graded):
    name, rows = graded
    points, by_hand = full_points(course, name)
    assert rows["right"].tasks == {t: None if t in by_hand else p for t, p in points.items()}
    assert rows["right"].to_mark == sum(points[task] for task in by_hand)


def test_the_release_gets_nothing_and_kind_words(course, graded):
    name, rows = graded
    points, by_hand = full_points(course, name)
    assert rows["untouched"].tasks == dict.fromkeys(points, 0)
    notebook = nbformat.read(course.notebook("autograded", name, "untouched"), 4)
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", [])]
    assert [out.evalue for out in outputs if out.output_type == "error"] == []
    for task, words in messages(course, name, "untouched").items():
        assert "not done yet" in words, task


def test_each_student_gets_what_the_answers_deserve(course, graded):
    name, rows = graded
    points, by_hand = full_points(course, name)
    students = sample_class.read_students(name)
    assert any(student.name.startswith("right-") for student in students)
    assert sum(student.name.startswith("wrong-") for student in students) >= 2
    for student in students:
        deserved = points | student.points
        got = {task: p for task, p in rows[student.name].tasks.items() if task not in by_hand}
        assert got == {task: deserved[task] for task in got}, student.name
        assert student.name.startswith("wrong-") == bool(student.points)
        said = messages(course, name, student.name)
        for task, words in student.says.items():
            assert words in said[task], (student.name, task)


# -- once, and nothing lost ------------------------------------------------------------------------


def test_what_is_graded_is_not_graded_again(small):
    hand_in(small, "bob", small.notebook("release", FIRST).read_text())
    grade_class(small, FIRST, ["ada", "bob"])
    stamps = [small.notebook("autograded", FIRST, s).stat().st_mtime_ns for s in ("ada", "bob")]
    hand_in(small, "bob", small.notebook("release", FIRST).read_text() + " ")  # handed in again
    grade_class(small, FIRST, ["ada", "bob"])
    again = [small.notebook("autograded", FIRST, s).stat().st_mtime_ns for s in ("ada", "bob")]
    assert again[0] == stamps[0] and again[1] > stamps[1]


def test_marks_given_by_hand_are_kept(small):
    grade_class(small, FIRST, ["ada"])
    with small.gradebook() as gradebook:
        gradebook.find_grade("rnn-why", FIRST, FIRST, "ada").manual_score = 3.5
        gradebook.db.commit()
    grade_class(small, FIRST, ["ada"], regrade=True)
    with small.gradebook() as gradebook:
        assert gradebook.find_grade("rnn-why", FIRST, FIRST, "ada").manual_score == 3.5
        assert gradebook.find_submission(FIRST, "ada").score == 3.5


def test_a_notebook_that_nbgrader_refuses_costs_only_its_student(small):
    notebook = nbformat.read(small.notebook("release", FIRST), 4)
    test = next(cell for cell in notebook.cells if cell.id == "rnn-cell")
    notebook.cells.append(nbformat.from_dict(dict(test) | {"id": "copied"}))
    hand_in(small, "odd", nbformat.writes(notebook))
    hand_in(small, "none", "")
    small.notebook("submitted", FIRST, "none").rename(
        small.notebook("submitted", FIRST, "none").with_name("homework.ipynb")
    )
    rows = {row.student: row for row in grade_class(small, FIRST, small.students(FIRST))}
    assert rows["ada"].status == "graded"
    assert rows["odd"].status == "tampered" and "a copy of rnn-cell" in rows["odd"].words
    assert rows["none"].status == "wrong name"
    assert rows["none"].words.endswith("no rnn.ipynb; there is homework.ipynb")


# -- feedback and export ---------------------------------------------------------------------------


def test_feedback_shows_the_message_and_nothing_secret(course, graded):
    name, rows = graded
    pages = feedback(course, name)
    assert len(pages) == len(rows)
    stamps = [page.stat().st_mtime_ns for page in pages]
    assert [page.stat().st_mtime_ns for page in feedback(course, name)] == stamps
    text = course.notebook("feedback", name, "untouched").read_text()
    assert "not done yet" in text
    assert "hidden=True" not in text and "HIDDEN TESTS" not in text and "MARK SCHEME" not in text
    source = nbformat.read(course.notebook("source", name), 4)
    for cell in source.cells:
        if build.role_of(cell) == "question":
            guide = build.region(cell.source, "MARK SCHEME")[0]
            words = [line.strip("- *") for line in guide.splitlines() if len(line) > 20]
            assert words and all(word[:20] not in text for word in words)


def test_feedback_names_tasks_and_sets_formulas_and_comments_without_a_network(small):
    grade_class(small, FIRST, ["ada"])
    with small.gradebook() as gradebook:
        comment = gradebook.find_comment("rnn-why", FIRST, FIRST, "ada")
        comment.manual_comment = r"Nearly: $W_{hh} \cdot h$ is *one* matrix, $\begin{x$ none."
        gradebook.find_grade("rnn-why", FIRST, FIRST, "ada").needs_manual_grade = True
        gradebook.db.commit()
    (page,) = feedback(small, FIRST)
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    lines = [" ".join(line.text.split()) for line in soup.select("#toc li")]
    assert lines[0] == "Comment on rnn-cell"  # "No response."
    assert lines[1] == "1. One step rnn-cell: 0.0 of 3.0"
    assert lines[-2] == "9. In your own words rnn-why: not marked yet, 0.0 of 4.0"
    assert lines[-1] == "Comment on rnn-why"
    said = soup.select(".panel-footer")[-1]
    assert said.math.mi.text == "W" and said.em.text == "one" and r"$\begin{x$" in said.text
    assert not soup.select("script[src], link[href^=http], img[src^=http]")
    assert len(soup.select("math")) > 10
    said.decompose()
    assert not [
        text for text in soup.find_all(string=re.compile(r"\$")) if not text.find_parent("pre")
    ]


def test_what_the_exchange_needs_stays_beside_the_graded_notebook(small):
    """As nbgrader's own Autograde leaves it; without it, release_feedback stops for everyone."""
    time, secret = "2026-11-03 10:00:00.000000 UTC", "5ec2e7" * 20
    hand_in(small, "bob", small.notebook("release", FIRST).read_text())
    folder = small.notebook("submitted", FIRST, "ada").parent
    (folder / "timestamp.txt").write_text(time)
    (folder / "submission_secret.txt").write_text(secret)
    grade_class(small, FIRST, ["ada", "bob"])
    feedback(small, FIRST)
    for step in ("autograded", "feedback"):
        ada, bob = (small.notebook(step, FIRST, s).parent for s in ("ada", "bob"))
        assert (ada / "timestamp.txt").read_text() == time
        assert (ada / "submission_secret.txt").read_text() == secret
        assert (bob / "timestamp.txt").read_text() == ""
        assert len((bob / "submission_secret.txt").read_text()) == 128  # nobody knows it
    (folder / "timestamp.txt").write_text("never")
    (folder / "submission_secret.txt").unlink()
    (folder / "submission_secret.txt").symlink_to(small.home / "gradebook.db")
    grade_class(small, FIRST, ["ada"])
    ada = small.notebook("autograded", FIRST, "ada").parent
    assert (ada / "timestamp.txt").read_text() == ""
    assert len((ada / "submission_secret.txt").read_text()) == 128


def test_a_class_has_settings_of_its_own(tmp_path, monkeypatch):
    for name in ("autumn", "spring"):
        (tmp_path / name).mkdir()
        lines = f"c.CourseDirectory.course_id = 'rnn-{name}'\n"
        (tmp_path / name / "nbgrader_config.py").write_text(lines)
    monkeypatch.setenv("COURSE", str(tmp_path / "autumn"))
    assert Course(ROOT).coursedir.course_id == "rnn-autumn"
    spring = Course(ROOT, home=tmp_path / "spring")
    assert spring.coursedir.course_id == "rnn-spring" and spring.home == tmp_path / "spring"
    assert Course(ROOT, home=tmp_path / "third").coursedir.course_id == "rnn-course"
    assert os.environ["COURSE"] == str(tmp_path / "autumn")
    ask = "from nbgrader.apps import ListApp as App; app = App(); app.initialize([]); "
    ask += "print(app.coursedir.course_id, app.coursedir.db_url)"
    command = [sys.executable, "-c", ask]
    said = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True).stdout
    assert said.split() == ["rnn-autumn", f"sqlite:///{tmp_path}/autumn/gradebook.db"]


def test_feedback_goes_on_after_a_page_that_cannot_be_made(small):
    for student in ("bob", "eve"):
        hand_in(small, student, small.notebook("release", FIRST).read_text())
    grade_class(small, FIRST, ["ada", "bob", "eve"])
    graded = small.notebook("autograded", FIRST, "bob")
    graded.write_text(graded.read_text().replace('"execution_count": 1', '"execution_count": -100'))
    failed = []
    pages = feedback(small, FIRST, failed=failed)
    assert pages == [small.notebook("feedback", FIRST, s) for s in ("ada", "eve")]
    assert all(page.exists() for page in pages)
    assert len(failed) == 1 and failed[0].startswith("bob, rnn: ") and "-100" in failed[0]
    with pytest.raises(CourseError):
        feedback(small, FIRST)


def test_export_has_a_line_for_each_student(course, graded, monkeypatch, capsys):
    name, rows = graded
    monkeypatch.setenv("COURSE", str(course.home))
    assert cli.main(["export"]) == 0
    with (course.home / "grades.csv").open() as file:
        lines = [line for line in csv.DictReader(file) if line["assignment"] == name]
    assert {line["student_id"] for line in lines} >= set(rows)  # all students of the class
    scores = {line["student_id"]: float(line["score"]) for line in lines}
    assert {student: scores[student] for student in rows} == {s: r.points for s, r in rows.items()}


# -- the command -----------------------------------------------------------------------------------


def test_grade_prints_a_table_and_writes_it(small, monkeypatch, capsys):
    monkeypatch.undo()  # with judges of its own, as from a terminal
    monkeypatch.setenv("COURSE", str(small.home))
    assert cli.main(["grade", FIRST]) == 0
    out = capsys.readouterr().out
    assert "ada" in out and "0 of 28" in out and "isolation" in out
    with (small.home / f"grades-{FIRST}.csv").open() as file:
        (line,) = csv.DictReader(file)
    assert (line["student"], line["status"], float(line["points"])) == ("ada", "graded", 0)
    assert float(line["rnn-cell"]) == 0


def test_who_is_on_the_roster_and_handed_in_nothing_has_a_row(small, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("COURSE", str(small.home))
    export, roster = tmp_path / "export", tmp_path / "roster.csv"
    export.mkdir()
    release = small.notebook("release", FIRST)
    shutil.copy(release, export / f"lovelaceada_101_9001_{FIRST}.ipynb")
    lines = "id,first_name,last_name\nada,Ada,Lovelace\ngrace,Grace,Hopper\n"
    roster.write_text(lines)
    arguments = ["grade", FIRST, "--submissions", str(export), "--roster", str(roster)]
    assert cli.main(arguments) == 0
    assert "handed in no notebook: grace" in capsys.readouterr().err
    with (small.home / f"grades-{FIRST}.csv").open() as file:
        rows = {line["student"]: line["status"] for line in csv.DictReader(file)}
    assert rows == {"ada": "graded", "grace": "missing"}


CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,rnn (4711),Final Score
    Points Possible,,,,,28.0,(read only)
"Lovelace, Ada",101,0042,ada,A,,
"Noether, Emmy",102,0043,emmy,A,,
"""


def test_a_download_of_canvas_from_the_zip_to_the_grades(small, tmp_path, monkeypatch, capsys):
    """Late, another name, a hostile one; the ids go back, with Canvas's own export or alone."""
    monkeypatch.setenv("COURSE", str(small.home))
    right = sample_class.submissions(small, FIRST)["right"]
    export, gradebook = tmp_path / "export.zip", tmp_path / "gradebook.csv"
    with zipfile.ZipFile(export, "w") as archive:
        archive.writestr("lovelaceada_LATE_101_9001_Copy of rnn.ipynb", right)
        archive.writestr("__MACOSX/._lovelaceada_LATE_101_9001_Copy of rnn.ipynb", "left over")
        archive.writestr("strange\x1b]52;c;eA==\x07_7_9002_rnn.ipynb", right)
        archive.writestr("=cmd.txt", "")
    gradebook.write_text(CANVAS)
    arguments = ["grade", FIRST, "--submissions", str(export)]
    assert cli.main([*arguments, "--roster", str(gradebook), "--timezone", "Europe/Berlin"]) == 0
    out, err = capsys.readouterr()
    assert "\x1b" not in out + err and "\\x1b]52;c;eA==\\x07_7_9002_rnn.ipynb: nobody on" in err
    assert "not taken: =cmd.txt: its name has none of the known forms" in err
    assert "read as those of Europe/Berlin" in err and "handed in no notebook: emmy" in err
    with (small.home / f"grades-{FIRST}.csv").open() as file:
        rows = {line["student"]: line for line in csv.DictReader(file)}
    assert rows["ada"]["late"] == "late" and rows["emmy"]["status"] == "missing"
    assert rows["ada"]["words"] == "the notebook was called 'Copy of rnn.ipynb'"
    assert float(rows["ada"]["points"]) == 24
    assert "<td>late</td>" in (small.home / f"report-{FIRST}.html").read_text()

    def exported(*more):
        assert cli.main(["export", "--for", "canvas", *more]) == 0
        with (small.home / "grades-canvas.csv").open(newline="") as file:
            return list(csv.reader(file))

    lines = exported("--roster", str(gradebook))
    assert lines[0][5:] == ["rnn (4711)"]
    assert lines[2] == ["Lovelace, Ada", "101", "0042", "ada", "A", ""]
    assert "rnn: 1 left empty, because a written answer waits" in capsys.readouterr().err
    lines = exported("--roster", str(gradebook), "--unmarked")
    assert lines[2] == ["Lovelace, Ada", "101", "0042", "ada", "A", "24"]
    lines = exported("--column", "rnn=Assignment 2 (4711)")
    assert lines[0][5:] == ["Assignment 2 (4711)"] and ["ada", "101"] == lines[2][:2]
    assert exported()[0][5:] == ["Assignment 2 (4711)"]  # it is kept
    said = capsys.readouterr().err
    assert "rnn: late (1): ada" in said and "rnn: nothing handed in, so 0 points (1): emmy" in said

    assert cli.main(["feedback", FIRST, "--for", "canvas"]) == 0
    assert "1 of them for Canvas" in capsys.readouterr().out
    with zipfile.ZipFile(small.home / f"feedback-{FIRST}-canvas.zip") as archive:
        (member,) = archive.namelist()
        assert member == f"lovelaceada_LATE_101_9001_feedback-{FIRST}.html"
        assert b"<html" in archive.read(member)


def test_a_folder_of_moodles_is_not_taken_for_nbgraders_own_form(tmp_path):
    inside = tmp_path / "Ann Lee_1_assignsubmission_file_" / FIRST
    inside.mkdir(parents=True)
    (inside / f"{FIRST}.ipynb").write_text("{}")
    assert not is_nbgraders(tmp_path, FIRST) and not is_nbgraders(tmp_path)
    (tmp_path / "own" / "bob" / FIRST).mkdir(parents=True)
    assert is_nbgraders(tmp_path / "own", FIRST) and is_nbgraders(tmp_path / "own")


def test_links_leftovers_and_names_that_are_no_text(small, monkeypatch, capsys):
    monkeypatch.setenv("COURSE", str(small.home))
    (small.submitted / "eve").mkdir()
    (small.submitted / "eve" / FIRST).symlink_to(small.submitted / "ada" / FIRST)
    (small.submitted / ".ipynb_checkpoints" / FIRST).mkdir(parents=True)
    (small.submitted / os.fsdecode(b"\xff") / FIRST).mkdir(parents=True)
    assert cli.main(["grade", FIRST]) == 0
    assert "\\udcff: its name is no text" in capsys.readouterr().err
    with (small.home / f"grades-{FIRST}.csv").open() as file:
        rows = {line["student"]: line for line in csv.DictReader(file)}
    assert set(rows) == {"ada", "eve"} and rows["eve"]["status"] == "unreadable"
    assert "a link, which is not followed" in rows["eve"]["words"]


@pytest.mark.parametrize(  # without data files and with
    "graded", [FIRST, pytest.param("open", marks=pytest.mark.evidence)], indirect=True
)
def test_the_sample_class_is_trusted_where_there_is_no_isolation(
    course, graded, monkeypatch, capsys
):
    name, _ = graded
    monkeypatch.setattr("rnn_course.autograde.sandbox.probe", lambda: (False, "no isolation: here"))
    monkeypatch.setattr("rnn_course.autograde.course.SAMPLE_CLASS", course.home)
    for arguments in (["--sample"], ["--submissions", str(course.submitted)]):
        assert cli.main(["grade", name, *arguments]) == 0
        out = capsys.readouterr().out
        assert "no isolation was used: these notebooks are the course's own sample class" in out
        assert f"{course.home}/grades-{name}.csv" in out


def test_an_empty_class_means_the_sample_class(course, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("rnn_course.autograde.course.SAMPLE_CLASS", course.home)
    monkeypatch.setenv("COURSE", str(tmp_path / "class"))
    sample_class.write_submissions(course, FIRST)
    assert cli.choose_class(cli.parser().parse_args(["grade"]), ROOT).is_sample
    monkeypatch.setenv("COURSE", str(tmp_path / "class"))
    hand_in(Course(ROOT, home=tmp_path / "class"), "ada", "{}")
    chosen = cli.choose_class(cli.parser().parse_args(["grade"]), ROOT)
    assert not chosen.is_sample and chosen.home == tmp_path / "class"


def test_plain_nbgrader_grades_too(small):
    solution = sample_class.submissions(small, FIRST)["right"]
    hand_in(small, "ada", solution)
    done = subprocess.run(
        [Path(sys.executable).parent / "nbgrader", "autograde", FIRST],
        cwd=ROOT,
        env=os.environ | {"COURSE": str(small.home)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "Judging" in done.stderr
    (row,) = grade_class(small, FIRST, ["ada"])
    assert row.points == row.out_of - row.to_mark > 0


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["grade", "nope"], "no assignment 'nope': looked for"),
        (
            ["grade", FIRST, "--submissions", "TMP/empty"],
            f"looked for STUDENT/{FIRST}/{FIRST}.ipynb",
        ),
        (["grade", "--submissions", "TMP/empty"], "looked for STUDENT/NAME/NAME.ipynb"),
        (["grade", FIRST, "--submissions", "TMP/nope"], "no such folder"),
        (["grade", FIRST, "--submissions", "TMP/file"], "no zip file, or a broken one"),
        (["grade", "--submissions", "TMP/file"], "which assignment is in"),
        (["grade", FIRST, "--roster", "TMP/file"], "--roster goes with --submissions"),
        (["grade", FIRST, "--pattern", "x"], "--pattern goes with --submissions"),
        (["grade", FIRST, "--timezone", "UTC"], "--timezone goes with --submissions"),
        (["grade", FIRST, "--submissions", "TMP/file", "--timezone", "Mars"], "no such time zone"),
        (["grade", FIRST, "--submissions", "TMP/file", "--pattern", "("], "no regular expression"),
        (["export", "--column", "x=y"], "--column goes with --for canvas"),
        (["grade", FIRST, "--submissions", "TMP/file", "--roster", "TMP/no"], "TMP/no: no roster"),
        (["feedback", "nope"], "no assignment 'nope': looked for"),
        (["export", "--to", "TMP/nope/grades.csv"], "--to wants a file in a folder that exists"),
    ],
)
def test_bad_input_is_answered_in_one_line(arguments, words, course, tmp_path, monkeypatch, capsys):
    sample_class.write_submissions(course, FIRST)
    monkeypatch.setenv("COURSE", str(course.home))
    (tmp_path / "file").touch()
    (tmp_path / "empty").mkdir()
    assert cli.main([argument.replace("TMP", str(tmp_path)) for argument in arguments]) == 1
    out, err = capsys.readouterr()
    (line,) = [line for line in err.splitlines() if not line.startswith("class: ")]
    assert words.replace("TMP", str(tmp_path)) in line and out == ""


def test_outside_of_the_course_it_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["grade"]) == 1
    assert "no course here: looked for nbgrader_config.py" in capsys.readouterr().err


def test_a_class_nobody_handed_in_to_is_refused(tmp_path):
    with pytest.raises(CourseError, match="no such folder"):
        Course(ROOT, home=tmp_path / "class").students(FIRST)


def test_no_work_of_people_is_deleted(small):
    text = small.notebook("submitted", FIRST, "ada").read_text()
    extra = small.notebook("submitted", FIRST, "ada").with_name("notes.txt")
    extra.write_text("mine")
    grade_class(small, FIRST, ["ada"], regrade=True)
    assert small.notebook("submitted", FIRST, "ada").read_text() == text
    assert extra.read_text() == "mine"
