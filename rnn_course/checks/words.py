"""What a check says: sentences, as plain text and as HTML.

The order is always the same: how it ended; what was compared, on which shapes; where it first
goes wrong and how far; what is right; what it may be, and where the book explains it.
"""

from html import escape

from rnn_course.checks.compare import form

AXES = {"T": "time step", "N": "batch row", "H": "hidden unit", "I": "feature", "L": "layer"}


def verdict(task, passed, points, status, lines, mistakes=(), parts=None):
    from rnn_course.checks.task import Verdict

    message = "\n".join(lines)
    html = "<div>" + "".join(f"<p>{escape(line)}</p>" for line in lines) + "</div>"
    return Verdict(passed, points, list(mistakes), message, html, parts or {}, status)


def nothing_came(answer):
    """None or ..., or a tuple of only that."""
    if isinstance(answer, tuple | list):
        return len(answer) > 0 and all(nothing_came(a) for a in answer)
    return answer is None or answer is Ellipsis


def is_undone(trial):
    trouble = trial.trouble
    return trouble is not None and trouble.name in ("NotImplementedError", "None")


def undone(task, trial):
    if trial.trouble.name == "None":
        said = "It returns nothing (None). If you have written it: is the `return` missing?"
    elif len(trial.trouble.frames) > 1:
        said = f"`{trial.trouble.frames[-1][2]}`, which it calls, is still to be written."
    else:
        said = "Fill in the function above, then run this cell again."
    return verdict(task, False, 0.0, "undone", [f"{task.name}: not done yet. {said}"])


def not_a_function(task, got):
    from rnn_course.checks.compare import describe

    if got is None or got is Ellipsis:
        return verdict(task, False, 0.0, "undone", [f"{task.name}: not done yet."])
    said = f"expected a function, {task.call}, got {describe(got)}: pass it without parentheses."
    return verdict(task, False, 0.0, "error", [f"{task.name}: {said}"])


def ready_made(task, called):
    said = (
        f"this task is to be written by hand, but your function calls {', '.join(called)}. "
        "Making a layer to read its weights is fine; calling it is not."
    )
    return verdict(task, False, 0.0, "ready-made", [f"{task.name}: {said}"], ["ready-made"])


def passed(task, trials, parts):
    lines = [f"{task.name}: right. {form(task.returns)} agrees with torch on {len(trials)} cases."]
    return verdict(task, True, 1.0, "right", lines + notes(trials), parts=parts)


def notes(trials):
    seen = dict.fromkeys(note for trial in trials for note in trial.notes)
    return [f"Note: {note}." for note in seen]


def failed(task, trials, parts, share, diagnosis):
    first = next(trial for trial in trials if not trial.right)
    lines = [f"{task.name}: not right yet."]
    if first.trouble:
        lines.append(f"It stops with {first.trouble.name}: {first.trouble.text}")
        lines += [x for x in (first.trouble.line, first.trouble.hint) if x]
    for f in first.findings:
        if f.kind == "numbers":
            lines.append(f"{f.leaf.name} {f.got}: differs, largest difference {f.largest:.2g}")
        elif f.kind == "right":
            lines.append(f"{f.leaf.name} {f.got}: right")
        else:
            lines.append(f"{f.leaf.name}: expected {f.expected}, got {f.got} {f.place}")
    status = "error" if first.trouble else "wrong"
    names = [m.name for m in diagnosis.mistakes]
    return verdict(task, False, share, status, lines + notes(trials), names, parts)
