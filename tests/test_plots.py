"""The figures: what a page and its readers rely on, whoever drew them."""

import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
import torch
from axe_playwright_python.sync_playwright import Axe

from rnn_course import plots
from rnn_course.plots import charts, diagram
from rnn_course.plots.picture import Picture
from rnn_course.plots.player import PACE

WORDS = "He ate an apple".split()
STATES = np.array([[-0.5, 0.25, 0.0, 1.0], [0.125, -1.0, 0.75, 0.5]])


def a_heat(**options):
    return plots.heat(STATES, ["unit 1", "unit 2"], WORDS, alt="States.", **options)


def a_diagram():
    d = plots.Diagram(height=2)
    a, b = d.box(2, 1, "$x_t$", plots.GREEN), d.circle(5, 1, "+")
    d.arrow(a, b, text="$W$")
    d.arrow(b, (8, 1), (8, 1.8))
    return d.picture("x_t enters a sum.")


def an_own_figure():
    figure, (above, below) = plots.canvas(3, panels=2)
    above.plot([1, 2, 3])
    above.text(0, 2, "$h_t$", color="black")
    below.set_title("below")
    return plots.finish(figure, alt="Two axes.")


FIGURES = {
    "heat": a_heat,
    "heat, first steps": lambda: a_heat(now=1, title="Two words read", digits=None),
    "lines": lambda: plots.lines({"RNN": [1, 0.5], "LSTM": [1, 0.9]}, alt="Two curves.", log=True),
    "points": lambda: plots.scatter(STATES.T, WORDS, alt="Points.", groups=["a", "b", "a", "b"]),
    "groups": lambda: plots.scatter(STATES.T, None, alt="Points.", groups=WORDS, limits=2),
    "bars": lambda: plots.bars({"RNN": 27, "LSTM": 108}, alt="Two bars.", digits=0, unit=" ms"),
    "network": lambda: plots.unrolled(WORDS, outputs=True, now=2),
    "both directions": lambda: plots.unrolled(WORDS, directions=2, now=1),
    "deep network": lambda: plots.unrolled(WORDS, layers=2, directions=2),
    "diagram": a_diagram,
    "own figure": an_own_figure,
    "LSTM": plots.lstm_cell,
    "LSTM, half": lambda: plots.lstm_cell("fg", strong="g"),
    "GRU": plots.gru_cell,
    "first GRU": lambda: plots.gru_cell("zrn", reset="before", strong="r"),
    "GRU, half": lambda: plots.gru_cell("n"),
}


@pytest.fixture(params=FIGURES.values(), ids=FIGURES, scope="module")
def picture(request):
    return request.param()


def svg_of(picture):
    """The parsed <svg>: raises if it is not well-formed, as an e-book needs it."""
    html = picture._repr_html_()
    return ElementTree.fromstring(html[html.index("<svg") : html.index("</svg>") + 6])


def test_a_figure_is_described_on_the_page_and_in_a_terminal(picture):
    svg = svg_of(picture)
    assert svg.get("role") == "img"
    assert svg.get("aria-label") == picture.alt
    assert picture.alt in repr(picture)


def test_a_figure_takes_the_text_colour_of_the_page(picture):
    assert "#000000" not in picture.svg and "fill: black" not in picture.svg
    assert "currentColor" in svg_of(picture).get("style")


def test_a_figure_fits_its_column(picture):
    svg = svg_of(picture)
    assert svg.get("width") is None and "width:100%" in svg.get("style")
    width = float(svg.get("viewBox").split()[2])
    assert width == pytest.approx(4.4 * 72)  # so 10 points stay 10 px or more at 390 px


def test_a_figure_needs_no_network(picture):
    html = picture._repr_html_()
    names = re.findall(r'xmlns(?::\w+)?="[^"]*"', html)
    for name in names:
        html = html.replace(name, "")
    assert "http" not in html and "<script" not in html


