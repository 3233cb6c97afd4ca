"""Mistakes as edits of right answers: edits, prints, the search, the first value that goes wrong."""

import ast
import contextlib

import numpy as np
import pytest
import torch

from rnn_course.checks import check
from rnn_course.checks.diagnosis import (
    edits,
    first,
    make,
    mistakes,
    operators,
    prints,
    store,
    values,
)
from rnn_course.checks.diagnosis import texts as texts_module
from rnn_course.checks.diagnosis.tables import Hypotheses, Row, search
from rnn_course.checks.diagnosis.texts import SCOPE, Text

SOURCE = """
def step(x, h):
    a = 2 * x + h
    for k in range(3):
        a = a + k
    return a * h
"""


def text():
    return Text(SOURCE, SCOPE)


def run(*pairs, of=None):
    of = of or text()
    changes = [change for pair in pairs for change in edits.lines([pair])(of)]
    return of.function(changes)(10.0, 3.0)


# ------------------------------------------------------------------------------------- edits


def test_a_text_is_as_it_was_after_each_edit():
    of = text()
    before = ast.unparse(of.tree)
    assert run(("a = 2 * x + h", "a = x + h"), of=of) == (13 + 3) * 3
    assert ast.unparse(of.tree) == before and of.function()(10.0, 3.0) == (23 + 3) * 3


@pytest.mark.parametrize(
    "pair, answer",
    [
        (("for k in range(3):", "for k in range(2):"), (23 + 1) * 3),
        (("a = a + k", ""), 23 * 3),
        (("a = 2 * x + h", "h = 0\n..."), 0),
        (("a = 2 * x + h", "...\na = 2 * a"), (46 + 3) * 3),
        (("a = X + h", "a = X - h"), (17 + 3) * 3),
        (("start", "x = 0 * x"), (3 + 3) * 3),
        (("result", "X + x"), (23 + 3) * 3 + 10),
    ],
)
def test_the_forms_of_a_mistake(pair, answer):
    assert run(pair) == answer


def test_two_mistakes_in_one_line_meet():
    one, two = ("a = 2 * x + h", "a = 3 * x + h"), ("a = 2 * x + h", "a = 2 * x - h")
    assert run(one, two) == (27 + 3) * 3
    of = text()
    a, b = (edits.lines([pair])(of) for pair in (one, two))
    assert not of.touched(a) & of.touched(b)
    assert of.touched(a) & of.touched(edits.lines([("a = 2 * x + h", "a = 5 * x + h")])(of))


def test_a_line_that_is_not_there_is_refused():
    with pytest.raises(LookupError, match="no lines read 'a = x'"):
        run(("a = x", "a = h"))


def test_slips_are_made_of_every_part_and_each_has_words():
    of, made = text(), {}
    for changes, words in operators.slips(of, {}):
        with contextlib.suppress(UnboundLocalError, TypeError):
            made[words] = of.function(changes)(10.0, 3.0)
    assert made["`-` stands where `+` belongs, in `a + k`"] == (23 - 3) * 3
    assert made["the loop over `range(3)` leaves the last one out"] == (23 + 1) * 3
    assert made["`a = a + k` stands after the loop, not in it"] == (23 + 2) * 3
    assert len(set(made.values())) > 12


# -------------------------------------------------------------------------------------- data


def test_every_entry_can_be_refused(monkeypatch):
    """An undefined name, a line that is not there, one that changes nothing: none can stand."""
    task = check.first_state
    bad = {
        "line": {"return h_0[0]": {"undefined": ["return no_such_name", "Never."]}},
        "result": {"nothing": ["X + 0", "It changes nothing."]},
        "several": {"elsewhere": [["h = 1", "h = 2"], "There is no such line."]},
    }
    monkeypatch.setattr(mistakes, "own", lambda name: bad)
    _, report = make.make(task, 0)
    assert set(report.refused) == {"undefined", "nothing", "elsewhere"}
    assert "NameError" in report.refused["undefined"]


def test_an_entry_without_a_sentence_breaks_the_rules(monkeypatch):
    monkeypatch.setattr(mistakes, "own", lambda name: {"result": {"bare": ["X + 1"]}})
    with pytest.raises(mistakes.DataError, match="bare"):
        make.make(check.first_state, 0)


def test_a_way_that_is_not_right_is_refused(monkeypatch):
    wrong = Text("def first_state(h_0, xs, W_hh):\n    return xs[0]", SCOPE)
    monkeypatch.setattr(make, "texts_of", lambda name: [wrong])
    with pytest.raises(mistakes.DataError, match="not a right answer"):
        make.make(check.first_state, 0)


def test_every_solution_runs_alone_and_has_a_task():
    from rnn_course.checks.task import TASKS

    assert set(texts_module.assignments()) == set(TASKS)


# ------------------------------------------------------------------------------------ prints


def test_what_is_alike_has_one_print():
    def number(answer):
        return prints.print_of(answer)[0]

    x = torch.randn(3, 4, dtype=torch.float64)
    assert number((x, [1, 2])) == number([x.clone(), torch.tensor([1, 2])])
    others = [(x.T, [1, 2]), ([1, 2], x), (x, [2, 1]), (x, [1, 2, 0]), x, {"x": x}, (x, ["1", "2"])]
    seen = {round(number(other), 6) for other in others}
    assert len(seen) == len(others) and round(number((x, [1, 2])), 6) not in seen
    assert np.isnan(number(object())) and not np.isnan(number(torch.tensor([np.nan, np.inf])))
    endless = []
    endless.append(endless)
    assert np.isnan(number(endless))


