"""Runs the corpus of attacks against the judge.

    python -m tests.attacks [--jobs N] [WORD ...]     only attacks with one of the words

Prints a line for each attack; exit status 1 if one was accepted or did harm. The same beside stock
nbgrader: bench/evidence/attacks.py.
"""

import argparse
import sys
from concurrent.futures import ThreadPoolExecutor

from rnn_course.autograde import grade_submission
from rnn_course.autograde.judge_pool import JudgePool
from rnn_course.autograde.limits import MB, Limits
from tests.attacks import toy
from tests.attacks.corpus import ATTACKS

LIMITS = Limits(
    cell_seconds=1.0, notebook_seconds=4.0, grace=0.5, memory=512 * MB, notebook_output=2 * MB
)


def judge_all(attacks, jobs=2, limits=LIMITS):
    """[(attack, Graded, points)], each judged beside the others."""
    with JudgePool(limits) as judges, ThreadPoolExecutor(jobs) as pool:
        master = toy.master()

        def one(attack):
            graded = grade_submission.grade(attack.data, master, judges)
            return attack, graded, toy.points(graded)

        return list(pool.map(one, attacks))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="only attacks whose name or family has this in it")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    chosen = [
        a
        for a in ATTACKS
        if not options.names or any(n in f"{a.family}: {a.name}" for n in options.names)
    ]
    bad = 0
    print(f"{'family':26}{'attack':46}{'status':15}{'points':>8}  verdict")
    for attack, graded, points in judge_all(chosen, options.jobs):
        verdict = "ACCEPTED" if attack.accepted(points) else "refused" if attack.spoils else "fair"
        verdict += ", HARM" if attack.harmed(points) else ""
        bad += attack.accepted(points) or attack.harmed(points)
        earned = f"{points['step']:g}+{points['loop']:g}"
        print(f"{attack.family:26}{attack.name:46}{graded.status:15}{earned:>8}  {verdict}")
    print(f"{len(chosen)} attacks, {bad} accepted or harmful")
    return bad > 0


if __name__ == "__main__":
    sys.exit(main())
