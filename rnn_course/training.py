"""Training by hand, in numpy: loss, clipping, optimisers and a whole character model.

With cells, unroll and stack this is all it takes to train a recurrent network without torch.
Weights and gradients are dicts of arrays by torch's names.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from rnn_course import cells, stack, weights
from rnn_course.embedding import embed

CELLS = {"RNN": cells.rnn_cell, "LSTM": cells.lstm_cell, "GRU": cells.gru_cell}


def softmax(logits):
    """exp(logits) / sum(exp(logits)) along the last axis; the largest is taken off first."""
    e = np.exp(logits - logits.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def cross_entropy(logits, targets, ignore_index=None):
    """Mean of -log softmax(logits)[target], in nats, and the pull.

    logits (..., C), targets (...) whole numbers; targets equal to ignore_index (pads) count
    neither in the sum nor in the mean. Like torch.nn.functional.cross_entropy, except that torch
    wants the classes on axis 1. pull() -> dlogits = (softmax - one_hot) / count.
    """
    targets = np.asarray(targets)
    counted = targets != ignore_index if ignore_index is not None else np.ones(targets.shape, bool)
    rows, of = logits[counted], targets[counted]
    shifted = rows - rows.max(-1, keepdims=True)
    log_probabilities = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    at = np.arange(len(of))
    loss = -log_probabilities[at, of].mean()

    def pull():
        drows = np.exp(log_probabilities)
        drows[at, of] -= 1
        dlogits = np.zeros_like(logits)
        dlogits[counted] = drows / len(of)
        return dlogits

    return loss, pull


def clip_by_global_norm(gradients, max_norm):
    """Scale all gradients by one factor so that their joint norm is at most max_norm.

    The direction stays (Pascanu 2013); clipping each array by itself would turn it. Returns
    (gradients, norm before). torch.nn.utils.clip_grad_norm_ divides by norm + 1e-6 as well.
    """
    norm = float(np.sqrt(sum(float((d**2).sum()) for d in gradients.values())))
    scale = min(1.0, max_norm / (norm + 1e-6))
    return {name: d * scale for name, d in gradients.items()}, norm


class SGD:
    """Plain gradient descent: W -= lr * dW, in place."""

    def __init__(self, parameters, lr):
        self.parameters, self.lr = parameters, lr

    def step(self, gradients):
        for name, weight in self.parameters.items():
            weight -= self.lr * gradients[name]


class Adam:
    """Adam (Kingma and Ba 2015) with torch's defaults, in place.

    Each weight's step is its mean gradient over the root of its mean squared gradient; both
    means run with decay betas and are corrected for their start at zero.
    """

    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        self.parameters, self.lr, self.betas, self.eps = parameters, lr, betas, eps
        self.steps = 0
        self.mean = {name: np.zeros_like(w) for name, w in parameters.items()}
        self.square = {name: np.zeros_like(w) for name, w in parameters.items()}

    def step(self, gradients):
        self.steps += 1
        b1, b2 = self.betas
        for name, weight in self.parameters.items():
            d, m, v = gradients[name], self.mean[name], self.square[name]
            m += (1 - b1) * (d - m)
            v += (1 - b2) * (d**2 - v)
            m_hat, v_hat = m / (1 - b1**self.steps), v / (1 - b2**self.steps)
            weight -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)


class LanguageModel:
    """Which character comes next? Embedding, recurrent layers, one linear layer; in numpy.

    kind "RNN", "LSTM" or "GRU"; V characters, E numbers each, H hidden units, L layers. Weights
    start uniformly in +-1/sqrt(H), as torch's. `parameters` has the names of a torch module with
    `embedding`, `rnn` and `linear`.
    """

    def __init__(self, kind, V, E, H, L=1, seed=0, dtype=np.float32):
        if kind not in CELLS:
            raise ValueError(f"expected kind to be one of {', '.join(CELLS)}, got {kind!r}")
        self.cell = CELLS[kind]
        gates, self.states = map(len, weights.KINDS[kind])
        self.H, self.L, self.dtype = H, L, dtype
        shapes = {"embedding.weight": (V, E)}
        shapes |= {f"rnn.{name}": s for name, s in weights.shapes(gates, E, H, L).items()}
        shapes |= {"linear.weight": (V, H), "linear.bias": (V,)}
        rng, bound = np.random.default_rng(seed), 1 / np.sqrt(H)
        self.parameters = {
            name: rng.uniform(-bound, bound, shape).astype(dtype) for name, shape in shapes.items()
        }

    def start(self, N):
        """Zero states for a batch of N."""
        zeros = np.zeros((N, self.H), self.dtype)
        return [(zeros,) * self.states for _ in range(self.L)]

    def forward(self, ids, states):
        """ids (T, N) -> logits (T, N, V), the states after the last step, and the pull."""
        T, N = ids.shape
        p = self.parameters
        layers = weights.network(
            self.cell, {name[4:]: w for name, w in p.items() if name.startswith("rnn.")}
        )
        rows, pull_embedding = embed(ids.reshape(-1), p["embedding.weight"])
        hidden, states, pull_rnn = stack.run(layers, rows, [N] * T, states)
        logits = hidden @ p["linear.weight"].T + p["linear.bias"]

        def pull(dlogits):
            dlogits = dlogits.reshape(T * N, -1)
            # Truncated backpropagation: no gradient comes in from the chunk after this one, and
            # what would go on to the chunk before is dropped.
            nothing = [tuple(np.zeros_like(s) for s in state) for state in states]
            drows, _, dps = pull_rnn(dlogits @ p["linear.weight"], nothing)
            named = weights.flat(dps, [name[4:] for name in p if name.startswith("rnn.")])
            return {
                "embedding.weight": pull_embedding(drows),
                **{f"rnn.{name}": d for name, d in named.items()},
                "linear.weight": dlogits.T @ hidden,
                "linear.bias": dlogits.sum(0),
            }

        return logits.reshape(T, N, -1), states, pull

    def loss_and_gradients(self, ids, targets, states):
        """Mean loss in nats per character, gradients by name, and the states to carry on with."""
        logits, states, pull = self.forward(ids, states)
        loss, pull_loss = cross_entropy(logits, targets)
        return loss, pull(pull_loss()), states

    def sample(self, ids, length, temperature=1.0, seed=0):
        """Go on after the given ids: a list of `length` drawn characters.

        Logits are divided by the temperature first: near 0 the likeliest always wins, at 1 the
        model speaks as it believes, above it gets careless.
        """
        rng, states = np.random.default_rng(seed), self.start(1)
        drawn, ids = [], np.asarray(ids).reshape(-1, 1)
        for _ in range(length):
            logits, states, _ = self.forward(ids, states)
            p = softmax(logits[-1, 0].astype(np.float64) / temperature)
            drawn.append(int(rng.choice(len(p), p=p)))
            ids = np.array([[drawn[-1]]])
        return drawn


def train(model, chunks, optimiser, max_norm=1.0):
    """Truncated backpropagation through time over chunks (Williams and Peng 1990).

    chunks: (inputs, targets), each (T, N), each going on where the one before stopped
    (data.streams). The state is carried over, the gradient is not. Yields each chunk's loss.
    """
    states = None
    for inputs, targets in chunks:
        states = states or model.start(inputs.shape[1])
        loss, gradients, states = model.loss_and_gradients(inputs, targets, states)
        gradients, _ = clip_by_global_norm(gradients, max_norm)
        optimiser.step(gradients)
        yield loss


NGRAMS = ("unigrams", "bigrams", "trigrams")


def ngram_tables(ids: ArrayLike, V: int) -> list[np.ndarray]:
    """The probability of a token after none, one and two others: (V), (V, V) and (V, V, V).

    ids (R,) whole numbers below V, the training text. The last axis is the token that follows.
    After rare tokens a table relies on the one before it: all counts are raised by 5 times that
    table's probabilities, in the first table by 5 / V.
    """
    p, tables = np.full(V, 1 / V), []
    for n in range(1, len(NGRAMS) + 1):
        counts = np.zeros((V,) * n)
        np.add.at(counts, _windows(ids, n), 1)
        counts += 5 * p
        p = counts / counts.sum(-1, keepdims=True)
        tables.append(p)
    return tables


def ngram_losses(tables: Sequence[np.ndarray], ids: ArrayLike) -> dict[str, float]:
    """The mean loss of each table on another text, in nats per token: name -> loss."""
    return {
        name: float(-np.log(p[_windows(ids, n)]).mean())
        for n, (name, p) in enumerate(zip(NGRAMS, tables, strict=True), start=1)
    }


def _windows(ids, n):
    """Every n neighbours: n arrays, the first tokens of all windows, the second ones, ..."""
    ids = np.asarray(ids)
    return tuple(ids[k : len(ids) - n + 1 + k] for k in range(n))


class ScoreTable:
    """The result of score_table: a table on a page (Markdown), aligned text in a terminal."""

    def __init__(self, head, rows, note):
        self.head, self.rows, self.note = head, rows, note

    def __repr__(self):
        lines = [self.head, *self.rows]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        text = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in lines)
        return "\n".join([*text, self.note])

    def _repr_markdown_(self):
        lines = [self.head, ["---"] * len(self.head), *self.rows]
        return "\n".join([*(f"| {' | '.join(row)} |" for row in lines), "", self.note])


def score_table(
    scores: Mapping[str, Mapping[int, Sequence[float]]],
    baselines: Mapping[str, float],
    measure: str,
    digits: int = 2,
) -> ScoreTable:
    """Scores of trained networks beside their baselines, with steps and seeds; ends a cell.

    scores     name -> {steps of training: [one score for each seed]}. Several numbers of steps
               show how the scores develop, in one column each.
    baselines  name -> score of a predictor that is not trained; at least one.
    measure    the name and unit of the numbers, and which way is better, for example
               "nats per letter of unseen text, lower is better".

    Each entry is the median over the seeds, with the lowest and highest behind it. Raises
    ValueError where baseline, steps or seeds are missing, TypeError for scores of another form.
    """
    if not baselines:
        raise ValueError("expected at least one baseline to compare the scores with, got none")
    if not measure.strip():
        raise ValueError("expected measure to say what the numbers are, got an empty text")
    for name, curve in scores.items():
        if not isinstance(curve, Mapping):
            raise TypeError(
                f"expected scores[{name!r}] as {{steps: [one score for each seed]}}, got {curve!r}"
            )
        if not curve or not all(isinstance(steps, int) and steps > 0 for steps in curve):
            raise ValueError(f"expected steps of training above 0 for {name!r}, got {[*curve]}")
        counts = {len(found) for found in curve.values()}
        if len(counts) > 1 or counts == {0}:
            raise ValueError(
                f"expected one score of {name!r} for each seed at every number of steps, "
                f"got {', '.join(f'{len(found)} at {steps}' for steps, found in curve.items())}"
            )
    all_steps = sorted({steps for curve in scores.values() for steps in curve})

    def entry(found):
        middle = f"{np.median(found):,.{digits}f}"
        spread = f" ({min(found):,.{digits}f} to {max(found):,.{digits}f})"
        return middle + spread if len(found) > 1 else middle

    rows = [
        [name, "not trained", *[entry([score])] * len(all_steps)]
        for name, score in baselines.items()
    ]
    for name, curve in scores.items():
        seeds = str(len(next(iter(curve.values()))))
        rows.append([name, seeds, *(entry(curve[n]) if n in curve else "" for n in all_steps)])
    head = ["", "seeds", *(f"{steps:,} step{'s' * (steps > 1)}" for steps in all_steps)]
    several = any(len(found) > 1 for curve in scores.values() for found in curve.values())
    return ScoreTable(head, rows, measure + "; median (lowest to highest)" * several)
