"""Taking in what platforms export: everybody's notebook in its place, and nothing lost silently."""

import errno
import io
import os
import re
import tempfile
import unicodedata
import warnings
import zipfile
from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rnn_course.autograde.class_run import submitted_file
from rnn_course.autograde.intake import (
    fits,
    is_id,
    member_path,
    plain,
    read_records,
    record_of,
    take_in,
    timestamp_in,
)

ROSTER = """id,first_name,last_name,canvas_id,email
ada,Ada,Lovelace,1234,ada@example.org
emmy,Emmy,Noether,77,emmy@example.org
kurt,Kurt,Gödel,88,kurt@example.org
"""


def make_zip(path, files):
    with zipfile.ZipFile(path, "w") as archive:
        for number, (name, data) in enumerate(files.items()):
            about = zipfile.ZipInfo(name, (2026, 1, 1 + number, 12, 0, 0))
            archive.writestr(about, data)
    return path


@pytest.fixture
def roster(tmp_path):
    path = tmp_path / "roster.csv"
    path.write_text(ROSTER)
    return path


def submitted(tmp_path):
    root = tmp_path / "submitted"
    return {
        p.relative_to(root).as_posix(): p.read_text()
        for p in sorted(root.rglob("*.ipynb"))
    }  # fmt: skip


@pytest.mark.parametrize(
    "files",
    [
        ["class/ada/rnn/rnn.ipynb", "emmy/rnn/rnn.ipynb"],
        ["Ada Lovelace_5_assignsubmission_file_/rnn.ipynb",
         "Emmy Noether_6_assignsubmission_file_rnn.ipynb"],
        ["lovelaceada_1234_999_rnn.ipynb", "noetheremmy_LATE_77_998_rnn-2.ipynb"],
        ["x/unknown_1234_9_rnn (1).ipynb", "emmy@example.org/rnn/rnn.ipynb"],
    ],
    ids=["nbgrader", "Moodle", "Canvas", "by number and address"],
)  # fmt: skip
def test_the_forms_of_names_are_known(tmp_path, roster, files):
    source = make_zip(tmp_path / "x.zip", {f: f for f in files})
    taken = take_in(source, "rnn", tmp_path / "submitted", roster)
    assert submitted(tmp_path) == {
        "ada/rnn/rnn.ipynb": files[0], "emmy/rnn/rnn.ipynb": files[1]
    }  # fmt: skip
    assert taken.absent == ["kurt"] and taken.unmatched == {}


def test_without_a_roster_the_name_is_the_student(tmp_path):
    source = make_zip(tmp_path / "x.zip", {"Kurt Gödel_5_assignsubmission_file_/rnn.ipynb": "k"})
    assert list(take_in(source, "rnn", tmp_path / "submitted").students) == ["kurt-gödel"]


def test_a_folder_and_zips_within_are_read(tmp_path, roster):
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "lovelaceada_1234_9_rnn.ipynb").write_text("a")
    inner = io.BytesIO()
    make_zip(inner, {"rnn.ipynb": "e"})
    (folder / "Emmy Noether_6_assignsubmission_file_.zip").write_bytes(inner.getvalue())
    take_in(folder, "rnn", tmp_path / "submitted", roster)
    assert submitted(tmp_path) == {"ada/rnn/rnn.ipynb": "a", "emmy/rnn/rnn.ipynb": "e"}


def test_the_newest_counts_and_is_not_replaced_by_an_older_one(tmp_path, roster):
    files = {"lovelaceada_1234_1_rnn.ipynb": "old", "lovelaceada_1234_2_rnn-1.ipynb": "new"}
    taken = take_in(make_zip(tmp_path / "x.zip", files), "rnn", tmp_path / "submitted", roster)
    assert taken.unmatched == {"lovelaceada_1234_1_rnn.ipynb": "ada has a newer one"}
    older = make_zip(tmp_path / "y.zip", {"lovelaceada_1234_1_rnn.ipynb": "older"})
    take_in(older, "rnn", tmp_path / "submitted", roster)
    assert submitted(tmp_path) == {"ada/rnn/rnn.ipynb": "new"}
    stamp = (tmp_path / "submitted" / "ada" / "rnn" / "timestamp.txt").read_text()
    assert stamp == "2026-01-02 12:00:00 UTC\n"


def test_what_is_nobodys_is_listed(tmp_path, roster):
    files = {
        "notes.txt": "",
        "stranger_1_2_rnn.ipynb": "",
        "rnn.ipynb": "",
        "../ada/rnn/x.ipynb": "",
    }
    taken = take_in(make_zip(tmp_path / "x.zip", files), "rnn", tmp_path / "submitted", roster)
    assert taken.unmatched == {
        "notes.txt": "its name has none of the known forms",
        "stranger_1_2_rnn.ipynb": "nobody on the roster",
        "rnn.ipynb": "its name has none of the known forms",
    }
    assert os.listdir(tmp_path / "submitted") == ["ada"]  # nothing was unpacked elsewhere
    assert not (tmp_path / "ada").exists()


