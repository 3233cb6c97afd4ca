"""What torch.nn says about wrong arguments, for our drop-ins: the same exception types.

The messages say at least as much as torch's: which argument, what was expected, what came.
Each function raises or does nothing.
"""

import numbers
import warnings

import torch


def check_constructor(input_size, hidden_size, num_layers, bias, batch_first, dropout, proj_size):
    """The arguments of RNN, LSTM and GRU."""
    if (
        not isinstance(dropout, numbers.Number)
        or isinstance(dropout, bool)
        or not 0 <= dropout <= 1
    ):
        raise ValueError(
            "dropout should be a number in range [0, 1] representing the probability of an "
            f"element being zeroed, got {dropout!r}"
        )
    if dropout > 0 and num_layers == 1:
        warnings.warn(
            "dropout option adds dropout after all but last recurrent layer, so non-zero dropout "
            f"expects num_layers greater than 1, but got dropout={dropout} and num_layers=1",
            stacklevel=4,
        )
    for name, value in {"bias": bias, "batch_first": batch_first}.items():
        if not isinstance(value, bool):
            raise TypeError(f"{name} should be of type bool, got: {type(value).__name__}")
    sizes = {"input_size": input_size, "hidden_size": hidden_size}
    for name, value in sizes.items():
        if not isinstance(value, int):
            raise TypeError(f"{name} should be of type int, got: {type(value).__name__}")
    for name, value in (sizes | {"num_layers": num_layers}).items():
        if value <= 0:
            raise ValueError(f"{name} must be greater than zero, got {value}")
    if proj_size < 0:
        raise ValueError(
            "proj_size should be a positive integer or zero to disable projections, "
            f"got {proj_size}"
        )
    if proj_size >= hidden_size:
        raise ValueError(
            "proj_size has to be smaller than hidden_size, "
            f"got proj_size={proj_size} and hidden_size={hidden_size}"
        )


def check_no_projection(kwargs):
    if "proj_size" in kwargs:
        raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")


def check_dimensions(layer, input, hx):
    """Is the input of a padded call 2-D or 3-D, and hx with it?"""
    if input.dim() not in (2, 3):
        form = "(N, T, I)" if layer.batch_first else "(T, N, I)"
        raise ValueError(
            f"{type(layer).__name__}: Expected input to be 2D (T, I) or 3D {form}, "
            f"got {input.dim()}D of shape {tuple(input.shape)} instead"
        )
    if hx is None:
        return
    dims = [s.dim() for s in pair(hx)] if layer.has_c else [hx.dim()]
    if any(d != input.dim() for d in dims):
        kind = "batched" if input.dim() == 3 else "unbatched"
        raise RuntimeError(
            f"For {kind} {input.dim()}-D input, {'hx and cx' if layer.has_c else 'hx'} should "
            f"also be {input.dim()}-D but got {', '.join(f'{d}-D' for d in dims)}"
        )


def pair(hx):
    """(h, c) of an LSTM's states. Torch's layers take whatever has a first and a second entry."""
    try:
        return hx[0], hx[1]
    except IndexError:
        raise IndexError(
            f"Expected hx to be a pair (h_0, c_0), got {len(hx)} entry in a {type(hx).__name__}"
        ) from None


def check_call(layer, hx):
    """What torch's compiled layer refuses when it is called, whatever the constructor let pass."""
    if layer.has_c:
        check_pair(type(layer).__name__, hx, "(h_0, c_0)")
    for name in ("bias", "bidirectional", "batch_first", "training"):
        value = getattr(layer, name)
        if not isinstance(value, bool):
            raise TypeError(f"{name} should be True or False, got {value!r}")
    if layer.bias != ("bias_ih_l0" in layer._flat_weights_names):
        raise RuntimeError(
            f"bias is {layer.bias}, and the layer was made with bias={not layer.bias}"
        )
    if isinstance(layer.num_layers, bool):
        raise TypeError(f"num_layers should be of type int, got {layer.num_layers!r}")
    for name, weight in zip(layer._flat_weights_names, layer._flat_weights, strict=True):
        if not torch.is_tensor(weight):
            raise TypeError(f"{name} should be a tensor, got {type(weight).__name__}")


def check_pair(name, hx, of):
    """The states of an LSTM are a tuple or list of two tensors."""
    if not isinstance(hx, tuple | list):
        got = f"one tensor of shape {tuple(hx.shape)}" if torch.is_tensor(hx) else type(hx).__name__
        raise TypeError(f"{name}: Expected hx to be a pair {of}, got {got}")
    if len(hx) != 2:
        raise RuntimeError(f"{name} expects two hidden states, {of}: got {len(hx)}")


def check_input(layer, input, dims):
    """Do the input's dtype and features fit the weights? dims is 2 for packed rows, else 3."""
    dtype = layer.weight_ih_l0.dtype
    if input.dtype != dtype and not torch.is_autocast_enabled(input.device.type):
        raise ValueError(
            f"RNN input dtype ({input.dtype}) does not match weight dtype ({dtype}). "
            f"Convert input: input.to({dtype}), or convert model: model.to({input.dtype})"
        )
    if input.dim() != dims:
        raise RuntimeError(f"input must have {dims} dimensions, got {input.dim()}")
    if input.shape[-1] != layer.input_size:
        raise RuntimeError(
            "input.size(-1) must be equal to input_size. "
            f"Expected {layer.input_size}, got {input.shape[-1]}"
        )
    if len(input) == 0:
        raise RuntimeError("Expected sequence length to be larger than 0 in RNN")


def check_size(layer, state, shape, msg):
    """Has a state its shape (L*D, N, size)? `msg` has room for the expected and the given shape."""
    if tuple(state.shape) != tuple(shape):
        raise RuntimeError(
            msg.format(shape, list(state.shape))
            + ". The sizes are (num_layers * directions, N, features)"
            + (", whatever batch_first is" if layer.batch_first else "")
        )


def check_cell(cell, input, hx):
    """The arguments of a call of RNNCell, LSTMCell or GRUCell."""
    name = type(cell).__name__
    states = [] if hx is None else list(hx) if cell.has_c else [hx]
    if input.dim() not in (1, 2):
        raise ValueError(
            f"{name}: Expected input to be 1D (I) or 2D (N, I), got {input.dim()}D instead"
        )
    for k, s in enumerate(states):
        which = f"hx[{k}]" if cell.has_c else "hidden"
        if s.dim() not in (1, 2):
            raise ValueError(
                f"{name}: Expected {which} to be 1D (H) or 2D (N, H), got {s.dim()}D instead"
            )
    if cell.has_c and hx is not None:
        if input.dim() == 1:  # torch takes the first two
            states = pair(hx)
        else:
            check_pair(name, hx, "(h, c)")
    if input.shape[-1] != cell.input_size:
        raise RuntimeError(
            f"input has inconsistent input_size: got {input.shape[-1]} expected {cell.input_size}"
        )
    for k, s in enumerate(states):
        if input.dim() == 2 and len(s) != len(input):
            raise RuntimeError(
                f"Input batch size {len(input)} doesn't match hidden{k} batch size {len(s)}"
            )
        if s.shape[-1] != cell.hidden_size or s.dim() != input.dim():
            raise RuntimeError(
                f"hidden{k} has inconsistent hidden_size: got {tuple(s.shape)}, "
                f"expected {(*input.shape[:-1], cell.hidden_size)}"
            )
