/* A table that scrolls sideways takes the focus, so that arrow keys reach what is hidden. */
function letKeysIn() {
  document.querySelectorAll(".prose table").forEach((table) => {
    if (table.scrollWidth > table.clientWidth) table.tabIndex = 0;
    else table.removeAttribute("tabindex");
  });
}

letKeysIn();
window.addEventListener("resize", letKeysIn);
document.addEventListener("htmx:after:swap", letKeysIn);
