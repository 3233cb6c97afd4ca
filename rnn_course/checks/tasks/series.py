"""Checks of the assignment `series`: windows, scaling, a split in time, forecasts and their errors.

The truth is a few lines of torch's indexing and torch.corrcoef. A mistake here is one of hours: so
the hours around each border are always in the cases, and what lies behind it is of another size.
"""

import torch

from rnn_course.checks.cases import case, edge
from rnn_course.checks.task import task

NOISE = 1e-5  # a difference that is only rounding
FEATURES = (
    "last week", "day before", "scaled", "smooth", "trend", "average", "spread", "largest",
    "filled", "holiday",
)  # fmt: skip

# ---------------------------------------------------------------------------- windows and scaling


def _windows(series, W, A):
    both = series.unfold(0, W + A, 1)
    return both[:, :W], both[:, W:]


@task(
    "windows(series, W, A) -> (inputs, targets)",
    returns=("inputs: N W | inputs", "targets: N A | targets"),
    oracle=_windows,
    against="the course",
    section="series/split",
    shares={"inputs": 0.3, "targets": 0.5, "edges": 0.2},
)
def windows(draw):
    """All windows of W hours, and the A hours that follow each of them."""
    N, *both = draw.sizes(3)
    A, W = sorted(both)
    N += W + A  # windows that do not overlap are still several
    yield case(draw.normal(N + W + A - 1), W, A)
    yield case(draw.normal(N + W + A - 1), A, W, note="more hours ahead than in the window")
    yield edge("one window", draw.normal(W + A), W, A)
    yield edge("one hour in the window", draw.normal(N + A), 1, A)
    yield edge("one hour ahead", draw.normal(N + W), W, 1)


def _scale(series, past):
    std, mean = torch.std_mean(series[:past], 0, correction=0)
    return (series - mean) / std, mean, std


def drifting(draw, T, I, past):  # noqa: E741
    """A series (T, I) of features in different units; what is not past is larger and wider."""
    series = 3 * draw.normal(I) + (0.5 + 3 * draw.normal(I).abs()) * draw.normal(T, I)
    series[past:] = 2.5 * series[past:] + 4
    return series


@task(
    "scale(series, past) -> (scaled, mean, std)",
    returns=("scaled: T I | scaled", "mean: I | numbers", "std: I | numbers"),
    oracle=_scale,
    section="series/split",
    shares={"scaled": 0.5, "numbers": 0.3, "edges": 0.2},
)
def scale(draw):
    """The series, scaled by the mean and the standard deviation of its first hours."""
    for note in ("", "another series"):
        more, past, I = draw.sizes(3)  # noqa: E741
        past += 3
        yield case(drifting(draw, past + more, I, past), past, note=note)
    yield edge("one feature", drifting(draw, past + more, 1, past), past)
    yield edge("everything is past", drifting(draw, past, I, past), past)


def some_std(draw, I):  # noqa: E741
    return 0.5 + draw.normal(I).abs()


@task(
    "unscale(values, mean, std, k) -> forecast",
    returns="forecast: N A",
    oracle=lambda values, mean, std, k: values * std[k] + mean[k],
    against="the course",
    section="series/split",
)
def unscale(draw):
    """Scaled values of feature k, back in its units."""
    N, A, I = draw.sizes(3)  # noqa: E741
    for hours, note in ((I, "as many hours ahead as features"), (A, "")):
        k = draw.whole(1, I - 1)  # neither the first nor the last
        yield case(draw.normal(N, hours), 3 * draw.normal(I), some_std(draw, I), k, note=note)
    yield edge("one feature", draw.normal(N, A), 3 * draw.normal(1), some_std(draw, 1), 0)
    yield edge("one number", draw.normal(1, 1), 3 * draw.normal(I), some_std(draw, I), I - 1)


# ------------------------------------------------------------------------------- a split in time


def _split(starts, A, first, second):
    starts = starts.tolist()
    train = [s for s in starts if s + A <= first]
    validation = [s for s in starts if first <= s and s + A <= second]
    return train, validation, [s for s in starts if second <= s]


@task(
    "split_in_time(starts, A, first, second) -> (train, validation, test)",
    returns=("train", "validation", "test"),
    oracle=_split,
    against="the course",
    section="series/split",
)
def split_in_time(draw):
    """The starts whose future lies in the first part, in the second, in the third."""
    for note in ("", "other parts", "more hours ahead"):
        begin, A = 3 + draw.whole(0, 5), 3 + draw.whole(0, 3) + 2 * (note == "more hours ahead")
        first = begin + 3 * A + draw.whole(0, 4)
        second = first + 2 * A + 1 + draw.whole(0, 4)
        yield case(torch.arange(begin, second + A + 2), A, first, second, note=note)
    others = torch.arange(first % 2, second + A, 2)  # both borders are hit, or missed by one
    yield edge("every other hour", others, A, first, second)
    yield edge("one hour ahead", torch.arange(begin, second + 3), 1, first, second)


