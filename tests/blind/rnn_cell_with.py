# ruff: noqa
import torch


def right_1(x, h, W_ih, W_hh, b_ih, b_hh, nonlinearity):
    a = x @ W_ih.T + b_ih + h @ W_hh.T + b_hh
    if nonlinearity == "tanh":
        return torch.tanh(a)
    return torch.relu(a)


def right_2(x, h, W_ih, W_hh, b_ih, b_hh, nonlinearity):
    activations = {"tanh": torch.tanh, "relu": lambda z: torch.clamp(z, min=0)}
    z = torch.einsum("hi,ni->nh", W_ih, x) + torch.einsum("hk,nk->nh", W_hh, h)
    return activations[nonlinearity](z + (b_ih + b_hh))


def right_3(x, h, W_ih, W_hh, b_ih, b_hh, nonlinearity):
    assert nonlinearity in ("tanh", "relu")

    def linear(inp, W, b):
        rows = [W.matmul(row) + b for row in inp]
        return torch.stack(rows)

    total = linear(x, W_ih, b_ih) + linear(h, W_hh, b_hh)
    return getattr(torch, nonlinearity)(total)


def right_4(x, h, W_ih, W_hh, b_ih, b_hh, nonlinearity):
    # one big product: [x h] times [W_ih W_hh]
    xh = torch.cat([x, h], dim=1)
    W = torch.cat([W_ih, W_hh], dim=1)
    new = torch.addmm(b_ih + b_hh, xh, W.t())
    if nonlinearity == "relu":
        new = torch.where(new > 0, new, torch.zeros_like(new))
    else:
        new = new.tanh()
    return new


# MISTAKE: the condition is always true (a non-empty string stands behind the or), so tanh is used for "relu" as well
def wrong_1(x, h, W_ih, W_hh, b_ih, b_hh, nonlinearity):
    a = x @ W_ih.T + b_ih + h @ W_hh.T + b_hh
    if nonlinearity == "tanh" or "Tanh":  # <-- here
        return torch.tanh(a)
    else:
        return torch.relu(a)


# MISTAKE: the two branches are swapped
def wrong_2(x, h, W_ih, W_hh, b_ih, b_hh, nonlinearity):
    pre = torch.matmul(x, W_ih.t()) + torch.matmul(h, W_hh.t()) + b_ih + b_hh
    return torch.relu(pre) if nonlinearity == "tanh" else torch.tanh(pre)  # <-- here


# MISTAKE: for "relu" the relu is applied on top of the tanh instead of in its place
def wrong_3(x, h, W_ih, W_hh, b_ih, b_hh, nonlinearity):
    h_new = torch.tanh(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
    if nonlinearity == "relu":
        h_new = torch.relu(h_new)  # <-- here
    return h_new


# MISTAKE: the bias b_hh is forgotten
def wrong_4(x, h, W_ih, W_hh, b_ih, b_hh, nonlinearity):
    from_word = x @ W_ih.T + b_ih
    from_state = h @ W_hh.T  # <-- here
    a = from_word + from_state
    return torch.tanh(a) if nonlinearity == "tanh" else torch.clamp(a, min=0.0)


# MISTAKE: W_hh is not transposed
def wrong_5(x, h, W_ih, W_hh, b_ih, b_hh, nonlinearity):
    if nonlinearity == "tanh":
        f = torch.tanh
    elif nonlinearity == "relu":
        f = torch.relu
    return f(x @ W_ih.T + h @ W_hh + b_ih + b_hh)  # <-- here


# MISTAKE: relu is cut off at the top too, it keeps values between 0 and 1
def wrong_6(x, h, W_ih, W_hh, b_ih, b_hh, nonlinearity):
    a = torch.nn.functional.linear(x, W_ih, b_ih) + torch.nn.functional.linear(h, W_hh, b_hh)
    if nonlinearity == "tanh":
        return a.tanh()
    return a.clamp(0, 1)  # <-- here


# MISTAKE: the nonlinearity acts on the two parts separately before they are added, not on their sum
def wrong_7(x, h, W_ih, W_hh, b_ih, b_hh, nonlinearity):
    g = torch.relu if nonlinearity == "relu" else torch.tanh
    word_part = g(x @ W_ih.T + b_ih)  # <-- here
    state_part = g(h @ W_hh.T + b_hh)  # <-- here
    return word_part + state_part


# MISTAKE: sigmoid is used where tanh is asked for
# MISTAKE: b_ih is added twice and b_hh not at all
def pair_1(x, h, W_ih, W_hh, b_ih, b_hh, nonlinearity):
    s = x @ W_ih.T + b_ih + h @ W_hh.T + b_ih  # <-- here
    if nonlinearity == "tanh":
        return torch.sigmoid(s)  # <-- here
    return torch.relu(s)


# MISTAKE: max(a, 0) is written as the absolute value
# MISTAKE: both biases are added after the nonlinearity, outside of it
def pair_2(x, h, W_ih, W_hh, b_ih, b_hh, nonlinearity):
    a = x.mm(W_ih.T) + h.mm(W_hh.T)
    if nonlinearity == "relu":
        out = a.abs()  # <-- here
    else:
        out = torch.tanh(a)
    return out + b_ih + b_hh  # <-- here


# MISTAKE: the string is spelled like the class nn.ReLU, so "relu" never matches and everything goes through tanh
# MISTAKE: the old state itself is added, it is not multiplied by W_hh
def pair_3(x, h, W_ih, W_hh, b_ih, b_hh, nonlinearity):
    a = torch.einsum("ni,hi->nh", x, W_ih) + b_ih + h + b_hh  # <-- here
    if nonlinearity == "ReLU":  # <-- here
        return torch.maximum(a, torch.zeros_like(a))
    return torch.tanh(a)
