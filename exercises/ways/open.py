"""Plain ways of right answers, one thought a line: mistakes are edits of these lines."""

import torch


def sizes_of(box):
    V = box["embedding.weight"].shape[0]
    E = box["embedding.weight"].shape[1]
    H = box["lstm.weight_hh_l0"].shape[1]
    M = box["logit_layer.0.weight"].shape[0]
    C = box["logit_layer.2.weight"].shape[0]
    return {"V": V, "E": E, "H": H, "M": M, "C": C}


def direction_of(box, backward):
    end = "_reverse" if backward else ""
    W_ih = box["lstm.weight_ih_l0" + end]
    W_hh = box["lstm.weight_hh_l0" + end]
    b_ih = box["lstm.bias_ih_l0" + end]
    b_hh = box["lstm.bias_hh_l0" + end]
    return W_ih, W_hh, b_ih, b_hh


def numbers_of(sentence, numbers):
    ids = [numbers["시"]]
    for character in sentence:
        k = numbers.get(character, numbers["<UNK>"])
        ids.append(k)
    ids.append(numbers["끝"])
    return ids


def lstm_states(rows, W_ih, W_hh, b_ih, b_hh):
    h = rows.new_zeros(W_hh.shape[1])
    c = rows.new_zeros(W_hh.shape[1])
    outputs = []
    for x in rows:
        a = x @ W_ih.T + b_ih + h @ W_hh.T + b_hh
        i, f, g, o = a.chunk(4, -1)
        i = torch.sigmoid(i)
        f = torch.sigmoid(f)
        g = torch.tanh(g)
        o = torch.sigmoid(o)
        c_new = f * c + i * g
        h_new = o * torch.tanh(c_new)
        outputs.append(h_new)
        h, c = h_new, c_new
    states = torch.stack(outputs)
    return states


def join_directions(forward, backward):
    turned = backward.flip(0)
    states = torch.cat([forward, turned], 1)
    return states


def scores_of(states, W_0, b_0, W_2, b_2):
    first = states @ W_0.T + b_0
    hidden = torch.relu(first)
    scores = hidden @ W_2.T + b_2
    return scores


def readings_at(scores, places, sounds):
    inner = scores[1:-1]
    rows = inner[places]
    p = torch.softmax(rows, 1)
    best = p.argmax(1)
    readings = [sounds[k] for k in best.tolist()]
    likely = p.max(1).values
    return readings, likely


def read_aloud(sentences, places, box, numbers, sounds):
    answers = []
    for sentence, at in zip(sentences, places):
        ids = [numbers.get(character, numbers["<UNK>"]) for character in sentence]
        ids = [numbers["시"], *ids, numbers["끝"]]
        rows = box["embedding.weight"][ids]
        halves = []
        for end in ("", "_reverse"):
            W_ih = box["lstm.weight_ih_l0" + end]
            W_hh = box["lstm.weight_hh_l0" + end]
            b_ih = box["lstm.bias_ih_l0" + end]
            b_hh = box["lstm.bias_hh_l0" + end]
            h = rows.new_zeros(W_hh.shape[1])
            c = rows.new_zeros(W_hh.shape[1])
            outputs = []
            given = rows.flip(0) if end else rows
            for x in given:
                a = x @ W_ih.T + b_ih + h @ W_hh.T + b_hh
                i, f, g, o = a.chunk(4, -1)
                i = torch.sigmoid(i)
                f = torch.sigmoid(f)
                g = torch.tanh(g)
                o = torch.sigmoid(o)
                c = f * c + i * g
                h = o * torch.tanh(c)
                outputs.append(h)
            half = torch.stack(outputs)
            half = half.flip(0) if end else half
            halves.append(half)
        states = torch.cat(halves, 1)
        first = states @ box["logit_layer.0.weight"].T + box["logit_layer.0.bias"]
        hidden = torch.relu(first)
        scores = hidden @ box["logit_layer.2.weight"].T + box["logit_layer.2.bias"]
        best = scores[1:-1][at].argmax(1)
        said = [sounds[k] for k in best.tolist()]
        answers.append(said)
    return answers
