"""The class report: what a class earned and misunderstood, on a page that needs no network."""

import re
import time
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import too_wide

from rnn_course.autograde import changes, report
from rnn_course.autograde.anonymous_code import Code
from rnn_course.autograde.course import CourseError
from rnn_course.autograde.ledger import Row
from rnn_course.verdict import Verdict
from tests.attacks import toy

WORTH = {"cell": 3.0, "why": 4.0}
BIAS = Verdict(
    False, 0.5, ["bias-hh-missing"], told=["b_hh < is missing"], sections=["lstm/biases"]
)
GATES = Verdict(
    False,
    0.0,
    ["bias-hh-missing", "gates"],
    told=["b_hh < is missing", "gates"],
    sections=["lstm/biases", "lstm/gates"],
)
UNKNOWN = Verdict(False, 0.0, sections=["lstm/step"])
UNDONE = Verdict(False, 0.0, status="undone", sections=["lstm/step"])
RIGHT = Verdict(True, 1.0, status="right")


def row(student, status, points, cell, why, verdict, words="", seconds=0.0):
    tasks = {"cell": cell, "why": why}
    to_mark = WORTH["why"] if why is None else 0.0
    verdicts = {"cell": verdict}
    return Row(student, "rnn", status, points, 7.0, to_mark, tasks, WORTH, verdicts, words, seconds)


def timed(work, seconds, key="a-b"):
    return replace(work, times={"cell": seconds}, key=key)


CLASS = [
    timed(row("ann", "graded", 3.0, 3.0, None, RIGHT, seconds=0.25), 0.2),
    timed(row("bob <b>", "graded", 1.0, 1.0, 0.0, BIAS, seconds=2.0), 16.0),
    timed(row("cyd", "tampered", 0.0, 0.0, None, GATES, words="cell had been changed"), 0.3),
    timed(row("dan", "graded", 0.0, 0.0, 0.0, UNDONE), 0.1),
    timed(row("eve", "graded", 0.0, 0.0, 0.0, UNKNOWN), 0.4),
]


class Course:
    """A folder for a class's report, whose rows are given."""

    def __init__(self, folder, monkeypatch):
        self.root, self.home, self.monkeypatch = folder, folder / "class", monkeypatch
        self.home.mkdir()

    def page(self, works):
        self.monkeypatch.setattr(report, "read_class", lambda course, name: (works, WORTH))
        return report.write_report(self, "rnn").read_text()


@pytest.fixture
def course(monkeypatch, tmp_path):
    return Course(tmp_path, monkeypatch)


@pytest.fixture
def page(course):
    return course.page(CLASS)


def part(page, heading):
    """What stands under a heading."""
    return page[page.index(f"<h2>{heading}") :].split("<h2>")[1]


def bare(text):
    """HTML without its tags."""
    return " ".join(re.sub("<[^>]*>", " ", text).split())


def rows(page, heading):
    """The cells of the table under a heading, tags left out."""
    body = part(page, heading)
    body = body[body.index("<tbody>") : body.index("</tbody>")]
    found = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in re.findall("<tr>.*?</tr>", body)]
    return [[bare(cell) for cell in row] for row in found]


def mistakes(page):
    """The mistakes on a page, tags left out."""
    return [bare(item) for item in re.findall(r"<li>(<h3>.*?)</li>", page, re.DOTALL)]


def test_mistakes_are_told_in_words_with_what_they_cost_and_lead_to_the_book(page):
    gates = "To read again: chapter LSTM, &quot;One matmul for four gates&quot;"
    # bob lost 2 of 3 by the bias, cyd all 3 by two mistakes: half of it each
    assert mistakes(page) == [
        f"b_hh &lt; is missing 2 students, 3.5 points lost, in cell {gates} Who bob &lt;b&gt;, cyd",
        "cell is wrong, but like no mistake that is known 1 student, 3.0 points lost, in cell "
        "To read again: chapter LSTM, &quot;One step&quot; Who eve",
        f"gates 1 student, 1.5 points lost, in cell {gates} Who cyd",
    ]
    assert (
        "The class lost most points in why (12.0 of 20 points), cell (11.0 of 15 points)." in page
    )


def test_where_the_book_is_built_a_mistake_has_a_link_to_it():
    link = report.section_link("lstm/gates", "../_build/html")
    assert '"../_build/html/book/lstm.html#lstm-gates"' in link
    assert "<a" not in report.section_link("lstm/gates", "")


