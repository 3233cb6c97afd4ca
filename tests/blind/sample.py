# ruff: noqa
import torch


def right_1(start, u, temperature, p):
    H = p["W_hh"].shape[1]
    h = p["W_hh"].new_zeros(1, H)
    logits, h = read(start.unsqueeze(1), h, p)
    drawn = []
    for number in u:
        pi = torch.softmax(logits[-1, 0] / temperature, dim=0)
        sums = pi.cumsum(0)
        k = int((sums <= number).sum())
        k = min(k, len(sums) - 1)
        drawn.append(k)
        logits, h = read(torch.tensor([[k]]), h, p)
    return torch.tensor(drawn, dtype=torch.long)


def right_2(start, u, temperature, p):
    letters = []
    with torch.no_grad():
        state = torch.zeros(1, p["W_out"].shape[1], dtype=p["E"].dtype)
        ids = start.reshape(-1, 1)
        for i in range(len(u)):
            logits, state = spare_read(ids, state, p)
            running = (logits[-1] / temperature).softmax(-1).cumsum(-1)  # (1, V)
            k = torch.searchsorted(running, u[i].to(running.dtype).reshape(1, 1), right=True)
            k = k.clamp(max=running.shape[1] - 1)
            letters.append(k.item())
            ids = k
    return letters


def right_3(start, u, temperature, p):
    # one letter at a time, with a little GRU of its own
    def step(letter, h):
        a = p["W_ih"] @ p["E"][letter] + p["b_ih"]
        b = p["W_hh"] @ h + p["b_hh"]
        H = h.shape[0]
        r = torch.sigmoid(a[:H] + b[:H])
        z = torch.sigmoid(a[H : 2 * H] + b[H : 2 * H])
        n = torch.tanh(a[2 * H :] + r * b[2 * H :])
        return (1 - z) * n + z * h

    h = torch.zeros_like(p["b_hh"][: p["W_hh"].shape[1]])
    for letter in start.tolist():
        h = step(letter, h)
    result = []
    for number in u.tolist():
        z = (p["W_out"] @ h + p["b_out"]) / temperature
        e = (z - z.max()).exp()
        probabilities = (e / e.sum()).tolist()
        total, k = 0.0, len(probabilities) - 1
        for j, share in enumerate(probabilities):
            total += share
            if total > number:
                k = j
                break
        result.append(k)
        h = step(k, h)
    return result


def right_4(start, u, temperature, p):
    import numpy as np

    assert temperature > 0 and start.dim() == 1
    text = start.clone()
    first = len(text)
    h0 = p["E"].new_zeros(1, p["W_hh"].shape[1])
    for value in u.numpy():
        # slow but simple: reads the whole text again for each letter
        logits, _ = read(text[:, None], h0, p)
        z = (logits[-1, 0].detach().numpy()) / temperature
        pi = np.exp(z - z.max())
        sums = np.cumsum(pi / pi.sum())
        k = min(int(np.searchsorted(sums, value, side="right")), len(sums) - 1)
        text = torch.cat([text, text.new_tensor([k])])
    return text[first:]


# MISTAKE: multiplies by the temperature instead of dividing
def wrong_1(start, u, temperature, p):
    h = p["E"].new_zeros(1, p["W_hh"].shape[1])
    logits, h = read(start[:, None], h, p)
    drawn = []
    for number in u:
        pi = torch.softmax(logits[-1, 0] * temperature, dim=-1)  # <-- here
        k = (pi.cumsum(0) <= number).sum().clamp(max=len(pi) - 1)
        drawn.append(k)
        logits, h = read(k.reshape(1, 1), h, p)
    return torch.stack(drawn)


# MISTAKE: each drawn letter is read from a state of zeros instead of the state reached so far
def wrong_2(start, u, temperature, p):
    zeros = torch.zeros(1, p["W_hh"].shape[1], dtype=p["W_hh"].dtype)
    ids = start.unsqueeze(-1)
    out = []
    for number in u.tolist():
        logits, _ = spare_read(ids, zeros, p)  # <-- here
        probs = torch.softmax(logits[-1, 0] / temperature, 0)
        k = min(int((torch.cumsum(probs, 0) <= number).sum()), probs.numel() - 1)
        out.append(k)
        ids = torch.tensor([[k]])
    return out


# MISTAKE: only the last letter of start is read, those before it are skipped
def wrong_3(start, u, temperature, p):
    h = torch.zeros(1, p["W_out"].size(1)).to(p["W_out"])
    letter = start[-1:]  # <-- here
    letters = []
    for i in range(u.shape[0]):
        logits, h = read(letter.reshape(1, 1), h, p)
        pi = (logits[0, 0] / temperature).softmax(dim=0)
        sums = pi.cumsum(dim=0)
        letter = torch.searchsorted(sums, u[i : i + 1].to(sums), right=True).clamp(max=len(pi) - 1)
        letters.append(letter)
    return torch.cat(letters)


