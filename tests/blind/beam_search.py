# ruff: noqa
import torch


def right_1(h, p, start, end, width, most):
    beam = [([], h, 0.0, False)]
    for _ in range(most):
        candidates = []
        for signs, state, total, done in beam:
            if done:
                candidates.append((signs, state, total, True))
                continue
            last = signs[-1] if signs else start
            new = gru_step(p["E"][last], state, p)
            logs = torch.log_softmax(p["W_o"] @ new + p["b_o"], dim=0)
            for k, log in enumerate(logs.tolist()):
                if k == end:
                    candidates.append((signs, new, total + log, True))
                else:
                    candidates.append((signs + [k], new, total + log, False))
        candidates.sort(key=lambda c: c[2], reverse=True)
        beam = candidates[:width]
        if all(c[3] for c in beam):
            break
    best = beam[0]
    return best[0], best[2]


def right_2(h, p, start, end, width, most):
    # the whole beam as a batch; the end mark is kept in the rows until the very end
    rows, states, totals = [[start]], h[None], h.new_zeros(1)
    for _ in range(most):
        closed = torch.tensor([len(row) > 1 and row[-1] == end for row in rows])
        if closed.all():
            break
        last = torch.tensor([row[-1] for row in rows])
        after = gru_step(p["E"][last], states, p)
        logp = (after @ p["W_o"].T + p["b_o"]).log_softmax(-1)
        C = logp.shape[1]
        # a finished row has one continuation only: an end mark that costs nothing
        stay = torch.full((C,), -torch.inf, dtype=logp.dtype)
        stay[end] = 0.0
        logp = torch.where(closed[:, None], stay, logp)
        every = (totals[:, None] + logp).flatten()
        every, where = every.sort(descending=True)
        finite = int(torch.isfinite(every).sum())
        totals, where = every[: min(width, finite)], where[: min(width, finite)]
        parents = where // C
        new_rows = []
        for parent, k in zip(parents.tolist(), (where % C).tolist()):
            row = rows[parent]
            new_rows.append(row if closed[parent] else row + [k])
        rows, states = new_rows, after[parents]
    best = int(totals.argmax())
    answer = rows[best][1:]
    if answer and answer[-1] == end:
        answer = answer[:-1]
    return answer, float(totals[best])


def right_3(h, p, start, end, width, most):
    """Keeps the finished ones in a list of their own, but lets them compete."""
    import heapq

    open_ones = [(0.0, (), h)]
    finished = []
    for step in range(most):
        pool = [(total, signs, None) for total, signs in finished]
        for total, signs, state in open_ones:
            new_state = gru_step(p["E"][signs[-1] if signs else start], state, p)
            scores = new_state @ p["W_o"].T + p["b_o"]
            scores = scores - scores.logsumexp(-1)
            pool += [
                (total + scores[k].item(), signs + (k,), new_state) for k in range(len(scores))
            ]
        kept = heapq.nlargest(width, pool, key=lambda entry: entry[0])
        finished = [(t, s) for t, s, _ in kept if s and s[-1] == end]
        open_ones = [(t, s, st) for t, s, st in kept if not (s and s[-1] == end)]
        if not open_ones:
            break
    everything = finished + [(t, s) for t, s, _ in open_ones]
    total, signs = max(everything, key=lambda entry: entry[0])
    return [k for k in signs if k != end], total


def right_4(h, p, start, end, width, most):
    def extend(item):
        if item["done"]:
            return [item]
        state = gru_step(p["E"][item["last"]], item["h"], p)
        logits = torch.mv(p["W_o"], state) + p["b_o"]
        logp = logits - torch.logsumexp(logits, dim=0)
        # more than `width` children of one parent can never survive
        best = torch.topk(logp, min(width, logp.numel()))
        children = []
        for value, k in zip(best.values, best.indices):
            k = int(k)
            children.append(
                {
                    "signs": item["signs"] if k == end else [*item["signs"], k],
                    "h": state,
                    "last": k,
                    "total": item["total"] + value.item(),
                    "done": k == end,
                }
            )
        return children

    beam = [{"signs": [], "h": h, "last": start, "total": 0.0, "done": False}]
    steps = 0
    while steps < most and not all(item["done"] for item in beam):
        grown = [child for item in beam for child in extend(item)]
        beam = sorted(grown, key=lambda item: -item["total"])[:width]
        steps += 1
    winner = max(beam, key=lambda item: item["total"])
    return winner["signs"], winner["total"]


