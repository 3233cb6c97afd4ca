# ruff: noqa
import torch


def right_1(xs, targets, h0, W_ih, W_hh, b_ih, b_hh, chunk):
    W = W_hh.clone().requires_grad_()
    h = h0
    losses = []
    for start in range(0, len(xs), chunk):
        loss = 0
        for x, y in zip(xs[start : start + chunk], targets[start : start + chunk]):
            h = torch.tanh(x @ W_ih.T + b_ih + h @ W.T + b_hh)
            loss = loss + 0.5 * ((h - y) ** 2).sum()
        loss.backward()
        losses.append(loss.detach())
        h = h.detach()
    return torch.stack(losses), W.grad


def right_2(xs, targets, h0, W_ih, W_hh, b_ih, b_hh, chunk):
    # a fresh leaf for every chunk, the gradients are added by hand
    total = torch.zeros_like(W_hh)
    state = h0.detach()
    losses = []
    for x_part, y_part in zip(xs.split(chunk), targets.split(chunk)):
        U = W_hh.detach().clone().requires_grad_(True)
        hs = []
        for x in x_part:
            state = torch.tanh(
                torch.einsum("ni,hi->nh", x, W_ih)
                + torch.einsum("nk,hk->nh", state, U)
                + b_ih
                + b_hh
            )
            hs.append(state)
        err = torch.stack(hs) - y_part
        L = err.square().sum() / 2
        L.backward()
        total += U.grad
        losses.append(L.item())
        state = state.detach()
    return torch.tensor(losses, dtype=xs.dtype), total


def right_3(xs, targets, h0, W_ih, W_hh, b_ih, b_hh, chunk):
    assert xs.shape[0] == targets.shape[0]
    T = xs.shape[0]
    W = W_hh.clone().requires_grad_()
    C = (T + chunk - 1) // chunk
    losses = xs.new_zeros(C)

    def step(x, h):
        return (x.matmul(W_ih.t()) + h.matmul(W.t()) + (b_ih + b_hh)).tanh()

    h = h0
    for c in range(C):
        h = h.detach()
        squares = 0.0
        for t in range(c * chunk, min((c + 1) * chunk, T)):
            h = step(xs[t], h)
            squares = squares + torch.sum((targets[t] - h) ** 2)
        half = squares / 2
        half.backward()
        losses[c] = half.detach()
    return losses, W.grad.clone()


def right_4(xs, targets, h0, W_ih, W_hh, b_ih, b_hh, chunk):
    W = W_hh.clone().requires_grad_()
    h, losses, current, T = h0, [], 0.0, len(xs)
    for t in range(T):
        h = torch.tanh(
            torch.nn.functional.linear(xs[t], W_ih, b_ih) + torch.nn.functional.linear(h, W, b_hh)
        )
        current = current + (h - targets[t]).pow(2).sum().mul(0.5)
        end_of_chunk = (t + 1) % chunk == 0 or t == T - 1
        if end_of_chunk:
            current.backward()
            losses.append(current.detach())
            current, h = 0.0, h.detach()
    return torch.stack(losses), W.grad


# MISTAKE: every chunk starts again from h0, the state is not carried over from the chunk before
def wrong_1(xs, targets, h0, W_ih, W_hh, b_ih, b_hh, chunk):
    W = W_hh.clone().requires_grad_()
    losses = []
    for start in range(0, len(xs), chunk):
        h = h0  # <-- here
        loss = 0
        for t in range(start, min(start + chunk, len(xs))):
            h = torch.tanh(xs[t] @ W_ih.T + b_ih + h @ W.T + b_hh)
            loss = loss + 0.5 * ((h - targets[t]) ** 2).sum()
        loss.backward()
        losses.append(loss.detach())
        h = h.detach()
    return torch.stack(losses), W.grad


# MISTAKE: the state is not detached (the error message is silenced with retain_graph), so gradients run back through all earlier chunks
def wrong_2(xs, targets, h0, W_ih, W_hh, b_ih, b_hh, chunk):
    T = len(xs)
    W = W_hh.clone().requires_grad_()
    h = h0
    losses = []
    for s in range(0, T, chunk):
        hs = []
        for t in range(s, min(s + chunk, T)):
            h = torch.tanh(xs[t] @ W_ih.T + b_ih + h @ W.T + b_hh)
            hs.append(h)
        loss = ((torch.stack(hs) - targets[s : s + chunk]) ** 2).sum() / 2
        loss.backward(retain_graph=True)  # <-- here
        losses.append(loss.detach())
    return torch.stack(losses), W.grad


# MISTAKE: the half in front of the sum of squares is forgotten
def wrong_3(xs, targets, h0, W_ih, W_hh, b_ih, b_hh, chunk):
    weight = W_hh.clone().requires_grad_()
    state = h0
    all_losses = []
    for xc, yc in zip(xs.split(chunk), targets.split(chunk)):
        loss = torch.zeros((), dtype=xs.dtype)
        for x, y in zip(xc, yc):
            state = torch.tanh(x @ W_ih.T + b_ih + state @ weight.T + b_hh)
            loss = loss + ((state - y) ** 2).sum()  # <-- here
        loss.backward()
        all_losses.append(loss.detach())
        state = state.detach()
    return torch.stack(all_losses), weight.grad


