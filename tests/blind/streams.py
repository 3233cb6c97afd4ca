# ruff: noqa
import torch


def right_1(ids, N, T):
    K = (len(ids) - 1) // N // T
    used = N * K * T
    inputs = ids[:used].reshape(N, K, T).permute(1, 2, 0)
    targets = ids[1 : used + 1].reshape(N, K, T).permute(1, 2, 0)
    return inputs, targets


def right_2(ids, N, T):
    K = ((ids.shape[0] - 1) // N) // T
    x = ids.new_zeros(K, T, N)
    y = ids.new_zeros(K, T, N)
    for n in range(N):
        pos = n * K * T
        for k in range(K):
            for t in range(T):
                x[k, t, n] = ids[pos]
                y[k, t, n] = ids[pos + 1]
                pos += 1
    return x, y


def right_3(ids, N, T):
    K = (ids.numel() - 1) // (N * T)
    k = torch.arange(K)[:, None, None]
    t = torch.arange(T)[None, :, None]
    n = torch.arange(N)[None, None, :]
    where = n * (K * T) + k * T + t
    return ids[where], ids[where + 1]


def right_4(ids, N, T):
    stream_length = (len(ids) - 1) // N // T * T
    assert stream_length > 0, "the text is too short"

    def columns(first):
        cols = [ids[first + n * stream_length : first + (n + 1) * stream_length] for n in range(N)]
        side_by_side = torch.stack(cols, dim=1)  # (K T, N)
        return torch.stack(side_by_side.split(T))

    return columns(0), columns(1)


# MISTAKE: the text is poured row by row into (K, T, N), so neighbouring letters land in neighbouring streams instead of below each other
def wrong_1(ids, N, T):
    K = (len(ids) - 1) // N // T
    inputs = ids[: K * T * N].reshape(K, T, N)  # <-- here
    targets = ids[1 : K * T * N + 1].reshape(K, T, N)  # <-- here
    return inputs, targets


# MISTAKE: each stream starts at a multiple of the uncut length (R - 1) // N, not where the used part K*T of the stream before ends
def wrong_2(ids, N, T):
    length = (len(ids) - 1) // N
    K = length // T
    starts = [n * length for n in range(N)]  # <-- here
    inputs = torch.stack([ids[s : s + K * T] for s in starts], dim=1)
    targets = torch.stack([ids[s + 1 : s + K * T + 1] for s in starts], dim=1)
    return inputs.reshape(K, T, N), targets.reshape(K, T, N)


# MISTAKE: the text is cut into chunks first and each chunk into N pieces, so a column does not continue where it stopped in the chunk before
def wrong_3(ids, N, T):
    R = ids.size(0)
    K = (R - 1) // N // T

    def cut(a):
        a = a[: K * N * T]
        return a.view(K, N, T).transpose(1, 2)  # <-- here

    return cut(ids[:-1]), cut(ids[1:])


# MISTAKE: the targets are the inputs rolled inside each chunk, so the last target of a chunk is that chunk's own first letter
def wrong_4(ids, N, T):
    K = (len(ids) - 1) // N // T
    inputs = ids[: N * K * T].view(N, K * T).T.reshape(K, T, N)
    targets = torch.roll(inputs, shifts=-1, dims=1)  # <-- here
    return inputs, targets


# MISTAKE: the letters that are left over are dropped at the beginning of the text and not at its end
def wrong_5(ids, N, T):
    K = (ids.shape[0] - 1) // N // T
    need = K * T * N + 1
    ids = ids[-need:]  # <-- here
    xs, ys = [], []
    for k in range(K):
        a = [ids[n * K * T + k * T : n * K * T + (k + 1) * T] for n in range(N)]
        b = [ids[n * K * T + k * T + 1 : n * K * T + (k + 1) * T + 1] for n in range(N)]
        xs.append(torch.stack(a, 1))
        ys.append(torch.stack(b, 1))
    return torch.stack(xs), torch.stack(ys)


# MISTAKE: no letter is kept back for the last target, which then is the text's first letter when the text fills the chunks exactly
def wrong_6(ids, N, T):
    K = len(ids) // N // T  # <-- here
    following = torch.roll(ids, -1)
    X = ids[: N * K * T].reshape(N, K, T)
    Y = following[: N * K * T].reshape(N, K, T)
    return X.permute(1, 2, 0), Y.permute(1, 2, 0)


# MISTAKE: the shift goes the wrong way, so that the target of a letter is the letter before it
def wrong_7(ids, N, T):
    K = (len(ids) - 1) // N // T
    inputs = torch.empty(K, T, N, dtype=ids.dtype)
    targets = torch.empty(K, T, N, dtype=ids.dtype)
    for n in range(N):
        part = ids[n * K * T : (n + 1) * K * T + 1]
        inputs[:, :, n] = part[1:].reshape(K, T)  # <-- here
        targets[:, :, n] = part[:-1].reshape(K, T)  # <-- here
    return inputs, targets


# MISTAKE: every chunk is N pieces that follow each other in the text, so no column goes on in the next chunk
# MISTAKE: the targets are the letters themselves and not the letters after them
def pair_1(ids, N, T):
    K = (len(ids) - 1) // N // T
    chunks = ids[: K * N * T].reshape(K, N, T)  # <-- here
    inputs = chunks.permute(0, 2, 1)
    targets = inputs.clone()  # <-- here
    return inputs, targets


# MISTAKE: the streams are (R - 1) // N letters apart, although only K*T letters of each are used
# MISTAKE: the targets are rolled within each stream, so a stream's last target is its own first letter
def pair_2(ids, N, T):
    L = (len(ids) - 1) // N
    K = L // T
    grid = ids[: N * L].reshape(N, L)[:, : K * T]  # <-- here
    nxt = torch.roll(grid, -1, dims=1)  # <-- here
    return grid.T.reshape(K, T, N), nxt.T.reshape(K, T, N)


# MISTAKE: the (N, K, T) block is only given the new shape (K, T, N), its axes are not exchanged
# MISTAKE: the pair is returned the wrong way round, targets first
def pair_3(ids, N, T):
    K = (ids.numel() - 1) // N // T
    M = N * K * T
    first, second = ids[0:M], ids[1 : M + 1]
    inputs = first.reshape(N, K, T).reshape(K, T, N)  # <-- here
    targets = second.reshape(N, K, T).reshape(K, T, N)  # <-- here
    return targets, inputs  # <-- here
