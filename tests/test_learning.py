"""The reader of sequences, its training with early stopping, and the scores."""

import itertools

import pytest
import torch
from torch.nn import functional as F

import rnn_course
from rnn_course import fast, learning

V, K, E, H = 9, 4, 3, 5
LENGTHS = (2, 6, 1, 4)


def sequences(seed=0):
    generator = torch.Generator().manual_seed(seed)
    return [torch.randint(V, (n,), generator=generator) for n in LENGTHS]


def in_double(reader):
    torch.manual_seed(0)
    for parameter in reader.double().parameters():
        torch.nn.init.normal_(parameter)
    return reader.eval()


LAYERS = list(
    itertools.product((torch.nn, rnn_course, fast), ("RNN", "LSTM", "GRU"), (False, True))
)


@pytest.mark.parametrize(("library", "kind", "both"), LAYERS)
def test_a_batch_of_different_lengths_gives_what_each_sequence_gives_alone(library, kind, both):
    """Written out for torch.nn: the states after each direction's own last token, of layer 2."""
    layer = getattr(library, kind)(E, H, num_layers=2, bidirectional=both)
    once = in_double(learning.Reader(layer, K, V))
    every = in_double(learning.Reader(layer, K, V, every=True))
    oracle = getattr(torch.nn, kind)(E, H, num_layers=2, bidirectional=both).double()
    oracle.load_state_dict(layer.state_dict())
    at_the_end, at_each = [], []
    for ids in sequences():
        out, _ = oracle(once.embedding.weight[ids])
        last = torch.cat([out[-1, :H], out[0, H:]])  # H: is empty in one direction
        at_the_end.append(F.linear(last, once.linear.weight, once.linear.bias))
        at_each.append(F.linear(out, every.linear.weight, every.linear.bias))
    for got, expected in (
        (once(sequences()), torch.stack(at_the_end)),
        (every(sequences()), torch.cat(at_each)),
    ):
        torch.testing.assert_close(got, expected, rtol=0, atol=1e-12)
    wrong = torch.stack(at_the_end).roll(1, 0)  # a batch that comes out in another order
    assert (once(sequences()) - wrong).abs().max() > 0.1


def test_features_are_read_without_an_embedding():
    reader = in_double(learning.Reader(fast.GRU(E, H), K))
    torch.manual_seed(1)
    xs = [torch.randn(n, E).double() for n in LENGTHS]
    alone = torch.cat([reader([x]) for x in xs])
    torch.testing.assert_close(reader(xs), alone, rtol=0, atol=1e-12)


def test_dropout_is_for_training_only():
    reader = learning.Reader(fast.GRU(E, H), K, V, dropout=0.5)
    assert not torch.equal(reader(sequences()), reader(sequences()))
    assert reader.training
    same = [learning.answers(reader, sequences(), N=3) for _ in range(2)]
    assert torch.equal(*same) and not same[0].requires_grad and same[0].shape == (4, K)


@pytest.mark.parametrize("length", [None, len])
@pytest.mark.parametrize(("count", "N"), [(230, 7), (3, 7), (7, 7)])
def test_an_epoch_has_every_example_once(length, count, N):
    examples = [[k] * (1 + k % 11) for k in range(count)]
    generator = torch.Generator().manual_seed(0)
    first, second = (list(learning.batches(examples, N, generator, length)) for _ in range(2))
    for epoch in (first, second):
        assert sorted(x[0] for batch in epoch for x in batch) == list(range(count))
        assert sorted(map(len, epoch))[1:] == [N] * (len(epoch) - 1)
    assert count < 230 or first != second
    again = learning.batches(examples, N, torch.Generator().manual_seed(0), length)
    assert list(again) == first


def test_like_lengths_share_a_batch():
    examples = [[k] * (1 + k % 11) for k in range(230)]

    def padding(length):
        made = learning.batches(examples, 7, torch.Generator().manual_seed(0), length)
        return sum(max(map(len, batch)) * len(batch) - sum(map(len, batch)) for batch in made)

    assert padding(len) < 0.25 * padding(None)


# -- training ----------------------------------------------------------------------------------


def parity(count, seed):
    """Is the last of some bits the same as the first? -> [(sequence, 0 or 1)]"""
    generator = torch.Generator().manual_seed(seed)
    made = [torch.randint(2, (2 + k % 4,), generator=generator) for k in range(count)]
    return [(bits, int(bits[0] == bits[-1])) for bits in made]


def cost(model, examples):
    xs, ys = zip(*examples, strict=True)
    return F.cross_entropy(model(list(xs)), torch.tensor(ys))


def test_a_reader_learns():
    torch.manual_seed(0)
    model = learning.Reader(fast.GRU(8, 16), 2, V=2)
    known, kept_apart = parity(300, 0), parity(100, 1)

    def wrong(model):
        xs, ys = zip(*kept_apart, strict=True)
        return 1 - learning.accuracy(model(list(xs)).argmax(-1), ys)

    found = learning.fit(
        model, known, cost, wrong, epochs=40, patience=40, lr=0.01, length=lambda x: len(x[0])
    )
    assert found.train[-1] < 0.1 < found.train[0]
    assert wrong(model) == min(found.validation) == 0
    assert found.steps == found.best * 10  # 300 examples, 32 a batch


