"""How long is searched for two mistakes at once, and what is known of them already.

In a notebook a check searches at once. Whoever judges a whole class gives all scores first: a
search is put off, and done afterwards, once for each distinct wrong answer. They say so by an
environment variable (`variable`); what was put off or found stands in the verdict's `pairs`.
"""

import functools
import hashlib
import json
import os
import time

import numpy as np

VARIABLE = "RNN_COURSE_PAIRS"
NOTEBOOK_SECONDS = 5.0  # of processor time, for all checks of one judged notebook


def variable(seconds=NOTEBOOK_SECONDS, known=()):
    """The environment variable, as a dict: how long all searches of this process may take together
    (0: put them off), and answer's key -> [names, clues] that were found before."""
    return {VARIABLE: json.dumps({"seconds": seconds, "known": dict(known)})}


@functools.cache
def patience():
    """This process's Patience, or None where nothing was said: every search is done at once."""
    said = os.environ.get(VARIABLE)
    return Patience(**json.loads(said)) if said else None


class Patience:
    """What is left of the time, and key -> [names, clues] of what is known."""

    def __init__(self, seconds, known):
        self.left, self.known = seconds, known

    def look(self, key, search, seconds):
        """[names, clues] of an answer: known, or found by search(seconds), or None if put off."""
        if key not in self.known:
            if self.left <= 0:
                return None
            begun = time.thread_time()
            self.known[key] = search(min(seconds, self.left))
            self.left -= time.thread_time() - begun
        return self.known[key]


def key_of(exhibits):
    """The same for the same wrong numbers to the same question, in whatever order."""
    return hashlib.blake2b(b"".join(sorted(map(_digest, exhibits))), digest_size=16).hexdigest()


def _digest(exhibit):
    whole = hashlib.blake2b(digest_size=16)
    for value in (*exhibit.scene.expected, "given", *exhibit.given):
        if isinstance(value, np.ndarray) and value.dtype.kind in "fiub":
            rounded = np.round(np.asarray(value, float), 4) + 0.0
            whole.update(repr(value.shape).encode() + rounded.tobytes())
        else:
            whole.update(repr(value).encode())
    return whole.digest()
