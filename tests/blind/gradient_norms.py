# ruff: noqa
import torch


def right_1(xs, h0, W_ih, W_hh, b_ih, b_hh):
    states = []
    h = h0
    for x in xs:
        h = torch.tanh(W_ih @ x + b_ih + W_hh @ h + b_hh)
        states.append(h)
    product = torch.eye(len(h0), dtype=h0.dtype)
    norms = []
    for h in reversed(states):
        product = product @ torch.diag(1 - h**2) @ W_hh
        norms.append(torch.linalg.matrix_norm(product, 2))
    norms.reverse()
    return torch.stack(norms)


def right_2(xs, h0, W_ih, W_hh, b_ih, b_hh):
    T = xs.shape[0]
    H = h0.shape[0]
    hs = xs.new_zeros(T, H)
    prev = h0
    for t in range(T):
        hs[t] = torch.tanh(xs[t] @ W_ih.T + b_ih + prev @ W_hh.T + b_hh)
        prev = hs[t]
    # all Jacobians at once: J[t, i, j] = slope[t, i] * W_hh[i, j]
    J = torch.einsum("ti,ij->tij", 1 - hs * hs, W_hh)
    out = xs.new_zeros(T)
    M = J[T - 1]
    out[T - 1] = torch.linalg.matrix_norm(M, 2)
    for t in range(T - 2, -1, -1):
        M = torch.einsum("ik,kj->ij", M, J[t])
        out[t] = torch.linalg.matrix_norm(M, 2)
    return out


def right_3(xs, h0, W_ih, W_hh, b_ih, b_hh):
    assert xs.dim() == 2 and h0.dim() == 1, "no batch axis here"

    def jacobian(h):
        slope = 1 - h.square()
        return slope.unsqueeze(1) * W_hh

    # in one forward pass: every product is extended on the left by the new step's matrix
    products = []
    h = h0
    for x in xs:
        a = torch.mv(W_ih, x) + torch.mv(W_hh, h) + (b_ih + b_hh)
        h = a.tanh()
        J = jacobian(h)
        products = [J @ P for P in products] + [J]
    return torch.linalg.matrix_norm(torch.stack(products), 2)


def right_4(xs, h0, W_ih, W_hh, b_ih, b_hh):
    # (dh_T/dh_t)^T = J_{t+1}^T ... J_T^T; a matrix and its transpose have the same 2-norm
    drive = xs @ W_ih.T + b_ih + b_hh
    h, slopes = h0, []
    for row in drive:
        h = torch.tanh(row + W_hh.matmul(h))
        slopes.insert(0, 1 - h.pow(2))
    P = torch.eye(h0.numel()).to(h0)
    result = []
    for s in slopes:
        P = (W_hh.T * s) @ P
        result.insert(0, torch.linalg.svdvals(P).max())
    return torch.stack(result)


# MISTAKE: the matrices are multiplied in the opposite order, the earlier step is put on the left of the later ones
def wrong_1(xs, h0, W_ih, W_hh, b_ih, b_hh):
    hs = []
    h = h0
    for x in xs:
        h = torch.tanh(W_ih @ x + b_ih + W_hh @ h + b_hh)
        hs.append(h)
    J = torch.eye(h0.shape[0], dtype=h0.dtype)
    norms = []
    for t in reversed(range(len(xs))):
        step = torch.diag(1 - hs[t] ** 2) @ W_hh
        J = step @ J  # <-- here
        norms.append(torch.linalg.matrix_norm(J, 2))
    return torch.stack(norms[::-1])


# MISTAKE: the slope scales the columns of W_hh instead of its rows
def wrong_2(xs, h0, W_ih, W_hh, b_ih, b_hh):
    T, H = len(xs), len(h0)
    states = xs.new_zeros(T, H)
    state = h0
    for t in range(T):
        state = torch.tanh(xs[t] @ W_ih.T + b_ih + state @ W_hh.T + b_hh)
        states[t] = state
    norms = xs.new_zeros(T)
    total = torch.eye(H, dtype=xs.dtype)
    for t in range(T - 1, -1, -1):
        total = total @ (W_hh * (1 - states[t] ** 2))  # <-- here
        norms[t] = torch.linalg.matrix_norm(total, 2)
    return norms


# MISTAKE: takes the Frobenius norm of the product (root of the sum of all squared entries), not the spectral norm
def wrong_3(xs, h0, W_ih, W_hh, b_ih, b_hh):
    output = []
    h_t = h0
    for x_t in xs:
        h_t = torch.tanh(W_ih @ x_t + b_ih + W_hh @ h_t + b_hh)
        output.append(h_t)

    J = None
    norms = []
    for h_t in output[::-1]:
        J_t = (1 - h_t**2)[:, None] * W_hh
        J = J_t if J is None else J @ J_t
        norms.append(J.norm())  # <-- here
    norms.reverse()
    return torch.stack(norms)


