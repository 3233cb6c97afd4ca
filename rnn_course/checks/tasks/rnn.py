"""Checks of the assignment `rnn`: one step, and the loop."""

from rnn_course.checks.oracles import cell_oracle, layer_oracle
from rnn_course.checks.task import task
from rnn_course.checks.tasks.recurrent import cell_cases, layer_cases


@task(
    "rnn_cell(x, h, W_ih, W_hh, b_ih, b_hh) -> h",
    returns="h: N H",
    oracle=cell_oracle("RNNCell"),
    section="rnn/step",
)
def rnn_cell(draw):
    """One step: h = tanh(W_ih x + b_ih + W_hh h + b_hh)."""
    yield from cell_cases(draw, gates=1, states=1)


@task(
    "rnn(xs, h0, W_ih, W_hh, b_ih, b_hh) -> (output, h_n)",
    returns=("output: T N H", "h_n: N H | states"),
    oracle=layer_oracle("RNN"),
    section="rnn/loop",
)
def rnn(draw):
    """The loop over time. xs (T, N, I), h0 (N, H); output (T, N, H), h_n (N, H)."""
    yield from layer_cases(draw, gates=1, states=1)
