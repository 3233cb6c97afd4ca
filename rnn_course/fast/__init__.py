"""The engine that trains faster than torch.nn on a CPU: drop-ins RNN, LSTM, GRU.

Write rnn_course.fast.LSTM where a program says rnn_course.LSTM or torch.nn.LSTM: the same
arguments, weights, results and gradients. Only one direction of one layer is done otherwise: by
kernels.py, in numpy, forward and by hand backward; autograd sees it as one operation. Read
table.py, product.py, kernels.py in this order, beside the chapter book/speed.md.

What the engine cannot do it refuses, and rnn_course.LSTM does: other devices than the CPU, other
numbers than float32 and float64, derivatives of derivatives, torch.func.
"""

from typing import NamedTuple

import torch

from rnn_course import modules
from rnn_course.fast import kernels
from rnn_course.fast.table import Table, table

__all__ = ["GRU", "LSTM", "RNN"]


def unroll(kernel, rows, sizes, state, p, reverse=False):
    """What unroll.unroll does, by a kernel: (outputs, state, None). The pull is autograd's."""
    names = [name for name, weight in p.items() if torch.is_tensor(weight)]
    tensors = [rows, *state, *(p[name] for name in names)]
    _refuse_what_numpy_cannot(tensors)
    direction = _Direction(kernel, table(tuple(sizes)), len(state), names, reverse)
    if torch.is_grad_enabled() and any(tensor.requires_grad for tensor in tensors):
        outputs, *state = _Differentiable.apply(direction, *tensors)
    else:
        (outputs, *state), _ = direction.run(tensors, keep=False)
    return outputs, tuple(state), None


class _Direction(NamedTuple):
    """One direction of one layer, between tensors and the kernel's arrays."""

    kernel: object
    table: Table
    states: int  # how many of the tensors are states: h, or h and c
    names: list  # of the weights
    reverse: bool

    def run(self, tensors, keep):
        """[rows, *state, *weights] -> [outputs, *state], pull. Tensors and arrays share memory."""
        rows, *others = (tensor.detach().numpy() for tensor in tensors)
        state, weights = others[: self.states], others[self.states :]
        p = {"bias_ih": 0.0, "bias_hh": 0.0} | dict(zip(self.names, weights, strict=True))
        outputs, state, pull = self.kernel(self._turn(rows), self.table, state, p, keep)
        return [torch.from_numpy(a) for a in (self._turn(outputs), *state)], pull

    def pull(self, pull, doutputs, dstate, wants_rows):
        """The kernel's pull on tensors: gradients in the order of `run`'s tensors."""
        drows, dstate, dp = pull(
            self._turn(doutputs.numpy()), [d.numpy() for d in dstate], wants_rows
        )
        drows = self._turn(drows) if wants_rows else None
        gradients = (drows, *dstate, *(dp[name] for name in self.names))
        return [None if d is None else torch.from_numpy(d) for d in gradients]

    def _turn(self, rows):
        """Against time: each sequence turned round, so that the kernel always runs forward."""
        return rows.take(self.table.turned, 0) if self.reverse else rows


class _Differentiable(torch.autograd.Function):
    """A direction as one operation of autograd."""

    @staticmethod
    def forward(ctx, direction, *tensors):
        answers, ctx.pull = direction.run(tensors, keep=True)
        ctx.direction = direction
        ctx.save_for_backward(*tensors, answers[0])
        return tuple(answers)

    @staticmethod
    def backward(ctx, doutputs, *dstate):
        if torch.is_grad_enabled():  # backward(create_graph=True)
            raise RuntimeError(
                "expected a first derivative, got create_graph=True: rnn_course.fast derives its "
                "gradients by hand and cannot differentiate them again. Use rnn_course.RNN, LSTM "
                "or GRU, which take the same state_dict"
            )
        *tensors, _ = ctx.saved_tensors  # autograd raises if someone has written into them
        pull, ctx.pull = ctx.pull, None
        if pull is None:  # backward(retain_graph=True) has used it up: forward again
            _, pull = ctx.direction.run(tensors, keep=True)
        return None, *ctx.direction.pull(pull, doutputs, dstate, ctx.needs_input_grad[1])


class _Fast:
    """Puts `unroll` and the kernel where modules.py has its own."""

    unroll = staticmethod(unroll)

    def _cell(self):
        return getattr(kernels, self.mode.lower())


class RNN(_Fast, modules.RNN):
    """torch.nn.RNN, tanh or relu."""


class LSTM(_Fast, modules.LSTM):
    """torch.nn.LSTM, with projection."""


class GRU(_Fast, modules.GRU):
    """torch.nn.GRU."""


def _refuse_what_numpy_cannot(tensors):
    for tensor in tensors:
        if tensor.device.type != "cpu" or tensor.dtype not in (torch.float32, torch.float64):
            raise TypeError(
                "expected float32 or float64 on the CPU, got "
                f"{str(tensor.dtype).removeprefix('torch.')} on {tensor.device}: use "
                "rnn_course.RNN, LSTM or GRU, which take the same state_dict, or move the module "
                "with .to('cpu', torch.float32)"
            )
