# ruff: noqa
import torch


def right_1(e, path, crf):
    start, stop, A = crf[0], crf[1], crf[2:]
    alpha = start + e[0]
    for t in range(1, len(e)):
        alpha = torch.logsumexp(alpha[:, None] + A, dim=0) + e[t]
    log_total = torch.logsumexp(alpha + stop, dim=0)

    score = start[path[0]] + e[0, path[0]]
    for t in range(1, len(e)):
        score = score + A[path[t - 1], path[t]] + e[t, path[t]]
    score = score + stop[path[-1]]
    return log_total, log_total - score


def right_2(e, path, crf):
    # from the end of the sentence to its beginning
    A = crf[2:]
    beta = crf[1]
    for row in e[1:].flip(0):
        beta = (A + row + beta).logsumexp(1)
    log_total = (crf[0] + e[0] + beta).logsumexp(0)
    s = e[torch.arange(len(path)), path].sum() + A[path[:-1], path[1:]].sum()
    s = s + crf[0, path[0]] + crf[1, path[-1]]
    return log_total, log_total - s


def right_3(e, path, crf):
    def lse(numbers, axis):
        biggest = numbers.amax(axis, keepdim=True)
        return (biggest + (numbers - biggest).exp().sum(axis, keepdim=True).log()).squeeze(axis)

    T, K = e.shape
    assert crf.shape == (K + 2, K)
    reach = crf[0] + e[0]
    right = reach[path[0]]
    for t in range(1, T):
        table = reach.reshape(K, 1) + crf[2:] + e[t].reshape(1, K)  # from i (row) to j (column)
        reach = lse(table, 0)
        right = right + crf[2 + path[t - 1], path[t]] + e[t, path[t]]
    reach = reach + crf[1]
    right = right + crf[1, path[-1]]
    total = lse(reach, 0)
    return [total, -(right - total)]


def right_4(e, path, crf):
    T, K = e.shape
    begin, finish, trans = crf[0], crf[1], crf[2:]
    scores = [begin[k] + e[0, k] for k in range(K)]
    for t in range(1, T):
        new = []
        for j in range(K):
            ways = torch.stack([scores[i] + trans[i, j] for i in range(K)])
            new.append(torch.logsumexp(ways, 0) + e[t, j])
        scores = new
    log_total = torch.logsumexp(torch.stack(scores) + finish, 0)
    tags = path.tolist()
    own = sum(e[t, y] for t, y in enumerate(tags))
    jumps = sum(trans[a, b] for a, b in zip(tags[:-1], tags[1:]))
    return log_total, log_total - (begin[tags[0]] + own + jumps + finish[tags[-1]])


# MISTAKE: the log-sum-exp runs over the tag to which one goes, not over the tag from which one comes
def wrong_1(e, path, crf):
    start, stop, A = crf[0], crf[1], crf[2:]
    a = start + e[0]
    s = a[path[0]]
    for t in range(1, e.shape[0]):
        a = torch.logsumexp(a.unsqueeze(1) + A, dim=1) + e[t]  # <-- here
        s = s + A[path[t - 1], path[t]] + e[t, path[t]]
    log_total = torch.logsumexp(a + stop, dim=0)
    return log_total, log_total - s - stop[path[-1]]


# MISTAKE: the sum over all paths lacks the stop scores
def wrong_2(e, path, crf):
    alpha = crf[0] + e[0]
    for t in range(1, len(e)):
        alpha = torch.logsumexp(alpha[:, None] + crf[2:] + e[t], 0)
    log_total = torch.logsumexp(alpha, 0)  # <-- here
    score = crf[0, path[0]] + crf[1, path[-1]]
    score = score + e[torch.arange(len(e)), path].sum() + crf[2:][path[:-1], path[1:]].sum()
    return log_total, log_total - score


# MISTAKE: inside the loop there is still Viterbi's maximum instead of the log-sum-exp
def wrong_3(e, path, crf):
    K = crf.shape[1]
    start, stop, A = crf.split([1, 1, K])
    best = start[0] + e[0]
    for row in e[1:]:
        best = (best[:, None] + A).max(dim=0).values + row  # <-- here
    log_total = (best + stop[0]).logsumexp(0)

    score = start[0, path[0]] + stop[0, path[-1]]
    for t, y in enumerate(path.tolist()):
        score = score + e[t, y]
        if t:
            score = score + A[path[t - 1], y]
    return log_total, log_total - score


