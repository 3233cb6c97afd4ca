"""Where the book explains what a check speaks of: the only place that knows pages and labels.

A section is named "chapter/subject". `place` finds its page, label and title; a subject that is
not listed here leads to the chapter as a whole.
"""

import os

SITE_VARIABLE = "RNN_COURSE_BOOK"  # where the book stands, for links: "https://..." or "../book"

CHAPTERS = {
    "sequences": "Sequences",
    "embedding": "Embedding",
    "rnn": "The recurrent network",
    "bptt": "Backpropagation through time",
    "lstm": "LSTM",
    "gru": "GRU",
    "bidirectional": "Both directions",
    "deep": "Deep",
    "lengths": "Lengths",
    "training": "Training",
    "open": "Open the box",
    "series": "Tomorrow's numbers",
    "tags": "Tagging",
    "translate": "From one language to another",
}
SECTIONS = {  # section -> (page, label, title)
    "sequences/batch-first": (
        "sequences",
        "sequences-batch-first",
        "What batch_first does and does not change",
    ),
    "embedding/index": ("embedding", "embedding-index", "From word to index"),
    "embedding/one-hot": ("embedding", "embedding-one-hot", "From index to one-hot"),
    "embedding/lookup": ("embedding", "embedding-lookup", "A lookup is a matmul"),
    "embedding/gradient": (
        "embedding",
        "embedding-gradient",
        "The gradient: repeated words add up",
    ),
    "embedding/padding": ("embedding", "embedding-padding", "The padding row"),
    "embedding/vectors": ("embedding", "embedding-vectors", "Vectors from a file"),
    "embedding/neighbours": ("embedding", "embedding-neighbours", "Neighbours"),
    "rnn/step": ("rnn", "rnn-one-step", "One step"),
    "rnn/loop": ("rnn", "rnn-loop", "The loop"),
    "rnn/states": ("rnn", "rnn-output-and-state", "What comes out: output and h_n"),
    "rnn/axes": ("rnn", "rnn-batch", "Several sentences at once"),
    "rnn/weights": ("rnn", "rnn-layout", "Why torch stores the transpose"),
    "rnn/biases": ("rnn", "rnn-one-step", "One step"),
    "rnn/reading": ("rnn", "rnn-weights", "Reading and setting the weights"),
    "rnn/arguments": ("rnn", "rnn-arguments", "Every argument of nn.RNN"),
    "bptt/step": ("bptt", "bptt-one-step", "One step back"),
    "bptt/sequence": ("bptt", "bptt-sequence", "All steps back"),
    "bptt/weights": ("bptt", "bptt-weights", "The same weights, many times"),
    "bptt/whole": ("bptt", "bptt-whole", "The whole, against autograd"),
    "bptt/truncated": ("bptt", "bptt-truncated", "Truncated backpropagation"),
    "bptt/detach": ("bptt", "bptt-truncated", "Truncated backpropagation"),
    "bptt/clipping": ("bptt", "bptt-clipping", "Exploding gradients, and clipping"),
    "bptt/norms": ("bptt", "bptt-reach", "How far a gradient reaches"),
    "open/arrays": ("open", "open-arrays", "A box of arrays"),
    "open/run": ("open", "open-pronounce", "Run it yourself"),
    "open/same": ("open", "open-same", "Is it the same network?"),
    "translate/data": ("translate", "translate-data", "Dates in five languages"),
    "translate/forcing": (
        "translate",
        "translate-forcing",
        "Teacher forcing, and then without a teacher",
    ),
    "translate/attention": ("translate", "translate-attention", "Attention"),
    "translate/beam": ("translate", "translate-beam", "A beam"),
    "series/split": ("series", "series-split", "Split in time"),
    "series/naive": ("series", "series-naive", "Forecasts that need no network"),
    "series/hours": ("series", "series-ahead", "Hour by hour"),
    "series/feedback": ("series", "series-feedback", "One step at a time"),
    "series/fooled": ("series", "series-fooled", "How to be fooled: the shifted curve"),
    "series/leaks": ("series", "series-leaks", "Two leaks"),
    "tags/words": ("tags", "tags-data", "A manual without its quotation marks"),
    "tags/f1": ("tags", "tags-f1", "What is a good score?"),
    "tags/path": ("tags", "tags-path", "Answers that fit together"),
    "tags/wild": ("tags", "tags-wild", "A tagger that somebody else trained"),
    "training/first": ("training", "training-first", "The model, and the loop"),
    "training/baseline": ("training", "training-baseline", "First a baseline"),
    "training/tiny": ("training", "training-tiny", "Overfit a tiny text first"),
    "training/clipping": ("training", "training-clipping", "Clip"),
    "training/carry": ("training", "training-carry", "Carry the state, cut the gradient"),
    "training/sampling": ("training", "training-sampling", "Let it speak"),
    "lengths/damage": ("lengths", "lengths-damage", "What padding does"),
    "lengths/mask": ("lengths", "lengths-mask", "Looking away: masks"),
    "lengths/loss": ("lengths", "lengths-loss", "Looking away: masks"),
    "lengths/order": ("lengths", "lengths-order", "Sorted, and put back"),
    "lengths/packing": ("lengths", "lengths-packing", "Not computing the padding: packing"),
    "lengths/unpack": ("lengths", "lengths-unpack", "And back to a table"),
    "lengths/run": ("lengths", "lengths-run", "Reading packed rows"),
    "bidirectional/turning": ("bidirectional", "bidirectional-turning", "Turning back"),
    "bidirectional/joined": ("bidirectional", "bidirectional-joined", "Two halves, side by side"),
    "bidirectional/layout": ("bidirectional", "bidirectional-layout", "The layout of h_n"),
    "bidirectional/classify": ("bidirectional", "bidirectional-classify", "Which state to take"),
    "bidirectional/padded": ("bidirectional", "bidirectional-padded", "Batches with padding"),
    "bidirectional/stacked": ("bidirectional", "bidirectional-stacked", "Stacked"),
    "bidirectional/directions": ("bidirectional", "bidirectional-turning", "Turning back"),
    "bidirectional/states": ("bidirectional", "bidirectional-layout", "The layout of h_n"),
    "deep/layers": ("deep", "deep-stack", "A layer reads the layer below"),
    "deep/states": ("deep", "deep-atlas", "The atlas: predict, then run"),
    "deep/dropout": ("deep", "deep-dropout", "Dropout goes between the layers"),
    "lstm/gates": ("lstm", "lstm-gates", "One matmul for four gates"),
    "lstm/step": ("lstm", "lstm-step", "One step"),
    "lstm/loop": ("lstm", "lstm-loop", "The loop, and torch"),
    "lstm/states": ("lstm", "lstm-states", "Two states, and what torch returns"),
    "lstm/biases": ("lstm", "lstm-gates", "One matmul for four gates"),
    "lstm/weights": ("lstm", "lstm-gates", "One matmul for four gates"),
    "lstm/axes": ("lstm", "lstm-loop", "The loop, and torch"),
    "lstm/forget-bias": ("lstm", "lstm-forget-bias", "The forget gate's bias"),
    "lstm/projection": ("lstm", "lstm-projection", "Projection: a large memory, a small output"),
    "lstm/backward": ("lstm", "lstm-backward", "One step back"),
    "gru/reset": ("gru", "gru-reset", "Two resets"),
    "gru/gates": ("gru", "gru-step", "One step"),
    "gru/step": ("gru", "gru-step", "One step"),
    "gru/loop": ("gru", "gru-loop", "The loop, and torch"),
    "gru/states": ("gru", "gru-loop", "The loop, and torch"),
    "gru/biases": ("gru", "gru-biases", "Two biases that are not one"),
    "gru/weights": ("gru", "gru-step", "One step"),
    "gru/axes": ("gru", "gru-loop", "The loop, and torch"),
    "gru/update": ("gru", "gru-update", "Which share is z?"),
    "gru/backward": ("gru", "gru-backward", "One step back"),
}


def place(section):
    """(link, words) for a section; link is '' where it is not known where the book stands."""
    if not section:
        return "", ""
    chapter = section.partition("/")[0]
    page, label, title = SECTIONS.get(section, (chapter, "", ""))
    words = f"chapter {CHAPTERS.get(page, page)}" + (f', "{title}"' if title else "")
    site = os.environ.get(SITE_VARIABLE, "").rstrip("/")
    link = f"{site}/book/{page}.html{'#' + label if label else ''}" if site else ""
    return link, words
