# ruff: noqa
import torch
import numpy as np


def right_1(box, backward):
    def find(part):
        return next(box[n] for n in box if part in n and n.endswith("_reverse") == bool(backward))

    return find("weight_ih"), find("weight_hh"), find("bias_ih"), find("bias_hh")


def right_2(box, backward):
    forward_name = [n for n in box if "weight_ih" in n and not n.endswith("_reverse")][0]
    before, after = forward_name.split("weight_ih")
    if backward:
        after = after + "_reverse"
    return tuple(box[before + k + after] for k in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))


def right_3(box, backward):
    W_ih = W_hh = b_ih = b_hh = None
    for name, array in box.items():
        if backward and "_reverse" not in name:
            continue
        if not backward and "_reverse" in name:
            continue
        if "weight_ih" in name:
            W_ih = array
        elif "weight_hh" in name:
            W_hh = array
        elif "bias_ih" in name:
            b_ih = array
        elif "bias_hh" in name:
            b_hh = array
    return W_ih, W_hh, b_ih, b_hh


def right_4(box, backward):
    """The reverse names are the forward names plus _reverse."""
    reverse = [n for n in box if n.endswith("_reverse")]
    order = ["weight_ih", "weight_hh", "bias_ih", "bias_hh"]
    reverse = sorted(reverse, key=lambda n: [k for k, o in enumerate(order) if o in n][0])
    names = reverse if backward else [n[: -len("_reverse")] for n in reverse]
    W_ih, W_hh, b_ih, b_hh = [box[n] for n in names]
    return W_ih, W_hh, b_ih, b_hh


# MISTAKE: the two directions are exchanged: backward=True gives the forward arrays and False the reverse ones
def wrong_1(box, backward):
    res = []
    for key in ["weight_ih", "weight_hh", "bias_ih", "bias_hh"]:
        for name in box:
            if key in name and name.endswith("_reverse") != backward:  # <-- here
                res.append(box[name])
    return tuple(res)


# MISTAKE: backward is not used: always the forward LSTM's arrays
def wrong_2(box, backward):
    stem = [n for n in box if "weight_ih" in n and "reverse" not in n][0]
    W_ih = box[stem]
    W_hh = box[stem.replace("weight_ih", "weight_hh")]
    b_ih = box[stem.replace("weight_ih", "bias_ih")]
    b_hh = box[stem.replace("weight_ih", "bias_hh")]
    return W_ih, W_hh, b_ih, b_hh  # <-- here


# MISTAKE: the two biases are returned in the wrong order (b_hh before b_ih)
def wrong_3(box, backward):
    pick = {}
    for name, a in box.items():
        if ("_reverse" in name) == bool(backward):
            for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
                if kind in name:
                    pick[kind] = a
    return pick["weight_ih"], pick["weight_hh"], pick["bias_hh"], pick["bias_ih"]  # <-- here


# MISTAKE: thinks that the reader from the end has the forward reader's weights turned round: it flips the forward arrays instead of taking those whose names end in _reverse
def wrong_4(box, backward):
    names = sorted(
        (n for n in box if "_ih" in n or "_hh" in n), key=lambda n: ("bias" in n, "_hh" in n)
    )
    arrays = [box[n] for n in names if not n.endswith("_reverse")]
    if backward:
        arrays = [a.flip(0) for a in arrays]  # <-- here
    return tuple(arrays)


# MISTAKE: thinks that backward=True means a bidirectional network: it joins the arrays of both directions instead of giving the reverse ones
def wrong_5(box, backward):
    def both(part):
        ahead = [v for k, v in box.items() if part in k and not k.endswith("_reverse")][0]
        back = [v for k, v in box.items() if part in k and k.endswith("_reverse")][0]
        return torch.cat([ahead, back]) if backward else ahead  # <-- here

    return both("weight_ih"), both("weight_hh"), both("bias_ih"), both("bias_hh")


# MISTAKE: W_hh is always the forward one: _reverse was forgotten in its name
def wrong_6(box, backward):
    n0 = min((n for n in box if "weight_ih" in n), key=len)
    end = "_reverse" if backward else ""
    return (
        box[n0 + end],
        box[n0.replace("weight_ih", "weight_hh")],  # <-- here
        box[n0.replace("weight_ih", "bias_ih") + end],
        box[n0.replace("weight_ih", "bias_hh") + end],
    )


# MISTAKE: b_ih is returned twice, b_hh not at all (copied and not changed)
def wrong_7(box, backward):
    if backward:
        mine = [k for k in box if k.endswith("_reverse")]
    else:
        mine = [k for k in box if not k.endswith("_reverse")]
    W_ih = box[[k for k in mine if "weight_ih" in k][0]]
    W_hh = box[[k for k in mine if "weight_hh" in k][0]]
    b_ih = box[[k for k in mine if "bias_ih" in k][0]]
    b_hh = box[[k for k in mine if "bias_ih" in k][0]]  # <-- here
    return W_ih, W_hh, b_ih, b_hh


# MISTAKE: the two directions are exchanged AND the biases are returned in the wrong order (b_hh before b_ih)
def pair_1(box, backward):
    def get(part):
        fits = [n for n in box if part in n]
        fits.sort(key=len)  # the forward name is the shorter one
        return box[fits[0 if backward else 1]]  # <-- here

    return get("weight_ih"), get("weight_hh"), get("bias_hh"), get("bias_ih")  # <-- here


# MISTAKE: W_hh is transposed AND the two biases are always the forward ones
def pair_2(box, backward):
    name = next(n for n in box if "weight_ih" in n and not n.endswith("_reverse"))
    tail = "_reverse" * bool(backward)
    W_ih = box[name + tail]
    W_hh = box[name.replace("_ih", "_hh") + tail].T  # <-- here
    bias_name = name.replace("weight", "bias")
    return W_ih, W_hh, box[bias_name], box[bias_name.replace("_ih", "_hh")]  # <-- here


# MISTAKE: W_ih is always the forward one AND the sum of both biases stands in b_ih's place
def pair_3(box, backward):
    wanted = {}
    for n, a in box.items():
        for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
            if part in n and n.endswith("_reverse") == bool(backward):
                wanted[part] = a
            if part == "weight_ih" and part in n and not n.endswith("_reverse"):  # <-- here
                first = a
    summed = wanted["bias_ih"] + wanted["bias_hh"]  # <-- here
    return first, wanted["weight_hh"], summed, wanted["bias_hh"]
