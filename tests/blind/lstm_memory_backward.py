# ruff: noqa
import torch


def right_1(dh_new, dc_new, c, i, f, g, o):
    tanh_c = torch.tanh(f * c + i * g)
    delta = dc_new + dh_new * o * (1 - tanh_c**2)
    return delta * g, delta * c, delta * i, dh_new * tanh_c, delta * f


def right_2(dh_new, dc_new, c, i, f, g, o):
    def slope(y):
        return (1 - y) * (1 + y)

    c_new = torch.addcmul(f.mul(c), i, g)
    shown = c_new.tanh()
    d_output = shown.mul(dh_new)
    total = o.mul(dh_new).mul(slope(shown)).add(dc_new)
    factors = torch.stack([g, c, i, f])
    d_input, d_forget, d_candidate, d_memory = (factors * total).unbind(0)
    return d_input, d_forget, d_candidate, d_output, d_memory


def right_3(dh_new, dc_new, c, i, f, g, o):
    # number by number
    results = [torch.empty_like(c) for _ in range(5)]
    N, H = c.shape
    for n in range(N):
        for k in range(H):
            now = torch.tanh(f[n, k] * c[n, k] + i[n, k] * g[n, k])
            d = (
                dc_new[n, k]
                + dh_new[n, k] * o[n, k] / torch.cosh(f[n, k] * c[n, k] + i[n, k] * g[n, k]) ** 2
            )
            values = d * g[n, k], d * c[n, k], d * i[n, k], dh_new[n, k] * now, d * f[n, k]
            for r, v in zip(results, values):
                r[n, k] = v
    return tuple(results)


def right_4(dh_new, dc_new, c, i, f, g, o):
    assert dh_new.shape == dc_new.shape == c.shape
    m = torch.tanh(i * g + f * c)
    do = torch.einsum("nh,nh->nh", dh_new, m)
    via_h = dh_new * o - do * o * m  # dh o (1 - m^2)
    dc_t = via_h + dc_new
    grads = {}
    grads["i"], grads["g"] = dc_t * g, dc_t * i
    grads["f"], grads["c"] = dc_t * c, dc_t * f
    return grads["i"], grads["f"], grads["g"], do, grads["c"]


# MISTAKE: uses the tanh of the memory before the step instead of the new memory
def wrong_1(dh_new, dc_new, c, i, f, g, o):
    t = torch.tanh(c)  # <-- here
    delta = dc_new + dh_new * o * (1 - t**2)
    di = delta * g
    df = delta * c
    dg = delta * i
    do = dh_new * t
    dc = delta * f
    return di, df, dg, do, dc


# MISTAKE: leaves out dc_new, what the next step sends back to the memory
def wrong_2(dh_new, dc_new, c, i, f, g, o):
    c_t = f * c + i * g
    delta = dh_new * o * (1 - torch.tanh(c_t) ** 2)  # <-- here
    return delta * g, delta * c, delta * i, dh_new * torch.tanh(c_t), delta * f


# MISTAKE: df is multiplied by the new memory instead of by the old one
def wrong_3(dh_new, dc_new, c, i, f, g, o):
    c = f * c + i * g  # <-- here
    tc = torch.tanh(c)
    delta = dc_new + dh_new * o * (1 - tc * tc)
    di, dg = delta * g, delta * i
    df, dc = delta * c, delta * f  # <-- here
    do = dh_new * tc
    return di, df, dg, do, dc


# MISTAKE: goes on through the gates' own activations as well (the next task's da instead of the gradients of the gates)
def wrong_4(dh_new, dc_new, c, i, f, g, o):
    tanh_c = torch.tanh(f * c + i * g)
    delta = dc_new + dh_new * o * (1 - tanh_c**2)

    def through_sigmoid(d, gate):
        return d * gate * (1 - gate)  # <-- here

    di = through_sigmoid(delta * g, i)
    df = through_sigmoid(delta * c, f)
    dg = delta * i * (1 - g**2)  # <-- here
    do = through_sigmoid(dh_new * tanh_c, o)
    return di, df, dg, do, delta * f


# MISTAKE: di and dg are multiplied by their own factor of the product, not by the other one
def wrong_5(dh_new, dc_new, c, i, f, g, o):
    memory = torch.tanh(f * c + i * g)
    grad_memory = dc_new + dh_new * o * (1 - memory.pow(2))
    return (
        grad_memory * i,  # <-- here
        grad_memory * c,
        grad_memory * g,  # <-- here
        dh_new * memory,
        grad_memory * f,
    )


# MISTAKE: the slope of tanh is missing from delta
def wrong_6(dh_new, dc_new, c, i, f, g, o):
    c_new = f * c + i * g
    delta = dc_new + dh_new * o  # <-- here
    gradients = [delta * g, delta * c, delta * i]
    gradients.append(dh_new * torch.tanh(c_new))
    gradients.append(delta * f)
    return tuple(gradients)


# MISTAKE: for do the memory itself is used, without the tanh
def wrong_7(dh_new, dc_new, c, i, f, g, o):
    c_new = f * c + i * g
    do = dh_new * c_new  # <-- here
    dc_t = dh_new * o * (1 - torch.tanh(c_new) ** 2) + dc_new
    di = dc_t * g
    dg = dc_t * i
    df = dc_t * c
    return di, df, dg, do, dc_t * f


# MISTAKE: what goes to the memory before is delta itself, not multiplied by the forget gate
# MISTAKE: the slope of tanh is written with tanh and not with its square
def pair_1(dh_new, dc_new, c, i, f, g, o):
    t = torch.tanh(f * c + i * g)
    delta = dc_new + dh_new * o * (1 - t)  # <-- here
    return delta * g, delta * c, delta * i, dh_new * t, delta  # <-- here


# MISTAKE: the results come back in the order i, f, o, g
# MISTAKE: the output gate is missing from delta
def pair_2(dh_new, dc_new, c, i, f, g, o):
    new_c = i * g + f * c
    th = torch.tanh(new_c)
    d = dc_new + dh_new * (1 - th**2)  # <-- here
    di, df, dg, do = d * g, d * c, d * i, dh_new * th
    return di, df, do, dg, d * f  # <-- here


# MISTAKE: do is computed from delta instead of from dh_new
# MISTAKE: slope applied to the wrong thing: 1 - c^2 with the memory, instead of 1 - tanh(c)^2
def pair_3(dh_new, dc_new, c, i, f, g, o):
    c_new = f * c + i * g
    delta = dc_new + dh_new * o * (1 - c_new**2)  # <-- here
    do = delta * torch.tanh(c_new)  # <-- here
    di = delta * g
    df = delta * c
    dg = delta * i
    dc = delta * f
    return di, df, dg, do, dc
