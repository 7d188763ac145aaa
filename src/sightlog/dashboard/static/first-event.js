// <first-event src list refusals newest>: asks each second whether the first event has come, and then shows it; says
// what was refused meanwhile.
import { fetchPart, fill, request } from "./http.js";

const SECOND = 1000;

customElements.define("first-event", class extends HTMLElement {
  connectedCallback() {
    this.timer = setInterval(() => this.ask(), SECOND);
    this.onReturn = () => { if (!document.hidden) this.ask(); };
    document.addEventListener("visibilitychange", this.onReturn);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
    document.removeEventListener("visibilitychange", this.onReturn);
  }

  async ask() {
    if (document.hidden || this.isAsking) return;
    this.isAsking = true;
    try {
      const answer = await request(this.getAttribute("src"), { cache: "no-store" });
      const { hasEvents, newestRefusal } = await answer.json();
      // Not a reload: this may be the answer of the form that made a key.
      if (hasEvents) location.replace(this.getAttribute("list"));
      else if (String(newestRefusal) !== this.getAttribute("newest")) await this.showRefusals(newestRefusal);
    } catch {
      // The page says when the connection is lost; the next question comes in a second.
    } finally {
      this.isAsking = false;
    }
  }

  async showRefusals(newest) {
    fill(this.querySelector("[data-refusals]"), await fetchPart(this.getAttribute("refusals")));
    this.setAttribute("newest", newest);
  }
});
