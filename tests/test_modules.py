"""The drop-ins: torch.nn.X replaced by rnn_course.X, and nothing else changes."""

import copy
import io
import pickle
import warnings

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.func import functional_call, grad, vmap
from torch.fx.experimental.proxy_tensor import make_fx
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from torch.utils.checkpoint import checkpoint

import rnn_course

T, N, I, H, E = 6, 5, 7, 4, 3

LAYERS = [
    ("RNN", {}),
    ("RNN", {"nonlinearity": "relu", "bias": False}),
    ("RNN", {"num_layers": 3, "bidirectional": True, "batch_first": True, "dropout": 0.3}),
    ("LSTM", {}),
    ("LSTM", {"proj_size": 2, "num_layers": 2, "bidirectional": True}),
    ("LSTM", {"bias": False, "batch_first": True, "num_layers": 2, "dropout": 0.5}),
    ("GRU", {}),
    ("GRU", {"num_layers": 2, "bidirectional": True, "bias": False}),
    ("RNNCell", {}),
    ("RNNCell", {"nonlinearity": "relu", "bias": False}),
    ("LSTMCell", {}),
    ("LSTMCell", {"bias": False}),
    ("GRUCell", {}),
]
SEQUENCES = [layer for layer in LAYERS if not layer[0].endswith("Cell")]
every_layer = pytest.mark.parametrize(("name", "options"), LAYERS)
every_sequence = pytest.mark.parametrize(("name", "options"), SEQUENCES)


def pair(name, options, seed=0, dtype=torch.float64):
    """The same module from torch.nn and from rnn_course, each made under the same seed."""
    modules = []
    for library in (torch.nn, rnn_course):
        torch.manual_seed(seed)
        modules.append(getattr(library, name)(I, H, **options, dtype=dtype))
    return modules


def flat(value):
    """All tensors in an answer, in order."""
    if isinstance(value, torch.nn.utils.rnn.PackedSequence):
        return [value.data]
    return [value] if torch.is_tensor(value) else [t for v in value for t in flat(v)]


def assert_same(ours, theirs, atol=1e-12):
    torch.testing.assert_close(flat(ours), flat(theirs), rtol=0, atol=atol)


def example(name, options, dtype=torch.float64, seed=1):
    torch.manual_seed(seed)
    return torch.randn(*((N, I) if name.endswith("Cell") else (T, N, I)), dtype=dtype)


@every_layer
def test_same_parameters_first_values_and_repr(name, options):
    theirs, ours = pair(name, options)
    assert repr(ours) == repr(theirs)
    assert list(ours._parameters) == list(theirs._parameters)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    for ours_value, theirs_value in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert torch.equal(ours_value, theirs_value)
    ours.load_state_dict(theirs.state_dict(), strict=True)
    theirs.load_state_dict(ours.state_dict(), strict=True)
    torch.manual_seed(7)
    ours.reset_parameters()
    torch.manual_seed(7)
    theirs.reset_parameters()
    assert_same(list(ours.parameters()), list(theirs.parameters()), atol=0)


@every_sequence
def test_same_attributes(name, options):
    theirs, ours = pair(name, options)
    for key in ("mode", "input_size", "hidden_size", "num_layers", "bias", "batch_first"):
        assert getattr(ours, key) == getattr(theirs, key)
    for key in ("dropout", "bidirectional", "proj_size"):
        assert getattr(ours, key) == getattr(theirs, key)
    assert_same(ours.all_weights, theirs.all_weights, atol=0)
    assert [len(w) for w in ours.all_weights] == [len(w) for w in theirs.all_weights]
    assert_same(ours.weight_hh_l0, theirs.weight_hh_l0, atol=0)
    assert ours.flatten_parameters() is None


