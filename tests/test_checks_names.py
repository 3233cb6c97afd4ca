"""Mistakes are called by their names, and what nobody listed gets clues."""

import pytest
import torch
from assignments import plain

from rnn_course.checks import check

sig, tanh = torch.sigmoid, torch.tanh


def lstm_step(x, state, W_ih, W_hh, b_ih, b_hh, order="ifgo"):
    h, c = state
    blocks = dict(zip(order, (x @ W_ih.T + b_ih + h @ W_hh.T + b_hh).chunk(4, -1), strict=True))
    i, f, o = (sig(blocks[k]) for k in "ifo")
    c = f * c + i * tanh(blocks["g"])
    return o * tanh(c), c


@pytest.mark.parametrize("order", ["ifog", "fiog", "gifo", "oifg"])
def test_any_gate_order(order):
    def lstm_cell(x, state, *weights):
        return lstm_step(x, state, *weights, order=order)

    verdict = check.lstm_cell.verdict(lstm_cell)
    assert verdict.mistakes == [f"gate-order-{order}"]
    assert "i, f, g, o" in verdict.message


def test_the_example_of_the_front_page():
    """From t = 1 on c differs; the candidate goes through a sigmoid."""

    def lstm(xs, state, W_ih, W_hh, b_ih, b_hh):
        h, c = state
        outputs = []
        for x in xs:
            i, f, g, o = (x @ W_ih.T + b_ih + h @ W_hh.T + b_hh).chunk(4, -1)
            c = sig(f) * c + sig(i) * sig(g)
            h = sig(o) * tanh(c)
            outputs.append(h)
        return torch.stack(outputs), (h, c)

    verdict = check.lstm.verdict(lstm)
    assert verdict.mistakes == ["activation-g-sigmoid"]
    assert "candidate `g` goes through a sigmoid; it needs tanh" in verdict.message


def test_what_is_right_is_said():
    def rnn(xs, h0, *weights):
        output, h_n = plain.rnn(xs, h0, *weights)
        return torch.cat([h0[None], output[:-1]]), h_n

    verdict = check.rnn.verdict(rnn)
    assert verdict.mistakes == ["output-before-the-step"]
    assert "h_n (N, H) = (3, 4)           right" in verdict.message
    assert verdict.parts["states"][0] and not verdict.parts["forward"][0]


def test_the_first_wrong_step_is_told():
    def rnn(xs, h0, *weights):
        output, h_n = plain.rnn(xs, h0, *weights)
        output[2:] *= 0.9
        return output, h_n

    message = check.rnn.verdict(rnn).message
    assert "right at t = 0 .. 1, wrong from t = 2 on" in message


def test_only_the_rows_that_are_wrong_are_told():
    def rnn_cell(x, h, *weights):
        new = plain.rnn_cell(x, h, *weights)
        new[1:2] = 0
        return new

    assert "only at n = 1" in check.rnn_cell.verdict(rnn_cell).message


@pytest.mark.parametrize(
    ("expression", "name"),
    [
        ("x @ W_ih + b_ih + h @ W_hh.T + b_hh", "W-ih-transposed"),
        ("x @ W_ih.T + b_ih + h @ W_hh + b_hh", "W-hh-transposed"),
        ("x @ W_ih + b_ih + h @ W_hh + b_hh", "W-ih-transposed"),
        ("x @ W_hh.T + b_ih + h @ W_ih.T + b_hh", "weights-exchanged"),
    ],
)
def test_code_that_stops_is_named_too(expression, name):
    names = {}
    exec(
        f"def rnn_cell(x, h, W_ih, W_hh, b_ih, b_hh):\n    return torch.tanh({expression})\n",
        {"torch": torch},
        names,
    )
    assert check.rnn_cell.verdict(names["rnn_cell"]).mistakes == [name]


def test_a_shape_is_read_in_words():
    def rnn(xs, h0, W_ih, W_hh, b_ih, b_hh):
        h, outputs = h0, []
        for x in xs:
            h = tanh(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
            outputs.append(h)
        return torch.stack(outputs, 1), h

    message = check.rnn.verdict(rnn).message
    assert "(N, T, H) = (3, 6, 4)" in message and "batch_first" in message


def test_a_mistake_that_nobody_listed_still_gets_clues():
    def odd(x, h, W_ih, W_hh, b_ih, b_hh):
        return tanh(x @ W_ih.T + 1.3 * b_ih + h @ W_hh.T + b_hh)

    verdict = check.rnn_cell.verdict(odd)
    assert verdict.mistakes == [] and "at `1.3 * b_ih`" in verdict.message


def test_state_kept_from_call_to_call():
    kept = {}

    def rnn_cell(x, h, *weights):
        h = kept.setdefault(h.shape, h)
        kept[h.shape] = h = plain.rnn_cell(x, h, *weights)
        return h

    verdict = check.rnn_cell.verdict(rnn_cell)
    assert not verdict.passed and "Called twice" in verdict.message


def test_an_answer_in_float32_only_is_named_as_well():
    def lstm_cell(x, state, *weights):
        h, c = (s.float() for s in state)
        return lstm_step(x.float(), (h, c), *(w.float() for w in weights), order="ifog")

    assert check.lstm_cell.verdict(lstm_cell).mistakes == ["gate-order-ifog"]


def test_the_right_line_is_never_told():
    def gru_mix_backward(dh_new, h, n, z):
        return dh_new * z, dh_new * (h - n), dh_new * z

    verdict = check.gru_mix_backward.verdict(gru_mix_backward)
    assert verdict.mistakes == ["dn-with-z"] and "dh_new * (1 - z)" not in verdict.message
