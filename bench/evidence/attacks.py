"""The corpus of attacks against the judge, and where it can be run against stock nbgrader.

    python bench/evidence/attacks.py [--no-stock] [WORD ...]    only attacks with one of the words

Against stock nbgrader each attack is graded in a course of its own, in a kernel that may reach
everything its user may: only those that cannot do lasting harm are tried. It takes about 5 s each.
"""

import argparse
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from bench.classes import save  # noqa: E402
from tests.attacks import toy  # noqa: E402
from tests.attacks.__main__ import judge_all  # noqa: E402
from tests.attacks.corpus import ATTACKS  # noqa: E402

SECONDS = 90  # that stock nbgrader gets for one submission, with 5 s a cell


def verdict(attack, points):
    if points is None:
        return "no row"
    said = "ACCEPTED" if attack.accepted(points) else "refused" if attack.spoils else "fair"
    return said + (", harm" if attack.harmed(points) else "")


def stock(attacks):
    """attack -> its points, None where stock nbgrader ends without a row."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        folder = toy.make_course(Path(folder), judged=False)
        with (folder / "nbgrader_config.py").open("a") as config:
            config.write('c.Execute.timeout = 5\nc.KernelManager.transport = "ipc"\n')
        for number, attack in enumerate(attacks):
            student = f"attack{number:03}"
            toy.submit(folder, student, attack.data)
            try:
                toy.nbgrader(
                    folder, "autograde", toy.NAME, f"--student={student}", check=False,
                    timeout=SECONDS,
                )  # fmt: skip
            except subprocess.TimeoutExpired:
                pass
            graded = folder / "autograded" / student / toy.NAME / f"{toy.NAME}.ipynb"
            found[attack] = toy.scores(folder).get(student) if graded.exists() else None
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("words", nargs="*")
    parser.add_argument("--no-stock", action="store_true")
    options = parser.parse_args()
    chosen = [
        a
        for a in ATTACKS
        if not options.words or any(w in f"{a.family}: {a.name}" for w in options.words)
    ]
    judged = {attack: (graded, points) for attack, graded, points in judge_all(chosen)}
    tried = [] if options.no_stock else [a for a in chosen if a.stock]
    beside = stock(tried)
    print(f"{'family':27}{'attack':46}{'judge':11}{'status':16}stock nbgrader")
    for attack, (graded, points) in judged.items():
        other = verdict(attack, beside[attack]) if attack in beside else "not tried"
        ours = verdict(attack, points)
        print(f"{attack.family:27}{attack.name:46}{ours:11}{graded.status:16}{other}")
    result = {}
    for name, verdicts in (
        ("judge", [verdict(a, points) for a, (_, points) in judged.items()]),
        ("stock nbgrader", [verdict(a, points) for a, points in beside.items()]),
    ):
        result[name] = dict(sorted(Counter(verdicts).items()))
        counts = ", ".join(f"{n} {word}" for word, n in result[name].items())
        print(f"{name}: {len(verdicts)} tried: {counts}")
    save("attacks", result)


if __name__ == "__main__":
    main()
