// @ts-check
// The calendar beside a form follows what is typed. Without this script the button "Show the dates" does it.

const WAIT_MS = 350;

/** @type {HTMLFormElement | null} */
const form = document.querySelector("form[data-preview]");
const target = document.querySelector("[data-dates]");

let asked = new AbortController();
let waiting = 0;

/**
 * Asks the server for the calendar of the form as it stands. When nobody answers, the calendar stays as it was.
 *
 * @param {HTMLFormElement} source
 * @param {Element} place
 */
async function show(source, place) {
  asked.abort();
  asked = new AbortController();
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(source)) {
    if (typeof value === "string") body.append(name, value);
  }
  const signal = asked.signal;
  const reply = await fetch(source.dataset["preview"] ?? "", { method: "POST", body, signal }).catch(() => null);
  if (reply?.ok) place.innerHTML = await reply.text();
}

if (form && target) {
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = window.setTimeout(() => void show(form, target), WAIT_MS);
  });
}
