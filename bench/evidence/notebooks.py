"""Every chapter's notebook, run from top to bottom in the environment of the student kit.

    python bench/evidence/notebooks.py [NAME ...]

The kit (`make book release`) is unpacked, its requirements are installed into an environment that
does not see the repository, and each notebook of chapters/ runs there. The real data are those that
`make data` fetched. Beside each chapter: its cells, the processor time of its kernel, the first
error, and how many of its cells wrote other text than the book shows (times, for example, differ
each time). Ends with status 1 where a cell failed.
"""

import os
import resource
import sys
import tempfile
import zipfile
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "exercises")]

import kit_environment  # noqa: E402
from kit import FOLDER, KIT  # noqa: E402

TIMEOUT = 1800  # seconds a cell


def cpu():
    return resource.getrusage(resource.RUSAGE_CHILDREN)


def said(notebook):
    """What each code cell but the first wrote as text."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"][1:]
    return ["".join(out.get("text", "") for out in cell.outputs) for cell in cells]


def main(names):
    if not (ROOT / KIT).exists():
        print(f"there is no {KIT}: run `make book release`")
        return 1
    os.environ["OMP_NUM_THREADS"] = "1"
    os.environ["RNN_COURSE_DATA"] = str(ROOT / "_build" / "data")
    os.environ.pop("PYTHONPATH", None)
    failed = []
    with tempfile.TemporaryDirectory() as temporary:
        with zipfile.ZipFile(ROOT / KIT) as archive:
            archive.extractall(temporary)
        folder = Path(temporary, FOLDER)
        python = kit_environment.make(folder, Path(temporary, "venv"))
        paths = sorted((folder / "chapters").glob("*.ipynb"))
        if not paths:
            print(f"{KIT} has no chapters: run `make book release`")
            return 1
        print(f"{'chapter':16} cells  CPU s  other text  first error")
        for path in paths:
            name = path.stem.removeprefix("chapter-")
            if names and name not in names:
                continue
            notebook = nbformat.read(path, 4)
            shown, before = said(notebook), cpu()
            ran = kit_environment.execute(notebook, python, folder / "chapters", TIMEOUT)
            after = cpu()
            seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            errors = kit_environment.outputs(ran, "ename")
            other = sum(one != two for one, two in zip(shown, said(ran), strict=True))
            error = f"{errors[0].ename}: {errors[0].evalue}".splitlines()[0] if errors else "-"
            print(f"{name:16} {len(shown):5} {seconds:6.1f} {other:11}  {error}", flush=True)
            failed += [name] * bool(errors)
    print(f"failed: {', '.join(failed) or 'none'}")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
