// An element that asks the server something each second, as long as somebody looks at the page.

const SECOND = 1000;

export class AskingElement extends HTMLElement {
  connectedCallback() {
    this.timer = setInterval(() => this.tick(), SECOND);
    this.onReturn = () => { if (!document.hidden) this.tick(); };
    document.addEventListener("visibilitychange", this.onReturn);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
    document.removeEventListener("visibilitychange", this.onReturn);
  }

  /** Ask once, unless the question before is still under way. What is asked is `ask`, which each element has. */
  async tick() {
    if (document.hidden || this.isAsking) return;
    this.isAsking = true;
    try {
      await this.ask();
    } catch {
      // The page says when the connection is lost; the next question comes in a second.
    } finally {
      this.isAsking = false;
    }
  }
}
