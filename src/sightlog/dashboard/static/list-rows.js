// The rows of a list, asked anew one by one after something was said of their events.
import { fetchPart } from "./http.js";

/** The rows of these events as they are now. One that the filters no longer let through stays, in pale. */
export async function refreshRows(ids) {
  const fresh = document.createElement("template");
  fresh.innerHTML = await fetchPart(location.href);
  for (const id of ids) {
    const selector = `[data-event="${CSS.escape(id)}"]`;
    const row = document.querySelector(`.list ${selector}`);
    if (!row) continue;
    const now = fresh.content.querySelector(selector);
    row.classList.toggle("is-done", !now);
    if (now) {
      const isOpen = row.querySelector(".open").getAttribute("aria-current");
      row.replaceChildren(...now.childNodes);
      if (isOpen) row.querySelector(".open").setAttribute("aria-current", isOpen);
    } else {
      const box = row.querySelector("input[name=event]");
      if (box) box.checked = false;
    }
  }
}

// Said in the event beside the list.
document.addEventListener("event-reviewed", (event) => {
  if (document.querySelector(".list")) refreshRows([event.detail]).catch(() => {});
});
