# ruff: noqa
import torch
import torch.nn.functional as F
import numpy as np

# Used by name from tasks 2 to 7 of the same notebook (right_1, wrong_2, wrong_6, pair_1): direction_of, numbers_of,
# lstm_states, join_directions, scores_of, readings_at. All others are written out.
# Of the names in the box the text gives logit_layer.0, logit_layer.2 and the ending _reverse (and ih/hh of the LSTM's
# arrays); the embedding is the array that belongs neither to the LSTM nor to logit_layer.


def right_1(sentences, places, box, numbers, sounds):
    def part(layer, ndim):
        for name in box:
            if layer in name and box[name].ndim == ndim:
                return box[name]

    for name in box:
        if "_ih" not in name and "_hh" not in name and "logit_layer" not in name:
            embedding = box[name]
    W_0, b_0 = part("logit_layer.0", 2), part("logit_layer.0", 1)
    W_2, b_2 = part("logit_layer.2", 2), part("logit_layer.2", 1)
    answers = []
    for sentence, where in zip(sentences, places):
        rows = embedding[numbers_of(sentence, numbers)]
        forward = lstm_states(rows, *direction_of(box, False))
        backward = lstm_states(rows.flip(0), *direction_of(box, True))
        scores = scores_of(join_directions(forward, backward), W_0, b_0, W_2, b_2)
        readings, _ = readings_at(scores, where, sounds)
        answers.append(readings)
    return answers


def right_2(sentences, places, box, numbers, sounds):
    arrays = {name: tensor.numpy() for name, tensor in box.items()}
    forward = {
        n: a for n, a in arrays.items() if ("_ih" in n or "_hh" in n) and "_reverse" not in n
    }
    backward = {n: a for n, a in arrays.items() if "_reverse" in n}
    other = {n: a for n, a in arrays.items() if n not in forward and n not in backward}
    (table,) = [a for n, a in other.items() if "logit_layer" not in n]
    linear = [other[n] for n in sorted(other) if "logit_layer" in n]
    weights, biases = [a for a in linear if a.ndim == 2], [a for a in linear if a.ndim == 1]

    sigmoid = lambda a: 1 / (1 + np.exp(-a))

    def read(xs, reader):
        Wx = next(a for n, a in reader.items() if "_ih" in n and a.ndim == 2)
        Wh = next(a for n, a in reader.items() if "_hh" in n and a.ndim == 2)
        bias = sum(a for a in reader.values() if a.ndim == 1)
        h = c = np.zeros(Wh.shape[1], dtype=xs.dtype)
        out = []
        for row in xs @ Wx.T + bias:
            i, f, g, o = np.split(row + Wh @ h, 4)
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            h = sigmoid(o) * np.tanh(c)
            out.append(h)
        return np.array(out)

    result = []
    for sentence, its_places in zip(sentences, places):
        ids = [numbers.get(x, numbers["<UNK>"]) for x in ["시", *sentence, "끝"]]
        xs = table[ids]
        states = np.concatenate([read(xs, forward), read(xs[::-1], backward)[::-1]], axis=1)[1:-1]
        out = states[list(map(int, its_places))].reshape(-1, states.shape[1])
        for k, (W, b) in enumerate(zip(weights, biases)):
            out = (np.maximum(out, 0) if k else out) @ W.T + b
        result.append([sounds[k] for k in out.argmax(1)])
    return result