@every_layer
def test_weights_initialised_in_place_are_used(name, options):
    theirs, ours = pair(name, options)
    for module in (theirs, ours):
        for parameter_name, weight in module.named_parameters():
            if "weight_hh" in parameter_name:
                torch.manual_seed(3)
                torch.nn.init.orthogonal_(weight)
            elif "bias" in parameter_name:
                torch.nn.init.constant_(weight, 0.5)
    xs = example(name, options)
    torch.manual_seed(4)
    theirs = theirs(xs)
    torch.manual_seed(4)
    assert_same(ours(xs), theirs)


@every_sequence
def test_dropout_draws_the_same_mask_and_none_in_eval(name, options):
    theirs, ours = pair(name, options)
    xs = example(name, options)
    torch.manual_seed(4)
    in_training = theirs(xs)
    torch.manual_seed(4)
    assert_same(ours(xs), in_training)
    assert_same(ours.eval()(xs), theirs.eval()(xs))
    if options.get("dropout"):
        assert not torch.equal(ours(xs)[0], in_training[0])


def test_dropout_never_touches_the_last_layer():
    ours = rnn_course.RNN(I, H, 2, dropout=0.999)
    output, h_n = ours(torch.randn(T, N, I))
    assert (output != 0).all() and torch.equal(output[-1], h_n[-1])


@every_sequence
@pytest.mark.parametrize("enforce_sorted", [True, False])
def test_packed_in_packed_out(name, options, enforce_sorted):
    theirs, ours = (module.eval() for module in pair(name, options))
    lengths = [6, 5, 3, 2, 1] if enforce_sorted else [3, 6, 1, 5, 5]
    packed = pack_padded_sequence(example(name, options), lengths, enforce_sorted=enforce_sorted)
    (our_output, our_states), (their_output, their_states) = ours(packed), theirs(packed)
    assert_same(our_states, their_states)
    for our, their in zip(our_output, their_output, strict=True):
        assert (our is None) == (their is None)
        assert our is None or torch.allclose(our, their, rtol=0, atol=1e-12)
    assert_same(pad_packed_sequence(our_output)[0], pad_packed_sequence(their_output)[0])


@every_layer
def test_unbatched_and_given_states(name, options):
    theirs, ours = (module.eval() for module in pair(name, options))
    xs = example(name, options)
    xs = xs[0] if name.endswith("Cell") else xs[:, 0]
    answer = theirs(xs)
    assert_same(ours(xs), answer)
    states = answer if name.endswith("Cell") else answer[1]
    assert_same(ours(xs, states), theirs(xs, states))


@every_layer
def test_copies_and_files(name, options, tmp_path):
    _, ours = pair(name, options)
    ours.eval()
    xs = example(name, options)
    file = io.BytesIO()
    torch.save(ours, file)
    file.seek(0)
    twins = [copy.deepcopy(ours), pickle.loads(pickle.dumps(ours))]
    for twin in (*twins, torch.load(file, weights_only=False)):
        assert_same(twin(xs), ours(xs), atol=0)
        for parameter in twin.parameters():
            parameter.data.zero_()  # a copy has its own weights
        assert not torch.equal(flat(twin(xs))[0], flat(ours(xs))[0])


@pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")
@every_layer
def test_dtypes(name, options):
    theirs, ours = (module.eval() for module in pair(name, options))
    xs = example(name, options)
    assert_same(ours.float()(xs.float()), theirs.float()(xs.float()), atol=1e-6)
    for answer in flat(ours.to(torch.bfloat16)(xs.bfloat16())):
        assert answer.dtype == torch.bfloat16
    theirs = theirs.double()(xs)
    assert_same([t.double() for t in flat(ours(xs.bfloat16()))], theirs, atol=0.05)


@every_layer
def test_functional_call_and_jacobian(name, options):
    _, ours = pair(name, options)
    ours.eval()
    xs = example(name, options)
    zeros = {key: torch.zeros_like(w) for key, w in ours.named_parameters()}
    assert not any(t.any() for t in flat(torch.func.functional_call(ours, zeros, (xs,))))

    def first(x):
        return flat(ours(x))[0].sum(0)

    ours_, theirs_ = torch.func.jacrev(first)(xs), torch.autograd.functional.jacobian(first, xs)
    torch.testing.assert_close(ours_, theirs_, rtol=0, atol=1e-12)
    assert ours_.any()


