"""The fast engine: the reference's proof over it, by every way it has, and what it refuses."""

import inspect
import re
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn.utils.rnn import pack_padded_sequence

from rnn_course import fast, packing, prove
from rnn_course.fast import kernels, product, squash, table

NOT_ONEDNN = pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")
KINDS = ["RNN", "LSTM", "GRU"]


@pytest.fixture
def small_blocks(monkeypatch):
    """Blocks of a few rows, so that even the proof's short sequences take several."""
    monkeypatch.setattr(table, "BLOCK", 100)
    table.table_of.cache_clear()
    yield
    table.table_of.cache_clear()


@pytest.fixture(params=[True, False], ids=["torch", "numpy"])
def whose(request, monkeypatch):
    """As if every product were one library's; afterwards: torch was asked, or was not."""
    monkeypatch.setattr(product, "by_torch", lambda *shapes: request.param)
    made = []
    monkeypatch.setattr(product.torch, "mm", count(torch.mm, made))
    yield request.param
    assert bool(made) == request.param


def count(function, calls):
    def counted(*args, **options):
        calls.append(args)
        return function(*args, **options)

    return counted


# --- the proof


def test_every_case_of_the_proof():
    results = list(prove.prove(library=fast))
    wrong = [r for r in results if not r.difference <= prove.TOLERANCE]
    assert len(results) == len(prove.CASES) and not wrong, wrong[:5]


def test_the_proof_in_small_blocks(small_blocks):
    results = list(prove.prove(prove.CASES[::3], library=fast, seed=1))
    assert not [r for r in results if not r.difference <= prove.TOLERANCE]


@NOT_ONEDNN
def test_the_proof_by_either_library(whose):
    results = list(prove.prove(prove.CASES[2::3], library=fast, seed=3))
    assert not [r for r in results if not r.difference <= prove.TOLERANCE]


@pytest.fixture(params=[True, False], ids=["sigmoid", "tanh"])
def curve(request, monkeypatch):
    """As if every array suited the one, or the other."""
    monkeypatch.setattr(squash, "suits_sigmoid", lambda size: request.param)


@NOT_ONEDNN
def test_the_proof_by_either_curve(curve):
    results = list(prove.prove(prove.CASES[1::3], library=fast, seed=2))
    assert not [r for r in results if not r.difference <= prove.TOLERANCE]


@NOT_ONEDNN
def test_the_proof_in_float32(curve):
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

MUTANTS = {  # kind -> what stands in kernels.py, and what is put in its place
    "LSTM": [
        ("(unit, unit, 2 * unit, unit)", "(unit, 2 * unit, unit, unit)"),
        ("(0, 0, 1, 0)", "(0, 0, 0, 0)"),
        ("dc_t *= forget[local]", "dc_t *= 1"),
        ("recur_back(gates[now], dh_t)", "dh_t[:] = 0"),
        ("dh, dc = (d.copy() for d in dstate)", "dh, dc = (0 * d for d in dstate)"),
        ("dc_by_dm = 1 - tanh_c * tanh_c", "dc_by_dm = 1 - tanh_c"),
        ("c[table.last] if keep", "c[-table.N :] if keep"),
        ("[g, table.before(c, block), i, tanh_c]", "[g, c[table.N :][block], i, tanh_c]"),
        ("matmul(gates.T, table.before(h))", "matmul(gates.T, h[table.N :])"),
    ],
    "GRU": [
        ("b_ih, b_hn = b_ih.copy(), b_hh[2 * H :]", "b_ih = b_ih + b_hh"),
        ("du3[:, 2] = da_ns", "du3[:, 2] *= 1"),
        ("dh_t *= stay[local]", "dh_t *= 1 - stay[local]"),
        ('dp["bias_hh"][2 * H :] = db_hn', "pass"),
        ("db_hn = db_hn + n.sum(0)", "db_hn = n.sum(0) * 2"),
        ("da_n *= 1 - z", "da_n *= z"),
        ("if unit < 1", "if unit > 1"),
    ],
    "RNN tanh": [
        ("dh_t += doutputs[now]", "dh_t[:] = doutputs[now]"),
        ("np.subtract(1, np.multiply(h, h, out), out)", "np.subtract(1, h, out)"),
        ("db = dW[:, -1]", "db = dW[:, 0]"),
        ("np.ones((len(rows), 1)", "np.zeros((len(rows), 1)"),
    ],
    "RNN relu": [("np.greater(h, 0, out)", "np.greater(h, -1, out)")],
    "LSTM projected": [("dr[now] = dh_t", "dr[now] = doutputs[now]")],
}


@pytest.mark.parametrize(
    ("kind", "right", "wrong"), [(kind, *m) for kind, ms in MUTANTS.items() for m in ms]
)
def test_a_planted_mistake_fails_the_proof(kind, right, wrong, monkeypatch):
    source = inspect.getsource(kernels)
    assert right in source
    mutant = {"__name__": "mutant"}
    exec(source.replace(right, wrong), mutant)
    for name in ("lstm", "gru", "rnn_tanh", "rnn_relu"):
        monkeypatch.setattr(kernels, name, mutant[name])
    cases = [c for c in prove.CASES if c.kind == kind and c.bias and c.form == "packed, unsorted"]
    assert max(r.difference for r in prove.prove(cases[:4], library=fast)) > 1e-3


