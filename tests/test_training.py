"""Training by hand: each piece equals torch's, and the whole model learns."""

import numpy as np
import pytest
import torch

from rnn_course import data, training
from rnn_course.embedding import Vocabulary

rng = np.random.default_rng(0)


@pytest.mark.parametrize("ignore_index", [None, 2])
def test_cross_entropy_and_its_gradient(ignore_index):
    logits, targets = rng.normal(size=(6, 5, 7)) * 50, rng.integers(0, 7, (6, 5))
    tensor = torch.tensor(logits, requires_grad=True)
    theirs = torch.nn.functional.cross_entropy(
        tensor.reshape(-1, 7),
        torch.tensor(targets).reshape(-1),
        ignore_index=-100 if ignore_index is None else ignore_index,
    )
    theirs.backward()
    loss, pull = training.cross_entropy(logits, targets, ignore_index)
    assert loss == pytest.approx(theirs.item(), rel=1e-12)
    np.testing.assert_allclose(pull(), tensor.grad, rtol=0, atol=1e-15)


@pytest.mark.parametrize("max_norm", [0.5, 1e3])
def test_clipping_by_the_global_norm(max_norm):
    gradients = {"a": rng.normal(size=(3, 4)), "b": rng.normal(size=5)}
    parameters = [torch.nn.Parameter(torch.zeros(g.shape).double()) for g in gradients.values()]
    for parameter, gradient in zip(parameters, gradients.values(), strict=True):
        parameter.grad = torch.tensor(gradient)
    theirs = torch.nn.utils.clip_grad_norm_(parameters, max_norm)
    clipped, norm = training.clip_by_global_norm(gradients, max_norm)
    assert norm == pytest.approx(theirs.item())
    for ours, parameter in zip(clipped.values(), parameters, strict=True):
        np.testing.assert_allclose(ours, parameter.grad, rtol=1e-12)


@pytest.mark.parametrize(
    ("ours", "theirs"), [(training.SGD, torch.optim.SGD), (training.Adam, torch.optim.Adam)]
)
def test_optimisers_step_as_torch_does(ours, theirs):
    weights = {"a": rng.normal(size=(3, 4)), "b": rng.normal(size=5)}
    tensors = [torch.nn.Parameter(torch.tensor(w)) for w in weights.values()]
    ours, theirs = ours(weights, lr=0.1), theirs(tensors, lr=0.1)
    for _ in range(5):
        gradients = {name: rng.normal(size=w.shape) for name, w in weights.items()}
        for tensor, gradient in zip(tensors, gradients.values(), strict=True):
            tensor.grad = torch.tensor(gradient)
        ours.step(gradients)
        theirs.step()
    for weight, tensor in zip(weights.values(), tensors, strict=True):
        np.testing.assert_allclose(weight, tensor.detach(), rtol=0, atol=1e-12)


class TorchModel(torch.nn.Module):
    """The same language model from torch's parts, with our parameters' names."""

    def __init__(self, kind, V, E, H, L):
        super().__init__()
        self.embedding = torch.nn.Embedding(V, E)
        self.rnn = getattr(torch.nn, kind)(E, H, L)
        self.linear = torch.nn.Linear(H, V)

    def forward(self, ids):
        return self.linear(self.rnn(self.embedding(ids))[0])


@pytest.mark.parametrize("kind", training.CELLS)
def test_the_language_model_and_its_gradients_equal_torchs(kind):
    V, E, H, L, T, N = 9, 3, 4, 2, 6, 5
    ours = training.LanguageModel(kind, V, E, H, L, dtype=np.float64)
    theirs = TorchModel(kind, V, E, H, L).double()
    theirs.load_state_dict({k: torch.tensor(w) for k, w in ours.parameters.items()}, strict=True)
    ids, targets = rng.integers(0, V, (T, N)), rng.integers(0, V, (T, N))
    loss, gradients, _ = ours.loss_and_gradients(ids, targets, ours.start(N))
    expected = torch.nn.functional.cross_entropy(
        theirs(torch.tensor(ids)).reshape(-1, V), torch.tensor(targets).reshape(-1)
    )
    expected.backward()
    assert loss == pytest.approx(expected.item(), rel=1e-12)
    for name, parameter in theirs.named_parameters():
        np.testing.assert_allclose(gradients[name], parameter.grad, atol=1e-13, err_msg=name)


@pytest.mark.parametrize("kind", training.CELLS)
def test_a_character_model_learns_what_lies_far_back(kind):
    """Each letter is followed by each other: only what came before it tells which is next."""
    stream = np.tile([0, 1, 2, 3, 3, 2, 1, 0, 2, 0, 3, 1], 400)
    model = training.LanguageModel(kind, V=4, E=4, H=24)
    optimiser = training.Adam(model.parameters, lr=0.01)
    losses = [
        loss
        for _ in range(8)
        for loss in training.train(model, data.streams(stream, N=8, T=20), optimiser)
    ]
    assert losses[0] > 1.0 and np.mean(losses[-5:]) < 0.2
    assert len(model.sample([0, 1], length=5)) == 5


def test_streams_carry_on_where_they_stopped():
    chunks = list(data.streams(np.arange(100), N=3, T=4))
    inputs = np.concatenate([x for x, _ in chunks])
    assert inputs.shape[1] == 3 and (np.diff(inputs, axis=0) == 1).all()
    for x, y in chunks:
        assert x.shape == y.shape == (4, 3) and (y == x + 1).all()
    with pytest.raises(ValueError, match="at least N \\* T \\+ 1 = 13 ids .* got 12"):
        list(data.streams(np.arange(12), N=3, T=4))


def test_ngrams_are_what_counting_by_hand_gives():
    text, V = "abcabcaba", 4  # "d" never occurs
    ids, after_ab = ["abcd".index(c) for c in text], "cca"
    one, two, three = training.ngram_tables(ids, V)
    for table in (one, two, three):
        np.testing.assert_allclose(table.sum(-1), 1)
    assert one[0] == pytest.approx((4 + 5 / V) / (len(text) + 5))
    assert two[0, 1] == pytest.approx((3 + 5 * one[1]) / (3 + 5))  # "a" is followed by "b" thrice
    for c in range(V):
        count = after_ab.count("abcd"[c])
        assert three[0, 1, c] == pytest.approx((count + 5 * two[1, c]) / (len(after_ab) + 5))
    assert (three[3] > 0).all()  # what never came is unlikely, not impossible
    losses = training.ngram_losses((one, two, three), [0, 1, 2])
    assert losses["unigrams"] == pytest.approx(-np.log(one[[0, 1, 2]]).mean())
    assert losses["bigrams"] == pytest.approx(-np.log([two[0, 1], two[1, 2]]).mean())
    assert losses["trigrams"] == pytest.approx(-np.log(three[0, 1, 2]))


def test_the_manual_is_prose():
    text = data.python_manual()
    assert len(text) > 150_000 and text.isascii()
    assert " the " in text and "===" not in text
    assert 30 < len(Vocabulary(text)) < 130


def test_an_unknown_kind_is_named():
    with pytest.raises(ValueError, match="one of RNN, LSTM, GRU, got 'lstm'"):
        training.LanguageModel("lstm", 4, 4, 4)