def test_a_wrong_name_stays_wrong(tmp_path, roster):
    source = make_zip(tmp_path / "x.zip", {"ada/rnn/Untitled3.ipynb": "?"})
    take_in(source, "rnn", tmp_path / "submitted", roster)
    assert list(submitted(tmp_path)) == ["ada/rnn/Untitled3.ipynb"]


def test_a_pattern_of_ones_own(tmp_path, roster):
    source = make_zip(tmp_path / "x.zip", {"week3-ada.ipynb": "a"})
    own = r"week3-(?P<student_id>\w+)(?P<file_id>\.ipynb)"
    taken = take_in(source, "rnn", tmp_path / "submitted", roster, own)
    assert list(taken.students) == ["ada"]


def test_two_people_of_one_name_keep_their_own_work(tmp_path):
    files = [f"Ada Lovelace_{n}_assignsubmission_file_/rnn.ipynb" for n in (5, 6)]
    source = make_zip(tmp_path / "x.zip", {f: f for f in files})
    taken = take_in(source, "rnn", tmp_path / "submitted")
    assert submitted(tmp_path) == {
        "ada-lovelace-5/rnn/rnn.ipynb": files[0], "ada-lovelace-6/rnn/rnn.ipynb": files[1]
    }  # fmt: skip
    assert taken.unmatched == {}


def test_what_two_on_the_roster_share_says_nobody(tmp_path):
    roster = tmp_path / "roster.csv"
    roster.write_text("id,first_name,last_name,canvas_id\na1,Ada,Byron,7\na2,Ada,Byron,8\n")
    files = ["byronada_8_1_rnn.ipynb", "byronada_9_1_rnn.ipynb"]
    source = make_zip(tmp_path / "x.zip", {f: f for f in files})
    taken = take_in(source, "rnn", tmp_path / "submitted", roster)
    assert taken.students == {"a2": files[0]} and taken.absent == ["a1"]
    assert taken.unmatched == {files[1]: "more than one on the roster"}


def test_a_newer_one_of_a_wrong_name_is_not_graded_as_the_old_one(tmp_path, roster):
    first = make_zip(tmp_path / "x.zip", {"ada/rnn/rnn.ipynb": "old"})
    take_in(first, "rnn", tmp_path / "submitted", roster)
    newer = make_zip(tmp_path / "y.zip", {"a.txt": "", "ada/rnn/Untitled.ipynb": "new"})
    take_in(newer, "rnn", tmp_path / "submitted", roster)
    assert submitted(tmp_path) == {
        "ada/rnn/Untitled.ipynb": "new", "ada/rnn/rnn-older.ipynb": "old"
    }  # fmt: skip


def test_a_file_that_the_zip_cannot_give_is_listed_and_the_others_are_taken(tmp_path, roster):
    source = make_zip(tmp_path / "x.zip", {"ada/rnn/rnn.ipynb": "aaaa", "emmy/rnn/rnn.ipynb": "e"})
    source.write_bytes(source.read_bytes().replace(b"aaaa", b"aaab"))
    taken = take_in(source, "rnn", tmp_path / "submitted", roster)
    assert list(taken.students) == ["emmy"] and submitted(tmp_path) == {"emmy/rnn/rnn.ipynb": "e"}
    assert "ada's, but it cannot be read: Bad CRC-32" in taken.unmatched["ada/rnn/rnn.ipynb"]
    assert taken.absent == ["ada", "kurt"]


def test_a_zip_in_the_zip_that_is_none_is_listed(tmp_path, roster):
    source = make_zip(tmp_path / "x.zip", {"Emmy Noether_6_assignsubmission_file_.zip": "PK"})
    taken = take_in(source, "rnn", tmp_path / "submitted", roster)
    assert list(taken.unmatched) == ["Emmy Noether_6_assignsubmission_file_.zip"]


@pytest.mark.parametrize(
    "evil",
    ["../../ada/rnn/../../../evil.ipynb", "/etc/ada/rnn/rnn.ipynb", "../rnn/evil.ipynb",
     "..\\..\\ada/rnn/..\\evil.ipynb"],
)  # fmt: skip
@pytest.mark.parametrize("known", [True, False])
def test_nothing_is_written_outside(tmp_path, roster, evil, known):
    source = make_zip(tmp_path / "x.zip", {evil: "evil"})
    home = tmp_path / "a" / "b" / "submitted"
    take_in(source, "rnn", home, roster if known else None)
    written = [p for p in tmp_path.rglob("*") if p.is_file() and p.read_bytes() == b"evil"]
    assert all(p.parent.parent.parent == home for p in written)


def test_an_empty_zip_holds_nothing(tmp_path):
    assert take_in(make_zip(tmp_path / "x.zip", {}), "rnn", tmp_path / "submitted").students == {}


