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
    "lengths": "Sequences of different lengths",
    "training": "Training",
}
SECTIONS = {  # section -> (page, label, title)
    "sequences/batch-first": (
        "sequences",
        "sequences-batch-first",
        "What batch_first does and does not change",
    ),
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
    "bptt/truncated": ("bptt", "bptt-truncated", "Cut short: truncated"),
    "bptt/detach": ("bptt", "bptt-truncated", "Cut short: truncated"),
    "bptt/clipping": ("bptt", "bptt-clipping", "Exploding gradients, and clipping"),
    "bptt/norms": ("bptt", "bptt-reach", "How far a gradient reaches"),
    "lengths/damage": ("lengths", "lengths-damage", "What the pads do"),
    "lengths/mask": ("lengths", "lengths-mask", "Looking away: masks"),
    "lengths/loss": ("lengths", "lengths-loss", "Looking away: masks"),
    "lengths/order": ("lengths", "lengths-order", "Sorted, and put back"),
    "lengths/packing": ("lengths", "lengths-packing", "Not computing them: packing"),
    "lengths/unpack": ("lengths", "lengths-unpack", "And back to a table"),
    "lengths/run": ("lengths", "lengths-run", "Reading packed rows"),
    "bidirectional/turning": ("bidirectional", "bidirectional-turning", "Turning back"),
    "bidirectional/joined": ("bidirectional", "bidirectional-joined", "Two halves, side by side"),
    "bidirectional/layout": ("bidirectional", "bidirectional-layout", "The layout of h_n"),
    "bidirectional/classify": ("bidirectional", "bidirectional-classify", "Which state to take"),
    "bidirectional/padded": ("bidirectional", "bidirectional-padded", "Batches with pads"),
    "bidirectional/stacked": ("bidirectional", "bidirectional-stacked", "Stacked"),
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
