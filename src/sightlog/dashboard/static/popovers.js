// A link with data-popover opens its page's form right below it. Without scripts, the page opens.
import { fetchPart, fill } from "./http.js";

let shown = null;

document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("a[data-popover]");
  if (!link) {
    if (shown && !shown.contains(event.target)) close();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  await openPopover(link, link.href);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !shown) return;
  event.stopImmediatePropagation();
  close(true);
}, true);

/** Show a page's form below an element. */
export async function openPopover(anchor, address) {
  const menu = anchor.closest("details.menu");
  const place = anchor.closest(".chip-box, filter-box") ?? menu ?? anchor.parentElement;
  const wasShown = shown?.parentElement === place && shown.dataset.address === address;
  close();
  if (wasShown) return;
  if (menu) menu.open = false;
  const box = document.createElement("div");
  box.className = "popover";
  box.setAttribute("role", "dialog");
  box.dataset.address = address;
  try {
    fill(box, await fetchPart(address));
  } catch {
    location.assign(address);
    return;
  }
  box.setAttribute("aria-label", box.querySelector("h2")?.textContent ?? "Filter");
  box.addEventListener("click", (event) => {
    if (event.target.closest("[data-close]")) { event.preventDefault(); close(true); }
  });
  box.opener = menu?.querySelector("summary") ?? anchor;
  // A closed <details> hides what it holds, so the form stands beside the menu.
  if (menu) { menu.after(box); box.classList.add("below-menu"); } else place.append(box);
  shown = box;
  const rest = box.getBoundingClientRect().right - document.documentElement.clientWidth + 16;
  if (rest > 0 && getComputedStyle(box).position === "absolute") box.style.left = `${Math.round(box.offsetLeft - rest)}px`;
  (box.querySelector("input:checked, input:not([type=hidden]), select, a") ?? box).focus({ preventScroll: true });
}

function close(withFocus = false) {
  const opener = shown?.opener;
  shown?.remove();
  shown = null;
  if (withFocus) opener?.focus();
}
