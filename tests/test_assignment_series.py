"""The assignment `series`: on the released data its functions give what the chapter prints."""

import ast
import contextlib
import re

import build
import numpy as np
import pytest
import torch
from assignments import ROOT, data_of, plain, source

from rnn_course import packages
from rnn_course.checks import check

WEEK = 168


@pytest.fixture(scope="module")
def chapter():
    """What the chapter defines up to its forecasts without a network, and its regression fed back."""
    text = (ROOT / "book" / "series.md").read_text(encoding="utf-8")
    cells = re.findall(r"```\{code-cell\}\n(?::tags[^\n]*\n\n)?(.*?)```", text, re.S)
    last = next(k for k, cell in enumerate(cells) if "plots.bars" in cell)
    wanted = [cell for cell in cells[:last] if "plots." not in cell]
    wanted += [cell for cell in cells if cell.startswith("difference = ")]
    fed = next(cell for cell in cells if cell.startswith("def feed_back_regression"))
    space = {}
    for cell in [*wanted, ast.unparse(ast.parse(fed).body[0])]:
        exec(cell, space)
    return space


@pytest.fixture(scope="module")
def notebook():
    """What the notebook's own cells define, run beside its data, with the solutions."""
    build.build("series")
    space = {}
    with contextlib.chdir(build.built_path("series").parent):
        for cell in source("series").cells:
            if cell.cell_type == "code" and not cell.source.startswith("check."):
                exec(cell.source, space)
    return space


def uncommented(marked, space):
    """Run the one cell that has these words, uncommented: (what it says is expected, what it
    printed, what it defined)."""
    (cell,) = (c.source for c in source("series").cells if marked in c.source and "# " in c.source)
    lines = cell.splitlines()
    code = [k for k, line in enumerate(lines) if _is_code(line)]
    said = " ".join(line.removeprefix("# ") for line in lines[: code[0]])
    printed = []
    inner = space | {"print": lambda *values: printed.append(values)}
    exec("\n".join(lines[k].removeprefix("# ") for k in range(code[0], len(lines))), inner)
    return said, printed, inner


def _is_code(line):
    return re.match(r"# (\w+(, \w+)* = |print\(|weights|for )", line) is not None


def test_the_released_demand_is_the_chapters(notebook, chapter):
    assert notebook["demand"].numpy().tolist() == chapter["demand"].tolist()
    files = data_of("series")
    assert sorted(files) == ["series-data/LICENSE-pmdarima.txt", "series-data/demand.txt"]
    assert b"License-Expression: MIT" in files["series-data/LICENSE-pmdarima.txt"]
    assert "James W Taylor" in packages.read("pmdarima", "pmdarima/datasets/taylor.py").decode()
    assert sum(map(len, files.values())) < 30_000


def test_the_functions_give_the_numbers_of_the_chapter(notebook, chapter):
    demand = notebook["demand"]
    scaled, mean, std = plain.scale(demand.unsqueeze(1), 7 * WEEK)
    assert mean.item() == pytest.approx(chapter["mean"])
    assert std.item() == pytest.approx(chapter["std"])
    starts = torch.from_numpy(chapter["starts"])
    parts = plain.split_in_time(starts, 24, 7 * WEEK, 9 * WEEK)
    for part, name in zip(parts, ("train", "validation", "test"), strict=True):
        assert list(map(int, part)) == chapter[name].tolist()
    test = torch.from_numpy(chapter["test"])
    truth = plain.windows(demand, 48, 24)[1][test - 48]
    assert (truth.numpy() == chapter["future"](chapter["test"])).all()
    of_chapter = {1: chapter["now"], 24: chapter["ago"](24), WEEK: chapter["ago"](WEEK)}
    for period, forecast in of_chapter.items():
        ours = plain.naive(demand, test, 24, period)
        assert (ours.numpy() == forecast(chapter["test"])).all()
        errors = plain.error_by_hour(ours, truth, 1.0)
        off = np.abs(forecast(chapter["test"]) - truth.numpy()).mean()
        assert errors.mean().item() == pytest.approx(off)


def test_the_model_fed_back_is_the_chapters(notebook, chapter):
    test = torch.from_numpy(chapter["test"])
    weights, bias = notebook["one_hour_ahead"](chapter["train"])
    xs, later = notebook["cut"](test, -48, 0), notebook["cut"](test, 0, 24)
    forecast = plain.feed_back(xs, later, weights, bias)
    last_week = plain.naive(notebook["demand"], test, 24, WEEK)
    found = last_week.numpy() + chapter["std"] * forecast.numpy()
    np.testing.assert_allclose(found, chapter["feed_back_regression"](chapter["test"]), rtol=1e-8)


def test_what_the_cells_say_is_expected_comes(notebook):
    said, printed, space = uncommented("the errors 5,625", notebook)
    mean, std, *counts = printed[0]
    errors = [row[1] for row in printed[1:]]
    for number in (round(mean.item()), round(std.item()), *counts, *errors):
        assert f"{number:,}" in said, number
    said, printed, space = uncommented('"linear, fed back"', space)
    total, errors = printed[0]
    assert all(f"{number:.0f} MW" in said for number in (total, errors[0], errors[-1]))
    said, printed, _ = uncommented("a shift of 1", space)
    (shift, correlations), names = printed[0][0], printed[1][0]
    assert shift == 1 and str(names) in said
    assert all(f"{r:.3g}" in said for r in correlations.tolist())


@pytest.mark.parametrize("seed", range(6))
def test_no_shift_is_a_near_miss(seed, monkeypatch):
    """So that rounding in another order changes no answer."""
    monkeypatch.setenv("RNN_COURSE_SEED", str(seed))
    for case in check.best_shift.cases(hidden=True):
        first, *others = plain.best_shift(*case.args)[1].sort(descending=True).values
        assert not others or first > others[0] + 0.1


def random_split(starts, A, first, second):
    mixed = starts[torch.randperm(len(starts))]
    parts = [starts < first, (starts >= first) & (starts < second), starts >= second]
    return tuple(mixed[part].sort().values for part in parts)


def test_a_random_split_is_refused():
    verdict = check.split_in_time.verdict(random_split)
    assert verdict.points == 0 and "draws random numbers" in verdict.message


FORMS = {
    "arrays": lambda part: np.array([int(s) for s in part], dtype=np.int64),
    "lists": lambda part: [int(s) for s in part],
    "small tensors in a list": lambda part: [torch.tensor(int(s)) for s in part],
    "numpy's numbers in a tuple": lambda part: tuple(np.int64(s) for s in part),
}


@pytest.mark.parametrize("form", FORMS)
def test_starts_and_a_shift_may_come_in_any_plain_form(form):
    def split(*args):
        return [FORMS[form](part) for part in plain.split_in_time(*args)]

    def shift(*args):
        found, correlations = plain.best_shift(*args)
        return FORMS[form]([found])[0], correlations

    assert check.split_in_time.verdict(split, hidden=True).passed
    assert check.best_shift.verdict(shift, hidden=True).passed


def test_starts_that_are_no_whole_numbers_are_refused():
    def halves(*args):
        return [[float(s) for s in part] for part in plain.split_in_time(*args)]

    message = check.split_in_time.verdict(halves).message
    assert "expected a whole number" in message


def test_a_feature_with_nan_is_no_changed_input():
    message = check.saw_the_future.verdict(plain.saw_the_future).message
    assert "in place" not in message