@pytest.mark.parametrize(
    ("name", "options"), [layer for layer in LAYERS if layer[1].get("nonlinearity") != "relu"]
)
def test_double_backward(name, options):
    _, ours = pair(name, options)
    ours.eval()
    xs = example(name, options)[:2].requires_grad_()
    assert torch.autograd.gradgradcheck(lambda x: flat(ours(x))[0], xs)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(("name", "options"), [LAYERS[2], LAYERS[4], LAYERS[7], LAYERS[10]])
def test_compiles(name, options):
    _, ours = pair(name, options)
    ours.eval()
    xs = example(name, options)
    torch._dynamo.reset()
    assert_same(torch.compile(ours, backend="aot_eager")(xs), ours(xs))


@pytest.mark.parametrize(("name", "options"), [LAYERS[0], LAYERS[3], LAYERS[6]])
def test_weight_norm_reaches_the_weights(name, options):
    theirs, ours = pair(name, options)
    xs = example(name, options)
    for module in (theirs, ours):
        torch.nn.utils.parametrizations.weight_norm(module, "weight_hh_l0")
        with torch.no_grad():
            module.parametrizations.weight_hh_l0.original0.mul_(0.5)
    assert_same(ours(xs), theirs(xs))


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(["RNN", "LSTM", "GRU"]),
    *[st.integers(1, 5)] * 4,
    st.integers(1, 3),
    st.booleans(),
    st.booleans(),
)
def test_every_shape_agrees(name, t, n, i, h, layers, bidirectional, batch_first):
    options = {"num_layers": layers, "bidirectional": bidirectional, "batch_first": batch_first}
    theirs = getattr(torch.nn, name)(i, h, **options, dtype=torch.float64)
    ours = getattr(rnn_course, name)(i, h, **options, dtype=torch.float64)
    ours.load_state_dict(theirs.state_dict())
    xs = torch.randn(n, t, i) if batch_first else torch.randn(t, n, i)
    xs = xs.double().requires_grad_()
    answers = [flat(module(xs)) for module in (ours, theirs)]
    assert_same(*answers)
    grads = [torch.autograd.grad(sum((t**2).sum() for t in answer), xs) for answer in answers]
    assert_same(*grads, atol=1e-10)


def test_an_empty_batch_is_fine():
    for name in ("RNN", "LSTM", "GRU"):
        theirs, ours = pair(name, {})
        xs = torch.randn(T, 0, I, dtype=torch.float64)
        assert [t.shape for t in flat(ours(xs))] == [t.shape for t in flat(theirs(xs))]


def changed(module, **attributes):
    for name, value in attributes.items():
        setattr(module, name, value)
    return module


