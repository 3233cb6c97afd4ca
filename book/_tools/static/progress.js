// What has been read: a line at the top of the window, and a mark in the contents beside each page
// whose end was reached. Kept in this browser alone (localStorage); a button forgets it.
(() => {
  const KEY = "rnn-course-read";
  const page = DOCUMENTATION_OPTIONS.pagename;

  function stored() { // a browser may forbid it
    try { return new Set(JSON.parse(localStorage.getItem(KEY)) ?? []); } catch { return new Set(); }
  }
  function store(read) {
    try {
      if (read.size) localStorage.setItem(KEY, JSON.stringify([...read]));
      else localStorage.removeItem(KEY);
    } catch { /* then it is not kept */ }
  }

  // The entries of the contents, each with its page's name: "book/gru". The open page's link is "#".
  const entries = () => [...document.querySelectorAll("nav.bd-links a.reference.internal")].map(
    (link) => [link, link.getAttribute("href") === "#"
      ? page : "book/" + link.pathname.split("/").pop().replace(/\.html$/, "")]);

  function show(read) {
    for (const [link, name] of entries()) {
      link.classList.toggle("read", read.has(name));
      link.querySelector(".visually-hidden")?.remove();
      if (read.has(name)) {
        const said = document.createElement("span");
        said.className = "visually-hidden";
        said.textContent = " (read)";
        link.append(said);
      }
    }
    document.querySelector(".forget-read").hidden = !read.size;
  }

  window.addEventListener("DOMContentLoaded", () => {
    const contents = document.querySelector("nav.bd-links"), article = document.querySelector("article");
    if (!contents || !article) return;
    const forget = document.createElement("button");
    forget.type = "button";
    forget.className = "forget-read";
    forget.textContent = "Forget what I have read";
    forget.addEventListener("click", () => {
      store(new Set());
      show(new Set());
      contents.querySelector("a").focus();
    });
    contents.append(forget);
    show(stored());

    if (!entries().some(([, name]) => name === page)) return;
    const line = document.createElement("div");
    line.className = "read-line";
    line.setAttribute("aria-hidden", "true");
    document.body.append(line);
    let waiting = false;
    const update = () => {
      waiting = false;
      const { top, bottom } = article.getBoundingClientRect();
      const way = bottom - top - window.innerHeight;
      const share = way > 0 ? Math.min(1, Math.max(0, -top / way)) : bottom <= window.innerHeight ? 1 : 0;
      line.style.transform = `scaleX(${share})`;
      const read = stored();
      if (share > 0.98 && window.scrollY > 0 && !read.has(page)) {
        store(read.add(page));
        show(read);
      }
    };
    window.addEventListener("scroll", () => {
      if (!waiting) requestAnimationFrame(update);
      waiting = true;
    }, { passive: true });
  });
})();
