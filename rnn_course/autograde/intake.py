"""Taking in what a learning platform exports: a zip or a folder of everybody's files.

    taken = take_in(Path("submissions.zip"), "rnn", Path("class/submitted"))

Whose a file is, the platform says, in the outermost part of a path that has one of its forms
(`FORMS`): what follows, and all that is in a zip that a student handed in, is that student's, under
whatever names and dates. Known are nbgrader's folders and Moodle's and Canvas's downloads; for other
platforms there is a pattern of one's own. A roster says who is who in the class.

Of one student's files that which is called as the notebook goes first, then the platform's number,
then the time (`Upload.order`). Each file of an export ends as a submission or as a line that says
why it did not: nothing is unpacked to a place that an archive names, and a file that is broken,
too long or hostile costs itself alone.
"""

import contextlib
import csv
import errno
import json
import lzma
import os
import re
import stat
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from rnn_course.autograde.limits import MB, Limits
from rnn_course.autograde.shown import listed, short

# ---------------------------------------------------------------- the platforms' names

# Each is the form of one part of a path, from the left. The groups: student_id, the platform's own
# number of that person, the number of the file, file_id, the student's own name for the file.
_FORMS = {
    # Ada Lovelace_101_assignsubmission_file_/rnn.ipynb, or in one part. A group: Group A_17_...
    "Moodle": r"(?P<student_id>.+?)(?:_(?P<platform_id>[0-9]{1,20}))?"
    r"_assignsubmission_[a-z]+_?(?P<file_id>.*)",
    # LATE_anon_4Kx2a_5678_rnn.ipynb
    "Canvas, anonymous": r"(?P<late>LATE_)?(?P<student_id>anon_(?!LATE_)[0-9a-z]{1,40})(?P<late_>_LATE)?"
    r"_(?P<number>[0-9]{1,20})_(?P<file_id>.+)",
    # lovelaceada_LATE_1234_5678_rnn.ipynb; lovelaceada_1234_text.html
    "Canvas": r"(?P<student_id>.+?)(?P<late>_LATE)?_(?P<platform_id>[0-9]{1,20})_"
    r"(?:(?P<number>[0-9]{1,20})_(?P<file_id>.+)|(?P<page>(?:text|link)\.html))",
}
FORMS = {platform: re.compile(form, re.I | re.S) for platform, form in _FORMS.items()}
GROUPS = ("student_id", "file_id")  # which a pattern of one's own must have

NO_FORM = "its name has none of the known forms"
NBGRADERS = ("timestamp.txt", "submission_secret.txt")  # its exchange puts them beside the notebook
LEFTOVER = "left over from a program, not handed in"
# whatever a zip that was cut off, changed, locked or made by something newer can bring
BROKEN = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError),
    *(RuntimeError, ValueError, MemoryError, OSError),
)
LONGEST = 120  # letters of a student's id: nbgrader's database takes 128
LONGEST_BYTES = 200  # of a file's name, so that something can be put before and behind it
LONGEST_PATH = 2000
MOST_TRIED = 10  # files of one student that cannot be read, before the others are left


@dataclass(frozen=True)
class Name:
    """What the platform says of a file.

    depth   how many folders stand before the part that says it
    late    whether it came late, where the platform says so, else None
    file    the student's own name for it
    groups  whatever else a pattern of one's own finds
    """

    platform: str
    student: str
    file: str
    depth: int = 0
    platform_id: str = ""
    number: tuple = ()
    late: bool | None = None
    groups: dict = field(default_factory=dict)


def platform_name(path, name, shared=0):
    """The Name that the outermost known part of a path gives, or None.

    shared  the number of leading folders that all files of the export have in common
    """
    parts = path.split("/")
    for depth, part in enumerate(parts):
        inside = parts[depth + 1 :]
        for platform, form in FORMS.items():
            match = form.fullmatch(part)
            if match is None:
                continue
            moodle, found = platform == "Moodle", match.groupdict("")
            file = inside[-1] if inside else found["file_id"] or found.get("page")
            if not file or (inside and not moodle and depth < shared):
                continue  # nothing in it; or a folder around everything, called as Canvas's files
            return Name(
                platform,
                student=found["student_id"],
                file=file if moodle else _uncounted(file, name),
                depth=depth,
                platform_id=found.get("platform_id", ""),
                number=numbers(found.get("number", "")),
                late=None if moodle else bool(found["late"] or found.get("late_")),
            )
        if len(inside) > 1 and inside[0].casefold() == name.casefold():
            return Name("nbgrader", part, inside[-1], depth)
    return None


