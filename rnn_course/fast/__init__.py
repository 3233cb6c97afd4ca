"""The engine that trains faster than torch.nn on a CPU: drop-ins RNN, LSTM, GRU.

Write rnn_course.fast.LSTM where a program says rnn_course.LSTM or torch.nn.LSTM: the same
arguments, weights, results and gradients. Only one direction of one layer is done otherwise: by
loops that a compiler has read, forward and by hand backward, and for autograd it is a single
operation. Read cells.py and engine.py beside the chapter book/speed.md.

The compiler is numba, the extra [fast]: pip install "rnn-course[fast]". It is loaded at the first
call. What the engine cannot do it refuses, and rnn_course.LSTM does: other devices than the CPU,
other numbers than float32 and float64, autocast, derivatives of derivatives, torch.func.
"""

import torch

from rnn_course import modules

INSTEAD = "Use rnn_course.RNN, LSTM or GRU, which take the same state_dict"


def unroll(kind, rows, sizes, state, p, reverse=False, cells=None):
    """What unroll.unroll does, compiled: (outputs, state, None). The pull is autograd's."""
    if torch.compiler.is_compiling():  # torch's compiler goes round what ours has read
        return torch._dynamo.disable(unroll)(kind, rows, sizes, state, p, reverse, cells)
    names = [name for name in p if torch.is_tensor(p[name])]
    tensors = [rows, *state, *(p[name] for name in names)]
    _refuse(rows, tensors)
    engine, sizes = _engine(), tuple(sizes)
    order = engine.turned(sizes) if reverse else slice(None)  # the layer always runs forward

    def run(tensors, keep):
        """[rows, *state, *weights] -> [outputs, *state] and their pull; they share memory."""
        rows, *arrays = (tensor.detach().contiguous().numpy() for tensor in tensors)
        state, weights = arrays[: -len(names)], arrays[-len(names) :]
        p = {"bias_ih": 0.0, "bias_hh": 0.0} | dict(zip(names, weights, strict=True))
        forward = engine.layer(kind, p, cells or engine.compiled_cells)
        if not keep:  # nothing of it is needed again
            forward = engine.in_blocks(forward, engine.BLOCK // len(p["weight_hh"]))
        outputs, last, pull = forward(rows[order], sizes, state)

        def pull_tensors(doutputs, dstate, wants_rows):
            doutputs, *dstate = (d.contiguous().numpy() for d in (doutputs, *dstate))
            drows, dstate, dp = pull(doutputs[order], dstate, wants_rows)
            drows = torch.from_numpy(drows[order]) if wants_rows else None
            return drows, *map(torch.from_numpy, (*dstate, *(dp[name] for name in names)))

        return [torch.from_numpy(array) for array in (outputs[order], *last)], pull_tensors

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
        _refuse_derivative(doutputs)
        *tensors, _ = ctx.saved_tensors  # autograd raises if someone has written into them
        pull, ctx.pull = ctx.pull, None
        if pull is None:  # after backward(retain_graph=True) it is used up: forward again
            _, pull = ctx.run(tensors, keep=True)
        return None, *pull(doutputs, dstate, ctx.needs_input_grad[1])


class _Fast:
    """Puts `unroll` and a compiled cell where modules.py has its own."""

    unroll = staticmethod(unroll)

    def _cell(self):
        return self.mode.lower()


class RNN(_Fast, modules.RNN):
    """torch.nn.RNN, tanh or relu."""


class LSTM(_Fast, modules.LSTM):
    """torch.nn.LSTM, with projection."""


class GRU(_Fast, modules.GRU):
    """torch.nn.GRU."""


def _engine():
    try:
        from rnn_course.fast import engine
    except ModuleNotFoundError as error:
        if error.name not in ("numba", "llvmlite"):
            raise
        raise ModuleNotFoundError(
            "rnn_course.fast needs the compiler numba, which is not installed: "
            f'pip install "rnn-course[fast]". Or do without: {INSTEAD[0].lower()}{INSTEAD[1:]}',
            name=error.name,
        ) from None
    return engine


def _refuse(rows, tensors):
    """Raise for what the engine cannot do, and rnn_course.RNN, LSTM and GRU can."""
    if torch._C._are_functorch_transforms_active():
        raise RuntimeError(f"expected a plain call, got one under torch.func. {INSTEAD}")
    if any(type(t).__torch_dispatch__ is not _PLAIN for t in tensors) or _traced():
        raise RuntimeError(
            f"expected tensors with numbers in them, got a program that is traced. {INSTEAD}"
        )
    if rows.device.type != "cpu" or rows.dtype not in (torch.float32, torch.float64):
        raise TypeError(
            f"expected float32 or float64 on the CPU, got {str(rows.dtype).split('.')[1]} on "
            f"{rows.device}. {INSTEAD}, or move module and input: .to('cpu', torch.float32)"
        )
    if torch.is_autocast_enabled("cpu"):
        raise RuntimeError(f"expected float32 or float64 throughout, got autocast. {INSTEAD}")
    dtypes = {tensor.dtype for tensor in tensors}
    if len(dtypes) > 1:
        raise RuntimeError(f"expected input, states and weights of one dtype, got {dtypes}")


_PLAIN = torch.Tensor.__torch_dispatch__


def _traced():
    """Is make_fx recording, which would take the numbers of this call for constants?"""
    from torch.fx.experimental.proxy_tensor import get_proxy_mode

    return get_proxy_mode() is not None


def _refuse_derivative(doutputs):
    what = None
    if torch.is_grad_enabled():
        what = "create_graph=True: its gradients are derived by hand and cannot be derived again"
    elif torch._C._functorch.is_batchedtensor(doutputs) or _is_legacy_batched(doutputs):
        what = "several at once (is_grads_batched or vectorize=True)"
    if what:
        raise RuntimeError(f"expected one first derivative, got {what}. {INSTEAD}")


def _is_legacy_batched(tensor):
    return torch._C._functorch.is_legacy_batchedtensor(tensor)
