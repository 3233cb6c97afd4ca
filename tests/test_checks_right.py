"""No false alarm: right answers in many styles; and no wrong one passes unseen."""

import sys
import warnings

import pytest
import torch
import torch.nn.functional as F
from assignments import names, plain
from torch import nn

import rnn_course
from rnn_course.checks import check
from rnn_course.checks.honest import AUTOGRAD, RECURRENT
from rnn_course.checks.task import TASKS

# ------------------------------------------------------------------------ styles of an answer


def fused(x, h, W_ih, W_hh, b_ih, b_hh):
    return torch.tanh(torch.cat([x, h], 1) @ torch.cat([W_ih, W_hh], 1).T + (b_ih + b_hh))


def by_einsum(x, h, W_ih, W_hh, b_ih, b_hh):
    return (
        torch.einsum("ni,hi->nh", x, W_ih) + torch.einsum("nj,hj->nh", h, W_hh) + b_ih + b_hh
    ).tanh()


def row_by_row(x, h, W_ih, W_hh, b_ih, b_hh):
    rows = []
    for n in range(x.shape[0]):
        rows.append(torch.tanh(W_ih @ x[n] + b_ih + W_hh @ h[n] + b_hh))
    return torch.stack(rows)


def number_by_number(x, h, W_ih, W_hh, b_ih, b_hh):
    new = torch.empty(len(x), len(b_ih))
    for n in range(len(x)):
        for j in range(len(b_ih)):
            total = b_ih[j] + b_hh[j]
            for k in range(x.shape[1]):
                total = total + W_ih[j, k] * x[n, k]
            for k in range(h.shape[1]):
                total = total + W_hh[j, k] * h[n, k]
            new[n, j] = torch.tanh(total)
    return new


def in_place_on_its_own(x, h, W_ih, W_hh, b_ih, b_hh):
    a = F.linear(x, W_ih, b_ih)
    a += h @ W_hh.t()
    a.add_(b_hh)
    return a.tanh_()


def float32_throughout(x, h, *weights):
    return plain.rnn_cell(*(v.to(torch.float32) for v in (x, h, *weights)))


def float64_throughout(x, h, *weights):
    return plain.rnn_cell(*(v.double() for v in (x, h, *weights)))


def zeros_without_dtype(x, h, *weights):
    new = torch.zeros(len(h), h.shape[1])
    new[:] = plain.rnn_cell(x, h, *weights)
    return new


def float64_only(x, h, W_ih, W_hh, b_ih, b_hh):
    zeros = torch.zeros(len(x), len(b_ih), dtype=torch.float64)
    return torch.tanh(torch.addmm(zeros, x, W_ih.T) + b_ih + h @ W_hh.T + b_hh)


def by_exponentials(x, h, W_ih, W_hh, b_ih, b_hh):
    a = x @ W_ih.T + b_ih + h @ W_hh.T + b_hh
    return (torch.exp(a) - torch.exp(-a)) / (torch.exp(a) + torch.exp(-a))


def talks(x, h, *weights):
    print("h is", h.shape)
    print("on stderr", file=sys.stderr)
    warnings.warn("a warning", stacklevel=1)
    return plain.rnn_cell(x, h, *weights)


def columns(x, h, W_ih, W_hh, b_ih, b_hh):
    return torch.tanh(W_ih @ x.T + W_hh @ h.T + (b_ih + b_hh)[:, None]).T


def with_a_graph(x, h, *weights):
    weights = [w.clone().requires_grad_() for w in weights]
    return plain.rnn_cell(x, h, *weights)


def as_a_parameter(x, h, *weights):
    return nn.Parameter(plain.rnn_cell(x, h, *weights))


STYLES = [
    *(fused, by_einsum, row_by_row, number_by_number, in_place_on_its_own, float32_throughout),
    *(float64_throughout, zeros_without_dtype, float64_only, by_exponentials, talks, columns),
    *(with_a_graph, as_a_parameter),
]


@pytest.mark.parametrize("function", STYLES, ids=lambda f: f.__name__)
@pytest.mark.filterwarnings("ignore:a warning")
def test_any_style_of_the_step_passes(function):
    verdict = check.rnn_cell.verdict(function, hidden=True)
    assert verdict.passed, verdict.message


def test_an_answer_that_runs_in_float64_only_passes_with_a_note():
    verdict = check.rnn_cell.verdict(float64_only)
    assert verdict.passed and "float64" in verdict.message


def test_changing_an_input_in_place_is_a_note():
    def rnn_cell(x, h, *weights):
        new = plain.rnn_cell(x, h, *weights)
        h.copy_(new)
        return h

    verdict = check.rnn_cell.verdict(rnn_cell)
    assert verdict.passed and verdict.points == 1 and "in place" in verdict.message


