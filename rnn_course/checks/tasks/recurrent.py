"""The cases that all recurrent tasks share: one step of a cell, and one layer over time."""

from rnn_course.checks.cases import case, edge


def weights(draw, gates, I, H):
    """W_ih (gates*H, I), W_hh (gates*H, H), b_ih, b_hh (gates*H)."""
    G = gates * H
    return draw.weights(G, I), draw.weights(G, H), draw.weights(G), draw.weights(G)


def cell_cases(draw, gates, states):
    """x (N, I), state h (N, H) or (h, c), and the four weights."""
    N, I, H = draw.sizes(3)
    w = weights(draw, gates, I, H)
    x, state = draw.normal(N, I), [draw.normal(N, H) for _ in range(states)]
    yield case(x, one_or_tuple(state), *w)
    yield edge("one row in the batch", x[:1], one_or_tuple([s[:1] for s in state]), *w)
    views = [view(s) for s in state]
    yield edge("inputs that are transposed views", view(x), one_or_tuple(views), *w)


def layer_cases(draw, gates, states):
    """xs (T, N, I), state h0 (N, H) or (h0, c0), and the four weights."""
    T, N, I, H = draw.sizes(4)
    w = weights(draw, gates, I, H)
    xs, state = draw.normal(T, N, I), [draw.normal(N, H) for _ in range(states)]
    yield case(xs, one_or_tuple(state), *w)
    yield edge("one time step", xs[:1], one_or_tuple(state), *w)
    yield edge("one row in the batch", xs[:, :1], one_or_tuple([s[:1] for s in state]), *w)
    views = [view(s) for s in state]
    yield edge("inputs that are transposed views", view(xs), one_or_tuple(views), *w)


def one_or_tuple(states):
    """What a student's function gets as state: h for one, (h, c) for two."""
    return states[0] if len(states) == 1 else tuple(states)


def view(x):
    """The same numbers in other places of memory, so that `view` alone does not work on it."""
    return x.transpose(0, 1).contiguous().transpose(0, 1)
