# ruff: noqa
import torch


def right_1(h_n):
    return torch.cat((h_n[-2], h_n[-1]), dim=-1)


def right_2(h_n):
    two, N, H = h_n[-2:].shape
    assert two == 2
    return h_n[-2:].transpose(0, 1).reshape(N, 2 * H)


def right_3(h_n):
    *_, forward, backward = h_n
    vectors = h_n.new_empty(forward.shape[0], 2 * forward.shape[1])
    for k in range(len(vectors)):
        vectors[k] = torch.hstack([forward[k], backward[k]])
    return vectors


def right_4(h_n):
    layers = h_n.shape[0] // 2
    last = h_n.view(layers, 2, h_n.shape[1], h_n.shape[2])[layers - 1]
    return last.permute(1, 0, 2).flatten(start_dim=1)


# MISTAKE: takes the states of the first layer instead of the last one
def wrong_1(h_n):
    return torch.cat((h_n[0], h_n[1]), dim=1)  # <-- here


# MISTAKE: the backward state is put in front of the forward state
def wrong_2(h_n):
    forward = h_n[-1]  # <-- here
    backward = h_n[-2]  # <-- here
    return torch.cat((forward, backward), dim=-1)


# MISTAKE: reshapes (2, N, H) to (N, 2H) without first moving the batch axis to the front, so that sentences get mixed
def wrong_3(h_n):
    N, H = h_n.shape[1], h_n.shape[2]
    last_two = h_n[-2:]
    return last_two.reshape(N, 2 * H)  # <-- here


# MISTAKE: thinks that h_n holds all forward states first and then all backward states
def wrong_4(h_n):
    L = h_n.size(0) // 2
    by_direction = h_n.view(2, L, h_n.size(1), h_n.size(2))  # <-- here
    return torch.cat([by_direction[0, -1], by_direction[1, -1]], dim=1)


# MISTAKE: the forward state is that of the first layer, only the backward one belongs to the last layer
def wrong_5(h_n):
    return torch.hstack((h_n[0], h_n[-1]))  # <-- here


# MISTAKE: the numbers of the two states alternate instead of standing in two halves
def wrong_6(h_n):
    top = torch.stack((h_n[-2], h_n[-1]), dim=-1)  # <-- here
    return top.flatten(1)


# MISTAKE: the places 2 and 3 are those of the example with two layers and are wrong for any other number of layers
def wrong_7(h_n):
    pair = h_n[2:4]  # <-- here
    return torch.cat(list(pair.unbind(0)), dim=-1)


# MISTAKE: uses the first layer
# MISTAKE: the batch axis is not moved to the front before reshaping, so sentences are mixed
def pair_1(h_n):
    states = h_n[:2]  # <-- here
    return states.reshape(h_n.shape[1], -1)  # <-- here


# MISTAKE: averages over all layers instead of taking the last layer
# MISTAKE: backward comes first
def pair_2(h_n):
    forward = h_n[0::2].mean(dim=0)  # <-- here
    backward = h_n[1::2].mean(dim=0)  # <-- here
    return torch.cat((backward, forward), dim=-1)  # <-- here


# MISTAKE: reads h_n as all forward states and then all backward states
# MISTAKE: the two states' numbers alternate instead of being side by side
def pair_3(h_n):
    half = len(h_n) // 2
    f, b = h_n[half - 1], h_n[-1]  # <-- here
    return torch.stack([f, b]).permute(1, 2, 0).reshape(f.shape[0], -1)  # <-- here
