"""Make the sample class: a few students' notebooks for each assignment, right, wrong and broken.

    python exercises/sample_class.py [NAME ...]

_build/sample-class/submitted/STUDENT/NAME/NAME.ipynb. Three students are in every assignment:

    right        the solution of the source
    untouched    the release as it is
    unreadable   half a file

The others stand in exercises/sample_answers/NAME.md: what a student answered otherwise than the
solution, and the points this deserves. exercises/README.md tells the form.
"""

import argparse
import sys
from dataclasses import dataclass, field

import jupytext
import nbformat
from build import EXERCISES, SourceError, build, replace_file

from rnn_course.autograde.course import Course, CourseError, find_root

ANSWERS = EXERCISES / "sample_answers"


@dataclass
class Student:
    """A student of the sample class in one assignment.

    answers  task -> code or text of the answer cell; where a task is missing, the solution
    points   task -> points this deserves; where a task is missing, all of them
    says     task -> a word or two that the check's message must have in it
    """

    name: str
    answers: dict = field(default_factory=dict)
    points: dict = field(default_factory=dict)
    says: dict = field(default_factory=dict)


def read_students(name):
    """The students of exercises/sample_answers/NAME.md, in its order. Raises SourceError."""
    path = ANSWERS / f"{name}.md"
    students = []
    if not path.exists():
        return students
    for cell in jupytext.reads(path.read_text(encoding="utf-8"), fmt="md:myst").cells:
        if "student" in cell.metadata:
            about = {key: cell.metadata.get(key, {}) for key in ("points", "says")}
            students.append(Student(cell.metadata["student"], **about))
        elif "nbgrader" in cell.metadata:
            role, _, task = cell.metadata["nbgrader"].partition(" ")
            if role != "answer" or not students:
                raise SourceError(
                    f"{path}: '{cell.metadata['nbgrader']}' should read 'answer TASK' "
                    'and stand below a text cell with {"student": "NAME"}'
                )
            students[-1].answers[task] = cell.source
    return students


def solutions(source):
    """task -> the solution, out of a built source: code without its marks, or a model answer."""
    found = {}
    for cell in source.cells:
        full = cell.metadata.get("nbgrader", {})
        if full.get("solution"):
            lines = cell.source.splitlines()
            marks = ("### BEGIN SOLUTION", "### END SOLUTION")
            code = "\n".join(line for line in lines if line.strip() not in marks)
            found[full["grade_id"].removesuffix("-answer")] = code
    return found


def fill_in(release, answers):
    """The release with answers (task -> text) in its answer cells. Raises SourceError."""
    filled = nbformat.from_dict(release)
    missing = dict(answers)
    for cell in filled.cells:
        full = cell.metadata.get("nbgrader", {})
        task = full.get("grade_id", "").removesuffix("-answer")
        if full.get("solution") and task in missing:
            cell.source = missing.pop(task)
    if missing:
        raise SourceError(f"answers to tasks that are not in the assignment: {', '.join(missing)}")
    return filled


def submissions(course, name):
    """student -> text of the notebook that they hand in, for the whole sample class."""
    build(name)
    course.release(name)
    source = nbformat.read(course.notebook("source", name), as_version=4)
    release = nbformat.read(course.notebook("release", name), as_version=4)
    right = solutions(source)
    texts = {"right": nbformat.writes(fill_in(release, right))}
    for student in read_students(name):
        texts[student.name] = nbformat.writes(fill_in(release, right | student.answers))
    texts["untouched"] = nbformat.writes(release)
    texts["unreadable"] = texts["right"][: len(texts["right"]) // 2]
    return texts


def write_submissions(course, name):
    """Write the sample class's submissions for one assignment; how many are new or changed."""
    changed = 0
    for student, text in submissions(course, name).items():
        path = course.notebook("submitted", name, student)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(path, text)
            changed += 1
    return changed


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Make the sample class.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="assignments; without: all")
    options = parser.parse_args(arguments)
    try:
        course = Course.sample(find_root(__file__))
        for name in options.names or course.assignments():
            changed = write_submissions(course, name)
            print(f"{name}: {f'{changed} submissions written' if changed else 'up to date'}")
    except (SourceError, CourseError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"the sample class: {course.submitted}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
