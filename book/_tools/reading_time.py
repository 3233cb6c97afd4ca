"""How long the pages of the book take to read, code included: `python book/_tools/reading_time.py`.

Prose at 200 words a minute, code at 8 lines a minute (you should stop at each), rounded to five
minutes. Cells that are hidden or folded do not count. With --write the time in the first line of
each page, "*40 minutes. ...", is put right.
"""

import re
import sys
from pathlib import Path

BOOK = Path(__file__).resolve().parents[1]
WORDS, LINES = 200, 8  # a minute
CELL = re.compile(r"^```\{code-cell\}.*?\n(.*?)^```\n", re.DOTALL | re.MULTILINE)
NOT_SHOWN = re.compile(r"^:tags:.*\b(remove|hide)-(cell|input)", re.MULTILINE)
STATED = re.compile(r"^\*(\d+) minutes\.", re.MULTILINE)


def shown_cells(text):
    """The code cells of a page's source that a reader sees without unfolding anything."""
    return [cell for cell in CELL.findall(text) if not NOT_SHOWN.search(cell)]


def minutes(text):
    """The reading time of a page's source, in minutes, a multiple of five."""
    lines = sum(bool(line.strip()) for cell in shown_cells(text) for line in cell.splitlines())
    prose = CELL.sub("", text).split("\n---\n", 1)[-1]
    words = len(re.findall(r"[^\W\d_]{2,}", prose))
    return max(5, 5 * round((words / WORDS + lines / LINES) / 5))


def stated(text):
    """The minutes that a page's first line names, or None."""
    found = STATED.search(text)
    return found and int(found[1])


if __name__ == "__main__":
    for path in sorted(BOOK.glob("*.md")):
        text = path.read_text(encoding="utf-8")
        if stated(text) is None:
            continue
        print(f"{path.stem:15} {minutes(text):3} minutes, the page says {stated(text)}")
        if "--write" in sys.argv:
            path.write_text(STATED.sub(f"*{minutes(text)} minutes.", text, count=1), "utf-8")
