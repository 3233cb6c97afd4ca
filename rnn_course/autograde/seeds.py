"""The seeds of the hidden cases, from a key that lies in the class's folder.

Each submission has its own, even a student's second one: what a first submission may have seen of
its hidden cases, and printed, is of no use to the next.
"""

import contextlib
import hashlib
import os
import secrets
import tempfile
from pathlib import Path

from rnn_course.checks.seeds import SEED_VARIABLE, student_seed

KEY_FILE = "hidden-seeds.key"


def hidden_seed(home, student, assignment, data=b""):
    """{environment variable: seed} for one submission. The key is made at the first use, mode 600.

    home  the class's folder
    data  the submission's bytes, or what stands for them
    """
    data = data if isinstance(data, bytes) else repr(data).encode()
    key = hashlib.blake2b(_key(home) + hashlib.blake2b(data).digest()).digest()
    return {SEED_VARIABLE: student_seed(key, student, assignment)}


def _key(home):
    """The class's key. Of several first runs at once one makes it, and it is never there in part."""
    path = Path(home, KEY_FILE)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, made = tempfile.mkstemp(".new", f".{KEY_FILE}.", path.parent)  # mode 600
        try:
            with open(descriptor, "w") as file:
                file.write(secrets.token_hex(32))
            try:
                os.link(made, path)
            except FileExistsError:
                pass
            except OSError:  # a disk without hard links
                with contextlib.suppress(FileExistsError), open(path, "x") as file:
                    file.write(Path(made).read_text())
        finally:
            os.unlink(made)
    return path.read_bytes()
