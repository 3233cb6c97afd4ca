// The search page: sections that fit, best first, out of pagefind's index (search_index.py).
const SMALL = new Set(`a about after all am an and any are as at be by can do does for from get
  has have how i if in into is it its me my not of on one or should so than that the there to use
  was what when where work works which while who why will with you your`.split(/\s+/));
const MOST = 30, SECTIONS = 500; // shown at most; about so many there are

// The sections that have words of a question, best first. pagefind gives only what has every word of
// what it is asked, so it is asked for all words and for each: a section's score is the sum, and what
// few sections have counts more.
async function find(pagefind, question) {
  const words = question.split(/\s+/).filter(word => word && !SMALL.has(word.toLowerCase()));
  const scores = new Map();
  const asked = new Set(words.length ? [words.join(" "), ...words] : [question]);
  for (const some of asked) {
    const { results } = await pagefind.search(some);
    const most = Math.max(...results.map(result => result.score));
    for (const result of results) {
      const [, before] = scores.get(result.id) ?? [result, 0];
      const rare = Math.log(1 + SECTIONS / results.length);
      scores.set(result.id, [result, before + rare * Math.sqrt(result.score / most)]);
    }
  }
  const found = [...scores.values()].sort((one, other) => other[1] - one[1]).slice(0, MOST);
  return Promise.all(found.map(([result]) => result.data()));
}

function shown({ url, meta, excerpt }) {
  const item = document.createElement("li"), link = document.createElement("a");
  const text = document.createElement("p");
  link.href = url;
  link.textContent = meta.title;
  text.innerHTML = excerpt; // pagefind's: text with <mark>
  item.append(link, ...(meta.chapter ? [` — ${meta.chapter}`] : []), text);
  return item;
}

async function search(place) {
  const question = new URLSearchParams(location.search).get("q")?.trim();
  if (!question) return;
  for (const field of document.querySelectorAll("form.bd-search input")) field.value = question;
  let pagefind;
  try {
    pagefind = await import(new URL("pagefind/pagefind.js", document.baseURI));
    await pagefind.options({ ranking: { termFrequency: 0.8, pageLength: 0.3 } });
  } catch { // no server: Sphinx's own search
    for (const name of ["_static/language_data.js", "searchindex.js", "_static/searchtools.js"]) {
      const script = document.createElement("script");
      script.src = name;
      script.async = false;
      document.body.append(script);
    }
    return;
  }
  const results = await find(pagefind, question);
  const summary = document.createElement("p"), list = document.createElement("ul");
  summary.textContent = results.length
    ? `${results.length === MOST ? `The best ${MOST}` : results.length} sections for “${question}”:`
    : `Nothing was found for “${question}”. Try fewer words, or others.`;
  summary.setAttribute("role", "status");
  list.className = "search";
  list.append(...results.map(shown));
  place.replaceChildren(summary, list);
}

window.addEventListener("load", () => {
  const place = document.getElementById("search-results");
  if (place) search(place);
});