def lstm_in_views(xs, state, W_ih, W_hh, b_ih, b_hh):
    h, c = state
    H, a = h.shape[1], F.linear(xs, W_ih, b_ih + b_hh).unbind(0)
    output = xs.new_empty(len(xs), *h.shape)
    for t, a_t in enumerate(a):
        i, f, g, o = (a_t + h @ W_hh.T).view(-1, 4, H).unbind(1)
        c = torch.addcmul(i.sigmoid() * g.tanh(), f.sigmoid(), c)
        output[t] = h = o.sigmoid() * c.tanh()
    return output, [h, c]


def gru_by_slices(xs, h0, W_ih, W_hh, b_ih, b_hh):
    H, h, outputs = h0.shape[1], h0, []
    for x in xs:
        gates = torch.sigmoid(
            x @ W_ih[: 2 * H].T + b_ih[: 2 * H] + h @ W_hh[: 2 * H].T + b_hh[: 2 * H]
        )
        r, z = gates[:, :H], gates[:, H:]
        n = torch.tanh(
            x @ W_ih[2 * H :].T + b_ih[2 * H :] + r * (h @ W_hh[2 * H :].T + b_hh[2 * H :])
        )
        h = torch.lerp(n, h, z)
        outputs += [h.unsqueeze(0)]
    return torch.cat(outputs), h


def test_other_styles_of_the_loop_pass():
    assert check.lstm.verdict(lstm_in_views, hidden=True).passed
    assert check.gru.verdict(gru_by_slices, hidden=True).passed


# -------------------------------------------------------------------------------- whole modules

CONFIGURATIONS = [
    ("RNN", {}),
    ("RNN", {"nonlinearity": "relu", "num_layers": 2, "batch_first": True}),
    ("LSTM", {"num_layers": 2, "bidirectional": True}),
    ("LSTM", {"proj_size": 3, "bidirectional": True, "batch_first": True}),
    ("GRU", {"num_layers": 3, "bias": False}),
    ("GRU", {"bidirectional": True, "dropout": 0.5, "num_layers": 2}),
    ("RNNCell", {"nonlinearity": "relu"}),
    ("LSTMCell", {"bias": False}),
    ("GRUCell", {}),
]


@pytest.mark.parametrize(("name", "settings"), CONFIGURATIONS, ids=str)
def test_our_own_modules_match_torchs(name, settings):
    ours, reference = (getattr(m, name)(4, 5, **settings) for m in (rnn_course, nn))
    before = {k: v.clone() for k, v in ours.state_dict().items()}
    packed = not name.endswith("Cell")
    options = {"packed": True} if packed else {}
    verdict = check.matches.verdict(
        ours, reference, hidden=True, unbatched=True, forbids=(), **options
    )
    assert verdict.passed, verdict.message
    assert all(v.equal(before[k]) for k, v in ours.state_dict().items()), "weights are put back"
    assert ours.training and next(ours.parameters()).dtype == torch.float32


def test_a_module_that_is_torchs_own_is_ready_made():
    module = nn.GRU(4, 5)
    assert check.matches.verdict(module, nn.GRU(4, 5)).status == "ready-made"


def test_what_matches_cannot_use_is_said():
    reference = nn.LSTM(4, 5)
    assert check.matches.verdict(None, reference).status == "undone"
    assert "instance" in check.matches.verdict(nn.LSTM, reference).message
    assert "not a module" in check.matches.verdict(lambda x: x, reference).message
    few = check.matches.verdict(rnn_course.LSTM(4, 5, bias=False), reference)
    assert "no parameter bias_ih_l0" in few.message and few.status == "error"
    assert "(20, 3)" in check.matches.verdict(rnn_course.LSTM(3, 5), reference).message
    with pytest.raises(TypeError, match="torch.nn RNN, LSTM, GRU"):
        check.matches.verdict(reference, nn.Linear(2, 2))


def wrong_module(change):
    class Module(rnn_course.GRU):
        def forward(self, xs, state=None):
            return change(*super().forward(xs, state))

    return Module(4, 5, bidirectional=True)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("backward-half-first", lambda out, h: (torch.cat([out[..., 5:], out[..., :5]], -1), h)),
        ("h-n-directions-exchanged", lambda out, h: (out, h.flip(0))),
        ("only-output-returned", lambda out, h: out),
        ("results-exchanged", lambda out, h: (h, out)),
    ],
)
def test_a_wrong_module_is_named(name, change):
    verdict = check.matches.verdict(
        wrong_module(change), nn.GRU(4, 5, bidirectional=True), forbids=()
    )
    assert not verdict.passed and verdict.mistakes == [name], verdict.message


def test_gradients_that_do_not_arrive_cost_their_share():
    module = wrong_module(lambda out, h: (out.detach(), h))
    verdict = check.matches.verdict(module, nn.GRU(4, 5, bidirectional=True), forbids=())
    assert verdict.parts["forward"][0] and verdict.parts["states"][0]
    assert not verdict.parts["gradients"][0] and 0 < verdict.points < 1
    assert "gradient of xs" in verdict.message


