"""The student's process: runs the student's cells, and calls their functions when it is asked to.

It knows no test and no expected value. Requests and answers are frames of `wire`:

    cell   run a cell                                    -> whether it was refused something
    names  what the student's names stand for            -> a kind for each, and plain values
    make   an instance of one of the student's modules   -> its number, parameters, buffers
    read   an attribute of an instance                   -> its value, or that it is a method
    call   a function, a module, a method                -> what it returns
    pull   gradients through an earlier call             -> one for each input that requires it

Every answer brings what was printed meanwhile. An exception of the student's code is an answer
too: its types, text and the student's own lines.
"""

import contextlib
import dis
import importlib
import os
import random
import signal
import sys
import sysconfig
import traceback
import types

import disable_recurrent
import numpy
import numpy.random  # it would be loaded at first use, in each sandbox anew
import torch
import wire
from shell import Stream, make_shell, outputs, shortened
from torch.overrides import TorchFunctionMode

torch.set_num_threads(1)
shell = make_shell()
instances: dict = {}  # number -> module; the judge speaks of them by number
calls: dict = {}  # number of a call -> (inputs that require gradients, results), until it is dropped
in_student_code = False


# ---------------------------------------------------------------- before the first line


def warm():
    """Do once, before any fork, what is slow the first time, and what needs /proc."""
    import torch.func
    import torch.optim

    layer = torch.nn.Linear(2, 2)
    loss = (layer(torch.ones(2, 2)) @ torch.ones(2, 2)).tanh().sum()
    torch.autograd.grad(loss, layer.weight)
    torch.func.functional_call(layer, dict(layer.named_parameters()), (torch.ones(2, 2),))
    shell.run_cell("1", store_history=False)
    outputs.take()
    torch.manual_seed(torch.Generator().initial_seed())  # as in a new process
    _hide_the_course()


def preload(name):
    """Import a module that the assignment's own cells import."""
    with contextlib.suppress(Exception):
        importlib.import_module(name)


def prepare(limits):
    """After the fork, before the limits."""
    outputs.limit = limits["output"]
    sys.stdout, sys.stderr = Stream("stdout"), Stream("stderr")
    sys.stdin = open(os.devnull)
    random.seed()
    numpy.random.seed()
    signal.signal(signal.SIGINT, _interrupted)


class _NotHere:
    """What stands for the checks: whatever is called on it does nothing."""

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return self

    def __call__(self, *args, **kwargs):
        return self

    def __repr__(self):
        return "(checked when it is graded)"


def _hide_the_course():
    """rnn_course cannot be imported here; only `from rnn_course.checks import check` does no harm.

    Notebooks begin with that line, and students call the checks in cells of their own.
    """

    class Course(types.ModuleType):
        def __getattr__(self, name):
            if name.startswith("__"):
                raise AttributeError(name)
            raise ImportError(f"{self.__name__}.{name} cannot be used while this is graded")

    for name in [n for n in sys.modules if n.partition(".")[0] == "rnn_course"]:
        del sys.modules[name]
    sys.modules["rnn_course"] = Course("rnn_course")
    sys.modules["rnn_course"].__path__ = []
    sys.modules["rnn_course.checks"] = Course("rnn_course.checks")
    sys.modules["rnn_course.checks"].check = _NotHere()


def _interrupted(number, frame):
    if in_student_code:
        raise KeyboardInterrupt


# ---------------------------------------------------------------- the conversation


def say(talk, **message):
    """What the judge is to know before the student's first line runs: all is ready, or it failed."""
    wire.send(talk, message)


def answer(talk):
    """Answer the judge's requests until it hangs up."""
    while True:
        try:
            message, tree, body = wire.receive(talk)
        except wire.Lost:
            return
        try:
            reply, value = _handle(message, tree, body)
            tree, tensors = wire.encode(value)
        except BaseException as error:  # whatever it is, the judge is to know
            reply, tree, tensors = {"error": _described(error)}, None, ()
        reply = {"id": message["id"], "outputs": outputs.take(), **reply}
        try:
            wire.send(talk, reply, tree, tensors)
        except OSError:
            raise  # the judge has hung up
        except Exception as error:  # too large, or a tensor that has no bytes to send
            wire.send(talk, dict(reply, error=_described(error)))


def _handle(message, tree, body):
    for number in message.get("drop", ()):
        calls.pop(number, None)
    if message["do"] == "cell":
        with _student_code():
            refused = shell.run(
                message["source"], lambda error: isinstance(error, disable_recurrent.Refused)
            )
        return {"refused": refused}, None
    if message["do"] == "call":
        return _call(message, tree, body)
    value, _ = wire.decode(tree, body)
    if message["do"] == "names":
        kinds, values = zip(*[_kind(shell.user_ns, name) for name in value], strict=True)
        return {"kinds": kinds}, list(values)
    if message["do"] == "read":
        with _student_code():
            kind, value = _kind(_Attributes(instances[message["instance"]]), message["name"])
        return {"kinds": [kind]}, [value]
    if message["do"] == "make":
        return _make(message, *value)
    if message["do"] == "pull":
        return {}, _pull(message, value)
    raise ValueError(f"unknown request {message['do']}")


@contextlib.contextmanager
def _student_code():
    """While it runs, an interrupt of the judge reaches the student's code."""
    global in_student_code
    in_student_code = True
    try:
        yield
    finally:
        in_student_code = False