def _uncounted(file, name):
    """Without the number that Canvas puts behind a name that the same student has used before."""
    return re.sub(rf"^({re.escape(name)})-[0-9]+(\.ipynb)?$", r"\1\2", file)


def pattern_name(path, pattern, zone):
    """(Name, time or None) by a pattern of one's own; (None, None) where it does not fit."""
    match = pattern.fullmatch(path)
    if match is None and path.lower().endswith(".zip"):  # the pattern may ask for a notebook
        match = pattern.fullmatch(path[:-4] + ".ipynb")
    if match is None:
        return None, None
    found = {k: v or "" for k, v in match.groupdict().items()}
    file = path.rpartition("/")[2]
    own = found["file_id"].rpartition("/")[2]
    if own.lower() != ".ipynb":  # else the pattern's own text is the name, whatever it is
        file = file if file.lower().endswith(".zip") else own
    else:
        file = ""
    number = numbers(found.get("number") or found.get("attempt") or "")
    name = Name("pattern", found["student_id"], file, number=number, groups=found)
    name = replace(name, platform_id=found.get("platform_id", ""))
    return name, time_of(found.get("timestamp", ""), zone)


def numbers(text):
    """The numbers in a text, for comparing attempts: '2' before '10', '2026-01-31' by its date."""
    return tuple(int(n) for n in re.findall("[0-9]{1,20}", text))


def time_of(text, zone):
    """The time that platforms write into names: 2026-11-03-23-59-12, Nov 3, 2026 1159 PM. Or None."""
    text = re.sub(r"(\d{4}-\d\d-\d\d)-(\d\d)-(\d\d)-(\d\d)", r"\1 \2:\3:\4", text.strip())
    text = re.sub(r"\b(\d{1,2})(\d\d) ([AP]M)", r"\1:\2 \3", text)
    for form in ("%Y-%m-%d %H:%M:%S", "%b %d, %Y %I:%M %p", "%B %d, %Y %I:%M %p"):
        with contextlib.suppress(ValueError):
            return in_zone(datetime.strptime(text, form), zone)
    return None


def in_zone(time, zone):
    """A time that was written without its zone, as UTC. Where zone is None it is this machine's."""
    return (time.replace(tzinfo=zone) if zone else time).astimezone(UTC)


def is_leftover(path):
    """Is it what systems and editors leave lying about: __MACOSX, ._rnn.ipynb, .ipynb_checkpoints?"""
    parts = path.split("/")
    return any(p == "__MACOSX" or (p.startswith(".") and p not in (".", "..")) for p in parts)


# ---------------------------------------------------------------- which file is the notebook

NOTEBOOK, COPY, OTHER, NO_NOTEBOOK = 3, 2, 1, 0  # the most fitting the highest
BEGINNING = re.compile(rb'\s*\{\s*"(cells|metadata|nbformat|nbformat_minor|worksheets)"')
# before and behind a name, where a browser, a system or Colab makes a copy
COPY_OF = re.compile(r"^(copy of|kopie von|copie de|copia de|copia di|cópia de) ")
COPY_WORD = "(copy|kopie|copie|copia|cópia)"
COPIED = re.compile(
    rf"[ _.-]*(\([0-9]+\)|[0-9]+|{COPY_WORD}[0-9]*|\((\w+ )?{COPY_WORD}( [0-9]+)?\))$"
)


def fits(file, name):
    """How well a file's name fits the notebook NAME.ipynb: NOTEBOOK, COPY, OTHER, or NO_NOTEBOOK.

    A COPY is the notebook under a name that a browser or system gave it, `rnn (1).ipynb`,
    `Copy of rnn.ipynb`, `rnn-Copy1.ipynb`, `RNN.ipynb`, `rnn.ipynb.txt`: it is graded, with a note.
    """
    stem = stem_of(file)
    if stem is None:
        return NO_NOTEBOOK
    if unicodedata.normalize("NFC", file) == f"{name}.ipynb":
        return NOTEBOOK
    before = None
    while stem != before and stem != name.casefold():
        before, stem = stem, COPIED.sub("", COPY_OF.sub("", stem))
    return COPY if stem == name.casefold() else OTHER


