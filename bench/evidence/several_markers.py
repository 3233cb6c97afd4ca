"""Two people mark at once, each in a formgrader of their own, with the gradebook in PostgreSQL.

    python bench/evidence/several_markers.py

A PostgreSQL server and two JupyterLab servers run on this machine, in a temporary folder, and are
gone afterwards; marks are sent as formgrader's page sends them. Tried are different students,
different tasks of one student, and the same answer, all at the same time. The driver, psycopg2, is
installed into _build/markers. Ends with status 1 if a mark is lost without a word.
"""

import contextlib
import glob
import importlib
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DRIVER = "psycopg2-binary==2.9.13"
DRIVERS = ROOT / "_build" / "markers"
sys.path.insert(0, str(ROOT))

from rnn_course.autograde.course import Course  # noqa: E402
from rnn_course.autograde.marks import replaced  # noqa: E402
from tests.marking import NAME, formgrader, grade, make_class  # noqa: E402

STUDENTS = [f"student{n}" for n in range(4)]
ROUNDS = 25
SECONDS = 900  # that a server has to get ready, on a busy machine


def program(name):
    """A program of PostgreSQL's, which Debian puts beside the others of its version; or None."""
    found = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"))
    return shutil.which(name) or (found[-1] if found else None)


def why_not():
    """Why this cannot be tried here, in words; "" if it can."""
    if not (program("initdb") and program("postgres")):
        return "PostgreSQL is not installed (apt install postgresql)"
    if os.geteuid() == 0 and not shutil.which("setpriv"):
        return "PostgreSQL does not run as root, and there is no setpriv"
    if not (DRIVERS / "psycopg2").is_dir():
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(DRIVERS), DRIVER]
        if subprocess.run(pip).returncode:
            return f"{DRIVER} cannot be installed"
    sys.path.insert(0, str(DRIVERS))
    importlib.invalidate_caches()
    return ""


@contextlib.contextmanager
def postgres(folder):
    """A server whose socket lies in a folder; its address for SQLAlchemy."""
    folder.mkdir()
    user = []
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        user = ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
    data, quiet = folder / "data", {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    make = [program("initdb"), "-D", data, "-U", "marker", "-A", "trust", "-E", "UTF8"]
    subprocess.run([*user, *make, "--locale=C.UTF-8"], check=True, cwd=folder, **quiet)
    serve = [program("postgres"), "-D", data, "-k", folder, "-c", "listen_addresses="]
    server = subprocess.Popen([*user, *serve], cwd=folder, **quiet)
    try:
        wait(lambda: (folder / ".s.PGSQL.5432").exists(), server)
        yield f"postgresql+psycopg2://marker@/postgres?host={folder}"
    finally:
        server.send_signal(signal.SIGINT)  # does not wait for those who are connected
        server.wait(60)


def wait(ready, process):
    end = time.monotonic() + SECONDS
    while not ready():
        assert process.poll() is None, f"{process.args[0]} has ended"
        assert time.monotonic() < end, f"{process.args[0]} did not start in {SECONDS} s"
        time.sleep(0.2)


class Marker:
    """Somebody who marks, as formgrader's page does it."""

    def __init__(self, address):
        self.address = address

    def ask(self, path, **mark):
        """The answer of formgrader's programming interface; with points, a mark is written."""
        request = urllib.request.Request(f"{self.address}/api{path}")
        if mark:
            request.method, request.data = "PUT", json.dumps(mark).encode()
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())

    def mark(self, grade, points):
        self.ask(f"/grade/{grade}", manual_score=points, extra_credit=None)


def at_once(*jobs):
    """Run functions side by side, all from the same moment; raises what one of them raises."""
    barrier, failed = threading.Barrier(len(jobs)), []

    def run(job):
        try:
            barrier.wait()
            job()
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def grades(course):
    """(student, task) -> the number by which formgrader knows it."""
    with course.gradebook() as book:
        return {
            (submission.student.id, grade.name): grade.id
            for submission in book.assignment_submissions(NAME)
            for notebook in submission.notebooks
            for grade in notebook.grades
        }


