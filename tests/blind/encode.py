# ruff: noqa
import torch


def right_1(words, numbers):
    return [numbers.get(word, 1) for word in words]


def right_2(words, numbers):
    ids = []
    for w in words:
        if w in numbers:
            ids.append(numbers[w])
        else:
            ids.append(1)
    return ids


def right_3(words, numbers):
    def look_up(word):
        try:
            return int(numbers[word])
        except KeyError:
            return 1

    return list(map(look_up, words))


def right_4(words, numbers):
    assert not isinstance(words, str), "a list of words, please"
    found = torch.ones(len(words), dtype=torch.long)
    for place, word in enumerate(words):
        number = numbers.get(word)
        if number is not None:
            found[place] = number
    return found.tolist()


# MISTAKE: unknown words become 0, which is the padding, and not 1
def wrong_1(words, numbers):
    return [numbers.get(word, 0) for word in words]  # <-- here


# MISTAKE: unknown words are not provided for, the dictionary raises a KeyError
def wrong_2(words, numbers):
    result = []
    for word in words:
        result.append(numbers[word])  # <-- here
    return result


# MISTAKE: unknown words are left out, so the list gets shorter than the sentence
def wrong_3(words, numbers):
    return [numbers[w] for w in words if w in numbers]  # <-- here


# MISTAKE: an unknown word gets a new number of its own, as if the vocabulary were still being made
def wrong_4(words, numbers):
    known = dict(numbers)
    ids = []
    for word in words:
        if word not in known:
            known[word] = len(known)  # <-- here
        ids.append(known[word])
    return ids


# MISTAKE: `or` also replaces the number 0, so a word of that number becomes unknown
def wrong_5(words, numbers):
    ids = []
    for word in words:
        ids.append(numbers.get(word) or 1)  # <-- here
    return ids


# MISTAKE: it takes the word's place in the dictionary and not the number that is stored with it
def wrong_6(words, numbers):
    vocabulary = list(numbers)
    output = [1] * len(words)
    for i in range(len(words)):
        if words[i] in vocabulary:
            output[i] = vocabulary.index(words[i])  # <-- here
    return output


# MISTAKE: the try is around the whole loop, so after the first unknown word all others are unknown as well
def wrong_7(words, numbers):
    ids = []
    try:
        for word in words:
            ids.append(numbers[word])
    except KeyError:
        ids += [1] * (len(words) - len(ids))  # <-- here
    return ids


# MISTAKE: each word is written once only, words that occur again are dropped
# MISTAKE: unknown words get 0
def pair_1(words, numbers):
    ids = []
    for word in dict.fromkeys(words):  # <-- here
        ids.append(numbers[word] if word in numbers else 0)  # <-- here
    return ids


# MISTAKE: all words are written small before they are looked up, though the dictionary may have capitals
# MISTAKE: unknown words are skipped
def pair_2(words, numbers):
    ids = []
    for word in words:
        word = word.lower()  # <-- here
        if word in numbers:  # <-- here
            ids.append(numbers[word])
    return ids


# MISTAKE: the known words' numbers are one too high, as if the counting began at 1
# MISTAKE: unknown words become the number after the last of the vocabulary
def pair_3(words, numbers):
    V = len(numbers)
    encoded = []
    for w in words:
        if w in numbers:
            encoded.append(numbers[w] + 1)  # <-- here
        else:
            encoded.append(V)  # <-- here
    return encoded
