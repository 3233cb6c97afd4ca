"""The questions of the book: what each says of its choices is true, by a few lines of torch."""

import itertools
import math
import re

import numpy as np
import pytest
import torch
from conftest import ROOT, serious, too_wide
from docutils.core import publish_parts
from docutils.parsers.rst import directives
from docutils.utils import SystemMessage
from myst_parser.docutils_ import Parser
from questions import Question
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pack_padded_sequence
from torch.utils.flop_counter import FlopCounterMode

from rnn_course import packing
from rnn_course.learning import f1_of_sets
from rnn_course.variants import original_gru_cell

BLOCK = re.compile(r"^::::\{question\} (.+)\n:name: (\S+)\n\n((?:.*\n)*?)::::$", re.MULTILINE)


def questions():
    """{page: {name: (what is asked, the choices as written)}}, in the order of the pages."""
    found = {}
    for path in (ROOT / "book").glob("*.md"):
        blocks = BLOCK.findall(path.read_text(encoding="utf-8"))
        if blocks:
            found[path.stem] = {name: (asked, body) for asked, name, body in blocks}
    return found


ASKED = questions()
NAMES = [name for page in ASKED.values() for name in page]


def apart(a, b):
    return (a - b).abs().max().item()


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(0)


# -- one check a question, under its name ------------------------------------------------------


def sequences_reshape():
    batch_first = torch.arange(30).reshape(2, 5, 3)
    third = batch_first.reshape(5, 2, 3)[3]
    assert torch.equal(third, batch_first[1, 1:3])  # the second station, two neighbouring hours
    assert not torch.equal(third, batch_first.transpose(0, 1)[3])


def sequences_batch_first():
    output, h_n = torch.nn.RNN(3, 4, batch_first=True)(torch.randn(2, 5, 3))
    assert output.shape == (2, 5, 4) and h_n.shape == (1, 2, 4)


def embedding_gradient():
    embedding = torch.nn.Embedding(10, 3, padding_idx=0)
    ate, ids = 3, torch.tensor([2, 3, 4, 5, 6, 7, 3, 4, 8])  # he ate an apple and she ate an egg
    embedding(ids).sum().backward()
    assert (embedding.weight.grad[ate] == 2).all() and (embedding.weight.grad[0] == 0).all()


def embedding_order():
    row = {word: torch.randn(5) for word in "the dog chased cat of king".split()}
    one, other = "the dog chased the cat of the king", "the king chased the cat of the dog"
    means = [torch.stack([row[word] for word in s.split()]).mean(0) for s in (one, other)]
    assert len(one.split()) == 8 and apart(*means) < 1e-6 < 0.1 < apart(row["dog"], row["king"])


def rnn_transpose():
    h, W = torch.randn(5, 3), torch.randn(3, 3)
    assert (h @ W).shape == (h @ W.T).shape and apart(h @ W, h @ W.T) > 0.1
    assert torch.equal(W.T[1], W[:, 1])


def rnn_layers():
    output, h_n = torch.nn.RNN(6, 3, num_layers=2)(torch.randn(4, 5, 6))
    assert output.shape == (4, 5, 3) and h_n.shape == (2, 5, 3)
    assert torch.nn.RNN(6, 3, bidirectional=True)(torch.randn(4, 5, 6))[0].shape == (4, 5, 6)


def rnn_pulse():
    h = 0.0
    for t in range(30):
        h = math.tanh((t == 0) + 1.5 * h)
    assert round(h, 2) == 0.86 and abs(h - math.tanh(1.5 * h)) < 1e-6


def bptt_overwrite():
    W = torch.randn(3, 3).double().requires_grad_()
    states, sums = [torch.randn(3).double()], []
    for x in torch.randn(4, 3).double():
        sums.append(x + W @ states[-1])
        states.append(sums[-1].tanh())
    das = torch.autograd.grad(states[-1].sum(), sums, retain_graph=True)
    (right,) = torch.autograd.grad(states[-1].sum(), W)
    added, overwritten = 0, None
    for da, h in reversed(list(zip(das, states))):  # the way back: from the last word on
        added = added + torch.outer(da, h)
        overwritten = torch.outer(da, h)
    assert apart(added, right) < 1e-12
    assert torch.equal(overwritten, torch.outer(das[0], states[0]))  # the first word's alone


