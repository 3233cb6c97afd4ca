"""The assignment bidirectional: what goes beyond the tests of every assignment."""

import torch

from rnn_course.checks import check


def test_an_answer_made_for_the_visible_cases_alone_fails():
    task = check.last_layer_states
    known = [(case.args[0].float(), task.expected(case)[0]) for case in task.cases()]

    def by_heart(h_n):
        for given, answer in known:
            if given.shape == h_n.shape and torch.equal(given, h_n.float()):
                return answer
        return torch.cat([h_n[0], h_n[1]], -1)

    assert task.verdict(by_heart).passed
    assert not task.verdict(by_heart, hidden=True).passed


def test_torch_puts_dropout_where_the_task_says():
    """What comes out of torch.nn.RNN(dropout=...) is what the task's oracle gives with its masks.

    The second layer's weights are made a plain copy, so that its input, dropped, can be read off.
    """
    T, N, H = 3, 4, 5
    net = torch.nn.RNN(H, H, 2, nonlinearity="relu", dropout=0.5, dtype=torch.float64)
    with torch.no_grad():
        for weight in net.parameters():
            weight.zero_()
        net.weight_ih_l0.copy_(torch.eye(H))
        net.weight_ih_l1.copy_(torch.eye(H))
    torch.manual_seed(0)
    output, h_n = net(torch.ones(T, N, H, dtype=torch.float64))
    assert set(output.flatten().tolist()) == {0.0, 2.0}, "dropped once, scaled, then left alone"
    assert (h_n[0] == 1).all(), "the first layer's own state is not dropped"
