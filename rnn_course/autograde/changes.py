"""What changed in an assignment's rows since the last run, for the class report.

    change = since_last_run(path, rows, time)

The rows are kept, in short, in a small file beside the report. A run after which nothing is
different does not count: the change that was told before it is told again.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rnn_course.autograde.intake import write
from rnn_course.autograde.ledger import Row

HANDED_IN, TESTS, BY_HAND = "handed in again", "tests or limits changed", "marked by hand"


@dataclass
class Changed:
    """One student's row that is not as it was.

    tasks  task -> (points before, points now), None where a marker has still to say
    why    HANDED_IN, TESTS or BY_HAND
    """

    student: str
    before: float
    now: float
    tasks: dict[str, tuple[float | None, float | None]]
    why: str
    status: str = ""


@dataclass
class Change:
    """What is different from the run before.

    time  when that run was; "" if there was none
    new   students who had no row then
    same  students who handed in again and have the points that they had
    """

    time: str = ""
    new: list[str] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    same: list[str] = field(default_factory=list)


def since_last_run(path: Path, rows: Iterable[Row], time: str) -> Change:
    """The Change from what is kept at `path`, where these rows are kept then.

    time  of this run, as it is to be shown after the next
    """
    now = {row.student: in_short(row) for row in rows}
    kept = read(path)
    before = kept["before"]
    if now != kept["now"]["rows"]:
        before = kept["now"]
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, json.dumps({"before": before, "now": {"time": time, "rows": now}}))
    return compared(before, now) if before["rows"] else Change()


def in_short(row: Row) -> dict[str, Any]:
    return {"points": row.points, "status": row.status, "tasks": row.tasks, "key": row.key}


def read(path: Path) -> dict[str, Any]:
    """The two last runs that differ. A file that is none of ours counts as none at all."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        for run in (kept["before"], kept["now"]):
            str(run["time"])
            for row in run["rows"].values():
                row["points"] + 0.0, row["tasks"].items(), row["key"].partition, row["status"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {run: {"time": "", "rows": {}} for run in ("before", "now")}
    return kept


def compared(run: dict[str, Any], rows: dict[str, Any]) -> Change:
    change = Change(run["time"])
    for student, now in rows.items():
        before = run["rows"].get(student)
        if before is None:
            change.new.append(student)
            continue
        again = before["key"].partition("-")[0] != now["key"].partition("-")[0]
        if all(before[name] == now[name] for name in ("points", "status", "tasks")):
            if again:
                change.same.append(student)
            continue
        names = dict.fromkeys([*before["tasks"], *now["tasks"]])
        tasks = {name: (before["tasks"].get(name), now["tasks"].get(name)) for name in names}
        tasks = {name: points for name, points in tasks.items() if points[0] != points[1]}
        why = HANDED_IN if again else BY_HAND if before["key"] == now["key"] else TESTS
        status = "" if before["status"] == now["status"] else now["status"]
        changed = Changed(student, before["points"], now["points"], tasks, why, status)
        change.changed.append(changed)
    return change
