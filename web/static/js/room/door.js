// From the first words to the knock: which step is shown, and what the person answered. Asks nothing of the server itself.

import { all, need, say } from "./page.js";
import { insideApp } from "./failures.js";

/** @import { Words } from "./page.js" */
/** @import { Arrive } from "./protocol.js" */

/**
 * @typedef {"welcome" | "devices" | "doorstep"} Step
 * @typedef {"pending" | "ok" | "slow" | "failed"} Network
 */

/** Events: `arrive` (Arrive without its type). */
export class Door extends EventTarget {
  #room;
  #words;

  /**
   * @param {HTMLElement} room
   * @param {Words} words
   */
  constructor(room, words) {
    super();
    this.#room = room;
    this.#words = words;
    need(room, "[data-in-app]", HTMLElement).hidden = !insideApp(navigator.userAgent);
    const form = room.querySelector('form[data-form="doorstep"]');
    if (!(form instanceof HTMLFormElement)) return;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.dispatchEvent(new CustomEvent("arrive", { detail: answers(form) }));
    });
    for (const choice of all(form, 'input[name="alone"]', HTMLInputElement))
      choice.addEventListener("change", () => {
        need(form, "[data-alone-no]", HTMLElement).hidden = !(choice.checked && choice.value === "no");
      });
  }

  /** @param {boolean} on the browser's own question stands on the screen */
  asking(on) {
    need(this.#room, "[data-asking]", HTMLElement).hidden = !on;
    need(this.#room, '[data-action="check-devices"]', HTMLButtonElement).disabled = on;
  }

  /** @param {Network} result */
  network(result) {
    const line = need(this.#room, '[data-check="network"]', HTMLElement);
    if (line.dataset["result"] === result) return;
    line.dataset["result"] = result;
    say(need(line, "[data-check-words]", HTMLElement), this.#words.get(`network_${result}`));
  }

  /** The person asked for the test sound. */
  played() {
    need(this.#room, "[data-heard]", HTMLElement).hidden = false;
    say(need(this.#room, "[data-heard-words]", HTMLElement), "");
  }

  /** @param {boolean} heard */
  heard(heard) {
    need(this.#room, "[data-heard]", HTMLElement).hidden = true;
    say(need(this.#room, "[data-heard-words]", HTMLElement), this.#words.get(heard ? "heard_yes" : "heard_no"));
  }

  /**
   * @param {string} words empty: all is well
   */
  problem(words) {
    const place = this.#room.querySelector("[data-form-error]");
    if (!(place instanceof HTMLElement)) return;
    place.hidden = words === "";
    say(need(place, "[data-form-error-words]", HTMLElement), words);
    if (words !== "") place.focus();
  }
}

/**
 * What was answered; an unanswered question is left out.
 * @param {HTMLFormElement} form
 * @returns {Omit<Arrive, "type">}
 */
function answers(form) {
  const data = new FormData(form);
  /** @type {Omit<Arrive, "type">} */
  const said = {};
  const where = String(data.get("where") ?? "").trim();
  const phone = String(data.get("phone") ?? "").trim();
  if (where !== "") said.where = where;
  if (phone !== "") said.phone = phone;
  if (data.has("alone")) said.alone = data.get("alone") === "yes";
  if (data.has("headphones")) said.headphones = data.get("headphones") === "yes";
  return said;
}
