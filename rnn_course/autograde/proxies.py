"""What a test cell finds under the student's names: stand-ins that compute in the student's sandbox.

    a function      a call crosses to the sandbox; where an input requires a gradient, the result has
                    a backward that asks the sandbox for it
    a module class  makes real torch modules here, with real parameters that travel with each call
    a plain value   itself

A check may say what a call must not use (`checks.honest.watching`): the sandbox then looks out for it,
and where torch's recurrent layers are not forbidden, the call goes to a sandbox where they are on.

The judge's modes (gradients on or off, default dtype) and its random numbers travel to the sandbox
with each call. Nothing comes back but the returned value: above all no random state, with which
the student's code could choose what the judge draws next.
"""

import builtins
import sys

import torch
from torch.autograd.function import once_differentiable

from rnn_course.autograde.sandbox import wire
from rnn_course.autograde.sandbox.client import lines_of
from rnn_course.checks.trouble import known_part

RECURRENT = {
    *("rnn_tanh", "rnn_relu", "lstm", "gru"),
    *("rnn_tanh_cell", "rnn_relu_cell", "lstm_cell", "gru_cell"),
}


# these would end a test's own loop (map, next) in place of failing it, or want other arguments
_NOT_HERE = (StopIteration, StopAsyncIteration, BaseExceptionGroup)


class StudentError(Exception):
    """An exception of the student's code, as told by the sandbox.

    ename   its type, as the student sees it
    frames  the student's own lines, outermost first: (file, line number, function, code)
    undone  was it raised by a function that does nothing else
    """

    def __init__(self, ename, text, frames, undone=False):
        Exception.__init__(self, text)
        self.ename, self.text, self.frames, self.undone = ename, text, frames, undone

    def __str__(self):
        return self.text


def student_error(message, hidden):
    """The exception that an answer tells of, of its builtin type, so that a test can expect it.

    hidden  a hidden check made the call: a builtin type and their own lines are shown, of the
            text only what is torch's own, and no name of theirs: these could be made to say what
            the check called with
    """
    error = message["error"] if isinstance(message["error"], dict) else {}
    types = error.get("types")
    types = [t for t in types if isinstance(t, str)] if isinstance(types, list) else []
    lines = lines_of(message)
    text = str(error.get("text", ""))
    if hidden:
        text = known_part(text) or "(hidden)"
    known = [getattr(builtins, name, None) for name in types]
    known = [t for t in known if isinstance(t, type) and issubclass(t, Exception)]
    base = next((t for t in known if not issubclass(t, _NOT_HERE)), Exception)
    name = (types or [""])[0][:80]
    if hidden or not name.isidentifier():
        name = base.__name__
    bases = (StudentError,) if base is Exception else (StudentError, base)
    return type(name, bases, {"__str__": StudentError.__str__})(
        name, text, lines, error.get("undone") is True
    )


class Names:
    """The student's names: `names["lstm_cell"]` is something that a test can use.

    client  the sandbox
    hidden   tells whether the line of the test that is running now is a hidden one
    answers  is shown the tensors of every answer
    permits  gives the sandbox where torch's recurrent layers are on, or None if there is none
    """

    def __init__(
        self, client, hidden=lambda: False, answers=lambda tensors: None, permits=lambda: None
    ):
        self.client, self.hidden, self.answers, self.permits = client, hidden, answers, permits

    def __getitem__(self, name):
        """Raises KeyError if the student's code has no such name."""
        kind, value = self.kind_of("names", [name])
        if kind == "missing":
            raise KeyError(name)
        if kind == "function":
            return self._function(name)
        if kind == "module":
            return type(name, (RemoteModule,), {"_names": self})
        if kind == "instance":
            return RemoteModule._of(self, value)
        return value if kind == "value" else _CannotCross(name, value)

    def kind_of(self, do, value=None, **more):
        """What a name or an attribute is: (kind, value)."""
        answer = self.ask(self.client, do, value, **more)
        kinds, values = answer.message.get("kinds"), value_of(self.client, answer)
        if type(kinds) is not list or type(values) is not list:
            self.client.unreadable()
        if len(kinds) != 1 or len(values) != 1:
            self.client.unreadable()
        return kinds[0], values[0]

    def _function(self, name):
        def function(*args, **kwargs):
            return self.call(args, kwargs, name=name)

        function.__name__ = function.__qualname__ = name
        return function

    def ask(self, client, do, value=None, **more):
        """A request; raises what the student's code raised."""
        hidden, so_far = self.hidden(), len(client.outputs)
        answer = client.ask(do, value, **more)
        if hidden:
            del client.outputs[so_far:]  # they could show what the hidden check called with
        if "error" in answer.message:
            raise student_error(answer.message, hidden)
        return answer

    def call(self, args, kwargs, weights=None, **what):
        """Call something of the student's with these arguments (and a module's weights)."""
        watch = _watch()
        client = self.client
        if watch is not None and "name" in what and not watch.names & RECURRENT:
            client = self.permits() or client
        with torch._C.DisableTorchFunction():  # what passes the wire is no business of a test's
            return self._call(client, watch, args, kwargs, weights or {}, what)

    def _call(self, client, watch, args, kwargs, weights, what):
        state = torch.get_rng_state()
        last = client.random_state
        new = last is None or not torch.equal(state, last)
        # where the judge has drawn nothing since the last call, the sandbox draws on by itself
        answer = self.ask(
            client,
            "call",
            [list(args), kwargs, weights, state if new else None],
            grad=torch.is_grad_enabled(),
            dtype=str(torch.get_default_dtype()).removeprefix("torch."),
            forbids=sorted(watch.names) if watch is not None else [],
            **what,
        )
        client.random_state = state
        if watch is not None and isinstance(answer.message.get("called"), list):
            for name in answer.message["called"]:
                watch.saw(name)
        leaves = [t for t in answer.inputs if t.requires_grad]
        call = _Call(self, client, answer.message["id"], leaves)

        def attach(results):
            if leaves and any(r.requires_grad for r in results):
                results = list(_Pull.apply(call, results, *leaves))
            self.answers(results)
            return results

        return value_of(client, answer, attach)


