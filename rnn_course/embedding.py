"""Words as rows of a matrix: vocabulary, lookup and its gradient, vectors from a file.

V words in the vocabulary, E numbers a word (torch: num_embeddings, embedding_dim). First by hand
in numpy, then `Embedding`, the drop-in for torch.nn.Embedding.
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from rnn_course.dropin import DropIn

PAD, UNK = "<pad>", "<unk>"


class Vocabulary:
    """Words to numbers and back. Number 0 is the pad, number 1 any word that is not known.

    words: an iterable of words; each gets the next number at its first appearance, so the same
    text gives the same numbers. torchtext had such a class; it is no longer kept up.
    """

    def __init__(self, words):
        self.words = list(dict.fromkeys([PAD, UNK, *words]))
        self.numbers = {word: k for k, word in enumerate(self.words)}

    def __len__(self):
        return len(self.words)

    def encode(self, words):
        """['he', 'ate'] -> [2, 3]; a word that is not in the vocabulary becomes 1."""
        return [self.numbers.get(word, self.numbers[UNK]) for word in words]

    def decode(self, numbers):
        """[2, 3] -> ['he', 'ate']. Raises IndexError for a number outside the vocabulary."""
        return [self.words[k] for k in numbers]


def one_hot(ids, num_embeddings):
    """ids (...) -> (..., V): a one at the word's own place, zeros elsewhere."""
    return np.eye(num_embeddings)[np.asarray(ids)]


def embed(ids, weight):
    """Look words up: ids (...) whole numbers, weight (V, E) -> (..., E), and the pull.

    The same numbers as one_hot(ids, V) @ weight, without the matmul. pull(dout) -> dweight: every
    appearance of a word adds its gradient to that word's row (np.add.at; dweight[ids] += dout
    would count a repeated word once). Raises IndexError for a number outside 0..V-1 (numpy alone
    would count a negative one from the end).
    """
    ids, V = np.asarray(ids), len(weight)
    if ids.size and (ids.min() < 0 or ids.max() >= V):
        wrong = ids.min() if ids.min() < 0 else ids.max()
        raise IndexError(
            f"expected word numbers from 0 to {V - 1} (weight has {V} rows), got {wrong}"
        )

    def pull(dout, padding_idx=None):
        dweight = np.zeros_like(weight)
        np.add.at(dweight, ids, dout)
        if padding_idx is not None:  # the pad's row is not learned; torch leaves it out as well
            dweight[padding_idx] = 0
        return dweight

    return weight[ids], pull


