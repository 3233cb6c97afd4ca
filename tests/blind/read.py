# ruff: noqa
import torch
import torch.nn.functional as F
import numpy as np


def right_1(ids, h, p):
    logits = []
    for x in p["E"][ids]:
        ir, iz, i_n = (x @ p["W_ih"].T + p["b_ih"]).chunk(3, -1)
        hr, hz, hn = (h @ p["W_hh"].T + p["b_hh"]).chunk(3, -1)
        r = torch.sigmoid(ir + hr)
        z = torch.sigmoid(iz + hz)
        n = torch.tanh(i_n + r * hn)
        h = (1 - z) * n + z * h
        logits.append(h @ p["W_out"].T + p["b_out"])
    return torch.stack(logits), h


def right_3(ids, h, p):
    H = h.shape[1]
    W_ir, W_iz, W_in = p["W_ih"][:H], p["W_ih"][H : 2 * H], p["W_ih"][2 * H :]
    W_hr, W_hz, W_hn = p["W_hh"][:H], p["W_hh"][H : 2 * H], p["W_hh"][2 * H :]
    b_ir, b_iz, b_in = p["b_ih"][:H], p["b_ih"][H : 2 * H], p["b_ih"][2 * H :]
    b_hr, b_hz, b_hn = p["b_hh"][:H], p["b_hh"][H : 2 * H], p["b_hh"][2 * H :]
    all_h = []
    for letters in ids:
        x = p["E"][letters]
        r = torch.sigmoid(x @ W_ir.T + b_ir + h @ W_hr.T + b_hr)
        z = torch.sigmoid(x @ W_iz.T + b_iz + h @ W_hz.T + b_hz)
        n = torch.tanh(x @ W_in.T + b_in + r * (h @ W_hn.T + b_hn))
        h = (1 - z) * n + z * h
        all_h.append(h)
    all_h = torch.stack(all_h)
    logits = all_h @ p["W_out"].T + p["b_out"]
    return logits, h


def right_4(ids, h, p):
    """Input sums of all letters at once: one small table with V rows."""
    table = torch.einsum("ve,ge->vg", p["E"], p["W_ih"]) + p["b_ih"]
    gates_x = table[ids]
    size = h.shape[-1]

    def step(gx, before):
        gh = F.linear(before, p["W_hh"], p["b_hh"])
        rz = (gx[:, : 2 * size] + gh[:, : 2 * size]).sigmoid()
        reset, keep = rz[:, :size], rz[:, size:]
        new = (gx[:, 2 * size :] + reset * gh[:, 2 * size :]).tanh()
        return new + keep * (before - new)

    states = [h]
    for gx in gates_x.unbind(0):
        states.append(step(gx, states[-1]))
    return torch.einsum("tnh,vh->tnv", torch.stack(states[1:]), p["W_out"]) + p["b_out"], states[-1]


# MISTAKE: the shares are the wrong way round: z weighs the new n and 1 - z the old h
def wrong_1(ids, h, p):
    out = []
    for x in p["E"][ids]:
        a = (x @ p["W_ih"].T + p["b_ih"]).chunk(3, -1)
        b = (h @ p["W_hh"].T + p["b_hh"]).chunk(3, -1)
        r = torch.sigmoid(a[0] + b[0])
        z = torch.sigmoid(a[1] + b[1])
        n = torch.tanh(a[2] + r * b[2])
        h = z * n + (1 - z) * h  # <-- here
        out.append(h @ p["W_out"].T + p["b_out"])
    return torch.stack(out), h


# MISTAKE: the blocks are taken in the order z, r, n instead of r, z, n
def wrong_2(ids, h, p):
    xs = F.embedding(ids, p["E"])
    hs = []
    for t in range(len(xs)):
        zi, ri, ni = F.linear(xs[t], p["W_ih"], p["b_ih"]).chunk(3, -1)  # <-- here
        zh, rh, nh = F.linear(h, p["W_hh"], p["b_hh"]).chunk(3, -1)  # <-- here
        r, z = (ri + rh).sigmoid(), (zi + zh).sigmoid()
        n = (ni + r * nh).tanh()
        h = (1 - z) * n + z * h
        hs.append(h)
    return F.linear(torch.stack(hs), p["W_out"], p["b_out"]), h


# MISTAKE: the reset gate is applied to h before the multiplication by W_hn, instead of to the sum W_hn h + b_hn
def wrong_3(ids, h, p):
    H = h.shape[1]
    W_n, b_n = p["W_hh"][2 * H :], p["b_hh"][2 * H :]
    logits = []
    for id_t in ids:
        x = p["E"][id_t]
        gi = x @ p["W_ih"].T + p["b_ih"]
        gh = h @ p["W_hh"].T + p["b_hh"]
        r = torch.sigmoid(gi[:, :H] + gh[:, :H])
        z = torch.sigmoid(gi[:, H : 2 * H] + gh[:, H : 2 * H])
        n = torch.tanh(gi[:, 2 * H :] + (r * h) @ W_n.T + b_n)  # <-- here
        h = (1 - z) * n + z * h
        logits.append(h @ p["W_out"].T + p["b_out"])
    return torch.stack(logits), h


