"""Sandboxes: processes that run a student's code and can reach nothing (Linux, by bubblewrap).

    python -m rnn_course.autograde.sandbox      says in one line what this platform allows

One bubblewrap holds a process (`forkserver.py`) with torch and IPython loaded; each sandbox is forked from
it in milliseconds into namespaces of its own (`confine.py`). Bound into it, read-only: the system's
libraries, Python, the site-packages, and the few files of this folder. Never the repository.
"""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

from rnn_course.autograde.sandbox import processor_time

HERE = Path(__file__).resolve().parent
FILES = [
    HERE / f"{name}.py"
    for name in ("forkserver", "confine", "worker", "shell", "disable_recurrent", "wire")
]
INSIDE = "/sandbox"  # where FILES are in the sandbox
PACKAGES = "/packages"  # where the site-packages are: a sandbox has a /tmp and a /home of its own
# files among them that say where the course lies on this machine
TELL_A_PATH = (
    *("*.pth", "*.egg-link", "__editable__*", "__pycache__/__editable__*"),
    "*.dist-info/direct_url.json",
)
NOBODY = 65534  # whom root becomes
KIND = socket.SOCK_SEQPACKET if sys.platform == "linux" else socket.SOCK_STREAM
START_SECONDS = 120  # for torch to be imported on a slow disk


class NoIsolation(RuntimeError):
    """This platform cannot keep submissions apart from everything else."""

    def __init__(self, why):
        super().__init__(
            f"submissions cannot be isolated here: {why}. On Linux, install bubblewrap. To run "
            "them as yourself, with no protection at all, say --trust-submissions"
        )


class NoSandbox(RuntimeError):
    """A sandbox could not be made, though the platform allows it: no fault of the submission's."""

    def __init__(self, why):
        super().__init__(
            f"the sandbox for a submission could not be made: {why}. Nothing was decided about it; "
            "what was graded before is kept. Run it again when the machine is well"
        )


def probe():
    """(possible, one line): whether submissions can be isolated here, and how or why not."""
    if sys.platform != "linux":
        return False, f"no isolation: {sys.platform} has no bubblewrap"
    if not shutil.which("bwrap"):
        return False, "no isolation: bubblewrap (bwrap) is not installed"
    try:
        argv = arguments([sys.executable, "-S", f"{INSIDE}/confine.py"])
        tried = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return False, f"no isolation: {error}"
    said = (tried.stdout.strip() or tried.stderr.strip() or "bubblewrap said nothing").splitlines()
    if said[-1] != "ok":
        return False, f"no isolation: {said[-1]}"
    who = f"as user {NOBODY}, not root" if os.getuid() == 0 else "as you, without your files"
    return True, f"isolation: bubblewrap, own namespaces, system call filter; code runs {who}"


# ---------------------------------------------------------------- bubblewrap's arguments


def package_folders():
    """Where torch, IPython and the rest are: what sys.path has of site- and dist-packages."""
    found = [Path(p) for p in sys.path if Path(p).name in ("site-packages", "dist-packages")]
    return list(dict.fromkeys(p.resolve() for p in found if p.is_dir()))


def arguments(command):
    """bwrap's whole command line for a command in the sandbox, which begins with sys.executable."""
    python = Path(command[0]).resolve()  # not the link in a virtual environment
    argv = [shutil.which("bwrap")]
    if os.getuid() == 0:  # a user namespace of root's would hold the kernel's root: no limits
        argv += ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"]
        argv += ["--unshare-cgroup-try"]
    else:
        argv += ["--unshare-all"]
    argv += ["--new-session", "--clearenv", "--hostname", "sandbox", "--cap-drop", "ALL"]
    argv += _bind_all(python)
    argv += ["--proc", "/proc", "--dev", "/dev"]
    for folder in ("/desk", "/tmp"):
        argv += ["--perms", "1777", "--tmpfs", folder]
    packages = [f"{PACKAGES}/{k}" for k, _ in enumerate(package_folders())]
    for name, value in environment(INSIDE, packages).items():
        argv += ["--setenv", name, value]
    argv += ["--remount-ro", "/", "--remount-ro", "/dev", "--chdir", "/desk"]
    if os.getuid() == 0:
        for capability in ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"):
            argv += ["--cap-add", capability]
        argv += ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        argv += ["--bounding-set=-all", "--no-new-privs"]
    return [*argv, str(python), *command[1:]]


