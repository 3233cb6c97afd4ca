"""The zip of feedback pages: read back by each platform's own rule, every page finds its person."""

import re
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_course.autograde import feedback_zip
from rnn_course.autograde.intake import read_records, take_in


def canvas_reads(member):
    """(person, file) as Canvas reads them out of a name, or None: see feedback_zip."""
    base = member.rsplit("/", 1)[-1]
    parts = [part for part in base.split("_") if part != "LATE"]
    if parts[0] == "anon":
        return tuple(parts[1:3])
    numbers = [part for part in parts if re.fullmatch(r"[0-9]+", part)][:2]
    if len(numbers) < 2 or parts[-1].startswith("link") or base.startswith("._"):
        return None
    return numbers[0], numbers[1]


def moodle_reads(member):
    """(person, rest of the path) as Moodle reads them out of a path, or None."""
    if member.rsplit("/", 1)[-1][:1] in (".", "~"):
        return None
    parts = member.split("/")
    while parts:
        part, *parts = parts
        info = part.split("_", 4)
        if len(info) >= 4 and info[1].isdigit() and info[2:4] == ["assignsubmission", "file"]:
            return info[1], "/".join([*info[4:], *parts])
    return None


CANVAS = {
    "lovelaceada_101_9001_rnn.ipynb": ("101", "9001"),
    "lovelaceada_LATE_101_9001_rnn.ipynb": ("101", "9001"),
    "müllerjürgen_12_34_Copy of rnn_final_2.ipynb": ("12", "34"),
    "o'brien-smith_5_6_rnn.zip/work_1_2/rnn.ipynb": ("5", "6"),
    "lovelaceada_102_9002_rnn-2.ipynb": ("102", "9002"),
    "LATE_anon_4Kx2a_9003_rnn.ipynb": ("4Kx2a", "9003"),
    "anon_5Kx2a_9004_rnn.ipynb": ("5Kx2a", "9004"),
    "anon_LATE_103_9005_rnn.ipynb": ("103", "9005"),
    "Group A_leeann_104_9006_rnn.ipynb": ("104", "9006"),
}
MOODLE = {
    "Ada Lovelace_101_assignsubmission_file_/rnn.ipynb": "101",
    "Ada Lovelace_102_assignsubmission_file_/sub/rnn.ipynb": "102",
    "Ada_Maria Lovelace_103_assignsubmission_file_/rnn.ipynb": "103",
    "Müller, Jürgen_104_assignsubmission_file_rnn.ipynb": "104",
    ".hidden_105_assignsubmission_file_/rnn.ipynb": "105",
    "course/7_106_assignsubmission_file_/rnn.ipynb": "106",
}


@pytest.mark.parametrize("file", CANVAS)
def test_canvas_reads_whose_it_is(file):
    member = feedback_zip.member_name("canvas", file, "rnn")
    assert canvas_reads(member) == CANVAS[file] and member.endswith("_feedback-rnn.html")
    assert feedback_zip.member_name("moodle", file, "rnn") is None


@pytest.mark.parametrize("file", MOODLE)
def test_moodle_reads_whose_it_is(file):
    member = feedback_zip.member_name("moodle", file, "rnn")
    assert moodle_reads(member) == (MOODLE[file], "/feedback-rnn.html")
    assert feedback_zip.member_name("canvas", file, "rnn") is None


def test_the_rules_refuse_what_they_should():
    """A plain name would reach nobody: the names above are not read by chance."""
    assert canvas_reads("ada/rnn.html") is canvas_reads("lovelaceada_101_link.html") is None
    assert moodle_reads("Ada Lovelace/rnn.html") is None
    assert moodle_reads("Ada_Maria Lovelace_103_assignsubmission_file_/rnn.html") is None


person = st.text(
    st.characters(exclude_characters="/\\", exclude_categories=("Cc", "Cs")), min_size=1
)


@given(person, st.integers(1, 10**9))
def test_any_name_in_moodle(who, number):
    member = feedback_zip.member_name(
        "moodle", f"{who}_{number}_assignsubmission_file_/rnn.ipynb", "rnn"
    )
    if member is not None and "assignsubmission" not in who:
        assert moodle_reads(member) == (str(number), "/feedback-rnn.html")


