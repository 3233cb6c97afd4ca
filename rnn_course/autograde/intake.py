"""Taking in what a learning platform exports: a zip or a folder of everybody's files.

    taken = take_in(Path("submissions.zip"), "rnn", Path("class/submitted"))

Three forms of names are known, in any mixture (`FORMS`): nbgrader's folders, Moodle's and Canvas's
downloads. A pattern of one's own, with the named groups that nbgrader's zip_collect wants
(student_id, file_id), goes before them. A roster (CSV with a column `id`) says whose a file is
where the platform writes names: any other cell of a student's line may stand in the file's name.
"""

import csv
import io
import os
import re
import zipfile
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
    people = read_roster(roster) if roster else None
    patterns = [pattern] if pattern else []
    patterns += [form.format(name=re.escape(name)) for form in FORMS.values()]
    taken, newest = Taken(), {}
    for path, time, read in files_of(source):
        match = next((m for m in (re.fullmatch(p, path, re.I) for p in patterns) if m), None)
        if match is None:
            taken.unmatched[path] = "its name has none of the known forms"
            continue
        student = whose(match, people)
        if student is None:
            taken.unmatched[path] = "nobody on the roster"
        elif student in newest and newest[student][0] >= time:
            taken.unmatched[path] = f"{student} has a newer one"
        else:
            if student in newest:
                taken.unmatched[newest[student][1]] = f"{student} has a newer one"
            newest[student] = (time, path, read, match["file_id"])
    for student, (time, path, read, file) in sorted(newest.items()):
        taken.students[student] = path
        put(submitted / student / name, name, file, read, time)
    if people is not None:
        taken.absent = sorted(set(people.values()) - set(newest))
    return taken


def put(folder, name, file, read, time):
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
    beside.write_bytes(read())
    os.replace(beside, target)
    stamp.write_text(text + "\n")


def files_of(source):
    """(name, time, function that reads it) of every file of a zip or a folder, in order of names.

    Nothing is unpacked to a place that the archive names; what is too large reads as cut off.
    """
    limit = Limits().notebook + 1
    source = Path(source)
    if source.is_dir():
        for path in sorted(p for p in source.rglob("*") if p.is_file()):
            time = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            inside = path.relative_to(source).as_posix()

            def read_file(path=path):
                with path.open("rb") as file:
                    return file.read(limit)

            yield from _inside(inside, time, read_file)
    elif source.is_file() and zipfile.is_zipfile(source):
        yield from _zipped(source, "")
    else:
        what = "no zip file" if source.is_file() else "no such file or folder"
        raise ValueError(f"{source}: {what}; expected the zip or folder that the platform exports")


def _zipped(file, prefix):
    limit = Limits().notebook + 1
    with zipfile.ZipFile(file) as archive:
        for about in sorted(archive.infolist(), key=lambda a: a.filename):
            if about.is_dir() or about.filename.startswith("__MACOSX/"):
                continue

            def read_member(about=about):
                with zipfile.ZipFile(file) as again, again.open(about) as member:
                    return member.read(limit)

            time = datetime(*about.date_time, tzinfo=UTC)
            yield from _inside(prefix + about.filename, time, read_member)


def _inside(name, time, read):
    """A file itself, or what is in it if it is a zip (one level: platforms zip several files)."""
    if name.lower().endswith(".zip"):
        data = io.BytesIO(read())
        if zipfile.is_zipfile(data):
            for inner, when, read_inner in _zipped(data, name[:-4] + "/"):
                if not inner.lower().endswith(".zip"):
                    yield inner, when, read_inner
            return
    yield name, time, read


# ---------------------------------------------------------------- whose it is


def read_roster(path):
    """{what may stand in a file's name, in plain letters: student's id}. Raises ValueError."""
    with open(path, newline="", encoding="utf-8-sig") as file:
        lines = list(csv.DictReader(file))
    if not lines or "id" not in lines[0]:
        raise ValueError(f"{path}: a roster needs a first line with the name of a column 'id'")
    people = {}
    for line in lines:
        student = line["id"].strip()
        given, family = line.get("first_name") or "", line.get("last_name") or ""
        names = [given + family, family + given] if given and family else []
        for cell in [*names, *(v for k, v in line.items() if k not in ("first_name", "last_name"))]:
            if isinstance(cell, str) and cell.strip():
                people.setdefault(plain(cell), student)
    return people


def whose(match, people):
    """The student whose file it is, or None."""
    found = match.groupdict()
    if people is None:
        return plain(found["student_id"], "-") or None
    keys = [found[k] for k in ("student_id", "platform_id", "email") if found.get(k)]
    return next((people[plain(k)] for k in keys if plain(k) in people), None)


def plain(text, between=""):
    """Letters and digits in lower case: 'Ada  Lovelace' and 'ada_lovelace' are the same."""
    return between.join(re.findall(r"\w+", text.lower().replace("_", " ")))
