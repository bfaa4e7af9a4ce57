/* Which similar questions were opened before asking: what was read and did not help goes with the question. */
document.addEventListener("click", (event) => {
  const details = event.target.closest?.(".similar summary")?.parentElement;
  const read = event.target.closest?.(".similar a.btn")?.closest("details");
  if (details && !details.open) noteOpened(details);
  if (read) noteOpened(read);
});

function noteOpened(details) {
  const button = details.querySelector('[name="deflected"]');
  if (!button || details.hasAttribute("data-noted")) return;
  details.setAttribute("data-noted", "");
  const body = new URLSearchParams({ question_id: button.value, outcome: "opened" });
  body.set("title", document.getElementById("title")?.value ?? "");
  const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
  const headers = { "X-CSRFToken": token, "HX-Request": "true" };
  fetch(button.formAction, { method: "POST", headers, body, keepalive: true }).catch(() => {});
}
