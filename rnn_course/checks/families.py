"""Mistakes that can be made in any task: made from nothing but its signature and its results.

A result can have the wrong sign, the wrong scale, its axes exchanged, its rows in another order;
an argument can be left out, taken for another one, or be read transposed. So every task has a
catalogue from the start, and what its author adds are the mistakes that need to be thought of.
"""

from itertools import combinations

import numpy as np

from rnn_course.checks.compare import Leaf
from rnn_course.checks.mistakes import Mistake, flipped, softmax
from rnn_course.checks.places import AXES
from rnn_course.checks.signature import names_and_paths
from rnn_course.ops import sigmoid, tanh

# ------------------------------------------------------------------------------ results


def of_results(returns):
    """What can be wrong with what comes back."""
    found = list(leaf_paths(returns))
    for path, leaf in found:
        for name, said, change in leaf_changes(leaf):
            yield Mistake(
                f"{leaf.name}-{name}",
                f"`{leaf.name}` {said}.",
                result=lambda r, path=path, change=change: put(r, path, change(get(r, path))),
            )
    for (p, one), (q, two) in combinations(found, 2):
        yield Mistake(
            f"{one.name}-and-{two.name}-exchanged",
            f"`{one.name}` and `{two.name}` are exchanged in what is returned.",
            result=lambda r, p=p, q=q: put(put(r, p, get(r, q)), q, get(r, p)),
        )
        for (a, first), (b, second) in (((p, one), (q, two)), ((q, two), (p, one))):
            yield Mistake(
                f"{first.name}-returned-as-{second.name}",
                f"`{first.name}` is returned in the place of `{second.name}`.",
                result=lambda r, a=a, b=b: put(r, b, get(r, a)),
            )
        yield from taken_from(p, one, q, two)
        yield from taken_from(q, two, p, one)
    if isinstance(returns, tuple):
        yield Mistake(
            "results-reversed",
            "The results are returned in reversed order.",
            result=lambda r: tuple(r)[::-1],
        )
        for k, part in enumerate(returns):
            name = Leaf.read(part).name if isinstance(part, str) else f"part {k + 1}"
            yield Mistake(
                f"only-{name}-returned",
                f"Only `{name}` is returned; {len(returns)} results are wanted.",
                result=lambda r, k=k: r[k],
            )
            yield Mistake(
                f"{name}-not-returned",
                f"`{name}` is not returned.",
                result=lambda r, k=k: r[:k] + r[k + 1 :],
            )


def taken_from(p, one, q, two):
    """The result at q, cut out of the one at p."""
    cuts = {
        "the-end-of": ("its last rows", lambda x, like: x[-len(like) :]),
        "the-start-of": ("its first rows", lambda x, like: x[: len(like)]),
        "the-last-of": ("its last entry", lambda x, like: x[-1]),
        "the-first-of": ("its first entry", lambda x, like: x[0]),
        "the-last-column-of": ("its last entry along the second axis", lambda x, like: x[:, -1]),
    }
    for name, (said, cut) in cuts.items():
        yield Mistake(
            f"{two.name}-is-{name}-{one.name}",
            f"`{two.name}` is cut out of `{one.name}`: {said}.",
            result=lambda r, cut=cut: put(r, q, cut(_numbers(get(r, p)), _numbers(get(r, q)))),
        )


def leaf_changes(leaf):
    """(name, words, change) for one result. A change gets an array or a plain value."""
    whole = array_changes()
    if not leaf.axes:  # a number, or a list of numbers
        whole = (*whole, *axis_changes(0, "entries", ("entry", "entries")))
    for name, said, change in whole:
        yield name, said, lambda x, change=change: _as_it_was(x, change(_numbers(x)))
    n = len(leaf.axes)
    for j, k in combinations(range(n), 2):
        a, b = leaf.axes[j], leaf.axes[k]
        yield (
            f"axes-{a}-{b}-exchanged".replace("?", "x"),
            f"has its axes {a} and {b} exchanged; it is ({', '.join(leaf.axes)})",
            lambda x, j=j, k=k: _numbers(x).swapaxes(j, k),
        )
        yield (
            f"axes-{a}-{b}-viewed".replace("?", "x"),
            f"is brought into its shape by a view in which {a} and {b} are mixed; transpose",
            lambda x, j=j, k=k: np.ascontiguousarray(_numbers(x).swapaxes(j, k)).reshape(x.shape),
        )
    for k, axis in enumerate(leaf.axes):
        word = AXES.get(axis, (f"axis {axis}", f"axis {axis}"))
        for name, said, change in axis_changes(k, axis, word):
            yield name, said, lambda x, change=change: change(_numbers(x))


