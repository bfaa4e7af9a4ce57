/* The writing box: toolbar, counter, Ctrl+Enter, and a warning before unsaved text is lost. */
const words = document.getElementById("words")?.dataset ?? {};

const FORMATS = {
  bold: (text) => ({ before: "**", text: text || words.sample, after: "**" }),
  code: (text) =>
    text.includes("\n")
      ? { before: "```\n", text, after: "\n```" }
      : { before: "`", text: text || words.sample, after: "`" },
  link: (text) =>
    /^https?:\/\/\S+$/.test(text)
      ? { before: "[", text: words.sample, after: `](${text})` }
      : { before: "[", text: text || words.sample, after: "](https://)" },
  quote: (text) => ({ before: "", text: prefixLines(text || words.sample, "> "), after: "\n", block: true }),
  list: (text) => ({ before: "", text: prefixLines(text || words.sample, "- "), after: "", block: true }),
};
const KEYS = { b: "bold", k: "link", e: "code" };

function prefixLines(text, prefix) {
  return text.replace(/^(?!\s*$)/gm, prefix);
}

function format(area, name) {
  const { selectionStart: start, selectionEnd: end, value } = area;
  const piece = FORMATS[name](value.slice(start, end));
  const onOwnLine = piece.block && start > 0 && value[start - 1] !== "\n";
  const lead = (onOwnLine ? "\n\n" : "") + piece.before;
  insert(area, lead + piece.text + piece.after);
  area.setSelectionRange(start + lead.length, start + lead.length + piece.text.length);
}

// execCommand is the only way to write into a field that keeps the browser's undo.
function insert(area, text) {
  area.focus();
  if (!document.execCommand("insertText", false, text)) {
    area.setRangeText(text);
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-format]");
  const area = button?.closest("[data-composer]")?.querySelector("textarea");
  if (area) format(area, button.dataset.format);
});

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
  const area = event.target;
  if (event.key === "Enter" && area.matches?.("[data-submit-keys]")) {
    event.preventDefault();
    area.form?.requestSubmit();
  } else if (KEYS[event.key] && area.closest?.("[data-composer]")) {
    event.preventDefault();
    format(area, KEYS[event.key]);
  }
});

function showCount(field) {
  const composer = field.closest("[data-composer]");
  const output = composer?.querySelector("[data-count]") ?? document.getElementById(field.dataset.counted);
  const limit = field.maxLength;
  if (!output || limit < 1) return;
  const length = field.value.length;
  const worthShowing = !composer || length > limit * 0.8;
  const count = (number) => number.toLocaleString(document.documentElement.lang);
  output.textContent = worthShowing
    ? words.count.replace("{count}", count(length)).replace("{limit}", count(limit))
    : "";
  output.toggleAttribute("data-over", length >= limit);
}

document.querySelectorAll("[data-counted], [data-composer] textarea").forEach(showCount);
document.addEventListener("input", (event) => {
  const field = event.target;
  if (field.matches("[data-counted], [data-composer] textarea")) showCount(field);
  field.form?.setAttribute("data-touched", "");
});

// A sent form may be left; the browser asks for every other one that was typed into.
document.addEventListener("submit", (event) => event.target.removeAttribute("data-touched"));
window.addEventListener("beforeunload", (event) => {
  const touched = [...document.querySelectorAll("form[data-warn-unsaved][data-touched]")];
  const unsaved = touched.some((form) => form.querySelector("textarea")?.value.trim() && !form.hasAttribute("data-kept"));
  if (unsaved) event.preventDefault();
});

// "Quote" on the r and q keys and from other modules: {detail: {text, author}}
document.addEventListener("forum:quote", (event) => {
  const area = document.querySelector("[data-composer] textarea");
  if (!area) return;
  const { text, author } = event.detail;
  area.setSelectionRange(area.value.length, area.value.length);
  const gap = area.value.trim() ? "\n\n" : "";
  insert(area, `${gap}${author ? `> **${author}:**\n` : ""}${prefixLines(text.trim(), "> ")}\n\n`);
});
