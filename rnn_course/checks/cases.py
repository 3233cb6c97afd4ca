"""What a function is tried on: cases, and the numbers in them.

A case is one call: its arguments, the part of the grade it counts for, and a few words on what
is special about it. Cases are drawn so that no mistake can hide: sizes that are all different
(an axis taken for another shows), at least three steps (a state lost on the way shows), states
and biases that are never zero.
"""

from dataclasses import dataclass

import torch


@dataclass
class Case:
    """One call of the student's function.

    args    the arguments, tensors in float64 (they are rounded to `dtype` for the call)
    part    which part of the grade it counts for; None: each result counts for its own part
    note    what is special about it, in words: "one time step"
    optional  a miss is a note and costs nothing
    returns   the axes of the results in this case, where they are others than the task says
    dtype     of the floating tensors in the call
    """

    args: tuple
    part: str | None = None
    note: str = ""
    optional: bool = False
    returns: object = None
    dtype: torch.dtype = torch.float32


def case(*args, note=""):
    """A case that counts for the parts which its results belong to."""
    return Case(args, note=note)


def edge(note, *args, dtype=torch.float32):
    """A special case, which counts for the part `edges`: edge("one time step", xs, h0)."""
    return Case(args, part="edges", note=note, dtype=dtype)


class Draw:
    """Random numbers for cases: the same seed draws the same cases, on every machine.

    Hidden cases come from another seed and have other sizes.
    """

    def __init__(self, seed, hidden=False):
        self.generator = torch.Generator().manual_seed(seed)
        self.hidden = hidden

    def sizes(self, count):
        """`count` different sizes, each at least 3: T, N, I, H = draw.sizes(4)."""
        low, high = (4, max(9, count + 4)) if self.hidden else (3, max(6, count + 2))
        order = torch.randperm(high - low + 1, generator=self.generator)[:count]
        return [low + int(k) for k in order]

    def normal(self, *shape, scale=1.0):
        """A float64 tensor of normal numbers."""
        return scale * torch.randn(*shape, generator=self.generator, dtype=torch.float64)

    def weights(self, *shape):
        """Weights or biases, uniform in +-0.9: strong enough that a mistake cannot drown."""
        return 1.8 * torch.rand(*shape, generator=self.generator, dtype=torch.float64) - 0.9

    def tokens(self, vocabulary, *shape):
        """Word numbers 0 .. vocabulary-1; the first is repeated at the end, so a word recurs."""
        tokens = torch.randint(vocabulary, shape, generator=self.generator)
        tokens.view(-1)[-1] = tokens.view(-1)[0]
        return tokens

    def lengths(self, N, T):
        """N lengths from 1 to T, not sorted, all different where T allows, the longest T."""
        lengths = [T - k % T for k in range(N)]
        lengths = [lengths[k] for k in self.order(N)]
        return lengths if lengths != sorted(lengths, reverse=True) else lengths[::-1]

    def order(self, count):
        """The numbers 0 .. count-1 in a drawn order."""
        return torch.randperm(count, generator=self.generator).tolist()

    def whole(self, low, high):
        """One whole number, low <= number < high."""
        return int(torch.randint(low, high, (), generator=self.generator))


def change_tensors(value, change):
    """The same nest of tuples, lists and dicts with `change` applied to every tensor in it."""
    if isinstance(value, torch.Tensor):
        return change(value)
    if isinstance(value, tuple | list):
        return type(value)(change_tensors(v, change) for v in value)
    if isinstance(value, dict):
        return {k: change_tensors(v, change) for k, v in value.items()}
    return value


def tensors(value):
    """Every tensor of a nest, in order."""
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [x for v in value for x in tensors(v)] if isinstance(value, tuple | list) else []


def in_dtype(value, dtype):
    """A fresh copy of a nest, floating tensors in `dtype`. Strides stay as they were."""
    return change_tensors(
        value, lambda x: x.to(dtype).clone() if x.is_floating_point() else x.clone()
    )
