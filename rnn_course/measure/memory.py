"""The peak memory of one training step.

In a process of its own: memory that was used once is not given back at once, and would hide what
the next step takes.
"""

import multiprocessing


def peak(make, *arguments):
    """Bytes by which the process grows at most during make(*arguments)().

    `make` is a function of a module (it must travel to the other process); it prepares, and
    returns what is measured. None where the system does not tell (Windows).
    """
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_peak, (make, arguments))


def _peak(make, arguments):
    import torch

    torch.set_num_threads(1)
    step = make(*arguments)
    before = highest()
    step()
    return None if before is None else highest() - before


def highest():
    """The most bytes that this process has ever had in memory, or None."""
    try:
        with open("/proc/self/status") as file:  # Linux; its getrusage counts the parent as well
            return 1024 * next(int(x.split()[1]) for x in file if x.startswith("VmHWM"))
    except OSError:
        pass
    try:
        import resource
    except ImportError:
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # macOS, in bytes


def layer_step(library, kind, T, N, I, H, dtype="float32"):
    """For `peak`: a training step of one layer of library "torch.nn", "rnn_course" or
    "rnn_course.fast". A short call first: code that is loaded at first use is not counted."""
    import importlib

    import torch

    from rnn_course.measure.timing import training_step

    dtype = getattr(torch, dtype)
    module = getattr(importlib.import_module(library), kind)(I, H, dtype=dtype)
    for steps in (2, T):
        xs = torch.randn(steps, N, I, dtype=dtype, requires_grad=True)
        step = training_step(module, xs, torch.randn(steps, N, H, dtype=dtype))
        if steps == 2:
            step()
    return step
