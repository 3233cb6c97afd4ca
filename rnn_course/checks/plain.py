"""The right answer to every task in plain code, for mutants.py to make mistakes of.

A function is named like its task; `pack_2`, `pack_3` are other ways to do `pack`. One thought a line: what
is changed in a line is what the student is told of. No oracle: the verdict comes from torch alone.
"""

import torch
from torch.nn import functional as F


def ways(name):
    """The functions that do the task of this name."""
    names = (name, *(f"{name}_{k}" for k in range(2, 10)))
    return [globals()[each] for each in names if each in globals()]


# ------------------------------------------------------------------------------ embedding


def vocabulary(sentences):
    numbers = {"<pad>": 0, "<unk>": 1}
    for words in sentences:
        for word in words:
            if word not in numbers:
                numbers[word] = len(numbers)
    return numbers


def vocabulary_2(sentences):
    numbers = {}
    numbers["<pad>"] = 0
    numbers["<unk>"] = 1
    count = 2
    for words in sentences:
        for word in words:
            if word in numbers:
                continue
            numbers[word] = count
            count += 1
    return numbers


def encode(words, numbers):
    return [numbers.get(word, 1) for word in words]


def encode_2(words, numbers):
    ids = []
    for word in words:
        if word in numbers:
            ids.append(numbers[word])
        else:
            ids.append(numbers["<unk>"])
    return ids


def one_hot(ids, V):
    return torch.eye(V)[ids]


def lookup(ids, table):
    return table[ids]


def table_gradient(ids, dvectors, V):
    dtable = dvectors.new_zeros(V, dvectors.shape[2])
    for t in range(len(ids)):
        for n in range(ids.shape[1]):
            dtable[ids[t, n]] += dvectors[t, n]
    return dtable


def table_gradient_padded(ids, dvectors, V, padding_idx):
    dtable = dvectors.new_zeros(V, dvectors.shape[2])
    for t in range(len(ids)):
        for n in range(ids.shape[1]):
            if ids[t, n] != padding_idx:
                dtable[ids[t, n]] += dvectors[t, n]
    return dtable


def table_gradient_padded_2(ids, dvectors, V, padding_idx):
    dtable = dvectors.new_zeros(V, dvectors.shape[2])
    dtable.index_add_(0, ids.reshape(-1), dvectors.reshape(-1, dvectors.shape[2]))
    dtable[padding_idx] = 0
    return dtable


def read_vectors(lines):
    words, rows = [], []
    for number, line in enumerate(lines):
        fields = line.split()
        if not fields:
            continue
        if number == 0 and len(fields) == 2:
            continue
        words.append(fields[0])
        rows.append([float(x) for x in fields[1:]])
    return words, torch.tensor(rows)


def table_for(numbers, words, vectors):
    table = vectors.new_zeros(len(numbers), vectors.shape[1])
    for k in range(len(words)):
        if words[k] in numbers:
            table[numbers[words[k]]] = vectors[k]
    return table


def nearest(query, table, k):
    scores = []
    for row in table:
        length = row.norm()
        cosine = (row @ query) / (length * query.norm())
        scores.append(float(cosine) if length > 0 else -2.0)
    order = sorted(range(len(scores)), key=lambda j: scores[j], reverse=True)
    return order[:k]


# ------------------------------------------------------------------------------------ rnn


def rnn_cell(x, h, W_ih, W_hh, b_ih, b_hh):
    a = x @ W_ih.T + b_ih
    u = h @ W_hh.T + b_hh
    return torch.tanh(a + u)


def rnn_cell_with(x, h, W_ih, W_hh, b_ih, b_hh, nonlinearity):
    a = x @ W_ih.T + b_ih
    u = h @ W_hh.T + b_hh
    return torch.relu(a + u) if nonlinearity == "relu" else torch.tanh(a + u)


def rnn(xs, h0, W_ih, W_hh, b_ih, b_hh):
    h = h0
    outputs = []
    for x in xs:
        a = x @ W_ih.T + b_ih
        u = h @ W_hh.T + b_hh
        h = torch.tanh(a + u)
        outputs.append(h)
    return torch.stack(outputs), h


