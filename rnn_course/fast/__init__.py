"""The engine that trains faster than torch.nn on a CPU: drop-ins RNN, LSTM, GRU.

Write rnn_course.fast.LSTM where a program says rnn_course.LSTM or torch.nn.LSTM: the same
arguments, weights, results and gradients. Only one direction of one layer is done otherwise: in
numpy, forward and by hand backward, and for autograd it is a single operation. Read kernels.py,
squash.py, table.py and product.py beside the chapter book/speed.md.

What the engine cannot do it refuses, and rnn_course.LSTM does: other devices than the CPU, other
numbers than float32 and float64, derivatives of derivatives, torch.func.
"""

import torch

from rnn_course import modules
from rnn_course.fast import kernels
from rnn_course.fast.table import table_of


def unroll(kernel, rows, sizes, state, p, reverse=False):
    """What unroll.unroll does, by a kernel: (outputs, state, None). The pull is autograd's."""
    names = [name for name in p if torch.is_tensor(p[name])]
    tensors = [rows, *state, *(p[name] for name in names)]
    _refuse(rows, tensors)
    steps = table_of(tuple(sizes))

    def turn(rows):  # against time: each sequence turned round, and the kernel runs forward
        return rows.take(steps.turned, 0) if reverse else rows

    def run(tensors, keep):
        """[rows, *state, *weights] -> [outputs, *state] and their pull; they share memory."""
        rows, *arrays = (tensor.detach().numpy() for tensor in tensors)
        state_, weights = arrays[: len(state)], arrays[len(state) :]
        named = {"bias_ih": 0.0, "bias_hh": 0.0} | dict(zip(names, weights, strict=True))
        outputs, last, pull = kernel(turn(rows), steps, state_, named, keep)

        def pull_tensors(doutputs, dstate, wants_rows):
            dstate = [d.numpy() for d in dstate]
            drows, dstate, dp = pull(turn(doutputs.numpy()), dstate, wants_rows)
            drows = torch.from_numpy(turn(drows)) if wants_rows else None
            return drows, *map(torch.from_numpy, (*dstate, *(dp[name] for name in names)))

        return [torch.from_numpy(array) for array in (turn(outputs), *last)], pull_tensors

    if torch.is_grad_enabled() and any(tensor.requires_grad for tensor in tensors):
        outputs, *last = _Differentiable.apply(run, *tensors)
    else:
        (outputs, *last), _ = run(tensors, keep=False)
    return outputs, tuple(last), None


class _Differentiable(torch.autograd.Function):
    """A direction of a layer as one operation of autograd."""

    @staticmethod
    def forward(ctx, run, *tensors):
        answers, ctx.pull = run(tensors, keep=True)
        ctx.run = run
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
        if pull is None:  # after backward(retain_graph=True) it is used up: forward again
            _, pull = ctx.run(tensors, keep=True)
        return None, *pull(doutputs, dstate, ctx.needs_input_grad[1])


class _Fast:
    """Puts `unroll` and a kernel where modules.py has its own."""

    unroll = staticmethod(unroll)

    def _cell(self):
        return getattr(kernels, self.mode.lower())


class RNN(_Fast, modules.RNN):
    """torch.nn.RNN, tanh or relu."""


class LSTM(_Fast, modules.LSTM):
    """torch.nn.LSTM, with projection."""


class GRU(_Fast, modules.GRU):
    """torch.nn.GRU."""


def _refuse(rows, tensors):
    """Raise for what numpy cannot do, and rnn_course.RNN, LSTM and GRU can."""
    instead = "Use rnn_course.RNN, LSTM or GRU, which take the same state_dict"
    if torch._C._are_functorch_transforms_active():
        raise RuntimeError(f"expected a plain call, got one under torch.func. {instead}")
    if rows.device.type != "cpu" or rows.dtype not in (torch.float32, torch.float64):
        raise TypeError(
            f"expected float32 or float64 on the CPU, got {str(rows.dtype).split('.')[1]} on "
            f"{rows.device}. {instead}, or move module and input: .to('cpu', torch.float32)"
        )
    dtypes = {tensor.dtype for tensor in tensors}
    if len(dtypes) > 1:
        raise RuntimeError(f"expected input, states and weights of one dtype, got {dtypes}")
