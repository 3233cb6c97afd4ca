"""A wrong answer's code without its author: nothing left of who wrote it, the same for the same
program, and bounded whatever it is."""

import ast
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_course.autograde.anonymous_code import LONGEST, SHOWN, anonymous, library, words_of

KNOWN = words_of(["def rnn_cell(x, h, W_ih, W_hh, b_ih, b_hh): gates, reduction='sum'"]) | library()
ANSWER = '''\
# by Ada Lovelace, 1234567
def rnn_cell(x, h, W_ih, W_hh, b_ih, b_hh):
    """Ada's own."""
    lovelace = x @ W_ih.T  # Ada's
    gates = torch.einsum("ni,hi->nh", lovelace, W_hh) + 7654321 * 0.123456789 + 1e-5
    f = F.cross_entropy(h, gates, reduction="sum")
    print(f"Ada {lovelace:>10}", end="lovelace")
    return torch.tanh(gates + b_ih).ada
print("Ada")
'''


def code(source):
    return anonymous(source, KNOWN)


def test_nothing_is_left_of_who_wrote_it():
    found = code(ANSWER).text
    assert "ada" not in found.lower() and "lovelace" not in found.lower() and "654321" not in found
    assert found.replace('"', "'") == (
        "def rnn_cell(x, h, W_ih, W_hh, b_ih, b_hh):\n"
        "    v1 = x @ W_ih.T\n"
        "    gates = torch.einsum('ni,hi->nh', v1, W_hh) + ... * ... + 1e-05\n"
        "    f = F.cross_entropy(h, gates, reduction='sum')\n"
        "    print(f'...{v1:...}', end='...')\n"
        "    return torch.tanh(gates + b_ih).v2"
    )


def test_what_python_and_torch_have_keeps_its_name():
    source = "def f(x, h):\n    for a in reversed(x):\n        h.append(a.flip(dims=(0,)))\n"
    source += "    return nn.utils.rnn.pack_padded_sequence(h, enforce_sorted=False).data"
    assert code(source).text == source


@pytest.mark.parametrize(
    "source",
    [
        "import ada.lovelace as ada",
        "from ada import lovelace",
        "class Ada: ada: 'Ada' = b'Ada'",
        "def f(x, *ada, lovelace=1, **adas): global ada1; return lambda adas: ada",
        "try: pass\nexcept Ada as ada: pass",
        "match x:\n    case {'Ada': ada, **lovelace}: pass\n    case Ada(ada=1) as adas: pass",
        "x = lambda ada: f(ada=ada)\nwith x as ada: nonlocal_ada = {ada: ada for ada in ada.ada}",
        "def ada[Ada](x: 'Ada') -> 'Ada': pass",
    ],
)
def test_names_go_wherever_python_has_names(source):
    try:
        ast.parse(source)
    except SyntaxError:
        pytest.skip("this Python is older than the form")
    found = code(source).text.lower()
    assert "ada" not in found and "lovelace" not in found
    ast.parse(found)


def test_the_same_program_under_other_names_is_the_same_and_another_is_not():
    one = code("def f(x, h):\n    a = x @ h  # mine\n    return a")
    same = code("def f(x, h):\n    'Doc.'\n    gates = x@h\n    return (gates)\nf(1, 2)")
    other = code("def f(x, h):\n    a = h @ x\n    return a")
    assert one.form == same.form != other.form
    assert code("def f(x, h):\n    a, b = x\n    return a").form != (
        code("def f(x, h):\n    a, b = x\n    return b").form
    )


def test_what_is_no_answer_has_no_code():
    for source in ("", "print(1)", "# Ada", "'Ada'", "def f(:", "x = '\ud800'", "\0"):
        found = code(source)
        assert found is None or "Ada" not in found.text


HOSTILE = [
    "x = " + "(" * 3000 + ")" * 3000,
    "x = " + "-" * 4900 + "1",
    "x = " + "not " * 1200 + "1",
    "x = " + "lambda: " * 600 + "1",
    "x = " + "1 if 1 else " * 400 + "1",
    "x = " + "a." * 2400 + "a",
    "x = " + "9" * 4900,
    "x = f'" + "{x:" * 30 + "}" * 30 + "'",
    "a = " * 1200 + "1",
    "x = " + "[[" * 19 + "]]" * 19,
    "x = " + "a(b[c{" * 13,
    "".join(" " * n + "if 1:\n" for n in range(90)) + " " * 90 + "x = 1",
    "x = 1\n" * 800,
    "x = '" + "a" * LONGEST + "'",
    "x = 1" + " " * 1_000_000,
]


@pytest.mark.parametrize("source", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_answer_takes_no_time(source):
    before = time.process_time()
    found = code(source)
    assert time.process_time() - before < 5  # hundredths of a second on an idle machine
    assert found is None or len(found.text) <= SHOWN + 3


@given(st.text(max_size=200))
def test_any_text_is_code_or_none(text):
    found = code(text)
    assert found is None or len(found.text) <= SHOWN + 3
