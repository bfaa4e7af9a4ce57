/* Drafts: kept on this device at once and, for people who are signed in, on the server after a pause. */
const words = document.getElementById("words")?.dataset ?? {};
const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
const LOCAL_PAUSE_MS = 400;
const SERVER_PAUSE_MS = 4000;
const KEPT_DAYS = 30;
const PREFIX = "draft:";

// Private windows may refuse storage; a draft is a comfort, never a reason to fail.
const store = {
  read(key) {
    try {
      return JSON.parse(localStorage.getItem(PREFIX + key));
    } catch {
      return null;
    }
  },
  write(key, text) {
    try {
      if (text.trim()) localStorage.setItem(PREFIX + key, JSON.stringify({ text, at: Date.now() }));
      else localStorage.removeItem(PREFIX + key);
      return true;
    } catch {
      return false;
    }
  },
};

function dropOldDrafts() {
  const oldest = Date.now() - KEPT_DAYS * 86_400_000;
  try {
    for (const name of Object.keys(localStorage)) {
      if (name.startsWith(PREFIX) && !(store.read(name.slice(PREFIX.length))?.at > oldest)) localStorage.removeItem(name);
    }
  } catch {}
}

function later(pause, work) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(work, pause);
  };
}

async function saveOnServer(composer, area, say) {
  const { draftUrl: url, draftKey: key } = composer.dataset;
  const body = new URLSearchParams({ place: key, body: area.value });
  for (const name of ["title", "tags", "board"]) {
    const value = area.form?.elements[name]?.value;
    if (value) body.set(name, value);
  }
  try {
    const response = await fetch(url, { method: "POST", body, headers: { "X-CSRFToken": token } });
    if (response.ok) {
      area.form?.setAttribute("data-kept", "");
      say(words.draftSaved);
    }
  } catch {}
}

function offerDiscard(note, area, key) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "link-btn";
  button.textContent = words.draftDiscard;
  button.addEventListener("click", () => {
    store.write(key, "");
    area.value = "";
    area.dispatchEvent(new Event("input", { bubbles: true }));
    note.textContent = "";
    area.focus();
  });
  note.replaceChildren(words.draftRestored, " ", button);
}

function keepDrafts(composer) {
  const area = composer.querySelector("textarea");
  const note = composer.querySelector("[data-draft-note]");
  const key = composer.dataset.draftKey;
  const say = (text) => note && (note.textContent = text);
  const kept = store.read(key);
  if (kept?.text && !area.value) {
    area.value = kept.text;
    area.dispatchEvent(new Event("input", { bubbles: true }));
    if (note) offerDiscard(note, area, key);
  }
  const saveHere = later(LOCAL_PAUSE_MS, () => {
    if (store.write(key, area.value) && area.value.trim()) say(words.draftSavedHere);
  });
  const saveThere = later(SERVER_PAUSE_MS, () => saveOnServer(composer, area, say));
  area.addEventListener("input", () => {
    area.form?.removeAttribute("data-kept");
    saveHere();
    if (composer.dataset.draftUrl) saveThere();
  });
}

// The draft goes once the text has arrived: the server then sets the cookie draft_done to the key.
function dropArrived() {
  const done = document.cookie.match(/(?:^|; )draft_done=([^;]*)/)?.[1];
  if (!done) return;
  store.write(decodeURIComponent(done), "");
  document.cookie = "draft_done=; Max-Age=0; Path=/; SameSite=Lax";
}

dropArrived();
dropOldDrafts();
document.querySelectorAll("[data-composer][data-draft-key]").forEach(keepDrafts);
