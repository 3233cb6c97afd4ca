"""What torch's own tools ask of a module, for our drop-ins: torch.fx, TorchScript, torch.export.

They know torch.nn's modules by their names and treat them in a way of their own; here is how ours
come to be treated the same or, where that cannot be, how they say so.
"""

import math
from typing import TypeAlias

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

Input: TypeAlias = Tensor | PackedSequence
State: TypeAlias = Tensor | tuple[Tensor, Tensor]  # h, or (h, c)


class DropIn(nn.Module):
    """A module that stands in for the one of the same name in torch.nn."""

    def fx_call(self, *arguments):
        """Under torch.fx.symbolic_trace: note this call as one node `call_module`, as torch.fx
        does for torch.nn. None if nothing is traced, or if this module itself is the root."""
        input = arguments[0]
        if not isinstance(input, torch.fx.Proxy) or input.tracer.root is self:
            return None
        path = input.tracer.path_of_module(self)
        return input.tracer.create_proxy("call_module", path, arguments, {})

    def __prepare_scriptable__(self):
        """What torch.jit.script asks first. It cannot compile our text, and what is returned here
        in our place would stay in the model: so this refuses. A subclass with a forward of its own
        is left to itself."""
        if type(self).forward.__module__.startswith("rnn_course."):
            name = type(self).__name__
            raise RuntimeError(
                f"expected a module that torch.jit.script can compile, got {type(self).__module__}"
                f".{name}. Use torch.nn.{name}, which takes the same state_dict, or torch.jit.trace"
            )
        return self

    def reset_parameters(self):
        """Draw every weight and bias uniformly from -1/sqrt(H) to 1/sqrt(H), in torch's order."""
        bound = 1 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for weight in self.parameters():
            nn.init.uniform_(weight, -bound, bound)


def leaves_python():
    """Is the program being written down, to run without Python, by torch.jit.trace or
    torch.export? Then a loop over time would be written down for this one length alone."""
    return torch.jit.is_tracing() or torch.compiler.is_exporting()


def differing(module, defaults):
    """What a repr adds for the attributes that are not the default: ', bias=False'."""
    shown = ""
    for name, default in defaults.items():
        value = getattr(module, name, default)
        if value is not default if isinstance(default, bool) else value != default:
            shown += f", {name}={value}"
    return shown


class Weights(list):
    """A module's weights as a list; what is put in another's place is stored in the module."""

    def __init__(self, module, names):
        super().__init__(getattr(module, name, None) for name in names)
        self.module, self.names = module, names

    def __setitem__(self, k, value):
        super().__setitem__(k, value)
        name = self.names[k]
        if name in self.module._parameters:
            setattr(self.module, name, value)
        else:  # taken out of the parameters, as a weight drop does
            self.module.__dict__[name] = value
