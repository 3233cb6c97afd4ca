"""The embedding: lookup = one-hot matmul, its gradient, vectors from a file, the drop-in."""

import copy
import pickle
import tracemalloc

import numpy as np
import pytest
import torch

import rnn_course
from rnn_course import embedding

V, E = 11, 4
IDS = np.array([[1, 5, 5], [0, 5, 10]])


def test_vocabulary_knows_pad_and_unknown():
    words = embedding.Vocabulary("he ate an apple he ate".split())
    assert words.words == ["<pad>", "<unk>", "he", "ate", "an", "apple"]
    assert words.encode(["he", "drank", "an"]) == [2, 1, 4]
    assert words.decode([2, 3]) == ["he", "ate"]
    assert len(words) == 6


def test_lookup_is_the_one_hot_matmul_and_repeated_words_add_up():
    rng = np.random.default_rng(0)
    weight, dout = rng.normal(size=(V, E)), rng.normal(size=(2, 3, E))
    rows, pull = embedding.embed(IDS, weight)
    np.testing.assert_array_equal(rows, embedding.one_hot(IDS, V) @ weight)
    for padding_idx in (None, 0, 5):
        module = torch.nn.Embedding(V, E, padding_idx, dtype=torch.float64)
        with torch.no_grad():
            module.weight.copy_(torch.tensor(weight))
        (module(torch.tensor(IDS)) * torch.tensor(dout)).sum().backward()
        np.testing.assert_allclose(pull(dout, padding_idx), module.weight.grad, atol=1e-15)
    forgetful = np.zeros_like(weight)
    forgetful[IDS] += dout  # the well-known mistake: a repeated word counts once
    assert np.abs(forgetful - pull(dout)).max() > 0.1


@pytest.mark.parametrize("wrong", [-1, V])
def test_numbers_outside_the_vocabulary_are_named(wrong):
    with pytest.raises(IndexError, match=rf"from 0 to {V - 1} .*got {wrong}"):
        embedding.embed([0, wrong], np.ones((V, E)))


def test_vectors_go_to_a_file_and_come_back(tmp_path):
    path, words = tmp_path / "vectors.txt", ["he", "apple", "New York"]
    weight = np.random.default_rng(0).normal(size=(3, E)).astype(np.float32)
    embedding.save_vectors(path, words, weight)
    back_words, back = embedding.load_vectors(path)
    assert back_words == words
    np.testing.assert_allclose(back, weight, rtol=1e-5)
    vocabulary = embedding.Vocabulary(["apple", "pear"])
    _, rows = embedding.load_vectors(path, vocabulary)
    np.testing.assert_array_equal(rows[vocabulary.encode(["apple"])[0]], back[1])
    assert not rows[vocabulary.encode(["pear"])[0]].any()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "an empty file"),
        ("he 1 2 3\nate 1 2\n", "line 2: expected a word and 3 numbers, got 'ate 1 2'"),
        ("he 1 2 3\nate 1 two 3\n", "line 2: expected a word and 3 numbers"),
    ],
)
def test_a_broken_file_is_named_by_line(tmp_path, text, message):
    path = tmp_path / "vectors.txt"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        embedding.load_vectors(path)


def test_a_word2vec_header_is_skipped(tmp_path):
    path = tmp_path / "vectors.txt"
    path.write_text("2 3\nhe 1 2 3\nate 4 5 6\n")
    words, weight = embedding.load_vectors(path)
    assert words == ["he", "ate"] and weight.shape == (2, 3)


def test_of_a_large_file_only_the_words_of_the_vocabulary_are_kept(tmp_path):
    path, E = tmp_path / "vectors.txt", 50
    embedding.save_vectors(path, [f"word{k}" for k in range(5000)], np.ones((5000, E)))
    vocabulary = embedding.Vocabulary(["word7", "pear"])
    tracemalloc.start()
    try:
        words, rows = embedding.load_vectors(path, vocabulary)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert words == vocabulary.words and rows.sum(1).tolist() == [0, 0, E, 0]
    assert peak < 5000 * E * 4 / 4  # bytes: far less than all the rows


def test_a_file_without_any_word_of_the_vocabulary_gives_zeros(tmp_path):
    path = tmp_path / "vectors.txt"
    path.write_text("he 1 2 3\n")
    _, rows = embedding.load_vectors(path, embedding.Vocabulary(["pear"]))
    assert rows.shape == (3, 3) and not rows.any()


def test_nearest_goes_by_direction_and_leaves_the_pad_out():
    weight = np.array([[0, 0], [1, 0], [5, 1], [0, 2.0]])
    found, cosines = embedding.nearest(weight, np.array([2.0, 0]), k=4)
    assert found.tolist() == [1, 2, 0, 3]
    assert cosines[0] == 1 and cosines[2] == 0


OPTIONS = [
    {},
    {"padding_idx": 5},
    {"padding_idx": -1},
    {"max_norm": 1.0},
    {"max_norm": 1.0, "norm_type": 1.0},
    {"scale_grad_by_freq": True},
    {"sparse": True},
    {"padding_idx": 0, "scale_grad_by_freq": True, "sparse": False},
]


@pytest.mark.parametrize("options", OPTIONS)
def test_the_drop_in_is_torchs(options):
    torch.manual_seed(0)
    theirs = torch.nn.Embedding(V, E, **options)
    torch.manual_seed(0)
    ours = rnn_course.Embedding(V, E, **options)
    assert repr(ours) == repr(theirs)
    assert torch.equal(ours.weight, theirs.weight)
    ids, direction = torch.tensor(IDS), torch.randn(2, 3, E)
    outputs = []
    for module in (ours, theirs):
        output = module(ids)
        (output * direction).sum().backward()
        outputs.append(output)
    assert torch.equal(*outputs)
    assert torch.equal(ours.weight, theirs.weight)  # max_norm changes it in place
    grads = [m.weight.grad.to_dense() for m in (ours, theirs)]
    torch.testing.assert_close(*grads, rtol=0, atol=1e-6)


def test_drop_in_state_copies_and_pretrained():
    vectors = torch.randn(V, E)
    ours = rnn_course.Embedding.from_pretrained(vectors, padding_idx=2)
    theirs = torch.nn.Embedding.from_pretrained(vectors, padding_idx=2)
    assert repr(ours) == repr(theirs) and not ours.weight.requires_grad
    assert rnn_course.Embedding.from_pretrained(vectors, freeze=False).weight.requires_grad
    theirs.load_state_dict(ours.state_dict(), strict=True)
    for twin in (copy.deepcopy(ours), pickle.loads(pickle.dumps(ours))):
        assert torch.equal(twin(torch.tensor(IDS)), theirs(torch.tensor(IDS)))


@pytest.mark.parametrize(
    "call",
    [
        lambda M: M(V, E)(torch.tensor([V])),
        lambda M: M(V, E)(torch.tensor([-1])),
        lambda M: M(V, E)(torch.tensor([1.0])),
        lambda M: M(V, E)(torch.tensor([True])),
        lambda M: M(V, E)([1, 2]),
        lambda M: M(V, E, padding_idx=V),
        lambda M: M(V, E, _weight=torch.zeros(E, V)),
        lambda M: M.from_pretrained(torch.zeros(3)),
    ],
)
def test_bad_input_raises_as_torch_does(call):
    with pytest.raises(Exception) as theirs:  # noqa: PT011
        call(torch.nn.Embedding)
    with pytest.raises(theirs.type):
        call(rnn_course.Embedding)