def table(singles, pairs=(), pair_rows=(), others=()):
    rows = [Row(f"m{k}", f"Mistake {k}.", others=list(others)) for k in range(len(singles))]
    return Hypotheses(
        np.array(singles, np.float32),
        *(
            np.array(pairs, np.float32).reshape(-1, 2),
            np.array(pair_rows, np.uint16).reshape(-1, 2),
        ),
        *([0, 2], np.zeros(3), 2, {}, rows),
    )


def seen(*numbers):
    return prints.Observations(np.array(numbers), np.full(len(numbers), 1e-6))


def test_the_search_is_a_function_of_arrays():
    known = table([[1, 2, 3], [4, 5, 6]], [[7, 8], [9, 9], [9, 9]], [[0, 1], [0, 1], [1, 0]])
    assert [row.name for row in search(seen(1, 2, 3), known)] == ["m0"]
    assert search(seen(1, 2, 4), known) == [], "it does not hold on the further draw"
    assert [row.name for row in search(seen(7, 0, 8), known)] == ["m0", "m1"]
    assert search(seen(9, 0, 9), known) == [], "two explanations are none"
    assert search(seen(1, 2, np.nan), known) == []


def test_a_case_on_which_the_mistake_raises_does_not_speak_against_it():
    known = table([[1, np.nan, 3]])
    assert [row.name for row in search(seen(1, 2, 3), known)] == ["m0"]
    assert search(seen(np.nan, np.nan, 3), known) == []


def test_numbers_are_packed_without_loss():
    numbers = np.unique(np.abs(np.random.default_rng(0).normal(size=500)).astype(np.float32))
    assert (values.unpack(values.pack(numbers.astype(float))) == numbers).all()


# --------------------------------------------------------------------- the first wrong value


def rnn_without_the_state(xs, h0, W_ih, W_hh, b_ih, b_hh):
    h = h0
    outputs = []
    for x in xs:
        a = x @ W_ih.T + b_ih
        u = h @ W_hh.T + b_hh
        h = torch.tanh(a + u + x.sum())
        outputs.append(h)
    return torch.stack(outputs), h


def rnn_in_another_style(xs, h0, W_ih, W_hh, b_ih, b_hh):
    both = torch.cat([W_ih, W_hh], 1)
    h, outputs = h0, []
    for x in xs:
        e = torch.exp(2 * (torch.cat([x, h], 1) @ both.T + (b_ih + b_hh)))
        h = (e - 1) / (e + 1)
        outputs.append(h)
    return torch.stack(outputs), h


def found_in(function):
    task = check.rnn
    some, visible = prints.cases_of(task)
    packed = values.of_texts(texts_module.texts_of("rnn"), some, visible)
    return first.first_wrong(function, some, visible, packed)


def test_the_first_wrong_value_is_found_in_the_text():
    found = found_in(rnn_without_the_state)
    assert found.line == "h = torch.tanh(a + u + x.sum())" and found.part == "x.sum()"
    assert {"a", "u"} <= set(found.before)


def test_of_another_way_to_the_right_answer_nothing_is_said():
    assert found_in(rnn_in_another_style) is None


# ----------------------------------------------------------------------------------- names


@pytest.mark.parametrize(("name", "step"), [("rnn_cell", 5), ("lstm_cell", 60), ("rnn", 25)])
def test_a_mistake_is_called_by_its_name_or_by_one_of_the_same_numbers(name, step):
    task, text = getattr(check, name), texts_module.texts_of(name)[0]
    known, checked = store.load(name), 0
    some, _ = prints.cases_of(task)
    rows = {row.name: k for k, row in enumerate(known.rows)}
    for mistake in mistakes.known(task, text)[::step]:
        if mistake.name not in rows:
            continue
        function = text.function(mistake.changes(text))
        assert task.verdict(function).mistakes == [mistake.name]
        if not mistake.rare and mistake.kind != "always":  # 1 / x makes much of a rounding
            observed = prints.observe(task, function, some, (torch.float32,))
            assert prints.fits(known.singles[rows[mistake.name]][None], observed)[0], mistake
        checked += 1
    assert checked >= 5


def test_two_likely_mistakes_are_both_named():
    text = texts_module.texts_of("rnn")[0]
    known = {m.name: m for m in mistakes.known(check.rnn, text)}
    for one, two in (
        ("bias-hh-missing", "results-exchanged"),
        ("activation-relu", "state-not-carried"),
        ("output-before-the-step", "W-hh-transposed"),
    ):
        changes = [c for name in (one, two) for c in known[name].changes(text)]
        assert set(check.rnn.verdict(text.function(changes)).mistakes) == {one, two}


def test_outdated_prints_name_nothing_and_say_so(monkeypatch):
    monkeypatch.setattr(store, "load", lambda name: None)
    verdict = check.first_state.verdict(lambda h_0, xs, W_hh: xs[0])
    assert not verdict.passed and not verdict.mistakes and "cannot be said" in verdict.message
