"""Every page that has cells as a notebook that a stock JupyterLab shows and runs: a Sphinx extension.

    _build/html/book/chapter-NAME.ipynb    beside the page
    _build/chapters/chapter-NAME.ipynb     the same for the student kit, where they lie together

(NAME.ipynb is an assignment, and nobody should hand in a chapter in its place.)

Links lead to the site; where html_baseurl does not say where that is, in the student kit to the
notebook beside it, and elsewhere their words alone are left.

The cells and their outputs are those that the page was laid out with. The text is written anew from
what Sphinx made of it, so that every reference is resolved, in the Markdown that all front ends
know: questions and folded answers are <details>, admonitions are quotes, an equation keeps its
number. A node that cannot be written so is an error of the build.

A page with `notebook: false` at its head has none: it describes the repository and reads its files.
"""

import ast
import base64
import functools
import importlib.metadata
import re
from bisect import bisect_right
from html import escape
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote, urldefrag, urljoin, urlparse

import nbformat
from docutils import nodes
from jupyter_cache import get_cache
from printed import SVG
from sphinx.errors import ExtensionError
from sphinx.util.math import get_node_equation_number

BRANCH = "notebooks"  # of the repository: the student kit, which .ci/publish_notebooks puts there

# The first cell. {needs}: the modules that the page imports, and what to give pip for each.
SET_UP = """\
# What this page needs; the course's own environment has it all.
from importlib.util import find_spec

needed = {needs}
missing = [what for module, what in needed.items() if find_spec(module) is None]
if missing:
    %pip install --quiet {{" ".join(map(repr, missing))}}"""
NO_PACKAGE = """\
# What this page needs; the course's own environment has it all.
from importlib.util import find_spec

if find_spec("rnn_course") is None:
    raise ModuleNotFoundError(
        "rnn_course is not installed: run `python -m pip install -r requirements.txt` in the "
        "folder of the student kit, and choose that environment as this notebook's kernel"
    )"""
FETCH = """

# The real data that it reads: 60 MB, fetched once.
from rnn_course import packages

packages.main()"""


