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
  return { member, path, fields, label: form.dataset.keep, at: new Date().toISOString() };
}
async function post(entry, csrf, more = []) {
  const body = new FormData();
  for (const [name, value] of [...entry.fields, ...more]) body.append(name, value);
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
const isLater = (answer) => answer.status >= 500 || answer.status === 429;

function go(where) {
  const target = new URL(where, location.href);
  if (target.pathname !== location.pathname) { location.assign(target); return; }
  if (target.hash) location.hash = target.hash;
  location.reload();
}
async function keep(form, entry) {
  try { await put(entry); } catch { HTMLFormElement.prototype.submit.call(form); return; }
  form.reset();
  const once = form.querySelector("[name=form_token]");
  if (once) once.value = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  form.closest("details")?.removeAttribute("open");
  await show(box.dataset.offline);
  box.scrollIntoView();
}
async function showMain(form, answer) {
  const main = (await parsed(answer)).querySelector("main");
  const files = [...form.querySelectorAll("[type=file]")].map((input) => [input.id, input.files]);
  document.querySelector("main").replaceWith(document.adoptNode(main));
  for (const [id, chosen] of files) if (chosen.length) document.getElementById(id).files = chosen;
  enhance(main);
  (main.querySelector(".field-error, .alert-danger, [data-problem]") || main).scrollIntoView({ block: "center" });
}
// What was typed stays in the form; the reason stands above it.
async function showProblem(form, answer) {
  const said = (await parsed(answer)).querySelector("[data-problem], .error-page .lead")?.textContent.trim();
  const problem = document.createElement("div");
  problem.className = "alert alert-danger";
  problem.dataset.answer = answer.status;
  problem.setAttribute("role", "alert");
  problem.textContent = (answer.status === 413 ? box.dataset.large : said) || `${box.dataset.refused} ${answer.status}`;
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
    if (isLater(answer)) throw new Error(`answered ${answer.status}`);
    const where = answer.headers.get("Sang-Location");
    if (where) go(where);
    else if ([200, 422].includes(answer.status)) await showMain(form, answer);
    else await showProblem(form, answer);
  } catch (error) {
    if (error.answer && !isLater(error.answer)) await showProblem(form, error.answer); else await keep(form, entry);
  }
  delete form.dataset.sent;
  form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
}
async function sendOne(entry, csrf) {
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(entry.at)) / 1000));
  const answer = await post(entry, csrf, [["kept_for", seconds]]);
  if (isLater(answer)) throw new Error(`answered ${answer.status}`);
  if (answer.ok) { await remove(entry.id); return; }
  const page = await parsed(answer);
  if (page.querySelector("[data-link-end]")) throw new Answered(answer);
  const said = [...page.querySelectorAll(".field-error, .alert-danger, [data-problem], .error-page .lead")].map((part) => part.textContent.trim());
  await put({ ...entry, problem: said.join(" ") || String(answer.status) });
}
const isTyping = () => [...document.querySelectorAll("form[data-keep] textarea, form[data-keep] input:not([type=hidden], [type=radio])")].some((field) => field.value !== field.defaultValue);
async function sendAll() {
  const waiting = (await kept()).filter((entry) => !entry.problem);
  if (busy || end || !waiting.length) return;
  busy = true;
  let words = box.dataset.sent;
  try {
    await show(box.dataset.sending);
    for (const entry of waiting) await sendOne(entry, await freshToken());
  } catch (error) {
    if (error.answer?.status === 404 && !isTyping()) location.reload();
    words = box.dataset.offline;
  }
  busy = false;
  await show(words);
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
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-sm btn-outline-primary";
  button.textContent = box.dataset.remove;
  button.addEventListener("click", async () => { await remove(entry.id); await show(""); });
  item.append(button);
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
  if (!end) {
    box.querySelector("[data-send]").addEventListener("click", sendAll);
    window.addEventListener("online", sendAll);
    if (navigator.onLine) await sendAll();
  }
}
