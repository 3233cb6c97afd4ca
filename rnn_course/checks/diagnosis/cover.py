"""Today's hand-written mistakes of a task: are their numbers in the new tables, under which name?

    python -m rnn_course.checks.diagnosis.cover TASK ...

For the move only: it goes with the old lists.
"""

import sys
import warnings

import numpy as np
import torch

from rnn_course.checks import check
from rnn_course.checks.diagnosis import make, prints
from rnn_course.checks.diagnosis.tables import search
from rnn_course.checks.recurrence import arrays
from rnn_course.checks.scenes import answer_of


def as_tensors(value):
    if isinstance(value, tuple | list):
        return type(value)(map(as_tensors, value))
    if isinstance(value, dict):
        return {k: as_tensors(v) for k, v in value.items()}
    return torch.tensor(value) if isinstance(value, np.ndarray) else value


def cover(name):
    task = getattr(check, name)
    reference = task.reference or task.oracle
    hypotheses, report = make.make(task, 0)
    some, _ = prints.cases_of(task)
    lines, counts = [], dict.fromkeys(("same name", "other name", "slip", "pair", "none"), 0)
    counts |= {"raises": 0, "nothing": 0}
    right = prints.Observations(hypotheses.right, 1e-9 + 0 * hypotheses.right)
    for mistake in task.known():

        def function(*args, mistake=mistake):
            args = arrays(args) if getattr(reference, "on_arrays", False) else args
            with np.errstate(all="ignore"):
                return as_tensors(answer_of(reference, mistake.change, args))

        seen = prints.observe(task, function, some, (torch.float64,))
        rows = search(seen, hypotheses)
        said = " & ".join(f"{row.name} ({row.kind})" for row in rows)
        if np.isnan(seen.numbers[0]):
            kind = "raises"
        elif prints.alike(seen.numbers, right).all():
            kind = "nothing"
        elif len(rows) == 2:
            kind = "pair"
        elif not rows:
            kind = "none"
        elif rows[0].kind == "slip":
            kind = "slip"
        else:
            kind = "same name" if rows[0].name == mistake.name else "other name"
        counts[kind] += 1
        if kind not in ("same name", "nothing"):
            lines.append(f"    {kind}: {mistake.name} -> {said}: {mistake.words}")
    print(f"{name}: {counts}")
    for entry, why in report.refused.items():
        print(f"    refused: {entry}: {why}")
    for group in report.alike:
        print(f"    by hand, of the same numbers: {', '.join(group)}")
    print("\n".join(sorted(lines)))


if __name__ == "__main__":
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    for task_name in sys.argv[1:]:
        cover(task_name)
