"""Grades as CSV: for people, and in the forms that learning platforms import.

    write_all(gradebook, path, ended)
    write("canvas", gradebook, path, roster, columns)

Canvas takes a file with its own first five columns and a second line of points possible; Moodle
takes any columns and asks which one says who it is. Who somebody is on the platform comes from the
roster (CSV), else from nbgrader's students; Canvas's own number is kept when its files are taken
in. A file has one column for each assignment. What nobody has graded yet stays empty, so that the
import does not put a 0 there, and so does what still waits for a marker. Points taken off for
lateness, by nbgrader's own plugin for late submissions, are taken off in every file. The titles that
a platform's columns have are kept in the class's folder.

Spreadsheets compute a cell that begins with = + - or @. In files for people such text is made
harmless; in files that a platform reads back an id must stay as it is, byte for byte.
"""

import csv
import json
import re
from collections import Counter

from nbgrader.api import MissingEntry

from rnn_course.autograde import intake
from rnn_course.autograde.shown import harmless, is_formula, listed, number, short

CANVAS = {  # Canvas's column -> columns of a roster that may hold it
    "ID": ("canvas_id", "lms_user_id"),
    "SIS User ID": ("sis_user_id", "id"),
    "SIS Login ID": ("sis_login_id", "login"),
    "Section": ("section",),
}
MOODLE = {
    "First name": ("first_name",),
    "Last name": ("last_name",),
    "Username": ("username", "login"),
    "ID number": ("idnumber", "id"),
    "Email address": ("email",),
}
NO_ID = ("Student", "Section", "First name", "Last name")  # for people; the import needs none
PEOPLE = (
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
    *("raw_score", "late_submission_penalty", "score", "max_score", "status", "late"),
)
KNOWN_BY = {  # columns by which an import finds people, when there is a roster and when there is none
    ("canvas", True): ("ID", "SIS User ID", "SIS Login ID"),
    ("canvas", False): ("ID",),
    ("moodle", True): ("Username", "ID number", "Email address"),
    ("moodle", False): ("Email address",),
}