def test_bad_input_is_told_in_one_line(tmp_path):
    with pytest.raises(ValueError, match="no such file or folder; expected the zip"):
        take_in(tmp_path / "nope", "rnn", tmp_path)
    (tmp_path / "x.zip").write_text("no zip")
    with pytest.raises(ValueError, match="no zip file"):
        take_in(tmp_path / "x.zip", "rnn", tmp_path)
    (tmp_path / "r.csv").write_text("name\nada\n")
    make_zip(tmp_path / "y.zip", {})
    with pytest.raises(
        ValueError, match="a column 'id', and a line for each student; it has: name"
    ):
        take_in(tmp_path / "y.zip", "rnn", tmp_path, tmp_path / "r.csv")
    for text, words in {
        "": "a column 'id'",
        "id\n": "a line for each student",
        "id\nada\nada\n": "twice: ada",
        "id,name\n,Ada\n": "line 2: '' cannot be a student's id",
        "id\n../ada\n": "line 2: '../ada' cannot be a student's id",
        "id\n\xff": "expected a roster as CSV, in UTF-8",
    }.items():
        (tmp_path / "r.csv").write_text(text, encoding="latin-1")
        with pytest.raises(ValueError, match=words):
            take_in(tmp_path / "y.zip", "rnn", tmp_path, tmp_path / "r.csv")
    with pytest.raises(ValueError, match="no roster: No such file"):
        take_in(tmp_path / "y.zip", "rnn", tmp_path, tmp_path / "none.csv")
    whole = make_zip(tmp_path / "z.zip", {"ada/rnn/rnn.ipynb": "a" * 1000}).read_bytes()
    (tmp_path / "z.zip").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match="no zip file, or a broken one"):
        take_in(tmp_path / "z.zip", "rnn", tmp_path)


def test_a_link_a_pipe_and_a_device_are_no_submissions(tmp_path):
    from rnn_course.autograde.intake import files_of, open_regular

    (tmp_path / "ada.ipynb").write_text("{}")
    (tmp_path / "link.ipynb").symlink_to(tmp_path / "ada.ipynb")
    os.mkfifo(tmp_path / "pipe.ipynb")
    with open_regular(tmp_path / "ada.ipynb") as file:
        assert file.read() == b"{}"
    with pytest.raises(OSError, match="it is a link"):
        open_regular(tmp_path / "link.ipynb")
    for path in (tmp_path / "pipe.ipynb", "/dev/zero"):
        with pytest.raises(OSError, match="no regular file"):
            open_regular(path)
    refused = {file.path: file.refused for file in files_of(tmp_path)}
    assert refused == {
        "ada.ipynb": "",
        "link.ipynb": "it is a link, not a file",
        "pipe.ipynb": "it is no regular file",
    }


def test_the_table_of_a_class_reads_no_markup_and_commands_no_terminal(capsys):
    from rnn_course.autograde.cli import show
    from rnn_course.autograde.ledger import Row

    show(
        "toy",
        [Row("[/bold]", "toy", "tampered", points=1.0, out_of=2.0, words="there is [/x]\x1b[2J")],
    )
    assert "[/bold]" in (out := capsys.readouterr().out) and "\x1b[2J" not in out


# -- whose it is -----------------------------------------------------------------------------------

M = "_assignsubmission_file_/"
NOTEBOOK = '{"cells": []}'


def zipped(files, time=(2026, 1, 1, 12, 0, 0)):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, time), data)
    return made.getvalue()


def took(tmp_path, files, roster=None, folder=False, **options):
    """(Taken, student -> {file: text}) of an export with these files, as a zip or a folder."""
    home = Path(tempfile.mkdtemp(dir=tmp_path))
    source = home / "in"
    if folder:
        for name, data in files.items():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes(data if isinstance(data, bytes) else data.encode())
            os.utime(source / name, (1.7e9, 1.7e9))
    else:
        source = home / "in.zip"
        source.write_bytes(zipped(files))
    if roster:
        (home / "r.csv").write_text(roster, encoding="utf-8")
        roster = home / "r.csv"
    taken = take_in(source, "rnn", home / "out", roster, zone=UTC, **options)
    there = {
        s: {f.name: f.read_text() for f in (home / "out" / s / "rnn").glob("*.ipynb")}
        for s in taken.students
    }
    return taken, there


LATER = (2107, 12, 31, 23, 59, 58)
INSIDE_EVES = [
    f"Ada Lovelace_101{M}rnn.ipynb",
    "Ada Lovelace_101_assignsubmission_file_rnn.ipynb",
    "lovelaceada_101_9001_rnn.ipynb",
    "ada-lovelace/rnn/rnn.ipynb",
    "ada/rnn/rnn.ipynb",
    "../ada/rnn/rnn.ipynb",
    f"../Ada Lovelace_101{M}rnn.ipynb",
    "..\\..\\ada\\rnn\\rnn.ipynb",
]