x3, x2 = torch.randn(T, N, I), torch.randn(N, I)
packed3 = pack_padded_sequence(x3, [6, 5, 4, 3, 2])
BAD_CALLS = {
    "1-D input": lambda L: L.RNN(I, H)(torch.randn(I)),
    "4-D input": lambda L: L.LSTM(I, H)(torch.randn(1, T, N, I)),
    "wrong features": lambda L: L.GRU(I, H)(torch.randn(T, N, I + 1)),
    "wrong features packed": lambda L: L.GRU(I + 1, H)(packed3),
    "no time steps": lambda L: L.RNN(I, H)(torch.randn(0, N, I)),
    "double input": lambda L: L.LSTM(I, H)(x3.double()),
    "whole numbers": lambda L: L.RNN(I, H)(torch.ones(T, N, I, dtype=torch.int64)),
    "double state": lambda L: L.RNN(I, H)(x3, torch.randn(1, N, H).double()),
    "a list": lambda L: L.RNN(I, H)([1.0]),
    "state of another batch": lambda L: L.RNN(I, H)(x3, torch.randn(1, N + 1, H)),
    "state batch first": lambda L: L.GRU(I, H, batch_first=True)(x3, torch.randn(T, 1, H)),
    "state without batch": lambda L: L.GRU(I, H)(x3, torch.randn(1, H)),
    "state with batch, unbatched": lambda L: L.RNN(I, H)(x3[:, 0], torch.randn(1, 1, H)),
    "state of one layer of two": lambda L: L.GRU(I, H, 2)(x3, torch.randn(1, N, H)),
    "packed, state of another batch": lambda L: L.RNN(I, H)(packed3, torch.randn(1, 2, H)),
    "c of another size": lambda L: L.LSTM(I, H)(x3, (torch.randn(1, N, H), torch.randn(1, N, 2))),
    "h not projected": lambda L: L.LSTM(I, H, proj_size=2)(x3, (torch.randn(1, N, H),) * 2),
    "h without c": lambda L: L.LSTM(I, H)(x3, torch.randn(1, N, H)),
    "a pair for a GRU": lambda L: L.GRU(I, H)(x3, (torch.randn(1, N, H),) * 2),
    "dropout above 1": lambda L: L.RNN(I, H, dropout=1.5),
    "dropout True": lambda L: L.RNN(I, H, 2, dropout=True),
    "dropout a word": lambda L: L.RNN(I, H, dropout="half"),
    "bias 1": lambda L: L.GRU(I, H, bias=1),
    "batch_first 1": lambda L: L.GRU(I, H, batch_first=1),
    "hidden size 0": lambda L: L.LSTM(I, 0),
    "input size 0": lambda L: L.LSTM(0, H),
    "input size a float": lambda L: L.LSTM(7.0, H),
    "no layers": lambda L: L.LSTM(I, H, 0),
    "layers a float": lambda L: L.LSTM(I, H, 1.5),
    "projection for GRU": lambda L: L.GRU(I, H, proj_size=2),
    "projection for RNN": lambda L: L.RNN(I, H, proj_size=2),
    "negative projection": lambda L: L.LSTM(I, H, proj_size=-1),
    "projection as large as H": lambda L: L.LSTM(I, H, proj_size=H),
    "unknown nonlinearity": lambda L: L.RNN(I, H, nonlinearity="sigmoid"),
    "unknown argument": lambda L: L.RNN(I, H, gates=4),
    "no sizes": lambda L: L.RNN(I),
    "a stacked pair": lambda L: L.LSTM(I, H)(x3, torch.zeros(2, 1, N, H)),
    "three states": lambda L: L.LSTM(I, H)(x3, (torch.zeros(1, N, H),) * 3),
    "packed, one tensor": lambda L: L.LSTM(I, H)(packed3, torch.zeros(1, N, H)),
    "packed, three states": lambda L: L.LSTM(I, H)(packed3, (torch.zeros(1, N, H),) * 3),
    "packed, states without batch": lambda L: L.LSTM(I, H)(packed3, (torch.zeros(1, H),) * 2),
    "states in a dict": lambda L: L.LSTM(I, H)(x3, dict(enumerate((torch.zeros(1, N, H),) * 2))),
    "bidirectional 1": lambda L: L.GRU(I, H, bidirectional=1)(x3),
    "bidirectional a word": lambda L: L.LSTM(I, H, bidirectional="True")(packed3),
    "bidirectional None": lambda L: L.RNN(I, H, bidirectional=None)(x3),
    "layers True": lambda L: L.LSTM(I, H, True)(x3),
    "bias None afterwards": lambda L: changed(L.RNN(I, H), bias=None)(x3),
    "bias False afterwards": lambda L: changed(L.GRU(I, H), bias=False)(x3),
    "a bias of None": lambda L: changed(L.GRU(I, H), bias_ih_l0=None)(x3),
    "batch_first 1 afterwards": lambda L: changed(L.GRU(I, H), batch_first=1)(x3),
    "cell: one state": lambda L: L.LSTMCell(I, H)(x2, (torch.zeros(N, H),)),
    "cell: three states": lambda L: L.LSTMCell(I, H)(x2, (torch.zeros(N, H),) * 3),
    "cell: a stacked pair": lambda L: L.LSTMCell(I, H)(x2, torch.zeros(2, N, H)),
    "cell: one state, unbatched": lambda L: L.LSTMCell(I, H)(x2[0], (torch.zeros(H),)),
    "cell: 3-D input": lambda L: L.GRUCell(I, H)(x3),
    "cell: wrong features": lambda L: L.RNNCell(I, H)(torch.randn(N, I + 1)),
    "cell: state of another batch": lambda L: L.RNNCell(I, H)(x2, torch.randn(N + 1, H)),
    "cell: state of another size": lambda L: L.GRUCell(I, H)(x2, torch.randn(N, H + 1)),
    "cell: state with a layer axis": lambda L: L.GRUCell(I, H)(x2, torch.randn(1, N, H)),
    "cell: c of another batch": lambda L: L.LSTMCell(I, H)(
        x2, (torch.randn(N, H), torch.randn(1, H))
    ),
    "cell: h without c": lambda L: L.LSTMCell(I, H)(x2, torch.randn(N, H)),
    "cell: unbatched state": lambda L: L.RNNCell(I, H)(x2, torch.randn(H)),
    "cell: double input": lambda L: L.LSTMCell(I, H)(x2.double()),
    "cell: unknown nonlinearity": lambda L: L.RNNCell(I, H, nonlinearity="sigmoid")(x2),
}


