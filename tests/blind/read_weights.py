# ruff: noqa
import torch
import numpy as np


def right_1(parameters, layer, reverse):
    end = f"l{layer}" + ("_reverse" if reverse else "")
    W_ih = parameters["weight_ih_" + end]
    W_hh = parameters["weight_hh_" + end]
    if "bias_ih_" + end in parameters:
        return W_ih, W_hh, parameters["bias_ih_" + end], parameters["bias_hh_" + end]
    zeros = torch.zeros(W_hh.shape[0], dtype=W_hh.dtype)
    return W_ih, W_hh, zeros, zeros.clone()


def right_2(parameters, layer, reverse):
    found = []
    for kind in ["weight_ih", "weight_hh", "bias_ih", "bias_hh"]:
        name = kind + "_l" + str(layer)
        if reverse:
            name += "_reverse"
        found.append(parameters.get(name))
    for i in (2, 3):
        if found[i] is None:
            found[i] = found[1].new_zeros(len(found[1]))
    return tuple(found)


def right_3(parameters, layer, reverse):
    def split(name):
        pieces = name.split("_")  # weight, ih, l0, reverse
        return pieces[0], pieces[1], int(pieces[2][1:]), len(pieces) == 4

    mine = {}
    for name, tensor in parameters.items():
        what, where, number, back = split(name)
        if number == layer and back == bool(reverse):
            mine[what, where] = tensor
    nothing = 0 * mine["weight", "hh"][:, 0]
    return (
        mine["weight", "ih"],
        mine["weight", "hh"],
        mine.get(("bias", "ih"), nothing),
        mine.get(("bias", "hh"), nothing),
    )


def right_4(parameters, layer, reverse):
    pattern = "{}_{}_l{}_reverse" if reverse else "{}_{}_l{}"
    weights = [parameters[pattern.format("weight", part, layer)] for part in ("ih", "hh")]
    try:
        biases = [parameters[pattern.format("bias", part, layer)] for part in ("ih", "hh")]
    except KeyError:
        hidden = weights[0].size(0)
        biases = list(torch.zeros(2, hidden).to(weights[0]))
    return (*weights, *biases)


# MISTAKE: ignores `reverse` and always returns the weights of the forward direction
def wrong_1(parameters, layer, reverse):
    names = [f"{w}_l{layer}" for w in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]  # <-- here
    H = parameters[names[1]].shape[1]
    return tuple(parameters[n] if n in parameters else torch.zeros(H) for n in names)


# MISTAKE: ignores `layer` and always reads layer 0
def wrong_2(parameters, layer, reverse):
    tail = "_l0"  # <-- here
    if reverse:
        tail = tail + "_reverse"
    wi, wh = parameters["weight_ih" + tail], parameters["weight_hh" + tail]
    bi = parameters.get("bias_ih" + tail, torch.zeros(wh.shape[0]))
    bh = parameters.get("bias_hh" + tail, torch.zeros(wh.shape[0]))
    return wi, wh, bi, bh


# MISTAKE: returns the two biases in the wrong order (b_hh before b_ih)
def wrong_3(parameters, layer, reverse):
    back = "_reverse" if reverse else ""

    def get(what):
        return parameters[what + "_l" + str(layer) + back]

    W_ih, W_hh = get("weight_ih"), get("weight_hh")
    if not any(name.startswith("bias") for name in parameters):
        return W_ih, W_hh, torch.zeros(W_ih.shape[0]), torch.zeros(W_ih.shape[0])
    return W_ih, W_hh, get("bias_hh"), get("bias_ih")  # <-- here


# MISTAKE: thinks a layer has only one bias: returns the sum of both as b_ih and zeros as b_hh
def wrong_4(parameters, layer, reverse):
    key = f"_l{layer}_reverse" if reverse else f"_l{layer}"
    W, U = (parameters[k + key] for k in ("weight_ih", "weight_hh"))
    b = torch.zeros(U.size(0))
    for k in ("bias_ih", "bias_hh"):
        if k + key in parameters:
            b = b + parameters[k + key]
    return W, U, b, torch.zeros_like(b)  # <-- here


# MISTAKE: without biases, the zeros get the number of inputs I as their size instead of H
def wrong_5(parameters, layer, reverse):
    suffix = {True: "_reverse", False: ""}[bool(reverse)]
    result = []
    for what in ["weight_ih_l%d%s", "weight_hh_l%d%s", "bias_ih_l%d%s", "bias_hh_l%d%s"]:
        name = what % (layer, suffix)
        if name in parameters:
            result.append(parameters[name])
        else:
            result.append(torch.zeros(result[0].shape[1]))  # <-- here
    return result[0], result[1], result[2], result[3]


# MISTAKE: turns the matrices over (returns W_ih as (I, H) and W_hh transposed), thinking that torch stores them so
def wrong_6(parameters, layer, reverse):
    s = f"l{layer}" + "_reverse" * int(reverse)
    W_ih = parameters[f"weight_ih_{s}"].T  # <-- here
    W_hh = parameters[f"weight_hh_{s}"].T  # <-- here
    H = W_hh.shape[0]
    has_bias = f"bias_ih_{s}" in parameters
    b_ih = parameters[f"bias_ih_{s}"] if has_bias else torch.zeros(H)
    b_hh = parameters[f"bias_hh_{s}"] if has_bias else torch.zeros(H)
    return W_ih, W_hh, b_ih, b_hh


# MISTAKE: takes the weights by their place in the dictionary and counts one direction for each layer, although a layer of a bidirectional network has two
def wrong_7(parameters, layer, reverse):
    everything = list(parameters.values())
    per_layer = 4 if any("bias" in name for name in parameters) else 2
    start = per_layer * layer + (per_layer if reverse else 0)  # <-- here
    four = everything[start : start + per_layer]
    while len(four) < 4:
        four.append(torch.zeros(four[1].shape[0]))
    return tuple(four)


# MISTAKE: W_hh is taken from the forward direction even if reverse is True AND the biases come back in the wrong order
def pair_1(parameters, layer, reverse):
    r = "_reverse" if reverse else ""
    W_ih = parameters[f"weight_ih_l{layer}{r}"]
    W_hh = parameters[f"weight_hh_l{layer}"]  # <-- here
    zero = torch.zeros(W_hh.shape[0])
    b_ih = parameters.get(f"bias_ih_l{layer}{r}", zero)
    b_hh = parameters.get(f"bias_hh_l{layer}{r}", zero)
    return W_ih, W_hh, b_hh, b_ih  # <-- here


# MISTAKE: returns both matrices transposed AND always reads layer 0
def pair_2(parameters, layer, reverse):
    which = "l0_reverse" if reverse else "l0"  # <-- here
    out = []
    for part in ("ih", "hh"):
        out.append(parameters["weight_" + part + "_" + which].t())  # <-- here
    for part in ("ih", "hh"):
        name = "bias_" + part + "_" + which
        out.append(parameters[name] if name in parameters else torch.zeros(len(out[1])))
    return tuple(out)


# MISTAKE: returns W_hh before W_ih AND ignores `reverse`
def pair_3(parameters, layer, reverse):
    ending = "_l" + str(layer)  # <-- here
    try:
        bias = parameters["bias_ih" + ending], parameters["bias_hh" + ending]
    except KeyError:
        n = parameters["weight_hh" + ending].shape[0]
        bias = torch.zeros(n), torch.zeros(n)
    return (parameters["weight_hh" + ending], parameters["weight_ih" + ending]) + bias  # <-- here
