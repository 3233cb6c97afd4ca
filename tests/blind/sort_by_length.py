# ruff: noqa
import torch


def right_1(lengths):
    _, order = torch.sort(lengths, descending=True, stable=True)
    back = torch.empty_like(order)
    back[order] = torch.arange(len(order))
    return order, back


def right_2(lengths):
    numbers = lengths.tolist()
    order = sorted(range(len(numbers)), key=lambda n: -numbers[n])
    back = [order.index(n) for n in range(len(numbers))]
    return torch.tensor(order), torch.tensor(back)


def right_3(lengths):
    N = lengths.shape[0]
    # no two keys are equal: among equal lengths the smaller number has the bigger key
    keys = lengths * N - torch.arange(N)
    order = keys.argsort(descending=True)
    back = order.argsort()
    assert torch.equal(order[back], torch.arange(N))
    return order, back


def right_4(lengths):
    n = torch.arange(len(lengths))
    longer = lengths.unsqueeze(0) > lengths.unsqueeze(1)
    earlier = (lengths.unsqueeze(0) == lengths.unsqueeze(1)) & (n.unsqueeze(0) < n.unsqueeze(1))
    back = (longer | earlier).sum(dim=1)  # how many come before me
    order = torch.zeros_like(back).scatter(0, back, n)
    return order, back


def right_5(lengths):
    order = []
    for size in range(int(lengths.max()), int(lengths.min()) - 1, -1):
        for i, l in enumerate(lengths):
            if l == size:
                order.append(i)
    back = [0] * len(order)
    for place, sentence in enumerate(order):
        back[sentence] = place
    return torch.tensor(order, dtype=torch.long), torch.tensor(back, dtype=torch.long)


# MISTAKE: sorts upwards, so the shortest sentence comes first
def wrong_1(lengths):
    order = torch.argsort(lengths, stable=True)  # <-- here
    back = torch.argsort(order)
    return order, back


# MISTAKE: believes that the same permutation once more leads back, and does not invert it
def wrong_2(lengths):
    order = torch.argsort(lengths, descending=True, stable=True)
    return order, order  # <-- here


# MISTAKE: sorts upwards and turns the result round, which puts the later of two equally long sentences first
def wrong_3(lengths):
    upwards = lengths.argsort(stable=True)
    order = upwards.flip(0)  # <-- here
    back = torch.zeros(len(lengths), dtype=torch.long)
    for i, o in enumerate(order):
        back[o] = i
    return order, back


# MISTAKE: takes for the way back the order that sorts the lengths upwards, instead of sorting the order
def wrong_4(lengths):
    idx = torch.argsort(lengths, stable=True, descending=True)
    inv = torch.argsort(lengths, stable=True)  # <-- here
    return idx, inv


# MISTAKE: reads the order from behind and takes that for its inverse
def wrong_5(lengths):
    _, perm = lengths.sort(descending=True, stable=True)
    undo = torch.flip(perm, dims=[0])  # <-- here
    return perm, undo


# MISTAKE: takes the sorted lengths themselves from torch.sort, not the numbers of the sentences
def wrong_6(lengths):
    order, _ = torch.sort(lengths, descending=True, stable=True)  # <-- here
    back = torch.argsort(order, stable=True)
    return order, back


# MISTAKE: hands the two results back in the wrong order, the way back first
def wrong_7(lengths):
    ls = [int(l) for l in lengths]
    order = sorted(range(len(ls)), key=ls.__getitem__, reverse=True)
    back = [0] * len(ls)
    for k in range(len(order)):
        back[order[k]] = k
    return torch.tensor(back), torch.tensor(order)  # <-- here


# MISTAKE: a sentence's place counts only the strictly longer ones, so equally long sentences share a place
def wrong_8(lengths):
    order = torch.argsort(lengths, descending=True, stable=True)
    back = torch.stack([(lengths > l).sum() for l in lengths])  # <-- here
    return order, back


# MISTAKE: looks each sorted length up with list.index, which finds the first sentence again when two are equally long
def wrong_9(lengths):
    as_list = lengths.tolist()
    order = torch.tensor([as_list.index(l) for l in sorted(as_list, reverse=True)])  # <-- here
    back = order.argsort(stable=True)
    return order, back


# MISTAKE: the shortest comes first
# MISTAKE: the way back is just the order again
def pair_1(lengths):
    order = torch.argsort(lengths, stable=True)  # <-- here
    back = order.clone()  # <-- here
    return order, back


# MISTAKE: of two equally long sentences the one with the bigger number comes first
# MISTAKE: sorts downwards for the way back as well, where it must be upwards
def pair_2(lengths):
    pairs = sorted([(int(l), n) for n, l in enumerate(lengths)], reverse=True)  # <-- here
    order = torch.tensor([n for _, n in pairs])
    back = torch.argsort(order, descending=True)  # <-- here
    return order, back


# MISTAKE: sorts from short to long
# MISTAKE: counts the places on the way back from 1 instead of from 0
def pair_3(lengths):
    _, order = lengths.sort(stable=True)  # <-- here
    back = torch.zeros_like(order)
    for place, n in enumerate(order, start=1):  # <-- here
        back[n] = place
    return order, back


# MISTAKE: flipping the upward order turns ties round
# MISTAKE: returns the way back first and the order second
def pair_4(lengths):
    order = torch.flip(torch.argsort(lengths, stable=True), (0,))  # <-- here
    back = torch.argsort(order)
    return back, order  # <-- here
