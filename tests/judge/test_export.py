"""Grades as Canvas and Moodle import them: everybody under the right id, nothing invented, and
nothing that a spreadsheet would compute."""

import csv
from types import SimpleNamespace as Thing

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbgrader.api import MissingEntry

from rnn_course.autograde import cli, export
from rnn_course.autograde.intake import read_roster
from rnn_course.autograde.ledger import Row
from rnn_course.autograde.shown import harmless, is_formula, number, visible

ROSTER = [
    {"id": "emmy", "first_name": "Emmy", "last_name": "Noether", "canvas_id": "77"}
    | {"sis_login_id": "en1", "section": "A", "email": "emmy@example.org"},
    {"id": "ada", "first_name": "Ada", "last_name": "Lovelace", "canvas_id": "12"}
    | {"sis_login_id": "al1", "section": "B", "email": "ada@example.org"},
]


class Gradebook:
    """Two assignments; ada was graded in one of them, emmy in both, kurt in none."""

    assignments = [Thing(name="rnn", max_score=28.0), Thing(name="gru", max_score=27.0)]
    late, waiting = {}, set()
    scores = {"rnn": {"ada": 12.5, "emmy": 28.0}, "gru": {"emmy": 0.0}}
    students = [
        Thing(id=name, first_name=None, last_name=None, email=f"{name}@x.org", lms_user_id=number)
        for name, number in (("ada", "1"), ("emmy", "2"), ("kurt", None))
    ]

    def assignment_submissions(self, name):
        return [
            Thing(
                student=Thing(id=s),
                score=score,
                late_submission_penalty=self.late.get(s),
                needs_manual_grade=(name, s) in self.waiting,
            )
            for s, score in self.scores[name].items()
        ]


@pytest.fixture
def written(tmp_path):
    def write(platform, roster=()):
        export.write(platform, Gradebook(), tmp_path / "grades.csv", roster)
        with (tmp_path / "grades.csv").open(newline="") as file:
            return list(csv.reader(file))

    return write


def test_for_canvas(written):
    assert written("canvas", ROSTER) == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "rnn", "gru"],
        ["    Points Possible", "", "", "", "", "28", "27"],
        ["Lovelace, Ada", "12", "ada", "al1", "B", "12.5", ""],
        ["Noether, Emmy", "77", "emmy", "en1", "A", "28", "0"],
    ]


def test_for_moodle(written):
    assert written("moodle", ROSTER) == [
        ["First name", "Last name", "Username", "ID number", "Email address", "rnn", "gru"],
        ["Ada", "Lovelace", "", "ada", "ada@example.org", "12.5", ""],
        ["Emmy", "Noether", "", "emmy", "emmy@example.org", "28", "0"],
    ]


def test_without_a_roster_the_gradebook_says_who_is_who(written):
    assert written("canvas")[2:] == [
        ["ada", "1", "ada", "", "", "12.5", ""],
        ["emmy", "2", "emmy", "", "", "28", "0"],
        ["kurt", "", "kurt", "", "", "", ""],
    ]
    assert written("moodle")[1] == ["", "", "", "ada", "ada@x.org", "12.5", ""]


def test_what_waits_for_a_marker_stays_empty_and_is_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(Gradebook, "waiting", {("rnn", "ada"), ("rnn", "emmy")})
    monkeypatch.setattr(Gradebook, "late", {"ada": 2.5, "emmy": 100.0})

    def written(**options):
        odd = export.write("moodle", Gradebook(), tmp_path / "m.csv", ROSTER, **options)
        with (tmp_path / "m.csv").open(newline="") as file:
            return [line[5:] for line in csv.reader(file)], odd

    lines, (words,) = written()
    assert lines == [["rnn", "gru"], ["", ""], ["", "0"]]
    assert words.startswith("rnn: 2 left empty") and "--unmarked" in words
    assert written(unmarked=True) == ([["rnn", "gru"], ["10", ""], ["0", "0"]], [])


# -- what a spreadsheet would compute --------------------------------------------------------------

