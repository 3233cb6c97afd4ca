"""Time several ways of doing one thing, fairly: in turn, many times, ratios round by round.

A machine's speed drifts, by its temperature and by what others do on it, more than the
differences that we look for. So the candidates run one after the other in short turns, and are
compared within a round; what is told is the middle of many rounds.
"""

import statistics
import time
from typing import NamedTuple


class Turn(NamedTuple):
    cpu: float  # seconds of processor time a call, all threads together
    wall: float  # seconds on the clock a call


def interleaved(jobs, seconds=5.0, least=5, most=41, turn=0.01, progress=lambda rounds: rounds):
    """Run the functions of `jobs` (name -> function) in turn; name -> one Turn a round.

    seconds   what all of it may take, about; at least `least` rounds and at most `most`
    turn      a quick function is called as often as fills this many seconds, and divided
    progress  wraps the range of rounds: tqdm, for instance
    """
    calls = {}
    for name, job in jobs.items():
        job()  # the first call makes caches and memory
        calls[name] = max(1, round(turn / max(1e-7, timed(job, 1).wall)))
    start = time.perf_counter()
    turns = {name: [timed(job, calls[name])] for name, job in jobs.items()}
    one_round = time.perf_counter() - start
    rounds = min(most, max(least, int(seconds / one_round)))
    for _ in progress(range(rounds - 1)):
        for name, job in jobs.items():
            turns[name].append(timed(job, calls[name]))
    return turns


def timed(job, calls):
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(calls):
        job()
    return Turn((time.process_time() - cpu) / calls, (time.perf_counter() - wall) / calls)


def median(turns, clock="cpu"):
    """The middle of a job's times, in seconds."""
    return statistics.median(getattr(turn, clock) for turn in turns)


def ratio(turns, base, clock="cpu"):
    """(middle, lower quarter, upper quarter) of a job's time over another's, round by round."""
    ratios = [
        getattr(a, clock) / max(1e-9, getattr(b, clock)) for a, b in zip(turns, base, strict=True)
    ]
    low, middle, high = statistics.quantiles(ratios, n=4, method="inclusive")
    return middle, low, high


def exponent(sizes, times):
    """The p of time ~ size^p: the slope of a straight line through the logarithms."""
    import numpy as np

    return float(np.polyfit(np.log(sizes), np.log(times), 1)[0])


def training_step(module, xs, douts, backward=True):
    """A function without arguments that does one training step: forward, and every gradient.

    xs is an input that requires its gradient too, as in the middle of a network; douts the
    derivative of the loss with respect to the output. backward=False: forward alone, without gradients.
    """
    import torch

    wanted = [xs, *module.parameters()]

    def forward():
        with torch.no_grad():
            module(xs)

    def step():
        torch.autograd.grad(module(xs)[0], wanted, douts)

    return step if backward else forward
