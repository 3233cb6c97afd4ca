"""The page about a class: what to teach again, what has changed, and what is left to do.

One HTML file that needs no network and no script.
What is said of mistakes comes from the verdicts of the checks, which the ledger keeps, and so does
the code that is shown: without its author (see `anonymous_code`), and only if several have it.
Whatever a student wrote is escaped, and bounded in length and number.
"""

import html
import os
import statistics
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from nbgrader.api import MissingEntry

from rnn_course.autograde.changes import since_last_run
from rnn_course.autograde.course import CourseError
from rnn_course.autograde.ledger import Ledger
from rnn_course.autograde.limits import Limits
from rnn_course.autograde.marks import replaced
from rnn_course.autograde.shown import listed, number, short, visible
from rnn_course.checks import sections
from rnn_course.verdict import ERROR, UNDONE, WRONG, inline

STYLE = """
:root { color-scheme: light dark; background: Canvas; color: CanvasText;
  font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 62rem; margin: 1.5rem auto 4rem; padding: 0 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.25rem; margin: 2rem 0 0.3rem; }
h3 { font-size: 1rem; margin: 0; }
.scroll { overflow-x: auto; margin: 0.5rem 0 1rem; }
.scroll:focus-visible, pre:focus-visible { outline: 2px solid; }
table { border-collapse: collapse; min-width: 100%; overflow-wrap: normal; }
th, td { text-align: left; vertical-align: top; padding: 0.3rem 1rem 0.3rem 0; }
th { font-weight: 600; } th:last-child { min-width: 11rem; } td { border-top: 1px solid #8886; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
small { opacity: 0.8; }
.charts { display: flex; flex-wrap: wrap; gap: 0 3rem; }
.charts > div { flex: 1 1 18rem; min-width: 0; max-width: 28rem; }
.charts td:last-child { width: 60%; } .charts td { border: 0; padding-block: 0.1rem; }
.bar { height: 1rem; margin-top: 0.25rem; background: #3a78c2; print-color-adjust: exact; }
.mistakes > li { border-top: 1px solid #8886; padding: 0.6rem 0; }
.mistakes > li::marker { font-weight: 600; }
.mistakes p { margin: 0.2rem 0; }
pre { background: #8882; padding: 0.5rem 0.7rem; margin: 0.4rem 0; overflow-x: auto;
  font: 0.85rem/1.4 ui-monospace, monospace; max-height: 24rem; }
summary { cursor: pointer; }
@media print {
  :root { color-scheme: light; font-size: 10.5pt; }
  body { max-width: none; margin: 0; padding: 0; }
  .scroll { overflow: visible; }
  table { overflow-wrap: anywhere; font-size: 9pt; min-width: 0; width: 100%; }
  th:last-child { min-width: 0; } th, td { padding-right: 0.5rem; } .number { white-space: normal; }
  pre { overflow: visible; max-height: none; white-space: pre-wrap; border-left: 2px solid #888; }
  h2, h3, summary { break-after: avoid; }
  tr, pre, .mistakes > li { break-inside: avoid; }
  a { color: inherit; text-decoration: none; }
}
"""
NOT_IN_CATALOGUE = {"ready-made": "torch's own function does the work that was to be written"}
UNNAMED = "`{task}` is wrong, but like no mistake that is known"
SHARED = 2  # that many must have written the same code before it is shown
# on the page, of each; of words and code: letters
MOST = {"mistakes": 40, "names": 5, "students": 200, "told": 400, "code": 2000}
NEAR = 0.5  # of the limit


def read_class(course, name):
    """(a ledger.Row each, task -> points it is worth). Raises CourseError if none is graded."""
    try:
        with Ledger(course, name) as ledger:
            rows = ledger.rows()
    except MissingEntry:
        rows = []
    if not rows:
        raise CourseError(f"nothing of '{name}' is graded; run `rnn-course grade {name}` first")
    return rows, rows[0].worth


def write_report(course, name):
    """Write the page into the class's folder; returns its path."""
    works, worth = read_class(course, name)
    time = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M")
    change = since_last_run(course.home / f"report-{name}.json", works, time)
    book = book_beside(course)
    parts = [
        f"<h1>{escape(name)}: how the class did</h1>",
        f"<p>{escape(summary(works, worth))}</p>",
        "<h2>What to teach again</h2>",
        most_lost(works, worth),
        mistakes_list(works, worth, book),
        "<h2>What changed since the last run</h2>",
        changes(change),
        "<h2>Tasks</h2>",
        tasks_table(works, worth, book),
        charts(works, worth),
        "<h2>To do</h2>",
        to_do(works),
        "<h2>Students</h2>",
        students_table(works, worth),
    ]
    path = course.home / f"report-{name}.html"
    page = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(name)}: how the class did</title><style>{STYLE}</style></head>"
        f"<body><main>{''.join(parts)}</main></body></html>\n"
    )
    path.write_text(page, encoding="utf-8")
    return path