class Writer:
    """Writes the nodes of a resolved page as Markdown.

    link(node) gives the address that a reference gets, or None: then its text alone stands there.
    """

    def __init__(self, link, equation_number, figure_name):
        self.link, self.equation_number, self.figure_name = link, equation_number, figure_name
        self.in_table = False

    def method(self, kind, node):
        for ancestor in type(node).__mro__:
            if found := getattr(self, f"{kind}_{ancestor.__name__}", None):
                return found
        raise ExtensionError(
            f"page_notebooks.py cannot write {type(node).__name__} as Markdown "
            f"({node.source or 'the page'}, line {node.line}): {node.astext()[:60]!r}"
        )

    # -- blocks ------------------------------------------------------------------------------------

    def blocks(self, found):
        """Block nodes as Markdown, with an empty line between any two."""
        found, written = iter(found), []
        for node in found:
            if node.get("question") == "asked":
                written.append(self.question(found))
            else:
                written.append(self.block(node))
        return "\n\n".join(filter(None, written))

    def block(self, node):
        return self.method("block", node)(node)

    def nothing(self, node):
        return ""

    block_comment = block_target = block_Invisible = block_index = nothing

    def block_container(self, node):
        return self.blocks(node.children)

    block_dropdown_body = block_container

    def block_paragraph(self, node):
        text = self.inlines(node)
        text = re.sub(r"^(\s*)([-+>]|#+)(?=\s)", r"\1\\\2", text, flags=re.MULTILINE)
        return re.sub(r"^(\s*\d+)([.)])(?=\s)", r"\1\\\2", text, flags=re.MULTILINE)

    block_inline = block_paragraph  # of a question

    def block_rubric(self, node):
        return f"**{self.inlines(node)}**"

    def block_title(self, node):
        return f"**{self.inlines(node)}**"

    def block_math_block(self, node):
        if node.get("no-wrap") or node.get("nowrap"):
            return node.astext().strip()
        number = self.equation_number(node) if node.get("number") else None
        tag = f" \\tag{{{number}}}" if number else ""
        return f"$$\n{node.astext().strip()}{tag}\n$$"

    def block_literal_block(self, node):
        longest = max(map(len, re.findall(r"`{3,}", node.astext())), default=2)
        fence = "`" * (longest + 1)
        language = node.get("language", "")
        return f"{fence}{language if language.isalnum() else ''}\n{node.astext()}\n{fence}"

    def caption(self, node):
        return f"**{self.figure_name(node.parent)}.** {self.inlines(node)}"

    def block_transition(self, node):
        return "---"

    def items(self, node, signs):
        """The items of a list, each behind its sign; close together where each is a paragraph."""
        written = []
        for item, sign in zip(node.children, signs):
            lines = self.blocks(item.children).splitlines() or [""]
            rest = [" " * len(sign) + line if line else "" for line in lines[1:]]
            written.append("\n".join([sign + lines[0], *rest]))
        loose = any(len(item.children) > 1 for item in node.children)
        return ("\n\n" if loose else "\n").join(written)

    def block_bullet_list(self, node):
        return self.items(node, ["- "] * len(node))

    def block_enumerated_list(self, node):
        start = node.get("start", 1)
        return self.items(node, [f"{start + k}. " for k in range(len(node))])

    def block_definition_list(self, node):
        entries = []
        for item in node.findall(nodes.definition_list_item):
            term = " ".join(f"**{self.inlines(t)}**" for t in item.findall(nodes.term))
            words = self.blocks(c for d in item.findall(nodes.definition) for c in d.children)
            entries.append(f"{term}: {words}")
        return "\n\n".join(entries)

    def block_block_quote(self, node):
        return quoted(self.blocks(node.children))

    def block_Admonition(self, node):
        name = type(node).__name__
        title = "" if name == "admonition" else f"**{name.capitalize()}**\n\n"
        return quoted(title + self.blocks(node.children))

    def block_dropdown_main(self, node):  # of sphinx_design
        title, *body = node.children
        return folded(title.astext().strip(), self.blocks(body))

    def question(self, found):
        """What questions.py lays out as radio buttons; found goes on behind its first node."""
        parts = {"asked": [], "choice": [], "why": []}
        part, verdicts = parts["asked"], []
        part.append([])
        for node in found:
            mark = node.get("question")
            if mark == "end":
                break
            if mark:
                parts[mark].append([])
                part = parts[mark]
                verdicts += ["Yes." if node["right"] else "No."] if mark == "why" else []
            elif not isinstance(node, nodes.raw):
                part[-1].append(node)
        asked, choices, why = ([self.blocks(b) for b in parts[p]] for p in parts)
        answers = [f"{verdict} {words}" for verdict, words in zip(verdicts, why)]
        answer = folded("Answer", numbered(answers, "\n\n"))
        return f"**Question.** {asked[0]}\n\n{numbered(choices)}\n\n{answer}"

    def block_table(self, node):
        self.in_table = True
        rows = [[self.cell(entry) for entry in row.children] for row in node.findall(nodes.row)]
        self.in_table = False
        title = next((self.inlines(t) for t in node.findall(nodes.title)), "")
        head, *body = rows
        lines = [head, ["---"] * len(head), *body]
        table = "\n".join("| " + " | ".join(line) + " |" for line in lines)
        return f"{title}\n\n{table}".strip()

    def cell(self, entry):
        return self.blocks(entry.children).replace("\n\n", "<br>").replace("\n", " ")

    def block_raw(self, node):
        """HTML may stand in Markdown; what only a page of the site can use is left out."""
        return "" if "question" in node else node.astext().strip()

    # -- within a line -----------------------------------------------------------------------------

    def inlines(self, node):
        return "".join(self.method("inline", child)(child) for child in node.children)

    def inline_Text(self, node):
        text = re.sub(r"([\\`*$])", r"\\\1", node.astext())
        text = re.sub(r"(?<![^\W_])_|_(?![^\W_])", r"\\_", text)  # h_n is no emphasis
        text = re.sub(r"<(?=[\w/!?])", "&lt;", text).replace("](", "]\\(").replace("~~", "\\~~")
        return text.replace("|", "\\|") if self.in_table else text

    def inline_inline(self, node):
        return self.inlines(node)

    inline_target = inline_title_reference = inline_abbreviation = inline_inline

    def inline_emphasis(self, node):
        return f"*{self.inlines(node)}*"

    def inline_strong(self, node):
        return f"**{self.inlines(node)}**"

    def inline_literal(self, node):
        text = node.astext()
        fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
        space = " " if text.startswith("`") or text.endswith("`") else ""
        text = text.replace("|", "\\|") if self.in_table else text
        return f"{fence}{space}{text}{space}{fence}"

    def inline_math(self, node):
        text = " ".join(node.astext().split())
        if self.in_table:  # a front end would take the bar for the end of the table's cell
            text = text.replace("\\|", "\\Vert ").replace("|", "\\vert ")
        return f"${text}$"

    def inline_reference(self, node):
        text = self.inlines(node)
        address = self.link(node)
        return f"[{text}]({address})" if address else text

    def inline_raw(self, node):
        return node.astext()

    def inline_image(self, node):
        raise ExtensionError(f"a picture in the text is not in the notebook: {node['uri']}")

    def inline_Invisible(self, node):
        return ""


