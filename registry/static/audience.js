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
      const text = answer.ok && !answer.redirected ? (await answer.json()).html : "";
      if (number !== asked) return;
      if (!text) { form.requestSubmit(); return; }
      box.innerHTML = text;
      window.history.replaceState(null, "", `${form.getAttribute("action")}?${words}`);
    } catch {
      // Without a connection the counts stay as they are; the count button still asks again.
    } finally {
      if (number === asked) box.removeAttribute("aria-busy");
    }
  };
  form.addEventListener("input", (event) => {
    if (event.target.dataset.narrows) return;
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
