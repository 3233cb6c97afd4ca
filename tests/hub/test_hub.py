"""A class's round on a real JupyterHub, by the commands of the instructor's guide."""

import csv
import json
import re
from pathlib import Path
from urllib.parse import quote

import build
import pytest
import sample_class

from rnn_course.autograde.course import Course

pytestmark = [pytest.mark.hub, pytest.mark.timeout(2400)]
ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "exercises" / "README.md"
NAME = "rnn"
DIAGNOSIS = "b_hh is not added"  # of the student wrong-bias, in the first task
HOME = "rnn-course"


def commands(heading):
    """The commands that the guide gives under a heading: a text for each of its blocks."""
    section = re.split(r"^###? ", GUIDE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    (found,) = [part for part in section if part.startswith(heading + "\n")]
    return re.findall(r"^```bash\n(.*?)^```", found, re.MULTILINE | re.DOTALL)


RELEASE, FETCH, VALIDATE, SUBMIT, GRADE, FEEDBACK, FETCH_FEEDBACK = commands("The round")
SPRING = ("rnn-autumn", "rnn-spring")
ESSAYS = {
    "ada": "The state differs from step to step.",
    "bob": "It is $h_t$ that is the whole memory.",
}


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """student of the sample class -> their notebook."""
    course = Course(ROOT, home=tmp_path_factory.mktemp("sample"))
    texts = sample_class.submissions(course, NAME)
    return {name: json.loads(text) for name, text in texts.items() if name != "unreadable"}


@pytest.fixture(scope="module")
def class_(hub):
    """The hub as the guide sets it up, everyone's server running, the assignment released."""
    (administrator,) = commands("For whoever runs the hub, once")
    class_folder, settings = commands("For the teacher, once")
    hub.as_root(administrator)
    for user in hub.users:
        hub.start(user)
    with hub.terminal("teacher") as terminal:
        terminal(class_folder)
        terminal(settings)
    hub.stop("teacher")
    hub.start("teacher")
    with hub.terminal("teacher") as terminal:
        terminal(RELEASE)
    return hub


def work(hub, user, answers, essay):
    """Write answers into the notebook that a user fetched, as in JupyterLab."""
    notebook = hub.read(user, f"{NAME}/{NAME}.ipynb")
    theirs = {cell["id"]: cell["source"] for cell in answers["cells"]}
    for cell in notebook["cells"]:
        about = cell["metadata"].get("nbgrader", {})
        if about.get("solution"):
            cell["source"] = theirs[cell["id"]] if cell["cell_type"] == "code" else essay
    hub.write(user, f"{NAME}/{NAME}.ipynb", notebook)


@pytest.fixture(scope="module")
def handed_in(class_, answers):
    """Ada hands in twice, the first time something wrong; Bob once, wrong."""
    said = {}
    for user in ("ada", "bob"):
        with class_.terminal(user) as terminal:
            terminal(FETCH)
            work(class_, user, answers["wrong-bias"], ESSAYS["bob"])
            said[user] = terminal(VALIDATE)
            terminal(SUBMIT)
    work(class_, "ada", answers["right"], ESSAYS["ada"])
    with class_.terminal("ada") as terminal:
        said["ada again"] = terminal(VALIDATE)
        terminal(SUBMIT)
    return said


@pytest.fixture(scope="module")
def graded(class_, handed_in):
    with class_.terminal("teacher") as terminal:
        return terminal(GRADE)


@pytest.fixture
def tab(chromium, class_):
    """sign in as a user -> a tab of a browser that reaches this machine alone."""
    contexts = []

    def sign_in(user):
        contexts.append(context := chromium.new_context())
        context.set_default_timeout(120000)
        page = context.new_page()
        page.route(
            "**/*", lambda r: r.continue_() if r.request.url.startswith("http://127") else r.abort()
        )
        page.goto(f"{class_.address}/hub/login")
        page.fill("input[name=username]", user)
        page.fill("input[name=password]", class_.password)
        page.click("#login_submit")
        page.wait_for_url(f"**/user/{user}/**")
        return page

    yield sign_in
    for context in contexts:
        context.close()


def test_students_hear_what_is_wrong_when_they_validate(handed_in):
    for user in ("ada", "bob"):
        assert "b_hh" in handed_in[user] and "The following" in handed_in[user], handed_in[user]
    assert "b_hh" not in handed_in["ada again"]


def test_the_students_cannot_read_the_course(class_):
    with class_.terminal("ada") as terminal:
        assert "Permission denied" in terminal(f"ls /home/teacher/{HOME}", fails=True)
        assert "No such file" in terminal(f"ls {GUIDE}", fails=True)
        assert "Permission denied" in terminal("ls /srv/nbgrader/rnn-autumn/inbound", fails=True)


def test_everyone_is_graded_by_their_last_submission(class_, graded):
    assert "isolation: bubblewrap" in graded, graded
    text = class_.read("teacher", f"{HOME}/autumn/grades-{NAME}.csv")
    rows = {row["student"]: row for row in csv.DictReader(text.splitlines())}
    assert sorted(rows) == ["ada", "bob"], text
    assert {row["status"] for row in rows.values()} == {"graded"}, text
    assert float(rows["ada"]["points"]) == 24 > float(rows["bob"]["points"]), text
    for file in ("timestamp.txt", "submission_secret.txt"):
        for step in ("submitted", "autograded"):
            assert class_.read("teacher", f"{HOME}/autumn/{step}/ada/{NAME}/{file}")


def mark(page, class_, essay, points, words):
    """Give points and a comment in formgrader to the one whose essay says this."""
    page.goto(f"{class_.address}/user/teacher/formgrader/gradebook/{NAME}/{NAME}")
    links = page.locator("a[href*='/submissions/']")
    links.first.wait_for()
    found = sorted({link.get_attribute("href") for link in links.all()})
    assert len(found) == 2, found
    for link in found:
        page.goto(class_.address + link)
        page.wait_for_load_state("networkidle")  # the marks have come
        if page.get_by_text(essay).count():
            break
    else:
        pytest.fail(f"nobody wrote: {essay}")
    for field, text, api in (
        ("input.score#rnn-why", points, "/api/grade/"),
        ("textarea.comment#rnn-why-comment", words, "/api/comment/"),
    ):
        page.locator(field).fill(text)
        with page.expect_response(
            lambda r, api=api: api in r.url and r.request.method == "PUT"
        ) as put:
            page.locator(field).press("Tab")
        assert put.value.ok


def students(page, class_):
    """Who is in the class that formgrader has."""
    page.goto(f"{class_.address}/user/teacher/formgrader/manage_students")
    page.locator("td.id:not(:empty)").first.wait_for()
    return set(page.locator("td.id").all_inner_texts())


def test_marks_in_formgrader_reach_the_students_page(class_, graded, tab):
    teacher = tab("teacher")
    teacher.goto(f"{class_.address}/user/teacher/formgrader/manage_assignments")
    teacher.get_by_role("link", name=NAME, exact=True).first.wait_for()
    teacher.screenshot(path=class_.pictures / "formgrader.png")
    assert students(teacher, class_) == {"ada", "bob"}
    mark(teacher, class_, ESSAYS["ada"], "2.5", "Nearly: $W_{hh}$ is **one** matrix.")
    assert hidden_in(teacher) == hidden_phrases()  # a marker sees all of it
    teacher.screenshot(path=class_.pictures / "marking.png")
    with class_.terminal("teacher") as terminal:
        terminal(FEEDBACK)
    shown = {}
    for user in ("ada", "bob"):
        with class_.terminal(user) as terminal:
            terminal(FETCH_FEEDBACK)
            [folder] = terminal(f"ls -dN {NAME}/feedback/*/").splitlines()
            said = terminal("ls /srv/nbgrader/rnn-autumn/feedback", fails=True)
            assert "Permission denied" in said
        page = tab(user)
        page.goto(f"{class_.address}/user/{user}/lab/tree/{quote(folder)}")
        page.get_by_role("listitem", name=f"{NAME}.html").dblclick()
        frame = page.frame_locator(".jp-HTMLViewer iframe, iframe.jp-HTMLViewer").first
        frame.locator("#toc").wait_for()
        contents = frame.locator("#toc").inner_text()
        assert "1. One step rnn-cell:" in " ".join(contents.split()), contents
        shown[user] = frame.locator("body").inner_text()
        assert "$" not in shown[user] and "\\tanh" not in shown[user]
        box = frame.locator("math").first.bounding_box()
        assert box["width"] > 10 and box["height"] > 5, box
        assert not hidden_in(frame), user
        page.screenshot(path=class_.pictures / f"feedback-{user}.png")
        frame.get_by_text("This answer is marked by hand").scroll_into_view_if_needed()
        page.screenshot(path=class_.pictures / f"feedback-{user}-essay.png")
    assert DIAGNOSIS in " ".join(shown["bob"].split()) and DIAGNOSIS not in shown["ada"]
    assert "0.0 of 3.0" in shown["bob"] and "0.0 of 3.0" not in shown["ada"]
    assert "Nearly:" in shown["ada"] and "2.5 of 4.0" in shown["ada"]
    assert "not marked yet" in shown["bob"] and "not marked yet" not in shown["ada"]
    assert "Nearly:" not in shown["bob"] and "is the whole memory" not in shown["ada"]


def hidden_phrases():
    """What a student must not see: pieces of the hidden tests and of the marking guide, plain."""
    source = build.read_source((ROOT / "exercises" / f"{NAME}.md").read_text("utf-8"), NAME)
    regions = {"test": "HIDDEN TESTS", "question": "MARK SCHEME"}
    parts = [
        build.region(cell.source, regions[build.role_of(cell)])[0]
        for cell in source.cells
        if build.role_of(cell) in regions
    ]
    lines = [line for part in parts for line in re.split(r"\n|[-*$]+", part)]
    return {line.strip() for line in lines if len(line.strip()) > 25}


def hidden_in(page):
    """Which of these a page, or a frame of one, has."""
    text = " ".join(page.locator("body").inner_text().split())
    return {phrase for phrase in hidden_phrases() if phrase in text}


def test_two_classes_keep_apart(class_, graded, answers, tab):
    (second,) = commands("A second class")
    with class_.terminal("teacher") as terminal:
        terminal(second)
    with class_.terminal("eve") as terminal:
        terminal(FETCH.replace(*SPRING))
        work(class_, "eve", answers["right"], "It depends.")
        terminal(SUBMIT.replace(*SPRING))
    with class_.terminal("teacher") as terminal:
        terminal("export COURSE=spring\n" + GRADE)
        found = {c: terminal(f"ls ~/{HOME}/{c}/submitted").split() for c in ("autumn", "spring")}
        assert found == {"autumn": ["ada", "bob"], "spring": ["eve"]}
    teacher = tab("teacher")
    assert students(teacher, class_) == {"ada", "bob"}
    with class_.terminal("teacher") as terminal:
        terminal("sed -i s/autumn/spring/ ~/.jupyter/nbgrader_config.py")
    class_.stop("teacher")
    class_.start("teacher")
    teacher = tab("teacher")
    assert students(teacher, class_) == {"eve"}
    teacher.screenshot(path=class_.pictures / "formgrader-second-class.png")
