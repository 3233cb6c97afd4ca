"""The bench measures what it says: the same numbers on every rung, and honest arithmetic."""

import json

import numpy as np
import pytest
import torch

from bench import __main__ as command
from bench import machine, report, run
from rnn_course.measure import ladder, memory, timing

T, N, I, H = 7, 3, 5, 4
KINDS = ["RNN", "LSTM", "GRU"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rung", [*ladder.RUNGS.values(), ladder.indexed])
def test_every_rung_computes_what_torch_does(kind, rung):
    torch.manual_seed(0)
    theirs = getattr(torch.nn, kind)(I, H, dtype=torch.float64)
    ours = ladder.Rung(rung, kind, I, H, dtype=torch.float64)
    ours.load_state_dict(theirs.state_dict())
    xs, douts = torch.randn(T, N, I).double().requires_grad_(), torch.randn(T, N, H).double()
    answers = []
    for module in (theirs, ours):
        output = module(xs)[0]
        answers.append([output, *torch.autograd.grad(output, [xs, *module.parameters()], douts)])
    torch.testing.assert_close(*answers, rtol=0, atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_the_rung_in_place_computes_what_torch_does(kind):
    torch.manual_seed(0)
    theirs = getattr(torch.nn, kind)(I, H, dtype=torch.float64)
    ours = ladder.in_place(kind, I, H, dtype=torch.float64)
    ours.load_state_dict(theirs.state_dict())
    xs, douts = torch.randn(T, N, I).double().requires_grad_(), torch.randn(T, N, H).double()
    answers = []
    for module in (theirs, ours):
        output = module(xs)[0]
        answers.append([output, *torch.autograd.grad(output, [xs, *module.parameters()], douts)])
    torch.testing.assert_close(*answers, rtol=0, atol=1e-12)


@pytest.mark.parametrize("library", ["numpy", "torch"])
@pytest.mark.parametrize(("kind", "gates"), [("RNN", 1), ("LSTM", 4), ("GRU", 3)])
def test_the_floor_is_all_the_multiplications_of_a_step_and_no_more(
    kind, gates, library, monkeypatch
):
    made = []

    def counted(a, b, out):
        assert a.shape[1] == b.shape[0] and out.shape == (a.shape[0], b.shape[1])
        made.append(a.shape[0] * a.shape[1] * b.shape[1])

    monkeypatch.setattr(*((np, "dot") if library == "numpy" else (torch, "mm")), counted)
    floor = ladder.bare_matmuls(kind, T, N, I, H, library)
    floor["forward"]()
    forward = sum(made)
    assert forward == T * N * gates * H * (I + H)
    floor["backward"]()
    assert sum(made) == 3 * forward


def test_times_by_the_floor_of_the_quicker_library():
    lines = [
        {"way": "a", "ratio": 0.9},
        {"way": "floor: x", "ratio": 0.6},
        {"way": "floor: y", "ratio": 0.8},
    ]
    assert [round(line["by_floor"], 2) for line in run.by_floor(lines)] == [1.5, 1.0, 1.33]
    assert run.by_floor(lines[:1])[0]["by_floor"] is None


def test_jobs_run_in_turn_and_equally_often():
    ran = []
    jobs = {name: lambda name=name: ran.append(name) for name in "abc"}
    turns = timing.interleaved(jobs, seconds=0, least=6, turn=0)
    assert {len(own) for own in turns.values()} == {6}
    assert "".join(ran).endswith("abc" * 6)
    assert all(turn.cpu >= 0 and turn.wall > 0 for own in turns.values() for turn in own)


def test_ratios_are_taken_within_a_round():
    """The machine gets ten times slower half-way: the ratio stays 2."""
    base = [timing.Turn(s, s) for s in (1.0, 1.0, 10.0, 10.0, 10.0)]
    own = [timing.Turn(2 * s, 3 * s) for s, _ in base]
    assert timing.ratio(own, base) == (2, 2, 2)
    assert timing.ratio(own, base, "wall") == (3, 3, 3)
    assert timing.median(own) == 20
    middle, low, high = timing.ratio([timing.Turn(s, s) for s in (1, 2, 3, 4, 5)], [base[0]] * 5)
    assert (low, middle, high) == (2, 3, 4)


def test_the_exponent_of_a_square_is_two():
    sizes = [10, 20, 40]
    assert timing.exponent(sizes, [3.0 * s**2 for s in sizes]) == pytest.approx(2)
    assert timing.exponent(sizes, [5.0] * 3) == pytest.approx(0, abs=1e-12)


def test_a_training_step_asks_for_every_gradient():
    module = torch.nn.GRU(I, H)
    xs = torch.randn(T, N, I, requires_grad=True)
    gradients = timing.training_step(module, xs, torch.randn(T, N, H))
    assert gradients() is None and module.weight_hh_l0.grad is None  # nothing is kept
    assert timing.training_step(module, xs, None, backward=False)() is None


def holds(numbers):
    return lambda: np.ones(numbers).sum()


def test_peak_memory_is_counted():
    small, large = (memory.peak(holds, mib * 2**17) for mib in (1, 64))
    if large is not None:  # not on Windows
        assert 60 * 2**20 < large < 80 * 2**20 and small < 16 * 2**20


def test_the_command_line():
    options = command.arguments(["--sizes", "S2", "3,4,5,6", "--kinds", "GRU", "--threads", "2"])
    assert options.sizes == [("S2", (35, 20, 200, 200)), ("3,4,5,6", (3, 4, 5, 6))]
    assert options.kinds == ["GRU"] and options.threads == 2 and not options.compiled
    assert [name for name, _ in command.arguments([]).sizes] == ["S1", "S2", "S3", "S4", "S5"]


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["--sizes", "1,2,3"], "expected one of S1, S2, S3, S4, S5 or four numbers T,N,I,H"),
        (["--sizes", "0,2,3,4"], "got '0,2,3,4'"),
        (["--threads", "0"], "expected --threads of at least 1, got 0"),
    ],
)
def test_bad_options_are_refused_in_words(argv, words, capsys):
    with pytest.raises(SystemExit):
        command.arguments(argv)
    assert words in capsys.readouterr().err


