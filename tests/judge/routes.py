# Run in the sandbox, as a student's cell: the ways to torch's recurrent layers that are known.
import copy
import io
import os

import torch
import torch.nn.functional
from torch.nn.utils.rnn import pack_sequence

x, h = torch.randn(4, 2, 6), torch.zeros(1, 2, 3)
nets = {"rnn": torch.nn.RNN(6, 3), "lstm": torch.nn.LSTM(6, 3), "gru": torch.nn.GRU(6, 3)}
cells = {
    "rnn": torch.nn.RNNCell(6, 3),
    "lstm": torch.nn.LSTMCell(6, 3),
    "gru": torch.nn.GRUCell(6, 3),
}
w = list(nets["rnn"].parameters())
wl = list(nets["lstm"].parameters())
ops = torch.ops.aten
flags = (True, 1, 0.0, False, False, False)


class Sub(torch.nn.GRU):
    pass


def script(function):
    scripted = torch.jit.script(function)
    return lambda: scripted(x[0], h[0], *w)


def cell_by_jit(x, h, a, b, c, d):
    return torch.rnn_tanh_cell(x, h, a, b, c, d)


def in_context(context, function):
    def run():
        with context:
            return function()

    return run


def make_fx():
    from torch.fx.experimental.proxy_tensor import make_fx as trace

    return trace(
        lambda v: nets["lstm"](v)[0], decomposition_table=torch._decomp.decomposition_table
    )(x)


def reloaded():
    path = os.path.join(os.path.dirname(torch.__file__), "_decomp", "decompositions.py")
    text = open(path).read()
    if "lstm" not in text:
        raise RuntimeError("ready-made: the file is hidden")
    return text


ways = {
    **{f"nn {k}": (lambda n=n: n(x)) for k, n in nets.items()},
    **{f"nn {k} cell": (lambda n=n: n(x[0])) for k, n in cells.items()},
    "nn packed": lambda: nets["gru"](pack_sequence([x[:, 0], x[:2, 1]])),
    "nn relu": lambda: torch.nn.RNN(6, 3, nonlinearity="relu")(x),
    "nn double": lambda: torch.nn.LSTM(6, 3).double()(x.double()),
    "nn projected": lambda: torch.nn.LSTM(6, 3, proj_size=2)(x),
    "nn subclass": lambda: Sub(6, 3)(x),
    "nn copy": lambda: copy.deepcopy(nets["rnn"])(x),
    "nn forward": lambda: torch.nn.RNN.forward(nets["rnn"], x),
    "torch rnn": lambda: torch.rnn_tanh(x, h, w, *flags),
    "torch lstm": lambda: torch.lstm(x, (h, h), wl, *flags),
    "torch cell": lambda: torch.rnn_tanh_cell(x[0], h[0], *w),
    "torch gru cell": lambda: torch.gru_cell(x[0], h[0], *nets["gru"].parameters()),
    "vf": lambda: torch._VF.rnn_tanh(x, h, w, *flags),
    "c functions": lambda: torch._C._VariableFunctions.lstm(x, (h, h), wl, *flags),
    "ops": lambda: ops.lstm.input(x, [h, h], wl, *flags),
    "ops cell": lambda: ops.rnn_relu_cell(x[0], h[0], *w),
    "ops key": lambda: ops.lstm.input._op_dk(
        torch._C.DispatchKey.CompositeImplicitAutograd, x, [h, h], wl, *flags
    ),
    "ops decompose": lambda: ops.gru.input.decompose(x, h, list(nets["gru"].parameters()), *flags),
    "mkldnn": lambda: ops.mkldnn_rnn_layer(
        x, *wl, h[0], h[0], False, [], 2, 3, 1, True, False, False, False
    ),
    "quantized": lambda: torch.ao.quantization.quantize_dynamic(nets["lstm"], {torch.nn.LSTM})(x),
    "quantizable": lambda: torch.ao.nn.quantizable.LSTM(6, 3)(x),
    "no grad": in_context(torch.no_grad(), lambda: nets["rnn"](x)),
    "inference": in_context(torch.inference_mode(), lambda: nets["rnn"](x)),
    "autocast": in_context(torch.autocast("cpu"), lambda: nets["lstm"](x)),
    "vmap": lambda: torch.func.vmap(lambda v: nets["lstm"](v)[0])(x[None]),
    "jvp": lambda: torch.func.jvp(lambda v: nets["gru"](v)[0], (x,), (x,)),
    "functional call": lambda: torch.func.functional_call(nets["rnn"], dict(nets["rnn"].named_parameters()), (x,)),
    "functionalize": lambda: torch.func.functionalize(lambda v: nets["rnn"](v)[0])(x),
    "jit script": lambda: script(cell_by_jit)(),
    "jit trace": lambda: torch.jit.trace(nets["lstm"], (x,))(x),
    "compile": lambda: torch.compile(nets["gru"], backend="aot_eager")(x),
    "fx": make_fx,
    "export": lambda: torch.export.export(nets["lstm"], (x,)).run_decompositions().module()(x),
    "decomposition": lambda: torch._decomp.decompositions.lstm_impl(x, [h, h], wl, *flags),
    "decomposition cell": lambda: torch._decomp.decompositions.gru_cell(x[0], h[0], *w),
    "table": lambda: torch._decomp.decomposition_table[ops.lstm.input](x, [h, h], wl, *flags),
    "file": reloaded,
    "saved": lambda: torch.jit.load(_saved())(x),
}  # fmt: skip


def _saved():
    file = io.BytesIO()
    torch.jit.save(torch.jit.trace(nets["rnn"], (x,)), file)
    file.seek(0)
    return file


routes = sorted(ways)


def try_route(name):
    """ "refused" if the guard says so or torch itself does not get there; else what came."""
    try:
        return f"allowed: {type(ways[name]())}"
    except Exception as error:
        known = ("ready-made", "Batching rule not implemented", "lstm_impl")
        return "refused" if any(word in str(error) for word in known) else repr(error)[:300]
