/* Passkeys: a form with data-passkey first fetches a challenge, lets the browser's passkey answer it, and is then sent
   like any form, with the answer in its field "credential". */
const words = document.getElementById("words")?.dataset ?? {};
const toBytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const PARTS = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];

function readable(options) {
  const known = (list) => (list ?? []).map((one) => ({ ...one, id: toBytes(one.id) }));
  const publicKey = { ...options, challenge: toBytes(options.challenge) };
  if (options.user) publicKey.user = { ...options.user, id: toBytes(options.user.id) };
  publicKey.allowCredentials = known(options.allowCredentials);
  publicKey.excludeCredentials = known(options.excludeCredentials);
  return { publicKey };
}

function writable({ id, rawId, type, response }) {
  const parts = PARTS.filter((name) => response[name]).map((name) => [name, toText(response[name])]);
  const answer = { ...Object.fromEntries(parts), transports: response.getTransports?.() };
  return JSON.stringify({ id, rawId: toText(rawId), type, response: answer });
}

async function answer(form) {
  const headers = { "X-CSRFToken": form.elements.csrf_token.value };
  const asked = await fetch(form.dataset.challenge, { method: "POST", headers });
  // Somebody has to prove first that it is them: go there.
  if (asked.redirected) return location.assign(asked.url);
  if (!asked.ok) throw new Error(words.failed);
  const credential = await navigator.credentials[form.dataset.passkey](readable(await asked.json()));
  form.elements.credential.value = writable(credential);
  const stay = document.querySelector("main input[type=checkbox][name=remember]");
  if (form.elements.remember && stay?.checked) form.elements.remember.value = stay.value;
  form.submit();
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.dataset?.passkey) return;
  event.preventDefault();
  const error = form.querySelector("[data-passkey-error]");
  error.textContent = "";
  try {
    await answer(form);
  } catch (reason) {
    const known = reason.name === "InvalidStateError" ? words.passkeyKnown : words.passkeyFailed;
    error.textContent = window.PublicKeyCredential ? known : words.passkeyUnsupported;
  }
});