# MISTAKE: what is drawn is not fed back: the model goes on reading the last letter of start
def wrong_4(start, u, temperature, p):
    V, H = p["W_out"].shape
    h = p["W_out"].new_zeros(1, H)
    logits, h = read(start.view(-1, 1), h, p)
    drawn = torch.zeros(len(u), dtype=torch.long)
    for i, number in enumerate(u):
        cumulative = torch.softmax(logits[-1, 0] / temperature, 0).cumsum(0)
        drawn[i] = min(int((cumulative <= number).sum()), V - 1)
        logits, h = read(start[-1].view(1, 1), h, p)  # <-- here
    return drawn


# MISTAKE: always takes the likeliest letter and never looks at u
def wrong_5(start, u, temperature, p):
    h = p["E"].new_zeros((1, p["W_hh"].shape[1]))
    logits, h = spare_read(start[:, None], h, p)
    text = []
    for _ in u:
        pi = torch.softmax(logits[-1, 0] / temperature, dim=0)
        k = pi.argmax()  # <-- here
        text.append(int(k))
        logits, h = spare_read(k.view(1, 1), h, p)
    return text


# MISTAKE: takes the logits after the first letter of start, not those after the last, for the first drawing
def wrong_6(start, u, temperature, p):
    H = p["W_hh"].shape[-1]
    logits, h = read(start.unsqueeze(1), p["W_hh"].new_zeros(1, H), p)
    drawn = []
    for number in u.tolist():
        z = logits[0, 0] / temperature  # <-- here
        pi = torch.exp(z - torch.logsumexp(z, 0))
        k = 0
        total = pi[0].item()
        while total <= number and k < len(pi) - 1:
            k += 1
            total += pi[k].item()
        drawn.append(k)
        logits, h = read(torch.tensor([[k]]), h, p)
    return torch.tensor(drawn)


# MISTAKE: takes the first letter whose running sum is greater than or equal to u, not greater
def wrong_7(start, u, temperature, p):
    state = torch.zeros(1, p["W_hh"].shape[1], dtype=p["W_hh"].dtype)
    logits, state = read(start[:, None], state, p)
    letters = []
    for number in u:
        running = torch.softmax(logits[-1, 0] / temperature, -1).cumsum(-1)
        k = torch.searchsorted(running, number.to(running.dtype))  # <-- here
        k = torch.clamp(k, max=running.shape[0] - 1)
        letters.append(k.item())
        logits, state = read(k.reshape(1, 1), state, p)
    return torch.tensor(letters)


# MISTAKE: the temperature divides the probabilities, after the softmax, instead of the logits
# MISTAKE: the state is not carried: each drawn letter is read from the state after start
def pair_1(start, u, temperature, p):
    zeros = p["E"].new_zeros(1, p["W_hh"].shape[1])
    logits, after_start = read(start[:, None], zeros, p)
    drawn = []
    for number in u.tolist():
        pi = torch.softmax(logits[-1, 0], dim=0) / temperature  # <-- here
        k = min(int((pi.cumsum(0) <= number).sum()), len(pi) - 1)
        drawn.append(k)
        logits, _ = read(torch.tensor([[k]]), after_start, p)  # <-- here
    return torch.tensor(drawn)


# MISTAKE: the temperature is not used
# MISTAKE: sorts the probabilities and returns the place in the sorted order instead of the letter
def pair_2(start, u, temperature, p):
    h = torch.zeros(1, p["W_hh"].shape[1]).to(p["W_hh"])
    ids = start.unsqueeze(1)
    letters = []
    for number in u:
        logits, h = spare_read(ids, h, p)
        pi = torch.softmax(logits[-1, 0], dim=-1)  # <-- here
        pi, order = torch.sort(pi, descending=True)  # <-- here
        k = (pi.cumsum(0) <= number).sum().clamp(max=len(pi) - 1)  # <-- here
        letters.append(int(k))
        ids = k.view(1, 1)
    return letters


# MISTAKE: off by one: takes the letter before the one at which the running sum passes u
# MISTAKE: the letters of start are read after each drawing again, instead of the drawn letter
def pair_3(start, u, temperature, p):
    h = p["W_hh"].new_zeros(1, p["W_hh"].shape[1])
    logits, h = read(start[:, None], h, p)
    drawn = []
    for number in u:
        pi = (logits[-1, 0] / temperature).softmax(0)
        k = int((pi.cumsum(0) <= number).sum()) - 1  # <-- here
        k = max(k, 0)
        drawn.append(k)
        logits, h = read(start[:, None], h, p)  # <-- here
    return torch.tensor(drawn)
