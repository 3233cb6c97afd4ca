"""The judge: the same test cells as in a kernel, with the student's code somewhere else."""

import os
import subprocess
import sys
import time

import pytest

from rnn_course.checks.trouble import known_part

T = "import torch\n"


def test_a_plain_assert_is_graded_as_in_a_kernel(judged):
    double = ("student", T + "def double(x): return 2 * x")
    done = judged(
        double,
        ("test", "assert torch.equal(double(torch.ones(3)), torch.full((3,), 2.0))"),
        ("test", "assert double(2) == 5, 'five!'"),
        ("test", "double(0.5)"),
    )
    assert done.passed == [True, False, True]
    assert done.shown == ["", "AssertionError: five!", "1.0"]
    assert "in the check: assert double(2) == 5" in done.text(2)


def test_a_value_is_shown_as_text_and_as_html(judged):
    done = judged(
        test="class P:\n  __repr__ = lambda s: '2.5'\n  _repr_html_ = lambda s: '<b>'\nP()"
    )
    assert done.outputs[0][0]["data"] == {"text/plain": "2.5", "text/html": "<b>"}


def test_names_last_from_one_test_to_the_next_and_belong_to_the_tests(judged):
    done = judged(
        ("given", T + "expected = 3\ndef helper(x): return x == expected"),
        ("student", "expected = 4\ndef helper(x): return True\ndef f(): return 4"),
        ("test", "assert helper(f())"),
        ("test1", "seen = f()"),
        ("student1", "seen = 'mine'"),
        ("test2", "assert seen == 4"),
    )
    assert done.passed == [False, True, True]


def test_a_declared_name_is_the_students(judged):
    cells = [("given", "h = 0"), ("student", "h = 7")]
    assert judged(*cells, ("test", "assert h == 7")).passed == [False]
    declared = ("test", "# judge: the student's names: h\nassert h == 7")
    assert judged(*cells, declared).passed == [True]


def test_a_declaration_that_is_not_understood_is_refused(judged):
    with pytest.raises(ValueError, match="not understood; write '# judge: recurrent layers"):
        judged(test="# judge: anything goes")


def test_usual_modules_are_the_judges_own(judged):
    done = judged(
        ("student", "class torch:\n    allclose = lambda *a: True\nnp = torch"),
        ("test", "assert torch.allclose(torch.ones(1), torch.zeros(1))"),
        ("test1", "assert np.allclose(1, 2)"),
    )
    assert done.passed == [False, False]


def test_names_are_looked_up_when_they_are_read(judged):
    done = judged(
        ("student", "def f(): return 1"),
        ("test", "f = None if f() == 1 else f\nassert f is None"),
        ("test1", "class C:\n    y = g\nassert C.y == 5 and [g for _ in 'a'] == [5]"),
    )
    assert done.shown[0] == "" and done.shown[1] == "NameError: name 'g' is not defined"


def test_gradients_come_through_the_box(judged):
    done = judged(
        ("student", T + "def f(x, w): return (x @ w).tanh(), {'sum': x.sum(), 'n': 3}"),
        (
            "test",
            T
            + "x, w = (torch.randn(3, 3, dtype=torch.float64, requires_grad=True) for _ in 'ab')\n"
            "y, more = f(x, w)\n"
            "(y.sum() + 2 * more['sum']).backward()\n"
            "gx, gw = torch.autograd.grad((x @ w).tanh().sum() + 2 * x.sum(), (x, w))\n"
            "assert torch.allclose(x.grad, gx) and torch.allclose(w.grad, gw)\n"
            "assert torch.autograd.gradcheck(lambda x, w: f(x, w)[0], (x, w))\n"
            "with torch.no_grad(): assert not f(x, w)[0].requires_grad\n",
        ),
        ("test1", "f(x.detach(), w.detach())[0].sum().backward()"),
    )
    assert done.passed == [True, False]


