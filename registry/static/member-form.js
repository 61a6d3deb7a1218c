// The registration form: person or organisation, guardian, places, channels, duplicates while typing.
import { chainPlaces } from "./place-chain.js";
import { watchDuplicates } from "./duplicates.js";

const form = document.querySelector("[data-member-form]");
const MAJORITY = 20, BUDDHIST = 543;
const ESTIMATED = new Set(["loudspeaker", "radio", "face_to_face"]);

function arabic(text) {
  return text.replace(/[๐-๙]/g, (digit) => String(digit.charCodeAt(0) - 0x0e50));
}

function show(elements, visible) {
  for (const element of elements) element.hidden = !visible;
}

function byKind() {
  const kind = form.elements.kind.value;
  for (const name of ["person", "organisation"]) {
    show(form.querySelectorAll(`[data-kind=${name}]`), kind === name);
  }
  const label = form.querySelector("[data-first] label");
  label.textContent = label.dataset[kind];
  byAge();
}

function byAge() {
  const typed = Number.parseInt(arabic(form.elements.birth_year.value), 10);
  const year = typed > 2400 ? typed - BUDDHIST : typed;
  const age = new Date().getFullYear() - year;
  const minor = form.elements.kind.value === "person" && age >= 0 && age < MAJORITY;
  show(form.querySelectorAll("[data-guardian]"), minor);
}

function byChannel(row) {
  const kind = row.querySelector("select").value;
  show(row.querySelectorAll("[data-basis]"), ESTIMATED.has(kind));
}

function addChannel(button) {
  const rows = form.querySelectorAll("[data-channel]");
  const copy = rows[0].cloneNode(true);
  for (const element of copy.querySelectorAll("[id], [name], [for], [aria-describedby]")) {
    for (const name of ["id", "name", "for", "aria-describedby"]) {
      const value = element.getAttribute(name);
      if (value) element.setAttribute(name, value.replace("channels-0", `channels-${rows.length}`));
    }
  }
  copy.querySelectorAll("input").forEach((input) => { input.value = ""; input.classList.remove("is-invalid"); });
  copy.querySelectorAll(".field-error").forEach((error) => error.remove());
  button.before(copy);
  prepareChannel(copy);
  copy.querySelector("select").focus();
}

function prepareChannel(row) {
  row.querySelector("select").addEventListener("change", () => byChannel(row));
  byChannel(row);
}

for (const option of form.querySelectorAll("input[name=kind]")) option.addEventListener("change", byKind);
form.elements.birth_year.addEventListener("input", byAge);
form.querySelectorAll("[data-channel]").forEach(prepareChannel);
const more = form.querySelector("[data-add-channel]");
if (more) {
  more.hidden = false;
  more.addEventListener("click", () => addChannel(more));
}
byKind();
chainPlaces(form);
watchDuplicates(form);
