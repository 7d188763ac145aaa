// <late-part src>: content that needs a scan arrives after the page, in its place.
import { fetchPart, fill } from "./http.js";

customElements.define("late-part", class extends HTMLElement {
  connectedCallback() {
    this.load();
  }

  disconnectedCallback() {
    this.stopped?.abort();
  }

  /** Something else in the same place; what is there stays until it has come. */
  show(address) {
    this.stopped?.abort();
    this.setAttribute("src", address);
    return this.load();
  }

  async load() {
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
