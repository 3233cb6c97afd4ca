# ruff: noqa
import torch


def right_1(xs, h0, targets, W_ih, W_hh, b_ih, b_hh):
    T = len(xs)
    states = [h0]
    for x in xs:
        states.append(torch.tanh(x @ W_ih.T + b_ih + states[-1] @ W_hh.T + b_hh))
    errors = torch.stack(states[1:]) - targets
    loss = 0.5 * (errors**2).sum()
    dW_ih, dW_hh = torch.zeros_like(W_ih), torch.zeros_like(W_hh)
    db = torch.zeros_like(b_ih)
    dh = torch.zeros_like(h0)
    for t in reversed(range(T)):
        da = (errors[t] + dh) * (1 - states[t + 1] ** 2)
        dW_ih += da.T @ xs[t]
        dW_hh += da.T @ states[t]
        db += da.sum(0)
        dh = da @ W_hh
    return loss, {"W_ih": dW_ih, "W_hh": dW_hh, "b_ih": db, "b_hh": db.clone(), "h0": dh}


def right_2(xs, h0, targets, W_ih, W_hh, b_ih, b_hh):
    # keep all da and contract at the end
    h, out = h0, []
    for x in xs.unbind():
        h = (x.matmul(W_ih.t()) + h.matmul(W_hh.t()) + b_ih + b_hh).tanh()
        out.append(h)
    out = torch.stack(out)
    d = out - targets
    das = torch.empty_like(out)
    carry = torch.zeros_like(h0)
    for t in range(len(xs) - 1, -1, -1):
        das[t] = (d[t] + carry) * (1 - out[t].square())
        carry = torch.einsum("nh,hk->nk", das[t], W_hh)
    before = torch.cat((h0[None], out[:-1]))
    bias = das.sum(dim=(0, 1))
    grads = dict(
        W_ih=torch.einsum("tnh,tni->hi", das, xs),
        W_hh=torch.einsum("tnh,tnk->hk", das, before),
        b_ih=bias,
        b_hh=bias.clone(),
        h0=carry,
    )
    return d.pow(2).sum() / 2, grads


