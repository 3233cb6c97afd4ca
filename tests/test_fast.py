"""The fast engine: the reference's proof over it, by every way it has, and what it refuses."""

import inspect
import itertools
import os
import re
import subprocess
import sys
import threading
import tracemalloc
import types

import numpy as np
import pytest
import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.proxy_tensor import make_fx
from torch.nn.utils.rnn import pack_padded_sequence

from rnn_course import fast, packing, prove

pytest.importorskip("numba", reason="the extra [fast] is not installed")

from numba.core import bytecode  # noqa: E402

from rnn_course.fast import cells, compiler, engine  # noqa: E402

NOT_ONEDNN = pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")
KINDS = ["RNN", "LSTM", "GRU"]


@pytest.fixture
def small_blocks(monkeypatch):
    """Blocks of a few rows, so that even the proof's short sequences take several."""
    monkeypatch.setattr(engine, "BLOCK", 100)


@pytest.fixture(params=["torch", "numpy"])
def whose(request, monkeypatch):
    """As if that library were the quicker one for every product."""
    made = []
    own = engine.LIBRARIES[request.param]
    monkeypatch.setitem(engine.LIBRARIES, request.param, lambda *xs: made.append(own(*xs)))
    monkeypatch.setattr(engine, "quicker", lambda *sizes: request.param)
    yield request.param
    assert made


# --- the proof


def test_every_case_of_the_proof():
    results = list(prove.prove(library=fast))
    results = [r for r in results if r.way != "by hand"]
    wrong = [r for r in results if not r.difference <= prove.TOLERANCE]
    assert len(results) == len(prove.CASES) and not wrong, wrong[:5]


def test_the_proof_in_small_blocks_without_gradients(small_blocks):
    """Without gradients the gates are made for a few steps at a time."""
    for case in [c for c in prove.CASES if c.form in ("time first", "unbatched")][::5]:
        module, xs, hx = prove.oracle(case)
        ours = getattr(fast, type(module).__name__)(**arguments_of(module)).double()
        ours.load_state_dict(module.state_dict())
        given = (hx if len(hx) == 2 else hx[0]) if hx else None
        with torch.no_grad():
            for answers in zip(flat(ours(xs, given)), flat(module(xs, given)), strict=True):
                torch.testing.assert_close(*answers, rtol=0, atol=1e-12)


def arguments_of(module):
    names = {"input_size", "hidden_size", "num_layers", "bias", "batch_first", "bidirectional"}
    names |= {"nonlinearity"} if module.mode.startswith("RNN") else set()
    names |= {"proj_size"} if module.mode == "LSTM" else set()
    return {name: getattr(module, name) for name in names}


def flat(value):
    return [value] if torch.is_tensor(value) else [t for v in value for t in flat(v)]


@NOT_ONEDNN
def test_the_proof_by_either_library(whose):
    results = list(prove.prove(prove.CASES[2::5], library=fast, seed=3))
    assert not [r for r in results if not r.difference <= prove.TOLERANCE]


@NOT_ONEDNN
def test_the_proof_in_float32():
    """1e-5 of the largest entry: 1e-6 is what we see; gradients are sums of rounded terms."""
    results = list(prove.prove(prove.CASES[::4], library=fast, dtype=torch.float32))
    assert not [r for r in results if not r.difference <= 1e-5]


T, N, I, H = 23, 17, 40, 64


def pair(kind, dtype=torch.float64, seed=0, **options):
    torch.manual_seed(seed)
    theirs = getattr(torch.nn, kind)(I, H, dtype=dtype, **options)
    ours = getattr(fast, kind)(I, H, dtype=dtype, **options)
    ours.load_state_dict(theirs.state_dict())
    return theirs, ours


def all_of(module, xs, lengths=None):
    """Output, last states and every gradient of a call with the given lengths."""
    xs = xs.clone().requires_grad_()
    given = pack_padded_sequence(xs, lengths, enforce_sorted=False) if lengths else xs
    output, last = module(given)
    output = output.data if lengths else output
    values = [output, *(last if isinstance(last, tuple) else (last,))]
    loss = sum((v * d).sum() for v, d in zip(values, prove.directions_like(values), strict=True))
    return values + list(torch.autograd.grad(loss, [xs, *module.parameters()]))


