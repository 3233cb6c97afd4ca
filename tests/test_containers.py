"""The course in containers: Dockerfile, devcontainer and Binder agree with `make setup` and the lock.

Nothing is built here: that takes a network and minutes.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import yaml
from conftest import ROOT
from test_repo import PROJECT, VERBS

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
DEVCONTAINER = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text("utf-8"))
ENVIRONMENT = yaml.safe_load((ROOT / ".binder" / "environment.yml").read_text("utf-8"))
APT = (ROOT / ".binder" / "apt.txt").read_text(encoding="utf-8").split()
POST_BUILD = ROOT / ".binder" / "postBuild"


def test_one_python_and_one_that_the_makefile_takes():
    [version] = re.findall(r"^FROM python:([\d.]+)-", DOCKERFILE, re.MULTILINE)
    assert ENVIRONMENT["dependencies"] == [f"python={version}"]
    minor = tuple(map(int, version.split(".")))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    [(low, high)] = re.findall(r"\((3, \d+)\) <= sys\.version_info\[:2\] <= \((3, \d+)\)", makefile)
    assert tuple(map(int, low.split(", "))) <= minor <= tuple(map(int, high.split(", ")))
    assert minor >= tuple(map(int, PROJECT["requires-python"].removeprefix(">=").split(".")))


def test_the_same_programs_of_the_system():
    [installed] = re.findall(r"--no-install-recommends (.+?) \\", DOCKERFILE)
    assert installed.split() == APT


def test_what_is_installed_stands_in_the_lock_alone():
    """Each of them calls `make setup`; none names a package of Python, a version or an index."""
    commands = [DOCKERFILE, POST_BUILD.read_text("utf-8"), DEVCONTAINER["postCreateCommand"]]
    for text in commands:
        assert "make setup release" in text and {"setup", "release"} <= set(VERBS)
        assert not re.search(r"==|pip install|https?://", text)


def test_the_devcontainer_builds_a_stage_of_the_dockerfile():
    folder, build = ROOT / ".devcontainer", DEVCONTAINER["build"]
    assert (folder / build["dockerfile"]).resolve() == ROOT / "Dockerfile"
    assert (folder / build["context"]).resolve() == ROOT
    assert f" AS {build['target']}\n" in DOCKERFILE
    assert f" {DEVCONTAINER['remoteUser']}\n" in DOCKERFILE


def test_the_command_names_files_that_are_there():
    command = json.loads(re.search(r"^CMD (.+)", DOCKERFILE, re.MULTILINE)[1])
    assert (ROOT / command[1]).exists()
    assert f"EXPOSE {command[3].removeprefix('--port=')}\n" in DOCKERFILE


def test_no_image_holds_the_work_of_people():
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {"class", "work", ".venv", "_build"} <= set(ignored)


def test_binders_script_runs():
    assert os.access(POST_BUILD, os.X_OK)
    subprocess.run(["bash", "-n", POST_BUILD], check=True)


def lint(path):
    command = [Path(sys.executable).with_name("hadolint"), "--format", "json", path]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    return [
        f"{fault['line']}: {fault['code']} {fault['message']}" for fault in json.loads(done.stdout)
    ]


def test_hadolint_finds_nothing(tmp_path):
    assert lint(ROOT / "Dockerfile") == []
    (tmp_path / "Dockerfile").write_text("FROM python\nRUN cd /tmp && sudo make\n")
    assert {"DL3006", "DL3004"} <= {fault.split()[1] for fault in lint(tmp_path / "Dockerfile")}