def book_beside(course):
    """Where the book's pages are, seen from the report; '' if the book is not built."""
    built = course.root / "_build" / "html"
    return os.path.relpath(built, course.home) if (built / "book").is_dir() else ""


# ---------------------------------------------------------------- what to teach again


def summary(works, worth):
    statuses = Counter(work.status for work in works)
    said = ", ".join(f"{n} {status}" for status, n in statuses.most_common())
    mean = sum(work.points for work in works) / len(works)
    slowest = max(works, key=lambda work: work.seconds)
    return (
        f"{students(len(works))}: {said}. On average {mean:.1f} of {sum(worth.values()):g} points "
        f"so far. The slowest notebook took {slowest.seconds:.1f} s ({slowest.student})."
    )


def lost(work, task, worth):
    """Points of a task that a submission did not earn; 0 while it waits for a marker, and where
    there is no submission that could be read."""
    points = work.tasks.get(task)
    return max(0.0, worth[task] - points) if work.verdicts and points is not None else 0.0


def most_lost(works, worth, most=3):
    """The tasks that cost the class most points, in a sentence."""
    of_tasks = {task: sum(lost(work, task, worth) for work in works) for task in worth}
    first = sorted(filter(of_tasks.get, of_tasks), key=lambda task: -of_tasks[task])[:most]
    if not first:
        return ""
    could = sum(bool(work.verdicts) for work in works)
    said = (f"{task} ({of_tasks[task]:.1f} of {could * worth[task]:g} points)" for task in first)
    return f"<p>The class lost most points in {escape(', '.join(said))}.</p>"


@dataclass
class Mistake:
    """A mistake of the class, in whatever tasks it was made.

    lost   the points that it cost
    codes  code's form -> {student: (task, text)}, of those who made it
    """

    told: str = ""
    section: str = ""
    lost: float = 0.0
    who: set = field(default_factory=set)
    tasks: Counter = field(default_factory=Counter)
    codes: defaultdict = field(default_factory=lambda: defaultdict(dict))

    def shared(self):
        """(how many wrote it, task, code) of the code that most of them wrote, if several did."""
        found = [(len(wrote), form) for form, wrote in self.codes.items()]
        count, form = max(found, default=(0, ""))
        if count < SHARED:
            return None
        texts = Counter(self.codes[form].values())
        task, text = max(texts, key=lambda each: (texts[each], each))
        return count, task, text


def mistakes_of(works, worth):
    """The class's Mistakes, those that cost most first.

    What a task lost is shared out among the mistakes that were seen in it."""
    found = defaultdict(Mistake)
    for work in works:
        for task, verdict in work.verdicts.items():
            names = verdict.mistakes[: MOST["names"]]
            if not names and verdict.status in (WRONG, ERROR):
                names = [("", task)]  # wrong in a way that has no name
            for k, name in enumerate(names):
                it = found[name]
                it.who.add(work.student)
                it.tasks[task] += 1
                it.lost += lost(work, task, worth) / len(names)
                if task in work.answers:
                    code = work.answers[task]
                    it.codes[code.form][work.student] = task, code.text
                it.told = told_of(verdict, k) if verdict.mistakes else UNNAMED.format(task=task)
                it.section = (verdict.sections[k:] or verdict.sections[-1:] or [""])[0]
    return sorted(found.values(), key=lambda it: (-it.lost, -len(it.who), it.told))


def told_of(verdict, k):
    """The sentence on a verdict's mistake."""
    name = verdict.mistakes[k]
    return NOT_IN_CATALOGUE.get(name) or (verdict.told[k:] or [name])[0]


def mistakes_list(works, worth, book=""):
    """Each mistake: what it is, what it cost, where the book explains it, code and who made it."""
    found = mistakes_of(works, worth)
    if not found:
        return "<p>No check found anything wrong.</p>"
    items = [f"<li>{mistake_item(it, book)}</li>" for it in found[: MOST["mistakes"]]]
    more = len(found) - len(items)
    rest = f"<p>And {more} more, which cost less.</p>" if more > 0 else ""
    return f'<ol class="mistakes">{"".join(items)}</ol>{rest}'


