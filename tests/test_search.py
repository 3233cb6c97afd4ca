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
    # a list that had been written blind
    "input shape of an rnn": "arguments#calling-a-layer sequences#a-batch-has-three-axes notation#what-goes-in-what-comes-out",
    "detach hidden state between batches": "bptt#truncated-backpropagation training#carry-the-state-cut-the-gradient bugs#bug-15-the-graph-that-is-never-cut",
    "padding_idx": "embedding#the-padding-row arguments#embedding lengths#common-mistakes",
    "one hot vs embedding": "embedding#a-lookup-is-a-matmul embedding#from-index-to-one-hot",
    "group sentences of similar length": "lengths#how-much-is-saved",
    "difference between output and hidden": "rnn#what-comes-out-output-and-h-n lstm#two-states-and-what-torch-returns",
    "reset gate and update gate": "gru#from-the-lstm-to-the-gru-in-three-steps gru#one-step gru#what-the-gates-do-on-a-sentence",
    "how many layers should I use": "deep#what-is-it-good-for",
    "loss does not go down": "bugs#my-loss-is-nan-or-flat-or-too-good training#read-the-curve-the-learning-rate training#overfit-a-tiny-text-first",
    "temperature sampling": "training#let-it-speak",
    "generate text character by character": "training#let-it-speak",
    "out of memory long sequences": "bptt#truncated-backpropagation bugs#bug-15-the-graph-that-is-never-cut",
    "why is my gpu slow": "choosing#beside-attention-and-state-space-models speed#where-torch-wins-and-why",
    "torch.compile": "speed#where-torch-wins-and-why",
    "expected hidden size error": "arguments#what-is-refused sequences#what-batch-first-does-and-does-not-change arguments#calling-a-layer",
    "orthogonal initialization": "training#how-the-weights-begin",
    "forget bias set to 1": "lstm#the-forget-gate-s-bias training#how-the-weights-begin",
    "viterbi": "tags#answers-that-fit-together",
    "BIO tags": "tags#a-manual-without-its-quotation-marks",
    "unknown words": "embedding#from-word-to-index embedding#vectors-from-a-file vectors#foods-to-sort",
    "word analogies king queen": "embedding#analogies",
    "freeze embeddings": "vectors#from-nothing-frozen-fine-tuned embedding#vectors-from-a-file arguments#embedding",
    "naive baseline forecast": "series#forecasts-that-need-no-network",
    "predict several steps ahead": "series#one-step-at-a-time series#a-network",
    "scaling data leak from test set": "series#two-leaks",
    "encoder decoder bottleneck": "translate#the-bottleneck",
    "how to pronounce a word": "open#run-it-yourself open#a-box-of-arrays",
    "speech detection silero": "open#a-box-of-another-kind stream#a-stream-in-use",
    "guess nationality from a name": "names#whose-name-is-it-sorting-short-texts names#four-networks names#counting-pieces",
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
