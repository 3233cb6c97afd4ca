# ruff: noqa
import torch


# ------------------------------------------------------------------ right


def right_1(xs, h0, targets, W_ih, W_hh, b_ih, b_hh):
    T = len(xs)
    # forward
    h = h0
    states = []
    for x in xs:
        h = torch.tanh(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
        states.append(h)
    output = torch.stack(states)
    doutput = output - targets
    loss = 0.5 * (doutput**2).sum()
    # backward
    dW_ih, dW_hh = torch.zeros_like(W_ih), torch.zeros_like(W_hh)
    db = torch.zeros_like(b_ih)
    dh = torch.zeros_like(h0)
    for t in reversed(range(T)):
        da = (doutput[t] + dh) * (1 - output[t] ** 2)
        before = output[t - 1] if t > 0 else h0
        dW_ih += da.T @ xs[t]
        dW_hh += da.T @ before
        db += da.sum(0)
        dh = da @ W_hh
    return loss, {"W_ih": dW_ih, "W_hh": dW_hh, "b_ih": db, "b_hh": db.clone(), "h0": dh}


def right_2(xs, h0, targets, W_ih, W_hh, b_ih, b_hh):
    """all_h has h0 in front: all_h[:-1] are the states before, all_h[1:] those after."""
    T, N, H = targets.shape
    all_h = h0.new_empty(T + 1, N, H)
    all_h[0] = h0
    for t in range(T):
        all_h[t + 1] = torch.tanh(
            torch.nn.functional.linear(xs[t], W_ih, b_ih)
            + torch.nn.functional.linear(all_h[t], W_hh, b_hh)
        )
    error = all_h[1:] - targets
    slopes = 1 - all_h[1:].square()
    das = torch.empty_like(error)
    dh = torch.zeros_like(h0)
    for t in range(T - 1, -1, -1):
        das[t] = (error[t] + dh) * slopes[t]
        dh = das[t] @ W_hh
    grads = {
        "W_ih": torch.einsum("tnh,tni->hi", das, xs),
        "W_hh": torch.einsum("tnh,tnk->hk", das, all_h[:-1]),
        "b_ih": das.sum((0, 1)),
        "b_hh": das.sum((0, 1)),
        "h0": dh,
    }
    return error.square().sum() / 2, grads


def right_3(xs, h0, targets, W_ih, W_hh, b_ih, b_hh):
    # recursion: going down is the forward pass, coming up again is the backward pass
    def steps(t, h):
        if t == xs.shape[0]:
            return 0.0, torch.zeros_like(h), 0.0, 0.0, 0.0
        new = torch.tanh(xs[t] @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
        loss, dnew, dW_ih, dW_hh, db = steps(t + 1, new)
        off = new - targets[t]
        da = (dnew + off) * (1 - new * new)
        return (
            loss + (off * off).sum() / 2,
            da @ W_hh,
            dW_ih + da.T @ xs[t],
            dW_hh + da.T @ h,
            db + da.sum(dim=0),
        )

    loss, dh0, dW_ih, dW_hh, db = steps(0, h0)
    return loss, dict(W_ih=dW_ih, W_hh=dW_hh, b_ih=db, b_hh=db, h0=dh0)


def right_4(xs, h0, targets, W_ih, W_hh, b_ih, b_hh):
    """Forward only: carry along how h depends on everything (no way back at all).

    P_x[n, k, i, j] = dh[n, k] / dW_x[i, j], and so on.
    """
    (N, H), I = h0.shape, xs.shape[2]
    eye = torch.eye(H, dtype=h0.dtype)
    h = h0
    P_ih = h0.new_zeros(N, H, H, I)
    P_hh = h0.new_zeros(N, H, H, H)
    P_b = h0.new_zeros(N, H, H)
    P_0 = eye.repeat(N, 1, 1)
    loss = h0.new_zeros(())
    g = {
        "W_ih": torch.zeros_like(W_ih),
        "W_hh": torch.zeros_like(W_hh),
        "b_ih": torch.zeros_like(b_ih),
        "b_hh": torch.zeros_like(b_hh),
        "h0": torch.zeros_like(h0),
    }
    for x, y in zip(xs, targets):
        new = torch.tanh(x @ W_ih.T + h @ W_hh.T + b_ih + b_hh)
        slope = 1 - new**2
        P_ih = torch.einsum("kl,nlij->nkij", W_hh, P_ih) + torch.einsum("ki,nj->nkij", eye, x)
        P_hh = torch.einsum("kl,nlij->nkij", W_hh, P_hh) + torch.einsum("ki,nj->nkij", eye, h)
        P_b = torch.einsum("kl,nli->nki", W_hh, P_b) + eye
        P_0 = torch.einsum("kl,nli->nki", W_hh, P_0)
        P_ih, P_hh = P_ih * slope[:, :, None, None], P_hh * slope[:, :, None, None]
        P_b, P_0 = P_b * slope[:, :, None], P_0 * slope[:, :, None]
        h = new
        e = h - y
        loss = loss + 0.5 * e.pow(2).sum()
        g["W_ih"] += torch.einsum("nk,nkij->ij", e, P_ih)
        g["W_hh"] += torch.einsum("nk,nkij->ij", e, P_hh)
        both = torch.einsum("nk,nki->i", e, P_b)
        g["b_ih"] += both
        g["b_hh"] += both
        g["h0"] += torch.einsum("nk,nki->ni", e, P_0)
    return loss, g


# ------------------------------------------------------------------ wrong


# MISTAKE: the gradient of W_hh is computed with the states after each step instead of the states before it
def wrong_1(xs, h0, targets, W_ih, W_hh, b_ih, b_hh):
    h, states = h0, []
    for x in xs:
        h = torch.tanh(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
        states.append(h)
    output = torch.stack(states)
    doutput = output - targets
    loss = 0.5 * (doutput**2).sum()
    dW_ih, dW_hh = torch.zeros_like(W_ih), torch.zeros_like(W_hh)
    db = torch.zeros_like(b_ih)
    dh = torch.zeros_like(h0)
    for t in reversed(range(len(xs))):
        da = (doutput[t] + dh) * (1 - output[t] ** 2)
        dW_ih += da.T @ xs[t]
        dW_hh += da.T @ output[t]  # <-- here
        db += da.sum(0)
        dh = da @ W_hh
    return loss, {"W_ih": dW_ih, "W_hh": dW_hh, "b_ih": db, "b_hh": db, "h0": dh}


# MISTAKE: the slope is 1 - tanh(h)^2, with tanh applied again to states that have already been through tanh
def wrong_2(xs, h0, targets, W_ih, W_hh, b_ih, b_hh):
    T, N, H = targets.shape
    all_h = h0.new_empty(T + 1, N, H)
    all_h[0] = h0
    for t in range(T):
        all_h[t + 1] = torch.tanh(xs[t] @ W_ih.T + b_ih + all_h[t] @ W_hh.T + b_hh)
    error = all_h[1:] - targets
    slopes = 1 - torch.tanh(all_h[1:]) ** 2  # <-- here
    das = torch.empty_like(error)
    dh = torch.zeros_like(h0)
    for t in range(T - 1, -1, -1):
        das[t] = (error[t] + dh) * slopes[t]
        dh = das[t] @ W_hh
    db = das.sum((0, 1))
    return error.square().sum() / 2, {
        "W_ih": torch.einsum("tnh,tni->hi", das, xs),
        "W_hh": torch.einsum("tnh,tnk->hk", das, all_h[:-1]),
        "b_ih": db,
        "b_hh": db,
        "h0": dh,
    }


# MISTAKE: on the way back the gradient is multiplied by W_hh transposed, as in the forward pass, although the sentences are rows
def wrong_3(xs, h0, targets, W_ih, W_hh, b_ih, b_hh):
    def steps(t, h):
        if t == xs.shape[0]:
            return 0.0, torch.zeros_like(h), 0.0, 0.0, 0.0
        new = torch.tanh(xs[t] @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
        loss, dnew, dW_ih, dW_hh, db = steps(t + 1, new)
        off = new - targets[t]
        da = (dnew + off) * (1 - new * new)
        dh = da @ W_hh.T  # <-- here
        return (
            loss + (off * off).sum() / 2,
            dh,
            dW_ih + da.T @ xs[t],
            dW_hh + da.T @ h,
            db + da.sum(dim=0),
        )

    loss, dh0, dW_ih, dW_hh, db = steps(0, h0)
    return loss, dict(W_ih=dW_ih, W_hh=dW_hh, b_ih=db, b_hh=db, h0=dh0)


# MISTAKE: nothing comes back from the step after: each da is made from doutput alone
def wrong_4(xs, h0, targets, W_ih, W_hh, b_ih, b_hh):
    h = h0
    output = []
    for x in xs:
        h = torch.tanh(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
        output.append(h)
    output = torch.stack(output)

    doutput = output - targets
    loss = (doutput**2).sum() / 2

    das = doutput * (1 - output**2)  # <-- here
    before = torch.cat([h0[None], output[:-1]])
    db = das.sum(dim=(0, 1))
    gradients = {
        "W_ih": das.flatten(0, 1).T @ xs.flatten(0, 1),
        "W_hh": das.flatten(0, 1).T @ before.flatten(0, 1),
        "b_ih": db,
        "b_hh": db.clone(),
        "h0": das[0] @ W_hh,
    }
    return loss, gradients


# MISTAKE: the half is missing in the loss
def wrong_5(xs, h0, targets, W_ih, W_hh, b_ih, b_hh):
    hs = [h0]
    for x in xs:
        hs.append(torch.tanh(x @ W_ih.T + b_ih + hs[-1] @ W_hh.T + b_hh))
    loss = sum(((h - y) ** 2).sum() for h, y in zip(hs[1:], targets))  # <-- here
    g = {"W_ih": 0, "W_hh": 0, "b_ih": 0, "b_hh": 0}
    dh = torch.zeros_like(h0)
    for t in range(len(xs), 0, -1):
        # hs[t] is the state after word t - 1
        da = (hs[t] - targets[t - 1] + dh) * (1 - hs[t] ** 2)
        g["W_ih"] = g["W_ih"] + da.T @ xs[t - 1]
        g["W_hh"] = g["W_hh"] + da.T @ hs[t - 1]
        g["b_ih"] = g["b_ih"] + da.sum(0)
        g["b_hh"] = g["b_hh"] + da.sum(0)
        dh = da @ W_hh
    g["h0"] = dh
    return loss, g


# MISTAKE: the gradient of h0 is da of the first step, without going back through W_hh
def wrong_6(xs, h0, targets, W_ih, W_hh, b_ih, b_hh):
    T, N, H = targets.shape
    output = torch.empty_like(targets)
    h = h0
    for t in range(T):
        h = torch.tanh(xs[t] @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
        output[t] = h
    dout = output - targets
    das = torch.empty_like(dout)
    das[T - 1] = dout[T - 1] * (1 - output[T - 1] ** 2)
    for t in range(T - 2, -1, -1):
        das[t] = (dout[t] + das[t + 1] @ W_hh) * (1 - output[t] ** 2)
    prev = torch.cat([h0.unsqueeze(0), output[:-1]], 0)
    db = das.sum(1).sum(0)
    grads = {
        "W_ih": torch.einsum("tnh,tni->hi", das, xs),
        "W_hh": torch.einsum("tnh,tnk->hk", das, prev),
        "b_ih": db,
        "b_hh": db,
        "h0": das[0],  # <-- here
    }
    return 0.5 * dout.pow(2).sum(), grads


# MISTAKE: the gradient of W_ih is overwritten at each step instead of added up, so only the first word's part is left
def wrong_7(xs, h0, targets, W_ih, W_hh, b_ih, b_hh):
    h, states = h0, []
    for x in xs:
        h = torch.tanh(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
        states.append(h)
    loss = 0.5 * sum(((s - y) ** 2).sum() for s, y in zip(states, targets))

    before = [h0] + states[:-1]
    dW_hh, db, dh = torch.zeros_like(W_hh), torch.zeros_like(b_ih), torch.zeros_like(h0)
    for x, y, old, new in reversed(list(zip(xs, targets, before, states))):
        da = (new - y + dh) * (1 - new**2)
        dW_ih = da.T @ x  # <-- here
        dW_hh = dW_hh + da.T @ old
        db = db + da.sum(0)
        dh = da @ W_hh
    return loss, {"W_ih": dW_ih, "W_hh": dW_hh, "b_ih": db, "b_hh": db, "h0": dh}


# ------------------------------------------------------------------ pairs


# MISTAKE: the derivative of the loss has the wrong sign, target minus state; the forward pass leaves out b_hh
def pair_1(xs, h0, targets, W_ih, W_hh, b_ih, b_hh):
    T = len(xs)
    h = h0
    states = []
    for x in xs:
        h = torch.tanh(x @ W_ih.T + h @ W_hh.T + b_ih)  # <-- here
        states.append(h)
    output = torch.stack(states)
    doutput = targets - output  # <-- here
    loss = 0.5 * (doutput**2).sum()
    dW_ih, dW_hh = torch.zeros_like(W_ih), torch.zeros_like(W_hh)
    db = torch.zeros_like(b_ih)
    dh = torch.zeros_like(h0)
    for t in reversed(range(T)):
        da = (doutput[t] + dh) * (1 - output[t] ** 2)
        dW_ih += da.T @ xs[t]
        dW_hh += da.T @ (output[t - 1] if t > 0 else h0)
        db += da.sum(0)
        dh = da @ W_hh
    return loss, {"W_ih": dW_ih, "W_hh": dW_hh, "b_ih": db, "b_hh": db, "h0": dh}


# MISTAKE: the list of da, collected from the last step to the first, is never turned around; the biases get the mean over the sentences instead of the sum
def pair_2(xs, h0, targets, W_ih, W_hh, b_ih, b_hh):
    hs = [h0]
    for x in xs:
        hs.append(torch.tanh(x @ W_ih.T + b_ih + hs[-1] @ W_hh.T + b_hh))
    hs = torch.stack(hs)
    error = hs[1:] - targets

    das = []
    dh = torch.zeros_like(h0)
    for t in reversed(range(len(xs))):
        da = (error[t] + dh) * (1 - hs[t + 1] ** 2)
        das.append(da)
        dh = da @ W_hh
    das = torch.stack(das)  # <-- here

    db = das.sum(0).mean(0)  # <-- here
    return 0.5 * (error**2).sum(), {
        "W_ih": torch.einsum("tnh,tni->hi", das, xs),
        "W_hh": torch.einsum("tnh,tnk->hk", das, hs[:-1]),
        "b_ih": db,
        "b_hh": db,
        "h0": dh,
    }


# MISTAKE: the loss is half the mean of the squared errors instead of half the sum; the slope is 1 - h instead of 1 - h^2
def pair_3(xs, h0, targets, W_ih, W_hh, b_ih, b_hh):
    def down(t, h):
        if t == len(xs):
            return [], torch.zeros_like(h), {"W_ih": 0, "W_hh": 0, "b": 0}
        new = torch.tanh(xs[t] @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
        rest, dnew, g = down(t + 1, new)
        e = new - targets[t]
        da = (e + dnew) * (1 - new)  # <-- here
        g = {
            "W_ih": g["W_ih"] + da.T @ xs[t],
            "W_hh": g["W_hh"] + da.T @ h,
            "b": g["b"] + da.sum(0),
        }
        return [e] + rest, da @ W_hh, g

    errors, dh0, g = down(0, h0)
    loss = 0.5 * (torch.stack(errors) ** 2).mean()  # <-- here
    return loss, {"W_ih": g["W_ih"], "W_hh": g["W_hh"], "b_ih": g["b"], "b_hh": g["b"], "h0": dh0}
