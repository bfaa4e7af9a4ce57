/* Offers names while somebody types @; GET /users/names?q= answers with a JSON list of names. */
const PAUSE_MS = 150;
const AT_NAME = /(?:^|[\s(])@([\p{L}\p{N}_.-]{1,30})$/u;
let list = null;
let area = null;
let timer;

function close() {
  list?.remove();
  list = null;
  area?.removeAttribute("aria-activedescendant");
}

function typedName() {
  return area.value.slice(0, area.selectionStart).match(AT_NAME)?.[1];
}

function choose(name) {
  const end = area.selectionStart;
  area.setRangeText(`${name} `, end - typedName().length, end, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
  close();
  area.focus();
}

function mark(item) {
  list.querySelector('[aria-selected="true"]')?.setAttribute("aria-selected", "false");
  item.setAttribute("aria-selected", "true");
  area.setAttribute("aria-activedescendant", item.id);
}

function show(names) {
  close();
  if (!names.length) return;
  list = document.createElement("ul");
  list.className = "suggest";
  list.setAttribute("role", "listbox");
  names.slice(0, 6).forEach((name, index) => {
    const item = document.createElement("li");
    item.id = `suggest-${index}`;
    item.setAttribute("role", "option");
    item.textContent = name;
    item.addEventListener("mousedown", (event) => {
      event.preventDefault();
      choose(name);
    });
    list.append(item);
  });
  document.body.append(list);
  const box = area.getBoundingClientRect();
  list.style.top = `${Math.min(box.bottom, innerHeight - list.offsetHeight) + scrollY}px`;
  list.style.left = `${box.left + scrollX}px`;
  mark(list.firstElementChild);
}

async function offer() {
  const name = area && typedName();
  if (!name) return close();
  try {
    const response = await fetch(`/users/names?q=${encodeURIComponent(name)}`, { headers: { Accept: "application/json" } });
    if (response.ok && typedName() === name) show(await response.json());
  } catch {
    close();
  }
}

document.addEventListener("input", (event) => {
  if (!event.target.matches("[data-composer] textarea, .comment-form textarea")) return;
  area = event.target;
  clearTimeout(timer);
  if (typedName()) timer = setTimeout(offer, PAUSE_MS);
  else close();
});

document.addEventListener("keydown", (event) => {
  if (!list || event.target !== area) return;
  const marked = list.querySelector('[aria-selected="true"]');
  const step = { ArrowDown: marked.nextElementSibling, ArrowUp: marked.previousElementSibling }[event.key];
  if (event.key === "Escape") close();
  else if (event.key === "Enter" || event.key === "Tab") choose(marked.textContent);
  else if (event.key.startsWith("Arrow") && step) mark(step);
  else return;
  event.preventDefault();
});

document.addEventListener("focusout", (event) => event.target === area && close());