def bptt_detach():
    rnn, text = torch.nn.RNN(3, 4), torch.randn(30, 2, 3)

    def states(cut):
        h, found = None, []
        for chunk in text.split(10):
            output, h = rnn(chunk, h if h is None else cut(h))
            found.append(output)
        return torch.cat(found)

    assert torch.equal(states(torch.detach), states(lambda h: h))
    assert apart(states(torch.zeros_like), states(lambda h: h)) > 0.01


def reach(radius, size, seed, H=64, steps=60):
    """The norm of dh_T/dh_1 in a network with a random matrix of this radius, reading noise."""
    generator = torch.Generator().manual_seed(seed)
    W = torch.randn(H, H, generator=generator).double()
    W = radius * W / torch.linalg.eigvals(W).abs().max()
    h, J = torch.zeros(H).double(), torch.eye(H).double()
    for t, x in enumerate(size * torch.randn(steps, H, generator=generator).double()):
        h = torch.tanh(x + W @ h)
        if t:
            J = (1 - h**2)[:, None] * W @ J
    return torch.linalg.matrix_norm(J, 2).item()


def bptt_radius():
    assert 1e-6 < 0.8**59 < 3e-6
    assert all(reach(0.8, 0.1, seed) < 1e-4 for seed in range(3))


def bptt_loud():
    for seed in range(3):
        assert reach(1.2, 0.01, seed) > 1e-2 > 1e-6 > reach(1.2, 2.0, seed)


def lstm_noise():
    for seed in range(5):
        torch.manual_seed(seed)
        one, other = math.tanh(1), math.tanh(-1)
        assert round(one - other, 1) == 1.5
        for x in torch.randn(20).tolist():
            one, other = math.tanh(x + one), math.tanh(x + other)
        assert abs(one - other) < 1e-4


def lstm_cell_with(i, f, g, o, c):
    """h and c after ten steps of an LSTM cell whose gates are held by these biases."""
    cell = torch.nn.LSTMCell(1, 1)
    for name, weight in cell.named_parameters():
        weight.data[:] = torch.tensor([i, f, g, o]) if name == "bias_ih" else 0.0
    state = torch.zeros(1, 1), torch.tensor([[c]])
    for _ in range(10):
        state = cell(torch.zeros(1, 1), state)
    return [s.item() for s in state]


def lstm_silent():
    h, c = lstm_cell_with(-200.0, 200.0, 0.0, -200.0, 0.7)
    assert h == 0 and abs(c - 0.7) < 1e-6 and round(math.tanh(0.7), 1) == 0.6


def lstm_default():
    for seed in range(3):
        torch.manual_seed(seed)
        cell, xs = torch.nn.LSTMCell(10, 20).double(), torch.randn(100, 1, 10).double()
        state = torch.zeros(2, 1, 20).double().unbind()
        for x in xs[:50]:
            state = cell(x, state)

        def later(c, h=state[0], cell=cell, xs=xs):
            state = h, c
            for x in xs[50:]:
                state = cell(x, state)
            return state[1]

        J = torch.autograd.functional.jacobian(later, state[1])
        assert torch.linalg.matrix_norm(J.reshape(20, 20), 2) < 1e-6
    assert 0.5**50 < 1e-15


def lstm_two_biases():
    lstm = torch.nn.LSTM(1, 1)
    for name, weight in lstm.named_parameters():
        weight.data[:] = 0
        if "bias" in name:
            weight.data[1] = 1
    _, (_, c) = lstm(torch.zeros(1, 1), (torch.zeros(1, 1), torch.ones(1, 1)))
    assert round(c.item(), 2) == 0.88 == round(1 / (1 + math.exp(-2)), 2)


