"""The data files of an assignment: what lies beside its notebook, and beside the students' code.

A notebook names them in its metadata, `data_files`, relative to itself: `open-data/weights.npz`.
In a sandbox they have the same names, and cannot be changed there.
"""

import errno
import json
import os
from collections.abc import Mapping
from pathlib import Path

KEY = "data_files"  # of a notebook's metadata


def names(notebook: Path) -> list[str]:
    """The data files that a notebook (source or release) names, as it names them."""
    if not notebook.exists():
        return []
    return json.loads(notebook.read_text(encoding="utf-8"))["metadata"].get(KEY, [])


def beside(notebook: Path) -> dict[str, bytes]:
    """relative name -> bytes of the data files that a notebook names.

    Raises FileNotFoundError, in words, for the first that is not there.
    """
    found = {}
    for name in names(notebook):
        path = notebook.parent / name
        try:
            found[name] = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            words = "this data file of the assignment is missing; `make release` makes it again"
            raise FileNotFoundError(errno.ENOENT, words, str(path)) from None
    return found


def same(one: Path, other: Path) -> bool:
    """Do two notebooks (source and release) have the same data files, all of them there?"""
    try:
        return beside(one) == beside(other)
    except FileNotFoundError:
        return False


def write(files: Mapping[str, bytes], folder: str | Path) -> None:
    """Write data files (relative name -> bytes) below a folder, for reading only."""
    for name, data in files.items():
        path = Path(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        os.chmod(path, 0o444)
