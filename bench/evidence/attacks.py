"""The corpus of attacks against the judge, and where it can be run against stock nbgrader.

    python bench/evidence/attacks.py [--no-stock] [--of-each N] [--jobs N] [WORD ...]

WORD: only attacks whose name or family has it; N: so many of each family beside stock nbgrader.

Against stock nbgrader each attack is graded in a kernel that may do whatever its user may. So that
it harms nothing, all of nbgrader runs in a bubblewrap where only its own course can be written to,
and never as root. It takes about 5 s each. A whole run, nothing left out, writes what the book's
appendix shows to book/data/attacks.json.
"""

import argparse
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.attacks import toy  # noqa: E402
from tests.attacks.__main__ import judge_all  # noqa: E402
from tests.attacks.corpus import ATTACKS  # noqa: E402

SECONDS = 300  # that stock nbgrader gets for one submission, with 5 s a cell
PAGE_DATA = ROOT / "book" / "data" / "attacks.json"
EVIDENCE = ROOT / "_build" / "evidence" / "attacks.json"
FENCE = ["bwrap", "--unshare-all", "--new-session", "--die-with-parent", "--ro-bind", "/", "/"]
FENCE += ["--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp", "--tmpfs", "/home"]


def verdict(attack, points):
    if points is None:
        return "no row"
    said = "accepted" if attack.accepted(points) else "refused" if attack.spoils else "fair"
    return said + (", harm" if attack.harmed(points) else "")


def stock(attacks):
    """attack -> its points, None where stock nbgrader ends without a row."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        folder = toy.make_course(Path(folder), judged=False)
        with (folder / "nbgrader_config.py").open("a") as config:
            config.write("c.Execute.timeout = 5\n")
        fence = [*FENCE, "--bind", str(folder), str(folder), "--setenv", "HOME", str(folder)]
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        fence += ["--setenv", "PATH", path]
        fence += ["--ro-bind", sys.prefix, sys.prefix, "--chdir", str(folder)]
        for number, attack in enumerate(attacks):
            student = f"attack{number:03}"
            toy.submit(folder, student, attack.data)
            command = [sys.executable, "-m", "nbgrader", "autograde", toy.NAME]
            try:
                subprocess.run(
                    [*fence, *command, f"--student={student}"],
                    check=False, timeout=SECONDS, capture_output=True, cwd=folder,
                )  # fmt: skip
            except subprocess.TimeoutExpired:
                pass
            graded = folder / "autograded" / student / toy.NAME / f"{toy.NAME}.ipynb"
            try:
                found[attack] = toy.scores(folder).get(student) if graded.exists() else None
            except Exception as error:  # the attack has spoilt the gradebook of the whole course
                print(f"{attack.name}: {error}", file=sys.stderr)
                return found | {attack: None} | stock(attacks[number + 1 :])
    return found


def stock_share(attacks, of_each):
    """Those that can be tried against stock nbgrader, at most so many of each family."""
    counts = Counter()
    for attack in attacks:
        if attack.stock and counts[attack.family] < of_each:
            counts[attack.family] += 1
            yield attack


def in_shares(attacks, jobs):
    """`stock`, with several courses side by side."""
    with ThreadPoolExecutor(jobs) as pool:
        shares = list(pool.map(stock, [attacks[k::jobs] for k in range(jobs)]))
    return {attack: points for share in shares for attack, points in share.items()}


def evidence(judged, beside):
    """What the appendix shows: when, with which versions, and a line for each attack."""
    names = ("nbgrader", "torch", "ipython")
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "versions": {"python": platform.python_version()}
        | {name: importlib.metadata.version(name) for name in names},
        "user": "root" if os.getuid() == 0 else "an ordinary user",
        "attacks": [
            {
                "family": attack.family,
                "name": attack.name,
                "judge": verdict(attack, points),
                "status": graded.status,
                "stock": verdict(attack, beside[attack]) if attack in beside else "not tried",
            }
            for attack, (graded, points) in judged.items()
        ],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("words", nargs="*")
    parser.add_argument("--no-stock", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--of-each", type=int, default=10**6, help="stock: so many of a family")
    options = parser.parse_args()
    chosen = [
        a
        for a in ATTACKS
        if not options.words or any(w in f"{a.family}: {a.name}" for w in options.words)
    ]
    if os.getuid() == 0 and not options.no_stock:
        print("stock nbgrader is not tried: it would run the attacks as root; be somebody else")
        options.no_stock = True
    judged = {
        attack: (graded, points) for attack, graded, points in judge_all(chosen, options.jobs)
    }
    tried = [] if options.no_stock else stock_share(chosen, options.of_each)
    found = evidence(judged, in_shares(list(tried), options.jobs))
    print(f"{'family':26}{'attack':48}{'judge':9}{'status':15}stock nbgrader")
    for line in found["attacks"]:
        print("{family:26}{name:48}{judge:9}{status:15}{stock}".format(**line))
    for who in ("judge", "stock"):
        counts = sorted(Counter(line[who] for line in found["attacks"]).items())
        print(f"{who}: " + ", ".join(f"{n} {word}" for word, n in counts))
    text = json.dumps(found, indent=1, ensure_ascii=False) + "\n"
    whole = not options.words and not options.no_stock
    for path in [EVIDENCE] + [PAGE_DATA] * whole:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        print(f"written: {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
