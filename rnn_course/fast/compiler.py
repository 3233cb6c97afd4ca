"""The compiler, numba, and a cache for what it makes: the next process need not compile again.

numba has a cache of its own, but that one stops the program where its folder is not writable, the
disk is full or a file was cut off, and two processes that fill it at once can mix up its files.
Ours can save time and do nothing else: a file is written whole or not at all, holds one thing and
its checksum, and where anything is wrong with it, nothing is kept.
"""

import contextlib
import hashlib
import os
import pickle
import sys
from functools import cache
from pathlib import Path

import llvmlite.binding as llvm
import numba
import numpy
import torch
from numba.core import caching, compiler, serialize


def compiled(function, name=None):
    """Compile at the first call with each dtype. fastmath="contract" lets x * y + z round once;
    more of it would break nan, infinities and the far tails.

    Code that comes from two processes and has one name and the same kinds of arguments is taken by
    the linker for the same code. So a closure gets a name of its own in place of its text's.
    """
    function.__qualname__ = name or function.__qualname__
    made = numba.njit(error_model="numpy", fastmath={"contract"}, nogil=True)(function)
    made._cache = _Cache(name or function.__name__)
    return made


def folder():
    """$RNN_COURSE_CACHE, or rnn-course in the system's folder for caches."""
    if os.environ.get("RNN_COURSE_CACHE"):
        return Path(os.environ["RNN_COURSE_CACHE"])
    home = Path(os.path.expanduser("~"))
    base = {"win32": home / "AppData/Local", "darwin": home / "Library/Caches"}
    base = os.environ.get("XDG_CACHE_HOME") or base.get(sys.platform, home / ".cache")
    return Path(base) / "rnn-course"


@cache
def version():
    """A name that changes with all that the cache depends on: text, versions, processor."""
    parts = [sys.version, *(of.__version__ for of in (numba, numpy, torch))]
    parts += [llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()]
    parts += [path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py"))]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def load(name):
    """The bytes kept under a name; None where there are none, or not those that were kept."""
    with contextlib.suppress(OSError):
        kept = (folder() / version() / name).read_bytes()
        if hashlib.sha256(kept[32:]).digest() == kept[:32]:
            return kept[32:]
    return None


def save(name, data):
    """Keep bytes under a name: all of them or, where that cannot be, none."""
    path = folder() / version() / name
    part = path.with_name(f"{name}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(hashlib.sha256(data).digest() + data)
        part.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


class _Cache(caching._Cache):
    """What numba asks of a function's cache."""

    def __init__(self, function):
        self.function = function

    def _name(self, signature):
        return f"{self.function}-{hashlib.sha256(repr(signature).encode()).hexdigest()[:16]}"

    def load_overload(self, signature, context):
        data = load(self._name(signature))
        if data is None:
            return None
        context.refresh()
        try:
            return compiler.CompileResult._rebuild(context, *pickle.loads(data))
        except Exception:  # it was made by another build of the compiler, for instance
            return None

    def save_overload(self, signature, result):
        save(self._name(signature), serialize.dumps(result._reduce()))

    def enable(self):
        """Nothing to do: it is always on, and files of another version are never read."""

    disable = flush = enable
    cache_path = property(lambda self: str(folder()))
