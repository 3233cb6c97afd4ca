"""Layers and directions: lists of unrolled cells.

A network is a list of layers; a layer is a list of one or two directions; a direction is a pair
(cell, p). There are no flags: a bidirectional network is one whose layers have two entries.

    [[(gru_cell, p)]]                          one layer, one direction
    [[(lstm_cell, p0), (lstm_cell, p0_rev)],   two layers, both directions
     [(lstm_cell, p1), (lstm_cell, p1_rev)]]

States are lists of tuples in torch's order: layer by layer, forward then backward.
"""

from rnn_course.ops import concat
from rnn_course.unroll import unroll


def run(layers, rows, sizes, states, between=lambda rows: rows, unroll=unroll):
    """Run a network over a batch of sequences and return (outputs, states, pull).

    rows     (R, I) and sizes as in `unroll`
    states   one tuple (h,) or (h, c), each (N, H), for every layer and direction
    between  what is done to the rows between two layers and never after the last: dropout.
             `pull` is right for networks without it (under autograd torch takes care of it)
    unroll   what runs one direction of one layer; rnn_course.fast puts its own here
    outputs  (R, D*H): of the last layer, forward and backward side by side
    pull     pull(doutputs, dstates) -> drows, dstates_at_start, dps; dps is nested as layers are
    """
    states, pulls = iter(states), []
    last_states = []
    for k, directions in enumerate(layers):
        inputs = between(rows) if k > 0 else rows
        outputs, pulls_here = [], []
        for (cell, p), reverse in zip(directions, (False, True)):
            out, state, pull = unroll(cell, inputs, sizes, next(states), p, reverse)
            outputs.append(out)
            last_states.append(state)
            pulls_here.append(pull)
        # directions are joined here, feature by feature: (R, H) and (R, H) to (R, 2H)
        rows = outputs[0] if len(outputs) == 1 else concat(outputs, -1)
        pulls.append(pulls_here)

    def pull(drows, dstates):
        dstates = list(dstates)
        dstart, dps = [], []
        for pulls_here in reversed(pulls):
            D = len(pulls_here)
            H = drows.shape[-1] // D
            here, dstates = dstates[-D:], dstates[:-D]
            done = [
                pull_one(drows[:, d * H : (d + 1) * H], here[d])
                for d, pull_one in enumerate(pulls_here)
            ]
            drows = sum(dx for dx, _, _ in done)  # both directions read the same rows
            dstart = [dstate for _, dstate, _ in done] + dstart
            dps = [[dp for _, _, dp in done]] + dps
        return drows, dstart, dps

    return rows, last_states, pull
