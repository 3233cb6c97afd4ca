"""The command `rnn-course`: grade a class, make feedback, export grades, mark by hand.

    rnn-course grade [NAME] [--submissions PATH [--roster CSV] [--pattern REGEX] [--timezone ZONE]]
                     [--regrade] [--jobs N] [--trust-submissions] [--scheduler tcp://HOST:PORT]
    rnn-course feedback [NAME]
    rnn-course report [NAME]
    rnn-course export [--for canvas|moodle [--roster CSV] [--column NAME=TITLE] [--unmarked]]
                      [--to FILE]
    rnn-course formgrader [ARGUMENTS FOR JUPYTERLAB ...]

The class is the one in class/ (or in the folder that the environment variable COURSE names). As
long as nobody has handed in anything there, and with --sample, it is the course's sample class.
"""

import argparse
import contextlib
import errno
import glob
import sys
from pathlib import Path

from rnn_course.autograde.limits import WALL
from rnn_course.autograde.shown import few, listed, number, visible

NOT_INSTALLED = (
    "{name} is not installed: run `make setup` in the course's folder, "
    "or `pip install 'rnn-course[grade]'`"
)


def main(arguments=None):
    """Run the command; returns the exit status."""
    commands = parser()
    options, options.rest = commands.parse_known_args(arguments)
    if options.rest and options.run is not formgrader:
        commands.error(f"unknown arguments: {' '.join(options.rest)}")
    try:
        with early_judges(options) as options.judges:
            return run(options)
    except KeyboardInterrupt:
        print("stopped; run it again to go on", file=sys.stderr)
        return 130


def early_judges(options):
    """The judges, if it is sure by now how they are to work, else None, for a `with` statement.

    They come up while this process imports nbgrader and looks at the class.
    """
    if options.run is not grade or options.scheduler:
        return contextlib.nullcontext()
    with contextlib.suppress(ModuleNotFoundError):  # `run` says what is missing
        from rnn_course.autograde.class_run import judging
        from rnn_course.autograde.sandbox import NoIsolation

        with contextlib.suppress(NoIsolation):  # then it depends on whose notebooks they are
            return judging(None, options.trust_submissions, options.jobs)
    return contextlib.nullcontext()


def run(options):
    """Run the command with its options; returns the exit status."""
    try:
        from rnn_course.autograde.course import CourseError, find_root
    except ModuleNotFoundError as error:
        print(NOT_INSTALLED.format(name=error.name), file=sys.stderr)
        return 1
    from sqlalchemy.exc import DatabaseError

    try:
        return options.run(options, find_root()) or 0
    except CourseError as error:
        print(visible(error), file=sys.stderr)
        return 1
    except DatabaseError as error:
        print(gradebook_trouble(error), file=sys.stderr)
        return 1
    except OSError as error:
        print(file_trouble(error), file=sys.stderr)
        return 1


KEPT = "What was graded before is kept; run it again afterwards."
GRADEBOOK_MENDS = {  # a part of SQLite's words -> what to do
    "not a database": "move it away, or put back a copy; without one, `rnn-course grade` makes a "
    "new one, in which marks given by hand are missing",
    "malformed": "put back a copy, or let `sqlite3 gradebook.db .recover` save what it can",
    "locked": "another program is writing to it: close formgrader and other runs",
    "readonly": "you may not write to it: look at its permissions and its folder's",
    "disk is full": "make room on the disk",
}


def gradebook_trouble(error):
    """One line about a gradebook that cannot be used: what is the matter, where, what to do."""
    said = str(error.orig)
    mend = next((m for part, m in GRADEBOOK_MENDS.items() if part in said), "look at it")
    return f"the class's gradebook (gradebook.db in its folder): {said}; {mend}. {KEPT}"


def file_trouble(error):
    """One line about a file that cannot be read or written."""
    mends = {
        errno.ENOSPC: "make room on the disk",
        errno.EDQUOT: "make room within your quota",
        errno.EROFS: "the file system is mounted for reading only",
        errno.EACCES: "look at its permissions and its folder's",
    }
    where = f"{error.filename}: " if error.filename else ""
    mend = f"; {mends[error.errno]}" if error.errno in mends else ""
    return f"{where}{error.strerror or error}{mend}. {KEPT}"


