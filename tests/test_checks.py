"""The contract of a check: it returns, never raises, and its verdict is torch's."""

import functools
import math
import pickle
import re
import warnings
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import torch
from assignments import names, plain, ways

from rnn_course import cells, embedding, packing, training
from rnn_course.checks import cases, check, sections, seeds
from rnn_course.checks.diagnosis import mistakes, texts
from rnn_course.checks.task import TASKS, Task, task
from rnn_course.verdict import Verdict

PLAIN = [name for name in names() if name != "learn"]  # its training takes long
TASK_NAMES = list(TASKS)


# -------------------------------------------------------------------------------- verdicts


@pytest.mark.parametrize("name", PLAIN)
def test_a_right_answer_passes_with_hidden_cases_too(name):
    for right in ways(name):
        verdict = TASKS[name].verdict(right, hidden=True)
        assert verdict.passed, verdict.message
        assert verdict.points == 1 and verdict.status == "right" and verdict.mistakes == []


@pytest.mark.parametrize("name", TASK_NAMES)
@pytest.mark.parametrize("nothing", [None, ...])
def test_an_untouched_task_is_not_done_yet(name, nothing):
    def raises(*args):
        raise NotImplementedError

    for untouched in (raises, lambda *args: nothing, nothing):
        shown = TASKS[name](untouched, points=3)
        assert shown.verdict.status == "undone" and repr(shown) == "0"
        said = "not done yet" if untouched in (raises, nothing) else "it returns nothing"
        assert said in str(shown) and said in shown._repr_html_()


WRONG_THINGS = {
    "a string": "h",
    "a number": 1.5,
    "a huge number": 10**5000,
    "a set": {1, 2},
    "an empty tuple": (),
    "a module": torch.nn.Linear(2, 2),
    "numpy": np.ones((3, 4)),
    "a scalar": torch.tensor(1.0),
    "nan": torch.full((5, 5), math.nan),
    "complex": torch.ones(5, 5, dtype=torch.complex64),
    "sparse": torch.eye(5).to_sparse(),
    "boolean": torch.ones(5, 5, dtype=torch.bool),
    "wide": torch.ones(1).expand(10_000, 10_000),
    "deep": [[[[[[1]]]]]],
    "a dict": {"h": torch.ones(5, 5), 3: None},
    "a list of lists": [[1.0, 2.0], [3.0]],
}


@pytest.mark.parametrize("thing", WRONG_THINGS)
@pytest.mark.parametrize("name", ["rnn_cell", "lstm_cell", "lstm", "pack", "bptt", "masked_loss"])
def test_whatever_comes_back_a_check_returns(name, thing):
    value = WRONG_THINGS[thing]
    for answer in (value, (value, value), (value, (value, value))):
        shown = TASKS[name](lambda *args, answer=answer: answer, points=2)
        assert not shown.verdict.passed and float(repr(shown)) < 2
        assert str(shown) and shown._repr_html_()


def test_a_list_that_holds_itself():
    endless = []
    endless.append(endless)
    assert not check.rnn.verdict(lambda *args: endless).passed


def test_a_tensor_that_says_it_equals_everything_does_not():
    class Liar(torch.Tensor):
        @classmethod
        def __torch_function__(cls, func, types, args=(), kwargs=None):
            return True

    def rnn_cell(x, h, *weights):
        return torch.zeros_like(h).as_subclass(Liar)

    assert not check.rnn_cell.verdict(rnn_cell).passed


@pytest.mark.parametrize("error", [ValueError, KeyError, SystemExit, AssertionError, MemoryError])
def test_an_exception_points_at_the_students_line(error):
    def rnn_cell(x, h, *weights):
        raise error("something of mine")

    shown = check.rnn_cell(rnn_cell)
    assert shown.verdict.status == "error"
    assert 'raise error("something of mine")' in str(shown) and error.__name__ in str(shown)
    assert "rnn_course" not in str(shown)


def test_a_loss_without_gradient_is_explained():
    def chunk_gradient(*arguments):
        torch.zeros(2).sum().backward()

    said = check.chunk_gradient.verdict(chunk_gradient).message
    assert "hangs on nothing that requires a gradient" in said and "torch.zeros(2).sum()" in said


def test_ctrl_c_is_not_swallowed():
    def rnn_cell(*args):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check.rnn_cell(rnn_cell)


