"""Two mistakes at once are named after all scores are known, once for each wrong answer."""

import json
import os

import pytest

from rnn_course.autograde import class_run
from rnn_course.checks import check, diagnose, patience

PEOPLE = {"ann": {"k1", "k2"}, "bob": {"k1"}, "cyd": {"k2", "k3"}, "dan": {"k3", "k1"}}


def two_mistakes(x, h, W_ih, W_hh, b_ih, b_hh):
    return (x @ W_ih.T + h @ W_hh.T + b_ih).sigmoid()  # no b_hh, and a sigmoid


@pytest.fixture
def told(monkeypatch):
    """told(seconds=..., known=...) -> as if this process had just been told so."""

    def tell(**said):
        monkeypatch.setenv(*patience.variable(**said).popitem())
        patience.patience.cache_clear()

    yield tell
    monkeypatch.delenv(patience.VARIABLE, raising=False)
    patience.patience.cache_clear()


def test_in_a_notebook_it_is_searched_at_once():
    assert patience.VARIABLE not in os.environ
    found = check.rnn_cell.verdict(two_mistakes)
    assert len(found.mistakes) == 2 and found.pairs == {}


def test_a_class_puts_it_off_and_takes_what_is_known(told, monkeypatch):
    told(seconds=0)
    first = check.rnn_cell.verdict(two_mistakes, hidden=True)
    key = first.pairs["key"]
    assert first.mistakes == [] and first.pairs["found"] is None
    told()
    second = check.rnn_cell.verdict(two_mistakes)
    assert second.points == first.points and len(second.mistakes) == 2
    assert second.pairs["key"] == key and "two mistakes together" in second.message
    monkeypatch.setattr(diagnose, "two", lambda *_: [[], []])  # nothing is searched any more
    assert check.rnn_cell.verdict(two_mistakes, hidden=True).mistakes == second.mistakes
    told(known={key: json.loads(json.dumps(second.pairs["found"]))})
    assert check.rnn_cell.verdict(two_mistakes).message == second.message


def test_a_notebook_has_only_so_much_time(told):
    told(seconds=1e-9)
    check.rnn_cell.verdict(two_mistakes)
    found = check.rnn_cell.verdict(lambda *args: two_mistakes(*args) * 1.2345)
    assert found.pairs["found"] is None


def test_every_answer_is_in_the_first_turn_and_most_students_in_the_second():
    first, others = class_run.in_turns(PEOPLE)
    assert first == ["ann", "cyd"] and others == ["bob", "dan"]


def test_the_verdict_of_a_check_comes_through_the_judge(judged):
    done = judged(
        ("student", "def rnn_cell(x, h, W_ih, W_hh, b_ih, b_hh):\n"
         "    return (x @ W_ih.T + b_ih + h @ W_hh.T).tanh()"),
        ("test", "from rnn_course.checks import check\ncheck.rnn_cell(rnn_cell, points=3)"),
        ("test2", "1 + 1"),
        ("test3", "assert rnn_cell is None"),
        ("test4", "rnn_cell()"),
    )  # fmt: skip
    _, found, nothing, wrong, error = done.verdicts
    assert (found.passed, found.status, found.mistakes) == (False, "wrong", ["bias-hh-missing"])
    assert "b_hh" in found.told[0] and found.sections == ["rnn/biases"]
    assert nothing is None  # no check was called, and nothing raised: the points say the rest
    assert [wrong.status, error.status] == ["wrong", "error"] and not wrong.passed
