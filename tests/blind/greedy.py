# ruff: noqa
import torch


# ---------------------------------------------------------------- right


def right_1(h, p, start, end, most):
    sign, answer = start, []
    for _ in range(most):
        h = gru_step(p["E"][sign], h, p)
        sign = (p["W_o"] @ h + p["b_o"]).argmax().item()
        if sign == end:
            break
        answer.append(sign)
    return answer


def right_2(h, p, start, end, most):
    # with a batch axis of one, and the signs collected in one list from the start mark on
    state = h.unsqueeze(0)
    written = [start]
    while len(written) <= most:
        x = torch.nn.functional.embedding(torch.tensor([written[-1]]), p["E"])
        state = gru_step(x, state, p)
        logits = torch.nn.functional.linear(state, p["W_o"], p["b_o"])
        written.append(int(logits.argmax(dim=1)))
        if written[-1] == end:
            return written[1:-1]
    return written[1:]


def right_3(h, p, start, end, most):
    # writes all `most` signs, and cuts at the first end mark afterwards
    assert h.dim() == 1
    d, sign, signs = h.clone(), torch.tensor(start), []
    for _ in range(most):
        d = gru_step(p["E"][sign], d, p)
        probabilities = torch.softmax(p["W_o"].mv(d) + p["b_o"], dim=-1)
        sign = probabilities.max(-1).indices
        signs.append(sign.item())
    return signs[: signs.index(end)] if end in signs else signs


def right_4(h, p, start, end, most):
    def write(sign, state, left):
        if left == 0:
            return []
        state = gru_step(p["E"][sign], state, p)
        scores = torch.einsum("ch,h->c", p["W_o"], state) + p["b_o"]
        best = max(range(len(scores)), key=lambda c: scores[c].item())
        return [] if best == end else [best] + write(best, state, left - 1)

    return write(start, h, most)


# ---------------------------------------------------------------- wrong


# MISTAKE: the end mark is returned as part of the answer
def wrong_1(h, p, start, end, most):
    sign = start
    answer = []
    for step in range(most):
        h = gru_step(p["E"][sign], h, p)
        scores = p["W_o"] @ h + p["b_o"]
        sign = scores.argmax().item()
        answer.append(sign)  # <-- here
        if sign == end:
            break
    return answer


# MISTAKE: the state is not carried on, each step begins with the encoder's state again
def wrong_2(h, p, start, end, most):
    said = []
    last = start
    while len(said) < most:
        d = gru_step(p["E"][last], h, p)  # <-- here
        last = torch.argmax(d @ p["W_o"].T + p["b_o"]).item()
        if last == end:
            break
        said.append(last)
    return said


# MISTAKE: the decoder reads the start mark at every step instead of the sign it has just written
def wrong_3(h, p, start, end, most):
    x = p["E"][start]
    answer = []
    for i in range(most):
        h = gru_step(x, h, p)  # <-- here
        s = torch.argmax(torch.matmul(p["W_o"], h) + p["b_o"]).item()
        if s == end:
            return answer
        answer.append(s)
    return answer


# MISTAKE: the output layer's bias is forgotten
def wrong_4(h, p, start, end, most):
    state, sign = h, torch.tensor([start])
    result = []
    for _ in range(most):
        state = gru_step(p["E"][sign[0]], state, p)
        scores = torch.einsum("ch,h->c", p["W_o"], state)  # <-- here
        sign = scores.topk(1).indices
        if sign[0] == end:
            break
        result.append(int(sign[0]))
    return result


# MISTAKE: it never stops at the end mark, end marks are only filtered out and what comes after the first one stays in the answer
def wrong_5(h, p, start, end, most):
    sign = start
    signs = []
    for _ in range(most):
        h = gru_step(p["E"][sign], h, p)
        sign = int((p["W_o"] @ h + p["b_o"]).argmax())
        signs.append(sign)
    return [s for s in signs if s != end]  # <-- here


# MISTAKE: one step too few, because the start mark counts as one of the `most` signs
def wrong_6(h, p, start, end, most):
    answer = [start]
    while len(answer) < most:  # <-- here
        h = gru_step(p["E"][answer[-1]], h, p)
        logits = torch.nn.functional.linear(h, p["W_o"], p["b_o"])
        nxt = logits.argmax(-1).item()
        if nxt == end:
            break
        answer.append(nxt)
    return answer[1:]


# MISTAKE: the scores are computed from the state before the step, not from the new one
def wrong_7(h, p, start, end, most):
    signs, sign = [], start
    for _ in range(most):
        new_h = gru_step(p["E"][sign], h, p)
        scores = p["W_o"] @ h + p["b_o"]  # <-- here
        h = new_h
        sign = scores.argmax().item()
        if sign == end:
            break
        signs.append(sign)
    return signs


# ---------------------------------------------------------------- pair


# MISTAKE: the state stays the encoder's at every step
# MISTAKE: the end mark is part of the answer
def pair_1(h, p, start, end, most):
    sign, out = start, []
    for _ in range(most):
        state = gru_step(p["E"][sign], h, p)  # <-- here
        sign = (p["W_o"] @ state + p["b_o"]).argmax().item()
        out.append(sign)  # <-- here
        if sign == end:
            break
    return out


# MISTAKE: the start mark is left at the beginning of the answer
# MISTAKE: the output bias is missing
def pair_2(h, p, start, end, most):
    answer = [start]
    for _ in range(most):
        h = gru_step(p["E"][answer[-1]], h, p)
        best = torch.argmax(p["W_o"] @ h).item()  # <-- here
        if best == end:
            break
        answer.append(best)
    return answer  # <-- here


# MISTAKE: the next sign is drawn by chance from the softmax instead of taking the likeliest
# MISTAKE: it makes one step more than allowed
def pair_3(h, p, start, end, most):
    generator = torch.Generator().manual_seed(0)
    sign = start
    answer = []
    for _ in range(most + 1):  # <-- here
        h = gru_step(p["E"][sign], h, p)
        probabilities = torch.softmax(p["W_o"] @ h + p["b_o"], 0)
        sign = torch.multinomial(probabilities, 1, generator=generator).item()  # <-- here
        if sign == end:
            break
        answer.append(sign)
    return answer
