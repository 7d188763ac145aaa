// Files may say in their EXIF part that they lie on the side. Browsers turn them, and predictions are meant for the turned
// picture, so the drawing over it turns its frame. The server knows the size of what lies in the file.

/** Whether a picture that has loaded is shown turned by a quarter against this size. */
export function isTurned(image, width, height) {
  return image.naturalWidth > 0 && width !== height && (image.naturalWidth > image.naturalHeight) !== (width > height);
}

function turn(image) {
  const drawing = image.parentElement?.querySelector(":scope > .drawing");
  if (!drawing || drawing.dataset.turned) return;
  const [, , width, height] = drawing.getAttribute("viewBox").split(" ").map(Number);
  if (!isTurned(image, width, height)) return;
  drawing.setAttribute("viewBox", `0 0 ${height} ${width}`);
  drawing.dataset.turned = "1";
}

// Small pictures; a large one looks after itself, since its stage turns too.
document.addEventListener("load", (event) => { if (event.target.matches?.(".mat > img")) turn(event.target); }, true);
for (const image of document.querySelectorAll(".mat > img")) if (image.complete) turn(image);
