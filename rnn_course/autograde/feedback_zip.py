"""The feedback pages of an assignment in one zip, under names by which Canvas and Moodle know whose
they are.

    write("moodle", pages, records, "rnn", path)

Canvas ("Upload submissions" beside an assignment) reads a name as
AbstractAssignment#infer_comment_context_from_filename in app/models/abstract_assignment.rb does: of
the parts between "_", "LATE" left out, the first two that are whole numbers are the person and the
file that was handed in. Where the first part is "anon", the next two are: the person's code, and the
file. A file whose last part begins with "link", or whose name begins with "._", is passed over.

Moodle ("Upload multiple feedback files in a zip") reads a path as is_valid_filename_for_import in
mod/assign/feedback/file/importziplib.php does: the first part of the path that is
NAME_NUMBER_assignsubmission_file says whose it is, so there must be no "_" in NAME, which nothing
else depends on; what begins with "." or "~" is passed over. A group's folder goes to all its members.
"""

import re
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from rnn_course.autograde.intake import platform_name


def write(
    platform: str, pages: Iterable[Path], records: Mapping, name: str, path: Path
) -> tuple[int, list[str]]:
    """Write the zip of an assignment's pages; (how many are in it, words on each that is not).

    platform  "canvas" or "moodle"
    pages     as of cli.feedback_pages: .../STUDENT/NAME/NAME.html
    records   student -> what intake.read_records knows of the submission
    """
    taken: dict[str, Path] = {}
    left: list[str] = []
    for page in sorted(pages):
        student = page.parents[1].name
        member = member_name(platform, records.get(student, {}).get("file", ""), name)
        if member is None:
            left.append(f"{student}: by the name of the file {platform.capitalize()} knows nobody")
        else:
            taken.setdefault(member, page)  # a group has one
    beside = path.with_name(f".{path.name}.new")
    with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, page in sorted(taken.items()):
            archive.write(page, member)
    beside.replace(path)
    return len(taken), left


def member_name(platform, file, name):
    """The name under which the platform takes the feedback on a file of its export; None: none.

    file  the path in the export, as it was taken in
    """
    found = platform_name(file, name)
    if found is None:
        return None
    if found.platform == "Canvas, anonymous" and platform == "canvas":
        code = found.student.partition("_")[2]
        return f"anon_{code}_{found.number[0]}_feedback-{name}.html"
    if found.platform.lower() != platform or not found.platform_id:
        return None
    if platform == "moodle":
        person = re.sub(r"[_/\\]", " ", found.student).strip(" .~") or "participant"
        return f"{person}_{found.platform_id}_assignsubmission_file_/feedback-{name}.html"
    if not found.number:
        return None  # a text or a link: there is no file that the page could be about
    person = re.sub(r"(^|_)\d+(?=_|$)", r"\1-", found.student.lstrip("."))
    person = re.sub(r"^anon(?=_|$)", "anon-", person)
    late = "_LATE" if found.late else ""
    return f"{person}{late}_{found.platform_id}_{found.number[0]}_feedback-{name}.html"
