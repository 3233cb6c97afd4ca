"""The wire: plain values arrive as they were sent, and nothing that is made up gets through."""

import json
import socket
import struct

import numpy
import pytest
import torch
from torch.nn.utils.rnn import PackedSequence, pack_sequence

from rnn_course.autograde.sandbox import wire


def passed(value):
    """A value sent and received."""
    here, there = socket.socketpair()
    with here, there:
        tree, tensors = wire.encode(value)
        wire.send(here, {"id": 7}, tree, tensors)
        message, tree, body = wire.receive(there)
    assert message == {"id": 7}
    return wire.decode(tree, body)[0]


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, 3, -(2**70), 0.5, float("inf"), "", "häß\n\0\ud800"),
        *([], (), {}, [1, (2, [3])], {"a": 1, 2: (3,)}, {(1, 2): {"b": None}}),
    ],
    ids=repr,
)
def test_plain_values_arrive_as_they_are(value):
    assert passed(value) == value
    assert type(passed(value)) is type(value)


@pytest.mark.parametrize("dtype", wire.DTYPES.values(), ids=list(wire.DTYPES))
@pytest.mark.parametrize("shape", [(), (1,), (2, 3), (0, 3), (2, 0)])
def test_tensors_arrive_as_they_are(dtype, shape):
    tensor = torch.randn(shape).to(dtype)
    arrived = passed([tensor])[0]
    assert arrived.dtype == dtype and torch.equal(arrived, tensor)


def test_views_and_subclasses_arrive_as_plain_tensors():
    class Mine(torch.Tensor):
        pass

    tensor = torch.arange(12.0).view(3, 4)
    assert torch.equal(passed(tensor.T), tensor.T)
    assert torch.equal(passed(tensor[::2, 1:]), tensor[::2, 1:])
    arrived = passed(tensor.as_subclass(Mine))
    assert type(arrived) is torch.Tensor and torch.equal(arrived, tensor)


def test_that_a_gradient_is_wanted_arrives_too():
    yes, no = passed((torch.ones(2, requires_grad=True), torch.ones(2)))
    assert yes.requires_grad and yes.is_leaf and not no.requires_grad


def test_numpy_and_packed_sequences_arrive():
    array = numpy.arange(6).reshape(2, 3)
    assert (passed(array) == array).all() and passed(numpy.float32(0.5)) == 0.5
    packed = pack_sequence([torch.ones(3, 2), torch.ones(1, 2)])
    arrived = passed(packed)
    assert isinstance(arrived, PackedSequence)
    assert torch.equal(arrived.batch_sizes, packed.batch_sizes)


@pytest.mark.parametrize(
    "layer",
    [
        torch.nn.RNN(3, 4, 2, nonlinearity="relu", bidirectional=True),
        torch.nn.LSTM(3, 4, proj_size=2, bias=False, batch_first=True).double(),
        torch.nn.GRU(3, 4).eval(),
        *(torch.nn.RNNCell(3, 4), torch.nn.LSTMCell(3, 4, bias=False), torch.nn.GRUCell(3, 4)),
        *(torch.nn.Linear(3, 4, bias=False), torch.nn.Embedding(5, 3, padding_idx=0)),
    ],
    ids=repr,
)
def test_torch_layers_arrive_with_their_weights(layer):
    state = torch.get_rng_state()
    arrived = passed(layer)
    assert torch.equal(torch.get_rng_state(), state)  # no random number was drawn
    assert repr(arrived) == repr(layer) and arrived.training == layer.training
    ours, theirs = layer.state_dict(), arrived.state_dict()
    assert list(ours) == list(theirs)
    assert all(torch.equal(ours[k], theirs[k]) and ours[k].dtype == theirs[k].dtype for k in ours)
    if "Embedding" not in repr(layer):
        x = torch.randn(2, 1, 3) if hasattr(layer, "num_layers") else torch.randn(2, 3)
        x = x.to(next(layer.parameters()).dtype)
        for one, other in zip(_flat(layer(x)), _flat(arrived(x)), strict=True):
            assert torch.equal(one, other)


def _flat(value):
    return [x for v in value for x in _flat(v)] if isinstance(value, tuple) else [value]


class Thing:
    pass


@pytest.mark.parametrize(
    "value, name",
    [
        *((len, "function (len)"), (Thing, "class (Thing)"), (Thing(), "Thing")),
        *(({1, 2}, "set"), (b"", "bytes"), (torch.nn.Tanh(), "Tanh"), (print, "function")),
    ],
)
def test_what_cannot_pass_is_told_what_can(value, name):
    with pytest.raises(TypeError, match=r"cannot pass.*tensors.*numbers.*dicts") as error:
        wire.encode([value])
    assert name in str(error.value)


