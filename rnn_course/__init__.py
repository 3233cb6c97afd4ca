"""Recurrent networks from scratch, proved equal to torch.nn.

Read in this order: ops, cells, unroll, stack, packing, weights, modules; then embedding,
variants, fast. A newcomer needs an hour for the first seven.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # for editors and type checkers
    from rnn_course.cell_modules import GRUCell as GRUCell
    from rnn_course.cell_modules import LSTMCell as LSTMCell
    from rnn_course.cell_modules import RNNCell as RNNCell
    from rnn_course.embedding import Embedding as Embedding
    from rnn_course.modules import GRU as GRU
    from rnn_course.modules import LSTM as LSTM
    from rnn_course.modules import RNN as RNN

_WHERE = {"Embedding": "embedding"}
_WHERE |= dict.fromkeys(("GRU", "LSTM", "RNN"), "modules")
_WHERE |= dict.fromkeys(("GRUCell", "LSTMCell", "RNNCell"), "cell_modules")

__all__ = list(_WHERE)  # noqa: PLE0604


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> Any:
    """A module of ours is loaded when it is first asked for: torch takes a second to load, and the
    commands of an instructor mostly need none of it."""
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = found = getattr(importlib.import_module(f"{__name__}.{_WHERE[name]}"), name)
    return found
