"""Data files of an assignment: the same in every sandbox and out of everybody's reach.

The assignment is small and made here: its test opens the file, and so does the student's code.
"""

import json
import subprocess
from pathlib import Path

import nbformat
import pytest

from rnn_course.autograde import class_run, cli, data_files
from rnn_course.autograde.limits import MB, Limits
from rnn_course.autograde.notebook_cell import GIVEN, STUDENT, TEST, Cell
from tests.attacks import toy

NUMBERS, WORDS = "toy-data/numbers.txt", "toy-data/words.txt"
FILES = {NUMBERS: b"3 4 5\n", WORDS: b"ship\n" * 1000}
SUM = "def total(path):\n    return sum(int(x) for x in open(path).read().split())\n"
TEST_SUM = f"assert total({NUMBERS!r}) == sum(map(int, open({NUMBERS!r}).read().split())) == 12"


@pytest.fixture(params=["isolated", "trusted"])
def any_judges(request):
    """Judges in the sandbox, and where there is no isolation."""
    return request.getfixturevalue("judges" if request.param == "isolated" else "trusting_judges")


def judge(judges, *cells, files=FILES):
    """For each cell whether it raised nothing; and all that the cells show, as one text."""
    results, _ = judges.judge([Cell(*cell) for cell in cells], files=files)
    shown = [outputs for outputs, *_ in results]
    return [all(o["output_type"] != "error" for o in each) for each in shown], str(shown)


def test_every_cell_finds_the_same_files(any_judges):
    given = f"mine = open({WORDS!r}).read().split()"
    ours = f"assert len(mine) == len(open({WORDS!r}).readlines()) == 1000"
    look = "import os\nseen = sorted(os.listdir('toy-data') + os.listdir('.'))"
    told = "assert seen == ['numbers.txt', 'toy-data', 'words.txt'], seen"
    cells = [(GIVEN, given), (STUDENT, SUM), (STUDENT, look)]
    passed, shown = judge(any_judges, *cells, (TEST, TEST_SUM), (TEST, ours), (TEST, told))
    assert passed == [True] * 6, shown


def test_a_sandbox_that_is_started_again_has_them_too(any_judges):
    passed, shown = judge(
        any_judges, (STUDENT, SUM), (STUDENT, "import os\nos._exit(1)"), (TEST, TEST_SUM)
    )
    assert passed == [True, False, True], shown


def test_without_data_files_there_are_none(any_judges):
    cells = (STUDENT, "import os\nseen = os.listdir('.')"), (TEST, "assert seen == [], seen")
    assert judge(any_judges, *cells, files=None)[0] == [True, True]
    assert judge(any_judges, *cells)[0] == [True, False]


HARM = {
    "writes over it": f"open({NUMBERS!r}, 'w').write('1')",
    "appends to it": f"open({NUMBERS!r}, 'a').write('1')",
    "deletes it": f"import os; os.remove({NUMBERS!r})",
    "puts another in its place": f"import os; open('x', 'w').write('1'); os.replace('x', {NUMBERS!r})",
    "a link in its place": f"import os; os.remove({NUMBERS!r}); os.symlink('/etc/passwd', {NUMBERS!r})",
    "lets it be written": f"import os; os.chmod({NUMBERS!r}, 0o666); open({NUMBERS!r}, 'w').write('1')",
    "deletes the folder": "import shutil; shutil.rmtree('toy-data')",
    "renames the folder": "import os; os.rename('toy-data', 'x'); os.mkdir('toy-data')",
    "a link in place of the folder": "import os; os.rename('toy-data', 'x'); os.symlink('x', 'toy-data')",
    "adds a file": "open('toy-data/more.txt', 'w').write('1')",
    "mounts something over it": "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
    "if libc.mount(b'tmpfs', b'toy-data', b'tmpfs', 0, None) != 0: raise OSError",
    "unmounts it": "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
    "if libc.umount2(b'toy-data', 2) != 0: raise OSError",
    "lets it be written, by the kernel": "import ctypes\n"
    "libc = ctypes.CDLL(None, use_errno=True)\n"
    "if libc.mount(None, b'toy-data', None, 32, None) != 0: raise OSError",
}  # fmt: skip
# where there is no isolation these do not reach the kernel's root, or must not be tried
OF_THE_KERNEL = {name for name, code in HARM.items() if "ctypes" in code}


