# ruff: noqa
import torch


def right_1(h, n, z, z_keeps):
    if z_keeps:
        return (1 - z) * n + z * h
    return z * n + (1 - z) * h


def right_2(h, n, z, z_keeps):
    keep = z if z_keeps else 1 - z
    return n + keep * (h - n)


def right_3(h, n, z, z_keeps):
    old, new = (h, n) if z_keeps else (n, h)
    return torch.lerp(new, old, z)


def right_4(h, n, z, z_keeps):
    assert h.shape == n.shape == z.shape
    shares = torch.stack([z, 1 - z])  # (2, N, H)
    if not z_keeps:
        shares = shares.flip(0)
    return torch.einsum("knh,knh->nh", shares, torch.stack([h, n]))


# MISTAKE: the two cases are exchanged
def wrong_1(h, n, z, z_keeps):
    if z_keeps:
        return z * n + (1 - z) * h  # <-- here
    else:
        return (1 - z) * n + z * h  # <-- here


# MISTAKE: z_keeps is not looked at, z is always the share that stays
def wrong_2(h, n, z, z_keeps):
    one_minus = torch.ones_like(z) - z
    return torch.add(z * h, one_minus * n)  # <-- here


# MISTAKE: in the case "replaced" the old state is added in full, without the share 1 - z
def wrong_3(h, n, z, z_keeps):
    if z_keeps:
        h_new = (1 - z) * n + z * h
    else:
        h_new = z * n + h  # <-- here
    return h_new


# MISTAKE: turns z into -z for the other convention, instead of 1 - z
def wrong_4(h, n, z, z_keeps):
    s = z
    if not z_keeps:
        s = -z  # <-- here
    return (1 - s) * n + s * h


# MISTAKE: puts a tanh on the candidate once more
def wrong_5(h, n, z, z_keeps):
    cand = n.tanh()  # <-- here
    keep = z if z_keeps is True else 1.0 - z
    return keep * h + (1.0 - keep) * cand


# MISTAKE: the result of the case "replaced" is computed but never returned
def wrong_6(h, n, z, z_keeps):
    if z_keeps:
        return n - z * n + z * h
    mixed = z * n + (1 - z) * h  # <-- here


# MISTAKE: sends z, which is a gate already, through a sigmoid again
def wrong_7(h, n, z, z_keeps):
    gate = torch.sigmoid(z)  # <-- here
    stays = torch.where(torch.tensor(z_keeps), gate, 1 - gate)
    return stays * h + (1 - stays) * n


# MISTAKE: z_keeps is read the wrong way round
# MISTAKE: the mixture goes through a tanh at the end
def pair_1(h, n, z, z_keeps):
    if z_keeps:
        z = 1 - z  # <-- here
    return torch.tanh((1 - z) * n + z * h)  # <-- here


# MISTAKE: the candidate is not weighted in the case "stays": 1 - z is missing
# MISTAKE: in the case "replaced" the formula is the one for "stays"
def pair_2(h, n, z, z_keeps):
    if z_keeps:
        return n + z * h  # <-- here
    return (1 - z) * n + z * h  # <-- here


# MISTAKE: the flag is ignored, z is always the share that is replaced
# MISTAKE: one mean gate for each sentence instead of one gate for each unit
def pair_3(h, n, z, z_keeps):
    z = z.mean(dim=1, keepdim=True)  # <-- here
    return z * n + (1 - z) * h  # <-- here
