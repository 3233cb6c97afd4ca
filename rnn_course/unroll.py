"""Time: one cell, step after step, over a batch of sequences; and back again.

A batch of sequences is a table of rows, one time step after the other: first the N_0 rows of
step 0, then the N_1 rows of step 1, and so on. `sizes` is the list N_0, N_1, ...

    equal lengths    sizes = [N] * T, and the table is the tensor (T, N, I) seen as (T*N, I)
    packed           sizes falls: a sequence that has ended has no more rows. The table is
                     torch's PackedSequence.data, sizes its batch_sizes

This is the reference's only loop over time: the one for all kinds, both directions, padded and
packed, numpy and torch. (rnn_course.fast has loops of its own, which trade that for speed.)
"""

from rnn_course.ops import concat, cut, linear


def unroll(cell, rows, sizes, state, p, reverse=False):
    """Run `cell` over all steps in time, or against it, and return (outputs, state, pull).

    rows     (R, I), R = sum(sizes); sizes: T numbers, none larger than the one before
    state    what each of the N = sizes[0] sequences starts with: (h,) or (h, c), each (N, H)
    p        the layer's weights by torch's names without suffix: weight_ih (gates*H, I),
             weight_hh, bias_ih, bias_hh (0.0 for a layer without biases)
    outputs  (R, H), row for row what came out after the input of that row
    state    the last state of every sequence, each (N, H)
    pull     pull(doutputs, dstate) -> drows, dstate_at_start, dp: backpropagation through time
             (Werbos 1990); dp is summed over all steps
    """
    W_ih, b_ih = p["weight_ih"], p["bias_ih"]
    steps = cut(linear(rows, W_ih, b_ih), sizes)  # one matmul for the whole sequence
    order = range(len(sizes))
    order = order[::-1] if reverse else order

    outputs, pulls = [None] * len(sizes), [None] * len(sizes)
    for t in order:  # the loop over time is here
        going, pulls[t] = cell(steps[t], first(state, sizes[t]), p)
        outputs[t] = going[0]
        state = rejoin(going, state)

    def pull(doutputs, dstate):
        doutputs = cut(doutputs, sizes)
        dsteps, dp = [None] * len(sizes), {}
        for t in order[::-1]:
            dh, *dc = first(dstate, sizes[t])
            # h_t is used twice: as the output at t and as the state at t+1
            dsteps[t], dgoing, dp_t = pulls[t]((dh + doutputs[t], *dc))
            dstate = rejoin(dgoing, dstate)
            for name, d in dp_t.items():  # the same weights at every step: their gradients add up
                dp[name] = dp[name] + d if name in dp else d
        da = concat(dsteps, 0)  # (R, gates*H)
        dp["weight_ih"], dp["bias_ih"] = da.T @ rows, da.sum(0)
        return da @ W_ih, dstate, dp

    return concat(outputs, 0), state, pull


def first(state, n):
    """The state of the n sequences that take part in this step."""
    return tuple(s if len(s) == n else s[:n] for s in state)


def rejoin(going, state):
    """The new state of those that took part; the others (ended, or not yet begun) keep theirs."""
    return tuple(
        new if len(new) == len(old) else concat([new, old[len(new) :]], 0)
        for new, old in zip(going, state, strict=True)
    )
