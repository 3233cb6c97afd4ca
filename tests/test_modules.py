"""The drop-ins: torch.nn.X replaced by rnn_course.X, and nothing else changes."""

import copy
import io
import pickle
import warnings

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

import rnn_course

T, N, I, H = 6, 5, 7, 4

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
