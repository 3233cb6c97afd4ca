"""check.matches: a reader's own module held against one of torch.nn's recurrent layers.

    check.matches(MyLSTM(4, 5, num_layers=2), torch.nn.LSTM(4, 5, num_layers=2))

The module has torch's parameter names (it is given weights by load_state_dict) and is called as
torch's is. Output, last states and every gradient are compared: of the input, of the first
states and of each parameter.
"""

from collections.abc import Callable
from functools import cache, partial

import torch
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from rnn_course.checks import cases, words
from rnn_course.checks.compare import Missing
from rnn_course.checks.honest import RECURRENT
from rnn_course.checks.networks import Names
from rnn_course.checks.task import Task, shown
from rnn_course.ops import each
from rnn_course.weights import KINDS

LAYERS = {name + cell: name for name in KINDS for cell in ("", "Cell")}  # LSTMCell: an LSTM
MOST_TASKS = 8  # that are remembered
SHARES = {"forward": 0.4, "states": 0.2, "gradients": 0.2, "edges": 0.2}


class Matches:
    """What `check.matches` is: called for a notebook, or .verdict(...) for programs."""

    def __init__(self):
        self.tasks, self.last = {}, None

    def __call__(self, module, reference, points=1, hidden=False, **options):
        """Check a module and show what was found. Options: see `verdict`."""
        return shown(self.verdict(module, reference, hidden, **options), points)

    def __repr__(self):
        return (
            "check.matches(your_module, torch.nn.LSTM(4, 5)) holds your module against torch's; "
            "`check.matches.inputs()` gives what it was tried on."
        )

    def inputs(self):
        """xs, the first states and the weights of the case that went wrong first, as
        Task.inputs; of the module that was checked last."""
        if self.last is None:
            raise ValueError("nothing has been checked yet: check.matches(module, torch's module)")
        return self.last.inputs()

    def verdict(
        self, module, reference, hidden=False, unbatched=False, packed=False, forbids=RECURRENT
    ):
        """Check a module without showing anything. Returns a Verdict.

        reference  torch.nn.RNN, LSTM, GRU, or one of their cells, with the same settings
        unbatched  must it take input without a batch axis, as torch's does; else that is tried
                   too, but a miss is a note only
        packed     also with a PackedSequence in and out
        forbids    what the module may not call; () for a module that is made of ready parts
        """
        kind = type(reference).__name__
        if kind not in LAYERS or not isinstance(reference, torch.nn.Module):
            raise TypeError(
                "expected a torch.nn RNN, LSTM, GRU or one of their cells as the second argument, "
                f"got {kind}: check.matches(your_module, torch.nn.LSTM(4, 5))"
            )
        task = self.last = self.remembered(reference, unbatched, packed, forbids)
        if module is None or module is Ellipsis:
            return words.undone(task, None)
        if isinstance(module, type) or not isinstance(module, torch.nn.Module):
            return words.not_a_module(task, module)
        trouble = wrong_parameters(module, reference)
        if trouble:
            return words.cannot_load(task, trouble)
        kept = {name: value.detach().clone() for name, value in module.state_dict().items()}
        mode = module.training
        try:
            return task.verdict(partial(call_module, Net(reference), module), hidden)
        finally:
            module.to(next(iter(kept.values())).dtype)
            module.load_state_dict(kept)
            module.train(mode)

    def remembered(self, reference, *options):
        """The task for a reference, made once for each kind and setting."""
        nonlinearity = getattr(reference, "nonlinearity", "")
        key = repr(reference), reference.bias, nonlinearity, repr(options)
        if key not in self.tasks:
            while len(self.tasks) >= MOST_TASKS:
                del self.tasks[next(iter(self.tasks))]
            self.tasks[key] = task_for(reference, *options)
        return self.tasks[key]


class ModuleTask(Task):
    """The check of a module, made for one reference and its settings."""

    names: Callable[[], Names]  # made at the first wrong answer

    def diagnose(self, function, trials, shown):
        """What may be wrong, from the results alone; gradients follow from them."""
        return self.names().diagnose(lambda *args: function(*args)["result"], trials, shown)


