"""Comparisons in a test cell that could be true of nothing, or of too little, are told apart here.

`torch.allclose(answer, expected)` stretches its arguments to a common shape, so a single number
can stand for a whole matrix, and an answer with no entries at all is close to anything of one row.
An honest wrong shape hides the same way. While a test cell runs, such a comparison fails.
"""

from itertools import zip_longest

import torch
from torch.overrides import TorchFunctionMode

_CLOSE = {torch.allclose, torch.isclose, torch.Tensor.allclose, torch.Tensor.isclose}


class StrictCompare(TorchFunctionMode):
    """While it is on, answers (`strict.answers(tensors)`) are compared as they are, not stretched."""

    def __init__(self):
        super().__init__()
        self.storages = {}  # address -> storage of an answer; kept, so that no address recurs
        self.empty = False  # has an answer without entries come?

    def answers(self, tensors):
        for tensor in tensors:
            storage = tensor.untyped_storage()
            self.storages[storage.data_ptr()] = storage
            self.empty |= tensor.numel() == 0

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if self.empty or function in _CLOSE:
            self._look_at(function, [x for x in (*args, *kwargs.values()) if _is_tensor(x)])
        return function(*args, **kwargs)

    def _look_at(self, function, tensors):
        if len(tensors) != 2 or tensors[0].shape == tensors[1].shape:
            return
        one, other = (tuple(t.shape) for t in tensors)
        shape = _common_shape(one, other)
        if shape is None:
            return  # torch's own words come next
        if 0 in shape and any(t.numel() for t in tensors):
            raise AssertionError(f"nothing is compared: shapes {one} and {other}")
        stretched = [t for t in tensors if tuple(t.shape) != shape and self._is_answer(t)]
        if function in _CLOSE and stretched:
            raise AssertionError(f"the shapes differ: {one} and {other}")

    def _is_answer(self, tensor):
        return tensor.untyped_storage().data_ptr() in self.storages


def _common_shape(one, other):
    """The shape that both are stretched to, or None (torch.broadcast_shapes imports for 0.3 s)."""
    pairs = list(zip_longest(reversed(one), reversed(other), fillvalue=1))
    if any(a != b and 1 not in (a, b) for a, b in pairs):
        return None
    return tuple(b if a == 1 else a for a, b in reversed(pairs))


def _is_tensor(x):
    return isinstance(x, torch.Tensor)
