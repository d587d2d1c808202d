// Passkeys: makes one, or signs in with one. The page's form carries what the browser made; without this script the
// part of the page about passkeys stays hidden and password and code do the work.

import { all, need } from "./room/page.js";

/** @param {string} text @returns {ArrayBuffer} */
function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0)).buffer;
}

/** @param {ArrayBuffer | null | undefined} raw @returns {string} */
function text(raw) {
  const plain = String.fromCharCode(...new Uint8Array(raw ?? new ArrayBuffer(0)));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/**
 * The server's options for this form, as JSON.
 * @param {string} address
 * @param {HTMLFormElement} form
 */
async function options(address, form) {
  const csrf = form.querySelector('input[name="csrf"]');
  const headers = csrf instanceof HTMLInputElement ? { "X-CSRF": csrf.value } : {};
  const reply = await fetch(address, { method: "POST", headers });
  if (!reply.ok) throw new Error(`options: ${reply.status}`);
  return reply.json();
}

/** @param {HTMLFormElement} form @returns {Promise<object>} */
async function make(form) {
  const wanted = await options(`${location.pathname}/options`, form);
  const made = await navigator.credentials.create({
    publicKey: {
      ...wanted,
      challenge: bytes(wanted.challenge),
      user: { ...wanted.user, id: bytes(wanted.user.id) },
      excludeCredentials: (wanted.excludeCredentials ?? []).map(
        (/** @type {{ id: string }} */ one) => ({ ...one, id: bytes(one.id) }),
      ),
    },
  });
  if (!(made instanceof PublicKeyCredential)) throw new Error("no passkey");
  const response = /** @type {AuthenticatorAttestationResponse} */ (made.response);
  return {
    id: made.id,
    rawId: text(made.rawId),
    type: made.type,
    response: {
      clientDataJSON: text(response.clientDataJSON),
      attestationObject: text(response.attestationObject),
      transports: response.getTransports(),
    },
  };
}

/** @param {HTMLFormElement} form @returns {Promise<object>} */
async function use(form) {
  const wanted = await options("/staff/passkey/options", form);
  const used = await navigator.credentials.get({
    publicKey: { ...wanted, challenge: bytes(wanted.challenge), allowCredentials: [] },
  });
  if (!(used instanceof PublicKeyCredential)) throw new Error("no passkey");
  const response = /** @type {AuthenticatorAssertionResponse} */ (used.response);
  return {
    id: used.id,
    rawId: text(used.rawId),
    type: used.type,
    response: {
      clientDataJSON: text(response.clientDataJSON),
      authenticatorData: text(response.authenticatorData),
      signature: text(response.signature),
      userHandle: text(response.userHandle),
    },
  };
}

/**
 * @param {string} name
 * @param {(form: HTMLFormElement) => Promise<object>} ask
 */
function wire(name, ask) {
  for (const form of all(document, `form[data-form="${name}"]`, HTMLFormElement)) {
    const field = need(form, 'input[name="credential"]', HTMLInputElement);
    const problem = need(form, "[data-passkey-problem]", HTMLElement);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      problem.hidden = true;
      try {
        field.value = JSON.stringify(await ask(form));
        form.submit();
      } catch {
        // The person said no, or the device cannot: the browser gives no finer reason on purpose.
        problem.hidden = false;
      }
    });
  }
}

if (typeof PublicKeyCredential === "function") {
  wire("passkey-make", make);
  wire("passkey-sign-in", use);
  for (const part of all(document, "[data-passkey]", HTMLElement)) part.hidden = false;
}