def right_4(sentences, places, box, numbers, sounds):
    lstm_parts = {False: [], True: []}
    dense = []
    for key in sorted(box):
        value = box[key]
        if key.startswith("logit_layer"):
            dense.append(value)
        elif "_ih" in key or "_hh" in key:
            order = (value.ndim == 1, "_hh" in key)  # W_ih, W_hh, b_ih, b_hh
            lstm_parts["_reverse" in key].append((order, value))
        else:
            E = value
    lstm_parts = {
        back: [v for _, v in sorted(parts, key=lambda part: part[0])]
        for back, parts in lstm_parts.items()
    }
    W = [d for d in dense if d.ndim == 2]
    b = [d for d in dense if d.ndim == 1]

    readings = []
    for n in range(len(sentences)):
        text = ["시"] + list(sentences[n]) + ["끝"]
        ids = [numbers[t] if t in numbers else numbers["<UNK>"] for t in text]
        T = len(ids)
        H = lstm_parts[False][1].shape[1]
        states = E.new_zeros(T, 2, H)
        for back in (False, True):
            W_ih, W_hh, b_ih, b_hh = lstm_parts[back]
            h, c = E.new_zeros(1, H), E.new_zeros(1, H)
            for t in reversed(range(T)) if back else range(T):
                a = F.linear(E[ids[t]][None], W_ih, b_ih) + F.linear(h, W_hh, b_hh)
                sig = a.sigmoid()
                c = sig[:, H : 2 * H] * c + sig[:, :H] * a[:, 2 * H : 3 * H].tanh()
                h = sig[:, 3 * H :] * c.tanh()
                states[t, int(back)] = h[0]
        states = states.flatten(1)
        logits = (states @ W[0].T + b[0]).clamp(min=0) @ W[1].T + b[1]
        best = logits.argmax(dim=1).tolist()
        readings.append([sounds[best[1 + p]] for p in places[n]])
    return readings


# MISTAKE: forgets that the start mark moves all characters by one: reads the state at place p instead of p + 1
def wrong_1(sentences, places, box, numbers, sounds):
    def get(what, back, ndim):
        return [
            v for k, v in box.items() if what in k and ("_reverse" in k) == back and v.ndim == ndim
        ][0]

    E = [v for k, v in box.items() if "_ih" not in k and "_hh" not in k and "logit_layer" not in k][
        0
    ]
    V, v = get("logit_layer.0", False, 2), get("logit_layer.0", False, 1)
    U, u = get("logit_layer.2", False, 2), get("logit_layer.2", False, 1)

    def lstm(xs, back):
        W_ih, W_hh = get("_ih", back, 2), get("_hh", back, 2)
        bias = get("_ih", back, 1) + get("_hh", back, 1)
        h = c = W_hh.new_zeros(W_hh.shape[1])
        hs = []
        for x in xs:
            i, f, g, o = (W_ih @ x + W_hh @ h + bias).chunk(4)
            c = f.sigmoid() * c + i.sigmoid() * g.tanh()
            h = o.sigmoid() * c.tanh()
            hs.append(h)
        return torch.stack(hs)

    out = []
    for sentence, ps in zip(sentences, places):
        ids = (
            [numbers["시"]] + [numbers.get(s, numbers["<UNK>"]) for s in sentence] + [numbers["끝"]]
        )
        xs = E[ids]
        states = torch.cat([lstm(xs, False), lstm(xs.flip(0), True).flip(0)], 1)
        here = states[ps]  # <-- here
        logits = torch.relu(here @ V.T + v) @ U.T + u
        out.append([sounds[k] for k in logits.argmax(1).tolist()])
    return out


# MISTAKE: turns the backward reader's states round before join_directions, which turns them itself, so that they end up in the order of reading instead of that of the sentence
def wrong_2(sentences, places, box, numbers, sounds):
    emb = [v for k, v in box.items() if not ("_ih" in k or "_hh" in k or "logit_layer" in k)].pop()
    fc = []
    for layer in ("logit_layer.0", "logit_layer.2"):
        fc += sorted(
            (v for k, v in box.items() if layer in k), key=lambda v: -v.dim()
        )  # weight, bias

    spoken = []
    for k in range(len(sentences)):
        xs = emb[torch.tensor(numbers_of(sentences[k], numbers))]
        ahead = lstm_states(xs, *direction_of(box, backward=False))
        behind = lstm_states(torch.flip(xs, [0]), *direction_of(box, backward=True))
        behind = torch.flip(behind, [0])  # <-- here
        both = join_directions(ahead, behind)
        spoken.append(readings_at(scores_of(both, *fc), places[k], sounds)[0])
    return spoken


