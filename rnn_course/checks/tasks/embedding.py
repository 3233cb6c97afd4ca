"""Checks of the assignment `embedding`: vocabulary, one-hot, lookup, gradient, vectors from text.

The truth is torch.nn.functional and torch's autograd; for words, plain Python.
"""

import torch
from torch.nn import functional as F

from rnn_course.checks.cases import case, edge
from rnn_course.checks.task import task

READY_MADE = ("embedding", "embedding_bag")
WORDS = (
    "he she it ate saw took gave an the one apple pear egg plum dog cat man child red green "
    "small old here there now then and or"
).split()


def some_words(draw, count):
    """`count` different words, in a drawn order."""
    words = list(WORDS)
    return [words.pop(draw.whole(0, len(words))) for _ in range(count)]


def some_ids(draw, V, T, N):
    """Word numbers (T, N): at least one repeated, at least one word of the vocabulary absent."""
    ids = draw.tokens(V - 1, T, N)
    ids[0, 0] = ids[-1, -1] = draw.whole(1, V - 1)
    return ids


# ------------------------------------------------------------------------- words and numbers


def _vocabulary(sentences):
    words = dict.fromkeys(["<pad>", "<unk>"] + [word for words in sentences for word in words])
    return {word: k for k, word in enumerate(words)}


def shuffled(draw, numbers):
    """The same dictionary with its entries in another order than their numbers."""
    entries, order = list(numbers.items()), list(range(len(numbers)))
    while any(k == n for k, n in enumerate(order)):
        order = draw.order(len(numbers))
    return dict(entries[k] for k in order)


@task(
    "vocabulary(sentences) -> numbers",
    returns="numbers",
    oracle=_vocabulary,
    against="the course",
    section="embedding/index",
)
def vocabulary(draw):
    """A dictionary word -> number in the order of first appearance; <pad> is 0, <unk> is 1."""
    words = some_words(draw, 8)
    large = [word.capitalize() for word in words]  # other words than the small ones
    yield case(
        [
            [large[3], *words[:3]],
            [words[1], *words[3:5], large[0]],
            [words[5], *words[2::-1], words[6], large[1], words[7]],
        ]
    )
    yield edge("one sentence of one word", [words[:1]])
    yield edge("an empty sentence", [words[:2], [], words[2:4]])


@task(
    "encode(words, numbers) -> ids",
    returns="ids",
    oracle=lambda words, numbers: [numbers.get(word, 1) for word in words],
    against="the course",
    section="embedding/index",
)
def encode(draw):
    """The list of the words' numbers; a word that is not in the dictionary becomes 1."""
    words = some_words(draw, 9)
    numbers = shuffled(draw, _vocabulary([words[:6]]))
    large = [word.capitalize() for word in words[:3]]  # these are not in the dictionary
    known = [words[4], words[0], words[0], words[2], words[5]]
    parts = [word[0] for word in words[3:6]]  # nor are these, though they stand in known words
    more = [words[1], words[3], words[4]]
    yield case([*known, *large, words[6], *more, *parts, words[7], words[3], words[8]], numbers)
    yield case([*known, "<pad>", "<pad>", "<pad>"], numbers, note="a padded sentence")
    yield edge("no words", [], numbers)
    yield edge("only unknown words", words[6:], numbers)


# -------------------------------------------------------------------- one-hot and the lookup


@task(
    "one_hot(ids, V) -> vectors",
    returns="vectors: T N V [float32]",
    oracle=lambda ids, V: F.one_hot(ids, V).float(),
    section="embedding/one-hot",
    forbids=("one_hot", *READY_MADE),
)
def one_hot(draw):
    """A vector of zeros with a 1 at the word's own place, for every word."""
    T, N, V = draw.sizes(3)
    yield case(some_ids(draw, V, T, N), V)
    yield edge("one word", some_ids(draw, V, 1, 1), V)
    yield edge("the last word of the vocabulary", torch.tensor([[V - 1], [0]]), V)


@task(
    "lookup(ids, table) -> vectors",
    returns="vectors: T N E",
    oracle=F.embedding,
    section="embedding/lookup",
    forbids=READY_MADE,
)
def lookup(draw):
    """The row of the table for every word."""
    T, N, V, E = draw.sizes(4)
    yield case(some_ids(draw, V, T, N), draw.normal(V, E))
    yield edge("one word", some_ids(draw, V, 1, 1), draw.normal(V, E))
    yield edge("as many words as numbers", some_ids(draw, E, T, N), draw.normal(E, E))


# ------------------------------------------------------------------------------ the gradient


def _gradient(ids, dvectors, V, padding_idx=None):
    table = dvectors.new_zeros(V, dvectors.shape[2], requires_grad=True)
    vectors = F.embedding(ids, table, padding_idx)
    return torch.autograd.grad(vectors, table, dvectors)[0]


@task(
    "table_gradient(ids, dvectors, V) -> dtable",
    returns="dtable: V E",
    oracle=_gradient,
    section="embedding/gradient",
    forbids=READY_MADE,
)
def table_gradient(draw):
    """Each row's gradient: the sum over all places where its word was looked up."""
    T, N, V, E = draw.sizes(4)
    yield case(some_ids(draw, V, T, N), draw.normal(T, N, E), V)
    yield edge("one word", some_ids(draw, V, 1, 1), draw.normal(1, 1, E), V)
    yield edge("the same word everywhere", torch.full((T, N), V - 1), draw.normal(T, N, E), V)


