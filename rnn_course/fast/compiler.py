"""The compiler: numba, with our cache in place of its own.

numba's own cache stops the program where its folder is not writable, a disk is full or a file was
cut off, and two processes that fill it at once can mix up its numbered files.
"""

import hashlib
import pickle

import numba
from llvmlite import binding
from numba.core import caching, compiler, serialize

from rnn_course.fast import cache

PROCESSOR = f"{binding.get_host_cpu_name()} {binding.get_host_cpu_features().flatten()}"


def compiled(function):
    """Compile at the first call with each dtype. fastmath="contract" lets x * y + z round once;
    more of it would break nan, infinities and the tails (curves.py)."""
    made = numba.njit(error_model="numpy", fastmath={"contract"}, nogil=True)(function)
    made._cache = _Cache(function)
    return made


class _Cache(caching._Cache):
    """What numba asks for and gives to keep, for one function."""

    def __init__(self, function):
        self.function = f"{function.__module__}.{function.__qualname__}"

    cache_path = property(lambda self: str(cache.folder()))

    def name(self, signature):
        what = repr((signature, PROCESSOR)).encode()
        return f"{self.function}-{hashlib.sha256(what).hexdigest()[:16]}"

    def load_overload(self, signature, context):
        data = cache.load(self.name(signature))
        if data is None:
            return None
        context.refresh()
        try:
            return compiler.CompileResult._rebuild(context, *pickle.loads(data))
        except Exception:  # of another build of the compiler, for instance
            return None

    def save_overload(self, signature, result):
        cache.save(self.name(signature), serialize.dumps(result._reduce()))

    def enable(self):
        pass

    disable = flush = enable
