"""Verdicts: no wrong answer passes, no right one fails, and no sentence is untrue of the code.

The drawing of cases is held against every known mistake, for a few students (`make evidence`: for
twenty); what a task's text
asks for (a dtype, nothing ready-made, no tie to autograd) is asked for; and right answers in
unusual styles pass.
"""

import os
import re
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from assignments import plain, planted
from torch.nn import functional as F
from torch.nn.utils import rnn as packing

from rnn_course.checks import cases, check, compare, seeds
from rnn_course.checks.task import STRICT, TASKS, Trial, attempt
from rnn_course.checks.trouble import Trouble

ROOT = Path(__file__).resolve().parents[1]
DISCRETE = (
    "vocabulary encode one_hot read_vectors table_for nearest pad make_mask sort_by_length pack "
    "unpack streams sample split_in_time saw_the_future spans viterbi"
).split()
FEW = [(name, 3) for name in DISCRETE]  # students of each change, and of `make evidence`
MANY = [pytest.param(name, 20, marks=pytest.mark.evidence) for name in DISCRETE]
MANY += [pytest.param("train", 1, marks=pytest.mark.evidence)]  # each mistake trains a network
FLOATS = [name for name in dir(check) if name not in (*DISCRETE, "matches", "learn", "train")]


# ------------------------------------------- every known mistake, for every student, costs the same


def of_students(task, number):
    """The hidden cases of so many students."""
    for k in range(number):
        with seeds.seed_from("a key", f"student {k}", "an assignment"):
            yield [case for case in task.cases(hidden=True) if not case.optional]


def with_truth(task, drawn):
    return [(case, *task.expected(case)) for case in drawn]


def tried(task, function, drawn):
    """What the verdict would find for a function, in float64 where the task does not ask for less."""
    dtype = torch.float32 if "[float32]" in str(task.returns) else torch.float64
    for case, expected, rounding in drawn:
        trial = Trial(case)
        try:
            trial.answer = function(*cases.in_dtype(case.args, torch.float64))
        except Exception as error:  # noqa: BLE001  (a mistake may stop with an error)
            trial.trouble = Trouble(type(error).__name__, str(error))
        else:
            returns = case.returns or task.returns
            trial.findings = compare.compare(returns, expected, trial.answer, rounding, dtype)
        yield trial


def earned(task, trials):
    return {part for part, (is_earned, _) in task.parts(trials).items() if is_earned}


def entries_wrong(trials):
    """How many letters or numbers are wrong, in all these trials."""
    found = 0
    for trial in trials:
        if trial.trouble or any(
            f.kind not in ("right", "numbers", "plain") for f in trial.findings
        ):
            return 100  # another shape or form: clear enough
        found += sum(int(f.wrong.sum()) for f in trial.findings if f.kind == "numbers")
        expected = TASKS[trial.task].expected(trial.case)[0]
        found += differing(expected, trial.answer)
    return found


def is_other(one, other):
    return type(one) is not type(other) or one != other


def differing(expected, answer):
    """In how many entries two plain values differ."""
    if isinstance(expected, list | dict) and type(answer) is not type(expected):
        return 100  # another form: clear enough
    if isinstance(expected, tuple):
        return sum(map(differing, expected, answer))
    if isinstance(expected, dict):
        keys = expected.keys() | answer.keys()
        return sum(expected.get(key) != answer.get(key) for key in keys)
    if isinstance(expected, list):
        longer = abs(len(expected) - len(answer))
        return longer + sum(is_other(e, a) for e, a in zip(expected, answer, strict=False))
    return 0


# rankings: the visible cases show them to all, a student's own not to everybody
LUCK = {"divided-by-absolute-values", "ranked-by-overlap"}
LUCK |= {"beam-kept-finished-put-aside"}  # nor is there a beam in each draw that tells this one


@pytest.mark.parametrize("name, number", FEW + MANY + [(name, 1) for name in FLOATS])
def test_a_mistake_costs_every_student_the_same_points(name, number):
    """Of float results one student is enough, and the likelier mistakes: there none can hide in a
    drawn letter.

    Of a family some mistakes are none in this task: they change nothing for anybody.
    """
    task, is_discrete = TASKS[name], name in DISCRETE
    visible = with_truth(task, [case for case in task.cases() if not case.optional])
    hidden = [with_truth(task, drawn) for drawn in of_students(task, number)]
    for mistake, function in planted(name):
        if mistake.kind == "family" and not is_discrete and (mistake.rare or mistake.place > 1):
            continue
        trials = list(tried(task, function, visible))
        is_none = all(trial.right for trial in trials)
        assert not is_none or mistake.kind == "family", f"{mistake.name} is not seen"
        parts = earned(task, trials)
        for drawn in hidden:
            more = list(tried(task, function, drawn))
            assert earned(task, trials + more) == parts, f"{mistake.name}: points are luck"
            unseen = all(trial.right for trial in more)
            assert unseen == is_none or mistake.name in LUCK, mistake.name


