// Forms of the member's pages on a bad connection: what cannot be sent waits on this phone and is
// sent later, once.  Kept under a name of the member that tells nothing, so that any link of the same
// member sends it; the link's token itself is never stored.
const STORE = "forms";
const PATIENCE = 60_000;
const LONGEST = 30 * 24 * 3_600_000;
const token = location.pathname.split("/")[2];
const box = document.getElementById("waiting");
const end = document.querySelector("[data-link-end]")?.dataset.linkEnd;
const member = document.body.dataset.queue;
let busy = false;

class Answered extends Error {
  constructor(answer) { super(`answered ${answer.status}`); this.answer = answer; }
}
function opened() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("sang-forms", 1);
    request.onupgradeneeded = () => {
      const store = request.result.createObjectStore(STORE, { keyPath: "id", autoIncrement: true });
      store.createIndex("member", "member");
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
async function store(mode, act) {
  const db = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = db.transaction(STORE, mode);
      const request = act(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  } finally { db.close(); }
}
const kept = async () => member ? store("readonly", (forms) => forms.index("member").getAll(member)) : [];
const put = (entry) => store("readwrite", (forms) => forms.put(entry));
const remove = (id) => store("readwrite", (forms) => forms.delete(id));

function packed(form) {
  const fields = [...new FormData(form)].filter(([name, value]) => name !== "csrf_token" && !(value instanceof File && !value.name));
  const path = new URL(form.action).pathname.split("/").slice(3).join("/");
  const page = location.pathname.split("/").slice(3).join("/");
  const mended = form.dataset.mends ? { id: Number(form.dataset.mends), at: form.dataset.mendsAt } : {};
  return { member, path, page, fields, label: form.dataset.keep, at: new Date().toISOString(), ...mended };
}
async function post(entry, csrf) {
  const body = new FormData();
  for (const [name, value] of entry.fields) body.append(name, value);
  if (entry.id) body.append("kept_for", Math.max(0, Math.round((Date.now() - Date.parse(entry.at)) / 1000)));
  body.append("csrf_token", csrf);
  const signal = AbortSignal.timeout(PATIENCE);
  return fetch(`/m/${token}/${entry.path}`, { method: "POST", body, signal, headers: { "Sang-Fetch": "1" } });
}
async function freshToken() {
  const answer = await fetch(box.dataset.fresh, { signal: AbortSignal.timeout(PATIENCE) });
  if (!answer.ok) throw new Answered(answer);
  return (await answer.json()).csrf_token;
}
const parsed = async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html");
// Every form starts blank, so whatever a field holds was typed: also what an answer handed back.
const textsOf = (form) => [...form.querySelectorAll("textarea, input:not([type=hidden], [type=radio])")];
const isTyping = () => [...document.querySelectorAll("form[data-keep]")].flatMap(textsOf).some((field) => field.value);
const isLater = (answer) => answer.status >= 500 || answer.status === 429;

function go(where) {
  const target = new URL(where, location.href);
  if (target.pathname !== location.pathname) { location.assign(target); return; }
  if (target.hash) location.hash = target.hash;
  location.reload();
}
async function keep(form, entry, words) {
  const wrong = [...form.querySelectorAll("[data-count]")].find((field) => !/^[0-9๐-๙, ]*$/.test(field.value.trim()));
  if (wrong) { say(form, box.dataset.number, "number"); wrong.focus(); return; }
  try { await put(entry); } catch { HTMLFormElement.prototype.submit.call(form); return; }
  forget(form);
  form.reset();
  for (const field of textsOf(form)) field.value = "";
  const once = form.querySelector("[name=form_token]");
  if (once) once.value = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  form.closest("details")?.removeAttribute("open");
  await show(words);
  box.scrollIntoView();
}
function swap(main) {
  document.querySelector("main").replaceWith(document.adoptNode(main));
  enhance(main);
  document.dispatchEvent(new Event("sang:swapped"));
}
async function showMain(form, answer) {
  const main = (await parsed(answer)).querySelector("main");
  const files = [...form.querySelectorAll("[type=file]")].map((input) => [input.id, input.files]);
  const action = form.getAttribute("action"), { mends, mendsAt } = form.dataset;
  swap(main);
  for (const [id, chosen] of files) if (chosen.length) document.getElementById(id).files = chosen;
  const again = mends && main.querySelector(`form[data-keep][action="${CSS.escape(action)}"]`);
  if (again) Object.assign(again.dataset, { mends, mendsAt });
  (main.querySelector(".field-error, .alert-danger, [data-problem]") || main).scrollIntoView({ block: "center" });
}
// What was typed stays in the form; the reason stands above it.
async function showProblem(form, answer) {
  const said = (await parsed(answer)).querySelector("[data-problem], .error-page .lead")?.textContent.trim();
  say(form, (answer.status === 413 ? box.dataset.large : said) || `${box.dataset.refused} ${answer.status}`, answer.status);
}
function say(form, words, answer) {
  const problem = document.createElement("div");
  problem.className = "alert alert-danger";
  problem.dataset.answer = answer;
  problem.setAttribute("role", "alert");
  problem.textContent = words;
  form.prepend(problem);
  problem.scrollIntoView({ block: "center" });
}
async function submitted(event) {
  if (event.defaultPrevented) return;
  event.preventDefault();
  const form = event.target, entry = packed(form);
  form.querySelector("[data-answer]")?.remove();
  try {
    if (!navigator.onLine) throw new Error("no connection");
    let answer = await post(entry, form.querySelector("[name=csrf_token]").value);
    if (answer.status === 400) answer = await post(entry, await freshToken());
    if (isLater(answer)) throw new Answered(answer);
    const where = answer.headers.get("Sang-Location");
    if (where && entry.id) await remove(entry.id);
    if (where) go(where);
    else if ([200, 422].includes(answer.status)) await showMain(form, answer);
    else await showProblem(form, answer);
  } catch (error) {
    if (error.answer && !isLater(error.answer)) await showProblem(form, error.answer); else await keep(form, entry, reason(error));
  }
  delete form.dataset.sent;
  form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
}
const reason = (error) => error.answer ? box.dataset.busy : box.dataset.offline;
async function sendOne(entry, csrf) {
  const answer = await post(entry, csrf);
  if (isLater(answer)) throw new Answered(answer);
  if (answer.ok) { await remove(entry.id); return; }
  const page = await parsed(answer);
  if (page.querySelector("[data-link-end]")) throw new Answered(answer);
  const said = [...page.querySelectorAll(".field-error, .alert-danger, [data-problem], .error-page .lead")].map((part) => part.textContent.trim());
  await put({ ...entry, problem: said.join(" ") || String(answer.status) });
}
async function sendAll() {
  const waiting = (await kept()).filter((entry) => !entry.problem);
  if (busy || end || !waiting.length) return;
  busy = true;
  let words = "";
  try {
    await show(box.dataset.sending);
    for (const entry of waiting) await sendOne(entry, await freshToken());
    if (!(await kept()).length) { words = box.dataset.sent; await refresh(); }
  } catch (error) {
    if (error.answer?.status === 404 && !isTyping()) location.reload();
    words = reason(error);
  }
  busy = false;
  await show(words);
}
// What was just sent shows on the page that is open, unless somebody is typing there.
async function refresh() {
  if (isTyping()) return;
  const answer = await fetch(location.href, { signal: AbortSignal.timeout(PATIENCE) });
  const main = answer.ok && (await parsed(answer)).querySelector("main");
  if (main && !isTyping()) swap(main);
}
const pageOf = (entry) => entry.page ?? entry.path.split("/").slice(0, -1).join("/");
function mend(entry) {
  sessionStorage.setItem("sang-mend", entry.id);
  if (location.pathname === `/m/${token}/${pageOf(entry)}`) fillAgain(entry); else location.assign(`/m/${token}/${pageOf(entry)}`);
}
// The form as it was filled in, with the picture; what waits is given up only once it was sent.
function fillAgain(entry) {
  sessionStorage.removeItem("sang-mend");
  const form = [...document.querySelectorAll("form[data-keep]")].find((one) => one.getAttribute("action").endsWith(`/${token}/${entry.path}`));
  if (!form) return;
  const radios = [...form.querySelectorAll("[type=radio]")];
  for (const [name, value] of entry.fields) {
    const field = form.querySelector(`[name="${CSS.escape(name)}"]:not([type=radio])`);
    if (value instanceof File && field) { const files = new DataTransfer(); files.items.add(value); field.files = files.files; }
    else if (field) field.value = value;
    else radios.filter((radio) => radio.name === name).forEach((radio) => { radio.checked = radio.value === value; });
  }
  Object.assign(form.dataset, { mends: entry.id, mendsAt: entry.at });
  form.closest("details")?.setAttribute("open", "");
  form.querySelector("[data-answer]")?.remove();
  say(form, `${box.dataset.refused} ${entry.problem}`, "kept");
}
function forget(form) {
  delete form.dataset.mends;
  delete form.dataset.mendsAt;
}
function action(words, act) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-outline-primary me-2";
  button.textContent = words;
  button.addEventListener("click", act);
  return button;
}
function row(entry) {
  const item = document.createElement("li"), title = document.createElement("strong"), text = document.createElement("div");
  title.textContent = entry.label;
  const typed = entry.fields.filter(([name, value]) => name === "text" || value instanceof File);
  text.textContent = typed.map(([, value]) => value instanceof File ? value.name : value).join(" · ");
  item.append(title, text);
  if (entry.problem) {
    const problem = document.createElement("div");
    problem.className = "field-error";
    problem.textContent = `${box.dataset.refused} ${entry.problem}`;
    item.append(problem);
  }
  if (entry.problem && !end) item.append(action(box.dataset.mend, () => mend(entry)));
  item.append(action(box.dataset.remove, async () => {
    if (!window.confirm(box.dataset.removeAsk)) return;
    await remove(entry.id);
    await show("");
  }));
  return item;
}
async function show(words) {
  const entries = await kept();
  box.hidden = !entries.length && !words;
  box.querySelector("h2").hidden = !entries.length;
  box.querySelector("ul").replaceChildren(...entries.map(row));
  const button = box.querySelector("[data-send]");
  if (button) button.hidden = !entries.some((entry) => !entry.problem);
  box.querySelector("[data-said]").textContent = words;
}
function enhance(root) {
  for (const form of root.querySelectorAll("form[data-keep]")) form.addEventListener("submit", submitted);
}

async function purge() {
  const old = (await store("readonly", (forms) => forms.getAll())).filter((entry) => Date.now() - Date.parse(entry.at) > LONGEST);
  for (const entry of old) await remove(entry.id);
}

await purge();
if (["left", "used"].includes(end)) {
  for (const entry of await kept()) await remove(entry.id);
} else if (box) {
  enhance(document);
  await show("");
  const mending = (await kept()).find((entry) => String(entry.id) === sessionStorage.getItem("sang-mend"));
  if (mending) fillAgain(mending);
  if (!end) {
    box.querySelector("[data-send]").addEventListener("click", sendAll);
    window.addEventListener("online", sendAll);
    if (navigator.onLine) await sendAll();
  }
}
