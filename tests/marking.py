"""A class whose written answers wait for a mark, and a formgrader that serves it."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat

from rnn_course.autograde import sandbox
from rnn_course.autograde.class_run import grade_class, judging

ROOT = Path(__file__).resolve().parents[1]
NAME, ESSAY = "rnn", "rnn-why"
TRUSTED = not sandbox.probe()[0]


def make_class(course, students):
    """Hand in, for each student, the release with a written answer in it, and grade it."""
    course.release(NAME)
    notebook = nbformat.read(course.notebook("release", NAME), as_version=4)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == ESSAY:
            cell.source = "The state differs from step to step."
    for student in students:
        path = course.notebook("submitted", NAME, student)
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)
    return grade(course, students)


def grade(course, students, **options):
    """student -> ledger.Row"""
    with judging(trusted=TRUSTED) as judges:
        return {r.student: r for r in grade_class(course, NAME, students, judges, **options)}


@contextlib.contextmanager
def formgrader(course, log="jupyter", seconds=60, **environment):
    """The address of a `rnn-course formgrader` of its own, which ends afterwards.

    log: the name of its log in the class's folder; seconds: that it has to get ready
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--no-browser", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    options += ["--IdentityProvider.token=", "--ServerApp.disable_check_xsrf=True"]
    command = [Path(sys.executable).with_name("rnn-course"), "formgrader", *options]
    address, end = f"http://127.0.0.1:{port}/formgrader", time.monotonic() + seconds
    with open(course.home / f"{log}.log", "w+") as said:
        server = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "COURSE": str(course.home), **environment},
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
        try:
            while not answers(address):
                if server.poll() is not None or time.monotonic() > end:
                    said.seek(0)
                    raise RuntimeError(f"no formgrader at {address}:\n{said.read()}")
                time.sleep(0.5)
            yield address
        finally:
            os.killpg(server.pid, 15)  # JupyterLab too, which is its child
            server.wait(60)


def answers(address):
    try:
        urllib.request.urlopen(address, timeout=5).close()
    except OSError:
        return False
    return True