def mistake_item(it, book):
    made_in = ", ".join(task for task, _ in it.tasks.most_common())
    about = f"{students(len(it.who))}, {it.lost:.1f} points lost, in {made_in}"
    read = escape(section_link(it.section[: MOST["told"]], book))
    read = f"<p>To read again: {read}</p>" if read else ""
    code = ""
    if shared := it.shared():
        count, task, text = shared
        lines = "\n".join(escape(line) for line in text[: MOST["code"]].split("\n"))
        code = (
            f"<p>{escape(task)}, as {count} wrote it:</p>"
            f'<pre tabindex="0" role="group" aria-label="Code for {escape(task)}">'
            f"<code>{lines}</code></pre>"
        )
    return (
        f"<h3>{inline(short(it.told, MOST['told']))}</h3><p>{escape(about)}</p>{read}{code}"
        f"<details><summary>Who</summary>{escape(listed(sorted(it.who), MOST['students']))}</details>"
    )


def section_link(section, book):
    """Words for a section of the book, with a link where the book is at hand."""
    _, words = sections.place(section)
    page, label, _ = sections.SECTIONS.get(section, (section.partition("/")[0], "", ""))
    if not (words and book):
        return words
    return Markup(f'<a href="{escape(f"{book}/book/{page}.html#{label}")}">{escape(words)}</a>')


# ---------------------------------------------------------------- the other parts


def changes(change):
    """Who is new, whose points are different, in which tasks, and why."""
    if not change.time:
        return "<p>This is the first run.</p>"
    parts = [f"<p>Compared with the run of {escape(change.time)}.</p>"]
    if change.new:
        parts.append(names_of("New", change.new))
    if change.same:
        parts.append(names_of("Handed in again, with the same points", change.same))
    moves = defaultdict(lambda: [0, 0, 0])
    for one in change.changed:
        for task, (before, now) in one.tasks.items():
            known = before is not None and now is not None
            moves[task][(now < before) if known else 2] += 1
    if moves:
        rows = [[task, *counts] for task, counts in moves.items()]
        parts.append(table(["task", "more points", "fewer points", "marked, or waits"], rows))
    rows = []
    for one in change.changed[: MOST["students"]]:
        said = [f"{t}: {as_points(a)} → {as_points(b)}" for t, (a, b) in one.tasks.items()]
        said += [f"now {one.status}"] if one.status else []
        total = Number(f"{number(one.before)} → {number(one.now)}")
        rows.append([one.student, total, "; ".join(said), one.why])
    if rows:
        count = f"{students(len(change.changed))} with other points"
        made = table(["student", "points", "tasks", "why"], rows)
        made += more_than(change.changed)
        parts.append(f"<details><summary>{count}</summary>{made}</details>")
    if len(parts) == 1:
        parts.append("<p>Nobody is new, and nobody's points are different.</p>")
    return "".join(parts)


def as_points(score):
    return "to be marked" if score is None else number(score)


def tasks_table(works, worth, book=""):
    limit = Limits().cell_seconds
    rows, near = [], []
    for task, most in worth.items():
        earned = [w.tasks.get(task) for w in works]
        given = [e for e in earned if e is not None]
        undone = sum(w.verdicts[task].status == UNDONE for w in works if task in w.verdicts)
        full, none = sum(e >= most for e in given), sum(e == 0 for e in given)
        mean = f"{sum(given) / len(given):.1f} of {most:g}" if given else f"- of {most:g}"
        times = [w.times[task] for w in works if w.times.get(task) is not None]
        spent = [f"{statistics.median(times):.2f}", f"{max(times):.2f}"] if times else ["", ""]
        if (slow := sum(time > NEAR * limit for time in times)) > 0:
            near.append(f"{task} ({students(slow)})")
        wrong = [w.verdicts[task] for w in works if task in w.verdicts]
        read = Counter(v.sections[0] for v in wrong if not v.passed and v.sections).most_common(1)
        where = section_link(read[0][0], book) if read else ""
        counts = [Number(mean), full, none, undone, len(earned) - len(given)]
        rows.append([task, *counts, *map(Number, spent), where])
    heads = ["task", "mean", "all points", "no point", "of these not begun", "to be marked"]
    heads += ["median, s", "most, s", "to read again"]
    said = (
        f"Seconds are processor time of the task's check, the student's code included; it may "
        f"take {limit:g} s."
    )
    if near:
        said += f" More than half of that took {', '.join(near)}."
    return f"{table(heads, rows)}<p><small>{escape(said)}</small></p>"