def tried(course, ann, bob):
    """(what was tried, what came of it, whether that is right) each."""
    known, half = grades(course), len(STUDENTS) // 2

    def points(student, task):
        return course_row(course, student).tasks[task]

    def series(who, students, task, first):
        for k in range(ROUNDS):
            for n, student in enumerate(students):
                who.mark(known[student, task], (first + k + n) % 4 + 0.5)

    at_once(
        lambda: series(ann, STUDENTS[:half], "rnn-why", 0),
        lambda: series(bob, STUDENTS[half:], "rnn-why", 1),
    )
    want = [(ROUNDS - 1 + n) % 4 + 0.5 for n in range(half)]
    want += [(ROUNDS + n) % 4 + 0.5 for n in range(len(STUDENTS) - half)]
    got = [points(student, "rnn-why") for student in STUDENTS]
    yield "different students", f"{got} of {want}", got == want

    student = STUDENTS[0]
    at_once(
        lambda: series(ann, [student], "rnn-why", 2), lambda: series(bob, [student], "rnn-cell", 3)
    )
    want = [(ROUNDS - 1 + 2) % 4 + 0.5, (ROUNDS - 1 + 3) % 4 + 0.5]
    got = [points(student, "rnn-why"), points(student, "rnn-cell")]
    yield "two tasks of one student", f"{got} of {want}", got == want

    student = STUDENTS[1]
    before = len(course_row(course, student).marks["rnn-why"])
    sent = []
    for k in range(ROUNDS):  # ann gives 1 or 2, bob 3 or 4, at the same time
        sent += [("ann", 1 + k % 2), ("bob", 3 + k % 2)]
        at_once(
            lambda k=k: ann.mark(known[student, "rnn-why"], 1 + k % 2),
            lambda k=k: bob.mark(known[student, "rnn-why"], 3 + k % 2),
        )
    row = course_row(course, student)
    kept = row.marks["rnn-why"][before:]
    of_both = sorted((it.marker, it.mark) for it in kept) == sorted(sent)
    said = f"{len(sent)} marks sent, {len(kept)} kept; the last one counts: {row.tasks['rnn-why']}"
    told = replaced(row.marks["rnn-why"]) and row.tasks["rnn-why"] in (1, 2, 3, 4)
    yield "one answer, both at once", said, of_both and told

    shown = [who.ask(f"/grade/{known[student, 'rnn-why']}")["manual_score"] for who in (ann, bob)]
    yield "both see the mark that counts", str(shown), shown == [row.tasks["rnn-why"]] * 2

    ann.mark(known[student, "rnn-why"], 1)
    bob.mark(known[student, "rnn-why"], 4)
    ann.mark(known[student, "rnn-why"], 1)
    got = points(student, "rnn-why")
    yield "a mark given again after another's", f"{got} of 1.0", got == 1.0

    rows = {s: course_row(course, s) for s in STUDENTS}
    after = grade(course, STUDENTS)
    same = all(after[s].tasks == rows[s].tasks for s in STUDENTS)
    yield "graded again afterwards", "the same marks" if same else "other marks", same


def course_row(course, student):
    from rnn_course.autograde.ledger import Ledger

    with Ledger(course, NAME) as ledger:
        return ledger.rows([student])[0]


def main():
    if why := why_not():
        print(f"NOT MEASURED: {why}")
        return 0
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)  # the server is another user's
        url = stack.enter_context(postgres(folder / "postgres"))
        home = folder / "class"
        home.mkdir()
        (home / "nbgrader_config.py").write_text(f"c.CourseDirectory.db_url = {url!r}\n")
        course = Course(ROOT, home=home)
        assert course.coursedir.db_url == url
        make_class(course, STUDENTS)
        path = os.pathsep.join([str(DRIVERS), os.environ.get("PYTHONPATH", "")])
        markers = []
        for name in ("ann", "bob"):
            about = {"JUPYTERHUB_USER": name, "PYTHONPATH": path}
            address = stack.enter_context(formgrader(course, name, SECONDS, **about))
            markers.append(Marker(address))
        good = True
        for what, came, right in tried(course, *markers):
            print(f"{what:<36} {came:<60} {'as it should be' if right else 'WRONG'}", flush=True)
            good = good and right
    return not good


if __name__ == "__main__":
    sys.exit(main())
