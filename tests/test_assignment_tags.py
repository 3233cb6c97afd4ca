"""The assignment `tags`: its truth is that of all paths, and its data are the chapter's network."""

import io
import itertools
import re

import make_data
import numpy as np
import pytest
import torch
from assignments import ROOT, check, data_of, defined, plain, source

from rnn_course.checks.cases import Draw
from rnn_course.checks.tasks import tags as tasks

CHAPTER = (ROOT / "book" / "tags.md").read_text(encoding="utf-8")
CELLS = re.findall(r"^```\{code-cell\}\n(?::[^\n]*\n)*(.*?)^```", CHAPTER, re.M | re.S)


@pytest.fixture(scope="module")
def files():
    return data_of("tags")


@pytest.fixture(scope="module")
def notebook():
    return defined("tags", "set-up", "data")


@pytest.mark.parametrize("T, K", [(1, 3), (2, 4), (5, 3), (4, 5)])
def test_the_truth_is_that_of_all_paths(T, K):
    draw = Draw(T)
    e, crf = tasks.drawn_field(draw, T, K)
    paths = list(itertools.product(range(K), repeat=T))
    scores = []
    for path in paths:
        ends = crf[0, path[0]] + crf[1, path[-1]]
        own = sum(e[t, k] for t, k in enumerate(path))
        steps = sum(crf[2 + i, j] for i, j in itertools.pairwise(path))
        scores.append(ends + own + steps)
        assert torch.isclose(tasks._path_score(e, torch.tensor(path), crf), scores[-1])
    scores = torch.stack(scores)
    assert torch.allclose(tasks.all_scores(e, crf).flatten(), scores)
    best = list(paths[scores.argmax()])
    assert tasks._viterbi(e, crf) == tasks.best_of(tasks.all_scores(e, crf)) == best
    total, loss = tasks._path_loss(e, torch.tensor(best), crf)
    assert torch.isclose(total, scores.logsumexp(0))
    assert torch.isclose((-loss).exp(), scores.softmax(0).max())


@pytest.mark.parametrize("seed", range(12))
def test_no_two_drawn_paths_are_nearly_as_good(seed, monkeypatch):
    """So that rounding in another order changes no answer."""
    monkeypatch.setenv("RNN_COURSE_SEED", str(seed))
    fields = [case.args for case in check.viterbi.cases(hidden=True)]
    for case in check.tag_sentences.cases(hidden=True):
        sentences, *network, crf = case.args
        fields += [(e, crf) for e in tasks.tag_scores(sentences, *network)]
    for e, crf in fields:
        assert tasks.lead(e, crf) > 0.01


def test_the_papers_step_is_the_formula():
    x, h, W_ih, W_hh, b = check.paper_gru_cell.cases()[0].args
    a_r, a_z, a_n = (b + x @ W_ih.T).chunk(3, 1)
    W_hr, W_hz, W_hn = W_hh.chunk(3)
    r, z = torch.sigmoid(a_r + h @ W_hr.T), torch.sigmoid(a_z + h @ W_hz.T)
    by_formula = (1 - z) * torch.tanh(a_n + (r * h) @ W_hn.T) + z * h
    assert torch.allclose(tasks._paper_cell(x, h, W_ih, W_hh, b), by_formula)


# ------------------------------------------------------------------------------ the real network


def test_the_functions_together_give_the_chapters_numbers(notebook):
    """On the released data, by the plain answers: so rounding to 16 bits changes nothing either."""
    network = [notebook["network"][name] for name in ("layers", "W", "b", "crf")]
    paths = plain.tag_sentences(notebook["rows"], *network)
    assert paths == notebook["given"]
    names = [notebook["names_of"](path) for path in paths]
    agree = sum(a == b for a, b in zip(names, notebook["by_hand"], strict=True))
    (printed,) = re.findall(r"assert sum\(agree\) == (\d+) and len\(hand\) == 60", CHAPTER)
    assert agree == int(printed) and len(names) == 60
    shares = plain.piece_scores(names, notebook["by_hand"])
    text = "\n".join(cell.source for cell in source("tags").cells)
    said = re.search(r"Expected: (\d+) of 60, then (0\.\d+) three times", text)
    assert int(said[1]) == agree and all(f"{share:.3f}" == said[2] for share in shares)
    (example,) = re.findall(r'^# text = "(.*)"$', text, re.M)
    assert set(example) <= set(notebook["numbers"])
    (path,) = plain.tag_sentences([notebook["rows_of"](example)], *network)
    assert [example[a:b] for a, b, _ in notebook["names_of"](path)] == [
        *("星期六", "孙悟空", "林小雨", "杭州", "西湖")
    ]


