"""Plain ways of right answers, one thought a line: mistakes are edits of these lines.

`read` is the assignment's own function, which every notebook has.
"""

import torch


def reverse_by_length(xs, lengths):
    turned = xs.clone()
    for k in range(len(lengths)):
        n = lengths[k]
        turned[:n, k] = xs[:n, k].flip(0)
    return turned


def reverse_by_length_2(xs, lengths):
    turned = xs.clone()
    for k, n in enumerate(lengths):
        for t in range(n):
            turned[t, k] = xs[n - 1 - t, k]
    return turned


def read_backwards(xs, h0, weights):
    turned = xs.flip(0)
    states, h_backward = read(turned, h0, weights)  # noqa: F821
    back = states.flip(0)
    return back, h_backward


def both_directions(xs, h_0, forward, backward):
    there, h_forward = read(xs, h_0[0], forward)  # noqa: F821
    turned = xs.flip(0)
    states, h_backward = read(turned, h_0[1], backward)  # noqa: F821
    back = states.flip(0)
    output = torch.cat([there, back], -1)
    h_n = torch.stack([h_forward, h_backward])
    return output, h_n


def stacked(xs, h_0, layers):
    layer_states = []
    for k, (forward, backward) in enumerate(layers):
        there, h_forward = read(xs, h_0[2 * k], forward)  # noqa: F821
        turned = xs.flip(0)
        states, h_backward = read(turned, h_0[2 * k + 1], backward)  # noqa: F821
        back = states.flip(0)
        output = torch.cat([there, back], -1)
        layer_states += [h_forward, h_backward]
        xs = output
    h_n = torch.stack(layer_states)
    return output, h_n


def deep_with_dropout(xs, h_0, layers, masks):
    states = []
    for k, weights in enumerate(layers):
        output, h = read(xs, h_0[k], weights)  # noqa: F821
        states.append(h)
        xs = output
        if k < len(layers) - 1:
            xs = output * masks[k]
    h_n = torch.stack(states)
    return xs, h_n


def both_padded(xs, lengths, h_0, forward, backward):
    (T, N, _), H = xs.shape, h_0.shape[-1]
    output = xs.new_zeros(T, N, 2 * H)
    h_n = torch.zeros_like(h_0)
    for k, n in enumerate(lengths):
        words = xs[:n, k : k + 1]
        there, h_forward = read(words, h_0[0, k : k + 1], forward)  # noqa: F821
        turned = words.flip(0)
        states, h_backward = read(turned, h_0[1, k : k + 1], backward)  # noqa: F821
        back = states.flip(0)
        output[:n, k : k + 1] = torch.cat([there, back], -1)
        h_n[0, k] = h_forward[0]
        h_n[1, k] = h_backward[0]
    return output, h_n


def sentence_vectors(output, lengths):
    H = output.shape[-1] // 2
    there = torch.stack([output[n - 1, k, :H] for k, n in enumerate(lengths)])
    back = output[0, :, H:]
    return torch.cat([there, back], -1)
