"""Honest work: noticing, while the student's function runs, that a ready-made layer does it.

Every task is to be written by hand. What a task forbids is a tuple of names of torch functions;
by default those of torch's recurrent layers, by whatever route they are called (nn.LSTM,
nn.LSTMCell, torch.lstm, torch.ops); a name with dots is a module's, and stands for all that its
functions do. Making a layer and reading its weights is allowed: only a call counts. What the
course's own reference computes is no answer to any task. This is a kind word in one's own
notebook, no fence: against tampering there is the judge, where the reference is not to be had.
"""

import inspect
import sys
from contextvars import ContextVar
from pathlib import Path

from torch.overrides import TorchFunctionMode

RECURRENT = (
    *("rnn_tanh", "rnn_relu", "lstm", "gru"),
    *("rnn_tanh_cell", "rnn_relu_cell", "lstm_cell", "gru_cell"),
)
AUTOGRAD = ("grad", "backward", "vjp", "vmap", "_grad", "_make_dual")

# The Watch under which a student's function is being called. Where the function runs in another
# process (the judge), that process is told `names`, and what it notices comes back by `saw`.
watching = ContextVar("watching", default=None)

_COURSE = str(Path(__file__).resolve().parent.parent)
# no layers there; and the judge's stand-in for a student's function
_ALLOWED = tuple(str(Path(_COURSE, name)) for name in ("ops.py", "checks", "autograde"))


class Watch(TorchFunctionMode):
    """While it is on, `called` collects the forbidden functions that are called.

    Where nothing is forbidden (no names) nothing is, not even the course's own.

    with Watch(RECURRENT) as watch: answer = function(*args)
    """

    def __init__(self, names):
        super().__init__()
        self.names = frozenset(names)
        self.modules = {name for name in names if "." in name}
        self.called = []

    def __enter__(self):
        self._token = watching.set(self)
        return super().__enter__()

    def __exit__(self, *exception):
        watching.reset(self._token)
        return super().__exit__(*exception)

    def __torch_function__(self, function, types, args=(), kwargs=None):
        name = getattr(function, "__name__", "")
        self.saw(name)
        if self.modules:
            self.saw(module_at_work(self.modules))
        own = _own_function() if self.names else None
        if own:
            self._note(f"rnn_course's {own}")
        return function(*args, **(kwargs or {}))

    def saw(self, name):
        """A torch function of this name is called: note it if that is forbidden."""
        if name in self.names:
            ours = name if "." in name else f"torch's {name}"
            self._note("torch.autograd" if name in AUTOGRAD else ours)

    def _note(self, what):
        if what not in self.called:
            self.called.append(what)


def module_at_work(modules):
    """The one of these modules whose function is computing now, or ''."""
    frame = sys._getframe(2)
    while frame is not None:
        if frame.f_globals.get("__name__") in modules:
            return frame.f_globals["__name__"]
        frame = frame.f_back
    return ""


def own_name(function):
    """The name of a function of the course's reference that is handed in as it is, else None."""
    function = inspect.unwrap(getattr(function, "func", function))
    return function.__name__ if _is_own_code(getattr(function, "__code__", None)) else None


def _is_own_code(code):
    file = code.co_filename if code else ""
    return file.startswith(_COURSE) and not file.startswith(_ALLOWED)


def _own_function():
    """The name of the reference's function that the student's function has called, or None."""
    frame, found = sys._getframe(2), None
    while frame is not None and frame.f_code.co_name != "call_student":
        found = frame.f_code.co_name if _is_own_code(frame.f_code) else found
        frame = frame.f_back
    return found
