// A link with data-dialog opens its page's form in a dialog instead of leaving the page. Without scripts, the page opens.
import { fetchPart, fill } from "./http.js";

document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("a[data-dialog]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  const menu = link.closest("details.menu");
  menu?.removeAttribute("open");
  try {
    // A link in a menu that is closed cannot take the focus back.
    openDialog(await fetchPart(link.href), menu?.querySelector("summary") ?? link);
  } catch {
    location.assign(link.href);
  }
});

/** Show a form in a dialog; the focus comes back to who opened it. */
export function openDialog(html, opener) {
  const dialog = document.createElement("dialog");
  fill(dialog, html);
  dialog.setAttribute("aria-label", dialog.querySelector("h2")?.textContent ?? opener.textContent.trim());
  dialog.addEventListener("close", () => { dialog.remove(); opener.focus(); });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-close]")) {
      event.preventDefault();
      dialog.close();
    }
  });
  document.body.append(dialog);
  dialog.showModal();
}