def parser():
    top = argparse.ArgumentParser(prog="rnn-course", description=__doc__.split("\n\n")[0])
    commands = top.add_subparsers(metavar="COMMAND", required=True)

    def command(name, run, words, assignment=False):
        sub = commands.add_parser(name, help=words, description=words)
        sub.set_defaults(run=run, submissions=None)
        sub.add_argument("--sample", action="store_true", help="the course's own sample class")
        if assignment:
            sub.add_argument("name", nargs="?", metavar="NAME", help="one assignment; default: all")
        return sub

    grade_ = command("grade", grade, "grade what was handed in", assignment=True)
    grade_.add_argument(
        "--submissions",
        metavar="PATH",
        type=Path,
        help="folder of STUDENT/NAME/NAME.ipynb, or a zip or folder as Moodle and Canvas export it",
    )
    grade_.add_argument("--roster", metavar="CSV", type=Path, help="who is who in such an export")
    grade_.add_argument(
        "--pattern", metavar="REGEX", help="the paths in such an export, from another platform"
    )
    grade_.add_argument(
        "--timezone", metavar="ZONE", help="where its zip was written, Europe/Berlin say"
    )
    grade_.add_argument("--regrade", action="store_true", help="also what has not changed")
    grade_.add_argument("--jobs", type=int, metavar="N", help="at a time; default: one a core")
    grade_.add_argument(
        "--trust-submissions", action="store_true", help="run them as yourself, not isolated"
    )
    grade_.add_argument("--scheduler", metavar="URL", help="of a dask cluster: tcp://HOST:PORT")
    feedback_ = command("feedback", feedback, "make each student's feedback page", assignment=True)
    feedback_.add_argument(
        "--for",
        dest="platform",
        choices=("canvas", "moodle"),
        help="also a zip of them with the names by which it knows whose they are",
    )
    command("report", report, "make the page about a class's work", assignment=True)
    export_ = command("export", export, "write all grades as CSV")
    export_.add_argument(
        "--for",
        dest="platform",
        choices=("canvas", "moodle"),
        help="as it imports; else nbgrader's",
    )
    export_.add_argument("--roster", metavar="CSV", type=Path, help="who is who on that platform")
    export_.add_argument(
        "--column",
        metavar="NAME=TITLE",
        action="append",
        default=[],
        help="what the platform calls an assignment: 'rnn=Assignment 2 (4711)'; it is kept",
    )
    export_.add_argument(
        "--unmarked", action="store_true", help="also what waits for a marker, as it stands"
    )
    export_.add_argument("--to", metavar="FILE", type=Path, help="default: grades.csv in the class")
    command("formgrader", formgrader, "mark written answers by hand, in the browser")
    return top


def choose_class(options, root):
    """The class that the options mean."""
    from rnn_course.autograde.course import SAMPLE_CLASS, Course, CourseError

    sample = (root / SAMPLE_CLASS / "submitted").resolve()
    if options.submissions and options.submissions.resolve() == sample:
        return Course.sample(root)
    if options.submissions:
        return Course(root, submissions=options.submissions)
    course = Course(root)
    if options.sample or not (course.has_submissions() or course.has_grades()):
        if not sample.is_dir():
            raise CourseError(
                f"no submissions: looked in {course.submitted}, and there is no sample class in "
                f"{sample}; make it with python exercises/sample_class.py, "
                "or name a folder with --submissions DIR"
            )
        course = Course.sample(root)
    print(f"class: {course.home}", file=sys.stderr)
    return course


