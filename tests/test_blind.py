"""Answers written before any check was run on them: 12 tasks, from the tasks' texts alone.

Above each wrong answer stands what is wrong with it (`# MISTAKE:`), and at the line itself
`# <-- here`. right_N, wrong_N (one mistake) and pair_N (two). When they were new, 94 of 108 single
mistakes and 30 of 48 pairs were named, no right answer was refused and no wrong one accepted.
Since then they have been looked at: they measure nothing any more, they only hold what there is.
"""

import ast
import importlib.util
from pathlib import Path

import pytest

from rnn_course.checks import check

FILES = sorted((Path(__file__).parent / "blind").glob("*.py"))


def answers(path):
    """(kind, name, function) of each answer in a file."""
    spec = importlib.util.spec_from_file_location(f"blind_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for node in ast.parse(path.read_text()).body:
        kind, _, number = getattr(node, "name", "").partition("_")
        if kind in ("right", "wrong", "pair") and number.isdigit():
            yield kind, f"{path.stem}.{node.name}", getattr(module, node.name)


@pytest.fixture(scope="module")
def verdicts():
    """(kind, name) -> Verdict, hidden cases included."""
    return {
        (kind, name): getattr(check, path.stem).verdict(function, hidden=True)
        for path in FILES
        for kind, name, function in answers(path)
    }


def test_there_is_enough_of_it(verdicts):
    count = [sum(kind == k for k, _ in verdicts) for kind in ("right", "wrong", "pair")]
    assert len(FILES) == 12 and count == [60, 108, 48]


def test_the_right_ones_pass_and_no_other(verdicts):
    passed = {name for (_, name), verdict in verdicts.items() if verdict.passed}
    assert passed == {name for kind, name in verdicts if kind == "right"}


def test_mistakes_are_named(verdicts):
    named = {key: verdict.mistakes for key, verdict in verdicts.items() if verdict.mistakes}
    assert sum(kind == "wrong" for kind, _ in named) >= 93
    assert sum(kind == "pair" for kind, _ in named) >= 29