def gru_two_resets():
    gru, xs = torch.nn.GRU(6, 5).double(), torch.randn(20, 4, 6).double()
    p = {name.removesuffix("_l0"): w.detach() for name, w in gru.named_parameters()}
    state = (torch.zeros(4, 5).double(),)
    for x in xs:
        state, _ = original_gru_cell(x @ p["weight_ih"].T + p["bias_ih"], state, p)
    assert apart(state[0], gru(xs)[1][0]) > 0.01
    r, h, W = torch.rand(5).double(), torch.randn(5).double(), p["weight_hh"][10:]
    assert apart(W @ (r * h), r * (W @ h)) > 0.01 and apart(W @ (0.3 * h), 0.3 * (W @ h)) < 1e-12


def gru_biases():
    gru = torch.nn.GRU(6, 3).double()
    gru(torch.randn(7, 5, 6).double())[0].sum().backward()
    blocks = zip(gru.bias_ih_l0.grad.chunk(3), gru.bias_hh_l0.grad.chunk(3))
    r, z, n = (apart(one, other) for one, other in blocks)
    assert max(r, z) < 1e-12 and n > 0.1


def gru_bound():
    gru = torch.nn.GRU(6, 3)
    for weight in gru.parameters():
        weight.data *= 50
    assert gru(torch.randn(1000, 1, 6))[0].abs().max() <= 1


def bidirectional_flip():
    rnn, xs = torch.nn.RNN(6, 4, bidirectional=True), torch.randn(5, 3, 6)
    right = rnn(xs)[0][..., 4:]
    off = (right.flip(0) - right).abs().amax((1, 2))  # without the second flip
    assert (off < 1e-6).tolist() == [False, False, True, False, False]


def bidirectional_last():
    rnn, xs = torch.nn.RNN(6, 4, bidirectional=True), torch.randn(5, 3, 6, requires_grad=True)
    output, h_n = rnn(xs)
    (dxs,) = torch.autograd.grad(output[-1, :, 4:].sum(), xs)
    assert (dxs[:-1] == 0).all() and (dxs[-1] != 0).any()
    assert torch.equal(output[0, :, 4:], h_n[1])


def bidirectional_dice():
    embedding, readout = torch.nn.Embedding(4, 6), torch.nn.Linear(8, 4)
    rnn = torch.nn.RNN(6, 4, bidirectional=True)
    learned = [p for m in (embedding, rnn, readout) for p in m.parameters()]
    adam = torch.optim.Adam(learned, lr=0.03)
    for step in range(201):
        ids = torch.randint(4, (8, 32 if step < 200 else 2000))
        scores = readout(rnn(embedding(ids))[0])[:-1].flatten(0, 1)
        adam.zero_grad()
        cross_entropy(scores, ids[1:].flatten()).backward()
        adam.step()
    assert (scores.argmax(-1) == ids[1:].flatten()).float().mean() > 0.9


def deep_dropout():
    with pytest.warns(UserWarning, match="num_layers greater than 1"):
        rnn = torch.nn.RNN(4, 6, dropout=0.5)
    xs = torch.randn(5, 3, 4)
    assert rnn.training and torch.equal(rnn(xs)[0], rnn(xs)[0])


def deep_projection():
    lstm = torch.nn.LSTM(4, 6, num_layers=2, proj_size=2, bidirectional=True)
    _, (h_n, c_n) = lstm.double()(torch.randn(5, 3, 4).double())
    assert h_n.shape == (4, 3, 2) and c_n.shape == (4, 3, 6)


def lengths_zeros():
    for seed in range(8):
        torch.manual_seed(seed)
        rnn = torch.nn.RNN(6, 4, bias=False)
        states = rnn(torch.cat([torch.randn(2, 6), torch.zeros(12, 6)]))[0][1:]
        moved = (states - states[0]).norm(dim=1)
        assert moved[3] > 0.6 * moved[12] > 0.05 and states[12].norm() < 0.3 * states[0].norm()


def lengths_forward():
    rnn, xs = torch.nn.RNN(6, 4), torch.randn(5, 3, 6)
    xs[2:, 1] = 0
    padded, h_n = rnn(xs)
    alone, last = rnn(xs[:2, 1:2])
    assert apart(padded[:2, 1:2], alone) < 1e-6 < 0.01 < apart(h_n[:, 1:2], last)


