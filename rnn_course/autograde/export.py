"""Grades in the forms that learning platforms import.

    write("canvas", gradebook, path, roster)

Canvas takes a file with its own first five columns and a second line of points possible; Moodle
takes any columns and asks which one says who it is. Who somebody is on the platform comes from the
roster (CSV), else from nbgrader's students. A file has one column for each assignment; what nobody
has graded yet stays empty, so that the import does not put a 0 there.
"""

import csv

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


def write(platform, gradebook, path, roster=()):
    """Write all grades of a gradebook as CSV for `platform`, "canvas" or "moodle".

    roster  lines of intake.read_roster; only they are written if there are any
    """
    worth = {a.name: a.max_score for a in gradebook.assignments}
    scores = {
        (s.student.id, name): s.score
        for name in worth
        for s in gradebook.assignment_submissions(name)
    }
    lines = list(roster) or [
        {"id": s.id, "first_name": s.first_name, "last_name": s.last_name}
        | {"email": s.email, "lms_user_id": s.lms_user_id}
        for s in gradebook.students
    ]
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        if platform == "canvas":
            rows.writerow(["Student", *CANVAS, *worth])
            rows.writerow(
                ["    Points Possible", *[""] * len(CANVAS), *map(number, worth.values())]
            )
        else:
            rows.writerow([*MOODLE, *worth])
        for line in sorted(lines, key=lambda line: line["id"]):
            grades = [number(scores.get((line["id"], name))) for name in worth]
            columns = CANVAS if platform == "canvas" else MOODLE
            who = [first(line, names) for names in columns.values()]
            rows.writerow(([name_of(line)] if platform == "canvas" else []) + who + grades)


def name_of(line):
    """As Canvas writes it: 'Lovelace, Ada'."""
    return ", ".join(filter(None, [line.get("last_name"), line.get("first_name")])) or line["id"]


def first(line, names):
    return next((line[name] for name in names if line.get(name)), "")


def number(score):
    return "" if score is None else f"{score:g}"
