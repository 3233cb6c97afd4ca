# ruff: noqa
import torch


def right_1(doutput, dh_n, output, W_hh):
    T = output.shape[0]
    das = torch.zeros_like(output)
    slope = 1 - output * output
    dh = dh_n
    for t in range(T - 1, -1, -1):
        total = dh + doutput[t]
        das[t] = total * slope[t]
        dh = torch.matmul(das[t], W_hh)
    return das, dh


def right_2(doutput, dh_n, output, W_hh):
    grads = []
    from_later = dh_n
    for d, h in zip(doutput.flip(0), output.flip(0)):
        da = (d + from_later) * (1.0 - h.pow(2))
        grads.insert(0, da)
        from_later = torch.einsum("nk,kj->nj", da, W_hh)
    return torch.stack(grads), from_later


def right_3(doutput, dh_n, output, W_hh):
    def back(t, carried):
        """das of the steps 0..t, and what arrives before step 0."""
        if t < 0:
            return [], carried
        da = (carried + doutput[t]) * (1 - output[t] ** 2)
        before, dh0 = back(t - 1, da @ W_hh)
        return before + [da], dh0

    das, dh0 = back(len(output) - 1, dh_n)
    return torch.stack(das, dim=0), dh0


def right_4(doutput, dh_n, output, W_hh):
    # sentences as columns, as in the formulas
    T, N, H = output.shape
    assert doutput.shape == output.shape and dh_n.shape == (N, H) and W_hh.shape == (H, H)
    incoming = dh_n.T
    columns = [None] * T
    for t in reversed(range(T)):
        h = output[t].T
        columns[t] = (doutput[t].T + incoming) * (1 - h**2)
        incoming = W_hh.T @ columns[t]
    return torch.stack([c.T for c in columns]), incoming.T


def right_5(doutput, dh_n, output, W_hh):
    dhs = doutput.clone()
    dhs[-1] += dh_n  # the last state is an output and h_n
    das = torch.empty_like(dhs)
    t = len(dhs)
    while t > 0:
        t -= 1
        das[t] = dhs[t] - dhs[t] * output[t].square()
        if t > 0:
            dhs[t - 1] += das[t] @ W_hh
    return das, das[0] @ W_hh


# MISTAKE: multiplies by the transposed weight on the way back, as on the way forward
def wrong_1(doutput, dh_n, output, W_hh):
    dh, das = dh_n, []
    for t in reversed(range(len(output))):
        da = (dh + doutput[t]) * (1 - output[t] ** 2)
        das.append(da)
        dh = da @ W_hh.T  # <-- here
    das.reverse()
    return torch.stack(das), dh


# MISTAKE: stacks the da as they were made, so the last step comes first
def wrong_2(doutput, dh_n, output, W_hh):
    T = doutput.shape[0]
    dh = dh_n
    all_da = []
    for i in range(T - 1, -1, -1):
        dh = dh + doutput[i]
        da = dh * (1 - output[i] ** 2)
        all_da.append(da)
        dh = da @ W_hh
    return torch.stack(all_da), dh  # <-- here


# MISTAKE: begins with zeros at the last step and never uses dh_n
def wrong_3(doutput, dh_n, output, W_hh):
    das = torch.zeros_like(output)
    dh_next = torch.zeros_like(dh_n)  # <-- here
    for t in range(output.size(0))[::-1]:
        das[t] = (doutput[t] + dh_next) * (1 - output[t] ** 2)
        dh_next = das[t].mm(W_hh)
    return das, dh_next


# MISTAKE: the slope of tanh is written without the square
def wrong_4(doutput, dh_n, output, W_hh):
    dtanh = 1 - output  # <-- here
    result = []
    dh = dh_n
    for d, s in zip(reversed(doutput), reversed(dtanh)):
        da = (d + dh) * s
        result.insert(0, da)
        dh = da @ W_hh
    return torch.stack(result), dh