def test_too_deep_and_too_large_values_are_not_sent(monkeypatch):
    deep = []
    for _ in range(wire.MAX_DEPTH + 1):
        deep = [deep]
    with pytest.raises(ValueError, match="nested more than"):
        wire.encode(deep)
    monkeypatch.setattr(wire, "MAX_BODY", 100)
    here, there = socket.socketpair()
    with here, there, pytest.raises(ValueError, match="too large"):
        wire.send(here, {}, *wire.encode(torch.ones(100)))


# ---------------------------------------------------------------- made-up frames


def tensor(shape, dtype="float32", wants=False):
    return {"tensor": [dtype, shape, wants]}


RNN = [["input_size", 1], ["hidden_size", 1], ["bias", True], ["nonlinearity", "tanh"]]


@pytest.mark.parametrize(
    "tree, body",
    [
        (tensor([2]), b"1234"),  # too few bytes
        (tensor([1]), b"12345678"),  # too many
        (tensor([-1]), b""),
        (tensor([10**9, 10**9]), b""),
        (tensor([0, 2**62, 2**62]), b""),
        (tensor([2.0]), b"12345678"),
        (tensor([True]), b"1234"),
        (tensor("ab"), b""),
        (tensor([1] * 99), b"1234"),
        (tensor([1], "object"), b"1234"),
        (tensor([1], []), b"1234"),
        ({"tensor": []}, b""),
        ({"tensor": 3}, b""),
        ({"list": 3}, b""),
        ({"list": [1], "tuple": [2]}, b""),
        ({}, b""),
        ([1, 2], b""),
        ({"pickle": "x"}, b""),
        ({"dict": [[1]]}, b""),
        ({"dict": [[{"list": []}, 1]]}, b""),  # no list can be a key
        ({"dict": [[tensor([1]), 1, 2]]}, b"1234"),
        ({"packed": [1, 2, 3, 4, 5, 6]}, b""),
        ({"layer": ["Sequential", True, {"dict": []}, {"dict": []}]}, b""),
        ({"layer": ["RNNCell", True, {"dict": []}, {"dict": []}]}, b""),
        ({"layer": ["RNNCell", True, {"dict": RNN}, {"dict": []}]}, b""),
        ({"layer": ["RNN", True, {"dict": [["num_layers", 10**9]]}, {"dict": []}]}, b""),
        ({"layer": 1}, b""),
        ("x", b"left over"),
    ],
)
def test_made_up_values_are_unreadable(tree, body):
    with pytest.raises(wire.Unreadable):
        wire.decode(tree, body)


def test_a_bool_is_false_or_true_whatever_its_byte():
    value, _ = wire.decode(tensor([3], "bool"), b"\0\1\2")
    assert value.view(torch.uint8).tolist() == [0, 1, 1]


def test_a_deep_tree_is_unreadable_and_does_no_harm():
    tree = 1
    for _ in range(1000):
        tree = {"list": [tree]}
    with pytest.raises(wire.Unreadable):
        wire.decode(tree, b"")


def frame(header, body=b"", sizes=None):
    header = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("!IQ", *(sizes or (len(header), len(body)))) + header + body


@pytest.mark.parametrize(
    "data",
    [
        frame(b"{", sizes=(2**32 - 1, 0)),
        frame(b"{}", sizes=(2, 2**63)),
        frame(b"not json"),
        frame(b"\xff\xfe"),
        frame([1]),
        frame({"id": 1}),  # no value
        frame(b'{"value":' + b"[" * 100_000),
        frame(b'{"value":' + b"9" * 10_000 + b"}"),
    ],
)
def test_made_up_frames_are_unreadable(data):
    here, there = socket.socketpair()
    with here, there:
        here.sendall(data)
        with pytest.raises(wire.Unreadable):
            wire.receive(there)


def test_a_closed_connection_is_lost_and_a_silent_one_times_out():
    here, there = socket.socketpair()
    with there:
        with pytest.raises(TimeoutError):
            wire.receive(there, left=lambda: 0)
        waits = iter([0.01, 0.01, 0])  # it asks again after each
        with pytest.raises(TimeoutError):
            wire.receive(there, left=lambda: next(waits))
        assert next(waits, None) is None
        here.sendall(frame({"value": 1})[:-1])
        here.close()
        with pytest.raises(wire.Lost):
            wire.receive(there)
