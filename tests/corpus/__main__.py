"""Independent solutions held against the checks: `python tests/corpus [TASK ...]` prints the table.

A file here is named like its task and holds functions right_1, right_2, ... and wrong_1, wrong_2,
..., written from the task's text alone; the docstring of a wrong one says what is wrong with it.
In matches.py they return a module and torch's module of the same settings.

The dict TRUTH in each file tells in plain words the one or two mistakes of each wrong one.
expected.toml tells what the catalogue calls them: for each phrase of TRUTH a name, or several
joined by " | " where more than one describes it as well, or "" where the catalogue has none. It is
written afterwards, by someone who knows the catalogue, and looks at the phrase alone.
"""

import contextlib
import importlib.util
import io
import sys
import time
import tomllib
import warnings
from itertools import permutations
from pathlib import Path

import torch

from rnn_course.checks import check
from rnn_course.checks.diagnosis import texts

HERE = Path(__file__).resolve().parent


def tasks():
    """The tasks that have a file here."""
    return sorted(path.stem for path in HERE.glob("*.py") if not path.stem.startswith("_"))


def load(task, folder=HERE):
    """The module of a task's file; what the task's notebook defines is there, as in the notebook."""
    spec = importlib.util.spec_from_file_location(f"{folder.name}_{task}", folder / f"{task}.py")
    module = importlib.util.module_from_spec(spec)
    if assignment := texts.assignments().get(task):
        defined, _ = texts.solutions(assignment)
        vars(module).update({k: v for k, v in defined.items() if k not in texts.SCOPE})
    spec.loader.exec_module(module)
    return module


def solutions(module, kind):
    """name -> function of all right or wrong ones, in order of their numbers."""
    names = [name for name in vars(module) if name.startswith(f"{kind}_")]
    return {n: getattr(module, n) for n in sorted(names, key=lambda n: int(n.split("_")[1]))}


def verdict(task, module, function):
    """The verdict with hidden cases, and the seconds of processor time it took. What the code prints is dropped."""
    start = time.thread_time()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if task == "matches":
                found = check.matches.verdict(*function(), hidden=True)
            else:
                found = getattr(check, task).verdict(function, hidden=True)
    return found, time.thread_time() - start


def expected_names():
    path = HERE / "expected.toml"
    return tomllib.loads(path.read_text()) if path.exists() else {}


def is_named(wanted, mistakes):
    """Did the check name each of the mistakes, in any order, and nothing else?

    wanted: for each mistake the names that describe it, joined by " | ".
    """
    wanted = [set(names.split(" | ")) for names in wanted]
    if len(wanted) != len(mistakes):
        return False
    return any(
        all(name in names for name, names in zip(order, wanted, strict=True))
        for order in permutations(mistakes)
    )


def run(task, expected, say=lambda line: None):
    """One row of the table as a dict; `say` gets a line on everything that is worth a look."""
    module = load(task)
    row = dict.fromkeys(("right", "alarms", "wrong", "accepted", "single", "named"), 0)
    row |= {"pairs": 0, "both named": 0, "slowest": 0.0}
    for name, function in solutions(module, "right").items():
        found, seconds = verdict(task, module, function)
        row["right"] += 1
        row["slowest"] = max(row["slowest"], seconds)
        if not found.passed:
            row["alarms"] += 1
            say(f"FALSE ALARM {task}.{name}: {function.__doc__}\n{found.message}")
    for name, function in solutions(module, "wrong").items():
        found, seconds = verdict(task, module, function)
        row["wrong"] += 1
        row["slowest"] = max(row["slowest"], seconds)
        if found.passed:
            row["accepted"] += 1
            say(f"FALSE ACCEPT {task}.{name}: {function.__doc__}")
        names = expected.get(task, {}).get(name)
        if names is None:
            truth = module.TRUTH.get(name) if hasattr(module, "TRUTH") else function.__doc__
            say(f"? {task}.{name}: {truth} -> {found.mistakes} ({found.status})")
            continue
        two = len(names) > 1
        row["pairs" if two else "single"] += 1
        if is_named(names, found.mistakes):
            row["both named" if two else "named"] += 1
        else:
            say(f"- {task}.{name}: {function.__doc__} wanted {names}, got {found.mistakes}")
    return row


def main(chosen):
    torch.set_num_threads(1)
    expected, rows = expected_names(), {}
    for task in chosen or tasks():
        rows[task] = run(task, expected, print)
    columns = list(next(iter(rows.values())))
    total = {c: sum(row[c] for row in rows.values()) for c in columns}
    total["slowest"] = max(row["slowest"] for row in rows.values())
    print(f"\n{'task':<24}" + "".join(f"{c:>12}" for c in columns))
    for task, row in (rows | {"all": total}).items():
        cells = (f"{v:.2f} s" if isinstance(v, float) else str(v) for v in row.values())
        print(f"{task:<24}" + "".join(f"{cell:>12}" for cell in cells))


if __name__ == "__main__":
    main(sys.argv[1:])
