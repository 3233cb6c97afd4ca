// A formula that is wider than its place scrolls there: let the keyboard reach it as well. Sizes
// change when fonts arrive, windows turn and answers unfold, so they are observed.
const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const place = target.closest("mjx-container");
    if (place.scrollWidth > place.clientWidth) place.tabIndex = 0;
    else place.removeAttribute("tabindex");
  }
});

window.addEventListener("load", async () => {
  await window.MathJax?.startup?.promise;
  for (const place of document.querySelectorAll('mjx-container[display="true"]')) {
    sizes.observe(place);
    sizes.observe(place.firstElementChild);
  }
});
