// A short word at the bottom, with a way back where there is one.

/** Show words; `undo` is called when its button is pressed. Returns when it is gone. */
export function toast(words, undo, seconds = 6) {
  document.querySelector(".toast")?.remove();
  const box = document.createElement("div");
  box.className = "toast";
  box.setAttribute("role", "status");
  box.append(words);
  if (undo) {
    const button = document.createElement("button");
    button.className = "small";
    button.textContent = "Undo";
    button.addEventListener("click", () => { box.remove(); undo(); });
    box.append(button);
  }
  document.body.append(box);
  setTimeout(() => box.remove(), seconds * 1000);
}
