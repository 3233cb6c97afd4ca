"""Every comparison of trained networks in the book, with its baselines, steps and seeds.

    python bench/evidence/comparisons.py [PAGE ...]

It reads the score tables of the built pages (`make book` first) and prints them one below the
other, in Markdown, each with the section that it stands in. Exits with 1 if a table lacks a
baseline, the number of steps or the seeds.
"""

import re
import sys
from pathlib import Path

from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / "_build" / "html" / "book"


def score_tables(page):
    """[(section, the rows of a table, the line below it)] of a built page."""
    found = []
    for table in page.find_all("table"):
        rows = [[cell.get_text(" ", strip=True) for cell in row.find_all(["th", "td"])]
                for row in table.find_all("tr")]  # fmt: skip
        if rows and rows[0][:2] == ["", "seeds"]:
            heading = table.find_previous(["h1", "h2", "h3"]).get_text().removesuffix("#")
            below = next(p for p in table.find_all_next("p") if not p.find_parent("table"))
            found.append((heading, rows, below.get_text(" ", strip=True)))
    return found


def missing(rows):
    """What a score table lacks of baseline, steps and seeds."""
    head, *body = rows
    seeds = [row[1] for row in body]
    lacks = [] if "not trained" in seeds else ["a baseline"]
    lacks += [] if any(seed.isdigit() for seed in seeds) else ["seeds"]
    return lacks + ([] if all(re.match(r"[\d,]+ steps?$", s) for s in head[2:]) else ["steps"])


def main(names):
    paths = [BUILT / f"{name}.html" for name in names] or sorted(BUILT.glob("*.html"))
    if not paths or not all(path.exists() for path in paths):
        print(f"expected built pages in {BUILT}: run `make book` first", file=sys.stderr)
        return 1
    count = faulty = 0
    for path in paths:
        for heading, rows, note in score_tables(
            BeautifulSoup(path.read_text("utf-8"), "html.parser")
        ):
            print(f"\n**{path.stem}: {heading}** ({note})\n")
            for row in [rows[0], ["---"] * len(rows[0]), *rows[1:]]:
                print(f"| {' | '.join(row)} |")
            for what in missing(rows):
                print(f"\nTHIS TABLE LACKS {what}")
                faulty += 1
            count += 1
    print(f"\n{count} tables, {faulty} faults")
    return 1 if faulty or not count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
