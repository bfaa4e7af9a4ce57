/* Titles below a search box while somebody types: arrows walk through them, Escape and leaving close them. */
const searchOf = (element) => element?.closest?.(".search");

function close(search) {
  search.querySelector("[data-suggestions]")?.replaceChildren();
}

function closeOthers(event) {
  const mine = searchOf(event.target);
  document.querySelectorAll(".search:has([data-suggestions] a)").forEach((search) => {
    if (search !== mine) close(search);
  });
}

document.addEventListener("focusin", closeOthers);
document.addEventListener("pointerdown", closeOthers);

document.addEventListener("keydown", (event) => {
  const search = searchOf(event.target);
  const stops = search ? [...search.querySelectorAll("[data-suggestions] a")] : [];
  if (!stops.length) return;
  const input = search.querySelector("input");
  stops.unshift(input);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) stops.at((stops.indexOf(event.target) + step) % stops.length).focus();
  else if (event.key === "Escape") {
    close(search);
    input.focus();
  } else return;
  event.preventDefault();
});

// An answer that comes after the reader has gone on.
document.addEventListener("htmx:after:swap", (event) => {
  const search = searchOf(event.detail.ctx?.target);
  if (search && !search.contains(document.activeElement)) close(search);
});
