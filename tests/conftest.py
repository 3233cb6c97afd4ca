"""What the tests share: their order, and the built book."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# Files that take more than a few seconds, cheapest first; all others run before them. So that
# what can fail quickly fails first.
SLOW = ["test_proof", "test_training", "test_exercises", "test_grade", "test_book", "test_pages"]


def pytest_collection_modifyitems(items):
    cost = {name: number for number, name in enumerate(SLOW, start=1)}
    items.sort(key=lambda item: cost.get(item.path.stem, 0))  # stable: else as it was


def build_book(*arguments, root=ROOT):
    """Run the book's build; returns the finished process, its output as text."""
    command = [
        sys.executable,
        ROOT / "book" / "_tools" / "build_book.py",
        "--root",
        root,
        *arguments,
    ]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


@pytest.fixture(scope="session")
def book():
    """The folder of the built book, every page laid out anew, with no warning."""
    done = build_book("--all")
    assert done.returncode == 0, done.stdout
    return ROOT / "_build" / "html"
