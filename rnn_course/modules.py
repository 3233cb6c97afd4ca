"""Drop-ins for torch.nn: RNN, LSTM, GRU and their cells. (Embedding is in embedding.py.)

Write rnn_course.LSTM where a program says torch.nn.LSTM, and nothing else changes: the same
arguments, parameters (names, order, shapes, first values under one seed), results, gradients,
exception types and warnings. Here is only what torch asks of a module. What is computed stands
in cells.py, unroll.py and stack.py; torch's autograd differentiates that same text, so double
backward, torch.func, bfloat16 and devices work by themselves.

Where torch.nn differs: it has C++ kernels for all this (chapter "Why torch is fast"), and
isinstance(module, torch.nn.LSTM) is False for ours.
"""

import math

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.rnn import PackedSequence

from rnn_course import arguments, cells, stack, weights
from rnn_course.ops import linear
from rnn_course.unroll import unroll


class _Recurrent(nn.Module):
    """What RNN, LSTM and GRU share. A subclass names its gates, states and cell.

    Shapes of a call output, h_n = layer(input, hx), with D directions, L layers:

    input   (T, N, I), (N, T, I) with batch_first, (T, I) unbatched, or a PackedSequence
    hx      h_0 (L*D, N, H), without N if unbatched; zeros if absent. For LSTM the pair
            (h_0, c_0); with a projection h_0 has P features. batch_first does not touch it
    output  like input, with D*H (or D*P) features: the last layer's h_t at every step
    h_n     like hx: the last state of every layer and direction
    """

    gates: int
    has_c = False
    unroll = staticmethod(unroll)  # rnn_course.fast puts another one here

    def __init__(
        self,
        mode,
        input_size,
        hidden_size,
        num_layers=1,
        bias=True,
        batch_first=False,
        dropout=0.0,
        bidirectional=False,
        proj_size=0,
        device=None,
        dtype=None,
    ):
        super().__init__()
        arguments.check_constructor(
            input_size, hidden_size, num_layers, bias, batch_first, dropout, proj_size
        )
        self.mode, self.input_size, self.hidden_size = mode, input_size, hidden_size
        self.num_layers, self.bias, self.batch_first = num_layers, bias, batch_first
        self.dropout, self.bidirectional = float(dropout), bidirectional
        self.proj_size = proj_size
        shapes = weights.shapes(
            self.gates, input_size, hidden_size, num_layers, bias, bool(bidirectional), proj_size
        )
        for name, shape in shapes.items():
            setattr(self, name, nn.Parameter(torch.empty(shape, device=device, dtype=dtype)))
        self._names = list(shapes)
        self.reset_parameters()

    def reset_parameters(self):
        """Draw every weight and bias uniformly from -1/sqrt(H) to 1/sqrt(H), in torch's order."""
        bound = 1 / math.sqrt(self.hidden_size)
        for weight in self.parameters():
            nn.init.uniform_(weight, -bound, bound)

    def flatten_parameters(self):
        """Nothing to do: this is where torch.nn lays its weights out for cuDNN."""

    @property
    def all_weights(self):
        """The parameters as torch has them: one list for each layer and direction."""
        size = len(self._names) // (self.num_layers * (1 + bool(self.bidirectional)))
        flat = [getattr(self, name) for name in self._names]
        return [flat[k : k + size] for k in range(0, len(flat), size)]

    def extra_repr(self):
        shown = f"{self.input_size}, {self.hidden_size}"
        defaults = {"proj_size": 0, "num_layers": 1, "bias": True, "batch_first": False}
        for name, default in (defaults | {"dropout": 0, "bidirectional": False}).items():
            if getattr(self, name) != default:
                shown += f", {name}={getattr(self, name)}"
        return shown

    def forward(self, input, hx=None):
        if isinstance(input, PackedSequence):
            return self._forward_packed(input, hx)
        arguments.check_dimensions(self, input, hx)
        hx = tuple(hx) if self.has_c and hx is not None else hx
        batched = input.dim() == 3
        if not batched:  # a batch of one
            input = input.unsqueeze(0 if self.batch_first else 1)
            hx = hx if hx is None else _each(hx, lambda s: s.unsqueeze(1))

        xs = input.transpose(0, 1) if self.batch_first else input  # (T, N, I)
        arguments.check_input(self, xs, 3)
        T, N, I = xs.shape
        rows, h_n = self._run(xs.reshape(T * N, I), [N] * T, self._states(hx, xs, N))
        output = rows.reshape(T, N, rows.shape[1])
        output = output.transpose(0, 1) if self.batch_first else output

        if not batched:
            output = output.squeeze(0 if self.batch_first else 1)
            h_n = _each(h_n, lambda s: s.squeeze(1))
        return output, h_n

    def _forward_packed(self, input, hx):
        """Packed in, packed out: the rows are there already; states come and go unsorted."""
        data, batch_sizes, sorted_indices, unsorted_indices = input
        arguments.check_input(self, data, 2)
        if hx is not None and sorted_indices is not None:
            hx = _each(hx, lambda s: s.index_select(1, sorted_indices))
        sizes = batch_sizes.tolist()
        rows, h_n = self._run(data, sizes, self._states(hx, data, sizes[0]))
        if unsorted_indices is not None:
            h_n = _each(h_n, lambda s: s.index_select(1, unsorted_indices))
        return PackedSequence(rows, batch_sizes, sorted_indices, unsorted_indices), h_n

    def _states(self, hx, like, N):
        """The given states, checked; zeros where none were given."""
        LD = self.num_layers * (1 + bool(self.bidirectional))
        shapes = [(LD, N, self.proj_size or self.hidden_size), (LD, N, self.hidden_size)]
        if hx is not None:
            arguments.check_states(self, hx, shapes)
            return hx
        h, c = (torch.zeros(shape, dtype=like.dtype, device=like.device) for shape in shapes)
        return (h, c) if self.has_c else h

    def _run(self, rows, sizes, hx):
        """The recurrence with this module's weights: rows (R, I) -> rows (R, D*H), h_n."""
        named = {name: getattr(self, name) for name in self._names}
        rows, states, _ = stack.run(
            weights.network(self._cell(), named),
            rows,
            sizes,
            weights.states_from_torch(hx),
            between=lambda rows: F.dropout(rows, self.dropout, self.training),
            unroll=self.unroll,
        )
        return rows, weights.states_to_torch(states)


