// <filter-box fields>: adds a filter by typing. It offers fields, and the values that occur with their counts.
import { request } from "./http.js";
import { suggestions } from "./filter-suggestions.js";

customElements.define("filter-box", class extends HTMLElement {
  connectedCallback() {
    this.field = null;
    this.comparison = "";
    this.link = this.querySelector("a");
    const box = document.createElement("div");
    box.className = "filter-input";
    box.append(this.link.querySelector("svg"));
    this.shownField = box.appendChild(document.createElement("span"));
    this.shownField.className = "chosen-field";
    this.input = box.appendChild(document.createElement("input"));
    const settings = { role: "combobox", "aria-expanded": "false", "aria-controls": "suggestions", "aria-autocomplete": "list", "aria-label": "Filter the events", placeholder: "Filter by anything", autocomplete: "off", spellcheck: "false" };
    for (const [name, value] of Object.entries(settings)) this.input.setAttribute(name, value);
    const key = box.appendChild(document.createElement("kbd"));
    key.textContent = "/";
    this.list = document.createElement("div");
    Object.assign(this.list, { className: "suggestions", id: "suggestions", hidden: true });
    this.list.setAttribute("role", "listbox");
    this.replaceChildren(box, this.list);
    this.input.addEventListener("focus", () => this.open());
    this.input.addEventListener("input", () => this.offer());
    this.input.addEventListener("keydown", (event) => this.onKey(event));
    this.input.addEventListener("blur", () => setTimeout(() => { if (!this.contains(document.activeElement)) this.close(); }, 120));
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.take(this.offered[Number(option.dataset.index)]);
    });
  }

  async open() {
    this.fields ??= request(this.getAttribute("fields")).then((answer) => answer.json());
    try {
      this.known = await this.fields;
    } catch {
      this.fields = null;
      location.assign(this.link.href);
      return;
    }
    if (document.activeElement === this.input) this.offer();
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.choose(null, "");
    this.input.value = "";
  }

  choose(field, comparison) {
    this.field = field;
    this.comparison = comparison;
    const words = field?.comparisons.find(([operator]) => operator === comparison)?.[1] ?? "";
    this.shownField.textContent = field ? `${field.label} ${words}` : "";
  }

  offer() {
    if (!this.known) return;
    this.offered = suggestions(this.known, this.field, this.comparison, this.input.value);
    this.list.replaceChildren();
    let group = null;
    this.offered.forEach((one, index) => {
      if (one.group !== group) this.list.append(heading((group = one.group)));
      const option = element("div", "suggestion");
      option.append(element("span", "words", one.words));
      if (one.count != null) option.append(element("span", "number", one.count.toLocaleString("en")));
      option.setAttribute("role", "option");
      Object.assign(option, { id: `suggestion-${index}` });
      option.dataset.index = index;
      this.list.append(option);
    });
    if (!this.offered.length) this.list.append(heading("Nothing fits"));
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.point(0);
  }

  point(index) {
    this.at = Math.max(0, Math.min(index, this.offered.length - 1));
    for (const option of this.list.querySelectorAll("[role=option]")) {
      const isHere = Number(option.dataset.index) === this.at;
      option.setAttribute("aria-selected", String(isHere));
      if (isHere) { option.scrollIntoView({ block: "nearest" }); this.input.setAttribute("aria-activedescendant", option.id); }
    }
  }

  onKey(event) {
    if (event.key === "ArrowDown") this.point(this.at + 1);
    else if (event.key === "ArrowUp") this.point(this.at - 1);
    else if (event.key === "Enter") this.enter();
    else if (event.key === "Backspace" && !this.input.value && this.field) { this.choose(null, ""); this.offer(); return; }
    else if (event.key === "Escape") { this.input.blur(); this.close(); return; }
    else return;
    event.preventDefault();
  }

  /** Take what is pointed at; whoever types faster than the fields arrive is waited for. */
  async enter() {
    if (!this.known) {
      try {
        this.known = await this.fields;
      } catch {
        return; // `open` leads to the form
      }
      this.offer();
    }
    this.take(this.offered?.[this.at]);
  }

  take(one) {
    if (!one) return;
    if (one.address) return location.assign(one.address(new URL(location.href)));
    this.choose(one.field, one.comparison);
    this.input.value = "";
    this.input.focus();
    this.offer();
  }
});

function heading(text) {
  const made = element("div", "group", text);
  made.setAttribute("role", "presentation");
  return made;
}

function element(name, className, text = "") {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}
