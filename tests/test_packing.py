"""Packing by hand gives what torch.nn.utils.rnn gives, entry for entry."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnn_course import packing

lengths_of_batches = st.lists(st.integers(1, 9), min_size=1, max_size=24)
few = st.lists(st.integers(1, 9), min_size=1, max_size=16)  # torch's sort keeps ties up to here


@settings(max_examples=60, deadline=None)
@given(few)
def test_pack_and_unpack_equal_torch(lengths):
    padded = torch.randn(max(lengths), len(lengths), 3)
    theirs = pack_padded_sequence(padded, lengths, enforce_sorted=False)
    for given_ in (padded, padded.numpy()):
        ours = packing.pack(given_, lengths)
        assert np.array_equal(ours.data, theirs.data)
        assert ours.batch_sizes == theirs.batch_sizes.tolist()
        assert np.array_equal(ours.sorted_indices, theirs.sorted_indices)
        assert np.array_equal(ours.unsorted_indices, theirs.unsorted_indices)
        back, back_lengths = packing.unpack(ours, padding_value=-7.0)
        their_back, their_lengths = pad_packed_sequence(theirs, padding_value=-7.0)
        assert np.array_equal(back, their_back)
        assert back_lengths == their_lengths.tolist() == lengths


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 4), min_size=17, max_size=24))
def test_with_many_ties_each_sequence_still_comes_back(lengths):
    """Torch's sort does not promise to keep ties in order; ours does. The sequences agree."""
    padded = torch.randn(max(lengths), len(lengths), 3)
    theirs = pack_padded_sequence(padded, lengths, enforce_sorted=False)
    ours = packing.pack(padded, lengths)
    assert ours.batch_sizes == theirs.batch_sizes.tolist()
    back, back_lengths = packing.unpack(ours)
    assert torch.equal(back, pad_packed_sequence(theirs)[0]) and back_lengths == lengths
    order = ours.sorted_indices.tolist()
    assert order == sorted(range(len(lengths)), key=lambda k: (-lengths[k], k))


@given(lengths_of_batches)
@settings(max_examples=60, deadline=None)
def test_reversing_rows_is_reversing_each_sequence_by_its_length(lengths):
    lengths = sorted(lengths, reverse=True)
    padded = np.random.default_rng(0).normal(size=(max(lengths), len(lengths), 2))
    packed = packing.pack(padded, lengths)
    rows = packing.reverse_rows(packed.batch_sizes)
    turned = packing.pack(packing.reverse_by_length(padded, lengths), lengths)
    assert np.array_equal(packed.data[rows], turned.data)
    assert np.array_equal(np.array(rows)[rows], np.arange(len(rows)))  # its own inverse
    assert np.array_equal(
        packing.reverse_by_length(packing.reverse_by_length(padded, lengths), lengths), padded
    )


def test_total_length_pads_further():
    packed = packing.pack(np.ones((3, 2)), [3, 1])
    padded, _ = packing.unpack(packed, total_length=5)
    assert padded.tolist() == [[1, 1], [1, 0], [1, 0], [0, 0], [0, 0]]
    with pytest.raises(ValueError, match="total_length of at least the longest sequence, 3, got 2"):
        packing.unpack(packed, total_length=2)


@pytest.mark.parametrize(
    ("lengths", "message"),
    [
        ([3], "one length for each of the 2 sequences, got 1"),
        ([3, 0], "lengths from 1 to T = 3"),
        ([4, 1], "lengths from 1 to T = 3"),
    ],
)
def test_wrong_lengths_are_named(lengths, message):
    with pytest.raises(ValueError, match=message):
        packing.pack(np.ones((3, 2)), lengths)
