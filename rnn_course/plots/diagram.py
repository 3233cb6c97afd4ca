"""Boxes, circles and arrows: the drawings of data flow.

A Diagram is a sheet 10 units wide. What is put on it is returned as a node, and arrows are drawn
from node to node:

    d = Diagram(height=3)
    x = d.box(2, 0.5, "$x_t$", GREEN)
    h = d.box(2, 2.0, "tanh", BLUE)
    d.arrow(x, h, text="$W_{ih}$")
    d.picture("The input x_t goes through W_ih into a tanh.")
"""

from math import hypot
from typing import NamedTuple, TypeAlias

from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path

from rnn_course.plots.picture import INK, WIDTH, Picture, finish

Point: TypeAlias = tuple[float, float]

FAINT = 0.35  # how strong the parts are drawn whose turn has not come


class Node(NamedTuple):
    """Something on a diagram that arrows can start from and end at."""

    x: float
    y: float
    w: float
    h: float
    round: bool = False

    @property
    def left(self) -> Point:
        return (self.x - self.w / 2, self.y)

    @property
    def right(self) -> Point:
        return (self.x + self.w / 2, self.y)

    @property
    def top(self) -> Point:
        return (self.x, self.y + self.h / 2)

    @property
    def bottom(self) -> Point:
        return (self.x, self.y - self.h / 2)

    def border(self, point: Point) -> Point:
        """Where a straight line from the middle towards `point` leaves the node."""
        dx, dy = point[0] - self.x, point[1] - self.y
        if self.round:
            share = self.w / 2 / max(hypot(dx, dy), 1e-9)
        else:
            share = min(
                self.w / 2 / abs(dx) if dx else float("inf"),
                self.h / 2 / abs(dy) if dy else float("inf"),
            )
        return (self.x + share * dx, self.y + share * dy)


class Diagram:
    """A sheet 10 units wide and `height` units high; (0, 0) is its lower left corner."""

    def __init__(self, height: float) -> None:
        self.height = height
        self.figure = Figure(figsize=(WIDTH, WIDTH * height / 10))
        self.axes = self.figure.add_axes((0, 0, 1, 1))
        self.axes.set(xlim=(0, 10), ylim=(0, height))
        self.axes.axis("off")

    def box(
        self,
        x: float,
        y: float,
        text: str = "",
        colour: str = INK,
        w: float = 1.2,
        h: float = 0.8,
        faint: bool = False,
    ) -> Node:
        """A rounded box around (x, y)."""
        round_by = 0.12
        shape = FancyBboxPatch(
            (x - w / 2 + round_by, y - h / 2 + round_by),
            w - 2 * round_by,
            h - 2 * round_by,
            boxstyle=f"round,pad={round_by}",
        )
        return self._put(shape, Node(x, y, w, h), text, colour, faint)

    def circle(
        self,
        x: float,
        y: float,
        text: str = "",
        colour: str = INK,
        r: float = 0.32,
        faint: bool = False,
    ) -> Node:
        """An operation without weights: +, times, tanh."""
        return self._put(
            Circle((x, y), r), Node(x, y, 2 * r, 2 * r, round=True), text, colour, faint
        )

    def _put(self, shape, node, text, colour, faint):
        strength = FAINT if faint else 1
        shape.set(facecolor=(colour, 0.16 * strength), edgecolor=(colour, strength), zorder=2)
        self.axes.add_patch(shape)
        self.text(node.x, node.y, text, faint=faint)
        return node

    def text(
        self,
        x: float,
        y: float,
        text: str,
        colour: str = INK,
        size: float | None = None,
        align: str = "center",
        faint: bool = False,
    ) -> None:
        """Words or a formula on the sheet; align left, center or right of x."""
        strength = FAINT if faint else 1
        size = size or (12 if text.startswith("$") else 10)  # formulas look smaller than words
        self.axes.text(
            x,
            y,
            text,
            color=(colour, strength),
            size=size,
            ha=align,
            va="center_baseline",
            zorder=3,
        )

    def arrow(
        self,
        *stops: Node | Point,
        text: str = "",
        colour: str = INK,
        faint: bool = False,
        shift: Point = (0, 0),
        head: bool = True,
    ) -> None:
        """An arrow along nodes or points (x, y); text stands beside its middle, moved by shift."""
        if len(stops) < 2:
            raise ValueError(f"expected two stops or more, got {len(stops)}: arrow(a, b)")
        points = [s if not isinstance(s, Node) else (s.x, s.y) for s in stops]
        for end, neighbour in ((0, 1), (-1, -2)):
            node = stops[end]
            if isinstance(node, Node):
                points[end] = node.border(points[neighbour])
        self.axes.add_patch(
            FancyArrowPatch(
                path=Path(points),
                arrowstyle="-|>,head_length=4,head_width=2.2" if head else "-",
                color=(colour, FAINT if faint else 1),
                linewidth=1.2,
                shrinkA=0,
                shrinkB=0,
                joinstyle="round",
                zorder=1,
            )
        )
        if text:
            k = (len(points) - 1) // 2
            (x0, y0), (x1, y1) = points[k], points[k + 1]
            upright = abs(x1 - x0) < abs(y1 - y0)
            x, y = (x0 + x1) / 2 + 0.15 * upright, (y0 + y1) / 2 + 0.28 * (not upright)
            self.text(
                x + shift[0], y + shift[1], text, align="left" if upright else "center", faint=faint
            )

    def picture(self, alt: str) -> Picture:
        """The finished Picture; alt says in words what flows where."""
        return finish(self.figure, alt)
