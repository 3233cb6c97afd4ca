"""Data out of packages that are fetched but never installed: `make data`, then `read`.

A wheel is a zip file and a source package a tar file, so one file can be read out of either in
place. Which packages, in which version and with which SHA-256, stands in data.lock at the top of
the repository, or in the installed package; `python -m rnn_course.packages` (in the repository,
`make data`) lets pip fetch whatever is not there or is not what data.lock says. It ends up in
_build/data of the repository, else in ~/.cache/rnn-course; or in the folder that the environment
variable RNN_COURSE_DATA names. Each package is compared with its
hash before its first file is read. Nothing in it is imported or run here; pip itself runs the
setup.py of a source package (book/data.md says which), in an environment of its own. So data.lock
names a source package only where no wheel has the data.
"""

import fnmatch
import functools
import hashlib
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
if (ROOT / "data.lock").exists():
    LOCK, FOLDER, FETCH = ROOT / "data.lock", ROOT / "_build" / "data", "make data"
else:  # installed: setup.py puts data.lock into the package
    LOCK = Path(__file__).with_name("data.lock")
    FOLDER, FETCH = Path.home() / ".cache" / "rnn-course", "python -m rnn_course.packages"
FOLDER = Path(os.environ.get("RNN_COURSE_DATA") or FOLDER)

# Where a package has a wheel for each system and Python, everybody reads the same one: the data in
# it are the same everywhere, and its compiled code is not run.
ONE_WHEEL = "--platform manylinux2014_x86_64 --implementation cp --python-version 3.11".split()
ONE_WHEEL += ["--abi", "cp311", "--abi", "abi3", "--abi", "none"]

# Without it an older pip runs a setup.py in our own environment. A variable rather than an option,
# because pip ignores a variable that it does not know.
ISOLATED = {"PIP_USE_PEP517": "1"}


class MissingData(Exception):
    """A package of data.lock is not there, or is not the one that data.lock names."""


class Entry(NamedTuple):
    """One package of data.lock: its name, version and SHA-256, and the notes above it."""

    name: str
    version: str
    sha256: str
    notes: dict[str, str]

    @property
    def requirement(self) -> str:
        return f"{self.name}=={self.version} --hash=sha256:{self.sha256}"


def entries() -> list[Entry]:
    """What data.lock names, in its order. Raises MissingData without one, ValueError where a line
    cannot be read."""
    if not LOCK.exists():
        raise MissingData(
            f"there is no {LOCK}, which names the data: install rnn_course anew, or take the file "
            "back from the course's repository"
        )
    return list(_parse(LOCK.read_text(encoding="utf-8")))


def _parse(text):
    notes, seen = {}, set()
    for number, line in enumerate(text.splitlines(), start=1):
        if note := re.match(r"# (\w+): (.+)", line):
            notes[note[1]] = note[2].strip()
        elif line and not line.startswith("#"):
            pin = re.fullmatch(r"([\w.-]+)==([\w.+!-]+) --hash=sha256:([0-9a-f]{64})", line)
            if not pin:
                raise ValueError(
                    f"{LOCK.name}, line {number}: expected `name==version --hash=sha256:` and 64 "
                    f"hexadecimal digits, got {line!r}"
                )
            if _normal(pin[1]) in seen:
                raise ValueError(f"{LOCK.name}, line {number}: {pin[1]} stands there twice")
            seen.add(_normal(pin[1]))
            yield Entry(*pin.groups(), notes)
            notes = {}


def _normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def archive(package: str) -> Path:
    """The fetched wheel or source package of a name in data.lock, after a look at its hash.

    Raises MissingData where it is not there or has another hash, ValueError for a name that
    data.lock does not have.
    """
    known = entries()
    for entry in known:
        if _normal(entry.name) == _normal(package):
            return _found(entry)
    names = ", ".join(entry.name for entry in known)
    raise ValueError(f"expected a package that data.lock names ({names}), got {package!r}")


