"""What a check says, as plain text and as HTML.

The order is always the same: how it ended; what was compared, and on what; where it first goes
wrong, and how far; what is right; what it may be, and where the book explains it. A Message is a
list of lines, each with a role; both forms are made from it, so they say the same.
"""

import math
import re
from dataclasses import dataclass, field
from html import escape

from rnn_course.checks import places, sections
from rnn_course.checks.compare import describe, form
from rnn_course.checks.honest import RECURRENT
from rnn_course.checks.signature import names_of
from rnn_course.verdict import Verdict, inline


@dataclass
class Message:
    """The lines of a message: (role, text, link). Roles: head, line, name, code, table."""

    name: str
    status: str
    lines: list = field(default_factory=list)

    def say(self, text, role="line", link=""):
        if text:
            self.lines.append((role, text, link))

    def table(self, rows):
        """Rows (result, shape, how it is), each a tuple of three texts."""
        self.lines.append(("table", rows, ""))

    def text(self):
        out = []
        for role, said, _ in self.lines:
            if role == "table":
                width = max(len(f"{name} {shape}") for name, shape, _ in said)
                out += [f"  {f'{name} {shape}':<{width}}  {how}" for name, shape, how in said]
            else:
                out.append(f"    {said}" if role in ("code", "name") else said)
        return "\n".join(out)

    def html(self):
        bar = {"right": "#2e9e5b", "undone": "#8a8a8a"}.get(self.status, "#d9534f")
        out = [
            f'<section aria-label="Check of {escape(self.name)}" style="border-left:0.3em solid '
            f'{bar};padding:0.1em 0 0.1em 0.8em;margin:0.3em 0;max-width:60em">'
        ]
        for role, said, link in self.lines:
            if role in ("head", "name"):
                out.append(f"{_P}<strong>{inline(said)}</strong></p>")
            elif role == "code":
                out.append(
                    "<pre style='margin:0.2em 0;white-space:pre-wrap;background:transparent;"
                    f"color:inherit'><code>{escape(said)}</code></pre>"
                )
            elif role == "table":
                out.append(_html_table(said))
            elif link:
                out.append(
                    f"<p style='margin:0.2em 0'><a href='{escape(link)}'>{inline(said)}</a></p>"
                )
            else:
                out.append(f"<p style='margin:0.2em 0'>{inline(said)}</p>")
        return "".join(out) + "</section>"


_P = "<p style='margin:0.2em 0'>"