@pytest.mark.parametrize("name", HARM)
def test_in_the_sandbox_nobody_can_change_them(judges, name):
    passed, shown = judge(judges, (STUDENT, SUM), (STUDENT, HARM[name]), (TEST, TEST_SUM))
    assert passed == [True, False, True], shown  # it raises, and the work done before still counts


@pytest.mark.parametrize("name", sorted(HARM.keys() - OF_THE_KERNEL))
def test_without_isolation_a_change_harms_only_its_own_run(trusting_judges, name):
    before = {
        path: Path(folder.name, path).read_bytes() for path, folder in folders(trusting_judges)
    }
    judge(trusting_judges, (STUDENT, SUM), (STUDENT, HARM[name]), (TEST, TEST_SUM))
    passed, shown = judge(trusting_judges, (STUDENT, SUM), (TEST, TEST_SUM))
    assert passed == [True, True], shown
    for path, folder in folders(trusting_judges):
        assert Path(folder.name, path).read_bytes() == before.get(path, FILES[path])


def folders(judges):
    return [(path, folder) for folder in judges.folders.values() for path in FILES]


def test_what_is_read_after_a_change_is_not_what_the_test_reads(trusting_judges):
    code = SUM + HARM["puts another in its place"]
    passed, shown = judge(trusting_judges, (STUDENT, code), (TEST, TEST_SUM))
    assert passed == [True, False], shown  # 1 is not 12: the truth is not in the student's reach


READS = """
import os
seen = [os.path.join(place, name) for top in ('/desk', '/tmp', '/dev', '/proc', '/home', '/sandbox')
        for place, _, names in os.walk(top) for name in names]
seen = sorted(path for path in seen if path.endswith(('.txt', '.ipynb', '.md', '.npz')))
above = sorted(os.listdir('/desk'))
open_files = []
for fd in range(3, 64):
    try: open_files.append(os.fstat(fd).st_size)
    except OSError: pass
"""


def test_the_sandbox_has_nothing_else_of_the_course(judges):
    passed, shown = judge(
        judges,
        (STUDENT, READS),
        (TEST, "assert seen == ['/desk/toy-data/numbers.txt', '/desk/toy-data/words.txt'], seen"),
        (TEST, "assert above == ['toy-data'], above"),
        (TEST, f"assert not {{{len(FILES[NUMBERS])}, {len(FILES[WORDS])}}} & set(open_files)"),
    )
    assert passed == [True] * 4, shown


def test_a_missing_file_is_one_line_that_names_it(tmp_path):
    notebook = tmp_path / "toy.ipynb"
    notebook.write_text(json.dumps({"metadata": {data_files.KEY: list(FILES)}}))
    data_files.write({NUMBERS: b"1"}, tmp_path)
    with pytest.raises(FileNotFoundError) as error:
        data_files.beside(notebook)
    assert error.value.filename == str(tmp_path / WORDS)
    assert "missing; `make release` makes it again" in error.value.strerror
    data_files.write({WORDS: b"2"}, tmp_path)
    assert data_files.beside(notebook) == {NUMBERS: b"1", WORDS: b"2"}


# ------------------------------------------------------------------------- a class, and nbgrader

TOTAL = "def total(path):\n    return sum(int(x) for x in open(path).read().split())\n"
LIMITS = Limits(cell_seconds=3.0, grace=0.5, memory=512 * MB)


