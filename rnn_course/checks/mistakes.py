"""The catalogue of mistakes: what people get wrong, by name, in one sentence, and as numbers.

A mistake is a setting of the switches of our recurrence (recurrence.py): most only permute, drop
or double weights, or turn results. Run with it, the recurrence gives exactly the numbers that a
student's function gives who made that mistake: so it can be named from its numbers alone.

    cell(kind)       mistakes of one step             kind: rnn, lstm, gru
    layer(kind)      those, and mistakes of the loop over time
    network(kind)    those, and mistakes of layers, directions and their states
    (backward.py has those of gradients by hand)

Most come as families: any gate order, any missing or doubled bias, any activation in the wrong
place, any gate made with another gate's weights. The order is that of likelihood: where two
mistakes give the same numbers, the first is named.
"""

from itertools import combinations, permutations

import numpy as np

from rnn_course.checks.recurrence import GATES, STATES, cut, same
from rnn_course.ops import each, linear, relu, sigmoid, tanh

GATE_WORDS = {
    "i": "the input gate i",
    "f": "the forget gate f",
    "g": "the candidate g",
    "o": "the output gate o",
    "r": "the reset gate r",
    "z": "the update gate z",
    "n": "the candidate n",
    "h": "the new state",
}
RIGHT_ACTIVATION = {gate: "tanh" if gate in "gnh" else "sigmoid" for gate in GATE_WORDS}
ACTIVATIONS = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu, "none": same}
RARE_ACTIVATIONS = {
    "softmax": lambda x: softmax(x),
    "hardtanh": lambda x: np.clip(x, -1, 1),
    "hardsigmoid": lambda x: np.clip(x / 6 + 0.5, 0, 1),
    "clamped": lambda x: np.clip(x, 0, 1),
    "softsign": lambda x: x / (1 + abs(x)),
    "leaky-relu": lambda x: np.where(x > 0, x, 0.01 * x),
    "elu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
    "silu": lambda x: x * sigmoid(x),
    "softplus": lambda x: np.logaddexp(x, 0),
    "exp": np.exp,
    "sin": np.sin,
    "arctan": np.arctan,
    "square": lambda x: x * x,
    "step": lambda x: (x > 0) * 1.0,
    "tanh-of-half": lambda x: tanh(x / 2),  # 2 sigmoid(x) - 1
    "tanh-of-double": lambda x: tanh(2 * x),
    "sigmoid-of-double": lambda x: sigmoid(2 * x),
    "sigmoid-of-minus": lambda x: sigmoid(-x),  # 1 - sigmoid(x), or exp(x) for exp(-x)
    "tanh-of-minus": lambda x: tanh(-x),
    "slope-of-tanh": lambda x: 1 - tanh(x) ** 2,
    "slope-of-sigmoid": lambda x: sigmoid(x) * (1 - sigmoid(x)),
    "sigmoid-of-tanh": lambda x: sigmoid(tanh(x)),
    "tanh-of-sigmoid": lambda x: tanh(sigmoid(x)),
}
ACTIVATION_WORDS = {"none": "no activation", "sigmoid": "a sigmoid", "tanh": "tanh", "relu": "relu"}
SHORT = {"weight_ih": "W_ih", "weight_hh": "W_hh", "bias_ih": "b_ih", "bias_hh": "b_hh"}

# switches whose functions act one after the other when two mistakes meet, on the first argument
CHAINED = {
    *("weights", "inputs", "begin", "result", "sees", "carry", "outputs", "last", "arrange"),
    *("collect", "turn", "share", "project"),
}
FREE = {"args", "result"}  # these go together with everything

IN_STEP = {
    *("weights", "total", "recur", "gates", "remember", "show", "candidate", "mix", "project"),
}


class Mistake:
    """One known mistake.

    name     short, with hyphens: "gate-order-ifog"
    words    one plain sentence: what the wrong code does, and what is right
    section  where the book explains it, a key of words.SECTIONS; default: that of the task
    change   what it does, as keyword switches of a task's reference. Three work for every task:
             args(*arguments) gives all arguments changed, as a tuple; result(answer) the answer
             changed; instead(*arguments) is another function in the reference's place
    """

    def __init__(self, name, words, section="", **change):
        self.name, self.words, self.section, self.change = name, words, section, change

    def __repr__(self):
        return f"Mistake({self.name!r})"

    @property
    def is_in_step(self):
        """Is it made inside one step, and in every step?"""
        return all(key in IN_STEP or key.startswith("act_") for key in self.change)

    @property
    def goes_with(self):
        """Mistakes with the same answer here can be combined with the same others."""
        if self.change.keys() <= FREE:
            return "all"
        return "switches"

    def with_(self, other):
        """The switches of both mistakes at once, or None where they cannot be together."""
        one, two = self.change, other.change
        if one.get("plain") is not two.get("plain") and not (
            one.keys() <= FREE or two.keys() <= FREE
        ):
            return None
        both = dict(one)
        for key, value in two.items():
            if key not in both or key == "plain":
                both[key] = value
            elif key in ("edits", "placed"):
                both[key] = both[key] + value
            elif key == "args":
                both[key] = lambda *a, one=both[key], two=value: two(*one(*a))
            elif key in CHAINED:
                both[key] = lambda x, *more, one=both[key], two=value: two(one(x, *more), *more)
            else:
                return None
        return both


def args(change):
    """The same function: an `args` switch needs no mark."""
    return change


# --------------------------------------------------------------------- weights, for all kinds


def rows(w, gates, order):
    """w (gates*H, ...) with its blocks in another order; order: a block number for each gate."""
    blocks = np.split(w, gates)
    return np.concatenate([blocks[k] for k in order])


def on(names, change):
    """A `weights` switch that changes only the weights with these names."""
    return lambda p: p | {name: change(p[name]) for name in names if np.ndim(p[name])}


ALL = tuple(SHORT)
SCOPES = {
    "": ALL,
    "hh": ("weight_hh", "bias_hh"),
    "ih": ("weight_ih", "bias_ih"),
    "W-hh": ("weight_hh",),
    "W-ih": ("weight_ih",),
    "weights": ("weight_ih", "weight_hh"),
    "biases": ("bias_ih", "bias_hh"),
    "b-hh": ("bias_hh",),
    "b-ih": ("bias_ih",),
}


def scope_words(names):
    return "" if names == ALL else " (in " + " and ".join(SHORT[n] for n in names) + " only)"


def gate_orders(kind, scopes=tuple(SCOPES)):
    """The gates' rows read in any other order, in all weights or in some."""
    gates = GATES[kind]
    for scope in scopes:
        names = SCOPES[scope]
        for order in permutations(gates):
            if "".join(order) == gates:
                continue
            read = [order.index(gate) for gate in gates]
            yield Mistake(
                f"gate-order-{''.join(order)}" + f"-{scope}" * bool(scope),
                f"The rows of the weights are read in the order {', '.join(order)}; torch stores "
                f"them in the order {', '.join(gates)}{scope_words(names)}. Or two gates are "
                "exchanged where they are used.",
                f"{kind}/gates",
                weights=on(names, lambda w, read=read: rows(w, len(gates), read)),
            )


def copied_gates(kind, scopes=tuple(SCOPES)):
    """A line copied and not changed: one gate made with another gate's weights."""
    gates = GATES[kind]
    for scope in scopes:
        names = SCOPES[scope]
        for k, gate in enumerate(gates):
            for other, source in enumerate(gates):
                if other == k:
                    continue
                read = list(range(len(gates)))
                read[k] = other
                yield Mistake(
                    f"gate-{gate}-from-{source}" + f"-{scope}" * bool(scope),
                    f"{GATE_WORDS[gate].capitalize()} is made with the rows that belong to "
                    f"{source}{scope_words(names)}.",
                    f"{kind}/gates",
                    weights=on(names, lambda w, read=read: rows(w, len(gates), read)),
                )


def cut_wrongly(kind):
    G = len(GATES[kind])
    every = np.arange

    def interleaved(w):
        return np.concatenate([w[k::G] for k in range(G)])

    def dealt(w):
        return w[every(len(w)).reshape(G, -1).T.reshape(-1)]

    if G > 1:
        yield Mistake(
            "gates-interleaved",
            f"The {G}H numbers are cut so that every {G}th belongs to a gate; each gate is a "
            "block of H neighbours (a view as (N, H, gates) in place of (N, gates, H)).",
            f"{kind}/gates",
            weights=on(ALL, interleaved),
        )
        yield Mistake(
            "gates-dealt-out",
            "The rows of the gates are mixed by a reshape; each gate is a block of H rows.",
            f"{kind}/gates",
            weights=on(ALL, dealt),
        )


