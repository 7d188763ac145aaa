// The table of use cases: figures go to their columns, the search box filters as one types.

document.addEventListener("part-arrived", (event) => {
  const row = event.target.closest("tr");
  if (!row) return;
  for (const figure of event.target.querySelectorAll("[data-for]")) {
    const cell = row.querySelector(`[data-figure="${figure.dataset.for}"]`);
    if (cell && !cell.contains(event.target)) cell.replaceChildren(...figure.childNodes);
  }
});

const box = document.querySelector("[data-search=use-cases] input[type=search]");
box?.addEventListener("input", () => {
  const wanted = box.value.trim().toLowerCase();
  for (const row of document.querySelectorAll(".use-cases tbody tr")) {
    row.hidden = !row.dataset.name.toLowerCase().includes(wanted);
  }
});
