"""Checks of the assignment `capstone`: a language model from one's own cell, trained and tried.

A model is a dict of tensors: E (V, E), W_ih (3H, E), W_hh (3H, H), b_ih and b_hh (3H), W_out
(V, H) and b_out (V). The truth is torch.nn.functional and torch's own GRU.
"""

import math
import time
from functools import cache, lru_cache

import numpy as np
import torch
from torch.nn import functional as F

from rnn_course import data
from rnn_course.checks import words
from rnn_course.checks.cases import Draw, case, edge
from rnn_course.checks.diagnosis import Diagnosis, named
from rnn_course.checks.oracles import layer_oracle
from rnn_course.checks.task import TASKS, Task, attempt, task

LETTERS = "abcdefghijklmnopqrstuvwxyz. "
BOUND = 3.0  # perplexity; the best that knows one letter only has 5.0, the sample solution 1.6
HALF = 0.5  # weights of this scale keep states well inside -1 .. 1


def drawn_model(draw, V, E, H):
    """Random weights of a model."""
    shapes = {"E": (V, E), "W_ih": (3 * H, E), "W_hh": (3 * H, H), "b_ih": (3 * H,)}
    shapes |= {"b_hh": (3 * H,), "W_out": (V, H), "b_out": (V,)}
    return {name: draw.weights(*shape) for name, shape in shapes.items()}


# ------------------------------------------------------------------------------ the data


def _cut_truth(ids, N, T):
    inputs, targets = zip(*data.streams(ids.numpy(), N, T), strict=True)
    return tuple(torch.stack([torch.tensor(x) for x in xs]) for xs in (inputs, targets))


@task(
    "streams(ids, N, T) -> (inputs, targets)",
    returns=("inputs: K T N | inputs", "targets: K T N | targets"),
    oracle=_cut_truth,
    section="training/first",
    shares={"inputs": 0.4, "targets": 0.4, "edges": 0.2},
)
def streams(draw):
    """All chunks of N streams, T steps each: inputs and targets, each (K, T, N)."""
    N, T, V = draw.sizes(3)
    for K, left_over in ((3, N * (T - 1)), (4, N)):
        ids = torch.arange(K * N * T + left_over) * 7 % 31 + draw.whole(0, 5)
        yield case(ids, N, T, note=f"N={N}, T={T}, {len(ids)} letters")
    yield edge("letters enough for one chunk exactly", ids[: N * T + 1], N, T)
    yield edge("one letter too few for a second chunk", ids[: 2 * N * T], N, T)


# ----------------------------------------------------------------------------- the model


def _gru(xs, h, p):
    output, h_n = layer_oracle("GRU")(xs, h, p["W_ih"], p["W_hh"], p["b_ih"], p["b_hh"])
    return output, h_n


def model_truth(ids, h, p):
    """torch's GRU between an embedding and a linear layer."""
    output, h = _gru(F.embedding(ids, p["E"]), h, p)
    return F.linear(output, p["W_out"], p["b_out"]), h


@task(
    "read(ids, h, p) -> (logits, h)",
    returns=("logits: T N V", "h: N H | states"),
    oracle=model_truth,
    section="training/first",
    shares={"forward": 0.7, "states": 0.3, "edges": 0.0},
)
def read(draw):
    """The logits (T, N, V) and the last state (N, H) of the model on ids (T, N)."""
    T, N, V, E, H = draw.sizes(5)
    p, h = drawn_model(draw, V, E, H), draw.normal(N, H, scale=HALF)
    ids = draw.tokens(V, T, N)
    yield case(ids, h, p)
    yield edge("one time step", ids[:1], h, p)


# ------------------------------------------------------------------------------ the loss


def _loss_truth(logits, targets):
    return F.cross_entropy(logits.flatten(0, -2), targets.flatten())


@task(
    "cross_entropy(logits, targets) -> loss",
    returns="loss:",
    oracle=_loss_truth,
    section="training/tiny",
    shares={"forward": 0.7, "edges": 0.3},
    forbids=("cross_entropy", "cross_entropy_loss", "nll_loss", "nll_loss_nd"),
)
def cross_entropy(draw):
    """The mean of -log p(target) over all places, in nats."""
    T, N, V = draw.sizes(3)
    logits, targets = draw.normal(T, N, V, scale=2.0), draw.tokens(V, T, N)
    yield case(logits, targets)
    yield edge("logits around 1000", 1000 + logits, targets)