# --------------------------------------------------------------------------------- honest work


def by_module(x, h, W_ih, W_hh, b_ih, b_hh):
    cell = nn.RNNCell(x.shape[1], h.shape[1])
    cell.load_state_dict(dict(zip(cell.state_dict(), (W_ih, W_hh, b_ih, b_hh), strict=True)))
    return cell(x, h)


def by_function(x, h, *weights):
    return torch.rnn_tanh_cell(x, h, *weights)


def by_operator(x, h, *weights):
    return torch.ops.aten.rnn_tanh_cell(x, h, *weights)


def by_alias(x, h, *weights):
    return torch._VF.rnn_tanh_cell(x, h, *weights)


def by_our_reference(x, h, W_ih, W_hh, b_ih, b_hh):
    a = x @ W_ih.T + b_ih
    (new,), _ = rnn_course.cells.rnn_cell(a, (h,), {"weight_hh": W_hh, "bias_hh": b_hh})
    return new


@pytest.mark.parametrize(
    "function",
    [by_module, by_function, by_operator, by_alias, by_our_reference],
    ids=lambda f: f.__name__,
)
def test_a_ready_made_layer_is_noticed(function):
    shown = check.rnn_cell(function, points=3)
    assert shown.verdict.status == "ready-made" and repr(shown) == "0"
    assert "by hand" in str(shown) and shown.verdict.mistakes == ["ready-made"]


def test_reading_a_ready_made_layers_weights_is_allowed():
    def reads(x, h, *weights):
        nn.RNN(3, 4).weight_hh_l0.detach().sum()
        return plain.rnn_cell(x, h, *weights)

    assert check.rnn_cell.verdict(reads).passed


def test_autograd_where_the_chain_rule_is_asked_for():
    assert set(AUTOGRAD) <= set(TASKS["rnn_cell_backward"].forbids)
    assert set(RECURRENT) <= set(TASKS["rnn_cell"].forbids)

    def rnn_cell_backward(dh_new, h_new, W_ih, W_hh):
        a = torch.atanh(h_new.double()).to(h_new.dtype).requires_grad_()
        (da,) = torch.autograd.grad(torch.tanh(a), a, dh_new)
        return da, da @ W_ih, da @ W_hh

    verdict = check.rnn_cell_backward.verdict(rnn_cell_backward)
    assert verdict.status == "ready-made" and "chain rule" in verdict.message


# ------------------------------------------------------------- across a process boundary


class FromAnotherProcess(Exception):
    """What the judge raises for an exception in the sandbox."""

    def __init__(self, name, text, frames, undone=False):
        super().__init__(text)
        self.ename, self.frames, self.undone = name, frames, undone


class Proxy:
    """A function as the judge sees it: plain values in and out, no name, no source."""

    def __init__(self, function):
        self.function = function

    def __call__(self, *args):
        def copied(value):
            if isinstance(value, torch.Tensor):
                return torch.tensor(value.tolist(), dtype=value.dtype).reshape(value.shape)
            if isinstance(value, tuple | list):
                return type(value)(map(copied, value))
            if isinstance(value, dict):
                return {k: copied(v) for k, v in value.items()}
            if value is None or isinstance(value, bool | int | float | str):
                return value
            raise TypeError(f"{type(value).__name__} cannot cross")

        with torch._C.DisableTorchFunction():  # the other process has no mode of ours
            try:
                return copied(self.function(*copied(args)))
            except NotImplementedError:
                frames = [["<cell>", 3, "lstm_cell", "raise NotImplementedError"]]
                raise FromAnotherProcess("NotImplementedError", "", frames, True) from None
            except RuntimeError as error:
                frames = [["<cell>", 7, "lstm_cell", "gates = x @ W_ih"]]
                raise FromAnotherProcess("RuntimeError", str(error), frames) from None


@pytest.mark.parametrize("name", [name for name in names() if name != "learn"])
def test_right_answers_pass_through_a_proxy(name):
    verdict = TASKS[name].verdict(Proxy(getattr(plain, name)), hidden=True)
    assert verdict.passed, verdict.message


def test_wrong_ones_are_named_through_a_proxy():
    def wrong(x, state, *weights):
        return plain.lstm_cell(x, state, *weights)[::-1]

    assert check.lstm_cell.verdict(Proxy(wrong)).mistakes == ["states-exchanged"]

    def stops(x, state, W_ih, *weights):
        return x @ W_ih

    message = check.lstm_cell.verdict(Proxy(stops)).message
    assert "line 7, in lstm_cell: gates = x @ W_ih" in message and "W_ih.T" in message

    def undone(*args):
        raise NotImplementedError

    assert check.lstm_cell.verdict(Proxy(undone)).status == "undone"
