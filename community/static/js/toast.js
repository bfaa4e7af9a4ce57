/* Short confirmations with undo. Any module, and the server by an HX-Trigger header, sends forum:toast:
   {text, icon, tone, undo: {url, method}}; undoing posts with the form token and loads the page anew. */
const region = document.querySelector("[data-toasts]");
const SHOWN_MS = 6000;
const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";

function undoButton({ url, method }, toast) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "link-btn";
  button.textContent = document.getElementById("words")?.dataset.undo;
  button.addEventListener("click", async () => {
    toast.remove();
    const body = new URLSearchParams(method ? { _method: method } : {});
    await fetch(url, { method: "POST", body, headers: { "X-CSRFToken": token }, redirect: "manual" });
    location.reload();
  });
  return button;
}

// Stays while a reader points at it or has the focus in it.
function leaveLater(toast) {
  const timer = setInterval(() => {
    if (toast.matches(":hover, :focus-within")) return;
    clearInterval(timer);
    toast.remove();
  }, SHOWN_MS);
}

document.addEventListener("forum:toast", (event) => {
  const { text, tone = "", undo } = event.detail ?? {};
  if (!region || !text) return;
  const toast = document.createElement("div");
  toast.className = "toast";
  if (tone) toast.dataset.kind = tone;
  const words = document.createElement("span");
  words.textContent = text;
  toast.append(words);
  if (undo) toast.append(undoButton(undo, toast));
  region.append(toast);
  leaveLater(toast);
});
