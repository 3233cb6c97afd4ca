"""The data of exercises/translate.md: g2p_en's decoder, and the states that its encoder leaves.

The words are the package's own list of English words that are said in two ways. All numbers are
rounded to 16 bits, which halves the file; tests/test_assignment_translate.py shows that the
network says the same for every word.
"""

import ast
import io
import re
from functools import cache

import numpy as np

from rnn_course import cells, packages
from rnn_course.ops import linear

LETTERS = ["<pad>", "<unk>", "</s>", *"abcdefghijklmnopqrstuvwxyz"]
GRU = {"weight_ih": "w_ih", "weight_hh": "w_hh", "bias_ih": "b_ih", "bias_hh": "b_hh"}
MOST = 20  # sounds that the authors' program says at most


def read(name):
    return packages.read("g2p-en", f"g2p_en/{name}")


@cache
def box():
    """The arrays of the whole network, under its authors' names."""
    with np.load(io.BytesIO(read("checkpoint20.npz")), allow_pickle=False) as arrays:
        return dict(arrays)


def decoder():
    """The decoder's arrays, under the names that the assignment has for them."""
    arrays = box()
    p = {"E": arrays["dec_emb"]}
    p |= {name.replace("w", "W"): arrays[f"dec_{name}"] for name in GRU.values()}
    p |= {"W_o": arrays["fc_w"], "b_o": arrays["fc_b"]}
    return {name: array.astype(np.float16) for name, array in p.items()}


def two_ways():
    """word -> the two ways in which it is said, each a list of sounds."""
    rows = [line.split("|") for line in read("homographs.en").decode().splitlines()]
    rows = [row for row in rows if re.fullmatch("[A-Z]+", row[0]) and row[1] != row[2]]
    return {word.lower(): (one.split(), other.split()) for word, one, other, *_ in rows}


def sounds():
    """The sounds and marks that the decoder says, in the order of their numbers."""
    program = read("g2p.py").decode()
    lists = re.search(r"self\.phonemes = (\[.*?\]) \+ (\[.*?\])", program, re.S)
    return "\n".join(ast.literal_eval(lists[1]) + ast.literal_eval(lists[2])) + "\n"


def run(arrays, who, tokens, h):
    """The state (1, H) of the encoder ("enc") or decoder ("dec") after these tokens."""
    p = {name: arrays[f"{who}_{short}"] for name, short in GRU.items()}
    for token in tokens:
        x = linear(arrays[f"{who}_emb"][[token]], p["weight_ih"], p["bias_ih"])
        (h,), _ = cells.gru_cell(x, (h,), p)
    return h


@cache
def states():
    """What the encoder leaves of each word, (words, 256), in the order of words.tsv."""
    arrays, left = box(), []
    for word in two_ways():
        tokens = [LETTERS.index(letter) for letter in [*word, "</s>"]]
        left.append(run(arrays, "enc", tokens, np.zeros((1, 256), np.float32)))
    return {"states": np.concatenate(left).astype(np.float16)}


def pronounced(arrays, names, h):
    """The sounds that the network says, always the likeliest, from the encoder's state (1, 256)."""
    said = ["<s>"]
    while len(said) <= MOST:
        h = run(arrays, "dec", [names.index(said[-1])], h)
        said.append(names[int(linear(h, arrays["fc_w"], arrays["fc_b"]).argmax())])
        if said[-1] == "</s>":
            return said[1:-1]
    return said[1:]


def words():
    """word, what the network says, and what the list says, twice."""
    arrays, names, left = box(), sounds().split(), states()["states"].astype(np.float32)
    lines = ["word\tnetwork\tfirst\tsecond"]
    for (word, both), h in zip(two_ways().items(), left, strict=True):
        said = pronounced(arrays, names, h[None])
        lines.append("\t".join([word, *(" ".join(row) for row in (said, *both))]))
    return "\n".join(lines) + "\n"


FILES = {
    "decoder.npz": decoder,
    "states.npz": states,
    "sounds.txt": sounds,
    "words.tsv": words,
}
PACKAGES = {"g2p-en": "g2p_en-2.1.0.dist-info/LICENSE.txt"}
