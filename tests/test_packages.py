"""Data out of packages: read in place, compared with their hash, fetched by pip, nothing imported.

The archives are made here, and pip finds them in a folder: no test needs a network.
"""

import hashlib
import io
import re
import subprocess
import sys
import tarfile
import zipfile

import pytest
from conftest import ROOT

from rnn_course import packages

FILES = {"tiny_data/words.txt": b"one two\n", "tiny_data/more/été.txt": b"summer\n"}


def make_wheel(folder, name="tiny_data", version="1.5", tag="py3-none-any", files=FILES):
    """A wheel that pip accepts."""
    info = f"{name}-{version}.dist-info"
    meta = {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n",
        f"{info}/RECORD": "",
    }
    path = folder / f"{name}-{version}-{tag}.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for inside, content in {**files, **meta}.items():
            wheel.writestr(inside, content)
    return path


def make_source(folder, name="tiny-data", version="1.5", scripts=None):
    """A source package, as a tar file; its setup.py fails wherever it is run."""
    scripts = scripts or {"setup.py": b"1 / 0\n"}
    files = {
        f"{name}-{version}/{inside}": content for inside, content in {**FILES, **scripts}.items()
    }
    path = folder / f"{name}-{version}.tar.gz"
    with tarfile.open(path, "w:gz") as source:
        for inside, content in files.items():
            item = tarfile.TarInfo(inside)
            item.size = len(content)
            source.addfile(item, io.BytesIO(content))
    return path


def line(path, name="tiny-data", version="1.5"):
    return f"{name}=={version} --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with a data.lock and data of its own, and an index beside it for pip."""
    monkeypatch.setattr(packages, "LOCK", tmp_path / "data.lock")
    monkeypatch.setattr(packages, "FOLDER", tmp_path / "data")
    (tmp_path / "index").mkdir()
    packages.FOLDER.mkdir()
    for name, value in {"NO_INDEX": "1", "FIND_LINKS": tmp_path / "index"}.items():
        monkeypatch.setenv(f"PIP_{name}", str(value))
    for name in ("EXTRA_INDEX_URL", "INDEX_URL", "CONSTRAINT"):
        monkeypatch.delenv(f"PIP_{name}", raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    return tmp_path


# -- reading -----------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [make_wheel, make_source])
def test_a_file_is_read_in_place(here, make):
    path = make(packages.FOLDER)
    packages.LOCK.write_text(line(path))
    before = "" if make is make_wheel else "tiny-data-1.5/"
    for inside, content in FILES.items():
        assert packages.read("tiny-data", before + inside) == content
        assert packages.read("Tiny_Data", before + inside) == content
    assert packages.names("tiny-data", "*tiny_data/*") == sorted(before + name for name in FILES)
    assert packages.names("tiny-data", "*.md") == []


@pytest.mark.parametrize("make", [make_wheel, make_source])
@pytest.mark.parametrize("path", ["words.txt", "tiny_data", "tiny_data/", "../words.txt", ""])
def test_a_path_that_is_not_there_is_named_with_what_is(here, make, path):
    packages.LOCK.write_text(line(made := make(packages.FOLDER)))
    before = "" if make is make_wheel else "tiny-data-1.5/"
    with pytest.raises(ValueError, match=re.escape(f"got {path!r}")) as error:
        packages.read("tiny-data", path)
    assert made.name in str(error.value) and f"{before}tiny_data/words.txt" in str(error.value)


def test_a_package_that_the_lock_does_not_name(here):
    packages.LOCK.write_text(line(make_wheel(packages.FOLDER)))
    with pytest.raises(ValueError, match=r"names \(tiny-data\), got 'tiny'"):
        packages.read("tiny", "tiny_data/words.txt")


def test_missing_data_say_which_package_which_version_and_what_to_do(here):
    packages.LOCK.write_text(line(path := make_wheel(packages.FOLDER)))
    path.unlink()
    for call in (packages.names, lambda name: packages.read(name, "tiny_data/words.txt")):
        with pytest.raises(packages.MissingData, match="tiny-data==1.5 is not in .*`make data`"):
            call("tiny-data")
    packages.LOCK.unlink()
    with pytest.raises(packages.MissingData, match="there is no .*data.lock"):
        packages.read("tiny-data", "tiny_data/words.txt")


def half_written(path):
    path.write_bytes(path.read_bytes()[:-40])


def another(path):
    make_wheel(path.parent, files={"tiny_data/words.txt": b"one three\n"})


def empty(path):
    path.write_bytes(b"")


@pytest.mark.parametrize("spoil", [half_written, another, empty])
def test_changed_data_are_found_even_after_a_first_reading(here, spoil):
    packages.LOCK.write_text(line(path := make_wheel(packages.FOLDER)))
    assert packages.read("tiny-data", "tiny_data/words.txt") == b"one two\n"
    spoil(path)
    with pytest.raises(packages.MissingData, match="tiny-data==1.5: .*SHA-256.*`make data`"):
        packages.read("tiny-data", "tiny_data/words.txt")
    assert [entry.name for entry in packages.missing()] == ["tiny-data"]


def test_a_file_of_another_package_is_not_taken_for_it(here):
    packages.LOCK.write_text(line(path := make_wheel(packages.FOLDER)))
    path.rename(path.with_name("tiny_data_extra-1.5-py3-none-any.whl"))
    with pytest.raises(packages.MissingData, match="is not in"):
        packages.archive("tiny-data")


# -- the lock ----------------------------------------------------------------------------------


def test_the_notes_above_a_line_are_its_own(here):
    end = f" --hash=sha256:{'0' * 64}\n"
    packages.LOCK.write_text(
        f"# Words about the file.\n\n# what: a\n# data: b: c\none==1{end}"
        f"# what: d\ntwo==2.0.post1{end}"
    )
    one, two = packages.entries()
    assert one.notes == {"what": "a", "data": "b: c"} and two.notes == {"what": "d"}
    assert (one.name, one.version, two.version) == ("one", "1", "2.0.post1")
    assert one.requirement == f"one==1 --hash=sha256:{'0' * 64}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tiny-data==1.5\n", "line 1: expected .*--hash"),
        ("\ntiny-data>=1.5 --hash=sha256:" + "0" * 64, "line 2: expected"),
        ("tiny-data==1.5 --hash=sha256:123\n", "64 hexadecimal digits"),
        (
            f"a-b==1 --hash=sha256:{'0' * 64}\nA_b==1 --hash=sha256:{'1' * 64}",
            "line 2: A_b .*twice",
        ),
    ],
)
def test_a_line_that_pins_nothing_is_refused(here, text, words):
    packages.LOCK.write_text(text)
    with pytest.raises(ValueError, match=words):
        packages.entries()


