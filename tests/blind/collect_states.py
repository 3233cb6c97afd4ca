# ruff: noqa
import torch


def right_1(forward_states, backward_states):
    return torch.stack([h for pair in zip(forward_states, backward_states) for h in pair])


def right_2(forward_states, backward_states):
    f = torch.stack(forward_states)  # (L, N, H)
    b = torch.stack(backward_states)
    return torch.stack([f, b], dim=1).flatten(0, 1)


def right_3(forward_states, backward_states):
    L = len(forward_states)
    assert len(backward_states) == L
    N, H = forward_states[0].shape
    h_n = forward_states[0].new_zeros(2 * L, N, H)
    h_n[0::2] = torch.stack(forward_states)
    h_n[1::2] = torch.stack(backward_states)
    return h_n


def right_4(forward_states, backward_states):
    sides = (forward_states, backward_states)
    rows = []
    for k in range(2 * len(forward_states)):
        layer, side = divmod(k, 2)
        rows.append(sides[side][layer].unsqueeze(0))
    return torch.cat(rows, dim=0)


def right_5(forward_states, backward_states):
    def one_layer(f, b):
        return torch.cat((f, b)).reshape(2, *f.shape)

    layers = map(one_layer, forward_states, backward_states)
    return torch.cat(list(layers))


# MISTAKE: puts all forward states first and all backward ones after them, instead of layer by layer
def wrong_1(forward_states, backward_states):
    return torch.stack(list(forward_states) + list(backward_states))  # <-- here


# MISTAKE: in each layer the backward state stands before the forward one
def wrong_2(forward_states, backward_states):
    states = []
    for f, b in zip(forward_states, backward_states):
        states.append(b)  # <-- here
        states.append(f)  # <-- here
    return torch.stack(states, dim=0)


# MISTAKE: puts the two states side by side along the features and reshapes, which mixes directions and sentences
def wrong_3(forward_states, backward_states):
    N, H = forward_states[0].shape
    both = [torch.cat([f, b], dim=-1) for f, b in zip(forward_states, backward_states)]  # <-- here
    return torch.stack(both).reshape(-1, N, H)


# MISTAKE: begins with the topmost layer
def wrong_4(forward_states, backward_states):
    out = []
    for l in reversed(range(len(forward_states))):  # <-- here
        out.extend([forward_states[l], backward_states[l]])
    return torch.stack(out)


# MISTAKE: glues the states together along the sentences and makes no new axis for the 2L entries
def wrong_5(forward_states, backward_states):
    collected = []
    for i in range(len(forward_states)):
        collected += [forward_states[i], backward_states[i]]
    return torch.cat(collected)  # <-- here


# MISTAKE: writes the backward state to place k + 1, and moves on by one place a layer instead of two, so layers overwrite each other
def wrong_6(forward_states, backward_states):
    L = len(forward_states)
    h_n = torch.zeros((2 * L,) + tuple(forward_states[0].shape), dtype=forward_states[0].dtype)
    for k in range(L):
        h_n[k] = forward_states[k]  # <-- here
        h_n[k + 1] = backward_states[k]  # <-- here
    return h_n


# MISTAKE: a copy-and-paste slip, the forward state is stored in the backward slot as well
def wrong_7(forward_states, backward_states):
    h_n = []
    for layer in range(len(backward_states)):
        h_n.append(forward_states[layer])
        h_n.append(forward_states[layer])  # <-- here
    return torch.stack(h_n)


# MISTAKE: flips the backward state although there is no time axis any more, and so turns the sentences of the batch round
def wrong_8(forward_states, backward_states):
    result = [
        torch.stack((f, b.flip(0))) for f, b in zip(forward_states, backward_states)
    ]  # <-- here
    return torch.cat(result)


# MISTAKE: stacks along the sentence axis and then only forces the shape, so layers and sentences are mixed up
def wrong_9(forward_states, backward_states):
    everything = sum(([f, b] for f, b in zip(forward_states, backward_states)), [])
    N, H = everything[0].size()
    stacked = torch.stack(everything, dim=1)  # <-- here
    return stacked.reshape(len(everything), N, H)


# MISTAKE: the backward readers stand before the forward readers
# MISTAKE: collects direction by direction instead of layer by layer
def pair_1(forward_states, backward_states):
    directions = [backward_states, forward_states]  # <-- here
    states = [h for direction in directions for h in direction]  # <-- here
    return torch.stack(states)


# MISTAKE: goes from the last layer to the first
# MISTAKE: backward before forward within a layer
def pair_2(forward_states, backward_states):
    states = []
    for f, b in zip(forward_states[::-1], backward_states[::-1]):  # <-- here
        states += [b, f]  # <-- here
    return torch.stack(states)


# MISTAKE: turns the sentences of the backward states round, as if their first axis were time
# MISTAKE: first half of the tensor all forward, second half all backward
def pair_3(forward_states, backward_states):
    fwd = torch.stack(forward_states)
    bwd = torch.stack([b.flip(0) for b in backward_states])  # <-- here
    return torch.cat([fwd, bwd], dim=0)  # <-- here


# MISTAKE: the loop stops before the last layer, whose two places stay zero
# MISTAKE: the even places get the backward state and the odd ones the forward state
def pair_4(forward_states, backward_states):
    L = len(forward_states)
    h_n = forward_states[0].new_zeros(2 * L, *forward_states[0].shape)
    for k in range(L - 1):  # <-- here
        h_n[2 * k], h_n[2 * k + 1] = backward_states[k], forward_states[k]  # <-- here
    return h_n