def grade(options, root):
    from rnn_course.autograde.class_run import grade_class, judging
    from rnn_course.autograde.course import CourseError
    from rnn_course.autograde.intake import why_no_student
    from rnn_course.autograde.report import write_report
    from rnn_course.autograde.sandbox import NoIsolation, NoSandbox, probe

    course, absent = take_in_export(options, root)
    course = course or choose_class(options, root)
    possible, isolation = probe()
    trusted = options.trust_submissions or (course.is_sample and not possible)
    if options.name:
        course.require(options.name)
        names = [options.name]
    else:
        names = [name for name in course.assignments() if any(course.submitted.glob(f"*/{name}/"))]
        if not names:
            course.students("NAME")  # says what was looked for
    students = {name: sorted({*course.students(name), *absent}) for name in names}
    for folder in sorted(course.submitted.iterdir()):
        if folder.is_dir() and (why := why_no_student(folder.name)):
            print(f"not graded: {visible(folder.name)}: {why}", file=sys.stderr)
    try:
        with contextlib.ExitStack() as later:
            judges = options.judges or later.enter_context(
                judging(None, trusted, options.jobs, options.scheduler)
            )
            for name in names:
                print(at_most(judges, len(students[name])), file=sys.stderr)
                progress = bar(f"grading {name}")
                rows = grade_class(course, name, students[name], judges, options.regrade, progress)
                show(name, rows)
                print(f"as a table: {write_csv(course.home / f'grades-{name}.csv', rows)}")
                print(f"the class report: {write_report(course, name)}")
    except (NoSandbox, NoIsolation) as error:
        raise CourseError(str(error)) from None
    if not trusted:
        print(isolation)
    elif course.is_sample:
        print("no isolation was used: these notebooks are the course's own sample class")
    else:
        print("no isolation was used: the notebooks ran with your rights on this machine")


def at_most(judges, number):
    """How long a run over so many submissions can take, whatever they do, in one line."""
    limits = judges.limits
    hours = limits.longest(number, judges.jobs) / 3600
    return (
        f"{number} submissions, {judges.jobs} at a time: each may compute for "
        f"{limits.notebook_seconds:g} s and take {WALL} times as long where it waits, so even if "
        f"all of them hang this ends within {hours:.1f} hours"
    )


def take_in_export(options, root):
    """Where --submissions is what a platform exports, put it into the class.

    Returns (the class, who is on the roster and handed in nothing), or (None, []).
    """
    from zoneinfo import ZoneInfo

    from rnn_course.autograde.course import Course, CourseError
    from rnn_course.autograde.intake import is_nbgraders, take_in

    source, name = options.submissions, options.name
    for option in ("roster", "pattern", "timezone"):
        if getattr(options, option) and not source:
            raise CourseError(f"--{option} goes with --submissions, the zip or folder of an export")
    if not source or not source.exists():
        return None, []
    if source.is_dir() and not (options.roster or options.pattern):
        if is_nbgraders(source, name) or not any(source.iterdir()):
            return None, []  # it is graded where it lies, or is empty
    if not name:
        raise CourseError(
            f"which assignment is in {source}? rnn-course grade NAME --submissions ..."
        )
    course = Course(root)
    course.require(name)
    try:
        zone = ZoneInfo(options.timezone) if options.timezone else None
    except (ValueError, KeyError, OSError):
        raise CourseError(
            f"--timezone {options.timezone}: no such time zone; it wants a name like Europe/Berlin"
        ) from None
    try:
        taken = take_in(source, name, course.submitted, options.roster, options.pattern, zone)
    except (ValueError, OSError) as error:
        raise CourseError(str(error)) from None
    say_what_was_not_taken(taken.unmatched)
    if not taken.students:
        raise CourseError(
            f"no submissions in {source}: looked for names like STUDENT/{name}/{name}.ipynb, or "
            "as Moodle and Canvas write them (for another platform: --pattern); nothing was graded"
        )
    if taken.ids:  # for the way back; nbgrader keeps it with the student
        course.release(name)
        with course.gradebook() as gradebook:
            for student, number_there in taken.ids.items():
                gradebook.update_or_create_student(student, lms_user_id=number_there)
    print(f"taken into {course.submitted}: {len(taken.students)} students", file=sys.stderr)
    if taken.local:
        where = options.timezone or "this machine's time zone (--timezone says otherwise)"
        print(f"a zip holds local times; they were read as those of {where}", file=sys.stderr)
    if taken.absent:
        print(f"handed in no notebook: {visible(', '.join(taken.absent))}", file=sys.stderr)
    return course, taken.absent


