"""Independent solutions through the judge: right ones of every style get full marks there too."""

import importlib.util
from pathlib import Path

import pytest

from rnn_course.autograde.judge_pool import JudgePool
from rnn_course.autograde.limits import Limits
from rnn_course.checks.diagnosis import texts
from tests.judge.conftest import Judged

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
# matches.py is about modules held against torch's, in one's own kernel only
TASKS = sorted(p.stem for p in CORPUS.glob("*.py") if p.stem not in ("__main__", "matches"))
WRONG = ("wrong_1", "wrong_2")


@pytest.fixture(scope="module")
def patient_court(isolation):
    with JudgePool(Limits(cell_seconds=120.0), preload=["rnn_course.checks.tasks"]) as judges:
        yield judges


def given(task):
    """The functions that the task's notebook gives."""
    scope, answers = texts.solutions(texts.assignments()[task])
    theirs = {name: getattr(value, "source", None) for name, value in scope.items()}
    return "\n".join(["import torch", *(s for n, s in theirs.items() if s and n not in answers)])


def names_in(task):
    spec = importlib.util.spec_from_file_location(f"corpus_{task}", CORPUS / f"{task}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return [n for n in vars(module) if n.startswith("right_") or n in WRONG]


@pytest.mark.parametrize("task", TASKS)
def test_right_solutions_get_full_marks_and_wrong_ones_do_not(patient_court, task):
    names = names_in(task)
    assert any(n.startswith("right_") for n in names) and set(WRONG) <= set(names)
    each = ", ".join(f"'{n}': check.{task}.verdict({n}, hidden=True)" for n in names)
    test = f"found = {{{each}}}\n"
    test += "bad = {n: v.message for n, v in found.items() if v.passed != n.startswith('right')}\n"
    test += "assert not bad, bad"
    answers = (CORPUS / f"{task}.py").read_text()
    done = Judged(patient_court, [("given", given(task)), ("student", answers), ("test", test)])
    assert done.passed == [True], done.shown
