/* Says that a notification was read when its link is followed, and keeps the number beside the bell fresh. */
const BELL_EVERY_MS = 60_000;
const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-reading]");
  // The page is left at once, so the request must outlive it.
  if (link) fetch(link.dataset.reading, { method: "POST", keepalive: true, redirect: "manual", headers: { "X-CSRFToken": token } });
});

async function refreshBell() {
  const bell = document.querySelector("[data-bell]");
  if (!bell || document.hidden) return;
  const response = await fetch(bell.dataset.bell, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!response?.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("[data-bell]");
  if (fresh && fresh.textContent !== bell.textContent) bell.replaceWith(fresh);
}

setInterval(refreshBell, BELL_EVERY_MS);
