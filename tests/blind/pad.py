# ruff: noqa
import torch


def right_1(sequences):
    lengths = [len(s) for s in sequences]
    T, N, I = max(lengths), len(sequences), sequences[0].shape[1]
    table = sequences[0].new_zeros(T, N, I)
    for n, s in enumerate(sequences):
        table[: len(s), n] = s
    return table, lengths


def right_2(sequences):
    lengths = [s.size(0) for s in sequences]
    longest = max(lengths)
    columns = []
    for s in sequences:
        filler = s.new_zeros(longest - s.size(0), s.size(1))
        columns.append(torch.cat((s, filler)))
    return torch.stack(columns, dim=1), lengths


def right_3(sequences):
    lengths = list(map(len, sequences))
    T = max(lengths)
    by_sentence = torch.stack(
        [torch.nn.functional.pad(s, (0, 0, 0, T - len(s))) for s in sequences]
    )
    return by_sentence.transpose(0, 1), lengths


def right_4(sequences):
    assert len(sequences) > 0, "an empty batch has no shape"
    lengths = []
    for seq in sequences:
        lengths.append(seq.shape[0])
    nothing = torch.zeros_like(sequences[0][0])

    def word(seq, t):
        return seq[t] if t < seq.shape[0] else nothing

    steps = [torch.stack([word(seq, t) for seq in sequences]) for t in range(max(lengths))]
    return torch.stack(steps), lengths


# MISTAKE: the padding is put in front of the sentence, not after it
def wrong_1(sequences):
    lengths = [len(s) for s in sequences]
    T = max(lengths)
    padded = sequences[0].new_zeros(T, len(sequences), sequences[0].shape[1])
    for n, s in enumerate(sequences):
        padded[T - len(s) :, n] = s  # <-- here
    return padded, lengths


# MISTAKE: the table is built sentence by sentence and only reshaped to (T, N, I), which does not swap the axes
def wrong_2(sequences):
    lengths = [len(s) for s in sequences]
    T, N, I = max(lengths), len(sequences), sequences[0].shape[-1]
    table = sequences[0].new_zeros(N, T, I)
    for n in range(N):
        for t in range(lengths[n]):
            table[n, t] = sequences[n][t]
    return table.reshape(T, N, I), lengths  # <-- here


# MISTAKE: the zeros always have torch's default dtype instead of the dtype of the sentences
def wrong_3(sequences):
    lengths = [x.shape[0] for x in sequences]
    table = torch.zeros(max(lengths), len(sequences), sequences[0].shape[1])  # <-- here
    for n, x in enumerate(sequences):
        table[: x.shape[0], n, :] = x
    return table, lengths


# MISTAKE: a short sentence is filled up by repeating its last word instead of with zeros
def wrong_4(sequences):
    lengths = [len(seq) for seq in sequences]
    T = max(lengths)
    cols = []
    for seq in sequences:
        missing = T - len(seq)
        filler = seq[-1:].repeat(missing, 1)  # <-- here
        cols.append(torch.cat([seq, filler], dim=0))
    return torch.stack(cols, dim=1), lengths


# MISTAKE: the lengths are returned sorted, not in the order of the sentences
def wrong_5(sequences):
    lengths = sorted([len(s) for s in sequences], reverse=True)  # <-- here
    T = lengths[0]
    table = sequences[0].new_zeros((T, len(sequences), sequences[0].size(1)))
    for n, s in enumerate(sequences):
        table[: s.size(0), n] = s
    return table, lengths


# MISTAKE: returns the table batch first, (N, T, I)
def wrong_6(sequences):
    lengths = [s.shape[0] for s in sequences]
    T = max(lengths)
    padded = [torch.cat([s, s.new_zeros(T - s.shape[0], s.shape[1])]) for s in sequences]
    return torch.stack(padded), lengths  # <-- here


# MISTAKE: off by one, the last word of every sentence is not copied
def wrong_7(sequences):
    N = len(sequences)
    I = sequences[0].shape[1]
    lengths = []
    for seq in sequences:
        lengths.append(len(seq))
    table = torch.zeros(max(lengths), N, I, dtype=sequences[0].dtype)
    for n in range(N):
        for t in range(lengths[n] - 1):  # <-- here
            table[t, n] = sequences[n][t]
    return table, lengths


# MISTAKE: the length of a sentence is given as the number of all its entries, words times features
# MISTAKE: filled up with ones instead of zeros
def pair_1(sequences):
    T = max(s.shape[0] for s in sequences)
    table = sequences[0].new_ones(T, len(sequences), sequences[0].shape[1])  # <-- here
    lengths = []
    for n, s in enumerate(sequences):
        table[: s.shape[0], n] = s
        lengths.append(s.numel())  # <-- here
    return table, lengths


# MISTAKE: the lengths are those of the padded columns, so all of them are T
# MISTAKE: the sentences are written backward in time
def pair_2(sequences):
    longest = max(len(s) for s in sequences)
    columns = []
    for s in sequences:
        fill = s.new_zeros(longest - len(s), s.shape[1])
        columns.append(torch.cat([s.flip(0), fill]))  # <-- here
    lengths = [len(c) for c in columns]  # <-- here
    return torch.stack(columns, 1), lengths


# MISTAKE: T is the length of the shortest sentence, so longer ones are cut off
# MISTAKE: the sentences are sorted by length first, so the columns are no longer in the given order (nor are the lengths)
def pair_3(sequences):
    sequences = sorted(sequences, key=len, reverse=True)  # <-- here
    lengths = [len(s) for s in sequences]
    T = min(lengths)  # <-- here
    table = sequences[0].new_zeros(T, len(sequences), sequences[0].shape[1])
    for n, s in enumerate(sequences):
        table[:, n] = s[:T]
    return table, lengths
