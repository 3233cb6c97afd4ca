"""The measurements themselves. Each part returns plain lists and dicts, for the report."""

import torch
from rich.progress import Progress
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence

import rnn_course
from bench import machine
from rnn_course import fast
from rnn_course.measure import ladder, memory, timing

BASE = "torch.nn"
GROWTH = {  # what grows, over which values, and what stays as it is
    "T": ([50, 100, 200, 400, 800], {"N": 8, "I": 64, "H": 64, "layers": 1}),
    "N": ([1, 4, 16, 64, 256], {"T": 50, "I": 64, "H": 64, "layers": 1}),
    "H": ([32, 64, 128, 256, 512], {"T": 50, "N": 16, "I": 64, "layers": 1}),
    "layers": ([1, 2, 4, 8], {"T": 50, "N": 16, "I": 64, "H": 64}),
}
PACKED = (400, 32, 128, 128)  # T, N, I, H; lengths uniform from 1 to T


def run(options):
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    dtype = getattr(torch, options.dtype)
    clock = "cpu" if options.threads == 1 else "wall"
    result = {"machine": machine.facts(options.threads), "dtype": options.dtype, "clock": clock}
    with Progress() as progress:
        if "table" in options.parts:
            result["table"] = table(options, dtype, progress)
        if "packed" in options.parts:
            result["packed"] = packed(options, dtype, progress)
        if "growth" in options.parts:
            result["growth"] = growth(options, dtype, progress)
        if "memory" in options.parts:
            result["memory"] = memories(options, progress)
    return result


def measured(jobs, options, base=BASE):
    """name -> function, measured in turn: a list of lines for the report."""
    clock = "cpu" if options.threads == 1 else "wall"
    turns = timing.interleaved(jobs, options.seconds)
    lines = []
    for name, own in turns.items():
        middle, low, high = timing.ratio(own, turns[base], clock)
        lines.append(
            {
                "way": name,
                "cpu_ms": 1e3 * timing.median(own, "cpu"),
                "wall_ms": 1e3 * timing.median(own, "wall"),
                "ratio": middle,
                "low": low,
                "high": high,
                "rounds": len(own),
            }
        )
    return lines


def ways(kind, I, H, dtype, compiled):
    """Every way of running one layer: name -> module."""
    modules = {BASE: getattr(torch.nn, kind)(I, H, dtype=dtype)}
    for name, rung in ladder.RUNGS.items():
        modules[name] = ladder.Rung(rung, kind, I, H, dtype=dtype)
    modules["in place"] = ladder.in_place(kind, I, H, dtype=dtype)
    modules["rnn_course"] = getattr(rnn_course, kind)(I, H, dtype=dtype)
    modules["rnn_course.fast"] = getattr(fast, kind)(I, H, dtype=dtype)
    if compiled:
        hoisted = ladder.Rung(ladder.hoisted, kind, I, H, dtype=dtype)
        modules["hoisted, torch.compile"] = torch.compile(hoisted)
    return modules


def table(options, dtype, progress):
    """Each kind, size and way, forward alone and forward + backward, beside the floor."""
    lines = []
    task = progress.add_task("table", total=2 * len(options.kinds) * len(options.sizes))
    for kind in options.kinds:
        for name, (T, N, I, H) in options.sizes:
            modules = ways(kind, I, H, dtype, options.compiled)
            xs = torch.randn(T, N, I, dtype=dtype, requires_grad=True)
            douts = torch.randn(T, N, H, dtype=dtype)
            floors = {
                f"floor: {library}": ladder.bare_matmuls(kind, T, N, I, H, library, options.dtype)
                for library in ("numpy", "torch")
            }
            for backward in (False, True):
                jobs = {
                    way: timing.training_step(module, xs, douts, backward)
                    for way, module in modules.items()
                }
                jobs |= {name: both(floor, backward) for name, floor in floors.items()}
                if options.ways:
                    jobs = {
                        way: job
                        for way, job in jobs.items()
                        if way == BASE or any(word in way for word in options.ways)
                    }
                what = "forward + backward" if backward else "forward"
                for line in by_floor(measured(jobs, options)):
                    lines.append({"kind": kind, "size": name, "what": what} | line)
                progress.advance(task)
    return lines


def by_floor(lines):
    """Each line with its time as a multiple of the floor of the quicker library, in the same run.
    None where the floors were not measured."""
    floors = [line["ratio"] for line in lines if line["way"].startswith("floor")]
    return [line | {"by_floor": line["ratio"] / min(floors) if floors else None} for line in lines]


def both(floor, backward):
    def matmuls():
        floor["forward"]()
        if backward:
            floor["backward"]()

    return matmuls


