"""show_source: the source itself, in colours that can be read, and words where there is none."""

import re

import pytest

import rnn_course
from rnn_course import show
from rnn_course.cells import lstm_cell, rnn_cell
from rnn_course.show import show_source


def test_text_is_the_source_with_its_place():
    text = repr(show_source(rnn_cell))
    place, first = text.splitlines()[:2]
    assert re.fullmatch(r"# rnn_course/cells\.py, lines \d+ to \d+", place)
    assert first == "def rnn_cell(a, state, p):"
    lines = show.Path(rnn_course.__file__).with_name("cells.py").read_text().splitlines()
    start, end = map(int, re.findall(r"\d+", place))
    assert text.splitlines()[1:] == lines[start - 1 : end]


def test_several_at_once_classes_methods_and_modules():
    text = repr(show_source(rnn_cell, lstm_cell, rnn_course.RNN, rnn_course.RNN.forward))
    assert "def rnn_cell" in text and "def lstm_cell" in text and "class RNN" in text
    assert "\ndef forward(self" in text  # a method's indent is taken off
    assert repr(show_source(show)).startswith('# rnn_course/show.py\n"""Show the tested source')


def test_html_holds_every_word_of_the_source():
    html = show_source(lstm_cell)._repr_html_()
    shown = re.sub(r"<style>.*?</style>|<[^>]+>", "", html, flags=re.DOTALL)
    for word in re.findall(r"\w+", show.source(lstm_cell)):
        assert word in shown


@pytest.mark.parametrize("thing", [len, 3, "text", rnn_course.RNN(2, 3)])
def test_what_has_no_source_is_said_in_words(thing):
    with pytest.raises(TypeError, match="expected a function, class or module .* got"):
        show_source(thing)


def test_nothing_to_show():
    with pytest.raises(TypeError, match="got none"):
        show_source()


@pytest.mark.parametrize("name", [show.LIGHT, show.DARK])
def test_every_colour_stands_out_from_its_ground(name):
    html = show_source(show, rnn_cell)._repr_html_()
    rules = show.palette(name, "x", classes(html))
    [ground] = re.findall(r"background: #(\w+);", rules)
    inks = re.findall(r" color: #(\w+)", rules)
    assert len(inks) > 5
    for ink in inks:
        assert contrast(ink, ground) >= 4.5, ink


def test_contrast_itself():
    assert contrast("000", "ffffff") == pytest.approx(21)
    assert contrast("777777", "fff") == pytest.approx(4.48, abs=0.01)  # known to fail 4.5


def classes(html):
    return set(re.findall(r'<span class="(\w+)"', html))


def contrast(one, other):
    """WCAG 2's contrast ratio of two colours, 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour):
    if len(colour) == 3:
        colour = "".join(2 * digit for digit in colour)
    channels = [int(colour[k : k + 2], 16) / 255 for k in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
