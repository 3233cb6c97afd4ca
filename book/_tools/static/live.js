// Figures that compute; rnn_course/plots/live.py writes their inputs and embeds their weights.
// First the mathematics, the same as in rnn_course/cells.py and packing.py and tested against
// them, then the drawing, then what each kind of figure shows, then the inputs.
"use strict";

(() => {
  // -- the mathematics ------------------------------------------------------------------------

  const sigmoid = (a) => 1 / (1 + Math.exp(-a));
  const dot = (u, v) => u.reduce((sum, u_k, k) => sum + u_k * v[k], 0);
  const linear = (x, W, b) => W.map((row, k) => dot(row, x) + b[k]);
  const norm = (v) => Math.sqrt(dot(v, v));

  // One unit of an LSTM: the sums inside its gates, its old cell state -> the step.
  function lstmStep({ i: a_i, f: a_f, g: a_g, o: a_o, c: c_old }) {
    const i = sigmoid(a_i), f = sigmoid(a_f), g = Math.tanh(a_g), o = sigmoid(a_o);
    const c = f * c_old + i * g;
    return { i, f, g, o, kept: f * c_old, written: i * g, c, h: o * Math.tanh(c) };
  }

  // What a forget gate leaves of the memory, and of a gradient on its way back, after 0..T words.
  function forgetting(bias, T) {
    const f = sigmoid(bias);
    const left = Array.from({ length: T + 1 }, (_, k) => f ** k);
    return { f, halfLife: Math.log(0.5) / Math.log(f), left };
  }

  // Norm of the loss's gradient by the last state, the one before, ..., back to the first: an RNN
  // with the recurrent weights scale * W reads size * noise, and a gradient comes in at the end.
  function gradientNorms({ W, noise, gradient }, scale, size, withTanh) {
    const squeeze = withTanh ? Math.tanh : (a) => a;
    const slope = withTanh ? (h) => 1 - h * h : () => 1;
    const states = [];
    let h = W.map(() => 0);
    for (const x of noise) {
      h = W.map((row, k) => squeeze(size * x[k] + scale * dot(row, h)));
      states.push(h);
    }
    let dh = gradient;
    const norms = [norm(dh)];
    for (let t = states.length - 1; t > 0; t--) {
      const da = dh.map((d, k) => d * slope(states[t][k]));
      dh = da.map((_, j) => scale * da.reduce((sum, d, k) => sum + d * W[k][j], 0));
      norms.push(norm(dh));
    }
    return norms;
  }

  // torch's GRU over letter numbers -> r, z, n, h and the readout's probabilities at each letter.
  function readLetters(p, ids) {
    const H = p.weight_hh[0].length;
    let h = Array(H).fill(0);
    return ids.map((id) => {
      const a = linear(p.embedding[id], p.weight_ih, p.bias_ih);
      const u = linear(h, p.weight_hh, p.bias_hh);
      const r = h.map((_, k) => sigmoid(a[k] + u[k]));
      const z = h.map((_, k) => sigmoid(a[H + k] + u[H + k]));
      const n = h.map((_, k) => Math.tanh(a[2 * H + k] + r[k] * u[2 * H + k]));
      h = h.map((h_k, k) => (1 - z[k]) * n[k] + z[k] * h_k);
      const logits = linear(h, p.readout, p.readout_bias);
      const largest = Math.max(...logits);
      const powers = logits.map((y) => Math.exp(y - largest));
      const sum = powers.reduce((x, y) => x + y);
      return { r, z, n, h, shares: powers.map((power) => power / sum) };
    });
  }

  // The layout of a packed batch: which row (t, sequence) stands where.
  function pack(lengths) {
    const sorted = lengths.map((_, n) => n).sort((m, n) => lengths[n] - lengths[m] || m - n);
    const batchSizes = Array.from({ length: Math.max(...lengths) }, (_, t) =>
      lengths.filter((n) => n > t).length);
    const rows = batchSizes.flatMap((size, t) => sorted.slice(0, size).map((n) => [t, n]));
    return { batchSizes, sorted, rows };
  }

  // -- drawing --------------------------------------------------------------------------------

  const BLUE = "#0072b2", RED = "#d55e00", GREEN = "#009e73", PURPLE = "#cc79a7";
  const SVG = new Set(["svg", "line", "polyline", "text"]);

  function make(tag, attributes = {}, ...children) {
    const node = SVG.has(tag)
      ? document.createElementNS("http://www.w3.org/2000/svg", tag)
      : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  }

  const say = (x, digits = 2) => x.toFixed(digits).replace("-", "−");
  const percent = (x) => `${(100 * x).toFixed(0)} %`;
  // Numbers that may be tiny or huge: 3 significant digits, or a power of ten.
  const rough = (x) => {
    if (x === 0 || (x >= 0.001 && x < 10000)) return String(Number(x.toPrecision(3)));
    const [digits, power] = x.toExponential(0).split("e");
    return `${digits} · 10^${Number(power)}`.replace("-", "−");
  };

  // Rows of [name, number, colour]: a bar from the middle for each.
  function bars(rows, limit) {
    const table = make("div", { class: "bars", "aria-hidden": "true" });
    for (const [name, x, colour] of rows) {
      const width = 50 * Math.min(Math.abs(x) / limit, 1);
      const bar = make("i", {
        style: `left:${x < 0 ? 50 - width : 50}%;width:${width}%;background:${colour}`,
      });
      table.append(make("span", {}, name), make("div", {}, bar), make("b", {}, say(x)));
    }
    return table;
  }

  // Curves over 0, 1, 2, ...: series of {ys, colour, dash}; axis of {low, high, log, name}.
  function lines(series, axis, xName) {
    const left = 50, right = 372, top = 22, bottom = 176;
    const steps = series[0].ys.length - 1;
    const place = axis.log ? Math.log10 : (y) => y;
    const share = (y) => (place(y) - place(axis.low)) / (place(axis.high) - place(axis.low));
    const atY = (y) => bottom - (bottom - top) * Math.min(Math.max(share(y), 0), 1);
    const atX = (k) => left + ((right - left) * k) / steps;
    const text = (x, y, words, anchor) =>
      make("text", { x, y, "text-anchor": anchor, fill: "currentColor" }, words);
    const line = (x1, y1, x2, y2) =>
      make("line", { x1, y1, x2, y2, stroke: "currentColor", "stroke-opacity": 0.3 });
    const svg = make("svg", { viewBox: "0 0 380 210", "aria-hidden": "true" });
    for (const [y, words] of axis.ticks)
      svg.append(line(left, atY(y), right, atY(y)), text(left - 4, atY(y) + 4, words, "end"));
    for (const k of [0, steps / 2, steps])
      svg.append(text(atX(k), bottom + 14, String(Math.round(k)), "middle"));
    svg.append(text(left, 12, axis.name, "start"));
    svg.append(text((left + right) / 2, bottom + 29, xName, "middle"));
    for (const { ys, colour, dash } of series) {
      const points = ys.map((y, k) => `${atX(k).toFixed(1)},${atY(y).toFixed(1)}`).join(" ");
      svg.append(make("polyline", {
        points, fill: "none", stroke: colour, "stroke-width": 2, "stroke-dasharray": dash,
      }));
    }
    return svg;
  }

  // -- the kinds of figures: (data) -> (values of the inputs, redraw) -> { drawing, words } ------

  const kinds = {
    lstm_step: () => (values) => {
      const s = lstmStep(values);
      const rows = [
        ["i", s.i, GREEN], ["f", s.f, RED], ["g", s.g, PURPLE], ["o", s.o, BLUE],
        ["old c", values.c, RED], ["f · old c", s.kept, RED], ["i · g", s.written, GREEN],
        ["new c", s.c, RED], ["h", s.h, BLUE],
      ];
      const words = `The forget gate keeps ${say(s.f)} of the old c, which leaves ` +
        `${say(s.kept)}. The input gate writes ${say(s.i)} of the candidate ${say(s.g)}, which ` +
        `adds ${say(s.written)}. So c becomes ${say(s.c)}, and the output gate shows ` +
        `h = ${say(s.o)} · tanh(c) = ${say(s.h)}. On its way back along c, a gradient is ` +
        `multiplied by f = ${say(s.f)}.`;
      return { drawing: [bars(rows, 3)], words };
    },

    forget_bias: () => ({ bias, T }) => {
      const { f, halfLife, left } = forgetting(bias, T);
      const axis = { low: 0, high: 1, ticks: [[0, "0"], [0.5, "½"], [1, "1"]],
        name: "share that is left" };
      const words = `With the bias ${say(bias, 1)} the forget gate is ${say(f, 4)}. Half of the ` +
        `gradient is left after ${rough(halfLife)} words, and after ${T} words ` +
        `${rough(left[T])} of it. A bias of log ${T} = ${say(Math.log(T))} would leave ` +
        `${say((T / (T + 1)) ** T)} after ${T} words.`;
      return { drawing: [lines([{ ys: left, colour: RED, dash: "none" }], axis, "words")], words };
    },

    recurrent_weight: (data) => ({ scale, size }) => {
      const [withTanh, without] = [true, false].map((tanh) =>
        gradientNorms(data, scale, 10 ** size, tanh));
      const ticks = [-9, -6, -3, 0, 3, 6].map((power) => [10 ** power, `1e${power}`]);
      const axis = { low: 1e-10, high: 1e7, log: true, ticks, name: "norm of the gradient" };
      const steps = withTanh.length - 1;
      const series = [
        { ys: without, colour: BLUE, dash: "6 4" },
        { ys: withTanh, colour: RED, dash: "none" },
      ];
      const key = make("p", { class: "key" },
        make("i", { style: `border-top:3px solid ${RED}` }), "with tanh",
        make("i", { style: `border-top:3px dashed ${BLUE}` }), "without tanh");
      const words = `Spectral radius ${say(scale)}, input of size ${rough(10 ** size)}: after ` +
        `${steps} steps back, a gradient of length 1 has the length ` +
        `${rough(withTanh[steps])} with tanh and ${rough(without[steps])} without it.`;
      return { drawing: [lines(series, axis, "steps back from the end"), key], words };
    },

    gru_letters: (data) => (values, figure) => {
      const typed = [...values.text.toLowerCase()];
      const known = typed.filter((letter) => data.letters.includes(letter));
      const left_out = [...new Set(typed.filter((letter) => !known.includes(letter)))];
      const slider = figure.querySelector("[name=read]");
      if (Number(slider.max) !== Math.max(known.length, 1)) {  // another text: read all of it
        slider.max = Math.max(known.length, 1);
        slider.value = values.read = slider.max;
      }
      if (!known.length) return { drawing: [], words: "Type a sentence for the network to read." };
      const steps = readLetters(data, known.map((letter) => data.letters.indexOf(letter)));
      const what = values.what || "h", unit = values.unit - 1, now = values.read - 1;
      const strip = make("div", { class: "letters", "aria-hidden": "true" });
      steps.forEach((step, t) => {
        const x = step[what][unit], high = 50 * Math.abs(x), colour = x > 0 ? RED : BLUE;
        const shown = t <= now ? 0.75 * Math.abs(x) : 0;
        const shade = Math.round(255 * shown).toString(16).padStart(2, "0");
        const bar = make("i", { style: t > now ? "height:0" :
          `height:${high}%;background:${colour};${x > 0 ? `bottom:50%` : `top:50%`}` });
        const letter = known[t] === " " ? "␣" : known[t] === "\n" ? "⏎" : known[t];
        strip.append(make("span", t === now ? { class: "now" } : {},
          make("b", { style: `background:${colour}${shade}` }, letter), make("div", {}, bar)));
      });
      const best = steps[now].shares.map((share, k) => [share, data.answers[k]])
        .sort((a, b) => b[0] - a[0]).slice(0, 3);
      const guesses = best.map(([share, answer]) => `${answer} ${percent(share)}`).join(", ");
      const before = known.slice(Math.max(0, now - 11), now + 1).join("");
      const words = `After “${now > 11 ? "…" : ""}${before}”: unit ${values.unit} has ` +
        `${what} = ${say(steps[now][what][unit])}. ${data.asked} ${guesses}.` +
        (left_out.length ? ` The network has never seen ${left_out.join(" ")}; left out.` : "");
      return { drawing: [strip], words };
    },

    packing: (data) => {
      let taken = 0, texts = "", problem = "";
      return (values, figure, redraw) => {
        const sentences = data.names.map((name) => values[name].split(/\s+/).filter(Boolean));
        if (texts !== JSON.stringify(sentences)) {
          texts = JSON.stringify(sentences);
          taken = 0;
          problem = "";
        }
        if (sentences.some((words) => !words.length))
          return { drawing: [], words: "Every sentence needs at least one word." };
        const { batchSizes, sorted, rows } = pack(sentences.map((words) => words.length));
        const click = (t) => {
          problem = t === taken ? "" : t < taken ? `Step ${t} has been taken already. ` :
            `Step ${t} has to wait: the rows go step by step, and step ${taken} comes first. `;
          if (!problem) taken += 1;
          redraw();
        };
        const head = make("tr", {}, make("th", { scope: "col" }, "no."));
        batchSizes.forEach((_, t) => {
          const button = make("button", { type: "button", "data-key": `step ${t}` }, `step ${t}`);
          button.onclick = () => click(t);
          head.append(make("th", { scope: "col" }, button));
        });
        const body = sorted.map((n) => make("tr", {},
          make("th", { scope: "row" }, `${n + 1}`),
          ...batchSizes.map((_, t) => {
            const word = sentences[n][t];
            const state = word === undefined ? "none" : t < taken ? "taken" : "waiting";
            return make("td", { class: state }, word ?? "");
          })));
        const again = make("button", { type: "button", "data-key": "again" }, "Start again");
        again.onclick = () => { taken = 0; problem = ""; redraw(); };
        const done = rows.filter(([t]) => t < taken);
        const packed = make("p", { class: "rows" }, ...done.map(([t, n]) =>
          make("span", { class: t % 2 ? "odd" : "even" }, sentences[n][t])));
        const sizes = batchSizes.slice(0, taken);
        const table = make("div", { class: "wide" }, make("table", {}, head, ...body));
        const words = problem + (taken === 0
          ? "The longest sentence is on top. Take the columns in the right order: which is first?"
          : `batch_sizes: ${sizes.join(", ")}. ${done.length} of ${rows.length} rows are packed` +
            (taken < batchSizes.length ? "." : ", and no padding among them. " +
            `sorted_indices: ${sorted.join(", ")} (counted from 0).`));
        return { drawing: [table, packed, again], words };
      };
    },
  };

  // -- inputs ---------------------------------------------------------------------------------

  function start(figure) {
    const data = JSON.parse(figure.querySelector("script").textContent);
    const live = figure.querySelector(".live"), view = live.querySelector(".view");
    const said = live.querySelector("output");
    const inputs = [...live.querySelectorAll("input, select")];
    const show = kinds[figure.dataset.kind](data);
    const play = live.querySelector("button[data-play]");
    let timer = null;

    const draw = () => {
      const values = {};
      for (const input of inputs)
        values[input.name] = input.type === "range" ? Number(input.value) : input.value;
      const { drawing, words } = show(values, figure, draw);
      const focused = view.contains(document.activeElement) && document.activeElement.dataset.key;
      view.replaceChildren(...drawing);
      if (focused) view.querySelector(`[data-key="${focused}"]`)?.focus();
      said.setAttribute("aria-live", timer ? "off" : "polite");  // not every step of a film
      said.textContent = words;
      for (const input of inputs)
        if (input.type === "range")
          input.closest(".control").querySelector(".value").textContent =
            say(Number(input.value), Number(input.dataset.digits));
    };
    const stop = () => {
      if (!timer) return;
      clearInterval(timer);
      timer = null;
      said.setAttribute("aria-live", "polite");
      play.textContent = "Play";
    };
    for (const input of inputs) input.addEventListener("input", () => { stop(); draw(); });
    if (play) {
      const slider = live.querySelector(`[name=${play.dataset.play}]`);
      play.onclick = () => {
        if (timer) return stop();
        if (slider.value === slider.max) slider.value = slider.min;
        play.textContent = "Pause";
        timer = setInterval(() => {
          slider.stepUp();
          if (slider.value === slider.max) stop();
          draw();
        }, 300);
        draw();
      };
    }
    live.hidden = false;
    figure.dataset.ready = "yes";
    draw();
  }

  const startAll = () => document.querySelectorAll(".rnn-live:not([data-ready])").forEach(start);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", startAll);
  else startAll();

  window.rnnLive = { lstmStep, forgetting, gradientNorms, readLetters, pack };  // for the tests
})();
