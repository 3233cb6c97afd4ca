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


# A little world of eight people: every one has a pronoun, a rank and an age, and no two the same.
PEOPLE = {
    "king": ("he", "royal", "grown"),
    "queen": ("she", "royal", "grown"),
    "prince": ("he", "royal", "young"),
    "princess": ("she", "royal", "young"),
    "man": ("he", "common", "grown"),
    "woman": ("she", "common", "grown"),
    "boy": ("he", "common", "young"),
    "girl": ("she", "common", "young"),
}
WORLD = {
    "royal": ["palace", "castle", "throne"],
    "common": ["cottage", "farm", "village"],
    "grown": ["worked", "wrote", "rested"],
    "young": ["played", "sang", "hid"],
    "food": ["apple", "egg", "orange", "pear", "plum", "carrot"],
    "drink": ["tea", "milk", "water"],
    "animal": ["dog", "cat", "horse"],
}


def small_world(sentences, seed=0):
    """Sentences from a small grammar, as lists of words: "the queen rested in her palace".

    Each trait of PEOPLE decides some words around a person: the pronoun he or she, his or her;
    the rank the places; the age the verbs. What people eat and drink is the same for all.
    """
    rng = np.random.default_rng(seed)

    def one_of(words):
        return words[rng.integers(len(words))]

    made = []
    for _ in range(sentences):
        person = one_of(list(PEOPLE))
        pronoun, rank, age = PEOPLE[person]
        whose = {"he": "his", "she": "her"}[pronoun]
        did, place, drink = one_of(WORLD[age]), one_of(WORLD[rank]), one_of(WORLD["drink"])
        food, hunter, prey = one_of(WORLD["food"]), one_of(WORLD["animal"]), one_of(WORLD["animal"])
        article = "an" if food[0] in "aeiou" else "a"
        sentence = one_of(
            [
                f"the {person} {did} in {whose} {place}",
                f"{pronoun} {did} near the {place} of the {person}",
                f"the {person} ate {article} {food} and {pronoun} drank {drink}",
                f"the {hunter} chased the {prey} of the {person}",
            ]
        )
        made.append(sentence.split())
    return made
