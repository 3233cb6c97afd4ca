"""Make the data files of an assignment from packages that data.lock names.

Which ones stands in exercises/data/NAME.py, if the assignment has any:

    FILES = {"weights.npz": weights, "sentences.tsv": sentences}      name -> function that makes it
    PACKAGES = {"g2pM": "g2pM-0.1.2.5.dist-info/LICENSE"}             what they are made from

A function returns a dictionary of arrays for .npz, and text for the other endings; it reads packages
with rnn_course.packages.read. The licence file of each package, at the path that stands there,
comes beside the data as LICENSE-PACKAGE.txt. If it reads other files of the course as well, READS
lists their paths. All lies in a folder NAME-data beside the notebook,
which names each file in its metadata (rnn_course/autograde/data_files.py).
"""

import importlib.util
import io
import re
from pathlib import Path

import numpy as np

from rnn_course import packages

EXERCISES = Path(__file__).resolve().parent
MOST_BYTES, MOST_FILES = 10_000_000, 16
NAME = re.compile(r"[a-z0-9][a-z0-9_-]*\.(npz|txt|tsv|csv)")


class DataError(Exception):
    """The data files of an assignment break a rule, or cannot be made: one line, in words."""


def maker(name, exercises=EXERCISES):
    """The file that makes an assignment's data; it need not exist."""
    return exercises / "data" / f"{name}.py"


def load(name, exercises=EXERCISES):
    """The module that makes an assignment's data, or None. Raises DataError."""
    path = maker(name, exercises)
    if not path.exists():
        return None
    spec = importlib.util.spec_from_file_location(f"data_of_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    wrong = [file for file in module.FILES if not NAME.fullmatch(file)]
    if wrong:
        raise DataError(f"{wrong[0]!r}: a data file is called something like words.tsv, and is "
                        ".npz, .txt, .tsv or .csv")  # fmt: skip
    if not module.PACKAGES:
        raise DataError("PACKAGES names no package: where do the data come from?")
    return module


def file_names(name, exercises=EXERCISES):
    """The names of an assignment's data files, as its notebook opens them; [] if it has none."""
    module = load(name, exercises)
    if module is None:
        return []
    files = [*module.FILES, *(f"LICENSE-{package}.txt" for package in module.PACKAGES)]
    return sorted(f"{name}-data/{file}" for file in files)


def sources(name, exercises=EXERCISES):
    """The files that an assignment's data are made from: when one is newer, they are made again."""
    reads = getattr(load(name, exercises), "READS", [])
    return [maker(name, exercises), Path(__file__), packages.LOCK, *reads]


def make(name, exercises=EXERCISES):
    """name as in `file_names` -> bytes, for all of an assignment's data files.

    Raises DataError, and packages.MissingData where a package is not there or has changed.
    """
    module = load(name, exercises)
    if module is None:
        return {}
    made = {file: as_bytes(file, function()) for file, function in module.FILES.items()}
    for package, path in module.PACKAGES.items():
        made[f"LICENSE-{package}.txt"] = packages.read(package, path)
    if (size := sum(map(len, made.values()))) > MOST_BYTES:
        raise DataError(f"{size:,} bytes of data; at most {MOST_BYTES:,} together")
    if len(made) > MOST_FILES:
        raise DataError(f"{len(made)} data files; at most {MOST_FILES}, licences included")
    return {f"{name}-data/{file}": data for file, data in sorted(made.items())}


def as_bytes(file, value):
    """The bytes of one data file: .npz from a dictionary of arrays, anything else from text."""
    if not file.endswith(".npz"):
        if not isinstance(value, str):
            raise DataError(f"{file}: its function should return text, got {type(value).__name__}")
        return value.encode()
    arrays = {key: np.asarray(array) for key, array in value.items()}
    pickled = [key for key, array in arrays.items() if array.dtype.hasobject]
    if pickled:
        raise DataError(f"{file}: {pickled[0]!r} is an array of objects, which needs a pickle")
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)  # with no time in it: the same arrays, the same bytes
    return buffer.getvalue()