LEAST = {  # entries that a mistake changes at least, where the results are fewer than three a case
    "vocabulary-pad-and-unk-exchanged": 2,
}


@pytest.mark.parametrize("name", DISCRETE)
def test_a_mistake_is_seen_in_several_entries(name):
    """Of all visible cases that it changes at all: a slip must not hang on one drawn letter."""
    task = TASKS[name]
    visible = with_truth(task, task.cases())
    for mistake, function in planted(name):
        trials = list(tried(task, function, visible))
        for trial in trials:
            trial.task = name
        assert entries_wrong(trials) >= LEAST.get(mistake.name, 3), mistake.name


# Slips that no list names, each in an answer that is otherwise right.


def nearest_by(scores):
    def nearest(query, table, k):
        return torch.argsort(scores(query, table), descending=True)[:k].tolist()

    return nearest


def cosine_without(zero_row):
    def scores(query, table):
        cosine = F.cosine_similarity(table, query.unsqueeze(0), dim=1)
        cosine[zero_row(table)] = -2.0
        return cosine

    return nearest_by(scores)


def read_with(is_header, word=str):
    def read_vectors(lines):
        rows = [line.split() for line in lines if line.strip()]
        rows = rows[1:] if is_header(rows[0]) else rows
        table = torch.tensor([[float(x) for x in row[1:]] for row in rows])
        return [word(row[0]) for row in rows], table

    return read_vectors


def two_fields(row):
    return len(row) == 2


def read(ids, h, p):
    xs = p["E"][ids]
    weights = [p[name] for name in ("W_ih", "W_hh", "b_ih", "b_hh")]
    output, h = plain.gru(xs, h, *weights)
    return output @ p["W_out"].T + p["b_out"], h


def sample_with(begin=lambda start: start, again=False, larger=torch.gt):
    def sample(start, u, temperature, p):
        h = p["W_hh"].new_zeros(1, p["W_hh"].shape[1])
        logits, h = read(begin(start).unsqueeze(1), h, p)
        if again:
            logits, h = read(start[-1:].unsqueeze(1), h, p)
        drawn = []
        for number in u:
            sums = (logits[-1, 0] / temperature).softmax(0).cumsum(0)
            drawn.append(int(larger(sums, number).int().argmax()))
            logits, h = read(torch.tensor([[drawn[-1]]]), h, p)
        return torch.tensor(drawn)

    return sample


def table_in_order(numbers, words, vectors):
    """The rows as the dictionary lists its words, whatever their numbers."""
    found = dict(zip(words, vectors, strict=True))
    return torch.stack([found.get(word, 0 * vectors[0]) for word in numbers])


SLIPS = {
    "sample, start's last letter twice": ("sample", sample_with(again=True)),
    "sample, start without its first": ("sample", sample_with(lambda start: start[1:])),
    "sample, start turned round": ("sample", sample_with(lambda start: start.flip(0))),
    "sample, the first sum that is smaller": ("sample", sample_with(larger=torch.lt)),
    "a header is a first word of digits": (
        "read_vectors",
        read_with(lambda row: row[0].isdigit()),
    ),
    "words in small letters": ("read_vectors", read_with(two_fields, str.lower)),
    "words without signs": ("read_vectors", read_with(two_fields, lambda w: re.sub(r"\W", "", w))),
    "encode, or 1": ("encode", lambda words, numbers: [numbers.get(w) or 1 for w in words]),
    "encode in small letters": (
        "encode",
        lambda words, numbers: [numbers.get(w.lower(), 1) for w in words],
    ),
    "encode by the dictionary's order": (
        "encode",
        lambda words, numbers: [list(numbers).index(w) if w in numbers else 1 for w in words],
    ),
    "vocabulary in small letters": (
        "vocabulary",
        lambda sentences: plain.vocabulary([[w.lower() for w in words] for words in sentences]),
    ),
    "nearest, row 0 left out": ("nearest", cosine_without(lambda table: [0])),
    "nearest, the last row left out": ("nearest", cosine_without(lambda table: [-1])),
    "nearest, short rows left out": (
        "nearest",
        cosine_without(lambda table: table.norm(dim=1) < 0.5 * table.norm(dim=1).median()),
    ),
    "table in the dictionary's order": ("table_for", table_in_order),
}


