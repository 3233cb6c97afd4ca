"""Where the prints are kept: _build/prints in a clone, checks/prints in an installed package.

They are a build product. Each file carries a key, a digest of all that it was made from; in a
clone a file with another key is outdated and is not used.
"""

import hashlib
import json
import os
import re
from dataclasses import asdict
from functools import cache
from pathlib import Path

import numpy as np
import torch

from rnn_course.checks.cases import change_tensors
from rnn_course.checks.diagnosis.tables import Hypotheses, Row

HERE = Path(__file__).resolve().parent
CHECKS = HERE.parent
ROOT = CHECKS.parents[1]
EXERCISES = ROOT / "exercises"
MISTAKES = EXERCISES / "mistakes"
BUILT, PACKED = ROOT / "_build" / "prints", CHECKS / "prints"
ARRAYS = ("singles", "pairs", "pair_rows", "right")
PLAIN = ("tried", "visible", "errors")


def is_clone():
    """Are the sources of the prints here, to make them anew?"""
    return MISTAKES.is_dir()


def names():
    """The tasks that have a file of mistakes."""
    return sorted(path.stem for path in MISTAKES.glob("*.toml"))


@cache
def key(name):
    """The digest of all that the prints of a task are made from."""
    from rnn_course.checks.diagnosis import mistakes
    from rnn_course.checks.diagnosis.texts import assignments

    assignment = assignments()[name]
    families = (*mistakes.ALWAYS, *mistakes.own(name).get("families", {}))
    files = [MISTAKES / f"{name}.toml", EXERCISES / "ways" / f"{assignment}.py"]
    files += [HERE / "families" / f"{family}.toml" for family in families]
    makers = "texts edits mistakes operators prints runs maker values trace links".split()
    files += [HERE / f"{stem}.py" for stem in makers]
    digest = hashlib.sha256(f"{np.__version__} {torch.__version__}".encode())
    for path in files:
        digest.update(path.read_bytes() if path.exists() else b"-")
    page = (EXERCISES / f"{assignment}.md").read_text(encoding="utf-8")
    for code in re.findall(r"^```{code-cell}\n(.*?)^```", page, re.M | re.S):
        digest.update(code.encode())
    digest.update(asked(name).encode())
    return digest.hexdigest()


def asked(name):
    """What a task is: its signature, its results and all the cases that are drawn for it, as text."""
    from rnn_course.checks import check
    from rnn_course.checks.diagnosis.prints import cases_of

    task, threads = getattr(check, name), torch.get_num_threads()
    torch.set_num_threads(1)  # the last digits of some drawn numbers depend on it
    try:
        some, visible = cases_of(task)
    finally:
        torch.set_num_threads(threads)
    return repr((task.call, task.returns, visible, [change_tensors(vars(c), _text) for c in some]))


def _text(tensor):
    numbers = tensor.detach().contiguous().numpy().tobytes()
    return f"{tuple(tensor.shape)} {tensor.dtype} {hashlib.sha256(numbers).hexdigest()}"


def save(name, hypotheses, folder=BUILT):
    """Store what a task's mistakes give: all of it or nothing, also where two do so at once."""
    rest = {
        "key": key(name),
        **{field: getattr(hypotheses, field) for field in PLAIN},
        "rows": [list(asdict(row).values()) for row in hypotheses.rows],
        "values": sorted(hypotheses.values),
    }
    arrays = {field: getattr(hypotheses, field) for field in ARRAYS} | hypotheses.values
    folder.mkdir(parents=True, exist_ok=True)
    packed = np.frombuffer(json.dumps(rest, ensure_ascii=False).encode(), np.uint8)
    unfinished = folder / f".{name}.{os.urandom(4).hex()}"
    with unfinished.open("wb") as file:
        np.savez_compressed(file, rest=packed, **arrays)
    unfinished.replace(folder / f"{name}.npz")


def is_new(name):
    """Are the prints of this task there, and made from what the sources are now?"""
    path = BUILT / f"{name}.npz"
    if not path.exists():
        return False
    with np.load(path) as file:
        return json.loads(file["rest"].tobytes())["key"] == key(name)


@cache
def load(name):
    """The Hypotheses of a task, or None where there are none, or outdated ones."""
    path = (BUILT if is_clone() else PACKED) / f"{name}.npz"
    if not path.exists():
        return None
    with np.load(path) as file:
        rest = json.loads(file["rest"].tobytes())
        if is_clone() and rest["key"] != key(name):
            return None
        arrays = {field: file[field] for field in ARRAYS}
        found = {field: file[field] for field in rest["values"]}
    rows = [Row(*row) for row in rest["rows"]]
    plain = {field: rest[field] for field in PLAIN}
    return Hypotheses(**arrays, **plain, rows=rows, values=found)
