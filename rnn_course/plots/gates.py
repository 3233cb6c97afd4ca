"""One cell from the inside: LSTM and GRU, drawn gate by gate.

The names in the drawings are those of cells.py: a is what the input adds, u what the old state
adds, i f g o and r z n are the gates and candidates.
"""

from rnn_course.plots.diagram import Diagram, Node, Point
from rnn_course.plots.picture import COLOURS, Picture

X, H, C = COLOURS["x"], COLOURS["h"], COLOURS["c"]
WHAT = {
    "f": "the forget gate f multiplies the old cell state",
    "i": "the input gate i multiplies the candidate",
    "g": "the candidate g is added to the cell state",
    "o": "the output gate o multiplies tanh of the cell state and gives h_t",
    "z": "the update gate z multiplies the old state, and 1 - z the candidate",
    "r": "the reset gate r multiplies what the old state tells the candidate",
    "n": "the candidate n is added to the state",
}


def _check(parts, known):
    wrong = [part for part in parts if part not in known]
    if wrong:
        raise ValueError(f"expected parts out of {known!r}, got {parts!r}")


def _gate(d, x, y, name, faint, squash="sigmoid"):
    node = d.box(x, y, colour=COLOURS[name], w=1.5, h=1.25, faint=faint)
    d.text(x, y + 0.27, f"${name}_t$", faint=faint)
    d.text(x, y - 0.27, squash, faint=faint)
    return node


def lstm_cell(parts: str = "figo", strong: str | None = None, alt: str | None = None) -> Picture:
    """An LSTM's step with the gates in `parts` and no others.

    parts   out of "figo"; "" is the bare road of the cell state. The boxes stand in the order in
            which the cell state meets them, f i g o; in the weights the order is i f g o
    strong  only these gates are drawn strong, e.g. the one that has just been added
    alt     default: a description of what is drawn
    """
    _check(parts, "figo")
    faint = {part: strong is not None and part not in strong for part in "figo"}
    d = Diagram(height=7.0)
    road, gates = 6.4, {}
    d.text(0.5, road, "$c_{t-1}$")
    d.text(9.5, road, "$c_t$")

    if parts:
        matmul = d.box(4.7, 1.45, "$W_{ih}x_t+b_{ih}+W_{hh}h_{t-1}+b_{hh}$", w=6.6, h=0.9)
        d.arrow((4.7, 0.55), matmul, colour=X)
        d.text(4.7, 0.25, "$x_t$")
        d.text(0.45, 1.45, "$h_{t-1}$")
        d.arrow((0.95, 1.45), matmul.left, colour=H)
        for part, x in zip("figo", (1.9, 3.65, 5.3, 7.0), strict=True):
            if part in parts:
                squash = "tanh" if part == "g" else "sigmoid"
                gates[part] = _gate(d, x, 3.1, part, faint[part], squash)
                d.arrow((x, matmul.top[1]), gates[part], faint=faint[part])

    stops: list[Node | Point] = [(1.05, road)]  # what the cell state meets on its road
    if "f" in parts:
        stops.append(d.circle(1.9, road, "×", C, faint=faint["f"]))
        d.arrow(gates["f"], stops[-1], colour=COLOURS["f"], faint=faint["f"])
    if "i" in parts or "g" in parts:
        both = "i" in parts and "g" in parts
        weak = all(faint[part] for part in "ig" if part in parts)
        stops.append(d.circle(4.47, road, "+", C, faint=weak))
        source = d.circle(4.47, 4.7, "×", faint=weak) if both else (4.47, 4.7)
        for part in "ig":
            if part in parts:
                corner = (gates[part].x, 4.7)
                ends = (source,) if both else (source, stops[-1])
                d.arrow(gates[part], corner, *ends, colour=COLOURS[part], faint=faint[part])
        if both:
            d.arrow(source, stops[-1], faint=weak)
    stops.append((8.95, road))
    for start, end in zip(stops, stops[1:], strict=False):
        d.arrow(start, end, colour=C)

    if "o" in parts:
        weak = faint["o"]
        tanh = d.circle(8.2, 5.45, "tanh", r=0.55, faint=weak)
        times = d.circle(8.2, 4.3, "×", H, faint=weak)
        d.arrow((8.2, road), tanh, colour=C, faint=weak)
        d.arrow(tanh, times, faint=weak)
        d.arrow(gates["o"], (gates["o"].x, 4.3), times, colour=COLOURS["o"], faint=weak)
        d.arrow(times, (8.95, 4.3), colour=H, faint=weak)
        d.text(9.5, 4.3, "$h_t$", faint=weak)
    return d.picture(
        alt or _in_words("An LSTM cell", "cell state c", [p for p in "figo" if p in parts])
    )


