// The table of use cases: figures go to their columns, the search box asks as one types.
import { fetchPart } from "./http.js";

document.addEventListener("part-arrived", (event) => {
  const row = event.target.closest("tr");
  if (!row) return;
  for (const figure of event.target.querySelectorAll("[data-for]")) {
    const cell = row.querySelector(`[data-figure="${figure.dataset.for}"]`);
    if (cell && !cell.contains(event.target)) cell.replaceChildren(...figure.childNodes);
  }
});

const form = document.querySelector("[data-search=use-cases]");
let waiting = 0, asked;

form?.addEventListener("input", () => {
  forget();
  waiting = setTimeout(search, 150);
});
form?.addEventListener("submit", forget);  // the page comes anew

function forget() {
  clearTimeout(waiting);
  asked?.abort();
}

async function search() {
  asked = new AbortController();
  const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
  const address = form.getAttribute("action") + (query.size ? `?${query}` : "");
  const shown = document.querySelector("#use-cases");
  shown.setAttribute("aria-busy", "true");
  try {
    const html = await fetchPart(address, { signal: asked.signal });
    const page = new DOMParser().parseFromString(html, "text/html");
    const found = page.querySelector("#use-cases");
    shown.replaceWith(found);
    scrollTo({ top: 0 });
    document.querySelector("#found").textContent = found.dataset.count;
    history.replaceState(null, "", address);
    for (const link of document.querySelectorAll("[data-from-table]")) link.search = location.search;
  } catch (error) {
    if (error.name !== "AbortError") shown.removeAttribute("aria-busy");
    if (error.status) form.requestSubmit();  // so that it says what is wrong; a lost connection is told anyway
  }
}
