# ruff: noqa
import torch


def right_1(doutput, output, W_hh, chunk):
    T = len(output)
    das = [None] * T
    carried = torch.zeros_like(output[0])
    for t in reversed(range(T)):
        dh = doutput[t] + carried
        das[t] = dh * (1 - output[t] ** 2)
        carried = das[t] @ W_hh
        if t % chunk == 0:
            carried = torch.zeros_like(carried)
    return torch.stack(das)


def right_2(doutput, output, W_hh, chunk):
    assert chunk >= 1
    slope = 1 - output * output
    das = doutput * slope  # what every step would get if nothing were passed back
    for t in range(output.shape[0] - 2, -1, -1):
        same_chunk = t // chunk == (t + 1) // chunk
        if same_chunk:
            das[t] += torch.einsum("nj,ji->ni", das[t + 1], W_hh) * slope[t]
    return das


def right_3(doutput, output, W_hh, chunk):
    def back(dout, out):
        """Task 2 for one chunk, starting from a gradient of zero."""
        dh, result = torch.zeros_like(out[-1]), []
        for d, h in zip(dout.flip(0), out.flip(0)):
            da = (d + dh) * (1 - h.square())
            dh = da.matmul(W_hh)
            result.insert(0, da)
        return torch.stack(result)

    pieces = zip(doutput.split(chunk), output.split(chunk))
    return torch.cat([back(d, o) for d, o in pieces])


def right_4(doutput, output, W_hh, chunk):
    T, N, H = output.shape
    das = output.new_empty(T, N, H)
    start = 0
    while start < T:
        end = min(start + chunk, T)
        # last step of the chunk: gets nothing from the next one
        das[end - 1] = doutput[end - 1] * (1 - output[end - 1] ** 2)
        t = end - 2
        while t >= start:
            dh = doutput[t] + (W_hh.T @ das[t + 1].T).T
            das[t] = dh - dh * output[t] ** 2
            t -= 1
        start = end
    return das


# MISTAKE: cuts one step too late on the way back, the chunk's first step itself gets nothing from the second
def wrong_1(doutput, output, W_hh, chunk):
    T = output.shape[0]
    das = []
    dh_next = torch.zeros_like(output[0])
    for t in reversed(range(T)):
        if t % chunk == 0:  # <-- here
            dh_next = torch.zeros_like(output[0])  # <-- here
        da = (doutput[t] + dh_next) * (1 - output[t] ** 2)
        dh_next = da @ W_hh
        das.append(da)
    das.reverse()
    return torch.stack(das)


# MISTAKE: the chunks are counted from the end of the sequence, so it is the first chunk that gets shorter
def wrong_2(doutput, output, W_hh, chunk):
    T = len(doutput)
    das = torch.zeros_like(doutput)
    carry = torch.zeros_like(doutput[0])
    for i, t in enumerate(range(T - 1, -1, -1)):
        if i % chunk == 0:  # <-- here
            carry = torch.zeros_like(carry)
        dh = doutput[t] + carry
        das[t] = dh * (1 - output[t] ** 2)
        carry = das[t] @ W_hh
    return das


# MISTAKE: goes through the chunks but hands the gradient on from one chunk to the one before, so nothing is cut
def wrong_3(doutput, output, W_hh, chunk):
    T = output.shape[0]
    das = torch.zeros_like(output)
    starts = list(range(0, T, chunk))
    dstate = torch.zeros_like(output[0])
    for start in reversed(starts):  # <-- here
        for t in reversed(range(start, min(start + chunk, T))):
            da = (doutput[t] + dstate) * (1 - output[t] ** 2)
            das[t] = da
            dstate = da @ W_hh
    return das


# MISTAKE: W_hh is transposed on the way back
def wrong_4(doutput, output, W_hh, chunk):
    das = []
    dh = torch.zeros_like(doutput[0])
    for t in range(len(doutput) - 1, -1, -1):
        da = (dh + doutput[t]) * (1 - output[t].pow(2))
        das.insert(0, da)
        dh = torch.matmul(da, W_hh.T) if t % chunk != 0 else torch.zeros_like(dh)  # <-- here
    return torch.stack(das)


# MISTAKE: inside a chunk the list is filled from the last step to the first and is not turned around
def wrong_5(doutput, output, W_hh, chunk):
    T = output.size(0)
    das = []
    for first in range(0, T, chunk):
        last = min(first + chunk, T)
        dh = output.new_zeros(output.shape[1:])
        for t in range(last - 1, first - 1, -1):
            da = (doutput[t] + dh) * (1 - output[t] ** 2)
            das.append(da)  # <-- here
            dh = da @ W_hh
    return torch.stack(das)


# MISTAKE: what goes to the step before is dh times W_hh, the slope of tanh is left out of the path through the states
def wrong_6(doutput, output, W_hh, chunk):
    das = torch.empty_like(output)
    passed = 0
    for t in reversed(range(len(output))):
        dh = doutput[t] + passed
        das[t] = dh * (1 - output[t] ** 2)
        passed = dh @ W_hh  # <-- here
        if t % chunk == 0:
            passed = 0
    return das


# MISTAKE: chunk is taken for the number of chunks, not for the number of steps in one
def wrong_7(doutput, output, W_hh, chunk):
    T, N, H = output.shape
    size = -(-T // chunk)  # <-- here
    das = torch.zeros_like(output)
    for s in range(0, T, size):
        dh = output.new_zeros(N, H)
        for t in range(min(s + size, T) - 1, s - 1, -1):
            da = (doutput[t] + dh) * (1 - output[t] ** 2)
            das[t] = da
            dh = da @ W_hh
    return das


# MISTAKE: the gradient is cut after a chunk's last step instead of after its first
# MISTAKE: das is returned from the last step to the first
def pair_1(doutput, output, W_hh, chunk):
    T = len(output)
    das = []
    dh = torch.zeros_like(output[0])
    for t in reversed(range(T)):
        da = (doutput[t] + dh) * (1 - output[t] ** 2)
        das.append(da)
        dh = da @ W_hh
        if (t + 1) % chunk == 0:  # <-- here
            dh = torch.zeros_like(dh)
    return torch.stack(das)  # <-- here


# MISTAKE: the steps of a last, shorter chunk are left out and stay zero
# MISTAKE: the slope is taken of tanh of the output, although the output is already a tanh
def pair_2(doutput, output, W_hh, chunk):
    das = torch.zeros_like(output)
    n_chunks = len(output) // chunk  # <-- here
    for c in range(n_chunks):
        carry = torch.zeros_like(output[0])
        for k in reversed(range(chunk)):
            t = c * chunk + k
            das[t] = (doutput[t] + carry) * (1 - torch.tanh(output[t]) ** 2)  # <-- here
            carry = das[t] @ W_hh
    return das


# MISTAKE: the gradient passed back is added to the old one again and again instead of taking its place
# MISTAKE: at a chunk's first step the step's own doutput is thrown away too
def pair_3(doutput, output, W_hh, chunk):
    T, N, H = doutput.shape
    das = []
    carry = doutput.new_zeros(N, H)
    for t in range(T - 1, -1, -1):
        dh = doutput[t] + carry
        if t % chunk == 0:
            dh = carry  # <-- here
        da = dh * (1 - output[t] ** 2)
        das.append(da)
        carry = carry + da @ W_hh  # <-- here
        if t % chunk == 0:
            carry = doutput.new_zeros(N, H)
    return torch.stack(das[::-1])
