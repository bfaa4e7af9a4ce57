/* Light, dark or as the system: changes at once; the form behind it tells the server, which prints it from then on. */
const COLOR_SCHEME = document.querySelector('meta[name="color-scheme"]');

function apply(theme) {
  const root = document.documentElement;
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  if (COLOR_SCHEME) COLOR_SCHEME.content = theme === "system" ? "light dark" : theme;
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const theme = event.submitter?.value;
  if (!form.matches("[data-theme-switch]") || !theme) return;
  event.preventDefault();
  apply(theme);
  form.querySelectorAll("button").forEach((button) => {
    button.setAttribute("aria-pressed", String(button === event.submitter));
  });
  const body = new URLSearchParams(new FormData(form, event.submitter));
  fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => {});
}, true);