@pytest.mark.parametrize("call", BAD_CALLS.values(), ids=BAD_CALLS)
def test_bad_input_raises_as_torch_does_and_says_what_came(call):
    with pytest.raises(Exception) as theirs:
        call(torch.nn)
    with pytest.raises(theirs.type) as ours:
        call(rnn_course)
    assert len(str(ours.value)) >= 20 or str(ours.value) == str(theirs.value)


@pytest.mark.parametrize("name", ["RNNCell", "LSTMCell", "GRUCell"])
def test_a_cell_without_units_is_made(name):
    for library in (torch.nn, rnn_course):
        answer = getattr(library, name)(I, 0)(x2)
        assert {t.shape for t in flat(answer)} == {(N, 0)}


def test_messages_name_shapes_and_what_to_do():
    with pytest.raises(
        RuntimeError, match=r"hidden size \(1, 5, 4\), got \[5, 1, 4\].*batch_first"
    ):
        rnn_course.RNN(I, H, batch_first=True)(torch.randn(N, T, I), torch.randn(N, 1, H))
    with pytest.raises(ValueError, match=r"2D \(T, I\) or 3D \(N, T, I\), got 1D of shape \(7,\)"):
        rnn_course.GRU(I, H, batch_first=True)(torch.randn(I))
    with pytest.raises(RuntimeError, match=r"Expected 7, got 8"):
        rnn_course.GRU(I, H)(torch.randn(T, N, 8))


def test_the_same_warning_for_dropout_with_one_layer():
    found = []
    for library in (torch.nn, rnn_course):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            library.GRU(I, H, dropout=0.5)
        found.append([(w.category, str(w.message)) for w in caught])
    assert found[0] == found[1] and len(found[0]) == 1


def test_one_sentence_in_the_docs():
    """He ate an apple: 4 words with 6 features, the numbers that the README and chapters show."""
    torch.manual_seed(42)
    seq, h_0 = torch.randn(4, 6), torch.randn(1, 1, 3)
    theirs = torch.nn.RNN(6, 3)
    ours = rnn_course.RNN(6, 3)
    ours.load_state_dict(theirs.state_dict())
    output, _ = ours(seq.unsqueeze(1), h_0)
    expected = [
        [-0.5428, 0.9207, 0.7060],
        [-0.2245, 0.2461, -0.4578],
        [0.5950, -0.3390, -0.4598],
        [0.9281, -0.7660, 0.5954],
    ]
    torch.testing.assert_close(output.squeeze(1), torch.tensor(expected), rtol=0, atol=5e-5)