GATES_WORDS = "chapter LSTM, &quot;One matmul for four gates&quot;"


def test_tasks_and_students_and_what_is_to_do(page):
    assert rows(page, "Tasks") == [
        ["cell", "0.8 of 3", "1", "3", "1", "0", "0.30", "16.00", GATES_WORDS],
        ["why", "0.0 of 4", "0", "3", "0", "2", "", "", ""],
    ]
    assert "it may take 30 s. More than half of that took cell (1 student)." in page
    assert [row[0] for row in rows(page, "Students")] == [
        "ann",
        "bob &lt;b&gt;",
        "cyd",
        "dan",
        "eve",
    ]
    assert "2 answers of 2 students</summary>ann, cyd<" in page
    assert "To look at, tampered:<ul><li>cyd: cell had been changed</li></ul>" in page
    assert "5 students: 4 graded, 1 tampered. On average 0.8 of 7 points so far." in page
    assert "The slowest notebook took 2.0 s (bob &lt;b&gt;)." in page


def test_who_was_late_and_points_as_people_write_them():
    late = row("ann \x1b[2J", "graded", 10.200000000000001, 3.0, None, RIGHT)
    late.late = True
    table = report.students_table([late, row("bob", "graded", 1.0, 1.0, 0.0, BIAS)], WORTH)
    cells = re.findall(r"<td[^>]*>(.*?)</td>", table)
    assert cells[:4] == ["ann \\x1b[2J", "graded", "late", "10.2 of 7"]
    assert cells[6:10] == ["bob", "graded", "", "1 of 7"]


def test_the_page_needs_no_network(page):
    outside = re.findall(r"""(?:src|href)=["'](?!#)[^"']*""", page)
    assert outside == [] and "<script" not in page and "@import" not in page


def test_bars_are_as_long_as_their_numbers(page):
    charts = page.partition('<div class="charts">')[2].partition("<h2>")[0]
    bars = re.findall(r"(\d+)(?: %)?</td><td><div class=\"bar\"[^>]*width: ([\d.]+)%", charts)
    students, earned = bars[:10], bars[10:]
    assert [float(width) for _, width in students] == [20.0 * int(n) for n, _ in students]
    assert sum(int(n) for n, _ in students) == 5 and len(earned) == len(WORTH)
    assert all(abs(int(n) - float(width)) <= 0.5 for n, width in earned)


def test_an_assignment_that_is_not_graded_has_no_report(tmp_path):
    course = toy.Class(toy.make_course(tmp_path))
    with pytest.raises(CourseError, match="nothing of 'toy' is graded; run `rnn-course grade toy`"):
        report.read_class(course, toy.NAME)
    with pytest.raises(CourseError, match="nothing of 'none' is graded"):
        report.read_class(course, "none")


# -- code that several wrote -----------------------------------------------------------------------


def wrote(student, form, text, verdict=BIAS):
    return replace(
        row(student, "graded", 1.0, 1.0, 0.0, verdict), answers={"cell": Code(form, text)}
    )


def test_code_that_several_wrote_is_shown_and_of_one_alone_none(course):
    one = course.page([wrote("ann", "f1", "a = 1"), wrote("bob", "f2", "b = 2")])
    assert "<pre" not in one
    page = course.page([
        *(wrote(f"s{n}", "f1", "return x < y") for n in range(3)),
        wrote("s3", "f1", "return a < b"),  # the same program in other words
        *(wrote(f"t{n}", "f2", "return 0") for n in range(2)),
        *(wrote(f"u{n}", "f3", "pass", UNKNOWN) for n in range(2)),
    ])  # fmt: skip
    assert re.findall(r"<p>(cell, as \d wrote it:)</p><pre.*?><code>(.*?)</code>", page) == [
        ("cell, as 4 wrote it:", "return x &lt; y"),
        ("cell, as 2 wrote it:", "pass"),
    ]


# -- what changed ----------------------------------------------------------------------------------


def changed(page):
    return bare(part(page, "What changed since the last run"))


