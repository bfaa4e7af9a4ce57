/* "1 new answer": asks now and then while the page is in view; nothing moves until the reader clicks. */
const bar = document.querySelector("[data-poll-url]");
const FIRST_PAUSE_MS = 20_000;
const LONGEST_PAUSE_MS = 300_000;
let etag = bar?.dataset.pollEtag;
let pause = FIRST_PAUSE_MS;

function show({ text, url }) {
  const link = document.createElement("a");
  link.className = "btn btn--primary";
  link.href = url;
  link.textContent = text;
  // The same page with another #fragment would not load anew by itself.
  link.addEventListener("click", () => {
    if (link.pathname === location.pathname) setTimeout(() => location.reload());
  });
  bar.replaceChildren(link);
}

async function ask() {
  if (!document.hidden) {
    try {
      const response = await fetch(bar.dataset.pollUrl, { headers: etag ? { "If-None-Match": etag } : {}, cache: "no-store" });
      etag = response.headers.get("ETag") ?? etag;
      pause = response.status === 200 ? FIRST_PAUSE_MS : Math.min(pause * 1.5, LONGEST_PAUSE_MS);
      if (response.status === 200) show(await response.json());
      if (response.status >= 400 && response.status !== 429 && response.status < 500) return;
    } catch {}
  }
  setTimeout(ask, pause);
}

if (bar) setTimeout(ask, pause);