@pytest.mark.parametrize("folder", [False, True], ids=["zip", "folder"])
@pytest.mark.parametrize("people", [False, True], ids=["no roster", "roster"])
@pytest.mark.parametrize("inside", INSIDE_EVES)
@pytest.mark.parametrize(
    "eves",
    [
        f"Eve X_102{M}work.zip",
        "Eve X_102_assignsubmission_file_Ada Lovelace_101_assignsubmission_file_.zip",
        "xeve_102_9002_lovelaceada_101_9003_rnn.zip",
        "xeve_102_9002_work.zip",
        "eve-x/rnn/work.zip",
        f"Eve X_102{M}",
    ],
)
def test_what_is_inside_an_upload_is_the_uploaders(tmp_path, eves, inside, people, folder):
    if eves.endswith(".zip"):
        hers = {eves: zipped({inside: "eve's"}, LATER)}
    else:  # a folder of hers, in which no name leads up
        hers = {eves + inside.replace("..", "up").replace("\\", "/"): "eve's"}
    adas = {f"Ada Lovelace_101{M}rnn.ipynb": "ada's"}
    lines = "id,first_name,last_name\nada-lovelace,Ada,Lovelace\neve-x,Eve,X\n"
    taken, there = took(tmp_path, hers | adas, lines if people else None, folder)
    assert there["ada-lovelace"] == {"rnn.ipynb": "ada's"}
    assert len(there) == 2 and taken.absent == []
    (eve,) = {*there} - {"ada-lovelace"}
    assert list(there[eve].values()) == ["eve's"]


@pytest.mark.parametrize("inner", ["rnn.ipynb", "rnn/rnn.ipynb", "homework/rnn/rnn.ipynb"])
def test_a_zip_of_a_students_own_is_that_students(tmp_path, inner):
    files = {f"{n}_{k}{M}rnn.zip": zipped({inner: n}) for k, n in enumerate(["Ann Lee", "Bob Ray"])}
    _, there = took(tmp_path, files)
    assert there == {"ann-lee": {"rnn.ipynb": "Ann Lee"}, "bob-ray": {"rnn.ipynb": "Bob Ray"}}
    lines = "id,first_name,last_name\na1,Ann,Lee\nb2,Bob,Ray\n"
    taken, there = took(tmp_path, files, lines)
    assert set(there) == {"a1", "b2"} and taken.absent == []


def test_two_of_one_name_on_the_platform_and_one_on_the_roster_is_nobodys_guess(tmp_path):
    files = {f"Ada Byron_{n}{M}rnn.ipynb": str(n) for n in (7, 8)}
    taken, there = took(tmp_path, files, "id,first_name,last_name\na,Ada,Byron\n")
    assert there == {} and taken.absent == ["a"]
    assert all("put its number" in why for why in taken.unmatched.values())
    _, there = took(tmp_path, files, "id,first_name,last_name,moodle\na,Ada,Byron,8\n")
    assert there == {"a": {"rnn.ipynb": "8"}}


def test_ids_that_look_alike_are_different_students(tmp_path):
    lines = "id\na-b\nab\nAB\n"
    files = {f"{who}/rnn/rnn.ipynb": who for who in ("a-b", "ab", "AB")}
    for roster in (None, lines):
        _, there = took(tmp_path, files, roster)
        assert {s: list(f.values()) for s, f in there.items()} == {
            s: [s] for s in ("a-b", "ab", "AB")
        }


def test_a_number_of_canvas_goes_before_a_name_that_anybody_may_take(tmp_path):
    lines = "id,first_name,last_name,canvas_id\nada,Ada,Lovelace,101\neve,Eve,X,102\n"
    files = {"lovelaceada_102_5_rnn.ipynb": "eve's", "lovelaceada_101_4_rnn.ipynb": "ada's"}
    _, there = took(tmp_path, files, lines)
    assert there == {"ada": {"rnn.ipynb": "ada's"}, "eve": {"rnn.ipynb": "eve's"}}


# -- which of several ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "files, right",
    [
        (["leeann_1_5678_rnn.ipynb", "leeann_1_5679_notes.ipynb"], 0),
        (["leeann_1_9_rnn.ipynb", "leeann_1_10_rnn-1.ipynb"], 1),
        ([f"Lee Ann_1{M}rnn.ipynb", f"Lee Ann_1{M}zzz.ipynb"], 0),
        ([f"Lee Ann_1{M}draft.ipynb", f"Lee Ann_1{M}work/rnn.ipynb"], 1),
        (["leeann_1_3_rnn (1).ipynb", "leeann_1_2_rnn.ipynb"], 1),
        (["leeann_1_3_x.pdf", "leeann_1_2_Untitled.ipynb"], 1),
        (["lee/rnn/rnn (2).ipynb", "lee/rnn/rnn (10).ipynb"], 1),
    ],
)
@pytest.mark.parametrize("folder", [False, True], ids=["zip", "folder"])
def test_the_notebooks_name_then_the_number_then_the_time(tmp_path, files, right, folder):
    taken, _ = took(tmp_path, dict.fromkeys(files, NOTEBOOK), folder=folder)
    assert list(taken.students.values()) == [files[right]]
    assert set(taken.unmatched) == {files[1 - right]}


