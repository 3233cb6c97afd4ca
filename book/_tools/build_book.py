"""Build the book: run the cells of its pages, then lay the pages out.

    python book/_tools/build_book.py          what has changed
    python book/_tools/build_book.py --all    every page anew, but cells that ran are not run again

Anything that is not right is an error: a cell that fails or writes to stderr, a link to nowhere,
a page that is in no table of contents. The pages end up in _build/html.
"""

import argparse
import filecmp
import functools
import importlib.metadata
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from page_cells import MissingPage, cache_folder, run_pages
from printed import offer

ROOT = Path(__file__).resolve().parents[2]


def check_jupyter_book():
    """Words on what is wrong with the installed jupyter-book, or None."""
    try:
        version = importlib.metadata.version("jupyter-book")
    except importlib.metadata.PackageNotFoundError:
        return "jupyter-book is not installed. Run `make setup`."
    if not version.startswith("1."):
        return (
            f"jupyter-book {version} is installed; this book needs jupyter-book>=1.0.4,<2 "
            "(version 2 reads neither _config.yml nor _toc.yml). Run `make setup`, or:\n"
            "    pip install -r requirements.txt -c requirements.lock"
        )
    return None


def style_changed(root):
    """Is a file of the site's style another than the pages were laid out with? Sphinx would not
    copy it where no page has changed."""
    here, there = root / "book" / "_tools" / "static", root / "_build" / "html" / "_static"
    _, changed, _ = filecmp.cmpfiles(here, there, os.listdir(here), shallow=False)
    return bool(changed)


def lay_out(root, folder, everything):
    """Let Jupyter Book make the pages, with the results in `folder`; True where all is right."""
    doctrees = root / "_build" / ".doctrees"
    if everything:
        shutil.rmtree(root / "_build" / "html", ignore_errors=True)
        shutil.rmtree(doctrees, ignore_errors=True)
    command = [Path(sys.executable).with_name("jupyter-book"), "build", root]
    command += ["-W", "-n", "--keep-going", "-q"]
    environment = {**os.environ, "BOOK_CELLS": str(folder), "NO_COLOR": "1"}
    done = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode:
        # Sphinx does not warn again of a page that it need not read again: let it read all.
        shutil.rmtree(doctrees, ignore_errors=True)
        print(done.stdout, file=sys.stderr)
    return not done.returncode


def main():
    parser = argparse.ArgumentParser(description="Build the book into _build/html.")
    parser.add_argument("--all", action="store_true", help="lay out every page anew")
    parser.add_argument("--jobs", type=int, help="pages run at once; without: one a core")
    parser.add_argument("--root", type=Path, default=ROOT, help="folder of _config.yml")
    options = parser.parse_args()
    options.root = options.root.resolve()
    wrong = check_jupyter_book()
    if wrong:
        print(wrong, file=sys.stderr)
        return 1

    begin = time.perf_counter()
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # the pages share the cores, not one page's ops
    folder = cache_folder(options.root)
    try:
        say = functools.partial(print, flush=True)
        problems = run_pages(options.root, folder, say, options.jobs)
    except MissingPage as error:
        problems = [str(error)]
    if problems:
        print("\n\n".join(["", *problems]), file=sys.stderr)
        print("\nthe book was not built: mend what is said above", file=sys.stderr)
        return 1
    print("laying out the pages", flush=True)
    right = lay_out(options.root, folder, options.all or style_changed(options.root))
    if cache_folder(options.root) != folder:
        shutil.rmtree(folder)  # nobody knows which state its results belong to
        print("the package was changed meanwhile: the next build runs every page again")
    if not right:
        print("the book has a fault: see the warnings above", file=sys.stderr)
        return 1
    offer(options.root)
    page = os.path.relpath(options.root / "_build" / "html" / "index.html")
    print(f"the book, in {time.perf_counter() - begin:.0f} s: {page}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