def assert_equal(ours, theirs, tolerance):
    for our, their in zip(ours, theirs, strict=True):
        assert our.shape == their.shape and torch.isfinite(our).all()
        assert (our - their).abs().max() <= tolerance * their.abs().max()


@NOT_ONEDNN
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-10), (torch.float32, 1e-5)])
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("kind", "options"), [(k, {}) for k in KINDS] + [("LSTM", {"proj_size": 24})]
)
def test_larger_layers_by_either_library(kind, options, packed, dtype, tolerance, whose):
    theirs, ours = pair(kind, dtype, bidirectional=True, num_layers=2, **options)
    xs = torch.randn(T, N, I, dtype=dtype)
    lengths = [1, T, *torch.randint(1, T + 1, (N - 2,)).tolist()] if packed else None
    assert_equal(all_of(ours, xs, lengths), all_of(theirs, xs, lengths), tolerance)


@pytest.mark.parametrize("kind", KINDS)
def test_500_steps_in_float32(kind):
    theirs, ours = pair(kind, torch.float32)
    xs = torch.randn(500, 3, I)
    assert_equal(all_of(ours, xs), all_of(theirs, xs), 1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_weights_after_training(kind):
    xs, ys = torch.randn(T, N, I, dtype=torch.float64), torch.randn(T, N, H, dtype=torch.float64)
    trained = []
    for module in pair(kind, num_layers=2):
        optimizer = torch.optim.Adam(module.parameters(), lr=0.01)
        for _ in range(4):
            optimizer.zero_grad()
            ((module(xs)[0] - ys) ** 2).mean().backward()
            torch.nn.utils.clip_grad_norm_(module.parameters(), 0.1)
            optimizer.step()
        trained.append(list(module.parameters()))
    assert_equal(*trained, 1e-10)


# --- planted mistakes must fail the same proof

MUTANTS = [  # (kind, module, what stands there, what is put in its place)
    ("LSTM", cells, "dc_j = dc[j] + dh_j", "dc_j = dh_j"),
    ("LSTM", cells, "dc[j] = dc_j * f", "dc[j] = dc_j"),
    ("LSTM", cells, "df[j] = dc_j * c[j]", "df[j] = dc_j * c_new[j]"),
    ("LSTM", cells, "tanhs(g, u[2], b[2])", "sigmoids(g, u[2], b[2])"),
    ("LSTM", cells, "squashed * o * (ONE - o)", "squashed * o"),
    ("LSTM", cells, "squashed, dh_j = tanh(c_new[j]), dout[j] + dh[j]",
     "squashed, dh_j = tanh(c_new[j]), dout[j]"),
    ("LSTM", cells, "c[before + k], c[after + k])", "c[after + k], c[after + k])"),
    ("LSTM", engine, "dc = dstate[1].copy() if", "dc = 0 * dstate[1] if"),
    ("LSTM", engine, "dh = dstate[0].copy()", "dh = 0 * dstate[0]"),
    ("LSTM", engine, "W_hh, dh[:n])", "W_hh, 0 * dh[:n])"),
    ("LSTM", engine, "matmul(da.T, h[before])", "matmul(da.T, h[N:])"),
    ("LSTM", engine, "(h[last], c[last])", "(h[last], c[-N:])"),
    ("LSTM projected", engine, "dr[now : now + n] += dh[:n]", "pass"),
    ("LSTM projected", engine, 'dp["weight_hr"] = matmul(dr.T, m)',
     'dp["weight_hr"] = matmul(doutputs.T, m)'),
    ("GRU", cells, "acted = u_n[j] + b[3, j]", "acted = u_n[j]"),
    ("GRU", cells, "du_n[j] = da_n * r", "du_n[j] = da_n"),
    ("GRU", cells, "dc[j] = dh_j * z", "dc[j] = dh_j * (ONE - z)"),
    ("GRU", engine, "dh += dc", "pass"),
    ("GRU", engine, "da[:, 2 * H :] = c[N:]", "pass"),
    ("RNN tanh", cells, "(ONE - h_new[j] * h_new[j])", "(ONE - h_new[j])"),
    ("RNN tanh", engine, "else b + b_hh", "else b"),
    ("RNN relu", cells, "if h_new[j] > 0 else ZERO", "if h_new[j] > -1 else ZERO"),
    ("GRU", cells, "def gru", "def gru"),  # and no mistake passes it
]  # fmt: skip


@pytest.mark.parametrize(("kind", "module", "right", "wrong"), MUTANTS)
def test_a_planted_mistake_fails_the_proof(kind, module, right, wrong, monkeypatch):
    """Run as plain Python: what is compiled is the same text."""
    texts = {of: inspect.getsource(of) for of in (cells, engine)}
    assert right in texts[module]
    texts[module] = texts[module].replace(right, wrong)
    plain = types.ModuleType("plain")
    text = texts[cells].replace("@compiled", "").replace("return compiled(step, ", "return (step, ")
    exec(text.replace('_step")', '_step")[0]'), plain.__dict__)
    plain.tanh, plain.sigmoid = np.tanh, lambda x: 1 / (1 + np.exp(-x))
    mutant = types.ModuleType("mutant")
    exec(texts[engine], mutant.__dict__)
    mutant.compiled_cells = plain
    mutant.loop = lambda over, step_of, cell, W, N: over(step_of(cell), engine.product(N, W))
    monkeypatch.setattr(fast, "_engine", lambda: mutant)
    cases = [c for c in prove.CASES if c.kind == kind and c.bias and c.form == "packed, unsorted"]
    results = [r for r in prove.prove(cases[:2], library=fast) if r.way != "by hand"]
    difference = max(r.difference for r in results)
    assert difference <= prove.TOLERANCE if right == wrong else difference > 1e-3


# --- the parts


@pytest.mark.parametrize("sizes", [(3, 3, 3), (5, 4, 4, 1), (1,), (6, 1, 1, 1)])
def test_where_the_states_lie(sizes):
    N, R = sizes[0], sum(sizes)
    before, last = engine.places(sizes)
    history = np.concatenate([np.full(N, -1), np.arange(R)])  # as if each state were its row
    row = {}
    for time, n in enumerate(sizes):
        for k in range(n):
            row[time, k] = len(row)
    assert history[before].tolist() == [row.get((time - 1, k), -1) for time, k in row]
    ends = [max(r for (_, k_), r in row.items() if k_ == k) for k in range(N)]
    assert history[last].tolist() == ends
    assert engine.turned(sizes).tolist() == packing.reverse_rows(list(sizes))


@compiler.compiled
def all_tanh(x, out):
    for j in range(len(x)):
        out[j] = cells.tanh(x[j])


@compiler.compiled
def all_sigmoid(x, out):
    for j in range(len(x)):
        out[j] = cells.sigmoid(x[j])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ["tanh", "sigmoid"])