@pytest.mark.parametrize("number", [3, pytest.param(20, marks=pytest.mark.evidence)])
@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_that_no_list_names_is_seen_by_everybody(slip, number):
    name, function = SLIPS[slip]
    task = TASKS[name]
    alone = [task.run(function, case)[0] for case in task.cases()]
    assert not all(trial.right for trial in alone)
    for drawn in of_students(task, number):
        more = [task.run(function, case)[0] for case in drawn]
        assert not all(trial.right for trial in more)
        assert earned(task, alone + more) == earned(task, alone)


# ------------------------------------------------------------------------------ what a text asks


def changed(name, change):
    """The right answer with one thing changed about what it returns."""
    return lambda *args: change(getattr(plain, name)(*args))


def first(change):
    return lambda result: (change(result[0]), *result[1:])


def second(change):
    return lambda result: (result[0], change(result[1]), *result[2:])


ANOTHER_DTYPE = [
    *[("one_hot", change) for change in (torch.Tensor.bool, torch.Tensor.long)],
    ("one_hot", torch.Tensor.double),
    *[("make_mask", change) for change in (torch.Tensor.int, torch.Tensor.float)],
    ("read_vectors", second(torch.Tensor.double)),
    ("read_vectors", second(torch.Tensor.half)),
    ("table_for", torch.Tensor.double),
    ("pad", first(torch.Tensor.double)),
    ("unpack", first(torch.Tensor.double)),
    ("first_state", torch.Tensor.double),
    ("sort_by_length", first(torch.Tensor.float)),
    ("sort_by_length", second(torch.Tensor.double)),
    ("streams", first(torch.Tensor.float)),
    ("sample", torch.Tensor.float),
    ("encode", lambda ids: [float(k) for k in ids]),
    ("nearest", lambda ids: [float(k) for k in ids]),
    ("pad", second(lambda lengths: [float(n) for n in lengths])),
    ("pack", second(lambda sizes: torch.tensor(sizes).float())),
    ("vocabulary", lambda numbers: {word: str(k) for word, k in numbers.items()}),
]


def right_answer(name):
    return getattr(plain, name, None) or {"streams": TASKS["streams"].oracle}.get(
        name, sample_with()
    )


@pytest.mark.parametrize("name, change", ANOTHER_DTYPE, ids=lambda x: getattr(x, "__name__", x))
def test_a_dtype_that_the_text_names_is_asked_for(name, change):
    right = right_answer(name)
    assert TASKS[name].verdict(right, hidden=True).passed
    verdict = TASKS[name].verdict(lambda *args: change(right(*args)), hidden=True)
    assert not verdict.passed and "expected" in verdict.message


def test_where_no_text_names_a_dtype_another_one_is_a_note():
    def rnn(*args):
        output, h_n = plain.rnn(*args)
        return output.double(), h_n

    verdict = check.rnn.verdict(rnn, hidden=True)
    assert verdict.passed and "Note: `output` is float64, though what came in is" in verdict.message


def test_losses_that_are_tied_to_autograd():
    def tied(xs, targets, h0, W_ih, W_hh, b_ih, b_hh, chunk):
        W = W_hh.clone().requires_grad_()
        losses, h = [], h0
        for start in range(0, len(xs), chunk):
            h, loss = h.detach(), 0.0
            for x, y in zip(xs[start : start + chunk], targets[start : start + chunk]):
                h = torch.tanh(x @ W_ih.T + b_ih + h @ W.T + b_hh)
                loss = loss + 0.5 * ((h - y) ** 2).sum()
            loss.backward()
            losses.append(loss)
        return torch.stack(losses), W.grad

    verdict = check.chunk_gradient.verdict(tied)
    assert not verdict.passed and "still tied to autograd" in verdict.message
    assert "`losses`: return it detached" in verdict.message
    untied = changed_result(tied, first(torch.Tensor.detach))
    assert check.chunk_gradient.verdict(untied, hidden=True).passed

    def train(*args):
        p, losses, h = TASKS["train"].oracle(*args)
        return p, losses.clone().requires_grad_(), h

    assert "still tied" in check.train.verdict(train).message


