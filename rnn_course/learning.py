"""What the chapters on real data share: a reader of sequences, its training, and its scores.

With torch's autograd and optimiser (training.py has the same by hand). Nothing here knows what a
sequence is about; what a batch costs and what counts as good, the caller says.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_sequence, unpack_sequence

from rnn_course.embedding import Embedding


class Reader(nn.Module):
    """Embedding, recurrent layer, linear layer: an answer to each sequence, or at each token.

    layer   a recurrent layer of rnn_course.fast, rnn_course or torch.nn; the embedding gets as
            many numbers per token as its input_size, and its directions are read off it
    K       how many numbers an answer has: the number of classes
    V       how many different tokens there are; None: the sequences are (T, I) features already
    every   False: one answer per sequence, from the states after each direction's last token
            True: one answer per token, from the outputs
    dropout share of the numbers set to zero in training, before the recurrent and the linear layer

    Called with a list of N sequences, (T,) ids or (T, I) features, of any lengths from 1 on.
    Returns logits (N, K), or with `every` (R, K): the tokens of the first sequence, of the
    second, ..., R in all. To start from given vectors: reader.embedding.weight.data = vectors.
    """

    def __init__(
        self,
        layer: Any,
        K: int,
        V: int | None = None,
        every: bool = False,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.embedding = None if V is None else Embedding(V, layer.input_size)
        self.rnn, self.every = layer, every
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear((1 + layer.bidirectional) * layer.hidden_size, K)

    def forward(self, sequences: Sequence[Tensor]) -> Tensor:
        packed = pack_sequence(list(sequences), enforce_sorted=False)
        rows = packed.data if self.embedding is None else self.embedding(packed.data)
        outputs, state = self.rnn(PackedSequence(self.dropout(rows), *packed[1:]))
        if self.every:
            return self.linear(self.dropout(torch.cat(unpack_sequence(outputs))))
        h_n = state[0] if isinstance(state, tuple) else state  # (L*D, N, H)
        last = h_n[-1 - self.rnn.bidirectional :]  # of the last layer, one for each direction
        return self.linear(self.dropout(torch.cat(list(last), dim=-1)))


def batches(
    examples: Sequence[Any],
    N: int,
    generator: torch.Generator | None = None,
    length: Callable[[Any], int] | None = None,
) -> Iterator[list[Any]]:
    """One epoch: every example once, in a new order, N at a time (the last may be fewer).

    length, if given, says how long an example is; then those of like lengths share a batch,
    which saves steps. They are sorted within pools of 20 batches only, and the batches come in
    a random order.
    """
    order = torch.randperm(len(examples), generator=generator).tolist()
    if length is not None:
        pools = [order[k : k + 20 * N] for k in range(0, len(order), 20 * N)]
        order = [i for pool in pools for i in sorted(pool, key=lambda i: length(examples[i]))]
    cut = [order[k : k + N] for k in range(0, len(order), N)]
    if length is not None:
        cut = [cut[k] for k in torch.randperm(len(cut), generator=generator).tolist()]
    for batch in cut:
        yield [examples[i] for i in batch]


class Fit(NamedTuple):
    """How a training went. Losses are means, one per epoch; epochs count from 1."""

    train: list[float]
    validation: list[float]
    best: int  # the epoch whose weights the model has now
    steps: int  # training steps up to there


def fit(
    model: nn.Module,
    examples: Sequence[Any],
    loss: Callable[[Any, list[Any]], Tensor],
    validate: Callable[[Any], float],
    epochs: int,
    patience: int = 3,
    N: int = 32,
    lr: float = 3e-3,
    max_norm: float = 1.0,
    seed: int = 0,
    length: Callable[[Any], int] | None = None,
) -> Fit:
    """Train a model in place, with early stopping: it ends with the weights that validated best.

    loss       loss(model, batch) -> the mean loss of a list of examples, a tensor of one number
    validate   validate(model) -> a number, lower is better, from examples kept apart; called
               after each epoch without gradients and with dropout off
    epochs     the most passes through the examples
    patience   training stops after this many epochs in a row without a new best
    N, length  the size of a batch, and how long an example is (`batches`)
    lr         Adam's learning rate
    max_norm   the gradient's joint norm is clipped to this
    seed       of the order of the examples; the weights are drawn before, by the caller

    Raises ValueError without examples or epochs, FloatingPointError where a loss is no longer
    finite.
    """
    if not len(examples) or epochs < 1 or patience < 1 or N < 1:
        raise ValueError(
            "expected at least one example, epoch, epoch of patience and example per batch, got "
            f"{len(examples)}, {epochs}, {patience} and {N}"
        )
    generator = torch.Generator().manual_seed(seed)
    parameters = [p for p in model.parameters() if p.requires_grad]
    adam = torch.optim.Adam(parameters, lr=lr)
    train: list[float] = []
    validation: list[float] = []
    best, weights, steps, steps_to_best = 0, {}, 0, 0
    for epoch in range(1, epochs + 1):
        model.train()
        total = 0.0
        for batch in batches(examples, N, generator, length):
            adam.zero_grad()
            cost = loss(model, batch)
            cost.backward()
            nn.utils.clip_grad_norm_(parameters, max_norm)
            adam.step()
            total += cost.item() * len(batch)
            steps += 1
        model.eval()
        with torch.no_grad():
            validation.append(float(validate(model)))
        train.append(total / len(examples))
        if not torch.isfinite(torch.tensor([train[-1], validation[-1]])).all():
            raise FloatingPointError(
                f"expected finite losses, got {train[-1]} in training and {validation[-1]} in "
                f"validation at epoch {epoch}; try a lower lr than {lr}"
            )
        if validation[-1] < min(validation[:-1], default=float("inf")):
            best, steps_to_best = epoch, steps
            weights = {name: w.detach().clone() for name, w in model.state_dict().items()}
        elif epoch - best >= patience:
            break
    model.load_state_dict(weights)
    return Fit(train, validation, best, steps_to_best)


@torch.no_grad()
def answers(model: nn.Module, inputs: Sequence[Any], N: int = 256) -> Tensor:
    """The model's outputs for many inputs, N at a time, one after another; dropout off."""
    model.eval()
    return torch.cat([model(inputs[k : k + N]) for k in range(0, len(inputs), N)])


