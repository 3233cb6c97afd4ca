"""Make the releases, the notebooks that students get, with nbgrader; then the student kit.

    python exercises/release.py [NAME ...]

_build/exercises/release/NAME/NAME.ipynb for each assignment, and _build/student-kit.zip. What is up
to date stays as it is. The assignments are also entered into the gradebook of the class.
"""

import argparse
import sys

from build import SourceError, build
from kit import CHAPTERS, make_kit
from tqdm import tqdm

from rnn_course.autograde.course import Course, CourseError, find_root
from rnn_course.checks.diagnosis.make import make_all


def release(names=(), course=None):
    """Make the releases of these assignments, or of all; returns the names of those made anew.

    Raises SourceError or CourseError, in words, at the first that cannot be made.
    """
    course = course or Course(find_root(__file__))
    made = []
    names = list(names) or course.assignments()
    for name in tqdm(names, desc="releases", unit="assignment", leave=False):
        build(name)
        if course.release(name):
            made.append(name)
    return made


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Make the releases and the student kit.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="assignments; without: all")
    options = parser.parse_args(arguments)
    try:
        course = Course(find_root(__file__))
        made = release(options.names, course)
    except (SourceError, CourseError) as error:
        print(error, file=sys.stderr)
        return 1
    for name in options.names or course.assignments():
        print(f"{course.notebook('release', name)}: {'made' if name in made else 'up to date'}")
    make_all()  # so that checks name mistakes where there are no sources
    path, is_new = make_kit(course)
    print(f"{path}: {'made' if is_new else 'up to date'}")
    if not any((course.root / CHAPTERS).glob("*.ipynb")):
        print("the book's chapters are not in it: `make book release` puts them there")
    return 0


if __name__ == "__main__":
    sys.exit(main())
