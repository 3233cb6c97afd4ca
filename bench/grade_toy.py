"""The class run over the toy course in FOLDER, as a process of its own: what evidence measures.

    python -m bench.grade_toy FOLDER [--hurried]      --hurried: the short limits of the attacks

Prints the most memory that this process took, in KB; its judges' is not in it.
"""

import resource
import sys

from rnn_course.autograde.class_run import grade_class, judging
from tests.attacks.toy import NAME, RIGHT_STEP, Class, make_course, submission, submit


def make_class(folder, number, judged=True):
    """The toy course in `folder` with `number` submissions, every third of them wrong."""
    folder.mkdir(exist_ok=True)
    make_course(folder, judged=judged)
    for n in range(number):
        step = RIGHT_STEP if n % 3 else RIGHT_STEP.replace("+ b_hh", "")
        submit(folder, f"student{n:05}", submission(step=step))
    return Class(folder)


def main():
    limits = None
    if "--hurried" in sys.argv:
        from tests.attacks.__main__ import LIMITS as limits
    with judging(limits) as judges:
        course = Class(sys.argv[1])
        grade_class(course, NAME, course.students(NAME), judges)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


if __name__ == "__main__":
    main()
