"""Plain values over a socket: a JSON tree and raw tensor bytes. Used by the judge and in the sandbox.

One frame is

    4 bytes   length of the header     8 bytes   length of the body
    header    JSON: a message (a dict of plain things), its "value" a tree
    body      the bytes of the tree's tensors, one after the other

In a tree, None, numbers and strings stand for themselves; everything else is a dict with one key:
{"list": [...]}, {"tuple": [...]}, {"dict": [[key, value], ...]}, {"tensor": [...]}, ...

Nothing is ever unpickled, and every size is checked before memory is taken for it: the other side
may be hostile. This file is also put into the sandbox, alone, so it imports nothing of the course.
"""

import json
import math
import struct
import warnings

import numpy
import torch
from torch.nn.utils.rnn import PackedSequence

MAX_HEADER, MAX_BODY, MAX_DEPTH = 8 << 20, 64 << 20, 8

DTYPES = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in (
        *(torch.float32, torch.float64, torch.float16, torch.bfloat16),
        *(torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool),
        *(torch.complex64, torch.complex128),
    )
}

# torch.nn layers that may be handed over: their constructor's arguments, read off the layer
_RECURRENT = ("input_size", "hidden_size", "num_layers", "bias", "batch_first", "dropout")
LAYERS = {
    "RNN": (*_RECURRENT, "bidirectional", "nonlinearity"),
    "LSTM": (*_RECURRENT, "bidirectional", "proj_size"),
    "GRU": (*_RECURRENT, "bidirectional"),
    "RNNCell": ("input_size", "hidden_size", "bias", "nonlinearity"),
    "LSTMCell": ("input_size", "hidden_size", "bias"),
    "GRUCell": ("input_size", "hidden_size", "bias"),
    "Linear": ("in_features", "out_features", "bias"),
    "Embedding": ("num_embeddings", "embedding_dim", "padding_idx", "max_norm", "norm_type")
    + ("scale_grad_by_freq", "sparse"),
}
MAY_CROSS = (
    "tensors, numpy arrays, numbers, strings, None, lists, tuples, dicts, packed sequences and "
    "torch.nn's Linear, Embedding and recurrent layers"
)


class Lost(Exception):
    """The other side has closed the connection."""


class Unreadable(Exception):
    """What came is not a frame of this protocol."""


# ---------------------------------------------------------------- values to trees


def encode(value):
    """(tree, tensors): the tree of a value, and its tensors in the order of the tree.

    Raises TypeError for what cannot cross, ValueError for what is too large or too deep.
    """
    tensors = []
    return _encode(value, tensors, 0), tensors


def _encode(value, tensors, depth):
    if depth > MAX_DEPTH:
        raise ValueError(f"the value is nested more than {MAX_DEPTH} deep")
    if value is None or type(value) in (bool, int, float, str):
        return value

    def inner(x):
        return _encode(x, tensors, depth + 1)

    if isinstance(value, torch.Tensor):
        return {"tensor": _encode_tensor(value, tensors)}
    if isinstance(value, PackedSequence):
        return {"packed": [inner(part) for part in tuple(value)]}
    if isinstance(value, list | tuple):
        return {"list" if isinstance(value, list) else "tuple": [inner(x) for x in value]}
    if isinstance(value, dict):
        return {"dict": [[inner(k), inner(v)] for k, v in value.items()]}
    if isinstance(value, numpy.ndarray):
        return {"array": _encode_tensor(torch.from_numpy(value), tensors)}
    if isinstance(value, numpy.generic):
        return inner(value.item())
    for plain in (bool, int, float, str):
        if isinstance(value, plain):
            return plain(value)
    if type(value).__module__.startswith("torch.nn.modules") and type(value).__name__ in LAYERS:
        kind = type(value).__name__
        options = {name: getattr(value, name) for name in LAYERS[kind]}
        if kind == "Linear":
            options["bias"] = value.bias is not None
        weights = dict(value.named_parameters())
        return {"layer": [kind, value.training, inner(options), inner(weights)]}
    raise TypeError(
        f"a {_name_of(value)} cannot pass between the judge and the student's code: use {MAY_CROSS}"
    )


