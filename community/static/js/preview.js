/* Preview without leaving the page: the server's own renderer answers POST /preview with HTML. */
const words = document.getElementById("words")?.dataset ?? {};
const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";

async function render(text) {
  const response = await fetch("/preview", {
    method: "POST",
    headers: { "X-CSRFToken": token, "HX-Request": "true" },
    body: new URLSearchParams({ body: text }),
  });
  if (!response.ok && response.status !== 422) throw new Error(`preview ${response.status}`);
  return response.text();
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-preview]");
  const composer = button?.closest("[data-composer]");
  if (!composer) return;
  event.preventDefault();
  const area = composer.querySelector("textarea");
  const panel = composer.querySelector("[data-preview-panel]");
  const body = composer.querySelector("[data-preview-body]");
  if (!area.value.trim()) {
    body.textContent = words.previewEmpty;
    panel.hidden = false;
    return;
  }
  try {
    body.innerHTML = await render(area.value);
    panel.hidden = false;
    panel.scrollIntoView({ block: "nearest" });
  } catch {
    // The plain form still works: let the server show the preview on a page of its own.
    area.form?.removeAttribute("data-touched");
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name: "preview", value: "1" });
    area.form?.append(field);
    area.form?.submit();
  }
});
