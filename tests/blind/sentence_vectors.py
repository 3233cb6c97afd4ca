# ruff: noqa
import torch


def right_1(output, lengths):
    H = output.shape[-1] // 2
    rows = []
    for k, n in enumerate(lengths):
        rows.append(torch.cat((output[n - 1, k, :H], output[0, k, H:])))
    return torch.stack(rows)


def right_2(output, lengths):
    forward, backward = output.chunk(2, dim=-1)
    last = torch.tensor(lengths) - 1
    who = torch.arange(len(lengths))
    return torch.cat((forward[last, who], backward[0]), dim=1)


def right_3(output, lengths):
    T, N, double = output.shape
    assert double % 2 == 0 and len(lengths) == N
    H = double // 2
    vectors = output[0].clone()  # the backward halves are right already
    for k in range(N):
        vectors[k, :H] = output[lengths[k] - 1, k, :H]
    return vectors


def right_4(output, lengths):
    # gather along time
    T, N, H2 = output.shape
    H = H2 // 2
    where = output.new_tensor(lengths).long().sub(1).view(1, N, 1).expand(1, N, H)
    ends = output[:, :, :H].gather(0, where).squeeze(0)
    return torch.hstack([ends, output.select(0, 0)[:, H:]])


# MISTAKE: the backward half is taken at the last word too, where the backward reader has only begun
def wrong_1(output, lengths):
    vectors = []
    for k, n in enumerate(lengths):
        vectors.append(output[n - 1, k])  # <-- here
    return torch.stack(vectors)


# MISTAKE: takes the forward half at the last step of the batch and ignores the lengths, so short sentences give their padding
def wrong_2(output, lengths):
    H = output.size(-1) // 2
    forward = output[-1, :, :H]  # <-- here
    backward = output[0, :, H:]
    return torch.cat((forward, backward), dim=-1)


# MISTAKE: the forward half is taken at step n instead of n - 1 (and kept below T, so that it does not raise)
def wrong_3(output, lengths):
    T, N, D = output.shape
    H = D // 2
    out = torch.zeros(N, D, dtype=output.dtype)
    for i in range(N):
        end = min(lengths[i], T - 1)  # <-- here
        out[i, :H] = output[end, i, :H]
        out[i, H:] = output[0, i, H:]
    return out


# MISTAKE: the backward half stands before the forward half in the result
def wrong_4(output, lengths):
    half = output.shape[2] // 2
    idx = torch.as_tensor(lengths) - 1
    fwd = output[idx, torch.arange(output.shape[1]), :half]
    bwd = output[0, :, half:]
    return torch.cat([bwd, fwd], dim=1)  # <-- here


# MISTAKE: mixes up the halves: takes the second half as the forward reader's and the first half as the backward reader's
def wrong_5(output, lengths):
    H = output.shape[-1] // 2
    return torch.stack(
        [
            torch.cat(
                [
                    output[n - 1, k, H:],  # <-- here
                    output[0, k, :H],
                ]
            )  # <-- here
            for k, n in enumerate(lengths)
        ]
    )


# MISTAKE: looks for the backward half at step T - n, as if the padding came first in the backward reading
def wrong_6(output, lengths):
    T = output.shape[0]
    forward, backward = torch.tensor_split(output, 2, dim=-1)
    result = []
    for k, n in enumerate(lengths):
        f = forward[n - 1, k]
        b = backward[T - n, k]  # <-- here
        result.append(torch.cat((f, b)))
    return torch.stack(result)


# MISTAKE: goes through the sentences from the longest to the shortest and leaves the result in that order
def wrong_7(output, lengths):
    H = output.shape[-1] // 2
    order = sorted(range(len(lengths)), key=lambda k: -lengths[k])
    vectors = []
    for k in order:  # <-- here
        forward = output[lengths[k] - 1, k, :H]
        backward = output[0, k, H:]
        vectors.append(torch.cat((forward, backward), dim=0))
    return torch.stack(vectors)


# MISTAKE: uses the longest length for all sentences
# MISTAKE: puts the backward half first
def pair_1(output, lengths):
    H = output.shape[-1] // 2
    longest = max(lengths)  # <-- here
    forward = output[longest - 1, :, :H]
    backward = output[0, :, H:]
    return torch.cat((backward, forward), dim=1)  # <-- here


# MISTAKE: the forward half is taken one word too early, at step n - 2 (or 0 for one word)
# MISTAKE: the backward half is taken at the sentence's last word
def pair_2(output, lengths):
    N = len(lengths)
    H = output.shape[-1] // 2
    steps = torch.tensor(lengths)
    people = torch.arange(N)
    forward = output[(steps - 2).clamp(min=0), people][:, :H]  # <-- here
    backward = output[steps - 1, people][:, H:]  # <-- here
    return torch.cat((forward, backward), dim=-1)


# MISTAKE: takes every other number as the forward half, as if the two directions alternated
# MISTAKE: the sentence's number is forgotten, so every forward half comes from sentence 0
def pair_3(output, lengths):
    forward, backward = output[:, :, 0::2], output[:, :, 1::2]  # <-- here
    f = torch.stack([forward[n - 1][0] for n in lengths])  # <-- here
    return torch.cat((f, backward[0]), dim=-1)