# ------------------------------------------------------------------------------- naive forecasts


@task(
    "naive(series, starts, A, period) -> forecast",
    returns="forecast: N A",
    oracle=lambda series, starts, A, period: series[
        starts.unsqueeze(1) - period + torch.arange(A) % period
    ],
    against="the course",
    section="series/naive",
)
def naive(draw):
    """For each hour ahead the last known value of the same hour of the period."""
    N = 3 + draw.whole(0, 3)
    short = 3 + draw.whole(0, 2)
    A = 2 * short + 1
    for period, note in (
        (short, "a period shorter than the forecast"),
        (1, "as it is now"),
        (A + 2, "a period longer than the forecast"),
    ):
        starts = drawn_starts(draw, N, A + 2)
        yield case(draw.normal(int(starts[-1]) + A), starts, A, period, note=note)
    edges = torch.tensor([A + 4])
    yield edge("from the end of the series on", draw.normal(A + 4), edges, A, short)
    yield edge("one hour ahead", draw.normal(int(starts[-1]) + 1), starts, 1, short)


def drawn_starts(draw, N, least):
    """N ascending hours, the first at least `least`, with different gaps."""
    gaps = torch.tensor([least + draw.whole(0, 3), *(1 + draw.whole(0, 3) for _ in range(N - 1))])
    return gaps.cumsum(0)


@task(
    "error_by_hour(forecast, truth, std) -> errors",
    returns="errors: A",
    oracle=lambda forecast, truth, std: (forecast - truth).abs().mean(0) * std,
    against="the course",
    section="series/hours",
)
def error_by_hour(draw):
    """The mean absolute error of each hour ahead, in the units of the data."""
    N, A = draw.sizes(2)
    for windows, note in ((N, ""), (A, "as many windows as hours ahead")):
        std = 1.5 + 0.25 * draw.whole(0, 8)
        yield case(*off(draw, windows, A), std, note=note)
    yield edge("one window", *off(draw, 1, A), 2.5)
    yield edge("one hour ahead", *off(draw, N, 1), 2.5)


def off(draw, N, A):
    """A forecast and a truth (N, A); the errors grow with the hours, and have both signs."""
    truth, growing = draw.normal(N, A), 1 + 0.3 * torch.arange(A).double()
    return truth + growing * draw.normal(N, A), truth


# ------------------------------------------------------------------------------ many steps ahead


def _feed_back(xs, later, weights, bias):
    found = []
    for k in range(later.shape[1]):
        found.append(torch.einsum("nwi,wi->n", xs, weights) + bias)
        x = torch.cat([found[-1].unsqueeze(1), later[:, k, 1:]], 1)
        xs = torch.cat([xs[:, 1:], x.unsqueeze(1)], 1)
    return torch.stack(found, 1)


@task(
    "feed_back(xs, later, weights, bias) -> forecast",
    returns="forecast: N A",
    oracle=_feed_back,
    against="the course",
    section="series/feedback",
)
def feed_back(draw):
    """A forecast hour by hour, by a linear model that reads its own answers."""
    N, W, A, I = draw.sizes(4)  # noqa: E741
    for note in ("", "another model"):
        yield case(*fed(draw, N, W, A, I), note=note)
    yield edge("A = 1", *fed(draw, N, W, 1, I))
    yield edge("W = 1", *fed(draw, N, 1, A, I))
    yield edge("no feature but the demand", *fed(draw, N, W, A, 1))


def fed(draw, N, W, A, I):  # noqa: E741
    """Windows, the hours that follow, and a model whose answers neither grow nor die out."""
    weights = draw.weights(W, I)
    weights[:, 0] = 0.9 * weights[:, 0] / weights[:, 0].abs().sum()
    return draw.normal(N, W, I), draw.normal(N, A, I), weights, 0.5 + 0.125 * draw.whole(0, 8)


# ------------------------------------------------------------------------------------ detectives


def _shift(forecast, truth, most):
    found = torch.stack([_correlation(forecast, truth, s) for s in range(most + 1)])
    return int(found.argmax()), found


def _correlation(forecast, truth, s):
    return torch.corrcoef(torch.stack([forecast[s:], truth[: len(truth) - s]]))[0, 1]