def array_changes():
    return (
        ("negative", "has the wrong sign", lambda x: -x),
        ("zero", "is zero everywhere", lambda x: 0 * x),
        ("doubled", "is twice what it should be", lambda x: 2 * x),
        ("halved", "is half of what it should be", lambda x: x / 2),
        ("squared", "is squared", lambda x: x**2),
        ("root", "is the square root of what it should be", lambda x: x**0.5),
        ("absolute", "has lost its sign", np.abs),
        ("plus-one", "is one too large", lambda x: x + 1),
        ("minus-one", "is one too small", lambda x: x - 1),
        ("one-minus", "is 1 minus what it should be", lambda x: 1 - x),
        ("inverse", "is 1 divided by what it should be", lambda x: 1 / x),
        ("through-tanh", "goes through tanh once too often", tanh),
        ("through-sigmoid", "goes through a sigmoid once too often", sigmoid),
        ("through-relu", "goes through relu", lambda x: np.maximum(x, 0)),
        ("through-softmax", "goes through a softmax", softmax),
        ("exponential", "is the exponential of what it should be", np.exp),
        ("logarithm", "is the logarithm of what it should be", np.log),
        ("cut-to-whole", "is cut off to whole numbers", np.trunc),
        ("rounded", "is rounded to whole numbers", np.round),
        ("flat", "is flattened to one axis", lambda x: x.reshape(-1)),
        ("total", "is summed to one number", np.sum),
        ("mean", "is averaged to one number", np.mean),
        ("reversed-axes", "is transposed", lambda x: x.T if x.ndim > 1 else _no()),
        ("with-an-axis-in-front", "has one axis too many in front", lambda x: x[None]),
        ("with-an-axis-behind", "has one axis too many at the end", lambda x: x[..., None]),
    )


def axis_changes(k, axis, word):
    """What can be wrong along one axis k, called `axis`; word: (one, several)."""
    one, several = word
    short = axis.replace("?", "x")

    def moved(x, by):
        y = np.roll(x, by, k)
        edge = [slice(None)] * x.ndim
        edge[k] = 0 if by > 0 else -1
        y[tuple(edge)] = 0
        return y

    def part(x, which):
        return np.take(x, [which], k)

    yield f"{short}-reversed", f"has its {several} in reversed order", lambda x: np.flip(x, k)
    yield f"{short}-divided", f"is divided by the number of {several}", lambda x: x / x.shape[k]
    yield (
        f"{short}-multiplied",
        f"is multiplied by the number of {several}",
        lambda x: x * x.shape[k],
    )
    yield f"{short}-one-late", f"stands one {one} too late", lambda x: moved(x, 1)
    yield f"{short}-one-early", f"stands one {one} too early", lambda x: moved(x, -1)
    yield f"{short}-rolled", f"is rolled on by one {one}", lambda x: np.roll(x, 1, k)
    yield f"{short}-rolled-back", f"is rolled back by one {one}", lambda x: np.roll(x, -1, k)
    yield f"{short}-summed", f"is summed over the {several}", lambda x: x.sum(k)
    yield f"{short}-averaged", f"is averaged over the {several}", lambda x: x.mean(k)
    yield (
        f"{short}-sum-everywhere",
        f"is the same for all {several}: their sum",
        lambda x: 0 * x + x.sum(k, keepdims=True),
    )
    yield (
        f"{short}-mean-everywhere",
        f"is the same for all {several}: their mean",
        lambda x: 0 * x + x.mean(k, keepdims=True),
    )
    yield (
        f"{short}-first-everywhere",
        f"is the same for all {several}: the first one's",
        lambda x: 0 * x + part(x, 0),
    )
    yield (
        f"{short}-last-everywhere",
        f"is the same for all {several}: the last one's",
        lambda x: 0 * x + part(x, -1),
    )
    yield f"{short}-first-only", f"holds the first {one} only", lambda x: x.take(0, k)
    yield f"{short}-last-only", f"holds the last {one} only", lambda x: x.take(-1, k)
    yield (
        f"{short}-first-missing",
        f"lacks the first {one}",
        lambda x: np.delete(x, 0, k),
    )
    yield f"{short}-last-missing", f"lacks the last {one}", lambda x: np.delete(x, -1, k)
    yield f"{short}-summed-up", f"is summed up along the {several}", lambda x: x.cumsum(k)
    yield (
        f"{short}-summed-up-from-end",
        f"is summed up along the {several} from the end",
        lambda x: np.flip(np.flip(x, k).cumsum(k), k),
    )

    def only(x, which):
        y = 0 * x
        edge = [slice(None)] * x.ndim
        edge[k] = which
        y[tuple(edge)] = x[tuple(edge)]
        return y

    yield f"{short}-zero-but-first", f"is zero but for the first {one}", lambda x: only(x, 0)
    yield f"{short}-zero-but-last", f"is zero but for the last {one}", lambda x: only(x, -1)
    yield (
        f"{short}-first-left-out",
        f"is zero for the first {one}",
        lambda x: x - only(x, 0),
    )
    yield (
        f"{short}-last-left-out",
        f"is zero for the last {one}",
        lambda x: x - only(x, -1),
    )
    yield (
        f"{short}-normalised",
        f"is divided by its sum over the {several}",
        lambda x: x / x.sum(k, keepdims=True),
    )


