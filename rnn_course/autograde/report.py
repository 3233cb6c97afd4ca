"""The page about a class: what it misunderstood, what it earned, and what is left to do.

One HTML file that needs no network; the plots are drawn by matplotlib and stand inside it.
What is said of mistakes comes from the verdicts of the checks, which the ledger keeps.
"""

import html
import os
from collections import Counter, defaultdict

from nbgrader.api import MissingEntry

from rnn_course import plots
from rnn_course.autograde.course import CourseError
from rnn_course.autograde.ledger import Ledger
from rnn_course.autograde.shown import number, visible
from rnn_course.checks import sections
from rnn_course.checks.words import inline
from rnn_course.verdict import ERROR, UNDONE, WRONG

STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 62rem; margin: 1.5rem auto 4rem; padding: 0 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.25rem; margin: 2rem 0 0.3rem; }
.scroll { overflow-x: auto; margin: 0.5rem 0 1rem; }
.scroll:focus-visible { outline: 2px solid; }
table { border-collapse: collapse; min-width: 100%; overflow-wrap: normal; }
th, td { text-align: left; vertical-align: top; padding: 0.3rem 1rem 0.3rem 0; }
th { font-weight: 600; } td { border-top: 1px solid #8886; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
small { opacity: 0.8; }
.plots { display: flex; flex-wrap: wrap; gap: 1rem 2rem; }
.plots > div { flex: 1 1 18rem; max-width: 28rem; }
summary { cursor: pointer; }
"""
NOT_IN_CATALOGUE = {"ready-made": "torch's own function does the work that was to be written"}


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
    parts = [
        f"<h1>{escape(name)}: how the class did</h1>",
        f"<p>{escape(summary(works, worth))}</p>",
        "<h2>What to teach again</h2>",
        mistakes_table(works, book_beside(course)),
        "<h2>Tasks</h2>",
        tasks_table(works, worth),
        f'<div class="plots">{pictures(works, worth)}</div>',
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


# ---------------------------------------------------------------- its parts


def summary(works, worth):
    statuses = Counter(work.status for work in works)
    said = ", ".join(f"{n} {status}" for status, n in statuses.most_common())
    mean = sum(work.points for work in works) / len(works)
    slowest = max(works, key=lambda work: work.seconds)
    return (
        f"{students(len(works))}: {said}. On average {mean:.1f} of {sum(worth.values()):g} points "
        f"so far. The slowest notebook took {slowest.seconds:.1f} s ({slowest.student})."
    )


def mistakes_table(works, book=""):
    """Each mistake in words, how many made it and who, and where the book explains it.

    A mistake is one row, in whatever tasks it was made."""
    who, tasks, told, where = defaultdict(set), defaultdict(Counter), {}, {}
    for work in works:
        for task, verdict in work.verdicts.items():
            names = verdict.mistakes
            if not names and verdict.status in (WRONG, ERROR):
                names = [("", task)]  # wrong in a way that has no name
                told[names[0]] = "wrong, but like no mistake that is known"
                where[names[0]] = (verdict.sections or [""])[0]
            for k, name in enumerate(names):
                who[name].add(work.student)
                tasks[name][task] += 1
                if name in verdict.mistakes:
                    told[name] = NOT_IN_CATALOGUE.get(name) or verdict.told[k]
                    where[name] = (verdict.sections[k:] or verdict.sections[-1:] or [""])[0]
    if not who:
        return "<p>No check found anything wrong.</p>"
    named_first = sorted(who, key=lambda name: (isinstance(name, tuple), -len(who[name])))
    rows = []
    for name in named_first:
        made_in = escape(", ".join(task for task, _ in tasks[name].most_common()))
        read = escape(section_link(where[name], book))
        made_by = f"<summary>{len(who[name])}</summary>{escape(', '.join(sorted(who[name])))}"
        words = f"{inline(told[name])}<br><small>{made_in}; {read}</small>"
        rows.append([Markup(f"<details>{made_by}</details>"), Markup(words)])
    return table(["students", "mistake, where it was made, and what to read again"], rows)


def section_link(section, book):
    """Words for a section of the book, with a link where the book is at hand."""
    _, words = sections.place(section)
    page, label, _ = sections.SECTIONS.get(section, (section.partition("/")[0], "", ""))
    if not (words and book):
        return words
    return Markup(f'<a href="{escape(f"{book}/book/{page}.html#{label}")}">{escape(words)}</a>')


def tasks_table(works, worth):
    rows = []
    for task, points in worth.items():
        earned = [w.tasks.get(task) for w in works]
        given = [e for e in earned if e is not None]
        undone = sum(w.verdicts[task].status == UNDONE for w in works if task in w.verdicts)
        full, none = sum(e >= points for e in given), sum(e == 0 for e in given)
        mean = f"{sum(given) / len(given):.1f} of {points:g}" if given else f"- of {points:g}"
        rows.append([task, Number(mean), full, none, undone, len(earned) - len(given)])
    heads = ["task", "mean", "all points", "no point", "of these not begun", "to be marked"]
    return table(heads, rows)


def to_do(works):
    """What waits for a person: marks, and submissions that did not simply go through."""
    waiting = [w for w in works if None in w.tasks.values()]
    items = []
    if waiting:
        answers = sum(list(w.tasks.values()).count(None) for w in waiting)
        names = ", ".join(w.student for w in waiting)
        items.append(
            f"<details><summary>To mark by hand in formgrader: {answers} answers of "
            f"{students(len(waiting))}</summary>{escape(names)}</details>"
        )
    odd = defaultdict(list)
    for work in works:
        if work.status != "graded":
            odd[work.status].append(work)
    for status, some in odd.items():
        lines = "".join(f"<li>{escape(w.student)}: {escape(w.words)}</li>" for w in some)
        items.append(f"To look at, {escape(status)}:<ul>{lines}</ul>")
    listed = "".join(f"<li>{item}</li>" for item in items)
    return f"<ul>{listed}</ul>" if items else "<p>Nothing.</p>"


def students_table(works, worth):
    out_of = sum(worth.values())
    rows = []
    for w in works:
        points, seconds = f"{number(w.points)} of {number(out_of)}", Number(f"{w.seconds:.1f}")
        late = "late" if w.late else ""
        rows.append([w.student, w.status, late, Number(points), seconds, w.words])
    return table(["student", "status", "late", "points", "seconds", "words"], rows)


def pictures(works, worth):
    """Points of the class, and each task's success."""
    whole = sum(worth.values()) or 1
    figure, axes = plots.canvas(height=2.6)
    earned = [work.points for work in works]
    colours = {"color": [(plots.BLUE, 0.55)], "edgecolor": plots.BLUE}
    counts, _, _ = axes.hist(earned, bins=10, range=(0, whole), **colours)
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.set(xlabel="points", ylabel="students", title="Points of the class")
    tenths = ", ".join(f"{n:g}" for n in counts)
    points = plots.finish(figure, f"How many students are in each tenth of the points: {tenths}.")
    shares = {}
    for task, most in worth.items():
        given = [w.tasks[task] for w in works if w.tasks.get(task) is not None]
        if given and most:
            shares[task] = 100 * sum(given) / (len(given) * most)
    if not shares:
        return f"<div>{points.element()}</div>"
    said = ", ".join(f"{task} {share:.0f} %" for task, share in shares.items())
    success = plots.bars(
        shares, f"Earned of each task: {said}.", title="Earned of each task", digits=0, unit=" %"
    )
    return f"<div>{points.element()}</div><div>{success.element()}</div>"


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
        f'<div class="scroll" tabindex="0"><table><thead>{head}</thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def students(number):
    return f"{number} student{'' if number == 1 else 's'}"


def escape(value):
    return value if isinstance(value, Markup) else html.escape(visible(value))
