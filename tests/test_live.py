"""The figures that compute: in Chromium, their numbers are those of rnn_course to 1e-6."""

import math

import numpy as np
import pytest
import torch
from conftest import ROOT, serious, too_wide

import rnn_course
from rnn_course import packing
from rnn_course.cells import lstm_cell, rnn_cell
from rnn_course.plots import live

STATIC = ROOT / "book" / "_tools" / "static"
SCRIPT = (STATIC / "live.js").read_text(encoding="utf-8")
LETTERS = "abcdehilnopst ."
TEXT = "he ate a plot."


def gru_parameters(H=3, E=4, K=2):
    """Random parameters of an embedding, a GRU and a readout, as gru_letters takes them."""
    generator = torch.Generator().manual_seed(0)
    shapes = {"embedding": (len(LETTERS), E), "weight_ih": (3 * H, E), "weight_hh": (3 * H, H)}
    shapes |= {"bias_ih": (3 * H,), "bias_hh": (3 * H,), "readout": (K, H), "readout_bias": (K,)}
    return {name: torch.randn(shape, generator=generator) for name, shape in shapes.items()}


def noisy_rnn(H=5, T=12):
    generator = np.random.default_rng(0)
    return generator.normal(size=(H, H)) / 2, generator.normal(size=(T, H))


FIGURES = {
    "lstm_step": lambda: live.lstm_step([0.5, -1.25, 2.0, 0.75], c=-0.6),
    "forget_bias": lambda: live.forget_bias(1.0, T=20),
    "recurrent_weight": lambda: live.recurrent_weight(*noisy_rnn()),
    "gru_letters": lambda: live.gru_letters(
        gru_parameters(), LETTERS, TEXT, ["no", "yes"], "Is it?", unit=2, gates=True
    ),
    "packing": lambda: live.packing(["he ate an apple", "she slept", "the dog bit the man"]),
}


def show(tab, *figures, script=SCRIPT, scheme="light"):
    """A page with these figures, in the book's style."""
    style = "".join((STATIC / name).read_text("utf-8") for name in ("book.css", "live.css"))
    dark = "body{background:#121212;color:#eee}" if scheme == "dark" else ""
    body = "".join(figure._repr_html_() for figure in figures)
    head = f"<title>Figures</title><style>{style}{dark}</style>"
    script = f"<script>{script}</script>"
    tab.set_content(f'<html lang="en"><head>{head}</head><main>{body}</main>{script}</html>')


@pytest.fixture
def tab(chromium):
    page = chromium.new_page(viewport={"width": 390, "height": 900})
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    page.close()
    assert faults == []


# -- what each figure computes, and the same by rnn_course; both as flat lists -------------------


def computed(tab, kind):
    return tab.evaluate(
        """kind => {
          const figure = document.querySelector(`[data-kind=${kind}]`);
          const data = JSON.parse(figure.querySelector("script").textContent);
          const { lstmStep, forgetting, gradientNorms, readLetters, pack } = rnnLive;
          const flat = x => typeof x === "number" ? [x] : Object.values(x).flatMap(flat);
          return flat({
            lstm_step: () => [[0.5, -1.25, 2.0, 0.75, -0.6], [-3, 4, -0.1, 1, 2]].map(
              ([i, f, g, o, c]) => lstmStep({ i, f, g, o, c })).map(s => [s.h, s.c]),
            forget_bias: () => [-1.5, 0, 3].map(bias => forgetting(bias, 20).left),
            recurrent_weight: () => [gradientNorms(data, 0.9, 0.1, true),
              gradientNorms(data, 1.5, 2, true), gradientNorms(data, 1.2, 1, false)],
            gru_letters: () => readLetters(data, [...`he ate a plot.`].map(
              c => data.letters.indexOf(c))).map(({ h, shares }) => [h, shares]),
            packing: () => [[4, 2, 5], [3, 3, 1, 3], [1]].map(lengths => {
              const { batchSizes, sorted, rows } = pack(lengths);
              return [batchSizes, sorted, rows];
            }),
          }[kind]());
        }""",
        kind,
    )


def lstm_by_package(data):
    found, p = [], {"weight_hh": torch.zeros(4, 1).double(), "bias_hh": torch.zeros(4).double()}
    for *sums, c in ([0.5, -1.25, 2.0, 0.75, -0.6], [-3, 4, -0.1, 1, 2]):
        state = (torch.zeros(1, 1).double(), torch.tensor([[c]]).double())
        (h, c), _ = lstm_cell(torch.tensor([sums]).double(), state, p)
        found += [h.item(), c.item()]
    return found