def test_a_module_class_becomes_a_module_with_real_parameters(judged):
    done = judged(
        (
            "student",
            T + "class Net(torch.nn.Module):\n"
            "    def __init__(self, n):\n"
            "        super().__init__()\n"
            "        self.inner = torch.nn.Sequential(torch.nn.Linear(n, n), torch.nn.Dropout(0.5))\n"
            "        self.register_buffer('scale', torch.tensor(2.0))\n"
            "        self.n = n\n"
            "    def forward(self, x): return self.inner(x) * self.scale\n"
            "    def twice(self, x): return self(self(x))\n"
            "net = Net(2)",
        ),
        (
            "test",
            "m = Net(3).eval()\n"
            "assert isinstance(m, torch.nn.Module) and m.n == 3\n"
            "assert list(m.state_dict()) == ['scale', 'inner.0.weight', 'inner.0.bias']\n"
            "m.load_state_dict({k: torch.full_like(v, 0.5) for k, v in m.state_dict().items()})\n"
            "x = torch.ones(1, 3)\n"
            "assert torch.equal(m(x), torch.full((1, 3), 1.0))\n"
            "m.twice(x).sum().backward()\n"
            "assert m.inner._modules['0'].weight.grad.abs().sum() > 0\n"
            "assert (m.train()(torch.ones(50, 3)) == 0).any()\n"
            "assert net.n == 2 and net.eval()(torch.ones(1, 2)).shape == (1, 2)\n",
        ),
        ("test1", "Net(2).nonsense"),
    )
    assert done.passed == [True, False], done.tests
    assert "no attribute 'nonsense'" in done.shown[1]


def test_torch_layers_can_be_handed_over(judged):
    done = judged(
        ("student", "def read(layer): return layer.weight_hh_l0.T @ layer.bias_ih_l0"),
        (
            "test",
            T + "layer = torch.nn.LSTM(3, 4)\n"
            "out = read(layer)\n"
            "assert torch.allclose(out, layer.weight_hh_l0.T @ layer.bias_ih_l0)\n"
            "out.sum().backward()\n"
            "assert layer.weight_hh_l0.grad.shape == (16, 4)",
        ),
        ("test1", "read(torch.nn.Sequential())"),
        ("test2", "read(lambda: 1)"),
    )
    assert done.passed == [True, False, False]
    assert "a Sequential cannot pass" in done.shown[1]
    assert "a function (<lambda>) cannot pass" in done.shown[2]


def test_what_the_student_returns_and_cannot_pass_is_told(judged):
    done = judged(
        ("student", "class V:\n    pass\ndef f(): return V()\nx = V()\ndef g(): return lambda: 1"),
        *(("test", "f()"), ("test1", "V()"), ("test2", "x.y"), ("test3", "g()")),
    )
    assert done.passed == [False] * 4
    assert "a V cannot pass" in done.shown[0] and "V is a class" in done.shown[1]


def test_random_numbers_travel_there_and_none_come_back(judged):
    done = judged(
        (
            "student",
            T + "def draw(n): return torch.rand(n)\n"
            "def fix():\n    torch.manual_seed(0)\n    return torch.rand(1)",
        ),
        (
            "test",
            T + "torch.manual_seed(5)\nmine = torch.rand(4)\ntorch.manual_seed(5)\n"
            "first = draw(2)\n"
            "assert torch.equal(torch.cat([first, draw(2)]), mine)\n"
            "torch.manual_seed(7)\nexpected = torch.rand(3)\ntorch.manual_seed(7)\nfix()\n"
            "assert torch.equal(torch.rand(3), expected)",
        ),
    )
    assert done.passed == [True]


def test_default_dtype_travels(judged):
    done = judged(
        ("student", T + "def f(): return torch.zeros(1)"),
        ("test", "torch.set_default_dtype(torch.float64)\nassert f().dtype == torch.float64"),
        ("test1", "torch.set_default_dtype(torch.float32)\nassert f().dtype == torch.float32"),
    )
    assert done.passed == [True, True]


