// <live-events src after>: asks each second how many events the list has not shown yet, and says so without moving it.
import { AskingElement } from "./asking-element.js";
import { request } from "./http.js";

customElements.define("live-events", class extends AskingElement {
  connectedCallback() {
    this.after = this.getAttribute("after");
    this.news = this.querySelector(".news");
    this.count = 0;
    super.connectedCallback();
  }

  async ask() {
    const src = this.getAttribute("src");
    const answer = await request(`${src}${src.includes("?") ? "&" : "?"}after=${this.after}`, { cache: "no-store" });
    const { count } = await answer.json();
    if (count !== this.count) this.show(count);
  }

  show(count) {
    this.count = count;
    this.news.hidden = count === 0;
    const many = count >= 1000 ? "1,000+" : count.toLocaleString("en");
    this.news.textContent = `${many} new ${count === 1 ? "event" : "events"}`;
  }
});
