"""Running a text again and again: inputs that no run can spoil, and how much a run may do."""

import sys

import torch

from rnn_course.checks import cases

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

MOST_MEMORY = 4 * 2**30  # bytes that a changed text may take on top of what is taken already


class Fresh:
    """A nest of tensors to be handed out again and again. One that was changed in place, or ties
    its tensors to autograd's graph, is replaced by a copy before the next time."""

    def __init__(self, value):
        self.kept = _copy(value)
        self._renew()

    def _renew(self):
        self.given = _copy(self.kept)
        self.versions = [(x, x._version) for x in cases.tensors(self.given)]
        self.may_change = _has_lists(self.given)

    def __call__(self):
        if any(x._version != version or x.requires_grad for x, version in self.versions):
            self._renew()
        return cases.change_tensors(self.given, lambda x: x) if self.may_change else self.given


def _has_lists(value):
    return (
        isinstance(value, list | dict) or isinstance(value, tuple) and any(map(_has_lists, value))
    )


def _copy(value):
    return cases.change_tensors(value, lambda x: x.detach().clone())


def lines_run(function, args):
    """How many lines a call runs through: what it costs, the same on every machine."""
    count = 0

    def look(frame, event, argument):
        nonlocal count
        count += event == "line"
        return look

    before = sys.gettrace()
    sys.settrace(look)
    try:
        function(*args)
    finally:
        sys.settrace(before)
    return count


class bounded_memory:  # noqa: N801
    """Within it, what asks for more than MOST_MEMORY fails (on Linux; elsewhere it may go on)."""

    def __enter__(self):
        self.before = None
        if resource and sys.platform == "linux":
            self.before = resource.getrlimit(resource.RLIMIT_AS)
            with open("/proc/self/statm", encoding="ascii") as file:
                taken = int(file.read().split()[0]) * resource.getpagesize()
            most = taken + MOST_MEMORY
            hard = self.before[1]
            most = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(resource.RLIMIT_AS, (most, hard))

    def __exit__(self, *error):
        if self.before:
            resource.setrlimit(resource.RLIMIT_AS, self.before)


def kinds_of(text, args):
    """name -> (type, number of axes, is it of floats) of every variable, from one run: what may
    be taken for what."""
    names = {}

    def look(frame, event, argument):
        if frame.f_code.co_filename == text.file:
            names.update(frame.f_locals)
            return look
        return None

    function, before = text.function(), sys.gettrace()
    sys.settrace(look)
    try:
        function(*args)
    finally:
        sys.settrace(before)
    found = {name: (type(v).__name__, 0, False) for name, v in names.items()}
    of_tensors = {n: v for n, v in names.items() if isinstance(v, torch.Tensor)}
    return found | {n: ("Tensor", v.dim(), v.is_floating_point()) for n, v in of_tensors.items()}