# MISTAKE: the loss has the wrong sign, it is the log probability itself
def wrong_4(e, path, crf):
    T = len(path)
    A = crf[2:]
    alpha = crf[0] + e[0]
    for t in range(1, T):
        alpha = e[t] + torch.logsumexp(alpha.view(-1, 1) + A, dim=0)
    log_total = torch.logsumexp(alpha + crf[1], dim=0)
    s = crf[0][path[0]] + crf[1][path[T - 1]]
    for t in range(T):
        s = s + e[t][path[t]]
    for t in range(T - 1):
        s = s + A[path[t]][path[t + 1]]
    loss = s - log_total  # <-- here
    return log_total, loss


# MISTAKE: exp and log are taken one after the other without subtracting the maximum, which overflows for large scores
def wrong_5(e, path, crf):
    p = torch.exp(crf[0] + e[0])  # <-- here
    M = torch.exp(crf[2:])
    for row in e[1:]:
        p = (p @ M) * torch.exp(row)  # <-- here
    log_total = torch.log((p * torch.exp(crf[1])).sum())
    own = e.gather(1, path.unsqueeze(1)).sum()
    moves = crf[path[:-1] + 2, path[1:]].sum()
    score = crf[0, path[0]] + own + moves + crf[1, path[-1]]
    return log_total, log_total - score


# MISTAKE: the loss is divided by the number of words
def wrong_6(e, path, crf):
    start, stop, A = crf[0], crf[1], crf[2:]
    alphas = start + e[0]
    gold = start[path[0]] + e[0][path[0]]
    for i in range(1, len(e)):
        alphas = torch.logsumexp(alphas[:, None] + A + e[i][None, :], dim=0)
        gold = gold + A[path[i - 1]][path[i]] + e[i][path[i]]
    log_total = torch.logsumexp(alphas + stop, dim=0)
    gold = gold + stop[path[-1]]
    return log_total, (log_total - gold) / len(e)  # <-- here


# MISTAKE: a word's scores are laid along the rows and so added to the tag before instead of to the new tag
def wrong_7(e, path, crf):
    T, K = e.shape
    start, stop, trans = crf[0], crf[1], crf[2:]

    def all_paths():
        a = (start + e[0]).view(K, 1)
        for t in range(1, T):
            a = torch.logsumexp(a + trans + e[t].view(K, 1), 0).view(K, 1)  # <-- here
        return torch.logsumexp(a.view(K) + stop, 0)

    def this_path():
        inner = trans[path[:-1], path[1:]].sum()
        return start[path[0]] + e[range(T), path].sum() + inner + stop[path[-1]]

    log_total = all_paths()
    return log_total, log_total - this_path()


# MISTAKE: the sum over all paths begins without the start scores
# MISTAKE: in the score of the path, the transitions are looked up from the later to the earlier tag
def pair_1(e, path, crf):
    start, stop, A = crf[0], crf[1], crf[2:]
    alpha = e[0]  # <-- here
    for t in range(1, len(e)):
        alpha = torch.logsumexp(alpha[:, None] + A, dim=0) + e[t]
    log_total = torch.logsumexp(alpha + stop, dim=0)
    score = start[path[0]] + stop[path[-1]] + e[torch.arange(len(path)), path].sum()
    score = score + A[path[1:], path[:-1]].sum()  # <-- here
    return log_total, log_total - score


# MISTAKE: the transitions are used transposed in the sum over all paths
# MISTAKE: the second number is the probability of the path and not minus its logarithm
def pair_2(e, path, crf):
    A = crf[2:]
    f = crf[0] + e[0]
    s = f[path[0]]
    for t in range(1, len(path)):
        f = torch.logsumexp(f[:, None] + A.T, dim=0) + e[t]  # <-- here
        s = s + A[path[t - 1], path[t]] + e[t, path[t]]
    log_total = torch.logsumexp(f + crf[1], dim=0)
    s = s + crf[1, path[-1]]
    return log_total, torch.exp(s - log_total)  # <-- here


# MISTAKE: the loop stops one word early, so the sum over all paths never sees the last word
# MISTAKE: the score of the path has no stop
def pair_3(e, path, crf):
    T = e.shape[0]
    start, stop, A = crf[0], crf[1], crf[2:]
    total = start + e[0]
    for t in range(1, T - 1):  # <-- here
        total = torch.logsumexp(total[:, None] + A, 0) + e[t]
    total = torch.logsumexp(total + stop, 0)
    good = start[path[0]]
    for t in range(T):
        good = good + e[t, path[t]]
        if t < T - 1:
            good = good + A[path[t], path[t + 1]]
    return total, total - good  # <-- here