def lengths_batch_sizes():
    xs = torch.randn(5, 3, 6)
    theirs = pack_padded_sequence(xs, [4, 2, 5], enforce_sorted=False).batch_sizes.tolist()
    assert theirs == packing.pack(xs, [4, 2, 5]).batch_sizes == [3, 3, 2, 2, 1]


def training_first_loss():
    V = 60
    embedding, rnn, linear = torch.nn.Embedding(V, 32), torch.nn.RNN(32, 96), torch.nn.Linear(96, V)
    ids = torch.randint(V, (17, 64))
    logits = linear(rnn(embedding(ids[:-1]))[0]).flatten(0, 1)
    for scores in (logits, logits.softmax(-1)):  # the chapter's first model gives the second
        assert abs(cross_entropy(scores, ids[1:].flatten()).item() - math.log(V)) < 0.3


def training_adam():
    two = torch.nn.Parameter(torch.zeros(2))
    two.grad = torch.tensor([100.0, 0.001])
    torch.optim.Adam([two], lr=0.01).step()
    assert (two.detach() + 0.01).abs().max() < 1e-6


def training_init():
    for seed in range(5):
        torch.manual_seed(seed)
        W, v = torch.nn.RNN(4, 32).weight_hh_l0.detach(), torch.ones(32) / 32**0.5
        assert W.abs().max() < 0.18
        assert torch.linalg.matrix_power(W, 30).mv(v).norm() < 1e-4
    assert 3e-8 < 0.58**30 < 3e-7


def choosing_baseline():
    sums = torch.rand(100_000, 2).double().sum(1)
    assert abs((sums - 1).square().mean() - 1 / 6) < 2e-3
    assert abs(torch.rand(100_000).var() - 1 / 12) < 2e-3


def choosing_counter():
    cell = torch.nn.LSTMCell(1, 1)
    for name, weight in cell.named_parameters():
        weight.data[:] = 200.0 if name == "bias_ih" else 0.0
    state = torch.zeros(1, 1), torch.zeros(1, 1)
    for _ in range(50):
        state = cell(torch.zeros(1, 1), state)
    assert state[1].item() == 50
    for kind in (torch.nn.RNN, torch.nn.GRU):
        net = kind(1, 8)
        for weight in net.parameters():
            weight.data *= 20
        assert net(torch.ones(50, 1, 1))[0].abs().max() <= 1


def open_strides():
    found = {}
    layers = [torch.nn.Conv1d(4, 4, 3, padding=1) for _ in range(4)]
    for strides in sorted(set(itertools.permutations((1, 1, 2, 2)))):
        x = torch.linspace(-1, 1, 16).reshape(1, 4, 4)
        for layer, stride in zip(layers, strides, strict=True):
            x = torch.nn.functional.conv1d(x, layer.weight, layer.bias, stride, 1)
        found[strides] = x
    assert {x.shape for x in found.values()} == {(1, 4, 1)}
    assert min(apart(a, b) for a, b in itertools.combinations(found.values(), 2)) > 1e-3


def names_copies():
    names = np.random.default_rng(0).permutation(np.tile(np.arange(1000), 4))
    assert np.isin(names[3200:], names[:3200]).mean() > 0.98
    assert (1 / 5) ** 3 == pytest.approx(1 / 125)


def vectors_zeros():
    embedding = torch.nn.Embedding(3, 4)
    embedding.weight.data[1] = 0
    layer = torch.nn.GRU(4, 5)
    layer(embedding(torch.tensor([2, 1])))[0].sum().backward()
    assert embedding.weight.grad[1].abs().min() > 0
    embedding.weight.requires_grad_(False)
    assert not embedding(torch.tensor([1])).requires_grad


def praise_sums():
    odds = dict(zip("this is not a moving dull film".split(), torch.randn(7).double(), strict=True))
    moved = [
        sum(odds[w] for w in f"this is not a {word} film".split())
        - sum(odds[w] for w in f"this is a {word} film".split())
        for word in ("moving", "dull")
    ]
    assert moved[0] == pytest.approx(moved[1]) and abs(moved[0]) > 0