class Number(torch.nn.Module):
    """One weight; its validation score is played by a list."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.tensor(0.0))


def play(scores, patience, epochs=99):
    """fit, with these validation scores: what it returns, the weight after each epoch, at the end."""
    model, seen = Number(), []

    def validate(model):
        assert not model.training and not torch.is_grad_enabled()
        seen.append(model.weight.item())
        return scores[len(seen) - 1]

    def loss(model, batch):
        assert model.training
        return (model.weight - 1) ** 2 + 0 * len(batch)

    found = learning.fit(model, range(5), loss, validate, epochs, patience, N=2)
    return found, seen, model.weight.item()


@pytest.mark.parametrize(
    ("scores", "patience", "epochs", "run", "best"),
    [
        ([5, 4, 3, 4, 5, 1], 2, 99, 5, 3),  # stops two epochs after the best, never sees the 1
        ([5, 4, 3, 4, 5, 1], 3, 6, 6, 6),
        ([5, 6, 4, 6, 3, 7, 8], 2, 99, 7, 5),  # a new best starts the count again
        ([5, 4, 3], 2, 3, 3, 3),  # no more epochs
        ([5, 5, 5, 5], 3, 99, 4, 1),  # as good is no new best
        ([1, 2], 1, 99, 2, 1),
    ],
)
def test_early_stopping_keeps_the_best_weights(scores, patience, epochs, run, best):
    found, seen, at_the_end = play(scores, patience, epochs)
    assert len(seen) == len(found.train) == run
    assert found.validation == scores[:run]
    assert found.best == best and found.steps == 3 * best  # 5 examples, 2 a batch
    assert at_the_end == seen[best - 1] and len(set(seen)) == run


def test_the_seed_is_of_the_order_and_the_gradient_is_clipped():
    def train(seed, **more):
        torch.manual_seed(3)
        model = learning.Reader(fast.GRU(4, 4), 2, V=2)
        start = model.linear.weight.detach().clone()
        learning.fit(model, parity(60, 0), cost, lambda model: 0.0, 1, seed=seed, **more)
        return model.linear.weight.detach(), start

    (one, start), (same, _), (other, _) = train(0), train(0), train(1)
    assert torch.equal(one, same) and not torch.equal(one, other)
    still, _ = train(0, max_norm=0.0)
    assert torch.equal(still, start)


def test_weights_that_are_frozen_stay():
    torch.manual_seed(0)
    model = learning.Reader(fast.GRU(4, 4), 2, V=2)
    model.embedding.weight.requires_grad_(False)
    before = model.embedding.weight.clone()
    learning.fit(model, parity(60, 0), cost, lambda model: 0.0, 2)
    assert torch.equal(model.embedding.weight, before)


@pytest.mark.parametrize("wrong", [{"examples": []}, {"epochs": 0}, {"patience": 0}, {"N": 0}])
def test_nothing_to_train_with_is_refused(wrong):
    given = {"examples": parity(3, 0), "epochs": 1} | wrong
    with pytest.raises(ValueError, match="expected at least one example"):
        learning.fit(Number(), loss=cost, validate=lambda model: 0.0, **given)


def test_a_loss_that_is_no_number_is_said_at_once():
    with pytest.raises(FloatingPointError, match="nan in validation at epoch 2; try a lower lr"):
        play([1.0, float("nan")], patience=3)


# -- scores ------------------------------------------------------------------------------------

GIVEN, RIGHT = [0, 1, 1, 2, 1, 0, 1], [0, 1, 2, 2, 1, 1, 0]


def test_accuracy_and_confusion_counted_by_hand():
    assert learning.accuracy(GIVEN, RIGHT) == 4 / 7
    counts = learning.confusion(torch.tensor(GIVEN), RIGHT, K=4)
    assert counts.tolist() == [[1, 1, 0, 0], [1, 2, 0, 0], [0, 1, 1, 0], [0, 0, 0, 0]]


def test_f1_counted_by_hand():
    precision, recall, f1 = learning.f1(GIVEN, RIGHT)
    assert (precision, recall) == (2 / 4, 2 / 3)
    assert f1 == pytest.approx(2 * precision * recall / (precision + recall))
    assert learning.f1(GIVEN, RIGHT, positive=2) == (1.0, 0.5, 2 / 3)
    assert learning.f1(GIVEN, RIGHT, positive=3) == (0, 0, 0)
    assert learning.f1([1, 1], [0, 0]) == (0, 0, 0)
    names = {(0, 3, 4, "PER"), (1, 0, 0, "LOC")}
    half = {(0, 3, 3, "PER"), (1, 0, 0, "LOC")}
    assert learning.f1_of_sets(half, names) == (0.5, 0.5, 0.5)


@pytest.mark.parametrize(
    ("given", "right"), [([1], [1, 0]), ([], []), ([[1.0, 2.0]], [1]), ([[1]], [[1]])]
)
def test_scores_of_what_does_not_match_are_refused(given, right):
    """Where shapes differ torch would broadcast, and the score would be of nothing."""
    for score in (learning.accuracy, learning.f1, lambda g, r: learning.confusion(g, r, 2)):
        with pytest.raises(ValueError, match="of the same length"):
            score(given, right)
    with pytest.raises(ValueError, match="from 0 to 1"):
        learning.confusion([2], [1], 2)
