"""Scores of trained networks: shown through score_table, with baseline, steps and seeds.

`faults` reads the cells of a page without running them. It follows what comes out of training
through assignments, loops and calls, and finds each place where such a value is printed as a
number, or drawn as a bar without a baseline, instead of being handed to `score_table`.
"""

import ast
import re

import page_cells
import pytest
from conftest import ROOT

from rnn_course.training import score_table

# -- the table ---------------------------------------------------------------------------------

LETTERS = "nats per letter, lower is better"


def test_a_table_has_baseline_steps_seeds_median_and_spread():
    scores = {"GRU": {100: [2.5, 2.1, 2.2], 1000: [1.8, 1.7, 1.9]}, "LSTM": {100: [2.6, 2.4, 2.5]}}
    table = score_table(scores, {"bigrams": 2.45}, LETTERS)
    assert table.head == ["", "seeds", "100 steps", "1,000 steps"]
    assert table.rows == [
        ["bigrams", "not trained", "2.45", "2.45"],
        ["GRU", "3", "2.20 (2.10 to 2.50)", "1.80 (1.70 to 1.90)"],
        ["LSTM", "3", "2.50 (2.40 to 2.60)", ""],
    ]
    assert repr(table).splitlines()[2].split("  ")[0] == "GRU"
    assert repr(table).endswith(f"{LETTERS}; median (lowest to highest)")
    assert "| GRU | 3 | 2.20 (2.10 to 2.50) | 1.80 (1.70 to 1.90) |" in table._repr_markdown_()
    single = score_table({"GRU": {1: [0.5]}}, {"guess": 0.25}, "share right", digits=1)
    assert single.head[-1] == "1 step" and single.rows[-1] == ["GRU", "1", "0.5"]
    assert single.note == "share right"


@pytest.mark.parametrize(
    ("scores", "baselines", "measure", "error", "words"),
    [
        ({"GRU": {100: [1.0]}}, {}, LETTERS, ValueError, "at least one baseline"),
        ({"GRU": {100: [1.0]}}, {"bigrams": 2.4}, " ", ValueError, "what the numbers are"),
        ({"GRU": [1.0]}, {"bigrams": 2.4}, LETTERS, TypeError, r"\['GRU'\] as \{steps"),
        ({"GRU": {}}, {"bigrams": 2.4}, LETTERS, ValueError, "steps of training above 0"),
        ({"GRU": {0: [1.0]}}, {"bigrams": 2.4}, LETTERS, ValueError, "steps of training above 0"),
        ({"GRU": {9: []}}, {"bigrams": 2.4}, LETTERS, ValueError, "for each seed .* 0 at 9"),
        ({"GRU": {9: [1], 10: [1, 2]}}, {"b": 2}, LETTERS, ValueError, "1 at 9, 2 at 10"),
    ],
)
def test_a_score_without_baseline_steps_or_seeds_is_refused(
    scores, baselines, measure, error, words
):
    with pytest.raises(error, match=words):
        score_table(scores, baselines, measure)


# -- what the pages print ----------------------------------------------------------------------

# What comes out of a trained network and is no score: a text in the call, and what it shows.
NO_SCORE = {
    "likeliest {likeliest!r}, p = {p.max():.3f}": "one probability, at several temperatures",
    'title=f"after “{read}”"': "the probabilities of the five likeliest letters",
    "in the foods trained on: moved by": "a distance between rows",
    "{median_of(started, text):4.0%}": "the probability of praise, of one sentence",
    "surest after": "the probability of one letter",
    "least sure after": "the probability of one letter",
    "by heart: loss": "a check: can a few examples be learned at all?",
    "dice: {shares[name]": "a check: a leak shows as a share of the loss of guessing",
    "twice: {twice(net)": "a check: how far two answers to the same question are apart",
    "take {times[name]": "seconds as a ratio",
    "{weight}: {size": "the size of a gradient",
    "{width:2}: log p {score:6.2f}": "the log probability of one text, for several beams",
}
# Pages whose scores are still printed in other ways. Take a page out when its cells are changed.
NOT_YET = {"embedding", "rnn", "bptt", "lstm", "arguments"}


