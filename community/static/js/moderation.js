/* The desk: j and k open the next and the previous case, c claims it, n opens the next, m leads to macros, numbers choose among its decisions. */
const links = () => [...document.querySelectorAll("[data-case-link]")];

function openBeside(direction) {
  const all = links();
  const at = all.findIndex((link) => link.getAttribute("aria-current") === "page");
  const next = at < 0 ? null : all[at + direction];
  next?.click();
  return next;
}

function press(key) {
  const target = document.querySelector(`[data-key="${key}"]`);
  target?.click();
  if (target?.matches("input, select")) target.focus();
  return target;
}

const isField = (element) => element.closest?.("input:not([type=radio]), textarea, select, [contenteditable]");

// Before shortcuts.js hears of it, whose j and k only move the focus.
document.addEventListener(
  "keydown",
  (event) => {
    if (document.body.dataset.shortcuts === "off" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isField(event.target) || document.querySelector("dialog[open]") || !links().length) return;
    const steps = { j: 1, k: -1 };
    const done = event.key in steps ? openBeside(steps[event.key]) : /^[cmn1-9]$/.test(event.key) && press(event.key);
    if (done) event.preventDefault();
  },
  true,
);
