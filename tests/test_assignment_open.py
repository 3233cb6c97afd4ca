"""The assignment `open`: its table of answers is what g2pM's own program says, and clearly so."""

import ast
import builtins
import io
import pickle

import make_data
import numpy as np
import pytest
from assignments import check, data_of, plain, run, source

from rnn_course import packages
from rnn_course.checks.tasks import open as tasks


@pytest.fixture(scope="module")
def made():
    """The module that makes the data."""
    return make_data.load("open")


@pytest.fixture(scope="module")
def files():
    return data_of("open")


def table_of(files):
    lines = files["open-data/sentences.tsv"].decode().splitlines()[1:]
    rows = [line.split("\t") for line in lines]
    return [(s, [int(k) for k in places.split()], said.split()) for s, places, said in rows]


def original():
    """The package's own class, run out of its text, with its four files: (its object, scores seen)."""
    space = {"np": np, "pickle": None, "os": None}
    tree = ast.parse(packages.read("g2pM", "g2pM/g2pM.py").decode())
    tree.body = [node for node in tree.body if not isinstance(node, ast.Import)]
    exec(compile(tree, "g2pM.py", "exec"), space)
    made = make_data.load("open")
    theirs, seen = object.__new__(space["G2pM"]), []
    theirs.cedict, theirs.char2idx = made.load("digest_cedict"), made.load("char2idx")
    theirs.load_variable(made.network())
    theirs.idx2class = {k: sound for sound, k in made.load("class2idx").items()}
    layer = theirs.fc_layer
    theirs.fc_layer = lambda inputs: seen.append(layer(inputs)) or seen[-1]
    return theirs, seen


def test_the_answers_are_those_of_the_authors_program(files, made):
    theirs, seen = original()
    table = table_of(files)
    assert len(table) == len(made.SENTENCES.split()) == 44
    box, numbers, worst = made.network(), made.load("char2idx"), 0.0
    for sentence, places, said in table:
        seen.clear()
        answer = theirs(sentence, tone=True, char_split=True)
        assert [answer[k] for k in places] == said, sentence
        ours = made.scores(box, numbers, sentence)[places]
        worst = max(worst, np.abs(ours - np.concatenate(seen)).max())
        second, first = np.sort(ours, 1)[:, -2:].T
        assert (first - second).min() > 0.02, f"{sentence}: rounding could change the answer"
    assert worst < 1e-3 and sum(len(places) for _, places, _ in table) > 200


def test_the_mistake_that_the_notebook_shows_is_the_authors_programs_too():
    sentence, (first, second) = "很长的头发长得很快", (1, 5)
    answer = original()[0](sentence, tone=True, char_split=True)
    assert any(sentence in cell.source for cell in source("open").cells)
    assert (answer[first], answer[second]) == ("chang2", "chang2")


def test_the_released_arrays_are_the_packages_own(files, made):
    with np.load(io.BytesIO(files["open-data/weights.npz"]), allow_pickle=False) as arrays:
        assert sorted(arrays.files) == sorted(made.network())
        for name, array in made.network().items():
            assert arrays[name].dtype == np.float32 and (arrays[name] == array).all()
    assert b"Apache License" in files["open-data/LICENSE-g2pM.txt"]
    characters = files["open-data/characters.txt"].decode().split("\n")[:-1]
    assert {c: k for k, c in enumerate(characters)} == made.load("char2idx")


def test_the_loader_makes_arrays_and_nothing_else(made, monkeypatch):
    harm = pickle.dumps(print)
    monkeypatch.setattr(packages, "read", lambda package, path: harm)
    with pytest.raises(pickle.UnpicklingError, match="builtins.print is neither an array"):
        made.load("np_ckpt")


def test_the_real_network_is_half_of_the_last_task(monkeypatch):
    def by_numbers(sentences, places, box, numbers, sounds):  # the real box's marks written down
        return plain.read_aloud(sentences, places, box, numbers | {"시": 2, "끝": 3}, sounds)

    def small_only(sentences, places, box, numbers, sounds):
        right = plain.read_aloud(sentences, places, box, numbers, sounds)
        return right if len(numbers) < 100 else [said[:-1] for said in right]

    for wrong in (by_numbers, small_only):
        monkeypatch.setattr(builtins, "wrong_answer", wrong, raising=False)
        assert run("open", {"open-aloud": "read_aloud = wrong_answer"})["open-aloud"].points == 2


@pytest.mark.parametrize("seed", range(12))
def test_no_reading_of_a_drawn_network_is_a_near_miss(seed, monkeypatch):
    """So that rounding in another order changes no answer."""
    monkeypatch.setenv("RNN_COURSE_SEED", str(seed))
    for case in check.read_aloud.cases(hidden=True):
        sentences, _, box, numbers, _ = case.args
        for sentence in sentences:
            first, second = tasks._scores_in(sentence, box, numbers).topk(2).values.unbind(1)
            assert (first - second).min() > 0.05