def test_exceptions_are_of_their_type_and_point_at_the_students_line(judged):
    done = judged(
        (
            "student",
            "def f(x):\n    if x:\n        raise ValueError('no')\n    return {}[1]\n"
            "class Own(KeyError): pass\ndef g(): raise Own('mine')\ndef h(): raise SystemExit(3)",
        ),
        ("test", "try: f(1)\nexcept ValueError as error: assert str(error) == 'no'"),
        ("test1", "f(0)"),
        ("test2", "try: g()\nexcept KeyError as error: assert error.ename == 'Own'"),
        ("test3", "h()"),
        ("test4", "try: f(0)\nexcept Exception as e: print(e.frames[-1][1], e.frames[-1][3])"),
    )
    assert done.passed == [True, False, True, False, True]
    assert "your code raised KeyError, in the check: f(0)" in done.text(2)
    assert "line 4, in f: return {}[1]" in done.text(2)
    assert "4 return {}[1]" in done.text(5)


# ---------------------------------------------------------------- what is hidden

HIDDEN = "### BEGIN HIDDEN TESTS\n{}\n### END HIDDEN TESTS\n"


def test_of_a_hidden_line_only_that_it_failed_is_said(judged):
    done = judged(
        ("student", "def f(x):\n    print('called with', x)\n    if x > 4000: raise ValueError(x)"),
        ("test", HIDDEN.format("secret = 3711\nassert f(secret + 1) == 99, f'{secret}'")),
        ("test1", HIDDEN.format("f(4711)")),
        ("test2", "def check():\n    assert f(1) == 5\n" + HIDDEN.format("check()")),
        ("test3", HIDDEN.format("def later(): assert f(4713) == 2") + "later()"),
        ("test4", "print('visible', f(2))"),
    )
    assert done.passed == [False] * 4 + [True]
    for text in map(str, done.outputs[:5]):
        assert (
            "3711" not in text
            and "3712" not in text
            and "4711" not in text
            and "4713" not in text
            and "secret" not in text
        )
    assert done.shown[0] == "AssertionError: a hidden check failed"
    assert "line 3, in f: if x > 4000" in str(done.tests[1])  # their own line may be shown
    assert "called with 2" in done.text() and "visible None" in done.text()


def test_a_type_of_ones_own_tells_nothing_of_a_hidden_call(judged):
    code = "def f(x): raise type(f'Seen{x}', (KeyError,), {})()\ndef g(x): return {}[f'seen {x}']"
    done = judged(
        ("student", code), ("test", HIDDEN.format("f(4711)")), ("test1", HIDDEN.format("g(4711)"))
    )
    assert done.passed == [False, False] and "4711" not in str(done.outputs[1:])
    assert "your code raised KeyError, in a hidden check" in done.text(1)


def test_of_an_error_in_a_hidden_call_only_torchs_own_words_reach_the_check():
    twice = "backward through the graph a second time"
    cut = "does not require grad and does not have a grad_fn"
    shapes = "mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)"
    assert known_part(f"x was 4711: {twice} 4712") == twice
    assert known_part(f"x was 4711: {cut} 4712") == cut
    assert known_part(f"x was 4711: {shapes} 4712") == shapes
    assert known_part("x was 4711") == ""


def test_an_error_cannot_end_the_tests_own_loop(judged):
    done = judged(
        ("student", "def f(x): raise StopIteration"),
        ("test", "assert all(map(lambda x: f(x) == 1, range(3)))"),
        ("test1", "assert list(map(f, range(3))) == []"),
    )
    assert done.passed == [False, False]


