"""The seeds of the hidden cases: each student's own, from a key that lies in the class's folder."""

import os
import secrets
from pathlib import Path

KEY_FILE = "hidden-seeds.key"


def hidden_seed(home, student, assignment):
    """{environment variable: seed} for one submission. The key is made at the first use, mode 600.

    home  the class's folder
    """
    from rnn_course.checks.cases import SEED_VARIABLE, student_seed

    path = Path(home, KEY_FILE)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
    return {SEED_VARIABLE: student_seed(path.read_bytes(), student, assignment)}