def test_the_curves_are_exact_to_3_units_in_the_last_place(name, dtype):
    points = [np.linspace(-w, w, 100_001) for w in (1e-3, 1, 12, 120, 800)]
    x = np.concatenate([*points, -np.geomspace(1e-45, 745, 100_001)]).astype(dtype)
    exact, out = x.astype(np.longdouble), np.empty_like(x)
    if np.finfo(np.longdouble).eps > 1e-18:  # no wider numbers here: a reference to 2 more units
        exact = x.astype(np.float64)
    if name == "tanh":
        all_tanh(x, out)
        exact = np.tanh(exact)
    else:
        all_sigmoid(x, out)
        e = np.exp(-abs(exact))
        exact = np.where(exact < 0, e, 1) / (1 + e)
    units = abs(out - exact) / np.spacing(abs(exact.astype(dtype)))
    assert units.max() <= 3

    special = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0], dtype)
    out = np.empty_like(special)
    if name == "tanh":
        all_tanh(special, out)
        np.testing.assert_array_equal(out, np.array([np.nan, 1, -1, 0.0, -0.0], dtype))
        assert list(np.signbit(out[3:])) == [False, True]
    else:
        all_sigmoid(special, out)
        np.testing.assert_array_equal(out, np.array([np.nan, 1, 0, 0.5, 0.5], dtype))