def test_what_cannot_be_sent_is_told_and_costs_one_call(judged):
    code = T + "def f(kind): return {'meta': torch.empty(2, device='meta'), 'big': "
    code += "torch.zeros(1).expand(10**12), 'fine': torch.ones(2)}[kind]"
    done = judged(
        ("student", code),
        ("test", "try: f('meta')\nexcept TypeError as e: assert 'numbers of its own' in str(e)"),
        ("test1", "f('big')"),
        ("test2", "assert f('fine').sum() == 2"),
    )
    assert done.passed == [True, False, True] and done.events == []
    assert "too large to pass" in done.text(2)


def test_a_judge_that_ends_in_a_students_cell_does_not_begin_for_ever(isolation, monkeypatch):
    from rnn_course.autograde.judge_pool import JudgePool
    from rnn_course.autograde.notebook_cell import Cell

    judges = JudgePool.__new__(JudgePool)
    tried, spent = [], []

    def dies_at_the_second(job, file):
        tried.append(list(job["skip"]))
        spent.append(job["spent"])
        fine = {"outputs": [], "number": 1, "events": [], "verdict": None, "spent": (1.0, 2.0)}
        return {"read": None, "cells": 2}, [fine] * 2 if 1 in job["skip"] else [fine], 3.0

    judges._try = dies_at_the_second
    judges.judge([Cell("student", "1"), Cell("student", "2")])
    assert tried == [[], [1]]
    assert spent == [(0.0, 0.0), (4.0, 5.0)]  # what the first one used counts for the second
    judges._try = lambda job, file: ({"read": None, "cells": 1}, [], 0.0)
    with pytest.raises(RuntimeError, match="the judge ended at cell 0"):
        judges.judge([Cell("student", "1")])


def test_a_notebook_has_a_limit_as_well_as_each_cell(isolation):
    from rnn_course.autograde.judge_pool import JudgePool
    from rnn_course.autograde.limits import Limits
    from tests.judge.conftest import Judged

    cells = [("student", "x = 1"), ("test", "assert x == 1")]
    many = [(f"student{n}", "print('y' * 900)") for n in range(8)]
    with JudgePool(Limits(notebook_output=3000)) as judges:
        done = Judged(judges, cells + many)
        assert done.passed == [True] and len(done.text(4)) > 900
        assert "not kept" in done.text(-1) and sum(map(len, map(str, done.outputs))) < 6000
    with JudgePool(Limits(notebook_seconds=1.0, cell_seconds=60.0)) as judges:
        done = Judged(judges, cells + [("student1", "while True: pass"), ("student2", "z = 1")])
        assert "ran longer than it may" in done.text(-2)
        assert "whole notebook ran longer" in done.text(-1) and done.events == [
            "ran longer than it may"
        ]


def test_what_the_student_shows_during_a_test_are_no_points(judged):
    done = judged(
        (
            "student",
            "def f():\n    from IPython.display import display\n"
            "    print('2'); display(2)\n    return 0",
        ),
        ("test", "assert f() == 0"),
    )
    assert [o["output_type"] for o in done.tests[0]] == ["stream"]


def test_nothing_that_a_browser_would_run_is_kept(judged):
    done = judged(
        student="from IPython.display import HTML, SVG, Javascript, display\n"
        "display(HTML('<script>1</script>'), Javascript('1'), SVG('<svg/>'))"
    )
    kinds = {mime for output in done.outputs[0] for mime in output.get("data", {})}
    assert kinds <= {"text/plain"}


# ---------------------------------------------------------------- costs stay where they belong


def test_stderr_and_warnings_cost_nothing(judged):
    done = judged(
        (
            "student",
            "import sys, warnings\ndef f():\n    warnings.warn('careful')\n"
            "    print('oh', file=sys.stderr)\n    return 1\nf()",
        ),
        ("test", "assert f() == 1"),
    )
    assert done.passed == [True] and "oh" in done.text()
    streams = [o["name"] for outputs in done.outputs for o in outputs if "name" in o]
    assert set(streams) == {"stdout"}


