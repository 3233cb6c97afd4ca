// A formula that is wider than its place scrolls there. Let the keyboard reach it as well.
function reachWideFormulas() {
  for (const formula of document.querySelectorAll('mjx-container[display="true"]')) {
    if (formula.scrollWidth > formula.clientWidth) formula.tabIndex = 0;
    else formula.removeAttribute("tabindex");
  }
}

window.addEventListener("load", () => {
  window.MathJax?.startup?.promise?.then(reachWideFormulas);
  window.addEventListener("resize", reachWideFormulas);
});