def quoted(text):
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def folded(title, text):
    return f"<details>\n<summary>{escape(title)}</summary>\n\n{text}\n\n</details>"


def numbered(entries, between="\n"):
    lines = [
        f"{number}. " + entry.replace("\n", "\n   ") for number, entry in enumerate(entries, 1)
    ]
    return re.sub(r"^ +$", "", between.join(lines), flags=re.MULTILINE)


# -- from a page to its notebook -------------------------------------------------------------------


def texts(doctree, notebook, writer):
    """The Markdown of each text cell of a notebook, by the cell's index.

    A node belongs to the cell in whose lines of the page's source it begins.
    """
    starts, at = notebook.metadata["source_map"], 0
    found = {}

    def place(node):
        nonlocal at
        lines = [n.line for n in node.findall() if n.line]
        if lines:
            at = max(at, bisect_right(starts, lines[0] - 1) - 1)
        while notebook.cells[at].cell_type != "markdown":
            at += 1
        return found.setdefault(at, [])

    def walk(parent, level):
        nonlocal at
        for node in parent.children:
            if isinstance(node, nodes.section):
                title = writer.inlines(node[0]).replace("\n", " ")
                place(node[0]).append("#" * level + " " + title)
                walk(node, level + 1)
            elif node.get("nb_element") == "cell_code":
                at = max(at, node["cell_index"])
                for caption in node.findall(nodes.caption):  # captions.py has put it there
                    place(nodes.Text("")).append(writer.caption(caption))
            elif not isinstance(node, (nodes.title, nodes.compound)):  # a compound: the contents
                place(node).append(node)

    walk(doctree, 1)
    return {index: write(parts, writer) for index, parts in found.items()}


def write(parts, writer):
    """Titles, which are written already, and runs of other nodes."""
    written, run = [], []
    for part in [*parts, None]:
        if isinstance(part, nodes.Node):
            run.append(part)
            continue
        written += [writer.blocks(run), part]
        run = []
    return "\n\n".join(filter(None, written))


def make_notebook(ran, written, set_up):
    """The notebook of a page: its text as written, its cells with the outputs that they gave.

    Code that the page folds or hides is folded here.
    """
    cells = [nbformat.v4.new_code_cell(set_up, id="set-up")]
    for index, cell in enumerate(ran.cells):
        if cell.cell_type == "markdown":
            if text := written.get(index):
                cells.append(nbformat.v4.new_markdown_cell(text, id=f"text-{index}"))
            continue
        tags = cell.metadata.get("tags", [])
        hidden = any(tag.startswith(("hide-", "remove-")) for tag in tags)
        cells.append(
            nbformat.v4.new_code_cell(
                cell.source,
                id=f"code-{index}",
                execution_count=cell.execution_count,
                metadata={"jupyter": {"source_hidden": True}} if hidden else {},
                outputs=[shown(output) for output in cell.outputs],
            )
        )
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    metadata["language_info"] = {"name": "python"}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=metadata)
    nbformat.validate(notebook)
    return notebook


def shown(output):
    """An output as it can be seen before the cell has run in the reader's own JupyterLab.

    Until then JupyterLab does not trust a notebook's HTML and removes each SVG from it; a picture
    it shows. So the first SVG of an output becomes one, black on white. Running the cell brings the
    output itself.
    """
    html = "".join(output.get("data", {}).get("text/html", ""))
    found = SVG.search(html)
    if found is None:
        return output
    svg = found[0]
    alt = re.search(r'aria-label="([^"]*)"', svg)
    tag, rest = svg.split(">", 1)
    if "xmlns=" not in tag:
        tag += ' xmlns="http://www.w3.org/2000/svg"'
    tag = re.sub(r' style="[^"]*"', "", tag) + ' style="background:white;fill:black"'
    address = base64.b64encode(f"{tag}>{rest}".encode()).decode()
    picture = (
        f'<img width="640" alt="{alt[1] if alt else ""}" src="data:image/svg+xml;base64,{address}">'
    )
    if "rnn-player" in html:
        picture += "<p><em>The first of several pictures: run the cell to see the others.</em></p>"
    return nbformat.from_dict({**output, "data": {**output.data, "text/html": picture}})