def gru_cell(
    parts: str = "zrn", strong: str | None = None, reset: str = "after", alt: str | None = None
) -> Picture:
    """A GRU's step with the gates in `parts` and no others.

    parts, strong, alt   as in lstm_cell, out of "zrn"
    reset   "after": torch's, r multiplies the finished W_hn h + b_hn; "before": the first
            paper's, r multiplies h, and W_hn comes after it
    """
    _check(parts, "zrn")
    if reset not in ("after", "before"):
        raise ValueError(f"expected reset to be 'after' or 'before', got {reset!r}")
    before = reset == "before"
    faint = {part: strong is not None and part not in strong for part in "zrn"}
    d = Diagram(height=7.0)
    road, y = 6.4, 3.0
    a, u, h = 1.6, 1.0, 0.4  # the heights of the three lines that gates are fed from
    d.text(0.5, road, "$h_{t-1}$")
    d.text(9.5, road, "$h_t$")
    places = {"z": 1.9, "r": 3.75, "n": 8.3}
    gates = {
        part: _gate(d, places[part], y, part, faint[part], "tanh" if part == "n" else "sigmoid")
        for part in "zrn"
        if part in parts
    }

    if gates:
        ends = {"z": 2.2, "r": 4.05, "n": 8.3}
        d.text(0.5, a, "$a_t$")
        d.arrow((0.9, a), (max(ends[part] for part in gates), a), colour=X, head=False)
        d.text(0.5, u, "$u_t$")
        right = (
            5.2 if "n" in parts and not before else max(places[p] - 0.3 for p in gates if p != "n")
        )
        d.arrow((0.9, u), (right, u), colour=H, head=False)
    for part in gates:
        bottom = gates[part].bottom[1]
        if part == "n":
            d.arrow((8.3, a), (8.3, bottom), colour=X, faint=faint["n"])
        else:
            x = places[part]
            d.arrow((x + 0.3, a), (x + 0.3, bottom), colour=X, faint=faint[part])
            d.arrow((x - 0.3, u), (x - 0.3, bottom), colour=H, faint=faint[part])

    if "n" in parts:  # what the old state tells the candidate
        source = u
        if before:
            d.text(0.5, h, "$h_{t-1}$")
            d.arrow((1.05, h), (5.2, h), colour=H, head=False)
            source = h
        last = gates["n"]
        if before:
            last = d.box(6.5, y, "$W_{hn}$", H, w=1.1, faint=faint["n"])
            d.arrow(last, gates["n"], faint=faint["n"])
        if "r" in parts:
            times = d.circle(5.2, y, "×", faint=faint["r"])
            d.arrow(gates["r"], times, colour=COLOURS["r"], faint=faint["r"])
            d.arrow((5.2, source), times, colour=H, faint=faint["n"])
            d.arrow(times, last, faint=faint["n"])
        else:
            d.arrow((5.2, source), (5.2, y), last, colour=H, faint=faint["n"])

    stops: list[Node | Point] = [(1.05, road)]  # what the state meets on its road
    if "z" in parts:
        stops.append(d.circle(1.9, road, "×", H, faint=faint["z"]))
        d.arrow(gates["z"], stops[-1], colour=COLOURS["z"], faint=faint["z"])
    if "n" in parts:
        stops.append(d.circle(8.3, road, "+", H, faint=faint["n"]))
        if "z" in parts:
            rest = d.circle(5.2, 4.75, "1 −", r=0.42, faint=faint["z"])
            times = d.circle(8.3, 4.75, "×", faint=faint["n"])
            d.arrow((1.9, 4.75), rest, colour=COLOURS["z"], faint=faint["z"])
            d.arrow(rest, times, colour=COLOURS["z"], faint=faint["z"])
            d.arrow(gates["n"], times, colour=COLOURS["n"], faint=faint["n"])
            d.arrow(times, stops[-1], faint=faint["n"])
        else:
            d.arrow(gates["n"], stops[-1], colour=COLOURS["n"], faint=faint["n"])
    stops.append((8.95, road))
    for start, end in zip(stops, stops[1:], strict=False):
        d.arrow(start, end, colour=H)
    words = _in_words(
        "A GRU cell (a: W_ih x_t + b_ih, u: W_hh h_(t-1) + b_hh)",
        "state h",
        [p for p in "zrn" if p in parts],
    )
    if "r" in parts and "n" in parts:
        words += (
            " Here r acts before the matrix W_hn." if before else " Here r acts after the matrix."
        )
    return d.picture(alt or words)


def _in_words(kind, state, parts):
    if not parts:
        return f"{kind}, bare: the {state} runs through from left to right, unchanged."
    met = "; ".join(WHAT[part] for part in parts)
    return f"{kind}: the {state} runs from left to right along the top; {met}."
