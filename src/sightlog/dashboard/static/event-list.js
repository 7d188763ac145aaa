// Keys of a list: j and k walk, Enter opens, Esc closes, / filters, ? lists them. Events open beside the list.
import { isTyping, showKeys } from "./keys.js";

const list = document.querySelector(".list");
const frame = document.querySelector(".list-and-event");
const isWide = matchMedia("(min-width: 900px)");
const rows = () => [...(list?.querySelectorAll("[data-event]") ?? [])];
let here = null;

function goTo(row, withFocus = true) {
  here?.classList.remove("is-here");
  here = row;
  row.classList.add("is-here");
  if (withFocus) row.querySelector(".open").focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(here ?? document.activeElement?.closest?.("[data-event]"));
  if (at + by >= all.length) {
    document.querySelector(".pager [rel=next]")?.click();
    return;
  }
  const next = all[Math.max(0, at + by)];
  goTo(next);
  if (beside()) openBeside(next);
}

const beside = () => frame.querySelector(".beside");

/** Show the event beside the list, and say so in the address. */
function openBeside(row, isNew = true) {
  const link = row.querySelector(".open");
  if (beside()) {
    beside().querySelector("late-part").show(link.href);
    beside().scrollTop = 0;
  } else {
    const made = document.getElementById("beside").content.cloneNode(true);
    made.querySelector("late-part").setAttribute("src", link.href);
    frame.append(made);
    frame.classList.add("has-event");
  }
  for (const one of list.querySelectorAll(".open[aria-current]")) one.removeAttribute("aria-current");
  link.setAttribute("aria-current", "true");
  row.scrollIntoView({ block: "nearest" });
  if (isNew) remember(row.dataset.event);
}

function closeBeside() {
  beside()?.remove();
  frame.classList.remove("has-event");
  for (const one of list.querySelectorAll(".open[aria-current]")) one.removeAttribute("aria-current");
  remember("");
  here?.querySelector(".open").focus({ preventScroll: true });
  here?.scrollIntoView({ block: "nearest" });
}

function remember(id) {
  const url = new URL(location.href);
  if (id) url.searchParams.set("event", id); else url.searchParams.delete("event");
  history.replaceState(history.state, "", url);
}

list?.addEventListener("click", (event) => {
  const row = event.target.closest("[data-event]");
  if (!row || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const link = event.target.closest("a, button, input, label, summary");
  if (link && !link.classList.contains("open")) return;
  goTo(row, Boolean(link));
  if (!isWide.matches) { if (!link) row.querySelector(".open").click(); return; }
  event.preventDefault();
  openBeside(row);
});

document.addEventListener("click", (event) => {
  if (!event.target.closest?.("[data-close-beside]") || !beside()) return;
  event.preventDefault();
  closeBeside();
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || !frame) return;
  if (event.key === "Escape" && beside() && !isTyping(event)) { closeBeside(); return; }
  if (isTyping(event) || document.querySelector("dialog[open]")) return;
  const known = {
    j: () => step(1),
    k: () => step(-1),
    "/": () => document.querySelector("filter-box input")?.focus(),
    "?": () => showKeys(),
    Enter: () => here && document.activeElement === document.body && here.querySelector(".open").click(),
  }[event.key];
  if (!known) return;
  if (event.key !== "Enter") event.preventDefault();
  known();
});

/** The list's neighbours, for the event beside it. */
document.addEventListener("step-event", (event) => step(event.detail));

const opened = list?.querySelector(".open[aria-current]")?.closest("[data-event]");
if (opened) { here = opened; opened.scrollIntoView({ block: "nearest" }); }
