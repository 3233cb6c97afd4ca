# ruff: noqa
import heapq

import torch


def gru_step(x, h, p):
    """The state of a GRU after it has read x: (N, E), (N, H) -> (N, H), or (E), (H) -> (H)."""
    a = x @ p["W_ih"].T + p["b_ih"]
    b = h @ p["W_hh"].T + p["b_hh"]
    (a_r, a_z, a_n), (b_r, b_z, b_n) = a.chunk(3, -1), b.chunk(3, -1)
    r, z = torch.sigmoid(a_r + b_r), torch.sigmoid(a_z + b_z)
    return (1 - z) * torch.tanh(a_n + r * b_n) + z * h


def right_1(h, p, start, end, width, most):
    """(the signs of the likeliest answer that a beam finds, the logarithm of its probability)."""
    beam = [([], h, 0.0, False)]  # signs, state, total, finished
    for _ in range(most):
        candidates = []
        for signs, state, total, finished in beam:
            if finished:
                candidates.append((signs, state, total, True))
                continue
            last = signs[-1] if signs else start
            new = gru_step(p["E"][last], state, p)
            logs = torch.log_softmax(p["W_o"] @ new + p["b_o"], dim=-1).tolist()
            for k, log in enumerate(logs):
                if k == end:
                    candidates.append((signs, new, total + log, True))
                else:
                    candidates.append((signs + [k], new, total + log, False))
        candidates.sort(key=lambda c: c[2], reverse=True)
        beam = candidates[:width]
        if all(finished for _, _, _, finished in beam):
            break
    signs, _, total, _ = max(beam, key=lambda c: c[2])
    return signs, total


def right_2(h, p, start, end, width, most):
    """(the signs of the likeliest answer that a beam finds, the logarithm of its probability)."""
    # width rows from the beginning; all but the first are impossible
    C = len(p["b_o"])
    totals = h.new_full((width,), float("-inf"))
    totals[0] = 0.0
    states = h.expand(width, -1)
    last = torch.full((width,), start)
    done = torch.zeros(width, dtype=torch.bool)
    written = torch.zeros(width, 0, dtype=torch.long)
    for _ in range(most):
        states = gru_step(p["E"][last], states, p)
        logs = torch.log_softmax(states @ p["W_o"].T + p["b_o"], dim=1)
        logs[done] = float("-inf")  # a finished one can only be "continued" with end, for nothing
        logs[done, end] = 0.0
        totals, index = (totals[:, None] + logs).flatten().topk(width)
        parent, last = index // C, index % C
        states, done = states[parent], done[parent] | (last == end)
        written = torch.cat([written[parent], last[:, None]], dim=1)
        if done.all():
            break
    signs = written[0].tolist()
    if end in signs:
        signs = signs[: signs.index(end)]
    return signs, float(totals[0])


def right_3(h, p, start, end, width, most):
    """(the signs of the likeliest answer that a beam finds, the logarithm of its probability)."""

    def continued(total, signs, state):
        if state is None:  # finished
            yield total, signs, None
            return
        state = gru_step(p["E"][signs[-1] if signs else start], state, p)
        scores = p["W_o"] @ state + p["b_o"]
        logs = scores - torch.logsumexp(scores, 0)
        for k in range(len(logs)):
            if k == end:
                yield total + float(logs[k]), signs, None
            else:
                yield total + float(logs[k]), [*signs, k], state

    def grow(beam, steps):
        if steps == 0 or all(state is None for _, _, state in beam):
            return beam
        everything = [new for old in beam for new in continued(*old)]
        return grow(heapq.nlargest(width, everything, key=lambda b: b[0]), steps - 1)

    total, signs, _ = max(grow([(0.0, [], h)], most), key=lambda b: b[0])
    return signs, total


def right_4(h, p, start, end, width, most):
    """(the signs of the likeliest answer that a beam finds, the logarithm of its probability)."""
    running = {(): (0.0, h)}  # signs -> (total, state)
    finished = {}  # signs -> total
    for _ in range(most):
        if not running:
            break
        old = list(running.items())
        words = torch.tensor([signs[-1] if signs else start for signs, _ in old])
        states = gru_step(p["E"][words], torch.stack([state for _, (_, state) in old]), p)
        logs = torch.log(torch.softmax((states @ p["W_o"].T + p["b_o"]).double(), dim=-1))
        pool = [(total, signs, True, None) for signs, total in finished.items()]
        for (signs, (total, _)), row, state in zip(old, logs.tolist(), states):
            pool += [
                (total + log, signs if k == end else signs + (k,), k == end, state)
                for k, log in enumerate(row)
            ]
        pool = sorted(pool, key=lambda item: -item[0])[:width]
        finished = {signs: total for total, signs, is_end, _ in pool if is_end}
        running = {signs: (total, state) for total, signs, is_end, state in pool if not is_end}
    results = [(total, signs) for signs, total in finished.items()]
    results += [(total, signs) for signs, (total, _) in running.items()]
    total, signs = max(results)
    return list(signs), total