def _encode_tensor(tensor, tensors):
    dtype = str(tensor.dtype).removeprefix("torch.")
    if dtype not in DTYPES or tensor.layout != torch.strided or tensor.is_quantized:
        raise TypeError(f"a {tensor.dtype} tensor ({tensor.layout}) cannot pass: use {MAY_CROSS}")
    if tensor.device.type == "meta" or torch._C._functorch.is_functorch_wrapped_tensor(tensor):
        raise TypeError(f"a tensor without numbers of its own cannot pass: use {MAY_CROSS}")
    if (
        tensor.numel() * DTYPES[dtype].itemsize > MAX_BODY
    ):  # as it is said to be: a view may be small
        raise ValueError(f"a tensor of shape {tuple(tensor.shape)} is too large to pass")
    tensors.append(tensor)
    return [dtype, list(tensor.shape), bool(tensor.requires_grad)]


def _name_of(value):
    if isinstance(value, type):
        return f"class ({value.__name__})"
    if callable(value) and not isinstance(value, torch.nn.Module):
        return f"function ({getattr(value, '__name__', type(value).__name__)})"
    return type(value).__name__


def _bytes_of(tensor):
    """The raw bytes of a tensor, whatever subclass it is of."""
    plain = torch.Tensor.detach(tensor).as_subclass(torch.Tensor).resolve_conj().resolve_neg()
    plain = plain.contiguous().cpu()
    return plain.reshape(-1).view(torch.uint8).numpy().tobytes() if plain.numel() else b""


# ---------------------------------------------------------------- trees to values


def decode(tree, body, change=None):
    """(value, tensors) of a tree and the bytes that came with it.

    change  what to do with the list of tensors before they are put into the value, if anything

    Raises Unreadable for anything that does not fit.
    """
    try:
        found = []
        _find_tensors(tree, found, 0)
        tensors = _read_tensors(found, memoryview(body))
        if change is not None:
            tensors = change(tensors)
        queue = iter(list(enumerate(tensors)))
        return _decode(tree, queue, tensors), tensors
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise Unreadable(f"{type(error).__name__}: {error}"[:200]) from None
    except RuntimeError as error:  # torch's own word for a shape or a layer that cannot be
        raise Unreadable(f"torch: {error}"[:200]) from None


def _children(tag, content):
    if tag in ("list", "tuple", "packed"):
        return content
    if tag == "dict":
        return [x for pair in content for x in pair]
    if tag == "layer":
        return content[2:]
    raise ValueError("unknown tag")


def _find_tensors(tree, found, depth):
    if depth > 2 * MAX_DEPTH:
        raise ValueError("too deep")
    if tree is None or type(tree) in (bool, int, float, str):
        return
    ((tag, content),) = tree.items()
    if tag in ("tensor", "array"):
        found.append(content)
        return
    for child in _children(tag, content):
        _find_tensors(child, found, depth + 1)


def _read_tensors(found, body):
    tensors, at = [], 0
    for dtype, shape, requires_grad in found:
        dtype = DTYPES[dtype]
        if type(shape) is not list or len(shape) > 16:
            raise ValueError("bad shape")
        if any(type(n) is not int or not 0 <= n <= MAX_BODY for n in shape):
            raise ValueError("bad shape")
        size = math.prod(shape) * dtype.itemsize
        if size > len(body) - at:
            raise ValueError("fewer bytes than the shapes say")
        if size == 0:
            tensor = torch.empty(shape, dtype=dtype)
        else:
            raw = bytearray(body[at : at + size])  # a copy of its own: writable and aligned
            if dtype == torch.bool:
                tensor = torch.frombuffer(raw, dtype=torch.uint8).ne(0)  # a bool is 0 or 1
            else:
                tensor = torch.frombuffer(raw, dtype=dtype)
            tensor = tensor.reshape(shape)
        at += size
        if requires_grad is True and (dtype.is_floating_point or dtype.is_complex):
            tensor.requires_grad_(True)
        tensors.append(tensor)
    if at != len(body):
        raise ValueError("more bytes than the shapes say")
    return tensors