HOSTILE = [
    "=1+1",
    "+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    " =1",
    '=HYPERLINK("http://x")',
    "\uff1d1",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_of_students_is_made_harmless_and_numbers_are_not_touched(text, tmp_path):
    row = Row(text, "rnn", "graded", -1.5, 10.200000000000001, 0.1 + 0.2, {"a": -2.0, "b": None})
    row.words = text
    path = cli.write_csv(tmp_path / "grades.csv", [row])
    with path.open(newline="", encoding="utf-8") as file:
        (line,) = csv.DictReader(file)
    assert not is_formula(line["student"]) and not is_formula(line["words"])
    assert visible(text).strip() in line["student"] and line["words"].startswith("'")
    assert (line["points"], line["out_of"], line["to_mark"]) == ("-1.5", "10.2", "0.3")
    assert (line["a"], line["b"], line["late"]) == ("-2", "", "")


@given(st.text(max_size=30))
def test_no_cell_of_a_csv_for_people_begins_a_formula(text):
    cell = harmless(text)
    assert not is_formula(cell) and all(c.isprintable() or c.isspace() for c in cell)
    for part in cell.split(";")[1:]:  # where ; separates
        assert part.lstrip()[:1] not in set("=+-@")


def test_points_are_written_as_people_write_them():
    assert [number(x) for x in (10.200000000000001, 28.0, 0, 1 / 3, None, 1234567.5)] == [
        *("10.2", "28", "0", "0.3333", "", "1234567.5")
    ]


def test_ids_stay_byte_for_byte_and_other_hostile_text_is_told(tmp_path):
    roster = [
        {"id": "=ada", "first_name": "=cmd|x", "last_name": "-L", "canvas_id": "0012"}
        | {"sis_login_id": "+al1", "section": "@A", "email": "-ada@example.org"}
    ]
    odd = export.write("canvas", Gradebook(), tmp_path / "c.csv", roster)
    with (tmp_path / "c.csv").open(newline="") as file:
        line = list(csv.reader(file))[2]
    assert line == ["'-L, =cmd|x", "0012", "=ada", "+al1", "'@A", "", ""]
    assert len(odd) == 4 and sum("so it is written as it is" in words for words in odd) == 2
    odd = export.write("moodle", Gradebook(), tmp_path / "m.csv", roster)
    with (tmp_path / "m.csv").open(newline="") as file:
        line = list(csv.reader(file))[1]
    assert line == ["'=cmd|x", "'-L", "", "=ada", "-ada@example.org", "", ""]
    assert any("First name of =ada" in words for words in odd)
    assert export.write("canvas", Gradebook(), tmp_path / "c.csv", ROSTER) == []


def test_the_table_for_people_is_harmless_too(tmp_path):
    class Class(Gradebook):
        assignments = [Thing(name="rnn", max_score=28.0, duedate=None)]
        students = [Thing(id="=x", first_name="a,b", last_name="+y", email=None)]

        def find_submission(self, name, student):
            if student != "=x":
                raise MissingEntry
            return Thing(timestamp=None, score=10.200000000000001, late_submission_penalty=None)

    ended = {("rnn", "=x"): ("crashed", True)}
    export.write_all(Class(), tmp_path / "grades.csv", ended)
    with (tmp_path / "grades.csv").open(newline="") as file:
        (line,) = csv.DictReader(file)
    assert (
        line["student_id"] == "'=x" and line["last_name"] == "'+y" and line["first_name"] == "a,b"
    )
    assert (line["score"], line["raw_score"], line["max_score"]) == ("10.2", "10.2", "28")
    assert (line["status"], line["late"]) == ("crashed", "late")


# -- columns ---------------------------------------------------------------------------------------


def test_an_assignment_goes_into_the_column_that_the_platform_has(tmp_path):
    def heads(roster=(), **columns):
        export.write("canvas", Gradebook(), tmp_path / "c.csv", roster, **columns)
        with (tmp_path / "c.csv").open(newline="") as file:
            return next(csv.reader(file))[5:]

    assert heads(columns={"rnn": "Assignment 2 (4711)"}) == ["Assignment 2 (4711)", "gru"]
    (tmp_path / "r.csv").write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section,rnn (4711),rnn 2 (3),Final\n"
        '    Points Possible,,,,,28,,\n"Lovelace, Ada",101,0042,,A,,,\n'
    )
    roster = read_roster(tmp_path / "r.csv")
    assert heads(roster) == ["rnn (4711)", "gru"]
    odd = export.write("canvas", Gradebook(), tmp_path / "c.csv", roster)
    assert [words for words in odd if "has no column 'gru'" in words and "gru=TITLE" in words]
    assert not any("'rnn" in words for words in odd)
    with (tmp_path / "c.csv").open(newline="") as file:
        assert list(csv.reader(file))[2][:5] == ["Lovelace, Ada", "101", "0042", "", "A"]


