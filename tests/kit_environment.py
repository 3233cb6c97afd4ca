"""A Python environment as a student has it who has installed the kit."""

import subprocess
import sys
import sysconfig
from pathlib import Path

from nbclient import NotebookClient


def run(*command, cwd):
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True)


def make(folder, venv):
    """Python of a new environment in which pip has installed the requirements.txt of a kit.

    folder: the unpacked kit. To spare the download of torch and JupyterLab, the environment sees
    the third-party packages of this one by links, and pip takes them for installed. The course's
    own package is not among them: it comes from the wheel in the kit, with pip's check that all it
    requires is there.
    """
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    python = venv / "bin" / "python"
    third_party = venv / "third-party"
    third_party.mkdir()
    for place in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        for path in Path(place).iterdir():
            if "rnn_course" not in path.name:
                (third_party / path.name).symlink_to(path)
    own = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder)
    Path(own.stdout.strip(), "third-party.pth").write_text(f"{third_party}\n")
    assert "No module named 'rnn_course'" in run(python, "-c", "import rnn_course", cwd=venv).stderr
    install = (python, "-m", "pip", "install", "--no-index", "--disable-pip-version-check")
    done = run(*install, "-r", "requirements.txt", cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Successfully installed rnn-course" in done.stdout
    return python


def execute(notebook, python, folder, timeout=120):
    """Run a notebook with the environment's Python, in a folder; returns it."""
    client = NotebookClient(notebook, timeout=timeout, allow_errors=True)
    client.km = client.create_kernel_manager()
    client.km.kernel_spec.argv[0] = str(python)
    return client.execute(cwd=str(folder))


def outputs(notebook, kind):
    return [out for cell in notebook.cells for out in cell.get("outputs", []) if kind in out]