# --- the parts


@pytest.mark.parametrize("sizes", [(3, 3, 3), (5, 4, 4, 1), (1,), (6, 1, 1, 1)])
def test_the_table_says_where_the_rows_lie(sizes, small_blocks):
    t = table.table_of(sizes)
    assert t.turned.tolist() == packing.reverse_rows(list(sizes))
    history = t.history(np.full((sizes[0], 1), -1.0))
    history[sizes[0] :, 0] = np.arange(t.R)  # as if each row's state were its number
    row = {}
    start = 0
    for time, n in enumerate(sizes):
        for k in range(n):
            row[time, k] = start + k
        start += n
    before = [row.get((time - 1, k), -1) for time, k in row]
    assert t.before(history)[:, 0].tolist() == before
    ends = [max(r for (_, k_), r in row.items() if k_ == k) for k in range(sizes[0])]
    assert history[t.last, 0].tolist() == ends
    for width in (1, 30, 1000):
        steps = [step for _, steps in t.blocks(width) for step in steps]
        assert [s.now.stop - s.now.start for s in steps] == list(sizes)
        assert sum((history[s.before, 0].tolist() for s in steps), []) == before
        assert sum((history[s.after, 0].tolist() for s in steps), []) == list(range(t.R))
        for block, steps in t.blocks(width):
            rows = np.arange(t.R)[block]
            assert all((rows[s.local] == np.arange(t.R)[s.now]).all() for s in steps)
            assert len(steps) == 1 or len(rows) * width <= table.BLOCK


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_gates_and_tanh_by_either_curve(curve, dtype):
    a = np.linspace(-100, 100, 4001, dtype=dtype)[None]
    exact, close = a.astype(np.longdouble), 4 * np.finfo(dtype).eps
    as_tanh, as_sigmoid = np.tanh(exact), (1 + np.tanh(exact / 2)) / 2
    assert abs(squash.tanh(a, np.empty_like(a)) - as_tanh).max() < close
    function, unit = squash.curve(a.size)
    for k, expected in ((unit, as_sigmoid), (2 * unit, as_tanh)):
        y = dtype(k) * a
        function(y)
        assert abs(k * y + 1 - k - expected).max() < close


@pytest.mark.parametrize("K", [9, 64])
@pytest.mark.parametrize("M", [37, 200])
@pytest.mark.parametrize("rows", [1, 8, 50])
def test_a_product_is_the_matmul(K, M, rows, whose):
    rng = np.random.default_rng(0)
    W = rng.standard_normal((M, K)).T  # as the engine gives it: not contiguous
    x, start = rng.standard_normal((rows, K)), rng.standard_normal((rows, M))
    times, plus = product.product(W, rows), product.product(W, rows, add=True)
    for n in (rows, max(1, rows - 3)):  # rows may shrink
        out = np.full((n, M), np.nan)
        times(x[:n], out)
        np.testing.assert_allclose(out, x[:n] @ W, rtol=0, atol=1e-12)
        out = start[:n].copy()
        plus(x[:n], out)
        np.testing.assert_allclose(out, start[:n] + x[:n] @ W, rtol=0, atol=1e-12)
    np.testing.assert_allclose(product.matmul(x, W), x @ W, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("capability", "mkl", "rows", "expected"),
    [
        ("AVX512", True, 101, True),
        ("AVX512", True, 100, False),
        ("AVX512", False, 101, False),
        ("AVX2", True, 101, False),
    ],
)
def test_whose_product_it_is(capability, mkl, rows, expected, monkeypatch):
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: capability)
    monkeypatch.setattr(torch.backends.mkl, "is_available", lambda: mkl)
    assert product.by_torch((rows, 100), (100, 100)) is expected
    for size in (squash.MANY - 1, squash.MANY):  # and whose tanh
        assert squash.suits_sigmoid(size) is (size == squash.MANY and capability != "AVX512")


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
def test_inference_gives_the_same_and_keeps_nothing(kind, small_blocks):
    _, ours = pair(kind)
    xs = torch.randn(8 * T, N, I, dtype=torch.float64)
    trained = [t.detach() for t in all_of(ours, xs)]
    with torch.no_grad():
        output, last = ours(xs)
        last = last if isinstance(last, tuple) else (last,)
        assert all(map(torch.equal, (output, *last), trained))

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


def test_the_chapter_has_a_section_for_every_idea_named_in_the_code():
    page = (Path(__file__).parent.parent / "book" / "speed.md").read_text(encoding="utf-8")
    kernels_code = inspect.getsource(kernels).replace(kernels.__doc__, "")
    ideas = re.findall(r"^    \((\w+)\)  ", kernels.__doc__, re.MULTILINE)
    assert ideas == ["tanh", "blocks", "matmul", "rows", "whose", "memory"]
    for idea in ideas:
        assert f"\n(speed-{idea})=\n## " in page
        assert f"({idea})" in kernels_code
    for part in (table, product, squash):
        (title,) = re.findall(r'book/speed.md, "(.+?)"', part.__doc__)
        assert f"\n## {title}\n" in page
