"""Plain ways of right answers, one thought a line: mistakes are edits of these lines."""

import torch


def spans(tags):
    pieces = []
    first = None
    for k, tag in enumerate(tags):
        if tag != "I" and first is not None:
            pieces.append((first, k))
            first = None
        if tag == "B":
            first = k
    if first is not None:
        pieces.append((first, len(tags)))
    return pieces


def piece_scores(found, true):
    both = 0
    found_in_all = 0
    true_in_all = 0
    for got, there in zip(found, true):
        both = both + len(set(got) & set(there))
        found_in_all = found_in_all + len(got)
        true_in_all = true_in_all + len(there)
    precision = both / found_in_all if found_in_all > 0 else 0.0
    recall = both / true_in_all if true_in_all > 0 else 0.0
    total = precision + recall
    f1 = 2 * precision * recall / total if total > 0 else 0.0
    return precision, recall, f1


def share_right(tags, right, lengths):
    T = tags.shape[0]
    mask = torch.arange(T).unsqueeze(1) < lengths
    hit = tags == right
    hits = (hit & mask).sum()
    words = mask.sum()
    return hits / words


def path_score(e, path, crf):
    start = crf[0]
    stop = crf[1]
    A = crf[2:]
    score = start[path[0]]
    for t in range(len(path)):
        score = score + e[t, path[t]]
    for t in range(1, len(path)):
        score = score + A[path[t - 1], path[t]]
    score = score + stop[path[-1]]
    return score


def viterbi(e, crf):
    start = crf[0]
    stop = crf[1]
    A = crf[2:]
    score = start + e[0]
    came_from = []
    for row in e[1:]:
        longer = score.unsqueeze(1) + A
        best = longer.max(0)
        score = best.values + row
        came_from.append(best.indices)
    score = score + stop
    path = [int(score.argmax())]
    for before in reversed(came_from):
        path.append(int(before[path[-1]]))
    path.reverse()
    return path


def path_loss(e, path, crf):
    start = crf[0]
    stop = crf[1]
    A = crf[2:]
    score = start + e[0]
    for row in e[1:]:
        longer = score.unsqueeze(1) + A
        score = longer.logsumexp(0) + row
    score = score + stop
    log_total = score.logsumexp(0)
    own = start[path[0]] + stop[path[-1]]
    for t in range(len(path)):
        own = own + e[t, path[t]]
    for t in range(1, len(path)):
        own = own + A[path[t - 1], path[t]]
    loss = log_total - own
    return log_total, loss


def paper_gru_cell(x, h, W_ih, W_hh, b):
    a = x @ W_ih.T + b
    a_r, a_z, a_n = a.chunk(3, -1)
    W_hr, W_hz, W_hn = W_hh.chunk(3)
    r = torch.sigmoid(a_r + h @ W_hr.T)
    z = torch.sigmoid(a_z + h @ W_hz.T)
    u = (r * h) @ W_hn.T
    n = torch.tanh(a_n + u)
    h_new = (1 - z) * n + z * h
    return h_new


def join_padded(forward, backward, lengths):
    T, N, H = forward.shape
    states = forward.new_zeros(T, N, 2 * H)
    for k in range(N):
        length = int(lengths[k])
        states[:length, k, :H] = forward[:length, k]
        states[:length, k, H:] = backward[:length, k].flip(0)
    return states


def tag_sentences(sentences, layers, W, b, crf):
    paths = []
    for rows in sentences:
        for layer in layers:
            halves = []
            for k in range(2):
                W_ih, W_hh, bias = layer[k]
                h = rows.new_zeros(W_hh.shape[1])
                W_hr, W_hz, W_hn = W_hh.chunk(3)
                given = rows.flip(0) if k == 1 else rows
                outputs = []
                for x in given:
                    a_r, a_z, a_n = (W_ih @ x + bias).chunk(3)
                    r = torch.sigmoid(a_r + W_hr @ h)
                    z = torch.sigmoid(a_z + W_hz @ h)
                    u = W_hn @ (r * h)
                    n = torch.tanh(a_n + u)
                    h = (1 - z) * n + z * h
                    outputs.append(h)
                half = torch.stack(outputs)
                half = half.flip(0) if k == 1 else half
                halves.append(half)
            rows = torch.cat(halves, 1)
        e = rows @ W.T + b
        start, stop, A = crf[0], crf[1], crf[2:]
        score = start + e[0]
        came_from = []
        for row in e[1:]:
            longer = score.unsqueeze(1) + A
            best = longer.max(0)
            score = best.values + row
            came_from.append(best.indices)
        score = score + stop
        path = [int(score.argmax())]
        for before in reversed(came_from):
            path.append(int(before[path[-1]]))
        paths.append(path[::-1])
    return paths