def rnn_batch_first(xs, h0, W_ih, W_hh, b_ih, b_hh):
    h = h0
    outputs = []
    for x in xs.transpose(0, 1):
        h = torch.tanh(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
        outputs.append(h)
    return torch.stack(outputs, 1), h


def read_weights(parameters, layer, reverse):
    end = "_l" + str(layer) + ("_reverse" if reverse else "")
    W_ih = parameters["weight_ih" + end]
    W_hh = parameters["weight_hh" + end]
    zeros = W_hh.new_zeros(W_hh.shape[0])
    b_ih = parameters.get("bias_ih" + end, zeros)
    b_hh = parameters.get("bias_hh" + end, zeros)
    return W_ih, W_hh, b_ih, b_hh


def first_state(h_0, xs, W_hh):
    if h_0 is None:
        return xs.new_zeros(xs.shape[1], W_hh.shape[0])
    return h_0[0]


def rnn_unbatched(xs, h_0, W_ih, W_hh, b_ih, b_hh):
    h = h_0[0]
    outputs = []
    for x in xs:
        h = torch.tanh(W_ih @ x + b_ih + W_hh @ h + b_hh)
        outputs.append(h)
    return torch.stack(outputs), h.unsqueeze(0)


def rnn_like_torch(xs, h_0, W_ih, W_hh, b_ih, b_hh, nonlinearity, batch_first):
    single = xs.dim() == 2
    if single:
        xs = xs.unsqueeze(1)
        h_0 = None if h_0 is None else h_0.unsqueeze(1)
    elif batch_first:
        xs = xs.transpose(0, 1)
    h = xs.new_zeros(xs.shape[1], W_hh.shape[0]) if h_0 is None else h_0[0]
    outputs = []
    for x in xs:
        a = x @ W_ih.T + b_ih + h @ W_hh.T + b_hh
        h = torch.relu(a) if nonlinearity == "relu" else torch.tanh(a)
        outputs.append(h)
    output = torch.stack(outputs)
    h_n = h.unsqueeze(0)
    if single:
        return output[:, 0], h_n[:, 0]
    if batch_first:
        output = output.transpose(0, 1)
    return output, h_n


# ----------------------------------------------------------------------------------- bptt


def rnn_cell_backward(dh_new, h_new, W_ih, W_hh):
    slope = 1 - h_new**2
    da = dh_new * slope
    dx = da @ W_ih
    dh = da @ W_hh
    return da, dx, dh


def rnn_backward(doutput, dh_n, output, W_hh):
    dh = dh_n
    das = []
    for t in reversed(range(len(output))):
        dh = dh + doutput[t]
        slope = 1 - output[t] ** 2
        da = dh * slope
        das.append(da)
        dh = da @ W_hh
    return torch.stack(das[::-1]), dh


def rnn_gradients(das, xs, h0, output, W_ih):
    h = h0
    dW_ih = 0.0
    dW_hh = 0.0
    for t in range(len(xs)):
        dW_ih = dW_ih + das[t].T @ xs[t]
        dW_hh = dW_hh + das[t].T @ h
        h = output[t]
    db_ih = das.sum((0, 1))
    db_hh = das.sum((0, 1))
    dxs = das @ W_ih
    return dxs, dW_ih, dW_hh, db_ih, db_hh


def bptt(xs, h0, targets, W_ih, W_hh, b_ih, b_hh):
    states = [h0]
    for x in xs:
        h = states[-1]
        states.append(torch.tanh(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh))
    loss = 0.0
    dW_ih = torch.zeros_like(W_ih)
    dW_hh = torch.zeros_like(W_hh)
    db_ih = torch.zeros_like(b_ih)
    db_hh = torch.zeros_like(b_hh)
    dh = torch.zeros_like(h0)
    for t in reversed(range(len(xs))):
        h = states[t + 1]
        error = h - targets[t]
        loss = loss + 0.5 * (error**2).sum()
        da = (dh + error) * (1 - h**2)
        dW_ih = dW_ih + da.T @ xs[t]
        dW_hh = dW_hh + da.T @ states[t]
        db_ih = db_ih + da.sum(0)
        db_hh = db_hh + da.sum(0)
        dh = da @ W_hh
    return loss, {"W_ih": dW_ih, "W_hh": dW_hh, "b_ih": db_ih, "b_hh": db_hh, "h0": dh}


def truncated_backward(doutput, output, W_hh, chunk):
    dh = torch.zeros_like(output[0])
    das = []
    for t in reversed(range(len(output))):
        da = (dh + doutput[t]) * (1 - output[t] ** 2)
        das.append(da)
        dh = da @ W_hh
        if t % chunk == 0:
            dh = torch.zeros_like(da)
    return torch.stack(das[::-1])


def chunk_gradient(xs, targets, h0, W_ih, W_hh, b_ih, b_hh, chunk):
    W = W_hh.clone().requires_grad_()
    h = h0
    losses = []
    for start in range(0, len(xs), chunk):
        h = h.detach()
        loss = 0.0
        for t in range(start, min(start + chunk, len(xs))):
            h = torch.tanh(xs[t] @ W_ih.T + b_ih + h @ W.T + b_hh)
            loss = loss + 0.5 * ((h - targets[t]) ** 2).sum()
        loss.backward()
        losses.append(loss.detach())
    return torch.stack(losses), W.grad


def clip_by_global_norm(gradients, max_norm):
    total = 0.0
    for d in gradients.values():
        total = total + (d**2).sum()
    norm = total**0.5
    factor = min(1.0, float(max_norm / norm))
    clipped = {}
    for name in gradients:
        clipped[name] = gradients[name] * factor
    return clipped, norm


def gradient_norms(xs, h0, W_ih, W_hh, b_ih, b_hh):
    states = [h0]
    for x in xs:
        h = states[-1]
        states.append(torch.tanh(W_ih @ x + b_ih + W_hh @ h + b_hh))
    J = torch.eye(len(h0), dtype=h0.dtype)
    norms = []
    for t in reversed(range(len(xs))):
        slope = 1 - states[t + 1] ** 2
        J = J @ (slope.unsqueeze(1) * W_hh)
        norms.append(torch.linalg.matrix_norm(J, 2))
    return torch.stack(norms[::-1])


# ----------------------------------------------------------------------------------- lstm


def lstm_gates(x, h, W_ih, W_hh, b_ih, b_hh):
    a = x @ W_ih.T + b_ih + h @ W_hh.T + b_hh
    i, f, g, o = a.chunk(4, -1)
    return torch.sigmoid(i), torch.sigmoid(f), torch.tanh(g), torch.sigmoid(o)


def lstm_cell(x, state, W_ih, W_hh, b_ih, b_hh):
    h, c = state
    a = x @ W_ih.T + b_ih + h @ W_hh.T + b_hh
    i, f, g, o = a.chunk(4, -1)
    i = torch.sigmoid(i)
    f = torch.sigmoid(f)
    g = torch.tanh(g)
    o = torch.sigmoid(o)
    c_new = f * c + i * g
    h_new = o * torch.tanh(c_new)
    return h_new, c_new


def lstm(xs, state, W_ih, W_hh, b_ih, b_hh):
    h, c = state
    outputs = []
    for x in xs:
        a = x @ W_ih.T + b_ih + h @ W_hh.T + b_hh
        i, f, g, o = a.chunk(4, -1)
        i = torch.sigmoid(i)
        f = torch.sigmoid(f)
        g = torch.tanh(g)
        o = torch.sigmoid(o)
        c = f * c + i * g
        h = o * torch.tanh(c)
        outputs.append(h)
    return torch.stack(outputs), (h, c)


def forget_bias(b_ih, b_hh, value):
    H = len(b_ih) // 4
    b_ih = b_ih.clone()
    b_hh = b_hh.clone()
    b_ih[H : 2 * H] = value
    b_hh[H : 2 * H] = 0
    return b_ih, b_hh


def lstm_cell_projected(x, state, W_ih, W_hh, b_ih, b_hh, W_hr):
    h, c = state
    a = x @ W_ih.T + b_ih + h @ W_hh.T + b_hh
    i, f, g, o = a.chunk(4, -1)
    c_new = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    h_new = torch.sigmoid(o) * torch.tanh(c_new)
    h_new = h_new @ W_hr.T
    return h_new, c_new


def lstm_memory_backward(dh_new, dc_new, c, i, f, g, o):
    c_new = f * c + i * g
    t = torch.tanh(c_new)
    slope = 1 - t**2
    delta = dc_new + dh_new * o * slope
    di = delta * g
    df = delta * c
    dg = delta * i
    do = dh_new * t
    dc = delta * f
    return di, df, dg, do, dc


def lstm_cell_backward(dh_new, dc_new, c, i, f, g, o, W_ih, W_hh):
    slope_i = i * (1 - i)
    slope_f = f * (1 - f)
    slope_g = 1 - g**2
    slope_o = o * (1 - o)
    c_new = f * c + i * g
    t = torch.tanh(c_new)
    slope = 1 - t**2
    delta = dc_new + dh_new * o * slope
    di = delta * g
    df = delta * c
    dg = delta * i
    do = dh_new * t
    dc = delta * f
    da_i = di * slope_i
    da_f = df * slope_f
    da_g = dg * slope_g
    da_o = do * slope_o
    da = torch.cat([da_i, da_f, da_g, da_o], -1)
    dx = da @ W_ih
    dh = da @ W_hh
    return da, dx, dh, dc


# ------------------------------------------------------------------------------------ gru


def two_resets(h, r, W_hn, b_hn):
    as_torch = r * (h @ W_hn.T + b_hn)
    as_paper = (r * h) @ W_hn.T + b_hn
    return as_torch, as_paper


def gru_cell(x, h, W_ih, W_hh, b_ih, b_hh):
    a_r, a_z, a_n = (x @ W_ih.T + b_ih).chunk(3, -1)
    u_r, u_z, u_n = (h @ W_hh.T + b_hh).chunk(3, -1)
    r = torch.sigmoid(a_r + u_r)
    z = torch.sigmoid(a_z + u_z)
    n = torch.tanh(a_n + r * u_n)
    h_new = (1 - z) * n + z * h
    return h_new


def gru(xs, h0, W_ih, W_hh, b_ih, b_hh):
    h = h0
    outputs = []
    for x in xs:
        a_r, a_z, a_n = (x @ W_ih.T + b_ih).chunk(3, -1)
        u_r, u_z, u_n = (h @ W_hh.T + b_hh).chunk(3, -1)
        r = torch.sigmoid(a_r + u_r)
        z = torch.sigmoid(a_z + u_z)
        n = torch.tanh(a_n + r * u_n)
        h = (1 - z) * n + z * h
        outputs.append(h)
    return torch.stack(outputs), h


def mix(h, n, z, z_keeps):
    if z_keeps:
        return (1 - z) * n + z * h
    return z * n + (1 - z) * h


def to_torch(W_ih, W_hh, b_ih, b_hh):
    converted = []
    for weight in (W_ih, W_hh, b_ih, b_hh):
        r, z, n = weight.chunk(3)
        converted.append(torch.cat([r, -z, n]))
    return tuple(converted)


def gru_mix_backward(dh_new, h, n, z):
    dn = dh_new * (1 - z)
    dz = dh_new * (h - n)
    dh = dh_new * z
    return dn, dz, dh


def gru_cell_backward(dh_new, h, r, z, n, u_n, W_ih, W_hh):
    def beside(r, z, n):
        return torch.cat([r, z, n], -1)

    slope_r = r * (1 - r)
    slope_z = z * (1 - z)
    slope_n = 1 - n**2
    dn = dh_new * (1 - z)
    dz = dh_new * (h - n)
    da_n = dn * slope_n
    du_n = da_n * r
    dr = da_n * u_n
    da_r = dr * slope_r
    da_z = dz * slope_z
    da = beside(da_r, da_z, da_n)
    du = beside(da_r, da_z, du_n)
    dx = da @ W_ih
    dh = dh_new * z + du @ W_hh
    return da, du, dx, dh


# -------------------------------------------------------------------------- bidirectional


def _read(xs, h, weights):
    W_ih, W_hh, b_ih, b_hh = weights
    states = []
    for x in xs:
        h = torch.tanh(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
        states.append(h)
    return torch.stack(states), h


def reverse_by_length(xs, lengths):
    turned = xs.clone()
    for k in range(len(lengths)):
        n = lengths[k]
        turned[:n, k] = xs[:n, k].flip(0)
    return turned


def reverse_by_length_2(xs, lengths):
    turned = xs.clone()
    for k in range(len(lengths)):
        n = lengths[k]
        for t in range(n):
            turned[t, k] = xs[n - 1 - t, k]
    return turned


def read_backwards(xs, h0, weights):
    states, h_n = _read(xs.flip(0), h0, weights)
    output = states.flip(0)
    return output, h_n


def both_directions(xs, h_0, forward, backward):
    there, h_forward = _read(xs, h_0[0], forward)
    back, h_backward = _read(xs.flip(0), h_0[1], backward)
    output = torch.cat([there, back.flip(0)], -1)
    h_n = torch.stack([h_forward, h_backward])
    return output, h_n


def both_directions_2(xs, h_0, forward, backward):
    W_ih, W_hh, b_ih, b_hh = forward
    V_ih, V_hh, c_ih, c_hh = backward
    h, g = h_0
    there = []
    for t in range(len(xs)):
        h = torch.tanh(xs[t] @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
        there.append(h)
    back = torch.zeros_like(torch.stack(there))
    for t in range(len(xs) - 1, -1, -1):
        g = torch.tanh(xs[t] @ V_ih.T + c_ih + g @ V_hh.T + c_hh)
        back[t] = g
    output = torch.cat([torch.stack(there), back], -1)
    return output, torch.stack([h, g])


def collect_states(forward_states, backward_states):
    states = []
    for k in range(len(forward_states)):
        states.append(forward_states[k])
        states.append(backward_states[k])
    return torch.stack(states)


def stacked(xs, h_0, layers):
    states = []
    for k in range(len(layers)):
        forward, backward = layers[k]
        there, h_forward = _read(xs, h_0[2 * k], forward)
        back, h_backward = _read(xs.flip(0), h_0[2 * k + 1], backward)
        states += [h_forward, h_backward]
        xs = torch.cat([there, back.flip(0)], -1)
    return xs, torch.stack(states)


def deep_with_dropout(xs, h_0, layers, masks):
    states = []
    for k in range(len(layers)):
        xs, h = _read(xs, h_0[k], layers[k])
        states.append(h)
        if k < len(layers) - 1:
            xs = xs * masks[k]
    return xs, torch.stack(states)


def both_padded(xs, lengths, h_0, forward, backward):
    T, N, _ = xs.shape
    H = h_0.shape[-1]
    output = xs.new_zeros(T, N, 2 * H)
    h_n = torch.zeros_like(h_0)
    for k in range(N):
        n = lengths[k]
        words = xs[:n, k : k + 1]
        there, h_forward = _read(words, h_0[0, k : k + 1], forward)
        back, h_backward = _read(words.flip(0), h_0[1, k : k + 1], backward)
        output[:n, k : k + 1] = torch.cat([there, back.flip(0)], -1)
        h_n[0, k] = h_forward[0]
        h_n[1, k] = h_backward[0]
    return output, h_n


def last_layer_states(h_n):
    forward = h_n[-2]
    backward = h_n[-1]
    return torch.cat([forward, backward], -1)


def sentence_vectors(output, lengths):
    H = output.shape[-1] // 2
    vectors = []
    for k in range(len(lengths)):
        forward = output[lengths[k] - 1, k, :H]
        backward = output[0, k, H:]
        vectors.append(torch.cat([forward, backward]))
    return torch.stack(vectors)


# -------------------------------------------------------------------------------- lengths


def pad(sequences):
    lengths = [len(s) for s in sequences]
    T = max(lengths)
    padded = sequences[0].new_zeros(T, len(sequences), sequences[0].shape[1])
    for n in range(len(sequences)):
        padded[: lengths[n], n] = sequences[n]
    return padded, lengths


def make_mask(lengths, T):
    steps = torch.arange(T).unsqueeze(1)
    return steps < lengths


def make_mask_2(lengths, T):
    N = len(lengths)
    mask = torch.arange(T)[None, :] < lengths[:, None]
    return mask.transpose(0, 1).reshape(T, N)


def last_states(output, lengths):
    rows = torch.arange(len(lengths))
    return output[lengths - 1, rows]


def masked_mean(output, lengths):
    T, N, H = output.shape
    mask = torch.arange(T).unsqueeze(1) < lengths
    total = (output * mask.unsqueeze(2)).sum(0)
    return total / lengths.unsqueeze(1)


def masked_mean_2(output, lengths):
    means = []
    for n in range(len(lengths)):
        words = output[: lengths[n], n]
        means.append(words.mean(0))
    return torch.stack(means)


def masked_mean_3(output, lengths):
    T, N, H = output.shape
    words = lengths.sum()  # noqa: F841 (what the count is taken for)
    means = []
    for n in range(N):
        count = lengths[n]
        total = output[:count, n].sum(0)
        means.append(total / count)
    return torch.stack(means)


def masked_loss(logits, targets, lengths):
    T, N, C = logits.shape
    log_p = torch.log_softmax(logits, 2)
    total = 0.0
    count = 0
    for n in range(N):
        for t in range(lengths[n]):
            total = total - log_p[t, n, targets[t, n]]
            count = count + 1
    return total / count


def masked_loss_2(logits, targets, lengths):
    T, N, C = logits.shape
    mask = (torch.arange(T)[None, :] < lengths[:, None]).transpose(0, 1).reshape(T, N)
    losses = F.cross_entropy(logits.reshape(T * N, C), targets.reshape(T * N), reduction="none")
    losses = losses.reshape(T, N) * mask
    return losses.sum() / lengths.sum()


def sort_by_length(lengths):
    order = torch.argsort(lengths, descending=True, stable=True)
    back = torch.argsort(order)
    return order, back


def sort_by_length_2(lengths):
    order = torch.argsort(-lengths, stable=True)
    back = torch.zeros_like(order)
    for k in range(len(order)):
        back[order[k]] = k
    return order, back


def pack(padded, lengths):
    T, N = padded.shape[:2]
    rows = []
    batch_sizes = []
    for t in range(int(max(lengths))):
        size = 0
        for n in range(N):
            if lengths[n] > t:
                rows.append(padded[t, n])
                size = size + 1
        batch_sizes.append(size)
    return torch.stack(rows), batch_sizes


def pack_2(padded, lengths):
    batch_sizes = [int((lengths > t).sum()) for t in range(int(lengths[0]))]
    rows = []
    for t in range(len(batch_sizes)):
        size = batch_sizes[t]
        rows.append(padded[t, :size])
    return torch.cat(rows), batch_sizes


def unpack(data, batch_sizes):
    T = len(batch_sizes)
    N = batch_sizes[0]
    padded = data.new_zeros(T, N, data.shape[1])
    lengths = [0] * N
    row = 0
    for t in range(T):
        for n in range(batch_sizes[t]):
            padded[t, n] = data[row]
            lengths[n] += 1
            row += 1
    return padded, lengths


def unpack_2(data, batch_sizes):
    T = len(batch_sizes)
    N = batch_sizes[0]
    padded = data.new_zeros(T, N, data.shape[1])
    start = 0
    for t in range(T):
        size = batch_sizes[t]
        padded[t, :size] = data[start : start + size]
        start += size
    lengths = [sum(1 for size in batch_sizes if size > n) for n in range(N)]
    return padded, lengths


def rnn_packed(data, batch_sizes, h0, W_ih, W_hh, b_ih, b_hh):
    h = h0
    outputs = []
    start = 0
    for size in batch_sizes:
        x = data[start : start + size]
        going = torch.tanh(x @ W_ih.T + b_ih + h[:size] @ W_hh.T + b_hh)
        outputs.append(going)
        h = torch.cat([going, h[size:]])
        start += size
    return torch.cat(outputs), h


def rnn_packed_2(data, batch_sizes, h0, W_ih, W_hh, b_ih, b_hh):
    h = h0.clone()
    outputs = []
    for t in range(len(batch_sizes)):
        size = batch_sizes[t]
        start = sum(batch_sizes[:t])
        x = data[start : start + size]
        new = torch.tanh(x @ W_ih.T + b_ih + h[:size] @ W_hh.T + b_hh)
        h[:size] = new
        outputs.append(new)
    output = torch.cat(outputs)
    h_n = h
    return output, h_n
