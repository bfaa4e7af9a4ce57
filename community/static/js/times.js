/* Keeps relative times fresh while a page stays open; the server printed the first words. */
const STEPS = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];
const EVERY_MS = 60_000;
// Beyond these the server prints a date, which does not age.
const OLDEST_SECONDS = 8 * 86_400;
const format = new Intl.RelativeTimeFormat(document.documentElement.lang || "en", { numeric: "auto", style: "short" });
const seen = new WeakMap();

function ago(instant) {
  const seconds = (Date.now() - Date.parse(instant)) / 1000;
  if (!(seconds < OLDEST_SECONDS)) return null;
  const [unit, size] = STEPS.find(([, length]) => seconds >= length) ?? ["second", 1];
  return unit === "second" ? format.format(0, "second") : format.format(-Math.floor(seconds / size), unit);
}

// Words change only when the time they name has; the server's own wording stays until then.
function refresh() {
  document.querySelectorAll("time[data-relative]").forEach((time) => {
    const words = ago(time.dateTime);
    if (words && seen.has(time) && seen.get(time) !== words) time.textContent = words;
    seen.set(time, words);
  });
}

refresh();
setInterval(() => document.hidden || refresh(), EVERY_MS);
