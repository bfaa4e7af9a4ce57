/* Popovers, dialogs and invokers for browsers that lack them, the list of keys, and links to copy. */
const canPopover = "popover" in HTMLElement.prototype;
const canInvoke = "command" in HTMLButtonElement.prototype;
const hasAnchors = CSS.supports("top: anchor(bottom)");

function closeMenus(except) {
  document.querySelectorAll(".menu.is-open").forEach((menu) => {
    if (menu !== except) menu.classList.remove("is-open");
  });
}

// Without anchor positioning a menu would stand in the corner of the window; put it under its button.
function placeMenu(menu, button) {
  const box = button.getBoundingClientRect();
  const below = box.bottom + menu.offsetHeight < window.innerHeight;
  menu.style.top = `${below ? box.bottom : Math.max(8, box.top - menu.offsetHeight)}px`;
  menu.style.right = `${Math.max(8, document.documentElement.clientWidth - box.right)}px`;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  const menu = button?.getAttribute("popovertarget") && document.getElementById(button.getAttribute("popovertarget"));
  if (!canPopover) {
    closeMenus(menu);
    menu?.classList.toggle("is-open");
  }
  if (menu && !hasAnchors) setTimeout(() => placeMenu(menu, button));
  if (!canInvoke && button?.getAttribute("command") === "show-modal") {
    document.getElementById(button.getAttribute("commandfor"))?.showModal();
  }
  if (button?.matches("[data-show-shortcuts]")) document.getElementById("shortcuts")?.showModal();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !canPopover) closeMenus();
});

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-copy-link]");
  if (!link || !navigator.clipboard) return;
  event.preventDefault();
  link.closest("[popover]")?.hidePopover?.();
  await navigator.clipboard.writeText(link.href);
  const text = document.getElementById("words")?.dataset.copied;
  document.dispatchEvent(new CustomEvent("forum:toast", { detail: { text } }));
});

// A form that has a page of its own, shown over this one. Whatever goes wrong, the page itself is opened.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-dialog]");
  const box = document.getElementById("dialog");
  if (!link || !box?.showModal || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  try {
    const response = await fetch(link.href, { headers: { "HX-Request": "true" }, cache: "no-store" });
    if (!response.ok || response.redirected) throw new Error(response.statusText);
    box.querySelector("[data-dialog-body]").innerHTML = await response.text();
    box.setAttribute("aria-label", link.getAttribute("aria-label") ?? link.textContent);
    box.showModal();
  } catch {
    location.assign(link.href);
  }
});
