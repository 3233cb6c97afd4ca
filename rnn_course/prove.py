"""The proof: our recurrence equals torch.nn's, in every case that torch.nn has.

    python -m rnn_course.prove

runs every case of a table three ways, in float64: torch.nn with autograd (the oracle), our
drop-ins with autograd, and our numpy text with the backward derived by hand. It compares the
output, the last states and every gradient (input, first states, each weight and bias), and
prints the largest difference for each kind and form, relative to the largest entry.

The sizes are four different numbers and N is never L*D; biases and states are never zero: many
mistakes do not show when two sizes agree or a bias is zero.
"""

import itertools
import sys
from collections import defaultdict
from typing import NamedTuple

import numpy as np
import torch
from torch.nn.utils.rnn import pack_padded_sequence

import rnn_course
from rnn_course import cells, packing, stack, weights

T, N, I, H, P = 6, 5, 7, 8, 3  # time steps, batch, input, hidden, projection
TOLERANCE = 1e-10

KINDS = {  # name -> (class, its arguments, our cell)
    "RNN tanh": ("RNN", {}, cells.rnn_cell),
    "RNN relu": ("RNN", {"nonlinearity": "relu"}, cells.rnn_relu_cell),
    "LSTM": ("LSTM", {}, cells.lstm_cell),
    "LSTM projected": ("LSTM", {"proj_size": P}, cells.projected(cells.lstm_cell)),
    "GRU": ("GRU", {}, cells.gru_cell),
}
FORMS = {  # name -> the lengths of the N sequences; None: not packed
    "time first": None,
    "batch first": None,
    "unbatched": None,
    "packed, equal": [6, 6, 6, 6, 6],
    "packed, sorted": [6, 5, 4, 3, 2],
    "packed, unsorted": [3, 6, 2, 5, 3],
    "packed, one of 1": [4, 1, 6, 2, 5],
}


class Case(NamedTuple):
    kind: str
    form: str
    layers: int
    bidirectional: bool
    bias: bool
    states: bool  # given, or left out


CASES = [
    Case(*case)
    for case in itertools.product(
        KINDS, FORMS, (1, 2, 3), (False, True), (True, False), (True, False)
    )
]


def oracle(case, dtype=torch.float64, seed=0):
    """The case's torch.nn module, input and states: (module, xs, hx).

    xs (T, N, I) or (T, I); hx a tuple of states, empty when they are left out.
    """
    name, arguments, _ = KINDS[case.kind]
    with torch.random.fork_rng(devices=[]):  # leaves the caller's random numbers alone
        torch.manual_seed(seed * len(CASES) + CASES.index(case))
        module = getattr(torch.nn, name)(
            I,
            H,
            case.layers,
            bias=case.bias,
            batch_first=case.form == "batch first",
            bidirectional=case.bidirectional,
            dtype=dtype,
            **arguments,
        )

        batch = () if case.form == "unbatched" else (N,)
        xs = torch.randn(T, *batch, I, dtype=dtype)
        LD = case.layers * (1 + case.bidirectional)
        sizes = [arguments.get("proj_size", H), H][: 2 if name == "LSTM" else 1]
        hx = tuple(torch.randn(LD, *batch, size, dtype=dtype) for size in sizes)
    return module, xs, hx if case.states else ()


def directions_like(tensors):
    """dloss/dvalue for each compared value: random, but the same at every call."""
    generator = torch.Generator().manual_seed(1)
    return [torch.randn(t.shape, generator=generator, dtype=t.dtype) for t in tensors]


def by_torch(case, module, xs, hx):
    """Call a torch.nn-like module as the case says and differentiate it by autograd.

    Returns what there is to compare, name -> numpy array (output, last states, every gradient),
    and the directions, dloss/doutput and dloss/dstates, from which the gradients started.
    """
    xs = xs.clone().requires_grad_()
    hx = tuple(h.clone().requires_grad_() for h in hx)
    given = (hx if len(hx) == 2 else hx[0]) if hx else None
    lengths = FORMS[case.form]
    if lengths:
        packed = pack_padded_sequence(xs, lengths, enforce_sorted=False)
        packed_output, last = module(packed, given)
        output = packed_output.data
    else:
        output, last = module(xs.transpose(0, 1) if case.form == "batch first" else xs, given)
        output = output.transpose(0, 1) if case.form == "batch first" else output
    last = last if isinstance(last, tuple) else (last,)
    directions = directions_like((output, *last))
    loss = sum((t * d).sum() for t, d in zip((output, *last), directions, strict=True))
    inputs = [xs, *hx, *module.parameters()]
    gradients = torch.autograd.grad(loss, inputs)
    names = names_of(hx, module)
    values = dict(zip(["output", "h_n", "c_n"], (output, *last), strict=False))
    values |= dict(zip(names, gradients, strict=True))
    return {k: v.detach().numpy() for k, v in values.items()}, directions