# --------------------------------------------------------------------------- the training


def _train(inputs, targets, h, p, lr, max_norm):
    """SGD over the chunks by autograd, clipped, the state carried and detached."""
    losses = []
    for x, y in zip(inputs, targets, strict=True):
        leaves = {k: v.detach().requires_grad_() for k, v in p.items()}
        logits, h = model_truth(x, h.detach(), leaves)
        losses.append(_loss_truth(logits, y))
        gradients = torch.autograd.grad(losses[-1], list(leaves.values()))
        norm = math.sqrt(sum(float((d**2).sum()) for d in gradients))
        step = lr * min(1.0, max_norm / norm)
        p = {k: v - step * d for (k, v), d in zip(p.items(), gradients, strict=True)}
    return p, torch.stack(losses).detach(), h.detach()


WEIGHTS = {
    "E": "E: V E [free]",
    "W_ih": "W_ih: 3H E [free]",
    "W_hh": "W_hh: 3H H [free]",
    "b_ih": "b_ih: 3H [free]",
    "b_hh": "b_hh: 3H [free]",
    "W_out": "W_out: V H [free]",
    "b_out": "b_out: V [free]",
}


@task(
    "train(inputs, targets, h, p, lr, max_norm) -> (p, losses, h)",
    returns=(WEIGHTS, "losses: K [free] | losses", "h: N H [free] | states"),
    oracle=_train,
    section="training/carry",
    shares={"forward": 0.6, "losses": 0.25, "states": 0.15, "edges": 0.0},
    forbids=(),
)
def train(draw):
    """SGD over the chunks, clipped, with the state carried over and detached."""
    K, T, N, V, E, H = draw.sizes(6)
    p = {k: HALF * v for k, v in drawn_model(draw, V, E, H).items()}
    h = draw.normal(N, H, scale=HALF)
    ids = draw.tokens(V, K, T, N)
    targets = torch.full_like(ids, V - 1)  # one surprise, so that the gradients shrink on the way
    for bound, note in ((0.7, "the first gradients are clipped"), (1e6, "nothing is clipped")):
        yield case(ids, targets, h, p, 0.5, bound, note=note)
    yield edge("one chunk", ids[:1], targets[:1], h, p, 0.5, 0.1)


# --------------------------------------------------------------------------- the judging


def _perplexity(ids, p):
    """exp of the mean loss over one long stream, from a zero state."""
    h = p["W_hh"].new_zeros(1, p["W_hh"].shape[1])
    logits, _ = model_truth(ids[:-1, None], h, p)
    return _loss_truth(logits, ids[1:, None]).exp()


@task(
    "perplexity(ids, p) -> number",
    returns="number:",
    oracle=_perplexity,
    section="training/baseline",
    forbids=(),
)
def perplexity(draw):
    """exp of the mean loss on ids (R), read as one stream from a zero state."""
    R, V, E, H = draw.sizes(4)
    yield case(draw.tokens(V, 3 * R), drawn_model(draw, V, E, H))
    yield edge("two letters", draw.tokens(V, 2), drawn_model(draw, V, E, H))


# -------------------------------------------------------------------------- the speaking


def _sample_truth(start, u, temperature, p):
    """Inverse sampling: the first letter whose cumulated probability exceeds u."""
    h = p["W_hh"].new_zeros(1, p["W_hh"].shape[1])
    logits, h = model_truth(start[:, None], h, p)
    drawn = []
    for number in u:
        sums = (logits[-1, 0] / temperature).softmax(0).cumsum(0)
        drawn.append(int((sums <= number).sum().clamp(max=len(sums) - 1)))
        logits, h = model_truth(torch.tensor([[drawn[-1]]]), h, p)
    return torch.tensor(drawn)


