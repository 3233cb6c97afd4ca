"""From scratch means it: torch's ready-made recurrent layers are switched off in the sandbox.

Every way to them (nn.LSTM, torch.lstm, torch._VF, torch.ops, torch.jit) ends in torch's
dispatcher, so that is where they are taken out, before the student's first line runs. To make a
layer and to read its weights is still possible; only to call it is not.

In torch there are also versions in plain Python; those are emptied, and their files hidden. And
below the dispatcher lie the C++ functions, which `ctypes` could call: their machine code is
overwritten.
"""

import ctypes
import linecache
import mmap
import platform
import re
import struct
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
    _empty_machine_code()
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


# ---------------------------------------------------------------- below the dispatcher

# a function of at::native and the like, as C++ writes its name; not those that ask the dispatcher
_CODE = re.compile(
    rb"_ZN2at(?:6native|\d+composite[a-z]+|3cpu)\d+[a-z_]*(?:lstm|gru|rnn)[a-z_]*E[^\0]+"
)
TRAP = {"x86_64": b"\x0f\x0b", "aarch64": b"\x00\x00\x00\x00"}  # no instruction: SIGILL
NAMES_TABLE = 11  # elf.h: the section of a shared library's dynamic symbols
WRITABLE, EXECUTABLE = 3, 5  # sys/mman.h, both with PROT_READ


def _empty_machine_code():
    """Put a trap at the beginning of each function that a program could find by its name."""
    file = Path(torch.__file__).parent / "lib" / "libtorch_cpu.so"
    trap = TRAP.get(platform.machine())
    if trap is None or not file.exists():
        return
    library, libc, page = ctypes.CDLL(str(file)), ctypes.CDLL(None), mmap.PAGESIZE
    for name in functions_in(file):
        start = ctypes.cast(getattr(library, name), ctypes.c_void_p).value
        whole = ctypes.c_void_p(start & -page), ctypes.c_size_t(2 * page)
        if libc.mprotect(*whole, WRITABLE) == 0:
            ctypes.memmove(start, trap, len(trap))
            libc.mprotect(*whole, EXECUTABLE)


def functions_in(file):
    """The names of the recurrent functions that a shared library (64-bit ELF) offers."""
    with open(file, "rb") as opened, mmap.mmap(opened.fileno(), 0, prot=mmap.PROT_READ) as image:
        (table,) = struct.unpack_from("<Q", image, 40)
        size, count = struct.unpack_from("<HH", image, 58)
        sections = [struct.unpack_from("<IIQQQQI", image, table + k * size) for k in range(count)]
        link = next(s[6] for s in sections if s[1] == NAMES_TABLE)
        at, length = sections[link][4:6]
        names = {match.decode() for match in _CODE.findall(image, at, at + length)}
    return sorted(n for n in names if not re.search(r"backward|flatten", n))