class Reader(ast.NodeVisitor):
    """Follows trained values through the cells of one page; `faults` are calls that show them."""

    def __init__(self, code):
        tree = ast.parse(code)
        self.training = self.training_functions(tree)
        self.trained, self.faults = set(), []
        for node in tree.body:
            self.visit(node)

    @staticmethod
    def training_functions(tree):
        """Names of the page's functions and classes that train, by themselves or through others."""
        defined = [n for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.ClassDef))]
        names = {"fit"}  # of rnn_course.learning
        while True:
            more = {n.name for n in defined if n.name not in names and trains(n, names)}
            if not more:
                return names
            names |= more

    def is_trained(self, node):
        return any(
            (isinstance(n, ast.Name) and n.id in self.trained)
            or (isinstance(n, ast.Call) and called(n) in self.training)
            for n in ast.walk(node)
        )

    def assign(self, target, trained):
        for node in ast.walk(target):
            if not isinstance(node, ast.Name):
                continue
            if trained:
                self.trained.add(node.id)
            elif node is target or isinstance(target, (ast.Tuple, ast.List)):
                self.trained.discard(node.id)

    def visit_Assign(self, node):
        self.generic_visit(node)
        for target in node.targets:
            self.assign(target, self.is_trained(node.value))

    def visit_AugAssign(self, node):
        self.generic_visit(node)
        if self.is_trained(node.value):
            self.assign(node.target, trained=True)

    def visit_For(self, node):
        if trains(node, self.training):  # a loop of training in the open
            self.trained |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} - {"torch"}
        self.assign(node.target, self.is_trained(node.iter))
        self.generic_visit(node)

    def visit_comprehension(self, node):
        self.assign(node.target, self.is_trained(node.iter))
        self.generic_visit(node)

    def comprehension_first(self, node):
        """Its `for` binds the names that its result is made of."""
        for generator in node.generators:
            self.visit(generator)
        self.generic_visit(node)

    visit_ListComp = visit_GeneratorExp = visit_DictComp = visit_SetComp = comprehension_first

    def visit_FunctionDef(self, node):
        """A function's own names; what it writes into the page's tables stays."""
        before = set(self.trained)
        arguments = {a.arg for a in (*node.args.args, *node.args.kwonlyargs)}
        self.trained -= arguments
        self.generic_visit(node)
        written = {
            n.value.id
            for n in ast.walk(node)
            if isinstance(n, ast.Subscript)
            and isinstance(n.ctx, ast.Store)
            and isinstance(n.value, ast.Name)
        }
        self.trained = before | (self.trained & written)

    def visit_Call(self, node):
        self.generic_visit(node)
        name, given = called(node), [*node.args, *(k.value for k in node.keywords)]
        if name in self.training:  # a model that is handed over is a trained one afterwards
            self.trained |= {a.id for a in given if isinstance(a, ast.Name)}
        if name in ("append", "extend", "update") and any(map(self.is_trained, given)):
            self.assign(node.func.value, trained=True)
        if name in ("print", "Markdown", "display") and any(map(self.prints_number, given)):
            self.faults.append(node)
        if name == "bars" and any(map(self.is_trained, given)):
            names = {n.id for a in given for n in ast.walk(a) if isinstance(n, ast.Name)}
            if not any("baseline" in word for word in names):
                self.faults.append(node)

    def prints_number(self, given):
        """Does a printed expression write a trained value as a number?"""
        for node in ast.walk(given):
            if isinstance(node, ast.comprehension):
                self.assign(node.target, self.is_trained(node.iter))
        for node in ast.walk(given):
            if isinstance(node, ast.FormattedValue) and node.format_spec:
                parts = node.format_spec.values
                spec = "".join(v.value for v in parts if isinstance(v, ast.Constant))
                if re.search(r"[f%]$", spec) and self.is_trained(node.value):
                    return True
            if isinstance(node, ast.Call) and called(node) == "round" and self.is_trained(node):
                return True
        bare = given.value if isinstance(given, ast.Starred) else given
        return isinstance(bare, (ast.Name, ast.Attribute, ast.Subscript)) and self.is_trained(bare)


def called(call):
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def trains(node, training):
    """Does a piece of code step an optimiser, or call what does?"""
    return any(
        isinstance(n, ast.Call)
        and (
            called(n) in training
            or (isinstance(n.func, ast.Attribute) and n.func.attr == "step")
            or ast.unparse(n.func) == "training.train"
        )
        for n in ast.walk(node)
    )


def faults(code):
    """The calls that show a score other than through score_table."""
    shown = dict.fromkeys(ast.get_source_segment(code, node) for node in Reader(code).faults)
    return [call for call in shown if not any(text in call for text in NO_SCORE)]