@pytest.mark.parametrize("K", [9, 64])
@pytest.mark.parametrize("rows", [1, 8, 50])
def test_a_product_is_the_matmul(K, rows, whose):
    rng = np.random.default_rng(0)
    W, x = rng.standard_normal((K, 37)), rng.standard_normal((rows, K))
    np.testing.assert_allclose(engine.matmul(x, W), x @ W, rtol=0, atol=1e-12)
    turned = np.asfortranarray(W)
    np.testing.assert_allclose(engine.matmul(x, turned), x @ W, rtol=0, atol=1e-12)


def test_the_quicker_library_is_taken_and_remembered(monkeypatch, tmp_path):
    monkeypatch.setenv("RNN_COURSE_CACHE", str(tmp_path))
    right = engine.LIBRARIES["numpy"]

    def slow(x, W, out):
        for _ in range(20_000):
            right(x, W, out)

    engine.quicker.cache_clear()
    try:
        monkeypatch.setitem(engine.LIBRARIES, "torch", slow)
        assert engine.quicker(3, 4, 5, "f", 1) == "numpy"
        monkeypatch.setitem(engine.LIBRARIES, "torch", right)
        monkeypatch.setitem(engine.LIBRARIES, "numpy", slow)
        engine.quicker.cache_clear()  # as in another process
        assert engine.quicker(3, 4, 5, "f", 1) == "numpy"
        assert engine.quicker(4, 4, 5, "f", 1) == "torch"
    finally:
        engine.quicker.cache_clear()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [1, 1 << 18])
def test_one_sequence_by_either_loop(kind, size, monkeypatch):
    """All of the loop compiled, and the loop of Python: the same as torch, packed or not."""
    theirs, ours = pair(kind)
    monkeypatch.setattr(engine, "SMALL", size)
    xs = torch.randn(T, 1, I, dtype=torch.float64)
    assert_equal(all_of(ours, xs), all_of(theirs, xs), 1e-10)
    assert_equal(all_of(ours, xs, [T - 1]), all_of(theirs, xs, [T - 1]), 1e-10)


# --- the cache and the compiler

ONE_LAYER = """
import sys
assert "numba" not in sys.modules
import torch
from rnn_course import fast
assert "numba" not in sys.modules
torch.manual_seed(0)
layer, xs = fast.RNN(3, 4), torch.ones(2, 5, 3)
output = layer(xs)[0]
output.sum().backward()
print(output.sum().item(), layer.weight_hh_l0.grad.sum().item())
"""


def started(folder, code=ONE_LAYER, **environment):
    environment = os.environ | {"RNN_COURSE_CACHE": str(folder)} | environment
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", code],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def answer(process):
    said, _ = process.communicate(timeout=300)
    assert process.returncode == 0, said
    return said


def test_a_cache_with_faults_only_costs_time(tmp_path):
    """Filled by two processes at once; then cut off, emptied, overwritten, of another processor,
    and where no folder can be."""
    both = [started(tmp_path / "both") for _ in range(2)]
    first, second = map(answer, both)
    assert first == second
    files = [path for path in (tmp_path / "both").rglob("*") if path.is_file()]
    assert any("rnn_tanh_back_step" in path.name for path in files)
    assert not [
        path for path in files if re.search(r"\.\d+\.[0-9a-f]{8}$", path.name)
    ]  # no parts left
    for k, path in enumerate(files):
        whole = path.read_bytes()
        path.write_bytes([whole[:-9], b"", b"nonsense" * 99, whole[:40] + whole[41:]][k % 4])
    (tmp_path / "a file").write_text("in the way")
    runs = [started(tmp_path / "both"), started(tmp_path / "a file")]
    assert {answer(run) for run in runs} == {first}


