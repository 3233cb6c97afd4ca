"""Taking in what a learning platform exports: a zip or a folder of everybody's files.

    taken = take_in(Path("submissions.zip"), "rnn", Path("class/submitted"))

Three forms of names are known, in any mixture (`FORMS`): nbgrader's folders, Moodle's and Canvas's
downloads. A pattern of one's own, with the named groups that nbgrader's zip_collect wants
(student_id, file_id), goes before them. A roster (CSV with a column `id`) says whose a file is
where the platform writes names: any other cell of a student's line may stand in the file's name.
"""

import csv
import errno
import functools
import io
import os
import re
import stat
import zipfile
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from rnn_course.autograde.limits import Limits

FORMS = {
    # STUDENT/ASSIGNMENT/FILE.ipynb, however deep in the zip
    "nbgrader": r"(?:.*/)?(?P<student_id>[^/]+)/{name}/(?P<file_id>[^/]+\.ipynb)",
    # "Ada Lovelace_1234_assignsubmission_file_/FILE.ipynb", or in one name
    "Moodle": r"(?:.*/)?(?P<student_id>[^/]+?)_(?P<platform_id>\d+)_assignsubmission_file_?/?"
    r"(?P<file_id>[^/]+\.ipynb)",
    # "lovelaceada_LATE_1234_5678_FILE-2.ipynb"; the number at the end is the platform's
    "Canvas": r"(?:.*/)?(?P<student_id>[^/_]+)_(?:LATE_)?(?P<platform_id>\d+)_\d+_"
    r"(?P<file_id>[^/]+?)(?:-\d+)?\.ipynb",
}

NO_FORM = "its name has none of the known forms"
# whatever a zip that was cut off, changed, locked or made by something newer can bring
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)


@dataclass
class Taken:
    """What came of it.

    students   student -> the name of the file that was taken (the newest, if there were several)
    unmatched  names of files that are nobody's, and why
    absent     students of the roster who handed in nothing
    """

    students: dict = field(default_factory=dict)
    unmatched: dict = field(default_factory=dict)
    absent: list = field(default_factory=list)


def take_in(source, name, submitted, roster=None, pattern=None):
    """Put everybody's notebook into submitted/STUDENT/NAME/. Returns a Taken.

    source   a zip file, or a folder
    name     the assignment; its notebook is NAME.ipynb
    roster   a CSV file
    pattern  a regular expression for the files' names

    What is in `submitted` is only replaced by something newer. Raises ValueError in one line.
    """
    people = keys_of(read_roster(roster), roster) if roster else None
    patterns = [re.compile(pattern, re.I)] if pattern else []
    patterns += [re.compile(form.format(name=re.escape(name)), re.I) for form in FORMS.values()]
    taken, found = Taken(), []
    for path, time, read in files_of(source):
        match = next((m for m in (p.fullmatch(path) for p in patterns) if m), None)
        student, why = (None, NO_FORM) if match is None else whose(match, people)
        if student is None:
            taken.unmatched[path] = why
        else:
            found.append((time, path, student, match, read))
    if people is None:
        found = apart(found)
    for time, path, student, match, read in sorted(found, key=lambda f: f[0], reverse=True):
        if student in taken.students:
            taken.unmatched[path] = f"{student} has a newer one"
            continue
        try:
            data = read()
        except (*BROKEN, OSError) as error:
            taken.unmatched[path] = f"{student}'s, but it cannot be read: {error}"
            continue
        taken.students[student] = path
        put(submitted / student / name, name, match["file_id"], data, time)
    if people is not None:
        taken.absent = sorted({p for p in people.values() if p} - set(taken.students))
    return taken


def put(folder, name, file, data, time):
    """Write one submission, unless the same or a newer one is there."""
    stem = Path(file).stem.lower()
    right = stem == name.lower() or re.fullmatch(rf"{re.escape(name.lower())}[ _(-]*\d*\)?", stem)
    target = folder / (f"{name}.ipynb" if right else Path(file).name)
    stamp = folder / "timestamp.txt"
    text = time.strftime("%Y-%m-%d %H:%M:%S UTC")
    if stamp.exists() and stamp.read_text().strip() >= text and target.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / f".{target.name}.new"
    beside.write_bytes(data)
    before = folder / f"{name}.ipynb"
    if not right and before.exists():  # an older one must not be graded as if it were this one
        os.replace(before, folder / f"{name}-older.ipynb")
    os.replace(beside, target)
    stamp.write_text(text + "\n")


def files_of(source):
    """(name, time, function that reads it) of every file of a zip or a folder, in order of names.

    Nothing is unpacked to a place that the archive names; what is too large reads as cut off.
    """
    limit = Limits().notebook
    source = Path(source)
    if source.is_dir():
        for path in sorted(p for p in source.rglob("*") if p.is_file() and not p.is_symlink()):
            time = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            inside = path.relative_to(source).as_posix()

            yield from _inside(inside, time, functools.partial(read_notebook, path, limit))
    else:
        try:
            yield from _zipped(source, "")
            return
        except FileNotFoundError:
            what = "no such file or folder"
        except BROKEN as error:
            what = f"no zip file, or a broken one ({error})"
        raise ValueError(f"{source}: {what}; expected the zip or folder that the platform exports")


