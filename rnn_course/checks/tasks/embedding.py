"""Checks of the assignment `embedding`: vocabulary, one-hot, lookup, gradient, vectors from text.

The truth is torch.nn.functional and torch's autograd; for words, plain Python.
"""

import torch
from torch.nn import functional as F

from rnn_course.checks.cases import case, edge
from rnn_course.checks.mistakes import Mistake
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


def numbered(words):
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
    mistakes=[
        Mistake(
            "vocabulary-without-pad-and-unk",
            "<pad> and <unk> are missing: they have the numbers 0 and 1.",
            result=lambda numbers: numbered(list(numbers)[2:]),
        ),
        Mistake(
            "vocabulary-without-unk",
            "<unk> is missing: it has the number 1.",
            result=lambda numbers: numbered(["<pad>", *list(numbers)[2:]]),
        ),
        Mistake(
            "vocabulary-pad-and-unk-exchanged",
            "<pad> is 0 and <unk> is 1; here they are exchanged.",
            result=lambda numbers: numbers | {"<pad>": 1, "<unk>": 0},
        ),
        Mistake(
            "vocabulary-pad-and-unk-last",
            "<pad> and <unk> come last; they have the numbers 0 and 1.",
            result=lambda numbers: numbered([*list(numbers)[2:], "<pad>", "<unk>"]),
        ),
        Mistake(
            "vocabulary-sorted",
            "The words are numbered in alphabetical order; wanted is that of first appearance.",
            result=lambda numbers: numbered(["<pad>", "<unk>", *sorted(list(numbers)[2:])]),
        ),
        Mistake(
            "vocabulary-counts-repeats",
            "A word that comes again gets a new number, or moves the numbers of those after it; "
            "it should keep its first one.",
            instead=lambda sentences: (
                {"<pad>": 0, "<unk>": 1}
                | {
                    word: k + 2
                    for k, word in enumerate(word for words in sentences for word in words)
                }
            ),
        ),
        Mistake(
            "vocabulary-starts-at-one",
            "The numbers of the words start at 1; they start at 2, after <pad> and <unk>.",
            result=lambda numbers: (
                {"<pad>": 0, "<unk>": 1} | {word: k - 1 for word, k in numbers.items() if k > 1}
            ),
        ),
        Mistake(
            "vocabulary-first-sentence-only",
            "Only the first sentence is read.",
            instead=lambda sentences: _vocabulary(sentences[:1]),
        ),
        Mistake(
            "vocabulary-other-way-round",
            "The dictionary leads from numbers to words; wanted is from words to numbers.",
            result=lambda numbers: {k: word for word, k in numbers.items()},
        ),
    ],
)
def vocabulary(draw):
    """A dictionary word -> number in the order of first appearance; <pad> is 0, <unk> is 1."""
    words = some_words(draw, 8)
    again = words[draw.whole(0, 3)]
    large = [word.capitalize() for word in words]  # other words than the small ones
    yield case(
        [
            [large[3], *words[:3]],
            [again, *words[3:5], large[0]],
            [words[5], again, words[6], large[1], words[7]],
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
    mistakes=[
        Mistake(
            "unknown-is-the-pad",
            "A word that is not known becomes 0, the pad; it should become 1.",
            instead=lambda words, numbers: [numbers.get(word, 0) for word in words],
        ),
        Mistake(
            "unknown-left-out",
            "A word that is not known is left out; it should become 1.",
            instead=lambda words, numbers: [numbers[word] for word in words if word in numbers],
        ),
        Mistake(
            "unknown-is-none",
            "A word that is not known becomes None; it should become 1.",
            instead=lambda words, numbers: [numbers.get(word) for word in words],
        ),
        Mistake(
            "unknown-is-new",
            "A word that is not known gets a new number; there is no row for it: it becomes 1.",
            instead=lambda words, numbers: [numbers.get(word, len(numbers)) for word in words],
        ),
        Mistake(
            "numbered-by-place",
            "These are the places of the words in the sentence, not their numbers.",
            instead=lambda words, numbers: list(range(len(words))),
        ),
    ],
)
def encode(draw):
    """The list of the words' numbers; a word that is not in the dictionary becomes 1."""
    words = some_words(draw, 9)
    numbers = shuffled(draw, _vocabulary([words[:6]]))
    large = [word.capitalize() for word in words[:3]]  # these are not in the dictionary
    known = [words[4], words[0], words[0], words[2], words[5]]
    yield case([*known, *large, words[6], words[7], words[3], words[8]], numbers)
    yield case([*known, "<pad>", "<pad>", "<pad>"], numbers, note="a padded sentence")
    yield edge("no words", [], numbers)
    yield edge("only unknown words", words[6:], numbers)


# -------------------------------------------------------------------- one-hot and the lookup


def _marked_on_the_first_axis(ids, V):
    vectors = torch.zeros(*ids.shape, V)
    vectors[ids] = 1
    return vectors


def in_one_row(vectors):
    """(T, N, E) as (T*N, E)."""
    return vectors.reshape(-1, vectors.shape[-1])


@task(
    "one_hot(ids, V) -> vectors",
    returns="vectors: T N V [float32]",
    oracle=lambda ids, V: F.one_hot(ids, V).float(),
    section="embedding/one-hot",
    forbids=("one_hot", *READY_MADE),
    mistakes=[
        Mistake(
            "one-hot-one-too-far",
            "The 1 stands one place too far: numbers start at 0.",
            instead=lambda ids, V: F.one_hot((ids + 1) % V, V).float(),
        ),
        Mistake(
            "one-hot-one-too-early",
            "The 1 stands one place too early: numbers start at 0.",
            instead=lambda ids, V: F.one_hot((ids - 1) % V, V).float(),
        ),
        Mistake(
            "one-hot-holds-the-number",
            "The word's number stands at its place; a 1 should.",
            instead=lambda ids, V: F.one_hot(ids, V).float() * ids.unsqueeze(-1),
        ),
        Mistake(
            "one-hot-inverted",
            "Zeros and ones are exchanged.",
            instead=lambda ids, V: 1 - F.one_hot(ids, V).float(),
        ),
        Mistake(
            "one-hot-of-the-sentence",
            "All words of a sentence are marked in one vector; each word has a vector of its own.",
            instead=lambda ids, V: (
                F.one_hot(ids, V).float().amax(0, keepdim=True).expand(len(ids), -1, -1)
            ),
        ),
        Mistake(
            "one-hot-at-the-time-steps",
            "`vectors[ids] = 1` takes the numbers for time steps, the first axis; each word's 1 "
            "stands on the last axis, at its own place.",
            instead=_marked_on_the_first_axis,
        ),
        Mistake(
            "one-hot-in-one-row",
            "The words of all sentences stand in one row, (T*N, V); asked for is (T, N, V).",
            result=in_one_row,
        ),
        Mistake(
            "one-hot-batch-first",
            "The result is (N, T, V); it should be (T, N, V), as ids are (T, N).",
            result=lambda vectors: vectors.swapaxes(0, 1),
        ),
    ],
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
    mistakes=[
        Mistake(
            "row-one-too-far",
            "The row after the right one is taken: numbers start at 0.",
            instead=lambda ids, table: table[(ids + 1) % len(table)],
        ),
        Mistake(
            "row-one-too-early",
            "The row before the right one is taken: numbers start at 0.",
            instead=lambda ids, table: table[ids - 1],
        ),
        Mistake(
            "columns-for-rows",
            "A word is a row of the table, not a column.",
            instead=lambda ids, table: table[:, ids % table.shape[1]],
        ),
        Mistake(
            "lookup-in-one-row",
            "The words of all sentences stand in one row, (T*N, E); asked for is (T, N, E).",
            result=in_one_row,
        ),
        Mistake(
            "lookup-batch-first",
            "The result is (N, T, E); it should be (T, N, E), as ids are (T, N).",
            result=lambda vectors: vectors.swapaxes(0, 1),
        ),
        Mistake(
            "lookup-of-the-first-sentence",
            "Only the first sentence of the batch is looked up.",
            instead=lambda ids, table: table[ids[:, :1]],
        ),
        Mistake(
            "lookup-summed",
            "The vectors of a sentence are added up; each word keeps its own.",
            instead=lambda ids, table: table[ids].sum(0),
        ),
    ],
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


def _counts(ids, V):
    return torch.bincount(ids.reshape(-1), minlength=V).clamp(min=1).unsqueeze(1)


def _last_only(ids, dvectors, V):
    dtable = dvectors.new_zeros(V, dvectors.shape[2])
    for k, d in zip(ids.reshape(-1).tolist(), dvectors.reshape(-1, dvectors.shape[2])):
        dtable[k] = d
    return dtable


def _first_only(ids, dvectors, V):
    return _last_only(
        ids.reshape(-1).flip(0), dvectors.reshape(1, -1, dvectors.shape[2]).flip(1), V
    )


def gradient_mistakes(name):
    """The same mistakes with and without a pad: `pad` is the padding_idx, or nothing."""

    def zero_pad(dtable, pad):
        dtable = dtable.clone()
        dtable[list(pad)] = 0
        return dtable

    def instead(change):
        return lambda ids, dvectors, V, *pad: zero_pad(change(ids, dvectors, V), pad)

    return [
        Mistake(
            f"{name}-repeats-counted-once",
            "A repeated word counts once (its last place only), as with dtable[ids] += dvectors; "
            "all its places add up.",
            instead=instead(_last_only),
        ),
        Mistake(
            f"{name}-first-place-only",
            "A repeated word counts once (its first place only); all its places add up.",
            instead=instead(_first_only),
        ),
        Mistake(
            f"{name}-mean-for-sum",
            "The gradients of a repeated word are averaged; they add up.",
            instead=instead(lambda ids, d, V: _gradient(ids, d, V) / _counts(ids, V)),
        ),
        Mistake(
            f"{name}-times-count",
            "The gradients of a repeated word are added up once for each place: n times too much.",
            instead=instead(lambda ids, d, V: _gradient(ids, d, V) * _counts(ids, V)),
        ),
        Mistake(
            f"{name}-sign",
            "The sign is turned round: this is the step down, not the gradient.",
            instead=instead(lambda ids, d, V: -_gradient(ids, d, V)),
        ),
        Mistake(
            f"{name}-last-step-only",
            "Only the words of the last time step count; all of them do.",
            instead=instead(lambda ids, d, V: _gradient(ids[-1:], d[-1:], V)),
        ),
        Mistake(
            f"{name}-first-sentence-only",
            "Only the first sentence of the batch counts; all of them do.",
            instead=instead(lambda ids, d, V: _gradient(ids[:, :1], d[:, :1], V)),
        ),
        Mistake(
            f"{name}-transposed",
            "The result is (E, V); the gradient has the table's shape, (V, E).",
            result=lambda dtable: dtable.swapaxes(0, 1),
        ),
    ]


@task(
    "table_gradient(ids, dvectors, V) -> dtable",
    returns="dtable: V E",
    oracle=_gradient,
    section="embedding/gradient",
    forbids=READY_MADE,
    mistakes=gradient_mistakes("gradient"),
)
def table_gradient(draw):
    """Each row's gradient: the sum over all places where its word was looked up."""
    T, N, V, E = draw.sizes(4)
    yield case(some_ids(draw, V, T, N), draw.normal(T, N, E), V)
    yield edge("one word", some_ids(draw, V, 1, 1), draw.normal(1, 1, E), V)
    yield edge("the same word everywhere", torch.full((T, N), V - 1), draw.normal(T, N, E), V)


def _pad_as_a_column(ids, dvectors, V, padding_idx):
    dtable = _gradient(ids, dvectors, V).clone()
    dtable[:, padding_idx] = 0
    return dtable


@task(
    "table_gradient_padded(ids, dvectors, V, padding_idx) -> dtable",
    returns="dtable: V E",
    oracle=_gradient,
    section="embedding/padding",
    forbids=READY_MADE,
    mistakes=[
        Mistake(
            "pad-is-trained",
            "The pad's row has a gradient; it should be zeros.",
            instead=lambda ids, dvectors, V, padding_idx: _gradient(ids, dvectors, V),
        ),
        Mistake(
            "pad-is-always-row-0",
            "Row 0 is set to zero, whatever padding_idx is.",
            instead=lambda ids, dvectors, V, padding_idx: _gradient(ids, dvectors, V, 0),
        ),
        Mistake(
            "pad-and-row-0",
            "Row 0 is set to zero as well; only the row padding_idx is.",
            instead=lambda ids, dvectors, V, padding_idx: torch.where(
                (torch.arange(V) == 0).unsqueeze(1),
                dvectors.new_zeros(()),
                _gradient(ids, dvectors, V, padding_idx),
            ),
        ),
        Mistake(
            "pad-is-a-column",
            "The column padding_idx is set to zero; the pad's gradient is the row padding_idx.",
            instead=_pad_as_a_column,
        ),
        *gradient_mistakes("padded-gradient"),
    ],
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
    mistakes=[
        Mistake(
            "header-read-as-a-word",
            "The header line, V and E, is taken for a word and its vector: skip it.",
            instead=lambda lines: _with_header(lines),
        ),
        Mistake(
            "first-line-always-skipped",
            "The first line is skipped even where it is no header: a header has two fields.",
            instead=lambda lines: _read(lines if len(lines[0].split()) == 2 else lines[1:]),
        ),
        Mistake(
            "last-number-lost",
            "The last number of each line is lost.",
            result=lambda r: (r[0], r[1][:, :-1]),
        ),
        Mistake(
            "first-number-lost",
            "The first number of each line is lost: only the word is no number.",
            result=lambda r: (r[0], r[1][:, 1:]),
        ),
        Mistake(
            "table-transposed",
            "The table is (E, V); it should have one row a word, (V, E).",
            result=lambda r: (r[0], r[1].swapaxes(0, 1)),
        ),
        Mistake(
            "words-and-table-exchanged",
            "The words come first, the table second.",
            result=lambda r: (r[1], r[0]),
        ),
        Mistake(
            "vectors-made-unit",
            "The vectors are scaled to length 1; they should stay as they are in the file.",
            result=lambda r: (r[0], r[1] / (r[1] ** 2).sum(1)[:, None] ** 0.5),
        ),
    ],
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


def _with_header(lines):
    words, table = _read(lines)
    first = lines[0].split()
    if len(first) != 2:
        return words, table
    return [first[0], *words], [table.new_tensor([float(first[1])]), *table]


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
    mistakes=[
        Mistake(
            "table-in-the-order-of-the-file",
            "The rows are in the order of the file; row numbers[word] belongs to the word.",
            instead=lambda numbers, words, vectors: _table_for(
                numbers, [w for w in numbers][: len(vectors)], vectors
            ),
        ),
        Mistake(
            "table-with-a-row-for-each-of-the-file",
            "The table has a row for each word of the file, in the file's order; it should have "
            "one for each of our words, and `numbers[word]` says which.",
            instead=lambda numbers, words, vectors: (
                vectors * vectors.new_tensor([[w in numbers] for w in words])
            ),
        ),
        Mistake(
            "table-is-the-file",
            "These are the file's vectors as they came; wanted is a row for each of our words.",
            instead=lambda numbers, words, vectors: vectors,
        ),
        Mistake(
            "missing-words-get-the-mean",
            "Words without a vector get the mean of all vectors; wanted are zeros.",
            instead=lambda numbers, words, vectors: torch.where(
                (_table_for(numbers, words, vectors) == 0).all(1, keepdim=True),
                vectors.mean(0),
                _table_for(numbers, words, vectors),
            ),
        ),
        Mistake(
            "missing-words-left-out",
            "Words without a vector have no row; they have one of zeros.",
            instead=lambda numbers, words, vectors: torch.stack(
                [vectors[words.index(w)] for w in numbers if w in words]
            ),
        ),
        Mistake(
            "missing-words-get-unk",
            "Words without a vector get the row of <unk> or of word 1; wanted are zeros.",
            instead=lambda numbers, words, vectors: torch.where(
                (_table_for(numbers, words, vectors) == 0).all(1, keepdim=True),
                vectors[words.index("<unk>")] if "<unk>" in words else vectors[0],
                _table_for(numbers, words, vectors),
            ),
        ),
        Mistake(
            "missing-words-get-ones",
            "Words without a vector get ones; wanted are zeros.",
            instead=lambda numbers, words, vectors: torch.where(
                (_table_for(numbers, words, vectors) == 0).all(1, keepdim=True),
                vectors.new_ones(()),
                _table_for(numbers, words, vectors),
            ),
        ),
    ],
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
    mistakes=[
        Mistake(
            "dot-product-for-cosine",
            "The rows are ranked by the dot product, which favours long vectors; divide by the "
            "lengths.",
            instead=lambda query, table, k: by_score(
                torch.where((table == 0).all(1), -9e9, table @ query), k
            ),
        ),
        Mistake(
            "dot-product-with-zeros",
            "The rows are ranked by the dot product, which favours long vectors: divide by the "
            "lengths. And the row of zeros has no direction: leave it out.",
            instead=lambda query, table, k: by_score(table @ query, k),
        ),
        Mistake(
            "zeros-are-nan",
            "The row of zeros has the length 0, and 0 / 0 is nan, which is sorted before all "
            "numbers: leave that row out.",
            instead=lambda query, table, k: by_score(
                table @ query / (table.norm(dim=1) * query.norm()), k
            ),
        ),
        Mistake(
            "distance-with-zeros",
            "The rows are ranked by their distance; the cosine does not look at lengths, and a "
            "row of zeros has none.",
            instead=lambda query, table, k: by_score(-(table - query).norm(dim=1), k),
        ),
        Mistake(
            "distance-for-cosine",
            "The rows are ranked by their distance; the cosine does not look at lengths.",
            instead=lambda query, table, k: by_score(
                torch.where((table == 0).all(1), -9e9, -(table - query).norm(dim=1)), k
            ),
        ),
        Mistake(
            "zeros-are-found",
            "The row of zeros is among the results: it has no direction, leave it out.",
            instead=lambda query, table, k: by_score(
                F.cosine_similarity(table, query.unsqueeze(0), dim=1), k
            ),
        ),
        Mistake(
            "farthest-for-nearest",
            "These are the rows with the smallest cosine.",
            instead=lambda query, table, k: by_score(
                torch.where((table == 0).all(1), -2.0, -_cosine(query, table)), k
            ),
        ),
        Mistake(
            "cosine-without-sign",
            "The sign of the cosine is lost: opposite directions are far apart, not near.",
            instead=lambda query, table, k: by_score(
                torch.where((table == 0).all(1), -2.0, _cosine(query, table).abs()), k
            ),
        ),
        Mistake(
            "best-left-out",
            "The best row is left out, as if the query were always a row of the table.",
            instead=lambda query, table, k: by_score(_cosine(query, table), k + 1)[1:],
        ),
        Mistake(
            "nearest-worst-first",
            "The right rows, but the worst of them first.",
            result=lambda ids: ids[::-1],
        ),
    ],
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