# MISTAKE: sends the gradient back through the weight without the slope of tanh
def wrong_5(doutput, dh_n, output, W_hh):
    das = [None] * len(output)
    g = dh_n
    for t in reversed(range(len(output))):
        g = g + doutput[t]
        das[t] = g * (1 - output[t].pow(2))
        g = g @ W_hh  # <-- here
    return torch.stack(das), g


# MISTAKE: takes the slope at the state before the step, not at the one that the step made
def wrong_6(doutput, dh_n, output, W_hh):
    dh, das = dh_n, torch.empty_like(doutput)
    for t in reversed(range(doutput.shape[0])):
        h = output[t - 1]  # <-- here
        das[t] = (doutput[t] + dh) * (1 - h * h)
        dh = das[t] @ W_hh
    return das, dh


# MISTAKE: runs through the steps from the first to the last
def wrong_7(doutput, dh_n, output, W_hh):
    dh = dh_n
    das = []
    for d, h in zip(doutput, output):  # <-- here
        da = (d + dh) * (1 - h**2)
        das.append(da)
        dh = torch.einsum("nh,hk->nk", da, W_hh)
    return torch.stack(das), dh


# MISTAKE: brackets are missing, the slope multiplies only the share of the output and not that of the later steps
def wrong_8(doutput, dh_n, output, W_hh):
    T, N, H = output.shape
    das = output.new_zeros(T, N, H)
    dstate = dh_n
    for step in range(T - 1, -1, -1):
        das[step] = dstate + doutput[step] * (1 - output[step] ** 2)  # <-- here
        dstate = torch.matmul(das[step], W_hh)
    return das, dstate


# MISTAKE: keeps adding to the old dh instead of replacing it, so later steps are counted again and again
def wrong_9(doutput, dh_n, output, W_hh):
    dh = dh_n.clone()
    das = []
    for t in reversed(range(len(doutput))):
        da = (dh + doutput[t]) * (1 - output[t] ** 2)
        das = [da] + das
        dh = dh + da @ W_hh  # <-- here
    return torch.stack(das), dh


# MISTAKE: the derivative of tanh lacks its square
# MISTAKE: the weight is transposed on the way back
def pair_1(doutput, dh_n, output, W_hh):
    dh, das = dh_n, []
    for t in reversed(range(len(output))):
        da = (dh + doutput[t]) * (1 - output[t])  # <-- here
        das.append(da)
        dh = da @ W_hh.t()  # <-- here
    return torch.stack(das[::-1]), dh


# MISTAKE: the gradient of the last state is left out
# MISTAKE: what comes from the later step is added after the slope, not before it
def pair_2(doutput, dh_n, output, W_hh):
    T = output.shape[0]
    das = torch.zeros_like(doutput)
    carry = torch.zeros_like(output[0])  # <-- here
    for t in range(T - 1, -1, -1):
        das[t] = doutput[t] * (1 - output[t] ** 2)
        das[t] += carry  # <-- here
        carry = das[t] @ W_hh
    return das, carry


# MISTAKE: takes tanh of the states once more before squaring, though they are tanh values already
# MISTAKE: the list stays in the order last step first
def pair_3(doutput, dh_n, output, W_hh):
    dh = dh_n
    out = []
    for h, d in zip(output.flip(0), doutput.flip(0)):
        da = (dh + d) * (1 - torch.tanh(h) ** 2)  # <-- here
        out.append(da)
        dh = da @ W_hh
    return torch.stack(out), dh  # <-- here


# MISTAKE: adds the gradient of the last state at every step, not only at the last one
# MISTAKE: returns the da of the first step as dh0, without the way through the weight
def pair_4(doutput, dh_n, output, W_hh):
    das = {}
    back = torch.zeros_like(dh_n)
    for t in reversed(range(len(output))):
        incoming = doutput[t] + back + dh_n  # <-- here
        das[t] = incoming * (1 - output[t] ** 2)
        back = das[t] @ W_hh
    dh0 = das[0]  # <-- here
    return torch.stack([das[t] for t in range(len(output))]), dh0