@pytest.mark.parametrize("thing", [3, torch.ones(2), "rnn_cell", torch.nn.RNNCell])
def test_what_is_no_function_is_said(thing):
    shown = check.rnn_cell(thing)
    assert "not a function" in str(shown) and not shown.verdict.passed


def test_an_unknown_check_names_those_that_there_are():
    with pytest.raises(AttributeError, match="lstm_cell"):
        check.lstmcell  # noqa: B018
    assert {"matches", "rnn", "gru_cell"} <= set(dir(check))


# ------------------------------------------------------------------------- points and forms


def test_points_are_the_plain_text():
    def only_the_output(xs, h0, *weights):
        return plain.rnn(xs, h0, *weights)[0], h0

    shown = check.rnn(only_the_output, points=4)
    assert not shown.verdict.passed and shown.verdict.parts["forward"][0]
    assert not shown.verdict.parts["states"][0] and not shown.verdict.parts["edges"][0]
    assert float(repr(shown)) == pytest.approx(4 * 0.6)
    assert repr(check.rnn(plain.rnn, points=4)) == "4"
    assert repr(check.rnn(plain.rnn, points=2.5)) == "2.5"


def test_edges_alone_earn_nothing():
    """Right for one time step, and only there: each step starts from the first state."""

    def forgets(xs, h0, *weights):
        steps = [plain.rnn_cell(x, h0, *weights) for x in xs]
        return torch.stack(steps), steps[-1]

    verdict = check.rnn.verdict(forgets)
    assert verdict.points == 0 and "It is right in this case: one time step." in verdict.message

    def only_the_edges(xs, h0, *weights):
        ordinary = len(xs) > 1 and xs.shape[1] > 1 and xs.is_contiguous()
        output, h_n = plain.rnn(xs, h0, *weights)
        return (output + 1, h_n + 1) if ordinary else (output, h_n)

    verdict = check.rnn.verdict(only_the_edges)
    assert verdict.points == 0 and not verdict.parts["edges"][0]
    assert (
        "It is right in these cases: one time step; one row in the batch; inputs that"
        in verdict.message
    )


def test_shares_add_up_to_one():
    for name in PLAIN:
        parts = TASKS[name].verdict(getattr(plain, name)).parts
        assert sum(share for _, share in parts.values()) == pytest.approx(1)


def test_a_verdict_can_be_sent_and_stored():
    verdict = check.lstm_cell.verdict(lambda x, state, *w: state)
    again = pickle.loads(pickle.dumps(verdict))
    assert again == verdict and isinstance(again, Verdict)
    assert again.sections and all(isinstance(s, str) for s in again.sections)


