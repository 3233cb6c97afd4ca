# ruff: noqa
import torch


def right_1(xs, h_0, W_ih, W_hh, b_ih, b_hh):
    h = h_0[0]
    states = []
    for x in xs:
        h = torch.tanh(W_ih @ x + b_ih + W_hh @ h + b_hh)
        states.append(h)
    return torch.stack(states), h.unsqueeze(0)


def right_2(xs, h_0, W_ih, W_hh, b_ih, b_hh):
    # (1, H) is the same as a batch of one, so keep that axis all the time
    h, output = h_0, []
    for t in range(len(xs)):
        h = torch.tanh(xs[t : t + 1] @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
        output.append(h)
    return torch.cat(output, dim=0), h


def right_3(xs, h_0, W_ih, W_hh, b_ih, b_hh):
    T, H = xs.shape[0], W_hh.shape[0]
    assert xs.dim() == 2 and h_0.shape == (1, H)
    words = torch.einsum("ti,hi->th", xs, W_ih) + (b_ih + b_hh)
    output = xs.new_zeros(T, H)
    previous = h_0.squeeze(0)
    for t in range(T):
        previous = (words[t] + torch.einsum("hk,k->h", W_hh, previous)).tanh()
        output[t] = previous
    return output, output[-1:]


def right_4(xs, h_0, W_ih, W_hh, b_ih, b_hh):
    def loop(batch, state):
        out = []
        for x in batch:
            state = torch.tanh(
                torch.nn.functional.linear(x, W_ih, b_ih)
                + torch.nn.functional.linear(state, W_hh, b_hh)
            )
            out += [state]
        return torch.stack(out), state

    output, last = loop(xs.unsqueeze(1), h_0)  # (T, 1, I), N = 1
    return output[:, 0, :], last


# MISTAKE: the last state is returned as (H), without the layer axis
def wrong_1(xs, h_0, W_ih, W_hh, b_ih, b_hh):
    h = h_0[0]
    output = []
    for x in xs:
        h = torch.tanh(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
        output.append(h)
    output = torch.stack(output)
    return output, output[-1]  # <-- here


# MISTAKE: the bias b_hh is forgotten
def wrong_2(xs, h_0, W_ih, W_hh, b_ih, b_hh):
    ht = h_0
    output = []
    for t in range(xs.shape[0]):
        ht = torch.tanh(xs[t] @ W_ih.T + ht @ W_hh.T + b_ih)  # <-- here
        output.append(ht)
    return torch.cat(output), ht


# MISTAKE: every step starts from h_0 again, the state is not carried on
def wrong_3(xs, h_0, W_ih, W_hh, b_ih, b_hh):
    T = xs.size(0)
    output = xs.new_zeros(T, W_hh.size(0))
    for t in range(T):
        output[t] = torch.tanh(W_ih @ xs[t] + b_ih + W_hh @ h_0[0] + b_hh)  # <-- here
    return output, output[T - 1].unsqueeze(0)


# MISTAKE: stores the state before each step, so that output holds h_0 to h_(T-1)
def wrong_4(xs, h_0, W_ih, W_hh, b_ih, b_hh):
    state = h_0.squeeze(0)
    outputs = []
    for word in xs:
        outputs.append(state)  # <-- here
        state = torch.tanh(word @ W_ih.T + b_ih + state @ W_hh.T + b_hh)
    return torch.stack(outputs, 0), state[None]


# MISTAKE: returns the first state instead of the last one as h_n
def wrong_5(xs, h_0, W_ih, W_hh, b_ih, b_hh):
    xs = xs.unsqueeze(1)
    h = h_0
    out = []
    for x in xs:
        h = torch.tanh(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
        out.append(h)
    out = torch.stack(out)  # (T, 1, H)
    return out.squeeze(1), out[0]  # <-- here


# MISTAKE: with a vector from the left W_hh would have to be transposed, and is not
def wrong_6(xs, h_0, W_ih, W_hh, b_ih, b_hh):
    a = xs @ W_ih.T + b_ih
    h = h_0[0]
    rows = []
    for a_t in a:
        h = torch.tanh(a_t + h @ W_hh + b_hh)  # <-- here
        rows.append(h)
    return torch.stack(rows), h.reshape(1, -1)


# MISTAKE: starts from zeros and ignores the given h_0
def wrong_7(xs, h_0, W_ih, W_hh, b_ih, b_hh):
    H = W_hh.shape[0]
    h = xs.new_zeros(1, H)  # <-- here
    output = xs.new_empty(xs.shape[0], H)
    for t, x in enumerate(xs):
        h = torch.tanh(x.unsqueeze(0) @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
        output[t] = h[0]
    return output, h


# MISTAKE: the first state is not used, zeros are
# MISTAKE: the bias of the words, b_ih, is missing
def pair_1(xs, h_0, W_ih, W_hh, b_ih, b_hh):
    h = torch.zeros_like(h_0[0])  # <-- here
    output = []
    for x in xs:
        h = torch.tanh(W_ih @ x + W_hh @ h + b_hh)  # <-- here
        output.append(h)
    return torch.stack(output), h.unsqueeze(0)


# MISTAKE: relu instead of tanh
# MISTAKE: goes through the sentence from the last word to the first
def pair_2(xs, h_0, W_ih, W_hh, b_ih, b_hh):
    h = h_0
    output = []
    for x in xs.flip(0):  # <-- here
        h = torch.relu(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh)  # <-- here
        output.append(h)
    return torch.cat(output), h


# MISTAKE: the biases are added after the tanh instead of inside it
# MISTAKE: h_n is the mean of the states, not the last one
def pair_3(xs, h_0, W_ih, W_hh, b_ih, b_hh):
    T = xs.shape[0]
    out = xs.new_zeros(T, W_hh.shape[0])
    h = h_0[0]
    for t in range(T):
        h = torch.tanh(xs[t] @ W_ih.T + h @ W_hh.T) + b_ih + b_hh  # <-- here
        out[t] = h
    return out, out.mean(0, keepdim=True)  # <-- here
