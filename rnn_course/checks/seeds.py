"""The seeds that cases are drawn from: public for the visible ones, a student's own for the hidden.

Whoever grades takes the hidden seeds from a key in the class's folder. Each submission has its
own, even a student's second one: what a first submission may have seen of its hidden cases, and
printed, is of no use to the next.
"""

import contextlib
import hashlib
import os
import secrets
import tempfile
from contextvars import ContextVar
from pathlib import Path

SEED_VARIABLE = "RNN_COURSE_SEED"  # set by whoever grades; without it the seed is public
KEY_FILE = "hidden-seeds.key"
_seed = ContextVar("seed", default=None)


def seed_for(task, hidden=False):
    """The seed of a task's visible cases (public), or of its hidden ones (this student's own)."""
    own = (_seed.get() or os.environ.get(SEED_VARIABLE, "")) if hidden else ""
    digest = hashlib.blake2b(f"{task}/{'hidden' if hidden else 'visible'}/{own}".encode())
    return int.from_bytes(digest.digest()[:7], "big")


def student_seed(key, student, assignment):
    """A student's own seed: a keyed hash, so that nobody without the key can foresee the cases.

    key is bytes or text, read by the grading process from the course's key file.
    """
    key = key.encode() if isinstance(key, str) else key
    text = f"{assignment}\0{student}".encode()
    return hashlib.blake2b(text, key=key[:64], digest_size=16).hexdigest()


@contextlib.contextmanager
def seed_from(key, student, assignment):
    """Within this block hidden cases are this student's: `with seed_from(key, "ada", "rnn"):`."""
    token = _seed.set(student_seed(key, student, assignment))
    try:
        yield
    finally:
        _seed.reset(token)


def hidden_seed(home, student, assignment, data=b""):
    """{environment variable: seed} for one submission. The key is made at the first use, mode 600.

    home  the class's folder
    data  the submission's bytes, or what stands for them (grade_submission.File, Absent)
    """
    if hasattr(data, "digest"):
        mark = bytes.fromhex(data.digest)
    else:
        mark = hashlib.blake2b(data if isinstance(data, bytes) else repr(data).encode()).digest()
    key = hashlib.blake2b(_key(home) + mark).digest()
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