# MISTAKE: forgets the end mark after the sentence
def wrong_3(sentences, places, box, numbers, sounds):
    B = {k: v.numpy() for k, v in box.items()}
    sig = lambda z: 1.0 / (1.0 + np.exp(-z))
    keys = sorted(B)
    mats = [B[k] for k in keys if "logit_layer" in k]  # sorted: layer 0, then layer 2
    A1, A2 = (m for m in mats if m.ndim == 2)
    a1, a2 = (m for m in mats if m.ndim == 1)
    E = next(B[k] for k in keys if "_ih" not in k and "_hh" not in k and "logit_layer" not in k)

    def direction(xs, ending):
        mine = [k for k in keys if ("_ih" in k or "_hh" in k) and k.endswith("_reverse") == ending]
        Wi = next(B[k] for k in mine if "_ih" in k and B[k].ndim == 2)
        Wh = next(B[k] for k in mine if "_hh" in k and B[k].ndim == 2)
        bi, bh = (B[k] for k in mine if B[k].ndim == 1)
        h = np.zeros(Wh.shape[1])
        c = np.zeros(Wh.shape[1])
        rows = []
        for x in xs:
            i, f, g, o = np.split(Wi @ x + bi + Wh @ h + bh, 4)
            c = sig(f) * c + sig(i) * np.tanh(g)
            h = sig(o) * np.tanh(c)
            rows.append(h)
        return np.stack(rows)

    final = []
    for text, spots in zip(sentences, places):
        ids = [numbers["시"]]
        ids += [numbers.get(ch, numbers["<UNK>"]) for ch in text]  # <-- here
        xs = E[ids]
        S = np.hstack((direction(xs, False), direction(xs[::-1], True)[::-1]))
        scores = [A2 @ np.maximum(A1 @ S[p + 1] + a1, 0) + a2 for p in spots]
        final.append([sounds[int(np.argmax(s))] for s in scores])
    return final


# MISTAKE: takes the gates of the LSTM in the order i, f, o, g instead of i, f, g, o
def wrong_4(sentences, places, box, numbers, sounds):
    def find(part, ndim, reverse=False):
        for name, array in box.items():
            if part in name and array.ndim == ndim and name.endswith("_reverse") is reverse:
                return array

    weights = [find(f"logit_layer.{k}", ndim=2) for k in (0, 2)]
    biases = [find(f"logit_layer.{k}", ndim=1) for k in (0, 2)]
    (embedding,) = [box[n] for n in box if not any(p in n for p in ("logit_layer", "_ih", "_hh"))]

    def reader(rows, reverse):
        w, u = find("_ih", ndim=2, reverse=reverse), find("_hh", ndim=2, reverse=reverse)
        p, q = find("_ih", ndim=1, reverse=reverse), find("_hh", ndim=1, reverse=reverse)
        h, c = rows.new_zeros(u.shape[1]), rows.new_zeros(u.shape[1])
        for x in rows:
            i, f, o, g = torch.chunk(F.linear(x, w, p) + F.linear(h, u, q), 4)  # <-- here
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
            yield h

    everything = []
    for sentence, where in zip(sentences, places):
        codes = [numbers.get(c, numbers["<UNK>"]) for c in sentence]
        rows = embedding[[numbers["시"]] + codes + [numbers["끝"]]]
        left = list(reader(rows, False))
        right = list(reader(rows.flip(0), True))[::-1]
        answer = []
        for place in where:
            state = torch.cat((left[place + 1], right[place + 1]))
            hidden = F.relu(F.linear(state, weights[0], biases[0]))
            answer.append(sounds[F.linear(hidden, weights[1], biases[1]).argmax().item()])
        everything.append(answer)
    return everything


# MISTAKE: forgets the relu between the two linear layers
def wrong_5(sentences, places, box, numbers, sounds):
    E = [
        v for k, v in box.items() if "_ih" not in k and "_hh" not in k and "logit_layer" not in k
    ].pop()
    H = [v for k, v in box.items() if "_hh" in k and v.ndim == 2].pop().shape[1]
    net = torch.nn.LSTM(E.shape[1], H, bidirectional=True, dtype=E.dtype)
    state_dict = {}
    for name, value in box.items():
        if "_ih" in name or "_hh" in name:
            new = ("weight" if value.ndim == 2 else "bias") + (
                "_ih_l0" if "_ih" in name else "_hh_l0"
            )
            state_dict[new + ("_reverse" if name.endswith("_reverse") else "")] = value
    net.load_state_dict(state_dict)
    tail = [box[k] for k in sorted(box) if "logit_layer" in k]
    W1, W2 = filter(lambda v: v.ndim == 2, tail)
    b1, b2 = filter(lambda v: v.ndim == 1, tail)

    results = []
    with torch.no_grad():
        for s, p in zip(sentences, places):
            ids = [numbers["시"]]
            for ch in s:
                ids.append(numbers[ch] if ch in numbers else numbers["<UNK>"])
            ids.append(numbers["끝"])
            output = net(E[ids].unsqueeze(1))[0].squeeze(1)
            output = output[1:-1]
            hidden = output @ W1.T + b1  # <-- here
            logits = hidden @ W2.T + b2
            winners = logits.argmax(dim=-1)
            results.append([sounds[winners[q]] for q in p])
    return results


