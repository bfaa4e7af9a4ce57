/* First of all: says that scripts run (the style sheet shows what needs them) and gives htmx requests the form token. */
document.documentElement.classList.add("has-js");

document.addEventListener("htmx:config:request", (event) => {
  const token = document.querySelector('meta[name="csrf-token"]')?.content;
  const { request } = event.detail.ctx;
  if (token && request.method !== "GET") request.headers["X-CSRFToken"] = token;
});

// A refused request swaps nothing in (see noSwap in base.html), so it must say something; what the page fetches by
// itself fails in silence.
const WORDS_BY_STATUS = { 400: "notAllowed", 401: "notAllowed", 403: "notAllowed", 429: "tooFast" };

const isQuiet = ({ request, sourceElement }) => request?.method === "GET" || sourceElement?.hasAttribute("data-quiet");

function complain(status, reason) {
  const words = document.getElementById("words")?.dataset ?? {};
  const text = reason || (status ? words[WORDS_BY_STATUS[status] ?? "failed"] : words.offline);
  document.dispatchEvent(new CustomEvent("forum:toast", { detail: { text, tone: "danger" } }));
}

document.addEventListener("htmx:response:error", (event) => {
  const { response, text } = event.detail.ctx;
  if (isQuiet(event.detail.ctx)) return;
  // The server's own words stand in errors/_notice.html.
  const answer = new DOMParser().parseFromString(text ?? "", "text/html");
  if (response.status !== 422) complain(response.status, answer.querySelector(".note p")?.textContent);
});
document.addEventListener("htmx:error", (event) => {
  const { ctx } = event.detail;
  if (!ctx?.response && !(ctx && isQuiet(ctx))) complain(0);
});