def biases(kind):
    where = f"{kind}/biases"

    def bias(ih, hh, p):
        b = p | {"bias_ih": ih, "bias_hh": hh}
        return b

    changes = {
        "bias-hh-missing": ("b_hh is not added.", lambda i, h: (i, 0 * h)),
        "bias-ih-missing": ("b_ih is not added.", lambda i, h: (0 * i, h)),
        "biases-missing": ("Neither bias is added.", lambda i, h: (0 * i, 0 * h)),
        "bias-ih-twice": ("b_ih is added twice, b_hh never.", lambda i, h: (i, i)),
        "bias-hh-twice": ("b_hh is added twice, b_ih never.", lambda i, h: (h, h)),
        "biases-doubled": ("Both biases are added twice.", lambda i, h: (2 * i, 2 * h)),
        "bias-ih-doubled": ("b_ih is added twice, b_hh once.", lambda i, h: (2 * i, h)),
        "bias-hh-doubled": ("b_hh is added twice, b_ih once.", lambda i, h: (i, 2 * h)),
        "biases-exchanged": (
            "b_ih and b_hh are exchanged; in the candidate they are not alike.",
            lambda i, h: (h, i),
        ),
        "biases-subtracted": ("The biases are subtracted.", lambda i, h: (-i, -h)),
        "bias-hh-subtracted": ("b_hh is subtracted.", lambda i, h: (i, -h)),
        "bias-ih-subtracted": ("b_ih is subtracted.", lambda i, h: (-i, h)),
        "biases-halved": (
            "The mean of the biases is added, not both.",
            lambda i, h: (i / 2, h / 2),
        ),
        "biases-multiplied": ("The biases are multiplied.", lambda i, h: (i * h, 0 * h)),
        "larger-bias": (
            "The larger of both biases is added.",
            lambda i, h: (np.maximum(i, h), 0 * h),
        ),
        "mean-bias": (
            "The mean of each bias is added to all units.",
            lambda i, h: (i * 0 + i.mean(), h * 0 + h.mean()),
        ),
        "bias-is-a-number": (
            "One number is added in place of the bias vectors (their sums).",
            lambda i, h: (i * 0 + i.sum(), h * 0 + h.sum()),
        ),
    }
    for name, (said, change) in changes.items():
        if name == "biases-exchanged" and kind != "gru":
            continue
        yield Mistake(
            name,
            f"{said} torch adds both b_ih and b_hh, once each.",
            where,
            weights=lambda p, change=change: bias(*change(p["bias_ih"], p["bias_hh"]), p),
        )
    gates = GATES[kind]
    for k, gate in enumerate(gates if len(gates) > 1 else ""):
        for name in ("bias_hh", "bias_ih", "both"):
            names = ("bias_ih", "bias_hh") if name == "both" else (name,)
            which = "the biases are" if name == "both" else f"{SHORT[name]} is"
            yield Mistake(
                f"{name.replace('_', '-')}-missing-in-{gate}".replace("both", "biases"),
                f"In {GATE_WORDS[gate]} {which} not added.",
                where,
                weights=on(names, lambda b, k=k: without(b, len(gates), k)),
            )


def without(w, gates, *chosen):
    """w with the blocks of some gates set to zero."""
    w = w.copy()
    for k in chosen:
        np.split(w, gates)[k][...] = 0
    return w