# MISTAKE: the gradient is set to zero before each chunk, so only the last chunk's gradient is left at the end
def wrong_4(xs, targets, h0, W_ih, W_hh, b_ih, b_hh, chunk):
    W = W_hh.clone().requires_grad_()
    h = h0
    losses = []
    for i in range(0, xs.shape[0], chunk):
        if W.grad is not None:
            W.grad.zero_()  # <-- here
        loss = 0.0
        for j in range(i, min(i + chunk, xs.shape[0])):
            h = torch.tanh(xs[j] @ W_ih.T + b_ih + h @ W.T + b_hh)
            loss += 0.5 * (h - targets[j]).pow(2).sum()
        loss.backward()
        losses.append(loss.item())
        h = h.detach()
    return torch.tensor(losses, dtype=xs.dtype), W.grad


# MISTAKE: the state is detached after every step instead of after every chunk
def wrong_5(xs, targets, h0, W_ih, W_hh, b_ih, b_hh, chunk):
    W = W_hh.clone().requires_grad_()
    h = h0
    losses = []
    for start in range(0, len(xs), chunk):
        stop = min(start + chunk, len(xs))
        loss = 0
        for t in range(start, stop):
            h = torch.tanh(xs[t] @ W_ih.T + b_ih + h @ W.T + b_hh)
            loss = loss + ((h - targets[t]) ** 2).sum() / 2
            h = h.detach()  # <-- here
        loss.backward()
        losses.append(loss.detach())
    return torch.stack(losses), W.grad


# MISTAKE: adds W.grad to a total after each chunk although W.grad already adds up, so earlier chunks count several times
def wrong_6(xs, targets, h0, W_ih, W_hh, b_ih, b_hh, chunk):
    T = xs.size(0)
    W = W_hh.clone().requires_grad_()
    dW_hh = torch.zeros_like(W_hh)
    losses = []
    h = h0.clone()
    start = 0
    while start < T:
        end = min(start + chunk, T)
        loss = 0
        for t in range(start, end):
            h = torch.tanh(xs[t].mm(W_ih.T) + b_ih + h.mm(W.T) + b_hh)
            loss = loss + 0.5 * torch.sum((h - targets[t]) ** 2)
        loss.backward()
        dW_hh += W.grad  # <-- here
        losses.append(loss.detach())
        h = h.detach()
        start = end
    return torch.stack(losses), dW_hh


# MISTAKE: the loss looks only at the last step of a chunk, not at all of its steps
def wrong_7(xs, targets, h0, W_ih, W_hh, b_ih, b_hh, chunk):
    W = W_hh.clone().requires_grad_()
    losses = []
    h = h0
    for x_chunk, y_chunk in zip(torch.split(xs, chunk), torch.split(targets, chunk)):
        h = h.detach()
        for x in x_chunk:
            h = torch.tanh(x @ W_ih.T + b_ih + h @ W.T + b_hh)
        loss = 0.5 * ((h - y_chunk[-1]) ** 2).sum()  # <-- here
        loss.backward()
        losses.append(loss.detach())
    return torch.stack(losses), W.grad


# MISTAKE: the loss is a mean of the squared errors, not a sum
# MISTAKE: the steps after the last full chunk are left out
def pair_1(xs, targets, h0, W_ih, W_hh, b_ih, b_hh, chunk):
    W = W_hh.clone().requires_grad_()
    h = h0
    losses = []
    chunk = min(chunk, len(xs))
    for c in range(len(xs) // chunk):  # <-- here
        outs = []
        for t in range(c * chunk, (c + 1) * chunk):
            h = torch.tanh(xs[t] @ W_ih.T + b_ih + h @ W.T + b_hh)
            outs.append(h)
        y = targets[c * chunk : (c + 1) * chunk]
        loss = 0.5 * ((torch.stack(outs) - y) ** 2).mean()  # <-- here
        loss.backward()
        losses.append(loss.detach())
        h = h.detach()
    return torch.stack(losses), W.grad


# MISTAKE: inside every chunk the targets are counted from 0 again, so all chunks are compared with the first one's targets
# MISTAKE: b_hh is missing in the step
def pair_2(xs, targets, h0, W_ih, W_hh, b_ih, b_hh, chunk):
    W = W_hh.clone().requires_grad_()
    h = h0
    losses = []
    for start in range(0, len(xs), chunk):
        loss = 0
        for k, x in enumerate(xs[start : start + chunk]):
            h = torch.tanh(x @ W_ih.T + b_ih + h @ W.T)  # <-- here
            loss = loss + 0.5 * ((h - targets[k]) ** 2).sum()  # <-- here
        loss.backward()
        losses.append(loss.detach())
        h = h.detach()
    return torch.stack(losses), W.grad


# MISTAKE: the loss keeps growing from chunk to chunk (its value so far is never taken back to zero), so losses holds running totals
# MISTAKE: the sum of the gradients is divided by the number of chunks
def pair_3(xs, targets, h0, W_ih, W_hh, b_ih, b_hh, chunk):
    W = W_hh.clone().requires_grad_()
    h = h0
    loss = xs.new_zeros(())  # <-- here
    losses = []
    for start in range(0, len(xs), chunk):
        for t in range(start, min(start + chunk, len(xs))):
            h = torch.tanh(xs[t] @ W_ih.T + b_ih + h @ W.T + b_hh)
            loss = loss + 0.5 * ((h - targets[t]) ** 2).sum()
        loss.backward()
        loss = loss.detach()
        losses.append(loss)
        h = h.detach()
    return torch.stack(losses), W.grad / len(losses)  # <-- here