def packed(options, dtype, progress):
    """Bidirectional layers over sequences of many lengths: packed, and padded to the longest."""
    T, N, I, H = PACKED
    lines = []
    task = progress.add_task("packed", total=len(options.kinds))
    lengths = torch.randint(1, T + 1, (N,))
    lengths[0] = T
    xs = torch.randn(T, N, I, dtype=dtype)
    rows = pack_padded_sequence(xs, lengths, enforce_sorted=False)
    share = len(rows.data) / (T * N)
    for kind in options.kinds:
        jobs = {}
        for library, of in (
            (BASE, torch.nn),
            ("rnn_course", rnn_course),
            ("rnn_course.fast", fast),
        ):
            module = getattr(of, kind)(I, H, bidirectional=True, dtype=dtype)
            jobs[f"{library}, packed"] = timing.training_step(
                Packed(module, rows), rows.data.clone().requires_grad_(), torch.ones(())
            )
            jobs[f"{library}, padded"] = timing.training_step(
                module, xs.clone().requires_grad_(), torch.randn(T, N, 2 * H, dtype=dtype)
            )
        for line in measured(jobs, options, f"{BASE}, packed"):
            what = f"T={T} N={N} I={I} H={H}, {share:.0%} of the rows are not padding"
            lines.append({"kind": kind, "size": what, "what": "forward + backward"} | line)
        progress.advance(task)
    return lines


class Packed(torch.nn.Module):
    """A layer called with packed rows, that gives a number: the sum of what comes out."""

    def __init__(self, layer, like):
        super().__init__()
        self.layer, self.like = layer, like

    def forward(self, data):
        output, _ = self.layer(PackedSequence(data, *self.like[1:]))
        return output.data.sum(), None


def growth(options, dtype, progress):
    """Time against T, N, H and the number of layers, and the exponent p of time ~ size^p.

    The exponent is that of the upper half of the sizes, where overheads weigh least.
    """
    lines = []
    task = progress.add_task("growth", total=sum(len(values) for values, _ in GROWTH.values()))
    for letter, (values, others) in GROWTH.items():
        times = {}
        for value in values:
            s = others | {letter: value}
            xs = torch.randn(s["T"], s["N"], s["I"], dtype=dtype, requires_grad=True)
            douts = torch.randn(s["T"], s["N"], s["H"], dtype=dtype)
            modules = {
                f"{name} {kind}": getattr(of, kind)(s["I"], s["H"], s["layers"], dtype=dtype)
                for name, of in ((BASE, torch.nn), ("rnn_course.fast", fast))
                for kind in options.kinds
            }
            if s["layers"] == 1 and "LSTM" in options.kinds:
                for name, rung in (("hoisted", ladder.hoisted), ("indexed", ladder.indexed)):
                    modules[f"{name} LSTM"] = ladder.Rung(rung, "LSTM", s["I"], s["H"], dtype=dtype)
            jobs = {
                name: timing.training_step(module, xs, douts) for name, module in modules.items()
            }
            turns = timing.interleaved(jobs, options.seconds, least=3)
            for name, own in turns.items():
                seconds = timing.median(own, clock_of(options))
                times.setdefault(name, []).append((value, seconds))
            progress.advance(task)
        for name, pairs in times.items():
            if len(pairs) == len(values):  # the loops have one layer only
                p = timing.exponent(*zip(*pairs[len(values) // 2 :], strict=True))
                ms = [1e3 * seconds for _, seconds in pairs]
                line = {"grows": letter, "way": name, "sizes": values, "ms": ms, "exponent": p}
                lines.append(line)
    return lines


def clock_of(options):
    return "cpu" if options.threads == 1 else "wall"


def memories(options, progress):
    """The peak memory of a training step, each in a process of its own."""
    libraries = (BASE, "rnn_course", "rnn_course.fast")
    lines = []
    task = progress.add_task(
        "memory", total=len(options.kinds) * len(options.sizes) * len(libraries)
    )
    for kind in options.kinds:
        for name, (T, N, I, H) in options.sizes:
            peaks = {}
            for library in libraries:
                peaks[library] = memory.peak(
                    memory.layer_step, library, kind, T, N, I, H, options.dtype
                )
                progress.advance(task)
            for library, peak in peaks.items():
                if peak is not None:
                    # for less than 1 MiB the system's count says nothing
                    ratio = peak / peaks[BASE] if peaks[BASE] >= 2**20 else None
                    line = {"kind": kind, "size": name, "way": library}
                    lines.append(line | {"MiB": peak / 2**20, "ratio": ratio})
    return lines
