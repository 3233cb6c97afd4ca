"""The data files of an assignment: made from a pinned package, beside its notebook, and no pickle."""

import io
import os

import build
import lab
import make_data
import nbformat
import numpy as np
import pytest
from assignments import source
from test_exercises import GOOD
from test_packages import here, line, make_wheel  # noqa: F401  (here is a fixture)

from rnn_course import packages
from rnn_course.autograde import data_files

MAKER = """
from rnn_course import packages

def words():
    return packages.read("tiny-data", "tiny_data/words.txt").decode()

def numbers():
    return {"a": [[1.5, 2.0]], "b": [3]}

FILES = {"words.txt": words, "numbers.npz": numbers}
PACKAGES = {"tiny-data": "tiny_data/more/été.txt"}
"""
NAMES = [f"small-data/{file}" for file in ("LICENSE-tiny-data.txt", "numbers.npz", "words.txt")]


@pytest.fixture
def small(here):  # noqa: F811
    """(exercises, built): an assignment whose data come from a package that is there."""
    packages.LOCK.write_text(line(make_wheel(packages.FOLDER)))
    exercises = here / "exercises"
    (exercises / "data").mkdir(parents=True)
    (exercises / "small.md").write_text(GOOD)
    (exercises / "data" / "small.py").write_text(MAKER)
    return exercises, here / "built"


def test_they_lie_beside_the_notebook_which_names_them(small):
    assert build.build("small", *small)
    notebook = build.built_path("small", small[1])
    assert data_files.names(notebook) == NAMES
    licence, numbers, words = data_files.beside(notebook).values()
    assert (licence, words) == (b"summer\n", b"one two\n")
    with np.load(io.BytesIO(numbers), allow_pickle=False) as arrays:
        assert arrays["a"].tolist() == [[1.5, 2.0]] and arrays["b"].tolist() == [3]
    assert make_data.make("small", small[0])["small-data/numbers.npz"] == numbers


def test_the_source_knows_nothing_of_it(small):
    build.build("small", *small)
    notebook = nbformat.read(build.built_path("small", small[1]), 4)
    assert data_files.KEY in notebook.metadata
    assert data_files.KEY not in build.write_source(notebook)


def test_they_are_made_once_and_again_when_something_changes(small, monkeypatch):
    exercises, built = small
    assert build.build("small", *small) and not build.build("small", *small)
    folder = built / "small" / "small-data"
    (folder / "words.txt").unlink()
    assert build.build("small", *small) and (folder / "words.txt").exists()
    wheel = make_wheel(packages.FOLDER, files={"tiny_data/words.txt": b"three\n",
                                               "tiny_data/more/été.txt": b"winter\n"})  # fmt: skip
    packages.LOCK.write_text(line(wheel))
    assert build.build("small", *small)
    assert (folder / "words.txt").read_text() == "three\n"
    (exercises / "data" / "small.py").write_text(MAKER.replace('"words.txt": words, ', ""))
    assert build.build("small", *small)
    assert sorted(path.name for path in folder.iterdir()) == [
        "LICENSE-tiny-data.txt",
        "numbers.npz",
    ]
    os.remove(exercises / "data" / "small.py")
    assert build.build("small", *small) and list(folder.iterdir()) == []
    assert data_files.names(build.built_path("small", built)) == []
    assert not build.build("small", *small)


def test_they_are_made_again_when_another_file_that_they_read_changes(small):
    exercises, built = small
    page = exercises / "page.md"
    page.write_text("one")
    reads = f"from pathlib import Path\n{MAKER}READS = [Path({str(page)!r})]\n"
    text = 'packages.read("tiny-data", "tiny_data/words.txt").decode()'
    (exercises / "data" / "small.py").write_text(reads.replace(text, "READS[0].read_text()"))
    assert build.build("small", *small) and not build.build("small", *small)
    page.write_text("two")
    assert build.build("small", *small)
    assert (built / "small" / "small-data" / "words.txt").read_text() == "two"


def test_a_package_that_is_missing_or_changed_is_one_line_and_no_notebook(small):
    build.build("small", *small)
    (wheel,) = packages.FOLDER.iterdir()
    os.utime(packages.LOCK)
    for spoil, words in ((lambda: wheel.write_bytes(b"half"), "SHA-256 differs"),
                         (wheel.unlink, "tiny-data==1.5 is not in")):  # fmt: skip
        spoil()
        (said,) = build.build_stale(*small)
        assert said.startswith("exercises/data/small.py: tiny-data==1.5") and words in said
        assert "make data" in said and "\n" not in said
        assert not build.built_path("small", small[1]).exists()


@pytest.mark.parametrize(
    "old, new, words",
    [
        ("[[1.5, 2.0]]", "[1.5, None]", "'a' is an array of objects, which needs a pickle"),
        ("[3]", "__import__('numpy').random.randn(2_000_000)", "at most 10,000,000 together"),
        ('"words.txt": words', '"../words.txt": words', "'../words.txt': a data file is called"),
        ('"words.txt": words', '"words.pickle": words', "'words.pickle': a data file is called"),
        (".decode()", "", "words.txt: its function should return text, got bytes"),
        ('{"tiny-data": "tiny_data/more/été.txt"}', "{}", "PACKAGES names no package"),
    ],
)
def test_a_broken_rule_is_one_line(small, old, new, words):
    assert old in MAKER
    (small[0] / "data" / "small.py").write_text(MAKER.replace(old, new))
    with pytest.raises(build.SourceError) as error:
        build.build("small", *small)
    assert str(error.value).startswith("exercises/data/small.py: ") and words in str(error.value)
    assert "\n" not in str(error.value)


def test_lab_copies_them_and_never_over_what_is_there(small, tmp_path):
    build.build("small", *small)
    notebook, work = build.built_path("small", small[1]), tmp_path / "work"
    assert lab.copy_releases([notebook], work) == (["small.ipynb", *NAMES], [])
    assert {name: (work / name).read_bytes() for name in NAMES} == data_files.beside(notebook)
    (work / NAMES[2]).write_text("mine")
    assert lab.copy_releases([notebook], work) == ([], [NAMES[2]])
    assert (work / NAMES[2]).read_text() == "mine"


@pytest.mark.parametrize(
    "name, files",
    [
        ("open", "weights.npz characters.txt readings.txt sentences.tsv"),
        ("series", "demand.txt"),
        ("tags", "weights.npz characters.txt tags.txt sentences.tsv"),
        ("translate", "decoder.npz states.npz sounds.txt words.tsv"),
    ],
)
def test_a_notebook_names_a_missing_file_in_one_line(name, files, tmp_path, monkeypatch):
    (cell,) = (c for c in source(name).cells if c.id == "data")
    monkeypatch.chdir(tmp_path)
    for file in files.split():
        with pytest.raises(FileNotFoundError) as error:
            exec("import torch\n" + cell.source, {})
        words = f"{name}-data/{file} is missing: the folder {name}-data"
        assert str(error.value).startswith(words) and "\n" not in str(error.value)
        data_files.write({f"{name}-data/{file}": b""}, tmp_path)
