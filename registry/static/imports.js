// Imports: files dropped on the page, their sizes checked before they travel, and the progress.
const drop = document.querySelector("[data-drop]");
if (drop) {
  const input = drop.querySelector("input[type=file]");
  const list = drop.querySelector("[data-chosen]");
  const limit = Number(drop.dataset.limitMb);
  const show = () => {
    list.replaceChildren(...[...input.files].map((file) => {
      const item = document.createElement("li");
      const large = file.size > limit * 1024 * 1024;
      item.textContent = large
        ? drop.dataset.tooLarge.replace("{name}", file.name).replace("{limit}", limit)
        : `${file.name} (${Math.max(1, Math.round(file.size / 1024)).toLocaleString()} KB)`;
      item.classList.toggle("bad", large);
      return item;
    }));
    const refused = [...input.files].some((file) => file.size > limit * 1024 * 1024);
    input.setCustomValidity(refused ? list.querySelector(".bad").textContent : "");
  };
  input.addEventListener("change", show);
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
  }
  for (const name of ["dragleave", "drop"]) {
    drop.addEventListener(name, () => drop.classList.remove("over"));
  }
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    input.files = event.dataTransfer.files;
    show();
  });
}
const panel = document.querySelector("[data-progress]");
if (panel) {
  const bar = panel.querySelector("progress");
  const look = async () => {
    const answer = await fetch(panel.dataset.progress, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const state = await answer.json();
    if (!state.waits) { location.reload(); return; }
    panel.querySelector("[data-step]").textContent = state.step;
    panel.querySelector("[data-count]").textContent = state.total ? `${state.done.toLocaleString()} / ${state.total.toLocaleString()}` : "";
    if (state.total) { bar.max = state.total; bar.value = state.done; }
    setTimeout(look, 1000);
  };
  setTimeout(look, 600);
}
