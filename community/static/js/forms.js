/* Forms: the first wrong field gets the focus, and a second click while the first is on its way does nothing. */
const wrong =
  document.querySelector('main [aria-invalid="true"]:is(input, select, textarea)') ??
  document.querySelector("[data-error-summary]");
wrong?.focus();

const RETRY_AFTER_MS = 8000;

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("hx-post")) return;
  if (form.hasAttribute("data-sent")) event.preventDefault();
  form.setAttribute("data-sent", "");
  event.submitter?.classList.add("is-busy");
  setTimeout(release, RETRY_AFTER_MS);
});

function release() {
  document.querySelectorAll("form[data-sent]").forEach((form) => form.removeAttribute("data-sent"));
  document.querySelectorAll(".is-busy").forEach((button) => button.classList.remove("is-busy"));
}

// Coming back through history shows the page as it was left.
window.addEventListener("pageshow", release);

// A fragment that came back with a wrong field: put the writer there.
document.addEventListener("htmx:after:swap", (event) => {
  const target = event.detail.ctx?.target;
  const scope = target?.isConnected ? target : document.getElementById(target?.id);
  const wrong = scope?.querySelector?.('[aria-invalid="true"]');
  if (wrong) wrong.focus();
  // The button that was pressed is gone with the old comments; do not send the reader back to the top.
  else if (scope?.matches?.(".comments")) [...scope.querySelectorAll("summary")].at(-1)?.focus();
});
