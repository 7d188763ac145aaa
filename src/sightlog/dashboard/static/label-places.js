// Where labels stand so that none covers another one: the same steps as label_places.py, for the size on the screen.

export const HEIGHT = 18;
const TINY = 14;
const CELL = 64;
const PIXELS_PER_LABEL = 8000;
const ALWAYS = 12;

/** Places for the labels of boxes ({ index, left, top, right, bottom, label }), in pixels, within a view of this size:
 * a Map from index to [left, top]. Larger boxes come first; tiny ones have none. */
export function placeLabels(boxes, width, height) {
  const places = new Map();
  const taken = new Map();
  const most = Math.max(ALWAYS, Math.floor((width * height) / PIXELS_PER_LABEL));
  for (const box of boxes) {
    if (places.size >= most) break;
    if (Math.max(box.right - box.left, box.bottom - box.top) <= TINY) continue;
    for (const [left, top] of candidates(box, width)) {
      if (top < 0 || top + HEIGHT > height) continue;
      if (!addIfFree(taken, [left, top, left + box.label, top + HEIGHT])) continue;
      places.set(box.index, [left, top]);
      break;
    }
  }
  return places;
}

/** Above, inside, below and beside the box, from the most to the least usual. */
export function* candidates({ left, top, right, bottom, label }, width) {
  if (label > width) return;
  const atLeft = Math.min(left, width - label);
  const atRight = Math.max(right, label) - label;
  yield [atLeft, top - HEIGHT];
  if (right - left >= label && bottom - top >= HEIGHT) yield [atLeft, top];
  yield [atLeft, bottom];
  yield [atRight, top - HEIGHT];
  yield [atRight, bottom];
  if (right + label <= width) { yield [right, top]; yield [right, bottom - HEIGHT]; }
  if (left - label >= 0) { yield [left - label, top]; yield [left - label, bottom - HEIGHT]; }
}

function addIfFree(taken, area) {
  const cells = [];
  for (let x = Math.floor(area[0] / CELL); x <= area[2] / CELL; x++) {
    for (let y = Math.floor(area[1] / CELL); y <= area[3] / CELL; y++) cells.push(x * 100_000 + y);
  }
  const overlaps = (other) => area[0] < other[2] && other[0] < area[2] && area[1] < other[3] && other[1] < area[3];
  if (cells.some((cell) => taken.get(cell)?.some(overlaps))) return false;
  for (const cell of cells) {
    if (!taken.has(cell)) taken.set(cell, []);
    taken.get(cell).push(area);
  }
  return true;
}
