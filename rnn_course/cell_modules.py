"""Drop-ins for torch.nn's cells: RNNCell, LSTMCell, GRUCell; one step for a batch.

As with the networks in modules.py nothing else changes where a program says torch.nn.LSTMCell; what
differs from torch.nn is said there.
"""

from typing import Any

import torch
from torch import Tensor, nn

from rnn_course import arguments, cells, weights
from rnn_course.dropin import DropIn, State, differing
from rnn_course.ops import linear


class _Cell(DropIn):
    """What RNNCell, LSTMCell and GRUCell share: one step for a batch, no layers, no time.

    input (N, I) or (I); hx (N, H) or (H), for LSTMCell a pair of them; zeros if absent.
    Returns what hx is, one step later. There is no layer axis, unlike h_n of RNN.
    """

    __constants__ = ["input_size", "hidden_size", "bias"]
    gates: int
    has_c = False
    _cell: Any  # a method that gives the step, of cells.py

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: Any = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias
        shapes = {
            "weight_ih": (self.gates * hidden_size, input_size),
            "weight_hh": (self.gates * hidden_size, hidden_size),
            "bias_ih": (self.gates * hidden_size,),
            "bias_hh": (self.gates * hidden_size,),
        }
        for name, shape in shapes.items():
            there = bias or name.startswith("weight")
            new = nn.Parameter(torch.empty(shape, device=device, dtype=dtype)) if there else None
            self.register_parameter(name, new)
        self.reset_parameters()

    def extra_repr(self):
        shown = f"{self.input_size}, {self.hidden_size}"
        return shown + differing(self, {"bias": True, "nonlinearity": "tanh"})

    def forward(self, input: Tensor, hx: State | None = None) -> State:
        node = self.fx_call(input, hx)
        if node is not None:
            return node
        arguments.check_cell(self, input, hx)
        batched = input.dim() == 2
        if hx is None:
            zeros = input.new_zeros(*input.shape[:-1], self.hidden_size)
            hx = (zeros, zeros) if self.has_c else zeros
        states: Any = arguments.pair(hx) if self.has_c else (hx,)
        if not batched:
            input, states = input.unsqueeze(0), tuple(s.unsqueeze(0) for s in states)
        bias = (self.bias_ih, self.bias_hh) if self.bias_ih is not None else (0.0, 0.0)
        a = linear(input, self.weight_ih, bias[0])
        p = {"weight_hh": self.weight_hh, "bias_hh": bias[1]}
        state, _ = self._cell()(a, states, p)
        state = state if batched else tuple(s.squeeze(0) for s in state)
        return state if self.has_c else state[0]


class RNNCell(_Cell):
    """torch.nn.RNNCell: one Elman step, tanh or relu."""

    __constants__ = [*_Cell.__constants__, "nonlinearity"]
    gates = len(weights.KINDS["RNN"].gates)

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device: Any = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, device, dtype)
        self.nonlinearity = nonlinearity

    def _cell(self):
        if self.nonlinearity not in ("tanh", "relu"):  # torch, too, notices at the first call
            raise RuntimeError(f"Unknown nonlinearity: {self.nonlinearity}")
        return cells.rnn_cell if self.nonlinearity == "tanh" else cells.rnn_relu_cell


class LSTMCell(_Cell):
    """torch.nn.LSTMCell: one step of an LSTM; takes and returns (h, c)."""

    gates = len(weights.KINDS["LSTM"].gates)
    has_c = True

    def _cell(self):
        return cells.lstm_cell


class GRUCell(_Cell):
    """torch.nn.GRUCell: one step of a GRU."""

    gates = len(weights.KINDS["GRU"].gates)

    def _cell(self):
        return cells.gru_cell
