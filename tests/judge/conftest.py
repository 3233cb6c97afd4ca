"""What the judge's tests share: one judge pool for all of them, and what to do where there is no sandbox."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # for tests.attacks

from rnn_course.autograde import sandbox  # noqa: E402
from rnn_course.autograde.judge_pool import JudgePool  # noqa: E402
from rnn_course.autograde.limits import MB, Limits  # noqa: E402
from rnn_course.autograde.notebook_cell import GIVEN, STUDENT, TEST, Cell  # noqa: E402

LIMITS = Limits(
    cell_seconds=3.0, notebook_seconds=30.0, grace=0.5, memory=512 * MB, notebook_output=2 * MB
)


@pytest.fixture(scope="session")
def isolation():
    """Skips where the platform has no isolation, and fails where it is to have one (`.ci/run`)."""
    possible, line = sandbox.probe()
    if not possible and os.environ.get("REQUIRE_ISOLATION"):
        pytest.fail(line)
    if not possible:
        pytest.skip(line)
    return line


@pytest.fixture(scope="session")
def judges(isolation):
    with JudgePool(LIMITS) as judges:
        yield judges


@pytest.fixture(scope="session")
def trusting_judges():
    """One without isolation, which works on every platform that can fork."""
    with JudgePool(LIMITS, trusted=True) as judges:
        yield judges


@pytest.fixture
def judged(judges):
    """judged(student="...", test="...", ...) -> a Judged; the cells in the order they are given."""
    return lambda *cells, **named: Judged(judges, [*cells, *named.items()])


class Judged:
    """A judged notebook: its tests' outputs, whether they passed, and what happened."""

    def __init__(self, judges, cells):
        kinds = {"student": STUDENT, "given": GIVEN, "test": TEST}
        self.cells = [Cell(kinds[kind.rstrip("0123456789")], source) for kind, source in cells]
        results, self.what_happened = judges.judge(self.cells)
        self.events = list(dict.fromkeys(event.kind for event in self.what_happened))
        self.outputs = [result.outputs for result in results]
        self.verdicts = [result.verdict for result in results]
        self.tests = [
            output for cell, output in zip(self.cells, self.outputs, strict=True)
            if cell.kind == TEST
        ]  # fmt: skip

    @property
    def passed(self):
        """For each test, whether it raised nothing."""
        return [all(o["output_type"] != "error" for o in outputs) for outputs in self.tests]

    @property
    def shown(self):
        """For each test, the plain text that it shows (its points), or its error's text."""
        return [
            next((o["data"]["text/plain"] for o in outputs if "data" in o), None)
            or next((f"{o['ename']}: {o['evalue']}" for o in outputs if "ename" in o), "")
            for outputs in self.tests
        ]

    def text(self, index=-1):
        """All that a cell prints, shows and raises, as one text."""
        return str(self.outputs[index])