def test_our_own_lock_says_of_each_package_what_it_is_and_whether_it_may_be_used():
    for entry in packages.entries():
        assert set(entry.notes) == {"what", "package", "data", "verdict"}, entry.name


def test_packages_needs_the_standard_library_alone():
    """It runs before anything else is installed, in every Python that the course has."""
    code = "import sys; sys.path.insert(0, sys.argv[1]); import rnn_course.packages"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code, str(ROOT)], text=True)
    assert done.returncode == 0


# -- fetching ----------------------------------------------------------------------------------


def test_what_is_missing_is_fetched_once(here, capfd):
    packages.LOCK.write_text(line(path := make_wheel(here / "index")))
    assert packages.main() == 0
    assert packages.read("tiny-data", "tiny_data/words.txt") == b"one two\n"
    assert "tiny-data" in capfd.readouterr().out
    path.unlink()  # and no more asked for
    assert packages.main() == 0
    assert capfd.readouterr() == ("", "")


BACKEND = b"""
import importlib.util, pathlib

def prepare_metadata_for_build_wheel(folder, config_settings=None):
    assert not importlib.util.find_spec("numpy"), "this is not an environment of its own"
    info = pathlib.Path(folder, "tiny_data-1.5.dist-info")
    info.mkdir()
    info.joinpath("METADATA").write_text("Metadata-Version: 2.1\\nName: tiny-data\\nVersion: 1.5\\n")
    return info.name
"""


def test_the_build_script_of_a_source_package_runs_in_an_environment_of_its_own(here):
    project = b"[build-system]\nrequires = []\nbuild-backend = 'tiny'\nbackend-path = ['.']\n"
    scripts = {"pyproject.toml": project, "tiny.py": BACKEND}
    packages.LOCK.write_text(line(make_source(here / "index", scripts=scripts)))
    assert packages.main() == 0
    assert packages.read("tiny-data", "tiny-data-1.5/tiny_data/words.txt") == b"one two\n"


def test_an_old_setup_py_is_never_run_in_our_own_environment(here, capfd):
    """pip asks for a setuptools to run it with, which this index does not have; ours would do."""
    trace = here / "ran"
    script = f"open({str(trace)!r}, 'w')\n".encode()
    packages.LOCK.write_text(line(make_source(here / "index", scripts={"setup.py": script})))
    assert packages.main() == 1
    assert "setuptools" in capfd.readouterr().out and not trace.exists()


def test_what_is_half_written_is_fetched_anew(here):
    packages.LOCK.write_text(line(make_wheel(here / "index")))
    half_written(make_wheel(packages.FOLDER))
    assert packages.main() == 0
    assert packages.read("tiny-data", "tiny_data/words.txt") == b"one two\n"
    assert len(list(packages.FOLDER.iterdir())) == 1


def test_a_new_version_replaces_the_old_and_the_hash_chooses_one_wheel_for_all(here):
    """Of several wheels, for other systems and Pythons, everybody gets the same one."""
    tag = "cp311-cp311-manylinux2014_x86_64"
    make_wheel(packages.FOLDER)
    make_wheel(here / "index", version="1.6", tag="cp313-cp313-win_amd64")
    named = make_wheel(here / "index", version="1.6", tag=tag)
    packages.LOCK.write_text(line(named, version="1.6"))
    assert packages.main() == 0
    assert [path.name for path in packages.FOLDER.iterdir()] == [named.name]


def test_what_cannot_be_had_is_named_and_the_rest_is_kept(here, capfd):
    """`changed` has another hash in the index than in the lock, `gone` is not in it at all."""
    good = line(make_wheel(here / "index"))
    make_wheel(here / "index", name="changed")
    bad = [f"{name}==1.5 --hash=sha256:{'0' * 64}\n" for name in ("gone", "changed")]
    packages.LOCK.write_text("".join([*bad, good]))
    assert packages.main() == 1
    said = capfd.readouterr().out
    assert "gone==1.5 could not be fetched. pip said:\nERROR: " in said
    assert "changed==1.5 could not be fetched" in said and "HASHES" in said
    assert "tiny-data==1.5" not in said and "`make data`" in said
    assert [entry.name for entry in packages.missing()] == ["gone", "changed"]
