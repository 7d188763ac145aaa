// Selecting several events of a list: click, shift-click and x; a bar at the bottom says what can be done with them.
import { fill, post, request } from "./http.js";
import { isTyping } from "./keys.js";
import { refreshRows } from "./list-rows.js";
import { toast } from "./toast.js";

const form = document.querySelector("form.events");
const boxes = () => [...form.querySelectorAll("input[name=event]")];
// Not form.action: a button of the name `action` would stand in its place.
const address = form?.getAttribute("action");
let last = null;

function show() {
  const chosen = boxes().filter((box) => box.checked);
  for (const box of boxes()) box.closest("[data-event]").classList.toggle("is-chosen", box.checked);
  form.classList.toggle("choosing", chosen.length > 0);
  form.querySelector(".chosen").textContent = `${chosen.length} selected`;
}

/** Take over a box's state for all between it and the one before. */
function chooseUpTo(box) {
  const all = boxes();
  const ends = [all.indexOf(last), all.indexOf(box)].sort((one, other) => one - other);
  for (const one of all.slice(ends[0], ends[1] + 1)) one.checked = box.checked;
}

function toggle(row, withThoseBetween) {
  const box = row.querySelector("input[name=event]");
  box.checked = !box.checked;
  if (withThoseBetween && last) chooseUpTo(box);
  last = box;
  show();
}

const VERDICTS = ["correct", "incorrect", "inconclusive"];

/** Feedback on several events at once, with a way back. */
async function review(ids, verdict) {
  try {
    const answer = await post(address, [["action", verdict], ...ids.map((id) => ["event", id])]);
    const { feedback } = await answer.json();
    await refreshRows(ids);
    show();
    const words = `${ids.length === 1 ? "1 event" : `${ids.length} events`} marked as ${verdict}.`;
    toast(words, () => takeBack(ids, feedback), 10);
  } catch (error) {
    toast(error.status ? error.message : "Not reached; nothing was saved.");
  }
}

async function takeBack(ids, feedback) {
  try {
    await post(address, [["action", "take_back"], ...feedback.map((id) => ["event", id])]);
    await refreshRows(ids);
    show();
    toast("Taken back.");
  } catch (error) {
    toast(error.status ? error.message : "Not reached; the feedback is still there.");
  }
}

async function confirmDeletion() {
  const fields = new URLSearchParams(new FormData(form));
  fields.set("action", "delete");
  try {
    const answer = await request(address, { method: "POST", body: fields, headers: { "x-part": "1" } });
    openDialog(await answer.text());
  } catch (error) {
    toast(error.status ? error.message : "Not reached; nothing was deleted.");
  }
}

function openDialog(html) {
  const dialog = document.createElement("dialog");
  document.body.append(dialog);
  fill(dialog, html);
  dialog.setAttribute("aria-label", dialog.querySelector("h2").textContent);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => {
    if (event.target.closest("[data-close]")) { event.preventDefault(); dialog.close(); }
  });
  dialog.showModal();
}

if (form) {
  form.addEventListener("click", (event) => {
    const row = event.target.closest("[data-event]");
    if (row && event.shiftKey && !event.target.closest(".choose")) {
      event.preventDefault();
      toggle(row, true);
    } else if (event.target.matches("input[name=event]")) {
      if (event.shiftKey && last) chooseUpTo(event.target);
      last = event.target;
      show();
    }
    const which = event.target.closest("[data-select]")?.dataset.select;
    if (which) {
      for (const box of boxes()) box.checked = which === "all";
      show();
    }
  });

  // Shift and a click mean a selection here, not of text.
  form.addEventListener("mousedown", (event) => { if (event.shiftKey) event.preventDefault(); });

  form.addEventListener("submit", (event) => {
    const action = event.submitter?.value;
    if (action === "export") return;
    event.preventDefault();
    const chosen = boxes().filter((box) => box.checked).map((box) => box.value);
    if (action === "delete") confirmDeletion();
    else review(chosen, action);
  });

  document.addEventListener("keydown", (event) => {
    if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const row = form.querySelector(".is-here") ?? document.activeElement.closest("[data-event]");
    if (event.key.toLowerCase() === "x" && row) {
      event.preventDefault();
      toggle(row, event.shiftKey);
    } else if (VERDICTS[event.key - 1] && form.querySelector("[value=correct]") && !document.querySelector(".beside")) {
      const chosen = boxes().filter((box) => box.checked).map((box) => box.value);
      const ids = chosen.length || !row ? chosen : [row.dataset.event];
      if (ids.length) review(ids, VERDICTS[event.key - 1]);
    } else if (event.key === "Escape" && form.classList.contains("choosing") && !document.querySelector(".beside")) {
      for (const box of boxes()) box.checked = false;
      show();
    }
  });

  // Feedback on the event beside the list shows in the list too.

  // Browsers keep checked boxes when one comes back.
  addEventListener("pageshow", show);
}
