# ruff: noqa
import torch


def right_1(h_0, xs, W_hh):
    if h_0 is None:
        return xs.new_zeros(xs.shape[1], W_hh.shape[0])
    return h_0[0]


def right_2(h_0, xs, W_hh):
    T, N, I = xs.shape
    H = W_hh.size(1)
    if h_0 is not None:
        assert h_0.shape == (1, N, H)
        return h_0.squeeze(0).to(xs.dtype)
    return torch.zeros((N, H), dtype=xs.dtype, device=xs.device)


def right_3(h_0, xs, W_hh):
    def zeros():
        # no states yet: (1, N, H) as torch would have it
        return torch.zeros(1, xs.shape[1], len(W_hh)).type_as(xs)

    (state,) = zeros() if h_0 is None else h_0
    return state


def right_4(h_0, xs, W_hh):
    N, H = xs.shape[1], W_hh.shape[0]
    h = xs.new_tensor([[0.0] * H for _ in range(N)])
    if h_0 is not None:
        h = h + h_0.reshape(N, H).to(h.dtype)
    return h


# MISTAKE: the zeros have torch's default dtype and not that of xs
def wrong_1(h_0, xs, W_hh):
    if h_0 is None:
        return torch.zeros(xs.shape[1], W_hh.shape[0])  # <-- here
    return h_0[0]


# MISTAKE: the number of sentences is read from the first axis of xs, which is time
def wrong_2(h_0, xs, W_hh):
    if h_0 is not None:
        return h_0.squeeze(0)
    N = xs.shape[0]  # <-- here
    H = W_hh.shape[0]
    return xs.new_zeros((N, H))


# MISTAKE: it starts from zeros in any case, a first state that is given is ignored
def wrong_3(h_0, xs, W_hh):
    _, N, _ = xs.shape
    H, _ = W_hh.shape
    h = xs.new_zeros(N, H)  # <-- here
    return h


# MISTAKE: the index is on the sentences' axis, so that all sentences get the state of the first one
def wrong_4(h_0, xs, W_hh):
    N, H = xs.size(1), W_hh.size(0)
    if h_0 is None:
        h_0 = xs.new_zeros(1, N, H)
    return h_0[:, 0].expand(N, H)  # <-- here


# MISTAKE: a missing state becomes random numbers instead of zeros
def wrong_5(h_0, xs, W_hh):
    if h_0 is None:
        state = torch.randn(xs.shape[1], W_hh.shape[0], dtype=xs.dtype)  # <-- here
    else:
        state = h_0[0]
    return state


# MISTAKE: squeeze without an axis also takes away N or H where it is 1
def wrong_6(h_0, xs, W_hh):
    if h_0 is None:
        h_0 = torch.zeros(1, xs.shape[1], W_hh.shape[0]).to(xs)
    return torch.squeeze(h_0)  # <-- here


# MISTAKE: the given state is already multiplied by W_hh, which is the job of the step
def wrong_7(h_0, xs, W_hh):
    N = xs.shape[1]
    H = W_hh.shape[0]
    if h_0 is None:
        return xs.new_zeros(N, H)
    return h_0[0] @ W_hh.T  # <-- here


# MISTAKE: the state is filled with the whole number 0, so its dtype is int64 and not that of xs
# MISTAKE: h_0 is read as if the sentences were its last axis, which mixes the numbers up
def pair_1(h_0, xs, W_hh):
    N, H = xs.shape[1], W_hh.shape[0]
    if h_0 is None:
        return torch.full((N, H), 0)  # <-- here
    return h_0[0].reshape(H, N).T  # <-- here


# MISTAKE: a missing state is a state of ones
# MISTAKE: the axis of the layers is left in the state
def pair_2(h_0, xs, W_hh):
    if h_0 is None:
        h_0 = xs.new_ones(1, xs.shape[1], W_hh.shape[0])  # <-- here
    return h_0  # <-- here


# MISTAKE: the zeros are as wide as the words (I) instead of as the states (H)
# MISTAKE: the given state goes through a tanh, though it is a state already
def pair_3(h_0, xs, W_hh):
    if h_0 is not None:
        h = torch.tanh(h_0[0])  # <-- here
    else:
        h = torch.zeros_like(xs[0])  # <-- here
    return h
