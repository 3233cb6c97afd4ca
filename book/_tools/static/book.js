// Formulas. MathJax would set all of a page's in one piece, and a long chapter would not answer for
// seconds. So they are set in slices, those in view first; before printing, all that are left.
const SLICE = 8; // milliseconds, after which whatever the reader does has its turn

const rest = (time = 0) => new Promise((go) => setTimeout(go, time));

// Do something again and again, until it says that nothing is left.
async function inSlices(step) {
  for (let left = true; left; await rest()) {
    const end = performance.now() + SLICE;
    do left = step();
    while (left && performance.now() < end);
  }
}

async function setFormulas() {
  const waiting = new Set(document.querySelectorAll(".math"));
  const inView = new Set();
  const set = (formulas) => {
    MathJax.typeset(formulas);
    for (const formula of formulas) {
      waiting.delete(formula);
      inView.delete(formula);
      formula.classList.remove("waiting");
      watcher.unobserve(formula);
      const container = formula.querySelector('mjx-container[display="true"]');
      if (container) for (const node of [container, container.firstElementChild]) sizes.observe(node);
    }
  };
  let looked;
  const first = new Promise((resolve) => { looked = resolve; });
  const watcher = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (isIntersecting) inView.add(target);
      else inView.delete(target);
    }
    looked();
  }, { rootMargin: "50%" });
  for (const formula of waiting) {
    formula.classList.add("waiting");
    watcher.observe(formula);
  }
  window.addEventListener("beforeprint", () => waiting.size && set([...waiting]));
  if (waiting.size) await Promise.race([first, rest(200)]); // a hidden page is not looked at
  await inSlices(() => {
    const [formula] = inView.size ? inView : waiting;
    if (formula) set([formula]);
    return waiting.size > 0;
  });
}

if (window.MathJax) MathJax.startup = { pageReady: setFormulas };

// What is wider than its place scrolls there: let the keyboard reach it as well.
function letReach(place) {
  if (place.scrollWidth > place.clientWidth) place.tabIndex = 0;
  else place.removeAttribute("tabindex");
}

// Sizes of formulas change when fonts arrive, windows turn and answers unfold, so they are observed.
const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) letReach(target.closest("mjx-container"));
});

// A long page begins with what is in view (book.css). Then the rest is laid out, section by section,
// and code and tables are looked at, which the theme would do in one piece (book_fixes.py).
window.addEventListener("load", async () => {
  let moved = false;
  for (const kind of ["wheel", "touchmove", "keydown", "mousedown"]) {
    window.addEventListener(kind, () => { moved = true; }, { once: true, passive: true });
  }
  const sections = [...document.querySelectorAll(".bd-article section > section")];
  await inSlices(() => {
    const section = sections.shift();
    section?.classList.add("laid-out");
    section?.getBoundingClientRect();
    return sections.length > 0;
  });
  const aim = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!moved) aim?.scrollIntoView();
  const places = [...document.querySelectorAll(
    "pre, .cell_output > .output, .pst-scrollable-table-container")];
  inSlices(() => places.length > 0 && (letReach(places.shift()), true));
});
