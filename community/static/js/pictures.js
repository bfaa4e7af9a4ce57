/* Pictures in the writing box: chosen, pasted or dropped, sent at once with progress, described, taken out again.

   The text shows a picture by its Markdown, and what is typed into "what does it show?" goes in there. Without JavaScript
   the file goes along with the form. */
const words = document.getElementById("words")?.dataset ?? {};
const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
const KINDS = /^image\/(png|jpeg|webp|gif)$/;
const MOST_BYTES = 10 * 1024 * 1024;
const sending = new Set();

const picturesIn = (list) => [...(list ?? [])].filter((file) => KINDS.test(file.type));
const areaOf = (composer) => composer.querySelector("textarea");

function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

function changed(area) {
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

// At the cursor, on lines of its own; the cursor stays where the writer has put it meanwhile.
function insert(area, markdown) {
  const { selectionStart: start, selectionEnd: end, value } = area;
  const before = value.slice(0, end);
  const lead = before === "" || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  area.setRangeText(`${lead}${markdown}\n\n`, end, end, start === end ? "end" : "preserve");
  changed(area);
}

const inText = (address) => new RegExp(`!\\[[^\\]]*\\]\\(${address}\\)`);

function describe(area, address, text) {
  const line = text.replace(/[[\]\\\s]+/g, " ").trimStart();
  area.value = area.value.replace(inText(address), () => `![${line}](${address})`);
  changed(area);
}

function takeOut(composer, item, address) {
  const area = areaOf(composer);
  area.value = area.value.replace(new RegExp(`${inText(address).source}\\n{0,2}`), "");
  changed(area);
  item.remove();
  area.focus();
  fetch(address, { method: "DELETE", headers: { "X-CSRFToken": token, "HX-Request": "true" } }).catch(() => {});
}

function closeButton(label, work) {
  const button = make("button", { type: "button", className: "icon-btn", title: label });
  button.setAttribute("aria-label", label);
  button.innerHTML = '<svg class="icon" aria-hidden="true"><use/></svg>';
  button.querySelector("use").setAttribute("href", words.pictureIcon);
  button.addEventListener("click", work);
  return button;
}

function complain(item, text) {
  const said = make("p", { className: "field__error", textContent: text });
  said.setAttribute("role", "alert");
  item.replaceChildren(said, closeButton(words.pictureDismiss, () => item.remove()));
}

function showAdded(composer, item, { address, width, height }) {
  const area = areaOf(composer);
  const field = make("input", { className: "input", maxLength: 300, autocomplete: "off" });
  const why = make("span", { className: "field__hint", textContent: words.pictureWhy });
  const label = make("label", {}, words.pictureWhat, " ", why, field);
  const thumb = make("img", { className: "upload__thumb", src: address, alt: "", width, height });
  field.addEventListener("input", () => describe(area, address, field.value));
  const status = make("span", { className: "sr", textContent: words.pictureAdded });
  status.setAttribute("role", "status");
  item.replaceChildren(thumb, label, status, closeButton(words.pictureRemove, () => takeOut(composer, item, address)));
  insert(area, `![](${address})`);
  field.focus({ preventScroll: true });
}

function answerOf(request) {
  try {
    return JSON.parse(request.responseText);
  } catch {
    return {};
  }
}

function send(composer, file) {
  const list = composer.querySelector("[data-uploads]");
  const bar = make("progress", { max: 1, value: 0 });
  const name = make("span", { textContent: words.pictureSending.replace("{name}", file.name) });
  const item = make("li", { className: "upload" }, name, bar);
  bar.setAttribute("aria-label", name.textContent);
  list.append(item);
  if (file.size > MOST_BYTES) return complain(item, words.pictureLarge);
  const body = new FormData();
  body.append("image", file, "picture");
  // Only this way the browser tells how much has been sent.
  const request = new XMLHttpRequest();
  request.open("POST", "/attachments");
  request.setRequestHeader("X-CSRFToken", token);
  request.setRequestHeader("Accept", "application/json");
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) bar.value = event.loaded / event.total;
  });
  request.addEventListener("loadend", () => {
    sending.delete(request);
    const answer = answerOf(request);
    if (request.status === 201) showAdded(composer, item, answer);
    else complain(item, answer.title ?? (request.status ? words.failed : words.offline));
  });
  sending.add(request);
  request.send(body);
}

function sendAll(composer, files) {
  files.forEach((file) => send(composer, file));
}

const composerOf = (event) => event.target.closest?.("[data-composer]:has([data-uploads])");

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-add-picture]")) composerOf(event)?.querySelector("[data-picture-file]").click();
});

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-picture-file]")) return;
  sendAll(composerOf(event), [...event.target.files]);
  // It was sent by itself: it must not go along with the form again.
  event.target.value = "";
});

document.addEventListener("paste", (event) => {
  const composer = composerOf(event);
  const files = picturesIn(event.clipboardData?.files);
  if (!composer || !files.length || event.target.matches("input")) return;
  event.preventDefault();
  sendAll(composer, files);
});

document.addEventListener("dragover", (event) => {
  const composer = composerOf(event);
  if (!composer || !event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  composer.classList.add("is-target");
});

for (const name of ["dragleave", "drop", "dragend"]) {
  document.addEventListener(name, (event) => composerOf(event)?.classList.remove("is-target"));
}

document.addEventListener("drop", (event) => {
  const composer = composerOf(event);
  if (!composer || !event.dataTransfer?.files.length) return;
  event.preventDefault();
  sendAll(composer, [...event.dataTransfer.files]);
});

// Before the other listeners, which take a form that is sent for gone.
document.addEventListener(
  "submit",
  (event) => {
    if (!sending.size || !event.target.querySelector("[data-uploads] progress")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    document.dispatchEvent(new CustomEvent("forum:toast", { detail: { text: words.pictureWait } }));
  },
  true,
);
