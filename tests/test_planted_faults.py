"""The proof sees every mistake that a check knows: each is planted, and the comparison must fail."""

import numpy as np
import pytest
import torch

from rnn_course import prove
from rnn_course.checks import matches
from rnn_course.checks.cases import Case


def differences(kind):
    """(name, difference of the proof) for every mistake, planted into a network of three layers
    that reads both ways; and the difference without a mistake."""
    case = prove.Case(kind, "time first", 3, True, True, True)
    module, xs, hx = prove.oracle(case)
    torchs, _ = prove.by_torch(case, module, xs, hx)
    torchs = {name: torchs[name] for name in ("output", "h_n", "c_n")[: 1 + len(hx)]}
    names = matches.task_for(module).names()
    weights = {name: p.detach() for name, p in module.named_parameters()}
    args = names.prepared(Case((xs, hx if len(hx) == 2 else hx[0], weights)))

    def planted(*tried):
        try:
            output, last = names.answer(args, *tried)
            last = last if isinstance(last, tuple) else (last,)
            values = dict(zip(torchs, (output, *last), strict=True))
            if not all(isinstance(value, torch.Tensor) for value in values.values()):
                return np.inf  # a list of tensors is not one tensor
            values = {name: value.detach().numpy() for name, value in values.items()}
        except Exception:  # a mistake may stop with an error, or give something of another form
            return np.inf
        return prove.largest_difference(values, torchs)[0]

    known = [*names.of_network(), *names.of_layer(), *names.of_results()]
    return planted(), [(tried.mistake.name, planted(tried)) for tried in known]


@pytest.mark.parametrize("kind", ["RNN tanh", "GRU", "LSTM"])
def test_every_mistake_that_a_check_knows_fails_the_proof(kind):
    right, found = differences(kind)
    assert right <= prove.TOLERANCE  # the network they are planted into is right itself
    assert sum(np.isfinite(difference) for _, difference in found) >= 300
    same = {f"activation-{gate}-sigmoid" for gate in "ifozr"}  # the activation that is there
    same |= {f"activation-{gate}-tanh" for gate in "gn"}
    missed = {name for name, difference in found if difference <= prove.TOLERANCE}
    assert missed <= same


def test_a_lost_last_digit_is_seen_too():
    case = prove.Case("GRU", "time first", 2, True, True, True)
    module, xs, hx = prove.oracle(case)
    torchs, _ = prove.by_torch(case, module, xs, hx)
    shaken = dict(torchs, output=torchs["output"] + 1e-9)
    assert prove.largest_difference(shaken, torchs)[0] > prove.TOLERANCE