def task_for(reference, unbatched=False, packed=False, forbids=()):
    """The task that a reference sets: its cases, its oracle, its names of mistakes."""
    net = Net(reference)

    def made(kind, oracle, returns):
        return kind(
            f"matches {type(reference).__name__}",
            f"module({net.inputs[0]}, state, weights)",
            returns,
            partial(draw, net, unbatched=unbatched, packed=packed),
            oracle,
            f"{net.kind}/{'step' if net.cell else 'loop'}",
            f"The same as {type(reference).__name__}.",
            SHARES,
            tuple(forbids),
        )

    right, returns = partial(call_module, net, net.oracle), net.returns()
    task = made(ModuleTask, right, returns)
    bare = made(Task, lambda *args: right(*args)["result"], returns["result"])
    task.names = cache(partial(Names, bare, net))
    return task


class Net:
    """What kind of layer a reference is: read off its attributes, once."""

    def __init__(self, reference):
        name = type(reference).__name__
        kind = KINDS[LAYERS[name]]
        self.kind, self.cell = LAYERS[name].lower(), name.endswith("Cell")
        self.two, self.gates = len(kind.states) == 2, len(kind.gates)
        self.I, self.H = reference.input_size, reference.hidden_size
        self.P = getattr(reference, "proj_size", 0)
        self.L = getattr(reference, "num_layers", 1)
        self.D = 2 if getattr(reference, "bidirectional", False) else 1
        self.batch_first = getattr(reference, "batch_first", False)
        self.relu = getattr(reference, "nonlinearity", "tanh") == "relu"
        self.shapes = {n: tuple(p.shape) for n, p in reference.named_parameters()}
        self.inputs = ("x", "h", "c") if self.cell else ("xs", "h_0", "c_0")
        settings = {"bias": reference.bias, "dtype": torch.float64}
        if self.kind == "rnn":
            settings["nonlinearity"] = reference.nonlinearity
        if not self.cell:
            settings |= {"num_layers": self.L, "bidirectional": self.D == 2}
            settings |= {"batch_first": self.batch_first}
            settings |= {"proj_size": self.P} if self.P else {}
        self.oracle = getattr(torch.nn, name)(self.I, self.H, **settings)

    def returns(self):
        """The declared results: ('output: T N 2H', 'h_n: 2L N H | states') and the gradients."""
        h = "P" if self.P else "H"
        if self.cell:
            result = ("h: N H", "c: N H | states") if self.two else "h: N H"
        else:
            features = f"{self.D if self.D > 1 else ''}{h}"
            layers = "2L" if self.D == 2 else "L"
            time_batch = "N T" if self.batch_first else "T N"
            states = [f"h_n: {layers} N {h} | states", f"c_n: {layers} N H | states"]
            states = tuple(states) if self.two else states[0]
            result = (f"output: {time_batch} {features}", states)
        rows = f"{self.gates if self.gates > 1 else ''}H"
        names = self.inputs[: 2 + self.two]
        gradients = {name: f"gradient of {name} | gradients" for name in names}
        for name, shape in self.shapes.items():
            axes = f"{rows} ?" if len(shape) == 2 else rows
            axes = "P H" if "weight_hr" in name else axes
            gradients[name] = f"gradient of {name}: {axes} | gradients"
        return {"result": result, "gradients": gradients}

    def weights(self, draw):
        return {name: draw.weights(*shape) for name, shape in self.shapes.items()}

    def states(self, draw, *batch):
        if self.cell:
            shapes = [(*batch, self.H)] * 2
        else:
            shapes = [
                (self.L * self.D, *batch, self.P or self.H),
                (self.L * self.D, *batch, self.H),
            ]
        parts = tuple(draw.normal(*shape) for shape in shapes[: 1 + self.two])
        return parts if self.two else parts[0]