def right_3(xs, h0, targets, W_ih, W_hh, b_ih, b_hh):
    # recursive: go down on the way forward, come back with the gradient
    g = {"W_ih": 0, "W_hh": 0, "b_ih": 0, "b_hh": 0}
    total = []

    def go(t, h):
        if t == xs.shape[0]:
            return torch.zeros_like(h)
        new = torch.tanh(xs[t] @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
        err = new - targets[t]
        total.append(err.pow(2).sum() * 0.5)
        later = go(t + 1, new)
        da = (err + later) * (1 - new * new)
        g["W_ih"] = g["W_ih"] + da.T @ xs[t]
        g["W_hh"] = g["W_hh"] + da.T @ h
        g["b_ih"] = g["b_ih"] + da.sum(dim=0)
        g["b_hh"] = g["b_hh"] + da.sum(dim=0)
        return da @ W_hh

    g["h0"] = go(0, h0)
    return sum(total), g


def right_4(xs, h0, targets, W_ih, W_hh, b_ih, b_hh):
    # sentence by sentence, with column vectors
    T, N, I = xs.shape
    grads = {
        "W_ih": torch.zeros_like(W_ih),
        "W_hh": torch.zeros_like(W_hh),
        "b_ih": torch.zeros_like(b_ih),
        "b_hh": torch.zeros_like(b_hh),
        "h0": torch.zeros_like(h0),
    }
    assert targets.shape == (T, *h0.shape)
    loss = xs.new_zeros(())
    for n in range(N):
        h = [h0[n]]
        for t in range(T):
            h.append(torch.tanh(W_ih @ xs[t, n] + b_ih + W_hh @ h[t] + b_hh))
        from_later = torch.zeros_like(h0[n])
        for t in range(T, 0, -1):
            difference = h[t] - targets[t - 1, n]
            loss = loss + 0.5 * difference @ difference
            da = (difference + from_later) * (1 - h[t] ** 2)
            grads["W_ih"] += torch.outer(da, xs[t - 1, n])
            grads["W_hh"] += torch.outer(da, h[t - 1])
            grads["b_ih"] += da
            grads["b_hh"] += da
            from_later = W_hh.T @ da
        grads["h0"][n] = from_later
    return loss, grads


# MISTAKE: for dW_hh each da meets the state after the step instead of the one before it
def wrong_1(xs, h0, targets, W_ih, W_hh, b_ih, b_hh):
    T, N, I = xs.shape
    H = h0.shape[1]
    h = h0
    output = xs.new_zeros(T, N, H)
    for t in range(T):
        h = torch.tanh(xs[t] @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
        output[t] = h
    doutput = output - targets
    loss = (doutput**2).sum() / 2
    dW_ih, dW_hh = torch.zeros_like(W_ih), torch.zeros_like(W_hh)
    db_ih, db_hh = torch.zeros_like(b_ih), torch.zeros_like(b_hh)
    dh = torch.zeros_like(h0)
    for t in reversed(range(T)):
        da = (doutput[t] + dh) * (1 - output[t] ** 2)
        dW_ih += da.T @ xs[t]
        dW_hh += da.T @ output[t]  # <-- here
        db_ih += da.sum(0)
        db_hh += da.sum(0)
        dh = da @ W_hh
    return loss, {"W_ih": dW_ih, "W_hh": dW_hh, "b_ih": db_ih, "b_hh": db_hh, "h0": dh}


# MISTAKE: a state gets no gradient from the step after it, only from its own output
def wrong_2(xs, h0, targets, W_ih, W_hh, b_ih, b_hh):
    hs = [h0]
    for x in xs:
        hs.append(torch.tanh(x @ W_ih.T + hs[-1] @ W_hh.T + b_ih + b_hh))
    output = torch.stack(hs[1:])
    previous = torch.stack(hs[:-1])
    error = output - targets
    loss = 0.5 * torch.sum(error * error)
    das = error * (1 - output**2)  # <-- here
    db = das.sum((0, 1))
    return loss, {
        "W_ih": torch.einsum("tnh,tni->hi", das, xs),
        "W_hh": torch.einsum("tnh,tnk->hk", das, previous),
        "b_ih": db,
        "b_hh": db,
        "h0": das[0] @ W_hh,
    }


# MISTAKE: the das are collected from the last step to the first and not put back into the order of time before they meet the words and states
def wrong_3(xs, h0, targets, W_ih, W_hh, b_ih, b_hh):
    h = h0
    output = []
    for x in xs:
        h = torch.tanh(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
        output.append(h)
    output = torch.stack(output)
    doutput = output - targets
    loss = 0.5 * (doutput**2).sum()

    das = []
    dh = torch.zeros_like(h0)
    for t in range(len(xs) - 1, -1, -1):
        da = (dh + doutput[t]) * (1 - output[t] ** 2)
        das.append(da)
        dh = da @ W_hh
    das = torch.stack(das)  # <-- here

    before = torch.cat((h0.unsqueeze(0), output[:-1]))
    dW_ih = sum(das[t].T @ xs[t] for t in range(len(xs)))
    dW_hh = sum(das[t].T @ before[t] for t in range(len(xs)))
    db = das.sum(dim=0).sum(dim=0)
    return loss, {"W_ih": dW_ih, "W_hh": dW_hh, "b_ih": db, "b_hh": db, "h0": dh}


# MISTAKE: the gradient that goes back is added to the old one and never replaced, so it piles up from step to step
def wrong_4(xs, h0, targets, W_ih, W_hh, b_ih, b_hh):
    states = [h0]
    loss = 0
    for x, y in zip(xs, targets):
        states.append(torch.tanh(x @ W_ih.T + b_ih + states[-1] @ W_hh.T + b_hh))
        loss = loss + 0.5 * ((states[-1] - y) ** 2).sum()
    grads = {
        "W_ih": torch.zeros_like(W_ih),
        "W_hh": torch.zeros_like(W_hh),
        "b_ih": torch.zeros_like(b_ih),
        "b_hh": torch.zeros_like(b_hh),
    }
    dh = torch.zeros_like(h0)
    for t in reversed(range(len(xs))):
        dh += states[t + 1] - targets[t]
        da = dh * (1 - states[t + 1] ** 2)
        grads["W_ih"] += da.T @ xs[t]
        grads["W_hh"] += da.T @ states[t]
        grads["b_ih"] += da.sum(0)
        grads["b_hh"] += da.sum(0)
        dh += da @ W_hh  # <-- here
    grads["h0"] = dh
    return loss, grads


# MISTAKE: the loss is half the mean of the squared errors instead of half their sum
def wrong_5(xs, h0, targets, W_ih, W_hh, b_ih, b_hh):
    h = h0
    before, after = [], []
    for x in xs:
        before.append(h)
        h = torch.tanh(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
        after.append(h)
    diff = torch.stack(after) - targets
    loss = 0.5 * torch.mean(diff**2)  # <-- here
    gW, gU, gb = 0, 0, 0
    back = torch.zeros_like(h)
    for x, p, h, e in reversed(list(zip(xs, before, after, diff))):
        da = (e + back) * (1 - h**2)
        gW = gW + da.T @ x
        gU = gU + da.T @ p
        gb = gb + da.sum(0)
        back = da @ W_hh
    return loss, {"W_ih": gW, "W_hh": gU, "b_ih": gb, "b_hh": gb, "h0": back}


# MISTAKE: dW_hh leaves out the first step, because h0 is not in output
def wrong_6(xs, h0, targets, W_ih, W_hh, b_ih, b_hh):
    T = xs.shape[0]
    output, h = [], h0
    for t in range(T):
        h = torch.tanh(xs[t] @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
        output.append(h)
    output = torch.stack(output)
    doutput = output - targets
    loss = (doutput**2).sum() * 0.5
    das = torch.zeros_like(output)
    dh = torch.zeros_like(h0)
    for t in reversed(range(T)):
        das[t] = (doutput[t] + dh) * (1 - output[t] ** 2)
        dh = das[t] @ W_hh
    dW_ih = torch.zeros_like(W_ih)
    dW_hh = torch.zeros_like(W_hh)
    for t in range(T):
        dW_ih += das[t].T @ xs[t]
        if t > 0:  # <-- here
            dW_hh += das[t].T @ output[t - 1]
    db = das.sum(dim=(0, 1))
    return loss, {"W_ih": dW_ih, "W_hh": dW_hh, "b_ih": db, "b_hh": db, "h0": dh}


# MISTAKE: on the way back W_hh is transposed, as on the way forward
def wrong_7(xs, h0, targets, W_ih, W_hh, b_ih, b_hh):
    def step(x, h):
        return torch.tanh(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh)

    hs = [h0]
    for x in xs:
        hs.append(step(x, hs[-1]))
    loss = 0.5 * sum(((h - y) ** 2).sum() for h, y in zip(hs[1:], targets))
    gradients = {
        k: torch.zeros_like(v)
        for k, v in {"W_ih": W_ih, "W_hh": W_hh, "b_ih": b_ih, "b_hh": b_hh, "h0": h0}.items()
    }
    for t in range(len(xs), 0, -1):
        dh = (hs[t] - targets[t - 1]) + gradients["h0"]
        da = dh * (1 - hs[t] ** 2)
        gradients["W_ih"] += da.T @ xs[t - 1]
        gradients["W_hh"] += da.T @ hs[t - 1]
        gradients["b_ih"] += da.sum(0)
        gradients["b_hh"] += da.sum(0)
        gradients["h0"] = da @ W_hh.T  # <-- here
    return loss, gradients


# MISTAKE: the slope of tanh is taken from the state before the step instead of from the one that it produced
# MISTAKE: the biases' gradients are averaged over the batch instead of summed
def pair_1(xs, h0, targets, W_ih, W_hh, b_ih, b_hh):
    states = [h0]
    for x in xs:
        states.append(torch.tanh(x @ W_ih.T + b_ih + states[-1] @ W_hh.T + b_hh))
    errors = torch.stack(states[1:]) - targets
    loss = 0.5 * (errors**2).sum()
    dW_ih, dW_hh, db = torch.zeros_like(W_ih), torch.zeros_like(W_hh), torch.zeros_like(b_ih)
    dh = torch.zeros_like(h0)
    for t in reversed(range(len(xs))):
        da = (errors[t] + dh) * (1 - states[t] ** 2)  # <-- here
        dW_ih += da.T @ xs[t]
        dW_hh += da.T @ states[t]
        db += da.mean(0)  # <-- here
        dh = da @ W_hh
    return loss, {"W_ih": dW_ih, "W_hh": dW_hh, "b_ih": db, "b_hh": db.clone(), "h0": dh}


# MISTAKE: the loss lacks the factor one half
# MISTAKE: the gradient of h0 is the first step's da, not yet multiplied by W_hh
def pair_2(xs, h0, targets, W_ih, W_hh, b_ih, b_hh):
    T = len(xs)
    out = []
    h = h0
    for t in range(T):
        h = torch.tanh(xs[t] @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
        out.append(h)
    out = torch.stack(out)
    prev = torch.cat([h0[None], out[:-1]])
    err = out - targets
    loss = (err**2).sum()  # <-- here
    das = [None] * T
    as_state = 0
    for t in reversed(range(T)):
        das[t] = (err[t] + as_state) * (1 - out[t] ** 2)
        as_state = das[t] @ W_hh
    das = torch.stack(das)
    flat = das.flatten(0, 1)
    return loss, {
        "W_ih": flat.T @ xs.flatten(0, 1),
        "W_hh": flat.T @ prev.flatten(0, 1),
        "b_ih": flat.sum(0),
        "b_hh": flat.sum(0),
        "h0": das[0],  # <-- here
    }


# MISTAKE: the weights' gradients are overwritten at every step, so that only one step's contribution is left
# MISTAKE: the error has the wrong sign, target minus state
def pair_3(xs, h0, targets, W_ih, W_hh, b_ih, b_hh):
    h = h0
    hs = []
    for x in xs:
        h = torch.tanh(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
        hs.append(h)
    output = torch.stack(hs)
    doutput = targets - output  # <-- here
    loss = 0.5 * doutput.square().sum()
    gradients = {}
    dh = torch.zeros_like(h0)
    for t in reversed(range(xs.shape[0])):
        h_before = h0 if t == 0 else output[t - 1]
        da = (doutput[t] + dh) * (1 - output[t].square())
        gradients["W_ih"] = da.T @ xs[t]  # <-- here
        gradients["W_hh"] = da.T @ h_before  # <-- here
        gradients["b_ih"] = da.sum(0)
        gradients["b_hh"] = da.sum(0)
        dh = da @ W_hh
    gradients["h0"] = dh
    return loss, gradients
