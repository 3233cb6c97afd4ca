"""The fences, each of which can be taken off: an attack that fails without its fence tests nothing.

    with without("filter") as judges: ...       judges whose sandboxes lack the system call filter

What is taken off is cut out of a copy of the sandbox's files, so there is no switch in the product.
All of it still runs inside bubblewrap.
"""

import contextlib
import tempfile
from pathlib import Path
from unittest import mock

from rnn_course.autograde import grade_submission, sandbox
from rnn_course.autograde.judge_pool import JudgePool
from rnn_course.autograde.notebook_cell import STUDENT, Cell
from tests.attacks import toy

ROOT = Path(__file__).resolve().parents[2]
NO_LAYERS = ("disable_recurrent.py", "def disable():\n", "def disable():\n    return []\n")
NO_FILTER = ("confine.py", '    refuse_system_calls(processes_too=limits["processes"] > 0)\n', "")

LAYERS, FILTER = "torch's layers are off", "the system call filter"
BOTH, MOUNTS = "the filter, and torch's layers are off", "mounts of its own"
BOUND, COURSE = "bubblewrap binds nothing else", "the course is not there"
APART, HIDDEN = "tests run in another process", "tests are hidden"

# fence -> what is cut out of which of the sandbox's files
CUTS = {
    LAYERS: [NO_LAYERS],
    FILTER: [NO_FILTER],
    BOTH: [NO_FILTER, NO_LAYERS],
    MOUNTS: [("confine.py", '    private_mounts(4 * limits["file_size"], hide=hide)\n', "")],
    BOUND: [],
    COURSE: [("worker.py", "    _hide_the_course()\n", "")],
    APART: [NO_LAYERS],
    HIDDEN: [],
}
EXERCISES = ROOT / "exercises"
_FOLDERS = [
    x for up in reversed(EXERCISES.parents[:-1]) for x in ("--perms", "0755", "--dir", str(up))
]

# what is added to bubblewrap's arguments
MORE = {
    BOUND: [*_FOLDERS, "--ro-bind", str(EXERCISES), str(EXERCISES)]
    # and where no other fence hides it: the course may lie in /tmp, of which each has its own
    + ["--perms", "0755", "--dir", "/srv", "--ro-bind", str(EXERCISES), "/srv/exercises"]
    + ["--setenv", "COURSE_TOKEN", "secret"],
    COURSE: ["--ro-bind", str(ROOT / "rnn_course"), f"{sandbox.INSIDE}/rnn_course"],
}

# fence -> the attacks that it alone keeps from their points. What is not here has no points to earn
# (a wrong answer that tries to do harm), or is kept off by bubblewrap and the user's rights.
KEPT_BY = {
    LAYERS: [
        *("nn.RNN", "nn.RNNCell", "a subclass of nn.RNN", "torch.rnn_tanh", "torch.rnn_tanh_cell"),
        *("torch._VF", "torch.ops", "torch.ops, another key", "torch.jit", "its decomposition"),
        *("the operator's Python kernels", "frees what refuses", "libtorch's dispatcher, from C"),
        *("a tensor that skips Python", "autograd's own keys excluded", "torch.compile"),
        *("torch.export", "the functorch interpreter"),
    ],
    FILTER: [
        *("mounts", "listens for its neighbours", "leaves a key in the kernel"),
        *("leaves shared memory", "runs a program", "an abstract socket, by other doors"),
        *("an abstract socket, by one of a pair", "a lock on a file that all can read"),
        *("a lock on a part of such a file", "hears who opens such a file"),
        "waits at a place in such a file",
    ],
    BOTH: ["a program of its own", "a process of its own"],
    MOUNTS: [
        *("others' work", "other processes", "what lies outside, by a link"),
        *("a note for the next student (2)", "a terminal of all sandboxes"),
    ],
    BOUND: [
        "the course's sources",
        "the environment's secrets",
        "where the course lies",
    ],
    COURSE: ["the course's own package", "the course's own layer"],
    APART: [
        *("patches torch", "patches torch while it is called", "a tensor that equals everything"),
        *("an object that equals everything", "drops asserts from every cell"),
        *("rewrites every cell", "swallows every exception", "the test's names, up the stack"),
        "the test's objects, by the garbage collector",
    ],
    HIDDEN: ["the visible answer by heart"],
}


@contextlib.contextmanager
def without(fence, limits):
    """A JudgePool in whose sandboxes one fence is off."""
    arguments = sandbox.arguments

    def with_more_bound(command):
        argv = arguments(command)
        at = argv.index("--proc")
        argv[at:at] = MORE.get(fence, [])
        return argv

    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        Path(folder).chmod(0o755)
        files = [_cut(file, Path(folder), CUTS[fence]) for file in sandbox.FILES]
        changes = {"FILES": files, "arguments": with_more_bound, "probe": lambda: (True, "")}
        if fence == BOUND:
            changes["TELL_A_PATH"] = ()
        for name, value in changes.items():
            stack.enter_context(mock.patch.object(sandbox, name, value))
        yield stack.enter_context(JudgePool(limits))


def _cut(file, folder, cuts):
    text = file.read_text()
    for name, old, new in cuts:
        if name == file.name:
            assert text.count(old) == 1, f"{name} has changed: the fence is not where it was"
            text = text.replace(old, new)
    target = folder / file.name
    target.write_text(text)
    target.chmod(0o644)
    return target


def points(attack, fence, judges):
    """What an attack earns with its fence off."""
    if fence == APART:
        return _in_one_process(attack, judges)
    master = toy.master()
    if fence == HIDDEN:
        master = toy.master(hidden=False)
    return toy.points(grade_submission.grade(attack.data, master, judges))


def _in_one_process(attack, judges):
    """All cells run where the student's do, as in a kernel: a test passes if it shows no error, or
    earns what it shows."""
    cells = grade_submission.read(attack.data, toy.master(), judges.limits)[0].cells
    cells = [cell for cell in cells if cell.cell_type == "code"]
    results, _ = judges.judge([Cell(STUDENT, cell.source) for cell in cells])
    found = {}
    for cell, (outputs, *_) in zip(cells, results, strict=True):
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        failed = any(output["output_type"] == "error" for output in outputs)
        shown = [o["data"]["text/plain"] for o in outputs if o["output_type"] == "execute_result"]
        with contextlib.suppress(ValueError):
            found[name] = 0.0 if failed else float((shown or [toy.POINTS.get(name)])[-1] or 0)
    return found
