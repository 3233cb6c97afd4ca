"""Taking in what platforms export: everybody's notebook in its place, and nothing lost silently."""

import io
import os
import zipfile

import pytest

from rnn_course.autograde.intake import take_in

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