def _html_table(rows):
    cell = "style='text-align:left;padding:0.1em 1em 0.1em 0;background:transparent'"
    head = "".join(f"<th scope='col' {cell}>{h}</th>" for h in ("result", "shape", "compared"))
    body = "".join(
        f"<tr style='background:transparent'><th scope='row' {cell}>{inline(f'`{name}`')}</th>"
        f"<td {cell}>{escape(shape)}</td><td {cell}>{inline(how)}</td></tr>"
        for name, shape, how in rows
    )
    return (
        "<table style='margin:0.4em 0;border-collapse:collapse;background:transparent;"
        "color:inherit'><caption style='position:absolute;width:1px;height:1px;overflow:hidden;"
        "clip-path:inset(50%)'>What was compared</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def verdict(message, points=0.0, mistakes=(), parts=None, where=()):
    return Verdict(
        message.status == "right",
        round(points, 6),
        [m if isinstance(m, str) else m.name for m in mistakes],
        message.text(),
        message.html(),
        parts or {},
        message.status,
        list(dict.fromkeys(s for s in where if s)),
        [m if isinstance(m, str) else m.words for m in mistakes],
    )


# --------------------------------------------------------------------- how a check can end


def nothing_came(answer):
    """None or ..., or a tuple of only that."""
    if isinstance(answer, tuple | list):
        return len(answer) > 0 and all(nothing_came(a) for a in answer)
    return answer is None or answer is Ellipsis


def is_undone(trial):
    trouble = trial.trouble
    return trouble is not None and (trouble.undone or trouble.name == "None")


def undone(task, trial):
    message = Message(task.name, "undone")
    if trial is not None and trial.trouble.name == "None":
        message.say(f"{task.name}: it returns nothing.", "head")
        message.say("If you have written it: is the `return` missing?")
        return verdict(message, where=[task.section])
    message.say(f"{task.name}: not done yet.", "head")
    if trial is None:
        message.say(f"The check wants your function: `{task.call}`.")
    elif len(trial.trouble.frames) > 1:
        called = trial.trouble.frames[-1][2]
        message.say(f"It calls `{called}`, which is still to be written.")
    else:
        message.say("Write the function above, run its cell, then run this one again.")
    return verdict(message, where=[task.section])


def not_a_function(task, got):
    if got is None or got is Ellipsis:
        return undone(task, None)
    message = Message(task.name, "error")
    message.say(f"{task.name}: this is not a function.", "head")
    message.say(f"Expected your function `{task.call}`, got {describe(got)}.")
    message.say("Pass the function itself, without parentheses behind its name.")
    return verdict(message)


def not_a_module(task, got):
    message = Message(task.name, "error")
    message.say(f"{task.name}: this is not a module.", "head")
    what = "a class" if isinstance(got, type) else describe(got)
    message.say(f"Expected an instance of your torch.nn.Module, got {what}.")
    message.say("Make one first, with the same sizes as torch's: `MyLSTM(4, 5)`.")
    return verdict(message)


def cannot_load(task, trouble):
    message = Message(task.name, "error")
    message.say(f"{task.name}: the module cannot take torch's weights.", "head")
    message.say(f"Of its parameters, {trouble}.")
    message.say("Names and shapes are to be torch's: see `torch.nn.LSTM(4, 5).state_dict()`.")
    return verdict(message, where=[task.section])


def ready_made(task, called):
    message = Message(task.name, "ready-made")
    message.say(f"{task.name}: this one is to be written by hand.", "head")
    message.say(f"Your function calls {' and '.join(called)}, which this task leaves to you.")
    if any("autograd" in name for name in called):
        message.say("Write the chain rule out, with torch's ordinary operations.")
    elif any(name.startswith("rnn_course's ") for name in called):
        message.say("The course's own functions are there to be read, not to be handed in.")
    elif any(name.removeprefix("torch's ") in RECURRENT for name in called):
        message.say("To make a layer and to read its weights is fine; only calling it is not.")
    else:
        message.say("See the rules at the top of the notebook.")
    return verdict(message, 0.0, ["ready-made"], where=[task.section])


def passed(task, trials, parts):
    message = Message(task.name, "right")
    message.say(f"{task.name}: right.", "head")
    message.say(
        f"`{form(task.returns)}` is what {task.against} gives, in {_count(len(trials), 'case')}."
    )
    edges = [t.case.note for t in trials if t.case.note]
    if edges:
        these = "These are" if len(edges) == len(trials) else "Among them"
        message.say(f"{these}: {'; '.join(dict.fromkeys(edges))}.")
    _notes(message, trials)
    return verdict(message, 1.0, parts=parts)


def failed(task, trials, parts, share, diagnosis):
    """The words for a wrong answer. trials: visible cases first; diagnosis: what it may be."""
    first = next(trial for trial in trials if not trial.right)
    message = Message(task.name, "error" if first.trouble else "wrong")
    good = [part for part, (earned, _) in parts.items() if earned]
    head = "partly right" if good and share > 0 else "not right yet"
    message.say(f"{task.name}: {head}.", "head")
    said = f", {first.case.note}," if first.case.note else ""
    inputs = _arguments(task.call, first.case.args)
    message.say(f"Compared with {task.against}{said} on {inputs}.")
    if first.trouble:
        _stops(message, first.trouble)
    else:
        _table(message, task, first)
    if not first.hidden:
        message.say(f"To look at these inputs: `{task.at}.inputs()`.")
    _what_is_right(message, trials)
    _what_it_may_be(message, task, diagnosis, first)
    _notes(message, trials)
    where = [m.section or task.section for m in diagnosis.mistakes] or [task.section]
    return verdict(message, share, diagnosis.mistakes, parts, where)


def without_words(task, parts, share):
    """The verdict on a wrong answer where the words for it could not be made."""
    message = Message(task.name, "wrong")
    message.say(f"{task.name}: not right yet.", "head")
    return verdict(message, share, parts=parts, where=[task.section])


def _stops(message, trouble):
    said = trouble.text.strip().splitlines()
    message.say(f"It stops with {trouble.name}" + (f": {said[0]}" if said else "."))
    if trouble.line:
        message.say(trouble.line, "code")
    message.say(trouble.hint)


def _table(message, task, trial):
    shapes = [_numbers(f.expected if f.kind == "shape" else f.got) for f in trial.findings]
    known = places.sizes(trial.case.returns or task.returns, shapes)
    rows, below = [], []
    for f in trial.findings:
        axes = f"({', '.join(f.leaf.axes)})" if f.leaf.axes else ""
        shape = f"{axes} = {f.got}" if axes else f.got
        if f.kind == "right":
            rows.append((f.leaf.name, f"{axes} = {f.got}" if axes else "", "right"))
        elif f.kind in ("numbers", "nan"):
            row_of_ids = f.is_discrete and f.wrong.dim() == 1  # the count says enough
            how = "" if row_of_ids else places.where(f.leaf, f.wrong)
            if not (how or f.is_discrete):
                how = f"wrong in {_count_of(f.wrong)} places"
            rows.append((f.leaf.name, shape, "; ".join(filter(None, [how, _how_far(f)]))))
            below.append((f, f"`{f.first.text(f.leaf.name, not trial.hidden)}`."))
        elif f.kind == "shape":
            got, expected = _numbers(f.got), _numbers(f.expected)
            wanted = f"{axes or places.letters(expected, known)} = {f.expected}"
            came = places.letters(got, known, expected)
            came = f.got if came == f.got else f"{came} = {f.got}"
            rows.append((f.leaf.name, wanted, f"wrong shape: {came}"))
            hint = places.shape_hint(expected, got, f.leaf.axes, known)
            below.append((f, f"`{f.leaf.name}`: {_sentence(hint)}" if hint else ""))
        elif f.kind == "dtype":
            rows.append((f.leaf.name, axes, f"expected {f.expected}, got {f.got}"))
        elif f.kind == "tied":
            rows.append((f.leaf.name, shape, "still tied to autograd"))
            below.append((f, f"`{f.leaf.name}`: return it detached, `.detach()`."))
        elif f.kind == "plain":
            rows.append((f.leaf.name, "", f"wrong: {f.first.text(f.leaf.name, not trial.hidden)}"))
        else:
            rows.append((f.leaf.name, axes, f"expected {f.expected}, got {f.got}"))
    same = {row[2] for row in rows}
    if len(same) == 1 and len(rows) > 1 and trial.findings[0].kind == "type":
        message.say(f"Expected {trial.findings[0].expected}; got {trial.findings[0].got}.")
    else:
        message.table(rows)
    numbers = [said for f, said in below if f.kind in ("numbers", "nan")]
    for said in numbers[:1] + [said for f, said in below if f.kind not in ("numbers", "nan")]:
        message.say(said)


def _how_far(finding):
    """How far a tensor's numbers are off: by how much, or, of whole numbers, how many."""
    if finding.kind == "nan":
        return "has nan in it"
    if finding.is_discrete:
        return f"{_count_of(finding.wrong)} differ"
    if math.isinf(finding.largest):
        return "has infinity in it"
    return f"off by up to {finding.largest:.2g}"


def _count_of(wrong):
    return f"{int(wrong.sum())} of {wrong.numel()}"


def _sentence(text):
    return text if text.endswith("?") else f"{text}."


def _what_is_right(message, trials):
    """Cases that are right say as much as those that are wrong."""
    right = {}
    for trial in trials:
        note = trial.case.note or "the ordinary case"
        right[note] = right.get(note, True) and trial.right
    said = [note for note, is_right in right.items() if is_right]
    if said:
        these = "this case" if len(said) == 1 else "these cases"
        message.say(f"It is right in {these}: {'; '.join(said)}.")


def _what_it_may_be(message, task, diagnosis, first):
    found = diagnosis.mistakes
    if len(found) == 1:
        stops = "It stops because of this:"
        message.say(stops if first.trouble else "Your numbers are exactly what this gives:")
        message.say(found[0].words, "name")
    elif found:
        message.say("Your numbers are what these two give together, each described as if alone:")
        for k, mistake in enumerate(found, 1):
            message.say(f"{k}. {mistake.words}", "name")
    for clue in diagnosis.clues:
        message.say(clue)
    where = [m.section or task.section for m in found] or [task.section]
    for link, words in dict.fromkeys(sections.place(section) for section in where):
        message.say(f"See {words}." if words else "", link=link)


def _notes(message, trials):
    for note in dict.fromkeys(note for trial in trials for note in trial.notes):
        message.say(f"Note: {note}.")


def _count(n, word):
    return f"{n} {word}{'' if n == 1 else 's'}"


def _numbers(shape):
    """'(3, 5)' -> (3, 5); None where the text is no shape."""
    inner = re.fullmatch(r"\(([\d, ]*)\)", shape or "")
    return tuple(int(n) for n in re.findall(r"\d+", inner[1])) if inner else None


def _arguments(call, args):
    """'x (3, 4), (h (3, 5), c (3, 5)), W_ih (20, 4)' from the signature and the arguments."""
    names = names_of(call)
    names = names if len(names) == len(args) else [f"argument {k}" for k in range(1, len(args) + 1)]
    return ", ".join(_argument(name, value) for name, value in zip(names, args, strict=True))


def _argument(name, value):
    if isinstance(name, list):
        if isinstance(value, tuple | list) and len(value) == len(name):
            return "(" + ", ".join(map(_argument, name, value)) + ")"
        return describe(value)
    if isinstance(value, list | tuple) and not all(isinstance(v, int | float) for v in value):
        return f"{name} = {describe(value).partition(': ')[0]}"
    said = describe(value)
    said = re.sub(r"^a tensor ", "", said)
    return f"{name} {said}" if said.startswith("(") else f"{name} = {said}"