def stem_of(file):
    """A notebook's name without what stands behind it, in one case; None where it is no notebook's."""
    low = unicodedata.normalize("NFC", file).casefold()
    if len(low) > 255:
        return "" if low.endswith(".ipynb") else None
    match = re.fullmatch(r"(.+?)\.ipynb((\.(txt|json|ipynb))*)", low)
    match = match or (
        re.fullmatch(r"(.+?)(\.(i|ip|ipy|ipyn|json)?)?", low) if cut_off(low) else None
    )
    return match[1].strip() if match else None


def cut_off(file):
    """Is the `.ipynb` missing, in part or whole? Then only the content says what it is."""
    ending = re.search(r"\.[^.]*$|$", file.casefold())[0]
    return ".ipynb".startswith(ending) and ending != ".ipynb" or ending == ".json"


@dataclass(frozen=True)
class File:
    """A file of an export, or of a zip in it.

    path     where it is
    time     when the platform got it; what a student's own zip says of times does not count
    open     function that opens it for reading
    refused  why it cannot be taken, if it cannot
    on_disk  where it is on this machine's disk, if it is: its name may be in another Unicode form
    """

    path: str
    time: datetime
    open: Callable
    refused: str = ""
    on_disk: Path | None = None


@dataclass(frozen=True)
class Upload:
    """One file of one student: what the platform says of it, and the file."""

    name: Name
    file: File
    sure: bool = False  # the platform's number is on the roster

    def order(self, assignment):
        """The highest is the submission."""
        fit = fits(self.name.file, assignment) if self.name.file else NOTEBOOK
        if fit and self.name.file and cut_off(self.name.file) and not begins_as_notebook(self.file):
            fit = NO_NOTEBOOK
        inside = -self.file.path.count("/")
        number, time = self.name.number, self.file.time
        return -self.name.depth, fit, number, time, inside, numbers(self.name.file)


def begins_as_notebook(file):
    try:
        return BEGINNING.match(next(blocks(file, 1000), b"")) is not None
    except CannotRead:
        return False


class CannotRead(Exception):
    """A file that cannot be taken, in words: it costs itself alone."""


def blocks(file, limit):
    """The bytes of a File in blocks, at most `limit` of them. Raises CannotRead."""
    try:
        with file.open() as opened_file:
            while limit > 0 and (block := opened_file.read(min(MB, limit))):
                limit -= len(block)
                yield block
    except BROKEN as error:
        raise CannotRead(in_words(error)) from None


def in_words(error):
    words = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return short(words, 200)


# ---------------------------------------------------------------- taking in


@dataclass
class Taken:
    """What came of it.

    students   student -> the file that was taken
    unmatched  files that were not taken, and why
    absent     who handed in no notebook: of the roster, or who handed in something else
    ids        student -> the platform's own number of that person (Canvas), for the way back
    records    student -> what there is to know of the submission, see `record_of`
    local      some of the times came without a zone
    """

    students: dict = field(default_factory=dict)
    unmatched: dict = field(default_factory=dict)
    absent: list = field(default_factory=list)
    ids: dict = field(default_factory=dict)
    records: dict = field(default_factory=dict)
    local: bool = False


def take_in(source, name, submitted, roster=None, pattern=None, zone=None):
    """Put everybody's notebook into submitted/STUDENT/NAME/. Returns a Taken.

    source   a zip file, or a folder
    name     the assignment; its notebook is NAME.ipynb
    roster   a CSV file: one's own with a column `id`, or Canvas's or Moodle's own export
    pattern  a regular expression for the paths in the export, in place of the known forms; groups
             student_id and file_id, and if it has them platform_id, number, timestamp, email,
             first_name, last_name
    zone     a zoneinfo.ZoneInfo: where the zip's times were written; default: this machine's

    What is in `submitted` is only replaced by something newer. Raises ValueError in one line.
    """
    people = People(read_roster(roster), roster) if roster else None
    pattern = compiled(pattern) if pattern else None
    taken = Taken(local=not Path(source).is_dir())
    submitted = Path(submitted)
    with contextlib.ExitStack() as stack:
        files = list(files_of(source, zone, stack))
        uploads = sort_out(files, name, people, pattern, zone, taken)
        try:
            for student, some in sorted(uploads.items()):
                take_best(student, some, name, submitted, taken)
        finally:
            write_records(submitted, name, taken.records)
    if people is not None:
        taken.absent = sorted({*taken.absent, *people.ids} - set(taken.students))
    return taken