@task(
    "best_shift(forecast, truth, most) -> (shift, correlations)",
    returns=("shift | shift", "correlations: M | correlations"),
    oracle=_shift,
    against="the course",
    section="series/fooled",
    shares={"shift": 0.3, "correlations": 0.5, "edges": 0.2},
)
def best_shift(draw):
    """By how many hours a forecast trails behind the truth, and the correlation of each shift."""
    for s, most, note in ((2, 4, ""), (1, 3, "a shadow of the last value"), (0, 3, "no shadow")):
        yield case(*trailing(draw, s, most), most, note=note)
    yield edge("the largest shift", *trailing(draw, 3, 3), 3)
    yield edge("no shift allowed", *trailing(draw, 1, 0), 0)
    yield edge("a correlation far below 0 among them", *opposite(draw), 3)


def trailing(draw, s, most):
    """A forecast and a truth; the forecast is the truth s hours before, and a little besides.

    The correlation at shift s leads clearly, and so it does if the hours wrap around.
    """
    T = 14 + draw.whole(0, 4)
    while True:
        truth = 0.5 * draw.normal(T).cumsum(0) + draw.normal(T) + 2
        forecast = torch.cat([truth[:1].expand(s), truth[: T - s]]) + 0.3 * draw.normal(T)
        found = _shift(forecast, truth, max(most, s, 1))[1]
        others = found[torch.arange(len(found)) != s]
        if found[s] > others.max() + 0.1:
            return forecast, truth


def opposite(draw):
    """A forecast that goes down where the truth went up an hour before, twice as far; the truth
    goes up and down by turns. So r_1 is near -1, and another one leads."""
    T = 16 + draw.whole(0, 4)
    while True:
        truth = 2 * alternating(T) + draw.normal(T) + 2
        forecast = 9 - 2 * torch.cat([truth[:1], truth[:-1]]) + 0.3 * draw.normal(T)
        found = _shift(forecast, truth, 3)[1]
        first, second = found.sort(descending=True).values[:2]
        if first > second + 0.1 and found[1] < -first - 0.05:
            return forecast, truth


def _saw(features, changed, past):
    def differs(name):
        return ((features[name] - changed[name])[:past].abs() > 1e-3).any()

    return [name for name in features if differs(name)]


@task(
    "saw_the_future(features, changed, past) -> names",
    returns="names",
    oracle=_saw,
    against="the course",
    section="series/leaks",
)
def saw_the_future(draw):
    """The features that change before hour `past` when the series is changed from there on."""
    for note in ("", "other features", "features in another order"):
        yield case(*some_features(draw, LEAKS), note=note)
    honest = [kind for kind in LEAKS if kind.startswith("honest")]
    yield edge("none saw it", *some_features(draw, honest))
    yield edge("all saw it", *some_features(draw, [k for k in LEAKS if k not in honest]))
    features, changed, past = some_features(draw, ["honest", "only the first hour", "up and down"])
    # one change of 0.003, and two of 0.0018
    large = {name: x + 3e3 for name, x in features.items()}
    small = {name: x + 0.006 * (changed[name] - features[name]) for name, x in large.items()}
    yield edge("small changes of large numbers", large, small, past, dtype=torch.float64)


LEAKS = {  # what is added before hour `past`; how many hours at the beginning are nan; and from
    # how many hours after `past` on the feature changes anyway (None: it does not)
    "honest": (torch.zeros, 0, 0),
    "honest, the hour before": (torch.zeros, 1, 1),
    "honest, from two hours on": (torch.zeros, 0, 2),
    "honest, a few hours to begin with": (torch.zeros, 2, 0),
    "honest but for rounding": (lambda past: NOISE * alternating(past), 0, 0),
    "everywhere, a little less": (lambda past: torch.full((past,), -0.05), 0, 0),
    "only the last hour": (lambda past: -0.5 * at(past, past - 1), 0, 0),
    "only the first hour": (lambda past: 0.5 * at(past, 0), 0, None),
    "up and down": (lambda past: 0.3 * (at(past, past - 2) - at(past, past - 3)), 0, 0),
    "after a few hours": (lambda past: 0.2 * (at(past, past - 1) + at(past, past - 2)), 2, 0),
}


def at(past, t):
    return (torch.arange(past) == t).double()


def alternating(past):
    return 1.0 - 2.0 * (torch.arange(past) % 2)


def some_features(draw, kinds):
    """A feature of each kind, in a drawn order, computed before and after the change; past."""
    past = 6 + draw.whole(0, 4)
    T = past + 3 + draw.whole(0, 3)
    kinds, features, changed = list(kinds), {}, {}
    names = [FEATURES[k] for k in draw.order(len(FEATURES))]
    for name, k in zip(names, draw.order(len(kinds)), strict=False):
        added, unknown, after = LEAKS[kinds[k]]
        x = draw.normal(T)
        x[:unknown] = torch.nan
        later = 0.5 + draw.normal(T - past).abs()
        later[: len(later) if after is None else after] = 0
        features[name], changed[name] = x, x + torch.cat([added(past), later])
    return features, changed, past