def test_a_hang_costs_its_cell_and_is_shown_with_its_line(judged):
    done = judged(
        ("student", "x = 1"),
        ("student1", "y = 2\nwhile True: pass\nz = 3"),
        ("test", "assert x == 1"),
        ("test1", "z"),
    )
    assert done.passed == [True, False]
    assert "----> 2 while True: pass" in done.text(1) and "ran longer than it may" in done.text(1)
    assert done.events == ["ran longer than it may"]


def test_after_a_death_the_good_cells_are_there_again(judged):
    done = judged(
        ("student", "count = 1\nprint('once')"),
        ("student1", "import os\nos._exit(1)"),
        ("test", "assert count == 1"),
        ("student2", "def f(): os._exit(1)\nimport os\ncount = 2"),
        ("test1", "f()"),
        ("test2", "assert count == 2"),
    )
    assert done.passed == [True, False, True]
    assert "ended its own process" in done.text(1) and "ended its own process" in done.shown[1]
    assert str(done.outputs).count("once") == 1


def test_restarts_are_bounded(judged):
    deaths = [(f"student{n}", "import os\nos._exit(1)") for n in range(14)]
    done = judged(*deaths, test="1")
    assert "it is not run again" in done.text(13) and done.passed == [False]


def test_a_test_that_loops_on_what_came_is_stopped(judged):
    done = judged(
        ("student", "def n(): return 10**12"),
        ("test", "for _ in range(n()): pass"),
        ("test1", "assert n() == 10**12"),
    )
    assert done.passed == [False, True]
    assert "could not finish on what your code returned" in done.shown[0]


def test_a_test_that_kills_its_judge_costs_only_itself(judged):
    done = judged(
        ("student", "def n(): return 3"),
        ("test", "import os\nif n() == 3: os.kill(os.getpid(), 9)"),
        ("test1", "assert n() == 3"),
    )
    assert done.passed == [False, True] and "did not survive" in done.shown[0]


def test_a_broadcast_that_fills_memory_costs_only_its_test(judged):
    done = judged(
        ("student", T + "def f(): return torch.zeros(40000, 1)"),
        ("test", "f() - torch.zeros(1, 40000)"),
        ("test1", "assert f().shape == (40000, 1)"),
    )
    assert done.passed == [False, True] and done.events == ["ran out of memory"]


def test_output_is_cut_at_the_limit(judged):
    done = judged(("student", "for _ in range(300): print('x' * 10000)"), ("test", "1"))
    text = "".join(o["text"] for o in done.outputs[0])
    assert len(text) < 1_100_000 and "the output was cut here" in text
    assert done.passed == [True]


def test_one_submission_leaves_nothing_in_the_judge(judged):
    judged(test="import torch\ntorch.set_default_dtype(torch.float64)\ntorch.allclose = None")
    done = judged(test="assert torch.zeros(1).dtype == torch.float32 and torch.allclose")
    assert done.passed == [True]


# ---------------------------------------------------------------- comparisons of nothing


@pytest.mark.parametrize("shape", ["()", "(1, 3)", "(0, 3)", "(2, 1)"])
def test_an_answer_of_another_shape_is_not_close(judged, shape):
    done = judged(
        ("student", T + f"def f(): return torch.zeros{shape}" if shape != "()" else
         T + "def f(): return torch.tensor(0.0)"),
        ("test", T + "assert torch.allclose(f(), torch.zeros(2, 3))"),
        ("test1", "assert torch.isclose(torch.zeros(2, 3), f()[None]).all()"),
    )  # fmt: skip
    assert done.passed == [False, False]


@pytest.mark.parametrize(
    "test",
    [
        "assert (f() == torch.ones(1, 3)).all()",
        "assert ((f() - torch.ones(1, 3)) ** 2).sum() < 1e-9",
        "assert torch.dist(f(), torch.ones(1, 3)) == 0",
        "assert torch.nn.functional.l1_loss(f(), torch.ones(1, 3), reduction='sum') == 0",
    ],
)
def test_an_answer_with_nothing_in_it_is_like_nothing(judged, test):
    done = judged(("student", T + "def f(): return torch.zeros(0, 3)"), ("test", T + test))
    assert done.passed == [False]