def compiled(pattern):
    try:
        made = re.compile(pattern, re.I)
    except re.error as error:
        raise ValueError(f"--pattern {short(pattern)}: no regular expression: {error}") from None
    for group in GROUPS:
        if group not in made.groupindex:
            raise ValueError(f"--pattern {short(pattern)}: it needs a group (?P<{group}>...)")
    return made


def sort_out(files, name, people, pattern, zone, taken):
    """student -> Uploads. What is nobody's is noted in `taken`."""
    uploads = {}
    folders = [file.path.split("/")[:-1] for file in files if not file.refused]
    shared = len(os.path.commonprefix(folders)) if folders else 0
    for file in files:
        if file.refused:
            taken.unmatched[file.path] = file.refused
            continue
        if pattern:
            said, time = pattern_name(file.path, pattern, zone)
            file = replace(file, time=time or file.time)
            students, why, sure = [], "its name does not fit the pattern", False
        else:
            said = platform_name(file.path, name, shared)
            students, why, sure = [], NO_FORM, False
        if said:
            students, why, sure = people.whose(said) if people else whose(said)
        if not students:
            taken.unmatched[file.path] = why
        for student in students:
            uploads.setdefault(student, []).append(Upload(said, file, sure))
    return told_apart(uploads, people, taken)


def told_apart(uploads, people, taken):
    """Two people of one name, whom the platform tells apart by a number.

    Without a roster the number joins the name. With one, it must be on the roster.
    """
    apart = {}
    for student, files in uploads.items():
        persons = {
            u.name.platform_id for u in files if u.name.platform_id and not is_group(u, people)
        }
        for upload in files:
            number = upload.name.platform_id
            if len(persons) < 2 or number not in persons:
                apart.setdefault(student, []).append(upload)
            elif people is None:
                apart.setdefault(f"{student}-{number}", []).append(upload)
            elif upload.sure:
                apart.setdefault(student, []).append(upload)
            else:
                taken.unmatched[upload.file.path] = (
                    f"{len(persons)} people on the platform are called as {student} is; "
                    f"if this is {student}'s, put its number {number} into the roster"
                )
    return apart


def is_group(upload, people):
    return people is not None and plain(upload.name.student) in people.groups


def take_best(student, uploads, name, submitted, taken):
    """Take one student's submission, and note what became of all other files."""
    with contextlib.ExitStack() as stack:
        files = [u for upload in uploads for u in opened(upload, stack, taken)]
        ordered = sorted(((u.order(name), u) for u in files), key=lambda o: o[0], reverse=True)
        best, best_name, tried = None, "", 0
        for order, upload in ordered:
            path, fit = upload.file.path, order[1]
            if fit == NO_NOTEBOOK:
                taken.unmatched[path] = f"{student}'s, but no notebook"
            elif best:
                one = "a newer one" if fit == best[1] else f"one called {short(best_name)}"
                taken.unmatched[path] = f"{student} has {one}"
            elif tried == MOST_TRIED:
                taken.unmatched[path] = f"{student}'s, not tried after {tried} that cannot be read"
            else:
                try:
                    record = put(submitted / student / name, name, upload, fit)
                except CannotRead as error:
                    tried += 1
                    taken.unmatched[path] = f"{student}'s, but it cannot be read: {error}"
                    continue
                best, best_name = order, upload.name.file
                taken.students[student] = path
                if record:
                    taken.records[student] = record
                else:
                    taken.unmatched[path] = f"{student} has a newer one in {submitted}"
                if upload.name.platform == "Canvas":
                    taken.ids[student] = upload.name.platform_id
    if not best:
        taken.absent = sorted({*taken.absent, student})
        names = listed([u.name.file for _, u in ordered] or [u.name.file for u in uploads])
        taken.records[student] = {"note": f"of what was handed in nothing could be taken: {names}"}


