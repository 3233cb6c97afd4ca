"""The student kit: nothing but what students need, and it works where only it is installed."""

import io
import os
import subprocess
import zipfile

import build
import kit
import kit_environment
import lab
import make_data
import nbformat
import numpy as np
import pytest
import release
import sample_class
from kit_environment import execute, outputs, run

from rnn_course.autograde import data_files
from rnn_course.autograde.course import Course
from rnn_course.checks.diagnosis import store

NAMES = build.assignments()


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    course = Course(build.EXERCISES.parent, home=tmp_path_factory.mktemp("class"))
    release.release(course=course)
    return course


@pytest.fixture(scope="module")
def archive(course, tmp_path_factory):
    """A kit with one chapter; the book, which another process may be building, has no part in it."""
    chapters = tmp_path_factory.mktemp("chapters")
    nbformat.write(nbformat.v4.new_notebook(), chapters / "chapter-rnn.ipynb")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kit, "CHAPTERS", chapters)
        path, is_new = kit.make_kit(course, tmp_path_factory.mktemp("kit") / "kit.zip")
        assert is_new
        yield path


@pytest.fixture(scope="module")
def folder(archive, tmp_path_factory):
    """The kit as a student unpacks it."""
    student = tmp_path_factory.mktemp("student")
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(student)
    return student / kit.FOLDER


@pytest.fixture(scope="module")
def wheel(folder):
    """The texts of the kit's wheel, by name; of prints the words in them."""
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as opened:
        files = {name: opened.read(name) for name in opened.namelist()}
    return {
        name: words_of(data) if name.endswith(".npz") else data.decode()
        for name, data in files.items()
    }


def words_of(data):
    with np.load(io.BytesIO(data)) as prints:
        return prints["rest"].tobytes().decode()


def test_the_kit_holds_what_students_need_and_nothing_else(folder):
    names = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    notebooks = {f"{name}.ipynb" for name in NAMES}
    data = {name for assignment in NAMES for name in make_data.file_names(assignment)}
    (wheel,) = (name for name in names if name.endswith(".whl"))
    others = {"README.txt", "requirements.txt", "chapters/chapter-rnn.ipynb", wheel}
    assert names == notebooks | data | others


def test_without_a_book_the_kit_has_no_chapters_and_says_so(course, tmp_path, monkeypatch):
    monkeypatch.setattr(kit, "CHAPTERS", tmp_path)
    path, _ = kit.make_kit(course, tmp_path / "kit.zip")
    with zipfile.ZipFile(path) as opened:
        assert not [name for name in opened.namelist() if "/chapters/" in name]
        assert kit.WITHOUT_CHAPTERS in opened.read(f"{kit.FOLDER}/README.txt").decode()


def test_everybody_may_read_every_file(archive):
    with zipfile.ZipFile(archive) as kit_:
        assert {entry.external_attr >> 16 for entry in kit_.infolist()} == {0o100644}


def test_the_readme_says_where_the_book_is(tmp_path):
    assert "ask" in kit.address(tmp_path)
    config = "sphinx: {config: {html_baseurl: https://example.org/rnn}}"
    (tmp_path / "_config.yml").write_text(config)
    assert kit.address(tmp_path) == "https://example.org/rnn"


def test_no_solution_is_in_the_kit(course, folder, wheel):
    for name in NAMES:
        kept = (folder / f"{name}.ipynb").read_bytes()
        assert kept == course.notebook("release", name).read_bytes()
    everything = "\n".join([*wheel.values(), *(p.read_text() for p in folder.glob("*.[ti]*"))])
    assert "### BEGIN SOLUTION" not in everything and "BEGIN HIDDEN" not in everything
    for name in NAMES:
        source = nbformat.read(course.notebook("source", name), 4)
        for task, solution in sample_class.solutions(source).items():
            assert solution not in everything, task


def test_the_wheel_has_the_package_without_the_instructors_part(wheel):
    assert "rnn_course/checks/__init__.py" in wheel and "rnn_course/cells.py" in wheel
    assert {f"rnn_course/checks/prints/{name}.npz" for name in store.names()} <= wheel.keys()
    for name, text in wheel.items():
        assert not name.startswith(("rnn_course/autograde", "tests", "exercises")), name
        assert not name.endswith("entry_points.txt"), text


def test_requirements_are_pinned_and_free_of_book_and_grading_tools(folder):
    lines = (folder / "requirements.txt").read_text().splitlines()
    pinned, wheels = [x for x in lines if "==" in x], [x for x in lines if x.endswith(".whl")]
    assert len(pinned) + len(wheels) == len(lines) and len(wheels) == 1
    names = {line.split("==")[0] for line in pinned}
    assert {"torch", "numpy", "jupyterlab"} <= names
    assert not names & {"nbgrader", "jupytext", "jupyter-book", "sphinx", "pytest"}
    assert (folder / wheels[0]).exists()


