# ruff: noqa
import torch


def right_1(xs, h_0, layers, masks):
    last = []
    for k, weights in enumerate(layers):
        xs, h = read(xs, h_0[k], weights)
        last.append(h)
        if k < len(layers) - 1:
            xs = xs * masks[k]
    return xs, torch.stack(last)


def right_2(xs, h_0, layers, masks):
    # step by step through time, from the bottom to the top at each step
    L = len(layers)
    h = [h_0[l] for l in range(L)]
    tops = []
    for t in range(xs.shape[0]):
        up = xs[t]
        for l in range(L):
            W_ih, W_hh, b_ih, b_hh = layers[l]
            if l > 0:
                up = up * masks[l - 1][t]
            h[l] = torch.tanh(up @ W_ih.T + h[l] @ W_hh.T + b_ih + b_hh)
            up = h[l]
        tops.append(up)
    return torch.stack(tops), torch.stack(h)


def right_3(xs, h_0, layers, masks):
    def climb(below, depth):
        output, h = read(below, h_0[depth], layers[depth])
        if depth + 1 == len(layers):
            return output, [h]
        top, hs = climb(torch.mul(output, masks[depth]), depth + 1)
        return top, [h] + hs

    top, hs = climb(xs, 0)
    return top, torch.cat([h[None] for h in hs], dim=0)


def right_4(xs, h_0, layers, masks):
    assert len(layers) == len(masks) == len(h_0)
    h_n = torch.empty_like(h_0)
    output, h_n[0] = read(xs, h_0[0], layers[0])
    for mask, weights, l in zip(masks[:-1], layers[1:], range(1, len(layers))):
        dropped = torch.einsum("tnh,tnh->tnh", output, mask)
        W_ih, W_hh, b_ih, b_hh = weights
        above = torch.einsum("tni,hi->tnh", dropped, W_ih) + b_ih + b_hh
        h, steps = h_0[l], []
        for a in above:
            h = torch.tanh(a + torch.einsum("nj,hj->nh", h, W_hh))
            steps += [h]
        output, h_n[l] = torch.stack(steps, 0), h
    return output, h_n


# MISTAKE: the mask is applied after every layer, so the final output is dropped as well
def wrong_1(xs, h_0, layers, masks):
    h_n = []
    output = xs
    for weights, h, mask in zip(layers, h_0, masks):
        output, h = read(output, h, weights)
        output = output * mask  # <-- here
        h_n.append(h)
    return output, torch.stack(h_n)


# MISTAKE: what goes into a layer is multiplied by that layer's own mask and not by the mask of the layer below
def wrong_2(xs, h_0, layers, masks):
    states = []
    for l in range(len(layers)):
        if l != 0:
            xs = xs * masks[l]  # <-- here
        xs, h = read(xs, h_0[l], layers[l])
        states.append(h)
    return xs, torch.stack(states, dim=0)


# MISTAKE: the last states of the lower layers are taken from the outputs after dropout, so h_n has dropped numbers in it
def wrong_3(xs, h_0, layers, masks):
    L = len(layers)
    last = []
    for l in range(L):
        xs, _ = read(xs, h_0[l], layers[l])
        if l < L - 1:
            xs = xs * masks[l]
        last.append(xs[-1])  # <-- here
    return xs, torch.stack(last)


# MISTAKE: the state itself is masked inside the loop over time, so the dropped numbers are also missing on the way to the next step
def wrong_4(xs, h_0, layers, masks):
    h_n = []
    for k, (W_ih, W_hh, b_ih, b_hh) in enumerate(layers):
        h = h_0[k]
        out = []
        for t, x in enumerate(xs):
            h = torch.tanh(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
            if k < len(layers) - 1:
                h = h * masks[k][t]  # <-- here
            out.append(h)
        xs = torch.stack(out)
        h_n.append(h)
    return xs, torch.stack(h_n)


# MISTAKE: only the first layer starts from h_0; each further layer starts from the last state of the layer below
def wrong_5(xs, h_0, layers, masks):
    h = h_0[0]
    finals = []
    current = xs
    for index, w in enumerate(layers):
        current, h = read(current, h, w)  # <-- here
        finals.append(h)
        if index + 1 < len(layers):
            current = current * masks[index]
    return current, torch.stack(finals)


# MISTAKE: the mask is used as yes or no only, so what is kept is not scaled up by 1/(1-p)
def wrong_6(xs, h_0, layers, masks):
    h_n = torch.zeros_like(h_0)
    n_layers = len(layers)
    for l in range(n_layers):
        xs, h_n[l] = read(xs, h_0[l], layers[l])
        if l < n_layers - 1:
            xs = torch.where(masks[l] > 0, xs, torch.zeros_like(xs))  # <-- here
    return xs, h_n


# MISTAKE: the dropout stops one layer too early, nothing is dropped between the last two layers
def wrong_7(xs, h_0, layers, masks):
    hs = []
    for i in range(len(layers)):
        xs, last = read(xs, h_0[i], layers[i])
        hs.append(last)
        if i < len(layers) - 2:  # <-- here
            xs = xs * masks[i]
    return xs, torch.stack(hs)


# MISTAKE: the output of the last layer is masked too
# MISTAKE: every layer starts from the first layer's state
def pair_1(xs, h_0, layers, masks):
    out, last = xs, []
    for mask, weights in zip(masks, layers):
        out, h = read(out, h_0[0], weights)  # <-- here
        last.append(h)
        out = out * mask  # <-- here
    return out, torch.stack(last)


# MISTAKE: the kept numbers are not scaled, the mask is turned into zeros and ones
# MISTAKE: a layer takes its first state from the end of the layer below instead of from h_0
def pair_2(xs, h_0, layers, masks):
    keep = [(m != 0).to(xs.dtype) for m in masks]  # <-- here
    h, h_n = h_0[0], []
    for l, weights in enumerate(layers):
        W_ih, W_hh, b_ih, b_hh = weights
        states = []
        for x in xs:
            h = torch.tanh(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
            states.append(h)
        h_n.append(h)  # <-- here
        xs = torch.stack(states)
        if l < len(layers) - 1:
            xs = xs * keep[l]
    return xs, torch.stack(h_n)


# MISTAKE: the mask of the first time step is used at all time steps
# MISTAKE: h_n is read off the masked outputs
def pair_3(xs, h_0, layers, masks):
    h_n = []
    for l, weights in enumerate(layers):
        xs = read(xs, h_0[l], weights)[0]
        if l + 1 != len(layers):
            xs = xs * masks[l][0]  # <-- here
        h_n += [xs[-1]]  # <-- here
    return xs, torch.stack(h_n)