def test_ids_of_different_figures_never_meet():
    seen = set()
    for make in FIGURES.values():
        svg = make().svg
        ids = re.findall(r' id="([^"]+)"', svg)
        assert len(ids) == len(set(ids))
        assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', svg)) == set(ids)
        assert not seen & set(ids)
        seen |= set(ids)


def test_the_same_figure_gives_the_same_text(picture, request):
    assert FIGURES[request.node.callspec.id]().svg == picture.svg


@pytest.mark.parametrize("alt", ["", "  ", None])
def test_no_figure_without_a_description(alt):
    with pytest.raises(ValueError, match="expected a description"):
        Picture("<svg ></svg>", alt)


def test_descriptions_may_hold_any_sign():
    picture = plots.bars({"a": 1}, alt='"a" < b & c')
    assert svg_of(picture).get("aria-label") == '"a" < b & c'


# --- colours


def linear(colour):
    """#rrggbb -> the three intensities of light."""
    c = np.array([int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)])
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def contrast(a, b):
    """WCAG 2's contrast ratio."""
    light = sorted(linear(c) @ [0.2126, 0.7152, 0.0722] + 0.05 for c in (a, b))
    return light[1] / light[0]


def lab(light):
    """CIE L*a*b*, in which a distance of 2.3 is just noticed."""
    xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    x, y, z = xyz @ np.clip(light, 0, 1) / [0.9505, 1, 1.089]
    x, y, z = (np.cbrt(v) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


# What light becomes for those who lack one kind of cone (Machado, Oliveira and Fernandes 2009).
LACKING = {
    "red": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998]],
    "green": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
              [-0.011820, 0.042940, 0.968881]],
    "blue": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
             [0.004733, 0.691367, 0.303900]],
}  # fmt: skip


def smallest_distance(colours, matrix):
    seen = [lab(np.array(matrix) @ linear(colour)) for colour in colours]
    return min(np.linalg.norm(a - b) for k, a in enumerate(seen) for b in seen[:k])


@pytest.mark.parametrize("ground", ["#ffffff", "#121212"])
@pytest.mark.parametrize("colour", charts.CYCLE)
def test_colours_stand_out_in_light_and_dark(colour, ground):
    assert contrast(colour, ground) >= 3


@pytest.mark.parametrize("cone", LACKING)
def test_colours_differ_for_the_colour_blind(cone):
    assert smallest_distance(charts.CYCLE, LACKING[cone]) > 15


def test_a_bad_palette_would_be_noticed():
    assert contrast("#f0e442", "#ffffff") < 3
    assert smallest_distance(["#c04040", "#707020"], LACKING["green"]) < 15


def test_each_thing_has_one_of_the_four_colours():
    assert set(plots.COLOURS.values()) <= set(charts.CYCLE)
    for together in ("ifgo", "rzn", "xhcy"):
        assert len({plots.COLOURS[name] for name in together}) == len(together)


# --- heat maps, curves, points, bars


def cells(picture):
    """(colour, strength) of every cell of a heat map, row by row."""
    found = re.findall(r'style="fill: (#\w+); fill-opacity: ([\d.]+)', picture.svg)
    return [(colour, float(strength)) for colour, strength in found]


def test_a_heat_map_shows_sign_as_colour_and_size_as_strength():
    found = cells(a_heat())
    values = STATES.ravel()
    assert len(found) == 8
    for value, (colour, strength) in zip(values, found, strict=True):
        assert colour == (plots.RED if value > 0 else plots.BLUE)
        assert strength == pytest.approx(0.7 * abs(value), abs=1e-6)
    assert cells(plots.heat(-STATES, ["1", "2"], WORDS, alt="Turned.")) != found


def test_limit_sets_the_strongest_colour():
    assert max(strength for _, strength in cells(a_heat(limit=2))) == pytest.approx(0.35)
    assert max(strength for _, strength in cells(a_heat(limit=0.5))) == pytest.approx(0.7)


