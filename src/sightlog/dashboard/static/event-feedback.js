// <event-feedback>: gives feedback and takes it back without leaving the page; others see it when they look again.
import { fetchPart, post } from "./http.js";
import { toast } from "./toast.js";

customElements.define("event-feedback", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("submit", this);
  }

  /** One of its forms is sent. */
  async handleEvent(event) {
    event.preventDefault();
    const form = event.target;
    const fields = new URLSearchParams(new FormData(form, event.submitter));
    if (this.isSending) return;
    this.isSending = true;
    try {
      const answer = await (await post(form.getAttribute("action"), fields)).json();
      await this.refresh();
      if (answer.feedback) this.offerUndo(fields.get("verdict"), answer.feedback);
    } catch (error) {
      toast(error.status ? error.message : "Not reached; nothing was saved.");
    } finally {
      this.isSending = false;
    }
  }

  offerUndo(verdict, ids) {
    const address = this.querySelector("form[data-review]").getAttribute("action");
    toast(`${verdict[0].toUpperCase()}${verdict.slice(1)}`, async () => {
      try {
        await post(`${address}/take-back`, ids.map((id) => ["feedback", id]));
        await this.refresh();
      } catch (error) {
        toast(error.status ? error.message : "Not reached; it still stands.");
      }
    });
  }

  /** Show what has been said by now, and tell the list. */
  async refresh() {
    const article = this.closest("article.event");
    const fresh = document.createElement("template");
    fresh.innerHTML = await fetchPart(article.dataset.address);
    const now = fresh.content.querySelector("event-feedback");
    if (now && this.isConnected) this.replaceChildren(...now.childNodes);
    document.dispatchEvent(new CustomEvent("event-reviewed", { detail: article.dataset.id }));
  }
});
