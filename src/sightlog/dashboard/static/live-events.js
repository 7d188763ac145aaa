// <live-events src after>: asks each second how many events the list has not shown yet, and says so without moving it.
import { request } from "./http.js";

const SECOND = 1000;

customElements.define("live-events", class extends HTMLElement {
  connectedCallback() {
    this.after = this.getAttribute("after");
    this.news = this.querySelector(".news");
    this.count = 0;
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
      const src = this.getAttribute("src");
      const answer = await request(`${src}${src.includes("?") ? "&" : "?"}after=${this.after}`, { cache: "no-store" });
      const { count } = await answer.json();
      if (count !== this.count) this.show(count);
    } catch {
      // The page says when the connection is lost; the next question comes in a second.
    } finally {
      this.isAsking = false;
    }
  }

  show(count) {
    this.count = count;
    this.news.hidden = count === 0;
    const many = count >= 1000 ? "1,000+" : count.toLocaleString("en");
    this.news.textContent = `${many} new ${count === 1 ? "event" : "events"}`;
  }
});
