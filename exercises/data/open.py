"""The data of exercises/open.md: g2pM's network, and sentences with the readings that it gives.

The weights are in pickles. They are opened under the hash that data.lock pins, by a loader that
makes numpy's arrays out of them and nothing else. The sentences are the course's own.
"""

import io
import pickle

import numpy as np
from numpy._core.multiarray import _reconstruct

from rnn_course import cells, packages, stack, weights

SENTENCES = """\
银行行长在路上行走。
他长大以后头发长得很长。
我们都喜欢首都的音乐。
重庆很重要，请重新来。
他得到了这本书，我得走了。
她还没有还我钱。
这只鸟有一只脚受了伤。
请把门关好，好奇的孩子都爱好音乐。
他为人民做事，大家都以为他会成为市长。
我看见看门的人在打盹。
弹琴的人躲开了子弹。
这个角色很难，演员在角落里练习。
天黑了，我们着急地找着火的房子。
妹妹的分数很高，她十分高兴。
朝阳升起，大家朝东走。
这种花很好看，农民在种树。
他给了我一个机会，供给很充足。
医生说我没有发烧，头发也没有问题。
传说中的英雄写了一本传记。
藏族的人把宝物藏在山里。
中国人中了大奖。
我觉得应该睡觉了。
空房间里没有空气。
一切都好，请把苹果切开。
背着书包的学生在背书。
他的相貌和照相机里的一样。
便宜的东西不一定方便。
我们要量一量这个房间，数量不多。
他数了三遍，数学很难。
这条路的尽头有一家旅馆，请尽快来。
老师教学生，教室里很安静。
快乐的孩子在音乐会上唱歌。
火车在车站差点儿出了差错。
他处理了问题，到处都是人。
王先生参加会议，会计也来了。
我和你一起去，天气很暖和。
将军将要来到城里。
他正在学习，正月里很冷。
干净的衣服干了，他很能干。
这里的水很浅，那里的人很少，少年在游泳。
你的行李重不重？
少数人会说好几种语言。
长城很长，校长也去过。
我给你看看这本教材，教你写字。
"""


class Arrays(pickle.Unpickler):
    """A loader of pickles that hold arrays, and plain dictionaries, words and numbers."""

    ALLOWED = {
        ("numpy.core.multiarray", "_reconstruct"): _reconstruct,
        ("numpy", "ndarray"): np.ndarray,
        ("numpy", "dtype"): np.dtype,
    }

    def find_class(self, module, name):
        if (module, name) not in self.ALLOWED:
            raise pickle.UnpicklingError(f"{module}.{name} is neither an array nor plain data")
        return self.ALLOWED[module, name]


def load(name):
    return Arrays(io.BytesIO(packages.read("g2pM", f"g2pM/{name}.pkl"))).load()


def in_order(numbers):
    """A line for each of a dictionary's keys, in the order of their numbers 0, 1, 2, ..."""
    assert sorted(numbers.values()) == list(range(len(numbers)))
    assert not any("\n" in key for key in numbers)
    return "\n".join(sorted(numbers, key=numbers.get)) + "\n"


def network():
    """The arrays of the network, under its authors' names."""
    return load("np_ckpt")


def characters():
    return in_order(load("char2idx"))


def readings():
    return in_order(load("class2idx"))


def sentences():
    """sentence, places of the characters with several readings, what the network reads there."""
    box, numbers, dictionary = network(), load("char2idx"), load("digest_cedict")
    sounds = readings().split()
    lines = ["sentence\tplaces\treadings"]
    for sentence in SENTENCES.split():
        places = [k for k, c in enumerate(sentence) if len(dictionary.get(c, ())) > 1]
        best = scores(box, numbers, sentence)[places].argmax(1)
        said = [sounds[k] for k in best]
        lines.append(f"{sentence}\t{' '.join(map(str, places))}\t{' '.join(said)}")
    return "\n".join(lines) + "\n"


def scores(box, numbers, sentence):
    """The scores (T, C) of all readings for each character, by the course's own layers."""
    lstm = {name[5:]: array for name, array in box.items() if name.startswith("lstm.")}
    ids = [numbers["시"], *(numbers.get(c, numbers["<UNK>"]) for c in sentence), numbers["끝"]]
    nothing = np.zeros((1, 32), np.float32)
    network = weights.network(cells.lstm_cell, lstm)
    states, _, _ = stack.run(
        network, box["embedding.weight"][ids], [1] * len(ids), [(nothing, nothing)] * 2
    )
    hidden = np.maximum(states @ box["logit_layer.0.weight"].T + box["logit_layer.0.bias"], 0)
    return (hidden @ box["logit_layer.2.weight"].T + box["logit_layer.2.bias"])[1:-1]


FILES = {
    "weights.npz": network,
    "characters.txt": characters,
    "readings.txt": readings,
    "sentences.tsv": sentences,
}
PACKAGES = {"g2pM": "g2pM-0.1.2.5.dist-info/LICENSE"}
