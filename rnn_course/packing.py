"""Sequences of different lengths in one table, without a row wasted on padding.

    padded (T, N, ...)      packed (R, ...), R = sum of the lengths

    t=0   a b c             a0 b0 c0 | a1 b1 | a2       data: one time step after the other
    t=1   a b .             3          2       1        batch_sizes: rows of each step
    t=2   a . .

The longest sequence comes first, so a step's rows are always the first rows of the step before.
Equal to torch.nn.utils.rnn.pack_padded_sequence and pad_packed_sequence, whose PackedSequence
has the same four entries; numpy arrays and torch tensors alike.
"""

from typing import NamedTuple

import numpy as np
import torch

from rnn_course.ops import is_torch


class Packed(NamedTuple):
    """Torch's PackedSequence as a plain tuple."""

    data: object  # (R, ...), R = sum(batch_sizes)
    batch_sizes: list  # T numbers, falling
    sorted_indices: object  # (N,) row k of the sorted batch was row sorted_indices[k]
    unsorted_indices: object  # (N,) its inverse: h_n[unsorted_indices] is in the given order


def step_sizes(lengths):
    """How many sequences are still going at each step: [3, 2, 1] -> [3, 2, 1], [2, 2] -> [2, 2]."""
    return [sum(1 for n in lengths if n > t) for t in range(max(lengths, default=0))]


def row_numbers(lengths):
    """(t, n) of every packed row, for lengths that fall: two lists of length sum(lengths)."""
    sizes = step_sizes(lengths)
    return [t for t, size in enumerate(sizes) for _ in range(size)], [
        n for size in sizes for n in range(size)
    ]


def pack(padded, lengths):
    """Pack a padded batch (T, N, ...) with its N lengths, in any order.

    Torch's pack_padded_sequence(padded, lengths, enforce_sorted=False). Sequences of equal length
    keep their order; torch does not promise that, and with more than 16 it may not.
    Raises ValueError for a length below 1, above T, or a wrong number of lengths.
    """
    lengths = [int(n) for n in lengths]
    T, N = padded.shape[:2]
    if len(lengths) != N:
        raise ValueError(
            f"expected one length for each of the {N} sequences, got {len(lengths)} lengths: "
            f"padded is (T, N, ...) = {tuple(padded.shape)}"
        )
    if min(lengths) < 1 or max(lengths) > T:
        raise ValueError(f"expected lengths from 1 to T = {T}, got {lengths}")
    order = sorted(range(N), key=lambda n: -lengths[n])  # stable: ties keep their order
    back = sorted(range(N), key=lambda k: order[k])
    lengths = [lengths[n] for n in order]
    t, k = row_numbers(lengths)
    data = padded[t, [order[j] for j in k]]
    return Packed(data, step_sizes(lengths), _index(order, padded), _index(back, padded))


def unpack(packed, padding_value=0.0, total_length=None):
    """The way back: (padded (T, N, ...), lengths), in the order in which the batch was given.

    Torch's pad_packed_sequence. T is the longest length, or total_length; shorter raises
    ValueError. What stood in the pads before packing is gone: they hold padding_value.
    """
    data, sizes, _, back = packed
    T, N = len(sizes), sizes[0]
    if total_length is not None and total_length < T:
        raise ValueError(
            f"expected total_length of at least the longest sequence, {T}, got {total_length}"
        )
    lengths = [sum(1 for size in sizes if size > k) for k in range(N)]
    t, k = row_numbers(lengths)
    shape = (total_length or T, N, *data.shape[1:])
    if is_torch(data):
        padded = data.new_full(shape, padding_value)
    else:
        padded = np.full(shape, padding_value, data.dtype)
    padded[t, k] = data
    back = [int(k) for k in back]
    return padded[:, back], [lengths[k] for k in back]


def reverse_rows(sizes):
    """Row numbers that turn every packed sequence round by its own length.

    rows[reverse_rows(sizes)] is each sequence read backwards; doing it twice changes nothing.
    """
    lengths = [sum(1 for size in sizes if size > k) for k in range(sizes[0])]
    start = np.cumsum([0, *sizes])
    t, k = row_numbers(lengths)
    return [int(start[lengths[j] - 1 - i]) + j for i, j in zip(t, k, strict=True)]


def reverse_by_length(padded, lengths):
    """Turn each sequence of a padded batch (T, N, ...) round within its own length.

    The pads stay where they are. A plain flip(0) would put them in front.
    """
    T, N = padded.shape[:2]
    t = [[n - 1 - t if t < n else t for n in map(int, lengths)] for t in range(T)]
    return padded[t, [list(range(N))] * T]


def _index(numbers, like):
    return torch.tensor(numbers, device=like.device) if is_torch(like) else np.array(numbers)