def _decode(tree, queue, tensors):
    if not isinstance(tree, dict):
        return tree
    ((tag, content),) = tree.items()
    if tag == "tensor":
        return next(queue)[1]
    if tag == "array":
        return next(queue)[1].detach().numpy()

    def inner(x):
        return _decode(x, queue, tensors)

    if tag == "list":
        return [inner(x) for x in content]
    if tag == "tuple":
        return tuple([inner(x) for x in content])
    if tag == "dict":
        return {inner(k): inner(v) for k, v in content}
    if tag == "packed":
        return PackedSequence(*[inner(x) for x in content])
    kind, training, options, weights = content
    return _make_layer(kind, bool(training), inner(options), weights, queue, tensors)


def _make_layer(kind, training, options, weights, queue, tensors):
    """A torch.nn layer whose parameters are the tensors that came, as leaves of the graph."""
    names = [name for name, _ in weights["dict"]]
    if kind not in LAYERS or set(options) != set(LAYERS[kind]):
        raise ValueError("not a layer that may cross")
    if options.get("num_layers", 1) > len(names):
        raise ValueError("the weights are not those of the layer")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        layer = getattr(torch.nn, kind)(**options, device="meta")  # no memory, no random numbers
    expected = dict(layer.named_parameters())
    if names != list(expected):
        raise ValueError("the weights are not those of the layer")
    for name in names:
        index, tensor = next(queue)
        if tensor.shape != expected[name].shape:
            raise ValueError("the weights are not those of the layer")
        parameter = torch.nn.Parameter(tensor.detach(), requires_grad=tensor.requires_grad)
        tensors[index] = parameter
        setattr(layer, name, parameter)
    return layer.train(training)


# ---------------------------------------------------------------- frames


def send(sock, message, tree=None, tensors=()):
    """Send a message (a dict that JSON can hold) and a value that `encode` has taken apart."""
    body = b"".join([_bytes_of(t) for t in tensors])
    header = json.dumps(dict(message, value=tree), ensure_ascii=False).encode(
        "utf-8", "surrogatepass"
    )
    if len(header) > MAX_HEADER or len(body) > MAX_BODY:
        raise ValueError(
            f"the value is too large to pass ({len(header) + len(body):,} bytes; at most "
            f"{MAX_BODY:,} of tensors and {MAX_HEADER:,} of everything else)"
        )
    sock.sendall(struct.pack("!IQ", len(header), len(body)) + header + body)


def receive(sock, left=None):
    """(message, tree, body) of the next frame; `decode(tree, body)` makes the value.

    left  a function: how many seconds to wait before it is asked again; TimeoutError at 0 or less

    Raises Lost when the other side is gone, Unreadable for anything that is not a frame.
    """
    header_size, body_size = struct.unpack("!IQ", _exactly(sock, 12, left))
    if header_size > MAX_HEADER or body_size > MAX_BODY:
        raise Unreadable("a frame larger than any answer may be")
    header = _exactly(sock, header_size, left)
    body = _exactly(sock, body_size, left)
    try:
        message = json.loads(header)
        tree = message.pop("value")
    except (ValueError, RecursionError, KeyError, AttributeError, TypeError) as error:
        raise Unreadable(f"{type(error).__name__}: {error}"[:200]) from None
    return message, tree, body


def _exactly(sock, count, left):
    parts = bytearray()
    while len(parts) < count:
        try:
            if left is not None:
                seconds = left()
                if seconds <= 0:
                    break
                sock.settimeout(max(seconds, 0.001))
            chunk = sock.recv(min(count - len(parts), 1 << 20))
        except TimeoutError:
            if left is None:
                raise
            continue
        if not chunk:
            raise Lost
        parts += chunk
    if len(parts) < count:
        raise TimeoutError
    return parts
