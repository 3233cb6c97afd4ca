"""A class of sixty, from the wrong answers at hand: graded, and its report to look at.

    python bench/evidence/whole_class.py [ASSIGNMENT] [STUDENTS]      default lstm and 60

_build/evidence/class/ holds the class afterwards, with report-ASSIGNMENT.html.
"""

import shutil
import sys
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from bench.classes import RESULTS, save, write_class  # noqa: E402
from rnn_course.autograde.class_run import grade_class  # noqa: E402
from rnn_course.autograde.course import Course  # noqa: E402
from rnn_course.autograde.report import write_report  # noqa: E402


def main():
    name = sys.argv[1] if len(sys.argv) > 1 else "lstm"
    number = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    shutil.rmtree(RESULTS / "class", ignore_errors=True)
    course = Course(ROOT, home=RESULTS / "class")
    write_class(course, name, number)
    begun = time.monotonic()
    rows = grade_class(course, name, course.students(name))
    seconds = time.monotonic() - begun
    statuses = dict(Counter(row.status for row in rows))
    report = write_report(course, name)
    print(f"{number} submissions of {name} in {seconds:.1f} s: {statuses}")
    print(f"report: {report.relative_to(ROOT)}, {report.stat().st_size // 1024} KB")
    save("whole_class", {"assignment": name, "seconds": seconds, "statuses": statuses})


if __name__ == "__main__":
    main()
