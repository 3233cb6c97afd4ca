"""The networks of the book: cells unrolled over the words of a sentence."""

from collections.abc import Sequence

from rnn_course.plots.diagram import Diagram
from rnn_course.plots.picture import COLOURS, INK, Picture

X, H, Y = COLOURS["x"], COLOURS["h"], COLOURS["y"]


def unrolled(
    words: Sequence[str],
    alt: str | None = None,
    layers: int = 1,
    directions: int = 1,
    now: int | None = None,
    outputs: bool = False,
) -> Picture:
    """A network over a sentence: time runs to the right, layers go up.

    words     one a time step; at most six, or four with two directions
    layers, directions   as in torch; with two directions the backward cells stand above the
              forward ones, and a box over both joins them
    now       only the steps 0..now are drawn strong, the later ones faint: for players. Backward
              cells take their steps from the last word on; two layers of both directions cannot
              be played, as the second begins when the first has ended
    outputs   draw y_t on top
    alt       default: a description of what is drawn
    """
    if directions not in (1, 2):
        raise ValueError(f"expected one or two directions, got {directions}")
    most = 6 if directions == 1 else 4  # more would be too small on a phone
    if not 1 <= len(words) <= most:
        raise ValueError(
            f"expected 1 to {most} words for directions={directions}, got {len(words)}"
        )
    if directions == 2 and layers > 1 and now is not None:
        raise ValueError("expected one layer where now is given and directions=2, got more")
    gap = min(2.0, 7.8 / len(words))  # between two time steps
    columns = [5 + gap * (t - (len(words) - 1) / 2) for t in range(len(words))]
    faint = [now is not None and t > now for t in range(len(words))]
    back = faint[::-1]  # the same for the backward cells
    read = faint if directions == 1 else [f and b for f, b in zip(faint, back)]
    done = faint if directions == 1 else [f or b for f, b in zip(faint, back)]
    rise = 1.35  # between two rows
    rows = layers * (directions + (directions == 2)) + outputs
    d = Diagram(height=1.7 + rise * rows)

    tops = []  # what the next row reads from, one node a time step
    for t, word in enumerate(words):
        d.text(columns[t], 0.3, word, faint=read[t])
        tops.append(d.box(columns[t], 1.05, f"$x_{t + 1}$", X, w=0.55 * gap, faint=read[t]))
    y = 1.05
    for layer in range(layers):
        above = f"^{{({layer + 1})}}" if layers > 1 else ""
        if directions == 1:
            y += rise
            names = [f"$h{above}_{t + 1}$" for t in range(len(words))]
            cells = _row(d, columns, y, names, 0.55 * gap, faint, above)
            for t, cell in enumerate(cells):
                d.arrow(tops[t], cell, faint=faint[t])
            tops = cells
            continue
        accents = (r"\overrightarrow", r"\overleftarrow") if layers == 1 else ("", "")
        forward, backward = (
            [f"${accent}{{h}}{above}_{t + 1}$" for t in range(len(words))] for accent in accents
        )
        aside, w = 0.22 * gap, 0.37 * gap  # forward cells stand left of the words, backward right
        first = _row(d, [x - aside for x in columns], y + rise, forward, w, faint, above)
        second = _row(d, [x + aside for x in columns], y + 2 * rise, backward, w, back, above, -1)
        y += 3 * rise
        joined = [d.box(x, y, "join", INK, w=0.55 * gap, faint=f) for x, f in zip(columns, done)]
        for t in range(len(words)):
            for cell, weak in ((first[t], faint[t]), (second[t], back[t])):
                d.arrow((cell.x, tops[t].top[1]), cell, faint=weak)
                d.arrow(cell, (cell.x, joined[t].bottom[1]), faint=weak)
        tops = joined
    if outputs:
        for t, x in enumerate(columns):
            out = d.box(x, y + rise, f"$y_{t + 1}$", Y, w=0.55 * gap, faint=done[t])
            d.arrow(tops[t], out, faint=done[t])
    return d.picture(alt or _in_words(words, layers, directions, now, outputs))


def _row(d, columns, y, names, w, faint, above, way=1):
    """Cells side by side, the state handed on from each to the next; way -1: from right to left."""
    cells = [d.box(x, y, name, H, w=w, faint=f) for x, name, f in zip(columns, names, faint)]
    path = cells[::way]
    for before, after in zip(path, path[1:]):
        d.arrow(before, after, colour=H, faint=faint[cells.index(after)])
    start, end = path[0], path[-1]
    # the states at both ends: h_0 comes in from the margin, h_n goes out to the other one
    left, right = (0.5, y), (9.5, y)
    came, went = (left, right) if way == 1 else (right, left)
    for cell, margin, name in ((start, came, "0"), (end, went, "n")):
        f, rim = faint[cells.index(cell)], (margin[0] + (0.45 if margin is left else -0.45), y)
        d.arrow(*((rim, cell) if name == "0" else (cell, rim)), colour=H, faint=f)
        d.text(*margin, f"$h{above}_{name}$", faint=f)
    return cells


def _in_words(words, layers, directions, now, outputs):
    T = len(words)
    kind = "One layer" if layers == 1 else f"{layers} layers, one above the other,"
    if directions == 1:
        flow = "Each cell hands its state h to the cell of the next word, from h_0 at the left on."
    else:
        flow = (
            "In each layer one row of cells hands its state from left to right and another from "
            "right to left; above each word the two states are joined."
        )
    alt = f"{kind} over the {T} words {', '.join(words)}: x_1 to x_{T} go up into the cells. {flow}"
    if outputs:
        alt += " On top, each step gives an output y."
    if now is not None:
        who = "" if directions == 1 else " of each direction"
        alt += f" Steps 1 to {now + 1}{who} are done; the later ones are drawn faint."
    return alt