class Embedding(DropIn):
    """torch.nn.Embedding: a matrix (V, E) of which calls pick rows, ids (...) -> (..., E).

    The lookup is ours, row by row out of the matrix; its gradient is autograd's, and none reaches
    the row padding_idx. max_norm, scale_grad_by_freq and sparse change how torch stores and
    updates the matrix, not what an embedding is: with one of them F.embedding does the work.

    Errors are torch's: IndexError for a number outside 0..V-1, TypeError or RuntimeError for ids
    that are no tensor of int64 or int32. Where torch.nn differs: in forward mode (torch.func.jvp)
    it passes on the derivative with respect to the row padding_idx as well, and torch.jit.script
    is refused.
    """

    __constants__ = [
        "num_embeddings",
        "embedding_dim",
        "padding_idx",
        "max_norm",
        "norm_type",
        "scale_grad_by_freq",
        "sparse",
    ]

    def __init__(
        self,
        num_embeddings,
        embedding_dim,
        padding_idx=None,
        max_norm=None,
        norm_type=2.0,
        scale_grad_by_freq=False,
        sparse=False,
        _weight=None,
        _freeze=False,
        device=None,
        dtype=None,
    ):
        super().__init__()
        if padding_idx is not None and not -num_embeddings <= padding_idx < num_embeddings:
            raise AssertionError(
                "Padding_idx must be within num_embeddings: expected "
                f"{-num_embeddings} to {num_embeddings - 1}, got {padding_idx}"
            )
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        self.padding_idx = None if padding_idx is None else padding_idx % num_embeddings
        self.max_norm, self.norm_type = max_norm, norm_type
        self.scale_grad_by_freq, self.sparse = scale_grad_by_freq, sparse
        if _weight is None:
            _weight = torch.empty((num_embeddings, embedding_dim), device=device, dtype=dtype)
            self.weight = nn.Parameter(_weight, requires_grad=not _freeze)
            self.reset_parameters()
        elif tuple(_weight.shape) != (num_embeddings, embedding_dim):
            raise AssertionError(
                "Shape of weight does not match num_embeddings and embedding_dim: expected "
                f"{(num_embeddings, embedding_dim)}, got {tuple(_weight.shape)}"
            )
        else:
            self.weight = nn.Parameter(_weight, requires_grad=not _freeze)

    @classmethod
    def from_pretrained(
        cls,
        embeddings,
        freeze=True,
        padding_idx=None,
        max_norm=None,
        norm_type=2.0,
        scale_grad_by_freq=False,
        sparse=False,
    ):
        """An Embedding whose matrix is `embeddings` (V, E), kept as it is if freeze."""
        if embeddings.dim() != 2:
            raise AssertionError(
                "Embeddings parameter is expected to be 2-dimensional (V, E), "
                f"got {tuple(embeddings.shape)}"
            )
        V, E = embeddings.shape
        how = (padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse)
        return cls(V, E, *how, _weight=embeddings, _freeze=freeze)

    def reset_parameters(self):
        """Draw every number from the standard normal distribution; the pad's row is zero."""
        nn.init.normal_(self.weight)
        self._fill_padding_idx_with_zero()

    def _fill_padding_idx_with_zero(self):
        if self.padding_idx is not None:
            with torch.no_grad():
                self.weight[self.padding_idx].fill_(0)

    def extra_repr(self):
        shown = f"{self.num_embeddings}, {self.embedding_dim}"
        defaults = {"padding_idx": None, "max_norm": None, "norm_type": 2}
        for name, default in (defaults | {"scale_grad_by_freq": False, "sparse": False}).items():
            if getattr(self, name) != default:
                shown += f", {name}={getattr(self, name)}"
        return shown

    def forward(self, input):
        node = self.fx_call(input)
        if node is not None:
            return node
        if self.max_norm is not None or self.scale_grad_by_freq or self.sparse:
            return F.embedding(
                input,
                self.weight,
                self.padding_idx,
                self.max_norm,
                self.norm_type,
                self.scale_grad_by_freq,
                self.sparse,
            )
        # (..., E). No look at the numbers: the lookup itself refuses one outside 0..V-1, where
        # weight[input] would count a negative one from the end
        rows = self.weight.index_select(0, torch.flatten(input))
        rows = rows.view(input.shape + self.weight.shape[1:])
        if self.padding_idx is None:
            return rows
        return torch.where((input == self.padding_idx).unsqueeze(-1), rows.detach(), rows)


def load_vectors(path, vocabulary=None):
    """Read vectors in GloVe's text format and return (words, weight (V, E) float32).

    A line is a word and its E numbers, parted by single spaces (Pennington 2014). E is read off
    the first line; the word itself may hold spaces, so the last E fields are the numbers. A
    header line "V E", as word2vec writes it, is skipped. With a vocabulary the rows come in its
    order, no others are kept, and words without a vector get zeros. Raises ValueError that names
    the line when lengths differ or a field is no number.
    """
    vectors, size = {}, None
    wanted = None if vocabulary is None else set(vocabulary.words)
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            fields = line.rstrip("\n").split(" ")
            if number == 1 and len(fields) == 2 and all(f.isdigit() for f in fields):
                size = int(fields[1])
                continue
            size = size or len(fields) - 1
            word, numbers = " ".join(fields[:-size]), fields[-size:]
            if not word or not all(map(_is_number, numbers)):
                raise ValueError(
                    f"{path}, line {number}: expected a word and {size} numbers, "
                    f"got {line.strip()[:60]!r}"
                )
            if wanted is None or word in wanted:
                vectors[word] = np.array(numbers, dtype=np.float32)
    if size is None:
        raise ValueError(f"{path}: expected lines of a word and its numbers, got an empty file")
    if vocabulary is None:
        return list(vectors), np.stack(list(vectors.values()))
    zeros = np.zeros(size, np.float32)
    return list(vocabulary.words), np.stack([vectors.get(w, zeros) for w in vocabulary.words])


def save_vectors(path, words, weight):
    """Write vectors in GloVe's text format: one word and its numbers on each line."""
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(
            " ".join([word, *(f"{float(x):.6g}" for x in row)]) + "\n"
            for word, row in zip(words, weight, strict=True)
        )


def nearest(weight, query, k=5):
    """Row numbers and cosines of the k rows of weight (V, E) nearest in direction to query (E,).

    A row of zeros (the pad) has no direction and counts as cosine 0.
    """
    norms = np.linalg.norm(weight, axis=1) * np.linalg.norm(query)
    cosines = weight @ query / np.where(norms > 0, norms, 1)
    best = np.argsort(-cosines, kind="stable")[:k]
    return best, cosines[best]


def _is_number(field):
    try:
        float(field)
    except ValueError:
        return False
    return True
