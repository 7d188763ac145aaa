// <event-picture>: a large picture with what was predicted on it. Pointing at an outline lights its line in the list,
// and the other way round; a slider and boxes say which predictions show. Labels keep clear of one another.
import { HEIGHT, candidates, placeLabels } from "./label-places.js";
import { PictureZoom } from "./picture-zoom.js";
import { isTurned } from "./turned-pictures.js";

const MOST_LABELS = 150;
// What somebody has set holds for the next picture too.
const chosen = { least: 0, without: new Set() };

customElements.define("event-picture", class extends HTMLElement {
  connectedCallback() {
    this.canvas = this.querySelector(".canvas");
    this.stage = this.querySelector(".stage");
    this.image = this.stage.querySelector("img");
    this.shapes = [...this.querySelectorAll(".shape")].map(readShape);
    this.byIndex = new Map(this.shapes.map((shape) => [shape.index, shape]));
    this.lines = new Map([...this.querySelectorAll(".predictions [data-shape]")].map((line) => [line.dataset.shape, line]));
    this.querySelector(".labels")?.remove();
    this.labels = document.createElement("div");
    this.labels.className = "live-labels";
    this.labels.setAttribute("aria-hidden", "true");
    this.canvas.append(this.labels, this.makeButtons());
    this.classList.add("is-live");
    this.zoom = new PictureZoom(this.canvas, this.stage, () => this.plan());
    this.turnLikePicture();
    this.sized = new ResizeObserver(() => this.zoom.fit());
    this.sized.observe(this.canvas);
    this.listen();
    this.restore();
  }

  disconnectedCallback() {
    this.sized?.disconnect();
    cancelAnimationFrame(this.planned);
  }

  listen() {
    for (const type of ["pointerover", "pointerout", "focusin", "focusout"]) {
      this.addEventListener(type, (event) => {
        const found = event.target.closest?.("[data-shape]");
        if (found) this.light(type === "pointerover" || type === "focusin" ? found.dataset.shape : null);
      });
    }
    this.addEventListener("input", () => this.choose());
    this.canvas.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (this.zoom.onKey(event.key)) { event.preventDefault(); event.stopPropagation(); }
    });
  }

  makeButtons() {
    const box = document.createElement("div");
    box.className = "zoom-buttons";
    for (const [text, words, key] of [["−", "Zoom out", "-"], ["+", "Zoom in", "+"], ["⤢", "Show all of it", "0"]]) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = text;
      button.title = `${words} (${key})`;
      button.setAttribute("aria-label", words);
      button.addEventListener("click", () => this.zoom.onKey(key));
      box.append(button);
    }
    return box;
  }

  turnLikePicture() {
    const image = this.image;
    if (!image) return;
    const turn = () => {
      const { width, height } = this.zoom;
      if (!isTurned(image, width, height)) return;
      [this.zoom.width, this.zoom.height] = [height, width];
      this.querySelector(".drawing")?.setAttribute("viewBox", `0 0 ${height} ${width}`);
      this.zoom.fit();
    };
    if (image.complete) turn(); else image.addEventListener("load", turn, { once: true });
  }

  /** Put labels where they belong, once a frame. */
  plan() {
    cancelAnimationFrame(this.planned);
    this.planned = requestAnimationFrame(() => { this.sharpen(); this.showLabels(); });
  }

  /** Near enough, the picture as it was sent takes the place of the version for screens. */
  sharpen() {
    const { sharpest } = this.stage.dataset;
    if (!this.image || !sharpest || !this.image.naturalWidth) return;
    if (this.stage.clientWidth * devicePixelRatio <= this.image.naturalWidth * 1.1) return;
    delete this.stage.dataset.sharpest;
    if (Math.max(this.zoom.width, this.zoom.height) <= Math.max(this.image.naturalWidth, this.image.naturalHeight)) return;
    const better = new Image();
    better.src = sharpest;
    better.decode().then(() => { this.image.src = sharpest; }, () => {});
  }

  showLabels() {
    const { viewWidth, viewHeight } = this.zoom;
    const inView = this.shapes.filter((shape) => shape.shows && this.onScreen(shape)).slice(0, MOST_LABELS);
    for (const shape of inView) this.makeLabel(shape);
    // Measured only after all are made, so that the browser lays them out once.
    const places = placeLabels(inView.map((shape) => this.onScreen(shape)), viewWidth, viewHeight);
    for (const { index, label } of this.shapes) {
      if (!label) continue;
      const place = places.get(index);
      label.hidden = !place;
      if (place) moveTo(label, place);
    }
    this.showLit();
  }

  /** What of a shape is in view, in pixels of the canvas, with the width of its label; nothing when it is not. */
  onScreen(shape) {
    const { scale, x, y, viewWidth, viewHeight } = this.zoom;
    const left = Math.max(shape.box[0] * scale + x, 0);
    const top = Math.max(shape.box[1] * scale + y, 0);
    const right = Math.min(shape.box[2] * scale + x, viewWidth);
    const bottom = Math.min(shape.box[3] * scale + y, viewHeight);
    if (right <= left || bottom <= top) return null;
    if (shape.label) shape.labelWidth ??= Math.ceil(shape.label.offsetWidth) + 1;
    return { index: shape.index, left, top, right, bottom, label: shape.labelWidth };
  }

  makeLabel(shape) {
    if (shape.label) return;
    shape.label = document.createElement("span");
    shape.label.className = `shape-label hue-${shape.hue}`;
    const name = document.createElement("bdi");
    name.textContent = shape.name;
    shape.label.append(name, shape.words.slice(shape.name.length));
    this.labels.append(shape.label);
  }

  light(index) {
    if (index === this.lit) return;
    for (const part of this.partsOf(this.lit)) part.classList.remove("is-lit");
    this.lit = index;
    for (const part of this.partsOf(index)) part.classList.add("is-lit");
    this.showLabels();
  }

  partsOf(index) {
    const shape = this.byIndex.get(index);
    return [shape?.element, this.lines.get(index), shape?.label].filter(Boolean);
  }

  /** The label of what is pointed at shows in any case. */
  showLit() {
    const shape = this.byIndex.get(this.lit);
    if (!shape?.shows || !this.onScreen(shape)) return;
    this.makeLabel(shape);
    const box = this.onScreen(shape);
    shape.label.classList.add("is-lit");
    if (!shape.label.hidden) return;
    const fits = [...candidates(box, this.zoom.viewWidth)].find(([, top]) => top >= 0 && top + HEIGHT <= this.zoom.viewHeight);
    shape.label.hidden = false;
    moveTo(shape.label, fits ?? [0, 0]);
  }

  restore() {
    const slider = this.querySelector("input[type=range]");
    if (slider) slider.value = chosen.least;
    for (const box of this.querySelectorAll(".class-chip input")) {
      box.disabled = false;
      box.checked = !chosen.without.has(box.value);
    }
    this.choose();
  }

  /** Show what is sure enough and of a class that is on. */
  choose() {
    const slider = this.querySelector("input[type=range]");
    if (!slider) return;
    chosen.least = Number(slider.value);
    for (const box of this.querySelectorAll(".class-chip input")) {
      if (box.checked) chosen.without.delete(box.value); else chosen.without.add(box.value);
    }
    this.querySelector(".confidence output").textContent = `≥ ${chosen.least} %`;
    const shows = (part) => 100 * part.dataset.confidence >= chosen.least && !chosen.without.has(part.dataset.name);
    for (const shape of this.shapes) {
      shape.shows = shows(shape.element);
      shape.element.toggleAttribute("hidden", !shape.shows);
    }
    let count = 0;
    for (const line of this.lines.values()) { line.hidden = !shows(line); count += !line.hidden; }
    const all = this.lines.size;
    this.querySelector(".shown-count").textContent = count === all ? "" : `${count} shown`;
    if (this.zoom.viewWidth) this.plan();
  }
});

function readShape(element) {
  const { shape, name, box } = element.dataset;
  return {
    element, index: shape, name, box: box.split(" ").map(Number), shows: true,
    hue: /hue-(\d+)/.exec(element.getAttribute("class"))[1], words: element.querySelector("title").textContent,
  };
}

function moveTo(label, [left, top]) {
  label.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
}