COPIES = [
    *("rnn (1).ipynb", "Copy of rnn.ipynb", "rnn-Copy1.ipynb", "RNN.ipynb", "rnn - Copy (2).ipynb"),
    *("Kopie von rnn.ipynb", "rnn copy.ipynb", "rnn_2.ipynb", "rnn (copy).ipynb", "rnn.ipynb.txt"),
    *("Copy of Copy of rnn.ipynb", "rnn.ipynb.json", "rnn(3).ipynb"),
]
OTHERS = ["rnn homework.ipynb", "my rnn.ipynb", "Untitled.ipynb", "arnn.ipynb", "rnn-older.ipynb"]


@pytest.mark.parametrize("file", COPIES + OTHERS)
def test_a_name_that_a_browser_gave_is_one_rule_for_zips_folders_and_nbgraders_own(tmp_path, file):
    copy = file in COPIES
    for path in (f"Lee Ann_1{M}{file}", f"leeann_1_2_{file}", f"lee/rnn/{file}"):
        for folder in (False, True):
            taken, there = took(tmp_path, {path: NOTEBOOK}, folder=folder)
            (files,) = there.values()
            assert ("rnn.ipynb" in files) == copy, path
            (record,) = taken.records.values()
            assert bool(record["note"]) == copy and (not copy or file in record["note"])
    own = tmp_path / "own" / "rnn"
    own.mkdir(parents=True)
    (own / file).write_text(NOTEBOOK)
    (own / "._rnn.ipynb").write_text("left over")
    found, note = submitted_file(own, "rnn")
    if copy:
        assert file in note and Path(found.path).read_text() == NOTEBOOK
    else:
        assert found.status == "wrong name"


def test_a_copy_whose_name_is_in_the_other_unicode_form_is_found_on_disk(tmp_path):
    name = unicodedata.normalize("NFD", "cópia de rnn.ipynb")
    (tmp_path / name).write_text(NOTEBOOK)
    found, note = submitted_file(tmp_path, "rnn")
    assert Path(found.path).read_text() == NOTEBOOK and "cópia" in note


def test_the_rule_for_names_has_no_holes():
    assert fits("rnn.ipynb", "rnn") > fits("rnn (1).ipynb", "rnn") > fits("x.ipynb", "rnn")
    assert fits("x.pdf", "rnn") == fits("x.ipynb.pdf", "rnn") == 0
    assert fits("\x1brnn.ipynb", "rnn") == fits("gru.ipynb", "rnn") == fits("x.ipynb", "rnn")


# -- Canvas, Moodle, others ------------------------------------------------------------------------


def test_canvas_late_anonymous_cut_off_and_its_own_numbers(tmp_path):
    files = {
        "leeann_LATE_1_10_rnn.ipynb": NOTEBOOK,
        "raybob_2_11_rnn": NOTEBOOK,  # its ending is cut off
        "poecyd_3_12_rnn.ipy": NOTEBOOK,
        "de_la_cruzdan_4_13_rnn.ipynb": NOTEBOOK,
        "foxeve_5_text.html": "<p>no notebook</p>",
        "coxflo_6_14_rnn": "no notebook at all",
        "anon_4Kx2a_15_rnn.ipynb": NOTEBOOK,
        "LATE_anon_4kx2A_16_rnn.ipynb": NOTEBOOK,
    }
    taken, there = took(tmp_path, files)
    assert set(there) == {
        *("leeann", "raybob", "poecyd", "de-la-cruzdan", "anon-4Kx2a", "anon-4kx2A")
    }
    assert taken.ids == {"leeann": "1", "raybob": "2", "poecyd": "3", "de-la-cruzdan": "4"}
    late = {student for student in there if taken.records[student]["late"]}
    assert late == {"leeann", "anon-4kx2A"}
    assert taken.absent == ["coxflo", "foxeve"]
    assert set(taken.unmatched) == {"foxeve_5_text.html", "coxflo_6_14_rnn"}


CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,rnn (4711),Final Score
,,,,,Manual Posting,
    Points Possible,,,,,28.0,(read only)
