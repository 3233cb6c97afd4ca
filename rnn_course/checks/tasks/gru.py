"""Checks of the assignment `gru`: one step, and the loop."""

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
    "gru_cell(x, h, W_ih, W_hh, b_ih, b_hh) -> h",
    returns="h: N H",
    oracle=cell_oracle("GRUCell"),
    section="gru/step",
    reference=recurrence.cell_reference("gru"),
    mistakes=lambda: mistakes.cell("gru"),
    probes=lambda draw: cell_probes(draw, "gru"),
)
def gru_cell(draw):
    """One step of a GRU as torch has it, gates in torch's order r z n."""
    yield from cell_cases(draw, gates=3, states=1)


@task(
    "gru(xs, h0, W_ih, W_hh, b_ih, b_hh) -> (output, h_n)",
    returns=("output: T N H", "h_n: N H | states"),
    oracle=layer_oracle("GRU"),
    section="gru/loop",
    reference=recurrence.layer_reference("gru"),
    mistakes=lambda: mistakes.layer("gru"),
    probes=lambda draw: layer_probes(draw, "gru"),
)
def gru(draw):
    """The loop over time. xs (T, N, I), h0 (N, H); output (T, N, H), h_n (N, H)."""
    yield from layer_cases(draw, gates=3, states=1)
