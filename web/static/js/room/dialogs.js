// Questions on top of the room. Built on <dialog>: Escape closes, focus returns by itself.

import { need, say } from "./page.js";

/**
 * @typedef {{ title: string, words: string, yes: string, danger?: boolean, reason?: boolean }} Question
 */

/**
 * @param {HTMLElement} room
 * @param {string} name
 * @returns {HTMLDialogElement}
 */
export function dialog(room, name) {
  return need(room, `dialog[data-dialog="${name}"]`, HTMLDialogElement);
}

/**
 * @param {HTMLElement} room
 * @param {string} name
 */
export function open(room, name) {
  const found = dialog(room, name);
  if (!found.open) {
    found.dataset["openedAt"] = String(performance.now());
    found.showModal();
  }
  return found;
}

/**
 * Close whatever is open.
 * @param {HTMLElement} room
 */
export function closeAll(room) {
  for (const one of room.querySelectorAll("dialog[open]")) if (one instanceof HTMLDialogElement) one.close();
}

/**
 * The person's answer: null = no; a string = yes (with the reason, when one was asked for).
 * @param {HTMLElement} room
 * @param {Question} question
 * @param {"confirm" | "asked"} [name]
 * @returns {Promise<string | null>}
 */
export async function ask(room, question, name = "confirm") {
  const found = dialog(room, name);
  if (found.open) {
    found.close();
    await closed(found); // its event comes later and must not answer the new question
  }
  paint(found, question);
  found.returnValue = "";
  found.dataset["openedAt"] = String(performance.now());
  found.showModal();
  await closed(found);
  return found.returnValue === "yes" ? (found.querySelector("input")?.value.trim() ?? "") : null;
}

/**
 * @param {HTMLDialogElement} found
 * @param {Question} question
 */
function paint(found, question) {
  say(need(found, "[data-title]", HTMLElement), question.title);
  say(need(found, "[data-words]", HTMLElement), question.words);
  const yes = need(found, '[data-action="confirm"]', HTMLButtonElement);
  say(yes, question.yes);
  yes.classList.toggle("button-danger", question.danger === true);
  yes.classList.toggle("button-yes", question.danger !== true);
  yes.onclick = () => found.close("yes");
  const reason = found.querySelector("[data-reason]");
  if (reason instanceof HTMLElement) reason.hidden = question.reason !== true;
  const input = found.querySelector("input");
  if (input !== null) input.value = "";
}

/**
 * @param {HTMLDialogElement} found
 * @returns {Promise<unknown>}
 */
function closed(found) {
  return new Promise((resolve) => found.addEventListener("close", resolve, { once: true }));
}
