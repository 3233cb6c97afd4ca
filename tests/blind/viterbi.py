# ruff: noqa
import torch


# ---------------------------------------------------------------- right


def right_1(e, crf):
    start, stop, A = crf[0], crf[1], crf[2:]
    score = start + e[0]
    before = []
    for t in range(1, len(e)):
        best, which = (score[:, None] + A).max(0)
        score = best + e[t]
        before.append(which)
    tag = (score + stop).argmax().item()
    path = [tag]
    for which in reversed(before):
        tag = which[tag].item()
        path.append(tag)
    return path[::-1]


def right_2(e, crf):
    # plain Python: lists of floats, three loops
    scores = e.tolist()
    start, stop, *trans = crf.tolist()
    T, K = len(scores), len(start)
    best = [[start[k] + scores[0][k] for k in range(K)]]
    back = [[None] * K]
    for t in range(1, T):
        row, pointers = [], []
        for j in range(K):
            candidates = [best[t - 1][i] + trans[i][j] for i in range(K)]
            i = max(range(K), key=candidates.__getitem__)
            row.append(candidates[i] + scores[t][j])
            pointers.append(i)
        best.append(row)
        back.append(pointers)
    last = max(range(K), key=lambda k: best[-1][k] + stop[k])
    path = [last]
    for t in range(T - 1, 0, -1):
        path.insert(0, back[t][path[0]])
    return path


def right_3(e, crf):
    # keeps whole paths instead of pointers: each tag has (score, best path that ends there)
    T, K = e.shape
    assert crf.shape == (K + 2, K)
    A = crf[2:]
    ends = {k: (crf[0, k] + e[0, k], [k]) for k in range(K)}
    for t in range(1, T):
        ends = {
            j: max(
                ((s + A[i, j] + e[t, j], path + [j]) for i, (s, path) in ends.items()),
                key=lambda pair: pair[0],
            )
            for j in range(K)
        }
    return max(((s + crf[1, k], path) for k, (s, path) in ends.items()), key=lambda p: p[0])[1]


def right_4(e, crf):
    # from the back: value[t, k] = the best that can still come after tag k at word t
    T, K = e.shape
    begin, end, A = crf[0], crf[1], crf[2:]
    value = torch.zeros(T, K, dtype=e.dtype)
    follow = torch.zeros(T, K, dtype=torch.long)
    value[T - 1] = end
    for t in range(T - 2, -1, -1):
        ahead = A + (e[t + 1] + value[t + 1]).unsqueeze(0)
        value[t], follow[t] = ahead.max(dim=1)
    path = torch.empty(T, dtype=torch.long)
    path[0] = torch.argmax(begin + e[0] + value[0])
    for t in range(1, T):
        path[t] = follow[t - 1, path[t - 1]]
    return path


# ---------------------------------------------------------------- wrong


# MISTAKE: the transition matrix is used the wrong way round, rows taken as "to" and columns as "from"
def wrong_1(e, crf):
    start, stop, A = crf[0], crf[1], crf[2:]
    delta = start + e[0]
    pointers = []
    for t in range(1, e.shape[0]):
        m, idx = (delta.unsqueeze(0) + A).max(dim=1)  # <-- here
        delta = m + e[t]
        pointers.append(idx)
    tag = int((delta + stop).argmax())
    path = [tag]
    for idx in pointers[::-1]:
        tag = int(idx[tag])
        path.insert(0, tag)
    return path


# MISTAKE: the stop scores are not added before the last tag is chosen
def wrong_2(e, crf):
    T, K = e.shape
    A = crf[2:]
    table = torch.zeros(T, K, dtype=e.dtype)
    back = torch.zeros(T, K, dtype=torch.long)
    table[0] = crf[0] + e[0]
    for t in range(1, T):
        for j in range(K):
            options = table[t - 1] + A[:, j]
            back[t, j] = options.argmax()
            table[t, j] = options.max() + e[t, j]
    path = [table[T - 1].argmax().item()]  # <-- here
    for t in range(T - 1, 0, -1):
        path.append(back[t, path[-1]].item())
    path.reverse()
    return path


# MISTAKE: the start scores are forgotten, the first word has only the network's scores
def wrong_3(e, crf):
    stop = crf[1]
    trans = crf[2:]
    alpha = e[0]  # <-- here
    history = []
    for emission in e[1:]:
        total = alpha.view(-1, 1) + trans + emission.view(1, -1)
        alpha, arg = torch.max(total, 0)
        history.append(arg.tolist())
    k = torch.argmax(alpha + stop).item()
    path = [k]
    while history:
        k = history.pop()[k]
        path.append(k)
    return list(reversed(path))


