/* What somebody is at stays in sight when a part of the page grows above it; browsers see to that
   themselves, but not at the very top of a page. */
let seenBefore = null;

function isInSight(element) {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}

document.addEventListener("htmx:before:swap", () => {
  const focused = document.activeElement;
  seenBefore = focused && focused !== document.body && isInSight(focused) ? focused : null;
});

document.addEventListener("htmx:after:swap", () => {
  const focused = seenBefore;
  requestAnimationFrame(() => {
    if (focused && focused === document.activeElement) focused.scrollIntoView({ block: "nearest" });
  });
});