class Tags(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.open, self.seen = [], []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_html_is_well_formed_and_fit_for_a_screen_reader():
    def wrong(xs, state, *weights):
        output, (h, c) = plain.lstm(xs, state, *weights)
        return output.transpose(0, 1), (c, h)

    html = check.lstm(wrong, points=2)._repr_html_()
    tags = Tags(html).seen
    assert any(tag == "section" and "lstm" in attrs["aria-label"] for tag, attrs in tags)
    assert {attrs.get("scope") for tag, attrs in tags if tag == "th"} == {"col", "row"}
    assert any(tag == "caption" for tag, _ in tags)
    assert "background:#" not in html and "color:#" not in html.replace("border-left", "")
    assert "right" in html and "wrong" in html, "told in words, not by colour alone"


def test_what_a_student_wrote_is_escaped():
    def rnn_cell(*args):
        raise ValueError("<script>alert(1)</script>")

    assert "<script>" not in check.rnn_cell(rnn_cell)._repr_html_()


def test_one_expected_value_is_told_and_of_hidden_cases_none():
    first = TASKS["rnn_cell"].cases()[0]
    right = TASKS["rnn_cell"].expected(first)[0]
    wrong = check.rnn_cell(lambda x, h, *w: h + 0.5)
    came = first.args[1][0, 0] + 0.5
    assert f"`h[0, 0] is {came:.3g}; expected {right[0, 0]:.3g}`." in str(wrong)
    assert str(wrong).count("expected") == wrong._repr_html_().count("expected") == 1

    sizes = {tuple(case.args[0].shape) for case in TASKS["rnn_cell"].cases()}

    def only_visible(x, h, *w):
        return plain.rnn_cell(x, h, *w) + (tuple(x.shape) not in sizes)

    shown = check.rnn_cell(only_visible, hidden=True)
    assert not shown.verdict.passed and "h[0, 0] is" in str(shown) and "expected" not in str(shown)
    assert "inputs()" not in str(shown)


def test_links_lead_into_the_book_when_it_is_known_where_it_stands(monkeypatch):
    def no_tanh(x, h, W_ih, W_hh, b_ih, b_hh):
        return x @ W_ih.T + b_ih + h @ W_hh.T + b_hh

    wrong = check.rnn_cell(no_tanh)
    assert "<a " not in wrong._repr_html_() and "One step" in str(wrong)
    monkeypatch.setenv(sections.SITE_VARIABLE, "https://example.org/course")
    html = check.rnn_cell(no_tanh)._repr_html_()
    assert "https://example.org/course/book/rnn.html#rnn-one-step" in html


# ------------------------------------------------------------------- cases and their seeds


@pytest.mark.parametrize("name", TASK_NAMES)
def test_visible_cases_are_always_the_same_and_hidden_ones_are_others(name):
    one, two = TASKS[name].cases(), TASKS[name].cases()
    assert [c.note for c in one] == [c.note for c in two]
    assert all(_same(a.args, b.args) for a, b in zip(one, two, strict=True))
    hidden = TASKS[name].cases(hidden=True)
    assert not all(_same(a.args, b.args) for a, b in zip(one, hidden, strict=False))


def test_a_students_own_hidden_cases():
    def drawn():
        return TASKS["lstm"].cases(hidden=True)[0].args[0]

    public = drawn()
    with seeds.seed_from("key", "ada", "lstm"):
        ada, again = drawn(), drawn()
    with seeds.seed_from("key", "bob", "lstm"):
        bob = drawn()
    with seeds.seed_from(b"another key", "ada", "lstm"):
        other = drawn()
    assert _same(ada, again) and _same(drawn(), public)
    assert not any(_same(ada, x) for x in (public, bob, other))


def test_the_seed_may_come_from_the_environment(monkeypatch):
    public = TASKS["rnn"].cases(hidden=True)[0].args[0]
    monkeypatch.setenv(seeds.SEED_VARIABLE, seeds.student_seed("key", "ada", "rnn"))
    own = TASKS["rnn"].cases(hidden=True)[0].args[0]
    with seeds.seed_from("key", "ada", "rnn"):
        assert _same(own, TASKS["rnn"].cases(hidden=True)[0].args[0])
    assert not _same(own, public)


def test_numbers_written_into_the_code_fail_the_hidden_cases():
    case = TASKS["rnn_cell"].cases()[0]
    known = {
        tuple(case.args[0].shape): TASKS["rnn_cell"].expected(case)[0]
        for case in TASKS["rnn_cell"].cases()
    }

    def looked_up(x, h, *weights):
        return known.get(tuple(x.shape), h).to(x.dtype)

    for case in TASKS["rnn_cell"].cases():
        assert TASKS["rnn_cell"].run(looked_up, case)[0].right
    verdict = check.rnn_cell.verdict(looked_up, hidden=True)
    assert not verdict.passed and "other sizes" in verdict.message


def test_sizes_are_all_different_and_never_small():
    for hidden in (False, True):
        for seed in range(20):
            sizes = cases.Draw(seed, hidden).sizes(4)
            assert len(set(sizes)) == 4 and min(sizes) >= 3
    lengths = cases.Draw(0).lengths(5, 6)
    assert len(set(lengths)) == 5 and max(lengths) == 6 and lengths != sorted(lengths)[::-1]


def _same(one, other):
    if isinstance(one, torch.Tensor):
        if not isinstance(other, torch.Tensor) or one.shape != other.shape:
            return False
        return torch.isclose(one, other, 0, 0, equal_nan=True).all()
    if isinstance(one, tuple | list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_same(one[k], other[k]) for k in one)
    return one == other


# ------------------------------------------------------------------------- making a new task


@pytest.fixture
def own_tasks():
    before = dict(TASKS)
    yield
    TASKS.clear()
    TASKS.update(before)


def test_a_new_check_in_a_few_lines(own_tasks):
    @task("twice(x) -> y", returns="y: T N", oracle=lambda x: 2 * x)
    def twice(draw):
        """Everything doubled."""
        yield cases.case(draw.normal(3, 4))
        yield cases.edge("one row", draw.normal(1, 4))

    assert isinstance(twice, Task) and check.twice is twice
    assert check.twice.verdict(lambda x: x + x).passed
    verdict = check.twice.verdict(lambda x: x)
    assert not verdict.passed and verdict.points == 0 and "off by up to" in verdict.message
    with pytest.raises(ValueError, match="already"):
        task("twice(x) -> y", returns="y", oracle=lambda x: x, name="twice")(lambda draw: [])


def test_options_of_the_drawing_are_options_of_the_check(own_tasks):
    @task("power(x, n) -> y", returns="y: N", oracle=lambda x, n: x**n)
    def power(draw, largest=2):
        for n in range(1, largest + 1):
            yield cases.case(draw.normal(4), n)

    assert check.power.verdict(lambda x, n: x * x if n == 2 else x).passed
    assert not check.power.verdict(lambda x, n: x * x if n == 2 else x, largest=3).passed


def test_plain_values_are_compared_entry_by_entry(own_tasks):
    def truth(words):
        return {w: {"length": len(w), "letters": list(w)} for w in words}

    @task("count(words) -> table", returns="table", oracle=truth)
    def count(draw):
        yield cases.case(["he", "ate"])

    assert check.count.verdict(truth).passed

    def wrong(words):
        table = truth(words)
        table["ate"]["letters"][1] = "x"
        return table

    assert "table['ate']['letters'][1] is 'x'; expected 't'" in check.count.verdict(wrong).message
    missing = check.count.verdict(lambda words: {"he": truth(words)["he"]})
    assert "table has no key 'ate'" in missing.message


# ---------------------------------------------------------------- every section stands in the book


def test_every_section_that_a_check_names_stands_in_the_book():
    book = Path(__file__).resolve().parent.parent / "book"
    for section, (page, label, title) in sections.SECTIONS.items():
        text = (book / f"{page}.md").read_text()
        assert f"({label})=" in text, section
        assert title.replace("`", "") in text.replace("`", ""), section
    named = {t.section for t in TASKS.values()}
    for name in names():
        known = mistakes.known(TASKS[name], texts.texts_of(name)[0])
        named |= {mistake.read for mistake in known if mistake.read}
    assert named <= set(sections.SECTIONS)


def test_every_section_that_a_task_names_is_a_heading_of_its_chapter():
    root = Path(__file__).resolve().parent.parent
    pages = {words: page for page, words in sections.CHAPTERS.items()}
    found = 0
    for path in (root / "exercises").glob("*.md"):
        for words in re.findall(r"\*In the book:\* (.*)", path.read_text(encoding="utf-8")):
            chapter = re.match(r"chapter ([^,]+),", words)
            assert chapter and chapter[1] in pages, f"{path.name}: {words}"
            text = (root / "book" / f"{pages[chapter[1]]}.md").read_text(encoding="utf-8")
            headings = re.findall(r"^##+ (.+)$", text.replace("`", ""), re.MULTILINE)
            titles = re.findall(r'"([^"]+)"', words)
            assert set(titles) <= set(headings), f"{path.name}: {words}"
            found += len(titles)
    assert found > 50


def test_nothing_is_written_to_stderr_or_warned(capfd):
    """nbgrader gives no point where anything stands on stderr."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check.lstm(lambda xs, state, *w: (xs, state))
        check.rnn_packed(lambda data, sizes, h0, *w: (data, h0))
    assert capfd.readouterr().err == ""


REFERENCE = {
    "one_hot": embedding.one_hot,
    "nearest": embedding.nearest,
    "pack": packing.pack,
    "cross_entropy": training.cross_entropy,
    "clip_by_global_norm": training.clip_by_global_norm,
    "reverse_by_length": packing.reverse_by_length,
    "rnn_cell": cells.rnn_cell,
}


@pytest.mark.parametrize("name", REFERENCE)
def test_a_function_of_the_reference_is_no_answer(name):
    function, check_ = REFERENCE[name], getattr(check, name)
    for handed_in in (function, functools.partial(function)):
        found = check_.verdict(handed_in)
        assert (found.status, found.points) == ("ready-made", 0.0)
        assert f"rnn_course's {function.__name__}," in found.message
        assert "not to be handed in" in found.message


def test_nor_is_one_that_calls_it():
    found = check.pack.verdict(lambda padded, lengths: packing.pack(padded, lengths))
    assert found.status == "ready-made" and "rnn_course's pack, which" in found.message
