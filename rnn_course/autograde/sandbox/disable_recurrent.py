"""From scratch means it: torch's ready-made recurrent layers are switched off in the sandbox.

Every way to them (nn.LSTM, torch.lstm, torch._VF, torch.ops, torch.jit) ends in torch's
dispatcher, so that is where they are taken out, before the student's first line runs. To make a
layer and to read its weights is still possible; only to call it is not.

In torch there are also versions in plain Python; those are emptied, and their files hidden. Below
the dispatcher lie the C++ functions. Nothing keeps a program from calling those by their addresses:
whatever is done to them in memory, libtorch's file can be read again.
"""

import ctypes
import linecache
import re
import warnings
from pathlib import Path

import torch

_NAMES = re.compile(r"(lstm|gru|rnn)(?!.*(flatten|reorder|backward))")
_FILES = (
    *("_decomp/decompositions.py", "_decomp/__pycache__/decompositions.*"),
    *("ao/nn/quantizable/modules/rnn.py", "ao/nn/quantizable/modules/__pycache__/rnn.*"),
)
MESSAGE = (
    "torch's ready-made recurrent layers cannot be called while this is graded: the task is to "
    "write it from its equations (making a layer and reading its weights is allowed)"
)


class Refused(RuntimeError):
    """A ready-made recurrent layer was called."""


def _refuse(*args, **kwargs):
    raise Refused(MESSAGE)


def disable():
    """Take the recurrent layers out of torch, for good. Returns the files that are to be hidden."""
    libraries = {}
    for schema in torch._C._jit_get_all_schemas():
        space, _, name = schema.name.partition("::")
        if not _NAMES.search(name):
            continue
        if space not in libraries:
            libraries[space] = torch._C._dispatch_library("IMPL", space, "", "", 0)
        full = f"{name}.{schema.overload_name}" if schema.overload_name else name
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that it was registered before is the point
            for key in ("CPU", "AutogradCPU", "CompositeImplicitAutograd"):
                libraries[space].impl(full, key, _refuse)
    for library in libraries.values():
        # a library that is freed gives its operations back: this one never is, and has no name
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(library))
    _empty_python_versions()
    folder = Path(torch.__file__).parent
    return [str(f) for pattern in _FILES for f in folder.glob(pattern)]


def _empty_python_versions():
    import torch._decomp.decompositions
    import torch.ao.nn.quantizable.modules.rnn

    # torch.func.jvp reads the source of what stands before them in that file
    file = torch._decomp.decompositions.__file__
    lines = linecache.getlines(file)
    first = next((n for n, x in enumerate(lines) if x.startswith("def ") and _NAMES.search(x)), 0)
    linecache.cache[file] = (0, None, lines[:first], file)
    for module in (torch._decomp.decompositions, torch.ao.nn.quantizable.modules.rnn):
        for name, value in list(vars(module).items()):
            if not _NAMES.search(name.lower()):
                continue
            if isinstance(value, type):
                value.forward = _refuse
            elif callable(value):
                setattr(module, name, _refuse)
    for table in torch._decomp.global_decomposition_table.values():
        for operation in [op for op in table if _NAMES.search(str(op))]:
            table[operation] = _refuse
            operation.py_kernels.clear()
            operation._dispatch_cache.clear()
