"""The sandbox: what the platform allows, what a process in it may not do, and what it leaves behind."""

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rnn_course.autograde import sandbox
from rnn_course.autograde.judge_pool import JudgePool
from rnn_course.autograde.limits import Limits
from rnn_course.autograde.notebook_cell import Cell
from rnn_course.autograde.sandbox import confine, disable_recurrent

ROOT = Path(__file__).resolve().parents[2]


def test_the_probe_says_in_one_line_what_is_allowed(monkeypatch):
    possible, line = sandbox.probe()
    assert "\n" not in line and line.startswith("isolation: " if possible else "no isolation: ")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert sandbox.probe() == (False, "no isolation: bubblewrap (bwrap) is not installed")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert sandbox.probe() == (False, "no isolation: darwin has no bubblewrap")


def test_without_isolation_nothing_is_run_unless_it_is_trusted(monkeypatch):
    monkeypatch.setattr(sandbox, "probe", lambda: (False, "no isolation: a locked container"))
    with pytest.raises(sandbox.NoIsolation, match="a locked container.*--trust-submissions"):
        JudgePool()


def test_the_repository_is_never_bound(isolation):
    argv = sandbox.arguments([sys.executable])
    bound = [Path(argv[n + 1]) for n, word in enumerate(argv) if word in ("--ro-bind", "--bind")]
    assert "--bind" not in argv  # nothing can be written to
    for path in bound:
        assert path != ROOT and path not in ROOT.parents, path
        inside = path.is_relative_to(ROOT) and "site-packages" not in path.parts
        assert not inside or path in sandbox.FILES, path


def test_the_limits_hold_in_the_box(judged):
    done = judged(
        ("student", LOOK),
        ("test", "assert uid != 0, uid"),
        ("test1", "assert sockets == []"),
        ("test2", "assert sorted(os_listing) == os_listing == []"),
        ("test3", "assert written <= 16 * 2**20"),
        ("test4", "assert opened < 64"),
        ("test5", "assert forked == 'refused' and ran == 'refused' and threaded == 'yes'"),
        ("test6", "assert root == [] and place == '/desk', (root, place)"),
    )
    assert done.passed == [True] * 7, done.shown


LOOK = """
import os, socket, subprocess, threading
uid, place = os.getuid(), os.getcwd()
os_listing = os.listdir('/tmp') + os.listdir('/desk') + os.listdir('/dev/shm') + os.listdir('/proc')
root = [p for p in ('/home', '/srv', '/var', '/etc/passwd', '/run') if os.path.exists(p)]
sockets = []
for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX, socket.AF_NETLINK):
    try: sockets.append(str(socket.socket(family)))
    except OSError: pass
written = 0
try:
    with open('large', 'wb') as file:
        while True: written += file.write(b'x' * 2**16)
except OSError: pass
files = []
try:
    while True: files.append(open('/dev/null'))
except OSError: opened = len(files)
del files
def refused(call):
    try: call()
    except PermissionError: return 'refused'
forked = refused(os.fork)
ran = refused(lambda: subprocess.run(['/usr/bin/true']))
answers = []
thread = threading.Thread(target=answers.append, args=('yes',))
thread.start(); thread.join()
threaded = answers[0]
"""


def test_processes_are_allowed_where_the_limits_say_so(isolation):
    from tests.judge.conftest import Judged

    with JudgePool(Limits(cell_seconds=5, processes=2)) as judges:
        code = "import os, subprocess\nran = subprocess.run(['/usr/bin/true']).returncode\n"
        code += "n = 0\ntry:\n    while os.fork(): n += 1\n    os._exit(0)\nexcept OSError: pass"
        done = Judged(judges, [("student", code), ("test", "assert ran == 0\nassert n < 40, n")])
    assert done.passed == [True], done.shown


def test_every_call_of_the_filter_is_named_for_both_machines():
    for machine, (column, architecture, clone) in confine.MACHINES.items():
        program = confine.seccomp_program(column, architecture, clone, False)
        numbers = {k for code, _, _, k in program if code == 0x15}
        refused = {**confine.NEVER, **confine.NEW_PROCESS}
        assert {n[column] for n in refused.values() if n[column] is not None} <= numbers, machine
        assert program[-1] == (0x06, 0, 0, confine.ALLOW)
        lengths = [at + 1 + max(jt, jf) for at, (_, jt, jf, _) in enumerate(program)]
        assert max(lengths) <= len(program)