def set_up_cell(notebook, root, repository):
    """The code of the first cell: what the page needs, and where it comes from."""
    imported = imports(notebook)
    pins = pinned(root)
    wanted = {name: pins[name] for name in sorted(imported & pins.keys() - {"torch", "numpy"})}
    if {"fast", "measure"} & imported:
        wanted["numba"] = pins["numba"]
    if repository:
        version = importlib.metadata.version("rnn-course")
        wheel = f"{repository}/raw/{BRANCH}/rnn_course-{version}-py3-none-any.whl"  # the kit's
        needs = {"rnn_course": f"rnn-course[notebooks] @ {wheel}", **wanted}
        head = SET_UP
    else:
        needs = wanted
        head = f"{NO_PACKAGE}\n\n{SET_UP.split(chr(10) * 2, 1)[1]}" if wanted else NO_PACKAGE
    fetch = FETCH if "packages" in imported else ""
    return head.format(needs=needs) + fetch


def imports(notebook):
    """The names of the modules that a notebook imports: `from rnn_course import fast` gives both."""
    found = set()
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Import):
                found |= {part for alias in node.names for part in alias.name.split(".")}
            elif isinstance(node, ast.ImportFrom):
                found |= {*node.module.split("."), *(alias.name for alias in node.names)}
    return found


def pinned(root):
    """{project: "project==version"} of requirements.txt."""
    path = root / "requirements.txt"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return {m[1]: m[0] for m in re.finditer(r"^([\w.-]+)==[^\s#]+", text, re.MULTILINE)}


# -- as a part of the build ------------------------------------------------------------------------


def has_notebook(env, docname):
    about = env.metadata[docname]
    return "kernelspec" in about and str(about.get("notebook", True)).lower() != "false"


def file_name(docname):
    """What the notebook of a page is called."""
    return f"chapter-{docname.rpartition('/')[2]}.ipynb"


def linker(app, docname, doctree, siblings):
    """The `link` of a Writer for a page. siblings: lead to the notebooks of other pages."""
    base = app.config.html_baseurl and app.config.html_baseurl.rstrip("/") + "/"
    here = app.builder.get_target_uri(docname)
    names = {app.builder.get_target_uri(name): name for name in app.env.found_docs}
    headings = {
        place: section[0].astext().replace(" ", "-")  # so JupyterLab names a title's place
        for section in doctree.findall(nodes.section)
        if not any(section[0].findall(nodes.math))
        for place in section["ids"]
    }

    def link(node):
        address = urljoin(here, node.get("refuri", ""))
        page, place = urldefrag(address)
        if urlparse(address).scheme:
            return address
        if node.get("refid") or page == here:
            heading = headings.get(node.get("refid") or place)
            return heading and "#" + quote(heading)
        if base:
            return base + address
        if siblings and page in names and has_notebook(app.env, names[page]):
            return file_name(names[page])
        return None

    return link


def repository(app):
    """Where the course's repository is, as `repository: url` in _config.yml says, or None."""
    return app.config.html_theme_options.get("repository_url") or None


def write_notebooks(app, doctree, docname):
    if app.builder.name != "html" or not has_notebook(app.env, docname):
        return
    read = nbformat.read(Path(app.outdir).parent / "jupyter_execute" / f"{docname}.ipynb", 4)
    _, ran = get_cache(app.config.nb_execution_cache_path).merge_match_into_notebook(read)
    set_up = set_up_cell(ran, Path(app.srcdir), repository(app))
    numbers = app.env.toc_fignumbers.get(docname, {})  # the builder knows them only later
    builder = SimpleNamespace(name="html", config=app.config, fignumbers=numbers)
    number = functools.partial(get_node_equation_number, SimpleNamespace(builder=builder))

    def figure_name(figure):
        number = ".".join(map(str, numbers.get("figure", {}).get(figure["ids"][0], ())))
        return app.config.numfig_format["figure"] % number

    places = [
        (Path(app.outdir, docname).with_name(file_name(docname)), False),
        (chapters(app) / file_name(docname), True),
    ]
    for path, siblings in places:
        writer = Writer(linker(app, docname, doctree, siblings), number, figure_name)
        notebook = make_notebook(ran, texts(doctree, ran, writer), set_up)
        text = nbformat.writes(notebook) + "\n"
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def chapters(app):
    return Path(app.outdir).parent / "chapters"


def remove_old(app, error):
    """Delete the notebooks of pages that are there no longer."""
    if error or app.builder.name != "html":
        return
    pages = [name for name in app.env.found_docs if has_notebook(app.env, name)]
    kept = {Path(app.outdir, name).with_name(file_name(name)) for name in pages}
    kept |= {chapters(app) / path.name for path in kept}
    for path in [*Path(app.outdir).rglob("*.ipynb"), *chapters(app).glob("*.ipynb")]:
        if path not in kept:
            path.unlink()


def setup(app):
    app.connect("doctree-resolved", write_notebooks)
    app.connect("build-finished", remove_old)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
