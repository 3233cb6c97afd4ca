"""Mistakes are called by their names: one, two at once, and those that nobody listed."""

import numpy as np
import pytest
import torch

from rnn_course.checks import check, matches, mistakes, plain, recurrence
from rnn_course.checks.mutants import Plain, TooLong, own_tensors
from rnn_course.checks.scenes import answer_of, cut_blocks, flat, same_answer
from rnn_course.checks.task import TASKS

KINDS = ("rnn", "lstm", "gru")
sig, tanh = torch.sigmoid, torch.tanh


# ------------------------------------------------- our recurrence is torch's, with no switch set


@pytest.mark.parametrize("name", [f"{k}{c}" for k in KINDS for c in ("_cell", "")])
def test_the_recurrence_without_a_change_is_torchs(name):
    task = TASKS[name]
    for case in task.cases() + task.cases(hidden=True) + task.probe_cases():
        right = flat(recurrence.arrays(task.expected(case)[0]))
        ours = flat(task.reference(*recurrence.arrays(case.args)))
        assert same_answer(ours, right, exact=True)


NETWORKS = [
    torch.nn.RNN(4, 5, 2, nonlinearity="relu"),
    torch.nn.LSTM(4, 5, 2, bidirectional=True, batch_first=True),
    torch.nn.LSTM(4, 5, proj_size=3),
    torch.nn.GRU(4, 5, 3, bidirectional=True, bias=False),
    torch.nn.LSTMCell(4, 5),
]


@pytest.mark.parametrize("module", NETWORKS, ids=str)
def test_networks_without_a_change_are_torchs(module):
    task = matches.task_for(module)
    for case in task.cases() + task.probe_cases():
        right = flat(recurrence.arrays(task.expected(case)[0]["result"]))
        ours = flat(task.reference(*recurrence.arrays(case.args)))
        assert same_answer(ours, right, exact=True)


# ------------------------------------------------------------------------ the whole catalogue


def made_by(task, change):
    """A student's function that makes exactly this mistake, in the student's dtype."""
    reference = task.reference or task.oracle

    def function(*args):
        dtype = next(x.dtype for x in args if isinstance(x, torch.Tensor))
        with torch._C.DisableTorchFunction(), np.errstate(all="ignore"):
            exact = own_tensors(tuple(_double(a) for a in args))
            if getattr(reference, "on_arrays", False):
                exact = recurrence.arrays(exact)
            return _tensors(answer_of(reference, change, exact), dtype)

    return function


def _double(value):
    if isinstance(value, torch.Tensor):
        return value.double() if value.is_floating_point() else value
    return tuple(map(_double, value)) if isinstance(value, tuple) else value


def _tensors(value, dtype):
    if isinstance(value, tuple | list):
        return tuple(_tensors(v, dtype) for v in value)
    if isinstance(value, np.ndarray | np.generic):
        value = torch.from_numpy(np.array(value))
    return value.to(dtype) if value.is_floating_point() else value


def test_names_are_used_once_and_sentences_end():
    for task in TASKS.values():
        known = task.known()
        assert len({m.name for m in known}) == len(known), task.name
        for mistake in known:
            assert mistake.words.rstrip()[-1] in ".?!", mistake.name
    for kind in KINDS:
        names = [m.name for m in mistakes.network(kind, 2, 2)]
        assert len(set(names)) == len(names)


def test_the_catalogue_is_as_large_as_we_say():
    for kind in KINDS:
        assert len(mistakes.cell(kind)) >= 80 and len(mistakes.network(kind, 2, 2)) >= 200


# ---------------------------------------------------------------------------- learners' code


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
    assert "candidate g goes through a sigmoid; it needs tanh" in verdict.message


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

    assert "only in batch row 1" in check.rnn_cell.verdict(rnn_cell).message


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


# ------------------------------------------------------------------------------- edited texts


@pytest.mark.parametrize(
    "name", ["rnn_cell_backward", "pack", "lstm_cell_backward", "clip_by_global_norm"]
)
def test_trying_all_edits_leaves_the_text_and_the_inputs_as_they_were(name):
    import ast
    import warnings

    task, function = TASKS[name], getattr(plain, name)
    edited = Plain(function)
    text = ast.unparse(edited.module)
    case = task.cases()[0]
    before = own_tensors(case.args)
    failed = 0
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for group in edited.mistakes:
            for mistake in group:
                assert mistake.name and mistake.words
                try:
                    answer_of(function, mistake.change, case.args)
                except Exception:  # noqa: BLE001  (an edited text may fail in any way)
                    failed += 1
    assert ast.unparse(edited.module) == text
    assert _equal(before, case.args)
    assert failed < sum(map(len, edited.mistakes))


def _equal(one, other):
    if isinstance(one, torch.Tensor):
        return one.equal(other)
    if isinstance(one, tuple | list):
        return all(map(_equal, one, other))
    if isinstance(one, dict):
        return all(_equal(one[k], other[k]) for k in one)
    return one == other


def copied(xs):
    found = [0]
    for x in xs:
        found.append(x)
    return found


@pytest.mark.parametrize("name", ["rnn_cell_backward", "gru_cell_backward", "rnn_packed_2", "mix"])
def test_only_what_depends_on_a_change_is_run_again_and_gives_the_same(name):
    task, edited = TASKS[name.removesuffix("_2")], Plain(getattr(plain, name))
    args, memory, compared = task.cases()[0].args, {}, 0
    for mistake in [m for group in edited.mistakes for m in group][::23]:
        chosen = (mistake.edit,)
        try:
            whole = edited.whole(chosen)(*own_tensors(args))
        except Exception:  # noqa: BLE001  (an edited text may fail in any way)
            continue
        finally:
            edited.compiled.clear()
        lines = edited.answer(chosen, args, memory)
        edited.compiled.clear()
        one, two = (flat(recurrence.arrays(x)) for x in (whole, lines))
        assert same_answer(one, two, exact=True), mistake.name
        compared += 1
    assert compared >= 5 and _equal(args, task.cases()[0].args)


def test_half_a_result_is_not_a_result_with_two_equal_halves():
    half = np.ones((3, 5))
    whole = cut_blocks(("", [np.concatenate([half, half], 1)]), [(-1, 2)])
    alone = cut_blocks(("", [half]), [(-1, 2)])
    assert not same_answer(whole, alone, exact=True)
    assert same_answer(whole, whole, exact=True) and same_answer(alone, alone, exact=True)


def test_a_text_that_would_loop_for_ever_is_stopped():
    edited = Plain(copied)
    stopped = 0
    for group in edited.mistakes:
        for mistake in group:
            try:
                answer_of(copied, mistake.change, ([1, 2],))
            except TooLong:
                stopped += 1
            except Exception:  # noqa: BLE001
                continue
    assert stopped > 0


def test_the_right_line_is_never_told():
    def gru_mix_backward(dh_new, h, n, z):
        return dh_new * z, dh_new * (h - n), dh_new * z

    verdict = check.gru_mix_backward.verdict(gru_mix_backward)
    assert verdict.mistakes == ["dn-with-z"] and "dh_new * (1 - z)" not in verdict.message