def _zipped(file, prefix):
    """The files of a zip; of a zip in a zip, one level deep."""
    limit = Limits().notebook + 1
    with zipfile.ZipFile(file) as archive:
        for about in sorted(archive.infolist(), key=lambda a: a.filename):
            if about.is_dir() or about.filename.startswith("__MACOSX/"):
                continue

            def read_member(about=about):
                with zipfile.ZipFile(file) as again, again.open(about) as member:
                    return member.read(limit)

            member = prefix + about.filename, _time_of(about), read_member
            if prefix:
                yield member
            else:
                yield from _inside(*member)


def _time_of(about):
    """When a file in a zip was written; some zips hold dates that there are not."""
    try:
        return datetime(*about.date_time, tzinfo=UTC)
    except ValueError:
        return datetime(1980, 1, 1, tzinfo=UTC)


def _inside(name, time, read):
    """A file itself, or what is in it if it is a zip (platforms zip several files of one person)."""
    if name.lower().endswith(".zip"):
        try:
            inside = list(_zipped(io.BytesIO(read()), name[:-4] + "/"))
        except (*BROKEN, OSError):
            inside = [(name, time, read)]  # no zip that can be opened: listed as it is
        yield from inside
    else:
        yield name, time, read


def read_notebook(path, limit):
    """The bytes of a submitted file, cut off after limit + 1. Raises OSError in words.

    A link would make somebody else's file theirs, and a pipe or device would never end.
    """
    path = Path(path)
    if path.is_symlink():
        raise OSError(errno.ELOOP, "it is a link, not a file")
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "it is no regular file")
        return file.read(limit + 1)


# ---------------------------------------------------------------- whose it is


def read_roster(path):
    """The lines of a roster, as a list of dicts. Raises ValueError."""
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            lines = list(csv.DictReader(file))
    except OSError as error:
        raise ValueError(f"{path}: no roster: {error.strerror}") from None
    except (UnicodeDecodeError, csv.Error):
        raise ValueError(f"{path}: expected a roster as CSV, in UTF-8") from None
    if not lines or "id" not in lines[0]:
        has = f"; it has: {', '.join(map(str, lines[0]))}" if lines else ""
        raise ValueError(
            f"{path}: a roster needs a first line with the name of a column 'id', "
            f"and a line for each student{has}"
        )
    for number, line in enumerate(lines, 2):
        student = (line["id"] or "").strip()
        if not re.fullmatch(r"[^/\\.][^/\\]*", student):
            raise ValueError(f"{path}, line {number}: '{student}' cannot be a student's id")
        line["id"] = student
    return lines


def keys_of(lines, path="the roster"):
    """{what may stand in a file's name, in plain letters: student's id, None where two have it}."""
    people = {}
    for line in lines:
        given, family = line.get("first_name") or "", line.get("last_name") or ""
        names = [given + family, family + given] if given and family else []
        for cell in [*names, *(v for k, v in line.items() if k not in ("first_name", "last_name"))]:
            if isinstance(cell, str) and plain(cell):
                same = people.setdefault(plain(cell), line["id"]) == line["id"]
                people[plain(cell)] = line["id"] if same else None
    ids = [line["id"] for line in lines]
    twice = sorted({student for student in ids if ids.count(student) > 1})
    if twice:
        raise ValueError(f"{path}: an id belongs to one student only; twice: {', '.join(twice)}")
    return people | {plain(student): student for student in ids}


def whose(match, people):
    """(student, "") whose file it is, or (None, why it is nobody's)."""
    found = match.groupdict()
    if people is None:
        student = plain(found["student_id"], "-")
        return (student, "") if student else (None, "its name has no student in it")
    keys = [plain(found[k]) for k in ("student_id", "platform_id", "email") if found.get(k)]
    student = next((people[k] for k in keys if people.get(k)), None)
    shared = any(k in people for k in keys)
    return (
        student,
        "" if student else "more than one on the roster" if shared else "nobody on the roster",
    )


def apart(found):
    """Two people of one name, whom the platform tells apart by a number: it joins their names."""
    numbers = {}
    for _, _, student, match, _ in found:
        numbers.setdefault(student, set()).add(match.groupdict().get("platform_id"))
    return [
        (time, path, f"{student}-{match['platform_id']}", match, read)
        if len(numbers[student] - {None}) > 1 and match.groupdict().get("platform_id")
        else (time, path, student, match, read)
        for time, path, student, match, read in found
    ]


def plain(text, between=""):
    """Letters and digits in lower case: 'Ada  Lovelace' and 'ada_lovelace' are the same."""
    return between.join(re.findall(r"\w+", text.lower().replace("_", " ")))