def code_of(text):
    """The code of a page's cells, one after the other, without their tags."""
    cells = re.findall(r"^```\{code-cell\}\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE)
    return "\n\n".join(re.sub(r"\A(:.*\n)+", "", cell) for cell in cells)


PAGES = {path.stem: path.read_text(encoding="utf-8") for path in page_cells.pages_of(ROOT)}


@pytest.mark.parametrize("page", sorted(set(PAGES) - NOT_YET))
def test_pages_show_scores_through_score_table(page):
    assert faults(code_of(PAGES[page])) == []


@pytest.mark.parametrize("page", sorted(PAGES))
def test_every_score_table_is_shown(page):
    """It is the last line of its cell, or handed to display."""
    cells = re.findall(r"^```\{code-cell\}\n(.*?)^```$", PAGES[page], re.DOTALL | re.MULTILINE)
    for cell in cells:
        tree = ast.parse(code_of(f"```{{code-cell}}\n{cell}```"))
        lost = [
            statement
            for statement in ast.walk(tree)
            if isinstance(statement, ast.Expr)
            and isinstance(statement.value, ast.Call)
            and called(statement.value) == "score_table"
            and statement is not tree.body[-1]
        ]
        assert not lost, cell


def test_what_is_excepted_is_still_there():
    everything = "".join(map(code_of, PAGES.values()))
    assert all(text in everything for text in NO_SCORE)
    assert all(faults(code_of(PAGES[page])) for page in NOT_YET)


TRAIN = """
def train(seed):
    torch.manual_seed(seed)
    for xs, ys in batches:
        loss = F.cross_entropy(net(xs), ys)
        loss.backward()
        optimiser.step()
    return net, loss.item()

def several(seeds):
    return [train(seed)[1] for seed in range(seeds)]
"""


@pytest.mark.parametrize(
    "planted",
    [
        'print(f"loss {train(0)[1]:.2f}")',
        'net, loss = train(0)\nprint(f"{loss:.3f} nats")',
        "net, loss = train(0)\nprint(loss)",
        "print(round(train(0)[1], 2))",
        'for loss in several(3):\n    print(f"{loss:.2f}")',
        'print(*(f"{loss:.2f}" for loss in several(3)))',
        'print([f"{loss:.2f}" for loss in several(3)])',
        'found = several(3)\nmean = sum(found) / 3\nprint(f"mean {mean:.3f}")',
        'net, _ = train(0)\nright = (net(xs).argmax(1) == ys).float().mean()\nprint(f"{right:.0%}")',
        'results = {}\nfor k in range(2):\n    results[k] = several(3)\nprint(f"{results[0][1]:.2f}")',
        'table = {}\ndef run(k):\n    table[k] = train(k)[1]\nrun(0)\nprint(f"{table[0]:.2f}")',
        'def show(k):\n    _, loss = train(k)\n    print(f"{loss:.2f}")\nshow(1)',
        'model = Net()\nfit = lambda m: train(m)\ntrain(model)\nprint(f"{test(model):.2f}")',
        'losses = []\nlosses.append(train(0)[1])\nprint(f"{max(losses):.2f}")',
        'Markdown(f"| GRU | {train(0)[1]:.2f} |")',
        'plots.bars({"GRU": train(0)[1]}, alt="...")',
        "for xs in batches:\n    loss = f(net(xs))\n    loss.backward()\n    optimiser.step()\n"
        'print(f"at the end {loss.item():.2f}")',
        'model = training.LanguageModel("GRU", 9, 4, 8)\n'
        'print(f"{sum(training.train(model, chunks, adam)):.2f}")',
        "reader = Reader(layer, 2)\nfit(reader, known, cost, validate, 9)\n"
        'print(f"{accuracy(answers(reader, xs).argmax(-1), ys):.2f}")',
        'found = learning.fit(net, known, cost, validate, 9)\nprint(f"{found.train[-1]:.2f}")',
    ],
)
def test_a_score_that_is_shown_another_way_is_found(planted):
    assert len(faults(TRAIN + planted)) == 1


@pytest.mark.parametrize(
    "good",
    [
        'score_table({"GRU": {100: several(3)}}, {"bigrams": 2.4}, "nats, lower is better")',
        'net, _ = train(0)\nprint(f"{sum(p.numel() for p in net.parameters())} weights")',
        'net, loss = train(0)\nloss = 0.5\nprint(f"{loss:.2f}")',
        'net, _ = train(0)\nprint(repr(sample(net)), f"{sample(net)!r}")',
        'plots.bars(baselines | {"GRU": train(0)[1]}, alt="...")',
        'plots.lines({"GRU": several(3)}, alt="...")',
        'print(f"off by {apart(one, two):.2f}")',
    ],
)
def test_what_is_no_score_may_be_printed(good):
    assert faults(TRAIN + good) == []