def forgetting_by_package(data):
    found, one = [], torch.ones(1, 1).double()
    p = {"weight_hh": torch.zeros(4, 1).double(), "bias_hh": torch.zeros(4).double()}
    for bias in (-1.5, 0, 3):
        p["bias_hh"][1] = bias
        _, pull = lstm_cell(torch.zeros(1, 4).double(), (0 * one, 0 * one), p)
        dc = one
        for _ in range(21):
            found.append(dc.item())
            _, (_, dc), _ = pull((0 * one, dc))
    return found


def norms_by_package(data):
    W, noise, gradient = (np.array(data[name]) for name in ("W", "noise", "gradient"))
    found = []
    for scale, size in ((0.9, 0.1), (1.5, 2)):
        p = {"weight_hh": scale * W, "bias_hh": np.zeros(len(W))}
        state, pulls = (np.zeros((1, len(W))),), []
        for x in size * noise:
            state, pull = rnn_cell(x[None], state, p)
            pulls.append(pull)
        dh = gradient[None]
        found.append(np.linalg.norm(dh))
        for pull in pulls[:0:-1]:
            _, (dh,), _ = pull((dh,))
            found.append(np.linalg.norm(dh))
    powers = [np.linalg.matrix_power(1.2 * W, k) for k in range(len(noise))]
    return found + [np.linalg.norm(gradient @ power) for power in powers]


def letters_by_package(data):
    p = {name: torch.tensor(data[name]).double() for name in gru_parameters()}
    gru = rnn_course.GRU(4, 3, dtype=torch.float64)
    gru.load_state_dict({f"{name}_l0": p[name] for name in list(p)[1:5]})
    states = gru(p["embedding"][[LETTERS.index(c) for c in TEXT]])[0]
    shares = (states @ p["readout"].T + p["readout_bias"]).softmax(-1)
    return torch.cat([states, shares], -1).flatten().tolist()


def packing_by_package(data):
    found = []
    for lengths in ([4, 2, 5], [3, 3, 1, 3], [1]):
        numbered = np.stack(np.indices((max(lengths), len(lengths))), -1)  # (t, n) at (t, n)
        packed = packing.pack(numbered, lengths)
        found += [*packed.batch_sizes, *packed.sorted_indices, *packed.data.ravel()]
    return found


BY_PACKAGE = {
    "lstm_step": lstm_by_package,
    "forget_bias": forgetting_by_package,
    "recurrent_weight": norms_by_package,
    "gru_letters": letters_by_package,
    "packing": packing_by_package,
}


def largest_difference(tab, kind, script=SCRIPT):
    """Relative where a number is larger than 1; infinite where there are more or fewer numbers."""
    figure = FIGURES[kind]()
    show(tab, figure, script=script)
    ours, theirs = computed(tab, kind), BY_PACKAGE[kind](figure.data)
    if len(ours) != len(theirs):
        return math.inf
    return np.max(np.abs(np.subtract(ours, theirs)) / np.maximum(1, np.abs(theirs)))


@pytest.mark.browser
@pytest.mark.parametrize("kind", FIGURES)
def test_the_numbers_are_those_of_the_package(tab, kind):
    assert largest_difference(tab, kind) < 1e-6


FAULTS = [
    ("lstm_step", "o * Math.tanh(c)", "o * c"),
    ("forget_bias", "f ** k", "f ** (k + 1)"),
    ("recurrent_weight", "1 - h * h", "1 - h"),
    ("gru_letters", "a[2 * H + k] + r[k] * u[2 * H + k]", "r[k] * (a[2 * H + k] + u[2 * H + k])"),
    ("packing", "n > t", "n >= t"),
]


@pytest.mark.browser
@pytest.mark.parametrize("kind, right, wrong", FAULTS)
def test_a_planted_fault_shows(tab, kind, right, wrong):
    assert SCRIPT.count(right) == 1
    assert largest_difference(tab, kind, SCRIPT.replace(right, wrong)) > 1e-3


# -- how they behave -----------------------------------------------------------------------------


def words_of(tab, kind):
    return tab.inner_text(f"[data-kind={kind}] output")


def slide(tab, kind, name, value):
    tab.eval_on_selector(
        f"[data-kind={kind}] [name={name}]",
        "(input, x) => { input.value = x; input.dispatchEvent(new Event('input')); }",
        str(value),
    )


@pytest.mark.browser
def test_sliders_change_what_is_shown(tab):
    show(tab, *(make() for make in FIGURES.values()))
    h, c = lstm_by_package(None)[:2]
    assert f"c becomes {c:.2f}".replace("-", "−") in words_of(tab, "lstm_step")
    assert f"tanh(c) = {h:.2f}".replace("-", "−") in words_of(tab, "lstm_step")
    slide(tab, "lstm_step", "f", 6)
    assert "keeps 1.00 of the old c" in words_of(tab, "lstm_step")
    slide(tab, "forget_bias", "bias", 0)
    assert "Half of the gradient is left after 1 words" in words_of(tab, "forget_bias")
    before = words_of(tab, "recurrent_weight")
    slide(tab, "recurrent_weight", "scale", 1.5)
    assert words_of(tab, "recurrent_weight") != before