# ---------------------------------------------------------------------------- arguments


def of_arguments(call):
    """What can be wrong with what is read by a function with this signature."""
    names = names_and_paths(call)
    for name, path in names:
        for short, said, change in argument_changes():
            yield Mistake(
                f"{name}-{short}",
                f"`{name}` {said}.",
                args=lambda *a, path=path, change=change: put(a, path, change(get(a, path))),
            )
    for (one, p), (two, q) in combinations(names, 2):
        yield Mistake(
            f"{one}-and-{two}-taken-for-each-other",
            f"`{one}` and `{two}` are taken for each other.",
            args=lambda *a, p=p, q=q: exchange(a, p, q),
        )
        for (here, b), (there, c) in (((one, p), (two, q)), ((two, q), (one, p))):
            yield Mistake(
                f"{here}-used-for-{there}",
                f"`{here}` is used where `{there}` belongs.",
                args=lambda *a, b=b, c=c: like(put(a, c, get(a, b)), a, c),
            )
            yield Mistake(
                f"{there}-from-largest-of-{here}",
                f"`{there}` is not used; the largest number in `{here}` is counted up to instead.",
                args=lambda *a, b=b, c=c: put(a, c, _one_past(get(a, b), get(a, c))),
            )


def _one_past(numbers, size):
    """One more than the largest of these whole numbers, in place of a size that was given."""
    if not isinstance(size, int) or isinstance(size, bool):
        return _no()
    return int(_whole(_tensor(numbers), lambda n: n).max()) + 1


def argument_changes():
    def number(x):
        return x if isinstance(x, int | float) and not isinstance(x, bool) else _no()

    return (
        ("not-used", "is not used (as if it were zero)", lambda x: 0 * _floats(x)),
        ("as-ones", "is taken as ones", lambda x: 0 * _floats(x) + 1),
        ("negated", "enters with the wrong sign", lambda x: -_floats(x)),
        ("doubled", "enters twice", lambda x: 2 * _floats(x)),
        ("transposed", "is read transposed", lambda x: _square(x).T),
        ("rows-reversed", "is read in reversed order", _flip),
        ("first-row-only", "enters with its first row only", lambda x: 0 * _rows(x) + x[:1]),
        ("last-row-only", "enters with its last row only", lambda x: 0 * _rows(x) + x[-1:]),
        ("first-row-zero", "enters with zeros for its first row", lambda x: _zeroed(x, 0)),
        ("last-row-zero", "enters with zeros for its last row", lambda x: _zeroed(x, -1)),
        ("averaged", "enters as its mean over the rows", lambda x: 0 * _rows(x) + x.mean(0)),
        ("summed", "enters as its sum over the rows", lambda x: 0 * _rows(x) + x.sum(0)),
        ("axes-0-1-exchanged", "is read with its first two axes exchanged", _first_two),
        (
            "axes-0-1-mixed",
            "is flattened in another order than what belongs to it",
            lambda x: _first_two(x).reshape(x.shape),
        ),
        ("one-more", "is taken as one more", lambda x: number(x) + 1),
        ("one-less", "is taken as one less", lambda x: number(x) - 1),
        ("flipped", "is taken the other way round", lambda x: not _bool(x)),
        ("always-true", "is always taken as True", lambda x: _bool(x) or True),
        ("always-false", "is always taken as False", lambda x: _bool(x) and False),
        ("sorted", "is sorted, and what belongs to it is not", _sorted),
        (
            "sorted-falling",
            "is sorted from large to small, and what belongs to it is not",
            _falling,
        ),
        ("all-longest", "is taken as if all were the largest", _longest),
        ("each-one-more", "is taken as one more each", lambda x: _whole(x, lambda n: n + 1)),
        ("each-one-less", "is taken as one less each", lambda x: _whole(x, lambda n: n - 1)),
        ("missing", "is taken as if it were None", lambda x: None if x is not None else _no()),
    )


