# ruff: noqa
import torch


def right_1(xs, h_0, layers):
    last = []
    for k, (forward, backward) in enumerate(layers):
        there, h_f = read(xs, h_0[2 * k], forward)
        back, h_b = read(xs.flip(0), h_0[2 * k + 1], backward)
        xs = torch.cat((there, back.flip(0)), dim=-1)
        last += [h_f, h_b]
    return xs, torch.stack(last)


def right_2(xs, h_0, layers):
    # without read: both directions by hand, into preallocated tensors
    T, N, _ = xs.shape
    H = h_0.shape[-1]
    h_n = torch.empty_like(h_0)
    inp = xs
    for l in range(len(layers)):
        out = inp.new_zeros(T, N, 2 * H)
        for d in range(2):
            W_ih, W_hh, b_ih, b_hh = layers[l][d]
            h = h_0[2 * l + d]
            steps = range(T) if d == 0 else range(T - 1, -1, -1)
            for t in steps:
                h = torch.tanh(
                    torch.nn.functional.linear(inp[t], W_ih, b_ih)
                    + torch.nn.functional.linear(h, W_hh, b_hh)
                )
                out[t, :, d * H : (d + 1) * H] = h
            h_n[2 * l + d] = h
        inp = out
    return inp, h_n


def right_3(xs, h_0, layers):
    # recursion over the layers
    assert len(h_0) == 2 * len(layers), "two first states for each layer"

    def climb(words, first, todo):
        if not todo:
            return words, []
        (fw, bw), *above = todo
        a, a_n = read(words, first[0], fw)
        b, b_n = read(torch.flip(words, dims=[0]), first[1], bw)
        joined = torch.cat([a, torch.flip(b, dims=[0])], 2)
        top, ends = climb(joined, first[2:], above)
        return top, [a_n, b_n] + ends

    output, ends = climb(xs, h_0, layers)
    return output, torch.stack(ends)


def right_4(xs, h_0, layers):
    L = len(layers)
    first = h_0.reshape(L, 2, *h_0.shape[1:])
    ends = []

    def run(words, h, W_ih, W_hh, b_ih, b_hh):
        projected = torch.einsum("tni,hi->tnh", words, W_ih) + b_ih + b_hh
        result = []
        for p in projected.unbind(0):
            h = (p + torch.einsum("nk,hk->nh", h, W_hh)).tanh()
            result.append(h)
        return result

    signal = xs
    for (h_f, h_b), (forward, backward) in zip(first, layers):
        f = run(signal, h_f, *forward)
        b = run(signal.flip(0), h_b, *backward)
        ends.extend((f[-1], b[-1]))
        b.reverse()
        signal = torch.stack([torch.hstack(pair) for pair in zip(f, b)])
    return signal, torch.stack(ends, dim=0)


# MISTAKE: the backward reader's outputs are not turned back into the order of the words
def wrong_1(xs, h_0, layers):
    h_n = []
    for i, (forward, backward) in enumerate(layers):
        out_f, last_f = read(xs, h_0[2 * i], forward)
        out_b, last_b = read(xs.flip(0), h_0[2 * i + 1], backward)
        xs = torch.cat((out_f, out_b), dim=2)  # <-- here
        h_n.append(last_f)
        h_n.append(last_b)
    return xs, torch.stack(h_n)


# MISTAKE: the first states are taken from h_0 with index k and k + 1 instead of 2k and 2k + 1
def wrong_2(xs, h_0, layers):
    finals = []
    output = xs
    for k in range(len(layers)):
        fw, bw = layers[k]
        h_fw = h_0[k]  # <-- here
        h_bw = h_0[k + 1]  # <-- here
        left, h_fw = read(output, h_fw, fw)
        right, h_bw = read(output.flip(0), h_bw, bw)
        output = torch.cat([left, right.flip(0)], dim=-1)
        finals += [h_fw, h_bw]
    return output, torch.stack(finals)


# MISTAKE: h_n is put together direction by direction (all forward states, then all backward states) and not layer by layer
def wrong_3(xs, h_0, layers):
    forward_states, backward_states = [], []
    for number, pair in enumerate(layers):
        f, hf = read(xs, h_0[2 * number], pair[0])
        b, hb = read(xs.flip(0), h_0[2 * number + 1], pair[1])
        forward_states.append(hf)
        backward_states.append(hb)
        xs = torch.cat((f, b.flip(0)), dim=-1)
    h_n = torch.stack(forward_states + backward_states)  # <-- here
    return xs, h_n


