"""The whole book as PDF and as EPUB: made anew, and looked through.

    python bench/evidence/whole_book.py

Pages, sizes, processor time; whether each link inside the PDF leads somewhere, each formula was set
and each figure has its words; what epubcheck says of the EPUB.
"""

import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / "book" / "_tools"
sys.path.insert(0, str(TOOLS))

import make_epub  # noqa: E402
from printed import made_file  # noqa: E402
from pypdf import PdfReader  # noqa: E402


def outline_size(entries):
    return sum(outline_size(entry) if isinstance(entry, list) else 1 for entry in entries)


def of_the_pdf(path):
    """Lines on a PDF; raises AssertionError where a link leads nowhere or it has no tags."""
    reader = PdfReader(path)
    named = reader.named_destinations
    inside = outside = 0
    for page in reader.pages:
        for annotation in page.get("/Annots", []):
            annotation = annotation.get_object()
            if "/URI" in annotation.get("/A", {}):
                outside += 1
                continue
            target = annotation.get("/Dest") or annotation["/A"]["/D"]
            assert not isinstance(target, str) or target in named, f"no place for {target}"
            inside += 1
    catalogue = reader.trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"] and catalogue["/StructTreeRoot"]
    raw = [page for page in reader.pages if "\\(" in page.extract_text()]
    yield f"PDF: {len(reader.pages)} pages, {path.stat().st_size / 1e6:.1f} MB, tagged"
    yield f"  outline: {outline_size(reader.outline)} entries"
    yield f"  links: {inside} inside, each to a place that is there; {outside} outside"
    yield f"  pages with what may be TeX that was not set: {len(raw)}"


def of_the_epub(path):
    with zipfile.ZipFile(path) as epub:
        names = [name for name in epub.namelist() if name.endswith(".xhtml")]
        text = "".join(epub.read(name).decode() for name in names)
    yield f"EPUB: {len(names)} files, {path.stat().st_size / 1e6:.1f} MB"
    yield f"  formulas {text.count('<math')}, drawings {text.count('<svg')}, scripts {text.count('<script')}"
    faults = make_epub.check(path)
    yield f"  epubcheck: {len(faults)} faults"
    yield from (f"    {fault}" for fault in faults)


def main():
    subprocess.run([sys.executable, TOOLS / "build_book.py"], check=True)
    shutil.rmtree(ROOT / "_build" / "print", ignore_errors=True)
    for kind, look in (("pdf", of_the_pdf), ("epub", of_the_epub)):
        begin = time.perf_counter()
        subprocess.run([sys.executable, TOOLS / f"make_{kind}.py"], check=True)
        print(f"made in {time.perf_counter() - begin:.0f} s")
        print(*look(made_file(ROOT, kind)[0]), sep="\n", flush=True)


if __name__ == "__main__":
    main()
