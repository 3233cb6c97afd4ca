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
    "rnn/step": ("rnn", "rnn-one-step", "One step"),
    "rnn/loop": ("rnn", "rnn-loop", "The loop"),
    "rnn/states": ("rnn", "rnn-output-and-state", "What comes out: output and h_n"),
    "rnn/axes": ("rnn", "rnn-batch", "Several sentences at once"),
    "rnn/weights": ("rnn", "rnn-layout", "Why torch stores the transpose"),
    "rnn/biases": ("rnn", "rnn-one-step", "One step"),
    "rnn/arguments": ("rnn", "rnn-arguments", "Every argument of nn.RNN"),
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
