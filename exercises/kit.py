"""Make the student kit: one zip with all that a student needs, and nothing that only teachers need.

rnn-course/README.txt            how to begin
rnn-course/requirements.txt      pinned; the wheel beside it included
rnn-course/rnn_course-*.whl      the package without its instructor's part
rnn-course/NAME.ipynb            the releases
rnn-course/NAME-data/            the data files of those that have any
rnn-course/chapters/*.ipynb      the chapters, where the book was built: `make book`
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
import zipfile
from pathlib import Path

import yaml

from rnn_course.autograde import data_files

KIT = Path("_build", "student-kit.zip")
CHAPTERS = Path("_build", "chapters")  # written by book/_tools/page_notebooks.py
FOLDER = "rnn-course"
WHEEL_TIME = "315532800"  # 1980: the same sources make the same wheel, byte for byte

README = """\
The exercises to "Recurrent networks, from scratch" ({address}), in its order: {order}.

1. Install Python 3.11, 3.12, 3.13 or 3.14. Open a terminal in this folder and make an environment:
   python -m venv .venv        then:  source .venv/bin/activate
                               (on Windows:  .venv\\Scripts\\activate)
2. python -m pip install -r requirements.txt        (on Linux without a graphics card, first install
   torch for CPU as pytorch.org says: it is much smaller)
3. jupyter lab        Open a notebook, write your code where it says so, and run the check below it.
4. Hand in the notebook under the name it has. Leave the folders NAME-data here: it opens them.
{chapters}
"""
WITH_CHAPTERS = """\
The folder chapters has the book's pages as notebooks. Some fetch real data (60 MB), once."""
WITHOUT_CHAPTERS = "The chapters of the book are not in this kit."

# beside its modules and the prints, what the package is made of
PACKAGE_NEEDS = "pyproject.toml setup.py README.md LICENSE data.lock _config.yml".split()

# the order in which the book takes the assignments; others follow in the order of the alphabet
ORDER = """embedding rnn bptt lstm gru bidirectional lengths capstone
open series tags translate""".split()


def make_kit(course, kit=None):
    """Zip the kit where it is missing or older than its parts; returns its path and whether it was.

    Holds the releases that exist, so make those first.
    """
    kit = kit or course.root / KIT
    releases = [course.notebook("release", name) for name in course.assignments()]
    releases = sorted((path for path in releases if path.exists()), key=place_in_book)
    files = {path.name: path for path in releases}
    files |= {name: path.parent / name for path in releases for name in data_files.names(path)}
    chapters = sorted((course.root / CHAPTERS).glob("*.ipynb"))
    files |= {f"chapters/{path.name}": path for path in chapters}
    parts = [*files.values(), *package_files(course.root), *prints(course.root), Path(__file__)]
    parts += [course.root / name for name in ("requirements.txt", *PACKAGE_NEEDS)]
    newest = max(path.stat().st_mtime_ns for path in parts if path.exists())
    if kit.exists() and kit.stat().st_mtime_ns > newest and names_in(kit) == set(files):
        return kit, False
    with tempfile.TemporaryDirectory() as temporary:
        wheel = make_wheel(course.root, Path(temporary))
        order = ", ".join(path.stem for path in releases)
        texts = {
            "README.txt": README.format(
                order=order,
                address=address(course.root),
                chapters=WITH_CHAPTERS if chapters else WITHOUT_CHAPTERS,
            ),
            "requirements.txt": requirements(course.root, wheel.name),
        }
        unfinished = kit.with_name(f".{kit.name}.{os.getpid()}")
        kit.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in texts.items():
                add(archive, name, text.encode())
            for name, path in {wheel.name: wheel, **files}.items():
                add(archive, name, path.read_bytes())
        unfinished.replace(kit)
    return kit, True


def add(archive, name, data):
    """Put a file into the kit's folder, with a mode that lets everybody read it."""
    entry = zipfile.ZipInfo(f"{FOLDER}/{name}", time.localtime()[:6])
    entry.external_attr, entry.compress_type = 0o100644 << 16, zipfile.ZIP_DEFLATED
    archive.writestr(entry, data)


def address(root):
    """Where the book is, as _config.yml says, in words for the README."""
    config = root / "_config.yml"
    settings = yaml.safe_load(config.read_text(encoding="utf-8")) if config.exists() else {}
    found = settings.get("sphinx", {}).get("config", {}).get("html_baseurl")
    return found or "ask whoever gave you this kit for its address"


def place_in_book(path):
    known = path.stem in ORDER
    return (ORDER.index(path.stem) if known else len(ORDER), path.stem)


def names_in(kit):
    """The notebooks and data files in a kit."""
    with zipfile.ZipFile(kit) as archive:
        names = {name.removeprefix(f"{FOLDER}/") for name in archive.namelist()}
    return {name for name in names if name.endswith(".ipynb") or "/" in name}


def package_files(root):
    """The files of rnn_course that students get: all but the instructor's part."""
    package = root / "rnn_course"
    files = (path for path in package.rglob("*") if path.is_file())
    return [
        path
        for path in files
        if path.relative_to(package).parts[0] != "autograde"
        and "__pycache__" not in path.parts
        and ".ipynb_checkpoints" not in path.parts
    ]


def prints(root):
    """What the known mistakes give: a check in the kit names by it, without any solution."""
    return sorted((root / "_build" / "prints").glob("*.npz"))


def make_wheel(root, folder):
    """The wheel of the package without rnn_course.autograde and its command; its path in folder."""
    sources = folder / "sources"
    needed = [root / name for name in PACKAGE_NEEDS if (root / name).exists()]
    for path in (*package_files(root), *prints(root), *needed):
        copy = sources / path.relative_to(root)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    text = (root / "pyproject.toml").read_text(encoding="utf-8")
    (sources / "pyproject.toml").write_text(
        re.sub(r"^\[project\.scripts\]\n(.+\n)*", "", text, flags=re.MULTILINE), encoding="utf-8"
    )
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
        + ["--no-index", "--wheel-dir", folder, sources],
        check=True,
        env=os.environ | {"SOURCE_DATE_EPOCH": WHEEL_TIME},
    )
    return next(folder.glob("*.whl"))


def requirements(root, wheel):
    """What students need, with the versions of requirements.txt, and the wheel."""
    with (root / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    needed = project["dependencies"] + project["optional-dependencies"]["notebooks"]
    pins = {}
    for line in (root / "requirements.txt").read_text(encoding="utf-8").splitlines():
        pinned = re.match(r"([\w.-]+)==[^\s#]+", line)
        if pinned:
            pins[pinned[1].lower()] = pinned[0]
    lines = [pins[re.match(r"[\w.-]+", need)[0].lower()] for need in needed]
    return "\n".join([*lines, f"./{wheel}"]) + "\n"