def test_a_heat_map_can_stop_at_a_word():
    assert len(cells(a_heat(now=1))) == 4
    assert len(cells(a_heat(now=3))) == 8


def test_tensors_and_lists_draw_alike():
    as_tensor = torch.tensor(STATES, requires_grad=True)
    drawn = [plots.heat(v, ["1", "2"], WORDS, alt="x") for v in (as_tensor, STATES.tolist())]
    assert drawn[0].svg == drawn[1].svg


def test_a_turned_table_is_told_so():
    with pytest.raises(ValueError, match=r"\(2, 4\), got \(4, 2\): pass values.T"):
        plots.heat(STATES.T, ["1", "2"], WORDS, alt="x")
    with pytest.raises(ValueError, match="2 axes"):
        plots.heat(STATES[0], ["1", "2"], WORDS, alt="x")


def test_names_at_the_ends_of_curves_keep_apart():
    figure, axes = plots.canvas(2.6)
    ends = [(1, 0.50, "a", plots.BLUE), (1, 0.51, "b", plots.RED), (1, 0.9, "c", plots.GREEN)]
    for x, y, _, _ in ends:
        axes.plot([0, x], [1, y])
    figure.draw_without_rendering()
    charts._names_at_ends(axes, ends)
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in axes.texts]
    for k, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[:k])


def test_five_curves_are_too_many():
    with pytest.raises(ValueError, match="at most 4 curves, got 5"):
        plots.lines({str(k): [0, 1] for k in range(5)}, alt="x")


# --- diagrams and networks


def test_arrows_end_at_the_border_of_a_node():
    box, circle = diagram.Node(2, 1, 1.2, 0.8), diagram.Node(5, 1, 0.6, 0.6, round=True)
    assert box.border((5, 1)) == box.right == (2.6, 1)
    assert box.border((2, 9)) == box.top
    assert box.border((1, 0)) == pytest.approx((1.6, 0.6))  # leaves through the bottom
    assert circle.border((2, 1)) == pytest.approx(circle.left)
    x, y = circle.border((8, 5))
    assert np.hypot(x - 5, y - 1) == pytest.approx(0.3)


def test_an_arrow_needs_two_ends():
    with pytest.raises(ValueError, match="two stops or more, got 1"):
        plots.Diagram(2).arrow((1, 1))


def test_a_network_says_what_it_shows():
    plain, deep = plots.unrolled(WORDS), plots.unrolled(WORDS, layers=2, directions=2)
    assert "4 words He, ate, an, apple" in plain.alt and "faint" not in plain.alt
    assert "2 layers" in deep.alt and "right to left" in deep.alt
    assert "Steps 1 to 2 are done" in plots.unrolled(WORDS, layers=2, now=1).alt
    with pytest.raises(ValueError, match="expected one layer"):
        plots.unrolled(WORDS, layers=2, directions=2, now=1)
    assert plots.unrolled(WORDS, alt="My words.").alt == "My words."


@pytest.mark.parametrize("words, directions, most", [(7, 1, 6), (5, 2, 4), (0, 1, 6)])
def test_a_network_too_wide_for_a_phone_is_refused(words, directions, most):
    with pytest.raises(ValueError, match=f"1 to {most} words .* got {words}"):
        plots.unrolled(["word"] * words, directions=directions)


def test_cells_grow_gate_by_gate():
    sizes = [len(plots.lstm_cell("figo"[:k]).svg) for k in range(5)]
    assert sizes == sorted(set(sizes))
    sizes = [len(plots.gru_cell("znr"[:k]).svg) for k in range(4)]
    assert sizes == sorted(set(sizes))
    assert "unchanged" in plots.lstm_cell("").alt
    assert plots.gru_cell(reset="before").alt != plots.gru_cell().alt


def test_unknown_gates_are_refused():
    with pytest.raises(ValueError, match="expected parts out of 'figo', got 'fz'"):
        plots.lstm_cell("fz")
    with pytest.raises(ValueError, match="'after' or 'before', got 'none'"):
        plots.gru_cell(reset="none")


