"""Figures: one style for the whole book. `from rnn_course import plots`.

A cell that draws ends with the picture. Every picture needs `alt`: what a reader who does not
see it should know from it. It shows itself as an SVG on the page and as words in a terminal.

    plots.heat(states.T, rows=["unit 1", "unit 2"], columns=words, alt="...")    table in colours
    plots.lines({"RNN": a, "LSTM": b}, alt="...", xlabel="step", log=True)       named curves
    plots.scatter(points, names, alt="...", groups=kinds)                        named points
    plots.bars({"RNN": 27, "LSTM": 108}, alt="...", digits=0)                    lengths
    plots.unrolled("He ate an apple".split(), layers=2)                          a network in time
    plots.lstm_cell("fi", strong="i")                                            one cell, gate by
    plots.gru_cell("zrn", reset="before")                                        gate

Data flow of your own, on a sheet 10 units wide:

    d = plots.Diagram(height=3)
    x, plus = d.box(1, 0.6, "$x_t$", plots.GREEN), d.circle(4, 0.6, "+")
    d.arrow(x, plus, text="$W_{ih}$")        # from node to node, or through points (x, y)
    d.picture("x_t is multiplied by W_ih and enters a sum.")

Anything else that matplotlib can draw:

    figure, axes = plots.canvas(height=2.6)   # inches; panels=2: two axes, one above the other
    axes.plot(...)
    plots.finish(figure, alt="...")

Steps through time. All frames must be of one size, so fix `limit`, axes and layout:

    plots.player([plots.heat(..., now=t) for t in range(T)], label="States, word by word",
                 captions=[f"Step {t + 1}, {word}: ..." for t, word in enumerate(words)])

Figures that compute, with inputs that a reader of the book can move (see live.py):

    plots.live.forget_bias(bias=1.0, T=30)

Rules: at most four colours (COLOURS has one for each thing: x h c y, i f g o, r z n), at most six
words in a drawing, nothing smaller than 10 points, colour never the only witness, no legend
boxes. Let the alt text, too, take its numbers from the variables that the cell has computed.

Files: picture.py (style, Picture), diagram.py (boxes and arrows), networks.py (in time),
gates.py (one cell), charts.py (numbers), player.py (time), live.py (figures that compute).
"""

from rnn_course.plots import live
from rnn_course.plots.charts import bars, heat, lines, scatter
from rnn_course.plots.diagram import Diagram
from rnn_course.plots.gates import gru_cell, lstm_cell
from rnn_course.plots.networks import unrolled
from rnn_course.plots.picture import (
    BLUE,
    COLOURS,
    GREEN,
    INK,
    PURPLE,
    RED,
    Picture,
    canvas,
    finish,
)
from rnn_course.plots.player import player

__all__ = [
    "BLUE",
    "COLOURS",
    "GREEN",
    "INK",
    "PURPLE",
    "RED",
    "Diagram",
    "Picture",
    "bars",
    "canvas",
    "finish",
    "gru_cell",
    "heat",
    "lines",
    "live",
    "lstm_cell",
    "player",
    "scatter",
    "unrolled",
]