# MISTAKE: no way back, it takes the tag with the best score so far at each word
def wrong_4(e, crf):
    start, stop, A = crf[0], crf[1], crf[2:]
    score = start + e[0]
    path = [score.argmax().item()]
    for t in range(1, len(e)):
        score = (score[:, None] + A).max(0).values + e[t]
        if t == len(e) - 1:
            score = score + stop
        path.append(score.argmax().item())  # <-- here
    return path


# MISTAKE: greedy, goes on only from the tag chosen for the word before instead of keeping the best path for each tag
def wrong_5(e, crf):
    T = e.shape[0]
    tag = int(torch.argmax(crf[0] + e[0]))
    path = [tag]
    for t in range(1, T):
        choice = crf[2 + tag] + e[t]  # <-- here
        if t == T - 1:
            choice = choice + crf[1]
        tag = int(choice.argmax())
        path.append(tag)
    return path


# MISTAKE: rows 0 and 1 are mixed up, the stop is used at the beginning and the start at the end
def wrong_6(e, crf):
    stop, start = crf[:2]  # <-- here
    transitions = crf[2:]
    T, K = e.shape
    best_paths = [[k] for k in range(K)]
    scores = [(start[k] + e[0, k]).item() for k in range(K)]
    for t in range(1, T):
        new_paths, new_scores = [], []
        for j in range(K):
            cand = [scores[i] + transitions[i, j].item() for i in range(K)]
            i = cand.index(max(cand))
            new_scores.append(cand[i] + e[t, j].item())
            new_paths.append(best_paths[i] + [j])
        best_paths, scores = new_paths, new_scores
    final = [scores[k] + stop[k].item() for k in range(K)]
    return best_paths[final.index(max(final))]


# MISTAKE: the network's score of the tag is left out of the running score from the second word on
def wrong_7(e, crf):
    start, stop, A = crf[0], crf[1], crf[2:]
    v = start + e[0]
    back = []
    for t in range(1, e.size(0)):
        v, b = torch.max(v[:, None] + A, dim=0)  # <-- here
        back.append(b)
    last = torch.argmax(v + stop)
    path = [last]
    for b in back[::-1]:
        path.append(b[path[-1]])
    return torch.stack(path[::-1])


# ---------------------------------------------------------------- pair


# MISTAKE: the transitions are transposed
# MISTAKE: the stop is not added
def pair_1(e, crf):
    start, A = crf[0], crf[2:].T  # <-- here
    score = start + e[0]
    back = []
    for t in range(1, len(e)):
        best, prev = (score[:, None] + A).max(0)
        score = best + e[t]
        back.append(prev)
    tag = score.argmax().item()  # <-- here
    path = [tag]
    for prev in reversed(back):
        tag = prev[tag].item()
        path.append(tag)
    return path[::-1]


# MISTAKE: no start scores
# MISTAKE: the path is returned from the last word to the first, it is never turned round
def pair_2(e, crf):
    T, K = e.shape
    score = e[0].clone()  # <-- here
    back = torch.zeros(T, K, dtype=torch.long)
    for t in range(1, T):
        all_scores = score.unsqueeze(1) + crf[2:] + e[t].unsqueeze(0)
        score, back[t] = all_scores.max(0)
    path = [(score + crf[1]).argmax().item()]
    for t in range(T - 1, 0, -1):
        path.append(back[t][path[-1]].item())
    return path  # <-- here


# MISTAKE: the walk back does not follow the pointers from the tag chosen, it takes the pointer of the overall best tag at each word
# MISTAKE: start and stop are swapped
def pair_3(e, crf):
    T, K = e.shape
    start, stop, A = crf[1], crf[0], crf[2:]  # <-- here
    scores = [start + e[0]]
    pointers = []
    for t in range(1, T):
        m = scores[-1].reshape(K, 1) + A
        pointers.append(m.argmax(0))
        scores.append(m.amax(0) + e[t])
    scores[-1] = scores[-1] + stop
    path = [scores[-1].argmax().item()]
    for t in range(T - 1, 0, -1):
        path.insert(0, pointers[t - 1][scores[t].argmax()].item())  # <-- here
    return path
