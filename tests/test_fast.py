"""The fast engine: the reference's proof over it, by every way it has, and what it refuses."""

import importlib
import inspect
import os
import re
import subprocess
import sys
import threading
import tracemalloc

import numpy as np
import pytest
import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.proxy_tensor import make_fx
from torch.nn.utils.rnn import pack_padded_sequence

from rnn_course import fast, packing, prove
from rnn_course.fast import table

layer = importlib.import_module("rnn_course.fast.layer")  # the module; fast.layer is its function

pytest.importorskip("numba", reason="the extra [fast] is not installed")

from rnn_course.fast import cache, cells, compiler, curves, product  # noqa: E402

NOT_ONEDNN = pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")
KINDS = ["RNN", "LSTM", "GRU"]


@pytest.fixture
def small_blocks(monkeypatch):
    """Blocks of a few rows, so that even the proof's short sequences take several."""
    monkeypatch.setattr(layer, "BLOCK", 100)


@pytest.fixture(params=["torch", "numpy"])
def whose(request, monkeypatch):
    """As if that library were the quicker one for every product."""
    made = []
    own = product.LIBRARIES[request.param]
    monkeypatch.setitem(product.LIBRARIES, request.param, lambda *xs: made.append(own(*xs)))
    monkeypatch.setattr(product, "quicker", lambda *sizes: request.param)
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
    ("LSTM", cells, "dc_j = dc[k, j] + dh_j", "dc_j = dh_j"),
    ("LSTM", cells, "dc[k, j] = dc_j * f", "dc[k, j] = dc_j"),
    ("LSTM", cells, "a_f[j] = dc_j * c[k, j]", "a_f[j] = dc_j * c_new[k, j]"),
    ("LSTM", cells, "g = tanh(a_g[j] + u_g[j])", "g = sigmoid(a_g[j] + u_g[j])"),
    ("LSTM", cells, "squashed * o * (ONE - o)", "squashed * o"),
    (
        "LSTM",
        layer,
        "dh, *rest = (np.array(d) for d in dstate)",
        "dh, *rest = (0 * d for d in dstate)",
    ),
    ("LSTM", layer, "recur_back(da_t, W_hh, dh_t)", "dh_t[:] = 0"),
    ("LSTM", layer, "product(da.T, h[table.before])", "product(da.T, h[N:])"),
    ("LSTM", layer, "c[table.last] if keep", "c[-N:] if keep"),
    ("LSTM projected", layer, "np.add(dout_t, dh_t, dr[now])", "dr[now] = dout_t"),
    ("GRU", cells, "acted = u_nk[j] + b_n[j]", "acted = u_nk[j]"),
    ("GRU", cells, "a_n[j] = da_n * r", "a_n[j] = da_n"),
    ("GRU", cells, "stays[k, j] = dh_j * z", "stays[k, j] = dh_j * (ONE - z)"),
    ("GRU", layer, "dh += stays", "pass"),
    ("GRU", layer, "da[:, 2 * H :] = u_n", "pass"),
    ("GRU", layer, 'dp["bias_ih"][2 * H :] = u_n.sum(0)', "pass"),
    ("RNN tanh", cells, "(ONE - h[k, j] * h[k, j])", "(ONE - h[k, j])"),
    ("RNN tanh", layer, "a += bias", "a += 2 * bias"),
    ("RNN relu", cells, "if h[k, j] > 0 else ZERO", "if h[k, j] > -1 else ZERO"),
]


@pytest.mark.parametrize(("kind", "module", "right", "wrong"), MUTANTS)
def test_a_planted_mistake_fails_the_proof(kind, module, right, wrong, monkeypatch):
    """Run as plain Python: what is compiled is the same text."""
    source = inspect.getsource(module)
    assert right in source
    mutant = {"__name__": "mutant"}
    exec(source.replace(right, wrong).replace("@compiled", ""), mutant)
    if module is cells:
        mutant |= {"tanh": np.tanh, "sigmoid": lambda x: 1 / (1 + np.exp(-x))}
        name = kind.split(" ")[0].lower() if kind != "RNN tanh" else "rnn_tanh"
        name = "rnn_relu" if kind == "RNN relu" else name
        for half in (name, f"{name}_back"):
            monkeypatch.setattr(cells, half, mutant[half])
    else:
        monkeypatch.setattr(fast, "layer", mutant["layer"])
    cases = [c for c in prove.CASES if c.kind == kind and c.bias and c.form == "packed, unsorted"]
    results = [r for r in prove.prove(cases[:2], library=fast) if r.way != "by hand"]
    assert max(r.difference for r in results) > 1e-3


# --- the parts


