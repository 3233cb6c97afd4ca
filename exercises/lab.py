"""Copy the releases into work/, never over what is there, and start JupyterLab there.

python exercises/lab.py [ARGUMENTS FOR JUPYTERLAB ...]
"""

import sys

from build import SourceError
from release import release

from rnn_course.autograde import data_files
from rnn_course.autograde.course import Course, CourseError, find_root, start_jupyter


def copy_releases(releases, work):
    """Copy notebooks and their data files into the folder `work` where it has none of that name.

    Returns the names copied, and the names of those that were there and differ from the release.
    """
    copied, kept = [], []
    for path in releases:
        for name in (path.name, *data_files.names(path)):
            given, copy = path.parent / name, work / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            try:
                with copy.open("xb") as file:  # x: fails where there is such a file
                    file.write(given.read_bytes())
                copied.append(name)
            except FileExistsError:
                if copy.read_bytes() != given.read_bytes():
                    kept.append(name)
    return copied, kept


def main(arguments=()):
    course = Course(find_root(__file__))
    work = course.root / "work"
    try:
        release(course=course)
    except (SourceError, CourseError) as error:
        print(error, file=sys.stderr)
        return 1
    releases = [course.notebook("release", name) for name in course.assignments()]
    copied, kept = copy_releases(releases, work)
    if copied:
        print(f"new in {work}: {', '.join(copied)}")
    if kept:
        print(f"yours, and left as they are: {', '.join(kept)}")
    return start_jupyter(work, *arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
