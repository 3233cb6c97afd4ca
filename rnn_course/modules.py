"""Drop-ins for torch.nn: RNN, LSTM, GRU. (Their cells: cell_modules.py; Embedding: embedding.py.)

Write rnn_course.LSTM where a program says torch.nn.LSTM, and nothing else changes: the same
arguments, parameters (names, order, shapes, first values under one seed), results, gradients,
exception types and warnings. What is computed stands in cells.py, unroll.py and stack.py; torch's
autograd differentiates that text, so double backward, torch.func, bfloat16 and devices just work.

Where torch.nn differs:

- It has C++ kernels for all this; vmap over them and torch.compile(fullgraph=True) fail, not here.
- isinstance(module, torch.nn.LSTM) is False for ours, so tools that look for torch.nn's classes
  pass ours by: quantize_dynamic(model, {torch.nn.LSTM}) changes nothing. Load our state_dict there.
- What leaves Python leaves as torch.nn's: torch.jit.trace and torch.export record torch's own
  operator. torch.jit.script, which compiles text, cannot compile this one: ours refuse it.
- A packed call with a wrong c_0 that broadcasts passes there and is an error here; so is `bias`
  that is set to False afterwards, which torch's float32 LSTM takes as "without the biases".
- The cuDNN bookkeeping (_flat_weight_refs, _weights_have_changed) is not here.
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.rnn import PackedSequence

from rnn_course import arguments, cells, stack, weights
from rnn_course.dropin import DropIn, Input, State, Weights, differing, leaves_python
from rnn_course.ops import each
from rnn_course.unroll import unroll


class _Recurrent(DropIn):
    """What RNN, LSTM and GRU share. A subclass names its gates, states and cell.

    Shapes of a call output, h_n = layer(input, hx), with D directions, L layers:

    input   (T, N, I), (N, T, I) with batch_first, (T, I) unbatched, or a PackedSequence
    hx      h_0 (L*D, N, H), without N if unbatched; zeros if absent. For LSTM the pair
            (h_0, c_0); with a projection h_0 has P features. batch_first does not touch it
    output  like input, with D*H (or D*P) features: the last layer's h_t at every step
    h_n     like hx: the last state of every layer and direction
    """

    __constants__ = [
        "mode",
        "input_size",
        "hidden_size",
        "num_layers",
        "bias",
        "batch_first",
        "dropout",
        "bidirectional",
        "proj_size",
    ]
    gates: int
    has_c = False
    unroll = staticmethod(unroll)  # rnn_course.fast puts another one here

    def __init__(
        self,
        mode: str,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Any = None,
        dtype: torch.dtype | None = None,
    ) -> None:
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
        self._flat_weights_names = names = list(shapes)
        each = len(names) // (num_layers * (1 + bool(bidirectional)))
        self._all_weights = [names[k : k + each] for k in range(0, len(names), each)]
        self.reset_parameters()

    def flatten_parameters(self):
        """Nothing to do: this is where torch.nn lays its weights out for cuDNN."""

    _init_flat_weights = _update_flat_weights = flatten_parameters

    @property
    def _flat_weights(self):
        """All weights in torch's order; one that is stored here becomes the module's."""
        return Weights(self, self._flat_weights_names)

    @_flat_weights.setter
    def _flat_weights(self, values):
        now = self._flat_weights
        for k, value in enumerate(values):
            if value is not now[k]:
                now[k] = value

    @property
    def all_weights(self):
        """The parameters as torch has them: one list for each layer and direction."""
        return [[getattr(self, name) for name in names] for names in self._all_weights]

    def extra_repr(self):
        shown = f"{self.input_size}, {self.hidden_size}"
        defaults = {"proj_size": 0, "num_layers": 1, "bias": True, "batch_first": False}
        return shown + differing(self, defaults | {"dropout": 0, "bidirectional": False})

    def check_input(self, input, batch_sizes):
        """Torch's checks of the input: (T, N, I), or rows (R, I) with batch_sizes."""
        arguments.check_input(self, input, 3 if batch_sizes is None else 2)

    def get_expected_hidden_size(self, input, batch_sizes):
        """(L*D, N, H), with a projection (L*D, N, P)."""
        N = input.shape[1 - self.batch_first] if batch_sizes is None else int(batch_sizes[0])
        LD = self.num_layers * (1 + bool(self.bidirectional))
        return LD, N, self.proj_size or self.hidden_size

    def check_hidden_size(self, hx, expected_hidden_size, msg="Expected hidden size {}, got {}"):
        arguments.check_size(self, hx, expected_hidden_size, msg)

    def check_forward_args(self, input, hidden, batch_sizes):
        self.check_input(input, batch_sizes)
        self.check_hidden_size(hidden, self.get_expected_hidden_size(input, batch_sizes))

    def permute_hidden(self, hx, permutation):
        """The states of the N sequences in another order."""
        return hx if permutation is None else hx.index_select(1, permutation)

    def forward(self, input: Input, hx: State | None = None) -> tuple[Input, State]:
        node = self.fx_call(input, hx)
        if node is not None:
            return node
        if isinstance(input, PackedSequence):
            return self._forward_packed(input, hx)
        arguments.check_dimensions(self, input, hx)
        batch_axis, batched = int(not self.batch_first), input.dim() == 3
        if not batched:  # a batch of one
            input = input.unsqueeze(batch_axis)
            hx = hx if hx is None else self._each(hx, lambda s: s.unsqueeze(1))
        hx = self._zeros(input, None) if hx is None else hx
        self.check_forward_args(input, hx, None)
        arguments.check_call(self, hx)

        if leaves_python():
            output, h_n = self._by_torch(input, None, hx)
        else:
            xs = input.transpose(0, 1) if self.batch_first else input  # (T, N, I)
            xs, hx = self._autocast(xs, hx)
            T, N, I = xs.shape
            rows, h_n = self._run(xs.reshape(T * N, I), [N] * T, hx)
            output = rows.reshape(T, N, rows.shape[1])
            output = output.transpose(0, 1) if self.batch_first else output

        if not batched:
            output, h_n = output.squeeze(batch_axis), self._each(h_n, lambda s: s.squeeze(1))
        return output, h_n

    def _forward_packed(self, input, hx):
        """Packed in, packed out: the rows are there already; states come and go unsorted."""
        data, batch_sizes, sorted_indices, unsorted_indices = input
        if hx is None:
            hx = self._zeros(data, batch_sizes)
        else:
            hx = self.permute_hidden(hx, sorted_indices)
        if self.has_c:
            arguments.check_pair("LSTM", hx, "(h_0, c_0)")
            if min(s.dim() for s in hx) < 3:
                raise IndexError(
                    f"Expected h_0 and c_0 (L*D, N, H), got {[list(s.shape) for s in hx]}"
                )
        self.check_forward_args(data, hx, batch_sizes)
        arguments.check_call(self, hx)
        if leaves_python():
            rows, h_n = self._by_torch(data, batch_sizes, hx)
        else:
            rows, h_n = self._run(data, batch_sizes.tolist(), hx)
        h_n = self.permute_hidden(h_n, unsorted_indices)
        return PackedSequence(rows, batch_sizes, sorted_indices, unsorted_indices), h_n

    def _zeros(self, input, batch_sizes):
        """The states where none are given."""
        shape = self.get_expected_hidden_size(input, batch_sizes)
        return input.new_zeros(shape)

    def _each(self, hx, change):
        """Do the same to h, or to h and c."""
        return each(arguments.pair(hx) if self.has_c else hx, change)

    def _autocast(self, xs, hx):
        """Under autocast oneDNN's LSTM and all of cuDNN keep every number in autocast's dtype, the
        states too; elsewhere the matmuls alone are cast, as by itself in our text."""
        device = xs.device.type
        whole = device == "cuda" or (device == "cpu" and self.has_c and not self.proj_size)
        if not whole or not torch.is_autocast_enabled(device) or xs.dtype == torch.float64:
            return xs, hx
        dtype = torch.get_autocast_dtype(device)
        return xs.to(dtype), self._each(hx, lambda s: s.to(dtype))

    def _run(self, rows, sizes, hx):
        """The recurrence with this module's weights: rows (R, I) -> rows (R, D*H), h_n."""
        rows, states, _ = stack.run(
            weights.network(self._cell(), dict(zip(self._flat_weights_names, self._flat_weights))),
            rows,
            sizes,
            weights.states_from_torch(hx),
            between=lambda rows: F.dropout(rows, self.dropout, self.training),
            unroll=self.unroll,
        )
        return rows, weights.states_to_torch(states)

    def _by_torch(self, input, batch_sizes, hx):
        """By torch's own layer, the same function: what a program that leaves Python contains."""
        layer = getattr(torch, self.mode.lower())  # lstm, gru, rnn_tanh or rnn_relu
        how = (list(self._flat_weights), self.bias, self.num_layers, self.dropout, self.training)
        if batch_sizes is None:
            output, *h_n = layer(input, hx, *how, self.bidirectional, self.batch_first)
        else:
            output, *h_n = layer(input, batch_sizes, hx, *how, self.bidirectional)
        return output, tuple(h_n) if self.has_c else h_n[0]