@pytest.mark.parametrize("sizes", [(3, 3, 3), (5, 4, 4, 1), (1,), (6, 1, 1, 1)])
def test_the_table_says_where_the_rows_lie(sizes):
    t = table.table_of(sizes)
    assert t.turned.tolist() == packing.reverse_rows(list(sizes))
    history = np.full(t.N + t.R, -1)
    history[t.N :] = np.arange(t.R)  # as if each row's state were its number
    row = {}
    for time, n in enumerate(sizes):
        for k in range(n):
            row[time, k] = len(row)
    before = [row.get((time - 1, k), -1) for time, k in row]
    assert history[t.before].tolist() == before
    ends = [max(r for (_, k_), r in row.items() if k_ == k) for k in range(sizes[0])]
    assert history[t.last].tolist() == ends
    assert [s.now.stop - s.now.start for s in t.steps] == list(sizes)
    assert sum((history[s.before].tolist() for s in t.steps), []) == before
    assert sum((history[s.after].tolist() for s in t.steps), []) == list(range(t.R))
    for rows in (1, 4, 1000):
        blocks = t.blocks(rows)
        assert [s for _, steps in blocks for s in steps] == t.steps
        assert [b.start for b, _ in blocks[1:]] == [b.stop for b, _ in blocks[:-1]]
        assert all((b.start, b.stop) == (s[0].now.start, s[-1].now.stop) for b, s in blocks)


@compiler.compiled
def all_tanh(x, out):
    for j in range(len(x)):
        out[j] = curves.tanh(x[j])


@compiler.compiled
def all_sigmoid(x, out):
    for j in range(len(x)):
        out[j] = curves.sigmoid(x[j])


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
    np.testing.assert_allclose(product.product(x, W), x @ W, rtol=0, atol=1e-12)
    turned = np.asfortranarray(W)
    np.testing.assert_allclose(product.product(x, turned), x @ W, rtol=0, atol=1e-12)


def test_the_quicker_library_is_taken_and_remembered(monkeypatch, tmp_path):
    monkeypatch.setenv("RNN_COURSE_CACHE", str(tmp_path))
    right = product.LIBRARIES["numpy"]

    def slow(x, W, out):
        for _ in range(20_000):
            right(x, W, out)

    product.quicker.cache_clear()
    try:
        monkeypatch.setitem(product.LIBRARIES, "torch", slow)
        assert product.quicker(3, 4, 5, "float32", 1) == "numpy"
        monkeypatch.setitem(product.LIBRARIES, "torch", right)
        monkeypatch.setitem(product.LIBRARIES, "numpy", slow)
        product.quicker.cache_clear()  # as in another process
        assert product.quicker(3, 4, 5, "float32", 1) == "numpy"
        assert product.quicker(4, 4, 5, "float32", 1) == "torch"
    finally:
        product.quicker.cache_clear()


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
    assert any("rnn_tanh_back" in path.name for path in files)
    assert not [
        path for path in files if re.search(r"\.\d+\.[0-9a-f]{8}$", path.name)
    ]  # no parts left
    for k, path in enumerate(files):
        whole = path.read_bytes()
        path.write_bytes([whole[:-9], b"", b"nonsense" * 99, whole[:40] + whole[41:]][k % 4])
    (tmp_path / "a file").write_text("in the way")
    runs = [started(tmp_path / "both"), started(tmp_path / "a file")]
    assert {answer(run) for run in runs} == {first}


def test_compiled_code_comes_from_the_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("RNN_COURSE_CACHE", str(tmp_path))

    def twice(x):
        return x + x

    assert compiler.compiled(twice)(3.0) == 6.0
    (kept,) = [path for path in tmp_path.rglob("*twice*")]
    again = compiler.compiled(twice)
    assert again(3.0) == 6.0 and sum(again.stats.cache_hits.values()) == 1
    monkeypatch.setattr(cache, "version", lambda: "another processor")
    other = compiler.compiled(twice)
    assert other(3.0) == 6.0 and sum(other.stats.cache_hits.values()) == 0
    assert kept.exists() and len(list(tmp_path.rglob("*twice*"))) == 2


def test_a_full_disk_is_no_error(monkeypatch, tmp_path):
    monkeypatch.setenv("RNN_COURSE_CACHE", str(tmp_path))

    def full(self, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache.Path, "write_bytes", full)
    cache.save("name", b"data")
    assert cache.load("name") is None


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
    monkeypatch.setattr(layer, "BLOCK", 50_000)
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
    """jit.trace, for any length; export; jit.script of a model that holds one; fx."""
    theirs, ours = pair(kind)
    xs = torch.randn(T, N, I, dtype=torch.float64)
    expected = theirs(xs)[0]
    programs = {
        "trace": torch.jit.trace(ours, xs[:3]),
        "export": torch.export.export(ours, (xs,)).module(),
        "fx": torch.fx.symbolic_trace(torch.nn.Sequential(ours)),
        "script": torch.jit.script(torch.nn.Sequential(ours)),
    }
    for program in programs.values():
        torch.testing.assert_close(program(xs)[0], expected, rtol=0, atol=1e-12)


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