def test_the_recipe_names_what_is_there():
    named = set(re.findall(r"plots\.(\w+)\(", plots.__doc__))
    assert named and named <= set(plots.__all__)
    assert all(hasattr(plots, name) for name in plots.__all__)


# --- players


def a_player():
    frames = [a_heat(now=t) for t in range(4)]
    return plots.player(frames, "States, word by word", [f"{w} & so on" for w in WORDS])


def test_a_player_holds_every_frame_with_its_description():
    html = a_player()._repr_html_()
    assert html.count('role="img"') == 4 and html.count('class="frame"') == 4
    assert 'role="group" aria-label="States, word by word"' in html
    assert "an &amp; so on" in html and "http" not in html.replace("http://www.w3.org", "")
    assert repr(a_player()).splitlines()[3] == "  3: an & so on"


def test_players_refuse_what_cannot_be_played():
    frame = a_heat()
    with pytest.raises(ValueError, match="two Pictures or more"):
        plots.player([frame], "x")
    with pytest.raises(ValueError, match="got .*'str'"):
        plots.player([frame, "frame"], "x")
    with pytest.raises(ValueError, match="expected 2 captions, one a frame, got 1"):
        plots.player([frame, frame], "x", ["one"])
    with pytest.raises(ValueError, match="expected a label"):
        plots.player([frame, frame], "")


@pytest.fixture
def tab(chromium):
    """A page with two players on it, its clock in our hands."""
    context = chromium.new_context()
    page = context.new_page()
    page.clock.install()
    body = a_player()._repr_html_() + a_player()._repr_html_()
    page.set_content(
        f"<!doctype html><html lang='en'><title>p</title><main><h1>p</h1>{body}</main>"
    )
    yield page
    context.close()


def shown(page, number=0):
    """The numbers of the frames that can be seen in a player."""
    frames = page.locator(".rnn-player").nth(number).locator(".frame")
    return [k for k in range(frames.count()) if frames.nth(k).is_visible()]


@pytest.mark.browser
def test_a_player_steps_by_button_key_and_slider(tab):
    first = tab.locator(".rnn-player").first
    assert shown(tab) == [0] and first.get_by_role("button", name="Back").is_disabled()
    first.get_by_role("button", name="Next").click()
    assert shown(tab) == [1] and shown(tab, 1) == [0]  # the other one stands still
    assert first.locator(".said").inner_text() == "ate & so on"
    tab.keyboard.press("ArrowRight")
    assert shown(tab) == [2]
    slider = first.get_by_role("slider")
    slider.press("End")
    assert shown(tab) == [3] and first.get_by_role("button", name="Next").is_disabled()
    assert slider.get_attribute("aria-valuetext") == "apple & so on"
    slider.press("ArrowLeft")
    assert shown(tab) == [2]  # one step, not two


@pytest.mark.browser
def test_a_player_plays_to_the_end_and_from_the_start(tab):
    first = tab.locator(".rnn-player").first
    tab.clock.run_for(10_000)
    assert shown(tab) == [0]  # it never starts by itself
    first.get_by_role("button", name="Play").click()
    tab.clock.run_for(PACE)
    assert shown(tab) == [1]
    first.get_by_role("button", name="Pause").click()
    tab.clock.run_for(10 * PACE)
    assert shown(tab) == [1]
    first.get_by_role("button", name="Play").click()
    tab.clock.run_for(10 * PACE)
    assert shown(tab) == [3] and first.get_by_role("button", name="Play").is_visible()
    first.get_by_role("button", name="Play").click()
    assert shown(tab) == [0]


@pytest.mark.browser
def test_a_player_is_accessible_and_prints_every_frame(tab):
    assert not Axe().run(tab).response["violations"]
    tab.emulate_media(media="print")
    assert shown(tab) == [0, 1, 2, 3]
    assert not tab.get_by_role("button").first.is_visible()