def test_the_readme_has_ten_lines_and_names_the_book_and_every_notebook(folder):
    text = (folder / "README.txt").read_text()
    assert len(text.splitlines()) <= 10 and '"Recurrent networks, from scratch"' in text
    assert all(name in text for name in NAMES)
    assert "pip install -r requirements.txt" in text and "jupyter lab" in text


def test_the_kit_is_made_once(course, archive, tmp_path):
    before = archive.stat().st_mtime_ns
    assert kit.make_kit(course, archive) == (archive, False)
    assert archive.stat().st_mtime_ns == before


# -- in an environment of its own ------------------------------------------------------------------


@pytest.fixture(scope="module")
def python(folder, tmp_path_factory):
    return kit_environment.make(folder, tmp_path_factory.mktemp("venv"))


def test_the_package_comes_from_the_wheel(python, folder):
    code = "import rnn_course, torch; print(rnn_course.__file__)"
    assert str(python.parent.parent) in run(python, "-c", code, cwd=folder).stdout
    missing = run(python, "-c", "import rnn_course.autograde", cwd=folder).stderr
    assert "No module named 'rnn_course.autograde'" in missing
    assert not (python.parent / "rnn-course").exists()


def test_the_installed_package_knows_its_data_and_says_how_to_get_them(python, folder, tmp_path):
    code = "from rnn_course import packages; packages.read('g2p-en', 'x')"
    empty = {**os.environ, "RNN_COURSE_DATA": str(tmp_path)}
    command = [python, "-c", code]
    said = subprocess.run(command, cwd=folder, env=empty, capture_output=True, text=True).stderr
    assert f"g2p-en==2.1.0 is not in {tmp_path}: run `python -m rnn_course.packages`" in said


def test_a_notebook_of_the_kit_runs_and_a_solution_is_found_right(python, folder, course):
    notebook = nbformat.read(folder / "rnn.ipynb", 4)
    source = nbformat.read(course.notebook("source", "rnn"), 4)
    answers = {"rnn-cell": sample_class.solutions(source)["rnn-cell"]}
    ran = execute(sample_class.fill_in(notebook, answers), python, folder)
    assert outputs(ran, "ename") == []
    said = {
        cell.metadata["nbgrader"]["grade_id"]: cell.outputs[-1]["data"]
        for cell in ran.cells
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("grade")
    }
    assert said.pop("rnn-cell")["text/plain"] == "3"
    assert len(said) == 7
    for data in said.values():
        assert data["text/plain"] == "0" and "not done yet" in data["text/html"]


def test_a_notebook_opens_its_data_and_names_a_file_that_is_missing(python, folder, course):
    kept = data_files.beside(folder / "open.ipynb")
    assert kept == data_files.beside(course.notebook("release", "open"))
    assert sum(map(len, kept.values())) < 10_000_000
    with np.load(io.BytesIO(kept["open-data/weights.npz"]), allow_pickle=False) as arrays:
        assert all(arrays[name].dtype == np.float32 for name in arrays.files)
    notebook = nbformat.read(folder / "open.ipynb", 4)
    notebook.cells = [c for c in notebook.cells if not c.metadata.get("nbgrader", {}).get("grade")]
    assert outputs(execute(notebook, python, folder), "ename") == []
    missing = folder / "open-data" / "sentences.tsv"
    missing.rename(folder / "elsewhere")
    try:
        error = outputs(execute(notebook, python, folder), "ename")[0]
    finally:
        (folder / "elsewhere").rename(missing)
    assert error["evalue"].startswith("open-data/sentences.tsv is missing: the folder open-data")
    assert "\n" not in error["evalue"]


def test_without_the_package_the_first_cell_says_what_to_do(python, folder):
    notebook = nbformat.read(folder / "rnn.ipynb", 4)
    (set_up,) = (cell for cell in notebook.cells if cell.id == "set-up")
    hide = "import sys; sys.path = [p for p in sys.path if not p.endswith('site-packages')]"
    notebook.cells = [nbformat.v4.new_code_cell(hide), set_up]
    (error,) = outputs(execute(notebook, python, folder), "ename")
    assert error["evalue"].startswith("rnn_course is not installed: run `python -m pip install")
    assert "\n" not in error["evalue"]


# -- make lab --------------------------------------------------------------------------------------


def test_lab_copies_releases_and_never_over_what_is_there(course, tmp_path):
    releases = [course.notebook("release", name) for name in NAMES]
    names = [n for path in releases for n in (path.name, *data_files.names(path))]
    work = tmp_path / "work"
    assert lab.copy_releases(releases, work) == (names, [])
    assert (work / "rnn.ipynb").read_bytes() == course.notebook("release", "rnn").read_bytes()
    (work / "rnn.ipynb").write_text("my work")
    assert lab.copy_releases(releases, work) == ([], ["rnn.ipynb"])
    assert (work / "rnn.ipynb").read_text() == "my work"