# MISTAKE: the raw scores are added up, without a softmax and a logarithm
def wrong_1(h, p, start, end, width, most):
    beam = [([], h, 0.0, False)]
    for _ in range(most):
        candidates = []
        for signs, state, total, finished in beam:
            if finished:
                candidates.append((signs, state, total, True))
                continue
            last = signs[-1] if signs else start
            new = gru_step(p["E"][last], state, p)
            scores = p["W_o"] @ new + p["b_o"]  # <-- here
            for k, score in enumerate(scores.tolist()):
                if k == end:
                    candidates.append((signs, new, total + score, True))
                else:
                    candidates.append((signs + [k], new, total + score, False))
        candidates.sort(key=lambda c: c[2], reverse=True)
        beam = candidates[:width]
        if all(b[3] for b in beam):
            break
    return beam[0][0], beam[0][2]


# MISTAKE: all kept beginnings get the state that was computed last in the loop, not each its own
def wrong_2(h, p, start, end, width, most):
    beam = [([], h, 0.0)]
    for _ in range(most):
        candidates = []
        new = h
        for signs, state, total in beam:
            if signs and signs[-1] == end:
                candidates.append((total, signs))
                continue
            last = signs[-1] if signs else start
            new = gru_step(p["E"][last], state, p)
            logs = torch.log_softmax(new @ p["W_o"].T + p["b_o"], dim=-1)
            for k in range(len(logs)):
                candidates.append((total + logs[k].item(), signs + [k]))
        candidates.sort(reverse=True)
        beam = [(signs, new, total) for total, signs in candidates[:width]]  # <-- here
        if all(signs[-1] == end for signs, _, _ in beam):
            break
    signs, _, total = beam[0]
    return [k for k in signs if k != end], total


# MISTAKE: the logarithm of the end mark is left out of the total
def wrong_3(h, p, start, end, width, most):
    def continued(total, signs, state):
        if state is None:
            yield total, signs, None
            return
        state = gru_step(p["E"][signs[-1] if signs else start], state, p)
        logs = torch.log_softmax(p["W_o"] @ state + p["b_o"], 0).tolist()
        for k, log in enumerate(logs):
            if k == end:
                yield total, signs, None  # <-- here
            else:
                yield total + log, [*signs, k], state

    beam = [(0.0, [], h)]
    for _ in range(most):
        everything = [new for old in beam for new in continued(*old)]
        beam = heapq.nlargest(width, everything, key=lambda b: b[0])
    total, signs, _ = beam[0]
    return signs, total


# MISTAKE: the decoder reads the start mark in every step instead of the sign that was written last
def wrong_4(h, p, start, end, width, most):
    def grow(beam, steps):
        if steps == 0 or all(state is None for _, _, state in beam):
            return beam
        everything = []
        for total, signs, state in beam:
            if state is None:
                everything.append((total, signs, None))
                continue
            state = gru_step(p["E"][start], state, p)  # <-- here
            logs = torch.log_softmax(p["W_o"] @ state + p["b_o"], 0).tolist()
            for k, log in enumerate(logs):
                everything.append(
                    (total + log, signs, None) if k == end else (total + log, signs + [k], state)
                )
        everything.sort(key=lambda b: -b[0])
        return grow(everything[:width], steps - 1)

    total, signs, _ = grow([(0.0, [], h)], most)[0]
    return signs, total