@pytest.mark.browser
def test_a_typed_sentence_is_read_and_foreign_letters_are_named(tab):
    show(tab, FIGURES["gru_letters"]())
    assert tab.locator(".letters span").count() == len(TEXT)
    tab.fill("[name=text]", "He had 5 Q")
    assert tab.locator(".letters span").count() == len("he had  ")
    assert "never seen 5 q" in words_of(tab, "gru_letters")
    tab.fill("[name=text]", "")
    assert "Type a sentence" in words_of(tab, "gru_letters")
    tab.fill("[name=text]", "hello")
    tab.locator("[name=read]").press("ArrowLeft")
    assert "After “hell”" in words_of(tab, "gru_letters")
    tab.select_option("[name=what]", "z")
    assert "unit 2 has z =" in words_of(tab, "gru_letters")
    tab.fill("[name=text]", "no")
    tab.click("text=Play")
    tab.wait_for_selector("text=Pause")
    tab.wait_for_selector("text=Play")  # it stops at the end by itself
    assert "After “no”" in words_of(tab, "gru_letters")


@pytest.mark.browser
def test_packing_by_keyboard(tab):
    show(tab, FIGURES["packing"]())
    tab.click("text=step 1")
    assert "has to wait" in words_of(tab, "packing")
    tab.focus("text=step 0")
    for _ in range(5):  # Enter takes the step and the focus stays on its button
        tab.keyboard.press("Enter")
        tab.keyboard.press("Tab")
    words = words_of(tab, "packing")
    assert "batch_sizes: 3, 3, 2, 2, 1" in words and "sorted_indices: 2, 0, 1" in words
    assert (
        tab.inner_text(".rows").split() == "the he she dog ate slept bit an the apple man".split()
    )
    tab.fill("[name='sentence 2']", "she slept well")
    assert tab.inner_text(".rows") == ""


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_they_fit_a_phone_and_axe_finds_nothing(tab, scheme):
    show(tab, *(make() for make in FIGURES.values()), scheme=scheme)
    assert too_wide(tab) <= 0
    assert tab.locator(".live:visible").count() == len(FIGURES)
    assert tab.locator(".still:visible").count() == 0
    assert serious(tab) == []
    tab.emulate_media(media="print")
    assert tab.locator(".live:visible").count() == 0
    assert tab.locator(".still:visible").count() == len(FIGURES)


@pytest.mark.browser
def test_without_javascript_the_first_state_is_shown(chromium):
    context = chromium.new_context(java_script_enabled=False)
    tab = context.new_page()
    show(tab, *(make() for make in FIGURES.values()))
    assert tab.locator(".still svg:visible").count() == len(FIGURES)
    assert tab.locator("text=This is the first state").count() == len(FIGURES)
    assert tab.locator("input:visible").count() == 0
    context.close()


@pytest.mark.parametrize("make", FIGURES.values(), ids=FIGURES)
def test_the_first_state_is_described(make):
    figure = make()
    assert figure.first.alt in repr(figure) and figure.label in repr(figure)
    assert "</script" not in str(figure.data)


def test_the_first_state_is_right():
    assert f"{1 / (1 + math.exp(1.25)):.2f}" in FIGURES["lstm_step"]().first.alt
    assert "after 2.2 words" in FIGURES["forget_bias"]().first.alt
    last = letters_by_package(FIGURES["gru_letters"]().data)[-4]
    assert f"{last:.1f}." in FIGURES["gru_letters"]().first.alt
    alt = FIGURES["packing"]().first.alt
    assert "the, he, she, dog, ate, slept" in alt and "3, 3, 2, 2, 1" in alt


def test_data_cannot_end_its_script():
    figure = live.packing(["</script> a", "b"])
    figure.data["names"] = ["</script>"]
    assert figure._repr_html_().count("</script>") == 1


@pytest.mark.parametrize(
    "wrong, expected",
    [
        (lambda: live.lstm_step([0, 0, 0], 0), "four sums"),
        (lambda: live.lstm_step([0, 0, 0, 7], 0), "from -6 to 6"),
        (lambda: live.forget_bias(9), "bias from -2 to 8"),
        (lambda: live.recurrent_weight(np.eye(3), np.ones((5, 2))), r"W \(H, H\)"),
        (lambda: live.packing(["one"]), "two to four sentences"),
        (lambda: live.packing(["one", " "]), "one word or more"),
    ],
)
def test_bad_input_is_named(wrong, expected):
    with pytest.raises(ValueError, match=expected):
        wrong()


def test_a_letter_that_the_network_does_not_know_is_named():
    with pytest.raises(ValueError, match="letters out of"):
        live.gru_letters(gru_parameters(), LETTERS, "Hex", ["no", "yes"], "Is it?")