# MISTAKE: the slope of a step is computed from the state before the step instead of the state the step produced
def wrong_4(xs, h0, W_ih, W_hh, b_ih, b_hh):
    hs = [h0]
    for x in xs:
        hs.append(torch.tanh(W_ih @ x + b_ih + W_hh @ hs[-1] + b_hh))
    prod = torch.eye(len(h0), dtype=h0.dtype)
    norms = torch.zeros(len(xs), dtype=h0.dtype)
    for t in reversed(range(len(xs))):
        prod = prod @ torch.diag(1 - hs[t] ** 2) @ W_hh  # <-- here
        norms[t] = torch.linalg.matrix_norm(prod, 2)
    return norms


# MISTAKE: the norm is stored before the step's matrix is multiplied in, so the last entry is 1 and everything is one step late
def wrong_5(xs, h0, W_ih, W_hh, b_ih, b_hh):
    states = []
    h = h0
    for i in range(xs.size(0)):
        h = torch.tanh(torch.matmul(W_ih, xs[i]) + b_ih + torch.matmul(W_hh, h) + b_hh)
        states.append(h)
    chain = torch.eye(h0.size(0), dtype=h0.dtype)
    norms = []
    for h in reversed(states):
        norms.append(torch.linalg.matrix_norm(chain, 2))  # <-- here
        chain = torch.matmul(chain, torch.diag(1 - h * h) @ W_hh)
    norms.reverse()
    return torch.stack(norms)


# MISTAKE: the norms are collected from the last step to the first and never turned around
def wrong_6(xs, h0, W_ih, W_hh, b_ih, b_hh):
    h = h0
    Js = []
    for x in xs:
        h = torch.tanh(W_ih @ x + W_hh @ h + b_ih + b_hh)
        Js.append(torch.diag(1 - h.pow(2)) @ W_hh)
    product = Js[-1]
    norms = [torch.linalg.matrix_norm(product, 2)]
    for J in reversed(Js[:-1]):
        product = product @ J
        norms.append(torch.linalg.matrix_norm(product, 2))
    return torch.stack(norms)  # <-- here


# MISTAKE: measures how h_t depends on h_0, growing the product on the way forward, instead of how h_T depends on h_t
def wrong_7(xs, h0, W_ih, W_hh, b_ih, b_hh):
    h = h0
    J = torch.eye(len(h0)).type_as(h0)
    norms = []
    for x in xs:
        h = torch.tanh(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
        J = ((1 - h**2).unsqueeze(1) * W_hh) @ J  # <-- here
        norms.append(torch.linalg.matrix_norm(J, 2))  # <-- here
    return torch.stack(norms)


# MISTAKE: W_hh is transposed in the matrix of a step
# MISTAKE: the slope of tanh is written without the square
def pair_1(xs, h0, W_ih, W_hh, b_ih, b_hh):
    states, h = [], h0
    for x in xs:
        h = torch.tanh(W_ih @ x + b_ih + W_hh @ h + b_hh)
        states.append(h)
    J = torch.eye(len(h0), dtype=h0.dtype)
    norms = []
    for h in reversed(states):
        slope = 1 - h  # <-- here
        J = J @ torch.diag(slope) @ W_hh.T  # <-- here
        norms.append(torch.linalg.matrix_norm(J, 2))
    return torch.stack(norms[::-1])


# MISTAKE: b_hh is left out on the way forward
# MISTAKE: multiplies the norms of the single matrices instead of taking the norm of their product
def pair_2(xs, h0, W_ih, W_hh, b_ih, b_hh):
    T = len(xs)
    hs = []
    h = h0
    for t in range(T):
        h = torch.tanh(W_ih @ xs[t] + b_ih + W_hh @ h)  # <-- here
        hs.append(h)
    norms = xs.new_zeros(T)
    factor = 1.0
    for t in range(T - 1, -1, -1):
        J_t = (1 - hs[t] ** 2)[:, None] * W_hh
        factor = factor * torch.linalg.matrix_norm(J_t, 2)  # <-- here
        norms[t] = factor
    return norms


# MISTAKE: the state is not carried forward, each step starts again from h0
# MISTAKE: each norm is that of a single step's matrix, nothing is multiplied up
def pair_3(xs, h0, W_ih, W_hh, b_ih, b_hh):
    states = []
    for x in xs:
        states.append(torch.tanh(W_ih @ x + b_ih + W_hh @ h0 + b_hh))  # <-- here
    norms = []
    for s in reversed(states):
        J = torch.diag(1 - s**2) @ W_hh  # <-- here
        norms.insert(0, torch.linalg.matrix_norm(J, 2))
    return torch.stack(norms)