def _pair(given, right):
    given, right = torch.as_tensor(given), torch.as_tensor(right)
    if given.shape != right.shape or given.dim() != 1 or not len(given):
        raise ValueError(
            "expected two lists of class numbers of the same length, at least 1, got shapes "
            f"{tuple(given.shape)} and {tuple(right.shape)}; of logits take argmax(-1)"
        )
    return given, right


def accuracy(given: Any, right: Any) -> float:
    """The share of answers that are right: given (R,) and right (R,) class numbers."""
    given, right = _pair(given, right)
    return (given == right).double().mean().item()


def confusion(given: Any, right: Any, K: int) -> Tensor:
    """(K, K) counts: row, the class that is right; column, the class that was given."""
    given, right = _pair(given, right)
    if min(given.min(), right.min()) < 0 or max(given.max(), right.max()) >= K:
        raise ValueError(f"expected class numbers from 0 to {K - 1}, got others")
    return torch.bincount(right * K + given, minlength=K * K).reshape(K, K)


class F1(NamedTuple):
    """Precision, recall and their harmonic mean, each from 0 to 1."""

    precision: float
    recall: float
    f1: float


def f1_of_sets(found: set, true: set) -> F1:
    """How well what was found agrees with what is there; the items are anything hashable.

    precision: the share of the found that is there; recall: the share of the there that was
    found; F1 = 2 * both / (found + there). A share of nothing is 0. For names in a text an item
    is (sentence, first word, last word, kind): half a name counts as wrong twice.
    """
    both = len(found & true)
    return F1(
        both / len(found) if found else 0.0,
        both / len(true) if true else 0.0,
        2 * both / (len(found) + len(true)) if found or true else 0.0,
    )


def f1(given: Any, right: Any, positive: int = 1) -> F1:
    """F1 of one class: given (R,) and right (R,) class numbers, `positive` the one looked for."""
    given, right = _pair(given, right)
    found, true = ((x == positive).nonzero().flatten().tolist() for x in (given, right))
    return f1_of_sets(set(found), set(true))
