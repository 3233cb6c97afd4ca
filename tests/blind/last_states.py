# ruff: noqa
import torch


def right_1(output, lengths):
    T, N, H = output.shape
    result = output.new_empty(N, H)
    for n in range(N):
        last = int(lengths[n]) - 1
        result[n] = output[last, n]
    return result


def right_2(output, lengths):
    index = (lengths - 1).view(1, -1, 1).expand(1, -1, output.size(2))
    return torch.gather(output, 0, index).squeeze(0)


def right_3(output, lengths):
    # walk through time and keep the old state where the sentence is already over
    current = output[0]
    for t in range(1, output.shape[0]):
        going_on = (lengths > t).unsqueeze(1)
        current = torch.where(going_on, output[t], current)
    return current


def right_4(output, lengths):
    assert output.dim() == 3 and len(lengths) == output.shape[1]
    batch_first = output.transpose(0, 1)
    is_last = torch.arange(output.shape[0])[None, :] == (lengths[:, None] - 1)
    return batch_first[is_last]


def right_5(output, lengths):
    T, N, H = output.shape
    picker = torch.nn.functional.one_hot(lengths - 1, num_classes=T).to(output.dtype)
    return torch.einsum("tnh,nt->nh", output, picker)


# MISTAKE: takes the last row of the table for every sentence, so short sentences give the state at a pad
def wrong_1(output, lengths):
    h_n = output[-1]  # <-- here
    return h_n


# MISTAKE: forgets that counting starts at 0 and uses the length itself as the index of the last word
def wrong_2(output, lengths):
    N = len(lengths)
    return output[lengths, torch.arange(N)]  # <-- here


# MISTAKE: subtracts one too many, and so takes the state at the last word but one
def wrong_3(output, lengths):
    idx = [int(l) - 2 for l in lengths]  # <-- here
    rows = [output[i, n] for n, i in enumerate(idx)]
    return torch.stack(rows)


# MISTAKE: picks the right step but always from the column of sentence 0
def wrong_4(output, lengths):
    states = []
    for length in lengths.tolist():
        states.append(output[length - 1, 0])  # <-- here
    return torch.stack(states)


# MISTAKE: makes the batch come first with reshape, which does not swap the axes but mixes up words and sentences
def wrong_5(output, lengths):
    T, N, H = output.size()
    by_sentence = output.reshape(N, T, H)  # <-- here
    return by_sentence[torch.arange(N), lengths - 1]


# MISTAKE: takes running sums of the lengths as row numbers, as if the table had no pads between the sentences
def wrong_6(output, lengths):
    flat = output.permute(1, 0, 2).flatten(0, 1)
    ends = torch.cumsum(lengths, dim=0) - 1  # <-- here
    return flat[ends]


# MISTAKE: counts the length back from the end of the table instead of from its start
def wrong_7(output, lengths):
    cols = torch.arange(output.shape[1])
    return output[-lengths, cols]  # <-- here


# MISTAKE: updates one step too long, because the comparison also lets the first pad through
def wrong_8(output, lengths):
    h = torch.zeros_like(output[0])
    for t, row in enumerate(output):
        alive = (t <= lengths).unsqueeze(-1)  # <-- here
        h = torch.where(alive, row, h)
    return h


# MISTAKE: gives the average of the states of a sentence, not the state after its last word
def wrong_9(output, lengths):
    result = []
    for n, length in enumerate(lengths):
        words = output[:length, n]
        result.append(words.mean(dim=0))  # <-- here
    return torch.stack(result)


# MISTAKE: turns the table batch first with view, so the rows of different sentences get mixed
# MISTAKE: goes to the word before the last one
def pair_1(output, lengths):
    T, N, H = output.shape
    out = output.contiguous().view(N, T, H)  # <-- here
    return torch.stack([out[i, lengths[i] - 2] for i in range(N)])  # <-- here


# MISTAKE: sorts the lengths but leaves the sentences in the table where they were
# MISTAKE: counts from the end of the table as if the pads stood in front
def pair_2(output, lengths):
    sorted_lengths = lengths.sort(descending=True)[0]  # <-- here
    return output[-sorted_lengths, torch.arange(len(lengths))]  # <-- here


# MISTAKE: the mask is one word too long, it includes the first pad
# MISTAKE: adds up the states of the sentence instead of taking the last one
def pair_3(output, lengths):
    steps = torch.arange(output.shape[0]).reshape(-1, 1)
    mask = (steps <= lengths).unsqueeze(-1)  # <-- here
    return (output * mask).sum(dim=0)  # <-- here


# MISTAKE: the loop leaves out the last sentence, whose row stays zero
# MISTAKE: the index is one too small
def pair_4(output, lengths):
    _, N, H = output.shape
    last = torch.zeros(N, H, dtype=output.dtype)
    for n in range(N - 1):  # <-- here
        last[n] = output[lengths[n] - 1 - 1, n]  # <-- here
    return last
