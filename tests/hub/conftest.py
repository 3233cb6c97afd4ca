"""A JupyterHub for the tests: installed into _build/hub, run in namespaces of its own."""

import base64
import contextlib
import hashlib
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import websocket

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
HUB = ROOT / "_build" / "hub"
BIN = HUB / "venv" / "bin"
PROXY = HUB / "node_modules" / ".bin" / "configurable-http-proxy"
NAMESPACES = "setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child".split()
NAMESPACES += ["--mount-proc", "--propagation", "private"]
# programs, and files outside of site-packages, which Jupyter looks for in its own environment
WITH_FILES = "nbgrader jupyterlab alembic nbconvert jupyter-server-terminals".split()


def why_not():
    """Why there can be no hub here, in words; "" if there can be."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "it needs root, to run servers as several users (in mounts that only it sees)"
    if missing := [
        name for name in "npm node setpriv useradd bwrap".split() if not shutil.which(name)
    ]:
        return f"not installed: {', '.join(missing)}"
    done = subprocess.run([*NAMESPACES, "true"], capture_output=True, text=True)
    return done.stderr.strip()


def pytest_report_collectionfinish(items):
    """One line where the tests of the hub will be skipped."""
    if any(item.get_closest_marker("hub") for item in items) and (why := why_not()):
        return f"no hub can be run here: {why}"


@pytest.fixture(scope="session")
def possible():
    if why := why_not():
        line = f"no hub can be run here: {why}"
        (pytest.fail if os.environ.get("REQUIRE_HUB") else pytest.skip)(line)


@pytest.fixture(scope="session")
def installed(possible):
    """Hub and proxy, pinned, in _build/hub; what the course's .venv has is not fetched again."""
    lock = ROOT / "requirements.lock"
    parts = [HERE / "requirements.txt", HERE / "package.json", lock]
    stamp = hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()
    if (HUB / "installed").exists() and (HUB / "installed").read_text() == stamp:
        return
    shutil.rmtree(HUB, ignore_errors=True)
    HUB.mkdir(parents=True)
    run(sys.executable, "-m", "venv", HUB / "venv")
    library = sysconfig.get_path("purelib", vars={"base": str(HUB / "venv")})
    Path(library, "course.pth").write_text(sysconfig.get_path("purelib") + "\n")
    pip("-r", HERE / "requirements.txt", "-c", lock)
    pip("--no-deps", "--ignore-installed", *WITH_FILES, "-c", lock)
    shutil.copy(HERE / "package.json", HUB)
    run("npm", "install", "--prefix", HUB, "--ignore-scripts", "--no-audit", "--no-fund")
    (HUB / "installed").write_text(stamp)


def run(*command, **options):
    done = subprocess.run(
        [str(word) for word in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **options,
    )
    assert done.returncode == 0, f"{command}:\n{done.stdout}"
    return done.stdout


def pip(*arguments):
    run(BIN / "pip", "install", "--quiet", "--disable-pip-version-check", *arguments)


def free_ports(number):
    with contextlib.ExitStack() as stack:
        found = [stack.enter_context(socket.socket()) for _ in range(number)]
        for one in found:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in found]


def not_entered(path):
    """The folders on the way to a path that other users may not enter."""
    return [folder for folder in path.parents if not folder.stat().st_mode & 0o001]


@pytest.fixture(scope="session")
def hub(installed, tmp_path_factory):
    """A running Hub; the teacher has a copy of the course."""
    folder = tmp_path_factory.mktemp("hub")
    course = folder / "course"
    leave = shutil.ignore_patterns(".venv", ".git", "__pycache__", ".*_cache", "class", "work")
    shutil.copytree(ROOT, course, ignore=lambda at, names: {*leave(at, names), *built(at)})
    for name in ("data", "prints"):
        shutil.copytree(ROOT / "_build" / name, course / "_build" / name)
    pip("--no-deps", "--no-build-isolation", "--force-reinstall", "--no-index", course)
    for name in ("build", "rnn_course.egg-info"):
        shutil.rmtree(course / name)
    shutil.copy(HERE / "hub_config.py", folder)
    node = Path(shutil.which("node")).resolve().parents[1]
    needs = [Path(sys.base_prefix).resolve(), Path(sys.prefix).resolve(), HUB, node]
    hidden = {
        ROOT,
        Path("/tmp"),
        Path("/opt"),
        *(place for path in needs for place in not_entered(path)),
    }
    found = Hub(folder, *free_ports(3))
    plan = {
        "needs": [str(path) for path in needs],
        "hidden": [str(path) for path in hidden],
        "links": {"/opt/rnn-course": str(HUB / "venv")},  # where the guide has it
        "users": found.users,
        "give": {"teacher": "course"},
        "command": [str(BIN / "jupyterhub"), "--config", "hub_config.py"],
        "proxy": str(PROXY),
        **{name: getattr(found, name) for name in ("port", "hub_port", "proxy_port")},
        **{name: getattr(found, name) for name in ("token", "password")},
    }
    (folder / "plan.json").write_text(json.dumps(plan))
    try:
        with found:
            yield found
    finally:
        shutil.rmtree(folder)


