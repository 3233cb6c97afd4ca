"""The catalogue of mistakes: what people get wrong, by name, in one sentence, and as numbers."""

from dataclasses import dataclass


@dataclass(init=False)
class Mistake:
    """One known mistake.

    name     short, with hyphens: "columns-for-rows"
    words    one plain sentence: what the wrong code does, and what is right
    section  where the book explains it, a key of words.SECTIONS; default: that of the task
    change   what it does, as keyword switches of a task's reference; args, result and instead
             work for every task
    """

    name: str
    words: str
    section: str
    change: dict

    def __init__(self, name, words, section="", **change):
        self.name, self.words, self.section, self.change = name, words, section, change
