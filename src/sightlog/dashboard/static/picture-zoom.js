// Zoom and pan of one picture: wheel, pinch, drag, double click and keys. It moves a stage within a canvas.

const MOST = 40;
const KEY_STEP = 1.5;

/** `changed` is called whenever the stage has moved. The stage keeps its pixels sharp: it changes its size, since a
 * transform would make lines and pixels coarse. */
export class PictureZoom {
  constructor(canvas, stage, changed) {
    Object.assign(this, { canvas, stage, changed, zoom: 1, x: 0, y: 0, pointers: new Map(), hasMoved: false });
    this.width = Number(stage.dataset.width);
    this.height = Number(stage.dataset.height);
    canvas.addEventListener("wheel", (event) => this.onWheel(event), { passive: false });
    canvas.addEventListener("dblclick", (event) => { if (!event.target.closest("button")) this.toggle(...this.at(event)); });
    for (const type of ["pointerdown", "pointermove", "pointerup", "pointercancel"]) {
      canvas.addEventListener(type, (event) => this.onPointer(event));
    }
  }

  /** How many pixels of the screen one pixel of the picture takes. */
  get scale() {
    return this.fitted * this.zoom;
  }

  fit() {
    this.viewWidth = this.canvas.clientWidth;
    this.viewHeight = this.canvas.clientHeight;
    this.fitted = Math.min(this.viewWidth / this.width, this.viewHeight / this.height) || 1;
    this.apply();
  }

  showAll() {
    this.zoom = 1;
    this.apply();
  }

  toggle(x, y) {
    if (this.zoom > 1.01) this.showAll();
    else this.zoomTo(Math.max(2.5, 1 / this.fitted), x, y);
  }

  /** Zoom so that what lies at this point of the canvas stays there. */
  zoomTo(zoom, x = this.viewWidth / 2, y = this.viewHeight / 2) {
    const next = Math.min(Math.max(zoom, 1), MOST);
    const ratio = next / this.zoom;
    this.x = x - (x - this.x) * ratio;
    this.y = y - (y - this.y) * ratio;
    this.zoom = next;
    this.apply();
  }

  moveBy(x, y) {
    this.x += x;
    this.y += y;
    this.apply();
  }

  apply() {
    const width = this.width * this.scale;
    const height = this.height * this.scale;
    this.x = within(this.x, width, this.viewWidth);
    this.y = within(this.y, height, this.viewHeight);
    Object.assign(this.stage.style, {
      width: `${width}px`, height: `${height}px`, transform: `translate(${this.x}px, ${this.y}px)`,
    });
    this.canvas.classList.toggle("is-zoomed", this.zoom > 1);
    this.changed();
  }

  at(event) {
    const box = this.canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  onWheel(event) {
    // Away from the picture, and out of it, the page scrolls as everywhere.
    if (event.deltaY > 0 && this.zoom === 1) return;
    event.preventDefault();
    const step = Math.exp(-Math.max(-100, Math.min(event.deltaY, 100)) * (event.ctrlKey ? 0.01 : 0.003));
    this.zoomTo(this.zoom * step, ...this.at(event));
  }

  onPointer(event) {
    if (event.target.closest("button")) return;
    const before = this.pointers.get(event.pointerId);
    if (event.type === "pointerdown") {
      this.pointers.set(event.pointerId, this.at(event));
    } else if (event.type !== "pointermove") {
      this.pointers.delete(event.pointerId);
      this.canvas.classList.remove("is-dragged");
    } else if (before) {
      const now = this.at(event);
      const other = [...this.pointers].find(([id]) => id !== event.pointerId)?.[1];
      this.pointers.set(event.pointerId, now);
      if (other) this.pinch(before, now, other);
      else if (this.zoom > 1) this.drag(event, before, now);
    }
  }

  drag(event, before, now) {
    if (!this.canvas.hasPointerCapture(event.pointerId)) this.canvas.setPointerCapture(event.pointerId);
    this.canvas.classList.add("is-dragged");
    this.moveBy(now[0] - before[0], now[1] - before[1]);
  }

  pinch(before, now, other) {
    const distance = (a, b) => Math.max(1, Math.hypot(a[0] - b[0], a[1] - b[1]));
    const middle = [(now[0] + other[0]) / 2, (now[1] + other[1]) / 2];
    this.moveBy((now[0] - before[0]) / 2, (now[1] - before[1]) / 2);
    this.zoomTo(this.zoom * distance(now, other) / distance(before, other), ...middle);
  }

  /** Whether a key was one of its own: + and - zoom, 0 shows all, arrows move what is larger than the view. */
  onKey(key) {
    const step = 80;
    const known = {
      "+": () => this.zoomTo(this.zoom * KEY_STEP),
      "=": () => this.zoomTo(this.zoom * KEY_STEP),
      "-": () => this.zoomTo(this.zoom / KEY_STEP),
      0: () => this.showAll(),
      ...(this.zoom > 1 && {
        ArrowLeft: () => this.moveBy(step, 0),
        ArrowRight: () => this.moveBy(-step, 0),
        ArrowUp: () => this.moveBy(0, step),
        ArrowDown: () => this.moveBy(0, -step),
      }),
    }[key];
    known?.();
    return Boolean(known);
  }
}

/** Where something of this size may begin: in the middle when it is smaller than the view, else without a gap. */
function within(at, size, view) {
  return size <= view ? (view - size) / 2 : Math.min(0, Math.max(view - size, at));
}
