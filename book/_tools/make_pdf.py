"""The whole book as one PDF, printed by Chromium: `make pdf`.

Contents with page numbers, running heads, an outline, tags for screen readers, links that lead to
their place. Formulas are set by MathJax from the site's own files; nothing comes from a network.
Pages whose text is wider than the paper are an error, and so is a formula that was not set.
"""

import asyncio
import json
import re
import shutil
import subprocess
import sys
import time
from html import escape

from book_fixes import FORMULAS
from playwright.async_api import Error, async_playwright
from printed import NotMade, asked_root, keep, made_file, read_book, style_sheet
from pypdf import PdfReader

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WIDTH = 658  # pixels of CSS between the margins of pdf.css: 174 mm
LIMIT = 20 * 60_000  # milliseconds for one step of Chromium's, on a busy machine

SETTINGS = FORMULAS | {
    "chtml": {"scale": 0.95},
    "options": {"ignoreHtmlClass": "page", "processHtmlClass": "math"},
}
MATHJAX = f"""<script>window.MathJax = {json.dumps(SETTINGS)};</script>
<script src="../html/_static/mathjax/startup.js"></script>"""

# A formula that is too wide is made smaller; returns what is still wider than the paper.
FIT = """async width => {
  await MathJax.startup.promise;
  await document.fonts.ready;
  for (const formula of document.querySelectorAll('mjx-container[display="true"]')) {
    const inside = formula.firstElementChild.getBoundingClientRect().width;
    const room = formula.parentElement.clientWidth - 60;  // its number stands at the right
    if (inside > room) formula.style.fontSize = `${Math.floor(92 * room / inside)}%`;
  }
  const wide = [...document.body.querySelectorAll("*")].filter(node =>
    !node.closest("svg, mjx-container") && node.getBoundingClientRect().right > width + 1);
  const where = wide.map(node => `${node.closest("section.page, nav")?.id}: ${node.tagName} ` +
    `${node.className}: ${node.textContent.trim().slice(0, 60)}`);
  const unset = [...document.querySelectorAll(".math")].filter(node =>
    !node.querySelector("mjx-container") || node.querySelector("mjx-merror"));
  return [where, unset.map(node => node.textContent)];
}"""

NUMBER = """numbers => {
  for (const link of document.querySelectorAll("#contents a"))
    link.lastChild.textContent = numbers[link.getAttribute("href").slice(1)] ?? "";
}"""


def find_chromium():
    """The path of the system's browser. Raises NotMade where there is none."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        raise NotMade(
            "No PDF was made: it is printed by Chromium, and there is none on PATH (looked for "
            f"{', '.join(BROWSERS)}; Debian's package is chromium). The built book and `make epub` "
            "work without it, and a browser prints each page by itself."
        )
    return path


def lacks_chinese(book):
    """Are there Chinese characters in a book, and no font for them on this (Linux) machine?"""
    if not shutil.which("fc-list"):
        return False
    fonts = subprocess.run(["fc-list", ":lang=zh"], stdout=subprocess.PIPE, text=True).stdout
    found = (re.search("[\u4e00-\u9fff]", page.body.get_text()) for page in book.pages)
    return not fonts.strip() and any(found)


def heads(page):
    """The headings of a page, below that of its part: the outline is made of them."""
    for level in range(5, 0, -1) if page.part else ():
        for heading in page.body.find_all(f"h{level}"):
            heading.name = f"h{level + 1}"


def contents(book):
    """The table of contents; what is missing in its last column are the numbers of the pages."""

    def line(target, title, level):
        title = escape(title)
        return f'<p class="{level}"><a href="#{target}"><span>{title}</span><b></b></a></p>'

    rows, part = [], ""
    for page in book.pages:
        if page.part != part:
            part = page.part
            rows.append(f'<p class="part">{escape(part)}</p>')
        rows.append(line(page.key, page.title, "chapter"))
        rows += [line(target, title, "section") for target, title in page.sections]
    rows = "\n".join(rows)
    return f'<nav id="contents"><h1>Contents</h1><div class="columns">{rows}</div></nav>'


def as_one_page(book):
    """The whole book as the HTML that Chromium prints."""
    running = "\n".join(
        f'@page {page.key} {{ @top-left {{ content: "{quoted(page.title)}"; }} }}\n'
        f"#{page.key} {{ page: {page.key}; }}"
        for page in book.pages
    )
    parts, part = [], ""
    for page in book.pages:
        body = page.body.decode(formatter="minimal")
        if page.part != part:
            part = page.part
            start = body.index(">") + 1
            body = f'{body[:start]}<h1 class="part">{escape(part)}</h1>{body[start:]}'
        parts.append(body)
    title, author, rights = map(escape, (book.title, book.author, book.rights))
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="author" content="{author}">
<style>{style_sheet("pdf")}
{running}</style>
{MATHJAX}</head><body>
<header class="cover"><p class="title">{title}</p><p>{author}</p>
<p class="note">{rights} The answers stand open here, figures that move show a few of their steps,
and the code that only draws a figure is left out: the book's web pages have it all.</p></header>
{contents(book)}
{chr(10).join(parts)}
</body></html>"""


