// <copy-text text="…"> copies its text on click; <copy-text from="previous"> copies what stands before it.

customElements.define("copy-text", class extends HTMLElement {
  connectedCallback() {
    this.tabIndex = 0;
    this.setAttribute("role", "button");
    if (!this.hasAttribute("aria-label")) this.setAttribute("aria-label", this.title ? `Copy ${this.title}` : "Copy");
    this.addEventListener("click", this);
    this.addEventListener("keydown", this);
  }

  async handleEvent(event) {
    if (event.type === "keydown" && event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    const text = this.getAttribute("from") === "previous" ? this.previousElementSibling.textContent : this.getAttribute("text");
    const shown = this.textContent;
    this.textContent = (await copy(text)) ? "Copied" : "Press Ctrl+C";
    setTimeout(() => { this.textContent = shown; }, 1200);
  }
});

/** Copy a text; also where the clipboard is refused, as over plain HTTP from another machine. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}
