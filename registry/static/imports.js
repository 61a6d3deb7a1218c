// Imports: several files dropped on the page and sent one by one, and pages that follow the work.
const megabyte = 1024 * 1024;

function line(name, sentence, address) {
  const item = document.createElement("li");
  item.classList.toggle("bad", Boolean(sentence));
  const strong = document.createElement("strong");
  strong.textContent = name;
  item.append(strong);
  if (sentence) item.append(" ", sentence);
  if (address) {
    const link = document.createElement("a");
    link.href = address;
    const { open, review } = document.querySelector("[data-drop]").dataset;
    link.textContent = sentence ? open : review;
    item.append(" ", link);
  }
  return item;
}

const kilobytes = (file) => `${Math.max(1, Math.round(file.size / 1024)).toLocaleString()} KB`;

// The table of imports is read again from the server as long as one of them is at work.
let following = false;
async function follow(now) {
  if (following && !now) return;
  following = true;
  try {
    const answer = await fetch(location.href.split("#")[0]);
    if (answer.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("imports");
      const old = document.getElementById("imports");
      if (fresh && old) {
        const cells = old.querySelectorAll("tbody tr:first-child td");
        for (const cell of fresh.querySelectorAll("tbody td")) {
          const name = cells[cell.cellIndex]?.dataset.label;
          if (name) cell.dataset.label = name;
        }
        old.replaceWith(document.adoptNode(fresh));
      }
    }
  } catch {
    // The line is down for a moment: ask again.
  }
  following = false;
  if (document.querySelector("#imports[data-waits]")) setTimeout(follow, 1500);
}

const drop = document.querySelector("[data-drop]");
if (drop) {
  const input = drop.querySelector("input[type=file]");
  const list = drop.querySelector("[data-chosen]");
  const limit = Number(drop.dataset.limitMb);
  const tooLarge = (file) => file.size > limit * megabyte;
  const show = () => {
    list.replaceChildren(...[...input.files].map((file) => {
      const refused = tooLarge(file) ? drop.dataset.tooLarge.replace("{name}", file.name).replace("{limit}", limit) : "";
      const item = line(file.name, refused);
      if (!refused) item.append(` ${kilobytes(file)}`);
      return item;
    }));
    const refused = [...input.files].length === 1 && tooLarge(input.files[0]);
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

  const form = drop.closest("form");
  const send = async (file, item) => {
    const bar = document.createElement("progress");
    bar.setAttribute("aria-label", file.name);
    item.append(bar);
    const body = new FormData(form);
    body.delete("files");
    body.append("files", file);
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
      const told = answer.ok && answer.headers.get("Content-Type").startsWith("application/json") ? (await answer.json()).files[0] : null;
      if (!told) throw new Error("no answer");
      item.replaceWith(line(file.name, told.error, told.address));
      return !told.error;
    } catch {
      item.replaceWith(line(file.name, drop.dataset.failed));
      return false;
    }
  };
  // One file goes the plain way; several go one after the other, so that one cannot hold up another.
  form.addEventListener("submit", async (event) => {
    if (event.defaultPrevented || input.files.length < 2) return;
    event.preventDefault();
    const kept = new DataTransfer();
    const files = [...input.files];
    for (const [place, file] of files.entries()) {
      if (tooLarge(file)) continue;
      if (!(await send(file, list.children[place]))) kept.items.add(file);
    }
    input.files = kept.files;
    delete form.dataset.sent;
    form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
    await follow(true);
  });
  if (document.querySelector("#imports[data-waits]")) setTimeout(follow, 1500);
}

// In a field for a cell the Enter key presses the button of its own row.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("input[form=cells]")) return;
  event.preventDefault();
  event.target.closest(".mend").querySelector("[data-mend]").click();
});

const panel = document.querySelector("[data-progress]");
if (panel) {
  const bar = panel.querySelector("progress");
  const look = async () => {
    try {
      const answer = await fetch(panel.dataset.progress, { headers: { Accept: "application/json" } });
      if (answer.ok) {
        const state = await answer.json();
        if (!state.waits) { location.reload(); return; }
        panel.querySelector("[data-step]").textContent = state.step;
        panel.querySelector("[data-count]").textContent = state.total ? `${state.done.toLocaleString()} / ${state.total.toLocaleString()}` : "";
        if (state.total) { bar.max = state.total; bar.value = state.done; }
      } else if (answer.status < 500) { location.reload(); return; }
    } catch {
      // The line is down for a moment: ask again.
    }
    setTimeout(look, 1000);
  };
  setTimeout(look, 600);
}