def put(folder, name, upload, fit):
    """Write one submission. Returns its record, or None if a newer one is there already."""
    if any(p.is_symlink() for p in (folder, folder.parent)):
        raise CannotRead(f"{folder} is a link, and nothing is put there")
    right = fit >= COPY
    target = folder / (f"{name}.ipynb" if right else storable(upload.name.file))
    time, before = f"{upload.file.time:%Y-%m-%d %H:%M:%S} UTC", timestamp_in(folder)
    note = f"the notebook was called '{short(upload.name.file)}'" if fit == COPY else ""
    record = {"file": upload.file.path, "time": time, "late": upload.name.late, "note": note}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor, beside = tempfile.mkstemp(".new", ".", folder)
    except OSError as error:
        if error.errno in (errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL):
            raise CannotRead(f"no folder can have this name: {error.strerror}") from None
        raise  # a full disk, say: that is not this file's fault
    try:
        with open(descriptor, "wb") as file:
            file.writelines(blocks(upload.file, Limits().notebook + 1))
        os.chmod(beside, 0o644)
        if before and target.exists():
            if same(beside, target):  # handed in again, or downloaded again: nothing new
                return record | {"time": before}
            if before > time:
                return None
        older = folder / f"{name}.ipynb"
        if not right and older.exists():  # it must not be graded as if it were this one
            os.replace(older, folder / f"{name}-older.ipynb")
        os.replace(beside, target)
        write(folder / "timestamp.txt", time + "\n")
        return record
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(beside)
        with contextlib.suppress(OSError):
            folder.rmdir()  # only if it is empty, because the file could not be read
            folder.parent.rmdir()


def storable(file):
    """A student's own name for a file, so that it can be written on any disk."""
    file = re.sub(r'[/\\:*?"<>|]', "_", "".join(c if c.isprintable() else "_" for c in file))
    stem = file[:-6] if file.lower().endswith(".ipynb") else file
    stem = stem.lstrip(".").encode("utf-8", "replace")[:LONGEST_BYTES].decode(errors="ignore")
    return (stem or "_") + ".ipynb"


def timestamp_in(folder):
    """The text of a submission's timestamp.txt; '' where there is none that can be read."""
    return text_in(Path(folder, "timestamp.txt"), 100)


def text_in(path, most=1000):
    """The first bytes of a file as text; '' where there is none that can be read."""
    try:
        with open_regular(path) as file:
            return file.read(most).decode().strip()
    except (OSError, UnicodeDecodeError):
        return ""


def same(one, other):
    """Have two files the same bytes?"""
    with open(one, "rb") as a, open(other, "rb") as b:
        while True:
            block = a.read(MB)
            if block != b.read(MB):
                return False
            if not block:
                return True


def write(path, text):
    """Write a small file in one step: whoever reads it finds the old or the new one."""
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    beside.write_text(text, encoding="utf-8")
    os.replace(beside, path)


# ---------------------------------------------------------------- what is known of a submission


def _records(submitted, name):
    return Path(submitted).parent / f"intake-{name}.json"


def write_records(submitted, name, records):
    """Keep what the export said: it is not in the students' folders, which are theirs to fill."""
    path = _records(submitted, name)
    if records:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, json.dumps(read_records(submitted, name) | records, indent=1, sort_keys=True))


