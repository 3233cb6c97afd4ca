"""The repository: nothing built is tracked, set-up is stated once, verbs do what they say."""

import ast
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tomllib
import warnings
from pathlib import Path

import pytest
from conftest import ROOT

TRACKED = subprocess.run(
    ["git", "ls-files", "-z"], cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True
).stdout.split("\0")[:-1]
TRACKED = [name for name in TRACKED if (ROOT / name).exists()]  # not: deleted, not yet committed

VERBS = """help setup data book read release lab grade formgrader feedback report export course test
browser-test hub-test bench evidence lint clean clean-data""".split()


# -- what is tracked ---------------------------------------------------------------------------

BUILT = re.compile(
    r"\.ipynb$|(^|/)(_build|build|class|work|__pycache__|\.venv)/|\.(db|pyc|zip|whl)$|\.egg-info"
)


def test_nothing_built_is_tracked():
    assert [name for name in TRACKED if BUILT.search(name)] == []
    built = ["a.ipynb", "_build/x", "x/_build/y", "class/gradebook.db", "rnn.egg-info/PKG-INFO"]
    assert all(BUILT.search(name) for name in built)


def test_tracked_files_are_small():
    big = {name: (ROOT / name).stat().st_size // 1024 for name in TRACKED}
    assert {name: kib for name, kib in big.items() if kib > 200} == {}


def test_local_links_of_the_front_pages_lead_somewhere():
    for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        text = re.sub(r"^(`{3,}).*?^\1$", "", text, flags=re.DOTALL | re.MULTILINE)  # examples
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", text):
            assert (ROOT / target).exists(), f"{name} links to {target}"


# -- the package -------------------------------------------------------------------------------


def imports(path):
    """Every module that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: imports are absolute"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_the_reference_knows_neither_checks_nor_grading():
    for path in (ROOT / "rnn_course").glob("*.py"):
        for name in imports(path):
            assert not name.startswith(("rnn_course.checks", "rnn_course.autograde")), path.name


def test_checks_do_not_know_grading():
    for path in (ROOT / "rnn_course" / "checks").rglob("*.py"):
        for name in imports(path):
            assert not name.startswith("rnn_course.autograde"), path.name


def test_files_of_the_reference_are_short():
    lengths = {p.name: len(p.read_text().splitlines()) for p in (ROOT / "rnn_course").glob("*.py")}
    assert {name: n for name, n in lengths.items() if n > 300} == {}


def test_the_version_stands_in_two_places_and_is_the_same():
    cited = re.search(r"^version: (.+)$", (ROOT / "CITATION.cff").read_text(), re.MULTILINE)
    assert cited[1] == PROJECT["version"]


# -- requirements ------------------------------------------------------------------------------

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def bare(requirement):
    return normal(re.match(r"[\w.-]+", requirement)[0])


def pins(path):
    """name -> version of every line NAME==VERSION; any other line but a comment is an error."""
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        line = line.split("#")[0].strip()
        if line and line != "-e .":
            name, version = re.fullmatch(r"([\w.-]+)==([\w.]+)", line).groups()
            assert normal(name) not in found, f"{name} stands twice in {path.name}"
            found[normal(name)] = version
    return found


def test_requirements_name_what_the_project_names():
    extras = PROJECT["optional-dependencies"]
    groups = [PROJECT["dependencies"], *extras.values()]
    named = [bare(r) for group in groups for r in group if bare(r) != PROJECT["name"]]
    assert len(named) == len(set(named))
    assert set(named) == set(pins(ROOT / "requirements.txt"))
    assert set(extras) == {"notebooks", "fast", "book", "grade", "dev"}


def test_the_base_is_light():
    assert {bare(r) for r in PROJECT["dependencies"]} == {"torch", "numpy"}


BASE = """
import importlib, pkgutil, sys
for name in {others!r}:
    sys.modules[name] = None  # as if it were not installed
import torch, rnn_course
print(rnn_course.LSTM(3, 4)(torch.ones(2, 1, 3))[0].shape)
from rnn_course.checks import check
print(check.rnn_cell(lambda x, h, W_ih, W_hh, b_ih, b_hh: h).points)
for file in pkgutil.iter_modules(rnn_course.__path__):
    if file.name not in ("autograde", "fast", "plots", "show"):
        importlib.import_module("rnn_course." + file.name)
for name in ("plots", "show"):
    try:
        importlib.import_module("rnn_course." + name)
    except ModuleNotFoundError as error:
        print(error)
"""


def test_the_base_is_enough_for_all_but_figures_and_printed_source():
    extras = [bare(r) for group in PROJECT["optional-dependencies"].values() for r in group]
    others = [name.replace("-", "_") for name in extras if name != PROJECT["name"]]
    others += ["IPython", "nbformat", "sphinx", "bs4"]
    done = subprocess.run(
        [sys.executable, "-c", BASE.format(others=others)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said = done.stdout.splitlines()
    assert done.returncode == 0, done.stdout
    assert said[:2] == ["torch.Size([2, 1, 4])", "0"] and len(said) == 4
    assert all(
        "not installed: python -m pip install 'rnn-course[notebooks]'" in x for x in said[2:]
    )


COMPLETE = """
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_cell("import rnn_course; from rnn_course.checks import check")
for text in ("rnn_course.LST", "check.lstm_ce"):
    with provisionalcompleter():  # as JupyterLab's kernel asks
        print(*sorted(c.text for c in shell.Completer.completions(text, len(text))))
"""


def test_lazy_names_are_completed():
    done = subprocess.run(
        [sys.executable, "-c", COMPLETE], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
    )
    networks, tasks = done.stdout.splitlines()[-2:]
    assert networks.split() == ["LSTM", "LSTMCell"]
    assert {"lstm_cell", "lstm_cell_backward"} <= set(tasks.split())


def test_every_requirement_says_why():
    for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines():
        if "==" in line:
            assert re.search(r"# \w.{8,}", line), f"no reason given: {line}"


def test_lock_agrees_and_is_fit_for_every_system():
    lock = pins(ROOT / "requirements.lock")  # no local version, path or address matches a pin
    for name, version in pins(ROOT / "requirements.txt").items():
        assert lock[name] == version
    assert not [name for name in lock if name.startswith(("nvidia", "cuda", "triton"))]


OPTIONAL = {"distributed"}  # used where an instructor has it, for a class on several machines


def test_whatever_is_imported_is_locked():
    lock = pins(ROOT / "requirements.lock")
    known = {Path(name).stem for name in TRACKED} | {"rnn_course", "bench", "tests", "setuptools"}
    known |= OPTIONAL | sys.stdlib_module_names
    distributions = importlib.metadata.packages_distributions()
    for name in TRACKED:
        if not name.endswith(".py"):
            continue
        for module in {module.split(".")[0] for module in imports(ROOT / name)} - known:
            assert module in distributions, f"{name} imports {module}, which is not installed"
            assert any(normal(d) in lock for d in distributions[module]), f"{module} of {name}"


# -- the Makefile ------------------------------------------------------------------------------


def make(*arguments, folder=ROOT):
    return subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


CODE = ("rnn_course", "exercises", "tests", "bench", "book")
LATER = r"^\.(SHELLFLAGS|ONESHELL|EXTRA_PREREQS)|^undefine |&:|!=|::=|\$\((file|guile|let|intcmp) "


def test_the_makefile_asks_for_no_make_newer_than_3_81():
    """macOS has GNU make 3.81: these came later; without them a recipe of several commands stops
    at the first that fails only if it says so itself."""
    text = (ROOT / "Makefile").read_text()
    assert re.findall(LATER, text, re.MULTILINE) == []
    planted = (".SHELLFLAGS := -e", "x != ls", "a b &: c", "$(file >x,y)", "undefine x")
    assert all(re.search(LATER, line, re.MULTILINE) for line in planted)
    text = re.sub(r"^\w+ [?:]?= (?:.*\\\n)*.*", "", text, flags=re.MULTILINE)  # variables
    recipes = re.findall(r"^\t(?:.*\\\n)*.*", text, re.MULTILINE)
    several = [r for r in recipes if ";" in r and not r.startswith("\t@echo")]
    assert len(several) >= 3
    assert [r for r in several if not r.startswith("\t@set -eu;")] == []


def test_all_sources_compile_without_a_warning():
    """Also what no test imports, and with whatever Python this is: newer ones warn of more."""
    for path in (p for folder in CODE for p in (ROOT / folder).rglob("*.py")):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            compile(path.read_text(encoding="utf-8"), str(path), "exec")


SET_UP = ("requirements.txt", "requirements.lock", "pyproject.toml", "data.lock")


@pytest.fixture
def copy(tmp_path):
    """A folder with the Makefile and what set-up reads, to be spoilt."""
    for name in ("Makefile", *SET_UP):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "rnn_course").mkdir()
    return tmp_path


def test_help_has_one_line_for_each_verb():
    lines = make("help").stdout.splitlines()
    for verb in VERBS:
        [line] = [line for line in lines if line.split()[:1] == [verb]]
        assert len(line.split(maxsplit=1)[1]) > 10


def test_clean_leaves_the_work_of_people_alone(copy):
    kept = ["class/submitted/ann/rnn/rnn.ipynb", "work/rnn.ipynb", ".venv/bin/python", "mine.txt"]
    for name in [*kept, "_build/html/index.html"]:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_text("x")
    assert make("clean", folder=copy).returncode == 0
    assert all((copy / name).exists() for name in kept)
    assert not (copy / "_build").exists()
    assert make("clean", folder=copy).returncode == 0  # where there is nothing to delete


def test_clean_keeps_the_data_and_clean_data_deletes_them(copy):
    for name in ("_build/data/x.whl", "_build/html/index.html", "_build/x.zip"):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_text("x")
    assert make("clean", folder=copy).returncode == 0
    assert [path.name for path in (copy / "_build").rglob("*")] == ["data", "x.whl"]
    assert make("clean-data", folder=copy).returncode == 0
    assert not (copy / "_build" / "data").exists()


def test_set_up_is_redone_only_when_requirements_change(copy):
    stamp = copy / ".venv" / "installed"
    stamp.parent.mkdir()
    stamp.touch()
    assert make("--question", "setup", folder=copy).returncode == 0
    newer = stamp.stat().st_mtime_ns + 10**9
    for name in SET_UP:
        before = (copy / name).stat()
        os.utime(copy / name, ns=(newer, newer))
        assert make("--question", "setup", folder=copy).returncode == 1, name
        os.utime(copy / name, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert make("--question", "setup", folder=copy).returncode == 0


@pytest.mark.parametrize("version", ["3.10", "3.15"])
def test_set_up_says_that_python_is_too_old_or_too_new(copy, version):
    """A Python of another version, played by ours with another version_info."""
    python = copy / "old-python"
    minor = version.split(".")[1]
    python.write_text(
        f'#!/bin/sh\nif [ "$1" = -c ]; then shift; exec python3 -c '
        f"\"import sys; sys.version_info = (3, {minor}, 0); exec('''$1''')\"; fi\n"
        f'echo "Python {version}.0"\n'
    )
    python.chmod(0o755)
    done = make("setup", f"PYTHON={python}", folder=copy)
    assert done.returncode != 0
    assert "Needed: Python 3.11, 3.12, 3.13 or 3.14." in done.stdout
    assert f"{version}.0" in done.stdout
    assert not (copy / ".venv" / "bin").exists()
