// Parts of a page that are at work are read again until the server no longer marks them.
const SLOWEST = 30000;
let pause = 2000;

async function follow() {
  if (!document.hidden) {
    try {
      const answer = await fetch(location.href);
      if (answer.status >= 400 && answer.status < 500) return;
      if (answer.ok && !answer.redirected) replace(await answer.text());
    } catch {
      // The line is down for a moment: ask again.
    }
    pause = Math.min(pause * 1.2, SLOWEST);
  }
  if (document.querySelector("[data-follow]")) setTimeout(follow, pause);
}

function replace(text) {
  const page = new DOMParser().parseFromString(text, "text/html");
  for (const old of document.querySelectorAll("[data-follow]")) {
    const fresh = page.getElementById(old.id);
    if (!fresh || fresh.outerHTML === old.outerHTML) continue;
    if (!("follow" in fresh.dataset)) return location.reload();
    old.replaceWith(document.adoptNode(fresh));
    pause = 2000;
  }
}

setTimeout(follow, pause);