def blocks_transposed(w):
    """Each square block transposed; what is not square cannot be multiplied so at all."""
    H = w.shape[1]
    if len(w) % H:
        raise ValueError(f"{w.shape} is not made of square blocks")
    return np.concatenate([b.T for b in np.split(w, len(w) // H)])


def parts_missing(kind):
    """A term left out in some of the gates, and constants that are added."""
    gates = GATES[kind]
    G = len(gates)
    if G == 1:
        return
    terms = (
        (("bias_hh",), "b_hh"),
        (("bias_ih",), "b_ih"),
        (("bias_ih", "bias_hh"), "b_ih + b_hh"),
        (("weight_hh",), "W_hh h"),
        (("weight_hh", "bias_hh"), "W_hh h + b_hh"),
        (("weight_ih",), "W_ih x"),
        (("weight_ih", "bias_ih"), "W_ih x + b_ih"),
    )
    subsets = [s for n in range(1, G) for s in combinations(range(G), n)]
    for chosen in subsets:
        letters = "".join(gates[k] for k in chosen)
        for names, said in terms:
            short = "-".join(SHORT[n].replace("_", "-") for n in names)
            if len(chosen) > 1:
                yield Mistake(
                    f"{short}-missing-in-{letters}",
                    f"The term {said} is missing in {', '.join(letters)}.",
                    f"{kind}/gates",
                    weights=on(names, lambda w, chosen=chosen: without(w, G, *chosen)),
                )
    for letters in (*gates, gates):
        chosen = [gates.index(letter) for letter in letters]
        for said, short, by in (("1 is added", "plus-one", 1.0), ("1 is taken", "minus-one", -1.0)):
            yield Mistake(
                f"{short}-in-{letters}",
                f"{said} in the sum of {', '.join(letters)}; the biases are all there is.",
                f"{kind}/biases",
                weights=lambda p, chosen=chosen, by=by: (
                    p | {"bias_ih": shifted(p["bias_ih"], len(p["weight_ih"]), G, chosen, by)}
                ),
            )


def shifted(bias, rows, gates, chosen, by):
    """A bias with a constant added in the blocks of some gates."""
    bias = bias + np.zeros(rows)
    for k in chosen:
        np.split(bias, gates)[k][...] += by
    return bias


def matrices(kind):
    where, gates = f"{kind}/weights", GATES[kind]
    G = len(gates)
    yield Mistake(
        "W-hh-transposed",
        "h is multiplied by W_hh as it is stored, (out, in), not by its transpose: h @ W_hh.T.",
        where,
        weights=on(("weight_hh",), blocks_transposed),
    )
    yield Mistake(
        "W-ih-transposed",
        "x is multiplied by W_ih as it is stored, (out, in), not by its transpose: x @ W_ih.T.",
        where,
        weights=on(("weight_ih",), blocks_transposed),
    )
    yield Mistake(
        "weights-transposed",
        "The weights are multiplied as they are stored, (out, in), not transposed: x @ W.T.",
        where,
        weights=on(("weight_ih", "weight_hh"), blocks_transposed),
    )
    yield Mistake(
        "weights-exchanged",
        "W_ih and W_hh are exchanged: W_ih belongs to the input x, W_hh to the state h.",
        where,
        weights=lambda p: p | {"weight_ih": p["weight_hh"], "weight_hh": p["weight_ih"]},
    )
    yield Mistake(
        "recurrent-term-missing",
        "W_hh h + b_hh is missing: the state before does not enter.",
        where,
        weights=on(("weight_hh", "bias_hh"), lambda w: 0 * w),
    )
    yield Mistake(
        "W-hh-missing",
        "W_hh h is missing: the state before does not enter the sum.",
        where,
        weights=on(("weight_hh",), lambda w: 0 * w),
    )
    yield Mistake(
        "input-term-missing",
        "W_ih x + b_ih is missing: the input does not enter.",
        where,
        weights=on(("weight_ih", "bias_ih"), lambda w: 0 * w),
    )
    yield Mistake(
        "W-ih-missing",
        "W_ih x is missing: the input does not enter the sum.",
        where,
        weights=on(("weight_ih",), lambda w: 0 * w),
    )
    scales = {
        "divided-by-H": ("divided by H", lambda w: w / (len(w) / G)),
        "divided-by-root-H": ("divided by the root of H", lambda w: w / (len(w) / G) ** 0.5),
        "averaged": ("a mean over the columns, not a sum", lambda w: w / w.shape[1]),
        "halved": ("halved", lambda w: w / 2),
        "absolute": ("taken with absolute weights", abs),
        "rows-reversed": ("taken with the rows in reversed order", lambda w: w[::-1]),
        "columns-reversed": ("taken with the columns in reversed order", lambda w: w[:, ::-1]),
    }
    for name in ("weight_hh", "weight_ih"):
        for short, (said, change) in scales.items():
            yield Mistake(
                f"{SHORT[name].replace('_', '-')}-{short}",
                f"The product with {SHORT[name]} is {said}.",
                where,
                weights=on((name,), change),
            )
        yield Mistake(
            f"{SHORT[name].replace('_', '-')}-doubled",
            f"The product with {SHORT[name]} is added twice.",
            where,
            weights=on((name,), lambda w: 2 * w),
        )
        yield Mistake(
            f"{SHORT[name].replace('_', '-')}-subtracted",
            f"The product with {SHORT[name]} is subtracted.",
            where,
            weights=on((name,), lambda w: -w),
        )
    if G == 1:
        return
    for k, gate in enumerate(gates):
        for names, said in (
            (("weight_hh",), "W_hh h"),
            (("weight_ih",), "W_ih x"),
            (("weight_hh", "bias_hh"), "W_hh h + b_hh"),
            (("weight_ih", "bias_ih"), "W_ih x + b_ih"),
        ):
            yield Mistake(
                f"{'-'.join(SHORT[n].replace('_', '-') for n in names)}-missing-in-{gate}",
                f"In {GATE_WORDS[gate]} the term {said} is missing.",
                where,
                weights=on(names, lambda w, k=k: without(w, G, k)),
            )
        yield Mistake(
            f"W-hh-transposed-in-{gate}",
            f"In {GATE_WORDS[gate]} h is multiplied by W_hh as it is stored, not by its transpose.",
            where,
            weights=on(
                ("weight_hh",),
                lambda w, k=k: np.concatenate(
                    [b.T if j == k else b for j, b in enumerate(np.split(w, G))]
                ),
            ),
        )


# ------------------------------------------------------------------------- activations


def activations(kind):
    where = f"{kind}/step"
    gates = GATES[kind]
    if len(gates) == 1:
        return
    for gate in gates:
        for name, function in ACTIVATIONS.items():
            right = RIGHT_ACTIVATION[gate]
            if name != right:
                yield Mistake(
                    f"activation-{gate}-{name}",
                    f"{GATE_WORDS[gate].capitalize()} goes through {ACTIVATION_WORDS[name]}; "
                    f"it needs {ACTIVATION_WORDS[right]}.",
                    where,
                    **{f"act_{gate}": function},
                )
        right = ACTIVATIONS[RIGHT_ACTIVATION[gate]]
        yield Mistake(
            f"activation-{gate}-twice",
            f"{GATE_WORDS[gate].capitalize()} goes through its activation twice.",
            where,
            **{f"act_{gate}": lambda x, right=right: right(right(x))},
        )
    for name, function in ACTIVATIONS.items():
        yield Mistake(
            f"activation-all-{name}",
            f"All of {', '.join(gates)} go through {ACTIVATION_WORDS[name]}; gates need a "
            "sigmoid, the candidate needs tanh.",
            where,
            **{f"act_{gate}": function for gate in gates},
        )
        if name != "sigmoid":
            yield Mistake(
                f"activation-gates-{name}",
                f"The gates go through {ACTIVATION_WORDS[name]}; they need a sigmoid.",
                where,
                **{f"act_{gate}": function for gate in gates if gate not in "gn"},
            )
    yield Mistake(
        "activations-exchanged",
        "Sigmoid and tanh are exchanged: gates need a sigmoid, the candidate needs tanh.",
        where,
        **{f"act_{gate}": sigmoid if gate in "gn" else tanh for gate in gates},
    )


def rare_activations(kind):
    where, gates = f"{kind}/step", GATES[kind]
    for gate in gates if len(gates) > 1 else ():
        for name, function in RARE_ACTIVATIONS.items():
            yield Mistake(
                f"activation-{gate}-{name}",
                f"{GATE_WORDS[gate].capitalize()} goes through {name.replace('-', ' ')}; "
                f"it needs {ACTIVATION_WORDS[RIGHT_ACTIVATION[gate]]}.",
                where,
                **{f"act_{gate}": function},
            )
    for name, function in RARE_ACTIVATIONS.items():
        said = f"goes through {name.replace('-', ' ')} in place of tanh"
        if kind == "rnn":
            yield Mistake(
                f"activation-{name}",
                f"The sum {said}.",
                where,
                total=lambda a, u, h, act, function=function: function(a + u),
            )
        if kind == "lstm":
            yield Mistake(
                f"activation-c-{name}", f"In h' = o tanh(c') c' {said}.", where, squash=function
            )


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


# ------------------------------------------------------------------- what only one kind has


TANH_FOR_RELU = Mistake(
    "activation-tanh",
    'tanh in place of relu; nonlinearity is "relu" here.',
    "rnn/step",
    total=lambda a, u, h, act: tanh(a + u),
)


def only_rnn():
    where = "rnn/step"
    table = {
        "activation-none": ("No tanh: the step is linear.", lambda a, u, h, act: a + u),
        "activation-relu": ("relu in place of tanh.", lambda a, u, h, act: relu(a + u)),
        "activation-sigmoid": ("A sigmoid in place of tanh.", lambda a, u, h, act: sigmoid(a + u)),
        "activation-twice": ("tanh is taken twice.", lambda a, u, h, act: act(act(a + u))),
        "activation-on-input-only": (
            "tanh is taken of the input's part only; it belongs around the whole sum.",
            lambda a, u, h, act: act(a) + u,
        ),
        "activation-on-state-only": (
            "tanh is taken of the state's part only; it belongs around the whole sum.",
            lambda a, u, h, act: a + act(u),
        ),
        "activation-on-each": (
            "tanh is taken of each part; it belongs around the whole sum.",
            lambda a, u, h, act: act(a) + act(u),
        ),
        "activation-on-each-and-sum": (
            "tanh is taken of each part and of their sum; it belongs around the sum only.",
            lambda a, u, h, act: act(act(a) + act(u)),
        ),
        "activation-on-state-first": (
            "The old state's part goes through tanh before it is added.",
            lambda a, u, h, act: act(a + act(u)),
        ),
        "parts-multiplied": (
            "The input's and the state's part are multiplied; they are added.",
            lambda a, u, h, act: act(a * u),
        ),
        "old-state-added": (
            "The old state is added to the new one; it enters only through W_hh.",
            lambda a, u, h, act: h + act(a + u),
        ),
        "old-state-added-inside": (
            "The old state is added as it is, inside tanh; it enters only through W_hh.",
            lambda a, u, h, act: act(a + u + h),
        ),
        "parts-subtracted": (
            "The state's part is subtracted; it is added.",
            lambda a, u, h, act: act(a - u),
        ),
        "parts-averaged": (
            "The mean of both parts is taken; they are added. (2 sigmoid(a) - 1 for tanh gives the "
            "same numbers: it is tanh of a half.)",
            lambda a, u, h, act: act((a + u) / 2),
        ),
        "half-mixed": (
            "The new state is the mean of old and new.",
            lambda a, u, h, act: (h + act(a + u)) / 2,
        ),
    }
    for name, (said, total) in table.items():
        yield Mistake(name, f"{said} h' = tanh(W_ih x + b_ih + W_hh h + b_hh).", where, total=total)


def only_lstm():
    where = "lstm/step"
    named = {
        "forget-gate-missing": ("c' = c + i g", lambda i, f, g, o, c, h: c + i * g),
        "input-gate-missing": ("c' = f c + g", lambda i, f, g, o, c, h: f * c + g),
        "candidate-missing": ("c' = f c + i", lambda i, f, g, o, c, h: f * c + i),
        "old-c-missing": ("c' = i g", lambda i, f, g, o, c, h: i * g),
        "new-part-missing": ("c' = f c", lambda i, f, g, o, c, h: f * c),
        "gates-coupled-f": ("c' = f c + (1 - f) g", lambda i, f, g, o, c, h: f * c + (1 - f) * g),
        "gates-coupled-i": ("c' = (1 - i) c + i g", lambda i, f, g, o, c, h: (1 - i) * c + i * g),
        "forget-gate-reversed": (
            "c' = (1 - f) c + i g",
            lambda i, f, g, o, c, h: (1 - f) * c + i * g,
        ),
        "input-gate-reversed": (
            "c' = f c + (1 - i) g",
            lambda i, f, g, o, c, h: f * c + (1 - i) * g,
        ),
        "c-through-tanh": ("c' = tanh(f c + i g)", lambda i, f, g, o, c, h: tanh(f * c + i * g)),
        "c-through-sigmoid": (
            "c' = sigmoid(f c + i g)",
            lambda i, f, g, o, c, h: sigmoid(f * c + i * g),
        ),
        "forget-gate-on-the-sum": ("c' = f (c + i g)", lambda i, f, g, o, c, h: f * (c + i * g)),
        "input-gate-on-the-sum": ("c' = i (f c + g)", lambda i, f, g, o, c, h: i * (f * c + g)),
        "parts-multiplied": ("c' = f c i g", lambda i, f, g, o, c, h: f * c * i * g),
        "gates-added-to-c": ("c' = (f + c) + i g", lambda i, f, g, o, c, h: f + c + i * g),
        "new-part-subtracted": ("c' = f c - i g", lambda i, f, g, o, c, h: f * c - i * g),
        "h-for-c": ("c' = f h + i g", lambda i, f, g, o, c, h: f * h + i * g),
        "h-for-g": ("c' = f c + i h", lambda i, f, g, o, c, h: f * c + i * h),
        "old-c-through-tanh": (
            "c' = f tanh(c) + i g",
            lambda i, f, g, o, c, h: f * tanh(c) + i * g,
        ),
        "gates-added": ("c' = (f + i) (c + g)", lambda i, f, g, o, c, h: (f + i) * (c + g)),
        "parts-divided": ("c' = (f c + i g) / 2", lambda i, f, g, o, c, h: (f * c + i * g) / 2),
        "old-c-added": ("c' = c + f c + i g", lambda i, f, g, o, c, h: c + f * c + i * g),
    }
    for name, (formula, remember) in named.items():
        yield Mistake(
            name, f"What is made is {formula}; right is c' = f c + i g.", where, remember=remember
        )
    shown = {
        "h-without-tanh": ("h' = o c'", lambda o, new, squash, c, g: o * new),
        "output-gate-missing": ("h' = tanh(c')", lambda o, new, squash, c, g: squash(new)),
        "h-from-old-c": ("h' = o tanh(c), c before the step", lambda o, n, s, c, g: o * s(c)),
        "h-is-output-gate": ("h' = o", lambda o, new, squash, c, g: o),
        "h-is-c": ("h' = c'", lambda o, new, squash, c, g: new),
        "tanh-around-everything": ("h' = tanh(o c')", lambda o, new, squash, c, g: squash(o * new)),
        "tanh-twice": ("h' = tanh(o tanh(c'))", lambda o, n, s, c, g: s(o * s(n))),
        "h-with-sigmoid": ("h' = o sigmoid(c')", lambda o, n, s, c, g: o * sigmoid(n)),
        "h-with-relu": ("h' = o relu(c')", lambda o, n, s, c, g: o * relu(n)),
        "output-gate-reversed": ("h' = (1 - o) tanh(c')", lambda o, n, s, c, g: (1 - o) * s(n)),
        "h-from-candidate": ("h' = o g", lambda o, n, s, c, g: o * g),
        "h-from-tanh-of-candidate": ("h' = o tanh(g)", lambda o, n, s, c, g: o * s(g)),
        "output-gate-added": ("h' = o + tanh(c')", lambda o, n, s, c, g: o + s(n)),
        "c-squashed-twice": ("h' = o tanh(tanh(c'))", lambda o, n, s, c, g: o * s(s(n))),
    }
    for name, (formula, show) in shown.items():
        yield Mistake(
            name, f"What is made is {formula}; right is h' = o tanh(c').", where, show=show
        )
    yield Mistake(
        "c-in-the-gates",
        "W_hh is multiplied with c; the gates see h.",
        where,
        recur=lambda h, c: c,
    )
    yield Mistake(
        "h-plus-c-in-the-gates",
        "W_hh is multiplied with h + c; the gates see h only.",
        where,
        recur=lambda h, c: h + c,
    )
    yield Mistake(
        "tanh-c-in-the-gates",
        "W_hh is multiplied with tanh(c); the gates see h.",
        where,
        recur=lambda h, c: tanh(c),
    )
    yield Mistake(
        "gates-before-sum",
        "The parts of x and of h are multiplied; they are added.",
        where,
        gates=lambda a, u: cut(a * u, 4),
    )
    yield Mistake(
        "gates-by-view",
        "The sums (N, 4H) are turned into (4, N, H) by a view; that mixes rows and gates.",
        "lstm/gates",
        gates=lambda a, u: list((a + u).reshape(4, len(a), -1)),
    )


TERMS = {
    "i": lambda i, f, g, o: i,
    "f": lambda i, f, g, o: f,
    "g": lambda i, f, g, o: g,
    "o": lambda i, f, g, o: o,
    "(1 - i)": lambda i, f, g, o: 1 - i,
    "(1 - f)": lambda i, f, g, o: 1 - f,
    "(1 - o)": lambda i, f, g, o: 1 - o,
    "1": lambda i, f, g, o: 1.0,
    "0": lambda i, f, g, o: 0.0,
}


def c_formulas():
    """Every c' = u c + v w with u, v, w among the gates."""
    terms = list(TERMS)
    for u in terms:
        for j, v in enumerate(terms):
            for w in terms[j:]:
                if (u, v, w) == ("f", "i", "g") or "0" in (v, w) and (v, w) != ("0", "0"):
                    continue
                formula = f"{u} c + {v} {w}"

                def remember(i, f, g, o, c, h, u=u, v=v, w=w):
                    gates = i, f, g, o
                    return TERMS[u](*gates) * c + TERMS[v](*gates) * TERMS[w](*gates)

                yield Mistake(
                    "c-formula-" + formula.replace(" ", ""),
                    f"What is made is c' = {formula}; right is c' = f c + i g.",
                    "lstm/step",
                    remember=remember,
                )


def only_gru():
    where = "gru/step"
    b = _b_hn

    def after_reset(r, h, p, bias):
        return linear(r * h, np.split(p["weight_hh"], 3)[2], bias)

    candidates = {
        "reset-before-matmul": (
            "The reset gate acts before the matmul, W_hn (r h) + b_hn, as in the first paper; "
            "torch has r (W_hn h + b_hn)",
            lambda a, u, r, z, h, p: a + after_reset(r, h, p, b(p)),
        ),
        "reset-before-matmul-bias-inside": (
            "The reset gate acts on h before the matmul and on b_hn, W_hn (r h) + r b_hn; torch "
            "has r (W_hn h + b_hn)",
            lambda a, u, r, z, h, p: a + after_reset(r, h, p, 0) + r * b(p),
        ),
        "reset-before-matmul-no-bias": (
            "The reset gate acts before the matmul, W_hn (r h), and b_hn is not added; torch has "
            "r (W_hn h + b_hn)",
            lambda a, u, r, z, h, p: a + after_reset(r, h, p, 0),
        ),
        "b-hn-outside-reset": (
            "b_hn stands outside the reset product, r (W_hn h) + b_hn; torch has r (W_hn h + b_hn)",
            lambda a, u, r, z, h, p: a + r * (u - b(p)) + b(p),
        ),
        "b-in-inside-reset": (
            "b_in stands inside the reset product, r (W_hn h + b_hn + b_in); it belongs outside",
            lambda a, u, r, z, h, p: a - _b_in(p) + r * (u + _b_in(p)),
        ),
        "b-in-and-b-hn-exchanged": (
            "b_in and b_hn are exchanged: b_hn belongs inside the reset product, b_in outside",
            lambda a, u, r, z, h, p: a - _b_in(p) + b(p) + r * (u - b(p) + _b_in(p)),
        ),
        "reset-gate-missing": (
            "The reset gate is not used: n = tanh(a_n + W_hn h + b_hn)",
            lambda a, u, r, z, h, p: a + u,
        ),
        "reset-on-everything": (
            "The reset gate multiplies the input's part as well; it acts on W_hn h + b_hn only",
            lambda a, u, r, z, h, p: r * (a + u),
        ),
        "reset-on-input": (
            "The reset gate multiplies the input's part; it acts on W_hn h + b_hn",
            lambda a, u, r, z, h, p: r * a + u,
        ),
        "reset-gate-reversed": (
            "1 - r stands where r belongs: n = tanh(a_n + r (W_hn h + b_hn))",
            lambda a, u, r, z, h, p: a + (1 - r) * u,
        ),
        "update-gate-resets": (
            "The update gate z stands where the reset gate r belongs, in the candidate",
            lambda a, u, r, z, h, p: a + z * u,
        ),
        "reset-gate-added": (
            "The reset gate is added; it multiplies W_hn h + b_hn",
            lambda a, u, r, z, h, p: a + r + u,
        ),
        "reset-on-bare-state": (
            "r h is added without W_hn; n = tanh(a_n + r (W_hn h + b_hn))",
            lambda a, u, r, z, h, p: a + r * h,
        ),
        "reset-twice": (
            "The reset gate acts twice, on h before the matmul and on the product",
            lambda a, u, r, z, h, p: a + r * after_reset(r, h, p, b(p)),
        ),
        "update-gate-in-candidate": (
            "The update gate multiplies the state's part of the candidate besides r",
            lambda a, u, r, z, h, p: a + r * z * u,
        ),
    }
    for name, (said, candidate) in candidates.items():
        yield Mistake(name, f"{said}.", "gru/reset", candidate=candidate)
    mixes = {
        "update-gate-reversed": ("h' = z n + (1 - z) h", lambda z, n, h, r: z * n + (1 - z) * h),
        "old-state-missing": ("h' = (1 - z) n", lambda z, n, h, r: (1 - z) * n),
        "candidate-missing": ("h' = z h", lambda z, n, h, r: z * h),
        "h-is-candidate": ("h' = n", lambda z, n, h, r: n),
        "mix-through-tanh": (
            "h' = tanh((1 - z) n + z h)",
            lambda z, n, h, r: tanh((1 - z) * n + z * h),
        ),
        "reset-state-in-mix": (
            "h' = (1 - z) n + z (r h)",
            lambda z, n, h, r: (1 - z) * n + z * r * h,
        ),
        "mix-subtracted": ("h' = (1 - z) n - z h", lambda z, n, h, r: (1 - z) * n - z * h),
        "mix-reset-reversed": (
            "h' = (1 - z) n + z (1 - r) h",
            lambda z, n, h, r: (1 - z) * n + z * (1 - r) * h,
        ),
    }
    parts = {"z": "z", "(1 - z)": "1-z", "1": "1", "r": "r", "(1 - r)": "1-r", "0": "0"}
    values = {
        "z": lambda z, r: z,
        "(1 - z)": lambda z, r: 1 - z,
        "1": lambda z, r: 1.0,
        "r": lambda z, r: r,
        "(1 - r)": lambda z, r: 1 - r,
        "0": lambda z, r: 0.0,
    }
    for u in parts:
        for v in parts:
            if (u, v) != ("(1 - z)", "z"):
                mixes[f"mix-{parts[u]}-and-{parts[v]}"] = (
                    f"h' = {u} n + {v} h",
                    lambda z, n, h, r, u=u, v=v: values[u](z, r) * n + values[v](z, r) * h,
                )
    for name, (formula, mix) in mixes.items():
        yield Mistake(
            name, f"What is made is {formula}; right is h' = (1 - z) n + z h.", where, mix=mix
        )
    yield Mistake(
        "gates-by-view",
        "The sums (N, 3H) are turned into (3, N, H) by a view; that mixes rows and gates.",
        "gru/gates",
        gates=lambda a, u: (*a.reshape(3, len(a), -1), *u.reshape(3, len(u), -1)),
    )


def _b_hn(p):
    return np.split(p["bias_hh"], 3)[2] if np.ndim(p["bias_hh"]) else 0.0


def _b_in(p):
    return np.split(p["bias_ih"], 3)[2] if np.ndim(p["bias_ih"]) else 0.0


# --------------------------------------------------------------------------- one step


def step(kind):
    """What can go wrong inside one step: the first and the largest part of the catalogue."""
    own = {"rnn": only_rnn, "lstm": only_lstm, "gru": only_gru}[kind]
    scopes = list(SCOPES) if kind != "rnn" else []
    return [
        *own(),
        *gate_orders(kind, scopes[:1]),
        *activations(kind),
        *biases(kind),
        *matrices(kind),
        *cut_wrongly(kind),
        *parts_missing(kind),
        *rare_activations(kind),
        *copied_gates(kind, scopes),
        *gate_orders(kind, scopes[1:]),
    ]


def formulas(kind):
    """Every way to put the gates together: what nobody gave a name of its own."""
    return [*c_formulas()] if kind == "lstm" else []


def cell(kind):
    """The catalogue for a task such as lstm_cell(x, (h, c), W_ih, W_hh, b_ih, b_hh)."""
    return [*cell_states(kind), *step(kind), *formulas(kind)]


def cell_states(kind):
    where = f"{kind}/states"
    zero = _zeros
    if STATES[kind] == 2:
        results = {
            "states-exchanged": ("(c, h) is returned", lambda s: (s[1], s[0])),
            "h-returned-twice": ("(h, h) is returned", lambda s: (s[0], s[0])),
            "c-returned-twice": ("(c, c) is returned", lambda s: (s[1], s[1])),
            "only-h-returned": ("Only h is returned", lambda s: s[0]),
            "only-c-returned": ("Only c is returned", lambda s: s[1]),
            "states-stacked": ("One tensor (2, N, H) is returned", np.stack),
            "states-joined": ("One tensor (N, 2H) is returned", lambda s: np.concatenate(s, -1)),
        }
        for name, (said, result) in results.items():
            yield Mistake(name, f"{said}; the new state is the pair (h, c).", where, result=result)
        old = {
            "old-c-returned": (
                "The old c is returned with the new h",
                lambda new, state: (new[0], state[1]),
            ),
            "old-h-returned": (
                "The old h is returned with the new c",
                lambda new, state: (state[0], new[1]),
            ),
            "old-states-returned": ("The old states are returned", lambda new, state: state),
        }
        for name, (said, pick) in old.items():
            yield Mistake(name, f"{said}; both are made anew in each step.", where, after=pick)
        given = {
            "states-read-exchanged": (
                "The state is read as (c, h); it is (h, c)",
                lambda h, c: (c, h),
            ),
            "h-ignored": ("The given h is not used", lambda h, c: (zero(h), c)),
            "c-ignored": ("The given c is not used", lambda h, c: (h, zero(c))),
            "states-ignored": ("The given states are not used", lambda h, c: (zero(h), zero(c))),
            "h-for-both-states": ("h is used for c as well", lambda h, c: (h, h)),
            "c-for-both-states": ("c is used for h as well", lambda h, c: (c, c)),
        }
        for name, (said, change) in given.items():
            yield Mistake(
                name,
                f"{said}.",
                where,
                args=lambda x, s, *w, change=change: (x, s if s is None else change(*s), *w),
            )
    else:
        yield Mistake(
            "state-ignored",
            "The given state h is not used (zeros in its place).",
            where,
            args=lambda x, h, *w: (x, each(h, zero), *w),
        )
        yield Mistake(
            "old-state-returned",
            "The old state is returned, not the new one.",
            where,
            after=lambda new, state: state,
        )
        yield Mistake(
            "state-in-a-tuple",
            "A tuple is returned; the new state is one tensor.",
            where,
            result=lambda h: (h,),
        )
        yield Mistake(
            "state-returned-twice",
            "The state is returned twice; the new state is one tensor.",
            where,
            result=lambda h: (h, h),
        )
    rows_of = {
        "first-row-for-all": (
            "The first row's state is used for all rows",
            lambda s: s[:1] + 0 * s,
        ),
        "mean-over-rows": ("The state is averaged over the batch", lambda s: s.mean(0) + 0 * s),
        "sum-over-rows": ("The state is summed over the batch", lambda s: s.sum(0) + 0 * s),
        "rows-reversed": ("The rows of the state are in another order", flipped),
    }
    for name, (said, change) in rows_of.items():
        yield Mistake(
            name,
            f"{said}; every row of the batch has its own state.",
            where,
            args=lambda x, s, *w, change=change: (x, each(s, change), *w),
        )


def flipped(x):
    """The rows in reversed order, of an array or of a tensor."""
    return x[::-1] if isinstance(x, np.ndarray) else x.flip(0)


def _zeros(s):
    return 0 * s


# ------------------------------------------------------------------------- the loop over time


def layer(kind):
    """The catalogue for a task such as lstm(xs, (h0, c0), W_ih, W_hh, b_ih, b_hh)."""
    return [*loop(kind), *layer_states(kind), *axes(kind), *step(kind), *formulas(kind)]


def loop(kind):
    """What can go wrong from step to step, in one layer and one direction."""
    where = f"{kind}/loop"
    two = STATES[kind] == 2
    sees = {
        "state-not-carried": (
            "Each step starts from the first state again; it starts from the state of the step "
            "before",
            lambda s, start: start,
        ),
        "state-zeroed-each-step": (
            "Each step starts from zeros; it starts from the state of the step before",
            lambda s, start: tuple(0 * x for x in s),
        ),
    }
    if two:
        sees |= {
            "c-not-carried": (
                "c is not carried: each step starts from the first c again",
                lambda s, start: (s[0], start[1]),
            ),
            "h-not-carried": (
                "h is not carried: each step starts from the first h again",
                lambda s, start: (start[0], s[1]),
            ),
            "c-zeroed-each-step": (
                "c is set to zero at each step; it is carried",
                lambda s, start: (s[0], 0 * s[1]),
            ),
            "h-zeroed-each-step": (
                "h is set to zero at each step; it is carried",
                lambda s, start: (0 * s[0], s[1]),
            ),
            "states-exchanged-each-step": (
                "h and c are exchanged from step to step",
                lambda s, start: s if s is start else (s[1], s[0]),
            ),
            "states-exchanged-at-all-steps": (
                "Each step reads the state as (c, h); it is (h, c)",
                lambda s, start: (s[1], s[0]),
            ),
            "h-carried-as-c": (
                "h is carried in the place of c",
                lambda s, start: s if s is start else (s[0], s[0]),
            ),
            "c-carried-as-h": (
                "c is carried in the place of h",
                lambda s, start: s if s is start else (s[1], s[1]),
            ),
        }
    after_first = {
        "state-zeroed-after-each-step": (
            "After each step the state is set to zero; it is carried",
            lambda s: tuple(0 * x for x in s),
        ),
    }
    if two:
        after_first |= {
            "c-zeroed-after-each-step": (
                "After each step c is set to zero; it is carried",
                lambda s: (s[0], 0 * s[1]),
            ),
            "h-zeroed-after-each-step": (
                "After each step h is set to zero; it is carried",
                lambda s: (0 * s[0], s[1]),
            ),
        }
    for name, (said, change) in after_first.items():
        sees[name] = (said, lambda s, start, change=change: s if s is start else change(s))
    for name, (said, see) in sees.items():
        yield Mistake(name, f"{said}.", where, sees=see)
    reads = {
        "first-input-at-every-step": ("Every step reads x_0", lambda xs: 0 * xs + xs[:1]),
        "last-input-at-every-step": ("Every step reads the last x", lambda xs: 0 * xs + xs[-1:]),
        "last-step-missing": ("The last step is not made", lambda xs: xs[:-1]),
        "first-step-missing": ("The first step is not made", lambda xs: xs[1:]),
        "input-one-late": (
            "Step t reads x_(t-1)",
            lambda xs: np.concatenate([0 * xs[:1], xs[:-1]]),
        ),
        "input-one-early": (
            "Step t reads x_(t+1)",
            lambda xs: np.concatenate([xs[1:], 0 * xs[:1]]),
        ),
        "input-one-late-round": (
            "Step t reads x_(t-1), step 0 the last x",
            lambda xs: np.roll(xs, 1, 0),
        ),
        "run-backwards": ("The steps are made from the last to the first", lambda xs: xs[::-1]),
        "inputs-summed-up": ("Step t reads the sum of all x so far", lambda xs: xs.cumsum(0)),
        "input-of-one-row": ("Every row reads the first row's x", lambda xs: 0 * xs + xs[:, :1]),
        "first-step-repeated": (
            "The first step is made twice",
            lambda xs: np.concatenate([xs[:1], xs]),
        ),
    }
    for name, (said, inputs) in reads.items():
        yield Mistake(name, f"{said}; step t reads x_t, t = 0 .. T-1.", where, inputs=inputs)
    yield Mistake(
        "last-step-missing-zeros",
        "The loop stops one step early; the last row of the output is left at zero.",
        where,
        inputs=lambda xs: xs[:-1],
        outputs=lambda out, start, states: np.concatenate([out, 0 * start[0][None]]),
    )
    yield Mistake(
        "first-step-missing-zeros",
        "The loop starts one step late; the first row of the output is left at zero.",
        where,
        inputs=lambda xs: xs[1:],
        outputs=lambda out, start, states: np.concatenate([0 * start[0][None], out]),
    )
    yield Mistake(
        "run-against-time",
        "The steps are made from the last to the first.",
        where,
        inputs=lambda xs: xs[::-1],
        outputs=lambda out, start, states: out[::-1],
    )
    yield from carried(kind)
    yield from stale(kind)
    for gate in INNER[kind]:
        yield Mistake(
            f"output-is-{gate.replace('(', '-').replace(')', '')}",
            f"The output holds {gate} of every step; it holds h.",
            where,
            shows=gate,
        )
    stacked = lambda states, k: np.stack([s[k] for s in states])  # noqa: E731
    given = {
        "output-before-the-step": (
            "The output at t is the state before the step; it is the state after it",
            lambda out, start, states: np.concatenate([start[0][None], out[:-1]]),
        ),
        "output-with-first-state": (
            "The first state stands in the output as well: T + 1 entries; there are T",
            lambda out, start, states: np.concatenate([start[0][None], out]),
        ),
        "output-reversed": (
            "The output is in reversed order",
            lambda out, start, states: out[::-1],
        ),
        "output-all-alike": (
            "Every entry of the output is the last state (one tensor changed in place, or the "
            "last one repeated); the output at t is the state after step t",
            lambda out, start, states: 0 * out + out[-1:],
        ),
        "output-only-last": (
            "Only the last output is returned; all T are wanted",
            lambda out, start, states: out[-1],
        ),
        "output-only-last-kept": (
            "Only the last output is returned, as (1, N, H); all T are wanted",
            lambda out, start, states: out[-1:],
        ),
        "output-summed-up": (
            "The output at t is the sum of all states so far",
            lambda out, start, states: out.cumsum(0),
        ),
        "output-mean-so-far": (
            "The output at t is the mean of all states so far",
            lambda out, start, states: out.cumsum(0) / np.arange(1, len(out) + 1)[:, None, None],
        ),
        "output-first-repeated": (
            "Every entry of the output is the first state",
            lambda out, start, states: 0 * out + out[:1],
        ),
        "output-not-written-last": (
            "The last entry of the output is left at zero",
            lambda out, start, states: np.concatenate([out[:-1], 0 * out[-1:]]),
        ),
        "output-not-written-first": (
            "The first entry of the output is left at zero",
            lambda out, start, states: np.concatenate([0 * out[:1], out[1:]]),
        ),
    }
    if two:
        given |= {
            "output-is-c": (
                "The output is c at every step; it is h",
                lambda out, start, states: stacked(states, 1),
            ),
            "output-both-states": (
                "The output holds h and c side by side; it is h alone",
                lambda out, start, states: np.concatenate([out, stacked(states, 1)], -1),
            ),
        }
    for name, (said, outputs) in given.items():
        yield Mistake(name, f"{said}.", where, outputs=outputs)


INNER = {"rnn": ("sum",), "lstm": ("i", "f", "g", "o", "tanh(c)"), "gru": ("r", "z", "n")}


def carried(kind):
    """What is handed on is changed on the way, after the output was taken."""
    ways = {
        "tanh": ("goes through tanh", tanh),
        "sigmoid": ("goes through a sigmoid", sigmoid),
        "relu": ("goes through relu", relu),
        "halved": ("is halved", lambda x: x / 2),
        "doubled": ("is doubled", lambda x: 2 * x),
        "negated": ("changes its sign", lambda x: -x),
        "averaged": ("is averaged over the batch", lambda x: 0 * x + x.mean(0)),
        "rows-rolled": ("passes to the next row of the batch", lambda x: np.roll(x, 1, 0)),
        "units-reversed": ("has its units in reversed order", lambda x: x[:, ::-1]),
    }
    for k, part in enumerate("hc"[: STATES[kind]]):
        for name, (said, change) in ways.items():
            yield Mistake(
                f"{part}-{name}-when-carried",
                f"{part} {said} before it is carried to the next step.",
                f"{kind}/loop",
                carry=lambda s, k=k, change=change: tuple(
                    change(x) if j == k else x for j, x in enumerate(s)
                ),
            )
    yield Mistake(
        "states-added-up",
        "The new state is added to the old one when it is carried.",
        f"{kind}/loop",
        joins=lambda new, old: tuple(a + b for a, b in zip(new, old, strict=True)),
    )
    yield Mistake(
        "states-averaged",
        "The mean of the new and the old state is carried.",
        f"{kind}/loop",
        joins=lambda new, old: tuple((a + b) / 2 for a, b in zip(new, old, strict=True)),
    )
    if kind == "lstm":
        yield Mistake(
            "c-added-up",
            "The new c is added to the old one when it is carried.",
            f"{kind}/loop",
            joins=lambda new, old: (new[0], new[1] + old[1]),
        )


def stale(kind):
    """One part of the step uses the first state, or the state before the last, or zeros."""
    if kind != "gru":
        return  # the LSTM's two states are two parts already, and an RNN has one place only
    places = (("h_gates", "r and z use"), ("h_n", "the candidate uses"), ("h_mix", "z multiplies"))
    for place, said in places:
        short = place.removeprefix("h_")
        for name, words, pick in (
            ("first-state", "the first state h_0", lambda s, start: start[0]),
            ("zeros", "zeros", lambda s, start: 0 * s[0]),
        ):
            yield Mistake(
                f"{short}-with-{name}",
                f"At every step {said} {words}; it is the state of the step before.",
                f"{kind}/loop",
                **{place: pick},
            )


def layer_states(kind):
    """What is given as first state, and what as last."""
    where = f"{kind}/states"
    two = STATES[kind] == 2
    begins = {
        "h0-ignored": (
            "The given h_0 is not used: zeros in its place",
            lambda s: (0 * s[0], *s[1:]),
        ),
        "h0-ones": (
            "The given h_0 is not used: ones in its place",
            lambda s: (0 * s[0] + 1, *s[1:]),
        ),
        "first-row-for-all": (
            "The first row's h_0 is used for all rows of the batch",
            lambda s: tuple(0 * x + x[:1] for x in s),
        ),
    }
    if two:
        begins |= {
            "states-ignored": (
                "The given h_0 and c_0 are not used: zeros in their place",
                lambda s: (0 * s[0], 0 * s[1]),
            ),
            "c0-ignored": (
                "The given c_0 is not used: zeros in its place",
                lambda s: (s[0], 0 * s[1]),
            ),
            "states-read-exchanged": (
                "The given state is read as (c_0, h_0); it is (h_0, c_0)",
                lambda s: (s[1], s[0]),
            ),
            "h0-for-both-states": ("h_0 is used for c_0 as well", lambda s: (s[0], s[0])),
            "c0-for-both-states": ("c_0 is used for h_0 as well", lambda s: (s[1], s[1])),
        }
    for name, (said, begin) in begins.items():
        yield Mistake(name, f"{said}.", where, begin=begin)
    lasts = {
        "h-n-is-h0": (
            "The first state is given back as h_n",
            lambda s, start, states: (start[0], *s[1:]),
        ),
        "h-n-of-first-step": (
            "The state after the first step is given as h_n",
            lambda s, start, states: (states[0][0], *s[1:]),
        ),
        "h-n-one-step-early": (
            "The state one step before the end is given as h_n",
            lambda s, start, states: ([start, *states][-2][0], *s[1:]),
        ),
        "h-n-zero": ("h_n is zeros", lambda s, start, states: (0 * s[0], *s[1:])),
        "h-n-all-steps": (
            "All T states are given as h_n",
            lambda s, start, states: (np.stack([x[0] for x in states]), *s[1:]),
        ),
        "h-n-last-row": (
            "The last row of the batch at all steps is given as h_n, output[:, -1]",
            lambda s, start, states: (np.stack([x[0][-1] for x in states]), *s[1:]),
        ),
        "h-n-mean": (
            "The mean of all states is given as h_n",
            lambda s, start, states: (np.mean([x[0] for x in states], 0), *s[1:]),
        ),
    }
    if two:
        lasts |= {
            "last-states-exchanged": (
                "(c_n, h_n) is returned; it is (h_n, c_n)",
                lambda s, start, states: (s[1], s[0]),
            ),
            "h-n-twice": ("(h_n, h_n) is returned", lambda s, start, states: (s[0], s[0])),
            "c-n-twice": ("(c_n, c_n) is returned", lambda s, start, states: (s[1], s[1])),
            "c-n-is-c0": ("c_0 is given back as c_n", lambda s, start, states: (s[0], start[1])),
            "c-n-of-first-step": (
                "The c after the first step is given as c_n",
                lambda s, start, states: (s[0], states[0][1]),
            ),
            "c-n-one-step-early": (
                "The c one step before the end is given as c_n",
                lambda s, start, states: (s[0], [start, *states][-2][1]),
            ),
            "c-n-all-steps": (
                "All T states c are given as c_n",
                lambda s, start, states: (s[0], np.stack([x[1] for x in states])),
            ),
            "last-states-are-first": (
                "The first states are given back as last ones",
                lambda s, start, states: start,
            ),
            "last-states-of-first-step": (
                "The states after the first step are given as last ones",
                lambda s, start, states: states[0],
            ),
            "last-states-one-step-early": (
                "The states one step before the end are given as last ones",
                lambda s, start, states: [start, *states][-2],
            ),
        }
    for name, (said, last) in lasts.items():
        yield Mistake(name, f"{said}; wanted is the state after the last step.", where, last=last)
    results = {
        "only-output-returned": ("Only the output is returned", lambda r: r[0]),
        "only-state-returned": ("Only the last state is returned", lambda r: r[1]),
        "results-exchanged": (
            "The last state comes first, the output second; it is the other way round",
            lambda r: (r[1], r[0]),
        ),
        "state-with-layer-axis": (
            "The last state has a layer axis, (1, N, H); here it is (N, H)",
            lambda r: (r[0], _state(r[1], lambda s: s[None])),
        ),
        "output-returned-twice": ("The output is returned twice", lambda r: (r[0], r[0])),
    }
    if two:
        results |= {
            "states-not-paired": (
                "Three values are returned, output, h_n, c_n; the states are a pair: "
                "output, (h_n, c_n)",
                lambda r: (r[0], *r[1]),
            ),
            "c-n-missing": ("c_n is not returned", lambda r: (r[0], r[1][0])),
            "h-n-missing": ("Only c_n is returned as last state", lambda r: (r[0], r[1][1])),
        }
    for name, (said, result) in results.items():
        yield Mistake(name, f"{said}.", where, result=result)


def _state(state, change):
    return tuple(map(change, state)) if isinstance(state, tuple) else change(state)


def axes(kind):
    """Time, batch and features mixed up."""
    where = f"{kind}/axes"

    def on_output(change):
        return lambda r: (change(r[0]), *r[1:]) if isinstance(r, tuple) else r

    results = {
        "output-batch-first": (
            "The output is (N, T, H); time comes first, (T, N, H): stack along axis 0",
            lambda out: out.swapaxes(0, 1),
        ),
        "output-stacked-last": (
            "The output is (N, H, T), stacked along the last axis; time comes first, (T, N, H)",
            lambda out: np.moveaxis(out, 0, -1),
        ),
        "output-concatenated": (
            "The outputs are concatenated to (T*N, H); stack makes a new axis, (T, N, H)",
            lambda out: out.reshape(-1, out.shape[-1]),
        ),
        "output-concatenated-features": (
            "The outputs are concatenated to (N, T*H); stack makes a new axis, (T, N, H)",
            lambda out: np.concatenate(list(out), -1),
        ),
        "output-with-one-more-axis": (
            "The outputs are concatenated and get an axis of 1, (T*N, 1, H): right for one row "
            "only; stack makes a new axis, (T, N, H)",
            lambda out: out.reshape(-1, 1, out.shape[-1]),
        ),
        "output-viewed-batch-first": (
            "The output is turned into (N, T, H) by a view, which mixes time steps and rows",
            lambda out: out.reshape(out.shape[1], out.shape[0], -1),
        ),
        "output-viewed": (
            "The output is (N, T, H) seen as (T, N, H) by a view, which mixes time steps and rows",
            lambda out: np.ascontiguousarray(out.swapaxes(0, 1)).reshape(out.shape),
        ),
        "output-unstacked": (
            "A list of T tensors is returned; stack them to one, (T, N, H)",
            lambda out: tuple(out),
        ),
    }
    for name, (said, change) in results.items():
        yield Mistake(name, f"{said}.", where, result=on_output(change))
    yield Mistake(
        "loop-over-batch",
        "The loop runs over the batch, axis 1, with time in its place; xs is (T, N, I).",
        where,
        inputs=lambda xs: xs.swapaxes(0, 1),
    )
    yield Mistake(
        "loop-over-batch-stacked-back",
        "The loop runs over the batch, axis 1, and the outputs are stacked along axis 1.",
        where,
        inputs=lambda xs: xs.swapaxes(0, 1),
        result=on_output(lambda out: out.swapaxes(0, 1)),
    )
    yield Mistake(
        "inputs-viewed",
        "xs (T, N, I) is turned into (N, T, I) by a view, which mixes time steps and rows.",
        where,
        inputs=lambda xs: xs.reshape(xs.shape[1], xs.shape[0], -1).swapaxes(0, 1),
    )


# ------------------------------------------------------------------- layers and directions


def network(kind, L, D, batch_first=False, P=0):
    """The catalogue for a module with L layers and D directions, P: projected size or 0."""
    loops = [*loop(kind), *layer_states(kind), *(batch_axes(kind) if batch_first else axes(kind))]
    return [
        *(directions(kind) if D == 2 else []),
        *(layers(kind, D) if L > 1 else []),
        *(stacked_states(kind, L, D) if L * D > 1 else one_state(kind)),
        *(projection(kind) if P else []),
        *loops,
        *step(kind),
        *formulas(kind),
    ]


def directions(kind):
    where = "bidirectional/directions"
    flip = lambda x: x[::-1]  # noqa: E731
    yield Mistake(
        "backward-not-turned-back",
        "The outputs of the backward direction are not turned back: row t has to hold what it "
        "gave at step t of the sequence.",
        where,
        turn=flip,
    )
    yield Mistake(
        "backward-runs-forward",
        "The backward direction reads the sequence forward.",
        where,
        way=(False, False),
    )
    yield Mistake(
        "backward-runs-forward-and-is-turned",
        "The backward direction reads the sequence forward, and its outputs are turned.",
        where,
        way=(False, False),
        turn=flip,
    )
    yield Mistake(
        "directions-exchanged",
        "The weights of the backward direction run forward, and the other way round.",
        where,
        way=(True, False),
    )
    joins = {
        "backward-half-first": (
            "The backward half stands first; the forward half comes first",
            lambda outs: np.concatenate(outs[::-1], -1),
        ),
        "directions-summed": (
            "The directions are added; they are put side by side, (T, N, 2H)",
            lambda outs: outs[0] + outs[1],
        ),
        "directions-averaged": (
            "The mean of the directions is taken; they are put side by side, (T, N, 2H)",
            lambda outs: (outs[0] + outs[1]) / 2,
        ),
        "directions-multiplied": (
            "The directions are multiplied; they are put side by side, (T, N, 2H)",
            lambda outs: outs[0] * outs[1],
        ),
        "forward-only": ("Only the forward direction is given out", lambda outs: outs[0]),
        "backward-only": ("Only the backward direction is given out", lambda outs: outs[1]),
        "forward-twice": (
            "The forward outputs stand in both halves",
            lambda outs: np.concatenate([outs[0], outs[0]], -1),
        ),
        "backward-twice": (
            "The backward outputs stand in both halves",
            lambda outs: np.concatenate([outs[1], outs[1]], -1),
        ),
        "directions-interleaved": (
            "The features of the directions alternate; they are put side by side",
            lambda outs: np.stack(outs, -1).reshape(*outs[0].shape[:-1], -1),
        ),
        "directions-joined-in-time": (
            "The directions are concatenated along time; they are put side by side, (T, N, 2H)",
            lambda outs: np.concatenate(outs, 0),
        ),
        "directions-joined-in-batch": (
            "The directions are concatenated along the batch; they are put side by side",
            lambda outs: np.concatenate(outs, 1),
        ),
        "directions-stacked": (
            "The directions get an axis of their own; they are put side by side, (T, N, 2H)",
            lambda outs: np.stack(outs),
        ),
    }
    for name, (said, join) in joins.items():
        yield Mistake(name, f"{said}.", where, join=join)
    for name, source, said in (
        ("backward-with-forward-weights", 0, "Both directions use the forward weights"),
        ("forward-with-backward-weights", 1, "Both directions use the backward weights"),
    ):
        yield Mistake(
            name,
            f"{said}; each has its own.",
            where,
            share=lambda layers, k=source: [[ps[k]] * len(ps) for ps in layers],
        )
    yield Mistake(
        "weights-of-directions-exchanged",
        "Forward and backward weights are exchanged.",
        where,
        share=lambda layers: [ps[::-1] for ps in layers],
    )
    backward = lambda k, d: d == 1  # noqa: E731
    yield Mistake(
        "backward-flips-the-batch",
        "For the backward direction the batch is turned round, not time.",
        where,
        way=(False, False),
        placed=(
            (
                backward,
                {
                    "inputs": lambda xs: xs[:, ::-1],
                    "outputs": lambda out, start, states: out[:, ::-1],
                },
            ),
        ),
    )
    yield Mistake(
        "backward-flips-the-batch-only",
        "For the backward direction the input's batch is turned round, not time.",
        where,
        way=(False, False),
        placed=((backward, {"inputs": lambda xs: xs[:, ::-1]}),),
    )
    yield Mistake(
        "backward-flips-the-features",
        "For the backward direction the features are turned round, not time.",
        where,
        way=(False, False),
        placed=((backward, {"inputs": lambda xs: xs[:, :, ::-1]}),),
    )
    yield Mistake(
        "backward-reads-forward-outputs",
        "The backward direction starts from the last forward state.",
        where,
        takes=lambda start, k, d, finals: finals[-1] if d else start,
    )


def layers(kind, D):
    where = "deep/layers"
    feeds = {
        "layer-reads-first-direction": (
            "A layer reads the forward outputs in both halves",
            lambda below, outs: np.concatenate([outs[0]] * len(outs), -1),
        ),
        "layer-reads-backward-first": (
            "A layer reads the backward half first; the forward half comes first",
            lambda below, outs: np.concatenate(outs[::-1], -1),
        ),
        "layer-reads-reversed": (
            "A layer reads the outputs below in reversed order",
            lambda below, outs: below[::-1],
        ),
        "layer-reads-last-output": (
            "A layer reads the last output of the layer below at every step",
            lambda below, outs: 0 * below + below[-1:],
        ),
        "layer-reads-first-output": (
            "A layer reads the first output of the layer below at every step",
            lambda below, outs: 0 * below + below[:1],
        ),
        "layer-reads-one-late": (
            "A layer reads the outputs below one step late",
            lambda below, outs: np.concatenate([0 * below[:1], below[:-1]]),
        ),
        "layer-input-through-tanh": (
            "The outputs go through tanh once more between the layers",
            lambda below, outs: tanh(below),
        ),
        "layer-input-through-relu": (
            "The outputs go through relu between the layers",
            lambda below, outs: relu(below),
        ),
        "layer-input-doubled": (
            "The outputs are doubled between the layers (dropout's scale, without dropout)",
            lambda below, outs: 2 * below,
        ),
    }
    for name, (said, feed) in feeds.items():
        if D == 1 and ("direction" in name or "backward" in name):
            continue
        yield Mistake(
            name,
            f"{said}; layer l reads, step by step, what layer l-1 gave out.",
            where,
            feed=feed,
        )
    takes = {
        "layers-share-first-state": (
            "All layers start from the first layer's h_0",
            None,
        ),
        "layer-starts-from-layer-below": (
            "A layer starts from the last state of the layer below",
            lambda start, k, d, finals: finals[-D] if k else start,
        ),
    }
    for name, (said, take) in takes.items():
        if take:
            yield Mistake(name, f"{said}; each has its own, h_0[l].", "deep/states", takes=take)
    yield Mistake(
        "layers-share-first-state",
        "All layers start from the first layer's h_0; each has its own.",
        "deep/states",
        arrange=lambda part, L, D: np.concatenate([part[:D]] * L),
    )
    yield Mistake(
        "upper-layers-start-from-zeros",
        "Only the first layer gets its h_0; those above start from zeros.",
        "deep/states",
        arrange=lambda part, L, D: np.concatenate([part[:D], 0 * part[D:]]),
    )
    yield Mistake(
        "layers-get-states-reversed",
        "The states are given to the layers in reversed order.",
        "deep/states",
        arrange=lambda part, L, D: part.reshape(L, D, *part.shape[1:])[::-1].reshape(part.shape),
    )
    shares = {
        "layers-share-first-weights": (
            "All layers use the first layer's weights",
            lambda layers: [layers[0]] * len(layers),
        ),
        "upper-layers-share-weights": (
            "The layers above the first share one layer's weights",
            lambda layers: [layers[0], *[layers[1]] * (len(layers) - 1)],
        ),
        "upper-layers-share-last-weights": (
            "The layers above the first share the last layer's weights",
            lambda layers: [layers[0], *[layers[-1]] * (len(layers) - 1)],
        ),
        "last-layer-missing": ("The last layer is not run", lambda layers: layers[:-1]),
        "only-first-layer": ("Only the first layer is run", lambda layers: layers[:1]),
        "last-layer-twice": ("The last layer is run twice", lambda layers: [*layers, layers[-1]]),
        "first-layer-recurrent-weights": (
            "W_hh and its bias are the first layer's in all layers",
            lambda layers: [
                [
                    p | {n: first[n] for n in ("weight_hh", "bias_hh")}
                    for p, first in zip(ps, layers[0], strict=True)
                ]
                for ps in layers
            ],
        ),
        "first-layer-biases": (
            "The biases are the first layer's in all layers",
            lambda layers: [
                [
                    p | {n: first[n] for n in ("bias_ih", "bias_hh")}
                    for p, first in zip(ps, layers[0], strict=True)
                ]
                for ps in layers
            ],
        ),
    }
    for name, (said, share) in shares.items():
        yield Mistake(name, f"{said}; each has its own.", where, share=share)
    turned = {"outputs": lambda out, start, states: out[::-1]}
    if D == 2:
        yield Mistake(
            "directions-stacked-apart",
            "The forward layers read only forward outputs, the backward layers only backward ones; "
            "each layer reads both halves.",
            where,
            feed=lambda below, outs: np.concatenate([outs[0], 0 * outs[1]], -1),
        )
        yield Mistake(
            "upper-backward-not-turned-back",
            "Above the first layer the backward outputs are not turned back.",
            "bidirectional/directions",
            placed=((lambda k, d: k > 0 and d == 1, turned),),
        )
        yield Mistake(
            "lower-backward-not-turned-back",
            "In the first layer the backward outputs are not turned back.",
            "bidirectional/directions",
            placed=((lambda k, d: k == 0 and d == 1, turned),),
        )


def stacked_states(kind, L, D):
    """First and last states of several layers or directions."""
    where = "deep/states" if D == 1 else "bidirectional/states"
    if D == 2:

        def by_direction(part, L, D):
            """What stands first by direction, read layer by layer."""
            return part.reshape(L, D, *part.shape[1:]).swapaxes(0, 1).reshape(part.shape)

        def by_layer(part, L, D):
            return part.reshape(D, L, *part.shape[1:]).swapaxes(0, 1).reshape(part.shape)

        def exchanged(part, L, D):
            return part.reshape(L, D, *part.shape[1:])[:, ::-1].reshape(part.shape)

        if L > 1:
            yield Mistake(
                "h-n-by-direction",
                "The last states stand all forward, then all backward; torch has them layer by "
                "layer, forward then backward.",
                where,
                collect=by_direction,
            )
            yield Mistake(
                "h-0-by-direction",
                "The first states are read all forward, then all backward; torch has them layer by "
                "layer, forward then backward.",
                where,
                arrange=by_layer,
            )
            yield Mistake(
                "states-by-direction",
                "First and last states are taken to stand all forward, then all backward; torch "
                "has them layer by layer, forward then backward.",
                where,
                arrange=by_layer,
                collect=by_direction,
            )
        yield Mistake(
            "h-n-directions-exchanged",
            "In the last states backward stands before forward; forward comes first.",
            where,
            collect=exchanged,
        )
        yield Mistake(
            "h-0-directions-exchanged",
            "The first states are read backward before forward; forward comes first.",
            where,
            arrange=exchanged,
        )
        yield Mistake(
            "directions-share-first-state",
            "Both directions start from the forward h_0; each has its own.",
            where,
            arrange=lambda part, L, D: part.reshape(L, D, *part.shape[1:])[:, [0, 0]].reshape(
                part.shape
            ),
        )
        yield Mistake(
            "backward-starts-from-zeros",
            "The backward direction starts from zeros; it has its own h_0.",
            where,
            takes=lambda start, k, d, finals: tuple(0 * s for s in start) if d else start,
        )
        ends = {
            "h-n-from-output-end": (
                "h_n is taken from output[-1]; the backward half ends at output[0]",
                lambda states, out, outs: [
                    (o[-1], *s[1:]) for o, s in zip(outs, states, strict=True)
                ],
            ),
            "h-n-from-output-start": (
                "h_n is taken from output[0]; the forward half ends at output[-1]",
                lambda states, out, outs: [
                    (o[0], *s[1:]) for o, s in zip(outs, states, strict=True)
                ],
            ),
            "h-n-ends-exchanged": (
                "h_n is taken from output[0] forward and output[-1] backward; forward ends at "
                "output[-1], backward at output[0]",
                lambda states, out, outs: [
                    (o[k - 1 + 1 if k == 0 else -1], *s[1:])
                    for k, (o, s) in enumerate(zip(outs, states, strict=True))
                ],
            ),
            "h-n-forward-twice": (
                "The forward state stands for both directions in h_n",
                lambda states, out, outs: [states[0]] * len(states),
            ),
            "h-n-backward-twice": (
                "The backward state stands for both directions in h_n",
                lambda states, out, outs: [states[-1]] * len(states),
            ),
        }
        for name, (said, end) in ends.items():
            yield Mistake(name, f"{said}.", where, ends=end)
        collects = {
            "h-n-directions-joined": (
                "The directions stand side by side in the last states, (L, N, 2H); torch has "
                "(2L, N, H)",
                lambda part, L, D: np.concatenate([part[::2], part[1::2]], -1),
            ),
            "h-n-directions-summed": (
                "The directions are added in the last states, (L, N, H); torch has (2L, N, H)",
                lambda part, L, D: part[::2] + part[1::2],
            ),
            "h-n-forward-only": (
                "Only the forward states are returned, (L, N, H); torch has (2L, N, H)",
                lambda part, L, D: part[::2],
            ),
            "h-n-backward-only": (
                "Only the backward states are returned, (L, N, H); torch has (2L, N, H)",
                lambda part, L, D: part[1::2],
            ),
            "h-n-with-direction-axis": (
                "The last states have an axis for the directions, (L, 2, N, H); torch has "
                "(2L, N, H)",
                lambda part, L, D: part.reshape(L, D, *part.shape[1:]),
            ),
        }
        for name, (said, collect) in collects.items():
            yield Mistake(name, f"{said}.", where, collect=collect)
    collects = {
        "h-n-last-layer-only": (
            "Only the last layer's states are returned; all layers' are wanted",
            lambda part, L, D: part[-D:],
        ),
        "h-n-first-layer-only": (
            "Only the first layer's states are returned; all layers' are wanted",
            lambda part, L, D: part[:D],
        ),
        "h-n-layers-reversed": (
            "The last states stand with the last layer first; the first layer comes first",
            lambda part, L, D: part.reshape(L, D, *part.shape[1:])[::-1].reshape(part.shape),
        ),
        "h-n-reversed": (
            "The last states stand in reversed order",
            lambda part, L, D: part[::-1],
        ),
        "h-n-last-layer-repeated": (
            "The last layer's states stand for all layers",
            lambda part, L, D: np.concatenate([part[-D:]] * L),
        ),
        "h-n-batch-first": (
            "The last states are (N, layers, H); they are (layers, N, H), batch_first or not",
            lambda part, L, D: part.swapaxes(0, 1),
        ),
        "h-n-viewed-batch-first": (
            "The last states are turned into (N, layers, H) by a view",
            lambda part, L, D: part.reshape(part.shape[1], part.shape[0], -1),
        ),
        "h-n-features-joined": (
            "The last states stand side by side, (N, layers*H); they are (layers, N, H)",
            lambda part, L, D: np.concatenate(list(part), -1),
        ),
        "h-n-rows-joined": (
            "The last states stand below each other, (layers*N, H); they are (layers, N, H)",
            lambda part, L, D: np.concatenate(list(part), 0),
        ),
        "h-n-list": ("The last states are a list; stack them", lambda part, L, D: tuple(part)),
    }
    for name, (said, collect) in collects.items():
        if L == 1 and "layer" in name and "batch" not in name:
            continue
        yield Mistake(name, f"{said}.", where, collect=collect)
    arranges = {
        "first-h-0-for-all": (
            "All layers and directions start from h_0[0]; each has its own",
            lambda part, L, D: 0 * part + part[:1],
        ),
        "last-h-0-for-all": (
            "All layers and directions start from h_0[-1]; each has its own",
            lambda part, L, D: 0 * part + part[-1:],
        ),
        "h-0-reversed": ("h_0 is read in reversed order", lambda part, L, D: part[::-1]),
    }
    for name, (said, arrange) in arranges.items():
        yield Mistake(name, f"{said}.", where, arrange=arrange)


def one_state(kind):
    """One layer, one direction: the state still has its layer axis, (1, N, H)."""
    where = f"{kind}/states"
    collects = {
        "h-n-without-layer-axis": (
            "The last state is (N, H); torch has (1, N, H) with one layer",
            lambda part, L, D: part[0],
        ),
        "h-n-batch-first": (
            "The last state is (N, 1, H); it is (1, N, H), batch_first or not",
            lambda part, L, D: part.swapaxes(0, 1),
        ),
    }
    for name, (said, collect) in collects.items():
        yield Mistake(name, f"{said}.", where, collect=collect)


def batch_axes(kind):
    """batch_first and what is thought of it."""
    where = f"{kind}/axes"
    yield Mistake(
        "batch-first-ignored",
        "xs is read as (T, N, I) though batch_first says (N, T, I).",
        where,
        read=False,
        back=False,
    )
    yield Mistake(
        "batch-first-ignored-in-input",
        "xs is read as (T, N, I) though batch_first says (N, T, I); the output is turned.",
        where,
        read=False,
    )
    yield Mistake(
        "output-not-batch-first",
        "The output is (T, N, H) though batch_first says (N, T, H).",
        where,
        back=False,
    )
    yield Mistake(
        "batch-first-by-view",
        "xs (N, T, I) is turned into (T, N, I) by a view, which mixes rows and steps: transpose.",
        where,
        inputs=lambda xs: np.ascontiguousarray(xs.swapaxes(0, 1)).reshape(xs.shape),
    )
    yield Mistake(
        "output-batch-first-by-view",
        "The output is turned into (N, T, H) by a view, which mixes rows and steps: transpose.",
        where,
        back=False,
        result=lambda r: (r[0].reshape(r[0].shape[1], r[0].shape[0], -1), *r[1:]),
    )


def projection(kind):
    """torch's proj_size: h' = W_hr (o tanh(c'))."""
    where = "lstm/projection"
    projects = {
        "projection-through-tanh": (
            "The projected h goes through tanh once more",
            lambda h, W: tanh(linear(h, W)),
        ),
        "projection-cut": (
            "h is cut to its first P units; it is multiplied by W_hr",
            lambda h, W: h[..., : len(W)],
        ),
    }
    for name, (said, project) in projects.items():
        yield Mistake(name, f"{said}; h' = W_hr (o tanh(c')).", where, project=project)


def partly(some, L, D):
    """The commonest mistakes of a step, made in one direction or layer only."""
    places = []
    if D == 2:
        places.append(("in the backward direction only", "backward", lambda k, d: d == 1))
        places.append(("in the forward direction only", "forward", lambda k, d: d == 0))
    if L > 1:
        places.append(("above the first layer only", "upper", lambda k, d: k > 0))
        places.append(("in the first layer only", "lowest", lambda k, d: k == 0))
    for mistake in some:
        if any(part in mistake.name for part in ("-W-", "-b-", "weights", "softmax", "formula")):
            continue
        for said, short, only in places:
            yield Mistake(
                f"{mistake.name}-{short}",
                f"{mistake.words} This {said}.",
                mistake.section,
                placed=((only, mistake.change),),
            )
