"""The assignment bptt: what goes beyond the tests of every assignment."""

import torch

from rnn_course.checks import check


def test_an_answer_made_for_the_visible_cases_alone_fails():
    task = check.rnn_backward
    known = [(case.args[0].float(), task.expected(case)[0]) for case in task.cases()]

    def by_heart(doutput, dh_n, output, W_hh):
        for given, answer in known:
            if given.shape == doutput.shape and torch.equal(given, doutput.float()):
                return answer
        return output, dh_n

    assert task.verdict(by_heart).passed
    assert not task.verdict(by_heart, hidden=True).passed
