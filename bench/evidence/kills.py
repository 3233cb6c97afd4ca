"""A class run that is killed again and again ends as one that is not: the same gradebook.

    python bench/evidence/kills.py [SUBMISSIONS] [KILLS]      default 200 and 20

A class of right, wrong and hostile submissions, some with marks given by hand, is graded twice: at
one go, and with SIGKILL to the whole run at random moments, each time taken up again.
"""

import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from bench.classes import save  # noqa: E402
from tests.attacks import toy  # noqa: E402
from tests.attacks.corpus import ATTACKS  # noqa: E402

SLOW = ("never ends", "eats")  # they would only make it longer


def make_class(folder, number):
    """A course with its submissions, and marks given by hand to every fifth."""
    toy.make_course(folder)
    hostile = [a.data for a in ATTACKS if a.family not in SLOW]
    some = [toy.submission(), toy.submission(step=toy.RIGHT_STEP.replace("+ b_hh", ""))]
    for n in range(number):
        data = random.Random(n).choice(hostile) if n % 3 == 2 else some[n % 3]
        toy.submit(folder, f"student{n:04}", data)


def mark_by_hand(folder):
    course = toy.Class(folder)
    with course.gradebook() as gradebook:
        for submission in gradebook.assignment_submissions(toy.NAME):
            if int(submission.student.id[-4:]) % 5 == 0:
                grade = gradebook.find_grade("why", toy.NAME, toy.NAME, submission.student.id)
                grade.manual_score, grade.needs_manual_grade = 1.5, False
        gradebook.db.commit()


def start(folder):
    command = [sys.executable, "-m", "bench.grade_toy", folder, "--hurried"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(command, cwd=ROOT, **quiet)


def gradebook(folder):
    """All that the gradebook says of the submissions, without its random ids."""
    from sqlalchemy import text

    with toy.Class(folder).gradebook() as book:
        rows = book.db.execute(text("select student, key, status, words, notes from judge_run"))
        kept = sorted(map(tuple, rows))
        marks = {
            s.student.id: [(g.name, g.auto_score, g.manual_score, g.needs_manual_grade)
                           for n in s.notebooks for g in sorted(n.grades, key=lambda g: g.name)]
            for s in book.assignment_submissions(toy.NAME)
        }  # fmt: skip
    return kept, marks


def main():
    number, kills = (int(x) for x in (sys.argv[1:] + ["200", "20"][len(sys.argv) - 1 :]))
    chance = random.Random(0)
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home, "course")
        folder.mkdir()
        make_class(folder, number)
        begun = time.monotonic()
        start(folder).wait()
        alone = time.monotonic() - begun
        mark_by_hand(folder)
        (folder / "autograded").rename(folder / "old")  # so that all is done once more
        shutil.copy(folder / "gradebook.db", folder / "marked.db")
        start(folder).wait()
        clean = gradebook(folder)
        shutil.rmtree(folder / "autograded")
        shutil.copy(folder / "marked.db", folder / "gradebook.db")
        for _ in range(kills):
            run = start(folder)
            time.sleep(chance.uniform(0.2, 1.5 + alone / 4))
            run.kill()
            run.wait()
        last = start(folder)
        last.wait()
        same = gradebook(folder) == clean
        notebooks = len(list(folder.glob("autograded/*/*/*.ipynb")))
        print(f"{number} submissions, {alone:.1f} s at one go; killed {kills} times and taken up")
        print(f"status of the last run {last.returncode}, {notebooks} notebooks")
        print(f"the same gradebook as the run that was not killed: {same}")
        save("kills", {"submissions": number, "kills": kills, "same gradebook": same})
        return not same


if __name__ == "__main__":
    sys.exit(main())
