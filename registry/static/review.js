// The queue by keyboard, only while the cursor is in the list: j/k move, x ticks, a accepts, s sends back.
for (const form of document.querySelectorAll("[data-review]")) {
  const boxes = [...form.querySelectorAll("input[name=ids]")];
  const reason = form.querySelector("[name=reason]");
  const press = (value) => form.requestSubmit(form.querySelector(`[name=decision][value=${value}]`));
  const here = () => boxes.findIndex((box) => box.closest("tr").contains(document.activeElement));
  const tickOne = () => { if (!boxes.some((box) => box.checked)) boxes[here()].checked = true; };
  const keys = {
    j: () => boxes[Math.min(here() + 1, boxes.length - 1)].focus(),
    k: () => boxes[Math.max(here() - 1, 0)].focus(),
    x: () => { boxes[here()].checked = !boxes[here()].checked; },
    a: () => { tickOne(); press("accept"); },
    s: () => { tickOne(); reason.focus(); },
  };
  form.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target === reason && event.key === "Enter") {
      event.preventDefault();
      press("send_back");
    } else if (here() >= 0 && keys[event.key]) {
      event.preventDefault();
      keys[event.key]();
    }
  });
}
