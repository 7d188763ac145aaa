// The overview: its filter bar, and the key that leads there.
import "./filter-box.js";
import "./popovers.js";
import { isTyping } from "./keys.js";

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
  event.preventDefault();
  document.querySelector("filter-box input")?.focus();
});
