"""Independent solutions: none of the right ones is wrong, none of the wrong ones is right."""

import importlib.util
from pathlib import Path

import pytest

spec = importlib.util.spec_from_file_location(
    "corpus", Path(__file__).parent / "corpus" / "__main__.py"
)
corpus = importlib.util.module_from_spec(spec)
spec.loader.exec_module(corpus)


@pytest.fixture(scope="module")
def rows():
    return {task: corpus.run(task, corpus.expected_names()) for task in corpus.tasks()}


def test_there_is_enough_of_it(rows):
    assert len(rows) >= 12
    assert all(row["right"] >= 5 and row["wrong"] >= 8 for row in rows.values())
    assert all(row["single"] + row["pairs"] == row["wrong"] for row in rows.values()), "judged"


def test_no_right_answer_is_refused(rows):
    assert {task: row["alarms"] for task, row in rows.items() if row["alarms"]} == {}


def test_no_wrong_answer_is_accepted(rows):
    assert {task: row["accepted"] for task, row in rows.items() if row["accepted"]} == {}


def test_mistakes_are_named(rows):
    total = {k: sum(row[k] for row in rows.values()) for k in next(iter(rows.values()))}
    assert total["named"] >= 116 and total["single"] == 120
    assert total["both named"] >= 31 and total["pairs"] == 40


def test_a_name_is_right_only_if_nothing_else_is_named():
    assert corpus.is_named(["a | b"], ["b"])
    assert corpus.is_named(["a", "b | c"], ["c", "a"])
    assert not corpus.is_named(["a"], [])
    assert not corpus.is_named(["a"], ["a", "b"])
    assert not corpus.is_named(["a", "b"], ["a"])
    assert not corpus.is_named(["a", "b"], ["a", "c"])
