// <review-desk>: lays one event after another before the reviewer. A verdict shows the next event at once and is saved
// behind it; when that fails, its event comes back. The pictures of the next events are loaded ahead.
import "./event-picture.js";
import { fetchPart, post } from "./http.js";
import { isTyping } from "./keys.js";
import { toast } from "./toast.js";

const VERDICTS = ["correct", "incorrect", "inconclusive"];
const LOAD_AHEAD = 3;

customElements.define("review-desk", class extends HTMLElement {
  async connectedCallback() {
    this.cards = [];
    this.at = 0;
    this.said = new Map();
    this.place = this.querySelector(".review-card-place");
    this.bar = this.querySelector(".review-bar");
    this.comment = this.querySelector(".review-comment");
    this.saving = Promise.resolve();
    this.addEventListener("click", this);
    this.onKey = (event) => this.handleKey(event);
    document.addEventListener("keydown", this.onKey);
    await this.load();
    this.show();
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.onKey);
  }

  /** Fetch the next cards; those that are asked for already are waited for. */
  load() {
    this.loading ??= this.fetchCards().finally(() => { this.loading = null; });
    return this.loading;
  }

  async fetchCards() {
    const src = this.getAttribute("src");
    const cursor = this.next ? `${src.includes("?") ? "&" : "?"}cursor=${encodeURIComponent(this.next)}` : "";
    try {
      const fresh = document.createElement("template");
      fresh.innerHTML = await fetchPart(src + cursor);
      const list = fresh.content.querySelector(".review-cards");
      this.next = list.dataset.next;
      this.isWhole = !this.next;
      if (list.dataset.total) Object.assign(this, { total: Number(list.dataset.total), hasMore: "more" in list.dataset });
      const known = new Set(this.cards.map((card) => card.dataset.id));
      this.cards.push(...[...list.children].filter((card) => !known.has(card.dataset.id)));
      this.hasFailed = false;
    } catch (error) {
      this.hasFailed = true;
      toast(error.status ? error.message : "Not reached; trying again with the next key.");
    }
  }

  async show() {
    if (this.at >= this.cards.length && !this.isWhole) await this.load();
    const card = this.cards[this.at];
    if (!card && this.hasFailed) return;
    this.bar.hidden = !card;
    if (card) this.place.replaceChildren(document.importNode(card, true));
    else this.showEnd();
    this.comment.value = "";
    this.showProgress();
    this.lookAhead();
  }

  lookAhead() {
    for (const card of this.cards.slice(this.at + 1, this.at + 1 + LOAD_AHEAD)) {
      const image = card.querySelector(".stage img");
      if (image && !card.ahead) {
        card.ahead = new Image();
        card.ahead.src = image.getAttribute("src");
      }
    }
    if (this.at + LOAD_AHEAD >= this.cards.length && !this.isWhole && !this.hasFailed) this.load();
  }

  showProgress() {
    const total = Math.max(this.total ?? 0, this.cards.length);
    const bar = this.querySelector("progress");
    bar.max = Math.max(total, 1);
    bar.value = this.at;
    const all = total.toLocaleString("en") + (this.hasMore ? "+" : "");
    this.querySelector(".review-count").textContent = total ? `${this.at.toLocaleString("en")} of ${all}` : "";
    this.querySelector("[data-do=undo]").disabled = this.at === 0;
  }

  showEnd() {
    const end = this.querySelector(this.cards.length ? ".review-end" : ".review-nothing").content.cloneNode(true);
    const sum = end.querySelector(".review-sum");
    if (sum) {
      const counts = VERDICTS.map((verdict) => [verdict, [...this.said.values()].filter((one) => one.verdict === verdict).length]);
      const skipped = this.cards.length - this.said.size;
      const words = [...counts, ["skipped", skipped]].filter(([, count]) => count).map(([word, count]) => `${count} ${word}`);
      sum.textContent = `${this.cards.length} ${this.cards.length === 1 ? "event" : "events"}: ${words.join(", ")}.`;
    }
    this.place.replaceChildren(end);
    this.place.querySelector("a")?.focus();
  }

  give(verdict) {
    const card = this.cards[this.at];
    if (!card) return;
    const id = card.dataset.id;
    const one = { verdict };
    this.said.set(id, one);
    const fields = { event: id, verdict, comment: this.comment.value };
    // One after the other, so that an undo finds what it takes back.
    this.saving = this.saving.then(async () => {
      try {
        one.feedback = (await (await post(this.getAttribute("feedback"), fields)).json()).feedback;
      } catch (error) {
        this.bringBack(card, fields.comment, error);
      }
    });
    this.step(1);
  }

  bringBack(card, comment, error) {
    this.said.delete(card.dataset.id);
    this.at = this.cards.indexOf(card);
    this.show();
    this.comment.value = comment;
    toast(error.status ? error.message : "Not reached, and not saved; press the verdict again.");
  }

  step(by) {
    this.at = Math.max(0, Math.min(this.at + by, this.cards.length));
    this.comment.blur();
    this.show();
  }

  /** Back to the event before, without what was said of it. */
  async undo() {
    if (this.at === 0 || this.isUndoing) return;
    this.isUndoing = true;
    try {
      await this.saving;
      const id = this.cards[this.at - 1]?.dataset.id;
      const given = this.said.get(id)?.feedback;
      if (given) await post(`${this.getAttribute("feedback")}/take-back`, given.map((one) => ["feedback", one]));
      this.said.delete(id);
      this.step(-1);
    } catch (error) {
      toast(error.status ? error.message : "Not reached; it still stands.");
    } finally {
      this.isUndoing = false;
    }
  }

  handleEvent(event) {
    const button = event.target.closest("button");
    if (button?.dataset.verdict) this.give(button.dataset.verdict);
    else if (button?.dataset.do === "undo") this.undo();
    else if (button?.dataset.do === "skip") this.step(1);
  }

  handleKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (isTyping(event)) {
      if (event.key === "Escape" || event.key === "Enter") { event.preventDefault(); this.comment.blur(); }
      return;
    }
    const known = {
      1: () => this.give(VERDICTS[0]),
      2: () => this.give(VERDICTS[1]),
      3: () => this.give(VERDICTS[2]),
      s: () => this.step(1),
      ArrowRight: () => this.step(1),
      u: () => this.undo(),
      ArrowLeft: () => this.undo(),
      c: () => this.comment.focus(),
      Escape: () => document.querySelector("a[data-back]").click(),
    }[event.key] ?? (() => this.querySelector("event-picture")?.zoom.onKey(event.key));
    if (known() !== false && event.key !== "Tab" && event.key !== "Enter") event.preventDefault();
  }
});