def quoted(text):
    return text.replace("\\", r"\\").replace('"', r"\"")


def page_numbers(path):
    """{id: page, counted from 1} of what links inside a PDF lead to."""
    reader = PdfReader(path)
    by_reference = {page.indirect_reference.idnum: k for k, page in enumerate(reader.pages, 1)}
    places = reader.named_destinations.items()
    return {name.lstrip("/"): by_reference[place.page.idnum] for name, place in places}


async def print_once(source, path, numbers, **how):
    """Open `source` in a browser of its own, put the page numbers in, and print it to `path`.

    A second print by the same browser can hang where a book is long.
    """
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"], timeout=LIMIT
        )
        tab = await browser.new_page(viewport={"width": WIDTH, "height": 900}, offline=True)
        tab.set_default_timeout(LIMIT)
        await tab.emulate_media(media="print", color_scheme="light")
        await tab.goto(source.as_uri())
        too_wide, not_set = await tab.evaluate(FIT, WIDTH)
        if too_wide or not_set:
            lines = ["Wider than the paper:", *too_wide] if too_wide else []
            lines += ["Formulas that were not set:", *not_set] if not_set else []
            raise NotMade("No PDF was made. " + "\n  ".join(lines))
        await tab.evaluate(NUMBER, numbers)
        printing = tab.pdf(path=path, prefer_css_page_size=True, **how)
        try:
            await asyncio.wait_for(printing, LIMIT / 1000)
        except TimeoutError:
            minutes = LIMIT // 60_000
            raise NotMade(f"No PDF was made: Chromium took more than {minutes} minutes.") from None
        await browser.close()


def print_book(book, path):
    """Print a book to `path`, next to which the site is ../html; returns the number of pages."""
    for page in book.pages:
        heads(page)
        for image, file in zip(page.body.find_all("img"), page.images):
            image["src"] = file.as_uri()
    source = path.with_suffix(".html")
    source.write_text(as_one_page(book), encoding="utf-8")
    asyncio.run(print_once(source, path, {}))  # a first time, to learn the numbers of the pages
    numbers = {key: str(number) for key, number in page_numbers(path).items()}
    asyncio.run(print_once(source, path, numbers, tagged=True, outline=True))
    source.unlink()
    return len(PdfReader(path).pages)


def main():
    root = asked_root("Print the built book into one PDF.")
    begin = time.perf_counter()
    try:
        find_chromium()
        book = read_book(root)
        path, known = made_file(root, "pdf")
        if not known:
            path.parent.mkdir(parents=True, exist_ok=True)
            print(f"printing {len(book.pages)} pages of the site: some minutes", flush=True)
            if lacks_chinese(book):
                print(
                    "no font here has the book's Chinese characters, they will be printed as boxes"
                )
                print("(Debian's package fonts-wqy-microhei has them); all else is as it should be")
            pages = print_book(book, path)
            keep(root, "pdf", f"{pages} pages, {path.stat().st_size / 1e6:.0f} MB")
    except (NotMade, Error) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"the book as PDF, in {time.perf_counter() - begin:.0f} s: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
