// A session that ended while a page stood open leads to the sign-in, not to a dead page.
const fetched = window.fetch;
window.fetch = async (...args) => {
  const response = await fetched(...args);
  if ([400, 401, 403].includes(response.status) && response.url.includes("/dashboards/_dash-update-component")) {
    window.location.reload();
  }
  return response;
};
// The language switch comes back to the filters that the address names now.
document.addEventListener("submit", (event) => {
  const next = event.target.querySelector?.("input[name=next]");
  if (next && event.target.classList.contains("language")) {
    next.value = window.location.pathname + window.location.search;
  }
}, true);