# MISTAKE: the last state of the backward reader is taken from the last word instead of from the first word
def wrong_4(xs, h_0, layers):
    H = h_0.size(2)
    h_n = torch.zeros_like(h_0)
    for l, (fwd, bwd) in enumerate(layers):
        o1, _ = read(xs, h_0[2 * l], fwd)
        o2, _ = read(xs.flip(0), h_0[2 * l + 1], bwd)
        xs = torch.cat((o1, o2.flip(0)), dim=2)
        h_n[2 * l] = xs[-1, :, :H]
        h_n[2 * l + 1] = xs[-1, :, H:]  # <-- here
    return xs, h_n


# MISTAKE: a higher layer starts from the last states of the layer below instead of from its own states in h_0
def wrong_5(xs, h_0, layers):
    hf, hb = h_0[0], h_0[1]  # <-- here
    collected = []
    for forward, backward in layers:
        yf, hf = read(xs, hf, forward)  # <-- here
        yb, hb = read(xs.flip(0), hb, backward)
        collected.extend([hf, hb])
        xs = torch.cat((yf, yb.flip(0)), -1)
    return xs, torch.stack(collected)


# MISTAKE: the backward loop stops before step 0, so the first word is never read from the end
def wrong_6(xs, h_0, layers):
    T, N = xs.shape[0], xs.shape[1]
    H = h_0.shape[2]
    h_n = []
    for k, (forward, backward) in enumerate(layers):
        out = xs.new_zeros(T, N, 2 * H)
        W_ih, W_hh, b_ih, b_hh = forward
        h = h_0[2 * k]
        for t in range(T):
            h = torch.tanh(xs[t] @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
            out[t, :, :H] = h
        h_n.append(h)
        V_ih, V_hh, c_ih, c_hh = backward
        h = h_0[2 * k + 1]
        for t in range(T - 1, 0, -1):  # <-- here
            h = torch.tanh(xs[t] @ V_ih.T + c_ih + h @ V_hh.T + c_hh)
            out[t, :, H:] = h
        h_n.append(h)
        xs = out
    return xs, torch.stack(h_n)


# MISTAKE: the two halves are joined with the backward one in front
def wrong_7(xs, h_0, layers):
    def bidirectional(words, start, pair):
        fw, bw = pair
        a, a_last = read(words, start[0], fw)
        z, z_last = read(words.flip(0), start[1], bw)
        z = z.flip(0)
        return torch.cat((z, a), dim=-1), [a_last, z_last]  # <-- here

    last = []
    for k, pair in enumerate(layers):
        xs, ends = bidirectional(xs, h_0[2 * k : 2 * k + 2], pair)
        last.extend(ends)
    return xs, torch.stack(last)


# MISTAKE: the words are flipped on the batch axis, and not in time, before the backward reader gets them (and the result is flipped back on it)
# MISTAKE: every layer starts from the first layer's states h_0[0] and h_0[1]
def pair_1(xs, h_0, layers):
    h_n = []
    for forward, backward in layers:
        h_fw, h_bw = h_0[0], h_0[1]  # <-- here
        out_fw, h_fw = read(xs, h_fw, forward)
        out_bw, h_bw = read(xs.flip(1), h_bw, backward)  # <-- here
        xs = torch.cat((out_fw, out_bw.flip(1)), dim=-1)  # <-- here
        h_n += [h_fw, h_bw]
    return xs, torch.stack(h_n)


# MISTAKE: the backward reader uses the forward reader's weights
# MISTAKE: in h_n the backward state comes before the forward state in each layer
def pair_2(xs, h_0, layers):
    states = []
    inputs = xs
    for k in range(len(layers)):
        forward, backward = layers[k]
        f_out, f_n = read(inputs, h_0[2 * k], forward)
        b_out, b_n = read(inputs.flip(0), h_0[2 * k + 1], forward)  # <-- here
        states.append(torch.stack((b_n, f_n)))  # <-- here
        inputs = torch.cat((f_out, b_out.flip(0)), dim=-1)
    return inputs, torch.cat(states)


# MISTAKE: the backward reader starts from the forward reader's last state and not from its own entry of h_0
# MISTAKE: the backward outputs are left in reading order
def pair_3(xs, h_0, layers):
    ends = []
    for i, (forward, backward) in enumerate(layers):
        h = h_0[2 * i]
        a, h = read(xs, h, forward)
        ends.append(h)
        b, h = read(torch.flip(xs, [0]), h, backward)  # <-- here
        ends.append(h)
        xs = torch.cat([a, b], dim=2)  # <-- here
    return xs, torch.stack(ends)
