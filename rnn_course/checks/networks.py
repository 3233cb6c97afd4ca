"""What may be wrong with a module: the reference's own texts, and the families of mistakes over them.

For a module of any size there is no table made beforehand (diagnosis/make.py), so the mistakes are
tried when one is wrong: on the text of one layer, whose step is that of rnn_course.cells, and on
the text of a network, a plain loop over layers and directions. On the cheapest input first, where
nearly all drop out.
"""

import ast
import contextlib
import inspect
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import chain, combinations, product

import numpy as np
import torch

from rnn_course import cells
from rnn_course.checks import cases
from rnn_course.checks.diagnosis import ONLY_HIDDEN, UNSTEADY, Diagnosis, Named, is_steady
from rnn_course.checks.diagnosis.mistakes import ALWAYS, Mistake, Places, family, templates
from rnn_course.checks.diagnosis.prints import alike, cases_of, observe, print_of, quiet, some_of
from rnn_course.checks.diagnosis.texts import SCOPE, Text, head, parsed
from rnn_course.weights import KINDS, network

LIKELY = 10  # mistakes of a layer, and of a network, that pairs are made of: half a second in all
SECONDS = 2.0  # of processor time: on a slow machine what is not tried by then is not told
CELLS = {"rnn": cells.rnn_cell, "relu": cells.rnn_relu_cell, "lstm": cells.lstm_cell}
CELLS |= {"gru": cells.gru_cell}
SUM = "a = x @ W_ih.T + b_ih"
BOTH = f"{SUM} + h @ W_hh.T + b_hh"  # the LSTM's families know its sum in one line
PLACED = (  # where in a network a mistake of a layer may be made alone
    ("backward", "This in the backward direction only.", lambda k, d: d == 1),
    ("forward", "This in the forward direction only.", lambda k, d: d == 0),
    ("upper", "This above the first layer only.", lambda k, d: k > 0),
    ("lowest", "This in the first layer only.", lambda k, d: k == 0),
)


# -------------------------------------------------------------------------------- the texts


class AsTorch(ast.NodeTransformer):
    """The operations of rnn_course.ops as torch's, and what is named for the way back put in."""

    def __init__(self):
        self.put_in = {}

    def visit_Assign(self, node):
        self.generic_visit(node)
        if ast.unparse(node.targets[0]) == "squashed":
            self.put_in["squashed"] = node.value
            return None
        return node

    def visit_Name(self, node):
        return self.put_in.get(node.id, node)

    def visit_Call(self, node):
        self.generic_visit(node)
        name, arguments = ast.unparse(node.func), node.args
        if name == "linear":
            return ast.Name("u", ast.Load())
        if name == "split":
            return ast.Call(
                ast.Attribute(arguments[0], "chunk"), [arguments[1], ast.Constant(-1)], []
            )
        return ast.Call(ast.Attribute(ast.Name("torch"), name), arguments, [])


@cache
def step_lines(kind):
    """The lines of one step, from x, the state and the four weights to h_new (and c_new)."""
    lines = [SUM, "u = h @ W_hh.T + b_hh"]
    (function,) = ast.parse(inspect.getsource(CELLS[kind])).body
    as_torch = AsTorch()
    for node in function.body[3:]:  # behind the docstring, the state and the weights
        if isinstance(node, ast.FunctionDef):
            break
        node = as_torch.visit(node)
        lines += [ast.unparse(node)] if node else []
    if kind == "lstm":
        return [BOTH, *(line.replace("(a + u)", "a") for line in lines[2:])]
    return lines


class Lines(Text):
    """A Text that finds its lines quickly: each is looked for by many mistakes."""

    @cached_property
    def by_line(self):
        found: dict = {}
        for place, node in self.statements:
            found.setdefault(head(node), []).append(place)
        return found

    def find(self, line):
        found = self.by_line.get(head(parsed(line)[0]), [])
        if len(found) != 1:
            raise LookupError(f"{self.name}: {len(found) or 'no'} lines read {line!r}")
        return found[0]