def _no():
    raise TypeError("this mistake cannot be made here")


def _tensor(x):
    return x if hasattr(x, "ndim") else _no()


def _floats(x):
    return x if "float" in str(_tensor(x).dtype) else _no()


def _rows(x):
    return x if _floats(x).ndim > 1 else _no()


def _zeroed(x, row):
    y = _rows(x) * 1
    y[row] = 0
    return y


def _square(x):
    return x if _floats(x).ndim == 2 and x.shape[0] == x.shape[1] else _no()


def _first_two(x):
    return x.swapaxes(0, 1) if _tensor(x).ndim > 1 else _no()


def _bool(x):
    return x if isinstance(x, bool) else _no()


def _flip(x):
    if isinstance(x, list):
        return x[::-1]
    return flipped(_tensor(x))


def _whole(x, change):
    """A change of every number in a list or a tensor of whole numbers."""
    if isinstance(x, list) and all(isinstance(n, int) for n in x):
        return [change(n) for n in x]
    return change(x) if "int" in str(_tensor(x).dtype) else _no()


def _sorted(x):
    if isinstance(x, list):
        return sorted(x)
    return x.sort().values if _tensor(x).ndim == 1 and "int" in str(x.dtype) else _no()


def _falling(x):
    return _flip(_sorted(x))


def _longest(x):
    if isinstance(x, list) and all(isinstance(n, int) for n in x):
        return [max(x)] * len(x)
    return 0 * x + x.max() if "int" in str(_tensor(x).dtype) else _no()


# --------------------------------------------------------------------------- nests and paths


def leaf_paths(returns, path=()):
    """(path, Leaf) of every declared result; a path is a tuple of positions and keys."""
    if isinstance(returns, str):
        yield path, Leaf.read(returns)
        return
    items = returns.items() if isinstance(returns, dict) else enumerate(returns)
    for key, inner in items:
        yield from leaf_paths(inner, (*path, key))


def get(nest, path):
    for key in path:
        nest = nest[key]
    return nest


def put(nest, path, value):
    """The nest with another value at a path; what is not on the path is shared."""
    if not path:
        return value
    key, *rest = path
    if isinstance(nest, dict):
        return nest | {key: put(nest[key], rest, value)}
    changed = list(nest)
    changed[key] = put(changed[key], rest, value)
    return tuple(changed) if isinstance(nest, tuple) else changed


def exchange(nest, p, q):
    one, two = get(nest, p), get(nest, q)
    if getattr(one, "shape", type(one)) != getattr(two, "shape", type(two)):
        _no()
    return put(put(nest, p, two), q, one)


def like(changed, nest, path):
    """The changed nest, if what stands at the path has the shape that stood there."""
    one, two = get(changed, path), get(nest, path)
    if getattr(one, "shape", type(one)) != getattr(two, "shape", type(two)):
        _no()
    return changed


def _as_it_was(x, changed):
    """A list, if it was one."""
    return changed.tolist() if isinstance(x, list) else changed


def _numbers(x):
    """A float or whole-number array from a result."""
    x = np.asarray(x)
    return x if x.dtype.kind in "fiu" else _no()
