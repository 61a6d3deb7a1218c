// The month's grid by keyboard: Enter and arrows move in the column, " copies the cell above.
const cells = (table) => [...table.querySelectorAll("input[name]")];
const column = (input) => input.name.split(".").pop();

function neighbour(input, step) {
  const same = cells(input.closest("table")).filter((other) => column(other) === column(input));
  return same[same.indexOf(input) + step];
}

for (const grid of document.querySelectorAll("[data-grid]")) {
  grid.addEventListener("keydown", (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || !input.name.includes(".")) return;
    const step = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      neighbour(input, step)?.focus();
    } else if (event.key === '"' && input.value === "") {
      event.preventDefault();
      input.value = neighbour(input, -1)?.value ?? "";
      neighbour(input, 1)?.focus();
    }
  });
  let changed = false;
  grid.addEventListener("input", () => { changed = true; });
  grid.addEventListener("submit", () => { changed = false; });
  window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
}

for (const all of document.querySelectorAll("[data-check-all]")) {
  all.addEventListener("change", () => {
    for (const box of document.querySelectorAll(`input[name="${all.dataset.checkAll}"]`)) box.checked = all.checked;
  });
}
