"""Every mark that is given by hand, beside the gradebook, which knows only the last one of each task.

nbgrader's formgrader writes what comes, so of two people who mark the same answer the second one
replaces the first one's mark. Here a row of each stays, so that the class report can say so.
"""

import getpass
import os
from collections import defaultdict
from datetime import UTC, datetime
from typing import NamedTuple

from nbgrader.api import Grade
from sqlalchemy import event, inspect, text
from sqlalchemy.orm import Session

TABLE = "judge_mark"
COLUMNS = "student, assignment, notebook, task, was, mark, marker, server, moment"


class Mark(NamedTuple):
    """A mark as it was given: None where one was taken back.

    server  tells one formgrader from another of the same person
    moment  UTC, as text that sorts
    """

    mark: float | None
    marker: str
    server: str
    moment: str


def keep_marks() -> None:
    """From now on each mark that this process writes is kept as well."""
    if not event.contains(Session, "before_flush", _keep):
        event.listen(Session, "before_flush", _keep)


def _keep(session, context, instances):
    changed = [each for each in session.dirty if isinstance(each, Grade)]
    changed = [g for g in changed if inspect(g).attrs.manual_score.history.has_changes()]
    if not changed or not inspect(session.connection()).has_table(TABLE):
        return  # nothing, or a gradebook in which `rnn-course grade` never wrote
    names = COLUMNS.split(", ")
    insert = text(f"insert into {TABLE} values ({', '.join(f':{name}' for name in names)})")
    for grade in changed:
        submission = grade.notebook.assignment
        was = [*inspect(grade).attrs.manual_score.history.deleted, None][0]
        about = submission.student.id, submission.name, grade.notebook.name, grade.name
        mark = was, grade.manual_score, _marker(), f"{os.uname().nodename}-{os.getpid()}"
        values = [*about, *mark, datetime.now(UTC).isoformat()]
        session.execute(insert, dict(zip(names, values, strict=True)))


def _marker():
    """Who runs this process: the person on the hub, else on this machine."""
    try:
        return os.environ.get("JUPYTERHUB_USER") or getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


def marks_of(db, assignment: str) -> dict[str, dict[str, list[Mark]]]:
    """student -> task -> the Marks that were given to it, in order."""
    found: dict[str, dict[str, list[Mark]]] = defaultdict(lambda: defaultdict(list))
    query = text(f"select {COLUMNS} from {TABLE} where assignment = :a order by moment")
    for row in db.execute(query, {"a": assignment}):
        found[row.student][row.task].append(Mark(row.mark, row.marker, row.server, row.moment))
    return found


def replaced(marks: list[Mark]) -> bool:
    """Has one formgrader replaced another's mark by a different one?"""
    return any(
        one.server != other.server and one.mark != other.mark
        for one, other in zip(marks, marks[1:], strict=False)
    )