"Lovelace, Ada",101,0042,ada@example.org,A,28,101
"Noether, Emmy",102,0043,,A and B,,102
"Gödel, Kurt",103,0044,uni\\kurt,,,
"""


def test_canvas_own_gradebook_is_a_roster(tmp_path):
    files = {"x_102_9_rnn.ipynb": "e", "lovelaceada_101_8_rnn.ipynb": "a"}
    files["lovelaceada_666_7_rnn.ipynb"] = "of somebody who took this name"
    taken, there = took(tmp_path, files, CANVAS)
    assert "another person" in taken.unmatched["lovelaceada_666_7_rnn.ipynb"]
    assert there == {"ada@example.org": {"rnn.ipynb": "a"}, "0043": {"rnn.ipynb": "e"}}
    assert taken.absent == ["0044"]


@pytest.mark.parametrize("between", [",", ";", "\t"])
def test_moodles_own_list_is_a_roster_and_groups_get_a_row_for_each_member(tmp_path, between):
    lines = [
        ["First name", "Surname", "ID number", "Email address", "Groups"],
        *(
            ["Ann", "Lee", "a1", "ann@x.org", "Group A"],
            ["Bob", "Ray", "b2", "bob@x.org", "Group A"],
        ),
        *(["Cyd", "Poe", "c3", "cyd@x.org", "Group B"], ["Dan", "Fox", "d4", "dan@x.org", ""]),
    ]
    roster = "\n".join(between.join(line) for line in lines)
    files = {f"Group A_17{M}work/rnn.ipynb": "A", "Group B_assignsubmission_file/rnn.ipynb": "B"}
    taken, there = took(tmp_path, files, roster)
    assert {s: f["rnn.ipynb"] for s, f in there.items()} == {"a1": "A", "b2": "A", "c3": "B"}
    assert taken.absent == ["d4"]
    own = files | {f"Bob Ray_5{M}rnn.ipynb": "Bob's"}
    assert set(took(tmp_path, own, roster)[1]) == {"a1", "b2", "c3"}


def guides_patterns():
    text = (Path(__file__).parents[2] / "exercises" / "README.md").read_text(encoding="utf-8")
    return {
        name: re.search(rf"\*\*{name}\*\*.*?--pattern '(.*?)'", text, re.DOTALL)[1]
        for name in ("Blackboard", "Brightspace")
    }


def test_the_guides_pattern_for_blackboard(tmp_path):
    rnn = "gradebook_CS1_rnn_{}_attempt_2026-11-{}-23-59-12{}"
    files = {
        rnn.format("ada", "03", ".txt"): "about it",
        rnn.format("ada", "03", "_rnn.ipynb"): "old",
        rnn.format("ada", "14", "_rnn.ipynb"): "new",
        rnn.format("eve", "15", "_x_ada_attempt_2026-12-24-23-59-12_rnn.ipynb"): "eve's",
        rnn.format("bob", "15", "_work.zip"): zipped({"rnn.ipynb": "bob's"}),
    }
    taken, there = took(tmp_path, files, pattern=guides_patterns()["Blackboard"])
    assert there["ada"] == {"rnn.ipynb": "new"} and there["bob"] == {"rnn.ipynb": "bob's"}
    assert list(there["eve"].values()) == ["eve's"]
    assert taken.records["ada"]["time"] == "2026-11-14 23:59:12 UTC"


@pytest.mark.parametrize("sign", ["/", " - "], ids=["folders", "flat"])
def test_the_guides_pattern_for_brightspace(tmp_path, sign):
    files = {
        f"12-7 - Ada Lovelace - Nov 3, 2026 115 PM{sign}rnn.ipynb": "old",
        f"12-7 - Ada Lovelace - Nov 3, 2026 1159 PM{sign}rnn.ipynb": "new",
        f"13-7 - Eve - Nov 3, 2026 100 AM{sign}12-7 - Ada Lovelace - Nov 4, 2026 100 AM - rnn.ipynb": "e",
        "index.html": "",
    }  # fmt: skip
    taken, there = took(tmp_path, files, pattern=guides_patterns()["Brightspace"])
    assert there["ada-lovelace"] == {"rnn.ipynb": "new"} and list(there["eve"].values()) == ["e"]
    assert taken.records["ada-lovelace"]["time"] == "2026-11-03 23:59:00 UTC"
    assert taken.unmatched["index.html"] == "its name does not fit the pattern"


def test_a_pattern_that_is_none_is_told_in_one_line(tmp_path):
    for pattern, words in (("(", "no regular expression"), ("x", r"a group \(\?P<student_id>")):
        with pytest.raises(ValueError, match=words):
            took(tmp_path, {}, pattern=pattern)


# -- names and members that are broken, odd or hostile ---------------------------------------------


@pytest.mark.parametrize(
    "left", ["__MACOSX/x/._rnn.ipynb", "._rnn.ipynb", ".ipynb_checkpoints/rnn.ipynb", ".rnn.ipynb"]
)
@pytest.mark.parametrize("folder", [False, True], ids=["zip", "folder"])
@pytest.mark.parametrize("inside", [False, True], ids=["beside", "in the student's zip"])
def test_leftovers_are_never_a_submission(tmp_path, left, folder, inside):
    if inside:
        files = {f"Lee Ann_1{M}x.zip": zipped({left: "left over", "rnn.ipynb": "hers"}, LATER)}
    else:
        files = {f"Lee Ann_1{M}{left}": "left over", f"Lee Ann_1{M}rnn.ipynb": "hers"}
    taken, there = took(tmp_path, files, folder=folder)
    assert there == {"lee-ann": {"rnn.ipynb": "hers"}}
    assert list(taken.unmatched.values()) == ["left over from a program, not handed in"]


ODD = st.text(
    st.characters(exclude_characters="/\\", exclude_categories=["Cs"]), min_size=1, max_size=200
)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(ODD, ODD), min_size=1, max_size=4), st.booleans())
@example([("0", "\0")], True)
def test_every_file_of_an_export_is_a_row_or_a_line_and_harms_no_other(names, moodle):
    form = "{}_7_assignsubmission_file_/{}.ipynb" if moodle else "{}_7_8_{}.ipynb"
    files = {form.format(*name): "odd" for name in names} | {f"Ann Lee_1{M}rnn.ipynb": "hers"}
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile's, of names that are there twice
        taken, there = took(Path(folder), files)
        assert there["ann-lee"]["rnn.ipynb"] == "hers"
        seen = {member_path(zipfile.ZipInfo(name)) for name in files}
        assert len(taken.students) + len(taken.unmatched) >= len(seen)
        assert {str(p) for p in taken.students.values()} | set(taken.unmatched) >= seen
        for student in taken.students:
            assert is_id(student)


@given(ODD)
def test_a_name_is_the_same_in_both_unicode_forms_and_different_letters_differ(text):
    forms = {plain(unicodedata.normalize(form, text)) for form in ("NFC", "NFD", "NFKC")}
    assert len(forms) == 1
    assert plain("राम") != plain("रम") and plain("Straße") == plain("STRASSE")


def test_a_roster_and_an_export_may_write_a_name_in_two_forms(tmp_path):
    name = unicodedata.normalize("NFD", "José Núñez")
    for folder in (False, True):
        taken, there = took(
            tmp_path,
            {f"{name}_1{M}rnn.ipynb": "j"},
            "id,first_name,last_name\nj1,José,Núñez\n",
            folder,
        )
        assert set(there) == {"j1"} and taken.absent == []


def test_a_zip_that_does_not_say_that_it_is_utf8_is_read_as_such(tmp_path):
    data = zipped({f"Zoë Åström_1{M}rnn.ipynb": "z"})
    for flag in (b"PK\3\4\x14\0\0\x08", b"PK\1\2\x14\3\x14\0\0\x08"):
        assert flag in data
        data = data.replace(flag, flag[:-1] + b"\0")
    (tmp_path / "x.zip").write_bytes(data)
    assert list(take_in(tmp_path / "x.zip", "rnn", tmp_path / "out").students) == ["zoë-åström"]


def broken_members():
    """name -> bytes of a zip whose one member cannot be read."""
    made = {}
    for method, name in (
        (zipfile.ZIP_LZMA, "LZMA"),
        (zipfile.ZIP_BZIP2, "bzip2"),
        (zipfile.ZIP_DEFLATED, "deflate"),
    ):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", method) as archive:
            archive.writestr("rnn.ipynb", os.urandom(2000))
        data = bytearray(file.getvalue())
        data[60:1000] = b"\xff" * 940
        made[name] = bytes(data)
    plain_zip = zipped({"rnn.ipynb": "secret"})
    made["encrypted"] = plain_zip.replace(b"PK\1\2\x14\3\x14\0\0\0", b"PK\1\2\x14\3\x14\0\1\0")
    made["encrypted"] = made["encrypted"].replace(b"PK\3\4\x14\0\0\0", b"PK\3\4\x14\0\1\0")
    made["method 99"] = plain_zip.replace(b"\0\0\0\0", b"\0\0\x63\0", 1).replace(
        b"PK\1\2\x14\3\x14\0\0\0\0\0", b"PK\1\2\x14\3\x14\0\0\0\x63\0"
    )
    made["half a zip"] = plain_zip[: len(plain_zip) // 2]
    made["no zip"] = b"PK"
    return made


@pytest.mark.parametrize("kind", list(broken_members()))
def test_a_member_that_cannot_be_read_costs_itself_alone(tmp_path, kind):
    data = broken_members()[kind]
    files = {f"Eve_2{M}work.zip": data, f"Ann Lee_1{M}rnn.ipynb": "hers"}
    taken, there = took(tmp_path, files)
    assert set(there) == {"ann-lee"} and taken.absent == ["eve"]
    assert any(path.startswith(f"Eve_2{M}work.zip") for path in taken.unmatched)
    again, there = took(tmp_path, files | {f"Eve_2{M}rnn.ipynb": "eve's other"})
    assert there["eve"] == {"rnn.ipynb": "eve's other"}


def test_over_long_names_cost_themselves_alone(tmp_path):
    files = {
        f"{'ü' * 130}_2{M}rnn.ipynb": "too long",
        f"Bob_3{M}{'ä' * 200}.ipynb": NOTEBOOK,
        f"Cyd_4{M}{'x/' * 3000}rnn.ipynb": "too deep",
        f"Ann Lee_1{M}rnn.ipynb": "hers",
    }
    taken, there = took(tmp_path, files)
    assert there["ann-lee"] == {"rnn.ipynb": "hers"} and list(there["bob"].values()) == [NOTEBOOK]
    assert len(taken.students) == 2 and len(taken.unmatched) == 2


def test_a_zip_of_too_many_files_is_not_opened(tmp_path, monkeypatch):
    files = {
        f"Eve_2{M}x.zip": zipped({f"{n}.ipynb": "" for n in range(20_000)}),
        f"Ann_1{M}rnn.ipynb": "a",
    }
    taken, there = took(tmp_path, files)
    assert set(there) == {"ann"}
    assert taken.unmatched == {
        f"Eve_2{M}x.zip": "a zip that cannot be opened: it holds too many files"
    }


def test_a_full_disk_is_nobodys_fault_and_stops_the_run(tmp_path, monkeypatch):
    def full(*arguments, **options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("rnn_course.autograde.intake.tempfile.mkstemp", full)
    with pytest.raises(OSError, match="No space left"):
        took(tmp_path, {f"Ann_1{M}rnn.ipynb": "a"})


def test_links_are_not_followed_out_of_a_students_folder(tmp_path):
    ada = tmp_path / "submitted" / "ada" / "rnn"
    ada.mkdir(parents=True)
    (ada / "rnn.ipynb").write_text("ada's")
    (ada / "timestamp.txt").write_text("2026-01-01 00:00:00 UTC")
    eve = tmp_path / "submitted" / "eve"
    eve.mkdir()
    (eve / "rnn").symlink_to(ada)
    bob = tmp_path / "submitted" / "bob" / "rnn"
    bob.mkdir(parents=True)
    (bob / "work").symlink_to(ada)
    (bob / "rnn (1).ipynb").symlink_to(ada / "rnn.ipynb")
    data, _ = submitted_file(eve / "rnn", "rnn")
    assert data.status == "unreadable" and "a link, which is not followed" in data.why
    assert timestamp_in(eve / "rnn") == ""
    data, _ = submitted_file(bob, "rnn")
    assert data.status == "wrong name"
    taken = take_in(tmp_path / "submitted", "rnn", tmp_path / "out")
    assert list(taken.students) == ["ada"]
    assert {p: w for p, w in taken.unmatched.items() if "link" in w}.keys() == {
        *("bob/rnn/rnn (1).ipynb", "bob/rnn/work", "eve/rnn")
    }
    (tmp_path / "out" / "cyd").mkdir()
    (tmp_path / "out" / "cyd" / "rnn").symlink_to(tmp_path / "out" / "ada" / "rnn")
    source = make_zip(tmp_path / "x.zip", {"cyd/rnn/rnn.ipynb": "cyd's"})
    taken = take_in(source, "rnn", tmp_path / "out")
    assert taken.students == {} and "is a link" in taken.unmatched["cyd/rnn/rnn.ipynb"]
    assert (tmp_path / "out" / "ada" / "rnn" / "rnn.ipynb").read_text() == "ada's"


# -- times -----------------------------------------------------------------------------------------


def test_times_in_zips_are_local_and_the_zone_can_be_said(tmp_path):
    source = tmp_path / "x.zip"
    source.write_bytes(zipped({"ada/rnn/rnn.ipynb": "a"}, (2026, 7, 1, 23, 59, 0)))
    for zone, time in (("Europe/Berlin", "2026-07-01 21:59:00"), ("UTC", "2026-07-01 23:59:00")):
        out = tmp_path / zone
        taken = take_in(source, "rnn", out, zone=ZoneInfo(zone))
        assert timestamp_in(out / "ada" / "rnn") == f"{time} UTC" and taken.local


def test_what_is_downloaded_again_is_not_handed_in_again(tmp_path):
    for time in ((2026, 1, 1, 0, 0, 0), (2026, 2, 1, 0, 0, 0)):
        (tmp_path / "x.zip").write_bytes(zipped({"leeann_1_2_rnn.ipynb": "a"}, time))
        take_in(tmp_path / "x.zip", "rnn", tmp_path / "out", zone=UTC)
    assert timestamp_in(tmp_path / "out" / "leeann" / "rnn") == "2026-01-01 00:00:00 UTC"


def test_what_is_known_of_a_submission_is_known_of_that_one_only(tmp_path):
    source = make_zip(tmp_path / "x.zip", {"leeann_LATE_1_2_rnn (1).ipynb": "a"})
    take_in(source, "rnn", tmp_path / "out")
    folder = tmp_path / "out" / "leeann" / "rnn"
    records = read_records(tmp_path / "out", "rnn")
    assert record_of(records, "leeann", folder) == (True, "the notebook was called 'rnn (1).ipynb'")
    (folder / "timestamp.txt").write_text("2030-01-01 00:00:00 UTC")  # came in another way
    assert record_of(records, "leeann", folder) == (None, "")


def test_a_file_without_a_name_is_a_line(tmp_path):
    taken, _ = took(tmp_path, {"\0": "odd", f"Ann Lee_1{M}rnn.ipynb": "hers"})
    assert set(taken.students) == {"ann-lee"} and "without a name" in taken.unmatched[""]
