"""What the book needs beyond Jupyter Book: a Sphinx extension.

- results of cells are kept under a name that knows the state of the package (page_cells.py);
- formulas are set by MathJax from files inside the site: nothing is loaded from elsewhere;
- the names of other projects that docstrings mention are known without a network;
- faults of accessibility in the theme's pages are mended, and a script of 1.5 MB is left out;
- the font of the theme's icons, 156 KB, holds those alone that the book shows;
- the search page leaves it to search.js which search is loaded;
- no page waits for a script before it is shown, and none is laid out in one piece.
"""

import importlib.metadata
import os
import re
import shutil
import zlib
from pathlib import Path

from page_cells import cache_folder

# Names in signatures and docstrings that other projects document: {project: (url, {name: ...})}.
ELSEWHERE = {
    "python": (
        "https://docs.python.org/3/",
        {
            "int": ("py:class", "library/functions.html#int"),
            "float": ("py:class", "library/functions.html#float"),
            "bool": ("py:class", "library/functions.html#bool"),
            "str": ("py:class", "library/stdtypes.html#str"),
            "list": ("py:class", "library/stdtypes.html#list"),
            "tuple": ("py:class", "library/stdtypes.html#tuple"),
            "dict": ("py:class", "library/stdtypes.html#dict"),
            "object": ("py:class", "library/functions.html#object"),
            "None": ("py:data", "library/constants.html#None"),
            "ValueError": ("py:exception", "library/exceptions.html#ValueError"),
            "TypeError": ("py:exception", "library/exceptions.html#TypeError"),
        },
    ),
    "numpy": (
        "https://numpy.org/doc/stable/",
        {"numpy.ndarray": ("py:class", "reference/generated/numpy.ndarray.html")},
    ),
    "torch": (
        "https://docs.pytorch.org/docs/stable/",
        {
            "torch.Tensor": ("py:class", "tensors.html#torch.Tensor"),
            "torch.nn.Module": ("py:class", "generated/torch.nn.Module.html"),
            "torch.nn.modules.module.Module": ("py:class", "generated/torch.nn.Module.html"),
            "torch.nn.Parameter": (
                "py:class",
                "generated/torch.nn.parameter.Parameter.html",
            ),
            "torch.nn.utils.rnn.PackedSequence": (
                "py:class",
                "generated/torch.nn.utils.rnn.PackedSequence.html",
            ),
        },
    ),
}

# What MathJax loads, in parts, so that none of them holds up the page for long; and its settings.
MATHJAX = """startup.js core.js input/tex-base.js output/chtml.js output/chtml/fonts/tex.js
output/chtml/fonts/woff-v2""".split()
PACKAGES = ["ams", "boldsymbol", "newcommand"]  # of TeX's commands
MATHJAX += [f"input/tex/extensions/{name}.js" for name in PACKAGES]
FORMULAS = {
    "loader": {"load": ["input/tex-base", "output/chtml", *(f"[tex]/{n}" for n in PACKAGES)]},
    "tex": {"packages": {"[+]": PACKAGES}},
    "chtml": {"scale": 0.9},
}

# What the theme and the extensions write, by file, as patterns, and what stands there instead.
MENDED = {
    "*.html": {
        # ARIA 1.3 has withdrawn this role; it stands in a list.
        'role="doc-biblioentry"': 'role="listitem"',
        # The label hides the words that the summary shows.
        '<summary aria-label="Toggle hidden content">': "<summary>",
        # 530 KB compressed that draw fourteen icons as SVG; the theme's style sheet has a font.
        r'<script defer src="[^"]*/scripts/fontawesome\.js[^"]*"></script>': "",
        # Sphinx's own search: search.js loads it where pagefind's cannot run (search_index.py).
        r'<script src="[^"]*(?:_static/searchtools|_static/language_data|searchindex)\.js"></script>': "",
        # Scripts that the page would wait for, but for the one whose names its own lines use.
        r"<script (?=[^>]*\bsrc=)(?![^>]*(?:\bdefer\b|documentation_options))": "<script defer ",
        # A sheet that does nothing but import another, which the page would ask for one step later.
        r'_static/styles/theme\.css\?[^"]*': "_static/basic.css",
    },
    "pydata-sphinx-theme.js": {
        # It looks at all code and tables in one piece, at the start and whenever a formula has been
        # set, and so has the whole page laid out; book.js does it in slices.
        r'new MutationObserver\(t\)\.observe\(document\.getElementById\("main-content"\),'
        r"\{subtree:!0,childList:!0\}\),e\(\)\}": "0}",
    },
}