def value_of(client, answer, change=None):
    """An answer's value; the session ends if it is none."""
    try:
        return wire.decode(answer.tree, answer.body, change)[0]
    except wire.Unreadable:
        client.unreadable()


def _watch():
    """The check's Watch for forbidden functions, if a check is calling just now."""
    honest = sys.modules.get("rnn_course.checks.honest")
    return honest.watching.get() if honest is not None else None


class _Call:
    """A call whose inputs the sandbox keeps, until nothing here can ask for gradients any more."""

    def __init__(self, names, client, number, leaves):
        self.names, self.client, self.number = names, client, number
        self.shapes = [(leaf.shape, leaf.dtype) for leaf in leaves]

    def __del__(self):
        if self.shapes:
            self.client.dropped.append(self.number)

    def pull(self, gradients):
        """One gradient (or None) for each leaf."""
        gradients = [None if g is None else g.contiguous() for g in gradients]
        with torch._C.DisableTorchFunction():
            answer = self.names.ask(self.client, "pull", gradients, call=self.number)
            pulled = value_of(self.client, answer)
        if type(pulled) is not list or len(pulled) != len(self.shapes):
            self.client.unreadable()
        for gradient, shape in zip(pulled, self.shapes, strict=True):
            if gradient is not None and (
                type(gradient) is not torch.Tensor or (gradient.shape, gradient.dtype) != shape
            ):
                self.client.unreadable()
        return [None if g is None else g.detach() for g in pulled]


class _Pull(torch.autograd.Function):
    """The results of a call, as a node of the judge's graph: backward asks the sandbox."""

    @staticmethod
    def forward(ctx, call, results, *leaves):
        ctx.call = call
        ctx.set_materialize_grads(False)
        outputs = tuple(r.detach() for r in results)
        fixed = [o for o, r in zip(outputs, results, strict=True) if not r.requires_grad]
        ctx.mark_non_differentiable(*fixed)
        return outputs

    @staticmethod
    @once_differentiable
    def backward(ctx, *gradients):
        return (None, None, *ctx.call.pull(gradients))


class RemoteModule(torch.nn.Module):
    """A student's torch.nn.Module, seen from the judge.

    Its parameters and buffers are real ones here, under the names that they have there, and
    travel to the sandbox with each call; its forward and its other methods run there.
    """

    _names = None

    def __init__(self, *args, **kwargs):
        super().__init__()
        client = self._names.client
        value = [list(args), kwargs]
        answer = self._names.ask(client, "make", value, name=type(self).__name__)
        self._adopt(value_of(client, answer))

    @classmethod
    def _of(cls, names, description):
        """An instance that the student's code has made."""
        cls = type("Module", (cls,), {"_names": names})
        self = cls.__new__(cls)
        torch.nn.Module.__init__(self)
        self._adopt(description)
        return self

    def _adopt(self, description):
        try:
            number, training, parameters, buffers = description
            for name, value in parameters.items():
                value = torch.nn.Parameter(value.detach().clone(), value.requires_grad)
                module, leaf = self._parent(name)
                module.register_parameter(leaf, value)
            for name, value in buffers.items():
                module, leaf = self._parent(name)
                module.register_buffer(leaf, value.detach().clone())
            self.train(bool(training))
            self._number = int(number)
        except (TypeError, ValueError, LookupError, AttributeError, RuntimeError):
            self._names.client.unreadable()

    def _parent(self, name):
        """The submodule that holds a parameter "layers.0.weight", made if need be; and "weight"."""
        *path, leaf = name.split(".")
        module = self
        for part in path:
            if part not in module._modules:
                module.add_module(part, torch.nn.Module())
            module = module._modules[part]
        return module, leaf

    def _run(self, method, args, kwargs):
        weights = dict(self.named_parameters()) | dict(self.named_buffers())
        what = {"instance": self._number, "method": method, "training": self.training}
        return self._names.call(args, kwargs, weights, **what)

    def forward(self, *args, **kwargs):
        return self._run("__call__", args, kwargs)

    def __getattr__(self, name):
        try:
            return super().__getattr__(name)
        except AttributeError:
            if name.startswith("_"):
                raise
        kind, value = self._names.kind_of("read", instance=self._number, name=name)
        if kind == "missing":
            raise AttributeError(f"the student's module has no attribute {name!r}")
        if kind == "function":
            return lambda *args, **kwargs: self._run(name, args, kwargs)
        return value if kind == "value" else _CannotCross(name, value)


class _CannotCross:
    """Stands for what has no place in the judge; says so when it is used."""

    def __init__(self, name, why):
        self._said = f"{name} is {why}" if why == "a class" else str(why)
        self._said += f"; a test can use functions, torch modules, and {wire.MAY_CROSS}"

    def __call__(self, *args, **kwargs):
        raise TypeError(self._said)

    def __getattr__(self, name):
        raise TypeError(self._said)
