"""Pictures that step through time: buttons, a slider and the arrow keys; no library, no network.

Without JavaScript, and on paper, all frames stand side by side.
"""

from collections.abc import Iterable
from html import escape

from rnn_course.plots.picture import RESET, Picture

PACE = 1200  # milliseconds a frame, while it plays

CSS = """<style>
.rnn-player{max-width:32rem;margin:.5rem auto}
.rnn-player .bar{display:none;flex-wrap:wrap;gap:.5rem;align-items:center;margin:.25rem 0}
.rnn-player[data-ready] .bar{display:flex}
.rnn-player[data-ready] .frame[hidden]{display:none}
.rnn-player button{font:inherit;line-height:1;min-width:2.75rem;min-height:2.75rem;padding:0 .6rem;
 color:inherit;background:none;border:1px solid currentColor;border-radius:.3rem;cursor:pointer}
.rnn-player button:disabled{opacity:.4;cursor:default}
.rnn-player input{flex:1 1 8rem;min-width:6rem;height:2.75rem;accent-color:#0072b2}
.rnn-player :focus-visible{outline:3px solid #d55e00;outline-offset:2px}
.rnn-player .said{margin:.25rem 0;min-height:1.6em}
@media print{.rnn-player .bar,.rnn-player .said{display:none!important}
 .rnn-player .frame,.rnn-player .frame[hidden]{display:inline-block!important;width:48%}}
</style>"""

SCRIPT = """<script>
for (const player of document.querySelectorAll(".rnn-player:not([data-ready])")) {
  player.dataset.ready = "yes";
  const frames = [...player.querySelectorAll(".frame")];
  const [back, play, on] = player.querySelectorAll("button");
  const slider = player.querySelector("input"), said = player.querySelector(".said");
  let timer = null;
  const show = k => {
    frames.forEach((frame, j) => { frame.hidden = j !== k; });
    slider.value = k;
    slider.setAttribute("aria-valuetext", frames[k].dataset.caption);
    said.textContent = frames[k].dataset.caption;
    back.disabled = k === 0;
    on.disabled = k === frames.length - 1;
  };
  const stop = () => { clearInterval(timer); timer = null; play.textContent = "Play"; };
  const step = by => {
    const k = Number(slider.value) + by;
    if (k >= 0 && k < frames.length) show(k);
    if (k >= frames.length - 1) stop();
  };
  back.onclick = () => { stop(); step(-1); };
  on.onclick = () => { stop(); step(1); };
  slider.oninput = () => { stop(); show(Number(slider.value)); };
  play.onclick = () => {
    if (timer) return stop();
    if (Number(slider.value) === frames.length - 1) show(0);
    play.textContent = "Pause";
    timer = setInterval(() => step(1), PACE);
  };
  player.onkeydown = event => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by || event.target === slider) return;
    event.preventDefault();
    event.stopPropagation();
    stop();
    step(by);
  };
  show(0);
}
</script>""".replace("PACE", str(PACE))


class Player:
    """Frames (captions and Pictures) shown one at a time. Made by `player`."""

    def __init__(self, frames, captions, label):
        self.frames, self.captions, self.label = frames, captions, label

    def _repr_html_(self):
        label = escape(self.label)
        shown = "".join(
            f'<div class="frame" data-caption="{escape(caption)}">{frame.element()}</div>'
            for frame, caption in zip(self.frames, self.captions, strict=True)
        )
        return (
            f'{RESET}{CSS}<div class="rnn-picture rnn-player" role="group" aria-label="{label}">'
            f'{shown}<p class="said" aria-live="polite"></p><div class="bar">'
            '<button type="button">Back</button><button type="button">Play</button>'
            f'<button type="button">Next</button><input type="range" min="0" '
            f'max="{len(self.frames) - 1}" value="0" step="1" aria-label="step of: {label}">'
            f"</div></div>{SCRIPT}"
        )

    def __repr__(self):
        steps = "\n".join(f"  {k}: {caption}" for k, caption in enumerate(self.captions, 1))
        return f"[player: {self.label}]\n{steps}"


def player(frames: Iterable[Picture], label: str, captions: Iterable[str] | None = None) -> Player:
    """Step through pictures of the same size.

    frames    Pictures, in order; two or more
    label     what it is, in a few words: the name that a screen reader gives the group
    captions  the sentence shown under each frame; default: the frame's alt
    """
    frames = list(frames)
    if len(frames) < 2 or not all(isinstance(frame, Picture) for frame in frames):
        raise ValueError(
            "expected two Pictures or more, as rnn_course.plots makes them, got "
            f"{[type(frame).__name__ for frame in frames]}"
        )
    captions = [frame.alt for frame in frames] if captions is None else list(captions)
    if len(captions) != len(frames):
        raise ValueError(f"expected {len(frames)} captions, one a frame, got {len(captions)}")
    if not label:
        raise ValueError("expected a label: what the player shows, in a few words")
    return Player(frames, captions, label)
