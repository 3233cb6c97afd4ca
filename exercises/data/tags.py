"""The data of exercises/tags.md: jieba's tagger, and the sixty sentences of the chapter Tagging.

The network comes under our names and in torch's layout: weights (out, in), blocks r, z, n, with z as
the share that stays. Its numbers are rounded to 16 bits, and of its characters there are those that
occur in the sentences. The tags that it gives are worked out by the course's own layers.
"""

import re
import tarfile
from functools import cache
from pathlib import Path

import numpy as np

from rnn_course import packages, stack
from rnn_course.variants import original_gru_cell

CHAPTER = Path(__file__).parents[2] / "book" / "tags.md"  # the sentences stand there, once
H = 128
CHANGES = """\
weights.npz, characters.txt and tags.txt are made from the files in jieba/lac_small of the Python
package jieba 0.42.1. They were changed: the weights have other names and another layout and are
rounded to 16 bits, and of the 20,940 characters only some are here. The package says MIT; its
description is in LICENSE-jieba.txt. The files in jieba/lac_small say:

"""


@cache
def lac():
    """name -> bytes of each file of the network, in one pass through the package."""
    with tarfile.open(packages.archive("jieba")) as source:
        inside = [item for item in source if item.isfile() and "/lac_small/" in item.name]
        return {item.name.split("/")[-1]: source.extractfile(item).read() for item in inside}


def array(name):
    """The numbers of one of the files with weights, which begin behind a head."""
    raw = lac()[name]
    head = 20 + int.from_bytes(raw[16:20], "little")
    return np.frombuffer(raw[head:], np.float32)


def listed(name):
    """{text: number} from lines with a number, a tab and a text."""
    lines = [line.split("\t") for line in lac()[name].decode().split("\n")]
    return {line[1]: int(line[0]) for line in lines if len(line) == 2}


def by_hand():
    """(text, [(first, end, kind) of each name]) for each of the chapter's sentences."""
    page = CHAPTER.read_text(encoding="utf-8")
    for line in re.search(r'BY_HAND = """\n(.*?)"""', page, re.S)[1].strip().splitlines():
        text, names = "", []
        for name, kind, other in re.findall(r"\[(\w+) (\w+)\]|(.)", line):
            if name:
                names.append((len(text), len(text + name), kind))
            text += name or other
        yield text, names


def known():
    """The characters of the sentences, and OOV, jieba's name for any other, in front."""
    return ["OOV", *sorted({character for text, _ in by_hand() for character in text})]


def in_torchs_layout(w):
    """From columns z, r, n, with z as the share that is replaced: 1 - sigmoid(a) = sigmoid(-a)."""
    z, r, n = np.split(w, 3, axis=-1)
    return np.concatenate([r, -z, n], axis=-1).T


def network():
    """The arrays of the network, rounded to 16 bits."""
    numbers, arrays = listed("word.dic"), {}
    arrays["embedding"] = array("word_emb").reshape(-1, H)[[numbers[c] for c in known()]]
    for k in range(4):
        gates, candidate = np.split(array(f"gru_{k}.w_0"), [2 * H * H])
        W_hh = np.concatenate([gates.reshape(H, -1), candidate.reshape(H, -1)], 1)
        name = f"layer{k // 2}.{('forward', 'backward')[k % 2]}"
        arrays[f"{name}.W_ih"] = in_torchs_layout(array(f"fc_{k}.w_0").reshape(-1, 3 * H))
        arrays[f"{name}.W_hh"] = in_torchs_layout(W_hh)
        arrays[f"{name}.b"] = in_torchs_layout(array(f"fc_{k}.b_0") + array(f"gru_{k}.b_0"))
    arrays["W"] = array("fc_4.w_0").reshape(2 * H, -1).T
    arrays["b"] = array("fc_4.b_0")
    arrays["crf"] = array("crfw").reshape(-1, len(arrays["b"]))
    return {name: a.astype(np.float16) for name, a in arrays.items()}


def scores(arrays, rows):
    """The scores (T, K) of all tags, from rows (T, E) of the embedding."""

    def direction(k, name):
        W_ih, W_hh, b = (arrays[f"layer{k}.{name}.{what}"] for what in ("W_ih", "W_hh", "b"))
        return original_gru_cell, {
            "weight_ih": W_ih,
            "weight_hh": W_hh,
            "bias_ih": b,
            "bias_hh": np.zeros_like(b),
        }

    layers = [[direction(k, name) for name in ("forward", "backward")] for k in (0, 1)]
    start = [(np.zeros((1, H), np.float32),)] * 4
    states, _, _ = stack.run(layers, rows, [1] * len(rows), start)
    return states @ arrays["W"].T + arrays["b"]


def best_path(e, crf):
    """The Viterbi algorithm, as in the chapter."""
    score, before = crf[0] + e[0], []
    for row in e[1:]:
        longer = score[:, None] + crf[2:]
        score = longer.max(0) + row
        before.append(longer.argmax(0))
    path = [int((score + crf[1]).argmax())]
    for came_from in before[::-1]:
        path.append(int(came_from[path[-1]]))
    return path[::-1]


def characters():
    return "\n".join(known()) + "\n"


def tags():
    kinds = listed("tag.dic")
    assert list(kinds.values()) == list(range(len(kinds)))
    return "\n".join(kinds) + "\n"


def sentences():
    """text, its names by hand (first, end, kind), and the numbers of the tags that the network gives."""
    arrays = {name: a.astype(np.float32) for name, a in network().items()}
    numbers = {character: k for k, character in enumerate(known())}
    lines = ["sentence\tnames by hand\ttags of the network"]
    for text, names in by_hand():
        e = scores(arrays, arrays["embedding"][[numbers[c] for c in text]])
        path = best_path(e, arrays["crf"])
        marked = [" ".join(map(str, name)) for name in names]
        lines.append(f"{text}\t{', '.join(marked)}\t{' '.join(map(str, path))}")
    return "\n".join(lines) + "\n"


def licence():
    """What was changed, the head of the package's files, and the licence that it names."""
    head = re.match(r"(#.*\n)+", lac()["nets.py"].decode())[0]
    apache = packages.read("g2p-en", "g2p_en-2.1.0.dist-info/LICENSE.txt").decode()
    return f"{CHANGES}{head}\n{apache}"


FILES = {
    "weights.npz": network,
    "characters.txt": characters,
    "tags.txt": tags,
    "sentences.tsv": sentences,
    "licence.txt": licence,
}
PACKAGES = {"jieba": "jieba-0.42.1/PKG-INFO"}
READS = [CHAPTER]