def draw(net, draw, unbatched=False, packed=False):
    """The cases: one ordinary, and the edges."""
    taken = {net.I, net.H, net.P, net.L * net.D}
    free = [n for n in range(3, 20) if n not in taken]
    T, N = (free[2], free[1]) if draw.hidden else (free[1], free[0])
    w = net.weights(draw)
    if net.cell:
        x, state = draw.normal(N, net.I), net.states(draw, N)
        yield cases.case(x, state, w)
        yield cases.edge("one row in the batch", x[:1], _rows(state, 0), w)
        yield cases.edge("no state given", x, None, w)
        yield cases.Case((x[0], net.states(draw), w), "edges", "unbatched", not unbatched)
        return
    xs, state = draw.normal(T, N, net.I), net.states(draw, N)

    def turned(xs):
        return xs.transpose(0, 1) if net.batch_first else xs

    yield cases.case(turned(xs), state, w)
    yield cases.edge("one time step", turned(xs[:1]), state, w)
    yield cases.edge("one row in the batch", turned(xs[:, :1]), _rows(state, 1), w)
    yield cases.edge("no states given", turned(xs), None, w)
    yield cases.Case((xs[:, 0], net.states(draw), w), "edges", "unbatched", not unbatched)
    view = xs.transpose(0, 1).contiguous().transpose(0, 1)
    yield cases.edge("xs that is a transposed view", turned(view), state, w)
    if packed:
        lengths = draw.lengths(N, T)
        yield cases.edge(f"packed, lengths {lengths}", (turned(xs), lengths), state, w)


def _rows(state, axis):
    """The first row of the batch in every part of the state."""
    if isinstance(state, tuple):
        return tuple(_rows(s, axis) for s in state)
    return state.narrow(axis, 0, 1)


# ------------------------------------------------------------------------ calling a module


def call_module(net, module, xs, state, weights):
    """Give the module its weights, call it as torch's, and differentiate what comes back.

    Returns {"result": what the module gave, "gradients": name -> tensor or Missing}.
    """
    module.to(next(iter(weights.values())).dtype)
    module.load_state_dict(weights)
    module.eval()
    packed = isinstance(xs, tuple)
    data = (xs[0] if packed else xs).detach().requires_grad_()
    state = each(state, lambda s: s.detach().requires_grad_())
    given = data
    if packed:
        given = pack_padded_sequence(data, xs[1], net.batch_first, enforce_sorted=False)
    result = module(given) if state is None else module(given, state)
    inputs = [data, *(state if net.two else (state,))] if state is not None else [data]
    inputs = dict(zip(net.inputs, inputs, strict=False)) | dict(module.named_parameters())
    if packed:
        result = _unpacked(net, result)
    return {"result": result, "gradients": gradients(inputs, result)}


def _unpacked(net, result):
    if isinstance(result, tuple) and isinstance(result[0], PackedSequence):
        output, _ = pad_packed_sequence(result[0], net.batch_first)
        return (output, *result[1:])
    return result


def gradients(inputs, result):
    """name -> gradient of one random sum over all results, or a Missing that says why not."""
    generator = torch.Generator().manual_seed(1)
    loss = 0.0
    for part in cases.tensors(result):
        direction = torch.randn(part.shape, generator=generator, dtype=torch.float64)
        loss = loss + (part * direction.to(part.dtype)).sum()
    why = "no gradient: nothing that comes back depends on it"
    found = [None] * len(inputs)
    try:
        if isinstance(loss, torch.Tensor) and loss.requires_grad:
            found = torch.autograd.grad(loss, list(inputs.values()), allow_unused=True)
    except RuntimeError as error:
        why = f"no gradient: {str(error).splitlines()[0][:200]}"
    return {name: Missing(why) if g is None else g for name, g in zip(inputs, found, strict=True)}


def wrong_parameters(module, reference):
    """Words on parameters that are missing, unknown or of another shape; '' if all is well."""
    want = {name: tuple(p.shape) for name, p in reference.named_parameters()}
    have = {name: tuple(p.shape) for name, p in module.named_parameters()}
    missing = [name for name in want if name not in have]
    unknown = [name for name in have if name not in want]
    other = [name for name in want if name in have and have[name] != want[name]]
    said = []
    if missing:
        said.append(f"it has no parameter {', '.join(missing)}")
    if unknown:
        said.append(f"torch's has no parameter {', '.join(unknown)}")
    said += [f"{name} is {have[name]}; torch's is {want[name]}" for name in other]
    return "; ".join(said)
