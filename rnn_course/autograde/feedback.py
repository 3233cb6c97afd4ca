"""Each student's feedback page, made by nbgrader from the graded notebook."""

import glob

from nbgrader.converters import GenerateFeedback


def feedback(course, name, progress=lambda students: students):
    """Make the feedback page of each graded submission where it is missing or old; their paths."""
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
            course.convert(GenerateFeedback, name, glob.escape(student), force=True)
        pages.append(page)
    return pages
