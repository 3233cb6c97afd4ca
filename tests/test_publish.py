"""What a deployer's settings and workflows do: the branch of notebooks, the package on an index."""

import os
import re
import subprocess
import zipfile

import pytest
import yaml
from conftest import ROOT


def run(*command, cwd=ROOT):
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def make_kit(path, *more):
    with zipfile.ZipFile(path, "w") as kit:
        for name in ("README.txt", "requirements.txt", "lstm.ipynb", *more):
            kit.writestr(f"rnn-course/{name}", f"this is {name}\n")
    return path


def test_the_unpacked_kit_becomes_a_branch_with_one_commit(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_INDEX", "https://index.example/cpu")
    remote = tmp_path / "remote.git"
    run("git", "init", "--quiet", "--bare", remote)
    kit = make_kit(tmp_path / "kit.zip", "chapters/chapter-lstm.ipynb")
    for _ in range(2):  # the second time there is a branch already
        assert run(ROOT / ".ci" / "publish_notebooks", kit, remote) == (0, "")
    _, commits = run("git", "rev-list", "--count", "notebooks", cwd=remote)
    _, names = run("git", "ls-tree", "-r", "--name-only", "notebooks", cwd=remote)
    assert commits.strip() == "1"
    assert set(names.split()) == {
        *("README.txt", "requirements.txt", "lstm.ipynb", "chapters/chapter-lstm.ipynb"),
        *("binder/requirements.txt", "binder/runtime.txt"),
    }
    _, text = run("git", "show", "notebooks:binder/requirements.txt", cwd=remote)
    assert text == "--extra-index-url https://index.example/cpu\nthis is requirements.txt\n"


def test_without_a_kit_or_without_chapters_nothing_is_published(tmp_path):
    kit = make_kit(tmp_path / "kit.zip")
    for path, words in ((kit, "has no chapters"), (tmp_path / "none", "expected the student kit")):
        code, said = run(ROOT / ".ci" / "publish_notebooks", path, tmp_path / "remote")
        assert code == 1 and words in said and "make book release" in said


def test_a_release_needs_its_version_and_a_dated_entry_in_the_changelog():
    code, said = run(ROOT / ".ci" / "build_release", "v0.0.0")
    assert code == 1 and re.search(r"the tag is v0\.0\.0, .* expected v\d", said)
    version = re.search(r"expected (v\S+)", said)[1]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    if f"## {version[1:]} (not released yet)" in changelog:
        code, said = run(ROOT / ".ci" / "build_release", version)
        assert code == 1 and "CHANGELOG.md: expected a heading" in said


def test_workflows_can_be_read_and_call_what_is_there():
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
        steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
        for script in re.findall(r"\.ci/\w+", "\n".join(step.get("run", "") for step in steps)):
            assert os.access(ROOT / script, os.X_OK) or script == ".ci/run", script
        assert all("@" in step["uses"] for step in steps if "uses" in step)


@pytest.fixture
def setup_py():
    """The functions of setup.py, which calls setup() at its end."""
    text = (ROOT / "setup.py").read_text(encoding="utf-8").split("\nADDRESS = ")[0]
    found = {"__file__": str(ROOT / "setup.py")}
    exec(compile(text, "setup.py", "exec"), found)
    return found


def test_on_an_index_the_readme_has_no_link_that_leads_nowhere(setup_py):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    relative = re.compile(r"\]\((?!https://|#)[^)]*\)")
    assert relative.search(text)
    for address in ("", "https://github.com/one/course"):
        there = setup_py["for_an_index"](text, address)
        assert not relative.search(there)
        assert ("![" in there) == bool(address)
        assert "[uv](https://docs.astral.sh/uv/)" in there
    assert "(https://github.com/one/course/blob/HEAD/exercises/README.md)" in there


def test_the_address_stands_in_one_place(setup_py, tmp_path):
    settings = (ROOT / "_config.yml").read_text(encoding="utf-8")
    setup_py["HERE"] = tmp_path
    assert setup_py["repository"]() == ""
    for address in ("", "https://github.com/one/course"):
        text = re.sub(r'(\nrepository:\n  url: )"[^"]*"', rf'\1"{address}"', settings)
        assert yaml.safe_load(text)["repository"]["url"] == address
        (tmp_path / "_config.yml").write_text(text)
        assert setup_py["repository"]() == address