def by_hand(case, module, xs, hx, directions):
    """The same by numpy alone: our text on arrays, and the backward derived by hand."""
    _, _, cell = KINDS[case.kind]
    named = {k: v.detach().numpy() for k, v in module.named_parameters()}
    network = weights.network(cell, named)
    xs, hx = xs.numpy(), [h.numpy() for h in hx]
    lengths = FORMS[case.form] or [T] * N
    if case.form == "unbatched":
        xs, hx, lengths = xs[:, None], [h[:, None] for h in hx], [T]
    packed = packing.pack(xs, lengths)
    order, back = packed.sorted_indices, packed.unsorted_indices
    if not hx:
        LD, proj = len(network) * len(network[0]), P if "weight_hr_l0" in named else H
        hx = [np.zeros((LD, len(lengths), size), xs.dtype) for size in (proj, H)]
        hx = hx if case.kind.startswith("LSTM") else hx[:1]
    given = weights.states_from_torch(tuple(h[:, order] for h in hx))
    rows, states, pull = stack.run(network, packed.data, packed.batch_sizes, given)

    def as_torch(rows, states):
        """Packed rows and sorted states, in the form in which torch.nn gives them."""
        states = weights.states_to_torch(states)
        states = [s[:, back] for s in (states if isinstance(states, tuple) else (states,))]
        if FORMS[case.form]:
            return rows, states
        rows = packing.unpack(packed._replace(data=rows))[0]
        if case.form == "unbatched":
            return rows[:, 0], [s[:, 0] for s in states]
        return rows, states

    output, last = as_torch(rows, states)
    doutput, *dlast = (d.numpy() for d in directions)
    if case.form == "unbatched":
        doutput, dlast = doutput[:, None], [d[:, None] for d in dlast]
    if not FORMS[case.form]:
        doutput = packing.pack(doutput, lengths).data
    dlast = weights.states_from_torch(tuple(d[:, order] for d in dlast))
    drows, dstart, dps = pull(doutput, dlast)
    _, dhx = as_torch(rows, dstart)
    dxs = packing.unpack(packed._replace(data=drows), total_length=T)[0]
    dxs = dxs[:, 0] if case.form == "unbatched" else dxs
    gradients = [dxs, *(dhx if case.states else []), *weights.flat(dps, named).values()]
    values = dict(zip(["output", "h_n", "c_n"], (output, *last), strict=False))
    return values | dict(zip(names_of(dhx if case.states else [], module), gradients, strict=True))


def names_of(hx, module):
    """Names of the gradients, in the order in which both ways give them."""
    parameters = [name for name, _ in module.named_parameters()]
    return ["d input", *["d h_0", "d c_0"][: len(hx)], *[f"d {name}" for name in parameters]]


def largest_difference(ours, torchs):
    """The largest |ours - torch's| relative to torch's largest entry, and where it is.

    A missing value, a wrong shape or a NaN counts as infinite.
    """
    worst, where = 0.0, ""
    for name, right in torchs.items():
        mine = ours.get(name)
        if mine is None or mine.shape != right.shape or not np.isfinite(mine).all():
            return np.inf, name
        scale = np.abs(right).max() or 1.0  # all zero: then the difference itself
        difference = float(np.abs(mine - right).max() / scale)
        if difference > worst:
            worst, where = difference, name
    return worst, where


class Result(NamedTuple):
    case: Case
    way: str  # "autograd" or "by hand"
    difference: float
    where: str


def prove(cases=CASES, library=rnn_course, dtype=torch.float64, seed=0):
    """Run the cases and yield a Result for each way: autograd on `library`'s drop-ins, by hand.

    library has RNN, LSTM and GRU: rnn_course, or rnn_course.fast.
    """
    for case in cases:
        module, xs, hx = oracle(case, dtype, seed)
        torchs, directions = by_torch(case, module, xs, hx)
        name, arguments, _ = KINDS[case.kind]
        options = {"bias": case.bias, "batch_first": module.batch_first, **arguments}
        ours = getattr(library, name)(
            I, H, case.layers, bidirectional=case.bidirectional, dtype=dtype, **options
        )
        ours.load_state_dict(module.state_dict(), strict=True)
        values, _ = by_torch(case, ours, xs, hx)
        yield Result(case, "autograd", *largest_difference(values, torchs))
        if library is rnn_course:
            values = by_hand(case, module, xs, hx, directions)
            yield Result(case, "by hand", *largest_difference(values, torchs))


def matrix(results):
    """(header, rows) of text: kinds down, forms across, the largest difference in each."""
    worst, count = defaultdict(float), defaultdict(int)
    for result in results:
        key = (result.case.kind, result.way, result.case.form)
        worst[key] = max(worst[key], result.difference)
        count[key] += 1
    ways = dict.fromkeys((kind, way) for kind, way, _ in worst)
    header = ["kind", "backward", *FORMS, "comparisons"]
    rows = []
    for kind, way in ways:
        cells_ = [f"{worst[kind, way, form]:.1g}" for form in FORMS]
        total = sum(count[kind, way, form] for form in FORMS)
        rows.append([kind, way, *cells_, str(total)])
    return header, rows


def main():
    from tqdm import tqdm

    results = list(tqdm(prove(), total=2 * len(CASES), unit="comparison", disable=None))
    header, rows = matrix(results)
    widths = [max(len(row[k]) for row in [header, *rows]) for k in range(len(header))]
    for row in [header, *rows]:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)))
    worst = max(results, key=lambda result: result.difference)
    print(
        f"\n{len(results)} comparisons with torch {torch.__version__}, each of output, last states "
        f"and every gradient, float64.\nLargest difference relative to the largest entry: "
        f"{worst.difference:.1e} ({worst.where}; {worst.case.kind}, {worst.case.form}). "
        f"Allowed: {TOLERANCE:.0e}."
    )
    return int(worst.difference > TOLERANCE)


if __name__ == "__main__":
    sys.exit(main())