def write_rows(path, heads, rows):
    """Write a CSV file for people: no text in it is computed by a spreadsheet."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([harmless(cell) for cell in row] for row in [heads, *rows])


def write_all(gradebook, path, ended):
    """Write all grades for people, a line for each student and assignment, as nbgrader does.

    ended  as of ledger.endings; with it each line tells how the submission ended, and if it is late
    """
    rows = []
    for assignment in gradebook.assignments:
        for student in gradebook.students:
            who = (student.id, student.last_name, student.first_name, student.email)
            try:
                it = gradebook.find_submission(assignment.name, student.id)
                time, penalty = it.timestamp, it.late_submission_penalty or 0.0
                scores = it.score, penalty, final_score(it)
            except MissingEntry:
                time, scores = None, (0.0, 0.0, 0.0)
            times = [str(t) if t else "" for t in (assignment.duedate, time)]
            who = [cell or "" for cell in who]
            status, late = ended.get((assignment.name, student.id), ("", False))
            ending = status, "late" if late else ""
            rows.append([assignment.name, *times, *who, *scores, assignment.max_score, *ending])
    write_rows(path, PEOPLE, rows)


def final_score(submission):
    """The points of a submission, those for lateness taken off; never below 0."""
    return max(0.0, submission.score - (submission.late_submission_penalty or 0.0))


def write(platform, gradebook, path, roster=(), columns=None, unmarked=False):
    """Write all grades as CSV for `platform`, "canvas" or "moodle". Returns words on odd cells.

    roster    lines of intake.read_roster; only they are written if there are any
    columns   assignment -> the title of its column, where that is not its name
    unmarked  also what waits for a marker, with the points that it has so far

    Raises ValueError if two columns would have one title.
    """
    worth = {a.name: a.max_score for a in gradebook.assignments}
    titles = [(columns or {}).get(name) or in_roster(name, roster) or name for name in worth]
    scores, waiting = {}, Counter()
    for name in worth:
        for it in gradebook.assignment_submissions(name):
            if it.needs_manual_grade and not unmarked:
                waiting[name] += 1
            else:
                scores[it.student.id, name] = final_score(it)
    lines = [
        {"id": s.id, "first_name": s.first_name, "last_name": s.last_name}
        | {"email": s.email, "lms_user_id": s.lms_user_id}
        for s in gradebook.students
    ]
    if roster:  # which may not know the numbers that the names of the files told
        numbers = {line["id"]: line["lms_user_id"] for line in lines}
        lines = [{"lms_user_id": numbers.get(line["id"])} | line for line in roster]
    about = CANVAS if platform == "canvas" else MOODLE
    heads = [*(["Student"] if platform == "canvas" else []), *about]
    twice = [title for title, count in Counter([*heads, *titles]).items() if count > 1]
    if twice:
        raise ValueError(
            f"two columns would be called '{short(twice[0])}'; each wants a title of its own: "
            "--column NAME=TITLE"
        )
    odd = [
        f"{name}: {count} left empty, because a written answer waits for a marker; mark it "
        "(`make formgrader`), or pass --unmarked to write the points so far"
        for name, count in waiting.items()
    ]
    there = roster[0].get("assignments") if roster else None  # the roster is Canvas's own export
    odd += [
        f"Canvas has no column '{short(title)}', so its import makes a new assignment of it; "
        f'--column "{short(name)}=TITLE" says which one it is'
        for name, title in zip(worth, titles, strict=True)
        if platform == "canvas" and there is not None and title not in there
    ]
    unknown = []
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow([*heads, *titles])
        if platform == "canvas":
            rows.writerow(
                ["    Points Possible", *[""] * len(CANVAS), *map(number, worth.values())]
            )
        for line in sorted(lines, key=lambda line: line["id"]):
            who = [name_of(line)] if platform == "canvas" else []
            who += [first(line, names) for names in about.values()]
            said = dict(zip(heads, who, strict=True))
            if not any(said[column] for column in KNOWN_BY[platform, bool(roster)]):
                unknown.append(line["id"])
            for k, (head, cell) in enumerate(zip(heads, who, strict=True)):
                if is_formula(cell):
                    what = "an id, so it is written as it is"
                    if head in NO_ID:
                        who[k], what = harmless(cell), "written as text, with a ' before it"
                    whose = f"{head} of {short(line['id'])}"
                    odd.append(f"{whose}: '{short(cell)}' is a formula to spreadsheets; {what}")
            rows.writerow([*who, *[number(scores.get((line["id"], name))) for name in worth]])
    if unknown:
        odd.append(
            f"{platform.capitalize()} will not find {listed(unknown)}: no number or address of "
            "theirs there is known; put it on a roster (--roster)"
        )
    return odd


def late_and_missing(ended):
    """Words on who came late and who handed in nothing; ended is as of ledger.endings."""
    late, missing = {}, {}
    for (name, student), (status, is_late) in sorted(ended.items()):
        if status == "missing":
            missing.setdefault(name, []).append(student)
        elif is_late:
            late.setdefault(name, []).append(student)
    return [
        *(f"{name}: late ({len(who)}): {listed(who)}" for name, who in late.items()),
        *(
            f"{name}: nothing handed in, so 0 points ({len(who)}): {listed(who)}"
            for name, who in missing.items()
        ),
    ]


def read_columns(path):
    """platform -> {assignment: the title of its column}, as kept in a class's folder.

    Raises ValueError where the file is none of this form.
    """
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ValueError(f"{path}: no JSON: {error}") from None
    if not isinstance(kept, dict) or not all(
        isinstance(titles, dict) and all(isinstance(title, str) for title in titles.values())
        for titles in kept.values()
    ):
        raise ValueError(f'{path}: expected {{"canvas": {{"NAME": "title of its column"}}}}')
    return kept


def keep_columns(path, platform, columns):
    """Keep the titles of a platform's columns for the next time."""
    kept = read_columns(path)
    kept[platform] = kept.get(platform, {}) | columns
    intake.write(path, json.dumps(kept, indent=1, ensure_ascii=False) + "\n")


def in_roster(name, roster):
    """The column of an assignment in Canvas's own export, `rnn (4711)`; None if it has none."""
    heads = roster[0].get("assignments", ()) if roster else ()
    return next((h for h in heads if re.fullmatch(rf"{re.escape(name)} \([0-9]+\)", h)), None)


def name_of(line):
    """As Canvas writes it: 'Lovelace, Ada'."""
    names = filter(None, [line.get("last_name"), line.get("first_name")])
    return line.get("student") or ", ".join(names) or line["id"]


def first(line, names):
    """The first of these columns that the line has. That a platform's export leaves it empty is
    what the platform knows."""
    return next((line[name] or "" for name in names if line.get(name) or name in line), "")
