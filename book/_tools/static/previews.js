// A preview of what a link leads to: a section's beginning, an equation, a work that is cited, a
// line of the glossary. It comes from this site's own pages; opened as files, without a server, the
// browser gives those of the same page alone. Pointer or keyboard focus shows it, Escape closes it.
(() => {
  const DELAY = 300; // milliseconds
  const MOST = 500; // characters of a section
  const pages = new Map(); // address -> promise of the parsed page, or null
  let box, shown, timer;

  function pageOf(url) {
    const address = url.origin + url.pathname;
    if (address === location.origin + location.pathname) return Promise.resolve(document);
    if (location.protocol === "file:") return Promise.resolve(null);
    if (!pages.has(address)) {
      const parsed = fetch(address).then((response) => response.ok ? response.text() : null)
        .then((text) => text && new DOMParser().parseFromString(text, "text/html"))
        .catch(() => null);
      pages.set(address, parsed);
    }
    return pages.get(address);
  }

  function words(text) {
    const node = document.createElement("p");
    node.className = "from";
    node.textContent = text.replace(/[#¶]\s*$/, "").trim();
    return node;
  }

  // Heading and first paragraphs of a section, without the line that says how long a page takes.
  function beginning(section) {
    const heading = section.querySelector("h1, h2, h3, h4"), parts = [];
    let length = 0;
    for (const node of section.children) {
      if (node.matches("section") || length > MOST) break;
      const first = node.firstElementChild;
      const isNote = first?.matches("em") && first.textContent === node.textContent.trim();
      if (isNote || !node.matches("p, ul, ol, .math-wrapper, div.math")) continue;
      parts.push(node);
      length += node.textContent.length;
    }
    return [words(heading?.textContent ?? ""), ...parts];
  }

  // The nodes that show what an anchor names; none where there is nothing to show.
  function target(page, hash) {
    const place = hash ? page.getElementById(decodeURIComponent(hash.slice(1))) : null;
    if (hash && !place) return [];
    if (!place) {
      const section = page.querySelector("article section");
      return section ? beginning(section) : [];
    }
    if (place.matches("div.math, .math-wrapper")) return [place];
    const row = place.closest("tr");
    if (row) return [words(row.cells[0].textContent), ...[...row.cells].slice(1, 3)];
    if (place.matches("dt")) return [words(place.textContent),
      ...[place.nextElementSibling?.querySelector("p")].filter(Boolean)];
    const cited = place.closest("div.citation, dl.citation");
    if (cited) return [...cited.children].filter((node) => !node.matches(".label"));
    const section = place.closest("section");
    return section ? beginning(section) : [];
  }

  // Copies that hold neither links nor ids nor anything to press.
  function copied(nodes) {
    return nodes.map((node) => {
      const copy = document.createElement(node.matches("td, th") ? "p" : node.localName);
      copy.className = node.className;
      copy.append(...[...node.childNodes].map((child) => document.importNode(child, true)));
      for (const useless of copy.querySelectorAll("a.headerlink, .eqno, button, script, style"))
        useless.remove();
      for (const link of copy.querySelectorAll("a")) link.replaceWith(...link.childNodes);
      for (const named of copy.querySelectorAll("[id], [tabindex]")) {
        named.removeAttribute("id");
        named.removeAttribute("tabindex");
      }
      return copy;
    });
  }

  function place(link) {
    const { left, top, bottom } = link.getClientRects()[0] ?? link.getBoundingClientRect();
    const width = document.documentElement.clientWidth;
    const above = bottom + box.offsetHeight + 8 > window.innerHeight && top > box.offsetHeight + 8;
    const x = Math.max(16, Math.min(left, width - box.offsetWidth - 16));
    const y = above ? top - box.offsetHeight - 4 : bottom + 4;
    box.style.left = `${x + window.scrollX}px`;
    box.style.top = `${y + window.scrollY}px`;
  }

  async function show(link) {
    const page = await pageOf(new URL(link.href));
    const nodes = page ? copied(target(page, link.hash)) : [];
    if (shown !== link || !nodes.length) return;
    link.removeAttribute("title"); // the browser's own preview, of a citation
    box.replaceChildren(...nodes);
    box.hidden = false;
    const raw = [...box.querySelectorAll(".math"), ...nodes.filter((node) => node.matches(".math"))]
      .filter((formula) => !formula.querySelector("mjx-container"));
    for (const formula of raw) formula.classList.remove("waiting");
    if (raw.length && window.MathJax?.typeset) MathJax.typeset(raw);
    for (const formula of box.querySelectorAll("mjx-container")) formula.removeAttribute("tabindex");
    link.setAttribute("aria-describedby", "preview");
    place(link);
  }

  function hide() {
    clearTimeout(timer);
    shown?.removeAttribute("aria-describedby");
    shown = null;
    box.hidden = true;
  }

  function later(link) {
    if (shown === link) return clearTimeout(timer);
    hide();
    shown = link;
    timer = setTimeout(show, DELAY, link);
  }

  window.addEventListener("DOMContentLoaded", () => {
    const article = document.querySelector("article.bd-article");
    if (!article) return;
    box = document.createElement("div");
    box.id = "preview";
    box.setAttribute("role", "tooltip");
    box.hidden = true;
    document.body.append(box);
    const linkOf = (event) => {
      const link = event.target.closest?.("a.reference.internal:not(.image-reference), a.bibtex");
      return link && article.contains(link) && link.host === location.host ? link : null;
    };
    document.addEventListener("pointerover", (event) => {
      if (event.pointerType !== "mouse") return;
      const link = linkOf(event);
      if (link) later(link);
      else if (box.contains(event.target)) clearTimeout(timer);
      else if (shown && !shown.matches(":focus-visible")) {
        clearTimeout(timer);
        timer = setTimeout(hide, DELAY); // time to move onto the preview
      }
    });
    document.addEventListener("focusin", (event) => {
      const link = linkOf(event);
      if (link?.matches(":focus-visible")) later(link);
      else if (shown) hide();
    });
    document.addEventListener("keydown", (event) => event.key === "Escape" && shown && hide());
    document.addEventListener("click", () => shown && hide());
  });
})();
