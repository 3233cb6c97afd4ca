"""Show the tested source of a function, class or module: in the book, a notebook, a terminal.

Code that is copied into a page goes wrong when the code changes; a cell with
`show_source(lstm_cell)` cannot.
"""

import inspect
import re
import textwrap
from pathlib import Path

try:
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer
    from pygments.token import Token
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        "show_source colours code by Pygments, which is not installed: "
        "python -m pip install 'rnn-course[notebooks]'"
    ) from error

# Two palettes of Pygments whose every colour stands out 4.5 to 1 or more from its ground.
LIGHT, DARK = "xcode", "lightbulb"
# How a page says that it is dark: the book, JupyterLab, Colab, VS Code.
DARK_PAGES = '[data-theme="dark"], [data-jp-theme-light="false"], [theme="dark"], .vscode-dark'


def show_source(*objects: object) -> "Source":
    """The source of functions, classes or modules, to end a cell with.

    Raises TypeError for what has no Python source.
    """
    if not objects:
        raise TypeError("expected one or more functions, classes or modules; got none")
    return Source([(where(thing), source(thing)) for thing in objects])


class Source:
    """Pieces of source: highlighted on a page, plain text in a terminal.

    pieces is a list of (where it stands, its text).
    """

    def __init__(self, pieces):
        self.pieces = pieces

    def __repr__(self):
        return "\n\n".join(f"# {place}\n{text}" for place, text in self.pieces)

    def _repr_html_(self):
        formatter = HtmlFormatter(cssclass="highlight rnn-source", wrapcode=True)
        html = "\n".join(
            f'<p class="rnn-source-place">{place}</p>\n{highlight(text, PythonLexer(), formatter)}'
            for place, text in self.pieces
        )
        return f"<style>\n{style_sheet(html)}\n</style>\n{html}"


def source(thing):
    """The source of one function, class or module, without the indent of a method."""
    try:
        return textwrap.dedent(inspect.getsource(inspect.unwrap(thing))).rstrip()
    except (TypeError, OSError) as error:
        raise TypeError(
            "expected a function, class or module that is written in Python; "
            f"got {thing!r}, of type {type(thing).__name__}. Of an object, give its class"
        ) from error


def where(thing):
    """File and lines of a piece of source: 'rnn_course/cells.py, lines 30 to 52'."""
    text = source(thing)  # first: it says in words what cannot be shown
    path = Path(inspect.getsourcefile(inspect.unwrap(thing)))
    package = Path(__file__).parent
    if path.is_relative_to(package):
        name = path.relative_to(package.parent).as_posix()
    else:
        name = path.name if path.suffix == ".py" and path.exists() else "this notebook"
    if inspect.ismodule(thing):
        return name
    first = inspect.getsourcelines(inspect.unwrap(thing))[1]
    return f"{name}, lines {first} to {first + text.count(chr(10))}"


def style_sheet(html):
    """The colours that a piece of html needs, for pages that have none of their own.

    All selectors are as weak as can be (`:where`), so that the book's theme wins where it has a
    rule. On paper the light palette stands.
    """
    used = set(re.findall(r'<span class="(\w+)"', html))
    dark_rules = palette(DARK, f":where({DARK_PAGES}) :where(.rnn-source)", used)
    return "\n".join(
        [
            ":where(.rnn-source pre) { background: none; color: inherit; margin: 0;"
            " padding: .6em .8em; overflow-x: auto; }",
            ":where(.rnn-source-place) { margin: .6em 0 .2em; font-size: .85em; }",
            palette(LIGHT, ":where(.rnn-source)", used),
            f"@media screen {{\n{dark_rules}\n}}",
        ]
    )


def palette(name, scope, used):
    """The rules of one of Pygments' palettes, for the used classes of tokens inside `scope`."""
    style = HtmlFormatter(style=name).style
    plain = style.style_for_token(Token)["color"] or "000000"
    ground = f"{scope} {{ background: {style.background_color}; color: #{plain}; }}"
    tokens = HtmlFormatter(style=name).get_token_style_defs(scope)
    return "\n".join([ground, *(rule for rule in tokens if token_class(rule) in used)])


def token_class(rule):
    """The class that a rule such as ':where(.rnn-source) .kn { color: #A90D91 }' is for."""
    return rule.split(" {")[0].rsplit(".", 1)[-1]