# MISTAKE: chooses the answer by the total divided by its length
def wrong_1(h, p, start, end, width, most):
    beam = [([], h, 0.0, False)]
    for _ in range(most):
        candidates = []
        for signs, state, total, done in beam:
            if done:
                candidates.append((signs, state, total, done))
                continue
            new = gru_step(p["E"][signs[-1] if signs else start], state, p)
            logs = torch.log_softmax(new @ p["W_o"].T + p["b_o"], -1)
            for k in range(len(logs)):
                more = signs if k == end else signs + [k]
                candidates.append((more, new, total + logs[k].item(), k == end))
        beam = sorted(candidates, key=lambda c: c[2], reverse=True)[:width]
        if all(done for _, _, _, done in beam):
            break
    signs, _, total, _ = max(beam, key=lambda c: c[2] / (len(c[0]) + 1))  # <-- here
    return signs, total


# MISTAKE: the logarithm of the end mark is left out of the total
def wrong_2(h, p, start, end, width, most):
    beams = [{"signs": [], "state": h, "total": 0.0, "finished": False}]
    for step in range(most):
        pool = []
        for b in beams:
            if b["finished"]:
                pool.append(b)
                continue
            previous = b["signs"][-1] if b["signs"] else start
            state = gru_step(p["E"][previous], b["state"], p)
            logp = torch.log_softmax(p["W_o"] @ state + p["b_o"], dim=-1)
            for k in range(logp.shape[0]):
                if k == end:
                    pool.append({**b, "finished": True})  # <-- here
                else:
                    pool.append(
                        dict(
                            signs=b["signs"] + [k],
                            state=state,
                            total=b["total"] + float(logp[k]),
                            finished=False,
                        )
                    )
        pool.sort(key=lambda b: b["total"], reverse=True)
        beams = pool[:width]
        if all(b["finished"] for b in beams):
            break
    return beams[0]["signs"], beams[0]["total"]


# MISTAKE: adds up the raw scores, without the softmax that makes them probabilities
def wrong_3(h, p, start, end, width, most):
    import heapq

    kept = [(0.0, [start], h)]
    for _ in range(most):
        if all(len(s) > 1 and s[-1] == end for _, s, _ in kept):
            break
        options = []
        for total, s, state in kept:
            if len(s) > 1 and s[-1] == end:
                options.append((total, s, state))
            else:
                state = gru_step(p["E"][s[-1]], state, p)
                logits = p["W_o"] @ state + p["b_o"]  # <-- here
                options.extend((total + v, s + [k], state) for k, v in enumerate(logits.tolist()))
        kept = heapq.nlargest(width, options, key=lambda o: o[0])
    total, s, _ = kept[0]
    s = s[1:]
    return (s[:-1] if s and s[-1] == end else s), total


# MISTAKE: finished beginnings are set aside and do not take up room in the beam, which goes on with `width` unfinished ones
def wrong_4(h, p, start, end, width, most):
    alive = [([], h, 0.0)]
    finished = []
    for _ in range(most):
        grown = []
        for signs, state, total in alive:
            new = gru_step(p["E"][signs[-1] if signs else start], state, p)
            logs = (new @ p["W_o"].T + p["b_o"]).log_softmax(0)
            for k, log in enumerate(logs.tolist()):
                if k == end:
                    finished.append((signs, new, total + log))  # <-- here
                else:
                    grown.append((signs + [k], new, total + log))
        grown.sort(key=lambda g: g[2], reverse=True)
        alive = grown[:width]  # <-- here
    signs, _, total = max(finished + alive, key=lambda g: g[2])
    return signs, total


# MISTAKE: there is one state for the whole beam instead of one for each beginning
def wrong_5(h, p, start, end, width, most):
    beam = [([], 0.0, False)]
    for _ in range(most):
        candidates = []
        for signs, total, done in beam:
            if done:
                candidates.append((signs, total, True))
                continue
            word = signs[-1] if len(signs) > 0 else start
            h = gru_step(p["E"][word], h, p)  # <-- here
            logs = torch.log_softmax(p["W_o"] @ h + p["b_o"], 0).tolist()
            for k in range(len(logs)):
                if k == end:
                    candidates.append((signs, total + logs[k], True))
                else:
                    candidates.append((signs + [k], total + logs[k], False))
        beam = sorted(candidates, key=lambda c: c[1])[::-1][:width]
        if all(c[2] for c in beam):
            break
    return beam[0][0], beam[0][1]


