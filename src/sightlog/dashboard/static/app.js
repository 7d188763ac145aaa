// What every page has: parts that come later, texts to copy, fresh times, dialogs, menus, the way
// back to a table, and word of a lost connection.
import "./copy-text.js";
import "./late-part.js";
import "./dialogs.js";
import "./like-names.js";
import "./live-times.js";
import "./back-to-table.js";
import "./connection.js";
import { watchMenus } from "./menus.js";

watchMenus();

// A select that takes effect at once; without scripts there is a button beside it.
document.addEventListener("change", (event) => {
  const form = event.target.closest?.("form[data-submit-on-change]");
  if (form) form.requestSubmit();
});
