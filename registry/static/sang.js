// What every page needs: the menu on a phone, one submission per form, and unsaved text kept.
const toggle = document.querySelector("[data-menu-toggle]");
if (toggle) {
  toggle.addEventListener("click", () => {
    const open = document.body.classList.toggle("menu-open");
    toggle.setAttribute("aria-expanded", String(open));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.body.classList.contains("menu-open")) toggle.click();
  });
}
// Heard at the document, before the page's own scripts: parts of a page are put in later, too.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[method=post]")) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
  form.querySelectorAll("button:not([type=button])").forEach((button) => button.setAttribute("aria-busy", "true"));
  setTimeout(() => { delete form.dataset.sent; }, 8000);
}, true);
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-confirm]");
  if (!button) return;
  const choice = document.getElementById(button.dataset.confirmChoice || "");
  const chosen = choice ? `\n${choice.selectedOptions[0].textContent}` : "";
  if (!window.confirm(button.dataset.confirm + chosen)) event.preventDefault();
}, true);
for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => window.print());
}
for (const select of document.querySelectorAll("[data-submit-on-change]")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}
// On a phone the rows of these tables are cards: every cell then needs its column's name.
for (const table of document.querySelectorAll("table.stacked")) {
  const names = [...table.tHead.rows[0].cells].map((head) => head.querySelector(".visually-hidden") ? "" : head.textContent.trim());
  for (const row of table.tBodies[0].rows) {
    for (const cell of row.querySelectorAll("td:not(:first-child, .named, .main-cell, .name-cell, .found)")) {
      const name = names[cell.cellIndex];
      if (name && cell.colSpan === 1) cell.dataset.label = name;
    }
  }
}