# --- programs: each is run with torch.nn's module and with ours


def inputs(name):
    """What a drop-in is called with: ids, one step for a batch, or a batch of sequences."""
    if name == "Embedding":
        return torch.tensor([[1, 2, 0], [3, 0, 0]])
    x = torch.linspace(-1, 1, T * N * I, dtype=torch.float64).view(T, N, I)
    return x[0] if name.endswith("Cell") else x


def made(library, name, **options):
    """The drop-in and what it is called with. Same numbers for every library."""
    torch.manual_seed(0)
    options = {"dtype": torch.float64} | options
    sizes = (9, E) if name == "Embedding" else (I, H)
    return getattr(library, name)(*sizes, **options), inputs(name)


def tangents(m, x, weight):
    """A loss as a function of one weight."""
    name = next(iter(dict(m.named_parameters())))
    return flat(functional_call(m, {name: weight}, (x,)))[0].sum()


def first_weight(m):
    return next(m.parameters()).detach()


def in_file(m, save, load):
    file = io.BytesIO()
    save(m, file)
    file.seek(0)
    return load(file)


def per_sample_gradients(m, x):
    axis = 0 if x.dim() < 3 else 1  # over the batch
    one = vmap(grad(lambda w, x: tangents(m, x, w)), (None, axis), randomness="same")
    return one(first_weight(m), x)


def vectorised(m, x):
    """Several rows of a Jacobian in one backward call."""
    output = flat(m(x))[0]
    several = torch.ones(3, *output.shape, dtype=output.dtype)
    return torch.autograd.grad(output, next(m.parameters()), several, is_grads_batched=True)


def checkpointed(m, x):
    output = flat(checkpoint(m, x, use_reentrant=False))[0]
    return torch.autograd.grad(output.square().sum(), list(m.parameters()))


def by_weight_drop(m, x):
    """As programs of 2017 to 2020 did it: out of the parameters, and in again as a tensor."""
    name = m._flat_weights_names[1]
    raw = m._parameters.pop(name)
    m.register_parameter("raw", nn.Parameter(raw.data))
    setattr(m, name, m.raw * 0.5)
    halved = flat(m(x))
    m._flat_weights = [getattr(m, name) for name in m._flat_weights_names]
    m._flat_weights[1] = m.raw * 0.25
    return halved + flat(m(x))


def orthogonal(m, x):
    """A loop over all weights, by the names that torch has for them."""
    for names in m._all_weights:
        for name in names:
            if "weight" in name:
                nn.init.constant_(getattr(m, name), 0.1)
    m._flat_weights[0].data.mul_(2)
    return [*flat(m(x)), *m._flat_weights]


def states_by_size(m, x):
    size = m.get_expected_hidden_size(x, None)
    h = torch.full(size, 0.1, dtype=x.dtype)
    hidden = (h, torch.full(m.get_expected_cell_size(x, None), 0.2)) if m.mode == "LSTM" else h
    hidden = tuple(s.double() for s in hidden) if m.mode == "LSTM" else hidden
    m.check_forward_args(x, hidden, None)
    turned = m.permute_hidden(hidden, torch.arange(N - 1, -1, -1))
    m.check_hidden_size(flat(turned)[0], size)
    return flat(m(x, turned))


def faked(library, name):
    with FakeTensorMode():
        m, x = made(library, name)
        return [list(t.shape) for t in flat(m(torch.empty_like(x)))]


def nodes(m):
    return [(n.op, str(n.target)) for n in torch.fx.symbolic_trace(nn.Sequential(m)).graph.nodes]


def longer(x):
    return x if x.dim() < 3 else torch.cat([x, x[:2]])


def wider(x):
    return torch.cat([x, x], dim=0 if x.dim() < 3 else 1)


