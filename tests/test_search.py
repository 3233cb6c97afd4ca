"""Questions that readers ask, and the section which the search has to name among its first three.

Where two sections answer a question, either will do.
"""

import pytest

pytestmark = pytest.mark.browser

QUESTIONS = {
    "gru or lstm which is faster": "gru#cheaper-and-about-as-good",
    "forget gate": "lstm#the-forget-gate-s-bias lstm#one-gate-at-a-time",
    "what is h_n": "rnn#what-comes-out-output-and-h-n",
    "loss is nan": "bugs#my-loss-is-nan-or-flat-or-too-good",
    "named entity recognition": "tags#which-words-are-code",
    "vanishing gradient": "bptt#how-far-a-gradient-reaches",
    "exploding gradients": "bptt#exploding-gradients-and-clipping",
    "batch_first": "sequences#what-batch-first-does-and-does-not-change",
    "pack_padded_sequence": "arguments#padding-and-packing lengths",
    "teacher forcing": "training#teacher-forcing translate#teacher-forcing-and-then-without-a-teacher",
    "beam search": "training#greedy-and-beam-search translate#a-beam",
    "how does attention work": "translate#attention",
    "dropout between layers": "deep#dropout-goes-between-the-layers",
    "how to save and load a model": "training#save-the-model",
    "time series forecasting": "series#tomorrow-s-numbers",
    "sentiment classification": "praise#is-it-praise",
    "truncated backpropagation through time": "bptt#truncated-backpropagation",
    "gradient clipping": "bptt#exploding-gradients-and-clipping training#clip",
    "GloVe vectors": "vectors#the-real-files-of-glove embedding#vectors-from-a-file",
    "lstm vs gru parameters": "gru#cheaper-and-about-as-good",
    "padding mask": "lengths#looking-away-masks",
    "perplexity": "training#first-a-baseline glossary#term-perplexity",
    "which state to take from a bidirectional network": "bidirectional#which-state-to-take",
    "learning rate": "training#read-the-curve",
    "overfitting early stopping": "training#when-the-training-loss-falls",
    "variational dropout": "deep#one-mask-for-the-whole-sentence",
    "CTC": "stream#a-string-of-digits",
    "proj_size": "lstm#projection",
    "exposure bias": "training#teacher-forcing series#one-step-at-a-time",
    "Assignment gru": "assignments#assignment-gru",
    "streaming": "stream#why-two-directions-cannot-stream stream#in-pieces",
}


@pytest.fixture(scope="module")
def page(chromium, address):
    """The search page, once for all questions: its scripts take seconds."""
    tab = chromium.new_page()
    tab.goto(f"{address}search.html?q=rnn")
    tab.wait_for_selector("#search-results [role=status]")
    yield tab
    tab.close()


def first_three(page, question):
    found = page.evaluate(
        """async question => {
          history.replaceState(null, "", "?" + new URLSearchParams({ q: question }));
          await search(document.getElementById("search-results"));
          const links = [...document.querySelectorAll("#search-results li a")].slice(0, 3);
          return links.map(link => link.getAttribute("href"));
        }""",
        question,
    )
    return [link.rpartition("book/")[2].replace(".html", "") for link in found]


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_leads_to_its_section(page, question):
    found = first_three(page, question)
    assert any(link.startswith(right) for right in QUESTIONS[question].split() for link in found)
