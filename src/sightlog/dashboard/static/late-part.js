// <late-part src>: content that needs a scan arrives after the page, in its place; where it is far below, once somebody
// comes near. A table of a hundred use cases asks for the figures of those that are looked at.
import { fetchPart, fill } from "./http.js";

const NEAR = "400px";

customElements.define("late-part", class extends HTMLElement {
  connectedCallback() {
    this.near = new IntersectionObserver(([entry]) => { if (entry.isIntersecting) this.load(); }, { rootMargin: NEAR });
    this.near.observe(this);
  }

  disconnectedCallback() {
    this.near.disconnect();
    this.stopped?.abort();
  }

  /** Something else in the same place; what is there stays until it has come. */
  show(address) {
    this.stopped?.abort();
    this.setAttribute("src", address);
    return this.load();
  }

  async load() {
    this.near.disconnect();
    this.stopped = new AbortController();
    // Nothing shows that it waits before 200 ms.
    const slow = setTimeout(() => this.setAttribute("aria-busy", "true"), 200);
    try {
      fill(this, await fetchPart(this.getAttribute("src"), { signal: this.stopped.signal }));
      this.dispatchEvent(new CustomEvent("part-arrived", { bubbles: true }));
    } catch (error) {
      if (error.name === "AbortError") return;
      this.offerAgain(error);
    } finally {
      clearTimeout(slow);
      this.removeAttribute("aria-busy");
    }
  }

  offerAgain(error) {
    const again = document.createElement("button");
    again.className = "link";
    again.textContent = "Try again";
    again.addEventListener("click", () => this.load());
    const words = error.status ? error.message : "Not reached.";
    this.replaceChildren(words + " ", again);
  }
});