def to_do(works):
    """What waits for a person: marks, and submissions that did not simply go through."""
    waiting = [w for w in works if None in w.tasks.values()]
    items = []
    if waiting:
        answers = sum(list(w.tasks.values()).count(None) for w in waiting)
        what = f"To mark by hand in formgrader: {answers} answers of {students(len(waiting))}"
        names = listed([w.student for w in waiting], MOST["students"])
        items.append(f"<details><summary>{what}</summary>{escape(names)}</details>")
    twice = [
        f"<li>{escape(work.student)}, {escape(task)}: {escape(story(given))}</li>"
        for work in works
        for task, given in work.marks.items()
        if replaced(given)
    ]
    if twice:
        lines = "".join(twice[: MOST["students"]])
        items.append(f"Marked by two, the last mark counts:<ul>{lines}</ul>{more_than(twice)}")
    odd = defaultdict(list)
    for work in works:
        if work.status != "graded":
            odd[work.status].append(work)
    for status, some in odd.items():
        lines = [
            f"<li>{escape(w.student)}: {escape(short(w.words, MOST['told']))}</li>"
            for w in some[: MOST["students"]]
        ]
        items.append(f"To look at, {escape(status)}:<ul>{''.join(lines)}</ul>{more_than(some)}")
    made = "".join(f"<li>{item}</li>" for item in items)
    return f"<ul>{made}</ul>" if items else "<p>Nothing.</p>"


def story(given, most=10):
    """What marks a task was given, by whom and when: the last ones."""
    told = [
        f"{number(it.mark) or 'taken back'} ({short(it.marker)}, {it.moment[:16].replace('T', ' ')})"
        for it in given[-most:]
    ]
    return ", then ".join(told) + " UTC"


def students_table(works, worth):
    out_of = sum(worth.values())
    rows = []
    for w in works:
        points, seconds = f"{number(w.points)} of {number(out_of)}", Number(f"{w.seconds:.1f}")
        late, words = "late" if w.late else "", short(w.words, MOST["told"])
        rows.append([w.student, w.status, late, Number(points), seconds, words])
    return table(["student", "status", "late", "points", "seconds", "words"], rows)


def charts(works, worth):
    """Points of the class, and what was earned of each task, as bars."""
    whole = sum(worth.values()) or 1
    tenths = Counter(min(9, int(10 * work.points / whole)) for work in works)
    rows = []
    for k in range(10):
        points = Number(f"{number(whole * k / 10)} to {number(whole * (k + 1) / 10)}")
        rows.append([points, tenths[k], bar(100 * tenths[k] / len(works))])
    made = f"<div>{table(['points', 'students', 'of the class'], rows)}</div>"
    rows = []
    for task, most in worth.items():
        given = [w.tasks[task] for w in works if w.tasks.get(task) is not None]
        if given and most:
            share = 100 * sum(given) / (len(given) * most)
            rows.append([task, Number(f"{share:.0f} %"), bar(share)])
    if rows:
        made += f"<div>{table(['task', 'earned', 'of all its points'], rows)}</div>"
    return f'<div class="charts">{made}</div>'


def bar(percent):
    """A bar as long as that, for the eye alone: the number stands beside it."""
    width = max(0, min(100, percent))
    return Markup(f'<div class="bar" aria-hidden="true" style="width: {width:.1f}%"></div>')


# ---------------------------------------------------------------- HTML


class Markup(str):
    """Text that is HTML already."""


class Number(str):
    """Text that stands to the right, like a number."""


def table(heads, rows):
    """A table that scrolls in its place where the page is narrow."""
    number = [
        rows and all(isinstance(row[k], int | Number) for row in rows) for k in range(len(heads))
    ]

    def line(tag, cells):
        kinds = [' class="number"' if n else "" for n in number]
        made = (f"<{tag}{k}>{escape(c)}</{tag}>" for k, c in zip(kinds, cells, strict=True))
        return f"<tr>{''.join(made)}</tr>"

    body = "".join(line("td", row) for row in rows)
    head = line("th", heads).replace("<th", '<th scope="col"')
    return (
        f'<div class="scroll" tabindex="0" role="group" aria-label="Table by {escape(heads[0])}">'
        f"<table><thead>{head}</thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def names_of(what, names):
    """How many there are, and who when one asks."""
    summary = f"{what}: {students(len(names))}"
    return f"<details><summary>{escape(summary)}</summary>{escape(listed(names, MOST['students']))}</details>"


def more_than(some):
    """A line on those that are not listed."""
    more = len(some) - MOST["students"]
    return f"<p>And {more} more.</p>" if more > 0 else ""


def students(number):
    return f"{number} student{'' if number == 1 else 's'}"


def escape(value):
    return value if isinstance(value, Markup) else html.escape(visible(value))
