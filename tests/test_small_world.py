"""The little world that the embedding chapter trains on keeps its promises."""

from rnn_course.data import PEOPLE, WORLD, small_world

TRAIT_OF = {word: trait for trait in ("royal", "common", "grown", "young") for word in WORLD[trait]}
TRAIT_OF |= {"he": "he", "his": "he", "she": "she", "her": "she"}


def test_the_same_seed_gives_the_same_sentences():
    assert small_world(50, seed=3) == small_world(50, seed=3)
    assert small_world(50, seed=3) != small_world(50, seed=4)
    assert small_world(50) == small_world(80)[:50]


def contradictions(sentence):
    """The words of a sentence that do not fit the traits of its person."""
    (person,) = [word for word in sentence if word in PEOPLE]
    return [w for w in sentence if w in TRAIT_OF and TRAIT_OF[w] not in PEOPLE[person]]


def test_every_word_fits_the_person_of_its_sentence():
    assert contradictions("the queen played in his palace".split()) == ["played", "his"]
    for sentence in small_world(500):
        assert not contradictions(sentence), sentence


def test_every_word_of_the_world_occurs():
    seen = {word for sentence in small_world(500) for word in sentence}
    assert set(PEOPLE) <= seen
    assert {word for words in WORLD.values() for word in words} <= seen


def test_an_stands_before_a_vowel_and_nowhere_else():
    for sentence in small_world(500):
        for article, word in zip(sentence, sentence[1:], strict=False):
            if article in ("a", "an"):
                assert (article == "an") == (word[0] in "aeiou")


def test_no_two_people_are_alike():
    assert len(set(PEOPLE.values())) == len(PEOPLE) == 8
