# ruff: noqa
import torch


def right_1(e, path, crf):
    start, stop, A = crf[0], crf[1], crf[2:]
    score = start[path[0]] + stop[path[-1]]
    for t in range(len(path)):
        score = score + e[t, path[t]]
        if t > 0:
            score = score + A[path[t - 1], path[t]]
    return score


def right_2(e, path, crf):
    words = torch.arange(len(path))
    emissions = e[words, path].sum()
    transitions = crf[2:][path[:-1], path[1:]].sum()
    return crf[0, path[0]] + emissions + transitions + crf[1, path[-1]]


def right_3(e, path, crf):
    # row number of the "from" row in crf is tag + 2; start is row 0, stop is row 1
    total = e.gather(1, path.unsqueeze(1)).sum()
    rows = torch.cat([path.new_tensor([0]), path[:-1] + 2])
    total = total + crf[rows, path].sum()
    return total + crf[1][path[-1]]


def right_4(e, path, crf):
    T, K = e.shape
    assert path.shape == (T,) and crf.shape == (K + 2, K)
    hot = torch.eye(K, dtype=e.dtype)[path]  # (T, K)
    own = torch.einsum("tk,tk->", hot, e)
    between = torch.einsum("ti,ij,tj->", hot[:-1], crf[2:], hot[1:])
    return own + between + hot[0] @ crf[0] + hot[-1] @ crf[1]


# MISTAKE: the transition is read the wrong way round, from the later tag to the earlier one
def wrong_1(e, path, crf):
    start, stop, A = crf[0], crf[1], crf[2:]
    s = start[path[0]]
    for t in range(e.shape[0]):
        s = s + e[t, path[t]]
    for t in range(1, e.shape[0]):
        s = s + A[path[t], path[t - 1]]  # <-- here
    return s + stop[path[-1]]


# MISTAKE: the stop of the last tag is never added
def wrong_2(e, path, crf):
    T = len(path)
    A = crf[2:]
    result = crf[0][path[0]] + e[0][path[0]]
    for t in range(1, T):
        previous, current = path[t - 1], path[t]
        result = result + A[previous][current] + e[t][current]
    return result  # <-- here


# MISTAKE: the two first rows of crf are not skipped, so tag i's transitions are taken from row i
def wrong_3(e, path, crf):
    emit = e[torch.arange(e.size(0)), path].sum()
    trans = crf[path[:-1], path[1:]].sum()  # <-- here
    return emit + trans + crf[0, path[0]] + crf[1, path[-1]]


# MISTAKE: row 0 and row 1 are exchanged, the first tag gets the stop score and the last the start
def wrong_4(e, path, crf):
    stop, start, *A = crf  # <-- here
    tags = path.tolist()
    total = start[tags[0]] + stop[tags[-1]]
    for row, tag in zip(e, tags):
        total = total + row[tag]
    for i, j in zip(tags, tags[1:]):
        total = total + A[i][j]
    return total


# MISTAKE: the loop over the pairs of neighbours ends one too early, so the last transition is lost
def wrong_5(e, path, crf):
    T = len(path)
    A = crf[2:]
    score = e.gather(1, path[:, None]).sum()
    score = score + crf[0, path[0]] + crf[1, path[T - 1]]
    for t in range(T - 2):  # <-- here
        score = score + A[path[t], path[t + 1]]
    return score


# MISTAKE: the first word's own score is left out, because the sum begins with the second word
def wrong_6(e, path, crf):
    begin, end, A = crf[0], crf[1], crf[2:]
    s = begin[path[0]]  # <-- here
    last = path[0]
    for t in range(1, e.shape[0]):
        tag = path[t]
        s = s + A[last, tag] + e[t, tag]
        last = tag
    s = s + end[last]
    return s


# MISTAKE: the scores of the network are first turned into log probabilities, but the sum wants them as they are
def wrong_7(e, path, crf):
    log_p = torch.log_softmax(e, dim=1)  # <-- here
    picked = log_p[range(len(path)), path]
    jumps = crf[2:][path[:-1], path[1:]]
    return crf[0, path[0]] + picked.sum() + jumps.sum() + crf[1, path[-1]]


# MISTAKE: torch.roll pairs the last tag with the first, so there is one transition too many, around the corner
# MISTAKE: the stop is looked up for the first tag instead of the last
def pair_1(e, path, crf):
    before = torch.roll(path, 1)
    score = e[torch.arange(len(path)), path].sum()
    score = score + crf[2:][before, path].sum()  # <-- here
    score = score + crf[0, path[0]]
    score = score + crf[1, path[0]]  # <-- here
    return score


# MISTAKE: rows and columns of the transitions are exchanged
# MISTAKE: the start is forgotten
def pair_2(e, path, crf):
    A = crf[2:]
    score = torch.zeros((), dtype=e.dtype)  # <-- here
    for t, tag in enumerate(path):
        score = score + e[t, tag]
        if t >= 1:
            score = score + A[tag, path[t - 1]]  # <-- here
    return score + crf[1, path[-1]]


# MISTAKE: only one row is skipped before the transitions, so every "from" row is the one above
# MISTAKE: the own score of the last word is left out
def pair_3(e, path, crf):
    tags = path.tolist()
    K = e.shape[1]
    A = crf[1 : K + 1]  # <-- here
    total = crf[0][tags[0]]
    for t in range(len(tags) - 1):
        total = total + e[t][tags[t]] + A[tags[t]][tags[t + 1]]
    total = total + crf[1][tags[-1]]  # <-- here
    return total