def say_what_was_not_taken(unmatched):
    """A line for each file and why; what a student's zip may be full of, in one."""
    from rnn_course.autograde.intake import LEFTOVER

    full = {}
    for file, why in unmatched.items():
        if why == LEFTOVER or why.endswith("no notebook"):
            full.setdefault(why, []).append(file)
        else:
            print(f"not taken: {visible(file)}: {visible(why)}", file=sys.stderr)
    for why, files in full.items():
        print(f"not taken: {listed(files)}: {visible(why)}", file=sys.stderr)


def report(options, root):
    from rnn_course.autograde.course import CourseError
    from rnn_course.autograde.report import write_report

    course = choose_class(options, root)
    if options.name:
        course.require(options.name)
        print(f"the class report: {write_report(course, options.name)}")
        return
    made = 0
    for name in course.assignments():
        if any((course.home / "autograded").glob(f"*/{name}/{name}.ipynb")):
            print(f"the class report: {write_report(course, name)}")
            made += 1
    if not made:
        raise CourseError(f"nothing is graded in {course.home}; run `rnn-course grade` first")


def feedback(options, root):
    from rnn_course.autograde.course import CourseError

    course = choose_class(options, root)
    if options.name:
        course.require(options.name)
    pages, failed = {}, []
    for name in [options.name] if options.name else course.assignments():
        pages[name] = feedback_pages(course, name, bar(f"feedback {name}"), failed)
    count = sum(map(len, pages.values()))
    for why in failed:
        print(f"no page for {visible(why)}", file=sys.stderr)
    if not count and not failed:
        raise CourseError(
            f"nothing is graded: looked for STUDENT/{options.name or 'NAME'} in "
            f"{course.home / 'autograded'}; run `rnn-course grade` first"
        )
    print(f"{count} pages in {course.home / 'feedback'}")
    for name, made in pages.items():
        if options.platform and made:
            zip_feedback(course, name, made, options.platform)
    return bool(failed)


def zip_feedback(course, name, pages, platform):
    """All pages of an assignment in one zip, for a platform to give back."""
    from rnn_course.autograde import feedback_zip
    from rnn_course.autograde.intake import read_records

    to = course.home / f"feedback-{name}-{platform}.zip"
    records = read_records(course.submitted, name)
    count, left = feedback_zip.write(platform, pages, records, name, to)
    for words in few([f"not in the zip: {each}" for each in left], 20):
        print(visible(words), file=sys.stderr)
    print(f"{count} of them for {platform.capitalize()}: {to}")


def feedback_pages(course, name, progress=lambda students: students, failed=None):
    """Let nbgrader make each graded submission's page where it is missing or old; their paths.

    failed  a list for those that cannot be made: "STUDENT, NAME: why"; without it, CourseError
    """
    from rnn_course.autograde.course import CourseError
    from rnn_course.autograde.feedback_page import Feedback

    graded = course.root / course.coursedir.autograded_directory
    students = sorted(path.parent.parent.name for path in graded.glob(f"*/{name}/{name}.ipynb"))
    gradebook = course.home / "gradebook.db"  # not there if the gradebook is PostgreSQL's
    pages = []
    for student in progress(students):
        page = course.notebook("feedback", name, student)
        notebook = course.notebook("autograded", name, student)
        newest = max(p.stat().st_mtime_ns for p in (notebook, gradebook) if p.exists())
        known = page.exists() and gradebook.exists()  # else: a mark may have been given since
        if not known or page.stat().st_mtime_ns <= newest:
            try:
                course.convert(Feedback, name, glob.escape(student), force=True)
            except CourseError as error:
                if failed is None:
                    raise
                failed.append(f"{student}, {name}: {error}")
                continue
        pages.append(page)
    return pages