def _found(entry):
    candidates = [path for path in _files() if _belongs(path, entry.name)]
    for path in candidates:
        if _sha256(path, *_state(path)) == entry.sha256:
            return path
    what = f"{entry.name}=={entry.version}"
    if not candidates:
        raise MissingData(f"{what} is not in {FOLDER}: run `{FETCH}`, which fetches it")
    raise MissingData(
        f"{what}: {candidates[0]} is not the file that data.lock names (its SHA-256 differs; half "
        f"written, or changed): run `{FETCH}`, which fetches it anew"
    )


def _files():
    return sorted(path for path in FOLDER.glob("*") if path.is_file())


def _belongs(path, name):
    """Is this file, called NAME-VERSION..., a wheel or source package of that name?"""
    match = re.match(r"(.+?)-\d[^-]*(-.+)?\.(whl|zip|tar\.\w+|tgz)$", path.name)
    return bool(match) and _normal(match[1]) == _normal(name)


def _state(path):
    status = path.stat()
    return status.st_size, status.st_mtime_ns


@functools.cache
def _sha256(path, size, changed):
    """size and changed are there so that another file under the same name is looked at again."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read(package: str, path: str) -> bytes:
    """One file out of a package of data.lock, read in place: read("g2p-en", "g2p_en/g2p.py").

    path is the file's name inside the wheel or source package, as `names` lists it. Raises
    MissingData where the package is missing or changed, ValueError for a name or path that is
    not there.
    """
    where = archive(package)
    try:
        if zipfile.is_zipfile(where):
            with zipfile.ZipFile(where) as wheel:
                return wheel.read(path)
        with tarfile.open(where) as source:
            file = source.extractfile(path)
            if file is not None:  # None: a folder
                return file.read()
    except KeyError:
        pass
    last = path.rsplit("/", 1)[-1]
    near = names(package, f"*{last}") or names(package)
    shown = ", ".join(near[:5]) + (", ..." if len(near) > 5 else "")
    raise ValueError(f"expected the path of a file in {where.name}, got {path!r}. It has: {shown}")


def names(package: str, pattern: str = "*") -> list[str]:
    """The paths of a package's files that match a shell pattern, sorted; * matches / as well.

    Raises as `read` does.
    """
    where = archive(package)
    if zipfile.is_zipfile(where):
        with zipfile.ZipFile(where) as wheel:
            found = [item.filename for item in wheel.infolist() if not item.is_dir()]
    else:
        with tarfile.open(where) as source:
            found = [item.name for item in source if item.isfile()]
    return sorted(name for name in found if fnmatch.fnmatchcase(name, pattern))


def missing() -> list[Entry]:
    """The packages of data.lock that are not there or have another hash."""
    result = []
    for entry in entries():
        try:
            _found(entry)
        except MissingData:
            result.append(entry)
    return result


def fetch(wanted: list[Entry]) -> str:
    """Let pip fetch packages into FOLDER, in place of other versions and spoilt files.

    pip and then we compare what arrives with its hash before it is moved into place, so an
    interrupted run leaves nothing half done there. Returns what pip said.
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        lines, arrived = Path(folder, "requirements.txt"), Path(folder, "arrived")
        lines.write_text("".join(f"{entry.requirement}\n" for entry in wanted), encoding="utf-8")
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", *ONE_WHEEL]
        command += ["--require-hashes", "--requirement", str(lines), "--dest", str(arrived)]
        done = subprocess.run(
            command,
            env={**os.environ, **ISOLATED},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for path in sorted(arrived.glob("*")):
            for entry in wanted:
                if _sha256(path, *_state(path)) == entry.sha256:
                    for old in [file for file in _files() if _belongs(file, entry.name)]:
                        old.unlink()
                    path.replace(FOLDER / path.name)
                    break
    return done.stdout.strip()


def main() -> int:
    """Fetch what is missing; where that fails, all that can be had, one by one."""
    wanted = missing()
    if wanted:
        print(
            f"fetching data for the book: {', '.join(entry.name for entry in wanted)}", flush=True
        )
        fetch(wanted)
    for entry in (left := missing()):
        said = fetch([entry])
        if entry in missing():
            print(f"{entry.name}=={entry.version} could not be fetched. pip said:\n{said}\n")
    if left and missing():
        print(f"Is there a network, and does pip reach its index? Then run `{FETCH}` again.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