def test_one_zip_a_group_has_one_page_and_what_is_left_out_is_told(tmp_path):
    pages = []
    for student in ("ada", "bob", "eve", "kurt", "ada2"):
        pages.append(tmp_path / student / "rnn" / "rnn.html")
        pages[-1].parent.mkdir(parents=True)
        pages[-1].write_text(f"<p>{student}")
    group = "Group A_17_assignsubmission_file_/rnn.ipynb"
    records = {"ada": {"file": group}, "bob": {"file": group}, "kurt": {"note": "by hand"}}
    records["ada2"] = {"file": "Ada Lovelace_18_assignsubmission_file_/rnn.ipynb"}
    to = tmp_path / "feedback.zip"
    for _ in range(2):  # again over the old one
        count, left = feedback_zip.write("moodle", pages, records, "rnn", to)
    assert count == 2 and [words.split(":")[0] for words in left] == ["eve", "kurt"]
    with zipfile.ZipFile(to) as archive:
        found = {moodle_reads(n)[0]: archive.read(n).decode() for n in archive.namelist()}
    assert found == {"17": "<p>ada", "18": "<p>ada2"}
    assert sorted(path.name for path in tmp_path.glob("*.zip*")) == ["feedback.zip"]


def back(tmp_path, platform, files, roster=None):
    """The zip of feedback on an export of these files, its names and pages."""
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        for file in files:
            archive.writestr(file, '{"cells": []}')
    if roster:
        (tmp_path / "r.csv").write_text(roster, encoding="utf-8")
        roster = tmp_path / "r.csv"
    found = take_in(tmp_path / "in.zip", "rnn", tmp_path / "class" / "submitted", roster)
    pages = []
    for student in found.students:
        pages.append(tmp_path / "class" / "feedback" / student / "rnn" / "rnn.html")
        pages[-1].parent.mkdir(parents=True)
        pages[-1].write_text(student)
    records = read_records(tmp_path / "class" / "submitted", "rnn")
    _, left = feedback_zip.write(platform, pages, records, "rnn", tmp_path / "out.zip")
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}, left, found


def test_canvas_there_and_back(tmp_path):
    """Late, anonymous, a zip, two people of one name: every page goes to the file it is about."""
    files = ["lovelaceada_101_9001_rnn.ipynb", "lovelaceada_102_9002_rnn.ipynb"]
    files += ["müllerjürgen_LATE_103_9003_Copy of rnn.ipynb", "LATE_anon_4Kx2a_9004_rnn.ipynb"]
    pages, left, found = back(tmp_path, "canvas", files)
    assert left == [] and found.ids == {
        "lovelaceada-101": "101",
        "lovelaceada-102": "102",
        "müllerjürgen": "103",
    }
    assert {canvas_reads(name): student for name, student in pages.items()} == {
        ("101", "9001"): "lovelaceada-101",
        ("102", "9002"): "lovelaceada-102",
        ("103", "9003"): "müllerjürgen",
        ("4Kx2a", "9004"): "anon-4Kx2a",
    }
    late = {student for student, record in found.records.items() if record["late"]}
    assert late == {"müllerjürgen", "anon-4Kx2a"}


def test_moodle_there_and_back(tmp_path):
    """A group has one page, which goes to all its members; a participant without a name."""
    files = [
        "Group A_17_assignsubmission_file_/rnn.ipynb",
        "Ada Li_18_assignsubmission_file_/rnn.ipynb",
    ]
    files += ["Participant 19_19_assignsubmission_file_/rnn.ipynb"]
    roster = "id,first_name,last_name,group,number\nann,Ann,Lee,Group A,\nbob,Bob,Ray,Group A,\n"
    roster += "ada,Ada,Li,,\nx19,,,,19\n"
    pages, left, found = back(tmp_path, "moodle", files, roster)
    assert set(found.students) == {"ann", "bob", "ada", "x19"} and left == []
    assert {moodle_reads(name)[0]: student for name, student in pages.items()} == {
        "17": "ann",
        "18": "ada",
        "19": "x19",
    }
