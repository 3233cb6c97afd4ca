"""The assignment `translate`: g2p_en's decoder says in it what it says in its authors' program."""

import ast
import builtins
import io

import make_data
import numpy as np
import pytest
import torch
from assignments import check, data_of, defined, plain, run, source

from rnn_course.checks.tasks import translate as tasks


@pytest.fixture(scope="module")
def made():
    """The module that makes the data."""
    return make_data.load("translate")


@pytest.fixture(scope="module")
def files():
    return data_of("translate")


@pytest.fixture(scope="module")
def space():
    names = defined("translate", "set-up", "gru", "data", "distance")
    names["step"] = tasks.stepper(names["network"])
    return names


def searched(space, word, width):
    """A search with the real network."""
    state = space["words"][word][0].numpy()
    return tasks._search(state, space["step"], space["start"], space["end"], width, 20)


def original(made):
    """The authors' own class, with the five methods that are the network, out of its text."""
    tree = ast.parse(made.read("g2p.py").decode())
    [theirs] = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    wanted = {"sigmoid", "grucell", "gru", "encode", "predict"}
    theirs.body = [f for f in theirs.body if getattr(f, "name", "") in wanted]
    names = {"np": np}
    exec(compile(ast.Module([theirs], []), "g2p.py", "exec"), names)
    one = names["G2p"]()
    vars(one).update(made.box())
    one.g2idx = {letter: k for k, letter in enumerate(made.LETTERS)}
    one.idx2p = dict(enumerate(made.sounds().split("\n")))
    return one


@pytest.mark.filterwarnings("ignore:invalid escape sequence")  # in the authors' text
def test_the_words_are_said_as_the_authors_program_says_them(made, space):
    theirs = original(made)
    assert len(space["words"]) == 370
    for word, (_, said, both) in space["words"].items():
        spoken = [space["sounds"][k] for k in said]
        assert spoken == theirs.predict(word), word
        ours, _, gap = searched(space, word, 1)
        assert ours == said and gap > 2e-4, f"{word}: rounding could change the answer"
        assert len(both) == 2 and both[0] != both[1]


def test_the_notebook_says_what_greedy_and_beam_reach(space):
    """The numbers in the comments, from the functions of the solution."""
    given = space["network"], space["start"], space["end"]
    words = {word: space["words"][word] for word in ("record", "alloys")}
    record = plain.greedy(words["record"][0], *given, 20)
    first, second = (plain.beam_search(words["alloys"][0], *given, k, 20) for k in (1, 5))
    rates = []
    for width in (1, 5):
        said = [searched(space, word, width)[0] for word in space["words"]]
        ways = [both for _, _, both in space["words"].values()]
        nearer = [
            min(both, key=lambda way, row=row: space["edit_distance"](row, way))
            for row, both in zip(said, ways, strict=True)
        ]
        rates.append("{:.3f} {:.3f}".format(*plain.error_rates(said, nearer, space["end"])))
    spoken = [" ".join(space["sounds"][k] for k in row) for row in (record, first[0], second[0])]
    text = "\n".join(cell.source for cell in source("translate").cells)
    assert f"Expected: {spoken[0]}\n" in text
    assert f"Expected: {first[1]:.2f} {spoken[1]}, then {second[1]:.2f} {spoken[2]}, which" in text
    assert f"Expected: greedy {rates[0]}, beam of 5 {rates[1]}\n" in text
    assert second[0] in words["alloys"][2] and first[0] not in words["alloys"][2]


def test_the_released_arrays_are_the_packages_own_rounded(files, made):
    with np.load(io.BytesIO(files["translate-data/decoder.npz"]), allow_pickle=False) as arrays:
        assert all(arrays[name].dtype == np.float16 for name in arrays.files)
        assert sum(arrays[name].size for name in arrays.files) == sum(
            array.size for name, array in made.box().items() if not name.startswith("enc")
        )
        assert np.abs(arrays["W_hh"] - made.box()["dec_w_hh"]).max() < 2e-3
    assert b"Apache License" in files["translate-data/LICENSE-g2p-en.txt"]


def test_the_chosen_words_are_no_near_misses(space):
    for pair in (tasks.GREEDY_WORDS, tasks.BEAM_WORDS):
        width = 1 if pair is tasks.GREEDY_WORDS else 5
        for word in (*pair[0], *pair[1]):
            assert searched(space, word, width)[2] > tasks.LEAST_GAP, word
            if width > 1:
                assert searched(space, word, 5)[0] != searched(space, word, 1)[0]


def test_the_real_network_has_its_share_of_the_points(monkeypatch):
    def small_only(h, p, *given):
        said = plain.greedy(h, p, *given)
        return said if len(h) < 100 else said[:-1]

    monkeypatch.setattr(builtins, "wrong_answer", small_only, raising=False)
    shown = run("translate", {"translate-greedy": "greedy = wrong_answer"})
    assert shown["translate-greedy"].points == 1.5  # edges count only if all else is right


def test_the_reference_is_torchs_gru_cell(space):
    p = {name: array.double() for name, array in space["network"].items()}
    state, sign, said = space["words"]["conflict"][0].double()[None], space["start"], []
    given = space["gru_step"](p["E"][sign], state[0], p)
    assert torch.allclose(given, tasks._gru(p["E"][[sign]], state, p)[0], atol=1e-12)
    while sign != space["end"]:
        state = tasks._gru(p["E"][[sign]], state, p)
        sign = int((state @ p["W_o"].T + p["b_o"]).argmax())
        said.append(sign)
    assert said[:-1] == searched(space, "conflict", 1)[0]


def test_a_very_wide_beam_finds_the_likeliest_answer():
    """Held against all answers there are, with the probability of each."""
    h, p, start, end, *_ = tasks.beam_cases(5, False)[0].args
    step, most, all_ = tasks.stepper(p), 4, []

    def grow(said, state, total):
        if len(said) == most or said[-1:] == [end]:
            all_.append((total, [sign for sign in said if sign != end]))
            return
        logits, state = step(said[-1] if said else start, state)
        for k, gain in enumerate(torch.tensor(logits).log_softmax(0).tolist()):
            grow([*said, k], state, total + gain)

    grow([], h.numpy(), 0.0)
    total, said = max(all_)
    assert sum(np.exp(one) for one, _ in all_) == pytest.approx(1)
    assert tasks.search(h, p, start, end, len(all_), most)[:2] == (said, pytest.approx(total))


@pytest.mark.parametrize("seed", range(3))
def test_no_answer_of_a_drawn_decoder_is_a_near_miss(seed, monkeypatch):
    """So that rounding in another order changes no answer."""
    monkeypatch.setenv("RNN_COURSE_SEED", str(seed))
    for case in check.greedy.cases(hidden=True):
        assert tasks.search(*case.args[:-1], 1, case.args[-1])[2] > tasks.LEAST_GAP
    for case in check.beam_search.cases(hidden=True):
        assert tasks.search(*case.args)[2] > tasks.LEAST_GAP
