"""Figures that compute: the reader moves a slider or types, and the page works out the numbers.

    plots.live.lstm_step(sums, c)                turn the gates of one step of an LSTM
    plots.live.forget_bias(0.0, T=30)            what a forget gate leaves of a gradient
    plots.live.recurrent_weight(W, noise)        gradients that vanish and explode
    plots.live.gru_letters(p, letters, ...)      a GRU reads what the reader types
    plots.live.packing(sentences)                pack a batch of different lengths by hand

A figure carries its inputs and the weights that its cell passes in. The computing and the drawing
are done by book/_tools/static/live.js, which every page of the book loads; its functions are
tested against this package. On paper, in a notebook and without JavaScript the figure shows its
first state, which is computed here, and says so.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
import torch

from rnn_course.cells import gru_cell, lstm_cell, rnn_cell
from rnn_course.packing import row_numbers, step_sizes
from rnn_course.plots.charts import heat, lines
from rnn_course.plots.diagram import Diagram
from rnn_course.plots.picture import BLUE, GREEN, RED, Picture

NOTE = (
    "This is the first state of a figure that computes: on the book's web page, with JavaScript, "
    "you can change what it starts from."
)


class Live:
    """A figure that computes: its kind in live.js, its inputs, its data and its first state.

    Made by the functions of this module. data is what the page's script gets, as JSON.
    """

    def __init__(self, kind: str, label: str, inputs: Sequence[str], data: dict, first: Picture):
        self.kind, self.label, self.inputs = kind, label, inputs
        self.data, self.first = data, first

    def _repr_html_(self):
        data = json.dumps(self.data, separators=(",", ":")).replace("</", "<\\/")
        return (
            f'<figure class="rnn-live rnn-picture" data-kind="{self.kind}" '
            f'aria-label="{escape(self.label)}"><div class="live" hidden>'
            f'{"".join(self.inputs)}<div class="view"></div>'
            '<output aria-live="polite"></output></div><div class="still">'
            f'{self.first.element()}<p>{escape(self.first.alt)}</p><p class="note">{NOTE}</p></div>'
            f'<script type="application/json">{data}</script></figure>'
        )

    def __repr__(self):
        return f"[figure that computes: {self.label}]\n  {self.first.alt}"


def lstm_step(sums: Any, c: float) -> Live:
    """Turn the gates of one step: one unit of an LSTM, by hand.

    sums (4,)  what the sigmoids of i, f, o and the tanh of g are taken of, in torch's order
               i, f, g, o; from -6 to 6
    c          the unit's old cell state, from -2 to 2
    """
    sums = [round(float(a), 2) for a in sums]
    if len(sums) != 4 or max(map(abs, sums)) > 6 or abs(c) > 2:
        raise ValueError(
            "expected four sums, of i, f, g, o, from -6 to 6, and c from -2 to 2; "
            f"got {sums} and {c}"
        )
    names = ("input gate i", "forget gate f", "candidate g", "output gate o")
    inputs = [
        _slider(key, f"sum in {name}", -6, 6, 0.01, a)
        for key, name, a in zip("ifgo", names, sums, strict=True)
    ]
    c = round(float(c), 2)
    inputs.append(_slider("c", "old cell state c", -2, 2, 0.01, c))
    h_new, c_new = (s.item() for s in _one_unit(sums, c)[0])
    i, f, o = (1 / (1 + math.exp(-sums[k])) for k in (0, 1, 3))
    shown = [i, f, math.tanh(sums[2]), o, c, c_new, h_new]
    first = heat(
        [shown],
        [""],
        ["$i$", "$f$", "$g$", "$o$", "old $c$", "new $c$", "$h$"],
        alt="One step of one unit of an LSTM: "
        + ", ".join(
            f"{name} = {x:.2f}" for name, x in zip("i f g o c".split(), shown, strict=False)
        )
        + f"; then c becomes {c_new:.2f} and h is {h_new:.2f}.",
    )
    return Live(
        "lstm_step", "One step of an LSTM unit, its gates turned by hand", inputs, {}, first
    )


def forget_bias(bias: float = 0.0, T: int = 30) -> Live:
    """Drag the forget gate's bias: how soon is half of a gradient lost, what is left after T words?

    The gate is held at sigmoid(bias); only the way along the cell state is counted.
    bias from -2 to 8; T from 10 to 200, an even number.
    """
    if not -2 <= bias <= 8 or T not in range(10, 201, 2):
        raise ValueError(f"expected a bias from -2 to 8 and an even T from 10 to 200: {bias}, {T}")
    left = [1.0]
    for _ in range(T):
        _, pull = _one_unit([0.0, bias, 0.0, 0.0], 0.0)
        _, (_, dc), _ = pull((_column(0.0), _column(left[-1])))
        left.append(dc.item())
    inputs = [
        _slider("bias", "bias of the forget gate", -2, 8, 0.1, bias),
        _slider("T", "words, T", 10, 200, 2, T),
    ]
    f = left[1]
    first = lines(
        {"": left},
        xlabel="words",
        ylabel="share that is left",
        alt=f"With the bias {bias:.1f} the forget gate is {f:.4f}. Half of the gradient is left "
        f"after {math.log(0.5) / math.log(f):.1f} words, and {left[T]:.1g} of it after {T} words.",
    )
    label = "What a forget gate leaves of a gradient, against its bias"
    return Live("forget_bias", label, inputs, {}, first)


def recurrent_weight(W: Any, noise: Any, scale: float = 1.0, size: float = 0.1) -> Live:
    """Push the recurrent weights over the cliff: the norm of a gradient on its way back.

    A plain RNN, h_t = tanh(size * noise_t + scale * W h_(t-1)), reads T words of noise, and a
    gradient of length 1 comes in at the last state. Beside it, the same without the tanh.

    W      (H, H), best of spectral radius 1, so that the slider shows the radius
    noise  (T, H)
    scale  from 0.5 to 1.5; size from 0.01 to 10
    """
    W, noise = (np.round(np.asarray(x, dtype=float), 4) for x in (W, noise))
    if W.ndim != 2 or W.shape != (noise.shape[-1],) * 2:
        raise ValueError(f"expected W (H, H) and noise (T, H), got {W.shape} and {noise.shape}")
    gradient = np.ones(len(W)) / math.sqrt(len(W))
    data = {"W": W.tolist(), "noise": noise.tolist(), "gradient": gradient.tolist()}
    inputs = [
        _slider("scale", "spectral radius of W_hh", 0.5, 1.5, 0.01, scale),
        _slider("size", "input size, as a power of 10", -2, 1, 0.1, math.log10(size)),
    ]
    norms = [float(gradient @ gradient)]
    p = {"weight_hh": scale * W, "bias_hh": np.zeros(len(W))}
    steps, state = [], (np.zeros((1, len(W))),)
    for x in noise:
        state, pull = rnn_cell(size * x[None], state, p)
        steps.append(pull)
    dh = gradient[None]
    for pull in reversed(steps[1:]):
        _, (dh,), _ = pull((dh,))
        norms.append(float(np.linalg.norm(dh)))
    first = lines(
        {"": norms},
        xlabel="steps back from the end",
        ylabel="norm of the gradient",
        log=True,
        alt=f"Spectral radius {scale:.2f}, input of size {size:.2g}: {len(norms) - 1} steps back "
        f"from the end, a gradient of length 1 has the length {norms[-1]:.1g}.",
    )
    label = "The norm of a gradient on its way back, against the recurrent weights"
    return Live("recurrent_weight", label, inputs, data, first)


def gru_letters(
    parameters: Mapping[str, Any],
    letters: str,
    text: str,
    answers: Sequence[str],
    asked: str,
    unit: int = 1,
    gates: bool = False,
) -> Live:
    """Type a sentence, and see one unit of a GRU at each of its letters.

    parameters  embedding (V, E), weight_ih (3H, E), weight_hh (3H, H), bias_ih and bias_hh (3H),
                as in torch.nn.GRU, readout (K, H) and readout_bias (K)
    letters     the V letters that the network knows, in the order of the embedding's rows
    text        what the figure begins with: 2 to 36 of these letters
    answers     names of the K answers of the readout, whose softmax is shown; asked: the
                question that they answer, a few words
    unit        the unit shown first, counted from 1
    gates       let the reader look at r and z as well
    """
    if not 2 <= len(text) <= 36 or not set(text) <= set(letters):
        raise ValueError(f"expected 2 to 36 letters out of {letters!r}, got {text!r}")
    p = {name: np.round(_numbers(values), 6) for name, values in parameters.items()}
    H = p["weight_hh"].shape[1]
    rows = p["embedding"][[letters.index(letter) for letter in text]] @ p["weight_ih"].T
    state, values = (np.zeros((1, H)),), []
    for a in rows + p["bias_ih"]:
        state, _ = gru_cell(a[None], state, p)
        values.append(float(state[0][0, unit - 1]))
    inputs = [
        f'<div class="control"><label><span>your sentence</span><input type="text" name="text" '
        f'maxlength="120" spellcheck="false" autocomplete="off" value="{escape(text)}"></label>'
        "</div>",
        _slider("read", "letters read", 1, len(text), 1, len(text)),
        _slider("unit", "unit of the network", 1, H, 1, unit),
    ]
    if gates:
        options = {"h": "the state h", "z": "the update gate z", "r": "the reset gate r"}
        inputs.append(
            '<div class="control"><label><span>shown</span><select name="what">'
            + "".join(f'<option value="{key}">{name}</option>' for key, name in options.items())
            + "</select></label></div>"
        )
    inputs.append('<button type="button" data-play="read">Play</button>')
    at = ", ".join(f"{x:.1f}" for x in values)
    first = heat(
        [values],
        [f"unit {unit}"],
        [letter if letter != " " else "␣" for letter in text],
        digits=None,
        limit=1,
        alt=f"Unit {unit} of a GRU of {H} units after each letter of “{text}”: {at}.",
    )
    data = {name: values.tolist() for name, values in p.items()}
    data |= {"letters": list(letters), "answers": list(answers), "asked": asked}
    label = "One unit of a GRU over the letters of a sentence that you type"
    return Live("gru_letters", label, inputs, data, first)


def packing(sentences: Iterable[str]) -> Live:
    """Pack a batch of different lengths by hand: click the time steps in the right order.

    sentences  two to four of them, each of one word or more
    """
    words = [sentence.split() for sentence in sentences]
    if not 2 <= len(words) <= 4 or not all(words):
        raise ValueError(f"expected two to four sentences of one word or more, got {words}")
    order = sorted(range(len(words)), key=lambda n: -len(words[n]))
    lengths = [len(words[n]) for n in order]
    sizes = step_sizes(lengths)
    rows = [words[order[k]][t] for t, k in zip(*row_numbers(lengths), strict=True)]
    d = Diagram(height=0.6 * len(order) + 0.2)
    gap = 10 / max(lengths)
    for row, n in enumerate(order):
        for t, word in enumerate(words[n]):
            colour = (BLUE, RED, GREEN)[t % 3]
            d.box(
                gap * (t + 0.5), 0.6 * (len(order) - row) - 0.25, word, colour, w=0.9 * gap, h=0.5
            )
    first = d.picture(
        f"Sentences of {', '.join(map(str, lengths))} words, the longest first, one under the "
        f"other. Packed column by column they give the rows {', '.join(rows)}, and batch_sizes is "
        f"{', '.join(map(str, sizes))}."
    )
    names = [f"sentence {n + 1}" for n in range(len(words))]
    inputs = [
        f'<div class="control"><label><span>{name}</span><input type="text" name="{name}" '
        f'maxlength="60" autocomplete="off" value="{escape(" ".join(sentence))}"></label></div>'
        for name, sentence in zip(names, words, strict=True)
    ]
    label = "Pack sentences of different lengths, column by column"
    return Live("packing", label, inputs, {"names": names}, first)


def _slider(name, label, low, high, step, value):
    """A labelled range input, its number beside it with as many digits as its step has."""
    digits = len(str(step).partition(".")[2])
    return (
        f'<div class="control"><label><span>{label}</span><input type="range" name="{name}" '
        f'min="{low}" max="{high}" step="{step}" value="{value:.{digits}f}" '
        f'data-digits="{digits}"></label><span class="value" aria-hidden="true"></span></div>'
    )


def _one_unit(sums, c):
    """lstm_cell for one unit whose gates see nothing but these sums: (h, c), pull."""
    p = {"weight_hh": torch.zeros(4, 1).double(), "bias_hh": torch.zeros(4).double()}
    return lstm_cell(torch.tensor([sums]).double(), (_column(0.0), _column(c)), p)


def _column(x):
    return torch.full((1, 1), float(x), dtype=torch.float64)


def _numbers(values):
    """Tensors, parameters and arrays alike, as a float64 array."""
    return np.asarray(values.detach() if hasattr(values, "detach") else values, dtype=float)
