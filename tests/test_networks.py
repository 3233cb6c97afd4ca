"""Names for modules: the texts of checks/networks.py are torch's, and mistakes in them are found."""

import numpy as np
import pytest
import torch
from torch import nn

import rnn_course
from rnn_course.checks import check, matches
from rnn_course.checks.cases import Case
from rnn_course.checks.diagnosis.prints import alike, observe

NETWORKS = [
    nn.RNN(4, 5, 2, nonlinearity="relu"),
    nn.LSTM(4, 5, 2, bidirectional=True, batch_first=True),
    nn.LSTM(4, 5, proj_size=3),
    nn.GRU(4, 5, 3, bidirectional=True, bias=False),
    nn.RNNCell(4, 5, bias=False),
    nn.LSTMCell(4, 5),
    nn.GRUCell(4, 5),
]


def held(reference):
    """(numbers of the texts, of what torch's module gives) on all cases that the texts take."""
    names = matches.task_for(reference).names()
    seen = observe(names.task, names.task.oracle, names.cases)
    taken = [k for k, args in enumerate(names.args) if args is not None]
    return names, seen, taken


@pytest.mark.parametrize("reference", NETWORKS, ids=str)
def test_the_texts_without_a_mistake_are_torchs(reference):
    names, seen, taken = held(reference)
    assert len(taken) >= 6
    right = np.array([names.number(k) for k in taken])
    assert alike(right, type(seen)(seen.numbers[taken], seen.near[taken])).all()


def student(reference, name):
    """A module whose answers are those of the texts with this mistake."""
    names = matches.task_for(reference).names()
    known = [*names.of_network(), *names.of_layer()]
    tried = next(t for t in known if t.mistake.name == name)

    class Module(type(reference)):
        def forward(self, xs, state=None):
            weights = dict(self.named_parameters())
            args = names.prepared(Case((xs, state, weights)))
            dtype = next(self.parameters()).dtype
            with torch._C.DisableTorchFunction():
                answer = names.answer(args, tried)
            return as_dtype(answer, dtype)

    module = Module(reference.input_size, reference.hidden_size)
    if isinstance(reference, nn.RNNBase):
        L, both = reference.num_layers, reference.bidirectional
        module = Module(4, 5, L, bidirectional=both, batch_first=reference.batch_first)
    return module


def as_dtype(answer, dtype):
    if isinstance(answer, tuple):
        return tuple(as_dtype(part, dtype) for part in answer)
    return answer.to(dtype)


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        (nn.GRU(4, 5, 2, bidirectional=True), "backward-not-turned-back"),
        (nn.GRU(4, 5, 2, bidirectional=True), "h-0-by-direction"),
        (nn.LSTM(4, 5, 2), "upper-layers-start-from-zeros"),
        (nn.LSTM(4, 5, 2, batch_first=True), "output-not-batch-first"),
        (nn.LSTM(4, 5), "gate-order-ifog"),
        (nn.LSTM(4, 5), "c-not-carried"),
        (nn.GRU(4, 5), "reset-before-matmul"),
        (nn.RNN(4, 5, 2), "activation-sigmoid"),
        (nn.LSTMCell(4, 5), "forget-gate-missing"),
        (nn.GRUCell(4, 5), "update-gate-reversed"),
    ],
    ids=str,
)
def test_one_mistake_is_named(reference, name):
    verdict = check.matches.verdict(student(reference, name), reference, forbids=())
    assert not verdict.passed and verdict.mistakes == [name], verdict.message


def test_two_mistakes_are_named_and_one_in_some_layers_only():
    class Two(rnn_course.GRU):
        def forward(self, xs, state=None):
            output, last = super().forward(xs, state)
            return torch.cat([output[..., 5:], output[..., :5]], -1), last.transpose(0, 1)

    verdict = check.matches.verdict(
        Two(4, 5, bidirectional=True), nn.GRU(4, 5, bidirectional=True), forbids=()
    )
    assert verdict.mistakes == ["backward-half-first", "h-n-batch-first"], verdict.message

    class Upper(rnn_course.RNN):
        def forward(self, xs, state=None):
            (bias,) = (p for n, p in self.named_parameters() if n == "bias_hh_l1")
            kept = bias.data.clone()
            bias.data.zero_()
            try:
                return super().forward(xs, state)
            finally:
                bias.data.copy_(kept)

    verdict = check.matches.verdict(Upper(4, 5, 2), nn.RNN(4, 5, 2), forbids=())
    assert verdict.mistakes == ["bias-hh-missing-upper"], verdict.message
    assert "above the first layer only" in verdict.message


def test_what_nobody_thought_of_has_no_name():
    class Odd(rnn_course.LSTM):
        def forward(self, xs, state=None):
            output, last = super().forward(xs, state)
            return 1.234 * output + 0.1, last

    verdict = check.matches.verdict(Odd(4, 5), nn.LSTM(4, 5), forbids=())
    assert not verdict.passed and verdict.mistakes == []
