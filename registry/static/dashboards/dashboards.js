// On a wall the figures stay as they are, and it is said since when.
const wall = document.querySelector("[data-wall]");
const told = (well) => { if (wall) { wall.querySelector("[data-stale]").hidden = well; } };
// A session that ended while a page stood open leads to the sign-in, not to a dead page.
const fetched = window.fetch;
window.fetch = async (...args) => {
  const asks = String(args[0]?.url ?? args[0]).includes("/dashboards/_dash-update-component");
  const response = await fetched(...args).catch((error) => { if (asks) { told(false); } throw error; });
  if (asks) { told(response.ok || response.status === 204); }
  if (asks && !wall && [400, 401, 403].includes(response.status)) { window.location.reload(); }
  return response;
};
// The language switch comes back to the filters that the address names now.
document.addEventListener("submit", (event) => {
  const next = event.target.querySelector?.("input[name=next]");
  if (next && event.target.classList.contains("language")) {
    next.value = window.location.pathname + window.location.search;
  }
}, true);
// A chart as a picture that explains itself: with its title, its unit and the period.
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button.save-picture");
  const section = button?.closest("section");
  const plot = section?.querySelector(".js-plotly-plot");
  if (!plot) { return; }
  const text = (place, selector) => place.querySelector(selector)?.textContent ?? "";
  const title = text(section, "h2");
  const note = [text(document, ".shown b"), text(section, ".note")].filter(Boolean).join(" · ");
  const { layout, data } = plot;
  const size = { width: Math.max(plot.clientWidth, 640), height: plot.clientHeight + 76 };
  const drawn = {
    ...layout, ...size, autosize: false, paper_bgcolor: "#ffffff",
    margin: { ...layout.margin, l: 24, r: 24, t: (layout.margin.t ?? 8) + 76, b: 20 },
    title: { text: title, subtitle: { text: note, font: { size: 13 } }, x: 0, xref: "container", xanchor: "left", pad: { l: 24, t: 18 }, y: 1, yanchor: "top", font: { size: 18 } },
  };
  const name = button.dataset.file.replace(/[.]png$/, "");
  window.Plotly.downloadImage({ data, layout: drawn, config: { locale: document.documentElement.lang } }, { ...size, format: "png", scale: 2, filename: name });
});
// The address changes without a new page: forms and links carry the one at hand.
const address = (changes) => {
  const params = new URLSearchParams(window.location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) { params.delete(name); } else { params.set(name, value); }
  }
  const query = params.toString().replaceAll("%2C", ",");
  return window.location.pathname + (query ? `?${query}` : "");
};
const leave = () => window.location.assign(address({ wall: null }));
document.querySelector("[data-save-view]")?.addEventListener("submit", (event) => {
  const { path, query } = event.target.elements;
  path.value = window.location.pathname;
  query.value = window.location.search.replace(/^[?]/, "");
});
document.querySelector("[data-to-wall]")?.addEventListener("click", () => window.location.assign(address({ wall: "1" })));
document.querySelector("[data-leave]")?.addEventListener("click", leave);
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") { return; }
  const open = [...document.querySelectorAll("details.choice[open], .figure-tools > details[open]")].at(-1);
  if (open) { open.open = false; open.querySelector("summary").focus(); } else if (wall) { leave(); }
});
// Boxes to tick lie over the page: they close when they were applied or something else is used.
document.addEventListener("click", (event) => {
  const done = event.target.closest?.(".boxes button")?.closest("details.choice");
  if (done) { done.open = false; done.querySelector("summary").focus(); }
  for (const open of document.querySelectorAll("details.choice[open], .figure-tools > details[open]")) {
    if (!open.contains(event.target)) { open.open = false; }
  }
});
// Nobody scrolls a wall: it turns its pages itself, and hides what only a hand at the desk needs.
const PAGE_FOR = 20_000, IDLE_AFTER = 3_000;
const turn = () => {
  const left = document.documentElement.scrollHeight - window.scrollY - window.innerHeight;
  const cut = [...document.querySelectorAll("#page .panel:not(.bare), #page .key")]
    .map((part) => part.getBoundingClientRect()).find(({ bottom }) => bottom > window.innerHeight + 2);
  const step = cut && cut.top > 40 ? cut.top - 20 : window.innerHeight;
  window.scrollTo({ top: left > 2 ? window.scrollY + step : 0 });
};
if (wall) {
  let resting, turning;
  const stir = () => {
    document.body.classList.remove("resting");
    clearTimeout(resting);
    clearInterval(turning);
    resting = setTimeout(() => document.body.classList.add("resting"), IDLE_AFTER);
    turning = setInterval(turn, PAGE_FOR);
  };
  for (const kind of ["mousemove", "keydown", "touchstart", "wheel"]) { document.addEventListener(kind, stir, { passive: true }); }
  stir();
}
