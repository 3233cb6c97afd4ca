"""Numbers as pictures: heat maps over a sentence, lines, points, bars."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from rnn_course.plots.picture import BLUE, CYCLE, INK, RED, Picture, canvas, finish


def _array(values, dims, name):
    """Tensors, lists and arrays alike, as a float array; clear words if the shape is wrong."""
    detached = values.detach().cpu().numpy() if hasattr(values, "detach") else values
    array = np.asarray(detached, dtype=float)
    if array.ndim != dims:
        raise ValueError(f"expected {name} with {dims} axes, got the shape {array.shape}")
    return array


def heat(
    values: Any,
    rows: Sequence[str],
    columns: Sequence[str],
    alt: str,
    title: str = "",
    limit: float | None = None,
    digits: int | None = 2,
    now: int | None = None,
    ylabel: str = "",
) -> Picture:
    """A table of numbers with coloured cells: blue below zero, orange above, clear at zero.

    values (len(rows), len(columns)); for states over a sentence the columns are the words, so
    pass `states.T`. limit is the number with the strongest colour (default: the largest size
    there is). now: only the columns 0..now are drawn, for players. The numbers are printed in
    the cells (digits=None: not), so the colours are never the only witness.
    """
    values = _array(values, 2, "values")
    if values.shape != (len(rows), len(columns)):
        raise ValueError(
            f"expected values of shape (rows, columns) = {(len(rows), len(columns))}, "
            f"got {values.shape}"
            + (": pass values.T" if values.T.shape == (len(rows), len(columns)) else "")
        )
    R, C = values.shape
    limit = limit or float(np.abs(values).max()) or 1.0
    figure, axes = canvas(0.36 * R + 0.45 + (0.25 if title else 0))
    for r in range(R):
        for c in range(C if now is None else now + 1):
            x = values[r, c]
            strength = 0.7 * min(abs(x) / limit, 1)
            axes.fill_between(
                [c, c + 1], r, r + 1, color=(RED if x > 0 else BLUE, strength), linewidth=0
            )
            if digits is not None:
                axes.text(c + 0.5, r + 0.5, f"{x:.{digits}f}", ha="center", va="center", color=INK)
    axes.set(xlim=(0, C), ylim=(R, 0), title=title, ylabel=ylabel)
    axes.set_xticks(np.arange(C) + 0.5, columns)
    axes.set_yticks(np.arange(R) + 0.5, rows)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.hlines(np.arange(R + 1), 0, C, colors=[(INK, 0.25)], linewidth=0.6)
    axes.vlines(np.arange(C + 1), 0, R, colors=[(INK, 0.25)], linewidth=0.6)
    return finish(figure, alt)


DASHES = ("-", "--", "-.", ":")


def lines(
    series: Mapping[str, Any],
    alt: str,
    x: Any = None,
    xlabel: str = "",
    ylabel: str = "",
    title: str = "",
    log: bool = False,
    height: float = 2.6,
    marker: str = "",
) -> Picture:
    """Curves with their names at their right ends, so that no legend has to be decoded.

    series: name -> numbers, at most four (more than that nobody can read). x: where they stand,
    default 0, 1, 2, ... log: logarithmic y axis. Each curve also has a dash pattern of its own.
    """
    if len(series) > len(CYCLE):
        raise ValueError(f"expected at most {len(CYCLE)} curves, got {len(series)}: draw two plots")
    figure, axes = canvas(height)
    axes.set(xlabel=xlabel, ylabel=ylabel, title=title)
    ends = []
    for (name, ys), colour, dash in zip(series.items(), CYCLE, DASHES, strict=False):
        ys = _array(ys, 1, name)
        xs = np.arange(len(ys)) if x is None else _array(x, 1, "x")
        axes.plot(xs, ys, dash, color=colour, marker=marker)
        ends.append((float(xs[-1]), float(ys[-1]), name, colour))
    if log:
        axes.set_yscale("log")
    figure.draw_without_rendering()  # fixes the scales, so that the names can be kept apart
    _names_at_ends(axes, ends)
    return finish(figure, alt)


def _names_at_ends(axes, ends):
    """Each name to the right of its curve's end; those too close are moved apart."""
    pixels = axes.transData.transform([(x, y) for x, y, _, _ in ends])
    line_height = 13 * axes.figure.dpi / 72
    lowest = -np.inf
    for k in np.argsort(pixels[:, 1], kind="stable"):
        y = max(pixels[k, 1], lowest + line_height)
        lowest = y
        points = (y - pixels[k, 1]) * 72 / axes.figure.dpi
        axes.annotate(
            ends[k][2],
            ends[k][:2],
            xytext=(5, points),
            textcoords="offset points",
            va="center",
            color=ends[k][3],
            fontweight="bold",
        )


def scatter(
    points: Any,
    names: Sequence[str] | None,
    alt: str,
    groups: Sequence[str] | None = None,
    title: str = "",
    height: float = 3.6,
    limits: float | None = None,
) -> Picture:
    """Points in the plane: points (V, 2); one group, one colour and mark.

    names   one for each point; or None, then each group is named at its middle
    groups  one name for each point, at most eight different ones
    limits  how far the plane reaches from the middle in every direction; fix it in players
    """
    points = _array(points, 2, "points")
    groups = groups or ["" for _ in points]
    kinds = list(dict.fromkeys(groups))
    figure, axes = canvas(height)
    axes.set(title=title)
    for number, (kind, colour, mark) in enumerate(zip(kinds, CYCLE * 2, "os^Dvp*X", strict=False)):
        at = np.array([k for k, g in enumerate(groups) if g == kind])
        axes.plot(points[at, 0], points[at, 1], mark, color=colour)
        for k in at:
            if not names:
                break
            left = number % 2  # two groups' names keep out of each other's way
            axes.annotate(
                *(names[k], points[k]),
                xytext=(-5 if left else 5, 3),
                textcoords="offset points",
                ha="right" if left else "left",
                color=colour,
            )
        if not names:
            place = points[at].mean(0)
            axes.annotate(
                *(kind, place),
                xytext=(0, 7),
                textcoords="offset points",
                ha="center",
                color=colour,
                fontweight="bold",
            )
    if limits is None:
        axes.margins(x=0.14, y=0.08)
    else:
        axes.set(xlim=(-limits, limits), ylim=(-limits, limits))
    axes.tick_params(labelbottom=False, labelleft=False, length=0)
    return finish(figure, alt)


def bars(
    values: Mapping[str, float],
    alt: str,
    xlabel: str = "",
    title: str = "",
    digits: int = 2,
    unit: str = "",
) -> Picture:
    """Lengths to compare: name -> number, one bar each, the number at its end."""
    figure, axes = canvas(0.33 * len(values) + 0.6)
    names, numbers = list(values), [float(v) for v in values.values()]
    axes.barh(names, numbers, color=[(BLUE, 0.55)], edgecolor=BLUE)
    for k, number in enumerate(numbers):
        axes.annotate(
            f"{number:,.{digits}f}{unit}",
            (max(number, 0), k),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
        )
    axes.invert_yaxis()
    axes.set(xlabel=xlabel, title=title)
    axes.margins(x=0.22)
    axes.tick_params(axis="y", length=0)
    return finish(figure, alt)
