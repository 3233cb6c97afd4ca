"""The proof sees every mistake of the catalogue: each is planted, and the comparison must fail."""

import numpy as np
import pytest

from rnn_course import prove
from rnn_course.checks import matches
from rnn_course.checks.diagnose import answer_of
from rnn_course.checks.recurrence import arrays


@np.errstate(all="ignore")
def differences(kind):
    """(name, difference of the proof) for every mistake, planted into a network of three layers
    that reads both ways; and the difference without a mistake."""
    case = prove.Case(kind, "time first", 3, True, True, True)
    module, xs, hx = prove.oracle(case)
    torchs, _ = prove.by_torch(case, module, xs, hx)
    torchs = {name: torchs[name] for name in ("output", "h_n", "c_n")[: 1 + len(hx)]}
    net = matches.Net(module)
    weights = {name: p.detach() for name, p in module.named_parameters()}
    arguments = (xs, hx if len(hx) == 2 else hx[0], weights)

    def planted(change):
        try:
            output, last = arrays(answer_of(net.reference, change, arguments))
            last = last if isinstance(last, tuple) else (last,)
            values = dict(zip(torchs, (output, *last), strict=True))
            if not all(isinstance(value, np.ndarray) for value in values.values()):
                return np.inf  # a list of arrays is not one array
        except Exception:  # a mistake may stop with an error, or give something of another form
            return np.inf
        return prove.largest_difference(values, torchs)[0]

    return planted({}), [(m.name, planted(m.change)) for m in net.mistakes()]


@pytest.mark.parametrize("kind", ["RNN tanh", "GRU", "LSTM"])
def test_every_mistake_of_the_catalogue_fails_the_proof(kind):
    right, found = differences(kind)
    assert right <= prove.TOLERANCE  # the recurrence they are planted into is right itself
    assert len(found) >= 40
    own = f"activation-{kind.removeprefix('RNN ')}"  # tanh is a mistake only where relu is asked
    missed = [
        name
        for name, difference in found
        if difference <= prove.TOLERANCE and not name.startswith(own)
    ]
    assert not missed, missed


def test_a_lost_last_digit_is_seen_too():
    case = prove.Case("GRU", "time first", 2, True, True, True)
    module, xs, hx = prove.oracle(case)
    torchs, _ = prove.by_torch(case, module, xs, hx)
    shaken = dict(torchs, output=torchs["output"] + 1e-9)
    assert prove.largest_difference(shaken, torchs)[0] > prove.TOLERANCE