def _bind_all(python):
    """The binds, read-only, and the folders above them, which bubblewrap would make unreadable."""
    argv = []
    for path in ("/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache"):
        if os.path.islink(path):
            argv += ["--symlink", os.readlink(path), path]
        elif os.path.exists(path):
            argv += ["--ro-bind", path, path]
    binds = {folder: folder for folder in (Path(sys.base_prefix).resolve(), python)}
    binds |= {folder: Path(PACKAGES, str(k)) for k, folder in enumerate(package_folders())}
    binds |= {file: Path(INSIDE, file.name) for file in FILES}
    for source, target in binds.items():
        if not target.is_relative_to("/usr"):
            for parent in reversed(target.parents[:-1]):
                argv += ["--perms", "0755", "--dir", str(parent)]
            argv += ["--ro-bind", str(source), str(target)]
    for k, folder in enumerate(package_folders()):
        if (folder / "rnn_course").is_dir():  # the course, installed there as a copy
            argv += ["--tmpfs", f"{PACKAGES}/{k}/rnn_course"]
        for pattern in TELL_A_PATH:
            for file in folder.glob(pattern):
                argv += ["--ro-bind", os.devnull, f"{PACKAGES}/{k}/{file.relative_to(folder)}"]
    return argv


def environment(files, packages):
    """The whole environment of a forkserver: the folder where FILES are, and the site-packages."""
    return {
        "PYTHONPATH": os.pathsep.join([files, *map(str, packages)]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PATH": "/usr/bin:/bin",
        "HOME": "/desk",
        "IPYTHONDIR": "/desk",
        "LANG": "C.UTF-8",
        "OMP_NUM_THREADS": "1",
        "MPLBACKEND": "agg",
        "MPLCONFIGDIR": "/tmp",
    }


# ---------------------------------------------------------------- the forkserver, seen from outside


class ForkServers:
    """The two processes that sandboxes are forked from, as one. Ready after a second or two; start early.

    controls   the control sockets: of the one without torch's recurrent layers, and the one with
    trusted    no isolation at all: the submissions' code runs as whoever runs this
    """

    def __init__(self, trusted=False):
        possible, line = (True, "") if trusted else probe()
        if not possible:
            raise NoIsolation(line.removeprefix("no isolation: "))
        pairs = [socket.socketpair(socket.AF_UNIX, KIND) for _ in range(2)]
        self.controls, theirs = zip(*pairs, strict=True)
        options = [str(control.fileno()) for control in theirs] + ["trusted"] * trusted
        if trusted:
            argv = [sys.executable, "-S", str(HERE / "forkserver.py"), *options]
            variables = os.environ | environment(str(HERE), package_folders())
        else:
            argv = arguments([sys.executable, "-S", f"{INSIDE}/forkserver.py", *options])
            variables = {"PATH": os.environ.get("PATH", os.defpath)}
        self.process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            pass_fds=[control.fileno() for control in theirs],
            env=variables,
            start_new_session=True,  # Ctrl-C is for whoever called, who closes this
        )
        for control in theirs:
            control.close()

    def close(self):
        """End them, and with them every sandbox."""
        for control in self.controls:
            control.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class ForkServer:
    """One of the two, by the descriptor of its control socket: it makes sandboxes."""

    def __init__(self, descriptor):
        self.control, self.ready = socket.socket(fileno=descriptor), False

    def wait(self):
        """Until it is ready; a RuntimeError if it is not to be."""
        if not self.ready:
            self.control.settimeout(START_SECONDS)
            try:
                self.ready = self.control.recv(16) == b"ready"
            except OSError:
                pass
            if not self.ready:
                raise RuntimeError("the process that sandboxes are forked from did not start")
            self.control.settimeout(None)
        return self

    def spawn(self, limits, preload=(), data=""):
        """A new sandbox: (talk, life), the sockets to its process and to its supervisor.

        data  a folder whose files it has too, under the same names, for reading only
        """
        self.wait()
        talk, talk_there = socket.socketpair()
        processor_time.announce_sender(talk)
        life, life_there = socket.socketpair()
        paths = [path for path in Path(data).rglob("*") if path.is_file()] if data else []
        request = {"limits": limits.as_dict(), "preload": list(preload)}
        request["files"] = [path.relative_to(data).as_posix() for path in paths]
        with contextlib.ExitStack() as stack:
            theirs = [talk_there, life_there, *(path.open("rb") for path in paths)]
            descriptors = [stack.enter_context(each).fileno() for each in theirs]
            socket.send_fds(self.control, [json.dumps(request).encode()], descriptors)
        return talk, life
