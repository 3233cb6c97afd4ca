"""One style for every figure, and a picture that carries its own description.

Figures are drawn by matplotlib and put into the page as SVG. Three decisions make them fit for
a phone and a wide screen, for light and dark, and for readers who do not see them:

- every figure is drawn 4.4 inches wide with text of 10 points, and scaled to the column it stands
  in; so the text stays readable at 390 px. What is too wide for that is drawn tall instead;
- text and lines are drawn in black, which becomes the page's own text colour; the other colours
  keep a contrast of 3 to 1 or more on white and on near-black, and are told apart by people
  who see no red or no green (Okabe and Ito's palette, without its pale half);
- a picture cannot be made without a description, `alt`.
"""

import hashlib
import io
import logging
import re
from html import escape
from typing import Any

# Without this, matplotlib may say on stderr that it builds its font cache, and the page fails.
logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)

try:
    from matplotlib import rcParams
    from matplotlib.figure import Figure
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        "figures are drawn by matplotlib, which is not installed: "
        "python -m pip install 'rnn-course[notebooks]'"
    ) from error

INK = "#000000"  # stands for the text colour of the page
BLUE, RED, GREEN, PURPLE = "#0072b2", "#d55e00", "#009e73", "#cc79a7"
CYCLE = (BLUE, RED, GREEN, PURPLE)

# One thing, one colour, in every chapter.
COLOURS = {"x": GREEN, "h": BLUE, "c": RED, "y": PURPLE}
COLOURS |= {"i": GREEN, "f": RED, "g": PURPLE, "o": BLUE, "r": RED, "z": GREEN, "n": PURPLE}

WIDTH = 4.4  # inches
STYLE = {  # for every figure drawn after the import
    "font.size": 10,
    "font.family": "DejaVu Sans",
    "mathtext.fontset": "cm",
    "axes.titlesize": 10,
    "axes.labelsize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "lines.linewidth": 1.8,
    "lines.markersize": 4.5,
    "patch.linewidth": 1.2,
    "hatch.linewidth": 0.8,
    "svg.fonttype": "path",  # letters as outlines: the same on every machine
    "svg.hashsalt": "rnn_course",  # the same figure gives the same text
}
rcParams.update(STYLE)  # type: ignore[arg-type]  # for whatever is drawn after this import

# The book's theme puts cell outputs on a pale ground in dark mode; pictures need none.
RESET = (
    "<style>html .bd-content div.cell_output .output.text_html:has(.rnn-picture)"
    "{background:none!important;color:inherit!important;padding:0!important}</style>"
)


class Picture:
    """A finished figure: an SVG on the page, its description for a screen reader or a terminal.

    svg is the text of an <svg> element; alt says in words what the figure shows. Raises
    ValueError for an empty description.
    """

    def __init__(self, svg, alt):
        if not alt or not alt.strip():
            raise ValueError(
                "expected a description, alt='...': what a reader who cannot see the figure "
                f"should know from it; got {alt!r}"
            )
        self.svg, self.alt = svg, " ".join(alt.split())

    def element(self):
        """The <svg> element with its description."""
        return self.svg.replace("<svg ", f'<svg role="img" aria-label="{escape(self.alt)}" ', 1)

    def _repr_html_(self):
        size = "max-width:32rem;margin:.5rem auto"
        return f'{RESET}<div class="rnn-picture" style="{size}">{self.element()}</div>'

    def __repr__(self):
        return f"[figure: {self.alt}]"


def canvas(height: float, panels: int = 1, **options: Any) -> tuple[Figure, Any]:
    """An empty matplotlib figure in the book's style, `height` inches: (figure, axes).

    panels > 1 stacks that many axes on top of each other (side by side would be too small on a
    phone) and returns a list of axes. Turn the figure into a picture with `finish`.
    """
    figure = Figure(figsize=(WIDTH, height), layout="constrained", **options)
    axes = figure.subplots(panels, 1, squeeze=False)[:, 0]
    return figure, (axes[0] if panels == 1 else list(axes))


def finish(figure: Figure, alt: str) -> "Picture":
    """The Picture of a matplotlib figure; alt is its description."""
    buffer = io.StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(buffer, format="svg", transparent=True, metadata=nothing)
    return Picture(tidy(buffer.getvalue()), alt)


def tidy(svg):
    """matplotlib's SVG made fit to stand inside a page, beside others of its kind.

    Black, and what has no colour of its own, becomes the page's text colour. Ids that nothing
    refers to go, the rest get a prefix of their own (an id may occur once on a page). The width
    becomes that of the column.
    """
    svg = svg[svg.index("<svg") :].replace(INK, "currentColor")
    used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', svg))
    prefix = "f" + hashlib.sha256(svg.encode()).hexdigest()[:8] + "-"
    svg = re.sub(r' id="([^"]+)"', lambda m: f' id="{prefix}{m[1]}"' if m[1] in used else "", svg)
    svg = re.sub(r'(href="#|url\(#)', rf"\g<1>{prefix}", svg)
    start, rest = svg.split(">", 1)
    start = re.sub(r' (width|height)="[^"]*"', "", start)
    return f'{start} style="width:100%;height:auto;display:block;fill:currentColor">{rest}'
