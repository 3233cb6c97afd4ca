# ruff: noqa
import torch


def right_1(dh_new, h, n, z):
    return dh_new * (1 - z), dh_new * (h - n), dh_new * z


def right_2(dh_new, h, n, z):
    # h' = n + z (h - n)
    dh = torch.mul(dh_new, z)
    dn = torch.sub(dh_new, dh)
    dz = torch.mul(h, dh_new) - torch.mul(n, dh_new)
    return dn, dz, dh


def right_3(dh_new, h, n, z):
    assert dh_new.shape == h.shape == n.shape == z.shape
    local = torch.stack((torch.ones_like(z) - z, h - n, z))
    grads = torch.einsum("knh,nh->knh", local, dh_new)
    return tuple(grads)


def right_4(dh_new, h, n, z):
    dn, dz, dh = (torch.zeros_like(h) for _ in range(3))
    for row in range(h.shape[0]):
        up = dh_new[row]
        d_left = up  # of (1 - z) n
        d_right = up  # of z h
        dn[row] = d_left * (1.0 - z[row])
        dh[row] = d_right * z[row]
        dz[row] -= d_left * n[row]
        dz[row] += d_right * h[row]
    return dn, dz, dh


# MISTAKE: dz has the wrong sign, n - h instead of h - n
def wrong_1(dh_new, h, n, z):
    dn = dh_new * (1 - z)
    dz = dh_new * (n - h)  # <-- here
    dh = dh_new * z
    return dn, dz, dh


# MISTAKE: dz counts only z's second place in the equation, and forgets the 1 - z
def wrong_2(dh_new, h, n, z):
    return (1 - z) * dh_new, h * dh_new, z * dh_new  # <-- here


# MISTAKE: the shares are exchanged: n gets z and h gets 1 - z, as for the other convention
def wrong_3(dh_new, h, n, z):
    keep, new = 1 - z, z  # <-- here
    d_candidate = dh_new * new
    d_state = dh_new * keep
    d_gate = dh_new * (h - n)
    return d_candidate, d_gate, d_state


# MISTAKE: dn already goes through the tanh of the candidate
def wrong_4(dh_new, h, n, z):
    dn = dh_new * (1 - z) * (1 - n**2)  # <-- here
    dz = dh_new * h - dh_new * n
    dh = dh_new * z
    return dn, dz, dh


# MISTAKE: dz is not multiplied by the gradient that comes in
def wrong_5(dh_new, h, n, z):
    dn = dh_new.mul(1 - z)
    dh = dh_new.mul(z)
    dz = h.sub(n)  # <-- here
    return dn, dz, dh


# MISTAKE: overwrites dh_new with the gradient for the state before and uses the overwritten one for dn and dz
def wrong_6(dh_new, h, n, z):
    dh_new = dh_new * z  # <-- here
    dn = dh_new * (1 - z)
    dz = dh_new * (h - n)
    return dn, dz, dh_new


# MISTAKE: the state before gets the whole gradient, without the factor z
def wrong_7(dh_new, h, n, z):
    one_minus_z = 1 - z
    grads = dict(dn=dh_new * one_minus_z, dz=dh_new * (h - n))
    grads["dh"] = dh_new.clone()  # <-- here
    return tuple(grads[k] for k in ("dn", "dz", "dh"))


# MISTAKE: dz also goes through the sigmoid of the gate
# MISTAKE: n gets the share z instead of 1 - z
def pair_1(dh_new, h, n, z):
    dn = dh_new * z  # <-- here
    dz = dh_new * (h - n) * z * (1 - z)  # <-- here
    dh = dh_new * z
    return dn, dz, dh


# MISTAKE: the state before is multiplied by 1 - z
# MISTAKE: the two parts of dz are added instead of subtracted
def pair_2(dh_new, h, n, z):
    from_n = dh_new * n
    from_h = dh_new * h
    dz = from_h + from_n  # <-- here
    dn = dh_new * (1 - z)
    return dn, dz, dh_new - dh_new * z  # <-- here


# MISTAKE: the results come back as dn, dh, dz
# MISTAKE: dz has lost its part from z h and has only the one from (1 - z) n
def pair_3(dh_new, h, n, z):
    dn = dh_new * (1 - z)
    dh = dh_new * z
    dz = -dh_new * n  # <-- here
    return dn, dh, dz  # <-- here
