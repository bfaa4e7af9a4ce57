/* Drafts: kept on this device at once and, for people who are signed in, on the server after a pause.

   data-draft-key names the place ("ask", "answer:7"), data-draft-url is where the server keeps drafts; data-draft-restored
   says that the server has filled one in. */
const words = document.getElementById("words")?.dataset ?? {};
const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
// Asked for a fragment, a refusal makes no new form token behind the back of the form on the page.
const HEADERS = { "X-CSRFToken": token, "HX-Request": "true" };
const LOCAL_PAUSE_MS = 400;
const SERVER_PAUSE_MS = 4000;
const KEPT_DAYS = 30;
const PREFIX = "draft:";
const SENT = "draft-sent";
const FIELDS = ["title", "body", "tags", "board"];

// Private windows may refuse storage; a draft is a comfort, never a reason to fail.
function attempt(work) {
  try {
    return work() ?? true;
  } catch {
    return null;
  }
}

const read = (key) => attempt(() => JSON.parse(localStorage.getItem(PREFIX + key)));
const forget = (key) => attempt(() => localStorage.removeItem(PREFIX + key));

function fieldsOf(form) {
  return FIELDS.map((name) => form.elements[name]).filter((field) => field?.name && field.type !== "hidden");
}

function textsOf(form) {
  return Object.fromEntries(fieldsOf(form).map((field) => [field.name, field.value]));
}

const holdsText = (texts) => ["title", "body", "tags"].some((name) => texts[name]?.trim());

function write(key, texts) {
  if (!holdsText(texts)) return forget(key) && false;
  return attempt(() => localStorage.setItem(PREFIX + key, JSON.stringify({ texts, at: Date.now() })));
}

function dropOldDrafts() {
  const oldest = Date.now() - KEPT_DAYS * 86_400_000;
  attempt(() => {
    const keys = Object.keys(localStorage).filter((name) => name.startsWith(PREFIX));
    keys.map((name) => name.slice(PREFIX.length)).filter((key) => !(read(key)?.at > oldest)).forEach(forget);
  });
}

function later(pause, work) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(work, pause);
  };
}

async function saveOnServer({ draftUrl: url, draftKey: place }, form, say) {
  const body = new URLSearchParams({ place, ...textsOf(form) });
  const response = await fetch(url, { method: "POST", body, headers: HEADERS }).catch(() => null);
  if (!response?.ok) return;
  form.setAttribute("data-kept", "");
  say(words.draftSaved);
}

function discard(composer, form) {
  const { draftUrl: url, draftKey: key } = composer.dataset;
  forget(key);
  if (url) fetch(`${url}/${encodeURIComponent(key)}`, { method: "DELETE", headers: HEADERS }).catch(() => {});
  fieldsOf(form).forEach((field) => {
    if (field.type !== "select-one") fill(field, "");
  });
  composer.querySelector("textarea").focus();
}

function fill(field, text) {
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function offerDiscard(composer, form, note) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "link-btn";
  button.textContent = words.draftDiscard;
  button.addEventListener("click", () => {
    note.textContent = "";
    discard(composer, form);
  });
  note.replaceChildren(words.draftRestored, " ", button);
}

function restore(composer, form) {
  const { texts } = read(composer.dataset.draftKey) ?? {};
  if (!texts || composer.querySelector("textarea").value) return false;
  const empty = fieldsOf(form).filter((field) => texts[field.name] && !field.value);
  empty.forEach((field) => fill(field, texts[field.name]));
  return empty.length > 0;
}

// The server fills in its own copy; without an error beside it, that is the draft come back.
function isKept(key, form) {
  const body = textsOf(form).body;
  return Boolean(body) && read(key)?.texts?.body === body && !form.querySelector('[aria-invalid="true"]');
}

function keepDraft(composer) {
  const form = composer.closest("form");
  const note = composer.querySelector("[data-draft-note]");
  const key = composer.dataset.draftKey;
  const say = (text) => note && (note.textContent = text);
  const filledByServer = composer.hasAttribute("data-draft-restored") || isKept(key, form);
  const restored = restore(composer, form) || filledByServer;
  if (restored && note) offerDiscard(composer, form, note);
  let isPending = false;
  const save = () => {
    if (!isPending) return;
    isPending = false;
    if (!write(key, textsOf(form))) return;
    form.setAttribute("data-kept", "");
    say(words.draftSavedHere);
  };
  const saveHere = later(LOCAL_PAUSE_MS, save);
  const saveThere = later(SERVER_PAUSE_MS, () => saveOnServer(composer.dataset, form, say));
  form.addEventListener("input", () => {
    form.removeAttribute("data-kept");
    isPending = true;
    saveHere();
    if (composer.dataset.draftUrl) saveThere();
  });
  window.addEventListener("pagehide", save);
  form.addEventListener("submit", () => {
    attempt(() => sessionStorage.setItem(SENT, JSON.stringify({ key, page: location.pathname })));
  });
}

// A sent text has arrived when the redirect leads here from the form's page and the form is not back with its text.
// A refusal's page has another address, and going back is not a new visit: in both cases the draft stays.
function dropArrived() {
  const sent = attempt(() => JSON.parse(sessionStorage.getItem(SENT)));
  attempt(() => sessionStorage.removeItem(SENT));
  const isVisit = performance.getEntriesByType("navigation")[0]?.type === "navigate";
  if (!sent?.key || !isVisit || !document.referrer) return;
  const composer = document.querySelector(`[data-draft-key="${CSS.escape(sent.key)}"] textarea`);
  if (new URL(document.referrer).pathname === sent.page && !composer?.value) forget(sent.key);
}

dropArrived();
dropOldDrafts();
document.querySelectorAll("form [data-composer][data-draft-key]").forEach(keepDraft);