def layer_text(kind, projected, is_cell):
    """One layer in one direction, or one step: the right answer as a Text."""
    state, new = ("h, c", "h_new, c_new") if kind == "lstm" else ("h", "h_new")
    step = [*step_lines(kind), *(["h_new = h_new @ W_hr.T"] if projected else [])]
    weights = "W_ih, W_hh, b_ih, b_hh" + ", W_hr" * projected
    if is_cell:
        lines = [f"def layer(x, state, {weights}):", f"    {state} = state"]
        lines += [f"    {line}" for line in [*step, f"return {new}"]]
    else:
        lines = [f"def layer(xs, state, {weights}):", f"    {state} = state", "    outputs = []"]
        lines += ["    for x in xs:"]
        hand = f"{state} = {new}"
        lines += [f"        {line}" for line in [*step, "outputs.append(h_new)", hand]]
        lines += ["    output = torch.stack(outputs)", "    h_n = h"]
        lines += ["    c_n = c", "    return output, (h_n, c_n)"] * (kind == "lstm")
        lines += ["    return output, h_n"] * (kind != "lstm")
    return Lines("\n".join(lines), SCOPE)


TURNED = ["there, first = run(xs, starts[2 * k], forward)", "turned = xs.flip(0)"]
TURNED += ["states, second = run(turned, starts[2 * k + 1], backward)", "back = states.flip(0)"]
TURNED += ["output = torch.cat([there, back], -1)", "last += [first, second]"]
STRAIGHT = ["output, first = run(xs, starts[k], forward)", "last += [first]"]


def network_text(D, batch_first, run):
    """Layers over directions, as a Text. run(xs, start, (k, d, weights)): one layer in one."""
    turn = ["    {0} = {0}.transpose(0, 1)"] if batch_first else []
    lines = ["def module(xs, state, layers):", *(line.format("xs") for line in turn)]
    lines += ["    starts = apart(state)", "    last = []"]
    both = "forward, backward" if D == 2 else "forward,"
    lines += [f"    for k, ({both}) in enumerate(layers):"]
    lines += [f"        {line}" for line in [*(TURNED if D == 2 else STRAIGHT), "xs = output"]]
    lines += [line.format("output") for line in turn]
    lines += ["    state_n = together(last)", "    return output, state_n"]
    return Lines(
        "\n".join(lines), SCOPE | {"apart": apart, "together": together, "D": D, "run": run}
    )


def apart(state):
    """The states of all layers and directions, one by one."""
    return list(zip(*state, strict=True)) if isinstance(state, tuple) else list(state)


def together(states):
    """The way back."""
    if isinstance(states[0], tuple):
        return tuple(map(torch.stack, zip(*states, strict=True)))
    return torch.stack(states)


# ----------------------------------------------------------------------------- the mistakes


@dataclass
class Tried:
    """A mistake in one of the two texts.

    only  where in a network a layer has it: only(k, d); None: everywhere
    """

    mistake: Mistake
    text: Text
    changes: list
    function: Callable
    only: Callable | None = None


def families(kind, is_cell):
    """(family, settings) of the mistakes of a layer of this kind."""
    kind = "rnn" if kind == "relu" else kind
    gates, G = KINDS[kind.upper()].gates, str(len(KINDS[kind.upper()].gates))
    loop = {"kind": kind, "first": SUM, "hand": "h = h_new", "states": "h", "zero": "h = 0 * h"}
    if kind == "lstm":
        loop |= {"first": BOTH, "hand": "h, c = h_new, c_new", "states": "h, c"}
        loop |= {"zero": "h, c = 0 * h, 0 * c"}
    found = [("weights", {"kind": kind, "G": G})]
    found += [(kind, {})] if kind != "gru" else []  # the GRU's lines stand in network.toml
    if G != "1":
        found += [("activations", {"gates": gates, "kind": kind})]
        found += [("gates", {"gates": gates, "kind": kind, "G": G})]
    if not is_cell:
        found += [("layer", loop), *([("two_states", {})] if kind == "lstm" else [])]
    return found


