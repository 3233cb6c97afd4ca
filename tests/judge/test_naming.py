"""The names of mistakes come with the first judging."""

TWO = """
def lstm_cell(x, state, W_ih, W_hh, b_ih, b_hh):
    h, c = state
    i, f, o, g = (x @ W_ih.T + h @ W_hh.T + b_ih).chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c
"""


def test_two_mistakes_at_once_are_named_at_once(judged):
    done = judged(
        ("student", f"import torch\n{TWO}"),
        (
            "test",
            "from rnn_course.checks import check\ncheck.lstm_cell(lstm_cell, points=3, hidden=True)",
        ),
    )
    (found,) = [verdict for verdict in done.verdicts if verdict]
    assert set(found.mistakes) == {"gate-order-ifog", "bias-hh-missing"}
    assert len(found.told) == 2


def test_the_verdict_of_a_check_comes_through_the_judge(judged):
    done = judged(
        ("student", "def rnn_cell(x, h, W_ih, W_hh, b_ih, b_hh):\n"
         "    return (x @ W_ih.T + b_ih + h @ W_hh.T).tanh()"),
        ("test", "from rnn_course.checks import check\ncheck.rnn_cell(rnn_cell, points=3)"),
        ("test2", "1 + 1"),
        ("test3", "assert rnn_cell is None"),
        ("test4", "rnn_cell()"),
    )  # fmt: skip
    _, found, nothing, wrong, error = done.verdicts
    assert (found.passed, found.status, found.mistakes) == (False, "wrong", ["bias-hh-missing"])
    assert "b_hh" in found.told[0] and found.sections == ["rnn/biases"]
    assert nothing is None  # no check was called, and nothing raised: the points say the rest
    assert [wrong.status, error.status] == ["wrong", "error"] and not wrong.passed