def test_a_test_may_stretch_its_own_values(judged):
    done = judged(
        ("student", T + "def f(): return torch.full((2, 3), 1 / 3)"),
        (
            "test",
            "assert torch.allclose(f().sum(1), torch.tensor(1.0))\n"
            "assert torch.allclose(f(), torch.tensor([1 / 3] * 3))\n"
            "assert torch.allclose(f() * torch.ones(4, 1, 1), torch.tensor(1 / 3))",
        ),
    )
    assert done.passed == [True]


# ---------------------------------------------------------------- from scratch


def test_recurrent_layers_are_refused_unless_the_test_allows_them(judged):
    student = ("student", T + "def f(x): return torch.nn.RNN(2, 3)(x)[0].shape")
    plain = "assert f(torch.ones(4, 1, 2)) == (4, 1, 3)"
    allowed = "# judge: recurrent layers allowed\n" + plain
    done = judged(student, ("test", plain), ("test1", allowed), ("test2", plain))
    assert done.passed == [False, True, False] and "ready-made recurrent layers" in done.shown[0]
    given = ("given", "# judge: recurrent layers allowed\nimport torch")
    assert judged(given, student, ("test", plain)).passed == [True]


def test_what_follows_a_refused_line_is_still_run(judged):
    done = judged(
        (
            "student",
            T + "layer = torch.nn.RNN(2, 3)\nassert layer.weight_hh_l0.shape == (3, 3)\n"
            "out, h = layer(torch.ones(1, 1, 2))\nprint(out)\ndef f(): return 5",
        ),
        ("test", "assert f() == 5"),
    )
    assert done.passed == [True]
    assert "tensor([[[" in done.text(0)  # what is shown comes from a sandbox where they are on


def test_the_course_is_not_there_but_its_checks_do_no_harm(judged):
    done = judged(
        (
            "student",
            "from rnn_course.checks import check\ncheck.rnn_cell(f := len, points=3)\n"
            "def g(): import rnn_course; return rnn_course.RNN(1, 2)\n"
            "def h(): from rnn_course.cells import rnn_cell",
        ),
        ("test", "g()"),
        ("test1", "h()"),
    )
    assert done.passed == [False, False] and "cannot be used while this is graded" in done.shown[0]


def test_magics_do_no_harm(judged):
    done = judged(
        ("given", "%load_ext nothing\nvalue = 3"),
        (
            "student",
            "%matplotlib inline\n!pip install torch\nx = !ls\n"
            "import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.show()\nexit()\ny = 1",
        ),
        ("test", "assert y == 1 and value == 3"),
    )
    assert done.passed == [True], done.outputs
    assert any("image/png" in o.get("data", {}) for o in done.outputs[1])


def test_without_isolation_the_verdicts_are_the_same(trusting_judges):
    from tests.judge.conftest import Judged

    done = Judged(
        trusting_judges,
        [
            ("student", T + "def f(x): return 2 * x\ndef g(): return torch.nn.RNN(1, 1)(x)"),
            ("test", T + "assert torch.equal(f(torch.ones(1)), 2 * torch.ones(1))"),
            ("test1", "g()"),
            ("student1", "import os\nopen('left', 'w')\nhome = os.getcwd()\nwhile True: pass"),
            ("test2", "assert home"),
            ("student2", "os._exit(0)"),
            ("test3", "f(1)"),
        ],
    )
    assert done.passed == [True, False, True, True]
    assert done.events == ["ran longer than it may", "ended its own process"]


# ---------------------------------------------------------------- time