def test_no_two_closures_have_one_name_for_the_linker(tmp_path, monkeypatch):
    """Names are numbered anew in each process, so code from two processes may have the same."""
    monkeypatch.setenv("RNN_COURSE_CACHE", str(tmp_path))

    def named(number):
        def plus(x):
            return x + number

        monkeypatch.setattr(bytecode.FunctionIdentity, "_unique_ids", itertools.count(1))
        made = compiler.compiled(plus, f"plus_{number}")
        assert made(3.0) == 3.0 + number
        return made.overloads[made.signatures[0]].fndesc.mangled_name

    assert named(1) != named(2) and named(1) == named(1)


def test_compiled_code_comes_from_the_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("RNN_COURSE_CACHE", str(tmp_path))

    def twice(x):
        return x + x

    assert compiler.compiled(twice)(3.0) == 6.0
    (kept,) = [path for path in tmp_path.rglob("*twice*")]
    again = compiler.compiled(twice)
    assert again(3.0) == 6.0 and sum(again.stats.cache_hits.values()) == 1
    monkeypatch.setattr(compiler, "version", lambda: "another processor")
    other = compiler.compiled(twice)
    assert other(3.0) == 6.0 and sum(other.stats.cache_hits.values()) == 0
    assert kept.exists() and len(list(tmp_path.rglob("*twice*"))) == 2