# MISTAKE: a finished beginning is not taken over into the next step, so it is lost as soon as the others go on
def wrong_5(h, p, start, end, width, most):
    C = p["b_o"].shape[0]
    totals, written, states = h.new_zeros(1), [[]], h.unsqueeze(0)
    for _ in range(most):
        going = [k for k, signs in enumerate(written) if end not in signs]  # <-- here
        if not going:
            break
        last = torch.tensor([written[k][-1] if written[k] else start for k in going])
        states = gru_step(p["E"][last], states[going], p)
        logs = torch.log_softmax(states @ p["W_o"].T + p["b_o"], dim=1)
        everything = (totals[going].unsqueeze(1) + logs).flatten()
        totals, index = everything.topk(min(width, len(everything)))
        written = [written[going[i // C]] + [i % C] for i in index.tolist()]
        states = states[index // C]
    signs = written[0]
    if signs and signs[-1] == end:
        signs = signs[:-1]
    return signs, totals[0].item()


# MISTAKE: the scores are computed from the state before the step and not from the new one
def wrong_6(h, p, start, end, width, most):
    running, finished = {(): (0.0, h)}, {}
    for _ in range(most):
        pool = [(total, signs, True, None) for signs, total in finished.items()]
        for signs, (total, state) in running.items():
            new = gru_step(p["E"][signs[-1] if signs else start], state, p)
            logs = torch.log_softmax(p["W_o"] @ state + p["b_o"], dim=0).tolist()  # <-- here
            for k, log in enumerate(logs):
                pool.append((total + log, signs if k == end else signs + (k,), k == end, new))
        pool = sorted(pool, key=lambda item: -item[0])[:width]
        finished = {signs: total for total, signs, is_end, _ in pool if is_end}
        running = {signs: (total, state) for total, signs, is_end, state in pool if not is_end}
        if not running:
            break
    results = [(total, signs) for signs, total in finished.items()]
    results += [(total, signs) for signs, (total, _) in running.items()]
    total, signs = max(results)
    return list(signs), total


# MISTAKE: at the end the total is divided by the number of signs
def wrong_7(h, p, start, end, width, most):
    beam = [{"signs": [], "state": h, "total": 0.0}]
    for _ in range(most):
        new_beam = []
        for b in beam:
            if b["signs"] and b["signs"][-1] == end:
                new_beam.append(b)
                continue
            last = b["signs"][-1] if b["signs"] else start
            state = gru_step(p["E"][last], b["state"], p)
            logs = torch.log_softmax(p["W_o"] @ state + p["b_o"], dim=-1)
            for k, log in enumerate(logs.tolist()):
                new_beam.append(
                    {"signs": b["signs"] + [k], "state": state, "total": b["total"] + log}
                )
        new_beam.sort(key=lambda b: b["total"])
        beam = new_beam[-width:]
    best = max(beam, key=lambda b: b["total"] / len(b["signs"]))  # <-- here
    signs = best["signs"]
    total = best["total"] / len(signs)  # <-- here
    if signs[-1] == end:
        signs = signs[:-1]
    return signs, total


# MISTAKE: the total is only the logarithm of the last sign, the ones before it are not added; the end mark is left among the returned signs
def pair_1(h, p, start, end, width, most):
    beam = [([], h, 0.0)]
    for _ in range(most):
        candidates = []
        for signs, state, total in beam:
            if signs and signs[-1] == end:
                candidates.append((signs, state, total))
                continue
            last = signs[-1] if signs else start
            new = gru_step(p["E"][last], state, p)
            logs = torch.log_softmax(p["W_o"] @ new + p["b_o"], dim=-1).tolist()
            for k, log in enumerate(logs):
                candidates.append((signs + [k], new, log))  # <-- here
        candidates.sort(key=lambda c: c[2], reverse=True)
        beam = candidates[:width]
    signs, _, total = beam[0]
    return signs, total  # <-- here


# MISTAKE: probabilities are added up instead of their logarithms; there is one step too few
def pair_2(h, p, start, end, width, most):
    beam = [(0.0, [], h)]
    for _ in range(most - 1):  # <-- here
        everything = []
        for total, signs, state in beam:
            if state is None:
                everything.append((total, signs, None))
                continue
            state = gru_step(p["E"][signs[-1] if signs else start], state, p)
            probs = torch.softmax(p["W_o"] @ state + p["b_o"], dim=0)  # <-- here
            for k, prob in enumerate(probs.tolist()):
                if k == end:
                    everything.append((total + prob, signs, None))
                else:
                    everything.append((total + prob, signs + [k], state))
        beam = heapq.nlargest(width, everything, key=lambda b: b[0])
    total, signs, _ = beam[0]
    return signs, total


# MISTAKE: finished beginnings are continued like all others, so signs after the end mark change their total; of the kept ones it returns the one with the lowest total
def pair_3(h, p, start, end, width, most):
    beam = [([], h, 0.0)]
    for _ in range(most):
        candidates = []
        for signs, state, total in beam:  # <-- here
            last = signs[-1] if signs else start
            new = gru_step(p["E"][last], state, p)
            logs = torch.log_softmax(p["W_o"] @ new + p["b_o"], dim=-1).tolist()
            candidates += [(signs + [k], new, total + log) for k, log in enumerate(logs)]
        candidates.sort(key=lambda c: c[2])
        beam = candidates[-width:]
    signs, _, total = beam[0]  # <-- here
    if end in signs:
        signs = signs[: signs.index(end)]
    return signs, total