def test_only_the_ways_that_are_asked_for():
    argv = ["--sizes", "2,2,2,2", "--kinds", "RNN", "--parts", "table", "--seconds", "0"]
    options = command.arguments([*argv, "--ways", "fast", "floor"])
    threads = torch.get_num_threads()
    try:
        lines = run.run(options)["table"]
    finally:
        torch.set_num_threads(threads)
    floors = ["floor: numpy", "floor: torch"]
    assert [x["way"] for x in lines] == ["torch.nn", "rnn_course.fast", *floors] * 2


def test_a_forced_blas_is_told(monkeypatch):
    monkeypatch.delenv("OPENBLAS_CORETYPE", raising=False)
    facts = machine.facts(1)
    assert "note" not in facts and all(facts.values())
    assert np.__version__ in facts["numpy"] and torch.__version__ in facts["torch"]
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    assert "OPENBLAS_CORETYPE=Haswell is set" in machine.facts(1)["note"]


def test_the_whole_bench_on_a_tiny_size(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(run, "PACKED", (6, 3, 4, 5))
    monkeypatch.setattr(run, "GROWTH", {"T": ([2, 3, 4], {"N": 2, "I": 3, "H": 4, "layers": 1})})
    monkeypatch.setattr(run.memory, "peak", lambda make, library, *rest: 2**21 + len(library))
    options = command.arguments(["--sizes", "4,2,3,5", "--kinds", "LSTM", "GRU", "--seconds", "0"])
    threads = torch.get_num_threads()
    try:
        result = run.run(options)
    finally:
        torch.set_num_threads(threads)
    report.write(result, tmp_path / "out")
    said = capsys.readouterr().out
    for words in ("torch.nn, packed", "floor: numpy", "indexed LSTM", "peak memory"):
        assert words in said
    assert json.loads((tmp_path / "out" / "bench.json").read_text()) == result
    assert "<svg" in (tmp_path / "out" / "bench.svg").read_text()
    ways = [line["way"] for line in result["table"] if line["kind"] == "GRU"]
    assert len(ways) == len(set(ways)) * 2 == 18  # forward, and forward + backward
    assert all(line["ratio"] == 1 for line in result["table"] if line["way"] == run.BASE)
    assert all(x["cpu_ms"] > 0 and x["low"] <= x["ratio"] <= x["high"] for x in result["table"])