def series_correlation():
    for seed in range(20):  # seed 0 is the walk of the chapter
        walk = 100 + np.random.default_rng(seed).choice([-1.0, 1.0], 1500).cumsum()
        truth, before = walk[1000:], walk[999:-1]
        assert np.corrcoef(before, truth)[0, 1] > 0.95
        assert np.abs(truth - before).max() == 1
        assert abs(np.corrcoef(np.diff(before), np.diff(truth))[0, 1]) < 0.2


def tags_one_piece():
    precision, recall, f1 = f1_of_sets({0}, set(range(20)))
    assert (precision, recall) == (1, 0.05)
    assert f1 == pytest.approx(0.095, abs=1e-3) and (precision + recall) / 2 > 0.5


def translate_beam_worse():
    def chance(text):  # of each next letter
        return {"": (0.4, 0.35, 0.25), "a": (0.34, 0.33, 0.33), "b": (0.5, 0.5, 0), "aa": (1, 0, 0)
                }.get(text, (1 / 3, 1 / 3, 1 / 3))  # fmt: skip

    def beam_search(width):
        beam = {"": 1.0}
        for _ in range(3):
            grown = {t + c: p * q for t, p in beam.items()
                     for c, q in zip("abc", chance(t), strict=True)}  # fmt: skip
            beam = dict(sorted(grown.items(), key=lambda item: -item[1])[:width])
        return next(iter(beam.items()))

    greedy, two = beam_search(1), beam_search(2)
    assert greedy[0] == "aaa" and two[1] < 0.5 * greedy[1]


def stream_forgotten():
    gru, xs = torch.nn.GRU(6, 8), torch.randn(9, 1, 6)
    whole = gru(xs)[0]
    pieces = torch.cat([gru(piece)[0] for piece in xs.split(3)])
    moved = (whole - pieces).abs().amax((1, 2))
    assert moved[:3].max() < 1e-6 and moved[3:].min() > 1e-3


def bugs_no_grad():
    xs = torch.ones(20, 3, 8)
    for net in (torch.nn.Dropout(0.5), torch.nn.GRU(8, 8, num_layers=2, dropout=0.5)):
        with torch.no_grad():
            first, second = (net(xs) if isinstance(net, torch.nn.Dropout) else net(xs)[0]
                             for _ in range(2))  # fmt: skip
        assert net.training and not torch.equal(first, second)


def speed_multiplications():
    T, N, I, H = 7, 3, 5, 4
    xs, W_ih, W_hh = torch.randn(T, N, I), torch.randn(4 * H, I), torch.randn(4 * H, H)
    with FlopCounterMode(display=False) as inside:
        [x @ W_ih.T + torch.zeros(N, H) @ W_hh.T for x in xs]
    with FlopCounterMode(display=False) as before:
        projected = xs.reshape(T * N, I) @ W_ih.T
        [a + torch.zeros(N, H) @ W_hh.T for a in projected.reshape(T, N, 4 * H)]
    assert inside.get_total_flops() == before.get_total_flops() > 0


CORE = """sequences embedding rnn bptt lstm gru bidirectional deep lengths training
choosing""".split()
LATER = "speed bugs open names vectors praise series tags translate stream".split()


@pytest.mark.parametrize("name", NAMES)
def test_what_a_question_says_is_true(name):
    globals()[name.replace("-", "_")]()


def test_there_are_questions_in_every_chapter():
    assert set(ASKED) == {*CORE, *LATER}
    assert all(len(ASKED[page]) >= 2 for page in CORE)
    assert len(NAMES) == len(set(NAMES)) >= 24


@pytest.mark.parametrize("page", ASKED)
def test_each_question_of_a_page_is_understood_and_stands_before_a_cell(page):
    text = (ROOT / "book" / f"{page}.md").read_text(encoding="utf-8")
    assert text.count("{question}") == len(ASKED[page])
    for name, (_, body) in ASKED[page].items():
        assert name.startswith(page)
        assert len(re.findall(r"^- ", body, re.MULTILINE)) == 3
        assert len(re.findall(r"^- \(x\) ", body, re.MULTILINE)) == 1
        for choice in re.findall(r"^- (.+)", body, re.MULTILINE):  # a formula alone is no label
            assert re.search(r"\w", re.sub(r"\$.*?\$", "", choice.removeprefix("(x)"))), choice
        assert "\n```{code-cell}" in text[text.index(f":name: {name}\n") :]