class RNN(_Recurrent):
    """torch.nn.RNN: Elman's network (Elman 1990), tanh or relu."""

    gates = len(weights.KINDS["RNN"].gates)

    def __init__(self, input_size: int, hidden_size: int, num_layers: int = 1,
                 nonlinearity: str = "tanh", *args: Any, **kwargs: Any) -> None:  # fmt: skip
        arguments.check_no_projection(kwargs)
        if nonlinearity not in ("tanh", "relu"):
            said = f"Unknown nonlinearity '{nonlinearity}'. Select from 'tanh' or 'relu'."
            raise ValueError(said)
        mode = f"RNN_{nonlinearity.upper()}"
        super().__init__(mode, input_size, hidden_size, num_layers, *args, **kwargs)
        self.nonlinearity = nonlinearity

    def _cell(self):
        return cells.rnn_cell if self.nonlinearity == "tanh" else cells.rnn_relu_cell


class LSTM(_Recurrent):
    """torch.nn.LSTM, with projection (proj_size). States are pairs (h, c)."""

    gates = len(weights.KINDS["LSTM"].gates)
    has_c = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__("LSTM", *args, **kwargs)

    def get_expected_cell_size(self, input, batch_sizes):
        """(L*D, N, H), with a projection as without."""
        return (*self.get_expected_hidden_size(input, batch_sizes)[:2], self.hidden_size)

    def check_forward_args(self, input, hidden, batch_sizes):
        """Torch lets a packed call pass with a wrong c_0 that broadcasts; here it is an error."""
        self.check_input(input, batch_sizes)
        sizes = (self.get_expected_hidden_size, self.get_expected_cell_size)
        for k, size in enumerate(sizes):
            msg = f"Expected hidden[{k}] size {{}}, got {{}}"
            self.check_hidden_size(hidden[k], size(input, batch_sizes), msg)

    def permute_hidden(self, hx, permutation):
        if permutation is None:
            return hx
        return self._each(hx, lambda s: s.index_select(1, permutation))

    def _zeros(self, input, batch_sizes):
        c = input.new_zeros(self.get_expected_cell_size(input, batch_sizes))
        return super()._zeros(input, batch_sizes), c

    def _cell(self):
        return cells.projected(cells.lstm_cell) if self.proj_size else cells.lstm_cell


class GRU(_Recurrent):
    """torch.nn.GRU: the reset gate acts after the matmul (see cells.gru_cell)."""

    gates = len(weights.KINDS["GRU"].gates)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        arguments.check_no_projection(kwargs)
        super().__init__("GRU", *args, **kwargs)

    def _cell(self):
        return cells.gru_cell
