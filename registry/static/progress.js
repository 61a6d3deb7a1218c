// A page that waits for a job: the bar follows it, and the page is read again when it has ended.
const place = document.querySelector("[data-progress]");
const bar = place.querySelector("progress");

async function look() {
  try {
    const answer = await fetch(place.dataset.progress, { headers: { Accept: "application/json" } });
    if (answer.ok) {
      const job = await answer.json();
      if (job.state === "done" || job.state === "failed") return location.reload();
      if (job.total) {
        bar.max = job.total;
        bar.value = job.done;
      }
    } else if (answer.status < 500) return location.reload();
  } catch {
    // The line is down for a moment: ask again.
  }
  setTimeout(look, 1000);
}
look();