def changed_result(function, change):
    return lambda *args: change(function(*args))


def padded_ready_made(sequences):
    return packing.pad_sequence(sequences), [len(s) for s in sequences]


def order_ready_made(lengths):
    order = torch.argsort(lengths, descending=True, stable=True)
    return order, packing.invert_permutation(order)


def packed_ready_made(padded, lengths):
    packed = packing.pack_padded_sequence(padded, lengths)
    return packed.data, packed.batch_sizes.tolist()


def jacobians(xs, h0, *weights):
    states = [h0, *plain.rnn(xs[:, None], h0[None], *weights)[0][:, 0]]

    def last(h, t):
        return plain.rnn(xs[t:, None], h[None], *weights)[1][0]

    found = [torch.func.jacfwd(partial(last, t=t))(states[t]) for t in range(len(xs))]
    return torch.stack([torch.linalg.matrix_norm(J, 2) for J in found])


FORBIDDEN = {
    "pad": padded_ready_made,
    "sort_by_length": order_ready_made,
    "pack": packed_ready_made,
    "one_hot": lambda ids, V: F.one_hot(ids, V).float(),
    "lookup": lambda ids, table: F.embedding(ids, table),
    "cross_entropy": lambda logits, y: F.cross_entropy(logits.flatten(0, 1), y.flatten()),
    "gradient_norms": jacobians,
    "rnn": lambda xs, h0, *w: torch.rnn_tanh(xs, h0[None], w, True, 1, 0.0, False, False, False),
}


@pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated:DeprecationWarning")
@pytest.mark.parametrize("name", FORBIDDEN)
def test_what_a_notebook_forbids_the_check_forbids(name):
    assert TASKS[name].verdict(FORBIDDEN[name]).status == "ready-made"


def test_the_notebook_says_what_is_forbidden_before():
    said = {p.stem: p.read_text(encoding="utf-8") for p in (ROOT / "exercises").glob("*.md")}
    rules = {
        name: re.findall(r"\*\*The rules\.\*\*.*?\n\n", text, re.S) for name, text in said.items()
    }
    named = {
        "embedding": ("torch.nn.Embedding", "F.embedding", "F.embedding_bag", "F.one_hot"),
        "lengths": ("torch.nn.utils.rnn", "ready-made recurrent"),
        "capstone": ("F.cross_entropy", "F.nll_loss", "ready-made recurrent"),
        **dict.fromkeys(("rnn", "bidirectional"), ("ready-made recurrent",)),
        **dict.fromkeys(("bptt", "lstm", "gru"), ("ready-made recurrent", "no autograd")),
    }
    for assignment, words in named.items():
        text = " ".join(rules[assignment][0].split())
        assert all(word in text for word in words), assignment
    for name in "rnn lstm gru bptt embedding lengths bidirectional".split():
        assert "This is advice; no check looks for it." in said[name]


def test_vmap_is_no_autograd():
    def gru_mix_backward(dh_new, h, n, z):
        one = torch.func.vmap(lambda d, h, n, z: (d * (1 - z), d * (h - n), d * z))
        return one(dh_new, h, n, z)

    assert check.gru_mix_backward.verdict(gru_mix_backward, hidden=True).passed


# --------------------------------------------------------------------- right answers, other styles


STYLES = {
    "numpy's numbers in a list": lambda ids: list(np.array(ids)),
    "an array": np.array,
    "a tuple": tuple,
    "a tensor": torch.tensor,
    "small tensors in a list": lambda ids: [torch.tensor(k) for k in ids],
    "a tensor of int32": lambda ids: torch.tensor(ids, dtype=torch.int32),
}
PLACES = [("nearest", lambda c: c), ("encode", lambda c: c), ("pad", second), ("unpack", second),
          ("pack", second)]  # fmt: skip


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name, where", PLACES, ids=lambda x: x if isinstance(x, str) else "")
def test_whole_numbers_may_come_in_any_plain_form(name, where, style):
    if name == "encode" and style == "an array":
        return  # the array of an empty list is one of floats
    verdict = TASKS[name].verdict(changed(name, where(STYLES[style])), hidden=True)
    assert verdict.passed, verdict.message


