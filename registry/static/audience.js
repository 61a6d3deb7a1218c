// The builder of an audience counts while one chooses; without this file a button does.
const form = document.querySelector("form[data-audience]");
const box = document.getElementById("audience-count");
if (form && box) {
  let timer = 0;
  let asked = 0;
  const chosen = () => {
    const words = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (value) words.append(name, value);
    return words;
  };
  const count = async () => {
    const number = ++asked;
    const words = chosen();
    box.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(`${form.dataset.audience}?${words}`, { headers: { "X-Requested-With": "fetch" } });
      const told = answer.ok && !answer.redirected ? await answer.json() : null;
      if (number !== asked) return;
      if (!told) { form.requestSubmit(); return; }
      box.innerHTML = told.html;
      for (const place of document.querySelectorAll("[data-kept]")) place.innerHTML = told.kept;
      for (const place of document.querySelectorAll("[data-fault]")) {
        const fault = told.faults[place.dataset.fault];
        place.textContent = fault || "";
        place.hidden = !fault;
      }
      window.history.replaceState(null, "", `${form.getAttribute("action")}?${words}`);
    } catch {
      // Without a connection the counts stay as they are; the count button still asks again.
    } finally {
      if (number === asked) box.removeAttribute("aria-busy");
    }
  };
  const head = (filter) => {
    const place = filter.querySelector("[data-picked]");
    const typed = filter.querySelector("input[name=skills]");
    const names = typed ? [typed.value.trim()].filter(Boolean) : [...filter.querySelectorAll("input:checked")].map((one) => one.dataset.title);
    place.textContent = names.join(", ");
    place.hidden = !names.length;
  };
  form.addEventListener("input", (event) => {
    if (event.target.dataset.narrows) return;
    const filter = event.target.closest("details.filter");
    if (filter) head(filter);
    window.clearTimeout(timer);
    timer = window.setTimeout(count, 400);
  });
  form.addEventListener("submit", () => window.clearTimeout(timer));
}
for (const field of document.querySelectorAll("[data-narrows]")) {
  const list = document.getElementById(field.dataset.narrows);
  field.addEventListener("input", () => {
    const words = field.value.trim().toLowerCase();
    for (const row of list.children) {
      const kept = row.querySelector("input").checked || row.textContent.toLowerCase().includes(words);
      row.hidden = !kept;
    }
  });
}
