// Copies what a field holds, or hands it to the phone's own sharing: a personal link, words to pass on.
function offer() {
  for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
  for (const button of document.querySelectorAll("[data-share]")) button.hidden = !navigator.share;
}
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy], [data-share]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy || button.dataset.share);
  if (button.dataset.share) {
    try { await navigator.share({ text: field.value }); } catch { /* the person changed their mind */ }
    return;
  }
  field.select();
  try { await navigator.clipboard.writeText(field.value); } catch { document.execCommand("copy"); }
  button.textContent = button.dataset.copied;
});
document.addEventListener("sang:swapped", offer);
offer();
