"""Plain ways of right answers, one thought a line: mistakes are edits of these lines."""

import torch


def gru_cell(x, h, W_ih, W_hh, b_ih, b_hh):
    W_ir, W_iz, W_in = W_ih.chunk(3)
    W_hr, W_hz, W_hn = W_hh.chunk(3)
    b_ir, b_iz, b_in = b_ih.chunk(3)
    b_hr, b_hz, b_hn = b_hh.chunk(3)
    r = torch.sigmoid(x @ W_ir.T + b_ir + (h @ W_hr.T + b_hr))
    z = torch.sigmoid(x @ W_iz.T + b_iz + (h @ W_hz.T + b_hz))
    n = torch.tanh(x @ W_in.T + b_in + r * (h @ W_hn.T + b_hn))
    h_new = (1 - z) * n + z * h
    return h_new


def gru(xs, h0, W_ih, W_hh, b_ih, b_hh):
    h = h0
    W_ir, W_iz, W_in = W_ih.chunk(3)
    W_hr, W_hz, W_hn = W_hh.chunk(3)
    b_ir, b_iz, b_in = b_ih.chunk(3)
    b_hr, b_hz, b_hn = b_hh.chunk(3)
    outputs = []
    for x in xs:
        r = torch.sigmoid(x @ W_ir.T + b_ir + (h @ W_hr.T + b_hr))
        z = torch.sigmoid(x @ W_iz.T + b_iz + (h @ W_hz.T + b_hz))
        n = torch.tanh(x @ W_in.T + b_in + r * (h @ W_hn.T + b_hn))
        h_new = (1 - z) * n + z * h
        outputs.append(h_new)
        h = h_new
    output = torch.stack(outputs)
    h_n = h
    return output, h_n


def mix(h, n, z, z_keeps):
    if z_keeps:
        stays = z
        new = 1 - z
    else:
        stays = 1 - z
        new = z
    h_new = new * n + stays * h
    return h_new


def gru_mix_backward(dh_new, h, n, z):
    dn = dh_new * (1 - z)
    dz = dh_new * (h - n)
    dh = dh_new * z
    return dn, dz, dh


def gru_cell_backward(dh_new, h, r, z, n, u_n, W_ih, W_hh):
    dn = dh_new * (1 - z)
    dz = dh_new * (h - n)
    direct = dh_new * z
    da_n = dn * (1 - n**2)
    dr = da_n * u_n
    du_n = da_n * r
    da_r = dr * (r * (1 - r))
    da_z = dz * (z * (1 - z))
    da = torch.cat((da_r, da_z, da_n), -1)
    du = torch.cat((da_r, da_z, du_n), -1)
    dx = da @ W_ih
    dh = direct + du @ W_hh
    return da, du, dx, dh