def export(options, root):
    from rnn_course.autograde.course import CourseError
    from rnn_course.autograde.export import (
        keep_columns,
        late_and_missing,
        read_columns,
        write,
        write_all,
    )
    from rnn_course.autograde.intake import read_roster
    from rnn_course.autograde.ledger import endings

    for option in ("roster", "column", "unmarked"):
        if getattr(options, option) and not options.platform:
            raise CourseError(f"--{option} goes with --for canvas or --for moodle")
    course = choose_class(options, root)
    name = f"grades-{options.platform}.csv" if options.platform else "grades.csv"
    to = options.to or course.home / name
    if options.to and not to.parent.is_dir():
        raise CourseError(f"no folder {to.parent}: --to wants a file in a folder that exists")
    if not course.has_grades():
        raise CourseError(
            f"no grades: looked for a gradebook in {course.home}; run `rnn-course grade` first"
        )
    try:
        roster = read_roster(options.roster) if options.roster else []
    except ValueError as error:
        raise CourseError(str(error)) from None
    kept = course.home / "columns.json"
    with course.gradebook() as gradebook:
        ended = endings(gradebook)
        odd = late_and_missing(ended)
        if options.platform:
            named = columns_of(options.column, [a.name for a in gradebook.assignments])
            try:
                columns = read_columns(kept).get(options.platform, {}) | named
                odd += write(options.platform, gradebook, to, roster, columns, options.unmarked)
            except ValueError as error:
                raise CourseError(str(error)) from None
            if named:
                keep_columns(kept, options.platform, named)
                print(f"the title is kept for the next time: {kept}", file=sys.stderr)
        else:
            write_all(gradebook, to, ended)
        graded = {student.id for student in gradebook.students}
    missing = sorted(graded - {line["id"] for line in roster}) if roster else []
    if missing:
        print(f"not on the roster, so left out: {visible(', '.join(missing))}", file=sys.stderr)
    for words in few(odd, 20):
        print(visible(words), file=sys.stderr)
    print(f"grades: {to}")


def columns_of(options, names):
    """assignment -> the title of its column, of NAME=TITLE each, or TITLE if there is only one."""
    from rnn_course.autograde.course import CourseError

    columns = {}
    for option in options:
        name, sign, title = option.partition("=")
        if not (sign and name in names) and len(names) == 1:
            name, title = names[0], option
        if name not in names or not title:
            raise CourseError(
                f"--column {option}: expected NAME=TITLE, NAME one of: {', '.join(names)}"
            )
        columns[name] = title
    return columns


def formgrader(options, root):
    from rnn_course.autograde.course import start_jupyter

    course = choose_class(options, root)
    return start_jupyter(
        course.root,
        f"--ServerApp.root_dir={course.root}",  # formgrader wants the course below it
        "--LabApp.default_url=/formgrader",
        *options.rest,
        home=course.home,
    )


def bar(words):
    """A progress bar around a list: count, rate and time left."""
    from tqdm import tqdm

    return lambda students: tqdm(students, desc=words, unit="notebook")


def show(name, rows):
    """The table of an assignment's rows, printed."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("student", "status", "points", "to mark", "words", title=name)
    for row in rows:
        points = f"{number(row.points)} of {number(row.out_of)}"
        status = row.status + (", late" if row.late else "")
        cells = (row.student, status, points, number(row.to_mark), row.words)
        table.add_row(*[Text(visible(cell)) for cell in cells])  # Text: no markup is read in it
    Console().print(table)


def write_csv(path, rows):
    """One line for each row, one column for each task; returns the path."""
    from rnn_course.autograde.export import write_rows

    tasks = list(dict.fromkeys(task for row in rows for task in row.tasks))
    about = ["student", "assignment", "status", "late", "points", "out_of", "to_mark"]
    lines = [
        [row.student, row.assignment, row.status, "late" if row.late else "", row.points]
        + [row.out_of, row.to_mark, *[row.tasks.get(task) for task in tasks], row.words]
        for row in rows
    ]
    write_rows(path, [*about, *tasks, "words"], lines)
    return path


if __name__ == "__main__":
    sys.exit(main())