# MISTAKE: gives every place the same state, that of the whole sentence (the last state of each reader), instead of the states at the place
def wrong_6(sentences, places, box, numbers, sounds):
    table = next(
        v for k, v in box.items() if "logit_layer" not in k and "_ih" not in k and "_hh" not in k
    )
    w0, w2 = (
        next(v for k, v in box.items() if f"logit_layer.{n}" in k and v.dim() == 2) for n in (0, 2)
    )
    b0, b2 = (
        next(v for k, v in box.items() if f"logit_layer.{n}" in k and v.dim() == 1) for n in (0, 2)
    )

    out = []
    for sentence, spots in zip(sentences, places):
        xs = table[numbers_of(sentence, numbers)]
        last_forward = lstm_states(xs, *direction_of(box, False))[-1]  # <-- here
        last_backward = lstm_states(xs.flip(0), *direction_of(box, True))[-1]  # <-- here
        whole = torch.cat([last_forward, last_backward])
        best = scores_of(whole[None], w0, b0, w2, b2)[0].argmax().item()
        out.append([sounds[best] for _ in spots])
    return out


# MISTAKE: hands on the memory c of the LSTM as its output instead of the state h
def wrong_7(sentences, places, box, numbers, sounds):
    lstm_names = [k for k in box if "_ih" in k or "_hh" in k]
    linear_names = sorted(k for k in box if k.startswith("logit_layer."))
    (emb_name,) = set(box) - set(lstm_names) - set(linear_names)
    w1, w2 = [box[k] for k in linear_names if box[k].ndim == 2]
    b1, b2 = [box[k] for k in linear_names if box[k].ndim == 1]

    def one(part, ndim, reverse):
        return [
            box[k]
            for k in lstm_names
            if part in k and box[k].ndim == ndim and k.endswith("_reverse") == reverse
        ][0]

    def outputs(x, reverse):
        W, U = one("_ih", 2, reverse), one("_hh", 2, reverse)
        bias = one("_ih", 1, reverse) + one("_hh", 1, reverse)
        T, H = x.shape[0], U.shape[1]
        out = x.new_empty(T, H)
        h, c = torch.zeros(2, H, dtype=x.dtype)
        steps = list(range(T))
        if reverse:
            steps.reverse()
        for t in steps:
            i, f, g, o = torch.split(W @ x[t] + U @ h + bias, H)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
            out[t] = c  # <-- here
        return out

    answers = []
    for sentence, p in zip(sentences, places):
        unknown = numbers["<UNK>"]
        x = box[emb_name][
            [numbers["시"], *(numbers.get(a, unknown) for a in sentence), numbers["끝"]]
        ]
        s = torch.cat([outputs(x, False), outputs(x, True)], dim=1)[[q + 1 for q in p]]
        answers.append([sounds[k] for k in (torch.relu(s @ w1.T + b1) @ w2.T + b2).argmax(1)])
    return answers


# MISTAKE: joins the backward state first and the forward state after it AND reads at place p instead of p + 1, forgetting the start mark
def pair_1(sentences, places, box, numbers, sounds):
    def linear_layer(n):
        W, b = None, None
        for k in box:
            if k.startswith(f"logit_layer.{n}"):
                if box[k].ndim == 2:
                    W = box[k]
                else:
                    b = box[k]
        return W, b

    E = [box[k] for k in box if not ("logit_layer" in k or "_ih" in k or "_hh" in k)][0]
    result = []
    for sentence, ps in zip(sentences, places):
        xs = E[numbers_of(sentence, numbers)]
        forward = lstm_states(xs, *direction_of(box, False))
        backward = lstm_states(xs.flip(0), *direction_of(box, True)).flip(0)
        states = torch.cat([backward, forward], dim=1)  # <-- here
        scores = scores_of(states, *linear_layer(0), *linear_layer(2))
        readings = []
        for p in ps:
            readings.append(sounds[scores[p].argmax()])  # <-- here
        result.append(readings)
    return result


