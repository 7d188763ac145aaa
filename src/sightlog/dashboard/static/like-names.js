// While one types the name of a new use case: those of a like name, with their fields.
import { fetchPart } from "./http.js";

let waiting = 0;
document.addEventListener("input", (event) => {
  const field = event.target.closest?.("[data-like-names]");
  if (!field) return;
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    const html = await fetchPart(`${field.dataset.likeNames}?name=${encodeURIComponent(field.value)}`);
    const page = new DOMParser().parseFromString(html, "text/html");
    const place = field.closest("form").querySelector("#like-names");
    place.replaceChildren(...page.querySelector("#like-names").childNodes);
  }, 150);
});