def read_records(submitted, name):
    try:
        records = json.loads(_records(submitted, name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return records if isinstance(records, dict) else {}


def record_of(records, student, folder):
    """(late, note): what the export said of the submission that lies in a folder.

    late  True or False where the platform says it, else None. Nothing is known of a submission
          that came there in another way since.
    """
    record = records.get(student, {})
    if record.get("time", "") != timestamp_in(folder):
        return None, ""
    return record.get("late"), record.get("note", "")


def find_notebook(folder, name):
    """(path, note, names of what is there) of the notebook in one student's folder, under whatever
    name; the path is None if there is none that `fits`."""
    files = [file for file in _files_in(Path(folder)) if file.refused != LEFTOVER]
    uploads = [Upload(Name("nbgrader", "", f.path.rpartition("/")[2]), f) for f in files]
    fitting = [u for u in uploads if not u.file.refused and u.order(name)[1] >= COPY]
    best = max(fitting, key=lambda u: u.order(name), default=None)
    there = sorted(file.path for file in files if file.path not in NBGRADERS)
    if best is None:
        return None, "", there
    return best.file.on_disk, f"the notebook was called '{short(best.file.path)}'", there


def why_no_student(folder_name):
    """Why a folder among the students' is none of a student; "" if it is one."""
    if is_leftover(folder_name):
        return LEFTOVER
    try:
        folder_name.encode()
    except UnicodeEncodeError:
        return "its name is no text"
    return ""


def is_nbgraders(source, name=None):
    """Has a folder nbgrader's own form, STUDENT/NAME/..., and no other platform's?"""
    pairs = [p.relative_to(source).parts for p in Path(source).glob(f"*/{name or '*'}/")]
    said = [platform_name(f"{student}/{n}/file", n) for student, n in pairs]
    return bool(said) and all(one.platform == "nbgrader" for one in said)


# ---------------------------------------------------------------- files, zips, links


def files_of(source, zone=None, stack=None):
    """A File for each file of a zip or a folder, in the order of names.

    stack  a contextlib.ExitStack, at whose end the zip is closed
    """
    source = Path(source)
    if source.is_dir():
        return _files_in(source)
    try:
        archive = zipfile.ZipFile(source)
    except FileNotFoundError:
        what = "no such file or folder"
    except BROKEN as error:
        what = f"no zip file, or a broken one ({error})"
    else:
        (stack or contextlib.ExitStack()).enter_context(archive)
        return members(archive, lambda about: zip_time(about, zone))
    raise ValueError(f"{source}: {what}; expected the zip or folder that the platform exports")


def _files_in(source):
    """The files of a folder. Links are not followed: they may lead to other people's work."""
    broken = []
    for folder, folders, names in os.walk(source, onerror=broken.append):
        folders.sort()
        links = [f for f in folders if Path(folder, f).is_symlink()]
        for name in sorted([*names, *links]):
            path = Path(folder, name)
            inside = unicodedata.normalize("NFC", path.relative_to(source).as_posix())
            try:
                about = path.lstat()
                time = datetime.fromtimestamp(about.st_mtime, UTC)
            except (OSError, OverflowError, ValueError) as error:
                yield File(inside, NO_TIME, None, f"it cannot be read: {error}")
                continue
            refused = LEFTOVER if is_leftover(inside) else ""
            if not refused and not stat.S_ISREG(about.st_mode):
                refused = (
                    "it is a link, not a file" if path.is_symlink() else "it is no regular file"
                )
            yield File(inside, time, lambda path=path: open_regular(path), refused, path)
    for trouble in broken:
        yield File(str(trouble.filename), NO_TIME, None, f"it cannot be read: {trouble.strerror}")


NO_TIME = datetime(1980, 1, 1, tzinfo=UTC)


def members(archive, time):
    """A File for each file in a zip; time is a function of its ZipInfo."""
    for about in sorted(archive.infolist(), key=lambda a: a.filename):
        path = member_path(about)
        if about.filename.endswith("/") and not about.file_size:  # a folder
            continue
        refused = LEFTOVER if is_leftover(path) else "" if path else "a file without a name"
        if len(path) > LONGEST_PATH:
            path, refused = path[:LONGEST_PATH] + "...", "its name is too long"
        yield File(path, time(about), lambda about=about: archive.open(about), refused)


def member_path(about):
    """A member's path in one Unicode form, without the parts that mean nothing."""
    path = about.filename
    if not about.flag_bits & 0x800:  # macOS writes UTF-8 and does not say so
        with contextlib.suppress(UnicodeError):
            path = path.encode("cp437").decode("utf-8")
    path = unicodedata.normalize("NFC", path.replace("\\", "/"))
    return "/".join(part for part in path.split("/") if part not in ("", "."))


def zip_time(about, zone):
    """When a file in a zip was written; some zips hold dates that there are not."""
    try:
        return in_zone(datetime(*about.date_time), zone)
    except (ValueError, OverflowError, OSError):
        return NO_TIME


def opened(upload, stack, taken):
    """The Uploads that one Upload is: the file itself, or what is in it if it is a zip."""
    outer = upload.file
    if not outer.path.lower().endswith(".zip"):
        return [upload]
    try:
        archive = stack.enter_context(zipfile.ZipFile(_on_disk(outer, stack)))
        inside = list(members(archive, lambda about: outer.time))
    except (CannotRead, *BROKEN) as error:
        taken.unmatched[outer.path] = f"a zip that cannot be opened: {in_words(error)}"
        return []
    uploads = []
    for file in inside:
        path = f"{outer.path}/{file.path}"
        nested = file.path.lower().endswith(".zip")
        refused = file.refused or ("a zip within a zip is not opened" if nested else "")
        if refused:
            taken.unmatched[path] = refused
        else:
            name = replace(upload.name, file=file.path.rpartition("/")[2])
            uploads.append(replace(upload, name=name, file=replace(file, path=path)))
    if not inside:
        taken.unmatched[outer.path] = "a zip with nothing in it"
    return uploads


MOST_NAMES = MB  # bytes of a zip's list of files: some ten thousand files


def _on_disk(file, stack):
    """A student's zip as a file on disk, if it is not so large that it would hold up the class."""
    limit = Limits().notebook
    spool = stack.enter_context(tempfile.TemporaryFile())
    spool.writelines(blocks(file, limit + 1))
    if spool.tell() > limit:
        raise CannotRead(f"it has more than {limit:,} bytes")
    record = zipfile._EndRecData(spool)  # before ZipFile reads the list of files
    if record and record[zipfile._ECD_SIZE] > MOST_NAMES:
        raise CannotRead("it holds too many files")
    return spool


def open_regular(path):
    """Open a file that is a file. A pipe or device would never end; a link may lead anywhere.

    Raises OSError in words.
    """
    path = Path(path)
    if path.is_symlink():
        raise OSError(errno.ELOOP, "it is a link, not a file")
    if path.parent.is_symlink():
        raise OSError(errno.ELOOP, "its folder is a link, which is not followed")
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    file = open(descriptor, "rb")
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        file.close()
        raise OSError(errno.EINVAL, "it is no regular file")
    return file


# ---------------------------------------------------------------- whose it is

# The columns of the platforms' own exports by the names that a roster of one's own gives them.
CANVAS = {
    "Student": "student",
    "ID": "canvas_id",
    "SIS User ID": "sis_user_id",
    "SIS Login ID": "sis_login_id",
    "Section": "section",
}
MOODLE = {
    "First name": "first_name",
    "Last name": "last_name",
    "Surname": "last_name",
    "Username": "username",
    "ID number": "idnumber",
    "Email address": "email",
    "Groups": "group",
    "Identifier": "identifier",
    "Full name": "full_name",
}
# what is a student's id where there is no column `id`: the first that the line has
IDS = ("sis_login_id", "sis_user_id", "canvas_id", "username", "idnumber", "email")
NOT_A_NAME = ("first_name", "last_name", "group", "section")  # says alone not who somebody is


def read_roster(path):
    """The lines of a roster, as a list of dicts with an `id` each. Raises ValueError.

    One's own has a column `id`; Canvas's gradebook and Moodle's lists are taken as they come.
    """
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            first = file.readline()
            file.seek(0)
            between = max(",;\t", key=first.count)
            lines = list(csv.DictReader(file, delimiter=between, restkey="", restval=""))
    except OSError as error:
        raise ValueError(f"{path}: no roster: {error.strerror}") from None
    except (UnicodeDecodeError, csv.Error):
        raise ValueError(f"{path}: expected a roster as CSV, in UTF-8") from None
    lines = [with_id(line) for line in lines if not is_heading(line)]
    if not lines or "id" not in lines[0]:
        has = f"; it has: {', '.join(map(short, lines[0]))}" if lines else ""
        raise ValueError(
            f"{path}: a roster needs a first line with the name of a column 'id', "
            f"and a line for each student{has}"
        )
    for number, line in enumerate(lines, 2):
        if not is_id(line["id"]):
            raise ValueError(
                f"{path}, line {number}: '{short(line['id'])}' cannot be a student's id"
            )
    return lines


def is_heading(line):
    """The lines of Canvas's export that are nobody's: points possible, manual posting."""
    student = line.get("Student")
    return (
        student is not None
        and "ID" in line
        and (student.strip() == "Points Possible" or not (student.strip() or line["ID"].strip()))
    )


def with_id(line):
    """A line by the names that a roster of one's own has."""
    if "id" in line:
        return line | {"id": line["id"].strip()}
    columns = CANVAS if "Student" in line and "ID" in line else MOODLE
    known = {ours: line[theirs] for theirs, ours in columns.items() if theirs in line}
    if "student" in known:  # Lovelace, Ada
        known["assignments"] = [column for column in line if column not in CANVAS]
        known["last_name"], _, known["first_name"] = known["student"].partition(", ")
    ids = [known[key].strip() for key in IDS if known.get(key)]
    student = next((text for text in ids if is_id(text)), ids[0] if ids else None)
    return line if student is None else known | {"id": student}


def is_id(text):
    """Can it be a student's id, which is the name of a folder and stands in the database?"""
    return (
        re.fullmatch(r"[^/\\.][^/\\]*", text) is not None
        and text.isprintable()
        and len(text) <= LONGEST
        and len(text.encode("utf-8", "replace")) <= LONGEST_BYTES
    )


class People:
    """A roster, for finding out whose a file is. Raises ValueError if an id is there twice."""

    def __init__(self, lines, path="the roster"):
        self.ids = {line["id"] for line in lines}
        if len(self.ids) < len(lines):
            ids = [line["id"] for line in lines]
            twice = sorted({student for student in ids if ids.count(student) > 1})
            raise ValueError(
                f"{path}: an id belongs to one student only; twice: {', '.join(twice)}"
            )
        self.numbers = {}  # the platform's number of a person: its id, None where two have it
        self.names = {}  # what may stand in a file's name, plain: the same
        self.groups = {}  # a group's name, plain: ids
        self.canvas = {line["id"]: (line.get("canvas_id") or "").strip() for line in lines}
        for line in lines:
            for cell in texts_of(line):
                _belongs(self.names, plain(cell), line["id"])
                _belongs(self.numbers, cell.strip(), line["id"])
            for group in re.split("[,;]", line.get("group") or ""):
                if plain(group):
                    self.groups.setdefault(plain(group), []).append(line["id"])
        own = {}
        for student in self.ids:
            _belongs(own, plain(student), student)
        self.names |= own  # an id goes before whatever else looks like it

    def whose(self, name):
        """(students, why nobody's, whether the platform's own number says so)."""
        if plain(name.student) in self.groups:
            return self.groups[plain(name.student)], "", False
        if name.student in self.ids:
            return [name.student], "", name.platform == "nbgrader"
        if name.platform.startswith("Canvas") and self.numbers.get(name.platform_id):
            return [self.numbers[name.platform_id]], "", True
        found = name.groups
        full = found.get("first_name", "") + found.get("last_name", "")
        keys = [plain(k) for k in (name.student, full, found.get("email", "")) if plain(k)]
        student = next((self.names[key] for key in keys if self.names.get(key)), None)
        if name.platform == "Canvas" and self.canvas.get(student, "") not in ("", name.platform_id):
            return [], f"called as {student} is, but that is another person in the roster", False
        numbered = self.numbers.get(name.platform_id)
        if student is None or numbered == student:
            student = numbered
        if student:
            return [student], "", student == numbered
        shared = any(key in self.names for key in [*keys, plain(name.platform_id)])
        return [], "more than one on the roster" if shared else "nobody on the roster", False


def _belongs(people, key, student):
    if key:
        people[key] = student if people.setdefault(key, student) == student else None


def texts_of(line):
    """What of a roster's line may stand in a file's name for the student."""
    given, family = line.get("first_name") or "", line.get("last_name") or ""
    names = [given + family, family + given] if given and family else []
    cells = [cell for column, cell in line.items() if column and column not in NOT_A_NAME]
    return [text for text in [*names, *cells] if isinstance(text, str)]


def whose(name):
    """(students, why nobody's, False) where there is no roster: the name itself is the student."""
    student = name.student
    if name.platform == "Canvas, anonymous":  # in these codes a and A are two letters
        student = "anon-" + student.partition("_")[2]
    elif name.platform != "nbgrader" or not is_id(student):
        student = plain(student, "-")
    if not student:
        return [], "its name has no student in it", False
    if not is_id(student):
        return [], f"the student's name in it is too long, at most {LONGEST_BYTES} bytes", False
    return [student], "", False


def plain(text, between=""):
    """Letters and digits in one Unicode form and case: 'Ada  Lovelace' and 'ada_lovelace' are the same.

    Marks belong to their letters: in many scripts they are the vowels.
    """
    text = unicodedata.normalize("NFKC", text).casefold()
    kinds = ((c, unicodedata.category(c)) for c in unicodedata.normalize("NFC", text))
    letters = "".join(c if k[0] in "LMN" else "" if k == "Cf" else " " for c, k in kinds)
    return between.join(letters.split())
