// The page of one event, also beside its list: its pictures, feedback by keys, steps to its neighbours, deletion.
import "./event-feedback.js";
import "./event-picture.js";
import { openDialog } from "./dialogs.js";
import { fetchPart, request } from "./http.js";
import { isTyping, showKeys } from "./keys.js";
import { toast } from "./toast.js";

const shown = () => document.querySelector("article.event");
const isBeside = () => Boolean(shown()?.closest(".beside"));

document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const picture = event.target.closest?.("a[data-picture]");
  if (picture) {
    event.preventDefault();
    showPicture(picture.href).catch(() => location.assign(picture.href));
    return;
  }
  const step = event.target.closest?.("a[data-step]");
  if (step && isBeside()) {
    event.preventDefault();
    document.dispatchEvent(new CustomEvent("step-event", { detail: Number(step.dataset.step) }));
  }
});

/** Another picture of the event, or its other face, in the place of this one. */
async function showPicture(address) {
  const article = shown();
  const fresh = document.createElement("template");
  fresh.innerHTML = await fetchPart(address);
  for (const part of [".event-main", ".group-of-picture"]) {
    const [now, then] = [article.querySelector(part), fresh.content.querySelector(part)];
    if (now && then) now.replaceWith(then); else now?.remove();
  }
  if (!isBeside()) history.replaceState(history.state, "", address);
}

// A form that asks first: its answer is the question.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches?.("form[data-ask-first]")) return;
  event.preventDefault();
  const fields = new URLSearchParams(new FormData(form, event.submitter));
  try {
    // Not form.action: its button of the name `action` stands in the way.
    const answer = await request(form.getAttribute("action"), { method: "POST", body: fields, headers: { "x-part": "1" } });
    openDialog(await answer.text(), event.submitter);
  } catch (error) {
    toast(error.status ? error.message : "Not reached; nothing was deleted.");
  }
});

document.addEventListener("keydown", (event) => {
  const article = shown();
  if (!article || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (isTyping(event) || document.querySelector("dialog[open]")) return;
  const picture = article.querySelector("event-picture");
  if (["+", "=", "-", "0"].includes(event.key) && picture?.zoom?.onKey(event.key)) {
    event.preventDefault();
  } else if (["1", "2", "3"].includes(event.key)) {
    article.querySelectorAll(".verdict")[event.key - 1]?.click();
  } else if (!isBeside()) {
    onKeyOfPage(event, article);
  }
});

function onKeyOfPage(event, article) {
  const link = {
    j: article.querySelector("a[data-step='1']"),
    k: article.querySelector("a[data-step='-1']"),
    Escape: document.querySelector("a[data-back]"),
  }[event.key];
  if (event.key === "?") showKeys();
  link?.click();
}