def letters(
    start,
    u,
    temperature,
    p,
    cool=lambda z, t: z / t,
    feed=True,
    carry=True,
    read=lambda start: start,
    after=lambda h: h,
    pick=lambda sums, number: int((sums <= number).sum()),
):
    """(drawn letters, how near a number of u came to one of the running sums)."""
    inputs = p["E"] @ p["W_ih"].T + p["b_ih"]  # of each letter
    H = p["W_hh"].shape[1]

    def step(letter, h):
        a, b = inputs[letter], p["W_hh"] @ h + p["b_hh"]
        r, z = np.split(1 / (1 + np.exp(-a[: 2 * H] - b[: 2 * H])), 2)
        return (1 - z) * np.tanh(a[2 * H :] + r * b[2 * H :]) + z * h

    h = h0 = np.zeros(H)
    for letter in read(start):
        h = step(letter, h)
    drawn, nearest, logits = [], 1.0, p["W_out"] @ h + p["b_out"]
    h = after(h)
    for number in u:
        cooled = cool(logits, temperature)
        weights = np.exp(cooled - cooled.max())
        sums = np.cumsum(weights / weights.sum())
        nearest = min(nearest, np.abs(sums[:-1] - number).min())
        drawn.append(min(pick(sums, number), len(sums) - 1))
        h = step(drawn[-1] if feed else start[-1], h if carry else h0)
        logits = p["W_out"] @ h + p["b_out"]
    return drawn, nearest


SLIPS = (  # that a case of `sample` must be able to tell; those that are hard to tell first
    dict(read=lambda start: start[1:]),
    dict(read=lambda start: [*start, start[-1]]),
    dict(read=lambda start: start[:-1]),
    dict(read=lambda start: start[::-1]),
    dict(read=lambda start: start[-1:]),
    dict(after=lambda h: 0 * h),
    dict(feed=False),
    dict(carry=False),
    dict(pick=lambda sums, number: int(np.diff(sums, prepend=0).argmax())),
    dict(pick=lambda sums, number: int((sums <= 1 - number).sum())),
)
COOLING = (dict(cool=lambda z, t: z), dict(cool=lambda z, t: z * t), dict(cool=lambda z, t: z - t))
LEAST_LETTERS = 3


@task(
    "sample(start, u, temperature, p) -> ids",
    returns="ids: L",
    oracle=_sample_truth,
    against="the course",
    section="training/sampling",
    forbids=(),
)
def sample(draw):
    """One letter for each number of u, (L), drawn from the model after it has read `start`."""
    yield from sample_cases(draw.generator.initial_seed(), draw.hidden)


@lru_cache(maxsize=8)  # it takes a tenth of a second
def sample_cases(seed, hidden):
    draw = Draw(seed, hidden)
    S, E, H = draw.sizes(3)
    V = 7 + draw.whole(0, 3)
    made = [
        case(*telling(draw, S, V, E, H, temperature), note=f"temperature {temperature}")
        for temperature in (1.0, 0.4, 2.5)
    ]
    p = {name: torch.zeros_like(weight) for name, weight in drawn_model(draw, 4, E, H).items()}
    u = torch.tensor([(k % 4) / 4 for k in draw.order(8)], dtype=torch.float64)
    met = "letters equally likely, numbers of u that a running sum meets exactly"
    return [*made, edge(met, draw.tokens(4, S), u, 1.0, p)]


def telling(draw, S, V, E, H, temperature):
    """start (S), u (24), the temperature and a model, drawn so that each of SLIPS draws other
    letters, and no number of u is so near to a running sum that rounding decides."""
    slips = SLIPS if temperature == 1 else SLIPS + COOLING
    while True:
        p = {name: 2.5 * weight for name, weight in drawn_model(draw, V, E, H).items()}
        p |= {"W_out": temperature * p["W_out"], "b_out": 0.4 * temperature * p["b_out"]}
        start = draw.tokens(V, S)
        start[-1] = (start[0] + 1) % V
        u = torch.tensor([draw.whole(1, 256) / 256 for _ in range(24)], dtype=torch.float64)
        given = start.numpy(), u.numpy(), temperature, {k: w.numpy() for k, w in p.items()}
        right, nearest = letters(*given)
        apart = (np.not_equal(right, letters(*given, **slip)[0]).sum() for slip in slips)
        if nearest > 2e-4 and all(differing >= LEAST_LETTERS for differing in apart):
            return start, u, temperature, p