# MISTAKE: the logits are computed from the state before the letter was read instead of after it
def wrong_4(ids, h, p):
    T, N = ids.shape
    logits = torch.zeros(T, N, len(p["b_out"]), dtype=h.dtype)
    for t in range(T):
        logits[t] = h @ p["W_out"].T + p["b_out"]  # <-- here
        h = torch.gru_cell(p["E"][ids[t]], h, p["W_ih"], p["W_hh"], p["b_ih"], p["b_hh"])
    return logits, h


# MISTAKE: the state is not carried on from letter to letter: each step starts from the h that was given
def wrong_5(ids, h, p):
    def one(x, before):
        i = (p["W_ih"] @ x.T).T + p["b_ih"]
        k = (p["W_hh"] @ before.T).T + p["b_hh"]
        (ir, iz, inn), (kr, kz, kn) = i.chunk(3, 1), k.chunk(3, 1)
        r = torch.sigmoid(ir + kr)
        z = torch.sigmoid(iz + kz)
        return (1 - z) * torch.tanh(inn + r * kn) + z * before

    states = torch.stack([one(p["E"][row], h) for row in ids])  # <-- here
    return states @ p["W_out"].T + p["b_out"], states[-1]


# MISTAKE: returns probabilities (a softmax over the letters) instead of logits
def wrong_6(ids, h, p):
    result = []
    for x in p["E"][ids]:
        ir, iz, i_n = (x @ p["W_ih"].T + p["b_ih"]).chunk(3, -1)
        hr, hz, hn = (h @ p["W_hh"].T + p["b_hh"]).chunk(3, -1)
        reset = torch.sigmoid(ir + hr)
        update = torch.sigmoid(iz + hz)
        new = torch.tanh(i_n + reset * hn)
        h = new - update * new + update * h
        y = h @ p["W_out"].T + p["b_out"]
        result.append(y.softmax(-1))  # <-- here
    return torch.stack(result, 0), h


# MISTAKE: the bias b_hn stands outside of the bracket that r multiplies
def wrong_7(ids, h, p):
    emb = p["E"][ids]
    Wr, Wz, Wn = p["W_ih"].chunk(3)
    Ur, Uz, Un = p["W_hh"].chunk(3)
    br, bz, bn = p["b_ih"].chunk(3)
    cr, cz, cn = p["b_hh"].chunk(3)
    hist = []
    for x in emb:
        r = torch.sigmoid(x @ Wr.T + h @ Ur.T + br + cr)
        z = torch.sigmoid(x @ Wz.T + h @ Uz.T + bz + cz)
        n = torch.tanh(x @ Wn.T + bn + r * (h @ Un.T) + cn)  # <-- here
        h = (1 - z) * n + z * h
        hist.append(h)
    return torch.stack(hist) @ p["W_out"].T + p["b_out"], h


# MISTAKE: the output bias b_out is forgotten AND the reset gate r is left out of n
def pair_1(ids, h, p):
    logits = []
    for x in p["E"][ids]:
        ir, iz, i_n = (x @ p["W_ih"].T + p["b_ih"]).chunk(3, -1)
        hr, hz, hn = (h @ p["W_hh"].T + p["b_hh"]).chunk(3, -1)
        r = torch.sigmoid(ir + hr)
        z = torch.sigmoid(iz + hz)
        n = torch.tanh(i_n + hn)  # <-- here
        h = (1 - z) * n + z * h
        logits.append(h @ p["W_out"].T)  # <-- here
    return torch.stack(logits), h


# MISTAKE: returns the state before the first step instead of the one after the last AND uses a sigmoid instead of tanh for n
def pair_2(ids, h, p):
    state = h
    steps = []
    for t in range(ids.size(0)):
        gx = F.linear(p["E"][ids[t]], p["W_ih"], p["b_ih"]).chunk(3, -1)
        gh = F.linear(state, p["W_hh"], p["b_hh"]).chunk(3, -1)
        r, z = [torch.sigmoid(gx[k] + gh[k]) for k in (0, 1)]
        n = torch.sigmoid(gx[2] + r * gh[2])  # <-- here
        state = (1 - z) * n + z * state
        steps.append(F.linear(state, p["W_out"], p["b_out"]))
    return torch.stack(steps), h  # <-- here


# MISTAKE: starts from a state of zeros instead of from h AND the bias b_hh is forgotten
def pair_3(ids, h, p):
    H = h.shape[-1]
    h = torch.zeros_like(h)  # <-- here
    states = []
    for x in F.embedding(ids, p["E"]).unbind():
        u = x @ p["W_ih"].T + p["b_ih"]
        v = h @ p["W_hh"].T  # <-- here
        r = torch.sigmoid(u[..., 0:H] + v[..., 0:H])
        z = torch.sigmoid(u[..., H : 2 * H] + v[..., H : 2 * H])
        n = torch.tanh(u[..., 2 * H : 3 * H] + r * v[..., 2 * H : 3 * H])
        h = torch.lerp(n, h, z)
        states.append(h)
    return torch.stack(states) @ p["W_out"].T + p["b_out"], states[-1]
