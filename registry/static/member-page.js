// A member's page and the lists to tick: showing a masked number in place, ticking all rows.
for (const form of document.querySelectorAll("form[data-reveal]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    const answer = await fetch(form.action, {
      method: "POST", body: new FormData(form), headers: { Accept: "application/json" },
    });
    if (!answer.ok) { form.submit(); return; }
    const masked = form.parentElement.querySelector("[data-masked]");
    masked.textContent = (await answer.json()).value || "–";
    masked.classList.add("fw-semibold");
    form.remove();
  }, { capture: true });
}
for (const form of document.querySelectorAll("form[data-pick]")) {
  const all = form.querySelector("[data-all]");
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const box of form.querySelectorAll("tbody input[type=checkbox]")) box.checked = all.checked;
  });
}