# MISTAKE: no relu between the two linear layers AND no end mark after the sentence
def pair_2(sentences, places, box, numbers, sounds):
    arr = {k: v.numpy() for k, v in box.items()}
    dense = [arr[k] for k in sorted(arr) if "logit_layer" in k]
    D = [d for d in dense if d.ndim == 2]
    d = [x for x in dense if x.ndim == 1]

    def logistic(x):
        return 0.5 * (1 + np.tanh(x / 2))

    def scan(x, rev):
        par = {}
        for k, v in arr.items():
            if k.endswith("_reverse") == rev and ("_ih" in k or "_hh" in k):
                par["ih" if "_ih" in k else "hh", v.ndim] = v
        n = par["hh", 2].shape[1]
        h, c, hist = np.zeros(n), np.zeros(n), []
        for row in x[::-1] if rev else x:
            a = par["ih", 2] @ row + par["ih", 1] + par["hh", 2] @ h + par["hh", 1]
            c = logistic(a[n : 2 * n]) * c + logistic(a[:n]) * np.tanh(a[2 * n : 3 * n])
            h = logistic(a[3 * n :]) * np.tanh(c)
            hist.append(h)
        return np.array(hist[::-1] if rev else hist)

    E = next(v for k, v in arr.items() if not ("logit_layer" in k or "_ih" in k or "_hh" in k))
    res = []
    for s, ps in zip(sentences, places):
        x = E[[numbers.get(ch, numbers["<UNK>"]) for ch in ["시", *s]]]  # <-- here
        st = np.concatenate((scan(x, False), scan(x, True)), axis=-1)
        res.append([])
        for p in ps:
            y = D[1] @ (D[0] @ st[p + 1] + d[0]) + d[1]  # <-- here
            res[-1].append(sounds[y.argmax()])
    return res


# MISTAKE: forgets the bias b_hh of both LSTMs AND takes the gates in the order i, f, o, g
def pair_3(sentences, places, box, numbers, sounds):
    E = next(box[k] for k in box if "_ih" not in k and "_hh" not in k and "logit_layer" not in k)
    fc = [k for k in sorted(box) if "logit_layer" in k]
    W = [box[k] for k in fc if box[k].ndim == 2]
    b = [box[k] for k in fc if box[k].ndim == 1]

    class LSTM:
        def __init__(self, reverse):
            mine = [
                k for k in box if ("_ih" in k or "_hh" in k) and k.endswith("_reverse") == reverse
            ]
            self.W_ih = [box[k] for k in mine if "_ih" in k and box[k].ndim == 2][0]
            self.W_hh = [box[k] for k in mine if "_hh" in k and box[k].ndim == 2][0]
            self.bias = [box[k] for k in mine if "_ih" in k and box[k].ndim == 1][0]

        def read(self, xs):
            H = self.W_hh.shape[1]
            h, c = xs.new_zeros(H), xs.new_zeros(H)
            states = []
            for x in xs:
                a = self.W_ih @ x + self.W_hh @ h + self.bias  # <-- here
                i, f, o = torch.sigmoid(a[: 3 * H]).chunk(3)  # <-- here
                c = f * c + i * torch.tanh(a[3 * H :])  # <-- here
                h = o * torch.tanh(c)
                states.append(h)
            return torch.stack(states)

    there, back = LSTM(False), LSTM(True)
    said = []
    for sentence, ps in zip(sentences, places):
        ids = (
            [numbers["시"]]
            + [numbers.get(ch, numbers["<UNK>"]) for ch in sentence]
            + [numbers["끝"]]
        )
        xs = E[ids]
        s = torch.cat([there.read(xs), back.read(xs.flip(0)).flip(0)], 1)[1:-1]
        y = torch.relu(s @ W[0].T + b[0]) @ W[1].T + b[1]
        best = y.argmax(1).tolist()
        said.append([sounds[best[p]] for p in ps])
    return said
