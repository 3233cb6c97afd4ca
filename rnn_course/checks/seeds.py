"""The seeds that cases are drawn from: public for the visible ones, a student's own for the hidden."""

import hashlib
import os
from contextlib import contextmanager
from contextvars import ContextVar

SEED_VARIABLE = "RNN_COURSE_SEED"  # set by whoever grades; without it the seed is public
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


@contextmanager
def seed_from(key, student, assignment):
    """Within this block hidden cases are this student's: `with seed_from(key, "ada", "rnn"):`."""
    token = _seed.set(student_seed(key, student, assignment))
    try:
        yield
    finally:
        _seed.reset(token)
