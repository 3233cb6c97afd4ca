"""Texts and toy tasks that the chapters share. Everything comes with Python or is made by seed."""

import re

import numpy as np


def python_manual():
    """Real English prose, some 240,000 characters: the help texts that come with Python itself.

    (pydoc_data.topics, what help("for") shows.) Only the paragraphs, in plain ASCII, without
    code and headings. The text differs a little from one Python version to the next.
    """
    try:
        from pydoc_data.topics import topics
    except ImportError as error:
        raise ImportError(
            "expected Python's own help texts (the module pydoc_data.topics), which this Python "
            "was installed without; install the standard library's full package"
        ) from error
    paragraphs = []
    for name in sorted(topics):
        for paragraph in topics[name].split("\n\n"):
            code_or_table = paragraph.startswith(" ") or re.search(r"[*=~+-]{3}", paragraph)
            if not code_or_table and len(paragraph) > 80:
                paragraphs.append(" ".join(paragraph.split()))
    text = "\n".join(paragraphs).replace("’", "'").replace("“", '"').replace("”", '"')
    return text.encode("ascii", "ignore").decode()


def streams(ids, N, T):
    """Cut one long sequence into N streams and walk them T steps at a time.

    ids (R,) whole numbers. Yields (inputs, targets), each (T, N): the targets are the inputs one
    step later. Row n of one chunk goes on where row n of the chunk before stopped, so a state
    can be carried over. What does not fill a chunk at the end is left out.
    """
    ids = np.asarray(ids)
    steps = (len(ids) - 1) // N // T * T
    if steps == 0:
        raise ValueError(
            f"expected at least N * T + 1 = {N * T + 1} ids for {N} streams of {T} steps, "
            f"got {len(ids)}"
        )
    inputs = ids[: N * steps].reshape(N, steps).T
    targets = ids[1 : N * steps + 1].reshape(N, steps).T
    for t in range(0, steps, T):
        yield inputs[t : t + T], targets[t : t + T]