def built(folder):
    return {"_build"} if Path(folder) == ROOT else set()


class Hub:
    """A hub and what its users do there, for a `with` statement.

    port, hub_port, proxy_port  where it serves: users; its own programs; the proxy's own door
    """

    users = ("teacher", "ada", "bob", "eve")
    pictures = HUB / "pictures"

    def __init__(self, folder, port, hub_port, proxy_port):
        self.folder, self.port, self.hub_port, self.proxy_port = folder, port, hub_port, proxy_port
        self.token, self.password = secrets.token_hex(32), secrets.token_hex(16)
        self.address = f"http://127.0.0.1:{port}"
        self.log = HUB / "hub.log"

    def __enter__(self):
        path = f"{BIN}:/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"
        node = Path(shutil.which("node")).resolve().parent
        environment = {"PATH": f"{path}:{node}", "LANG": "C.UTF-8"}
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                [*NAMESPACES, sys.executable, HERE / "inside.py", self.folder],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            self.wait("/hub/api/", lambda answer: "version" in answer)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exception):
        self.process.kill()  # and with it the first process of the namespace, and so all of them
        self.process.wait(30)

    def as_root(self, command):
        """Run lines of bash as root, where the hub runs."""
        (inside,) = (
            Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        )
        run("nsenter", "--target", inside, "--mount", "--pid", "bash", "-euc", command)

    def ask(self, path, method="GET", body=None):
        """The hub's or a server's answer, from JSON."""
        request = urllib.request.Request(
            self.address + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"token {self.token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or "null")

    def wait(self, path, until, seconds=120):
        """Ask until the answer is as it should be."""
        last, end = None, time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            try:
                last = self.ask(path)
                if until(last):
                    return last
            except OSError as error:
                last = error
            time.sleep(0.3)
        pytest.fail(f"{path}: {last}\n{self.log.read_text()[-5000:]}")

    def start(self, user):
        """Start a user's server."""
        with contextlib.suppress(urllib.error.HTTPError):  # 409: there is such a user already
            self.ask(f"/hub/api/users/{user}", "POST")
        self.ask(f"/hub/api/users/{user}/server", "POST", {})
        self.wait(f"/hub/api/users/{user}", lambda about: about.get("server"))

    def stop(self, user):
        self.ask(f"/hub/api/users/{user}/server", "DELETE")
        self.wait(f"/hub/api/users/{user}", lambda a: not a.get("server") and not a.get("pending"))

    def read(self, user, path):
        """A file of a user's as JupyterLab has it: text, or a notebook."""
        return self.ask(f"/user/{user}/api/contents/{path}?content=1")["content"]

    def write(self, user, path, notebook):
        body = {"type": "notebook", "format": "json", "content": notebook}
        self.ask(f"/user/{user}/api/contents/{path}", "PUT", body)

    @contextlib.contextmanager
    def terminal(self, user):
        """A terminal of JupyterLab's: a function that runs commands, and returns what they print."""
        name = self.ask(f"/user/{user}/api/terminals", "POST", {})["name"]
        socket_ = websocket.create_connection(
            f"ws://127.0.0.1:{self.port}/user/{user}/terminals/websocket/{name}",
            header=[f"Authorization: token {self.token}"],
            timeout=300,
        )
        try:
            yield lambda command, fails=False: enter(socket_, command, fails)
        finally:
            socket_.close()
            self.ask(f"/user/{user}/api/terminals/{name}", "DELETE")


def enter(terminal, command, fails):
    """Run lines of bash in a terminal; what they print. They are to succeed, or else to fail."""
    coded = base64.b64encode(command.encode()).decode()
    line = f'echo "begun:"$$":"; eval "$(echo {coded} | base64 -d)"; echo "ended:"$?":"\r'
    terminal.send(json.dumps(["stdin", line]))
    said = ""
    while not (end := re.search(r"ended:(\d+):", said)):
        kind, *text = json.loads(terminal.recv())
        said += text[0] if kind == "stdout" else ""
    said = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", said[: end.start()])
    said = re.split(r"begun:\d+:", said)[-1].strip()  # the line itself has no digits there
    assert (end[1] != "0") == fails, f"{command}\n{said}"
    return said