class _Attributes:
    """An object's attributes, looked up like a dict's entries."""

    def __init__(self, thing):
        self.thing = thing

    def __contains__(self, name):
        return hasattr(self.thing, name)

    def __getitem__(self, name):
        return getattr(self.thing, name)


def _kind(names, name):
    """(kind, value) of a name: missing, function, module (a class), instance, value, other."""
    if name not in names:
        return "missing", None
    thing = names[name]
    if isinstance(thing, type):
        return ("module" if issubclass(thing, torch.nn.Module) else "other"), "a class"
    if isinstance(thing, torch.nn.Module):
        number, train, parameters, buffers = _registered(thing)
        return "instance", [number, train, parameters, buffers]
    try:
        wire.encode(thing)
        return "value", thing
    except (TypeError, ValueError) as error:
        if callable(thing):
            return "function", None
        return "other", shortened(error, 200)


# ---------------------------------------------------------------- calls


def _call(message, tree, body):
    """Call what the judge asks for, in the same modes, with the same random numbers."""
    (args, kwargs, weights, random_state), inputs = wire.decode(tree, body)
    torch.set_default_dtype(wire.DTYPES[message["dtype"]])
    if random_state is not None:
        torch.set_rng_state(random_state)
    watch = _Watch(message["forbids"])
    with _student_code(), torch.set_grad_enabled(message["grad"]), watch:
        if "instance" in message:
            layer = _WithMethod(instances[message["instance"]], message["method"])
            layer.layer.train(message["training"])
            weights = {f"layer.{name}": value for name, value in weights.items()}
            result = torch.func.functional_call(layer, weights, tuple(args), kwargs)
        else:
            result = shell.user_ns[message["name"]](*args, **kwargs)
    leaves = [x for x in inputs if x.requires_grad]
    if leaves:
        calls[message["id"]] = (leaves, wire.encode(result)[1])
    return {"called": sorted(watch.called)}, result


class _Watch(TorchFunctionMode):
    """Notices calls of torch functions with these names. A kind word's work, no fence."""

    def __init__(self, names):
        super().__init__()
        self.names, self.called = frozenset(names), set()
        self.modules = {name for name in names if "." in name}  # forbidden with all they do

    def __torch_function__(self, function, types, args=(), kwargs=None):
        name = getattr(function, "__name__", "")
        if name in self.names:
            self.called.add(name)
        frame = sys._getframe(1) if self.modules else None
        while frame is not None:
            self.called |= self.modules & {frame.f_globals.get("__name__")}
            frame = frame.f_back
        return function(*args, **(kwargs or {}))


class _WithMethod(torch.nn.Module):
    """Makes a method of a module callable with other weights, by torch.func.functional_call."""

    def __init__(self, layer, method):
        super().__init__()
        self.layer, self.method = layer, method

    def forward(self, *args, **kwargs):
        return getattr(self.layer, self.method)(*args, **kwargs)


def _make(message, args, kwargs):
    with _student_code():
        instance = shell.user_ns[message["name"]](*args, **kwargs)
    if not isinstance(instance, torch.nn.Module):
        raise TypeError(f"{message['name']}(...) is not a torch.nn.Module")
    return {}, list(_registered(instance))


def _registered(module):
    number = next((n for n, m in instances.items() if m is module), len(instances))
    instances[number] = module
    parameters, buffers = dict(module.named_parameters()), dict(module.named_buffers())
    return number, module.training, parameters, buffers


def _pull(message, gradients):
    """Gradients of the results, as the judge gives them, turned into gradients of the inputs."""
    leaves, results = calls[message["call"]]
    pairs = [
        (r, g) for r, g in zip(results, gradients, strict=True) if g is not None and r.requires_grad
    ]
    if not pairs:
        return [None] * len(leaves)
    with _student_code():
        results, gradients = zip(*pairs, strict=True)
        return list(
            torch.autograd.grad(results, leaves, gradients, allow_unused=True, retain_graph=True)
        )


def _described(error):
    """An exception as plain values: its builtin types, text, and the student's own lines."""
    lines = [
        [shortened(f.filename, 80), f.lineno, shortened(f.name, 80), shortened(f.line or "", 200)]
        for f in traceback.extract_tb(error.__traceback__)
        if not f.filename.startswith(_NOT_THEIRS) and "torchinductor" not in f.filename
    ]
    return {
        "types": [t.__name__ for t in type(error).__mro__][:10],
        "text": shortened(error),
        "lines": lines[-8:],
        "undone": _is_undone(error),
    }


# as in checks/trouble.py, which cannot be imported here
_NOT_THEIRS = (
    os.path.dirname(__file__),
    os.path.dirname(torch.__file__),
    *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")),
    *("<frozen ", "<__array_function__", "<eval_with_key>"),
)


def _is_undone(error):
    """Was it raised by a function that does nothing but raise NotImplementedError?"""
    if type(error) is not NotImplementedError:
        return False
    *_, (frame, _) = traceback.walk_tb(error.__traceback__)
    names = [step.opname for step in dis.get_instructions(frame.f_code)]
    touches_nothing = not any(n.startswith(("LOAD_FAST", "STORE", "BINARY")) for n in names)
    return touches_nothing and not frame.f_code.co_filename.startswith(_NOT_THEIRS)