@task(
    "table_gradient_padded(ids, dvectors, V, padding_idx) -> dtable",
    returns="dtable: V E",
    oracle=_gradient,
    section="embedding/padding",
    forbids=READY_MADE,
)
def table_gradient_padded(draw):
    """The table's gradient with zeros in the row padding_idx."""
    T, N, V, E = draw.sizes(4)
    ids = some_ids(draw, V, T, N)
    ids[1, 0] = 0
    pad = int(ids[0, 0])
    yield case(ids, draw.normal(T, N, E), V, pad)
    yield case(ids, draw.normal(T, N, E), V, 0, note="padding_idx=0")
    yield edge("a pad that does not occur", ids, draw.normal(T, N, E), V, V - 1)


# ------------------------------------------------------------------------ vectors from text


def _read(lines):
    rows = [line.split() for line in lines if line.strip()]
    rows = rows[1:] if len(rows[0]) == 2 else rows
    table = torch.tensor([[float(x) for x in row[1:]] for row in rows], dtype=torch.float64)
    return [row[0] for row in rows], table


@task(
    "read_vectors(lines) -> (words, table)",
    returns=("words | words", "table: V E [float32]"),
    oracle=_read,
    against="the course",
    section="embedding/vectors",
    shares={"words": 0.3, "forward": 0.4, "edges": 0.3},
)
def read_vectors(draw):
    """The words and their table, from lines in GloVe's text format."""
    E, V = draw.sizes(2)
    words = [word.capitalize() for word in some_words(draw, 3)] + some_words(draw, V)
    # numbers are words, too, and the first line is no header because it begins with one
    words = [str(1900 + draw.whole(0, 99)), *words, ",", "n't", str(draw.whole(2, 99))]
    lines = [_line(word, draw.normal(E)) for word in words]
    yield case(lines)
    yield case([f"{len(words)} {E}\n", *lines[::-1]], note="with a header line")
    yield edge("one word", [_line("egg", draw.normal(E))])
    yield edge("an empty line at the end", [*lines, "\n"])


def _line(word, vector):
    """The first number in the form 1.2e-01, the others as 0.1234."""
    first, *others = vector.tolist()
    return " ".join([word, f"{first:.3e}", *(f"{x:.4f}" for x in others)]) + "\n"


def _table_for(numbers, words, vectors):
    table = vectors.new_zeros(len(numbers), vectors.shape[1])
    for word, vector in zip(words, vectors):
        if word in numbers:
            table[numbers[word]] = vector
    return table


@task(
    "table_for(numbers, words, vectors) -> table",
    returns="table: V E [same]",
    oracle=_table_for,
    against="the course",
    section="embedding/vectors",
    forbids=READY_MADE,
)
def table_for(draw):
    """The vectors of a file in the order of our own vocabulary; zeros where there is none."""
    E = draw.sizes(1)[0]
    words = some_words(draw, 9)
    numbers = shuffled(draw, _vocabulary([words[:6]]))
    file = [words[7], words[3], words[0], "<unk>", words[8], words[5]]
    yield case(numbers, file, draw.normal(len(file), E))
    yield edge("no word in common", numbers, words[7:], draw.normal(2, E))
    yield edge("one word", {words[0]: 0}, words[:1], draw.normal(1, E))
    known_first = [file[1], file[0], *file[2:]]
    yield edge("in float64", numbers, known_first, draw.normal(len(file), E), dtype=torch.float64)


# --------------------------------------------------------------------------------- neighbours


def by_score(score, k):
    return torch.argsort(score, descending=True)[:k].tolist()


def _cosine(query, table):
    cosine = F.cosine_similarity(table, query.unsqueeze(0), dim=1)
    return torch.where((table == 0).all(1), -2.0, cosine)


@task(
    "nearest(query, table, k) -> ids",
    returns="ids",
    oracle=lambda query, table, k: by_score(_cosine(query, table), k),
    against="the course",
    section="embedding/neighbours",
    forbids=READY_MADE,
)
def nearest(draw):
    """The numbers of the k rows with the largest cosine, the best first; never a row of zeros."""
    for note in ("", "a second query"):
        yield case(*around(draw, 5 + draw.whole(0, 3)), 6, note=note)
    E = 4 + draw.whole(0, 3)
    rows = [-draw.normal(E).abs(), torch.zeros(E), -draw.normal(E).abs(), torch.ones(E)]
    opposite = torch.stack([row.double() for row in rows])
    yield case(torch.ones(E).double(), opposite, 3, note="two rows point the other way")
    yield edge("k = 1", *around(draw, E), 1)


COSINES = (0.9, 0.75, 0.5, -0.1, -0.3, -0.55, -0.7, -0.97)  # of the rows, the best first
LENGTHS = (0.3, 0.6, 1.6, 5.0, 1.1, 4.0, 0.7, 2.0)  # in units of the query's


def around(draw, E):
    """A query (E) and a table (9, E) whose rows stand to it in the angles of COSINES.

    The best rows are short, so that the dot product ranks otherwise. Only three point to the
    query's side, so that a row of zeros would come among the first six. Row 0 is the second best,
    and the zeros are another row.
    """
    query = draw.normal(E)
    size = query.norm()
    direction, rows = query / size, []
    for cosine, length in zip(COSINES, LENGTHS, strict=True):
        across = draw.normal(E)
        across = across - (across @ direction) * direction
        side = (1 - cosine**2) ** 0.5 * across / across.norm()
        rows.append(length * size * (cosine * direction + side))
    rows.append(torch.zeros_like(query))
    others = [0, *range(2, len(rows))]
    while others.index(len(rows) - 1) == len(others) - 1:  # the zeros are not the last row, either
        others = [others[k] for k in draw.order(len(others))]
    return query, torch.stack([rows[k] for k in (1, *others)])