def test_numbers_and_letters_in_any_plain_form():
    right = sample_with()
    for style in (torch.Tensor.numpy, tuple, list, torch.Tensor.int):
        assert check.sample.verdict(changed_result(right, style), hidden=True).passed
    for number in (np.float64, np.float32, float, torch.Tensor.numpy):
        loss = changed_result(TASKS["masked_loss"].oracle, number)
        assert check.masked_loss.verdict(loss, hidden=True).passed
    words = changed_result(plain.read_vectors, first(tuple))
    assert check.read_vectors.verdict(words, hidden=True).passed
    gates = changed_result(plain.lstm_gates, list)
    assert check.lstm_gates.verdict(gates, hidden=True).passed


# ------------------------------------------------------------------------- no word that is untrue


def test_the_inputs_of_the_first_failing_case_can_be_looked_at():
    def wrong_with_relu(x, h, W_ih, W_hh, b_ih, b_hh, nonlinearity):
        return torch.tanh(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh)

    shown = check.rnn_cell_with(wrong_with_relu)
    assert "`check.rnn_cell_with.inputs()`" in str(shown)
    x, h, *_, nonlinearity = inputs = check.rnn_cell_with.inputs()
    assert nonlinearity == "relu" and x.dtype == h.dtype == torch.float32
    a, b = wrong_with_relu(*inputs)[0, 0].item(), plain.rnn_cell_with(*inputs)[0, 0].item()
    assert f"h[0, 0] is {a:.3g}; expected {b:.3g}" in str(shown)
    assert repr(inputs).startswith("x = tensor(") and "nonlinearity = relu" in repr(inputs)
    inputs[0].zero_()
    assert check.rnn_cell_with.inputs()[0].any()
    assert check.rnn_cell_with(plain.rnn_cell_with).verdict.passed
    assert check.rnn_cell_with.inputs()[-1] == "tanh"


def test_the_inputs_of_a_network_can_be_looked_at_too():
    module = torch.nn.GRU(3, 4)
    check.matches(module, torch.nn.GRU(3, 4), forbids=())
    xs, state, weights = check.matches.inputs()
    module.load_state_dict(weights)
    assert module(xs, state)[0].shape == (*xs.shape[:2], 4)


def test_a_check_without_a_call_is_one_line():
    assert repr(check.rnn_cell) == (
        "check.rnn_cell(rnn_cell) checks your function `rnn_cell(x, h, W_ih, W_hh, b_ih, b_hh) -> "
        "h`; `check.rnn_cell.inputs()` gives what it is tried on."
    )
    for name in dir(check):
        assert "\n" not in repr(getattr(check, name)) and f"check.{name}" in repr(
            getattr(check, name)
        )
    assert "\n" not in repr(check)


def test_at_a_plain_prompt_the_words_are_shown_and_in_a_program_the_points():
    lines = "from rnn_course.checks import check\ncheck.mix(lambda *a: a[0], points=2)\n"
    at_prompt = subprocess.run(
        [sys.executable, "-i"], input=lines, capture_output=True, text=True, check=True
    )
    assert "mix: not right yet." in at_prompt.stdout and "0 of 2 points." in at_prompt.stdout
    program = lines.replace("check.mix(", "shown = check.mix(") + "print(repr(shown))"
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout == "0\n" and run.stderr == ""


def test_under_nbgrader_validate_the_words_stand_on_stderr(monkeypatch, capsys):
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    assert repr(check.mix(plain.mix, points=2)) == "2"
    assert capsys.readouterr().err == ""
    assert repr(check.mix(lambda h, n, z, keeps: n, points=2)) == "0"
    assert "mix: not right yet." in capsys.readouterr().err
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    check.mix(lambda h, n, z, keeps: n, points=2)
    assert capsys.readouterr().err == ""


def stopped_at(function, name="nearest"):
    """The line that the check shows for a function that raises."""
    message = TASKS[name].verdict(function).message
    assert "site-packages" not in message
    return re.findall(r"line \d+, in .*", message)[-1:]


@pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated")
def test_an_error_points_at_the_last_line_of_ones_own():
    def through_numpy(query, table, k):
        return np.concatenate([query, table])  # here

    def through_a_function(query, table, k):
        return np.apply_along_axis(lambda row: row @ table[:, :2].numpy(), 1, table.numpy())  # here

    def through_python(query, table, k):
        return re.compile("(")  # here

    @torch.jit.script
    def compiled(query: torch.Tensor, table: torch.Tensor) -> torch.Tensor:
        return table @ query[:2]

    def through_compiled(query, table, k):
        return compiled(query, table)  # here

    def through_vmap(query, table, k):
        return torch.func.vmap(lambda row: row @ query[:2])(table)  # here

    for function in (through_numpy, through_a_function, through_python, through_compiled,
                     through_vmap):  # fmt: skip
        (line,) = stopped_at(function)
        assert line.endswith("# here"), line


