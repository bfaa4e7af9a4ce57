/* Keys: / search, ? help, j k through a list, Enter open, g h home, r answer, q quote. Off by preference and in fields. */
const on = () => document.body.dataset.shortcuts !== "off";
const isField = (element) => element.closest?.("input, textarea, select, [contenteditable]");
const TITLES = "[data-list] :is(.qrow__title a, .notice__title), [data-case-link]";
let awaitingG = 0;

function focusSearch() {
  const field = [...document.querySelectorAll('main input[type="search"], [data-search]')].find((input) => input.offsetParent);
  field?.focus();
  return field;
}

function step(direction) {
  const titles = [...document.querySelectorAll(TITLES)];
  const index = titles.indexOf(document.activeElement);
  const next = titles[index < 0 ? (direction > 0 ? 0 : titles.length - 1) : index + direction];
  next?.focus();
  return next;
}

function reply() {
  const area = document.querySelector("#reply textarea");
  area?.focus();
  return area;
}

function quote() {
  const selection = getSelection();
  const text = selection.toString();
  const post = selection.anchorNode?.parentElement?.closest("[data-post]");
  if (!text.trim() || !post) return null;
  const author = post.querySelector("[data-author]")?.textContent ?? "";
  document.dispatchEvent(new CustomEvent("forum:quote", { detail: { text, author } }));
  return true;
}

const ACTIONS = {
  "/": focusSearch,
  "?": () => document.getElementById("shortcuts")?.showModal() ?? true,
  j: () => step(1),
  k: () => step(-1),
  r: reply,
  q: quote,
};

document.addEventListener("keydown", (event) => {
  if (!on() || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (isField(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "g") {
    awaitingG = Date.now();
  } else if (event.key === "h" && Date.now() - awaitingG < 1500) {
    location.assign("/");
  } else if (ACTIONS[event.key]?.()) {
    event.preventDefault();
  }
});