def test_each_sandbox_has_namespaces_of_its_own(isolation):
    """Not those that bubblewrap has made for all. (That locks, names and terminals are no sign for
    a neighbour, the attacks of the family "talks" try.)"""
    code = (
        f"import os, sys; sys.path.insert(0, {str(sandbox.HERE)!r}); import confine\n"
        "kinds = ('net', 'ipc', 'user', 'pid_for_children')\n"
        "seen = lambda: [os.readlink(f'/proc/self/ns/{k}') for k in kinds]\n"
        "before = seen(); confine.new_namespaces(); os.fork() or os._exit(0)\n"
        "print([one != other for one, other in zip(before, seen())])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "[True, True, True, True]\n", done.stderr


def test_no_file_tells_where_the_course_lies(isolation):
    argv = sandbox.arguments([sys.executable])
    empty = [argv[n + 1] for n, word in enumerate(argv[:-1]) if word == os.devnull]
    telling = [
        p
        for pattern in sandbox.TELL_A_PATH
        for f in sandbox.package_folders()
        for p in f.glob(pattern)
    ]
    assert sorted(p.name for p in telling) == sorted(Path(p).name for p in empty)
    assert not telling or all(str(ROOT) not in path for path in empty)


# ---------------------------------------------------------------- nothing is left behind


WORKER = "PYTEST_XDIST_WORKER"  # which of the processes that run tests beside each other


def processes():
    """pid -> (command line, pid of the parent, environment) of all processes that are alive."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            environment = b""  # of what another user runs it cannot be read
            try:
                state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ")
                with contextlib.suppress(PermissionError):
                    environment = (entry / "environ").read_bytes()
            except OSError:
                continue
            if state != "Z":
                found[entry.name] = line, parent, environment.split(b"\0")
    return found


def ours(found):
    """The judge's processes, without those that other tests have started beside this one."""
    mine = f"{WORKER}={os.environ.get(WORKER, '')}".encode()

    def is_anothers(pid):
        while pid in found:  # a sandbox has no environment, but whoever started it has
            _, pid, environment = found[pid]
            named = [entry for entry in environment if entry.startswith(WORKER.encode())]
            if named:
                return mine not in named
        return False

    return {
        pid
        for pid, (line, *_) in found.items()
        if (b"/sandbox/" in line or b"autograde.judge_pool" in line) and not is_anothers(pid)
    }


def wait_until_gone(before, seconds=10):
    for _ in range(seconds * 10):
        left = ours(processes()) - before
        if not left:
            return set()
        subprocess.run(["sleep", "0.1"], check=True)
    return left


RUN = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's `&` has it ignored
sys.path.insert(0, {root!r})
from rnn_course.autograde.judge_pool import JudgePool
from rnn_course.autograde.notebook_cell import Cell
if __name__ == "__main__":
    with JudgePool() as judges:
        judges.judge([Cell("student", "x = 1")])
        print("ready", flush=True)
        judges.judge([Cell("student", "while True: pass")])
"""


@pytest.mark.parametrize("signal", ["KILL", "INT"])
def test_a_run_that_is_killed_leaves_no_process(isolation, tmp_path, signal):
    before = ours(processes())
    script = tmp_path / "run.py"
    script.write_text(RUN.format(root=str(ROOT)))
    run = subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    with run:
        assert run.stdout.readline() == b"ready\n"
        assert len(ours(processes()) - before) >= 3  # judge pool, bubblewrap, forkserver
        os.kill(run.pid, {"KILL": 9, "INT": 2}[signal])
        run.wait(60)
    assert wait_until_gone(before) == set()


def test_a_run_leaves_no_process_file_mount_or_socket(isolation, tmp_path):
    from tests.judge.conftest import Judged

    def seen():
        mounts = Path("/proc/self/mountinfo").read_text()
        sockets = len(os.listdir("/proc/self/fd"))
        return mounts, sockets, {str(p) for p in Path("/tmp").glob("sandbox-*")}

    before, mine = seen(), ours(processes())
    for trusted in (False, True):
        with JudgePool(Limits(cell_seconds=1, grace=0.5), trusted=trusted) as judges:
            Judged(judges, [("student", "import os; os._exit(0)"), ("test", "1")])
            Judged(judges, [("student", "open('x', 'w')\nwhile True: pass"), ("test", "1")])
    assert wait_until_gone(mine) == set() and seen() == before


# ---------------------------------------------------------------- who runs it, and with what


def test_an_ordinary_user_has_the_same_box(isolation, tmp_path):
    """As root it is tried as another user; Python and the packages must be readable for them."""
    if os.getuid() != 0:
        pytest.skip("the other tests run as an ordinary user already")
    python = shutil.which(f"python{sys.version_info[0]}.{sys.version_info[1]}", path="/usr/bin")
    if not python:
        pytest.skip("no Python of the same version in /usr/bin, and root's own is root's alone")
    shutil.copytree(
        ROOT / "rnn_course", tmp_path / "rnn_course", ignore=shutil.ignore_patterns("__pycache__")
    )
    script = tmp_path / "as_user.py"
    script.write_text(AS_USER)
    for path in [tmp_path, *tmp_path.rglob("*")]:
        path.chmod(0o755)
    for parent in tmp_path.parents:
        if parent.name.startswith(("pytest-", "popen-")):
            parent.chmod(0o755)
    packages = os.pathsep.join(map(str, [tmp_path, *sandbox.package_folders()]))
    done = subprocess.run(
        ["setpriv", "--reuid=12345", "--regid=12345", "--clear-groups", python, script],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": packages, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=tmp_path,
    )
    assert done.stdout == "2 passed\n", done.stdout + done.stderr


AS_USER = """
from rnn_course.autograde.judge_pool import JudgePool
from rnn_course.autograde.notebook_cell import Cell
if __name__ == "__main__":
    with JudgePool() as judges:
        results, events = judges.judge([
            Cell("student", "import os\\nuser = os.getuid()\\nproc = os.listdir('/proc')\\n"
                 "try: os.fork(); free = True\\nexcept OSError: free = False"),
            Cell("test", "assert user == 12345 and not proc and not free"),
            Cell("student", "import os; os._exit(1)"),
            Cell("test", "assert user == 12345"),
        ])
        good = [all(o["output_type"] != "error" for o in outputs) for outputs, *_ in results]
        print(sum(good[1::2]), "passed")
        if not all(good[1::2]): print(results)
"""


def test_python_and_packages_are_found_wherever_they_are(monkeypatch, tmp_path, isolation):
    elsewhere = tmp_path / "env" / "lib" / "site-packages"
    (elsewhere / "rnn_course").mkdir(parents=True)
    monkeypatch.setattr(sys, "path", [*sys.path, str(elsewhere), str(tmp_path / "no-packages")])
    argv = sandbox.arguments([sys.executable])
    text = " ".join(argv)
    place = argv[
        argv.index(str(elsewhere)) + 1
    ]  # not its own: a sandbox hides /tmp, it may lie there
    assert place.startswith(sandbox.PACKAGES) and "no-packages" not in text
    assert place in argv[argv.index("PYTHONPATH") + 1].split(os.pathsep)
    assert f"--tmpfs {place}/rnn_course" in text  # the course is not among the packages
    assert str(Path(sys.base_prefix).resolve()) in argv or sys.base_prefix.startswith("/usr")


# ---------------------------------------------------------------- from scratch

ROUTES = Path(__file__).with_name("routes.py").read_text()


def test_no_route_leads_to_a_recurrent_layer(isolation):
    """Every way that is known to torch's recurrent layers; the plain ones work where allowed."""
    from tests.judge.conftest import Judged

    bad = (
        "bad = {r: try_route(r) for r in routes if try_route(r) != 'refused'}\nassert not bad, bad"
    )
    allowed = "# judge: recurrent layers allowed\nnames = ['nn lstm', 'torch cell', 'ops', 'vf']\n"
    allowed += "assert all(try_route(r).startswith('allowed') for r in names)"
    with JudgePool(Limits(cell_seconds=100.0)) as judges:
        done = Judged(judges, [("student", ROUTES), ("test", bad), ("test1", allowed)])
    assert done.passed == [True, True], done.shown


def test_the_names_that_are_switched_off_are_all_of_them():
    import torch

    found = {
        schema.name
        for schema in torch._C._jit_get_all_schemas()
        if disable_recurrent._NAMES.search(schema.name.partition("::")[2])
    }
    for name in ("lstm", "gru", "rnn_tanh", "rnn_relu"):
        assert f"aten::{name}" in found and f"aten::{name}_cell" in found
    assert "aten::mkldnn_rnn_layer" in found and "aten::quantized_lstm" in found


def test_a_box_that_cannot_be_made_is_no_verdict_on_the_student(isolation, monkeypatch):
    arguments = sandbox.arguments

    def without_dev(command):
        argv = " ".join(arguments(command))
        argv = argv.replace("--dev /dev", "--dir /dev/shm --dev-bind /dev/urandom /dev/urandom")
        return argv.replace("--remount-ro /dev ", "").split()

    monkeypatch.setattr(sandbox, "arguments", without_dev)
    possible, line = sandbox.probe()
    assert not possible and "/dev/null" in line  # the probe tries what a sandbox will need
    monkeypatch.setattr(sandbox, "probe", lambda: (True, ""))
    with JudgePool(Limits(cell_seconds=5)) as judges:
        with pytest.raises(sandbox.NoSandbox, match="FileNotFound.*/dev/null.*Nothing was decided"):
            judges.judge([Cell("student", "x = 1"), Cell("test", "assert x == 1")])