class RNN(_Recurrent):
    """torch.nn.RNN: Elman's network (Elman 1990), tanh or relu."""

    gates = 1

    def __init__(self, input_size, hidden_size, num_layers=1, nonlinearity="tanh", *args, **kwargs):
        arguments.check_no_projection(kwargs)
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(
                f"Unknown nonlinearity '{nonlinearity}'. Select from 'tanh' or 'relu'."
            )
        mode = f"RNN_{nonlinearity.upper()}"
        super().__init__(mode, input_size, hidden_size, num_layers, *args, **kwargs)
        self.nonlinearity = nonlinearity

    def _cell(self):
        return cells.rnn_cell if self.nonlinearity == "tanh" else cells.rnn_relu_cell


class LSTM(_Recurrent):
    """torch.nn.LSTM, with projection (proj_size). States are pairs (h, c)."""

    gates = 4
    has_c = True

    def __init__(self, *args, **kwargs):
        super().__init__("LSTM", *args, **kwargs)

    def _cell(self):
        return cells.projected(cells.lstm_cell) if self.proj_size else cells.lstm_cell


class GRU(_Recurrent):
    """torch.nn.GRU: the reset gate acts after the matmul (see cells.gru_cell)."""

    gates = 3

    def __init__(self, *args, **kwargs):
        arguments.check_no_projection(kwargs)
        super().__init__("GRU", *args, **kwargs)

    def _cell(self):
        return cells.gru_cell


class _Cell(nn.Module):
    """What RNNCell, LSTMCell and GRUCell share: one step for a batch, no layers, no time.

    input (N, I) or (I); hx (N, H) or (H), for LSTMCell a pair of them; zeros if absent.
    Returns what hx is, one step later. There is no layer axis, unlike h_n of RNN.
    """

    gates: int
    has_c = False

    def __init__(self, input_size, hidden_size, bias=True, device=None, dtype=None):
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

    reset_parameters = _Recurrent.reset_parameters

    def extra_repr(self):
        shown = f"{self.input_size}, {self.hidden_size}"
        for name, default in {"bias": True, "nonlinearity": "tanh"}.items():
            if getattr(self, name, default) != default:
                shown += f", {name}={getattr(self, name)}"
        return shown

    def forward(self, input, hx=None):
        arguments.check_cell(self, input, hx)
        batched = input.dim() == 2
        if hx is None:
            zeros = input.new_zeros(*input.shape[:-1], self.hidden_size)
            hx = (zeros, zeros) if self.has_c else zeros
        if not batched:
            input, hx = input.unsqueeze(0), _each(hx, lambda s: s.unsqueeze(0))
        bias = (self.bias_ih, self.bias_hh) if self.bias_ih is not None else (0.0, 0.0)
        a = linear(input, self.weight_ih, bias[0])
        p = {"weight_hh": self.weight_hh, "bias_hh": bias[1]}
        state, _ = self._cell()(a, tuple(hx) if self.has_c else (hx,), p)
        state = state if batched else tuple(s.squeeze(0) for s in state)
        return state if self.has_c else state[0]


class RNNCell(_Cell):
    """torch.nn.RNNCell: one Elman step, tanh or relu."""

    gates = 1

    def __init__(
        self, input_size, hidden_size, bias=True, nonlinearity="tanh", device=None, dtype=None
    ):
        super().__init__(input_size, hidden_size, bias, device, dtype)
        self.nonlinearity = nonlinearity

    def _cell(self):
        if self.nonlinearity not in ("tanh", "relu"):  # torch, too, notices at the first call
            raise RuntimeError(f"Unknown nonlinearity: {self.nonlinearity}")
        return cells.rnn_cell if self.nonlinearity == "tanh" else cells.rnn_relu_cell


class LSTMCell(_Cell):
    """torch.nn.LSTMCell: one step of an LSTM; takes and returns (h, c)."""

    gates = 4
    has_c = True

    def _cell(self):
        return cells.lstm_cell


class GRUCell(_Cell):
    """torch.nn.GRUCell: one step of a GRU."""

    gates = 3

    def _cell(self):
        return cells.gru_cell


def _each(hx, change):
    """Do the same to h, or to h and c."""
    return tuple(map(change, hx)) if isinstance(hx, tuple | list) else change(hx)
