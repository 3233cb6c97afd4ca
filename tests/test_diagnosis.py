"""Mistakes as edits of right answers: edits, prints, the search, the first value that goes wrong."""

import ast
import contextlib
import linecache
import os
import subprocess
import sys
import warnings

import numpy as np
import pytest
import torch

from rnn_course.checks import check
from rnn_course.checks.diagnosis import (
    edits,
    first,
    maker,
    mistakes,
    operators,
    prints,
    runs,
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
        (("for k in range(3):", "a = a + 1\nfor k in range(2):"), (23 + 2) * 3),
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


def test_python_is_silent_about_odd_slips():
    of = Text("def first(xs):\n    return xs[0]", SCOPE)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        function = of.function(edits.lines([("return xs[0]", "return 0[0]")])(of))
    with pytest.raises(TypeError):
        function([1.0])


@pytest.mark.parametrize(
    "loop", ["for x in xs:\n        xs.append(x)", "while True:\n        xs = [0]"]
)
def test_a_changed_loop_ends(loop):
    function = Text(f"def endless(xs):\n    {loop}\n    return xs", SCOPE).function()
    for _ in range(2):  # the count begins anew with each call
        with pytest.raises(texts_module.TooLong):
            function([1.0])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds what is taken")
def test_a_changed_text_cannot_take_all_memory():
    with runs.bounded_memory(), pytest.raises(RuntimeError):
        torch.empty(runs.MOST_MEMORY)  # float32: four times as many bytes


def test_no_call_spoils_what_the_next_one_is_given():
    given = runs.Fresh((torch.ones(2), [torch.ones(2), 5]))
    for _ in range(3):
        x, rest = given()
        assert x.tolist() == [1, 1] and rest[0].tolist() == [1, 1] and rest[1:] == [5]
        x.add_(1)
        rest[0].requires_grad_()
        rest.append(6)


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
    _, report = maker.make(task, 0)
    assert set(report.refused) == {"undefined", "nothing", "elsewhere"}
    assert "NameError" in report.refused["undefined"]


def test_an_entry_without_a_sentence_breaks_the_rules(monkeypatch):
    monkeypatch.setattr(mistakes, "own", lambda name: {"result": {"bare": ["X + 1"]}})
    with pytest.raises(mistakes.DataError, match="bare"):
        maker.make(check.first_state, 0)


def test_a_way_that_is_not_right_is_refused(monkeypatch):
    wrong = Text("def first_state(h_0, xs, W_hh):\n    return xs[0]", SCOPE)
    monkeypatch.setattr(maker, "texts_of", lambda name: [wrong])
    with pytest.raises(mistakes.DataError, match="not a right answer"):
        maker.make(check.first_state, 0)


def test_every_solution_runs_alone_and_has_a_task():
    from rnn_course.checks.task import TASKS

    assert set(texts_module.assignments()) == set(TASKS)


def test_a_table_is_the_same_each_time_and_a_pair_is_what_both_give():
    """Also where it is worked out from an answer that was kept."""
    task, text = check.rnn_cell, texts_module.texts_of("rnn_cell")[0]
    one, two = (maker.make(task, 500)[0] for _ in range(2))
    for field in store.ARRAYS:
        assert np.array_equal(getattr(one, field), getattr(two, field), equal_nan=True)
    assert one.rows == two.rows and len(one.pairs) > 200
    known = {m.name: m for m in mistakes.known(task, text)}
    some, _ = prints.cases_of(task)
    for numbers, pair in list(zip(one.pairs, one.pair_rows, strict=True))[::10]:
        changes = [c for row in pair for c in known[one.rows[row].name].changes(text)]
        if all(change.number == texts_module.START for change in changes):
            continue  # of two such the one comes first here, the other there
        tried = [some[k] for k in one.tried]
        observed = prints.observe(task, text.function(changes), tried)
        assert prints.alike(numbers, observed).all(), [one.rows[row].name for row in pair]


# ------------------------------------------------------------------------------------ prints


def test_what_is_alike_has_one_print():
    def number(answer):
        return prints.print_of(answer)[0]

    x = torch.randn(3, 4, dtype=torch.float64)
    assert number((x, [1, 2])) == number([x.clone(), torch.tensor([1, 2])])
    nothing = ([1], [], (2,)), tuple(torch.tensor(n).long() for n in ([1], [], [2]))
    assert number(nothing[0]) == number(nothing[1]) != number(([1], [0], [2]))
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
    known = table([[1, 2, 3]] * 3, [[9, 9], [9, 9]], [[0, 1], [2, 1]])
    one, two = search(seen(9, 0, 9), known)
    assert (one.name, two.name) == ("m0", "m1") and one.others[0][0] == "m2", "this or that"
    assert search(seen(1, 2, np.nan), known) == []


def test_a_case_on_which_the_mistake_raises_does_not_speak_against_it():
    known = table([[1, np.nan, 3]])
    assert [row.name for row in search(seen(1, 2, 3), known)] == ["m0"]
    assert search(seen(np.nan, np.nan, 3), known) == []


def test_a_mistake_that_only_raises_is_told_where_those_cases_raise():
    known = table([[0, np.nan, 0]])  # on the others it is right
    assert [row.name for row in search(seen(0, np.nan, 0), known)] == ["m0"]
    assert search(seen(0, 5, 0), known) == []


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
    traced, runs = first.followed(function, some, visible, packed)
    return first.first_of(traced, runs, packed) if runs else None


def test_the_first_wrong_value_is_found_in_the_text():
    found = found_in(rnn_without_the_state)
    assert found.line == "h = torch.tanh(a + u + x.sum())" and found.part == "x.sum()"


def rnn_in_long_lines(xs, h0, W_ih, W_hh, b_ih, b_hh):
    h, outputs = h0, []
    for x in xs:
        # fmt: off
        h = torch.tanh(x @ W_ih.T + b_ih
                       + ( h+1 ) @ W_hh.T + b_hh)  # one too many
        outputs.append(h)
        # fmt: on
    return torch.stack(outputs), h


def test_it_is_quoted_as_it_stands_in_its_own_line():
    found = found_in(rnn_in_long_lines)
    first_line = rnn_in_long_lines.__code__.co_firstlineno
    assert (found.number - first_line, found.line, found.part) == (5, "h+1", "")


def test_of_another_way_to_the_right_answer_nothing_is_said():
    assert found_in(rnn_in_another_style) is None


def rnn_into_unfilled_memory(xs, h0, W_ih, W_hh, b_ih, b_hh):
    output, h = torch.empty(len(xs), *h0.shape, dtype=xs.dtype), h0
    for t in range(len(xs)):
        h = torch.tanh(xs[t] @ W_ih.T + b_ih + h @ W_hh.T + xs[t].sum())
        output[t] = h
    return output, h


@pytest.mark.parametrize("left", (0.37, 7.1e20))
def test_what_was_in_unfilled_memory_is_not_looked_at(left, monkeypatch):
    with monkeypatch.context() as patch:  # what memory may hold
        patch.setattr(first, "unfilled_memory_is_nan", contextlib.nullcontext)
        patch.setattr(torch, "empty", lambda *shape, **more: torch.full(shape, left, **more))
        assert "torch.empty" in found_in(rnn_into_unfilled_memory).line
    assert found_in(rnn_into_unfilled_memory).line.startswith("h = torch.tanh(")
    assert not torch.are_deterministic_algorithms_enabled()


def clues_of(name, function):
    some, visible = prints.cases_of(getattr(check, name))
    packed = values.of_texts(texts_module.texts_of(name), some, visible)
    return first.clues(function, some, visible, packed)


def rnn_without_the_sum(xs, h0, W_ih, W_hh, b_ih, b_hh):
    h, outputs = h0, []
    for x in xs:
        a = x @ W_ih.T + b_ih
        u = h @ W_hh.T + b_hh  # noqa: F841
        h = torch.tanh(a)
        outputs.append(h)
    return torch.stack(outputs), h


def rnn_whose_sum_is_made_step_by_step(xs, h0, W_ih, W_hh, b_ih, b_hh):
    h, outputs = h0, []
    for a, x in zip(xs @ W_ih.T + b_ih, xs):
        a += h @ W_hh.T + b_hh
        h = torch.tanh(a) * x.sum()
        outputs.append(h)
    return torch.stack(outputs), h


def rnn_whose_sum_is_hidden(xs, h0, W_ih, W_hh, b_ih, b_hh):
    h, outputs = h0, []
    for x in xs:
        a = x @ W_ih.T + b_ih
        u = h @ W_hh.T + b_hh
        h = torch.tanh(torch.stack([3 * part for part in (a, u)]).sum(0))
        outputs.append(h)
    return torch.stack(outputs), h


def rnn_with_the_state_first(xs, h0, W_ih, W_hh, b_ih, b_hh):
    h, outputs = h0, []
    for x in xs:
        h = torch.tanh(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
        outputs.append(h)
    return h, torch.stack(outputs).cumsum(0)


def test_two_values_that_nothing_is_made_of():
    assert "You have `a` and `u`; nothing is made of both." in clues_of("rnn", rnn_without_the_sum)


@pytest.mark.parametrize(
    "function", [rnn_whose_sum_is_made_step_by_step, rnn_whose_sum_is_hidden, rnn_without_the_state]
)
def test_nothing_is_said_of_values_that_meet_or_may_meet(function):
    assert not any("nothing is made" in said for said in clues_of("rnn", function))


def test_a_result_that_stands_in_anothers_place():
    moved = "What you return first is what should come second."
    assert moved in clues_of("rnn", rnn_with_the_state_first)
    assert not any("should come" in said for said in clues_of("rnn", rnn_without_the_sum))


def test_a_right_answer_leaves_no_clue():
    for name in ("rnn", "lstm_cell", "gru_cell_backward", "masked_loss"):
        for text in texts_module.texts_of(name):
            assert clues_of_text(name, text) == []


def clues_of_text(name, text):
    """The clues of one text of a right answer; its source is where inspect looks for it."""
    linecache.cache[text.file] = (1, None, ast.unparse(text.tree).splitlines(True), text.file)
    scope = dict(text.scope)
    exec(compile(ast.unparse(text.tree), text.file, "exec"), scope)
    return clues_of(name, scope[text.name])


def test_two_may_store_the_prints_of_a_task_at_once(monkeypatch, tmp_path):
    hypotheses, _ = maker.make(check.first_state, 0)
    savez = np.savez_compressed

    def and_then_another_does(file, **arrays):
        savez(file, **arrays)
        monkeypatch.setattr(np, "savez_compressed", savez)
        store.save("first_state", hypotheses, tmp_path)

    monkeypatch.setattr(np, "savez_compressed", and_then_another_does)
    store.save("first_state", hypotheses, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["first_state.npz"]
    with np.load(tmp_path / "first_state.npz") as file:
        assert "rest" in file


# ----------------------------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("name", "step"),
    [("rnn_cell", 5), ("lstm_cell", 60), ("rnn", 25), ("read_vectors", 9)],
)
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


@pytest.mark.parametrize(
    ("name", "one", "two"),
    [
        ("rnn", "bias-hh-missing", "results-exchanged"),
        ("rnn", "activation-relu", "state-not-carried"),
        ("rnn", "output-before-the-step", "W-hh-transposed"),
        ("mix", "mix-keeps-n-whole", "convention-always-keeps"),  # each in cases of its own
        (
            "split_in_time",
            "split-one-too-many",
            "test-without-second",
        ),  # or "lacks the first entry"
    ],
)
def test_two_likely_mistakes_are_both_named(name, one, two):
    task, text = getattr(check, name), texts_module.texts_of(name)[0]
    known = {m.name: m for m in mistakes.known(task, text)}
    changes = [c for name in (one, two) for c in known[name].changes(text)]
    assert set(task.verdict(text.function(changes)).mistakes) == {one, two}


def test_outdated_prints_name_nothing_and_say_so(monkeypatch):
    monkeypatch.setattr(store, "load", lambda name: None)
    verdict = check.first_state.verdict(lambda h_0, xs, W_hh: xs[0])
    assert not verdict.passed and not verdict.mistakes and "cannot be said" in verdict.message


def test_every_task_has_mistakes_as_data():
    from rnn_course.checks.task import TASKS

    assert set(store.names()) == set(TASKS)


@pytest.mark.parametrize(
    ("spoil", "name"),
    [
        (lambda w: w, ["weights-untrained"]),
        (lambda w: w * np.nan, ["weights-not-a-number"]),
        (lambda w: 0.9 * w, []),
    ],
)
def test_of_a_training_that_is_told_which_trained_nothing(spoil, name):
    calls = []

    def learn(ids, p):
        calls.append(ids)
        return {key: spoil(w) for key, w in p.items()}

    verdict = check.learn.verdict(learn)
    assert not verdict.passed and verdict.mistakes == name and len(calls) == 1
    assert "expected" not in verdict.message


SLIPS = """
from rnn_course.checks.diagnosis import operators, runs, texts, values
from rnn_course.checks import check
for name in ("gru_cell_backward", "lstm_gates"):
    for text in texts.texts_of(name):
        args = values.exact(getattr(check, name).cases()[0].args)
        print(*(words for _, words in operators.slips(text, runs.kinds_of(text, args))), sep="\\n")
"""


def test_slips_come_in_the_same_order_in_every_process():
    """Else a table that stops after so many of them would differ from machine to machine."""
    said = [
        subprocess.run(
            [sys.executable, "-c", SLIPS],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    ]  # fmt: skip
    assert said[0] == said[1] and len(said[0].splitlines()) > 100


KEY = """
from rnn_course.checks.diagnosis import store
print(store.key("lstm_memory_backward"))
"""


def test_prints_are_not_outdated_by_another_number_of_threads():
    """It changes the last digits of what is drawn for this task."""
    said = {
        subprocess.run(
            [sys.executable, "-c", KEY],
            env=os.environ | {"OMP_NUM_THREADS": threads},
            capture_output=True, text=True, check=True,
        ).stdout
        for threads in ("1", "2")
    }  # fmt: skip
    assert len(said) == 1