# MISTAKE: stops and answers as soon as any kept beginning is finished, although others may still be better
def wrong_6(h, p, start, end, width, most):
    beam = [(0.0, [], h)]
    for _ in range(most):
        pool = []
        for total, signs, state in beam:
            state = gru_step(p["E"][signs[-1]] if signs else p["E"][start], state, p)
            probs = torch.softmax(p["W_o"] @ state + p["b_o"], dim=0)
            for k, prob in enumerate(probs):
                pool.append((total + torch.log(prob).item(), signs + [k], state))
        pool.sort(key=lambda item: -item[0])
        beam = pool[:width]
        done = [item for item in beam if item[1][-1] == end]
        if done:  # <-- here
            return done[0][1][:-1], done[0][0]
    return beam[0][1], beam[0][0]


# MISTAKE: takes a finished answer whenever there is one, even if an unfinished one has the higher total
def wrong_7(h, p, start, end, width, most):
    totals, rows, states, ended = [0.0], [[]], [h], [False]
    for _ in range(most):
        new = []
        for i in range(len(rows)):
            if ended[i]:
                new.append((totals[i], rows[i], states[i], True))
            else:
                x = p["E"][rows[i][-1] if rows[i] else start]
                s = gru_step(x, states[i], p)
                lp = torch.log_softmax(s @ p["W_o"].T + p["b_o"], dim=0)
                values, indices = lp.topk(min(width, len(lp)))
                for v, k in zip(values.tolist(), indices.tolist()):
                    new.append((totals[i] + v, rows[i] + [k] * (k != end), s, k == end))
        new = sorted(new, key=lambda b: b[0], reverse=True)[:width]
        totals, rows, states, ended = map(list, zip(*new))
        if all(ended):
            break
    finished = [i for i in range(len(rows)) if ended[i]]
    choice = finished or range(len(rows))  # <-- here
    best = max(choice, key=lambda i: totals[i])
    return rows[best], totals[best]


# MISTAKE: the end mark is among the signs that are returned
# MISTAKE: one step too few is made
def pair_1(h, p, start, end, width, most):
    beam = [([], h, 0.0)]
    for _ in range(1, most):  # <-- here
        pool = []
        for signs, state, total in beam:
            if signs and signs[-1] == end:
                pool.append((signs, state, total))
                continue
            new = gru_step(p["E"][signs[-1] if signs else start], state, p)
            logs = torch.log_softmax(p["W_o"] @ new + p["b_o"], 0)
            pool += [(signs + [k], new, total + logs[k].item()) for k in range(len(logs))]
        beam = sorted(pool, key=lambda b: b[2], reverse=True)[:width]
        if all(b[0][-1] == end for b in beam):
            break
    return beam[0][0], beam[0][2]  # <-- here


# MISTAKE: the decoder reads the start mark at each step instead of the last sign
# MISTAKE: divides the total that is returned by the number of signs
def pair_2(h, p, start, end, width, most):
    beam = [([], h, 0.0, False)]
    for _ in range(most):
        pool = []
        for signs, state, total, done in beam:
            if done:
                pool.append((signs, state, total, done))
                continue
            new = gru_step(p["E"][start], state, p)  # <-- here
            logs = torch.log_softmax(p["W_o"] @ new + p["b_o"], 0).tolist()
            for k, log in enumerate(logs):
                pool.append((signs + [k] if k != end else signs, new, total + log, k == end))
        pool.sort(key=lambda b: b[2], reverse=True)
        beam = pool[:width]
        if all(b[3] for b in beam):
            break
    signs, _, total, _ = beam[0]
    return signs, total / max(len(signs), 1)  # <-- here


# MISTAKE: adds up the probabilities instead of their logarithms
# MISTAKE: a child keeps its parent's old state, so the state never changes
def pair_3(h, p, start, end, width, most):
    import heapq

    beam = [([], h, 0.0, False)]
    for _ in range(most):
        pool = []
        for signs, state, total, done in beam:
            if done:
                pool.append((signs, state, total, done))
                continue
            new = gru_step(p["E"][signs[-1] if signs else start], state, p)
            probs = torch.softmax(p["W_o"] @ new + p["b_o"], dim=0)  # <-- here
            for k, prob in enumerate(probs.tolist()):
                if k == end:
                    pool.append((signs, state, total + prob, True))
                else:
                    pool.append((signs + [k], state, total + prob, False))  # <-- here
        beam = heapq.nlargest(width, pool, key=lambda b: b[2])
        if all(b[3] for b in beam):
            break
    return beam[0][0], beam[0][2]