def name_the_cache(app, config):
    """Results of cells are where build_book.py keeps them; in another state, all is read again."""
    folder = os.environ.get("BOOK_CELLS") or cache_folder(Path(app.srcdir))
    config.nb_execution_cache_path = str(folder)


def write_inventories(app, config):
    """Tell Sphinx what other projects document, in the format that it downloads otherwise."""
    folder = Path(app.srcdir, "_build", "inventories")
    folder.mkdir(parents=True, exist_ok=True)
    config.intersphinx_mapping = {}
    for project, (url, names) in ELSEWHERE.items():
        head = f"# Sphinx inventory version 2\n# Project: {project}\n# Version: 0\n"
        head += "# The remainder of this file is compressed using zlib.\n"
        rows = "".join(f"{name} {role} 1 {page} -\n" for name, (role, page) in names.items())
        path = folder / f"{project}.inv"
        path.write_bytes(head.encode() + zlib.compress(rows.encode()))
        config.intersphinx_mapping[project] = (url, str(path))


def set_formulas(app, config):
    config.mathjax_path, config.mathjax3_config = "mathjax/startup.js", FORMULAS


def copy_mathjax(app, error):
    """Put the files that formulas need, 1.7 MB of MathJax's 24, into the site."""
    if error or app.builder.format != "html":
        return
    package = importlib.metadata.distribution("sphinx-mathjax-offline")
    source = Path(package.locate_file("sphinx-mathjax-offline/static/mathjax"))
    target = Path(app.outdir, "_static", "mathjax")
    for name in MATHJAX:
        copy = shutil.copytree if (source / name).is_dir() else shutil.copy
        if not (target / name).exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            copy(source / name, target / name)


def mend_files(app, error):
    if error or app.builder.format != "html":
        return
    for files, patterns in MENDED.items():
        for path in Path(app.outdir).rglob(files):
            mended = text = path.read_text(encoding="utf-8")
            for wrong, right in patterns.items():
                mended = re.sub(wrong, right, mended)
            if mended != text:
                path.write_text(mended, encoding="utf-8")


ICON_FONT = "fa-solid-900"
RULE, ICON = re.compile(r"([^{}]+){([^{}]*)}"), re.compile(r"\\(f[0-9a-f]{3})\b|([\uf000-\uf8ff])")


def light_icons(app, error):
    """Make the font of icons anew with those that the pages name, and those of other rules."""
    static = Path(app.outdir, "_static")
    if error or app.builder.format != "html" or not (static / "vendor").exists():
        return
    from fontTools import subset  # here alone: what imports this module need not wait for it

    sheets = {path: path.read_text(encoding="utf-8") for path in static.rglob("*.css")}
    pages = "".join(path.read_text(encoding="utf-8") for path in Path(app.outdir).rglob("*.html"))
    shown, icons = set(re.findall(r"\bfa-[a-z-]+", pages)), set()
    for selectors, body in RULE.findall("".join(sheets.values())):
        names = set(re.findall(r"\.(fa-[a-z0-9-]+):", selectors))
        if not names or names & shown:
            icons |= {int(c, 16) if c else ord(icon) for c, icon in ICON.findall(body)}
    folder = static / "vendor" / "fontawesome" / "webfonts"
    font = subset.load_font(folder / f"{ICON_FONT}.ttf", subset.Options())
    subsetter = subset.Subsetter()
    subsetter.populate(unicodes=icons)
    subsetter.subset(font)
    font.flavor = "woff"
    font.save(folder / f"{ICON_FONT}.woff")
    for path, style in sheets.items():
        wrong, right = f'{ICON_FONT}.woff2) format("woff2")', f'{ICON_FONT}.woff) format("woff")'
        if wrong in style:
            path.write_text(style.replace(wrong, right), encoding="utf-8")


def setup(app):
    app.connect("config-inited", name_the_cache)
    app.connect("config-inited", write_inventories)
    app.connect("config-inited", set_formulas)
    app.connect("build-finished", copy_mathjax)
    app.connect("build-finished", mend_files)
    app.connect("build-finished", light_icons)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
