"""The seeds of the hidden cases, from a key that lies in the class's folder.

Each submission has its own, even a student's second one: what a first submission may have seen of
its hidden cases, and printed, is of no use to the next.
"""

import hashlib
import os
import secrets
from pathlib import Path

from rnn_course.checks.seeds import SEED_VARIABLE, student_seed

KEY_FILE = "hidden-seeds.key"


def hidden_seed(home, student, assignment, data=b""):
    """{environment variable: seed} for one submission. The key is made at the first use, mode 600.

    home  the class's folder
    data  the submission's bytes, or what stands for them
    """
    path = Path(home, KEY_FILE)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
    data = data if isinstance(data, bytes) else repr(data).encode()
    key = hashlib.blake2b(path.read_bytes() + hashlib.blake2b(data).digest()).digest()
    return {SEED_VARIABLE: student_seed(key, student, assignment)}
