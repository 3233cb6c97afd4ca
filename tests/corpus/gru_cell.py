# ruff: noqa
"""Learners' solutions for gru_cell."""

import numpy as np
import torch
import torch.nn.functional as F


def right_1(x, h, W_ih, W_hh, b_ih, b_hh):
    """Two sums, each cut in three."""
    a_r, a_z, a_n = (x @ W_ih.T + b_ih).chunk(3, dim=-1)
    u_r, u_z, u_n = (h @ W_hh.T + b_hh).chunk(3, dim=-1)
    r = torch.sigmoid(a_r + u_r)
    z = torch.sigmoid(a_z + u_z)
    n = torch.tanh(a_n + r * u_n)
    return (1 - z) * n + z * h


def right_2(x, h, W_ih, W_hh, b_ih, b_hh):
    """The mixture as a lerp, the gates both at once."""
    H = h.shape[-1]
    a, u = F.linear(x, W_ih, b_ih), F.linear(h, W_hh, b_hh)
    gates = torch.sigmoid(a[..., : 2 * H] + u[..., : 2 * H])
    r, z = gates.split(H, dim=-1)
    n = torch.addcmul(a[..., 2 * H :], r, u[..., 2 * H :]).tanh()
    return torch.lerp(n, h, z)


def right_3(x, h, W_ih, W_hh, b_ih, b_hh):
    """Six matrices cut by hand, Chinese names."""
    大小 = h.shape[1]
    Wr, Wz, Wn = W_ih[:大小], W_ih[大小 : 2 * 大小], W_ih[2 * 大小 :]
    Ur, Uz, Un = W_hh[:大小], W_hh[大小 : 2 * 大小], W_hh[2 * 大小 :]
    br, bz, bn = b_ih.view(3, 大小)
    cr, cz, cn = b_hh.view(3, 大小)
    重置 = torch.sigmoid(x @ Wr.t() + br + h @ Ur.t() + cr)
    更新 = torch.sigmoid(x @ Wz.t() + bz + h @ Uz.t() + cz)
    候选 = torch.tanh(x @ Wn.t() + bn + 重置 * (h @ Un.t() + cn))
    return 候选 + 更新 * (h - 候选)


def right_4(x, h, W_ih, W_hh, b_ih, b_hh):
    """numpy and a loop over the sentences of the batch."""
    H = h.size(1)
    Wi, Wh = W_ih.detach().numpy(), W_hh.detach().numpy()
    bi, bh = b_ih.detach().numpy(), b_hh.detach().numpy()
    out = []
    for xn, hn in zip(x.detach().numpy(), h.detach().numpy()):
        a = (Wi @ xn + bi).reshape(3, H)
        u = (Wh @ hn + bh).reshape(3, H)
        r, z = 1 / (1 + np.exp(-(a[:2] + u[:2])))
        n = np.tanh(a[2] + r * u[2])
        out.append((1 - z) * n + z * hn)
    return torch.from_numpy(np.stack(out))


def right_5(x, h, W_ih, W_hh, b_ih, b_hh):
    """Works with columns: everything transposed, and back at the end."""
    X, S = x.T, h.T
    H = S.shape[0]
    a = W_ih @ X + b_ih.unsqueeze(1)
    u = W_hh @ S + b_hh.unsqueeze(1)
    r = 1 / (1 + torch.exp(-a[0:H] - u[0:H]))
    z = 1 / (1 + torch.exp(-a[H:-H] - u[H:-H]))
    n = torch.tanh(a[-H:] + r * u[-H:])
    return (n - z * n + z * S).T


def wrong_1(x, h, W_ih, W_hh, b_ih, b_hh):
    """z keeps the candidate, 1 - z keeps the state."""
    a, u = F.linear(x, W_ih, b_ih).chunk(3, 1), F.linear(h, W_hh, b_hh).chunk(3, 1)
    r, z = torch.sigmoid(a[0] + u[0]), torch.sigmoid(a[1] + u[1])
    n = torch.tanh(a[2] + r * u[2])
    return z * n + (1 - z) * h


