"""Torch's parameter names and ours.

The only file that knows that torch calls the backward direction's weight of the second layer
`weight_ih_l1_reverse`. Everywhere else a layer's own weights go by the plain names

    weight_ih (gates*H, in)   weight_hh (gates*H, H)   bias_ih, bias_hh (gates*H)
    weight_hr (P, H)          only with a projection; then weight_hh is (gates*H, P)

with gates stacked along the first axis: one for RNN, i f g o for LSTM, r z n for GRU (`KINDS`).
"""

from typing import NamedTuple

from rnn_course.ops import stack


class Kind(NamedTuple):
    """What tells the kinds of networks apart: their gates, in the order in which torch stacks
    their rows, and their states, the output first; a letter each."""

    gates: str
    states: str


KINDS = {"RNN": Kind("h", "h"), "LSTM": Kind("ifgo", "hc"), "GRU": Kind("rzn", "h")}

NAMES = ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr")
DIRECTIONS = ("", "_reverse")


def torch_name(name, layer, direction):
    """'weight_ih', 1, 1 -> 'weight_ih_l1_reverse'."""
    return f"{name}_l{layer}{DIRECTIONS[direction]}"


def shapes(gates, input_size, hidden_size, num_layers=1, bias=True, bidirectional=False, proj=0):
    """Torch's name -> shape of every parameter, in torch's order. proj = 0: no projection."""
    D, out = 1 + bidirectional, proj or hidden_size
    result = {}
    for layer in range(num_layers):
        for direction in range(D):
            of = {
                "weight_ih": (gates * hidden_size, D * out if layer else input_size),
                "weight_hh": (gates * hidden_size, out),
            }
            if bias:
                of |= {"bias_ih": (gates * hidden_size,), "bias_hh": (gates * hidden_size,)}
            if proj:
                of["weight_hr"] = (proj, hidden_size)
            result |= {torch_name(name, layer, direction): of[name] for name in of}
    return result


def network(cell, weights):
    """Torch's state_dict (name -> array or tensor) as the list of layers that stack.run takes.

    How many layers and directions there are, and whether biases, is read off the names. A cell
    for a network with weight_hr is `projected(...)` already.
    """
    if "weight_ih_l0" not in weights:
        raise KeyError(
            "expected torch's parameter names (weight_ih_l0, weight_hh_l0, ...), "
            f"got {sorted(weights)}: pass module.state_dict(), or rename the weights"
        )
    layers = []
    while torch_name("weight_ih", len(layers), 0) in weights:
        layers.append([])
        for direction in (0, 1):
            if torch_name("weight_ih", len(layers) - 1, direction) in weights:
                p = {"bias_ih": 0.0, "bias_hh": 0.0}
                for name in NAMES:
                    full = torch_name(name, len(layers) - 1, direction)
                    if full in weights:
                        p[name] = weights[full]
                layers[-1].append((cell, p))
    return layers


def flat(dps, like):
    """Gradients nested as layers are -> torch's name -> gradient, for the names in `like`."""
    named = {
        torch_name(name, layer, direction): d
        for layer, directions in enumerate(dps)
        for direction, dp in enumerate(directions)
        for name, d in dp.items()
    }
    return {name: named[name] for name in like}


def states_from_torch(hx):
    """h (L*D, N, H), or (h, c), as torch has it -> one tuple (h,) or (h, c) for each layer and
    direction, layer by layer, forward then backward."""
    return list(zip(*(hx if isinstance(hx, tuple | list) else (hx,)), strict=True))


def states_to_torch(states):
    """The way back: h_n (L*D, N, H), or (h_n, c_n)."""
    parts = tuple(stack(part) for part in zip(*states, strict=True))
    return parts if len(parts) == 2 else parts[0]