def test_a_full_disk_is_no_error(monkeypatch, tmp_path):
    monkeypatch.setenv("RNN_COURSE_CACHE", str(tmp_path))

    def full(self, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(compiler.Path, "write_bytes", full)
    compiler.save("name", b"data")
    assert compiler.load("name") is None


def test_without_numba_it_says_what_to_install():
    code = """
import sys
sys.modules["numba"] = None
import torch, rnn_course
from rnn_course import fast
rnn_course.LSTM(3, 4)(torch.ones(2, 5, 3))
try:
    fast.LSTM(3, 4)(torch.ones(2, 5, 3))
except ModuleNotFoundError as error:
    print(error)
"""
    said = answer(started("/nowhere", code))
    assert 'pip install "rnn-course[fast]"' in said and "use rnn_course.RNN, LSTM" in said


# --- threads


@pytest.mark.parametrize("kind", KINDS)
def test_two_threads_of_torch_give_the_same_to_rounding(kind):
    _, ours = pair(kind)
    xs = torch.randn(T, N, I, dtype=torch.float64)
    threads, found = torch.get_num_threads(), []
    try:
        for number in (1, 2):
            torch.set_num_threads(number)
            found.append(all_of(ours, xs))
    finally:
        torch.set_num_threads(threads)
    assert_equal(*found, 1e-12)


def test_two_python_threads_give_what_one_gives():
    _, ours = pair("LSTM", num_layers=2)
    xs = [torch.randn(T, N, I, dtype=torch.float64) for _ in range(4)]
    alone = [all_of(ours, x) for x in xs]
    together = [None] * 4

    def work(k):
        together[k] = all_of(ours, xs[k])

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for k in range(4):
        assert all(map(torch.equal, together[k], alone[k]))


# --- a good citizen of autograd


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_given_is_changed_and_no_memory_is_shared(kind):
    _, ours = pair(kind, bidirectional=True)
    xs = torch.randn(T, N, I, dtype=torch.float64, requires_grad=True)
    given = [xs, *ours.parameters()]
    before = [t.detach().clone() for t in given]
    all_of(ours, xs, [*range(2, N + 1), T])
    ours(xs)[0].sum().backward()
    for tensor, value in zip(given, before, strict=True):
        assert torch.equal(tensor, value)
    places = [t.grad.untyped_storage().data_ptr() for t in given]
    assert len(set(places)) == len(places)
    assert all(t.grad.is_contiguous() for t in given)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("N", [1, 4])
def test_arrays_that_overlap_do_not_disturb_each_other(kind, N):
    """One tensor as h_0 and c_0, states that are a slice of the input, derivatives that are one
    number seen many times: the engine writes in place, but never where something else is read."""

    def called(module):
        torch.manual_seed(1)
        base = torch.randn(T, N, H, dtype=torch.float64, requires_grad=True)
        h = base[3:4]
        output, last = module(base[:, :, :I], (h, h) if kind == "LSTM" else h)
        ones = torch.ones((), dtype=torch.float64)
        douts = (ones.expand_as(output), *[base[5:6].detach()] * (2 if kind == "LSTM" else 1))
        kept = base.detach().clone()
        values = (output, *(last if kind == "LSTM" else (last,)))
        wanted = [base, *module.parameters()]
        found = [*values, *torch.autograd.grad(values, wanted, douts)]
        assert torch.equal(base, kept) and ones == 1
        with torch.no_grad():
            before = values[1].clone()
            output.zero_()  # h_n is no view of it, nor is c_n
            assert torch.equal(values[1], before) and bool(values[-1].any())
        return found[len(values) :] + [before]

    theirs, ours = pair(kind)
    assert_equal(called(ours), called(theirs), 1e-10)


@pytest.mark.parametrize("kind", KINDS)
def test_backward_twice_gives_the_same(kind):
    _, ours = pair(kind, num_layers=2, bidirectional=True)
    xs = torch.randn(T, N, I, dtype=torch.float64)
    output = ours(xs)[0]
    once = torch.autograd.grad(output.square().sum(), ours.parameters(), retain_graph=True)
    again = torch.autograd.grad(output.square().sum(), ours.parameters())
    assert all(torch.equal(a, b) for a, b in zip(once, again, strict=True))


@pytest.mark.parametrize("kind", KINDS)
def test_writing_into_what_backward_needs_is_noticed(kind):
    _, ours = pair(kind)
    xs = torch.randn(T, N, I, dtype=torch.float64)
    output = ours(xs)[0]
    with torch.no_grad():
        output.mul_(2)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        output.sum().backward()
    output = ours(xs)[0]
    with torch.no_grad():
        ours.weight_hh_l0.add_(1)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        output.sum().backward()


@pytest.mark.parametrize("kind", KINDS)
def test_only_what_is_asked_for_is_differentiated(kind):
    theirs, ours = pair(kind, num_layers=2)
    xs = torch.randn(T, N, I, dtype=torch.float64)
    for module in (theirs, ours):
        for name, weight in module.named_parameters():
            weight.requires_grad_(name == "bias_hh_l0")
        module(xs)[0].square().sum().backward()
    assert [w.grad is None for w in ours.parameters()] == [
        w.grad is None for w in theirs.parameters()
    ]
    assert_equal([ours.bias_hh_l0.grad], [theirs.bias_hh_l0.grad], 1e-10)


@pytest.mark.parametrize("kind", KINDS)
def test_inference_gives_the_same_and_keeps_nothing(kind, monkeypatch):
    monkeypatch.setattr(engine, "BLOCK", 50_000)
    _, ours = pair(kind)
    xs = torch.randn(8 * T, N, I, dtype=torch.float64)
    trained = [t.detach() for t in all_of(ours, xs)]
    with torch.no_grad():
        output, last = ours(xs)
        last = last if isinstance(last, tuple) else (last,)
        assert_equal((output, *last), trained[: 1 + len(last)], 1e-12)

        tracemalloc.start()
        ours(xs)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    per_state = 8 * T * N * H * 8  # bytes. Outputs and inputs are two; kept gates would be 3 or 4
    assert peak < 2.5 * per_state


@pytest.mark.parametrize("kind", KINDS)
def test_backward_gives_its_memory_back(kind):
    _, ours = pair(kind)
    xs = torch.randn(T, N, I, dtype=torch.float64)
    ours(xs)
    tracemalloc.start()
    output = ours(xs)[0]
    kept, _ = tracemalloc.get_traced_memory()
    output.sum().backward()
    ours.zero_grad()
    left, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    per_state = T * N * H * 8
    assert kept > {"RNN": 1, "LSTM": 6, "GRU": 5}[kind] * per_state > 0
    assert left < kept / 2 or kind == "RNN"  # its history is the output itself


def test_what_it_refuses_it_refuses_in_words():
    ours, xs = fast.GRU(I, H), torch.randn(T, N, I)
    loss = ours(xs)[0].sum()
    with pytest.raises(RuntimeError, match="create_graph=True.*Use rnn_course.RNN, LSTM"):
        torch.autograd.grad(loss, ours.parameters(), create_graph=True)
    with pytest.raises(RuntimeError, match=r"under torch.func. Use rnn_course.RNN"):
        torch.func.jacrev(lambda x: ours(x)[0])(xs)
    with torch.autocast("cpu", torch.bfloat16):
        with pytest.raises(RuntimeError, match="got autocast. Use rnn_course.RNN"):
            ours(xs)
    given = xs.clone().requires_grad_()
    output, several = ours(given)[0], torch.ones(3, T, N, H)
    with pytest.raises(RuntimeError, match="several at once"):
        torch.autograd.grad(output, given, several, is_grads_batched=True)
    with pytest.raises(RuntimeError, match="several at once|under torch.func"):
        torch.autograd.functional.jacobian(lambda x: ours(x)[0], xs, vectorize=True)
    with pytest.raises(RuntimeError, match="a program that is traced. Use rnn_course.RNN"):
        make_fx(lambda x: ours(x)[0])(xs)
    with FakeTensorMode(), pytest.raises(RuntimeError, match="a program that is traced"):
        fast.GRU(I, H)(torch.zeros(T, N, I))
    with pytest.raises(TypeError, match="float32 or float64 on the CPU, got bfloat16 on cpu"):
        ours.bfloat16()(xs.bfloat16())
    with pytest.raises(TypeError, match=r"got float32 on meta.*\.to\('cpu', torch.float32\)"):
        fast.LSTM(I, H, device="meta")(xs.to("meta"))
    with pytest.raises(RuntimeError, match="of one dtype"):
        fast.RNN(I, H)(xs, torch.zeros(1, N, H, dtype=torch.float64))


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_batch_is_fine(kind):
    _, ours = pair(kind, bidirectional=True)
    output, _ = ours(torch.randn(T, 0, I, dtype=torch.float64))
    output.sum().backward()
    assert output.shape == (T, 0, 2 * H) and not ours.weight_hh_l0.grad.any()


@pytest.mark.filterwarnings(
    "ignore:.*torch.jit.*deprecated",
    "ignore::torch.jit.TracerWarning",
    "ignore:The tensor attributes self._flat_weights:UserWarning",
)
@pytest.mark.parametrize("kind", KINDS)
def test_what_leaves_python_leaves_as_torchs(kind):
    """jit.trace, for any length; export; fx."""
    theirs, ours = pair(kind)
    xs = torch.randn(T, N, I, dtype=torch.float64)
    expected = theirs(xs)[0]
    programs = {
        "trace": torch.jit.trace(ours, xs[:3]),
        "export": torch.export.export(ours, (xs,)).module(),
        "fx": torch.fx.symbolic_trace(torch.nn.Sequential(ours)),
    }
    for program in programs.values():
        torch.testing.assert_close(program(xs)[0], expected, rtol=0, atol=1e-12)
    with pytest.raises(RuntimeError, match=rf"got rnn_course.fast.{kind}. Use torch.nn.{kind}"):
        torch.jit.script(torch.nn.Sequential(ours))


@pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore:The .grad attribute of a Tensor that is not a leaf"
)
def test_torch_compile_goes_round_the_engine():
    theirs, ours = pair("GRU")
    model = torch.nn.Sequential(torch.nn.Linear(I, I).double(), ours)
    xs = torch.randn(T, N, I, dtype=torch.float64)
    torch._dynamo.reset()
    compiled = torch.compile(model, backend="eager")
    torch.testing.assert_close(compiled(xs)[0], model(xs)[0], rtol=0, atol=1e-12)
