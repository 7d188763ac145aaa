// The keys of the dashboard, and the list of them.

const KEYS = [
  ["j  k", "Next and previous event"],
  ["Enter", "Open it"],
  ["Esc", "Close it"],
  ["x", "Select it; with Shift also those in between"],
  ["1  2  3", "Correct, incorrect, inconclusive"],
  ["+  -  0", "Zoom the picture in and out, show all of it"],
  ["/", "Filter"],
  ["?", "This list"],
];

/** Whether a key belongs to a field that somebody types into. */
export function isTyping(event) {
  return Boolean(event.target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]"));
}

/** Show what the keys do. */
export function showKeys() {
  if (document.querySelector("dialog.keys")) return;
  const dialog = document.createElement("dialog");
  dialog.className = "keys";
  dialog.setAttribute("aria-label", "Keys");
  const heading = document.createElement("h2");
  heading.textContent = "Keys";
  const list = document.createElement("dl");
  list.className = "keys-list";
  for (const [keys, words] of KEYS) {
    const term = document.createElement("dt");
    for (const key of keys.split("  ")) {
      const shown = document.createElement("kbd");
      shown.textContent = key;
      term.append(shown, " ");
    }
    const meaning = document.createElement("dd");
    meaning.textContent = words;
    list.append(term, meaning);
  }
  const close = document.createElement("button");
  close.textContent = "Close";
  close.addEventListener("click", () => dialog.close());
  dialog.append(heading, list, close);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  document.body.append(dialog);
  dialog.showModal();
}