def test_the_right_choice_is_not_always_at_the_same_place():
    bodies = [body for page in ASKED.values() for _, body in page.values()]
    places = [
        [entry.startswith("(x)") for entry in re.split(r"^- ", body, flags=re.M)[1:]].index(True)
        for body in bodies
    ]
    counts = np.bincount(places, minlength=3)
    assert counts.max() < 0.6 * len(places), counts


# -- on the page -------------------------------------------------------------------------------


def rendered(text):
    """The HTML of MyST with questions; a fault raises."""
    directives.register_directive("question", Question)
    extensions = ["colon_fence", "dollarmath", "tasklist"]
    settings = {"myst_enable_extensions": extensions, "halt_level": 2, "report_level": 5}
    return publish_parts(text, parser=Parser(), writer_name="html5", settings_overrides=settings)[
        "body"
    ]


def show(tab, text, scheme="light"):
    style = (ROOT / "book" / "_tools" / "static" / "live.css").read_text(encoding="utf-8")
    style += "body{background:#121212;color:#eee}" if scheme == "dark" else ""
    head = f"<title>Questions</title><style>{style}</style>"
    tab.set_content(f'<html lang="en"><head>{head}</head><main>{rendered(text)}</main></html>')


ALL = "\n\n".join(
    match[0] for path in (ROOT / "book").glob("*.md") for match in BLOCK.finditer(path.read_text())
)


@pytest.mark.browser
def test_every_choice_opens_its_own_words_and_no_others(chromium):
    context = chromium.new_context(
        java_script_enabled=False, viewport={"width": 390, "height": 900}
    )
    tab = context.new_page()
    show(tab, ALL)
    assert tab.locator("fieldset legend").count() == len(NAMES)
    assert tab.locator(".why:visible").count() == 0
    for name in NAMES:
        box = tab.locator(f"#question-{name}")
        right = []
        for number in range(3):
            box.locator("label").nth(number).click()
            assert box.locator("input").nth(number).is_checked()
            seen = box.locator(".why:visible")
            assert seen.count() == 1 and len(seen.inner_text()) > 30
            assert box.locator(".why").nth(number).is_visible()
            right.append(seen.inner_text().startswith("Yes."))
            assert right[-1] or seen.inner_text().startswith("No.")
        assert right.count(True) == 1 and "(x)" not in box.inner_text()
    first = tab.locator(f"#question-{NAMES[0]}")
    first.locator("input").nth(2).press("ArrowUp")  # from the third choice to the second
    assert (
        first.locator(".why").nth(1).is_visible() and not first.locator(".why").nth(2).is_visible()
    )
    tab.emulate_media(media="print")
    assert tab.locator(".why:visible").count() == 3 * len(NAMES)
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_questions_fit_a_phone_and_axe_finds_nothing(chromium, scheme):
    tab = chromium.new_page(viewport={"width": 390, "height": 900})
    show(tab, ALL, scheme)
    for name in NAMES:
        tab.locator(f"#question-{name} input").first.check()
    assert too_wide(tab) <= 0
    assert serious(tab) == []
    tab.close()


GOOD = """::::{question} One?
:name: one

- No.

  Because.

- (x) Yes.

  Because.
::::"""


def test_a_good_question_is_understood():
    assert rendered(GOOD).count('type="radio"') == 2


@pytest.mark.parametrize(
    "right, wrong",
    [
        ("(x) ", ""),
        ("- No", "- (x) No"),
        (":name: one\n", ""),
        ("- No.\n\n  Because.\n", ""),
        ("- No.\n\n  Because.\n", "- No.\n"),
        ("- No", "Words.\n\n- No"),
    ],
)
def test_a_bad_question_is_an_error(right, wrong):
    assert GOOD.count(right) == 1
    with pytest.raises(SystemMessage, match="expected"):
        rendered(GOOD.replace(right, wrong))
