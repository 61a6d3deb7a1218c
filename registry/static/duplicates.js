// Possible duplicates of what is being typed; the server answers with the list ready to show.
const WATCHED = [
  "kind", "title", "first_name", "last_name", "birth_year", "phone", "line_id", "email", "national_id", "province_code",
];
const PAUSE = 400;

export function watchDuplicates(form) {
  const list = form.querySelector("[data-duplicates-list]");
  let timer = 0, asked = 0, before = "", pressed = false, held = null;

  function known() {
    const data = new FormData();
    const whole = new FormData(form);
    for (const name of [...WATCHED, "member_id", "csrf_token"]) {
      if (whole.has(name)) data.append(name, whole.get(name));
    }
    return data;
  }

  async function ask() {
    const data = known();
    const key = WATCHED.map((name) => data.get(name) ?? "").join("\n");
    if (key === before) return;
    before = key;
    const turn = ++asked;
    const answer = await fetch(form.dataset.duplicates, {
      method: "POST", body: data, headers: { Accept: "application/json" },
    });
    if (!answer.ok || turn !== asked) return;
    held = (await answer.json()).html;
    show();
  }

  // The list moves what stands below it: never a button while it is being pressed.
  function show() {
    if (pressed || held === null) return;
    const ticked = form.querySelector("#another_person")?.checked;
    list.innerHTML = held;
    held = null;
    const box = form.querySelector("#another_person");
    if (box && ticked) box.checked = true;
  }

  function release() {
    pressed = false;
    show();
  }

  addEventListener("pointerdown", () => { pressed = true; }, true);
  for (const end of ["pointerup", "pointercancel"]) {
    addEventListener(end, () => setTimeout(release), true);  // the click comes first
  }

  form.addEventListener("input", (event) => {
    if (!WATCHED.includes(event.target.name)) return;
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
}
