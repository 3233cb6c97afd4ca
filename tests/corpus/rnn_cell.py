# ruff: noqa
"""Learners' solutions for rnn_cell."""

import numpy as np
import torch
import torch.nn.functional as F


def right_1(x, h, W_ih, W_hh, b_ih, b_hh):
    """The formula in one line."""
    return torch.tanh(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh)


def right_2(x, h, W_ih, W_hh, b_ih, b_hh):
    """Everything written as einsum, German names."""
    vom_wort = torch.einsum("ni,hi->nh", x, W_ih)
    vom_zustand = torch.einsum("nk,hk->nh", h, W_hh)
    summe = vom_wort + vom_zustand + (b_ih + b_hh)[None, :]
    return summe.tanh()


def right_3(x, h, W_ih, W_hh, b_ih, b_hh):
    """One fused product: word and state side by side, the weights too."""
    both = torch.cat([x, h], dim=1)
    W = torch.cat([W_ih, W_hh], dim=1)
    return F.linear(both, W, b_ih + b_hh).tanh()


def right_4(x, h, W_ih, W_hh, b_ih, b_hh):
    """A detour through numpy, with tanh from exponentials."""
    X, S = x.detach().numpy(), h.detach().numpy()
    A, B = W_ih.detach().numpy(), W_hh.detach().numpy()
    a = X.dot(A.T) + S.dot(B.T)
    a = a + b_ih.detach().numpy()
    a = a + b_hh.detach().numpy()
    e = np.exp(-2 * np.abs(a))
    return torch.from_numpy(np.sign(a) * (1 - e) / (1 + e))


def right_5(x, h, W_ih, W_hh, b_ih, b_hh):
    """Loops over sentences and hidden units, filling a table of zeros."""
    N, H = h.shape
    new = torch.zeros(N, H)
    for n in range(N):
        for k in range(H):
            total = b_ih[k] + b_hh[k]
            total = total + (W_ih[k] * x[n]).sum()
            total = total + (W_hh[k] * h[n]).sum()
            new[n, k] = torch.tanh(total)
    return new


def wrong_1(x, h, W_ih, W_hh, b_ih, b_hh):
    """Sigmoid where tanh belongs."""
    a = F.linear(x, W_ih, b_ih) + F.linear(h, W_hh, b_hh)
    return torch.sigmoid(a)


def wrong_2(x, h, W_ih, W_hh, b_ih, b_hh):
    """The second bias is forgotten."""
    from_word = F.linear(x, W_ih, bias=b_ih)
    from_state = F.linear(h, W_hh)
    return torch.tanh(from_word + from_state)


def wrong_3(x, h, W_ih, W_hh, b_ih, b_hh):
    """W_hh is square, and its transpose is forgotten."""
    a = x.matmul(W_ih.t()) + b_ih
    a = a + h.matmul(W_hh) + b_hh
    return a.tanh()


def wrong_4(x, h, W_ih, W_hh, b_ih, b_hh):
    """tanh of each part by itself, then the sum."""
    entrée = torch.tanh(x @ W_ih.T + b_ih)
    mémoire = torch.tanh(h @ W_hh.T + b_hh)
    return entrée + mémoire


def wrong_5(x, h, W_ih, W_hh, b_ih, b_hh):
    """tanh is computed, but the sum before it is returned."""
    pre = torch.addmm(b_ih, x, W_ih.T) + torch.addmm(b_hh, h, W_hh.T)
    post = torch.tanh(pre)
    return pre


def wrong_6(x, h, W_ih, W_hh, b_ih, b_hh):
    """The old state is added to the new one, as in a residual connection."""
    rows = []
    for word, state in zip(x, h):
        rows.append(state + torch.tanh(W_ih @ word + b_ih + W_hh @ state + b_hh))
    return torch.stack(rows)


def wrong_7(x, h, W_ih, W_hh, b_ih, b_hh):
    """b_ih twice instead of b_ih and b_hh, and relu instead of tanh."""
    s = F.linear(x, W_ih, b_ih) + F.linear(h, W_hh, b_ih)
    return torch.relu(s)


def wrong_8(x, h, W_ih, W_hh, b_ih, b_hh):
    """tanh cut to straight lines, and the biases multiplied with each other."""
    偏置 = b_ih * b_hh
    和 = torch.einsum("hi,ni->nh", W_ih, x) + torch.einsum("hk,nk->nh", W_hh, h) + 偏置
    return 和.clamp(-1, 1)


TRUTH = {
    "wrong_1": ["sigmoid instead of tanh"],
    "wrong_2": ["b_hh is missing"],
    "wrong_3": ["W_hh is not transposed"],
    "wrong_4": ["tanh of the two parts separately instead of their sum"],
    "wrong_5": ["the result lacks the tanh"],
    "wrong_6": ["the old state is added to the result"],
    "wrong_7": ["b_ih is used in place of b_hh", "relu instead of tanh"],
    "wrong_8": ["clamp to -1..1 instead of tanh", "biases multiplied instead of added"],
}
