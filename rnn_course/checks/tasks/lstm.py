"""Checks of the assignment `lstm`: one step, and the loop."""

from rnn_course.checks import mistakes, recurrence
from rnn_course.checks.oracles import cell_oracle, layer_oracle
from rnn_course.checks.task import task
from rnn_course.checks.tasks.recurrent import (
    cell_cases,
    cell_probes,
    layer_cases,
    layer_probes,
)


@task(
    "lstm_cell(x, (h, c), W_ih, W_hh, b_ih, b_hh) -> (h, c)",
    returns=("h: N H", "c: N H | states"),
    oracle=cell_oracle("LSTMCell"),
    section="lstm/step",
    reference=recurrence.cell_reference("lstm"),
    mistakes=lambda: mistakes.cell("lstm"),
    probes=lambda draw: cell_probes(draw, "lstm"),
)
def lstm_cell(draw):
    """One step of an LSTM, gates in torch's order i f g o."""
    yield from cell_cases(draw, gates=4, states=2)


@task(
    "lstm(xs, (h0, c0), W_ih, W_hh, b_ih, b_hh) -> (output, (h_n, c_n))",
    returns=("output: T N H", ("h_n: N H | states", "c_n: N H | states")),
    oracle=layer_oracle("LSTM"),
    section="lstm/loop",
    reference=recurrence.layer_reference("lstm"),
    mistakes=lambda: mistakes.layer("lstm"),
    probes=lambda draw: layer_probes(draw, "lstm"),
)
def lstm(draw):
    """The loop over time. xs (T, N, I); h0, c0 (N, H); output (T, N, H), h_n and c_n (N, H)."""
    yield from layer_cases(draw, gates=4, states=2)
