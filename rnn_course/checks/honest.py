"""Honest work: noticing, while the student's function runs, that a ready-made layer does it.

Every task is to be written by hand. What a task forbids is a tuple of names of torch functions;
by default those of torch's recurrent layers, by whatever route they are called (nn.LSTM,
nn.LSTMCell, torch.lstm, torch.ops), and with "rnn_course" this course's own; a name with dots is
a module's, and stands for all that its functions do. Making a layer
and reading its weights is: only a call counts. This is a kind word in one's own notebook, no
fence: against tampering there is the judge.
"""

import sys
from contextvars import ContextVar
from pathlib import Path

from torch.overrides import TorchFunctionMode

RECURRENT = (
    *("rnn_tanh", "rnn_relu", "lstm", "gru"),
    *("rnn_tanh_cell", "rnn_relu_cell", "lstm_cell", "gru_cell"),
    "rnn_course",
)
AUTOGRAD = ("grad", "backward", "vjp", "vmap", "_grad", "_make_dual")

# The Watch under which a student's function is being called. Where the function runs in another
# process (the judge), that process is told `names`, and what it notices comes back by `saw`.
watching = ContextVar("watching", default=None)

_COURSE = str(Path(__file__).resolve().parent.parent)
_ALLOWED = (str(Path(_COURSE, "ops.py")), str(Path(_COURSE, "checks")))  # no layers there


class Watch(TorchFunctionMode):
    """While it is on, `called` collects the forbidden functions that are called.

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
        if "rnn_course" in self.names:
            own = _own_layer()
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


def _own_layer():
    """The name of this course's function that is computing now, if it is one of its layers."""
    frame = sys._getframe(2)
    while frame is not None and frame.f_code.co_name != "call_student":
        file = frame.f_code.co_filename
        if file.startswith(_COURSE) and not file.startswith(_ALLOWED):
            return frame.f_code.co_name
        frame = frame.f_back
    return None