def test_no_best_path_of_the_real_network_is_a_near_miss(notebook):
    """The best path through each other tag of each character scores clearly less."""
    W, b, crf, layers = (notebook["network"][name] for name in ("W", "b", "crf", "layers"))
    for e, path in zip(tasks.tag_scores(notebook["rows"], layers, W, b), notebook["given"]):
        to, after = [crf[0] + e[0]], [crf[1]]
        for row in e[1:]:
            to.append((to[-1][:, None] + crf[2:]).amax(0) + row)
        for row in e[1:].flip(0):
            after.append((crf[2:] + row + after[-1]).amax(1))
        through = torch.stack(to) + torch.stack(after[::-1])
        best = through.max()
        through[range(len(path)), path] = -torch.inf
        assert best - through.max() > 0.005


def test_the_sentences_and_the_names_are_the_chapters(notebook):
    theirs = {"re": re, "KINDS": notebook["kinds"]}
    for begins in ("BY_HAND = ", "SAME = "):
        (cell,) = (cell for cell in CELLS if cell.lstrip().startswith(begins))
        exec(cell, theirs)
    names = dict(zip(notebook["texts"], notebook["by_hand"], strict=True))
    assert names.keys() == {text for text, _ in theirs["hand"]}
    assert all(set(names[text]) == theirs_names for text, theirs_names in theirs["hand"])
    for path in notebook["given"]:
        assert set(notebook["names_of"](path)) == theirs["names_of"](path)


def test_what_is_released_is_small_and_says_whose_it_is(files):
    assert sum(map(len, files.values())) < 1_200_000
    licence = files["tags-data/licence.txt"].decode()
    assert "PaddlePaddle Authors" in licence and "Apache License" in licence
    assert b"License: MIT" in files["tags-data/LICENSE-jieba.txt"]
    with np.load(io.BytesIO(files["tags-data/weights.npz"]), allow_pickle=False) as arrays:
        assert {arrays[name].dtype for name in arrays.files} == {np.dtype(np.float16)}


def test_the_files_are_made_anew_when_the_chapter_changes():
    assert ROOT / "book" / "tags.md" in make_data.sources("tags")


def test_the_real_network_is_half_of_the_last_task(notebook):
    def small_only(sentences, layers, W, b, crf):
        paths = plain.tag_sentences(sentences, layers, W, b, crf)
        return paths if len(crf) < 50 else [path[:-1] for path in paths]

    def real_only(sentences, layers, W, b, crf):
        paths = plain.tag_sentences(sentences, layers, W, b, crf)
        return paths if len(crf) > 50 else [path[:-1] for path in paths]

    real = {name: notebook[name] for name in ("network", "rows")}
    for wrong in (small_only, real_only):
        assert check.tag_sentences(wrong, points=4, **real).points == 2


# ------------------------------------------------------------------- right answers of other kinds


def numpys_viterbi(e, crf):
    e, crf = e.numpy(), crf.numpy()
    score, before = crf[0] + e[0], []
    for row in e[1:]:
        steps = score[:, None] + crf[2:] + row
        before.append(steps.argmax(0))
        score = steps.max(0)
    path = [(score + crf[1]).argmax()]
    for back in before[::-1]:
        path.insert(0, back[path[0]])
    return path


def test_right_answers_in_other_forms_pass():
    def spans_as_lists(tags):
        return [list(piece) for piece in plain.spans(tags)]

    def whole_numbers_of_numpy(tags):
        return np.array(plain.spans(tags), dtype=int).reshape(-1, 2)

    right = {
        "spans": [spans_as_lists, whole_numbers_of_numpy],
        "piece_scores": [lambda *a: list(plain.piece_scores(*a))],
        "share_right": [lambda *a: np.float32(plain.share_right(*a)), lambda *a: plain.share_right(*a).item()],
        "path_score": [lambda *a: plain.path_score(*a).item()],
        "viterbi": [numpys_viterbi, lambda *a: torch.tensor(plain.viterbi(*a)), lambda *a: tuple(plain.viterbi(*a))],
        "path_loss": [lambda *a: [x.item() for x in plain.path_loss(*a)]],
        "tag_sentences": [lambda *a: tuple(map(torch.tensor, plain.tag_sentences(*a)))],
    }  # fmt: skip
    for name, functions in right.items():
        for function in functions:
            verdict = getattr(check, name).verdict(function)
            assert verdict.passed, verdict.message