def test_what_changed_is_told_until_something_else_changes(course):
    assert "This is the first run." in changed(course.page(CLASS))
    assert "This is the first run." in changed(course.page(CLASS))  # nothing happened
    ann, bob, cyd, dan, eve = CLASS
    now = [
        replace(ann, points=5.5, tasks={"cell": 3.0, "why": 2.5}),  # marked
        replace(bob, points=3.0, tasks={"cell": 3.0, "why": 0.0}, key="new-b"),
        replace(cyd, key="a-new", points=1.0, tasks={"cell": 1.0, "why": None}, status="graded"),
        replace(dan, key="again-b"),
        eve,
        timed(row("fay", "graded", 0.0, 0.0, 0.0, UNKNOWN), 0.1),
    ]
    for _ in range(2):  # told again where nothing has happened since
        page = course.page(now)
        assert rows(page, "What changed since") == [["why", "0", "0", "1"], ["cell", "2", "0", "0"]]
        said = changed(page)
        assert "New: 1 student fay" in said and "same points: 1 student dan" in said
        assert "3 students with other points" in said
        assert "ann 3 → 5.5 why: to be marked → 2.5 marked by hand" in said
        assert "bob &lt;b&gt; 1 → 3 cell: 1 → 3 handed in again" in said
        assert "cyd 0 → 1 cell: 0 → 1; now graded tests or limits changed" in said
        assert "eve" not in said
    same = [replace(work, key=work.key + "2") for work in now]
    assert "Nobody is new, and nobody's points are different." in changed(course.page(same))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"now": 1}', '{"now": {"rows": [1]}}'])
def test_a_file_of_changes_that_is_none_counts_as_none(tmp_path, text):
    path = tmp_path / "report-rnn.json"
    path.write_text(text)
    assert changes.since_last_run(path, CLASS, "1").time == ""
    assert changes.since_last_run(path, CLASS[:1], "2").time == "1"


# -- what a student wrote --------------------------------------------------------------------------

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</code></pre><script>x</script>",
    "\x1b]52;c;x\x07",
    "\u202eevil",
    "&lt;b&gt;",
    "`<b>`",
]


def hostile(number, words=2000):
    """A class of so many, whose names and words are hostile; one answer has a megabyte."""
    works = []
    for n in range(number):
        text = HOSTILE[n % len(HOSTILE)]
        told = f"{text} {n % 300}" + "x" * 1000
        verdict = Verdict(False, 0.0, [f"m{n % 300}"] * 50, told=[told] * 50, sections=[text])
        work = row(f"{text} {n}", "crashed", 0.0, 0.0, None, verdict, text + "w" * words)
        works.append(replace(work, answers={"cell": Code(text, text)}, times={"cell": 1e300}))
    return works


def test_hostile_names_words_and_code_are_text_and_bounded(course):
    works = hostile(1000)
    works[0].answers["cell"] = Code("x", "<" * 1_000_000)  # alone, so not shown
    page = course.page(works)
    changed = course.page([replace(work, points=1.0) for work in works])
    for made in (page, changed):
        assert "<script" not in made and "<img" not in made and "\x1b" not in made
        assert "\u202e" not in made and len(made) < 3_000_000
    assert (
        page.count("<h3>") == report.MOST["mistakes"] and "And 260 more, which cost less." in page
    )


def test_the_page_takes_linear_time(course):
    def seconds(works):
        before = time.process_time()
        course.page(works)
        return time.process_time() - before

    seconds(hostile(1))
    few, many = seconds(hostile(100)), seconds(hostile(1600))
    assert many < 64 * few  # sixteen times as many; quadratic would be 256


@pytest.mark.browser
def test_the_page_in_a_browser(chromium, course):
    course.page(CLASS)
    shared = [wrote(f"s{n}", "f1", "    return " + "x + " * 60 + "y") for n in range(3)]
    course.page([*hostile(8), *CLASS, *shared])
    tab = chromium.new_page()
    errors = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.on("console", lambda message: errors.append(message.text))
    tab.goto((course.home / "report-rnn.html").as_uri())
    for details in tab.locator("summary").all():
        details.click()
    for width, media, scheme in VIEWS:
        tab.set_viewport_size({"width": width, "height": 900})
        tab.emulate_media(media=media, color_scheme=scheme)
        assert (too_wide(tab) <= 0, violations(tab), errors) == (True, [], []), (width, scheme)
    tab.close()


VIEWS = [(1280, "screen", "light"), (1280, "screen", "dark"), (390, "screen", "light")]
VIEWS += [(700, "print", "light")]


def violations(tab):
    """All findings of axe-core, the slight ones too."""
    found = Axe().run(tab).response["violations"]
    return [f"{fault['id']}: {node['html'][:150]}" for fault in found for node in fault["nodes"]]