def test_titles_are_kept_for_the_next_time_and_two_are_never_one(tmp_path):
    kept = tmp_path / "columns.json"
    assert export.read_columns(kept) == {}
    export.keep_columns(kept, "canvas", {"rnn": "Übung 2 (4711)"})
    export.keep_columns(kept, "moodle", {"rnn": "Two"})
    export.keep_columns(kept, "canvas", {"gru": "Three"})
    assert export.read_columns(kept) == {
        "canvas": {"rnn": "Übung 2 (4711)", "gru": "Three"},
        "moodle": {"rnn": "Two"},
    }
    for columns in ({"rnn": "gru"}, {"rnn": "A", "gru": "A"}, {"rnn": "ID"}):
        with pytest.raises(ValueError, match="two columns would be called"):
            export.write("canvas", Gradebook(), tmp_path / "c.csv", (), columns)
    for text in ("{", "[]", '{"canvas": 1}', '{"canvas": {"rnn": 1}}'):
        kept.write_text(text)
        with pytest.raises(ValueError, match="columns.json"):
            export.read_columns(kept)


def test_numbers_from_the_files_join_a_roster_that_has_none(tmp_path):
    roster = [{"id": "ada", "first_name": "Ada"}, {"id": "kurt"}, {"id": "emmy", "canvas_id": ""}]
    export.write("canvas", Gradebook(), tmp_path / "c.csv", roster)
    with (tmp_path / "c.csv").open(newline="") as file:
        lines = list(csv.reader(file))[2:]
    assert [line[1] for line in lines] == ["1", "", ""]  # emmy: that Canvas leaves it empty


def test_whom_the_platform_will_not_find_is_told(tmp_path):
    def told(platform, roster=()):
        odd = export.write(platform, Gradebook(), tmp_path / "c.csv", roster)
        return [words.partition(":")[0] for words in odd]

    assert told("canvas") == ["Canvas will not find kurt"]
    assert told("moodle") == []
    assert told("canvas", [{"id": "kurt"}]) == []  # its id may be the SIS id
    assert told("moodle", [{"id": "kurt", "username": "", "idnumber": ""}]) == [
        "Moodle will not find kurt"
    ]


def test_who_was_late_and_who_is_missing_is_told():
    ended = {("rnn", "bob"): ("graded", True), ("rnn", "eve"): ("missing", True)}
    ended |= {("rnn", f"s{n}"): ("missing", False) for n in range(6)} | {
        ("gru", "x"): ("crashed", 0)
    }
    assert export.late_and_missing(ended) == [
        "rnn: late (1): bob",
        "rnn: nothing handed in, so 0 points (7): eve, s0, s1, s2, s3 and 2 more",
    ]
    assert export.late_and_missing({}) == []


def test_columns_on_the_command_line():
    from rnn_course.autograde.course import CourseError

    assert cli.columns_of(["rnn=A = B (1)"], ["rnn", "gru"]) == {"rnn": "A = B (1)"}
    assert cli.columns_of(["A 2 (4711)"], ["rnn"]) == {"rnn": "A 2 (4711)"}
    for option in ("x=A", "rnn=", "A"):
        with pytest.raises(CourseError, match="expected NAME=TITLE, NAME one of: rnn, gru"):
            cli.columns_of([option], ["rnn", "gru"])


def test_what_a_terminal_would_obey_is_shown():
    assert visible("a\x1b]52;c;x\x07\u202eb\u00e4") == "a\\x1b]52;c;x\\x07\\u202eb\u00e4"
