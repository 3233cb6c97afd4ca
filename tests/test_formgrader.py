"""An instructor's round in a real browser: an essay marked by hand in nbgrader's formgrader."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT

from rnn_course.autograde import sandbox
from rnn_course.autograde.class_run import grade_class, judging
from rnn_course.autograde.course import Course

pytestmark = pytest.mark.browser
NAME = "rnn"
TRUSTED = not sandbox.probe()[0]


@pytest.fixture
def course(tmp_path):
    """A class of one, graded, whose essay waits for a mark."""
    course = Course(ROOT, home=tmp_path / "class")
    course.release(NAME)
    notebook = nbformat.read(course.notebook("release", NAME), as_version=4)
    essay = next(c for c in notebook.cells if c.cell_type == "markdown" and is_answer(c))
    essay.source = "The state differs from step to step."
    path = course.notebook("submitted", NAME, "ada")
    path.parent.mkdir(parents=True)
    nbformat.write(notebook, path)
    grade(course)
    return course


def is_answer(cell):
    return cell.metadata.get("nbgrader", {}).get("solution", False)


def grade(course, **options):
    with judging(trusted=TRUSTED) as judges:
        [row] = grade_class(course, NAME, ["ada"], judges, **options)
    return row


@pytest.fixture
def address(course):
    """Where `rnn-course formgrader` serves."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--no-browser", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    options += ["--IdentityProvider.token=", "--ServerApp.disable_check_xsrf=True"]
    command = [Path(sys.executable).with_name("rnn-course"), "formgrader", *options]
    with open(course.home / "jupyter.log", "w+") as log:
        server = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "COURSE": str(course.home)},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        found = f"http://127.0.0.1:{port}/formgrader"
        try:
            for _ in range(120):
                if server.poll() is not None:
                    break
                try:
                    urllib.request.urlopen(found, timeout=5).close()
                    yield found
                    return
                except OSError:
                    time.sleep(0.5)
            log.seek(0)
            pytest.fail(f"no formgrader at {found}:\n{log.read()}")
        finally:
            os.killpg(server.pid, 15)
            server.wait(30)


def test_an_essay_is_marked_by_hand_and_the_mark_is_kept(chromium, course, address):
    assert grade(course).to_mark == 4
    context = chromium.new_context()
    tab = context.new_page()
    tab.route(
        "**/*", lambda r: r.continue_() if r.request.url.startswith("http://127") else r.abort()
    )
    tab.goto(f"{address}/gradebook/{NAME}/{NAME}")
    tab.locator("a[href*='/submissions/']").first.click()
    tab.wait_for_load_state("networkidle")  # the marks have come
    mark = tab.locator("input.score#rnn-why")
    mark.fill("2.5")
    with tab.expect_response(
        lambda r: "/api/grade/" in r.url and r.request.method == "PUT"
    ) as said:
        mark.press("Tab")
    assert said.value.ok
    context.close()

    row = grade(course, regrade=True)
    assert row.to_mark == 0 and row.tasks["rnn-why"] == 2.5, row