def test_not_done_yet_is_said_of_an_untouched_task_alone():
    def torchs_own(x, h, *w):
        return torch.nn.Module().forward(x)

    def left_over(x, h, W_ih, W_hh, b_ih, b_hh):
        h = torch.tanh(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
        raise NotImplementedError()

    def helper(x):
        raise NotImplementedError()

    def calls(x, h, *w):
        return helper(x)

    for function in (torchs_own, left_over):
        verdict = check.rnn_cell.verdict(function)
        assert verdict.status == "error" and "not done yet" not in verdict.message
    assert "left over" in verdict.message
    assert "`helper`, which is still to be written" in check.rnn_cell.verdict(calls).message


def test_a_generator_draws_no_random_numbers():
    for lazy in (lambda ids: (k for k in ids), partial(map, int), iter):
        verdict = check.nearest.verdict(changed("nearest", lazy))
        assert not verdict.passed and "random" not in verdict.message
        assert re.search(r"ids is an? \w+; expected a list", verdict.message)


def test_of_a_fault_that_only_hidden_cases_show_nothing_is_guessed():
    sizes = {tuple(case.args[0].shape) for case in TASKS["rnn_cell"].cases()}

    def only_visible(x, h, *w):
        return plain.rnn_cell(x, h, *w) + (tuple(x.shape) not in sizes)

    message = check.rnn_cell.verdict(only_visible, hidden=True).message
    assert "All visible cases are right." in message and "?" not in message


def test_a_note_is_right_only_if_all_cases_with_it_are():
    sizes = {tuple(case.args[0].shape) for case in TASKS["rnn"].cases()}

    def only_visible(xs, h0, *w):
        output, h_n = plain.rnn(xs, h0, *w)
        return output + (tuple(xs.shape) not in sizes), h_n

    said = check.rnn.verdict(only_visible, hidden=True).message
    assert "one time step;" not in said and "one time step." not in said


def test_shapes_are_labelled_in_the_order_that_was_asked_for():
    def time_first(xs, h_0, *rest):
        output, h_n = plain.rnn_like_torch(xs, h_0, *rest)
        return (output.transpose(0, 1) if rest[-1] and xs.dim() == 3 else output), h_n

    message = check.rnn_like_torch.verdict(time_first).message
    assert re.search(r"output \(N, T, H\) = .* wrong shape: \(T, N, H\)", message)
    assert re.search(r"h_n \(1, N, H\) = .* right", message)


def test_no_name_by_a_coincidence_of_sizes():
    def without_the_short_chunk(xs, targets, h0, W_ih, W_hh, b_ih, b_hh, chunk):
        whole = len(xs) // chunk * chunk
        if whole == 0:
            whole = len(xs)
        args = xs[:whole], targets[:whole], h0, W_ih, W_hh, b_ih, b_hh, chunk
        return TASKS["chunk_gradient"].oracle(*args)

    message = check.chunk_gradient.verdict(without_the_short_chunk).message
    assert "len(h0)" not in message

    def axes_turned(xs, h0, W_ih, W_hh, b_ih, b_hh):
        for x in xs.mT.transpose(0, 1):
            h0 = torch.tanh(x @ W_ih.T + b_ih + h0 @ W_hh.T + b_hh)
        return h0, h0

    verdict = check.rnn.verdict(axes_turned)
    assert verdict.mistakes == [] and "exchanged" not in verdict.message


def test_a_fault_of_ours_costs_no_point_and_raises_in_the_tests(monkeypatch):
    def fails():
        raise ValueError("ours")

    with pytest.raises(ValueError, match="ours"):
        attempt(fails, None)
    monkeypatch.delenv(STRICT)
    assert attempt(fails, "otherwise") == "otherwise"

    def only_output(xs, h0, *w):
        return plain.rnn(xs, h0, *w)[0], h0

    points = check.rnn(only_output, points=4).points
    monkeypatch.setattr("rnn_course.checks.task.diagnosis.diagnose", lambda *args: fails())
    monkeypatch.setattr("rnn_course.checks.words.failed", lambda *args: fails())
    shown = check.rnn(only_output, points=4)
    assert 0 < shown.points == points and "not right yet" in str(shown)


def test_the_environment_of_the_tests_is_strict():
    assert os.environ[STRICT] == "1" and cases.Draw(0).order(3) != cases.Draw(1).order(3)
