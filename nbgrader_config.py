"""nbgrader's settings for this course: run any `nbgrader` command from this folder.

What is built lies under _build/exercises/. People's work lies in class/, or in the folder that the
environment variable COURSE names: submitted/, autograded/, feedback/ and gradebook.db. What is set
in an nbgrader_config.py in that folder holds for that class: its course_id, say.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent

# nbgrader starts `alembic` by name, to make the gradebook: let it find the one beside Python.
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"

sys.path.insert(0, str(ROOT / "exercises"))
from build import build_stale  # noqa: E402

from rnn_course.autograde import plugin  # noqa: E402
from rnn_course.autograde.course import class_folder, keep_work_in  # noqa: E402

for problem in build_stale():  # so that no notebook is older than its source
    print(f"not built:\n{problem}", file=sys.stderr)

c = get_config()  # noqa: F821  (nbgrader defines it)

c.CourseDirectory.course_id = "rnn-course"
c.CourseDirectory.root = str(ROOT)
c.CourseDirectory.source_directory = "_build/exercises/source"
c.CourseDirectory.release_directory = "_build/exercises/release"
keep_work_in(class_folder(ROOT), c)

# A release can always be made again, so it never stays behind its source.
c.GenerateAssignment.force = True

# The marking guide stands in the text of a question: formgrader shows it, students never see it.
c.ClearMarkScheme.enforce_metadata = False

# nbgrader gives 0 points where anything was written to stderr; a warning is no mistake.
c.IgnorePattern.enabled = True
c.IgnorePattern.pattern = r"(?s).*"

# No history file, and no warning for each kernel that it listens on a port of this machine.
c.Execute.extra_arguments = ["--HistoryManager.hist_file=:memory:", "--IPKernelApp.log_level=40"]
c.Execute.shutdown_kernel = "immediate"  # a third of nbgrader's time was waiting for kernels to go

# Grading goes through the course's judge, and feedback shows no hidden test.
plugin.install(c)

if class_folder(ROOT) != ROOT:
    load_subconfig("nbgrader_config.py", str(class_folder(ROOT)))  # noqa: F821  (if there is one)