def wrong_2(x, h, W_ih, W_hh, b_ih, b_hh):
    """The reset gate is applied to the state before the matrix."""
    H = h.shape[1]
    a = x @ W_ih.T + b_ih
    u = h @ W_hh[: 2 * H].T + b_hh[: 2 * H]
    r = torch.sigmoid(a[:, :H] + u[:, :H])
    z = torch.sigmoid(a[:, H : 2 * H] + u[:, H:])
    n = torch.tanh(a[:, 2 * H :] + (r * h) @ W_hh[2 * H :].T + b_hh[2 * H :])
    return (1 - z) * n + z * h


def wrong_3(x, h, W_ih, W_hh, b_ih, b_hh):
    """Reads the blocks as z r n."""
    az, ar, an = torch.tensor_split(torch.einsum("ni,gi->ng", x, W_ih) + b_ih, 3, dim=1)
    uz, ur, un = torch.tensor_split(torch.einsum("nk,gk->ng", h, W_hh) + b_hh, 3, dim=1)
    zu, rück = (az + uz).sigmoid(), (ar + ur).sigmoid()
    neu = (an + rück * un).tanh()
    return (1 - zu) * neu + zu * h


def wrong_4(x, h, W_ih, W_hh, b_ih, b_hh):
    """The candidate's second bias stands outside the reset."""
    H = h.shape[1]
    b = b_ih + b_hh
    wx = x @ W_ih.T + b
    wh = h @ W_hh.T
    r = torch.sigmoid((wx + wh)[:, :H])
    z = torch.sigmoid((wx + wh)[:, H : 2 * H])
    n = torch.tanh(wx[:, 2 * H :] + r * wh[:, 2 * H :])
    return (1 - z) * n + z * h


def wrong_5(x, h, W_ih, W_hh, b_ih, b_hh):
    """The reset gate multiplies the word's part as well."""
    s = F.linear(x, W_ih, b_ih) + F.linear(h, W_hh, b_hh)
    r, z, n = s.chunk(3, dim=-1)
    r, z = r.sigmoid(), z.sigmoid()
    n = torch.tanh(r * n)
    return (1 - z) * n + z * h


def wrong_6(x, h, W_ih, W_hh, b_ih, b_hh):
    """The candidate goes through sigmoid like the gates."""
    gi = torch.mm(x, W_ih.t()) + b_ih
    gh = torch.mm(h, W_hh.t()) + b_hh
    (i_r, i_z, i_n), (h_r, h_z, h_n) = gi.chunk(3, 1), gh.chunk(3, 1)
    reset, update = torch.sigmoid(i_r + h_r), torch.sigmoid(i_z + h_z)
    new = torch.sigmoid(i_n + reset * h_n)
    return new + update * (h - new)


def wrong_7(x, h, W_ih, W_hh, b_ih, b_hh):
    """No reset gate in the candidate, and the candidate is added in full."""
    a, u = x @ W_ih.T + b_ih, h @ W_hh.T + b_hh
    r, z, n = torch.chunk(a + u, 3, dim=1)
    r = torch.sigmoid(r)
    z = torch.sigmoid(z)
    return torch.tanh(n) + z * h


def wrong_8(x, h, W_ih, W_hh, b_ih, b_hh):
    """The gates look at the word only, and the candidate is a relu."""
    r, z, n = F.linear(x, W_ih, b_ih).chunk(3, -1)
    u_n = F.linear(h, W_hh, b_hh).chunk(3, -1)[2]
    r, z = torch.sigmoid(r), torch.sigmoid(z)
    n = F.relu(n + r * u_n)
    return (1 - z) * n + z * h


TRUTH = {
    "wrong_1": ["z and 1 - z are swapped in the mixture"],
    "wrong_2": ["reset applied to h before the matmul"],
    "wrong_3": ["gate order z r n: r and z are swapped"],
    "wrong_4": ["b_hn is outside the product with r"],
    "wrong_5": ["r multiplies the word's part of the candidate too"],
    "wrong_6": ["sigmoid instead of tanh for the candidate"],
    "wrong_7": ["the reset gate is not used", "the candidate lacks the factor 1 - z"],
    "wrong_8": ["the gates r and z lack the state's part", "relu instead of tanh for n"],
}