ANY = {  # for all seven
    "hooks": lambda m, x: (
        m.register_forward_hook(lambda m, args, out: [2 * t for t in flat(out)]),
        m(x),
    )[1],
    "deepcopy": lambda m, x: copy.deepcopy(m)(x),
    "pickle": lambda m, x: pickle.loads(pickle.dumps(m))(x),
    "torch.save": lambda m, x: in_file(
        m, torch.save, lambda file: torch.load(file, weights_only=False)
    )(x),
    "functional_call": lambda m, x: tangents(m, x, first_weight(m) * 2),
    "grad": lambda m, x: grad(lambda w: tangents(m, x, w))(first_weight(m)),
    "jacrev": lambda m, x: torch.func.jacrev(lambda w: tangents(m, x, w))(first_weight(m)),
    "is_grads_batched": vectorised,
    "create_graph": lambda m, x: torch.autograd.grad(
        flat(m(x))[0].square().sum(), list(m.parameters()), create_graph=True
    ),
    "checkpoint": checkpointed,
    "make_fx": lambda m, x: make_fx(lambda x: flat(m(x))[0])(x)(x),
    "fx": lambda m, x: flat(torch.fx.symbolic_trace(nn.Sequential(m))(x)),
    "fx nodes": lambda m, x: nodes(m),
    "export": lambda m, x: torch.export.export(m, (x,)).module()(x),
    "export, any N": lambda m, x: torch.export.export(
        m, (x,), dynamic_shapes=({x.dim() - 2: torch.export.Dim("N", min=2)},)
    ).module()(wider(x)),
    "jit.trace": lambda m, x: torch.jit.trace(m, x)(wider(longer(x))),
    "jit.trace, saved": lambda m, x: in_file(torch.jit.trace(m, x), torch.jit.save, torch.jit.load)(
        x
    ),
    "parametrized": lambda m, x: (
        nn.utils.parametrizations.spectral_norm(m, next(iter(dict(m.named_parameters())))),
        m.eval()(x),
    )[1],
    "constants": lambda m, x: m.__constants__,
}
LAYER = {"weight drop": by_weight_drop, "weights": orthogonal, "states": states_by_size}
EMBEDDING = {
    "vmap": lambda m, x: vmap(m)(x),
    "vmap over weights": lambda m, x: vmap(lambda w: tangents(m, x, w))(
        torch.stack([first_weight(m), 2 * first_weight(m)])
    ),
    "per-sample gradients": per_sample_gradients,
    "no words": lambda m, x: m(x[:0]),
    "one word": lambda m, x: m(x[0, 0]),
    "int32": lambda m, x: m(x.int()),
    "fx of itself": lambda m, x: torch.fx.symbolic_trace(m)(x),
    "compile(fullgraph=True)": lambda m, x: torch.compile(m, backend="eager", fullgraph=True)(x),
}
CELL = {"compile(fullgraph=True)": EMBEDDING["compile(fullgraph=True)"]}
NAMES = {name: LAYER for name in ("RNN", "LSTM", "GRU")}
NAMES |= {name: CELL for name in ("RNNCell", "LSTMCell", "GRUCell")} | {"Embedding": EMBEDDING}
PROGRAMS = [(name, p) for name, own in NAMES.items() for p in ANY | own]
QUIET = pytest.mark.filterwarnings(
    "ignore:.*torch.jit.*deprecated",
    "ignore::torch.jit.TracerWarning",
    "ignore:The tensor attributes self._flat_weights:UserWarning",  # torch's, of its own modules
    "ignore:.*batch_size.*:UserWarning",
    "ignore::DeprecationWarning",
)


def outcome(program, *arguments):
    """What a program gives: its tensors, or the type of its exception."""
    torch._dynamo.reset()
    torch.manual_seed(5)
    try:
        return program(*arguments)
    except Exception as error:
        return error


