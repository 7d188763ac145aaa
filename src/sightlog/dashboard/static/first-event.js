// <first-event src list refusals newest>: asks each second whether the first event has come, and then shows it; says
// what was refused meanwhile.
import { AskingElement } from "./asking-element.js";
import { fetchPart, fill, request } from "./http.js";

// So long a form that was sent may take, in milliseconds; longer, and it was stopped.
const PATIENCE = 10_000;

customElements.define("first-event", class extends AskingElement {
  leavingUntil = 0;

  connectedCallback() {
    super.connectedCallback();
    // A form that was sent leads on itself: leaving before its answer would lose it, and a new key's only sight with it.
    this.onSubmit = () => { this.leavingUntil = Date.now() + PATIENCE; };
    document.addEventListener("submit", this.onSubmit);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    document.removeEventListener("submit", this.onSubmit);
  }

  async ask() {
    const answer = await request(this.getAttribute("src"), { cache: "no-store" });
    const { hasEvents, newestRefusal } = await answer.json();
    if (Date.now() < this.leavingUntil) return;
    // Not a reload: this may be the answer of the form that made a key.
    if (hasEvents) location.replace(this.getAttribute("list"));
    else if (String(newestRefusal) !== this.getAttribute("newest")) await this.showRefusals(newestRefusal);
  }

  async showRefusals(newest) {
    fill(this.querySelector("[data-refusals]"), await fetchPart(this.getAttribute("refusals")));
    this.setAttribute("newest", newest);
  }
});