class Names:
    """Finds names for the wrong answers of modules of one setting.

    task  the check of such a module, whose answers are the results alone, without gradients
    net   matches.Net: kind, cell, I, H, P, L, D, batch_first, relu
    """

    def __init__(self, task, net):
        self.task, self.net = task, net
        kind = "relu" if net.relu else net.kind
        self.layer = layer_text(kind, bool(net.P), net.cell)
        self.network = network_text(net.D, net.batch_first, self.run)
        self.whole = self.layer if net.cell else self.network
        self.families = families(kind, net.cell)
        self.plain, self.right = self.layer.function(), self.network.function()
        self.used: list = []  # Tried of the layer that make the answer now
        self.calls: dict = {}  # (layer, direction) -> what it was called with first
        self.cases, _ = cases_of(task)
        self.args = [self.prepared(case) for case in self.cases]

    # --------------------------------------------------------------------------- one answer

    def run(self, xs, start, direction):
        """One layer in one direction, with the mistakes that are tried now."""
        k, d, weights = direction
        self.calls.setdefault((k, d), (xs, start, *weights))
        function = self.plain
        for tried in self.used:
            function = tried.function if not tried.only or tried.only(k, d) else function
        return function(xs, start, *weights)

    def prepared(self, case):
        """A case as the whole text takes it, in float64; None where it does not."""
        net, (xs, state, given) = self.net, cases.in_dtype(case.args, torch.float64)
        if isinstance(xs, tuple) or xs.dim() != (2 if net.cell else 3):
            return None
        if state is None:
            rows = xs.shape[0 if net.cell or net.batch_first else 1]
            front = () if net.cell else (net.L * net.D,)
            parts = [xs.new_zeros(*front, rows, size) for size in (net.P or net.H, net.H)]
            state = tuple(parts) if net.two else parts[0]
        if net.cell:
            return xs, state, *self.weights(given)
        layers = [
            [(k, d, self.weights(p)) for d, (_, p) in enumerate(directions)]
            for k, directions in enumerate(network(None, given))
        ]
        return xs, state, layers

    def weights(self, p):
        zeros = p["weight_hh"].new_zeros(len(p["weight_hh"]))
        biases = (p.get("bias_ih", 0.0), p.get("bias_hh", 0.0))
        biases = tuple(b if isinstance(b, torch.Tensor) else zeros for b in biases)
        return p["weight_ih"], p["weight_hh"], *biases, *([p["weight_hr"]] if self.net.P else [])

    def answer(self, args, *tried):
        """What a module with these mistakes gives. args: as `prepared` makes them."""
        self.used = [one for one in tried if one.text is self.layer]
        if self.net.cell:
            self.calls.setdefault((0, 0), args)
            return (self.used[0].function if self.used else self.plain)(*args)
        of_network = [one.function for one in tried if one.text is self.network]
        return (of_network[0] if of_network else self.right)(*args)

    def number(self, k, *tried):
        """The print of the answer on case k with these mistakes in it; nan where it raises."""
        try:
            answer = self.answer(self.args[k], *tried)
        except Exception:  # noqa: BLE001  (a mistake may fail in any way)
            return np.nan
        return print_of(answer)[0]

    # ------------------------------------------------------------------------- what is tried

    def of_network(self):
        """Tried of the network, the likeliest first."""
        found = list(family(templates("network"), {}, None, "family"))
        yield from self.tried_of(sorted(found, key=lambda m: m.place), self.whole)

    def of_results(self):
        """Tried of what any task's results and arguments can be."""
        places = Places(self.task, self.whole)
        found = [m for name in ALWAYS for m in family(templates(name), {}, places, "always")]
        yield from self.tried_of(sorted(found, key=lambda m: m.rare), self.whole)

    def of_layer(self):
        """Tried of a layer, the likeliest first."""
        found = list(family(templates("network"), {}, None, "family")) if not self.net.cell else []
        for name, settings in self.families:
            found += family(templates(name), settings, None, "family")
        yield from self.tried_of(sorted(found, key=lambda m: (m.rare, m.place)), self.layer)

    def tried_of(self, found, text):
        right = self.plain if text is self.layer else self.right
        for mistake in found:
            try:
                changes = mistake.changes(text)
                function, _ = text.changed(changes, right)
            except (LookupError, SyntaxError, ValueError, TypeError, AttributeError):
                continue  # the text has no such line
            yield Tried(mistake, text, changes, function)

    def both(self, one, two):
        """Two mistakes in one text, as a Tried; None where they change the same."""
        text, changes = one.text, [*one.changes, *two.changes]
        if text.touched(one.changes) & text.touched(two.changes):
            return None
        try:
            return replace(one, changes=changes, function=text.function(changes))
        except (LookupError, SyntaxError, ValueError, TypeError, AttributeError):
            return None

    # ---------------------------------------------------------------------------- the search

    def diagnose(self, function, trials, shown):
        """What may be wrong with a module; function gives its results. Returns a Diagnosis."""
        if all(trial.right for trial in trials[:shown]):
            return Diagnosis(clues=[ONLY_HIDDEN])
        if trials[0].trouble:
            return Diagnosis()
        with quiet():
            seen = observe(self.task, function, self.cases)
            if not is_steady(self.task, function, self.cases, seen):
                return Diagnosis(clues=[UNSTEADY])
            found = [tried.mistake for tried in Search(self, function, seen).found()]
        return Diagnosis([Named(m.name, m.says, m.read) for m in found])