def assert_same_outcome(ours, theirs):
    if isinstance(theirs, Exception) or isinstance(ours, Exception):
        assert type(ours) is type(theirs), (ours, theirs)
    elif isinstance(theirs, list) and not torch.is_tensor(theirs[0]):
        assert ours == theirs
    else:
        assert_same(ours, theirs, atol=1e-10)


@QUIET
@pytest.mark.parametrize(("name", "title"), PROGRAMS)
def test_a_program_does_the_same(name, title):
    program = (ANY | NAMES[name])[title]
    theirs, ours = (outcome(program, *made(L, name)) for L in (torch.nn, rnn_course))
    assert not isinstance(theirs, Exception), theirs
    assert_same_outcome(ours, theirs)


@pytest.mark.parametrize("name", NAMES)
def test_a_program_without_numbers_does_the_same(name):
    assert faked(rnn_course, name) == faked(torch.nn, name)
    shapes = []
    for library in (torch.nn, rnn_course):
        m, x = made(library, name, device="meta")
        shapes.append([(t.shape, t.device.type) for t in flat(m(x.to("meta")))])
    assert shapes[0] == shapes[1]


@pytest.mark.parametrize("name", ["RNN", "LSTM", "GRU"])
def test_what_torch_cannot_do_works(name):
    """vmap over a layer, and torch.compile of it in one piece."""
    m, x = made(rnn_course, name)
    several = vmap(m)(torch.stack([x, 2 * x]))
    assert_same(flat(several)[0], torch.stack([m(x)[0], m(2 * x)[0]]))
    torch._dynamo.reset()
    assert_same(torch.compile(m, backend="eager", fullgraph=True)(x), m(x))
    assert per_sample_gradients(m, x).shape == (N, *m.weight_ih_l0.shape)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "LSTM"])
def test_autocast_gives_torchs_dtypes(name):
    dtypes = []
    for library in (torch.nn, rnn_course):
        m, x = made(library, name, dtype=torch.float32)
        with torch.autocast("cpu", torch.bfloat16):
            dtypes.append([t.dtype for t in flat(m(x if name == "Embedding" else x.float()))])
    assert dtypes[0] == dtypes[1]


@pytest.mark.parametrize(
    ("options", "kept"), [({}, torch.bfloat16), ({"proj_size": 2}, torch.float32)]
)
def test_autocast_of_an_lstm(options, kept):
    """oneDNN's, which torch takes where it can, keeps the states in autocast's dtype. (Not held
    against torch: its LSTM in bfloat16 needs a processor that has it.)"""
    m, x = made(rnn_course, "LSTM", dtype=torch.float32, **options)
    with torch.autocast("cpu", torch.bfloat16):
        output, (_, c_n) = m(x.float())
    assert c_n.dtype == kept and (options or output.dtype == kept)


def test_a_stored_weight_is_used():
    m, x = made(rnn_course, "GRU")
    before = m(x)[0]
    m._flat_weights[0] = nn.Parameter(torch.zeros_like(m.weight_ih_l0))
    assert not m.weight_ih_l0.any() and not torch.equal(m(x)[0], before)
    with pytest.raises(TypeError, match="cannot assign .* as parameter 'weight_ih_l0'"):
        m._flat_weights[0] = torch.zeros_like(m.weight_ih_l0)


@QUIET
@pytest.mark.parametrize("name", NAMES)
def test_jit_script_is_refused_in_words_and_leaves_the_model_as_it_is(name):
    m, _ = made(rnn_course, name)
    model = nn.Sequential(m)
    for root in (m, model):
        with pytest.raises(RuntimeError, match=rf"got rnn_course.*{name}. Use torch.nn.{name}, wh"):
            torch.jit.script(root)
    assert model[0] is m


@QUIET
def test_a_subclass_with_a_forward_of_its_own_is_scripted():
    class Shifted(rnn_course.GRUCell):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x + self.bias_hh[0]

    m = Shifted(I, H)
    assert_same(torch.jit.script(nn.Sequential(m))(torch.ones(2)), m(torch.ones(2)))