SPIN = "import time\ndef spin(s):\n    e = time.thread_time() + s\n    while time.thread_time() < e: pass\n"


@pytest.fixture(scope="module")
def hurried(isolation):
    """judged(...) with limits of 1 s a cell, 6 s a notebook."""
    from rnn_course.autograde.judge_pool import JudgePool
    from rnn_course.autograde.limits import Limits
    from tests.judge.conftest import Judged

    limits = Limits(cell_seconds=1.0, notebook_seconds=6.0, grace=0.5)
    with JudgePool(limits) as judges:
        yield lambda *cells, **named: Judged(judges, [*cells, *named.items()])


def test_the_time_that_counts_is_processor_time(hurried):
    """Waiting costs nothing; threads count together, and which limit was met is said."""
    done = hurried(
        ("student", SPIN + "time.sleep(2.5)\nx = 1"),
        ("test", "assert x == 1"),
        (
            "student1",
            "import threading\nts = [threading.Thread(target=spin, args=(0.8,)) for _ in 'ab']\n"
            "for t in ts: t.start()\nfor t in ts: t.join()\ny = 1",
        ),
        ("test1", "y"),
        ("student2", "def f(): spin(9)"),
        ("test2", "f()"),
    )
    assert done.passed == [True, False, False]
    assert {event.kind for event in done.what_happened} == {"ran longer than it may"}
    assert [event.cell for event in done.what_happened] == [2, 5]
    for event in done.what_happened:
        used = float(event.words.partition(" s of processor time were used; the limit is 1 s")[0])
        assert 1.0 <= used < 2.0, event
    assert "s of processor time were used; the limit is 1 s while this check ran" in done.shown[2]


def test_what_waits_has_ten_times_as_long_on_the_wall(hurried):
    done = hurried(("student", "import time\ntime.sleep(10**6)"), ("test", "assert True"))
    assert done.passed == [True]
    (event,) = done.what_happened
    assert event.words.endswith("s of them at work; the limit is 10 s")
    assert 10 <= float(event.words.split(" s went by, ")[0]) < 30


def test_restarts_and_replays_count_for_the_notebook(hurried):
    """Six seconds for all cells, whatever dies, in the sandbox or in the judge."""
    deaths = [(f"student{n}", f"spin(0.9)\nimport os\nif {n} % 2: os._exit(1)") for n in range(12)]
    killed = ("test", "import os\nif n == 3: os.kill(os.getpid(), 9)")
    begun = time.monotonic(), os.times()
    done = hurried(("student", SPIN + "n = 3"), killed, *deaths, ("test1", "assert n == 3"))
    assert done.passed == [False, False]
    assert "whole notebook ran longer than it may" in done.text(-1)
    assert done.what_happened[-1].words.startswith("of the whole notebook: ")
    wall, used = time.monotonic() - begun[0], done.what_happened[-1].words.split()[4]
    assert 6.0 <= float(used) < 6.0 + 10.0 and wall < 10 * 6.0 + 10.0


def test_limits_hold_while_everything_is_busy(hurried):
    """Right answers are right, however little of the machine they get."""
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(4)]
    try:
        done = hurried(
            ("student", SPIN + "def f():\n    spin(0.4)\n    return 1"),
            *[(f"test{n}", "assert f() == 1") for n in range(3)],
            ("student1", "while True: pass"),
        )
    finally:
        for process in busy:
            process.kill()
            process.wait()
    assert done.passed == [True] * 3 and [e.cell for e in done.what_happened] == [4]


