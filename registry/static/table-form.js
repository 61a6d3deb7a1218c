// The form of a table of figures: find measures, and say at once which dimensions do not fit them.
const form = document.querySelector("[data-table-form]");
const measures = [...form.elements.namedItem("measures")];
const dimensions = [...form.elements.namedItem("by")];
const misfit = form.querySelector("[data-misfit]").dataset.misfit;
const last = form.elements.namedItem("last");

function fit() {
  const chosen = measures.filter((one) => one.checked).map((one) => one.dataset.knows.split(" "));
  for (const one of dimensions) {
    const fits = chosen.every((known) => known.includes(one.value));
    const label = one.parentElement.querySelector("label");
    label.querySelector("small")?.remove();
    if (!fits) {
      const note = document.createElement("small");
      note.textContent = ` (${misfit})`;
      label.append(note);
    }
    one.disabled = !fits && !one.checked;
  }
  for (const range of form.querySelectorAll("[data-range]")) range.hidden = Boolean(last.value);
}
form.addEventListener("change", fit);
fit();

const find = form.querySelector("[data-find]");
find.hidden = false;
find.addEventListener("input", () => {
  const wanted = form.querySelector("#find").value.trim().toLowerCase();
  for (const group of form.querySelectorAll("details:has([name=measures])")) {
    let some = false;
    for (const row of group.querySelectorAll(".form-check")) {
      row.hidden = !row.textContent.toLowerCase().includes(wanted);
      some ||= !row.hidden;
    }
    group.hidden = !some;
    if (wanted && some) group.open = true;
  }
});
document.getElementById("result")?.scrollIntoView({ block: "start" });