# --------------------------------------------------------------------------- the real one


@cache
def small_text(seed, sentences=1500):
    """Letters (R,) as numbers below 28: sentences from the little world, with full stops."""
    text = "".join(" ".join(words) + ". " for words in data.small_world(sentences, seed))
    return torch.tensor([LETTERS.index(c) for c in text])


class Trained(Task):
    """The check of a training: what counts is the perplexity of the weights on unseen text.

    Trainings differ, so there is nothing to compare the weights with; there is only a bound.
    The shapes are those of the weights that the training started from, case.args[1].
    """

    has_answer = False  # no two trainings end at the same weights

    def verdict(self, function, hidden=False):
        if isinstance(function, type) or not callable(function):
            return words.not_a_function(self, function)
        reached, trials, begun = [], [], time.process_time()
        for case_ in self.cases() + (self.cases(True) if hidden else []):
            trial, _ = self.run(function, case_)
            seconds = (time.process_time() - begun) / (len(reached) + 1)
            if not reached and words.is_undone(trial):
                return words.undone(self, trial)
            wrong = [f for f in trial.findings if f.kind not in ("right", "numbers", "nan")]
            if trial.trouble or wrong:
                parts = {"forward": (False, 1.0)}
                return words.failed(self, [trial], parts, 0.0, Diagnosis())
            p = {k: torch.as_tensor(v).detach().double() for k, v in trial.answer.items()}
            trials.append(trial)
            reached.append(float(_perplexity(small_text(900, 60), p)))
            if not reached[-1] <= BOUND:
                break
        names = () if reached[-1] <= BOUND else attempt(lambda: named(self, trials[:1]), ())
        return self.say(reached, seconds, names)

    def say(self, reached, seconds=0.0, mistakes=()):
        """The verdict on the perplexities that were reached, each in so many seconds."""
        right = reached[-1] <= BOUND
        message = words.Message(self.name, "right" if right else "wrong")
        message.say(f"{self.name}: {'right' if right else 'not right yet'}.", "head")
        found = ", ".join(f"{x:.2f}" for x in reached)
        message.say(f"Perplexity on unseen text: {found}. At most {BOUND} is asked for.")
        for mistake in mistakes:
            message.say(mistake.words)
        if not right and reached[-1] < 7:
            message.say("A table of counted pairs reaches about 5, without any memory.")
            message.say("Does your training carry the state on, and are there enough steps?")
        elif not right and not mistakes:
            message.say(
                "Does the loss fall at all? Print it; try another learning rate, with clipping."
            )
        if seconds >= 0.5:  # in the judge it is another process that trains
            message.say(_time_taken(seconds))
        share = float(right)
        where = () if right else (self.section,)
        return words.verdict(message, share, mistakes, {"forward": (right, 1.0)}, where)


GRADED_SECONDS, GRADED_CALLS = 30, 3  # autograde/limits.py; the visible check and the hidden one


def _time_taken(seconds):
    """How long the training took, and whether that is near what the grader allows."""
    said = f"Your training took {seconds:.1f} s of processor time. When it is graded, "
    said += f"it runs {GRADED_CALLS} times and may take {GRADED_SECONDS} s in all"
    if GRADED_CALLS * seconds > GRADED_SECONDS:
        return said + ": this is too long. Take fewer steps."
    if GRADED_CALLS * seconds > 0.6 * GRADED_SECONDS:
        return said + ": this comes close to it, so fewer steps would be safer."
    return said + "."


def learn_cases(draw):
    """Weights for which the perplexity on unseen text is at most 3."""
    V, E, H = len(LETTERS), 16, 48
    bound = H**-0.5
    p = {k: bound / 0.9 * v for k, v in drawn_model(draw, V, E, H).items()}
    yield case(small_text(draw.whole(0, 100)), p)


TASKS["learn"] = Trained(
    "learn",
    "learn(ids, p) -> p",
    {name: axes.removesuffix(" [free]") for name, axes in WEIGHTS.items()},  # parameters will do
    learn_cases,
    lambda ids, p: p,
    "training/clipping",
    learn_cases.__doc__,
    {"forward": 1.0},
    (),
)
