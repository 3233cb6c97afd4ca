"""Plain ways of right answers, one thought a line: mistakes are edits of these lines."""

import torch


def rnn_cell_backward(dh_new, h_new, W_ih, W_hh):
    slope_h = 1 - h_new**2
    da = dh_new * slope_h
    dx = da @ W_ih
    dh = da @ W_hh
    return da, dx, dh


def rnn_backward(doutput, dh_n, output, W_hh):
    T = len(output)
    das = [None] * T
    dh = dh_n
    for t in reversed(range(T)):
        dh = dh + doutput[t]
        slope_h = 1 - output[t] ** 2
        da = dh * slope_h
        das[t] = da
        dh = da @ W_hh
    das = torch.stack(das)
    dh0 = dh
    return das, dh0


def rnn_gradients(das, xs, h0, output, W_ih):
    before = torch.cat([h0[None], output[:-1]])
    shares_ih = das.mT @ xs
    shares_hh = das.mT @ before
    shares_b = das.sum(1)
    dxs = das @ W_ih
    dW_ih = shares_ih.sum(0)
    dW_hh = shares_hh.sum(0)
    db = shares_b.sum(0)
    return dxs, dW_ih, dW_hh, db, db


def bptt(xs, h0, targets, W_ih, W_hh, b_ih, b_hh):
    T = len(xs)
    states = [h0]
    for x in xs:
        a = x @ W_ih.T + b_ih + states[-1] @ W_hh.T + b_hh
        states.append(torch.tanh(a))
    output = torch.stack(states[1:])
    before = torch.stack(states[:-1])
    errors = output - targets
    loss = 0.5 * (errors**2).sum()
    doutput = errors
    das = [None] * T
    dh = torch.zeros_like(h0)
    for t in reversed(range(T)):
        dh = dh + doutput[t]
        slope_h = 1 - output[t] ** 2
        da = dh * slope_h
        das[t] = da
        dh = da @ W_hh
    das = torch.stack(das)
    shares_ih = das.mT @ xs
    shares_hh = das.mT @ before
    shares_b = das.sum(1)
    dW_ih = shares_ih.sum(0)
    dW_hh = shares_hh.sum(0)
    db = shares_b.sum(0)
    gradients = {"W_ih": dW_ih, "W_hh": dW_hh, "b_ih": db, "b_hh": db, "h0": dh}
    return loss, gradients


def truncated_backward(doutput, output, W_hh, chunk):
    T = len(output)
    das = [None] * T
    dh = torch.zeros_like(output[0])
    for t in reversed(range(T)):
        dh = dh + doutput[t]
        slope_h = 1 - output[t] ** 2
        da = dh * slope_h
        das[t] = da
        dh = da @ W_hh
        if t % chunk == 0:
            dh = torch.zeros_like(dh)
    das = torch.stack(das)
    return das


def truncated_backward_2(doutput, output, W_hh, chunk):
    das = torch.zeros_like(output)
    for start in range(0, len(output), chunk):
        carried = torch.zeros_like(output[0])
        end = min(start + chunk, len(output))
        for t in reversed(range(start, end)):
            carried = carried + doutput[t]
            das[t] = carried * (1 - output[t] ** 2)
            carried = das[t] @ W_hh
    return das


def chunk_gradient(xs, targets, h0, W_ih, W_hh, b_ih, b_hh, chunk):
    W = W_hh.clone().requires_grad_()
    h = h0
    losses = []
    for start in range(0, len(xs), chunk):
        h = h.detach()
        words = xs[start : start + chunk]
        wanted = targets[start : start + chunk]
        loss = 0.0
        for x, y in zip(words, wanted):
            a = x @ W_ih.T + b_ih + h @ W.T + b_hh
            h = torch.tanh(a)
            error = h - y
            loss = loss + 0.5 * (error**2).sum()
        loss.backward()
        losses.append(loss.detach())
    dW_hh = W.grad
    losses = torch.stack(losses)
    return losses, dW_hh


def clip_by_global_norm(gradients, max_norm):
    squares = sum((d**2).sum() for d in gradients.values())
    norm = squares.sqrt()
    factor = torch.clamp(max_norm / norm, max=1.0)
    clipped = {name: d * factor for name, d in gradients.items()}
    return clipped, norm


def gradient_norms(xs, h0, W_ih, W_hh, b_ih, b_hh):
    states = [h0]
    for x in xs:
        a = W_ih @ x + b_ih + W_hh @ states[-1] + b_hh
        states.append(torch.tanh(a))
    J = torch.eye(len(h0), dtype=h0.dtype)
    norms = []
    for t in reversed(range(len(xs))):
        h = states[t + 1]
        slope_h = 1 - h**2
        step = torch.diag(slope_h) @ W_hh
        J = J @ step
        norms.append(torch.linalg.matrix_norm(J, 2))
    norms = norms[::-1]
    return torch.stack(norms)