class Search:
    """The mistakes of one wrong answer. function gives it; seen: its Observations.

    A mistake of a layer is held first against the state that the student's module gives for that
    layer after one step: so it costs one step, and where two layers have different mistakes, each
    is found for itself.
    """

    def __init__(self, names, function, seen):
        self.names, self.seen, self.end = names, seen, time.thread_time() + SECONDS
        some = names.cases
        taken = [k for k, args in enumerate(names.args) if args is not None]
        taken = [k for k in taken if not np.isnan(seen.numbers[k])]
        right = np.array([names.number(k) for k in taken])
        as_right = alike(right, some_of(seen, taken))
        wrong = [k for k, is_right in zip(taken, as_right, strict=True) if not is_right]
        size = [cases.tensors(case.args)[0].numel() for case in some]
        self.order = [*sorted(wrong, key=size.__getitem__), *(k for k in taken if k not in wrong)]
        ordinary = [k for k, case in enumerate(some) if case.part != "edges"]
        self.is_possible = bool(wrong) and set(ordinary) <= set(taken)
        short = [k for k in taken if names.net.cell or some[k].note == "one time step"]
        self.short = short[0] if short else taken[0] if taken else None
        self.is_partly_right = False
        self.states = self.states_of(function) if self.is_possible else {}

    def states_of(self, function):
        """(layer, direction) -> (arguments of the layer's text there, print of the student's state,
        how far it may be off), in the case with one step."""
        names, found = self.names, {}
        names.calls = {}
        names.number(self.short)
        args, answer = names.cases[self.short].args, None
        for dtype in (torch.float32, torch.float64):
            with contextlib.suppress(Exception, SystemExit):  # it runs in one of them at least
                answer, single = function(*cases.in_dtype(args, dtype)), dtype
        right = names.answer(names.args[self.short])
        self.is_partly_right = not isinstance(right, tuple) or is_partly(answer, right)
        try:
            states = [answer] if names.net.cell else apart(answer[1])
            for place, args in names.calls.items():
                state = states[place[0] * names.net.D + place[1]]
                found[place] = args, *print_of(state, single)
        except (TypeError, ValueError, IndexError, RuntimeError):
            return {}  # its last states have another form: no layer alone explains that
        return found

    def found(self):
        """None, one or two of Tried."""
        if not self.is_possible:
            return []
        whole, layer = [], []
        for tried in self.names.of_network():
            if self.fits(tried):
                return [tried]
            whole.append(tried)
        for tried in self.names.of_layer():
            if self.is_like((0, 0), tried) and self.fits(tried):
                return [tried]
            layer.append(tried)
            if self.is_over():
                return []
        for tried in self.names.of_results() if self.is_partly_right else ():
            if self.fits(tried):
                return [tried]
            if self.is_over():
                return []
        likely = [tried for tried in layer if not tried.mistake.rare]
        return self.placed(likely) or self.pair(likely, whole)

    def placed(self, layer):
        """A mistake of a layer that is made in some of them only."""
        net = self.names.net
        for short, said, only in PLACED:
            places = [(k, d) for k in range(net.L) for d in range(net.D)]
            where = [place for place in places if only(*place)]
            if not where or len(where) == len(places):
                continue
            for tried in layer:
                if self.is_over():
                    return []
                if self.is_like(where[0], tried) and self.fits(replace(tried, only=only)):
                    return [told_where(tried, short, said)]
        return []

    def pair(self, layer, whole):
        """Two mistakes that give it, if they are the only two that do."""
        whole = [] if self.names.net.cell else self.distinct(whole)
        here = [tried for tried in layer if self.is_like((0, 0), tried)][:LIKELY]
        pairs = [(pair, [self.names.both(*pair)]) for pair in combinations(whole, 2)]
        pairs += [((one, two), [one, two]) for one in here for two in whole]
        pairs += [
            (pair, [both])
            for pair in combinations(self.distinct(layer), 2)
            if (both := self.names.both(*pair)) and self.is_like((0, 0), both)
        ]
        found = []
        for pair, tried in chain(pairs, self.placed_pairs(here, layer)):
            if self.is_over() or len(found) > 1:
                return []
            if None not in tried and self.fits(*tried):
                found.append(list(pair))
        return found[0] if len(found) == 1 else []

    def placed_pairs(self, here, layer):
        """(pair, Tried) of one mistake that all layers have and one that some have besides."""
        names, right = self.names, Tried(None, self.names.layer, [], self.names.plain)
        if self.is_like((0, 0), right):
            return  # the first layer is right
        for one, (short, said, only) in product(here, PLACED):
            names.calls = {}
            names.number(self.short, one)
            where = next((place for place in names.calls if only(*place)), (0, 0))
            if where == (0, 0):
                continue
            for two in layer:
                both = names.both(one, two)
                if both and self.is_like(where, both, names.calls[where]):
                    yield (one, told_where(two, short, said)), [one, replace(both, only=only)]

    def is_over(self):
        return time.thread_time() > self.end

    def is_like(self, place, tried, args=None):
        """Does a layer with this mistake, where it stands, end in the student's state?"""
        if place not in self.states:
            return False
        right_args, number, near = self.states[place]
        try:
            made = tried.function(*(args or right_args))
        except Exception:  # noqa: BLE001  (a mistake may fail in any way)
            return False
        try:
            made = print_of(made if self.names.net.cell else made[1])[0]
        except (TypeError, IndexError):
            return False
        return bool(abs(made - number) <= near + 1e-9 * (1 + abs(number)))

    def fits(self, *tried):
        """Do these mistakes give what was seen in every case? One that raises at an edge where the
        student's code does not says nothing of it, if others are explained."""
        for n, k in enumerate(self.order):
            number = np.array([self.names.number(k, *tried)])
            says_nothing = n and np.isnan(number[0]) and self.names.cases[k].part == "edges"
            if not says_nothing and not alike(number, some_of(self.seen, [k])).all():
                return False
        return True

    def distinct(self, some):
        """Those that give numbers of their own in the largest of the wrong cases."""
        k = self.order[-1]
        numbers, found = [self.names.number(k)], []
        for tried in some:
            if self.is_over() or len(found) == LIKELY:
                break
            number = self.names.number(k, tried)
            if not np.isnan(number) and not np.isclose(number, numbers, 1e-7, 1e-7).any():
                numbers.append(number)
                found.append(tried)
        return found


def told_where(tried, short, said):
    """The mistake of a layer with words on where in the network it is made."""
    mistake = tried.mistake
    named = replace(mistake, name=f"{mistake.name}-{short}", says=f"{mistake.says} {said}")
    return replace(tried, mistake=named)


def is_partly(answer, right):
    """Is one of the results right, or are they of another number, so that results alone explain?"""
    if not isinstance(answer, tuple | list) or len(answer) != len(right):
        return True
    for one, other in zip(answer, right, strict=True):
        (number, near), (wanted, _) = print_of(one, torch.float32), print_of(other)
        if abs(number - wanted) <= near + 1e-6:
            return True
    return False