def with_data(text):
    """A toy notebook's text with a test that reads the file, in the place of the task `loop`."""
    test = "class P:\n    def __repr__(self):\n        return str(self.n)\np = P()\n"
    test += f"p.n = 3 * (total({NUMBERS!r}) == sum(map(int, open({NUMBERS!r}).read().split())))\np"
    notebook = json.loads(text)
    notebook["metadata"][data_files.KEY] = list(FILES)
    for cell in notebook["cells"]:
        if cell["id"] == "loop":
            hidden = "\n### BEGIN HIDDEN TESTS\np\n### END HIDDEN TESTS"
            cell["source"] = test + hidden * ("BEGIN HIDDEN" in cell["source"])
    return json.dumps(notebook)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course whose assignment has data files, with a class of three."""
    folder = tmp_path_factory.mktemp("course")
    source = folder / "source" / toy.NAME
    (folder / "nbgrader_config.py").write_text(
        toy.CONFIG.format(root=str(folder)) + toy.JUDGED.format(limits={"cell_seconds": 3.0})
    )
    source.mkdir(parents=True)
    (source / "toy.ipynb").write_text(with_data(toy.notebook(toy.cells(source=True))))
    data_files.write(FILES, source)
    toy.nbgrader(folder, "generate_assignment", toy.NAME)
    for student, code in {"ann": TOTAL, "bob": TOTAL + HARM["writes over it"]}.items():
        toy.submit(folder, student, with_data(toy.submission(loop=code)))
    own = toy.submit(
        folder, "cyd", with_data(toy.submission(loop="def total(path):\n    return 1"))
    )
    data_files.write({NUMBERS: b"1\n"}, own.parent)  # handed in with it
    return folder


def test_nbgrader_releases_them_beside_the_notebook(course):
    release = course / "release" / toy.NAME / "toy.ipynb"
    assert data_files.beside(release) == FILES
    assert data_files.same(release, course / "source" / toy.NAME / "toy.ipynb")


def graded(course, judges):
    done = []
    rows = class_run.grade_class(
        toy.Class(course), toy.NAME, ["ann", "bob", "cyd"], judges,
        progress=lambda todo: done.extend(todo) or todo,
    )  # fmt: skip
    return {row.student: row.tasks["loop"] for row in rows}, done


@pytest.fixture(params=["isolated", "trusted"])
def pool(request):
    trusted = request.param == "trusted"
    if not trusted:
        request.getfixturevalue("isolation")
    with class_run.judging(LIMITS, trusted) as pool:
        yield pool


def test_a_class_is_graded_with_the_courses_files_and_a_change_grades_again(course, pool, tmp_path):
    folder = tmp_path / "course"
    subprocess.run(["cp", "-r", course, folder], check=True)
    config = folder / "nbgrader_config.py"
    config.write_text(config.read_text().replace(str(course), str(folder)))
    hurt = 0 if pool.judges.trusted else 3  # bob has changed his own copy, where he could
    expected = {"ann": 3, "bob": hurt, "cyd": 0}
    assert graded(folder, pool) == (expected, ["ann", "bob", "cyd"])
    assert graded(folder, pool) == (expected, [])
    released = folder / "release" / toy.NAME / NUMBERS
    released.chmod(0o644)
    released.write_text("1 0\n")  # now cyd is right
    assert graded(folder, pool) == (
        {"ann": 3, "bob": 3, "cyd": 3}, ["ann", "bob", "cyd"]
    )  # fmt: skip
    assert graded(folder, pool)[1] == []


def test_plain_nbgrader_grades_with_them_and_names_one_that_is_missing(course, isolation):
    said = toy.nbgrader(course, "autograde", toy.NAME, check=False).stdout
    assert "ERROR" not in said, said
    scores = {student: tasks["loop"] for student, tasks in toy.scores(course).items()}
    assert scores == {"ann": 3, "bob": 3, "cyd": 0}, said
    autograded = nbformat.read(course / "autograded" / "bob" / toy.NAME / "toy.ipynb", 4)
    assert "Read-only file system" in str(autograded.cells) or "Permission" in str(autograded.cells)
    (course / "release" / toy.NAME / WORDS).unlink()
    done = toy.nbgrader(course, "autograde", toy.NAME, "--force", check=False)
    assert done.returncode != 0
    assert f"{WORDS}: this data file of the assignment is missing" in done.stdout


def test_the_command_names_a_missing_file_in_one_line():
    error = FileNotFoundError(2, "this data file of the assignment is missing; `make release` "
                              "makes it again", "/course/toy-data/words.txt")  # fmt: skip
    said = cli.file_trouble(error)
    assert said.startswith("/course/toy-data/words.txt: this data file") and "\n" not in said