def test_a_class_of_sleepers_ends_within_the_bound_that_is_stated(isolation):
    from concurrent.futures import ThreadPoolExecutor

    from rnn_course.autograde import grade_submission
    from rnn_course.autograde.judge_pool import JudgePool
    from rnn_course.autograde.limits import Limits
    from tests.attacks import toy

    limits = Limits(cell_seconds=0.3, notebook_seconds=1.0, grace=0.3)
    sleeps = toy.submission(step="import time\n" + toy.STEP_STUB + "    time.sleep(10**6)\n")
    number, jobs = 6, 2
    bound = limits.longest(number, jobs)
    assert bound == 3 * (10 * 1.0 + 10.0)
    with JudgePool(limits) as judges, ThreadPoolExecutor(jobs) as pool:
        texts = [sleeps if n % 3 == 0 else toy.submission() for n in range(number)]
        judges.judge([])  # it is ready
        begun = time.monotonic()
        graded = list(
            pool.map(lambda t: grade_submission.grade(t.encode(), toy.master(), judges), texts)
        )
        assert time.monotonic() - begun < bound
    assert [g.status for g in graded] == ["timed out", "graded", "graded"] * 2
    words = "some of the code ran longer than it may: step: 3 s went by, 0"
    assert graded[0].words.startswith(words), graded[0].words
    assert toy.points(graded[0]) == {"step": 0, "loop": 3.0}


def test_the_check_tells_of_the_limit_that_the_judge_has():
    from rnn_course.autograde.limits import Limits
    from rnn_course.checks.tasks import capstone

    assert capstone.GRADED_SECONDS == Limits().cell_seconds
    assert capstone._time_taken(2.0).endswith("2.0 s of processor time. When it is graded, it "
                                              "runs 3 times and may take 30 s in all.")  # fmt: skip
    assert "close to it" in capstone._time_taken(7.0) and "too long" in capstone._time_taken(11.0)


# ---------------------------------------------------------------- what is written


HOSTILE = [
    "get_ipython().execution_count = -100",
    "get_ipython().execution_count = 2**70",
    "get_ipython().execution_count = 'x'",
    "display({'image/png': ' ' * 999_000 + '!'}, raw=True)",
    "display({'image/png': '=' * 999_000}, raw=True)",
    "display({'image/png': 'A' * 500_000 + '=' * 400_000 + 'A'}, raw=True)",
    "display({'text/plain': '\\ud800', 'image/jpeg': 'é'}, raw=True)",
    "print('\\ud800\\0\\x1b]0;x\\7')",
    "raise type('\\ud800', (Exception,), {})('\\udfff')",
    "get_ipython().display_pub.publish({'text/plain': '1'}, metadata={'x': object()})",
    "class R:\n    def __repr__(self): return '\\ud800' * 10\nR()",
]


def test_what_is_written_is_always_a_notebook(judges):
    """Numbers and texts that a student's process sets: nbformat takes them all, in linear time."""
    import nbformat

    from rnn_course.autograde import grade_submission
    from tests.attacks import toy

    for code in HOSTILE:
        text = toy.submission(
            step=toy.RIGHT_STEP + "\nfrom IPython.display import display\n" + code
        )
        graded = grade_submission.grade(text.encode(), toy.master(), judges)
        nbformat.validate(graded.notebook)
        nbformat.writes(graded.notebook).encode()
        counts = [c.execution_count for c in graded.notebook.cells if c.cell_type == "code"]
        assert counts == [1, 2, None, 3, None], code
        assert toy.points(graded) == {"step": 2.0, "loop": 3.0}, code
    shown = toy.submission(step=toy.STEP_STUB + "    return {'\ud800': '\ud800' * 10**6}\n")
    graded = grade_submission.grade(shown.encode(), toy.master(), judges)
    nbformat.writes(graded.notebook).encode()


def test_pictures_are_looked_at_once():
    from rnn_course.autograde.judge import checked

    def seconds(n):
        data = {"image/png": " " * n + "!", "image/jpeg": "A" * n + "=" * n + "A"}
        begun = time.process_time()
        kept = checked([{"output_type": "display_data", "data": data}])
        assert [list(o["data"]) for o in kept] == [["image/jpeg"]]
        return time.process_time() - begun

    assert min(seconds(4_000_000) for _ in range(3)) < 1.0
