"""What the engine keeps between runs, in the user's cache folder: compiled code, and which library
multiplies quicker.

A cache may save time and nothing else. A file is written whole or not at all, holds one thing and
its checksum, and where anything is wrong with it or with the folder, there is nothing kept.
"""

import contextlib
import hashlib
import importlib.metadata
import os
import platform
import sys
from functools import lru_cache
from importlib.metadata import PackageNotFoundError
from pathlib import Path


def folder():
    """$RNN_COURSE_CACHE, or rnn-course in the system's folder for caches."""
    if os.environ.get("RNN_COURSE_CACHE"):
        return Path(os.environ["RNN_COURSE_CACHE"])
    home = Path(os.path.expanduser("~"))
    base = {"win32": home / "AppData/Local", "darwin": home / "Library/Caches"}
    return Path(os.environ.get("XDG_CACHE_HOME") or base.get(sys.platform, home / ".cache")) / (
        "rnn-course"
    )


@lru_cache(maxsize=1)
def version():
    """A name that changes with all that compiled code depends on: text, compiler, processor."""
    parts = [sys.version, processor()]
    with contextlib.suppress(PackageNotFoundError):
        parts.append(importlib.metadata.version("numba"))
    parts += [path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py"))]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def processor():
    """What can be told of it without asking the compiler, which takes half a second to load."""
    with contextlib.suppress(OSError), open("/proc/cpuinfo") as file:  # Linux
        return [line for line in file if line.startswith(("model name", "flags"))][:2]
    return [platform.machine(), platform.processor()]


def load(name):
    """The bytes kept under a name; None where there are none, or not the ones that were kept."""
    with contextlib.suppress(OSError):
        kept = (folder() / version() / name).read_bytes()
        if hashlib.sha256(kept[32:]).digest() == kept[:32]:
            return kept[32:]
    return None


def save(name, data):
    """Keep bytes under a name, all of them or none, and silently none where that cannot be."""
    path = folder() / version() / name
    part = path.with_name(f"{name}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(hashlib.sha256(data).digest() + data)
        part.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
